"""A layer of a map as data: which rows, how they look, what the key says, who may see them.

Builders (builders.py) make a `LayerSpec` from a table; a renderer (leaflet.py) draws a list of
them. A new layer is a builder, and its contents in `csp_geo.core.disclosure.LAYERS`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from csp_geo.core.disclosure import let_through
from csp_geo.core.wording import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csp_geo.core.disclosure import Audience


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a layer looks, in the terms of no program.

    `shape` is area, dot, ring, triangle, cross, door (a Safe Haven), square (a station), ground
    (streets, water ...) or name (a name and nothing else). Colours are ``#rrggbb``; `width` and
    `dash` (stroke, gap, ...) are in pixels, `blunt` cuts the ends of dashes off. `fill` is None for
    an outline through which one reaches what is below, "" for one without colour. `opacity` is that
    of the fill, 0 to 1. `is_above` puts points over those of other layers.
    """

    shape: str = "area"
    line: str = "#505a5f"
    line_opacity: float = 1
    width: float = 1
    dash: tuple[float, ...] = ()
    blunt: bool = False
    fill: str | None = ""
    opacity: float = 0
    hatched: bool = False
    is_above: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class LayerSpec:
    """One layer.

    Attributes
    ----------
    key
        Its name in a page: ours, never from data. Layers of points get theirs when they are drawn.
    label
        Its line in the key; without one it has none, and is switched with the layer `part_of`.
    contents
        What its rows are: a key of `disclosure.LAYERS`, which says who may see them.
    source
        The rows to draw, in metres of the study area. A column `key` names them in the page.
    style, row_styles
        How they look; the latter one for each row, where these differ.
    symbol, note
        What stands before and below the label.
    is_counted
        Whether the number of rows stands behind the label.
    nouns
        What one of its points is, and many.
    only, follows
        The family under whose tab alone it is there; the family whose tab ticks it.
    names, tip
        The column that is written on the map where there is room; those told at the pointer.
    tolerance_m, shares_edges
        How far outlines may be simplified, in metres; whether all together, so that they still
        meet.
    """

    key: str = ""
    label: str = ""
    contents: str
    source: gpd.GeoDataFrame
    style: Style
    row_styles: tuple[Style, ...] = ()
    symbol: str = "point"
    note: str = ""
    is_counted: bool = True
    is_on: bool = True
    nouns: tuple[str, str] = ("report", "reports")
    only: str = ""
    follows: str = ""
    part_of: str = ""
    names: str = ""
    tip: tuple[str, ...] = ()
    tolerance_m: float = 0
    shares_edges: bool = False

    @property
    def title(self) -> str:
        """The label with how many there are."""
        return f"{self.label} ({number(len(self.source))})" if self.is_counted else self.label


def let_layers_through(
    layers: Sequence[LayerSpec], audience: Audience, *, show_sensitive: bool = False
) -> list[LayerSpec]:
    """Return what is to be drawn for an audience: each layer has a key and has passed the gate.

    Layers without rows are left out.

    Raises
    ------
    SchemaError
        If the audience may not see a layer; its name stands in the message.
    """
    made, numbers = [], count()
    for layer in layers:
        name = layer.key or layer.label
        source = let_through(
            name, layer.source, layer.contents, audience, show_sensitive=show_sensitive
        )
        if len(source):
            key = layer.key or f"p{next(numbers)}"
            made.append(replace(layer, key=key, source=source))
    return made
