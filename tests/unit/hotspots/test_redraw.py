"""Maps drawn again have the labels that each would have by itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from csp_geo.hotspots.chance.redraw import SnappedRedraws, label_maps, throw_evenly
from csp_geo.hotspots.dbscan import label_points

RNG = np.random.default_rng(11)
PLACES = np.unique(RNG.integers(0, 40, (150, 2)) * 20.0, axis=0)
REDRAWS = SnappedRedraws(PLACES, 100.0, 8)
COUNTS = throw_evenly(220, len(PLACES), 12, seed=3)


def _written_out(counts: np.ndarray) -> np.ndarray:
    return np.repeat(PLACES, counts, axis=0)


def _ratio(n: float, expected: float, variance: float) -> float:
    """Return the likelihood ratio from the distributions of scipy: the best mean against this."""
    if n <= expected:
        return 0.0
    if not variance:
        return float(poisson.logpmf(n, n) - poisson.logpmf(n, expected))
    size = expected**2 / variance
    best, by_chance = (nbinom.logpmf(n, size, size / (size + mean)) for mean in (n, expected))
    return float(best - by_chance)


def _by_hand(counts: np.ndarray, expected: np.ndarray, dispersion: np.ndarray) -> float:
    """Return the greatest likelihood ratio, cluster by cluster from the points."""
    xy = _written_out(counts)
    labels = label_points(xy, 100.0, 8)[0]
    best = 0.0
    for label in range(labels.max(initial=-1) + 1):
        inside = labels == label
        places = [
            np.flatnonzero((p == PLACES).all(axis=1))[0] for p in np.unique(xy[inside], axis=0)
        ]
        variance = (dispersion[:, None] * expected[:, places] ** 2).sum()
        best = max(best, _ratio(inside.sum(), expected[:, places].sum(), variance))
    return best


def test_labels_are_those_of_the_points_written_out() -> None:
    labels = REDRAWS.labels(COUNTS)
    for row, counts in zip(labels, COUNTS, strict=True):
        alone = label_points(_written_out(counts), 100.0, 8)[0]
        assert np.array_equal(np.repeat(row, counts), alone)
        assert (row[counts == 0] == -1).all()


def test_the_strongest_cluster_is_that_of_the_formula() -> None:
    """Where all is expected alike, and of two sources, each uneven in its own way on each map."""
    even = np.full((1, len(PLACES)), 220 / len(PLACES))
    strengths = REDRAWS.strongest(COUNTS)
    assert strengths == pytest.approx([_by_hand(counts, even, np.zeros(1)) for counts in COUNTS])
    uneven = RNG.uniform(0.1, 1.5, (2, len(PLACES)))
    wrong = RNG.choice([0.0, 0.2, 1.0], (len(COUNTS), 2))
    strengths = REDRAWS.strongest(COUNTS, uneven, dispersion=wrong)
    slow = [_by_hand(counts, uneven, own) for counts, own in zip(COUNTS, wrong, strict=True)]
    assert strengths == pytest.approx(slow)


CORNERS = np.array([[0, 0], [500, 0], [0, 500], [500, 500]])


@pytest.mark.parametrize(
    ("dispersion", "strength"),
    [
        (0.0, 5.039728),  # 10 ln(10/3) - 7
        (0.5, 1.534103),  # W = 4.5, r = 2: 10 ln(10/3) - 12 ln(12/5)
    ],
)
def test_a_number_worked_out_on_paper(dispersion: float, strength: float) -> None:
    """Ten of twelve reports at one of four places: E = 3."""
    redraws = SnappedRedraws(CORNERS, 100.0, 5)
    found = redraws.strongest([[10, 1, 1, 0]], dispersion=[[dispersion]])
    assert found == pytest.approx([strength], abs=1e-6)
    assert _ratio(10, 3, dispersion * 9) == pytest.approx(strength, abs=1e-6)
    assert list(redraws.labels([[10, 1, 1, 0]])[0]) == [0, -1, -1, -1]


@pytest.mark.parametrize(("least", "strength"), [(10, 5.039728), (11, 0)])
def test_a_cluster_of_as_many_reports_as_are_asked_for_is_looked_at(
    least: int, strength: float
) -> None:
    redraws = SnappedRedraws(CORNERS, 100.0, 5)
    found = redraws.strongest([[10, 1, 1, 0]], least=least)
    assert found == pytest.approx([strength], abs=1e-6)


@pytest.mark.parametrize("kind", [np.array, list])
def test_places_of_any_kind_are_taken_and_kept(kind: type) -> None:
    """What is done to the table afterwards changes nothing."""
    places = kind([[0, 0], [500, 0], [0, 500], [500, 500]])
    redraws = SnappedRedraws(places, 100.0, 5)
    places[1] = [0, 0]
    assert list(redraws.labels([[10, 1, 1, 0]])[0]) == [0, -1, -1, -1]


def test_no_cluster_has_no_strength() -> None:
    assert list(REDRAWS.strongest(np.zeros((2, len(PLACES)), dtype=int))) == [0, 0]
    all_there = SnappedRedraws(np.zeros((1, 2)), 100.0, 2)
    assert list(all_there.strongest([[7]])) == [0]  # as many as expected
    assert REDRAWS.strongest(np.empty((0, len(PLACES)), dtype=int)).shape == (0,)
    assert all_there.strongest([[7]], expected=[[0.0]])[0] == np.inf


def test_reports_fall_on_places_alike_and_again_from_the_same_seed() -> None:
    counts = throw_evenly(50, 7, 400, seed=1)
    assert counts.shape == (400, 7)
    assert (counts.sum(axis=1) == 50).all()
    assert np.abs(counts.mean(axis=0) - 50 / 7).max() < 5 * np.sqrt(50 / 7 / 400)
    assert np.array_equal(counts, throw_evenly(50, 7, 400, seed=1))


@pytest.mark.parametrize("weighted", [False, True])
def test_maps_of_points_have_the_labels_of_each_alone(weighted: bool) -> None:
    maps = RNG.integers(0, 30, (7, 90, 2)) * 20.0 + [-1e7, 1e7]
    weight = 1 / RNG.integers(1, 4, 90) if weighted else None
    labels, cores = label_maps(maps, 60.0, 3, weight)
    for row, is_core, xy in zip(labels, cores, maps, strict=True):
        alone = label_points(xy, 60.0, 3, weight)
        assert np.array_equal(row, alone[0])
        assert np.array_equal(is_core, alone[1])


def test_vast_maps_and_none() -> None:
    assert label_maps(np.empty((0, 5, 2)), 1, 1)[0].shape == (0, 5)
    assert label_maps(np.array([[[0, 0], [0, 1], [1e12, 0]]]), 1, 2)[0].tolist() == [[0, 0, -1]]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="places must be"):
        SnappedRedraws(np.zeros((3, 3)), 100.0, 5)
    with pytest.raises(ValueError, match="eps must be"):
        SnappedRedraws(PLACES, 0.0, 5)
    with pytest.raises(ValueError, match="counts must have shape"):
        REDRAWS.labels([[1, 2]])
    with pytest.raises(ValueError, match="whole numbers"):
        REDRAWS.labels(np.full((1, len(PLACES)), -1))
    with pytest.raises(ValueError, match="whole numbers"):
        REDRAWS.labels(np.full((1, len(PLACES)), 0.5))
    for expected in ([1.0], [[1.0]], np.ones((len(PLACES), 1))):
        with pytest.raises(ValueError, match="expected must have shape"):
            REDRAWS.strongest(COUNTS, expected)
    for dispersion in ([0.1], [[0.1]], np.zeros((len(COUNTS), 2))):
        with pytest.raises(ValueError, match=r"dispersion must have shape \(12, 1\)"):
            REDRAWS.strongest(COUNTS, dispersion=dispersion)
    with pytest.raises(ValueError, match="shape"):
        label_maps(np.zeros((3, 2)), 1, 1)
    with pytest.raises(ValueError, match="finite"):
        label_maps(np.full((1, 3, 2), np.nan), 1, 1)
    with pytest.raises(ValueError, match="sample_weight"):
        label_maps(np.zeros((1, 3, 2)), 1, 1, [1.0])
