"""Layers for QGIS and ArcGIS: what may leave the program, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.disclosure import may_be_drawn
from csp_geo.intake.rules import TIME_FLAGS
from csp_geo.products.exports import occurred_text
from csp_geo.visible import json_text

if TYPE_CHECKING:
    import geopandas as gpd

INCIDENT_COLUMNS: Final = (
    "incident_id",
    "source",
    "theme",
    "sensitive",
    "family",
    "occurred",
    "occurred_to",
    "time_precision",
    "location_method",
    "location_accuracy_m",
    "ward_code",
    "ward_name",
    "flags",
)
"""An allow-list: no reference, person, file, place text or category words; no weight, which leads
to the pins of one person."""
DEMAND_COLUMNS: Final = (
    "source",
    "family",
    "theme",
    "occurred",
    "occurred_to",
    "time_precision",
)
HAVEN_COLUMNS: Final = ("name", "venue_type", "address", "postcode", "step_free", "last_checked")
"""What is public of a Safe Haven, but for its hours: they may be a sentence."""


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
    """Return the layers of layers.gpkg, by name.

    Sensitive incidents are left out unless `draw_sensitive`; the counts of hotspots and wards
    include them. `demand` is what a plan for Safe Havens counts (`response.demand.demand_points`).
    """
    shown = incidents[may_be_drawn(incidents, show_sensitive=draw_sensitive)]
    layers = {
        "incidents": _incident_layer(shown),
        "demand": _timed(demand)[[*DEMAND_COLUMNS, "geometry"]],
        "hotspots": _hotspot_layer(hotspots),
        "wards": _ward_layer(wards, incidents),
    }
    layers |= {"zones": zones} if len(zones) else {}
    if havens is not None and len(havens):
        layers["havens"] = _plain(havens[[*HAVEN_COLUMNS, "geometry"]])
    return layers


def _incident_layer(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the points, in the order of their numbers: in that of a file people stand together.

    Pins that one person made in one go share their minute: of what people say, days are given.
    """
    by_day = incidents["family"] == "perception"
    day = incidents["occurred_at"].dt.normalize()
    layer = incidents.assign(
        incident_id=incidents.index,
        flags=incidents["flags"].mask(by_day, incidents["flags"].map(_untimed)),
        time_precision=incidents["time_precision"].mask(
            by_day & (incidents["time_precision"] == "minute"), "day"
        ),
        occurred_at=incidents["occurred_at"].mask(by_day, day),
        occurred_to=incidents["occurred_to"].mask(by_day, day + pd.DateOffset(days=1)),
    )
    layer = _timed(layer).reset_index(drop=True).sort_values("incident_id", ignore_index=True)
    return layer[[*INCIDENT_COLUMNS, "geometry"]]


def _untimed(flags: str) -> str:
    """Leave out what flags say of the time of day."""
    return ";".join(slug for slug in flags.split(";") if slug not in TIME_FLAGS)


def _timed(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write times as texts, as well as they are known."""
    occurred = occurred_text(layer["occurred_at"], layer["time_precision"], "T")
    until = layer["occurred_to"].dt.strftime("%Y-%m-%dT%H:%M")
    return _plain(layer.assign(occurred=occurred, occurred_to=until))


def _hotspot_layer(hotspots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    texts = {
        name: hotspots[name].map(json_text).astype("str")
        for name in ("sources", "themes", "observations")
    }
    return _plain(hotspots.assign(**texts))


def _ward_layer(wards: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    counts = pd.crosstab(incidents["ward_code"], incidents["family"].astype("str"))
    columns = {
        family: wards["ward_code"].map(counts[family]).fillna(0).astype("int64")
        if family in counts
        else 0
        for family in ("recorded", "perception", "observation", "other")
    }
    return wards.assign(**columns)


def _plain(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write categories as text: a GeoPackage knows no categories."""
    names = [n for n in layer.columns if isinstance(layer[n].dtype, pd.CategoricalDtype)]
    return layer.astype(dict.fromkeys(names, "str"))
