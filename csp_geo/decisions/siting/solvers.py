"""How covering models are solved: as mixed-integer programmes, and by a search through all sets.

Programmes are solved by HiGHS through scipy. `Ranking` finds the best sets of sites in order: best
first, and of equal ones the one with the lowest positions. It searches through all sets in the
order of their positions and leaves out whatever a bound shows to be too poor. It settles ties and
finds the near-optimal alternatives, independently of the solver and of its version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from csp_geo.decisions.siting.cover import EQUAL

if TYPE_CHECKING:
    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.decisions.siting.cover import Cover


_SCALE: Final = 1e4
"""What all weights add up to in the programme: the solver's own tolerances are 1e-6 and below."""
_NO_GAP: Final = 0.0
_CHOSEN: Final = 0.5
WORK: Final = 1e9
"""Work after which a search gives up, counted in entries of the table passed over: some seconds."""
_PER_STEP: Final = 100_000
_PER_SITE: Final = 500
"""What a step costs beside its entries, in itself and for each site, counted in entries."""


def cover_most(
    cover: Cover, k: int, time_limit: float, *, but_not: Ints | None = None
) -> tuple[Ints | None, float]:
    """Choose at most `k` sites that cover most weight (maximal covering; Church and ReVelle 1974).

    With `but_not` that set of `k` sites is not to be the answer.

    Returns
    -------
    chosen, highest
        The best set found, or None; and what no set covers more than.
    """
    n, scale = cover.n_sites, _SCALE / cover.total
    alone = np.diff(cover.rows.indptr) == 1
    own = scale * cover.sums(np.where(alone, cover.weight, 0.0))
    shared = cover.rows[np.flatnonzero(~alone)]
    m = shared.shape[0]
    # A row that one site alone covers is part of that site's worth; the others have a variable
    # each that is at most the number of chosen sites that cover it.
    cost = -np.concatenate([own, scale * cover.weight[~alone]])
    link = LinearConstraint(hstack([-shared, eye_array(m)], format="csr"), -np.inf, 0)
    size = LinearConstraint(csr_array(np.r_[np.ones(n), np.zeros(m)][None, :]), 0, k)
    rules = [link, size, *_group_rules(cover, n + m)]
    if but_not is not None:
        barred = np.zeros((1, n + m))
        barred[0, but_not] = 1
        rules.append(LinearConstraint(csr_array(barred), 0, k - 1))
    solved = _solve(cost, rules, n, time_limit)
    bound = solved.mip_dual_bound
    highest = cover.total if bound is None else min(-bound / scale, cover.total)
    return _chosen(solved, n), highest


def cover_all(cover: Cover, time_limit: float) -> tuple[Ints | None, int]:
    """Choose the fewest sites that cover every row (set covering; Toregas and others 1971).

    Returns
    -------
    chosen, fewest
        The smallest set found, or None; and how many sites it takes at least.
    """
    n = cover.n_sites
    every = [LinearConstraint(cover.rows, 1, np.inf)] if len(cover.weight) else []
    rules = [*every, *_group_rules(cover, n)]
    if not rules:
        return np.zeros(0, dtype=np.int64), 0
    solved = _solve(np.ones(n), rules, n, time_limit)
    bound = solved.mip_dual_bound
    return _chosen(solved, n), 0 if bound is None else int(np.ceil(bound - 1e-6))


def _group_rules(cover: Cover, columns: int) -> list[LinearConstraint]:
    """Return the rule that each group that needs a site gets one."""
    if not len(cover.needy):
        return []
    member = csr_array((cover.group[None, :] == cover.needy[:, None]).astype(np.float64))
    blank = csr_array((len(cover.needy), columns - cover.n_sites))
    return [LinearConstraint(hstack([member, blank], format="csr"), 1, np.inf)]


def _solve(cost: Floats, rules: list[LinearConstraint], n: int, time_limit: float) -> Any:
    """Minimise; the first `n` variables are 0 or 1, the others between."""
    whole = np.zeros(len(cost), dtype=np.int64)
    whole[:n] = 1
    options: Any = {"time_limit": time_limit, "mip_rel_gap": _NO_GAP}
    return milp(cost, integrality=whole, bounds=Bounds(0, 1), constraints=rules, options=options)


def _chosen(solved: Any, n: int) -> Ints | None:
    """Return the sites of a solution."""
    return None if solved.x is None else np.flatnonzero(solved.x[:n] > _CHOSEN)


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
