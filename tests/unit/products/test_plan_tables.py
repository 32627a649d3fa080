"""What the coordinator is to ask about venues: which of them, in which order, in which words."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from csp_geo.core.tables import TO_ASK, check_table
from csp_geo.products.havens.plan_tables import HOURS, LICENSING, to_ask_table

SLIP, DISAGREE = "Sun 11:00-05:00", "Mon-Fri 9am-5pm, Thu 9am-8pm"
VENUES = SimpleNamespace(n_existing=2)
"""Two havens are there: the first candidate is venue 2."""
PLAN = SimpleNamespace(order=[4, 2], fallbacks=[[(6, 1.0)], [(6, 2.0), (5, 1.0)]])


def asked(hours, *, reports=0, above_chance=False):
    marks = pd.DataFrame(
        {
            "premises_id": [f"p{n}" for n in range(len(hours))],
            "name": [f"Venue {n}" for n in range(len(hours))],
            "address": None,
            "postcode": None,
            "opening_hours": hours,
            "reports": reports,
            "above_chance": above_chance,
        }
    )
    return to_ask_table(marks, PLAN, VENUES)


def test_sites_come_first_then_whom_to_ask_in_their_stead():
    table = asked([SLIP] * 6)
    check_table(table, TO_ASK)
    assert list(table["name"]) == [f"Venue {n}" for n in (2, 0, 4, 3, 1, 5)]
    assert table["to_approach"].fillna(0).tolist() == [1, 2, 0, 0, 0, 0]
    assert table["instead_of"].fillna(0).tolist() == [0, 0, 1, 2, 0, 0]
    assert set(table["about"]) == {HOURS}
    assert table["note"].str.contains("Probably 11:00-17:00 is meant.", regex=False).all()


def test_other_doubts_are_said_of_venues_in_the_plan_alone():
    assert list(asked([DISAGREE] * 6)["name"]) == [f"Venue {n}" for n in (2, 0, 4, 3)]


@pytest.mark.parametrize("text", [None, "", "Mo-Fr 09:00-17:00; PH off"])
def test_hours_that_can_be_read_are_not_asked_about(text):
    table = asked([text] * 6)
    check_table(table, TO_ASK)
    assert table.empty


@pytest.mark.parametrize(
    ("text", "shown"),
    [("9-5", "9-5"), ("by appointment", "by appointment"), ("9-5, ask Jane", None)],
)
def test_hours_that_cannot_be_read_are_asked_about_at_every_venue(text, shown):
    table = asked([text] * 6)
    check_table(table, TO_ASK)
    assert len(table) == 6
    assert table["note"].str.startswith("It never counts as open, because ").all()
    assert [told if isinstance(told, str) else None for told in table["opening_hours"]] == [
        shown
    ] * 6


def test_licensing_comes_before_hours_and_alone_above_chance():
    table = asked([SLIP] * 6, reports=[0, 3, 0, 0, 0, 9], above_chance=[False] * 5 + [True])
    assert table["about"].tolist() == [LICENSING] * 2 + [HOURS] * 5
    assert table["name"].tolist()[:2] == ["Venue 5", "Venue 1"]
    assert table["opening_hours"].notna().tolist() == [False] * 2 + [True] * 5
