"""A call list that somebody filled in, read back: what each venue said, and where two disagree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import Origin
from csp_geo.core.period import say_day
from csp_geo.core.wording import count, join
from csp_geo.inputs.files.workbook_size import check_size
from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.call_cells import CallSheet, read_telephone
from csp_geo.inputs.venues.call_columns import (
    ANSWERED,
    CHOICE,
    DAY,
    FACTS,
    NUMBER_LENGTH,
    PLAN,
    SHOWN,
    CallColumn,
    example_day,
)
from csp_geo.inputs.venues.call_words import (
    has_remark,
    is_closed_for_good,
    part_contact,
    read_choice,
    says_nothing,
)
from csp_geo.inputs.venues.contacts import address_holds_contact, before_contact
from csp_geo.inputs.venues.listing import YES
from csp_geo.inputs.when.dates import read_dates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.venues.call_cells import CallCell

    _Said = tuple[str, CallCell]
    """What a text is called in a note, "" for the note itself, and its cell."""

_FIRST_ROWS: Final = 30
"""So far down the headings are looked for."""
_NOTE, _CONTACT = "answer_note", "contact"
_NEEDED: Final = ("key", "name")
"""Columns without which a row does not say of which venue it is; the other facts lie hidden."""
_SHOWN_AS: Final = {column.field: column.heading for column in SHOWN}
_TOLD_BY: Final = ("name", "venue_type", "address", "postcode", "latitude", "longitude")
_TEXT_TABLES: Final = frozenset((".csv", ".tsv", ".txt"))


@dataclass(frozen=True)
class CallAnswer:
    """A row of a filled list: its file and row, the venue, and what was said by field.

    `venue` has the fields of `call_columns.FACTS`. Choices are of `CHOICES`, days ISO text;
    `contact` is what of notes and names holds one. `key` tells the venue within its plan: a venue
    that stands below two sites is one. `was_reached`: somebody there answered; else there is only a
    note, a number to ring or a day. `is_closed`: it is noted as closed for good.
    """

    file: str
    row: int
    key: str
    venue: Mapping[str, str]
    given: Mapping[str, str]
    was_reached: bool = True
    is_closed: bool = False

    @property
    def asked_on(self) -> str:
        """The day on which it was asked, ISO text, "" where none is given."""
        return self.given.get("asked_on", "")


@dataclass(frozen=True)
class OpenList:
    """A call list that was opened: the day and number of its plan; no answer is read yet."""

    name: str
    plan_day: date
    number: str
    sheet: CallSheet


@dataclass(frozen=True)
class FilledList:
    """A filled list: the rows that were answered, in their order.

    `n_open` rows have no answer; `unread` are sentences for what could not be read as it stands.
    `venues` are all venues of the list by their key, whether they answered or not.
    """

    name: str
    plan_day: date
    number: str
    answers: tuple[CallAnswer, ...]
    n_open: int
    unread: tuple[str, ...]
    venues: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class VenueAnswers:
    """What one venue said: `given` its texts and days, all rows together; choices are in `rows`.

    `others` are the other venues of its plan: none of them is this one, however alike the names.
    """

    venue: Mapping[str, str]
    given: Mapping[str, str]
    rows: tuple[CallAnswer, ...]
    others: tuple[Mapping[str, str], ...] = ()

    @property
    def source(self) -> str:
        """Where it was read: "a.xlsx row 5 and b.xlsx row 5"."""
        return join(f"{row.file} row {row.row}" for row in self.rows)

    @property
    def was_reached(self) -> bool:
        """Whether somebody there answered."""
        return any(row.was_reached for row in self.rows)

    @property
    def is_closed(self) -> bool:
        """Whether it is noted as closed for good."""
        return any(row.is_closed for row in self.rows)


def say_name(venue: Mapping[str, str]) -> str:
    """Return the name of a venue without a contact that somebody wrote into it."""
    return before_contact(venue["name"]) or "a venue"


def open_call_list(path: Path, name: str, limits: Limits) -> OpenList:
    """Open a call list, which says of which plan it is.

    Parameters
    ----------
    name
        What to call the file.

    Raises
    ------
    SourceError
        If it is no call list, is damaged, or has lost the mark of its plan.
    """
    if not path.is_file():
        raise SourceError(f"{name} is not there. Check the name and the folder.")
    if path.suffix.lower() in _TEXT_TABLES:
        raise SourceError(
            f"{name} is a text file, which cannot keep of which plan a call list is, nor what it "
            "knows of each venue. Give the XLSX from which it was saved; or copy the answers into "
            "the call-list.xlsx of the plan."
        )
    check_size(Origin(path, name, limits=limits))
    try:
        sheet = CallSheet(path)
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, ParseError) as error:
        raise SourceError(
            f"{name} could not be read as a workbook: it is damaged, or not XLSX. Open it, and "
            "save it as XLSX."
        ) from error
    number = sheet.number[:NUMBER_LENGTH]
    try:
        day = date.fromisoformat(sheet.mark.removeprefix(PLAN))
    except ValueError:
        day = None
    if day is None or not sheet.mark.startswith(PLAN) or len(number) < NUMBER_LENGTH:
        raise SourceError(
            f"{name} does not say of which plan it is: it is no call list, or another program took "
            "the mark away. Copy the answers into the call-list.xlsx of the plan with Excel or "
            "LibreOffice."
        )
    return OpenList(name, day, number, sheet)


def read_call_list(opened: OpenList, *, today: date, is_british: bool) -> FilledList:
    """Read the answers of a call list.

    What cannot be read as it stands (a choice in other words, a comment, a column that somebody
    added) goes into the note of its venue, so that nothing is lost.

    Parameters
    ----------
    today
        A day after it cannot have been the day of a call.
    is_british
        Whether telephone numbers are British: a number of ten digits has lost its first 0.

    Raises
    ------
    SourceError
        If it has lost its headings.
    """
    name, sheet = opened.name, opened.sheet
    below, places, more = _headings(sheet, name)
    facts = {row[0]: dict(zip(FACTS, row, strict=True)) for row in sheet.facts(len(FACTS))}
    venues = {_key(opened, venue): venue for venue in facts.values()}
    answers: list[CallAnswer] = []
    unread = [f"{name}: {said}" for said in sheet.not_read(below)]
    n_open = n_left = 0
    for at, cells in sheet.rows(below):
        shown = {field: cells[place].text for field, place in places.items()}
        venue, told, other = _venue_of(shown, facts)
        given, odd, notes = _given(cells, places, today, is_british=is_british)
        beside = [(title, cells[n]) for n, title in more.items() if cells[n].text]
        called = f"{name} row {at}" + f", {say_name(venue)}" * bool(venue["name"])
        unread += [f"{called}: {what}" for what in (*other, *odd)]
        if not venue["name"]:
            if any(cell.text or cell.comment for cell in cells):
                unread.append(
                    f"{called}: it has text and no venue, and was not read. Write a name under "
                    "Venue."
                )
            continue
        if not given and not notes:
            n_open, n_left = n_open + 1, n_left + bool(beside)
            continue
        is_closed = given.get("willing") != YES and any(
            is_closed_for_good(cell.text) for _, cell in (*notes, *beside)
        )
        named = [(_SHOWN_AS[field], cells[places[field]]) for field in told]
        kept, held = _without_contacts((*notes, *named, *beside))
        unread += [f"{called}: {what}" for what in held]
        key = _key(opened, venue)
        venues.setdefault(key, venue)
        answers.append(
            CallAnswer(
                file=name,
                row=at,
                key=key,
                venue=venue,
                given=given | kept,
                was_reached=_was_reached(cells, places),
                is_closed=is_closed,
            )
        )
    if more:
        left = f"; {count(n_left, 'row')} without an answer left it there" if n_left else ""
        unread.append(
            f"{name}: what stands in columns that are not the list's went into the notes{left}."
        )
    return FilledList(
        *(name, opened.plan_day, opened.number, tuple(answers), n_open, tuple(unread), venues)
    )


def _key(opened: OpenList, venue: Mapping[str, str]) -> str:
    """Return what tells a venue from all others: its plan, and what the plan knew of it."""
    return "\x1f".join((opened.number, *(plain(venue[name]) for name in _TOLD_BY)))


def joined(lists: Sequence[FilledList]) -> list[VenueAnswers]:
    """Put the rows of one venue of one plan together, plans in the order of their days.

    Of two days the later is kept; texts stand side by side. What was chosen stays with its row:
    which of two answers holds depends on their days, and on what the register has.
    """
    groups: dict[str, list[CallAnswer]] = {}
    venues: dict[str, dict[str, Mapping[str, str]]] = {}
    for filled in sorted(lists, key=lambda one: one.plan_day):
        venues.setdefault(filled.number, {}).update(filled.venues)
        for answer in filled.answers:
            groups.setdefault(answer.key, []).append(answer)
    return [
        _joined(rows, [venue for one, venue in own.items() if one != key])
        for key, rows in groups.items()
        for own in [venues[key.partition("\x1f")[0]]]
    ]


def _joined(rows: Sequence[CallAnswer], others: Sequence[Mapping[str, str]]) -> VenueAnswers:
    given: dict[str, str] = {}
    texts = {column.field: column.kind for column in ANSWERED if column.kind != CHOICE}
    for field, kind in (texts | {_CONTACT: ""}).items():
        if said := dict.fromkeys(row.given[field] for row in rows if field in row.given):
            given[field] = max(said) if kind == DAY else "; ".join(said)
    return VenueAnswers(rows[0].venue, given, tuple(rows), tuple(others))


def _venue_of(
    shown: Mapping[str, str], facts: Mapping[str, dict[str, str]]
) -> tuple[dict[str, str], tuple[str, ...], list[str]]:
    """Return what the plan knew of the venue of a row, fields of it to note, and what is odd.

    Noted is a name that is new, and what holds a contact. The number tells the venue; the name does
    where rows were sorted without their numbers. Else it is one that somebody added by hand.
    """
    named = plain(shown["name"])
    own = facts.get(shown["key"])
    if own is not None and (not named or plain(own["name"]) == named):
        return own, (), []
    alike = [row for row in facts.values() if named and plain(row["name"]) == named]
    if len({tuple(row[name] for name in _TOLD_BY) for row in alike}) > 1:  # several branches
        place = plain(shown.get("place", ""))
        alike = [row for row in alike if plain(row["address"]) in place] if place else []
    if alike:
        other = "No. and Venue are of two venues of the list; the name was followed."
        return alike[0], (), [other] if own is not None else []
    if own is not None:
        odd = f"the name under Venue is new; it was read as No. {own['key']}."
        return own, ("name",), [odd]
    name, street = before_contact(shown["name"]), shown.get("place", "")
    is_held = address_holds_contact(street)
    said = {
        "name": name or shown["name"],
        "venue_type": shown.get("type", ""),
        "address": "" if is_held else street,
    }
    told = ("name",) * (name != shown["name"]) + ("place",) * is_held
    return dict.fromkeys(FACTS, "") | said, told, []


def _headings(sheet: CallSheet, name: str) -> tuple[int, dict[str, int], dict[int, str]]:
    """Return the first row below the headings, the places of the columns, and other headings."""
    wanted = {plain(column.heading): column.field for column in (*SHOWN, *ANSWERED)}
    most: tuple[int, dict[str, int], dict[int, str]] = (0, {}, {})
    for at, cells in sheet.rows(last=_FIRST_ROWS):
        words = [plain(cell.text) for cell in cells]
        found = {wanted[word]: n for n, word in reversed(list(enumerate(words))) if word in wanted}
        if len(found) > len(most[1]):
            more = {
                n: cell.text or f"Column {cell.place.rstrip('0123456789')}"
                for n, cell in enumerate(cells)
                if n not in found.values()
            }
            most = (at + 1, found, more)
    lost = [
        c.heading
        for c in (*SHOWN, *ANSWERED)
        if c.field not in most[1] and (c in ANSWERED or c.field in _NEEDED)
    ]
    if lost:
        raise SourceError(
            f"{name} has no column {join(map(repr, lost))}: headings of a call list must stay as "
            "they are. Write them as they were, and read it again."
        )
    below = most[0]
    filled = {n for _, cells in sheet.rows(below) for n, cell in enumerate(cells) if cell.text}
    return below, most[1], {n: title for n, title in most[2].items() if n in filled}


def _given(
    cells: Sequence[CallCell], places: Mapping[str, int], today: date, *, is_british: bool
) -> tuple[dict[str, str], list[str], list[_Said]]:
    """Return the answers of a row by field, sentences for what is odd, and texts for its note."""
    given: dict[str, str] = {}
    odd: list[str] = []
    notes: list[_Said] = []
    for column in ANSWERED:
        cell = cells[places[column.field]]
        if not cell.text:
            continue
        if column.field == _NOTE:
            notes.insert(0, ("", cell))
            continue
        said, why = _read(cell, column, today, is_british=is_british)
        if said:
            given[column.field] = said
        if why:
            odd.append(f"{column.heading} ({cell.place}) {why}")
        if not said or (column.kind == CHOICE and has_remark(cell.text)):
            notes.append((column.heading, cell))
    commented = (cell for cell in cells if cell.comment)
    notes += [("Comment", replace(cell, value=cell.comment)) for cell in commented]
    return given, odd, notes


def _without_contacts(said: Iterable[_Said]) -> tuple[dict[str, str], list[str]]:
    """Return note and contact of what was written in a row, and a sentence for each contact.

    The register holds contacts in its own column alone.
    """
    notes: list[str] = []
    contacts: list[str] = []
    held: list[str] = []
    for title, cell in said:
        text, contact = part_contact(cell.text)
        if text:
            notes.append(f"{title}: {text}" if title else text)
        if contact:
            contacts.append(contact)
            held.append(
                f"{title or 'Note'} ({cell.place}) holds a contact: all of it went into the "
                "register's column for contacts, and only what stands before it into the note."
            )
    both = {_NOTE: "; ".join(notes), _CONTACT: "; ".join(contacts)}
    return {field: text for field, text in both.items() if text}, held


def _read(cell: CallCell, column: CallColumn, today: date, *, is_british: bool) -> tuple[str, str]:
    """Return one answer, "" where it cannot be read, and what is odd: never the text itself."""
    if column.kind == CHOICE:
        return read_choice(cell.text)
    if column.kind == DAY:
        return _day(cell, today)
    if says_nothing(cell.text):
        return "", "says that there is none (n/a or a dash), which stands in the note."
    if column.field == "telephone":
        return read_telephone(cell, is_british=is_british)
    return cell.text, ""


def _day(cell: CallCell, today: date) -> tuple[str, str]:
    day = cell.day
    if day is None:
        at = read_dates(pd.Series([cell.text])).at.iloc[0]
        day = None if pd.isna(at) else at.date()
    if day is not None and day <= today:
        return day.isoformat(), ""
    found = "is no day" if day is None else f"is {say_day(day)}, after today ({say_day(today)})"
    return "", (
        f"{found}, so it stands in the note alone. Write the day on which it was asked, such as "
        f"{example_day(today)}."
    )


def _was_reached(cells: Sequence[CallCell], places: Mapping[str, int]) -> bool:
    """Tell whether somebody at a venue answered, whatever was answered."""
    told = [c.field for c in ANSWERED if c.kind == CHOICE or c.field == "spoken_to"]
    texts = [cells[places[name]].text for name in told]
    return any(text and not says_nothing(text) for text in texts)
