"""Contacts in free text: whom to ring, write to or ask for, which the public never sees."""

from __future__ import annotations

import re
from collections import deque
from typing import Final

_GAP: Final = r"[\s().\-/\u2010-\u2015]{0,3}"
_EMAIL: Final = r"(?<![\w.+%'-])[\w.+%'-]++@(?:[\w-]+\.)+[A-Za-z]{2,}"
_NUMBER: Final = (
    rf"(?<!\d)(?:(?:\+|00){_GAP}44{_GAP}0?|0|(?=7\d{{3}}))"
    rf"(?:{_GAP}\d){{9,10}}(?!\d)"
)
"""10 or 11 digits from 0, however spaced; +44 for the 0; a mobile whose 0 a spreadsheet ate."""
_BREAK: Final = r"[\s.\-\u2010-\u2015]?"
_CLOCK: Final = r"(?:[01]\d|2[0-4])[0-5]\d"
_LOCAL: Final = (
    rf"(?<!\d)(?!{_CLOCK}{_BREAK}{_CLOCK}(?!\d))"
    rf"(?:\d{{3,4}}{_BREAK}\d{{4}}|\d{{4}}{_BREAK}\d{{3}})(?!\d)"
)
"""7 or 8 digits with at most one break in the middle, but for two times such as 0900-1730."""

_VERB: Final = r"ask(?:\s+for)?|ring|call|phone|telephone|text|e-?mail|whatsapp|contact"
_WORD: Final = rf"(?:{_VERB}|tel|mob|mobile)"
_TITLE: Final = r"(?:mr|mrs|ms|miss|dr)\b"
_LED: Final = (
    rf"\b{_WORD}\b(?:\s*(?:no|nr|number)\b)?[\s:.\-\u2010-\u2015]*\d(?:{_BREAK}\d){{2,}}",
    rf"\b{_WORD}\s*:\s*\w",
    rf"\b{_WORD}\s+{_TITLE}",
    r"\bask\s+for\s+(?!angela\b)\w",  # "Ask for Angela" is a scheme, not a person
    r"(?<=\w)\W+tel\b\.?\s+(?!aviv\b)\w",
    rf"\b(?-i:{_VERB})\s+(?-i:[A-Z])",  # "ring Jane", not the Ring Road
)
"""What leads to a number or a person, in any text: "The Phone Shop" and "Mrs Miggins" do not."""

_ORDINARY: Final = (
    r"(?:accessor|avenue|aviv\b|bazaar|box|bureau|caf|cent(?:er|re)|close|court|drive|exchange|"
    r"house|kiosk|lane|lens|library|local|phone|place|point|repair|road|rd\b|row|sho[pw]|st\b|"
    r"store|street|studio|terrace|theatre|unit|way|world)"
)
_IN_ADDRESS: Final = (
    rf"\b{_WORD}\b[\s:.\-\u2010-\u2015]+(?!{_ORDINARY}|for\b|angela\b|\d)\w",
    r"\b(?:mr|mrs|ms|miss)\b\.?\s+(?-i:[A-Z])",
    r"(?:\bfao|\battn|\bspeak\s+to|\b(?:manager|owner))\b[\s:.\-]+(?-i:[A-Z])",
    r"(?:^|[,;:(/\-\u2010-\u2015])\s*dr\b\.?\s+(?-i:[A-Z])",  # after a street's name it is a drive
)
"""What an address has no need of either: "Phone Jane", "Mr J Smith"."""


def _each(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_CONTACTS: Final = _each(_EMAIL, _NUMBER, _LOCAL, *_LED)
_IN_ADDRESSES: Final = _each(*_IN_ADDRESS)
_LEAD: Final = re.compile(
    rf"(?<![\s,;:(/|-])[\s,;:(/|-]*+(?:\b{_WORD}\b.*)?\Z", re.IGNORECASE | re.DOTALL
)
_OTHER_END: Final = re.compile(r"[\d@]")


def _first_contact(text: str) -> int | None:
    """Return where the first contact in a text begins, if it holds one."""
    found = (contact.search(text) for contact in _CONTACTS)
    return min((match.start() for match in found if match), default=None)


def holds_contact(text: object) -> bool:
    """Tell whether a text holds an e-mail address, a telephone number, or whom to ask for."""
    return isinstance(text, str) and _first_contact(text) is not None


def address_holds_contact(text: object) -> bool:
    """Tell whether an address holds a contact: stricter, as only names of shops have titles."""
    return holds_contact(text) or (
        isinstance(text, str) and any(found.search(text) for found in _IN_ADDRESSES)
    )


def before_contact(text: str) -> str:
    """Return what stands before the first contact, without words such as "ring Jane"."""
    start = _first_contact(text)
    if start is None:
        return text
    kept = text[:start]
    ends = deque(_OTHER_END.finditer(kept), maxlen=1)  # what leads to it begins after any other
    if lead := _LEAD.search(kept, ends[0].end() if ends else 0):
        kept = kept[: lead.start()]
    if kept.count("(") > kept.count(")"):  # whose bracket it stands in is part of the contact
        kept = kept[: kept.rindex("(")]
    return kept.rstrip(" ,;:-")
