"""What a weekly run says of itself: facts for the page, the body of run.json, the terminal.

Among it what a reader must know before leaning on the map, the weightiest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo._version import __version__
from csp_geo.core.caution import READER, Caution, for_audience, in_order
from csp_geo.core.period import say_in_force
from csp_geo.core.tables import KINDS, SHARED_POINTS, TESTED_COLUMNS
from csp_geo.core.wording import count
from csp_geo.incidents.quality import file_counts
from csp_geo.inputs.areas.study_area import ward_licence
from csp_geo.inputs.reasons import FATES
from csp_geo.inputs.where.postcode import LICENCE as POSTCODE_LICENCE
from csp_geo.products.facts.hotspot import hotspot_facts
from csp_geo.products.facts.page import Facts, SourceFacts
from csp_geo.products.quality_page import conservation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csp_geo.core.period import Period
    from csp_geo.core.settings import Settings
    from csp_geo.hotspots.chance.judge import Tested
    from csp_geo.incidents.clean import CleanResult
    from csp_geo.incidents.select import Selection
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.ground.ground_store import Ground
    from csp_geo.inputs.read import Reports
    from csp_geo.runs.weekly import WeeklyOptions
FEW_REPORTS: Final = 30
"""Below this many reports in the period the page says that they are too few to lean on."""


@dataclass(frozen=True, kw_only=True)
class WeeklyRun:
    """Everything that a weekly run has in hand when it comes to telling of it."""

    options: WeeklyOptions
    settings: Settings
    period: Period
    area: StudyArea
    reports: Reports
    result: CleanResult
    chosen: Selection
    tested: Tested
    ground: Ground | None
    cautions: tuple[Caution, ...]

    @property
    def hotspots(self) -> gpd.GeoDataFrame:
        """The hotspots, tested."""
        return self.tested.hotspots

    @property
    def synthetic(self) -> bool:
        """Whether this is the sample borough."""
        return any(file.synthetic for file in self.reports.files)


def page_facts(run: WeeklyRun) -> Facts:
    """Return what the page says beside its tables."""
    settings = run.settings
    return Facts(
        as_of=run.options.as_of,
        period=(run.period.first, run.period.last),
        period_is_months=run.period.whole_months,
        marking=settings.marking,
        synthetic=run.synthetic,
        cautions=for_audience(run.cautions, READER),
        sources=tuple(_source_facts(run)),
        licences=licences(run),
        method=_method(run),
        testing=run.tested.sentences,
        params={"eps": settings.clusters.eps, "min_samples": settings.clusters.min_samples},
        seed=run.options.seed,
        version=__version__,
        ward_counts=_ward_counts(run),
    )


def _source_facts(run: WeeklyRun) -> list[SourceFacts]:
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


def _ward_counts(run: WeeklyRun) -> tuple[tuple[str, str, int, int], ...]:
    used = run.chosen.used
    counts = used.groupby(["ward_code", "family"], observed=False).size()
    wards = run.area.wards
    return tuple(
        (code, name, *(int(counts.get((code, family), 0)) for family in ("recorded", "perception")))
        for code, name in zip(wards["ward_code"], wards["ward_name"], strict=True)
    )


def licences(run: WeeklyRun) -> tuple[str, ...]:
    """Return the licence and attribution lines of what was used."""
    read = [file for file in run.reports.files if file.feed and not file.error]
    feeds = dict.fromkeys(str(file.feed) for file in read if not file.synthetic)
    lines = [run.reports.sources[feed].licence for feed in feeds]
    if (run.result.incidents["location_method"] == "postcode").any():
        lines.append(f"{POSTCODE_LICENCE}.")
    if run.synthetic:
        lines.append("The reports are made up: nobody's data.")
    lines.append(ward_licence(run.area))
    if run.ground:
        lines += run.ground.licences
    return tuple(dict.fromkeys(line for line in lines if line))


def _method(run: WeeklyRun) -> tuple[str, ...]:
    eps = run.settings.clusters.eps
    least = run.settings.clusters.min_samples
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


def inputs(run: WeeklyRun) -> list[dict[str, Any]]:
    """Return what the record says of each file of reports."""
    counts = file_counts(run.reports, run.result)
    return [
        {
            "path": file.path,
            "source": file.source,
            "sha256": file.sha256,
            "rows": line["read"],
            **{fate: line[fate] for fate in FATES},
            "error": file.error,
        }
        for file, line in zip(run.reports.files, counts, strict=True)
    ]


def body(run: WeeklyRun) -> dict[str, Any]:
    """Return what run.json says beside its head."""
    options, settings, area = run.options, run.settings, run.area
    vintage = area.vintage
    return {
        "period": {"from": run.period.first.isoformat(), "to": run.period.last.isoformat()},
        "seed": options.seed,
        "edition": "officer",
        "marking": settings.marking,
        "synthetic": run.synthetic,
        "counts": {**run.result.counts, "in_period": len(run.chosen.used)},
        "study_area": {
            "name": area.name,
            "wards": len(area.wards),
            "valid_from": vintage.valid_from.isoformat() if vintage else None,
            "valid_to": vintage.valid_to.isoformat() if vintage and vintage.valid_to else None,
            "schematic": area.schematic,
            "crs": area.projection.crs,
            "transform": area.projection.transform,
            "transform_accuracy_m": area.projection.accuracy_m,
            "overlap_m2": round(area.overlap_m2, 1),
            "gap_m2": round(area.gap_m2, 1),
            "file": area.file_name,
            "sha256": area.sha256,
        },
        "params": {
            "eps": settings.clusters.eps,
            "min_samples": settings.clusters.min_samples,
            "border_m": settings.border_m,
            "quarantine_limit": settings.quarantine_limit,
            "simulations": settings.simulations,
            "themes": list(options.themes),
            "sources": list(options.sources),
            "feeds": dict(settings.feeds),
            "look_back": {facts.source: facts.look_back for facts in _source_facts(run)},
        },
        "hotspots": len(run.hotspots),
        "confirmed": int(run.hotspots["confirmed"].sum()),
        "test": dict(run.tested.record),
        "tested": _tested(run.hotspots),
    }


def lines(run: WeeklyRun) -> list[str]:
    """Return what the terminal shows: the rows, and what stands out of each family."""
    counts = {**run.result.counts, "in_period": len(run.chosen.used)}
    said = [f"{conservation(counts)}; {counts['in_period']:,} in this period."]
    said += [f"Not used: {file.path}. {file.error}" for file in run.reports.files if file.error]
    for family, rows in run.hotspots.groupby("family", observed=True, sort=False):
        kinds = rows["kind"].value_counts()
        clear = rows.loc[rows["confirmed"], "kind"].value_counts()
        found = [f"{clear[kind]} of {count(kinds[kind], kind)}" for kind in KINDS if kinds[kind]]
        first = hotspot_facts(run.hotspots.loc[rows.index[:1]])[0]
        said.append(
            f"{str(family).capitalize()}: {' and '.join(found)} stand out from chance; first "
            f"{first.name_within} ({first.figures})."
        )
    if run.hotspots.empty:
        said.append("No hotspots: too few reports lie close together.")
    return said


def _tested(hotspots: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return what the test says of each hotspot."""
    columns = hotspots[["hotspot_id", *TESTED_COLUMNS]].astype(object)
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in columns.to_dict("records")
    ]


