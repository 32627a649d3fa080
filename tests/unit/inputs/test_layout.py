"""Where the header is, whatever stands above it; and which rows below it are not reports."""

from __future__ import annotations

import pandas as pd
import pytest

from csp_geo.inputs.files.layout import StrayRows, find_header
from csp_geo.inputs.files.table import BROKEN, ROW, is_empty, said, tidy

KNOWN = {"date", "time", "easting", "northing", "category", "reference", "committeddate"}
GOOD = ["reference", "date", "easting", "northing"]
DATA = ["A1", "13/01/2023", "544421", "184321"]


class TestHeader:
    @pytest.mark.parametrize(
        ("rows", "found", "names"),
        [
            ([GOOD, DATA], (0,), GOOD),
            ([["Title"], [], GOOD, DATA], (2,), GOOD),
            ([["", ""], GOOD, DATA], (1,), GOOD),
            ([["Date", "produced"], GOOD, DATA], (1,), GOOD),
            ([["a", "b"], ["1", "2"]], (0,), ["a", "b"]),
            ([["Title", ""], ["a", "b"], ["1", "2"], ["3", "4"]], (1,), ["a", "b"]),
            ([["x"], ["1"]], (0,), ["x"]),
            ([DATA, DATA], (0,), DATA),
            ([["Where", "", "reference"], ["easting", "northing", ""], DATA], (0, 1), None),
        ],
    )
    def test_found(self, rows, found, names):
        header = find_header(rows, KNOWN)
        assert header.rows == found
        assert header.below == found[-1] + 1
        assert names is None or list(header.names) == names

    def test_nothing_at_all(self):
        assert find_header([[], ["", " "]], KNOWN) is None

    def test_two_rows_are_joined_where_one_does_not_tell_columns_apart(self):
        header = find_header(
            [
                ["", "Committed", "", "Recorded", "", ""],
                ["reference", "Date", "Time", "Date", "Time", "category"],
            ],
            KNOWN,
        )
        assert header.names == (
            *("reference", "Committed Date", "Committed Time"),
            *("Recorded Date", "Recorded Time", "category"),
        )
        assert header.notes == ("header found in rows 1 and 2",)

    def test_a_data_row_is_no_second_header(self):
        header = find_header([GOOD, ["date", "", "544421", "category"]], KNOWN)
        assert header.rows == (0,)

    @pytest.mark.parametrize(("n_known", "found"), [(3, (0,)), (2, (1,))])
    def test_three_known_names_in_the_first_row_are_enough(self, n_known, found):
        """With fewer, a row below it that has more is the header."""
        first = ["date", "time", "category"][:n_known] + ["x", "y"][: 5 - n_known]
        assert find_header([first, GOOD, DATA], KNOWN).rows == found

    def test_a_form_below_a_question_does_not_replace_it(self):
        """SurveyMonkey writes how a date is asked for, or "Response", below each question."""
        asked = ["Respondent", "When did it happen?", "Where?", "", "What happened?"]
        below = ["", "DD/MM/YYYY", "easting", "northing", "Response"]
        data = [["1", "13/01/2023", "544421", "184321", "Robbery"]] * 3
        assert find_header([asked, below, *data], KNOWN).names == (
            *("Respondent", "When did it happen? DD/MM/YYYY"),
            *("easting", "northing", "What happened?"),
        )

    @pytest.mark.parametrize(("names", "found"), [(["date", "time"], (1,)), (["date", "p"], (0,))])
    def test_two_known_names_in_a_later_row_are_enough(self, names, found):
        assert find_header([["a", "b", "c"], [*names, "q"], ["1", "2", "3"]], KNOWN).rows == found

    @pytest.mark.parametrize(("width", "found"), [(120, (0,)), (119, (1,))])
    def test_a_title_is_less_than_six_tenths_as_wide_as_the_table(self, width, found):
        """Where no name is known, in a table of 200 columns."""
        title = [f"t{n}" for n in range(width)] + [""] * (200 - width)
        names = [f"n{n}" for n in range(200)]
        assert find_header([title, names, *[["1"] * 200] * 3], KNOWN).rows == found


def sift(*rows):
    """Row numbers kept of rows below a header in row 1, and the notes."""
    header = ["reference", "date", "x", "y"]
    table = pd.DataFrame(rows, columns=header, dtype="str")
    table[ROW] = range(2, len(rows) + 2)
    table[BROKEN] = False
    asides = StrayRows(header, {name: name for name in header})
    kept = [row for at in range(0, len(rows), 2) for row in asides.sift(table[at : at + 2])[ROW]]
    return [row for row in kept if row not in asides.at_the_end], asides.notes


