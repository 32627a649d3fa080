"""Two coordinates in one cell, "51.5393, 0.0811" or "544421 184321", to two texts: x and y.

Which of the two comes first is one decision for the whole column.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from csp_geo.intake.coordinates import DEGREES, read_numbers
from csp_geo.projection import GB_DEGREES, in_box

_AROUND: Final = re.compile(r"^[\s(\[]++|(?<![\s)\]])[\s)\]]++$")
_NAMES: Final = re.compile(
    r"\b(?:lat(?:itude)?|long?(?:gitude)?|lng|eastings?|northings?)\b\s*[:=]?\s*", re.IGNORECASE
)
_BETWEEN: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\s)(?:\s*+[;|/]\s*+|\s*+,\s++|\s++,\s*+)",
        r"(?<=[NSEW])[\s,]++(?=[-+]?\d)",
        r"(?<![\s,])[\s,]++(?=[NSEW]\s*[-+]?\d)",
        r",",
        r"\s+",
    )
)
"""What may stand between the two, the surest first: a comma may be within a number as well."""
_NUMBER: Final = re.compile(
    r"(?=\D*\d)[NSEW]?\s*[+-]?\d[\d\s.,:'\"\u00b0\u00ba\u02da\u2032\u2033\u2019\u201d-]*[NSEW]?",
    re.IGNORECASE,
)
_EAST_WEST: Final = re.compile(r"(?i)^[EW]|[EW]$")
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)


def read_pairs(text: pd.Series) -> pd.DataFrame:
    """Read the cells of a column that hold two coordinates.

    Returns
    -------
    read
        Same index, columns 0 and 1: x and y as texts, NaN where the cell holds no pair. In degrees
        the latitude is taken to come first, unless most of the column fits only the other order.
    """
    halves = [_halves(cell) for cell in text]
    read = pd.DataFrame(halves, index=text.index, columns=[0, 1], dtype="str")
    known = read[0].notna()
    if known.any() and _latitude_first(read.loc[known, 0], read.loc[known, 1]):
        read = read[[1, 0]].set_axis([0, 1], axis=1)
    return read


def is_pair(cell: str) -> bool:
    """Tell whether a cell holds two coordinates."""
    return _halves(cell)[0] is not None


def _halves(cell: str) -> tuple[str, str] | tuple[None, None]:
    """Split a cell where that leaves two numbers."""
    bare = _AROUND.sub("", _NAMES.sub("", cell))
    for between in _BETWEEN:
        found = list(between.finditer(bare))
        if len(found) != 1:
            continue
        first, second = bare[: found[0].start()], bare[found[0].end() :]
        if _NUMBER.fullmatch(first) and _NUMBER.fullmatch(second):
            return first.strip(), second.strip()
    return None, None


def _latitude_first(first: pd.Series, second: pd.Series) -> bool:
    """Tell whether a column of pairs is latitude and longitude, in this order."""
    one, two = (read_numbers(half, DEGREES).value for half in (first, second))
    degrees = in_box(one, two, _WORLD) | in_box(two, one, _WORLD)
    if degrees.sum() * 2 <= len(first):
        return False  # eastings and northings
    east = [half.str.contains(_EAST_WEST).sum() for half in (first, second)]
    if east[0] != east[1]:
        return bool(east[1] > east[0])
    for box in (GB_DEGREES, _WORLD):
        as_written, exchanged = in_box(two, one, box).sum(), in_box(one, two, box).sum()
        if as_written != exchanged:
            return bool(as_written > exchanged)
    return True
