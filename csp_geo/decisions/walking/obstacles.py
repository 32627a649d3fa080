"""What bars the way on foot: barriers with their crossings, and what is avoided after dark."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.core.errors import NetworkError
from csp_geo.core.projection import move_shapes
from csp_geo.core.wording import count
from csp_geo.inputs.files.gis_layer import read_vector

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from csp_geo.core.arrays import Flags, Floats
    from csp_geo.core.projection import Projection

CROSSING_REACH_M: Final = 15.0
"""How far from a crossing a barrier lets people through."""
_ALONG_M: Final = 1.0
"""How close a path runs to an avoided line to be that line."""


def straight_ways(start: Floats, end: Floats) -> NDArray[np.object_]:
    """Return the lines between points, both ``(n, 2)``."""
    ways: NDArray[np.object_] = np.atleast_1d(
        shapely.linestrings(np.stack([start, end], axis=1))  # type: ignore[arg-type]
    )
    return ways


@dataclass(frozen=True, eq=False, kw_only=True)
class Obstacles:
    """Shapes in metres, in the study area's CRS.

    `barriers` are lines or areas that nobody crosses on foot (a railway, a trunk road, a river) but
    within 15 metres of one of the `crossings`, ``(k, 2)``. `avoid` are areas or lines (parks,
    alleys) that routes keep out of after dark. `notes` say what was decided in reading them.
    """

    barriers: shapely.Geometry | None = None
    crossings: Floats = field(default_factory=lambda: np.empty((0, 2)))
    avoid: shapely.Geometry | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def closed(self) -> shapely.Geometry | None:
        """The barriers without their gaps at crossings; prepared for many questions."""
        if self.barriers is None or shapely.is_empty(self.barriers):
            return None
        shape = self.barriers
        if len(self.crossings):
            gaps = shapely.union_all(
                shapely.buffer(shapely.points(self.crossings), CROSSING_REACH_M)
            )
            shape = shapely.difference(shape, gaps)
        shapely.prepare(shape)
        return shape

    @cached_property
    def dark(self) -> shapely.STRtree | None:
        """What is avoided after dark, as areas that do not overlap."""
        if self.avoid is None or shapely.is_empty(self.avoid):
            return None
        parts = shapely.get_parts(self.avoid)
        areas = shapely.get_dimensions(parts) > 1
        parts[~areas] = shapely.buffer(parts[~areas], _ALONG_M)
        return shapely.STRtree(shapely.get_parts(shapely.union_all(parts)))

    def bar(self, start: Floats, end: Floats) -> Flags:
        """Tell which straight ways touch a closed barrier; both ends ``(n, 2)``."""
        if self.closed is None or not len(start):
            return np.zeros(len(start), dtype=np.bool_)
        return np.asarray(shapely.intersects(self.closed, straight_ways(start, end)))

    def avoids(self, start: Floats, end: Floats) -> Flags:
        """Tell which straight ways lie for more than half their length in what is avoided."""
        if self.dark is None or not len(start):
            return np.zeros(len(start), dtype=np.bool_)
        ways = straight_ways(start, end)
        way, area = self.dark.query(ways, predicate="intersects")
        inside = shapely.length(shapely.intersection(self.dark.geometries[area], ways[way]))
        total = np.bincount(way, weights=inside, minlength=len(ways))
        return np.asarray(total > shapely.length(ways) / 2)


NO_OBSTACLES: Final = Obstacles()


def read_obstacles(
    projection: Projection,
    *,
    barriers: Path | None = None,
    crossings: Path | None = None,
    avoid: Path | None = None,
) -> Obstacles:
    """Read layers of what bars the way, and bring them to the study area's CRS.

    Parameters
    ----------
    projection
        The study area's.
    barriers
        Lines or areas: railways, trunk roads, rivers.
    crossings
        Points at which people cross them; of lines and areas a point on them is taken.
    avoid
        Areas or lines that routes keep out of after dark: parks, alleys.

    Raises
    ------
    BoundaryError
        If a file cannot be read.
    NetworkError
        If it holds shapes of another kind.
    """
    notes: list[str] = []
    shapes = {}
    for name, path, wanted, least in (
        ("barriers", barriers, "LineString", 1),
        ("avoid", avoid, "Polygon", 1),
        ("crossings", crossings, "Point", 0),
    ):
        if path is not None:
            shapes[name], said = _read_shapes(path, wanted, least, projection)
            notes += said
    points = shapely.point_on_surface(shapes["crossings"]) if "crossings" in shapes else []
    union = {
        name: shapely.union_all(found) for name, found in shapes.items() if name != "crossings"
    }
    return Obstacles(
        **union, crossings=shapely.get_coordinates(points).reshape(-1, 2), notes=tuple(notes)
    )


def read_lines(path: Path, projection: Projection) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a layer of lines into the study area's CRS, with its columns; what was left is noted."""
    layer, notes = read_vector(path, "LineString")
    shapes = _in_metres(layer, projection)
    lines = shapely.get_dimensions(shapes) == 1
    if not lines.any():
        raise NetworkError(
            f"{path.name} needs lines, and holds {_kinds(shapes)}: a walking network is a layer of "
            "streets and paths drawn as lines."
        )
    left = int((~lines).sum())
    left_out = count(left, "shape that is not a line was", "shapes that are not lines were")
    said = (f"{path.name}: {left_out} left out.",) * bool(left)
    table = gpd.GeoDataFrame(
        pd.DataFrame(layer.drop(columns=layer.geometry.name))[lines],
        geometry=shapes[lines],
        crs=projection.crs,
    )
    return table, (*notes, *said)


def _read_shapes(
    path: Path, wanted: str, least: int, projection: Projection
) -> tuple[Any, tuple[str, ...]]:
    layer, notes = read_vector(path, wanted)
    shapes = _in_metres(layer, projection)
    fit = shapely.get_dimensions(shapes) >= least
    if not fit.any():
        needed = "lines or areas" if least else "points"
        raise NetworkError(f"{path.name} needs {needed}, and holds {_kinds(shapes)}.")
    return shapely.make_valid(shapes[fit]), notes


def _in_metres(layer: Any, projection: Projection) -> Any:
    """Return shapes in the study area's CRS; empty and unplaceable ones become `None`."""
    shapes = shapely.force_2d(np.array(layer.geometry, dtype=object))
    shapes = move_shapes(shapes, str(layer.crs), projection)
    usable = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    return np.where(usable, shapes, None)


def _kinds(shapes: Any) -> str:
    names = {0: "points", 1: "lines", 2: "areas"}
    found = {names[int(kind)] for kind in shapely.get_dimensions(shapes) if int(kind) in names}
    return " and ".join(sorted(found)) or "nothing near the study area"
