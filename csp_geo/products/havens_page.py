"""The page of a Safe Haven plan: which venues to approach, why, and what nobody covers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from csp_geo.products.drawing import Drawing
from csp_geo.products.html import asset, json_for_script, render
from csp_geo.products.leaflet import leaflet_assets, script_safe
from csp_geo.products.page import LEAFLET_LICENCE
from csp_geo.products.words import DAYS
from csp_geo.wording import count, join, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.response.plan import HavenPlan, Venues, View
    from csp_geo.study_area import StudyArea

_CLASSES: Final = (20, 40, 60, 80)
"""Edges of the five classes of coverage, in percent."""
_SHOWN_CAUTIONS: Final = 3
_FEW: Final = 20
"""Below so many reports one decimal is written: each counts a share in an hour."""
_REPORTS: Final = {
    "All hours": "reports",
    "After dark": "after-dark reports",
    "15:00 to 18:00": "reports from 15:00 to 18:00",
}
_SHOWN_HOTSPOTS: Final = 12
NOT_VETTED: Final = (
    "These are businesses to approach. None of them has been vetted, and none has been asked."
)


@dataclass(frozen=True, kw_only=True)
class HavenFacts:
    """What the page says beside the plan itself."""

    area: str
    period: str
    marking: str
    version: str
    synthetic: bool
    within_m: float
    hour: str
    method: Sequence[str]
    demand: Sequence[str]
    cautions: Sequence[str]
    licences: Sequence[str]
    n_asked: int
    n_listed: int
    n_candidates: int
    left_out: Mapping[str, int]
    lapsed: Mapping[str, int]


def havens_page(
    plan: HavenPlan,
    venues: Venues,
    hotspots: gpd.GeoDataFrame,
    area: StudyArea,
    facts: HavenFacts,
) -> str:
    """Write the page of a plan.

    Parameters
    ----------
    plan, venues
        Of `response.plan`.
    hotspots
        The table that the plan was made with: name, rank and family.
    area
        Its wards frame the map.

    Returns
    -------
    html
        The same text for the same input; for the coordinator, not for the public.
    """
    drawing = _drawing(plan, venues, hotspots, area)
    leaflet_js, leaflet_css = leaflet_assets()
    scripts = [
        leaflet_js,
        asset("points.js"),
        script_safe(drawing.leaflet_map.script()),
        *map(asset, ("havens.js", "map.js", "plan.js")),
    ]
    return render(
        "havens.html.j2",
        {
            "title": f"{facts.area}: where to ask for the next Safe Haven",
            "lead": lead(plan, facts),
            "marking": facts.marking,
            "version": facts.version,
            "facts": facts,
            "not_vetted": NOT_VETTED,
            "cautions": facts.cautions,
            "shown_cautions": _SHOWN_CAUTIONS,
            "shown_hotspots": _SHOWN_HOTSPOTS,
            "sites": [site_words(plan, venues, facts, n) for n in range(len(plan.order))],
            "curve": _curve(plan),
            "asked": reports_words(plan, facts),
            "strips": [
                {"title": "Now", "days": _strip(plan.before)},
                {"title": "With the new venues", "days": _strip(plan.after)},
            ],
            "hours": range(24),
            "classes": _class_words(),
            "views": [_view(view) for view in plan.views],
            "hotspots": _hotspots(plan, venues, hotspots),
            "others": _others(plan, venues),
            "complete": plan.others.is_complete,
            "certainty": certainty(plan),
            "boxes": drawing.boxes,
            "left_out": "",
            "data": json_for_script(drawing.page_data()),
            "licences": (*facts.licences, LEAFLET_LICENCE),
            "leaflet_css": leaflet_css,
            "page_css": asset("page.css"),
            "havens_css": asset("havens.css"),
        },
        scripts=scripts,
    )


def _drawing(
    plan: HavenPlan, venues: Venues, hotspots: gpd.GeoDataFrame, area: StudyArea
) -> Drawing:
    import geopandas as gpd

    drawing = Drawing(area.projection, ())
    drawing.add_area(area)
    points = gpd.GeoDataFrame(
        {"name": venues.table["name"]}, geometry=gpd.points_from_xy(*venues.xy.T)
    )
    keys = [_key(n) for n in range(len(plan.order))]
    drawing.add_sites(points.iloc[venues.existing], points.iloc[plan.order], keys)
    if len(hotspots):
        drawing.add_outlines(hotspots)
    drawing.finish()
    return drawing


def _key(n: int) -> str:
    return f"site-{n + 1}"


def of(part: float, whole: float) -> str:
    """Write a number with its base: "61 of 214", "0.4 of 2.9"."""
    if whole < _FEW:
        return f"{part:.1f} of {whole:.1f}"
    return f"{number(part)} of {number(whole)}"


def reports_words(plan: HavenPlan, facts: HavenFacts) -> str:
    """Name the reports of the hours that are asked about."""
    if facts.hour:
        return f"reports of {facts.hour}"
    return _REPORTS[plan.asked.title]


def lead(plan: HavenPlan, facts: HavenFacts) -> str:
    """Say first what the new venues would change in the hours that are asked about."""
    view, near = plan.asked, f"within {number(facts.within_m)} metres"
    now = f"Open havens cover {of(view.before, view.demand)} {reports_words(plan, facts)} {near}"
    if not plan.order and facts.n_asked == 0:
        return f"{now}. No new venue was asked for."
    if not plan.order:
        return f"{now}. No further venue on the list covers more."
    these = "this venue" if len(plan.order) == 1 else f"these {len(plan.order)} venues"
    then = f"{view.after:.1f}" if view.demand < _FEW else number(view.after)
    return f"{now}; with {these} as well it would be {then}."


def site_words(plan: HavenPlan, venues: Venues, facts: HavenFacts, n: int) -> dict[str, Any]:
    """Return what is said of the n-th venue to approach."""
    row = venues.table.iloc[plan.order[n]]
    left = plan.asked.demand - plan.asked.before
    what = reports_words(plan, facts)
    why = f"Covers {of(plan.why.alone[n], left)} {what} that nothing open covers now."
    shared = int(row["n_at_point"])
    where = (
        f"Placed at a point that {count(shared, 'listed venue')} share: check where it is."
        if shared > 1
        else ""
    )
    return {
        "rank": n + 1,
        "key": _key(n),
        "name": row["name"],
        "type": row["venue_type"],
        "address": ", ".join(str(part) for part in (row["address"], row["postcode"]) if part),
        "ward": row["ward_name"] or "",
        "why": why,
        "adds": f"Adds {_one(plan.why.adds[n], left)} to those before it.",
        "hours": row["opening_hours"] or "not known",
        "assumed": bool(venues.assumed[plan.order[n]]),
        "ask": row["ask"],
        "where": where,
    }


def _one(value: float, base: float) -> str:
    return f"{value:.1f}" if base < _FEW else number(value)


def certainty(plan: HavenPlan) -> str:
    """Say how sure it is that no other choice covers more."""
    if plan.siting.is_optimal:
        return "It is proved that no other choice of as many venues covers more in these hours."
    return (
        f"The search was ended by its time limit: another choice may cover up to "
        f"{plan.siting.gap:.1%} more. How far it came depends on the computer."
    )


def _curve(plan: HavenPlan) -> list[dict[str, Any]]:
    known = [(n, value) for n, value in enumerate(plan.curve) if np.isfinite(value)]
    most = max((value for _, value in known), default=0.0) or 1.0
    lines, last = [], None
    for n, value in known:
        lines.append(
            {
                "n": n,
                "covered": value,
                "more": None if last is None else value - last,
                "width": 100 * value / most,
            }
        )
        last = value
    return lines


def _strip(coverage: Any) -> list[dict[str, Any]]:
    """Return a row of 24 cells for each day: the class of the share covered, and the words."""
    demand, covered = coverage.demand.reshape(7, 24), coverage.covered.reshape(7, 24)
    return [
        {
            "day": day,
            "cells": [_cell(float(demand[d, hour]), float(covered[d, hour])) for hour in range(24)],
        }
        for d, day in enumerate(DAYS)
    ]


def _cell(demand: float, covered: float) -> dict[str, str]:
    if demand <= 0:
        return {"class": "none", "words": "no reports", "percent": ""}
    percent = 100 * covered / demand
    level = int(np.searchsorted(_CLASSES, percent, side="right"))
    return {
        "class": f"level-{level}",
        "words": f"{percent:.0f}% of {demand:.1f} reports",
        "percent": f"{percent:.0f}",
    }


def _class_words() -> list[tuple[str, str]]:
    edges = (0, *_CLASSES, 100)
    words = [
        (f"level-{i}", f"{low} to {high}%" if high == edges[-1] else f"{low} to under {high}%")
        for i, (low, high) in enumerate(pairwise(edges))
    ]
    return [("none", "no reports"), *words]


def _view(view: View) -> dict[str, str]:
    return {
        "title": view.title,
        "demand": number(view.demand),
        "before": number(view.before),
        "after": number(view.after),
        "twice": number(view.twice),
        "step_free": number(view.step_free),
        "gap": number(view.after - view.step_free),
        "immediate": number(view.immediate),
    }


def _hotspots(plan: HavenPlan, venues: Venues, hotspots: Any) -> list[dict[str, Any]]:
    lines = []
    for line in plan.hotspots.to_dict("records"):
        row = hotspots.iloc[line["hotspot"]]
        near = [
            f"{venues.table.iloc[venue]['name']} ({number(round(metres, -1))} m)"
            for venue, metres in zip(line["nearest"], line["metres"], strict=True)
        ]
        left = line["demand"] - line["after"]
        if left < 1:
            continue
        lines.append(
            {
                "name": row["name"],
                "family": row["family"],
                "rank": int(row["rank"]),
                "left": of(left, line["demand"]),
                "value": round(left, 3),
                "near": near,
            }
        )
    return lines


def _others(plan: HavenPlan, venues: Venues) -> list[dict[str, str]]:
    """Say of each alternative what it takes in place of what."""
    chosen = set(plan.siting.sites.tolist())
    names = venues.table["name"]
    lines = []
    for other in plan.others.sitings:
        sites = set(other.sites.tolist())
        into, out = sorted(sites - chosen), sorted(chosen - sites)
        lines.append(
            {
                "into": join([str(names.iloc[site]) for site in into]),
                "out": join([str(names.iloc[site]) for site in out]),
                "covers": f"{number(other.objective)}, against {number(plan.siting.objective)}",
            }
        )
    return lines


def hour_words(hour: int | None) -> str:
    """Write an hour of the week: "Friday 22:00 to 23:00"."""
    if hour is None:
        return ""
    return f"{DAYS[hour // 24]} {hour % 24:02}:00 to {hour % 24 + 1:02}:00"


def open_words(states: NDArray[np.int8]) -> str:
    """Write for how many of the 168 hours of a week something is open."""
    return f"open {int((states == 1).sum())} hours a week"
