"""The check of some files: what of them a weekly run could use, and why not the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from csp_geo._version import __version__
from csp_geo.core.projection import british_grid
from csp_geo.core.tables import CHECK
from csp_geo.incidents import quality
from csp_geo.incidents.clean import clean
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.file_kind import KINDS, REPORTS, SETTINGS, FileKind, kind_of_file
from csp_geo.inputs.read import collect_reports, no_reports
from csp_geo.inputs.where.gazetteer import read_gazetteer
from csp_geo.products.exports import accepted_csv
from csp_geo.products.quality_page import NO_WARDS, CheckFacts, check_page, text_lines, understood
from csp_geo.runs.context import Stopwatch
from csp_geo.runs.other_files import account_of
from csp_geo.runs.pack import Pack, files_read, make_head
from csp_geo.runs.weekly_facts import anonymised

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.source import Source
    from csp_geo.runs.context import Context


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """What a check is asked for.

    `source` reads every file as that source, or that kind of file. `project` is a reports folder
    whose `source.toml` count, `own` are sources that take their place. `fixing` asks for the
    accepted rows.
    """

    files: Sequence[Path]
    source: str | None = None
    boundaries: Path | None = None
    context: Sequence[Path] = ()
    project: Path | None = None
    own: Mapping[str, Source] = field(default_factory=dict)
    fixing: bool = False
    out: Path | None = None


@dataclass(frozen=True, kw_only=True)
class CheckPack(Pack):
    """A check's pack, and what is not for a file.

    `accepted` is what `--fix` writes, `first_rows` how the first rows were understood, `unsorted`
    the category words in no list with their rows: for the person who holds the file alone.
    """

    qualities: Sequence[quality.FileQuality]
    accepted: bytes
    first_rows: Sequence[Sequence[str]]
    unsorted: Mapping[str, int]


def run_check(options: CheckOptions, context: Context) -> CheckPack:
    """Check files as a weekly run would read them; without wards nothing is outside."""
    settings, watch = context.settings, Stopwatch(context)
    watch.start("read", "Reading")
    area = read_study_area(options.boundaries) if options.boundaries is not None else None
    projection = british_grid() if area is None else area.projection
    gazetteer = read_gazetteer(options.context, projection)
    kinds = _kinds(options, settings.limits)
    files = [path for path in kinds if kinds[path].kind == REPORTS]
    reports = (
        no_reports()
        if not files
        else collect_reports(
            files,
            source=options.source,
            by_place=gazetteer is not None,
            limits=settings.limits,
            project=options.project,
            own=options.own,
        )
    )
    watch.start("clean", "Checking")
    result = clean(
        reports, area, today=context.today, border_m=settings.border_m, gazetteer=gazetteer
    )
    others = [
        account_of(path, kind, area, context)
        for path, kind in kinds.items()
        if kind.kind != REPORTS
    ]
    qualities = [*quality.file_qualities(reports, result), *others]
    head = make_head(
        context,
        as_of=context.today,
        inputs=[
            *({"path": file.path, "sha256": file.sha256} for file in reports.files),
            *files_read(checked=[path for path in kinds if kinds[path].kind != REPORTS]),
        ],
        also_read=files_read(boundaries=options.boundaries, context=options.context),
        cautions=[
            *result.cautions,
            *anonymised(result.incidents, fixing=options.fixing),
            *([] if area is not None or not files else [NO_WARDS]),
        ],
    )
    page = check_page(
        qualities,
        {name: sum(file.counts[name] for file in qualities) for name in result.counts},
        CheckFacts(
            on=context.today,
            marking=settings.marking,
            version=__version__,
            area=area.name if area is not None else None,
            synthetic=any(file.synthetic for file in reports.files),
            cautions=head.cautions,
        ),
    )
    return CheckPack(
        kind=CHECK,
        folder=options.out,
        tables={
            "quality.csv": quality.quality_table(qualities),
            "quarantine.csv": result.quarantine,
        },
        pages={"quality.html": page.encode("utf-8")},
        head=head,
        body=_body(qualities, result.counts),
        watch=watch,
        lines=text_lines(qualities),
        opens=("quality.html",),
        is_unusable=all(file.error for file in qualities),
        limits=quality.over_limit(reports, result, settings.quarantine_limit),
        qualities=qualities,
        accepted=accepted_csv(result.incidents, projection) if options.fixing else b"",
        first_rows=understood(reports, result),
        unsorted=quality.unsorted_words(result.rows),
    )


def _kinds(options: CheckOptions, limits: Limits) -> dict[Path, FileKind]:
    """Tell the kind of each file; settings that lie beside others are no files to be checked."""
    kinds = {path: kind_asked(path, options, limits) for path in options.files}
    return {path: kind for path, kind in kinds.items() if kind.kind != SETTINGS} or kinds


def kind_asked(path: Path, options: CheckOptions, limits: Limits) -> FileKind:
    """Tell what kind of file a file is: as was said, else by its folder and content."""
    if options.source is not None:
        kind = options.source if options.source in KINDS else REPORTS
        return FileKind(kind, "as was said")
    return kind_of_file(path, limits)


def _body(qualities: Sequence[quality.FileQuality], counts: Mapping[str, int]) -> dict[str, Any]:
    """Return what the record of a check says beside its head."""
    return {
        "files": [
            {
                "path": file.path,
                "kind": file.kind,
                "source": file.source,
                "counts": file.counts,
                "reasons": {found.item: found.n for found in file.about(quality.NOT_USED)},
                "matched": dict(file.matched),
                "error": file.error,
                "notes": list(file.notes),
            }
            for file in qualities
        ],
        "counts": dict(counts),
    }
