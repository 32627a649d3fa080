"""The kernel: exact DBSCAN in metres, with its edges and numbering written down."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN

from csp_geo.hotspots.dbscan import dbscan, label_points


class TestInputs:
    @pytest.mark.parametrize("xy", [[[1, 2, 3]], [1, 2, 3], [[[1, 2]]]])
    def test_shape(self, xy):
        with pytest.raises(ValueError, match=r"xy must have shape \(n, 2\)"):
            dbscan(xy, 100, 5)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_not_finite(self, bad):
        with pytest.raises(ValueError, match="not finite"):
            dbscan([[0, 0], [bad, 0]], 100, 5)

    @pytest.mark.parametrize("eps", [0, -1, np.nan, np.inf])
    def test_eps(self, eps):
        with pytest.raises(ValueError, match="eps must be more than 0"):
            dbscan([[0, 0]], eps, 5)

    @pytest.mark.parametrize("n", [0, -1, 2.5])
    def test_min_samples(self, n):
        with pytest.raises(ValueError, match="min_samples must be a whole number"):
            dbscan([[0, 0]], 100, n)

    @pytest.mark.parametrize("weight", [[1], [1, np.nan], [[1, 1]]])
    def test_weight(self, weight):
        with pytest.raises(ValueError, match="sample_weight must be 2 finite numbers"):
            dbscan([[0, 0], [1, 1]], 100, 2, weight)

    def test_no_points(self):
        labels, is_core = label_points(np.empty((0, 2)), 100, 5)
        assert (labels.dtype, is_core.dtype) == (np.int64, np.bool_)
        assert (len(labels), len(is_core)) == (0, 0)

    def test_input_is_not_changed(self):
        xy = np.array([[0.0, 0.0], [1.0, 1.0]])
        before = xy.copy()
        dbscan(xy, 100, 2)
        assert (xy == before).all()


class TestOutputs:
    def test_exactly_eps_apart_are_neighbours(self):
        """A chain of 60 m steps; the same with a hair less reach falls apart."""
        chain = [[0, 0], [60, 0], [120, 0], [900, 900]]
        assert dbscan(chain, 60, 2).tolist() == [0, 0, 0, -1]
        assert dbscan(chain, 59.999, 2).tolist() == [-1] * 4

    def test_at_british_coordinates_too(self):
        chain = np.array([[0, 0], [60, 0], [120, 0]]) + np.array((544421, 184321))
        assert dbscan(chain, 60, 2).tolist() == [0, 0, 0]

    def test_the_point_itself_counts(self):
        assert dbscan([[0, 0]], 100, 1).tolist() == [0]
        assert dbscan([[0, 0]] * 5, 100, 5).tolist() == [0] * 5
        assert dbscan([[0, 0]] * 4, 100, 5).tolist() == [-1] * 4

    def test_border_point_goes_to_the_lower_cluster(self):
        """The middle point reaches one core point of each and is core of none: three, not four."""
        left = [[x, 0] for x in (0, 10, 20, 30)]
        right = [[x, 0] for x in (150, 160, 170, 180)]
        for first, second in ((left, right), (right, left)):
            labels, is_core = label_points([[90, 0], *first, *second], 60, 4)
            assert labels.tolist() == [0] + [0] * 4 + [1] * 4
            assert is_core.tolist() == [False] + [True] * 8

    def test_numbered_by_the_lowest_core_point(self):
        spots = [[0, 0], [500, 0], [0, 0], [500, 0]]
        assert dbscan(spots, 10, 2).tolist() == [0, 1, 0, 1]
        assert dbscan(spots[::-1], 10, 2).tolist() == [0, 1, 0, 1]

    def test_weights_stand_for_people(self):
        """Five pins at one spot that weigh a fifth each are one person: no cluster of two."""
        spots = [[0, 0]] * 5
        assert dbscan(spots, 100, 2, [0.2] * 5).tolist() == [-1] * 5
        assert dbscan(spots, 100, 2, [0.4] * 5).tolist() == [0] * 5

    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("weighted", [False, True])
    def test_equal_to_scikit_learn(self, seed, weighted):
        """Labels and core points of random points with stacks, by another search tree."""
        rng = np.random.default_rng(seed)
        xy = rng.uniform(0, 2000, size=(400, 2)).round(-1 if seed % 2 else 2)
        xy[:60] = xy[60:120]
        weight = rng.uniform(0.1, 2, size=400) if weighted else None
        model = DBSCAN(eps=100, min_samples=5, algorithm="brute").fit(xy, sample_weight=weight)
        labels, is_core = label_points(xy, 100, 5, weight)
        assert labels.tolist() == model.labels_.tolist()
        assert np.flatnonzero(is_core).tolist() == sorted(model.core_sample_indices_)
        assert labels.max() > 3
