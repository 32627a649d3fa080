"""Place texts to street and place names that may be shown: no house numbers, nothing personal."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from csp_geo.disclosure import is_protected_place

_PREFIX: Final = re.compile(
    r"^(?:on or near|on/near|near|junction of|j/w|outside|opp(?:osite)?)\b\s*", re.IGNORECASE
)
_POSTCODE: Final = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)
_DWELLING: Final = re.compile(r"^(?:flat|unit|room|apartment|apt|floor|block)\b", re.IGNORECASE)
_HOUSE: Final = re.compile(
    r"^(?:no\.?\s*)?\d+[a-z]?(?:\s*[-/]\s*\d+[a-z]?)?\s+(?=[A-Za-z])", re.IGNORECASE
)
_NAME: Final = re.compile(
    r"(?:[AMB]\d{1,4}\b|[^\W\d_])(?:[^\W\d_]|[ '\u2019&().\-/]|\b[AMB]\d{1,4}\b){2,59}"
)
_GENERIC: Final = frozenset(
    {
        "airport/airfield",
        "bus/coach station",
        "conference/exhibition centre",
        "ferry terminal",
        "further/higher educational building",
        "hospital",
        "motorway service area",
        "nightclub",
        "no location",
        "park/open space",
        "parking area",
        "pedestrian subway",
        "petrol station",
        "police station",
        "prison",
        "race track",
        "shopping area",
        "sports/recreation area",
        "supermarket",
        "theatre/concert hall",
        "unknown",
    }
)
"""Words that say what kind of place it is and not which."""


_PLACE_WORD: Final = re.compile(
    r"\b(?:\w*(?:way|gate|field|fields|heath|mead|bridge|wharf|gardens?)|road|rd|street|st|lane|ln|"
    r"avenue|ave|close|crescent|drive|court|square|terrace|walk|parade|place|green|grove|hill|mews|"
    r"rise|row|yard|quay|dock|market|broadway|circus|corner|corners|roundabout|junction|estate|"
    r"station|park|library|school|centre|center|town hall|church|cemetery|shopping|riverside|"
    r"common|pond|lake|path|alley|[AMB]\d{1,4})\b",
    re.IGNORECASE,
)
_POSSESSIVE: Final = re.compile(r"(['\u2019])S\b")
_TITLE: Final = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|rev|sir|lady|pc|sgt)\b", re.IGNORECASE)


def is_place_name(text: str) -> bool:
    """Tell whether a text is the name of a street or public place, by a word for one in it."""
    return bool(_PLACE_WORD.search(text) and not _TITLE.search(text) and _NAME.fullmatch(text))


def place_names(text: pd.Series, published: pd.Series) -> pd.Series:
    """Clean a column of place texts; what is no street or place name becomes missing.

    `published` tells which rows come from a publisher's own list of places, where any name is one;
    elsewhere a name needs a word for a street or place in it, because people write names there too.
    """
    pairs = pd.DataFrame(
        {"text": text.astype("str").fillna(""), "published": published}, index=text.index
    )
    names = {
        pair: place_name(*pair)
        for pair in pairs.drop_duplicates().itertuples(index=False, name=None)
    }
    found = [names[pair] for pair in pairs.itertuples(index=False, name=None)]
    return pd.Series(found, index=text.index, dtype="str")


def place_name(text: str, published: bool) -> str | None:
    """Return the street or place in a text such as "On or near 12 East Street, IG11 8EB"."""
    without = _POSTCODE.sub("", _PREFIX.sub("", str(text).strip()))
    for part in without.split(","):
        name = _HOUSE.sub("", part.strip()).strip(" .-")
        if not name or _DWELLING.match(name) or name.casefold() in _GENERIC:
            continue
        if is_protected_place(text):
            return None
        if is_place_name(name) or (published and _NAME.fullmatch(name)):
            return _POSSESSIVE.sub(r"\1s", " ".join(name.split()))
    return None
