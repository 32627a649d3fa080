"""The call list as a person opens it: order, groups, lists to choose from, paper, one file."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from itertools import permutations

import numpy as np
import openpyxl
import pytest

from csp_geo.inputs.venues.call_columns import ANSWERED, CHOICES, FACTS, FACTS_SHEET, SHOWN
from csp_geo.products.havens.call_list import call_list, is_filled_in, list_number, round_on_foot

ON = date(2026, 11, 30)


def site(rank, north, name=None, **changes):
    """Return what a plan says of a venue, as far as the list needs it."""
    said = {
        "rank": rank,
        "name": name or f"Shop {rank}",
        "type": "supermarket",
        "venue_type": "supermarket",
        "address": f"{rank} High Road, IG11 7NB",
        "street": f"{rank} High Road",
        "postcode": "IG11 7NB",
        "ward": "Abbey",
        "why": "Covers 8 of 9 reports.",
        "hours": "Mon to Sun 07:00 to 23:00",
        "assumed": False,
        "opening_hours": "Mo-Su 07:00-23:00",
        "ask": "phone",
        "was": "",
        "where": "",
        "easting": 544_000.0,
        "northing": float(north),
        "latitude": "51.5",
        "longitude": "0.08",
    }
    return said | changes


def fallback(name, **changes):
    said = {"name": name, "venue_type": "cafe", "address": "9 High Road", "covers": 7.0}
    return said | changes


def made(*sites):
    return call_list(list(sites), on=ON, marking="OFFICIAL", note="None is vetted.")


def sheet_of(*sites):
    return openpyxl.load_workbook(io.BytesIO(made(*sites)))["Call list"]


class TestRound:
    def test_from_the_northernmost_each_time_to_the_nearest(self):
        xy = np.array([(0.0, 0.0), (0.0, 900.0), (300.0, 500.0), (0.0, 600.0)])
        assert round_on_foot(xy) == [1, 3, 2, 0]

    def test_of_equals_the_first_whatever_their_number(self):
        assert round_on_foot(np.zeros((3, 2))) == [0, 1, 2]
        assert round_on_foot(np.array([(0.0, 5.0), (10.0, 5.0), (-10.0, 5.0)])) == [0, 1, 2]
        assert round_on_foot(np.zeros((0, 2))) == []

    def test_every_venue_once(self):
        for xy in permutations([(0.0, 0.0), (5.0, 3.0), (2.0, 8.0), (7.0, 7.0)]):
            assert sorted(round_on_foot(np.array(xy))) == [0, 1, 2, 3]


class TestRows:
    def test_fallbacks_stand_below_their_site(self):
        sheet = sheet_of(
            site(1, 184_000, fallbacks=[fallback("A"), fallback("B", covers="Covers 3 of 9.")]),
            site(2, 185_000),
        )
        rows = [[cell.value for cell in row[: len(SHOWN)]] for row in sheet.iter_rows(min_row=5)]
        assert [row[:3] for row in rows] == [
            [1, 2, "Shop 2"],
            [2, 1, "Shop 1"],
            [None, "1a", "A"],
            [None, "1b", "B"],
        ]
        assert rows[2][6] == "If Shop 1 says no. Covers 7."
        assert rows[3][6] == "If Shop 1 says no. Covers 3 of 9."
        assert rows[2][3:5] == ["cafe", "9 High Road"]

    def test_what_is_known_stands_together(self):
        sheet = sheet_of(
            site(1, 0, assumed=True, was="On your register: It lapsed.", where="Check.")
        )
        assert sheet["H5"].value == "phone. On your register: It lapsed. Check"
        assert sheet["F5"].value == "Mon to Sun 07:00 to 23:00 (assumed)"
        assert sheet["E5"].value == "1 High Road, IG11 7NB (Abbey ward)"

    def test_names_are_text(self):
        sheet = sheet_of(site(1, 0, name="=1+1"))
        assert sheet["C5"].value == "'=1+1"
        assert sheet["C5"].data_type == "s"

    def test_the_hidden_sheet_has_what_the_way_back_needs(self):
        book = openpyxl.load_workbook(io.BytesIO(made(site(1, 0, fallbacks=[fallback("A")]))))
        facts = book[FACTS_SHEET]
        assert facts.sheet_state == "hidden"
        rows = [tuple(cell or "" for cell in row) for row in facts.iter_rows(values_only=True)]
        assert rows == [
            FACTS,
            ("1", "Shop 1", "supermarket", "1 High Road", "IG11 7NB", "51.5", "0.08",
             "Mo-Su 07:00-23:00"),
            ("1a", "A", "cafe", "9 High Road", "", "", "", ""),
        ]  # fmt: skip


class TestSheet:
    def test_each_answer_has_its_list(self):
        sheet = sheet_of(site(1, 0), site(2, 9))
        rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
        assert len(rules) == len(ANSWERED)
        for place in ("K5:K6", "L5:L6", "M5:M6", "N5:N6"):
            assert rules[place].type == "list"
            assert rules[place].formula1 == '"yes,no,not known"'
            assert rules[place].showErrorMessage
        assert rules["O5:O6"].type == "date"
        assert not rules["I5:I6"].showErrorMessage
        assert all(len(rule.prompt) <= 255 and rule.allow_blank for rule in rules.values())
        assert CHOICES == ("yes", "no", "not known")

    def test_a_telephone_number_keeps_its_nought(self):
        assert sheet_of(site(1, 0))["I5"].number_format == "@"

    def test_paper(self):
        sheet = sheet_of(site(1, 0), site(2, 9))
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area == "'Call list'!$A$1:$P$6"
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.freeze_panes == "D5"
        assert sheet["G5"].alignment.wrap_text
        widths = [sheet.column_dimensions[letter].width for letter in "ABCDEFGHIJKLMNOP"]
        assert widths == [column.width for column in (*SHOWN, *ANSWERED)]

    def test_no_site_at_all(self):
        sheet = sheet_of()
        assert sheet["B4"].value == "No."
        assert sheet["C5"].value is None


class TestFile:
    def test_the_same_bytes_for_the_same_plan(self):
        assert made(site(1, 0), site(2, 9)) == made(site(1, 0), site(2, 9))
        book = openpyxl.load_workbook(io.BytesIO(made(site(1, 0))))
        about = book.properties
        assert about.created == about.modified == datetime.combine(ON, time())
        assert book.properties.subject == "Plan of 2026-11-30"

    def test_another_plan_has_another_number(self):
        assert list_number(made(site(1, 0))) == list_number(made(site(1, 0)))
        assert list_number(made(site(1, 0))) != list_number(made(site(1, 0, name="Other")))
        assert len(list_number(made(site(1, 0)))) == 12

    @pytest.mark.parametrize(
        ("cell", "text", "filled"), [("N5", "yes", True), ("N5", None, False), ("R9", "x", True)]
    )
    def test_filled_in_or_only_saved(self, tmp_path, cell, text, filled):
        path = tmp_path / "list.xlsx"
        path.write_bytes(made(site(1, 0)))
        assert not is_filled_in(path)
        book = openpyxl.load_workbook(path)
        book["Call list"][cell] = text
        book.save(path)
        assert is_filled_in(path) == filled
        assert list_number(path.read_bytes()) == list_number(made(site(1, 0)))

    def test_one_that_is_not_there_or_cannot_be_read(self, tmp_path):
        assert not is_filled_in(tmp_path / "list.xlsx")
        (tmp_path / "list.xlsx").write_bytes(b"PK")
        assert is_filled_in(tmp_path / "list.xlsx")
