"""A city outside Great Britain: UTM, and eastings and northings only with a CRS that is named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import csp_geo as cg
from csp_geo.core.errors import SourceError
from csp_geo.core.projection import between
from csp_geo.inputs.areas.study_area import StudyArea

ROOT = Path(__file__).resolve().parents[2]
MEMPHIS = Path(os.environ.get("CSP_GEO_SHARED", ROOT.parent / "shared")) / "reference"
MEMPHIS = MEMPHIS / "memphis_robberies.csv"
TOML = """
[columns]
easting = ["x32615"]
northing = ["y32615"]
category = ["offense_type"]
reference = ["uid"]
"""

pytestmark = pytest.mark.skipif(
    not MEMPHIS.is_file(), reason="the shared reference numbers are not on this machine"
)


@pytest.fixture
def area(tmp_path: Path) -> StudyArea:
    table = pd.read_csv(MEMPHIS)
    box = shapely.box(*(f(table[c]) for f in (min, max) for c in ("lon", "lat"))).buffer(0.01)
    wards = gpd.GeoDataFrame(
        {"ward_code": ["M1"], "ward_name": ["Memphis"]}, geometry=[box], crs="EPSG:4326"
    )
    wards.to_file(tmp_path / "memphis.geojson", driver="GeoJSON")
    return cg.read_study_area(tmp_path / "memphis.geojson")


def _reports(folder: Path, toml: str) -> Path:
    (folder / "offence").mkdir(parents=True)
    shutil.copy(MEMPHIS, folder / "offence" / "robberies.csv")
    (folder / "offence" / "source.toml").write_text(toml)
    return folder


def test_metres_are_moved_from_the_crs_that_is_named(area: StudyArea, tmp_path: Path) -> None:
    reports = cg.read_reports(_reports(tmp_path / "r", f'crs = "EPSG:32615"\n{TOML}'))
    result = cg.clean(reports, area)
    assert area.projection.crs == "EPSG:32616"
    assert result.counts["accepted"] == 2245
    found = area.projection.to_lonlat(shapely.get_coordinates(result.incidents.geometry))
    table = pd.read_csv(MEMPHIS).set_index("uid")
    expected = table.loc[result.incidents["source_ref"].astype(int), ["lon", "lat"]].to_numpy()
    assert np.abs(found - expected).max() < 1e-6
    assert set(result.incidents["theme"].astype(str)) == {"robbery"}


def test_hotspots_are_those_of_the_reference(area: StudyArea, tmp_path: Path) -> None:
    """112 clusters in zone 15; zone 16 measures some pairs a hair shorter or longer."""
    reports = cg.read_reports(_reports(tmp_path / "r", f'crs = "EPSG:32615"\n{TOML}'))
    hotspots = cg.find_clusters(cg.clean(reports, area).incidents, area, eps=300, min_samples=5)
    assert abs(len(hotspots) - 112) <= 3
    assert abs(hotspots["n"].max() - 79) <= 3


def test_metres_without_a_crs_are_those_of_the_zone_that_fits(
    area: StudyArea, tmp_path: Path
) -> None:
    """The city's middle lies in zone 16, its metres are of zone 15."""
    result = cg.clean(cg.read_reports(_reports(tmp_path / "r", TOML)), area)
    assert result.counts["accepted"] == 2245
    assert any("UTM zone in which they lie" in note for note in result.notes[0])


def test_feet_of_a_state_are_refused(area: StudyArea, tmp_path: Path) -> None:
    folder = _reports(tmp_path / "r", TOML)
    path = folder / "offence" / "robberies.csv"
    table = pd.read_csv(path)
    lonlat = table[["lon", "lat"]].to_numpy()
    table[["x32615", "y32615"]] = between("EPSG:4326", "EPSG:2274", lonlat).round(1)
    table.drop(columns=["lon", "lat"]).to_csv(path, index=False)
    with pytest.raises(SourceError, match=r"(?s)in no UTM zone there.*Name their coordinate"):
        cg.clean(cg.read_reports(folder), area)
