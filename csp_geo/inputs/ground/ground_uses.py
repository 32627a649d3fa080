"""What each product does with each layer of the ground, what is missing, and what to be wary of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from csp_geo.core.caution import Caution
from csp_geo.core.period import say_day
from csp_geo.core.projection import points_of
from csp_geo.core.tables import PLACES, as_agreed
from csp_geo.core.wording import count, join, parse_date
from csp_geo.inputs.areas.zones_and_places import BORDER_M
from csp_geo.inputs.ground.police_points import n_unseen

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from csp_geo.core.arrays import Floats
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.ground.ground_store import GivenFile, Ground

_YEARS: Final = 5
_UNSEEN: Final = 0.1
"""A list of known points is short if so large a share of all is thought to be missing."""
_NAMED: Final = 6
STREET_STEP_M: Final = 10.0
_SAME_PLACE_M: Final = 150.0
OSM_AT: Final = "an OpenStreetMap extract of your county (.osm.pbf, download.geofabrik.de)"
_ROADS_AT: Final = "OS Open Roads or OS OpenMap Local (osdatahub.os.uk, Downloads, OS OpenData)"
_UPRN_AT: Final = "OS Open UPRN, as CSV or GeoPackage (osdatahub.os.uk, Downloads, OS OpenData)"
_POLICE_AT: Final = "an archive of your force with many months (data.police.uk/data)"
WHERE: Final = {
    "streets": f"{OSM_AT}, or {_ROADS_AT}",
    "railways": f"{OSM_AT}, or OS OpenMap Local",
    "water": f"{OSM_AT}, or OS OpenMap Local",
    "green": f"{OSM_AT}, or OS Open Greenspace",
    "buildings": f"{OSM_AT}, or OS OpenMap Local",
    "addresses": _UPRN_AT,
    "places": f"{OSM_AT}, or OS Open Names",
    "known_points": _POLICE_AT,
}
"""Where each layer is to be had."""


@dataclass(frozen=True)
class Use:
    """What a product does with some layers, and what it does without."""

    product: str
    layers: tuple[str, ...]
    with_it: str
    without: str


USES: Final = (
    Use(
        "map",
        ("streets", "railways", "water", "green", "buildings", "places"),
        "drawn under the reports",
        "the map is a white outline",
    ),
    Use(
        "names",
        ("places", "streets", "green"),
        "what hotspots are called after",
        "hotspots without a street in their reports are called by a grid reference",
    ),
    Use(
        "test for chance",
        ("addresses", "known_points"),
        "known points are where reports of police.uk can be, by the addresses nearest to each; "
        "other reports fall on the addresses",
        "hotspots are compared with less, and may not be confirmed",
    ),
    Use(
        "walking",
        ("streets", "railways", "water", "green"),
        "ways to Safe Havens, and what bars them",
        "distances are straight lines",
    ),
)
"""In the order in which people ask."""


def with_places(own: gpd.GeoDataFrame | None, ground: Ground | None) -> gpd.GeoDataFrame | None:
    """Put the places of the ground behind a project's own, without those that it has already.

    The same kind within 150 metres of one of one's own is left: a station is drawn once.
    """
    if ground is None or not ground.counts["places"]:
        return own
    found = as_agreed(ground.places[["name", "kind", "geometry"]], PLACES)
    if own is None or own.empty:
        return found
    kinds = found["kind"].astype("str").to_numpy()
    tree = shapely.STRtree(own.geometry.to_numpy())
    rows, near = tree.query(found.geometry.to_numpy(), predicate="dwithin", distance=_SAME_PLACE_M)
    same = kinds[rows] == own["kind"].astype("str").to_numpy()[near]
    new = found.drop(index=found.index[np.unique(rows[same])])
    return as_agreed(pd.concat([own, new], ignore_index=True), PLACES)


@dataclass(frozen=True, eq=False)
class GroundPlaces:
    """Where reports can be by what the ground has, each ``(n, 2)`` metres, `None` without."""

    addresses: Floats | None = None
    along_streets: Floats | None = None
    known_points: Floats | None = None


def places_in(ground: Ground, area: StudyArea) -> GroundPlaces:
    """Return where reports can be: in the area or at most 250 metres outside.

    The flats of a house are one place. Streets are given as points every ten metres of those that
    people walk on.
    """
    streets = ground.streets[ground.streets["walkable"].to_numpy(dtype=bool)]
    return GroundPlaces(
        addresses=_inside(points_of(ground.addresses), area),
        along_streets=_inside(_every(streets.geometry.to_numpy(), STREET_STEP_M), area),
        known_points=_inside(points_of(ground.known_points), area),
    )


def _inside(xy: Floats, area: StudyArea) -> Floats | None:
    different = np.unique(xy, axis=0)
    near = area.distance_outside(different) <= BORDER_M if len(xy) else np.zeros(0, dtype=np.bool_)
    return different[near] if near.any() else None


def _every(lines: np.ndarray, step: float) -> Floats:
    """Return points along lines, one for each step."""
    length = shapely.length(lines)
    times = np.maximum(1, np.round(length / step)).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), times)
    nth = np.arange(len(line)) - np.repeat(np.cumsum(times) - times, times)
    at = (nth + 0.5) / times[line] * length[line]
    return shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at))


def missing(ground: Ground | None, use: Use) -> list[str]:
    """Return the layers of a use that the ground does not have."""
    return [name for name in use.layers if ground is None or not ground.counts[name]]


def ground_cautions(ground: Ground, area: StudyArea, today: date) -> tuple[Caution, ...]:
    """Say what to be wary of: what is old, changed, or there for a part of the area only."""
    return (*_changed(ground), *_old(ground, area, today), *_half(ground, area), *_short(ground))


def _changed(ground: Ground) -> list[Caution]:
    said = (
        f"{ground.path.name} is not as csp-geo wrote it: another program has changed it since. "
        "What is drawn and tested is what lies there now."
    )
    return [Caution("ground-changed", said)] * ground.is_changed


def _old(ground: Ground, area: StudyArea, today: date) -> list[Caution]:
    """Say which files are older than five years, or than the wards."""
    found = []
    for one in ground.files:
        read = parse_date(one.dated)
        if read is None:
            continue
        wards = area.vintage.valid_from if area.vintage else None
        if (today - read[0]).days > _YEARS * 365.25:
            why = f"more than {_YEARS} years old"
        elif wards is not None and read[0] < wards:
            why = f"older than the wards, in force since {say_day(wards)}"
        else:
            continue
        said = (
            f"The ground: {one.name} is of {one.dated}, {why}. Streets and houses built since are "
            "missing. Add a newer one."
        )
        found.append(Caution("ground-old", said))
    return found


def _half(ground: Ground, area: StudyArea) -> list[Caution]:
    """Say which wards have no addresses, or no streets, while others have."""
    found = []
    for name in ("addresses", "streets"):
        if not ground.counts[name]:
            continue
        wards = empty_wards(ground, area, name)
        if wards:
            more = [f"{len(wards) - _NAMED} more"] if len(wards) > _NAMED else []
            said = (
                f"The ground has {name} for a part of {area.name} only: none in "
                f"{join([*wards[:_NAMED], *more])}. Add the file or square that is missing."
            )
            found.append(Caution("ground-half", said))
    return found


def empty_wards(ground: Ground, area: StudyArea, name: str) -> list[str]:
    """Return the names of the wards in which a layer has nothing."""
    table = ground.layer(name)
    if name == "addresses":
        rows = area.ward_of(points_of(table))
    else:
        tree = shapely.STRtree(table.geometry.to_numpy())
        rows = tree.query(area.wards.geometry.to_numpy(), predicate="intersects")[0]
    counts = np.bincount(rows[rows >= 0], minlength=len(area.wards))
    return [str(ward) for ward in area.wards["ward_name"][counts == 0]]


def _short(ground: Ground) -> list[Caution]:
    if not ground.counts["known_points"]:
        return []
    months = ground.known_points["n_months"].to_numpy()
    unseen = n_unseen(months)
    n = len(months)
    if unseen <= _UNSEEN * (n + unseen):
        return []
    once = int((months == 1).sum())
    said = (
        f"The list of known points is short: {count(once, 'point')} of {n:,} stand in one month "
        f"alone, so some {unseen:,.0f} more are thought to be missing. Add an archive with more "
        "months."
    )
    return [Caution("ground-list-short", said)]


def dated_words(one: GivenFile) -> str:
    """Say from when the data of a file are."""
    read = parse_date(one.dated)
    if read is None:
        return "of a day that it does not say"
    return f"of {one.dated}" if read[1] else f"of {say_day(read[0])}"
