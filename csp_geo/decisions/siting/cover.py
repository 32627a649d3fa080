"""Who covers what: rows of demand, the sites that cover each, and what any set can cover at most.

Every model of siting is brought into this one form and made small in it: rows covered by exactly
the same sites are one row, rows that no site covers are gone. Geometry and hours are not seen here.

Lagrangian relaxation: a multiplier between 0 and the row's weight is paid each time that a chosen
site covers the row. Whatever the multipliers, no set covers more than `spare` plus the `price` of
its sites. The best multipliers make this the bound of the linear programme; they are looked for
by subgradient steps, each of which is one pass over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csc_array, csr_array

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from csp_geo.core.arrays import Floats, Ints

    Table = csr_array[Any, tuple[int, int]]

EQUAL: Final = 1e-9
"""Values that differ by no more than this share are equal: as much as rounding may change."""
_ROUNDING: Final = 1e-6
NO_GROUP: Final = -1
_SEED: Final = 20221105


@dataclass(frozen=True, eq=False)
class Cover:
    """Demand to cover with sites that can be chosen.

    Attributes
    ----------
    rows
        ``(rows, sites)`` float64, 1 where the site covers the row.
    weight
        ``(rows,)``, > 0.
    group
        ``(sites,)``: which of the groups that still need a site it would serve; -1 none.
    names
        ``(sites,)``: what the caller calls them, ascending.
    """

    rows: Table
    weight: Floats
    group: Ints
    names: Ints

    @classmethod
    def of(cls, rows: Table, weight: Floats, group: Ints | None, names: Ints) -> Cover:
        """Merge and drop rows, so that what is left is as small as it can be without loss."""
        if group is None:
            group = np.full(len(names), NO_GROUP, dtype=np.int64)
        counts = (np.diff(rows.indptr) > 0) & (weight > 0)
        rows, weight = rows[np.flatnonzero(counts)], weight[counts]
        first, which = alike(rows @ marks(rows.shape[1]))
        return cls(as_table(rows[first]), summed(which, weight, len(first)), group, names)

    @property
    def n_sites(self) -> int:
        """How many sites can be chosen."""
        return len(self.names)

    @property
    def total(self) -> float:
        """What all sites together cover."""
        return float(self.weight.sum())

    @cached_property
    def is_whole(self) -> bool:
        """Whether all weights are whole numbers, so that every value is one as well."""
        return bool((self.weight == np.floor(self.weight)).all())

    def attainable(self, bound: Floats) -> Floats:
        """Lower what no value exceeds to what a value can be."""
        if not self.is_whole:
            return bound
        return np.asarray(np.floor(bound + _ROUNDING + EQUAL * self.total))

    @cached_property
    def needy(self) -> Ints:
        """The groups that still need a site."""
        return np.unique(self.group[self.group != NO_GROUP])

    @cached_property
    def by_site(self) -> csc_array:
        """The rows, laid out by site."""
        return csc_array(self.rows)

    def counts(self, chosen: Ints) -> Ints:
        """Count for each row how many of the chosen sites cover it."""
        begin, end = self.by_site.indptr[chosen], self.by_site.indptr[chosen + 1]
        touched = [self.by_site.indices[b:e] for b, e in zip(begin, end, strict=True)]
        if not touched:
            return np.zeros(len(self.weight), dtype=np.int64)
        return np.bincount(np.concatenate(touched), minlength=len(self.weight))

    def sums(self, values: Floats) -> Floats:
        """Add up a value of the rows over the rows that each site covers."""
        return np.asarray(self.rows.T @ values)

    def value(self, chosen: Ints) -> float:
        """Add up the weight that the chosen sites cover."""
        return float(self.weight[self.counts(chosen) > 0].sum())

    def only(self, sites: Ints) -> Cover:
        """Leave all other sites out."""
        kept = csr_array(self.by_site[:, sites])
        return Cover.of(kept, self.weight, self.group[sites], self.names[sites])

    def without_dominated(self) -> Cover:
        """Leave out each site all of whose rows another one covers as well.

        Of sites that cover exactly the same the first stays. A site that serves a group is only
        left out for one of the same group.
        """
        common = csr_array(self.rows.T @ self.rows).tocoo()
        site, other = common.coords
        size = np.diff(self.by_site.indptr)
        inside = (common.data >= size[site] - 0.5) & (site != other)
        first = (size[other] > size[site]) | (other < site)
        serves = (self.group[site] == NO_GROUP) | (self.group[site] == self.group[other])
        stays = size > 0
        stays |= self.group != NO_GROUP
        stays[site[inside & first & serves]] = False
        return self.only(np.flatnonzero(stays))


def as_table(given: Any) -> Table:
    """Return a table of any kind as a sparse one of float64."""
    return csr_array(given, dtype=np.float64)


def summed(which: Ints, weight: Floats, n: int) -> Floats:
    """Add up the weights of each of `n` kinds."""
    return np.bincount(which, weight, n).astype(np.float64)


def marks(n: int) -> NDArray[np.uint64]:
    """Return a pair of random numbers for each of `n` sites, always the same ones.

    Two sets of sites whose pairs have the same sums (modulo 2**64) are taken to be one set; by
    chance that happens to one pair of sets in 2**128.
    """
    return np.random.default_rng(_SEED).integers(0, 2**64, (n, 2), dtype=np.uint64)


def alike(sums: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Find equal rows of sums of marks.

    Returns
    -------
    first, which
        The first row of each kind, ascending, and for each row which kind it is.
    """
    order = np.lexsort((sums[:, 1], sums[:, 0]))
    ordered = sums[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    kind = np.cumsum(new) - 1
    first = order[new]  # lexsort is stable: the first of each kind comes first
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    which = np.empty(len(order), dtype=np.int64)
    which[order] = rank[kind]
    return np.sort(first), which


_STEPS: Final = 300
_PATIENCE: Final = 12
_SHORTEST: Final = 1e-3
_PROGRESS: Final = 1e-4
_HARDLY: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Bound:
    """What no set of a size covers more than, nor any set of that size that holds a site."""

    multiplier: Floats
    highest: float
    with_site: Floats


def find_bound(cover: Cover, k: int, reached: float) -> Bound:
    """Bound from above what `k` sites can cover, given that some set of them covers `reached`."""
    share = np.ones(len(cover.weight))  # the multipliers as shares of the weights
    lowest, best_share = np.inf, share
    length, waited = 1.0, 0
    least = 1 - _HARDLY if cover.is_whole else 0.0  # no whole number lies between
    for _ in range(_STEPS):
        price = cover.sums(share * cover.weight)
        top = dearest(price, k, cover)
        value = float(cover.weight @ (1 - share) + price[top].sum())
        waited = 0 if value < lowest * (1 - _PROGRESS) else waited + 1
        if value < lowest:
            lowest, best_share = value, share
        if lowest < reached + least or length < _SHORTEST:
            break
        if waited >= _PATIENCE:
            length, waited, share = length / 2, 0, best_share
        slope = cover.counts(top) - 1.0
        slope[(share <= 0) & (slope > 0)] = 0
        slope[(share >= 1) & (slope < 0)] = 0
        norm = float(cover.weight @ slope**2)
        if norm == 0:  # no direction leads lower: the linear programme is solved
            break
        share = np.clip(share - length * (value - reached) / norm * slope, 0, 1)
    return bound_of(cover, k, best_share * cover.weight)


def bound_of(cover: Cover, k: int, multiplier: Floats) -> Bound:
    """Work out what given multipliers say of sets of `k` sites."""
    price = cover.sums(multiplier)
    spare = float((cover.weight - multiplier).sum())
    top = dearest(price, k, cover)
    highest = spare + float(price[top].sum())
    with_site = highest - _loss(price, top, cover)
    limits = cover.attainable(np.minimum(np.append(with_site, highest), cover.total))
    return Bound(multiplier, float(limits[-1]), limits[:-1])


def dearest(price: Floats, k: int, cover: Cover) -> Ints:
    """Return the `k` sites of the highest prices with one of each group that needs one."""
    order = np.argsort(-price, kind="stable")
    if not len(cover.needy):
        return np.asarray(order[:k])
    groups = cover.group[order]
    _, firsts = np.unique(groups, return_index=True)
    served = firsts[groups[firsts] != NO_GROUP]
    rest = np.setdiff1d(np.arange(len(order)), served)[: max(k - len(served), 0)]
    return np.asarray(order[np.concatenate([served, rest])])


def _loss(price: Floats, top: Ints, cover: Cover) -> Floats:
    """Return how much lower the dearest set becomes when it must hold each site.

    One site gives way: the cheapest that its group can spare, or any one of the newcomer's group.
    """
    loss = np.zeros(cover.n_sites)
    others = np.setdiff1d(np.arange(cover.n_sites), top)
    if not len(others) or not len(top):
        return loss
    groups = cover.group[top]
    labels, where, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    spared = (groups == NO_GROUP) | (sizes[where] > 1)
    cheapest = float(price[top[spared]].min()) if spared.any() else np.inf
    least = {int(one): float(price[top[groups == one]].min()) for one in labels}
    own = np.array([least.get(int(one), np.inf) for one in cover.group[others]])
    own[cover.group[others] == NO_GROUP] = np.inf
    loss[others] = np.minimum(own, cheapest) - price[others]
    return loss
