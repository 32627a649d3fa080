"""What the test says of a hotspot, in words."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from csp_geo.core.tables import CLUSTERS, HOTSPOTS, VERDICTS
from csp_geo.products.facts.outcome import is_tested, outcome_of


def outcome(**changes):
    row = {
        "family": "recorded",
        "kind": "hotspot",
        "n": 90,
        "n_people": 0,
        "n_anonymous": 90,
        "n_expected": 17.6,
        "p_chance": 0.001,
        "verdict": "stands out",
        "confirmed": True,
        "survives": 7,
        "depends_on": None,
        "sentence": "Stands out.",
    }
    return outcome_of(SimpleNamespace(**(row | changes)))


def test_a_table_is_tested_only_with_every_column_of_the_test():
    assert is_tested(pd.DataFrame(columns=HOTSPOTS.names))
    assert not is_tested(pd.DataFrame(columns=CLUSTERS.names))
    assert not is_tested(pd.DataFrame(columns=HOTSPOTS.names).drop(columns="sentence"))


@pytest.mark.parametrize("verdict", VERDICTS)
def test_tags(verdict):
    confirmed = verdict == "stands out"
    assert outcome(verdict=verdict, confirmed=confirmed).tag == verdict.capitalize()
    said = "more than chance" if confirmed else verdict
    busy = outcome(kind="busy point", verdict=verdict, confirmed=confirmed)
    assert busy.tag == f"Busy point: {said}"


@pytest.mark.parametrize("verdict", VERDICTS[1:])
def test_what_the_test_leaves_open_is_said_unless_the_sentence_says_all(verdict):
    assert outcome(verdict=verdict, confirmed=False).unknown.startswith(("Whether", "Where"))
    assert outcome().unknown == ""


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.001, "0.001"), (0.05, "0.050"), (1.0, "1.000"), (0.0001, "0.0001"), (None, "not tested")],
)
def test_chance_is_never_a_bare_nought(p, said):
    assert outcome(p_chance=p).chance == said


def test_what_chance_would_put_there_stands_with_its_base():
    assert outcome().against_chance == "90 reports; about 18 if spread evenly."
    assert outcome(n_expected=0.2).against_chance == "90 reports; less than 1 if spread evenly."
    assert outcome(n_expected=float("nan")).against_chance == ""
    assert outcome(n_expected=None).expected == "unknown"
    assert (outcome().expected, outcome(n_expected=7.25).expected) == ("18", "7.2")


@pytest.mark.parametrize(
    ("people", "anonymous", "said"),
    [
        (29, 0, "29 people; about 18 if spread evenly."),
        (1, 1, "1 person and 1 anonymous pin, taken as one person; about 18 if spread evenly."),
        (0, 23, "23 anonymous pins, each taken as one person; about 18 if spread evenly."),
    ],
)
def test_in_perception_people_are_counted(people, anonymous, said):
    told = outcome(family="perception", n_people=people, n_anonymous=anonymous)
    assert told.against_chance == said
    assert "as many people needed" in told.tried


def test_nine_cells_tell_how_firm_it_is():
    told = outcome()
    assert told.cells == (True,) * 7 + (False,) * 2
    assert (told.firm, told.firm_words) == ("7 of 9", "The same place in 7 of 9 settings")
    assert "25% shorter and 25% longer" in told.tried


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_missing_cells_are_missing(missing):
    told = outcome(p_chance=missing, n_expected=missing, depends_on=missing)
    assert (told.p_chance, told.n_expected, told.depends_on) == (None, None, "")
