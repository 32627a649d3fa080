"""Which premises may be approached: those that fail a must are out, the rest in order.

And about which of them the coordinator should ask the licensing team first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoPlacesError
from csp_geo.core.wording import count, join, number
from csp_geo.decisions.havens.criteria import LABELS, judge
from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.listing import SAME_M, name_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.core.arrays import Flags, Ints
    from csp_geo.decisions.havens.criteria import Profile
    from csp_geo.inputs.venues.premises import Premises


_JUDGED: Final = ("meets", "unmet", "unknown", "score", "approached_by")
_THERE: Final = "Safe Havens already, on your list."
_GONE: Final = "On your list of havens as withdrawn or not consenting: not asked again."
_OUT: Final = ("file", "row", "why")
_SHORTEST: Final = 4
_MEETS: Final = {"yes": 0, "unknown": 1, "no": 2}
AT_M: Final = 20.0
"""An incident up to this far from the point of a premises, inclusive, is at it."""
EXACT: Final = ("exact", "address")
"""Ways of locating that say which building: no pin, street, postcode, name or snapped point."""
LARGEST_DOUBT_M: Final = 25.0
THEMES_ASKED: Final = "violence, harassment, drugs or alcohol"
_THEMES: Final = frozenset({"violence", "sexual", "harassment"})
_DRUGS: Final = "drug"


@dataclass(frozen=True)
class Candidates:
    """Premises that may be approached, in the order in which ties are broken.

    `table` is per `tables.PREMISES` with the columns of `criteria.judge` and `day_only`: known to
    lack what is needed after dark. `out` has file, row and why (a sentence) of all others.
    """

    table: gpd.GeoDataFrame
    out: pd.DataFrame
    cautions: tuple[Caution, ...]


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
    listed = listed[known == ""]
    if listed.empty:
        raise NoPlacesError(
            f"No venue is left to approach: {count(len(premises.table), 'candidate')} in the "
            "lists, and each is already a Safe Haven on your list. Add a list with --premises."
        )
    by_day = judge(listed, profile, after_dark=False)
    fails = (by_day["meets"] == "no").to_numpy()
    lacks = _tally(by_day.loc[fails, "unmet"])
    if fails.all():
        raise NoPlacesError(
            f"No venue is left to approach: {count(len(fails), 'candidate')} in the lists, and "
            f"each is known to lack what the profile '{profile.title}' asks for: {lacks}. Choose "
            "another --profile, or add a list with --premises."
        )
    judged = judge(listed, profile)
    table = listed.join(judged[list(_JUDGED)])[~fails]
    table = table.assign(
        day_only=(table["meets"] == "no").to_numpy(), sure=table["meets"].map(_MEETS).astype(int)
    ).sort_values(
        ["sure", "score", "name", "premises_id"], ascending=[True, False, True, True], kind="stable"
    )
    lacking = f"Known to lack what the profile '{profile.title}' asks for: {lacks}."
    told = premises.left_out.rename(columns={"source_file": "file", "source_row": "row"})
    out = [
        told.rename(columns={"words": "why"})[list(_OUT)],
        _rows_out(premises.table[known != ""], known[known != ""]),
        _rows_out(listed[fails], [lacking] * int(fails.sum())),
    ]
    return Candidates(
        table.drop(columns="sure").reset_index(drop=True),
        pd.concat(out, ignore_index=True).astype({"why": "str", "file": "str"}),
        (*_after_dark(table, profile), *profile.cautions),
    )


def _rows_out(table: pd.DataFrame, why: Sequence[str] | NDArray[np.object_]) -> pd.DataFrame:
    rows = {"file": table["listed_in"].to_numpy(), "row": table["source_row"].to_numpy()}
    return pd.DataFrame(rows | {"why": np.asarray(why, dtype=object)})


def _without_havens(
    table: gpd.GeoDataFrame, register: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, NDArray[np.object_]]:
    """Tell which venues must not be asked, and why; say what the register has of others."""
    why_out = np.full(len(table), "", dtype=object)
    was = np.full(len(table), "", dtype=object)
    if register is None or register.empty:
        return table.assign(was=was), why_out
    listed = VenueNames.of(table)
    for _, haven in register.iterrows():
        ended = haven["status"] == "withdrawn" or haven["consent_to_publish"] == "no"
        there = haven["counts_now"] or (haven["geometry"] is None and haven["status"] == "active")
        # a later row of the same venue does not let it back in
        same = listed.same_as(haven) & (why_out == "")
        why_out[same] = _GONE if ended else _THERE if there else ""
        was[same] = str(haven["why_not"])
    return table.assign(was=was), why_out


@dataclass(frozen=True, eq=False)
class VenueNames:
    """What venues are told apart by: `table` with name, postcode, address and a point, and keys."""

    table: gpd.GeoDataFrame
    names: Sequence[str]
    codes: NDArray[np.object_]
    streets: NDArray[np.object_]

    @classmethod
    def of(cls, table: gpd.GeoDataFrame) -> VenueNames:
        """Return the keys of a table of venues."""
        codes, streets = (
            table[name].fillna("").map(plain).to_numpy(dtype=object)
            for name in ("postcode", "address")
        )
        return cls(table, [_key(name) for name in table["name"]], codes, streets)

    def same_as(self, venue: pd.Series | Mapping[str, Any]) -> Flags:
        """Tell which of them are one venue with another.

        That is the same name, or one that begins like it ("Lidl", "Lidl UK GmbH"), within 50 metres
        or in the same postcode; where the place of `venue` is not known, the same name at the same
        address, or anywhere if it has none.
        """
        key, code, street = _key(venue["name"]), _plain(venue["postcode"]), _plain(venue["address"])
        exact = np.array([name == key for name in self.names], dtype=np.bool_)
        alike = np.array([_begins(name, key) for name in self.names], dtype=np.bool_)
        near = np.asarray((self.codes == code) & (code != ""), dtype=np.bool_)
        if venue["geometry"] is not None:
            near |= np.asarray(self.table.distance(venue["geometry"]) <= SAME_M)
            return alike & near
        at_address = (self.streets == street) | (street == "")
        return np.asarray((alike & near) | (exact & at_address & (near | (code == ""))))


def _key(name: object) -> str:
    return name_key(str(name)).removeprefix("the")


def _plain(text: object) -> str:
    return plain(text) if isinstance(text, str) else ""


def _begins(name: str, other: str) -> bool:
    """Tell whether the shorter of two names, of four letters or more, begins the longer one."""
    short, long = sorted((name, other), key=len)
    return short == long or (len(short) >= _SHORTEST and long.startswith(short))


def _after_dark(table: pd.DataFrame, profile: Profile) -> list[Caution]:
    """Say how many venues count after dark though nobody knows, and how many do not count."""
    found = []
    if n_unsure := int((table["meets"] == "unknown").sum()):
        musts = join([LABELS[name] for name in profile.musts(after_dark=True)])
        by_day = join([LABELS[name] for name in profile.musts(after_dark=False)])
        said = (
            f"{number(n_unsure)} of {count(len(table), 'venue')} are not known to have what the "
            f"profile '{profile.title}' asks for ({by_day + ' at any hour; ' if by_day else ''}"
            f"{musts} after dark), and count all the same: ask before you rely on one."
        )
        found.append(Caution("venues-not-sure", said))
    if n_day := int(table["day_only"].sum()):
        said = (
            f"{count(n_day, 'venue')} count by day alone: they are known to lack what the profile "
            f"'{profile.title}' asks for after dark."
        )
        found.append(Caution("venues-by-day-only", said))
    return found


def _tally(unmet: pd.Series) -> str:
    """Say what is lacking and how often: "phone (3), trained staff (1)"."""
    n = unmet.str.split(", ").explode().value_counts()
    return ", ".join(f"{what} ({number(times)})" for what, times in n.items())


def ask_licensing(premises: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> Ints:
    """Count reports of violence, sexual offences, harassment or drugs at premises.

    Theft is never asked about: shops are its victims. Only recorded incidents and premises that
    are located exactly count, because a shared point says nothing of one address on it.

    Parameters
    ----------
    premises
        Per `tables.PREMISES`.
    incidents
        Per `tables.INCIDENTS`, in the same CRS.

    Returns
    -------
    n
        ``(n,)`` int64, in the order of the premises: licensing is asked first about those above 0.
        0 also where it cannot be said.

    Notes
    -----
    At a premises is within 20 metres of its point, inclusive; a report counts for all neighbours
    that close. Cost: one search tree of the incidents.
    """
    found = np.zeros(len(premises), dtype=np.int64)
    known = _is_exact(premises) & (premises["n_at_point"].to_numpy() == 1)
    told = incidents[_is_exact(incidents) & _is_asked_about(incidents)]
    if known.any() and len(told):
        points = premises.geometry.to_numpy()[known]
        tree = shapely.STRtree(told.geometry.to_numpy())
        near, _ = tree.query(points, predicate="dwithin", distance=AT_M)
        found[known] = np.bincount(near, minlength=len(points))
    return found


def comparable(premises: pd.DataFrame, incidents: pd.DataFrame) -> tuple[int, int]:
    """Count the premises and the incidents that are located well enough to be compared."""
    alone = premises["n_at_point"].to_numpy() == 1
    return int((_is_exact(premises) & alone).sum()), int(_is_exact(incidents).sum())


def _is_exact(table: pd.DataFrame) -> Flags:
    method = table["location_method"].astype("object").isin(EXACT)
    doubt = table["location_accuracy_m"] <= LARGEST_DOUBT_M
    return np.asarray(method & doubt, dtype=np.bool_)


def _is_asked_about(incidents: pd.DataFrame) -> Flags:
    """Tell recorded incidents of the themes; of "drugs and alcohol" those that say drugs."""
    recorded = incidents["family"].astype("object") == "recorded"
    theme = incidents["theme"].astype("object")
    category = incidents["category"].astype("object")
    says_drugs = {word: _DRUGS in plain(word) for word in set(category)}
    drugs = category.map(says_drugs).astype(bool)
    asked = theme.isin(_THEMES) | ((theme == "drugs and alcohol") & drugs)
    return np.asarray(recorded & asked, dtype=np.bool_)
