"""A workbook before and while it is opened: how large it would be, and what a damaged one does.

An XLS is a file system of its own (Compound File Binary): every stream in it is a chain of sectors,
and a table says for each sector which one follows. A reader that follows a ring fills the memory.

A sheet is held from its first to its last filled cell, so a single cell in the last corner would
make it seventeen thousand million cells. Cells that are only styled do not count.

References
----------
Microsoft (2024). [MS-CFB]: Compound File Binary File Format, sections 2.2 to 2.5.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import DAMAGED, check_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from csp_geo.core.origin import Origin

_HEADER: Final = 512
_SHIFTS: Final = (9, 12)
"""Sectors have 512 or 4,096 bytes."""
_SECTOR_SHIFT: Final = 30
_MINI_CHAIN, _LIST_CHAIN = 60, 68
"""Where in the header the first sectors of the table of small sectors and of more tables stand."""
_TABLES: Final = slice(76, 512)


def check_chains(origin: Origin) -> None:
    """Refuse an old workbook in which a chain of sectors does not end.

    Raises
    ------
    SourceError
        If so, or if it is cut off before its first sector.
    """
    with origin.reading(), origin.open() as stream:
        data = stream.read(origin.limits.file_bytes)
    shift = struct.unpack_from("<H", data, _SECTOR_SHIFT)[0] if len(data) >= _HEADER else 0
    if shift not in _SHIFTS:
        raise _damaged(origin)
    sectors = _Sectors(data, 1 << shift)
    follows = sectors.table()
    if follows is None or _has_ring(follows):
        raise _damaged(origin)
    small = sectors.joined(_chain(follows, struct.unpack_from("<I", data, _MINI_CHAIN)[0]))
    if _has_ring(small):
        raise _damaged(origin)


def _damaged(origin: Origin) -> SourceError:
    return SourceError(
        f"{origin.where} could not be read as an Excel workbook: it is damaged. Ask for it again, "
        "as XLSX or CSV."
    )


class _Sectors:
    """The sectors of a file, each as a row of numbers."""

    def __init__(self, data: bytes, size: int) -> None:
        sectors = data[size:]  # the header takes the place of one
        whole = sectors + b"\xff" * (-len(sectors) % size)  # the last may be cut off
        self._rows = np.frombuffer(whole, dtype="<u4").reshape(-1, size // 4)
        self._header = data

    def joined(self, numbers: list[int]) -> NDArray[np.int64]:
        """Join sectors, those beyond the end of the file left out."""
        kept = [number for number in numbers if number < len(self._rows)]
        return self._rows[kept].ravel().astype(np.int64)

    def table(self) -> NDArray[np.int64] | None:
        """Return which sector follows each; `None` if the list of tables itself has no end."""
        listed = list(np.frombuffer(self._header[_TABLES], dtype="<u4"))
        seen: set[int] = set()
        more = struct.unpack_from("<I", self._header, _LIST_CHAIN)[0]
        while more < len(self._rows):
            if more in seen:
                return None
            seen.add(more)
            *tables, more = self._rows[more].tolist()
            listed += tables
        return self.joined([int(number) for number in listed])


def _has_ring(follows: NDArray[np.int64]) -> bool:
    """Tell whether a chain still goes on after as many steps as there are sectors."""
    end = len(follows)
    ahead = np.append(np.where(follows < end, follows, end), end)
    for _ in range(end.bit_length()):
        ahead = ahead[ahead]  # twice as many steps
    return bool((ahead != end).any())


def _chain(follows: NDArray[np.int64], first: int) -> list[int]:
    """Return the sectors of a chain that is known to end; at its end stands no sector's number."""
    chain = []
    while first < len(follows):
        chain.append(first)
        first = int(follows[first])
    return chain


_STDERR: Final = 2


