"""What a page says beside its tables: first what every page says, then what the weekly map adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.period import say_day
from csp_geo.core.settings import DEFAULT_MARKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd


LEAFLET_LICENCE: Final = (
    "Map drawn with Leaflet 1.9.4, copyright Volodymyr Agafonkin and contributors "
    "(BSD 2-Clause licence), by way of folium (MIT licence)."
)


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """What every page says: its marking, what to know first, where it comes from, what made it.

    `marking` is empty for none. `licences` are those of the data; that of the map is added on the
    page. `synthetic`: everything on the page is the sample's.
    """

    marking: str = DEFAULT_MARKING
    version: str = ""
    synthetic: bool = False
    cautions: Sequence[str] = ()
    licences: Sequence[str] = ()

    @property
    def made(self) -> str:
        """How, when or from what the page was made, as the imprint ends."""
        return ""

    def on_page(self) -> dict[str, Any]:
        """Return what the templates of all pages print."""
        return {
            "marking": self.marking,
            "version": self.version,
            "synthetic": self.synthetic,
            "cautions": self.cautions,
            "licences": (*self.licences, LEAFLET_LICENCE),
            "imprint": f"Made with {f'csp-geo {self.version}'.strip()}{self.made}.",
        }


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
class Facts(PageFacts):
    """What a weekly run knows beyond its tables; every field may be left out in a notebook.

    `period` is inclusive. `params` holds `eps` (metres) and `min_samples`. `ward_counts` has rows
    of ward code, ward name, recorded and perception reports. `method` and `testing` are finished
    sentences: how hotspots are found, and how they are tested (known places and their months for
    each source, redraws, seed).
    """

    as_of: date | None = None
    period: tuple[date, date] | None = None
    period_is_months: bool = False
    sources: tuple[SourceFacts, ...] = ()
    method: tuple[str, ...] = ()
    testing: tuple[str, ...] = ()
    params: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
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

    @property
    def made(self) -> str:
        """The day, the parameters, the seed and the time that it took, as far as they are known."""
        said = [f"as of {say_day(self.as_of)}"] if self.as_of else []
        said.append(f"eps {self.eps:g} metres, min_samples {self.min_samples}")
        if self.seed is not None:
            said.append(f"seed {self.seed}")
        if self.seconds is not None:
            said.append(f"made in {self.seconds:.1f} seconds")
        return "".join(f"; {words}" for words in said)

    def ward_rows(self) -> list[tuple[str, str, int, int]]:
        """Return `ward_counts` as plain rows, whichever form it has."""
        counts = self.ward_counts
        rows = counts if isinstance(counts, tuple) else counts.itertuples(index=False, name=None)
        return [(str(r[0]), str(r[1]), int(r[2]), int(r[3])) for r in rows]
