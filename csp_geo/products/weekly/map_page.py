"""The map page: one HTML file that opens from disk, asks for nothing and runs only its own scripts.

`make_map` takes the plain tables of a run and returns a `MapPage`; nothing is read or written here.
"""

from __future__ import annotations

import html as html_text
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from csp_geo.core import wording as words
from csp_geo.core.disclosure import Audience, may_be_drawn
from csp_geo.core.period import say_day
from csp_geo.products.facts.hotspot import background_of, columns_of, hotspot_facts
from csp_geo.products.facts.outcome import is_tested
from csp_geo.products.facts.page import Facts
from csp_geo.products.map import builders
from csp_geo.products.map.leaflet import draw, render_with_map
from csp_geo.products.weekly import story

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from csp_geo.decisions.havens.venues import HavensOnMap
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.products.map.leaflet import Drawn


@dataclass(frozen=True)
class MapPage:
    """The finished page: `html` as text, `save` to a file, and itself in a notebook."""

    html: str

    def save(self, path: str | Path) -> None:
        """Write the page for the owner alone, whole or not at all."""
        from csp_geo.core.storage import write_bytes

        write_bytes(Path(path), self.html.encode())

    def _repr_html_(self) -> str:
        inner = html_text.escape(self.html, quote=True)
        return (
            f'<iframe srcdoc="{inner}" sandbox="allow-scripts" title="Hotspot map" '
            'style="width:100%;height:900px;border:0"></iframe>'
        )


def make_map(  # noqa: PLR0913
    hotspots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    area: StudyArea,
    *,
    zones: gpd.GeoDataFrame | None = None,
    context: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
    havens: HavensOnMap | None = None,
    ground: Mapping[str, gpd.GeoDataFrame] | None = None,
    facts: Facts | None = None,
    draw_sensitive: bool = False,
) -> MapPage:
    """Draw hotspots with a list, cards and tables, as one file that needs no network.

    Parameters
    ----------
    hotspots
        Per `csp_geo.core.tables.HOTSPOTS`, or `CLUSTERS` if not tested: then the page says so. Both
        families and kinds; may be empty.
    incidents
        Per `csp_geo.core.tables.INCIDENTS`: those that the hotspots use, and audit findings.
    area
        Its wards frame the map.
    zones
        Per `csp_geo.core.tables.ZONES`.
    context
        Incidents that are drawn faintly and said to be no part of the hotspots.
    places
        Per `csp_geo.core.tables.PLACES`; stations are named on the map, stops are off until ticked.
    havens
        Safe Havens that there are, with who is open when; drawn with a control for the hour.
    ground
        Streets, railways, water, green and buildings, drawn under everything.
    facts
        What else the page says; without it the period is that of the incidents.
    draw_sensitive
        Draw sensitive reports as points too; otherwise they are only counted.

    Returns
    -------
    page
        The same bytes for the same input. Holds no person, reference, file name or free text.

    Raises
    ------
    RuntimeError
        If anything in the page would be fetched from elsewhere: a bug, never the data.
    """
    facts = facts or Facts()
    tested = is_tested(hotspots)
    around = background_of(incidents, places, area.name, british=area.projection.is_british)
    cards = hotspot_facts(hotspots, around)
    families = story.families_of(cards, incidents, facts)
    tabs = tuple(family.key for family in families)
    layers = builders.area_layers(area, ground)
    layers += builders.hotspot_layers(hotspots, cards, tabs)
    if havens is not None:
        layers.append(builders.haven_layer(havens.table))
    layers += builders.incident_layers(incidents, tabs=tabs, show_sensitive=draw_sensitive)
    if context is not None:
        layers += builders.incident_layers(context, show_sensitive=draw_sensitive, is_context=True)
    if zones is not None:
        layers.append(builders.zone_layer(zones))
    if places is not None:
        layers += builders.place_layers(places)
    drawn = draw(layers, area.projection, Audience.OFFICER, show_sensitive=draw_sensitive)
    n_left_out = sum(
        int((~may_be_drawn(table, show_sensitive=draw_sensitive)).sum())
        for table in (incidents, context)
        if table is not None and len(table)
    )
    said = {
        "title": story.title_of(area.name, story.period_of(facts, incidents)),
        "tested": tested,
        "not_tested": "" if tested else story.NOT_TESTED,
        "how_to_read": story.how_to_read(facts, tested=tested),
        "left_out": story.left_out_sentence(n_left_out),
        "haven_hours": _haven_hours(havens),
        "days": words.DAYS,
    }
    return MapPage(_render(drawn, families, facts, area, zones, said))


def _haven_hours(havens: HavensOnMap | None) -> dict[str, Any] | None:
    """Return who is open when as the page's script reads it: a letter an hour."""
    if havens is None or not len(havens.table):
        return None
    letters = np.array(["c", "u", "o"])
    return {
        "states": ["".join(letters[row]) for row in havens.states],
        "covered": np.round(havens.covered, 2).tolist(),
        "demand": np.round(havens.demand, 2).tolist(),
        "within_m": round(havens.within_m),
        "ring_m": round(havens.ring_m),
    }


def _render(
    drawn: Drawn,
    families: list[story.Family],
    facts: Facts,
    area: StudyArea,
    zones: gpd.GeoDataFrame | None,
    said: dict[str, Any],
) -> str:
    cards = [card for family in families for card in family.cards]
    values: dict[str, Any] = {
        **said,
        **facts.on_page(),
        "lead": story.lead_of(families),
        "notice": story.notice_of(synthetic=facts.synthetic, schematic=area.schematic),
        "shown_cautions": story.shown_cautions(facts.cautions),
        "families": families,
        "cards": cards,
        "any_people": any(card.n_people for card in cards),
        "columns": columns_of(cards, tested=said["tested"]),
        "zones": builders.zone_rows(zones) if zones is not None else [],
        "as_of": say_day(facts.as_of) if facts.as_of else "",
        "facts": facts,
        "ward_rows": facts.ward_rows(),
        "source_label": words.source_label,
        "iso_span": words.iso_span,
    }
    hours = said["haven_hours"]
    scripts = (
        ("havens.js", "map.js", "page.js", "haven_hours.js") if hours else ("map.js", "page.js")
    )
    return render_with_map(
        "page.html.j2", values, drawn, data={"haven_hours": hours}, scripts=scripts
    )
