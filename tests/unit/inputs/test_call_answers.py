"""A filled call list as it comes back: what is read of a cell, and what is left with a sentence."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import openpyxl
import pytest

from csp_geo.core.errors import SourceError
from csp_geo.core.settings import Limits
from csp_geo.inputs.venues.call_answers import joined, read_call_list
from csp_geo.products.havens.call_list import call_list, list_number

ON, TODAY = date(2026, 11, 30), date(2026, 12, 10)
SITE = {
    "rank": 1, "name": "Shop", "type": "supermarket", "venue_type": "supermarket",
    "address": "1 High Road, IG11 7NB", "street": "1 High Road", "postcode": "IG11 7NB",
    "ward": "Abbey", "why": "", "hours": "", "assumed": False, "ask": "", "was": "", "where": "",
    "opening_hours": "24/7", "easting": 0.0, "northing": 0.0, "latitude": "51.5",
    "longitude": "0.08",
    "fallbacks": [{"name": "Cafe", "venue_type": "cafe", "address": "2 High Road", "covers": 3.0}],
}  # fmt: skip
DATA = call_list([SITE], on=ON, marking="OFFICIAL", note="None is vetted.")


def filled(tmp_path, cells, change=None, name="list.xlsx"):
    book = openpyxl.load_workbook(io.BytesIO(DATA))
    for place, text in cells.items():
        book["Call list"][place] = text
    if change is not None:
        change(book)
    book.save(tmp_path / name)
    return read_call_list(tmp_path / name, name, today=TODAY, limits=Limits())


def test_site_and_fallback_come_back_with_what_the_plan_knew(tmp_path):
    made = filled(tmp_path, {"N5": "yes", "N6": "no"})
    assert (made.plan_day, made.number, made.n_open) == (ON, list_number(DATA), 0)
    shop, cafe = made.answers
    assert shop.venue == {
        "key": "1", "name": "Shop", "venue_type": "supermarket", "address": "1 High Road",
        "postcode": "IG11 7NB", "latitude": "51.5", "longitude": "0.08", "opening_hours": "24/7",
    }  # fmt: skip
    assert (cafe.row, cafe.venue["name"], cafe.venue["key"]) == (6, "Cafe", "1a")
    assert (shop.given, cafe.given) == ({"willing": "yes"}, {"willing": "no"})


def test_an_empty_list_has_no_answers(tmp_path):
    made = filled(tmp_path, {})
    assert (made.answers, made.n_open, made.unread) == ((), 2, ())


@pytest.mark.parametrize(
    ("place", "cell", "field", "said"),
    [
        ("N5", " Yes ", "willing", "yes"),
        ("N5", "N", "willing", "no"),
        ("M5", "Not known", "step_free", "not known"),
        ("M5", "don't know", "step_free", "not known"),
        ("I5", 2082270000.0, "telephone", "2082270000"),
        ("O5", datetime.combine(TODAY, time()), "asked_on", "2026-12-10"),
        ("O5", "3/12/2026", "asked_on", "2026-12-03"),
        ("P5", "two\nlines", "answer_note", "two lines"),
    ],
)
def test_what_is_read_of_a_cell(tmp_path, place, cell, field, said):
    (answer,) = filled(tmp_path, {place: cell}).answers
    assert answer.given == {field: said}


@pytest.mark.parametrize(
    ("place", "cell", "says"),
    [
        ("N5", "maybe", "what stands under Willing is none of yes, no, not known"),
        ("O5", "11/12/2026", "what stands under Date is no day up to today"),
        ("O5", "soon", "what stands under Date is no day up to today"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_is_taken(tmp_path, place, cell, says):
    made = filled(tmp_path, {place: cell, "M5": "yes"})
    assert made.answers[0].given == {"step_free": "yes"}
    assert len(made.unread) == 1
    assert made.unread[0].startswith(f"list.xlsx row 5, Shop: {says}")


def test_rows_sorted_and_columns_moved_are_found_by_their_headings(tmp_path):
    def turn(book):
        sheet = book["Call list"]
        sheet.delete_rows(1, 2)
        sheet.insert_cols(1)
        sheet.title = "Mine"

    made = filled(tmp_path, {"N6": "yes"}, turn)
    assert [(one.row, one.venue["name"]) for one in made.answers] == [(4, "Cafe")]


@pytest.mark.parametrize("lost", ["subject", "keywords"])
def test_the_mark_of_the_plan_was_taken_away(tmp_path, lost):
    with pytest.raises(SourceError, match="does not say of which plan it is"):
        filled(tmp_path, {}, lambda book: setattr(book.properties, lost, None))


def test_lists_of_two_plans_are_never_one_venue(tmp_path):
    """The same number in another plan is another venue; the earlier plan comes first."""
    later = filled(tmp_path, {"N5": "no"})

    def earlier(book):
        book.properties.subject, book.properties.keywords = "Plan of 2026-10-05", "a" * 64

    before = filled(tmp_path, {"N5": "yes"}, earlier, "before.xlsx")
    both = joined([later, before])
    assert [one.given["willing"] for one in both] == ["yes", "no"]
    assert not any(one.disputed for one in both)


def test_a_damaged_one(tmp_path):
    (tmp_path / "list.xlsx").write_bytes(DATA[:900])
    with pytest.raises(SourceError, match="could not be read as an Excel workbook"):
        read_call_list(tmp_path / "list.xlsx", "list.xlsx", today=TODAY, limits=Limits())
