"""Every public name as a notebook uses it: types are checked against the installed wheel, then run.

    python tests/typed/consumer.py PROJECT

PROJECT is a folder with boundaries and reports in data/ and addresses in downloads/, as `csp-geo
demo` makes it. What the `assert_type` lines say is what an editor shows to people who write against
csp_geo.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, assert_type

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

import csp_geo as cg

if TYPE_CHECKING:
    cg.find_hotspots  # type: ignore[attr-defined]  # noqa: B018 - a misspelt name is an error, not Any


def weekly(project: Path) -> gpd.GeoDataFrame:
    """Go the way of a weekly map, from files to a page."""
    (wards,) = (project / "data" / "boundaries").glob("*.geojson")
    area = cg.read_study_area(wards)
    assert_type(area.name, str)
    assert_type(area.wards, gpd.GeoDataFrame)
    assert_type(area.ward_of([[544_421.0, 184_321.0]]), NDArray[np.int64])
    reports = cg.read_reports(project / "data" / "reports")
    result = cg.clean(reports, area)
    assert_type(result.incidents, gpd.GeoDataFrame)
    assert_type(result.quarantine, pd.DataFrame)
    assert_type(result.counts["accepted"], int)
    used = result.incidents[result.incidents["occurred_at"] >= "2021-11-01"]
    clusters = cg.find_clusters(used, area, eps=100, min_samples=5)
    assert_type(clusters, gpd.GeoDataFrame)
    addresses = gpd.read_file(project / "downloads" / "sample_addresses.geojson")
    known = addresses.to_crs("EPSG:27700").get_coordinates().to_numpy()
    hotspots = cg.confirm_clusters(clusters, used, area, places=known, simulations=19, seed=0)
    assert_type(hotspots, gpd.GeoDataFrame)
    page = cg.make_map(hotspots, used, area)
    assert_type(page.html, str)
    page.save(project / "notebook.html")
    return hotspots


def choose(cost: NDArray[np.float64], demand: list[int]) -> list[float]:
    """Choose sites by each of the four models."""
    fewest = cg.set_coverage(cost, within=400)
    assert_type(fewest.sites, NDArray[np.int64])
    most = cg.maximal_coverage(cost, demand, within=400, sites=2, fixed=(0,))
    nearest = cg.p_median(cost, demand, sites=2)
    fairest = cg.p_center(cost, sites=2)
    assert_type(fairest.objective, float)
    notes: tuple[str, ...] = most.notes
    assert isinstance(notes, tuple)
    return [float(len(fewest.sites)), most.objective, nearest.objective, fairest.objective]


def main() -> None:
    """Go both ways, and look at what came out."""
    labels = cg.dbscan([[0, 0], [30, 40], [900, 0]], 50, 2)
    assert_type(labels, NDArray[np.int64])
    found = labels.tolist()
    if found != [0, 0, -1]:
        raise SystemExit(f"dbscan: {found}")
    walk = np.array([[0.0, 500.0], [300.0, 100.0], [900.0, 200.0]])
    objectives = choose(walk, [3, 2, 1])
    if objectives != [2.0, 6.0, 400.0, 200.0]:
        raise SystemExit(f"siting: {objectives}")
    if weekly(Path(sys.argv[1])).empty:
        raise SystemExit("no hotspots")
    assert_type(cg.__version__, str)


if __name__ == "__main__":
    main()
