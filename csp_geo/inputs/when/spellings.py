"""Ways of writing a date that formats alone do not read, brought to one that they do.

Weekdays and zone names, seconds since 1970, months with two digits for the year, and what says no
month at all: a quarter, a season, a year.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.inputs.when.times import CLOCK, CLOCK_FIRST, SERIALS_NEEDED, within_calendar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SPACES: Final = re.compile(r"\s+")
_ORDINAL: Final = re.compile(r"(?i)(?<=\d)(?:st|nd|rd|th)\b(?: of\b)?")
_SEPT: Final = re.compile(r"(?i)\bsept\b")
_STOP: Final = re.compile(r"(?i)\b(jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.(?=[ ,]|$)")
_SLASHED: Final = re.compile(r"^(\d{4})/(\d\d)/(\d\d)(?=[ T]\d)")
_SAS: Final = re.compile(r"^(\d\d[A-Za-z]{3}\d{2,4}):(?=\d\d:)")
_WEEKDAY: Final = re.compile(
    r"(?i)^(?:mon|tues?|weds?|wednes|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
    r"(?:,| (?=\d|[a-z]{3})) ?"
)
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_YEAR: Final = r"'?(?:\d{4}|\d\d)(?: ?[/-] ?\d{2,4})?"
_COARSE: Final = re.compile(
    rf"(?i)(?:Q ?[1-4]|[1-4](?:st|nd|rd|th)? q(?:ua)?r?te?r|q(?:ua)?rte?r ?[1-4]|H[12])[ ,/-]*+"
    rf"(?:of )?(?:FY ?)?{_YEAR}|(?:FY ?)?\d{{4}}(?:[/-]\d\d)?[ ,/-]*+(?:Q ?[1-4]|H[12])"
    rf"|(?:spring|summer|autumn|fall|winter),? {_YEAR}"
    rf"|{_MONTH}(?: {_YEAR})? ?(?:-|\u2013|/|to|and) ?{_MONTH},? ?{_YEAR}"
    r"|(?:19|20)\d\d(?:\.0)?|(?:19|20)\d\d ?[/-] ?(?:1[3-9]|[2-9]\d)"
)
"""A quarter, a half-year, a season, several months, a year."""
_SHORT_YEAR: Final = re.compile(r"(?i)^(?P<month>[a-z]{3,9})\.? ?'?(?P<year>\d\d)$")
_YEARS: Final = (10, 39)
_ZONED: Final = re.compile(
    rf"(?i)^(?P<day>[^:]{{5,30}}?),?[ T](?P<clock>{CLOCK}) ?(?P<zone>GMT|UTC|UT|BST|Z)?"
    r"(?P<offset>[+-]\d\d:?\d\d)?(?: \([^()]{1,60}\))?(?: (?P<year>\d{4}))?$"
)
_SAYS_ZONE: Final = re.compile(r"(?i)[\dm.] ?(?:GMT|UTC|UT|BST|Z)\b|[+-]\d\d:?\d\d(?: \(|$)")
_SINCE_1970: Final = re.compile(r"1\d{9}(?:\d{3})?(?:\.0+)?")
"""Seconds of 2001 to 2033, or milliseconds. What begins with a 2 may be 2021110319: a date."""
_SECONDS: Final = 1e10


def tidied(unique: pd.Series) -> pd.Series:
    """Even out spaces, ordinals ("3rd of November"), "Sept", slashes of ISO dates, times first.

    "31OCT2022:21:45:00", as SAS writes it, loses its first colon.
    """
    plain = (
        unique.str.replace(_SPACES, " ", regex=True)
        .str.strip()
        .str.replace(_ORDINAL, "", regex=True)
        .str.replace(_SEPT, "Sep", regex=True)
        .str.replace(_SLASHED, r"\1-\2-\3", regex=True)
        .str.replace(_SAS, r"\1 ", regex=True)
    )
    first = plain.str.extract(CLOCK_FIRST)[0]
    if first.isna().all():
        return plain
    clocks = first.str.removesuffix("on ").str.rstrip(", ")
    days = plain.str.replace(CLOCK_FIRST, "", regex=True)
    return plain.mask(first.notna(), days + " " + clocks)


def without_weekday(text: pd.Series) -> pd.Series:
    """Return dates without the day of the week before them."""
    return text.str.replace(_WEEKDAY, "", regex=True)


def without_stops(text: pd.Series) -> pd.Series:
    """Return dates without the full stop of a short month: "5 Aug. 2022"."""
    return text.str.replace(_STOP, r"\1", regex=True).str.replace(_SEPT, "Sep", regex=True)


def other_weekday(text: pd.Series, at: pd.Series) -> pd.Series:
    """Tell which texts begin with a day of the week that is not that of their date `at`."""
    said = text[text.str.contains(_WEEKDAY) & at.notna()]
    differs = pd.Series(False, index=text.index)
    differs[said.index] = (
        said.str[:3].str.casefold() != at[said.index].dt.day_name().str[:3].str.casefold()
    )
    return differs


def is_coarse(text: pd.Series) -> pd.Series:
    """Tell what says a quarter, a season or a year: coarser than a month, so no date."""
    return text.str.fullmatch(_COARSE)


def short_years(text: pd.Series) -> pd.Series:
    """Write "Nov 21" as "Nov 2021", where no cell of the column can only be the 21st of November.

    Of days there are more than of months: then it is a day without its year, and stays as it is.
    """
    parts = text.str.extract(_SHORT_YEAR)
    found = parts["year"].notna()
    if not found.any():
        return text
    years = parts.loc[found, "year"].astype("int64")
    months = parts.loc[found, "month"].str[:3].str.casefold()
    if not years.between(*_YEARS).all() or years.nunique() > months.nunique():
        return text
    return text.mask(found, parts["month"].str[:3] + " 20" + parts["year"])


def split_zones(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Take the zone from "Wed Nov 03 2021 19:05:00 GMT+0000 (Greenwich Mean Time)".

    Returns
    -------
    bare, offset
        Date and time without it, "" where there is no zone; the offset from UTC, NaT where it is
        that of London's clock.
    """
    bare = pd.Series("", index=text.index, dtype="str")
    offset = pd.Series(pd.NaT, index=text.index, dtype="timedelta64[us]")
    likely = without_weekday(text[text.str.contains(_SAYS_ZONE)])
    if likely.empty:
        return bare, offset
    parts = likely.str.extract(_ZONED)
    said = parts["day"].notna() & (parts["zone"].notna() | parts["offset"].notna())
    parts = parts[said]
    year = (" " + parts["year"]).fillna("")
    bare[parts.index] = parts["day"] + year + " " + parts["clock"]
    digits = parts["offset"].fillna("+0000").str.replace(":", "", regex=False)
    minutes = digits.str[1:3].astype("int64") * 60 + digits.str[3:5].astype("int64")
    minutes = minutes.mask(digits.str[0] == "-", -minutes)
    ahead = pd.to_timedelta(minutes, unit="min").astype(offset.dtype)
    offset[parts.index] = ahead.mask(parts["zone"].str.upper() == "BST")
    return bare, offset


