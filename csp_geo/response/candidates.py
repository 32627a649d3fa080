"""Which premises may be approached: those that fail a must are out, the rest in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from csp_geo.errors import NoPlacesError
from csp_geo.response.criteria import LABELS, judge
from csp_geo.wording import count, join, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from csp_geo.response.criteria import Profile
    from csp_geo.response.premises import Premises

_JUDGED: Final = ("meets", "unmet", "unknown", "score", "approached_by")
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


def candidates_of(premises: Premises, profile: Profile) -> Candidates:
    """Judge premises by a profile.

    Those known to lack what is needed at any hour are left out. First come those that meet the
    profile, then those of which not all is known; within these by score, then by name.

    Raises
    ------
    NoPlacesError
        If none is left; says what they lack.
    """
    by_day = judge(premises.table, profile, after_dark=False)
    fails = (by_day["meets"] == "no").to_numpy()
    lacks = _tally(by_day.loc[fails, "unmet"])
    if fails.all():
        raise NoPlacesError(
            f"No venue is left to approach: all of the {count(len(fails), 'candidate')} in the "
            f"lists are known to lack what the profile '{profile.title}' asks for: {lacks}. Choose "
            "another --profile, or add to --premises."
        )
    judged = judge(premises.table, profile)
    table = premises.table.join(judged[list(_JUDGED)])[~fails]
    table = table.assign(
        day_only=(table["meets"] == "no").to_numpy(),
        sure=table["meets"].map(_MEETS).astype(int),
    ).sort_values(
        ["sure", "score", "name", "premises_id"], ascending=[True, False, True, True], kind="stable"
    )
    words = premises.left_out["words"].value_counts()
    left_out = {str(why): int(n) for why, n in words.items()}
    if fails.any():
        why = f"Known to lack what the profile '{profile.title}' asks for: {lacks}."
        left_out[why] = int(fails.sum())
    return Candidates(
        table.drop(columns="sure").reset_index(drop=True),
        left_out,
        (*_after_dark(table, profile), *profile.cautions),
    )


def _after_dark(table: pd.DataFrame, profile: Profile) -> list[str]:
    """Say how many venues count after dark though nobody knows, and how many do not count."""
    said = []
    if n_unsure := int((table["meets"] == "unknown").sum()):
        musts = join([LABELS[name] for name in profile.musts(after_dark=True)])
        said.append(
            f"{number(n_unsure)} of {count(len(table), 'venue')} are not known to have what the "
            f"profile '{profile.title}' asks for after dark ({musts}), and count after dark all "
            "the same: ask before you rely on one."
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
