"""The weekly run: reports in, hotspots tested, a pack of map, tables and layers out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from csp_geo._version import __version__
from csp_geo.core.caution import MAKER, Caution, for_audience
from csp_geo.core.disclosure import may_be_drawn
from csp_geo.core.errors import CspGeoError, SettingsError
from csp_geo.core.period import parse_period
from csp_geo.core.projection import british_grid
from csp_geo.core.storage import KEY_FILE, keep_key, project_key
from csp_geo.core.tables import WEEKLY
from csp_geo.decisions.havens.demand import demand_points
from csp_geo.decisions.havens.venues import havens_on_map
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.judge import judge_clusters
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.find import find_hotspots
from csp_geo.hotspots.street_finder import StreetFinder
from csp_geo.incidents.clean import clean, require_incidents
from csp_geo.incidents.quality import file_qualities, over_limit, quality_table
from csp_geo.incidents.select import narrow, select
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.areas.zones_and_places import read_listed, read_places, read_zones
from csp_geo.inputs.ground.ground_store import read_ground
from csp_geo.inputs.ground.ground_uses import ground_cautions, places_in, with_places
from csp_geo.inputs.read import read_reports, refuse_mixture
from csp_geo.inputs.venues.register import read_havens
from csp_geo.inputs.where.gazetteer import read_gazetteer
from csp_geo.products.exports import hotspots_geojson, vector_layers
from csp_geo.products.quality_page import CheckFacts, check_page
from csp_geo.products.weekly.map_page import make_map
from csp_geo.runs import weekly_facts as facts
from csp_geo.runs.context import Complaints, Stopwatch
from csp_geo.runs.pack import Pack, files_read, make_head, output_folder
from csp_geo.runs.project import boundary_file
from csp_geo.runs.weekly_facts import cautions_of, withheld

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import geopandas as gpd

    from csp_geo.core.period import Period
    from csp_geo.decisions.havens.venues import HavensOnMap
    from csp_geo.incidents.clean import CleanResult
    from csp_geo.incidents.select import Selection
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.ground.ground_store import Ground
    from csp_geo.inputs.read import Reports
    from csp_geo.inputs.where.gazetteer import Gazetteer
    from csp_geo.runs.context import Context


@dataclass(frozen=True, kw_only=True)
class WeeklyOptions:
    """What a weekly run is asked for; `as_of` is the day of the map."""

    reports: Path
    boundaries: Path
    as_of: date
    out: Path
    period: str = "28d"
    zones: Sequence[Path] = ()
    context: Sequence[Path] = ()
    havens: Path | None = None
    ground: Path | None = None
    themes: Sequence[str] = ()
    sources: Sequence[str] = ()
    seed: int = 0


def run_weekly(options: WeeklyOptions, context: Context, *, is_repeat: bool = False) -> Pack:
    """Make the weekly pack; nothing is written but the key of a new project.

    Parameters
    ----------
    is_repeat
        That another first run kept its key while this one was at work. It happens once.

    Raises
    ------
    CspGeoError
        If the data or the options cannot be used.
    """
    settings, watch = context.settings, Stopwatch(context)
    period = parse_period(options.period, options.as_of)
    target = options.out / options.as_of.isoformat()
    output_folder(target, WEEKLY, context).check()
    gathered = _gather(options, context, period, watch)
    area, reports, result = gathered.area, gathered.reports, gathered.result
    chosen, narrowed, gazetteer = gathered.chosen, gathered.narrowed, gathered.gazetteer
    zones, zone_cautions = gathered.zones
    options, key = replace(options, boundaries=gathered.boundaries), gathered.key

    watch.start("cluster", "Finding hotspots")
    own_places, place_cautions = read_places(options.context, area)
    ground, ground_said = _ground(options, area, context)
    places = with_places(own_places, ground)
    streets = StreetFinder.of(ground.streets, places) if ground else None
    listed, listed_cautions = read_listed(options.context, area)
    clusters, n_withheld = find_hotspots(
        chosen.used,
        area,
        settings.clusters,
        places=places,
        zones=zones,
        streets=streets,
        as_of=options.as_of,
        show_doors=settings.draw_sensitive_points,
    )

    watch.start("test", "Testing which hotspots stand out")
    tested = judge_clusters(
        clusters,
        chosen.used,
        area,
        settings.clusters,
        KnownPlaces(
            chosen.used,
            area,
            listed=listed,
            ground=places_in(ground, area) if ground else None,
            on_streets=settings.on_streets,
        ),
        Simulation(settings.simulations, options.seed, context.tick),
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
        *ground_said,
        *(gazetteer.cautions if gazetteer else ()),
        *listed_cautions,
        *haven_cautions,
    )
    run = facts.WeeklyRun(
        options=options,
        settings=settings,
        period=period,
        area=area,
        reports=reports,
        result=result,
        chosen=chosen,
        tested=tested,
        ground=ground,
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
        ground=ground.drawn() if ground else None,
        facts=facts.page_facts(run),
        draw_sensitive=draw_sensitive,
    )
    qualities = file_qualities(reports, result)
    quality_page = check_page(
        qualities,
        result.counts,
        CheckFacts(
            on=options.as_of,
            marking=settings.marking,
            version=__version__,
            area=area.name,
            synthetic=run.synthetic,
            cautions=for_audience(run.cautions, MAKER),
        ),
    )
    head = make_head(
        context,
        as_of=options.as_of,
        inputs=facts.inputs(run),
        also_read=files_read(
            boundaries=options.boundaries,
            zones=options.zones,
            context=options.context,
            havens=options.havens,
            ground=ground.path if ground else None,
        ),
        licences=facts.licences(run),
        cautions=run.cautions,
    )
    layers = vector_layers(
        chosen.used,
        hotspots,
        area.wards,
        zones,
        demand=demand_points(shown),
        havens=havens.table if havens is not None else None,
        draw_sensitive=draw_sensitive,
    )
    if keep_key(context.key_folder, key) != key:  # another first run kept its own meanwhile
        if is_repeat:
            raise SettingsError(
                f"{KEY_FILE} keeps changing: another program is writing to it. Find out which one, "
                "stop it, and run this again."
            )
        return run_weekly(options, context, is_repeat=True)
    watch.start("write", "Writing the pack")
    return Pack(
        kind=WEEKLY,
        folder=target,
        tables={
            "hotspots.csv": hotspots,
            "quality.csv": quality_table(qualities),
            "quarantine.csv": result.quarantine,
        },
        layers=layers,
        pages={
            "map.html": page.html.encode("utf-8"),
            "quality.html": quality_page.encode("utf-8"),
            "hotspots.geojson": hotspots_geojson(hotspots, area.projection),
        },
        head=head,
        body=facts.body(run),
        watch=watch,
        lines=facts.lines(run),
        opens=("map.html",),
        limits=limits,
    )


@dataclass(frozen=True)
class _Gathered:
    """What a weekly run is made from, all of it read, judged and chosen."""

    boundaries: Path
    area: StudyArea
    gazetteer: Gazetteer | None
    zones: tuple[gpd.GeoDataFrame, tuple[Caution, ...]]
    reports: Reports
    result: CleanResult
    narrowed: str
    chosen: Selection
    key: bytes


def _gather(
    options: WeeklyOptions, context: Context, period: Period, watch: Stopwatch
) -> _Gathered:
    """Read everything and choose what counts, or say at once all that stands in the way.

    Without wards the reports are looked into all the same: their faults are to be mended too.
    """
    settings, complaints = context.settings, Complaints()
    watch.start("read", "Reading the study area and the reports")
    boundaries = complaints.tried(lambda: boundary_file(options.boundaries))
    area = complaints.tried(lambda: read_study_area(boundaries)) if boundaries else None
    grid = british_grid() if area is None else area.projection
    gazetteer = complaints.tried(lambda: read_gazetteer(options.context, grid))
    zones = complaints.tried(lambda: read_zones(options.zones, grid, options.as_of))
    by_place = gazetteer is not None or area is None
    reports = complaints.tried(
        lambda: read_reports(options.reports, by_place=by_place, limits=settings.limits)
    )
    if reports is None:
        complaints.refuse()
    assert reports is not None  # noqa: S101 - what stood in the way was raised
    complaints.tried(lambda: refuse_mixture(reports))

    watch.start("clean", "Checking the reports")
    key = project_key(context.key_folder)
    result = clean(
        reports, area, today=context.today, key=key, border_m=settings.border_m, gazetteer=gazetteer
    )
    if area is not None:  # without wards most reasons are those of no place at all
        complaints.tried(lambda: require_incidents(result, reports))
    incidents, narrowed = narrow(result.incidents, options.themes, options.sources)
    chosen = (
        complaints.tried(
            lambda: select(
                incidents, period, reports.sources, feeds=settings.feeds, narrowed=narrowed
            )
        )
        if len(result.incidents)
        else None
    )
    complaints.refuse()
    assert boundaries and area is not None and zones and chosen  # noqa: S101, PT018 - likewise
    return _Gathered(boundaries, area, gazetteer, zones, reports, result, narrowed, chosen, key)


def _ground(
    options: WeeklyOptions, area: StudyArea, context: Context
) -> tuple[Ground | None, tuple[Caution, ...]]:
    """Read the project's ground, with what a maker must know of it."""
    ground = read_ground(options.ground, area) if options.ground else None
    return ground, ground_cautions(ground, area, context.today) if ground else ()


def _havens(
    options: WeeklyOptions, area: StudyArea, used: gpd.GeoDataFrame
) -> tuple[HavensOnMap | None, tuple[Caution, ...]]:
    """Read the project's Safe Havens for the map; a register that cannot be read is only said."""
    if options.havens is None:
        return None, ()
    try:
        register = read_havens(options.havens, area, today=options.as_of)
    except CspGeoError as error:
        return None, (Caution("havens-not-on-map", f"No Safe Havens are on the map. {error}"),)
    return havens_on_map(register.table, used, area, options.as_of), ()
