"""A register and its history: a file that commands add to, and beside it each cell that they wrote.

What every register shares (that of Safe Havens now). The history has a line for each cell: on which
day, from which file, what stood there and what does now. Of a cell that names people it says only
that something is there. The register is the person's own file: it is written whole or not at all,
never while it is open in another program, and by one run at a time.
"""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Final

from csp_geo.core.errors import OutputError
from csp_geo.core.kept import is_open
from csp_geo.core.lock import hold
from csp_geo.core.storage import write_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

GIVEN: Final = "given"
"""Stands for what a cell that names people holds."""
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class CellWritten:
    """One cell that a command wrote into a register; `row` is that of the file, from 1."""

    day: str
    source: str
    row: int
    name: str
    column: str
    was: str
    now: str


def history_path(register: Path) -> Path:
    """Return where the history of a register lies."""
    return register.with_name(f"{register.stem}.history.csv")


@contextmanager
def at_work_on(register: Path, command: str, progress: Callable[[str], None]) -> Iterator[None]:
    """Hold a register while the block reads and writes it.

    Raises
    ------
    OutputError
        If it, or its history, is open in another program, or another run holds it.
    """
    lock = register.with_name(f".{register.name}.csp_geo-lock")
    with hold(lock, register.name, command, progress):
        for path in (register, history_path(register)):
            if is_open(path):
                raise OutputError(
                    f"{path.name} is open in another program. Close it there, and run this again."
                )
        yield


def keep(register: Path, data: bytes, cells: Sequence[CellWritten]) -> None:
    """Write a register, and what changed in it into its history.

    The history goes first: of a run that is killed in between, the next one writes the same lines,
    and those that stand there already are not written twice.
    """
    path = history_path(register)
    known = path.read_bytes() if path.exists() else b""
    if known and not known.endswith(b"\n"):
        known += b"\r\n"
    lines = [_line([field.name for field in fields(CellWritten)])] * (not known)
    lines += [_line(astuple(cell)) for cell in cells]
    there = set(known.splitlines(keepends=True))
    new = [line for line in lines if line not in there]
    write_bytes(path, (known or _BOM) + b"".join(new))
    write_bytes(register, data)


def _line(cells: Sequence[object]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()
