"""Dates and times, by explicit formats: the order of day and month is never guessed.

British order and ISO are read. A column is read month-first only where it proves to be so: enough
of its dates fit no other order, none fits day-first alone, and all are written in one form. Else,
where dates that fit only month-first are more than 1 in 20 of those that fit one order alone, the
column's order is open: every date in it that fits both orders is left out as well, because reading
03/04/2021 one way or the other would be a guess. Fewer are slips in a column that the others prove
to be day-first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.inputs.when.spellings import (
    is_coarse,
    on_the_clock,
    other_weekday,
    short_years,
    since_1970,
    split_zones,
    tidied,
    without_stops,
    without_weekday,
)
from csp_geo.inputs.when.times import (
    CLOCK,
    END_OF_DAY,
    SERIALS_NEEDED,
    TIME_ZONE,
    put_on_clock,
    read_times,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TIME_ZONE", "Dated", "put_on_clock", "read_dates", "read_times"]

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
    "%d %b %y",
    "%d/%m/%y",
    "%d-%m-%y",
    "%d.%m.%y",
    "%B %d %Y",
    "%b %d %Y",
    "%d%b%Y",
    "%d%b%y",
    "%d/%b/%Y",
    "%Y.%m.%d",
    "%Y-%b-%d",
    "%Y %b %d",
    "%Y %B %d",
)
_MONTHS: Final = ("%Y-%m", "%B %Y", "%b %Y", "%m/%Y", "%m-%Y", "%b-%Y", "%b-%y", "%Y/%m")
_DAY_FIRST: Final = ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d-%m-%y", "%d.%m.%Y", "%d.%m.%y")
_MONTH_FIRST: Final = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%m.%d.%Y", "%m.%d.%y")
_TURNED: Final = dict(zip(_DAY_FIRST, _MONTH_FIRST, strict=True))
_PROOFS: Final = 5
_PROVEN_SHARE: Final = 3
"""One in so many dates must fit only month-first; of any days it would be three in five."""
_SLIPS: Final = 0.05
"""Share of dates that fit only month-first, up to which they are slips in a day-first column."""
_CLOCKED: Final = re.compile(rf"(?i)^(?P<day>.*?\d)(?:(?:T|,? (?:at |@ ?)?)(?P<clock>{CLOCK}))?$")
_OFFSET: Final = re.compile(
    r"(?:Z|[+-]\d{2}:?\d{2}|(?<=[:.]\d\d)\+\d\d|(?<=\d\.\d{3})\+\d\d|(?<=:\d\d:\d\d)-\d\d)$"
)
_BEFORE_CLOCK: Final = re.compile(r"[T ]")
_AMBIGUOUS: Final = re.compile(r"^\d{1,2}([/\-.])(\d{1,2})[/\-.]\d{2,4}(?:[ T,].*)?$")
_DIGIT: Final = re.compile(r"\d")
_AFTER_DAY: Final = re.compile(r"[ T,]")
_WEEK: Final = re.compile(
    r"(?i)^(?:w/c|wc|w\.c\.|w/b|(?:week|wk) (?:commencing|beginning|starting|of))\b[ .:]*+(?=.*\d)"
)
_WEEK_ENDING: Final = re.compile(r"(?i)^(?:w/e|(?:week|wk) ending)\b[ .:]*+(?=.*\d)")
_SERIAL: Final = re.compile(r"(?:[2-5]\d{4}|60000)(?:\.\d+)?")
_EIGHT_DIGITS: Final = re.compile(r"\d{8}")
_EXCEL_EPOCH: Final = pd.Timestamp("1899-12-30")
_DAY: Final = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Dated:
    """Dates of a column: `at` is naive London time, NaT where missing or unreadable.

    `instant` is the time-zone aware time where the text gave an offset, NaT elsewhere. `week` tells
    where only a week is known, `at` being its first day; `midnight` where 24:00 stood, `at` being
    the day that it ends. `serial` tells the dates that Excel had left as numbers, `epoch` those
    that a database had left as seconds or milliseconds since 1970. `coarse` tells the unreadable
    ones that say a quarter, a season or a year, `other_weekday` those that begin with a day of the
    week that is not theirs.

    `read_month_first` tells that the column is proven to be month-first and was read so,
    `month_first` that it has too many dates that fit only month-first to trust its order, without
    that proof; `open_order` which dates are unreadable for that. `n_orders` counts the cells that
    fit only month-first and those that fit only day-first, `evidence` is the position and the
    second number of the first of the former.
    """

    at: pd.Series
    precision: pd.Series
    missing: pd.Series
    unreadable: pd.Series
    unreadable_time: pd.Series
    instant: pd.Series
    week: pd.Series
    midnight: pd.Series
    serial: pd.Series
    epoch: pd.Series
    coarse: pd.Series
    other_weekday: pd.Series
    open_order: pd.Series
    month_first: bool = False
    read_month_first: bool = False
    n_orders: tuple[int, int] = (0, 0)
    evidence: tuple[int, str] | None = None


def read_dates(
    text: pd.Series,
    formats: tuple[str, ...] = (),
    *,
    beside: pd.Series | None = None,
    heading: str = "",
    zone: str = TIME_ZONE,
) -> Dated:
    """Read a column of date texts.

    Parameters
    ----------
    text
        Strings; empty means missing. Date, date with time, week, or month alone.
    formats
        The source's own formats, tried before the British and ISO ones; they settle the order of
        day and month for the column.
    beside
        Another column that the same system wrote: its order of day and month is the same.
    heading
        The column's own name: below "week commencing" every date is a week.
    zone
        The time zone of the place, on whose clock an instant with an offset is put.
    """
    text = text.astype("str").fillna("")
    if not (text != "").any():
        return _no_dates(text.index, zone)
    codes, raw = pd.factorize(text)
    unique = tidied(pd.Series(raw, dtype="str"))
    counts = np.bincount(codes[codes >= 0], minlength=len(unique))
    bare = unique.str.replace(_WEEK, "", regex=True).str.replace(_WEEK_ENDING, "", regex=True)
    found = _Orders() if formats else _orders_of(bare, codes, beside)
    days = [_TURNED.get(day, day) if found.is_month_first else day for day in _DAYS]
    read = _read_unique(bare, formats, days, counts, zone)
    if found.is_open:
        orders = _orders(bare)
        in_doubt = orders.index[orders["month"] | ~orders["day"]]
        read.loc[in_doubt, "at"] = pd.NaT
        read.loc[orders.index[orders["month"]], "open_order"] = True
    read["other_weekday"] = other_weekday(
        bare, read["at"].where(read["instant"].isna() & (read["precision"] != "month"))
    )
    _read_serials(read, unique, counts)
    _read_weeks(read, unique, heading)
    cells = read.take(codes).set_axis(text.index)
    missing = (unique == "").take(codes).set_axis(text.index)
    return Dated(
        at=cells["at"],
        precision=cells["precision"],
        missing=missing,
        unreadable=cells["at"].isna() & ~missing,
        unreadable_time=cells["bad_time"].astype(bool),
        instant=cells["instant"],
        week=cells["week"],
        midnight=cells["midnight"],
        serial=cells["serial"],
        epoch=cells["epoch"].astype(bool),
        coarse=cells["coarse"].astype(bool) & cells["at"].isna(),
        other_weekday=cells["other_weekday"],
        open_order=cells["open_order"].astype(bool),
        month_first=found.is_open,
        read_month_first=found.is_month_first,
        n_orders=(found.month, found.day),
        evidence=_evidence(bare, codes) if found.month else None,
    )


def _no_dates(index: pd.Index, zone: str) -> Dated:
    """Return what is read of an empty column, which most files have for one field or another."""
    at = pd.Series(pd.NaT, index=index, dtype="datetime64[us]")
    no = pd.Series(False, index=index)
    return Dated(
        at=at,
        precision=pd.Series("day", index=index, dtype="object"),
        missing=~no,
        unreadable=no,
        unreadable_time=no,
        instant=at.dt.tz_localize(zone),
        week=no,
        midnight=no,
        serial=no,
        epoch=no,
        coarse=no,
        other_weekday=no,
        open_order=no,
    )


def _different(text: pd.Series) -> pd.Series:
    return pd.Series(text.astype("str").fillna("").unique(), dtype="str")


def _read_unique(
    unique: pd.Series,
    formats: tuple[str, ...],
    written: list[str],
    counts: NDArray[np.intp],
    zone: str,
) -> pd.DataFrame:
    """Read each text once, days as `written` after the source's own `formats`.

    `at`, `precision`, whether a time of day beside the date is not a time (`bad_time`) or 24:00
    (`midnight`), and the `instant` where an offset says it.
    """
    at = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[us]")
    precision = pd.Series("day", index=unique.index, dtype="object")
    instant = at.dt.tz_localize(zone)
    offset = unique.str.contains(_OFFSET) & unique.str.contains(_BEFORE_CLOCK)
    moments = at.dt.tz_localize("UTC")
    if offset.any():
        iso = pd.to_datetime(unique[offset], format="ISO8601", utc=True, errors="coerce")
        moments[offset] = iso.astype(moments.dtype)
    _try(at, unique, precision, [(own, "minute" if "%H" in own else "day") for own in formats])
    unique = without_stops(unique)
    numbers, epoch = since_1970(unique, at.isna() & moments.isna(), counts)
    texts, ahead = split_zones(unique.where(at.isna() & moments.isna(), ""))
    zoned = texts != ""
    parts = unique.mask(zoned, texts).str.extract(_CLOCKED)
    days, clock = parts["day"].where(parts["clock"].notna(), unique), parts["clock"].fillna("")
    apart = at.isna() & moments.isna() & (clock != "")
    since, bad_time = read_times(clock.where(apart, ""))
    days = without_weekday(days.where(moments.isna(), "").str.replace(",", "", regex=False))
    _try(at, days, precision, [(day, "day") for day in written])
    months = short_years(unique.where(moments.isna(), ""))
    _try(at, months, precision, [(month, "month") for month in _MONTHS])
    midnight = apart & (since == END_OF_DAY)
    timed = apart & at.notna() & since.notna() & ~midnight
    at[timed] += since[timed]
    precision[timed] = "minute"
    zoned &= timed & ahead.notna()
    moments[zoned] = (at[zoned] - ahead[zoned]).dt.tz_localize("UTC")
    moments = moments.fillna(numbers)
    on_clock, are_days = on_the_clock(moments, counts, zone)
    known = moments.notna()
    if are_days:
        at[known] = on_clock[known].astype(at.dtype)
    else:
        instant[known] = on_clock[known].astype(instant.dtype)
        at[known] = instant[known].dt.tz_localize(None)
    precision[known] = "day" if are_days else "minute"
    read = {"at": at, "precision": precision, "bad_time": bad_time, "instant": instant}
    read |= {"midnight": midnight, "epoch": epoch, "coarse": is_coarse(unique)}
    return pd.DataFrame(read | {"week": False, "serial": False, "open_order": False})


def _try(
    at: pd.Series, text: pd.Series, precision: pd.Series, attempts: list[tuple[str, str]]
) -> None:
    """Fill what is still missing in `at`, one format after the other."""
    left = text[at.isna() & (text != "")]
    for pattern, fineness in attempts:
        tried = left[left.str.fullmatch(_EIGHT_DIGITS)] if pattern == _RUN_TOGETHER else left
        if tried.empty:
            continue
        read = pd.to_datetime(tried, format=pattern, errors="coerce").astype(at.dtype).dropna()
        at[read.index] = read
        precision[read.index] = fineness
        left = left.drop(read.index)


def _read_weeks(read: pd.DataFrame, unique: pd.Series, heading: str) -> None:
    """Mark what begins with "w/c"; a week that ends on a day began six days before.

    What the cell does not say, the heading may say for all of them.
    """
    ending, beginning = (unique.str.contains(words) for words in (_WEEK_ENDING, _WEEK))
    ending |= ~beginning & bool(_WEEK_ENDING.match(f"{heading} 1"))
    beginning |= bool(_WEEK.match(f"{heading} 1"))
    week = (ending | beginning) & read["at"].notna()
    week &= read["precision"] != "month"
    read.loc[week, "at"] = read.loc[week, "at"].dt.normalize()
    read.loc[week & ending, "at"] -= 6 * _DAY
    read.loc[week, "precision"] = "day"
    read.loc[week, "instant"] = pd.NaT
    read["week"] = week


def _read_serials(read: pd.DataFrame, unique: pd.Series, counts: NDArray[np.intp]) -> None:
    """Read the numbers that Excel keeps dates as, where most of the column holds them."""
    serial = (unique.str.fullmatch(_SERIAL) & read["at"].isna()).to_numpy(dtype=bool)
    n, filled = counts[serial].sum(), counts[(unique != "").to_numpy()].sum()
    if n < SERIALS_NEEDED or n * 2 <= filled:
        return
    days = unique[serial].astype("float64")
    read.loc[serial, "at"] = _of_serials(days).astype(read["at"].dtype)
    read.loc[serial, "precision"] = np.where(np.mod(days, 1) == 0, "day", "minute")
    read.loc[serial, "bad_time"] = False
    read["serial"] = serial


def _of_serials(days: pd.Series) -> pd.Series:
    at: pd.Series = _EXCEL_EPOCH + pd.to_timedelta((days * 86_400).round(), unit="s")
    return at


def days_of_serials(text: pd.Series) -> pd.Series:
    """Return the days that texts would be as Excel's serial numbers, NaT for any other text."""
    numbers = text.where(text.str.fullmatch(_SERIAL)).astype("float64")
    days: pd.Series = _of_serials(numbers).dt.normalize()
    return days


