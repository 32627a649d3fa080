"""Businesses that could be approached to become Safe Havens: lists of premises to candidates.

Nothing here is vetted. Every row of every list is a candidate or is left out with a reason.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoReportsError, SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.core.projection import british_grid
from csp_geo.core.tables import CRITERIA, PREMISES, as_agreed
from csp_geo.inputs.venues.contacts import before_contact, kinds_in_address, kinds_of_contact
from csp_geo.inputs.venues.list_columns import Wanted
from csp_geo.inputs.venues.list_findings import (
    ASK_FIRST,
    NO_NAME,
    NO_VENUE,
    SHARED_ACCURACY_M,
    UNKNOWN_TYPE,
    cautions_of,
    day_of_list,
    nothing_left,
    with_words,
)
from csp_geo.inputs.venues.listing import (
    NO_LOCATION,
    as_one,
    list_files,
    read_answers,
    read_lists,
    read_people,
)
from csp_geo.inputs.venues.venue_types import (
    ALCOHOL,
    GAMBLING,
    PLAINEST,
    SUITABLE,
    UNSUITABLE,
    VAGUE,
)
from csp_geo.inputs.where.postcode import LICENCE as POSTCODE_LICENCE
from csp_geo.inputs.where.postcode import public_postcode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.listing import Listed
    from csp_geo.inputs.venues.venue_types import VenueTypes

FSA_LICENCE: Final = (
    "Food hygiene ratings: Food Standards Agency, licensed under the Open Government Licence v3.0"
)
OSM_LICENCE: Final = (
    "© OpenStreetMap contributors, available under the Open Database Licence (ODbL)"
)
_OF_GROUP: Final = {UNSUITABLE: "unsuitable-type", ALCOHOL: "alcohol-led", GAMBLING: "gambling"}
TAGS: Final = (
    *("amenity", "shop", "healthcare", "leisure", "tourism", "railway", "public_transport"),
    *("office", "craft"),
)
"""Keys of OpenStreetMap that say what a place is, in the order in which they are asked."""
_PLAIN: Final = re.compile(r"[^A-Za-z0-9.]+")
_ADDRESS: Final = ("address", "line_1", "line_2", "line_3", "line_4", "house", "street", "town")
WANTED: Final = Wanted(
    what="premises",
    table="premises",
    fields={
        "name": (
            *("name", "business name", "premises name", "venue name", "trading name", "venue"),
            "station",
        ),
        "business_type": ("business type", "venue type", "premises type", "type", "category"),
        "fhrs": ("fhrsid",),
        "rating": ("rating value", "rating", "hygiene rating", "food hygiene rating"),
        "rated_on": ("rating date",),
        "reference": ("@id", "full id", "osm id", "premises id", "uprn", "id", "ref"),
        "address": ("address", "full address", "premises address"),
        "line_1": ("address line 1", "address 1"),
        "line_2": ("address line 2", "address 2"),
        "line_3": ("address line 3", "address 3"),
        "line_4": ("address line 4", "address 4"),
        "house": ("addr:housenumber",),
        "street": ("addr:street",),
        "town": ("addr:city",),
        "opening_hours": ("opening hours", "opening times", "hours"),
        "staff_min": ("staff min", "minimum staff", "number of staff", "staff"),
        "cctv": ("cctv", "working cctv"),
        "toilet": ("toilet", "toilets", "wc"),
        "step_free": ("step free", "step free access", "wheelchair", "wheelchair access"),
        "first_aid": ("first aid", "first aid kit", "first aider"),
        "phone": ("phone", "landline", "has phone"),
        "training": ("training", "trained", "staff trained"),
        **{key: (key,) for key in TAGS},
    },
)

_LEFT_OUT: Final = ["name", "address", "postcode", "listed_in", "source_row", "reason"]


@dataclass(frozen=True)
class Premises:
    """Candidate premises.

    `table` is per `tables.PREMISES`, `ask_first` the same of those that are no candidates until
    somebody has been asked, with `why`. `left_out` has name, address, postcode, source_file,
    source_row, reason (a slug) and words. `counts` has read, candidates, ask_first and left_out, of
    which the first is the sum of the others. `days` has for each list the latest day that it is
    known to be of. `matched` are the columns that were read, with their fields.
    """

    table: gpd.GeoDataFrame
    ask_first: gpd.GeoDataFrame
    left_out: pd.DataFrame
    counts: Mapping[str, int]
    cautions: tuple[Caution, ...]
    licences: tuple[str, ...]
    days: Mapping[str, date] = field(default_factory=dict)
    matched: Mapping[str, str] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were left out for each reason, the most first."""
        return {str(slug): int(n) for slug, n in self.left_out["reason"].value_counts().items()}


