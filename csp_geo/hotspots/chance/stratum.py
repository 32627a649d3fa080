"""The reports of one source that are located in one way: where they fall by chance, and how evenly.

By chance a report falls on a place by its weight. How unevenly the reports lie beyond that is told
by cells: each known point where reports are moved to such points, else squares of eps. Whether
whole neighbourhoods receive more than their weights say is told by larger squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.hotspots.chance.dispersion import Dispersion

if TYPE_CHECKING:
    from csp_geo.core.arrays import Counts, Floats, Ints
    from csp_geo.hotspots.chance.known_places import PlaceList

NEIGHBOURHOOD_M: Final = 600.0
"""Side of a neighbourhood: some 1,500 people live in one of London, as in an LSOA."""
NEIGHBOURHOOD_MAPS: Final = 199
FEWEST_IN_NEIGHBOURHOOD: Final = 4
"""Reports for each neighbourhood, below which a hotspot or two look like uneven neighbourhoods, and
uneven neighbourhoods do not yet make false alarms (docs/calibration.md)."""
_SMALLEST: Final = 1e-300


@dataclass(frozen=True, eq=False)
class Stratum:
    """The reports of one source that are located in one way, and the places they fall on.

    `total` reports, or people. `cell` is the cell of each place, numbered from 0, and `square` the
    neighbourhood of each cell. `disperses`: that it is estimated how uneven they are; where it is
    not, places receive what their weights say.
    """

    source: str
    places: PlaceList
    total: float
    cell: Ints
    square: Ints
    disperses: bool

    @cached_property
    def expected(self) -> Floats:
        """Reports, or people, that chance puts at each place."""
        return self.total * self.places.weight

    @cached_property
    def in_cells(self) -> Floats:
        """Reports that chance puts into each cell."""
        return np.bincount(self.cell, self.expected, len(self.square)).astype(np.float64)

    @cached_property
    def _order(self) -> tuple[Ints, Floats, Ints]:
        """Places cell by cell, their weights added up, and where each cell begins."""
        order = np.argsort(self.cell, kind="stable")
        upto = np.concatenate([[0.0], np.cumsum(self.places.weight[order])])
        begins = np.searchsorted(self.cell[order], np.arange(len(self.in_cells) + 1))
        return order, upto / upto[-1], begins

    def fall(self, maps: int, n: int, dispersion: float, rng: np.random.Generator) -> Ints:
        """Let n reports fall on each of many maps, anew uneven on each; ``(maps, n)`` places."""
        order, upto, begins = self._order
        lot = rng.random((maps, n))
        if dispersion > 0:
            first = upto[begins[:-1]]
            share = upto[begins[1:]] - first
            for one in lot:
                uneven = np.cumsum(share * rng.gamma(1 / dispersion, dispersion, len(share)))
                wanted = one * uneven[-1]
                cell = np.minimum(np.searchsorted(uneven, wanted, side="right"), len(share) - 1)
                before = np.where(cell > 0, uneven[cell - 1], 0.0)
                within = (wanted - before) / np.maximum(uneven[cell] - before, _SMALLEST)
                one[:] = first[cell] + within * share[cell]
        at = np.searchsorted(upto, lot.ravel(), side="right") - 1
        return order[np.minimum(at, len(order) - 1)].reshape(maps, n)

    def dispersion_of(self, cells: Ints) -> Floats:
        """Estimate how unevenly reports lie on each of many maps: 0 as chance alone would.

        Parameters
        ----------
        cells
            ``(maps, n)``: the cell of each report, -1 for one that lies in none.

        Returns
        -------
        dispersion
            ``(maps,)``: the variance of the factor by which a cell receives more or less than is
            expected.
        """
        if not self.disperses:
            return np.zeros(len(cells))
        return self._of_cells.of_maps(counts_in(cells, len(self.in_cells)))

    def unlike_its_weights(self, cells: Ints, dispersion: float, rng: np.random.Generator) -> float:
        """Test whether whole neighbourhoods receive more, or less, than their weights say.

        Parameters
        ----------
        cells
            ``(n,)``: the cell of each report.
        dispersion
            Of the cells.

        Returns
        -------
        p
            The share of maps, drawn as uneven as the cells are, on which neighbourhoods are at
            least as uneven; 1 where there are too few reports for an answer.
        """
        in_squares = np.bincount(self.square, self.in_cells, self._n_squares)
        if not self.disperses or len(cells) < FEWEST_IN_NEIGHBOURHOOD * (in_squares > 0).sum():
            return 1.0
        drawn = self.cell[self.fall(NEIGHBOURHOOD_MAPS, len(cells), dispersion, rng)]
        rows = np.concatenate([cells[None], drawn])
        squares = np.where(rows >= 0, self.square[rows], -1)
        own, *others = self._of_squares.of_maps(counts_in(squares, self._n_squares))
        return (1 + int((np.array(others) >= own).sum())) / (1 + NEIGHBOURHOOD_MAPS)

    @cached_property
    def _n_squares(self) -> int:
        return int(self.square.max()) + 1

    @cached_property
    def _of_cells(self) -> Dispersion:
        return Dispersion(self.in_cells)

    @cached_property
    def _of_squares(self) -> Dispersion:
        in_squares = np.bincount(self.square, self.in_cells, self._n_squares)
        return Dispersion(in_squares.astype(np.float64))


def counts_in(rows: Ints, n: int) -> Counts:
    """Count on each of many maps how often each of n numbers occurs; -1 counts for none."""
    maps = len(rows)
    shifted = (rows + 1 + np.arange(maps)[:, None] * (n + 1)).ravel()
    table = np.bincount(shifted, minlength=maps * (n + 1)).reshape(maps, n + 1)
    return np.ascontiguousarray(table[:, 1:].astype(np.int32))
