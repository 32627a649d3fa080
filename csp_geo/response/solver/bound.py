"""How much any set of sites can cover at most, and so which sites cannot be in a good one.

Lagrangian relaxation: a multiplier between 0 and the row's weight is paid each time that a chosen
site covers the row. Whatever the multipliers, no set covers more than `spare` plus the `price` of
its sites. The best multipliers make this the bound of the linear programme; they are looked for
by subgradient steps, each of which is one pass over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.response.solver.cover import NO_GROUP

if TYPE_CHECKING:
    from csp_geo.response.solver.cover import Cover, Floats, Ints

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
