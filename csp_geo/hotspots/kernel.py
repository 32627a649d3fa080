"""Exact DBSCAN on a grid: the steps, compiled.

Points are sorted into square cells with a diagonal just under `eps`, so that the points of one cell
are all neighbours, and all neighbours of a point lie in the 5 x 5 cells around it. Only cells that
hold a point exist: memory follows the points, not the extent. `sort_into_cells`, `find_core` and
`label_cells`, one after the other, are DBSCAN; nothing here checks its input (see `dbscan`).

Two points are neighbours when ``dx*dx + dy*dy <= eps*eps`` in float64, as in scikit-learn's trees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from csp_geo.hotspots.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A little less than 1/sqrt(2): rounding never puts two points more than eps apart into one cell.
SIDE: Final = (1 - 1e-6) / 2**0.5
MOST_CELLS_A_SIDE: Final = 2**30
"""Beyond this the position in the grid is no longer exact enough."""
REACH: Final = 2
_ROWS: Final = 2 * REACH + 1
_DIGIT: Final = 11
_FEW_PAIRS: Final = 1024
CORE: Final = 1
DOUBTFUL: Final = 2


class Grid(NamedTuple):
    """Points in the order of their cells, and the cells that hold any, row by row."""

    order: NDArray[np.int32]
    """The place in the input of each point."""
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    key: NDArray[np.int64]
    """Of each cell: row * width + column, ascending."""
    start: NDArray[np.int64]
    """Where the points of each cell begin, and at the end the number of points."""
    width: int
    """Columns, and as many empty ones as keep the ends of two rows from being neighbours."""


# --- sorting points into cells -----------------------------------------------------------------


@compiled
def bits_of(number: int) -> int:
    """Count the binary digits of a whole number."""
    bits = 0
    while number >> bits:
        bits += 1
    return bits


@compiled
def radix_sort(values: NDArray[np.int64], low: int, high: int) -> NDArray[np.int64]:
    """Sort by the bits from `low` up to `high`, stably; overwrites its input."""
    other = np.empty_like(values)
    passes = (high - low + _DIGIT - 1) // _DIGIT
    for number in range(passes):
        shift = low + (high - low) * number // passes
        mask = (1 << (low + (high - low) * (number + 1) // passes - shift)) - 1
        place = np.zeros(mask + 2, dtype=np.int64)
        for value in values:
            place[((value >> shift) & mask) + 1] += 1
        for digit in range(mask):
            place[digit + 1] += place[digit]
        for value in values:
            digit = (value >> shift) & mask
            other[place[digit]] = value
            place[digit] += 1
        values, other = other, values
    return values


@compiled
def order_by_cell(
    points: NDArray[np.float64], origin: tuple[float, float], per_metre: float, columns: int
) -> NDArray[np.int32]:
    """Return the order of the points by row, column and place in the input.

    Row, column and place are packed into one number and sorted together; where a vast map leaves
    too few bits for that, first by column, then by row.
    """
    n = len(points)
    place_bits = bits_of(n)
    packed = np.empty(n, dtype=np.int64)
    most = 0
    for i in range(n):
        packed[i] = int((points[i, 1] - origin[1]) * per_metre)
        most = max(most, packed[i])
    together = bits_of(most) + bits_of(columns) + place_bits < 63  # noqa: PLR2004
    for i in range(n):
        column = int((points[i, 0] - origin[0]) * per_metre)
        row = packed[i] * columns if together else 0
        packed[i] = (row + column) << place_bits | i
    mask = (1 << place_bits) - 1
    if together:
        packed = radix_sort(packed, place_bits, place_bits + bits_of((most + 1) * columns))
    else:
        packed = radix_sort(packed, place_bits, place_bits + bits_of(columns))
        for i in range(n):
            place = packed[i] & mask
            packed[i] = int((points[place, 1] - origin[1]) * per_metre) << place_bits | place
        packed = radix_sort(packed, place_bits, place_bits + bits_of(most))
    order = np.empty(n, dtype=np.int32)
    for i in range(n):
        order[i] = packed[i] & mask
    return order


@compiled
def sort_into_cells(points: NDArray[np.float64], eps: float) -> Grid:
    """Sort points, `(n, 2)` with n > 0, into cells of which the diagonal is just under `eps`."""
    n = len(points)
    per_metre = 1 / (eps * SIDE)
    west, south = points[0, 0], points[0, 1]
    east = west
    for i in range(n):
        west, east = min(west, points[i, 0]), max(east, points[i, 0])
        south = min(south, points[i, 1])
    columns = int((east - west) * per_metre) + 1
    order = order_by_cell(points, (west, south), per_metre, columns)

    x, y = np.empty(n), np.empty(n)
    for i in range(n):
        x[i], y[i] = points[order[i], 0], points[order[i], 1]
    width = columns + 2 * REACH
    n_cells = 0
    last = -1
    for i in range(n):
        key = int((y[i] - south) * per_metre) * width + int((x[i] - west) * per_metre)
        n_cells += key != last
        last = key
    keys = np.empty(n_cells, dtype=np.int64)
    start = np.empty(n_cells + 1, dtype=np.int64)
    cell = 0
    last = -1
    for i in range(n):
        key = int((y[i] - south) * per_metre) * width + int((x[i] - west) * per_metre)
        if key != last:
            keys[cell], start[cell] = key, i
            cell += 1
        last = key
    start[n_cells] = n
    return Grid(order, x, y, keys, start, width)


@compiled
def look_around(
    grid: Grid, cell: int, first: NDArray[np.int64], stop: NDArray[np.int64]
) -> None:
    """Point to the cells around a cell: in each of five rows those from `first` up to `stop`.

    Cells are visited in ascending order, so the pointers only ever move forward: looking around
    all cells takes time in proportion to their number, without any search.
    """
    n_cells = len(grid.key)
    for row in range(_ROWS):
        middle = grid.key[cell] + (row - REACH) * grid.width
        at = first[row]
        while at < n_cells and grid.key[at] < middle - REACH:
            at += 1
        first[row] = at
        at = max(at, stop[row])
        while at < n_cells and grid.key[at] <= middle + REACH:
            at += 1
        stop[row] = at


# --- which points are core ---------------------------------------------------------------------


@compiled
def count_within(
    x: NDArray[np.float64], y: NDArray[np.float64], east: float, north: float, eps2: float
) -> int:
    """Count the points within the square root of `eps2` of a place."""
    count = 0
    for i in range(len(x)):
        dx, dy = x[i] - east, y[i] - north
        count += dx * dx + dy * dy <= eps2
    return count


@compiled
def find_core(grid: Grid, eps2: float, min_samples: int) -> NDArray[np.uint8]:
    """Tell of each point, in the grid's order, whether it is core; every point counts one."""
    x, y, start = grid.x, grid.y, grid.start
    state = np.zeros(len(x), dtype=np.uint8)
    first, stop = np.zeros(_ROWS, dtype=np.int64), np.zeros(_ROWS, dtype=np.int64)
    for cell in range(len(grid.key)):
        begin, end = start[cell], start[cell + 1]
        if end - begin >= min_samples:  # a full cell
            state[begin:end] = CORE
            continue
        look_around(grid, cell, first, stop)
        near = 0
        for row in range(_ROWS):
            near += start[stop[row]] - start[first[row]]
        if near < min_samples:
            continue
        for i in range(begin, end):
            count = 0
            for row in (2, 1, 3, 0, 4):
                low, high = start[first[row]], start[stop[row]]
                count += count_within(x[low:high], y[low:high], x[i], y[i], eps2)
                if count >= min_samples:
                    state[i] = CORE
                    break
    return state


