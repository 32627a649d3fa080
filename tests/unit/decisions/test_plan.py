"""The plan for Safe Havens on a street of hand-made places and venues."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from csp_geo.core.errors import InfeasibleError, SettingsError
from csp_geo.decisions.havens.demand import Demand
from csp_geo.decisions.havens.plan import PlanParams, hour_of_week, plan_havens
from csp_geo.decisions.havens.venues import AreasToServe, Venues, WaysOnFoot

NIGHT = np.arange(168) % 24 >= 20
DAY = ~NIGHT


def demand_at(*places):
    """Places along a street: (metres along it, reports by day, reports by night)."""
    table = np.zeros((len(places), 168))
    for i, (_, by_day, by_night) in enumerate(places):
        table[i, 12], table[i, 22] = by_day, by_night
    xy = np.array([(float(x), 0.0) for x, _, _ in places])
    reports = table.sum(axis=1).astype(np.int64)
    return Demand(xy, csr_array(table), csr_array(table) * 0, reports, 0 * reports, ())


def venues_at(*venues, n_existing=0):
    """Venues along it: (metres, open hours, step-free, ward)."""
    table = pd.DataFrame(
        {
            "name": [f"V{i}" for i in range(len(venues))],
            "address": "High Road",
            "postcode": "",
            "ward_code": [ward for *_, ward in venues],
        }
    )
    xy = np.array([(float(x), 0.0) for x, *_ in venues]).reshape(-1, 2)
    is_open = np.array([hours for _, hours, *_ in venues], dtype=bool).reshape(-1, 168)
    step_free = np.array([free for _, _, free, _ in venues], dtype=np.int8)
    no = np.zeros(len(venues), bool)
    return Venues(table, xy, is_open, step_free, no, no, 0.0, n_existing)


def ways_between(demand, venues, dark_factor=1.0):
    metres = np.abs(demand.xy[:, :1] - venues.xy[:, 0])
    return WaysOnFoot(metres, metres * dark_factor, NIGHT)


def spots(*spans):
    shapes = [shapely.box(start, -10, end, 10) for start, end in spans]
    columns = {"name": [f"S{i}" for i in range(len(spans))], "family": "recorded"}
    return gpd.GeoDataFrame(columns, geometry=shapes)


def plan_of(demand, venues, hotspots=None, dark_factor=1.0, each=None, **params):
    ways = ways_between(demand, venues, dark_factor)
    spots_ = spots() if hotspots is None else hotspots
    return plan_havens(demand, venues, ways, spots_, PlanParams(**params), each)


STREET = demand_at((0, 5, 1), (1000, 2, 8), (2000, 4, 0))
SHOPS = venues_at(
    (100, DAY, 1, "A"), (1100, DAY, 0, "A"), (1100, DAY | NIGHT, -1, "B"), (2100, DAY, 1, "B")
)


def test_a_shop_that_is_shut_at_night_covers_no_night():
    plan = plan_of(STREET, SHOPS, sites=1)
    assert plan.order == [2]  # 2 by day and 8 by night, against 5 by day next door
    assert plan.siting.objective == 10


def test_the_limit_is_included():
    assert plan_of(STREET, SHOPS, sites=4, within_m=100).siting.objective == 5 + 10 + 4
    assert plan_of(STREET, SHOPS, sites=4, within_m=99.9).siting.objective == 0


@pytest.mark.parametrize(
    ("metres", "at_once", "near"),
    [(200, 5, 5), (200.1, 0, 5), (400, 0, 5), (400.1, 0, 0)],
)
def test_near_is_400_metres_and_at_once_200(metres, at_once, near):
    plan = plan_of(demand_at((0, 5, 0)), venues_at((metres, DAY, 1, "A")), sites=1)
    view = plan.views[0]
    assert (view.immediate, view.after) == (at_once, near)


def test_ways_after_dark_are_their_own():
    plan = plan_of(STREET, SHOPS, sites=4, within_m=100, dark_factor=2.0)
    assert plan.siting.objective == 5 + 2 + 4  # the eight by night are too far on foot


def test_existing_havens_stay_and_are_counted_first():
    there = venues_at((1100, DAY | NIGHT, 1, "B"), (100, DAY, 1, "A"), n_existing=1)
    plan = plan_of(STREET, there, sites=1)
    assert plan.order == [1]
    assert plan.before.covered.sum() == 10
    assert plan.after.covered.sum() == 15
    assert plan.why.alone.tolist() == [5.0]


def test_views():
    plan = plan_of(STREET, SHOPS, sites=4)
    views = {view.title: view for view in plan.views}
    assert views["All hours"].demand == 20
    assert (views["After dark"].demand, views["After dark"].after) == (9.0, 8.0)
    assert views["3pm to 6pm"].demand == 0
    assert views["All hours"].step_free == 5 + 4  # unknown is not step-free
    assert plan.curve[0] == 0
    assert np.all(np.diff(plan.curve) >= 0)


def test_one_hour_alone():
    plan = plan_of(STREET, SHOPS, sites=1, at=22)
    assert plan.order == [2]
    assert plan.siting.objective == 8
    assert plan.views[-1].title == "The hour asked for"


def test_a_fallback_is_at_another_address():
    """One shop under two names at one number is no other; a street without numbers is long."""
    demand = demand_at((0, 10, 0))
    for address, others in (("1 High Road", [2]), ("High Road", [1, 2])):
        venues = venues_at((0, DAY, -1, "A"), (10, DAY, -1, "A"), (100, DAY, -1, "A"))
        venues.table["address"] = [address, address, "9 High Road"]
        plan = plan_of(demand, venues, sites=1)
        assert plan.order == [0]
        assert [place for place, _ in plan.fallbacks[0]] == others


def test_no_place_is_chosen_twice_nor_offered_beside_itself():
    """The shop by day and the fuel by night are one forecourt, and so is the curry house there."""
    demand = demand_at((0, 10, 8), (500, 6, 0))
    spots_ = ((0, DAY), (10, NIGHT), (20, NIGHT), (60, NIGHT), (500, DAY), (70, DAY), (80, DAY))
    venues = venues_at(*((metres, hours, -1, "A") for metres, hours in spots_))
    venues.table["address"] = [
        *("514 Ripple Road", "514 - 515 Ripple Rd", "Unit 1, 514 Ripple Road", "9 Ripple Road"),
        *("30 Ripple Road", "11 Ripple Rd", "11 Ripple Road"),
    ]
    plan = plan_of(demand, venues, sites=2, within_m=100)
    assert plan.order == [0, 3]
    assert [[place for place, _ in some] for some in plan.fallbacks] == [[5], []]
    assert all(1 not in into and 2 not in into for into, _, _ in plan.swaps)


def test_who_has_said_yes_is_no_fallback():
    demand = demand_at((0, 10, 0))
    venues = venues_at((0, DAY, -1, "A"), (10, DAY, -1, "A"), (100, DAY, -1, "A"))
    assert plan_of(demand, venues, sites=1).fallbacks == [[(1, 10.0), (2, 10.0)]]
    some = plan_of(demand, replace(venues, said_yes=frozenset({1})), sites=1)
    assert some.fallbacks == [[(2, 10.0)]]
    own = plan_of(demand, replace(venues, said_yes=frozenset({0})), sites=1)
    assert own.fallbacks == [[(1, 10.0), (2, 10.0)]]  # should it withdraw


@pytest.mark.parametrize(
    ("give_up", "chosen"), [(0.0, [0, 1]), (0.06, [0, 1]), (0.07, [0, 3]), (1.0, [2, 3])]
)
def test_second_choice_only_where_much_would_be_lost(give_up, chosen):
    """Shops 0 and 1 cover 10 and 5 of 15; the libraries beside them 8 (less 2) and 4 (less 1)."""
    demand = demand_at((0, 8, 0), (300, 2, 0), (1000, 4, 0), (1300, 1, 0))
    spots_ = ((150, DAY, -1, "A"), (1150, DAY, -1, "A"), (-160, DAY, -1, "A"), (860, DAY, -1, "A"))
    venues = replace(venues_at(*spots_), second=np.array([1, 1, 0, 0], bool), give_up=give_up)
    plan = plan_of(demand, venues, sites=2, within_m=200)
    assert sorted(plan.order) == chosen
    assert plan.most.objective == 15
    assert plan.siting.objective == 15 - (2 in chosen) * 2 - (3 in chosen)
    assert plan.curve[2] == 15
    if give_up == 0.07:  # what is offered instead brings no shop back
        assert [into for into, _, _ in plan.swaps] == []


def test_what_people_perceive_has_lines_of_its_own():
    """Two of five by day and all eight at night are pins; not told where there are none, or all."""
    demand = demand_at((0, 5, 8), (1000, 2, 0))
    felt = demand.by_hour.toarray() * 0
    felt[0, 12], felt[0, 22] = 2, 8
    plan = plan_of(replace(demand, felt=csr_array(felt)), SHOPS, sites=1, within_m=200)
    views = {view.title: view for view in plan.views}
    assert set(views) == {
        "All hours", "After dark", "3pm to 6pm",
        "Perception reports, after dark", "Perception reports, 3pm to 6pm",
    }  # fmt: skip
    dark = views["Perception reports, after dark"]
    assert (dark.demand, dark.before, dark.after) == (8, 0, 0)
    for all_or_none in (demand.by_hour, demand.by_hour * 0):
        same = plan_of(replace(demand, felt=all_or_none), SHOPS, sites=1)
        assert len(same.views) == 3


def test_one_in_each_area():
    each = AreasToServe(("Abbey", "Beam"), np.array([0, 0, 1, 1]))
    assert set(plan_of(STREET, SHOPS, each=each, sites=2).order) == {0, 2}
    said = r"takes 2 new venues, and 1 may be chosen: .* Abbey and Beam"
    with pytest.raises(InfeasibleError, match=said):
        plan_of(STREET, SHOPS, each=each, sites=1)


def test_more_sites_than_candidates_is_a_stated_part():
    plan = plan_of(STREET, SHOPS, sites=9)
    assert any("9 new sites asked for" in note for note in plan.siting.notes)


def test_hotspots_least_covered_first_with_the_nearest_venues():
    plan = plan_of(STREET, SHOPS, spots((-50, 50), (950, 1050), (1950, 2050)), sites=1)
    assert [spot.rows for spot in plan.spots] == [(0,), (2,), (1,)]
    assert [spot.demand for spot in plan.spots] == [6.0, 4.0, 10.0]
    assert [spot.after for spot in plan.spots] == [0.0, 0.0, 10.0]
    near = plan.spots[0].nearest[0]
    assert (near.site, near.metres, near.gain) == (0, 100, 5)
    assert [near.site for near in plan.spots[2].nearest] == [1, 0, 3]  # not the chosen one
    assert np.nan_to_num(plan.covered, nan=-1).tolist() == [0.0, 1.0, 0.0]


def test_a_street_told_by_two_families_is_one_spot():
    both = spots((-50, 50), (-40, 60), (950, 1050)).assign(
        family=["recorded", "perception", "perception"]
    )
    plan = plan_of(STREET, SHOPS, both, sites=0)
    assert [(spot.rows, spot.demand) for spot in plan.spots] == [((2,), 10.0), ((0, 1), 6.0)]
    same = plan_of(STREET, SHOPS, both.assign(family="recorded"), sites=0)
    assert [spot.rows for spot in same.spots] == [(2,), (0,), (1,)]  # two hotspots of one family


@pytest.mark.parametrize(("elsewhere", "n_spots"), [(4, 1), (5, 1), (6, 2)])
def test_two_families_tell_of_one_spot_where_half_of_the_reports_are_common(elsewhere, n_spots):
    """Five reports lie in both shapes, the others in one."""
    street = demand_at((0, elsewhere, 0), (1000, 5, 0))
    both = spots((-50, 1050), (950, 1050)).assign(family=["recorded", "perception"])
    assert len(plan_of(street, SHOPS, both, sites=0).spots) == n_spots


def test_a_venue_near_a_hotspot_says_what_it_would_cover_of_what_is_left():
    plan = plan_of(STREET, SHOPS, spots((950, 1050)), sites=0, hours="after-dark")
    near = {near.site: near.gain for near in plan.spots[0].nearest}
    assert near[1] == 0  # next door, and shut at night
    assert near[2] == 8
    assert plan.spots[0].left == 8


def test_no_hotspots_and_no_places_in_one():
    assert plan_of(STREET, SHOPS, spots(), sites=1).spots == []
    empty = plan_of(STREET, SHOPS, spots((5000, 5050)), sites=1).spots[0]
    assert (empty.demand, empty.left, empty.nearest) == (0.0, 0.0, ())


def test_the_curve_goes_as_far_as_the_plan_and_never_falls():
    many = demand_at(*((1000.0 * i, 1 + i % 3, 0) for i in range(30)))
    shops = venues_at(*((1000.0 * i + 10, DAY, 1, "A") for i in range(30)))
    plan = plan_of(many, shops, sites=20)
    assert len(plan.curve) == 21
    assert (np.diff(plan.curve) >= 0).all()
    assert plan.curve[20] == plan.siting.objective


def test_unreachable_demand_is_told_apart():
    far = demand_at((0, 1, 0), (90_000, 7, 0))
    assert plan_of(far, SHOPS, sites=1).unreachable == 7


def test_nobody_to_approach():
    plan = plan_of(STREET, venues_at((100, DAY, 1, "A"), n_existing=1), sites=2)
    assert plan.order == []
    assert plan.siting.objective == 5


@settings(deadline=None, max_examples=40)
@given(weeks=st.lists(st.integers(0, 2**168 - 1), min_size=1, max_size=5))
def test_only_open_hours_are_ever_covered(weeks):
    """Whatever is chosen, an hour in which no venue is known to be open is not covered."""
    hours = np.array([[week >> hour & 1 for hour in range(168)] for week in weeks], dtype=bool)
    venues = venues_at(*((0, one, 1, "A") for one in hours))
    plan = plan_of(
        Demand(
            np.zeros((1, 2)),
            csr_array(np.ones((1, 168))),
            csr_array((1, 168)),
            np.ones(1),
            np.zeros(1),
            (),
        ),
        venues,
    )
    assert not plan.after.covered[~hours.any(axis=0)].any()


@pytest.mark.parametrize(
    ("text", "hour"), [("Fri 22:00", 118), ("monday 0:00", 0), ("SUN 23", 167), ("tue 9:30", 33)]
)
def test_hour_of_week(text, hour):
    assert hour_of_week(text) == hour


@pytest.mark.parametrize("text", ["", "Fri", "22:00", "Fri 24:00", "Fri ab", "Fri 9:xx", "Fry 9"])
def test_no_hour_of_week(text):
    with pytest.raises(SettingsError, match="--at"):
        hour_of_week(text)


def test_the_hours_asked_about_decide_who_is_chosen_and_what_is_said():
    """By day most reports lie at one end of the street, after dark at the other."""
    by_day = plan_of(STREET, SHOPS, sites=1, hours="all")
    at_night = plan_of(demand_at((0, 50, 1), (1000, 2, 8)), SHOPS, sites=1, hours="after-dark")
    assert by_day.asked.title == "All hours"
    assert at_night.order == [2]  # by day the other end would have covered fifty
    assert (at_night.asked.title, at_night.asked.demand, at_night.asked.after) == (
        *("After dark", 9.0, 8.0),
    )
    assert at_night.why.alone.tolist() == [8.0]
    assert at_night.curve[1] == 8.0
    with pytest.raises(SettingsError, match="--hours"):
        PlanParams(hours="night")
