"""The only place that knows the order of the steps: reports in, a pack of files out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from csp_geo._version import __version__
from csp_geo.core.disclosure import may_be_drawn
from csp_geo.core.errors import BoundaryError, CspGeoError, NoReportsError
from csp_geo.core.output_folder import OutputFolder
from csp_geo.core.period import parse_period
from csp_geo.core.projection import british_grid
from csp_geo.core.storage import is_labelled, keep_key, project_key, write_bytes, write_layers
from csp_geo.core.visible import json_text
from csp_geo.core.wording import join
from csp_geo.decisions.havens.demand import demand_points
from csp_geo.decisions.havens.on_map import havens_on_map
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.judge import judge_clusters
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.find import find_hotspots
from csp_geo.incidents.clean import clean, require_incidents
from csp_geo.incidents.quality import file_qualities, over_limit, quality_table, unsorted_words
from csp_geo.incidents.select import narrow, select
from csp_geo.inputs.areas.shelf import shelved
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.areas.zones_and_places import read_listed, read_places, read_zones
from csp_geo.inputs.files.columns import SYNTHETIC
from csp_geo.inputs.read import collect_reports, read_reports, refuse_mixture
from csp_geo.inputs.venues.register import read_havens
from csp_geo.inputs.where.gazetteer import read_gazetteer
from csp_geo.products.check import CheckFacts, check_page, understood
from csp_geo.products.directory import (
    COORDINATOR,
    PUBLIC_FOLDER,
    DirectoryFacts,
    coordinator_csv,
    directory_files,
    nothing_to_list,
)
from csp_geo.products.exports import accepted_csv, csv_bytes, hotspots_geojson, vector_layers
from csp_geo.products.weekly.page import make_map
from csp_geo.runs import record
from csp_geo.runs.caution import anonymised, cautions_of, withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas as gpd

    from csp_geo.decisions.havens.on_map import HavensOnMap
    from csp_geo.incidents.quality import FileQuality
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.register import Register
    from csp_geo.products.weekly.page import MapPage
    from csp_geo.runs.options import CheckOptions, DirectoryOptions, WeeklyOptions


@dataclass(frozen=True)
class WeeklyResult:
    """What a weekly run made: the pack's folder, run.json as a dict, limits that were passed."""

    folder: Path
    record: Mapping[str, Any]
    hotspots: gpd.GeoDataFrame
    over_limit: tuple[str, ...]


def run_weekly(options: WeeklyOptions) -> WeeklyResult:
    """Make the weekly pack, whole or not at all.

    Raises
    ------
    CspGeoError
        If the data or the options cannot be used; nothing is then written.
    """
    settings, watch = options.settings, Stopwatch(options.clock, options.progress)
    period = parse_period(options.period, options.as_of)
    target = options.out / options.as_of.isoformat()
    folder = OutputFolder(target, "csp-geo weekly", options.progress)
    folder.check()

    watch.start("read", "Reading the study area and the reports")
    area = read_study_area(options.boundaries)
    gazetteer = read_gazetteer(options.context, area.projection)
    reports = read_reports(options.reports, by_place=gazetteer is not None, limits=settings.limits)
    refuse_mixture(reports)

    watch.start("clean", "Checking the reports")
    key = project_key(options.key_folder)
    result = clean(
        reports,
        area,
        today=options.today,
        key=key,
        border_m=settings.border_m,
        gazetteer=gazetteer,
    )
    require_incidents(result, reports)
    incidents, narrowed = narrow(result.incidents, options.themes, options.sources)
    chosen = select(incidents, period, reports.sources, feeds=settings.feeds, narrowed=narrowed)

    watch.start("cluster", "Finding hotspots")
    zones, zone_cautions = read_zones(options.zones, area.projection, options.as_of)
    places, place_cautions = read_places(options.context, area)
    listed, listed_cautions = read_listed(options.context, area)
    clusters, n_withheld = find_hotspots(
        chosen.used,
        area,
        settings.clusters,
        places=places,
        zones=zones,
        as_of=options.as_of,
        show_doors=settings.draw_sensitive_points,
    )

    watch.start("test", "Testing which hotspots stand out")
    tested = judge_clusters(
        clusters,
        chosen.used,
        area,
        settings.clusters,
        KnownPlaces(result.incidents, area, listed=listed),
        Simulation(settings.simulations, options.seed, options.tick),
    )
    hotspots = tested.hotspots

    watch.start("map", "Drawing the map")
    draw_sensitive = settings.draw_sensitive_points
    shown = chosen.used[may_be_drawn(chosen.used, show_sensitive=draw_sensitive)]
    # the same reports as a plan counts: an hour with more of them would tell of those not drawn
    havens, haven_cautions = _havens(options, area, shown)
    limits = over_limit(reports, result, settings.quarantine_limit)
    others = (
        *limits,
        *withheld(n_withheld),
        *tested.cautions,
        *zone_cautions,
        *place_cautions,
        *(gazetteer.cautions if gazetteer else ()),
        *listed_cautions,
        *haven_cautions,
    )
    run = record.Run(
        options=options,
        period=period,
        area=area,
        reports=reports,
        result=result,
        chosen=chosen,
        hotspots=hotspots,
        tested=tested,
        cautions=cautions_of(area, reports, result, chosen, narrowed, others),
    )
    page = make_map(
        hotspots,
        chosen.used,
        area,
        zones=zones,
        context=chosen.context,
        places=places,
        havens=havens,
        facts=record.facts(run),
        draw_sensitive=draw_sensitive,
    )

    watch.start("write", "Writing the pack")
    layers = vector_layers(
        chosen.used,
        hotspots,
        area.wards,
        zones,
        demand=demand_points(shown),
        havens=havens.table if havens is not None else None,
        draw_sensitive=draw_sensitive,
    )
    if keep_key(options.key_folder, key) != key:
        return run_weekly(options)  # another first run of the project kept its key meanwhile
    made = _write_pack(folder, run, page, layers, watch)
    return WeeklyResult(target, made, hotspots, tuple(limits))


