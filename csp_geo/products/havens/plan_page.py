"""The page of a Safe Haven plan: which venues to approach, why, and what nobody covers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from csp_geo.core.disclosure import Audience, may_point_at_venues
from csp_geo.core.wording import DAYS, join, number
from csp_geo.decisions.havens.plan import SOLVED_CURVE
from csp_geo.products.havens import plan_words
from csp_geo.products.hours_words import say_hours
from csp_geo.products.html import asset
from csp_geo.products.map.builders import area_layers, demand_layers, outline_layers, venue_layer
from csp_geo.products.map.leaflet import draw, render_with_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import geopandas as gpd

    from csp_geo.decisions.havens.gains import Near
    from csp_geo.decisions.havens.plan import HavenPlan, View
    from csp_geo.decisions.havens.venues import Venues
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.products.havens.plan_words import HavenFacts
    from csp_geo.products.map.layers import LayerSpec

_CLASSES: Final = (20, 40, 60, 80)
"""Edges of the five classes of coverage, in percent."""
_SHOWN_CAUTIONS: Final = 3
_SHOWN_HOTSPOTS: Final = 10
_AUDIENCE: Final = Audience.COORDINATOR
_LEAST_LEFT: Final = 0.05
"""Hotspots of which less than this part of a report is left uncovered are not listed."""


def havens_page(
    plan: HavenPlan, venues: Venues, hotspots: gpd.GeoDataFrame, area: StudyArea, facts: HavenFacts
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
    sites = [_site(plan, venues, facts, n) for n in range(len(plan.order))]
    asks = {site["ask"] for site in sites}
    layers = _layers(plan, venues, hotspots, area, facts.ground)
    drawn = draw(layers, area.projection, _AUDIENCE)
    return render_with_map(
        "havens.html.j2",
        {
            **facts.on_page(),
            "title": f"{facts.area}: where to ask for the next Safe Haven",
            "lead": plan_words.lead(plan, facts),
            "facts": facts,
            "not_vetted": plan_words.NOT_VETTED,
            "shown_cautions": _SHOWN_CAUTIONS,
            "shown_hotspots": _SHOWN_HOTSPOTS,
            "sites": sites,
            "lists": [
                ("agreed", "Said yes", [site for site in sites if site["said_yes"]]),
                ("sites", "Venues to approach", [site for site in sites if not site["said_yes"]]),
            ],
            "ask_all": asks.pop() if len(asks) == 1 and len(sites) > 1 else "",
            "curve": _curve(plan),
            "curve_says": plan_words.curve_words(plan),
            "gives_up": plan_words.gives_up(plan),
            "arises": plan_words.arises_words(facts),
            "asked": plan_words.reports_words(plan, facts),
            "strips": [
                {"title": "Now", "days": _strip(plan.before)},
                {"title": "With the new venues", "days": _strip(plan.after)},
            ],
            "hours": range(24),
            "classes": _class_words(),
            "views": [_view(view, plan, venues) for view in plan.views],
            "hotspots": _hotspots(plan, venues, hotspots, facts),
            "others": _others(plan, venues),
            "solved": SOLVED_CURVE,
            "complete": plan.others.is_complete,
            "n_more": plan.others.n_more,
            "certainty": plan_words.certainty(plan, venues, facts),
            "existing": [_existing(haven, facts.on) for haven in facts.existing],
            "worst_hour": plan_words.worst_hour(plan, facts),
            "felt": plan_words.felt_words(plan),
            "step_free": plan_words.step_free_words(plan, venues),
            "left_out": "",
            "havens_css": asset("havens.css"),
        },
        drawn,
        scripts=("havens.js", "map.js", "plan.js"),
    )


def _site(plan: HavenPlan, venues: Venues, facts: HavenFacts, n: int) -> dict[str, Any]:
    site = plan_words.site_words(plan, venues, facts, n)
    return site | {
        "otherwise": plan_words.fallback_words(plan, site, n),
        "look_up": site["look_up"] and may_point_at_venues(_AUDIENCE),
    }


def _layers(
    plan: HavenPlan,
    venues: Venues,
    hotspots: gpd.GeoDataFrame,
    area: StudyArea,
    ground: Mapping[str, gpd.GeoDataFrame] | None,
) -> list[LayerSpec]:
    import geopandas as gpd

    crs, n_new = area.wards.crs, len(plan.order)
    shown = [*plan.order, *venues.existing]  # the new keep their number where there is no room
    keys = [plan_words.site_key(n) if n < n_new else "" for n in range(len(shown))]
    points = gpd.GeoDataFrame(
        {"name": venues.table["name"].iloc[shown].to_numpy(), "key": keys},
        geometry=gpd.points_from_xy(*venues.xy[shown].T),
        crs=crs,
    )
    places = gpd.GeoDataFrame(
        {"covered": plan.covered}, geometry=gpd.points_from_xy(*plan.xy.T), crs=crs
    )
    return [
        *area_layers(area, ground),
        venue_layer(points, venues.n_existing),
        *(outline_layers(hotspots) if len(hotspots) else ()),
        *demand_layers(places),
    ]


def _curve(plan: HavenPlan) -> list[dict[str, Any]]:
    """Return the lines of the curve; what each venue adds is the difference of what is shown.

    Where nothing more is shown although there is a part of a report, that is said.
    """
    known = [(n, float(value)) for n, value in enumerate(plan.curve) if np.isfinite(value)]
    most = max((value for _, value in known), default=0.0) or 1.0
    lines: list[dict[str, Any]] = []
    before: float | None = None
    for n, value in known:
        more = ""
        if before is not None:
            step = round(value) - round(before)
            more = number(step) if step else plan_words.say_value(value - before)
        lines.append(
            {
                "n": n,
                "covered": plan_words.say_value(value),
                "more": more,
                "width": 100 * value / most,
            }
        )
        before = value
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
        "words": f"{percent:.0f}% of {plan_words.say_value(demand)} reports",
        "percent": f"{percent:.0f}",
    }


def _class_words() -> list[tuple[str, str]]:
    edges = (0, *_CLASSES, 100)
    words = [
        (f"level-{i}", f"{low} to {high}%" if high == edges[-1] else f"{low} to under {high}%")
        for i, (low, high) in enumerate(pairwise(edges))
    ]
    return [("none", "no reports"), *words]


def _view(view: View, plan: HavenPlan, venues: Venues) -> dict[str, str]:
    shown = [*venues.existing, *plan.order]
    known = bool((venues.step_free[shown] >= 0).any())
    return {
        **{name: number(value) for name, value in vars(view).items() if name != "title"},
        "title": view.title,
        "step_free": number(view.step_free) if known else "not known",
        "gap": number(view.after - view.step_free) if known else "not known",
    }


def _existing(haven: Mapping[str, Any], on: date) -> dict[str, str]:
    return {
        "name": str(haven["name"]),
        "type": str(haven["venue_type"] or ""),
        "hours": say_hours(haven["opening_hours"] or "", on) or "not known",
        "state": "Counts" if haven["counts_now"] else "Counts as closed",
        "why": "" if haven["counts_now"] else str(haven["why_not"]),
    }


def _hotspots(
    plan: HavenPlan, venues: Venues, hotspots: Any, facts: HavenFacts
) -> list[dict[str, Any]]:
    lines = []
    for spot in plan.spots:
        if spot.left < _LEAST_LEFT:
            continue
        rows = [hotspots.iloc[row] for row in spot.rows]
        names = dict.fromkeys(str(row["name"]) for row in rows)
        lines.append(
            {
                "name": " / ".join(names),
                "family": join([str(row["family"]) for row in rows]),
                "firm": any(bool(row["confirmed"]) for row in rows),
                "left": plan_words.of(spot.left, spot.demand),
                "near": [_near_words(near, venues, facts) for near in spot.nearest],
            }
        )
    return lines


def _near_words(near: Near, venues: Venues, facts: HavenFacts) -> dict[str, str]:
    """Say of a venue near a hotspot what it would cover there, and why not more."""
    metres = f"{number(round(near.metres, -1))} m"
    does = (
        plan_words.why_not(near, venues, facts.within_m, no_hours=facts.no_hours)
        or f"would cover {plan_words.say_value(near.gain)}"
    )
    return {"name": str(venues.table.iloc[near.site]["name"]), "about": f"{metres}, {does}"}


def _others(plan: HavenPlan, venues: Venues) -> list[dict[str, Any]]:
    """Say what could be taken in place of which venue, and what would then be covered."""
    spots: dict[str, list[dict[str, str]]] = {}
    for into, out, covered in plan.swaps:
        spots.setdefault(_named(out, venues), []).append(
            {
                "into": _named(into, venues, with_address=True),
                "covers": plan_words.against_words(covered, plan.siting.objective),
            }
        )
    return [{"out": out, "choices": choices} for out, choices in spots.items()]


def _named(sites: Sequence[int], venues: Venues, *, with_address: bool = False) -> str:
    said = []
    for site in sites:
        row = venues.table.iloc[site]
        address = plan_words.say_address(row) if with_address else ""
        said.append(plan_words.name_and_address(str(row["name"]), address))
    return join(said)
