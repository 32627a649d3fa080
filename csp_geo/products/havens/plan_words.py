"""What a Safe Haven plan says in sentences: on its page, on the terminal, in the call list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.wording import DAYS, count, join, number
from csp_geo.decisions.havens.plan import FELT
from csp_geo.decisions.opening import shown_hours
from csp_geo.products.facts.page import PageFacts
from csp_geo.products.hours_words import say_hours, say_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import geopandas as gpd

    from csp_geo.core.arrays import Floats
    from csp_geo.decisions.havens.gains import Near
    from csp_geo.decisions.havens.plan import HavenPlan
    from csp_geo.decisions.havens.venues import Venues

_EQUAL: Final = 1e-6
"""Sums of shares that differ by less are the same."""
_REPORTS: Final = {
    "All hours": "reports",
    "After dark": "after-dark reports",
    "3pm to 6pm": "reports from 3pm to 6pm",
}
NOT_VETTED: Final = (
    "These are businesses to approach. None of them has been vetted, and none has been asked "
    "unless that stands with it."
)


@dataclass(frozen=True, kw_only=True)
class HavenFacts(PageFacts):
    """What the page says beside the plan itself.

    `counting` says why the reports counted are fewer than there are, "" where they are not;
    `no_hours` that no report says its hour;
    `for_each`: each area is to have a haven.
    `said_yes` are the venues (positions) that have agreed, by the register; `to_look_up` the
    numbers of those to approach that stand in for-the-coordinator.csv.
    `existing` are the havens of the register with name, venue_type, address, opening_hours,
    counts_now and why_not; `stages` says how many of the register have come how far by which
    day, "" without one; `on` is the day that the plan is made for; `ground` are tables of streets
    and what lies under them.
    """

    area: str
    period: str
    within_m: float
    hour: str
    method: Sequence[str]
    counting: str
    no_hours: bool
    demand: Sequence[str]
    n_asked: int
    n_listed: int
    n_candidates: int
    n_ask_first: int
    time_limit_s: float
    left_out: Mapping[str, int]
    existing: Sequence[Mapping[str, Any]]
    stages: str
    on: date
    said_yes: frozenset[int] = frozenset()
    for_each: bool = False
    to_look_up: frozenset[int] = frozenset()
    ground: Mapping[str, gpd.GeoDataFrame] | None = None

    @property
    def made(self) -> str:
        """The reports that the plan is made from."""
        return f", from the reports of {self.period}"


def site_key(n: int) -> str:
    """Return the name in the page of the n-th venue to approach."""
    return f"site-{n + 1}"


def of(part: float, whole: float) -> str:
    """Write a number of reports with its base: "61 of 214", "fewer than 1 of 7".

    What is less than the whole never reads as all of it: "nearly all of 7".
    """
    said, all_of_it = say_value(part), say_value(whole)
    if said == all_of_it and whole - part > _EQUAL:
        said = "nearly all" if whole >= 1 else "some"
    return f"{said} of {all_of_it}"


def reports_words(plan: HavenPlan, facts: HavenFacts) -> str:
    """Name the reports of the hours that are asked about."""
    if facts.no_hours and plan.asked.title != "All hours":
        return f"reports (spread evenly over the week: {facts.hour or plan.asked.title.lower()})"
    if facts.hour:
        return f"reports of {facts.hour}"
    return _REPORTS[plan.asked.title]


def lead(plan: HavenPlan, facts: HavenFacts) -> str:
    """Say first what the new venues would change in the hours that are asked about."""
    view, near = plan.asked, f"within {number(facts.within_m)} metres"
    now = f"Open havens cover {of(view.before, view.demand)} {reports_words(plan, facts)} {near}"
    counting = f" {facts.counting}" if facts.counting else ""
    if not plan.order and facts.n_asked == 0:
        return f"{now}. No new venue was asked for.{counting}"
    if not plan.order:
        return f"{now}. No further venue on the list covers more.{counting}"
    these = "this venue" if len(plan.order) == 1 else f"these {len(plan.order)} venues"
    return f"{now}; with {these} as well it would be {say_value(view.after)}.{counting}"


def site_words(plan: HavenPlan, venues: Venues, facts: HavenFacts, n: int) -> dict[str, Any]:
    """Return what is said of the n-th venue to approach."""
    row = venues.table.iloc[plan.order[n]]
    left = plan.asked.demand - plan.asked.before
    what = reports_words(plan, facts)
    why = f"Covers {of(plan.why.alone[n], left)} {what} that nothing open covers now."
    if not plan.why.alone[n] > 0:
        why += (
            " It is listed because each area is to have one."
            if facts.for_each
            else " Fewer venues would cover as much: leave it out."
        )
    elif venues.second[plan.order[n]] and not venues.second[venues.candidates].all():
        why += f" Its type ({row['venue_type']}) is second choice: no other covers nearly as many."
    shared = int(row["n_at_point"])
    where = (
        f"Placed at a point that {count(shared, 'listed venue')} share: check where it is."
        if shared > 1
        else ""
    )
    if others := _same_door(venues, plan.order[n]):
        where = f"{where} At the same address are listed {others}: they may be one place.".strip()
    return {
        "rank": n + 1,
        "key": site_key(n),
        "name": row["name"],
        "type": row["venue_type"],
        "venue_type": row["venue_type"],
        "street": row["address"] or "",
        "postcode": row["postcode"] or "",
        "opening_hours": shown_hours(row["opening_hours"]) or "",
        "easting": float(venues.xy[plan.order[n]][0]),
        "northing": float(venues.xy[plan.order[n]][1]),
        "address": say_address(row),
        "ward": row["ward_name"] or "",
        "why": why,
        "adds": f"Adds {say_value(plan.why.adds[n])} to those before it.",
        "hours": say_hours(row["opening_hours"] or "", facts.on) or "not known",
        "assumed": bool(venues.assumed[plan.order[n]]),
        "ask": ask_words(row["ask"]),
        "said_yes": plan.order[n] in facts.said_yes,
        "look_up": n + 1 in facts.to_look_up,
        "was": f"On your register: {row['was']}" if row["was"] else "",
        "residents": row["approached_by"] or "",
        "where": where,
        "fallbacks": [
            {
                "name": other["name"],
                "venue_type": other["venue_type"],
                "address": say_address(other),
                "covers": round(covers, 3),
            }
            for other, covers in (
                (venues.table.iloc[site], value) for site, value in plan.fallbacks[n]
            )
        ],
    }


def _same_door(venues: Venues, site: int) -> str:
    """Name the other venues at a venue's own numbered address."""
    door = venues.doors[site]
    others = [place for place, one in enumerate(venues.doors) if door and one == door]
    return join(str(venues.table["name"].iloc[place]) for place in others if place != site)


