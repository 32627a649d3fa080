"""Business types to venue types: an editable table, `venue_types.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.errors import SettingsError
from csp_geo.core.toml import TABLE, check_values, read_toml, texts
from csp_geo.core.wording import shortened
from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.ask_first import AskFirst
from csp_geo.inputs.venues.word_patterns import whole_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUITABLE, ALCOHOL, GAMBLING, UNSUITABLE = "suitable", "alcohol", "gambling", "unsuitable"
GROUPS: Final = (SUITABLE, ALCOHOL, GAMBLING, UNSUITABLE)
"""Whether a venue type can be approached; the later group wins where two lists disagree."""
OTHER: Final = "other"
"""The venue type of a business whose list gives none."""
FILE: Final = "venue_types.toml"
_SHOP: Final = "shop"
PLAINEST: Final = (_SHOP, "other catering", OTHER)
"""Venue types that hardly say that a business is a place."""
_SAYS_LEAST: Final = (_SHOP, OTHER)
"""Venue types of which a name may show anything else, a betting shop too."""
_GENERAL: Final = (*PLAINEST, "cafe or restaurant")
"""Venue types that say so little that a name may show a business never to be approached."""
VAGUE: Final = (*_GENERAL, "takeaway")
"""Venue types that may stand in the grounds of another, and be known by its name."""
_NAMES: Final = "names"
_PLACES: Final = "places"
_ASK_FIRST: Final = "ask_first"
_HOMES, _WORKS = "homes", "works"
_BETWEEN: Final = re.compile(r"\sand\s|\sor\s|[/&,;+()]|\s-\s")
_APART: Final = re.compile(r"[^\w']+")
_WHO_RUNS_IT: Final = frozenset(
    (
        *("local", "authority", "council", "council's", "borough", "town", "city", "county"),
        *("district", "municipal", "parish", "public", "community", "volunteer", "voluntary"),
        *("independent", "independently", "private", "privately", "trust", "charity", "run", "led"),
        *("managed", "owned", "operated", "funded", "commissioned", "statutory", "by", "the", "of"),
        *("a", "an", "in", "main", "central", "branch", "service", "services", "building"),
    )
)
"""Words that say who runs a place, or that say nothing."""


@dataclass(frozen=True)
class VenueTypes:
    """Which venue type each word stands for, and which group each venue type is in.

    `words` are plain (lower case, letters and digits; ``key=value`` keeps its sign). `names` are
    patterns of names that say more than a list that only says "shop"; those of unsuitable types
    say more than any general type. `places` are patterns of names that say what the whole is of
    which a list has the cafe or the shop. `ask_first` tells whom to ask somebody about first.
    """

    words: Mapping[str, str]
    groups: Mapping[str, str]
    names: Mapping[str, re.Pattern[str]]
    places: Mapping[str, re.Pattern[str]]
    ask_first: AskFirst

    def of(self, business_type: str, name: str = "") -> str | None:
        """Return the venue type of a business, `None` if its type is not in the table."""
        found = self.words.get(_word(business_type)) if business_type else OTHER
        if found is None and "=" in business_type:
            found = self.words.get(f"{_word(business_type.partition('=')[0])}=*")
        elif found is None:
            found = self._of_parts(business_type)
        if found not in VAGUE:
            return found
        said = [
            kind
            for kind, pattern in self.names.items()
            if (found in _SAYS_LEAST or (found in _GENERAL and self.groups[kind] == UNSUITABLE))
            and pattern.search(name)
        ]
        said += [kind for kind, pattern in self.places.items() if pattern.search(name)]
        return next(iter(said), found)

    def _of_parts(self, business_type: str) -> str | None:
        """Return the type of "Local authority run library" or "Libraries and community hubs".

        Who runs it is left aside, and the plural. Of several types in one cell the strictest
        counts, then the first; one that is not in the table leaves the whole unknown.
        """
        kinds = [self._of_one(part) for part in _BETWEEN.split(business_type.casefold())]
        known = [kind for kind in kinds if kind]
        if not known or None in kinds:
            return None
        return max(known, key=lambda kind: GROUPS.index(self.groups.get(kind, SUITABLE)))

    def _of_one(self, text: str) -> str | None:
        """Return the type of one part, "" for one that only says who runs it."""
        words = [word for word in _APART.split(text) if word]
        left = " ".join(word for word in words if word not in _WHO_RUNS_IT)
        ways = (" ".join(words), left)
        spelt = [one for way in ways for one in _singular(way)]
        found = next((self.words[plain(one)] for one in spelt if plain(one) in self.words), None)
        return found if found or left else ""


def _singular(text: str) -> tuple[str, ...]:
    """Return a text, and what its last word may be one of."""
    endings = (("ies", "y"), ("es", ""), ("s", ""))
    return (text, *(text.removesuffix(many) + one for many, one in endings if text.endswith(many)))


def _word(text: str) -> str:
    key, sign, value = text.partition("=")
    return f"{plain(key)}={'*' if value.strip() == '*' else plain(value)}" if sign else plain(text)


def read_venue_types(path: Path | None = None) -> VenueTypes:
    """Read a project's own table of venue types, or the packaged one.

    Raises
    ------
    SettingsError
        If it cannot be read, or is not made of the tables suitable, alcohol, gambling, unsuitable,
        names and places, each with lists of words, and ask_first.

    Notes
    -----
    Who is to be asked about first is told by the packaged table where the project's own, which may
    be older, has no ``[ask_first]``; with an empty one nobody is.
    """
    packaged = tomllib.loads((files("csp_geo.inputs.venues") / FILE).read_text(encoding="utf-8"))
    if path is None:
        where, values = FILE, packaged
    else:
        where = f"data/premises/{FILE}"
        values = read_toml(path, where)
    _check(values, where)
    groups = {kind: group for group in GROUPS for kind in values.get(group, {})}
    words = {
        _word(word): kind
        for group in GROUPS
        for kind, own in values.get(group, {}).items()
        for word in (kind, *own)
    }
    names, places = (
        _patterns(values.get(table, {}), groups, f"{where}, [{table}]")
        for table in (_NAMES, _PLACES)
    )
    ask_first = AskFirst.of(_with_newer_words(values, packaged), where)
    return VenueTypes(words, {OTHER: SUITABLE, **groups}, names, places, ask_first)


def _with_newer_words(own: Mapping[str, Any], packaged: Mapping[str, Any]) -> Any:
    """Return a project's own ``[ask_first]``, with the lists of words that it has not.

    A table that was made before these were known would take a person for a shop.
    """
    usual = packaged[_ASK_FIRST]
    told = own.get(_ASK_FIRST, usual)
    if not told or not isinstance(told, dict):
        return told
    given = {_HOMES: told.get(_HOMES), _WORKS: told.get(_WORKS, usual[_WORKS])}
    newer = {
        name: {**usual[name], **words}
        for name, words in given.items()
        if words and isinstance(words, dict)
    }
    return {**told, **newer}


def _patterns(
    given: Mapping[str, list[str]], groups: Mapping[str, str], where: str
) -> dict[str, re.Pattern[str]]:
    if unknown := {kind for kind, words in given.items() if words} - set(groups):
        raise SettingsError(
            f"{where}: '{shortened(min(unknown))}' is not a venue type of this table."
        )
    return {kind: whole_words(words) for kind, words in given.items() if words}


def _check(values: Mapping[str, Any], where: str) -> None:
    tables = (*GROUPS, _NAMES, _PLACES)
    check_values(values, dict.fromkeys((*tables, _ASK_FIRST), TABLE), where, what="table")
    for table in tables:
        check_values(values.get(table, {}), texts("words"), f"{where}, [{table}]")
    if not values.get(SUITABLE):
        raise SettingsError(f"{where} needs a table [suitable]: without it nothing is a candidate.")
