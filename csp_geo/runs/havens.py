"""The order of the steps from a weekly pack and lists of venues to a plan for Safe Havens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoPlacesError, SettingsError
from csp_geo.core.output_folder import OutputFolder
from csp_geo.core.polygons import Locator
from csp_geo.core.storage import is_labelled, write_layers
from csp_geo.core.sun import after_dark
from csp_geo.core.visible import json_text
from csp_geo.core.wording import count, join
from csp_geo.decisions.havens.candidates import candidates_of
from csp_geo.decisions.havens.criteria import read_profile
from csp_geo.decisions.havens.demand import demand_of, demand_points, near_any
from csp_geo.decisions.havens.licensing import ask_licensing
from csp_geo.decisions.havens.plan import Each, Venues, Ways, plan_havens
from csp_geo.decisions.opening import (
    Place,
    assume_hours,
    hours_of_week,
    read_assumed,
    say_given_hours,
    usual_week,
)
from csp_geo.decisions.walking.distances import read_network, read_obstacles, walking_distances
from csp_geo.inputs.areas.zones_and_places import read_zones
from csp_geo.inputs.files.columns import SYNTHETIC
from csp_geo.inputs.venues.premises import read_premises
from csp_geo.inputs.venues.register import read_havens
from csp_geo.inputs.venues.venue_types import read_venue_types
from csp_geo.products.exports import csv_bytes
from csp_geo.products.havens.call_list import CALL_LIST, call_list, is_filled_in
from csp_geo.products.havens.page import havens_page
from csp_geo.products.havens.words import NOT_VETTED, site_words
from csp_geo.runs import haven_record as record
from csp_geo.runs.haven_record import Planned
from csp_geo.runs.pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from csp_geo.decisions.havens.candidates import Candidates
    from csp_geo.decisions.havens.demand import Demand
    from csp_geo.decisions.opening import OpenHours
    from csp_geo.decisions.walking.distances import Walk
    from csp_geo.inputs.venues.register import Register
    from csp_geo.runs.options import HavenOptions
    from csp_geo.runs.pack import Pack

FURTHEST_M: Final = 1_600.0
"""How far off the nearest venues of a hotspot are looked for."""
_KNOWN: Final = {"yes": 1, "no": 0, "unknown": -1}
WARDS: Final = "ward"
_SAID: Final = ("opening_hours", "step_free", "n_at_point", "ask", "approached_by", "was")
_LISTED: Final = ("name", "venue_type", "address", "postcode", "ward_code", "ward_name")


@dataclass(frozen=True)
class HavenResult:
    """What was made: the folder, the object of `--json`, and the lines for the terminal."""

    folder: Path
    record: Mapping[str, Any]
    lines: Sequence[str]


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
    _keep_what_is_filled_in(_folder(options, pack).path / CALL_LIST)
    _folder(options, pack).check()
    premises = read_premises(
        options.premises,
        pack.area,
        read_venue_types(options.venue_types),
        alcohol_and_gambling=options.alcohol,
        limits=options.settings.limits,
    )
    register = _register(options, pack)
    _refuse_mixture(options, pack)
    candidates = candidates_of(
        premises,
        read_profile(options.profile),
        None if register is None else register.table,
    )
    demand = _demand(pack, options)

    options.progress("Working out who is open and who is near")
    sky = _sky(pack)
    venues, hours = _venues(candidates, register, options, sky)
    ways, walk = _ways(demand, venues, options, pack, sky)
    if not np.isfinite(ways.day).any():
        raise NoPlacesError(
            "No report can be reached on foot from any venue: the network does not lead from one "
            "to the other, or barriers have no crossings. Look at --network, --barriers and "
            "--crossings."
        )

    options.progress("Choosing where to ask")
    each, without = _each(venues, options, pack)
    plan = plan_havens(demand, venues, ways, pack.hotspots, options.plan, each)
    done = Planned(
        options=options,
        pack=pack,
        premises=premises,
        candidates=candidates.table,
        left_out=candidates.out,
        register=register,
        demand=demand,
        venues=venues,
        hours=hours,
        walk=walk,
        week=sky.week,
        plan=plan,
        cautions=(*without, *candidates.cautions),
    )
    return _write(done)


def _write(done: Planned) -> HavenResult:
    """Write every file, whole or not at all."""
    options, pack, plan, venues = done.options, done.pack, done.plan, done.venues
    facts = record.facts_of(done)
    sites = [site_words(plan, venues, facts, n) for n in range(len(plan.order))]
    incidents = pack.incidents.assign(category=pack.incidents["theme"])  # a pack has no words
    reports_at = ask_licensing(done.candidates, incidents)

    options.progress("Writing")
    folder = _folder(options, pack)
    made = record.record_of(done, facts, sites)
    folder.write(
        {
            "layers.gpkg": lambda path: write_layers(path, record.layers_of(plan, venues, pack)),
            "havens.html": havens_page(plan, venues, pack.hotspots, pack.area, facts).encode(
                "utf-8"
            ),
            CALL_LIST: call_list(sites, on=_day(pack), marking=facts.marking, note=NOT_VETTED),
            "havens.csv": csv_bytes(record.sites_table(plan, venues)),
            "coverage.csv": csv_bytes(record.hours_table(plan)),
            "for-the-coordinator.csv": csv_bytes(record.licensing_table(done, reports_at)),
            "uncovered.csv": csv_bytes(record.uncovered_table(done)),
            "left-out.csv": csv_bytes(done.left_out),
            "havens.json": json_text(made, indent=2).encode("utf-8"),
        }
    )
    n_marked = int((reports_at[[site - venues.n_existing for site in plan.order]] > 0).sum())
    return HavenResult(folder.path, made, record.lines_of(plan, facts, sites, n_marked))


def _folder(options: HavenOptions, pack: Pack) -> OutputFolder:
    target = options.out / str(pack.record["as_of"])
    return OutputFolder(target, "csp-geo havens", options.progress)


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


def _demand(pack: Pack, options: HavenOptions) -> Demand:
    points = pack.demand
    if options.demand.counted == "reports":
        points = demand_points(pack.incidents, people=False)
    demand = demand_of(points, options.demand)
    if options.standing_out:
        firm = pack.hotspots[pack.hotspots["confirmed"].astype(bool)]
        demand = near_any(demand, firm.geometry, record.STANDING_OUT_M)
    if not demand.n_reports:
        what = " near a hotspot that stands out" if options.standing_out else ""
        raise NoPlacesError(
            f"The pack {options.run.name} holds no report in a public place{what}: nothing could "
            "be covered. Choose a longer period, or count other evidence."
        )
    if not demand.total:
        raise NoPlacesError("All demand weighs nothing: --pin-weight is 0. Give pins a weight.")
    return demand


def _sky(pack: Pack) -> _Sky:
    """Return the week and the place that hours are worked out for, and when it is dark there."""
    week = usual_week(date.fromisoformat(str(pack.record["period"]["to"])))
    west, south, east, north = pack.area.wards.total_bounds
    middle = [[(west + east) / 2, (south + north) / 2]]
    longitude, latitude = pack.area.projection.to_lonlat(middle)[0]
    dark = after_dark(np.arange(168), week, float(latitude), float(longitude))
    return _Sky(week, Place(latitude=float(latitude), longitude=float(longitude)), dark)


# --- who is open, who is near --------------------------------------------------------------------


def _venues(
    candidates: Candidates,
    register: Register | None,
    options: HavenOptions,
    sky: _Sky,
) -> tuple[Venues, OpenHours]:
    """Put the havens that count before the candidates, with the hours that are known."""
    new = candidates.table.assign(ask=_to_ask(candidates.table))
    there = new.iloc[:0]
    if register is not None:
        counts = register.table[register.table["counts_now"]]
        there = counts.assign(ask="", approached_by="", was="", n_at_point=1).reset_index(drop=True)
    columns = [*_LISTED, *_SAID, "geometry"]
    both = pd.concat([there[columns].astype(object), new[columns].astype(object)])
    both = both.reset_index(drop=True)
    texts = [text if isinstance(text, str) else "" for text in both["opening_hours"]]
    assumed = np.zeros(len(texts), dtype=np.bool_)
    if options.assumed_hours is not None:
        table = read_assumed(options.assumed_hours, read_venue_types(options.venue_types).groups)
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
    both["opening_hours"] = [say_given_hours(text) for text in texts]
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


def _each(
    venues: Venues, options: HavenOptions, pack: Pack
) -> tuple[Each | None, tuple[Caution, ...]]:
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
    said = f"No venue is listed in {join(empty)}: nobody can be asked there."
    return Each(names, of), (Caution("area-without-venue", said),) * bool(empty)


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