def call_words(
    plan: HavenPlan, venues: Venues, site: Mapping[str, Any], n: int, degrees: Floats, on: date
) -> dict[str, Any]:
    """Return the n-th site and its fallbacks with what a row of the register needs of each.

    `degrees` are longitude and latitude of each venue, ``(venues, 2)``, `on` the day of the plan.
    """
    others = []
    for said, (place, _) in zip(site["fallbacks"], plan.fallbacks[n], strict=True):
        row = venues.table.iloc[place]
        told = {
            "street": row["address"] or "",
            "postcode": row["postcode"] or "",
            "opening_hours": shown_hours(row["opening_hours"]) or "",
            "hours": (say_hours(row["opening_hours"] or "", on) or "not known")
            + " (assumed)" * bool(venues.assumed[place]),
            "ask": ask_words(row["ask"]),
        }
        others.append({**said, **told, **_point(degrees[place])})
    return {**site, "fallbacks": others, **_point(degrees[plan.order[n]])}


def ask_words(needs: str) -> str:
    """Say what to ask a venue: whether it has what the profile wants and no list says."""
    return f"Whether it has: {needs}" if needs else ""


def against_words(covered: float, best: float) -> str:
    """Say what another choice covers beside the best, also where the two look the same."""
    said, most = say_value(covered), say_value(best)
    if said != most:
        return f"{said}, against {most}"
    return f"{said}, as many" if abs(covered - best) < _EQUAL else f"{said}, nearly as many"


def _point(degrees: Floats) -> dict[str, str]:
    longitude, latitude = degrees.tolist()
    return {"longitude": f"{longitude}", "latitude": f"{latitude}"}


def fallback_words(plan: HavenPlan, site: Mapping[str, Any], n: int) -> list[str]:
    """Say of each venue to ask where the n-th says no how much of its reports it would cover."""
    said: list[str] = []
    for other in site["fallbacks"]:
        covers = say_value(other["covers"])
        if not said:
            covers = f"covers {of(other['covers'], plan.why.alone[n])} of these reports"
        who = name_and_address(other["name"], other["address"])
        said.append(f"{who}, {other['venue_type']}: {covers}")
    return said


def name_and_address(name: str, address: str) -> str:
    """Write a name with its address in brackets, if it is known."""
    return f"{name} ({address})" if address else name


def say_address(row: Any) -> str:
    """Return address and postcode of a venue, as far as they are known."""
    parts = (row["address"], row["postcode"])
    return ", ".join(part for part in parts if isinstance(part, str) and part)


