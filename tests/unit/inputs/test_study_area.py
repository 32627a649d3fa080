"""Wards: dialects, CRS, repair, measure, vintage; and the boundary rule against brute force."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely

from csp_geo.core.errors import BoundaryError
from csp_geo.core.projection import british_grid
from csp_geo.inputs.areas.study_area import StudyArea, read_study_area, read_vintages, vintage_of

WEST, SOUTH = 544010, 184020
CODES = ("E05014053", "E05014054", "E05014055", "E05014056")


def write_layer(path, table, shapes, crs="EPSG:27700", **options):
    gpd.GeoDataFrame(table, geometry=list(shapes), crs=crs).to_file(path, **options)
    return path


def squares(n=2, side=1000):
    return [
        shapely.box(WEST + i * side, SOUTH, WEST + (i + 1) * side, SOUTH + side) for i in range(n)
    ]


def area_of(shapes, codes=None):
    """A StudyArea made directly of shapes in metres."""
    codes = codes or [f"E0000000{i}" for i in range(len(shapes))]
    wards = gpd.GeoDataFrame(
        {"ward_code": codes, "ward_name": codes}, geometry=list(shapes), crs="EPSG:27700"
    )
    return StudyArea(name="x", wards=wards, projection=british_grid())


def brute_force(area, points):
    """The written rule, point by point: covered, edges included, the lower code first."""
    codes = area.wards["ward_code"]
    rows = []
    for point in shapely.points(points):
        covered = [r for r, ward in enumerate(area.wards.geometry) if ward.covers(point)]
        rows.append(min(covered, key=lambda row: codes[row]) if covered else -1)
    return rows


class TestInputs:
    def test_no_polygons(self, tmp_path):
        path = write_layer(tmp_path / "p.gpkg", {"code": ["a"]}, [shapely.Point(1, 2)])
        with pytest.raises(BoundaryError, match=r"p\.gpkg holds no polygons"):
            read_study_area(path)

    def test_no_column_that_tells_wards_apart(self, tmp_path):
        path = write_layer(tmp_path / "w.gpkg", {"colour": ["red", "red"]}, squares())
        with pytest.raises(BoundaryError, match=r"ward code or the ward name.*colour"):
            read_study_area(path)

    def test_not_there(self, tmp_path):
        with pytest.raises(BoundaryError, match="is not there"):
            read_study_area(tmp_path / "none.geojson")

    def test_shapefile_alone(self, tmp_path):
        """Without its .shx and .dbf a Shapefile is not a layer; the message names them."""
        path = write_layer(tmp_path / "w.shp", {"CODE": CODES[:2], "NAME": ["A", "B"]}, squares())
        path.with_suffix(".shx").unlink()
        with pytest.raises(BoundaryError, match=r"\.shx and \.dbf"):
            read_study_area(path)

    def test_ward_without_code(self, tmp_path):
        table = {"WD22CD": [CODES[0], None], "WD22NM": ["Abbey", "Alibon"]}
        path = write_layer(tmp_path / "w.gpkg", table, squares())
        with pytest.raises(BoundaryError, match="code"):
            read_study_area(path)

    def test_metres_that_fit_no_grid_are_refused(self, tmp_path):
        """No CRS, and numbers that fit neither degrees nor the grid."""
        shapes = [shapely.box(4e6, 3e6, 4.1e6, 3.1e6)]
        path = write_layer(tmp_path / "w.shp", {"CODE": ["X1"], "NAME": ["A"]}, shapes)
        path.with_suffix(".prj").unlink()
        with pytest.raises(BoundaryError, match="does not say which coordinate system"):
            read_study_area(path)

    def test_british_codes_outside_britain(self, tmp_path):
        shapes = [shapely.box(2.3, 48.8, 2.4, 48.9)]
        table = {"WD22CD": [CODES[0]], "WD22NM": ["Paris"]}
        path = write_layer(tmp_path / "w.geojson", table, shapes, crs="EPSG:4326")
        with pytest.raises(
            BoundaryError, match="do not lie where their codes say, in Great Britain"
        ):
            read_study_area(path)


class TestOutputs:
    @pytest.mark.parametrize(
        ("code", "name"),
        [
            ("WD22CD", "WD22NM"),
            ("WD13CD", "WD13NM"),
            ("wd24cd", "wd24nm"),
            ("GSS_CODE", "NAME"),
            ("gss_code", "name"),
            ("ward_code", "ward_name"),
            ("Ward Code", "Ward Name"),
        ],
    )
    def test_dialects_of_column_names(self, tmp_path, code, name):
        table = {code: CODES[1::-1], name: ["Alibon", "Abbey"]}
        area = read_study_area(
            write_layer(tmp_path / "w.geojson", table, squares(), driver="GeoJSON")
        )
        assert list(area.wards.columns) == ["ward_code", "ward_name", "geometry"]
        assert list(area.wards["ward_code"]) == ["E05014053", "E05014054"]
        assert list(area.wards["ward_name"]) == ["Abbey", "Alibon"]

    def test_the_better_column_goes_first(self, tmp_path):
        """A district's name and code beside those of the ward are not taken for them."""
        table = {
            "LAD22CD": ["E09000002"] * 2,
            "LAD22NM": ["Barking and Dagenham"] * 2,
            "NAME": ["district"] * 2,
            "WD22CD": CODES[:2],
            "WD22NM": ["Abbey", "Alibon"],
        }
        area = read_study_area(write_layer(tmp_path / "w.gpkg", table, squares()))
        assert list(area.wards["ward_name"]) == ["Abbey", "Alibon"]
        assert area.name == "Barking and Dagenham"

    @pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp"])
    def test_formats_give_the_same_wards(self, tmp_path, suffix):
        """The same squares from metres (GeoPackage, Shapefile) and from degrees (GeoJSON)."""
        table = {"WD22CD": CODES[:2], "WD22NM": ["Abbey", "Alibon"]}
        shapes = squares()
        crs = "EPSG:27700"
        if suffix == "geojson":
            shapes = shapely.transform(shapes, british_grid().to_lonlat)
            crs = "EPSG:4326"
        area = read_study_area(write_layer(tmp_path / f"w.{suffix}", table, shapes, crs=crs))
        assert area.projection.is_british
        assert area.wards.crs == "EPSG:27700"
        assert area.wards.geometry.area.to_numpy() == pytest.approx([1e6, 1e6], abs=1)
        assert area.wards.total_bounds == pytest.approx(
            (WEST, SOUTH, WEST + 2000, SOUTH + 1000), abs=0.01
        )
        assert area.cautions == ()
        assert area.file_name == f"w.{suffix}"
        assert len(area.sha256) == 64

    def test_shapefile_without_prj(self, tmp_path):
        """The missing CRS is decided by the range of the numbers, and said."""
        table = {"CODE": CODES[:2], "NAME": ["Abbey", "Alibon"]}
        path = write_layer(tmp_path / "w.shp", table, squares())
        path.with_suffix(".prj").unlink()
        area = read_study_area(path)
        assert area.wards.total_bounds == pytest.approx((WEST, SOUTH, WEST + 2000, SOUTH + 1000))
        (said,) = area.cautions
        assert said.startswith("w.shp names no coordinate system; read as British National Grid")

    def test_parts_of_a_ward_are_joined(self, tmp_path):
        """Two records with one code are one ward of two parts."""
        table = {"WD22CD": [CODES[0], CODES[1], CODES[0]], "WD22NM": ["Abbey", "Alibon", "Abbey"]}
        area = read_study_area(write_layer(tmp_path / "w.gpkg", table, squares(3)))
        assert list(area.wards["ward_code"]) == list(CODES[:2])
        assert area.wards.geometry.area.tolist() == [2e6, 1e6]

    def test_invalid_ward_is_repaired_and_said(self, tmp_path):
        """A bow tie of two triangles of 0.25 square kilometres each."""
        bow = shapely.Polygon(
            [(WEST, SOUTH), (WEST + 1000, SOUTH + 1000), (WEST + 1000, SOUTH), (WEST, SOUTH + 1000)]
        )
        table = {"WD22CD": CODES[:2], "WD22NM": ["Abbey", "Alibon"]}
        area = read_study_area(write_layer(tmp_path / "w.gpkg", table, [bow, squares()[1]]))
        assert area.wards.geometry.is_valid.all()
        assert area.wards.geometry.area[0] == pytest.approx(500_000)
        (said,) = area.cautions
        assert "Abbey" in said
        assert "Alibon" not in said

    def test_overlaps_and_gaps_are_measured(self, tmp_path):
        """Ward 2 reaches 100 m into ward 1; a hole of 200 by 200 m is left in the middle of it."""
        one, two = squares()
        two = shapely.box(WEST + 900, SOUTH, WEST + 2000, SOUTH + 1000)
        hole = shapely.box(WEST + 1400, SOUTH + 400, WEST + 1600, SOUTH + 600)
        table = {"WD22CD": CODES[:2], "WD22NM": ["Abbey", "Alibon"]}
        path = write_layer(tmp_path / "w.gpkg", table, [one, two.difference(hole)])
        area = read_study_area(path)
        assert area.overlap_m2 == pytest.approx(100_000)
        assert area.gap_m2 == pytest.approx(40_000)
        (said,) = area.cautions
        assert "100,000 square metres are in two wards" in said
        assert "40,000 in none" in said

    @pytest.mark.parametrize(
        ("overlap", "gap", "is_said"),
        [
            (99.9, 0, False),
            (100.1, 0, True),
            (0, 99.9, False),
            (0, 100.1, True),
            (99.9, 99.9, False),
        ],
    )
    def test_slivers_up_to_100_square_metres_are_not_said(self, tmp_path, overlap, gap, is_said):
        """Along an edge of a kilometre, and in a hole of one metre in width."""
        one, two = squares()
        two = shapely.box(WEST + 1000 - overlap / 1000, SOUTH, WEST + 2000, SOUTH + 1000)
        if gap:
            hole = shapely.box(WEST + 1400, SOUTH + 400, WEST + 1401, SOUTH + 400 + gap)
            two = two.difference(hole)
        table = {"WD22CD": CODES[:2], "WD22NM": ["Abbey", "Alibon"]}
        area = read_study_area(write_layer(tmp_path / "w.gpkg", table, [one, two]))
        assert any("do not fit together" in said for said in area.cautions) == is_said

    def test_no_overlap_no_caution(self, tmp_path):
        table = {"WD22CD": CODES[:2], "WD22NM": ["Abbey", "Alibon"]}
        area = read_study_area(write_layer(tmp_path / "w.gpkg", table, squares()))
        assert (area.overlap_m2, area.gap_m2, area.cautions) == (0, 0, ())

    def test_elsewhere_the_utm_zone_of_the_centre(self, tmp_path):
        """A square in Memphis, in degrees: UTM 15 north, 0.02 degrees are 2,219 by 1,823 m."""
        shapes = [shapely.box(-90.06, 35.14, -90.04, 35.16)]
        table = {"ward_code": ["M1"], "ward_name": ["Downtown"]}
        path = write_layer(tmp_path / "memphis.geojson", table, shapes, crs="EPSG:4326")
        area = read_study_area(path)
        assert area.projection.crs == "EPSG:32615"
        assert area.vintage is None
        assert area.name == "memphis"
        assert area.wards.geometry.area[0] == pytest.approx(2219 * 1823, rel=0.01)
        points = area.projection.to_metres([[-90.05, 35.15], [-90.07, 35.15]])
        assert area.ward_of(points).tolist() == [0, -1]

    def test_schematic_wards_are_known_as_such(self, tmp_path):
        table = {"WD22CD": CODES[:2], "WD22NM": ["A", "B"], "status": ["schematic"] * 2}
        assert read_study_area(write_layer(tmp_path / "w.gpkg", table, squares())).schematic


