"""Coordinate texts to numbers: decimals, degrees with minutes and seconds, grid references.

Plain decimals, which nearly every cell holds, are read first and at once; only what is left is
looked at for the other ways of writing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEGREES: Final = "degrees"
METRES: Final = "metres"

_MISSING: Final = ("", "no location", "unknown", "n/a", "-")
_PLAIN: Final = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:[, ']\d{3})+(?:\.\d*)?")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d+,\d+")
_GROUPING: Final = re.compile(r"[, ']")
_POINT: Final = re.compile(r"[.,]")
_FRACTION: Final = re.compile(r"[.,](\d*)$")
_SPACES: Final = "\u00a0\u2009\u202f"
_NUMBER: Final = r"\d{1,9}(?:[.,]\d+)?"
_GAP: Final = r"\s{0,9}"
_DEGREES_END: Final = rf"(?P<mark>{_GAP}(?:\u00b0|deg(?:rees)?|d|:|-){_GAP})"
_MINUTES_END: Final = rf"(?P<mark2>{_GAP}(?:'|min|m|:|-){_GAP})"
_NO_MORE: Final = rf"\s{{1,9}}|(?={_GAP}[NSEW]?$)"
_ANGLE: Final = re.compile(
    rf"^(?P<before>[NSEW])?{_GAP}(?P<sign>[+-])?{_GAP}"
    rf"(?P<degrees>{_NUMBER})(?:{_DEGREES_END}|{_NO_MORE})"
    rf"(?:(?P<minutes>{_NUMBER})(?:{_MINUTES_END}|{_NO_MORE})"
    rf"(?:(?P<seconds>{_NUMBER}){_GAP}(?:\"|''|sec|s(?={_GAP}[NSEW]))?{_GAP})?)?"
    r"(?P<after>[NSEW])?$",
    re.IGNORECASE,
)
_LIKE: Final = {"\u00ba": "\u00b0", "\u02da": "\u00b0", "\u2212": "-", "\u2013": "-"}
_LIKE_QUOTES: Final = {"\u2032": "'", "\u2019": "'", "\u2033": '"', "\u201d": '"'}
_AS_ONE: Final = str.maketrans({**_LIKE, **_LIKE_QUOTES, **dict.fromkeys(_SPACES, " ")})
_LOW_MARKS: Final = (0.0, -1.0, -9.0, -99.0)
_HIGH_MARKS: Final = (999_999.0, 9_999_999.0, -999.0, -9_999.0, -99_999.0, -999_999.0)
_FULL: Final = 60.0
"""Seconds that some devices write for 59.96, rounded."""
_SECOND_M: Final = 31.0
_TENTH_MINUTE_M: Final = 185.0
"""A second, and a tenth of a minute, of latitude in metres: the doubt of a place written so."""


@dataclass(frozen=True)
class Numbers:
    """A column of coordinates: `value` is NaN where the cell is missing or bad.

    `decimals` says how fine each is written, as decimals of a degree (or of a metre); `doubt_m` is
    what whole seconds leave in doubt. `commas` tells the numbers written with thousands commas.
    """

    value: NDArray[np.float64]
    missing: NDArray[np.bool_]
    bad: NDArray[np.bool_]
    decimals: NDArray[np.int64]
    doubt_m: NDArray[np.float64]
    commas: NDArray[np.bool_]


def read_numbers(text: pd.Series, axes: str) -> Numbers:
    """Read a column of coordinates, which holds degrees or metres."""
    cells = text.astype("str").fillna("").str.strip()
    missing = np.asarray(cells.str.casefold().isin(_MISSING), dtype=np.bool_)
    plain = cells.where(cells.str.fullmatch(_PLAIN), "nan")
    values = np.asarray(plain, dtype=np.float64)
    decimals = _decimals(cells)
    doubt_m, commas = np.zeros(len(values)), np.zeros(len(values), dtype=np.bool_)
    left = np.flatnonzero(~missing & ~np.isfinite(values))
    if len(left):
        values, decimals = values.copy(), decimals.copy()
        others = cells.iloc[left].str.translate(_AS_ONE)
        if axes == DEGREES:
            values[left], decimals[left], doubt_m[left] = _angles(others)
        else:
            values[left], commas[left] = _metres(others, int((~missing).sum()))
    bad = ~missing & ~np.isfinite(values)
    return Numbers(values, missing, bad, decimals, doubt_m, commas)


def stands_for_none(x: NDArray[np.float64], y: NDArray[np.float64], axes: str) -> NDArray[np.bool_]:
    """Tell the pairs that stand for "not known": 0, 0 or -1, -1, in metres either of them; 999999.

    A longitude of 0 is Greenwich and one of -1 is Portsmouth, so in degrees both must say it.
    """
    low = [np.isin(value, _LOW_MARKS) for value in (x, y)]
    high: NDArray[np.bool_] = np.isin(x, _HIGH_MARKS) | np.isin(y, _HIGH_MARKS)
    return high | (low[0] | low[1] if axes == METRES else low[0] & low[1])


def _decimals(cells: pd.Series) -> NDArray[np.int64]:
    fraction = cells.str.extract(_FRACTION)[0]
    return np.asarray(fraction.fillna("").str.rstrip("0").str.len(), dtype=np.int64)


def _as_float(texts: pd.Series) -> NDArray[np.float64]:
    return np.asarray(texts.fillna("nan").str.replace(",", ".", regex=False), dtype=np.float64)


def _metres(cells: pd.Series, filled: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read 544,421 where most of the column is written so; 544421,5 is a decimal comma anywhere."""
    thousands = np.asarray(cells.str.fullmatch(_THOUSANDS), dtype=np.bool_)
    decimal = np.asarray(cells.str.fullmatch(_DECIMAL_COMMA), dtype=np.bool_) & ~thousands
    if thousands.sum() * 2 <= filled:
        thousands = np.zeros(len(cells), dtype=np.bool_)
    values = np.full(len(cells), np.nan)
    values[decimal] = _as_float(cells[decimal])
    grouped = cells[thousands].str.replace(_GROUPING, "", regex=True)
    values[thousands] = np.asarray(grouped, dtype=np.float64)
    return values, thousands


