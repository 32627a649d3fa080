"""A small study area to throw reports at."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from csp_geo.core.projection import british_grid
from csp_geo.inputs.areas.study_area import StudyArea


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
