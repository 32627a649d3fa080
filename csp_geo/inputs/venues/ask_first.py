"""Premises about which somebody is to be asked before they are candidates, and why.

A register of businesses also holds people who bake at home, a canteen at a training ground, a
market pitch. What tells them stands in `venue_types.toml`; what is doubtful is asked about, not
left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from csp_geo.core.toml import TABLE, check_values, texts
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from csp_geo.core.arrays import Flags

TABLES: Final = ("types", "ratings", "names", "addresses")
_HOMES: Final = ("registered", "trading", "titles", "forenames", "wares")
NEIGHBOUR_M: Final = 75.0
"""A shop in a parade has another business up to this far from it; a house has none."""
PERSON: Final = "Its name is that of a person: it may be a private home."
HOME: Final = "It may be a private home: nothing says that it is a shop, and no other is near."
_INVERTED: Final = re.compile(r"^[^\W\d_][\w'\u2019-]*, [^\W\d_][\w'\u2019-]*(?: [^\W\d_]\w*)?$")
"""Surname, Forename."""
_MORE: Final = r"(?: [^\W\d_][\w'\u2019-]*)"
"""Another word of a person's name."""
_NUMBERED: Final = re.compile(r"^\d+\w?\b")
_NUMBER: Final = r"\w{0,2}\d{1,3}\w?"
_NEVER: Final = re.compile(r"(?!)")


@dataclass(frozen=True)
class AskFirst:
    """What tells premises about which somebody is to be asked first.

    `types` and `ratings` have the reason for each venue type and each rating (plain), `names` and
    `addresses` the pattern for each reason. `registered` are business types (plain) under which
    people at home are registered as well, `trading` finds words of a name that say it is a shop,
    `titles` a name that begins with the title of a person, `forenames` one of two or three words
    that begins with a common forename; `wares` finds words that no person is called.
    """

    types: Mapping[str, str]
    ratings: Mapping[str, str]
    names: Mapping[str, re.Pattern[str]]
    addresses: Mapping[str, re.Pattern[str]]
    registered: frozenset[str]
    trading: re.Pattern[str]
    titles: re.Pattern[str]
    forenames: re.Pattern[str]
    wares: re.Pattern[str]

    @classmethod
    def of(cls, given: Mapping[str, Any], where: str) -> AskFirst:
        """Make it of the table ``[ask_first]``; `where` is how messages name the file.

        Raises
        ------
        SettingsError
            If it holds anything but its tables of lists of words.
        """
        inside = f"{where}, [ask_first"
        check_values(given, dict.fromkeys((*TABLES, "homes"), TABLE), f"{inside}]", what="table")
        for name in TABLES:
            check_values(given.get(name, {}), texts("words"), f"{inside}.{name}]")
        homes = given.get("homes", {})
        check_values(homes, dict.fromkeys(_HOMES, texts("words")), f"{inside}.homes]")
        named = {name: given.get(name, {}) for name in TABLES}
        titles, forenames = (
            "|".join(map(re.escape, homes.get(words, ()))) for words in ("titles", "forenames")
        )
        return cls(
            {word: why for why, words in named["types"].items() for word in words},
            {plain(word): why for why, words in named["ratings"].items() for word in words},
            {why: whole_words(words) for why, words in named["names"].items()},
            {why: _ending(words) for why, words in named["addresses"].items()},
            frozenset(map(plain, homes.get("registered", ()))),
            whole_words(homes.get("trading", ())),
            re.compile(rf"^(?:{titles})\b\.?{_MORE}{{1,3}}$", re.IGNORECASE) if titles else _NEVER,
            re.compile(rf"^(?:{forenames}){_MORE}{{1,2}}$", re.IGNORECASE) if forenames else _NEVER,
            whole_words(homes.get("wares", ())),
        )

    def reasons(self, rows: pd.DataFrame, *, plainest: Flags, vague: Flags) -> list[str]:
        """Say for each row why somebody is to be asked first, "" where nobody is.

        Parameters
        ----------
        rows
            name, address, venue_type, business_type, rating, n_lists (how many lists have it),
            `x_m`, `y_m`, and `walk_in`: whether its type is one that people walk into.
        plainest
            ``(n,)``: its type hardly says that it is a place, so that it may be a person at home.
        vague
            ``(n,)``: its type may stand in the grounds of another, as a canteen does.
        """
        names = [str(name) for name in rows["name"]]
        addresses = [text if isinstance(text, str) else "" for text in rows["address"]]
        trades = np.array([bool(self.trading.search(name)) for name in names], dtype=np.bool_)
        alone = _alone(rows, rows["walk_in"].to_numpy(bool) & (trades | ~plainest))
        business = [plain(text) if isinstance(text, str) else "" for text in rows["business_type"]]
        found = []
        for n, (name, address) in enumerate(zip(names, addresses, strict=True)):
            why = self.types.get(str(rows["venue_type"].iloc[n]), "")
            if rows["n_lists"].iloc[n] == 1:  # a second list is another witness
                why = why or self.ratings.get(plain(rows["rating"].iloc[n]), "")
            why = why or _first(self.names, name)
            if vague[n]:
                why = why or _first(self.addresses, address)
            person = vague[n] and self.forenames.match(name) and not self.wares.search(name)
            if (plainest[n] or person) and not trades[n]:
                at_home = alone[n] and business[n] in self.registered and _NUMBERED.match(address)
                by_name = person or self.titles.match(name) or _INVERTED.match(name)
                why = why or (PERSON if by_name else HOME if at_home else "")
            found.append(why)
        return found


def whole_words(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of whole words in any case, of which none is found where there are none."""
    return re.compile(rf"\b(?:{_either(words)})\b", re.IGNORECASE)


def _ending(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of words that end a part of an address, "#" in them being a number.

    So "Barking College, Dagenham Road" is told and "3 College Road" is not.
    """
    either = _either(words).replace(r"\#", _NUMBER)
    return re.compile(rf"\b(?:{either})\s*(?:$|[,;(])", re.IGNORECASE)


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace("'", "['\u2019]?") for word in words) or "(?!)"


def _first(patterns: Mapping[str, re.Pattern[str]], text: str) -> str:
    return next((why for why, pattern in patterns.items() if pattern.search(text)), "")


def _alone(rows: pd.DataFrame, firm: Flags) -> Flags:
    """Tell which rows have no other business near that is certainly one."""
    xy = rows[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    known = np.isfinite(xy).all(axis=1)
    tree = shapely.STRtree(shapely.points(xy[known & firm]))
    asked, near = tree.query(shapely.points(xy[known]), predicate="dwithin", distance=NEIGHBOUR_M)
    itself = np.flatnonzero(known)[asked] == np.flatnonzero(known & firm)[near]
    alone = np.zeros(len(rows), dtype=np.bool_)
    alone[known] = np.bincount(asked[~itself], minlength=int(known.sum())) == 0
    return alone
