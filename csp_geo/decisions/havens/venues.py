"""Who could be asked and who is open: havens there are, candidates, their hours, the ways there.

And the havens there are as the weekly map shows them: open in each hour, with the reports near.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from csp_geo.core.calendar import after_dark
from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoPlacesError
from csp_geo.core.polygons import Locator
from csp_geo.core.projection import points_of
from csp_geo.core.wording import count, join
from csp_geo.decisions import opening
from csp_geo.decisions.havens.demand import demand_of, demand_points
from csp_geo.decisions.havens.same_place import places_of
from csp_geo.decisions.walking.distances import WalkParams, walking_distances
from csp_geo.inputs.venues.opening_rules import OPEN
from csp_geo.inputs.venues.venue_types import read_venue_types

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.decisions.havens.candidates import Candidates
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.register import Register


_STEP_FREE: Final = {"yes": 1, "no": 0, "unknown": -1}
_SAID: Final = ("opening_hours", "step_free", "n_at_point", "ask", "approached_by", "was")
_LISTED: Final = ("name", "venue_type", "address", "postcode", "ward_code", "ward_name")
NEAR_M = 400.0


@dataclass(frozen=True, eq=False)
class Venues:
    """Existing havens that count, then candidates, in the order in which ties are broken.

    `table` has a row for each with name, venue_type, address, ward_name, ward_code and what else
    the page shows. `xy` is ``(n, 2)`` metres, `is_open` ``(n, 168)`` bool: known to be open.
    `step_free` is ``(n,)`` of -1 (unknown), 0 and 1; `assumed` marks hours that nobody gave,
    `second` the venues of second choice; a plan gives up at most `give_up` of what it adds to do
    without them. The first `n_existing` are there already; `said_yes` are positions of candidates
    that have agreed by what the register says.
    """

    table: pd.DataFrame
    xy: Floats
    is_open: Flags
    step_free: NDArray[np.int8]
    assumed: Flags
    second: Flags
    give_up: float
    n_existing: int
    said_yes: frozenset[int] = frozenset()

    @property
    def existing(self) -> Ints:
        """Positions of the havens that are there already."""
        return np.arange(self.n_existing)

    @property
    def candidates(self) -> Ints:
        """Positions of the venues that could be approached."""
        return np.arange(self.n_existing, len(self.table))

    @cached_property
    def doors(self) -> list[str]:
        """A mark for each venue, shared by those that may be one place; "" for all others."""
        return places_of(self.table, self.xy)


@dataclass(frozen=True, eq=False)
class AreasToServe:
    """Areas that are to have at least one haven each: wards, or town centres.

    `of` is ``(venues,)``: the area of each venue, a position in `names`, -1 for none.
    """

    names: tuple[str, ...]
    of: Ints


@dataclass(frozen=True, eq=False)
class WaysOnFoot:
    """Metres on foot from each place of the demand to each venue, by day and after dark."""

    day: Floats
    dark: Floats
    is_dark: Flags


@dataclass(frozen=True, eq=False)
class UsualWeek:
    """The week that hours are worked out for: its Monday, the place, the hours after dark."""

    monday: date
    place: opening.Place
    is_dark: Flags


def usual_week_of(area: StudyArea, last_day: date) -> UsualWeek:
    """Return a week without a bank holiday near the end of the period, and when it is dark then."""
    monday = opening.usual_week(last_day)
    longitude, latitude = area.middle
    dark = after_dark(np.arange(168), monday, latitude, longitude, ZoneInfo(area.time_zone))
    return UsualWeek(monday, opening.Place(latitude=latitude, longitude=longitude), dark)


def venues_of(
    candidates: Candidates,
    register: Register | None,
    week: UsualWeek,
    *,
    venue_types: Path | None = None,
    assumed_hours: Path | None = None,
    any_hour: bool = False,
) -> tuple[Venues, opening.OpenHours]:
    """Put the havens that count before the candidates, with the hours that are known.

    Parameters
    ----------
    assumed_hours
        A table of hours for each type of venue, for candidates that give none.
    any_hour
        Take every venue as open all week, which none is.

    Raises
    ------
    NoPlacesError
        If no candidate has hours that can be read.
    """
    # to ask of each is what the profile wants and the list does not say
    to_ask = candidates.table["unknown"].fillna("").astype("str")
    new = candidates.table.assign(ask=to_ask)
    there = new.iloc[:0]
    if register is not None:
        counts = register.table[register.table["counts_now"]]
        there = counts.assign(ask="", approached_by="", was="", n_at_point=1).reset_index(drop=True)
    columns = [*_LISTED, *_SAID, "geometry"]
    both = pd.concat([there[columns].astype(object), new[columns].astype(object)])
    both = both.reset_index(drop=True)
    texts = _hours_given(both)
    assumed = np.zeros(len(texts), dtype=np.bool_)
    if assumed_hours is not None:
        table = opening.read_assumed(assumed_hours, read_venue_types(venue_types).groups)
        kinds = list(new["venue_type"].astype(str))
        texts[len(there) :], assumed[len(there) :] = opening.assume_hours(
            texts[len(there) :], kinds, table
        )
    hours = opening.hours_of_week(texts, week.monday, assumed=list(assumed), place=week.place)
    is_open = hours.open.copy()
    if any_hour:
        is_open = np.ones_like(is_open)
    elif not hours.open[len(there) :].any():
        raise NoPlacesError(
            f"None of the {count(len(new), 'candidate')} has opening hours that can be read, so "
            "none can be counted as open. Ask them, give hours for each type of venue with "
            "--assume-hours FILE, or use --any-hour to see which venue would be best placed "
            "whatever its hours."
        )
    both["opening_hours"] = [opening.say_given_hours(text) for text in texts]
    day_only = np.zeros(len(both), dtype=np.bool_)
    day_only[len(there) :] = new["day_only"]
    is_open &= ~(day_only[:, None] & week.is_dark)
    xy = np.array([[point.x, point.y] for point in both["geometry"]]).reshape(-1, 2)
    step_free = np.array(
        [_STEP_FREE.get(str(word), -1) for word in both["step_free"]], dtype=np.int8
    )
    said: pd.DataFrame = pd.DataFrame(both.drop(columns="geometry"))
    said = said.where(said.notna(), None)
    second = np.zeros(len(both), dtype=np.bool_)
    second[len(there) :] = new["second_choice"]
    agreed = np.flatnonzero(new["said_yes"].to_numpy(dtype=np.bool_)) + len(there)
    venues = Venues(
        *(said, xy, is_open, step_free, assumed, second, candidates.give_up, len(there)),
        said_yes=frozenset(agreed.tolist()),
    )
    return venues, hours


def _hours_given(table: pd.DataFrame) -> list[str]:
    """Return the opening hours of each venue as somebody wrote them, "" where nobody did."""
    return [text if isinstance(text, str) else "" for text in table["opening_hours"]]


def areas_to_serve(names: tuple[str, ...], of: Ints) -> tuple[AreasToServe, tuple[Caution, ...]]:
    """Return the areas that are to have a haven each, and say which have no venue at all.

    `of` is ``(venues,)``: the position in `names` of the area that each venue lies in, -1 for none.
    """
    empty = [name for row, name in enumerate(names) if row not in set(of.tolist())]
    sentence = f"No venue is listed in {join(empty)}: nobody can be asked there."
    return AreasToServe(names, of), (Caution("area-without-venue", sentence),) * bool(empty)


def position_in(shapes: gpd.GeoSeries, xy: Floats) -> Ints:
    """Return the position of the shape that each point lies in, -1 for none."""
    return Locator(shapes.to_numpy()).rows_of(xy)


@dataclass(frozen=True, eq=False)
class HavensOnMap:
    """Existing havens that count, for the map.

    `table` has a row for each, per `tables.HAVENS`; `states` is ``(n, 168)`` of CLOSED, UNKNOWN and
    OPEN. `demand` is ``(168,)``: reports in public places of each hour, as `demand_of` counts them;
    `covered` those of them within `within_m` metres on foot of a haven that is open in that
    hour, `ring_m` the straight line that this stands for.
    """

    table: gpd.GeoDataFrame
    states: NDArray[np.int8]
    demand: Floats
    covered: Floats
    within_m: float
    ring_m: float


def havens_on_map(
    havens: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, area: StudyArea, day: date
) -> HavensOnMap:
    """Work out who is open when, and which reports lie near.

    Parameters
    ----------
    havens
        Per `tables.HAVENS`; those that count now are taken.
    incidents
        The reports of the period, per `tables.INCIDENTS`.
    day
        The day of the map: hours are those of the last week up to it without a bank holiday.
    """
    table = havens[havens["counts_now"]].reset_index(drop=True)
    week = usual_week_of(area, day)
    states = opening.hours_of_week(_hours_given(table), week.monday, place=week.place).table
    points = demand_points(incidents)
    clock = {name: points[name].dt.tz_localize(None) for name in ("occurred_at", "occurred_to")}
    demand = demand_of(points.assign(**clock))
    params = WalkParams(limit_m=NEAR_M)
    walk = walking_distances(demand.xy, points_of(table), params=params)
    near = walk.within(NEAR_M).astype(np.int64)
    is_near_open = near @ (states == OPEN).astype(np.int64) > 0
    by_hour = demand.by_hour.toarray()
    covered = np.where(is_near_open, by_hour, 0.0).sum(axis=0)
    ring = NEAR_M / params.straight_factor
    return HavensOnMap(table, states, by_hour.sum(axis=0), covered, NEAR_M, ring)
