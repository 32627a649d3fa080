"""Hotspots in layers.gpkg: what the test says, as other programs read it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from csp_geo.core.storage import write_layers
from csp_geo.core.tables import HOTSPOTS, VERDICTS, as_agreed
from csp_geo.decisions.havens.demand import demand_points
from csp_geo.products.exports import vector_layers

CRS = "EPSG:27700"
FILL = {"string": "x", "int64": 1, "float64": 0.5, "category": "", "object": {"theft": 1}}


def hotspots(*outcomes: dict) -> gpd.GeoDataFrame:
    rows = []
    for changes in outcomes:
        row = {column.name: FILL.get(column.dtype) for column in HOTSPOTS.columns}
        row |= {c.name: c.allowed[0] for c in HOTSPOTS.columns if c.allowed}
        rows.append(row | {"geometry": shapely.box(0, 0, 9, 9), "confirmed": False} | changes)
    table = gpd.GeoDataFrame(rows, columns=list(HOTSPOTS.names), geometry="geometry", crs=CRS)
    return as_agreed(table.astype({"confirmed": bool}), HOTSPOTS)


@pytest.fixture
def written(tmp_path):
    def write(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        incidents = gpd.GeoDataFrame(
            {
                name: pd.Series(dtype="str")
                for name in (
                    *(
                        "source",
                        "theme",
                        "sensitive",
                        "family",
                        "time_precision",
                        "location_method",
                    ),
                    *("location_accuracy_m", "person_key", "ward_code", "ward_name", "flags"),
                )
            }
            | {
                name: pd.Series(dtype="datetime64[us, Europe/London]")
                for name in ("occurred_at", "occurred_to")
            },
            geometry=[],
            crs=CRS,
        )
        wards = gpd.GeoDataFrame({"ward_code": ["E1"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=CRS)
        path = tmp_path / "layers.gpkg"
        layers = vector_layers(
            incidents, table, wards, wards.iloc[:0], demand=demand_points(incidents)
        )
        write_layers(path, {"hotspots": layers["hotspots"]})
        return pyogrio.read_dataframe(path, layer="hotspots")

    return write


def test_bools_numbers_and_missing_cells_come_back(written):
    confirmed = {"confirmed": True, "p_chance": 0.001, "depends_on": "one person"}
    missing = {
        "verdict": VERDICTS[-1],
        "n_expected": float("nan"),
        "p_chance": float("nan"),
        "depends_on": None,
    }
    read = written(hotspots(confirmed, missing))
    assert str(read["confirmed"].dtype) == "bool"
    assert read["confirmed"].tolist() == [True, False]
    assert read["p_chance"].isna().tolist() == read["n_expected"].isna().tolist() == [False, True]
    assert read["depends_on"].isna().tolist() == [False, True]
    assert read["verdict"].tolist() == ["stands out", "not tested"]


def test_a_table_without_hotspots_has_the_same_columns(written):
    full, empty = hotspots({}), hotspots()
    assert set(written(empty).columns) == set(full.columns)
