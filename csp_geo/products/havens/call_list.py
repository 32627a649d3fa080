"""The call list of a plan: a workbook for the coordinator to take along and fill in.

Its answers come back into the register with `csp-geo havens --answers`.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import numpy as np

from csp_geo.core.visible import clean
from csp_geo.core.wording import number
from csp_geo.inputs.venues.call_columns import (
    ANSWERED,
    CHOICE,
    CHOICES,
    DAY,
    FACTS,
    FACTS_SHEET,
    LIST_SHEET,
    NUMBER_LENGTH,
    PLAN,
    SHOWN,
    TEXT,
    example_day,
)
from csp_geo.products.escape import neutralise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from csp_geo.core.arrays import Floats

CALL_LIST: Final = "call-list.xlsx"
HOW_TO: Final = (
    "A round on foot: from the northernmost venue each time to the nearest next, in a straight "
    "line; below each stand those to ask if it says no. Fill in from Telephone on, in words: "
    "colours are not read. Then read it back: csp-geo havens --answers call-list.xlsx"
)
_HEAD: Final = 4
"""The row of the headings, below the marking, the note and what to do."""
_COLUMNS: Final = (*SHOWN, *ANSWERED)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_A4: Final = 9
_MODIFIED: Final = b"<dcterms:modified"


def call_list(sites: Sequence[Mapping[str, Any]], *, on: date, marking: str, note: str) -> bytes:
    """Write the venues to approach as XLSX.

    Parameters
    ----------
    sites
        As `plan_words.site_words` gives them, with latitude and longitude (degrees); each may have
        `fallbacks`, venues to ask in its place, with name, venue_type, address and covers.
    on
        The day of the pack; it stands in the file's properties beside a digest of what was
        written, by which a filled list is told from an empty one, and its plan from another.
    note
        A sentence for the top of the sheet.

    Returns
    -------
    data
        A sheet to print, A4 across, and a hidden one with what the plan knew of each venue; the
        same bytes for the same plan. Names are text whatever they begin with. No contact, no
        incident, nothing of what was reported about a venue.
    """
    from openpyxl import Workbook

    lines = list(_lines(sites))
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet, facts = book.create_sheet(LIST_SHEET), book.create_sheet(FACTS_SHEET)
    for text in (marking, note, HOW_TO):
        sheet.append([text])
    sheet.append([column.heading for column in _COLUMNS])
    facts.append(list(FACTS))
    for line in lines:
        sheet.append([_cell(line.get(column.field, "")) for column in SHOWN])
        facts.append([_cell(str(line.get(name) or "")) for name in FACTS])
    facts.sheet_state = "hidden"
    _dress(sheet, [bool(line["stop"]) for line in lines], marking)
    _offer_answers(sheet, len(lines), on)
    book.properties.creator, book.properties.title = "csp-geo", f"{marking}: call list"
    book.properties.subject = f"{PLAN}{on.isoformat()}"
    book.properties.created = datetime.combine(on, time())
    book.properties.keywords = _digest(book)
    return workbook_bytes(book, on)


def round_on_foot(xy: Floats) -> list[int]:
    """Return the order of a round: the northernmost first, then each time the nearest that is left.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres. Of points equally far north, or near, the one that stands first is taken.

    Examples
    --------
    >>> round_on_foot(np.array([(0.0, 0.0), (0.0, 900.0), (0.0, 400.0)]))
    [1, 2, 0]
    """
    left, order = list(range(len(xy))), []
    at = max(left, key=lambda n: (xy[n][1], -n), default=-1)
    while left:
        order.append(at)
        left.remove(at)
        here = xy[at]
        at = min(left, key=lambda n: (float(np.hypot(*(xy[n] - here))), n), default=-1)
    return order


def list_number(data: bytes) -> str:
    """Return the number by which a list that was just written is known again."""
    from openpyxl import load_workbook

    return str(load_workbook(io.BytesIO(data)).properties.keywords)[:NUMBER_LENGTH]


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


def _lines(sites: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give the rows in the order of the round, the fallbacks of each site below it."""
    xy = np.array([(site["easting"], site["northing"]) for site in sites]).reshape(-1, 2)
    for stop, at in enumerate(round_on_foot(xy), start=1):
        site = sites[at]
        assumed = " (assumed)" if site["assumed"] else ""
        ward = f" ({site['ward']} ward)" if site["ward"] else ""
        known = (site["ask"], site["was"], site["where"])
        yield {
            **site,
            "stop": stop,
            "key": site["rank"],
            "address": site["street"],
            "place": f"{site['address']}{ward}",
            "hours": f"{site['hours']}{assumed}",
            "ask": ". ".join(part.rstrip(".") for part in known if part),
        }
        for letter, other in zip(_LETTERS, site.get("fallbacks", ()), strict=False):
            covers = other.get("covers", "")
            covers = covers if isinstance(covers, str) else f"Covers {number(covers)}."
            yield {
                **other,
                "stop": "",
                "key": f"{site['rank']}{letter}",
                "type": other["venue_type"],
                "place": other["address"],
                "why": f"If {site['name']} says no. {covers}".strip(),
            }