def read_premises(
    paths: Sequence[Path],
    area: StudyArea | None,
    types: VenueTypes,
    *,
    alcohol_and_gambling: bool = False,
    limits: Limits = LIMITS,
) -> Premises:
    """Read lists of premises and keep those that could be approached.

    Food hygiene ratings (XML, JSON, CSV), extracts of OpenStreetMap (GeoJSON, GeoPackage) and any
    spreadsheet with names and locations are read by the names of their columns.

    Parameters
    ----------
    paths
        Files, or folders of them.
    area
        Premises outside it are left out; without one, none are.
    types
        From `read_venue_types`.
    alcohol_and_gambling
        Keep pubs, bars, off-licences and gambling venues as candidates.

    Returns
    -------
    premises
        Rows read are candidates, to be asked about first, or left out, each of these with one
        reason. The order is that of the lists.

    Raises
    ------
    SourceError
        If a file is not a list of premises.
    NoReportsError
        If no candidate is left; the sentence says why.
    """
    lists, left, days = _lists_of(paths, area, limits)
    parts = [_candidates(listed, area, types) for listed in lists]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if rows.empty:
        raise NoReportsError("There is no list of premises. Name one with --premises FILE.")
    rows = _without_types(as_one(rows, types.groups), types, keep=alcohol_and_gambling)
    rows = _with_who_is_asked_first(rows, types)
    is_asked, kept = rows["reason"] == ASK_FIRST, rows[rows["reason"] == ""]
    if kept.empty:
        raise NoReportsError(nothing_left(rows["reason"], len(rows)))
    left_out = rows.loc[(rows["reason"] != "") & ~is_asked, _LEFT_OUT]
    asked = rows[is_asked].reset_index(drop=True)
    return Premises(
        table=_as_premises(kept.reset_index(drop=True), area),
        ask_first=_as_premises(asked, area).assign(why=asked["why"].astype("str")),
        left_out=with_words(left_out),
        counts={
            "read": len(rows),
            "candidates": len(kept),
            "ask_first": len(asked),
            "left_out": len(left_out),
        },
        cautions=(*cautions_of(lists, rows), *left),
        licences=tuple(_licences(lists)),
        days=days,
        matched={column: name for listed in lists for column, name in listed.matched.items()},
    )


def _as_premises(rows: pd.DataFrame, area: StudyArea | None) -> gpd.GeoDataFrame:
    """Return rows per `tables.PREMISES`."""
    rows = rows.assign(premises_id=_unique(rows["premises_id"]))
    points = gpd.points_from_xy(rows["x_m"], rows["y_m"])
    crs = (british_grid() if area is None else area.projection).crs
    return as_agreed(gpd.GeoDataFrame(rows, geometry=points, crs=crs), PREMISES)


def _with_who_is_asked_first(rows: pd.DataFrame, types: VenueTypes) -> pd.DataFrame:
    """Give the rows that would be candidates the reason "ask-first" where it holds, and why."""
    kinds, place = rows["venue_type"], (rows["nowhere"] == "") & (rows["venue_type"] != "")
    walk_in = place & (kinds.map(dict(types.groups)) != UNSUITABLE)
    why = types.ask_first.reasons(
        rows.assign(walk_in=walk_in),
        plainest=kinds.isin(PLAINEST).to_numpy(),
        vague=kinds.isin(VAGUE).to_numpy(),
    )
    rows = rows.assign(why=pd.Series(why, rows.index, dtype="str"))
    rows.loc[(rows["reason"] == "") & (rows["why"] != ""), "reason"] = ASK_FIRST
    return rows


