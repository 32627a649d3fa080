"""Exact DBSCAN on a grid, compiled: which points are core, which cells belong together, labels.

`grid.sort_into_cells`, `find_core` and `label_cells`, one after the other, are DBSCAN; nothing here
checks its input (see `dbscan`). Two points are neighbours when ``dx*dx + dy*dy <= eps*eps`` in
float64, as in the leaves of scikit-learn's trees; `eps2` is ``eps*eps``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.hotspots.compiled import compiled
from csp_geo.hotspots.grid import REACH, ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.hotspots.grid import Grid

    Places = NDArray[np.int32]
    States = NDArray[np.uint8]
    Part = tuple[int, int]

CORE: Final = 1
DOUBTFUL: Final = 2
_FEW_PAIRS: Final = 1024
NEAREST_FIRST: Final = (2, 1, 3, 0, 4)
"""The rows around a cell, its own first."""


# --- which points are core ---------------------------------------------------------------------


@compiled
def count_within(x: Floats, y: Floats, east: float, north: float, eps2: float) -> int:
    """Count the points within the square root of `eps2` of a place."""
    count = 0
    for i in range(len(x)):
        dx, dy = x[i] - east, y[i] - north
        count += dx * dx + dy * dy <= eps2
    return count


@compiled
def find_core(grid: Grid, eps2: float, min_samples: int, state: States) -> None:
    """Tell of each point, in the grid's order, whether it is core; every point counts one.

    `state` comes filled with 0.
    """
    x, y, start = grid.x, grid.y, grid.start
    for cell in range(len(grid.key)):
        begin, end = start[cell], start[cell + 1]
        if end - begin >= min_samples:  # a full cell
            state[begin:end] = CORE
            continue
        for i in range(begin, end):
            count = 0
            for row in NEAREST_FIRST:
                run = grid.first[cell, row]
                low, high = start[run], start[run + grid.many[cell, row]]
                count += count_within(x[low:high], y[low:high], x[i], y[i], eps2)
                if count >= min_samples:
                    state[i] = CORE
                    break


@compiled
def find_core_by_weight(
    grid: Grid, weight: Floats, eps2: float, needed: float, rounding: float, state: States
) -> None:
    """Do the work of `find_core` where points weigh something, `weight` in the input's order.

    A sum of floating-point numbers depends on their order. Where the sum lies so near to `needed`
    that the order could decide, the point is left `DOUBTFUL`; `rounding` is the unit of rounding, 0
    where sums are exact.
    """
    x, y, start, order = grid.x, grid.y, grid.start, grid.order
    lightest = weight.min()
    for cell in range(len(grid.key)):
        total = 0.0
        for i in range(start[cell], start[cell + 1]):
            total += weight[order[i]]
        error = rounding * (start[cell + 1] - start[cell]) * total
        if lightest >= 0 and total >= needed + error:  # a full cell
            state[start[cell] : start[cell + 1]] = CORE
            continue
        for i in range(start[cell], start[cell + 1]):
            total = size = 0.0
            count = 0
            for row in range(ROWS):
                run = grid.first[cell, row]
                for j in range(start[run], start[run + grid.many[cell, row]]):
                    dx, dy = x[j] - x[i], y[j] - y[i]
                    if dx * dx + dy * dy <= eps2:
                        total += weight[order[j]]
                        size += abs(weight[order[j]])
                        count += 1
            error = rounding * count * size
            if total >= needed + error:
                state[i] = CORE
            elif total >= needed - error:
                state[i] = DOUBTFUL


# --- which cells belong together ---------------------------------------------------------------


@compiled
def core_points_first(grid: Grid, state: States, n_core: Places) -> None:
    """Put the core points of each cell before its others, in place, and count them."""
    order, x, y, start = grid.order, grid.x, grid.y, grid.start
    for cell in range(len(grid.key)):
        front = start[cell]
        for i in range(start[cell], start[cell + 1]):
            if state[i] == CORE:
                order[front], order[i] = order[i], order[front]
                x[front], x[i] = x[i], x[front]
                y[front], y[i] = y[i], y[front]
                state[front], state[i] = state[i], state[front]
                front += 1
        n_core[cell] = front - start[cell]


@compiled
def root_of(parent: Places, member: int) -> int:
    """Find the representative of a member's set (union-find, halving the path on the way)."""
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member


