"""The ground written small: what is read back lies where it lay, and what does not fit is said."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csp_geo.core.projection import british_grid
from csp_geo.products.map import ground_lines
from csp_geo.products.map.geometry import PACK_SCALE
from csp_geo.products.map.ground_lines import LETTERS, letters_of, pack_ground

CRS = "EPSG:27700"
GRID = british_grid()
X, Y = 548_000.0, 185_000.0
CLOSE_M = 3.0
"""Half a metre of rounding, and the tolerance of what is simplified."""


def numbers_of(text):
    """Read letters as the page's script does."""
    found, number, shift = [], 0, 0
    for letter in text:
        value = LETTERS.index(letter)
        number += (value & 31) << shift
        shift += 5
        if not value & 32:
            found.append(number)
            number = shift = 0
    return found


def read_back(data, layer):
    """Return (name, lines in metres) of each shape of a layer."""
    numbers = iter(numbers_of(layer["lines"]))
    last, shapes = np.array(data["origin"]), []
    for row in numbers:
        name, lines = data["names"][row - 1] if row else "", []
        for _ in range(next(numbers)):
            steps = [next(numbers) for _ in range(2 * next(numbers))]
            signed = [-(one + 1) // 2 if one % 2 else one // 2 for one in steps]
            corners = last + np.cumsum(np.array(signed).reshape(-1, 2), axis=0)
            last = corners[0]
            lines.append(GRID.to_metres(corners[:, ::-1] / PACK_SCALE))
        shapes.append((name, lines))
    return shapes


def streets(*rows):
    """Streets of (name, class, corners in metres from the middle)."""
    return gpd.GeoDataFrame(
        {"name": [name for name, *_ in rows], "class": [kind for _, kind, _ in rows]},
        geometry=[shapely.LineString(np.add(line, (X, Y))) for *_, line in rows],
        crs=CRS,
    )


TOWN = streets(
    ("Long Road", "main", [(0, 0), (400, 10)]),
    ("Long Road", "main", [(400, 10), (900, 0)]),
    ("Side Street", "local", [(400, 10), (400, 300)]),
    ("", "path", [(0, 50), (100, 60)]),
)


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**30), min_size=1, max_size=40))
def test_letters_and_back(numbers):
    assert numbers_of(letters_of(np.array(numbers))) == numbers


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)), min_size=2, max_size=6),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_read_back_lies_where_it_lay(lines):
    rows = [(f"Road {n}", "local", line) for n, line in enumerate(lines)]
    long = [row for row in rows if shapely.LineString(row[2]).length > 5]
    if not long:
        return
    packed = pack_ground({"streets": streets(*long)}, GRID)
    (layer,) = packed.data["layers"]
    back = {name: shapely.MultiLineString(lines) for name, lines in read_back(packed.data, layer)}
    for name, _, line in long:
        own = shapely.LineString(np.add(line, (X, Y)))
        if name not in back:  # it shrank to a point
            assert shapely.box(*own.bounds).length < 4 * CLOSE_M
            continue
        assert shapely.hausdorff_distance(own, back[name], densify=0.1) < CLOSE_M


def test_streets_by_class_and_pieces_joined():
    packed = pack_ground({"streets": TOWN}, GRID)
    made = [(layer["class"], read_back(packed.data, layer)) for layer in packed.data["layers"]]
    assert [kind for kind, _ in made] == ["path", "local", "main"]  # the larger above
    (name, lines), *others = dict(made)["main"]
    assert (name, len(lines), others) == ("Long Road", 1, [])
    assert dict(made)["path"][0][0] == ""


def test_the_order_of_rows_does_not_matter():
    tables = {"streets": TOWN, "green": parks(4)}
    again = {name: table.iloc[::-1] for name, table in tables.items()}
    assert pack_ground(tables, GRID) == pack_ground(again, GRID)


def parks(n, side=50.0):
    """Squares with a hole."""
    shapes = [
        shapely.box(X + 100 * i, Y, X + 100 * i + side, Y + side).difference(
            shapely.Point(X + 100 * i + side / 2, Y + side / 2).buffer(5)
        )
        for i in range(n)
    ]
    return gpd.GeoDataFrame({"name": [f"Park {i}" for i in range(n)]}, geometry=shapes, crs=CRS)


def test_areas_have_rings_and_small_ones_are_left_out():
    packed = pack_ground({"green": parks(2), "water": parks(1, side=19.9)}, GRID)
    assert [layer["kind"] for layer in packed.data["layers"]] == ["green"]
    assert [len(rings) for _, rings in read_back(packed.data, packed.data["layers"][0])] == [2, 2]


def test_what_does_not_fit_is_left_out_and_said():
    paths = [("", "path", [(i, 0), (i + 40, 30), (i, 60)]) for i in range(0, 4000, 5)]
    service = [("", "service", [(i, 100), (i + 40, 130), (i, 160)]) for i in range(0, 400, 5)]
    table = streets(*paths, *service, ("Long Road", "main", [(0, 0), (900, 0)]))
    whole = pack_ground({"streets": table}, GRID)
    assert whole.said == ()
    fewer = pack_ground({"streets": table}, GRID, budget=3_000)
    assert fewer.said == ("The map leaves out paths: there are too many for one page.",)
    assert fewer.size <= 3_000
    fewest = pack_ground({"streets": table}, GRID, budget=200)
    assert fewest.said == (
        "The map leaves out ways to houses and paths: there are too many for one page.",
    )
    assert [layer["class"] for layer in fewest.data["layers"]] == ["main"]


def test_buildings_round_what_is_looked_at_as_far_as_there_is_room(monkeypatch):
    houses = parks(60, side=20.0)[["geometry"]]
    near = shapely.Point(X, Y)
    tables = {"streets": TOWN, "buildings": houses}
    none = pack_ground(tables, GRID)
    assert "buildings" not in [layer["kind"] for layer in none.data["layers"]]
    some = pack_ground(tables, GRID, [near])
    *_, layer = some.data["layers"]
    assert (layer["kind"], len(read_back(some.data, layer))) == ("buildings", 2)
    assert some.said == ("Buildings are drawn round the first hotspots and havens only.",)
    far = shapely.Point(X + 3000, Y)
    both = pack_ground(tables, GRID, [near, far])
    assert len(read_back(both.data, both.data["layers"][-1])) == 5
    monkeypatch.setattr(ground_lines, "BUILDINGS_WITHIN_M", 1e5)
    assert pack_ground(tables, GRID, [near]).said == ()


@pytest.mark.parametrize("around", [[], [shapely.Point(X, Y)]])
def test_no_buildings_without_a_table(around):
    assert pack_ground({"streets": TOWN}, GRID, around).said == ()
