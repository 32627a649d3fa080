"""A verdict and its sentence: the rules in their order, the words with their numbers."""

from __future__ import annotations

import pytest

from csp_geo.core.tables import VERDICTS
from csp_geo.core.wording import count, join
from csp_geo.hotspots.verdict import Judgement

CHANCE = "if reports fell evenly over the 1,937 known street points of Toytown"
SAYS_NOT = "This does not say that it is worse than usual here, nor that a patrol will help."


def finding(**changes):
    known = {
        "people": False,
        "busy": False,
        "n": 90,
        "n_places": 17,
        "n_people": 0,
        "n_anonymous": 0,
        "width_m": 200.0,
        "length_m": 300.0,
        "area_m2": 40_000.0,
        "p": 0.001,
        "as_strong": 0,
        "simulations": 999,
        "needed": 31,
        "chance": CHANCE,
    }
    return Judgement(**(known | changes))


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "stands out"),
        ({"p": 0.05}, "stands out"),
        ({"p": 0.0501}, "could be chance"),
        ({"p": float("nan")}, "could be chance"),
        ({"depends_on": ("one person with 60 of 90 reports",)}, "rests on one part"),
        ({"doubt": "the list is short."}, "could be where people live"),
        ({"doubt": "a list.", "depends_on": ("the source asb",)}, "could be where people live"),
        ({"doubt": "the list is short.", "p": 0.06}, "could be chance"),
        ({"doubt": "the list is short.", "n": 9}, "too few to test"),
        ({"n": 10}, "stands out"),
        ({"n": 9}, "too few to test"),
        ({"people": True, "n": 90, "n_people": 6, "n_anonymous": 3}, "too few to test"),
        ({"people": True, "n": 90, "n_people": 6, "n_anonymous": 4}, "stands out"),
        ({"untested": "there is no list of places."}, "not tested"),
        ({"width_m": 350.0, "area_m2": 100_000.0}, "stands out"),
        ({"width_m": 350.1}, "too large to task"),
        ({"area_m2": 100_001.0}, "too large to task"),
        ({"length_m": 2000.0}, "stands out"),  # long and narrow: it is walked along
        ({"area_m2": 200_000.0, "untested": "no list.", "n": 2}, "too large to task"),
    ],
)
def test_verdicts(changes, verdict):
    found = finding(**changes)
    assert found.verdict == verdict
    assert verdict in VERDICTS
    assert found.sentence.endswith(".")


def test_a_confirmed_hotspot_says_what_it_does_not_say():
    assert finding().sentence == (
        f"Stands out: 90 reports at 17 places; {CHANCE}, none of 999 maps showed a cluster this "
        f"strong. {SAYS_NOT}"
    )
    said = finding(as_strong=12, p=0.013).sentence
    assert "12 of 999 maps showed a cluster at least this strong" in said


@pytest.mark.parametrize(("places", "said"), [(1, "this point are"), (2, "these points are")])
def test_a_busy_point_says_that_addresses_are_unknown(places, said):
    sentence = finding(busy=True, n_places=places).sentence
    assert sentence.startswith(
        f"More than chance: 90 reports filed at {count(places, 'point')}; if"
    )
    assert f"The true addresses behind {said} unknown. {SAYS_NOT}" in sentence


def test_people_are_counted_in_perception():
    said = finding(people=True, n=47, n_people=29, n_anonymous=1).sentence
    assert said.startswith("Stands out: 29 people and 1 pin without a person, 47 pins in all; if")
    assert "1 person, 12 pins" in finding(people=True, n=12, n_people=1).sentence


def test_what_it_rests_on_is_named():
    said = finding(depends_on=("the place with 60 of 90 reports", "the source asb")).sentence
    assert said.startswith(
        "Rests on one part: without the place with 60 of 90 reports, or without the source asb, "
        "it would not stand out. With it: 90 reports"
    )


def test_what_cannot_be_confirmed_says_why():
    said = finding(doubt="the list of addresses is short.").sentence
    assert said == (
        f"Could be where people live: 90 reports at 17 places; {CHANCE}, none of 999 maps showed a "
        "cluster this strong. But the list of addresses is short."
    )


def test_what_would_have_been_needed():
    said = finding(p=0.4, as_strong=399, needed=131).sentence
    assert said.startswith("Could be chance: 90 reports at 17 places;")
    assert "399 of 999 maps showed a cluster at least this strong." in said
    assert said.endswith("To stand out it would have taken at least 131 reports at 17 places.")
    assert "taken" not in finding(p=0.4, as_strong=399, needed=0).sentence
    people = finding(people=True, n_people=30, p=0.4, needed=41).sentence
    assert people.endswith("it would have taken at least 41 people here.")


def test_too_few_says_how_many_it_takes():
    assert finding(n=7, n_places=3, needed=12).sentence == (
        "Too few to test: 7 reports at 3 places; a test takes 10. To stand out it would have taken "
        "at least 12 reports at 3 places."
    )


def test_too_large_says_how_large_and_how_it_splits():
    said = finding(width_m=452.0, length_m=738.0, area_m2=182_000, split="With eps 75.").sentence
    assert said == (
        "Too large to task: 90 reports at 17 places, 450 by 740 metres, 18.2 hectares. With eps 75."
    )


def test_not_tested_says_why():
    said = finding(untested="there is no list of places.").sentence
    assert said == "Not tested: there is no list of places."


def test_lists_and_numbers_in_words():
    assert join(["a"]) == "a"
    assert join(["a", "b"]) == "a and b"
    assert join(("a", "b", "c")) == "a, b and c"
    assert (count(1, "person", "people"), count(1234, "pin")) == ("1 person", "1,234 pins")
