"""The compiled part of redraws: clusters of maps on which reports fall on known places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csp_geo.hotspots.compiled import compiled

if TYPE_CHECKING:
    from csp_geo.core.arrays import Counts, Flags, Ints


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
