"""Lines and areas: a point that stands for each, and how large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

_METRES_PER_DEGREE: Final = 111_320.0
_LARGEST_M: Final = 1e12
"""Far too large for any place, and small enough to be kept as a short number."""


def is_shape(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which are lines, polygons or several points."""
    kinds = shapely.get_type_id(shapes)
    one = (kinds == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shaped: NDArray[np.bool_] = (
        (kinds > shapely.GeometryType.POINT) & ~one & ~shapely.is_empty(shapes)
    )
    return shaped


def points_on(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return each point, and for a line or polygon one point on it: the middle of a line."""
    lines = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    with np.errstate(invalid="ignore", over="ignore"):  # of coordinates that are no numbers
        points = shapely.point_on_surface(shapes)
        points[lines] = shapely.line_interpolate_point(shapes[lines], 0.5, normalized=True)
    return points


def half_diagonal(corners: NDArray[Any], *, degrees: bool) -> NDArray[np.float64]:
    """Return half the diagonal of each box (west, south, east, north) in metres."""
    with np.errstate(invalid="ignore", over="ignore"):
        across = corners[:, 2:] - corners[:, :2]
        if degrees:
            across = across * _METRES_PER_DEGREE
            across[:, 0] *= np.cos(np.radians((corners[:, 1] + corners[:, 3]) / 2))
        half: NDArray[np.float64] = np.hypot(across[:, 0], across[:, 1]) / 2
    return np.minimum(half, _LARGEST_M)
