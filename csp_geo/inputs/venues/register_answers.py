"""Answers of a call list put into the register: candidates, and venues that are not asked again.

A venue where nobody was reached is written as one to ask, with what was noted of it.

A cell is written where it is empty, or where the answer is of a later day than the last one that
the register has (`asked_on`); the note keeps the earlier one. Of an earlier day it changes nothing.
Where yes and no are of one day, or one has none, no is kept and the note says that it is to be
settled (`to_settle`). So the order in which lists are read does not matter, and reading one twice
changes nothing, nor does it undo what somebody has written since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.history import GIVEN
from csp_geo.inputs.files.columns import SYNTHETIC
from csp_geo.inputs.files.csv_text import CsvText
from csp_geo.inputs.own_columns import read_own_columns
from csp_geo.inputs.source import plain
from csp_geo.inputs.venues import to_settle as notes
from csp_geo.inputs.venues.call_answers import say_name
from csp_geo.inputs.venues.call_words import read_choice, says_nothing
from csp_geo.inputs.venues.list_columns import list_columns
from csp_geo.inputs.venues.listing import NO, UNKNOWN, YES, read_answer
from csp_geo.inputs.venues.register import STATUSES, WANTED
from csp_geo.inputs.venues.register_findings import CANDIDATE, TO_ASK
from csp_geo.inputs.when.dates import read_dates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.call_answers import CallAnswer, VenueAnswers

_CHOICES: Final = ("willing", "staff_at_all_hours", "hours_confirmed", "step_free")
_NOTE: Final = "answer_note"
_PRIVATE: Final = frozenset(("contact", "answer_note"))
"""Fields whose cells may name people: what stands in them is never said."""
_HEADINGS: Final = {"venue_type": "type"}
"""Headings of fields that are added, where they are not the field's own name."""
_METRES: Final = (("easting", "northing"), ("x", "y"))
_ID: Final = "C{:02}"
_FEW: Final = 20
"""In so many first rows the sample's label is looked for: it stands in every row."""
WITHDRAWN: Final = "withdrawn"
CLOSED: Final = "closed"
"""The status of a venue that is noted as closed for good: like one that has withdrawn."""


@dataclass(frozen=True)
class CellChange:
    """A cell of the register that was written, in words that never name people."""

    column: str
    was: str
    now: str


@dataclass(frozen=True)
class RowAnswered:
    """What became of one venue's answers: the register's row (from 1), the cells, what was left.

    `left` are sentences for what the register says otherwise, and keeps; `to_settle` those for
    answers that contradict one another.
    """

    name: str
    row: int
    is_new: bool
    source: str
    changes: tuple[CellChange, ...]
    left: tuple[str, ...]
    to_settle: tuple[str, ...] = ()


@dataclass
class _Putting:
    """A row while answers are put into it: its day so far, what is said, who gave each choice."""

    at: int
    day: str
    left: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)


