"""The havens run: a weekly pack and lists of venues in, a plan for Safe Havens out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.errors import NoPlacesError, SettingsError
from csp_geo.core.storage import is_labelled
from csp_geo.core.tables import HAVENS_PLAN, TO_ASK, as_agreed
from csp_geo.decisions.havens.candidates import candidates_of
from csp_geo.decisions.havens.criteria import DEFAULT, read_profile
from csp_geo.decisions.havens.demand import DemandParams, demand_of, demand_points, near_any
from csp_geo.decisions.havens.licensing import marks_of
from csp_geo.decisions.havens.plan import PlanParams, plan_havens
from csp_geo.decisions.havens.venues import (
    WaysOnFoot,
    areas_to_serve,
    position_in,
    usual_week_of,
    venues_of,
)
from csp_geo.decisions.walking.distances import WalkParams, walking_distances
from csp_geo.decisions.walking.ground_ways import ways_of_ground
from csp_geo.decisions.walking.network import read_network
from csp_geo.decisions.walking.obstacles import read_obstacles
from csp_geo.inputs.areas.zones_and_places import read_zones
from csp_geo.inputs.files.columns import SYNTHETIC
from csp_geo.inputs.ground.ground_store import read_ground
from csp_geo.inputs.venues.listing import list_files
from csp_geo.inputs.venues.premises import read_premises
from csp_geo.inputs.venues.register import read_havens
from csp_geo.inputs.venues.to_settle import open_questions
from csp_geo.inputs.venues.venue_types import read_venue_types
from csp_geo.products.havens import plan_tables
from csp_geo.products.havens.call_list import CALL_LIST, call_list, is_filled_in, list_number
from csp_geo.products.havens.plan_page import havens_page
from csp_geo.products.havens.plan_words import NOT_VETTED, call_words, site_words
from csp_geo.runs import haven_facts as facts
from csp_geo.runs.context import Stopwatch
from csp_geo.runs.pack import Pack, files_read, make_head, output_folder, read_pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from csp_geo.core.caution import Caution
    from csp_geo.decisions.havens.demand import Demand
    from csp_geo.decisions.havens.venues import AreasToServe, UsualWeek, Venues
    from csp_geo.decisions.walking.distances import Walk
    from csp_geo.decisions.walking.network import WalkingNetwork
    from csp_geo.inputs.ground.ground_store import Ground
    from csp_geo.runs.context import Context
    from csp_geo.runs.pack import WeeklyPack

FURTHEST_M: Final = 1_600.0
"""How far off the nearest venues of a hotspot are looked for."""
WARDS: Final = "ward"
_DECIMALS: Final = 6
"""Of degrees in the call list: a tenth of a metre."""


@dataclass(frozen=True, kw_only=True)
class HavenOptions:
    """What a plan for Safe Havens is asked for; paths are read, nothing else of a project is."""

    run: Path
    premises: Sequence[Path]
    out: Path
    existing: Path | None = None
    venue_types: Path | None = None
    network: Path | None = None
    barriers: Path | None = None
    crossings: Path | None = None
    avoid: Path | None = None
    ground: Path | None = None
    profile: str = DEFAULT
    assumed_hours: Path | None = None
    each: str | None = None
    any_hour: bool = False
    standing_out: bool = False
    alcohol: bool = False
    demand: DemandParams = field(default_factory=DemandParams)
    plan: PlanParams = field(default_factory=PlanParams)
    walk: WalkParams = field(default_factory=WalkParams)


def run_havens(options: HavenOptions, context: Context) -> Pack:
    """Make the plan; nothing is written.

    Raises
    ------
    CspGeoError
        If the data or the options cannot be used.
    """
    watch = Stopwatch(context)
    watch.start("read", "Reading the pack and the lists")
    pack = read_pack(options.run)
    target = options.out / pack.as_of.isoformat()
    _keep_what_is_filled_in(target / CALL_LIST)
    output_folder(target, HAVENS_PLAN, context).check()
    premises = read_premises(
        options.premises,
        pack.area,
        read_venue_types(options.venue_types),
        alcohol_and_gambling=options.alcohol,
        limits=context.settings.limits,
    )
    register = None
    if options.existing is not None:
        register = read_havens(options.existing, pack.area, today=pack.as_of)
    _refuse_mixture(options, pack)
    demand = _demand(pack, options)
    candidates = candidates_of(
        premises,
        read_profile(options.profile),
        None if register is None else register.table,
        demand.middle,
    )
    reports = pack.incidents.assign(category=pack.incidents["theme"])  # a pack has no words
    marks = marks_of(candidates.table, reports)
    fit = candidates.table[~marks["above_chance"]].reset_index(drop=True)
    candidates = replace(candidates, table=fit)

    watch.start("reach", "Working out who is open and who is near")
    week = usual_week_of(pack.area, date.fromisoformat(str(pack.record["period"]["to"])))
    venues, hours = venues_of(
        candidates,
        register,
        week,
        venue_types=options.venue_types,
        assumed_hours=options.assumed_hours,
        any_hour=options.any_hour,
    )
    ground = read_ground(options.ground, pack.area) if options.ground else None
    ways, walk = _ways(demand, venues, options, pack, week, ground)
    if not np.isfinite(ways.day).any():
        raise NoPlacesError(
            "No report can be reached on foot from any venue: the network does not lead from one "
            "to the other, or barriers have no crossings. Look at --network, --barriers and "
            "--crossings."
        )

    watch.start("choose", "Choosing where to ask")
    areas, without = _areas_to_serve(venues, options, pack)
    plan = plan_havens(demand, venues, ways, pack.hotspots, options.plan, areas)
    return _pack(
        facts.PlanRun(
            options=options,
            settings=context.settings,
            pack=pack,
            premises=premises,
            candidates=candidates.table,
            marks=marks,
            ask_first=candidates.ask_first,
            left_out=candidates.out,
            register=register,
            demand=demand,
            venues=venues,
            hours=hours,
            walk=walk,
            week=week,
            plan=plan,
            ground=ground,
            cautions=(*without, *candidates.cautions),
        ),
        target,
        context,
        watch,
    )


def _pack(run: facts.PlanRun, target: Path, context: Context, watch: Stopwatch) -> Pack:
    """Put the plan into tables, layers, a page and a call list."""
    options, pack, plan, venues = run.options, run.pack, run.plan, run.venues
    to_ask = plan_tables.to_ask_table(run.marks, plan, venues)
    if options.existing is not None and run.register is not None:
        to_settle = open_questions(options.existing, pack.area)
        to_ask = as_agreed(pd.concat([to_settle, to_ask], ignore_index=True), TO_ASK)
    page = facts.page_facts(run, to_ask)
    sites = [site_words(plan, venues, page, n) for n in range(len(plan.order))]
    degrees = pack.area.projection.to_lonlat(venues.xy).round(_DECIMALS)
    to_call = [call_words(plan, venues, site, n, degrees, page.on) for n, site in enumerate(sites)]
    listed = call_list(to_call, on=page.on, marking=page.marking, note=NOT_VETTED)
    html = havens_page(plan, venues, pack.hotspots, pack.area, page)
    watch.start("write", "Writing")
    return Pack(
        kind=HAVENS_PLAN,
        folder=target,
        tables={
            "havens.csv": plan_tables.sites_table(plan, venues),
            "coverage.csv": plan_tables.hours_table(plan),
            "for-the-coordinator.csv": to_ask,
            "uncovered.csv": plan_tables.uncovered_table(plan, venues, pack.hotspots, page),
            "ask-first.csv": plan_tables.ask_first_table(run.ask_first),
            "left-out.csv": run.left_out,
        },
        layers=plan_tables.layers_of(plan, venues, pack.hotspots, pack.area),
        pages={"havens.html": html.encode("utf-8"), CALL_LIST: listed},
        head=make_head(
            context,
            as_of=page.on,
            inputs=files_read(premises=_lists(options), existing=options.existing),
            also_read=files_read(
                venue_types=options.venue_types,
                network=options.network,
                barriers=options.barriers,
                crossings=options.crossings,
                avoid=options.avoid,
                ground=run.ground.path if run.ground else None,
                profile=Path(options.profile),
                assumed_hours=options.assumed_hours,
                each=Path(options.each) if options.each else None,
            ),
            upstream=[pack.upstream],
            licences=page.licences,
            cautions=facts.cautions(run),
        ),
        body=facts.body(run, page, sites) | {"call_list": list_number(listed)},
        watch=watch,
        lines=facts.lines(run, page, sites, to_ask),
        opens=("havens.html",),
    )


def _keep_what_is_filled_in(path: Path) -> None:
    """Refuse to replace a call list that somebody has written into.

    Its own digest says so, also in the pack of an earlier version, which has no hashes.
    """
    if is_filled_in(path):
        raise SettingsError(
            f"{path.parent.name}/{path.name} has been filled in, or is open in another program: a "
            "new plan would replace it. Move or rename its folder, or write to another with --out "
            "DIR."
        )


# --- what comes in -------------------------------------------------------------------------------


def _lists(options: HavenOptions) -> list[Path]:
    """Return the files of the lists of premises; a folder is its files."""
    return [path for path, _ in list_files(options.premises)]


def _refuse_mixture(options: HavenOptions, pack: WeeklyPack) -> None:
    """Refuse the sample's invented venues for real reports, and real venues for the sample's."""
    lists = [*_lists(options), *([options.existing] if options.existing else [])]
    for path in lists:
        if path.is_file() and is_labelled(path, SYNTHETIC) != bool(pack.record.get("synthetic")):
            ours, theirs = (
                ("the sample's", "real")
                if pack.record.get("synthetic")
                else ("real", "the sample's")
            )
            raise NoPlacesError(
                f"{path.name} holds {theirs} venues, but the pack {options.run.name} holds {ours} "
                "reports, and a plan cannot mix them. Name a list that belongs to the pack."
            )


def _demand(pack: WeeklyPack, options: HavenOptions) -> Demand:
    points = pack.demand
    if options.demand.counted == "reports":
        points = demand_points(pack.incidents, people=False)
    demand = demand_of(points, options.demand)
    if options.standing_out:
        firm = pack.hotspots[pack.hotspots["confirmed"].astype(bool)]
        demand = near_any(demand, firm.geometry, facts.STANDING_OUT_M)
    if not demand.n_reports:
        what = " near a hotspot that stands out" if options.standing_out else ""
        raise NoPlacesError(
            f"The pack {options.run.name} holds no report in a public place{what}: nothing could "
            "be covered. Choose a longer period, or count other evidence."
        )
    if not demand.total:
        raise NoPlacesError(
            "Only pins are left to count, and --pin-weight is 0, so they count for nothing. Give "
            "--pin-weight a value above 0."
        )
    return demand


def _areas_to_serve(
    venues: Venues, options: HavenOptions, pack: WeeklyPack
) -> tuple[AreasToServe | None, tuple[Caution, ...]]:
    """Return the areas that are to have a haven each: wards, or those of a file."""
    if options.each is None:
        return None, ()
    if options.each == WARDS:
        wards = pack.area.wards
        return areas_to_serve(tuple(wards["ward_name"].astype("str")), pack.area.ward_of(venues.xy))
    zones, _ = read_zones([Path(options.each)], pack.area.projection, pack.as_of)
    return areas_to_serve(
        tuple(zones["name"].astype("str")), position_in(zones.geometry, venues.xy)
    )


def _ways(
    demand: Demand,
    venues: Venues,
    options: HavenOptions,
    pack: WeeklyPack,
    week: UsualWeek,
    ground: Ground | None,
) -> tuple[WaysOnFoot, Walk]:
    """Measure the ways: on what was named for it, else on the ground, else in straight lines."""
    projection = pack.area.projection
    named = (options.network, options.barriers, options.crossings, options.avoid)
    network: WalkingNetwork | None
    if ground is not None and ground.counts["streets"] and not any(named):
        network, obstacles = ways_of_ground({**ground.drawn(), "streets": ground.streets})
    else:
        network = read_network(options.network, projection) if options.network else None
        obstacles = read_obstacles(
            projection, barriers=options.barriers, crossings=options.crossings, avoid=options.avoid
        )
    day, dark = (
        walking_distances(
            demand.xy,
            venues.xy,
            network=network,
            obstacles=obstacles,
            after_dark=is_dark,
            params=replace(options.walk, limit_m=max(options.plan.within_m, FURTHEST_M)),
        )
        for is_dark in (False, True)
    )
    return WaysOnFoot(day.metres, dark.metres, week.is_dark), dark
