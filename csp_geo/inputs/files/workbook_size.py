"""How large a packed workbook would be once it is opened, measured before anything opens it.

A sheet is held from its first to its last filled cell, so a single cell in the last corner would
make it seventeen thousand million cells. Cells that are only styled do not count. A text that many
cells share, or that is said to be repeated, is held once for each of them: a megabyte in 2,500
cells is written in 9 kB.

What is measured is never less than what would be held. Where a cell is written as no spreadsheet
program does (a remark within it, its marks in another order) the longest text is taken as its.
"""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import DAMAGED, check_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from csp_geo.core.origin import Origin

_BLOCK: Final = 1 << 20
_MOST_UNFINISHED: Final = 1 << 24
"""Bytes of one element: a text of full length in which each letter has a style of its own."""
_LONGEST_CELL: Final = 32_767
"""No spreadsheet program puts more characters into a cell."""
_FEW_COPIES: Final = 100_000
_SHORT: Final = 200
"""Bytes of a text that is not repeated, below which the size of its file says enough of it."""
_BRACKET: Final = 0x3C
_TAGS: Final = re.compile(rb"<[^<>]*>")
_SHEETS: Final = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_TARGET: Final = re.compile(rb"""\bTarget\s*+=\s*+(?:"([^"]*)"|'([^']*)')""")
_LINKS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS: Final = "sharedstrings.xml"
_BINARY: Final = "xl/workbook.bin"


def check_size(origin: Origin) -> None:
    """Refuse a packed workbook that would be too large.

    Raises
    ------
    SourceError
        If it unpacks to more than the limits, a sheet spans too many cells, a text is longer than
        any cell can hold, or all cells together hold too much text.
    """
    try:
        with origin.open() as stream, zipfile.ZipFile(stream) as archive:
            check_members(archive.infolist(), origin.where, origin.limits)
            _Measure(origin, archive).check()
    except SourceError:
        raise  # a ValueError itself, and already says what is wrong
    except (*DAMAGED, RuntimeError, ValueError) as error:
        raise SourceError(
            f"{origin.where} could not be read as an Excel workbook; it may be damaged or have a "
            "password."
        ) from error


