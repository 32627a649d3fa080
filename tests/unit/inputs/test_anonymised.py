"""Which points were moved before we got them: by words, by points that recur, and what is not."""

from __future__ import annotations

import json
from datetime import date

import geopandas as gpd
import pytest

from csp_geo.incidents.clean import clean
from csp_geo.inputs.anonymised import street_words, with_street_names
from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.read import read_reports

X, Y = 544421, 184321
PARTNER = ("date", "easting", "northing", "category", "where")
MONTHLY = ("month", "easting", "northing", "category")


@pytest.fixture
def located(tmp_path, write, town_area):
    """Read files below a folder, and say how their incidents are located and what was noted."""

    def make(files, header=MONTHLY, own=None):
        for name, rows in files.items():
            write.csv(tmp_path / name, header, rows)
        if own is not None:
            (tmp_path / "offence" / "source.toml").write_text(own, encoding="utf-8")
        reports = read_reports(tmp_path)
        result = clean(reports, town_area, today=date(2023, 4, 1), key=b"key of the test")
        found = {
            path: sorted(set(own["location_method"].astype("str")))
            for path, own in result.incidents.groupby("source_file")
        }
        notes = [" ".join([*file.notes, *result.notes[n]]) for n, file in enumerate(reports.files)]
        return found, notes, result

    return make


def streets(n, of):
    texts = [f"On or near Invented Row {i}" if i < n else "By the shop" for i in range(of)]
    return [("13/01/2023", X + i, Y, "Robbery", text) for i, text in enumerate(texts)]


class TestCategories:
    """A few rows of police.uk, without street names, ids and points that recur."""

    @pytest.mark.parametrize(
        ("words", "method"),
        [
            (("Violence and sexual offences", "Other theft", "Burglary"), "snapped"),
            (("violent-crime", "other-theft", "burglary"), "snapped"),
            (("Violence and sexual offences", "Burglary", "Robbery"), "exact"),
            (("Violence and sexual offences", "Other theft", "Begging"), "exact"),
        ],
    )
    def test_two_that_nobody_else_uses_and_no_others(self, located, words, method):
        rows = [("2023-01", X + 40 * i, Y, word) for i, word in enumerate(words)]
        found, notes, _ = located({"offence/a.csv": rows})
        assert found == {"offence/a.csv": [method]}
        assert ("categories are those of police.uk" in notes[0]) is (method == "snapped")

    def test_not_where_days_are_known(self, located):
        words = ("Violence and sexual offences", "Other theft", "Burglary")
        rows = [("13/01/2023", X + 40 * i, Y, word, "") for i, word in enumerate(words)]
        assert located({"offence/a.csv": rows}, PARTNER)[0] == {"offence/a.csv": ["exact"]}


