"""Points sorted into square cells of which the diagonal is just under `eps`, compiled.

So the points of one cell are all neighbours, and all neighbours of a point lie in the 5 x 5 cells
around it. Only cells that hold a point exist: memory follows the points, not the extent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from csp_geo.hotspots.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csp_geo.core.arrays import Floats, Ints

    Places = NDArray[np.int32]
    Bytes = NDArray[np.uint8]

SIDE: Final = (1 - 1e-6) / 2**0.5
"""Of a cell, in eps. A little less than 1/sqrt(2): rounding never puts points too far apart into
one cell as long as the grid has at most 2**30 cells a side."""
REACH: Final = 2
"""How many cells away a neighbour can be."""
ROWS: Final = 2 * REACH + 1
DIGIT: Final = 11
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

    order: Places
    """The place in the input of each point."""
    x: Floats
    y: Floats
    key: Ints
    """Of each cell: row * width + column, ascending."""
    start: Ints
    """Where the points of each cell begin, and at the end the number of points."""
    width: int
    """Columns, and the empty ones that keep the end of a row from the beginning of the next."""
    first: Places
    many: Bytes
    """Around each cell, in each of five rows, the first of the cells up to two columns away, and
    how many they are: they follow each other."""


def frame_of(points: Floats, eps: float) -> Frame:
    """Lay cells of which the diagonal is just under `eps` over points, of which there are some."""
    per_metre = 1 / (eps * SIDE)
    (west, east), (south, north) = ((float(c.min()), float(c.max())) for c in points.T)
    rows, columns = int((north - south) * per_metre) + 1, int((east - west) * per_metre) + 1
    return Frame(west, south, per_metre, rows, columns)


@compiled
def pack(points: Floats, frame: Frame, row_shift: int, place_bits: int, packed: Ints) -> None:
    """Write row, column and place of each point into one number, a negative shift leaves out rows.

    The lowest bits hold the place, then comes the column, from `row_shift` bits above it the row.
    """
    for i in range(len(points)):
        cell = int((points[i, 0] - frame.west) * frame.per_metre)
        if row_shift >= 0:
            cell += int((points[i, 1] - frame.south) * frame.per_metre) << row_shift
        packed[i] = cell << place_bits | i


@compiled
def radix_sort(values: Ints, spare: Ints, low: int, high: int, count: Ints) -> Ints:
    """Sort by the bits from `low` up to `high`, stably; return one of the first two arrays.

    `spare` is as long as `values`, `count` is scratch.
    """
    passes = (high - low + DIGIT - 1) // DIGIT
    for number in range(passes):
        shift = low + (high - low) * number // passes
        mask = (1 << (low + (high - low) * (number + 1) // passes - shift)) - 1
        for digit in range(mask + 2):
            count[digit] = 0
        for value in values:
            count[((value >> shift) & mask) + 1] += 1
        for digit in range(mask):
            count[digit + 1] += count[digit]
        for value in values:
            digit = (value >> shift) & mask
            spare[count[digit]] = value
            count[digit] += 1
        values, spare = spare, values
    return values


def order_by_cell(points: Floats, frame: Frame) -> Places:
    """Return the order of the points by row, column and place in the input.

    Row, column and place are packed into one number and sorted together; where a vast map leaves
    too few bits for that, first by column, then by row.
    """
    n = len(points)
    packed, spare = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    count = np.empty(2**DIGIT + 1, dtype=np.int64)
    low, rows, columns = n.bit_length(), frame.rows.bit_length(), frame.columns.bit_length()
    if low + columns + rows < _BITS:
        pack(points, frame, columns, low, packed)
        packed = radix_sort(packed, spare, low, low + columns + rows, count)
    else:
        pack(points, frame, -1, low, packed)
        place = radix_sort(packed, spare, low, low + columns, count) & (2**low - 1)
        row = ((points[place, 1] - frame.south) * frame.per_metre).astype(np.int64)
        packed = radix_sort(row << low | place, spare, low, low + rows, count)
    return np.asarray(packed & (2**low - 1), dtype=np.int32)


@compiled
def key_of(x: float, y: float, frame: Frame) -> int:
    """Return row * width + column of the cell in which a point lies."""
    row = int((y - frame.south) * frame.per_metre)
    return row * (frame.columns + REACH) + int((x - frame.west) * frame.per_metre)


@compiled
def gather(points: Floats, order: Places, x: Floats, y: Floats) -> None:
    """Write down x and y of the points in their order, and nothing else: memory is the limit."""
    for i in range(len(order)):
        x[i], y[i] = points[order[i], 0], points[order[i], 1]


@compiled
def count_cells(x: Floats, y: Floats, frame: Frame) -> int:
    """Count the cells in which sorted points lie."""
    n_cells = 0
    last = -1
    for i in range(len(x)):
        key = key_of(x[i], y[i], frame)
        n_cells += key != last
        last = key
    return n_cells


@compiled
def list_cells(x: Floats, y: Floats, frame: Frame, keys: Ints, start: Ints) -> None:
    """Write down `Grid.key` and `Grid.start`."""
    cell = 0
    for i in range(len(x)):
        key = key_of(x[i], y[i], frame)
        if cell == 0 or key != keys[cell - 1]:
            keys[cell], start[cell] = key, i
            cell += 1
    start[cell] = len(x)


@compiled
def find_runs(key: Ints, width: int, first: Places, many: Bytes) -> None:
    """Write down `Grid.first` and `Grid.many`.

    From cell to cell both ends of a run only move forward: it takes no search.
    """
    n_cells = len(key)
    for row in range(ROWS):
        begin = end = 0
        for cell in range(n_cells):
            middle = key[cell] + (row - REACH) * width
            while begin < n_cells and key[begin] < middle - REACH:
                begin += 1
            while end < n_cells and key[end] <= middle + REACH:
                end += 1
            first[cell, row], many[cell, row] = begin, end - begin


def sort_into_cells(points: Floats, eps: float) -> Grid:
    """Sort points, `(n, 2)` with n > 0, into a grid."""
    frame = frame_of(points, eps)
    width = frame.columns + REACH
    order = order_by_cell(points, frame)
    x, y = np.empty(len(points)), np.empty(len(points))
    gather(points, order, x, y)
    n_cells = count_cells(x, y, frame)
    key, start = np.empty(n_cells, dtype=np.int64), np.empty(n_cells + 1, dtype=np.int64)
    list_cells(x, y, frame, key, start)
    first = np.empty((n_cells, ROWS), dtype=np.int32)
    many = np.empty((n_cells, ROWS), dtype=np.uint8)
    find_runs(key, width, first, many)
    return Grid(order, x, y, key, start, width, first, many)
