"""The page of a Safe Haven plan: what it says, and how it stands in a real browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array

from csp_geo.core.disclosure import Audience, may_point_at_venues
from csp_geo.decisions.havens.demand import Demand
from csp_geo.decisions.havens.plan import PlanParams, plan_havens
from csp_geo.decisions.havens.venues import HavensOnMap, Venues, WaysOnFoot, havens_on_map
from csp_geo.decisions.siting.problem import Alternatives
from csp_geo.products.havens import plan_page
from csp_geo.products.havens.plan_page import havens_page
from csp_geo.products.havens.plan_words import (
    HavenFacts,
    against_words,
    ask_words,
    certainty,
    hour_words,
    lead,
    site_words,
    worst_hour,
)
from csp_geo.products.weekly.map_page import make_map

from .conftest import CENTRE, HOSTILE, make_area, make_incidents

NIGHT = np.arange(168) % 24 >= 20


def parts(name="Corner Pharmacy", hours=None):
    """Three places along a street, one haven and three venues to ask, and the ways to them."""
    table = np.zeros((3, 168))
    table[:, 12], table[:, 22] = (5, 2, 4), (1, 8, 0)
    xy = np.array([(0.0, 0.0), (1000.0, 0.0), (2000.0, 0.0)]) + CENTRE
    felt = table * np.array([[0.0], [0.5], [0.0]])
    said = ("Demand: 15 recorded reports and 5 pins.",)
    n = np.array([6, 10, 4])
    demand = Demand(xy, csr_array(table), csr_array(felt), n, np.zeros(3), said)
    venues = Venues(
        pd.DataFrame(
            {
                "name": ["Old Library", name, "Late Shop", "Hub"],
                "venue_type": ["library", "pharmacy", "shop", "community hub"],
                "address": ["High Street", name, None, "Hub Lane"],
                "postcode": [None, "IG11 8EB", None, None],
                "ward_name": ["Abbey"] * 4,
                "ward_code": ["E1"] * 4,
                "opening_hours": ["Mo-Su 09:00-17:00", name, "24/7", ""],
                "n_at_point": [1, 1, 4, 1],
                "ask": ["", name, "", "trained staff"],
                "approached_by": ["", name, "", ""],
                "was": ["", name, "", ""],
            }
        ),
        np.array([(50.0, 0.0), (100.0, 0.0), (1100.0, 0.0), (2100.0, 0.0)]) + CENTRE,
        np.array([~NIGHT, ~NIGHT, np.ones(168, bool), ~NIGHT]) if hours is None else hours,
        np.array([1, 1, -1, 0], dtype=np.int8),
        np.array([False, False, True, False]),
        np.zeros(4, bool),
        0.0,
        1,
    )
    metres = np.abs(xy[:, :1] - venues.xy[:, 0])
    return demand, venues, WaysOnFoot(metres, metres, NIGHT)


def made(name="Corner Pharmacy", *, sites=2, hotspots=20, hours=None):
    """A plan for them."""
    demand, venues, ways = parts(name, hours)
    x, y = CENTRE
    spots = gpd.GeoDataFrame(
        {
            "name": [f"{name} {n}" for n in range(hotspots)],
            "family": "recorded",
            "rank": range(1, hotspots + 1),
            "confirmed": False,
        },
        geometry=[shapely.box(x - 50, y - 9, x + 50, y + 9)] * hotspots,
    )
    plan = plan_havens(demand, venues, ways, spots, PlanParams(sites=sites, hours="after-dark"))
    return plan, venues, spots


def haven(name, hours, why_not=""):
    return {
        "name": name,
        "venue_type": "library",
        "opening_hours": hours,
        "counts_now": not why_not,
        "why_not": why_not,
    }


def facts(**changes):
    given = {
        "area": "Toytown",
        "period": "1 to 28 November 2021",
        "marking": "OFFICIAL-SENSITIVE",
        "version": "1.0",
        "synthetic": False,
        "within_m": 400.0,
        "hour": "",
        "method": ("in a straight line x 1.3",),
        "counting": "",
        "no_hours": False,
        "demand": ("Demand: 20 recorded reports.",),
        "cautions": tuple(f"Caution number {n}." for n in range(6)),
        "licences": ("A licence.",),
        "n_asked": 2,
        "n_listed": 9,
        "n_candidates": 3,
        "n_ask_first": 0,
        "left_out": {"Businesses of its type are never approached.": 6},
        "time_limit_s": 60.0,
        "stages": "On your register on 29 November 2021: 12 asked, 5 said yes.",
        "existing": [
            haven("Old Library", "Mo-Su 09:00-17:00"),
            haven("Old Chemist", "", why_not="Its training ended."),
        ],
        "on": date(2021, 11, 29),
    }
    return HavenFacts(**(given | changes))


def page(name="Corner Pharmacy", **changes):
    return havens_page(*made(name), make_area(), facts(**changes))


class TestWords:
    def test_lead_and_reasons(self):
        html = page()
        assert (
            "Open havens cover 0 of 9 after-dark reports within 400 metres; with this venue as "
            "well it would be 8." in html
        )
        assert "Covers 8 of 9 after-dark reports that nothing open covers now." in html
        assert "None of them has been vetted, and none has been asked unless" in html
        assert "Assumed, not asked" in html
        assert "4 listed venues share" in html
        assert "Counts as closed: <bdi>Its training ended.</bdi>" in html

    def test_stages_of_the_register_stand_on_one_line(self):
        line = "<p>On your register on 29 November 2021: 12 asked, 5 said yes.</p>"
        assert line in page()
        assert "On your register on" not in page(stages="")

    def test_venues_come_before_all_but_the_weightiest_cautions(self):
        """Each stands once; what is folded lies behind one click, and the link leads to it."""
        html = page()
        at = [html.index(f"Caution number {n}.") for n in range(6)]
        venues = html.index("Venues to approach")
        assert max(at[:3]) < venues < min(at[3:])
        assert '<a href="#cautions">3 more below the venues</a>' in html
        assert "More cautions (3)" in html
        assert all(html.count(f"Caution number {n}.") == 1 for n in range(6))
        few = page(cautions=("Caution number 0.",))
        assert 'href="#cautions"' not in few
        assert "More cautions" not in few

    def test_what_to_ask_is_a_question(self):
        assert ask_words("phone, trained staff") == "Whether it has: phone, trained staff"
        assert ask_words("") == ""

    @pytest.mark.parametrize(
        ("covered", "said"),
        [(376.0, "376, as many"), (375.7, "376, nearly as many"), (372.0, "372, against 376")],
    )
    def test_another_choice_beside_the_best(self, covered, said):
        assert against_words(covered, 376.0) == said

    def test_nothing_to_add(self):
        plan, venues, spots = made(hours=np.zeros((4, 168), bool))
        assert "No further venue on the list covers more." in lead(plan, facts())
        assert "No venue on the list covers anything" in havens_page(
            plan, venues, spots, make_area(), facts()
        )

    def test_hotspots_say_what_the_venues_near_them_could_do(self):
        """The venue next door is shut after dark, the one that could cover is chosen already."""
        html = page()
        assert ">1 of 1<" in html
        assert "closed at those hours" in html
        assert html.count("Hotspots that stay uncovered") == 2

    def test_one_place_of_two_families_is_one_line(self):
        _, venues, spots = made(hotspots=2)
        both = spots.assign(family=["recorded", "perception"], name=["High Street", "Station"])
        both["confirmed"] = [False, True]
        again = plan_havens(*parts(), both, PlanParams(sites=1, hours="after-dark"))
        html = havens_page(again, venues, both, make_area(), facts())
        assert "<bdi>High Street / Station</bdi> <span" in html
        assert "recorded and perception" in html
        assert ">Stands out<" in html

    def test_choices_nearly_as_good_stand_by_the_venue_that_they_replace(self):
        plan, venues, spots = made()
        assert "nearly as good" not in havens_page(plan, venues, spots, make_area(), facts())
        hub = replace(plan.siting, sites=np.array([0, 3]), objective=7.0)
        other = replace(plan, others=Alternatives((hub,), is_complete=False, n_more=0))
        html = havens_page(other, venues, spots, make_area(), facts())
        assert "In place of <bdi>Late Shop</bdi> (1)" in html
        assert "<bdi>Hub (Hub Lane)</bdi>: 7, against 8" in html
        assert "There may be others." in html

    @pytest.mark.parametrize(
        ("n_more", "complete", "said"),
        [
            (
                1_200,
                True,
                "1,200 more choices differ in one venue and cover within 1% of this plan.",
            ),
            (1, False, "1 more choice differs in one venue and covers within 1% of this plan."),
            (0, True, "There are no more."),
        ],
    )
    def test_the_list_of_near_choices_ends_with_how_many_more(self, n_more, complete, said):
        plan, venues, spots = made()
        hub = replace(plan.siting, sites=np.array([0, 3]), objective=7.0)
        other = replace(plan, others=Alternatives((hub,), complete, n_more))
        assert said in havens_page(other, venues, spots, make_area(), facts())

    def test_whom_to_ask_where_a_venue_says_no(self):
        plan, venues, spots = made()
        with_two = replace(plan, fallbacks=[[(3, 6.0), (1, 0.5)]])
        html = havens_page(with_two, venues, spots, make_area(), facts())
        assert "<bdi>Hub (Hub Lane), community hub: covers 6 of 8 of these reports</bdi>; " in html
        nobody = replace(plan, fallbacks=[[]])
        html = havens_page(nobody, venues, spots, make_area(), facts())
        assert "No other listed venue covers any of these reports: add a list of more." in html
        site = site_words(with_two, venues, facts(), 0)
        assert site["fallbacks"][0] == {
            "name": "Hub", "venue_type": "community hub", "address": "Hub Lane", "covers": 6.0
        }  # fmt: skip

    def test_how_many_are_to_be_asked_about_first(self):
        assert "to ask somebody about first" not in page()
        plan, venues, spots = made()
        html = havens_page(plan, venues, spots, make_area(), facts(n_ask_first=1_201))
        assert "1,201 to ask somebody about first, and not candidates until then" in html

    def test_step_free_of_nobody_is_not_known(self):
        plan, venues, spots = made()
        unknown = replace(venues, step_free=np.full(4, -1, dtype=np.int8))
        html = havens_page(plan, unknown, spots, make_area(), facts())
        assert (
            "Known to be step-free: 0 of 2 venues; known not to be: 0; not known: 2, counted"
            in html
        )
        assert '<td class="num" data-label="Step-free">not known</td>' in html
        assert "Known to be step-free: 1 of 2 venues; known not to be: 0" in page()

    def test_the_gap_and_its_limit_stand_on_the_page(self):
        plan, venues, _ = made()
        assert certainty(plan, venues, facts()) == (
            "It is proved that no other choice of 1 venue covers more than this one."
        )
        ended = replace(plan, most=replace(plan.most, is_optimal=False, gap=0.034))
        said = certainty(ended, venues, facts(time_limit_s=5.0))
        assert "time limit of 5 seconds" in said
        assert "up to 3.4% more" in said

    def test_what_is_given_up_for_the_type_is_one_story_with_the_curve(self):
        plan, venues, spots = made()
        better = replace(plan, most=replace(plan.most, objective=plan.siting.objective + 1))
        some = replace(venues, second=np.array([False, True, False, True]))
        said = certainty(better, some, facts())
        assert said.startswith("With the new venues 8 of 9 after-dark reports are covered. If ")
        assert "of second choice (pharmacy and community hub) were taken like any other" in said
        assert "1 venue could cover 9: the profile asks them only where" in said
        assert said.endswith("It is proved that no other choice of 1 venue covers more than that.")
        slightly = replace(plan, most=replace(plan.most, objective=plan.siting.objective + 0.2))
        assert "could cover slightly more:" in certainty(slightly, some, facts())
        html = havens_page(better, some, spots, make_area(), facts())
        assert "its 1 new venue" not in html.split("What each further venue buys")[0]
        assert "with its 1 new venue 8 are covered." in html
        assert "At most, any type" in html
        assert "whatever the" not in page()

    def test_why_one_of_second_choice_is_asked(self):
        plan, venues, _ = made()
        second = np.arange(4) == plan.order[0]
        kind = venues.table["venue_type"].iloc[plan.order[0]]
        assert site_words(plan, replace(venues, second=second), facts(), 0)["why"].endswith(
            f"Its type ({kind}) is second choice: no other covers nearly as many."
        )
        for others in (np.zeros(4, bool), np.ones(4, bool)):  # nobody to prefer
            made_so = replace(venues, second=others)
            assert "second choice" not in site_words(plan, made_so, facts(), 0)["why"]

    def test_the_hour_in_which_most_stays_uncovered(self):
        plan, *_ = made()
        said = worst_hour(plan, facts())
        assert said.startswith("Most stays uncovered on Monday midday to 1pm: a venue is open near")
        assert said.endswith("of 11 reports.")
        assert worst_hour(plan, facts(no_hours=True)) == ""

    def test_where_no_report_says_its_hour_nothing_arises_at_those_hours(self):
        html = page(no_hours=True)
        assert "closed at those hours" not in html
        assert "would add no hour" in html
        assert "No report says its hour, so each counts alike in all hours" in html

    def test_who_said_yes_stands_under_a_heading_of_its_own(self):
        plan, venues, spots = made()
        html = havens_page(plan, venues, spots, make_area(), facts(said_yes=frozenset(plan.order)))
        assert "Said yes (1)" in html
        assert "Nobody else: all of them have said yes." in html
        assert "If it withdraws" in html
        assert "If it says no" not in html
        assert "Said yes" not in page()

    def test_only_the_coordinator_is_told_what_to_look_up_first(self, monkeypatch):
        told = "Before you approach it: see for-the-coordinator.csv."
        assert told in page(to_look_up=frozenset({1}))
        assert told not in page()
        monkeypatch.setattr(plan_page, "may_point_at_venues", lambda audience: False)
        assert told not in page(to_look_up=frozenset({1}))
        assert [one for one in Audience if may_point_at_venues(one)] == [Audience.COORDINATOR]

    def test_what_all_are_to_be_asked_is_said_once(self):
        _, venues, spots = made()
        ways = replace(parts()[2], day=parts()[2].day * 0.4, dark=parts()[2].dark * 0.4)
        alike = replace(
            venues,
            table=venues.table.assign(ask="phone, toilet"),
            is_open=np.ones((4, 168), bool),
            n_existing=0,
        )
        table = np.eye(3).repeat(56, axis=1)
        demand = replace(parts()[0], by_hour=csr_array(table), felt=csr_array(table * 0))
        plan = plan_havens(demand, alike, ways, spots, PlanParams(sites=2, within_m=100))
        assert len(plan.order) == 2
        html = havens_page(plan, alike, spots, make_area(), facts())
        assert html.count("phone, toilet") == 1

    def test_whose_the_perception_reports_are(self):
        assert "is not kept, so neither has a line of its own" in page()

    def test_other_names_at_the_same_door(self):
        plan, venues, _ = made()
        site, other = plan.order[0], venues.candidates[-1]
        table = venues.table.copy()
        table.loc[site, ["address", "postcode"]] = ["9 East Street", "IG11 8EB"]
        table.loc[other, ["address", "postcode"]] = ["9 East St", "IG11 8EB"]
        said = site_words(plan, replace(venues, table=table), facts(), 0)["where"]
        name = table["name"].iloc[other]
        assert f"At the same address are listed {name}: they may be one place." in said

    def test_one_hour(self):
        assert hour_words(118) == "Friday 10pm to 11pm"
        assert hour_words(None) == ""

    def test_never_says_safe_or_dangerous(self):
        words = page().lower()
        assert "safe place" not in words
        assert words.count("dangerous") == 1  # "nothing here says that a place is dangerous"

    def test_the_same_page_for_the_same_input(self):
        assert page() == page()


@pytest.mark.browser
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text(open_page, text):
    tab = open_page(page(text))
    assert tab.page.evaluate("window.__pwned") is None
    tab.assert_quiet()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 640, 390])
def test_fits_the_window(open_page, width):
    tab = open_page(page(), width=width)
    wide = tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert tab.page.locator("h1").count() == 1
    assert tab.page.locator("table.strip").first.locator("tbody tr").count() == 7
    tab.assert_quiet()


@pytest.mark.browser
def test_the_strip_is_told_without_colour(open_page):
    """Each cell says its share in words; the key says the edges of the classes."""
    tab = open_page(page())
    cells = tab.page.locator("table.strip").first.locator("td")
    assert cells.count() == 168
    said = cells.nth(12).text_content()
    assert said.endswith("reports")
    assert tab.page.locator(".classes li").all_inner_texts()[1] == "0 to under 20%"
    tab.assert_quiet()


@pytest.mark.browser
def test_by_keyboard(open_page):
    tab = open_page(page())
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.className") == "skip"
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate("location.hash") == "#sites"
    seen = set()
    for _ in range(14):
        tab.page.keyboard.press("Tab")
        seen.add(tab.page.evaluate("document.activeElement.tagName"))
    assert {"SUMMARY", "DIV"} <= seen
    tab.assert_quiet()


@pytest.mark.browser
def test_the_map_tells_covered_reports_from_others(open_page):
    tab = open_page(page())
    key = " ".join(tab.page.locator("#key label").all_inner_texts())
    for words in ("Places of reports, not covered (1)", "covered (1)", "Other hotspots"):
        assert words in key
    tab.assert_quiet()


@pytest.fixture
def on_map():
    """Two havens on the toy town's map, one open by day, one never known."""
    x, y = CENTRE
    table = gpd.GeoDataFrame(
        {"name": ["Old Library", "Hub"], "counts_now": [True, True]},
        geometry=gpd.points_from_xy([x, x + 300], [y + 200, y + 900]),
        crs="EPSG:27700",
    )
    states = np.array([np.where(NIGHT, 0, 2), np.ones(168)], dtype=np.int8)
    covered = np.where(NIGHT, 0, 7)
    return HavensOnMap(table, states, np.full(168, 8.25), covered / 2, 400.0, 400 / 1.3)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_weekly_map_says_who_is_open_at_an_hour(open_page, inputs, on_map, width):
    page = make_map(inputs.hotspots, inputs.incidents, inputs.area, havens=on_map).html
    tab = open_page(page, width=width)
    if not tab.page.locator("#key").evaluate("key => key.open"):
        tab.page.locator("#key summary").click()
    assert tab.page.locator(".haven").count() >= 2
    assert tab.page.locator("#haven-said").text_content() == ""
    tab.page.locator("#haven-day").select_option("0")
    tab.page.locator("#haven-clock").select_option("12")
    said = tab.page.locator("#haven-said").text_content()
    assert said.startswith(
        "Monday 12:00: 1 of 2 open, 1 not known. 3.5 of 8.3 reports of that hour"
    )
    assert tab.page.locator('.spot .haven[data-state="open"]').count() == 1
    assert tab.page.locator('.spot .haven[data-state="unknown"]').count() == 1
    tab.page.locator("#haven-clock").select_option("22")
    assert "0 of 2 open" in tab.page.locator("#haven-said").text_content()
    tab.assert_quiet()


