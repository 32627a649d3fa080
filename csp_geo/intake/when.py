"""Dates and times, by explicit formats: the order of day and month is never guessed.

British order and ISO are read. A column that shows month-first dates (a value fits only that order,
and none fits only day-first) makes every date in it that fits both orders unreadable, because
reading 03/04/2021 one way or the other would be a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

TIME_ZONE: Final = "Europe/London"

_RUN_TOGETHER: Final = "%Y%m%d"
_DAYS: Final = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    _RUN_TOGETHER,
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d/%m/%y",
    "%A %d %B %Y",
    "%a %d %b %Y",
)
_MONTHS: Final = ("%Y-%m", "%B %Y", "%b %Y", "%m/%Y")
_MONTH_FIRST: Final = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y")
_TIMES: Final = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H.%M", "%H%M", "%I:%M %p", "%I:%M%p")
_CLOCK: Final = r"^(?P<day>.*?\d)(?:[ T](?P<clock>\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?))?$"
_OFFSET: Final = r"(?:Z|[+-]\d{2}:?\d{2})$"
_AMBIGUOUS: Final = r"^\d{1,2}[/\-.]\d{1,2}[/\-.]\d{2,4}(?:[ T].*)?$"


@dataclass(frozen=True)
class Dated:
    """Dates of a column: `at` is naive London time, NaT where missing or unreadable.

    `instant` is the time-zone aware time where the text gave an offset, NaT elsewhere.
    """

    at: pd.Series
    precision: pd.Series
    missing: pd.Series
    unreadable: pd.Series
    unreadable_time: pd.Series
    instant: pd.Series
    month_first: bool = False


def read_dates(text: pd.Series, formats: tuple[str, ...] = ()) -> Dated:
    """Read a column of date texts.

    Parameters
    ----------
    text
        Strings; empty means missing. Date, date with time, or month alone.
    formats
        The source's own formats, tried before the British and ISO ones; they settle the order of
        day and month for the column.
    """
    cells = text.astype("str").fillna("").str.strip().str.replace(r"\s+", " ", regex=True)
    unique = pd.Series(cells.unique(), dtype="str")
    read = _read_unique(unique, formats)
    month_first = not formats and _is_month_first(unique)
    if month_first:
        read.loc[unique.str.match(_AMBIGUOUS).to_numpy(), "at"] = pd.NaT
    found = read.set_axis(unique.to_numpy()).reindex(cells.to_numpy()).set_axis(text.index)
    missing = cells == ""
    return Dated(
        at=found["at"],
        precision=found["precision"],
        missing=missing,
        unreadable=found["at"].isna() & ~missing,
        unreadable_time=found["bad_time"].astype(bool),
        instant=found["instant"],
        month_first=month_first,
    )


def _read_unique(unique: pd.Series, formats: tuple[str, ...]) -> pd.DataFrame:
    """Read each text once.

    `at`, `precision`, whether a time of day beside the date is no time (`bad_time`), and the
    `instant` where an offset says it.
    """
    at = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[us]")
    precision = pd.Series("day", index=unique.index, dtype="object")
    instant = at.dt.tz_localize(TIME_ZONE)
    offset = unique.str.contains(_OFFSET, regex=True) & unique.str.contains("[T ]", regex=True)
    if offset.any():
        moments = pd.to_datetime(unique[offset], format="ISO8601", utc=True, errors="coerce")
        instant[offset] = moments.dt.tz_convert(TIME_ZONE).astype(instant.dtype)
        at[offset] = instant[offset].dt.tz_localize(None)
        precision[offset] = "minute"
    _try(at, unique, precision, [(own, "minute" if "%H" in own else "day") for own in formats])
    parts = unique.str.extract(_CLOCK)
    days, clock = parts["day"].where(parts["clock"].notna(), unique), parts["clock"].fillna("")
    apart = at.isna() & (clock != "")
    since, bad_time = read_times(clock.where(apart, ""))
    _try(at, days, precision, [(day, "day") for day in _DAYS])
    _try(at, unique, precision, [(month, "month") for month in _MONTHS])
    timed = apart & at.notna() & since.notna()
    at[timed] += since[timed]
    precision[timed] = "minute"
    return pd.DataFrame(
        {"at": at, "precision": precision, "bad_time": bad_time, "instant": instant}
    )


def _try(
    at: pd.Series, text: pd.Series, precision: pd.Series, attempts: list[tuple[str, str]]
) -> None:
    """Fill what is still missing in `at`, one format after the other."""
    for pattern, fineness in attempts:
        left = at.isna() & (text != "")
        if pattern == _RUN_TOGETHER:
            left &= text.str.fullmatch(r"\d{8}")
        if not left.any():
            continue
        read = pd.to_datetime(text[left], format=pattern, errors="coerce").astype(at.dtype)
        got = read.index[read.notna()]
        at[got] = read[got]
        precision[got] = fineness


def _fits(text: pd.Series, patterns: tuple[str, ...]) -> pd.Series:
    fits = pd.Series(False, index=text.index)
    days = text.str.split(r"[ T]", n=1, regex=True).str[0]
    for pattern in patterns:
        fits |= pd.to_datetime(days, format=pattern, errors="coerce").notna()
    return fits


def _is_month_first(unique: pd.Series) -> bool:
    numeric = unique[unique.str.match(_AMBIGUOUS)]
    if numeric.empty:
        return False
    day_first = _fits(numeric, ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y"))
    month_first = _fits(numeric, _MONTH_FIRST)
    return bool((month_first & ~day_first).any() and not (day_first & ~month_first).any())


def read_times(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read times of day.

    Returns
    -------
    since_midnight, unreadable
        A timedelta (NaT where empty or unreadable), and which cells had a text that is no time.
    """
    cells = (
        text.fillna("")
        .astype("str")
        .str.strip()
        .str.replace(r"^\d{4}-\d\d-\d\d[ T]", "", regex=True)
    )
    since = pd.Series(pd.NaT, index=text.index, dtype="timedelta64[us]")
    for pattern in _TIMES:
        left = since.isna() & (cells != "")
        if not left.any():
            break
        read = pd.to_datetime(cells[left], format=pattern, errors="coerce")
        got = read.index[read.notna()]
        since[got] = (read[got] - read[got].dt.normalize()).astype(since.dtype)
    return since, (cells != "") & since.isna()


def in_london(at: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Put naive London times on the Europe/London clock.

    A time in the doubled hour of October is taken as summer time, one in the missing hour of March
    is moved forward.

    Returns
    -------
    aware, in_clock_change
        Time-zone aware times, and which of them fell into such an hour.
    """
    summer = np.ones(len(at), dtype=bool)
    first = at.dt.tz_localize(TIME_ZONE, ambiguous=summer, nonexistent="shift_forward")
    second = at.dt.tz_localize(TIME_ZONE, ambiguous=~summer, nonexistent="shift_backward")
    return first, (first != second) & at.notna()
