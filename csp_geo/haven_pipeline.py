"""The order of the steps from a weekly pack and lists of venues to a plan for Safe Havens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo._version import __version__
from csp_geo.errors import NoPlacesError
from csp_geo.intake.columns import SYNTHETIC
from csp_geo.intake.context import read_zones
from csp_geo.locator import Locator
from csp_geo.options import silent
from csp_geo.period import say_span
from csp_geo.products import havens_page as page
from csp_geo.products.call_list import call_list
from csp_geo.products.exports import csv_bytes
from csp_geo.products.words import DAYS
from csp_geo.response.criteria import judge, read_profile
from csp_geo.response.demand import DemandParams, demand_of, near_any
from csp_geo.response.hours import Place, assume_hours, hours_of_week, read_assumed, usual_week
from csp_geo.response.licensing import ask_licensing
from csp_geo.response.network import WalkParams, read_network, read_obstacles, walking_distances
from csp_geo.response.pack import read_pack
from csp_geo.response.plan import Each, PlanParams, Venues, Ways, plan_havens
from csp_geo.response.premises import read_premises
from csp_geo.response.register import read_havens
from csp_geo.response.sun import after_dark
from csp_geo.response.venue_types import read_venue_types
from csp_geo.settings import Settings
from csp_geo.storage import is_labelled, new_folder, write_files, write_layers
from csp_geo.wording import count, join, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.response.demand import Demand
    from csp_geo.response.hours import OpenHours
    from csp_geo.response.network import Walk
    from csp_geo.response.pack import Pack
    from csp_geo.response.plan import HavenPlan
    from csp_geo.response.premises import Premises
    from csp_geo.response.register import Register

FURTHEST_M: Final = 1_600.0
"""How far off the nearest venues of a hotspot are looked for."""
STANDING_OUT_M: Final = 100.0
"""With only the hotspots that stand out, demand within so many metres of them counts."""
_MEETS: Final = {"yes": 0, "unknown": 1, "no": 2}
_KNOWN: Final = {"yes": 1, "no": 0, "unknown": -1}
WARDS: Final = "ward"
_LISTED: Final = ("name", "venue_type", "address", "postcode", "ward_code", "ward_name")


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
    profile: str = "light"
    assumed_hours: Path | None = None
    each: str | None = None
    any_hour: bool = False
    standing_out: bool = False
    alcohol: bool = False
    demand: DemandParams = field(default_factory=DemandParams)
    plan: PlanParams = field(default_factory=PlanParams)
    walk: WalkParams = field(default_factory=WalkParams)
    settings: Settings = field(default_factory=Settings)
    progress: Callable[[str], None] = silent


@dataclass(frozen=True)
class HavenResult:
    """What was made: the folder, the object of `--json`, and the lines for the terminal."""

    folder: Path
    record: Mapping[str, Any]
    lines: Sequence[str]


@dataclass(frozen=True)
class _Candidates:
    """Premises that may be approached, in the order in which ties are broken."""

    table: gpd.GeoDataFrame
    left_out: Mapping[str, int]
    cautions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Sky:
    """A normal week, a place, and which of the 168 hours are after dark."""

    week: date
    place: Place
    is_dark: NDArray[np.bool_]


def run_havens(options: HavenOptions) -> HavenResult:
    """Make the plan, whole or not at all.

    Raises
    ------
    CspGeoError
        If the data or the options cannot be used; nothing is then written.
    """
    options.progress("Reading the pack and the lists")
    pack = read_pack(options.run)
    _refuse_mixture(options, pack)
    premises = read_premises(
        options.premises,
        pack.area,
        read_venue_types(options.venue_types),
        alcohol_and_gambling=options.alcohol,
        limits=options.settings.limits,
    )
    register = _register(options, pack)
    candidates = _candidates(premises, options)
    demand = _demand(pack, options)

    options.progress("Working out who is open and who is near")
    sky = _sky(pack)
    venues, hours = _venues(candidates, register, options, sky)
    ways, walk = _ways(demand, venues, options, pack, sky)

    options.progress("Choosing where to ask")
    hotspots = pack.hotspots
    each, without = _each(venues, options, pack)
    plan = plan_havens(demand, venues, ways, hotspots, options.plan, each)
    facts = _facts(options, pack, premises, candidates, register, demand, hours, walk, plan, sky)
    facts = replace(facts, cautions=(*without, *facts.cautions))
    sites = [page.site_words(plan, venues, n) for n in range(len(plan.order))]
    incidents = pack.incidents.assign(category=pack.incidents["theme"])  # a pack has no words
    marked = ask_licensing(candidates.table, incidents)

    options.progress("Writing")
    record = _record(options, pack, plan, venues, facts, sites)
    folder = options.out / str(pack.record["as_of"])
    with new_folder(folder) as built:
        write_layers(built / "layers.gpkg", _layers(plan, venues, pack))
        write_files(
            built,
            {
                "havens.html": page.havens_page(plan, venues, hotspots, pack.area, facts).encode(
                    "utf-8"
                ),
                "call-list.xlsx": call_list(
                    sites,
                    on=_day(pack),
                    marking=facts.marking,
                    note=page.NOT_VETTED,
                ),
                "havens.csv": csv_bytes(_sites_table(plan, venues)),
                "coverage.csv": csv_bytes(_hours_table(plan)),
                "for-the-coordinator.csv": csv_bytes(_licensing_table(candidates.table, marked)),
                "havens.json": json.dumps(record, indent=2, ensure_ascii=False).encode("utf-8"),
            },
        )
    n_marked = int(marked[[site - venues.n_existing for site in plan.order]].sum())
    return HavenResult(folder, record, _lines(plan, facts, sites, n_marked))


# --- what comes in -------------------------------------------------------------------------------


def _refuse_mixture(options: HavenOptions, pack: Pack) -> None:
    """Refuse the sample's invented venues for real reports, and real venues for the sample's."""
    lists = [*options.premises, *([options.existing] if options.existing else [])]
    for path in lists:
        if path.is_file() and is_labelled(path, SYNTHETIC) != bool(pack.record.get("synthetic")):
            ours, theirs = (
                ("the sample's", "real")
                if pack.record.get("synthetic")
                else ("real", "the sample's")
            )
            raise NoPlacesError(
                f"{path.name} holds {theirs} venues, the pack {options.run.name} {ours} reports: a "
                "plan of both would be a plan of neither. Name lists that belong together."
            )


def _register(options: HavenOptions, pack: Pack) -> Register | None:
    if options.existing is None:
        return None
    return read_havens(options.existing, pack.area, today=_day(pack))


def _day(pack: Pack) -> date:
    """Return the day of the pack: what counts on it, so that the same inputs give the same plan."""
    return date.fromisoformat(str(pack.record["as_of"]))


def _candidates(premises: Premises, options: HavenOptions) -> _Candidates:
    """Judge the premises, leave out those that fail a must, and order the rest."""
    profile = read_profile(options.profile)
    judged = judge(premises.table, profile)
    fails = judge(premises.table, profile, after_dark=False)["meets"] == "no"
    table = premises.table.join(judged[["meets", "unmet", "unknown", "score"]])[~fails.to_numpy()]
    table = table.assign(day_only=(table["meets"] == "no").to_numpy())
    if table.empty:
        why = f" {count(int(fails.sum()), 'venue')} fail the profile '{profile.title}'."
        raise NoPlacesError(
            f"No venue is left to approach: {count(len(premises.table), 'candidate')} in the "
            f"lists.{why if fails.any() else ''} Choose another --profile, or add to --premises."
        )
    order = table.assign(sure=table["meets"].map(_MEETS).astype(int)).sort_values(
        ["sure", "score", "name", "premises_id"], ascending=[True, False, True, True], kind="stable"
    )
    words = premises.left_out["words"].value_counts()
    left_out = {str(why): int(n) for why, n in words.items()}
    if fails.any():
        left_out[f"Known to lack what the profile '{profile.title}' asks for."] = int(fails.sum())
    cautions = list(profile.cautions)
    if n_day := int(table["day_only"].sum()):
        cautions.append(
            f"{count(n_day, 'venue')} count by day alone: they are known to lack what the profile "
            f"'{profile.title}' asks for after dark."
        )
    return _Candidates(order.drop(columns="sure").reset_index(drop=True), left_out, tuple(cautions))


def _demand(pack: Pack, options: HavenOptions) -> Demand:
    demand = demand_of(pack.incidents, options.demand)
    if options.standing_out:
        firm = pack.hotspots[pack.hotspots["confirmed"].astype(bool)]
        demand = near_any(demand, firm.geometry, STANDING_OUT_M)
    if not demand.n_reports:
        what = " near a hotspot that stands out" if options.standing_out else ""
        raise NoPlacesError(
            f"The pack {options.run.name} holds no report in a public place{what}: nothing could "
            "be covered. Choose a longer period, or count other evidence."
        )
    return demand


def _sky(pack: Pack) -> _Sky:
    """Return the week and the place that hours are worked out for, and when it is dark there."""
    week = usual_week(_day(pack))
    west, south, east, north = pack.area.wards.total_bounds
    middle = [[(west + east) / 2, (south + north) / 2]]
    longitude, latitude = pack.area.projection.to_lonlat(middle)[0]
    dark = after_dark(np.arange(168), week, float(latitude), float(longitude))
    return _Sky(week, Place(latitude=float(latitude), longitude=float(longitude)), dark)


# --- who is open, who is near --------------------------------------------------------------------


def _venues(
    candidates: _Candidates,
    register: Register | None,
    options: HavenOptions,
    sky: _Sky,
) -> tuple[Venues, OpenHours]:
    """Put the havens that count before the candidates, with the hours that are known."""
    new = candidates.table.assign(ask=_to_ask(candidates.table))
    there = new.iloc[:0]
    if register is not None:
        counts = register.table[register.table["counts_now"]]
        there = counts.assign(ask="", n_at_point=1).reset_index(drop=True)
    columns = [*_LISTED, "opening_hours", "step_free", "n_at_point", "ask", "geometry"]
    both = pd.concat([there[columns].astype(object), new[columns].astype(object)])
    both = both.reset_index(drop=True)
    texts = [text if isinstance(text, str) else "" for text in both["opening_hours"]]
    assumed = np.zeros(len(texts), dtype=np.bool_)
    if options.assumed_hours is not None:
        table = read_assumed(options.assumed_hours)
        kinds = list(new["venue_type"].astype(str))
        texts[len(there) :], assumed[len(there) :] = assume_hours(texts[len(there) :], kinds, table)
    hours = hours_of_week(texts, sky.week, assumed=list(assumed), place=sky.place)
    is_open = hours.open.copy()
    if options.any_hour:
        is_open = np.ones_like(is_open)
    elif not hours.open[len(there) :].any():
        raise NoPlacesError(
            f"None of the {count(len(new), 'candidate')} has opening hours that can be read, so "
            "none can be counted as open. Ask them, name hours for each type of venue with "
            "--assume-hours FILE, or ask with --any-hour where a venue would lie best whatever its "
            "hours."
        )
    both["opening_hours"] = texts
    day_only = np.zeros(len(both), dtype=np.bool_)
    day_only[len(there) :] = new["day_only"]
    is_open &= ~(day_only[:, None] & sky.is_dark)
    xy = np.array([[point.x, point.y] for point in both["geometry"]]).reshape(-1, 2)
    step_free = np.array([_KNOWN.get(str(word), -1) for word in both["step_free"]], dtype=np.int8)
    said: pd.DataFrame = pd.DataFrame(both.drop(columns="geometry"))
    said = said.where(said.notna(), None)
    return Venues(said, xy, is_open, step_free, assumed, len(there)), hours


def _to_ask(table: pd.DataFrame) -> pd.Series:
    """Say what must be asked of each: what the profile wants and the list does not say."""
    return table["unknown"].fillna("").astype("str")


def _each(venues: Venues, options: HavenOptions, pack: Pack) -> tuple[Each | None, tuple[str, ...]]:
    """Return the areas that are to have a haven each, and which of them have no venue at all."""
    if options.each is None:
        return None, ()
    if options.each == WARDS:
        wards = pack.area.wards
        names, of = tuple(wards["ward_name"].astype("str")), pack.area.ward_of(venues.xy)
    else:
        zones, _ = read_zones([Path(options.each)], pack.area.projection, _day(pack))
        names = tuple(zones["name"].astype("str"))
        of = Locator(zones.geometry.to_numpy()).rows_of(venues.xy)
    empty = [name for row, name in enumerate(names) if row not in set(of.tolist())]
    said = (f"No venue is listed in {join(empty)}: nobody can be asked there.",) * bool(empty)
    return Each(names, of), said


def _ways(
    demand: Demand, venues: Venues, options: HavenOptions, pack: Pack, sky: _Sky
) -> tuple[Ways, Walk]:
    projection = pack.area.projection
    network = read_network(options.network, projection) if options.network else None
    obstacles = read_obstacles(
        projection,
        barriers=options.barriers,
        crossings=options.crossings,
        avoid=options.avoid,
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
    return Ways(day.metres, dark.metres, sky.is_dark), dark


# --- what goes out -------------------------------------------------------------------------------


def _facts(  # noqa: PLR0913, PLR0917 - the page says something of everything
    options: HavenOptions,
    pack: Pack,
    premises: Premises,
    candidates: _Candidates,
    register: Register | None,
    demand: Demand,
    hours: OpenHours,
    walk: Walk,
    plan: HavenPlan,
    sky: _Sky,
) -> page.HavenFacts:
    period = pack.record["period"]
    cautions = [*_cautions(options, register, demand, plan), *candidates.cautions]
    cautions += [*premises.cautions, *hours.cautions, *walk.cautions, *plan.siting.notes]
    lapsed: dict[str, int] = {}
    if register is not None:
        gone = register.table.loc[~register.table["counts_now"], "why_not"]
        lapsed = {str(why): int(n) for why, n in gone.value_counts().items()}
    return page.HavenFacts(
        area=pack.area.name,
        period=say_span(date.fromisoformat(period["from"]), date.fromisoformat(period["to"])),
        marking=str(pack.record.get("marking", options.settings.marking)),
        version=__version__,
        synthetic=bool(pack.record.get("synthetic")),
        within_m=options.plan.within_m,
        hour=page.hour_words(options.plan.at),
        method=_method(options, walk, sky.week),
        demand=demand.said,
        cautions=tuple(dict.fromkeys(cautions)),
        licences=(*pack.record.get("licences", ()), *premises.licences),
        n_listed=premises.counts["read"],
        n_candidates=len(candidates.table),
        left_out=candidates.left_out,
        lapsed=lapsed,
    )


def _cautions(
    options: HavenOptions, register: Register | None, demand: Demand, plan: HavenPlan
) -> list[str]:
    said = []
    if options.any_hour:
        said.append(
            "Opening hours were left aside (--any-hour): every venue is taken as open all week, "
            "which none is. Ask for hours before relying on any of this."
        )
    if register is None:
        said.append("No list of existing havens was given (--existing): nothing counts as covered.")
    if options.standing_out:
        metres = number(STANDING_OUT_M)
        said.append(f"Only reports within {metres} metres of hotspots that stand out are counted.")
    if plan.unreachable >= 1:
        said.append(
            f"{number(plan.unreachable)} of {number(demand.total)} reports lie further than "
            f"{number(options.plan.within_m)} metres on foot from every venue listed."
        )
    return said


def _method(options: HavenOptions, walk: Walk, week: date) -> tuple[str, ...]:
    speed = walk.params.metres_per_minute
    near = (
        f"Near is {number(options.plan.within_m)} metres, {options.plan.within_m / speed:.0f} "
        f"minutes on foot at {speed:g} metres a minute, the limit included."
    )
    hours = (
        f"Hours are those of the week of {say_span(week, week)}, which has no bank holiday; after "
        "dark is from sunset to sunrise in that week."
    )
    chosen = (
        "Chosen by maximal coverage with the existing havens kept (Church and ReVelle 1974), "
        "solved by HiGHS. Of equally good choices the one whose venues stand first is taken: those "
        "that meet the profile, then by score, then by name."
    )
    return walk.method, near, hours, chosen


def _sites_table(plan: HavenPlan, venues: Venues) -> pd.DataFrame:
    """Return the venues to approach, a row each, in their order."""
    rows = venues.table.iloc[plan.order].reset_index(drop=True)
    rows.insert(0, "rank", range(1, len(rows) + 1))
    rows["hours_assumed"] = venues.assumed[plan.order]
    rows["covers_alone"], rows["adds"] = np.round(plan.why.alone, 3), np.round(plan.why.adds, 3)
    rows["easting"], rows["northing"] = np.round(venues.xy[plan.order], 1).T
    rows["vetted"] = False
    return rows


def _hours_table(plan: HavenPlan) -> pd.DataFrame:
    """Return demand and coverage of each hour of the week."""
    hour = np.arange(168)
    return pd.DataFrame(
        {
            "day": [DAYS[h // 24] for h in hour],
            "hour": hour % 24,
            "reports": np.round(plan.after.demand, 4),
            "covered_now": np.round(plan.before.covered, 4),
            "covered_with_new": np.round(plan.after.covered, 4),
            "covered_by_two": np.round(plan.after.covered_twice, 4),
        }
    )


def _licensing_table(table: gpd.GeoDataFrame, marked: Any) -> pd.DataFrame:
    """Return the premises to ask licensing about before anybody approaches them."""
    rows = pd.DataFrame(table.loc[marked, ["premises_id", "name", "address", "postcode"]])
    return rows.assign(note="Ask licensing first: reports at this address.").reset_index(drop=True)


def _layers(plan: HavenPlan, venues: Venues, pack: Pack) -> dict[str, gpd.GeoDataFrame]:
    import geopandas as gpd

    shown = [*venues.existing, *plan.order]
    rows = venues.table.iloc[shown][["name", "venue_type", "address", "opening_hours"]].copy()
    rows["role"] = ["existing haven"] * venues.n_existing + ["to approach"] * len(plan.order)
    rows["order"] = [0] * venues.n_existing + list(range(1, len(plan.order) + 1))
    points = gpd.points_from_xy(*venues.xy[shown].T)
    crs = pack.area.projection.crs
    havens = gpd.GeoDataFrame(rows.reset_index(drop=True), geometry=points, crs=crs)
    left = plan.hotspots.set_index("hotspot")[["demand", "before", "after"]].round(3)
    hotspots = pack.hotspots[["hotspot_id", "name", "family", "rank", "geometry"]]
    hotspots = hotspots.reset_index(drop=True).join(left)
    return {"havens": havens, "hotspots": hotspots, "wards": pack.area.wards}


def _record(
    options: HavenOptions,
    pack: Pack,
    plan: HavenPlan,
    venues: Venues,
    facts: page.HavenFacts,
    sites: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what stands in havens.json and what `--json` prints."""
    return {
        "version": __version__,
        "as_of": pack.record["as_of"],
        "period": pack.record["period"],
        "marking": facts.marking,
        "params": {
            "sites": options.plan.sites,
            "within_m": options.plan.within_m,
            "at": facts.hour or None,
            "each": Path(options.each).name if options.each else None,
            "profile": Path(options.profile).name,
            "evidence": options.demand.evidence,
            "counted": options.demand.counted,
            "perception_weight": options.demand.perception_weight,
            "standing_out": options.standing_out,
            "any_hour": options.any_hour,
            "hours_assumed": options.assumed_hours is not None,
        },
        "listed": facts.n_listed,
        "candidates": facts.n_candidates,
        "left_out": dict(facts.left_out),
        "existing": venues.n_existing,
        "existing_closed": dict(facts.lapsed),
        "sites": [
            {key: site[key] for key in ("rank", "name", "type", "address", "ward", "why")}
            for site in sites
        ],
        "views": [vars(view) for view in plan.views],
        "curve": [None if np.isnan(value) else round(float(value), 3) for value in plan.curve],
        "alternatives": len(plan.others.sitings),
        "gap": plan.siting.gap,
        "optimal": plan.siting.is_optimal,
        "method": list(facts.method),
        "cautions": list(facts.cautions),
        "licences": list(facts.licences),
    }


def _lines(
    plan: HavenPlan, facts: page.HavenFacts, sites: Sequence[Mapping[str, Any]], n_marked: int
) -> list[str]:
    lines = [page.lead(plan, facts)]
    lines += [f"{site['rank']}. {site['name']} ({site['type']}): {site['why']}" for site in sites]
    lines.append(page.certainty(plan))
    if n_marked:
        lines.append(
            f"Ask licensing first about {count(n_marked, 'of them', 'of them')}: see "
            "for-the-coordinator.csv."
        )
    if facts.cautions:
        lines.append(f"{count(len(facts.cautions), 'caution')}, the first: {facts.cautions[0]}")
    return lines
