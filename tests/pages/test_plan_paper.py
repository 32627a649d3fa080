"""A plan of ten venues on paper: with long names, long hours and much that stays uncovered."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array

from csp_geo.decisions.havens.demand import Demand
from csp_geo.decisions.havens.plan import PlanParams, plan_havens
from csp_geo.decisions.havens.venues import Venues, WaysOnFoot
from csp_geo.products.havens.plan_page import havens_page

from .conftest import CENTRE, make_area
from .paper import filled
from .test_havens_page import facts, haven

SITES, NEAR, SPOTS = 10, 4, 120
LONG = "The Old Market Hall Community Pharmacy of"
WEEK = "Mo-We 08:30-18:00; Th,Fr 09:00-20:00; Sa 10:00-16:00; Su 11:00-15:00; PH off"
NEEDS = "at least 2 members of staff, phone, step-free entrance, toilet, trained staff, CCTV"


@cache
def made():
    """Ten town centres with four venues each, three of them within a few metres of another."""
    n = SITES * NEAR
    west = np.arange(SITES) * 180.0 - 900
    centres = np.stack([west, np.tile([-300.0, 300.0], SITES // 2)], axis=1) + CENTRE
    xy = np.repeat(centres, NEAR, axis=0) + np.tile([(0, 0), (9, 3), (15, 9), (21, 0)], (SITES, 1))
    demand = np.ones((SITES, 168)) * np.arange(20, 20 + SITES)[:, None] / 168
    table = pd.DataFrame(
        {
            "name": [f"{LONG} Town {at}" for at in range(n)],
            "venue_type": "cafe or restaurant",
            "address": [
                f"Unit {at}, The Riverside Shopping Centre, Old Dagenham Road" for at in range(n)
            ],
            "postcode": "IG11 8EB",
            "ward_name": "Barking Riverside",
            "ward_code": "E1",
            "opening_hours": WEEK,
            "n_at_point": 5,
            "ask": NEEDS,
            "approached_by": "",
            "was": "",
        }
    )
    is_open = np.zeros((n, 168), bool)
    is_open[:, 9:18] = True
    is_open[::NEAR, 8:20] = True
    venues = Venues(
        table,
        xy,
        is_open,
        np.full(n, -1, dtype=np.int8),
        np.ones(n, bool),
        np.zeros(n, bool),
        0.0,
        0,
    )
    metres = np.full((SITES, n), 900.0)
    metres[np.repeat(np.arange(SITES), NEAR), np.arange(n)] = 50.0
    spots = gpd.GeoDataFrame(
        {
            "name": [f"{LONG} Road by Barking Riverside Station {at}" for at in range(SPOTS)],
            "family": "recorded",
            "rank": range(1, SPOTS + 1),
            "confirmed": True,
        },
        geometry=[shapely.Point(*centres[at % SITES]).buffer(20) for at in range(SPOTS)],
    )
    zero = csr_array(demand * 0)
    asked = Demand(
        centres, csr_array(demand), zero, np.full(SITES, 20), np.zeros(SITES), ("Demand.",)
    )
    ways = WaysOnFoot(metres, metres, np.arange(168) % 24 >= 20)
    return plan_havens(asked, venues, ways, spots, PlanParams(sites=SITES)), venues, spots


def crowded(*, apart=1.0):
    """Return its page, where `apart` is how far off one another its venues are drawn."""
    plan, venues, spots = made()
    drawn = replace(venues, xy=CENTRE + (venues.xy - CENTRE) * apart)
    said = "A caution of some length that says what was needed, what was found, and what to do."
    known = facts(
        cautions=tuple(f"{at}. {said}" for at in range(18)),
        existing=[haven(f"{LONG} Town {at}", WEEK) for at in range(40)],
        method=(f"{said} {said} {said}",) * 7,
        licences=(f"{said} {said}",) * 5,
        n_asked=SITES,
    )
    return havens_page(plan, drawn, spots, make_area(), known)


@pytest.mark.browser
def test_ten_venues_fill_five_pages_at_most_and_none_by_half(open_page):
    tab = open_page(crowded())
    down = filled(tab.page.pdf(format="A4", prefer_css_page_size=True))
    assert len(down) <= 5, down
    assert min(down[:-1]) > 0.6, down
    tab.assert_quiet()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_every_number_and_the_whole_key_can_be_read(open_page, width):
    """Of ten venues that stand close together; none lies over another or the key."""
    tab = open_page(crowded(apart=0.2), width=width)
    assert_readable(tab)
    tab.page.emulate_media(media="print")
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert_readable(tab)
    key = tab.page.locator("#key")
    assert key.evaluate("key => key.scrollHeight <= key.clientHeight")
    assert tab.page.locator("#key label").last.is_visible()
    tab.assert_quiet()


def assert_readable(tab):
    """Check that each venue has its number within the map, and that nothing lies over it."""
    signs = tab.page.locator(".spot .haven.numbered")
    assert sorted(signs.all_inner_texts(), key=int) == [str(n) for n in range(1, SITES + 1)]
    assert tab.page.locator(".spot .haven.small").count() == 0
    read = "parts => parts.map(part => part.getBoundingClientRect().toJSON())"
    boxes, (frame, key) = (
        signs.evaluate_all(read),
        tab.page.locator("#map_area, #key").evaluate_all(read),
    )
    for at, box in enumerate(boxes):
        assert frame["left"] <= box["left"]
        assert box["right"] <= frame["right"]
        assert not any(overlap(box, other) for other in (key, *boxes[at + 1 :]))


def overlap(a, b):
    """Tell whether two boxes share more than an edge."""
    return (
        min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"]) > 1
        and min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"]) > 1
    )


@pytest.mark.browser
def test_what_is_folded_is_printed_but_for_what_a_file_holds(open_page):
    tab = open_page(crowded())
    folded = "document.querySelectorAll('details:not(.key):not([open])').length"
    before = tab.page.evaluate(folded)
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.page.evaluate(folded) == 1
    tab.page.emulate_media(media="print")
    assert not tab.page.locator("details.on-screen").is_visible()
    assert tab.page.locator("text=more, with less of each left, in uncovered.csv").is_visible()
    assert tab.page.locator("text=And 30 more on your list of havens").is_visible()
    size = "part => parseFloat(getComputedStyle(part).fontSize)"
    card = tab.page.locator(".site").first  # hours, and that they are assumed
    assert card.locator(".tag-plain").evaluate(size) == card.locator("dd").first.evaluate(size)
    tab.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.page.evaluate(folded) == before > 1
    tab.assert_quiet()