@contextmanager
def opening_workbook(origin: Origin) -> Iterator[None]:
    """Turn what goes wrong with a workbook into a `SourceError`.

    A panic of the library is no `Exception`, and tells itself on stderr, which is not for people.
    """
    from python_calamine import CalamineError

    try:
        with _silent_stderr():
            yield
    except SourceError:
        raise
    except BaseException as error:
        panic = type(error).__name__ == "PanicException"
        if not panic and not isinstance(error, CalamineError | ValueError | OSError):
            raise
        raise SourceError(
            f"{origin.where} could not be read as an Excel workbook; it may be damaged or have a "
            "password."
        ) from error


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Send what is written to stderr, by any library, nowhere; where there is one."""
    try:
        kept = os.dup(_STDERR)
    except OSError:
        yield
        return
    try:
        with suppress(OSError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no path
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)


_BLOCK: Final = 1 << 20
_LONGEST: Final = 4096
_SHEETS: Final = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_CELL: Final = re.compile(
    rb"""<(?:\w+:)?c\s+(?:\w+=["'][^"'<>]*["']\s+)*r=["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*(?<!/)>"""
)
_ODS_TAG: Final = re.compile(
    rb"<table:(?:table|table-row|(?:covered-)?table-cell)\s[^<>]*>|<table:table-(?:row|cell)/?>"
)
_ODS_CELLS: Final = (b"<table:table-cell", b"<table:covered-table-cell")
_ROWS: Final = re.compile(rb"""number-rows-repeated=["']([0-9]{1,9})["']""")
_COLUMNS: Final = re.compile(rb"""number-columns-repeated=["']([0-9]{1,9})["']""")


def check_size(origin: Origin) -> None:
    """Refuse a packed workbook that would be too large.

    Raises
    ------
    SourceError
        If it unpacks to more than the limits, or a sheet spans too many cells.
    """
    try:
        with origin.open() as stream, zipfile.ZipFile(stream) as archive:
            check_members(archive.infolist(), origin.where, origin.limits)
            for member in archive.infolist():
                if _SHEETS.search(member.filename):
                    _check_span(_extent(_pieces(archive, member)), origin)
                elif member.filename == "content.xml":
                    _check_span(_ods_extent(_pieces(archive, member)), origin)
    except SourceError:
        raise  # a ValueError itself, and already says what is wrong
    except (*DAMAGED, RuntimeError, ValueError) as error:
        raise SourceError(
            f"{origin.where} could not be read as an Excel workbook; it may be damaged or have a "
            "password."
        ) from error


def _check_span(span: tuple[int, int], origin: Origin) -> None:
    rows, columns = span
    if rows * columns > origin.limits.cells:
        raise SourceError(
            f"{origin.where} has a sheet that spans {rows * columns:,} cells, more than the "
            f"{origin.limits.cells:,} that are read: something stands far away from the table, or "
            "it is too large. Copy the table into a new workbook."
        )


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the text of a member in pieces that end with a tag."""
    rest = b""
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            piece = rest + block
            cut = piece.rfind(b">") + 1
            rest = piece[cut:][-_LONGEST:]
            yield piece[:cut]


def _extent(pieces: Iterator[bytes]) -> tuple[int, int]:
    """Return the last row and column of an XLSX sheet that hold something."""
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    last_row = 0
    for piece in pieces:
        for letters, row in _CELL.findall(piece):
            columns.add(letters)
            rows.add(row)
        last_row = max(last_row, *map(int, rows)) if rows else last_row
        rows.clear()
    return last_row, max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


_ODS_TABLE: Final = re.compile(rb"<table:table(?:\s[^<>]*)?>")


def _ods_extent(pieces: Iterator[bytes]) -> tuple[int, int]:
    """Return the last row and column that hold something in any sheet of an ODS."""
    last_row = last_column = row = column = n_open = 0
    for piece in pieces:
        n_open += sum(not tag.endswith(b"/>") for tag in _ODS_TABLE.findall(piece))
        n_open -= piece.count(b"</table:table>")
        for tag in _ODS_TAG.finditer(piece):
            text = tag[0]
            if text.startswith(b"<table:table-row"):
                row, column = row + _times(_ROWS, text), 0
            elif text.startswith(_ODS_CELLS):
                column += _times(_COLUMNS, text)
                if not text.endswith(b"/>"):
                    last_row, last_column = max(last_row, row), max(last_column, column)
            else:
                row = 0
    if n_open:  # the rows after its last one would be taken as repeated a million times
        raise ValueError("A table of the workbook has no end.")
    return last_row, last_column


def _times(repeated: re.Pattern[bytes], tag: bytes) -> int:
    found = repeated.search(tag)
    return int(found[1]) if found else 1
