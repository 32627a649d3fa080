"""The fewest sites that cover everything, and the smallest limit that so many sites can keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from csp_geo.decisions.siting.choose import Choice, add_greedily, filled, first_of_equals
from csp_geo.decisions.siting.costs import within_reach
from csp_geo.decisions.siting.cover import Cover, as_table
from csp_geo.decisions.siting.programme import cover_all

if TYPE_CHECKING:
    from csp_geo.decisions.siting.cover import Floats, Ints


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