@compiled
def box_of(x: Floats, y: Floats, part: Part) -> tuple[float, float, float, float]:
    """Return west, south, east and north of some points."""
    west = east = x[part[0]]
    south = north = y[part[0]]
    for i in range(part[0], part[1]):
        west, east = min(west, x[i]), max(east, x[i])
        south, north = min(south, y[i]), max(north, y[i])
    return west, south, east, north


@compiled
def halve(values: Floats, others: Floats, part: Part) -> int:
    """Put the points below the middle of their range of `values` first; return where they end."""
    low = high = values[part[0]]
    for i in range(part[0], part[1]):
        low, high = min(low, values[i]), max(high, values[i])
    middle = low + (high - low) / 2
    front = part[0]
    for i in range(part[0], part[1]):
        if values[i] <= middle and values[i] < high:
            values[front], values[i] = values[i], values[front]
            others[front], others[i] = others[i], others[front]
            front += 1
    return front


@compiled
def any_pair_within(x: Floats, y: Floats, one: Part, two: Part, eps2: float) -> bool:
    """Try all pairs of two sets of points, each `(begin, end)`."""
    for i in range(one[0], one[1]):
        for j in range(two[0], two[1]):
            dx, dy = x[j] - x[i], y[j] - y[i]
            if dx * dx + dy * dy <= eps2:
                return True
    return False


@compiled
def are_apart(
    x: Floats, y: Floats, one: Part, two: Part, way: tuple[float, float], eps2: float
) -> bool:
    """Tell whether a strip wider than eps, across the direction `way`, parts two sets."""
    east, north = x[one[0]], y[one[0]]  # from near by, so that rounding stays below the margin
    last, first = -np.inf, np.inf
    for i in range(one[0], one[1]):
        last = max(last, (x[i] - east) * way[0] + (y[i] - north) * way[1])
    for i in range(two[0], two[1]):
        first = min(first, (x[i] - east) * way[0] + (y[i] - north) * way[1])
    gap = max(0.0, first - last)
    return gap * gap > eps2 * (way[0] * way[0] + way[1] * way[1]) * (1 + 1e-9)


@compiled
def sets_touch(x: Floats, y: Floats, one: Part, two: Part, eps2: float) -> bool:
    """Tell whether two sets of points have a pair of neighbours, without trying all pairs.

    The boxes round both sets often decide, or a strip between them; otherwise the wider set is cut
    in two (its points change places) and both parts are looked at. Rounding is monotone, so boxes
    decide as their points would.
    """
    if (one[1] - one[0]) * (two[1] - two[0]) <= _FEW_PAIRS:
        return any_pair_within(x, y, one, two, eps2)
    box, other = box_of(x, y, one), box_of(x, y, two)
    dx = max(0.0, other[0] - box[2], box[0] - other[2])
    dy = max(0.0, other[1] - box[3], box[1] - other[3])
    if dx * dx + dy * dy > eps2:
        return False
    dx = max(other[2] - box[0], box[2] - other[0])
    dy = max(other[3] - box[1], box[3] - other[1])
    if dx * dx + dy * dy <= eps2:
        return True
    way = ((other[0] - box[0] + other[2] - box[2]) / 2, (other[1] - box[1] + other[3] - box[3]) / 2)
    if are_apart(x, y, one, two, way, eps2):
        return False
    if max(box[2] - box[0], box[3] - box[1]) < max(other[2] - other[0], other[3] - other[1]):
        one, two, box = two, one, other
    is_wide = box[2] - box[0] >= box[3] - box[1]
    cut = halve(x, y, one) if is_wide else halve(y, x, one)
    return sets_touch(x, y, (one[0], cut), two, eps2) or sets_touch(x, y, (cut, one[1]), two, eps2)


