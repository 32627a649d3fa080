"""The columns that are known, by field name; everything else is dropped at the door."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals
from pandas.util import hash_pandas_object

from csp_geo.core.disclosure import HIDDEN, heading_as_shown
from csp_geo.core.origin import LIMITS
from csp_geo.core.tables import SENSITIVITIES
from csp_geo.core.wording import count, join, shortened
from csp_geo.inputs.files.layout import StrayRows
from csp_geo.inputs.files.table import BROKEN, ROW, SIZE, said, tidy
from csp_geo.inputs.flag_columns import FlagColumns
from csp_geo.inputs.source import coordinate_pairs, plain
from csp_geo.inputs.when.parts import PARTS, date_of_parts, time_of_parts
from csp_geo.inputs.where.coordinates import DEGREES, METRES, read_numbers, stands_for_none
from csp_geo.inputs.where.locate import axes_by_range
from csp_geo.inputs.where.pairs import holds_points

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from csp_geo.inputs.files.table import RawTable
    from csp_geo.inputs.source import Source

_NOT_KEPT: Final = "not kept, and looked at only for what makes a report sensitive"
_ROOM: Final = 160
"""Characters for the names of columns that were not kept: the note stays one line."""
SYNTHETIC: Final = "synthetic sample"
"""The words that label a row of the sample borough."""

TEXT_FIELDS: Final = (
    "reference",
    "person",
    "date",
    "time",
    "date_to",
    "time_to",
    "month",
    "x",
    "y",
    "other_x",
    "other_y",
    "point",
    "gridref",
    "wkt",
    "postcode",
    "category",
    "major",
    "place",
)
"""The columns of the table of reports; `other_x` and `other_y` are the second pair of coordinates
of a row that lacks the first, as metres where the file's `axes` are degrees, else as degrees."""
_OTHER: Final = frozenset({"other_x", "other_y"})
_DATE: Final = "csp_geo:date"
_TIME: Final = "csp_geo:time"
_AXES: Final = {"longitude": DEGREES, "easting": METRES}
_MOSTLY_DIFFERENT: Final = frozenset({"reference"})
_SOMEWHERE: Final = ("place", "gridref")
"""Fields whose columns people fill with coordinates as well."""
_ANY_LENGTH: Final = frozenset({"reference", "person", "point", "wkt"})
"""Fields that are compared and never parsed, or may hold the outline of an area."""
TOO_LONG: Final = "(too long to be read)"
_EMPTY: Final = pd.CategoricalDtype(pd.Index([""], dtype="str"))
_FREE: Final = frozenset({"person", "place"})
"""Fields in which "none" is somebody's own word."""


@dataclass(frozen=True)
class Mapped:
    """The columns of one table that are known, by field name."""

    table: pd.DataFrame
    axes: str
    synthetic: bool
    notes: tuple[str, ...]


def with_point_columns(source: Source, raw: RawTable) -> Source:
    """Return the source, knowing a column headed "location" as a point where it holds points."""
    words = {word for name in _SOMEWHERE for word in source.columns.get(name, ())}
    headed = [name for name in raw.header if plain(name) in words]
    found = [
        plain(name)
        for chunk in islice(raw.chunks, 1 if headed else 0)
        for name in headed
        if holds_points(chunk[name])
    ]
    if not found:
        return source
    columns = {**source.columns, "point": (*source.columns["point"], *found)}
    return replace(source, columns=columns)


def map_columns(
    raw: RawTable,
    matched: Mapping[str, str],
    source: Source,
    longest: int = LIMITS.cell_characters,
) -> Mapped:
    """Keep the columns that are known, by field name; everything else is dropped at the door.

    Cells that say when, where or what and are longer than `longest` characters are not looked into.
    """
    columns = {name: column for column, name in matched.items()}
    if "recorded" in columns:
        columns["date"] = columns["recorded"]
    with_year = "year" in columns
    parts: dict[str, str] = {name: columns[name] for name in PARTS if with_year and name in columns}
    pairs = coordinate_pairs(columns, source)
    axes = _AXES.get(pairs[0][0], "") if pairs else ""
    for (east, north), (x, y) in zip(pairs, (("x", "y"), ("other_x", "other_y")), strict=False):
        columns[x], columns[y] = columns[east], columns[north]
    header = [name for name in raw.header if plain(name) not in source.never]
    asides = StrayRows(header, columns)
    if parts:
        columns |= {"date": _DATE} | ({"time": _TIME} if "hour" in parts else {})
        del columns["month"]
    flags = FlagColumns(raw.header, _never_words(columns, source), source)
    tables, synthetic = [], False
    for chunk in raw.chunks:
        reports = asides.sift(chunk) if raw.by_hand else chunk
        if parts:
            reports = _with_whole_date(reports, parts)
        kept = _narrow(reports, header, columns, axes, longest)
        tables.append(kept.assign(sensitive=flags.kinds(reports)))
        synthetic |= bool((chunk[header] == SYNTHETIC).any(axis=None))
    table = join_tables(tables)
    if asides.at_the_end:
        table = table[~table["source_row"].isin(asides.at_the_end)].reset_index(drop=True)
    axes = axes or axes_by_range(table["x"], table["y"])
    return Mapped(table, axes, synthetic, (*asides.notes, *_too_long(table, longest)))


def unread_columns(
    header: Sequence[str], matched: Mapping[str, str], source: Source
) -> tuple[str, ...]:
    """Say which columns were not kept, by name as far as fits; sensitive ones are only counted."""
    dropped = [name for name in header if plain(name) in source.never]
    others = [name for name in header if name not in matched and name not in dropped]
    return tuple(
        f"{count(len(names), f'{what} column')} {'was' if len(names) == 1 else 'were'} {fate}"
        for names, what, fate in (
            (dropped, "sensitive", "dropped"),
            (others, "other", f"{_NOT_KEPT}{_named(others)}"),
        )
        if names
    )


