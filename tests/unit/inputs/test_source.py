"""Sources: what each TOML says, and how a header is matched with it."""

from __future__ import annotations

import re

import pytest

from csp_geo.core.errors import SettingsError, SourceError
from csp_geo.core.tables import LOCATION_METHODS, SOURCES, THEMES
from csp_geo.inputs.source import (
    FIELDS,
    SYSTEMS,
    coordinate_pairs,
    match_columns,
    packaged_sources,
    plain,
    recognise,
    source_from_file,
)

OFFENCE = packaged_sources()["offence"]
POLICE_HEADER = [
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
]


def match(*header, source="offence"):
    return match_columns(header, packaged_sources()[source], "a.csv")


def own(tmp_path, text, source="offence"):
    path = tmp_path / "source.toml"
    path.write_text(text, encoding="utf-8")
    return source_from_file(path, source)


class TestInputs:
    @pytest.mark.parametrize(
        ("header", "needed", "closest"),
        [
            (("Dat", "easting", "northing", "category"), "date", "Dat"),
            (("date", "easting", "norhting", "category"), "northing", "norhting"),
            (("date", "latitude", "longitud", "category"), "longitude", "longitud"),
            (("date", "easting", "northing", "categroy"), "category", "categroy"),
            (("date", "category"), "location", None),
        ],
    )
    def test_missing_column_names_the_nearest(self, header, needed, closest):
        with pytest.raises(SourceError) as caught:
            match(*header)
        said = str(caught.value)
        assert said.startswith("a.csv: no column")
        assert f"the {needed}" in said
        assert re.findall(r"losest: '(.+?)'", said) == ([closest] if closest else [])
        assert said.endswith("csp-geo check FILE --map.")

    def test_wide_header_is_not_poured_out(self):
        with pytest.raises(SourceError) as caught:
            match(*(f"col{i}" for i in range(40)))
        assert "col11, ..." in str(caught.value)
        assert "col12," not in str(caught.value)

    def test_half_a_pair_is_no_location(self):
        with pytest.raises(SourceError, match="latitude"):
            match("date", "longitude", "northing", "category")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("look_bak = 3", "unknown setting 'look_bak'"),
            ("[columns]\ndte = ['x']", "unknown field 'dte'"),
            ("[themes]\ngoblins = ['x']", "unknown theme 'goblins'"),
            ("location_method = 'magic'", "location_method must be one of"),
            ("columns = [", "is not valid TOML"),
            ("default_theme = 'goblins'", "goblins"),
            ("look_back_months = 'three'", "look_back_months"),
            ("location_accuracy_m = 'near'", "location_accuracy_m"),
            ("crs = 'EPSG:999999'", "EPSG:999999"),
            ("[columns]\ndate = 'opened'", "date"),
        ],
    )
    def test_own_source_refused(self, tmp_path, text, said):
        """Whatever is wrong in a project's own source.toml is a sentence that names it."""
        with pytest.raises(SettingsError, match=said):
            own(tmp_path, text)


