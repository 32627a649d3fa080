"""The best sets of sites in order: best first, and of equal ones the one with the lowest positions.

A search through all sets in the order of their positions that leaves out whatever a bound shows to
be too poor. It settles ties and finds the near-optimal alternatives, independently of the solver
and of its version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.decisions.siting.cover import EQUAL

if TYPE_CHECKING:
    from csp_geo.core.arrays import Flags, Floats
    from csp_geo.decisions.siting.cover import Cover

WORK: Final = 1e9
"""Work after which a search gives up, counted in entries of the table passed over: some seconds."""
_PER_STEP: Final = 100_000
_PER_SITE: Final = 500
"""What a step costs beside its entries, in itself and for each site, counted in entries."""


@dataclass
class Ranking:
    """A search for the best sets of `k` sites.

    Attributes
    ----------
    cover, multiplier
        What is to be covered, and the multipliers of a good bound.
    k, most
        Sites in a set, and how many sets to keep.
    floor, ceiling
        Sets that cover less than the first are not looked for; none covers more than the second.
    found
        Value and sites (columns of `cover`, ascending) of each, best first.
    is_complete
        False if the search was given up: other sets may be as good.
    """

    cover: Cover
    multiplier: Floats
    k: int
    most: int
    floor: float
    ceiling: float
    work: float = field(default_factory=lambda: WORK)
    found: list[tuple[float, tuple[int, ...]]] = field(default_factory=list)
    is_complete: bool = True

    def search(self) -> Ranking:
        """Look through the sets; return itself."""
        if self.cover.n_sites >= self.k:
            self._visit((), np.ones(len(self.cover.weight), dtype=np.bool_), 0.0)
        return self

    def _visit(self, chosen: tuple[int, ...], is_open: Flags, value: float) -> None:
        """Look through the sets that begin with the chosen sites."""
        left = self.k - len(chosen)
        if left == 0:
            self._keep(chosen, value)
            return
        start = chosen[-1] + 1 if chosen else 0
        rest = self.cover.n_sites - start
        self.work -= 2 * self.cover.rows.nnz + _PER_SITE * rest + _PER_STEP
        gain = self.cover.sums(np.where(is_open, self.cover.weight, 0.0))[start:]
        price = self.cover.sums(np.where(is_open, self.multiplier, 0.0))[start:]
        spare = (self.cover.weight - self.multiplier)[is_open].sum()
        limit = value + np.minimum(
            gain + _tops_after(gain, left - 1), spare + price + _tops_after(price, left - 1)
        )
        limit = self.cover.attainable(limit)[: rest - left + 1]
        for step in np.flatnonzero(limit >= self.floor - EQUAL * abs(self.floor)).tolist():
            if self._is_too_poor(float(limit[step])):
                continue
            if self.work < 0:
                self.is_complete = False
                return
            one = start + step
            if not self._leaves_room((*chosen, one)):
                continue
            if left == 1:
                self._keep((*chosen, one), value + float(gain[step]))
            else:
                still_open = is_open & (self.cover.counts(np.array([one])) == 0)
                self._visit((*chosen, one), still_open, value + float(gain[step]))

    def _is_too_poor(self, limit: float) -> bool:
        """Tell whether sets that cover at most this much can be left out.

        Sets are met in the order of their positions, so that one that only equals the last of a
        full list comes after it.
        """
        limit = min(limit, self.ceiling)
        if limit < self.floor - EQUAL * abs(self.floor):
            return True
        if len(self.found) < self.most:
            return False
        last = self.found[-1][0]
        return limit <= last + EQUAL * abs(last)

    def _leaves_room(self, chosen: tuple[int, ...]) -> bool:
        """Tell whether the places left are enough for the groups that have no site yet."""
        if not len(self.cover.needy):
            return True
        unserved = np.setdiff1d(self.cover.needy, self.cover.group[list(chosen)])
        return len(unserved) <= self.k - len(chosen)

    def _keep(self, chosen: tuple[int, ...], value: float) -> None:
        """Put a set into the list, behind all that are as good."""
        if self._is_too_poor(value):
            return
        place = sum(value <= other + EQUAL * abs(other) for other, _ in self.found)
        self.found.insert(place, (value, chosen))
        del self.found[self.most :]


def _tops_after(values: Floats, n: int) -> Floats:
    """Add up, for each place, the `n` largest values behind it."""
    total = np.zeros(len(values))
    if n == 0 or len(values) == 0:
        return total
    if n == 1:
        total[:-1] = np.maximum.accumulate(values[:0:-1])[::-1]
        return total
    largest: list[float] = []
    amount = 0.0
    for place in range(len(values) - 1, -1, -1):
        total[place] = amount
        amount += values[place]
        heappush(largest, float(values[place]))
        if len(largest) > n:
            amount -= heappop(largest)
    return total
