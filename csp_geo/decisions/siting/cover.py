"""Who covers what: rows of demand, the sites that cover each, and what any set can cover at most.

Also what the models are given (costs, demand, sites that are there already), and who reaches whom.

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

from csp_geo.core.errors import SchemaError, SettingsError

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    from csp_geo.core.arrays import Floats, Ints

    Table = csr_array[Any, tuple[int, int]]


EQUAL: Final = 1e-9
"""Values that differ by no more than this share are equal: as much as rounding may change."""
_ROUNDING: Final = 1e-6
NO_GROUP: Final = -1
_SEED: Final = 20221105
_STEPS: Final = 300
_PATIENCE: Final = 12
_SHORTEST: Final = 1e-3
_PROGRESS: Final = 1e-4
_HARDLY: Final = 1e-3


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


def within_reach(cost: ArrayLike, within: float) -> Table:
    """Tell which sites are within reach of which demand: ``cost <= within``, inclusive.

    A cost that exceeds the limit by no more than rounding (one part in a thousand million, less
    than a thousandth of a millimetre at 400 metres) counts as on the limit.

    Parameters
    ----------
    cost
        ``(demand, sites)``, metres or any other unit; ``inf`` where there is no way.
    within
        In the same unit, >= 0.

    Returns
    -------
    reach
        ``(demand, sites)`` bool, sparse.

    Raises
    ------
    SchemaError, SettingsError
        If a cost is missing or negative; if the limit is not a number from 0.
    """
    return csr_array(checked_cost(cost) <= checked_limit(within) * (1 + EQUAL))


def checked_cost(cost: ArrayLike) -> Floats:
    """Return costs as a table; raise SchemaError unless each is a number from 0, or infinite."""
    costs = np.asarray(cost, dtype=np.float64)
    if costs.ndim != 2:  # noqa: PLR2004
        raise SchemaError(
            f"cost must have shape (demand, sites), not {costs.shape}: one row for each demand "
            "point, one column for each site."
        )
    wrong = np.argwhere(~(costs >= 0))
    if len(wrong):
        row, column = wrong[0]
        raise SchemaError(
            f"cost must hold numbers from 0, or infinity where there is no way; demand point {row} "
            f"to site {column} is {costs[row, column]}."
        )
    return costs


def checked_limit(within: float) -> float:
    """Return a limit; raise SettingsError unless it is a number from 0."""
    if not (np.isfinite(within) and within >= 0):
        raise SettingsError(f"within must be a number from 0, such as 400 metres, not {within}.")
    return float(within)


def checked_demand(demand: ArrayLike, n: int) -> Floats:
    """Return demand; raise SchemaError unless there is a finite number from 0 for each point."""
    weights = np.asarray(demand, dtype=np.float64)
    if weights.shape != (n,):
        raise SchemaError(
            f"demand must be {n} numbers, one for each row of cost; its shape is {weights.shape}."
        )
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise SchemaError(
            f"demand must be finite and not below 0; at demand point {wrong[0]} it is "
            f"{weights[wrong[0]]}."
        )
    return weights


def checked_fixed(fixed: ArrayLike, n_sites: int, what: str = "fixed") -> Ints:
    """Return positions of sites, ascending; raise unless they are whole, in range, each once."""
    given = np.asarray(fixed)
    if given.size == 0:
        return np.zeros(0, dtype=np.int64)
    if given.ndim != 1 or not np.issubdtype(given.dtype, np.integer):
        raise SchemaError(f"{what} must be a list of positions of sites, such as [0, 3].")
    wrong = given[(given < 0) | (given >= n_sites)]
    if len(wrong):
        raise SchemaError(
            f"{what} names site {wrong[0]}, but there are {n_sites} sites: 0 to {n_sites - 1}."
        )
    ascending, times = np.unique(given, return_counts=True)
    if (times > 1).any():
        raise SchemaError(f"{what} names site {ascending[times > 1][0]} more than once.")
    return ascending.astype(np.int64)


def checked_number(sites: int, fixed: Ints) -> int:
    """Return how many sites there may be in all; raise SettingsError if that cannot be."""
    if isinstance(sites, bool) or sites != int(sites) or sites < 0:
        raise SettingsError(f"sites must be a whole number from 0, not {sites}.")
    if sites < len(fixed):
        raise SettingsError(
            f"sites is how many in all: {sites} asked for, but {len(fixed)} are fixed. Ask for "
            f"at least {len(fixed)}."
        )
    return int(sites)


def checked_groups(group: ArrayLike | None, n_sites: int) -> Ints | None:
    """Return the group of each site; raise SchemaError unless there is a whole number for each."""
    if group is None:
        return None
    groups = np.asarray(group)
    if groups.shape != (n_sites,) or not np.issubdtype(groups.dtype, np.integer):
        raise SchemaError(
            f"group must be {n_sites} whole numbers, one for each site: its group, or -1 for none."
        )
    return groups.astype(np.int64)
