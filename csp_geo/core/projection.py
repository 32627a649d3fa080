"""Degrees to metres and back: the one projected CRS in which everything is computed.

British National Grid in Great Britain, by the Ordnance Survey's OSTN15 grid (carried by convertbng;
a pip-installed PROJ has no grid and would be 2 to 3 m off without saying so). Elsewhere the UTM
zone of the study area's centre, by PROJ. Arrays are ``(n, 2)`` float64: metres as (x, y), degrees
as (longitude, latitude), WGS84.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Flags, Floats

WGS84: Final = "EPSG:4326"
BRITISH_CRS: Final = "EPSG:27700"
GB_DEGREES: Final = (-8.7, 49.7, 1.9, 61.0)
"""West, south, east, north of Great Britain."""
_WORLD_DEGREES: Final = (-180.0, -90.0, 180.0, 90.0)
GB_METRES: Final = (0.0, 0.0, 700_000.0, 1_300_000.0)


def in_box(x: ArrayLike, y: ArrayLike, box: tuple[float, float, float, float]) -> Flags:
    """Tell which points lie in (west, south, east, north), edges included; NaN never does."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return np.asarray((x >= box[0]) & (y >= box[1]) & (x <= box[2]) & (y <= box[3]))


@dataclass(frozen=True)
class Projection:
    """A projected CRS in metres with its transform from and to WGS84 degrees.

    `transform` and `accuracy_m` say what was used and how good it is; they stand in run.json.
    """

    crs: str
    transform: str
    accuracy_m: float

    @property
    def is_british(self) -> bool:
        """Whether this is the British National Grid."""
        return self.crs == BRITISH_CRS

    def to_metres(self, lonlat: ArrayLike) -> Floats:
        """Project ``(n, 2)`` longitude, latitude to metres; NaN outside the transform's cover."""
        points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
        box = GB_DEGREES if self.is_british else _WORLD_DEGREES
        usable = in_box(points[:, 0], points[:, 1], box)
        result = self._converted(points, usable, to_metres=True)
        result[~np.isfinite(result).all(axis=1)] = np.nan
        return result

    def to_lonlat(self, xy: ArrayLike) -> Floats:
        """Turn ``(n, 2)`` metres back into longitude, latitude; NaN outside the cover."""
        points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        usable = np.asarray(np.isfinite(points).all(axis=1))
        if self.is_british:
            usable &= in_box(points[:, 0], points[:, 1], GB_METRES)
        return self._converted(points, usable, to_metres=False)

    def _converted(self, points: Floats, usable: Flags, *, to_metres: bool) -> Floats:
        """Convert the usable points; all others become NaN."""
        result = np.full(points.shape, np.nan)
        if usable.any():
            convert = self._converter(to_metres=to_metres)
            result[usable] = np.column_stack(convert(points[usable, 0], points[usable, 1]))
        return result

    def _converter(self, *, to_metres: bool) -> Any:
        if self.is_british:
            from convertbng.cutil import convert_osgb36_to_ll, convert_to_osgb36

            return convert_to_osgb36 if to_metres else convert_osgb36_to_ll
        ends = (WGS84, self.crs) if to_metres else (self.crs, WGS84)
        return _transformer(*ends).transform


@lru_cache(maxsize=8)
def _transformer(source: str, target: str) -> Any:
    from pyproj import Transformer
    from pyproj.network import set_network_enabled  # type: ignore[attr-defined] # it is there

    set_network_enabled(active=False)  # grids are never fetched, whatever PROJ was told
    return Transformer.from_crs(source, target, always_xy=True)


def british_grid() -> Projection:
    """Return British National Grid by OSTN15 (0.1 m, Ordnance Survey's figure for the grid)."""
    return Projection(BRITISH_CRS, f"OSTN15 (convertbng {version('convertbng')})", 0.1)


def projection_at(longitude: float, latitude: float, *, british: bool | None = None) -> Projection:
    """Choose the projection for a study area from its centre.

    `british` decides where it is known (ward codes say so); otherwise a centre in the box around
    Great Britain that OSTN15 covers is taken as British.
    """
    grid = british_grid()
    if british is None:
        british = bool(np.isfinite(grid.to_metres([[longitude, latitude]])).all())
    if british:
        return grid
    zone = min(max(math.floor((longitude + 180) / 6) + 1, 1), 60)
    code = (32600 if latitude >= 0 else 32700) + zone
    hemisphere = "north" if latitude >= 0 else "south"
    return Projection(f"EPSG:{code}", f"UTM zone {zone} {hemisphere} (PROJ)", 0.1)


def is_projected(crs: str) -> bool:
    """Tell whether a text names a projected coordinate system that PROJ knows."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return bool(CRS.from_user_input(crs).is_projected)
    except CRSError:
        return False


def between(source_crs: str, target_crs: str, xy: ArrayLike) -> Floats:
    """Move ``(n, 2)`` coordinates, x before y, from one CRS to another by PROJ."""
    points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    moved = np.column_stack(_transformer(source_crs, target_crs).transform(*points.T))
    moved[~np.isfinite(moved).all(axis=1)] = np.nan
    return moved


def points_of(table: gpd.GeoDataFrame) -> Floats:
    """Return the coordinates of a table of points, ``(n, 2)``; NaN where there is none."""
    import shapely

    points = table.geometry.to_numpy()
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def move_shapes(shapes: Any, crs: str, projection: Projection) -> Any:
    """Bring an array of shapes from a CRS to a projection; what it does not cover becomes NaN."""
    import shapely

    if crs == projection.crs:
        return shapes
    return shapely.transform(
        shapes, lambda xy: projection.to_metres(xy if crs == WGS84 else between(crs, WGS84, xy))
    )
