"""Patterns of the words in `venue_types.toml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER: Final = r"\w{0,2}\d{1,3}\w?"
_ANYWHERE: Final = "..."


def whole_words(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of whole words in any case, of which none is found where there are none."""
    return re.compile(rf"\b(?:{_either(words)})\b", re.IGNORECASE)


def endings(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of words that end a part of an address, "#" in them being a number.

    So "Barking College, Dagenham Road" is told and "3 College Road" is not. Words that end in
    "..." may stand anywhere ("rear of ...").
    """
    listed = list(words)
    anywhere = [word.removesuffix(_ANYWHERE).strip() for word in listed if _ANYWHERE in word]
    ending = _either(word for word in listed if _ANYWHERE not in word)
    either = rf"{ending}\s*(?:$|[,;(])".replace(r"\#", _NUMBER)
    return re.compile(rf"\b(?:(?:{either})|(?:{_either(anywhere)})\b)", re.IGNORECASE)


def _either(words: Iterable[str]) -> str:
    found = "|".join(re.escape(word).replace("'", "['\u2019]?") for word in words)
    return f"(?:{found})" if found else "(?!)"
