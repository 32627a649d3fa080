"""What a layer of a map file is to the ground, by its name, its columns and its shapes.

Ordnance Survey's open products have names of their own for layers and columns, which differ
between GeoPackage, Shapefile and GML only in capitals, lines and length. Any other file is told by
the words of its layer's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

LICENCE_OS: Final = "Contains OS data © Crown copyright and database right"
OWN_FILE: Final = "Other map file"
_TILE: Final = re.compile(r"^[A-Z]{2}_")
"""Before the layer's name in the Shapefile of a 100 km square: TQ_Road."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


@dataclass(frozen=True)
class LayerRule:
    """How one layer is read.

    `layer` is the layer of the ground, `product` what it is part of. `words` are the columns that
    say what kind a row is, the first that is there; `only` are words of which it must be one.
    `fixed` is a kind that all rows have. `bridge`: all are tunnels.
    """

    layer: str
    product: str
    words: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()
    fixed: str = ""
    bridge: bool = False


_MAP_LOCAL: Final = "OS OpenMap Local"
_ROADS: Final = "OS Open Roads"
_ZOOMSTACK: Final = "OS Open Zoomstack"
_GREENSPACE: Final = "OS Open Greenspace"
_NAMES: Final = "OS Open Names"
_UPRN: Final = "OS Open UPRN"
PRODUCTS: Final = (
    *("OpenStreetMap", _ROADS, _MAP_LOCAL, _ZOOMSTACK, _GREENSPACE, _NAMES, _UPRN),
    *("police.uk archive", OWN_FILE),
)
"""In this order a product goes before another where both show one thing."""
_CLASSIFIED: Final = ("classification", "classifica")
_FINEST: Final = frozenset(("local",))
"""Zoomstack draws water and woods three times, for three scales."""
RULES: Final = {
    "roadlink": LayerRule("streets", _ROADS, ("roadfunction", "function")),
    "road": LayerRule("streets", _MAP_LOCAL, _CLASSIFIED),
    "roadtunnel": LayerRule("streets", _MAP_LOCAL, fixed="main", bridge=True),
    "railwaytrack": LayerRule("railways", _MAP_LOCAL),
    "railwaytunnel": LayerRule("railways", _MAP_LOCAL, bridge=True),
    "surfacewaterarea": LayerRule("water", _MAP_LOCAL),
    "surfacewaterline": LayerRule("water", _MAP_LOCAL),
    "tidalwater": LayerRule("water", _MAP_LOCAL),
    "building": LayerRule("buildings", _MAP_LOCAL),
    "importantbuilding": LayerRule("buildings", _MAP_LOCAL),
    "railwaystation": LayerRule("places", _MAP_LOCAL, fixed="station"),
    "functionalsite": LayerRule("places", _MAP_LOCAL, ("sitetheme", "theme", *_CLASSIFIED)),
    "namedplace": LayerRule("places", _NAMES, ("localtype", *_CLASSIFIED)),
    "roadslocal": LayerRule("streets", _ZOOMSTACK, ("type",)),
    "roadsregional": LayerRule("streets", _ZOOMSTACK, ("type",)),
    "rail": LayerRule("railways", _ZOOMSTACK, ("type",)),
    "railwaystations": LayerRule("places", _ZOOMSTACK, fixed="station"),
    "surfacewater": LayerRule("water", _ZOOMSTACK, ("type",), _FINEST),
    "waterlines": LayerRule("water", _ZOOMSTACK, ("type",)),
    "greenspace": LayerRule("green", _ZOOMSTACK, ("type", "function")),
    "localbuildings": LayerRule("buildings", _ZOOMSTACK),
    "names": LayerRule("places", _ZOOMSTACK, ("type",)),
    "sites": LayerRule("places", _ZOOMSTACK, ("type",)),
    "greenspacesite": LayerRule("green", _GREENSPACE, ("function",)),
    "osopenuprnaddress": LayerRule("addresses", _UPRN),
}
_UNUSED: Final = frozenset(
    (
        *("roadsnational", "districtbuildings", "nationalparks", "urbanareas", "foreshore"),
        *("roadnode", "motorwayjunction", "accesspoint", "glasshouse", "tidalboundary"),
    )
)
"""Layers that draw coarser what another of their file holds, or that nothing here needs."""
_WOODLAND: Final = {
    True: LayerRule("green", _ZOOMSTACK, ("type",), _FINEST, fixed="wood"),
    False: LayerRule("green", _MAP_LOCAL, fixed="wood"),
}
_KIND_COLUMNS: Final = (
    *("kind", "fclass", "type", "class", "function", "category", "classification", "stoptype"),
)
_OWN: Final = {
    "streets": (
        *("street", "streets", "road", "roads", "highway", "highways", "path", "paths", "footpath"),
        *("footpaths", "footway", "footways", "network", "ways"),
    ),
    "railways": ("rail", "rails", "railway", "railways"),
    "water": ("water", "waters", "river", "rivers", "waterway", "waterways", "lake", "lakes"),
    "green": (
        *("park", "parks", "green", "greenspace", "greenspaces", "wood", "woods", "woodland"),
        *("cemetery", "cemeteries", "pitches", "allotments"),
    ),
    "buildings": ("building", "buildings"),
    "addresses": ("address", "addresses", "uprn", "uprns", "llpg"),
    "places": (
        *("place", "places", "station", "stations", "stop", "stops", "school", "schools"),
        *("market", "markets", "landmarks", "pois", "poi"),
    ),
}
STREET_WORDS: Final = (
    *("class", "highway", "fclass", "roadfunction", "function", "classification", "classifica"),
    *("roadclass", "type", "category"),
)
_SHAPES: Final = {
    "streets": ("Line",),
    "railways": ("Line",),
    "water": ("Line", "Polygon"),
    "green": ("Polygon",),
    "buildings": ("Polygon",),
    "addresses": ("Point",),
    "places": ("Point", "Polygon"),
}


def rule_of(name: str, columns: Sequence[str], geometry: str | None) -> LayerRule | None:
    """Return how a layer is read, `None` if the ground has no use for it.

    Parameters
    ----------
    name
        Its name; of a file with one layer the file's name without its ending.
    columns
        Its columns.
    geometry
        What shapes it holds in GDAL's words, such as "MultiLineString Z".
    """
    bare = plain(_TILE.sub("", name, count=1))
    if bare in _UNUSED:
        return None
    if bare == "woodland":
        return _WOODLAND["type" in {plain(column) for column in columns}]
    if bare in RULES:
        return RULES[bare]
    words = {word.casefold() for word in _WORD.findall(name)}
    for layer, known in _OWN.items():
        if words & set(known) and fits(layer, geometry):
            return own_rule(layer, name)
    return None


def own_rule(layer: str, name: str = "") -> LayerRule:
    """Return how a layer of somebody's own file is read, as a layer of the ground."""
    words = STREET_WORDS if layer == "streets" else _KIND_COLUMNS
    singular = name.casefold().rstrip("s")
    fixed = singular if layer == "places" and singular in {"station", "stop", "school"} else ""
    return LayerRule(layer, OWN_FILE, words, fixed=fixed)


def fits(layer: str, geometry: str | None) -> bool:
    """Tell whether shapes of a kind can be a layer of the ground; a mixture may be anything."""
    if geometry is None:
        return False
    known = [kind for kind in ("Line", "Polygon", "Point") if kind in geometry]
    return not known or bool(set(known) & set(_SHAPES[layer]))
