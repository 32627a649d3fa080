"""The door that an address tells: house numbers in a street, and units behind one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from csp_geo.inputs.where.gazetteer import normal_name

_LONGEST: Final = 100
"""A span of more house numbers is none."""
_UNIT: Final = re.compile(
    r"(?:(?:unit|shop|suite|kiosk|stall|pitch|flat|block)s? ?(?:no\.? ?)?"
    r"(?P<unit>[a-z]?\d{1,4}[a-z]?|[a-z])\b"
    r"(?: ?(?:[-/&]|and) ?\d{1,4}\b)?"
    r"|(?:ground|first|second|lower|upper|basement) floor\b|no\.? ?(?=\d))[ ,]*",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(
    r"(?P<first>\d{1,4})(?P<letter>[a-z]?)"
    r"(?:(?: ?[-\u2013/&] ?| to | and )(?P<last>\d{1,4})[a-z]?)? +(?=\D)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Door:
    """What of an address tells a door: numbers, each with its street, and units behind it."""

    numbers: frozenset[tuple[str, str]]
    units: frozenset[str]


def door_of(address: str) -> Door:
    """Read the door of an address; a street without a number has none.

    Examples
    --------
    >>> door_of("Unit 2, 68-70 East St., Barking") == door_of("unit 2 68-70 East Street")
    True
    """
    numbers: set[tuple[str, str]] = set()
    units: set[str] = set()
    lone = ""
    for part in address.split(","):
        text = " ".join(part.split())
        while text and (found := _UNIT.match(text)):
            lone = (found["unit"] or "").casefold() or lone
            text = text[found.end() :]
        if not text:
            continue
        if found := _NUMBERED.match(text):
            street = normal_name(text[found.end() :])
            numbers |= {(n, street) for n in _span(found["first"], found["letter"], found["last"])}
            units |= {lone} - {""}
        elif lone:  # a unit of an estate is its door
            numbers.add((lone, normal_name(text)))
        lone = ""
    return Door(frozenset(numbers), frozenset(units))


def _span(first: str, letter: str, last: str | None) -> list[str]:
    """Return the house numbers of "62-82", each second one; of "4-5", both."""
    start, end = int(first), int(last or first)
    if not start < end <= start + _LONGEST:
        return [f"{start}{letter.casefold()}"]
    return [str(n) for n in range(start, end + 1, 1 if (end - start) % 2 else 2)]