def test_weekly_map_without_havens_has_no_control(inputs):
    page = make_map(inputs.hotspots, inputs.incidents, inputs.area).html
    assert "haven-hour" not in page.split("</style>")[-1]


def test_on_map_counts_reports_near_an_open_haven():
    area = make_area()
    x, y = CENTRE
    columns = {"counts_now": [True, False], "opening_hours": ["Mo-Su 09:00-17:00", "24/7"]}
    havens = gpd.GeoDataFrame(
        {"name": ["A", "B"]} | columns,
        geometry=gpd.points_from_xy([x, x], [y, y]),
        crs="EPSG:27700",
    )
    near, far = 307.0, 308.0  # 399.1 and 400.4 metres on foot
    incidents = make_incidents(4).assign(
        family=["recorded", "recorded", "observation", "recorded"],
        theme=["robbery", "robbery", "robbery", "domestic"],
        sensitive="",
        source="offence",
        weight=1.0,
        time_precision="minute",
        occurred_at=pd.Timestamp("2023-01-09 12:20", tz="Europe/London"),
        occurred_to=pd.NaT,
    )
    incidents["occurred_to"] = pd.Series(pd.NaT, incidents.index).dt.tz_localize("Europe/London")
    places = gpd.points_from_xy([x + near, x + far, x, x], [y] * 4, crs="EPSG:27700")
    found = havens_on_map(havens, incidents.set_geometry(places), area, date(2023, 2, 1))
    assert found.table["name"].tolist() == ["A"]
    assert (found.demand[12], found.covered[12]) == (2.0, 1.0)  # one too far, a finding, a home
    assert found.demand.sum() == 2.0
