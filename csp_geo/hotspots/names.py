"""Names that people use for a hotspot: a street that its reports carry, or what is near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.disclosure import may_name_a_hotspot
from csp_geo.inputs.where.gazetteer import is_place_name

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely

    from csp_geo.core.projection import Projection
    from csp_geo.hotspots.street_finder import StreetFinder

CARRIED_BY: Final = 3
"""How many reports must carry a place text before it names a hotspot."""
NEAR_M: Final = 200.0
_KINDS: Final = frozenset(
    {"place", "station", "stop", "bus stop", "tram stop", "market", "park", "street"}
)
"""Kinds that say that a name is that of a public place, whatever words it has."""
_COMPASS: Final = (
    *("east", "north-east", "north", "north-west"),
    *("west", "south-west", "south", "south-east"),
)


def name_of(  # noqa: PLR0913, PLR0917 - all that may name it
    places_of_reports: pd.Series,
    x: float,
    y: float,
    ward: str,
    named: gpd.GeoDataFrame | None,
    projection: Projection,
    outline: shapely.Geometry | None = None,
    streets: StreetFinder | None = None,
) -> str:
    """Return the name of a hotspot before equal ones are told apart.

    Parameters
    ----------
    places_of_reports
        The place texts of those of its reports that may be shown.
    x, y
        Its centre, metres in the study area's CRS.
    ward
        The ward's name, which stands before a grid reference where nothing else is known.
    named
        Named places as `tables.PLACES`, if there are any.
    outline, streets
        Its outline, and the ground to ask. With these it is called after the station or market in
        it, then after the place that most of its reports carry, then after the street through it.
    """
    carried = commonest_place(places_of_reports)
    if outline is not None and streets is not None:
        by_most = 2 * (places_of_reports == carried).sum() > len(places_of_reports)
        name = streets.landmark_in(outline) or (carried if by_most else None)
        carried = name or streets.street_of(outline) or carried
    name = carried or nearest_place(x, y, named)
    return name or f"{ward} {grid_reference(x, y, projection)}"


def commonest_place(places: pd.Series) -> str | None:
    """Return the place text that most reports carry, if enough do; of equals the first."""
    counts = places.dropna().value_counts()
    if counts.empty or counts.iloc[0] < CARRIED_BY:
        return None
    return str(min(counts.index[counts == counts.iloc[0]]))


def nearest_place(x: float, y: float, places: gpd.GeoDataFrame | None) -> str | None:
    """Return "near" the nearest named place within 200 m of a point, if there is one."""
    if places is not None:
        places = places[
            [
                may_name_a_hotspot(str(name)) and (str(kind) in _KINDS or is_place_name(str(name)))
                for name, kind in zip(places["name"], places["kind"], strict=True)
            ]
        ]
    if places is None or places.empty:
        return None
    distance = np.hypot(places.geometry.x.to_numpy() - x, places.geometry.y.to_numpy() - y)
    nearest = int(distance.argmin())
    return f"near {places['name'].iloc[nearest]}" if distance[nearest] <= NEAR_M else None


def grid_reference(x: float, y: float, projection: Projection) -> str:
    """Return the six-figure grid reference of a point; outside Great Britain its degrees."""
    if projection.is_british:
        from osbng.indexing import xy_to_bng

        return str(xy_to_bng(x, y, "100m").bng_ref_formatted)
    longitude, latitude = projection.to_lonlat([[x, y]])[0]
    return f"{latitude:.3f}, {longitude:.3f}"


def tell_apart(names: list[str], xy: np.ndarray, projection: Projection) -> list[str]:
    """Give equal names a compass word, seen from the middle of those that share the name.

    Where that is not enough, or two lie too close to have a side, the grid reference is added.
    """
    result = list(names)
    for name in {name for name in names if names.count(name) > 1}:
        same = [position for position, other in enumerate(names) if other == name]
        middle = xy[same].mean(axis=0)
        for position in same:
            east, north = xy[position] - middle
            octant = round(float(np.degrees(np.arctan2(north, east))) / 45) % 8
            result[position] = f"{name} ({_COMPASS[octant]})"
    for name in {name for name in result if result.count(name) > 1}:
        for position in [at for at, other in enumerate(result) if other == name]:
            east, north = xy[position]
            reference = grid_reference(east, north, projection)
            result[position] = f"{names[position]} ({reference})"
    return result
