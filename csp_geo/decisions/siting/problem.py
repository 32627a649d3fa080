"""A maximal covering problem with sites already there, its answer, and what is near the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.caution import Caution
from csp_geo.core.errors import InfeasibleError, SettingsError
from csp_geo.core.wording import count
from csp_geo.decisions.siting.choose import (
    Choice,
    add_greedily,
    choose,
    fewest,
    n_exchanges,
    nearly_as_good,
    prefer,
)
from csp_geo.decisions.siting.cover import EQUAL, NO_GROUP, Cover

if TYPE_CHECKING:
    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.decisions.siting.cover import Table

TIME_LIMIT_S: Final = 60.0
"""Seconds that the solver may take, unless the caller says otherwise."""
WITHIN_SHARE: Final = 0.01
MOST_OTHERS: Final = 10
_DIGITS: Final = 6
"""To so many digits sums are told apart: what rounding adds must not say who is first."""


@dataclass(frozen=True, eq=False)
class Siting:
    """Chosen sites and how good they are.

    Attributes
    ----------
    sites
        ``(n,)`` int64: positions of the columns, ascending, fixed ones included.
    objective
        What the model counts: demand covered, sites, demand x cost, or the largest cost.
    bound
        What no other choice exceeds (falls below, where less is better).
    gap
        How far the objective may be from the best, as a share of the larger of the two; 0 if it is
        proved best. A gap above 0 depends on the time limit and so on the computer.
    is_optimal
        Whether it is proved that no choice is better.
    is_first
        Whether it is proved that of all equally good choices this one has the lowest positions.
    notes
        What a reader must know: fewer sites than asked for, and why.
    """

    sites: Ints
    objective: float
    bound: float
    gap: float
    is_optimal: bool
    is_first: bool
    notes: tuple[Caution, ...] = ()


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Choices that are nearly as good as the best.

    Attributes
    ----------
    sitings
        Best first; of equal ones the one with the lowest positions first.
    is_complete
        Whether it is certain that no better one is missing.
    n_more
        How many others, beyond those listed, exchange one site and cover as nearly as much.
    """

    sitings: tuple[Siting, ...]
    is_complete: bool
    n_more: int = 0


