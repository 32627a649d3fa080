"""A date in several columns: year, month, day, hour and minute to one date and one time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.period import SHORT_MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PARTS: Final = ("year", "month", "day", "hour", "minute")
_WHOLE: Final = re.compile(r"\d{1,4}(?:\.0+)?")
_LAST_HOUR: Final = 23
_FULL: Final = re.compile(r"(\d{1,2}):00(?::00)?")
_CENTURY: Final = 100


def date_of_parts(cells: Mapping[str, pd.Series]) -> pd.Series:
    """Join year, month and day, as far as there are such columns, to dates as texts.

    Without a day it is the month. What is no number of a month is kept as it stands ("2021-11"
    below "month" says the year itself); what is no day of it, such as 31 November, is left for the
    reader of dates to refuse.
    """
    named = [name for name in PARTS[:3] if name in cells]
    return _each(cells, named, _date)


def time_of_parts(cells: Mapping[str, pd.Series]) -> pd.Series:
    """Join hour and minute to times as texts; an hour alone is "19h", the whole hour."""
    return _each(cells, [name for name in PARTS[3:] if name in cells], _time)


def _each(cells: Mapping[str, pd.Series], named: list[str], join: Callable[..., str]) -> pd.Series:
    rows = pd.DataFrame({name: cells[name].astype("str").str.strip() for name in named})
    different = rows.drop_duplicates()
    joined = {
        tuple(row): join(**dict(zip(named, row, strict=True)))
        for row in different.itertuples(index=False, name=None)
    }
    index = next(iter(cells.values())).index
    if not named:
        return pd.Series("", index=index, dtype="str")
    found = [joined[row] for row in rows.itertuples(index=False, name=None)]
    return pd.Series(found, index=index, dtype="str")


def _date(year: str, month: str, day: str = "") -> str:
    if not (year or month or day):
        return ""
    of_year, of_month, of_day = _number(year), _month(month), _number(day)
    if month and of_month is None:
        return month
    if of_year is None or of_month is None:
        return f"{year} {month} {day}".strip()
    century = 2000 if of_year < _CENTURY else 0
    whole = f"{of_year + century:04d}-{of_month:02d}"
    return whole if of_day is None else f"{whole}-{of_day:02d}"


def _time(hour: str = "", minute: str = "") -> str:
    full = _FULL.fullmatch(hour)
    of_hour, of_minute = _number(full[1] if full else hour), _number(minute)
    if of_hour is None:
        return hour
    if of_minute is not None:
        return f"{of_hour:02d}:{of_minute:02d}"
    if of_hour > _LAST_HOUR:
        return hour
    return f"{of_hour:02d}h"


def _number(cell: str) -> int | None:
    return int(float(cell)) if _WHOLE.fullmatch(cell) else None


def _month(cell: str) -> int | None:
    """Return the number of a month that is written as one or by its name."""
    number = _number(cell)
    if number is not None:
        return number
    name = cell[:3].casefold()
    known = name in SHORT_MONTHS and cell.removesuffix(".").isalpha()
    return SHORT_MONTHS.index(name) + 1 if known else None
