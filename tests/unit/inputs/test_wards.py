"""Wards of every dialect: codes and names by heading and cells, what is left out, what is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csp_geo.core.errors import BoundaryError, SettingsError
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.areas.ward_cells import heading_words, texts_of
from csp_geo.inputs.areas.ward_columns import ward_columns
from csp_geo.inputs.areas.wards import wards_of

WEST, SOUTH = 544010, 184020
GSS = ("E05014053", "E05014054", "E05014055", "E05014056")
NAMES = ("Abbey", "Alibon", "Beam", "Eastbury")
WIDTHS = (1000, 700, 1300, 450)
"""Of unlike sizes, so that a column of areas can be told."""


def boxes(n=4):
    """Return n boxes side by side, of different widths, 1 km high."""
    west = np.cumsum([WEST, *WIDTHS])
    return [shapely.box(west[i], SOUTH, west[i + 1], SOUTH + 1000) for i in range(n)]


def layer_of(table, shapes=None, crs="EPSG:27700"):
    frame = pd.DataFrame(table)
    return gpd.GeoDataFrame(frame, geometry=shapes or boxes(len(frame)), crs=crs)


def read(table, shapes=None, name="w.gpkg", **options):
    return wards_of(layer_of(table, shapes, **options), name)


def listed(wards):
    return list(zip(wards.table["ward_code"], wards.table["ward_name"], strict=True))


def said(wards):
    return " ".join(wards.cautions)


SIZES = [shape.area / 1e4 for shape in boxes()]
DIALECTS = {
    "ONS of another year": ({"WD19CD": GSS, "WD19NM": NAMES}, ("WD19CD", "WD19NM")),
    "Trafford": ({"area_code": GSS, "area_name": NAMES}, ("area_code", "area_name")),
    "Toronto": (
        {
            "_id": [1, 2, 3, 4],
            "AREA_ID": [2480141, 2480140, 2480139, 2480064],
            "AREA_ATTR_ID": [26005521, 26005520, 26005519, 26005443],
            "PARENT_AREA_ID": [None] * 4,
            "AREA_SHORT_CODE": ["174", "173", "172", "001"],
            "AREA_LONG_CODE": ["174", "173", "172", "001"],
            "AREA_NAME": ["South Eglinton", "North Toronto", "Dovercourt", "West Humber"],
            "AREA_DESC": ["South (174)", "North (173)", "Dovercourt (172)", "West (1)"],
            "CLASSIFICATION": ["Not an NIA", "Not an NIA", "Not an NIA", "NIA"],
            "CLASSIFICATION_CODE": ["NA", "NA", "NA", "NIA"],
            "OBJECTID": [17824737.0, 17824753.0, 17824769.0, 17824785.0],
        },
        ("AREA_SHORT_CODE", "AREA_NAME"),
    ),
    "Toronto as a Shapefile": (
        {
            "AREA_ID": [25886861, 25886820, 25886834, 25886593],
            "AREA_S_CD": ["094", "100", "097", "027"],
            "AREA_L_CD": ["094", "100", "097", "027"],
            "AREA_NAME": [f"{name} ({i})" for i, name in enumerate(NAMES)],
            "AREA_TYPE": ["Neighbourhood"] * 4,
            "X": [1.5, 2.5, 3.5, 4.5],
        },
        ("AREA_S_CD", "AREA_NAME"),
    ),
    "Chicago": (
        {"ward": ["12", "16", "15", "20"], "shape_leng": [93073.34, 1.2, 1.3, 1.4]},
        ("ward", None),
    ),
    "Chicago with its aldermen": (
        {"WARD": [1.0, 2.0, 3.0, 4.0], "ALDERMAN": ["A B", "C D", "E F", "G H"]},
        ("WARD", None),
    ),
    "New York": (
        {
            "boro_cd": [501.0, 103.0, 310.0, 111.0],
            "shape_area": SIZES,
            "shape_leng": [1.5, 2.5, 3.5, 4.5],
        },
        ("boro_cd", None),
    ),
    "New York as downloaded": (
        {"BoroCD": [501, 103, 310, 111], "Shape_Leng": SIZES, "Shape_Area": SIZES},
        ("BoroCD", None),
    ),
    "Vancouver": ({"NAME": NAMES}, (None, "NAME")),
    "Vancouver with map ids": (
        {"MAPID": ["AR", "CBD", "FAIR", "GW"], "NAME": NAMES},
        ("MAPID", "NAME"),
    ),
    "St Louis": (
        {
            "NHD_NUM": [43, 29, 28, 40],
            "NHD_NAME": NAMES,
            "ANGLE": [12.5, -43.25, 0.0, 1.5],
            "NHD_NUMTXT": ["43 Abbey", "29 Alibon", "28 Beam", "40 Eastbury"],
        },
        ("NHD_NUM", "NHD_NAME"),
    ),
    "Leipzig": ({"OT": ["00", "01", "02", "10"], "Name": NAMES}, ("OT", "Name")),
    "Leipzig as numbers": ({"OT": [0, 1, 2, 10], "Name": NAMES}, ("OT", "Name")),
    "number and name": ({"DISTRICT": ["1", "2", "3", "4"], "NAME": NAMES}, ("DISTRICT", "NAME")),
    "district_num": ({"district_num": [7, 8, 9, 10], "label": NAMES}, ("district_num", "label")),
    "named areas": ({"neighborhood": NAMES, "objectid": [9, 4, 7, 2]}, (None, "neighborhood")),
    "Shapefile, headings cut": (
        {"Ward_Numbe": [11, 12, 13, 14], "Neighborho": NAMES},
        ("Ward_Numbe", "Neighborho"),
    ),
    "headings without a gap": (
        {"WARDNO": [11, 12, 13, 14], "WARDNAME": NAMES},
        ("WARDNO", "WARDNAME"),
    ),
    "OS Boundary-Line": (
        {
            "NAME": [f"{name} Ward" for name in NAMES],
            "AREA_CODE": ["LBW"] * 4,
            "DESCRIPTIO": ["London Borough Ward"] * 4,
            "FILE_NAME": ["GREATER_LONDON_AUTHORITY"] * 4,
            "NUMBER": [1, 2, 3, 4],
            "POLYGON_ID": [50840, 50833, 50834, 50835],
            "UNIT_ID": [11425, 11423, 11424, 11426],
            "CODE": GSS,
            "HECTARES": SIZES,
            "TYPE_CODE": ["AA"] * 4,
        },
        ("CODE", "NAME"),
    ),
    "code of the borough beside": (
        {"LAD22CD": ["E09000002"] * 4, "LAD22NM": ["B&D"] * 4, "ref": GSS, "ward": NAMES},
        ("ref", "ward"),
    ),
    "sizes in whole numbers": (
        {"Size": [round(size) for size in SIZES], "Hood": NAMES},
        (None, "Hood"),
    ),
    "sizes under a strange heading": (
        {"Zahl": [round(size * 7) for size in SIZES], "Hood": NAMES},
        (None, "Hood"),
    ),
    "sizes headed code": (
        {"acode": [round(size * 7) for size in SIZES], "WD_NO": [4, 5, 6, 7], "Hood": NAMES},
        ("WD_NO", "Hood"),
    ),
    "population": ({"pop_num": [12001, 9500, 8700, 15000], "Area": NAMES}, (None, "Area")),
    "row numbers and names": (
        {"fid": [1, 2, 3, 4], "id": [1, 2, 3, 4], "title": NAMES},
        (None, "title"),
    ),
    "patterned codes under a strange heading": (
        {"Kz": ["N01", "N02", "S01", "S02"], "Stadt": NAMES},
        ("Kz", "Stadt"),
    ),
    "numbers as text with a gap of letters": (
        {"DIST_NO": ["1.0", "2.0", "3.0", "4.0"], "DIST_NAME": NAMES},
        ("DIST_NO", "DIST_NAME"),
    ),
    "reversed columns": ({"Label": NAMES, "Code": ["A1", "A2", "A3", "A4"]}, ("Code", "Label")),
    "sizes of wards": (
        {"ward_area": [100, 70, 130], "ward": ["North", "South", "East"]},
        (None, "ward"),
    ),
    "ranks of wards": ({"ward_rank": [3, 1, 4, 2], "ward": NAMES}, (None, "ward")),
    "Dutch": (
        {"wijkcode": ["WK1", "WK2", "WK3", "WK4"], "wijknaam": NAMES},
        ("wijkcode", "wijknaam"),
    ),
    "French": (
        {"code_insee": ["75101", "75102", "75103", "75104"], "nom_commune": NAMES},
        ("code_insee", "nom_commune"),
    ),
    "Spanish": ({"COD_BARRIO": [11, 12, 13, 14], "NOMBRE": NAMES}, ("COD_BARRIO", "NOMBRE")),
    "OpenStreetMap": (
        {
            "@id": [f"relation/{n}" for n in (7, 5, 9, 8)],
            "name": NAMES,
            "admin_level": ["10"] * 4,
            "ref:gss": GSS,
        },
        ("ref:gss", "name"),
    ),
    "Scotland": (
        {"DataZone": [f"S0101{n}" for n in range(1000, 1004)], "Name": NAMES},
        ("DataZone", "Name"),
    ),
    "codes of letters": (
        {"ward_cd": ["ABB", "ALI", "BEA", "EAS"], "ward_nm": NAMES},
        ("ward_cd", "ward_nm"),
    ),
    "numbers and letters": ({"ward_no": ["1", "2", "2A", "3"], "ward": NAMES}, ("ward_no", "ward")),
    "capital letters": ({"WARD": ["ABBEY", "ALIBON", "BEAM", "EASTBURY"]}, (None, "WARD")),
    "case file": ({"NPU": ["A", "B"], "NhoodName": ["One", "Two"]}, (None, "NhoodName")),
}


class TestColumns:
    @pytest.mark.parametrize("name", DIALECTS)
    def test_dialects(self, name):
        table, (code, name_column) = DIALECTS[name]
        found = ward_columns(layer_of(table), "w.gpkg")
        assert (found.code, found.name) == (code, name_column)

    @pytest.mark.parametrize("name", DIALECTS)
    def test_order_of_columns_and_rows_does_not_matter(self, name):
        table, expected = DIALECTS[name]
        layer = layer_of(table)
        turned = layer[[*reversed(layer.columns)]].set_geometry("geometry").iloc[::-1]
        found = ward_columns(turned, "w.gpkg")
        assert (found.code, found.name) == expected

    @pytest.mark.parametrize("name", DIALECTS)
    def test_every_dialect_makes_wards(self, name):
        table, _ = DIALECTS[name]
        wards = read(table)
        assert wards.table["ward_code"].is_unique
        assert (wards.table[["ward_code", "ward_name"]] != "").all(axis=None)
        assert len(wards.table) == len(next(iter(table.values())))
        assert wards.n_left_out == wards.n_parts == 0

    def test_plain_headings_need_no_words(self):
        assert read({"WD22CD": GSS, "WD22NM": NAMES}).cautions == ()

    def test_what_was_taken_and_why_is_said(self):
        wards = read({"area_code": GSS, "area_name": NAMES})
        (caution,) = wards.cautions
        assert caution.code == "wards-as-read"
        assert "ward codes were read from 'area_code' (official codes" in caution
        assert "names from 'area_name' (by its heading)" in caution
        assert "csp-geo check w.gpkg --map" in caution

    def test_two_that_fit_as_well_are_said(self):
        table = {"Code_A": ["1", "2"], "Code_B": ["7", "5"], "Name": NAMES[:2]}
        wards = read(table)
        assert listed(wards) == [("1", "Abbey"), ("2", "Alibon")]
        assert "'Code_B' could be the code as well" in said(wards)

    def test_equal_columns_are_no_choice(self):
        table = {"Code_A": ["1", "2"], "Code_B": ["1", "2"], "Name": NAMES[:2]}
        assert "as well" not in said(read(table))

    def test_codes_made_from_names(self):
        wards = read({"Hood": ["St. Mary's", "Süd-West"], "objectid": [5, 9]})
        assert listed(wards) == [("st-mary-s", "St. Mary's"), ("süd-west", "Süd-West")]
        assert "made from the names in 'Hood'" in said(wards)

    def test_names_that_differ_by_a_sign_have_two_codes(self):
        wards = read({"Hood": ["St Mary", "St. Mary"]})
        assert listed(wards) == [("st-mary", "St Mary"), ("st-mary-2", "St. Mary")]

    def test_codes_stand_for_names(self):
        wards = read({"boro_cd": [501.0, 103.0]})
        assert listed(wards) == [("103", "103"), ("501", "501")]
        assert "the codes in 'boro_cd'" in said(wards)

    @pytest.mark.parametrize(
        "table",
        [
            {"objectid": [1, 2, 3, 4]},
            {"Shape_Area": SIZES, "OBJECTID": [1, 2, 3, 4]},
            {"city": ["Leeds"] * 4},
            {"kind": ["a b", "a b", "c d", "c d"]},
            {"zahl": [17, 5, 23, 4]},
            {},
        ],
    )
    def test_shapes_that_nothing_tells_apart_are_refused_in_one_sentence(self, table):
        layer = (
            layer_of(table, boxes(4))
            if table
            else gpd.GeoDataFrame(geometry=boxes(4), crs="EPSG:27700")
        )
        with pytest.raises(BoundaryError, match="no column for the ward code or the ward name"):
            wards_of(layer, "w.gpkg")

    def test_one_outline_without_columns(self):
        layer = gpd.GeoDataFrame(geometry=boxes(1), crs="EPSG:27700")
        wards = wards_of(layer, "Barking_town.gpkg")
        assert listed(wards) == [("barking-town", "Barking town")]
        assert "read as one ward, named Barking town after the file" in said(wards)

    @pytest.mark.parametrize(
        "table",
        [
            {"id": [1], "name": [None]},
            {"FID": [0], "Shape_Area": [17.5]},
            {"layer": ["merged"], "path": ["/x/y z"]},
        ],
    )
    def test_one_outline_whose_columns_say_nothing(self, table):
        """Of one shape every column is unlike all others: that is no evidence."""
        assert listed(read(table, name="Leeds.shp")) == [("leeds", "Leeds")]

    def test_one_outline_with_a_name(self):
        wards = read({"objectid": [1], "NAME": ["Barking"]})
        assert listed(wards) == [("barking", "Barking")]

    def test_a_shape_without_a_code_is_refused(self):
        with pytest.raises(BoundaryError, match="1 of 4 wards have no code"):
            read({"WD22CD": [*GSS[:3], None], "WD22NM": NAMES})

    def test_a_shape_without_a_name_where_names_are_all_there_is(self):
        with pytest.raises(BoundaryError, match="1 of 4 wards have no name"):
            read({"NAME": [*NAMES[:3], " "]})

    def test_a_ward_without_a_name_is_called_by_its_code(self):
        wards = read({"WD22CD": GSS[:2], "WD22NM": ["Abbey", None]})
        assert listed(wards)[1] == (GSS[1], GSS[1])


class TestTexts:
    @pytest.mark.parametrize(
        ("cells", "texts"),
        [
            ([1.0, 12.0], ["1", "12"]),
            ([1.0, np.nan], ["1", ""]),
            (["1.0", "12.0"], ["1", "12"]),
            (["1.0", "12.5"], ["1.0", "12.5"]),
            (["01", "12.0"], ["01", "12"]),
            (["01", "02"], ["01", "02"]),
            ([" A1 ", None], ["A1", ""]),
            (["1.0", "x"], ["1.0", "x"]),
        ],
    )
    def test_whole_numbers(self, cells, texts):
        assert list(texts_of(pd.Series(cells))) == texts

    @pytest.mark.parametrize(
        ("heading", "words"),
        [
            ("BoroCD", ("boro", "cd")),
            ("AREA_S_CD", ("area", "s", "cd")),
            ("WARDNAME", ("ward", "name")),
            ("district-num", ("district", "num")),
            ("WD22CD", ("wd", "22", "cd")),
            ("buurtnaam", ("buurt", "naam")),
            ("Record", ("record",)),
            ("Straße Nr", ("strasse", "nr")),
            ("___", ()),
        ],
    )
    def test_words_of_a_heading(self, heading, words):
        assert heading_words(heading) == words


class TestShapes:
    def test_one_empty_shape_is_left_out_with_its_name(self):
        table = {"WD18CD": GSS[:3], "WD18NM": ["One", "Two", "Unallocated"]}
        wards = read(table, [*boxes(2), None])
        assert [name for _, name in listed(wards)] == ["One", "Two"]
        (caution,) = wards.cautions
        assert caution.code == "wards-left-out"
        assert "Unallocated has no shape with an area" in caution
        assert (wards.n_read, wards.n_left_out) == (3, 1)

    def test_two_are_left_out(self):
        wards = read({"WD18CD": GSS, "WD18NM": NAMES}, [*boxes(2), None, shapely.Polygon()])
        assert "Beam and Eastbury have no shape" in said(wards)
        assert "were left out" in said(wards)

    def test_lines_and_points_among_wards(self):
        odd = [shapely.Point(WEST, SOUTH), shapely.LineString([(WEST, SOUTH), (WEST + 9, SOUTH)])]
        wards = read({"WD18CD": GSS, "WD18NM": NAMES}, [*boxes(2), *odd])
        assert len(wards.table) == 2
        assert "Beam and Eastbury" in said(wards)

    def test_a_collection_with_a_label_point_is_its_areas(self):
        mixed = shapely.GeometryCollection([boxes(1)[0], shapely.Point(WEST, SOUTH)])
        wards = read({"WD18CD": GSS[:2], "WD18NM": NAMES[:2]}, [mixed, boxes(2)[1]])
        assert wards.table.geometry.area.tolist() == [1e6, 7e5]
        assert wards.cautions == ()

    def test_a_ring_without_width_is_left_out(self):
        flat = shapely.Polygon([(WEST, SOUTH), (WEST + 100, SOUTH), (WEST + 50, SOUTH)])
        wards = read({"WD18CD": GSS[:2], "WD18NM": NAMES[:2]}, [boxes(1)[0], flat])
        assert len(wards.table) == 1
        assert "Alibon has no shape" in said(wards)

    def test_nothing_but_empty_shapes(self):
        layer = layer_of({"WD18CD": GSS[:1], "WD18NM": NAMES[:1]}, [shapely.Polygon()])
        with pytest.raises(BoundaryError, match="holds no polygons"):
            wards_of(layer, "w.gpkg")

    def test_what_is_left_out_does_not_decide_the_columns(self):
        table = {"area_code": [*GSS[:2], "none at all"], "area_name": [*NAMES[:2], "Sea"]}
        wards = read(table, [*boxes(2), None])
        assert [code for code, _ in listed(wards)] == list(GSS[:2])

    def test_parts_of_wards_by_a_number(self):
        table = {"DISTRICT": [1, 2, 1, 3], "Hood": ["North", "South", "North", "East"]}
        wards = read(table)
        assert listed(wards) == [("1", "North"), ("2", "South"), ("3", "East")]
        assert wards.n_parts == 1
        assert "4 shapes were taken as 3 wards, those of one code as parts of one" in said(wards)

    def test_one_ward_given_in_parts(self):
        wards = read({"WD22CD": [GSS[0]] * 2, "WD22NM": ["Abbey"] * 2})
        assert listed(wards) == [(GSS[0], "Abbey")]

    def test_a_code_with_two_names_is_said(self):
        wards = read({"WD22CD": [GSS[0], GSS[0], GSS[1]], "WD22NM": NAMES[:3]})
        assert len(wards.table) == 2
        assert f"several names, and were taken as one ward with the first of them: {GSS[0]}" in (
            said(wards)
        )

    def test_a_class_of_wards_is_no_code(self):
        """Ten wards of two types are ten wards."""
        wards = read({"type_code": ["U", "R", "U", "R"], "Hood": NAMES})
        assert len(wards.table) == 4

    def test_two_wards_of_one_name_without_codes_are_said(self):
        wards = read({"NAME": ["Riverside", "Abbey", "Riverside", "Beam"]})
        assert len(wards.table) == 3
        assert "shapes of the same name were taken as one ward: Riverside" in said(wards)

    def test_two_wards_of_one_name_with_codes_are_two(self):
        wards = read({"WARD_NO": [1, 2, 3, 4], "NAME": ["Riverside", "Abbey", "Riverside", "Beam"]})
        assert len(wards.table) == 4

    @pytest.mark.parametrize(
        ("names", "name"),
        [
            (["One", "Two", "Two", "Four"], "Two"),
            (["One", "Two", "Two", "Two"], "2"),
        ],
    )
    def test_names_of_more_than_half_of_the_codes_are_names(self, names, name):
        """Of fewer they are those of what lies above: boroughs, say."""
        wards = read({"Ward Number": [1, 2, 3, 4], "District": names})
        assert listed(wards)[1] == ("2", name)

    def test_a_ward_with_a_hole_keeps_it(self):
        outer = boxes(1)[0]
        hole = shapely.box(WEST + 200, SOUTH + 200, WEST + 400, SOUTH + 400)
        table = {"area_code": GSS[:2], "area_name": NAMES[:2]}
        wards = read(table, [outer.difference(hole), hole])
        assert wards.table.geometry.area.tolist() == [960_000, 40_000]


class TestFiles:
    @pytest.mark.parametrize("suffix", ["shp", "gpkg", "geojson"])
    def test_formats(self, tmp_path, suffix):
        """A Shapefile cuts its headings to ten characters; a gap makes floats of numbers."""
        table = {"district_number": [1.0, 2.0, 3.0], "district_name": NAMES[:3]}
        layer = layer_of(table)
        cut = {"district_number": "district_n", "district_name": "distri_1"}
        layer.rename(columns=cut if suffix == "shp" else {}).to_file(tmp_path / f"w.{suffix}")
        area = read_study_area(tmp_path / f"w.{suffix}")
        assert area.wards["ward_code"].tolist() == ["1", "2", "3"]
        assert area.wards["ward_name"].tolist() == list(NAMES[:3])

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
    def test_letters_with_accents_in_a_shapefile(self, tmp_path, encoding):
        layer_of({"NR": ["1", "2"], "BEZEICH": ["Höchst", "Fuß"]}).to_file(
            tmp_path / "w.shp", encoding=encoding
        )
        area = read_study_area(tmp_path / "w.shp")
        assert area.wards["ward_name"].tolist() == ["Höchst", "Fuß"]

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
    def test_a_shapefile_that_does_not_say_how_its_letters_are_written(self, tmp_path, encoding):
        layer_of({"NR": ["1", "2"], "BEZEICH": ["Höchst", "Fuß"]}).to_file(
            tmp_path / "w.shp", encoding=encoding
        )
        (tmp_path / "w.cpg").unlink()
        area = read_study_area(tmp_path / "w.shp")
        assert area.wards["ward_name"].tolist() == ["Höchst", "Fuß"]

    def test_a_geojson_in_the_letters_of_windows(self, tmp_path):
        layer_of({"WD22CD": GSS[:2], "WD22NM": ["Höchst", "Fuß"]}).to_file(tmp_path / "w.geojson")
        text = (tmp_path / "w.geojson").read_text("utf-8")
        (tmp_path / "w.geojson").write_bytes(text.encode("cp1252"))
        area = read_study_area(tmp_path / "w.geojson")
        assert area.wards["ward_name"].tolist() == ["Höchst", "Fuß"]
        assert area.cautions == (
            "w.geojson is not written in UTF-8; its letters were read as those of Windows.",
        )

    def test_a_ring_that_is_not_closed_is_left_out(self, tmp_path):
        """To close it would be a guess at its shape."""
        layer = layer_of({"WD22CD": GSS[:2], "WD22NM": NAMES[:2]}).to_crs("EPSG:4326")
        found = json.loads(layer.to_json(drop_id=True))
        found["features"][1]["geometry"]["coordinates"][0].pop()
        (tmp_path / "w.geojson").write_text(json.dumps(found))
        area = read_study_area(tmp_path / "w.geojson")
        assert area.wards["ward_name"].tolist() == ["Abbey"]
        assert "Alibon has no shape" in area.cautions[0]
        assert (area.n_read, area.n_left_out) == (2, 1)

    def test_a_district_that_is_the_wards_own_is_not_the_name_of_the_whole(self, tmp_path):
        layer_of({"District": ["7"]}).to_file(tmp_path / "Some_town.gpkg")
        assert read_study_area(tmp_path / "Some_town.gpkg").name == "Some town"

    def test_columns_that_somebody_said(self, tmp_path):
        table = {"A": ["x1", "x2"], "B": ["y1", "y2"], "NAME": NAMES[:2]}
        layer_of(table).to_file(tmp_path / "w.gpkg")
        (tmp_path / "columns.toml").write_text('[boundaries]\ncode = ["B"]\nname = ["A"]\n')
        area = read_study_area(tmp_path / "w.gpkg")
        assert area.wards["ward_code"].tolist() == ["y1", "y2"]
        assert area.wards["ward_name"].tolist() == ["x1", "x2"]
        assert area.cautions == ()

    def test_a_field_that_no_column_holds(self, tmp_path):
        layer_of({"NO": [1, 2], "NAME": NAMES[:2]}).to_file(tmp_path / "w.gpkg")
        (tmp_path / "columns.toml").write_text("[boundaries]\ncode = []\n")
        area = read_study_area(tmp_path / "w.gpkg")
        assert area.wards["ward_code"].tolist() == ["abbey", "alibon"]

    def test_headings_of_other_files_are_no_matter(self, tmp_path):
        layer_of({"WD22CD": GSS[:2], "WD22NM": NAMES[:2]}).to_file(tmp_path / "w.gpkg")
        (tmp_path / "columns.toml").write_text('[boundaries]\ncode = ["BoroCD"]\n')
        assert read_study_area(tmp_path / "w.gpkg").wards["ward_code"].tolist() == list(GSS[:2])

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ('[wards]\ncode = ["A"]\n', "unknown table 'wards'"),
            ('[boundaries]\ncod = ["A"]\n', r"unknown field 'cod' \(did you mean 'code'\?\)"),
            ('[boundaries]\ncode = "A"\n', "code must be a list of headings"),
            ("[boundaries\n", "columns.toml is not valid TOML"),
        ],
    )
    def test_a_columns_toml_that_cannot_be_used(self, tmp_path, text, says):
        layer_of({"WD22CD": GSS[:2], "WD22NM": NAMES[:2]}).to_file(tmp_path / "w.gpkg")
        (tmp_path / "columns.toml").write_text(text)
        with pytest.raises(SettingsError, match=says):
            read_study_area(tmp_path / "w.gpkg")


CASES = Path(os.environ.get("CSP_GEO_SHARED", "../shared")) / "cases" / "files"


@pytest.mark.skipif(not CASES.is_dir(), reason="no case files beside the repository")
class TestCases:
    @pytest.mark.parametrize(
        ("name", "codes", "names", "says"),
        [
            ("area_code_area_name", ["E05000026", "E05000027"], ["One", "Two"], "'area_code'"),
            ("name_only", ["one", "two"], ["One", "Two"], "made from the names in 'NhoodName'"),
            (
                "with_one_empty_shape",
                ["E05000026", "E05000027"],
                ["One", "Two"],
                "Unallocated has no shape",
            ),
        ],
    )
    def test_wards(self, name, codes, names, says):
        area = read_study_area(CASES / f"wards_{name}.geojson")
        assert area.wards["ward_code"].tolist() == codes
        assert area.wards["ward_name"].tolist() == names
        assert says in " ".join(area.cautions)
