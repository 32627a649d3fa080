"""Siting against numbers from outside: spopt on 205 census tracts and 16 stores."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import csp_geo as cg

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("CSP_GEO_SHARED", ROOT.parent / "shared")) / "reference"

pytestmark = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the shared reference numbers are not on this machine"
)


def case_of(case_id: str) -> dict:
    cases = json.loads((REFERENCE / "cases.json").read_text("utf-8"))["capabilities"]["siting"]
    return next(case for case in cases["cases"] if case["id"] == case_id)


def read(given: dict) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Costs, population and names of the stores; tract names are read as text."""
    network = pd.read_csv(REFERENCE / given["network"], dtype={"DestinationName": str})
    tracts = pd.read_csv(REFERENCE / given["demand"], dtype={"NAME": str})
    table = network.pivot_table(index="DestinationName", columns="name", values="distance")
    table = table.loc[tracts["NAME"]]
    assert table.shape == (given["n_demand"], given["n_sites"])
    population = tracts["POP2000"].to_numpy()
    assert population.sum() == given["total_population"]
    return table.to_numpy(), population, list(table.columns)


@pytest.mark.parametrize("case_id", ["mclp-p1", "mclp-p2", "mclp-p4"])
def test_maximal_coverage(case_id: str) -> None:
    case = case_of(case_id)
    given, expected = case["inputs"], case["expected"]
    cost, population, names = read(given)
    found = cg.maximal_coverage(cost, population, given["service_distance_m"], given["p"])
    assert found.objective == expected["covered_population"]
    assert sorted(names[i] for i in found.sites) == sorted(expected["sites"])
    covered = (cost[:, found.sites] <= given["service_distance_m"]).any(axis=1)
    assert (~covered).sum() == expected["uncovered_tracts"]
    assert found.is_optimal
    assert found.is_first
    assert found.gap == 0


def test_p_median() -> None:
    case = case_of("pmedian-p4")
    given, expected = case["inputs"], case["expected"]
    cost, population, names = read(given)
    found = cg.p_median(cost, population, given["p"])
    assert found.objective == pytest.approx(
        expected["objective_person_metres"], rel=case["compare"]["tolerance"]
    )
    mean = found.objective / population.sum()
    assert mean == pytest.approx(expected["mean_distance_m"], rel=1e-6)
    assert sorted(names[i] for i in found.sites) == sorted(expected["sites"])


def test_set_coverage() -> None:
    case = case_of("lscp")
    given, expected = case["inputs"], case["expected"]
    cost, _, names = read(given)
    found = cg.set_coverage(cost, given["service_distance_m"])
    assert found.objective == expected["sites_needed"] == len(found.sites)
    sets = [sorted(one) for one in expected["optimal_sets"]]
    assert sorted(names[i] for i in found.sites) in sets
    positions = [sorted(names.index(name) for name in one) for one in sets]
    assert found.sites.tolist() == min(positions)


def test_p_center_agrees_with_set_coverage() -> None:
    """Within the radius of the p-center p sites are enough; within any smaller one they are not."""
    cost, _, _ = read(case_of("lscp")["inputs"])
    for p in (4, 8):
        radius = cg.p_center(cost, p).objective
        assert cg.set_coverage(cost, radius).objective <= p
        assert cg.p_center(cost, p).is_optimal
        smaller = cost[cost < radius].max()
        assert smaller < cost.min(axis=1).max() or cg.set_coverage(cost, smaller).objective > p