@compiled
def find_core_by_weight(
    grid: Grid, weight: NDArray[np.float64], eps2: float, needed: float, rounding: float
) -> NDArray[np.uint8]:
    """Do the work of `find_core` where points weigh something, `weight` in the input's order.

    A sum of floating-point numbers depends on their order. Where the sum lies so near to `needed`
    that the order could decide, the point is left `DOUBTFUL`; `rounding` is the unit of rounding, 0
    where sums are exact.
    """
    x, y, start = grid.x, grid.y, grid.start
    sorted_weight = weight[grid.order]
    state = np.zeros(len(x), dtype=np.uint8)
    first, stop = np.zeros(_ROWS, dtype=np.int64), np.zeros(_ROWS, dtype=np.int64)
    for cell in range(len(grid.key)):
        look_around(grid, cell, first, stop)
        for i in range(start[cell], start[cell + 1]):
            total = size = 0.0
            count = 0
            for row in range(_ROWS):
                for j in range(start[first[row]], start[stop[row]]):
                    dx, dy = x[j] - x[i], y[j] - y[i]
                    if dx * dx + dy * dy <= eps2:
                        total += sorted_weight[j]
                        size += abs(sorted_weight[j])
                        count += 1
            error = rounding * count * size
            if total >= needed + error:
                state[i] = CORE
            elif total >= needed - error:
                state[i] = DOUBTFUL
    return state


