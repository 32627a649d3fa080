"""Layers as a Leaflet map: folium with nothing but Leaflet, every id ours, every text escaped.

Gives the script that draws the map; the page around it is a template of ours. folium's own page,
with its links to other people's servers, is never used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import folium
import numpy as np
import shapely
from branca.element import MacroElement
from folium.map import CustomPane
from folium.template import Template

from csp_geo.core.projection import points_of
from csp_geo.products.escape import escape, escape_properties
from csp_geo.products.exports import lonlat_geometries
from csp_geo.products.html import asset, json_for_script, render
from csp_geo.products.map import geometry
from csp_geo.products.map.ground_lines import pack_ground
from csp_geo.products.map.layers import let_layers_through

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.core.disclosure import Audience
    from csp_geo.core.projection import Projection
    from csp_geo.products.map.geometry import PackedPoints
    from csp_geo.products.map.layers import LayerSpec, Style

MAP_ID: Final = "area"
MAP_NAME: Final = f"map_{MAP_ID}"
HAVENS_NAME: Final = "csp_havens"
"""The layer that assets/havens.js makes."""
GROUND_NAME: Final = "csp_ground"
"""The layer that assets/ground.js draws, with one box in the key for all of it."""
GROUND_BOX: Final = "streets"
NO_STREETS: Final = "No streets are drawn: lay them once with csp-geo ground add FILE (README)."
MAX_ZOOM: Final = 19

MARGIN_M: Final = 500.0
"""What is shown around everything where no wards frame the map."""
_SOURCE_MAP: Final = re.compile(r"(?m)^//# sourceMappingURL=.*$")
_SCRIPT_END: Final = re.compile(r"</(?=script)", re.IGNORECASE)
_PICTURE: Final = re.compile(r"url\([^()]*\)")
_PANES: Final = (
    ("ground", 405, False),
    ("wards", 410, True),
    ("zones", 420, True),
    ("points", 430, False),
    ("hotspots", 440, True),
    ("labels", 590, False),
)


@dataclass(frozen=True)
class Drawn:
    """A map: the script that makes it, the layers with a line in its key, what its page needs."""

    script: str
    key: tuple[LayerSpec, ...]
    data: Mapping[str, Any]


def draw(
    layers: Sequence[LayerSpec],
    projection: Projection,
    audience: Audience,
    *,
    show_sensitive: bool = False,
) -> Drawn:
    """Draw layers, in their order, for an audience; the key has the wards last.

    Parameters
    ----------
    layers
        Those that the audience may see. A page with `havens` needs assets/havens.js.
    projection
        That of the study area.
    audience
        Whom the page is made for.
    show_sensitive
        Whether the partnership's settings ask for the points of sensitive reports too.

    Raises
    ------
    SchemaError
        If a layer may not be shown to the audience.
    """
    shown = let_layers_through(layers, audience, show_sensitive=show_sensitive)
    drawing = LeafletMap(projection)
    for layer in shown:
        drawing.add(layer)
    key = sorted((layer for layer in shown if layer.label), key=lambda layer: layer.key == "wards")
    return Drawn(drawing.script(), tuple(key), drawing.page_data(shown))


def render_with_map(
    template: str,
    values: Mapping[str, Any],
    drawn: Drawn,
    *,
    data: Mapping[str, Any] | None = None,
    scripts: Sequence[str] = (),
) -> str:
    """Fill the template of a page with a map.

    Parameters
    ----------
    template, values
        As `csp_geo.products.html.render` takes them.
    data
        What the page's scripts need beside the map.
    scripts
        Names of the scripts in `assets/`, in their order, that come after that of the map.
    """
    leaflet_js, leaflet_css = leaflet_assets()
    common = {
        "key": drawn.key,
        "no_streets": "" if drawn.data["ground"] else NO_STREETS,
        "data": json_for_script({**drawn.data, **(data or {})}),
        "leaflet_css": leaflet_css,
        "page_css": asset("page.css"),
    }
    first = (leaflet_js, asset("points.js"), script_safe(drawn.script))
    own = ("ground.js", *scripts) if drawn.data["ground"] else scripts
    return render(template, common | dict(values), scripts=[*first, *map(asset, own)])


def _path_options(style: Style, pane: str) -> dict[str, Any]:
    """Return a style as Leaflet's options of a path."""
    options: dict[str, Any] = {"color": style.line, "weight": style.width}
    if style.dash:
        options["dashArray"] = " ".join(f"{length:g}" for length in style.dash)
    if style.blunt:
        options["lineCap"] = "butt"
    if style.line_opacity < 1:
        options["opacity"] = style.line_opacity
    if style.fill is None:
        return options | {"fill": False}
    if pane != "hotspots":  # these leave it to Leaflet, which fills an area unless told
        options["fill"] = True
    if colour := "url(#hatch)" if style.hatched else style.fill:
        options["fillColor"] = colour
    return options | {"fillOpacity": style.opacity}


