"""Which premises may be approached: those that fail a must are out, the rest in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoPlacesError
from csp_geo.core.projection import points_of
from csp_geo.core.tables import CRITERIA, LEFT_OUT, as_agreed
from csp_geo.core.wording import count, join, number
from csp_geo.decisions.havens.criteria import judge
from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.listing import NO, SAME_M, YES, name_key
from csp_geo.inputs.venues.register_findings import CANDIDATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.decisions.havens.criteria import Profile
    from csp_geo.inputs.venues.premises import Premises


_JUDGED: Final = ("meets", "unmet", "unknown", "score", "approached_by")
_THERE: Final = "Safe Havens already, on your list."
_GONE: Final = "On your list of havens as withdrawn or not consenting: not asked again."
_OUT: Final = ("name", "address", "postcode", "file", "row", "why")
_SHORTEST: Final = 4
_MEETS: Final = {"yes": 0, "unknown": 1, "no": 2}


@dataclass(frozen=True)
class Candidates:
    """Premises that may be approached, in the order in which ties are broken.

    `table` is per `tables.PREMISES` with the columns of `criteria.judge`, `was`: what the register
    has of it, `said_yes`: it has agreed, `day_only`: known to lack what is needed after dark, and
    `second_choice`: of a type that the profile would rather not ask. `give_up` is the share of what
    a plan adds that it may lose for that. `ask_first` are those about which somebody is to be asked
    first, per `tables.PREMISES` and why. `out` are all others, per `tables.LEFT_OUT`.
    """

    table: gpd.GeoDataFrame
    ask_first: gpd.GeoDataFrame
    out: pd.DataFrame
    cautions: tuple[Caution, ...]
    give_up: float


def candidates_of(
    premises: Premises,
    profile: Profile,
    register: gpd.GeoDataFrame | None,
    middle: tuple[float, float],
) -> Candidates:
    """Judge premises by a profile, and put them in order.

    Those known to lack what is needed at any hour are left out, and so are those of the register
    (`tables.HAVENS`) that count, have withdrawn, or do not agree. One that has lapsed may be asked
    again, and `was` says what stands on the register. First come those that meet the profile, then
    those of which not all is known; within these by score, by venue type in the order of the
    profile, and by distance to `middle`, the middle of the demand in metres.

    Notes
    -----
    Two of one type and as far from the middle stand in the order of their addresses: neither a name
    nor the row of a list says who is asked.

    Raises
    ------
    NoPlacesError
        If none is left; says what they lack.
    """
    asked, known_asked = _without_havens(premises.ask_first, register)
    listed, known = _without_havens(premises.table, register)
    listed = listed[known == ""]
    if listed.empty:
        raise NoPlacesError(
            f"No venue is left to approach: {count(len(premises.table), 'candidate')} in the "
            "lists, and each is already a Safe Haven on your list. Add a list with --premises."
        )
    by_day = judge(listed, profile, after_dark=False)
    fails = (by_day["meets"] == "no").to_numpy()
    lacks = _tally(by_day.loc[fails, "unmet"], profile.needs(after_dark=False))
    if fails.all():
        raise NoPlacesError(
            f"No venue is left to approach: {count(len(fails), 'candidate')} in the lists, and "
            f"each is known to lack what the profile '{profile.title}' asks for: {lacks}. Choose "
            "another --profile, or add a list with --premises."
        )
    judged = judge(listed, profile)
    table = listed.join(judged[list(_JUDGED)])[~fails]
    table = table.assign(
        day_only=(table["meets"] == "no").to_numpy(),
        second_choice=profile.is_second_choice(table),
    )
    table = table.iloc[_order(table, profile, middle)]
    lacking = f"Known to lack what the profile '{profile.title}' asks for: {lacks}."
    told = premises.left_out.rename(columns={"source_file": "file", "source_row": "row"})
    out = [
        told.rename(columns={"words": "why"})[list(_OUT)],
        _rows_out(premises.table[known != ""], known[known != ""]),
        _rows_out(premises.ask_first[known_asked != ""], known_asked[known_asked != ""]),
        _rows_out(listed[fails], [lacking] * int(fails.sum())),
    ]
    return Candidates(
        table.reset_index(drop=True),
        asked[known_asked == ""].reset_index(drop=True),
        as_agreed(pd.concat(out, ignore_index=True), LEFT_OUT),
        (*_after_dark(table, profile), *profile.cautions),
        profile.give_up,
    )


def _order(
    table: gpd.GeoDataFrame, profile: Profile, middle: tuple[float, float]
) -> NDArray[np.intp]:
    """Return the positions of candidates in the order in which ties are broken."""
    x, y = points_of(table).T
    keys = {
        "sure": table["meets"].map(_MEETS).astype(int),
        "score": -table["score"],
        "type": [profile.place_of(str(kind)) for kind in table["venue_type"]],
        "far": np.round(np.hypot(x - middle[0], y - middle[1])),
        "address": table["address"].fillna("").map(plain),
        "postcode": table["postcode"].fillna("").map(plain),
        "x": x,
        "y": y,
        "hours": table["opening_hours"].fillna(""),
        "reference": table["premises_id"],
    }
    order = pd.DataFrame(keys, table.index).reset_index(drop=True)
    return order.sort_values(list(keys), kind="stable").index.to_numpy()


def _rows_out(table: pd.DataFrame, why: Sequence[str] | NDArray[np.object_]) -> pd.DataFrame:
    names = {"listed_in": "file", "source_row": "row"}
    columns = [*_OUT[:3], *names]
    rows = pd.DataFrame(table[columns]).rename(columns=names)
    return rows.assign(why=np.asarray(why, dtype=object))


def _without_havens(
    table: gpd.GeoDataFrame, register: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, NDArray[np.object_]]:
    """Tell which venues must not be asked, and why; say what the register has of others."""
    why_out = np.full(len(table), "", dtype=object)
    was = np.full(len(table), "", dtype=object)
    if register is None or register.empty or table.empty:
        return table.assign(was=was, said_yes=False), why_out
    listed = VenueNames.of(table)
    told, said_yes = table.copy(), np.zeros(len(table), dtype=np.bool_)
    likeness = np.array([listed.likeness(haven) for _, haven in register.iterrows()])
    # a row that is alike is not that of a venue which has a row of its own: "Asda", "Asda Cafe"
    is_own = (likeness > 0) & (likeness == likeness.max(axis=0))
    for (_, haven), own in zip(register.iterrows(), is_own, strict=True):
        ended = haven["status"] == "withdrawn" or haven["consent_to_publish"] == "no"
        there = haven["counts_now"] or (haven["geometry"] is None and haven["status"] == "active")
        # a later row of the same venue does not let it back in
        same = own & (why_out == "")
        why_out[same] = _GONE if ended else _THERE if there else ""
        was[same] = str(haven["why_not"])
        if haven["status"] == CANDIDATE:
            said_yes[same] = haven["willing"] == YES
            for name, answer in _answers_of(haven).items():
                told.loc[same, name] = answer
    return told.assign(was=was, said_yes=said_yes), why_out


def _answers_of(haven: pd.Series) -> dict[str, Any]:
    """Return what a candidate of the register said, which goes before what a list has of it."""
    said = {name: haven[name] for name in CRITERIA if haven[name] in {YES, NO}}
    if pd.notna(haven["staff_min"]):
        said["staff_min"] = haven["staff_min"]
    if haven["hours_confirmed"] == NO:
        said["opening_hours"] = None
    elif haven["hours_confirmed"] == YES and isinstance(haven["opening_hours"], str):
        said["opening_hours"] = haven["opening_hours"]
    return said


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

    def likeness(self, venue: pd.Series | Mapping[str, Any]) -> NDArray[np.int64]:
        """Tell how surely each of them is one venue with another: 0 where they are two.

        One venue has the same name (2; at the same address 3), or one that begins like it (1:
        "Lidl", "Lidl UK GmbH"), within 50 metres or in the same postcode; where the place of
        `venue` is not known, the same name at the same address, or anywhere if it has none.
        """
        key, code, street = _key(venue["name"]), _plain(venue["postcode"]), _plain(venue["address"])
        exact = np.array([name == key for name in self.names], dtype=np.bool_)
        alike = np.array([_begins(name, key) for name in self.names], dtype=np.bool_)
        near = np.asarray((self.codes == code) & (code != ""), dtype=np.bool_)
        is_there = self.streets == street
        if venue["geometry"] is not None:
            near |= np.asarray(self.table.distance(venue["geometry"]) <= SAME_M)
            same = alike & near
        else:
            at_address = is_there | (street == "")
            same = (alike & near) | (exact & at_address & (near | (code == "")))
        return np.where(same, 1 + exact + (exact & is_there), 0).astype(np.int64)


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
        by_day, by_dark = profile.needs(after_dark=False), profile.needs(after_dark=True)
        more = [need for need in by_dark if need not in by_day]
        both = ((by_day, "at any hour"), (more, "after dark"))
        asks = [f"{join(needs)} {when}" for needs, when in both if needs]
        said = (
            f"{number(n_unsure)} of {count(len(table), 'venue')} are not known to have what the "
            f"profile '{profile.title}' asks for ({'; '.join(asks)}), and count all the same: ask "
            "before you rely on one."
        )
        found.append(Caution("venues-not-sure", said))
    if n_day := int(table["day_only"].sum()):
        said = (
            f"{count(n_day, 'venue')} count by day alone: they are known to lack what the profile "
            f"'{profile.title}' asks for after dark."
        )
        found.append(Caution("venues-by-day-only", said))
    return found


def _tally(unmet: pd.Series, needs: tuple[str, ...]) -> str:
    """Say what is lacking of what is needed and how often: "phone (3), trained staff (1)"."""
    each = unmet.str.split(", ").explode()
    n = each[each.isin(needs)].value_counts()
    return ", ".join(f"{what} ({number(times)})" for what, times in n.items())
