"""What `check --map` offers for boundaries, zones and lists of places: fields, columns, guesses."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.errors import BoundaryError, SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.inputs.areas import ward_columns, zone_columns
from csp_geo.inputs.areas.zones_and_places import cells_of, zone_layer
from csp_geo.inputs.file_kind import BOUNDARIES, PREMISES, ZONES
from csp_geo.inputs.files.gis_layer import read_vector
from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.files.table import Unread
from csp_geo.inputs.own_columns import read_own_columns
from csp_geo.inputs.venues import premises, register
from csp_geo.inputs.venues.list_columns import list_columns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from csp_geo.core.settings import Limits

_WHERE: Final[Mapping[str, str]] = {
    "address": "its address",
    "postcode": "its postcode",
    "latitude": "degrees north",
    "longitude": "degrees east",
    "easting": "metres east on the National Grid",
    "northing": "metres north on the National Grid",
    "opening_hours": "when it is open",
}
_OF_PREMISES: Final[Mapping[str, str]] = {
    "name": "the name of the place",
    "business_type": "what kind of place it is: library, pharmacy, ...",
    **_WHERE,
}
_OF_HAVENS: Final[Mapping[str, str]] = {
    "name": "the name of the haven",
    "venue_type": "what kind of place it is: library, pharmacy, ...",
    **_WHERE,
    "status": "active, lapsed or withdrawn",
    "trained_count": "how many of the staff are trained",
    "training_date": "when they were trained",
    "last_checked": "when it was last confirmed",
    "consent_to_publish": "whether it may be listed",
}
_SAMPLE: Final = 2_000


@dataclass(frozen=True)
class GuessedColumns:
    """A file's columns, as texts of its first rows, and which field each is taken for.

    `fields` gives for each field that can be asked for its meaning, `guesses` for each that was
    found its column. `table` is where columns.toml keeps them.
    """

    table: str
    cells: pd.DataFrame
    fields: Mapping[str, str]
    guesses: Mapping[str, str]


def guessed_columns(path: Path, kind: str, limits: Limits = LIMITS) -> GuessedColumns:
    """Look at the columns of a file of one kind, with what its columns.toml says already.

    Raises
    ------
    BoundaryError, SourceError
        If the file cannot be read.
    """
    if kind == BOUNDARIES:
        return _of_boundaries(path)
    if kind == ZONES:
        layer, columns, _ = zone_layer(path)
        return GuessedColumns(kind, cells_of(layer), zone_columns.FIELDS, columns.fields)
    return _of_list(path, kind, limits)


def _of_boundaries(path: Path) -> GuessedColumns:
    layer, _ = read_vector(path)
    areas = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])]
    own = read_own_columns(path, BOUNDARIES, ward_columns.FIELDS)
    try:
        found = ward_columns.ward_columns(areas, path.name, own)
        guesses = {"code": found.code, "name": found.name}
    except BoundaryError:  # that nothing tells them apart is what the person is asked for
        guesses = {}
    known = {name: column for name, column in guesses.items() if column is not None}
    return GuessedColumns(BOUNDARIES, cells_of(areas), ward_columns.FIELDS, known)


def _of_list(path: Path, kind: str, limits: Limits) -> GuessedColumns:
    wanted, fields = (
        (premises.WANTED, _OF_PREMISES) if kind == PREMISES else (register.WANTED, _OF_HAVENS)
    )
    source = wanted.source(read_own_columns(path, wanted.table, wanted.words))
    words = frozenset(word for names in source.columns.values() for word in names)
    error = f"{path.name} has no table."
    for raw in read_tables(path, path.name, words, limits):
        if isinstance(raw, Unread):
            error = raw.error
            continue
        empty = pd.DataFrame(columns=list(raw.header))
        cells = next(islice(iter(raw.chunks), 1), empty)[list(raw.header)].head(_SAMPLE)
        found, _ = list_columns(raw.header, source)
        first = reversed(found.items())  # the first of several columns stands for all of them
        guesses = {name: column for column, name in first if name in fields}
        return GuessedColumns(wanted.table, cells, fields, guesses)
    raise SourceError(error)
