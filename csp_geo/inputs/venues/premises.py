"""Businesses that could be approached to become Safe Havens: lists of premises to candidates.

Nothing here is vetted. Every row of every list is a candidate or is left out with a reason.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoReportsError, SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.core.projection import british_grid
from csp_geo.core.tables import CRITERIA, PREMISES, as_agreed
from csp_geo.core.wording import count, number
from csp_geo.inputs.venues.contacts import address_holds_contact, before_contact, holds_contact
from csp_geo.inputs.venues.list_columns import Wanted
from csp_geo.inputs.venues.listing import (
    NO_LOCATION,
    as_one,
    list_files,
    read_answers,
    read_lists,
    read_people,
    say_nowhere,
)
from csp_geo.inputs.venues.venue_types import ALCOHOL, GAMBLING, SUITABLE, UNSUITABLE
from csp_geo.inputs.where.postcode import LICENCE as POSTCODE_LICENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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
SHARED_ACCURACY_M: Final = 100.0
"""How well a point is known that may stand for a whole postcode."""

NO_NAME, NO_VENUE, UNKNOWN_TYPE, SAME_VENUE = "no-name", "no-venue", "unknown-type", "same-venue"
_OF_GROUP: Final = {UNSUITABLE: "unsuitable-type", ALCOHOL: "alcohol-led", GAMBLING: "gambling"}
REASONS: Final[Mapping[str, str]] = {
    NO_NAME: "It has no name.",
    NO_VENUE: "Nothing says that it is a business or a public building.",
    UNKNOWN_TYPE: "Its business type is not in the table of venue types: add it there.",
    "unsuitable-type": "Businesses of its type are never approached.",
    "alcohol-led": "Pubs, bars and off-licences are left out unless asked for.",
    "gambling": "Gambling venues are left out unless asked for.",
    SAME_VENUE: "It is the same venue as another row: same name, at most 50 metres apart or in "
    "the same postcode.",
}
"""Why a row is not a candidate, beside the reasons for which a place is nowhere."""

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


@dataclass(frozen=True)
class Premises:
    """Candidate premises.

    `table` is per `tables.PREMISES`. `left_out` has source_file, source_row, reason (a slug) and
    words. `counts` has read, candidates and left_out, of which the first is the sum of the others.
    `matched` are the columns that were read, with their fields.
    """

    table: gpd.GeoDataFrame
    left_out: pd.DataFrame
    counts: Mapping[str, int]
    cautions: tuple[Caution, ...]
    licences: tuple[str, ...]
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
        Rows read are candidates or left out, each of these with one reason. The order is that of
        the lists.

    Raises
    ------
    SourceError
        If a file is not a list of premises.
    NoReportsError
        If no candidate is left; the sentence says why.
    """
    lists, left = _lists_of(paths, area, limits)
    parts = [_candidates(listed, area, types) for listed in lists]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if rows.empty:
        raise NoReportsError("There is no list of premises. Name one with --premises FILE.")
    rows = _without_types(as_one(rows, types.groups), types, keep=alcohol_and_gambling)
    kept = rows[rows["reason"] == ""].reset_index(drop=True)
    left_out = rows.loc[rows["reason"] != "", ["listed_in", "source_row", "reason"]]
    if kept.empty:
        raise NoReportsError(_nothing_left(left_out["reason"], len(rows)))
    kept["premises_id"] = _unique(kept["premises_id"])
    return Premises(
        table=as_agreed(
            gpd.GeoDataFrame(
                kept,
                geometry=gpd.points_from_xy(kept["x_m"], kept["y_m"]),
                crs=(british_grid() if area is None else area.projection).crs,
            ),
            PREMISES,
        ),
        left_out=_said(left_out),
        counts={"read": len(rows), "candidates": len(kept), "left_out": len(left_out)},
        cautions=(*_cautions(lists, rows), *left),
        licences=tuple(_licences(lists)),
        matched={column: name for listed in lists for column, name in listed.matched.items()},
    )


