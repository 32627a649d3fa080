"""Maps on which nothing stands out, and the test on each of them as it is shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.spatial import cKDTree

from csp_geo.core.projection import points_of
from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.family_map import ROUNDING
from csp_geo.hotspots.chance.judge import _judge
from csp_geo.hotspots.chance.known_places import KnownPlaces, catchments
from csp_geo.hotspots.chance.redraw import label_maps
from csp_geo.hotspots.find import LEAST_PLACES, shape_of, size_of
from csp_geo.hotspots.verdict import LEAST, LEVEL, STANDS_OUT, Judgement
from csp_geo.incidents.build import person_weights
from csp_geo.inputs.ground.ground_uses import GroundPlaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from borough import Borough
    from numpy.typing import NDArray

    from csp_geo.hotspots.chance.family_map import Simulation
    from csp_geo.inputs.areas.study_area import StudyArea

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Maker = Callable[[int, np.random.Generator], gpd.GeoDataFrame]

PARAMS: Final = ClusterParams(eps=100.0, min_samples=5)
PINS, PEOPLE, LOUDEST = 408, 282, 60
"""A real survey: pins, the people who set them, and the pins of one of them."""
NEAR_HOME_M: Final = 75.0
TOO_FEW: Final = "too few to test"


@dataclass(frozen=True)
class Answer:
    """What the test says of one map."""

    p: float
    """Of the strongest cluster; 1 where none has enough reports for a test."""
    testable: bool
    confirmed: bool


def ask(table: gpd.GeoDataFrame, world: World, simulation: Simulation) -> Answer:
    """Test a map; nothing is drawn again where no cluster has enough reports for a test."""
    xy, weight = points_of(table), table["weight"].to_numpy() * ROUNDING
    labels = label_maps(xy[None], PARAMS.eps, PARAMS.min_samples, weight)[0][0]
    if not (np.bincount(labels[labels >= 0], minlength=1) >= LEAST).any():
        return Answer(1.0, testable=False, confirmed=False)
    test = FamilyTest(table, PARAMS, world.known(table), simulation)
    clusters = [test.labels == label for label in range(test.labels.max() + 1)]
    asked = [one for one in clusters if places_in(test, one) >= world.fewest_places]
    said = [judge(test, inside) for inside in asked]
    return Answer(
        p=min((p for p, _ in said), default=1.0),
        testable=any(verdict != TOO_FEW for _, verdict in said),
        confirmed=any(verdict == STANDS_OUT for _, verdict in said),
    )


def judge(test: FamilyTest, inside: Flags) -> tuple[float, str]:
    """Return p and the verdict of one cluster as a run does; p is 1 where there is none.

    A cluster that could be chance is not drawn.
    """
    found = test.measure(inside, test.is_core)
    if found.n < LEAST:
        return 1.0, TOO_FEW
    p = test.p_of(test.strength(*found))
    if p > LEVEL:
        return p, "could be chance"
    finding = _judge(test, _as_drawn(test, inside), inside, "")[1]
    return 1.0 if np.isnan(finding.p) else finding.p, finding.verdict


def places_in(test: FamilyTest, inside: Flags) -> int:
    """Count the places of a cluster."""
    return len(np.unique(np.round(test.map.xy[inside]), axis=0))


def _as_drawn(test: FamilyTest, inside: Flags) -> Judgement:
    """Say of a cluster what `find_clusters` would."""
    xy, person = test.map.xy[inside], test.persons[inside]
    shape = shape_of(test.map.xy[inside & test.is_core], test.params.eps)
    width, length = size_of(shape)
    n_places = places_in(test, inside)
    snapped = (test.members["location_method"][inside] == "snapped").mean()
    return Judgement(
        people=test.map.counts_people,
        busy=n_places < LEAST_PLACES and snapped > 0.5,  # noqa: PLR2004
        n=len(xy),
        n_places=n_places,
        n_people=person.nunique(),
        n_anonymous=int(person.isna().sum()),
        width_m=width,
        length_m=length,
        area_m2=float(shape.area),
    )


# --- worlds ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """Where reports fall when nothing stands out, and what the test knows of it."""

    make: Maker
    area: StudyArea
    listed: Floats | None = None
    ground: GroundPlaces | None = None
    fewest_places: int = 1
    """Clusters at fewer are not asked about: 3 leaves out busy points."""

    def known(self, table: gpd.GeoDataFrame) -> KnownPlaces:
        """Return what the test knows when it is given these reports."""
        return KnownPlaces(table, self.area, listed=self.listed, ground=self.ground)


def on_addresses(borough: Borough) -> World:
    """Throw exact reports on a list of addresses that is supplied."""
    places = borough.addresses

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        return borough.table(places[rng.integers(0, len(places), n)], source="asb")

    return World(make, borough.area, listed=places)


def on_known_points(borough: Borough, *, month_only: bool) -> World:
    """Throw reports evenly on the points that are known; nothing is known of addresses."""
    places = borough.month_places if month_only else borough.known_places

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        xy = places[rng.integers(0, len(places), n)]
        return borough.table(xy, location_method="snapped")

    return World(make, borough.area, ground=GroundPlaces(known_points=places))


def with_residents(borough: Borough, listed: Floats | None = None) -> World:
    """Throw exact reports as residents live; test them on a list or on the known points around."""

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        return borough.table(borough.residents(n, rng), source="asb")

    points = GroundPlaces(known_points=borough.known_places)
    return World(make, borough.area, listed, points)


def on_homes(borough: Borough, share: int, *, error: float = 0.0) -> World:
    """Throw exact reports on the homes of residents; test them on one home in so many.

    `error` is how unevenly a home receives reports: the deviation of a log-normal factor.
    """
    homes = borough.homes_of_residents

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        weight = rng.lognormal(0, error, len(homes)) if error else np.ones(len(homes))
        at = rng.choice(len(homes), n, p=weight / weight.sum())
        return borough.table(homes[at], source="asb")

    return World(make, borough.area, ground=GroundPlaces(addresses=_one_in(homes, share)))


def moved(borough: Borough, *, share: int = 1, error: float = 0.0, addresses: bool = True) -> World:
    """Throw reports on known points by the homes nearest to each, as police.uk moves them.

    The test knows one home in `share`, or none; `error` is the deviation of a log-normal factor of
    each point, which it does not know.
    """
    points, homes = borough.known_places, borough.homes_of_residents
    weight = catchments(points, homes)[0]

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        own = weight * (rng.lognormal(0, error, len(points)) if error else 1.0)
        return borough.table(
            points[rng.choice(len(points), n, p=own / own.sum())], location_method="snapped"
        )

    known = _one_in(homes, share) if addresses else None
    ground = GroundPlaces(known_points=points, addresses=known)
    return World(make, borough.area, ground=ground)


def moved_with_busy_points(borough: Borough) -> World:
    """Throw reports as `moved` does, a third of them on points without a home, as stations are."""
    homes = borough.homes_of_residents
    points = borough.known_places
    weight = catchments(points, homes)[0]
    empty = np.random.default_rng(2029).choice(len(points), len(points) // 20, replace=False)
    left = homes[~np.isin(cKDTree(points).query(homes)[1], empty)]
    weight[empty] = np.quantile(weight[weight > 0], 0.05)

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        at = rng.choice(len(points), n, p=weight / weight.sum())
        return borough.table(points[at], location_method="snapped")

    return World(make, borough.area, ground=GroundPlaces(addresses=left, known_points=points))


def moved_by_neighbourhood(borough: Borough, error: float = 0.35) -> World:
    """Throw reports as `moved` does, each LSOA receiving more or less of them as a whole."""
    points, homes = borough.known_places, borough.homes_of_residents
    weight = catchments(points, homes)[0]
    tree = shapely.STRtree(borough.homes.geometry.to_numpy())
    lsoa = tree.nearest(shapely.points(points))

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        own = weight * rng.lognormal(0, error, len(borough.homes))[lsoa]
        at = rng.choice(len(points), n, p=own / own.sum())
        return borough.table(points[at], location_method="snapped")

    return World(make, borough.area, ground=GroundPlaces(addresses=homes, known_points=points))


def _one_in(homes: Floats, share: int) -> Floats:
    rng = np.random.default_rng(2030 + share)
    return homes if share == 1 else rng.permutation(homes)[: len(homes) // share]


def mixed(borough: Borough) -> World:
    """Throw half of the reports on known points by their homes, half on the homes, in a family."""
    homes, points = borough.homes_of_residents, borough.known_places
    weight = catchments(points, homes)[0]

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        k = n // 2
        at = rng.choice(len(points), k, p=weight / weight.sum())
        xy = np.concatenate([points[at], homes[rng.integers(0, len(homes), n - k)]])
        return borough.table(
            xy,
            source=["offence"] * k + ["asb"] * (n - k),
            location_method=["snapped"] * k + ["exact"] * (n - k),
        )

    return World(make, borough.area, ground=GroundPlaces(addresses=homes, known_points=points))


def of_people(borough: Borough, *, near_home: bool, naive: bool = False) -> World:
    """Throw pins of people: anywhere on the list, or near one place of it for each person.

    `naive` leaves out who set them, so that pins are drawn again, and not people.
    """
    listed = borough.addresses
    tree = cKDTree(listed)

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        person = _persons(n, rng)
        at = rng.integers(0, len(listed), n)
        if near_home:
            at = rng.integers(0, len(listed), person.max() + 1)[person]
            again = np.r_[False, person[1:] == person[:-1]]
            around = listed[at] + rng.normal(0, NEAR_HOME_M, (n, 2))
            at = np.where(again, tree.query(around)[1], at)
        keys = None if naive else [f"person {number}" for number in person]
        table = borough.table(listed[at], source="survey", location_method="pin", person_key=keys)
        return table.assign(weight=person_weights(table))

    return World(make, borough.area, listed=listed)


def _persons(pins: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return who set each pin: one person many, the others one and some more by chance."""
    people, loudest = round(pins * PEOPLE / PINS), round(pins * LOUDEST / PINS)
    more = rng.integers(1, people, pins - loudest - (people - 1))
    return np.sort(np.concatenate([np.zeros(loudest, dtype=int), np.arange(1, people), more]))
