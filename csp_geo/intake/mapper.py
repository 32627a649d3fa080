"""Which column is what, guessed for a file that is not recognised, and written as a source.toml."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import tomlkit

from csp_geo.errors import SettingsError, SourceError
from csp_geo.intake.formats import LIMITS, PART_LENGTH, Unread, read_tables
from csp_geo.intake.looks import Look, look_at
from csp_geo.intake.source import known_columns, may_be, plain, source_from_text
from csp_geo.intake.when import month_first_formats
from csp_geo.wording import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from csp_geo.intake.formats import Limits
    from csp_geo.intake.source import Source

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
    look: Look
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


def guess_columns(looks: dict[str, Look], source: Source) -> list[Guess]:
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
    looks: dict[str, Look], columns: Sequence[str], found: dict[str, tuple[str, str]]
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
    looks: dict[str, Look],
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
