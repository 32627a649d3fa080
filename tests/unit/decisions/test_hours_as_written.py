"""Opening hours as people write them, each with what it means in OpenStreetMap's syntax."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from csp_geo.decisions.opening import timetable
from csp_geo.inputs.venues.opening_rules import read_rules

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
