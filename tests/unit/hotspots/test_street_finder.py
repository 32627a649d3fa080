"""What the ground calls a place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csp_geo.core.projection import british_grid
from csp_geo.hotspots.names import name_of
from csp_geo.hotspots.street_finder import StreetFinder

X, Y = 544_000.0, 184_000.0


def at(x, y, radius=50.0):
    return shapely.Point(X + x, Y + y).buffer(radius)


def streets(*rows):
    lines = [shapely.LineString(np.add(line, (X, Y))) for _, line in rows]
    return gpd.GeoDataFrame({"name": [name for name, _ in rows]}, geometry=lines, crs=27700)


def places(*rows):
    points = [shapely.Point(X + x, Y + y) for *_, x, y in rows]
    table = {"name": [name for name, *_ in rows], "kind": [kind for _, kind, *_ in rows]}
    return gpd.GeoDataFrame(table, geometry=points, crs=27700)


TOWN = streets(
    ("Longbridge Road", [(-1000, 0), (0, 0)]),
    ("Longbridge Road", [(0, 0), (1000, 0)]),
    ("South Park Drive", [(0, 0), (0, -400)]),
    ("Faircross Parade", [(300, 0), (300, 250)]),
    ("Short Lane", [(-800, 300), (-600, 300)]),
    ("", [(-800, 500), (-600, 500)]),
    ("Hostel Road", [(600, 900), (900, 900)]),
)
STATIONS = places(("Upney", "station", 820, 20), ("Refuge Station", "station", -820, 20))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (at(0, -20), "corner of Longbridge Road and South Park Drive"),
        (at(150, 0), "Longbridge Road between South Park Drive and Faircross Parade"),
        (at(470, 0), "Longbridge Road by Faircross Parade"),  # on one side alone
        (at(-700, 0), "Longbridge Road"),  # nothing crosses it within 200 metres
        (at(-700, 300), "Short Lane"),
        (at(-700, 400), "near Short Lane"),
        (at(-700, 500), "near Short Lane"),  # a street without a name names nothing
        (at(-700, 551), None),
        (at(700, 900), None),  # never after a refuge
        (at(300, 200), "Faircross Parade"),
        (at(700, 0), "Longbridge Road by Upney Station"),
    ],
)
def test_street_of(where, said):
    assert StreetFinder.of(TOWN, STATIONS).street_of(where) == said


def test_landmarks():
    finder = StreetFinder.of(
        TOWN,
        places(
            ("Toy Market", "market", 10, 0),
            ("Barking", "station", 40, 0),
            ("Upney Station", "station", 400, 0),
            ("Women's Refuge", "station", 0, 0),
            ("High Road", "stop", 0, 0),
        ),
    )
    assert finder.landmark_in(at(0, 0)) == "Barking Station"  # stations come first
    assert finder.landmark_in(at(-60, 0)) == "Toy Market"
    assert finder.landmark_in(at(400, 0)) == "Upney Station"
    assert finder.landmark_in(at(900, 0)) is None
    assert StreetFinder.of(TOWN).landmark_in(at(0, 0)) is None


def test_order_of_rows_and_pieces_does_not_matter():
    finder, again = StreetFinder.of(TOWN), StreetFinder.of(TOWN.iloc[::-1])
    for x in range(-900, 901, 100):
        for y in (-300, 0, 40, 300):
            assert finder.street_of(at(x, y)) == again.street_of(at(x, y))


def test_a_few_metres_change_hardly_a_name():
    finder = StreetFinder.of(TOWN)
    rng = np.random.default_rng(2)
    n_same = 0
    for x, y in rng.uniform((-900, -300), (900, 300), (300, 2)):
        dx, dy = rng.uniform(-4, 4, 2)
        n_same += finder.street_of(at(x, y)) == finder.street_of(at(x + dx, y + dy))
    assert n_same >= 285


def test_no_place_is_called_after_a_footpath():
    kinds = ["path" if name == "Short Lane" else "local" for name in TOWN["name"]]
    finder = StreetFinder.of(TOWN.assign(**{"class": kinds}))
    assert finder.street_of(at(-700, 300)) is None
    assert finder.street_of(at(-700, 0)) == "Longbridge Road"


def test_no_streets_at_all():
    empty = StreetFinder.of(None)
    assert empty.street_of(at(0, 0)) is None
    assert StreetFinder.of(TOWN.iloc[:0]).street_of(at(0, 0)) is None


@pytest.mark.parametrize(
    ("carried", "where", "said"),
    [
        (["Ripple Road"] * 3, (300, 200), "Ripple Road"),  # what most of its reports carry
        (["Ripple Road"] * 3 + [None] * 4, (300, 200), "Faircross Parade"),
        (["Ripple Road"] * 3 + [None] * 4, (5000, 0), "Ripple Road"),
        (["Ripple Road"] * 3, (820, 0), "Upney Station"),
        ([None] * 3, (5000, 0), "Abbey TQ 490 840"),
    ],
)
def test_what_names_a_hotspot_first(carried, where, said):
    outline = at(*where)
    name = name_of(
        pd.Series(carried, dtype="str"),
        X + where[0],
        Y + where[1],
        "Abbey",
        None,
        british_grid(),
        outline,
        StreetFinder.of(TOWN, STATIONS),
    )
    assert name == said