class PointLayer(MacroElement):
    """One canvas layer of packed points; the drawing is in assets/points.js."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = new CspPoints({{ this.data|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, key: str, packed: PackedPoints, style: Style) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Points"
        self._id = key
        self.data = {
            "origin": list(packed.origin),
            "values": list(packed.values),
            "pane": "points",
            "shape": style.shape,
            "line": style.line,
            "fill": style.fill,
            "over": "2" if style.is_above else "1",
        }


def _with_id(element: Any, key: str) -> Any:
    element._id = key  # noqa: SLF001
    return element


class LeafletMap:
    """Collects layers, and gives the script that draws them and what the page needs to know.

    Keys of layers are ours, never from data: they become names of variables. Layers are made but
    not shown; assets/map.js shows those that the page's key has ticked.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._layers: list[dict[str, Any]] = []
        self._names: dict[str, list[dict[str, Any]]] = {"wards": [], "places": [], "zones": []}
        self._havens: list[dict[str, Any]] = []
        self._spots: dict[Any, dict[str, Any]] = {}
        self._ground: dict[str, Any] = {}
        self._around: list[Any] = []
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

    def add(self, layer: LayerSpec) -> None:
        """Add a layer that has passed the gate."""
        if layer.style.shape == "ground":
            if not self._ground:
                self._layers.append({"name": GROUND_NAME, "box": GROUND_BOX})
            self._ground[layer.contents] = layer.source
            return
        about: dict[str, Any] = {"box": layer.part_of or layer.key}
        if layer.style.shape == "area":
            name = self._add_shapes(layer)
            if "figure" in layer.source.columns:
                about |= {"family": layer.only, "spots": True}
                self._spots |= _symbols(layer, self._projection)
                in_order = layer.source.sort_values("rank", kind="stable")
                self._around += in_order.geometry.tolist()
        elif layer.style.shape == "door":
            name = HAVENS_NAME
            self._havens += geometry.haven_points(layer.source, self._projection)
            self._around += layer.source.geometry.tolist()
        elif layer.names:
            name = ""  # nothing but names, which assets/map.js writes
        else:
            name = self._add_points(layer)
            one, many = layer.nouns
            about |= {"points": True, "label": layer.label, "one": one, "many": many}
        if name:
            self._layers.append({"name": name, **about})
        if layer.names:
            self._names[layer.contents] += _names(layer, self._projection)

    def _add_shapes(self, layer: LayerSpec) -> str:
        """Add outlines; returns the name of their variable."""
        key, source = layer.key.replace("-", "_"), layer.source
        shapes = source.geometry.to_numpy()
        if layer.shares_edges:
            shapes = geometry.simplify_wards(shapes)
        elif layer.tolerance_m:
            shapes = shapely.simplify(shapes, layer.tolerance_m)
        keys = source["key"].tolist()
        collection = geometry.features_of(shapes, keys, self._projection)
        tooltip = None
        if layer.tip:
            texts = zip(*(source[name] for name in layer.tip), strict=True)
            for feature, own in zip(collection["features"], texts, strict=True):
                told = dict(zip(layer.tip, own, strict=True))
                feature["properties"] = escape_properties(told)
            fields = [escape(name) for name in layer.tip]
            tooltip = folium.GeoJsonTooltip(fields, labels=False, class_name="tip", sticky=True)
            _with_id(tooltip, f"{key}_tip")
        pane = layer.contents  # areas have a pane for each
        styles = layer.row_styles or (layer.style,) * len(source)
        options = {row: _path_options(style, pane) for row, style in zip(keys, styles, strict=True)}
        made = folium.GeoJson(
            collection,
            name=key,
            style_function=lambda feature: options[feature["id"]],
            smooth_factor=0.5,
            show=False,
            tooltip=tooltip,
            pane=pane,
        )
        self._map.add_child(_with_id(made, key))
        return str(made.get_name())

    def _add_points(self, layer: LayerSpec) -> str:
        """Add a canvas layer of packed points; returns the name of its variable."""
        xy = points_of(layer.source)
        made = PointLayer(layer.key, geometry.pack_points(xy, self._projection), layer.style)
        self._map.add_child(made)
        return str(made.get_name())

    def page_data(self, layers: Sequence[LayerSpec]) -> dict[str, Any]:
        """Return what assets/map.js needs beside the layers."""
        ward_layer = next((f"geo_json_{own.key}" for own in layers if own.key == "wards"), "")
        frame = [own.source.geometry.to_numpy() for own in layers if own.key == "wards"]
        if not frame:
            frame = [own.source.buffer(MARGIN_M).to_numpy() for own in layers]
        places = sorted(
            self._names["places"], key=lambda place: (place["name"], place["lat"], place["lon"])
        )
        ground = pack_ground(self._ground, self._projection, self._around) if self._ground else None
        return {
            "map": MAP_NAME,
            "ground": None if ground is None else ground.data,
            "bounds": geometry.lonlat_bounds(np.concatenate(frame), self._projection),
            "ward_layer": ward_layer,
            **self._names,
            "places": places,
            "havens": self._havens,
            "layers": self._layers,
            "hotspots": [self._spots[row] for row in sorted(self._spots)],
        }

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


