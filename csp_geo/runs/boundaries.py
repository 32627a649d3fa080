"""What boundaries lie in a project, and what they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from csp_geo.core.errors import BoundaryError, NoReportsError
from csp_geo.core.period import month_end
from csp_geo.core.shelf import checksum_of, read_note
from csp_geo.incidents.clean import clean
from csp_geo.inputs.areas.catalogue import LAYERS
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.files.gis_layer import VECTOR_SUFFIXES, read_vector
from csp_geo.inputs.read import collect_reports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import geopandas as gpd

    from csp_geo.inputs.areas.study_area import StudyArea, Vintage


@dataclass(frozen=True)
class Shelved:
    """One boundary file.

    `area` is there for wards that can be used; `error` says why others cannot. `checksum` is
    "matches", "differs" or "no note". `path` is relative to the folder that was looked at.
    """

    path: str
    layer: str
    n: int
    area: StudyArea | None
    note: Mapping[str, Any] | None
    checksum: str
    error: str | None = None


def shelved(folder: Path) -> Iterator[Shelved]:
    """Look at the ward files in a folder, and at other layers in folders named after them.

    Only ward files lie in the folder itself, since a weekly run looks there for its wards.
    """
    for layer in ("", *LAYERS):
        for path in sorted((folder / layer).glob("*")):
            if path.is_file() and path.suffix.lower() in VECTOR_SUFFIXES:
                yield _one(path, path.relative_to(folder).as_posix(), layer or "wards")


def _one(path: Path, name: str, layer: str) -> Shelved:
    note = read_note(path)
    area, n, error = None, 0, None
    try:
        if layer == "wards":
            area = read_study_area(path)
            n = len(area.wards)
        else:
            n = len(read_vector(path)[0])
    except BoundaryError as problem:
        error = str(problem)
    return Shelved(name, layer, n, area, note, checksum_of(path, note), error)


def run_boundaries(folder: Path, reports: Path, *, today: date) -> list[dict[str, Any]]:
    """Say which boundaries lie in a folder, and how many of the reports each ward file fits.

    Raises
    ------
    BoundaryError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise BoundaryError(
            "There is no data/boundaries in this folder. Make a project with 'csp-geo init', then "
            "get wards with 'csp-geo boundaries fetch CODE'."
        )
    found = list(shelved(folder))
    incidents = None
    if any(entry.area is not None for entry in found):
        try:
            incidents = clean(collect_reports(reports), today=today).incidents
        except NoReportsError:
            incidents = None  # nothing to compare with is not a fault: the wards come first
    return [_as_json(entry, incidents) for entry in found]


def _as_json(found: Shelved, incidents: gpd.GeoDataFrame | None) -> dict[str, Any]:
    """Return what is known of one boundary file, and how many of the incidents it fits."""
    area, note = found.area, found.note or {}
    vintage = area.vintage if area else None
    return {
        "path": found.path,
        "layer": found.layer,
        "name": area.name if area else None,
        "features": found.n,
        "schematic": bool(area and area.schematic),
        "vintage": {
            "title": vintage.title,
            "valid_from": vintage.valid_from.isoformat(),
            "valid_to": vintage.valid_to.isoformat() if vintage.valid_to else None,
        }
        if vintage
        else None,
        "checksum": found.checksum,
        "fetched": str(note["fetched"]) if "fetched" in note else None,
        "service": note.get("service"),
        "reports": _fit(vintage, incidents) if vintage and incidents is not None else None,
        "cautions": list(area.cautions) if area else [],
        "error": found.error,
    }


def _fit(vintage: Vintage, incidents: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Count the incidents from when the wards were in force; `None` if none has a date."""
    known = incidents[incidents["occurred_at"].notna()]
    if known.empty:
        return None
    days = known["occurred_at"].dt.date
    first, last = min(days), max(days)
    if (known.loc[days == last, "time_precision"] == "month").all():
        last = month_end(last.year, last.month)
    per_day = days.value_counts()
    return {
        "fit": sum(int(n) for day, n in per_day.items() if vintage.covers(day)),
        "of": len(days),
        "from": first.isoformat(),
        "to": last.isoformat(),
    }
