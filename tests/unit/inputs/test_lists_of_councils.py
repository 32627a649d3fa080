"""Lists as councils publish them: headings, types of places, folders, and zones in other words."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
import shapely

from csp_geo.core.errors import BoundaryError, SourceError
from csp_geo.core.projection import british_grid
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.areas.zones_and_places import read_zones
from csp_geo.inputs.venues.premises import read_premises
from csp_geo.inputs.venues.venue_types import read_venue_types

TYPES = read_venue_types()
CASES = Path(os.environ.get("CSP_GEO_SHARED", "../shared")) / "cases" / "files"
PLACE = (544421, 184321)
BOX = shapely.box(544300, 184200, 544600, 184500)


class TestTypes:
    @pytest.mark.parametrize(
        ("words", "kind"),
        [
            ("Local authority run library", "library"),
            ("Council-run library", "library"),
            ("Library (council)", "library"),
            ("Libraries", "library"),
            ("LIBRARIES", "library"),
            ("Community Library", "library"),
            ("Volunteer-led community library", "library"),
            ("Library - branch", "library"),
            ("Public leisure centre", "leisure centre"),
            ("Leisure Centres", "leisure centre"),
            ("Council's community hub", "community hub"),
            ("Community hubs and libraries", "community hub"),
            ("Library / Community hub", "library"),
            ("Churches", "place of worship"),
            ("Pharmacies", "pharmacy"),
            ("Independent pub & restaurant", "pub or bar"),
            ("Public library (closed)", "not in use"),
            ("Charity shop", "charity"),
        ],
    )
    def test_who_runs_it_and_the_plural_are_no_matter(self, words, kind):
        assert TYPES.of(words) == kind

    @pytest.mark.parametrize(
        "words",
        [
            *("Police station", "Food bank", "Toy library", "Mobile library", "Youth hub"),
            *("Library and police station", "Local authority", "Community", "Other business"),
            "Barking", "public", "-", "and",
        ],
    )  # fmt: skip
    def test_other_words_leave_it_unknown(self, words):
        """A police station is no railway station, a food bank no bank."""
        assert TYPES.of(words) is None

    def test_tags_are_compared_whole(self):
        assert TYPES.of("amenity=libraries") is None


class TestHeadings:
    @pytest.mark.parametrize(
        "heading",
        [
            "Library Name", "LibraryName", "SITE_NAME", "Facility name", "Name of library",
            "Facility", "Title", "Leisure Centre", "HUBNAME",
        ],
    )  # fmt: skip
    def test_names(self, tmp_path, write, town_area, heading):
        header = ("Type", heading, "Easting", "Northing")
        path = write.csv(tmp_path / "l.csv", header, [("Library", "Zq Library", *PLACE)])
        found = read_premises([path], town_area, TYPES)
        assert found.table["name"].tolist() == ["Zq Library"]
        assert f"names are read from '{heading}'" in " ".join(found.cautions)

    @pytest.mark.parametrize(
        "heading",
        [
            "Manager name", "Contact Name", "ward_name", "Street Name", "First name", "Surname",
            "LicenceHolderName", "Local authority name", "Names",
        ],
    )  # fmt: skip
    def test_names_of_people_and_surroundings_are_none(self, tmp_path, write, town_area, heading):
        header = ("Type", heading, "Easting", "Northing")
        path = write.csv(tmp_path / "l.csv", header, [("Library", "Zq", *PLACE)])
        with pytest.raises(SourceError, match=r"no column was found for the name\..*--map"):
            read_premises([path], town_area, TYPES)

    def test_a_known_heading_goes_before(self, tmp_path, write, town_area):
        header = ("Site name", "Name", "Type", "Easting", "Northing")
        path = write.csv(tmp_path / "l.csv", header, [("Zq Site", "Zq", "Library", *PLACE)])
        assert read_premises([path], town_area, TYPES).table["name"].tolist() == ["Zq"]

    def test_two_that_could_be_are_said(self, tmp_path, write, town_area):
        header = ("Site name", "Building name", "Type", "Easting", "Northing")
        path = write.csv(tmp_path / "l.csv", header, [("Zq", "Zq House", "Library", *PLACE)])
        found = read_premises([path], town_area, TYPES)
        assert "'Site name', although Building name may be as well" in " ".join(found.cautions)

    def test_as_somebody_said(self, tmp_path, write, town_area):
        header = ("Name", "Where", "Sort", "E", "N")
        row = ("Office", "Zq Hub", "Community hub", *PLACE)
        path = write.csv(tmp_path / "l.csv", header, [row])
        (tmp_path / "columns.toml").write_text(
            '[premises]\nname = ["Where"]\nbusiness_type = ["Sort"]\neasting = ["E"]\n'
            'northing = ["N"]\n'
        )
        found = read_premises([path], town_area, TYPES)
        assert found.table["name"].tolist() == ["Zq Hub"]
        assert found.table["venue_type"].tolist() == ["community hub"]

    def test_a_field_that_no_column_holds(self, tmp_path, write, town_area):
        header = ("Name", "Type", "Easting", "Northing")
        path = write.csv(tmp_path / "l.csv", header, [("Zq", "A1", *PLACE)])
        with pytest.raises(Exception, match="venue types"):
            read_premises([path], town_area, TYPES)
        (tmp_path / "columns.toml").write_text("[premises]\nbusiness_type = []\n")
        assert read_premises([path], town_area, TYPES).table["venue_type"].tolist() == ["other"]


class TestFolder:
    HEADER = ("Name", "Type", "Easting", "Northing")

    def test_a_folder_is_its_files(self, tmp_path, write, town_area):
        for n, name in enumerate(("b", "a")):
            write.csv(tmp_path / "l" / f"{name}.csv", self.HEADER,
                      [(f"Zq {name}", "Library", 544421 + 100 * n, 184321)])  # fmt: skip
        (tmp_path / "l" / "readme.txt").write_text("Zq")
        (tmp_path / "l" / "venue_types.toml").write_text("")
        found = read_premises([tmp_path / "l"], town_area, TYPES)
        assert found.table["name"].tolist() == ["Zq a", "Zq b"]
        assert found.cautions == ()

    def test_what_is_no_list_in_it_is_left_and_said(self, tmp_path, write, town_area):
        write.csv(tmp_path / "l" / "a.csv", self.HEADER, [("Zq", "Library", *PLACE)])
        write.csv(tmp_path / "l" / "b.csv", ("x", "y z"), [("1", "2")])
        found = read_premises([tmp_path / "l"], town_area, TYPES)
        assert len(found.table) == 1
        assert [one.code for one in found.cautions] == ["list-left-out"]
        assert found.cautions[0].startswith("b.csv is not a list of premises")

    def test_what_was_named_itself_is_refused(self, tmp_path, write, town_area):
        good = write.csv(tmp_path / "a.csv", self.HEADER, [("Zq", "Library", *PLACE)])
        bad = write.csv(tmp_path / "b.csv", ("x", "y z"), [("1", "2")])
        with pytest.raises(SourceError, match=r"b\.csv is not a list"):
            read_premises([good, bad], town_area, TYPES)

    def test_nothing_but_what_is_no_list(self, tmp_path, write, town_area):
        write.csv(tmp_path / "l" / "b.csv", ("x", "y z"), [("1", "2")])
        with pytest.raises(SourceError, match=r"b\.csv is not a list"):
            read_premises([tmp_path / "l"], town_area, TYPES)

    def test_an_empty_folder(self, tmp_path, town_area):
        (tmp_path / "l").mkdir()
        with pytest.raises(SourceError, match="The folder l holds no list of premises"):
            read_premises([tmp_path / "l"], town_area, TYPES)

    def test_a_file_named_twice_is_read_once(self, tmp_path, write, town_area):
        path = write.csv(tmp_path / "a.csv", self.HEADER, [("Zq", "Library", *PLACE)])
        assert read_premises([path, path], town_area, TYPES).counts["read"] == 1


@pytest.mark.skipif(not CASES.is_dir(), reason="no case files beside the repository")
def test_a_councils_library_is_a_library():
    area = read_study_area(CASES / "wards_area_code_area_name.geojson")
    found = read_premises([CASES / "council_libraries.geojson"], area, TYPES)
    assert found.table["venue_type"].tolist() == ["library"]


class TestZones:
    def read(self, tmp_path, write, table, shapes=None):
        n = len(next(iter(table.values())))
        write.gpkg(tmp_path / "z.gpkg", table, shapes or [BOX] * n)
        return read_zones([tmp_path / "z.gpkg"], british_grid(), date(2023, 2, 1))

    @pytest.mark.parametrize(
        "headings",
        [
            ("PSPO_NAME", "Commenced", "Date of expiry"),
            ("Zone Title", "DATE_FROM", "DATE_TO"),
            ("Name of order", "Effective", "EXPIRY_DAT"),
            ("Order Name", "Made on", "Ends"),
            ("label", "start_date", "Lapses"),
        ],
    )
    def test_words_of_headings(self, tmp_path, write, headings):
        """Where a day stands under an unlike heading it is left: half-known dates are said."""
        table = dict(zip(headings, (["Town"], ["2022-09-03"], ["2025-09-02"]), strict=True))
        if headings[2] == "EXPIRY_DAT":
            table = {**table, "EXPIRY_DAT": ["02/09/2025"]}
        zones, _ = self.read(tmp_path, write, table)
        assert zones["name"].tolist() == ["Town"]
        assert zones["in_force"].tolist() == ["2022-09-03"]
        assert zones["expires"].tolist() == ["2025-09-02"]
        assert zones["status"].tolist() == ["in force"]

    def test_what_was_taken_by_a_word_is_said(self, tmp_path, write):
        _, (said,) = self.read(
            tmp_path, write, {"PSPO_NAME": ["Town"], "Commenced": ["2022-09-03"]}
        )
        assert said == (
            "z.gpkg: by its heading, the name in 'PSPO_NAME' and the first day in 'Commenced' was "
            "read. If that is wrong: csp-geo check z.gpkg --map."
        )

    def test_words_do_not_outvote_cells(self, tmp_path, write):
        """A column "Starts at" with street names is no date."""
        table = {"name": ["Town"], "Starts at": ["East Street"], "valid to": ["2025-09-02"]}
        zones, _ = self.read(tmp_path, write, table)
        assert zones["in_force"].isna().all()
        assert zones["expires"].tolist() == ["2025-09-02"]

    def test_numbers_are_no_names(self, tmp_path, write):
        with pytest.raises(BoundaryError, match="no column for the name of the zone was found"):
            self.read(tmp_path, write, {"PSPO": [17], "order_id": ["A1"]})

    def test_a_zone_without_a_shape_is_left_and_said(self, tmp_path, write):
        zones, (said,) = self.read(tmp_path, write, {"name": ["Town", "Park"]}, [BOX, None])
        assert zones["name"].tolist() == ["Town"]
        assert "z.gpkg: Park has no shape with an area that can be read, and was left out" in said

    def test_as_somebody_said(self, tmp_path, write):
        (tmp_path / "columns.toml").write_text(
            '[zones]\nname = ["B"]\nin_force = ["C"]\nexpires = []\n'
        )
        table = {"name": ["x"], "B": ["Town"], "C": ["2022-09-03"], "expires": ["2022-10-01"]}
        zones, said = self.read(tmp_path, write, table)
        assert zones["name"].tolist() == ["Town"]
        assert zones["in_force"].tolist() == ["2022-09-03"]
        assert zones["expires"].isna().all()
        assert said == ()
