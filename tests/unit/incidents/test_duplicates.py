"""The same event twice: overlapping exports, a second run, likely doubles of two sources."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest

from csp_geo.incidents.clean import clean
from csp_geo.incidents.duplicates import possible_doubles
from csp_geo.incidents.quality import file_qualities, quality_table
from csp_geo.inputs.read import read_reports

HEADER = ("reference", "date", "time", "easting", "northing", "category", "status")
KEY = b"key of the test"


def row(reference="A1", clock="14:20", x=544421, y=184321, status="open", what="Graffiti"):
    return (reference, "13/01/2023", clock, x, y, what, status)


@pytest.fixture
def run(tmp_path, write, town_area):
    def make(files, header=HEADER):
        for name, rows in files.items():
            write.csv(tmp_path / name, header, rows)
        reports = read_reports(tmp_path)
        return reports, clean(reports, town_area, today=date(2023, 2, 1), key=KEY)

    return make


class TestOverlappingExports:
    def test_sheets_are_compared_like_files(self, tmp_path, town_area):
        """The same workbook twice is merged sheet by sheet; what both sheets say is said once."""
        book = openpyxl.Workbook()
        for name, rows in (("May", [row(), row("A2")]), ("June", [row(status="shut"), row("A3")])):
            sheet = book.create_sheet(name)
            for cells in (HEADER, *rows):
                sheet.append(cells)
        book.remove(book["Sheet"])
        (tmp_path / "asb").mkdir()
        for name in ("1.xlsx", "2.xlsx"):
            book.save(tmp_path / "asb" / name)
        (tmp_path / "asb" / "2.xlsx").write_bytes((tmp_path / "asb" / "1.xlsx").read_bytes())
        result = clean(read_reports(tmp_path), town_area, today=date(2023, 2, 1), key=KEY)
        fates = ["accepted", "accepted", "merged", "accepted"]
        assert result.rows["fate"].tolist() == [*fates, *["merged"] * 4]

    def test_by_reference_whatever_was_updated(self, run):
        """The second week says the first week's report again, closed by now."""
        last, this = [row(), row("A2")], [row(status="closed"), row("A2"), row("A3")]
        _, result = run({"asb/1.csv": last, "asb/2.csv": this})
        assert result.rows["fate"].tolist() == ["accepted"] * 2 + ["merged"] * 2 + ["accepted"]
        assert not result.rows["flags"].str.contains("repeated-reference").any()

    def test_a_correction_is_kept_and_flagged(self, run):
        """Another time is another content: both are kept, and it is said."""
        _, result = run({"asb/1.csv": [row()], "asb/2.csv": [row(clock="15:20")]})
        assert result.rows["fate"].tolist() == ["accepted"] * 2
        assert result.rows["flags"].tolist() == ["repeated-reference"] * 2

    def test_two_victims_of_one_reference_are_one_event(self, run):
        """Twice in one file with other content, and twice again next week: one, of two rows."""
        last = [row(status="open"), row(status="new")]
        this = [row(status="closed"), row(status="shut")]
        _, result = run({"asb/1.csv": last, "asb/2.csv": this})
        assert result.counts == {"read": 4, "accepted": 1, "merged": 3, "quarantined": 0}
        assert result.incidents["n_rows"].tolist() == [2]

    def test_more_rows_of_an_event_next_week_are_more_rows(self, run):
        _, result = run({"asb/1.csv": [row()], "asb/2.csv": [row(status="x"), row(status="y")]})
        assert result.counts["accepted"] == 1
        assert result.incidents["n_rows"].tolist() == [2]

    def test_not_across_sources(self, run):
        _, result = run({"asb/1.csv": [row()], "offence/1.csv": [row(status="closed")]})
        assert result.counts["accepted"] == 2

    def test_by_content_where_there_is_no_reference(self, run):
        one, two = row(""), row("", clock="15:20")
        _, result = run({"asb/1.csv": [one], "asb/2.csv": [one, two]})
        assert result.counts == {"read": 3, "accepted": 2, "merged": 1, "quarantined": 0}

    def test_without_a_reference_another_status_is_another_report(self, run):
        _, result = run({"asb/1.csv": [row("")], "asb/2.csv": [row("", status="closed")]})
        assert result.counts["accepted"] == 2

    def test_a_second_run_changes_nothing(self, run):
        files = {"asb/1.csv": [row(), row("")], "asb/2.csv": [row(status="closed"), row("A3")]}
        (_, first), (_, second) = run(files), run({})
        pd.testing.assert_frame_equal(first.rows, second.rows)
        pd.testing.assert_frame_equal(pd.DataFrame(first.incidents), pd.DataFrame(second.incidents))


def doubles(run, *others):
    reports, result = run({"asb/a.csv": [row("B1"), row("B2", x=545421)], "graffiti/g.csv": others})
    assert result.counts["accepted"] == 2 + len(others)
    table = quality_table(file_qualities(reports, result))
    return table[table["about"] == "possible-double"]


class TestPossibleDoubles:
    def test_are_suggested_in_both_files_and_never_merged(self, run):
        found = doubles(run, row("G1", clock="14:55", x=544431), row("G2", clock="18:00"))
        assert found["source_file"].tolist() == ["asb/a.csv", "graffiti/g.csv"]
        assert found["item"].tolist() == ["graffiti/g.csv", "asb/a.csv"]
        assert found["n"].tolist() == [1, 1]
        assert found["first_row"].tolist() == [2, 2]
        assert found["meaning"].iloc[0].startswith("Row 2 may be the events of row 2 of graffiti")

    @pytest.mark.parametrize(
        "other",
        [
            row("G1", clock="15:20"),
            row("G1", x=544447),
            row("G1", what="Robbery"),
            row("G1", clock=""),
        ],
    )
    def test_reports_just_beyond_a_limit_are_no_double(self, run, other):
        """An hour later, 26 m away with an accuracy of 25 m, another theme, no time."""
        assert doubles(run, other).empty

    def test_reports_just_within_both_limits_are_a_double(self, run):
        """59 minutes and 25 m: both limits in the methods."""
        assert len(doubles(run, row("G1", clock="15:19", x=544446))) == 2

    def test_nothing_in_nothing_out(self, run):
        _, result = run({"asb/a.csv": [row()]})
        assert possible_doubles(result.incidents).empty
        assert possible_doubles(result.incidents.iloc[:0]).empty
