"""CSV, TSV and TXT to a table: encoding, separator and header are found, and said where odd."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Final, TextIO

import numpy as np
import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import DAMAGED
from csp_geo.core.wording import count
from csp_geo.inputs.files.layout import PREVIEW, Header, find_header
from csp_geo.inputs.files.table import BROKEN, CHUNK, ROW, RawTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from csp_geo.core.origin import Origin

SEPARATORS: Final = ",;\t|"
_BLOCK: Final = 1 << 20
_PREVIEW_LENGTH: Final = 1 << 18
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NULS: Final = 0.05
_NOT_TEXT: Final = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"SQLite format 3",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"<?xml",
)


@dataclass(frozen=True)
class TextLayout:
    """How the text is written."""

    encoding: str
    nuls: bool
    separator: str = ","


class _WithoutNuls(io.RawIOBase):
    """A stream of bytes without its NUL bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while block := self._stream.read(len(buffer)):
            if kept := block.replace(b"\x00", b""):
                buffer[: len(kept)] = kept
                return len(kept)
        return 0

    def close(self) -> None:
        self._stream.close()
        super().close()


def read_text(origin: Origin, start: bytes, known: Collection[str]) -> RawTable:
    """Read a table that is written as text.

    Raises
    ------
    SourceError
        If it is not text, has no table, or is larger than the limits.
    """
    if start.startswith(_NOT_TEXT) or (
        not start.startswith(_UTF16) and start.count(b"\x00") > _NULS * len(start)
    ):
        raise SourceError(
            f"{origin.where} is not a CSV file, whatever its name says. Open it in the program it "
            "comes from and save it as CSV or XLSX."
        )
    with origin.reading():
        layout, header, notes = text_layout(origin, known)
        if header is None:
            raise SourceError(f"{origin.where} is empty. Ask for it again.")
        if len(header.names) > origin.limits.columns:
            raise SourceError(
                f"{origin.where} has {len(header.names):,} columns, more than the "
                f"{origin.limits.columns:,} that are read. Save only the columns that are needed."
            )
        widest = _widest(origin, layout, len(header.names))
        blank = _blank_columns(origin, layout, header)
    chunks = _TextChunks(origin, layout, header, blank, widest)
    names = tuple(name for n, name in enumerate(header.names) if n not in blank)
    dropped = (f"{len(blank)} blank columns were left out",) if blank else ()
    return RawTable(
        names, chunks, (*notes, *header.notes, *dropped), by_hand=True, title=header.above
    )


def text_layout(
    origin: Origin, known: Collection[str]
) -> tuple[TextLayout, Header | None, tuple[str, ...]]:
    """Find how a table is written, and its header: `None` where nothing stands in it."""
    layout, notes = _encoding(origin)
    with _opened(origin, layout) as stream:
        text = stream.read(_PREVIEW_LENGTH)
    return *_table_layout(text, layout, known), notes


def _opened(origin: Origin, layout: TextLayout) -> TextIO:
    raw = origin.open()
    stream: IO[bytes] = io.BufferedReader(_WithoutNuls(raw)) if layout.nuls else raw
    return io.TextIOWrapper(stream, encoding=layout.encoding, errors="replace", newline="")


