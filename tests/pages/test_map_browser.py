"""The map page in a real browser, from disk, with no network."""

from __future__ import annotations

import pytest

from csp_geo.core.visible import clean
from csp_geo.products.facts import hotspot
from csp_geo.products.weekly.map_page import MapPage

from .conftest import HOSTILE, STANDS_OUT, Inputs, make_hotspots
from .test_map_page import hostile_inputs

pytestmark = pytest.mark.browser


def test_it_draws_without_a_network_or_a_complaint(open_page, inputs):
    tab = open_page(inputs.page())
    page = tab.page
    assert page.locator(".row:visible").count() == 3
    assert page.locator(".spot").count() == 3
    assert page.locator(".leaflet-hotspots-pane path").count() == 3
    assert page.locator(".leaflet-wards-pane path").count() == 3
    assert page.evaluate(
        """() => {
          const canvas = document.querySelector('.leaflet-points-pane canvas');
          const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          return data.some(value => value > 0);
        }"""
    )
    assert page.locator("#key").get_attribute("open") is not None
    assert "m" in page.locator(".leaflet-control-scale").inner_text()
    tab.assert_quiet()


def test_row_opens_card_and_zooms_and_escape_returns(open_page, inputs):
    tab = open_page(inputs.page())
    page = tab.page
    page.locator(".row").nth(1).click()
    card = page.locator(".card:visible")
    assert card.locator("h3").inner_text() == "East Street"
    assert "True addresses unknown" in card.inner_text()
    assert page.locator(".symbol.chosen").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".card:visible").count() == 0
    assert page.evaluate("document.activeElement.dataset.key") == "h1"
    tab.assert_quiet()


def test_symbol_on_the_map_selects_the_row(open_page, inputs):
    tab = open_page(inputs.page())
    tab.page.locator(".spot").first.click()
    assert tab.page.locator(".card:visible").count() == 1
    assert tab.page.locator(".row[aria-current]").count() == 1
    tab.page.locator(".card:visible .back").click()
    assert tab.page.locator(".row:visible").count() == 3
    tab.assert_quiet()


def test_keyboard_alone_reaches_tabs_list_and_card(open_page, inputs):
    tab = open_page(inputs.page())
    page = tab.page
    page.keyboard.press("Tab")
    assert "Skip to the list" in page.evaluate("document.activeElement.textContent")
    reached = None
    for _ in range(12):
        page.keyboard.press("Tab")
        reached = page.evaluate("document.activeElement.className")
        if page.evaluate("document.activeElement.getAttribute('role')") == "tab":
            page.keyboard.press("ArrowRight")
            assert page.locator(".row:visible").count() == 1
            page.keyboard.press("ArrowLeft")
        if reached == "row":
            break
    assert reached == "row"
    page.keyboard.press("Enter")
    assert page.locator(".card:visible").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "H3"
    page.keyboard.press("Escape")
    assert page.locator(".card:visible").count() == 0
    assert page.evaluate("document.activeElement.className") == "row"
    tab.assert_quiet()


def test_tabs_switch_list_symbols_and_points(open_page, inputs):
    tab = open_page(inputs.page())
    page = tab.page
    page.get_by_role("tab", name="Perception (1)").click()
    assert page.locator(".row:visible").count() == 1
    assert page.locator(".spot").count() == 1
    assert page.get_by_role("checkbox", name="Survey pins").is_checked()
    assert not page.get_by_role("checkbox", name="Recorded offences").is_checked()
    tab.assert_quiet()


def test_a_tick_box_takes_a_layer_off_the_map(open_page, inputs):
    tab = open_page(inputs.page())
    box = tab.page.get_by_role("checkbox", name="Zones")
    assert tab.page.locator(".leaflet-zones-pane path").count() == 2
    box.uncheck()
    assert tab.page.locator(".leaflet-zones-pane path").count() == 0
    tab.assert_quiet()


def test_the_table_sorts_both_ways(open_page, inputs):
    tab = open_page(inputs.page())
    page = tab.page
    names = "table.sortable >> nth=0 >> tbody th"
    page.get_by_role("button", name="Name").click()
    assert page.locator(names).all_inner_texts() == [
        "East Street",
        "Near The Green",
        "Station Parade",
        "The Underpass",
    ]
    page.get_by_role("button", name="Reports", exact=True).click()
    page.get_by_role("button", name="Reports", exact=True).click()
    sorted_heading = page.locator("th[aria-sort=descending]")
    assert sorted_heading.inner_text().startswith("Reports")
    assert page.locator(names).first.inner_text() in {"Station Parade", "The Underpass"}
    tab.assert_quiet()


