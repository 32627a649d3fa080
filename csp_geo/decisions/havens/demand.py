"""Where and in which hours people would want a Safe Haven; nothing in it leads to one person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from csp_geo.core.disclosure import may_be_in_public
from csp_geo.core.errors import SettingsError
from csp_geo.core.projection import points_of
from csp_geo.core.wording import count, join, number
from csp_geo.decisions.siting.open_cover import HOURS, demand_by_hour
from csp_geo.incidents.build import SAME_SPOT_M
from csp_geo.inputs.reasons import DATE_OF_REPORT

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from csp_geo.core.arrays import Flags, Floats, Ints

PIN_GRID_M: Final = 50.0
"""To what the middle of one person's pins is rounded."""
_KEPT: Final = (
    *("source", "family", "theme", "occurred_at", "occurred_to", "time_precision"),
    "sensitive",  # a layer of them does not leave without it
)


def demand_points(incidents: gpd.GeoDataFrame, *, people: bool = True) -> gpd.GeoDataFrame:
    """Return what demand is counted from.

    Parameters
    ----------
    incidents
        Those that may be shown, with the columns of `tables.INCIDENTS`; times on any clock.
    people
        Make one row of a person's pins within 100 metres, at their middle; else keep each pin.

    Returns
    -------
    points
        source, family, theme, occurred_at, occurred_to, time_precision, sensitive, geometry,
        sorted by place.
        Where `people`, pins stand on a grid of 50 metres. Times are NaT where only the day of the
        report is known, and where people are told apart or asked in a survey: pins that share an
        hour would be those of one.
    """
    rows = incidents[may_be_in_public(incidents)]
    told = ~rows["flags"].str.contains(DATE_OF_REPORT, regex=False).to_numpy(dtype=bool)
    if people:
        source = rows["source"].astype("object")
        asked = source.isin({"survey", *source[rows["person_key"].notna()]})
        told &= ~(asked & (rows["family"] == "perception")).to_numpy()
    times = {name: rows[name].where(told) for name in ("occurred_at", "occurred_to")}
    table = pd.DataFrame(rows[list(_KEPT)].assign(**times)).reset_index(drop=True)
    xy = points_of(rows)
    if people:
        pins = np.flatnonzero(table["family"] == "perception")
        group = one_person(xy[pins], rows["person_key"].to_numpy(dtype=object)[pins])
        table, xy = _joined(table, xy, pins, group)
    texts = [table[name].astype("str").fillna("").to_numpy(dtype=object) for name in _KEPT]
    order = np.lexsort((*reversed(texts), xy[:, 1], xy[:, 0]))
    return gpd.GeoDataFrame(
        table.iloc[order].reset_index(drop=True),
        geometry=gpd.points_from_xy(*xy[order].T),
        crs=incidents.crs,
    )


def one_person(xy: Floats, people: NDArray[Any]) -> Ints:
    """Return for each pin, ``(n,)``, the first of the pins that are one person's within 100 metres.

    Of those that are left the westernmost takes in what lies around it, so the order of the rows
    does not matter. A pin without a person is its own.
    """
    first = np.arange(len(xy))
    known = np.flatnonzero(pd.notna(people))
    for own in pd.Series(known).groupby(people[known]).agg(list):
        rows = np.array(own)[np.lexsort((xy[own, 1], xy[own, 0]))]
        near = cKDTree(xy[rows])
        free = np.ones(len(rows), dtype=bool)
        for at, row in enumerate(rows):
            if free[at]:
                around = np.array(near.query_ball_point(xy[row], SAME_SPOT_M))
                first[rows[around[free[around]]]] = row
                free[around] = False
    return first


def _joined(
    table: pd.DataFrame, xy: Floats, pins: Ints, group: Ints
) -> tuple[pd.DataFrame, Floats]:
    """Put the pins of each group into its first row, at their middle, and take the others away."""
    table, xy = table.copy(), xy.copy()
    n_pins = np.bincount(group, minlength=len(pins))
    middle = [
        np.bincount(group, xy[pins, axis], len(pins)) / np.maximum(n_pins, 1) for axis in (0, 1)
    ]
    xy[pins] = np.round(np.column_stack(middle) / PIN_GRID_M) * PIN_GRID_M
    for first in np.flatnonzero(n_pins > 1):
        own = table.loc[pins[group == first], ["theme", "sensitive"]].astype("object")
        table.loc[pins[first], "theme"] = own["theme"].mode().iloc[0]
        table.loc[pins[first], "sensitive"] = own["sensitive"].max()
    gone = pins[n_pins == 0]
    return table.drop(index=gone), np.delete(xy, gone, axis=0)


