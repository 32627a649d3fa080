"""What is known of one hotspot: the one place where a statistic becomes words.

The list, the card and its copied summary, the table, the map and the terminal print what stands
here and add nothing. A new statistic is a sentence or pair in one of the parts (card, summary), a
line of `COLUMNS` (table), or a figure in `_figures` (list, map, terminal). Every figure stands with
its base; what is not known is said in sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely

from csp_geo.core import wording as words
from csp_geo.products.facts.outcome import Outcome, cell_text, is_tested, outcome_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
class Part:
    """One part of what is known: a heading, and below it sentences, pairs, points or bars.

    `cells` are the settings that were tried, those first in which it holds; the first sentence then
    stands beside them. `quotes`: terms and points hold words from the data.
    """

    title: str
    sentences: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    points: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    cells: tuple[bool, ...] = ()
    quotes: bool = False


@dataclass(frozen=True, kw_only=True)
class Background:
    """What the facts need beyond the hotspots table.

    `months_only`: every incident is known by month alone. `snapped`: sources of which most
    incidents are moved to a published point. `stations`: names and ``(n, 2)`` metres.
    """

    area_name: str = "the study area"
    is_british: bool = True
    months_only: bool = False
    snapped: frozenset[str] = frozenset()
    stations: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class HotspotFacts:
    """Everything that is known of one hotspot; `outcome` is None where nothing is tested.

    `key` is its name in a page. `top` and `top_share` are the reports at its busiest place,
    `length` is the longer side in metres to the nearest 10, `parts` are what a card says.
    """

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
    parts: tuple[Part, ...]
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
    def name_within(self) -> str:
        """The name as it stands within a sentence: "near The Green"."""
        name = self.name.removeprefix("Near ")
        return name if name == self.name else f"near {name}"

    @property
    def line(self) -> str:
        """Everything in one line."""
        said = f"{self.name}: {self.figures}"
        return f"{said}. {self.tag}" if self.outcome else said

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
    def kind_word(self) -> str:
        """The kind, as a cell begins."""
        return words.capital(self.kind)

    @property
    def people(self) -> str:
        """How many people can be told apart."""
        return words.number(self.n_people) if self.n_people else "not known"

    @property
    def main_themes(self) -> str:
        """The three commonest themes with their counts."""
        return ", ".join(f"{bar.label} {words.number(bar.n)}" for bar in self.themes[:3])


def _figures(row: Any) -> str:
    """Return the line of figures: people first where people can be told apart."""
    places = words.count(row.n_places, "place")
    if row.family != "perception":
        return f"{_reports(row)}, {places}"
    if not row.n_people:
        return f"{_reports(row)} from people not told apart"
    return f"{words.count(row.n_people, 'person', 'people')}, {_reports(row)}"


def _reports(row: Any) -> str:
    """Count the reports; where events have several rows, what was counted and what was not."""
    if row.n_rows <= row.n:
        return words.count(row.n, _noun(row).removesuffix("s"))
    if row.n == 1:
        return f"one incident, {words.number(row.n_rows)} rows"
    return f"{words.number(row.n)} incidents ({words.number(row.n_rows)} rows)"


def _noun(row: Any) -> str:
    return "pins" if row.family == "perception" else "reports"


def _name(row: Any) -> str:
    name = cell_text(row.name) or "Unnamed place"
    return f"Near {name.removeprefix('near ')}" if name.startswith("near ") else name


def _bars(themes: object) -> tuple[Bar, ...]:
    pairs = words.tally(themes)
    most = pairs[0][1] if pairs else 1
    return tuple(Bar(label, n, max(2, round(100 * n / most))) for label, n in pairs)


def _top(row: Any) -> tuple[str, int]:
    n_top = round(row.top_place_share * row.n)
    return f"{words.number(n_top)} of {words.number(row.n)} {_noun(row)} at one point", n_top


def _what(row: Any, outcome: Outcome | None) -> Part:
    against = outcome.against_chance if outcome else ""
    return Part(title="What", sentences=(against,) if against else (), bars=_bars(row.themes))


def _firmness(outcome: Outcome) -> Part:
    without = (("It would not stand out without", outcome.depends_on),)
    return Part(
        title="How firm the outline is",
        cells=outcome.cells,
        sentences=(outcome.firm_words, outcome.tried),
        pairs=without if outcome.depends_on else (),
    )


def _who(row: Any) -> Part:
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
    return Part(title="Who says so", pairs=tuple(said), quotes=True)


def _where(row: Any, around: Background) -> Part:
    east, north = words.number(row.easting), words.number(row.northing)
    grid = "British National Grid" if around.is_british else "Grid, metres"
    said = [
        ("Ward", cell_text(row.ward_name) or "outside the wards"),
        ("Centre", f"{row.latitude:.5f}, {row.longitude:.5f} (latitude, longitude)"),
        (grid, f"easting {east}, northing {north}"),
        ("Size", _size(row)),
        ("Busiest place", _top(row)[0]),
    ]
    if row.n_outside:
        outside = f"{words.number(row.n_outside)} of {words.number(row.n)} {_noun(row)} outside"
        said.append(("Boundary", f"crosses the boundary of {around.area_name}: {outside}"))
    return Part(title="Where", pairs=tuple(said))


def _size(row: Any) -> str:
    if row.kind == BUSY:
        return "not known: the outline is drawn round the published point"
    return f"{words.sides(row.width_m, row.length_m)}, {words.hectares(row.area_m2)}"


def _near(row: Any, around: Background) -> Part:
    said = []
    for name, distance in _stations(row, around):
        said.append(f"Station: {name}, {words.metres(distance)} from the centre in a straight line")
    if zones := cell_text(row.zones):
        said.append(f"Zone: {zones}")
    if row.n_observations:
        findings = "; ".join(f"{theme} {n}" for theme, n in words.tally(row.observations))
        base = words.count(row.n_observations, "audit finding")
        said.append(f"{base} within the outline: {findings}")
    said = said or ["No zone, station or audit finding within reach of this place."]
    return Part(title="What is near", points=tuple(said), quotes=True)


def _stations(row: Any, around: Background) -> list[tuple[str, float]]:
    distances = [
        (name, float(np.hypot(x - row.easting, y - row.northing))) for name, x, y in around.stations
    ]
    near = [pair for pair in distances if pair[1] <= NEAR_STATION_M]
    return sorted(near, key=lambda pair: (pair[1], pair[0]))[:2]


def _unknown(row: Any, around: Background, outcome: Outcome | None) -> Part:
    about_chance = outcome.unknown if outcome else "Whether this could be chance: not yet tested."
    said = [about_chance] if about_chance else []
    snapped = around.snapped.intersection(key for key, _ in words.tally(row.sources))
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
    if around.months_only or _is_month(row):
        said.append("Days and hours: the source gives only the month.")
    if row.n_anonymous and row.n_people:
        anonymous = words.count(row.n_anonymous, f"anonymous {_noun(row).removesuffix('s')}")
        verb = "is" if row.n_anonymous == 1 else "are"
        said.append(f"How many people are behind the {anonymous}: only the rest {verb} counted.")
    elif not row.n_people:
        said.append(f"How many people made these {_noun(row)}.")
    said = said or ["Why these reports come together here."]
    return Part(title="What we do not know", points=tuple(said))


def _is_month(row: Any) -> bool:
    ends = (words.parse_date(row.date_from), words.parse_date(row.date_to))
    return any(end is not None and end[1] for end in ends)


def hotspot_facts(
    hotspots: gpd.GeoDataFrame, around: Background | None = None
) -> tuple[HotspotFacts, ...]:
    """Put a table of hotspots into words.

    Parameters
    ----------
    hotspots
        Per `csp_geo.core.tables.HOTSPOTS`, or `CLUSTERS` where nothing is tested.
    around
        What else is known; without it nothing is near and no source is moved.

    Returns
    -------
    facts
        One for each row, in their order, with the keys h0, h1, ...
    """
    tested, around = is_tested(hotspots), around or Background()
    rows = hotspots.drop(columns="geometry").itertuples(index=False)
    return tuple(_facts(row, f"h{i}", around, tested=tested) for i, row in enumerate(rows))


def _facts(row: Any, key: str, around: Background, *, tested: bool) -> HotspotFacts:
    outcome = outcome_of(row) if tested else None
    when = words.iso_span(row.date_from, row.date_to, months=around.months_only)
    n_top = _top(row)[1]
    return HotspotFacts(
        key=key,
        rank=int(row.rank),
        kind=str(row.kind),
        family=str(row.family),
        name=_name(row),
        figures=_figures(row),
        outcome=outcome,
        n=int(row.n),
        n_places=int(row.n_places),
        n_people=int(row.n_people),
        top=f"{words.number(n_top)} of {words.number(row.n)}",
        top_share=round(float(row.top_place_share), 4),
        themes=_bars(row.themes),
        parts=(
            _what(row, outcome),
            *((_firmness(outcome),) if outcome else ()),
            Part(title="When", sentences=(when,)),
            _who(row),
            _where(row, around),
            _unknown(row, around, outcome),
            _near(row, around),
        ),
        ward=cell_text(row.ward_name),
        length=round(float(row.length_m) / 10) * 10,
        zones=cell_text(row.zones),
        n_observations=int(row.n_observations),
    )


def background_of(
    incidents: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, area_name: str, *, british: bool
) -> Background:
    """Gather from the incidents and places what the facts need beside the hotspots."""
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
    return Background(
        area_name=area_name,
        is_british=british,
        months_only=months,
        snapped=frozenset(share.index[share > 0.5]),  # noqa: PLR2004
        stations=stations,
    )


# --- the table of all hotspots -------------------------------------------------------------------


@dataclass(frozen=True)
class TableColumn:
    """A column of the table: its heading, the field with its text, the field it is sorted by.

    `kind` says how a cell is set: num, words, words themes or kind. `tested` is None for a column
    of every table, else that of a tested or an untested one alone. `if_any` leaves it out where no
    hotspot has anything in it.
    """

    heading: str
    text: str
    value: str = ""
    kind: str = "num"
    tested: bool | None = None
    if_any: bool = False

    def cell(self, facts: HotspotFacts) -> object:
        """Return what a cell says; numbers with commas."""
        said = attrgetter(self.text)(facts)
        return words.number(said) if isinstance(said, int) else said

    def sorted_by(self, facts: HotspotFacts) -> object:
        """Return what a cell is sorted by."""
        return attrgetter(self.value or self.text)(facts)


COLUMNS: Final = (
    TableColumn("Verdict", "tag", kind="kind", tested=True),
    TableColumn("Kind", "kind_word", kind="kind", tested=False),
    TableColumn("Reports", "n", "n"),
    TableColumn("Expected by chance", "outcome.expected", "outcome.n_expected", tested=True),
    TableColumn("Chance", "outcome.chance", "outcome.p_chance", tested=True),
    TableColumn("Firm", "outcome.firm", "outcome.survives", tested=True),
    TableColumn("Falls without", "outcome.depends_on", kind="words", tested=True, if_any=True),
    TableColumn("Places", "n_places", "n_places"),
    TableColumn("People", "people", "n_people", if_any=True),
    TableColumn("At the busiest place", "top", "top_share"),
    TableColumn("Main themes", "main_themes", kind="words themes"),
    TableColumn("Ward", "ward", kind="words"),
    TableColumn("Metres long", "length", "length"),
    TableColumn("Zones", "zones", kind="words", if_any=True),
    TableColumn("Audit findings", "n_observations", if_any=True),
)
"""What stands behind evidence, rank and name."""


def columns_of(facts: Sequence[HotspotFacts], *, tested: bool) -> list[TableColumn]:
    """Return the columns of a table of these hotspots."""
    return [
        column
        for column in COLUMNS
        if column.tested in {None, tested}
        and (not column.if_any or any(map(column.sorted_by, facts)))
    ]
