"""What the ground calls a place: the station or market in it, the street through it, the corner.

Given an outline; no report is seen here. Protected places and doors name nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from csp_geo.core.disclosure import may_name_a_hotspot

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.core.arrays import Floats, Ints

LANDMARKS: Final = ("station", "market")
"""Kinds of places after which everybody calls what is round them, the first first."""
UNNAMED: Final = ("path", "service")
NEAR_M: Final = 200.0
LONG_M: Final = 600.0
"""A street longer than this says too little by itself."""
CORNER_SHARE: Final = 0.4
"""How much of the first street's length in an outline a second needs to make a corner."""
_AT_M: Final = 30.0
"""How far beyond an outline a station still is in it: its point is somewhere on its platforms."""
_STEP_M: Final = 5.0
"""Lengths are compared in steps, so that a few metres of outline do not choose the street."""


@dataclass(frozen=True, eq=False)
class StreetFinder:
    """Streets and landmarks, to be asked what a place is called.

    `lines` are one line (of several pieces) for each street name, in the order of `names`;
    `landmarks` have the names of stations and markets, their kind and their points.
    """

    names: NDArray[np.object_]
    lines: NDArray[np.object_]
    landmarks: gpd.GeoDataFrame | None = None

    @classmethod
    def of(
        cls, streets: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame | None = None
    ) -> StreetFinder:
        """Make it of streets (name) and of named places (`tables.PLACES`), both in metres."""
        names, lines = np.empty(0, dtype=object), np.empty(0, dtype=object)
        if streets is not None:
            given = streets["name"].fillna("").astype("str").str.strip()
            may = np.array([bool(name) and may_name_a_hotspot(name) for name in given], dtype=bool)
            if "class" in streets.columns:  # nobody calls a place after a footpath or a drive
                may &= ~streets["class"].isin(UNNAMED).to_numpy()
            own = streets[may]
            pieces, row = shapely.get_parts(own.geometry.to_numpy(), return_index=True)
            if len(pieces):
                names, of = np.unique(given[may].to_numpy(dtype=object)[row], return_inverse=True)
                order = np.argsort(of, kind="stable")
                lines = np.asarray(shapely.multilinestrings(pieces[order], indices=of[order]))
        landmarks = None
        if places is not None:
            kinds = places["kind"].astype("str").isin(LANDMARKS)
            shown = [may_name_a_hotspot(str(name)) for name in places["name"]]
            landmarks = places[kinds & np.array(shown, dtype=bool)]
        return cls(names, lines, landmarks)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.lines)

    def landmark_in(self, outline: Any) -> str | None:
        """Return the station or market in an outline, the nearest to its middle of the first kind.

        A station that is called by its place alone gets the word.
        """
        found = self._landmarks_near(outline, _AT_M)
        return found[0] if found else None

    def _landmarks_near(self, shape: Any, metres: float) -> list[str]:
        if self.landmarks is None or self.landmarks.empty:
            return []
        points = self.landmarks.geometry.to_numpy()
        near = np.flatnonzero(shapely.dwithin(points, shape, metres))
        middle = shapely.centroid(shape)
        rows = [
            (LANDMARKS.index(kind), float(shapely.distance(points[row], middle)), name)
            for row, kind, name in zip(
                near,
                self.landmarks["kind"].astype("str").iloc[near],
                self.landmarks["name"].astype("str").iloc[near],
                strict=True,
            )
        ]
        return [_landmark(LANDMARKS[kind], name) for kind, _, name in sorted(rows)]

    def street_of(self, outline: Any) -> str | None:
        """Return the street that runs through most of an outline, and what tells where on it.

        "Corner of A and B" where a second street crosses the first in the outline and has much of
        it too; "A by Barking Station", "A between B and C" or "A by B" where A is long; "near A"
        where no street is in the outline and one within 200 metres of it.
        """
        rows = self._tree.query(outline, predicate="intersects")
        if not len(rows):
            return self._nearest(outline)
        inside = shapely.length(shapely.intersection(self.lines[rows], outline))
        order = np.lexsort((self.names[rows], -np.round(inside / _STEP_M)))
        rows, inside = rows[order], inside[order]
        first = int(rows[0])
        for other, length in zip(rows[1:], inside[1:], strict=True):
            if length < CORNER_SHARE * inside[0]:
                break
            meets = shapely.intersection(self.lines[first], self.lines[other])
            if shapely.dwithin(meets, outline, 0) and not shapely.is_empty(meets):
                return f"corner of {self.names[first]} and {self.names[other]}"
        return self._told_apart(first, outline)

    def _told_apart(self, street: int, outline: Any) -> str:
        name = str(self.names[street])
        if shapely.length(self.lines[street]) <= LONG_M:
            return name
        if landmarks := self._landmarks_near(outline, NEAR_M):
            return f"{name} by {landmarks[0]}"
        before, after = self._crossings(street, outline)
        if before and after:
            return f"{name} between {before} and {after}"
        return f"{name} by {before or after}" if before or after else name

    def _crossings(self, street: int, outline: Any) -> tuple[str, str]:
        """Return the streets that cross a street next to an outline, on either side of it."""
        line = self.lines[street]
        rows = self._tree.query(line, predicate="intersects")
        rows = rows[rows != street]
        middle = shapely.centroid(outline)
        way = _direction(line, outline)
        found: list[list[tuple[float, str]]] = [[], []]
        for row in rows.tolist():
            meets = shapely.get_parts(shapely.intersection(line, self.lines[row]))
            near = meets[shapely.dwithin(meets, outline, NEAR_M)]
            for x, y in shapely.get_coordinates(shapely.centroid(near)):
                along = float(np.dot(way, [x - middle.x, y - middle.y]))
                found[int(along > 0)].append((abs(along), str(self.names[row])))
        before, after = (min(side)[1] if side else "" for side in found)
        return ("", after) if before == after else (before, after)

    def _nearest(self, outline: Any) -> str | None:
        if not len(self.lines):
            return None
        rows = self._tree.query(outline, predicate="dwithin", distance=NEAR_M)
        if not len(rows):
            return None
        far = np.round(shapely.distance(self.lines[rows], outline) / _STEP_M)
        return f"near {self.names[rows[np.lexsort((self.names[rows], far))[0]]]}"


def _landmark(kind: str, name: str) -> str:
    said = name.casefold()
    return f"{name} Station" if kind == "station" and "station" not in said else name


def _direction(line: Any, outline: Any) -> Floats:
    """Return the direction of a street in an outline: from west to east, or south to north."""
    xy = shapely.get_coordinates(shapely.intersection(line, outline))
    ends: Ints = np.lexsort((xy[:, 1], xy[:, 0]))
    way = xy[ends[-1]] - xy[ends[0]]
    return np.asarray(way / (np.hypot(*way) or 1.0))
