"""Every point lies in one ward or in none: the lowest code that covers it."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from csp_geo.core import polygons
from csp_geo.core.projection import british_grid
from csp_geo.inputs.areas.study_area import StudyArea, read_study_area

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("CSP_GEO_SHARED", ROOT.parent / "shared"))
WARDS = SHARED / "data" / "wards" / "lbbd_wards_2022_generalised.geojson"


def _area(shapes: list[shapely.Geometry]) -> StudyArea:
    codes = [f"E{row:08d}" for row in range(len(shapes))]
    wards = gpd.GeoDataFrame({"ward_code": codes}, geometry=shapes, crs="EPSG:27700")
    return StudyArea(name="Test", wards=wards, projection=british_grid())


def _brute_force(area: StudyArea, xy: np.ndarray) -> np.ndarray:
    points = shapely.points(xy)
    covers = np.array([shapely.covers(ward, points) for ward in area.wards.geometry])
    return np.where(covers.any(axis=0), covers.argmax(axis=0), -1)


def _hard_points(area: StudyArea, rng: np.random.Generator, n: int) -> np.ndarray:
    """Corners, middles of edges, points a hair beside them, and points all over the place."""
    shapes = area.wards.geometry.to_numpy()
    corners = np.unique(shapely.get_coordinates(shapes), axis=0)
    middles = (corners[1:] + corners[:-1]) / 2
    low, high = corners.min(axis=0), corners.max(axis=0)
    spread = rng.uniform(low - 50, high + 50, (n, 2))
    near = np.nextafter(corners, rng.choice([-np.inf, np.inf], corners.shape))
    outer = shapely.get_coordinates(shapely.box(*low, *high))
    xy = np.vstack([corners, middles, near, outer, spread])
    return xy[rng.permutation(len(xy))]


@pytest.fixture
def _raster_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygons, "_PAYS_A_RASTER", 0)


@pytest.fixture(params=["squares", "crooked", "overlapping", "apart"])
def area(request: pytest.FixtureRequest) -> StudyArea:
    if request.param == "squares":
        return _area([shapely.box(x, y, x + 100, y + 100) for x in (0, 100) for y in (0, 100)])
    rng = np.random.default_rng(12)
    seeds = shapely.multipoints(rng.uniform([544_000, 184_000], [549_000, 189_000], (25, 2)))
    crooked = list(shapely.get_parts(shapely.voronoi_polygons(seeds)))
    if request.param == "crooked":
        return _area(crooked)
    if request.param == "overlapping":
        return _area([shape.buffer(40) for shape in crooked])
    islands = [shape.buffer(-60) for shape in crooked]
    ring = islands[0].difference(islands[0].buffer(-100))  # with a hole
    return _area([ring, shapely.union_all(islands[1:4]), shapely.Polygon(), *islands[4:]])


@pytest.mark.usefixtures("_raster_always")
def test_equal_to_brute_force_by_raster(area: StudyArea) -> None:
    xy = _hard_points(area, np.random.default_rng(13), 4_000)
    found = area.ward_of(xy)
    assert found.dtype == np.int64
    assert np.array_equal(found, _brute_force(area, xy))
    assert (found >= 0).any()
    assert (found < 0).any()


def test_equal_to_brute_force_point_by_point(area: StudyArea) -> None:
    xy = _hard_points(area, np.random.default_rng(14), 1_000)
    assert np.array_equal(area.ward_of(xy), _brute_force(area, xy))
    assert "_raster" not in vars(area._locator)


@pytest.mark.usefixtures("_raster_always")
def test_most_cells_are_sure(area: StudyArea) -> None:
    area.ward_of(np.zeros((1, 2)))
    area.ward_of(shapely.get_coordinates(area.wards.geometry.iloc[0].centroid))
    assert (area._locator._raster.rows == polygons._UNSURE).mean() < 0.2


def test_a_shared_corner_belongs_to_the_lowest_code() -> None:
    area = _area([shapely.box(x, y, x + 100, y + 100) for x in (0, 100) for y in (0, 100)])
    assert list(area.ward_of([[100, 100], [100, 150], [150, 100], [0, 0], [200, 200]])) == [
        0, 1, 2, 0, 3,
    ]  # fmt: skip


@pytest.mark.parametrize("n", [3, 20_000])
def test_what_is_no_place_is_outside(n: int) -> None:
    area = _area([shapely.box(0, 0, 100, 100)])
    xy = np.tile([[np.nan, 50], [np.inf, -np.inf], [50, 50]], (n // 3 + 1, 1))
    assert set(area.ward_of(xy)[2::3]) == {0}
    assert set(area.ward_of(xy)[::3]) == {-1}
    assert set(area.ward_of(xy)[1::3]) == {-1}
    assert area.ward_of(np.empty((0, 2))).shape == (0,)


@pytest.mark.skipif(not WARDS.is_file(), reason="the shared real data are not on this machine")
def test_real_wards() -> None:
    area = read_study_area(WARDS)
    xy = _hard_points(area, np.random.default_rng(15), 12_000)
    assert np.array_equal(area.ward_of(xy), _brute_force(area, xy))
