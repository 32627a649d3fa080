"""Figures of a Safe Haven plan: what is shown in one place never contradicts another."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from csp_geo.products.havens.plan_page import _curve
from csp_geo.products.havens.plan_words import of, say_value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (1e-9, "0"),
        (0.04, "fewer than 1"),
        (0.99, "fewer than 1"),
        (1 - 1e-9, "1"),
        (1.4, "1"),
        (1_786.2, "1,786"),
    ],
)
def test_reports_are_never_told_in_parts(value, said):
    assert say_value(value) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (61.2, 214.2, "61 of 214"),
        (0.5, 7.2, "fewer than 1 of 7"),
        (7.0, 7.2, "nearly all of 7"),
        (7.2, 7.2, "7 of 7"),
        (0, 7.2, "0 of 7"),
        (0.4, 0.9, "some of fewer than 1"),
    ],
)
def test_a_part_of_a_whole_never_reads_as_all_of_it(part, whole, said):
    assert of(part, whole) == said


@pytest.mark.parametrize(
    ("curve", "covered", "more"),
    [
        ([29.4, 40.6, 43.4], ["29", "41", "43"], ["", "12", "2"]),
        ([29.4, 40.6, 41.1], ["29", "41", "41"], ["", "12", "fewer than 1"]),
        ([29.4, 40.6, 40.6], ["29", "41", "41"], ["", "12", "0"]),
        ([np.nan, 40.6, 43.4], ["41", "43"], ["", "2"]),
    ],
)
def test_each_line_of_the_curve_is_the_one_before_and_what_is_more(curve, covered, more):
    plan = SimpleNamespace(curve=np.array(curve), asked=SimpleNamespace(demand=214.0))
    lines = _curve(plan)
    assert [line["covered"] for line in lines] == covered
    assert [line["more"] for line in lines] == more
