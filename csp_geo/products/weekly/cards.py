"""One hotspot in words: the row in the list, the card, the line in the table.

Every figure stands with its base; what is not known is said in sentences. Pure: from the hotspots
table and a little context to plain values that the templates print.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csp_geo.core import wording as words
from csp_geo.products.facts.hotspot import Outcome, outcome_of

if TYPE_CHECKING:
    import geopandas as gpd

BUSY: Final = "busy point"
NEAR_STATION_M: Final = 500.0
HIGH_SHARE: Final = 0.4
"""From this share at one place the card says that the place may stand for many addresses."""


class Bar(NamedTuple):
    """One theme with its count and its share of the largest, in percent."""

    label: str
    n: int
    width: int


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the cards need beyond the hotspots table.

    `months_only`: every incident is known by month alone. `snapped`: sources of which most
    incidents are moved to a published point. `stations`: names and ``(n, 2)`` metres.
    """

    area_name: str
    is_british: bool
    months_only: bool = False
    snapped: frozenset[str] = frozenset()
    stations: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Card:
    """Everything the page says about one hotspot; `outcome` is None where nothing is tested."""

    key: str
    rank: int
    kind: str
    family: str
    name: str
    figures: str
    outcome: Outcome | None
    n: int
    n_places: int
    n_people: int
    top: str
    top_share: float
    themes: tuple[Bar, ...]
    when: str
    who: tuple[tuple[str, str], ...]
    where: tuple[tuple[str, str], ...]
    near: tuple[str, ...]
    unknown: tuple[str, ...]
    ward: str
    length: int
    zones: str
    n_observations: int

    @property
    def is_busy(self) -> bool:
        """Whether this is a busy point."""
        return self.kind == BUSY

    @property
    def look(self) -> str:
        """How it is drawn: hot or busy, and once tested firm or open."""
        kind = "busy" if self.is_busy else "hot"
        if self.outcome is None:
            return kind
        return f"{kind}-{'firm' if self.outcome.confirmed else 'open'}"

    @property
    def classes(self) -> str:
        """Return the classes of its symbol."""
        return f"symbol {self.look.replace('-', ' ')} {self.family}"

    @property
    def tag_class(self) -> str:
        """Return the class of its tag: filled where the test confirms it."""
        return {"hot-firm": "tag-firm", "busy-firm": "tag-busy"}.get(self.look, "")

    @property
    def figure(self) -> int:
        """Return the number in its symbol."""
        return self.n if self.is_busy else self.rank

    @property
    def tag(self) -> str:
        """Return what it is, in words."""
        if self.outcome is not None:
            return self.outcome.tag
        return "Busy point: true addresses unknown" if self.is_busy else "Hotspot"

    @property
    def main_themes(self) -> str:
        """The three commonest themes with their counts."""
        return ", ".join(f"{bar.label} {words.number(bar.n)}" for bar in self.themes[:3])


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124


def figures(row: Any) -> str:
    """Return the line of figures: people first where people can be told apart."""
    places = words.count(row.n_places, "place")
    if row.family != "perception":
        return f"{words.count(row.n, 'report')}, {places}"
    if not row.n_people:
        return f"{words.count(row.n, 'pin')} from people not told apart"
    return f"{words.number(row.n_people)} {_people(row.n_people)}, {words.count(row.n, 'pin')}"


def _people(n: int) -> str:
    return "person" if n == 1 else "people"


def _noun(row: Any) -> str:
    return "pins" if row.family == "perception" else "reports"


def _name(row: Any) -> str:
    name = _text(row.name).strip() or "Unnamed place"
    return f"Near {name.removeprefix('near ')}" if name.startswith("near ") else name


def _bars(themes: object) -> tuple[Bar, ...]:
    pairs = words.tally(themes)
    most = pairs[0][1] if pairs else 1
    return tuple(Bar(label, n, max(2, round(100 * n / most))) for label, n in pairs)


def _top(row: Any) -> tuple[str, int]:
    n_top = round(row.top_place_share * row.n)
    return f"{words.number(n_top)} of {words.number(row.n)} {_noun(row)} at one point", n_top


def _who(row: Any) -> tuple[tuple[str, str], ...]:
    said = [
        (words.source_label(source), words.count(n, _noun(row).removesuffix("s")))
        for source, n in words.tally(row.sources)
    ]
    if row.n_people:
        said.append(("People", f"{words.count(row.n_people, 'person', 'people')} told apart"))
        if row.n_anonymous:
            base = f"{words.number(row.n_anonymous)} of {words.number(row.n)} {_noun(row)}"
            said.append(("Anonymous", base))
    else:
        said.append(("People", "not known in this data"))
    return tuple(said)


def _where(row: Any, context: Context) -> tuple[tuple[str, str], ...]:
    east, north = words.number(row.easting), words.number(row.northing)
    grid = "British National Grid" if context.is_british else "Grid, metres"
    said = [
        ("Ward", _text(row.ward_name) or "outside the wards"),
        ("Centre", f"{row.latitude:.5f}, {row.longitude:.5f} (latitude, longitude)"),
        (grid, f"easting {east}, northing {north}"),
        ("Size", _size(row)),
        ("Busiest place", _top(row)[0]),
    ]
    if row.n_outside:
        outside = f"{words.number(row.n_outside)} of {words.number(row.n)} {_noun(row)} outside"
        said.append(("Boundary", f"crosses the boundary of {context.area_name}: {outside}"))
    return tuple(said)


