"""Maps with a planted hotspot: is it found, how much of it, and what would size have said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from null_maps import PARAMS, judge
from scipy.spatial import cKDTree

from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.redraw import label_maps
from csp_geo.hotspots.verdict import LEVEL, STANDS_OUT

if TYPE_CHECKING:
    import geopandas as gpd
    from borough import Borough
    from null_maps import World
    from numpy.typing import NDArray

    from csp_geo.hotspots.chance.family_map import Simulation

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

BACKGROUND: Final = 2_000
CORNER_M: Final = 75.0
STATION_M: Final = 200.0
FEWEST_ADDRESSES: Final = 10
"""Listed within 75 m of where a hotspot is planted."""


@dataclass(frozen=True)
class Found:
    """What the test says of the cluster that holds most of the planted reports."""

    p: float
    by_size: float
    """p, were the number of reports the statistic."""
    verdict: str
    inside: float
    """Share of the planted reports that lie in it."""
    overlap: float
    """Planted reports in it, of those that are planted or in it."""

    @property
    def low(self) -> bool:
        """Whether p is low enough."""
        return self.p <= LEVEL

    @property
    def stands_out(self) -> bool:
        """Whether it is confirmed."""
        return self.verdict == STANDS_OUT


def at_a_corner(borough: Borough, extra: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Throw exact reports on the list of addresses, and some more within 75 m of one address."""
    listed = borough.addresses
    tree = cKDTree(listed)
    near: list[int] = []
    while len(near) < FEWEST_ADDRESSES:
        near = tree.query_ball_point(listed[rng.integers(len(listed))], CORNER_M)
    at = np.r_[rng.integers(0, len(listed), BACKGROUND), rng.choice(near, extra)]
    return borough.table(listed[at], source="asb")


def at_the_station(borough: Borough, extra: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Throw reports on the known points, and some more on those round Barking Station."""
    points = borough.known_places
    near = cKDTree(points).query_ball_point(borough.station, STATION_M)
    at = np.r_[rng.integers(0, len(points), BACKGROUND), rng.choice(near, extra)]
    return borough.table(points[at], location_method="snapped")


def look_for(table: gpd.GeoDataFrame, world: World, simulation: Simulation) -> Found:
    """Test the cluster that holds most of the planted reports: those after the background."""
    test = FamilyTest(table, PARAMS, world.known(table), simulation)
    planted = test.of_members(np.arange(len(table)) >= BACKGROUND)
    held = test.labels[planted & (test.labels >= 0)]
    if not len(held):
        return Found(1.0, 1.0, "no cluster", 0.0, 0.0)
    inside = test.labels == np.bincount(held).argmax()
    p, verdict = judge(test, inside)
    both = (inside & planted).sum()
    return Found(
        p=p,
        by_size=float((1 + (largest(test) >= inside.sum()).sum()) / (simulation.maps + 1)),
        verdict=verdict,
        inside=float(both / planted.sum()),
        overlap=float(both / (inside | planted).sum()),
    )


def largest(test: FamilyTest) -> NDArray[np.int64]:
    """Return the reports in the largest cluster of each map that is drawn again."""
    rng = np.random.default_rng([test.simulation.seed, 1])
    xy = test.map._drawn(test.simulation.maps, rng)[0]  # noqa: SLF001 - the maps of the test
    labels, _ = label_maps(xy, test.params.eps, test.params.min_samples)
    return np.array([np.bincount(of[of >= 0], minlength=1).max() for of in labels])
