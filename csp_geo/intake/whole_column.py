"""Decisions about a whole column of coordinates: made by the study area, and only when certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.projection import GB_METRES, in_box

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from csp_geo.study_area import StudyArea

    Within = Callable[[NDArray[np.float64]], NDArray[np.bool_]]

ENOUGH: Final = 5
"""Points from which a column can tell anything about all of its rows."""
_NEARLY_ALL: Final = 0.95
_HARDLY_ANY: Final = 0.05
_KILOMETRE: Final = 1000.0
_GB_KILOMETRES: Final = (70.0, 5.0, GB_METRES[2] / _KILOMETRE, GB_METRES[3] / _KILOMETRE)
"""Great Britain in kilometres, without the corner of the sea where degrees would lie."""


def certain(as_they_are: int, changed: int, of: int) -> bool:
    """Tell whether nearly all points fall inside when changed, and hardly any as they are."""
    return of >= ENOUGH and changed >= _NEARLY_ALL * of and as_they_are <= _HARDLY_ANY * of


def in_kilometres(points: NDArray[np.float64], within: Within | None) -> bool:
    """Tell whether eastings and northings were written in kilometres.

    Parameters
    ----------
    points
        ``(n, 2)``, NaN where not usable.
    within
        Tells which points, in metres, lie in the study area; `None` where there is none: then
        nearly all must lie in Great Britain.
    """
    known = points[np.isfinite(points).all(axis=1)]
    small = in_box(known[:, 0], known[:, 1], _GB_KILOMETRES) | in_box(
        known[:, 1], known[:, 0], _GB_KILOMETRES
    )
    if not certain(0, int(small.sum()), len(known)):
        return False
    if within is None:
        return True
    return certain(int(within(known).sum()), int(within(known * _KILOMETRE).sum()), len(known))


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
    lone = n_inside >= max(ENOUGH, _NEARLY_ALL * int((usable & ~positive).sum()))
    return inside if lone and bool(inside[positive].all()) else nothing


def _is_western(area: StudyArea) -> bool:
    west, south, east, north = area.wards.total_bounds
    corners = [(x, y) for x in (west, east) for y in (south, north)]
    return bool((area.projection.to_lonlat(corners)[:, 0] < 0).all())
