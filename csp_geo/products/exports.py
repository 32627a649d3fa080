"""Tables as files for other programs: GeoJSON, CSV for Excel, and layers for QGIS and ArcGIS."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from csp_geo.core.disclosure import Audience, let_through, may_be_drawn, reads_like_category
from csp_geo.core.projection import points_of
from csp_geo.core.tables import HOTSPOTS
from csp_geo.core.visible import json_text
from csp_geo.products.escape import neutralise_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from csp_geo.core.projection import Projection

DEGREE_DECIMALS: Final = 6
DECIMALS: Final = {
    "top_place_share": 4,
    "area_m2": 0,
    "width_m": 0,
    "length_m": 0,
    "easting": 1,
    "northing": 1,
    "latitude": 6,
    "longitude": 6,
    "weight": 4,
    "n_expected": 2,
    "p_chance": 6,
}
"""Decimals of float columns; others keep six."""


def lonlat_geometries(
    geometries: Any, projection: Projection, decimals: int = DEGREE_DECIMALS
) -> Any:
    """Move an array of geometries from metres to rounded WGS84 degrees, exteriors anticlockwise."""
    moved = np.array(geometries, dtype=object)
    lonlat = projection.to_lonlat(shapely.get_coordinates(moved))
    if not np.isfinite(lonlat).all():
        raise ValueError("Shapes lie outside the cover of the projection: are they in metres?")
    moved = shapely.set_coordinates(moved, np.round(lonlat, decimals))
    return shapely.orient_polygons(moved, exterior_cw=False)


def _plain(value: Any, decimals: int) -> Any:
    """Turn a cell into what JSON knows; missing values become None."""
    if isinstance(value, dict):
        return {str(key): _plain(n, decimals) for key, n in value.items()}
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.number)):
        return round(float(value), decimals or None) if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else str(value)


def hotspots_geojson(hotspots: gpd.GeoDataFrame, projection: Projection) -> bytes:
    """Write hotspots as GeoJSON (RFC 7946), the same bytes for the same table.

    WGS84 longitude and latitude with six decimals, exteriors anticlockwise, no `crs` member. The
    properties are the columns of the contract in its order: nothing else leaves by this door.

    Parameters
    ----------
    hotspots
        Per `csp_geo.core.tables.HOTSPOTS`; may be empty.
    projection
        That of the study area.

    Returns
    -------
    data
        UTF-8 text of one FeatureCollection, a feature a line.
    """
    names = [n for n in HOTSPOTS.names if n != "geometry" and n in hotspots.columns]
    shapes = lonlat_geometries(hotspots.geometry.to_numpy(), projection) if len(hotspots) else []
    columns = [hotspots[name].tolist() for name in names]
    return geojson_bytes(
        (
            json.loads(shapely.to_geojson(shape)),
            {
                name: _plain(column[i], DECIMALS.get(name, 6))
                for name, column in zip(names, columns, strict=True)
            },
        )
        for i, shape in enumerate(shapes)
    )


def geojson_bytes(features: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> bytes:
    """Write geometries in degrees and their properties as a FeatureCollection, each on a line."""
    body = ",\n".join(
        json_text(
            {"type": "Feature", "geometry": geometry, "properties": properties},
            allow_nan=False,
            separators=(",", ":"),
        )
        for geometry, properties in features
    )
    return f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'.encode()


def _cell(value: Any, decimals: int) -> Any:
    plain = _plain(value, decimals)
    if plain is None:
        return ""
    if isinstance(plain, dict):
        ordered = sorted(plain.items(), key=lambda item: (-float(item[1] or 0), item[0]))
        return "; ".join(f"{key}: {n}" for key, n in ordered)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, float) and plain.is_integer():
        return int(plain)
    return plain


ACCEPTED_COLUMNS: Final = (
    *("source", "source_ref", "source_file", "source_row"),
    *("occurred_at", "occurred_to", "time_precision", "category", "theme", "sensitive", "family"),
    *("location_method", "location_accuracy_m", "place", "ward_code", "ward_name", "flags"),
)
"""Columns of the incidents contract that `check --fix` writes: no person, no column of the file."""


def occurred_text(at: pd.Series, precision: pd.Series, between: str = " ") -> pd.Series:
    """Write times as well as they are known: 2021-11-03 14:20, 2021-11-03 or 2021-11.

    An hour is its first minute, which every spreadsheet reads; `occurred_to` says where it ends.
    """
    day: pd.Series = at.dt.strftime("%Y-%m-%d")
    minute = at.dt.strftime(f"%Y-%m-%d{between}%H:%M")
    return day.mask(precision.isin(["minute", "hour"]), minute).mask(
        precision == "month", at.dt.strftime("%Y-%m")
    )


def accepted_csv(incidents: gpd.GeoDataFrame, projection: Projection) -> bytes:
    """Write the accepted reports in one format, which is read again as it is.

    Parameters
    ----------
    incidents
        Per `csp_geo.core.tables.INCIDENTS`.
    projection
        That of the study area: eastings and northings in Great Britain, degrees elsewhere.

    Returns
    -------
    data
        As `csv_bytes` writes. `occurred_to` is there only where an interval is known. A category
        that reads like a sentence is written as its theme.
    """
    at, until = incidents["occurred_at"], incidents["occurred_to"]
    precision = incidents["time_precision"].astype("str")
    implied = (at.dt.normalize() + pd.DateOffset(days=1)).where(precision == "day")
    implied = implied.mask(precision == "month", at + pd.offsets.MonthBegin(1))
    category = incidents["category"].astype("str")
    sentence = ~category.map(reads_like_category).astype(bool)
    metres = points_of(incidents)
    if projection.is_british:
        where = {"easting": metres[:, 0], "northing": metres[:, 1]}
    else:
        lonlat = projection.to_lonlat(metres)
        where = {"latitude": lonlat[:, 1], "longitude": lonlat[:, 0]}
    table = pd.DataFrame(incidents[list(ACCEPTED_COLUMNS)]).assign(
        occurred_at=occurred_text(at, precision),
        occurred_to=until.dt.strftime("%Y-%m-%d %H:%M").where(until.notna() & (until != implied)),
        category=category.mask(sentence, incidents["theme"].astype("str")),
        **where,
    )
    return csv_bytes(table)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Write a table as CSV that Excel opens well: UTF-8 with BOM, CRLF, ISO dates.

    Geometry and index are left out, counts become "theme: 3; other: 2", and text that would start
    a formula is neutralised.
    """
    names = [name for name in table.columns if str(table[name].dtype) != "geometry"]
    flat = pd.DataFrame(
        {
            name: pd.Series(
                [_cell(value, DECIMALS.get(str(name), 6)) for value in table[name].tolist()],
                dtype=object,
            )
            for name in names
        },
        columns=pd.Index(names, dtype=object),
    )
    text = neutralise_table(flat).to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode()


