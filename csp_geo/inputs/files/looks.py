"""What a column looks like, told by its cells alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.disclosure import reads_like_category
from csp_geo.core.projection import GB_METRES
from csp_geo.core.wording import count, number
from csp_geo.inputs.files.table import said
from csp_geo.inputs.when.dates import read_dates
from csp_geo.inputs.when.times import digits_run_together, read_times, with_intervals
from csp_geo.inputs.where.coordinates import DEGREES, METRES, read_gridrefs, read_numbers
from csp_geo.inputs.where.pairs import WKB, says_where
from csp_geo.inputs.where.postcode import is_postcode, postcode_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from csp_geo.inputs.when.dates import Dated

_MOST: Final = 0.8
_HALF: Final = 0.5
_FEW_WORDS: Final = 60
_LONG_NUMBER: Final = 10_000_000
YEARS: Final = (1990, 2100)
"""In which a number can be a year, and the day of eight digits that begin with it."""
_NORTH: Final = (35.0, 72.0)
_EAST: Final = (-32.0, 45.0)
"""Degrees that a column is taken for by its numbers alone: those of Europe."""
_CLOCK: Final = re.compile(r"(?i):|\d ?[ap]\.?m|^\d{1,2}h\d\d$")
_DATED: Final = re.compile(r"^(?:19[3-9]\d|2\d{3})-\d\d-\d\d[T ]")
"""A day before a time; Excel writes a time alone with one of 1899 or 1900."""
_SPACE: Final = re.compile(r"\s")
_DIGIT: Final = re.compile(r"\d")
_NUMBER: Final = re.compile(r"\d+")
_SHAPE: Final = re.compile(
    r"(?is)\s*+(?:SRID=\d+;\s*+)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\b.*|\s*\{.*coordinates.*"
    rf"|{WKB.pattern}"
)


@dataclass(frozen=True)
class ColumnLook:
    """What a column looks like: its `kind`, and the same in `words` for people.

    `fits` of the `filled` cells are of that kind, `n_dates` are dates, `n_timed` of them with a
    time that is not 00:00; of numbers `low` and `high` are the ends. `numbers_are` is "dates" of
    numbers that are such (20210519), "times" of those that can be (40, 1405). `different` are the
    words of a column that has few, with the cells that say each. They may be names: they are not
    for showing.
    Kinds: empty, date, time, latitude, longitude, metres, number, point, gridref, postcode,
    postcodes (among other words), shape, codes (each cell different), words (few different ones)
    and text.
    """

    kind: str
    words: str
    different: Mapping[str, int] = field(default_factory=dict)
    fits: int = 0
    filled: int = 0
    n_dates: int = 0
    n_timed: int = 0
    low: float = np.nan
    high: float = np.nan
    numbers_are: str = ""


def look_at(cells: pd.Series) -> ColumnLook:
    """Look at the cells of a column, or at the first of them."""
    texts = cells.astype("str").map(said)
    texts = texts[texts != ""].reset_index(drop=True)
    if texts.empty:
        return ColumnLook("empty", "empty")
    look = _times(texts) or _numbers(texts)
    if look is None:
        dates = read_dates(with_intervals(_alone(texts))["date"])
        look = _formats(texts, dates) or _words(texts)
        at = dates.at.dropna()
        look = replace(look, n_dates=len(at), n_timed=int((at != at.dt.normalize()).sum()))
    counts = texts.value_counts()
    few = {str(word): int(n) for word, n in counts.items()} if len(counts) <= _FEW_WORDS else {}
    return replace(look, different=few, fits=look.fits or len(texts), filled=len(texts))


def _mostly(marks: Any) -> bool:
    return bool(np.mean(np.asarray(marks, dtype=bool)) >= _MOST)


def _times(texts: pd.Series) -> ColumnLook | None:
    written = texts.str.contains(_CLOCK)
    if not _mostly(written) or _mostly(texts.str.contains(_DATED)):
        return None
    times, bad = read_times(texts)
    known = times.notna() & ~bad
    if not _mostly(known):
        return None
    return ColumnLook("time", f"times such as {texts[known].iloc[0]}", fits=int(known.sum()))


def _numbers(texts: pd.Series) -> ColumnLook | None:
    degrees = read_numbers(texts, DEGREES)
    metres = read_numbers(texts, METRES)
    if not (np.isfinite(degrees.value) | np.isfinite(metres.value)).any():
        return None  # all of it may say "unknown"
    if _mostly(~degrees.bad):
        values = degrees.value[np.isfinite(degrees.value)]
        if _mostly(np.mod(values, 1) != 0):
            span = f"numbers from {values.min():.4f} to {values.max():.4f}"
            for kind, (low, high) in (("longitude", _EAST), ("latitude", _NORTH)):
                inside = (values >= low) & (values <= high)
                if _mostly(inside) and _is(kind, values):
                    fits = int(inside.sum())
                    return _spanned(ColumnLook(kind, f"{span}, as {kind}s are", fits=fits), values)
    if not _mostly(~metres.bad) or _are_dates(texts):
        return None
    values = metres.value[np.isfinite(metres.value)]
    if values.max() >= _LONG_NUMBER:
        return _spanned(ColumnLook("number", "long numbers"), values)
    span = f"numbers from {number(values.min())} to {number(values.max())}"
    in_metres = (values >= 10_000) & (values <= GB_METRES[3])  # noqa: PLR2004
    look = ColumnLook("number", span)
    if _mostly(in_metres):
        look = ColumnLook("metres", f"{span}, as metres are", fits=int(in_metres.sum()))
    are = "times" if digits_run_together(texts) else ""
    return replace(_spanned(look, values), numbers_are=are)


def _are_dates(numbers: pd.Series) -> bool:
    """Tell numbers that are dates: seconds since 1970, or days such as 20210519."""
    dates = read_dates(numbers)
    days = dates.at.dt.year.between(*YEARS) & ~dates.serial
    return bool(dates.epoch.any()) or _mostly(days)


def _spanned(look: ColumnLook, values: NDArray[np.float64]) -> ColumnLook:
    return replace(look, low=float(values.min()), high=float(values.max()))


def _is(kind: str, values: NDArray[np.float64]) -> bool:
    """Tell a latitude from a longitude where a number could be either: most lie north of 45."""
    return kind == "latitude" or not _mostly((values >= _NORTH[0]) & (values <= _NORTH[1]))


def _formats(texts: pd.Series, dates: Dated) -> ColumnLook | None:
    read = dates.at.notna()
    if dates.month_first or _mostly(read):
        shown = texts[read.to_numpy()] if read.any() else texts
        fits = len(texts) if dates.month_first else int(read.sum())
        numbers = "dates" * _mostly(texts.str.fullmatch(_NUMBER))
        words = f"dates such as {shown.iloc[0]}"
        return ColumnLook("date", words, fits=fits, numbers_are=numbers)
    for kind, told, marks in (
        ("shape", "shapes", lambda: texts.str.fullmatch(_SHAPE)),
        ("point", "both coordinates in each cell", lambda: texts.map(says_where)),
        ("postcode", "postcodes", lambda: texts.map(is_postcode)),
        ("gridref", "grid references", lambda: np.isfinite(read_gridrefs(texts)[0]).all(axis=1)),
        ("postcodes", "words with a postcode", lambda: texts.map(postcode_in).astype(bool)),
    ):
        found = np.asarray(marks(), dtype=bool)
        if _mostly(found) or (kind in {"point", "postcodes"} and found.mean() > _HALF):
            return ColumnLook(kind, told, fits=int(found.sum()))
    return None


def _alone(texts: pd.Series) -> pd.DataFrame:
    """Return texts as the dates of reports that have nothing else to say when."""
    return pd.DataFrame({"date": texts, "date_to": "", "time_to": ""})


def _words(texts: pd.Series) -> ColumnLook:
    counts = texts.value_counts()
    few = len(counts) <= min(_FEW_WORDS, max(len(texts) // 2, 2))
    if few and any(reads_like_category(word) for word in counts.index):
        return ColumnLook("words", count(len(counts), "different word"))
    one_word = ~texts.str.contains(_SPACE) & texts.str.contains(_DIGIT)
    if len(counts) == len(texts) and _mostly(one_word):
        return ColumnLook("codes", f"{count(len(counts), 'different code')}")
    return ColumnLook("text", f"{count(len(counts), 'different text')}")


class Looks(Mapping[str, ColumnLook]):
    """What each column of some rows looks like; a column is looked at when it is first asked for.

    `cells` are the first rows of a table, as texts.
    """

    def __init__(self, cells: pd.DataFrame, header: tuple[str, ...]) -> None:
        self._cells, self._header = cells, header
        self._known: dict[str, ColumnLook] = {}

    def __getitem__(self, column: str) -> ColumnLook:
        if column not in self._known:
            self._known[column] = look_at(self._cells[column])
        return self._known[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._header)

    def __len__(self) -> int:
        return len(self._header)
