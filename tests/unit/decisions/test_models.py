"""Siting on a street that can be checked by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import csp_geo as cg
from csp_geo.core.errors import CspGeoError, InfeasibleError, SchemaError, SettingsError
from csp_geo.decisions.siting import choose, models, solvers
from csp_geo.decisions.siting.cover import Cover, as_table
from csp_geo.decisions.siting.models import coverage_problem
from csp_geo.decisions.siting.solvers import cover_most

# Demand points 300 m apart along a street; sites at the first, third and last of them.
STREET = np.abs(300.0 * np.arange(5)[:, None] - 300.0 * np.array([0, 2, 4])[None, :])
PEOPLE = np.array([4, 1, 2, 1, 3])


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"cost": [1, 2]}, r"cost must have shape \(demand, sites\), not \(2,\)"),
            ({"cost": np.where(STREET == 600, np.nan, STREET)}, "demand point 0 to site 1 is nan"),
            ({"cost": -STREET}, "demand point 0 to site 1 is -600"),
            ({"demand": PEOPLE[:3]}, "demand must be 5 numbers"),
            ({"demand": [1, 2, -1, 0, 0]}, "at demand point 2 it is -1"),
            ({"demand": [1, np.nan, 1, 0, 0]}, "at demand point 1 it is nan"),
            ({"demand": [1, np.inf, 1, 0, 0]}, "at demand point 1 it is inf"),
            ({"within": -1}, "within must be a number from 0"),
            ({"within": np.nan}, "within must be a number from 0"),
            ({"within": np.inf}, "within must be a number from 0"),
            ({"sites": 1.5}, "sites must be a whole number from 0, not 1.5"),
            ({"sites": -1}, "sites must be a whole number from 0, not -1"),
            ({"sites": True}, "sites must be a whole number"),
            ({"sites": 1, "fixed": [0, 2]}, "1 asked for, but 2 are fixed. Ask for at least 2"),
            ({"fixed": [3]}, "fixed names site 3, but there are 3 sites: 0 to 2"),
            ({"fixed": [-1]}, "fixed names site -1"),
            ({"fixed": [0, 0]}, "fixed names site 0 more than once"),
            ({"fixed": [0.5]}, "fixed must be a list of positions"),
            ({"fixed": [[0]]}, "fixed must be a list of positions"),
            ({"group": [0, 1]}, "group must be 3 whole numbers"),
            ({"time_limit": 0}, "time_limit must be more than 0 seconds"),
        ],
    )
    def test_in_one_sentence(self, change: dict, says: str) -> None:
        given = {"cost": STREET, "demand": PEOPLE, "within": 300, "sites": 2} | change
        with pytest.raises(CspGeoError, match=says) as caught:
            cg.maximal_coverage(**given)
        assert isinstance(caught.value, (SchemaError, SettingsError))
        assert isinstance(caught.value, ValueError)

    def test_by_the_other_models_too(self) -> None:
        for model in (
            lambda: cg.p_median(STREET, PEOPLE, 0.5),
            lambda: cg.p_center(STREET, 1, fixed=[0, 1]),
            lambda: cg.set_coverage(STREET, 300, fixed=[7]),
        ):
            with pytest.raises(CspGeoError):
                model()

    def test_a_p_median_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(models, "MOST_ENTRIES", 20)
        with pytest.raises(SettingsError, match="5 demand points and 3 sites needs a table of"):
            cg.p_median(STREET, PEOPLE, 1)


class TestWhatCannotBe:
    def test_demand_out_of_reach(self) -> None:
        with pytest.raises(
            InfeasibleError,
            match="2 of 5 demand points cannot be reached within 250 m from any site; "
            "the nearest feasible distance is 300 m",
        ):
            cg.set_coverage(STREET, 250)

    def test_demand_with_no_way(self) -> None:
        cost = STREET.copy()
        cost[1] = np.inf
        with pytest.raises(InfeasibleError, match=r"2 of 5 .* 250 m .*; 1 of them has no way"):
            cg.set_coverage(cost, 250)
        for model in (lambda: cg.p_center(cost, 3), lambda: cg.p_median(cost, PEOPLE, 3)):
            with pytest.raises(InfeasibleError, match="1 of 5 demand points have no way to any"):
                model()
        assert cg.p_median(cost, [1, 0, 1, 1, 1], 3).objective == 300

    def test_too_few_sites_for_all(self) -> None:
        cost = np.where(STREET <= 300, STREET, np.inf)
        for model in (lambda: cg.p_center(cost, 1), lambda: cg.p_median(cost, PEOPLE, 1)):
            with pytest.raises(InfeasibleError, match=r"1 site cannot reach .* it takes 3"):
                model()

    def test_more_groups_than_sites(self) -> None:
        with pytest.raises(
            InfeasibleError,
            match="At least one per group asks for 2 new sites, 1 allowed: 3 groups",
        ):
            cg.maximal_coverage(STREET, PEOPLE, 300, 2, [0], group=[0, 1, 2])

    def test_no_site_at_all(self) -> None:
        nothing = np.zeros((5, 0))
        with pytest.raises(InfeasibleError):
            cg.set_coverage(nothing, 300)
        found = cg.maximal_coverage(nothing, PEOPLE, 300, 2)
        assert found.sites.tolist() == []
        assert found.notes == ("2 new sites asked for, 0 candidates to choose from.",)


class TestWhatIsFound:
    def test_by_hand(self) -> None:
        assert cg.maximal_coverage(STREET, PEOPLE, 300, 1).sites.tolist() == [0]
        assert cg.maximal_coverage(STREET, PEOPLE, 300, 1).objective == 5
        assert cg.maximal_coverage(STREET, PEOPLE, 300, 2).objective == 9
        assert cg.set_coverage(STREET, 300).sites.tolist() == [0, 1, 2]
        assert cg.p_center(STREET, 1).sites.tolist() == [1]
        assert cg.p_center(STREET, 1).objective == 600
        assert cg.p_median(STREET, PEOPLE, 1).objective == 300 * (2 * 4 + 1 + 0 + 1 + 2 * 3)

    def test_the_limit_is_inclusive_and_forgives_rounding(self) -> None:
        third = np.array([[0.1 + 0.2]])
        assert third[0, 0] > 0.3
        assert cg.maximal_coverage(third, [1], 0.3, 1).objective == 1
        assert cg.maximal_coverage([[400.0]], [1], 400, 1).objective == 1
        assert cg.maximal_coverage([[400.001]], [1], 400, 1).objective == 0

    def test_of_equals_the_lowest_positions(self) -> None:
        assert cg.maximal_coverage(np.zeros((1, 6)), [1], 0, 3).sites.tolist() == [0, 1, 2]
        assert cg.maximal_coverage(np.zeros((1, 6)), [1], 0, 3, [4]).sites.tolist() == [0, 1, 4]
        assert cg.maximal_coverage([[9, 0, 0]], [1], 0, 1).sites.tolist() == [1]

    def test_more_sites_than_candidates_is_a_stated_partial_answer(self) -> None:
        found = cg.maximal_coverage(STREET, PEOPLE, 300, 9)
        assert found.sites.tolist() == [0, 1, 2]
        assert found.notes == ("9 new sites asked for, 3 candidates to choose from.",)
        assert cg.p_center(STREET, 4).notes
        assert cg.p_median(STREET, PEOPLE, 4, fixed=[0]).notes

    def test_nothing_to_cover(self) -> None:
        found = cg.maximal_coverage(np.zeros((0, 3)), [], 300, 2)
        assert (found.sites.tolist(), found.objective, found.gap) == ([0, 1], 0, 0)
        assert cg.maximal_coverage(STREET, PEOPLE, 300, 0).objective == 0

    def test_inputs_stay_as_they_were(self) -> None:
        cost, demand = STREET.copy(), PEOPLE.copy()
        cg.maximal_coverage(cost, demand, 300, 2)
        cg.p_median(cost, demand, 2)
        cg.p_center(cost, 2)
        assert np.array_equal(cost, STREET)
        assert np.array_equal(demand, PEOPLE)


class TestWhenTheTimeEnds:
    """The solver finds nothing in time: the greedy answer stands, with an honest gap."""

    @pytest.fixture
    def hard(self) -> np.ndarray:
        """Lines of the Fano plane: any three of seven points, and no bound closes by itself."""
        lines = [(0, 1, 2), (0, 3, 4), (0, 5, 6), (1, 3, 5), (1, 4, 6), (2, 3, 6), (2, 4, 5)]
        return np.array([[0.0 if point in line else 9.0 for point in range(7)] for line in lines])

    def test_the_gap_is_honest(self, hard: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
        weights = [1.25, 1, 1, 1, 1, 1, 1.5]
        best = cg.maximal_coverage(hard, weights, 0, 2)
        monkeypatch.setattr(choose, "cover_most", lambda cover, *rest, **more: (None, cover.total))
        found = cg.maximal_coverage(hard, weights, 0, 2)
        assert not found.is_optimal
        assert not found.is_first
        assert found.objective <= best.objective <= found.bound
        assert found.gap == pytest.approx((found.bound - found.objective) / found.bound)
        assert found.objective >= (1 - 1 / np.e) * best.objective

    def test_greedy_covers_all_when_the_solver_does_not(
        self, hard: np.ndarray, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        best = cg.set_coverage(hard, 0)
        monkeypatch.setattr(choose, "cover_all", lambda cover, limit: (None, 1))
        found = cg.set_coverage(hard, 0)
        assert (hard[:, found.sites] == 0).any(axis=1).all()
        assert found.bound == 1 <= best.objective <= found.objective
        assert found.gap == pytest.approx((found.objective - 1) / found.objective)
        assert not found.is_optimal

    def test_the_solver_agrees(self, hard: np.ndarray) -> None:
        cover = Cover.of(as_table(hard == 0), np.ones(7), None, np.arange(7))
        chosen, highest = cover_most(cover, 2, 60)
        assert chosen is not None
        assert cover.value(chosen) == pytest.approx(highest) == 5


class TestWhenTheSearchGivesUp:
    """Ties and alternatives are looked for with a fixed amount of work: here with none."""

    @pytest.fixture(autouse=True)
    def _no_work(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(solvers, "WORK", -1)

    def test_it_is_said(self) -> None:
        cost = np.random.default_rng(5).uniform(0, 9, (30, 8))
        weights = np.random.default_rng(6).uniform(1, 2, 30)
        problem = coverage_problem(cost, weights, 1.5, 3)
        best = problem.solve()
        others = problem.alternatives(best, share=0.3, most=4)
        assert not others.is_complete
        assert len(others.sitings) == 4
        assert all(not one.is_first for one in others.sitings)
        assert not cg.maximal_coverage(np.zeros((1, 4)), [1], 0, 2).is_first

    @pytest.mark.parametrize(
        ("weights", "is_only"),
        [([1.25, 1.1, 1.01, 1.003, 1.07, 1.2, 1.53], True), ([1.25] * 7, False)],
    )
    def test_the_solver_may_still_prove_that_there_is_no_other(
        self, weights: list[float], is_only: bool
    ) -> None:
        lines = [(0, 1, 2), (0, 3, 4), (0, 5, 6), (1, 3, 5), (1, 4, 6), (2, 3, 6), (2, 4, 5)]
        cost = np.array([[0 if p in line else 9 for p in range(7)] for line in lines])
        found = cg.maximal_coverage(cost, weights, 0, 2)
        sets = [(i, j) for i in range(7) for j in range(i)]
        values = [np.dot(weights, (cost[:, list(one)] == 0).any(axis=1)) for one in sets]
        assert found.objective == pytest.approx(max(values))
        assert found.is_first == is_only == (np.isclose(values, max(values)).sum() == 1)


def test_alternatives_within_a_share() -> None:
    problem = coverage_problem(np.where(np.eye(4), 0, 9), [100, 99, 98.5, 50], 0, 1)
    best = problem.solve()
    others = problem.alternatives(best)
    assert [one.sites.tolist() for one in others.sitings] == [[1]]
    assert others.is_complete
    more = problem.alternatives(best, share=0.6, most=2)
    assert [one.objective for one in more.sitings] == [99, 98.5]


@pytest.mark.parametrize(
    ("covered", "is_listed"), [(99, True), (98.995, False), (99.0 - 0.9e-7, True)]
)
def test_a_hundredth_less_is_nearly_as_good(covered: float, is_listed: bool) -> None:
    problem = coverage_problem(np.where(np.eye(2), 0, 9), [100, covered], 0, 1)
    others = problem.alternatives(problem.solve())
    assert len(others.sitings) == is_listed


def test_ten_alternatives_are_listed() -> None:
    """And it is not said that there are no others."""
    problem = coverage_problem(np.where(np.eye(13), 0, 9), [1.0] * 13, 0, 1)
    others = problem.alternatives(problem.solve())
    assert [one.sites.tolist() for one in others.sitings] == [[n] for n in range(1, 11)]


@pytest.mark.parametrize(("over", "is_covered"), [(0.999e-9, True), (1.001e-9, False)])
def test_what_rounding_may_change(over: float, is_covered: bool) -> None:
    """A thousand-millionth of the limit; less is the limit itself."""
    assert cg.maximal_coverage([[400 * (1 + over)]], [1], 400, 1).objective == is_covered


@pytest.mark.parametrize(("most", "is_solved"), [(26, True), (25, False)])
def test_the_largest_p_median(most: int, is_solved: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The street needs a table of 26 entries."""
    monkeypatch.setattr(models, "MOST_ENTRIES", most)
    if is_solved:
        assert cg.p_median(STREET, PEOPLE, 1).is_optimal
    else:
        with pytest.raises(SettingsError, match="needs a table of"):
            cg.p_median(STREET, PEOPLE, 1)


def test_dominated_sites_are_left_out() -> None:
    rows = as_table([[1, 1, 0, 1], [0, 1, 0, 1], [0, 0, 1, 0]])
    cover = Cover.of(rows, np.ones(3), None, np.arange(4))
    assert cover.without_dominated().names.tolist() == [1, 2]
    grouped = Cover.of(rows, np.ones(3), np.array([7, -1, -1, -1]), np.arange(4))
    assert grouped.without_dominated().names.tolist() == [0, 1, 2]