class _Measure:
    """The measuring of one workbook."""

    def __init__(self, origin: Origin, archive: zipfile.ZipFile) -> None:
        self._origin, self._archive = origin, archive
        self._longest = max(origin.limits.cell_characters, _LONGEST_CELL)
        self._characters = 0

    def check(self) -> None:
        """Go through all that holds cells."""
        members = self._archive.infolist()
        if any(member.filename.lower() == _BINARY for member in members):
            raise SourceError(
                f"{self._origin.where} is a binary Excel workbook (XLSB), which is not read. Save "
                "it as XLSX."
            )
        linked = self._linked()
        sheets, texts = [], []
        for member in members:
            name = _last(member.filename)
            if name == _STRINGS:
                texts.append(member)
            elif _SHEETS.search(member.filename) or name in linked:
                sheets.append(member)
        lengths = _longer(self._lengths(member) for member in texts)
        for member in sheets:
            self._check_sheet(member, lengths)
        for member in members:
            if member.filename == "content.xml":
                self._check_tables(member)

    def _linked(self) -> set[str]:
        """Return the names, without folders, of all that the workbook says it consists of."""
        found = set()
        for member in self._archive.infolist():
            if member.filename.replace("\\", "/").lower() == _LINKS:
                for piece in self._pieces(member):
                    targets = (one or other for one, other in _TARGET.findall(piece))
                    found |= {_last(html.unescape(t.decode("utf-8", "replace"))) for t in targets}
        return found

    def _pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield the text of a member in pieces, each but the first beginning with a tag.

        Its size is counted, not believed: others read on where the list of the ZIP says it ends.
        """
        declared, member.file_size = member.file_size, self._origin.limits.file_bytes + 1
        rest, n_read = b"", 0
        try:
            with self._archive.open(member) as stream:
                while block := stream.read(_BLOCK):
                    n_read += len(block)
                    self._origin.check_time()
                    piece = rest + block
                    self._check_texts(piece)
                    cut = max(piece.rfind(b"<"), 0)
                    rest = piece[cut:]
                    if len(rest) > _MOST_UNFINISHED:
                        raise self._too_long()
                    yield piece[:cut]
        finally:
            member.file_size = declared
        if n_read != declared:
            raise zipfile.BadZipFile("A member is larger than its ZIP says.")
        yield rest

    def _check_texts(self, piece: bytes) -> None:
        """Refuse a text between two tags that is longer than a cell can be."""
        tags = np.flatnonzero(np.frombuffer(piece, dtype=np.uint8) == _BRACKET)
        ends = np.concatenate(([0], tags, [len(piece)]))
        for n in np.flatnonzero(np.diff(ends) > self._longest):
            stretch = piece[ends[n] : ends[n + 1]]
            if not stretch.startswith(_ODS_CELLS):  # its text may be written in the tag itself
                stretch = stretch.partition(b">")[2]
            self._check_length(stretch)

    def _check_length(self, text: bytes) -> None:
        if len(text) > self._longest:
            n = len(html.unescape(text.decode("utf-8", "replace")))
            if n > self._longest:
                raise self._too_long()

    def _too_long(self) -> SourceError:
        return SourceError(
            f"{self._origin.where} has a text of more than {self._longest:,} characters in it, "
            "more than a cell can hold: that is not data, and it was not opened. Ask for it again."
        )

    def _add(self, characters: int) -> None:
        """Count what is held, and refuse the workbook when it is too much."""
        self._characters += characters
        most = self._origin.limits.characters
        if self._characters > most:
            raise SourceError(
                f"{self._origin.where} holds more than {most:,} characters in its cells (text "
                "that several cells share counts in each): it was not opened. Save only the rows "
                "and columns that are needed, as CSV, or set more characters under [limits] in "
                "csp_geo.toml."
            )

    def _check_span(self, rows: int, columns: int) -> None:
        limits = self._origin.limits
        if rows * columns > limits.cells:
            raise SourceError(
                f"{self._origin.where} has a sheet that spans {rows * columns:,} cells, more than "
                f"the {limits.cells:,} that are read: some cell is far away from the table, or "
                "it is too large. Copy the table into a new workbook."
            )

    # --- XLSX ----------------------------------------------------------------------------------

    def _lengths(self, member: zipfile.ZipInfo) -> NDArray[np.int64]:
        """Return the bytes of each shared text, by its number."""
        lengths: list[int] = []
        is_odd = False
        rest = b""
        for number, piece in enumerate(self._pieces(member)):
            text = rest + (_DECLARATION.sub(b"", piece) if not number else piece)
            is_odd = is_odd or bool(_ODD.search(text))
            *items, rest = _ITEM_END.split(text)
            if len(rest) > _MOST_UNFINISHED:
                raise self._too_long()
            lengths += [
                len(item) if len(item) < _SHORT else self._length(item, is_odd=is_odd)
                for item in items
            ]
        found = np.array([*lengths, len(rest)], dtype=np.int64)
        return np.full(len(found), found.max()) if is_odd else found

    def _length(self, item: bytes, *, is_odd: bool) -> int:
        bare = item if is_odd else _TAGS.sub(b"", item)
        self._check_length(bare)
        return len(bare)

    def _check_sheet(self, member: zipfile.ZipInfo, lengths: NDArray[np.int64]) -> None:
        """Measure a sheet of an XLSX: how far it reaches, and what its shared texts come to."""
        longest = int(lengths.max())
        is_large = member.file_size > self._origin.limits.characters
        rows: set[bytes] = set()
        columns: set[bytes] = set()
        last_row = 0
        rest = b""
        for piece in self._pieces(member):
            cut = (rest + piece).rfind(b"</c>") + 1  # a cell must not be cut in two
            text, rest = (rest + piece)[:cut], (rest + piece)[cut:]
            if len(rest) > _MOST_UNFINISHED:
                self._add(longest * _marks(rest))
                rest = b""
            for letters, row in _CELL.findall(text):
                columns.add(letters)
                rows.add(row)
            last_row = max(last_row, *map(int, rows)) if rows else last_row
            rows.clear()
            self._add(_shared(text, lengths, longest))
            if is_large:
                self._add(len(_TAGS.sub(b"", text)))
        self._add(longest * _marks(rest))
        self._check_span(last_row, max(map(_column_number, columns), default=0))

    # --- ODS -----------------------------------------------------------------------------------

    def _check_tables(self, member: zipfile.ZipInfo) -> None:
        """Measure all tables of an ODS."""
        n_open = 0
        walk = _Walk()
        is_large = member.file_size > self._origin.limits.characters
        for piece in self._pieces(member):
            n_open += sum(not tag.endswith(b"/>") for tag in _ODS_TABLE.findall(piece))
            n_open -= piece.count(b"</table:table>")
            tags = list(_ODS_TAG.finditer(piece))
            if len(tags) != len(_ODS_NAME.findall(piece)):
                raise ValueError("A table of the workbook is written in an unusual way.")
            begins = [tag.end() for tag in tags]
            ends = [tag.start() for tag in tags] + [len(piece)]
            self._add(walk.copies * _bare(piece[: ends[0]]))  # the rest of the cell before
            for tag, begin, end in zip(tags, begins, ends[1:], strict=True):
                text = tag[0]
                copies = walk.step(text)
                if is_large or copies > 1 or end - tag.start() > _SHORT:
                    held = len(text) if len(text) > _SHORT else 0  # a text may stand in the tag
                    self._add(copies * (held + _bare(piece[begin:end])))
        if n_open:  # the rows after its last one would be taken as repeated a million times
            raise ValueError("A table of the workbook has no end.")
        self._check_span(walk.last_row, walk.last_column)
        most = self._origin.limits.ratio
        if walk.n_held > max(_FEW_COPIES, most * walk.n_written):
            raise SourceError(
                f"{self._origin.where} says of its cells that they are repeated more than {most:,} "
                "times: that is not data, and it was not opened. Ask for it again."
            )


def _bare(text: bytes) -> int:
    """Return the bytes of a text without its tags."""
    return len(_TAGS.sub(b"", text))


def _last(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.casefold()


def _longer(every: Iterator[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the greater length for each number: of two lists either may be the one that counts."""
    longer = np.zeros(1, dtype=np.int64)
    for lengths in every:
        size = max(len(longer), len(lengths))
        longer = np.maximum(*(np.pad(a, (0, size - len(a))) for a in (longer, lengths)))
    return longer


