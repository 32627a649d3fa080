"""Names of hotspots: the commonest street, what is near, a grid reference, a compass word."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csp_geo.core.projection import british_grid, projection_at
from csp_geo.hotspots.names import commonest_place, grid_reference, nearest_place, tell_apart

GRID = british_grid()


def places(*named):
    names, xs, ys = zip(*named, strict=True)
    return gpd.GeoDataFrame(
        {"name": names, "kind": "place"}, geometry=gpd.points_from_xy(xs, ys), crs=27700
    )


class TestCommonestPlace:
    @pytest.mark.parametrize(
        ("texts", "name"),
        [
            ([], None),
            ([None] * 5, None),
            (["East Street"] * 2 + [None] * 9, None),
            (["East Street"] * 3 + [None] * 9, "East Street"),
            (["East Street"] * 3 + ["Ripple Road"] * 4, "Ripple Road"),
            (["Ripple Road"] * 3 + ["East Street"] * 3, "East Street"),
        ],
    )
    def test_at_least_three_carry_it(self, texts, name):
        """Of equals the first by alphabet."""
        assert commonest_place(pd.Series(texts, dtype="str")) == name


class TestNearestPlace:
    @pytest.mark.parametrize(
        ("off", "name"), [(0, "near Station"), (200, "near Station"), (201, None)]
    )
    def test_within_200_metres(self, off, name):
        assert nearest_place(544421 + off, 184321, places(("Station", 544421, 184321))) == name

    def test_the_nearest_of_several(self):
        near = places(("Stop", 544421, 184421), ("Station", 544421, 184371))
        assert nearest_place(544421, 184321, near) == "near Station"

    @pytest.mark.parametrize(
        ("name", "kind", "shown"),
        [
            ("Upney", "station", "near Upney"),
            ("Upney", "shop", None),
            ("Upney Lane", "shop", "near Upney Lane"),
        ],
    )
    def test_of_a_known_kind_or_named_as_a_place(self, name, kind, shown):
        """Any other name may be somebody's own."""
        named = places((name, 544421, 184321)).assign(kind=kind)
        assert nearest_place(544421, 184321, named) == shown

    def test_nothing_known(self):
        assert nearest_place(1, 1, None) is None
        assert nearest_place(1, 1, places(("a", 1, 1)).iloc[:0]) is None


class TestGridReference:
    @pytest.mark.parametrize(
        ("x", "y", "reference"),
        [
            (544421, 184321, "TQ 444 843"),
            (544499.9, 184300, "TQ 444 843"),
            (651409.8, 313177.5, "TG 514 131"),  # Caister water tower
            (216650, 771250, "NN 166 712"),  # Ben Nevis
        ],
    )
    def test_six_figures(self, x, y, reference):
        """Truncated, not rounded: the square in which the point lies."""
        assert grid_reference(x, y, GRID) == reference

    def test_elsewhere_degrees(self):
        memphis = projection_at(-90.05, 35.15)
        ((x, y),) = memphis.to_metres([[-90.05, 35.15]])
        assert grid_reference(x, y, memphis) == "35.150, -90.050"


class TestTellApart:
    def test_different_names_stay(self):
        assert tell_apart(["a", "b"], np.zeros((2, 2)), GRID) == ["a", "b"]
        assert tell_apart([], np.empty((0, 2)), GRID) == []

    @pytest.mark.parametrize(
        ("apart", "words"),
        [
            ((500, 0), ("west", "east")),
            ((0, 500), ("south", "north")),
            ((500, 500), ("south-west", "north-east")),
            ((-500, 500), ("south-east", "north-west")),
            ((500, 100), ("west", "east")),
        ],
    )
    def test_compass_words(self, apart, words):
        xy = np.array([(544421, 184321), (544421 + apart[0], 184321 + apart[1])], dtype=float)
        assert tell_apart(["Road", "Road"], xy, GRID) == [f"Road ({word})" for word in words]

    def test_only_equal_names_get_one(self):
        xy = np.array([(544421, 184321), (544921, 184321), (544430, 184330)], dtype=float)
        names = tell_apart(["Road", "Road", "Lane"], xy, GRID)
        assert names == ["Road (west)", "Road (east)", "Lane"]

    def test_grid_reference_where_a_word_is_not_enough(self):
        """Three on a line to the east of their middle: two would be 'east'."""
        xy = np.array([(544021, 184321), (544921, 184321), (545021, 184321)], dtype=float)
        names = tell_apart(["Road"] * 3, xy, GRID)
        assert names == ["Road (west)", "Road (TQ 449 843)", "Road (TQ 450 843)"]

    def test_names_end_up_different(self):
        rng = np.random.default_rng(3)
        xy = rng.uniform((544010, 184020), (546010, 186020), size=(12, 2))
        names = tell_apart(["Road"] * 12, xy, GRID)
        assert len(set(names)) == 12
