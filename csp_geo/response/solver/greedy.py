"""A good set of sites quickly: the best next one again and again, then single exchanges.

Adding the site that gains most covers at least 63 % (1 - 1/e) of what the best set adds (Nemhauser,
Wolsey and Fisher 1978), half of it where each group must have one; exchanges only improve on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.response.solver.cover import EQUAL, NO_GROUP

if TYPE_CHECKING:
    from csp_geo.response.solver.cover import Cover, Flags, Floats, Ints

_ROUNDS: Final = 50


def add_greedily(cover: Cover, k: int, *, until_covered: bool = False) -> tuple[Ints, Floats]:
    """Choose `k` sites (all, if there are fewer), the largest gain first, of equal ones the first.

    With `until_covered` no more are chosen once all is covered and every group has one.

    Returns
    -------
    chosen, gain
        In the order in which they were chosen, and what each added.
    """
    open_rows = cover.weight.copy()
    chosen: list[int] = []
    gains: list[float] = []
    allowed = np.ones(cover.n_sites, dtype=np.bool_)
    for left in range(min(k, cover.n_sites), 0, -1):
        if until_covered and not open_rows.any() and not len(_unserved(cover, chosen)):
            break
        gain = cover.sums(open_rows)
        best = _largest(gain, allowed & _keeps_groups(cover, chosen, left))
        allowed[best] = False
        chosen.append(best)
        gains.append(float(gain[best]))
        open_rows[cover.counts(np.array([best])) > 0] = 0
    return np.array(chosen, dtype=np.int64), np.array(gains)


def exchange(cover: Cover, chosen: Ints) -> Ints:
    """Exchange single sites as long as that covers more; return them ascending."""
    chosen = np.sort(chosen)
    value = cover.value(chosen)
    for _ in range(_ROUNDS):
        better = value
        for place in range(len(chosen)):
            rest = np.delete(chosen, place)
            values = values_with_one_more(cover, rest)
            one = _largest(values, values > -np.inf)
            if values[one] > better * (1 + EQUAL):
                better, chosen = float(values[one]), np.sort(np.append(rest, one))
                break
        if better == value:
            break
        value = better
    return chosen


def values_with_one_more(cover: Cover, rest: Ints) -> Floats:
    """Return what a set covers with each other site; minus infinity where it may not be added."""
    is_open = cover.counts(rest) == 0
    values = cover.weight[~is_open].sum() + cover.sums(np.where(is_open, cover.weight, 0.0))
    values[rest] = -np.inf
    values[~_keeps_groups(cover, list(rest), 1)] = -np.inf
    return np.asarray(values, dtype=np.float64)


def _keeps_groups(cover: Cover, chosen: list[int], left: int) -> Flags:
    """Tell which sites may come next, so that the places left are enough for every group."""
    unserved = _unserved(cover, chosen)
    if len(unserved) < left:
        return np.ones(cover.n_sites, dtype=np.bool_)
    return np.asarray(np.isin(cover.group, unserved) & (cover.group != NO_GROUP))


def _unserved(cover: Cover, chosen: list[int]) -> Ints:
    """Return the groups that have no site yet."""
    return np.setdiff1d(cover.needy, cover.group[chosen])


def _largest(gain: Floats, allowed: Flags) -> int:
    """Return the first site whose gain equals the largest among those allowed."""
    top = gain[allowed].max()
    return int(np.flatnonzero(allowed & (gain >= top - EQUAL * abs(top)))[0])