class TestWords:
    @pytest.mark.parametrize(
        ("n", "of", "method"),
        [(3, 6, "snapped"), (3, 7, "exact"), (2, 2, "exact"), (3, 3, "snapped")],
    )
    def test_half_of_the_cells_and_three_at_least(self, located, n, of, method):
        found, notes, result = located({"offence/a.csv": streets(n, of)}, PARTNER)
        assert found == {"offence/a.csv": [method]}
        assert ("anonymised" in notes[0]) is (method == "snapped")
        accuracy = result.incidents["location_accuracy_m"].unique().tolist()
        assert accuracy == [100.0 if method == "snapped" else 20.0]

    def test_empty_cells_do_not_count_against_it(self, located):
        rows = [*streets(3, 3), *(("13/01/2023", X, Y, "Robbery", "") for _ in range(9))]
        assert located({"offence/a.csv": rows}, PARTNER)[0] == {"offence/a.csv": ["snapped"]}

    def test_the_name_is_read_as_the_place_whatever_it_is_headed(self, located):
        *_, result = located({"offence/a.csv": streets(4, 4)}, (*PARTNER[:4], "Zeile 7"))
        assert result.incidents["place"].iloc[0] == "Invented Row 0"

    def test_in_a_folder_whose_project_named_its_columns(self, located):
        rows = [("2023-01", X, Y, "Robbery", f"On or near Invented Row {i}") for i in range(4)]
        own = '[columns]\nmonth = ["wann"]\neasting = ["ost"]\nnorthing = ["nord"]\n'
        header = ("wann", "ost", "nord", "category", "wo")
        found, notes, _ = located({"offence/a.csv": rows}, header, own)
        assert found == {"offence/a.csv": ["snapped"]}
        assert '4 of the first 4 cells of "wo" say "On or near"' in notes[0]

    @pytest.mark.parametrize("written", [str, json.dumps], ids=["Python", "JSON"])
    @pytest.mark.parametrize("street", ["Heathway", "St John's Road"])
    def test_the_name_in_a_record_is_the_place(self, located, written, street):
        """The JSON of police.uk as pandas writes it to CSV: a record in one cell."""
        name = {"id": 1, "name": f"On or near {street}"}
        record = {"latitude": "51.5393", "street": name, "longitude": "0.0811"}
        rows = [("2023-01", written(record), "burglary")] * 3 + [("2023-01", "", "burglary")]
        found, notes, result = located({"offence/a.csv": rows}, ("month", "location", "category"))
        assert found == {"offence/a.csv": ["snapped"]}
        assert result.incidents["place"].tolist() == [street] * 3
        assert '3 of the first 3 cells of "location" say "On or near"' in notes[0]
        assert result.counts["quarantined"] == 1

    def test_a_record_without_a_street_gives_no_place(self, located):
        record = {"latitude": "51.5393", "longitude": "0.0811", "name": "By the shop"}
        rows = [("2023-01", str(record), "burglary")] * 3
        *_, result = located({"offence/a.csv": rows}, ("month", "location", "category"))
        assert result.incidents["place"].isna().all()

    @pytest.mark.parametrize("more", [(), ("location.name",)])
    def test_a_column_of_the_names_is_made_once(self, tmp_path, write, more):
        cell = "{'street': {'id': 1, 'name': 'On or near Invented Row'}}"
        rows = [(cell, *("x" for _ in more))] * 3
        write.csv(tmp_path / "a.csv", ("location", *more), rows)
        (raw,) = read_tables(tmp_path / "a.csv", "a.csv", frozenset())
        named = with_street_names(raw, street_words(raw))
        assert named.header == ("location", "location.name")
        (chunk,) = named.chunks
        assert chunk["location.name"].tolist() == ["x" if more else "On or near Invented Row"] * 3

    def test_a_shapefile_with_names_cut_to_ten_letters(self, tmp_path, town_area):
        names = ("Crime ID", "Month", "Reported b", "Falls with", "Location", "Crime type")
        rows = [(f"{i:064x}", "2023-01", "", "", "On or near Lane", "Robbery") for i in range(5)]
        points = gpd.points_from_xy([X + 40 * i for i in range(5)], [Y] * 5, crs=27700)
        (tmp_path / "offence").mkdir()
        shapes = gpd.GeoDataFrame(rows, columns=names, geometry=points)
        shapes.to_file(tmp_path / "offence" / "street.shp")
        reports = read_reports(tmp_path)
        result = clean(reports, town_area, key=b"k")
        assert [file.feed for file in reports.files] == ["police_uk"]
        assert set(result.incidents["location_method"]) == {"snapped"}
        assert result.incidents["source_ref"].nunique() == 5


def recurring(n_points, each, alone=0, month="2023-01"):
    rows = [(month, X + 50 * i, Y, "Robbery") for i in range(n_points)] * each
    return rows + [(month, X, Y + 50 * (i + 1), "Robbery") for i in range(alone)]


