"""Times of day and spans of them: "14:20", "2pm", "22:00 - 23:00", two dates in one cell."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIME_ZONE: Final = "Europe/London"
END_OF_DAY: Final = pd.Timedelta(hours=24)
"""24:00. Like 00:00 it often means that the time is not known."""
SERIALS_NEEDED: Final = 3
"""Cells from which a column of numbers can be Excel's dates or times."""
CLOCK: Final = (
    r"\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d{1,9})?)?(?: ?[ap]\.?m\.?)?(?: ?h(?:ou)?rs?)?"
    r"|\d{1,2} ?[ap]\.?m\.?|(?:12 ?)?noon|mid-?day"
    r"|\d{1,2}h\d\d|\d{4} ?h(?:ou)?rs?"
    r"|(?:(?<=\d{4}[ T])|(?<=[/.-]\d\d[/.-]\d\d[ T])|(?<=\bat )|(?<=@ )|(?<=@))\d{4}"
)
"""What may stand as a time beside a date: four digits alone only where they can be no year."""

_CALENDAR: Final = (pd.Timestamp("0002-01-01"), pd.Timestamp("9998-12-31"))
_RUN_TOGETHER: Final = "%H%M"
_WITH_SECONDS: Final = "%H%M%S"
_TIMES: Final = (
    "%H:%M",
    "%H:%M:%S",
    "%H:%M:%S.%f",
    "%H.%M",
    _RUN_TOGETHER,
    _WITH_SECONDS,
    "%I:%M%p",
    "%I:%M:%S%p",
    "%I:%M:%S.%f%p",
    "%I.%M%p",
    "%I%p",
)
_BETWEEN: Final = re.compile(r"(?:-|\u2013|to|until)\s*+(?=\d)")
_SAID_BETWEEN: Final = re.compile(r"(?i)(?:between|from) (?=\d)")
_DIGIT: Final = re.compile(r"\d")
_DAY_BEFORE: Final = re.compile(r"^\d{4}-\d\d-\d\d[ T](?=\d)")
_MERIDIEM: Final = re.compile(r"([ap]\.?m\.?)$", re.IGNORECASE)
_LONE: Final = re.compile(r"\d{1,2}(?:[:.]\d\d)?")
_FROM_UTC: Final = r"(?:Z|[+-](?:0\d|1[0-4]):(?:00|30|45))"
"""What forms write behind a time of their own clock; 14:00-14:30 is a span."""
_SPELT: Final = (
    (re.compile(r"(?<!\s)\s*+([AP])\.?\s?M\.?$"), r"\1M"),
    (re.compile(r"^(\d{1,2})H$"), r"\1:00"),
    (re.compile(r"(?<!\s)\s*+(?:HOURS|HRS|HR|H)$"), ""),
    (re.compile(r"(?<=\d)H(?=\d\d$)"), ":"),
    (re.compile(r"^(\d\d?)\.(\d\d)\.(?=\d\d)"), r"\1:\2:"),
    (re.compile(rf"(?<=:\d\d:\d\d){_FROM_UTC}$|(?<=\.\d{{3}}){_FROM_UTC}$|(?<=:\d\d)Z$"), ""),
    (re.compile(r"^(?:(?:12 ?)?NOON|MID-?DAY)$"), "12:00"),
    (re.compile(r"^(?=\d{3}$)"), "0"),
)
_HOUR_ALONE: Final = re.compile(r"\s*\d{1,2}[hH]\s*")
_LENGTH: Final = {_RUN_TOGETHER: 4, _WITH_SECONDS: 6}
_DIGITS: Final = re.compile(r"\d{4}(?:\d\d)?")
_AS_NUMBER: Final = re.compile(r"^(\d{1,6})(?:\.0+)?$")
_HUNDRED: Final = 100
_LAST_MINUTE: Final = 59
_MIDNIGHT: Final = 2400
_DAY_S_END: Final = re.compile(r"24[:.]?00(?::?00)?")
_FRACTION: Final = re.compile(r"0(?:\.\d+)?|1(?:\.0+)?")
_FINE_FRACTION: Final = re.compile(r"0\.\d{3,}")


