"""The plan for Safe Havens: what is open, which venue to approach next, what stays uncovered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.errors import InfeasibleError, SettingsError
from csp_geo.core.wording import count, join
from csp_geo.decisions.havens import gains
from csp_geo.decisions.siting.cover import within_reach
from csp_geo.decisions.siting.open_cover import HOURS, hours_between, open_cover, siting_problem
from csp_geo.decisions.siting.problem import TIME_LIMIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd

    from csp_geo.core.arrays import Flags, Floats
    from csp_geo.decisions.havens.demand import Demand
    from csp_geo.decisions.havens.venues import AreasToServe, Venues, WaysOnFoot
    from csp_geo.decisions.siting.open_cover import OpenCover
    from csp_geo.decisions.siting.problem import Alternatives, Problem, Siting


NEAR_M: Final = 400.0
IMMEDIATE_M: Final = 200.0
_CURVE: Final = 8
SOLVED_CURVE: Final = 12
"""Numbers of new venues that the curve is solved for; beyond it adds them one by one."""
_LONGEST_CURVE: Final = 50
ALL: Final = "all"
AFTER_DARK: Final = "after-dark"
AFTER_SCHOOL: Final = "after-school"
HOURS_ASKED: Final = (ALL, AFTER_DARK, AFTER_SCHOOL)
TITLES: Final = {ALL: "All hours", AFTER_DARK: "After dark", AFTER_SCHOOL: "3pm to 6pm"}
THE_HOUR: Final = "The hour asked for"
FELT: Final = "Perception reports"
"""Pins of surveys and StreetSafe: what is known of women's and young people's own reports."""
FALLBACKS: Final = 3
"""Other venues that are listed for each, should it say no."""
_LOOKED_AT: Final = 40
"""Of so many the fallbacks are taken: some are the same place as others."""
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True)
class PlanParams:
    """What is asked for.

    `sites` is how many new venues, `within_m` how far people walk. `hours` are those that are asked
    about: all, after dark, or 3pm to 6pm; `at` is one hour of the week instead (0 is Monday
    0:00).
    """

    sites: int = 3
    within_m: float = NEAR_M
    hours: str = ALL
    at: int | None = None
    time_limit_s: float = TIME_LIMIT_S

    def __post_init__(self) -> None:
        if self.sites < 0:
            raise SettingsError(f"--sites must be 0 or more, not {self.sites}.")
        if self.hours not in HOURS_ASKED:
            raise SettingsError(
                f"--hours must be one of {', '.join(HOURS_ASKED)}, not '{self.hours}'."
            )
        if not self.time_limit_s > 0:
            raise SettingsError(f"--time-limit must be more than 0 seconds: {self.time_limit_s}.")
        if not self.within_m > 0:
            raise SettingsError(f"--within must be more than 0 metres, not {self.within_m}.")


@dataclass(frozen=True, eq=False)
class View:
    """Some hours of the week, how much demand is in them, and how much of it is covered.

    `step_free` counts only venues that are known to be step-free, `immediate` only those within 200
    metres, both with the new venues.
    """

    title: str
    demand: float
    before: float
    after: float
    twice: float
    step_free: float
    immediate: float


@dataclass(frozen=True, eq=False)
class HavenPlan:
    """The answer: which venues to approach, why, and what is known about the rest.

    `order` are the new venues (positions) in the order in which to approach them, `why` what each
    covers in the hours asked about. `most` is what as many venues could cover if no type were of
    second choice. `asked` sums these hours up, `curve` is the most that 0, 1, 2
    ... new venues cover in them. `before` and `after` are coverage by hour of week. `spots` are the
    hotspots in the hours asked about, the least covered first. `xy` are the places of the demand,
    ``(places, 2)`` metres, `covered` the share of each place's demand in these hours that is
    covered, NaN without any. `unreachable` is demand that no venue at all lies near. `fallbacks`
    are, for each venue in that order, up to three others to ask where it says no, each with what it
    covers of what the venue does in the hours asked about.
    """

    siting: Siting
    most: Siting
    why: gains.Reasons
    asked: View
    others: Alternatives
    curve: Floats
    before: gains.Coverage
    after: gains.Coverage
    views: tuple[View, ...]
    spots: Sequence[gains.Spot]
    xy: Floats
    covered: Floats
    unreachable: float
    fallbacks: Sequence[Sequence[tuple[int, float]]]

    @property
    def order(self) -> list[int]:
        """Positions of the new venues, the one that adds most first."""
        return [int(site) for site in self.why.sites]

    @property
    def swaps(self) -> list[tuple[list[int], list[int], float]]:
        """Of each alternative the sites to take, those they replace, and the demand covered."""
        chosen = set(self.siting.sites.tolist())
        found = []
        for other in self.others.sitings:
            sites = set(other.sites.tolist())
            found.append((sorted(sites - chosen), sorted(chosen - sites), other.objective))
        return found


def plan_havens(
    demand: Demand,
    venues: Venues,
    ways: WaysOnFoot,
    hotspots: gpd.GeoDataFrame,
    params: PlanParams | None = None,
    each: AreasToServe | None = None,
) -> HavenPlan:
    """Work out which venues to approach next.

    Parameters
    ----------
    demand
        Of `demand.demand_of`.
    ways
        Metres on foot, ``(places, venues)``.
    hotspots
        With name, rank, family and a polygon each, in metres.
    each
        Areas that are to have at least one haven each; those without any venue are left out.

    Raises
    ------
    InfeasibleError
        If one in each area is asked for and takes more venues than allowed.
    """
    params = params or PlanParams()
    cover = _cover(demand, venues, ways, params.within_m)
    hours = _hours(params, ways)
    asked = cover.during(hours[_asked(params)])
    problem = _problem(asked, venues, params, each)
    problem, most, best = _each_place_once(problem, asked, venues, params)
    after = gains.coverage_by_hour(cover, best.sites)
    views = _views(demand, venues, ways, cover, best, hours, params.within_m)
    there = venues.existing
    why = gains.reasons(asked, best.sites, there)
    stand_ins = _elsewhere(problem.stand_ins(best, _LOOKED_AT), venues)
    return HavenPlan(
        siting=best,
        most=most,
        why=why,
        others=_instead(problem, most, best, venues),
        curve=_curve(problem, most, params),
        before=gains.coverage_by_hour(cover, there),
        after=after,
        views=views,
        asked=next(view for view in views if view.title == _asked(params)),
        spots=gains.uncovered_spots(
            asked,
            demand.xy,
            ways.dark if ways.is_dark[hours[_asked(params)]].all() else ways.day,
            venues.candidates,
            there,
            best.sites,
            hotspots,
            venues.doors,
        ),
        xy=demand.xy,
        covered=_share_covered(asked, best),
        unreachable=_unreachable(demand, venues, ways, params.within_m),
        fallbacks=[stand_ins[int(site)] for site in why.sites],
    )


def _each_place_once(
    problem: Problem, asked: OpenCover, venues: Venues, params: PlanParams
) -> tuple[Problem, Siting, Siting]:
    """Return the most that can be covered and the best, with no place twice, and their problem.

    Where two that may be one place were chosen, the one that adds less cannot be.
    """
    while True:
        most = problem.solve(params.time_limit_s)
        best = problem.prefer(most, venues.second, venues.give_up)
        again = {
            site
            for sites in (most.sites, best.sites)
            for site in _there_already(gains.reasons(asked, sites, venues.existing), venues.doors)
        }
        if not again:
            return problem, most, best
        problem = problem.without(np.array(sorted(again)))


def _there_already(why: gains.Reasons, doors: Sequence[str]) -> Iterator[int]:
    """Give those of new sites that may be the same place as another of them that adds more."""
    seen: set[str] = set()
    for site in why.sites.tolist():
        if doors[site] and doors[site] in seen:
            yield site
        seen.add(doors[site])


def _instead(problem: Problem, most: Siting, best: Siting, venues: Venues) -> Alternatives:
    """Return what could be taken in place of the best, without what it was rather not to have.

    Nor what may be the same place as one of the best: that is no other choice.
    """
    doors = {venues.doors[site] for site in best.sites} - {""}
    not_these = [site for site in venues.candidates if venues.doors[site] in doors]
    if best is not most:
        not_these += np.flatnonzero(venues.second).tolist()
    return problem.without(np.setdiff1d(not_these, best.sites)).alternatives(best)


def _elsewhere(
    stand_ins: Mapping[int, Sequence[tuple[int, float]]], venues: Venues
) -> dict[int, list[tuple[int, float]]]:
    """Keep the fallbacks of a site that are places of their own, and are still to be asked.

    None is where a site or a haven is, nor where another fallback of the site is.
    """
    taken = {venues.doors[site] for site in (*venues.existing, *stand_ins)} - {""}
    found: dict[int, list[tuple[int, float]]] = {}
    for site, others in stand_ins.items():
        seen, kept = set(taken), []
        for other, covers in others:
            if other in venues.said_yes or venues.doors[other] in seen:
                continue
            seen |= {venues.doors[other]} - {""}
            kept.append((other, covers))
        found[site] = kept[:FALLBACKS]
    return found


def hour_of_week(text: str) -> int:
    """Read an hour of the week: "Fri 22:00" is 118.

    Raises
    ------
    SettingsError
        If the text is not a day and hour.
    """
    day, _, clock = text.strip().lower().partition(" ")
    hour, _, minute = clock.strip().partition(":")
    known = day[:3] in _DAYS and hour.isdigit() and int(hour) < 24  # noqa: PLR2004
    if not known or (minute and not minute.isdigit()):
        raise SettingsError(
            f"'{text}' is not an hour of the week. Write it like: --at \"Fri 22:00\"."
        )
    return _DAYS.index(day[:3]) * 24 + int(hour)


def _cover(demand: Demand, venues: Venues, ways: WaysOnFoot, metres: float) -> OpenCover:
    return open_cover(
        within_reach(ways.day, metres),
        venues.is_open,
        demand.by_hour,
        reach_dark=within_reach(ways.dark, metres),
        is_dark=ways.is_dark,
    )


def _problem(
    asked: OpenCover, venues: Venues, params: PlanParams, each: AreasToServe | None
) -> Problem:
    if each is not None:
        served = set(each.of[venues.existing].tolist())
        needed = sorted(set(each.of[venues.candidates].tolist()) - served - {-1})
        if len(needed) > params.sites:
            missing = join([each.names[area] for area in needed])
            raise InfeasibleError(
                f"At least one haven in each area takes {count(len(needed), 'new venue')}, and "
                f"{params.sites} may be chosen: there is no haven yet in {missing}. Ask for "
                f"--sites {len(needed)}."
            )
    return siting_problem(
        asked,
        params.sites,
        fixed=venues.existing,
        candidates=venues.candidates,
        group=None if each is None else each.of,
    )


def _curve(problem: Problem, best: Siting, params: PlanParams) -> Floats:
    """Return what 0, 1, 2 ... new venues cover, at least as far as the plan goes."""
    longest = min(max(params.sites, _CURVE), _LONGEST_CURVE)
    curve = problem.curve(
        longest, exactly=SOLVED_CURVE, time_limit=params.time_limit_s / SOLVED_CURVE
    )
    n = len(best.sites) - len(problem.fixed)
    curve[n:] = np.fmax(curve[n:], best.objective)
    return curve


def _share_covered(asked: OpenCover, best: Siting) -> Floats:
    """Return the share of each place's demand that is covered, NaN without demand."""
    whole = np.asarray(asked.demand.sum(axis=1)).ravel()
    share = np.full(len(whole), np.nan)
    np.divide(gains.covered_by_place(asked, best.sites), whole, out=share, where=whole > 0)
    return share


