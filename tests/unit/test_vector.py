"""Layers as they come: which one is meant, in which coordinate system, and what is no layer."""

from __future__ import annotations

import json

import pyogrio
import pytest
import shapely

from csp_geo.errors import BoundaryError
from csp_geo.vector import crs_by_range, read_vector


class TestReadVector:
    def test_polygons_go_before_points(self, tmp_path, write):
        """Of several layers the one with polygons is meant, and nothing warns."""
        path = tmp_path / "both.gpkg"
        write.gpkg(path, {"a": [1]}, [shapely.Point(1, 2)], layer="labels")
        write.gpkg(path, {"b": [1]}, [shapely.box(0, 0, 1, 1)], layer="wards")
        layer, notes = read_vector(path)
        assert list(layer.columns) == ["b", "geometry"]
        assert all("labels" in note for note in notes)

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "is empty"),
            (b"no map", "could not be read as a map layer"),
            (b'{"type": "FeatureCollection", "features": []}', "has no (layer with )?shapes"),
            (b"PK\x03\x04", "could not be read as a map layer"),
        ],
    )
    def test_what_is_no_layer(self, tmp_path, data, said):
        (tmp_path / "w.geojson").write_bytes(data)
        with pytest.raises(BoundaryError, match=said):
            read_vector(tmp_path / "w.geojson")

    def test_table_without_shapes(self, tmp_path):
        """The message says what is missing, not that the file is damaged."""
        import pandas as pd

        pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), tmp_path / "t.gpkg", driver="GPKG")
        with pytest.raises(BoundaryError, match="no layer with shapes"):
            read_vector(tmp_path / "t.gpkg")

    def test_geojson_in_metres(self, tmp_path):
        """GeoJSON is always degrees by its standard; numbers that are none are read as metres."""
        feature = {
            "type": "Feature",
            "properties": {},
            "geometry": json.loads(shapely.to_geojson(shapely.box(544010, 184020, 545010, 185020))),
        }
        path = tmp_path / "w.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
        layer, (note,) = read_vector(path)
        assert layer.crs == "EPSG:27700"
        assert "is marked as degrees but is not" in note

    @pytest.mark.parametrize(
        ("bounds", "crs"),
        [
            ((0.06, 51.5, 0.2, 51.6), "EPSG:4326"),
            ((-90.3, 34.9, -89.6, 35.3), "EPSG:4326"),
            ((544010, 184020, 545010, 185020), "EPSG:27700"),
            ((0, 0, 700_000, 1_300_000), "EPSG:27700"),
            ((0, 0, 700_001, 1_300_000), None),
            ((-500_000, 3_000_000, -400_000, 3_100_000), None),
        ],
    )
    def test_crs_by_range(self, bounds, crs):
        assert crs_by_range(bounds) == crs
