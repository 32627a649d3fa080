"""What the map draws: packed places, outlines, labels."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csp_geo.core.projection import british_grid
from csp_geo.products.map.geometry import (
    PACK_SCALE,
    features_of,
    lonlat_bounds,
    name_labels,
    pack_points,
    place_points,
    simplify_wards,
)

CRS = "EPSG:27700"
GRID = british_grid()
X, Y = 548_000.0, 185_000.0


def unpack(packed) -> np.ndarray:
    """(latitude, longitude, count) of each place, as the page's script reads them."""
    steps = np.array(packed.values, dtype=float).reshape(-1, 3)
    places = np.cumsum(steps[:, :2], axis=0) + packed.origin
    return np.column_stack([places / PACK_SCALE, steps[:, 2]])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(1, 4)), min_size=1))
def test_packing_keeps_every_report_within_a_metre_and_a_half(triples):
    xy = np.repeat([(X + a, Y + b) for a, b, _ in triples], [n for *_, n in triples], axis=0)
    packed = pack_points(xy, GRID)
    places = unpack(packed)
    expected, counts = np.unique(xy, axis=0, return_counts=True)
    assert packed.n == len(xy) == places[:, 2].sum()
    assert len(packed.values) / 3 == len(expected)
    metres = GRID.to_metres(places[:, [1, 0]])
    order = np.lexsort(np.rint(metres / 2).T)
    assert sorted(places[:, 2]) == sorted(counts)
    for point in metres[order]:
        assert np.hypot(*(expected - point).T).min() < 1.5


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(3)
    xy = np.array([X, Y]) + rng.integers(0, 300, (500, 2))
    assert pack_points(xy, GRID) == pack_points(xy[::-1], GRID)


def test_places_are_whole_metres():
    xy = np.array([[X + 0.2, Y - 0.3], [X - 0.4, Y + 0.4], [X + 1, Y]])
    assert len(pack_points(xy, GRID).values) == 2 * 3


def test_points_without_a_place_are_left_out():
    packed = pack_points(np.array([[np.nan, np.nan], [X, Y], [-9e9, 0]]), GRID)
    assert packed.n == 1
    assert pack_points(np.empty((0, 2)), GRID).n == 0


def test_a_hundred_thousand_incidents_are_packed_without_loss():
    rng = np.random.default_rng(5)
    xy = np.array([X, Y]) + rng.normal(0, 2000, (100_000, 2))
    packed = pack_points(xy, GRID)
    assert packed.n == 100_000
    assert 90_000 < len(packed.values) / 3 < 100_000


def wards(segments: int = 8) -> gpd.GeoDataFrame:
    circle = shapely.Point(X, Y).buffer(1500, quad_segs=segments)
    west, south, east, north = circle.bounds
    halves = [
        circle.intersection(shapely.box(west, south, X, north)),
        circle.intersection(shapely.box(X, south, east, north)),
    ]
    return gpd.GeoDataFrame(
        {"ward_code": ["E1", "E2"], "ward_name": ["West", "East"]}, geometry=halves, crs=CRS
    )


def test_shapes_become_geojson_with_five_decimals_and_keep_their_keys():
    collection = features_of(wards().geometry.to_numpy(), ["w0", "w1"], GRID)
    assert [feature["id"] for feature in collection["features"]] == ["w0", "w1"]
    for lon, lat in collection["features"][0]["geometry"]["coordinates"][0]:
        assert round(lon, 5) == lon
        assert round(lat, 5) == lat


def test_small_outlines_are_kept_and_large_ones_still_meet():
    small = wards().geometry.to_numpy()
    assert simplify_wards(small) is small
    large = np.asarray(wards(4000).geometry.to_numpy())
    simple = simplify_wards(large, budget=2000)
    assert len(shapely.get_coordinates(simple)) <= 2000
    assert shapely.area(shapely.intersection(*simple)) < 1e-6
    assert shapely.union_all(simple).area == pytest.approx(shapely.union_all(large).area, rel=0.01)


def test_labels_lie_in_their_ward_and_know_their_room():
    table = wards()
    for label, shape in zip(name_labels(table, "ward_name", GRID), table.geometry, strict=True):
        point = GRID.to_metres([[label["lon"], label["lat"]]])[0]
        assert shape.contains(shapely.Point(point))
        assert 1000 < label["room"] < 1600


def test_bounds_hold_every_shape():
    (south, west), (north, east) = lonlat_bounds(wards().geometry.to_numpy(), GRID)
    lonlat = GRID.to_lonlat(shapely.get_coordinates(wards().geometry.to_numpy()))
    assert (lonlat > [west - 1e-5, south - 1e-5]).all()
    assert (lonlat < [east + 1e-5, north + 1e-5]).all()
    assert 0.04 < east - west < 0.05


def test_places_lose_the_word_that_the_symbol_says():
    places = gpd.GeoDataFrame(
        {"name": ["Upney Station", "Station Parade"], "kind": ["station", "place"]},
        geometry=gpd.points_from_xy([X, X], [Y, Y]),
        crs=CRS,
    )
    assert [place["name"] for place in place_points(places, GRID)] == ["Upney", "Station Parade"]
