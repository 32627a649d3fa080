"""What chosen sites cover, what each is good for, and which hotspots stay uncovered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.errors import SchemaError
from csp_geo.decisions.siting.cover import checked_fixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from csp_geo.core.arrays import Floats, Ints
    from csp_geo.decisions.siting.open_cover import OpenCover


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


_NEAREST: Final = 3
_SAME_SHARE: Final = 0.5
_EDGE_M: Final = 1.0
"""Places are rounded to the metre, so that those on the edge of a hotspot may lie just outside."""


@dataclass(frozen=True)
class Near:
    """A venue that could be approached: metres on foot, and what it would cover of what is left."""

    site: int
    metres: float
    gain: float


@dataclass(frozen=True)
class Spot:
    """A hotspot, or several of different evidence that are the same place.

    `rows` are their positions, the first in the table first. `demand`, `before` and `after` are
    what is asked about, covered now, and covered with the new venues.
    """

    rows: tuple[int, ...]
    demand: float
    before: float
    after: float
    nearest: tuple[Near, ...]

    @property
    def left(self) -> float:
        """Demand that stays uncovered."""
        return self.demand - self.after


def covered_by_place(cover: OpenCover, sites: Ints) -> Floats:
    """Add up, for each place, the demand that open sites cover: ``(places,)``."""
    covered = np.where(cover.counts(sites) > 0, cover.demand.toarray(), 0.0)
    return np.asarray(covered.sum(axis=1), dtype=np.float64)


def uncovered_spots(  # noqa: PLR0913, PLR0917 - a plan, and the ways and places that it rests on
    cover: OpenCover,
    xy: Floats,
    metres: Floats,
    candidates: Ints,
    there: Ints,
    chosen: Ints,
    hotspots: gpd.GeoDataFrame,
    doors: Sequence[str],
) -> list[Spot]:
    """Tell how much of each hotspot's demand stays uncovered, the most first.

    Parameters
    ----------
    cover
        Of the hours asked about.
    xy, metres
        ``(places, 2)`` metres, and metres on foot from each place to each site.
    candidates, there, chosen
        Positions of the sites that could be approached, of those there already, and of all that
        are there with the plan. Those of `chosen` are not listed as near.
    hotspots
        With a family and a polygon each, in metres.
    doors
        A mark for each site, the same for those that may be one place, "" for all others: of these
        one is listed.

    Notes
    -----
    Hotspots of different families are one spot where at least half of the demand inside either lies
    inside both: the same street told by recorded reports and by pins is one thing to cover.
    """
    weight = np.asarray(cover.demand.sum(axis=1), dtype=np.float64).ravel()
    now, then = covered_by_place(cover, there), covered_by_place(cover, chosen)
    free = np.setdiff1d(candidates, chosen)
    spots = []
    for rows, inside in _same_places(hotspots, xy, weight):
        spots.append(
            Spot(
                rows,
                float(weight[inside].sum()),
                float(now[inside].sum()),
                float(then[inside].sum()),
                _nearest(cover.at(inside), metres[inside], free, chosen, doors),
            )
        )
    return sorted(spots, key=lambda spot: -spot.left)


def _same_places(
    hotspots: gpd.GeoDataFrame, xy: Floats, weight: Floats
) -> list[tuple[tuple[int, ...], NDArray[np.intp]]]:
    """Return the hotspots that are one place, and the places of the demand inside them."""
    import geopandas as gpd

    points = gpd.GeoSeries.from_xy(*xy.T)
    family = hotspots["family"].astype("str").tolist()
    found: list[tuple[tuple[int, ...], NDArray[np.intp]]] = []
    for row, shape in enumerate(hotspots.geometry):
        inside = np.flatnonzero(points.within(shape.buffer(_EDGE_M)))
        for n, (rows, places) in enumerate(found):
            common = float(weight[np.intersect1d(inside, places)].sum())
            either = np.union1d(inside, places)
            told_by = {family[one] for one in rows}
            if family[row] not in told_by and common >= _SAME_SHARE * weight[either].sum() > 0:
                found[n] = ((*rows, row), either)
                break
        else:
            found.append(((row,), inside))
    return found


def _nearest(
    cover: OpenCover, metres: Floats, free: Ints, chosen: Ints, doors: Sequence[str]
) -> tuple[Near, ...]:
    """Return the sites nearest to the middle of a hotspot's places, and what each would add."""
    if not len(metres) or not len(free):
        return ()
    typical = np.median(metres[:, free], axis=0)
    closest: dict[str, int] = {}
    for one in np.argsort(typical, kind="stable").tolist():
        closest.setdefault(doors[free[one]] or f"site {one}", one)
        if len(closest) == _NEAREST:
            break
    is_left = cover.counts(chosen) == 0
    demand = cover.demand.toarray()
    return tuple(
        Near(
            int(free[one]),
            float(typical[one]),
            float(demand[is_left & (cover.counts(free[[one]]) > 0)].sum()),
        )
        for one in closest.values()
        if np.isfinite(typical[one])
    )
