"""What the sample's officer has downloaded for the ground: layers and an archive of police.uk.

Everything is invented and lies where the reports do: streets and houses of `plans/streets.csv`, a
main road through the spots of each street, the railway, the river and the parks, and every point
onto which the sample's month of police.uk moves its crimes.
"""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

import shapely

from csp_geo.core.projection import british_grid
from csp_geo.sample.around import barrier_line, grid_streets, layer_bytes, park_shapes
from csp_geo.sample.plans import read_plan, read_sample_streets, spot_addresses
from csp_geo.sample.reports import SYNTHETIC, crime_stacks, street_points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csp_geo.sample.plans import Position

FOLDER: Final = "downloads"
_SEED: Final = 2021
"""The same doors as the businesses have, whatever the seed of the reports."""
_RIVER_M: Final = 25
_ROAD_M: Final = 350
"""How far a main road runs past the outermost of its spots."""
_MONTHS: Final = ("2021-07", "2021-08", "2021-09")
_DAY_OF_ZIP: Final = (2021, 10, 1, 0, 0, 0)
_HEADER: Final = ("Month", "Falls within", "Longitude", "Latitude", "Crime type", "Context")


def ground_downloads() -> dict[str, bytes]:
    """Make the files by path in the project; the same whatever the seed of the reports."""
    layers: dict[str, list[tuple[dict[str, str], Any]]] = {
        "sample_streets.geojson": _streets(),
        "sample_railway.geojson": [({"name": "Railway"}, barrier_line("Railway"))],
        "sample_river.geojson": [({"name": "River"}, barrier_line("River").buffer(_RIVER_M))],
        "sample_parks.geojson": park_shapes(),
        "sample_addresses.geojson": [({}, shapely.Point(xy)) for xy in houses()],
    }
    files = {f"{FOLDER}/{name}": layer_bytes(shapes) for name, shapes in layers.items()}
    return {**files, f"{FOLDER}/sample_police_uk.zip": _archive()}


def houses() -> list[Position]:
    """Return every house of each street, and the doors of each spot."""
    gazetteer = read_sample_streets()
    along = [
        street.house(number)
        for street in gazetteer.streets
        for number in range(1, street.n_houses + 1)
    ]
    doors = [
        door.position for spot in gazetteer.spots.values() for door in spot_addresses(spot, _SEED)
    ]
    return sorted({*along, *doors})


def _streets() -> list[tuple[dict[str, str], Any]]:
    """Draw the named streets, the main roads, and the grid that people walk, without names."""
    gazetteer = read_sample_streets()
    named = [
        ({"name": one.name, "highway": "residential"}, shapely.LineString([one.start, one.end]))
        for one in gazetteer.streets
    ]
    spots: dict[str, list[Position]] = {}
    for spot in gazetteer.spots.values():
        if spot.street and "Park" not in spot.name:
            spots.setdefault(spot.street, []).append(spot.centre)
    main = [
        ({"name": name, "highway": "primary"}, shapely.LineString(_through(centres)))
        for name, centres in spots.items()
    ]
    a13 = [({"name": "A13", "highway": "trunk"}, barrier_line("A13"))]
    grid = [({"name": "", "highway": "residential"}, line) for _, line in grid_streets()]
    return [*named, *main, *a13, *grid]


def _through(centres: Iterable[Position]) -> list[Position]:
    """Run a road through points from west to east, and a little further."""
    places = sorted(centres)
    (west, y), (east, y_east) = places[0], places[-1]
    return [(west - _ROAD_M, y), *places, (east + _ROAD_M, y_east)]


def _archive() -> bytes:
    """Make an archive whose months name every point once."""
    plan = read_plan("police_uk")
    points = [*street_points(plan), *crime_stacks(plan)]
    lonlat = british_grid().to_lonlat([point.position for point in points])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for month in _MONTHS:
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(_HEADER)
            force = SYNTHETIC.capitalize()
            for lon, lat in lonlat:
                place = (f"{lon:.6f}", f"{lat:.6f}")
                writer.writerow((month, force, *place, "Other crime", SYNTHETIC))
            name = zipfile.ZipInfo(f"{month}/{month}-sample-street.csv", _DAY_OF_ZIP)
            archive.writestr(name, text.getvalue())
    return made.getvalue()