def _names(layer: LayerSpec, projection: Projection) -> list[dict[str, Any]]:
    """Return the names that stand on the map where there is room."""
    if layer.contents == "places":
        return geometry.place_points(layer.source, projection)
    labels = geometry.name_labels(layer.source, layer.names, projection)
    if layer.contents == "zones":
        expired = (layer.source["status"].astype("str") == "expired").tolist()
        return [label | {"expired": own} for label, own in zip(labels, expired, strict=True)]
    return labels


def _symbols(layer: LayerSpec, projection: Projection) -> dict[Any, dict[str, Any]]:
    """Return the symbols of hotspots, by their position in the table."""
    shapes = lonlat_geometries(layer.source.geometry.to_numpy(), projection)
    bounds = np.round(shapely.bounds(shapes), geometry.MAP_DECIMALS).tolist()
    rows = zip(layer.source.index, layer.source.to_dict("records"), bounds, strict=True)
    return {
        position: {
            **{name: row[name] for name in ("key", "family", "look")},
            "classes": f"symbol {row['look'].replace('-', ' ')} {row['family']}",
            **{name: row[name] for name in ("rank", "figure")},
            "lat": round(row["latitude"], geometry.MAP_DECIMALS),
            "lon": round(row["longitude"], geometry.MAP_DECIMALS),
            "box": layer.key,
            "bounds": [[south, west], [north, east]],
            "title": row["title"],
        }
        for position, row, (west, south, east, north) in rows
    }
