"""Streets, railways, water, green, buildings and places of an OpenStreetMap extract.

GDAL's own driver reads it, a layer after the other, with a list of tags of ours (osm.ini). What it
must remember of the nodes goes into a file beside what we unpack, not into memory. Addresses are
not read: in Great Britain only a small part of them is mapped, and a thin list of addresses makes
hotspots that are none.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from csp_geo.core.errors import SourceError
from csp_geo.core.projection import WGS84
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, recognise
from csp_geo.inputs.files.osm_pbf import OsmFrame, osm_frame
from csp_geo.inputs.files.refusals import unlike_its_name
from csp_geo.inputs.ground.cutting import names_of, texts_in
from csp_geo.inputs.ground.ground_part import GroundPart
from csp_geo.inputs.ground.highways import (
    NO_WAYS,
    crosses_freely,
    lighting,
    street_classes,
    walkable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.core.origin import Origin
    from csp_geo.inputs.ground.cutting import GroundFrame

KIND: Final = "OpenStreetMap"
LICENCE: Final = "© OpenStreetMap contributors, Open Database Licence (ODbL)"
_MEMORY_MB: Final = "100"
_WANTED: Final = {
    "points": "name IS NOT NULL",
    "lines": "highway IS NOT NULL OR railway IS NOT NULL OR waterway IS NOT NULL",
    "multipolygons": (
        "building IS NOT NULL OR leisure IS NOT NULL OR landuse IS NOT NULL OR natural IS NOT NULL "
        "OR waterway IS NOT NULL OR name IS NOT NULL"
    ),
}
_RAILWAYS: Final = frozenset(
    ("rail", "light_rail", "subway", "narrow_gauge", "monorail", "preserved", "funicular")
)
"""A tram shares the street, and bars no way."""
_WATERWAYS: Final = frozenset(("river", "canal", "stream", "tidal_channel"))
_WATER: Final = {
    "natural": frozenset(("water", "bay", "strait")),
    "landuse": frozenset(("reservoir", "basin")),
    "waterway": frozenset(("riverbank", "dock")),
}
_GREEN: Final = (
    ("leisure", "park", ("park", "garden", "common", "recreation_ground", "nature_reserve")),
    ("landuse", "park", ("recreation_ground", "village_green")),
    ("leisure", "pitch", ("pitch", "playground", "sports_field")),
    ("landuse", "wood", ("forest",)),
    ("natural", "wood", ("wood",)),
    ("landuse", "cemetery", ("cemetery",)),
    ("amenity", "cemetery", ("grave_yard",)),
    ("leisure", "other", ("golf_course",)),
    ("landuse", "other", ("allotments", "meadow")),
    ("natural", "other", ("heath", "scrub", "grassland", "wetland")),
)
"""Tag, kind, values; the first that fits counts. Verges (landuse=grass) are left."""
_PLACES: Final = (
    ("railway", "station", ("station", "halt")),
    ("amenity", "station", ("bus_station",)),
    ("highway", "stop", ("bus_stop",)),
    ("railway", "stop", ("tram_stop",)),
    ("amenity", "market", ("marketplace",)),
    ("amenity", "school", ("school", "college", "university")),
    ("amenity", "landmark", ("library", "townhall", "theatre", "cinema", "arts_centre")),
    ("tourism", "landmark", ("museum", "attraction")),
    ("shop", "landmark", ("mall", "department_store", "supermarket")),
    ("leisure", "landmark", ("sports_centre", "stadium")),
    ("place", "place", ("city", "town", "suburb", "quarter", "neighbourhood", "village", "hamlet")),
    ("place", "place", ("square", "locality")),
)


def read_osm(
    origin: Origin, frame: GroundFrame, folder: Path, progress: Callable[[str], None]
) -> GroundPart:
    """Read what an extract holds of the frame.

    Parameters
    ----------
    folder
        Where GDAL may keep what does not fit into memory.

    Raises
    ------
    SourceError
        If it is damaged, or not an extract.
    """
    file = recognise(origin)
    said = osm_frame(origin) if origin.suffix == ".pbf" else OsmFrame()
    gdal = {"OSM_MAX_TMPFILE_SIZE": _MEMORY_MB, "CPL_TMPDIR": str(folder)}
    tables: dict[str, Any] = {}
    with as_file(files("csp_geo.inputs.ground") / "osm.ini") as tags:
        for name, where in _WANTED.items():
            progress(f"Reading {origin.where}: {name}")
            origin.check_time()
            try:
                tables[name] = file.read(
                    name, gdal=gdal, bbox=frame.box(WGS84), where=where, CONFIG_FILE=str(tags)
                )
            except SourceError:
                raise
            except DAMAGED_LAYER as error:
                raise unlike_its_name(origin) from error
    lines, areas = tables["lines"], tables["multipolygons"]
    layers = {
        "streets": _streets(lines, frame),
        "railways": _railways(lines, frame),
        "water": _water(lines, areas, frame),
        "green": _green(areas, frame),
        "buildings": _buildings(areas, frame),
        "places": _places(tables["points"], areas, frame),
    }
    return GroundPart(
        KIND, LICENCE, layers, said.made_on.isoformat() if said.made_on else "", said.box
    )


def _words(table: gpd.GeoDataFrame, column: str) -> NDArray[Any]:
    return texts_in(table[column])


def _shapes(table: gpd.GeoDataFrame) -> NDArray[Any]:
    return np.asarray(table.geometry, dtype=object)


def _streets(lines: gpd.GeoDataFrame, frame: GroundFrame) -> gpd.GeoDataFrame:
    way = _words(lines, "highway")
    chosen = (way != "") & ~np.isin(way.astype(str), list(NO_WAYS))
    lines, way = lines[chosen], way[chosen]
    return frame.layer(
        "streets",
        {
            "name": names_of(lines["name"]),
            "class": street_classes(way)[0],
            "walkable": walkable(way, _words(lines, "access"), _words(lines, "foot")),
            "steps": way == "steps",
            "lit": lighting(_words(lines, "lit")),
            "bridge": crosses_freely(_words(lines, "bridge"), _words(lines, "tunnel")),
        },
        _shapes(lines),
        WGS84,
    )


def _railways(lines: gpd.GeoDataFrame, frame: GroundFrame) -> gpd.GeoDataFrame:
    lines = lines[np.isin(_words(lines, "railway").astype(str), list(_RAILWAYS))]
    return frame.layer(
        "railways",
        {
            "name": names_of(lines["name"]),
            "bridge": crosses_freely(_words(lines, "bridge"), _words(lines, "tunnel")),
        },
        _shapes(lines),
        WGS84,
    )


def _water(
    lines: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, frame: GroundFrame
) -> gpd.GeoDataFrame:
    """Return rivers as lines and water as areas; what flows in a pipe is left."""
    open_air = ~crosses_freely(_words(lines, "tunnel"))
    lines = lines[open_air & np.isin(_words(lines, "waterway").astype(str), list(_WATERWAYS))]
    areas = areas[
        np.any(
            [np.isin(_words(areas, tag).astype(str), list(some)) for tag, some in _WATER.items()],
            axis=0,
        )
    ]
    names = np.concatenate([names_of(lines["name"]), names_of(areas["name"])])
    shapes = np.concatenate([_shapes(lines), _shapes(areas)])
    return frame.layer("water", {"name": names}, shapes, WGS84)


def _kinds(table: gpd.GeoDataFrame, rules: Any) -> NDArray[Any]:
    """Return the kind of each row by the first rule that fits it, "" for none."""
    kinds = np.full(len(table), "", dtype=object)
    for tag, kind, values in rules:
        if tag in table.columns:
            fits = np.isin(_words(table, tag).astype(str), values)
            kinds[fits & (kinds == "")] = kind
    return kinds


def _green(areas: gpd.GeoDataFrame, frame: GroundFrame) -> gpd.GeoDataFrame:
    kinds = _kinds(areas, _GREEN)
    areas, kinds = areas[kinds != ""], kinds[kinds != ""]
    columns: Mapping[str, Any] = {"name": names_of(areas["name"]), "kind": kinds}
    return frame.layer("green", dict(columns), _shapes(areas), WGS84)


def _buildings(areas: gpd.GeoDataFrame, frame: GroundFrame) -> gpd.GeoDataFrame:
    said = _words(areas, "building")
    return frame.layer("buildings", {}, _shapes(areas[(said != "") & (said != "no")]), WGS84)


def _places(
    points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, frame: GroundFrame
) -> gpd.GeoDataFrame:
    parts = []
    for table in (points, areas):
        kinds, names = _kinds(table, _PLACES), names_of(table["name"])
        chosen = (kinds != "") & (names != "")
        parts.append((names[chosen], kinds[chosen], _shapes(table[chosen])))
    names, kinds, shapes = (np.concatenate(some) for some in zip(*parts, strict=True))
    return frame.layer(
        "places",
        {"name": names, "kind": kinds},
        shapely.point_on_surface(shapely.make_valid(shapes)) if len(shapes) else shapes,
        WGS84,
    )
