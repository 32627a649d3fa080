"""Two coordinates or a shape in one cell ("51.5393, 0.0811", WKT, WKB, GeoJSON) to x and y.

Which of the two comes first is one decision for the whole column.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from csp_geo.core.projection import GB_DEGREES, WGS84, between, in_box
from csp_geo.inputs.where.coordinates import DEGREES, read_numbers
from csp_geo.inputs.where.pointers import kind_of_pointer, pointed_at
from csp_geo.inputs.where.units import WEB_MERCATOR

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
    with np.errstate(invalid="ignore", over="ignore"):  # of coordinates that are not numbers
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


_AROUND: Final = re.compile(r"^[\s(\[]++|(?<![\s)\]])[\s)\]]++$")
_NAMES: Final = re.compile(
    r"\b(?:lat(?:itude)?|long?(?:gitude)?|lng|eastings?|northings?)\b\s*[:=]?\s*", re.IGNORECASE
)
_BETWEEN: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\s)(?:\s*+[;|/]\s*+|\s*+,\s++|\s++,\s*+)",
        r"(?<=[NSEW])[\s,]++(?=[-+]?\d)",
        r"(?<![\s,])[\s,]++(?=[NSEW]\s*[-+]?\d)",
        r",",
        r"\s+",
    )
)
"""What may stand between the two, the surest first: a comma may be within a number as well."""
_NUMBER: Final = re.compile(
    r"(?=\D*\d)[NSEW]?\s*[+-]?\d[\d\s.,:'\"\u00b0\u00ba\u02da\u2032\u2033\u2019\u201d-]*[NSEW]?",
    re.IGNORECASE,
)
_FINE: Final = re.compile(r"\d{5}|\d[.,]\d|[^\W\d_]|[\u00b0\u00ba'\u2019\u2032]")
_LETTERED: Final = re.compile(
    r"(?i)E ?(?P<e>\d{5,7})[ ,;/]{1,3}N ?(?P<n>\d{5,7})"
    r"|N ?(?P<n2>\d{5,7})[ ,;/]{1,3}E ?(?P<e2>\d{5,7})"
)
"""Eastings and northings that say which they are: "E545775 N182150"."""
_EAST_WEST: Final = re.compile(r"(?i)^[EW]|[EW]$")
_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)


def read_pairs(text: pd.Series) -> pd.DataFrame:
    """Read the cells of a column that hold two coordinates.

    Returns
    -------
    read
        Same index, columns 0 and 1: x and y as texts, NaN where the cell holds no pair. In degrees
        the latitude is taken to come first, unless most of the column fits only the other order.
    """
    halves = [_halves(cell) for cell in text]
    read = pd.DataFrame(halves, index=text.index, columns=[0, 1], dtype="str")
    known = read[0].notna()
    if known.any() and _latitude_first(read.loc[known, 0], read.loc[known, 1]):
        read = read[[1, 0]].set_axis([0, 1], axis=1)
    return read


def _halves(cell: str) -> tuple[str, str] | tuple[None, None]:
    """Split a cell where that leaves two numbers."""
    bare = _AROUND.sub("", _NAMES.sub("", cell))
    if metres := _LETTERED.fullmatch(bare):
        return metres["e"] or metres["e2"], metres["n"] or metres["n2"]
    for sign in _BETWEEN:
        found = list(sign.finditer(bare))
        if len(found) != 1:
            continue
        first, second = bare[: found[0].start()], bare[found[0].end() :]
        if _NUMBER.fullmatch(first) and _NUMBER.fullmatch(second):
            return first.strip(), second.strip()
    return None, None


def _latitude_first(first: pd.Series, second: pd.Series) -> bool:
    """Tell whether a column of pairs is latitude and longitude, in this order."""
    one, two = (read_numbers(half, DEGREES).value for half in (first, second))
    degrees = in_box(one, two, _WORLD) | in_box(two, one, _WORLD)
    if degrees.sum() * 2 <= len(first):
        return False  # eastings and northings
    east = [half.str.contains(_EAST_WEST).sum() for half in (first, second)]
    if east[0] != east[1]:
        return bool(east[1] > east[0])
    for box in (GB_DEGREES, _WORLD):
        as_written, exchanged = in_box(two, one, box).sum(), in_box(one, two, box).sum()
        if as_written != exchanged:
            return bool(as_written > exchanged)
    return True


_WKT_NUMBER: Final = r"\s*+([+-]?\d++(?:\.\d*+)?+(?:[eE][+-]?\d++)?+)"
_POINT: Final = re.compile(
    rf"(?i)^(?:SRID=\d+;)?\s*POINT\s*+(?:ZM|Z|M)?\s*+\({_WKT_NUMBER}\s++{_WKT_NUMBER}[^)]*\)$"
)
_GEOJSON: Final = re.compile(
    rf'^\{{[^\[]*"coordinates"\s*:\s*\[{_WKT_NUMBER}\s*,{_WKT_NUMBER}[^\[\]]*\][^\[\]]*\}}$'
)
WKB: Final = re.compile(r"(?:\\x|0x)?(0[01](?:[0-9a-fA-F]{2}){20,50000})")
"""What PostGIS writes for a shape, a point being 21 bytes at least."""
_MAY_SAY_SRID: Final = re.compile(r"(?i)SRID=|(?:\\x|0x)?0[01]")
_SRID: Final = re.compile(r"(?i)^SRID=(\d+);")
_WEB_MAP: Final = frozenset({"3857", "900913"})
_HAS_SRID: Final = 0x20000000
_FLAGS: Final = 0xE0000000
_DIMENSIONS: Final = 1000
_ALONE: Final = frozenset({1, 2, 3})
"""Point, line and polygon: nothing is nested in them, however a cell is made."""
_UNREADABLE: Final = "unreadable"
_LONGEST: Final = 100_000
_OBJECTS: Final = 5
_LOOKED_AT: Final = 200
"""Different cells that tell what a column holds."""
_FULL_CIRCLE: Final = 360.0


def read_geometries(text: pd.Series) -> pd.DataFrame:
    """Read the points of a column; of a line or an area take a point on it.

    Returns
    -------
    read
        Same index: `x` and `y` as texts ("" where missing), `size_m`: the radius of a line or an
        area, 0 for a point. What says itself that it is of a web map is in degrees.
    """
    cells = text.astype("str").fillna("").str.strip()
    codes, unique = pd.factorize(cells)
    each = pd.Series(unique, dtype="str")
    points = each.str.extract(_POINT).fillna(each.str.extract(_GEOJSON))
    left = points[0].isna() & (each != "")
    for row in np.flatnonzero(left):
        if pointed := pointed_at(each[row]):
            points.loc[row, 0], points.loc[row, 1] = pointed
    left &= points[0].isna()
    points[left] = read_pairs(each[left])
    left &= points[0].isna()
    size_m = np.zeros(len(each))
    shaped = pd.DataFrame([_on_shape(cell) for cell in each[left]], each.index[left], [0, 1, 2])
    if len(shaped):
        points[left], size_m[left] = shaped[[0, 1]].astype("str"), shaped[2]
    points = _without_web_map(points, each)
    read = points.fillna("").iloc[codes].set_axis(text.index)
    return pd.DataFrame({"x": read[0], "y": read[1], "size_m": size_m[codes]})


def holds_points(text: pd.Series) -> bool:
    """Tell whether most cells of a column hold coordinates, and not the names of places."""
    cells = text.astype("str").str.strip()
    seen = cells[cells != ""].unique()[:_LOOKED_AT]
    return sum(map(says_where, seen)) * 2 > len(seen)


def says_where(cell: str) -> bool:
    """Tell whether a cell says where by a point, or by a link or three words that stand for one."""
    return bool(
        _POINT.match(cell) or pointed_at(cell) or kind_of_pointer(cell) or _is_pair(*_halves(cell))
    )


def _is_pair(first: str | None, second: str | None) -> bool:
    """Tell two coordinates from a reference such as 2022/21599: each is fine, or of five digits."""
    return bool(first and second and _FINE.search(first) and _FINE.search(second))


def _on_shape(cell: str) -> tuple[str, str, float]:
    shape = _parsed(cell)
    if shape is None or shape.is_empty or not np.isfinite(shape.bounds).all():
        return _UNREADABLE, _UNREADABLE, 0.0
    if shape.geom_type == "Point":
        return f"{shape.x:.6f}", f"{shape.y:.6f}", 0.0
    shapes = np.array([shape], dtype=object)
    corners = shapely.bounds(shapes)
    (point,) = points_on(shapes)
    (size,) = half_diagonal(corners, degrees=bool((np.abs(corners) <= _FULL_CIRCLE).all()))
    return f"{point.x:.6f}", f"{point.y:.6f}", float(size) if is_shape(shapes)[0] else 0.0


def _parsed(cell: str) -> Any:
    """Parse a shape of a reasonable length and depth, `None` where it is none."""
    if len(cell) > _LONGEST or "collection" in cell.casefold():
        return None
    if cell.startswith("{"):
        deep = cell.count("{") > _OBJECTS or "[[[[[" in "".join(cell.split())
        return None if deep else shapely.from_geojson(cell, on_invalid="ignore")
    if binary := WKB.fullmatch(cell):
        kind = _header(binary[1])[0] & ~_FLAGS
        simple = kind % _DIMENSIONS in _ALONE
        return shapely.from_wkb(binary[1], on_invalid="ignore") if simple else None
    text = cell.split(";", 1)[-1].lstrip()
    return shapely.from_wkt(text, on_invalid="ignore") if text[:1].isalpha() else None


def _header(binary: str) -> tuple[int, int]:
    """Return the two numbers that a shape as WKB begins with: its kind, and maybe its SRID."""
    head = bytes.fromhex(binary[:18])
    kind, srid = struct.unpack("<II" if head[0] else ">II", head[1:])
    return kind, srid


def _srid(cell: str) -> str:
    """Return the number of the CRS that a shape says, "" where it says none."""
    if said := _SRID.match(cell):
        return said[1]
    binary = WKB.fullmatch(cell)
    kind, srid = _header(binary[1]) if binary else (0, 0)
    return str(srid) if kind & _HAS_SRID else ""


def _without_web_map(points: pd.DataFrame, cells: pd.Series) -> pd.DataFrame:
    """Put metres of a web map in degrees; other metres and degrees tell themselves by size."""
    may = cells[cells.str.match(_MAY_SAY_SRID)]
    rows = [row for row, cell in may.items() if _srid(cell) in _WEB_MAP]
    metres = points.loc[rows].apply(pd.to_numeric, errors="coerce").dropna()
    if metres.empty:
        return points
    degrees = pd.DataFrame(between(WEB_MERCATOR, WGS84, metres), index=metres.index)
    points.loc[degrees.index, [0, 1]] = degrees.map("{:.8f}".format)
    return points