@compiled
def join_ring(grid: Grid, n_core: Places, parent: Places, ring: int, eps2: float) -> None:
    """Join each cell with those of its ring, `ring` cells away, that come after it."""
    start = grid.start
    for cell in range(len(n_core)):
        if n_core[cell] == 0:
            continue
        root = root_of(parent, cell)
        one = (start[cell], start[cell] + n_core[cell])
        for row in range(REACH, REACH + ring + 1):
            middle = grid.key[cell] + (row - REACH) * grid.width
            run = grid.first[cell, row]
            for other in range(max(run, cell + 1), run + grid.many[cell, row]):
                if n_core[other] == 0 or parent[other] == root:
                    continue
                if max(row - REACH, abs(grid.key[other] - middle)) != ring:
                    continue
                other_root = root_of(parent, other)
                two = (start[other], start[other] + n_core[other])
                if root != other_root and sets_touch(grid.x, grid.y, one, two, eps2):
                    parent[max(root, other_root)] = min(root, other_root)
                    root = min(root, other_root)


# --- labels ------------------------------------------------------------------------------------


@compiled
def number_clusters(
    grid: Grid, n_core: Places, parent: Places, labels: Ints, lowest: Places, number: Places
) -> None:
    """Give each cell the number of its cluster, by lowest-index core point; -1 without any.

    `lowest` is scratch and comes filled with the number of points. `labels` comes and goes filled
    with -1; on the way it holds each cluster's representative at its lowest place.
    """
    for cell in range(len(n_core)):
        root = root_of(parent, cell)
        for i in range(grid.start[cell], grid.start[cell] + n_core[cell]):
            lowest[root] = min(lowest[root], grid.order[i])
    for cell in range(len(n_core)):
        if n_core[cell] and parent[cell] == cell:
            labels[lowest[cell]] = cell
    found = 0
    for place in range(len(labels)):
        if labels[place] >= 0:
            number[labels[place]] = found
            labels[place] = -1
            found += 1
    for cell in range(len(n_core)):
        number[cell] = number[root_of(parent, cell)] if n_core[cell] else -1


@compiled
def core_cells_around(grid: Grid, n_core: Places, cell: int, around: Ints) -> int:
    """List the cells around a cell that have core points, near rows first; return how many."""
    found = 0
    for row in NEAREST_FIRST:
        run = grid.first[cell, row]
        for other in range(run, run + grid.many[cell, row]):
            if n_core[other]:
                around[found] = other
                found += 1
    return found


@compiled
def border_label(
    grid: Grid, n_core: Places, number: Places, around: Ints, i: int, eps2: float
) -> int:
    """Return the lowest cluster with a core point within eps of point `i`, -1 if there is none."""
    best = -1
    for cell in around:
        if best < 0 or number[cell] < best:
            begin = grid.start[cell]
            if any_pair_within(grid.x, grid.y, (i, i + 1), (begin, begin + n_core[cell]), eps2):
                best = number[cell]
    return best


@compiled
def spread_labels(
    grid: Grid, n_core: Places, number: Places, labels: Ints, is_core: Flags, eps2: float
) -> None:
    """Give core points the number of their cell's cluster, border points the lowest within eps."""
    around = np.empty(ROWS * ROWS, dtype=np.int64)
    for cell in range(len(n_core)):
        begin, end = grid.start[cell], grid.start[cell + 1]
        border = begin + n_core[cell]
        for i in range(begin, border):
            labels[grid.order[i]] = number[cell]
            is_core[grid.order[i]] = True
        if border < end:
            some = around[: core_cells_around(grid, n_core, cell, around)]
            for i in range(border, end):
                label = border_label(grid, n_core, number, some, i, eps2)
                labels[grid.order[i]] = label


def label_cells(grid: Grid, state: States, eps2: float) -> tuple[Ints, Flags]:
    """Return labels and core flags in the input's order; `grid` and `state` change on the way.

    The ring of adjacent cells is joined first: most of the others are then joined without a test.
    """
    n, n_cells = len(state), len(grid.key)
    n_core = np.empty(n_cells, dtype=np.int32)
    core_points_first(grid, state, n_core)
    parent = np.arange(n_cells, dtype=np.int32)
    for ring in range(1, REACH + 1):
        join_ring(grid, n_core, parent, ring, eps2)
    labels = np.full(n, -1, dtype=np.int64)
    number = np.empty(n_cells, dtype=np.int32)
    number_clusters(grid, n_core, parent, labels, np.full(n_cells, n, dtype=np.int32), number)
    is_core = np.zeros(n, dtype=np.bool_)
    spread_labels(grid, n_core, number, labels, is_core, eps2)
    return labels, is_core