class TestRecurringPoints:
    @pytest.mark.parametrize(
        ("rows", "method"),
        [
            (recurring(10, 2), "snapped"),
            (recurring(9, 2, alone=1), "exact"),
            (recurring(5, 4), "snapped"),
            (recurring(4, 5), "exact"),
            (recurring(6, 2, alone=12), "snapped"),
            (recurring(6, 2, alone=13), "exact"),
        ],
        ids=["20 rows", "19 rows", "5 points", "4 points", "half", "under half"],
    )
    def test_limits(self, located, rows, method):
        if len(rows) == 19:
            assert method == "exact"
        found, notes, _ = located({"offence/a.csv": rows})
        assert found == {"offence/a.csv": [method]}
        assert ("points that recur" in notes[0]) is (method == "snapped")

    def test_where_days_are_known_they_stay_exact(self, located):
        rows = [
            (f"{i % 28 + 1:02}/01/2023", x, y, what)
            for i, (_, x, y, what) in enumerate(recurring(6, 10))
        ]
        assert located({"offence/a.csv": rows}, PARTNER[:4])[0] == {"offence/a.csv": ["exact"]}

    def test_from_month_to_month(self, located):
        """Each file has each point once; the next month's file has them again."""
        files = {f"offence/{m}.csv": recurring(25, 1, month=f"2023-0{m}") for m in (1, 2)}
        found, notes, _ = located(files)
        assert found == {name: ["snapped"] for name in files}
        assert all("25 points that recur" in note for note in notes)

    def test_the_same_month_twice_is_no_recurrence(self, located):
        files = {
            "offence/a.csv": recurring(25, 1),
            "offence/b.csv": [(*row[:3], "Burglary") for row in recurring(25, 1)],
        }
        assert located(files)[0] == {name: ["exact"] for name in files}

    def test_points_of_a_file_that_is_known(self, tmp_path, write, town_area):
        """Ten of its points are known ones; nine are too few to tell."""
        header = ("month", "easting", "northing", "category", "location", "falls within")
        known = [("2023-01", X + 50 * i, Y, "Robbery", "On or near A Lane", "") for i in range(12)]
        write.csv(tmp_path / "offence" / "known.csv", header, known)
        for name, n in (("ten", 10), ("nine", 9)):
            rows = [(f"2023-0{n % 8 + 1}", *row[1:]) for row in recurring(n, 1)]
            write.csv(tmp_path / "asb" / f"{name}.csv", MONTHLY, rows)
        result = clean(read_reports(tmp_path), town_area, key=b"k")
        method = result.incidents.groupby("source_file")["location_method"].first()
        assert method["asb/ten.csv"] == "snapped"
        assert method["asb/nine.csv"] == "exact"

    def test_what_the_project_says_counts(self, located):
        found, *_ = located({"offence/a.csv": recurring(10, 2)}, own='location_method = "exact"\n')
        assert found == {"offence/a.csv": ["exact"]}

    def test_a_survey_of_months_that_does_not_recur(self, located):
        rows = [("2023-01", X + 9 * i, Y + 7 * i, "Poor lighting") for i in range(40)]
        assert located({"survey/a.csv": rows})[0] == {"survey/a.csv": ["pin"]}


class TestThemes:
    @pytest.mark.parametrize(
        ("slug", "theme"),
        [
            ("anti-social-behaviour", "anti-social behaviour"),
            ("violent-crime", "violence"),
            ("theft-from-the-person", "theft"),
            ("criminal-damage-arson", "criminal damage"),
            ("possession-of-weapons", "weapons"),
            ("other-crime", "other"),
        ],
    )
    def test_of_the_service_are_those_of_the_download(self, located, slug, theme):
        rows = [("2023-01", X, Y, slug, "On or near A Lane", "")]
        header = (*MONTHLY, "location", "falls within")
        *_, result = located({"offence/a.csv": rows}, header)
        assert result.incidents["theme"].tolist() == [theme]
        assert result.rows["flags"].tolist() == [""]
        assert result.incidents["sensitive"].tolist() == [""]
