"""Addresses among works and warehouses, where a cafe may serve only those who work there."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from csp_geo.core.toml import check_values, texts
from csp_geo.inputs.venues.word_patterns import endings, whole_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.core.arrays import Flags

SITE: Final = "It lies on an industrial site: ask whether anybody may walk in."
STREET: Final = "Its street is one of works and warehouses: ask whether anybody may walk in."
UNIT: Final = "Its address is a unit without a number in a street: ask whether it has a shop door."
LEAST, SHARE = 2, 0.15
"""A street is one of works where at least so many, and so large a share, of its premises are."""
_LISTS: Final = ("sites", "units", "doors", "among_shops", "industry")
_NUMBERED: Final = re.compile(r"(?:^|, *)\d")
_LEADING: Final = re.compile(r"^[\d\W]+[a-z]?\b[\W\d]*")
"""The number before the name of a street."""


@dataclass(frozen=True)
class WorksAddresses:
    """What tells an address among works.

    `sites` and `units` find parts of an address, `among_shops` words of one that stands among
    shops. `doors` finds names of chains that have a door to the street wherever they are.
    `industry` are venue types that are works themselves.
    """

    sites: re.Pattern[str]
    units: re.Pattern[str]
    among_shops: re.Pattern[str]
    doors: re.Pattern[str]
    industry: frozenset[str]

    @classmethod
    def of(cls, given: Mapping[str, Any], where: str) -> WorksAddresses:
        """Make it of its table; `where` is how messages name that.

        Raises
        ------
        SettingsError
            If it holds anything but its lists of words.
        """
        check_values(given, dict.fromkeys(_LISTS, texts("words")), where)
        return cls(
            endings(given.get("sites", ())),
            endings(given.get("units", ())),
            whole_words(given.get("among_shops", ())),
            whole_words(given.get("doors", ())),
            frozenset(given.get("industry", ())),
        )

    def reasons(
        self, names: Sequence[str], addresses: Sequence[str], kinds: Sequence[str]
    ) -> list[str]:
        """Say for each row, by its name, address and venue type, why to ask first, or ""."""
        sites = np.array([bool(self.sites.search(text)) for text in addresses], dtype=np.bool_)
        works = sites | np.isin(np.array(kinds, dtype=object), list(self.industry))
        on_street = _on_streets_of(works, addresses)
        found = []
        for n, (name, address) in enumerate(zip(names, addresses, strict=True)):
            shops = self.among_shops.search(address)
            unit = self.units.search(address) and not _NUMBERED.search(address)
            why = SITE if sites[n] else "" if shops else UNIT if unit else ""
            why = why or (STREET if on_street[n] and not shops else "")
            found.append("" if self.doors.search(name) else why)
        return found


def _on_streets_of(works: Flags, addresses: Sequence[str]) -> Flags:
    """Tell which addresses share a street, or an estate, with enough works.

    Every part of an address counts as a street: a town has too small a share of works to be taken
    for one.
    """
    parts = [
        {_LEADING.sub("", part.casefold()) for part in text.split(", ")} - {""}
        for text in addresses
    ]
    n_all = Counter(part for own in parts for part in own)
    n_works = Counter(part for own, here in zip(parts, works, strict=True) if here for part in own)
    of_works = {part for part, n in n_works.items() if n >= LEAST and n >= SHARE * n_all[part]}
    return np.array([not of_works.isdisjoint(own) for own in parts], dtype=np.bool_)
