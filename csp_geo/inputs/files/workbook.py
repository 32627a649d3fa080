"""XLSX, XLS and ODS to tables: each sheet that holds one is a table of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import chain, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.core.wording import shortened
from csp_geo.inputs.files.layout import PREVIEW, Header, find_header
from csp_geo.inputs.files.table import BROKEN, CHUNK, ROW, RawTable, Unread, unique_names
from csp_geo.inputs.files.workbook_safety import check_chains, opening_workbook
from csp_geo.inputs.files.workbook_size import check_size
from csp_geo.inputs.source import packaged_sources
from csp_geo.inputs.vocabulary import OTHER, spelt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray
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
        If it is not a workbook, is damaged or larger than the limits, or no sheet holds a table.
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
    with opening_workbook(origin):
        groups = _alike([_Sheet.of(*table) for table in tables])
    del tables
    while groups:
        sheets = groups.pop(0)
        with opening_workbook(origin):
            table = _sheet_table(sheets, notes, f"#{sheets[0].cells.name}" if several else "")
        yield table
        notes = ()


def _tables(
    origin: Origin, known: Collection[str]
) -> tuple[list[tuple[CalamineSheet, Header]], tuple[str, ...]]:
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
            tables.append((cells, header))
    if len(tables) > 1:  # a cover sheet or a list of notes beside the table is not a table
        judged = [(table, _is_table(*table)) for table in tables]
        if any(is_rich for _, is_rich in judged):
            poor = [cells.name for (cells, _), is_rich in judged if not is_rich]
            notes += [f"sheet '{shortened(name)}' has no table and was not read" for name in poor]
            tables = [table for table, is_rich in judged if is_rich]
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
    first = [_texts(row) for row in islice(cells.iter_rows(), PREVIEW)]
    header = find_header(first, known)
    if header is None or not header.unnamed or not (merged := _Merged.of(cells)):
        return header
    names = list(header.names)
    for n in header.unnamed:  # one heading over several columns is that of each
        over = (merged.first_of(row, n) for row in reversed(header.rows))
        found = (first[at[0]][at[1]] for at in over if at and at[0] in header.rows)
        names[n] = next(filter(None, found), "")
    unnamed = tuple(n for n in header.unnamed if not names[n])
    return replace(header, names=unique_names(names), unnamed=unnamed)


def _is_table(cells: CalamineSheet, header: Header) -> bool:
    named = len(header.names) - len(header.unnamed)
    return named > 1 and any(
        any(_texts(row)) for row in islice(cells.iter_rows(), header.below, None)
    )


@dataclass(frozen=True)
class _Merged:
    """Which cells of a sheet belong to a merged range: each says what its first says.

    `owner` holds for every cell of the used rows and columns the number of its range, or 0;
    `firsts` the row and column of its first cell.
    """

    owner: NDArray[np.int32]
    firsts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, cells: CalamineSheet) -> _Merged | None:
        """Return those of a sheet, clipped to its used rows and columns; `None` without any."""
        ranges = cells.merged_cell_ranges
        if not ranges or cells.start is None or cells.end is None:
            return None
        last, left = cells.end[0], cells.start[1]
        width = cells.end[1] - left + 1
        owner = np.zeros((last + 1, width), dtype=np.int32)
        firsts, painted = [], 0
        for (top, first), (bottom, right) in ranges:
            rows = slice(top, min(bottom, last) + 1)
            columns = slice(max(first - left, 0), max(right - left + 1, 0))
            if top > last or first < left or first > cells.end[1]:
                continue
            firsts.append((top, first - left))
            painted += owner[rows, columns].size
            if painted > _AGAIN * owner.size:  # they lie on each other, as no program makes them
                break
            owner[rows, columns] = len(firsts)
        return cls(owner, tuple(firsts))

    def first_of(self, row: int, column: int) -> tuple[int, int] | None:
        """Return the first cell of the range that a cell belongs to."""
        inside = row < self.owner.shape[0] and column < self.owner.shape[1]
        number = int(self.owner[row, column]) if inside else 0
        return self.firsts[number - 1] if number else None

    def filled(self, rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """Give every cell of a range the value of its first."""
        values: dict[int, Any] = {}
        merged = set(np.flatnonzero(self.owner.any(axis=1)).tolist())
        for number, row in enumerate(rows):
            if number not in merged:
                yield row
                continue
            filled = list(row)
            for column in np.flatnonzero(self.owner[number][: len(filled)]).tolist():
                owner = int(self.owner[number, column])
                if self.firsts[owner - 1] == (number, column):
                    values[owner] = filled[column]
                filled[column] = values.get(owner, filled[column])
            yield filled


_AGAIN: Final = 2
"""How often a cell may be painted on average before merged ranges are no longer believed."""


@dataclass(frozen=True)
class _Sheet:
    """A sheet with a table, and the columns of it that have neither a name nor a cell."""

    cells: CalamineSheet
    header: Header
    blank: frozenset[int]

    @classmethod
    def of(cls, cells: CalamineSheet, header: Header) -> _Sheet:
        """Look which columns are blank."""
        blank = set(header.unnamed)
        for row in islice(cells.iter_rows(), header.below, None):
            if not blank:
                break
            blank -= {n for n in blank if n < len(row) and text_of(row[n])}
        return cls(cells, header, frozenset(blank))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that are kept."""
        return tuple(name for n, name in enumerate(self.header.names) if n not in self.blank)

    @property
    def title(self) -> str:
        """The name of the sheet, and what stands above the table."""
        return f"{self.cells.name} {self.header.above}"

    def rows(self) -> Iterator[list[Any]]:
        """Return the rows below the header, every cell of a merged range with its value."""
        rows: Iterable[list[Any]] = self.cells.iter_rows()
        if merged := _Merged.of(self.cells):
            rows = merged.filled(rows)
        return islice(rows, self.header.below, None)


