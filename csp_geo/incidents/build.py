"""Accepted rows to the incidents table, quarantined rows to theirs."""

from __future__ import annotations

import hashlib
import hmac
from functools import partial
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from csp_geo.core.disclosure import (
    HIDDEN,
    SHOWN_FIELDS,
    cell_as_shown,
    heading_as_shown,
    pair_as_shown,
    point_as_shown,
)
from csp_geo.core.projection import british_grid
from csp_geo.core.tables import INCIDENTS, QUARANTINE, as_agreed
from csp_geo.inputs.reasons import QUARANTINED, REASON
from csp_geo.inputs.source import plain
from csp_geo.inputs.where.gazetteer import place_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.core.disclosure import Box
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.read import Reports

_WIDE_M: Final = 200_000.0
SAME_SPOT_M: Final = 100.0
_NOBODY: Final = frozenset(
    {"", "anonymous", "anon", "guest", "na", "none", "unknown", "unverified"}
)
_NAMED: Final = (*SHOWN_FIELDS, "postcode", "place")
"""Fields whose column quarantine.csv may name."""
_AXIS: Final = {"longitude": "x", "easting": "x", "latitude": "y", "northing": "y"}


def build_incidents(
    reports: Reports,
    area: StudyArea | None,
    key: bytes,
    where: pd.DataFrame,
    when: pd.DataFrame,
    marks: pd.DataFrame,
) -> gpd.GeoDataFrame:
    """Build the incidents table of the accepted rows.

    Parameters
    ----------
    where, when
        Place and time of the accepted rows, as `locate` and `clean` work them out.
    marks
        Theme, flags, `event` and `n_rows` of every row.

    Returns
    -------
    incidents
        `tables.INCIDENTS`.
    """
    accepted = reports.table.index.get_indexer(where.index)
    table = reports.table.iloc[accepted]
    per_row = {name: reports.per_row(name)[accepted] for name in ("source", "feed", "family")}
    paths = np.array([file.path for file in reports.files], dtype=object)
    accuracy = np.maximum(where["accuracy_m"], where["coarse_m"])
    columns = {
        "source": per_row["source"],
        "feed": per_row["feed"],
        "source_ref": table["reference"].where(table["reference"] != ""),
        "source_file": paths[table["file"]],
        "source_row": table["source_row"].astype("int64"),
        "n_rows": marks["n_rows"].iloc[accepted],
        "person_key": _person_keys(per_row["source"], table["person"], key),
        "occurred_at": when["occurred_at"],
        "occurred_to": when["occurred_to"],
        "time_precision": when["precision"],
        "category": table["category"].astype("str"),
        "theme": marks["theme"].iloc[accepted],
        "sensitive": marks["sensitive"].iloc[accepted],
        "family": per_row["family"],
        "weight": 1.0,
        "location_method": where["method"],
        "location_accuracy_m": accuracy,
        "place": place_names(
            _own_places(reports, table, where["method"]), where["method"] == "snapped"
        ),
        "ward_code": _ward(where, area, "ward_code"),
        "ward_name": _ward(where, area, "ward_name"),
        "flags": marks["flags"].iloc[accepted],
    }
    crs = area.projection.crs if area is not None else british_grid().crs
    incidents = gpd.GeoDataFrame(
        pd.DataFrame(columns, index=table.index),
        geometry=gpd.points_from_xy(where["x_m"], where["y_m"]),
        crs=crs,
    )
    events = marks["event"].iloc[accepted]
    incidents.index = _incident_ids(per_row["source"], table["content"], events, key)
    incidents["weight"] = person_weights(incidents)
    return as_agreed(incidents, INCIDENTS)


def _own_places(reports: Reports, table: pd.DataFrame, method: pd.Series) -> pd.Series:
    """Return the texts of places, without those of a column whose heading does not say so."""
    guessed = np.array([file.is_place_guessed for file in reports.files], dtype=bool)
    unknown = guessed[table["file"]] & (method != "gazetteer").to_numpy()
    return table["place"].astype("str").mask(unknown, "")


def _ward(where: pd.DataFrame, area: StudyArea | None, column: str) -> np.ndarray:
    if area is None:
        return np.full(len(where), None, dtype=object)
    names = np.array([*area.wards[column], None], dtype=object)
    return np.asarray(names[where["ward"].to_numpy()])


def _coded(key: bytes, *parts: str) -> str:
    message = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:20]


def _person_keys(source: np.ndarray, person: pd.Series, key: bytes) -> np.ndarray:
    codes = {
        pair: None if plain(pair[1]) in _NOBODY else _coded(key, "person", pair[0], plain(pair[1]))
        for pair in set(zip(source, person, strict=True))
    }
    keys = [codes[pair] for pair in zip(source, person, strict=True)]
    return np.array(keys, dtype=object)


