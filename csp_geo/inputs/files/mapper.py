"""Which column is what, guessed from what its cells look like, and written as a source.toml."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.core.toml import toml_document, toml_table
from csp_geo.core.wording import shortened
from csp_geo.inputs.files.guesses import FITS, find_columns, first_rows, share_known
from csp_geo.inputs.files.looks import Looks
from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.files.table import PART_LENGTH, Unread
from csp_geo.inputs.source import may_be, plain, source_from_text
from csp_geo.inputs.when.dates import month_first_formats

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Sequence
    from pathlib import Path

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.files.guesses import Found, Guess
    from csp_geo.inputs.files.looks import ColumnLook
    from csp_geo.inputs.source import Source


_BY_LOOK: Final = (
    ("date", "date"),
    ("time", "time"),
    ("latitude", "latitude"),
    ("longitude", "longitude"),
    ("point", "point"),
    ("gridref", "gridref"),
    ("shape", "wkt"),
)
"""What the cells alone suggest, where no word does."""
_NEAR: Final = 0.75
_SIMILAR: Final = "a similar name"
_CELLS: Final = "what is in it"


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
        cells = first_rows(raw)
        guesses = guess_columns(Looks(cells, raw.header), source)
        return Sample(shortened(raw.part, PART_LENGTH), cells, tuple(guesses))
    raise SourceError(error)


def proposed(sample: Sample) -> Mapping:
    """Return the guesses as a mapping; month-first dates are never assumed."""
    return Mapping({guess.column: guess.field for guess in sample.guesses if guess.field})


def guess_columns(looks: abc.Mapping[str, ColumnLook], source: Source) -> list[Guess]:
    """Guess the field of each column as reading does, and offer more: a person looks at it.

    A field is given to one column at most. Personal columns (reference, person) are never guessed
    by their cells.
    """
    found = find_columns(looks, source)
    _find_similar(found)
    _find_by_cells(found)
    return [found.guess_of(column) for column in looks]


def _find_similar(found: Found) -> None:
    """Offer a name that is spelt much like one that a source lists, where the cells fit."""
    alike = [
        (difflib.SequenceMatcher(None, plain(column), word).ratio(), column, field)
        for column in found.open
        for field, words in found.source.columns.items()
        for word in words
        if len(word) > 1 and may_be(column, field)
    ]
    for closeness, column, field in sorted(alike, reverse=True):
        is_open = column in found.open and field not in found.fields
        if is_open and closeness >= _NEAR and found.looks[column].kind in FITS.get(field, ()):
            found.take(column, field, _SIMILAR)


def _find_by_cells(found: Found) -> None:
    """Offer for what is still needed the columns whose cells look like it."""
    located = found.is_located
    for kind, field in _BY_LOOK:
        where = field in {"latitude", "longitude", "point", "gridref", "wkt"}
        if field in found.fields or (where and located):
            continue
        if field == "date" and "month" in found.fields:
            continue
        fitting = (name for name in found.open if found.looks[name].kind == kind)
        column = next((name for name in fitting if may_be(name, field)), None)
        if column is not None:
            found.take(column, field, _CELLS)
    metres = [name for name in found.open if found.looks[name].kind == "metres"]
    if not located and len(metres) == 2 and not found.fields & {"easting", "northing"}:  # noqa: PLR2004
        found.take(metres[0], "easting", _CELLS)
        found.take(metres[1], "northing", _CELLS)
    if "category" not in found.fields:
        share = {name: share_known(found.looks[name], found.source) for name in found.open}
        best = max(share, key=share.__getitem__, default=None)
        if best is not None and share[best]:
            look = found.looks[best]
            known = sum(found.source.sort(word)[0] is not None for word in look.different)
            why = f"its words: {known} of {len(look.different)} are known categories"
            found.take(best, "category", why)


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
    document = toml_document(existing, "source.toml", comments)
    if mapping.date_formats:
        document["date_formats"] = list(mapping.date_formats)
    if mapping.dropped:
        document["never"] = _joined(document.get("never", []), mapping.dropped)
    columns = toml_table(document, "columns")
    _take_out(columns, mapping.fields)
    for column, field in mapping.fields.items():
        columns[field] = _joined([column], columns.get(field, []))
    for name, words in (("themes", mapping.themes), ("sensitive", mapping.sensitive)):
        table = toml_table(document, name) if words else {}
        for word, key in words.items():
            table[key] = _joined(table.get(key, []), [word])
    return document.as_string()


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
