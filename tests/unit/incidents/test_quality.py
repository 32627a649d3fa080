"""What came in, what was kept, and why the rest was not, as one table."""

from __future__ import annotations

from datetime import date

import pytest

from csp_geo.core.tables import QUALITY, check_table
from csp_geo.incidents.clean import clean
from csp_geo.incidents.quality import _share, file_counts, file_qualities, over_limit, quality_table
from csp_geo.inputs.read import read_reports

HEADER = ("Ref", "date", "time", "easting", "northing", "category")


@pytest.fixture
def made(tmp_path, write, town_area):
    """Two files that can be read and one that cannot."""
    rows = [
        ("A1", "13/01/2023", "14:20", 544421, 184321, "Robbery"),
        ("A1", "13/01/2023", "14:20", 544421, 184321, "Robbery"),
        ("A2", "", "", 0, 0, "Robbery"),
        ("A3", "never", "", 544421, 184321, "Robbery"),
        ("A4", "13/01/2023", "00:00", 544421, 184321, "Goblins"),
        ("A5", "13/01/2023", "", 544421, 184321, "goblins are many and come at night in crowds"),
    ]
    write.csv(tmp_path / "offence" / "a.csv", HEADER, rows)
    write.csv(tmp_path / "offence" / "b.csv", HEADER, [("B1", *rows[0][1:])])
    (tmp_path / "asb").mkdir()
    (tmp_path / "asb" / "empty.csv").write_bytes(b"")
    reports = read_reports(tmp_path)
    return reports, clean(reports, town_area, today=date(2023, 2, 1), key=b"k")


def lines(table, about):
    chosen = table[table["about"] == about]
    return {
        (file, item): (n, first)
        for file, item, n, first in zip(
            chosen["source_file"], chosen["item"], chosen["n"], chosen["first_row"], strict=True
        )
    }


class TestInputs:
    def test_file_that_could_not_be_read(self, made):
        table = quality_table(file_qualities(*made))
        (error,) = table[table["about"] == "error"].itertuples()
        assert (error.source_file, error.source) == ("asb/empty.csv", "asb")
        assert "is empty" in error.meaning

    @pytest.mark.parametrize(
        ("limit", "over"), [(0.2, True), (2 / 7, False), (0.29, False), (0, True)]
    )
    def test_limit_is_a_share_of_the_source(self, made, limit, over):
        """Two of the seven offence rows; the limit itself is allowed."""
        sentences = over_limit(*made, limit)
        assert bool(sentences) == over
        assert not over or sentences[0].startswith("2 of the 7 offence rows could not be used")

    @pytest.mark.parametrize(
        ("n_away", "n_bad", "said"),
        [
            (8, 0, "8 of the 10 offence rows (80%) lie outside the study area"),
            (7, 1, "8 of the 10 offence rows could not be used"),
            (0, 3, "3 of the 10 offence rows could not be used"),
        ],
    )
    def test_a_file_of_a_larger_area_is_told_from_a_bad_one(
        self, n_away, n_bad, said, tmp_path, write, town_area
    ):
        """Bad rows are those of the rows that lie inside: one of three is too many."""
        n_good = 10 - n_away - n_bad
        rows = [(f"A{n}", "13/01/2023", "", 400000.5 + n, 300000, "Theft") for n in range(n_away)]
        rows += [(f"B{n}", "", "", 544421, 184321, "Theft") for n in range(n_bad)]
        rows += [(f"C{n}", "13/01/2023", "", 544421, 184321, "Theft") for n in range(n_good)]
        write.csv(tmp_path / "offence" / "a.csv", HEADER, rows)
        reports = read_reports(tmp_path)
        (sentence,) = over_limit(reports, clean(reports, town_area), 0.2)
        assert sentence.startswith(said)

    def test_nearly_all_is_not_shown_as_all(self):
        assert _share(99_999, 100_000) == "over 99.9%"
        assert _share(10, 10) == "100%"
        assert _share(1, 3) == "33.3%"


class TestOutputs:
    def test_contract(self, made):
        check_table(quality_table(file_qualities(*made)), QUALITY)

    def test_counts_of_each_file(self, made):
        assert file_counts(*made) == [
            {"read": 0, "accepted": 0, "merged": 0, "quarantined": 0},
            {"read": 6, "accepted": 3, "merged": 1, "quarantined": 2},
            {"read": 1, "accepted": 1, "merged": 0, "quarantined": 0},
        ]

    def test_reasons_of_each_file(self, made):
        found = [
            {one.item: (one.n, one.rows) for one in file.about("reason")}
            for file in file_qualities(*made)
        ]
        assert found == [
            {},
            {
                "missing-date": (1, (4,)),
                "unreadable-date": (1, (5,)),
                "zero-coordinates": (1, (4,)),
            },
            {},
        ]

    def test_lines(self, made):
        table = quality_table(file_qualities(*made))
        rows = lines(table, "rows")
        assert rows["offence/a.csv", "read"] == (6, 0)
        assert rows["offence/a.csv", "merged"] == (1, 0)
        assert lines(table, "reason") == {
            ("offence/a.csv", "missing-date"): (1, 4),
            ("offence/a.csv", "zero-coordinates"): (1, 4),
            ("offence/a.csv", "unreadable-date"): (1, 5),
        }
        assert lines(table, "flag") == {
            ("offence/a.csv", "midnight"): (1, 6),
            ("offence/a.csv", "unknown-category"): (2, 6),
        }

    def test_columns_say_what_was_matched(self, made):
        table = quality_table(file_qualities(*made))
        said = table[(table["about"] == "column") & (table["source_file"] == "offence/a.csv")]
        assert dict(zip(said["item"], said["meaning"], strict=True))["Ref"] == "read as reference"

    def test_unknown_words_are_listed_and_cut(self, made):
        words = lines(quality_table(file_qualities(*made)), "unknown-category")
        assert words == {("offence/a.csv", "(not shown)"): (2, 6)}  # too few to be a category
