"""What a plan for Safe Havens says about itself: to the page, in havens.json, tables, layers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo._version import __version__
from csp_geo.core.disclosure import Audience
from csp_geo.core.period import say_day, say_span
from csp_geo.core.wording import DAYS, count, join, number
from csp_geo.decisions.havens.demand import demand_of, demand_points
from csp_geo.decisions.havens.licensing import AT_M, THEMES_ASKED, comparable
from csp_geo.decisions.opening import say_given_hours
from csp_geo.products.exports import layers_for
from csp_geo.products.havens import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.decisions.havens.demand import Demand
    from csp_geo.decisions.havens.plan import HavenPlan, Venues
    from csp_geo.decisions.opening import OpenHours
    from csp_geo.decisions.walking.distances import Walk
    from csp_geo.inputs.venues.premises import Premises
    from csp_geo.inputs.venues.register import Register
    from csp_geo.runs.options import HavenOptions
    from csp_geo.runs.pack import Pack

STANDING_OUT_M: Final = 100.0
"""With only the hotspots that stand out, demand within so many metres of them counts."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Everything that is in hand when a plan is made.

    `candidates` are the premises that may be approached, `left_out` has file, row and why of the
    others, `cautions` are sentences of the steps in between.
    """

    options: HavenOptions
    pack: Pack
    premises: Premises
    candidates: gpd.GeoDataFrame
    left_out: pd.DataFrame
    register: Register | None
    demand: Demand
    venues: Venues
    hours: OpenHours
    walk: Walk
    week: date
    plan: HavenPlan
    cautions: Sequence[str]


def facts_of(done: Planned) -> words.HavenFacts:
    """Return what the page says beside the plan itself."""
    options, pack = done.options, done.pack
    period = pack.record["period"]
    return words.HavenFacts(
        area=pack.area.name,
        period=say_span(date.fromisoformat(period["from"]), date.fromisoformat(period["to"])),
        marking=str(pack.record.get("marking", options.settings.marking)),
        version=__version__,
        synthetic=bool(pack.record.get("synthetic")),
        within_m=options.plan.within_m,
        hour=words.hour_words(options.plan.at),
        method=_method(done),
        counting=_counting(done),
        no_hours=done.demand.n_vague == done.demand.n_reports,
        demand=done.demand.said,
        cautions=tuple(dict.fromkeys(_cautions(done))),
        licences=(*pack.record.get("licences", ()), *done.premises.licences),
        n_asked=options.plan.sites,
        n_listed=done.premises.counts["read"],
        n_candidates=len(done.candidates),
        time_limit_s=options.plan.time_limit_s,
        left_out={str(why): int(n) for why, n in done.left_out["why"].value_counts().items()},
        existing=_existing(done.register),
        on=date.fromisoformat(str(pack.record["as_of"])),
    )


def _counting(done: Planned) -> str:
    """Say why the demand is another number than that of the reports, "" where it is the same."""
    params, demand = done.options.demand, done.demand
    n_reports = demand.n_reports
    if params.counted == "people" and not done.options.standing_out:
        n_reports = demand_of(demand_points(done.pack.incidents, people=False), params).n_reports
    if round(demand.total) == n_reports:
        return ""
    why = []
    if params.counted == "people":
        why.append("one person's pins near one another count once")
    if params.perception_weight != 1:
        why.append(f"a pin counts {params.perception_weight:g} of a recorded report")
    return f"All {number(n_reports)} reports count as {number(demand.total)}: {join(why)}."


def _existing(register: Register | None) -> list[dict[str, Any]]:
    """Return the havens of the register, those that count first; nobody's contact is among it."""
    if register is None:
        return []
    table = register.table.sort_values("counts_now", ascending=False, kind="stable")
    columns = ["name", "venue_type", "opening_hours", "counts_now", "why_not"]
    rows = pd.DataFrame(table[columns]).astype(object)
    rows["opening_hours"] = [say_given_hours(text) for text in rows["opening_hours"]]
    rows = rows.where(rows.notna(), "")
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _cautions(done: Planned) -> list[str]:
    """Return what a reader must know, what changes the answer most first."""
    options, demand, any_hour = done.options, done.demand, done.options.any_hour
    said = [*done.plan.siting.notes]
    if any_hour:
        said.append(
            "Opening hours were left aside (--any-hour): every venue is taken as open all week, "
            "which none is. Ask for hours before relying on any of this."
        )
    if done.register is None:
        said.append("No list of existing havens was given (--existing): nothing counts as covered.")
    if options.standing_out:
        metres = number(STANDING_OUT_M)
        said.append(f"Only reports within {metres} metres of hotspots that stand out are counted.")
    said += _of_hours(done)
    by_network = options.network is not None
    said += done.walk.cautions if by_network else ()  # in pieces, or far from a place
    if not any_hour:  # else hours count for nothing
        said += done.hours.cautions
    said += done.cautions
    if done.plan.unreachable >= 1:
        said.append(
            f"{number(done.plan.unreachable)} of {number(demand.total)} reports lie further "
            f"than {number(options.plan.within_m)} metres on foot from every venue listed."
        )
    said += () if by_network else done.walk.cautions
    said += [*done.premises.cautions, *_of_thefts(done)]
    if done.register is not None:
        said += done.register.cautions
    if 0 in comparable(done.candidates, done.pack.incidents):
        said.append(
            "Whether licensing should be asked about a venue first cannot be said from this pack: "
            "no venue, or no report, is located exactly. An empty for-the-coordinator.csv says "
            "nothing."
        )
    return said


