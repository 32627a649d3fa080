"""What the test says, as shapes and words in a real browser."""

from __future__ import annotations

import re

import pytest

from .conftest import (
    STANDS_OUT,
    Inputs,
    every_verdict,
    hotspot_row,
    make_hotspots,
    outcome,
)

pytestmark = pytest.mark.browser

LOOKS = ("hot.firm", "hot.open", "busy.firm", "busy.open")


@pytest.fixture
def verdicts() -> Inputs:
    return Inputs(hotspots=make_hotspots(every_verdict()))


def shape_of(page, look: str) -> dict:
    """How the symbol of a look is drawn in the list."""
    return page.locator(f".badge .symbol.{look}").first.evaluate(
        "node => { const s = getComputedStyle(node, '::before');"
        " return {edge: s.borderTopStyle, fill: s.backgroundColor, turn: s.transform}; }"
    )


def light(colour: str) -> float:
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_list_and_map_show_the_same_shapes(open_page, verdicts):
    tab = open_page(verdicts.page())
    page = tab.page
    counts = {"hot.firm": 1, "hot.open": 6, "busy.firm": 1, "busy.open": 6}
    for look in LOOKS:
        assert page.locator(f".row:visible .symbol.{look}").count() == counts[look]
        assert page.locator(f".spot .symbol.{look}").count() == counts[look]
    tab.assert_quiet()


def test_looks_are_told_apart_without_colour(open_page, verdicts):
    tab = open_page(verdicts.page())
    shapes = {look: shape_of(tab.page, look) for look in LOOKS}
    for kind in ("hot", "busy"):
        firm, loose = shapes[f"{kind}.firm"], shapes[f"{kind}.open"]
        assert (firm["edge"], loose["edge"]) == ("solid", "dashed")
        assert light(loose["fill"]) - light(firm["fill"]) > 50
    assert shapes["hot.firm"]["turn"] == shapes["hot.open"]["turn"] == "none"
    assert shapes["busy.firm"]["turn"] == shapes["busy.open"]["turn"] != "none"
    tab.assert_quiet()


def test_outlines_are_filled_only_where_the_test_confirms(open_page, verdicts):
    tab = open_page(verdicts.page())
    drawn = tab.page.evaluate(
        "Object.fromEntries(cspMap.data.layers.filter(l => l.spots && l.family === 'recorded')"
        ".map(l => { const o = window[l.name].getLayers()[0]._path;"
        " return [l.box, ['stroke', 'stroke-width', 'stroke-dasharray', 'fill-opacity']"
        ".map(name => o.getAttribute(name))]; }))"
    )
    assert drawn["hot-firm-recorded"] == ["#b04100", "3", None, "0.25"]
    assert drawn["hot-open-recorded"] == ["#505a5f", "2", "6 4", "0"]
    assert drawn["busy-firm-recorded"][2:] == [None, "0.35"]
    assert drawn["busy-open-recorded"][2:] == ["2 4", "0"]
    tab.assert_quiet()


def test_an_open_hotspot_stays_dashed_when_chosen_and_opens_from_within(open_page, inputs):
    tab = open_page(inputs.page(), reduced_motion="reduce")
    page = tab.page
    page.locator(".row").nth(2).click()
    dashes = "geo_json_hot_open_recorded.getLayers()[0]._path.getAttribute('stroke-dasharray')"
    assert page.evaluate(dashes) == "6 4"
    page.keyboard.press("Escape")
    page.evaluate("geo_json_hot_open_recorded.getLayers()[0].fire('click')")
    assert page.locator(".card:visible h3").inner_text() == "Near The Green"
    tab.assert_quiet()


def test_the_key_has_a_line_for_each_look_that_is_drawn(open_page, verdicts):
    tab = open_page(verdicts.page())
    key = tab.page.locator("#key")
    text = " ".join(key.inner_text().split())
    for said in (
        "Hotspots that stand out (1)",
        "Other hotspots (6) dashed: 1 could be chance, 1 could be where people live, 1 not tested",
        "Busy points: more than chance (1)",
        "Other busy points (6)",
    ):
        assert said in text
    key.get_by_role("checkbox", name="Other hotspots").first.uncheck()
    assert tab.page.locator(".spot .symbol.hot.open").count() == 0
    assert tab.page.locator(".spot .symbol.hot.firm").count() == 1
    tab.assert_quiet()


