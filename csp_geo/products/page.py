"""The map page: one HTML file that opens from disk, asks for nothing and runs only its own scripts.

`make_map` takes the plain tables of a run and returns a `MapPage`; nothing is read or written here.
"""

from __future__ import annotations

import base64
import hashlib
import html as html_text
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2

from csp_geo.period import say_day
from csp_geo.products import story, words
from csp_geo.products.cards import make_card, make_context
from csp_geo.products.drawing import Drawing, zone_rows
from csp_geo.products.escape import clean
from csp_geo.products.facts import Facts
from csp_geo.products.leaflet import leaflet_assets, script_safe
from csp_geo.products.verdicts import is_tested

if TYPE_CHECKING:
    import geopandas as gpd

    from csp_geo.study_area import StudyArea

LEAFLET_LICENCE: Final = (
    "Map drawn with Leaflet 1.9.4, copyright Volodymyr Agafonkin and contributors "
    "(BSD 2-Clause licence), by way of folium (MIT licence)."
)
_FETCHING: Final = {
    "src",
    "srcset",
    "poster",
    "data",
    "background",
    "action",
    "formaction",
    "ping",
    "manifest",
    "href",
    "xlink:href",
}


@dataclass(frozen=True)
class MapPage:
    """The finished page: `html` as text, `save` to a file, and itself in a notebook."""

    html: str

    def save(self, path: str | Path) -> None:
        """Write the page for the owner alone, whole or not at all."""
        from csp_geo.storage import write_bytes

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
    facts: Facts | None = None,
    draw_sensitive: bool = False,
) -> MapPage:
    """Draw hotspots with a list, cards and tables, as one file that needs no network.

    Parameters
    ----------
    hotspots
        Per `csp_geo.tables.HOTSPOTS`, or `CLUSTERS` if not tested: then the page says so. Both
        families and kinds; may be empty.
    incidents
        Per `csp_geo.tables.INCIDENTS`: those that the hotspots use, and audit findings.
    area
        Its wards frame the map.
    zones
        Per `csp_geo.tables.ZONES`.
    context
        Incidents that are drawn faintly and said to be no part of the hotspots.
    places
        Per `csp_geo.tables.PLACES`; stations are named on the map, stops are off until ticked.
    facts
        What else the page says; without it the period is that of the incidents.
    draw_sensitive
        Draw sexual, domestic and hate themes as points too; otherwise they are only counted.

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
    around = make_context(incidents, places, area.name, british=area.projection.is_british)
    rows = hotspots.drop(columns="geometry").itertuples(index=False)
    cards = [make_card(row, f"h{i}", around, tested=tested) for i, row in enumerate(rows)]
    families = story.families_of(cards, incidents, facts)
    drawing = Drawing(area.projection, tuple(family.key for family in families))
    drawing.add_area(area)
    if len(hotspots):
        drawing.add_hotspots(hotspots, cards)
    drawing.add_incidents(incidents, draw_sensitive=draw_sensitive)
    if context is not None and len(context):
        drawing.add_incidents(context, draw_sensitive=draw_sensitive, context=True)
    if zones is not None and len(zones):
        drawing.add_zones(zones)
    if places is not None and len(places):
        drawing.add_places(places)
    drawing.finish()
    said = {
        "title": story.title_of(area.name, story.period_of(facts, incidents)),
        "tested": tested,
        "not_tested": "" if tested else story.NOT_TESTED,
        "how_to_read": story.how_to_read(facts, tested=tested),
    }
    page = _render(drawing, families, facts, area, zones, said)
    refuse_external(page)
    return MapPage(page)


def _imprint(facts: Facts) -> str:
    said = [f"csp-geo {facts.version}".strip()]
    if facts.as_of:
        said.append(f"as of {say_day(facts.as_of)}")
    said.append(f"eps {facts.eps:g} metres, min_samples {facts.min_samples}")
    if facts.seed is not None:
        said.append(f"seed {facts.seed}")
    if facts.seconds is not None:
        said.append(f"made in {facts.seconds:.1f} seconds")
    return f"Made with {'; '.join(said)}."


def _render(
    drawing: Drawing,
    families: list[story.Family],
    facts: Facts,
    area: StudyArea,
    zones: gpd.GeoDataFrame | None,
    said: dict[str, Any],
) -> str:
    cards = [card for family in families for card in family.cards]
    leaflet_js, leaflet_css = leaflet_assets()
    assets = {name: _asset(name) for name in ("points.js", "map.js", "page.js", "page.css")}
    scripts = [
        leaflet_js,
        assets["points.js"],
        script_safe(drawing.leaflet_map.script()),
        assets["map.js"],
        assets["page.js"],
    ]
    values: dict[str, Any] = {
        **said,
        "lead": story.lead_of(families),
        "marking": facts.marking,
        "css_marking": css_string(facts.marking),
        "notice": story.notice_of(synthetic=facts.synthetic, schematic=area.schematic),
        "cautions": facts.cautions,
        "shown_cautions": story.shown_cautions(facts.cautions),
        "families": families,
        "cards": cards,
        "any_people": any(card.n_people for card in cards),
        "any_depends": any(card.outcome and card.outcome.depends_on for card in cards),
        "any_zones": any(card.zones for card in cards),
        "any_findings": any(card.n_observations for card in cards),
        "boxes": drawing.boxes,
        "left_out": story.left_out_sentence(drawing.n_left_out),
        "zones": zone_rows(zones) if zones is not None else [],
        "as_of": say_day(facts.as_of) if facts.as_of else "",
        "facts": facts,
        "ward_rows": facts.ward_rows(),
        "licences": (*facts.licences, LEAFLET_LICENCE),
        "imprint": _imprint(facts),
        "source_label": words.source_label,
        "iso_span": words.iso_span,
        "scripts": scripts,
        "csp": content_security_policy(scripts),
        "data": json_for_script(drawing.page_data()),
        "leaflet_css": leaflet_css,
        "page_css": assets["page.css"],
    }
    return _environment().get_template("page.html.j2").render(values) + "\n"


@lru_cache(maxsize=8)
def _asset(name: str) -> str:
    text = (files("csp_geo.products") / "assets" / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").strip()


def _finalise(value: Any) -> Any:
    """Drop control characters from every text that a template prints."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("csp_geo.products"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalise,
    )


