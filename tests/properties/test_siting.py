"""Every model of siting equals brute force on small cases: all sets of sites are tried."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import csp_geo as cg
from csp_geo.core.errors import InfeasibleError
from csp_geo.decisions.havens.gains import coverage_by_hour, reasons, step_free_sites
from csp_geo.decisions.siting.models import coverage_problem
from csp_geo.decisions.siting.open_cover import HOURS, UNKNOWN, open_cover, siting_problem
from csp_geo.decisions.siting.problem import Siting

SAME = 1e-9
MOST_SITES = 12


@dataclass(frozen=True)
class Town:
    """A case small enough to try all sets of sites."""

    cost: np.ndarray
    demand: np.ndarray
    within: float
    sites: int
    fixed: tuple[int, ...]

    def sets(self, size: int | None = None) -> list[list[int]]:
        """All sets of a size with the fixed ones among them, in the order of their positions."""
        size = self.sites if size is None else size
        every = combinations(range(self.cost.shape[1]), size)
        return [list(one) for one in every if set(self.fixed) <= set(one)]


@st.composite
def towns(draw) -> Town:
    """Few different costs and demands, so that ties are common; some pairs without a way."""
    n_sites = draw(st.integers(1, MOST_SITES))
    n_demand = draw(st.integers(0, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    cost = 100.0 * rng.integers(0, draw(st.integers(1, 12)), (n_demand, n_sites))
    cost[rng.random(cost.shape) < draw(st.sampled_from([0, 0.1, 0.4]))] = np.inf
    twins = rng.integers(0, n_sites, n_sites)
    if draw(st.booleans()):
        cost = cost[:, twins]
    demand = rng.integers(0, draw(st.integers(1, 5)), n_demand) * draw(
        st.sampled_from([1.0, 0.1, 1 / 3])
    )
    n_fixed = draw(st.integers(0, min(3, n_sites)))
    fixed = tuple(int(i) for i in rng.choice(n_sites, n_fixed, replace=False))
    sites = draw(st.integers(n_fixed, n_sites))
    return Town(cost, demand, 100.0 * draw(st.integers(0, 11)), sites, fixed)


def first_best(sets, value, *, less: bool = False) -> tuple[list[int], float] | None:
    """The first of the best sets and its value; None if no set has a finite one."""
    values = np.array([value(one) for one in sets])
    top = (values.min() if less else values.max()) if len(values) else np.inf
    if not np.isfinite(top):
        return None
    with np.errstate(invalid="ignore"):
        place = int(np.flatnonzero(np.abs(values - top) <= SAME * abs(top))[0])
    return sets[place], float(top)


def agrees(found: Siting, expected: tuple[list[int], float]) -> None:
    assert found.sites.tolist() == expected[0]
    assert found.objective == pytest.approx(expected[1], rel=SAME, abs=SAME)
    assert found.bound == pytest.approx(found.objective, rel=1e-6, abs=1e-6)
    assert found.is_optimal
    assert found.is_first
    assert found.gap == 0


def covered(town: Town, sites: list[int]) -> float:
    return float(town.demand[(town.cost[:, sites] <= town.within).any(axis=1)].sum())


@given(towns())
def test_maximal_coverage(town: Town) -> None:
    expected = first_best(town.sets(), lambda one: covered(town, one))
    agrees(
        cg.maximal_coverage(town.cost, town.demand, town.within, town.sites, town.fixed), expected
    )


@given(towns())
def test_alternatives_are_the_best_other_sets(town: Town) -> None:
    problem = coverage_problem(town.cost, town.demand, town.within, town.sites, town.fixed)
    best = problem.solve()
    listed = problem.alternatives(best)
    near = [
        (-round(covered(town, one), 6), one)
        for one in town.sets()
        if covered(town, one) >= 0.99 * best.objective - 1e-7 and one != best.sites.tolist()
    ]
    found = [(-round(other.objective, 6), other.sites.tolist()) for other in listed.sitings]
    assert found == sorted(near)[:10]
    assert listed.is_complete


@given(towns())
def test_the_curve_rises_and_greedy_is_never_above_it(town: Town) -> None:
    problem = coverage_problem(
        town.cost, town.demand, town.within, town.cost.shape[1], fixed=town.fixed
    )
    best = problem.curve()
    greedy = problem.greedy_curve()[1]
    assert len(best) == len(greedy) == town.cost.shape[1] - len(town.fixed) + 1
    assert (np.diff(best) >= -SAME).all()
    assert (greedy <= best + 1e-9).all()
    for new, value in enumerate(best):
        sets = town.sets(new + len(town.fixed))
        assert value == pytest.approx(first_best(sets, lambda one: covered(town, one))[1])
    share = (greedy[1:] - greedy[0] + 1e-9) / (best[1:] - best[0] + 1e-9)
    assert (share >= 1 - 1 / np.e).all()


@given(towns(), st.data())
def test_at_least_one_site_of_each_group(town: Town, data) -> None:
    n_sites = town.cost.shape[1]
    group = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=n_sites, max_size=n_sites)))
    served = [
        one for one in town.sets() if set(group[group >= 0]) <= {int(group[site]) for site in one}
    ]
    expected = first_best(served, lambda one: covered(town, one))
    if expected is None:
        with pytest.raises(InfeasibleError, match="At least one per group asks for"):
            cg.maximal_coverage(
                town.cost, town.demand, town.within, town.sites, town.fixed, group=group
            )
        return
    problem = coverage_problem(
        town.cost, town.demand, town.within, town.sites, town.fixed, group=group
    )
    best = problem.solve()
    agrees(best, expected)
    near = [
        (-round(covered(town, one), 6), one)
        for one in served
        if covered(town, one) >= 0.99 * best.objective - 1e-7 and one != best.sites.tolist()
    ]
    others = [
        (-round(one.objective, 6), one.sites.tolist()) for one in problem.alternatives(best).sitings
    ]
    assert others == sorted(near)[:10]


@given(towns())
def test_p_median(town: Town) -> None:
    some = town.demand > 0
    cost, demand = town.cost[some], town.demand[some]

    def total(sites: list[int]) -> float:
        return float(
            sum(w * row[sites].min(initial=np.inf) for w, row in zip(demand, cost, strict=True))
        )

    expected = first_best(town.sets(), total, less=True)
    if expected is None:
        with pytest.raises(InfeasibleError):
            cg.p_median(town.cost, town.demand, town.sites, fixed=town.fixed)
    else:
        agrees(cg.p_median(town.cost, town.demand, town.sites, fixed=town.fixed), expected)


@given(towns())
def test_p_center(town: Town) -> None:
    def largest(sites: list[int]) -> float:
        return float(town.cost[:, sites].min(axis=1, initial=np.inf).max(initial=0))

    expected = first_best(town.sets(), largest, less=True)
    if expected is None:
        with pytest.raises(InfeasibleError):
            cg.p_center(town.cost, town.sites, fixed=town.fixed)
    else:
        agrees(cg.p_center(town.cost, town.sites, fixed=town.fixed), expected)


@given(towns())
def test_set_coverage(town: Town) -> None:
    sizes = range(len(town.fixed), town.cost.shape[1] + 1)
    full = [
        one
        for size in sizes
        for one in town.sets(size)
        if (town.cost[:, one] <= town.within).any(axis=1).all()
    ]
    if not full:
        with pytest.raises(InfeasibleError, match="cannot be reached within"):
            cg.set_coverage(town.cost, town.within, fixed=town.fixed)
        return
    fewest = [one for one in full if len(one) == len(full[0])]
    found = cg.set_coverage(town.cost, town.within, fixed=town.fixed)
    agrees(found, (fewest[0], len(fewest[0])))


# --- by hour of week -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """A small town with opening hours; few different hours, so that there is much to merge."""

    reach: np.ndarray
    reach_dark: np.ndarray
    is_dark: np.ndarray
    hours: np.ndarray
    demand: np.ndarray
    new: int
    fixed: tuple[int, ...]

    def given(self, hours=None):
        return open_cover(
            self.reach,
            self.hours if hours is None else hours,
            self.demand,
            reach_dark=self.reach_dark,
            is_dark=self.is_dark,
        )

    def counts(self, sites: list[int]) -> np.ndarray:
        """Open sites within reach of each place in each hour, counted one by one."""
        counts = np.zeros(self.demand.shape, dtype=int)
        for place, hour in np.argwhere(self.demand > 0):
            reach = self.reach_dark if self.is_dark[hour] else self.reach
            counts[place, hour] = sum(reach[place, s] and self.hours[s, hour] == 1 for s in sites)
        return counts

    def covered(self, sites: list[int]) -> float:
        return float(self.demand[self.counts(sites) > 0].sum())


@st.composite
def weeks(draw) -> Week:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n_sites, n_places = draw(st.integers(1, 9)), draw(st.integers(1, 6))
    kinds = rng.choice([1, 0, UNKNOWN], (4, HOURS), p=[0.5, 0.3, 0.2])
    hours = kinds[rng.integers(0, 4, n_sites)]
    demand = np.zeros((n_places, HOURS))
    n = draw(st.integers(0, 25))
    np.add.at(
        demand,
        (rng.integers(0, n_places, n), rng.integers(0, HOURS, n)),
        rng.choice([1.0, 2.0, 0.5], n),
    )
    reach = rng.random((n_places, n_sites)) < 0.5
    reach_dark = reach & (rng.random(reach.shape) < 0.8)
    fixed = tuple(
        int(i) for i in rng.choice(n_sites, draw(st.integers(0, min(2, n_sites))), replace=False)
    )
    return Week(
        reach,
        reach_dark,
        rng.random(HOURS) < 0.5,
        hours,
        demand,
        draw(st.integers(0, n_sites)),
        fixed,
    )


@given(weeks())
def test_coverage_by_hour_equals_brute_force(week: Week) -> None:
    """The best that so many sites can do, with the fewest that do it if they cover all there is."""
    problem = siting_problem(week.given(), week.new, fixed=week.fixed)
    found = problem.solve()
    n_sites = len(week.hours)
    new = min(week.new, n_sites - len(week.fixed))
    ceiling = week.covered(list(range(n_sites)))
    town = Town(np.zeros((0, n_sites)), np.zeros(0), 0, 0, week.fixed)
    for size in range(new + 1):
        sets = town.sets(size + len(week.fixed))
        expected = first_best(sets, week.covered)
        if expected[1] >= ceiling - 1e-9:
            break
    agrees(found, expected)
    assert found.objective == pytest.approx(week.covered(found.sites.tolist()))


@given(weeks())
def test_unknown_hours_never_count_as_open(week: Week) -> None:
    """Whatever is unknown may as well be closed, and nothing that is covered rests on it."""
    closed = np.where(week.hours == UNKNOWN, 0, week.hours)
    problems = [
        siting_problem(week.given(hours), week.new, fixed=week.fixed)
        for hours in (week.hours, closed)
    ]
    first, second = (problem.solve() for problem in problems)
    assert first.sites.tolist() == second.sites.tolist()
    assert first.objective == second.objective
    nothing_known = np.full_like(week.hours, UNKNOWN)
    assert siting_problem(week.given(nothing_known), week.new).solve().objective == 0
    assert week.given(nothing_known).counts(range(len(closed))).sum() == 0


@given(weeks())
def test_what_sites_cover(week: Week) -> None:
    sites = list(range(len(week.hours)))
    counts = week.counts(sites)
    by_hour = coverage_by_hour(week.given(), sites)
    assert by_hour.demand == pytest.approx(week.demand.sum(axis=0))
    assert by_hour.covered == pytest.approx(np.where(counts > 0, week.demand, 0).sum(axis=0))
    assert by_hour.covered_twice == pytest.approx(np.where(counts > 1, week.demand, 0).sum(axis=0))
    step_free = np.arange(len(sites)) % 3 - 1
    some = step_free_sites(sites, step_free)
    assert (step_free[some] == 1).all()
    assert coverage_by_hour(week.given(), some).covered.sum() <= by_hour.covered.sum() + 1e-9


@given(weeks())
def test_reasons_add_up(week: Week) -> None:
    best = siting_problem(week.given(), week.new, fixed=week.fixed).solve()
    why = reasons(week.given(), best.sites, week.fixed)
    assert sorted([*why.sites.tolist(), *week.fixed]) == best.sites.tolist()
    assert why.total[0] == pytest.approx(week.covered(list(week.fixed)))
    assert why.total[-1] == pytest.approx(best.objective)
    assert (np.diff(why.total) >= 0).all()
    assert (why.adds <= why.alone + 1e-9).all()
    for site, alone in zip(why.sites, why.alone, strict=True):
        together = week.covered([*week.fixed, int(site)])
        assert alone == pytest.approx(together - why.total[0])


@given(towns(), st.integers(1, 4))
def test_who_stands_in_for_a_site_equals_brute_force(town, most):
    """What each other site covers of what a chosen one covers and no fixed one does."""
    problem = town_problem(town)
    best = problem.solve()
    reach = town.cost <= town.within
    open_rows = ~reach[:, list(town.fixed)].any(axis=1)
    found = problem.stand_ins(best, most)
    assert set(found) == set(best.sites.tolist()) - set(town.fixed)
    for site, others in found.items():
        own = reach[:, site] & open_rows
        covers = {
            other: float(town.demand[own & reach[:, other]].sum())
            for other in range(town.cost.shape[1])
            if other not in best.sites
        }
        ranked = sorted((-round(value, 6), other) for other, value in covers.items() if value > 0)
        assert [other for other, _ in others] == [other for _, other in ranked[:most]]
        for other, value in others:
            assert value == pytest.approx(covers[other], abs=1e-5)


@given(towns())
def test_how_many_more_choices_exchange_one_site(town):
    """Those listed and those counted are all sets that differ in one and cover nearly as much."""
    problem = town_problem(town)
    best = problem.solve()
    given_, chosen = problem.alternatives(best, most=2), set(best.sites.tolist())
    least = 0.99 * best.objective
    reach = town.cost <= town.within
    near = 0
    for one in town.sets():
        covered = float(town.demand[reach[:, one].any(axis=1)].sum())
        near += len(set(one) - chosen) == 1 and covered >= least - SAME * abs(least)
    listed = sum(len(set(other.sites.tolist()) - chosen) == 1 for other in given_.sitings)
    assert given_.n_more == near - listed


def town_problem(town):
    return coverage_problem(town.cost, town.demand, town.within, town.sites, town.fixed)
