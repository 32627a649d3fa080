"""Streets that people walk in the sample borough, what bars the way, and where people can be.

A schematic grid: streets run every 160 metres both ways and meet where they cross. Railway, A13 and
river cut them; the few that are carried across are tagged as bridges.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import shapely

from csp_geo.core.projection import british_grid
from csp_geo.sample.plans import spot_addresses
from csp_geo.sample.reports import SYNTHETIC
from csp_geo.sample.streets import read_sample_streets

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH: Final = "data/context/addresses.csv"
_EVERY: Final = 3
_SEED: Final = 2021
"""The same houses whatever the seed of the reports."""


def addresses_file() -> bytes:
    """Make the list: every third house of each street, and the doors of each spot."""
    gazetteer = read_sample_streets()
    houses = [
        street.house(number)
        for street in gazetteer.streets
        for number in range(1, street.n_houses + 1, _EVERY)
    ]
    doors = [
        door.position for spot in gazetteer.spots.values() for door in spot_addresses(spot, _SEED)
    ]
    lines = [f"{x},{y},{SYNTHETIC}" for x, y in sorted({*houses, *doors})]
    return "\r\n".join(["easting,northing,Data status", *lines, ""]).encode()


STREETS: Final = "data/network/streets.geojson"
BARRIERS: Final = "data/network/barriers.geojson"
PARKS: Final = "data/network/parks.geojson"

_ABOUT: Final = f"Schematic and invented ({SYNTHETIC}): nothing here is where it is drawn."
_EVERY_M: Final = 160
_MARGIN_M: Final = 160
_WEST, _EAST, _SOUTH, _NORTH = 543_520, 552_000, 181_360, 191_200
_BARRIERS: Final = {
    "Railway": [(543_520, 184_420), (545_800, 184_215), (549_000, 184_655), (552_000, 185_300)],
    "A13": [(543_520, 183_260), (546_500, 183_420), (549_300, 182_900), (552_000, 182_600)],
    "River": [(544_020, 181_360), (543_900, 183_000), (543_790, 185_400)],
}
_BRIDGES: Final = {"Railway": 5, "A13": 4, "River": 3}
"""Every how many streets one is carried across."""
_PARKS: Final = {
    "Barking Park": (544_760, 185_010, 330),
    "Mayesbrook Park": (546_250, 185_480, 380),
    "Parsloes Park": (548_010, 185_330, 420),
    "Valence Park": (548_080, 186_720, 230),
    "Central Park": (550_250, 186_000, 400),
    "Old Dagenham Park": (549_950, 184_330, 240),
}


def way_files() -> dict[str, bytes]:
    """Make the layers of streets, barriers and parks as GeoJSON, by path in the project."""
    barriers = [({"name": name}, shapely.LineString(line)) for name, line in _BARRIERS.items()]
    parks = [
        ({"name": name}, shapely.Point(x, y).buffer(radius, quad_segs=4))
        for name, (x, y, radius) in _PARKS.items()
    ]
    return {STREETS: _geojson(_streets()), BARRIERS: _geojson(barriers), PARKS: _geojson(parks)}


@lru_cache(maxsize=1)
def _borough() -> Any:
    text = files("csp_geo.sample").joinpath("wards.geojson").read_text(encoding="utf-8")
    shapes = [shapely.geometry.shape(f["geometry"]) for f in json.loads(text)["features"]]
    metres = shapely.transform(shapely.union_all(shapes), british_grid().to_metres)
    return metres.buffer(_MARGIN_M)


def _streets() -> list[tuple[dict[str, str], Any]]:
    """Run streets both ways; a stretch that meets a barrier is left out unless it is a bridge."""
    barriers = {name: shapely.LineString(line) for name, line in _BARRIERS.items()}
    columns = range(_WEST, _EAST, _EVERY_M)
    rows = range(_SOUTH, _NORTH, _EVERY_M)
    lines = [[(x, y) for y in rows] for x in columns] + [[(x, y) for x in columns] for y in rows]
    made: list[tuple[dict[str, str], Any]] = []
    for number, corners in enumerate(lines):
        run: list[tuple[int, int]] = []
        for start, end in pairwise(corners):
            stretch = shapely.LineString([start, end])
            met = [name for name, line in barriers.items() if line.intersects(stretch)]
            inside = _borough().covers(stretch)
            if inside and not met:
                run = run or [start]
                run.append(end)
                continue
            if inside and all(number % _BRIDGES[name] == 0 for name in met):
                made.append(({"kind": "street", "bridge": "yes"}, stretch))
            if len(run) > 1:
                made.append(({"kind": "street", "bridge": "no"}, shapely.LineString(run)))
            run = []
        if len(run) > 1:
            made.append(({"kind": "street", "bridge": "no"}, shapely.LineString(run)))
    return made


def _geojson(shapes: Iterable[tuple[dict[str, str], Any]]) -> bytes:
    lines = []
    for properties, shape in shapes:
        degrees = shapely.transform(shape, british_grid().to_lonlat)
        geometry = json.loads(
            shapely.to_geojson(shapely.set_precision(degrees, 1e-6, mode="pointwise"))
        )
        feature = {
            "type": "Feature",
            "properties": {**properties, "data_status": SYNTHETIC},
            "geometry": geometry,
        }
        lines.append(json.dumps(feature, separators=(",", ":")))
    body = ",\n".join(lines)
    about = f'"description":"{_ABOUT}"'
    return f'{{"type":"FeatureCollection",{about},"features":[\n{body}\n]}}\n'.encode()
