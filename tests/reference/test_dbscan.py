"""DBSCAN against numbers from outside: R dbscan and scikit-learn on the Memphis robberies."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csp_geo.core.projection import british_grid
from csp_geo.hotspots.dbscan import label_on_grid, label_points

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("CSP_GEO_SHARED", ROOT.parent / "shared"))
REFERENCE = SHARED / "reference"
MONTH = SHARED / "data" / "crime" / "2023-01-metropolitan-street.csv"

pytestmark = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the shared reference numbers are not on this machine"
)


@pytest.mark.parametrize("case_id", ["dbscan-500-10", "dbscan-300-5"])
def test_memphis_robberies(case_id: str) -> None:
    cases = json.loads((REFERENCE / "cases.json").read_text("utf-8"))["capabilities"]["dbscan"]
    case = next(case for case in cases["cases"] if case["id"] == case_id)
    given, expected = case["inputs"], case["expected"]
    table = pd.read_csv(REFERENCE / given["file"])
    xy = table[[given["x"], given["y"]]].to_numpy()
    labels, is_core = label_points(xy, given["eps_m"], given["min_pts"])
    assert labels.max() + 1 == expected["clusters"]
    assert (labels < 0).sum() == expected["noise"]
    assert is_core.sum() == expected["core"]
    core_sizes = sorted(Counter(labels[is_core]).values(), reverse=True)
    assert core_sizes[:10] == expected["largest_ten_core_only"]
    low, high = expected["largest_cluster_range"]
    assert low <= np.bincount(labels[labels >= 0]).max() <= high


def test_labels_equal_scikit_learns() -> None:
    from sklearn.cluster import DBSCAN

    table = pd.read_csv(REFERENCE / "memphis_robberies.csv")
    xy = table[["x32615", "y32615"]].to_numpy()
    weight = np.random.default_rng(0).uniform(0.2, 1.5, len(xy))
    expected = DBSCAN(eps=300, min_samples=5).fit_predict(xy, sample_weight=weight)
    assert np.array_equal(label_points(xy, 300, 5, weight)[0], expected)


def _assert_all_ways_agree(xy: np.ndarray, eps: float, min_samples: int) -> None:
    from sklearn.cluster import DBSCAN

    for algorithm in ("kd_tree", "ball_tree"):
        model = DBSCAN(eps=eps, min_samples=min_samples, algorithm=algorithm).fit(xy)
        labels, is_core = label_on_grid(xy, eps, min_samples, None)
        assert np.array_equal(labels, model.labels_)
        assert np.array_equal(np.flatnonzero(is_core), model.core_sample_indices_)
        assert np.array_equal(label_points(xy, eps, min_samples)[0], model.labels_)


@pytest.mark.parametrize(("eps", "min_samples"), [(500.0, 10), (300.0, 5), (50.0, 2), (2000.0, 40)])
def test_memphis_label_for_label(eps: float, min_samples: int) -> None:
    table = pd.read_csv(REFERENCE / "memphis_robberies.csv")
    _assert_all_ways_agree(table[["x32615", "y32615"]].to_numpy(), eps, min_samples)


@pytest.mark.skipif(not MONTH.is_file(), reason="the shared real data are not on this machine")
@pytest.mark.parametrize(("eps", "min_samples"), [(100.0, 5), (100.0, 10), (50.0, 3), (250.0, 20)])
@pytest.mark.parametrize("whole_metres", [False, True])
def test_the_real_month_label_for_label(eps: float, min_samples: int, whole_metres: bool) -> None:
    table = pd.read_csv(MONTH).dropna(subset=["Longitude", "Latitude"])
    xy = british_grid().to_metres(table[["Longitude", "Latitude"]].to_numpy())
    _assert_all_ways_agree(np.round(xy) if whole_metres else xy, eps, min_samples)
