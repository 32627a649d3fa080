"""Safe Havens on the weekly map: who is open in each hour, and how many reports lie near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from csp_geo.decisions.havens.demand import demand_of, demand_points
from csp_geo.decisions.opening import Place, hours_of_week, usual_week
from csp_geo.decisions.walking.distances import WalkParams, walking_distances
from csp_geo.inputs.venues.opening_rules import OPEN

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.core.arrays import Floats
    from csp_geo.inputs.areas.study_area import StudyArea

NEAR_M = 400.0


@dataclass(frozen=True, eq=False)
class HavensOnMap:
    """Existing havens that count, for the map.

    `table` has a row for each, per `tables.HAVENS`; `states` is ``(n, 168)`` of CLOSED, UNKNOWN and
    OPEN. `demand` is ``(168,)``: reports in public places of each hour, as `demand_of` counts them;
    `covered` those of them within `within_m` metres on foot of a haven that is open in that
    hour, `ring_m` the straight line that this stands for.
    """

    table: gpd.GeoDataFrame
    states: NDArray[np.int8]
    demand: Floats
    covered: Floats
    within_m: float
    ring_m: float


def havens_on_map(
    havens: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, area: StudyArea, day: date
) -> HavensOnMap:
    """Work out who is open when, and which reports lie near.

    Parameters
    ----------
    havens
        Per `tables.HAVENS`; those that count now are taken.
    incidents
        The reports of the period, per `tables.INCIDENTS`.
    day
        The day of the map: hours are those of the last week up to it without a bank holiday.
    """
    table = havens[havens["counts_now"]].reset_index(drop=True)
    west, south, east, north = area.wards.total_bounds
    longitude, latitude = area.projection.to_lonlat([[(west + east) / 2, (south + north) / 2]])[0]
    place = Place(latitude=float(latitude), longitude=float(longitude))
    texts = [text if isinstance(text, str) else "" for text in table["opening_hours"]]
    states = hours_of_week(texts, usual_week(day), place=place).table
    points = demand_points(incidents)
    clock = {name: points[name].dt.tz_localize(None) for name in ("occurred_at", "occurred_to")}
    demand = demand_of(points.assign(**clock))
    params = WalkParams(limit_m=NEAR_M)
    walk = walking_distances(demand.xy, _points(table), params=params)
    near = walk.within(NEAR_M).astype(np.int64)
    is_near_open = near @ (states == OPEN).astype(np.int64) > 0
    by_hour = demand.by_hour.toarray()
    covered = np.where(is_near_open, by_hour, 0.0).sum(axis=0)
    ring = NEAR_M / params.straight_factor
    return HavensOnMap(table, states, by_hour.sum(axis=0), covered, NEAR_M, ring)


def _points(table: gpd.GeoDataFrame) -> Floats:
    return np.column_stack([table.geometry.x, table.geometry.y]).reshape(-1, 2)
