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

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Places = NDArray[np.int32]

SIDE: Final = (1 - 1e-6) / 2**0.5
"""Of a cell, in eps. A little less than 1/sqrt(2): rounding never puts points too far apart into
one cell as long as the grid has at most 2**30 cells a side."""
REACH: Final = 2
"""How many cells away a neighbour can be."""
ROWS: Final = 2 * REACH + 1
_DIGIT: Final = 11
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
    first: NDArray[np.int32]
    many: NDArray[np.uint8]
    """Around each cell, in each of five rows, the first of the cells up to two columns away, and
    how many they are: they follow each other."""


@compiled
def bits_of(number: int) -> int:
    """Count the binary digits of a whole number."""
    bits = 0
    while number >> bits:
        bits += 1
    return bits


@compiled
def radix_sort(values: Ints, low: int, high: int) -> Ints:
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
def frame_of(points: Floats, eps: float) -> Frame:
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
def order_by_cell(points: Floats, frame: Frame) -> Places:
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
def gather(points: Floats, order: Places) -> tuple[Floats, Floats]:
    """Return x and y of the points in an order."""
    x, y = np.empty(len(order), dtype=np.float64), np.empty(len(order), dtype=np.float64)
    for i in range(len(order)):
        x[i], y[i] = points[order[i], 0], points[order[i], 1]
    return x, y


@compiled
def key_of(x: float, y: float, frame: Frame) -> int:
    """Return row * width + column of the cell in which a point lies."""
    row = int((y - frame.south) * frame.per_metre)
    return row * (frame.columns + REACH) + int((x - frame.west) * frame.per_metre)


@compiled
def find_cells(x: Floats, y: Floats, frame: Frame) -> tuple[Ints, Ints]:
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


@compiled
def find_runs(key: Ints, width: int) -> tuple[Places, NDArray[np.uint8]]:
    """Return `Grid.first` and `Grid.many`.

    From cell to cell both ends of a run only move forward: it takes no search.
    """
    n_cells = len(key)
    first = np.empty((n_cells, ROWS), dtype=np.int32)
    many = np.empty((n_cells, ROWS), dtype=np.uint8)
    for row in range(ROWS):
        begin = end = 0
        for cell in range(n_cells):
            middle = key[cell] + (row - REACH) * width
            while begin < n_cells and key[begin] < middle - REACH:
                begin += 1
            while end < n_cells and key[end] <= middle + REACH:
                end += 1
            first[cell, row], many[cell, row] = begin, end - begin
    return first, many


def sort_into_cells(points: Floats, eps: float) -> Grid:
    """Sort points, `(n, 2)` with n > 0, into a grid."""
    frame = frame_of(points, eps)
    order = order_by_cell(points, frame)
    x, y = gather(points, order)
    key, start = find_cells(x, y, frame)
    width = frame.columns + REACH
    return Grid(order, x, y, key, start, width, *find_runs(key, width))
