"""British grid references at any precision: the middle of the square, and the side as doubt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
