"""The reports of one source: where they fall by chance, how unevenly, and whose neighbourhoods."""

from __future__ import annotations

import numpy as np
import pytest

from csp_geo.hotspots.chance.cells import Cells
from csp_geo.hotspots.chance.known_places import PlaceList
from csp_geo.hotspots.chance.stratum import (
    FEWEST_IN_NEIGHBOURHOOD,
    NEIGHBOURHOOD_M,
    Stratum,
    counts_in,
)

SIDE = 4_200.0
RNG = np.random.default_rng(2)
POINTS = RNG.uniform(0, SIDE, (600, 2))
WEIGHTS = RNG.choice([1.0, 2.0, 5.0], 600)
SQUARES = Cells.over(POINTS, NEIGHBOURHOOD_M)


def stratum_of(total: int, weights: np.ndarray | None = WEIGHTS, *, disperses: bool = True):
    """Known points, each a cell of its own."""
    places = PlaceList(POINTS, "known street points", weights, snapped=True)
    cell = np.arange(len(POINTS))
    return Stratum("offence", places, float(total), cell, SQUARES.of(POINTS), disperses)


class TestExpected:
    def test_follows_the_weights(self):
        one = stratum_of(900)
        assert one.expected.sum() == pytest.approx(900)
        assert one.expected == pytest.approx(900 * WEIGHTS / WEIGHTS.sum())
        assert stratum_of(900, None).expected == pytest.approx(np.full(600, 1.5))

    def test_places_of_a_cell_add_up(self):
        places = PlaceList(POINTS[:4], "listed places", np.array([1.0, 2.0, 3.0, 4.0]))
        one = Stratum("asb", places, 20.0, np.array([2, 0, 2, 0]), np.zeros(3, dtype=int), True)
        assert one.in_cells == pytest.approx([12.0, 0.0, 8.0])


class TestFall:
    @pytest.mark.parametrize("v", [0.0, 0.5])
    def test_by_the_weights(self, v):
        """On average over many maps, however uneven each is."""
        one = stratum_of(900)
        fallen = one.fall(400, 900, v, np.random.default_rng(1))
        assert fallen.shape == (400, 900)
        times = np.bincount(fallen.ravel(), minlength=600) / 400
        for weight in (1.0, 2.0, 5.0):
            own = np.equal(WEIGHTS, weight)
            assert times[own].mean() == pytest.approx(one.expected[own].mean(), rel=0.02)

    def test_as_unevenly_as_v_says(self):
        """The variance of a cell over maps: mu + V mu^2, for n reports slightly less."""
        one = stratum_of(900, None)
        for v in (0.0, 0.5, 2.0):
            fallen = one.fall(400, 900, v, np.random.default_rng(2))
            variance = counts_in(fallen, 600).var(axis=0).mean()
            assert variance == pytest.approx(1.5 + v * 1.5**2, rel=0.05)
            assert one.dispersion_of(fallen).mean() == pytest.approx(v, rel=0.06, abs=0.03)

    def test_places_of_one_cell_are_uneven_together(self):
        """Two places, of weights 1 and 3, in each of 300 cells."""
        weights = np.tile([1.0, 3.0], 300)
        places = PlaceList(POINTS, "addresses", weights)
        cell = np.repeat(np.arange(300), 2)[::-1]
        one = Stratum("asb", places, 900.0, cell, np.zeros(300, dtype=int), True)
        counts = counts_in(one.fall(300, 900, 1.0, np.random.default_rng(3)), 600)
        first, second = counts[:, 0::2], counts[:, 1::2]
        assert second.sum() / first.sum() == pytest.approx(3, rel=0.02)
        covariance = ((first - first.mean()) * (second - second.mean())).mean()
        assert covariance == pytest.approx(0.75 * 2.25, rel=0.08)  # V times both means

    def test_the_same_seed_the_same_fall(self):
        one = stratum_of(50)
        falls = [one.fall(3, 50, 0.3, np.random.default_rng(seed)) for seed in (1, 1, 2)]
        assert np.array_equal(falls[0], falls[1])
        assert not np.array_equal(falls[0], falls[2])

    def test_nothing_falls_where_nothing_is_expected(self):
        weights = np.where(np.arange(600) % 3 == 0, 0.0, WEIGHTS)
        for v in (0.0, 0.5, 10.0):
            fallen = stratum_of(300, weights).fall(20, 300, v, np.random.default_rng(4))
            assert (fallen % 3 != 0).all()

    def test_no_reports_or_no_maps(self):
        for v in (0.0, 0.5):
            assert stratum_of(5).fall(3, 0, v, np.random.default_rng(5)).shape == (3, 0)
            assert stratum_of(5).fall(0, 3, v, np.random.default_rng(5)).shape == (0, 3)


class TestDispersion:
    def test_of_people_none_is_estimated(self):
        one = stratum_of(900, None, disperses=False)
        fallen = one.fall(3, 900, 2.0, np.random.default_rng(6))
        assert one.dispersion_of(fallen).tolist() == [0, 0, 0]

    def test_reports_in_no_cell_count_for_none(self):
        one = stratum_of(900)
        fallen = one.fall(1, 900, 0.5, np.random.default_rng(7))
        beside = np.concatenate([fallen, np.full((1, 40), -1)], axis=1)
        assert one.dispersion_of(beside) == one.dispersion_of(fallen)


class TestNeighbourhoods:
    """Forty-nine squares of 600 metres, twenty reports in each."""

    N = 1_000

    def p(self, factor: np.ndarray, v: float = 0.2, seed: int = 0, n: int = N) -> float:
        """Let reports fall with an error of each neighbourhood that the list does not know."""
        rng = np.random.default_rng([8, seed])
        true = stratum_of(n, WEIGHTS * factor[SQUARES.of(POINTS)])
        known = stratum_of(n)
        (fallen,) = true.fall(1, n, v, rng)
        found = known.dispersion_of(fallen[None])[0]
        return known.unlike_its_weights(fallen, float(found), np.random.default_rng(9))

    def test_an_error_that_they_share_is_found(self):
        factor = np.exp(np.random.default_rng(1).normal(0, 0.6, len(SQUARES)))
        assert all(self.p(factor, seed=seed) <= 0.01 for seed in range(3))

    def test_points_that_are_uneven_each_for_itself_are_none(self):
        right = np.ones(len(SQUARES))
        ps = [self.p(right, v, seed) for v in (0.0, 0.5) for seed in range(3)]
        assert min(ps) > 0.01
        assert np.median(ps) > 0.2

    def test_too_few_reports_say_nothing(self):
        """On both sides of four for each neighbourhood."""
        factor = np.where(np.arange(len(SQUARES)) % 2, 4.0, 0.1)
        squares = len(np.unique(SQUARES.of(POINTS)))
        enough = FEWEST_IN_NEIGHBOURHOOD * squares
        assert self.p(factor, n=enough) < 1
        assert self.p(factor, n=enough - 1) == 1

    def test_people_say_nothing(self):
        one = stratum_of(self.N, disperses=False)
        (fallen,) = one.fall(1, self.N, 0.0, np.random.default_rng(1))
        assert one.unlike_its_weights(fallen, 0.0, np.random.default_rng(1)) == 1


def test_counts_in_rows():
    rows = np.array([[0, 2, 2, -1], [-1, -1, 1, 1]])
    assert counts_in(rows, 3).tolist() == [[1, 0, 2], [0, 2, 0]]
    assert counts_in(np.empty((2, 0), dtype=int), 3).tolist() == [[0, 0, 0]] * 2