def read_times(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read times of day.

    Returns
    -------
    since_midnight, unreadable
        A timedelta (NaT where empty or unreadable; 24 hours for 24:00), and which cells had a text
        that is not a time.
    """
    since, _, unreadable = read_time_spans(text)
    return since, unreadable


def read_time_spans(text: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Read times of day and what lies between two: "22:00 - 23:00".

    Returns
    -------
    since_midnight, until, unreadable
        As `read_times`; `until` is NaT where one time stands alone, over 24 hours past midnight.
    """
    text = text.astype("str").fillna("")
    if not (text != "").any():
        none = pd.Series(pd.NaT, index=text.index, dtype="timedelta64[us]")
        return none, none.copy(), none.notna()
    codes, unique = pd.factorize(text)
    cells = pd.Series(unique, dtype="str").str.strip().str.replace(_DAY_BEFORE, "", regex=True)
    if digits := digits_run_together(cells):
        cells = cells.str.replace(_AS_NUMBER, lambda number: number[1].zfill(digits), regex=True)
    since = _fractions(cells, codes)
    since = since.fillna(_times(cells.where(since.isna(), "")))
    until = pd.Series(pd.NaT, index=cells.index, dtype=since.dtype)
    left = since.isna() & (cells != "")
    if left.any():
        pairs = [_halves(cell) for cell in cells[left]]
        halves = pd.DataFrame(pairs, cells.index[left], ["first", "last"], "str")
        first, last = _times(_completed(halves)), _times(halves["last"])
        both = first.index[first.notna() & last.notna()]
        since[both] = first[both]
        until[both] = last[both].where(last[both] > first[both], last[both] + END_OF_DAY)
    unreadable = (cells != "") & since.isna()
    parts = (since, until, unreadable)
    since, until, unreadable = (part.take(codes).set_axis(text.index) for part in parts)
    return since, until, unreadable


def are_whole_hours(text: pd.Series) -> pd.Series:
    """Tell which times say the hour alone: "19h"."""
    codes, cells = pd.factorize(text.astype("str"))
    alone = pd.Series(cells, dtype="str").str.fullmatch(_HOUR_ALONE).astype(bool)
    return alone.take(codes).set_axis(text.index)


def digits_run_together(cells: pd.Series) -> int:
    """Return how many digits times have that lost their first noughts, 0 where they are others.

    5, 40 and 1405 have four, 4500 and 181000 six, with seconds. One at least has an hour of its
    own: 5 and 14 alone could be whole hours.
    """
    filled = cells[cells != ""]
    numbers = filled.str.extract(_AS_NUMBER)[0]
    if filled.empty or numbers.isna().any():
        return 0
    times = numbers.astype("int64")
    for digits in (4, 6):
        minutes = times // 10 ** (digits - 4)
        sixties = (times % _HUNDRED <= _LAST_MINUTE) & (minutes % _HUNDRED <= _LAST_MINUTE)
        if bool((sixties & (minutes <= _MIDNIGHT)).all() and (minutes >= _HUNDRED).any()):
            return digits
    return 0


def _halves(cell: str) -> tuple[str, str]:
    """Take a cell apart where it last says "to" a number, if there is one before it too."""
    said = _SAID_BETWEEN.match(cell)
    if said:
        cell = cell[said.end() :].replace(" and ", " to ", 1)
    last = deque(_BETWEEN.finditer(cell), maxlen=1)
    first = cell[: last[0].start()].rstrip() if last and "\n" not in cell else ""
    return (first, cell[last[0].end() :]) if _DIGIT.search(first) else ("", "")


def _completed(halves: pd.DataFrame) -> pd.Series:
    """Give "2 - 4pm" its first pm."""
    meridiem = halves["last"].str.extract(_MERIDIEM)[0].fillna("")
    lone = halves["first"].str.fullmatch(_LONE)
    return halves["first"] + meridiem.where(lone, "")


def _times(cells: pd.Series) -> pd.Series:
    since = pd.Series(pd.NaT, index=cells.index, dtype="timedelta64[us]")
    plain = cells[cells != ""].str.strip().str.upper()
    for written, read_as in _SPELT:
        plain = plain.str.replace(written, read_as, regex=True)
    whole = plain.str.fullmatch(_DAY_S_END)
    since[plain.index[whole]] = END_OF_DAY
    left = plain[~whole]
    for pattern in _TIMES:
        if left.empty:
            break
        tried = left
        if pattern in _LENGTH:
            tried = left[left.str.fullmatch(_DIGITS) & (left.str.len() == _LENGTH[pattern])]
        read = pd.to_datetime(tried, format=pattern, errors="coerce").dropna()
        since[read.index] = (read - read.dt.normalize()).astype(since.dtype)
        left = left.drop(read.index)
    return since


def _fractions(cells: pd.Series, codes: NDArray[np.intp]) -> pd.Series:
    """Read the fractions of a day that Excel keeps times as, where all of the column is so."""
    since = pd.Series(pd.NaT, index=cells.index, dtype="timedelta64[us]")
    counts = np.bincount(codes, minlength=len(cells))
    filled = (cells != "").to_numpy()
    fits = cells.str.fullmatch(_FRACTION).to_numpy(dtype=bool)
    fine = counts[cells.str.fullmatch(_FINE_FRACTION).to_numpy(dtype=bool)].sum()
    total = counts[filled].sum()
    if not fits[filled].all() or total < SERIALS_NEEDED or fine * 2 < total:
        return since
    days = cells[filled].astype("float64")
    since[filled] = pd.to_timedelta((days * 86_400).round(), unit="s").astype(since.dtype)
    return since


def within_calendar(at: pd.Series) -> pd.Series:
    """Move "9999-12-31" a year back from where Python's clocks end; it is not a day of a report."""
    first, last = (edge.tz_localize(at.dt.tz) for edge in _CALENDAR)
    return at.mask(at < first, first).mask(at > last, last)


def put_on_clock(at: pd.Series, clock: str = TIME_ZONE) -> tuple[pd.Series, pd.Series]:
    """Put naive times on the clock that they were read from.

    A time in the doubled hour of autumn is taken as summer time, one in the missing hour of spring
    is moved forward.

    Returns
    -------
    aware, in_clock_change
        Time-zone aware times, and which of them fell into such an hour.
    """
    at = within_calendar(at)
    summer = np.ones(len(at), dtype=bool)
    first = at.dt.tz_localize(clock, ambiguous=summer, nonexistent="shift_forward")
    second = at.dt.tz_localize(clock, ambiguous=~summer, nonexistent="shift_backward")
    return first, (first != second) & at.notna()


_DAY: Final = (
    r"(?:[A-Za-z]{3,9},? )?"
    r"(?:\d{1,4}(?:st|nd|rd|th)?(?: of)?[/.\- ](?:\d{1,2}|[A-Za-z]{3,9})[/.\-, ]{1,9}\d{2,4}"
    r"|[A-Za-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_ON: Final = rf"(?:{CLOCK}),? (?:on )?"
"""A time before its day: "22:00 on 4 March 2023"."""
CLOCK_FIRST: Final = re.compile(rf"(?i)^(?:at )?({_ON})(?={_DAY}$)")
_WHEN: Final = rf"(?:{_ON})?{_DAY}(?:(?:T|,? (?:at |@ ?)?)\d[^-\u2013\u2014]{{0,60}})?"
_TO: Final = (
    # spaced: 01-11-2021 stays whole
    r" (?:-|\u2013|\u2014|to|until|till|t/m|tot|bis|(?(both)and)) "
    r"| ?[\u2013\u2014] ?|(?<=[/.]\d{4})-(?=\d)|(?<=\d:\d\d)-(?=\d)|(?<=\d)/(?=\d{4}-\d\d-\d\d)"
    r"|(?:(?<=\d{4} \d{4})|(?<=[/.-]\d\d \d{4}))-(?=\d{4}$)"  # two times, and no two years
)
_SIGNS: Final = re.compile(
    r"[\u2013\u2014]|\s(?:-|[TtUuAaBb][\w/]+)\s|\d{4}-\d+[/.]|/\d{4}-|:\d\d-\d| \d{4}-\d"
    r"|^\d\d?(?:[a-z]{2})?-\d\d?(?:[a-z]{2})? "
)
"""One of these is in every such cell, and it is quickly seen that it is not."""
_DAY_BETWEEN: Final = re.compile(
    rf"(?i)^({_DAY}),? (?:between|from) ({CLOCK}) (?:and|to|until|till|-|\u2013) ({CLOCK})$"
)
"""A day and two times of it in words."""
_BETWEEN_ON_A_DAY: Final = re.compile(
    rf"(?i)^(?:(?:between|from) )?({CLOCK}) ?(?:and|to|until|till|-|\u2013) ?({CLOCK})"
    rf",? (?:on )?({_DAY})$"
)
"""The same with the times first: "between 18:30 and 19:15 on 25/08/2022"."""
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b\.?"
_SHORT_SPAN: Final = re.compile(
    rf"(?i)^(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<month>{_MONTH}))?"
    r"(?: ?[-\u2013\u2014] ?| to | until )"
    rf"(?P<last>\d{{1,2}}(?:st|nd|rd|th)? (?P<last_month>{_MONTH}),? (?P<year>\d{{4}}))$"
)
"""Two days of which the first lacks its year, and maybe its month: "28 Feb - 2 Mar 2022"."""
_OFFSET: Final = r"\d{4}-\d\d-\d\d(?:T[\d:.]+| \d\d:[\d:.]+)-\d\d:?\d\d$"
_SPACES: Final = re.compile(r"\s+")
_ENDS_IN_CLOCK: Final = re.compile(rf"(?i)[ T](?:{CLOCK})$|:\d\d")
_CELL: Final = re.compile(
    rf"(?i)^(?!{_OFFSET})(?:(?P<both>between )|from )?(?P<first>{_WHEN}?)(?:{_TO})"
    rf"(?:(?P<date_to>{_WHEN})|(?P<time_to>{CLOCK}|\d{{4}}))$"
)


def _whole_span(span: re.Match[str]) -> str:
    """Give the first day of a span the month and the year of the last, or the year before."""
    month = span["month"] or span["last_month"]
    begins, ends = (_MONTHS.index(name[:3].casefold()) for name in (month, span["last_month"]))
    year = int(span["year"]) - (begins > ends)
    return f"{span['day']} {month} {year} - {span['last']}"


def with_intervals(rows: pd.DataFrame) -> pd.DataFrame:
    """Return reports of which the second date (or time) of a cell stands in `date_to` (`time_to`).

    Only where both halves look like what they should be, and no column of its own says the end.
    """
    text = rows["date"].astype("str")
    codes, cells = pd.factorize(text)
    each = pd.Series(cells, dtype="str")
    likely = each[each.str.contains(_SIGNS)].str.replace(_SPACES, " ", regex=True).str.strip()
    likely = likely.str.replace(_DAY_BETWEEN, r"\1 \2 to \3", regex=True)
    likely = likely.str.replace(_BETWEEN_ON_A_DAY, r"\3 \1 to \2", regex=True)
    likely = likely.str.replace(_SHORT_SPAN, _whole_span, regex=True)
    found = likely.str.extract(_CELL)
    if found["first"].isna().all():
        return rows
    found["first"] = found["first"].str.strip()
    # "13 Aug 23 - 1:30 PM" is a day and its time: there is no first time that it would end.
    alone = found["time_to"].notna() & ~found["first"].str.contains(_ENDS_IN_CLOCK, na=False)
    found["first"] = found["first"].mask(alone, found["first"] + " " + found["time_to"])
    found["time_to"] = found["time_to"].mask(alone)
    found = found.reindex(each.index).fillna("").iloc[codes].set_axis(rows.index)
    own = {name: rows[name].astype("str") for name in ("date", "date_to", "time_to")}
    split = (found["first"] != "") & (own["date_to"] == "") & (own["time_to"] == "")
    found = found.rename(columns={"first": "date"})
    return rows.assign(**{name: text.mask(split, found[name]) for name, text in own.items()})