class TestWardOf:
    def test_shared_edges_and_corners_against_brute_force(self, town_area):
        """Every 250 m over the town and beyond: insides, shared edges, corners, the very border."""
        steps = np.arange(-500, 2501, 250)
        lattice = np.array([(WEST + x, SOUTH + y) for x in steps for y in steps], dtype=float)
        rows = town_area.ward_of(lattice)
        assert rows.dtype == np.int64
        assert rows.tolist() == brute_force(town_area, lattice)
        assert (rows >= 0).sum() == 81  # 9 by 9: no point of an edge is lost

    @pytest.mark.parametrize(
        ("x", "y", "row"),
        [
            (1000, 500, 0),  # between Abbey and Alibon
            (1000, 1000, 0),  # where all four meet
            (1500, 1000, 1),  # between Alibon and Beam
            (1000, 1500, 2),  # between Barking Riverside and Beam
            (0, 0, 0),  # the outermost corner belongs to the area
            (2000, 2000, 3),
            (2000.001, 2000, -1),
        ],
    )
    def test_rule_by_hand(self, town_area, x, y, row):
        assert town_area.ward_of([[WEST + x, SOUTH + y]]).tolist() == [row]

    def test_random_shapes_against_brute_force(self):
        """Overlapping circles, some with holes: the lower code where two cover a point."""
        rng = np.random.default_rng(5)
        shapes = [
            shapely.Point(xy).buffer(400).difference(shapely.Point(xy).buffer(100))
            for xy in rng.uniform((WEST, SOUTH), (WEST + 2000, SOUTH + 2000), size=(9, 2))
        ]
        area = area_of(shapes)
        points = rng.uniform((WEST - 500, SOUTH - 500), (WEST + 2500, SOUTH + 2500), size=(800, 2))
        rows = area.ward_of(points)
        assert rows.tolist() == brute_force(area, points)
        assert {-1, 0, 8} <= set(rows.tolist())

    def test_nan_lies_outside(self, town_area):
        assert town_area.ward_of([[np.nan, 1], [np.nan, np.nan]]).tolist() == [-1, -1]
        assert town_area.ward_of(np.empty((0, 2))).tolist() == []

    def test_distance_outside(self, town_area):
        """0 within and on the border; 3-4-5 from a corner."""
        points = [
            [WEST + 500, SOUTH + 500],
            [WEST, SOUTH],
            [WEST - 250, SOUTH + 700],
            [WEST - 300, SOUTH - 400],
            [np.nan, np.nan],
        ]
        distance = town_area.distance_outside(points)
        assert distance[:4].tolist() == pytest.approx([0, 0, 250, 500])
        assert np.isnan(distance[4])