# --- which cells belong together ---------------------------------------------------------------


@compiled
def core_points_first(grid: Grid, state: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Put the core points of each cell before its others, in place, and count them."""
    order, x, y, start = grid.order, grid.x, grid.y, grid.start
    n_core = np.zeros(len(grid.key), dtype=np.int32)
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
    return n_core


@compiled
def root_of(parent: NDArray[np.int32], member: int) -> int:
    """Find the representative of a member's set (union-find, halving the path on the way)."""
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member


@compiled
def box_of(
    x: NDArray[np.float64], y: NDArray[np.float64], part: tuple[int, int]
) -> tuple[float, float, float, float]:
    """Return west, south, east and north of some points."""
    west = east = x[part[0]]
    south = north = y[part[0]]
    for i in range(part[0], part[1]):
        west, east = min(west, x[i]), max(east, x[i])
        south, north = min(south, y[i]), max(north, y[i])
    return west, south, east, north


@compiled
def halve(values: NDArray[np.float64], others: NDArray[np.float64], part: tuple[int, int]) -> int:
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
def any_pair_within(
    x: NDArray[np.float64], y: NDArray[np.float64], one: tuple[int, int], two: tuple[int, int], eps2: float
) -> bool:
    """Try all pairs of two sets of points, each `(begin, end)`."""
    for i in range(one[0], one[1]):
        for j in range(two[0], two[1]):
            dx, dy = x[j] - x[i], y[j] - y[i]
            if dx * dx + dy * dy <= eps2:
                return True
    return False


@compiled
def are_apart(
    x: NDArray[np.float64], y: NDArray[np.float64], one: tuple[int, int], two: tuple[int, int],
    way: tuple[float, float], eps2: float,
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
def sets_touch(
    x: NDArray[np.float64], y: NDArray[np.float64], one: tuple[int, int], two: tuple[int, int], eps2: float
) -> bool:
    """Tell whether two sets of points have a pair of neighbours."""
    if (one[1] - one[0]) * (two[1] - two[0]) <= _FEW_PAIRS:
        return any_pair_within(x, y, one, two, eps2)
    return large_sets_touch(x, y, one, two, eps2)


@compiled
def large_sets_touch(
    x: NDArray[np.float64], y: NDArray[np.float64], one: tuple[int, int], two: tuple[int, int], eps2: float
) -> bool:
    """Do the work of `sets_touch` without trying all pairs.

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
    way = (
        (other[0] - box[0] + other[2] - box[2]) / 2,
        (other[1] - box[1] + other[3] - box[3]) / 2,
    )
    if are_apart(x, y, one, two, way, eps2):
        return False
    if max(box[2] - box[0], box[3] - box[1]) < max(other[2] - other[0], other[3] - other[1]):
        one, two, box = two, one, other
    if box[2] - box[0] >= box[3] - box[1]:
        cut = halve(x, y, one)
    else:
        cut = halve(y, x, one)
    return large_sets_touch(x, y, (one[0], cut), two, eps2) or large_sets_touch(
        x, y, (cut, one[1]), two, eps2
    )


@compiled
def join_cells(grid: Grid, n_core: NDArray[np.int32], eps2: float) -> NDArray[np.int32]:
    """Join cells with core points within eps of each other; return each cell's parent.

    The ring of adjacent cells comes first: most of the others are then joined without a test.
    """
    parent = np.arange(len(n_core)).astype(np.int32)
    for ring in range(1, REACH + 1):
        for row in range(ring + 1):
            join_row(grid, n_core, parent, row, ring, eps2)
    return parent


@compiled
def join_row(grid: Grid, n_core, parent, row: int, ring: int, eps2: float) -> None:
    """Join each cell with those of its ring that lie `row` rows above it."""
    key, start = grid.key, grid.start
    first = stop = 0
    for cell in range(len(key)):
        middle = key[cell] + row * grid.width
        while first < len(key) and key[first] < middle - ring:
            first += 1
        while stop < len(key) and key[stop] <= middle + ring:
            stop += 1
        if n_core[cell] == 0:
            continue
        one = (start[cell], start[cell] + n_core[cell])
        for other in range(max(first, cell + 1), stop):
            if n_core[other] == 0 or (row < ring and abs(key[other] - middle) < ring):
                continue
            root, other_root = root_of(parent, cell), root_of(parent, other)
            if root == other_root:
                continue
            two = (start[other], start[other] + n_core[other])
            if sets_touch(grid.x, grid.y, one, two, eps2):
                parent[max(root, other_root)] = min(root, other_root)


# --- labels ------------------------------------------------------------------------------------


@compiled
def number_clusters(
    grid: Grid, n_core: NDArray[np.int32], parent: NDArray[np.int32], labels: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Number each cell's cluster by its lowest-index core point; -1 for cells without any.

    `labels` comes and goes filled with -1; on the way it holds the cells at their lowest place.
    """
    n_cells = len(n_core)
    lowest = np.full(n_cells, len(labels), dtype=np.int32)
    for cell in range(n_cells):
        root = root_of(parent, cell)
        for i in range(grid.start[cell], grid.start[cell] + n_core[cell]):
            lowest[root] = min(lowest[root], grid.order[i])
    for cell in range(n_cells):
        if n_core[cell] and parent[cell] == cell:
            labels[lowest[cell]] = cell
    number = np.full(n_cells, -1, dtype=np.int32)
    found = 0
    for place in range(len(labels)):
        if labels[place] >= 0:
            number[labels[place]] = found
            labels[place] = -1
            found += 1
    for cell in range(n_cells):
        if n_core[cell]:
            number[cell] = number[root_of(parent, cell)]
    return number


@compiled
def label_cells(
    grid: Grid, state: NDArray[np.uint8], eps2: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return label and core flag of each point in the input's order; changes grid and state."""
    n_core = core_points_first(grid, state)
    parent = join_cells(grid, n_core, eps2)
    labels = np.full(len(state), -1, dtype=np.int64)
    number = number_clusters(grid, n_core, parent, labels)
    first, stop = np.zeros(_ROWS, dtype=np.int64), np.zeros(_ROWS, dtype=np.int64)
    near = np.empty(_ROWS * _ROWS, dtype=np.int64)
    is_core = np.zeros(len(state), dtype=np.bool_)
    for cell in range(len(n_core)):
        begin, end = grid.start[cell], grid.start[cell + 1]
        border = begin + n_core[cell]
        for i in range(begin, border):
            labels[grid.order[i]] = number[cell]
            is_core[grid.order[i]] = True
        if border < end:
            look_around(grid, cell, first, stop)
            n_near = near_clusters(n_core, first, stop, near)
            for i in range(border, end):
                labels[grid.order[i]] = border_label(grid, n_core, number, near[:n_near], i, eps2)
    return labels, is_core


@compiled
def near_clusters(n_core, first, stop, near) -> int:
    """List the cells with core points among those looked at; return how many there are."""
    found = 0
    for row in range(_ROWS):
        for cell in range(first[row], stop[row]):
            if n_core[cell]:
                near[found] = cell
                found += 1
    return found


@compiled
def border_label(grid: Grid, n_core, number, near, i, eps2):
    """Return the lowest cluster with a core point within eps of point `i`, -1 if there is none."""
    best = -1
    for cell in near:
        if best < 0 or number[cell] < best:
            begin = grid.start[cell]
            if any_pair_within(grid.x, grid.y, (i, i + 1), (begin, begin + n_core[cell]), eps2):
                best = number[cell]
    return best
