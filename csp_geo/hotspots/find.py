"""Incidents to hotspots: clusters as a table with shapes, names and what is known of each.

A cluster in which more than half of the reports are filed at anonymised points is a `hotspot` only
when it has at least three places; otherwise it is a `busy point`, whose true addresses are unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.core.disclosure import may_be_drawn
from csp_geo.core.errors import CRSError
from csp_geo.core.projection import points_of
from csp_geo.core.settings import ClusterParams
from csp_geo.core.tables import CLUSTERS, FAMILIES, KINDS, SHARED_POINTS, as_agreed
from csp_geo.hotspots.chance.family_map import ROUNDING
from csp_geo.hotspots.dbscan import label_points
from csp_geo.hotspots.names import name_of, tell_apart
from csp_geo.hotspots.street_finder import StreetFinder

if TYPE_CHECKING:
    from datetime import date

    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.inputs.areas.study_area import StudyArea

LEAST_PLACES: Final = 3
_QUADRANT: Final = 16
# A polygon drawn inside a circle is a little smaller: widened so that the circles of core points
# exactly eps apart still touch.
_WIDEN: Final = 1.0005 / np.cos(np.pi / (4 * _QUADRANT))


def find_clusters(  # noqa: PLR0913 - the fixed signature and what surrounds it
    incidents: gpd.GeoDataFrame,
    area: StudyArea,
    eps: float = 100.0,
    min_samples: int = 5,
    *,
    places: gpd.GeoDataFrame | None = None,
    zones: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    as_of: date | None = None,
) -> gpd.GeoDataFrame:
    """Find where reports lie close together: DBSCAN for each family by itself.

    Drawn clusters say nothing about chance: on anonymised points as many reports thrown at random
    give as many. Observations are never clustered, they are attached as evidence.

    Parameters
    ----------
    incidents
        The incidents to use, with the columns of `tables.INCIDENTS`, in the study area's CRS.
    eps
        Metres, inclusive.
    min_samples
        Reports that a point needs within `eps`, itself included. In the perception family it takes
        that many people (each report without a person counts as one).
    places
        Named places near which a hotspot without a street name is said to be; `tables.PLACES`.
    zones
        Zones whose touch is noted; `tables.ZONES`.
    streets
        Streets with a name each, in the study area's CRS; with `places` they name a hotspot.
    as_of
        Goes into `hotspot_id`.

    Returns
    -------
    hotspots
        One row per hotspot with the columns of `tables.CLUSTERS`, ranked within its family by n,
        then n_people, then name. No rows, same columns, if there are none.

    Raises
    ------
    CRSError
        If the incidents are not in the study area's CRS.

    Notes
    -----
    A cluster that would not be one without its sensitive reports is withheld, and these reports
    shape no outline and give no name: see `find_hotspots` and `csp_geo.core.disclosure`.
    """
    params = ClusterParams(eps=eps, min_samples=min_samples)
    finder = None if streets is None else StreetFinder.of(streets, places)
    return find_hotspots(
        incidents, area, params, places=places, zones=zones, streets=finder, as_of=as_of
    )[0]


def find_hotspots(  # noqa: PLR0913 - as `find_clusters`
    incidents: gpd.GeoDataFrame,
    area: StudyArea,
    params: ClusterParams,
    *,
    places: gpd.GeoDataFrame | None = None,
    zones: gpd.GeoDataFrame | None = None,
    streets: StreetFinder | None = None,
    as_of: date | None = None,
    show_doors: bool = False,
) -> tuple[gpd.GeoDataFrame, int]:
    """Do the work of `find_clusters`, and tell how many clusters were withheld.

    Sensitive reports help to make a cluster and are counted in it, but its shape, centre and name
    are those of its other reports, and a cluster that would not be one without them is withheld:
    its outline would point at a victim's door. `show_doors` draws them like all others.

    Returns
    -------
    hotspots, n_withheld
        `tables.CLUSTERS`, and how many clusters are not among them for that reason.
    """
    if incidents.crs != area.projection.crs:
        raise CRSError(
            f"Incidents are in {incidents.crs}, the study area in {area.projection.crs}: clean "
            "them with this study area."
        )
    private = ~may_be_drawn(incidents, show_sensitive=show_doors)
    rows: list[dict[str, Any]] = []
    n_withheld = 0
    for family in FAMILIES:
        chosen = (incidents["family"] == family).to_numpy()
        if family != "observation" and chosen.any():
            found, withheld = _family_rows(
                incidents[chosen], private[chosen], area, params, places, streets
            )
            rows += found
            n_withheld += withheld
    hotspots = _ranked(_table(rows, area), as_of)
    observed = incidents[incidents["family"] == "observation"]
    return _with_surroundings(hotspots, observed, zones), n_withheld


def _family_rows(
    members: gpd.GeoDataFrame,
    private: Flags,
    area: StudyArea,
    params: ClusterParams,
    places: gpd.GeoDataFrame | None,
    streets: StreetFinder | None,
) -> tuple[list[dict[str, Any]], int]:
    xy = points_of(members)
    labels, is_core = label_family(members, params)
    rows, n_withheld = [], 0
    for label in range(labels.max() + 1):
        chosen = labels == label
        row = _describe(members[chosen], xy[chosen], ~private[chosen], area)
        people_needed = row["family"] == "perception"
        if people_needed and row["n_people"] + row["n_anonymous"] < params.min_samples:
            continue  # pins of few people, spread so that their weights still add up
        if row["n_outside"] == row["n"]:
            continue  # wholly in the neighbouring borough
        shown = chosen & ~private
        if (chosen & private).any() and _units(members[shown]) < params.min_samples:
            n_withheld += 1
            continue
        row["geometry"] = shape_of(
            xy[shown & is_core if (shown & is_core).any() else shown], params.eps
        )
        row["name"] = name_of(
            members["place"][shown],
            row["easting"],
            row["northing"],
            row["ward_name"],
            places,
            area.projection,
            row["geometry"],
            streets,
        )
        rows.append(row)
    names = tell_apart(
        [row["name"] for row in rows],
        np.array([[row["easting"], row["northing"]] for row in rows]).reshape(-1, 2),
        area.projection,
    )
    named = [{**row, "name": name} for row, name in zip(rows, names, strict=True)]
    return named, n_withheld


def _units(members: gpd.GeoDataFrame) -> int:
    """Count people in perception sources, each report without a person as one; else reports."""
    people = members["person_key"][(members["family"] == "perception").to_numpy()].dropna()
    return len(members) - len(people) + people.nunique()


def label_family(members: gpd.GeoDataFrame, params: ClusterParams) -> tuple[Ints, Flags]:
    """Label incidents of one family, and tell which are core, whatever the order of the rows."""
    xy = points_of(members)
    weight = members["weight"].to_numpy(dtype=np.float64) * ROUNDING
    order = np.lexsort((weight, xy[:, 1], xy[:, 0]))
    labels, is_core = np.empty(len(xy), dtype=np.int64), np.empty(len(xy), dtype=np.bool_)
    labels[order], is_core[order] = label_points(
        xy[order], params.eps, params.min_samples, weight[order]
    )
    return labels, is_core


def shape_of(core: Floats, eps: float) -> shapely.Geometry:
    """Unite circles of eps/2 around the core points and close the holes."""
    circles = shapely.buffer(
        shapely.points(np.unique(core, axis=0)), eps / 2 * _WIDEN, quad_segs=_QUADRANT
    )
    parts = shapely.get_parts(shapely.union_all(circles))
    return shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))


def _describe(
    members: gpd.GeoDataFrame, xy: Floats, shown: Flags, area: StudyArea
) -> dict[str, Any]:
    """Say what is known of one cluster, all but its rank, shape and name."""
    n = len(members)
    _, at_place = np.unique(np.round(xy), axis=0, return_counts=True)
    snapped = members["location_method"].isin(SHARED_POINTS).mean()
    east, north = xy[shown].mean(axis=0) if shown.any() else xy.mean(axis=0)
    code, ward = _ward(members, east, north, area)
    longitude, latitude = area.projection.to_lonlat([[east, north]])[0]
    known = members["person_key"].dropna()
    return {
        "kind": KINDS[int(len(at_place) < LEAST_PLACES and snapped > 0.5)],  # noqa: PLR2004
        "family": members["family"].iloc[0],
        "n": n,
        "n_rows": int(members["n_rows"].sum()),
        "n_places": len(at_place),
        "top_place_share": float(at_place.max() / n),
        "n_people": known.nunique(),
        "n_anonymous": n - len(known) if members["family"].iloc[0] == "perception" else 0,
        "n_sources": members["source"].nunique(),
        "sources": _counts(members["source"]),
        "themes": _counts(members["theme"]),
        "n_outside": int(members["ward_code"].isna().sum()),
        **_dates(members),
        "ward_code": code,
        "ward_name": ward,
        "easting": float(east),
        "northing": float(north),
        "latitude": float(latitude),
        "longitude": float(longitude),
    }


def _counts(values: pd.Series) -> dict[str, int]:
    """Count values, the commonest first, equals by alphabet."""
    counts = values.astype("str").value_counts()
    return {key: int(counts[key]) for key in sorted(counts.index, key=lambda k: (-counts[k], k))}


def _ward(members: gpd.GeoDataFrame, east: float, north: float, area: StudyArea) -> tuple[str, str]:
    """Return the ward with most of the incidents, of equals the lower code."""
    counts = members["ward_code"].dropna().value_counts()
    if len(counts):
        code = min(counts.index[counts == counts.iloc[0]])
        row = int(np.flatnonzero(area.wards["ward_code"] == code)[0])
    else:
        row = int(area.wards.geometry.distance(shapely.Point(east, north)).to_numpy().argmin())
    ward = area.wards.iloc[row]
    return str(ward["ward_code"]), str(ward["ward_name"])


def _dates(members: gpd.GeoDataFrame) -> dict[str, str]:
    """First and last day; where an end is only known to the month, the month alone."""
    at = members["occurred_at"]
    monthly = members["time_precision"] == "month"
    ends = {}
    for name, moment in (("date_from", at.min()), ("date_to", at.max())):
        only_month = bool(monthly[at == moment].any())
        ends[name] = f"{moment:%Y-%m}" if only_month else f"{moment:%Y-%m-%d}"
    return ends


def _table(rows: list[dict[str, Any]], area: StudyArea) -> gpd.GeoDataFrame:
    names = [name for name in CLUSTERS.names if name != "geometry"]
    table = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=names),
        geometry=[row["geometry"] for row in rows],
        crs=area.projection.crs,
    )
    table["area_m2"] = table.geometry.area
    sides = np.array([size_of(shape) for shape in table.geometry]).reshape(-1, 2)
    table["width_m"], table["length_m"] = sides.T
    return table


def size_of(shape: shapely.Geometry) -> tuple[float, float]:
    """Return the sides of the smallest rectangle around a shape, metres: width, then length."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shape))
    sides = np.hypot(*(corners[1:3] - corners[:2]).T)
    return float(sides.min()), float(sides.max())


