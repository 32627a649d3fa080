"""What a plan for Safe Havens says of itself: for the page, in havens.json, on the terminal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo._version import __version__
from csp_geo.core.caution import Caution, in_order, inherited
from csp_geo.core.period import months_before, say_day, say_span
from csp_geo.core.wording import count, join, number
from csp_geo.decisions.havens.demand import demand_of, demand_points
from csp_geo.decisions.havens.licensing import comparable
from csp_geo.decisions.opening import say_given_hours
from csp_geo.inputs.ground.ground_store import DRAWN
from csp_geo.inputs.venues.listing import OUTSIDE
from csp_geo.inputs.venues.register import say_stages
from csp_geo.inputs.venues.to_settle import ABOUT
from csp_geo.products.havens import plan_words
from csp_geo.products.havens.plan_tables import HOURS, LICENSING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from csp_geo.core.settings import Settings
    from csp_geo.decisions.havens.demand import Demand
    from csp_geo.decisions.havens.plan import HavenPlan
    from csp_geo.decisions.havens.venues import UsualWeek, Venues
    from csp_geo.decisions.opening import OpenHours
    from csp_geo.decisions.walking.distances import Walk
    from csp_geo.inputs.ground.ground_store import Ground
    from csp_geo.inputs.venues.premises import Premises
    from csp_geo.inputs.venues.register import Register
    from csp_geo.runs.havens import HavenOptions
    from csp_geo.runs.pack import WeeklyPack

_SAID_OF_SITE: Final = ("rank", "name", "type", "address", "ward", "why", "fallbacks")
STANDING_OUT_M: Final = 100.0
"""With only the hotspots that stand out, demand within so many metres of them counts."""


@dataclass(frozen=True, kw_only=True)
class PlanRun:
    """Everything that is in hand when a plan is made.

    `candidates` are the premises that may be approached, `marks` the same and those of them that
    were taken out as above chance, of `licensing.marks_of`. `ask_first` are those about which
    somebody is to be asked, `left_out` has file, row and why of the others, `cautions` are
    sentences of the steps in between.
    """

    options: HavenOptions
    settings: Settings
    pack: WeeklyPack
    premises: Premises
    candidates: gpd.GeoDataFrame
    marks: gpd.GeoDataFrame
    ask_first: gpd.GeoDataFrame
    left_out: pd.DataFrame
    register: Register | None
    demand: Demand
    venues: Venues
    hours: OpenHours
    walk: Walk
    week: UsualWeek
    plan: HavenPlan
    ground: Ground | None
    cautions: Sequence[Caution]


def page_facts(run: PlanRun, to_ask: pd.DataFrame) -> plan_words.HavenFacts:
    """Return what the page says beside the plan itself; `to_ask` is for the coordinator alone."""
    options, pack = run.options, run.pack
    period = pack.record["period"]
    return plan_words.HavenFacts(
        area=pack.area.name,
        period=say_span(date.fromisoformat(period["from"]), date.fromisoformat(period["to"])),
        marking=str(pack.record.get("marking", run.settings.marking)),
        version=__version__,
        synthetic=bool(pack.record.get("synthetic")),
        within_m=options.plan.within_m,
        hour=plan_words.hour_words(options.plan.at),
        method=_method(run),
        counting=_counting(run),
        no_hours=run.demand.n_vague == run.demand.n_reports,
        demand=run.demand.said,
        cautions=cautions(run),  # the coordinator keeps the lists: reader and maker in one
        licences=tuple(
            dict.fromkeys(
                (
                    *pack.record.get("licences", ()),
                    *run.premises.licences,
                    *(run.ground.licences_of(*DRAWN) if run.ground else ()),
                )
            )
        ),
        n_asked=options.plan.sites,
        n_listed=run.premises.counts["read"],
        n_candidates=len(run.candidates),
        n_ask_first=len(run.ask_first) + int(run.marks["above_chance"].sum()),
        time_limit_s=options.plan.time_limit_s,
        left_out={str(why): int(n) for why, n in run.left_out["why"].value_counts().items()},
        existing=_existing(run.register),
        stages=say_stages(run.register) if run.register is not None else "",
        on=pack.as_of,
        said_yes=run.venues.said_yes,
        for_each=options.each is not None,
        to_look_up=frozenset(int(n) for n in to_ask["to_approach"].dropna()),
        ground=run.ground.drawn() if run.ground else None,
    )


def _counting(run: PlanRun) -> str:
    """Say why the demand is another number than that of the reports, "" where it is the same."""
    params, demand = run.options.demand, run.demand
    n_reports = demand.n_reports
    if params.counted == "people" and not run.options.standing_out:
        n_reports = demand_of(demand_points(run.pack.incidents, people=False), params).n_reports
    if round(demand.total) == n_reports:
        return ""
    why = []
    if params.counted == "people":
        why.append("one person's pins near one another count once")
    if params.perception_weight != 1:
        why.append(f"a pin counts {params.perception_weight:g} of a recorded report")
    return f"All {number(n_reports)} reports count as {number(demand.total)}: {join(why)}."


def _existing(register: Register | None) -> list[dict[str, Any]]:
    """Return the havens of the register, those that count first, without candidates or contacts."""
    if register is None:
        return []
    table = register.table[register.are_havens].sort_values(
        "counts_now", ascending=False, kind="stable"
    )
    columns = ["name", "venue_type", "opening_hours", "counts_now", "why_not"]
    rows = pd.DataFrame(table[columns]).astype(object)
    rows["opening_hours"] = [say_given_hours(text) for text in rows["opening_hours"]]
    rows = rows.where(rows.notna(), "")
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def cautions(run: PlanRun) -> tuple[Caution, ...]:
    """Return what somebody must know: of the plan, then of the map that it was made from."""
    source = f"From the map of {say_day(run.pack.as_of)}"
    return (*_own_cautions(run), *inherited(run.pack.cautions, source))


def _own_cautions(run: PlanRun) -> tuple[Caution, ...]:
    """Return what somebody must know of the plan itself, what changes the answer most first."""
    options, demand, any_hour = run.options, run.demand, run.options.any_hour
    found = [*run.plan.siting.notes]
    if any_hour:
        said = (
            "Opening hours were ignored (--any-hour): every venue is taken as open all week, "
            "which none is. Ask for hours before relying on any of this."
        )
        found.append(Caution("hours-left-aside", said))
    if run.register is None:
        said = "No list of existing havens was given (--existing): nothing counts as covered."
        found.append(Caution("no-existing-havens", said))
    if options.standing_out:
        metres = number(STANDING_OUT_M)
        said = f"Only reports within {metres} metres of hotspots that stand out are counted."
        found.append(Caution("standing-out-only", said))
    found += [*_of_hours(run), *run.walk.cautions]
    if not any_hour:  # else hours count for nothing
        found += run.hours.cautions
    found += run.cautions
    if run.plan.unreachable >= 1:
        said = (
            f"{number(run.plan.unreachable)} of {number(demand.total)} reports lie further "
            f"than {number(options.plan.within_m)} metres on foot from every venue listed."
        )
        found.append(Caution("out-of-reach", said))
    found += [*run.premises.cautions, *_of_age(run), *_of_thefts(run)]
    if run.register is not None:
        found += [*run.register.cautions, *_of_havens_outside(run.register)]
    if 0 in comparable(run.candidates, run.pack.incidents):
        said = (
            "Whether licensing should be asked about a venue first cannot be said from this pack: "
            "no venue, or no report, is located exactly. That for-the-coordinator.csv says nothing "
            "of licensing does not mean that there is nothing to ask."
        )
        found.append(Caution("licensing-not-comparable", said))
    return in_order(found)


def _of_hours(run: PlanRun) -> list[Caution]:
    """Say when the reports do not tell the hour."""
    demand = run.demand
    if demand.n_vague == demand.n_reports:
        said = (
            f"No report gives its hour: all {number(demand.n_reports)} count equally in every hour "
            "of the week. Nothing here shows when they happened; 'after dark' is only the share of "
            "the week that is dark."
        )
        return [Caution("no-hours", said)]
    if demand.n_vague * 4 >= demand.n_reports:
        said = (
            f"The hour of {number(demand.n_vague)} of {count(demand.n_reports, 'report')} is not "
            "known: these count equally in every hour of the week, so the figures by hour and "
            "after dark rest on the other reports."
        )
        return [Caution("few-hours", said)]
    return []


def _of_havens_outside(register: Register) -> list[Caution]:
    """Name the havens of the register that lie too far outside the study area to count."""
    rows = register.findings[register.findings["finding"] == OUTSIDE]
    pairs = zip(rows["name"], rows["source_row"], strict=True)
    if not (named := [f"{name} (row {row})" for name, row in pairs]):
        return []
    said = (
        f"{register.name}: outside the study area, so not counted: {join(named)}. Check "
        "coordinates, or leave them to the neighbouring borough."
    )
    return [Caution("listed-places-outside", said)]


def _of_age(run: PlanRun) -> list[Caution]:
    """Say which lists are more than a year older than the map."""
    oldest = months_before(run.pack.as_of, 12)
    return [
        Caution(
            "list-of-venues-old",
            f"{name} is of {say_day(day)}, more than a year before the map: venues have closed, "
            "moved and opened since. Get the list of today.",
        )
        for name, day in run.premises.days.items()
        if day < oldest
    ]


def _of_thefts(run: PlanRun) -> list[Caution]:
    """Say so where many reports are of a theme that shoplifting is filed under."""
    n_thefts = int((run.pack.incidents["theme"].astype("object") == "theft").sum())
    n_reports = run.demand.n_reports
    if n_thefts * 10 < n_reports or run.options.demand.evidence == "perception":
        return []
    said = (
        f"{number(n_thefts)} of {count(n_reports, 'report')} are thefts, which include "
        "shoplifting: a pack cannot tell which, and shoplifting draws the plan towards shops."
    )
    return [Caution("many-thefts", said)]


def _method(run: PlanRun) -> tuple[str, ...]:
    speed, within = run.walk.params.metres_per_minute, run.options.plan.within_m
    near = (
        f"'Near' means at most {number(within)} metres, {within / speed:.0f} "
        f"minutes on foot at {speed:g} metres a minute."
    )
    hours = (
        f"Hours are those of the week of {say_day(run.week.monday)}, which has no bank holiday; "
        "after dark is from sunset to sunrise in that week."
    )
    chosen = (
        "Chosen by maximal coverage with the existing havens kept (Church and ReVelle 1974), "
        "solved by HiGHS. Of equally good choices the one whose venues stand first is taken: those "
        "that meet the profile, then by score, by venue type in the order of the profile, and by "
        "distance to the middle of the demand; never by name or row. Then venues of the profile's "
        "second choice that are not known to meet it are exchanged one by one, as long as at most "
        f"{run.venues.give_up:.0%} of what the new venues add is lost."
    )
    n_premises, n_incidents = comparable(run.candidates, run.pack.incidents)
    licensing = (
        f"Whom to ask licensing about first: {count(n_premises, 'venue')} and "
        f"{count(n_incidents, 'report')} are located exactly enough to be compared (of "
        f"{number(len(run.candidates))} and {number(len(run.pack.incidents))}). Reports "
        "filed as sexual are not in a pack as points; police.uk's are with violence, and their "
        "points are shared. Drugs are not told from alcohol: either counts."
    )
    limit = (
        f"The solver may take {run.options.plan.time_limit_s:g} seconds for the choice, and as "
        "long again for the curve (--time-limit)."
    )
    way = f"Walking distances are measured {run.walk.method}."
    return way, *run.walk.notes, near, hours, chosen, limit, licensing


def body(
    run: PlanRun, facts: plan_words.HavenFacts, sites: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what havens.json says beside its head."""
    options, pack, plan = run.options, run.pack, run.plan
    return {
        "period": pack.record["period"],
        "marking": facts.marking,
        "synthetic": facts.synthetic,
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
        "ask_first": facts.n_ask_first,
        "left_out": dict(facts.left_out),
        "existing": run.venues.n_existing,
        "existing_closed": dict(
            Counter(haven["why_not"] for haven in facts.existing if not haven["counts_now"])
        ),
        "stages": run.register.stages if run.register is not None else None,
        "sites": [{key: site[key] for key in _SAID_OF_SITE} for site in sites],
        "views": [vars(view) for view in plan.views],
        "curve": [None if np.isnan(value) else round(float(value), 3) for value in plan.curve],
        "alternatives": [
            {
                "take": [_named(run.venues, site) for site in into],
                "in_place_of": [_named(run.venues, site) for site in out],
                "covers": round(covered, 3),
            }
            for into, out, covered in plan.swaps
        ],
        "alternatives_complete": plan.others.is_complete,
        "alternatives_more": plan.others.n_more,
        "most": round(plan.most.objective, 3),
        "gap": plan.siting.gap,
        "optimal": plan.siting.is_optimal,
        "method": list(facts.method),
    }