def since_1970(
    unique: pd.Series, is_open: pd.Series, counts: NDArray[np.intp]
) -> tuple[pd.Series, pd.Series]:
    """Read the numbers that databases keep instants as, where most of the column holds them.

    Parameters
    ----------
    is_open
        Which texts are not read yet.
    counts
        In how many cells each stands.

    Returns
    -------
    instants, is_epoch
        In UTC, NaT elsewhere; which texts are such numbers.
    """
    fits = unique.str.fullmatch(_SINCE_1970) & is_open
    instants = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[us, UTC]")
    filled = int(counts[(unique != "").to_numpy()].sum())
    n = int(counts[fits.to_numpy(dtype=bool)].sum())
    if n < SERIALS_NEEDED or n * 2 <= filled:
        return instants, fits & False
    numbers = unique[fits].astype("float64")
    seconds = numbers.where(numbers < _SECONDS, numbers / 1000)
    read = pd.to_datetime(seconds.round(3), unit="s", utc=True, errors="coerce")
    instants[fits] = read.astype(instants.dtype)
    return instants, fits


def on_the_clock(
    instants: pd.Series, counts: NDArray[np.intp], clock: str
) -> tuple[pd.Series, bool]:
    """Put UTC instants on a clock, and tell whether they are days without a time.

    A column of which every cell says midnight in UTC holds days: in summer each would be one
    o'clock in the night here.
    """
    known = instants.notna()
    midnight = known & (instants == instants.dt.normalize())
    enough = int(counts[known.to_numpy()].sum()) >= SERIALS_NEEDED
    if enough and bool(midnight[known].all()):
        return instants.dt.tz_localize(None), True
    return within_calendar(instants).dt.tz_convert(clock), False
