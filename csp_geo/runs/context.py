"""What a run may not reach for by itself: the day, a clock, whom to tell, settings, the key."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from csp_geo.core.errors import CspGeoError, refuse
from csp_geo.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    Made = TypeVar("Made")


def no_progress(message: str) -> None:
    """Say nothing of what is being done."""
    del message


def no_bar(done: int, of: int) -> None:
    """Show no progress bar."""
    del done, of


def no_clock() -> float:
    """Give 0 seconds, always: for a run whose record need not say how long it took."""
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every run is given beside its options.

    `today` is the day of the run; `command` is how it was called, with file names instead of
    paths; `key_folder` is where the project keeps its key. `clock` counts seconds for the record,
    `progress` is told each step and `tick` how many maps of the test have been drawn: the library
    itself has no clock and prints nothing.
    """

    today: date
    command: str = "csp-geo"
    settings: Settings = field(default_factory=Settings)
    key_folder: Path = field(default_factory=Path)
    clock: Callable[[], float] = no_clock
    progress: Callable[[str], None] = no_progress
    tick: Callable[[int, int], None] = no_bar


class Complaints:
    """What stands in the way of a run, gathered step by step so that all of it is said at once."""

    def __init__(self) -> None:
        self._found: list[CspGeoError] = []

    def tried(self, step: Callable[[], Made]) -> Made | None:
        """Return what a step makes; `None`, and its sentence kept, where it cannot."""
        try:
            return step()
        except CspGeoError as error:
            self._found.append(error)
            return None

    def refuse(self) -> None:
        """Raise what was found, if anything was."""
        refuse(self._found)


class Stopwatch:
    """Tells each step as it begins, and times it."""

    def __init__(self, context: Context) -> None:
        self.seconds: dict[str, float] = {}
        self._context = context
        self._step, self._since = "", 0.0

    def start(self, step: str, message: str) -> None:
        """End the step before and begin another."""
        self.stop()
        self._step, self._since = step, self._context.clock()
        self._context.progress(message)

    def stop(self) -> None:
        """End the step."""
        if self._step:
            self.seconds[self._step] = round(self._context.clock() - self._since, 3)
        self._step = ""
