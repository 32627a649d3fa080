"""The list of venues to call, as a workbook: for the coordinator to work through and fill in."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from csp_geo.core.visible import clean
from csp_geo.products.escape import neutralise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from openpyxl import Workbook

COLUMNS: Final = (
    ("rank", "Order", 7),
    ("name", "Venue", 34),
    ("type", "Type", 16),
    ("address", "Address", 34),
    ("ward", "Ward", 18),
    ("hours", "Open", 30),
    ("hours_are", "Hours are", 12),
    ("why", "Why this one", 44),
    ("ask", "To ask", 40),
    ("note", "Note", 34),
    ("called_on", "Called on", 12),
    ("answer", "Answer", 24),
    ("next", "Next step", 24),
)
"""Field, heading and width; the last three are empty, to be filled in by hand."""
CALL_LIST: Final = "call-list.xlsx"


def call_list(sites: Sequence[Mapping[str, Any]], *, on: date, marking: str, note: str) -> bytes:
    """Write the venues to approach as XLSX.

    Parameters
    ----------
    sites
        As `plan_words.site_words` gives them, in the order in which to call.
    on
        The day of the pack; it stands in the file's properties, so that the same plan gives the
        same workbook.
    note
        A sentence for the top of the sheet.

    Returns
    -------
    data
        One sheet. Names are text whatever they begin with. No contact, no incident, nothing of what
        was reported about a venue.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("Call list")
    sheet.append([marking])
    sheet.append([note])
    sheet.append([heading for _, heading, _ in COLUMNS])
    for site in sites:
        line = {**site, "hours_are": "assumed" if site["assumed"] else "as listed"}
        line["note"] = " ".join(filter(None, (site["was"], site["where"])))
        sheet.append([_cell(line.get(field, "")) for field, _, _ in COLUMNS])
    for number, (_, _, width) in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for row in sheet.iter_rows(min_row=3):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[3]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="F7F6F2")
    sheet["A1"].font = Font(bold=True, color="7D0000")
    sheet.freeze_panes = "C4"
    sheet.auto_filter.ref = f"A3:{get_column_letter(len(COLUMNS))}{3 + len(sites)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"
    for band in (sheet.oddHeader, sheet.oddFooter):
        if band is not None:
            band.center.text = marking
    book.properties.creator, book.properties.title = "csp-geo", f"{marking}: call list"
    book.properties.created = book.properties.modified = datetime.combine(on, time())
    book.properties.keywords = _digest(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def is_filled_in(path: Path) -> bool:
    """Tell whether a call list is not as it was written: then somebody has worked in it.

    One that cannot be read counts as changed: it may be open in another program.
    """
    from openpyxl import load_workbook

    if not path.is_file():
        return False
    try:
        book = load_workbook(path)
    except (OSError, ValueError, KeyError, BadZipFile, ParseError):
        return True
    return str(book.properties.keywords) != _digest(book)


def _digest(book: Workbook) -> str:
    """Digest what a person can write: the cells of all sheets and their comments."""
    written = [
        (sheet.title, cell.coordinate, str(cell.value), cell.comment.text if cell.comment else "")
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in {None, ""} or cell.comment
    ]
    return hashlib.sha256(repr(written).encode("utf-8", "surrogatepass")).hexdigest()


def _cell(value: Any) -> Any:
    return neutralise(clean(value)) if isinstance(value, str) else value
