"""What a run says about itself: its cautions, the facts for the page, run.json, `check --json`."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo._version import __version__
from csp_geo.core.period import month_end
from csp_geo.core.tables import TESTED_COLUMNS
from csp_geo.incidents.quality import NOT_USED, file_counts
from csp_geo.inputs.reasons import FATES
from csp_geo.inputs.where.postcode import LICENCE as POSTCODE_LICENCE
from csp_geo.products.facts.page import Facts, SourceFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from csp_geo.core.period import Period
    from csp_geo.hotspots.chance.judge import Tested
    from csp_geo.incidents.clean import CleanResult
    from csp_geo.incidents.quality import FileQuality
    from csp_geo.incidents.select import Selection
    from csp_geo.inputs.areas.shelf import Shelved
    from csp_geo.inputs.areas.study_area import StudyArea, Vintage
    from csp_geo.inputs.read import ReportFile, Reports
    from csp_geo.inputs.venues.register import Register
    from csp_geo.runs.options import WeeklyOptions

_LIBRARIES: Final = (
    "convertbng",
    "fiona",
    "folium",
    "geopandas",
    "numba",
    "numpy",
    "pandas",
    "pyogrio",
    "pyproj",
    "scikit-learn",
    "shapely",
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything that a weekly run has in hand when it comes to telling of it."""

    options: WeeklyOptions
    period: Period
    area: StudyArea
    reports: Reports
    result: CleanResult
    chosen: Selection
    hotspots: gpd.GeoDataFrame
    tested: Tested
    cautions: tuple[str, ...]

    @property
    def synthetic(self) -> bool:
        """Whether this is the sample borough."""
        return any(file.synthetic for file in self.reports.files)


# --- the page ----------------------------------------------------------------------------------


def facts(run: Run) -> Facts:
    """Return what the page says beside its tables."""
    settings = run.options.settings
    return Facts(
        as_of=run.options.as_of,
        period=(run.period.first, run.period.last),
        period_is_months=run.period.whole_months,
        marking=settings.marking,
        synthetic=run.synthetic,
        cautions=run.cautions,
        sources=tuple(_source_facts(run)),
        licences=licences(run),
        method=_method(run),
        testing=run.tested.sentences,
        params={"eps": settings.clusters.eps, "min_samples": settings.clusters.min_samples},
        seed=run.options.seed,
        version=__version__,
        ward_counts=_ward_counts(run),
    )


def _source_facts(run: Run) -> list[SourceFacts]:
    counts = file_counts(run.reports, run.result)
    used, context = run.chosen.used["feed"], run.chosen.context["feed"]
    found = []
    for feed in dict.fromkeys(
        file.feed for file in run.reports.files if file.feed and not file.error
    ):
        source = run.reports.sources[feed]
        own = [
            line for file, line in zip(run.reports.files, counts, strict=True) if file.feed == feed
        ]
        rows = run.result.incidents[run.result.incidents["feed"] == feed]
        n_used, n_context = int((used == feed).sum()), int((context == feed).sum())
        role = "attached as evidence" if source.family == "observation" else "in the hotspots"
        if not n_used:
            role = "context only" if n_context else "not in this period"
        found.append(
            SourceFacts(
                source=source.source,
                title=source.title,
                read=sum(line["read"] for line in own),
                **{fate: sum(line[fate] for line in own) for fate in FATES},
                in_period=n_used,
                date_from=_first_or_last(rows, "min"),
                date_to=_first_or_last(rows, "max"),
                look_back=source.look_back,
                role=role,
            )
        )
    return found


def _first_or_last(rows: gpd.GeoDataFrame, end: str) -> str:
    if rows.empty:
        return ""
    moment = rows["occurred_at"].agg(end)
    monthly = bool((rows["time_precision"] == "month").all())
    return f"{moment:%Y-%m}" if monthly else f"{moment:%Y-%m-%d}"


def _ward_counts(run: Run) -> tuple[tuple[str, str, int, int], ...]:
    used = run.chosen.used
    counts = used.groupby(["ward_code", "family"], observed=False).size()
    wards = run.area.wards
    return tuple(
        (code, name, *(int(counts.get((code, family), 0)) for family in ("recorded", "perception")))
        for code, name in zip(wards["ward_code"], wards["ward_name"], strict=True)
    )


def licences(run: Run) -> tuple[str, ...]:
    """Return the licence and attribution lines of what was used."""
    read = [file for file in run.reports.files if file.feed and not file.error]
    feeds = dict.fromkeys(str(file.feed) for file in read if not file.synthetic)
    lines = [run.reports.sources[feed].licence for feed in feeds]
    if (run.result.incidents["location_method"] == "postcode").any():
        lines.append(f"{POSTCODE_LICENCE}.")
    if run.synthetic:
        lines.append("The reports are made up: nobody's data.")
    lines.append(ward_licence(run.area))
    return tuple(dict.fromkeys(line for line in lines if line))


