"""Coverage by hour of week on two streets that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from csp_geo.core.errors import CspGeoError, InfeasibleError
from csp_geo.decisions.havens.gains import coverage_by_hour, reasons, step_free_sites
from csp_geo.decisions.siting.cover import within_reach
from csp_geo.decisions.siting.open_cover import (
    HOURS,
    demand_by_hour,
    hours_between,
    open_cover,
    siting_problem,
)

FRIDAY_22 = 4 * 24 + 22
SHOP = hours_between(9, 18).astype(np.int8)
LATE = hours_between(16, 2).astype(np.int8)
UNREAD = np.full(HOURS, -1, dtype=np.int8)
REACH = within_reach([[100, 200, 300, 900], [900, 900, 300, 100]], 400)
OPEN = np.array([SHOP, UNREAD, LATE, SHOP])
NIGHT_AND_DAY = demand_by_hour(
    [0, 0, 0, 1, 1], [FRIDAY_22, FRIDAY_22, 4 * 24 + 10, 4 * 24 + 10, FRIDAY_22], [5, 1, 2, 4, 1], 2
)


@pytest.fixture
def given():
    return open_cover(REACH, OPEN, NIGHT_AND_DAY)


def test_a_shop_that_closes_at_six_does_not_cover_a_night(given) -> None:
    best = siting_problem(given, 1).solve()
    assert best.sites.tolist() == [2]
    assert best.objective == 7
    by_hour = coverage_by_hour(given, [0, 3])
    assert by_hour.covered[FRIDAY_22] == 0
    assert by_hour.demand[FRIDAY_22] == 7
    assert by_hour.covered[4 * 24 + 10] == 6
    assert (by_hour.covered.sum(), by_hour.demand.sum()) == (6, 13)


def test_existing_sites_are_locked_in_and_new_ones_counted(given) -> None:
    best = siting_problem(given, 1, fixed=[3]).solve()
    assert best.sites.tolist() == [2, 3]
    assert best.objective == 11
    why = reasons(given, best.sites, [3])
    assert why.sites.tolist() == [2]
    assert why.total.tolist() == [4, 11]


def test_no_more_sites_than_do_some_good(given) -> None:
    best = siting_problem(given, 4).solve()
    assert best.sites.tolist() == [0, 2, 3]
    assert best.notes == ("4 new sites asked for; 3 cover all that any could.",)


def test_only_some_hours_and_only_some_candidates(given) -> None:
    by_day = given.during(hours_between(6, 18))
    assert siting_problem(by_day, 1).solve().sites.tolist() == [3]
    assert siting_problem(given, 1, candidates=[0, 1]).solve().sites.tolist() == [0]
    none = siting_problem(given, 2, candidates=[]).solve()
    assert none.notes == ("2 new sites asked for, 0 candidates to choose from.",)


def test_longer_ways_after_dark() -> None:
    dark = hours_between(20, 6)
    far = within_reach([[900, 900, 900, 900], [900, 900, 300, 100]], 400)
    given = open_cover(REACH, OPEN, NIGHT_AND_DAY, reach_dark=far, is_dark=dark)
    assert coverage_by_hour(given, [2]).covered[FRIDAY_22] == 1


def test_redundancy_and_step_free(given) -> None:
    hours = np.ones((4, HOURS), dtype=bool)
    both = open_cover(REACH, hours, NIGHT_AND_DAY)
    assert coverage_by_hour(both, [0, 2]).covered_twice.sum() == 8
    assert step_free_sites([0, 1, 2], [1, -1, 0, 1]).tolist() == [0]
    with pytest.raises(CspGeoError, match="step_free must hold 1"):
        step_free_sites([0], [2, 0])


def test_groups(given) -> None:
    best = siting_problem(given, 2, group=[0, 0, 1, 1], fixed=[0]).solve()
    assert best.sites.tolist() == [0, 2, 3]
    with pytest.raises(InfeasibleError, match="1 group of 2 that need one have no candidate"):
        siting_problem(given, 2, group=[0, 0, 1, 1], candidates=[0]).solve()
    with pytest.raises(InfeasibleError, match="asks for 2 new sites, 1 allowed"):
        siting_problem(given, 1, group=[0, 0, 1, 1])
    curve = siting_problem(given, 3, group=[0, 0, 1, 1]).curve()
    assert np.isnan(curve[:2]).all()
    assert curve[2:].tolist() == [9, 13]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"open_hours": OPEN[:2]}, r"open_hours must have shape \(4, 168\)"),
        ({"open_hours": OPEN + 1}, "1 for open, 0 for closed and -1 for unknown"),
        ({"open_hours": np.where(OPEN == -1, np.nan, OPEN)}, "1 for open, 0 for closed"),
        ({"demand": np.zeros((3, HOURS))}, r"demand must have shape \(2, 168\)"),
        ({"demand": np.full((2, HOURS), -1.0)}, "demand must be finite and not below 0"),
        ({"demand": np.full((2, HOURS), np.nan)}, "demand must be finite and not below 0"),
        ({"is_dark": np.zeros(24, dtype=bool)}, "is_dark must be 168 flags"),
        ({"reach_dark": REACH[:1]}, "reach_dark must have the shape of reach"),
    ],
)
def test_what_is_refused(change: dict, says: str) -> None:
    with pytest.raises(CspGeoError, match=says):
        open_cover(**({"reach": REACH, "open_hours": OPEN, "demand": NIGHT_AND_DAY} | change))


def test_other_refusals(given) -> None:
    with pytest.raises(CspGeoError, match="hour from 0"):
        demand_by_hour([0], [168], [1], 1)
    with pytest.raises(CspGeoError, match="Hours are from 0 to 24, not 25 to 3"):
        hours_between(25, 3)
    with pytest.raises(CspGeoError, match="hours must be 168 flags"):
        given.during(np.ones(24, dtype=bool))
    with pytest.raises(CspGeoError, match="new_sites must be a whole number"):
        siting_problem(given, -1)
    with pytest.raises(CspGeoError, match="candidates names site 9"):
        siting_problem(given, 1, candidates=[9])


def test_a_made_up_borough_is_solved_and_proved() -> None:
    """The benchmark's borough at a tenth of its size; benchmarks/siting.py has the full one."""
    import importlib.util
    import sys
    from pathlib import Path

    home = Path(__file__).resolve().parents[3] / "benchmarks" / "made_siting.py"
    spec = importlib.util.spec_from_file_location("made_siting", home)
    made = importlib.util.module_from_spec(spec)
    sys.modules["made_siting"] = made
    spec.loader.exec_module(made)
    town = made.make(200, 500, reports=None, seed=3)
    given = open_cover(town.reach(), town.open_hours, town.demand)
    problem = siting_problem(given, 5, fixed=[0, 1])
    best = problem.solve()
    assert best.is_optimal
    assert best.is_first
    assert best.objective == pytest.approx(coverage_by_hour(given, best.sites).covered.sum())
    assert problem.greedy_curve()[1][-1] <= best.objective * (1 + 1e-9)
    assert problem.curve()[-1] == pytest.approx(best.objective)
    others = problem.alternatives(best)
    assert others.is_complete
    for other in others.sitings:
        covered = coverage_by_hour(given, other.sites).covered.sum()
        assert other.objective == pytest.approx(covered)
        assert 0.99 * best.objective <= covered <= best.objective * (1 + 1e-9)