def _alike(sheets: list[_Sheet]) -> list[list[_Sheet]]:
    """Put sheets with the same columns together where there are very many, else each by itself.

    A table costs the same time however few rows it has. A sheet whose title tells what makes its
    reports sensitive stands by itself.
    """
    if len(sheets) <= _MANY:
        return [[sheet] for sheet in sheets]
    words = packaged_sources()["offence"].vocabulary
    groups: dict[tuple[Any, ...], list[_Sheet]] = {}
    for sheet in sheets:
        kind = words.kind_of(spelt(sheet.title), OTHER)
        groups.setdefault((sheet.names, sheet.blank, kind), []).append(sheet)
    return [
        part
        for group in groups.values()
        for part in ([group] if len(group) > _MANY else _each(group))
    ]


def _each(sheets: list[_Sheet]) -> list[list[_Sheet]]:
    return [[sheet] for sheet in sheets]


_MANY: Final = 60
"""Sheets with the same columns from which they are read as one table; 53 weeks are below it."""


def _sheet_table(sheets: list[_Sheet], notes: tuple[str, ...], part: str) -> RawTable:
    first = sheets[0]
    dropped = (f"{len(first.blank)} blank columns were left out",) if first.blank else ()
    together: tuple[str, ...] = ()
    if len(sheets) > 1:
        n = len(sheets)
        told = f"{n} sheets with the same columns were read as one table, with row numbers"
        together = (f"{told} that run on from sheet to sheet",)
    said = (*first.header.notes, *together, *dropped, *notes)
    title = " ".join(sheet.title for sheet in sheets)
    return RawTable(first.names, _SheetChunks(tuple(sheets)), said, part, by_hand=True, title=title)


@dataclass(frozen=True)
class _SheetChunks:
    """The rows of sheets below their headers, made into texts as they are gone through."""

    sheets: tuple[_Sheet, ...]

    def __iter__(self) -> Iterator[pd.DataFrame]:
        first = self.sheets[0]
        kept = [n for n in range(len(first.header.names)) if n not in first.blank]
        rows = chain.from_iterable(sheet.rows() for sheet in self.sheets)
        row = first.header.below + 1
        while batch := list(islice(rows, CHUNK)):
            texts = {
                name: [
                    cell.strip() if type(cell) is str else text_of(cell)
                    for cell in map(itemgetter(n), batch)
                ]
                for n, name in zip(kept, first.names, strict=True)
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
