"""Opening hours in several columns: one a weekday, or when it opens beside when it closes.

A heading is read as the days of hours are, by `opening_spelling.translate`, and the cells of a row
are put into one text for the reader of opening hours. A day whose cell is empty or cannot be read
is unknown: a list with a column for each day has a way to say "closed".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from csp_geo.core.wording import count, join, shortened
from csp_geo.inputs.venues.opening_rules import read_rules
from csp_geo.inputs.venues.opening_spelling import translate
from csp_geo.inputs.venues.opening_times import AMBIGUOUS, DAY, UnreadError, clock
from csp_geo.inputs.venues.opening_words import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

HOURS: Final = "opening_hours"
"""The field that the columns together are."""
_WEEK: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_EVERY_DAY: Final = "Mo-Su"
_HOLIDAYS: Final = "PH"
_FEWEST_BARE: Final = 2
"""A column that is only called "Sat" may be anything; beside one called "Sun" it is hours."""

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPACED: Final = re.compile(r"[\s_]+")
_OF_HOURS: Final = re.compile(r"\b(?:hours|hrs|(?:open|opening) times)\b", re.IGNORECASE)
_TIME: Final = r"(?: (?:time|at))?\b"
_CLOSES: Final = re.compile(
    rf"\b(?:close[sd]?|closing|shuts?|(?:open )?(?:until|till|to(?= ?$))){_TIME}",
    re.IGNORECASE,
)
_OPENS: Final = re.compile(rf"\b(?:opens?|opening)(?: from)?{_TIME}|\bfrom\b", re.IGNORECASE)
_DOOR: Final = re.compile(r"open|closing|close|shut", re.IGNORECASE)
"""What "From" and "To" without a day must say besides: else they may be two dates."""
_SEEN: Final = re.compile(
    r"\b(?:hours|opens?|opening|close[sd]?|closing|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|mon|tues?|wed|thurs?|fri|sat)\b",
    re.IGNORECASE,
)
"""A heading that may be of hours, whether or not it is taken for them."""
_NO_HOURS: Final = re.compile(r"after dark|\bdate\b|opened|status|:", re.IGNORECASE)

_EPOCH: Final = re.compile(r"\b(?:1899-12-3[01]|1900-01-0[01])[T ]")
_SECONDS: Final = re.compile(r"\b(\d{1,2}:\d\d):00(?:\.0{1,9})?(?!\d)")
_FRACTION: Final = re.compile(r"0?\.\d{1,17}")
_BREAK: Final = re.compile(r"[;\n]")
_NO_ZERO: Final = re.compile(r"[1-9][0-5]\d")


@dataclass(frozen=True)
class HoursHeading:
    """What a column of hours is of: days as in "Mo-Fr", and which end: "opens", "closes" or ""."""

    days: str
    end: str = ""
    says_hours: bool = False


@lru_cache(maxsize=4_096)
def hours_heading(heading: str) -> HoursHeading | None:
    """Read the heading of a column of hours of some days; `None` for any other.

    Examples
    --------
    >>> hours_heading("Opening Hours (Mon-Fri)")
    HoursHeading(days='Mo-Fr', end='', says_hours=True)
    >>> hours_heading("sat_closes").end, hours_heading("Opening hours")
    ('closes', None)
    """
    words = _SPACED.sub(" ", _CAMEL.sub(" ", heading)).strip()
    says_hours, end = bool(_OF_HOURS.search(words)), ""
    if not says_hours:
        for end_of, pattern in (("closes", _CLOSES), ("opens", _OPENS)):
            if pattern.search(words):
                words, end = pattern.sub("", words, count=1), end_of
                break
    days = _days_in(words)
    if days is None or not (days or (end and _DOOR.search(heading))):
        return None
    return HoursHeading(days or _EVERY_DAY, end, says_hours)


def _days_in(words: str) -> str | None:
    """Return the days that words name, "" for none; `None` if they say anything else."""
    some = "09:00-10:00"
    try:
        osm, _ = translate(tidy(f"{words} {some}"), in_parts=False)
    except UnreadError:
        return None
    days = osm.removesuffix(some).strip()
    return None if " " in days else days


def hours_columns(
    header: Sequence[str], fields: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of a list that hold hours of some days, and what to say of columns.

    Parameters
    ----------
    header
        All columns.
    fields
        Those that are known: a column of all hours may be among them.

    Returns
    -------
    columns, notes
        The columns in their order. A column of hours that is not taken is named in the notes: one
        that opens and never closes, a second of the same days, or one that nobody understands.
    """
    free = [one for one in header if fields.get(one, HOURS) == HOURS]
    read = {one: meant for one in free if (meant := hours_heading(one))}
    ends = {(meant.days, meant.end) for meant in read.values()}
    taken: dict[HoursHeading, str] = {}
    for column, meant in read.items():
        other = {"opens": "closes", "closes": "opens"}.get(meant.end)
        if other is None or (meant.days, other) in ends:
            taken.setdefault(HoursHeading(meant.days, meant.end), column)
    sure = any(meant.end or read[column].says_hours for meant, column in taken.items())
    if not sure and len({meant.days for meant in taken}) < _FEWEST_BARE:
        taken = {}
    columns = tuple(column for column in read if column in taken.values())
    left = [
        one
        for one in free
        if one not in columns and one not in fields and _may_be_hours(one, read.get(one))
    ]
    notes = []
    if columns:
        notes.append(f"opening hours are put together from {_named(columns)}")
    if left:
        notes.append(f"not read, although it may be about opening hours: {_named(left)}")
    return columns, tuple(notes)


