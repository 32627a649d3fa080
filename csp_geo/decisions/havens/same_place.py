"""Which venues may be one place under several names, or addresses that differ a little.

A register of businesses has a filling station under the brand of its fuel, its shop and its coffee;
a shop as "68 East St" and as "68 East Street". Who asks at one has asked at the other.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.door import door_of
from csp_geo.inputs.venues.listing import SAME_M, bare_name
from csp_geo.inputs.where.gazetteer import is_place_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from csp_geo.core.arrays import Floats

STREET_M: Final = 250.0
"""One number in one street is one door up to so far apart, where a postcode does not say it."""
_WORDS: Final = """
    the a an and of st saint new best super mini local express cafe caffe coffee tea shop shops
    store stores food foods wine wines news newsagent newsagents pharmacy chemist chemists
    restaurant supermarket market grocery groceries halal chicken pizza fish chips kebab fried
    bar pub hotel library station centre center community church school club bakery
"""
_COMMON: Final = frozenset(_WORDS.split())
"""Words of names that many have: two that begin with one are not one venue for it."""


def places_of(table: pd.DataFrame, xy: Floats) -> list[str]:
    """Return a mark for each venue, the same for those that may be one place; "" for all others.

    One place is a common house number in a street, unless both have a unit and these differ; or,
    where one has no number, the first word that tells its name in one postcode within 50 metres.

    Parameters
    ----------
    table
        With name, address and postcode.
    xy
        ``(n, 2)`` metres.
    """
    texts = {
        column: [text if isinstance(text, str) else "" for text in table[column]]
        for column in ("name", "address", "postcode")
    }
    doors = [door_of(address) for address in texts["address"]]
    codes = [plain(code) for code in texts["postcode"]]
    words = [_telling(*both) for both in zip(texts["name"], texts["address"], strict=True)]
    at_door: dict[object, list[int]] = defaultdict(list)
    by_name: dict[object, list[int]] = defaultdict(list)
    for n, door in enumerate(doors):
        for number in door.numbers:
            at_door[number].append(n)
        if codes[n] and words[n]:
            by_name[codes[n], words[n]].append(n)
    pairs = [
        (a, b)
        for a, b in _pairs(at_door.values())
        if not (doors[a].units and doors[b].units and doors[a].units.isdisjoint(doors[b].units))
        and _is_near(a, b, codes, xy)
    ]
    pairs += [
        (a, b)
        for a, b in _pairs(by_name.values())
        if not (doors[a].numbers and doors[b].numbers) and _metres(a, b, xy) <= SAME_M
    ]
    return _marks(len(doors), pairs)


def _is_near(a: int, b: int, codes: list[str], xy: Floats) -> bool:
    """Tell whether one number and street are in one town: the name of a street is in many."""
    if codes[a] and codes[b]:
        return codes[a] == codes[b] or _metres(a, b, xy) <= SAME_M
    return _metres(a, b, xy) <= STREET_M


def _metres(a: int, b: int, xy: Floats) -> float:
    return float(np.hypot(*(xy[a] - xy[b])))


def _telling(name: str, address: str) -> str:
    """Return the first word of a name that neither many names have nor its street or town.

    A part of an address that is neither may be the name again: "Ibis Hotel, Highbridge Road".
    """
    parts = address.split(",")
    places = [*parts[1:][-1:], *(part for part in parts if is_place_name(part.strip()))]
    known = _COMMON | {plain(word) for part in places for word in part.split()}
    words = (plain(word) for word in bare_name(name).split())
    return next((word for word in words if word and word not in known), "")


def _pairs(groups: Iterable[list[int]]) -> set[tuple[int, int]]:
    return {pair for group in groups for pair in combinations(group, 2)}


def _marks(n: int, pairs: Iterable[tuple[int, int]]) -> list[str]:
    """Return for each of `n` the least that it is joined to, as text; "" where to none."""
    mark = list(range(n))
    joined = set()
    for a, b in sorted(pairs):
        joined |= {a, b}
        low, high = sorted((mark[a], mark[b]))
        mark = [low if one == high else one for one in mark]
    return [str(mark[one]) if one in joined else "" for one in range(n)]
