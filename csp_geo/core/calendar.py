"""The bank holidays of England, worked out from their rules.

The days themselves and their substitutes: a shop that is "closed on bank holidays" is closed on
Christmas Day when it falls on a Saturday, and on the Monday that stands in for it.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import pandas as pd

_MONDAY: Final = 0
_SATURDAY: Final = 5
_MOVED: Final = {
    date(2012, 5, 28): date(2012, 6, 4),
    date(2020, 5, 4): date(2020, 5, 8),
    date(2022, 5, 30): date(2022, 6, 2),
}
"""Holidays that were moved for one year: the early May and the spring bank holiday."""
_PROCLAIMED: Final = (
    date(2011, 4, 29),
    date(2012, 6, 5),
    date(2022, 6, 3),
    date(2022, 9, 19),
    date(2023, 5, 8),
)
"""Holidays of one year only: a wedding, two jubilees, a funeral, a coronation."""


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """Return the bank holidays of England in a year.

    Notes
    -----
    New Year's Day, Good Friday, Easter Monday, the first and last Monday of May, the last Monday of
    August, Christmas Day and Boxing Day (Banking and Financial Dealings Act 1971 and the yearly
    proclamations). Of New Year's Day, Christmas Day and Boxing Day, one that falls on a weekend
    keeps its own day and is given the next working day that is not a holiday as well. Holidays that
    are proclaimed for one year are known up to 2023; a later one is given by the caller.
    """
    easter = (pd.Timestamp(year, 1, 1) - pd.Timedelta(days=1) + pd.offsets.Easter()).date()
    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    mondays = [
        _monday_from(date(year, 5, 1)),
        _monday_from(date(year, 5, 25)),
        _monday_from(date(year, 8, 25)),
    ]
    days = {easter - timedelta(days=2), easter + timedelta(days=1), *fixed}
    days |= {_MOVED.get(day, day) for day in mondays}
    days |= {day for day in _PROCLAIMED if day.year == year}
    for day in fixed:
        if day.weekday() >= _SATURDAY:
            days.add(_next_free(day, days))
    return frozenset(days)


def _monday_from(day: date) -> date:
    """Return the first Monday on or after a day."""
    return day + timedelta(days=(_MONDAY - day.weekday()) % 7)


def _next_free(day: date, taken: set[date]) -> date:
    while day.weekday() >= _SATURDAY or day in taken:
        day += timedelta(days=1)
    return day
