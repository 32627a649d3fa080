"""The ground under the map, small enough for one page: lines and areas as steps, letters for bytes.

Streets, railways, water and parks of a borough are some ten thousand lines. As GeoJSON they would
be several megabytes; as steps of a metre from corner to corner, written with 64 letters, they are
a hundredth of that. assets/ground.js reads them back and draws them on a canvas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from csp_geo.products.map.geometry import PACK_SCALE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from csp_geo.core.arrays import Ints
    from csp_geo.core.projection import Projection

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""What a number is written with: five bits a letter, and one that says whether another follows."""
_BITS: Final = 5
_MORE: Final = 1 << _BITS
_AREAS: Final = ("water", "green", "buildings")
"""Layers whose closed lines are filled."""
BUDGET: Final = 150_000
"""Bytes that the ground may take of a page without buildings, and buildings again."""
TOLERANCES_M: Final = (1.5, 2.5, 4.0, 6.0, 10.0, 16.0)
BUILDING_TOLERANCE_M: Final = 0.7
BUILDINGS_WITHIN_M: Final = 150.0
"""Round what is looked at closely: hotspots and havens."""
SMALLEST_M2: Final = 400.0
"""Parks and ponds below this are no help on a map of a borough."""
CLASSES: Final = ("motorway", "main", "secondary", "local", "service", "path")
"""Of streets, in the order in which they give way where the page would be too large."""


@dataclass(frozen=True)
class PackedGround:
    """The ground as a page holds it: `data` for assets/ground.js, and what was left out, in words.

    `data` has `origin` (latitude, longitude in 1e-5 degree), `names` and `layers`: of each its
    kind, its class and its lines in letters.
    """

    data: Mapping[str, Any]
    size: int
    said: tuple[str, ...] = ()


def pack_ground(
    tables: Mapping[str, gpd.GeoDataFrame],
    projection: Projection,
    around: Sequence[Any] = (),
    budget: int = BUDGET,
) -> PackedGround:
    """Write the ground small.

    Parameters
    ----------
    tables
        streets (name, class), railways, water (name), green (name) and buildings, as far as they
        are there: of the contracts `tables.GROUND_...`, in metres of the study area.
    projection
        That of the study area.
    around
        Shapes in metres round which buildings are drawn, the first first.
    budget
        Bytes for all but buildings; as many again for these.

    Returns
    -------
    packed
        What does not fit is left out: first corners, then paths, then ways to houses; of buildings
        those round the last of `around`. The same bytes for the same ground in any order.
    """
    said: list[str] = []
    for classes in (CLASSES, CLASSES[:-1], CLASSES[:-2]):
        for tolerance in TOLERANCES_M:
            writer = _Writer(projection)
            layers = _layers(tables, classes, tolerance, writer)
            if _size(layers) + writer.size_of_names <= budget:
                break
        else:
            continue
        break
    if classes != CLASSES:
        left = " and ".join({"service": "ways to houses", "path": "paths"}[own] for own in CLASSES
                            if own not in classes)  # fmt: skip
        said.append(f"The map leaves out {left}: there are too many for one page.")
    houses, some = _buildings(tables.get("buildings"), around, writer, budget)
    if some:
        said.append("Buildings are drawn round the first hotspots and havens only.")
    data = {"origin": writer.origin, "names": writer.names, "layers": [*layers, *houses]}
    return PackedGround(data, _size(layers + houses) + writer.size_of_names, tuple(said))


def _size(layers: Sequence[Mapping[str, str]]) -> int:
    return sum(len(layer["lines"]) for layer in layers)


def _layers(
    tables: Mapping[str, gpd.GeoDataFrame],
    classes: Sequence[str],
    tolerance: float,
    writer: _Writer,
) -> list[dict[str, str]]:
    made: list[dict[str, str]] = []
    for kind in ("green", "water", "railways"):
        table = tables.get(kind)
        if table is not None and len(table):
            shapes = table.geometry.to_numpy()
            large = shapely.area(shapes) >= SMALLEST_M2
            own = table[large | (shapely.get_dimensions(shapes) == 1)]
            made.append({"kind": kind, "lines": writer.written(own, tolerance, kind in _AREAS)})
    streets = tables.get("streets")
    for one in reversed(classes):
        if streets is not None and len(own := streets[streets["class"] == one]):
            lines = writer.written(_joined(own), tolerance, as_areas=False)
            made.append({"kind": "streets", "class": one, "lines": lines})
    return [layer for layer in made if layer["lines"]]


