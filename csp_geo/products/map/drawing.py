"""From tables to the map: which layers there are, and the key that names and switches them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from csp_geo.core import wording as words
from csp_geo.core.period import say_day
from csp_geo.products.exports import lonlat_geometries
from csp_geo.products.map import geometry, leaflet

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csp_geo.core.projection import Projection
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.products.facts.hotspot import HotspotFacts
    from csp_geo.products.map.geometry import PackedPoints

LOOKS = {
    "hot-firm": "Hotspots that stand out",
    "hot-open": "Other hotspots",
    "hot": "Hotspots",
    "busy-firm": "Busy points: more than chance",
    "busy-open": "Other busy points",
    "busy": "Busy points",
}
"""The looks of hotspots in the order of the key."""
HAVEN_NOTE = "filled: open now; white: closed; dashed: not known"
HAVEN_MARGIN_M = 500.0
"""What is shown around Safe Havens where no wards frame the map."""
NOUNS = {
    "perception": ("pin", "pins"),
    "observation": ("audit finding", "audit findings"),
}


@dataclass(frozen=True, kw_only=True)
class Box:
    """One line of the key: a tick box, a symbol, words.

    `follows` is the family whose tab ticks it; `only` the family under whose tab it stands.
    """

    id: str
    label: str
    symbol: str
    note: str = ""
    on: bool = True
    follows: str = ""
    only: str = ""
    colour: str = ""
    hatched: bool = False
    look: dict[str, str] = field(default_factory=dict)


@dataclass
class Drawing:
    """The map under construction: folium's layers, the key, and the data for the page's script."""

    projection: Projection
    tabs: tuple[str, ...]
    leaflet_map: leaflet.LeafletMap = field(default_factory=leaflet.LeafletMap)
    boxes: list[Box] = field(default_factory=list)
    layers: list[dict[str, Any]] = field(default_factory=list)
    spots: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)
    zones: list[dict[str, Any]] = field(default_factory=list)
    havens: list[dict[str, Any]] = field(default_factory=list)
    bounds: list[list[float]] = field(default_factory=list)
    ward_layer: str = ""
    n_left_out: int = 0
    _n_points: int = 0

    def add_area(self, area: StudyArea) -> None:
        """Add the wards, their names and the outline of the whole."""
        outline = shapely.union_all(geometry.simplify_wards(area.wards.geometry.to_numpy()))
        boundary = area.wards.iloc[[0]].set_geometry([outline], crs=area.wards.crs)
        self.ward_layer = self.leaflet_map.add_shapes(
            "wards",
            geometry.ward_layer(area.wards, self.projection),
            lambda _: leaflet.WARD_STYLE,
            pane="wards",
        )
        name = self.leaflet_map.add_shapes(
            "boundary",
            geometry.shape_layer(boundary, ["boundary"], self.projection),
            lambda _: leaflet.BOUNDARY_STYLE,
            pane="wards",
        )
        self.layers += [{"name": self.ward_layer, "box": "wards"}, {"name": name, "box": "wards"}]
        self.labels = geometry.name_labels(area.wards, "ward_name", self.projection)
        self.bounds = geometry.lonlat_bounds(area.wards.geometry.to_numpy(), self.projection)

    def add_zones(self, zones: gpd.GeoDataFrame) -> None:
        """Add zones, hatched while in force, each with a tooltip."""
        ids = [f"z{i}" for i in range(len(zones))]
        statuses = dict(zip(ids, zones["status"].astype(str), strict=True))
        about = [
            {"name": zone["name"], "about": f"{zone['power']}: {zone['status_words']}"}
            for zone in zone_rows(zones)
        ]
        name = self.leaflet_map.add_shapes(
            "zones",
            geometry.shape_layer(zones, ids, self.projection),
            lambda feature: leaflet.zone_style(statuses[feature["id"]]),
            pane="zones",
            about=about,
        )
        n = sum(status == "in force" for status in statuses.values())
        self.boxes.append(
            Box(
                id="zones",
                label=f"Zones ({len(zones)})",
                note=_zone_note(n, len(zones)),
                symbol="zone",
                hatched=n > 0,
            )
        )
        self.layers.append({"name": name, "box": "zones"})
        self.zones = [
            label | {"expired": status == "expired"}
            for label, status in zip(
                geometry.name_labels(zones, "name", self.projection), statuses.values(), strict=True
            )
        ]

    def add_hotspots(self, hotspots: gpd.GeoDataFrame, cards: Sequence[HotspotFacts]) -> None:
        """Add outlines and symbols, one layer and one line of the key for each family and look."""
        shapes = lonlat_geometries(hotspots.geometry.to_numpy(), self.projection)
        bounds = np.round(shapely.bounds(shapes), geometry.MAP_DECIMALS).tolist()
        lonlat = hotspots[["longitude", "latitude"]].to_numpy(dtype=float).round(5).tolist()
        for card, (west, south, east, north), (lon, lat) in zip(cards, bounds, lonlat, strict=True):
            self.spots.append(
                {
                    "key": card.key,
                    "family": card.family,
                    "look": card.look,
                    "classes": f"symbol {card.look.replace('-', ' ')} {card.family}",
                    "rank": card.rank,
                    "figure": card.figure,
                    "lat": lat,
                    "lon": lon,
                    "box": _box_id(card),
                    "bounds": [[south, west], [north, east]],
                    "title": card.line,
                }
            )
        for family in self.tabs:
            for look in LOOKS:
                rows = [i for i, c in enumerate(cards) if c.family == family and c.look == look]
                if rows:
                    self._add_look(hotspots.iloc[rows], [cards[i] for i in rows])

    def _add_look(self, hotspots: gpd.GeoDataFrame, cards: Sequence[HotspotFacts]) -> None:
        first, box = cards[0], _box_id(cards[0])
        name = self.leaflet_map.add_shapes(
            box.replace("-", "_"),
            geometry.shape_layer(
                hotspots,
                [card.key for card in cards],
                self.projection,
                tolerance=geometry.HOTSPOT_TOLERANCE_M,
            ),
            lambda _: leaflet.hotspot_style(first.family, first.look),
            pane="hotspots",
        )
        self.layers.append({"name": name, "box": box, "family": first.family, "spots": True})
        self.boxes.append(
            Box(
                id=box,
                label=f"{LOOKS[first.look]} ({len(cards)})",
                note=_look_note(cards),
                symbol=first.look,
                colour=leaflet.FAMILY_COLOURS.get(first.family, ("#505a5f", ""))[0],
                only=first.family,
            )
        )

    def add_incidents(
        self, incidents: gpd.GeoDataFrame, *, draw_sensitive: bool, context: bool = False
    ) -> None:
        """Add one canvas layer for each source; those of `context` faint, and said so."""
        packed, left_out = geometry.pack_incidents(
            incidents, self.projection, draw_sensitive=draw_sensitive
        )
        self.n_left_out += left_out
        for (family, source), points in packed.items():
            look = leaflet.point_style(family, faint=context)
            follows = family if family in self.tabs and not context else ""
            self.add_points(
                points,
                look,
                label=words.source_label(source),
                nouns=NOUNS.get(family, ("report", "reports")),
                follows=follows,
                note="context only, not in the hotspots" if context else "",
            )

    def add_havens(self, havens: gpd.GeoDataFrame, keys: list[str] | None = None) -> None:
        """Add Safe Havens that count now; with `keys` each has its number in the list.

        The page needs assets/havens.js before assets/map.js.
        """
        shown = havens[havens["counts_now"]]
        self.havens = geometry.haven_points(shown, self.projection, keys)
        self.boxes.append(
            Box(
                id="havens",
                label=f"Safe Havens ({len(shown)})",
                note=HAVEN_NOTE if keys is not None else "",
                symbol="haven",
            )
        )
        self.layers.append({"name": leaflet.HAVENS_NAME, "box": "havens"})
        if not self.bounds:
            self.bounds = geometry.lonlat_bounds(
                shapely.buffer(shown.geometry.to_numpy(), HAVEN_MARGIN_M), self.projection
            )

    def add_places(self, places: gpd.GeoDataFrame) -> None:
        """Add stations with names, other named places, and stops (off until ticked)."""
        self.places = geometry.place_points(places, self.projection)
        n_stations = sum(place["kind"] == "station" for place in self.places)
        if n_stations:
            self.boxes.append(Box(id="stations", label="Stations", symbol="station"))
        if n_stations < len(self.places):
            self.boxes.append(
                Box(id="places", label="Place names", note="from close by", symbol="", on=False)
            )
        stops = places[places["kind"].astype(str) == "stop"]
        if len(stops):
            self.add_points(
                geometry.pack_points(geometry.points_of(stops), self.projection),
                {"shape": "dot", "line": "#505a5f", "fill": "#505a5f", "over": "1"},
                label="Stops",
                nouns=("stop", "stops"),
                symbol="stop",
                on=False,
            )

    def add_points(
        self,
        points: PackedPoints,
        look: dict[str, str],
        *,
        label: str,
        nouns: tuple[str, str],
        **box: Any,
    ) -> None:
        """Add a canvas layer of points and its line in the key."""
        key = f"p{self._n_points}"
        self._n_points += 1
        name = self.leaflet_map.add_points(key, points, look)
        self.layers.append(
            {
                "name": name,
                "box": key,
                "points": True,
                "label": label,
                "one": nouns[0],
                "many": nouns[1],
            }
        )
        self.boxes.append(
            Box(
                id=key,
                label=f"{label} ({words.number(points.n)})",
                look=look,
                **{"symbol": "point", **box},
            )
        )

    def finish(self) -> None:
        """Close the key with the ward boundaries, where there are any."""
        if not self.ward_layer:
            return
        self.boxes.append(Box(id="wards", label="Wards and their names", symbol="outline"))

    def page_data(self) -> dict[str, Any]:
        """Return what assets/map.js needs beside the layers."""
        return {
            "map": leaflet.MAP_NAME,
            "bounds": self.bounds,
            "ward_layer": self.ward_layer,
            "wards": self.labels,
            "places": self.places,
            "zones": self.zones,
            "havens": self.havens,
            "layers": self.layers,
            "hotspots": self.spots,
        }


def _zone_note(n_in_force: int, n: int) -> str:
    if n_in_force == n:
        return "hatched: in force"
    return "hatched: in force; outline only: not in force" if n_in_force else "none in force"


def _box_id(card: HotspotFacts) -> str:
    family = card.family if card.family in words.FAMILY_LABELS else "other"
    return f"{card.look}-{family}"


def _look_note(cards: Sequence[HotspotFacts]) -> str:
    """Say what the number means, and for open ones how many have which verdict."""
    first = cards[0]
    noun = "pins" if first.family == "perception" else "reports"
    number = f"with the number of {noun}" if first.is_busy else "with the rank in the list"
    if first.outcome is None or first.outcome.confirmed:
        return number
    counts = Counter(card.outcome.verdict for card in cards if card.outcome)
    said = [f"{n} {verdict}" for verdict, n in words.tally(counts)]
    return f"dashed: {', '.join(said)}"


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