def _lists_of(
    paths: Sequence[Path], area: StudyArea | None, limits: Limits
) -> tuple[list[Listed], list[Caution], dict[str, date]]:
    """Read every list and its day; what lies in a folder and is none is left, and said."""
    lists: list[Listed] = []
    days: dict[str, date] = {}
    left: list[Caution] = []
    for path, is_named in list_files(paths):
        try:
            own, cautions = read_lists(path, WANTED, area, limits=limits)
        except SourceError as error:
            if is_named:
                raise
            left.append(Caution("list-left-out", str(error)))
            continue
        rated = [day for listed in own for day in listed.rows["rated_on"]]
        if (day := day_of_list(path, rated)) is not None:
            days[path.name] = day
        lists += own
        left += cautions
    if left and not lists:
        raise SourceError(left[0])
    return lists, left, days


def _candidates(listed: Listed, area: StudyArea | None, types: VenueTypes) -> pd.DataFrame:
    """Return one list's rows with the columns of the contract, and a reason where there is one."""
    rows = listed.rows
    addresses, codes = _addresses(rows), [public_postcode(text) for text in rows["postcode"]]
    spoken = [kinds_in_address(text or "") for text in addresses]
    contacts = [
        tuple(dict.fromkeys((*kinds_of_contact(name), *address, *kinds_of_contact(code))))
        for name, address, code in zip(rows["name"], spoken, rows["postcode"], strict=True)
    ]
    rows = rows.assign(name=rows["name"].map(before_contact))
    business = _business_types(listed, types)
    untyped = bool(listed.fields & {*TAGS})  # a feature of a map need not be a business
    kinds = [
        None if untyped and not text else types.of(text, name)
        for text, name in zip(business, rows["name"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "premises_id": _ids(listed, rows["name"]),
            "name": rows["name"],
            "venue_type": [kind or "" for kind in kinds],
            "business_type": pd.Series(business, rows.index, dtype="str").replace("", None),
            "address": [
                None if told else text for told, text in zip(spoken, addresses, strict=True)
            ],
            "postcode": [shown or None for shown, _ in codes],
            "opening_hours": rows["opening_hours"].replace("", None),
            "staff_min": read_people(rows["staff_min"]),
            **{name: read_answers(rows[name]) for name in CRITERIA},
            "listed_in": listed.name,
            "source_row": rows["source_row"],
            "n_at_point": _at_point(listed.xy),
            "n_lists": 1,
            "rating": rows["rating"],
            "location_method": listed.method,
            "location_accuracy_m": listed.accuracy_m,
            "ward_code": _of_ward(listed, area, "ward_code"),
            "ward_name": _of_ward(listed, area, "ward_name"),
            "x_m": listed.xy[:, 0],
            "y_m": listed.xy[:, 1],
        }
    )
    if "fhrs" in listed.fields:  # it does not say which of its points are those of a postcode
        table["location_method"] = "postcode"
        table["location_accuracy_m"] = table["location_accuracy_m"].clip(lower=SHARED_ACCURACY_M)
    nowhere = [_nowhere(slug) for slug in listed.reason]
    unknown = [UNKNOWN_TYPE if text else NO_VENUE for text in business]
    table["reason"] = [
        NO_NAME if not name else no_type if kind is None else ""
        for name, kind, no_type in zip(rows["name"], kinds, unknown, strict=True)
    ]
    table["nowhere"] = nowhere
    table["contacts"] = contacts
    table["beside_postcode"] = [
        is_more and not kinds for (_, is_more), kinds in zip(codes, contacts, strict=True)
    ]
    return table


def _nowhere(slug: str) -> str:
    return "no-location" if slug == NO_LOCATION else str(slug)


def _business_types(listed: Listed, types: VenueTypes) -> list[str]:
    """Return the type in the list's words; of map features the first tag that the table knows."""
    rows = listed.rows
    keys = [key for key in TAGS if key in listed.fields]
    if not keys:
        whole = "" if "business_type" in listed.fields else _type_of_file(listed.name, types)
        return [str(text) or whole for text in rows["business_type"]]
    found = []
    for own, *values in zip(rows["business_type"], *(rows[key] for key in keys), strict=True):
        tags = [
            f"{key}={value.strip()}"
            for key, several in zip(keys, values, strict=True)
            for value in str(several).split(";")
            if value.strip()
        ]
        tags.sort(key=lambda tag: types.groups.get(types.of(tag) or "") != UNSUITABLE)
        known = next((tag for tag in tags if types.of(tag)), None)
        found.append(own or known or next(iter(tags), ""))
    return found


def _type_of_file(name: str, types: VenueTypes) -> str:
    """Return what a list without types is called, "stations.csv" a list of stations."""
    stem = name.partition("#")[0].rpartition(".")[0]
    words = (stem, stem.removesuffix("s"), f"{stem.removesuffix('ies')}y")
    return next((word for word in words if types.of(word)), "")


def _addresses(rows: pd.DataFrame) -> list[str | None]:
    parts = rows[list(_ADDRESS)].to_numpy(dtype=object)
    return [", ".join(dict.fromkeys(filter(None, own))) or None for own in parts]


def _ids(listed: Listed, names: pd.Series) -> list[str]:
    """Give each its list's own reference, else by a digest of name and place."""
    is_fhrs = "fhrs" in listed.fields
    kind = "fhrs" if is_fhrs else "osm" if _is_osm(listed) else "list"
    references = listed.rows["fhrs" if is_fhrs else "reference"]
    whole = [f"{x:.0f},{y:.0f}" for x, y in listed.xy]
    return [
        f"{kind}-{_PLAIN.sub('-', reference)}" if reference else f"{kind}-{_digest(name, place)}"
        for reference, name, place in zip(references, names, whole, strict=True)
    ]


def _digest(*parts: str) -> str:
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:10]


