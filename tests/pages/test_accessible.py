"""Plan, directory and report of a check for people with screen readers, keyboards, or on paper."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from csp_geo.inputs.venues.register import read_havens
from csp_geo.products.directory_page import DirectoryFacts, directory_page

from .test_check_page import page_of, quality
from .test_havens_page import page as plan_page

WIDTHS = (320, 390, 768, 1280)
PAPER = 688
"""An A4 sheet between its margins, in pixels."""
LANDMARKS = """() => [...document.querySelectorAll(
  "header, main, footer, nav, aside, [role=region], section[aria-label], section[aria-labelledby]")]
  .map(one => one.tagName + ": " + (one.getAttribute("aria-label")
    || document.getElementById(one.getAttribute("aria-labelledby"))?.textContent || ""))"""
OUTSIDE = """() => [...document.body.children].filter(one =>
  !one.matches("header, main, footer, script, style, noscript, a.skip") && one.textContent.trim())
  .map(one => one.outerHTML.slice(0, 80))"""
SMALL_LINKS = """() => [...document.querySelectorAll("a[href]")].filter(one => {
  const box = one.getBoundingClientRect();
  return one.checkVisibility() && !one.matches(".skip") && box.width && box.height < 24;
}).map(one => one.outerHTML)"""
REGISTER = (
    "haven_id,name,easting,northing,opening_hours,trained_count,training_expiry,last_checked,"
    "status,consent_to_publish\n"
    "S1,Toy Library,544421,184321,Mo-Fr 09:00-17:00,4,2028-02-01,2026-09-03,active,yes\n"
    "S2,Toy Chemist,545400,184321,ask inside,4,2028-02-01,2026-09-03,active,yes\n"
)


def directory(folder, area):
    (folder / "havens.csv").write_text(REGISTER, encoding="utf-8")
    on = date(2026, 11, 22)
    facts = DirectoryFacts(
        made_on=on, version="1.0", licences=("By nobody.",), marking="OFFICIAL", synthetic=True
    )
    return directory_page(read_havens(folder / "havens.csv", area, today=on), area, facts)


@pytest.fixture(params=["plan", "directory", "check"])
def html(request, tmp_path, town_area):
    if request.param == "directory":
        return directory(tmp_path, town_area)
    if request.param == "plan":
        return plan_page()
    return page_of(quality(), quality("b.csv", error="It is empty."), quality("c.csv"))


def on_paper(tab):
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    tab.page.emulate_media(media="print")


@pytest.mark.browser
class TestWithoutAxe:
    def test_each_landmark_has_a_name_of_its_own(self, open_page, html):
        found = open_page(html).page.evaluate(LANDMARKS)
        assert len(found) > 4
        assert len(found) == len(set(found))

    def test_all_content_lies_in_a_landmark(self, open_page, html):
        assert open_page(html).page.evaluate(OUTSIDE) == []

    def test_links_on_paper_can_be_hit(self, open_page, html):
        """A printed page is read on a screen as well, as PDF."""
        tab = open_page(html, width=PAPER)
        on_paper(tab)
        assert tab.page.evaluate(SMALL_LINKS) == []

    def test_the_checks_find_what_they_look_for(self, open_page):
        bad = '<p>lost</p><section aria-label="A"></section><section aria-label="A"></section>'
        tab = open_page(f'<!DOCTYPE html>{bad}<a href="#x" style="font-size:7px">x</a>')
        landmarks = tab.page.evaluate(LANDMARKS)
        assert len(set(landmarks)) < len(landmarks)
        assert tab.page.evaluate(OUTSIDE)
        assert tab.page.evaluate(SMALL_LINKS)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("width", [*WIDTHS, PAPER])
def test_axe_finds_nothing(open_page, html, width):
    """On the screen, and at the width of a sheet as it is printed."""
    script = Path(os.environ.get("CSP_GEO_NPM", ""), "axe-core", "axe.min.js")
    if not script.is_file():
        pytest.skip("the npm package axe-core is not here: make slow installs it")
    tab = open_page(html, width=width, bypass_csp=True)
    if width == PAPER:
        on_paper(tab)
    tab.page.evaluate(script.read_text(encoding="utf-8"))
    found = tab.page.evaluate("axe.run({rules: {'target-size': {enabled: true}}})")
    faults = [
        (fault["id"], node["html"][:200], node["failureSummary"])
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert faults == []
    assert len(found["passes"]) > 10
