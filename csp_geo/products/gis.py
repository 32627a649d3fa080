"""Layers for QGIS and ArcGIS: what may leave the program, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.products.exports import occurred_text
from csp_geo.products.layers import is_sensitive
from csp_geo.visible import json_text

if TYPE_CHECKING:
    import geopandas as gpd

INCIDENT_COLUMNS: Final = (
    "incident_id",
    "source",
    "theme",
    "family",
    "occurred",
    "occurred_to",
    "time_precision",
    "weight",
    "location_method",
    "location_accuracy_m",
    "ward_code",
    "ward_name",
    "flags",
)
"""An allow-list: no reference, person, file, place text or category words."""
HAVEN_COLUMNS: Final = ("name", "venue_type", "address", "postcode", "step_free", "last_checked")
"""What is public of a Safe Haven, but for its hours: they may be a sentence."""


def vector_layers(
    incidents: gpd.GeoDataFrame,
    hotspots: gpd.GeoDataFrame,
    wards: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    havens: gpd.GeoDataFrame | None = None,
    draw_sensitive: bool = False,
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of layers.gpkg, by name.

    Incidents with sexual, domestic or hate themes are left out unless `draw_sensitive`; the counts
    of hotspots and wards include them.
    """
    shown = incidents if draw_sensitive else incidents[~is_sensitive(incidents)]
    layers = {
        "incidents": _incident_layer(shown),
        "hotspots": _hotspot_layer(hotspots),
        "wards": _ward_layer(wards, incidents),
    }
    layers |= {"zones": zones} if len(zones) else {}
    if havens is not None and len(havens):
        layers["havens"] = _plain(havens[[*HAVEN_COLUMNS, "geometry"]])
    return layers


def _incident_layer(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    occurred = occurred_text(incidents["occurred_at"], incidents["time_precision"], "T")
    until = incidents["occurred_to"].dt.strftime("%Y-%m-%dT%H:%M")
    layer = incidents.assign(incident_id=incidents.index, occurred=occurred, occurred_to=until)
    layer = layer[[*INCIDENT_COLUMNS, "geometry"]].reset_index(drop=True)
    return _plain(layer)


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
