"""What the test for chance says of one hotspot, in words; only of tables that are `is_tested`.

A table without the columns of the test is drawn all the same: its cards have no outcome, and the
page then says that nothing is tested.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo.core import wording as words
from csp_geo.core.tables import CLUSTERS, HOTSPOTS

if TYPE_CHECKING:
    import geopandas as gpd

N_SETTINGS: Final = 9
UNDECIDED: Final = ("too few to test", "not tested")
"""Verdicts that say nothing either way."""

_TEST_COLUMNS: Final = frozenset(HOTSPOTS.names) - frozenset(CLUSTERS.names)
_UNKNOWN: Final = {
    "rests on one part": "Whether this stands out as a whole: without that one part it would not.",
    "could be chance": "Whether this is more than chance: the test does not show it, which does "
    "not mean that nothing happens here.",
    "could be where people live": "Whether this is more than the people who live here explain: "
    "no list of addresses was given.",
    "too large to task": "Where within it reports come together most: it is too large to be one "
    "place to send someone to.",
    "too few to test": "Whether this could be chance: there is too little here to tell.",
    "not tested": "Whether this could be chance: not tested.",
}


def is_tested(hotspots: gpd.GeoDataFrame) -> bool:
    """Tell whether a table has every column of the test."""
    return frozenset(hotspots.columns) >= _TEST_COLUMNS


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the test says of one hotspot or busy point; `unit` is what it counts."""

    verdict: str
    confirmed: bool
    busy: bool
    sentence: str
    survives: int
    depends_on: str
    counted: str
    n_expected: float | None
    p_chance: float | None
    unit: str

    @property
    def tag(self) -> str:
        """The verdict as a tag in words."""
        if not self.busy:
            return self.verdict.capitalize()
        return f"Busy point: {'more than chance' if self.confirmed else self.verdict}"

    @property
    def decided(self) -> bool:
        """Whether the test could say anything."""
        return self.verdict not in UNDECIDED

    @property
    def unknown(self) -> str:
        """What the test leaves open; empty where its sentence says all."""
        return "" if self.confirmed else _UNKNOWN.get(self.verdict, "")

    @property
    def cells(self) -> tuple[bool, ...]:
        """Nine settings, those first in which it is still one hotspot."""
        return tuple(i < self.survives for i in range(N_SETTINGS))

    @property
    def firm(self) -> str:
        """In how many settings it holds, for the table: "7 of 9"."""
        return f"{self.survives} of {N_SETTINGS}"

    @property
    def firm_words(self) -> str:
        """In how many settings it holds, for the card."""
        return f"The same place in {self.firm} settings"

    @property
    def tried(self) -> str:
        """Which settings those are."""
        return (
            "Tried: the distance that joins reports as it is, 25% shorter and 25% longer, each "
            f"with as many {words.plural(self.unit)} needed as now, one fewer and one more. "
            "This is about the outline, not about chance."
        )

    @property
    def chance(self) -> str:
        """The share of maps made by chance with a hotspot this strong; never a bare nought."""
        if self.p_chance is None:
            return "not tested"
        digits = f"{self.p_chance:.3f}"
        return digits if float(digits) else f"{self.p_chance:.6f}".rstrip("0")

    @property
    def expected(self) -> str:
        """What chance would put there, for the table."""
        if self.n_expected is None:
            return "unknown"
        few = self.n_expected < 10  # noqa: PLR2004
        return f"{self.n_expected:.1f}" if few else words.number(self.n_expected)

    @property
    def against_chance(self) -> str:
        """The count against what chance would put there, with its base; empty where unknown."""
        if self.n_expected is None:
            return ""
        about = f"about {words.number(self.n_expected)}" if self.n_expected >= 1 else "less than 1"
        return f"{self.counted}; {about} if spread evenly."


def outcome_of(row: Any) -> Outcome:
    """Read the columns of the test from one row of the hotspots table."""
    unit = "person" if str(row.family) == "perception" else "report"
    return Outcome(
        verdict=str(row.verdict),
        confirmed=bool(row.confirmed),
        busy=str(row.kind) == "busy point",
        sentence=cell_text(row.sentence),
        survives=int(row.survives),
        depends_on=cell_text(row.depends_on),
        counted=_people(row) if unit == "person" else words.count(row.n, unit),
        n_expected=_number(row.n_expected),
        p_chance=_number(row.p_chance),
        unit=unit,
    )


def _people(row: Any) -> str:
    """Say how many people the test counts: those told apart, and each anonymous pin as one."""
    said = [words.count(row.n_people, "person", "people")] if row.n_people else []
    if row.n_anonymous:
        each = "each taken as one person" if row.n_anonymous > 1 else "taken as one person"
        said.append(f"{words.count(row.n_anonymous, 'anonymous pin')}, {each}")
    return words.join(said)


def cell_text(value: Any) -> str:
    """Return the text of a cell, "" for a missing one."""
    return "" if pd.isna(value) else str(value).strip()


def _number(value: Any) -> float | None:
    return None if pd.isna(value) or not math.isfinite(value) else float(value)
