"""What a plan for Safe Havens is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csp_geo.options import silent
from csp_geo.response.demand import DemandParams
from csp_geo.response.network import WalkParams
from csp_geo.response.plan import PlanParams
from csp_geo.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class HavenOptions:
    """What a plan for Safe Havens is asked for; paths are read, nothing else of a project is."""

    run: Path
    premises: Sequence[Path]
    out: Path
    existing: Path | None = None
    venue_types: Path | None = None
    network: Path | None = None
    barriers: Path | None = None
    crossings: Path | None = None
    avoid: Path | None = None
    profile: str = "light"
    assumed_hours: Path | None = None
    each: str | None = None
    any_hour: bool = False
    standing_out: bool = False
    alcohol: bool = False
    demand: DemandParams = field(default_factory=DemandParams)
    plan: PlanParams = field(default_factory=PlanParams)
    walk: WalkParams = field(default_factory=WalkParams)
    settings: Settings = field(default_factory=Settings)
    progress: Callable[[str], None] = silent