def _ranked(hotspots: gpd.GeoDataFrame, as_of: date | None) -> gpd.GeoDataFrame:
    order = hotspots.assign(place_in_list=[FAMILIES.index(f) for f in hotspots["family"]])
    order = order.sort_values(
        ["place_in_list", "n", "n_people", "name"],
        ascending=[True, False, False, True],
        ignore_index=True,
    ).drop(columns="place_in_list")
    order["rank"] = order.groupby("family", observed=True).cumcount() + 1
    prefix = f"{as_of.isoformat()}-" if as_of is not None else ""
    order["hotspot_id"] = [
        f"{prefix}{family}-{rank}"
        for family, rank in zip(order["family"], order["rank"], strict=True)
    ]
    return order


def _with_surroundings(
    hotspots: gpd.GeoDataFrame, observed: gpd.GeoDataFrame, zones: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Add audit findings and zones that each hotspot touches, and settle the dtypes."""
    shapes = hotspots.geometry.to_numpy()
    found: list[dict[str, int]] = [{} for _ in shapes]
    if len(observed) and len(shapes):
        hotspot, finding = observed.sindex.query(shapes, predicate="intersects")
        for position in np.unique(hotspot):
            found[position] = _counts(observed["theme"].iloc[finding[hotspot == position]])
    touched: list[str | None] = [None] * len(shapes)
    if zones is not None and len(zones) and len(shapes):
        hotspot, zone = zones.sindex.query(shapes, predicate="intersects")
        labels = (zones["name"] + " (" + zones["status"].astype("str") + ")").to_numpy()
        for position in np.unique(hotspot):
            touched[position] = "; ".join(sorted(labels[zone[hotspot == position]]))
    table = hotspots.assign(
        observations=pd.Series(found, index=hotspots.index, dtype="object"),
        n_observations=[sum(counts.values()) for counts in found],
        zones=pd.Series(touched, index=hotspots.index, dtype="str"),
    )
    return as_agreed(table, CLUSTERS)