NOT_IN_PUBLIC: Final = ("domestic", "burglary")
"""Themes that say nothing of where a person in the street would look for help."""
EVIDENCE: Final = ("both", "recorded", "perception")
COUNTED: Final = ("people", "reports")
_LONGEST: Final = pd.Timedelta(days=7)
_HOUR: Final = pd.Timedelta(hours=1)
_HEAVIEST: Final = 1_000_000
"""How much a pin may count; above it sums would lose what the others count."""


@dataclass(frozen=True, kw_only=True)
class DemandParams:
    """What counts as demand.

    `evidence` takes recorded reports, perception pins, or both; `counted` weighs perception by
    people (a person's pins within 100 metres count as one) or by reports. `perception_weight` is
    what a pin counts beside a recorded report.
    """

    evidence: str = "both"
    counted: str = "people"
    perception_weight: float = 1.0

    def __post_init__(self) -> None:
        for option, value, words in (
            ("--evidence", self.evidence, EVIDENCE),
            ("--count", self.counted, COUNTED),
        ):
            if value not in words:
                raise SettingsError(f"{option} must be one of {', '.join(words)}, not '{value}'.")
        if not 0 <= self.perception_weight <= _HEAVIEST:
            raise SettingsError(
                f"--pin-weight must be 0 or more, and at most {_HEAVIEST:,}, not "
                f"{self.perception_weight}."
            )


