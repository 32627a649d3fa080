"""The test of what stands out, on small maps whose truth is known; benchmarks/calibration.py
measures it at full size."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree
from scipy.stats import binom

import csp_geo as cg
from csp_geo.core.projection import british_grid
from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.chance.doubts import OWN_POINTS
from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.judge import judge_clusters
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.verdict import LEAST
from csp_geo.incidents.build import person_weights
from csp_geo.inputs.areas.study_area import StudyArea
from csp_geo.inputs.ground.ground_uses import GroundPlaces

MAPS = 30
REDRAWS = 19
UNLIKELY = 1e-4
"""A sound test would leave the bounds as often, were the seeds not fixed."""
N = 400
TOWN, TOWN_M = np.array([544_010, 184_020]), 2_000
SQUARE, SQUARE_M = np.array([540_000, 180_000]), 4_000
TRAP_SEEDS = 2


def bounds(level: float, maps: int) -> tuple[int, int]:
    """Fewest and most maps with p up to a level that is the true share of such maps."""
    return int(binom.ppf(UNLIKELY, maps, level)), int(binom.ppf(1 - UNLIKELY, maps, level))


@pytest.fixture(scope="module")
def town(town_area, make_incidents) -> SimpleNamespace:
    """Addresses along 200 streets of the toy town, and 300 published points.

    `nearest` is the point to which reports of each address are moved; `exact`, `snapped` and
    `mixed` are N reports anywhere.
    """
    rng = np.random.default_rng(4)
    middles = TOWN + rng.uniform(100, TOWN_M - 100, (200, 2))
    angle = rng.uniform(0, np.pi, 200)
    along = np.linspace(-90, 90, 15)
    way = np.column_stack([np.cos(angle), np.sin(angle)])
    addresses = (middles[:, None] + along[:, None] * way[:, None]).reshape(-1, 2)
    points = np.round(TOWN + rng.uniform(50, TOWN_M - 50, (300, 2)))
    half = N // 2
    here = points[np.zeros(N, dtype=int)]
    return SimpleNamespace(
        exact=make_incidents(here, source="asb"),
        snapped=make_incidents(here, location_method="snapped"),
        mixed=make_incidents(
            here,
            source=["offence"] * half + ["asb"] * half,
            location_method=["snapped"] * half + ["exact"] * half,
        ),
        addresses=addresses,
        one_in_four=rng.permutation(addresses)[::4],
        points=points,
        nearest=cKDTree(points).query(addresses)[1],
        area=town_area,
        make=make_incidents,
    )


def at(xy: np.ndarray, reports: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return reports.set_geometry(gpd.points_from_xy(*xy.T, crs=reports.crs))


def knowing(town: SimpleNamespace, addresses: np.ndarray, table: gpd.GeoDataFrame) -> KnownPlaces:
    ground = GroundPlaces(addresses=addresses, known_points=town.points)
    return KnownPlaces(table, town.area, ground=ground)


# --- maps on which nothing stands out ----------------------------------------------------------


def exact(town: SimpleNamespace, rng: np.random.Generator) -> gpd.GeoDataFrame:
    return at(rng.choice(town.addresses, N), town.exact)


def exact_uneven(town: SimpleNamespace, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Reports of homes that receive more or less than others, as nobody knows."""
    weight = rng.lognormal(0, 0.35, len(town.addresses))
    homes = rng.choice(town.addresses, N, p=weight / weight.sum())
    return at(homes, town.exact)


def snapped(town: SimpleNamespace, rng: np.random.Generator) -> gpd.GeoDataFrame:
    return at(town.points[rng.choice(town.nearest, N)], town.snapped)


