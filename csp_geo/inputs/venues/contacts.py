"""Contacts in free text: whom to ring, write to or ask for, which the public never sees."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from typing import Final

from csp_geo.inputs.files.table import tidy
from csp_geo.inputs.source import plain
from csp_geo.inputs.where.gazetteer import is_place_name, up_to_place_word
from csp_geo.inputs.where.postcode import is_postcode, postcode_in

_GAP: Final = r"[\s().\-/\u2010-\u2015]{0,3}"
_EMAIL: Final = r"(?<![\w.+%'-])[\w.+%'-]++@(?:[\w-]+\.)+[A-Za-z]{2,}"
_NUMBER: Final = (
    rf"(?<!\d)(?:(?:\+|00){_GAP}44{_GAP}0?|0|(?=7\d{{3}}))"
    rf"(?:{_GAP}\d){{9,10}}(?!\d)"
)
"""10 or 11 digits from 0, however spaced; +44 for the 0; a mobile whose 0 a spreadsheet ate."""
_ODD_NUMBERS: Final = (
    rf"(?<![\w+])(?:\+|00){_GAP}[1-9](?:{_GAP}\d){{7,13}}(?!\d)",  # another country's number
    r"(?<!\w)0(?:[^\w\n,;]{0,3}\d){9,10}(?!\d)",
    r"\b(?:oh|zero|nought) (?:(?:double|treble) )?seven\b",
    r"(?:[,;:(/|-]\s*+(?:[\w']++\s++){0,2})?\bext(?:n|ension)?\b[\s.:]{0,3}\d\d",
)
"""Other ways of giving a number: abroad, odd signs between digits, in words, an extension."""
_WRITTEN_EMAIL: Final = (
    r"(?<![\w.])[\w.]{2,}+ ?(?:[\[({] ?at ?[\])}] ?[\w.]| ?at [\w-]++ dot \w{2})"
)
_ONLINE: Final = (
    r"@ ?[A-Za-z]",
    r"\bhttps?:|\bwww\.|\b[\w-]{2,}\.(?:com|org|net|uk|info|test|example|io|me)\b",
    r"\b(?:facebook|instagram|insta|twitter|tiktok|snapchat|telegram|signal|fb|ig)\b ?[:/@]",
)
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
    rf"\b{_WORD}\s*:\s*\d",
)
"""What leads to a number in any text: "The Phone Shop" does not."""
_ASKED_FOR: Final = (
    rf"\b{_WORD}\s*:\s*[^\W\d]",
    rf"\b{_WORD}\s+{_TITLE}",
    r"\bask\s+for\s+(?!angela\b)\w",  # "Ask for Angela" is a scheme, not a person
    r"(?<=\w)\W+tel\b\.?\s+(?!aviv\b)\w",
    rf"\b(?-i:{_VERB})\s+(?-i:[A-Z])",  # "ring Jane", not the Ring Road
    r"\bc/o (?-i:[A-Z][a-z]+ [A-Z][a-z]+)",
    r"\bkeys?\s+(?:(?:is|are)\s+)?(?:(?:held|kept)\s+)?(?:from|by|with|at)\s+\w",
)
"""What leads to a person in any text: "Mrs Miggins" does not."""

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


_MAIL: Final = "an e-mail address"
_LINK: Final = "a web address or a name on a network"
_PERSON: Final = "a person to ask for"
_KINDS: Final = {
    "a telephone number": _each(_NUMBER, _LOCAL, *_ODD_NUMBERS, *_LED),
    _MAIL: _each(_EMAIL, _WRITTEN_EMAIL),
    _LINK: _each(*_ONLINE),
    _PERSON: _each(*_ASKED_FOR),
}
"""What a contact is, in words."""
_CONTACTS: Final = tuple(contact for kind in _KINDS.values() for contact in kind)
_IN_ADDRESSES: Final = _each(*_IN_ADDRESS)
_LEAD: Final = re.compile(
    rf"(?<![\s,;:(/|-])[\s,;:(/|-]*+(?:\b{_WORD}\b.*)?\Z", re.IGNORECASE | re.DOTALL
)
_OTHER_END: Final = re.compile(r"[\d@]")


def _first_contact(text: str) -> int | None:
    """Return where the first contact in a text begins, if it holds one."""
    found = (contact.search(text) for contact in _CONTACTS)
    return min((match.start() for match in found if match), default=None)


def _even(text: str) -> str:
    """Return a text as it is read aloud: plain digits, nothing that cannot be seen."""
    return _without_letter_o(_tidied(text))


def _tidied(text: str) -> str:
    return tidy(_plain_digits(unicodedata.normalize("NFKC", text)))


def _without_letter_o(text: str) -> str:
    """Return a text, as long as it was, with a 0 for each letter O among digits."""
    return _LETTER_O.sub(lambda o: o[0].replace("o", "0").replace("O", "0"), text)


def _plain_digits(text: str) -> str:
    """Write the digits of every script as those of ours."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(sign, sign)) for sign in text)


