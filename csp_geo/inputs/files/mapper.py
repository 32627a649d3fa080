"""Which column is what, guessed from what its cells look like, and written as a source.toml."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import tomlkit

from csp_geo.core.errors import SettingsError, SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.core.wording import shortened
from csp_geo.inputs.files.guesses import first_rows, guess_columns
from csp_geo.inputs.files.looks import Looks
from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.files.table import PART_LENGTH, Unread
from csp_geo.inputs.source import plain, source_from_text
from csp_geo.inputs.when.dates import month_first_formats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.files.guesses import Guess


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