class TestOutputs:
    def test_every_source_is_packaged(self):
        assert set(packaged_sources()) == {*SOURCES, *SYSTEMS}
        for name, source in packaged_sources().items():
            assert source.feed == name
            assert source.title
            assert source.location_method in LOCATION_METHODS
            assert source.location_accuracy_m > 0
            assert set(source.columns) <= set(FIELDS)
            assert set(source.themes.values()) <= set(THEMES)

    @pytest.mark.parametrize(
        ("name", "family", "look_back"),
        [
            ("offence", "recorded", "the period"),
            ("police_uk", "recorded", "the period"),
            ("asb", "recorded", "the period"),
            ("fire", "recorded", "the period"),
            ("graffiti", "recorded", "the period"),
            ("survey", "perception", "24 months"),
            ("streetsafe", "perception", "12 months"),
            ("eva", "observation", "24 months"),
            ("other", "other", "the period"),
        ],
    )
    def test_family_and_look_back(self, name, family, look_back):
        """design.md 3 and 4."""
        source = packaged_sources()[name]
        assert (source.family, source.look_back) == (family, look_back)

    @pytest.mark.parametrize("name", SOURCES)
    def test_plain_table_works_in_every_folder(self, name):
        """design.md 5: reference,date,time,easting,northing,category or latitude,longitude."""
        head = ("reference", "date", "time")
        metres = match(*head, "easting", "northing", "category", source=name)
        degrees = match(*head, "latitude", "longitude", "category", source=name)
        assert list(metres.values()) == [*head, "easting", "northing", "category"] or set(
            metres.values()
        ) == {*head, "easting", "northing", "category"}
        assert set(degrees.values()) == {*head, "latitude", "longitude", "category"}

    @pytest.mark.parametrize(
        "header",
        [
            ("Committed From", "BNG_E", "BNG_N", "Offence Type"),
            ("DATE-OCCURRED", "Eastings", "Northings", "Crime Type"),
            ("date_from", "OS Easting", "OS Northing", " category "),
            ("date/time", "lon", "LAT", "Offence"),
        ],
    )
    def test_case_spaces_and_punctuation_do_not_matter(self, header):
        matched = match(*header)
        assert matched[header[0]] == "date"
        assert matched[header[3]] == "category"
        assert set(matched) == set(header)

    def test_a_column_and_a_field_at_most_once(self):
        """Of two date columns the first word of the list is taken, the other is left."""
        matched = match("Date reported", "Date", "easting", "northing", "category")
        assert matched["Date"] == "date"
        assert "Date reported" not in matched

    def test_degrees_and_metres_are_kept_and_the_rest_unused(self):
        header = ("date", "easting", "northing", "latitude", "longitude", "category")
        assert set(match(*header, "x", "y")) == set(header)
        assert set(match(*header[:3], "category", "x", "y")) == {*header[:3], "category"}
        pairs = coordinate_pairs(header, packaged_sources()["offence"])
        assert pairs == [("longitude", "latitude"), ("easting", "northing")]

    def test_x_and_y_are_taken_when_nothing_better_is_there(self):
        assert match("date", "X", "Y", "category") == {
            "date": "date",
            "X": "x",
            "Y": "y",
            "category": "category",
        }

    def test_category_is_not_needed_where_the_source_has_a_theme(self):
        assert "category" not in match("date", "easting", "northing", source="graffiti").values()

    def test_personal_columns_are_not_matched(self):
        """What nobody asked for is left at the door: names, comments, telephone numbers."""
        header = ("date", "easting", "northing", "category", "Victim name", "Comment", "Phone")
        assert set(match(*header)) == {"date", "easting", "northing", "category"}

    def test_exact_header_recognises_police_uk(self):
        sources = packaged_sources()
        assert recognise(POLICE_HEADER, sources).feed == "police_uk"
        assert recognise([f" {name} " for name in POLICE_HEADER], sources).feed == "police_uk"
        assert packaged_sources()["police_uk"].location_method == "snapped"

    @pytest.mark.parametrize(
        ("names", "feed"),
        [
            (f"{key},{day},{who},Category,Address,Latitude,Longitude,Q1,Upvotes", "engagementhq")
            for key in ("Pin ID", "Contribution ID")
            for day in ("Date of contribution", "Submission date")
            for who in ("Login", "Screen name")
        ]
        + [
            ("Contribution ID,Submission date,Marker name,Lat,Lng", "engagementhq"),
            ("Pin ID,Submission date,Is Anonymous,Marker name,Lat,Lng", "engagementhq"),
            ("id,createdAt,sentiment,reasons,comment,agreements,age band,lat,lon", "commonplace"),
            ("createdAt,sentiment,reasons[],comment,agreements,geometry", "commonplace"),
            ("id,createdAt,geometry,sentiment,reasons", "commonplace"),
            ("Comment ID,Type,Comment,Created,Latitude,Longitude,User ID", "social_pinpoint"),
        ],
    )
    def test_exports_of_a_survey_are_recognised_by_their_columns(self, names, feed):
        header = names.split(",")
        sources = packaged_sources()
        assert recognise(header, sources).feed == feed
        assert recognise(header, sources, sources["survey"]).feed == feed
        assert recognise(header, sources, sources["asb"]).feed == "asb"

    @pytest.mark.parametrize(
        "names",
        [
            "reference,date,time,latitude,longitude,category",
            "reference,date,time,easting,northing,category,location",
            "Pin ID,Submission date,Latitude,Longitude,Category",
            "Pin ID,Date,Login,Latitude,Longitude,Category",
            "Report ID,Submission date,Screen name,Latitude,Longitude,Issue",
            "Contribution ID,Submission date,Login,Easting,Northing,Category",
            "id,createdAt,latitude,longitude,reasons",
            "id,createdAt,sentiment,comment,latitude,longitude",
            "id,date,sentiment,reasons,latitude,longitude",
        ],
    )
    def test_files_of_others_are_not_taken_for_a_survey(self, names):
        assert recognise(names.split(","), packaged_sources()) is None

    @pytest.mark.parametrize(
        ("word", "theme"),
        [
            ("Robbery", "robbery"),
            ("personal ROBBERY", "robbery"),
            ("Violence and sexual offences", "violence"),
            ("Assault Occasioning Actual Bodily Harm", "violence"),
            ("Anti-social behaviour", "anti-social behaviour"),
            ("Criminal damage and arson", "criminal damage"),
            ("Theft from the person", "theft"),
            ("Vehicle crime", "vehicle crime"),
            ("Possession of weapons", "weapons"),
            ("Other crime", "other"),
        ],
    )
    def test_words_to_themes(self, word, theme):
        assert OFFENCE.themes[plain(word)] == theme

    def test_all_fourteen_categories_of_police_uk_are_known(self):
        """Categories of the real January 2023 (README of the data)."""
        words = [
            "Violence and sexual offences",
            "Anti-social behaviour",
            "Vehicle crime",
            "Other theft",
            "Shoplifting",
            "Drugs",
            "Burglary",
            "Criminal damage and arson",
            "Public order",
            "Robbery",
            "Theft from the person",
            "Other crime",
            "Possession of weapons",
            "Bicycle theft",
        ]
        assert not [w for w in words if plain(w) not in packaged_sources()["police_uk"].themes]

    @pytest.mark.parametrize(
        "names",
        [
            "Committed From Date,Committed From Time,Committed To Date,Committed To Time",
            "Date Committed From,Time Committed From,Date Committed To,Time Committed To",
            "From Date,From Time,To Date,To Time",
            "Offence Date From,Offence Time From,Offence Date To,Offence Time To",
            "Occurred From Date,Occurred From Time,Occurred To Date,Occurred To Time",
            "Earliest Date,Earliest Time,Latest Date,Latest Time",
            "Start Date,Start Time,End Date,End Time",
        ],
    )
    def test_the_four_columns_of_a_night(self, names):
        header = [*names.split(","), "Easting", "Northing", "Offence"]
        matched = match_columns(header, packaged_sources()["offence"], "x")
        assert [matched[name] for name in header[:4]] == ["date", "time", "date_to", "time_to"]

    def test_the_end_is_not_offered_for_a_missing_date(self):
        header = ["Committd To Date", "Easting", "Northing", "Offence"]
        with pytest.raises(SourceError, match=r"no column was found for the date\. Columns"):
            match_columns(header, packaged_sources()["offence"], "x")

    def test_own_source_adds_to_the_packaged_one(self, tmp_path):
        source = own(
            tmp_path,
            "title = 'Our log'\nlook_back_months = 3\ndate_formats = ['%m/%d/%Y']\n"
            "[columns]\ncategory = ['What']\n[themes]\nrobbery = ['Steaming']\n",
        )
        assert (source.title, source.look_back, source.source) == ("Our log", "3 months", "offence")
        assert source.date_formats == ("%m/%d/%Y",)
        assert source.themes["steaming"] == "robbery"
        assert source.themes["burglary"] == "burglary"
        header = ("what", "category", "date", "easting", "northing")
        assert match_columns(header, source, "x")["what"] == "category"

    def test_plain(self):
        assert plain("  Date / Time_of (day) ") == "datetimeofday"
        assert plain("Straße") == "strasse"