def cautions_of(
    area: StudyArea,
    reports: Reports,
    result: CleanResult,
    chosen: Selection,
    narrowed: str,
    others: Sequence[Caution],
) -> tuple[Caution, ...]:
    """Return what a reader must know before leaning on the map, the weightiest first."""
    used = chosen.used
    found = [*_wards_cautions(area, used, reports), *others]
    if narrowed:
        said = f"This map shows only part of the reports: {narrowed}."
        found.append(Caution("narrowed", said))
    found += chosen.cautions
    found += [
        Caution("file-not-used", f"{file.path} was not used. {file.error}")
        for file in reports.files
        if file.error
    ]
    found += result.cautions
    n = int((used["family"] != "observation").sum())
    if n < FEW_REPORTS:
        said = f"Only {count(n, 'report')} in this period: too few to lean on."
        found.append(Caution("few-reports", said))
    n_border = int(used["ward_code"].isna().sum())
    if n_border:
        said = (
            f"Just outside the boundary: {count(n_border, 'report')}, used to find hotspots at the "
            "border and in no ward or borough count."
        )
        found.append(Caution("outside-boundary", said))
    if unread := int(result.counts["quarantined"]):
        said = f"{count(unread, 'row')} could not be used; quarantine.csv says which and why."
        found.append(Caution("rows-not-used", said))
    return in_order(found)


def anonymised(incidents: gpd.GeoDataFrame, *, fixing: bool) -> list[Caution]:
    """Return the caution that a cleaned copy forgets which points are anonymised."""
    n = int(incidents["location_method"].isin(SHARED_POINTS).sum()) if fixing else 0
    what = f"{count(n, 'row')} of the cleaned file stand at points that many addresses share"
    why = "read again they would count as exactly located: leave the original in data/reports"
    return [Caution("cleaned-shared-points", f"{what}; {why}.")] * bool(n)


def withheld(n: int) -> list[Caution]:
    """Return the caution that clusters were left out because they point at a victim's door."""
    what = f"{count(n, 'cluster')} that sensitive reports make"
    said = f"Not shown, so that no outline points at a victim's door: {what}."
    return [Caution("clusters-withheld", said)] * bool(n)


def _wards_cautions(area: StudyArea, used: gpd.GeoDataFrame, reports: Reports) -> list[Caution]:
    found = []
    if area.schematic and not all(file.synthetic for file in reports.files if not file.error):
        said = (
            "The wards are a schematic drawing for the sample borough, not the real ones: no ward "
            "on this map can be relied on. Get official wards: csp-geo boundaries fetch."
        )
        found.append(Caution("wards-schematic", said))
    if (vintage := area.vintage) is None:
        said = (
            f"The ward codes in {area.file_name} are not a set that csp_geo knows, so it could not "
            "be checked that the wards fit the dates of the reports."
        )
        found.append(Caution("wards-unknown-set", said))
    else:
        days = used["occurred_at"].dt.tz_localize(None).dt.normalize()
        outside = days < str(vintage.valid_from)
        if vintage.valid_to is not None:
            outside |= days > str(vintage.valid_to)
        if outside.any():
            said = (
                f"The wards do not fit the dates: these are the {vintage.title} "
                f"({say_in_force(vintage.valid_from, vintage.valid_to)}), and "
                f"{int(outside.sum()):,} of {count(len(used), 'report')} "
                "are from another time. Ward names and totals are of these wards, not of those in "
                "force then."
            )
            found.append(Caution("wards-other-dates", said))
    return [*found, *area.cautions]
