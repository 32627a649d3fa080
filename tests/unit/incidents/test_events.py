"""One event is one incident: what merges, what stays apart, and what stands for it."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from csp_geo.core.projection import british_grid
from csp_geo.core.tables import THEMES, THEMES_BY_HARM
from csp_geo.incidents.clean import clean
from csp_geo.inputs.read import read_reports

HEADER = ("reference", "date", "time", "easting", "northing", "category", "role")
POLICE = ("Crime ID", "Month", "Falls within", "Easting", "Northing", "Location", "Crime type")
DEGREES = (
    *("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location"),
    *("LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"),
)
EASTINGS = (
    *("Month", "Reported by", "Falls within", "Easting", "Northing", "Location", "Crime type"),
    "Context",
)
X, Y = 544421, 184321


def row(ref="K7", clock="22:05", x=X, what="Robbery", role="victim", day="13/01/2023"):
    return (ref, day, clock, x, Y, what, role)


@pytest.fixture
def cleaned(tmp_path, write, town_area):
    def make(files, header=HEADER):
        if not isinstance(files, dict):
            files = {"offence/a.csv": files}
        for name, rows in files.items():
            write.csv(tmp_path / name, header, rows)
        result = clean(read_reports(tmp_path), town_area, today=date(2023, 4, 1), key=b"k")
        counts = result.counts
        parts = (counts["accepted"], counts["merged"], counts["quarantined"])
        assert counts["read"] == sum(parts)
        assert result.incidents.index.is_unique
        return result

    return make


def test_every_theme_has_its_harm_once():
    assert sorted(THEMES_BY_HARM) == sorted(THEMES)
    assert THEMES_BY_HARM[-1] == "other"


class TestOneEvent:
    def test_rows_of_one_reference_time_and_place_are_one(self, cleaned):
        result = cleaned([row(role=f"victim {i}") for i in range(6)])
        assert result.counts == {"read": 6, "accepted": 1, "merged": 5, "quarantined": 0}
        assert result.incidents["n_rows"].tolist() == [6]
        assert result.incidents["flags"].tolist() == [""]
        assert "5 rows tell of 1 incident" in result.notes[0][-1]

    def test_equal_rows_count_among_its_rows(self, cleaned):
        result = cleaned([row(), row(), row(role="suspect")])
        assert result.counts["accepted"] == 1
        assert result.incidents["n_rows"].tolist() == [3]

    @pytest.mark.parametrize(
        "other",
        [row(clock="22:06"), row(x=X + 1), row(ref="K8"), row(clock=""), row(day="14/01/2023")],
        ids=["minute", "metre", "reference", "no time", "day"],
    )
    def test_another_time_place_or_reference_is_another(self, cleaned, other):
        result = cleaned([row(), other])
        assert result.counts["accepted"] == 2
        assert result.incidents["n_rows"].tolist() == [1, 1]
        flagged = "repeated-reference" if other[0] == "K7" else ""
        assert result.rows["flags"].tolist() == [flagged] * 2

    def test_offences_that_ended_at_other_times_are_one(self, cleaned):
        """One shop, robbed and then set on fire: the record has an end for each."""
        rows = [(*row(what=what), f"22:{end}") for what, end in (("Robbery", 15), ("Arson", 40))]
        result = cleaned(rows, (*HEADER, "time to"))
        assert result.counts["accepted"] == 1
        assert result.incidents["category"].tolist() == ["Robbery"]

    def test_points_within_a_metre_are_one_place(self, cleaned):
        assert cleaned([row(x=X), row(x=X + 0.4)]).counts["accepted"] == 1

    @pytest.mark.parametrize(
        ("reference", "n"), [("", 2), ("unknown", 2), ("000", 2), ("TBC", 2), ("A1", 1), ("7", 1)]
    )
    def test_a_reference_has_a_number(self, cleaned, reference, n):
        result = cleaned([row(reference, role="a"), row(reference, role="b")])
        assert result.counts["accepted"] == n

    def test_without_time_or_place_nothing_merges(self, cleaned):
        result = cleaned([row(day="", role=role) for role in "ab"] + [row(x="", role="c")])
        assert result.counts == {"read": 3, "accepted": 0, "merged": 0, "quarantined": 3}

    def test_not_across_sources(self, cleaned):
        result = cleaned({"asb/a.csv": [row(role="a")], "offence/a.csv": [row(role="b")]})
        assert result.counts["accepted"] == 2

    def test_findings_of_an_audit_stay_several(self, cleaned):
        rows = [row(what=what) for what in ("Poor lighting", "Litter")]
        assert cleaned({"eva/a.csv": rows}).counts["accepted"] == 2

    @pytest.mark.parametrize(("second", "n"), [("p1", 1), ("p2", 2)])
    def test_what_two_people_say_is_two(self, cleaned, second, n):
        header = (*HEADER[:6], "user id")
        rows = [row(what="Litter", role="p1"), row(what="Graffiti", role=second)]
        assert cleaned({"survey/a.csv": rows}, header).counts["accepted"] == n


class TestWhatStandsForIt:
    ROWS = (
        row(what="Theft", role="a"),
        row(what="Rape", role="b"),
        row(what="Criminal damage", role="c"),
        row("K8", what="Burglary", role="d"),
        row("K8", what="Theft", role="e"),
        row("", what="Theft", role="f"),
    )

    def test_the_gravest_theme_and_the_strictest_kind(self, cleaned):
        told = cleaned(self.ROWS).incidents.set_index("source_ref")
        assert told.loc["K7", "theme"] == "sexual"
        assert told.loc["K7", "sensitive"] == "sexual"
        assert told.loc["K8", "theme"] == "burglary"
        assert told.loc["K8", "sensitive"] == ""

    @pytest.mark.parametrize("order", [*permutations(range(6))][::90])
    def test_the_order_of_rows_does_not_matter(self, cleaned, order):
        first = cleaned(self.ROWS).incidents
        again = cleaned([self.ROWS[i] for i in order]).incidents
        columns = ["theme", "category", "sensitive", "n_rows", "flags", "occurred_at", "geometry"]
        assert first[columns].sort_index().equals(again[columns].sort_index())

    def test_a_word_that_nobody_sorted_is_still_listed(self, cleaned):
        """It withholds the event, and waits to be sorted although another row stands for it."""
        result = cleaned([row(what="Robbery"), row(what="Zorbing")])
        assert result.incidents["theme"].tolist() == ["robbery"]
        assert result.incidents["sensitive"].tolist() == ["unknown"]
        assert [caution.kind.code for caution in result.cautions].count("unsorted-words") == 1


def published(ref, x=X, what="Burglary", month="2023-01", force="Invented"):
    return (ref, month, force, x, Y, "On or near A Lane", what)


def reference(i):
    return f"{i + 16:064x}"


class TestTwoWrappings:
    def test_a_month_in_two_files_counts_once(self, cleaned):
        rows = [published(reference(i), X + 40 * i) for i in range(4)]
        rows += [published("", X, "Anti-social behaviour")] * 3
        other = [(*values, "seen") for values in rows]
        result = cleaned({"offence/a.csv": rows}, POLICE)
        assert result.counts["accepted"] == 7
        from_both = self._both(cleaned, rows, other)
        assert from_both.counts == {"read": 14, "accepted": 7, "merged": 7, "quarantined": 0}
        assert set(from_both.incidents["n_rows"]) == {1}

    @staticmethod
    def _both(cleaned, rows, other):
        cleaned({"offence/a.csv": rows}, POLICE)
        return cleaned({"offence/b.csv": other}, (*POLICE, "notes"))

    @pytest.mark.parametrize(
        ("size", "n_shared", "is_same"),
        [(5, 5, True), (4, 4, False), (12, 6, True), (12, 5, False)],
    )
    def test_a_file_without_ids_is_told_by_what_it_says(self, cleaned, size, n_shared, is_same):
        """Half of it stands in the other file, and five reports at least."""
        named = [published(reference(i), X + 40 * i) for i in range(size)]
        bare = [
            (*published("", X + 40 * i, "Burglary" if i < n_shared else "Drugs"), "")
            for i in range(size)
        ]
        result = self._both(cleaned, named, bare)
        assert result.counts["accepted"] == 2 * size - (n_shared if is_same else 0)

    @pytest.mark.parametrize(("aside", "n"), [(0, 6), (1, 6), (5, 6), (6, 12)])
    def test_points_within_five_metres_are_one(self, cleaned, aside, n):
        """police.uk gave eastings in 2012: a metre beside the point of its degrees."""
        named = [published(reference(i), X + 40 * i) for i in range(6)]
        bare = [(*published("", X + 40 * i + aside), "") for i in range(6)]
        assert self._both(cleaned, named, bare).counts["accepted"] == n

    def test_degrees_and_eastings_of_a_month(self, tmp_path, write, town_area):
        """Each as police.uk wrote it: degrees with references, metres beside them without."""
        places = [(X + 37 * i, Y + 11 * (i % 5)) for i in range(12)]
        lonlat = british_grid().to_lonlat(places).round(6)
        shared = ("2012-04", "Zq Police", "Zq Police")
        rows = [
            (reference(i), *shared, *at, "On or near A Lane", "", "", "Robbery", "", "")
            for i, at in enumerate(lonlat.tolist())
        ]
        write.csv(tmp_path / "offence" / "a.csv", DEGREES, rows)
        rows = [(*shared, x + 1, y - 1, "On or near A Lane", "Robbery", "") for x, y in places]
        write.csv(tmp_path / "offence" / "b.csv", EASTINGS, rows)
        result = clean(read_reports(tmp_path), town_area, key=b"key of the test")
        assert result.counts == {"read": 24, "accepted": 12, "merged": 12, "quarantined": 0}
        assert set(result.incidents["source_file"]) == {"offence/a.csv"}

    def test_two_forces_at_one_station_both_count(self, cleaned):
        """No reference is shared: the same kind of report at the same point is another."""
        asb = "Anti-social behaviour"
        one = [published(reference(i)) for i in range(3)] + [published("", what=asb)] * 3
        other = [published(reference(i), force="Rail") for i in range(7, 10)]
        other += [published("", what=asb, force="Rail")] * 3
        result = self._both(cleaned, one, [(*values, "") for values in other])
        assert result.counts["accepted"] == 12

    def test_another_month_is_another(self, cleaned):
        one = [published(reference(i)) for i in range(6)]
        other = [(*published(reference(i), month="2023-02"), "") for i in range(6)]
        assert self._both(cleaned, one, other).counts["accepted"] == 12


class TestReferencesThatAreNone:
    """A number that a spreadsheet has rounded is shared by many cases."""

    @staticmethod
    def accepted(tmp_path, write, town_area, rows):
        header = ("reference", "date", "time", "easting", "northing", "category")
        write.csv(tmp_path / "offence" / "a.csv", header, rows)
        result = clean(read_reports(tmp_path), town_area, key=b"key of the test")
        return result.counts["accepted"]

    def test_a_number_that_excel_rounded(self, tmp_path, write, town_area):
        rows = [("4.22E+11", "13/01/2023", "14:20", 544421, 184321, what)
                for what in ("Robbery", "Burglary")]  # fmt: skip
        assert self.accepted(tmp_path, write, town_area, rows) == 2
