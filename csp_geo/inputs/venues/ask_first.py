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
from csp_geo.inputs.venues.word_patterns import endings, whole_words
from csp_geo.inputs.venues.works_addresses import WorksAddresses

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from csp_geo.core.arrays import Flags

TABLES: Final = ("types", "ratings", "names", "plain_names", "addresses")
_HOMES: Final = ("registered", "trading", "titles", "forenames", "wares", "parades")
NEIGHBOUR_M: Final = 75.0
"""A shop in a parade has another business up to this far from it; a house has none."""
PERSON: Final = "Its name is that of a person: it may be a private home."
HOME: Final = "It may be a private home: nothing says that it is a shop, and no other is near."
_INVERTED: Final = re.compile(r"^[^\W\d_][\w'\u2019-]*, [^\W\d_][\w'\u2019-]*(?: [^\W\d_]\w*)?$")
"""Surname, Forename."""
_WORD: Final = r"[^\W\d_][\w'\u2019-]*"
_MORE: Final = rf"(?: {_WORD})"
"""Another word of a person's name."""
_INITIALS: Final = rf"[A-Z]\.? ?(?:[A-Z]\.? ?)?(?<=[. ]){_WORD}"
"""J Smith, A. B. Khan."""
_NUMBERED: Final = re.compile(r"^\d+\w?\b(?!-\d)")
"""A house in a street; several numbers are those of a larger building."""
_NEVER: Final = re.compile(r"(?!)")


@dataclass(frozen=True)
class AskFirst:
    """What tells premises about which somebody is to be asked first.

    `types` and `ratings` have the reason for each venue type and each rating (plain), `names` and
    `addresses` the pattern for each reason, `plain_names` that of venues whose type says little.
    `registered` are business types (plain) under which people at home are registered as well,
    `trading` finds words of a name that say it is a shop, `titles` a name that begins with the
    title of a person, `initials` one of an initial and a word, `forenames` one of two or three
    words that begins with a common forename, `surnames_first` one of two that ends with one;
    `wares` finds words that no person is called, `parades` words of an address where no home is.
    `works` tells addresses among works.
    """

    types: Mapping[str, str]
    ratings: Mapping[str, str]
    names: Mapping[str, re.Pattern[str]]
    plain_names: Mapping[str, re.Pattern[str]]
    addresses: Mapping[str, re.Pattern[str]]
    registered: frozenset[str]
    trading: re.Pattern[str]
    titles: re.Pattern[str]
    initials: re.Pattern[str]
    forenames: re.Pattern[str]
    surnames_first: re.Pattern[str]
    wares: re.Pattern[str]
    parades: re.Pattern[str]
    works: WorksAddresses

    @classmethod
    def of(cls, given: Mapping[str, Any], where: str) -> AskFirst:
        """Make it of the table ``[ask_first]``; `where` is how messages name the file.

        Raises
        ------
        SettingsError
            If it holds anything but its tables of lists of words.
        """
        inside = f"{where}, [ask_first"
        check_values(
            given, dict.fromkeys((*TABLES, "homes", "works"), TABLE), f"{inside}]", what="table"
        )
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
            {why: whole_words(words) for why, words in named["plain_names"].items()},
            {why: endings(words) for why, words in named["addresses"].items()},
            frozenset(map(plain, homes.get("registered", ()))),
            whole_words(homes.get("trading", ())),
            re.compile(rf"^(?:{titles})\b\.?{_MORE}{{1,3}}$", re.IGNORECASE) if titles else _NEVER,
            re.compile(rf"^(?:(?i:{titles})\.? )?{_INITIALS}$") if titles else _NEVER,
            re.compile(rf"^(?:{forenames}){_MORE}{{1,2}}$", re.IGNORECASE) if forenames else _NEVER,
            re.compile(rf"^{_WORD} (?:{forenames})$", re.IGNORECASE) if forenames else _NEVER,
            whole_words(homes.get("wares", ())),
            whole_words(homes.get("parades", ())),
            WorksAddresses.of(given.get("works", {}), f"{inside}.works]"),
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
        works = self.works.reasons(names, addresses, list(rows["venue_type"].astype("str")))
        found = []
        for n, (name, address) in enumerate(zip(names, addresses, strict=True)):
            row, in_registers = rows.iloc[n], business[n] in {"", *self.registered}
            at_home = alone[n] and in_registers and self._is_a_house(address)
            person = not trades[n] and self._person(name, address, plainest[n], vague[n])
            reasons = (
                self.types.get(str(row["venue_type"]), ""),
                PERSON if person else "",
                _first(self.names, name) or (_first(self.plain_names, name) if vague[n] else ""),
                HOME if plainest[n] and not trades[n] and at_home else "",
                # A second list is another witness.
                self.ratings.get(plain(row["rating"]), "") if row["n_lists"] == 1 else "",
                _first(self.addresses, address) or works[n] if vague[n] else "",
            )
            found.append(next(filter(None, reasons), ""))
        return found

    def _person(self, name: str, address: str, plainest: bool, vague: bool) -> bool:
        """Tell whether a name is that of a person."""
        by_form = self.titles.match(name) or _INVERTED.match(name)
        last = self.surnames_first.match(name) and not _NUMBERED.match(address)
        first = self.forenames.match(name) or self.initials.match(name)
        by_words = (first or last) and not self.wares.search(name)
        return bool((plainest and by_form) or (vague and by_words))

    def _is_a_house(self, address: str) -> bool:
        return bool(_NUMBERED.match(address)) and not self.parades.search(address)


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
