"""Layers of a map file as layers of the ground, whatever names its columns have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from csp_geo.inputs.ground.cutting import names_of, texts_in
from csp_geo.inputs.ground.highways import (
    NO_WAYS,
    crosses_freely,
    lighting,
    street_classes,
    walkable,
)
from csp_geo.inputs.ground.layer_rules import STREET_WORDS
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.inputs.ground.cutting import GroundFrame
    from csp_geo.inputs.ground.layer_rules import LayerRule

NAMES: Final = (
    *("name", "name1", "distinctivename", "distname", "distinctivename1", "distname1", "roadname"),
    *("streetname", "street", "commonname", "stationname", "stopname", "placename", "title"),
    *("label", "watercoursename"),
)
_NUMBERS: Final = ("roadnumber", "roadclassificationnumber", "number")
_FORMS: Final = ("formofway",)
_STRUCTURES: Final = ("structure", "roadstructure", "bridge")
_TUNNELS: Final = ("tunnel",)
_IN_TUNNEL: Final = "tunnel"
_GREEN: Final = {
    **dict.fromkeys(("public park or garden", "park", "garden", "park or garden"), "park"),
    **dict.fromkeys(("recreation_ground", "recreation ground", "village_green", "common"), "park"),
    **dict.fromkeys(("cemetery", "religious grounds", "grave_yard", "burial ground"), "cemetery"),
    **dict.fromkeys(("playing field", "play space", "tennis court", "bowling green"), "pitch"),
    **dict.fromkeys(("other sports facility", "sports ground", "pitch", "playground"), "pitch"),
    **dict.fromkeys(("wood", "woodland", "forest", "woods"), "wood"),
}
_PLACES: Final = {
    **dict.fromkeys(
        (
            *("city", "town", "village", "hamlet", "suburban area", "suburb", "small settlements"),
            *("other settlement", "populated place", "place", "neighbourhood", "locality"),
        ),
        "place",
    ),
    **dict.fromkeys(
        (
            *("railway station", "london underground station", "tram station", "bus station"),
            *("coach station", "light rapid transit station", "underground station", "station"),
            *("railway_station", "rail station"),
        ),
        "station",
    ),
    **dict.fromkeys(("bus stop", "bus_stop", "stop", "tram stop", "bct"), "stop"),
    **dict.fromkeys(
        (
            *("education", "primary education", "secondary education", "further education"),
            *("higher or university education", "non state primary education", "school"),
            *("non state secondary education", "college", "university"),
        ),
        "school",
    ),
    **dict.fromkeys(("market", "marketplace", "market_place"), "market"),
    **dict.fromkeys(("library", "landmark", "museum", "theatre", "cinema", "mall"), "landmark"),
    **dict.fromkeys(("named road", "section of named road", "street"), "street"),
}
"""Kinds of places in the words of files. Medical and religious sites are none."""


def ground_rows(
    table: gpd.GeoDataFrame, rule: LayerRule, frame: GroundFrame, crs: str
) -> tuple[gpd.GeoDataFrame, int]:
    """Return a layer's rows as a layer of the ground, and how many had a kind that nobody knows.

    A street of an unknown kind counts as local and a green area as other; other places are left.
    """
    columns = {plain(name): name for name in table.columns if name != table.geometry.name}
    words = _texts(table, columns, rule.words)
    if rule.only:
        keep = np.isin(words.astype(str), list(rule.only))
        table, words = table[keep], words[keep]
    return _MAKERS[rule.layer](table, columns, words, rule, frame, crs)


def _texts(
    table: gpd.GeoDataFrame, columns: dict[str, Any], wanted: tuple[str, ...]
) -> NDArray[Any]:
    """Return the texts of the first of the wanted columns that is there, in lower case."""
    name = next((columns[word] for word in wanted if word in columns), None)
    return np.full(len(table), "", dtype=object) if name is None else texts_in(table[name])


def _names(table: gpd.GeoDataFrame, columns: dict[str, Any], *more: str) -> NDArray[Any]:
    """Return names; where a row has none, what stands in the further columns."""
    found = np.full(len(table), "", dtype=object)
    for word in (*NAMES, *more):
        if word in columns:
            empty = found == ""
            found[empty] = names_of(table[columns[word]])[empty]
    return found


def _shapes(table: gpd.GeoDataFrame) -> NDArray[Any]:
    return np.asarray(table.geometry, dtype=object)


def _streets(
    table: gpd.GeoDataFrame,
    columns: dict[str, Any],
    words: NDArray[Any],
    rule: LayerRule,
    frame: GroundFrame,
    crs: str,
) -> tuple[gpd.GeoDataFrame, int]:
    if not rule.fixed and not any(word in columns for word in rule.words):
        words = _texts(table, columns, STREET_WORDS)
    form = _texts(table, columns, _FORMS)
    for other in ("guided busway", "shared use carriageway"):
        words = np.where(form == other, other, words)
    chosen = ~np.isin(words.astype(str), list(NO_WAYS))
    table, words = table[chosen], words[chosen]
    classes, known = street_classes(words)
    structure, tunnel = (_texts(table, columns, some) for some in (_STRUCTURES, _TUNNELS))
    walk = walkable(words, _texts(table, columns, ("access",)), _texts(table, columns, ("foot",)))
    walk &= ~np.isin(_texts(table, columns, ("walkable",)).astype(str), ["no", "false", "0"])
    steps = (words == "steps") | np.isin(
        _texts(table, columns, ("steps",)).astype(str), ["yes", "true", "1"]
    )
    rows = {
        "name": _names(table, columns, *_NUMBERS),
        "class": np.full(len(table), rule.fixed, dtype=object) if rule.fixed else classes,
        "walkable": np.zeros(len(table), dtype=bool) if rule.bridge else walk,
        "steps": steps,
        "lit": lighting(_texts(table, columns, ("lit", "lighting"))),
        "bridge": np.full(len(table), rule.bridge) | crosses_freely(structure, tunnel),
    }
    n_unknown = 0 if rule.fixed else int((~known & (words != "")).sum())
    return frame.layer("streets", rows, _shapes(table), crs), n_unknown


def _railways(
    table: gpd.GeoDataFrame,
    columns: dict[str, Any],
    words: NDArray[Any],
    rule: LayerRule,
    frame: GroundFrame,
    crs: str,
) -> tuple[gpd.GeoDataFrame, int]:
    on_ground = words != "tram"
    table, words = table[on_ground], words[on_ground]
    free = crosses_freely(*(_texts(table, columns, some) for some in (_STRUCTURES, _TUNNELS)))
    bridge = np.full(len(table), rule.bridge) | (words == _IN_TUNNEL) | free
    rows = {"name": _names(table, columns), "bridge": bridge}
    return frame.layer("railways", rows, _shapes(table), crs), 0


def _water(
    table: gpd.GeoDataFrame,
    columns: dict[str, Any],
    words: NDArray[Any],
    rule: LayerRule,
    frame: GroundFrame,
    crs: str,
) -> tuple[gpd.GeoDataFrame, int]:
    del words, rule
    return frame.layer("water", {"name": _names(table, columns)}, _shapes(table), crs), 0


def _green(
    table: gpd.GeoDataFrame,
    columns: dict[str, Any],
    words: NDArray[Any],
    rule: LayerRule,
    frame: GroundFrame,
    crs: str,
) -> tuple[gpd.GeoDataFrame, int]:
    kinds = np.array([rule.fixed or _GREEN.get(str(word), "other") for word in words], dtype=object)
    rows = {"name": _names(table, columns), "kind": kinds}
    return frame.layer("green", rows, _shapes(table), crs), 0


def _buildings(
    table: gpd.GeoDataFrame,
    columns: dict[str, Any],
    words: NDArray[Any],
    rule: LayerRule,
    frame: GroundFrame,
    crs: str,
) -> tuple[gpd.GeoDataFrame, int]:
    del columns, words, rule
    return frame.layer("buildings", {}, _shapes(table), crs), 0


def _addresses(
    table: gpd.GeoDataFrame,
    columns: dict[str, Any],
    words: NDArray[Any],
    rule: LayerRule,
    frame: GroundFrame,
    crs: str,
) -> tuple[gpd.GeoDataFrame, int]:
    del columns, words, rule
    return frame.layer("addresses", {}, _shapes(table), crs), 0


def _places(
    table: gpd.GeoDataFrame,
    columns: dict[str, Any],
    words: NDArray[Any],
    rule: LayerRule,
    frame: GroundFrame,
    crs: str,
) -> tuple[gpd.GeoDataFrame, int]:
    names = _names(table, columns)
    kinds = np.array([rule.fixed or _PLACES.get(str(word), "") for word in words], dtype=object)
    chosen = (kinds != "") & (names != "")
    shapes = _shapes(table)[chosen]
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    points = shapely.point_on_surface(shapely.make_valid(shapes[usable]))
    rows = {"name": names[chosen][usable], "kind": kinds[chosen][usable]}
    n_unknown = int(((kinds == "") & (names != "")).sum())
    return frame.layer("places", rows, points, crs), n_unknown


_MAKERS: Final = {
    "streets": _streets,
    "railways": _railways,
    "water": _water,
    "green": _green,
    "buildings": _buildings,
    "addresses": _addresses,
    "places": _places,
}