def say_value(value: float) -> str:
    """Write a number of reports in whole reports, though each counts as a share in an hour.

    So what is less than one report never reads as none.
    """
    return "fewer than 1" if _EQUAL < value < 1 - _EQUAL else number(value)


def gives_up(plan: HavenPlan) -> bool:
    """Tell whether as many venues could cover more, if no type were of second choice."""
    return plan.most.objective - plan.siting.objective > _EQUAL


def certainty(plan: HavenPlan, venues: Venues, facts: HavenFacts) -> str:
    """Say how sure it is that no other choice covers more, and what was given up for the type."""
    most, many = plan.most, count(len(plan.order), "venue")
    choice, less = "this one", ""
    if gives_up(plan):
        kinds = dict.fromkeys(venues.table["venue_type"][venues.second].astype("str"))
        choice, could = "that", say_value(most.objective)
        if could == say_value(plan.siting.objective):
            could = "slightly more"
        less = (
            f"With the new venues {of(plan.siting.objective, plan.asked.demand)} "
            f"{reports_words(plan, facts)} are covered. If venues of second choice "
            f"({join(kinds)}) were taken like any other, {many} could cover {could}: the profile "
            "asks them only where much would be lost without them. "
        )
    if most.is_optimal:
        return f"{less}It is proved that no other choice of {many} covers more than {choice}."
    return (
        f"{less}The search was ended by its time limit of {facts.time_limit_s:g} seconds: another "
        f"choice may cover up to {most.gap:.1%} more. How far it came depends on the computer."
    )


def curve_words(plan: HavenPlan) -> str:
    """Say why the curve says more than the plan, "" where both say the same."""
    if not gives_up(plan):
        return ""
    return (
        "The most that so many venues could cover, whatever their type. The plan avoids types of "
        f"second choice: with its {count(len(plan.order), 'new venue')} "
        f"{say_value(plan.siting.objective)} are covered."
    )


def step_free_words(plan: HavenPlan, venues: Venues) -> str:
    """Say of how many of the venues it is known whether they are step-free."""
    states = venues.step_free[[*venues.existing, *plan.order]]
    yes, no, unknown = ((states == state).sum() for state in (1, 0, -1))
    if not len(states):
        return ""
    return (
        f"Known to be step-free: {yes} of {count(len(states), 'venue')}; known not to be: {no}; "
        f"not known: {unknown}, counted as not step-free."
    )


def hour_words(hour: int | None) -> str:
    """Write an hour of the week: "Friday 10pm to 11pm"."""
    if hour is None:
        return ""
    start = hour % 24 * 60
    return f"{DAYS[hour // 24]} {say_time(start)} to {say_time(start + 60)}"


def worst_hour(plan: HavenPlan, facts: HavenFacts) -> str:
    """Say in which hour of the week most stays uncovered.

    "" where no report says its hour, and where less than a report stays uncovered in any.
    """
    left = plan.after.demand - plan.after.covered
    hour = int(left.argmax())
    if facts.no_hours or left[hour] < 1:
        return ""
    covered, demand = float(plan.after.covered[hour]), float(plan.after.demand[hour])
    near = of(covered, demand) if covered > _EQUAL else f"none of {say_value(demand)}"
    return f"Most stays uncovered on {hour_words(hour)}: a venue is open near {near} reports."


def felt_words(plan: HavenPlan) -> str:
    """Say whose the perception reports are, "" where the plan has no line of them."""
    if not any(view.title.startswith(FELT) for view in plan.views):
        return ""
    return (
        f"{FELT} are the pins of women's-safety surveys and StreetSafe. Who made one, a woman or a "
        "young person, is not kept, so neither has a line of its own. Pins of a survey do not "
        "say their hour either: they count alike in all hours of the week."
    )


def why_not(near: Near, venues: Venues, within_m: float, *, no_hours: bool) -> str:
    """Say why a venue near a hotspot would cover nothing of what is left there, "" if it would.

    `no_hours`: no report says its hour, so that none can be said to arise while it is closed.
    """
    if near.gain > 0:
        return ""
    if not venues.is_open[near.site].any():
        return "hours not known"
    if near.metres > within_m:
        return "too far"
    return "would add no hour" if no_hours else "closed at those hours"


def arises_words(facts: HavenFacts) -> str:
    """Say which reports of a hotspot a venue would cover."""
    if facts.no_hours:
        return (
            "No report says its hour, so each counts alike in all hours: a venue would cover the "
            "share of them in which it is open."
        )
    return "A venue would cover only what arises while it is open."
