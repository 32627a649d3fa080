"""The tables and layers of a plan for Safe Havens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.disclosure import Audience
from csp_geo.core.tables import ASK_FIRST, TO_ASK, UNCOVERED, as_agreed
from csp_geo.core.wording import DAYS
from csp_geo.decisions.havens.licensing import AT_M, THEMES_ASKED
from csp_geo.decisions.havens.plan import FALLBACKS
from csp_geo.inputs.venues.register_findings import hours_as_written, hours_to_ask
from csp_geo.products.exports import layers_for
from csp_geo.products.havens.plan_words import say_address, why_not

if TYPE_CHECKING:
    import geopandas as gpd

    from csp_geo.decisions.havens.plan import HavenPlan
    from csp_geo.decisions.havens.venues import Venues
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.products.havens.plan_words import HavenFacts

LICENSING: Final = "licensing"
HOURS: Final = "opening hours"
"""What the coordinator is to ask about."""
_OF_VENUE: Final = ("premises_id", "name", "address", "postcode", "opening_hours")


def sites_table(plan: HavenPlan, venues: Venues) -> pd.DataFrame:
    """Return the venues to approach, a row each, in their order."""
    rows = venues.table.iloc[plan.order].reset_index(drop=True)
    rows.insert(0, "rank", range(1, len(rows) + 1))
    rows["hours_assumed"] = venues.assumed[plan.order]
    for place in range(FALLBACKS):
        own = [some[place : place + 1] for some in plan.fallbacks]
        rows[f"fallback_{place + 1}"] = [_named(one[0][0], venues) if one else None for one in own]
        covers = [round(one[0][1], 3) if one else np.nan for one in own]
        rows[f"fallback_{place + 1}_covers"] = np.array(covers, dtype=np.float64)
    rows["covers_alone"], rows["adds"] = np.round(plan.why.alone, 3), np.round(plan.why.adds, 3)
    rows["easting"], rows["northing"] = np.round(venues.xy[plan.order], 1).T
    rows["vetted"] = False
    return rows


def _named(site: int, venues: Venues) -> str:
    row = venues.table.iloc[site]
    about = ", ".join(filter(None, (row["venue_type"], say_address(row))))
    return f"{row['name']} ({about})"


def hours_table(plan: HavenPlan) -> pd.DataFrame:
    """Return demand and coverage of each hour of the week."""
    hour = np.arange(168)
    return pd.DataFrame(
        {
            "day": [DAYS[h // 24] for h in hour],
            "hour": hour % 24,
            "reports": np.round(plan.after.demand, 4),
            "covered_now": np.round(plan.before.covered, 4),
            "covered_with_new": np.round(plan.after.covered, 4),
            "covered_by_two": np.round(plan.after.covered_twice, 4),
        }
    )


def to_ask_table(marks: gpd.GeoDataFrame, plan: HavenPlan, venues: Venues) -> pd.DataFrame:
    """Return what the coordinator is to ask about premises before anybody approaches them.

    `marks` has all candidates, of `licensing.marks_of`; those above chance are not in the plan.
    First come those to ask licensing about, then those whose opening hours cannot be read or look
    like a slip of the clock; within these the sites with their number in the plan, then whom to ask
    in their stead. Hours that are in doubt in another way are said of sites and of those in their
    stead alone.
    """
    rows = pd.DataFrame(marks[[*_OF_VENUE, "reports", "above_chance"]])
    in_plan = np.flatnonzero(~rows["above_chance"].to_numpy())
    place, stead = (
        {int(in_plan[site - venues.n_existing]): n for site, n in sites.items()}
        for sites in _places_in(plan)
    )
    rows["to_approach"] = [place.get(row) for row in range(len(rows))]
    rows["instead_of"] = [stead.get(row) for row in range(len(rows))]
    rows = rows.astype({"to_approach": "Int64", "instead_of": "Int64"})
    order = ["to_approach", "instead_of", "reports"]
    rows = rows.sort_values(order, ascending=[True, True, False], kind="stable")
    both = [_to_ask_licensing(rows), _to_ask_hours(rows)]
    return as_agreed(pd.concat(both, ignore_index=True), TO_ASK)


def _places_in(plan: HavenPlan) -> tuple[dict[int, int], dict[int, int]]:
    """Return the number of each site in the plan, and of each fallback that of its first site."""
    chosen = {int(site): n for n, site in enumerate(plan.order, start=1)}
    stead: dict[int, int] = {}
    for n, others in enumerate(plan.fallbacks, start=1):
        for site, _ in others[:FALLBACKS]:
            stead.setdefault(int(site), n)
    return chosen, stead


def _to_ask_licensing(rows: pd.DataFrame) -> pd.DataFrame:
    said = f"reports of {THEMES_ASKED} within {AT_M:.0f} metres of it"
    note = np.where(
        rows["above_chance"],
        f"Not in the plan: more {said} than a venue has by chance. Ask licensing.",
        f"Before you approach it, ask licensing: {said}, but no more than a venue has by chance.",
    )
    asked = rows.assign(about=LICENSING, opening_hours=None, note=note)
    return asked[asked["reports"] > 0]


def _to_ask_hours(rows: pd.DataFrame) -> pd.DataFrame:
    """Return those whose hours are in doubt; a comment or contact within them is not shown."""
    in_hand = rows["to_approach"].notna() | rows["instead_of"].notna()
    pairs = zip(rows["opening_hours"], in_hand, strict=True)
    notes = [hours_to_ask(text, in_hand=bool(matters)) for text, matters in pairs]
    shown = rows["opening_hours"].astype(object).map(hours_as_written)
    asked = rows.assign(about=HOURS, opening_hours=shown, note=notes)
    return asked[(asked["note"] != "") & ~asked["above_chance"].to_numpy(dtype=np.bool_)]


def ask_first_table(ask_first: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the premises about which somebody is to be asked before they are candidates."""
    names = {"listed_in": "file", "source_row": "row"}
    columns = ["name", "venue_type", "address", "postcode", "why", *names]
    rows = pd.DataFrame(ask_first[columns]).rename(columns=names)
    rows = rows.sort_values(["why", "file", "row"], kind="stable").reset_index(drop=True)
    return as_agreed(rows, ASK_FIRST)