def _of_hours(done: Planned) -> list[str]:
    """Say when the reports do not tell the hour."""
    demand, said = done.demand, []
    if demand.n_vague == demand.n_reports:
        said.append(
            f"No report says its hour: all {number(demand.n_reports)} count alike in every hour of "
            "the week. Nothing here tells when they arose; after dark is the share of the week "
            "that is dark."
        )
    elif demand.n_vague * 4 >= demand.n_reports:
        said.append(
            f"The hour is not known of {number(demand.n_vague)} of "
            f"{count(demand.n_reports, 'report')}: they count alike in every hour of the "
            "week, so what is said of hours and of after dark rests on those that have one."
        )
    return said


def _of_thefts(done: Planned) -> list[str]:
    """Say so where many reports are of a theme that shoplifting is filed under."""
    n_thefts = int((done.pack.incidents["theme"].astype("object") == "theft").sum())
    n_reports = done.demand.n_reports
    if n_thefts * 10 < n_reports or done.options.demand.evidence == "perception":
        return []
    said = (
        f"{number(n_thefts)} of {count(n_reports, 'report')} are thefts, shoplifting among them: a "
        "pack does not tell it apart, and it draws the plan towards shops."
    )
    return [said]


def _method(done: Planned) -> tuple[str, ...]:
    speed, within = done.walk.params.metres_per_minute, done.options.plan.within_m
    near = (
        f"Near is {number(within)} metres, {within / speed:.0f} "
        f"minutes on foot at {speed:g} metres a minute, the limit included."
    )
    hours = (
        f"Hours are those of the week of {say_day(done.week)}, which has no bank holiday; after "
        "dark is from sunset to sunrise in that week."
    )
    chosen = (
        "Chosen by maximal coverage with the existing havens kept (Church and ReVelle 1974), "
        "solved by HiGHS. Of equally good choices the one whose venues stand first is taken: those "
        "that meet the profile, then by score, then by name."
    )
    n_premises, n_incidents = comparable(done.candidates, done.pack.incidents)
    licensing = (
        f"Whom to ask licensing about first: {count(n_premises, 'venue')} and "
        f"{count(n_incidents, 'report')} are located exactly enough to be compared (of "
        f"{number(len(done.candidates))} and {number(len(done.pack.incidents))}). Reports "
        "filed as sexual are not in a pack as points; police.uk's are with violence, and their "
        "points are shared. Drugs are not told from alcohol: either counts."
    )
    limit = (
        f"The solver may take {done.options.plan.time_limit_s:g} seconds for the choice, and as "
        "long again for the curve (--time-limit)."
    )
    way = f"Ways are measured {done.walk.method}."
    return way, *done.walk.notes, near, hours, chosen, limit, licensing


def sites_table(plan: HavenPlan, venues: Venues) -> pd.DataFrame:
    """Return the venues to approach, a row each, in their order."""
    rows = venues.table.iloc[plan.order].reset_index(drop=True)
    rows.insert(0, "rank", range(1, len(rows) + 1))
    rows["hours_assumed"] = venues.assumed[plan.order]
    rows["covers_alone"], rows["adds"] = np.round(plan.why.alone, 3), np.round(plan.why.adds, 3)
    rows["easting"], rows["northing"] = np.round(venues.xy[plan.order], 1).T
    rows["vetted"] = False
    return rows


def hours_table(plan: HavenPlan) -> pd.DataFrame:
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


def licensing_table(done: Planned, n_reports: NDArray[np.int64]) -> pd.DataFrame:
    """Return the premises to ask licensing about before anybody approaches them.

    Those to approach come first, with their number in the plan; then those with most reports.
    """
    rows = pd.DataFrame(done.candidates[["premises_id", "name", "address", "postcode"]])
    place = {site: n for n, site in enumerate(done.plan.order, start=1)}
    rows["to_approach"] = [place.get(site) for site in done.venues.candidates.tolist()]
    rows["to_approach"] = rows["to_approach"].astype("Int64")
    rows["reports"] = n_reports
    rows["note"] = f"Ask licensing first: reports of {THEMES_ASKED} within {AT_M:.0f} metres of it."
    rows = rows[n_reports > 0].sort_values(
        ["to_approach", "reports"], ascending=[True, False], kind="stable", na_position="last"
    )
    return rows.reset_index(drop=True)


