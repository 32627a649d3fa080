"""Contacts in free text: an e-mail address or a telephone number, which the public never sees."""

from __future__ import annotations

import re
from typing import Final

_GAP: Final = r"[\s().\-/\u2010-\u2015]{0,3}"
_EMAIL: Final = r"[\w.+%'-]+@(?:[\w-]+\.)+[A-Za-z]{2,}"
_NUMBER: Final = (
    rf"(?<!\d)(?:(?:\+|00){_GAP}44{_GAP}0?|0|(?=7\d{{3}}))"
    rf"(?:{_GAP}\d){{9,10}}(?!\d)"
)
"""10 or 11 digits from 0, however spaced; +44 for the 0; a mobile whose 0 a spreadsheet ate."""
_CONTACT: Final = re.compile(f"(?:{_EMAIL})|(?:{_NUMBER})")
_LEAD: Final = re.compile(
    r"[\s,;:(/|-]*(?:\b(?:ask|call|contact|e-?mail|mob|mobile|phone|ring|tel|telephone|text|"
    r"whatsapp)\b[^\d@]*)?$",
    re.IGNORECASE,
)


def holds_contact(text: object) -> bool:
    """Tell whether a text holds an e-mail address or a British telephone number."""
    return isinstance(text, str) and _CONTACT.search(text) is not None


def before_contact(text: str) -> str:
    """Return what stands before the first contact, without words such as "ring Jane"."""
    found = _CONTACT.search(text)
    return text if found is None else _LEAD.sub("", text[: found.start()], count=1).rstrip()
