"""Answers of one venue that contradict one another and none of which is the later: to be settled.

They stand in the register's note, so that they go where it goes, and who settles them says so
there. A plan lists those that are open.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.tables import TO_ASK, as_agreed
from csp_geo.core.wording import join
from csp_geo.inputs.venues.call_columns import ANSWERED, CHOICE
from csp_geo.inputs.venues.contacts import (
    address_holds_contact,
    before_contact,
    holds_contact,
    public_address,
)
from csp_geo.inputs.venues.listing import read_lists
from csp_geo.inputs.venues.register import WANTED

if TYPE_CHECKING:
    from pathlib import Path

    from csp_geo.inputs.areas.study_area import StudyArea

HEADINGS: Final = {column.field: column.heading for column in ANSWERED if column.kind == CHOICE}
"""How a question is called in the note, by its field."""
ABOUT: Final = "answers to settle"
HOW_TO: Final = (
    "Settle which holds: write it there with its day under asked_on, and 'settled' for 'to settle' "
    "in answer_note"
)
_OPEN: Final = re.compile(
    rf"\bto settle: ({'|'.join(map(re.escape, HEADINGS.values()))}) yes or no", re.IGNORECASE
)


def to_settle(field: str) -> str:
    """Return what stands in the note while a question is to be settled."""
    return f"to settle: {HEADINGS[field]} yes or no"


def settled(field: str) -> str:
    """Return what stands there once it is."""
    return f"settled: {HEADINGS[field]} yes or no"


def earlier(field: str, answer: str, day: str) -> str:
    """Return what the note says of an answer that a later one replaced."""
    return f"earlier ({day}): {HEADINGS[field]} {answer}"


def open_questions(register: Path, area: StudyArea) -> pd.DataFrame:
    """Return what is to be settled in a register, a row for each venue, per `tables.TO_ASK`.

    Raises
    ------
    SourceError
        If the file cannot be read or is not a list of Safe Havens.
    """
    lists, _ = read_lists(register, WANTED, area)
    lines = []
    for listed in lists:
        for _, row in listed.rows.iterrows():
            open_ones = list(dict.fromkeys(_OPEN.findall(row["answer_note"])))
            if not open_ones:
                continue
            note = (
                f"Row {row['source_row']} of {register.name}: {join(open_ones)} "
                f"{'was' if len(open_ones) == 1 else 'were'} answered yes and no, and neither "
                f"answer is the later, so 'no' counts. {HOW_TO}."
            )
            lines.append(
                {
                    "about": ABOUT,
                    "premises_id": row["haven_id"] or f"row-{row['source_row']}",
                    "name": before_contact(row["name"]),
                    "address": _address(row["address"]),
                    "postcode": None if holds_contact(row["postcode"]) else row["postcode"] or None,
                    "reports": 0,
                    "above_chance": False,
                    "note": note,
                }
            )
    return as_agreed(pd.DataFrame(lines, columns=list(TO_ASK.names)), TO_ASK)


def _address(text: str) -> str | None:
    return None if address_holds_contact(text) else public_address(text)[0] or None
