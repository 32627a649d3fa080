"""What the cells of a column look like, in words that show no more than a category or a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from csp_geo.disclosure import reads_like_category
from csp_geo.intake.clock import read_times
from csp_geo.intake.coordinates import DEGREES, METRES, read_numbers
from csp_geo.intake.geometry_text import holds_points
from csp_geo.intake.gridref import read_gridrefs
from csp_geo.intake.postcode import is_postcode
from csp_geo.intake.tidy import said
from csp_geo.intake.when import read_dates
from csp_geo.projection import GB_METRES
from csp_geo.wording import count, number

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_MOST: Final = 0.8
_FEW_WORDS: Final = 60
_LONG_NUMBER: Final = 10_000_000
_NORTH: Final = (35.0, 72.0)
_EAST: Final = (-32.0, 45.0)
"""Degrees that a column is taken for by its numbers alone: those of Europe."""
_CLOCK: Final = re.compile(r"(?i):|\d ?[ap]\.?m")
_SPACE: Final = re.compile(r"\s")
_DIGIT: Final = re.compile(r"\d")
_SHAPE: Final = re.compile(
    r"(?is)\s*+(?:SRID=\d+;\s*+)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\b.*|\s*\{.*coordinates.*"
)


@dataclass(frozen=True)
class Look:
    """What a column looks like: its `kind`, and the same in `words` for people.

    `different` are the words of a column that has few. They may be names: they are not for showing.
    Kinds: empty, date, time, latitude, longitude, metres, number, point, gridref, postcode, shape,
    codes
    (each cell different), words (few different ones) and text.
    """

    kind: str
    words: str
    different: tuple[str, ...] = ()


def look_at(cells: pd.Series) -> Look:
    """Look at the cells of a column, or at the first of them."""
    texts = cells.astype("str").map(said)
    texts = texts[texts != ""].reset_index(drop=True)
    if texts.empty:
        return Look("empty", "empty")
    return _times(texts) or _numbers(texts) or _formats(texts) or _words(texts)


def _mostly(marks: Any) -> bool:
    return bool(np.mean(np.asarray(marks, dtype=bool)) >= _MOST)


def _times(texts: pd.Series) -> Look | None:
    written = texts.str.contains(_CLOCK)
    if not _mostly(written):
        return None
    times, bad = read_times(texts)
    known = times.notna() & ~bad
    return Look("time", f"times such as {texts[known].iloc[0]}") if _mostly(known) else None


def _numbers(texts: pd.Series) -> Look | None:
    degrees = read_numbers(texts, DEGREES)
    metres = read_numbers(texts, METRES)
    if _mostly(~degrees.bad):
        values = degrees.value[np.isfinite(degrees.value)]
        if _mostly(np.mod(values, 1) != 0):
            span = f"numbers from {values.min():.4f} to {values.max():.4f}"
            for kind, (low, high) in (("longitude", _EAST), ("latitude", _NORTH)):
                if _mostly((values >= low) & (values <= high)) and _is(kind, values):
                    return Look(kind, f"{span}, as {kind}s are")
    if not _mostly(~metres.bad):
        return None
    values = metres.value[np.isfinite(metres.value)]
    if values.max() >= _LONG_NUMBER:
        return Look("number", "long numbers")
    span = f"numbers from {number(values.min())} to {number(values.max())}"
    in_metres = (values >= 10_000) & (values <= GB_METRES[3])  # noqa: PLR2004
    return Look("metres", f"{span}, as metres are") if _mostly(in_metres) else Look("number", span)


def _is(kind: str, values: NDArray[np.float64]) -> bool:
    """Tell a latitude from a longitude where a number could be either: most lie north of 45."""
    return kind == "latitude" or not _mostly((values >= _NORTH[0]) & (values <= _NORTH[1]))


def _formats(texts: pd.Series) -> Look | None:
    dates = read_dates(texts)
    if dates.month_first or _mostly(dates.at.notna()):
        shown = texts[dates.at.notna()] if dates.at.notna().any() else texts
        return Look("date", f"dates such as {shown.iloc[0]}")
    if _mostly(texts.str.fullmatch(_SHAPE)):
        return Look("shape", "shapes")
    if holds_points(texts):
        return Look("point", "both coordinates in each cell")
    if _mostly(texts.map(is_postcode)):
        return Look("postcode", "postcodes")
    if _mostly(np.isfinite(read_gridrefs(texts)[0]).all(axis=1)):
        return Look("gridref", "grid references")
    return None


def _words(texts: pd.Series) -> Look:
    counts = texts.value_counts()
    few = len(counts) <= min(_FEW_WORDS, max(len(texts) // 2, 2))
    if few and any(reads_like_category(word) for word in counts.index):
        return Look("words", count(len(counts), "different word"), tuple(counts.index))
    one_word = ~texts.str.contains(_SPACE) & texts.str.contains(_DIGIT)
    if len(counts) == len(texts) and _mostly(one_word):
        return Look("codes", f"{count(len(counts), 'different code')}")
    return Look("text", f"{count(len(counts), 'different text')}")
