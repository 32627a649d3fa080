"""How unevenly reports lie beyond chance: V by another optimiser, and where it must be nought."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import nbinom, poisson

from csp_geo.hotspots.chance.dispersion import MOST, Dispersion

CELLS = 800
N = 1_600


def expectations(rng: np.random.Generator, spread: float = 0.35) -> np.ndarray:
    expected = np.exp(rng.normal(0, spread, CELLS))
    return expected * N / expected.sum()


def maps_of(expected: np.ndarray, v: float, maps: int, rng: np.random.Generator) -> np.ndarray:
    """Let N reports fall on cells that receive a gamma of variance v more or less than expected."""
    uneven = rng.gamma(1 / v, v, (maps, len(expected))) if v else np.ones((maps, len(expected)))
    share = expected * uneven
    share /= share.sum(axis=1, keepdims=True)
    return np.array([rng.multinomial(N, one) for one in share])


def by_scipy(expected: np.ndarray, counts: np.ndarray) -> float:
    """Maximise the likelihood of V and of the scale, in which large counts are only "above"."""
    most = poisson.ppf(0.9, expected)

    def unlikely(at: np.ndarray) -> float:
        v, log_scale = at
        mean = expected * np.exp(log_scale)
        known = (1 / v, 1 / (1 + v * mean))
        known_counts = nbinom.logpmf(counts, *known)
        return -float(np.where(counts <= most, known_counts, nbinom.logsf(most, *known)).sum())

    options = {"xatol": 1e-6, "fatol": 1e-8}
    found = minimize(
        unlikely, [0.2, 0.0], method="Nelder-Mead", bounds=[(1e-6, MOST), (-2, 2)], options=options
    )
    return float(found.x[0])


@pytest.mark.parametrize("v", [0.05, 0.3, 1.0, 3.0])
def test_v_is_that_of_another_optimiser(v: float) -> None:
    rng = np.random.default_rng(3)
    expected = expectations(rng)
    (counts,) = maps_of(expected, v, 1, rng)
    (found,) = Dispersion(expected).of_maps(counts[None])
    assert found == pytest.approx(by_scipy(expected, counts), rel=0.02, abs=0.002)


@pytest.mark.parametrize("v", [0.1, 0.3, 1.0])
def test_the_true_v_is_found_again(v: float) -> None:
    rng = np.random.default_rng(4)
    expected = expectations(rng)
    found = Dispersion(expected).of_maps(maps_of(expected, v, 40, rng))
    assert found.mean() == pytest.approx(v, rel=0.1)


@pytest.mark.parametrize("spread", [0.0, 0.35, 1.0])
def test_on_maps_of_chance_alone_it_is_nearly_nought(spread: float) -> None:
    rng = np.random.default_rng(5)
    expected = expectations(rng, spread)
    found = Dispersion(expected).of_maps(maps_of(expected, 0, 60, rng))
    assert found.min() == 0.0
    assert np.quantile(found, 0.4) == 0.0  # about half the maps are more even than chance
    assert found.mean() < 0.04
    assert found.max() < 0.2


@pytest.mark.parametrize("more", [10, 40, 100])
def test_true_hotspots_are_not_taken_for_unevenness(more: int) -> None:
    """Ten of 800 cells receive so many on top, in the end a third of all reports."""
    rng = np.random.default_rng(6)
    expected = expectations(rng)
    for v in (0.0, 0.3):
        maps = maps_of(expected, v, 20, rng)
        before = Dispersion(expected).of_maps(maps).mean()
        maps[:, :10] += more
        scaled = expected * maps[0].sum() / N
        after = Dispersion(scaled).of_maps(maps)
        assert after.mean() < before + 0.06
        assert after[0] == pytest.approx(by_scipy(scaled, maps[0]), rel=0.03, abs=0.003)


def test_each_map_is_estimated_by_itself() -> None:
    rng = np.random.default_rng(7)
    expected = expectations(rng)
    maps = np.concatenate([maps_of(expected, v, 1, rng) for v in (0, 1, 0.2)])
    own = Dispersion(expected)
    together = own.of_maps(maps)
    assert together.tolist() == [own.of_maps(one[None])[0] for one in maps]
    assert together[0] < together[2] < together[1]


def test_cells_where_nothing_is_expected_say_nothing() -> None:
    rng = np.random.default_rng(8)
    expected = expectations(rng)
    (counts,) = maps_of(expected, 0.5, 1, rng)
    more = np.concatenate([expected, np.zeros(300)])
    again = Dispersion(more).of_maps(np.concatenate([counts, np.full(300, 9)])[None])
    assert again == Dispersion(expected).of_maps(counts[None])


def test_nothing_to_estimate_is_nought() -> None:
    assert Dispersion(np.zeros(5)).of_maps(np.ones((2, 5), dtype=int)).tolist() == [0.0, 0.0]
    assert Dispersion(np.empty(0)).of_maps(np.empty((2, 0), dtype=int)).tolist() == [0.0, 0.0]
    assert Dispersion(np.ones(5)).of_maps(np.empty((0, 5), dtype=int)).shape == (0,)
    assert Dispersion(np.ones(1)).of_maps(np.array([[1]])).tolist() == [0.0]


def test_v_has_an_end() -> None:
    """Of 400 cells four have any reports: nobody could tell 20 from 2,000."""
    counts = np.zeros((1, 400), dtype=int)
    counts[0, :4] = 200
    (found,) = Dispersion(np.full(400, 2.0)).of_maps(counts)
    assert 0 <= found <= MOST
