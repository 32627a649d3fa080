"""`check FILE --map` for boundaries, zones and lists of places: which column holds each field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from csp_geo.cli.check_map import NOT_WRITTEN, leaving
from csp_geo.cli.terminal import agreed, ask, say
from csp_geo.core.errors import SettingsError
from csp_geo.core.toml import toml_text
from csp_geo.core.wording import shortened

if TYPE_CHECKING:
    from pathlib import Path

    from csp_geo.inputs.guessed_columns import GuessedColumns
    from csp_geo.runs.check import CheckOptions
    from csp_geo.runs.context import Context

_NONE: Final = "-"
_LIST: Final = "?"
_ROWS: Final = 10
_HELP: Final = (
    "For each field say its column, by name or number. Enter accepts what is in brackets, - says "
    "that no column holds it, ? lists the columns."
)


def map_fields(kind: str, options: CheckOptions, context: Context, *, at_terminal: bool) -> int:
    """Find out which column of a file holds each field, and write it into its columns.toml.

    With a person at the terminal: asks, shows the first rows as understood, writes. Otherwise
    prints the columns.toml that is proposed.
    """
    from csp_geo.inputs.guessed_columns import guessed_columns
    from csp_geo.inputs.own_columns import own_columns_path, own_columns_text

    (path,) = options.files
    found = guessed_columns(path, kind, context.settings.limits)
    target = own_columns_path(path)
    existing = _text(target)
    if not at_terminal:
        text = own_columns_text(existing, found.table, found.guesses, _about(path, target, found))
        for line in text.splitlines():
            say(line)
        return 0
    with leaving():
        answers = _asked(path, target, found)
    if answers is None:
        say(NOT_WRITTEN)
        return 0
    _write(target, existing, found.table, answers)
    return _checked(kind, options, context)


def _text(target: Path) -> str:
    return toml_text(target, target.name) if target.exists() else ""


def _about(path: Path, target: Path, found: GuessedColumns) -> list[str]:
    """Return the comments above a proposal; they say how cells look, and hold none."""
    from csp_geo.inputs.files.looks import look_at

    fields = {column: name for name, column in found.guesses.items()}
    return [
        f"Proposed for {path.name}, read as {found.table}. Save as {target.as_posix()}.",
        f"Fields: {', '.join(found.fields)}.",
        *(
            f"{shortened(column)}: {look_at(found.cells[column]).words}; "
            f"{fields.get(column, 'not read')}"
            for column in map(str, found.cells.columns)
        ),
    ]


def _asked(path: Path, target: Path, found: GuessedColumns) -> dict[str, str | None] | None:
    """Ask for the column of each field; `None` where the person wants nothing written."""
    say(f"{path.name} ({found.table}): {len(found.cells.columns)} columns. {_HELP}")
    while True:
        answers: dict[str, str] = {}
        for name, meaning in found.fields.items():
            column = _column(name, meaning, found, set(answers.values()))
            answers |= {name: column} if column else {}
        _show(found, answers)
        if agreed(f"Write this to {target}?", default=True):
            return {
                name: answers.get(name)
                for name in found.fields
                if name in answers or name in found.guesses
            }
        if not agreed("Go through the fields again?"):
            return None


def _column(name: str, meaning: str, found: GuessedColumns, taken: set[str]) -> str | None:
    """Ask until the answer is a column of the file that is not taken, or none."""
    from csp_geo.inputs.source import plain

    columns = [str(column) for column in found.cells.columns]
    guess = found.guesses.get(name)
    default = guess if guess and guess not in taken else _NONE
    while True:
        answer = ask(f"   {name.replace('_', ' ')}, {meaning}", default=default).strip()
        if answer == _NONE:
            return None
        by_number = {str(at): column for at, column in enumerate(columns, start=1)}
        known = {plain(column): column for column in columns}
        column = answer if answer in columns else by_number.get(answer) or known.get(plain(answer))
        if column is not None and column not in taken:
            return column
        if column is not None:
            say("   This column is already read as another field. Name another, or -.")
        elif answer != _LIST:
            say(f"   '{shortened(answer)}' is no column of this file.")
        if column is None:
            for at, one in enumerate(columns, start=1):
                say(f"   {at:>3}  {shortened(one)}")


def _show(found: GuessedColumns, answers: dict[str, str]) -> None:
    """Show what the first rows hold for each field."""
    say("The first rows, as understood:")
    rows = found.cells[list(answers.values())].head(_ROWS).to_numpy().tolist()
    table = [[name.replace("_", " ") for name in answers], *rows]
    texts = [[shortened(str(cell)) for cell in row] for row in table]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say(f"  {'  '.join(cells)}".rstrip())


def _write(target: Path, existing: str, table: str, answers: dict[str, str | None]) -> None:
    from csp_geo.core.storage import make_folder, write_bytes
    from csp_geo.inputs.own_columns import own_columns_text

    if _text(target) != existing:
        raise SettingsError(
            f"{target.name} was changed while you answered, and was left as it is. Run "
            "'csp-geo check --map' again."
        )
    heading = [
        "Which column of the map files and lists in this folder is what. Written by csp-geo check",
        "--map.",
    ]
    make_folder(target.parent)
    write_bytes(target, own_columns_text(existing, table, answers, heading).encode())
    say(f"Written: {target}")


def _checked(kind: str, options: CheckOptions, context: Context) -> int:
    """Say what can be used of the file now; the exit code of `check`."""
    from csp_geo.cli.shared import DATA
    from csp_geo.runs.check import run_check

    pack = run_check(replace(options, source=kind), context)
    for line in pack.lines:
        say(line)
    return DATA if pack.is_unusable else 0