def _unique(ids: pd.Series) -> pd.Series:
    again = ids.groupby(ids).cumcount()
    return ids.where(again == 0, ids + "-" + (again + 1).astype("str"))


def _is_osm(listed: Listed) -> bool:
    return bool(listed.fields & {*TAGS, "house", "street"})


def _at_point(xy: np.ndarray) -> np.ndarray:
    """Count how many rows share each point, to the metre; 0 without one."""
    whole = [tuple(point) for point in np.rint(xy)]
    counts = Counter(whole)
    known = np.isfinite(xy).all(axis=1)
    return np.array(
        [counts[point] if here else 0 for point, here in zip(whole, known, strict=True)],
        dtype=np.int64,
    )


def _of_ward(listed: Listed, area: StudyArea | None, column: str) -> np.ndarray:
    if area is None:
        return np.full(len(listed), None, dtype=object)
    names = np.array([*area.wards[column], None], dtype=object)
    return np.asarray(names[listed.ward])


def _without_types(rows: pd.DataFrame, types: VenueTypes, *, keep: bool) -> pd.DataFrame:
    """Give the reasons that rest on type and place; the type is said before the place."""
    groups = rows["venue_type"].map(dict(types.groups)).fillna(SUITABLE)
    out = groups.map(_OF_GROUP).fillna("")
    if keep:
        out = out.where(out == _OF_GROUP[UNSUITABLE], "")
    reason = rows["reason"].where(rows["reason"] != "", out)
    return rows.assign(reason=reason.where(reason != "", rows["nowhere"]))


def _licences(lists: Iterable[Listed]) -> list[str]:
    found = []
    for listed in lists:
        if (listed.method == "postcode").any() and np.isfinite(listed.xy).any():
            found.append(f"{POSTCODE_LICENCE}.")
        if "fhrs" in listed.fields:
            found.append(FSA_LICENCE)
        elif _is_osm(listed):
            found.append(OSM_LICENCE)
    return list(dict.fromkeys(found))
