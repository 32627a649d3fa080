"""The compiled part of redraws: clusters of snapped maps, and how strong clusters are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csp_geo.hotspots.compiled import compiled

if TYPE_CHECKING:
    from csp_geo.core.arrays import Counts, Flags, Floats, Ints


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
def likelihood_ratio(n: float, expected: float, total: float) -> float:
    """Return the logarithm of Kulldorff's Poisson likelihood ratio, 0 unless n > expected."""
    if n <= expected:
        return 0.0
    if expected <= 0:
        return float(np.inf)
    ratio = n * np.log(n / expected)
    if n < total:
        ratio += (total - n) * np.log((total - n) / (total - expected))
    return float(ratio)


@compiled
def strongest_of_each_map(counts: Counts, known: Known, expected: Floats, strength: Floats) -> None:
    """Put down the greatest likelihood ratio of the clusters with `least` reports on each map."""
    n_places = counts.shape[1]
    is_core, label = np.empty(n_places, dtype=np.bool_), np.empty(n_places, dtype=np.int32)
    in_cluster, expected_in = (
        np.empty(n_places, dtype=np.float64),
        np.empty(n_places, dtype=np.float64),
    )
    for one in range(len(counts)):
        count = counts[one]
        n_clusters = label_one_map(
            count, known.start, known.near, known.min_samples, is_core, label
        )
        in_cluster[:n_clusters] = 0
        expected_in[:n_clusters] = 0
        total = count.sum()
        for place in range(n_places):
            if label[place] >= 0:
                in_cluster[label[place]] += count[place]
                even = total / n_places
                expected_in[label[place]] += expected[place] if len(expected) else even
        strength[one] = 0
        for cluster in range(n_clusters):
            if in_cluster[cluster] >= known.least:
                ratio = likelihood_ratio(in_cluster[cluster], expected_in[cluster], total)
                strength[one] = max(strength[one], ratio)


# --- maps of points ----------------------------------------------------------------------------


class Crowd(NamedTuple):
    """Listed places in square cells, row by row: how many reports each one draws by chance."""

    x: Floats
    y: Floats
    mass: Floats
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
    total: float
    """Reports, or people, on the map."""
    eps2: float
    least: int
    """Units that a cluster needs to be looked at."""
    one_place: float
    """Expected at one listed place: where reports lie there is at least one, listed or not."""


class Maps(NamedTuple):
    """Maps of the same reports: label, core flag, metres, and the known place or -1."""

    label: Ints
    is_core: Flags
    xy: Floats
    place: Counts


@compiled
def crowd_near(
    crowd: Crowd, east: float, north: float, eps2: float, seen: Ints, stamp: int
) -> float:
    """Return the mass of the listed places within eps of a point that do not yet bear a stamp."""
    column = int(np.floor((east - crowd.west) / crowd.side))
    row = int(np.floor((north - crowd.south) / crowd.side))
    mass = 0.0
    first, last = max(column - 1, 0), min(column + 2, crowd.columns)
    if first >= last:
        return mass
    for r in range(max(row - 1, 0), min(row + 2, crowd.rows)):
        begin, end = crowd.start[r * crowd.columns + first], crowd.start[r * crowd.columns + last]
        for i in range(begin, end):
            if seen[i] != stamp:
                dx, dy = crowd.x[i] - east, crowd.y[i] - north
                if dx * dx + dy * dy <= eps2:
                    seen[i] = stamp
                    mass += crowd.mass[i]
    return mass


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
    """Put down, in the rows of `found`, the units of each cluster and those expected by chance.

    Expected are those at the known places with reports in the cluster, and those at listed places
    within eps of its core points, at least one of them. Returns how many clusters the map has.
    """
    label, place = maps.label[one], maps.place[one]
    n = len(label)
    start, order = np.zeros(n + 2, dtype=np.int64), np.empty(n, dtype=np.int64)
    n_clusters = sort_by_label(label, start, order)
    seen_unit = np.full(n, -1, dtype=np.int64)
    seen_place = np.full(len(chance.at_place), -1, dtype=np.int64)
    seen_listed = np.full(len(chance.crowd.x), -1, dtype=np.int64)
    for cluster in range(n_clusters):
        units, expected = 0, 0.0
        for k in range(start[cluster], start[cluster + 1]):
            i = order[k]
            if seen_unit[chance.unit[i]] != cluster:
                seen_unit[chance.unit[i]] = cluster
                units += 1
            if place[i] >= 0 and seen_place[place[i]] != cluster:
                seen_place[place[i]] = cluster
                expected += chance.at_place[place[i]]
            if maps.is_core[one, i]:
                east, north = maps.xy[one, i, 0], maps.xy[one, i, 1]
                expected += crowd_near(chance.crowd, east, north, chance.eps2, seen_listed, cluster)
        found[cluster, 0], found[cluster, 1] = units, max(expected, chance.one_place)
    return n_clusters


@compiled
def strongest_of_maps(maps: Maps, chance: Chance, strength: Floats) -> None:
    """Put down the greatest likelihood ratio of the clusters that are looked at on each map."""
    found = np.empty((maps.label.shape[1], 2), dtype=np.float64)
    for one in range(len(maps.label)):
        n_clusters = count_clusters(maps, one, chance, found)
        strength[one] = 0
        for cluster in range(n_clusters):
            if found[cluster, 0] >= chance.least:
                ratio = likelihood_ratio(found[cluster, 0], found[cluster, 1], chance.total)
                strength[one] = max(strength[one], ratio)