_LETTER_O: Final = re.compile(
    r"(?<=[\d+])[oO]{1,4}(?=\d)|(?<![A-Za-z])[oO](?=\d{3})|(?<![^\W_])(?=[oO]*+\d)[oO\d]++"
)


def holds_contact(text: object) -> bool:
    """Tell whether a text holds an e-mail address, a telephone number, or whom to ask for."""
    return isinstance(text, str) and _first_contact(_even(text)) is not None


def kinds_of_contact(text: str) -> tuple[str, ...]:
    """Return in words what contacts a text holds.

    Examples
    --------
    >>> kinds_of_contact("Toy Cafe (ask for Jane)")
    ('a person to ask for',)
    """
    even = _even(text)
    found = [words for words, kind in _KINDS.items() if any(one.search(even) for one in kind)]
    if _MAIL in found and _LINK in found:
        found.remove(_LINK)  # an e-mail address ends like a web address
    return tuple(found)


def kinds_in_address(text: str) -> tuple[str, ...]:
    """Return in words what contacts an address holds, by `address_holds_contact`."""
    return kinds_of_contact(text) or ((_PERSON,) if address_holds_contact(text) else ())


def address_holds_contact(text: object) -> bool:
    """Tell whether an address holds a contact: stricter, as only names of shops have titles."""
    return holds_contact(text) or (
        isinstance(text, str) and any(found.search(_even(text)) for found in _IN_ADDRESSES)
    )


def before_contact(text: str) -> str:
    """Return what stands before the first contact, without words such as "ring Jane"."""
    tidied = _tidied(text)
    start = _first_contact(_without_letter_o(tidied))
    if start is None:
        return text
    kept = tidied[:start]
    ends = deque(_OTHER_END.finditer(kept), maxlen=1)  # what leads to it begins after any other
    if lead := _LEAD.search(kept, ends[0].end() if ends else 0):
        kept = kept[: lead.start()]
    if kept.count("(") > kept.count(")"):  # whose bracket it stands in is part of the contact
        kept = kept[: kept.rindex("(")]
    return kept.rstrip(" ,;:-")


_NUMBERED: Final = re.compile(
    r"(?:(?:unit|shop|suite|flat|no|block|floor|level|kiosk|stall)\.? ?(?:\d{1,4}[a-z]?|[a-z])"
    r"|\d{1,4}[a-z]?)(?: ?[-/&] ?\d{1,4}[a-z]?)?(?= |$)",
    re.IGNORECASE,
)


def public_address(text: str, towns: frozenset[str] = frozenset()) -> tuple[str, bool]:
    """Return what of an address has the shape of one, and whether words were left out.

    That is a number, a street or a building, a postcode, and a town of `towns`, which are plain.
    Anything else may be anybody's name.

    Examples
    --------
    >>> public_address("2 Town Square Jane, Barking", frozenset({"barking"}))
    ('2 Town Square, Barking', True)
    """
    parts = [" ".join(part.split()) for part in text.split(",")]
    shown = [_of_address(part, towns) for part in parts]
    return ", ".join(filter(None, shown)), shown != parts


def _of_address(part: str, towns: frozenset[str]) -> str:
    if is_postcode(part) or _is_town(part, towns):
        return part
    numbered = _NUMBERED.match(part)
    start = numbered.end() if numbered else 0
    rest = part[start:].strip()
    if not rest:
        return part
    if place := _place(rest, towns):
        return f"{part[:start]} {place}".strip()
    return _place(part, towns)


def _place(text: str, towns: frozenset[str]) -> str:
    """Return a text up to what says that it is a street or a building."""
    place = up_to_place_word(text)
    if not is_place_name(place):
        return ""
    return text if _is_town(text[len(place) :], towns) else place


def _is_town(text: str, towns: frozenset[str]) -> bool:
    """Tell a town, a postcode, both or nothing."""
    return plain(text).removesuffix(postcode_in(text).casefold()) in {"", *towns}
