"""What the commands share: exit codes, where things are, and what they may not reach for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

DATA, USAGE, LIMIT, STOPPED = 1, 2, 3, 130
"""Exit codes: the data cannot be used, wrong usage, too many rows quarantined, Ctrl-C."""
PATH: Final = click.Path(path_type=Path)
CONFIG: Final = Path("csp_geo.toml")


@dataclass(frozen=True)
class Surroundings:
    """What a command may not reach for by itself.

    The day, a count of seconds, waiting, and whether a person sits at a terminal.
    """

    today: Callable[[], date]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    at_terminal: Callable[[], bool]
