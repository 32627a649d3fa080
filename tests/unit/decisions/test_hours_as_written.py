"""Opening hours as people write them, each with what it means in OpenStreetMap's syntax."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from csp_geo.decisions.opening import timetable
from csp_geo.inputs.venues.opening_rules import OPEN, read_rules

FIRST, LAST = date(2026, 11, 20), date(2027, 6, 30)
FILE = Path(__file__).with_name("hours_as_written.csv")
with FILE.open(encoding="utf-8", newline="") as lines:
    WRITTEN = [(row["text"], row["expected"]) for row in csv.DictReader(lines)]


def year(text):
    table = timetable(text, FIRST, LAST)
    return [table.on(day) for day in (FIRST, *table.holidays)], table.week, table.reason


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_is_read_exactly_or_not_at_all(text, expected):
    if expected == "unknown":
        assert read_rules(text).osm == ""
        assert read_rules(text).reason
    else:
        assert year(text) == year(expected)


def test_there_are_two_hundred():
    assert len({text for text, _ in WRITTEN}) >= 200


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Sun 11:00-05:00", "11:00-17:00"),
        ("Mon-Sat 1000-0400", "10:00-16:00"),
        ("7pm-12pm", "19:00-24:00"),
        ("6pm-11am", "18:00-23:00"),
        ("Mon-Fri 1am-5pm", "13:00-17:00"),
        ("Mon-Fri 2am-11pm", "14:00-23:00"),
        ("Sat 10pm-11am", "10:00-23:00"),
        ("Mon-Fri 10pm-10am", "10:00-22:00"),
    ],
)
def test_a_slip_says_what_was_probably_meant(text, meant):
    assert read_rules(text).doubt == f"Probably {meant} is meant."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Fri 9am-8pm; Mon-Fri 9am-5pm", "disagree on a day"),
        ("Mo-Fr 09:00-17:00, Sa,Su,PH 10:00-16:00", "after a comma"),
        ("Mon-Fri 9am-5pm", ""),
    ],
)
def test_what_is_in_doubt_is_said(text, said):
    assert said in read_rules(text).doubt
    assert bool(said) == bool(read_rules(text).doubt)


@pytest.mark.parametrize(
    ("text", "day", "open_at_eleven"),
    [
        ("Mo-Su 07:00-23:00, Su 10:00-16:00", 6, False),
        ("Mo-Su 07:00-23:00, Su 10:00-16:00", 5, True),
        ("Mo-Fr 09:00-17:00, We 09:00-13:00", 2, False),
        ("Mo,Tu,We,Th,Fr 09:00-17:00, Fr 10:00-12:00", 4, False),
        ("Mo-Fr 09:00-12:00, Mo-Fr 13:00-17:00", 2, True),
        ("Mo-Fr 09:00-12:00; We 09:00-17:00", 2, True),
    ],
)
def test_hours_within_others_after_a_comma_are_not_known(text, day, open_at_eleven):
    """The grammar adds them; a person means them instead."""
    week = timetable(text, FIRST, LAST).week
    assert any(start <= 11 * 60 < end and state == OPEN for start, end, state in week[day]) == (
        open_at_eleven
    )
    assert bool(read_rules(text).doubt) == (", " in text and "Mo-Fr 13" not in text)


@pytest.mark.parametrize(
    "text",
    ["Mon-Fri 9am-5pm (last entry 2pm)", "Sat 10am-6pm, last admission 1pm", "12.30am-11pm",
     "Mon-Fri 12:30am-3pm"],
)  # fmt: skip
def test_what_may_be_shut_earlier_is_not_read(text):
    assert read_rules(text).osm == ""
