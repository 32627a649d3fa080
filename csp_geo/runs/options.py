"""What a run is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csp_geo.core.settings import Settings
from csp_geo.decisions.havens.demand import DemandParams
from csp_geo.decisions.havens.plan import PlanParams
from csp_geo.decisions.walking.distances import WalkParams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from csp_geo.inputs.source import Source


def silent(message: str) -> None:
    """Tell nobody."""
    del message


def unmoved(done: int, of: int) -> None:
    """Show nobody how far it is."""
    del done, of


def stopped() -> float:
    """Count no seconds."""
    return 0.0


@dataclass(frozen=True, kw_only=True)
class WeeklyOptions:
    """What a weekly run is asked for.

    `today` is the day of the run, `clock` counts seconds for run.json, `progress` is told each
    step and `tick` how many maps of the test have been drawn: the library itself has no clock and
    prints nothing.
    """

    reports: Path
    boundaries: Path
    as_of: date
    today: date
    out: Path
    key_folder: Path
    period: str = "28d"
    zones: Sequence[Path] = ()
    context: Sequence[Path] = ()
    havens: Path | None = None
    themes: Sequence[str] = ()
    sources: Sequence[str] = ()
    settings: Settings = field(default_factory=Settings)
    seed: int = 0
    command: str = "csp-geo weekly"
    clock: Callable[[], float] = stopped
    progress: Callable[[str], None] = silent
    tick: Callable[[int, int], None] = unmoved


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """What a check is asked for.

    `source` reads every file as that source. `project` is a reports folder whose `source.toml`
    count, `own` are sources that take their place. `fixing` asks for the accepted rows.
    """

    today: date
    source: str | None = None
    boundaries: Path | None = None
    context: Sequence[Path] = ()
    project: Path | None = None
    own: Mapping[str, Source] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    fixing: bool = False
    progress: Callable[[str], None] = silent


@dataclass(frozen=True, kw_only=True)
class DirectoryOptions:
    """What a directory of Safe Havens is asked for.

    `havens` is the register. `boundaries` are the ward files of the project: one is used, of
    several none. `today` decides which havens count.
    """

    havens: Path
    today: date
    boundaries: Sequence[Path] = ()
    context: Sequence[Path] = ()
    settings: Settings = field(default_factory=Settings)
    progress: Callable[[str], None] = silent


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
