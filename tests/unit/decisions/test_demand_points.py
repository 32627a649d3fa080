"""What demand is counted from: people, not pins, and nothing that leads back to them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csp_geo.decisions.havens.demand import PIN_GRID_M, demand_points, one_person

X, Y = 544_421.0, 184_321.0


def pins(make_incidents, xy, people, **columns):
    return make_incidents(xy, source="survey", person_key=people, **columns)


@pytest.mark.parametrize(("apart", "rows"), [(99.9, 1), (100.0, 1), (100.1, 2)])
def test_one_persons_pins_within_100_metres_are_one_row(make_incidents, apart, rows) -> None:
    made = pins(make_incidents, [(X, Y), (X + apart, Y)], ["a", "a"])
    assert len(demand_points(made)) == rows
    assert len(demand_points(made, people=False)) == 2


def test_each_person_and_each_pin_without_one_is_a_row(make_incidents) -> None:
    made = pins(make_incidents, [(X, Y)] * 4, ["a", "b", None, None])
    assert len(demand_points(made)) == 4


def test_pins_stand_at_their_middle_on_a_grid(make_incidents) -> None:
    made = pins(make_incidents, [(X, Y), (X + 80, Y), (X + 3000, Y)], ["a", "a", None])
    points = demand_points(made)
    xy = np.column_stack([points.geometry.x, points.geometry.y])
    assert PIN_GRID_M == 50
    assert (xy % 50 == 0).all()
    assert np.hypot(*(xy[0] - (X + 40, Y))) <= 50 / np.sqrt(2)


@pytest.mark.parametrize("kinds", [["", "hate"], ["hate", ""]])
def test_one_sensitive_pin_makes_the_row_of_all_sensitive(make_incidents, kinds) -> None:
    made = pins(make_incidents, [(X, Y), (X + 80, Y)], ["a", "a"], sensitive=kinds)
    assert demand_points(made)["sensitive"].tolist() == ["hate"]


def test_recorded_reports_stay_where_they_are(make_incidents) -> None:
    made = make_incidents([(X, Y), (X + 1, Y)])
    assert demand_points(made).geometry.x.tolist() == [X, X + 1]


def test_the_order_of_rows_does_not_matter(make_incidents) -> None:
    rng = np.random.default_rng(3)
    people = [f"p{n}" for n in rng.integers(0, 9, 80)]
    made = pins(make_incidents, np.add(rng.uniform(0, 400, (80, 2)), (X, Y)), people)
    shuffled = made.iloc[rng.permutation(len(made))]
    pd.testing.assert_frame_equal(
        pd.DataFrame(demand_points(made)), pd.DataFrame(demand_points(shuffled))
    )


def test_nothing_names_a_person_or_a_pin(make_incidents) -> None:
    made = pins(make_incidents, [(X, Y)] * 3, ["a", "a", None])
    points = demand_points(made)
    assert set(points.columns) == {
        *("source", "family", "theme", "occurred_at", "occurred_to", "time_precision", "geometry"),
        "sensitive",
    }
    assert not set(points.index.astype(str)) & set(made.index)


def test_homes_and_hours_of_a_form_are_left_out(make_incidents) -> None:
    at = pd.Timestamp("2023-01-10 14:20", tz="Europe/London")
    made = make_incidents(
        [(X, Y)] * 3,
        sensitive=["", "domestic", ""],
        flags=["date-of-report", "", "midnight"],
        occurred_at=at,
        time_precision="minute",
    )
    points = demand_points(made)
    assert points["occurred_at"].isna().tolist() == [True, False]


def test_groups_are_of_one_person(make_incidents) -> None:
    rng = np.random.default_rng(5)
    xy, people = rng.uniform(0, 300, (200, 2)), np.array([*"abcd"] * 50, dtype=object)
    first = one_person(xy, people)
    assert (people[first] == people).all()
    assert np.hypot(*(xy - xy[first]).T).max() <= 100
