"""What the page says of the test for chance, as text."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace

import pytest

from csp_geo.core.tables import CLUSTERS, VERDICTS
from csp_geo.core.visible import clean
from csp_geo.products.facts.hotspot import columns_of, hotspot_facts
from csp_geo.runs import weekly_facts

from .conftest import (
    HOSTILE,
    every_verdict,
    hotspot_row,
    make_facts,
    make_hotspots,
    outcome,
)
from .test_map_page import Reader


@pytest.fixture
def page(inputs):
    return Reader(inputs.page())


def test_tested_lead_says_which_stand_out_and_counts_busy_points_apart(page):
    assert (
        "One of two hotspots in recorded reports stands out from chance: Station Parade. "
        "The only busy point is not shown to receive more than chance. "
        "The only hotspot in perception reports stands out from chance: The Underpass."
    ) in page.text


def test_lead_says_plainly_that_none_stands_out_or_none_was_tested(inputs):
    def rows(family, kind, confirmed, verdicts):
        return [
            hotspot_row(i, family, kind, f"Place {i}", **outcome(confirmed, verdict))
            for i, verdict in enumerate(verdicts, 1)
        ]

    nothing = rows("recorded", "hotspot", False, ["could be chance", "too few to test"])
    untested = rows("perception", "hotspot", False, ["not tested"] * 12)
    busy = rows("recorded", "busy point", True, ["stands out"] * 2)
    inputs.hotspots = make_hotspots([*nothing, *untested, *busy])
    assert (
        "None of two hotspots in recorded reports stands out from chance; one could not be tested. "
        "Two of two busy points receive more than chance. "
        "None of 12 hotspots in perception reports could be tested for chance."
    ) in Reader(inputs.page()).text


def test_lead_names_no_more_than_four(inputs):
    rows = [
        hotspot_row(i, "recorded", "hotspot", f"near Street {i}", **outcome(True))
        for i in range(1, 8)
    ]
    inputs.hotspots = make_hotspots(rows)
    assert (
        "stand out from chance: near Street 1, near Street 2, near Street 3, near Street 4 and "
        "three more."
    ) in Reader(inputs.page()).text


def test_only_an_untested_page_says_that_it_is_not_tested(page, untested):
    old = Reader(untested.page()).text
    assert "Not yet tested for chance" in old
    assert "Whether this could be chance: not yet tested." in old
    assert "2 hotspots and 1 busy point, most reports first" in old
    for words in ("How firm", "Stands out", "Expected by chance", "Falls without"):
        assert words not in old
        assert words in page.text
    assert "not yet tested" not in page.text.lower()
    assert (
        "2 hotspots and 1 busy point, those that stand out first, then by how far above what "
        "chance would put there"
    ) in page.text


def test_an_empty_tested_table_speaks_of_the_test(inputs, untested):
    inputs.hotspots = make_hotspots([])
    untested.hotspots = make_hotspots([], CLUSTERS)
    assert "two or three of 52 weekly maps" in Reader(inputs.page()).text
    assert "No hotspot here is yet tested for chance" in Reader(untested.page()).text


def test_how_to_read_says_what_the_test_says_and_what_it_does_not(page):
    for words in (
        "at most 5 maps in 100",
        "nor that a patrol will help",
        "two or three of 52 weekly maps show a false one, for each theme looked at",
        "conservative for the second and later ones",
        "may be real all the same",
    ):
        assert words in page.text


def test_how_it_was_tested_stands_beside_the_method(inputs):
    text = Reader(inputs.page()).text
    assert "How it was made Distances are in metres. Partner offences: 1,937 known places" in text
    inputs.facts = make_facts(method=())
    assert "How it was made Partner offences: 1,937" in Reader(inputs.page()).text


def test_every_verdict_is_a_tag_in_words(inputs):
    inputs.hotspots = make_hotspots(every_verdict())
    text = Reader(inputs.page()).text
    for verdict in VERDICTS:
        assert verdict.capitalize() in text
        said = "more than chance" if verdict == "stands out" else verdict
        assert f"Busy point: {said}" in text


def test_the_table_holds_the_test(page):
    rows = page.text[page.text.index("Choose a heading to sort.") :]
    assert "Verdict Reports Expected by chance Chance Firm Falls without Places" in rows
    assert "Station Parade Stands out 35 12 0.001 9 of 9 4" in rows
    assert "30 12 0.420 4 of 9 the place with 15 of 30 reports 1" in rows


def test_the_terminal_says_the_same_of_the_first():
    near = hotspot_row(1, "recorded", "hotspot", "near The Green")
    pins = hotspot_row(1, "perception", "hotspot", "The Underpass")
    hotspots = make_hotspots([near, pins])
    counts = {"read": 9, "accepted": 9, "merged": 0, "quarantined": 0}
    run = SimpleNamespace(
        result=SimpleNamespace(counts=counts),
        chosen=SimpleNamespace(used=range(9)),
        reports=SimpleNamespace(files=()),
        hotspots=hotspots,
    )
    said = "\n".join(weekly_facts.lines(run))
    for facts in hotspot_facts(hotspots):
        assert f"stand out from chance; first {facts.name_within} ({facts.figures})." in said
    assert "first near The Green (35 reports, 4 places)." in said
    assert "first The Underpass (9 people, 35 pins)." in said


def test_the_table_has_no_column_without_anything_in_it(inputs):
    """Falls without, people, zones and findings are there from the first hotspot that has one."""
    bare = {"depends_on": None, "zones": None, "n_observations": 0, "n_people": 0}
    some = {"depends_on": "one place", "zones": "PSPO", "n_observations": 1, "n_people": 1}
    optional = {"Falls without", "Zones", "Audit findings", "People"}

    def headings(*changes):
        rows = [
            hotspot_row(rank, "recorded", "hotspot", "A", **change)
            for rank, change in enumerate(changes, 1)
        ]
        spots = hotspot_facts(make_hotspots(rows))
        return {column.heading for column in columns_of(spots, tested=True)}

    assert not headings(bare) & optional
    assert headings(bare, some) >= optional


def test_an_untested_table_has_no_column_of_the_test():
    spots = hotspot_facts(make_hotspots([hotspot_row(1, "recorded", "hotspot", "A")], CLUSTERS))
    headings = {column.heading for column in columns_of(spots, tested=False)}
    assert "Kind" in headings
    assert not headings & {"Verdict", "Chance", "Expected by chance", "Firm", "Falls without"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_of_the_test_are_shown_literally(inputs, text):
    rows = [hotspot_row(1, "recorded", "hotspot", "A", sentence=text, depends_on=text)]
    inputs.hotspots = make_hotspots(rows)
    page = inputs.page()
    shown = re.sub(r"\s+", " ", clean(text))
    said = re.search(r'class="card-sentence"><bdi>(.*?)</bdi>', page)
    falls = re.search(r"not stand out without: <bdi>(.*?)</bdi>", page)
    assert html.unescape(said[1]) == html.unescape(falls[1]) == shown
    assert len(Reader(page).scripts) == 6
