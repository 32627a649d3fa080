"""Points and wards that look like police.uk's, from a seed, at any size.

Seven of ten reports lie exactly on one of the map's anonymised street points, of which a few are
much busier than most (Pareto weights); the others lie in clumps. Metres, rounded to a centimetre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.affinity

if TYPE_CHECKING:
    from numpy.typing import NDArray

SNAPPED = 0.7
TAIL = 1.6
"""Of the Pareto distribution of how busy a street point is; below 2, so a few are very busy."""
CLUMP_M = 250.0
SHORT_M = 100.0


@dataclass(frozen=True)
class Map:
    """An ellipse with street points; `clumps` are the middles of what is not snapped."""

    name: str
    centre: tuple[float, float]
    half_axes: tuple[float, float]
    street_points: int
    clumps: int

    def spread(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Throw n points evenly over the map."""
        angle = rng.uniform(0, 2 * np.pi, n)
        radius = np.sqrt(rng.uniform(0, 1, n))
        around = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
        return self.centre + around * self.half_axes


BOROUGH = Map("one borough", (548_500, 185_500), (4_000, 2_900), 2_000, 60)
LONDON = Map("London", (531_000, 181_000), (28_000, 18_000), 100_000, 3_000)
ENGLAND = Map("England and Wales", (430_000, 300_000), (200_000, 240_000), 750_000, 40_000)
MAPS = {"borough": BOROUGH, "london": LONDON, "england": ENGLAND}


def reports(place: Map, n: int, seed: int = 42) -> NDArray[np.float64]:
    """Draw n reports on a map, in random order: ``(n, 2)`` metres."""
    rng = np.random.default_rng(seed)
    streets = place.spread(place.street_points, rng)
    busy = 1 + rng.pareto(TAIL, place.street_points)
    middles = place.spread(place.clumps, rng)
    snapped = round(n * SNAPPED)
    xy = np.empty((n, 2))
    xy[:snapped] = streets[rng.choice(len(streets), snapped, p=busy / busy.sum())]
    xy[snapped:] = middles[rng.integers(0, len(middles), n - snapped)]
    xy[snapped:] += rng.normal(0, CLUMP_M, (n - snapped, 2))
    rng.shuffle(xy)
    return np.round(xy, 2)


def strips(
    n: int, eps: float = 100.0, seed: int = 42, *, angle: float = 0.7
) -> NDArray[np.float64]:
    """Two dense parallel strips just over `eps` apart: the worst case for pairs of full cells."""
    rng = np.random.default_rng(seed)
    along = rng.uniform(0, 0.5 * eps, n)
    across = np.where(np.arange(n) % 2, eps * 1.00005, 0.0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.column_stack([along, across]) @ turn + LONDON.centre


def wards(place: Map, n: int, seed: int = 42) -> NDArray[np.object_]:
    """Cut a map into about n polygons with crooked shared edges of 128 pieces each."""
    rng = np.random.default_rng(seed)
    (x, y), (wide, high) = place.centre, place.half_axes
    outline = shapely.affinity.scale(shapely.Point(x, y).buffer(1, 64), wide, high)
    seeds = shapely.multipoints(place.spread(n, rng))
    cells = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=outline)), outline
    )
    net = shapely.line_merge(shapely.union_all(shapely.boundary(cells)))
    straight = shapely.get_parts(net)
    pairs = [shapely.get_coordinates(line) for line in straight]
    pieces = [np.column_stack([a[:-1], a[1:]]).reshape(-1, 2, 2) for a in pairs]
    lines = [shapely.linestrings(crooked(ends, rng)) for ends in np.concatenate(pieces)]
    polygons = np.array(
        shapely.get_parts(shapely.polygonize(list(shapely.get_parts(shapely.union_all(lines)))))
    )
    return polygons[shapely.area(polygons) > 0.01 * np.median(shapely.area(polygons))]


def crooked(ends: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Displace the middles of an edge, then of its halves, and so on: rounded to a centimetre."""
    line = ends
    for _ in range(7 if np.hypot(*(ends[1] - ends[0])) > SHORT_M else 1):
        step = line[1:] - line[:-1]
        aside = np.column_stack([-step[:, 1], step[:, 0]]) * rng.normal(0, 0.07, (len(step), 1))
        between = (line[1:] + line[:-1]) / 2 + aside
        line = np.insert(line, np.arange(1, len(line)), between, axis=0)
    line = np.round(line, 2)
    line[[0, -1]] = ends
    return line
