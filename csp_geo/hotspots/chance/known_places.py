"""Places on which reports can fall: what a test for chance must know of each source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoPlacesError
from csp_geo.core.projection import points_of
from csp_geo.core.tables import SHARED_POINTS, SOURCES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Flags, Floats
    from csp_geo.inputs.areas.study_area import StudyArea


FEWEST: Final = 20
"""Places below which a list says nothing about chance."""
ROOM: Final = 1.5
"""Known places for each one with reports, below which the list is too short to lean on."""
MOVED_M: Final = 60.0
"""How far reports fall from published points that stand in for a list of addresses."""
BORDER_M: Final = 250.0
_STACKED: Final = 3
_ENOUGH: Final = 100


@dataclass(frozen=True, eq=False)
class PlaceList:
    """Places on which the reports of a source fall, all equally likely.

    `snapped`: reports lie at these places and nowhere else. `moved_m`: they fall that far around.
    `what` names the list in a sentence: "known street points". `months` says where it is from.
    """

    xy: Floats
    what: str
    snapped: bool = False
    moved_m: float = 0.0
    months: str = ""

    def __len__(self) -> int:
        return len(self.xy)


def distinct(xy: Floats) -> Floats:
    """Return distinct coordinates, to the decimetre, in order."""
    return np.unique(np.round(xy, 1), axis=0)


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

    Parameters
    ----------
    everything
        All incidents on disk, any month, any category: their places within the study area are
        what a snapped source knows.
    supplied
        ``(m, 2)`` metres for every source, or one such list by source.
    listed
        ``(m, 2)`` metres: where exactly located reports can be, such as addresses.
    """

    def __init__(
        self,
        everything: gpd.GeoDataFrame,
        area: StudyArea,
        supplied: ArrayLike | Mapping[str, ArrayLike] | None = None,
        listed: ArrayLike | None = None,
    ) -> None:
        self.cautions: list[Caution] = []
        self._area = area
        self._everything = everything
        self.stacked = stacked_sources(everything)
        self._snapped = self.snapped_rows(everything)
        self._inside = everything["ward_code"].notna().to_numpy()
        self._xy = points_of(everything)
        self._source = everything["source"].astype(str).to_numpy()
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
            self._by_source = dict.fromkeys(np.unique(self._source), self._listed)

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
            If there is no list, or one of fewer than `FEWEST` places.
        """
        given = self._by_source.get(source, self._listed)
        if snapped:
            found = self._known_points(source, used)
        elif given is not None:
            found = PlaceList(given, "listed places")
        elif (self._snapped & self._inside).any():
            # Published points stand in for the addresses around them.
            xy = distinct(self._xy[self._snapped & self._inside])
            found = PlaceList(xy, "places near known street points", moved_m=MOVED_M)
        else:
            raise NoPlacesError(
                "there is no list of places where such reports can be. Put one into data/context "
                "(addresses.csv or streets.geojson)."
            )
        if len(found) < FEWEST:
            raise NoPlacesError(
                f"{len(found)} {found.what} are too few to say what chance would do; it takes "
                f"{FEWEST}."
            )
        return found

    def _known_points(self, source: str, used: Floats) -> PlaceList:
        rows = self._snapped & (self._source == source) & self._inside
        given = self._by_source.get(source, np.empty((0, 2)))
        xy = distinct(np.concatenate([self._xy[rows], given, used]))
        months = ""
        if rows.any() and source not in self._by_source:
            at = self._everything["occurred_at"][rows].dt.strftime("%Y-%m")
            months = f"{at.nunique()} months, {at.min()} to {at.max()}"
            months = at.min() if at.nunique() == 1 else months
        methods = set(self._everything["location_method"][rows].astype(str))
        what = "known street points" if methods <= {"snapped"} else "known points"
        return PlaceList(xy, what, snapped=True, months=months)