def _encoding(origin: Origin) -> tuple[TextLayout, tuple[str, ...]]:
    """Return UTF-8 when the whole file is, UTF-16 when it says so, else the one of Windows."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, n_nuls, n_bytes = True, 0, 0
    with origin.open() as stream:
        while block := stream.read(_BLOCK):
            if not n_bytes and block.startswith(_UTF16):
                return TextLayout("utf-16", nuls=False), ("read as UTF-16",)
            n_bytes += len(block)
            n_nuls += block.count(b"\x00")
            try:
                decoder.decode(block if is_utf8 else b"")
            except UnicodeDecodeError:
                is_utf8 = False
    try:
        decoder.decode(b"", final=is_utf8)
    except UnicodeDecodeError:
        is_utf8 = False
    notes = () if is_utf8 else ("read as Windows text (cp1252)",)
    if n_nuls:
        were = "was" if n_nuls == 1 else "were"
        notes = (*notes, f"{count(n_nuls, 'NUL byte')} {were} left out")
    return TextLayout("utf-8-sig" if is_utf8 else "cp1252", nuls=n_nuls > 0), notes


def _table_layout(
    text: str, layout: TextLayout, known: Collection[str]
) -> tuple[TextLayout, Header | None]:
    """Find the separator by the header that it gives, else by how often it stands in the lines."""
    lines = text.splitlines(keepends=True)
    said = lines[0].strip().strip('"').casefold() if lines else ""
    if said.startswith("sep=") and len(said) <= len("sep=x"):
        separator = lines[0].strip().strip('"')[len("sep=") :] or "\t"
        header = find_header(_first_rows("".join(lines[1:]), separator), known)
        return replace(layout, separator=separator), header and _moved(header)
    first = next((line for line in lines if line.strip()), "")
    best: tuple[tuple[int, int, int], str, Header | None] | None = None
    for separator in SEPARATORS:
        found = find_header(_first_rows(text, separator), known)
        score = (found.n_known if found else 0, first.count(separator), text.count(separator))
        if best is None or score > best[0]:
            best = score, separator, found
    _, separator, header = best or ((), ",", None)
    return replace(layout, separator=separator), header


def _moved(header: Header) -> Header:
    """Count the line that names the separator among the rows."""
    return replace(header, rows=tuple(row + 1 for row in header.rows))


def _first_rows(text: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) >= PREVIEW:
                break
    except csv.Error:
        return rows
    return rows


def _rows(stream: TextIO, separator: str, origin: Origin) -> Iterator[Sequence[str]]:
    try:
        yield from csv.reader(stream, delimiter=separator)
    except csv.Error as error:
        raise SourceError(f"{origin.where} is not a readable CSV table: {error}.") from error


def _widest(origin: Origin, layout: TextLayout, columns: int) -> int:
    """Return how many cells the longest row has, at least as many as there are columns."""
    bound, whole = 0, True
    with _opened(origin, layout) as stream:
        for line in stream:
            bound = max(bound, 1 + line.count(layout.separator))
            whole = whole and line.count('"') % 2 == 0
    if bound <= columns and whole:  # a row over several lines has more cells than any of them
        return columns
    with _opened(origin, layout) as stream:  # separators within quotation marks are not cells
        widest = max(columns, *(len(row) for row in _rows(stream, layout.separator, origin)))
    if widest > origin.limits.columns:
        raise SourceError(
            f"{origin.where} has a row of {widest:,} cells, more than the "
            f"{origin.limits.columns:,} that are read. Mend the row, and save it again."
        )
    return widest


def _blank_columns(origin: Origin, layout: TextLayout, header: Header) -> frozenset[int]:
    """Tell which columns have neither a name nor a single filled cell."""
    blank = set(header.unnamed)
    if not blank:
        return frozenset()
    with _opened(origin, layout) as stream:
        for number, row in enumerate(_rows(stream, layout.separator, origin)):
            if number >= header.below:
                blank -= {n for n in blank if n < len(row) and row[n].strip()}
                if not blank:
                    break
    return frozenset(blank)


@dataclass(frozen=True)
class _TextChunks:
    """The rows below the header, read anew each time they are gone through."""

    origin: Origin
    layout: TextLayout
    header: Header
    blank: frozenset[int]
    widest: int

    def __iter__(self) -> Iterator[pd.DataFrame]:
        try:
            with self.origin.reading(), _opened(self.origin, self.layout) as stream:
                yield from self._chunks(stream)
        except pd.errors.EmptyDataError:
            return
        except pd.errors.ParserError as error:
            if isinstance(error.__context__, DAMAGED):
                raise SourceError(f"{self.origin.where} is damaged. Ask for it again.") from error
            raise SourceError(
                f"{self.origin.where} is not a readable CSV table: a quotation mark is opened and "
                "never closed. Open it in a spreadsheet, mend the row, and save it again."
            ) from error

    def _chunks(self, stream: TextIO) -> Iterator[pd.DataFrame]:
        every = list(self.header.names)
        names = [name for n, name in enumerate(every) if n not in self.blank]
        extra = [f"{BROKEN}:{i}" for i in range(self.widest - len(every))]
        row = self.header.below + 1
        with pd.read_csv(
            stream,
            sep=self.layout.separator,
            header=None,
            names=[*every, *extra],
            skiprows=self.header.below,
            dtype="str",
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
            chunksize=CHUNK,
        ) as chunks:
            for chunk in chunks:
                cells = chunk.fillna("")
                broken = (cells[extra] != "").any(axis=1)
                cells = cells[names]
                cells[ROW] = np.arange(row, row + len(cells), dtype=np.int64)
                cells[BROKEN] = broken
                row += len(cells)
                yield cells[(cells[names] != "").any(axis=1) | broken].reset_index(drop=True)
