"""Clusters depend on distances and people only: not on order, origin or number of pins."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import csp_geo as cg
from csp_geo.core.tables import CLUSTERS, INCIDENTS, as_agreed, check_table
from csp_geo.incidents.build import person_weights
from csp_geo.inputs.areas.study_area import StudyArea

# Whole multiples of 20 m: ties at exactly eps are common, and moving them loses no bit.
steps = st.tuples(st.integers(0, 95), st.integers(0, 45))
points = st.lists(steps, min_size=1, max_size=60).map(
    lambda pairs: np.array(pairs, dtype=np.float64) * 20 + [544010, 184010]
)


def _incidents(
    xy: np.ndarray, area: StudyArea, *, source: str = "offence", people: list[str] | None = None
) -> gpd.GeoDataFrame:
    n = len(xy)
    ward = area.ward_of(xy)
    at = pd.Series(pd.Timestamp("2021-11-03 14:20", tz="Europe/London"), index=range(n))
    table = gpd.GeoDataFrame(
        {
            "source": source,
            "feed": source,
            "source_ref": None,
            "source_file": "f.csv",
            "source_row": np.arange(n),
            "n_rows": 1,
            "person_key": people if people is not None else [None] * n,
            "occurred_at": at,
            "occurred_to": pd.Series(pd.NaT, index=range(n), dtype=at.dtype),
            "time_precision": "minute",
            "category": "theft",
            "theme": "theft",
            "sensitive": "",
            "family": "perception" if source == "survey" else "recorded",
            "weight": 1.0,
            "location_method": "exact",
            "location_accuracy_m": 20.0,
            "place": None,
            "ward_code": [area.wards["ward_code"].iloc[w] if w >= 0 else None for w in ward],
            "ward_name": [area.wards["ward_name"].iloc[w] if w >= 0 else None for w in ward],
            "flags": "",
        },
        geometry=gpd.points_from_xy(*xy.T),
        crs="EPSG:27700",
    )
    table = as_agreed(table, INCIDENTS)
    return table.assign(weight=person_weights(table))


def _facts(hotspots: gpd.GeoDataFrame) -> list[tuple]:
    columns = ["n", "n_places", "n_people", "n_anonymous", "kind"]
    area = hotspots["area_m2"].round(0)
    return sorted(zip(*(hotspots[c] for c in columns), area, strict=True))


@given(xy=points, seed=st.integers(0, 9))
def test_the_order_of_incidents_does_not_matter(
    xy: np.ndarray, seed: int, square: StudyArea
) -> None:
    incidents = _incidents(xy, square)
    mixed = incidents.sample(frac=1, random_state=seed)
    labels = cg.dbscan(xy, 100, 5)
    again = cg.dbscan(shapely.get_coordinates(mixed.geometry), 100, 5)
    position = np.array([incidents.index.get_loc(i) for i in mixed.index])
    assert ((labels[position] >= 0) == (again >= 0)).all()
    assert labels.max() == again.max()
    before, after = cg.find_clusters(incidents, square), cg.find_clusters(mixed, square)
    assert before["n"].sum() == after["n"].sum()
    assert before["area_m2"].sum() == pytest.approx(after["area_m2"].sum())


@given(xy=points, east=st.integers(-50, 50), north=st.integers(-50, 50))
def test_moving_everything_moves_the_hotspots(
    xy: np.ndarray, east: int, north: int, square: StudyArea
) -> None:
    shift = np.array([east * 20.0, north * 20.0])
    moved_wards = square.wards.set_geometry(square.wards.geometry.translate(*shift))
    there = StudyArea(name="There", wards=moved_wards, projection=square.projection)
    before = cg.find_clusters(_incidents(xy, square), square)
    after = cg.find_clusters(_incidents(xy + shift, there), there)
    check_table(before, CLUSTERS)
    assert _facts(before) == _facts(after)
    moved = sorted(zip(before["easting"] + shift[0], before["northing"] + shift[1], strict=True))
    found = sorted(zip(after["easting"], after["northing"], strict=True))
    assert np.allclose(np.array(moved).reshape(-1, 2), np.array(found).reshape(-1, 2))


@given(xy=points, factor=st.sampled_from([0.5, 2.0]))
def test_scaling_points_and_eps_together_changes_no_label(xy: np.ndarray, factor: float) -> None:
    start = cg.dbscan(xy - xy.min(axis=0), 100, 5)
    assert np.array_equal(start, cg.dbscan((xy - xy.min(axis=0)) * factor, 100 * factor, 5))


@given(xy=points)
def test_a_larger_eps_never_splits_a_cluster(xy: np.ndarray) -> None:
    small, large = cg.dbscan(xy, 60, 5), cg.dbscan(xy, 100, 5)
    for label in range(small.max() + 1):
        assert len(set(large[small == label])) == 1
        assert large[small == label][0] >= 0


@given(xy=points, owners=st.lists(st.sampled_from("abcd"), min_size=60, max_size=60))
def test_four_people_never_make_a_hotspot_of_five(
    xy: np.ndarray, owners: list[str], square: StudyArea
) -> None:
    incidents = _incidents(xy, square, source="survey", people=owners[: len(xy)])
    assert cg.find_clusters(incidents, square).empty


@pytest.mark.parametrize("pins_each", [1, 2, 3, 7, 49])
def test_five_people_make_one_however_many_pins_each(pins_each: int, square: StudyArea) -> None:
    owners = [name for name in "abcde" for _ in range(pins_each)]
    xy = np.tile([544500.5, 184500.5], (len(owners), 1))
    hotspots = cg.find_clusters(_incidents(xy, square, source="survey", people=owners), square)
    assert list(hotspots["n_people"]) == [5]
    assert list(hotspots["n"]) == [5 * pins_each]


def test_two_thousand_pins_of_one_person_make_none(square: StudyArea) -> None:
    rng = np.random.default_rng(1)
    xy = rng.normal([544500, 184500], 150, (2000, 2))
    incidents = _incidents(xy, square, source="survey", people=["one"] * 2000)
    assert cg.find_clusters(incidents, square).empty
