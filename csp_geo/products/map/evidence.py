"""The layers of evidence: reports, the places of demand, and the hotspots that reports make."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core import wording as words
from csp_geo.core.disclosure import may_be_drawn
from csp_geo.core.tables import FAMILIES
from csp_geo.products.map.geometry import HOTSPOT_TOLERANCE_M, points_of
from csp_geo.products.map.layers import LayerSpec, Style

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd

    from csp_geo.products.facts.hotspot import HotspotFacts

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


_SOME: Final = 1e-6
"""A share that differs from 0 or 1 by more than rounding."""


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
    table = table.assign(
        key=[spot.key for spot in facts],
        family=[spot.family for spot in facts],
        look=[spot.look for spot in facts],
        rank=[spot.rank for spot in facts],
        figure=[spot.figure for spot in facts],
        title=[spot.line for spot in facts],
    )
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