def uncovered_table(
    plan: HavenPlan, venues: Venues, hotspots: gpd.GeoDataFrame, facts: HavenFacts
) -> pd.DataFrame:
    """Return what stays uncovered, a row for each hotspot and venue near it; the most first."""
    lines = []
    for place, spot in enumerate(plan.spots, start=1):
        own = hotspots.iloc[list(spot.rows)]
        about = {
            "place": place,
            "hotspots": " / ".join(dict.fromkeys(own["name"].astype("str"))),
            "hotspot_ids": ", ".join(own["hotspot_id"].astype("str")),
            "reports": round(spot.demand, 3),
            "not_covered": round(spot.left, 3),
        }
        near = [
            {
                "venue": venues.table["name"].iloc[one.site],
                "metres": round(one.metres),
                "would_cover": round(one.gain, 3),
                "why_not_more": why_not(one, venues, facts.within_m, no_hours=facts.no_hours),
            }
            for one in spot.nearest
        ]
        lines += [about | one for one in near or [{}]]
    return as_agreed(pd.DataFrame(lines, columns=list(UNCOVERED.names)), UNCOVERED)


def layers_of(
    plan: HavenPlan, venues: Venues, spots: gpd.GeoDataFrame, area: StudyArea
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of layers.gpkg, by name; each has passed the gate for the coordinator."""
    import geopandas as gpd

    shown = [*venues.existing, *plan.order]
    rows = venues.table.iloc[shown][["name", "venue_type", "address", "opening_hours"]].copy()
    rows["role"] = ["existing haven"] * venues.n_existing + ["to approach"] * len(plan.order)
    rows["order"] = [0] * venues.n_existing + list(range(1, len(plan.order) + 1))
    points = gpd.points_from_xy(*venues.xy[shown].T)
    crs = area.projection.crs
    havens = gpd.GeoDataFrame(rows.reset_index(drop=True), geometry=points, crs=crs)
    hotspots = spots[["hotspot_id", "name", "family", "rank", "geometry"]]
    hotspots = hotspots.reset_index(drop=True)
    for spot in plan.spots:
        rows_of_spot = list(spot.rows)
        for column in ("demand", "before", "after"):
            hotspots.loc[rows_of_spot, column] = round(getattr(spot, column), 3)
    layers = {"havens": ("venues", havens), "hotspots": ("covered hotspots", hotspots)}
    return layers_for(Audience.COORDINATOR, layers | {"wards": ("wards", area.wards)})
