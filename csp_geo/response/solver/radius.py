"""The p-center: the smallest limit within which so many sites cover all demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from csp_geo.response.reach import within_reach
from csp_geo.response.solver.choose import Choice, filled, first_of_equals
from csp_geo.response.solver.cover import Cover, as_table
from csp_geo.response.solver.fewest import any_fewest

if TYPE_CHECKING:
    from csp_geo.response.solver.cover import Floats, Ints


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