def _size(row: Any) -> str:
    if row.kind == BUSY:
        return "not known: the outline is drawn round the published point"
    return f"{words.sides(row.width_m, row.length_m)}, {words.hectares(row.area_m2)}"


def _near(row: Any, context: Context) -> tuple[str, ...]:
    said = []
    for name, distance in _stations(row, context):
        said.append(f"Station: {name}, {words.metres(distance)} from the centre in a straight line")
    if zones := _text(row.zones):
        said.append(f"Zone: {zones}")
    if row.n_observations:
        findings = "; ".join(f"{theme} {n}" for theme, n in words.tally(row.observations))
        base = words.count(row.n_observations, "audit finding")
        said.append(f"{base} within the outline: {findings}")
    return tuple(said) or ("No zone, station or audit finding within reach of this place.",)


def _stations(row: Any, context: Context) -> list[tuple[str, float]]:
    distances = [
        (name, float(np.hypot(x - row.easting, y - row.northing)))
        for name, x, y in context.stations
    ]
    near = [pair for pair in distances if pair[1] <= NEAR_STATION_M]
    return sorted(near, key=lambda pair: (pair[1], pair[0]))[:2]


def _unknown(row: Any, context: Context, outcome: Outcome | None) -> tuple[str, ...]:
    about_chance = outcome.unknown if outcome else "Whether this could be chance: not yet tested."
    said = [about_chance] if about_chance else []
    snapped = context.snapped.intersection(key for key, _ in words.tally(row.sources))
    if row.kind == BUSY:
        points = "one point" if row.n_places == 1 else f"{row.n_places} points"
        said.append(
            f"The true addresses: all {words.number(row.n)} {_noun(row)} are filed at {points}, "
            "which can stand for a street, a station or a whole block."
        )
    else:
        if snapped:
            said.append(
                "The exact addresses: these reports are moved to the nearest published point "
                "before we receive them."
            )
        if row.top_place_share >= HIGH_SHARE and row.n_places > 1:
            said.append(f"Why one place leads: {_top(row)[0]}, which can stand for many addresses.")
    if context.months_only or _is_month(row):
        said.append("Days and hours: the source gives only the month.")
    if row.n_anonymous and row.n_people:
        anonymous = words.count(row.n_anonymous, f"anonymous {_noun(row).removesuffix('s')}")
        verb = "is" if row.n_anonymous == 1 else "are"
        said.append(f"How many people are behind the {anonymous}: only the rest {verb} counted.")
    elif not row.n_people:
        said.append(f"How many people made these {_noun(row)}.")
    return tuple(said) or ("Why these reports come together here.",)


def _is_month(row: Any) -> bool:
    ends = (words.parse_date(row.date_from), words.parse_date(row.date_to))
    return any(end is not None and end[1] for end in ends)


def make_card(row: Any, key: str, context: Context, *, tested: bool = False) -> Card:
    """Put one row of the hotspots table into words; `tested` if it has the test's columns."""
    outcome = outcome_of(row) if tested else None
    when = words.iso_span(row.date_from, row.date_to, months=context.months_only)
    n_top = _top(row)[1]
    return Card(
        key=key,
        rank=int(row.rank),
        kind=str(row.kind),
        family=str(row.family),
        name=_name(row),
        figures=figures(row),
        outcome=outcome,
        n=int(row.n),
        n_places=int(row.n_places),
        n_people=int(row.n_people),
        top=f"{words.number(n_top)} of {words.number(row.n)}",
        top_share=round(float(row.top_place_share), 4),
        themes=_bars(row.themes),
        when=when,
        who=_who(row),
        where=_where(row, context),
        near=_near(row, context),
        unknown=_unknown(row, context, outcome),
        ward=_text(row.ward_name),
        length=round(float(row.length_m) / 10) * 10,
        zones=_text(row.zones),
        n_observations=int(row.n_observations),
    )


def make_context(
    incidents: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, area_name: str, *, british: bool
) -> Context:
    """Gather from the incidents and places what the cards need beside the hotspots."""
    months = bool(len(incidents)) and bool((incidents["time_precision"] == "month").all())
    moved = incidents["location_method"].astype(str) == "snapped"
    share = moved.groupby(incidents["source"].astype(str)).mean()
    stations: tuple[tuple[str, float, float], ...] = ()
    if places is not None and len(places):
        chosen = places[places["kind"].astype(str) == "station"]
        xy = shapely.get_coordinates(chosen.geometry.to_numpy())
        stations = tuple(
            (str(name).removesuffix(" Station"), float(x), float(y))
            for name, (x, y) in zip(chosen["name"], xy, strict=True)
        )
    return Context(
        area_name=area_name,
        is_british=british,
        months_only=months,
        snapped=frozenset(share.index[share > 0.5]),  # noqa: PLR2004
        stations=stations,
    )