def _named(columns: Sequence[str]) -> str:
    """Name columns after a colon, in their order; what does not fit is counted.

    So is what looks like a cell: a table that has lost its header has cells for names.
    """
    names = [heading_as_shown(name) for name in columns]
    fitting = [f"'{shortened(name)}'" for name in names if name != HIDDEN]
    room = list(accumulate(map(len, fitting)))
    shown = fitting[: sum(length <= _ROOM for length in room)]
    rest = len(columns) - len(shown)
    return f": {join([*shown, f'{rest} more'] if rest else shown)}" if shown else ""


def _never_words(columns: Mapping[str, str], source: Source) -> dict[str, str]:
    """Leave out the columns in which people may have written more than the field that was guessed.

    An answer with a postcode in it is looked over like any other.
    """
    return {
        field: column
        for field, column in columns.items()
        if field not in {"postcode", "point"} or plain(column) in source.columns.get(field, ())
    }


def _with_whole_date(chunk: pd.DataFrame, parts: Mapping[str, str]) -> pd.DataFrame:
    """Join the columns of a date to one of ours, and those of a time to another."""
    cells = {name: chunk[column].map(said) for name, column in parts.items()}
    return chunk.assign(**{_DATE: date_of_parts(cells), _TIME: time_of_parts(cells)})


def _narrow(
    chunk: pd.DataFrame,
    header: Sequence[str],
    columns: Mapping[str, str],
    axes: str,
    longest: int,
) -> pd.DataFrame:
    table = pd.DataFrame({"source_row": chunk[ROW], "broken": chunk[BROKEN].astype(bool)})
    table["size_m"] = np.asarray(chunk.get(SIZE, 0.0), dtype=np.float32)
    table["content"] = _digests(chunk, header)
    for name in TEXT_FIELDS:
        if name not in columns:
            table[name] = _nothing(name, len(chunk))
            continue
        values = chunk[columns[name]]
        if name in _OTHER:
            values = values.where(_lacks(table["x"], table["y"], axes), "")
        clear = _cleared(name, longest)
        table[name] = (
            values.map(clear).astype("str")
            if name in _MOSTLY_DIFFERENT
            else _compact(values, clear)
        )
    return table


def _nothing(name: str, n: int) -> pd.Categorical[Any] | pd.Series:
    """Return a column that a table does not have."""
    if name in _MOSTLY_DIFFERENT:
        return pd.Series("", range(n), dtype="str")
    return pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), dtype=_EMPTY)


def _cleared(name: str, longest: int) -> Callable[[str], str]:
    """Return what clears a cell of a field; one that is too long is never looked into."""
    clear = tidy if name in _FREE else said
    if name in _ANY_LENGTH:
        return clear
    return lambda text: clear(text) if len(text) <= longest else TOO_LONG


def _too_long(table: pd.DataFrame, longest: int) -> tuple[str, ...]:
    """Say how many cells were not looked into."""
    n = sum(int((table[name] == TOO_LONG).sum()) for name in TEXT_FIELDS if name not in _ANY_LENGTH)
    told = f"{count(n, 'cell')} of more than {longest:,} characters {'was' if n == 1 else 'were'} "
    return (f"{told}not read",) if n else ()


def _lacks(x: pd.Series, y: pd.Series, axes: str) -> NDArray[np.bool_]:
    """Tell the rows that need a second pair of coordinates: the first is missing, or zero."""
    east, north = read_numbers(x, axes), read_numbers(y, axes)
    lacks: NDArray[np.bool_] = east.missing | north.missing
    return lacks | stands_for_none(east.value, north.value, axes)


def _compact(values: pd.Series, clear: Callable[[str], str]) -> pd.Categorical[Any]:
    """Clear texts and hold each different one once: most columns say the same few things."""
    codes, unique = pd.factorize(values)
    words = pd.Categorical([clear(text) for text in unique])
    return pd.Categorical.from_codes(words.codes[codes], dtype=words.dtype)


def join_tables(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables below each other, compact columns staying compact."""
    if len(parts) == 1:
        return parts[0].reset_index(drop=True)
    joined = {
        name: union_categoricals([part[name] for part in parts])
        if isinstance(parts[0][name].dtype, pd.CategoricalDtype)
        else pd.concat([part[name] for part in parts], ignore_index=True)
        for name in parts[0].columns
    }
    return pd.DataFrame(joined)


def _digests(cells: pd.DataFrame, header: Sequence[str]) -> NDArray[np.uint64]:
    """Digest all columns of each row to 64 bits, whatever the order of the columns.

    Two different rows of a million have the same digest with a chance of 3 in 100 million. What
    could not be read of a damaged row is unknown, so it equals no other.
    """
    ordered = sorted(header, key=plain)
    digests = hash_pandas_object(cells[ordered], index=False).to_numpy()
    own = hash_pandas_object(cells[ROW], index=False).to_numpy()
    return np.where(cells[BROKEN].astype(bool), digests ^ own, digests)


def no_rows() -> pd.DataFrame:
    """Return the table of reports without any."""
    columns = {"source_row": "int64", "broken": "bool", "size_m": "float32"}
    columns["content"] = "uint64"
    columns |= {name: "str" if name in _MOSTLY_DIFFERENT else "category" for name in TEXT_FIELDS}
    columns["file"] = "int64"
    table = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
    return table.assign(sensitive=pd.Categorical([], categories=list(SENSITIVITIES)))
