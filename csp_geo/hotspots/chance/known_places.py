"""Places on which reports can fall: what a test for chance must know of each source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import cKDTree

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoPlacesError
from csp_geo.core.projection import points_of
from csp_geo.core.tables import SHARED_POINTS, SOURCES
from csp_geo.inputs.ground.police_points import SAME_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Flags, Floats
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.ground.ground_uses import GroundPlaces


FEWEST: Final = 20
"""Places below which a list says nothing about chance."""
ROOM: Final = 1.5
"""Known places for each one with reports, below which the list is too short to lean on."""
MOVED_M: Final = 60.0
"""How far reports fall from published points that stand in for a list of addresses."""
BORDER_M: Final = 250.0
MOST_OFF: Final = 0.05
"""Share of moved reports off the list of known points above which it is not that of these."""
_SMALLEST: Final = 0.05
"""Of the positive catchments, the quantile that a point weighs which no address is nearest to."""
_COPIES, _MOST_PLACES = 8, 160_000
"""Each listed place is spread over so many, and all of them over at most so many."""
_EXACTLY_M: Final = 1.0
_FURTHEST_M: Final = 100.0
"""A report further than this from every listed place says nothing about where others lie."""
_STACKED: Final = 3
_ENOUGH: Final = 100


@dataclass(frozen=True, eq=False)
class PlaceList:
    """Places on which the reports of a source fall.

    `weights` is how much falls on each, equal where none are given. `snapped`: reports lie at these
    places and nowhere else. `moved_m`: they fall that far around. `own`: these are only the places
    of the tested reports themselves. `what` names the list in a sentence: "known street points".
    `n_listed` are as many as the list has, before they are spread, and `apart_m` is how far half of
    the reports lie from it at least; `n_joined` points are not on the list of the ground, `n_empty`
    have no address of their own.
    """

    xy: Floats
    what: str
    weights: Floats | None = None
    snapped: bool = False
    moved_m: float = 0.0
    own: bool = False
    n_listed: int = 0
    apart_m: float = 0.0
    n_joined: int = 0
    n_empty: int = 0

    def __len__(self) -> int:
        return len(self.xy)

    @cached_property
    def weight(self) -> Floats:
        """``(m,)``: the share of the reports that chance puts at each place."""
        given = np.ones(len(self.xy)) if self.weights is None else self.weights
        return np.asarray(given / given.sum())

    def listed(self, xy: Floats) -> Floats:
        """Return the listed point that each moved report lies at; others stay where they are."""
        if not self.snapped:
            return xy
        found: Floats = xy.copy()
        near, at = map(np.asarray, cKDTree(self.xy).query(xy, distance_upper_bound=SAME_M))
        there = np.isfinite(near)
        found[there] = self.xy[at[there]]
        return found


def distinct(xy: Floats) -> Floats:
    """Return distinct coordinates, to the decimetre, in order."""
    return np.unique(np.round(xy, 1), axis=0)


def catchments(points: Floats, addresses: Floats) -> tuple[Floats, int]:
    """Count the addresses nearest to each known point.

    Returns
    -------
    weight, n_empty
        A point that no address is nearest to (a station, a park) weighs as much as the 5 % quantile
        of the others, for reports do lie there; `n_empty` are as many.
    """
    nearest = np.asarray(cKDTree(points).query(addresses)[1])
    weight = np.bincount(nearest, minlength=len(points)).astype(np.float64)
    empty = weight == 0
    weight[empty] = np.quantile(weight[~empty], _SMALLEST)
    return weight, int(empty.sum())


def smoothed(places: Floats, used: Floats) -> Floats:
    """Spread listed places as far as reports lie from them.

    A list has gaps: where one address in ten is on it, reports lie between. So each place stands
    for several, displaced in any direction by the distances at which reports lie from the nearest
    place. Where reports lie exactly on the list nothing is spread.
    """
    if not len(used):
        return places
    apart = np.sort(cKDTree(places).query(used)[0])
    apart = apart[apart <= _FURTHEST_M]
    if not len(apart) or np.quantile(apart, 1 - MOST_OFF) <= _EXACTLY_M:
        return places
    copies = max(1, min(_COPIES, _MOST_PLACES // len(places)))
    rng = np.random.default_rng(len(places))
    n = copies * len(places)
    far = np.quantile(apart, rng.random(n))
    turn = rng.random(n) * 2 * np.pi
    apart_by = np.column_stack([far * np.cos(turn), far * np.sin(turn)])
    return np.asarray(np.repeat(places, copies, axis=0) + apart_by)


def _spread(places: Floats, used: Floats, what: str) -> PlaceList:
    apart = float(np.median(cKDTree(places).query(used)[0])) if len(used) else 0.0
    return PlaceList(smoothed(places, used), what, n_listed=len(places), apart_m=apart)


def stacked_sources(incidents: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return the sources that say they are exact and repeat at the same points.

    It shows in a hundred reports or more, with three or more at each place on average. At fewer
    than `FEWEST` places nothing shows: they may be a few addresses, each with its own trouble.
    """
    exact = (~incidents["location_method"].isin(SHARED_POINTS)).to_numpy()
    xy = np.round(points_of(incidents))
    sources = incidents["source"].astype(str).to_numpy()
    stacked = []
    for source in np.unique(sources[exact]).tolist():
        rows = (sources == source) & exact
        n_places = len(np.unique(xy[rows], axis=0))
        if n_places >= FEWEST and rows.sum() >= max(_ENOUGH, _STACKED * n_places):
            stacked.append(source)
    return tuple(stacked)