@dataclass(frozen=True, eq=False)
class Problem:
    """Where `new` more sites cover most.

    Attributes
    ----------
    cover
        What the fixed sites leave uncovered, and the candidates that could cover it.
    fixed, already
        The sites that are there, and the demand that they cover.
    new
        How many to choose.
    stop_early
        Choose fewer where fewer cover all that any candidate can.
    """

    cover: Cover
    fixed: Ints
    already: float
    new: int
    stop_early: bool = False

    def solve(self, time_limit: float = TIME_LIMIT_S) -> Siting:
        """Choose the sites.

        Parameters
        ----------
        time_limit
            Seconds for the solver. If they end first the best set found is returned with its gap;
            it covers at least what choosing greedily covers.
        """
        check_time(time_limit)
        wanted, there = self.new, self.cover.n_sites
        best = choose(self.cover, wanted, time_limit)
        notes = too_few(wanted, there)
        if self.stop_early and best.value >= self.cover.total * (1 - EQUAL):
            least = fewest(self.cover, time_limit)
            if len(least.sites) < len(best.sites):
                best = Choice(least.sites, best.value, best.highest, least.is_first)
                enough = len(least.sites)
                said = f"{count(wanted, 'new site')} asked for; {enough} cover all that any could."
                notes += (Caution("fewer-sites", said),)
        return self._answer(best.sites, best.value, best.highest, best.is_first, notes)

    def prefer(self, best: Siting, second: Flags, share: float) -> Siting:
        """Take other sites for those of second choice, where hardly less is covered.

        Parameters
        ----------
        best
            What `solve` answered.
        second
            ``(sites,)``: those that are chosen only where others would cover clearly less.
        share
            How much less of what the best new sites add may be covered in all, from 0 to 1.

        Returns
        -------
        siting
            The best itself where none of it is exchanged. Found by exchanging one site at a time:
            with another set even fewer might be of second choice.
        """
        chosen = np.searchsorted(self.cover.names, np.setdiff1d(best.sites, self.fixed))
        added = best.objective - self.already
        other = prefer(self.cover, chosen, second[self.cover.names], (1 - share) * added)
        if np.array_equal(other, chosen):
            return best
        value, highest = self.cover.value(other), best.bound - self.already
        return self._answer(self.cover.names[other], value, highest, False, best.notes)

    def without(self, sites: Ints) -> Problem:
        """Return the problem in which these sites cannot be chosen."""
        kept = np.flatnonzero(~np.isin(self.cover.names, sites))
        return replace(self, cover=self.cover.only(kept))

    def alternatives(
        self, best: Siting, *, share: float = WITHIN_SHARE, most: int = MOST_OTHERS
    ) -> Alternatives:
        """List other choices of as many sites that cover nearly as much.

        Parameters
        ----------
        best
            What `solve` answered.
        share
            How much less of what the best one covers, fixed sites included, they may cover.
        most
            How many to list.
        """
        names = np.setdiff1d(best.sites, self.fixed)
        value, highest = best.objective - self.already, best.bound - self.already
        least = (1 - share) * best.objective - self.already
        choice = Choice(names, value, highest, best.is_first)
        others, complete = nearly_as_good(self.cover, choice, least, most)
        listed = [
            self._answer(sites, value, max(value, highest), complete) for value, sites in others
        ]
        n_swaps = n_exchanges(self.cover, np.searchsorted(self.cover.names, names), least)
        n_listed = sum(len(np.setdiff1d(sites, names)) == 1 for _, sites in others)
        return Alternatives(tuple(listed), complete, n_swaps - n_listed)

    def stand_ins(self, best: Siting, most: int) -> dict[int, list[tuple[int, float]]]:
        """Say who covers most of what a chosen site covers, should it not be had.

        Parameters
        ----------
        best
            What `solve` answered.
        most
            How many to list for each site.

        Returns
        -------
        others
            For each new site the other sites that are not chosen, with what they cover of what it
            covers and no fixed site does: the most first, of equal ones the first. Those that cover
            none of it are not listed.
        """
        taken = np.isin(self.cover.names, best.sites)
        found: dict[int, list[tuple[int, float]]] = {}
        for place in np.flatnonzero(taken):
            own = np.where(self.cover.counts(np.array([place])) > 0, self.cover.weight, 0.0)
            shared = np.where(taken, 0.0, self.cover.sums(own))
            shared = np.where(shared > EQUAL * own.sum(), np.round(shared, _DIGITS), 0.0)
            some = np.argsort(-shared, kind="stable")[:most]
            found[int(self.cover.names[place])] = [
                (int(self.cover.names[one]), float(shared[one])) for one in some if shared[one] > 0
            ]
        return found

    def curve(
        self,
        most: int | None = None,
        *,
        exactly: int | None = None,
        time_limit: float = TIME_LIMIT_S,
    ) -> Floats:
        """Return the most that 0, 1, 2 ... new sites can cover, fixed sites included.

        Each number of sites is solved for itself, so that the sites of a larger one need not
        contain those of a smaller one. Numbers too small to give each group a site have NaN. Where
        the time limit ended a search the best set found counts, and never less than for one fewer.

        Parameters
        ----------
        most
            The largest number of new sites; as many as the problem asks for by default.
        exactly
            The largest number that is solved; above it what choosing greedily covers counts, which
            may be a little less than the most. All by default.
        time_limit
            Seconds for the solver, for each number.
        """
        needed = len(self.cover.needy)
        covered = [self.already if not needed else np.nan]
        for new in range(1, min(most or self.new, self.cover.n_sites) + 1):
            if new < needed:
                value = np.nan
            elif exactly is None or new <= exactly:
                value = choose(self.cover, new, time_limit).value
            else:
                value = self.cover.value(add_greedily(self.cover, new)[0])
            covered.append(float(np.fmax(self.already + value, covered[-1])))
        return np.array(covered)

    def greedy_curve(self, most: int | None = None) -> tuple[Ints, Floats]:
        """Add the site that gains most again and again.

        Returns
        -------
        sites, covered
            The new sites in that order, and what is covered with 0, 1, 2 ... of them: never more
            than `curve`, and the quicker answer to "what does each further venue buy".
        """
        chosen, gains = add_greedily(self.cover, most or self.new)
        return self.cover.names[chosen], self.already + np.concatenate([[0.0], np.cumsum(gains)])

    def _answer(
        self,
        names: Ints,
        value: float,
        highest: float,
        is_first: bool,
        notes: tuple[Caution, ...] = (),
    ) -> Siting:
        """Put the fixed sites and what they cover back in."""
        objective, bound = self.already + value, self.already + highest
        is_optimal = highest <= value + EQUAL * abs(value)
        gap = 0.0 if is_optimal else (bound - objective) / bound
        sites = np.sort(np.concatenate([self.fixed, names]))
        return Siting(sites, objective, bound, gap, is_optimal, is_first and is_optimal, notes)


