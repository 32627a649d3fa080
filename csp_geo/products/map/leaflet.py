"""The Leaflet map: folium with nothing but Leaflet, every id explicit, every text escaped.

Gives the script that draws the map; the page around it is a template of ours. folium's own page,
with its links to other people's servers, is never used.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import folium
from branca.element import MacroElement
from folium.map import CustomPane
from folium.template import Template

from csp_geo.products.escape import escape, escape_properties

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from csp_geo.products.map.geometry import PackedPoints

MAP_ID: Final = "area"
MAP_NAME: Final = f"map_{MAP_ID}"
HAVENS_NAME: Final = "csp_havens"
"""The layer that assets/havens.js makes."""
MAX_ZOOM: Final = 19

WARD_STYLE: Final = {
    "color": "#6f777b",
    "weight": 1,
    "fill": True,
    "fillColor": "#ffffff",
    "fillOpacity": 0.75,
}
"""White within, so that the study area stands out from the paper around it."""
BOUNDARY_STYLE: Final = {"color": "#6f777b", "weight": 2, "fill": False}
FAMILY_COLOURS: Final = {
    "recorded": ("#005a8d", "#0072b2"),
    "perception": ("#8e2f6d", "#cc79a7"),
    "observation": ("#00664f", "#009e73"),
    "other": ("#505a5f", "#b1b4b6"),
}
"""Line and fill of each family; the shape of its points says the same without colour."""
FAMILY_SHAPES: Final = {
    "recorded": "dot",
    "perception": "ring",
    "observation": "triangle",
    "other": "cross",
}
ZONE_COLOUR: Final = "#4c2c92"
_SOURCE_MAP: Final = re.compile(r"(?m)^//# sourceMappingURL=.*$")
_SCRIPT_END: Final = re.compile(r"</(?=script)", re.IGNORECASE)
_PICTURE: Final = re.compile(r"url\([^()]*\)")
_PANES: Final = (
    ("wards", 410, True),
    ("zones", 420, True),
    ("points", 430, False),
    ("hotspots", 440, True),
    ("labels", 590, False),
)


def point_style(family: str, *, faint: bool = False) -> dict[str, str]:
    """Return how the points of a family are drawn; context is the same shape in faint grey."""
    line, fill = FAMILY_COLOURS.get(family, FAMILY_COLOURS["other"])
    if faint:
        line = fill = "#8a9195"
    shape = FAMILY_SHAPES.get(family, "cross")
    return {"shape": shape, "line": line, "fill": fill, "over": "1" if faint else "2"}


def zone_style(status: str) -> dict[str, Any]:
    """Return how a zone is drawn: hatched while in force, outline only otherwise."""
    style: dict[str, Any] = {"color": ZONE_COLOUR, "weight": 2, "dashArray": "10 4 2 4"}
    if status == "in force":
        return style | {"fill": True, "fillColor": "url(#hatch)", "fillOpacity": 1}
    return style | {"fill": True, "fillOpacity": 0, "opacity": 0.65}


HOTSPOT_STYLES: Final = {
    "hot-firm": {"color": "#b04100", "weight": 3, "fillColor": "#d55e00", "fillOpacity": 0.25},
    "hot-open": {
        "color": "#505a5f",
        "weight": 2,
        "dashArray": "6 4",
        "lineCap": "butt",
        "fillOpacity": 0,
    },
    "busy-firm": {"color": "#505a5f", "weight": 2, "fillColor": "#b1b4b6", "fillOpacity": 0.35},
    "busy-open": {"color": "#505a5f", "weight": 1.5, "dashArray": "2 4", "fillOpacity": 0},
    "busy": {
        "color": "#505a5f",
        "weight": 1.5,
        "dashArray": "3 4",
        "fillColor": "#b1b4b6",
        "fillOpacity": 0.18,
    },
}
"""Outlines by the look of the card; an untested hotspot has the colours of its family."""


def hotspot_style(family: str, look: str) -> dict[str, Any]:
    """Return how the outline of a hotspot or busy point is drawn."""
    if look in HOTSPOT_STYLES:
        return HOTSPOT_STYLES[look]
    line, fill = FAMILY_COLOURS.get(family, FAMILY_COLOURS["other"])
    return {"color": line, "weight": 2.5, "fillColor": fill, "fillOpacity": 0.12}


class PointLayer(MacroElement):
    """One canvas layer of packed points; the drawing is in assets/points.js."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = new CspPoints({{ this.data|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, key: str, packed: PackedPoints, style: dict[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Points"
        self._id = key
        self.data = {
            "origin": list(packed.origin),
            "values": list(packed.values),
            "pane": "points",
            **style,
        }


def _with_id(element: Any, key: str) -> Any:
    element._id = key  # noqa: SLF001
    return element


class LeafletMap:
    """Collects layers and gives the script that draws them.

    Layer keys are ours, never from data: they become names of variables. Layers are made but not
    shown; assets/map.js shows those that the page's key has ticked.
    """

    def __init__(self) -> None:
        self._map = folium.Map(
            location=[51.5, 0.1],
            zoom_start=12,
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0.25,
            bounce_at_zoom_limits=False,
        )
        self._map.default_js, self._map.default_css = [], []
        # folium's max_zoom argument reaches only tile layers.
        self._map.options["maxZoom"] = MAX_ZOOM
        _with_id(self._map, MAP_ID)
        for name, z_index, clickable in _PANES:
            pane = CustomPane(name, z_index=z_index, pointer_events=clickable)
            self._map.add_child(_with_id(pane, name))

    def add_shapes(
        self,
        key: str,
        collection: dict[str, Any],
        style: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        pane: str,
        about: Sequence[Mapping[str, object]] | None = None,
    ) -> str:
        """Add outlines; `about` holds texts for a tooltip, one mapping per feature.

        Returns the layer's variable name.
        """
        tooltip = None
        if about is not None:
            collection = dict(collection)
            collection["features"] = [
                {**feature, "properties": escape_properties(texts)}
                for feature, texts in zip(collection["features"], about, strict=True)
            ]
            fields = [escape(name) for name in about[0]]
            tooltip = folium.GeoJsonTooltip(fields, labels=False, class_name="tip", sticky=True)
            _with_id(tooltip, f"{key}_tip")
        layer = folium.GeoJson(
            collection,
            name=key,
            style_function=style,
            smooth_factor=0.5,
            show=False,
            tooltip=tooltip,
            pane=pane,
        )
        self._map.add_child(_with_id(layer, key))
        return str(layer.get_name())

    def add_points(self, key: str, packed: PackedPoints, style: dict[str, str]) -> str:
        """Add a canvas layer of packed points; returns its variable name."""
        layer = PointLayer(key, packed, style)
        self._map.add_child(layer)
        return str(layer.get_name())

    def script(self) -> str:
        """Return the JavaScript that makes the map and its layers."""
        figure: Any = self._map.get_root()
        figure.render()
        lines = (line.strip() for line in str(figure.script.render()).splitlines())
        return "\n".join(line for line in lines if line)


def script_safe(source: str) -> str:
    """Make JavaScript safe to stand within a script element, and drop its source map."""
    source = _SOURCE_MAP.sub("", source)
    return _SCRIPT_END.sub(r"<\\/", source).strip()


@lru_cache(maxsize=1)
def leaflet_assets() -> tuple[str, str]:
    """Return Leaflet's JavaScript and CSS, without anything that would be fetched."""
    folder = files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    style = (folder / "leaflet.css").read_text(encoding="utf-8")
    # Pictures of the layer switch and of the default marker, which this page does not use.
    style = _PICTURE.sub("none", style)
    return script_safe(script), style.strip()
