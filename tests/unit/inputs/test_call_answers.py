"""A filled call list as it comes back: what is read of a cell, and what is left with a sentence."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.comments import Comment

from csp_geo.core.errors import SourceError
from csp_geo.core.settings import Limits
from csp_geo.inputs.venues.call_answers import joined, open_call_list, read_call_list
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
    opened = open_call_list(tmp_path / name, name, Limits())
    return read_call_list(opened, today=TODAY, is_british=True)


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
        ("I5", 2082270000.0, "telephone", "02082270000"),
        ("I5", 442082270000, "telephone", "+442082270000"),
        ("I5", "020 8227 0000", "telephone", "020 8227 0000"),
        ("O5", datetime.combine(TODAY, time()), "asked_on", "2026-12-10"),
        ("O5", "3/12/2026", "asked_on", "2026-12-03"),
        ("O5", "3.12.26", "asked_on", "2026-12-03"),
        ("P5", date(2026, 12, 3), "answer_note", "2026-12-03"),
        ("P5", "=ring before ten", "answer_note", "=ring before ten"),
        ("P5", "two\nlines", "answer_note", "two lines"),
    ],
)
def test_what_is_read_of_a_cell(tmp_path, place, cell, field, said):
    (answer,) = filled(tmp_path, {place: cell}).answers
    assert answer.given == {field: said}


@pytest.mark.parametrize(
    ("place", "cell", "says", "note"),
    [
        ("N5", "maybe", "Willing (N5) is none of yes, no, not known", "Willing: maybe"),
        (
            *("O5", date(2027, 3, 12)),
            (
                "Date (O5) is 12 March 2027, after today (10 December 2026), so it stands in the "
                "note alone. Write the day on which it was asked, such as 10/12/2026."
            ),
            "Date: 2027-03-12",
        ),
        ("O5", "soon", "Date (O5) is no day, so it stands in the note alone.", "Date: soon"),
        ("N5", "=yes please", "Willing (N5) is none of yes, no", "Willing: =yes please"),
    ],
)
def test_what_cannot_be_read_is_said_and_goes_into_the_note(tmp_path, place, cell, says, note):
    made = filled(tmp_path, {place: cell, "M5": "yes"})
    assert made.answers[0].given == {"step_free": "yes", "answer_note": note}
    assert len(made.unread) == 1
    assert made.unread[0].startswith(f"list.xlsx row 5, Shop: {says}")


def test_a_formula_counts_for_what_it_gives(tmp_path):
    """A spreadsheet keeps the result beside the formula; openpyxl cannot write both."""
    path = tmp_path / "list.xlsx"
    filled(tmp_path, {"P5": "=M5"})
    members = {}
    with zipfile.ZipFile(path) as book:
        members = {name: book.read(name) for name in book.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    assert b"<f>M5</f><v></v>" in sheet or b"<f>M5</f><v/>" in sheet or b"<f>M5</f><v />" in sheet
    for empty in (b"<v></v>", b"<v/>", b"<v />"):
        sheet = sheet.replace(b"<f>M5</f>" + empty, b"<f>M5</f><v>7</v>")
    with zipfile.ZipFile(path, "w") as book:
        for name, data in members.items():
            book.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else data)
    made = read_call_list(open_call_list(path, "list.xlsx", Limits()), today=TODAY, is_british=True)
    assert made.answers[0].given == {"answer_note": "7"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes - spoke to Priya", "yes"),
        ("yes, after 6", "yes"),
        ("N (till spring)", "no"),
        ("no problem", None),
        ("yes/no", None),
        ("n/a", None),
    ],
)
def test_a_choice_with_a_remark_behind_it(tmp_path, text, said):
    """Read only where a sign parts the two; the words go into the note in any case."""
    (answer,) = filled(tmp_path, {"N5": text}).answers
    assert answer.given.get("willing") == said
    assert answer.given.get("answer_note") == f"Willing: {text}"


@pytest.mark.parametrize(("number", "is_british"), [(820, True), (3419999999, False), (20.5, True)])
def test_a_number_that_may_have_lost_its_nought_is_said(tmp_path, number, is_british):
    filled(tmp_path, {"I5": number})
    opened = open_call_list(tmp_path / "list.xlsx", "list.xlsx", Limits())
    made = read_call_list(opened, today=TODAY, is_british=is_british)
    assert made.answers[0].given == {"telephone": f"{number}"}
    assert "Telephone (I5) is typed as a number" in made.unread[0]


@pytest.mark.parametrize(
    ("cells", "was_reached"),
    [
        ({"P5": "closed"}, False),
        ({"I5": "020 7946 0000", "O5": "3/12/2026"}, False),
        ({"J5": "the owner"}, True),
        ({"N5": "not known"}, True),
        ({"N5": "maybe"}, True),
    ],
)
def test_whether_somebody_was_reached(tmp_path, cells, was_reached):
    (answer,) = filled(tmp_path, cells).answers
    assert answer.was_reached == was_reached


class TestUntidy:
    def test_comments_and_columns_of_ones_own_go_into_the_note(self, tmp_path):
        def untidy(book):
            sheet = book["Call list"]
            sheet["N5"].comment = Comment("blue door", "Ann")
            sheet["Q4"], sheet["Q5"], sheet["Q6"] = "Who goes", "Bob", "Cat"

        made = filled(tmp_path, {"N5": "yes"}, untidy)
        (answer,) = made.answers
        assert answer.given["answer_note"] == "Comment: blue door; Who goes: Bob"
        assert made.n_open == 1
        assert made.unread == (
            (
                "list.xlsx: what stands in columns that are not the list's went into the notes; 1 "
                "row without an answer left it there."
            ),
        )

    def test_text_below_the_list_is_said(self, tmp_path):
        made = filled(tmp_path, {"A9": "Ring Bob"})
        assert made.unread == (
            (
                "list.xlsx row 9: it has text and no venue, and was not read. Write a name under "
                "Venue."
            ),
        )

    def test_a_merged_cell_and_another_sheet_are_said(self, tmp_path):
        def untidy(book):
            book["Call list"].merge_cells("N5:N6")
            book.create_sheet("Mine", 0)["A1"] = "notes"

        made = filled(tmp_path, {"N5": "yes"}, untidy)
        assert [answer.row for answer in made.answers] == [5]
        sheet, merged = made.unread
        assert sheet.startswith("list.xlsx: sheet 1 of the workbook was not read")
        assert merged.startswith("list.xlsx: N5:N6 is one merged cell")

    def test_rows_sorted_without_their_numbers(self, tmp_path):
        """The name tells the venue then, and it is said."""
        made = filled(tmp_path, {"C5": "Cafe", "C6": "Shop", "N5": "no"})
        assert made.answers[0].venue["key"] == "1a"
        assert "No. and Venue are of two venues of the list" in made.unread[0]

    def test_a_name_put_right_stays_with_its_number(self, tmp_path):
        made = filled(tmp_path, {"C5": "Shop & Sons", "N5": "yes"})
        assert made.answers[0].venue["name"] == "Shop"
        assert "the name under Venue is new; it was read as No. 1." in made.unread[0]
        assert made.answers[0].given["answer_note"] == "Venue: Shop & Sons"

    def test_a_listed_venue_written_again_by_hand(self, tmp_path):
        made = filled(tmp_path, {"C9": "the cafe", "N9": "yes"})
        assert made.answers[0].venue["name"] == "the cafe"
        made = filled(tmp_path, {"C9": "CAFE", "N9": "yes"})
        assert made.answers[0].venue["key"] == "1a"

    def test_columns_that_say_nothing_new_may_be_deleted(self, tmp_path):
        made = filled(tmp_path, {"N5": "yes"}, lambda book: book["Call list"].delete_cols(7))
        assert made.answers[0].given == {"willing": "yes"}


@pytest.mark.parametrize(
    ("cell", "text", "note", "title"),
    [
        ("P5", "wants posters, ring Jo on 07700 900123", "wants posters", "Note"),
        ("P5", "jo@shop.example", None, "Note"),
        ("O5", "Monday jo@shop.example", "Date: Monday", "Date"),
    ],
)
def test_a_contact_in_a_note_goes_where_contacts_are(tmp_path, cell, text, note, title):
    """None of it is lost: the whole text stands in the column for contacts."""
    made = filled(tmp_path, {cell: text})
    (answer,) = made.answers
    assert answer.given.get("answer_note") == note
    assert answer.given["contact"] == text
    said = f"list.xlsx row 5, Shop: {title} ({cell}) holds a contact: all of it went"
    assert any(one.startswith(said) for one in made.unread)


def test_a_contact_with_a_venue_added_by_hand(tmp_path):
    made = filled(tmp_path, {"C9": "Corner Cafe, ring 07700 900123", "E9": "Mr J Smith, 9 Side Rd"})
    assert made.answers == ()
    made = filled(
        tmp_path,
        {"C9": "Corner Cafe, ring 07700 900123", "E9": "9 Side Rd 07700 900124", "N9": "yes"},
    )
    (answer,) = made.answers
    assert (answer.venue["name"], answer.venue["address"]) == ("Corner Cafe", "")
    assert answer.given["contact"] == "Corner Cafe, ring 07700 900123; 9 Side Rd 07700 900124"


@pytest.mark.parametrize(
    ("cells", "is_closed"),
    [
        ({"P5": "closed down"}, True),
        ({"N5": "permanently closed"}, True),
        ({"P5": "closed, ring after 5"}, False),
        ({"P5": "closed down", "N5": "yes"}, False),  # then it is something else that closed
    ],
)
def test_a_venue_that_is_no_more(tmp_path, cells, is_closed):
    (answer,) = filled(tmp_path, cells).answers
    assert answer.is_closed is is_closed


def test_nothing_said_is_no_answer(tmp_path):
    """Kept and said; who is "n/a" was not reached."""
    made = filled(tmp_path, {"J5": "n/a", "I5": "-", "N5": "N/A"})
    (answer,) = made.answers
    assert answer.given == {"answer_note": "Telephone: -; Spoken to: n/a; Willing: N/A"}
    assert not answer.was_reached
    assert len(made.unread) == 3


def test_one_venue_below_two_sites_is_one(tmp_path):
    """A fallback of two sites has two rows and two numbers."""

    def below_another(book):
        for sheet, columns in ((book["Call list"], 8), (book["As listed"], 8)):
            at = sheet.max_row
            for column in range(1, columns + 1):
                sheet.cell(at + 1, column, sheet.cell(at, column).value)
        book["Call list"]["B7"], book["As listed"].cell(at + 1, 1).value = "2a", "2a"

    made = filled(tmp_path, {"N6": "yes", "N7": "yes"}, below_another)
    (cafe,) = joined([made])
    assert [row.row for row in cafe.rows] == [6, 7]
    assert [other["name"] for other in cafe.others] == ["Shop"]


def test_a_text_file_cannot_say_of_which_plan_it_is(tmp_path):
    (tmp_path / "list.csv").write_text("Stop,No.,Venue\n", "utf-8")
    with pytest.raises(SourceError, match=r"list\.csv is a text file.*Give the XLSX"):
        open_call_list(tmp_path / "list.csv", "list.csv", Limits())


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
    assert [[row.given["willing"] for row in one.rows] for one in both] == [["yes"], ["no"]]
    assert [[other["name"] for other in one.others] for one in both] == [["Cafe"], ["Cafe"]]


def test_a_damaged_one(tmp_path):
    (tmp_path / "list.xlsx").write_bytes(DATA[:900])
    with pytest.raises(SourceError, match="could not be read as an Excel workbook"):
        open_call_list(tmp_path / "list.xlsx", "list.xlsx", Limits())
