"""Points as forms and web maps write them: pins of an app, links to a map, {latitude, longitude}.

Such a cell says itself which number is the latitude. A link is read as a text and never opened.
"""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = r"([-+]?\d{1,3}\.\d{1,20})"
_PAIR: Final = rf"{_NUMBER},[ +]?{_NUMBER}"
_LONGEST: Final = 2_000
_GEOPOINT: Final = re.compile(
    rf"{_NUMBER} {_NUMBER} -?\d{{1,5}}(?:\.\d{{1,12}})?(?: -?\d{{1,7}}(?:\.\d{{1,12}})?)?"
)
"""Latitude, longitude, altitude and accuracy, as ODK and Kobo write them."""
_QUOTE: Final = r"['\"]"
_LATITUDE: Final = re.compile(
    rf"(?i){_QUOTE}?\b(?:lat|latitude){_QUOTE}?\s?[:=]\s?{_QUOTE}?{_NUMBER}"
)
_LONGITUDE: Final = re.compile(
    rf"(?i){_QUOTE}?\b(?:lon|lng|long|longitude){_QUOTE}?\s?[:=]\s?{_QUOTE}?{_NUMBER}"
)
_COORDINATES: Final = re.compile(rf"{_QUOTE}coordinates{_QUOTE}\s?:\s?\[{_NUMBER},\s?{_NUMBER}")
"""The point of a dictionary that Python wrote: longitude first, as in GeoJSON."""
_ENDING_POINT: Final = re.compile(rf"\({_NUMBER}°?\s?,\s?{_NUMBER}°?\)$")
"""What Socrata puts below an address."""
_AFTER_ADDRESS: Final = re.compile(rf",\s?{_NUMBER}°?\s?,\s?{_NUMBER}°?$")
"""The same without brackets: "Ripple Road, Dagenham, 51.53, 0.15"."""
_LINK: Final = re.compile(r"(?i)(?:https?://|geo:|www\.|(?:maps|goo|osm|what3words|w3w)\.)")
_ESCAPED: Final = re.compile(r"%(2[0BCbc]|3[Aa]|40|7[Ee])")
"""The signs of a point that a link may write as numbers: space, plus, comma, colon, @ and ~."""
_PINS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"!3d{_NUMBER}!4d{_NUMBER}",
        rf"[?&]mlat={_NUMBER}&(?:amp;)?mlon={_NUMBER}",
        rf"[?&](?:q|query|ll|sll|daddr|destination|coordinate|where1|pin)=(?:loc:)?{_PAIR}",
        rf"[?&]sp=point\.{_NUMBER}_{_NUMBER}",
        rf"/(?:place|search|dir)/{_PAIR}",
        rf"^geo:{_NUMBER},{_NUMBER}",
        rf"@{_NUMBER},{_NUMBER}",
        rf"[?&](?:center|viewpoint)={_NUMBER},{_NUMBER}",
        rf"#(?:map=)?\d{{1,2}}(?:\.\d{{1,5}})?/{_NUMBER}/{_NUMBER}",
        rf"[?&]cp={_NUMBER}~{_NUMBER}",
        rf"[?&]lat={_NUMBER}&(?:amp;)?(?:lon|lng)={_NUMBER}",
    )
)
"""Where a link says a point, the pin before the middle of what was looked at."""
_SHORT: Final = re.compile(
    r"(?i)(?:https?://)?(?:www\.)?(?:maps\.app\.goo\.gl|goo\.gl|g\.co|bit\.ly|tinyurl\.com|osm\.org/go"
    r"|binged\.it|maps\.apple\.com/p|maps\.apple/p)/\S{1,200}"
)
_THREE_WORDS: Final = re.compile(
    r"(?i)(?:(?:https?://)?(?:www\.)?(?:what3words\.com|w3w\.co)/|///)"
    r"[^\W\d_]{2,30}\.[^\W\d_]{2,30}\.[^\W\d_]{2,30}"
    r"|[^\W\d_]{3,30}\.[^\W\d_]{3,30}\.[^\W\d_]{3,30}"
)
_OF_PLUS: Final = "23456789CFGHJMPQRVWX"
_PLUS: Final = re.compile(rf"(?i)([{_OF_PLUS}]{{8}})\+([{_OF_PLUS}]{{2,7}})")
"""A full plus code, which says the place by itself (Open Location Code)."""
_SHORT_PLUS: Final = re.compile(rf"(?i)[{_OF_PLUS}]{{4}}\+[{_OF_PLUS}]{{2,3}}(?:,? .{{1,100}})?")
_PAIRS_OF_PLUS: Final = 5
_ROWS_COLUMNS: Final = (5, 4)
"""Of the grid that each further sign divides a cell into."""
SHORT_LINK: Final = "short-link"
THREE_WORDS: Final = "three-words"
SHORT_PLUS: Final = "short-plus-code"
POINTERS: Final = (SHORT_LINK, THREE_WORDS, SHORT_PLUS)
"""Ways of saying where that cannot be read here; the slugs of their reasons."""


def pointed_at(cell: str) -> tuple[str, str] | None:
    """Return longitude and latitude of a cell that says which is which, `None` of any other."""
    if len(cell) > _LONGEST:
        return None
    if cell.startswith("{"):
        return _of_dictionary(cell)
    if plus := _PLUS.fullmatch(cell.strip()):
        return _of_plus_code("".join(plus.groups()).upper())
    if _LINK.match(cell):
        link = _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), cell)
        found = next(filter(None, (pattern.search(link) for pattern in _PINS)), None)
    else:
        found = _GEOPOINT.fullmatch(cell) or _below_an_address(cell.rstrip())
    return (found[2], found[1]) if found else None


def _below_an_address(cell: str) -> re.Match[str] | None:
    """Find the point after some words; alone in its cell the column decides which comes first."""
    found = _ENDING_POINT.search(cell) or _AFTER_ADDRESS.search(cell)
    return found if found and any(map(str.isalpha, cell[: found.start()])) else None


def _of_dictionary(cell: str) -> tuple[str, str] | None:
    if found := _COORDINATES.search(cell):
        return found[1], found[2]
    north, east = _LATITUDE.search(cell), _LONGITUDE.search(cell)
    return (east[1], north[1]) if north and east else None


def _of_plus_code(signs: str) -> tuple[str, str]:
    """Return the middle of a plus code's cell, some 14 metres across at ten signs.

    Pairs of base 20 tell latitude and longitude from the south pole and 180 degrees west; each
    further sign divides the cell by five rows and four columns.
    """
    south, west, high, wide = -90.0, -180.0, 400.0, 400.0
    digits = [_OF_PLUS.index(sign) for sign in signs]
    for n in range(_PAIRS_OF_PLUS):
        high, wide = high / len(_OF_PLUS), wide / len(_OF_PLUS)
        south, west = south + digits[2 * n] * high, west + digits[2 * n + 1] * wide
    rows, columns = _ROWS_COLUMNS
    for digit in digits[2 * _PAIRS_OF_PLUS :]:
        high, wide = high / rows, wide / columns
        south, west = south + digit // columns * high, west + digit % columns * wide
    return f"{west + wide / 2:.7f}", f"{south + high / 2:.7f}"


def kind_of_pointer(cell: str) -> str:
    """Return which of `POINTERS` a cell is, "" where it is none."""
    if len(cell) > _LONGEST:
        return ""
    if _SHORT.fullmatch(cell):
        return SHORT_LINK
    if _SHORT_PLUS.fullmatch(cell.strip()):
        return SHORT_PLUS
    return THREE_WORDS if _THREE_WORDS.fullmatch(cell) else ""
