"""Where something is, in one cell: WKT, GeoJSON or two coordinates, to two texts, x and y."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from csp_geo.intake.pairs import is_pair, read_pairs
from csp_geo.intake.shapes import half_diagonal, is_shape, points_on

_NUMBER: Final = r"\s*+([+-]?\d++(?:\.\d*+)?+(?:[eE][+-]?\d++)?+)"
_POINT: Final = re.compile(
    rf"(?i)^(?:SRID=\d+;)?\s*POINT\s*+(?:ZM|Z|M)?\s*+\({_NUMBER}\s++{_NUMBER}[^)]*\)$"
)
_GEOJSON: Final = re.compile(
    rf'^\{{[^\[]*"coordinates"\s*:\s*\[{_NUMBER}\s*,{_NUMBER}[^\[\]]*\][^\[\]]*\}}$'
)
_UNREADABLE: Final = "unreadable"
_LONGEST: Final = 100_000
_OBJECTS: Final = 5
_LOOKED_AT: Final = 200
"""Different cells that tell what a column holds."""
_WORLD: Final = 360.0


def read_geometries(text: pd.Series) -> pd.DataFrame:
    """Read the points of a column; of a line or an area take a point on it.

    Returns
    -------
    read
        Same index: `x` and `y` as texts ("" where missing), `size_m`: the radius of a line or an
        area, 0 for a point.
    """
    cells = text.astype("str").fillna("").str.strip()
    codes, unique = pd.factorize(cells)
    each = pd.Series(unique, dtype="str")
    points = each.str.extract(_POINT).fillna(each.str.extract(_GEOJSON))
    left = points[0].isna() & (each != "")
    points[left] = read_pairs(each[left])
    left &= points[0].isna()
    size_m = np.zeros(len(each))
    for row in np.flatnonzero(left):
        points.loc[row, 0], points.loc[row, 1], size_m[row] = _on_shape(each[row])
    read = points.fillna("").iloc[codes].set_axis(text.index)
    return pd.DataFrame({"x": read[0], "y": read[1], "size_m": size_m[codes]})


def holds_points(text: pd.Series) -> bool:
    """Tell whether most cells of a column hold coordinates, and not the names of places."""
    cells = text.astype("str").str.strip()
    seen = cells[cells != ""].unique()[:_LOOKED_AT]
    found = sum(1 for cell in seen if _POINT.match(cell) or is_pair(cell))
    return found * 2 > len(seen)


def _on_shape(cell: str) -> tuple[str, str, float]:
    shape = _parsed(cell)
    if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
        return _UNREADABLE, _UNREADABLE, 0.0
    shapes = np.array([shape], dtype=object)
    corners = shapely.bounds(shapes)
    (point,) = points_on(shapes)
    (size,) = half_diagonal(corners, degrees=bool((np.abs(corners) <= _WORLD).all()))
    return f"{point.x:.6f}", f"{point.y:.6f}", float(size) if is_shape(shapes)[0] else 0.0


def _parsed(cell: str) -> Any:
    """Parse a shape of a reasonable length and depth, `None` where it is none."""
    if len(cell) > _LONGEST or "collection" in cell.casefold():
        return None
    if cell.startswith("{"):
        deep = cell.count("{") > _OBJECTS or "[[[[[" in "".join(cell.split())
        return None if deep else shapely.from_geojson(cell, on_invalid="ignore")
    return shapely.from_wkt(cell.split(";", 1)[-1], on_invalid="ignore")
