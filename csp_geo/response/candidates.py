"""Which premises may be approached: those that fail a must are out, the rest in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.errors import NoPlacesError
from csp_geo.intake.source import plain
from csp_geo.response.criteria import LABELS, judge
from csp_geo.response.same_venue import SAME_M, name_key
from csp_geo.wording import count, join, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from csp_geo.response.criteria import Profile
    from csp_geo.response.premises import Premises

_JUDGED: Final = ("meets", "unmet", "unknown", "score", "approached_by")
_THERE: Final = "Safe Havens already, on your list."
_GONE: Final = "On your list of havens as withdrawn or not consenting: not asked again."
_MEETS: Final = {"yes": 0, "unknown": 1, "no": 2}


@dataclass(frozen=True)
class Candidates:
    """Premises that may be approached, in the order in which ties are broken.

    `table` is per `tables.PREMISES` with the columns of `criteria.judge` and `day_only`: known to
    lack what is needed after dark. `left_out` says in words why how many others are out.
    """

    table: gpd.GeoDataFrame
    left_out: Mapping[str, int]
    cautions: tuple[str, ...]


def candidates_of(
    premises: Premises, profile: Profile, register: gpd.GeoDataFrame | None = None
) -> Candidates:
    """Judge premises by a profile.

    Those known to lack what is needed at any hour are left out, and so are those of the register
    (`tables.HAVENS`) that count, have withdrawn, or do not agree. One that has lapsed may be asked
    again, and `was` says what stands on the register. First come those that meet the profile, then
    those of which not all is known; within these by score, then by name.

    Raises
    ------
    NoPlacesError
        If none is left; says what they lack.
    """
    listed, known = _without_havens(premises.table, register)
    if listed.empty:
        raise NoPlacesError(
            f"No venue is left to approach: {count(len(premises.table), 'candidate')} in the "
            "lists, and each is on your list of Safe Havens already. Add to --premises."
        )
    by_day = judge(listed, profile, after_dark=False)
    fails = (by_day["meets"] == "no").to_numpy()
    lacks = _tally(by_day.loc[fails, "unmet"])
    if fails.all():
        raise NoPlacesError(
            f"No venue is left to approach: {count(len(fails), 'candidate')} in the lists, each "
            f"is known to lack what the profile '{profile.title}' asks for: {lacks}. Choose "
            "another --profile, or add to --premises."
        )
    judged = judge(listed, profile)
    table = listed.join(judged[list(_JUDGED)])[~fails]
    table = table.assign(
        day_only=(table["meets"] == "no").to_numpy(),
        sure=table["meets"].map(_MEETS).astype(int),
    ).sort_values(
        ["sure", "score", "name", "premises_id"], ascending=[True, False, True, True], kind="stable"
    )
    words = premises.left_out["words"].value_counts()
    left_out = {str(why): int(n) for why, n in words.items()} | known
    if fails.any():
        why = f"Known to lack what the profile '{profile.title}' asks for: {lacks}."
        left_out[why] = int(fails.sum())
    return Candidates(
        table.drop(columns="sure").reset_index(drop=True),
        left_out,
        (*_after_dark(table, profile), *profile.cautions),
    )


def _without_havens(
    table: gpd.GeoDataFrame, register: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Leave out the venues of the register that must not be asked; say what stands there of others.

    One venue is the same name within 50 metres, or in the same postcode.
    """
    table = table.assign(was="")
    if register is None or register.empty:
        return table, {}
    names = table["name"].map(name_key).to_numpy()
    codes = table["postcode"].fillna("").map(plain).to_numpy()
    left_out: dict[str, int] = {}
    out = np.zeros(len(table), dtype=np.bool_)
    was = [""] * len(table)
    for _, haven in register.iterrows():
        near = np.zeros(len(table), dtype=np.bool_)
        if haven["geometry"] is not None:
            near = np.asarray(table.distance(haven["geometry"]) <= SAME_M)
        code = plain(haven["postcode"]) if isinstance(haven["postcode"], str) else ""
        same = (names == name_key(str(haven["name"]))) & (near | ((codes == code) & (code != "")))
        ended = haven["status"] == "withdrawn" or haven["consent_to_publish"] == "no"
        why = _THERE if haven["counts_now"] else _GONE if ended else ""
        for row in np.flatnonzero(same & ~out):
            was[row] = str(haven["why_not"])
            if why:
                left_out[why] = left_out.get(why, 0) + 1
                out[row] = True
    return table.assign(was=was)[~out], left_out


def _after_dark(table: pd.DataFrame, profile: Profile) -> list[str]:
    """Say how many venues count after dark though nobody knows, and how many do not count."""
    said = []
    if n_unsure := int((table["meets"] == "unknown").sum()):
        musts = join([LABELS[name] for name in profile.musts(after_dark=True)])
        by_day = join([LABELS[name] for name in profile.musts(after_dark=False)])
        said.append(
            f"{number(n_unsure)} of {count(len(table), 'venue')} are not known to have what the "
            f"profile '{profile.title}' asks for ({by_day + ' at any hour; ' if by_day else ''}"
            f"{musts} after dark), and count all the same: ask before you rely on one."
        )
    if n_day := int(table["day_only"].sum()):
        said.append(
            f"{count(n_day, 'venue')} count by day alone: they are known to lack what the profile "
            f"'{profile.title}' asks for after dark."
        )
    return said


def _tally(unmet: pd.Series) -> str:
    """Say what is lacking and how often: "phone (3), trained staff (1)"."""
    n = unmet.str.split(", ").explode().value_counts()
    return ", ".join(f"{what} ({number(times)})" for what, times in n.items())
