"""DBSCAN against numbers from outside: R dbscan and scikit-learn on the Memphis robberies."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csp_geo.hotspots.dbscan import label_points

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("CSP_GEO_SHARED", ROOT.parent / "shared")) / "reference"

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