def _dress(sheet: Worksheet, is_site: Sequence[bool], marking: str) -> None:
    """Set widths, wrapping and paper; a line above each site tells its group from the next."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    last, bottom = get_column_letter(len(_COLUMNS)), _HEAD + len(is_site)
    for n, column in enumerate(_COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = column.width
    shade, hair, line = PatternFill("solid", fgColor="F7F6F2"), Side("hair"), Side("thin")
    rows = sheet.iter_rows(min_row=_HEAD, max_row=bottom, max_col=len(_COLUMNS))
    for at, row in enumerate(rows, start=-1):  # that of the headings, then those of the venues
        top = hair if at >= 0 and not is_site[at] else line
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(top=top, left=hair, right=hair, bottom=hair)
            if at < 0:
                cell.font, cell.fill = Font(bold=True), shade
        if at >= 0 and is_site[at]:
            row[2].font = Font(bold=True)
        elif at >= 0:
            row[2].alignment = Alignment(wrap_text=True, vertical="top", indent=1)
    sheet["A1"].font = Font(bold=True, color="7D0000")
    sheet.freeze_panes = f"D{_HEAD + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.print_area = f"A1:{last}{bottom}"
    for band in (sheet.oddHeader, sheet.oddFooter):
        if band is not None:
            band.center.text = marking


def _offer_answers(sheet: Worksheet, n: int, on: date) -> None:
    """Give each answer its list to choose from, and say beside the cell what is asked.

    A telephone number is text: else a spreadsheet would drop its first nought.
    """
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for at, column in enumerate(ANSWERED, start=len(SHOWN) + 1):
        place = get_column_letter(at)
        cells = f"{place}{_HEAD + 1}:{place}{_HEAD + max(n, 1)}"
        prompt = column.prompt.format(day=example_day(on))
        rule = DataValidation(allow_blank=True, promptTitle=column.heading, prompt=prompt)
        if column.kind == CHOICE:
            rule.type, rule.formula1 = "list", f'"{",".join(CHOICES)}"'
            rule.error = f"Choose {', '.join(CHOICES[:-1])} or {CHOICES[-1]}."
        if column.kind == DAY:
            rule.type, rule.operator, rule.formula1 = "date", "greaterThan", "36526"  # since 2000
            rule.error = f"Write a day, such as {example_day(on)}."
        rule.showInputMessage, rule.showErrorMessage = True, bool(rule.error)
        sheet.add_data_validation(rule)
        rule.add(cells)
        for (cell,) in sheet[cells]:
            cell.number_format = {TEXT: "@", DAY: "dd/mm/yyyy"}.get(column.kind, "General")


def workbook_bytes(book: Workbook, on: date) -> bytes:
    """Return a workbook as bytes in which the day of the pack stands for every other time."""
    stream, made = io.BytesIO(), io.BytesIO()
    book.save(stream)
    day = (on.year, on.month, on.day, 0, 0, 0)
    with zipfile.ZipFile(stream) as written, zipfile.ZipFile(made, "w") as packed:
        for name in written.namelist():
            data = written.read(name)
            if name == "docProps/core.xml":
                data = _modified_on(data, on)
            member = zipfile.ZipInfo(name, day)
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, data)
    return made.getvalue()


def _modified_on(properties: bytes, on: date) -> bytes:
    """Return a workbook's properties with a day in place of the moment of saving."""
    before, element, rest = properties.partition(_MODIFIED)
    attributes, close, said = rest.partition(b">")
    day = f"{on.isoformat()}T00:00:00Z".encode()
    return before + element + attributes + close + day + said[said.index(b"<") :]


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
