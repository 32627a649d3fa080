"""Which column is what, guessed from what its cells look like, and written as a source.toml."""

from __future__ import annotations

import dataclasses
import difflib
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import tomlkit

from csp_geo.core.disclosure import reads_like_category
from csp_geo.core.errors import SettingsError, SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.core.projection import GB_METRES
from csp_geo.core.wording import count, number, shortened
from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.files.table import PART_LENGTH, Unread, said
from csp_geo.inputs.source import known_columns, may_be, plain, source_from_text
from csp_geo.inputs.when.dates import month_first_formats, read_dates
from csp_geo.inputs.when.times import read_times
from csp_geo.inputs.where.coordinates import DEGREES, METRES, read_gridrefs, read_numbers
from csp_geo.inputs.where.pairs import holds_points
from csp_geo.inputs.where.postcode import is_postcode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.source import Source

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
class ColumnLook:
    """What a column looks like: its `kind`, and the same in `words` for people.

    `different` are the words of a column that has few. They may be names: they are not for showing.
    Kinds: empty, date, time, latitude, longitude, metres, number, point, gridref, postcode, shape,
    codes
    (each cell different), words (few different ones) and text.
    """

    kind: str
    words: str
    different: tuple[str, ...] = ()


def look_at(cells: pd.Series) -> ColumnLook:
    """Look at the cells of a column, or at the first of them."""
    texts = cells.astype("str").map(said)
    texts = texts[texts != ""].reset_index(drop=True)
    if texts.empty:
        return ColumnLook("empty", "empty")
    return _times(texts) or _numbers(texts) or _formats(texts) or _words(texts)


def _mostly(marks: Any) -> bool:
    return bool(np.mean(np.asarray(marks, dtype=bool)) >= _MOST)


def _times(texts: pd.Series) -> ColumnLook | None:
    written = texts.str.contains(_CLOCK)
    if not _mostly(written):
        return None
    times, bad = read_times(texts)
    known = times.notna() & ~bad
    return ColumnLook("time", f"times such as {texts[known].iloc[0]}") if _mostly(known) else None


def _numbers(texts: pd.Series) -> ColumnLook | None:
    degrees = read_numbers(texts, DEGREES)
    metres = read_numbers(texts, METRES)
    if _mostly(~degrees.bad):
        values = degrees.value[np.isfinite(degrees.value)]
        if _mostly(np.mod(values, 1) != 0):
            span = f"numbers from {values.min():.4f} to {values.max():.4f}"
            for kind, (low, high) in (("longitude", _EAST), ("latitude", _NORTH)):
                if _mostly((values >= low) & (values <= high)) and _is(kind, values):
                    return ColumnLook(kind, f"{span}, as {kind}s are")
    if not _mostly(~metres.bad):
        return None
    values = metres.value[np.isfinite(metres.value)]
    if values.max() >= _LONG_NUMBER:
        return ColumnLook("number", "long numbers")
    span = f"numbers from {number(values.min())} to {number(values.max())}"
    in_metres = (values >= 10_000) & (values <= GB_METRES[3])  # noqa: PLR2004
    return (
        ColumnLook("metres", f"{span}, as metres are")
        if _mostly(in_metres)
        else ColumnLook("number", span)
    )


def _is(kind: str, values: NDArray[np.float64]) -> bool:
    """Tell a latitude from a longitude where a number could be either: most lie north of 45."""
    return kind == "latitude" or not _mostly((values >= _NORTH[0]) & (values <= _NORTH[1]))


def _formats(texts: pd.Series) -> ColumnLook | None:
    dates = read_dates(texts)
    if dates.month_first or _mostly(dates.at.notna()):
        shown = texts[dates.at.notna()] if dates.at.notna().any() else texts
        return ColumnLook("date", f"dates such as {shown.iloc[0]}")
    if _mostly(texts.str.fullmatch(_SHAPE)):
        return ColumnLook("shape", "shapes")
    if holds_points(texts):
        return ColumnLook("point", "both coordinates in each cell")
    if _mostly(texts.map(is_postcode)):
        return ColumnLook("postcode", "postcodes")
    if _mostly(np.isfinite(read_gridrefs(texts)[0]).all(axis=1)):
        return ColumnLook("gridref", "grid references")
    return None


