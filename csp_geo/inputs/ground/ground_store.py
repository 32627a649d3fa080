"""The ground of a project: one GeoPackage, `ground.gpkg`, and the note beside it.

`read_ground` is how every product gets at it. A layer is read when it is asked for, and not before:
a list of addresses is large, and the map has no use for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from csp_geo.core.errors import GroundError, SchemaError, SettingsError, SourceError
from csp_geo.core.origin import Origin
from csp_geo.core.shelf import DIFFERS, checksum_of, note_bytes, note_path, read_note
from csp_geo.core.storage import sha256_of, write_bytes, write_layers
from csp_geo.core.tables import GROUND, as_agreed, check_table
from csp_geo.core.toml import TABLE, ValueKind, check_values, one_of, shown, text, texts, whole
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, GisFile, recognise
from csp_geo.inputs.ground.cutting import DIMENSIONS
from csp_geo.inputs.ground.layer_rules import PRODUCTS
from csp_geo.inputs.ground.limits import GROUND_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from csp_geo.inputs.areas.study_area import StudyArea

FILE: Final = "ground.gpkg"
DRAWN: Final = ("streets", "railways", "water", "green", "buildings")
"""Layers that a map draws; places are shown by their names."""
NOTE: Final = f"{FILE}.toml"
VERSION: Final = 1
COMMAND: Final = "csp-geo ground add"
_SLACK_M: Final = 50
"""Two files of the same wards, one generalised, differ by some metres."""
_AGAIN: Final = "Lay it again with 'csp-geo ground add FILE...'."
_KINDS: Final = {0: "Point", 1: "LineString", 2: "Polygon"}
_NOTE: Final[Mapping[str, ValueKind]] = {
    "version": whole(1, 1000),
    "crs": text(),
    "area": text(),
    "box": ValueKind(
        "four whole numbers",
        lambda value: (
            None
            if isinstance(value, list) and len(value) == 4 and all(type(n) is int for n in value)  # noqa: PLR2004
            else shown(value)
        ),
    ),
}
_GIVEN: Final[Mapping[str, ValueKind]] = {
    "id": text(),
    "name": text(),
    "kind": one_of(PRODUCTS),
    "dated": text(),
    "licence": text(),
    "sha256": text(),
    "counts": TABLE,
    "left": texts("layers"),
    "added": ValueKind("a date", lambda value: None if isinstance(value, date) else shown(value)),
}


@dataclass(frozen=True, kw_only=True)
class GivenFile:
    """One file that was laid into the ground, as its note tells of it.

    `id` stands in the column `source`. `dated` is the day or month of its data, "" where unknown;
    `counts` are its rows by layer, `left` its layers that are of no use.
    """

    id: str
    name: str
    kind: str
    dated: str
    added: date
    licence: str
    sha256: str
    counts: Mapping[str, int]
    left: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Ground:
    """The ground under the study area.

    `counts` are the rows of each layer, `licences` the lines to print with what is drawn of it.
    `is_changed`: the file is not as csp-geo wrote it. Each layer keeps its contract in
    `tables.GROUND`; one that nobody gave is empty.
    """

    path: Path
    crs: str
    files: tuple[GivenFile, ...]
    is_changed: bool = False
    _file: GisFile | None = field(default=None, repr=False)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows each layer has."""
        return {name: sum(one.counts.get(name, 0) for one in self.files) for name in GROUND}

    @cached_property
    def licences(self) -> tuple[str, ...]:
        """The attribution lines of all files."""
        return tuple(dict.fromkeys(one.licence for one in self.files))

    def licences_of(self, *layers: str) -> tuple[str, ...]:
        """Return the attribution lines of some layers."""
        used = [one for one in self.files if any(one.counts.get(name) for name in layers)]
        return tuple(dict.fromkeys(one.licence for one in used))

    def drawn(self) -> dict[str, gpd.GeoDataFrame]:
        """Return what a map draws of it, by layer: those that have rows."""
        return {name: self.layer(name) for name in DRAWN if self.counts[name]}

    @cached_property
    def streets(self) -> gpd.GeoDataFrame:
        """Streets and paths."""
        return self.layer("streets")

    @cached_property
    def railways(self) -> gpd.GeoDataFrame:
        """Railways."""
        return self.layer("railways")

    @cached_property
    def water(self) -> gpd.GeoDataFrame:
        """Rivers, canals and water areas."""
        return self.layer("water")

    @cached_property
    def green(self) -> gpd.GeoDataFrame:
        """Parks, woods, cemeteries and pitches."""
        return self.layer("green")

    @cached_property
    def buildings(self) -> gpd.GeoDataFrame:
        """Outlines of buildings."""
        return self.layer("buildings")

    @cached_property
    def addresses(self) -> gpd.GeoDataFrame:
        """Addresses, where exactly located reports can be."""
        return self.layer("addresses")

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Stations, stops, schools, markets and named places."""
        return self.layer("places")

    @cached_property
    def known_points(self) -> gpd.GeoDataFrame:
        """Points onto which police.uk moves its reports."""
        return self.layer("known_points")

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Read a layer by its contract; an empty one where there is none.

        Raises
        ------
        GroundError
            If it cannot be read, or does not keep its contract.
        """
        if not self.counts[name]:
            return empty_layer(name, self.crs)
        try:
            file = self._file or _opened(self.path)
            made: gpd.GeoDataFrame = as_agreed(file.read(name), GROUND[name])
            check_table(made, GROUND[name])
        except (SourceError, SchemaError, KeyError, *DAMAGED_LAYER) as error:
            raise _damaged(self.path, f"its layer {name} cannot be read") from error
        if len(made) != self.counts[name] or str(made.crs) != self.crs:
            raise _damaged(self.path, f"its layer {name} is not as the note beside it says")
        return made


