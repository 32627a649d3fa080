"""What every page says: marking, version, licences, and what it was made from."""

from __future__ import annotations

from datetime import date

import pytest

from csp_geo.core.settings import DEFAULT_MARKING
from csp_geo.products.directory_page import DirectoryFacts
from csp_geo.products.facts.page import LEAFLET_LICENCE, Facts, PageFacts
from csp_geo.products.havens.plan_words import HavenFacts
from csp_geo.products.quality_page import CheckFacts

DAY = date(2021, 11, 29)


def test_a_page_is_marked_unless_it_says_otherwise():
    assert PageFacts().on_page()["marking"] == DEFAULT_MARKING
    assert CheckFacts(on=DAY).on_page()["marking"] == DEFAULT_MARKING
    assert DirectoryFacts(made_on=DAY).on_page()["marking"] == ""


def test_the_licence_of_the_map_stands_behind_those_of_the_data():
    assert Facts(licences=("Ours.",)).on_page()["licences"] == ("Ours.", LEAFLET_LICENCE)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (PageFacts(version="1.0"), "Made with csp-geo 1.0."),
        (Facts(), "Made with csp-geo; eps 100 metres, min_samples 5."),
        (
            Facts(version="1.0", as_of=DAY, seed=0),
            "Made with csp-geo 1.0; as of 29 November 2021; eps 100 metres, min_samples 5; seed 0.",
        ),
        (
            Facts(seconds=1.25),
            "Made with csp-geo; eps 100 metres, min_samples 5; made in 1.2 seconds.",
        ),
        (DirectoryFacts(version="1.0", made_on=DAY), "Made with csp-geo 1.0 on 29 November 2021."),
        (CheckFacts(version="1.0", on=DAY), "Made with csp-geo 1.0 on 29 November 2021."),
        (
            CheckFacts(version="1.0", on=DAY, area="Toytown"),
            "Made with csp-geo 1.0 on 29 November 2021. Locations were checked against Toytown.",
        ),
    ],
)
def test_the_imprint_says_what_it_was_made_from(facts, said):
    assert facts.on_page()["imprint"] == said


@pytest.mark.parametrize("kind", [Facts, HavenFacts, DirectoryFacts, CheckFacts])
def test_all_pages_have_the_same_base(kind):
    assert issubclass(kind, PageFacts)
