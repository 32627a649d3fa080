"""Layers as they come: which one is meant, in which coordinate system, and what is not a layer."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import fiona
import pyogrio
import pytest
import shapely

from csp_geo.core.errors import BoundaryError, SourceError
from csp_geo.core.origin import Origin
from csp_geo.inputs.files.gis_file import fenced, recognise
from csp_geo.inputs.files.gis_layer import crs_by_range, read_vector


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


POINT = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, '
    '"geometry": {"type": "Point", "coordinates": [0.1, 51.5]}}]}'
)


class TestNames:
    """The name of a file is never an order: not to GDAL, and not to what calls it."""

    @pytest.mark.parametrize(
        "name",
        [
            "WFS:http_x.geojson",
            "PG:host=x.geojson",
            "http:x.geojson",
            "vsicurl.geojson",
            "a b#.json",
        ],
    )
    @pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
    def test_is_a_file(self, tmp_path, name, monkeypatch):
        (tmp_path / name).write_text(POINT)
        assert len(read_vector(tmp_path / name, "Point")[0]) == 1
        monkeypatch.chdir(tmp_path)
        assert len(read_vector(Path(name), "Point")[0]) == 1

    @pytest.mark.parametrize("name", ["b.zip!a.geojson", "x!a.geojson", "a.geojson;x.geojson"])
    def test_is_refused_where_it_would_be_another(self, tmp_path, name, monkeypatch):
        (tmp_path / "a.geojson").write_text(POINT)
        (tmp_path / name).write_text(POINT)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(BoundaryError, match=r"under this name: ! ; { and } mean"):
            read_vector(tmp_path / name, "Point")

    def test_folder_is_no_file(self, tmp_path):
        (tmp_path / "a.geojson").mkdir()
        with pytest.raises(BoundaryError, match="is a folder, and a file is needed"):
            read_vector(tmp_path / "a.geojson")

    @pytest.mark.parametrize("name", ["a.gml", "a.vrt", "a.gdb", "a.sqlite", "a.xml", "a.csv"])
    def test_other_kinds_are_not_for_gdal(self, tmp_path, name):
        (tmp_path / name).write_text(POINT)
        with pytest.raises(BoundaryError, match="cannot be read as a map layer"):
            read_vector(tmp_path / name)


class TestPacked:
    def test_one_layer_in_a_zip(self, tmp_path, write):
        write.gpkg(tmp_path / "w.gpkg", {"a": [1]}, [shapely.box(0, 0, 1, 1)])
        with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
            archive.write(tmp_path / "w.gpkg", "in/w.gpkg")
            archive.writestr("readme.txt", "a layer")
        assert len(read_vector(tmp_path / "w.zip")[0]) == 1

    @pytest.mark.parametrize(("n", "said"), [(0, "holds no map layers"), (2, "holds 2 map layers")])
    def test_which_of_them(self, tmp_path, n, said):
        with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
            archive.writestr("readme.txt", "a layer")
            for number in range(n):
                archive.writestr(f"{number}.geojson", POINT)
        with pytest.raises(BoundaryError, match=said):
            read_vector(tmp_path / "w.zip")


class TestFences:
    def test_options_are_put_back(self):
        """In a notebook GDAL's options are the owner's."""
        pyogrio.set_gdal_config_options({"GDAL_HTTP_TIMEOUT": "7"})
        with fenced():
            assert pyogrio.get_gdal_config_option("GDAL_HTTP_PROXY") == "none://"
        assert pyogrio.get_gdal_config_option("GDAL_HTTP_TIMEOUT") == 7
        assert pyogrio.get_gdal_config_option("GDAL_HTTP_PROXY") is None
        pyogrio.set_gdal_config_options({"GDAL_HTTP_TIMEOUT": None})

    def test_fiona_has_a_fence_of_its_own(self, tmp_path):
        """It has a GDAL of its own, which the options of pyogrio do not reach."""
        (tmp_path / "a.geojson").write_text(POINT)
        file = recognise(Origin(tmp_path / "a.geojson", "a.geojson"))
        with file.records("a"):
            assert fiona.env.getenv()["GDAL_HTTP_PROXY"] == "none://"
            assert pyogrio.get_gdal_config_option("GDAL_HTTP_PROXY") == "none://"
        assert not fiona.env.hasenv()
        assert pyogrio.get_gdal_config_option("GDAL_HTTP_PROXY") is None

    def test_driver_must_be_ours(self, tmp_path):
        """What is recognised as one kind and opened as another is refused all the same."""
        (tmp_path / "a.geojson").write_text(POINT)
        file = recognise(Origin(tmp_path / "a.geojson", "a.geojson"))
        with pytest.raises(SourceError, match="not what its name says"):
            replace(file, drivers=("GPX",)).read("a")

    def test_command_loads_no_driver_that_reaches_out(self):
        ran = subprocess.run(
            [sys.executable, "-c", SKIPPED],
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        names = set(json.loads(ran.stdout.splitlines()[-1]))
        assert not names & {"WFS", "OGR_VRT", "CSW", "OAPIF", "GDALG", "HTTP", "GML"}
        assert {"GPKG", "GeoJSON", "ESRI Shapefile", "LIBKML"} <= names
        assert ran.stderr == ""


SKIPPED = """
import json, os
from csp_geo.core.offline import keep_offline
keep_offline()
import fiona, pyogrio
with fiona.Env():
    print(json.dumps(sorted(pyogrio.list_drivers())))
"""


class TestSystems:
    """What is named after its register is read as before."""

    @pytest.mark.parametrize(
        "system",
        [
            {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
            {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}},
            {"type": "name", "properties": {"name": "EPSG:4326"}},
            {"type": "name", "properties": {"name": "WGS 84"}},
            {
                "type": "name",
                "properties": {"name": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
            },
            {"type": "EPSG", "properties": {"code": 4326}},
            None,
        ],
    )
    def test_named(self, tmp_path, system):
        text = json.dumps({"crs": system} | json.loads(POINT))
        (tmp_path / "a.geojson").write_text(text)
        assert len(read_vector(tmp_path / "a.geojson", "Point")[0]) == 1

    @pytest.mark.parametrize("value", ["crs", 4, None, ["crs"], "a crs: b", '"crs": {'])
    def test_a_column_may_have_that_name(self, tmp_path, value):
        text = POINT.replace('"a": 1', f'"crs": {json.dumps(value)}, "b": "crs"')
        (tmp_path / "a.geojson").write_text(text)
        assert len(read_vector(tmp_path / "a.geojson", "Point")[0]) == 1


def test_damaged_list_of_tables(tmp_path, write):
    """SQLite quotes a damaged name in its own words, which are then no text either."""
    path = write.gpkg(tmp_path / "w.gpkg", {"a": [1]}, [shapely.box(0, 0, 1, 1)])
    path.write_bytes(path.read_bytes().replace(b"AUTOINCREMENT", b"AUTO\xc9NCREMENT"))
    with pytest.raises(SourceError, match="not what its name says"):
        recognise(Origin(path, "w.gpkg"))
