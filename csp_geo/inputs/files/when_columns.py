"""Which columns say when: a date, the parts of one, a time or an hour beside it, its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from csp_geo.inputs.fields import is_first_record, is_of_a_call
from csp_geo.inputs.files.headings import CLOCKS, heading_words, speaks_for, words_of
from csp_geo.inputs.when.parts import PARTS

if TYPE_CHECKING:
    from csp_geo.inputs.files.guesses import Found
    from csp_geo.inputs.files.looks import ColumnLook

_DAYS_OF_A_WEEK: Final = 7
_TELLING: Final = 30
_DATED: Final = frozenset({"date", "datetime"})
_NEUTRAL: Final = frozenset({"of", "the", "day", "time", "date"})
_DIGIT: Final = re.compile(r"\d")


def find_when(found: Found) -> None:
    """Find the date, the parts of one, the time beside it, and the end of an interval."""
    named = found.column_of("date") or found.column_of("month")
    if named is None or _has_no_dates(found.looks[named]):
        _find_date(found, named or "")
    day = found.column_of("day")
    if day is not None and _is_day_of_week(found.looks[day]):
        del found.guesses[day]
    if "date" in found.fields:
        _find_hour(found)
    if found.fields & {"date", "year"}:
        _find_clocks(found)


def _find_date(found: Found, named: str) -> None:
    """Find the date in the place of one that has none in it, its parts, or that of the report."""
    clock = [name for name, (field, _) in found.guesses.items() if field == "time"]
    # Of two that could be it, the one with dates in it: a "Call Time" may hold the day as well.
    if dates := found.by_words("date", [*found.open, *clock]):
        found.guesses.pop(named, None)
        found.take(dates[0], "date")
        return
    _find_parts(found)
    if not found.fields & {*PARTS, "date"}:
        _find_month(found)
    if not found.fields & {*PARTS, "date", "recorded"}:
        _find_unread_date(found)
    if not found.fields & {*PARTS, "date"}:
        _find_record(found)


def _find_clocks(found: Found) -> None:
    """Find the time beside a date, and the end of an interval."""
    if not found.fields & {"time", "hour"}:
        _find_call(found)
    for field in CLOCKS:
        told = found.fields | ({"time"} if "hour" in found.fields else set())
        if field not in told and (columns := found.by_words(field)):
            found.take(columns[0], field)


def _find_month(found: Found) -> None:
    """Find a column headed as a month that holds whole ones: "Month of Month", "crime_month"."""
    headed = (name for name in found.by_words("month") if found.looks[name].kind == "date")
    if month := next(headed, None):
        found.take(month, "month")


def _has_no_dates(look: ColumnLook) -> bool:
    """Tell a column in which not one cell is a date; the number of a month is none."""
    return look.kind in {"empty", "words", "text", "codes", "time", "number"} and not look.n_dates


def _find_unread_date(found: Found) -> None:
    """Take a column that is headed as a date though its cells are written as none.

    Its rows are then put aside one by one, with a note of how they are written.
    """
    for name in found.open:
        look = found.looks[name]
        written = look.n_dates or any(map(_DIGIT.search, look.different))
        headed = words_of(name) & _DATED and speaks_for(
            name, "date", found.header, asked=found.asked
        )
        if headed and written and look.kind in {"words", "text"}:
            found.take(name, "date")
            return


def _find_record(found: Found) -> None:
    """Find when the report was made, where nothing says when it was; of a call that is the time."""
    named = found.column_of("recorded")
    if (column := named or _first_record(found)) is not None:
        is_call = is_of_a_call(column, found.header)
        if is_call or named is None:
            found.take(column, "date" if is_call else "recorded")


def _find_call(found: Found) -> None:
    """Find the time of a call beside its day: "Call Received"."""
    clocks = [name for name in found.open if found.looks[name].kind == "time"]
    called = next((name for name in clocks if is_of_a_call(name, found.header)), None)
    if called is not None:
        found.take(called, "time")


def _first_record(found: Found) -> str | None:
    dated = (name for name in found.open if found.looks[name].kind == "date")
    said = (name for name in dated if is_first_record(name, found.header, asked=found.asked))
    return next(said, None)


def _find_hour(found: Found) -> None:
    """Find the hour of a date without a time, where no column tells a time; and its minute."""
    named = {field: name for name, (field, _) in found.guesses.items() if field in PARTS[3:]}
    for column in named.values():
        del found.guesses[column]
    hours = [name for name in found.by_words("hour") if words_of(name) <= _of_an_hour()]
    if "hour" in named and "hour" in found.source.named:
        hours = [named["hour"]]
    if not hours or "time" in found.fields or set(found.by_words("time")) - set(hours):
        return
    if found.looks[str(found.column_of("date"))].n_timed:
        return
    found.take(hours[0], "hour")
    own = heading_words()[1]
    rest = words_of(hours[0]) - own["hour"]
    minutes = (name for name in found.by_words("minute") if words_of(name) - own["minute"] == rest)
    if minute := next(minutes, None):
        found.take(minute, "minute")


def _of_an_hour() -> frozenset[str]:
    """Return the words of which the heading of an hour may be made: "Offence Hour"."""
    event, own, _ = heading_words()
    return own["hour"] | event | _NEUTRAL


def _find_parts(found: Found) -> None:
    """Find year, month, day, hour and minute of one date: columns that share their other words."""
    own = heading_words()[1]
    named = {field: name for name, (field, _) in found.guesses.items() if field in PARTS}
    for year in [named["year"]] if "year" in named else found.by_words("year"):
        parts = {"year": year, **named}
        rest = words_of(year) - own["year"]
        for field in PARTS[1:]:
            alike = (name for name in found.by_words(field) if words_of(name) - own[field] == rest)
            column = next((name for name in alike if name not in parts.values()), None)
            if field not in parts and column is not None:
                parts[field] = column
        if "month" in parts:
            for field, column in parts.items():
                if column not in found.guesses:
                    found.take(column, field)
            return


def _is_day_of_week(look: ColumnLook) -> bool:
    """Tell the numbers of weekdays from those of a month, of which many are over seven."""
    return look.high <= _DAYS_OF_A_WEEK and look.filled >= _TELLING
