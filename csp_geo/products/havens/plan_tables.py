"""The tables and layers of a plan for Safe Havens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csp_geo.core.disclosure import Audience
from csp_geo.core.tables import UNCOVERED, as_agreed
from csp_geo.core.wording import DAYS
from csp_geo.decisions.havens.candidates import AT_M, THEMES_ASKED
from csp_geo.products.exports import layers_for
from csp_geo.products.havens.plan_words import why_not

if TYPE_CHECKING:
    import geopandas as gpd

    from csp_geo.core.arrays import Ints
    from csp_geo.decisions.havens.plan import HavenPlan
    from csp_geo.decisions.havens.venues import Venues
    from csp_geo.inputs.areas.study_area import StudyArea


def sites_table(plan: HavenPlan, venues: Venues) -> pd.DataFrame:
    """Return the venues to approach, a row each, in their order."""
    rows = venues.table.iloc[plan.order].reset_index(drop=True)
    rows.insert(0, "rank", range(1, len(rows) + 1))
    rows["hours_assumed"] = venues.assumed[plan.order]
    rows["covers_alone"], rows["adds"] = np.round(plan.why.alone, 3), np.round(plan.why.adds, 3)
    rows["easting"], rows["northing"] = np.round(venues.xy[plan.order], 1).T
    rows["vetted"] = False
    return rows


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


def licensing_table(
    candidates: gpd.GeoDataFrame, plan: HavenPlan, venues: Venues, n_reports: Ints
) -> pd.DataFrame:
    """Return the premises to ask licensing about before anybody approaches them.

    Those to approach come first, with their number in the plan; then those with most reports.
    """
    rows = pd.DataFrame(candidates[["premises_id", "name", "address", "postcode"]])
    place = {site: n for n, site in enumerate(plan.order, start=1)}
    rows["to_approach"] = [place.get(site) for site in venues.candidates.tolist()]
    rows["to_approach"] = rows["to_approach"].astype("Int64")
    rows["reports"] = n_reports
    rows["note"] = f"Ask licensing first: reports of {THEMES_ASKED} within {AT_M:.0f} metres of it."
    rows = rows[n_reports > 0].sort_values(
        ["to_approach", "reports"], ascending=[True, False], kind="stable", na_position="last"
    )
    return rows.reset_index(drop=True)


def uncovered_table(
    plan: HavenPlan, venues: Venues, hotspots: gpd.GeoDataFrame, within_m: float
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
                "why_not_more": why_not(one, venues, within_m),
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
