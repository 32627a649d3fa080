"""Which row of the register a row of a call list goes into: two venues of a plan are never one."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from csp_geo.inputs.venues.call_answers import CallAnswer, VenueAnswers
from csp_geo.inputs.venues.call_columns import FACTS
from csp_geo.inputs.venues.register import TEMPLATE
from csp_geo.inputs.venues.register_answers import RegisterText
from csp_geo.runs.haven_answers import _known, _put


def venue(name, latitude=51.54):
    told = {"name": name, "postcode": "IG11 7NB", "latitude": f"{latitude}", "longitude": "0.08"}
    return dict.fromkeys(FACTS, "") | told


PLAN = [venue("Asda"), venue("Asda Cafe", 51.5401), venue("Lidl")]


def said(at, willing, plan=PLAN):
    row = CallAnswer("list.xlsx", 5 + at, f"{at}", plan[at], {"willing": willing})
    return VenueAnswers(plan[at], {}, (row,), tuple(one for one in plan if one is not plan[at]))


@pytest.fixture
def read_in(tmp_path, town_area):
    """Read answers into the register, and return what it has of each name."""
    path = tmp_path / "havens.csv"
    path.write_text(f"{','.join(TEMPLATE)}\n", "utf-8")

    def read(*answers, add=""):
        path.write_text(path.read_text("utf-8") + add, "utf-8")
        text, context = RegisterText(path, town_area), SimpleNamespace(today=date(2026, 12, 1))
        _put(text, answers, _known(path, town_area, context), town_area)
        path.write_bytes(text.as_bytes())
        rows = [line.split(",") for line in path.read_text("utf-8").splitlines()[1:]]
        return [(row[1], row[TEMPLATE.index("willing")]) for row in rows]

    return read


def test_a_venue_and_its_cafe_keep_an_answer_each(read_in):
    both = [("Asda", "no"), ("Asda Cafe", "yes")]
    assert read_in(said(0, "no"), said(1, "yes")) == both
    assert read_in(said(1, "yes"), said(0, "no")) == both


def test_also_where_they_are_read_on_two_days_in_either_order(read_in):
    assert read_in(said(1, "yes")) == [("Asda Cafe", "yes")]
    assert read_in(said(0, "no")) == [("Asda Cafe", "yes"), ("Asda", "no")]
    assert read_in(said(1, "yes"), said(0, "no")) == [("Asda Cafe", "yes"), ("Asda", "no")]


def test_a_row_of_the_register_with_a_longer_name_is_still_its_venue(read_in):
    line = f"H1,Lidl UK GmbH,,,IG11 7NB,51.54,0.08{',' * (len(TEMPLATE) - 7)}\n"
    assert read_in(said(2, "yes"), add=line) == [("Lidl UK GmbH", "yes")]