class RegisterText:
    """A register as text, with the columns that are known in it.

    Parameters
    ----------
    path
        A CSV; it is read, and never written here.
    area
        For points of a register that has eastings and northings.

    Raises
    ------
    SourceError
        If it is no CSV that can be added to.
    """

    def __init__(self, path: Path, area: StudyArea) -> None:
        source = WANTED.source(read_own_columns(path, WANTED.table, WANTED.words))
        self._text = CsvText(path, {word for names in source.columns.values() for word in names})
        self._area = area
        known, _ = list_columns(self._text.header, source)
        self._columns = {
            known[name]: at for at, name in enumerate(self._text.header) if name in known
        }
        rows, columns = range(min(self._text.n_rows, _FEW)), range(len(self._text.header))
        labelled = (n for n in columns if any(self._text.value(at, n) == SYNTHETIC for at in rows))
        self._label = next(labelled, None)
        """The column of the sample that says so of each row."""
        self._name = path.name
        self._before: dict[str, str] = {}
        """What stood in the cells of a row before its answers were put in, by field."""

    def as_bytes(self) -> bytes:
        """Return the file as it now stands."""
        return self._text.as_bytes()

    def put(self, answers: VenueAnswers, row: int | None) -> RowAnswered:
        """Put the answers of a venue into its row, from 1; into a new one where there is none."""
        is_new = row is None
        at = self._new_row(answers.venue) if row is None else row - 1
        self._before.clear()
        given = answers.given
        is_later = given.get("asked_on", "") > self._asked_on(at)
        now_at = _Putting(at, self._asked_on(at))
        for one in sorted(answers.rows, key=lambda one: one.asked_on):
            for name in _CHOICES:
                if one.given.get(name) in {YES, NO}:
                    self._weigh(name, one, now_at)
            now_at.day = max(now_at.day, one.asked_on)
        for name, now in self._wanted(at, answers).items():
            was = self._said(at, name)
            if was and not is_later and name not in _PRIVATE and was != now:
                now_at.left.append(self._stays(name, was, now))
            elif was != now:
                self._write(at, name, now)
        self._put_status(answers, now_at, is_new=is_new, is_later=is_later)
        return RowAnswered(
            name=say_name(answers.venue),
            row=at + 1,
            is_new=is_new,
            source=answers.source,
            changes=tuple(self._changes(at)),
            left=tuple(now_at.left),
            to_settle=tuple(f"{say_name(answers.venue)}: {said}" for said in now_at.disputed),
        )

    def _weigh(self, name: str, one: CallAnswer, put: _Putting) -> None:
        """Put one choice of one row in, or keep what the register has, and say so."""
        at, before, day = put.at, put.day, one.asked_on
        now, was, note = one.given[name], self._said(at, name), self._said(at, _NOTE)
        source, known = f"{one.file} row {one.row}", read_answer(was)
        if day > before and notes.to_settle(name) in note:
            self._write(at, _NOTE, note.replace(notes.to_settle(name), notes.settled(name)))
            self._take(name, now, source, put)
        elif not was or (known == UNKNOWN and day > before):
            self._take(name, now, source, put)
        elif known == now:
            return
        elif before and day > before:
            self._note(at, notes.earlier(name, known, before))
            self._take(name, now, source, put)
        elif known == UNKNOWN or notes.settled(name) in note:
            put.left.append(self._stays(name, was, now))
        elif day and day < before:
            self._note(at, notes.earlier(name, now, day))
            put.left.append(self._stays(name, was, now))
        else:
            self._note(at, notes.to_settle(name))
            where = put.sources.get(name, self._name)
            when = "both are of one day" if day and day == before else "not both have a day"
            put.disputed.append(
                f"{notes.HEADINGS[name]} is '{known}' in {where} and '{now}' in {source}, and "
                f"{when}: 'no' counts until it is settled. {notes.HOW_TO} of row {at + 1} of "
                f"{self._name}."
            )
            if now == NO:
                self._take(name, now, source, put)

    def _take(self, name: str, now: str, source: str, put: _Putting) -> None:
        self._write(put.at, name, now)
        put.sources[name] = source

    def _put_status(
        self, answers: VenueAnswers, put: _Putting, *, is_new: bool, is_later: bool
    ) -> None:
        """Write the status that the answers give a row."""
        at, left = put.at, put.left
        was, said = self._said(at, "status"), read_answer(self._said(at, "willing"))
        willing = {row.given.get("willing") for row in answers.rows}
        status = TO_ASK if is_new else was
        if answers.was_reached:
            status = _status(was, said if said in willing else "", is_later=is_later)
        is_noted = bool(_PRIVATE & {name for name in self._before if self._is_new(at, name)})
        if answers.is_closed and is_noted:
            kind = STATUSES.get(plain(was), UNKNOWN)
            if kind in {UNKNOWN, TO_ASK, CANDIDATE} or is_later:
                status = CLOSED
            elif kind != WITHDRAWN:
                left.append(self._stays("status", was, CLOSED))
        if status != was:
            self._write(at, "status", status)

    def _changes(self, at: int) -> Iterator[CellChange]:
        """Give each cell of a row that is not as it was before, the status last."""
        for name in sorted(self._before, key=lambda name: name == "status"):
            if self._is_new(at, name):
                was, now = self._before[name], self._said(at, name)
                shown = now if name == "status" else _shown(name, now)
                yield CellChange(self._heading(name), _shown(name, was), shown)

    def _is_new(self, at: int, name: str) -> bool:
        """Tell whether a cell that was written says something else now."""
        return self._before[name] != self._said(at, name)

    def _stays(self, name: str, was: str, now: str) -> str:
        return (
            f"{self._heading(name)} stays '{_shown(name, was)}'; the answer is "
            f"'{_shown(name, now)}'"
        )

    def _note(self, at: int, part: str) -> None:
        self._write(at, _NOTE, self._added(at, _NOTE, part))

    def _wanted(self, at: int, answers: VenueAnswers) -> dict[str, str]:
        """Return what each field that is no choice should say by the answers."""
        given, wanted = answers.given, {}
        confirmed = {row.given.get("hours_confirmed") for row in answers.rows}
        if YES in confirmed and read_answer(self._said(at, "hours_confirmed")) == YES:
            wanted["opening_hours"] = answers.venue["opening_hours"]
        number = f"tel {given['telephone']}" if "telephone" in given else ""
        spoken, held = given.get("spoken_to", ""), given.get("contact", "")
        if len(spoken) == 1 or read_choice(spoken)[0] or says_nothing(spoken):
            spoken = ""  # a tick is no name
        wanted["contact"] = self._added(at, "contact", spoken, number, held)
        wanted[_NOTE] = self._added(at, _NOTE, given.get(_NOTE, ""))
        if given.get("asked_on", "") > self._asked_on(at):
            wanted["asked_on"] = given["asked_on"]
        return {name: text for name, text in wanted.items() if text}

    def _added(self, at: int, name: str, *texts: str) -> str:
        """Return what a cell says, with each part that it does not say yet behind it."""
        said = self._said(at, name)
        there = {part.strip() for part in said.replace(",", ";").split(";")} | set(said.split("; "))
        parts = (part for text in texts for part in text.split("; "))
        new = dict.fromkeys(part for part in parts if part and part not in there)
        return "; ".join(filter(None, (said, *new)))

    def _new_row(self, venue: Mapping[str, str]) -> int:
        """Add a row with what the plan knew of a venue."""
        values = {name: venue[name] for name in ("name", "venue_type", "address", "postcode")}
        if "haven_id" in self._columns:
            values["haven_id"] = self._next_id()
        at = self._text.add_row({} if self._label is None else {self._label: SYNTHETIC})
        for name, text in (values | self._place(venue)).items():
            if text:
                self._write(at, name, text)
        return at

    def _place(self, venue: Mapping[str, str]) -> dict[str, str]:
        """Return a venue's point in the columns that the register has for points."""
        if not venue["latitude"] or not venue["longitude"]:
            return {}
        pair = next((pair for pair in _METRES if pair[0] in self._columns), None)
        if pair is None or "longitude" in self._columns:
            return {name: venue[name] for name in ("latitude", "longitude")}
        degrees = (float(venue["longitude"]), float(venue["latitude"]))
        metres = self._area.projection.to_metres([degrees])[0]
        return {name: f"{at:.0f}" for name, at in zip(pair, metres, strict=True)}

    def _next_id(self) -> str:
        taken = {self._said(at, "haven_id") for at in range(self._text.n_rows)}
        numbers = (_ID.format(n) for n in range(1, self._text.n_rows + 2))
        return next(number for number in numbers if number not in taken)

    def _said(self, at: int, name: str) -> str:
        return self._text.value(at, self._columns[name]).strip() if name in self._columns else ""

    def _write(self, at: int, name: str, text: str) -> None:
        self._before.setdefault(name, self._said(at, name))
        if name not in self._columns:
            self._columns[name] = self._text.add_column(_HEADINGS.get(name, name))
        self._text.put(at, self._columns[name], text)

    def _asked_on(self, at: int) -> str:
        return _iso_day(self._said(at, "asked_on"))

    def _heading(self, name: str) -> str:
        at = self._columns.get(name, len(self._text.header))
        return self._text.header[at] if at < len(self._text.header) else _HEADINGS.get(name, name)


def _status(was: str, willing: str, *, is_later: bool) -> str:
    """Return the status that an answer gives; one that somebody has written since stays.

    A no means that it is not asked again. Nobody becomes a haven by an answer.
    """
    kind = STATUSES.get(plain(was), UNKNOWN)
    is_open = kind in {UNKNOWN, TO_ASK}
    if willing == NO and kind != WITHDRAWN and (is_open or kind == CANDIDATE or is_later):
        return WITHDRAWN
    again = willing == YES and is_later and kind in {"lapsed", WITHDRAWN}
    return CANDIDATE if is_open or again else was


def _shown(name: str, text: str) -> str:
    """Return what may be said of a cell: free text may name anybody, and is only given or not."""
    if name in _CHOICES:
        return read_answer(text) if text else ""
    if name == "status":
        return STATUSES.get(plain(text), GIVEN * bool(text))
    if name == "asked_on":
        return _iso_day(text)
    return GIVEN * bool(text)


def _iso_day(text: str) -> str:
    """Return a day as ISO text, however a spreadsheet writes it; "" where it is none."""
    day = read_dates(pd.Series([text])).at.iloc[0]
    return "" if pd.isna(day) else str(day.date().isoformat())
