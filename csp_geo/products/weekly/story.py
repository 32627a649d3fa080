"""The page in sentences: title, lead, empty states, cautions, how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from csp_geo.core import wording as words
from csp_geo.core.period import say_span
from csp_geo.core.tables import FAMILY_OF_SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csp_geo.products.facts.hotspot import HotspotFacts
    from csp_geo.products.facts.page import Facts

CAUTION_LINES: Final = 3
LINE_LENGTH: Final = 125
FEW_REPORTS: Final = 50
TWELVE_WEEKS: Final = 84
CLUSTERED: Final = ("recorded", "perception", "other")
NOT_TESTED: Final = "Not yet tested for chance"
NAMES_IN_LEAD: Final = 4

_READ_FIRST: Final = """
    A numbered square is a hotspot: reports so close together that at least {least} lie within
    {eps:g} metres of one of them, with the reports that join on to these; the number is its rank
    in the list.
    |A diamond is a busy point: many reports filed at one or two anonymised points, so that the
    true addresses are unknown; the number on the map is its reports.
"""
_READ_TESTED: Final = """
    |Recorded reports (offences, anti-social behaviour, fires, graffiti) and perception (where
    people said they feel unsafe, and people count, not pins) are tested and ranked apart.
    |Stands out (solid outline, filled) means: if the same reports had fallen by chance on the known
    places, at most 5 maps in 100 would show a hotspot this strong, and that stays so without
    its busiest place, its largest source or any one person.
    |It does not mean that it is worse than usual there, nor more harmful, nor that a patrol will
    help, nor anything about the people who live there.
    |Hotspots drawn open (dashed outline) do not pass this test or could not be tested, and may be
    real all the same; the card says which it is.
    |At this level of 5% two or three of 52 weekly maps show a false one, for each theme looked at.
    |Each is compared with the strongest hotspot of every map made by chance, so the test is
    conservative for the second and later ones: it may leave a real one open.
"""
_READ_UNTESTED: Final = """
    |Recorded reports (offences, anti-social behaviour, fires, graffiti) and perception (where
    people said they feel unsafe) are different kinds of evidence and are ranked apart.
    |Rank 1 has the most reports; the rank says nothing of harm, of risk to any one person or of
    the people who live there.
    |In perception it is people who count, not pins: several pins of one person close together
    count once, and a pin without a name counts as one person.
    |No hotspot here is yet tested for chance: with this many reports, some lie close together
    by luck alone.
"""
_READ_LAST: Final = """
    |The outline shows where the reports lie, as well as their addresses are known; it is not a
    boundary on the ground. A blank part of the map means that no reports reached us from there,
    not that nothing happened.