class KnownPlaces:
    """The lists of places of all sources: known points, and the list for exact reports.

    What is known rests on the tested reports and on the ground alone: another file that lies beside
    them changes no verdict.

    Parameters
    ----------
    tested
        The incidents that are tested.
    supplied
        ``(m, 2)`` metres for every source, or one such list by source.
    listed
        ``(m, 2)`` metres: where exactly located reports can be, such as addresses.
    ground
        What the project's ground has of such places; what is given above comes before it.
    on_streets
        Sources whose exact reports are of public places: they fall on the streets of the ground.
    """

    def __init__(
        self,
        tested: gpd.GeoDataFrame,
        area: StudyArea,
        supplied: ArrayLike | Mapping[str, ArrayLike] | None = None,
        listed: ArrayLike | None = None,
        ground: GroundPlaces | None = None,
        on_streets: Sequence[str] = (),
    ) -> None:
        self.cautions: list[Caution] = []
        self._area, self._ground, self._on_streets = area, ground, frozenset(on_streets)
        self.stacked = stacked_sources(tested)
        self._tested, self._snapped = tested, self.snapped_rows(tested)
        self._by_source: dict[str, Floats] = {}
        self._listed = None if listed is None else self._within(listed, "listed")
        if isinstance(supplied, Mapping):
            if unknown := set(supplied) - set(SOURCES):
                raise ValueError(
                    f"places names unknown sources: {', '.join(sorted(map(str, unknown)))}. "
                    f"Sources are {', '.join(SOURCES)}."
                )
            self._by_source = {s: self._within(xy, s) for s, xy in supplied.items()}
        elif supplied is not None:
            self._listed = self._within(supplied, "listed")
            sources = np.unique(tested["source"].astype(str))
            self._by_source = dict.fromkeys(sources, self._listed)

    def _within(self, places: ArrayLike, name: str) -> Floats:
        try:
            xy = np.asarray(places, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"places must be (m, 2) finite metres: {error}.") from error
        if xy.ndim != 2 or xy.shape[1] != 2 or not np.isfinite(xy).all():  # noqa: PLR2004
            odd = f"{xy.shape}" if np.isfinite(xy).all() else "with infinite or missing ones"
            raise ValueError(f"places must be (m, 2) finite metres, not {odd}.")
        xy = np.unique(xy, axis=0)
        inside = self._area.distance_outside(xy) <= BORDER_M
        if not inside.all():
            what = "list of places" if name == "listed" else f"list of places for {name}"
            said = (
                f"{int((~inside).sum()):,} of {len(xy):,} places of the {what} lie outside the "
                "study area and were left out."
            )
            self.cautions.append(Caution("listed-places-outside", said))
        return xy[inside]

    def snapped_rows(self, incidents: gpd.GeoDataFrame) -> Flags:
        """Tell which incidents lie at anonymised points: their source says so, or it shows."""
        says = incidents["location_method"].isin(SHARED_POINTS).to_numpy()
        return np.asarray(says | incidents["source"].isin(self.stacked).to_numpy())

    def of(self, source: str, *, snapped: bool, used: Floats) -> PlaceList:
        """Return the places of a source; `used` are those of the reports that are tested.

        Raises
        ------
        NoPlacesError
            If there is no list, one of fewer than `FEWEST` places, or one that is not that of
            these reports.
        """
        found = self._known_points(source, used) if snapped else self._list(source, used)
        n_places = found.n_listed or len(found)  # before they are spread
        if n_places < FEWEST:
            raise NoPlacesError(
                f"{n_places} {found.what} are too few to say what chance would do; it takes "
                f"{FEWEST}."
            )
        return found

    def _list(self, source: str, used: Floats) -> PlaceList:
        given = self._by_source.get(source, self._listed)
        ground = self._ground
        if given is not None:
            return _spread(given, used, "listed places")
        if ground is not None and ground.along_streets is not None and source in self._on_streets:
            return _spread(ground.along_streets, used, "places along the streets")
        if ground is not None and ground.addresses is not None:
            return _spread(ground.addresses, used, "addresses")
        # Published points stand in for the addresses around them.
        points = self._points_of_ground()
        if points is None and self._snapped.any():
            points = distinct(points_of(self._tested[self._snapped]))
        if points is None:
            raise NoPlacesError(
                "there is no list of places where such reports can be: no addresses in the ground, "
                "and none in data/context (addresses.csv or streets.geojson)."
            )
        return PlaceList(points, "places near known street points", moved_m=MOVED_M)

    def _points_of_ground(self) -> Floats | None:
        return None if self._ground is None else self._ground.known_points

    def _known_points(self, source: str, used: Floats) -> PlaceList:
        methods = self._methods(source)
        given = self._by_source.get(source)
        listed = self._points_of_ground() if given is None and methods == {"snapped"} else given
        own = distinct(used)
        what = "known street points" if methods <= {"snapped"} else "known points"
        if listed is None or not len(listed):
            return self._weighed(own, what, own=True)
        listed = distinct(listed)
        off = ~np.isfinite(cKDTree(listed).query(own, distance_upper_bound=SAME_M)[0])
        at = np.unique(np.round(used, 1), axis=0, return_inverse=True)[1].reshape(-1)
        if given is None and (share := float(off[at].mean())) > MOST_OFF:
            raise NoPlacesError(
                f"{share:.0%} of the reports of the source {source} lie at none of the "
                f"{len(listed):,} known points of the ground, so these are not the points to which "
                "they were moved. Add an archive of the same force with more months (csp-geo "
                "ground add)."
            )
        points = distinct(np.concatenate([listed, own[off]]))
        return self._weighed(points, what, n_joined=int(off.sum()))

    def _methods(self, source: str) -> set[str]:
        """Return how the moved reports of a source are located."""
        rows = self._snapped & (self._tested["source"] == source).to_numpy()
        return set(self._tested["location_method"][rows].astype(str))

    def _weighed(
        self, points: Floats, what: str, *, own: bool = False, n_joined: int = 0
    ) -> PlaceList:
        """Weigh known points by the addresses nearest to each, where addresses are known."""
        ground = self._ground
        known = ground is not None and ground.addresses is not None
        addresses = ground.addresses if ground is not None and known else self._listed
        weights, n_empty = None, 0
        if addresses is not None and len(points):
            weights, n_empty = catchments(points, addresses)
        return PlaceList(
            points, what, weights, snapped=True, own=own, n_joined=n_joined, n_empty=n_empty
        )
