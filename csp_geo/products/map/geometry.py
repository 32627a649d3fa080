"""What the map draws, as plain numbers: outlines in degrees, incidents packed by place.

Pure functions from tables to small dictionaries. No text from a report passes through here except
the names of wards, zones and places, which the caller escapes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from csp_geo.core.projection import points_of
from csp_geo.products.exports import lonlat_geometries

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.core.arrays import Floats
    from csp_geo.core.projection import Projection

WARD_VERTICES: Final = 8_000
"""Above this many vertices ward outlines are simplified, together, so that edges still meet."""
WARD_TOLERANCES_M: Final = (2.0, 5.0, 10.0, 20.0, 40.0)
HOTSPOT_TOLERANCE_M: Final = 1.0
MAP_DECIMALS: Final = 5
"""Decimals of a degree on the map: about 1 metre."""
PACK_SCALE: Final = 100_000
_KEY: Final = float(2**27)
"""More than twice any northing in metres, so that easting and northing share one exact float."""


@dataclass(frozen=True)
class PackedPoints:
    """Places with counts, as three integers each: steps in latitude and longitude, and the count.

    Latitude and longitude are in 1e-5 degree, each the difference from the place before; the
    first counts from `origin` (latitude, longitude in 1e-5 degree).
    """

    origin: tuple[int, int]
    values: tuple[int, ...]
    n: int


def pack_points(xy: Floats, projection: Projection) -> PackedPoints:
    """Collapse points to places and pack them.

    A place is a coordinate rounded to 1 m. Sorted by latitude, then longitude, so that the order
    of the rows does not matter. Cost: one sort of n points.

    Parameters
    ----------
    xy
        ``(n, 2)`` float64, metres. Points that the projection does not cover are left out.
    projection
        That of the study area.
    """
    whole = np.rint(xy[np.isfinite(xy).all(axis=1)])
    # One number a place: sorting numbers is many times faster than sorting pairs.
    keys, counts = np.unique(whole[:, 0] * _KEY + whole[:, 1], return_counts=True)
    eastings = np.rint(keys / _KEY)
    places = np.column_stack([eastings, keys - eastings * _KEY])
    lonlat = projection.to_lonlat(places)
    known = np.isfinite(lonlat).all(axis=1)
    grid = np.rint(lonlat[known][:, ::-1] * PACK_SCALE).astype(np.int64)
    counts = counts[known]
    if not len(grid):
        return PackedPoints((0, 0), (), 0)
    order = np.lexsort((grid[:, 1], grid[:, 0]))
    grid, counts = grid[order], counts[order]
    origin = grid[0]
    steps = np.diff(grid, axis=0, prepend=[origin])
    values = np.column_stack([steps, counts]).ravel()
    return PackedPoints((int(origin[0]), int(origin[1])), tuple(values.tolist()), int(counts.sum()))


def simplify_wards(shapes: NDArray[Any], budget: int = WARD_VERTICES) -> NDArray[Any]:
    """Simplify ward outlines together, so that shared edges stay shared, until they fit `budget`.

    Outlines with fewer vertices come back as they are.
    """
    simple = shapes
    for tolerance in WARD_TOLERANCES_M:
        if len(shapely.get_coordinates(simple)) <= budget:
            break
        simple = shapely.coverage_simplify(shapes, tolerance)
    return simple


def name_labels(
    table: gpd.GeoDataFrame, column: str, projection: Projection
) -> list[dict[str, Any]]:
    """Return where each shape's name fits best: latitude, longitude, and the room in metres.

    The point is the centre of the largest circle within the shape; `room` is its diameter.
    """
    shapes = np.asarray(table.geometry.to_numpy(), dtype=object)
    if not len(shapes):
        return []
    circles = shapely.maximum_inscribed_circle(shapes, tolerance=20)
    middles = shapely.get_coordinates(circles).reshape(-1, 2, 2)[:, 0]
    rooms = 2 * shapely.length(circles)
    named = zip(table[column], _at(middles, projection), rooms, strict=True)
    return [{"name": str(name), **at, "room": round(float(room))} for name, at, room in named]


def _at(xy: Floats, projection: Projection) -> list[dict[str, float]]:
    """Return points in metres as rounded latitude and longitude."""
    lonlat = projection.to_lonlat(xy).astype(float).tolist()
    return [
        {"lat": round(lat, MAP_DECIMALS), "lon": round(lon, MAP_DECIMALS)} for lon, lat in lonlat
    ]


def features_of(shapes: Any, keys: Sequence[str], projection: Projection) -> dict[str, Any]:
    """Return shapes in metres as a GeoJSON FeatureCollection in degrees, with the given ids."""
    features = [
        {
            "type": "Feature",
            "id": key,
            "properties": {},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for key, shape in zip(
            keys, lonlat_geometries(shapes, projection, MAP_DECIMALS), strict=True
        )
    ]
    return {"type": "FeatureCollection", "features": features}


def lonlat_bounds(geometries: Any, projection: Projection) -> list[list[float]]:
    """Return [[south, west], [north, east]] of geometries in metres, as Leaflet wants it."""
    west, south, east, north = shapely.total_bounds(np.asarray(geometries, dtype=object))
    lonlat = projection.to_lonlat([[west, south], [west, north], [east, south], [east, north]])
    ends = (lonlat.min(axis=0), lonlat.max(axis=0))
    return [[round(float(degree), MAP_DECIMALS) for degree in end[::-1]] for end in ends]


def place_points(places: gpd.GeoDataFrame, projection: Projection) -> list[dict[str, Any]]:
    """Return named places: name, kind, latitude, longitude.

    The symbol says that a place is a station, so its name on the map leaves the word out.
    """
    points = _at(points_of(places), projection)
    return [
        {"name": str(name).removesuffix(" Station"), "kind": str(kind), **at}
        for name, kind, at in zip(places["name"], places["kind"], points, strict=True)
        if np.isfinite([*at.values()]).all()
    ]


def haven_points(havens: gpd.GeoDataFrame, projection: Projection) -> list[dict[str, Any]]:
    """Return venues as name, latitude and longitude; those with a key also as key and number.

    Nothing else of the register is in it. Those with a key come first.
    """
    keys = havens["key"] if "key" in havens.columns else [""] * len(havens)
    rows = zip(havens["name"], _at(points_of(havens), projection), keys, strict=True)
    return [
        {"name": str(name), **at, **({"key": key, "number": n} if key else {})}
        for n, (name, at, key) in enumerate(rows, start=1)
    ]
