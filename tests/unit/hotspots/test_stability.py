"""How firm a hotspot is, and how one that is too large falls apart."""

from __future__ import annotations

import numpy as np
import pytest

from csp_geo.core.projection import points_of
from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.find import label_family, shape_of
from csp_geo.hotspots.verdict import split_of, times_survived

X, Y = 544421.0, 184321.0
PARAMS = ClusterParams()


def row_of(n, step, x=X, y=Y):
    return np.stack([x + step * np.arange(n), np.full(n, y)], axis=1)


def survived(table, params=PARAMS):
    labels, is_core = label_family(table, params)
    hotspots = [labels == label for label in range(labels.max() + 1)]
    areas = [shape_of(points_of(table)[h & is_core], params.eps).area for h in hotspots]
    return times_survived(table, hotspots, areas, params)


def test_a_dense_spot_by_itself_holds_in_all_nine(make_incidents):
    assert survived(make_incidents([(X, Y)] * 12)) == [9]


def test_a_spot_of_five_holds_where_no_more_than_five_are_needed(make_incidents):
    """min_samples 4 and 5 of three, at any eps."""
    assert survived(make_incidents([(X, Y)] * 5)) == [6]


def test_a_chain_with_links_of_eighty_metres_falls_apart_at_seventy_five(make_incidents):
    """Links hold at eps 100 and 125, where each of them has two neighbours and needs three."""
    links = make_incidents(np.repeat(row_of(8, 80.0), 2, axis=0))
    assert survived(links) == [6]


def test_one_that_runs_into_a_larger_neighbour_is_no_longer_itself(make_incidents):
    """At eps 125 the small spot joins a long row 110 m away: more than twice its area."""
    table = make_incidents([*[(X - 110, Y)] * 9, *np.repeat(row_of(12, 50.0), 5, axis=0)])
    small, large = sorted(survived(table))
    assert (small, large) == (6, 9)


def test_the_longest_eps_can_be_widened_no_further(make_incidents):
    assert survived(make_incidents([(X, Y)] * 12), ClusterParams(eps=5000)) == [9]


def test_none(make_incidents):
    assert times_survived(make_incidents([(X, Y)]), [], [], PARAMS) == []


class TestSplit:
    def test_names_the_parts_from_the_largest(self, make_incidents):
        """Spots of 12 and 7 reports, joined by links of 90 m."""
        spots = [*[(X, Y)] * 12, *row_of(5, 90.0, X + 90), *[(X + 540, Y)] * 7]
        table = make_incidents(spots)
        assert split_of(table, PARAMS) == (
            "With eps 75 metres it becomes 2 parts, with 12 and 7 reports."
        )

    def test_says_when_there_is_no_such_eps(self, make_incidents):
        """A carpet of reports, 20 m apart: as wide at eps 25 as at 100."""
        carpet = np.stack(np.meshgrid(np.arange(25) * 20.0, np.arange(25) * 20.0), -1)
        table = make_incidents(carpet.reshape(-1, 2) + np.array([X, Y]))
        said = split_of(table, PARAMS)
        assert said == "No smaller eps splits it into parts that people can be sent to."

    @pytest.mark.parametrize("parts", [6, 9])
    def test_names_five_at_most(self, make_incidents, parts):
        xy = [(X + 300 * i, Y) for i in range(parts) for _ in range(5 + i)]
        said = split_of(make_incidents(xy, source="survey"), PARAMS)
        largest = [f"{5 + i}" for i in range(parts)][::-1][:5]
        numbers = f"{', '.join(largest[:4])} and {largest[4]}"
        assert said.endswith(f"{parts} parts, the largest with {numbers} pins.")
