"""The report of a check: what it says, and how it stands in a real browser."""

from __future__ import annotations

from datetime import date

import pytest

from csp_geo.incidents.quality import DOUBTFUL, NOT_USED, UNKNOWN_WORD, FileQuality, Finding
from csp_geo.products.quality_page import NO_WARDS, CheckFacts, check_page, text_lines

from .conftest import HOSTILE

COUNTS = {"read": 1200, "accepted": 1100, "merged": 20, "quarantined": 80}


def quality(path="offences.xlsx#Data", *, error=None, counts=COUNTS, extra=()):
    nothing = dict.fromkeys(COUNTS, 0)
    findings = (
        Finding(NOT_USED, "missing-date", 9, (2, 5), "No date", "Fill in the date."),
        Finding(NOT_USED, "zero-coordinates", 71, (7,), "Coordinates are zero", "Fill in."),
        Finding(DOUBTFUL, "midnight", 1, (40,), "Time is exactly 00:00", "Only the day."),
        Finding(DOUBTFUL, "unknown-category", 3, (8,), "Category is not in the list", "Add it."),
        Finding(UNKNOWN_WORD, "Goblins", 3, (8, 9, 10), "Counted under 'other'", "Sort it."),
    )
    return FileQuality(
        path=path,
        source="offence",
        feed="Dated partner offences",
        counts=nothing if error else counts,
        error=error,
        notes=() if error else ("header found in row 3",),
        matched={} if error else {"Dat of incidnt": "date", "Ref": "reference"},
        findings=() if error else (*findings, *extra),
    )


def page_of(*files, **changes):
    total = {key: sum(file.counts[key] for file in files) for key in COUNTS}
    facts = {"on": date(2021, 11, 29), "marking": "OFFICIAL-SENSITIVE", "version": "1.0"}
    return check_page(files, total, CheckFacts(**(facts | {"area": "Toytown"} | changes)))


class TestWords:
    def test_terminal_and_page_say_the_same(self):
        file = quality()
        page, text = page_of(file), "\n".join(text_lines([file]))
        for said in (
            *("No date", "Fill in the date.", "rows 2, 5, ...", "Goblins: counted under"),
            *("Dat of incidnt", "header found in row 3", "Coordinates are zero", "1,200"),
        ):
            assert said in text
            assert said.replace("'", "&#39;") in page
        assert text.index("zero") < text.index("No date")  # the most rows first
        assert "Category is not in the list" not in page + text  # the words say more

    def test_lead_says_first_what_can_be_used(self):
        page = page_of(quality(), quality("b.csv", error="b.csv is empty."))
        assert (
            "1,100 of 1,200 rows can be used. 20 rows repeat another report and are counted once. "
            "80 rows could not be used; below is why, and what to do. "
            "1 table could not be read at all."
        ) in page
        assert "What can be used of 2 tables" in page
        assert "b.csv is empty." in page

    def test_nothing_read(self):
        page = page_of(quality("b.csv", error="b.csv is empty."))
        assert "Nothing could be read." in page

    def test_without_wards_is_a_caution(self):
        assert NO_WARDS in page_of(quality(), area=None, cautions=(NO_WARDS,))
        assert "Locations were checked against Toytown." in page_of(quality())

    def test_the_sample_says_that_it_is_made_up(self):
        assert "made up" in page_of(quality(), synthetic=True)
        assert "made up" not in page_of(quality())

    def test_the_same_page_for_the_same_input(self):
        assert page_of(quality()) == page_of(quality())


@pytest.mark.browser
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text(open_page, text):
    """A file or a column may be called anything."""
    file = quality(f"{text}.csv", extra=(Finding(UNKNOWN_WORD, text, 1, (2,), "C", "D"),))
    file = FileQuality(**(vars(file) | {"matched": {text: "date"}, "notes": (text,)}))
    tab = open_page(page_of(file, file))
    assert tab.page.evaluate("window.__pwned") is None
    assert "49" not in tab.page.title()
    tab.assert_quiet()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 640, 390])
def test_fits_the_window(open_page, width):
    tab = open_page(page_of(quality(), quality("b" * 120 + ".csv")), width=width)
    wide = tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert tab.page.locator("h1").count() == 1
    assert tab.page.locator("table th[scope]").count() > 8
    tab.assert_quiet()


@pytest.mark.browser
def test_by_keyboard(open_page):
    """The skip link first, then the table of tables, then its links lead to each table."""
    tab = open_page(page_of(quality(), quality("b.csv")))
    page = tab.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "group"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#file-2"
    tab.assert_quiet()


@pytest.mark.browser
def test_nothing_runs_and_nothing_is_asked_for(open_page):
    tab = open_page(page_of(quality()))
    assert tab.page.locator("script").count() == 0
    assert tab.requests == []
    assert "script-src 'none'" in tab.page.content()
