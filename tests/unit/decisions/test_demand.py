"""Demand for a Safe Haven: which reports, how much each, and in which hours of the week."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csp_geo.core.errors import SettingsError
from csp_geo.decisions.havens.demand import DemandParams, demand_of, near_any

MONDAY = "2023-01-02"


def made(*rows):
    """Rows of (source, family, theme, from, to, precision, x, y)."""
    names = ("source", "family", "theme", "occurred_at", "occurred_to", "time_precision")
    table = pd.DataFrame([row[:6] for row in rows], columns=list(names))
    for name in ("occurred_at", "occurred_to"):
        table[name] = pd.to_datetime(table[name], format="ISO8601").astype("datetime64[us]")
    points = gpd.points_from_xy([row[6] for row in rows], [row[7] for row in rows])
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:27700")


def row(at, until=None, precision="minute", **changes):
    given = {"source": "offence", "family": "recorded", "theme": "robbery"}
    given |= {"x": 544421.0, "y": 184321.0} | changes
    source, family, theme, x, y = (given[name] for name in ("source", "family", "theme", "x", "y"))
    return (source, family, theme, at, until, precision, x, y)


def hours(demand):
    table = demand.by_hour.toarray().sum(axis=0)
    return {int(hour): round(float(table[hour]), 6) for hour in np.flatnonzero(table)}


class TestHours:
    def test_a_minute_is_its_hour(self):
        assert hours(demand_of(made(row(f"{MONDAY} 14:59")))) == {14: 1.0}

    @pytest.mark.parametrize("until", [None, f"{MONDAY} 15:00"])
    def test_an_hour_is_itself(self, until):
        assert hours(demand_of(made(row(f"{MONDAY} 14:00", until, "hour")))) == {14: 1.0}

    def test_an_interval_is_spread_by_its_length(self):
        """From 22:30 to 01:00: half an hour, an hour, an hour of two and a half."""
        found = hours(demand_of(made(row(f"{MONDAY} 22:30", "2023-01-03 01:00"))))
        assert found == {22: 0.2, 23: 0.4, 24: 0.4}

    def test_sunday_night_runs_into_monday(self):
        found = hours(demand_of(made(row("2023-01-08 23:00", "2023-01-09 01:00"))))
        assert found == {167: 0.5, 0: 0.5}

    def test_a_day_is_spread_over_its_hours(self):
        found = hours(demand_of(made(row("2023-01-03", "2023-01-04", "day"))))
        assert found == {24 + h: round(1 / 24, 6) for h in range(24)}

    @pytest.mark.parametrize(
        "vague",
        [
            row("2023-01-01", "2023-02-01", "month"),
            row("2023-01-02", "2023-01-09", "day"),
            row(None, None, "day"),
        ],
    )
    def test_what_says_no_hour_counts_alike_in_all(self, vague):
        demand = demand_of(made(vague))
        assert set(hours(demand).values()) == {round(1 / 168, 6)}
        assert len(hours(demand)) == 168
        assert any("Without an hour: 1 of 1 report" in said for said in demand.said)

    def test_each_report_counts_its_weight_in_all(self):
        rows = [row(f"{MONDAY} 14:20"), row("2023-01-03", "2023-01-04", "day"), row(None)]
        assert demand_of(made(*rows)).total == pytest.approx(3.0)


class TestWhatCounts:
    ROWS = (
        row(f"{MONDAY} 01:00"),
        row(f"{MONDAY} 02:00", family="perception", source="streetsafe"),
        row(f"{MONDAY} 03:00", family="observation", source="eva"),
        row(f"{MONDAY} 04:00", theme="domestic"),
        row(f"{MONDAY} 05:00", theme="burglary"),
        row(f"{MONDAY} 06:00", family="other", source="other"),
    )

    def test_public_places_and_no_audits(self):
        assert hours(demand_of(made(*self.ROWS))) == {1: 1.0, 2: 1.0}

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"evidence": "recorded"}, {1: 1.0}),
            ({"evidence": "perception"}, {2: 1.0}),
            ({"counted": "reports"}, {1: 1.0, 2: 1.0}),
            ({"perception_weight": 3.0}, {1: 1.0, 2: 3.0}),
        ],
    )
    def test_options(self, changes, expected):
        assert hours(demand_of(made(*self.ROWS), DemandParams(**changes))) == expected

    def test_what_was_left_out_is_said(self):
        said = " ".join(demand_of(made(*self.ROWS)).said)
        assert "1 recorded report and 1 pin" in said
        assert "not in a public place: 2 reports (domestic or burglary)" in said
        assert "counted in people" in said

    @pytest.mark.parametrize("weight", [0, 1_000_000])
    def test_a_pin_may_weigh_nothing_and_up_to_a_million(self, weight):
        found = hours(demand_of(made(*self.ROWS), DemandParams(perception_weight=weight)))
        assert found.get(2, 0) == weight

    @pytest.mark.parametrize(
        "wrong",
        [
            {"evidence": "all"},
            {"counted": "pins"},
            {"perception_weight": -0.001},
            {"perception_weight": 1_000_001},
        ],
    )
    def test_wrong_options(self, wrong):
        with pytest.raises(SettingsError):
            DemandParams(**wrong)

    def test_nothing(self):
        demand = demand_of(made(row(f"{MONDAY} 04:00", theme="domestic")))
        assert (demand.n_reports, demand.total) == (0, 0.0)


def test_places_are_whole_metres_and_reports_are_counted():
    rows = [row(MONDAY, x=544421.2), row(MONDAY, x=544420.9), row(MONDAY, x=544500.0)]
    demand = demand_of(made(*rows))
    assert demand.xy.tolist() == [[544421.0, 184321.0], [544500.0, 184321.0]]
    assert demand.reports.tolist() == [2, 1]


def test_only_near_some_shapes():
    demand = demand_of(made(row(MONDAY), row(MONDAY, x=545000.0)))
    shape = gpd.GeoSeries.from_xy([544421.0], [184300.0]).buffer(5.0)
    assert near_any(demand, shape, 50.0).xy.tolist() == [[544421.0, 184321.0]]
    assert near_any(demand, shape.iloc[:0], 50.0).n_reports == 0


@pytest.mark.parametrize(("off", "is_kept"), [(99, True), (100, True), (101, False)])
def test_the_distance_of_what_is_near_is_included(off, is_kept):
    """Measured exactly, from an edge and past a corner: at 60 east and 80 north it is 100."""
    square = gpd.GeoSeries([shapely.box(544000, 184000, 544421, 184321)], crs="EPSG:27700")
    for east, north in ((off, 0), (0, off), (off * 0.6, off * 0.8)):
        demand = demand_of(made(row(MONDAY, x=544421.0 + east, y=184321.0 + north)))
        demand = replace(demand, xy=np.array([[544421.0 + east, 184321.0 + north]]))
        assert (near_any(demand, square, 100.0).n_reports == 1) == is_kept
