"""What the commands share: exit codes, surroundings, the context of a run, and how it ends."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from csp_geo.cli.terminal import print_json, say, sees_progress, show_progress, tell
from csp_geo.core.caution import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from csp_geo.core.settings import Settings
    from csp_geo.runs.context import Context
    from csp_geo.runs.pack import Pack, Written

DATA, USAGE, LIMIT, STOPPED = 1, 2, 3, 130
"""Exit codes: the data cannot be used, wrong usage, too many rows quarantined, Ctrl-C."""
CONFIG: Final = Path("csp_geo.toml")


class _Path(click.Path):
    """A path. Empty text, such as an unset variable in a script, is refused.

    Python would take it for the current folder, which nobody named.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail("it is empty; name a file or folder.", param, ctx)
        return super().convert(value, param, ctx)


PATH: Final = _Path(path_type=Path)
_NOT_ASKED: Final = frozenset({"out", "as_json", "quiet"})
"""Options that do not change what is made."""
_ARGUMENTS: Final = "files"
"""What is named without an option."""


@dataclass(frozen=True)
class Surroundings:
    """What a command may not reach for by itself.

    The day, a count of seconds, waiting, and whether a person sits at a terminal.
    """

    today: Callable[[], date]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    at_terminal: Callable[[], bool]


def settings_of(
    config: Path | None = None,
    *,
    feeds: Mapping[str, str] | None = None,
    **clusters: float | None,
) -> Settings:
    """Read the settings, those of this folder unless others are named; options come before them."""
    from csp_geo.core.settings import read_settings

    settings = read_settings(config or (CONFIG if CONFIG.is_file() else None))
    given: dict[str, Any] = {name: n for name, n in clusters.items() if n is not None}
    return replace(
        settings,
        clusters=replace(settings.clusters, **given),
        feeds={**settings.feeds, **(feeds or {})},
    )


def make_context(today: date, command: str, *, quiet: bool = False, **given: Any) -> Context:
    """Return the context of a run that reports its steps to the terminal, unless `quiet`."""
    from csp_geo.runs.context import Context

    if not quiet:
        given["progress"] = tell
        if sees_progress():
            given["tick"] = show_progress
    return Context(today=today, command=command, clock=time.perf_counter, **given)


def command_text(name: str, given: Mapping[str, Any]) -> str:
    """Write a command again as it was called, with file names instead of paths."""
    parts = ["csp-geo", name]
    for option, value in given.items():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is None or one is False or option in _NOT_ASKED:
                continue
            if option != _ARGUMENTS:
                parts.append(f"--{option.replace('_', '-')}")
            if one is not True:
                parts.append(shlex.quote(str(one.name if isinstance(one, Path) else one)))
    return " ".join(parts)


def finish(pack: Pack, written: Written, *, as_json: bool = False, quiet: bool = False) -> int:
    """Show what was made: the record, or its lines, its cautions and what to open; the exit code.

    Each caution is said once; a limit that was passed is said in red and ends the command with
    `LIMIT`. With `quiet` files that could not be used are said all the same, on stderr.
    """
    if as_json:
        print_json(written.record)
    elif quiet:
        for caution in pack.cautions:
            if caution.code in LEFT_OUT:
                say(f"Caution: {caution}", err=True)
    else:
        _show(pack)
    if pack.is_unusable:
        return DATA
    for sentence in pack.limits:
        say(sentence, bad=True)
    if pack.error:
        say(pack.error, bad=True)
        return DATA
    return LIMIT if pack.limits else 0


def _show(pack: Pack) -> None:
    """Say what was made, each caution, and what to open."""
    for line in pack.lines:
        say(line)
    for caution in pack.cautions:
        if caution not in pack.limits:  # those are said in red
            say(f"Caution: {caution}")
    if pack.folder is not None:
        for name in pack.opens:
            say(f"Open {pack.folder / name}")
