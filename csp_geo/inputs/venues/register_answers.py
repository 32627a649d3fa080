"""Answers of a call list put into the register: candidates, and venues that are not asked again.

A venue where nobody was reached is written as one to ask, with what was noted of it.

A cell is written where it is empty, or where the answer is of a later day than the last one that
the register has (`asked_on`). Else what the register says stays, and the difference is said:
reading a list twice changes nothing, nor does it undo what somebody has written since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.history import GIVEN
from csp_geo.inputs.files.columns import SYNTHETIC
from csp_geo.inputs.files.csv_text import CsvText
from csp_geo.inputs.own_columns import read_own_columns
from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.call_answers import say_name
from csp_geo.inputs.venues.list_columns import list_columns
from csp_geo.inputs.venues.listing import NO, UNKNOWN, YES, read_answer
from csp_geo.inputs.venues.register import STATUSES, WANTED
from csp_geo.inputs.venues.register_findings import CANDIDATE, TO_ASK
from csp_geo.inputs.when.dates import read_dates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.call_answers import VenueAnswers

_CHOICES: Final = ("willing", "staff_at_all_hours", "hours_confirmed", "step_free")
_PRIVATE: Final = frozenset(("contact", "answer_note"))
"""Fields whose cells may name people: what stands in them is never said."""
_HEADINGS: Final = {"venue_type": "type"}
"""Headings of fields that are added, where they are not the field's own name."""
_METRES: Final = (("easting", "northing"), ("x", "y"))
_ID: Final = "C{:02}"
_FEW: Final = 20
"""In so many first rows the sample's label is looked for: it stands in every row."""
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True)
class CellChange:
    """A cell of the register that was written, in words that never name people."""

    column: str
    was: str
    now: str


@dataclass(frozen=True)
class RowAnswered:
    """What became of one venue's answers: the register's row (from 1), the cells, what was left.

    `left` are sentences for what the register says otherwise, and keeps.
    """

    name: str
    row: int
    is_new: bool
    source: str
    changes: tuple[CellChange, ...]
    left: tuple[str, ...]


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

    def as_bytes(self) -> bytes:
        """Return the file as it now stands."""
        return self._text.as_bytes()

    def put(self, answers: VenueAnswers, row: int | None) -> RowAnswered:
        """Put the answers of a venue into its row, from 1; into a new one where there is none."""
        is_new = row is None
        at = self._new_row(answers.venue) if row is None else row - 1
        given = answers.given
        is_later = given.get("asked_on", "") > self._asked_on(at)
        changes: list[CellChange] = []
        left: list[str] = []
        for name, now in self._wanted(at, given, answers.venue).items():
            was = self._said(at, name)
            if _is_same(name, was, now):
                continue
            if was and not is_later and name not in _PRIVATE:
                left.append(
                    f"{self._heading(name)} stays '{_shown(name, was)}'; the answer is "
                    f"'{_shown(name, now)}'"
                )
                continue
            self._write(at, name, now)
            changes.append(CellChange(self._heading(name), _shown(name, was), _shown(name, now)))
        was = self._said(at, "status")
        said = given.get("willing", "")
        taken = said if said and read_answer(self._said(at, "willing")) == said else ""
        status = TO_ASK if is_new else was
        if answers.was_reached:
            status = _status(was, taken, is_later=is_later)
        if status != was:
            self._write(at, "status", status)
            changes.append(CellChange(self._heading("status"), _shown("status", was), status))
        return RowAnswered(
            name=say_name(answers.venue),
            row=at + 1,
            is_new=is_new,
            source=answers.source,
            changes=tuple(changes),
            left=tuple(left),
        )

    def _wanted(
        self, at: int, given: Mapping[str, str], venue: Mapping[str, str]
    ) -> dict[str, str]:
        """Return what each field should say by the answers; open questions are not among them."""
        wanted = {name: given[name] for name in _CHOICES if given.get(name) in {YES, NO}}
        if given.get("hours_confirmed") == YES and venue["opening_hours"]:
            wanted["opening_hours"] = venue["opening_hours"]
        number = f"tel {given['telephone']}" if "telephone" in given else ""
        wanted["contact"] = self._added(at, "contact", given.get("spoken_to", ""), number)
        wanted["answer_note"] = self._added(at, "answer_note", given.get("answer_note", ""))
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


def _is_same(name: str, was: str, now: str) -> bool:
    """Tell whether a cell says already what it should, however it is written."""
    return was == now or (name in _CHOICES and read_answer(was) == now)
