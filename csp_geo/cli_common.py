"""What the commands share: how they are told the time, exit, print and show progress."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

DATA, USAGE, LIMIT = 1, 2, 3
"""Exit codes: the data cannot be used, wrong usage, too many rows quarantined."""
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


def tell(message: str) -> None:
    """Say on stderr what is being done."""
    click.echo(f"{message} ...", err=True)


def print_json(value: Any) -> None:
    """Print one JSON object on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
