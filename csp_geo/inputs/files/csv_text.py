"""A CSV whose cells can be changed one by one; all else stays as it is, byte for byte."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, Final

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import Origin
from csp_geo.inputs.files.text import SEPARATORS, text_layout

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

_CELL: Final = {
    mark: re.compile(rf'"(?:[^"]++|"")*+"[^{mark}\r\n]*+|[^{mark}\r\n]*+')
    for mark in map(re.escape, SEPARATORS)
}
_END: Final = re.compile(r"\r\n|\r|\n|\Z")


class CsvText:
    """The rows of a CSV as they are written, cells by row and column from 0.

    Parameters
    ----------
    path
        A text table; `names` are the names that its columns may have, as `plain` gives them.

    Raises
    ------
    SourceError
        If it is no text table, or one that could not be written again as it is.
    """

    def __init__(self, path: Path, names: Collection[str]) -> None:
        self._where, data = path.name, path.read_bytes()
        layout, header, _ = text_layout(Origin(path, path.name), names)
        bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        encoding = "utf-8" if layout.encoding == "utf-8-sig" else layout.encoding
        text = data[len(bom) :].decode(encoding, errors="replace")
        can_split = layout.separator in SEPARATORS and not layout.nuls
        if header is None or not can_split or bom + text.encode(encoding, "replace") != data:
            raise SourceError(
                f"{path.name} is not a CSV that can be added to. Save it as 'CSV UTF-8', and name "
                "that file with --existing."
            )
        self.header, self._header_row = header.names, header.rows[-1]
        self._bom, self._encoding, self._separator = bom, encoding, layout.separator
        self._rows, self._ends = _split(text, layout.separator)

    @property
    def n_rows(self) -> int:
        """How many rows there are, headings and blank ones among them."""
        return len(self._rows)

    def value(self, row: int, column: int) -> str:
        """Return what a cell says, "" where the row ends before it."""
        cells = self._rows[row]
        if column >= len(cells) or not cells[column]:
            return ""
        stream = io.StringIO(cells[column], newline="")
        return next(csv.reader(stream, delimiter=self._separator))[0]

    def put(self, row: int, column: int, text: str) -> None:
        """Write a cell; the rest of its row stays as it is."""
        cells = self._rows[row]
        cells += [""] * (column + 1 - len(cells))
        cells[column] = self._written(text)

    def add_column(self, name: str) -> int:
        """Add a column behind all others; rows without a value in it stay as they are."""
        column = max(map(len, self._rows))
        self.put(self._header_row, column, name)
        return column

    def add_row(self, values: Mapping[int, str]) -> int:
        """Add a row at the end; `values` by column."""
        newline = next((end for end in self._ends if end), "\r\n")
        if self._ends and not self._ends[-1]:
            self._ends[-1] = newline
        self._rows.append([""] * len(self._rows[self._header_row]))
        self._ends.append(newline)
        for column, text in values.items():
            self.put(len(self._rows) - 1, column, text)
        return len(self._rows) - 1

    def as_bytes(self) -> bytes:
        """Return the file; `SourceError` if its letters cannot say what was put in."""
        lines = zip(self._rows, self._ends, strict=True)
        text = "".join(self._separator.join(cells) + end for cells, end in lines)
        try:
            return self._bom + text.encode(self._encoding)
        except UnicodeEncodeError as error:
            raise SourceError(
                f"{self._where} is saved with the letters of Windows, and '{text[error.start]}' is "
                "none of them. Save it as 'CSV UTF-8', and run this again."
            ) from error

    def _written(self, text: str) -> str:
        odd = {self._separator, '"', "\r", "\n"} & set(text)
        return '"' + text.replace('"', '""') + '"' if odd or text != text.strip() else text


def _split(text: str, separator: str) -> tuple[list[list[str]], list[str]]:
    """Return the cells of each row with their quotation marks, and how each row ends."""
    cell = _CELL[re.escape(separator)]
    rows: list[list[str]] = []
    ends: list[str] = []
    at = 0
    while at < len(text):
        row = []
        while True:
            found = cell.match(text, at)
            assert found  # noqa: S101 - it matches an empty cell as well
            row.append(found.group())
            at = found.end()
            if text[at : at + 1] != separator:
                break
            at += 1
        end = _END.match(text, at)
        assert end  # noqa: S101 - a cell ends before a separator, the end of a line or of the text
        rows.append(row)
        ends.append(end.group())
        at = end.end()
    return rows, ends
