"""What a register keeps where answers of one venue differ: the later one, else the cautious one."""

from __future__ import annotations

import csv
from itertools import permutations

import pytest

from csp_geo.inputs.venues.call_answers import CallAnswer, VenueAnswers
from csp_geo.inputs.venues.call_columns import FACTS
from csp_geo.inputs.venues.register import TEMPLATE
from csp_geo.inputs.venues.register_answers import RegisterText
from csp_geo.inputs.venues.to_settle import open_questions, settled, to_settle

VENUE = dict.fromkeys(FACTS, "") | {
    "name": "Shop", "address": "1 High Road", "latitude": "51.54", "longitude": "0.08",
}  # fmt: skip
FIRST, LATER = "2026-11-03", "2026-11-20"


def answer(file="a.xlsx", *, day="", note="", is_closed=False, was_reached=True, **given):
    """A row of a list; the day and the note are given as they are read."""
    given |= {key: text for key, text in (("asked_on", day), ("answer_note", note)) if text}
    return CallAnswer(file, 5, "1", VENUE, given, was_reached, is_closed)


def put(path, area, *rows):
    """Read each row from a list of its own, one list after the other."""
    said = []
    for row in rows:
        text = RegisterText(path, area)
        texts = {
            key: value for key, value in row.given.items() if key in {"asked_on", "answer_note"}
        }
        n = len(path.read_text("utf-8").splitlines())
        said.append(text.put(VenueAnswers(VENUE, texts, (row,)), n if n > 1 else None))
        path.write_bytes(text.as_bytes())
    return said


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "havens.csv"
    path.write_text(f"{','.join(TEMPLATE)}\n", "utf-8")
    return path


def row(path):
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))[-1]


def test_the_later_answer_holds_in_whatever_order_they_are_read(register, town_area):
    yes, no = answer(willing="yes", day=FIRST), answer("b.xlsx", willing="no", day=LATER)
    empty, seen = register.read_bytes(), set()
    for rows in permutations((yes, no)):
        register.write_bytes(empty)
        said = put(register, town_area, *rows)
        now = row(register)
        seen.add((now["willing"], now["status"], now["asked_on"], now["answer_note"]))
        assert not any(one.to_settle for one in said)
    assert seen == {("no", "withdrawn", LATER, f"earlier ({FIRST}): Willing yes")}


@pytest.mark.parametrize("days", [(FIRST, FIRST), ("", ""), (FIRST, ""), ("", FIRST)])
def test_where_none_is_the_later_no_counts_until_it_is_settled(register, town_area, days):
    yes = answer(willing="yes", day=days[0])
    no = answer("b.xlsx", willing="no", day=days[1])
    empty = register.read_bytes()
    for rows in permutations((yes, no)):
        register.write_bytes(empty)
        _, second = put(register, town_area, *rows)
        (said,) = second.to_settle
        assert said.startswith("Shop: Willing is '")
        assert "'no' counts until it is settled" in said
        now = row(register)
        assert (now["willing"], now["status"]) == ("no", "withdrawn")
        assert now["answer_note"] == to_settle("willing")
        before = register.read_bytes()
        put(register, town_area, *rows, *rows)
        assert register.read_bytes() == before


def test_what_is_to_be_settled_is_listed_until_it_is(register, town_area):
    yes, no = answer(willing="yes", day=FIRST), answer("b.xlsx", willing="no", day=FIRST)
    put(register, town_area, yes, no)
    (line,) = open_questions(register, town_area).to_dict("records")
    assert (line["about"], line["name"], line["premises_id"]) == (
        "answers to settle",
        "Shop",
        "C01",
    )
    assert line["note"].startswith("Row 2 of havens.csv: Willing was answered yes and no")
    put(register, town_area, answer("c.xlsx", willing="yes", day=LATER))
    assert open_questions(register, town_area).empty
    now = row(register)
    assert (now["willing"], now["status"]) == ("yes", "candidate")
    assert now["answer_note"] == settled("willing")
    before = register.read_bytes()
    put(register, town_area, yes, no)
    assert register.read_bytes() == before


def test_who_settles_it_by_hand_is_not_undone(register, town_area):
    yes, no = answer(willing="yes"), answer("b.xlsx", willing="no")
    put(register, town_area, yes, no)
    text = register.read_text("utf-8").replace("to settle", "settled")
    register.write_text(
        text.replace(",withdrawn,", ",candidate,").replace(",no,", ",yes,"), "utf-8"
    )
    before = register.read_bytes()
    put(register, town_area, yes, no)
    assert register.read_bytes() == before


def test_two_rows_read_together_are_weighed_like_two_lists(register, town_area):
    yes = answer(willing="yes", step_free="yes", day=FIRST)
    no = answer("b.xlsx", willing="no", day=FIRST)
    text = RegisterText(register, town_area)
    done = text.put(VenueAnswers(VENUE, {"asked_on": FIRST}, (yes, no)), None)
    (said,) = done.to_settle
    assert "Willing is 'yes' in a.xlsx row 5 and 'no' in b.xlsx row 5, and both are of" in said
    assert {cell.column: cell.now for cell in done.changes}["step_free"] == "yes"


@pytest.mark.parametrize(
    ("status", "now"),
    [("", "closed"), ("to ask", "closed"), ("candidate", "closed"), ("active", "active")],
)
def test_a_venue_that_is_no_more_is_not_asked_again(register, town_area, status, now):
    """Of a haven only a dated answer says so."""
    if status:
        put(register, town_area, answer(note="rang", was_reached=False))
        text = register.read_text("utf-8").replace(",to ask,", f",{status},")
        register.write_text(text, "utf-8")
    gone = answer("b.xlsx", note="closed down", is_closed=True, was_reached=False)
    (done,) = put(register, town_area, gone)
    assert row(register)["status"] == now
    assert bool(done.left) == (status == "active")
    put(register, town_area, gone)
    if status == "active":
        put(
            register,
            town_area,
            answer("b.xlsx", note="closed down for good", day=LATER, is_closed=True),
        )
        assert row(register)["status"] == "closed"
    else:  # whoever writes that it is open again is not undone
        register.write_text(register.read_text("utf-8").replace(",closed,", ",to ask,"), "utf-8")
        put(register, town_area, gone)
        assert row(register)["status"] == "to ask"
