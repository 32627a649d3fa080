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
_BITS: Final = 63


class Frame(NamedTuple):
    """Where the cells lie."""

    west: float
    south: float
    per_metre: float
    rows: int
    columns: int


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
    """Columns and the empty ones that keep the end of a row from the beginning of the next."""


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
def frame_of(points: NDArray[np.float64], eps: float) -> Frame:
    """Lay cells of which the diagonal is just under `eps` over points, of which there are some."""
    west = east = points[0, 0]
    south = north = points[0, 1]
    for i in range(len(points)):
        west, east = min(west, points[i, 0]), max(east, points[i, 0])
        south, north = min(south, points[i, 1]), max(north, points[i, 1])
    per_metre = 1 / (eps * SIDE)
    columns = int((east - west) * per_metre) + 1
    rows = int((north - south) * per_metre) + 1
    return Frame(west, south, per_metre, rows, columns)


@compiled
def order_by_cell(points: NDArray[np.float64], frame: Frame) -> NDArray[np.int32]:
    """Return the order of the points by row, column and place in the input.

    Row, column and place are packed into one number and sorted together; where a vast map leaves
    too few bits for that, first by column, then by row.
    """
    n = len(points)
    place_bits = bits_of(n)
    row_bits, column_bits = bits_of(frame.rows), bits_of(frame.columns)
    together = row_bits + column_bits + place_bits < _BITS
    packed = np.empty(n, dtype=np.int64)
    for i in range(n):
        packed[i] = int((points[i, 0] - frame.west) * frame.per_metre)
        if together:
            packed[i] += int((points[i, 1] - frame.south) * frame.per_metre) << column_bits
        packed[i] = packed[i] << place_bits | i
    bits = row_bits + column_bits if together else column_bits
    packed = radix_sort(packed, place_bits, place_bits + bits)
    places = (1 << place_bits) - 1
    if not together:
        for i in range(n):
            place = packed[i] & places
            row = int((points[place, 1] - frame.south) * frame.per_metre)
            packed[i] = row << place_bits | place
        packed = radix_sort(packed, place_bits, place_bits + row_bits)
    order = np.empty(n, dtype=np.int32)
    for i in range(n):
        order[i] = packed[i] & places
    return order


@compiled
def gather(
    points: NDArray[np.float64], order: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of the points in an order."""
    x, y = np.empty(len(order), dtype=np.float64), np.empty(len(order), dtype=np.float64)
    for i in range(len(order)):
        x[i], y[i] = points[order[i], 0], points[order[i], 1]
    return x, y


@compiled
def key_of(x: float, y: float, frame: Frame) -> int:
    """Number the cells row by row, with empty columns between the end of a row and the next."""
    row = int((y - frame.south) * frame.per_metre)
    return row * (frame.columns + REACH) + int((x - frame.west) * frame.per_metre)


@compiled
def find_cells(
    x: NDArray[np.float64], y: NDArray[np.float64], frame: Frame
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the key of each cell that holds points, ascending, and where its points begin."""
    n_cells = 0
    last = -1
    for i in range(len(x)):
        key = key_of(x[i], y[i], frame)
        n_cells += key != last
        last = key
    keys = np.empty(n_cells, dtype=np.int64)
    start = np.empty(n_cells + 1, dtype=np.int64)
    cell = 0
    for i in range(len(x)):
        key = key_of(x[i], y[i], frame)
        if cell == 0 or key != keys[cell - 1]:
            keys[cell], start[cell] = key, i
            cell += 1
    start[n_cells] = len(x)
    return keys, start


def sort_into_cells(points: NDArray[np.float64], eps: float) -> Grid:
    """Sort points, `(n, 2)` with n > 0, into a grid."""
    frame = frame_of(points, eps)
    order = order_by_cell(points, frame)
    x, y = gather(points, order)
    key, start = find_cells(x, y, frame)
    return Grid(order, x, y, key, start, frame.columns + REACH)


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
    x, y, start, order = grid.x, grid.y, grid.start, grid.order
    lightest = weight.min()
    state = np.zeros(len(x), dtype=np.uint8)
    first, stop = np.zeros(_ROWS, dtype=np.int64), np.zeros(_ROWS, dtype=np.int64)
    for cell in range(len(grid.key)):
        total = 0.0
        for i in range(start[cell], start[cell + 1]):
            total += weight[order[i]]
        error = rounding * (start[cell + 1] - start[cell]) * total
        if lightest >= 0 and total >= needed + error:  # a full cell
            state[start[cell] : start[cell + 1]] = CORE
            continue
        look_around(grid, cell, first, stop)
        for i in range(start[cell], start[cell + 1]):
            total = size = 0.0
            count = 0
            for row in range(_ROWS):
                for j in range(start[first[row]], start[stop[row]]):
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
    return sets_touch(x, y, (one[0], cut), two, eps2) or sets_touch(
        x, y, (cut, one[1]), two, eps2
    )


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


@compiled
def spread_labels(
    grid: Grid, n_core, number, labels, is_core, eps2: float
) -> None:
    """Give core points the number of their cell's cluster, border points the lowest within eps."""
    first, stop = np.zeros(_ROWS, dtype=np.int64), np.zeros(_ROWS, dtype=np.int64)
    near = np.empty(_ROWS * _ROWS, dtype=np.int64)
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


def label_cells(
    grid: Grid, state: NDArray[np.uint8], eps2: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return labels and core flags in the input's order; `grid` and `state` change on the way.

    The ring of adjacent cells is joined first: most of the others are then joined without a test.
    """
    n_core = core_points_first(grid, state)
    parent = np.arange(len(n_core), dtype=np.int32)
    for ring in range(1, REACH + 1):
        for row in range(ring + 1):
            join_row(grid, n_core, parent, row, ring, eps2)
    labels = np.full(len(state), -1, dtype=np.int64)
    number = number_clusters(grid, n_core, parent, labels)
    is_core = np.zeros(len(state), dtype=np.bool_)
    spread_labels(grid, n_core, number, labels, is_core, eps2)
    return labels, is_core
