"""Measure what a workbook would take in memory before it is opened.

A sheet is held from its first to its last filled cell, so a single cell in the last corner would
make it seventeen thousand million cells. Cells that are only styled do not count.
"""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

from csp_geo.errors import SourceError
from csp_geo.origin import DAMAGED
from csp_geo.packed import check_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csp_geo.origin import Origin

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
