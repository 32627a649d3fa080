"""Which of many polygons a point lies in: quick for the many points far from any edge.

A raster is laid over the polygons. A cell that no edge touches lies wholly in one polygon or
wholly outside, and so do all untouched cells that hang together; one exact test settles them all.
Only points in touched cells need the exact test.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csp_geo.core.arrays import Counts, Floats, Ints

OUTSIDE: Final = -1
_UNSURE: Final = -2
_PAYS_A_RASTER: Final = 10_000
"""Points from which laying a raster pays."""
_CELLS_EACH: Final = 2_000
"""Cells of the raster per polygon: with fewer more points are tested, with more laying is slow."""
_LEAST_CELLS, _MOST_CELLS = 2**16, 2**21
_MARGIN: Final = 1e-6
"""Of a cell: an edge this near touches it. Far more than rounding can move an edge."""


@dataclass(frozen=True, eq=False)
class Raster:
    """The row of the polygon that each cell lies in, `OUTSIDE` or `_UNSURE`."""

    west: float
    south: float
    per_metre: float
    rows: Counts

    def cells_of(self, x: Floats, y: Floats) -> tuple[Any, Any]:
        """Return row and column in the raster; beyond its ends the nearest."""
        row = ((y - self.south) * self.per_metre).astype(np.int32)
        column = ((x - self.west) * self.per_metre).astype(np.int32)
        high, wide = self.rows.shape
        return np.clip(row, 0, high - 1), np.clip(column, 0, wide - 1)


@dataclass(frozen=True, eq=False)
class Locator:
    """Polygons in the order in which they claim a point: the first that covers it has it.

    A point on an edge is covered, so on a shared edge it belongs to the earlier polygon.
    """

    polygons: NDArray[Any]

    @cached_property
    def _prepared(self) -> NDArray[Any]:
        shapely.prepare(self.polygons)
        return self.polygons

    def rows_of(self, points: Floats) -> Ints:
        """Return the row of the polygon of each point, ``(n, 2)``; -1 outside and for NaN."""
        if len(points) < _PAYS_A_RASTER and "_raster" not in self.__dict__:
            return self._tested(points)
        west, south, east, north = shapely.total_bounds(self.polygons)
        x, y = points[:, 0], points[:, 1]
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        rows = np.full(len(points), OUTSIDE, dtype=np.int64)
        if len(near):
            found = self._raster.rows[self._raster.cells_of(x[near], y[near])]
            rows[near] = found
            unsure = near[found == _UNSURE]
            rows[unsure] = self._tested(points[unsure])
        return rows

    def _tested(self, points: Floats) -> Ints:
        """Test each point against the polygons in whose box it lies."""
        order = np.argsort(points[:, 0], kind="stable")  # NaN comes last, beyond every box
        x, y = points[order, 0], points[order, 1]
        rows = np.full(len(points), OUTSIDE, dtype=np.int64)
        boxes = shapely.bounds(self.polygons)
        begin, end = np.searchsorted(x, boxes[:, 0]), np.searchsorted(x, boxes[:, 2], "right")
        for row in np.flatnonzero(begin < end):
            part = slice(begin[row], end[row])
            free = (rows[part] < 0) & (y[part] >= boxes[row, 1]) & (y[part] <= boxes[row, 3])
            near = begin[row] + np.flatnonzero(free)
            rows[near[shapely.intersects_xy(self._prepared[row], x[near], y[near])]] = row
        result = np.empty_like(rows)
        result[order] = rows
        return result

    @cached_property
    def _raster(self) -> Raster:
        from scipy.ndimage import label

        west, south, east, north = shapely.total_bounds(self.polygons)
        n_cells = np.clip(_CELLS_EACH * len(self.polygons), _LEAST_CELLS, _MOST_CELLS)
        side = max(
            np.sqrt((east - west) * (north - south) / n_cells),
            (east - west) / n_cells,
            (north - south) / n_cells,
        )
        shape = int((north - south) / side) + 1, int((east - west) / side) + 1
        raster = Raster(west, south, 1 / side, np.full(shape, _UNSURE, dtype=np.int32))
        touched = np.zeros(shape, dtype=np.bool_)
        for x, y in _corners_of_short_pieces(self.polygons, side):
            touched[raster.cells_of(x, y)] = True
        regions, _ = label(~touched)
        numbers, first = np.unique(regions, return_index=True)
        row, column = np.unravel_index(first, shape)
        middles = np.column_stack([west + (column + 0.5) * side, south + (row + 0.5) * side])
        found = self._tested(middles)
        found[numbers == 0] = _UNSURE
        raster.rows[:] = found[regions]
        return raster


def _corners_of_short_pieces(polygons: NDArray[Any], side: float) -> list[tuple[Floats, Floats]]:
    """Cut all edges into pieces shorter than a cell; return the corners of the box round each.

    Such a box lies in at most 2 x 2 cells, so its corners name all cells that the piece touches.
    """
    rings = shapely.get_rings(shapely.get_parts(polygons))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    start, step = xy[edge], xy[edge + 1] - xy[edge]
    pieces = np.floor(np.abs(step).max(axis=1) / (0.9 * side)).astype(np.int64) + 1
    step = np.repeat(step / pieces[:, None], pieces, axis=0)
    number = np.arange(len(step)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begin = np.repeat(start, pieces, axis=0) + step * number[:, None]
    low = np.minimum(begin, begin + step) - _MARGIN * side
    high = np.maximum(begin, begin + step) + _MARGIN * side
    return [(x, y) for x in (low[:, 0], high[:, 0]) for y in (low[:, 1], high[:, 1])]