class TestAsides:
    def test_totals_go_wherever_they_stand(self):
        kept, notes = sift(DATA, ["Total", *[""] * 3], DATA, ["Grand total:", *[""] * 3])
        assert kept == [2, 4]
        assert notes == ("rows 3, 5 are not reports (totals, notes, headers) and were not counted",)

    def test_phrases_go_only_at_the_end(self):
        """Across stretches of rows too."""
        phrase = ["printed by the office", "", "", ""]
        assert sift(DATA, phrase, DATA) == ([2, 3, 4], ())
        assert sift(DATA, DATA, phrase, phrase)[0] == [2, 3]
        assert sift(DATA, phrase, phrase, phrase)[0] == [2]
        assert sift(phrase, phrase, phrase, DATA)[0] == [2, 3, 4, 5]

    @pytest.mark.parametrize(
        "row",
        [
            ["A6", "", "", ""],
            ["Total", "13/01/2023", "", ""],
            ["Total", "", "544421", ""],
            ["Totally lost", "", "", "x"],
            ["Total", "44942", "", ""],
            ["8", "", "", ""],
            ["", "8", "544421", ""],
        ],
    )
    def test_a_row_with_anything_in_it_is_counted(self, row):
        assert sift(DATA, row) == ([2, 3], ())

    @pytest.mark.parametrize(
        "row",
        [
            ["Total", "8", "", ""],
            ["Grand Total", "1,208", "", ""],
            ["", "Robbery Total", "", ""],
            ["Count", "8.0", "", ""],
            ["Number of records", "8", "", ""],
            ["8 records", "", "", ""],
            ["OFFICIAL", "", "", ""],
            ["OFFICIAL-SENSITIVE", "", "", ""],
            ["OFFICIAL - SENSITIVE [when complete]", "", "", ""],
        ],
    )
    def test_counts_beside_their_word(self, row):
        """A count may stand in the column of dates; such a row goes wherever it stands."""
        assert sift(DATA, row, DATA)[0] == [2, 4]

    def test_a_bare_count_goes_only_at_the_end(self):
        assert sift(DATA, ["", "8", "", ""])[0] == [2]
        assert sift(DATA, ["", "8", "", ""], DATA)[0] == [2, 3, 4]

    @pytest.mark.parametrize(("number", "kept"), [("19999", [2]), ("20000", [2, 3])])
    def test_from_20000_a_number_may_be_a_date_of_excel(self, number, kept):
        """A smaller one is a count."""
        assert sift(DATA, ["Total", number, "", ""])[0] == kept

    @pytest.mark.parametrize(
        ("n", "said"), [(5, "rows 3, 4, 5, 6, 7 are"), (6, "rows 3, 4, 5, 6, 7 and 1 more are")]
    )
    def test_five_rows_are_named(self, n, said):
        (note,) = sift(DATA, *[["Total", "", "", ""]] * n)[1]
        assert note.startswith(said)

    def test_notes_in_the_column_of_dates(self):
        """A table that begins with its dates has its totals and notes there."""
        assert sift(DATA, ["", "Total", "", ""], ["", "printed by us", "", ""])[0] == [2]

    def test_header_again(self):
        assert sift(DATA, ["reference", "date", "x", "y"], DATA)[0] == [2, 4]


class TestTidy:
    @pytest.mark.parametrize(
        ("cell", "clear"),
        [
            (" a ", "a"),
            ("51.5\u00a0N", "51.5 N"),
            ("\ufeff13/01/2023\u200b", "13/01/2023"),
            ("\u00a0", ""),
            ("caf\u00e9", "caf\u00e9"),
            ("\x1b[31mred\x07\x9b0m", "[31mred0m"),
        ],
    )
    def test_invisible_characters(self, cell, clear):
        assert tidy(cell) == clear

    @pytest.mark.parametrize(
        "cell", ["", " ", "-", "N/A", "n/a ", "\u2013", "NULL", "#N/A", "\u00a0"]
    )
    def test_empty(self, cell):
        assert is_empty(cell)
        assert said(cell) == ""

    @pytest.mark.parametrize("cell", ["0", "no", "A-", "unknown"])
    def test_not_empty(self, cell):
        assert not is_empty(cell)
        assert said(cell) == cell
