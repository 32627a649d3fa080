"""Streets and paths as a graph: lines joined where they share a vertex, points snapped to them.

Two lines that cross without sharing a vertex do not meet: one is on a bridge, or the map is drawn
so. Every vertex is a node (to a centimetre), every straight piece between two of them a stretch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from csp_geo.core.errors import CRSError, NetworkError
from csp_geo.decisions.walking.obstacles import read_lines, straight_ways

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.core.projection import Projection
    from csp_geo.decisions.walking.obstacles import Obstacles


_CENTIMETRES: Final = 2
_MOST_CELLS: Final = 16_000_000
"""Distances held at a time: 128 MB."""
_END: Final = 1e-9
_DUST: Final = 6
"""Decimals of a metre beyond which two distances are the same."""
_OVER_TAG: Final = re.compile(r'"(?:bridge|tunnel)"=>"(?!no")')
_OVER: Final = ("bridge", "tunnel", "crossing")
"""Columns that say that a line crosses a barrier rightly."""
_NO: Final = ("", "no", "false", "0", "none", "nan")


@dataclass(frozen=True, eq=False)
class WalkingNetwork:
    """Stretches between nodes, in metres, in the study area's CRS.

    `xy` is ``(k, 2)``, `ends` ``(e, 2)`` int64 rows in it. `bridged` marks stretches tagged as
    bridge, tunnel or crossing, `closed_at_night` those with after_dark = no. `tells_bridges` says
    whether the lines had columns for such tags at all.
    """

    xy: Floats
    ends: Ints
    bridged: Flags
    closed_at_night: Flags
    tells_bridges: bool = False
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def length_m(self) -> Floats:
        """``(e,)`` metres."""
        return np.asarray(np.hypot(*(self.xy[self.ends[:, 1]] - self.xy[self.ends[:, 0]]).T))

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(straight_ways(self.xy[self.ends[:, 0]], self.xy[self.ends[:, 1]]))

    def only(self, kept: Flags) -> WalkingNetwork:
        """Return the network with some stretches left out."""
        if kept.all():
            return self
        ends, bridged, closed = self.ends[kept], self.bridged[kept], self.closed_at_night[kept]
        return replace(self, ends=ends, bridged=bridged, closed_at_night=closed)

    def snap(self, points: Floats, furthest_m: float, obstacles: Obstacles) -> Snapped:
        """Find for each point the nearest place on the network that no barrier keeps it from.

        Of several at the same distance the first stretch is taken. A point with none at most
        `furthest_m` away has stretch -1.
        """
        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        if not len(self.ends) or not len(known):
            return self._nearest(points, known[:0], known[:0])
        shapes = shapely.points(points[known])
        which, stretch = self._tree.query_nearest(shapes, max_distance=furthest_m + _END)
        found = self._nearest(points, known[which], stretch)
        rows = np.flatnonzero(found.stretch >= 0)
        barred = rows[obstacles.bar(points[rows], self.places(found)[rows])]
        if not len(barred):
            return found
        which, stretch = self._tree.query(
            shapely.points(points[barred]), predicate="dwithin", distance=furthest_m + _END
        )
        share, _ = self._along(points[barred[which]], stretch)
        free = ~obstacles.bar(points[barred[which]], self._at(stretch, share))
        again = self._nearest(points, barred[which[free]], stretch[free])
        moved = np.isin(np.arange(len(points)), barred)
        return Snapped(*(np.where(moved, new, old) for new, old in zip(again, found, strict=True)))

    def _nearest(self, points: Floats, rows: Ints, stretch: Ints) -> Snapped:
        """Choose for each point the nearest of some stretches: pairs of rows and stretches."""
        n = len(points)
        found = Snapped(np.full(n, -1, dtype=np.int64), np.zeros(n), np.full(n, np.inf))
        share, offset = self._along(points[rows], stretch)
        order = np.lexsort((stretch, offset.round(_DUST), rows))
        first = order[np.unique(rows[order], return_index=True)[1]]
        for whole, part in zip(found, (stretch, share, offset), strict=True):
            whole[rows[first]] = part[first]
        return found

    def _along(self, points: Floats, stretch: Ints) -> tuple[Floats, Floats]:
        """Return how far along stretches points lie, as a share, and how far from them."""
        start = self.xy[self.ends[stretch, 0]]
        way = self.xy[self.ends[stretch, 1]] - start
        share = np.clip(((points - start) * way).sum(axis=1) / (way**2).sum(axis=1), 0.0, 1.0)
        return share, np.hypot(*(points - start - share[:, None] * way).T)

    def _at(self, stretch: Ints, share: Floats) -> Floats:
        start, end = self.xy[self.ends[stretch, 0]], self.xy[self.ends[stretch, 1]]
        return np.asarray(start + share[:, None] * (end - start))

    def places(self, snapped: Snapped) -> Floats:
        """Return where points were snapped to, ``(n, 2)`` metres, NaN where they were not."""
        places = np.full((len(snapped.stretch), 2), np.nan)
        on = snapped.stretch >= 0
        places[on] = self._at(snapped.stretch[on], snapped.share[on])
        return places


class Snapped(NamedTuple):
    """Where points meet the network: stretch (-1: nowhere), share of it, metres from it."""

    stretch: Ints
    share: Floats
    offset_m: Floats


class Graph(NamedTuple):
    """A network whose stretches are split where points meet it; `at` is each point's node, or -1.

    `piece` is the number of the piece that each node lies in.
    """

    matrix: sparse.csr_array
    at: Ints
    piece: Ints


def read_network(path: Path, projection: Projection) -> WalkingNetwork:
    """Read a walking network: lines of a GeoJSON, GeoPackage or Shapefile in any CRS.

    Raises
    ------
    BoundaryError
        If the file cannot be read.
    NetworkError
        If it holds no lines.
    """
    lines, notes = read_lines(path, projection)
    network = make_network(lines)
    return replace(network, notes=(*notes, *network.notes))


def make_network(lines: gpd.GeoDataFrame) -> WalkingNetwork:
    """Make a walking network from a table of lines in a projected CRS in metres.

    Columns `bridge`, `tunnel` and `crossing` (or OpenStreetMap's `other_tags`) say which lines may
    cross a barrier, `after_dark` = no which are closed after dark. Others are not read.

    Raises
    ------
    CRSError
        If the lines are in degrees.
    NetworkError
        If there are no lines.
    """
    if lines.crs is None or not lines.crs.is_projected:
        raise CRSError(
            f"A walking network must be in metres, and this one is in {lines.crs or 'no CRS'}. "
            "Read it with read_network, or project it to the study area's CRS first."
        )
    shapes = np.array(lines.geometry, dtype=object)
    parts, row = shapely.get_parts(shapes, return_index=True)
    is_line = shapely.get_dimensions(parts) == 1
    xy, line = shapely.get_coordinates(parts[is_line], return_index=True)
    if not len(xy):
        raise NetworkError("The walking network has no lines: streets and paths are needed.")
    node_xy, node = np.unique(xy.round(_CENTIMETRES), axis=0, return_inverse=True)
    node = node.reshape(-1)
    ends = np.column_stack([node[:-1], node[1:]])
    real = (line[:-1] == line[1:]) & (ends[:, 0] != ends[:, 1])
    ends, owner = np.sort(ends[real], axis=1), row[is_line][line[:-1][real]]
    bridged, tells = _bridged(lines)
    closed = _says(lines, "after_dark", {"no"})
    # a stretch drawn twice is one: over a barrier if either is, closed only if both are
    ends, same = np.unique(ends, axis=0, return_inverse=True)
    marks = pd.DataFrame({"over": bridged[owner], "closed": closed[owner]})
    both = marks.groupby(same.reshape(-1)).agg({"over": "any", "closed": "all"})
    return WalkingNetwork(
        node_xy, ends.astype(np.int64), both["over"].to_numpy(), both["closed"].to_numpy(), tells
    )


def _bridged(lines: gpd.GeoDataFrame) -> tuple[Flags, bool]:
    """Tell which lines are tagged as going over or under, and whether there are such tags."""
    over = np.zeros(len(lines), dtype=np.bool_)
    names = [name for name in lines.columns if str(name).casefold() in _OVER]
    for name in names:
        said = lines[name].astype("str").str.strip().str.casefold()
        over |= ~(lines[name].isna() | said.isin(_NO)).to_numpy(dtype=np.bool_)
    if "other_tags" in lines.columns:
        names.append("other_tags")
        tags = lines["other_tags"].astype("str").fillna("")
        over |= tags.str.contains(_OVER_TAG).to_numpy(np.bool_)
    return over, bool(names)


def _says(lines: gpd.GeoDataFrame, column: str, words: set[str]) -> Flags:
    if column not in lines.columns:
        return np.zeros(len(lines), dtype=np.bool_)
    said = lines[column].astype("str").str.strip().str.casefold()
    return np.asarray(said.isin(words), dtype=np.bool_)


def split_at(network: WalkingNetwork, snapped: Snapped) -> Graph:
    """Split stretches where points meet them, so that each such place is a node.

    Points that meet the network at the same place share a node.
    """
    n_nodes = len(network.xy)
    at = np.full(len(snapped.stretch), -1, dtype=np.int64)
    on = np.flatnonzero(snapped.stretch >= 0)
    stretch, share = snapped.stretch[on], snapped.share[on]
    metres = share * network.length_m[stretch]
    first, last = metres < _END, network.length_m[stretch] - metres < _END
    at[on[first]] = network.ends[stretch[first], 0]
    at[on[last]] = network.ends[stretch[last], 1]
    inner = ~(first | last)
    pairs = np.column_stack([stretch[inner], metres[inner].round(_DUST)])
    new, same = np.unique(pairs, axis=0, return_inverse=True)
    at[on[inner]] = n_nodes + same.reshape(-1)
    n_stretches, n_new = len(network.ends), len(new)
    owner = np.concatenate([np.arange(n_stretches), new[:, 0], np.arange(n_stretches)])
    along = np.concatenate([np.zeros(n_stretches), new[:, 1], network.length_m])
    node = np.concatenate([network.ends[:, 0], n_nodes + np.arange(n_new), network.ends[:, 1]])
    order = np.lexsort((along, owner))
    owner, along, node = owner[order], along[order], node[order].astype(np.int64)
    joined = owner[:-1] == owner[1:]
    start, end = node[:-1][joined], node[1:][joined]
    size = n_nodes + n_new
    matrix = sparse.csr_array((np.diff(along)[joined], (start, end)), shape=(size, size))
    _, piece = csgraph.connected_components(matrix, directed=False)
    return Graph(matrix, at, piece.astype(np.int64))


def along_graph(graph: Graph, sources: Ints, targets: Ints, limit_m: float) -> Floats:
    """Return the shortest ways between nodes, ``(sources, targets)`` metres; inf beyond the limit.

    A block of sources at a time (Dijkstra), so that memory stays bounded.
    """
    result = np.full((len(sources), len(targets)), np.inf)
    block = max(1, _MOST_CELLS // max(1, graph.matrix.shape[0]))
    for start in range(0, len(sources), block):
        some = sources[start : start + block]
        ways = csgraph.dijkstra(graph.matrix, directed=False, indices=some, limit=limit_m)
        result[start : start + block] = ways[:, targets]
    return result
