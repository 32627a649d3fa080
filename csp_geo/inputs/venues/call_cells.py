"""The cells of a filled call list as people leave them: formulas, numbers, comments, merges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.wording import join
from csp_geo.inputs.files.table import one_line
from csp_geo.inputs.venues.call_columns import FACTS_SHEET, LIST_SHEET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FORMULA, _ERROR = "f", "e"
"""What openpyxl calls a cell with a formula, and one that shows an error."""
_BRITISH_DIGITS: Final = 10
"""Digits of a British telephone number without its first 0."""
_ABROAD_DIGITS: Final = 12
"""Digits of one that begins with 44."""


@dataclass(frozen=True)
class CallCell:
    """A cell: its place ("N5"), what stands there and its comment.

    `value` is the result of a formula; the formula itself, as text, where it has none.
    """

    place: str
    value: Any
    comment: str = ""

    @property
    def text(self) -> str:
        """What stands there as one line; a whole number without decimals, a day without a time."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, datetime) and value.time() == time():
            value = value.date()
        return "" if value is None else one_line(str(value))

    @property
    def is_number(self) -> bool:
        """Whether a spreadsheet took it for a number."""
        return isinstance(self.value, (int, float)) and not isinstance(self.value, bool)

    @property
    def day(self) -> date | None:
        """The day, where a spreadsheet took it for one."""
        if isinstance(self.value, datetime):
            return self.value.date()
        return self.value if isinstance(self.value, date) else None


class CallSheet:
    """The sheet of a workbook that people filled in, and the hidden one beside it.

    Parameters
    ----------
    path
        A workbook that can be read.
    """

    def __init__(self, path: Path) -> None:
        from openpyxl import load_workbook

        book = load_workbook(path)
        names = [sheet.title for sheet in book.worksheets if sheet.title != FACTS_SHEET]
        self.title = LIST_SHEET if LIST_SHEET in names else names[0] if names else FACTS_SHEET
        self.mark = str(book.properties.subject or "")
        self.number = str(book.properties.keywords or "")
        self._book, self._sheet = book, book[self.title]
        has_formula = any(cell.data_type == _FORMULA for row in self._sheet for cell in row)
        results = load_workbook(path, data_only=True) if has_formula else book
        self._results = results[self.title]

    def rows(self, first: int = 1, last: int | None = None) -> Iterator[tuple[int, list[CallCell]]]:
        """Give each row with its number."""
        for at, row in enumerate(self._sheet.iter_rows(min_row=first, max_row=last), start=first):
            yield at, [self._cell(cell) for cell in row]

    def facts(self, n: int) -> list[list[str]]:
        """Return the first `n` columns of the hidden sheet, without its headings."""
        if FACTS_SHEET not in self._book.sheetnames:
            return []
        rows = self._book[FACTS_SHEET].iter_rows(min_row=2, max_col=n, values_only=True)
        return [[CallCell("", value).text for value in row] for row in rows]

    def not_read(self, first: int) -> list[str]:
        """Say which other sheets hold something, and where cells of several rows are merged."""
        others = [
            str(at)
            for at, sheet in enumerate(self._book.worksheets, start=1)
            if sheet.title not in {self.title, FACTS_SHEET} and _holds_something(sheet)
        ]
        said = []
        if others:
            sheets = f"sheet{'s' * (len(others) > 1)} {join(others)}"
            said.append(
                f"{sheets} of the workbook {'were' if len(others) > 1 else 'was'} not read: "
                f"answers are read from '{self.title}' alone. Copy what belongs there."
            )
        for merged in sorted(self._sheet.merged_cells.ranges, key=lambda one: one.bounds):
            is_filled = self._sheet.cell(merged.min_row, merged.min_col).value is not None
            if is_filled and merged.min_row >= first and merged.max_row > merged.min_row:
                said.append(
                    f"{merged.coord} is one merged cell: what stands there was taken for row "
                    f"{merged.min_row} alone. Unmerge it, and write it in each row for which it "
                    "holds."
                )
        return said

    def _cell(self, cell: Any) -> CallCell:
        comment = one_line(cell.comment.text) if cell.comment else ""
        value = cell.value
        if cell.data_type == _FORMULA:
            result = self._results[cell.coordinate]
            has_result = result.value not in {None, ""} and result.data_type != _ERROR
            value = result.value if has_result else str(getattr(value, "text", value))
        return CallCell(cell.coordinate, value, comment)


def read_telephone(cell: CallCell, *, is_british: bool) -> tuple[str, str]:
    """Return a telephone number, and what is in doubt of it.

    A spreadsheet that takes it for a number drops its first 0 and a plus sign.

    Examples
    --------
    >>> read_telephone(CallCell("I5", 2082270000), is_british=True)
    ('02082270000', '')
    """
    text = cell.text
    if not cell.is_number:
        return text, ""
    if is_british and text.isdigit() and len(text) == _BRITISH_DIGITS and text[0] != "0":
        return f"0{text}", ""
    if is_british and len(text) == _ABROAD_DIGITS and text.startswith("44"):
        return f"+{text}", ""
    return text, (
        "is typed as a number, of which a spreadsheet drops a first 0: it was taken as it stands. "
        "Check it in the register."
    )


def _holds_something(sheet: Any) -> bool:
    return any(cell is not None for row in sheet.iter_rows(values_only=True) for cell in row)
