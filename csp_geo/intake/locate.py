"""Coordinate texts to metres in the study area's CRS, with a reason where one cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.projection import GB_DEGREES, GB_METRES, Projection, between, in_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from csp_geo.study_area import StudyArea

DEGREES: Final = "degrees"
METRES: Final = "metres"
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)
_COARSE_DECIMALS: Final = 2
_KILOMETRE: Final = 1000.0
_CENTROID_M: Final = 1.0


def axes_by_range(x: pd.Series, y: pd.Series) -> str:
    """Tell whether unnamed x and y columns hold degrees or metres, by what most rows fit."""
    east, north = _numbers(x)[0], _numbers(y)[0]
    return DEGREES if in_box(east, north, _WORLD).sum() * 2 > np.isfinite(east).sum() else METRES


def _numbers(text: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    cells = text.astype("str").fillna("").str.strip()
    missing = cells.str.casefold().isin(["", "no location", "unknown", "n/a", "-"])
    plain = cells.where(cells.str.fullmatch(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?"), "nan")
    values = np.asarray(plain, dtype=np.float64)
    empty = np.asarray(missing, dtype=np.bool_)
    return values, empty, ~empty & ~np.isfinite(values)


def _decimals(text: pd.Series) -> NDArray[np.int64]:
    fraction = text.astype("str").fillna("").str.strip().str.extract(r"\.(\d*)$")[0]
    return np.asarray(fraction.fillna("").str.rstrip("0").str.len(), dtype=np.int64)


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
    east, east_missing, east_bad = _numbers(x)
    north, north_missing, north_bad = _numbers(y)
    missing, bad = east_missing | north_missing, east_bad | north_bad
    known = ~missing & ~bad
    zero = known & (east == 0) & (north == 0)
    tried = np.column_stack([east, north])
    tried[~known | zero] = np.nan
    metres = _to_metres(tried, axes, projection, crs)
    wrong = known & ~zero & _fits_other_system(tried, axes)
    coarse_m = _coarse(x, y, tried, axes)
    located = pd.DataFrame(
        {
            "x_m": metres[:, 0],
            "y_m": metres[:, 1],
            "coarse_m": coarse_m,
            "missing-coordinates": missing,
            "unreadable-coordinates": bad,
            "zero-coordinates": zero,
            "wrong-crs": wrong,
            "location-too-coarse": known & ~zero & ~wrong & (coarse_m >= _KILOMETRE / 2),
            "coarse-coordinates": (coarse_m > 0) & (coarse_m < _KILOMETRE / 2),
        },
        index=x.index,
    )
    usable = known & ~zero & ~wrong
    swapped_metres = _to_metres(tried[:, ::-1], axes, projection, crs)
    _place_in_area(located, usable, metres, swapped_metres, area, border_m)
    return located


def _to_metres(
    points: NDArray[np.float64], axes: str, projection: Projection, crs: str | None
) -> NDArray[np.float64]:
    if axes == DEGREES:
        return projection.to_metres(points)
    own = crs or ("EPSG:27700" if projection.is_british else projection.crs)
    if own != projection.crs:
        return between(own, projection.crs, points)
    metres = points.copy()
    if projection.is_british:
        metres[~in_box(metres[:, 0], metres[:, 1], GB_METRES)] = np.nan
    return metres


def _fits_other_system(points: NDArray[np.float64], axes: str) -> NDArray[np.bool_]:
    """Tell which points are degrees in a column of metres, or metres in a column of degrees."""
    if axes == DEGREES:
        return ~in_box(points[:, 0], points[:, 1], (-360.0, -360.0, 360.0, 360.0)) & np.isfinite(
            points
        ).all(axis=1)
    return in_box(points[:, 0], points[:, 1], GB_DEGREES) | in_box(
        points[:, 1], points[:, 0], GB_DEGREES
    )


def _coarse(
    x: pd.Series, y: pd.Series, points: NDArray[np.float64], axes: str
) -> NDArray[np.float64]:
    """Radius of doubt in metres that rounding leaves; 0 where it is finer than about 100 m.

    In a column that is rounded to 100 m throughout, one point in a hundred looks rounded to a
    kilometre by accident: there only the column tells.
    """
    known = np.isfinite(points).all(axis=1)
    if axes == DEGREES:
        decimals = np.maximum(_decimals(x), _decimals(y))
        kilometre, hundred = decimals <= _COARSE_DECIMALS, decimals <= _COARSE_DECIMALS + 1
    else:
        kilometre = (np.mod(points, _KILOMETRE) == 0).all(axis=1)
        hundred = (np.mod(points, _KILOMETRE / 10) == 0).all(axis=1)
    rounded = known & hundred & ~kilometre
    if rounded.sum() > known.sum() / 2:
        kilometre = np.zeros(len(points), dtype=np.bool_)
    radius = np.where(kilometre, _KILOMETRE, np.where(hundred, _KILOMETRE / 10, 0.0))
    return np.where(known, radius, 0.0)


def _place_in_area(
    located: pd.DataFrame,
    usable: NDArray[np.bool_],
    metres: NDArray[np.float64],
    swapped_metres: NDArray[np.float64],
    area: StudyArea | None,
    border_m: float,
) -> None:
    """Fill in ward, and the reasons and flags that need the study area."""
    on_map = np.isfinite(metres).all(axis=1)
    located["ward"] = np.int64(-1)
    for slug in ("swapped-coordinates", "outside-study-area", "outside-boundary", "ward-centroid"):
        located[slug] = False
    if area is None:
        elsewhere = usable & ~on_map
        exchanged = elsewhere & np.isfinite(swapped_metres).all(axis=1)
        located["swapped-coordinates"] = exchanged
        located["outside-study-area"] = elsewhere & ~exchanged
        return
    ward = area.ward_of(metres)
    beyond = usable & (ward < 0)
    distance = np.full(len(located), np.inf)
    near = np.flatnonzero(beyond & on_map)
    distance[near] = area.distance_outside(metres[near])
    at_border = beyond & (distance <= border_m)
    away = beyond & ~at_border
    there = np.zeros(len(located), dtype=bool)
    candidates = np.flatnonzero(away & np.isfinite(swapped_metres).all(axis=1))
    there[candidates] = area.distance_outside(swapped_metres[candidates]) <= border_m
    located["ward"] = ward
    located["outside-boundary"] = at_border
    located["swapped-coordinates"] = there
    located["outside-study-area"] = away & ~there
    located["ward-centroid"] = _at_ward_centroid(metres, ward, area)


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
