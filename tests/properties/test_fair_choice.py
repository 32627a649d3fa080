"""Who is asked does not depend on names, nor on the order of a list."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from csp_geo.decisions.havens.candidates import candidates_of
from csp_geo.decisions.havens.criteria import read_profile
from csp_geo.decisions.havens.demand import Demand
from csp_geo.decisions.havens.plan import PlanParams, plan_havens
from csp_geo.decisions.havens.venues import WaysOnFoot, usual_week_of, venues_of
from csp_geo.inputs.venues.premises import read_premises
from csp_geo.inputs.venues.venue_types import read_venue_types
from csp_geo.products.havens.plan_words import say_address

TYPES, PROFILE = read_venue_types(), read_profile("lbbd")
PLACES = np.array([(544300.0, 184300), (544500, 184300), (544900, 184500)])
SPOTS = [(544300, 184300), (544500, 184300), (544420, 184340), (544900, 184500)]
KINDS = ["shop", "pharmacy", "takeaway", "library", "zoo shop"]


def plan_of(rows, area, folder):
    """Return which doors are asked in their order, with those to ask where they say no."""
    pd.DataFrame(rows).to_csv(folder / "list.csv", index=False)
    premises = read_premises([folder / "list.csv"], area, TYPES)
    by_hour = csr_array(np.ones((3, 168)) * [[3], [2], [1]] / 168)
    one = np.ones(3, dtype=np.int64)
    demand = Demand(PLACES, by_hour, by_hour * 0, one, one * 0, ())
    candidates = candidates_of(premises, PROFILE, None, demand.middle)
    week = usual_week_of(area, date(2022, 6, 12))
    venues, _ = venues_of(candidates, None, week)
    metres = np.hypot(*(PLACES[:, None] - venues.xy[None]).transpose(2, 0, 1))
    spots = gpd.GeoDataFrame({"family": []}, geometry=[])
    ways = WaysOnFoot(metres, metres, week.is_dark)
    plan = plan_havens(demand, venues, ways, spots, PlanParams(sites=2, within_m=150))
    doors = [say_address(row) for _, row in venues.table.iterrows()]
    return [
        (doors[site], [(doors[other], covers) for other, covers in others])
        for site, others in zip(plan.order, plan.fallbacks, strict=True)
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.sampled_from(SPOTS), st.sampled_from([1, 2, 3])),
        min_size=2,
        max_size=10,
    ),
    st.randoms(use_true_random=False),
)
def test_the_same_answer_under_any_order_and_any_names(town_area, tmp_path_factory, places, chance):
    rows = [
        {
            "name": f"Toy {n} Stores",
            "type": "shop" if kind == "zoo shop" else kind,
            "address": f"{n} East Street",
            "easting": x,
            "northing": y,
            "staff_min": staff,
            "opening_hours": "Mo-Su 09:00-18:00",
        }
        for n, (kind, (x, y), staff) in enumerate(places)
    ]
    if not any(row["staff_min"] >= 2 for row in rows):
        rows[0]["staff_min"] = 2
    folder = tmp_path_factory.mktemp("fair")
    first = plan_of(rows, town_area, folder)
    names = [f"Aa {chance.random()} {n}" for n in range(len(rows))]
    again = [row | {"name": name} for row, name in zip(rows, names, strict=True)]
    chance.shuffle(again)
    assert plan_of(again, town_area, folder) == first


def test_the_type_decides_and_then_the_middle_of_the_demand(town_area, tmp_path):
    """A pharmacy before a shop whose name and row come first; of two shops the nearer one."""
    shop = {
        "name": "97p Knockout", "type": "shop", "address": "1 East Street", "easting": 544300,
        "northing": 184300, "staff_min": 2, "opening_hours": "Mo-Su 09:00-18:00",
    }  # fmt: skip
    boots = shop | {"name": "Boots", "type": "pharmacy", "address": "9 East Street"}
    (first, others), *_ = plan_of([shop, boots], town_area, tmp_path)
    assert (first, [door for door, _ in others]) == ("9 East Street", ["1 East Street"])
    inner = shop | {"name": "Zed", "address": "9 East Street", "easting": 544301}
    (first, _), *_ = plan_of([shop, inner], town_area, tmp_path)
    assert first == "9 East Street"
    (first, _), *_ = plan_of([shop, inner | {"staff_min": ""}], town_area, tmp_path)
    assert first == "1 East Street"  # known to meet the profile, before one not known to
