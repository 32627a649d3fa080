"""In what a column of metres is written: kilometres, tens of metres, the metres of a web map.

Decided for a whole column, where nearly all of it then lies in the study area and hardly any as it
is. What has one reading is read; where digits are lost it is only said of each row which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.projection import (
    GB_DEGREES,
    GB_METRES,
    WGS84,
    Projection,
    between,
    in_box,
)
from csp_geo.inputs.where.coordinates import METRES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from csp_geo.inputs.where.locate import Extent

    Within = Callable[[NDArray[np.float64]], NDArray[np.bool_]]

ENOUGH: Final = 5
"""Points from which a column can tell anything about all of its rows."""
NEARLY_ALL: Final = 0.95
_HARDLY_ANY: Final = 0.05
_KILOMETRE: Final = 1000.0
_GB_KILOMETRES: Final = (70.0, 5.0, GB_METRES[2] / _KILOMETRE, GB_METRES[3] / _KILOMETRE)
"""Great Britain in kilometres, without the corner of the sea where degrees would lie."""
WEB_MERCATOR: Final = "EPSG:3857"
_UTM_30N: Final = 32630
"""The middle one of three over Great Britain."""
_WORLD_M: Final = 20_037_508.35
_SQUARE_M: Final = 100_000
SLIPS: Final = ("missing-digit", "tens-of-metres")
"""What may have become of eastings and northings that lie outside; the slugs of the reasons."""


def certain(as_they_are: int, changed: int, of: int) -> bool:
    """Tell whether nearly all points fall inside when changed, and hardly any as they are."""
    return of >= ENOUGH and changed >= NEARLY_ALL * of and as_they_are <= _HARDLY_ANY * of


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


def in_web_mercator(
    points: NDArray[np.float64], projection: Projection, within: Within | None, crs: str | None
) -> bool:
    """Tell whether coordinates are metres of a web map, whose northings are far too large here.

    Parameters
    ----------
    points, within
        As for `in_kilometres`; without a study area nearly all must lie in Great Britain.
    crs
        What the source names: then it is that.
    """
    known = points[np.isfinite(points).all(axis=1)]
    on_map = (np.abs(known) <= _WORLD_M).all(axis=1)
    if crs is not None or not certain(0, int(on_map.sum()), len(known)):
        return False
    if within is None:
        lonlat = between(WEB_MERCATOR, WGS84, known)
        there = in_box(lonlat[:, 0], lonlat[:, 1], GB_DEGREES)
        here = in_box(known[:, 0], known[:, 1], GB_METRES)
    elif projection.is_british and in_box(known[:, 0], known[:, 1], GB_METRES).any():
        return False
    else:
        there, here = within(between(WEB_MERCATOR, projection.crs, known)), within(known)
    return certain(int(here.sum()), int(there.sum()), len(known))


def utm_of(points: NDArray[np.float64], projection: Projection, within: Within) -> str:
    """Return the code of the UTM zone in which metres lie in the study area, "" for none.

    The study area's own zone and its two neighbours are tried: a city on the edge of a zone may
    use either. In Great Britain what could be of the National Grid is.
    """
    known = points[np.isfinite(points).all(axis=1)]
    if projection.is_british and in_box(known[:, 0], known[:, 1], GB_METRES).any():
        return ""
    own = _UTM_30N if projection.is_british else int(projection.crs.removeprefix("EPSG:"))
    for code in (f"EPSG:{zone}" for zone in (own, own - 1, own + 1)):
        moved = known if code == projection.crs else between(code, projection.crs, known)
        if certain(0, int(within(moved).sum()), len(known)):
            return code
    return ""


def slips_of(
    points: NDArray[np.float64], away: NDArray[np.bool_], axes: str, reach: Extent
) -> dict[str, NDArray[np.bool_]]:
    """Tell for each of `SLIPS` which rows that lie outside it explains.

    Without its first digit an easting has lost its 100 km square: the study area's own square puts
    it back inside. Nothing is mended, so that each row tells for itself.
    """
    slips = {slug: np.zeros(len(points), dtype=np.bool_) for slug in SLIPS}
    if axes != METRES or not reach.area.projection.is_british:
        return slips
    rows = np.flatnonzero(away & (points < _SQUARE_M).any(axis=1))
    if not len(rows):
        return slips
    lost = points[rows]
    west, south, east, north = reach.area.wards.total_bounds // _SQUARE_M * _SQUARE_M
    for square in {(x, y) for x in (west, east) for y in (south, north)}:
        slips["missing-digit"][rows] |= reach.has(lost + np.where(lost < _SQUARE_M, square, 0))
    slips["tens-of-metres"][rows] = reach.has(lost * 10) & ~slips["missing-digit"][rows]
    return slips