def test_an_untested_map_keeps_the_colours_of_its_families(open_page, untested):
    tab = open_page(untested.page())
    assert tab.page.locator(".symbol.firm, .symbol.open, .strip").count() == 0
    assert shape_of(tab.page, "hot.recorded")["fill"] == "rgb(0, 90, 141)"
    assert "Not yet tested for chance" in tab.page.locator(".family-head:visible").inner_text()
    tab.page.locator(".row").first.click()
    card = tab.page.locator(".card:visible").inner_text()
    assert "Whether this could be chance: not yet tested." in card
    tab.assert_quiet()


def test_the_card_begins_with_the_sentence_and_says_how_firm_it_is(open_page, inputs):
    tab = open_page(inputs.page())
    page = tab.page
    page.locator(".row").first.click()
    card = page.locator(".card:visible")
    assert card.locator("h3 ~ *, .card-title ~ p").first.inner_text() == STANDS_OUT
    headings = card.locator("h4").all_inner_texts()
    assert headings[:3] == ["What", "How firm the outline is", "When"]
    assert card.locator(".cells i").count() == card.locator(".cells i.on").count() == 9
    assert "35 reports; about 12 if spread evenly." in card.inner_text()
    assert "not stand out without" not in card.inner_text()
    page.keyboard.press("Escape")
    page.locator(".row").nth(2).click()
    card = page.locator(".card:visible")
    assert card.locator(".cells i.on").count() == 4
    assert card.locator(".cells").get_attribute("aria-hidden") == "true"
    assert card.locator(".strip").inner_text().strip() == "The same place in 4 of 9 settings"
    assert "It would not stand out without: the place with 15 of 30 reports." in card.inner_text()
    assert "does not mean that nothing happens here" in card.inner_text()
    tab.assert_quiet()


def test_choosing_a_row_zooms_the_map_to_it(open_page, inputs):
    tab = open_page(inputs.page(), reduced_motion="reduce")
    page = tab.page
    whole = page.evaluate("cspMap.leaflet.getZoom()")
    for at in range(3):
        page.locator(".row:visible").nth(at).click()
        zoom, inside = page.evaluate(
            "at => { const s = cspMap.data.hotspots[at];"
            " return [cspMap.leaflet.getZoom(), cspMap.leaflet.getBounds().contains(s.bounds)]; }",
            at,
        )
        assert zoom > whole + 1
        assert inside
        page.keyboard.press("Escape")
        assert page.evaluate("cspMap.leaflet.getZoom()") == whole
    tab.assert_quiet()


def test_what_is_not_known_sorts_last_both_ways(open_page):
    rows = [
        hotspot_row(1, "recorded", "hotspot", "A", **outcome(False, "not tested")),
        hotspot_row(2, "recorded", "hotspot", "B", **outcome(True)),
        hotspot_row(3, "recorded", "hotspot", "C", **outcome(False)),
    ]
    tab = open_page(Inputs(hotspots=make_hotspots(rows)).page())
    names = tab.page.locator("table.sortable").first.locator("tbody th")
    heading = tab.page.get_by_role("button", name="Chance", exact=True)
    heading.click()
    assert names.all_inner_texts() == ["B", "C", "A"]
    heading.click()
    assert names.all_inner_texts() == ["C", "B", "A"]
    tab.assert_quiet()


def test_zones_are_named_on_the_map_where_there_is_room(open_page, inputs):
    tab = open_page(inputs.page(), reduced_motion="reduce")
    page = tab.page
    page.evaluate("cspMap.leaflet.setZoom(16, {animate: false})")
    named = page.locator(".name-on-map.zone span:visible")
    assert "Old Town PSPO" in named.all_inner_texts()
    assert page.locator(".name-on-map.zone .expired").all_text_contents() == ["Past order"]
    page.get_by_role("checkbox", name="Zones").uncheck()
    assert named.count() == 0
    tab.assert_quiet()


def test_the_table_scrolls_in_its_own_frame(open_page, verdicts):
    for width in (1280, 390):
        tab = open_page(verdicts.page(), width, 844)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        tab.assert_quiet()