def _joined(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join the pieces of each street, end to end: fewer lines, and room for its name."""
    names = streets["name"].fillna("").astype("str").to_numpy(dtype=object)
    lines, row = shapely.get_parts(streets.geometry.to_numpy(), return_index=True)
    named, of = np.unique(names[row], return_inverse=True)
    order = np.argsort(of, kind="stable")
    whole = shapely.line_merge(shapely.multilinestrings(lines[order], indices=of[order]))
    return gpd.GeoDataFrame({"name": named}, geometry=whole, crs=streets.crs)


def _buildings(
    table: gpd.GeoDataFrame | None, around: Sequence[Any], writer: _Writer, budget: int
) -> tuple[list[dict[str, str]], bool]:
    """Write the buildings round each shape in turn, as many as there is room for."""
    if table is None or table.empty or not len(around):
        return [], False
    shapes = table.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    taken: list[int] = []
    seen = np.zeros(len(shapes), dtype=np.bool_)
    spent, lines = 0, ""
    for place in around:
        near = tree.query(place, predicate="dwithin", distance=BUILDINGS_WITHIN_M)
        new = np.sort(near[~seen[near]])
        if not len(new):
            continue
        seen[new] = True
        corners = int(shapely.get_num_coordinates(shapes[new]).sum())
        if spent + corners > budget:  # at least two letters a corner: it cannot fit
            break
        more = writer.written(table.iloc[[*taken, *new]], BUILDING_TOLERANCE_M, as_areas=True)
        if len(more) > budget:
            break
        taken += new.tolist()
        spent, lines = len(more), more
    if not lines:
        return [], False
    return [{"kind": "buildings", "lines": lines}], len(taken) < len(shapes)


class _Writer:
    """Writes shapes as letters; remembers the names, and where the first corner lies."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._rows: dict[str, int] = {}
        self.origin: list[int] = []

    @property
    def names(self) -> list[str]:
        return list(self._rows)

    @property
    def size_of_names(self) -> int:
        return sum(len(name.encode()) + 3 for name in self._rows)

    def written(self, table: gpd.GeoDataFrame, tolerance: float, as_areas: bool) -> str:
        """Write one line for each: its name, how many parts, and of each the corners as steps."""
        shapes = shapely.simplify(table.geometry.to_numpy(), tolerance)
        names = (
            table["name"].fillna("").astype("str").to_numpy(dtype=object)
            if "name" in table.columns
            else np.full(len(table), "", dtype=object)
        )
        own: dict[int, list[Ints]] = {}
        for row, part in self._parts(shapes, as_areas):
            own.setdefault(row, []).append(part)
        if not own:
            return ""
        order = sorted(own, key=lambda row: (own[row][0].tolist(), str(names[row])))
        if not self.origin:
            self.origin = own[order[0]][0][0].tolist()
        numbers: list[Ints] = []
        last = np.array(self.origin)
        for row in order:
            name = str(names[row])
            number = self._rows.setdefault(name, len(self._rows)) + 1 if name else 0
            numbers.append(np.array([number, len(own[row])]))
            for part in own[row]:
                steps = np.diff(part, axis=0, prepend=[last])
                last = part[0]
                numbers += [np.array([len(part)]), _unsigned(steps.ravel())]
        return letters_of(np.concatenate(numbers))

    def _parts(self, shapes: NDArray[Any], as_areas: bool) -> list[tuple[int, Ints]]:
        """Return the lines or rings of shapes, each with its row: latitude, longitude."""
        lines, row = shapely.get_parts(shapes, return_index=True)
        if as_areas:
            filled = shapely.get_dimensions(lines) == 2  # noqa: PLR2004 - an area
            rings, ring_of = shapely.get_rings(lines[filled], return_index=True)
            row = np.concatenate([row[filled][ring_of], row[~filled]])
            lines = np.concatenate([rings, lines[~filled]])
        xy, of = shapely.get_coordinates(lines, return_index=True)
        grid = np.rint(self._projection.to_lonlat(xy)[:, ::-1] * PACK_SCALE)
        known = np.isfinite(grid).all(axis=1)
        corners, of = grid[known].astype(np.int64), of[known]
        moved = (np.diff(corners, axis=0, prepend=np.nan) != 0).any(axis=1)
        stays = moved | (np.diff(of, prepend=-1) != 0)
        corners, of = corners[stays], of[stays]
        if not len(of):
            return []
        begins = np.flatnonzero(np.diff(of, prepend=-1))
        parts = np.split(corners, begins[1:])
        return [
            (int(row[line]), part)
            for line, part in zip(of[begins], parts, strict=True)
            if len(part) > 1
        ]


def _unsigned(steps: Ints) -> Ints:
    """Write 0, -1, 1, -2 ... as 0, 1, 2, 3 ..., so that small steps have small numbers."""
    return np.where(steps < 0, -2 * steps - 1, 2 * steps)


def letters_of(numbers: Ints) -> str:
    """Write whole numbers from 0, the lowest five bits of each first.

    Examples
    --------
    >>> letters_of(np.array([0, 31, 32]))
    'AfgB'
    """
    alphabet = np.frombuffer(LETTERS.encode(), dtype=np.uint8)
    rest = np.asarray(numbers, dtype=np.int64).copy()
    parts, there = [], []
    present = np.ones(len(rest), dtype=np.bool_)
    while present.any():
        low, rest = rest & (_MORE - 1), rest >> _BITS
        parts.append(alphabet[low + np.where(rest > 0, _MORE, 0)])
        there.append(present)
        present = rest > 0
    table, shown = np.stack(parts, axis=1), np.stack(there, axis=1)
    return table[shown].tobytes().decode("ascii")