@dataclass(frozen=True, eq=False)
class Demand:
    """Demand by place and hour of the week.

    `xy` is ``(n, 2)`` metres, `by_hour` ``(n, 168)`` sparse with Monday 0:00 first, `felt` that
    part of it which people reported as what they perceive, `reports` is
    how many reports stand at each place, `vague` how many of them say no hour. `said` tells in
    sentences what was counted and how.
    """

    xy: Floats
    by_hour: csr_array
    felt: csr_array
    reports: Ints
    vague: Ints
    said: tuple[str, ...]

    @property
    def n_reports(self) -> int:
        """How many reports the demand is made of."""
        return int(self.reports.sum())

    @property
    def n_vague(self) -> int:
        """How many of the reports say no hour."""
        return int(self.vague.sum())

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the demand, in metres: the mean of its places by their weight."""
        weight = np.asarray(self.by_hour.sum(axis=1), dtype=np.float64).ravel()
        x, y = weight @ self.xy / weight.sum()
        return float(x), float(y)

    @property
    def total(self) -> float:
        """All demand, in weighted reports."""
        return float(self.by_hour.sum())


def demand_of(incidents: gpd.GeoDataFrame, params: DemandParams | None = None) -> Demand:
    """Count incidents in public places by place and hour of the week.

    Parameters
    ----------
    incidents
        As `demand_points` gives them: family, theme, occurred_at, occurred_to (clock of London, no
        zone) and time_precision; points in metres. Audit findings are not demand: auditors looked
        only there.

    Returns
    -------
    demand
        Each report's weight is spread evenly over the hours in which it may have happened (the
        aoristic rule): one hour where it or the minute is known, an interval where that is known,
        the day where only the day is known. Where nothing narrower than a week is known, or only
        when it was reported, it is spread over all 168 hours.
    """
    params = params or DemandParams()
    family = incidents["family"].astype("str")
    wanted = ("recorded", "perception") if params.evidence == "both" else (params.evidence,)
    public = ~incidents["theme"].isin(NOT_IN_PUBLIC)
    used = incidents[family.isin(wanted) & public]
    perception = (used["family"] == "perception").to_numpy()
    weight = np.where(perception, params.perception_weight, 1.0)
    rows, hours, shares, vague = _spread(used)
    places, place = np.unique(np.round(points_of(used)), axis=0, return_inverse=True)
    place = place.reshape(-1)
    parts = [shares * weight[rows] * chosen for chosen in (1, perception[rows])]
    table, felt = (demand_by_hour(place[rows], hours, part, len(places)) for part in parts)
    n_private = int((family.isin(wanted) & ~public).sum())
    return Demand(
        places,
        table,
        felt,
        np.bincount(place, minlength=len(places)).astype(np.int64),
        np.bincount(place[vague], minlength=len(places)).astype(np.int64),
        _said(used, perception, int(vague.sum()), n_private, params),
    )


def near_any(demand: Demand, shapes: gpd.GeoSeries, metres: float) -> Demand:
    """Keep the demand within some metres, inclusive, of any of the shapes."""
    import geopandas as gpd

    points = gpd.GeoSeries.from_xy(*demand.xy.T)
    keep = points.dwithin(shapes.union_all(), metres).to_numpy(dtype=np.bool_)
    kept = np.flatnonzero(keep)
    return replace(
        demand,
        xy=demand.xy[kept],
        by_hour=demand.by_hour[kept],
        felt=demand.felt[kept],
        reports=demand.reports[kept],
        vague=demand.vague[kept],
    )


def _spread(used: gpd.GeoDataFrame) -> tuple[Ints, Ints, Floats, Flags]:
    """Spread each report over hours of the week: its row, the hour, the share; which are vague."""
    at, until = used["occurred_at"], used["occurred_to"]
    one_hour = used["time_precision"].isin(["minute", "hour"]) & until.isna()
    start = at.mask(one_hour, at.dt.floor("h"))
    end = until.mask(one_hour, start + _HOUR)
    whole_day = (used["time_precision"] == "day") & until.isna()
    end = end.mask(whole_day, at.dt.normalize() + pd.Timedelta(days=1))
    length = end - start
    unclear = start.isna() | end.isna() | (length <= pd.Timedelta(0)) | (length >= _LONGEST)
    vague = np.asarray(unclear, dtype=np.bool_)
    known = np.flatnonzero(~vague)
    first = _hours_since_monday(start.iloc[known])
    last = _hours_since_monday(end.iloc[known])
    begin, n = np.floor(first).astype(np.int64), (np.ceil(last) - np.floor(first)).astype(np.int64)
    row = np.repeat(np.arange(len(known)), n)
    step = np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n)
    hour = begin[row] + step
    overlap = np.minimum(last[row], hour + 1.0) - np.maximum(first[row], hour)
    share = overlap / (last - first)[row]
    nowhere = np.flatnonzero(vague)
    return (
        np.concatenate([known[row], np.repeat(nowhere, HOURS)]),
        np.concatenate([hour % HOURS, np.tile(np.arange(HOURS), len(nowhere))]),
        np.concatenate([share, np.full(len(nowhere) * HOURS, 1 / HOURS)]),
        vague,
    )


def _hours_since_monday(at: pd.Series) -> Floats:
    """Count hours since some Monday, 00:00, on the clock."""
    since = (at - pd.Timestamp("1990-01-01")).dt.total_seconds()
    return np.asarray(since / _HOUR.total_seconds(), dtype=np.float64)


def _said(
    used: gpd.GeoDataFrame, perception: Flags, n_vague: int, n_private: int, params: DemandParams
) -> tuple[str, ...]:
    n_pins = int(perception.sum())
    n_recorded = len(used) - n_pins
    said = []
    if params.evidence == "both":
        mix = f"a pin counts {params.perception_weight:g} of a recorded report"
        said.append(
            f"Demand: {count(n_recorded, 'recorded report')} and {count(n_pins, 'pin')} ({mix})."
        )
    else:
        what = "recorded report" if params.evidence == "recorded" else "pin"
        said.append(f"Demand: {count(len(used), what)}, no other evidence.")
    if n_pins and params.counted == "people":
        said.append("Pins are counted in people: one person's pins within 100 metres count as one.")
    if n_private:
        left = join(NOT_IN_PUBLIC, "or")
        said.append(f"Left out as not in a public place: {count(n_private, 'report')} ({left}).")
    if n_vague:
        said.append(
            f"Without an hour: {number(n_vague)} of {count(len(used), 'report')} (only the month, "
            "or when it was reported). They count alike in every hour of the week."
        )
    said.append(
        "Sensitive reports (sexual, domestic, hate and the like, and those whose category nobody "
        "has sorted) are not in a pack as points unless its settings ask for it; those left out do "
        "not count. police.uk files sexual and domestic violence under violence: these do count."
    )
    return tuple(said)
