"""Place texts to street and place names that may be shown: no house numbers, nothing personal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

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


def place_names(text: pd.Series) -> pd.Series:
    """Clean a column of place texts; what is no street or place name becomes missing."""
    text = text.astype("str")
    unique = {cell: place_name(cell) for cell in text.dropna().unique()}
    return text.map(unique).astype("str")


def place_name(text: str) -> str | None:
    """Return the street or place in a text such as "On or near 12 East Street, IG11 8EB"."""
    without = _POSTCODE.sub("", _PREFIX.sub("", str(text).strip()))
    for part in without.split(","):
        name = _HOUSE.sub("", part.strip()).strip(" .-")
        if not name or _DWELLING.match(name) or name.casefold() in _GENERIC:
            continue
        if _NAME.fullmatch(name):
            return re.sub(r"(['\u2019])S\b", r"\1s", " ".join(name.split()))
    return None
