"""Figures of a Safe Haven plan: what is shown in one place never contradicts another."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from csp_geo.products.havens.plan_page import _curve
from csp_geo.products.havens.plan_words import of, say_value


@pytest.mark.parametrize(
    ("value", "base", "said"),
    [
        (0, 214, "0"),
        (0.04, 214, "under 0.1"),
        (0.5, 214, "0.5"),
        (0.99, 214, "1.0"),
        (1.4, 214, "1"),
        (61.4, 214, "61"),
        (1.4, 19.9, "1.4"),
        (1.4, 20, "1"),
    ],
)
def test_a_number_below_one_has_its_decimal(value, base, said):
    assert say_value(value, base) == said


def test_a_part_of_a_whole():
    assert of(0.5, 214.2) == "0.5 of 214"
    assert of(61.2, 214.2) == "61 of 214"
    assert of(0.4, 2.9) == "0.4 of 2.9"


@pytest.mark.parametrize(
    ("curve", "covered", "more"),
    [
        ([29.4, 40.6, 43.4], ["29", "41", "43"], ["", "12", "2"]),
        ([29.4, 40.6, 41.1], ["29.4", "40.6", "41.1"], ["", "11.2", "0.5"]),
        ([29.4, 40.6, 40.6], ["29", "41", "41"], ["", "12", "0"]),
        ([np.nan, 40.6, 43.4], ["41", "43"], ["", "2"]),
    ],
)
def test_each_line_of_the_curve_is_the_one_before_and_what_is_more(curve, covered, more):
    plan = SimpleNamespace(curve=np.array(curve), asked=SimpleNamespace(demand=214.0))
    lines = _curve(plan)
    assert [line["covered"] for line in lines] == covered
    assert [line["more"] for line in lines] == more
