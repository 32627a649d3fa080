"""How strong clusters are, compiled: what they hold against what chance would put there.

What is expected is never known exactly: it is wrong by a factor of its own in every cell, a known
point or a square of eps. `dispersion` is the variance of that factor, for each map and source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from csp_geo.hotspots.chance.redraw_kernel import label_one_map
from csp_geo.hotspots.compiled import compiled

if TYPE_CHECKING:
    from csp_geo.core.arrays import Counts, Flags, Floats, Ints
    from csp_geo.hotspots.chance.redraw_kernel import Known

_NO_VARIANCE: Final = 1e-9
"""Share of the square of an expectation below which its variance makes no difference."""


class Crowd(NamedTuple):
    """Listed places in square cells, row by row: how many reports each one draws by chance."""

    x: Floats
    y: Floats
    mass: Floats
    source: Counts
    """Which source falls on it."""
    start: Ints
    """Where the places of each cell begin, and at the end their number."""
    west: float
    south: float
    side: float
    """Of a cell, in metres; at least eps."""
    columns: int
    rows: int


class Chance(NamedTuple):
    """What chance would do, the same on every redraw."""

    unit: Counts
    """``(n,)``: reports of one unit (a person) in a cluster count once."""
    at_place: Floats
    """``(sources, m)``: the reports of each source expected at each known place."""
    crowd: Crowd
    eps2: float
    one_place: float
    """Expected at one listed place: where reports lie there is at least one, listed or not."""


class Maps(NamedTuple):
    """Maps of the same reports: label, core flag, metres, and the known place or -1.

    `dispersion` is ``(maps, sources)``.
    """

    label: Ints
    is_core: Flags
    xy: Floats
    place: Counts
    dispersion: Floats


class Seen(NamedTuple):
    """What a cluster has of listed places: scratch for one map."""

    listed: Ints
    """The cluster that each place was last counted for."""
    cell: Ints
    """The cluster that each cell was last counted for, source by source."""
    in_cell: Floats
    """What of the cell that cluster has."""


@compiled
def likelihood_ratio(n: float, expected: float, variance: float) -> float:
    """Return the logarithm of the likelihood ratio of n reports, 0 unless n > expected.

    The reports are negative binomial: Poisson about a mean that itself has a variance about what is
    expected. Without variance the ratio is that of the Poisson distribution.
    """
    if n <= expected:
        return 0.0
    if expected <= 0:
        return float(np.inf)
    ratio = n * np.log(n / expected)
    if variance <= _NO_VARIANCE * expected * expected:
        return float(ratio - (n - expected))
    size = expected * expected / variance
    return float(ratio - (n + size) * np.log((n + size) / (expected + size)))


@compiled
def expected_at(at_place: Floats, place: int, dispersion: Floats) -> tuple[float, float]:
    """Return what is expected at a known place, and the variance of that."""
    expected, variance = 0.0, 0.0
    for source in range(len(at_place)):
        mean = at_place[source, place]
        expected += mean
        variance += dispersion[source] * mean * mean
    return expected, variance


@compiled
def sort_by_label(label: Ints | Counts, start: Ints, order: Ints) -> int:
    """Sort points, or places, by label, noise left out; return how many clusters there are.

    `start` comes filled with 0 and is two longer than there can be clusters.
    """
    n_clusters = 0
    for one in label:
        if one >= 0:
            start[one + 2] += 1
            n_clusters = max(n_clusters, one + 1)
    for cluster in range(n_clusters):
        start[cluster + 2] += start[cluster + 1]
    for i in range(len(label)):
        if label[i] >= 0:
            order[start[label[i] + 1]] = i
            start[label[i] + 1] += 1
    return n_clusters


@compiled
def strongest_of_each_map(
    counts: Counts, known: Known, at_place: Floats, dispersion: Floats, strength: Floats
) -> None:
    """Put down the greatest likelihood ratio of the clusters with `least` reports on each map."""
    n_places = counts.shape[1]
    is_core, label = np.empty(n_places, dtype=np.bool_), np.empty(n_places, dtype=np.int32)
    sums = np.empty((n_places, 3), dtype=np.float64)
    for one in range(len(counts)):
        count = counts[one]
        n_clusters = label_one_map(
            count, known.start, known.near, known.min_samples, is_core, label
        )
        sums[:n_clusters] = 0
        for place in range(n_places):
            if label[place] >= 0:
                expected, variance = expected_at(at_place, place, dispersion[one])
                sums[label[place], 0] += count[place]
                sums[label[place], 1] += expected
                sums[label[place], 2] += variance
        strength[one] = 0
        for cluster in range(n_clusters):
            if sums[cluster, 0] >= known.least:
                ratio = likelihood_ratio(sums[cluster, 0], sums[cluster, 1], sums[cluster, 2])
                strength[one] = max(strength[one], ratio)


# --- maps of points ----------------------------------------------------------------------------


@compiled
def crowd_near(  # noqa: PLR0913, PLR0917 - compiled: numbers one by one
    crowd: Crowd,
    east: float,
    north: float,
    eps2: float,
    dispersion: Floats,
    near: Seen,
    cluster: int,
) -> tuple[float, float]:
    """Return what is expected at the listed places within eps of a point, and its variance.

    Places that the cluster has already are left out; the variance is what is added to its own.
    """
    column = int(np.floor((east - crowd.west) / crowd.side))
    row = int(np.floor((north - crowd.south) / crowd.side))
    mass, variance, n_cells = 0.0, 0.0, crowd.columns * crowd.rows
    for r in range(max(row - 1, 0), min(row + 2, crowd.rows)):
        for c in range(max(column - 1, 0), min(column + 2, crowd.columns)):
            cell = r * crowd.columns + c
            for i in range(crowd.start[cell], crowd.start[cell + 1]):
                if near.listed[i] == cluster:
                    continue
                dx, dy = crowd.x[i] - east, crowd.y[i] - north
                if dx * dx + dy * dy > eps2:
                    continue
                near.listed[i] = cluster
                source = crowd.source[i]
                own = source * n_cells + cell
                if near.cell[own] != cluster:
                    near.cell[own] = cluster
                    near.in_cell[own] = 0.0
                before = near.in_cell[own]
                near.in_cell[own] = before + crowd.mass[i]
                mass += crowd.mass[i]
                variance += dispersion[source] * (near.in_cell[own] ** 2 - before**2)
    return mass, variance


@compiled
def count_clusters(maps: Maps, one: int, chance: Chance, found: Floats) -> int:
    """Put down, in the rows of `found`, units of each cluster, those expected, and the variance.

    Expected are those at the known places with reports in the cluster, and those at listed places
    within eps of its core points, at least one of them. Returns how many clusters the map has.
    """
    label, place, dispersion = maps.label[one], maps.place[one], maps.dispersion[one]
    n, crowd = len(label), chance.crowd
    start, order = np.zeros(n + 2, dtype=np.int64), np.empty(n, dtype=np.int64)
    n_clusters = sort_by_label(label, start, order)
    seen_unit = np.full(n, -1, dtype=np.int64)
    seen_place = np.full(chance.at_place.shape[1], -1, dtype=np.int64)
    n_cells = len(dispersion) * crowd.columns * crowd.rows
    near = Seen(
        np.full(len(crowd.x), -1, dtype=np.int64),
        np.full(n_cells, -1, dtype=np.int64),
        np.zeros(n_cells, dtype=np.float64),
    )
    for cluster in range(n_clusters):
        units, expected, variance = 0, 0.0, 0.0
        for k in range(start[cluster], start[cluster + 1]):
            i = order[k]
            if seen_unit[chance.unit[i]] != cluster:
                seen_unit[chance.unit[i]] = cluster
                units += 1
            if place[i] >= 0 and seen_place[place[i]] != cluster:
                seen_place[place[i]] = cluster
                more, uneven = expected_at(chance.at_place, place[i], dispersion)
                expected += more
                variance += uneven
            if maps.is_core[one, i]:
                east, north = maps.xy[one, i, 0], maps.xy[one, i, 1]
                more, uneven = crowd_near(
                    crowd, east, north, chance.eps2, dispersion, near, cluster
                )
                expected += more
                variance += uneven
        if expected < chance.one_place:
            expected = chance.one_place
            variance = max(variance, dispersion.max() * expected * expected)
        found[cluster, 0], found[cluster, 1], found[cluster, 2] = units, expected, variance
    return n_clusters


@compiled
def strongest_of_maps(maps: Maps, chance: Chance, least: Ints, strength: Floats) -> None:
    """Put down the greatest likelihood ratio of the clusters with so many units on each map.

    `strength` has a column for each number in `least`.
    """
    found = np.empty((maps.label.shape[1], 3), dtype=np.float64)
    for one in range(len(maps.label)):
        n_clusters = count_clusters(maps, one, chance, found)
        strength[one] = 0
        for cluster in range(n_clusters):
            ratio = likelihood_ratio(found[cluster, 0], found[cluster, 1], found[cluster, 2])
            for k in range(len(least)):
                if found[cluster, 0] >= least[k]:
                    strength[one, k] = max(strength[one, k], ratio)
