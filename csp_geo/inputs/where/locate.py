"""Coordinate texts to metres in the study area's CRS, with a reason where one cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.projection import BRITISH_CRS, GB_DEGREES, GB_METRES, Projection, between, in_box
from csp_geo.inputs.where.coordinates import DEGREES, METRES, Numbers, read_numbers, stands_for_none
from csp_geo.inputs.where.units import (
    ENOUGH,
    NEARLY_ALL,
    SLIPS,
    WEB_MERCATOR,
    certain,
    in_kilometres,
    in_web_mercator,
    slips_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from csp_geo.inputs.areas.study_area import StudyArea

    Within = Callable[[NDArray[np.float64]], NDArray[np.bool_]]

_KILOMETRE: Final = 1000.0


def without_minus(
    points: NDArray[np.float64],
    usable: NDArray[np.bool_],
    away: NDArray[np.bool_],
    within: Within,
    area: StudyArea,
) -> NDArray[np.bool_]:
    """Tell which longitudes lack their minus sign.

    Only where the study area lies wholly west of Greenwich. Either the whole column has none, or
    most of it lies inside and every other row without a minus would lie inside with it: a file
    that reaches beyond the study area tells nothing.

    Parameters
    ----------
    points
        ``(n, 2)`` longitude, latitude.
    usable, away
        Which of them can be used at all, and which of those lie outside as they are.
    within
        Tells which degrees lie in the study area.
    """
    nothing = np.zeros(len(points), dtype=np.bool_)
    positive = away & (points[:, 0] > 0)
    if not positive.any() or not _is_western(area):
        return nothing
    inside = nothing.copy()
    inside[positive] = within(points[positive] * (-1.0, 1.0))
    n_inside = int((usable & ~away).sum())
    if certain(n_inside, int(inside.sum()), int(usable.sum())):
        return inside
    lone = n_inside >= max(ENOUGH, NEARLY_ALL * int((usable & ~positive).sum()))
    return inside if lone and bool(inside[positive].all()) else nothing


def _is_western(area: StudyArea) -> bool:
    west, south, east, north = area.wards.total_bounds
    corners = [(x, y) for x in (west, east) for y in (south, north)]
    return bool((area.projection.to_lonlat(corners)[:, 0] < 0).all())


__all__ = [
    "DEGREES",
    "ENOUGH",
    "METRES",
    "Extent",
    "System",
    "axes_by_range",
    "locate",
    "locate_points",
    "refine",
]

_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)
_COARSE_DECIMALS: Final = 2
_TOO_COARSE_M: Final = _KILOMETRE / 2
"""Half a kilometre of doubt to every side says too little of where."""
_CENTROID_M: Final = 1.0


def axes_by_range(x: pd.Series, y: pd.Series) -> str:
    """Tell whether unnamed x and y columns hold degrees or metres, by what most rows fit."""
    east, north = read_numbers(x, DEGREES).value, read_numbers(y, DEGREES).value
    return DEGREES if in_box(east, north, _WORLD).sum() * 2 > np.isfinite(east).sum() else METRES


@dataclass(frozen=True)
class System:
    """What the numbers of a file mean: "degrees" or "metres", and of which CRS."""

    axes: str
    projection: Projection
    crs: str | None = None

    def to_metres(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move points to metres of the study area's CRS, NaN where they lie in none."""
        projection = self.projection
        if self.axes == DEGREES:
            return projection.to_metres(points)
        own = self.crs or (BRITISH_CRS if projection.is_british else projection.crs)
        if own != projection.crs:
            return between(own, projection.crs, points)
        metres = points.copy()
        if projection.is_british:
            metres[~in_box(metres[:, 0], metres[:, 1], GB_METRES)] = np.nan
        return metres

    def is_other(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which are degrees in a column of metres, or metres in a column of degrees."""
        x, y = points[:, 0], points[:, 1]
        if self.axes == DEGREES:
            turn = (-360.0, -360.0, 360.0, 360.0)
            return ~in_box(x, y, turn) & np.isfinite(points).all(axis=1)
        return in_box(x, y, GB_DEGREES) | in_box(y, x, GB_DEGREES)


@dataclass(frozen=True)
class Extent:
    """The study area and how far outside it reports are kept."""

    area: StudyArea
    border_m: float

    def has(self, metres: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points lie inside or near enough."""
        with np.errstate(invalid="ignore"):
            near: NDArray[np.bool_] = self.area.distance_outside(metres) <= self.border_m
        return near

    def place(
        self, metres: NDArray[np.float64], usable: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return the ward of each point, which are at the border and which are away from it."""
        ward = self.area.ward_of(metres)
        beyond = usable & (ward < 0)
        at_border = np.zeros(len(metres), dtype=np.bool_)
        near = np.flatnonzero(beyond & np.isfinite(metres).all(axis=1))
        at_border[near] = self.has(metres[near])
        return ward, at_border, beyond & ~at_border


def locate(  # noqa: PLR0913 - each says something else about one file
    x: pd.Series,
    y: pd.Series,
    axes: str,
    projection: Projection,
    area: StudyArea | None,
    *,
    crs: str | None = None,
    border_m: float = 250.0,
) -> pd.DataFrame:
    """Locate one file's reports.

    Parameters
    ----------
    x, y
        Texts: longitude and latitude when `axes` is "degrees", easting and northing when "metres".
    area
        `None` when no boundary is at hand: then nothing is outside and no ward is given.
    crs
        CRS of easting and northing where it is not the British National Grid.
    border_m
        Reports up to this many metres outside the boundary are kept and flagged.

    Returns
    -------
    located
        Same index as `x`: `x_m`, `y_m` (float64, metres, NaN where unknown), `ward` (row in
        area.wards, -1 outside), `coarse_m` (radius of doubt from rounding, 0 where none), and a
        bool column for each reason and flag slug.
    """
    east, north = read_numbers(x, axes), read_numbers(y, axes)
    reach = None if area is None else Extent(area, border_m)
    missing, bad = east.missing | north.missing, east.bad | north.bad
    known = ~missing & ~bad
    zero = known & stands_for_none(east.value, north.value, axes)
    tried = np.column_stack([east.value, north.value])
    tried[~known | zero] = np.nan
    mercator = axes == METRES and in_web_mercator(
        tried, projection, None if reach is None else reach.has, crs
    )
    system = System(axes, projection, WEB_MERCATOR if mercator else crs)
    kilometres = _are_kilometres(tried, system, reach)
    if kilometres:
        tried = np.round(tried * _KILOMETRE, 3)
    wrong = known & ~zero & system.is_other(tried)
    usable = known & ~zero & ~wrong
    coarse_m = _coarse(east, north, tried, axes)
    located = pd.DataFrame(
        {
            "coarse_m": coarse_m,
            "missing-coordinates": missing,
            "unreadable-coordinates": bad,
            "zero-coordinates": zero,
            "wrong-crs": wrong,
            "web-mercator": usable & mercator,
            "kilometres": usable & kilometres,
            "thousands-commas": usable & (east.commas | north.commas),
        },
        index=x.index,
    )
    _say_how_coarse(located, usable)
    _place_in_area(located, usable, tried, system, reach)
    return located


def locate_points(
    points: NDArray[np.float64],
    doubt_m: NDArray[np.float64],
    index: pd.Index,
    system: System,
    reach: Extent | None,
) -> pd.DataFrame:
    """Locate points that were read from something else than coordinates.

    Parameters
    ----------
    points
        ``(n, 2)`` numbers of `system`, NaN where there is none.
    doubt_m
        Radius of doubt of each.

    Returns
    -------
    located
        As `locate` gives it; nothing is decided for the whole column.
    """
    usable = np.asarray(np.isfinite(points).all(axis=1), dtype=np.bool_)
    located = pd.DataFrame(
        {"coarse_m": np.where(usable, doubt_m, 0.0), "missing-coordinates": ~usable}, index=index
    )
    for slug in _NOT_OF_POINTS:
        located[slug] = False
    _say_how_coarse(located, usable)
    _place_in_area(located, usable, points, system, reach, whole_column=False)
    return located


_NOT_OF_POINTS: Final = (
    "unreadable-coordinates",
    "zero-coordinates",
    "wrong-crs",
    "web-mercator",
    "kilometres",
    "thousands-commas",
)


def refine(located: pd.DataFrame, size_m: NDArray[np.float64]) -> pd.DataFrame:
    """Return located points and shapes, the size of a shape being the doubt of where it is.

    `size_m` is 0 for a point. A shape is flagged as one, and not as rounded.
    """
    shape = np.isfinite(located["x_m"]).to_numpy() & (size_m > 0)
    doubt = np.maximum(located["coarse_m"], size_m)
    large = shape & (doubt >= _TOO_COARSE_M)
    return located.assign(
        **{
            "coarse_m": located["coarse_m"].mask(shape, doubt),
            "not-a-point": shape,
            "location-too-coarse": located["location-too-coarse"] | large,
        }
    )


def _say_how_coarse(located: pd.DataFrame, usable: NDArray[np.bool_]) -> None:
    doubt = located["coarse_m"]
    located["location-too-coarse"] = usable & (doubt >= _TOO_COARSE_M)
    located["coarse-coordinates"] = (doubt >= _KILOMETRE / 10) & (doubt < _TOO_COARSE_M)


def _are_kilometres(tried: NDArray[np.float64], system: System, reach: Extent | None) -> bool:
    if system.axes == DEGREES or system.crs or not system.projection.is_british:
        return False
    return in_kilometres(tried, None if reach is None else reach.has)


def _coarse(
    east: Numbers, north: Numbers, points: NDArray[np.float64], axes: str
) -> NDArray[np.float64]:
    """Radius of doubt in metres that rounding leaves; 0 where it is finer than about 100 m.

    In a column that is rounded to 100 m throughout, one point in a hundred looks rounded to a
    kilometre by accident: there only the column tells.
    """
    known = np.isfinite(points).all(axis=1)
    if axes == DEGREES:
        decimals = np.maximum(east.decimals, north.decimals)
        kilometre, hundred = decimals <= _COARSE_DECIMALS, decimals <= _COARSE_DECIMALS + 1
    else:
        kilometre = (np.mod(points, _KILOMETRE) == 0).all(axis=1)
        hundred = (np.mod(points, _KILOMETRE / 10) == 0).all(axis=1)
    rounded = known & hundred & ~kilometre
    if rounded.sum() > known.sum() / 2:
        kilometre = np.zeros(len(points), dtype=np.bool_)
    radius = np.where(kilometre, _KILOMETRE, np.where(hundred, _KILOMETRE / 10, 0.0))
    radius = np.maximum(radius, np.maximum(east.doubt_m, north.doubt_m))
    return np.where(known, radius, 0.0)


def _place_in_area(
    located: pd.DataFrame,
    usable: NDArray[np.bool_],
    tried: NDArray[np.float64],
    system: System,
    reach: Extent | None,
    *,
    whole_column: bool = True,
) -> None:
    """Fill in place and ward, and the reasons and flags that need the study area."""
    for slug in _OF_THE_AREA:
        located[slug] = False
    metres = system.to_metres(tried)
    if reach is None:
        away = usable & ~np.isfinite(metres).all(axis=1)
        swapped = np.zeros(len(located), dtype=np.bool_)
        swapped[away] = np.isfinite(system.to_metres(tried[away][:, ::-1])).all(axis=1)
    else:
        ward, at_border, away = reach.place(metres, usable)
        swapped = _exchanged(tried, away, system, reach)
        if whole_column and away.any():
            mended, slug, rows = _mended(usable, away, swapped, tried, system, reach)
            if slug:
                located[slug] = rows
                metres = system.to_metres(mended)
                ward, at_border, away = reach.place(metres, usable)
                swapped = _exchanged(mended, away, system, reach)
        located["outside-boundary"] = at_border
        located["ward-centroid"] = _at_ward_centroid(metres, ward, reach.area)
    located["ward"] = np.int64(-1) if reach is None else ward
    located["swapped-coordinates"] = swapped
    away &= ~swapped
    if reach is None:
        located["off-the-grid"] = away
    else:
        own = system.crs in {None, reach.area.projection.crs}
        for slug, rows in slips_of(tried, away & own, system.axes, reach).items():
            located[slug] = rows
            away &= ~rows
        located["outside-study-area"] = away
    located["x_m"], located["y_m"] = metres[:, 0], metres[:, 1]


_OF_THE_AREA: Final = (
    "swapped-columns",
    "missing-minus",
    "outside-boundary",
    "ward-centroid",
    "outside-study-area",
    "off-the-grid",
    *SLIPS,
)
"""What only the study area tells."""


def _exchanged(
    tried: NDArray[np.float64], away: NDArray[np.bool_], system: System, reach: Extent
) -> NDArray[np.bool_]:
    """Tell which of the points that are away would lie inside with their numbers exchanged."""
    there = np.zeros(len(tried), dtype=np.bool_)
    rows = np.flatnonzero(away)
    metres = system.to_metres(tried[rows][:, ::-1])
    on_map = np.isfinite(metres).all(axis=1)
    there[rows[on_map]] = reach.has(metres[on_map])
    return there


def _mended(
    usable: NDArray[np.bool_],
    away: NDArray[np.bool_],
    swapped: NDArray[np.bool_],
    tried: NDArray[np.float64],
    system: System,
    reach: Extent,
) -> tuple[NDArray[np.float64], str, NDArray[np.bool_]]:
    """Exchange swapped columns or put missing minus signs, where that is certain.

    Returns
    -------
    mended, flag, flagged
        The numbers; the flag for what was done ("" for nothing), and the rows that have it.
    """
    n = int(usable.sum())
    if certain(n - int(away.sum()), int(swapped.sum()), n):
        return tried[:, ::-1], "swapped-columns", usable
    if system.axes == DEGREES:

        def within(degrees: NDArray[np.float64]) -> NDArray[np.bool_]:
            return reach.has(system.to_metres(degrees))

        lacking = without_minus(tried, usable, away, within, reach.area)
        if lacking.any():
            return np.where(lacking[:, None], tried * (-1.0, 1.0), tried), "missing-minus", lacking
    return tried, "", usable


def _at_ward_centroid(
    metres: NDArray[np.float64], ward: NDArray[np.int64], area: StudyArea
) -> NDArray[np.bool_]:
    centroids = area.wards.geometry.centroid
    middle = np.column_stack([centroids.x, centroids.y])
    at_middle = np.zeros(len(ward), dtype=bool)
    inside = ward >= 0
    apart = metres[inside] - middle[ward[inside]]
    at_middle[inside] = np.hypot(apart[:, 0], apart[:, 1]) <= _CENTROID_M
    return at_middle
