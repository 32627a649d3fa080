"""What the map page says beside the tables: period, marking, cautions, sources, method."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csp_geo.core.settings import DEFAULT_MARKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """One line of "Where reports came from".

    `date_from` and `date_to` are ISO text, months (2023-01) where days are unknown; `look_back` is
    in words ("the period", "12 months"); `role` is "in the hotspots", "context only" or "attached
    as evidence".
    """

    source: str
    title: str = ""
    read: int = 0
    accepted: int = 0
    merged: int = 0
    quarantined: int = 0
    in_period: int = 0
    date_from: str = ""
    date_to: str = ""
    look_back: str = "the period"
    role: str = "in the hotspots"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a run knows beyond its tables; every field may be left out in a notebook.

    `period` is inclusive. `params` holds `eps` (metres) and `min_samples`. `ward_counts` has rows
    of ward code, ward name, recorded and perception reports. `method` and `testing` are finished
    sentences: how hotspots are found, and how they are tested (known places and their months for
    each source, redraws, seed).
    """

    as_of: date | None = None
    period: tuple[date, date] | None = None
    period_is_months: bool = False
    marking: str = DEFAULT_MARKING
    synthetic: bool = False
    cautions: tuple[str, ...] = ()
    sources: tuple[SourceFacts, ...] = ()
    licences: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    testing: tuple[str, ...] = ()
    params: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
    version: str = ""
    seconds: float | None = None
    ward_counts: tuple[tuple[str, str, int, int], ...] | pd.DataFrame = ()

    @property
    def eps(self) -> float:
        """Distance that joins reports, metres."""
        return float(self.params.get("eps", 100))

    @property
    def min_samples(self) -> int:
        """How many reports, or people, it takes."""
        return int(self.params.get("min_samples", 5))

    def ward_rows(self) -> list[tuple[str, str, int, int]]:
        """Return `ward_counts` as plain rows, whichever form it has."""
        counts = self.ward_counts
        rows = counts if isinstance(counts, tuple) else counts.itertuples(index=False, name=None)
        return [(str(r[0]), str(r[1]), int(r[2]), int(r[3])) for r in rows]