def ward_licence(area: StudyArea) -> str:
    """Return the licence and attribution line of the wards."""
    if area.vintage is None:
        return f"Ward boundaries: {area.file_name}, as supplied; its licence is its own."
    wards = "Schematic wards drawn from figures:" if area.schematic else "Ward boundaries:"
    return (
        f"{wards} Source: Office for National Statistics licensed under the Open Government "
        "Licence v.3.0. Contains OS data © Crown copyright and database right "
        f"{area.vintage.valid_from.year}."
    )


def directory_licences(register: Register, area: StudyArea | None) -> tuple[str, ...]:
    """Return the licence and attribution lines of what a directory shows."""
    shown = register.table.loc[register.counts_now, "location_method"].astype("str")
    postcodes = (f"{POSTCODE_LICENCE}.",) if (shown == "postcode").any() else ()
    return (*postcodes, *((ward_licence(area),) if area is not None else ()))


def directory_json(register: Register, files: Sequence[str], error: str) -> dict[str, Any]:
    """Return the object of `directory --json`: counts, findings by kind, files; no name."""
    found = register.findings["finding"].value_counts()
    return {
        "counts": register.counts,
        "findings": {str(slug): int(n) for slug, n in found.items()},
        "files": list(files),
        "error": error or None,
    }


def _method(run: Run) -> tuple[str, ...]:
    eps = run.options.settings.clusters.eps
    least = run.options.settings.clusters.min_samples
    projection = run.area.projection
    found = (
        f"Hotspots are found with DBSCAN: at least {least} reports within {eps:g} metres of one of "
        "them, and those that join on; recorded and perception reports by themselves."
    )
    people = (
        f"In perception sources it takes {least} people, not pins: pins of one person within 100 "
        "metres of each other count as one, a pin without a name as one person."
    )
    shape = (
        f"The shape is the union of circles of {eps / 2:g} metres around the core reports, with "
        "holes closed."
    )
    distance = f"Distances are in metres: {projection.crs} by {projection.transform}."
    edge = "A point on a shared ward edge belongs to the ward with the lower code."
    return found, people, shape, distance, edge


# --- run.json, check --json --------------------------------------------------------------------


def run_json(run: Run, seconds: Mapping[str, float]) -> dict[str, Any]:
    """Return the record of a run."""
    options, area = run.options, run.area
    counts = file_counts(run.reports, run.result)
    vintage = area.vintage
    return {
        "version": __version__,
        "command": options.command,
        "as_of": options.as_of.isoformat(),
        "period": {"from": run.period.first.isoformat(), "to": run.period.last.isoformat()},
        "seed": options.seed,
        "edition": "officer",
        "marking": options.settings.marking,
        "synthetic": run.synthetic,
        "inputs": [
            _input_record(file, line) for file, line in zip(run.reports.files, counts, strict=True)
        ],
        "counts": {**run.result.counts, "in_period": len(run.chosen.used)},
        "study_area": {
            "name": area.name,
            "wards": len(area.wards),
            "valid_from": vintage.valid_from.isoformat() if vintage else None,
            "valid_to": vintage.valid_to.isoformat() if vintage and vintage.valid_to else None,
            "crs": area.projection.crs,
            "transform": area.projection.transform,
            "transform_accuracy_m": area.projection.accuracy_m,
            "overlap_m2": round(area.overlap_m2, 1),
            "gap_m2": round(area.gap_m2, 1),
            "file": area.file_name,
            "sha256": area.sha256,
        },
        "params": {
            "eps": options.settings.clusters.eps,
            "min_samples": options.settings.clusters.min_samples,
            "border_m": options.settings.border_m,
            "quarantine_limit": options.settings.quarantine_limit,
            "simulations": options.settings.simulations,
            "themes": list(options.themes),
            "sources": list(options.sources),
            "feeds": dict(options.settings.feeds),
            "look_back": {facts.source: facts.look_back for facts in _source_facts(run)},
        },
        "hotspots": len(run.hotspots),
        "confirmed": int(run.hotspots["confirmed"].sum()),
        "test": dict(run.tested.record),
        "tested": _tested(run.hotspots),
        "cautions": list(run.cautions),
        "licences": list(licences(run)),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in _LIBRARIES},
        "seconds": dict(seconds),
    }


def _tested(hotspots: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return what the test says of each hotspot."""
    columns = hotspots[["hotspot_id", *TESTED_COLUMNS]].astype(object)
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in columns.to_dict("records")
    ]


def _input_record(file: ReportFile, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "path": file.path,
        "source": file.source,
        "sha256": file.sha256,
        "rows": counts["read"],
        **{fate: counts[fate] for fate in FATES},
        "error": file.error,
    }


def check_json(qualities: Sequence[FileQuality], counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the object that `check --json` prints."""
    return {
        "files": [
            {
                "path": file.path,
                "source": file.source,
                "counts": file.counts,
                "reasons": {found.item: found.n for found in file.about(NOT_USED)},
                "matched": dict(file.matched),
                "error": file.error,
                "notes": list(file.notes),
            }
            for file in qualities
        ],
        "counts": dict(counts),
    }


# --- boundaries list --json --------------------------------------------------------------------


def boundaries_json(found: Shelved, incidents: gpd.GeoDataFrame | None) -> dict[str, Any]:
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