def _havens(
    options: WeeklyOptions, area: StudyArea, used: gpd.GeoDataFrame
) -> tuple[HavensOnMap | None, tuple[str, ...]]:
    """Read the project's Safe Havens for the map; a register that cannot be read is only said."""
    if options.havens is None:
        return None, ()
    try:
        register = read_havens(options.havens, area, today=options.as_of)
    except CspGeoError as error:
        return None, (f"No Safe Havens are on the map. {error}",)
    return havens_on_map(register.table, used, area, options.as_of), ()


def _write_pack(
    folder: OutputFolder,
    run: record.Run,
    page: MapPage,
    layers: Mapping[str, gpd.GeoDataFrame],
    watch: Stopwatch,
) -> dict[str, Any]:
    """Write every file of the pack, whole or not at all; return what stands in run.json."""
    hotspots = run.hotspots
    made: dict[str, Any] = {}

    def write_record(path: Path) -> None:
        watch.stop()
        made.update(record.run_json(run, watch.seconds))
        write_bytes(path, json_text(made, indent=2).encode("utf-8"))

    folder.write(
        {
            "layers.gpkg": lambda path: write_layers(path, layers),
            "map.html": page.html.encode("utf-8"),
            "hotspots.geojson": hotspots_geojson(hotspots, run.area.projection),
            "hotspots.csv": csv_bytes(pd.DataFrame(hotspots.drop(columns="geometry"))),
            "quality.csv": csv_bytes(quality_table(file_qualities(run.reports, run.result))),
            "quarantine.csv": csv_bytes(run.result.quarantine),
            "run.json": write_record,
        }
    )
    return made


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    `files` is the account of each, `record` the object of `--json`, `tables` what `--out` writes,
    `accepted` what `--fix` writes, `first_rows` how the first rows were understood, `unsorted` the
    category words in no list with their rows, for the person who holds the file alone; then
    cautions, and a sentence for each limit that was passed.
    """

    files: Sequence[FileQuality]
    record: Mapping[str, Any]
    tables: Mapping[str, bytes]
    accepted: bytes
    first_rows: Sequence[Sequence[str]]
    unsorted: Mapping[str, int]
    cautions: tuple[str, ...]
    over_limit: tuple[str, ...]


def run_check(files: Sequence[Path], options: CheckOptions) -> CheckResult:
    """Check files as a weekly run would read them; without wards nothing is outside."""
    settings = options.settings
    options.progress("Reading")
    area = read_study_area(options.boundaries) if options.boundaries is not None else None
    projection = british_grid() if area is None else area.projection
    gazetteer = read_gazetteer(options.context, projection)
    reports = collect_reports(
        files,
        source=options.source,
        by_place=gazetteer is not None,
        limits=settings.limits,
        project=options.project,
        own=options.own,
    )
    options.progress("Checking")
    result = clean(
        reports, area, today=options.today, border_m=settings.border_m, gazetteer=gazetteer
    )
    qualities = file_qualities(reports, result)
    cautions = (*result.cautions, *anonymised(result.incidents, fixing=options.fixing))
    page = check_page(
        qualities,
        result.counts,
        CheckFacts(
            on=options.today,
            marking=settings.marking,
            version=__version__,
            area=area.name if area is not None else None,
            cautions=cautions,
        ),
    )
    return CheckResult(
        files=qualities,
        record=record.check_json(qualities, result.counts),
        tables={
            "quality.html": page.encode("utf-8"),
            "quality.csv": csv_bytes(quality_table(qualities)),
            "quarantine.csv": csv_bytes(result.quarantine),
        },
        accepted=accepted_csv(result.incidents, projection) if options.fixing else b"",
        first_rows=understood(reports, result),
        unsorted=unsorted_words(result.rows),
        cautions=cautions,
        over_limit=tuple(over_limit(reports, result, settings.quarantine_limit)),
    )


@dataclass(frozen=True)
class DirectoryResult:
    """What a directory run found and made.

    `public` are the files that may be published, by name, `coordinator` the one that may not;
    `error` is the sentence that says why nothing can be listed, "" otherwise. `record` is the
    object of `--json`.
    """

    register: Register
    public: Mapping[str, bytes]
    coordinator: bytes
    record: Mapping[str, Any]
    cautions: tuple[str, ...]
    error: str


def run_directory(options: DirectoryOptions) -> DirectoryResult:
    """Check the register of Safe Havens and make its public version.

    Raises
    ------
    CspGeoError
        If the register cannot be read.
    """
    options.progress("Reading the register")
    one = len(options.boundaries) == 1
    area = read_study_area(options.boundaries[0]) if one else None
    register = read_havens(options.havens, area, today=options.today)
    cautions = [*register.cautions, *(area.cautions if area is not None else ())]
    if len(options.boundaries) > 1:
        cautions.append("data/boundaries holds several files, so the map has no wards.")
    if register.unread:
        cautions.append(f"Columns that were not read: {join(register.unread)}.")
    error = nothing_to_list(register)
    places = None
    if area is not None:
        places, unread = read_places(options.context, area)
        cautions += unread
    options.progress("Writing the directory")
    facts = DirectoryFacts(
        made_on=options.today,
        marking=options.settings.public_marking,
        version=__version__,
        licences=record.directory_licences(register, area),
        places=places,
        synthetic=is_labelled(options.havens, SYNTHETIC),
    )
    public = directory_files(register, area, facts)
    names = [COORDINATOR, *(f"{PUBLIC_FOLDER}/{name}" for name in sorted(public))]
    return DirectoryResult(
        register=register,
        public=public,
        coordinator=coordinator_csv(register),
        record=record.directory_json(register, names, error),
        cautions=tuple(cautions),
        error=error,
    )


def write_directory(
    result: DirectoryResult, out: Path, progress: Callable[[str], None]
) -> list[str]:
    """Write the public folder and beside it the coordinator's file, whole or not at all.

    If nothing can be listed, the public files of an earlier day stay: the command says so. What
    else somebody put into the public folder is kept beside it, and named.
    """
    public = {f"{PUBLIC_FOLDER}/{name}": data for name, data in result.public.items()}
    return OutputFolder(out, "csp-geo directory", progress, public=PUBLIC_FOLDER).write(
        {COORDINATOR: result.coordinator} | public,
        stays="" if public else f"{PUBLIC_FOLDER}/",
    )


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
            incidents = None  # nothing to compare with is no fault: the wards come first
    return [record.boundaries_json(entry, incidents) for entry in found]


class Stopwatch:
    """Tell each step as it begins, and time it."""

    def __init__(self, clock: Callable[[], float], progress: Callable[[str], None]) -> None:
        self.seconds: dict[str, float] = {}
        self._clock, self._progress = clock, progress
        self._step, self._since = "", 0.0

    def start(self, step: str, said: str) -> None:
        """End the step before and begin another."""
        self.stop()
        self._step, self._since = step, self._clock()
        self._progress(said)

    def stop(self) -> None:
        """End the step."""
        if self._step:
            self.seconds[self._step] = round(self._clock() - self._since, 3)
        self._step = ""
