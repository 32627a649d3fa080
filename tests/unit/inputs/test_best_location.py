"""Whole columns, the order of several location columns, and places by name."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from csp_geo.core.errors import SourceError
from csp_geo.core.projection import british_grid
from csp_geo.incidents.clean import clean
from csp_geo.inputs.areas.study_area import StudyArea
from csp_geo.inputs.read import read_reports
from csp_geo.inputs.where import postcode
from csp_geo.inputs.where.gazetteer import normal_name, read_gazetteer
from csp_geo.inputs.where.locate import DEGREES, METRES, locate

POINTS = [(544421 + 90 * i, 184321 + 80 * i) for i in range(10)]
KEY = b"key of the test"


def texts(values):
    return pd.Series([str(value) for value in values], dtype="str")


def columns(points):
    return texts(x for x, _ in points), texts(y for _, y in points)


def run(area, points, axes=METRES):
    return locate(*columns(points), axes, british_grid(), area)


def degrees(points, digits=6):
    return [(round(x, digits), round(y, digits)) for x, y in british_grid().to_lonlat(points)]


@pytest.fixture
def western_area():
    """Two wards west of Greenwich."""
    wards = gpd.GeoDataFrame(
        {"ward_code": ["E05014053", "E05014054"], "ward_name": ["Abbey", "Alibon"]},
        geometry=[shapely.box(515000, 184000, x, 186000) for x in (516000, 517000)],
        crs="EPSG:27700",
    )
    return StudyArea(name="West", wards=wards, projection=british_grid())


class TestWholeColumns:
    @pytest.mark.parametrize("axes", [METRES, DEGREES])
    def test_swapped_columns_are_exchanged_and_flagged(self, town_area, axes):
        points = POINTS if axes == METRES else degrees(POINTS)
        straight = run(town_area, points, axes)
        located = run(town_area, [(y, x) for x, y in points], axes)
        assert located["swapped-columns"].all()
        assert not located[["swapped-coordinates", "outside-study-area"]].any(axis=None)
        pd.testing.assert_frame_equal(located[["x_m", "y_m"]], straight[["x_m", "y_m"]])

    def test_a_single_swapped_row_stays_quarantined(self, town_area):
        located = run(town_area, [*POINTS, POINTS[0][::-1]])
        assert located["swapped-coordinates"].tolist() == [False] * 10 + [True]
        assert not located["swapped-columns"].any()

    @pytest.mark.parametrize("n_swapped", [4, 9])
    def test_a_mixture_or_a_handful_is_not_certain(self, town_area, n_swapped):
        """9 of 10 is not nearly all; 4 are not enough to tell."""
        points = [(y, x) for x, y in POINTS[:n_swapped]] + POINTS[9:] * (n_swapped == 9)
        located = run(town_area, points)
        assert not located["swapped-columns"].any()
        assert located["swapped-coordinates"].sum() == n_swapped

    def test_kilometres(self, town_area):
        located = run(town_area, [(x / 1000, y / 1000) for x, y in POINTS])
        assert located["kilometres"].all()
        assert located["x_m"].tolist() == [x for x, _ in POINTS]
        assert (located["ward"] >= 0).all()

    def test_degrees_are_no_kilometres(self, town_area):
        assert run(town_area, degrees(POINTS))["wrong-crs"].all()

    def test_missing_minus_of_the_column(self, western_area):
        points = degrees([(x - 29000, y) for x, y in POINTS])
        located = run(western_area, [(-x, y) for x, y in points], DEGREES)
        assert located["missing-minus"].all()
        assert (located["ward"] >= 0).all()

    def test_missing_minus_of_a_row(self, western_area):
        points = degrees([(x - 29000, y) for x, y in POINTS])
        mixed = [(-points[0][0], points[0][1]), *points[1:]]
        located = run(western_area, mixed, DEGREES)
        assert located["missing-minus"].tolist() == [True] + [False] * 9
        assert (located["ward"] >= 0).all()

    def test_a_file_that_reaches_further_tells_nothing_about_a_row(self, western_area):
        """A report of Barking in a list of all London is not one of the west without its minus."""
        points = degrees([(x - 29000, y) for x, y in POINTS])
        beyond = [(0.0811, 51.5393), (-points[0][0], points[0][1])]
        located = run(western_area, [*points, *beyond], DEGREES)
        assert not located["missing-minus"].any()
        assert located["outside-study-area"].sum() == 2

    def test_east_of_greenwich_a_minus_sign_is_not_taken_away(self, town_area):
        points = [(-x, y) for x, y in degrees(POINTS)]
        assert run(town_area, points, DEGREES)["outside-study-area"].all()

    def test_a_national_file_is_left_as_it_is(self, town_area):
        points = [(430011 + 1000 * i, 433511) for i in range(200)] + POINTS[:1]
        located = run(town_area, points)
        assert located["outside-study-area"].sum() == 200
        assert not located[["swapped-columns", "kilometres"]].any(axis=None)


HEADER = (
    "date", "easting", "northing", "grid reference", "wkt", "postcode", "location", "category"
)  # fmt: skip


class TestSeveralColumns:
    @pytest.fixture
    def incidents(self, tmp_path, write, town_area, monkeypatch):
        monkeypatch.setattr(postcode, "directory", lambda _: {"IG117LU": (544501.0, 184401.0)})
        write.csv(
            tmp_path / "context" / "gazetteer.csv",
            ("name", "easting", "northing", "accuracy"),
            [("East Street", 544601, 184501, 60), ("Mill Lane", 544701, 184601, "")],
        )
        gazetteer = read_gazetteer([tmp_path / "context" / "gazetteer.csv"], town_area.projection)

        def make(*rows, source="offence"):
            write.csv(tmp_path / "in" / source / "a.csv", HEADER, rows)
            reports = read_reports(tmp_path / "in", by_place=True)
            return clean(reports, town_area, key=KEY, gazetteer=gazetteer)

        return make

    def test_the_best_that_a_row_has_is_used(self, incidents):
        wkt = "POINT (544431 184331)"
        rest = ("TQ 444 842", wkt, "IG11 7LU", "East Street", "Robbery")
        blank = ("", "")
        result = incidents(
            ("13/01/2023", 544421, 184321, *rest),
            ("13/01/2023", *blank, *rest),
            ("13/01/2023", *blank, "", *rest[1:]),
            ("13/01/2023", *blank, "", "", *rest[2:]),
            ("13/01/2023", *blank, "", "", "", "on or near East St.", "Robbery"),
            ("13/01/2023", 0, 0, "", "", "IG11", "Mill Ln", "Robbery"),
        )
        found = result.incidents
        assert found["location_method"].tolist() == [
            "exact", "gridref", "exact", "postcode", "gazetteer", "gazetteer"
        ]  # fmt: skip
        assert found["location_accuracy_m"].tolist() == [20, 100, 20, 100, 60, 100]
        assert found.geometry.x.tolist() == [544421, 544450, 544431, 544501, 544601, 544701]
        assert found["flags"].tolist() == [
            "", "coarse-coordinates", "", "postcode-location", "gazetteer-location",
            "gazetteer-location",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("half", "fate"), [(30, "accepted"), (499.9, "accepted"), (500, "quarantined")]
    )
    def test_a_line_in_a_cell_or_in_a_gis_file_is_the_same(
        self, tmp_path, write, town_area, half, fate
    ):
        ends = [(544411 - half, 185011), (544411 + half, 185011)]
        wkt = f"LINESTRING ({ends[0][0]} {ends[0][1]}, {ends[1][0]} {ends[1][1]})"
        header = ("date", "wkt", "category")
        write.csv(tmp_path / "in" / "offence" / "a.csv", header, [("2023-01-13", wkt, "Robbery")])
        write.gpkg(
            tmp_path / "in" / "offence" / "b.gpkg",
            {"date": ["2023-01-13"], "category": ["Robbery"]},
            [shapely.LineString(ends)],
        )
        result = clean(read_reports(tmp_path / "in"), town_area, key=KEY)
        assert result.rows["fate"].tolist() == [fate] * 2
        if fate == "accepted":
            assert result.incidents["flags"].tolist() == ["not-a-point"] * 2
            assert result.incidents["location_accuracy_m"].tolist() == pytest.approx([half] * 2)
            assert result.incidents.geometry.x.tolist() == pytest.approx([544411] * 2)

    @pytest.mark.parametrize("named", [False, True])
    def test_two_pairs_each_in_some_rows(self, tmp_path, write, town_area, named):
        metres = POINTS[:5]
        lonlat = degrees(metres)
        rows = [("13/01/2023", y, x, "", "", "Robbery") for x, y in lonlat[:2]]
        rows += [("13/01/2023", "", "", x, y, "Robbery") for x, y in metres[2:]]
        rows += [("13/01/2023", lonlat[0][1], "", "", metres[0][1], "Robbery")]
        rows += [("13/01/2023", lonlat[0][1], lonlat[0][0], 1, 2, "Burglary")]
        header = ("date", "latitude", "longitude", "easting", "northing", "category")
        write.csv(tmp_path / "offence" / "a.csv", header, rows[: len(rows) - named])
        if named:
            toml = '[columns]\neasting = ["easting"]\nnorthing = ["northing"]\n'
            (tmp_path / "offence" / "source.toml").write_text(toml, encoding="utf-8")
        reports = read_reports(tmp_path)
        result = clean(reports, town_area, key=KEY)
        fates = ["accepted"] * 5 + ["quarantined"] + ["accepted"] * (not named)
        assert result.rows["fate"].tolist() == fates
        assert result.quarantine["reasons"].tolist() == ["missing-coordinates"]
        at = result.incidents.geometry
        assert sorted(at.x)[-5:] == pytest.approx([x for x, _ in metres], abs=0.2)
        (said,) = (note for note in reports.files[0].notes if note.startswith("locations"))
        order = ("eastings and northings, and degrees in 2", "degrees, and eastings and northings")
        assert order[not named] in said

    def test_a_wrong_coordinate_does_not_fall_through(self, incidents):
        result = incidents(("13/01/2023", 5, 184321, "TQ 4442 8432", "", "", "", "Robbery"))
        assert result.quarantine["reasons"].tolist() == ["outside-study-area"]

    def test_respondents_postcodes_are_not_read(self, tmp_path, write):
        """In a survey a column "postcode" is where people live."""
        header = ("date", "easting", "northing", "postcode", "category")
        write.csv(tmp_path / "survey" / "a.csv", header, [("13/01/2023", 1, 2, "IG11 7LU", "x")])
        (file,) = read_reports(tmp_path).files
        assert "postcode" not in file.matched

    def test_what_to_install_is_said_once(self, tmp_path, write, town_area, monkeypatch):
        monkeypatch.setattr(postcode, "directory", lambda _: None)
        rows = [("13/01/2023", "IG11 7LU", "Robbery"), ("14/01/2023", "IG11 8EB", "Robbery")]
        write.csv(tmp_path / "offence" / "a.csv", ("date", "postcode", "category"), rows)
        result = clean(read_reports(tmp_path), town_area)
        (said,) = result.cautions
        assert said.startswith("2 rows give only a postcode as their place (first: offence/a.csv")
        assert said.endswith('pip install "csp-geo[postcodes]".')
        assert "IG11" not in said


class TestGazetteer:
    @pytest.mark.parametrize(
        ("text", "same"),
        [("East St", "East Street"), ("On or near EAST STREET", "East Street"),
         ("East Street, IG11 8EB", "East Street"), ("St Pauls Rd.", "St Paul's Road")],
    )  # fmt: skip
    def test_names_are_normalised(self, text, same):
        assert normal_name(text) == normal_name(same)

    def test_a_name_of_two_places_is_not_used(self, tmp_path, write):
        path = tmp_path / "gazetteer.csv"
        rows = [("High St", 544421, 184321), ("High Street", 546421, 184321), ("Lodge", "", "")]
        write.csv(path, ("name", "easting", "northing"), rows)
        gazetteer = read_gazetteer([path], british_grid())
        assert not gazetteer.places
        assert "1 of 3 rows" in gazetteer.cautions[0]
        assert "1 names stand for several places" in gazetteer.cautions[1]

    @pytest.mark.parametrize(
        ("apart", "accuracy", "kept"),
        [
            (100, "", True),
            (101, "", False),
            (100, "30", True),
            (101, "30", False),
            (200, "200", True),
            (201, "200", False),
        ],
    )
    def test_places_of_one_name_this_far_apart_are_one(
        self, tmp_path, write, apart, accuracy, kept
    ):
        """100 metres or, where that is more, as far as either is in doubt."""
        rows = [("High St", 544421 + x, 184321, accuracy) for x in (0, apart)]
        path = tmp_path / "gazetteer.csv"
        write.csv(path, ("name", "easting", "northing", "accuracy"), rows)
        places = read_gazetteer([path], british_grid()).places
        assert list(places) == ["highstreet"] * kept
        if kept:
            doubt = max(float(accuracy or 100), apart / 2)
            assert places["highstreet"] == (544421 + apart / 2, 184321, doubt)

    def test_without_coordinates_it_is_refused(self, tmp_path, write):
        path = tmp_path / "gazetteer.csv"
        write.csv(path, ("name", "ward"), [("East Street", "Abbey")])
        with pytest.raises(SourceError, match=r"needs the columns name.*found: name, ward"):
            read_gazetteer([path], british_grid())

    def test_none_there(self, tmp_path):
        assert read_gazetteer([tmp_path / "stops.csv"], british_grid()) is None

    def test_without_it_place_names_are_no_location(self, tmp_path, write):
        write.csv(tmp_path / "asb" / "a.csv", ("date", "location"), [("13/01/2023", "East Street")])
        with pytest.raises(Exception, match="for the location"):
            read_reports(tmp_path)