def _may_be_hours(heading: str, meant: HoursHeading | None) -> bool:
    words = _SPACED.sub(" ", _CAMEL.sub(" ", heading))
    return bool(meant or _SEEN.search(words)) and not _NO_HOURS.search(words)


def _named(columns: Sequence[str]) -> str:
    return join(f"'{shortened(one)}'" for one in columns)


def joined_hours(cells: pd.DataFrame) -> tuple[list[str], tuple[str, ...]]:
    """Put hours in several columns into one text a row.

    Parameters
    ----------
    cells
        One column for each of `hours_columns`, as texts, "" for empty; any other column holds all
        hours of a row.

    Returns
    -------
    texts, notes
        A text a row in OpenStreetMap's syntax, with "unknown" for each day that is empty or cannot
        be read; "" where nothing is given; where nothing can be read, all cells as they stand. The
        notes say how many rows leave days unknown.
    """
    rows = list(cells.itertuples(index=False, name=None))
    known = {row: _JoinedRow.of(dict(zip(cells.columns, row, strict=True))) for row in set(rows)}
    joined = [known[row] for row in rows]
    empty = sum(one.has_empty for one in joined)
    unread = sum(one.has_unread for one in joined)
    notes = []
    if empty:
        notes.append(f"{count(empty, 'row')} without hours of some days, which then are not known")
    if unread:
        notes.append(
            f"{count(unread, 'row')} with hours of days that cannot be read or disagree, which "
            "then are not known"
        )
    return [one.text for one in joined], tuple(notes)


@dataclass(frozen=True)
class _JoinedRow:
    text: str
    has_empty: bool = False
    has_unread: bool = False

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> _JoinedRow:
        """Join the cells of one row, by heading."""
        whole = next((text for one, text in cells.items() if not hours_heading(one) and text), "")
        parts = _by_days(cells)
        given = [(days, text) for days, text in parts if text]
        if not given:
            return cls(whole)
        osm, read = _read_together(given)
        raw = "; ".join(f"{days} {text}" for days, text in given)
        if not osm:
            return cls(f"{raw} ?" if read_rules(raw).osm else raw, has_unread=True)
        unread = [days for days, _ in given if days not in read]
        if whole:
            text, agreed = _with_whole(whole, osm, [days for days, _ in given])
            return cls(text, has_unread=bool(unread) or not agreed)
        said = {day for days in read for day in _each(days)}
        rules = osm.split("; ")
        if silent := [day for day in _WEEK if day not in said]:
            rules.append(f"{','.join(silent)} unknown")
        if _HOLIDAYS in unread:
            rules.append(f"{_HOLIDAYS} unknown")
        text = "; ".join(sorted(rules, key=lambda rule: rule.startswith(_HOLIDAYS)))
        empty = set(_WEEK) - {day for days, _ in given for day in _each(days)}
        return cls(text, bool(empty), bool(unread) or " unknown" in osm)


