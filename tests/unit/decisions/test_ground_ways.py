"""Ways on the streets of the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from csp_geo.core.errors import NetworkError
from csp_geo.decisions.walking.distances import walking_distances
from csp_geo.decisions.walking.ground_ways import ways_of_ground

CRS = "EPSG:27700"
X, Y = 544_000.0, 184_000.0


def lines(rows, **columns):
    shapes = [shapely.LineString(np.add(row, (X, Y))) for row in rows]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def streets(*rows):
    """Streets of (corners, class, bridge, lit, walkable)."""
    return lines(
        [row for row, *_ in rows],
        **{"class": [kind for _, kind, *_ in rows]},
        bridge=[bridge for _, _, bridge, *_ in rows],
        lit=[lit for *_, lit, _ in rows],
        walkable=[walkable for *_, walkable in rows],
    )


NORTH = ([(0, 100), (100, 100), (900, 100), (1000, 100)], "local", False, "yes", True)
SOUTH = ([(0, -100), (100, -100), (900, -100), (1000, -100)], "local", False, "yes", True)
ACROSS = ([(900, -100), (900, 100)], "local", False, "yes", True)
RAILWAY = lines([[(-500, 0), (1500, 0)]], bridge=[False])


def far(tables, start=(100, 100), end=(100, -100), **options):
    network, obstacles = ways_of_ground(tables)
    walk = walking_distances(
        np.add([start], (X, Y)), np.add([end], (X, Y)), network=network, obstacles=obstacles,
        **options,
    )  # fmt: skip
    return walk.metres[0, 0]


def test_a_railway_is_crossed_where_a_street_does():
    tables = {"streets": streets(NORTH, SOUTH, ACROSS), "railways": RAILWAY}
    assert far(tables) == 800 + 200 + 800
    assert np.isinf(far({**tables, "streets": streets(NORTH, SOUTH)}))


def test_nobody_steps_over_a_railway_to_the_nearest_street():
    tables = {"streets": streets(NORTH, SOUTH, ACROSS), "railways": RAILWAY}
    assert far(tables, start=(100, -60), end=(100, -100)) == 40
    assert far(tables, start=(100, 60), end=(100, -100)) > 1_800


def test_under_a_railway_on_a_bridge():
    over = RAILWAY.assign(bridge=True)
    assert far({"streets": streets(NORTH, SOUTH, ACROSS), "railways": over}) == 1_800


@pytest.mark.parametrize("kind", ["river", "pond"])
def test_water_is_crossed_on_a_street(kind):
    shape = shapely.LineString([(X - 500, Y), (X + 1500, Y)])
    water = gpd.GeoDataFrame(
        {"name": [""]}, geometry=[shape if kind == "river" else shape.buffer(30)], crs=CRS
    )
    tables = {"streets": streets(NORTH, SOUTH, ACROSS), "water": water}
    bridge = streets(NORTH, SOUTH, (*ACROSS[:2], True, *ACROSS[3:]))
    assert far({**tables, "streets": bridge}) == 1_800
    if kind == "river":
        assert far(tables) == 1_800


def test_nobody_walks_on_a_motorway_nor_over_it():
    motorway = ([(-500, 0), (1500, 0)], "motorway", False, "yes", False)
    assert np.isinf(far({"streets": streets(NORTH, SOUTH, motorway)}))
    assert far({"streets": streets(NORTH, SOUTH, motorway, ACROSS)}) == 1_800
    with pytest.raises(NetworkError):
        ways_of_ground({"streets": streets(motorway)})


def test_unlit_paths_and_parks_are_for_the_day():
    path = ([(100, 100), (100, -100)], "path", False, "no", True)
    tables = {"streets": streets(NORTH, SOUTH, ACROSS, path)}
    assert (far(tables), far(tables, after_dark=True)) == (200, 1_800)
    lit = {"streets": streets(NORTH, SOUTH, ACROSS, (*path[:3], "yes", True))}
    assert far(lit, after_dark=True) == 200
    park = gpd.GeoDataFrame(
        {"name": ["Park"]}, geometry=[shapely.box(X + 50, Y - 90, X + 150, Y + 90)], crs=CRS
    )
    assert far({**lit, "green": park}, after_dark=True) == 1_800
    assert far({**lit, "green": park}) == 200


def test_the_number_of_crossings_is_said():
    tables = {"streets": streets(NORTH, SOUTH, ACROSS), "railways": RAILWAY}
    _, obstacles = ways_of_ground(tables)
    assert obstacles.notes == (
        "1 place found where a street crosses a railway, water or a motorway.",
    )
    assert ways_of_ground({"streets": streets(NORTH)})[1].notes == ()