def _unreachable(demand: Demand, venues: Venues, ways: WaysOnFoot, metres: float) -> float:
    """Add up the demand that no venue lies near, open or not."""
    alone = ~(ways.day <= metres).any(axis=1) if len(venues.table) else np.ones(len(ways.day), bool)
    return float(np.asarray(demand.by_hour.sum(axis=1)).ravel()[alone].sum())


def _asked(params: PlanParams) -> str:
    """Return the title of the hours that are asked about."""
    return TITLES[params.hours] if params.at is None else THE_HOUR


def _hours(params: PlanParams, ways: WaysOnFoot) -> dict[str, Flags]:
    """Return the hours that are summed up, by title."""
    hour = np.arange(HOURS)
    chosen = {
        TITLES[ALL]: np.ones(HOURS, dtype=np.bool_),
        TITLES[AFTER_DARK]: ways.is_dark,
        TITLES[AFTER_SCHOOL]: hours_between(15, 18),
    }
    return chosen if params.at is None else chosen | {THE_HOUR: hour == params.at}


def _views(  # noqa: PLR0913, PLR0917 - what a summary is made of
    demand: Demand,
    venues: Venues,
    ways: WaysOnFoot,
    cover: OpenCover,
    best: Siting,
    hours: dict[str, Flags],
    within_m: float,
) -> tuple[View, ...]:
    """Sum up coverage for all hours, after dark, the hours after school, and the hour asked for.

    Then, where it is some of the demand and not all, for what people perceive at the latter three.
    """
    close = _cover(demand, venues, ways, min(IMMEDIATE_M, within_m))
    views = _summed(cover, close, venues, best, hours)
    here = np.flatnonzero(np.asarray(demand.felt.sum(axis=1)).ravel())
    if not len(here) or np.isclose(demand.felt.sum(), demand.by_hour.sum()):
        return views
    felt = demand.felt[here]
    near, closer = (replace(one.at(here), demand=felt) for one in (cover, close))
    some = {
        f"{FELT}, {title[0].lower()}{title[1:]}": marked
        for title, marked in hours.items()
        if title != TITLES[ALL]
    }
    return (*views, *_summed(near, closer, venues, best, some))


def _summed(
    cover: OpenCover, close: OpenCover, venues: Venues, best: Siting, hours: dict[str, Flags]
) -> tuple[View, ...]:
    """Sum up some hours, by title; `close` is who reaches whom in a few minutes."""
    before = gains.coverage_by_hour(cover, venues.existing)
    after = gains.coverage_by_hour(cover, best.sites)
    level = gains.coverage_by_hour(cover, gains.step_free_sites(best.sites, venues.step_free))
    at_once = gains.coverage_by_hour(close, best.sites)
    return tuple(
        View(
            title,
            float(after.demand[marked].sum()),
            float(before.covered[marked].sum()),
            float(after.covered[marked].sum()),
            float(after.covered_twice[marked].sum()),
            float(level.covered[marked].sum()),
            float(at_once.covered[marked].sum()),
        )
        for title, marked in hours.items()
    )