@dataclass(frozen=True)
class _Orders:
    """How many dates of one or two columns fit only `month` or only `day` first, and `either`.

    `one_form` tells that no date is written in another form or with another sign: of a list that
    a spreadsheet opened it may have turned some round and left the others.
    """

    month: int = 0
    day: int = 0
    either: int = 0
    one_form: bool = False

    @property
    def is_month_first(self) -> bool:
        """Whether nothing but month-first explains the column."""
        enough = self.month >= max(_PROOFS, (self.month + self.either) / _PROVEN_SHARE)
        return enough and not self.day and self.one_form

    @property
    def is_open(self) -> bool:
        """Whether the order is not known: neither proven, nor a few slips in a day-first column."""
        return not self.is_month_first and self.month > _SLIPS * (self.month + self.day)


def _orders(text: pd.Series) -> pd.DataFrame:
    """Tell of the dates written as three numbers whether they fit `month` first and `day` first."""
    bare = without_weekday(text)
    numbers = bare[bare.str.match(_AMBIGUOUS)]
    days = numbers.str.split(_AFTER_DAY, n=1).str[0]
    fits = pd.DataFrame(False, index=numbers.index, columns=["month", "day"])
    if len(days):
        for order, patterns in (("month", _MONTH_FIRST), ("day", _DAY_FIRST)):
            for pattern in patterns:
                fits[order] |= pd.to_datetime(days, format=pattern, errors="coerce").notna()
    return fits