def _lists_of(
    paths: Sequence[Path], area: StudyArea | None, limits: Limits
) -> tuple[list[Listed], list[Caution]]:
    """Read every list; what lies in a folder and is none is left, and said."""
    lists: list[Listed] = []
    left: list[Caution] = []
    for path, is_named in list_files(paths):
        try:
            own, cautions = read_lists(path, WANTED, area, limits=limits)
        except SourceError as error:
            if is_named:
                raise
            left.append(Caution("list-left-out", str(error)))
            continue
        lists += own
        left += cautions
    if left and not lists:
        raise SourceError(left[0])
    return lists, left


def _candidates(listed: Listed, area: StudyArea | None, types: VenueTypes) -> pd.DataFrame:
    """Return one list's rows with the columns of the contract, and a reason where there is one."""
    rows = listed.rows
    held = rows["name"].map(holds_contact).astype("bool")
    rows = rows.assign(name=rows["name"].map(before_contact))
    addresses, coded = _addresses(rows), rows["postcode"].map(holds_contact).astype("bool")
    spoken = np.array([address_holds_contact(text) for text in addresses], dtype=np.bool_)
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
            "postcode": rows["postcode"].mask(coded, "").str.upper().replace("", None),
            "opening_hours": rows["opening_hours"].replace("", None),
            "staff_min": read_people(rows["staff_min"]),
            **{name: read_answers(rows[name]) for name in CRITERIA},
            "listed_in": listed.name,
            "source_row": rows["source_row"],
            "n_at_point": _at_point(listed.xy),
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
    table["held"] = held | coded | spoken
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


@lru_cache(maxsize=64)
def say_reason(slug: str) -> str:
    """Say in a sentence why a row is not a candidate."""
    if slug in REASONS:
        return REASONS[slug]
    return say_nowhere(NO_LOCATION if slug == "no-location" else slug)


def _said(left_out: pd.DataFrame) -> pd.DataFrame:
    table = left_out.rename(columns={"listed_in": "source_file"}).reset_index(drop=True)
    words = [say_reason(slug) for slug in table["reason"]]
    return table.assign(words=pd.Series(words, table.index, dtype="str"))


def _nothing_left(reasons: pd.Series, n: int) -> str:
    why = [f"{number(k)}: {say_reason(slug)}" for slug, k in reasons.value_counts().items()]
    return (
        f"None of {count(n, 'row')} is a candidate. {' '.join(why)} Check the list, the wards, "
        "and the table of venue types."
    )


def _cautions(lists: Sequence[Listed], rows: pd.DataFrame) -> tuple[Caution, ...]:
    found = []
    if all("fhrs" in listed.fields for listed in lists):
        said = (
            "Food hygiene ratings are the only list: it has businesses with food and no others, so "
            "libraries, barbers, community hubs, stations and most pharmacies are missing. Add a "
            "list of them."
        )
        found.append(Caution("only-food-businesses", said))
    for name, own in rows.groupby("listed_in", sort=False):
        located = own[own["n_at_point"] > 0]
        n_points = len(located[["x_m", "y_m"]].round().drop_duplicates())
        shared = int((located["n_at_point"] > 1).sum())
        if shared:
            said = (
                f"{name}: {count(len(located), 'place')} on {count(n_points, 'point')} (to the "
                f"metre); {number(shared)} share theirs with others, as those of a postcode do, so "
                f"distances from them may be wrong by {SHARED_ACCURACY_M:.0f} metres or so."
            )
            found.append(Caution("shared-points", said))
    if held := int(rows["held"].sum()):
        said = (
            f"{count(held, 'row')} had a telephone number, an e-mail address or a person to ask "
            "for in the name or the address: it is not shown. Take it out of the list."
        )
        found.append(Caution("contacts-in-lists", said))
    unknown = rows.loc[rows["reason"] == UNKNOWN_TYPE, "business_type"].value_counts()
    if len(unknown):
        shown = [f"'{word}' ({number(n)})" for word, n in unknown.head(5).items()]
        more = f" and {count(len(unknown) - 5, 'other')}" if len(unknown) > 5 else ""  # noqa: PLR2004
        said = f"Not in the table of venue types: {', '.join(shown)}{more}. Add them there."
        found.append(Caution("business-types-unknown", said))
    twice = int((rows["reason"] == SAME_VENUE).sum())
    if twice:
        said = (
            f"Left out as the same venue as another row: {count(twice, 'row')}. What they say "
            "was added to the row that is kept."
        )
        found.append(Caution("venues-listed-twice", said))
    return tuple(found)


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
