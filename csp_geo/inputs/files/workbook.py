"""XLSX, XLS and ODS to tables: each sheet that holds one is a table of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.core.wording import shortened
from csp_geo.inputs.files.layout import PREVIEW, Header, find_header
from csp_geo.inputs.files.table import BROKEN, CHUNK, ROW, RawTable, Unread
from csp_geo.inputs.files.workbook_safety import check_chains, opening_workbook
from csp_geo.inputs.files.workbook_size import check_size

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from python_calamine import CalamineSheet, CalamineWorkbook

    from csp_geo.core.origin import Origin

SUFFIXES: Final = (".xlsx", ".xlsm", ".xls", ".ods")
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"


def read_workbook(
    origin: Origin, start: bytes, known: Collection[str]
) -> Iterator[RawTable | Unread]:
    """Read the visible sheets of a workbook that hold a table.

    Raises
    ------
    SourceError
        If it is no workbook, is damaged or larger than the limits, or no sheet holds a table.
    """
    if not start.startswith((_ZIP, _OLE)):
        raise SourceError(
            f"{origin.where} is not an Excel workbook, whatever its name says. Save it as XLSX."
        )
    if start.startswith(_ZIP):
        check_size(origin)
    else:
        check_chains(origin)
    with opening_workbook(origin):
        tables, notes = _tables(origin, known)
    if not tables:
        hidden = " that can be seen" if any("hidden" in note for note in notes) else ""
        raise SourceError(f"{origin.where} has no sheet with a table{hidden}.")
    several = len(tables) > 1
    while tables:
        name, sheet, header = tables.pop(0)
        with opening_workbook(origin):
            table = _sheet_table(sheet, header, notes, f"#{name}" if several else "")
        yield table
        notes = ()


def _tables(
    origin: Origin, known: Collection[str]
) -> tuple[list[tuple[str, CalamineSheet, Header]], tuple[str, ...]]:
    """Return the visible sheets with a table and their headers; what is said of the others."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    tables, notes = [], []
    book = _book(origin)
    if len(book.sheets_metadata) > origin.limits.tables:
        raise SourceError(
            f"{origin.where} has {len(book.sheets_metadata):,} sheets, more than the "
            f"{origin.limits.tables:,} that are read. Save the sheet that is needed by itself."
        )
    for sheet in book.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible != SheetVisibleEnum.Visible:
            notes.append(f"hidden sheet '{shortened(sheet.name)}' was not read")
            continue
        cells = book.get_sheet_by_name(sheet.name)
        header = _header(cells, known, origin)
        if header is None:
            notes.append(f"sheet '{shortened(sheet.name)}' has no table and was not read")
        else:
            tables.append((sheet.name, cells, header))
    if len(tables) > 1:  # a cover sheet or a list of notes beside the table is no table
        poor = [name for name, cells, header in tables if not _is_table(cells, header)]
        if len(poor) < len(tables):
            notes += [f"sheet '{shortened(name)}' has no table and was not read" for name in poor]
            tables = [table for table in tables if table[0] not in poor]
    return tables, tuple(notes)


def _book(origin: Origin) -> CalamineWorkbook:
    from python_calamine import load_workbook

    with origin.open() as stream:
        return load_workbook(stream)


def _header(cells: CalamineSheet, known: Collection[str], origin: Origin) -> Header | None:
    rows, columns = cells.end or (0, -1)
    if columns + 1 > origin.limits.columns or (rows + 1) * (columns + 1) > origin.limits.cells:
        raise SourceError(
            f"{origin.where} has a sheet of {rows + 1:,} rows and {columns + 1:,} columns, more "
            "than is read. Delete the empty rows and columns, and save it again."
        )
    return find_header([_texts(row) for row in islice(cells.iter_rows(), PREVIEW)], known)


def _is_table(cells: CalamineSheet, header: Header) -> bool:
    named = len(header.names) - len(header.unnamed)
    return named > 1 and any(
        any(_texts(row)) for row in islice(cells.iter_rows(), header.below, None)
    )


def _sheet_table(
    sheet: CalamineSheet, header: Header, notes: tuple[str, ...], part: str
) -> RawTable:
    blank = set(header.unnamed)
    for row in islice(sheet.iter_rows(), header.below, None):
        if not blank:
            break
        blank -= {n for n in blank if n < len(row) and text_of(row[n])}
    chunks = _SheetChunks(sheet, header, frozenset(blank))
    names = tuple(name for n, name in enumerate(header.names) if n not in blank)
    dropped = (f"{len(blank)} blank columns were left out",) if blank else ()
    said = (*header.notes, *dropped, *notes)
    title = f"{sheet.name} {header.above}"
    return RawTable(names, chunks, said, part, by_hand=True, title=title)


@dataclass(frozen=True)
class _SheetChunks:
    """The rows of a sheet below its header, made into texts as they are gone through."""

    sheet: CalamineSheet
    header: Header
    blank: frozenset[int]

    def __iter__(self) -> Iterator[pd.DataFrame]:
        kept = [n for n in range(len(self.header.names)) if n not in self.blank]
        names = [self.header.names[n] for n in kept]
        rows = islice(self.sheet.iter_rows(), self.header.below, None)
        row = self.header.below + 1
        while batch := list(islice(rows, CHUNK)):
            texts = {
                name: [
                    cell.strip() if type(cell) is str else text_of(cell)
                    for cell in map(itemgetter(n), batch)
                ]
                for n, name in zip(kept, names, strict=True)
            }
            cells = pd.DataFrame(texts, dtype="str")
            filled = (cells != "").any(axis=1)
            cells[ROW] = np.arange(row, row + len(batch), dtype=np.int64)
            cells[BROKEN] = False
            row += len(batch)
            yield cells[filled].reset_index(drop=True)


def _texts(row: list[Any]) -> list[str]:
    return [text_of(cell) for cell in row]


def text_of(cell: Any) -> str:
    """Write one cell as text; dates become ISO, because a typed date has no order to guess."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell).strip()
