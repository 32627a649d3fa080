"""The frame of the ground: the study area plus 1 km, and shapes cut to it.

Whatever format a file has, its shapes pass here: two dimensions, the study area's metres to the
centimetre (so that what two tiles share is the same in both), each part by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.core.projection import WGS84, between, in_box, move_shapes
from csp_geo.core.tables import GROUND, as_agreed
from csp_geo.core.visible import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from csp_geo.core.projection import Projection
    from csp_geo.inputs.areas.study_area import StudyArea

MARGIN_M: Final = 1000.0
"""How far beyond the study area the ground goes: what lies just outside bends the way too."""
_DECIMALS: Final = 2
_SLACK: Final = 0.002
"""Degrees by which a box to read by is wider: the cut that follows is exact."""
_SLACK_M: Final = 100.0
_SHORTEST_M: Final = 0.1
_LONGEST_NAME: Final = 100
DIMENSIONS: Final = {
    "streets": (1,),
    "railways": (1,),
    "water": (1, 2),
    "green": (2,),
    "buildings": (2,),
    "addresses": (0,),
    "places": (0,),
    "known_points": (0,),
}
"""How many dimensions the shapes of a layer have."""
_WHOLE: Final = ("buildings",)
"""Layers whose shapes are not cut in two."""


@dataclass(frozen=True, eq=False)
class GroundFrame:
    """Where the ground goes: an outline in metres, and the projection they are of."""

    area: StudyArea

    @cached_property
    def outline(self) -> shapely.Geometry:
        """The study area and `MARGIN_M` around it."""
        outline = shapely.buffer(self.area.boundary, MARGIN_M, quad_segs=4)
        shapely.prepare(outline)
        return outline

    @property
    def projection(self) -> Projection:
        """The study area's own."""
        return self.area.projection

    def box(self, crs: str) -> tuple[float, float, float, float]:
        """Return the box around it in a coordinate system, a little wider."""
        west, south, east, north = shapely.bounds(self.outline)
        x, y = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
        corners = np.column_stack([x.ravel(), y.ravel()])
        if crs != self.projection.crs:
            corners = self.projection.to_lonlat(corners)
            corners = corners if crs == WGS84 else between(WGS84, crs, corners)
        low, high = np.nanmin(corners, axis=0), np.nanmax(corners, axis=0)
        slack = _SLACK if np.abs(corners).max() <= 360 else _SLACK_M  # noqa: PLR2004 - degrees
        return (
            float(low[0] - slack),
            float(low[1] - slack),
            float(high[0] + slack),
            float(high[1] + slack),
        )

    def points(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points, in its metres, lie in it."""
        inside = np.zeros(len(xy), dtype=bool)
        near = in_box(xy[:, 0], xy[:, 1], tuple(shapely.bounds(self.outline)))
        inside[near] = shapely.contains_xy(self.outline, xy[near, 0], xy[near, 1])
        return inside

    def layer(self, name: str, columns: dict[str, Any], shapes: Any, crs: str) -> gpd.GeoDataFrame:
        """Make rows of a layer of the ground, cut to the frame; `source` is not yet known.

        Parameters
        ----------
        columns
            The layer's columns but for source and shape, a value for each shape or one for all.
        shapes
            In the coordinate system `crs`; of several dimensions those that the layer has.
        """
        at, parts = self._cut(name, shapes, crs)
        contract = GROUND[name]
        table = pd.DataFrame(
            {
                key: np.asarray(value, dtype=object)[at] if np.ndim(value) else value
                for key, value in {**columns, "source": ""}.items()
            },
            index=range(len(parts)),
        )
        made = gpd.GeoDataFrame(table, geometry=parts, crs=self.projection.crs)
        return as_agreed(made, contract)

    def _cut(self, name: str, shapes: Any, crs: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Return the parts of shapes in the frame, and the row that each is of."""
        flat = shapely.force_2d(np.asarray(shapes, dtype=object))
        usable = np.flatnonzero(~(shapely.is_missing(flat) | shapely.is_empty(flat)))
        flat, at = shapely.get_parts(flat[usable], return_index=True)
        at = usable[at]
        right = np.isin(shapely.get_dimensions(flat), DIMENSIONS[name])
        flat, at = move_shapes(flat[right], crs, self.projection), at[right]
        known = np.isfinite(shapely.bounds(flat)).all(axis=1)
        flat, at = flat[known], at[known]
        broken = ~shapely.is_valid(flat) & (shapely.get_dimensions(flat) > 1)
        flat[broken] = shapely.make_valid(flat[broken], method="structure")
        meets = shapely.intersects(self.outline, flat)
        flat, at = flat[meets], at[meets]
        if name not in _WHOLE:
            crosses = ~shapely.covers(self.outline, flat)
            flat[crosses] = shapely.intersection(flat[crosses], self.outline)
        flat, of = shapely.get_parts(flat, return_index=True)
        at = at[of]
        flat = shapely.transform(flat, lambda xy: np.round(xy, _DECIMALS))
        size = shapely.length(flat)
        right = np.isin(shapely.get_dimensions(flat), DIMENSIONS[name]) & (
            (size >= _SHORTEST_M) | (shapely.get_dimensions(flat) == 0)
        )
        return at[right], flat[right]


def names_of(values: Any) -> NDArray[Any]:
    """Return names as they may be shown: one line each, "" where there is none."""
    return _each(values, _name)


def _each(values: Any, say: Callable[[object], str]) -> NDArray[Any]:
    """Say each value; most stand in many rows, so each different one is said once."""
    codes, different = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=True)
    said = np.array([*map(say, different), ""], dtype=object)
    return said[codes]


def _name(value: object) -> str:
    return " ".join(clean(value).split())[:_LONGEST_NAME]


def texts_in(values: Any) -> NDArray[Any]:
    """Return values as short texts in lower case, "" where there is none."""
    return _each(values, lambda value: _name(value).casefold())
