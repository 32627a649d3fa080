"""The page in sentences: title, lead, empty states, cautions, how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.period import say_span
from csp_geo.products import words
from csp_geo.tables import FAMILY_OF_SOURCE

if TYPE_CHECKING:
    import geopandas as gpd

    from csp_geo.products.cards import Card
    from csp_geo.products.facts import Facts

CAUTION_LINES: Final = 3
LINE_LENGTH: Final = 125
FEW_REPORTS: Final = 50
TWELVE_WEEKS: Final = 84
CLUSTERED: Final = ("recorded", "perception", "other")
NOT_TESTED: Final = "Not yet tested for chance"


@dataclass(frozen=True, kw_only=True)
class Family:
    """One tab: a family with its cards, or the sentence that says why it has none."""

    key: str
    label: str
    cards: tuple[Card, ...]
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
    """Return the one paragraph that says what there is, what is largest and what is not known."""
    sentences = []
    for family in families:
        if family.cards:
            first = family.cards[0]
            name = first.name.removeprefix("Near ")
            sentences.append(
                f"{_capital(family.figures)} in {family.label.lower()} reports; the largest is "
                f"{name if name == first.name else 'near ' + name} ({_size(first)})."
            )
    if not sentences:
        return families[0].empty if families else "No hotspots."
    return " ".join([*sentences, "None has yet been tested for chance."])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _size(card: Card) -> str:
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


def shown_cautions(cautions: tuple[str, ...]) -> int:
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


def families_of(cards: list[Card], incidents: gpd.GeoDataFrame, facts: Facts) -> list[Family]:
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


def how_to_read(facts: Facts) -> list[str]:
    """Return the eight sentences under "How to read this map"."""
    text = f"""
        A numbered square is a hotspot: reports so close together that at least {facts.min_samples}
        lie within {facts.eps:g} metres of one of them, with the reports that join on to these;
        the number is its rank in the list.
        |A diamond is a busy point: many reports filed at one or two anonymised points, so that the
        true addresses are unknown; the number on the map is its reports.
        |Recorded reports (offences, anti-social behaviour, fires, graffiti) and perception (where
        people said they feel unsafe) are different kinds of evidence and are ranked apart.
        |Rank 1 has the most reports; the rank says nothing of harm, of risk to any one person or of
        the people who live there.
        |In perception it is people who count, not pins: several pins of one person close together
        count once, and a pin without a name counts as one person.
        |The outline shows where the reports lie, as well as their addresses are known; it is not a
        boundary on the ground.
        |No hotspot here is yet tested for chance: with this many reports, some lie close together
        by luck alone.
        |A blank part of the map means that no reports reached us from there, not that nothing
        happened.
    """
    return [" ".join(sentence.split()) for sentence in text.split("|")]


def left_out_sentence(n: int) -> str:
    """Say how many reports are counted but not drawn for their theme."""
    if not n:
        return ""
    base = words.count(n, "report")
    return f"{base} with sexual, domestic or hate themes {_are(n)} counted but not drawn."
