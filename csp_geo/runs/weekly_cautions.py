"""What a reader must know before leaning on the map, in sentences, the weightiest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp_geo.core.caution import Caution, in_order
from csp_geo.core.period import say_day
from csp_geo.core.tables import SHARED_POINTS
from csp_geo.core.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csp_geo.incidents.clean import CleanResult
    from csp_geo.incidents.select import Selection
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.read import Reports

FEW_REPORTS: Final = 30
"""Below this many reports in the period the page says that they are too few to lean on."""


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
    if area.vintage is None:
        said = (
            f"The ward codes in {area.file_name} belong to no set that csp_geo knows, so it could "
            "not be checked that the wards fit the dates of the reports."
        )
        found.append(Caution("wards-unknown-set", said))
    else:
        days = used["occurred_at"].dt.tz_localize(None).dt.normalize()
        outside = days < str(area.vintage.valid_from)
        if area.vintage.valid_to is not None:
            outside |= days > str(area.vintage.valid_to)
        if outside.any():
            said = (
                f"The wards do not fit the dates: these are the {area.vintage.title} "
                f"({_valid(area)}), and {int(outside.sum()):,} of {count(len(used), 'report')} "
                "are from another time. Ward names and totals are of these wards, not of those in "
                "force then."
            )
            found.append(Caution("wards-other-dates", said))
    return [*found, *area.cautions]


def _valid(area: StudyArea) -> str:
    if area.vintage is None:
        return "unknown"
    end = area.vintage.valid_to
    start = say_day(area.vintage.valid_from)
    return f"{start} to {say_day(end)}" if end else f"since {start}"
