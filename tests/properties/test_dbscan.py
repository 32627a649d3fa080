"""Labels and core flags are scikit-learn's, element for element, whatever the points.

scikit-learn's k-d tree is asked: its ball tree loses a neighbour at exactly eps now and then, to
rounding in the bounds of its nodes (docs/decisions/0007-dbscan-kernel.md).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from csp_geo.hotspots.dbscan import label_on_grid

SHAPES = ("uniform", "clustered", "lattice", "duplicates", "collinear", "stray")
ORIGINS = ((0.0, 0.0), (544_000.0, 184_000.0), (-1e7, -1e7), (1e7, 1e7))


def _points(shape: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points; whole multiples of 20 in all shapes but two, so that ties at eps are common."""
    if shape == "uniform":
        return rng.uniform(0, rng.choice([50, 500, 3000]), (n, 2))
    if shape == "clustered":
        return rng.integers(0, 5, (n, 2)) * 300 + rng.normal(0, 30, (n, 2))
    if shape == "duplicates":
        places = rng.integers(0, 40, (max(1, n // 10), 2)) * 20.0
        return places[rng.integers(0, len(places), n)]
    if shape == "collinear":
        along = rng.permutation(n) * float(rng.choice([20, 60, 100]))
        return np.column_stack([along, along * rng.choice([0, 0.75])])
    lattice = rng.integers(0, 30, (n, 2)) * 20.0
    if shape == "stray":
        lattice[rng.integers(n)] = (1e7, -1e7)
    return lattice


def _weights(kind: str, n: int, rng: np.random.Generator) -> np.ndarray | None:
    return {
        "none": None,
        "any": rng.uniform(0, 2, n),
        "shares": 1 / rng.integers(1, 8, n),
        "raised shares": 1 / rng.integers(1, 8, n) * (1 + 1e-9),
        "whole": np.r_[1, rng.integers(0, 4, n - 1)].astype(float),
        "negative too": rng.normal(0.5, 1, n),
    }[kind]


def _assert_equal(
    xy: np.ndarray, eps: float, min_samples: int, weight: np.ndarray | None = None
) -> None:
    model = DBSCAN(eps=eps, min_samples=min_samples, algorithm="kd_tree")
    model.fit(xy, sample_weight=weight)
    labels, is_core = label_on_grid(xy, eps, min_samples, weight)
    assert labels.dtype == np.int64
    assert np.array_equal(labels, model.labels_)
    assert np.array_equal(np.flatnonzero(is_core), model.core_sample_indices_)


@pytest.mark.parametrize("shape", SHAPES)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 300),
    origin=st.sampled_from(ORIGINS),
    eps=st.sampled_from([20.0, 60.0, 80.0, 100.0, 100 * 2**0.5]),
    min_samples=st.sampled_from([1, 2, 3, 5, 10]),
    kind=st.sampled_from(["none", "any", "shares", "raised shares", "whole", "negative too"]),
)
def test_equal_to_scikit_learn(  # noqa: PLR0917 - what hypothesis draws
    shape: str,
    seed: int,
    n: int,
    origin: tuple[float, float],
    eps: float,
    min_samples: int,
    kind: str,
) -> None:
    rng = np.random.default_rng(seed)
    xy = _points(shape, n, rng) + origin
    _assert_equal(xy, eps, min_samples, _weights(kind, n, rng))


@given(
    xy=st.lists(
        st.tuples(st.floats(-1e6, 1e6, width=32), st.floats(-1e6, 1e6, width=32)),
        min_size=1,
        max_size=40,
    ),
    eps=st.floats(0.5, 1e7),
    min_samples=st.integers(1, 6),
)
def test_equal_on_what_hypothesis_thinks_of(
    xy: list[tuple[float, float]], eps: float, min_samples: int
) -> None:
    _assert_equal(np.array(xy), eps, min_samples)


@settings(max_examples=5)
@given(
    seed=st.integers(0, 2**32 - 1), turn=st.floats(0, 3.2), gap=st.sampled_from([0.9999, 1.0001])
)
def test_large_cells_are_parted_exactly(seed: int, turn: float, gap: float) -> None:
    """Cells of hundreds of points that nearly touch: boxes and strips decide, never wrongly."""
    rng = np.random.default_rng(seed)
    across = np.where(np.arange(800) % 2, 100 * gap, rng.choice([0.0, 0.001], 800))
    along = rng.uniform(0, 60, 800)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    _assert_equal(np.column_stack([along, across]) @ turned, 100.0, 10)
