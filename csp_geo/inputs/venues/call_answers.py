"""A call list that somebody filled in, read back: what each venue said, and where two disagree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import Origin
from csp_geo.core.wording import join
from csp_geo.inputs.files.table import one_line
from csp_geo.inputs.files.workbook_size import check_size
from csp_geo.inputs.source import plain
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
    CallColumn,
)
from csp_geo.inputs.venues.contacts import before_contact
from csp_geo.inputs.venues.listing import UNKNOWN, read_answer
from csp_geo.inputs.when.dates import read_dates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from csp_geo.core.settings import Limits

OPEN: Final = CHOICES[-1]
"""The answer that leaves a question open."""
_OPEN_WORDS: Final = frozenset(
    (*map(plain, (OPEN, "unknown", "don't know", "unsure", "n/a", "na")), "")
)
_FIRST_ROWS: Final = 30
"""So far down the headings are looked for."""


@dataclass(frozen=True)
class CallAnswer:
    """A row of a filled list: its file and row, the venue, and what was said by field.

    `venue` has the fields of `call_columns.FACTS`. Choices are of `CHOICES`, days ISO text; `key`
    tells the venue within its plan.
    """

    file: str
    row: int
    key: str
    venue: Mapping[str, str]
    given: Mapping[str, str]


@dataclass(frozen=True)
class FilledList:
    """A filled list: the day and number of its plan, the rows that were answered, in their order.

    `n_open` rows have no answer; `unread` are sentences for cells that could not be read.
    """

    name: str
    plan_day: date
    number: str
    answers: tuple[CallAnswer, ...]
    n_open: int
    unread: tuple[str, ...]


@dataclass(frozen=True)
class VenueAnswers:
    """What one venue said, all rows together; `disputed` says where they disagree, and is left."""

    venue: Mapping[str, str]
    given: Mapping[str, str]
    rows: tuple[CallAnswer, ...]
    disputed: tuple[str, ...]

    @property
    def source(self) -> str:
        """Where it was read: "a.xlsx row 5 and b.xlsx row 5"."""
        return join(f"{row.file} row {row.row}" for row in self.rows)


def say_name(venue: Mapping[str, str]) -> str:
    """Return the name of a venue without a contact that somebody wrote into it."""
    return before_contact(venue["name"]) or "a venue"


def read_call_list(path: Path, name: str, *, today: date, limits: Limits) -> FilledList:
    """Read a call list that somebody filled in.

    Parameters
    ----------
    name
        What to call the file.
    today
        A day after it cannot have been the day of a call.

    Raises
    ------
    SourceError
        If it is no call list, is damaged, or has lost its headings or the mark of its plan.
    """
    book = _opened(path, name, limits)
    day, number = _plan_of(book, name)
    sheet = book[LIST_SHEET] if LIST_SHEET in book.sheetnames else book.worksheets[0]
    facts = _facts(book[FACTS_SHEET]) if FACTS_SHEET in book.sheetnames else {}
    below, places = _headings(sheet, name)
    answers: list[CallAnswer] = []
    unread: list[str] = []
    n_open = 0
    for at, cells in enumerate(sheet.iter_rows(min_row=below, values_only=True), start=below):
        shown = {column.field: _text(cells[places[column.field]]) for column in SHOWN}
        venue = facts.get(shown["key"]) or _as_shown(shown)
        given, odd = _given(cells, places, today)
        called = f"{name} row {at}" + f", {say_name(venue)}" * bool(venue["name"])
        unread += [f"{called}: {what}" for what in odd]
        if given and not venue["name"]:
            unread.append(f"{called}: it has answers and no venue. Write its name under Venue.")
        elif given:
            key = shown["key"] if shown["key"] in facts else plain(venue["name"] + venue["address"])
            answers.append(CallAnswer(name, at, f"{number} {key}", venue, given))
        else:
            n_open += bool(venue["name"]) and not odd
    return FilledList(name, day, number, tuple(answers), n_open, tuple(unread))


def joined(lists: Sequence[FilledList]) -> list[VenueAnswers]:
    """Put the rows of one venue of one plan together, plans in the order of their days.

    Where two rows give a choice differently, neither is taken. "Not known" contradicts nothing; of
    two days the later counts; texts stand side by side.
    """
    groups: dict[str, list[CallAnswer]] = {}
    for filled in sorted(lists, key=lambda one: one.plan_day):
        for answer in filled.answers:
            groups.setdefault(answer.key, []).append(answer)
    return [_joined(rows) for rows in groups.values()]


def _joined(rows: Sequence[CallAnswer]) -> VenueAnswers:
    given: dict[str, str] = {}
    disputed = []
    for column in ANSWERED:
        said = {row.given[column.field]: row for row in rows if column.field in row.given}
        if column.kind == CHOICE:
            said = {text: row for text, row in said.items() if text != OPEN} or said
        if column.kind == CHOICE and len(said) > 1:
            both = join(f"'{text}' in {row.file} row {row.row}" for text, row in said.items())
            disputed.append(
                f"{say_name(rows[0].venue)}: {column.heading} is {both}, so neither was taken. "
                "Settle which holds, and read them again."
            )
        elif said:
            given[column.field] = max(said) if column.kind == DAY else "; ".join(said)
    return VenueAnswers(rows[0].venue, given, tuple(rows), tuple(disputed))


def _opened(path: Path, name: str, limits: Limits) -> Any:
    from openpyxl import load_workbook

    if not path.is_file():
        raise SourceError(f"{name} is not there. Check the name and the folder.")
    check_size(Origin(path, name, limits=limits))
    try:
        return load_workbook(path, data_only=True)
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, ParseError) as error:
        raise SourceError(
            f"{name} could not be read as a workbook: it is damaged, or not XLSX. Open it, and "
            "save it as XLSX."
        ) from error


def _plan_of(book: Any, name: str) -> tuple[date, str]:
    """Return the day and the number of the plan that a list was written for."""
    mark = str(book.properties.subject or "")
    number = str(book.properties.keywords or "")[:NUMBER_LENGTH]
    try:
        day = date.fromisoformat(mark.removeprefix(PLAN))
    except ValueError:
        day = None
    if day is None or not mark.startswith(PLAN) or len(number) < NUMBER_LENGTH:
        raise SourceError(
            f"{name} does not say of which plan it is: it is no call list, or another program took "
            "the mark away. Copy the answers into the call-list.xlsx of the plan with Excel or "
            "LibreOffice."
        )
    return day, number


def _facts(sheet: Worksheet) -> dict[str, dict[str, str]]:
    """Return what the plan knew of each venue, by its number in the list."""
    rows = sheet.iter_rows(min_row=2, max_col=len(FACTS), values_only=True)
    every = [dict(zip(FACTS, map(_text, row), strict=True)) for row in rows]
    return {row["key"]: row for row in every if row["key"]}


def _as_shown(shown: Mapping[str, str]) -> dict[str, str]:
    """Return a venue that somebody added to the list by hand, as far as it says."""
    said = {"name": shown["name"], "venue_type": shown["type"], "address": shown["place"]}
    return dict.fromkeys(FACTS, "") | said


def _headings(sheet: Worksheet, name: str) -> tuple[int, dict[str, int]]:
    """Return the first row below the headings, and in which place of a row each column stands."""
    wanted = {plain(column.heading): column.field for column in (*SHOWN, *ANSWERED)}
    most: tuple[int, dict[str, int]] = (0, {})
    for at, cells in enumerate(sheet.iter_rows(max_row=_FIRST_ROWS, values_only=True), start=1):
        words = [plain(_text(cell)) for cell in cells]
        found = {wanted[word]: n for n, word in reversed(list(enumerate(words))) if word in wanted}
        most = max(most, (at + 1, found), key=lambda one: len(one[1]))
    lost = [c.heading for c in (*SHOWN, *ANSWERED) if c.field not in most[1]]
    if lost:
        raise SourceError(
            f"{name} has no column {join(map(repr, lost))}: headings of a call list must stay as "
            "they are. Write them as they were, and read it again."
        )
    return most


def _given(
    cells: Sequence[Any], places: Mapping[str, int], today: date
) -> tuple[dict[str, str], list[str]]:
    """Return the answers of a row by field, and sentences for those that cannot be read."""
    given, odd = {}, []
    for column in ANSWERED:
        cell = cells[places[column.field]]
        if not _text(cell):
            continue
        said = _read(cell, column, today)
        if said:
            given[column.field] = said
            continue
        what = f"what stands under {column.heading}"  # never the text: it may name somebody
        if column.kind == CHOICE:
            odd.append(f"{what} is none of {', '.join(CHOICES)}, and was left. Choose one.")
        else:
            odd.append(f"{what} is no day up to today, and was left. Write it as 3/12/2026.")
    return given, odd


def _read(cell: Any, column: CallColumn, today: date) -> str:
    """Read one answer; "" where it cannot be read."""
    text = _text(cell)
    if column.kind == CHOICE:
        answer = read_answer(text)
        return answer if answer != UNKNOWN else OPEN if plain(text) in _OPEN_WORDS else ""
    if column.kind == DAY:
        day = cell.date() if isinstance(cell, datetime) else cell
        if not isinstance(day, date):
            at = read_dates(pd.Series([text])).at.iloc[0]
            day = None if pd.isna(at) else at.date()
        return day.isoformat() if day is not None and day <= today else ""
    return text


def _text(cell: Any) -> str:
    """Return a cell as one line of text; a whole number without its decimals."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else one_line(str(cell))