def test_summary_is_plain_text(open_page, inputs):
    tab = open_page(inputs.page())
    page = tab.page
    page.locator(".row").first.click()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator(".card:visible .copy").click()
    text = page.locator(".card:visible textarea").input_value()
    assert text.startswith("OFFICIAL-SENSITIVE\nStation Parade\n")
    assert "- Ward: North Ward" in text
    assert f"\n{STANDS_OUT}\n35 reports, 4 places\n" in text
    assert "not yet tested" not in text
    tab.assert_quiet()


def test_a_new_statistic_stands_in_list_card_summary_table_and_on_the_map(
    open_page, inputs, monkeypatch
):
    """It is added in facts/hotspot.py alone: everything else prints what stands there."""
    monkeypatch.setattr(hotspot, "_figures", lambda row: f"{row.n} reports, usual 31")
    monkeypatch.setattr(
        hotspot, "_where", lambda row, around: hotspot.Part(title="Where", pairs=(("Usual", "31"),))
    )
    usual = hotspot.TableColumn("Usual", "n_places")
    monkeypatch.setattr(hotspot, "COLUMNS", (*hotspot.COLUMNS, usual))
    tab = open_page(inputs.page())
    page = tab.page
    assert page.locator(".row").first.inner_text().splitlines()[2] == "35 reports, usual 31"
    titles = page.evaluate("cspMap.data.hotspots.map(spot => spot.title)")
    assert titles[0] == "Station Parade: 35 reports, usual 31. Stands out"
    headings = page.locator("table.sortable").first.locator("th[scope=col]")
    assert headings.last.inner_text() == "Usual"
    page.locator(".row").first.click()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator(".card:visible .copy").click()
    text = page.locator(".card:visible textarea").input_value()
    assert "\n35 reports, usual 31\n" in text
    assert "\nWhere\n- Usual: 31\n" in text
    tab.assert_quiet()


def test_on_a_phone_the_map_comes_first_and_nothing_scrolls_sideways(open_page, inputs):
    tab = open_page(inputs.page(), 390, 844)
    page = tab.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#key").get_attribute("open") is None
    assert (
        page.locator("#map_area").bounding_box()["y"] < page.locator(".panel").bounding_box()["y"]
    )
    page.locator(".row").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#map_area").bounding_box()["y"] >= -1
    tab.assert_quiet()


def test_readable_without_javascript(open_page, inputs):
    tab = open_page(inputs.page(), java_script_enabled=False)
    assert tab.page.locator(".row:visible").count() == 4
    assert tab.page.locator("h2:visible", has_text="Perception (1)").count() == 1
    assert tab.page.locator("table").first.is_visible()
    assert tab.requests == []


def test_empty_page_draws(open_page):
    tab = open_page(Inputs(hotspots=make_hotspots([])).page())
    assert "No hotspots" in tab.page.locator(".panel").inner_text()
    tab.assert_quiet()


def test_it_works_in_a_notebook_frame(open_page, inputs):
    tab = open_page(f"<!DOCTYPE html><title>n</title>{MapPage(inputs.page())._repr_html_()}")
    frame = tab.page.frame_locator("iframe")
    frame.locator(".row").first.click()
    assert frame.locator(".card:visible h3").inner_text() == "Station Parade"
    tab.assert_quiet()


def test_printing_keeps_outlines_and_points(open_page, inputs):
    tab = open_page(inputs.page())
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.page.locator(".leaflet-points-pane svg.for-print path").count() >= 1
    tab.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.page.locator(".leaflet-points-pane svg.for-print").count() == 0
    assert tab.page.pdf(format="A4")[:4] == b"%PDF"
    tab.assert_quiet()


# Each alone is checked without a browser in test_map_page.py.
@pytest.mark.parametrize("text", [*HOSTILE[:4], " | ".join(HOSTILE), " ".join(HOSTILE[::-1])])
def test_hostile_text_runs_nowhere_and_is_shown_as_it_is(open_page, text):
    tab = open_page(hostile_inputs(text).page())
    page = tab.page
    shown = " ".join(clean(text).split())
    page.evaluate("for (const box of document.querySelectorAll('[data-box]')) box.click()")
    page.evaluate(
        "for (const box of document.querySelectorAll('[data-box]:not(:checked)')) box.click()"
    )
    assert page.locator(".row .name").first.text_content() == shown
    page.locator(".spot").first.hover(force=True)
    page.evaluate(
        "[geo_json_zones.getLayers()[0]].forEach(zone =>"
        " zone.fire('mouseover', {latlng: zone.getBounds().getCenter()}, true))"
    )
    assert shown in page.locator(".tip td").all_text_contents()
    page.evaluate("cspMap.leaflet.setZoom(17)")
    page.locator(".row").first.click()
    page.locator(".card:visible .copy").click()
    assert page.locator("h1").text_content().startswith(shown)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    names = page.locator(".name-on-map.ward span").all_text_contents()
    assert shown in names
    tab.assert_quiet()
