"""One column of a layer of wards: the words of its heading, and what its cells look like."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from csp_geo.core.visible import clean
from csp_geo.inputs.files.table import said
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_HEADING_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GSS: Final = re.compile(r"[A-Z]\d{8}")
_WHOLE: Final = re.compile(r"(-?\d{1,15})\.0{1,15}")
_INTEGER: Final = re.compile(r"-?\d{1,15}")
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:[.,]\d{1,20})?")
_DECIMAL: Final = re.compile(r"[.,]")
_SHORT: Final = re.compile(r"\S{1,20}")
_LETTER: Final = re.compile(r"[^\W\d_]")
_DIGIT: Final = re.compile(r"\d")
_FEWEST_SIZES: Final = 4
_SPREAD: Final = 0.2
_SAME_RATIO: Final = 0.05
"""Numbers are sizes where their ratio to the areas varies less than this, and the areas vary more
than `_SPREAD`: shares of the mean."""
_MOSTLY: Final = 0.8
_LONGEST_NAME: Final = 100


def _words() -> Mapping[str, frozenset[str]]:
    text = (files("csp_geo.inputs.areas") / "ward_headings.toml").read_text(encoding="utf-8")
    return {name: frozenset(words) for name, words in tomllib.loads(text).items()}


WORDS: Final = _words()
"""Kind of word to the words, of ward_headings.toml."""
_TAILS: Final = tuple(
    sorted(word for word in WORDS["code"] | WORDS["name"] if len(word) >= len("code"))
)
"""Endings that are words of their own, as in "buurtnaam"; shorter ones may end any word."""
_OF_AN_AREA: Final = WORDS["code"] | WORDS["name"] | {"id"}


def heading_words(heading: str) -> tuple[str, ...]:
    """Split a heading into its words in lower case: "BoroCD" and "WARDNO" have two each."""
    words = (word.casefold() for word in _HEADING_WORD.findall(_CAMEL.sub(" ", heading)))
    return tuple(part for word in words for part in _parts(word))


def _parts(word: str) -> tuple[str, ...]:
    """Split what was written without a gap: an area, and what is said of it."""
    for at in range(2, len(word) - 1):
        if word[:at] in WORDS["area"] and word[at:] in _OF_AN_AREA:
            return word[:at], word[at:]
    tail = next((one for one in _TAILS if word.endswith(one) and word != one), "")
    return (word.removesuffix(tail), tail) if tail else (word,)


def texts_of(cells: pd.Series) -> pd.Series:
    """Return cells as texts, "" for empty; whole numbers that became floats are whole again.

    "12.0" is "12" where all numbers of the column are whole: a table with a gap makes floats.
    """
    texts = pd.Series(
        ["" if pd.isna(cell) else said(clean(cell)) for cell in cells], cells.index, dtype="str"
    )
    filled = texts[texts != ""]
    if len(filled) and filled.str.fullmatch(_NUMBER).all():
        whole = filled.str.fullmatch(_WHOLE) | filled.str.fullmatch(_INTEGER)
        if whole.all():
            return texts.str.replace(_WHOLE, r"\1", regex=True)
    return texts


@dataclass(frozen=True, eq=False)
class WardColumn:
    """One column of a layer: its heading, its cells as texts, and what they look like."""

    heading: str
    texts: pd.Series
    shapes: NDArray[np.object_] = field(repr=False)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the heading, and the heading as one."""
        return frozenset(heading_words(self.heading)) | {plain(self.heading)}

    @cached_property
    def last(self) -> str:
        """The last word of the heading."""
        return next(iter(heading_words(self.heading)[::-1]), "")

    @cached_property
    def is_area_alone(self) -> bool:
        """The heading says what the shapes are called, and no more: "ward", "DISTRICT_N"."""
        others = [word for word in heading_words(self.heading) if word not in WORDS["area"]]
        return bool(self.words & WORDS["area"]) and all(
            len(word) == 1 or word.isdigit() for word in others
        )

    @cached_property
    def filled(self) -> pd.Series:
        """The cells that say something."""
        return self.texts[self.texts != ""]

    @cached_property
    def n_different(self) -> int:
        """How many different values there are."""
        return int(self.filled.nunique())

    @property
    def is_whole(self) -> bool:
        """Every shape has a value."""
        return len(self.filled) == len(self.texts)

    @property
    def is_one_per_shape(self) -> bool:
        """Every shape has a value of its own."""
        return self.is_whole and self.n_different == len(self.texts)

    @property
    def distinguishes(self) -> bool:
        """The values tell shapes apart, as far as there are several."""
        return self.n_different > 1 or (len(self.texts) == 1 and self.n_different == 1)

    def _share(self, pattern: re.Pattern[str]) -> float:
        return float(self.filled.str.contains(pattern).mean()) if len(self.filled) else 0.0

    @cached_property
    def is_gss(self) -> bool:
        """All cells are codes as the Office for National Statistics gives them."""
        return bool(len(self.filled)) and bool(self.filled.str.fullmatch(_GSS).all())

    @cached_property
    def is_number(self) -> bool:
        """All cells are numbers, whole or not."""
        return bool(len(self.filled)) and bool(self.filled.str.fullmatch(_NUMBER).all())

    @cached_property
    def is_short(self) -> bool:
        """Each cell is one word, and no measured number."""
        short = bool(len(self.filled)) and bool(self.filled.str.fullmatch(_SHORT).all())
        return short and not self.is_size

    @cached_property
    def is_text(self) -> bool:
        """Most cells read like names: with letters, and no word of letters and digits."""
        if not len(self.filled) or self.filled.str.len().max() > _LONGEST_NAME:
            return False
        coded = self.filled.str.fullmatch(_SHORT) & self.filled.str.contains(_DIGIT)
        links = self.filled.str.contains("://", regex=False)
        return self._share(_LETTER) >= _MOSTLY and bool((coded | links).mean() <= 1 - _MOSTLY)

    @cached_property
    def is_size(self) -> bool:
        """The column measures something: by its heading, by decimals, or by the shapes."""
        if not self.is_number:
            return False
        if self.words & WORDS["size"] or self.last == "area":
            return True
        if self.filled.str.contains(_DECIMAL).any():
            return True
        return self._goes_with(shapely.area(self.shapes))

    def _goes_with(self, sizes: NDArray[np.float64]) -> bool:
        """Tell numbers that are the sizes of the shapes in some unit."""
        known = (self.texts != "").to_numpy() & (sizes > 0)
        if known.sum() < _FEWEST_SIZES:
            return False
        values = self.texts[known].str.replace(",", ".", regex=False).astype("float64").to_numpy()
        ratio, sizes = values / sizes[known], sizes[known]
        varied = float(np.std(sizes)) > _SPREAD * float(np.mean(sizes))
        return varied and float(np.std(ratio)) < _SAME_RATIO * abs(float(np.mean(ratio)))

    @cached_property
    def is_row(self) -> bool:
        """The column numbers the rows of the file: it may differ in the next export."""
        numbered = self.last in {"id", "pk"} and not self.words & WORDS["area"]
        return bool(self.words & WORDS["row"]) or (numbered and self._counts_up())

    def _counts_up(self) -> bool:
        cells, n = set(self.texts), len(self.texts)
        return any(cells == {str(i) for i in range(first, n + first)} for first in (0, 1))

    @cached_property
    def is_patterned(self) -> bool:
        """Cells are codes of one pattern: letters with digits, or digits with leading zeros."""
        shapes = {_DIGIT.sub("0", _LETTER.sub("A", text)) for text in self.filled}
        padded = self.is_number and any(text.startswith("0") for text in self.filled)
        mixed = self._share(_LETTER) == 1 and self._share(_DIGIT) == 1
        return self.is_short and len(shapes) == 1 and (padded or mixed)
