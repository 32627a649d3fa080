"""Lists of places as they come: their fields, where each is, and one venue in two lists.

Files are read and places located by what reads reports; only the names of the columns differ.
Every cell is text, as given, and no column but those that are known is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.errors import SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.core.tables import CRITERIA
from csp_geo.inputs.files.columns import map_columns
from csp_geo.inputs.files.reading import SUFFIXES, read_tables
from csp_geo.inputs.files.table import ROW, Unread, said
from csp_geo.inputs.own_columns import read_own_columns
from csp_geo.inputs.read import ReportFile
from csp_geo.inputs.reasons import REASON
from csp_geo.inputs.source import Source, plain
from csp_geo.inputs.venues.door import door_of
from csp_geo.inputs.venues.hours_columns import HOURS, joined_hours
from csp_geo.inputs.venues.list_columns import PLACES, Wanted, list_columns
from csp_geo.inputs.venues.venue_types import GROUPS, OTHER, SUITABLE
from csp_geo.inputs.where.best_location import Bearings, best_locations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.files.table import RawTable

YES, NO, UNKNOWN = "yes", "no", "unknown"
_YES: Final = frozenset({"yes", "y", "true", "1", "t", "x", "\u2713", "designated", "customers"})
_NO: Final = frozenset({"no", "n", "false", "0", "f"})
_NOT_KNOWN: Final = frozenset(
    ("", "unknown", "notknown", "dontknow", "notsure", "unsure", "na", "nk", "tbc", "notasked")
)
_MOST: Final = 10_000


def read_answer(text: str) -> str:
    """Read one cell; whatever is neither yes nor no ("limited", a phone number) is unknown."""
    word = plain(text) or text.strip()
    return YES if word in _YES else NO if word in _NO else UNKNOWN


def is_answer(text: str) -> bool:
    """Tell whether a cell says yes, no or that it is not known; an empty one does."""
    word = plain(text)
    return read_answer(text) != UNKNOWN or word in _NOT_KNOWN


def read_answers(texts: pd.Series) -> pd.Series:
    """Read a column of answers."""
    return pd.Series([read_answer(text) for text in texts], texts.index, dtype="object")


def read_people(texts: pd.Series) -> NDArray[np.float64]:
    """Read a column of whole numbers of people; NaN where it says none."""
    numbers = pd.to_numeric(texts.str.rstrip("+ "), errors="coerce").to_numpy(dtype=np.float64)
    return np.where((numbers >= 0) & (numbers <= _MOST), np.floor(numbers), np.nan)


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
    return plain(bare_name(name)) or name.strip().casefold()


def bare_name(name: str) -> str:
    """Return a name without the company behind it: "Toy Ltd. T/A Aroma Ltd." is "Aroma"."""
    return _COMPANY.sub("", _TRADING.sub("", name)).strip()


def as_one(rows: pd.DataFrame, groups: Mapping[str, str]) -> pd.DataFrame:
    """Keep one row of each venue, with what the others say of it.

    Kept is the row with a location, then the one that is located best, then the first. What it
    does not say of hours, address and criteria is taken from the others. The venue type is that of
    the strictest row: a shop that another list calls an off-licence is one.

    Parameters
    ----------
    rows
        Columns of `tables.PREMISES`, `x_m`, `y_m`, `reason`, `nowhere` and `n_lists`, in how many
        lists each is; rows with a reason are left as they are.
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
    """Tell whether two rows of one name are one venue: near, and not at two numbers of a street."""
    if _at_two_numbers(a["address"], b["address"]):
        return False
    apart = np.hypot(a["x_m"] - b["x_m"], a["y_m"] - b["y_m"])
    if np.isfinite(apart) and apart <= SAME_M:
        return True
    codes = [plain(row["postcode"]) for row in (a, b) if isinstance(row["postcode"], str)]
    return len(codes) > 1 and codes[0] == codes[1]


def _at_two_numbers(one: object, other: object) -> bool:
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    doors = [door_of(text).numbers for text in (one, other)]
    streets = [{street for _, street in door} for door in doors]
    return all(doors) and not streets[0].isdisjoint(streets[1]) and doors[0].isdisjoint(doors[1])


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
    rows.loc[kept, "n_lists"] = own["listed_in"].nunique()
    rows.loc[others, "reason"] = "same-venue"


