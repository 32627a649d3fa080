"""Hour-aware coverage: demand counts in an hour only if a site within reach is open then.

A week has 168 hours, Monday 0 to 1 o'clock first. The table of places x hours x sites is never
made: the sum of the marks of the sites that are open and within reach tells which places and hours
are covered by the same sites, and only one row is written out for each such set of sites.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from csp_geo.core.errors import SchemaError, SettingsError
from csp_geo.decisions.siting.cover import (
    alike,
    as_table,
    checked_fixed,
    checked_groups,
    marks,
    summed,
)
from csp_geo.decisions.siting.problem import Problem, problem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.decisions.siting.cover import Table

HOURS: Final = 168
OPEN: Final = 1
CLOSED: Final = 0
UNKNOWN: Final = -1
"""What is known of a site in an hour; unknown never counts as open."""
_AT_ONCE: Final = 20_000
"""Rows that are written out at a time: some tens of megabytes."""


@dataclass(frozen=True, eq=False)
class OpenCover:
    """Places with demand by hour of week, sites with opening hours, who is within reach of whom.

    Attributes
    ----------
    reach, reach_dark
        ``(places, sites)`` bool, sparse: within reach by day, and in the hours marked in `is_dark`.
    is_open
        ``(sites, 168)`` bool: known to be open.
    demand
        ``(places, 168)`` float64, >= 0, sparse.
    is_dark
        ``(168,)`` bool.
    """

    reach: Table
    reach_dark: Table
    is_open: Flags
    demand: Table
    is_dark: Flags

    @property
    def n_sites(self) -> int:
        """How many sites there are, chosen or not."""
        return len(self.is_open)

    def during(self, hours: ArrayLike) -> OpenCover:
        """Leave out the demand of all hours but these.

        Parameters
        ----------
        hours
            ``(168,)`` bool; see `hours_between`.
        """
        asked = np.asarray(hours)
        if asked.shape != (HOURS,) or asked.dtype != np.bool_:
            raise SchemaError(f"hours must be {HOURS} flags, one for each hour of the week.")
        return replace(self, demand=as_table(self.demand.multiply(asked[None, :])))

    def at(self, places: Ints) -> OpenCover:
        """Leave out all places but these, given by their positions."""
        return replace(
            self,
            reach=self.reach[places],
            reach_dark=self.reach_dark[places],
            demand=self.demand[places],
        )

    def counts(self, sites: ArrayLike) -> Ints:
        """Count the open sites within reach, of those given: ``(places, 168)``."""
        chosen = checked_fixed(sites, self.n_sites, "sites")
        is_open = self.is_open[chosen].astype(np.int64)
        near = np.asarray(self.reach[:, chosen].astype(np.int64) @ is_open)
        near_dark = np.asarray(self.reach_dark[:, chosen].astype(np.int64) @ is_open)
        return np.where(self.is_dark, near_dark, near)


def open_cover(
    reach: Table,
    open_hours: ArrayLike,
    demand: ArrayLike | Table,
    *,
    reach_dark: Table | None = None,
    is_dark: ArrayLike | None = None,
) -> OpenCover:
    """Put together what hour-aware coverage needs.

    Parameters
    ----------
    reach
        ``(places, sites)`` of `reach.within_reach`, or another sparse table.
    open_hours
        ``(sites, 168)``: 1 open, 0 closed, -1 unknown, which never counts as open; or bool.
    demand
        ``(places, 168)``, >= 0, an array or sparse: see `demand_by_hour`.
    reach_dark, is_dark
        ``(places, sites)``, which is within reach in the hours that ``(168,)`` bool marks, where
        routes after dark are longer; both or neither.

    Raises
    ------
    SchemaError
        If shapes do not fit, demand is negative or not finite, or hours hold other numbers.
    """
    by_day = csr_array(reach)
    n_places, n_sites = by_day.shape
    hours = np.asarray(open_hours)
    if hours.shape != (n_sites, HOURS):
        raise SchemaError(
            f"open_hours must have shape ({n_sites}, {HOURS}): a row for each site; it has "
            f"{hours.shape}."
        )
    if not np.isin(hours, (OPEN, CLOSED, UNKNOWN)).all():
        raise SchemaError("open_hours must hold 1 for open, 0 for closed and -1 for unknown.")
    weights = as_table(demand)
    if weights.shape != (n_places, HOURS):
        raise SchemaError(
            f"demand must have shape ({n_places}, {HOURS}): a row for each place; it has "
            f"{weights.shape}."
        )
    if not (np.isfinite(weights.data) & (weights.data >= 0)).all():
        raise SchemaError("demand must be finite and not below 0.")
    dark = np.zeros(HOURS, dtype=np.bool_) if is_dark is None else np.asarray(is_dark)
    after = by_day if reach_dark is None else csr_array(reach_dark)
    if dark.shape != (HOURS,) or dark.dtype != np.bool_ or after.shape != by_day.shape:
        raise SchemaError(
            f"is_dark must be {HOURS} flags, and reach_dark must have the shape of reach, "
            f"{by_day.shape}."
        )
    return OpenCover(by_day.astype(np.bool_), after.astype(np.bool_), hours == OPEN, weights, dark)


def demand_by_hour(place: ArrayLike, hour: ArrayLike, weight: ArrayLike, n_places: int) -> Table:
    """Add up demand given as a list: ``(n,)`` places, hours of week and weights each.

    Returns
    -------
    demand
        ``(n_places, 168)`` float64, sparse.
    """
    places, hours = np.asarray(place, dtype=np.int64), np.asarray(hour, dtype=np.int64)
    if ((places < 0) | (places >= n_places)).any() or ((hours < 0) | (hours >= HOURS)).any():
        raise SchemaError(
            f"place must be from 0 to {n_places - 1}, hour from 0 (Monday 0:00) to {HOURS - 1}."
        )
    values = np.asarray(weight, dtype=np.float64)
    return csr_array(coo_array((values, (places, hours)), shape=(n_places, HOURS)))


def hours_between(start: int, end: int, days: ArrayLike = range(7)) -> Flags:
    """Mark the hours of week from `start` o'clock to before `end`, past midnight if end <= start.

    Examples
    --------
    >>> int(hours_between(15, 18).sum())
    21
    >>> np.flatnonzero(hours_between(22, 2, days=[6])).tolist()
    [0, 1, 166, 167]
    """
    if not (0 <= start < 24 and 0 <= end <= 24):  # noqa: PLR2004
        raise SettingsError(f"Hours are from 0 to 24, not {start} to {end}.")
    length = (end - start) % 24 or 24
    first = 24 * np.asarray(days, dtype=np.int64)[:, None] + start
    marked = np.zeros(HOURS, dtype=np.bool_)
    marked[(first + np.arange(length)).ravel() % HOURS] = True
    return marked


def siting_problem(
    given: OpenCover,
    new_sites: int,
    *,
    fixed: ArrayLike = (),
    candidates: ArrayLike | None = None,
    group: ArrayLike | None = None,
) -> Problem:
    """State where `new_sites` more sites cover most demand in the hours in which it arises.

    Parameters
    ----------
    given
        Places, hours and sites.
    new_sites
        How many to choose beside the fixed ones; fewer where fewer cover all that can be covered.
    fixed
        Positions of the sites that are there already.
    candidates
        Positions of the sites that may be chosen; all by default.
    group
        ``(sites,)`` whole numbers: at least one site of each group, fixed ones counted; -1 none.

    Returns
    -------
    problem
        ``problem.solve()``, ``problem.alternatives(best)``, ``problem.curve()``.

    Raises
    ------
    InfeasibleError
        If the groups need more new sites than allowed, or a group has no candidate.
    SchemaError, SettingsError
        If positions, groups or numbers do not fit.
    """
    if isinstance(new_sites, bool) or new_sites != int(new_sites) or new_sites < 0:
        raise SettingsError(f"new_sites must be a whole number from 0, not {new_sites}.")
    there = checked_fixed(fixed, given.n_sites)
    allowed = None
    if candidates is not None:
        allowed = checked_fixed(candidates, given.n_sites, "candidates")
    groups = checked_groups(group, given.n_sites)
    rows, weight = _rows(given, there, allowed)
    return problem(
        rows, weight, there, int(new_sites), group=groups, candidate=allowed, stop_early=True
    )


def _rows(given: OpenCover, there: Ints, allowed: Ints | None) -> tuple[Table, Floats]:
    """Write out one row for each set of sites that covers some demand, and the demand of it."""
    useful = np.zeros(given.n_sites, dtype=np.bool_)
    useful[there if allowed is None else np.union1d(allowed, there)] = True
    useful |= allowed is None
    is_open = given.is_open & useful[:, None]
    settled = given.counts(there) > 0
    demand = coo_array(given.demand)
    place, hour = (np.asarray(one, dtype=np.int64) for one in demand.coords)
    tables, weights = [], []
    met = settled[place, hour]
    if met.any():
        # All demand that fixed sites cover is one row, which every one of them covers.
        one = np.zeros((1, given.n_sites))
        one[0, there] = 1
        tables.append(csr_array(one))
        weights.append(np.array([demand.data[met].sum()]))
    for dark, reach in ((False, given.reach), (True, given.reach_dark)):
        asked = ~met & (demand.data > 0) & (given.is_dark[hour] == dark)
        rows, weight = _kinds(reach, is_open, place[asked], hour[asked], demand.data[asked])
        tables.append(rows)
        weights.append(weight)
    return csr_array(vstack(tables)), np.concatenate(weights)


def _kinds(
    reach: Table, is_open: Flags, place: Ints, hour: Ints, weight: Floats
) -> tuple[Table, Floats]:
    """Merge places and hours with the same open sites in reach; leave out those with none."""
    mark = marks(len(is_open))
    near = reach.astype(np.uint64)
    sums = (
        np.stack(
            [np.asarray(near @ (is_open * one[:, None]))[place, hour] for one in mark.T], axis=1
        )
        if len(place)
        else np.zeros((0, 2), dtype=np.uint64)
    )
    some = sums.any(axis=1)
    place, hour, weight = place[some], hour[some], weight[some]
    first, which = alike(sums[some])
    tables = [csr_array((0, len(is_open)))]
    for begin in range(0, len(first), _AT_ONCE):
        few = first[begin : begin + _AT_ONCE]
        rows = reach[place[few]]
        hours = np.repeat(hour[few], np.diff(rows.indptr))
        data = is_open[rows.indices, hours].astype(np.float64)
        written = csr_array((data, rows.indices, rows.indptr), shape=rows.shape)
        written.eliminate_zeros()
        tables.append(written)
    return csr_array(vstack(tables)), summed(which, weight, len(first))