def problem(  # noqa: PLR0913 - a problem has so many parts
    rows: Table,
    weight: Floats,
    fixed: Ints,
    new: int,
    *,
    group: Ints | None = None,
    candidate: Ints | None = None,
    stop_early: bool = False,
) -> Problem:
    """State a problem, and take out of it what the fixed sites settle.

    Parameters
    ----------
    rows
        ``(rows, sites)``, entries other than 0 where the site covers the row.
    weight
        ``(rows,)``, >= 0.
    fixed, candidate
        Positions of the sites that are there, and of those that may be chosen (all others).
    new
        How many to choose.
    group
        ``(sites,)``: at least one of each group, fixed ones counted; -1 for none.

    Raises
    ------
    InfeasibleError
        If the groups need more sites than are allowed.
    """
    all_sites = np.arange(rows.shape[1])
    names = np.setdiff1d(all_sites if candidate is None else candidate, fixed)
    open_group = None if group is None else _still_needed(group, fixed, names, new)
    covered = np.asarray(rows[:, fixed].sum(axis=1)) > 0
    rest = np.flatnonzero(~covered)
    left = Cover.of(rows[rest][:, names], weight[rest], open_group, names)
    return Problem(left, fixed, float(weight[covered].sum()), new, stop_early)


def _still_needed(group: Ints, fixed: Ints, names: Ints, new: int) -> Ints:
    """Return the candidates' groups, without those that a fixed site serves."""
    served = np.isin(group, group[fixed])
    needed = np.unique(group[~served & (group != NO_GROUP)])
    if len(needed) > new:
        raise InfeasibleError(
            f"At least one per group asks for {count(len(needed), 'new site')}, {new} allowed: "
            f"{len(np.unique(group[group != NO_GROUP]))} groups, of which "
            f"{len(np.unique(group[fixed][group[fixed] != NO_GROUP]))} have a site already. "
            f"Allow {len(needed)}."
        )
    missing = np.setdiff1d(needed, group[names])
    if len(missing):
        raise InfeasibleError(
            f"At least one per group cannot be had: {count(len(missing), 'group')} of "
            f"{len(needed)} that need one have no candidate, group {missing[0]} first."
        )
    return np.where(served, NO_GROUP, group)[names]


def too_few(wanted: int, there: int) -> tuple[Caution, ...]:
    """Say so where more sites are wanted than there are candidates."""
    if wanted <= there:
        return ()
    said = f"{count(wanted, 'new site')} asked for, {count(there, 'candidate')} to choose from."
    return (Caution("few-candidates", said),)


def check_time(time_limit: float) -> None:
    """Raise SettingsError unless the limit is a number of seconds above 0."""
    if not time_limit > 0:
        raise SettingsError(f"time_limit must be more than 0 seconds, not {time_limit}.")
