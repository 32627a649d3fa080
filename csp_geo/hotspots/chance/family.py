"""One family against chance: how strong its clusters are, and how strong without one part."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from csp_geo.core.errors import NoPlacesError
from csp_geo.core.tables import FAMILIES, SOURCES
from csp_geo.hotspots.chance import strength_kernel as kernel
from csp_geo.hotspots.chance.doubts import doubts
from csp_geo.hotspots.chance.family_map import Simulation, family_map, silent
from csp_geo.hotspots.chance.known_places import MOVED_M
from csp_geo.hotspots.dbscan import label_points
from csp_geo.hotspots.find import label_family
from csp_geo.hotspots.verdict import LEAST, LEVEL

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.core.settings import ClusterParams
    from csp_geo.hotspots.chance.known_places import KnownPlaces


_TIE: Final = 1e-9
"""Sums in another order differ by less: such strengths are equal."""
_LITTLE: Final = 0.05
_OTHER_PART: Final = 1 + len(SOURCES)


class Measured(NamedTuple):
    """Units of a cluster, those that chance would put there, and the variance of these."""

    n: float
    expected: float
    variance: float


class FamilyTest:
    """The incidents of one family, compared with maps of them drawn by chance.

    All arrays have one element per incident, in the order of `members`, which is that of the map.

    Parameters
    ----------
    members
        The incidents of one family.
    known
        Where they can be: every source must have a list (`KnownPlaces.missing`).
    simulation
        Maps to draw.
    part
        Tells apart the random numbers of tests that leave something out.
    """

    def __init__(
        self,
        members: gpd.GeoDataFrame,
        params: ClusterParams,
        known: KnownPlaces,
        simulation: Simulation,
        part: int = 0,
    ) -> None:
        self.family = str(members["family"].iloc[0])
        self.params, self.known = params, known
        self.simulation = simulation
        self.map, order = family_map(members, params, known, LEAST)
        self._order = order
        self.members = members.iloc[order]
        self.labels, self.is_core = label_family(self.members, params)
        self._rests: dict[bytes, FamilyTest] = {}
        own = len(FAMILIES) * part + FAMILIES.index(self.family)
        drawn = np.sort(self.map.strongest_by_chance(simulation, own), axis=0)
        self.strongest, self.strongest_of_any_size = drawn.T

    # --- strength and p ---

    def measure(self, inside: Flags, is_core: Flags) -> Measured:
        """Return the units of a cluster, those that chance would put there, and the variance."""
        found = np.empty((len(inside), 3))
        label = np.where(inside, 0, -1)
        own = (label[None], is_core[None], self.map.xy[None], self.map.place[None])
        maps = kernel.Maps(*own, self.map.dispersion[None])
        kernel.count_clusters(maps, 0, self.map.chance, found)
        return Measured(*(float(value) for value in found[0]))

    def strength(self, n: float, expected: float, variance: float, share: float = 1.0) -> float:
        """Return the likelihood ratio of a cluster on a map with this share of the units."""
        found = kernel.likelihood_ratio(float(n), expected * share, variance * share**2)
        return float(found)

    def p_of(self, strength: float) -> float:
        """Return the share of maps, this one among them, with a cluster at least as strong."""
        return (1 + self.as_strong(strength)) / (self.simulation.maps + 1)

    def as_strong(self, strength: float, drawn: Floats | None = None) -> int:
        """Count the drawn maps with a cluster at least as strong, of those that can be tested."""
        drawn = self.strongest if drawn is None else drawn
        least = strength if np.isinf(strength) else strength - _TIE * max(1.0, abs(strength))
        return int(len(drawn) - np.searchsorted(drawn, least))

    def needed(self, expected: float, variance: float) -> int:
        """Return the units that would have stood out where so many are expected."""
        low, high = max(LEAST, int(expected)), int(self.map.total)
        if not self._would_stand_out(high, expected, variance):
            return 0
        while low < high:
            middle = (low + high) // 2
            if self._would_stand_out(middle, expected, variance):
                high = middle
            else:
                low = middle + 1
        return low

    def usual_variance(self, expected: float) -> float:
        """Return the variance of what is expected of a cluster over cells of the usual size."""
        found = 0.0
        for one, dispersion in zip(self.map.strata, self.map.dispersion, strict=True):
            own = expected * one.total / self.map.total
            usual = float(one.in_cells[one.in_cells > 0].mean())
            found += dispersion * own * min(usual, own)
        return found

    def _would_stand_out(self, n: int, expected: float, variance: float) -> bool:
        return self.p_of(self.strength(n, expected, variance)) <= LEVEL

    # --- without one part ---

    def near(self, inside: Flags) -> Flags:
        """Tell which reports lie within eps of a hotspot's: only they decide what remains of it."""
        from scipy.spatial import cKDTree

        reach = self.params.eps * (1 + 1e-9)
        tree = cKDTree(self.map.xy[inside])
        return np.isfinite(tree.query(self.map.xy, distance_upper_bound=reach)[0])

    def stands_without(self, inside: Flags, near: Flags, dropped: Flags) -> bool:
        """Tell whether what remains of a hotspot still stands out when reports are taken away.

        The rest is clustered again. It is compared with the same maps where they hold only a little
        more, else it is drawn again by itself: fuller maps can be less lumpy.
        """
        if self.map.weight[dropped].sum() > _LITTLE * self.map.weight.sum():
            return self._stands_alone(inside, dropped, _OTHER_PART)
        left = near & ~dropped
        labels = np.full(len(inside), -1, dtype=np.int64)
        is_core = np.zeros(len(inside), dtype=np.bool_)
        labels[left], is_core[left] = label_points(
            self.map.xy[left], self.params.eps, self.params.min_samples, self.map.weight[left]
        )
        share = 1 - self.map.weight[dropped].sum() / self.map.weight.sum()
        return self.main_part_stands(labels, is_core, inside, share)

    def main_part_stands(
        self, labels: Ints, is_core: Flags, inside: Flags, share: float = 1.0
    ) -> bool:
        """Tell whether the cluster that holds most of a hotspot stands out.

        It may be smaller than what is tested, so it is compared with clusters of any size.
        """
        kept = labels[inside & (labels >= 0)]
        if not len(kept):
            return False
        found = self.measure(labels == np.bincount(kept).argmax(), is_core)
        strength = self.strength(*found, share)
        as_strong = self.as_strong(strength, self.strongest_of_any_size)
        return 1 + as_strong <= LEVEL * (self.simulation.maps + 1)

    def stands_without_source(self, inside: Flags, source: str) -> bool:
        """Tell whether a hotspot still stands out when a source had never been there.

        The other sources are clustered and drawn again by themselves.
        """
        dropped = (self.members["source"] == source).to_numpy()
        return self._stands_alone(inside, dropped, 1 + SOURCES.index(source))

    def _stands_alone(self, inside: Flags, dropped: Flags, part: int) -> bool:
        if dropped.all():
            return False
        key = dropped.tobytes()
        if key not in self._rests:
            unseen = replace(self.simulation, tick=silent)
            rest = self.members[~dropped]
            try:
                self._rests[key] = FamilyTest(rest, self.params, self.known, unseen, part)
            except NoPlacesError:  # the reports left out knew places that no other does
                return False
        other = self._rests[key]
        return other.main_part_stands(
            other.labels, other.is_core, other.of_members(inside[~dropped])
        )

    # --- what the reports are ---

    @cached_property
    def doubts(self) -> tuple[str, ...]:
        """For each stratum of the map, why nothing with its reports can be confirmed, or ""."""
        return doubts(self.map, self.simulation)

    def doubt_about(self, inside: Flags) -> str:
        """Return why a cluster cannot be confirmed, "" where it can."""
        strata = np.unique(self.map.stratum[inside])
        return next((self.doubts[number] for number in strata if self.doubts[number]), "")

    def of_members(self, rows: Flags) -> Flags:
        """Bring flags from the order of the incidents that came in to that of the map."""
        return rows[self._order]

    @cached_property
    def off_list(self) -> Flags:
        """Which exactly located reports lie further than eps from any listed place."""
        from scipy.spatial import cKDTree

        off = np.zeros(len(self.members), dtype=np.bool_)
        reach = max(self.params.eps, MOVED_M)
        for number, one in enumerate(self.map.strata):
            if not one.places.snapped:
                rows = self.map.stratum == number
                off[rows] = cKDTree(one.places.xy).query(self.map.xy[rows])[0] > reach
        return off

    @cached_property
    def persons(self) -> pd.Series:
        """Who made each report, as text; missing where not known."""
        known = self.members["person_key"].notna()
        return self.members["person_key"].astype("str").where(known)

    @property
    def stacked_sources(self) -> list[str]:
        """Sources that say they are exact and repeat at the same points."""
        own = {one.source for one in self.map.strata}
        return [source for source in self.known.stacked if source in own]
