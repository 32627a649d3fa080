"""The layers to find one's way by: wards, zones, stations and places, Safe Havens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import shapely

from csp_geo.core import wording as words
from csp_geo.core.period import say_day
from csp_geo.products.map.geometry import simplify_wards
from csp_geo.products.map.layers import LayerSpec, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csp_geo.inputs.areas.study_area import StudyArea

_WARD: Final = Style(line="#6f777b", fill="#ffffff", opacity=0.75)
"""White within, so that the study area stands out from the paper around it."""
_BOUNDARY: Final = Style(line="#6f777b", width=2, fill=None)
_ZONE: Final = Style(line="#4c2c92", width=2, dash=(10, 4, 2, 4), line_opacity=0.65)
_IN_FORCE: Final = replace(_ZONE, line_opacity=1, hatched=True, opacity=1)
_STOP: Final = Style(shape="dot", fill="#505a5f")


def area_layers(area: StudyArea) -> list[LayerSpec]:
    """Make the wards with their names, and the outline of the whole."""
    wards = area.wards.assign(key=[f"w{i}" for i in range(len(area.wards))])
    outline = shapely.union_all(simplify_wards(wards.geometry.to_numpy()))
    whole = wards.iloc[[0]].assign(key="boundary").set_geometry([outline], crs=wards.crs)
    return [
        LayerSpec(
            key="wards",
            label="Wards and their names",
            contents="wards",
            source=wards,
            style=_WARD,
            symbol="outline",
            is_counted=False,
            names="ward_name",
            shares_edges=True,
        ),
        LayerSpec(key="boundary", contents="wards", source=whole, style=_BOUNDARY, part_of="wards"),
    ]


def zone_layer(zones: gpd.GeoDataFrame) -> LayerSpec:
    """Make the zones, hatched while in force, each with what it is and until when."""
    in_force = (zones["status"].astype("str") == "in force").to_numpy()
    about = [f"{zone['power']}: {zone['status_words']}" for zone in zone_rows(zones)]
    keys = [f"z{i}" for i in range(len(zones))]
    return LayerSpec(
        key="zones",
        label="Zones",
        contents="zones",
        source=zones.assign(key=keys, about=about, name=zones["name"].astype("str")),
        style=_IN_FORCE if in_force.any() else _ZONE,
        row_styles=tuple(_IN_FORCE if is_in_force else _ZONE for is_in_force in in_force),
        symbol="zone",
        note=_zone_note(int(in_force.sum()), len(zones)),
        names="name",
        tip=("name", "about"),
    )


def _zone_note(n_in_force: int, n: int) -> str:
    if n_in_force == n:
        return "hatched: in force"
    return "hatched: in force; outline only: not in force" if n_in_force else "none in force"


def zone_rows(zones: gpd.GeoDataFrame) -> list[dict[str, str]]:
    """Return zones in words: name, power, dates, status."""
    rows = []
    for zone in zones.to_dict("records"):
        start, end = words.parse_date(zone["in_force"]), words.parse_date(zone["expires"])
        status = str(zone["status"])
        first = say_day(start[0]) if start else "not known"
        last = say_day(end[0]) if end else "not known"
        dates = f" ({first} to {last})" if start and end else ""
        power = zone["power"]
        rows.append(
            {
                "name": str(zone["name"]),
                "power": str(power) if isinstance(power, str) else "power not given",
                "in_force": first,
                "expires": last,
                "status": status,
                "status_words": f"{status}{dates}",
            }
        )
    return rows


def place_layers(places: gpd.GeoDataFrame) -> list[LayerSpec]:
    """Make stations with names, other named places, and stops (off until ticked)."""
    kind = places["kind"].astype("str")
    return [
        LayerSpec(
            key="stations",
            label="Stations",
            contents="places",
            source=places[kind == "station"],
            style=Style(shape="square", line="#1b1b1b", width=2, fill="#ffffff", opacity=1),
            symbol="station",
            is_counted=False,
            names="name",
        ),
        LayerSpec(
            key="places",
            label="Place names",
            contents="places",
            source=places[~kind.isin(["station", "stop"])],
            style=Style(shape="name"),
            symbol="",
            note="from close by",
            is_counted=False,
            is_on=False,
            names="name",
        ),
        LayerSpec(
            label="Stops",
            contents="places",
            source=places[kind == "stop"],
            style=_STOP,
            symbol="stop",
            is_on=False,
            nouns=("stop", "stops"),
        ),
    ]


_DOOR: Final = Style(shape="door", line="#7a4b00", width=1.6, fill="#e69f00", opacity=1)
_HAVEN_NOTE: Final = "filled: open now; white: closed; dashed: not known"


def haven_layer(havens: gpd.GeoDataFrame, keys: Sequence[str] | None = None) -> LayerSpec:
    """Make the Safe Havens that count now; with `keys` each has its number in the list."""
    shown = havens[havens["counts_now"]]
    return LayerSpec(
        key="havens",
        label="Safe Havens",
        contents="havens",
        source=shown if keys is None else shown.assign(key=list(keys)),
        style=_DOOR,
        symbol="haven",
        note="" if keys is None else _HAVEN_NOTE,
    )


def venue_layer(venues: gpd.GeoDataFrame, n_existing: int) -> LayerSpec:
    """Make the venues to approach, numbered, and the Safe Havens that are there already.

    Parameters
    ----------
    venues
        Points with `name` and `key`: first those to approach, then, without a key, those there.
    """
    return LayerSpec(
        key="havens",
        label=f"To approach ({len(venues) - n_existing})",
        contents="venues",
        source=venues,
        style=_DOOR,
        symbol="haven",
        note=f"numbered; without a number: {n_existing} there already" if n_existing else "",
        is_counted=False,
    )
