"""What `check` says of a file that holds no reports: areas, lists of venues, places, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp_geo.core.errors import CspGeoError, SourceError
from csp_geo.core.projection import british_grid
from csp_geo.core.visible import clean
from csp_geo.core.wording import count
from csp_geo.incidents.quality import DOUBTFUL, NOT_USED, FileQuality, Finding
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.areas.zones_and_places import read_places, read_zones, zone_layer
from csp_geo.inputs.file_kind import BOUNDARIES, HAVENS, PREMISES, SETTINGS, ZONES
from csp_geo.inputs.files.reading import read_file
from csp_geo.inputs.venues.list_findings import (
    ASK_FIRST,
    SAME_VENUE,
    hours_in_doubt,
    say_reason,
)
from csp_geo.inputs.venues.premises import read_premises
from csp_geo.inputs.venues.register import read_havens, say_counts
from csp_geo.inputs.venues.venue_types import read_venue_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.file_kind import FileKind
    from csp_geo.runs.context import Context

_NOTHING: Final = {"read": 0, "accepted": 0, "merged": 0, "quarantined": 0}
_FIRST_ROWS: Final = 5


def account_of(path: Path, kind: FileKind, area: StudyArea | None, context: Context) -> FileQuality:
    """Read a file as what it was taken for, and say what of it can be used.

    Parameters
    ----------
    area
        The study area, if one is known: premises outside it cannot be used.
    """
    try:
        found = _read_as(kind.kind, path, area, context)
    except CspGeoError as error:
        found = _account(_NOTHING, {}, (), error=str(error))
    took = f"taken for {kind.words}: {kind.why}"
    return FileQuality(
        path=clean(path.name),
        source=None,
        feed="",
        counts=found.counts,
        error=found.error,
        notes=(took, *found.notes),
        matched=found.matched,
        findings=found.findings,
        kind=kind.words,
    )


def _read_as(kind: str, path: Path, area: StudyArea | None, context: Context) -> FileQuality:
    if kind == SETTINGS:
        raise SourceError(
            f"{path.name} holds settings, which are checked with the files that they are for: name "
            "one of those."
        )
    if kind == BOUNDARIES:
        return _boundaries(path)
    if kind == ZONES:
        return _zones(path, area, context)
    if kind == PREMISES:
        return _premises(path, area, context)
    return _havens(path, area, context) if kind == HAVENS else _places(path, area)


def _account(
    counts: Mapping[str, int],
    matched: Mapping[str, str],
    notes: Iterable[str],
    findings: tuple[Finding, ...] = (),
    error: str | None = None,
) -> FileQuality:
    said = tuple(str(note).removesuffix(".") for note in notes)
    return FileQuality("", None, "", counts, error, said, matched, findings)


def _counts(read: int, accepted: int, merged: int = 0) -> dict[str, int]:
    rest = read - accepted - merged
    return {"read": read, "accepted": accepted, "merged": merged, "quarantined": rest}


def _boundaries(path: Path) -> FileQuality:
    wards = read_study_area(path)
    n = len(wards.wards)
    counts = _counts(wards.n_read, n, wards.n_read - wards.n_left_out - n)
    first = f"{count(n, 'ward')} of {wards.name}"
    return _account(counts, wards.matched, (first, *wards.cautions))


def _zones(path: Path, area: StudyArea | None, context: Context) -> FileQuality:
    layer, columns, _ = zone_layer(path)
    projection = british_grid() if area is None else area.projection
    zones, cautions = read_zones([path], projection, context.today)
    status = zones["status"].value_counts()
    first = ", ".join(f"{n} {words}" for words, n in status.items())
    return _account(_counts(len(layer), len(zones)), columns.matched, (first, *cautions))


def _premises(path: Path, area: StudyArea | None, context: Context) -> FileQuality:
    found = read_premises([path], area, read_venue_types(), limits=context.settings.limits)
    reasons = found.reasons
    counts = _counts(found.counts["read"], found.counts["candidates"], reasons.get(SAME_VENUE, 0))
    kinds = found.table["venue_type"].astype("str").value_counts()
    first = f"candidates: {', '.join(f'{n} {kind}' for kind, n in kinds.items())}"
    findings = tuple(
        _finding(slug, rows)
        for slug, rows in found.left_out.groupby("reason", sort=False)["source_row"]
        if slug != SAME_VENUE
    )
    if len(found.ask_first):
        findings = (*findings, _finding(ASK_FIRST, found.ask_first["source_row"]))
    findings += tuple(
        Finding(DOUBTFUL, slug, len(rows), tuple(rows[:_FIRST_ROWS]), what.removesuffix("."), do)
        for slug, what, do, rows in hours_in_doubt(found.table)
    )
    said = [one for one in found.cautions if one.code != "listed-places-outside"]  # a finding
    return _account(counts, found.matched, (first, *said), findings)


def _finding(slug: object, rows: pd.Series) -> Finding:
    first = tuple(sorted(int(row) for row in rows)[:_FIRST_ROWS])
    title, _, hint = say_reason(str(slug)).partition(": ")
    return Finding(NOT_USED, str(slug), len(rows), first, title.removesuffix("."), hint)


def _havens(path: Path, area: StudyArea | None, context: Context) -> FileQuality:
    register = read_havens(path, area, today=context.today)
    n = len(register.table)
    notes = (say_counts(register), *register.cautions)
    return _account(_counts(n, n), register.matched, notes)


def _places(path: Path, area: StudyArea | None) -> FileQuality:
    if area is None:
        n = len(read_file(path, path.name).cells)
        return _account(_counts(n, n), {}, ("without wards it is not known which lie near",))
    places, cautions = read_places([path], area)
    return _account(_counts(len(places), len(places)), {}, cautions)
