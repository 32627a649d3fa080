"""The best set of sites, how sure that is, sets nearly as good, and the fewest that reach everyone.

Adding the site that gains most covers at least 63 % (1 - 1/e) of what the best set adds (Nemhauser,
Wolsey and Fisher 1978), half of it where each group must have one; exchanges only improve on it.

First a good set and a bound, quickly; sites that the bound rules out are dropped, and what is left
is solved by HiGHS if the bound alone has not proved the set best. Of equally good sets the one
that comes first in the order of positions is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array

from csp_geo.decisions.siting.cover import (
    EQUAL,
    NO_GROUP,
    Cover,
    as_table,
    find_bound,
    within_reach,
)
from csp_geo.decisions.siting.solvers import Ranking, cover_all, cover_most

if TYPE_CHECKING:
    from csp_geo.core.arrays import Flags, Floats, Ints


_ROUNDS: Final = 50
_SHARE_FOR_TIES: Final = 0.3
"""Share of the time limit that is kept for proving that no other set is as good."""
_MOST_EXCHANGES: Final = 50
"""Exchanges of one chosen site that are looked at: the best ones."""


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


def prefer(cover: Cover, chosen: Ints, second: Flags, least: float) -> Ints:
    """Exchange single sites of second choice for others, as long as `least` is covered.

    Each step takes the exchange after which most is covered; of equal ones that which gives up the
    last site and takes the first. What then can be exchanged for more, of first choice, is.
    """
    chosen = np.sort(chosen)
    while True:
        found: list[tuple[float, int, int]] = []
        for place in np.flatnonzero(second[chosen])[::-1].tolist():
            values = values_with_one_more(cover, np.delete(chosen, place))
            values[second] = -np.inf
            values[chosen] = -np.inf
            one = _largest(values, np.ones(len(values), dtype=np.bool_))
            found.append((float(values[one]), place, one))
        top = max((value for value, _, _ in found), default=-np.inf)
        if not np.isfinite(top) or top < least * (1 - EQUAL):
            return chosen
        _, place, one = next(each for each in found if each[0] >= top - EQUAL * abs(top))
        chosen = np.append(np.delete(chosen, place), one)
        allowed = np.union1d(np.flatnonzero(~second), chosen)
        among = exchange(cover.only(allowed), np.searchsorted(allowed, chosen))
        chosen = allowed[among]


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


@dataclass(frozen=True, eq=False)
class Choice:
    """A set of sites and what is known of it.

    Attributes
    ----------
    sites
        Names of the sites, ascending.
    value, highest
        What they cover, and what no set of this size covers more than.
    is_first
        Whether it is certain that no equally good set comes before it.
    """

    sites: Ints
    value: float
    highest: float
    is_first: bool

    @property
    def is_optimal(self) -> bool:
        """Whether it is proved that no set covers more."""
        return self.highest <= self.value + EQUAL * abs(self.value)


def choose(cover: Cover, k: int, time_limit: float) -> Choice:
    """Choose the `k` sites (all, if there are fewer) that cover most.

    `time_limit` is the seconds that the solver may take; what comes before and after it takes some
    more and does not depend on a clock.
    """
    k = min(k, cover.n_sites)
    chosen = exchange(cover, add_greedily(cover, k)[0])
    value = cover.value(chosen)
    part, highest = reduce(cover, k, value)
    best = Choice(cover.names[chosen], value, highest, is_first=False)
    if best.is_optimal:
        return first_of_equals(part, k, best)
    best = _solve(part, k, best, (1 - _SHARE_FOR_TIES) * time_limit)
    if not best.is_optimal:
        return best
    first = first_of_equals(part, k, best)
    return first if first.is_first else _only_one(part, k, first, _SHARE_FOR_TIES * time_limit)


def _solve(part: Cover, k: int, best: Choice, time_limit: float) -> Choice:
    """Let the solver look for a better set, or prove that there is none."""
    small = part.without_dominated()
    found, highest = cover_most(small, k, time_limit)
    if found is not None:
        names = filled(part, k, small.names[found])
        value = part.value(np.searchsorted(part.names, names))
        if value > best.value:
            best = replace(best, sites=names, value=value)
    bound = float(part.attainable(np.array([min(best.highest, highest)]))[0])
    return replace(best, highest=max(best.value, bound))


def _only_one(cover: Cover, k: int, best: Choice, time_limit: float) -> Choice:
    """Let the solver prove, if it can, that no other set covers as much."""
    part, _ = reduce(cover, k, best.value)
    chosen = np.searchsorted(part.names, best.sites)
    _, highest = cover_most(part, k, time_limit, but_not=chosen)
    bound = float(part.attainable(np.array([highest]))[0])
    return replace(best, is_first=bound < best.value * (1 - EQUAL))


def first_of_equals(cover: Cover, k: int, best: Choice) -> Choice:
    """Return the first of all sets of `k` sites that cover as much as the best one."""
    part, _ = reduce(cover, k, best.value)
    multiplier = find_bound(part, k, best.value).multiplier
    ranking = Ranking(part, multiplier, k, 1, floor=best.value, ceiling=best.value).search()
    if not ranking.found:
        return best
    return replace(best, sites=part.names[list(ranking.found[0][1])], is_first=ranking.is_complete)


def nearly_as_good(
    cover: Cover, best: Choice, least: float, most: int
) -> tuple[list[tuple[float, Ints]], bool]:
    """List the best other sets of as many sites that cover at least `least`.

    Returns
    -------
    others, is_complete
        Value and names of up to `most` sets, best first and of equals the first first; False if
        the search was given up, so that a set may be missing.
    """
    k, floor = len(best.sites), least
    chosen = np.searchsorted(cover.names, best.sites)
    exchanges = exchanges_of(cover, chosen)
    if len(exchanges) >= most:
        floor = max(floor, exchanges[most - 1][0])
    part, bound = reduce(cover, k, best.value, floor)
    highest = min(bound, best.highest)
    multiplier = find_bound(part, k, best.value).multiplier
    ranking = Ranking(part, multiplier, k, most + 1, floor=floor, ceiling=highest).search()
    sets = [(value, part.names[list(columns)]) for value, columns in ranking.found]
    if not ranking.is_complete:
        sets = _in_order(sets, [one for one in exchanges if one[0] >= least])
    others = [one for one in sets if not np.array_equal(one[1], best.sites)]
    return others[:most], ranking.is_complete


def reduce(cover: Cover, k: int, value: float, floor: float | None = None) -> tuple[Cover, float]:
    """Leave out the sites that are in no set covering `floor`, which is `value` by default.

    Returns
    -------
    part, highest
        What is left, and what no set of `k` sites covers more than.
    """
    least = value if floor is None else floor
    part = cover
    while True:
        bound = find_bound(part, k, value)
        stays = np.flatnonzero(bound.with_site >= least - EQUAL * abs(least))
        if len(stays) == part.n_sites:
            return part, max(value, bound.highest)
        part = part.only(stays)


def exchanges_of(cover: Cover, chosen: Ints) -> list[tuple[float, Ints]]:
    """List the sets that differ from one in a single site, with value and names, best first."""
    found: list[tuple[float, Ints]] = []
    for place in range(len(chosen)):
        rest = np.delete(chosen, place)
        values = values_with_one_more(cover, rest)
        values[chosen[place]] = -np.inf
        some = np.argsort(-values, kind="stable")[:_MOST_EXCHANGES]
        found += [
            (float(values[one]), cover.names[np.sort(np.append(rest, one))])
            for one in some
            if np.isfinite(values[one])
        ]
    return _in_order(found, [])


def n_exchanges(cover: Cover, chosen: Ints, least: float) -> int:
    """Count the sets that differ from one in a single site and cover at least `least`."""
    n = 0
    for place in range(len(chosen)):
        values = values_with_one_more(cover, np.delete(chosen, place))
        values[chosen[place]] = -np.inf
        n += int((values >= least - EQUAL * abs(least)).sum())
    return n


def _in_order(
    some: list[tuple[float, Ints]], more: list[tuple[float, Ints]]
) -> list[tuple[float, Ints]]:
    """Put sets in order, the best first and of equals the first first; each once."""
    each = {tuple(names.tolist()): (value, names) for value, names in [*some, *more]}
    return [each[key] for key in sorted(each, key=lambda key: (-each[key][0], key))]


def filled(part: Cover, k: int, names: Ints) -> Ints:
    """Add the first sites that are not in a set yet, up to `k`."""
    rest = np.setdiff1d(part.names, names)[: k - len(names)]
    return np.sort(np.concatenate([names, rest]))


@dataclass(frozen=True, eq=False)
class Fewest:
    """Sites that together cover every row.

    Attributes
    ----------
    sites
        Names of the sites, ascending.
    least
        How many it takes at least.
    is_first
        Whether it is certain that no set of as many that covers all comes before it.
    """

    sites: Ints
    least: int
    is_first: bool

    @property
    def is_optimal(self) -> bool:
        """Whether it is proved that fewer do not cover all."""
        return len(self.sites) <= self.least


def fewest(cover: Cover, time_limit: float) -> Fewest:
    """Choose the fewest sites that cover every row and serve every group that needs a site."""
    names, least = any_fewest(cover, time_limit)
    if len(names) > least:
        return Fewest(names, least, is_first=False)
    best = Choice(names, cover.total, cover.total, is_first=False)
    first = first_of_equals(cover, len(names), best)
    return Fewest(first.sites, least, first.is_first)


def any_fewest(cover: Cover, time_limit: float) -> tuple[Ints, int]:
    """Choose as `fewest` does, whichever of equal sets comes; and say how many it takes at least.

    When the time ends first, choosing greedily covers all with somewhat more sites.
    """
    quick = np.sort(add_greedily(cover, cover.n_sites, until_covered=True)[0])
    small = cover.without_dominated()
    found, least = cover_all(small, time_limit)
    if found is None or len(found) >= len(quick):
        return cover.names[quick], min(least, len(quick))
    return small.names[found], least


def uncovered(cost: Floats, limit: float, there: Ints) -> Cover:
    """Return the demand points out of reach of the sites that are there, and who reaches them."""
    reach = within_reach(cost, limit) if np.isfinite(limit) else csr_array(np.isfinite(cost))
    rest = np.flatnonzero(np.asarray(reach[:, there].sum(axis=1)) == 0)
    names = np.setdiff1d(np.arange(cost.shape[1]), there)
    return Cover.of(as_table(reach[rest][:, names]), np.ones(len(rest)), None, names)


def smallest_radius(
    cost: Floats, there: Ints, new: int, time_limit: float
) -> tuple[Ints, float, bool]:
    """Look for the smallest limit by halving; all demand can be reached by so many sites.

    Returns
    -------
    sites, bound, is_first
        New sites, the limit below which it is proved that so many cannot do it, and whether no
        equally good set comes before this one.
    """
    nearest = cost.min(axis=1, initial=np.inf)
    limits = np.unique(np.append(cost[cost > nearest.max(initial=0.0)], nearest.max(initial=0.0)))
    limits = limits[np.isfinite(limits)]
    low, high = 0, len(limits) - 1  # the answer is among limits[low] to limits[high]
    bound = limits[0]
    proved = True
    names = np.zeros(0, dtype=np.int64)
    while low < high:
        middle = (low + high) // 2
        cover = uncovered(cost, float(limits[middle]), there)
        found, least = any_fewest(cover, time_limit)
        if len(found) <= new:
            high, names = middle, found
        else:
            low = middle + 1
            proved &= least > new
            bound = limits[low] if proved else bound
    cover = uncovered(cost, float(limits[high]), there)
    if not len(names):
        names = any_fewest(cover, time_limit)[0]
    best = Choice(filled(cover, new, names), cover.total, cover.total, is_first=False)
    first = first_of_equals(cover, new, best)
    return first.sites, float(bound), first.is_first