def _incident_ids(source: np.ndarray, content: pd.Series, event: pd.Series, key: bytes) -> pd.Index:
    """Return a code of what tells the event, or where nothing does of all that stands there."""
    told = event.where(event != "", content.map("{:016x}".format))
    codes = pd.Series(
        [_coded(key, "incident", *parts) for parts in zip(source, told, strict=True)],
        index=content.index,
        dtype="str",
    )
    again = codes.groupby(codes).cumcount()
    numbered = codes.where(again == 0, codes + "-" + (again + 1).astype("str"))
    return pd.Index(numbered, name="incident_id", dtype="str")


def person_weights(incidents: gpd.GeoDataFrame) -> np.ndarray:
    """Return the weight of each incident in DBSCAN, ``(n,)`` float64.

    1, but in perception sources 1/k for a person with k incidents within 100 m: there it takes
    people to make a hotspot, not pins.
    """
    from scipy.spatial import cKDTree

    weight = np.ones(len(incidents))
    named = (incidents["family"] == "perception") & incidents["person_key"].notna()
    xy = np.column_stack([incidents.geometry.x, incidents.geometry.y])
    people = incidents["person_key"].to_numpy(dtype=object)
    positions = pd.Series(np.flatnonzero(named)).groupby(people[named.to_numpy()]).indices
    rows = np.flatnonzero(named)
    for own in positions.values():
        if len(own) > 1:
            pins = xy[rows[own]]
            weight[rows[own]] = 1.0 / cKDTree(pins).query_ball_point(
                pins, SAME_SPOT_M, return_length=True
            )
    return weight


def build_quarantine(
    reports: Reports, rows: pd.DataFrame, area: StudyArea | None = None
) -> pd.DataFrame:
    """Build the quarantine table: where the row is and why, never what people wrote in it."""
    bad = rows[rows["fate"] == QUARANTINED]
    boxes = [] if area is None else _around(area)
    alike = bad.groupby(["file", "reasons"], sort=False)
    parts = [_lines(reports, group, boxes) for _, group in alike]
    table = pd.concat(parts).loc[bad.index] if parts else pd.DataFrame(columns=QUARANTINE.names)
    texts = [column.name for column in QUARANTINE.columns if column.dtype == "string"]
    table = table[list(QUARANTINE.names)].reset_index(drop=True)
    return table.astype({"source_row": "int64"} | dict.fromkeys(texts, "str"))


def _around(area: StudyArea) -> list[Box]:
    """Return boxes wide around a study area, in its metres and in degrees."""
    west, south, east, north = (float(edge) for edge in area.wards.total_bounds)
    west, south, east, north = west - _WIDE_M, south - _WIDE_M, east + _WIDE_M, north + _WIDE_M
    corners = np.array([(x, y) for x in (west, east) for y in (south, north)])
    lonlat = area.projection.to_lonlat(corners)
    (left, bottom), (right, top) = lonlat.min(axis=0).tolist(), lonlat.max(axis=0).tolist()
    return [(west, south, east, north), (left, bottom, right, top)]


def _lines(reports: Reports, alike: pd.DataFrame, boxes: Sequence[Box]) -> pd.DataFrame:
    """Write the lines of one file's rows that have the same reasons."""
    file, slugs = reports.files[int(alike["file"].iloc[0])], str(alike["reasons"].iloc[0])
    rules = [REASON[slug] for slug in slugs.split(";")]
    own = _columns_of(file.matched)
    concerned = dict.fromkeys(name for rule in rules for name in rule.fields)
    fields = [name for name in concerned if name in own]
    cells = {name: _shown(reports, alike, name) for name in fields if name in SHOWN_FIELDS}
    if {"x", "y"} & set(cells):
        pairs = [
            pair_as_shown(x, y, boxes)
            for x, y in zip(*(_shown(reports, alike, axis) for axis in "xy"), strict=True)
        ]
        for axis, halves in zip("xy", zip(*pairs, strict=True), strict=True):
            cells |= {axis: list(halves)} if axis in cells else {}
    if "point" in cells:
        cells["point"] = [point_as_shown(cell, boxes) for cell in cells["point"]]
    shown = ["; ".join(texts).strip("; ") for texts in zip(*cells.values(), strict=True)]
    harmless = (alike["sensitive"] == "").to_numpy()
    shown = [text if known else HIDDEN for text, known in zip(shown, harmless, strict=bool(shown))]
    return pd.DataFrame(
        {
            "source_file": file.path,
            "source_row": alike["source_row"],
            "reasons": slugs,
            "column": ";".join(heading_as_shown(own[name]) for name in fields),
            "value": shown or "",
            "hint": " ".join(rule.hint for rule in rules),
        },
        index=alike.index,
    )


def _shown(reports: Reports, alike: pd.DataFrame, name: str) -> list[str]:
    cells = reports.table.loc[alike.index, name].astype("str")
    return list(cells.map(partial(cell_as_shown, name)))


def _columns_of(matched: Mapping[str, str]) -> dict[str, str]:
    """Return the file's own column name for each field that quarantine.csv may show."""
    found = {}
    for column, name in matched.items():
        field = _AXIS.get(name, name)
        if field in _NAMED or name == "recorded":
            found["date" if name == "recorded" else field] = column
    return found