def css_string(text: str) -> str:
    """Write text as a CSS string in which every character other than a letter is a code."""
    codes = (c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in clean(text))
    return f'"{"".join(codes)}"'


def json_for_script(value: Any) -> str:
    """Write JSON that can stand within a script element, whatever the text in it."""
    text = json.dumps(_cleaned(value), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    return clean(value) if isinstance(value, str) else value


def content_security_policy(scripts: list[str]) -> str:
    """Return the policy that lets these scripts run and nothing else, and nothing be fetched."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


class _Links(HTMLParser):
    """Collects every address in a page that a browser would fetch or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if name in _FETCHING:
                self._note(tag, value or "")
            elif name == "style":
                self._note_css(value or "")

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._note_css(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in_style = False

    def _note(self, tag: str, address: str) -> None:
        if not address.strip().lower().startswith(("#", "data:")):
            self.found.append(f"{tag}: {address[:80]}")

    def _note_css(self, css: str) -> None:
        for address in re.findall(
            r"url\(\s*['\"]?([^)'\"]*)|@import\s+['\"]?([^'\";]*)", css, re.IGNORECASE
        ):
            self._note("style", address[0] or address[1])


def refuse_external(page: str) -> None:
    """Raise `RuntimeError` if the page holds any address that a browser would fetch."""
    links = _Links()
    links.feed(page)
    links.close()
    if links.found:
        raise RuntimeError(f"The map page would fetch {', '.join(links.found[:3])}.")
