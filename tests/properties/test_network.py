"""Distances on random networks, against Floyd and Warshall's algorithm written out in the test."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from csp_geo.core.projection import BRITISH_CRS
from csp_geo.decisions.walking.distances import WalkParams, walking_distances
from csp_geo.decisions.walking.network import make_network
from csp_geo.decisions.walking.obstacles import Obstacles

FAR = WalkParams(furthest_snap_m=10_000.0)


@st.composite
def graphs(draw):
    """Nodes at whole tens of metres, and some pairs of them joined."""
    spot = st.tuples(st.integers(0, 30), st.integers(0, 30))
    nodes = draw(st.lists(spot, min_size=2, max_size=9, unique=True))
    pair = st.tuples(st.integers(0, len(nodes) - 1), st.integers(0, len(nodes) - 1))
    pairs = [(a, b) for a, b in draw(st.lists(pair, min_size=1, max_size=14)) if a != b]
    assume(pairs)
    return np.array(nodes, dtype=float) * 10 + 544000, pairs


def network_of(nodes, pairs):
    shapes = [shapely.LineString(nodes[[a, b]]) for a, b in pairs]
    return make_network(gpd.GeoDataFrame(geometry=shapes, crs=BRITISH_CRS))


def by_hand(nodes, pairs):
    metres = np.full((len(nodes), len(nodes)), np.inf)
    np.fill_diagonal(metres, 0)
    for a, b in pairs:
        metres[a, b] = metres[b, a] = np.hypot(*(nodes[a] - nodes[b]))
    for k in range(len(nodes)):
        metres = np.minimum(metres, metres[:, [k]] + metres[[k]])
    return metres


def free_nodes(nodes, pairs):
    """Nodes of the graph that lie on no stretch but their own: they snap to themselves."""
    used = sorted({node for pair in pairs for node in pair})
    stretches = [(shapely.LineString(nodes[[a, b]]), {a, b}) for a, b in pairs]
    return [
        k
        for k in used
        if all(k in ends or line.distance(shapely.Point(nodes[k])) > 1 for line, ends in stretches)
    ]


@given(graphs())
def test_equals_floyd_and_warshall(graph):
    nodes, pairs = graph
    rows = free_nodes(nodes, pairs)
    assume(rows)
    walk = walking_distances(nodes[rows], nodes[rows], network=network_of(nodes, pairs), params=FAR)
    expected = by_hand(nodes, pairs)[np.ix_(rows, rows)]
    np.testing.assert_allclose(walk.metres, expected, atol=1e-5)


POINTS = st.lists(
    st.tuples(st.floats(544000, 544300), st.floats(544000, 544300)), min_size=1, max_size=6
).map(lambda points: np.array(points).round(2))


@given(graphs(), POINTS, POINTS)
def test_never_shorter_than_the_straight_line_and_the_same_both_ways(graph, origins, sites):
    network = network_of(*graph)
    there = walking_distances(origins, sites, network=network, params=FAR).metres
    back = walking_distances(sites, origins, network=network, params=FAR).metres
    straight = np.hypot(*(origins[:, None, axis] - sites[None, :, axis] for axis in (0, 1)))
    assert (there >= straight - 1e-5).all()
    np.testing.assert_allclose(there, back.T, atol=1e-5)


@given(graphs(), POINTS)
def test_triangles(graph, points):
    metres = walking_distances(points, points, network=network_of(*graph), params=FAR).metres
    by_way_of = (metres[:, :, None] + metres[None, :, :]).min(axis=1)
    assert (metres <= by_way_of + 1e-5).all()


@given(graphs(), POINTS, POINTS, st.floats(1, 500))
def test_a_limit_only_hides_what_is_further(graph, origins, sites, limit):
    network = network_of(*graph)
    params = WalkParams(furthest_snap_m=10_000.0, limit_m=limit)
    near = walking_distances(origins, sites, network=network, params=params).metres
    whole = walking_distances(origins, sites, network=network, params=FAR).metres
    np.testing.assert_allclose(near, np.where(whole <= limit, whole, np.inf), atol=1e-5)


@given(graphs(), POINTS, POINTS, st.integers(0, 300))
def test_nobody_gets_to_the_other_side_of_a_wall(graph, origins, sites, east):
    network = network_of(*graph)
    wall = shapely.LineString([(544000 + east, 543000), (544000 + east, 545000)])
    shut = Obstacles(barriers=wall)
    after = walking_distances(origins, sites, network=network, obstacles=shut, params=FAR).metres
    apart = np.hypot(*(origins[:, None, axis] - sites[None, :, axis] for axis in (0, 1))) > 0
    sides = (origins[:, None, 0] < 544000 + east) != (sites[None, :, 0] < 544000 + east)
    assert np.isinf(after[sides & apart]).all()


@given(POINTS, POINTS)
def test_straight_lines_are_1_3_times_as_the_crow_flies(origins, sites):
    metres = walking_distances(origins, sites).metres
    straight = np.hypot(*(origins[:, None, axis] - sites[None, :, axis] for axis in (0, 1)))
    assert metres == pytest.approx(1.3 * straight, abs=1e-5)
