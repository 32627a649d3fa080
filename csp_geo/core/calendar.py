"""The days of England: its bank holidays, and when the sun rises and sets, on the clock of London.

Bank holidays are worked out from their rules, the days themselves and their substitutes: a shop
that is "closed on bank holidays" is closed on Christmas Day when it falls on a Saturday, and on the
Monday that stands in for it.

The sun is worked out by the same library that reads opening hours (its coordinates *and* the time
zone must be named, else it takes every day to be light from 07:00 to 19:00). Sunset is the upper
edge of the sun at a level horizon; dusk is civil twilight, the sun 6 degrees below.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from csp_geo.core.errors import SettingsError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from opening_hours import OpeningHours

    from csp_geo.core.arrays import Flags


_MONDAY: Final = 0
_SATURDAY: Final = 5
_MOVED: Final = {
    date(2012, 5, 28): date(2012, 6, 4),
    date(2020, 5, 4): date(2020, 5, 8),
    date(2022, 5, 30): date(2022, 6, 2),
}
"""Holidays that were moved for one year: the early May and the spring bank holiday."""
_PROCLAIMED: Final = (
    *(date(2011, 4, 29), date(2012, 6, 5), date(2022, 6, 3)),
    *(date(2022, 9, 19), date(2023, 5, 8)),
)
"""Holidays of one year only: a wedding, two jubilees, a funeral, a coronation."""
LONDON: Final = ZoneInfo("Europe/London")
HOURS_OF_WEEK: Final = 168
_MOST_LATITUDE: Final = 90.0
_MOST_LONGITUDE: Final = 180.0


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
    mondays = [_monday_from(date(year, month, day)) for month, day in ((5, 1), (5, 25), (8, 25))]
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


@lru_cache(maxsize=256)
def _light(span: str, latitude: float, longitude: float, clock: ZoneInfo = LONDON) -> OpeningHours:
    """Return the light part of the days at a place: "sunrise-sunset" or "dawn-dusk"."""
    from opening_hours import OpeningHours

    if not (abs(latitude) <= _MOST_LATITUDE and abs(longitude) <= _MOST_LONGITUDE):
        raise SettingsError(
            f"Latitude {latitude:g}, longitude {longitude:g} is not a place on earth: give "
            "degrees, latitude first, for instance 51.54, 0.08."
        )
    place = (float(latitude), float(longitude))
    return OpeningHours(span, timezone=clock, coords=place, auto_country=False)


@lru_cache(maxsize=4096)
def sun_times(
    day: date, latitude: float, longitude: float, clock: ZoneInfo = LONDON
) -> dict[str, int]:
    """Return dawn, sunrise, sunset and dusk of a day, in minutes since midnight on a clock.

    Those are left out that do not come once each between two midnights (far north, far east).
    """
    from opening_hours import State

    midnight = datetime.combine(day, time(), clock)
    times: dict[str, int] = {}
    for first, last in (("dawn", "dusk"), ("sunrise", "sunset")):
        hours = _light(f"{first}-{last}", latitude, longitude, clock)
        spans = [
            (start, end)
            for start, end, state, _ in hours.intervals(midnight, midnight + timedelta(days=1))
            if state == State.OPEN
        ]
        if len(spans) == 1 and all(at.date() == day and at.time() != time() for at in spans[0]):
            times[first], times[last] = (at.hour * 60 + at.minute for at in spans[0])
    return times


def clock_at(longitude: float, latitude: float) -> str:
    """Return the name of the time zone of a place, such as America/Vancouver; at sea Etc/GMT+2."""
    from tzfpy import get_tz

    return get_tz(longitude, latitude) or "UTC"


def monday_of(day: date) -> date:
    """Return the Monday of the week that a day lies in."""
    return day - timedelta(days=day.weekday())


def after_dark(
    hours: ArrayLike, day: date, latitude: float, longitude: float, clock: ZoneInfo = LONDON
) -> Flags:
    """Tell which hours of a week are after dark.

    An hour is after dark when the sun is down, from sunset to sunrise, in the middle of it (at half
    past), on the clock of the place.

    Parameters
    ----------
    hours
        ``(n,)`` whole numbers from 0 to 167, hours of the week: 0 is Monday 00:00 to 01:00.
    day
        Any day of the week meant, which runs from Monday to Sunday.
    latitude, longitude
        Degrees north and east, WGS84.

    Returns
    -------
    dark
        ``(n,)`` bool.

    Raises
    ------
    SettingsError
        If an hour is not in the week, or the place not on earth.
    """
    wanted = np.asarray(hours)
    if wanted.size and not (
        np.issubdtype(wanted.dtype, np.integer)
        and wanted.min() >= 0
        and wanted.max() < HOURS_OF_WEEK
    ):
        raise SettingsError(
            "Hours of the week are whole numbers from 0 (Monday 00:00) to 167 (Sunday 23:00)."
        )
    light = _light("sunrise-sunset", latitude, longitude, clock)
    half_past = datetime.combine(monday_of(day), time(0, 30))
    dark = [
        not light.is_open((half_past + timedelta(hours=int(hour))).replace(tzinfo=clock))
        for hour in wanted.ravel()
    ]
    return np.array(dark, dtype=np.bool_).reshape(wanted.shape)
