"""What a weekly run, a check and a directory are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csp_geo.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from csp_geo.intake.source import Source


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
