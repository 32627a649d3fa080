"""Hotspots in layers.gpkg: what the test says, as other programs read it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from csp_geo.core.errors import SchemaError
from csp_geo.core.storage import write_layers
from csp_geo.core.tables import HOTSPOTS, TIME_PRECISIONS, VERDICTS, as_agreed
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


def no_incidents() -> gpd.GeoDataFrame:
    names = (
        *("source", "theme", "sensitive", "family", "time_precision", "location_method"),
        *("location_accuracy_m", "person_key", "ward_code", "ward_name", "flags"),
    )
    columns = {name: pd.Series(dtype="str") for name in names} | {
        name: pd.Series(dtype="datetime64[us, Europe/London]")
        for name in ("occurred_at", "occurred_to")
    }
    return gpd.GeoDataFrame(columns, geometry=[], crs=CRS)


def layers_of(incidents, table, *, demand=None, havens=None, draw_sensitive=False) -> dict:
    wards = gpd.GeoDataFrame({"ward_code": ["E1"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=CRS)
    return vector_layers(
        incidents,
        table,
        wards,
        wards.iloc[:0],
        demand=demand_points(incidents) if demand is None else demand,
        havens=havens,
        draw_sensitive=draw_sensitive,
    )


@pytest.fixture
def written(tmp_path):
    def write(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        path = tmp_path / "layers.gpkg"
        write_layers(path, {"hotspots": layers_of(no_incidents(), table)["hotspots"]})
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


AT = (545_000.0, 185_000.0)


def test_sensitive_reports_are_counted_but_have_no_point(make_incidents):
    rows = make_incidents([AT, AT], sensitive=["", "sexual"], ward_code="E1")
    layers = layers_of(rows, hotspots(), demand=demand_points(rows.iloc[:1]))
    assert (len(layers["incidents"]), layers["wards"]["recorded"].tolist()) == (1, [2])
    assert len(layers_of(rows, hotspots(), draw_sensitive=True)["incidents"]) == 2


def test_demand_of_sensitive_reports_is_refused_unless_the_settings_ask_for_it(make_incidents):
    rows = make_incidents([AT, AT], sensitive=["", "sexual"], ward_code="E1")
    with pytest.raises(SchemaError, match="'demand' holds sensitive reports"):
        layers_of(rows, hotspots())
    assert len(layers_of(rows, hotspots(), draw_sensitive=True)["demand"]) == 2


def test_only_columns_of_the_list_leave(make_incidents):
    rows = make_incidents([AT], person_key="p", place="12 Axe Street", ward_code="E1")
    table = hotspots({}).assign(person_key="p")
    layers = layers_of(rows, table)
    for name, layer in layers.items():
        assert not {"person_key", "place", "weight", "category"} & set(layer.columns), name
    assert list(layers["demand"].columns) == [
        *("source", "family", "theme", "occurred", "occurred_to", "time_precision", "geometry")
    ]


@pytest.mark.parametrize(("family", "precision"), [("perception", "day"), ("recorded", "hour")])
def test_the_hour_of_what_people_say_does_not_leave(make_incidents, family, precision):
    at = pd.Timestamp("2021-11-03 14:00", tz="Europe/London")
    rows = make_incidents([AT], family=family, occurred_at=at, ward_code="E1")
    rows = rows.assign(time_precision=pd.Categorical(["hour"], categories=TIME_PRECISIONS))
    (pin,) = layers_of(rows, hotspots())["incidents"].itertuples()
    assert pin.time_precision == precision
    assert pin.occurred == ("2021-11-03" if precision == "day" else "2021-11-03T14:00")


def test_a_haven_that_does_not_count_is_no_layer():
    columns = {"name": ["A"], "contact": ["Jane 07700 900123"], "counts_now": [True]}
    havens = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*zip(AT, strict=True)), crs=CRS)
    layer = layers_of(no_incidents(), hotspots(), havens=havens)["havens"]
    assert list(layer.columns) == ["name", "geometry"]
    with pytest.raises(SchemaError, match="'havens'"):
        layers_of(no_incidents(), hotspots(), havens=havens.assign(counts_now=False))
