"""GeoJSON by RFC 7946 and CSV for Excel, byte for byte."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csp_geo.core.projection import british_grid
from csp_geo.core.tables import HOTSPOTS
from csp_geo.products.exports import csv_bytes, hotspots_geojson

CRS = "EPSG:27700"
COLUMNS = [name for name in HOTSPOTS.names if name != "geometry"]


def hotspots(**changes) -> gpd.GeoDataFrame:
    values = dict.fromkeys(COLUMNS, "x") | {
        "n": 12,
        "rank": 1,
        "top_place_share": 1 / 3,
        "sources": {"offence": 12},
        "themes": {"theft": 9, "violence": 3},
        "observations": {},
        "zones": None,
        "area_m2": 12_345.678,
        "width_m": 141.42,
        "length_m": 160.2,
        "easting": 544_400.123456,
        "northing": 184_300.5,
        "latitude": 51.539_123_456,
        "longitude": 0.080_987_654,
        "n_expected": 17.654_321,
        "p_chance": 1 / 3,
        "confirmed": True,
        "survives": 7,
        "depends_on": None,
        "sentence": "=1+1",
    }
    clockwise = shapely.Polygon(
        [(544_000, 184_000), (544_000, 184_100), (544_100, 184_100), (544_100, 184_000)]
    )
    table = gpd.GeoDataFrame(
        {name: [value] for name, value in (values | changes).items()},
        geometry=[clockwise],
        crs=CRS,
    )
    return table[[*COLUMNS, "geometry"]]


def features(table) -> list[dict]:
    return json.loads(hotspots_geojson(table, british_grid()))["features"]


def test_geojson_has_the_contract_in_order_and_no_crs():
    text = hotspots_geojson(
        hotspots(extra=["not exported"])[[*COLUMNS, "geometry"]], british_grid()
    )
    collection = json.loads(text)
    assert set(collection) == {"type", "features"}
    assert list(collection["features"][0]["properties"]) == COLUMNS


def test_columns_beyond_the_contract_stay_at_home():
    table = hotspots()
    table["surplus"] = "x"
    assert "surplus" not in features(table)[0]["properties"]


def test_values_are_rounded_and_missing_ones_null():
    properties = features(hotspots(width_m=float("nan")))[0]["properties"]
    assert properties["top_place_share"] == 0.3333
    assert properties["area_m2"] == 12_346
    assert properties["width_m"] is None
    assert properties["zones"] is None
    assert properties["easting"] == 544_400.1
    assert properties["latitude"] == 51.539123
    assert properties["themes"] == {"theft": 9, "violence": 3}


def test_the_test_is_written_plainly():
    properties = features(hotspots())[0]["properties"]
    assert properties["n_expected"] == 17.65
    assert properties["p_chance"] == 0.333333
    assert properties["confirmed"] is True
    assert properties["survives"] == 7
    assert properties["depends_on"] is None
    untested = features(hotspots(n_expected=np.nan, p_chance=np.nan, confirmed=False))
    assert untested[0]["properties"]["p_chance"] is None
    cells = dict(zip(*rows(csv_bytes(hotspots(p_chance=np.nan))), strict=True))
    assert (cells["p_chance"], cells["confirmed"], cells["depends_on"]) == ("", "true", "")
    assert cells["sentence"] == "'=1+1"


def test_rings_follow_the_right_hand_rule_in_degrees_with_six_decimals():
    ring = features(hotspots())[0]["geometry"]["coordinates"][0]
    assert shapely.LinearRing(ring).is_ccw
    assert ring[0] == ring[-1]
    for lon, lat in ring:
        assert 0 < lon < 0.2
        assert 51 < lat < 52
        assert round(lon, 6) == lon
        assert round(lat, 6) == lat


def test_degrees_lead_back_to_the_metres():
    ring = np.array(features(hotspots())[0]["geometry"]["coordinates"][0])
    metres = british_grid().to_metres(ring)
    assert shapely.Polygon(metres).area == pytest.approx(10_000, rel=0.005)


def test_same_table_same_bytes_and_input_unchanged():
    table = hotspots()
    before = table.copy(deep=True)
    assert hotspots_geojson(table, british_grid()) == hotspots_geojson(table, british_grid())
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


def test_no_hotspots_is_an_empty_collection():
    assert features(hotspots().iloc[:0]) == []


def test_shapes_in_degrees_are_refused():
    table = hotspots()
    table = table.set_geometry([shapely.box(-9e6, 0, -8e6, 1)], crs=CRS)
    with pytest.raises(ValueError, match="metres"):
        hotspots_geojson(table, british_grid())


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_opens_in_excel():
    data = csv_bytes(hotspots())
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in data
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert rows(data)[0] == COLUMNS


def test_csv_cells():
    table = pd.DataFrame(
        {
            "text": ["=HYPERLINK(1)", "plain"],
            "number": [-1.5, 2.0],
            "day": [date(2021, 11, 1), date(2021, 11, 28)],
            "counts": [{"other": 2, "theft": 3}, {}],
            "flag": [True, False],
            "gap": [None, float("nan")],
        }
    )
    assert rows(csv_bytes(table))[1:] == [
        ["'=HYPERLINK(1)", "-1.5", "2021-11-01", "theft: 3; other: 2", "true", ""],
        ["plain", "2", "2021-11-28", "", "false", ""],
    ]


def test_counts_with_a_hostile_theme_are_guarded_too():
    table = pd.DataFrame({"themes": [{"=cmd": 2}]})
    assert rows(csv_bytes(table))[1] == ["'=cmd: 2"]


def test_csv_of_an_empty_table_has_its_header():
    assert rows(csv_bytes(hotspots().iloc[:0])) == [COLUMNS]
