"""Square cells over places: which places lie near a point, and how unevenly reports lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from csp_geo.core.arrays import Flags, Floats, Ints

_MOST_A_SIDE: Final = 1000


@dataclass(frozen=True)
class Cells:
    """Squares of `side` metres, numbered row by row from the south-west."""

    west: float
    south: float
    side: float
    columns: int
    rows: int

    @classmethod
    def over(cls, xy: Floats, eps: float) -> Self:
        """Lay squares of eps, or larger where there would be too many, over places."""
        if not len(xy):
            xy = np.zeros((1, 2))
        (west, east), (south, north) = ((float(c.min()), float(c.max())) for c in xy.T)
        side = max(eps, max(east - west, north - south) / _MOST_A_SIDE)
        columns, rows = int((east - west) / side) + 1, int((north - south) / side) + 1
        return cls(west, south, side, columns, rows)

    def __len__(self) -> int:
        return self.columns * self.rows

    @property
    def middles(self) -> Floats:
        """``(cells, 2)``: the middle of each."""
        number = np.arange(len(self))
        column, row = number % self.columns, number // self.columns
        return np.column_stack(
            [self.west + (column + 0.5) * self.side, self.south + (row + 0.5) * self.side]
        )

    def of(self, xy: Floats) -> Ints:
        """Return the cell of each point, -1 outside of them."""
        column = np.floor((xy[:, 0] - self.west) / self.side).astype(np.int64)
        row = np.floor((xy[:, 1] - self.south) / self.side).astype(np.int64)
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        return np.where(inside, row * self.columns + column, -1)


@dataclass(frozen=True, eq=False)
class Reach:
    """Square cells that hold a place, or touch one that does."""

    near: Flags
    corner: Floats
    side: float

    @classmethod
    def around(cls, places: Floats, side: float) -> Self:
        """Spread cells over places, with a margin of one."""
        extent = float(np.ptp(places, axis=0).max())
        side = max(side, extent / _MOST_A_SIDE)
        corner = places.min(axis=0) - side
        cell = ((places - corner) / side).astype(np.int64)
        near = np.zeros(cell.max(axis=0) + 2, dtype=np.bool_)
        for east in (-1, 0, 1):
            for north in (-1, 0, 1):
                near[cell[:, 0] + east, cell[:, 1] + north] = True
        return cls(near, corner, side)

    def holds(self, xy: Floats) -> Flags:
        """Tell which points lie in such a cell."""
        cell = np.floor((xy - self.corner) / self.side).astype(np.int64)
        within = ((cell >= 0) & (cell < self.near.shape)).all(axis=-1)
        cell[~within] = 0
        return np.asarray(within & self.near[cell[..., 0], cell[..., 1]])