def vector_layers(  # noqa: PLR0913 - the layers
    incidents: gpd.GeoDataFrame,
    hotspots: gpd.GeoDataFrame,
    wards: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    demand: gpd.GeoDataFrame,
    havens: gpd.GeoDataFrame | None = None,
    draw_sensitive: bool = False,
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of layers.gpkg, by name; each has passed the gate for officers.

    Sensitive incidents are left out unless `draw_sensitive`; the counts of hotspots and wards
    include them. `demand` is what a plan for Safe Havens counts, per
    `decisions.havens.demand.demand_points`.
    """
    shown = incidents[may_be_drawn(incidents, show_sensitive=draw_sensitive)]
    layers = {
        "incidents": ("reports", _incident_layer(shown)),
        "demand": ("demand", _timed(demand)),
        "hotspots": ("hotspots", _hotspot_layer(hotspots)),
        "wards": ("ward counts", _ward_layer(wards, incidents)),
    }
    if len(zones):
        layers["zones"] = ("zones", zones)
    if havens is not None and len(havens):
        layers["havens"] = ("havens", _as_text(havens))
    return layers_for(Audience.OFFICER, layers, show_sensitive=draw_sensitive)


def layers_for(
    audience: Audience,
    layers: Mapping[str, tuple[str, gpd.GeoDataFrame]],
    *,
    show_sensitive: bool = False,
) -> dict[str, gpd.GeoDataFrame]:
    """Return layers of a file as they may leave for an audience.

    Parameters
    ----------
    audience, show_sensitive
        As `csp_geo.core.disclosure.let_through` takes them.
    layers
        By name: what the rows are, a key of `disclosure.LAYERS`, and the table.
    """
    return {
        name: let_through(name, table, of, audience, show_sensitive=show_sensitive)
        for name, (of, table) in layers.items()
    }


def _incident_layer(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the points, in the order of their numbers: in that of a file people stand together.

    Pins that one person made in one go share their time, and what was odd about them: of what
    people say days are given, no flags, and not how exact one is.
    """
    by_day = incidents["family"] == "perception"
    day = incidents["occurred_at"].dt.normalize()
    layer = incidents.assign(
        incident_id=incidents.index,
        flags=incidents["flags"].mask(by_day, ""),
        location_accuracy_m=incidents["location_accuracy_m"].mask(by_day),
        time_precision=incidents["time_precision"].mask(
            by_day & incidents["time_precision"].isin(["minute", "hour"]), "day"
        ),
        occurred_at=incidents["occurred_at"].mask(by_day, day),
        occurred_to=incidents["occurred_to"].mask(by_day, day + pd.DateOffset(days=1)),
    )
    return _timed(layer).reset_index(drop=True).sort_values("incident_id", ignore_index=True)


def _timed(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write times as texts, as well as they are known."""
    occurred = occurred_text(layer["occurred_at"], layer["time_precision"], "T")
    until = layer["occurred_to"].dt.strftime("%Y-%m-%dT%H:%M")
    return _as_text(layer.assign(occurred=occurred, occurred_to=until))


def _hotspot_layer(hotspots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    texts = {
        name: hotspots[name].map(json_text).astype("str")
        for name in ("sources", "themes", "observations")
    }
    return _as_text(hotspots.assign(**texts))


def _ward_layer(wards: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    counts = pd.crosstab(incidents["ward_code"], incidents["family"].astype("str"))
    columns = {
        family: wards["ward_code"].map(counts[family]).fillna(0).astype("int64")
        if family in counts
        else 0
        for family in ("recorded", "perception", "observation", "other")
    }
    return wards.assign(**columns)


def _as_text(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write categories as text: a GeoPackage knows no categories."""
    names = [n for n in layer.columns if isinstance(layer[n].dtype, pd.CategoricalDtype)]
    return layer.astype(dict.fromkeys(names, "str"))