def _strictness(kind: str, groups: Mapping[str, str]) -> tuple[int, bool]:
    return GROUPS.index(groups.get(kind, SUITABLE)), kind not in _GENERAL


NO_LOCATION: Final = "missing-coordinates"
OUTSIDE: Final = "outside-study-area"
NOWHERE: Final = (
    *("unreadable-coordinates", "zero-coordinates", "wrong-crs", "swapped-coordinates"),
    *("location-too-coarse", "outward-postcode", "unknown-postcode", "postcode-not-looked-up"),
    OUTSIDE,
)
"""Reasons of intake for which a place is nowhere, or nowhere near; the first that holds is said."""
_HSTORE: Final = re.compile(r'(?<!\\)"([^"\\]*+(?:\\.[^"\\]*+)*+)"=>"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_OTHER_TAGS: Final = "other_tags"
_SHOWN: Final = 12
_NO_LIST: Final = re.compile(r"(?:readme|template_|licen[cs]e|\.|~\$)", re.IGNORECASE)


@dataclass(frozen=True)
class Listed:
    """One list of places.

    `rows` has `source_row` and a column of texts for each field, "" for empty. `reason` says for
    each row why it is nowhere, a slug of `intake.rules`, "" where it is located. `xy` is
    ``(n, 2)`` metres, NaN where unknown; `ward` the row in the wards of the study area, -1 outside.
    `matched` gives for each column that is read its field, `unread` are those that are not known.
    """

    name: str
    rows: pd.DataFrame
    fields: frozenset[str]
    xy: NDArray[np.float64]
    ward: NDArray[np.int64]
    reason: NDArray[np.object_]
    method: NDArray[np.object_]
    accuracy_m: NDArray[np.float64]
    notes: tuple[str, ...] = ()
    matched: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def list_files(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    """Return the files that are meant: of a folder all that could be lists, by name.

    Returns
    -------
    files
        Each with whether it was named itself; one of a folder may turn out to be something else.

    Raises
    ------
    SourceError
        If a folder holds no file that could be a list.
    """
    found: list[tuple[Path, bool]] = []
    for path in paths:
        if not path.is_dir():
            found.append((path, True))
            continue
        inside = sorted(
            one
            for one in path.iterdir()
            if one.suffix.lower() in SUFFIXES and not _NO_LIST.match(one.name) and one.is_file()
        )
        if not inside:
            raise SourceError(
                f"The folder {path.resolve().name} holds no list of premises. Put CSV, XLSX, "
                "GeoJSON or GeoPackage files into it, or name a file."
            )
        found += [(one, False) for one in inside]
    return list(dict.fromkeys(found))


def read_lists(
    path: Path,
    wanted: Wanted,
    area: StudyArea | None,
    *,
    border_m: float = 0.0,
    limits: Limits = LIMITS,
) -> tuple[list[Listed], tuple[Caution, ...]]:
    """Read every table of a file as a list of places.

    Parameters
    ----------
    area
        Places further outside than `border_m` have the reason "outside-study-area"; without one,
        none has.

    Returns
    -------
    lists, left
        The tables that were read; a caution for each that was left, and for rows in between that
        are not places (totals, notes).

    Raises
    ------
    SourceError
        If no table of the file can be read, or has the columns that are needed.
    """
    told = read_own_columns(path, wanted.table, wanted.words)
    source, ground = wanted.source(told), Bearings(area, border_m)
    words = frozenset(word for names in source.columns.values() for word in names)
    if not path.exists():
        raise SourceError(f"{path.name} is not there. Check the name and the folder.")
    lists: list[Listed] = []
    refused: list[Caution] = []
    for raw in read_tables(path, path.name, words, limits):
        try:
            if isinstance(raw, Unread):
                raise SourceError(raw.error)  # noqa: TRY301 - said like every other fault
            lists.append(_listed(raw, f"{path.name}{raw.part}", wanted, source, ground))
        except SourceError as error:
            refused.append(Caution("list-left-out", str(error)))
    if not lists:
        raise SourceError(refused[0])
    left = [
        Caution("list-as-read", f"{listed.name}: {note}.")
        for listed in lists
        for note in listed.notes
    ]
    return lists, (*refused, *left)


def _listed(raw: RawTable, where: str, wanted: Wanted, source: Source, ground: Bearings) -> Listed:
    raw, cells = _with_tags(raw)
    fields, guessed = list_columns(raw.header, source)
    _require(fields, raw, where, wanted)
    places = {column: name for column, name in fields.items() if name not in wanted.fields}
    mapped = map_columns(raw, places, source)
    rows = mapped.table
    file = ReportFile(where, source.source, source.feed, "", len(rows), places, mapped.axes)
    located = best_locations(file, source, rows.assign(place=""), ground)
    own = cells.set_index(ROW).loc[rows["source_row"]]
    texts = {name: own[column].map(said).to_numpy() for column, name in fields.items()}
    days = [column for column, name in fields.items() if name == HOURS]
    unknown: tuple[str, ...] = ()
    if days:
        joined, unknown = joined_hours(own[days].map(said))
        texts[HOURS] = np.array(joined, dtype=object)
    table = pd.DataFrame({"source_row": rows["source_row"].to_numpy()})
    for name in (*wanted.fields, "postcode"):
        table[name] = pd.Series(texts.get(name, ""), table.index, dtype="str")
    xy = located[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    return Listed(
        name=where,
        rows=table,
        fields=frozenset(fields.values()),
        xy=xy,
        ward=located["ward"].to_numpy(dtype=np.int64),
        reason=_reasons(located, np.isfinite(xy).all(axis=1), rows["broken"].to_numpy()),
        method=located["method"].to_numpy(dtype=object),
        accuracy_m=located[["accuracy_m", "coarse_m"]].max(axis=1).to_numpy(dtype=np.float64),
        notes=(*guessed, *unknown, *mapped.notes),
        matched=fields,
        unread=tuple(name for name in raw.header if name not in fields),
    )


def _reasons(
    located: pd.DataFrame, known: NDArray[np.bool_], broken: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """Return the first reason of each row for which it is nowhere, "" for none."""
    reason = np.where(known, "", NO_LOCATION).astype(object)
    for slug in reversed(NOWHERE):
        reason[located[slug].to_numpy(dtype=bool)] = slug
    reason[broken.astype(bool)] = "broken-record"
    return reason


def say_nowhere(slug: str) -> str:
    """Say in a sentence why a place is nowhere, and what to do."""
    rule = REASON[slug]
    return f"{rule.title}. {rule.hint}"


def _with_tags(raw: RawTable) -> tuple[RawTable, pd.DataFrame]:
    """Return a table and its cells, the tags that GDAL packs into one column side by side."""
    cells = raw.cells
    packed = next((name for name in raw.header if plain(name) == plain(_OTHER_TAGS)), None)
    header = raw.header
    if packed is not None:
        tags = pd.DataFrame(
            [dict(_HSTORE.findall(text)) for text in cells[packed]], index=cells.index
        ).fillna("")
        new = [str(name) for name in tags.columns if name not in cells.columns]
        cells = pd.concat([cells, tags[new].astype("str")], axis=1)
        header = (*header, *new)
    return replace(raw, header=header, chunks=(cells,)), cells


def _require(fields: Mapping[str, str], raw: RawTable, where: str, wanted: Wanted) -> None:
    found = set(fields.values())
    missing = [name.replace("_", " ") for name in wanted.needed if name not in found]
    if not found & {"longitude", "easting", "x", *PLACES}:
        missing.append("location (latitude and longitude, easting and northing, or postcode)")
    if missing:
        shown = ", ".join(raw.header[:_SHOWN]) + (", ..." if len(raw.header) > _SHOWN else "")
        raise SourceError(
            f"{where} is not a list of {wanted.what}: no column was found for the "
            f"{' and the '.join(missing)}. Columns: {shown or 'none'}. Rename the column, "
            f"or say which it is: csp-geo check {where.partition('#')[0]} "
            f"--source {wanted.table} --map."
        )