def _angles(
    cells: pd.Series,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Read 51°32'21"N, 51 32 21 N, 51.5 N and 51,5393: value, decimals, doubt in metres."""
    parts = cells.str.extract(_ANGLE)
    degrees, minutes, seconds = (
        _as_float(parts[name]) for name in ("degrees", "minutes", "seconds")
    )
    letter = parts["before"].fillna(parts["after"]).str.upper()
    minus, south_west = (parts["sign"] == "-").to_numpy(), letter.isin(["S", "W"]).to_numpy()
    value = degrees + np.nan_to_num(minutes) / 60 + np.nan_to_num(seconds) / 3600
    value = np.where(minus | south_west, -value, value)

    has_minutes, has_seconds = np.isfinite(minutes), np.isfinite(seconds)
    fine_minutes = parts["minutes"].str.contains(_POINT).fillna(value=False).to_numpy(dtype=bool)
    said = (parts["mark"].notna() | letter.notna()).to_numpy() | fine_minutes | has_seconds
    sound = ~(has_minutes & (np.mod(degrees, 1) != 0)) & ~(has_seconds & fine_minutes)
    sound &= (np.nan_to_num(minutes) < 60) & (np.nan_to_num(seconds) <= _FULL)  # noqa: PLR2004
    sound &= said | ~has_minutes
    sound &= ~(minus & letter.isin(["N", "E"]).to_numpy())
    sound &= ~(parts["before"].notna() & parts["after"].notna()).to_numpy()

    of_minutes = np.minimum(_decimals(parts["minutes"].fillna("")) + 2, 4)
    decimals = np.where(has_minutes, of_minutes, _decimals(parts["degrees"].fillna("")))
    decimals = np.where(has_seconds, 5, decimals)
    whole_seconds = has_seconds & (np.mod(seconds, 1) == 0)
    tenths = has_minutes & ~has_seconds & (decimals == 3)  # noqa: PLR2004
    doubt = np.where(whole_seconds, _SECOND_M, np.where(tenths, _TENTH_MINUTE_M, 0.0))
    return np.where(sound, value, np.nan), decimals, doubt


_LETTERS: Final = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""Each letter is a square of a grid of five by five, from the north-west; there is no I."""
_SQUARE_M: Final = 100_000
_REFERENCE: Final = re.compile(
    r"(?P<letters>[HJNOST][A-HJ-Z])[\s,:/-]*+"
    r"(?:(?P<both>\d{0,10})|(?P<east>\d{1,5})[\s,:/-]++(?P<north>\d{1,5}))\s*"
    r"(?P<quarter>[NS][EW])?"
)
_NO_PLACE: Final = (np.nan, np.nan, 0.0)


def read_gridrefs(text: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read TQ 444 842, tq4484, TQ44418432 or TQ48SW.

    Returns
    -------
    points, side_m
        ``(n, 2)`` eastings and northings of the middle of each square, NaN where the text is no
        grid reference of Great Britain; the side of the square.
    """
    codes, unique = pd.factorize(text.astype("str").fillna(""))
    found = np.array([_square(cell) for cell in unique], dtype=np.float64).reshape(-1, 3)
    return found[codes, :2], found[codes, 2]


def _square(cell: str) -> tuple[float, float, float]:
    """Return the middle and the side of one square."""
    match = _REFERENCE.fullmatch(cell.strip().upper())
    if match is None:
        return _NO_PLACE
    both = match["both"]
    east, north = (
        (match["east"], match["north"])
        if both is None
        else (both[: len(both) // 2], both[len(both) // 2 :])
    )
    if len(east) != len(north):
        return _NO_PLACE
    first, second = (divmod(_LETTERS.index(letter), 5) for letter in match["letters"])
    column = (first[1] - 2) * 5 + second[1]
    row = (3 - first[0]) * 5 + 4 - second[0]
    if not (0 <= column < 7 and 0 <= row < 13):  # noqa: PLR2004 - the National Grid's squares
        return _NO_PLACE
    side = _SQUARE_M / 10 ** len(east)
    x, y = column * _SQUARE_M + int(east or 0) * side, row * _SQUARE_M + int(north or 0) * side
    if quarter := match["quarter"]:
        side /= 2
        x, y = x + side * (quarter[1] == "E"), y + side * (quarter[0] == "N")
    return x + side / 2, y + side / 2, side