_DECLARATION: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*+<\?xml\s[^<>]*\?>")
_ODD: Final = re.compile(rb"<[!?]|<(?:[^\s<>/:]*:)?si\s*/>")
"""What makes the numbering of shared texts uncertain: remarks, and items without anything."""
_ITEM_END: Final = re.compile(rb"</(?:[^\s<>/:]*:)?si\s*>")
_CELL: Final = re.compile(
    rb"""<(?:c|\w++:c)\s++(?:(?!r=)\w++=["'][^"'<>]*+["']\s++)*+"""
    rb"""r=["']([A-Z]{1,3}+)([0-9]{1,7}+)["'](?:>|[^<>]*+(?<!/)>)"""
)
_SHARED: Final = re.compile(
    rb"""t="s"(?: [\w:]{1,20}="[^<>"]{0,20}"){0,4}><(?:\w{1,20}:)?v>([0-9]{1,9})"""
    rb"""</(?:\w{1,20}:)?v></(?:\w{1,20}:)?c>"""
)


def _marks(text: bytes) -> int:
    """Count what may say that a cell names a shared text."""
    return text.count(b'"s"') + text.count(b"'s'")


def _shared(text: bytes, lengths: NDArray[np.int64], longest: int) -> int:
    """Add up the shared texts that the cells of a piece name."""
    named = np.array(_SHARED.findall(text), dtype="S9").astype(np.int64)
    unclear = _marks(text) - len(named) + int((named >= len(lengths)).sum())
    return int(lengths[named[named < len(lengths)]].sum()) + longest * max(unclear, 0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


_ATTRIBUTES: Final = rb"""(?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*+\s*+/?>"""
_ODS_NAME: Final = re.compile(rb"<table:(?:table|table-row|(?:covered-)?table-cell)(?=[\s/>])")
_ODS_TAG: Final = re.compile(_ODS_NAME.pattern + _ATTRIBUTES)
_ODS_TABLE: Final = re.compile(rb"<table:table(?:\s[^<>]*)?>")
_ODS_CELLS: Final = (b"<table:table-cell", b"<table:covered-table-cell")
_ROWS: Final = re.compile(rb"""number-rows-repeated\s*=\s*["']([0-9]+)["']""")
_COLUMNS: Final = re.compile(rb"""number-columns-repeated\s*=\s*["']([0-9]+)["']""")
_MOST_DIGITS: Final = 9


def _times(repeated: re.Pattern[bytes], tag: bytes) -> int:
    """Return how often a row or cell stands there."""
    if b"-repeated" not in tag:
        return 1
    found = repeated.search(tag)
    if found is None or len(found[1]) > _MOST_DIGITS:
        raise ValueError("A table of the workbook is repeated in an unusual way.")
    return int(found[1])


class _Walk:
    """Where in an ODS one is, how far its tables reach, and how often its cells are repeated.

    `copies` is how often the cell before stands there; 0 between cells.
    """

    def __init__(self) -> None:
        self.last_row = self.last_column = self.n_written = self.n_held = self.copies = 0
        self._row = self._column = 0
        self._n_rows = 1

    def step(self, tag: bytes) -> int:
        """Go on to the next table, row or cell; return `copies`."""
        self.copies = 0
        if tag.startswith(b"<table:table-row"):
            self._n_rows = _times(_ROWS, tag)
            self._row, self._column = self._row + self._n_rows, 0
        elif tag.startswith(_ODS_CELLS):
            times = _times(_COLUMNS, tag)
            self._column += times
            if not tag.endswith(b"/>") or b"value=" in tag:
                self.copies = times * self._n_rows
                self.n_written += 1
                self.n_held += self.copies
                self.last_row = max(self.last_row, self._row)
                self.last_column = max(self.last_column, self._column)
        else:
            self._row = 0
        return self.copies