def _words(texts: pd.Series) -> ColumnLook:
    counts = texts.value_counts()
    few = len(counts) <= min(_FEW_WORDS, max(len(texts) // 2, 2))
    if few and any(reads_like_category(word) for word in counts.index):
        return ColumnLook("words", count(len(counts), "different word"), tuple(counts.index))
    one_word = ~texts.str.contains(_SPACE) & texts.str.contains(_DIGIT)
    if len(counts) == len(texts) and _mostly(one_word):
        return ColumnLook("codes", f"{count(len(counts), 'different code')}")
    return ColumnLook("text", f"{count(len(counts), 'different text')}")


_SAMPLE: Final = 2_000
_NEAR: Final = 0.75
_FITS: Final = {
    "date": frozenset({"date"}),
    "date_to": frozenset({"date"}),
    "time": frozenset({"time"}),
    "time_to": frozenset({"time"}),
    "month": frozenset({"date"}),
    "latitude": frozenset({"latitude", "number"}),
    "longitude": frozenset({"longitude", "number"}),
    "easting": frozenset({"metres", "number"}),
    "northing": frozenset({"metres", "number"}),
    "point": frozenset({"point"}),
    "gridref": frozenset({"gridref"}),
    "wkt": frozenset({"shape"}),
    "postcode": frozenset({"postcode"}),
    "category": frozenset({"words", "text"}),
    "place": frozenset({"words", "text"}),
    "reference": frozenset({"codes", "number", "metres"}),
    "person": frozenset({"codes", "number", "words", "text"}),
}
"""What a column must look like to be guessed as a field by a name that is only similar."""
_BY_LOOK: Final = (
    ("date", "date"),
    ("time", "time"),
    ("latitude", "latitude"),
    ("longitude", "longitude"),
    ("point", "point"),
    ("gridref", "gridref"),
    ("shape", "wkt"),
)
"""What the cells alone tell, where no name does."""


@dataclass(frozen=True)
class Guess:
    """What one column may be: how it looks, the field (None: leave it out), and what tells so."""

    column: str
    look: ColumnLook
    field: str | None
    why: str


@dataclass(frozen=True)
class Sample:
    """The first rows of a table, and what each column may be; `part` names a sheet or layer."""

    part: str
    cells: pd.DataFrame
    guesses: tuple[Guess, ...]


@dataclass(frozen=True)
class Mapping:
    """Which column is which field, as a source.toml has it.

    `dropped` are columns whose names are known and that are not to be read all the same, `themes`
    maps category words to themes, `sensitive` to what makes them sensitive.
    """

    fields: dict[str, str]
    dropped: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    themes: dict[str, str] = dataclasses.field(default_factory=dict)
    sensitive: dict[str, str] = dataclasses.field(default_factory=dict)


def sample_file(path: Path, name: str, existing: str, limits: Limits = LIMITS) -> Sample:
    """Look at the first rows of the first table of a file, and guess its columns.

    Parameters
    ----------
    name
        The source that it is read as.
    existing
        The text of that source's source.toml, "" for none.

    Raises
    ------
    SourceError
        If the file has no table that can be read.
    """
    source = source_from_text(existing, name, f"{name}/source.toml")
    words = frozenset(plain(word) for words in source.columns.values() for word in words)
    error = f"{path.name} has no table."
    for raw in read_tables(path, path.name, words, limits):
        if isinstance(raw, Unread):
            error = raw.error
            continue
        cells = next(islice(raw.chunks, 1), pd.DataFrame(columns=list(raw.header))).head(_SAMPLE)
        looks = {column: look_at(cells[column]) for column in raw.header}
        part = shortened(raw.part, PART_LENGTH)
        return Sample(part, cells, tuple(guess_columns(looks, source)))
    raise SourceError(error)


def proposed(sample: Sample) -> Mapping:
    """Return the guesses as a mapping; month-first dates are never assumed."""
    return Mapping({guess.column: guess.field for guess in sample.guesses if guess.field})


def guess_columns(looks: dict[str, ColumnLook], source: Source) -> list[Guess]:
    """Guess the field of each column: by its name, by a similar name, then by its cells.

    A field is given to one column at most, and the end of an interval is never guessed as its
    beginning. Personal columns (reference, person) are never guessed by their cells.
    """
    known = known_columns(list(looks), source)
    found = {column: (field, "its name") for column, field in known.items()}
    dropped = {name for name in looks if plain(name) in source.never}
    open_columns = [name for name in looks if name not in found and name not in dropped]
    for closeness, column, name in sorted(_similar(open_columns, source), reverse=True):
        taken = {name for name, _ in found.values()}
        is_open = column not in found and name not in taken
        if is_open and closeness >= _NEAR and looks[column].kind in _FITS.get(name, ()):
            found[column] = (name, "a similar name")
    left = [name for name in open_columns if name not in found]
    _by_cells(looks, left, found)
    if "category" not in {name for name, _ in found.values()}:
        _by_categories(looks, [name for name in left if name not in found], found, source)
    return [
        Guess(name, look, *found.get(name, (None, "dropped" if name in dropped else "")))
        for name, look in looks.items()
    ]


def _similar(columns: Iterable[str], source: Source) -> list[tuple[float, str, str]]:
    return [
        (difflib.SequenceMatcher(None, plain(column), word).ratio(), column, field)
        for column in columns
        for field, words in source.columns.items()
        for word in words
        if len(word) > 1 and may_be(column, field)
    ]


def _by_cells(
    looks: dict[str, ColumnLook], columns: Sequence[str], found: dict[str, tuple[str, str]]
) -> None:
    """Give what is still needed to the columns whose cells look like it."""
    fields = {field for field, _ in found.values()}
    is_located = bool(fields & {"longitude", "easting", "x", "point", "gridref", "wkt", "postcode"})
    for kind, field in _BY_LOOK:
        where = field in {"latitude", "longitude", "point", "gridref", "wkt"}
        fitting = (name for name in columns if looks[name].kind == kind and may_be(name, field))
        column = next(fitting, None)
        if field in fields or column in found or column is None or (where and is_located):
            continue
        if field == "date" and "month" in fields:
            continue
        found[column] = (field, "what is in it")
    metres = [name for name in columns if looks[name].kind == "metres" and name not in found]
    if not is_located and len(metres) == 2 and not fields & {"easting", "northing"}:  # noqa: PLR2004
        found[metres[0]] = ("easting", "what is in it")
        found[metres[1]] = ("northing", "what is in it")


def _by_categories(
    looks: dict[str, ColumnLook],
    columns: Sequence[str],
    found: dict[str, tuple[str, str]],
    source: Source,
) -> None:
    """Take the column with most words that stand in the source's list of categories."""
    known = {
        name: sum(source.sort(word)[0] is not None for word in looks[name].different)
        for name in columns
    }
    best = max(known, key=known.__getitem__, default=None)
    if best is not None and known[best]:
        n = len(looks[best].different)
        found[best] = ("category", f"its words: {known[best]} of {n} are known categories")


def month_first(sample: Sample, fields: dict[str, str]) -> tuple[str, ...]:
    """Return the formats of dates that fit only month-first; empty where day-first fits as well."""
    dates = [sample.cells[name] for name, field in fields.items() if field in {"date", "date_to"}]
    return month_first_formats(pd.concat(dates)) if dates else ()


# --- source.toml ---------------------------------------------------------------------------------


def write_toml(existing: str, mapping: Mapping, comments: Sequence[str] = ()) -> str:
    """Write a mapping into the text of a source.toml; what else stands in it stays.

    Parameters
    ----------
    existing
        The text of the file that is there, "" for none.
    comments
        Lines to begin a new file with.
    """
    try:
        document = tomlkit.parse(existing)
    except tomlkit.exceptions.TOMLKitError as error:
        raise SettingsError(f"The source.toml that is there is not valid TOML: {error}.") from error
    if not existing:
        for line in comments:
            document.add(tomlkit.comment(line))
    if mapping.date_formats:
        document["date_formats"] = list(mapping.date_formats)
    if mapping.dropped:
        document["never"] = _joined(document.get("never", []), mapping.dropped)
    columns = _table(document, "columns")
    _take_out(columns, mapping.fields)
    for column, field in mapping.fields.items():
        columns[field] = _joined([column], columns.get(field, []))
    for name, words in (("themes", mapping.themes), ("sensitive", mapping.sensitive)):
        table = _table(document, name) if words else {}
        for word, key in words.items():
            table[key] = _joined(table.get(key, []), [word])
    return tomlkit.dumps(document)


def _table(document: tomlkit.TOMLDocument, name: str) -> Any:
    if name not in document:
        document[name] = tomlkit.table()
    return document[name]


def _take_out(columns: Any, fields: dict[str, str]) -> None:
    """Take columns from under the fields that they were before: a column is one thing."""
    moved = {plain(column): field for column, field in fields.items()}
    for field, names in list(columns.items()):
        kept = [str(name) for name in names if moved.get(plain(name), field) == field]
        if not kept:
            del columns[field]
        elif len(kept) < len(names):
            columns[field] = kept


def _joined(first: Sequence[str], then: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*(str(word) for word in first), *(str(word) for word in then)]))