"""


@dataclass(frozen=True, kw_only=True)
class Family:
    """One tab: a family with its cards, or the sentence that says why it has none."""

    key: str
    label: str
    cards: tuple[HotspotFacts, ...]
    n_reports: int
    empty: str
    try_words: str = ""
    try_command: str = ""
    look_back: str = ""

    @property
    def n_hotspots(self) -> int:
        """How many cards are hotspots."""
        return sum(not card.is_busy for card in self.cards)

    @property
    def n_busy(self) -> int:
        """How many cards are busy points."""
        return sum(card.is_busy for card in self.cards)

    @property
    def figures(self) -> str:
        """Count both kinds, leaving out what is not there: "35 hotspots and 80 busy points"."""
        parts = [words.count(self.n_hotspots, "hotspot")] if self.n_hotspots else []
        if self.n_busy:
            parts.append(words.count(self.n_busy, "busy point"))
        return words.join(parts) or "no hotspots"

    @property
    def tested(self) -> bool:
        """Whether the test could say anything about any of the cards."""
        return any(card.outcome and card.outcome.decided for card in self.cards)

    @property
    def order(self) -> str:
        """Say what the ranks follow."""
        if self.tested:
            return "those that stand out first, then by how far above what chance would put there"
        return f"most {'pins' if self.key == 'perception' else 'reports'} first"


def period_of(facts: Facts, incidents: gpd.GeoDataFrame) -> str:
    """Write the period; without facts, the range of the incidents, by month where only that."""
    if facts.period is not None:
        return say_span(*facts.period, months=facts.period_is_months)
    if not len(incidents):
        return ""
    first, last = incidents["occurred_at"].min(), incidents["occurred_at"].max()
    if pd.isna(first):
        return ""
    months = bool((incidents["time_precision"] == "month").any())
    return say_span(first.date(), last.date(), months=months)


def title_of(area_name: str, period: str) -> str:
    """Return the heading: "Barking and Dagenham: hotspots, 1 to 28 November 2021"."""
    return f"{area_name}: hotspots, {period}" if period else f"{area_name}: hotspots"


def lead_of(families: list[Family]) -> str:
    """Return the one paragraph that says what there is, what stands out and what is not known."""
    shown = [family for family in families if family.cards]
    if not shown:
        return families[0].empty if families else "No hotspots."
    if any(card.outcome is None for family in shown for card in family.cards):
        said = [_largest(family) for family in shown]
        return " ".join([*said, "None has yet been tested for chance."])
    return " ".join(sentence for family in shown for sentence in _standing_out(family))


def _largest(family: Family) -> str:
    first = family.cards[0]
    return (
        f"{words.capital(family.figures)} in {family.label.lower()} reports; the largest is "
        f"{first.name_within} ({_size(first)})."
    )


class _Verbs(NamedTuple):
    """What the confirmed do, one or many, and what is said where none is."""

    one: str
    many: str
    none: str
    never: str


_STAND: Final = _Verbs(
    "stands out from chance",
    "stand out from chance",
    "stands out from chance",
    "does not stand out from chance",
)
_RECEIVE: Final = _Verbs(
    "receives more than chance",
    "receive more than chance",
    "is shown to receive more than chance",
    "is not shown to receive more than chance",
)


def _standing_out(family: Family) -> list[str]:
    """Say how many hotspots stand out and which; the busy points by themselves."""
    evidence = f" in {family.label.lower()} reports"
    hotspots = [card for card in family.cards if not card.is_busy]
    busy = [card for card in family.cards if card.is_busy]
    said = []
    if hotspots:
        said.append(_share(hotspots, f"hotspot{evidence}", f"hotspots{evidence}", _STAND))
    if busy:
        evidence = "" if hotspots else evidence
        said.append(_share(busy, f"busy point{evidence}", f"busy points{evidence}", _RECEIVE))
    return said


def _share(cards: list[HotspotFacts], one: str, many: str, verbs: _Verbs) -> str:
    """Say how many cards are confirmed: "Two of nine hotspots stand out: A and B."."""
    confirmed = [card for card in cards if card.outcome and card.outcome.confirmed]
    n, n_all = len(confirmed), len(cards)
    n_open = sum(not card.outcome.decided for card in cards if card.outcome)
    rest = f"{words.few(n_all)} {many}"
    if n_open == n_all:
        could = f"the only {one} could not" if n_all == 1 else f"none of {rest} could"
        return words.capital(f"{could} be tested for chance.")
    if not n:
        none = f"the only {one} {verbs.never}" if n_all == 1 else f"none of {rest} {verbs.none}"
        untested = f"; {words.few(n_open)} could not be tested" if n_open else ""
        return words.capital(f"{none}{untested}.")
    some = f"the only {one}" if n_all == 1 else f"{words.few(n)} of {rest}"
    return words.capital(f"{some} {verbs.one if n == 1 else verbs.many}{_named(confirmed)}.")


def _named(cards: list[HotspotFacts]) -> str:
    names = [card.name_within for card in cards if not card.is_busy]
    more = len(names) - NAMES_IN_LEAD
    if more > 0:
        names = [*names[:NAMES_IN_LEAD], f"{words.few(more)} more"]
    return f": {words.join(names)}" if names else ""


def _size(card: HotspotFacts) -> str:
    if card.family == "perception":
        return card.figures
    return f"{words.count(card.n, 'report')} at {words.count(card.n_places, 'place')}"


def longer_period(facts: Facts) -> tuple[str, str]:
    """Return what to try, in words and as a command, where the period is known."""
    if facts.period is None:
        return "Try a longer period.", ""
    first, last = facts.period
    if facts.period_is_months:
        start = min(last.year * 12 + last.month - 3, first.year * 12 + first.month - 1)
        period = f"{start // 12}-{start % 12 + 1:02d}..{last:%Y-%m}"
        return "Try three months:", f"csp-geo weekly --period {period}"
    start_day = min(last - timedelta(days=TWELVE_WEEKS - 1), first)
    return "Try 12 weeks:", f"csp-geo weekly --period {start_day}..{last}"


def empty_of(family: str, n_reports: int, facts: Facts) -> str:
    """Say why a family has no hotspots: how many reports there are, and what they lack."""
    if not n_reports:
        return "No hotspots: there are no reports in this period."
    base = words.count(n_reports, "report")
    if n_reports < FEW_REPORTS:
        return f"No hotspots: {base} in this period {_are(n_reports)} too few to map."
    needed = words.count(facts.min_samples, "report")
    if family == "perception":
        needed = words.count(facts.min_samples, "person", "people")
    return (
        f"No hotspots: {base} in this period, but nowhere {needed} within {facts.eps:g} metres "
        "of each other."
    )


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def notice_of(*, synthetic: bool, schematic: bool) -> tuple[str, str] | None:
    """Return the banner over made-up data or outlines: its word and its sentences."""
    said = []
    if synthetic:
        said.append("Every report here is made up, to show how the tool works.")
    if schematic:
        said.append("The ward outlines are schematic, not the official ones.")
    if not said:
        return None
    return ("Synthetic" if synthetic else "Schematic"), " ".join(said)


def shown_cautions(cautions: Sequence[str]) -> int:
    """Return how many cautions fit into the lines that the heading has for them, at least one."""
    lines = 0
    for shown, sentence in enumerate(cautions):
        lines += -(-len(sentence) // LINE_LENGTH)
        if lines > CAUTION_LINES:
            return max(shown, 1)
    return len(cautions)


def look_back_of(family: str, facts: Facts) -> str:
    """Say how far back the sources of a family reach where that is not the period itself."""
    said = [
        f"{line.title or words.source_label(line.source)} {line.look_back}"
        for line in facts.sources
        if FAMILY_OF_SOURCE.get(line.source) == family
        and line.in_period
        and line.look_back != "the period"
    ]
    return f"Reaches back further than the period: {words.join(said)}." if said else ""


def families_of(
    cards: Sequence[HotspotFacts], incidents: gpd.GeoDataFrame, facts: Facts
) -> list[Family]:
    """Group cards into tabs: every family that has hotspots or reports that could make some."""
    counts = incidents["family"].astype(str).value_counts() if len(incidents) else pd.Series()
    families = []
    try_words, try_command = longer_period(facts)
    for key in CLUSTERED:
        own = tuple(sorted((c for c in cards if c.family == key), key=lambda card: card.rank))
        n_reports = int(counts.get(key, 0))
        if own or n_reports or (key == "recorded" and not cards and not len(incidents)):
            families.append(
                Family(
                    key=key,
                    label=words.family_label(key),
                    cards=own,
                    n_reports=n_reports,
                    empty=empty_of(key, n_reports, facts),
                    try_words=try_words,
                    try_command=try_command,
                    look_back=look_back_of(key, facts),
                )
            )
    return families


def how_to_read(facts: Facts, *, tested: bool) -> list[str]:
    """Return the sentences under "How to read this map", about eight."""
    test = _READ_TESTED if tested else _READ_UNTESTED
    said = (_READ_FIRST + test + _READ_LAST).format(least=facts.min_samples, eps=facts.eps)
    return [" ".join(sentence.split()) for sentence in said.split("|")]


def left_out_sentence(n: int) -> str:
    """Say how many reports are counted but not drawn as sensitive."""
    if not n:
        return ""
    base = words.count(n, "report")
    return (
        f"{base} {_are(n)} counted but not drawn: sexual, domestic, hate and other sensitive "
        "reports, and those whose category nobody has sorted."
    )