def _by_days(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the days of each column with what it says of them; two ends make one text."""
    ends: dict[str, dict[str, str]] = {}
    parts = []
    for heading, text in cells.items():
        meant = hours_heading(heading)
        if meant is None:
            continue
        if meant.end:
            ends.setdefault(meant.days, {})[meant.end] = _time(text)
        elif text:
            parts.append((meant.days, _one_line(text)))
    return [*parts, *((days, _span(**own)) for days, own in ends.items())]


def _one_line(text: str) -> str:
    """Even out a cell: times without seconds, several spans after commas."""
    bare = _SECONDS.sub(r"\1", _EPOCH.sub("", text))
    return ", ".join(part.strip() for part in _BREAK.split(bare) if part.strip())


def _time(text: str) -> str:
    """Read a time as spreadsheets write it: "09:00:00", 900 for 0900, 0.375 of a day."""
    bare = _one_line(text)
    if _FRACTION.fullmatch(bare):
        minutes = float(bare) * DAY
        return clock(round(minutes)) if abs(minutes - round(minutes)) < 0.01 else bare  # noqa: PLR2004
    return f"0{bare}" if _NO_ZERO.fullmatch(bare) else bare


def _span(opens: str = "", closes: str = "") -> str:
    """Join both ends; "closed" or "24 hours" in one of them, or in both, is said once."""
    if not (opens and closes) or opens.casefold() == closes.casefold():
        return opens or closes
    return f"{opens}-{closes}"


def _read_together(given: list[tuple[str, str]]) -> tuple[str, list[str]]:
    """Read the days of a row together, for "9-5" needs its whole week; return the days read too.

    Cells that cannot be read are left out first, then those that could be read in two ways.
    """
    alone = {part: _refused(*part) for part in given}
    for refused in (set(alone.values()) - {"", AMBIGUOUS}, set(alone.values()) - {""}):
        kept = [part for part in given if alone[part] not in refused]
        try:
            osm, _ = translate(
                tidy("; ".join(f"{days} {text}" for days, text in kept)), in_parts=False
            )
        except UnreadError:
            continue
        return osm, [days for days, _ in kept]
    return "", []


def _refused(days: str, text: str) -> str:
    """Say why the hours of some days cannot be read, "" where they can: they name no other day."""
    try:
        osm, _ = translate(tidy(f"{days} {text}"), in_parts=False)
    except UnreadError as error:
        return str(error)
    named = {rule.partition(" ")[0] for rule in osm.split("; ")}
    return "" if named <= {days, _HOLIDAYS} else "other days"


def _with_whole(whole: str, osm: str, days: Sequence[str]) -> tuple[str, bool]:
    """Add hours of days to a text of all hours; return whether the text could be read with them.

    A day of which both speak is unknown where they disagree.
    """
    usual = read_rules(whole).osm
    if not usual:
        return whole, False
    try:
        both, doubt = translate(tidy(f"{usual}; {osm}"), in_parts=False)
    except UnreadError:
        return "; ".join([usual, *(f"{one} unknown" for one in days)]), False
    return both, not doubt


def _each(days: str) -> list[str]:
    """Return each weekday of "Mo-We,Fr"."""
    found: list[str] = []
    for run in days.split(","):
        first, _, last = run.partition("-")
        if first in _WEEK:
            found += _WEEK[_WEEK.index(first) : _WEEK.index(last or first) + 1]
    return found
