"""What a plan warns of, on both sides of every limit, and which reports it counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoPlacesError
from csp_geo.decisions.havens.demand import Demand, DemandParams, demand_points
from csp_geo.runs import haven_facts, havens
from csp_geo.runs.havens import HavenOptions

NONE_FOUND = pd.DataFrame({"finding": [], "name": [], "source_row": []})


def demand(n=100, vague=0):
    """Demand of n reports at one place, so many of them without an hour."""
    one = np.array([n])
    by_hour = csr_array(np.full((1, 168), n / 168))
    return Demand(np.zeros((1, 2)), by_hour, by_hour * 0, one, one * 0 + vague, ())


def options(**changes):
    """Return the options of a plan whose files nobody reads."""
    return HavenOptions(run=Path("maps/2023-02-01"), premises=(), out=Path("havens"), **changes)


def plan_run(*, n=100, vague=0, thefts=0, unreachable=0.0, accuracy_m=20.0, **changes):
    """Return a plan of which only what it warns of is in hand: by default nothing."""
    located = {"location_method": "exact", "location_accuracy_m": accuracy_m}
    incidents = pd.DataFrame({"theme": ["theft"] * thefts + ["robbery"] * (n - thefts), **located})
    quiet = SimpleNamespace(cautions=(), days={}, findings=NONE_FOUND)
    parts = {
        "options": options(),
        "demand": demand(n, vague),
        "pack": SimpleNamespace(incidents=incidents, cautions=(), as_of=date(2023, 2, 1)),
        "plan": SimpleNamespace(siting=SimpleNamespace(notes=()), unreachable=unreachable),
        "candidates": pd.DataFrame({"n_at_point": [1], **located}),
        "register": quiet,
        "premises": quiet,
        "hours": quiet,
        "walk": quiet,
        "cautions": (),
    }
    return SimpleNamespace(**(parts | changes))


def codes(run):
    return [caution.code for caution in haven_facts.cautions(run)]


def test_a_sound_plan_warns_of_nothing():
    assert codes(plan_run()) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # a quarter of the reports without an hour
        ({"vague": 24}, []),
        ({"vague": 25}, ["few-hours"]),
        ({"vague": 99}, ["few-hours"]),
        ({"vague": 100}, ["no-hours"]),
        # a tenth of them thefts
        ({"thefts": 9}, []),
        ({"thefts": 10}, ["many-thefts"]),
        # one report out of reach
        ({"unreachable": 0.9}, []),
        ({"unreachable": 1.0}, ["out-of-reach"]),
        # a doubt of 25 metres about where something is
        ({"accuracy_m": 25.0}, []),
        ({"accuracy_m": 25.1}, ["licensing-not-comparable"]),
        # options that change the answer
        ({"register": None}, ["no-existing-havens"]),
        ({"options": options(any_hour=True)}, ["hours-left-aside"]),
        ({"options": options(standing_out=True)}, ["standing-out-only"]),
        ({"thefts": 10, "options": options(demand=DemandParams(evidence="perception"))}, []),
    ],
)
def test_limits(changes, expected):
    assert codes(plan_run(**changes)) == expected


def test_a_haven_outside_the_area_is_named():
    findings = pd.DataFrame(
        {
            "finding": ["outside-study-area", "no-hours"],
            "name": ["Toy", "Other"],
            "source_row": [4, 5],
        }
    )
    register = SimpleNamespace(cautions=(), name="havens.csv", findings=findings)
    (said,) = haven_facts.cautions(plan_run(register=register))
    assert "havens.csv: outside the study area, so not counted: Toy (row 4). " in said


@pytest.mark.parametrize("step", ["register", "premises", "hours", "walk"])
def test_what_a_step_warns_of_is_passed_on(step):
    said = (Caution("list-as-read", "Said."),)
    warned = SimpleNamespace(cautions=said, days={}, findings=NONE_FOUND)
    assert haven_facts.cautions(plan_run(**{step: warned})) == ("Said.",)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2022, 1, 31), ["list-of-venues-old"]), (date(2022, 2, 1), []), (date(2024, 1, 1), [])],
)
def test_a_list_more_than_a_year_older_than_the_map(day, expected):
    assert codes(plan_run(premises=SimpleNamespace(cautions=(), days={"a.csv": day}))) == expected


def test_cautions_of_the_choice_and_between_the_steps_are_passed_on():
    found = (Caution("not-vetted", "Between."),)
    siting = SimpleNamespace(notes=(Caution("few-candidates", "Choice."),))
    plan = SimpleNamespace(siting=siting, unreachable=0.0)
    assert haven_facts.cautions(plan_run(cautions=found, plan=plan)) == ("Choice.", "Between.")


def test_hours_are_not_warned_of_where_they_count_for_nothing():
    warned = SimpleNamespace(cautions=(Caution("hours-assumed", "Said."),))
    run = plan_run(hours=warned, options=options(any_hour=True))
    assert codes(run) == ["hours-left-aside"]


def test_what_the_map_warned_of_comes_last_and_says_so():
    said = (Caution("few-reports", "Few."), Caution("list-as-read", "For the maker."))
    pack = SimpleNamespace(
        incidents=plan_run().pack.incidents, cautions=said, as_of=date(2023, 2, 1)
    )
    run = plan_run(pack=pack, register=None)
    assert haven_facts.cautions(run)[1:] == ("From the map of 1 February 2023: Few.",)


class TestStandingOut:
    """A hotspot 20 metres square that stands out, and one that does not."""

    @pytest.fixture
    def counted(self, make_incidents):
        def counted(*east):
            points = demand_points(make_incidents([(x, 184510) for x in east]))
            points = points.assign(occurred_at=pd.NaT, occurred_to=pd.NaT)
            shapes = [shapely.box(x, 184500, x + 20, 184520) for x in (544500, 545500)]
            hotspots = gpd.GeoDataFrame(
                {"confirmed": [True, False]}, geometry=shapes, crs=points.crs
            )
            pack = SimpleNamespace(demand=points, hotspots=hotspots)
            return havens._demand(pack, options(standing_out=True)).n_reports

        return counted

    @pytest.mark.parametrize(
        ("off", "n"), [(0, 1), (99, 1), (100, 1), (101, 0), (200, 0), (980, 0), (990, 0)]
    )
    def test_reports_up_to_100_metres_from_it_count(self, counted, off, n):
        assert counted(544510, 544520 + off) == 1 + n

    def test_no_report_near_a_hotspot_that_stands_out_is_refused(self, counted):
        with pytest.raises(NoPlacesError, match="near a hotspot that stands out"):
            counted(544621)
