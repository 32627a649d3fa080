"""The call list of a plan, as it is written and read back: its columns and the mark of its plan.

One place says what a column is called, so that a filled list is understood by what wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

TEXT, CHOICE, DAY = "text", "choice", "day"
CHOICES: Final = ("yes", "no", "not known")
"""What may be chosen; "not known" leaves a question open."""
LIST_SHEET: Final = "Call list"
FACTS_SHEET: Final = "As listed"
"""A hidden sheet: what the plan knew of each venue, so that nothing is lost on the way back."""
FACTS: Final = (
    *("key", "name", "venue_type", "address", "postcode", "latitude", "longitude"),
    "opening_hours",
)
"""Its columns, all of them texts; `key` is what stands in the column "No."."""
PLAN: Final = "Plan of "
"""Stands in the workbook's property `subject`, before the day; `keywords` has the digest."""
NUMBER_LENGTH: Final = 12
"""So much of the digest is the number of a plan's list."""


@dataclass(frozen=True)
class CallColumn:
    """A column of the list: field, heading, width in characters.

    An answer has a kind (`TEXT`, `CHOICE`, `DAY`) and what stands beside its cell while one types,
    with {day} for the day of the plan; `is_private` says that it names people, so that nothing but
    the register may hold it.
    """

    field: str
    heading: str
    width: float
    kind: str = ""
    prompt: str = ""
    is_private: bool = False


SHOWN: Final = (
    CallColumn("stop", "Stop", 6),
    CallColumn("key", "No.", 6),
    CallColumn("name", "Venue", 26),
    CallColumn("type", "Type", 13),
    CallColumn("place", "Address", 26),
    CallColumn("hours", "Open", 22),
    CallColumn("why", "Why this one", 28),
    CallColumn("ask", "To ask, and what is known", 26),
)
ANSWERED: Final = (
    CallColumn(
        *("telephone", "Telephone", 16, TEXT),
        "Goes into the register's column for contacts and nowhere else.",
        is_private=True,
    ),
    CallColumn(
        *("spoken_to", "Spoken to", 16, TEXT),
        "Who answered. Goes into the register's column for contacts and nowhere else.",
        is_private=True,
    ),
    CallColumn(
        *("staff_at_all_hours", "Two staff at all hours", 10, CHOICE),
        "Are at least two people at work whenever it is open?",
    ),
    CallColumn(
        *("hours_confirmed", "Hours confirmed", 10.5, CHOICE),
        "Do the hours under Open hold? If not, write those that do under Note.",
    ),
    CallColumn("step_free", "Step-free", 9.5, CHOICE, "Can one get in without a step?"),
    CallColumn("willing", "Willing", 9.5, CHOICE, "Would it be a Safe Haven?"),
    CallColumn("asked_on", "Date", 12, DAY, "The day on which it was asked, such as {day}."),
    CallColumn(
        *("answer_note", "Note", 28, TEXT), "Goes into the register, and is not shown.",
        is_private=True,
    ),
)  # fmt: skip


def example_day(day: date) -> str:
    """Write a day as one types it into a spreadsheet: 3/12/2026."""
    return f"{day.day}/{day.month}/{day.year}"
