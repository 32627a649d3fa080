"""The layers of a map, each made from a table.

First the ground, to find one's way by: wards, zones, stations and places, Safe Havens. Then the
evidence: reports, the places of demand, and the hotspots that reports make.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from csp_geo.core import wording as words
from csp_geo.core.disclosure import may_be_drawn
from csp_geo.core.period import say_day
from csp_geo.core.projection import points_of
from csp_geo.core.tables import FAMILIES
from csp_geo.products.map.geometry import HOTSPOT_TOLERANCE_M, simplify_wards
from csp_geo.products.map.layers import LayerSpec, Style

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import geopandas as gpd

    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.products.facts.hotspot import HotspotFacts


_GROUND: Final = Style(shape="ground")
"""Drawn by assets/ground.js, which knows how each kind looks."""
_WARD: Final = Style(line="#6f777b", fill="#ffffff", opacity=0.75)
_BOUNDARY: Final = Style(line="#6f777b", width=2, fill=None)
_ZONE: Final = Style(line="#4c2c92", width=2, dash=(10, 4, 2, 4), line_opacity=0.65)
_IN_FORCE: Final = replace(_ZONE, line_opacity=1, hatched=True, opacity=1)
_STOP: Final = Style(shape="dot", fill="#505a5f")
_DOOR: Final = Style(shape="door", line="#7a4b00", width=1.6, fill="#e69f00", opacity=1)
_HAVEN_NOTE: Final = "filled: open now; white: closed; dashed: not known"
FAMILY_COLOURS: Final = {
    "recorded": ("#005a8d", "#0072b2"),
    "perception": ("#8e2f6d", "#cc79a7"),
    "observation": ("#00664f", "#009e73"),
    "other": ("#505a5f", "#b1b4b6"),
}
"""Line and fill of each family; the shape of its points says the same without colour."""
_SHAPES: Final = {"recorded": "dot", "perception": "ring", "observation": "triangle"}
_NOUNS: Final = {"perception": ("pin", "pins"), "observation": ("audit finding", "audit findings")}
_FAINT: Final = "#8a9195"
_SOME: Final = 1e-6
"""A share that differs from 0 or 1 by more than rounding."""
LOOKS: Final = {
    "hot-firm": "Hotspots that stand out",
    "hot-open": "Other hotspots",
    "hot": "Hotspots",
    "busy-firm": "Busy points: more than chance",
    "busy-open": "Other busy points",
    "busy": "Busy points",
}
"""The looks of hotspots in the order of the key."""
_GREY: Final = "#505a5f"
_LOOK_STYLES: Final = {
    "hot-firm": Style(line="#b04100", width=3, fill="#d55e00", opacity=0.25),
    "hot-open": Style(line=_GREY, width=2, dash=(6, 4), blunt=True),
    "busy-firm": Style(line=_GREY, width=2, fill="#b1b4b6", opacity=0.35),
    "busy-open": Style(line=_GREY, width=1.5, dash=(2, 4)),
    "busy": Style(line=_GREY, width=1.5, dash=(3, 4), fill="#b1b4b6", opacity=0.18),
}
"""Outlines by the look of the card; an untested hotspot has the colours of its family."""


def area_layers(
    area: StudyArea, ground: Mapping[str, gpd.GeoDataFrame] | None = None
) -> list[LayerSpec]:
    """Make the ground, the wards with their names over it, and the outline of the whole.

    Parameters
    ----------
    ground
        Tables of streets, railways, water, green and buildings, those that there are. Without it
        the wards are white within, so that the study area stands out.
    """
    wards = area.wards.assign(key=[f"w{i}" for i in range(len(area.wards))])
    outline = shapely.union_all(simplify_wards(wards.geometry.to_numpy()))
    whole = wards.iloc[[0]].assign(key="boundary").set_geometry([outline], crs=wards.crs)
    return [
        *_ground_layers(ground or {}),
        LayerSpec(
            key="wards",
            label="Wards and their names",
            contents="wards",
            source=wards,
            style=replace(_WARD, opacity=0) if ground else _WARD,
            symbol="outline",
            is_counted=False,
            names="ward_name",
            shares_edges=True,
        ),
        LayerSpec(key="boundary", contents="wards", source=whole, style=_BOUNDARY, part_of="wards"),
    ]


def _ground_layers(ground: Mapping[str, gpd.GeoDataFrame]) -> list[LayerSpec]:
    """Make the streets with all that lies under them; one box in the key for all."""
    made = [
        LayerSpec(key=name, contents=name, source=ground[name], style=_GROUND, part_of="streets")
        for name in ("green", "water", "buildings", "railways")
        if name in ground
    ]
    if "streets" in ground:
        streets = LayerSpec(
            key="streets",
            label="Streets and their names",
            contents="streets",
            source=ground["streets"],
            style=_GROUND,
            symbol="streets",
            is_counted=False,
        )
        made.append(streets)
    return made


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
        label=f"Venues of this plan ({len(venues) - n_existing})",
        contents="venues",
        source=venues,
        style=_DOOR,
        symbol="haven",
        note=f"numbered; without a number: {n_existing} there already" if n_existing else "",
        is_counted=False,
    )


def incident_layers(
    incidents: gpd.GeoDataFrame,
    *,
    tabs: Collection[str] = (),
    show_sensitive: bool = False,
    is_context: bool = False,
) -> list[LayerSpec]:
    """Make one layer of points for each source, in the order of the families.

    Parameters
    ----------
    incidents
        With family, source, theme, sensitive and points; those that may not be drawn are left out.
    tabs
        The families with a tab, which ticks their layers.
    show_sensitive
        Whether the partnership's settings ask for the points of sensitive reports too.
    is_context
        Draw them faintly, and say that they are not part of the hotspots.
    """
    if not len(incidents):
        return []
    drawn = may_be_drawn(incidents, show_sensitive=show_sensitive)
    drawn = drawn & np.isfinite(points_of(incidents)).all(axis=1)
    rows = incidents[["source", "theme", "sensitive", "geometry"]]
    family = incidents["family"].astype("str").to_numpy()
    source = incidents["source"].astype("str").to_numpy()
    pairs = set(zip(family[drawn].tolist(), source[drawn].tolist(), strict=True))
    return [
        LayerSpec(
            label=words.source_label(pair[1]),
            contents="reports",
            source=rows.loc[drawn & (family == pair[0]) & (source == pair[1])],
            style=_point_style(pair[0], faint=is_context),
            note="context only, not in the hotspots" if is_context else "",
            nouns=_NOUNS.get(pair[0], ("report", "reports")),
            follows=pair[0] if pair[0] in tabs and not is_context else "",
        )
        for pair in sorted(pairs, key=_family_first)
    ]


def _family_first(pair: tuple[str, str]) -> tuple[int, str, str]:
    known = FAMILIES.index(pair[0]) if pair[0] in FAMILIES else len(FAMILIES)
    return known, *pair


def _point_style(family: str, *, faint: bool = False) -> Style:
    """Return how the points of a family look; context is the same shape in faint grey."""
    line, fill = (_FAINT, _FAINT) if faint else FAMILY_COLOURS.get(family, FAMILY_COLOURS["other"])
    return Style(shape=_SHAPES.get(family, "cross"), line=line, fill=fill, is_above=not faint)


def demand_layers(places: gpd.GeoDataFrame) -> list[LayerSpec]:
    """Make the places of reports, by how much of their demand is covered.

    Parameters
    ----------
    places
        Points with `covered`, the share of each, 0 to 1; NaN for places without demand, which are
        not drawn.
    """
    covered = places["covered"]
    return [
        LayerSpec(
            label=f"Places of reports, {label}",
            contents="coverage",
            source=places[which],
            style=Style(shape=shape, line=colour, fill=colour, is_above=label == "not covered"),
            nouns=("place", "places"),
        )
        for label, shape, colour, which in (
            ("not covered", "dot", "#1b1b1b", covered < _SOME),
            (
                "covered in some hours",
                "ring",
                "#505a5f",
                (covered >= _SOME) & (covered <= 1 - _SOME),
            ),
            ("covered", "dot", "#b1b4b6", covered > 1 - _SOME),
        )
        if which.any()
    ]


# --- hotspots ------------------------------------------------------------------------------------


def hotspot_layers(
    hotspots: gpd.GeoDataFrame, facts: Sequence[HotspotFacts], tabs: Sequence[str]
) -> list[LayerSpec]:
    """Make outlines with symbols, one layer for each family and look.

    Parameters
    ----------
    hotspots
        Per `csp_geo.core.tables.HOTSPOTS`.
    facts
        What is known of each, in the order of the rows.
    tabs
        The families in their order.

    Returns
    -------
    layers
        The rows keep their position in `hotspots` as their index.
    """
    table = hotspots[["latitude", "longitude", hotspots.geometry.name]].reset_index(drop=True)
    for name in ("key", "family", "look", "rank", "figure"):
        table[name] = [getattr(spot, name) for spot in facts]
    table["title"] = [spot.line for spot in facts]
    layers = []
    for family in tabs:
        for look in LOOKS:
            rows = (table["family"] == family) & (table["look"] == look)
            if rows.any():
                own = [facts[row] for row in table.index[rows]]
                layers.append(_hotspot_layer(table[rows], own))
    return layers


def _hotspot_layer(table: gpd.GeoDataFrame, facts: Sequence[HotspotFacts]) -> LayerSpec:
    first = facts[0]
    line, fill = FAMILY_COLOURS.get(first.family, FAMILY_COLOURS["other"])
    of_family = Style(line=line, width=2.5, fill=fill, opacity=0.12)
    family = first.family if first.family in words.FAMILY_LABELS else "other"
    return LayerSpec(
        key=f"{first.look}-{family}",
        label=LOOKS[first.look],
        contents="hotspots",
        source=table,
        style=_LOOK_STYLES.get(first.look, of_family),
        symbol=first.look,
        note=_look_note(facts),
        only=first.family,
        tolerance_m=HOTSPOT_TOLERANCE_M,
    )


def _look_note(facts: Sequence[HotspotFacts]) -> str:
    """Say what the number means, and for open ones how many have which verdict."""
    first = facts[0]
    noun = "pins" if first.family == "perception" else "reports"
    number = f"with the number of {noun}" if first.is_busy else "with the rank in the list"
    if first.outcome is None or first.outcome.confirmed:
        return number
    counts = Counter(spot.outcome.verdict for spot in facts if spot.outcome)
    said = [f"{n} {verdict}" for verdict, n in words.tally(counts)]
    return f"dashed: {', '.join(said)}"


def outline_layers(hotspots: gpd.GeoDataFrame) -> list[LayerSpec]:
    """Make hotspots of both families as outlines with their names, without lists or cards."""
    firm = hotspots["confirmed"].astype(bool)
    layers = []
    for look, label, rows in (
        ("hot-firm", "Hotspots that stand out", hotspots[firm]),
        ("hot-open", "Other hotspots and busy points", hotspots[~firm]),
    ):
        keys = [str(number) for number in range(len(rows))]
        layers.append(
            LayerSpec(
                key=f"outlines-{look}",
                label=label,
                contents="hotspots",
                source=rows.assign(key=keys, name=rows["name"].astype("str")),
                style=_LOOK_STYLES[look],
                symbol=f"line-{look}",
                tip=("name",),
                tolerance_m=HOTSPOT_TOLERANCE_M,
            )
        )
    return layers
