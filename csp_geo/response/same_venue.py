"""One venue in two lists: the same name, and close by or in the same postcode."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.intake.source import plain
from csp_geo.response.answers import UNKNOWN
from csp_geo.response.venue_types import GROUPS, OTHER, SUITABLE
from csp_geo.tables import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

SAME_M: Final = 50.0
"""Same names up to this far apart, inclusive, are one venue."""
_COMPANY: Final = re.compile(r"\b(?:ltd|limited|plc|llp)\b\.?", re.IGNORECASE)
_TRADING: Final = re.compile(r"^.*(?:\bt/a\b|\btrading as\b)(?=.*\w)", re.IGNORECASE | re.DOTALL)
"""A company and what stands between it and the name over the door."""
_GENERAL: Final = frozenset({"shop", "other catering", OTHER})
"""Venue types that say less than any other."""
_TEXTS: Final = ("address", "postcode", "opening_hours")


def name_key(name: str) -> str:
    """Reduce a name to what is compared: "Toy Ltd. T/A Aroma Cafe Ltd." to "aromacafe"."""
    return plain(_COMPANY.sub("", _TRADING.sub("", name))) or name.strip().casefold()


def as_one(rows: pd.DataFrame, groups: Mapping[str, str]) -> pd.DataFrame:
    """Keep one row of each venue, with what the others say of it.

    Kept is the row with a location, then the one that is located best, then the first. What it
    does not say of hours, address and criteria is taken from the others. The venue type is that of
    the strictest row: a shop that another list calls an off-licence is one.

    Parameters
    ----------
    rows
        Columns of `tables.PREMISES`, `x_m`, `y_m`, `reason` and `nowhere`; rows with a reason are
        left as they are.
    groups
        Venue type to its group, of `venue_types.GROUPS`.

    Returns
    -------
    rows
        The same rows in the same order, those that repeat another with the reason "same-venue".
    """
    rows = rows.copy()
    keys = rows["name"].map(name_key)
    usable = rows["reason"] == ""
    shared = keys[usable & keys.duplicated(keep=False)]
    for own in shared.groupby(shared).groups.values():
        for group in _together(rows.loc[own]):
            _join(rows, group, groups)
    return rows


def _together(rows: pd.DataFrame) -> list[list[int]]:
    """Return the groups of two or more of these rows that are one venue."""
    group = {index: {index} for index in rows.index}
    for a, b in combinations(rows.index, 2):
        if group[a] is not group[b] and _is_same(rows.loc[a], rows.loc[b]):
            group[a] |= group[b]
            for index in group[b]:
                group[index] = group[a]
    distinct = {id(members): members for members in group.values()}
    return [sorted(members) for members in distinct.values() if len(members) > 1]


def _is_same(a: pd.Series, b: pd.Series) -> bool:
    apart = np.hypot(a["x_m"] - b["x_m"], a["y_m"] - b["y_m"])
    if np.isfinite(apart) and apart <= SAME_M:
        return True
    codes = [plain(row["postcode"]) for row in (a, b) if isinstance(row["postcode"], str)]
    return len(codes) > 1 and codes[0] == codes[1]


def _join(rows: pd.DataFrame, group: list[int], groups: Mapping[str, str]) -> None:
    own = rows.loc[group]
    order = own.assign(lost=own["nowhere"] != "").sort_values(
        ["lost", "location_accuracy_m"], kind="stable"
    )
    kept, others = order.index[0], list(order.index[1:])
    for name in _TEXTS:
        texts = order[name].dropna()
        rows.loc[kept, name] = texts.iloc[0] if len(texts) else None
    for name in CRITERIA:
        known = order.loc[order[name] != UNKNOWN, name]
        rows.loc[kept, name] = known.iloc[0] if len(known) else UNKNOWN
    people = order["staff_min"].dropna()
    rows.loc[kept, "staff_min"] = people.iloc[0] if len(people) else np.nan
    kinds = sorted(order["venue_type"], key=lambda kind: _strictness(kind, groups), reverse=True)
    rows.loc[kept, "venue_type"] = kinds[0]
    rows.loc[others, "reason"] = "same-venue"


def _strictness(kind: str, groups: Mapping[str, str]) -> tuple[int, bool]:
    return GROUPS.index(groups.get(kind, SUITABLE)), kind not in _GENERAL