def empty_layer(name: str, crs: str) -> gpd.GeoDataFrame:
    """Return a layer without rows."""
    columns: dict[str, Any] = {
        column.name: [] for column in GROUND[name].columns if column.name != "geometry"
    }
    return as_agreed(gpd.GeoDataFrame(columns, geometry=[], crs=crs), GROUND[name])


def read_ground(path: Path, area: StudyArea) -> Ground | None:
    """Open the ground of a project.

    Parameters
    ----------
    path
        The file, or the folder that holds it.
    area
        The study area that it must have been cut to.

    Returns
    -------
    ground
        `None` if there is none.

    Raises
    ------
    GroundError
        If it is damaged, of another version, or was made for another study area.
    """
    path = path / FILE if path.is_dir() else path
    there = [one.is_file() for one in (path, note_path(path))]
    if not any(there):
        return None
    if not all(there):
        gone = note_path(path).name if there[0] else path.name
        raise _damaged(path, f"{gone} is missing beside it")
    note = read_note(path)
    if note is None:
        raise _damaged(path, "the note beside it cannot be read")
    _check_note(path, note)
    _check_area(path, note, area)
    files = tuple(_given(path, one) for one in note.get("given", []))
    changed = checksum_of(path, note) == DIFFERS
    return Ground(path, note["crs"], files, changed, _opened(path))


def _check_note(path: Path, note: Mapping[str, Any]) -> None:
    if note.get("version") != VERSION:
        found = shown(note["version"]) if "version" in note else "none"
        raise GroundError(
            f"{path.name} is of version {found}, and this csp-geo reads version {VERSION}. Move it "
            f"away. {_AGAIN}"
        )
    try:
        check_values({key: note[key] for key in _NOTE}, _NOTE, note_path(path).name)
    except (SettingsError, KeyError) as error:
        raise _damaged(path, "the note beside it does not say what it is of") from error


def _check_area(path: Path, note: Mapping[str, Any], area: StudyArea) -> None:
    box = np.round(shapely.bounds(area.boundary))
    same = note["crs"] == area.projection.crs and np.abs(box - note["box"]).max() <= _SLACK_M
    if not same:
        raise GroundError(
            f"{path.name} was made for {note['area']}, which has other borders than {area.name}. "
            f"Move it away, or use the wards that it was made for. {_AGAIN}"
        )


def _given(path: Path, entry: Any) -> GivenFile:
    try:
        check_values(entry, _GIVEN, note_path(path).name)
        values = {**entry, "left": tuple(entry.get("left", ()))}
        counts = {name: n for name, n in entry["counts"].items() if name in GROUND}
        check_values(counts, whole(1, 10**9), note_path(path).name)
        return GivenFile(**{**values, "counts": counts})
    except (SettingsError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, "the note beside it does not say which files it is made of") from error


def _damaged(path: Path, why: str) -> GroundError:
    return GroundError(f"{path.name} cannot be used: {why}. Move both files away. {_AGAIN}")


def _opened(path: Path) -> GisFile:
    try:
        file = recognise(Origin(path, path.name, limits=GROUND_LIMITS))
        file.layers()
    except SourceError as error:
        raise _damaged(path, "it is damaged, or no GeoPackage") from error
    return file


def ground_files(
    layers: Mapping[str, gpd.GeoDataFrame], given: Sequence[GivenFile], area: StudyArea
) -> dict[str, bytes | Callable[[Path], None]]:
    """Return what is to be written into the folder of the ground, by name.

    The layers come first: the note says their checksum. The folder that holds both is put in its
    place as a whole (`core/output_folder.py`).
    """
    filled = {name: table for name, table in layers.items() if len(table)}
    kinds = {
        name: _KINDS[DIMENSIONS[name][0]] if len(DIMENSIONS[name]) == 1 else "Unknown"
        for name in filled
    }

    def write(path: Path) -> None:
        write_layers(path, {name: _as_kept(table) for name, table in filled.items()}, kinds)

    def write_note(path: Path) -> None:
        note = {
            "file": FILE,
            "version": VERSION,
            "sha256": sha256_of(path.with_name(FILE)),
            "area": area.name,
            "crs": area.projection.crs,
            "box": [int(side) for side in np.round(shapely.bounds(area.boundary))],
            "given": [_entry(one) for one in given],
        }
        write_bytes(path, note_bytes(note, COMMAND))

    return {FILE: write, NOTE: write_note}


def _as_kept(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer as a GeoPackage keeps it: categories as texts."""
    kept = {
        str(name): table[name].astype("str")
        for name in table.columns
        if str(table[name].dtype) == "category"
    }
    return table.assign(**kept)


def _entry(one: GivenFile) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "dated": one.dated,
        "added": one.added,
        "licence": one.licence,
        "sha256": one.sha256,
        "counts": dict(one.counts),
        "left": list(one.left),
    }