def uncovered_table(done: Planned) -> pd.DataFrame:
    """Return what stays uncovered, a row for each hotspot and venue near it; the most first."""
    plan, venues, within_m = done.plan, done.venues, done.options.plan.within_m
    lines = []
    for place, spot in enumerate(plan.spots, start=1):
        own = done.pack.hotspots.iloc[list(spot.rows)]
        about = {
            "place": place,
            "hotspots": " / ".join(dict.fromkeys(own["name"].astype("str"))),
            "hotspot_ids": ", ".join(own["hotspot_id"].astype("str")),
            "reports": round(spot.demand, 3),
            "not_covered": round(spot.left, 3),
        }
        near = [
            {
                "venue": venues.table["name"].iloc[one.site],
                "metres": round(one.metres),
                "would_cover": round(one.gain, 3),
                "why_not_more": words.why_not(one, venues, within_m),
            }
            for one in spot.nearest
        ]
        lines += [about | one for one in near or [{}]]
    near_columns = ["venue", "metres", "would_cover", "why_not_more"]
    columns = ["place", "hotspots", "hotspot_ids", "reports", "not_covered"]
    return pd.DataFrame(lines, columns=[*columns, *near_columns])


def layers_of(plan: HavenPlan, venues: Venues, pack: Pack) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of layers.gpkg."""
    import geopandas as gpd

    shown = [*venues.existing, *plan.order]
    rows = venues.table.iloc[shown][["name", "venue_type", "address", "opening_hours"]].copy()
    rows["role"] = ["existing haven"] * venues.n_existing + ["to approach"] * len(plan.order)
    rows["order"] = [0] * venues.n_existing + list(range(1, len(plan.order) + 1))
    points = gpd.points_from_xy(*venues.xy[shown].T)
    crs = pack.area.projection.crs
    havens = gpd.GeoDataFrame(rows.reset_index(drop=True), geometry=points, crs=crs)
    hotspots = pack.hotspots[["hotspot_id", "name", "family", "rank", "geometry"]]
    hotspots = hotspots.reset_index(drop=True)
    for spot in plan.spots:
        rows_of_spot = list(spot.rows)
        for column in ("demand", "before", "after"):
            hotspots.loc[rows_of_spot, column] = round(getattr(spot, column), 3)
    layers = {"havens": ("venues", havens), "hotspots": ("covered hotspots", hotspots)}
    return layers_for(Audience.COORDINATOR, layers | {"wards": ("wards", pack.area.wards)})


def record_of(
    done: Planned, facts: words.HavenFacts, sites: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what stands in havens.json and what `--json` prints."""
    options, pack, plan = done.options, done.pack, done.plan
    return {
        "version": __version__,
        "as_of": pack.record["as_of"],
        "period": pack.record["period"],
        "marking": facts.marking,
        "params": {
            "sites": options.plan.sites,
            "within_m": options.plan.within_m,
            "hours": options.plan.hours,
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
        "existing": done.venues.n_existing,
        "existing_closed": dict(
            Counter(haven["why_not"] for haven in facts.existing if not haven["counts_now"])
        ),
        "sites": [
            {key: site[key] for key in ("rank", "name", "type", "address", "ward", "why")}
            for site in sites
        ],
        "views": [vars(view) for view in plan.views],
        "curve": [None if np.isnan(value) else round(float(value), 3) for value in plan.curve],
        "alternatives": [
            {
                "take": [_named(done.venues, site) for site in into],
                "in_place_of": [_named(done.venues, site) for site in out],
                "covers": round(covered, 3),
            }
            for into, out, covered in plan.swaps
        ],
        "alternatives_complete": plan.others.is_complete,
        "gap": plan.siting.gap,
        "optimal": plan.siting.is_optimal,
        "method": list(facts.method),
        "cautions": list(facts.cautions),
        "licences": list(facts.licences),
    }


def _named(venues: Venues, site: int) -> dict[str, str]:
    row = venues.table.iloc[site]
    return {"name": str(row["name"]), "address": words.say_address(row)}


def lines_of(
    plan: HavenPlan, facts: words.HavenFacts, sites: Sequence[Mapping[str, Any]], n_marked: int
) -> list[str]:
    """Return what the terminal shows."""
    lines = [words.lead(plan, facts)]
    lines += [f"{site['rank']}. {site['name']} ({site['type']}): {site['why']}" for site in sites]
    lines.append(words.certainty(plan, facts))
    if n_marked:
        lines.append(
            f"Ask licensing first about {count(n_marked, 'of them', 'of them')}: see "
            "for-the-coordinator.csv."
        )
    if facts.cautions:
        lines.append(f"{count(len(facts.cautions), 'caution')}, the first: {facts.cautions[0]}")
    return lines