def snapped_uneven(town: SimpleNamespace, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Each point has an error of 35 % that the addresses do not explain."""
    weight = np.bincount(town.nearest, minlength=300) * rng.lognormal(0, 0.35, 300)
    return at(rng.choice(town.points, N, p=weight / weight.sum()), town.snapped)


def mixed(town: SimpleNamespace, rng: np.random.Generator) -> gpd.GeoDataFrame:
    half = N // 2
    moved = town.points[rng.choice(town.nearest, half)]
    return at(np.concatenate([moved, rng.choice(town.addresses, half)]), town.mixed)


def people(town: SimpleNamespace, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Pins near one address each of 280 people, one of whom set 60."""
    person = np.sort(np.r_[np.zeros(59, int), np.arange(280), rng.integers(1, 280, N - 339)])
    xy = rng.choice(town.addresses, 280)[person]
    again = np.r_[False, person[1:] == person[:-1]]
    xy[again] += rng.normal(0, 50, (again.sum(), 2))
    pins = town.make(xy, source="survey", person_key=[f"p{i}" for i in person])
    return pins.assign(weight=person_weights(pins))


def scattered(town: SimpleNamespace, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Pins of 100 people, four each on average, anywhere."""
    person = np.r_[np.arange(100), rng.integers(0, 100, N - 100)]
    xy = rng.choice(town.addresses, N)
    pins = town.make(xy, source="survey", person_key=[f"p{i}" for i in person])
    return pins.assign(weight=person_weights(pins))


Make = Callable[[SimpleNamespace, np.random.Generator], gpd.GeoDataFrame]


def lowest_p(table: gpd.GeoDataFrame, known: KnownPlaces, seed: int) -> float | None:
    """p of the strongest cluster of a map; `None` without a cluster that can be tested."""
    test = FamilyTest(table, ClusterParams(), known, Simulation(REDRAWS, seed))
    found = [test.measure(test.labels == one, test.is_core) for one in range(test.labels.max() + 1)]
    strengths = [test.strength(*one) for one in found if one.n >= LEAST]
    return test.p_of(max(strengths)) if strengths else None


def ps_of(make: Make, town: SimpleNamespace, maps: int, addresses: np.ndarray) -> np.ndarray:
    """The lowest p of each map; every map must have a cluster to test, or it shows nothing."""
    rng = np.random.default_rng(11)
    tables = [make(town, rng) for _ in range(maps)]
    ps = [
        lowest_p(table, knowing(town, addresses, table), seed) for seed, table in enumerate(tables)
    ]
    assert None not in ps
    return np.array(ps, dtype=float)


@pytest.mark.parametrize("make", [exact, snapped, mixed, people, scattered])
def test_false_alarms_are_as_rare_as_p_says(make: Make, town: SimpleNamespace) -> None:
    ps = ps_of(make, town, MAPS, town.addresses)
    for level in (0.05, 0.25, 0.5, 0.75):
        fewest, most = bounds(level, MAPS)
        assert fewest <= (ps <= level).sum() <= most, level


@pytest.mark.parametrize("make", [exact_uneven, snapped_uneven])
def test_what_nobody_knows_of_each_place_raises_no_false_alarms(
    make: Make, town: SimpleNamespace
) -> None:
    ps = ps_of(make, town, MAPS, town.addresses)
    for level in (0.05, 0.25, 0.5):
        assert (ps <= level).sum() <= bounds(level, MAPS)[1], level


@pytest.mark.parametrize("make", [exact, snapped])
def test_a_list_of_one_home_in_four_raises_no_false_alarms(
    make: Make, town: SimpleNamespace
) -> None:
    ps = ps_of(make, town, MAPS, town.one_in_four)
    for level in (0.05, 0.25, 0.5):
        assert (ps <= level).sum() <= bounds(level, MAPS)[1], level


def test_an_even_spread_over_parks_and_water_raises_false_alarms(town: SimpleNamespace) -> None:
    """Fewer than there would be were maps not drawn as uneven as the reports are."""
    even = TOWN + np.random.default_rng(5).uniform(0, TOWN_M, (3_000, 2))
    assert (ps_of(exact, town, 8, even) <= 0.25).mean() > 0.5


def test_pins_for_people_raise_false_alarms(town: SimpleNamespace) -> None:
    def pins(town: SimpleNamespace, rng: np.random.Generator) -> gpd.GeoDataFrame:
        return people(town, rng).assign(person_key=None, weight=1.0)

    assert (ps_of(pins, town, 8, town.addresses) <= 0.05).mean() > 0.5


def test_the_table_says_what_the_test_says(town: SimpleNamespace, town_area: StudyArea) -> None:
    table = exact(town, np.random.default_rng(11))
    hotspots = cg.confirm_clusters(
        cg.find_clusters(table, town_area), table, town_area, town.addresses, REDRAWS, seed=3
    )
    known = KnownPlaces(table, town_area, supplied=town.addresses)
    assert hotspots["p_chance"].min() == lowest_p(table, known, 3)


# --- planted hotspots --------------------------------------------------------------------------


def test_a_planted_hotspot_is_found(town: SimpleNamespace, town_area: StudyArea) -> None:
    found = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        corner = rng.choice(town.addresses)
        near = town.addresses[np.hypot(*(town.addresses - corner).T) <= 75]
        xy = np.concatenate([rng.choice(town.addresses, 100), rng.choice(near, 20)])
        table = town.make(xy, source="asb")
        hotspots = cg.confirm_clusters(
            cg.find_clusters(table, town_area), table, town_area, town.addresses, 39, seed
        )
        shapes = hotspots[hotspots["confirmed"]].geometry
        found += bool((shapes.distance(shapely.Point(corner)) <= 75).any())
    assert found >= 4


# --- snap-csr-trap: points moved to the nearest of 300 -------------------------------------------


@pytest.fixture(scope="module")
def trap(make_incidents) -> list[SimpleNamespace]:
    """2,000 even points moved to the nearest of 300, in a square of 4 km, and what is said.

    Addresses, one every 40 metres, weigh the points.
    """
    wards = gpd.GeoDataFrame(
        {"ward_code": ["E05000026"], "ward_name": ["Square"]},
        geometry=[shapely.box(*SQUARE, *(SQUARE + SQUARE_M))],
        crs=27700,
    )
    area = StudyArea(name="Square", wards=wards, projection=british_grid())
    every = np.arange(20, SQUARE_M, 40)
    homes = SQUARE + np.stack(np.meshgrid(every, every), -1).reshape(-1, 2)
    params = ClusterParams(eps=60, min_samples=10)
    maps = []
    for seed in range(TRAP_SEEDS):
        rng = np.random.default_rng([1, seed])
        points = SQUARE + rng.uniform(0, SQUARE_M, (300, 2))
        xy = SQUARE + rng.uniform(0, SQUARE_M, (2_000, 2))
        moved = points[cKDTree(points).query(xy)[1]]
        table = make_incidents(moved, area=area, location_method="snapped")
        clusters = cg.find_clusters(table, area, 60, 10)
        drawn = cg.dbscan(xy, 60, 10).max() + 1
        ground = GroundPlaces(addresses=homes, known_points=points)
        known = KnownPlaces(table, area, ground=ground)
        said = judge_clusters(clusters, table, area, params, known, Simulation(39, seed))
        maps.append(SimpleNamespace(drawn=drawn, table=table, clusters=clusters, said=said))
    return maps


def test_moving_points_draws_clusters_that_are_not_there(trap) -> None:
    assert np.mean([one.drawn for one in trap]) <= 0.2
    assert all(52 <= len(one.clusters) <= 92 for one in trap)  # interval of a single run


def test_none_of_them_stands_out_where_catchments_are_known(trap) -> None:
    """Busy points do receive more than an equal share, and no more than their catchments say."""
    tables = [one.said.hotspots for one in trap]
    codes = {caution.code for one in trap for caution in one.said.cautions}
    assert "cannot-confirm" not in codes
    assert all(table["p_chance"].notna().any() for table in tables)
    assert sum(bool(table["confirmed"].any()) for table in tables) <= 0.05 * TRAP_SEEDS


def test_nothing_is_confirmed_on_points_of_which_nothing_is_known(trap) -> None:
    table, params = trap[0].table, ClusterParams(eps=60, min_samples=10)
    test = FamilyTest(table, params, KnownPlaces(table, None), Simulation(REDRAWS))
    assert test.doubts == (OWN_POINTS,)
    assert test.doubt_about(test.labels == 0)
