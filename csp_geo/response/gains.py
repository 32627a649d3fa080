"""What chosen sites cover: by hour, twice, step-free, and what each of them is good for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.errors import SchemaError
from csp_geo.response.reach import checked_fixed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from csp_geo.response.open_cover import OpenCover
    from csp_geo.response.solver.cover import Floats, Ints

STEP_FREE: Final = 1
_TWICE: Final = 2


@dataclass(frozen=True, eq=False)
class Coverage:
    """Demand by hour of week, ``(168,)`` each, and how much of it chosen sites cover.

    `covered` is demand with at least one open site within reach, `covered_twice` with two or more.
    """

    demand: Floats
    covered: Floats
    covered_twice: Floats

    @property
    def share(self) -> float:
        """Share of all demand that is covered; 0 where there is no demand."""
        total = float(self.demand.sum())
        return float(self.covered.sum()) / total if total else 0.0


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why each new site was chosen, in the order in which they should be approached.

    Attributes
    ----------
    sites
        ``(n,)`` positions; the one first that adds most to the existing sites, and so on.
    alone
        ``(n,)``: the demand it covers that no existing site covers.
    adds
        ``(n,)``: what it adds to the existing sites and those before it.
    total
        ``(n + 1,)``: what is covered with none, one, two ... of them; the last is the objective.
    """

    sites: Ints
    alone: Floats
    adds: Floats
    total: Floats


def coverage_by_hour(given: OpenCover, sites: ArrayLike) -> Coverage:
    """Add up demand and covered demand for each hour of the week."""
    counts = given.counts(sites)
    demand = given.demand.toarray()
    return Coverage(
        demand.sum(axis=0),
        np.where(counts > 0, demand, 0).sum(axis=0),
        np.where(counts >= _TWICE, demand, 0).sum(axis=0),
    )


def step_free_sites(sites: ArrayLike, step_free: ArrayLike) -> Ints:
    """Return those of the sites that are known to be step-free.

    Parameters
    ----------
    sites
        Positions.
    step_free
        ``(all sites,)``: 1 yes, 0 no, -1 unknown, which does not count as step-free; or bool.
    """
    known = np.asarray(step_free)
    if known.ndim != 1 or not np.isin(known, (-1, 0, 1)).all():
        raise SchemaError("step_free must hold 1 for yes, 0 for no and -1 for unknown.")
    chosen = checked_fixed(sites, len(known), "sites")
    return np.asarray(chosen[known[chosen] == STEP_FREE])


def reasons(given: OpenCover, sites: ArrayLike, fixed: ArrayLike = ()) -> Reasons:
    """Tell what each new site is good for.

    Parameters
    ----------
    given
        Places, hours and sites.
    sites, fixed
        Positions of all chosen sites and of those among them that are there already.
    """
    there = checked_fixed(fixed, given.n_sites)
    left = list(np.setdiff1d(checked_fixed(sites, given.n_sites, "sites"), there))
    demand = given.demand.toarray()
    is_open = given.counts(there) == 0
    total = [float(demand[~is_open].sum())]
    reached = {int(site): given.counts([site]) > 0 for site in left}
    alone = {site: float(demand[is_open & near].sum()) for site, near in reached.items()}
    order: list[int] = []
    while reached:
        gain = {site: float(demand[is_open & near].sum()) for site, near in reached.items()}
        best = max(gain, key=lambda site: (gain[site], -site))
        order.append(best)
        is_open &= ~reached.pop(best)
        total.append(float(demand[~is_open].sum()))
    return Reasons(
        np.array(order, dtype=np.int64),
        np.array([alone[site] for site in order]),
        np.diff(total),
        np.array(total),
    )