class TestVintage:
    def test_of_the_borough(self):
        old = vintage_of([f"E050000{n}" for n in range(26, 43)])
        new = vintage_of([f"E050140{n}" for n in range(53, 72)])
        assert (old.valid_to, new.valid_from) == (date(2022, 5, 4), date(2022, 5, 5))
        assert new.valid_to is None

    @pytest.mark.parametrize(
        "codes",
        [
            ["E05014072"],  # Greenwich
            ["E05000025"],
            ["E05000026", "E05014053"],  # of both
            ["E09000002"],
            ["M1"],
        ],
    )
    def test_unknown_or_mixed(self, codes):
        assert vintage_of(codes) is None

    def test_covers_its_first_and_last_day(self):
        old, new = read_vintages()
        assert old.covers(date(2022, 5, 4))
        assert not old.covers(date(2022, 5, 5))
        assert new.covers(date(2022, 5, 5))
        assert not new.covers(date(2022, 5, 4))
        assert new.covers(date(2040, 1, 1))

    def test_real_wards(self, shared_data):
        """Both real ward files: counts, vintage, area; no overlap (README of the data)."""
        new = read_study_area(shared_data / "wards" / "lbbd_wards_2022_generalised.geojson")
        old = read_study_area(shared_data / "wards" / "lbbd_wards_2002-2022_full.gpkg")
        assert (len(new.wards), len(old.wards)) == (19, 17)
        assert new.vintage.valid_from == date(2022, 5, 5)
        assert old.vintage.valid_to == date(2022, 5, 4)
        assert new.wards.geometry.area.sum() / 1e6 == pytest.approx(36.10, abs=0.02)
        assert old.wards.geometry.area.sum() / 1e6 == pytest.approx(37.80, abs=0.02)
        assert (round(new.overlap_m2), round(old.overlap_m2)) == (0, 0)
