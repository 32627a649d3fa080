"""The compiled part of redraws: clusters of snapped maps, and how strong clusters are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from csp_geo.hotspots.compiled import compiled

if TYPE_CHECKING:
    from csp_geo.core.arrays import Counts, Flags, Floats, Ints

_NO_VARIANCE: Final = 1e-9
"""Share of the square of an expectation below which its variance makes no difference."""

# --- snapped maps: rows of counts --------------------------------------------------------------


class Known(NamedTuple):
    """Known places, how many reports make a core, and how many a cluster that is looked at."""

    start: Ints
    """Where the neighbours of each place begin, with the end of the last."""
    near: Counts
    """The neighbours, place after place."""
    min_samples: int
    least: int


@compiled
def find_core_places(
    count: Counts, start: Ints, near: Counts, min_samples: int, is_core: Flags
) -> None:
    """Tell which places are core: with a report, and enough of them within eps."""
    for place in range(len(count)):
        total = count[place]
        for i in range(start[place], start[place + 1]):
            total += count[near[i]]
        is_core[place] = count[place] > 0 and total >= min_samples


@compiled
def flood(
    first: int, number: int, start: Ints, near: Counts, is_core: Flags, label: Counts
) -> None:
    """Give a number to all core places that are reached from the first over neighbours."""
    label[first] = number
    todo = [first]
    while todo:
        place = todo.pop()
        for i in range(start[place], start[place + 1]):
            other = near[i]
            if is_core[other] and label[other] < 0:
                label[other] = number
                todo.append(other)


@compiled
def border_label(near: Counts, is_core: Flags, label: Counts) -> int:
    """Return the lowest label among neighbours that are core, -1 if there are none."""
    best = -1
    for other in near:
        if is_core[other] and (best < 0 or label[other] < best):
            best = label[other]
    return best


@compiled
def label_one_map(
    count: Counts, start: Ints, near: Counts, min_samples: int, is_core: Flags, label: Counts
) -> int:
    """Label the places of one map and return the number of clusters; `is_core` is scratch."""
    find_core_places(count, start, near, min_samples, is_core)
    label[:] = -1
    n_clusters = 0
    for place in range(len(count)):
        if is_core[place] and label[place] < 0:
            flood(place, n_clusters, start, near, is_core, label)
            n_clusters += 1
    for place in range(len(count)):
        if count[place] > 0 and not is_core[place]:
            label[place] = border_label(near[start[place] : start[place + 1]], is_core, label)
    return n_clusters


@compiled
def label_each_map(
    counts: Counts, start: Ints, near: Counts, min_samples: int, labels: Counts
) -> None:
    """Label the places of each map."""
    is_core = np.empty(counts.shape[1], dtype=np.bool_)
    for one in range(len(counts)):
        label_one_map(counts[one], start, near, min_samples, is_core, labels[one])


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
def strongest_of_each_map(
    counts: Counts, known: Known, expected: Floats, variance: Floats, strength: Floats
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
                sums[label[place], 0] += count[place]
                sums[label[place], 1] += expected[place]
                sums[label[place], 2] += variance[one, place]
        strength[one] = 0
        for cluster in range(n_clusters):
            if sums[cluster, 0] >= known.least:
                ratio = likelihood_ratio(sums[cluster, 0], sums[cluster, 1], sums[cluster, 2])
                strength[one] = max(strength[one], ratio)


# --- maps of points ----------------------------------------------------------------------------


class Crowd(NamedTuple):
    """Listed places in square cells, row by row: how many reports each one draws by chance."""

    x: Floats
    y: Floats
    mass: Floats
    source: Counts
    """Which of the sources falls on it, numbered from 0."""
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
    """``(m,)``: the reports expected at each known place, where reports are snapped."""
    crowd: Crowd
    eps2: float
    one_place: float
    """Expected at one listed place: where reports lie there is at least one, listed or not."""


class Maps(NamedTuple):
    """Maps of the same reports: label, core flag, metres, and the known place or -1.

    `variance` is that of what is expected at each known place, ``(maps, m)``; `dispersion` that of
    a cell beside its expectation, for each source that falls on listed places, ``(maps, sources)``.
    """

    label: Ints
    is_core: Flags
    xy: Floats
    place: Counts
    variance: Floats
    dispersion: Floats


class Near(NamedTuple):
    """What of the listed places a cluster has: scratch, by cluster numbers."""

    place: Ints
    cell: Ints
    in_cell: Floats
    """Expected in each cell, source by source, for the cluster whose number `cell` bears."""


@compiled
def crowd_near(  # noqa: PLR0913, PLR0917 - compiled: numbers one by one
    crowd: Crowd, east: float, north: float, eps2: float, dispersion: Floats, near: Near, stamp: int
) -> tuple[float, float]:
    """Return what is expected at the listed places within eps of a point, and its variance.

    Places that bear the stamp already are left out. The variance is that added to the cluster's.
    """
    column = int(np.floor((east - crowd.west) / crowd.side))
    row = int(np.floor((north - crowd.south) / crowd.side))
    mass, variance = 0.0, 0.0
    for r in range(max(row - 1, 0), min(row + 2, crowd.rows)):
        for c in range(max(column - 1, 0), min(column + 2, crowd.columns)):
            cell = r * crowd.columns + c
            for i in range(crowd.start[cell], crowd.start[cell + 1]):
                if near.place[i] == stamp:
                    continue
                dx, dy = crowd.x[i] - east, crowd.y[i] - north
                if dx * dx + dy * dy > eps2:
                    continue
                near.place[i] = stamp
                mass += crowd.mass[i]
                own = crowd.source[i] * crowd.columns * crowd.rows + cell
                if near.cell[own] != stamp:
                    near.cell[own] = stamp
                    near.in_cell[own] = 0.0
                before = near.in_cell[own]
                near.in_cell[own] = before + crowd.mass[i]
                more = near.in_cell[own] ** 2 - before**2
                variance += dispersion[crowd.source[i]] * more
    return mass, variance


@compiled
def sort_by_label(label: Ints, start: Ints, order: Ints) -> int:
    """Sort points by label, noise left out; return how many clusters there are.

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
    seen_place = np.full(len(chance.at_place), -1, dtype=np.int64)
    n_cells = max(1, len(dispersion)) * crowd.columns * crowd.rows
    near = Near(
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
                expected += chance.at_place[place[i]]
                variance += maps.variance[one, place[i]]
            if maps.is_core[one, i]:
                east, north = maps.xy[one, i, 0], maps.xy[one, i, 1]
                more, uneven = crowd_near(
                    crowd, east, north, chance.eps2, dispersion, near, cluster
                )
                expected += more
                variance += uneven
        if expected < chance.one_place:
            expected = chance.one_place
            for one_dispersion in dispersion:
                variance = max(variance, one_dispersion * expected * expected)
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