def _named(venues: Venues, site: int) -> dict[str, str]:
    row = venues.table.iloc[site]
    return {"name": str(row["name"]), "address": plan_words.say_address(row)}


def lines(
    run: PlanRun,
    facts: plan_words.HavenFacts,
    sites: Sequence[Mapping[str, Any]],
    to_ask: pd.DataFrame,
) -> list[str]:
    """Return what the terminal shows; `to_ask` is per `tables.TO_ASK`."""
    said = [plan_words.lead(run.plan, facts)]
    if facts.stages:
        said.append(facts.stages)
    for site in sites:
        kind = f"{site['type']}, said yes" if site["said_yes"] else site["type"]
        said.append(f"{site['rank']}. {site['name']} ({kind}): {site['why']}")
    if sites:
        said.append(plan_words.certainty(run.plan, run.venues, facts))
    about, in_plan = to_ask["about"], to_ask["to_approach"].notna()
    if n_marked := int((in_plan & (about == LICENSING)).sum()):
        said.append(
            f"Ask licensing first about {count(n_marked, 'of them', 'of them')}: see "
            "for-the-coordinator.csv."
        )
    if n_doubtful := int((about == HOURS).sum()):
        said.append(
            f"Opening hours that look wrong as written, at {count(n_doubtful, 'venue')}: see "
            "for-the-coordinator.csv."
        )
    if n_open := int((about == ABOUT).sum()):
        said.append(
            f"Answers that contradict one another, of {count(n_open, 'venue')}: see "
            "for-the-coordinator.csv, and settle which holds."
        )
    return said
