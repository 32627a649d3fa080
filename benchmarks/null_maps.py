"""Maps on which nothing stands out, and the test on each of them as it is shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import cKDTree

from csp_geo.core.projection import points_of
from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.family_map import ROUNDING
from csp_geo.hotspots.chance.judge import _judge
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.chance.redraw import label_maps
from csp_geo.hotspots.find import LEAST_PLACES, shape_of, size_of
from csp_geo.hotspots.verdict import LEAST, LEVEL, STANDS_OUT, Judgement
from csp_geo.incidents.build import person_weights

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from borough import Borough
    from numpy.typing import NDArray

    from csp_geo.hotspots.chance.family_map import Simulation

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Maker = Callable[[int, np.random.Generator], gpd.GeoDataFrame]

PARAMS: Final = ClusterParams(eps=100.0, min_samples=5)
PINS, PEOPLE, LOUDEST = 408, 282, 60
"""A real survey: pins, the people who set them, and the pins of one of them."""
HOMES: Final = 80_000
"""About as many as there are in the borough."""
NEAR_HOME_M: Final = 75.0
TOO_FEW: Final = "too few to test"


@dataclass(frozen=True)
class World:
    """Where reports fall when nothing stands out, and what the test knows of it."""

    make: Maker
    known: KnownPlaces
    fewest_places: int = 1
    """Clusters at fewer are not asked about: 3 leaves out busy points."""


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
    test = FamilyTest(table, PARAMS, world.known, simulation)
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
    n, expected = test.measure(inside, test.is_core)
    if n < LEAST:
        return 1.0, TOO_FEW
    p = test.p_of(test.strength(n, expected))
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


def on_addresses(borough: Borough) -> World:
    """Throw exact reports on a list of addresses that is supplied."""
    places = borough.addresses

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        return borough.table(places[rng.integers(0, len(places), n)], source="asb")

    return World(make, KnownPlaces(borough.everything, borough.area, listed=places))


def on_known_points(borough: Borough, *, month_only: bool) -> World:
    """Throw reports on the points that are known of the source."""
    places = borough.month_places if month_only else borough.known_places
    on_disk = borough.month if month_only else borough.everything

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        xy = places[rng.integers(0, len(places), n)]
        return borough.table(xy, location_method="snapped")

    return World(make, KnownPlaces(on_disk, borough.area))


def with_residents(borough: Borough, listed: Floats | None = None) -> World:
    """Throw exact reports as residents live; test them on a list or on the known points around."""

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        return borough.table(borough.residents(n, rng), source="asb")

    return World(make, KnownPlaces(borough.everything, borough.area, listed=listed))


def with_residents_moved(borough: Borough, *, busy_points: bool) -> World:
    """Throw reports as residents live and move each to the nearest known point, as police.uk."""
    points = borough.known_places
    tree = cKDTree(points)

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        at = tree.query(borough.residents(n, rng))[1]
        return borough.table(points[at], location_method="snapped")

    known = KnownPlaces(borough.everything, borough.area)
    return World(make, known, 1 if busy_points else LEAST_PLACES)


def with_residents_on_homes(borough: Borough, homes: int = HOMES) -> World:
    """Throw exact reports as residents live; test them on so many homes that lie likewise."""
    return with_residents(borough, borough.residents(homes, np.random.default_rng(2028)))


def mixed(borough: Borough) -> World:
    """Throw half of the reports on known points, half on the list, in one family."""
    listed, points = borough.addresses, borough.known_places

    def make(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
        moved = n // 2
        xy = np.concatenate(
            [
                points[rng.integers(0, len(points), moved)],
                listed[rng.integers(0, len(listed), n - moved)],
            ]
        )
        return borough.table(
            xy,
            source=["offence"] * moved + ["asb"] * (n - moved),
            location_method=["snapped"] * moved + ["exact"] * (n - moved),
        )

    return World(make, KnownPlaces(borough.everything, borough.area, listed=listed))


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

    return World(make, KnownPlaces(borough.everything, borough.area, listed=listed))


def _persons(pins: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return who set each pin: one person many, the others one and some more by chance."""
    people, loudest = round(pins * PEOPLE / PINS), round(pins * LOUDEST / PINS)
    more = rng.integers(1, people, pins - loudest - (people - 1))
    return np.sort(np.concatenate([np.zeros(loudest, dtype=int), np.arange(1, people), more]))
