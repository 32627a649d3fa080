"""Four models of where sites do most good, on plain arrays: the solver never sees geometry.

In all of them `cost` is ``(demand, sites)``, `fixed` are sites that are there already, and of
equally good sets (equal to nine digits) the one whose positions come first is returned: the lowest
first position, then the lowest second, and so on. Each gives a `siting.Siting`.

The p-median is solved as a covering problem. With sites at costs ``c1 < c2 < ... < cm``, a demand
point pays ``cm`` less ``c(k+1) - c(k)`` for each k for which a chosen site is within ``c(k)``. So
each ring is a row to cover, and what the covered rings save is to be as large as can be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array

from csp_geo.core.errors import InfeasibleError, SettingsError
from csp_geo.core.wording import count, number
from csp_geo.decisions.siting.choose import any_fewest, fewest, smallest_radius, uncovered
from csp_geo.decisions.siting.cover import (
    EQUAL,
    as_table,
    checked_cost,
    checked_demand,
    checked_fixed,
    checked_groups,
    checked_limit,
    checked_number,
    within_reach,
)
from csp_geo.decisions.siting.problem import (
    TIME_LIMIT_S,
    Problem,
    Siting,
    check_time,
    problem,
    too_few,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Floats, Ints
    from csp_geo.decisions.siting.cover import Table

MOST_ENTRIES: Final = 50_000_000
"""What the table may hold: about a gigabyte."""


def rings(cost: Floats, weight: Floats) -> tuple[Table, Floats]:
    """Return the rings and what being inside each saves.

    Where a demand point has no way to some sites, the outermost ring saves more than all others
    together: being reached at all comes first.

    Parameters
    ----------
    cost, weight
        ``(demand, sites)``, >= 0 or infinite, and ``(demand,)``, > 0.

    Returns
    -------
    rows, saved
        ``(rings, sites)`` and ``(rings,)``.
    """
    order = np.argsort(cost, axis=1, kind="stable")
    ascending = np.take_along_axis(cost, order, axis=1)
    following = np.column_stack([ascending[:, 1:], np.full(len(cost), np.inf)])
    ends = np.isfinite(ascending) & (ascending < following)
    point, last = np.nonzero(ends)
    _refuse_too_large(cost.shape, int((last + 1).sum()))
    step = following[point, last] - ascending[point, last]
    outermost = np.isinf(step)
    saved = np.where(outermost, 0.0, weight[point] * np.where(outermost, 0.0, step))
    saved[outermost] = np.where(np.isinf(cost).any(axis=1), 2 * saved.sum() + 1, 0.0)[
        point[outermost]
    ]
    indices = np.concatenate(
        [order[p, : n + 1] for p, n in zip(point, last, strict=True)] or [point]
    )
    indptr = np.concatenate([[0], np.cumsum(last + 1)])
    shape = (len(point), cost.shape[1])
    return csr_array((np.ones(len(indices)), indices.astype(np.int64), indptr), shape=shape), saved


def mean_cost(cost: Floats, weight: Floats, sites: Ints) -> float:
    """Add up demand x cost to the nearest of the sites."""
    if not len(cost):
        return 0.0
    return float(weight @ cost[:, sites].min(axis=1, initial=np.inf))


def _refuse_too_large(shape: tuple[int, ...], entries: int) -> None:
    """Raise SettingsError if the table of rings would not fit into memory."""
    if entries > MOST_ENTRIES:
        raise SettingsError(
            f"The p-median of {count(shape[0], 'demand point')} and {count(shape[1], 'site')} "
            f"needs a table of {number(entries)} entries, and {number(MOST_ENTRIES)} is the most: "
            "merge demand points that are close to each other, or leave out candidates."
        )


def set_coverage(
    cost: ArrayLike, within: float, *, fixed: ArrayLike = (), time_limit: float = TIME_LIMIT_S
) -> Siting:
    """Find the fewest sites that have every demand point within reach (location set covering).

    Parameters
    ----------
    cost
        ``(demand, sites)``, metres; ``inf`` where there is no way.
    within
        Metres; a cost of exactly this is within reach.
    fixed
        Positions of sites that are there already.
    time_limit
        Seconds for the solver.

    Returns
    -------
    siting
        `objective` is the number of sites, fixed ones included.

    Raises
    ------
    InfeasibleError
        If a demand point is out of reach of every site; says how many, and which limit would do.
    SchemaError, SettingsError
        If shapes or values do not fit.

    References
    ----------
    Toregas, Swain, ReVelle and Bergman (1971). The location of emergency service facilities.
    Operations Research 19.

    Examples
    --------
    >>> cost = [[100, 900], [400, 900], [900, 300]]
    >>> set_coverage(cost, within=400).sites.tolist()
    [0, 1]
    """
    costs, limit = checked_cost(cost), checked_limit(within)
    there = checked_fixed(fixed, costs.shape[1])
    check_time(time_limit)
    _refuse_unreachable(costs, limit)
    least = fewest(uncovered(costs, limit, there), time_limit)
    sites = np.sort(np.concatenate([there, least.sites]))
    return _least(
        Siting(sites, 0, 0, 0, least.is_optimal, least.is_first),
        float(len(sites)),
        float(least.least + len(there)),
    )


def maximal_coverage(  # noqa: PLR0913 - the fixed signature, and what may be asked beside it
    cost: ArrayLike,
    demand: ArrayLike,
    within: float,
    sites: int,
    fixed: ArrayLike = (),
    *,
    group: ArrayLike | None = None,
    time_limit: float = TIME_LIMIT_S,
) -> Siting:
    """Find the sites that have most demand within reach (maximal covering).

    Parameters
    ----------
    cost
        ``(demand, sites)``, metres; ``inf`` where there is no way.
    demand
        ``(demand,)``, >= 0.
    within
        Metres; a cost of exactly this is within reach.
    sites
        How many in all, fixed ones included. With fewer candidates all are taken, and a note says
        so.
    fixed
        Positions of sites that are there already.
    group
        ``(sites,)`` whole numbers: at least one site of each group; -1 for none.
    time_limit
        Seconds for the solver.

    Returns
    -------
    siting
        `objective` is the demand covered.

    Raises
    ------
    InfeasibleError
        If the groups need more sites than are asked for.
    SchemaError, SettingsError
        If shapes or values do not fit.

    References
    ----------
    Church and ReVelle (1974). The maximal covering location problem. Papers in Regional Science 32.

    Examples
    --------
    >>> cost = [[100, 900], [400, 900], [900, 300]]
    >>> maximal_coverage(cost, [5, 1, 4], within=400, sites=1).objective
    6.0
    """
    stated = coverage_problem(cost, demand, within, sites, fixed, group=group)
    return stated.solve(time_limit)


def coverage_problem(
    cost: ArrayLike,
    demand: ArrayLike,
    within: float,
    sites: int,
    fixed: ArrayLike = (),
    *,
    group: ArrayLike | None = None,
) -> Problem:
    """State the problem of `maximal_coverage`, to ask for alternatives and the curve as well."""
    costs, limit = checked_cost(cost), checked_limit(within)
    n_demand, n_sites = costs.shape
    weight = checked_demand(demand, n_demand)
    there = checked_fixed(fixed, n_sites)
    new = checked_number(sites, there) - len(there)
    groups = checked_groups(group, n_sites)
    rows = as_table(within_reach(costs, limit))
    return problem(rows, weight, there, new, group=groups)


def p_median(
    cost: ArrayLike,
    demand: ArrayLike,
    sites: int,
    *,
    fixed: ArrayLike = (),
    time_limit: float = TIME_LIMIT_S,
) -> Siting:
    """Find the sites that are nearest on average: least demand x cost to the nearest of them.

    Parameters
    ----------
    cost
        ``(demand, sites)``, metres; ``inf`` where there is no way.
    demand
        ``(demand,)``, >= 0.
    sites
        How many in all, fixed ones included. With fewer candidates all are taken, and a note says
        so.
    fixed
        Positions of sites that are there already.
    time_limit
        Seconds for the solver.

    Returns
    -------
    siting
        `objective` is the sum of demand x cost to the nearest chosen site.

    Raises
    ------
    InfeasibleError
        If so many sites cannot reach all demand; says how many could.
    SchemaError, SettingsError
        If shapes or values do not fit, or the problem is too large.

    Notes
    -----
    Solved as a covering problem: being within the k-th nearest distance of a demand point, and not
    only within the next one, saves the demand times the difference. The table holds about demand x
    sites squared / 2 entries, at most 50 million.

    References
    ----------
    Hakimi (1964). Optimum locations of switching centers and the absolute centers and medians of a
    graph. Operations Research 12.

    Examples
    --------
    >>> p_median([[100, 900], [400, 900], [900, 300]], [5, 1, 4], sites=1).objective
    4500.0
    """
    costs = checked_cost(cost)
    n_demand, n_sites = costs.shape
    weight = checked_demand(demand, n_demand)
    there = checked_fixed(fixed, n_sites)
    new = checked_number(sites, there) - len(there)
    check_time(time_limit)
    costs, weight = costs[weight > 0], weight[weight > 0]
    _refuse_too_few(costs, there, new, time_limit)
    answer = problem(*rings(costs, weight), there, new).solve(time_limit)
    total = mean_cost(costs, weight, answer.sites)
    return _least(answer, total, total - (answer.bound - answer.objective))


def p_center(
    cost: ArrayLike, sites: int, *, fixed: ArrayLike = (), time_limit: float = TIME_LIMIT_S
) -> Siting:
    """Find the sites with which the farthest demand point is as near as can be.

    Parameters
    ----------
    cost
        ``(demand, sites)``, metres; ``inf`` where there is no way.
    sites
        How many in all, fixed ones included. With fewer candidates all are taken, and a note says
        so.
    fixed
        Positions of sites that are there already.
    time_limit
        Seconds for each run of the solver: there is one for each limit tried, some twenty at most.

    Returns
    -------
    siting
        `objective` is the largest cost from a demand point to the nearest chosen site.

    Raises
    ------
    InfeasibleError
        If so many sites cannot reach all demand; says how many could.
    SchemaError, SettingsError
        If shapes or values do not fit.

    References
    ----------
    Hakimi (1964). Optimum locations of switching centers and the absolute centers and medians of a
    graph. Operations Research 12.

    Examples
    --------
    >>> p_center([[100, 900], [400, 900], [900, 300]], sites=1).objective
    900.0
    """
    costs = checked_cost(cost)
    there = checked_fixed(fixed, costs.shape[1])
    new = checked_number(sites, there) - len(there)
    check_time(time_limit)
    _refuse_too_few(costs, there, new, time_limit)
    candidates = costs.shape[1] - len(there)
    notes = too_few(new, candidates)
    chosen, bound, is_first = smallest_radius(costs, there, min(new, candidates), time_limit)
    together = np.sort(np.concatenate([there, chosen]))
    farthest = float(costs[:, together].min(axis=1, initial=np.inf).max(initial=0.0))
    is_optimal = farthest <= bound * (1 + EQUAL)
    return _least(
        Siting(together, 0, 0, 0, is_optimal, is_first and is_optimal, notes), farthest, bound
    )


def _least(answer: Siting, objective: float, bound: float) -> Siting:
    """Return an answer of a model in which less is better."""
    bound = objective if answer.is_optimal else min(max(bound, 0.0), objective)
    gap = 0.0 if answer.is_optimal else (objective - bound) / objective
    return replace(answer, objective=objective, bound=bound, gap=gap)


def _refuse_unreachable(cost: Floats, limit: float) -> None:
    """Raise InfeasibleError if a demand point is out of reach of every site."""
    nearest = cost.min(axis=1, initial=np.inf)
    out = nearest > limit * (1 + EQUAL)
    if not out.any():
        return
    no_way = np.isinf(nearest)
    if no_way.any():
        nearest_limit = f"{count(no_way.sum(), 'of them has', 'of them have')} no way to any"
    else:
        farthest = float(nearest.max())
        nearest_limit = f"the nearest feasible distance is {number(np.ceil(farthest))} m"
    raise InfeasibleError(
        f"{number(out.sum())} of {count(len(cost), 'demand point')} cannot be reached within "
        f"{limit:,.10g} m from any site; {nearest_limit}."
    )


def _refuse_too_few(cost: Floats, there: Ints, new: int, time_limit: float) -> None:
    """Raise InfeasibleError if so many sites cannot reach all demand, however far."""
    out = int(np.isinf(cost.min(axis=1, initial=np.inf)).sum())
    if out:
        raise InfeasibleError(
            f"{number(out)} of {count(len(cost), 'demand point')} have no way to any site: leave "
            "them out, or add candidates that they can reach."
        )
    left = uncovered(cost, np.inf, there)
    if not len(left.weight) or (new and not np.isinf(cost).any()):
        return
    _, least = any_fewest(left, time_limit)
    if least > new:
        raise InfeasibleError(
            f"{count(len(there) + new, 'site')} cannot reach all "
            f"{count(len(cost), 'demand point')}, however far: it takes {len(there) + least}."
        )
