"""What may leave a row of the register: known values, and of free text what has the right shape.

A cell may say more than its column asks for: "IG11 7NB, ask Jane". What is not shown is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.tables import CRITERIA, OFFERED
from csp_geo.core.wording import join
from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.contacts import (
    before_contact,
    kinds_in_address,
    kinds_of_contact,
    public_address,
)
from csp_geo.inputs.venues.languages import read_languages
from csp_geo.inputs.venues.listing import is_answer, read_answers
from csp_geo.inputs.venues.venue_types import OTHER, read_venue_types
from csp_geo.inputs.where.postcode import public_postcode

if TYPE_CHECKING:
    from collections.abc import Callable

    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.venue_types import VenueTypes

SAID: Final = ("willing", "staff_at_all_hours", "hours_confirmed")
"""What a venue said when it was asked: yes, no, or not known."""
ANSWERED: Final = (*CRITERIA, *OFFERED, *SAID)
"""Every column that answers yes or no."""
NUMBERS: Final = ("staff_min", "trained_count")
_TOWNS: Final = ("london",)


@dataclass(frozen=True)
class RowCells:
    """The cells of some rows.

    `shown` has name, address, postcode, venue_type, languages and the answers, "" for nothing. The
    others tell for each row which columns hold more than is shown: `contacts` what contact it is,
    in words, `words` other words, `vague` the answers that are neither yes nor no.
    """

    shown: pd.DataFrame
    contacts: list[dict[str, tuple[str, ...]]]
    words: list[tuple[str, ...]]
    vague: list[tuple[str, ...]]


def register_cells(rows: pd.DataFrame, area: StudyArea | None) -> RowCells:
    """Return what of the cells of a register may be shown, and where they hold more."""
    towns = _towns_of(area)
    answered = [name for name in ANSWERED if name in rows]
    contacts = _contacts_in(rows, [*answered, *NUMBERS])
    read: dict[str, Callable[[str], tuple[str, bool]]] = {
        "address": lambda text: public_address(text, towns),
        "postcode": public_postcode,
        "venue_type": _venue_type,
        "languages": _languages,
    }
    shown = {"name": [before_contact(text) for text in rows["name"]]}
    more: list[list[str]] = [[] for _ in contacts]
    for column, parse in read.items():
        found = [parse(text) for text in rows[column]]
        shown[column] = [text for text, _ in found]
        for left, (_, is_more), held in zip(more, found, contacts, strict=True):
            if is_more and column not in held:
                left.append(column)
    for at, held in enumerate(contacts):
        if "address" in held:
            shown["address"][at] = ""  # where the contact ends is not known
    for at, hours in enumerate(rows["opening_hours"]):
        if '"' in hours and "opening_hours" not in contacts[at]:
            more[at].append("opening_hours")
    answers = {name: read_answers(rows[name]) for name in answered}
    vague = [
        tuple(name for name in answered if name not in held and not is_answer(row[name]))
        for held, row in zip(contacts, rows[answered].to_dict("records"), strict=True)
    ]
    table = pd.DataFrame(shown, rows.index, dtype="str").assign(**answers)
    return RowCells(table, contacts, [tuple(left) for left in more], vague)


def _contacts_in(rows: pd.DataFrame, others: list[str]) -> list[dict[str, tuple[str, ...]]]:
    """Return for each row its columns that hold contacts, and what these are."""
    columns = ("name", "address", "postcode", "venue_type", "languages", "opening_hours", *others)
    found: list[dict[str, tuple[str, ...]]] = [{} for _ in range(len(rows))]
    for column in columns:
        kinds_of = kinds_in_address if column == "address" else kinds_of_contact
        for held, text in zip(found, rows[column], strict=True):
            if len(text) >= _SHORTEST and (kinds := kinds_of(text)):
                held[column] = kinds
    return found


_SHORTEST: Final = 4
"""Signs of the shortest contact: "yes" and "2" hold none."""


def _towns_of(area: StudyArea | None) -> frozenset[str]:
    """Return the names that may stand in an address as those of a town or a part of it."""
    if area is None:
        return frozenset(_TOWNS)
    parts = area.name.replace("&", " and ").split(" and ")
    return frozenset(filter(None, map(plain, (*_TOWNS, *parts, *area.wards["ward_name"]))))


def _venue_type(text: str) -> tuple[str, bool]:
    """Return the type of a venue where the table of venue types knows it: else it may be a name."""
    kind = _packaged_types().of(text) if text else None
    if not kind:
        return OTHER, bool(text)
    return (kind if "=" in text else text.casefold()), False


@lru_cache(maxsize=1)
def _packaged_types() -> VenueTypes:
    return read_venue_types()


def _languages(text: str) -> tuple[str, bool]:
    named, n_others = read_languages(text)
    return join(named), n_others > 0