def _only(order: str, fits: pd.DataFrame) -> pd.Index:
    """Return where one order of day and month fits and the other does not."""
    return fits.index[fits[order] & (fits.sum(axis=1) == 1)]


def _orders_of(unique: pd.Series, codes: NDArray[np.intp], beside: pd.Series | None) -> _Orders:
    """Count the orders of the cells of one or two columns, and tell whether all have one form."""
    text, counts = unique, pd.Series(np.bincount(codes[codes >= 0], minlength=len(unique)))
    if beside is not None:
        more = beside.astype("str").fillna("").value_counts()
        text = pd.concat([text, tidied(pd.Series(more.index, dtype="str"))], ignore_index=True)
        counts = pd.concat([counts, more], ignore_index=True)
    fits = _orders(text)
    month, day = (int(counts[_only(order, fits)].sum()) for order in ("month", "day"))
    either = int(counts[fits.index[fits.all(axis=1)]].sum())
    signs = without_weekday(text[text.str.contains(_DIGIT)]).str.extract(_AMBIGUOUS)[0]
    return _Orders(month, day, either, one_form=len(set(signs)) == 1)


def _evidence(unique: pd.Series, codes: NDArray[np.intp]) -> tuple[int, str] | None:
    """Tell the first cell whose second number cannot be a month: its position, that number."""
    second = without_weekday(unique).str.extract(_AMBIGUOUS)[1]
    rows = np.flatnonzero(np.isin(codes, _only("month", _orders(unique))))
    if not len(rows):
        return None
    return int(rows[0]), str(second.iloc[codes[rows[0]]])


def month_first_formats(text: pd.Series) -> tuple[str, ...]:
    """Return the month-first formats of a column in which day-first does not fit, else none."""
    unique = tidied(_different(text))
    fits = _orders(unique)
    if not len(_only("month", fits)) or len(_only("day", fits)):
        return ()
    clocks = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    formats = (day + clock for day in _MONTH_FIRST for clock in clocks)
    return tuple(
        written
        for written in formats
        if pd.to_datetime(unique, format=written, errors="coerce").notna().any()
    )
