"""Hypothesis profiles and a small study area to throw reports at."""

from __future__ import annotations

import os

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, settings

from csp_geo.core.projection import british_grid
from csp_geo.inputs.areas.study_area import StudyArea

_SLOW = [HealthCheck.too_slow]
settings.register_profile("dev", max_examples=20, deadline=None, suppress_health_check=_SLOW)
settings.register_profile(
    "ci", max_examples=20, deadline=None, derandomize=True, suppress_health_check=_SLOW
)
settings.register_profile("thorough", max_examples=500, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("CSP_GEO_PROFILE", "ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def square() -> StudyArea:
    """Two wards side by side, 1 km each, near Barking."""
    wards = gpd.GeoDataFrame(
        {"ward_code": ["E05014053", "E05014054"], "ward_name": ["Abbey", "Alibon"]},
        geometry=[
            shapely.box(544000, 184000, 545000, 185000),
            shapely.box(545000, 184000, 546000, 185000),
        ],
        crs="EPSG:27700",
    )
    return StudyArea(name="Square", wards=wards, projection=british_grid())
