"""What chance would do: the map of a family, and maps of it drawn again.

A snapped report falls on one of the known places of its source, all equally likely. Any other falls
on a list of places where people are. The pins of one person move together, keeping their distances
as long as they stay among the places.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.errors import SettingsError
from csp_geo.core.projection import points_of
from csp_geo.core.settings import FEWEST_SIMULATIONS
from csp_geo.hotspots.chance import redraw_kernel as kernel
from csp_geo.hotspots.chance.known_places import MOVED_M
from csp_geo.hotspots.chance.redraw import SnappedRedraws, label_maps, on_all_cores

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from csp_geo.core.arrays import Counts, Flags, Floats, Ints
    from csp_geo.core.settings import ClusterParams
    from csp_geo.hotspots.chance.known_places import KnownPlaces, PlaceList


_AT_ONCE: Final = 400_000
"""Points, or counts, that are held in memory at one time."""
_MOST_CELLS_A_SIDE: Final = 1000
ROUNDING: Final = 1 + 1e-9
"""Shares such as 1/3 add up to whole people only up to rounding."""


def silent(done: int, of: int) -> None:
    """Show no progress."""
    del done, of


@dataclass(frozen=True)
class Simulation:
    """How many maps are drawn again, from which seed; `tick` is told how many are done, of all."""

    maps: int = 999
    seed: int = 0
    tick: Callable[[int, int], None] = silent

    def __post_init__(self) -> None:
        """Check what was given."""
        if not isinstance(self.maps, Integral) or self.maps < FEWEST_SIMULATIONS:
            raise SettingsError(
                f"simulations must be a whole number from {FEWEST_SIMULATIONS}, not {self.maps!r}: "
                "with fewer no p can be as low as 0.05."
            )
        if not isinstance(self.seed, Integral) or self.seed < 0:
            raise SettingsError(f"seed must be a whole number from 0, not {self.seed!r}.")


@dataclass(frozen=True, eq=False)
class Stratum:
    """The reports of one source that are located in one way, and the places they fall on."""

    source: str
    places: PlaceList
    total: float
    """Reports, or people."""


@dataclass(frozen=True, eq=False)
class FamilyMap:
    """The reports of a family, in an order that does not depend on that of the rows.

    Build it with `family_map`. All arrays have one element a report.
    """

    xy: Floats
    weight: Floats
    unit: Counts
    """Numbered from 0; the reports of a unit follow each other."""
    stratum: Counts
    strata: tuple[Stratum, ...]
    params: ClusterParams
    counts_people: bool
    least: int
    """Units that a cluster needs to be one: people are counted, not pins."""
    least_tested: int
    """Units that a cluster needs to be tested."""

    @property
    def total(self) -> float:
        """Reports, or people: what is spread out by chance."""
        return float(sum(one.total for one in self.strata))

    def on_points(self, one: Stratum) -> bool:
        """Whether its reports lie at known places on every map: those of people are moved off."""
        return one.places.snapped and not self.counts_people

    @cached_property
    def known(self) -> Floats:
        """Known places of all strata on points, ``(m, 2)``, each once."""
        lists = [one.places.xy for one in self.strata if self.on_points(one)]
        return np.unique(np.concatenate([np.empty((0, 2)), *lists]), axis=0)

    @cached_property
    def place(self) -> Counts:
        """The known place of each report, -1 where it need not lie at one."""
        snapped = np.array([self.on_points(one) for one in self.strata], dtype=bool)[self.stratum]
        place = np.full(len(self.xy), -1, dtype=np.int32)
        place[snapped] = rows_of(self.xy[snapped], self.known)
        return place

    @property
    def has_stand_in(self) -> bool:
        """Whether some reports are compared with points that stand in for addresses."""
        return any(one.places.moved_m > 0 for one in self.strata)

    @cached_property
    def is_snapped(self) -> bool:
        """Whether every report lies at a known place and counts for itself."""
        return all(self.on_points(one) for one in self.strata)

    @cached_property
    def chance(self) -> kernel.Chance:
        """What chance would do."""
        at_place = np.zeros(len(self.known))
        crowd_xy, mass, one_place = [np.empty((0, 2))], [np.empty(0)], 0.0
        for one in self.strata:
            each = one.total / len(one.places.xy)
            if self.on_points(one):
                at_place[rows_of(one.places.xy, self.known)] += each
            else:
                crowd_xy.append(one.places.xy)
                mass.append(np.full(len(one.places.xy), each))
                one_place += each
        return kernel.Chance(
            self.unit,
            at_place,
            crowd_of(np.concatenate(crowd_xy), np.concatenate(mass), self.params.eps),
            self.total,
            self.params.eps**2,
            self.least,
            one_place,
        )

    def strongest_by_chance(self, simulation: Simulation, part: int) -> Floats:
        """Draw the map again many times and return how strong the strongest cluster of each is.

        `part` tells apart the random numbers of different tests with one seed.

        Returns
        -------
        strength
            ``(maps, 2)``: the strongest of those that are large enough to be tested, and the
            strongest of all; 0 where there is none.
        """
        rng = np.random.default_rng([simulation.seed, part])
        size = max(len(self.xy), len(self.known) if self.is_snapped else 0)
        at_once = max(1, min(simulation.maps, _AT_ONCE // size))
        draw = self._snapped_strengths if self.is_snapped else self._strengths
        strength = []
        for begin in range(0, simulation.maps, at_once):
            some = min(at_once, simulation.maps - begin)
            strength.append(draw(some, rng))
            simulation.tick(begin + some, simulation.maps)
        return np.concatenate(strength)

    @cached_property
    def _redraws(self) -> SnappedRedraws:
        return SnappedRedraws(self.known, self.params.eps, self.params.min_samples)

    def _snapped_strengths(self, maps: int, rng: np.random.Generator) -> Floats:
        m = len(self.known)
        counts = np.zeros(maps * m, dtype=np.int64)
        for one in self.strata:
            places = rows_of(one.places.xy, self.known)
            fallen = places[rng.integers(0, len(places), (maps, round(one.total)))]
            counts += np.bincount((fallen + np.arange(maps)[:, None] * m).ravel(), None, maps * m)
        at_place = self.chance.at_place
        table = counts.reshape(maps, m)
        sizes = (self.least_tested, self.least)
        return np.column_stack([self._redraws.strongest(table, at_place, n) for n in sizes])

    def _strengths(self, maps: int, rng: np.random.Generator) -> Floats:
        xy, place = self._drawn(maps, rng)
        labels, is_core = label_maps(xy, self.params.eps, self.params.min_samples, self.weight)
        strength = np.empty((2, maps))
        chances = [self.chance._replace(least=n) for n in (self.least_tested, self.least)]

        def measure(part: slice) -> None:
            some = kernel.Maps(labels[part], is_core[part], xy[part], place[part])
            for chance, row in zip(chances, strength, strict=True):
                kernel.strongest_of_maps(some, chance, row[part])

        measure(slice(1))  # compiles, where that is still to do, once
        on_all_cores(measure, maps)
        return strength.T

    def _drawn(self, maps: int, rng: np.random.Generator) -> tuple[Floats, Counts]:
        """Move each unit so that one of its reports, any, falls on a place.

        Pins that thereby leave the places behind are moved again, together; in the end one by one.
        Without that, maps of chance would be emptier than the true one.
        """
        first, size = self._units
        goal, place = self._goals(np.arange(len(first)), (maps, len(first)), rng)
        anchor = first + (rng.random((maps, len(first))) * size).astype(np.int64)
        xy = self.xy + (goal - self.xy[anchor])[:, self.unit]
        if self.counts_people:
            for together in (True, True, True, False):
                self._move_lost(xy, rng, together=together)
        return xy, np.ascontiguousarray(place[:, self.unit])

    def _goals(
        self, units: Ints, shape: tuple[int, ...], rng: np.random.Generator
    ) -> tuple[Floats, Counts]:
        """Draw points for units to fall on, and the known place that each is, or -1."""
        of_unit = self.stratum[self._units[0]][units]
        lists = [one.places.xy for one in self.strata]
        begins = np.cumsum([0, *(len(xy) for xy in lists)])
        rooms = np.diff(begins)[of_unit]
        target = begins[of_unit] + (rng.random(shape) * rooms).astype(np.int64)
        goal = np.concatenate(lists)[target]
        moved = np.array([one.places.moved_m for one in self.strata])[of_unit]
        if moved.any():
            turn = rng.random(shape) * 2 * np.pi
            far = np.sqrt(rng.random(shape)) * moved
            goal += np.stack([far * np.cos(turn), far * np.sin(turn)], axis=-1)
        rows = [rows_of(xy, self.known) if self.on_points(one) else np.full(len(xy), -1)
                for one, xy in zip(self.strata, lists, strict=True)]  # fmt: skip
        return goal, np.concatenate(rows)[target].astype(np.int32)

    def _move_lost(self, xy: Floats, rng: np.random.Generator, *, together: bool) -> None:
        """Move pins that lie near no place, those of a person on a map together or one by one."""
        one, pin = np.nonzero(~self._reach.holds(xy))
        if not len(one):
            return
        group = one * len(self.unit) + (self.unit[pin] if together else pin)
        order = np.lexsort((rng.random(len(one)), group))
        _, leader, member = np.unique(group[order], return_index=True, return_inverse=True)
        leader = order[leader]
        goal, _ = self._goals(self.unit[pin[leader]].astype(np.int64), leader.shape, rng)
        shift = goal - xy[one[leader], pin[leader]]
        xy[one[order], pin[order]] += shift[member.reshape(-1)]

    @cached_property
    def _reach(self) -> Reach:
        lists = [one.places.xy for one in self.strata]
        return reach_of(np.concatenate(lists), max(self.params.eps, MOVED_M))

    @cached_property
    def _units(self) -> tuple[Ints, Ints]:
        """Where each unit's reports begin, and how many they are."""
        first = np.flatnonzero(np.diff(self.unit, prepend=-1))
        return first, np.diff(first, append=len(self.unit))


def family_map(
    members: gpd.GeoDataFrame, params: ClusterParams, known: KnownPlaces, least_tested: int
) -> tuple[FamilyMap, Ints]:
    """Put the incidents of one family into the order of `FamilyMap`.

    Returns
    -------
    map, order
        `order` holds the row of each element of the map.

    Raises
    ------
    ValueError
        If a source has no list of places, or one that is too short; the message is a sentence.
    """
    xy = points_of(members)
    snapped = known.snapped_rows(members)
    xy[snapped] = np.round(xy[snapped], 1)
    people = str(members["family"].iloc[0]) == "perception"
    source = members["source"].astype(str).to_numpy()
    kinds = sorted(set(zip(source.tolist(), snapped.tolist(), strict=True)))
    weight = members["weight"].to_numpy(dtype=np.float64) if people else np.ones(len(members))
    strata, stratum = [], np.zeros(len(members), dtype=np.int32)
    for number, (name, is_snapped) in enumerate(kinds):
        rows = (source == name) & (snapped == is_snapped)
        places = known.of(name, snapped=is_snapped, used=xy[rows])
        stratum[rows] = number
        strata.append(Stratum(name, places, float(weight[rows].sum())))
    unit, order = _order(xy, stratum, members["person_key"] if people else None)
    found = FamilyMap(
        xy=np.ascontiguousarray(xy[order]),
        weight=weight[order] * ROUNDING,
        unit=unit,
        stratum=stratum[order],
        strata=tuple(strata),
        params=params,
        counts_people=people,
        least=params.min_samples if people else 1,
        least_tested=max(least_tested, params.min_samples) if people else least_tested,
    )
    return found, order


def _order(xy: Floats, stratum: Counts, person: pd.Series | None) -> tuple[Counts, Ints]:
    """Return units and the order of the rows, the same whatever order they came in."""
    order = np.lexsort((xy[:, 1], xy[:, 0], stratum))
    if person is None:
        return np.arange(len(order), dtype=np.int32), order
    members: dict[Any, list[int]] = {}
    for row, key in zip(order.tolist(), person.iloc[order].tolist(), strict=True):
        members.setdefault(row if pd.isna(key) else str(key), []).append(row)
    table = np.column_stack([stratum, xy])
    units = sorted(members.values(), key=lambda rows: table[rows].tolist())
    unit = np.repeat(np.arange(len(units), dtype=np.int32), [len(rows) for rows in units])
    return unit, np.array([row for rows in units for row in rows], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Reach:
    """Square cells that hold a place, or touch one that does."""

    near: Flags
    corner: Floats
    side: float

    def holds(self, xy: Floats) -> Flags:
        """Tell which points lie in such a cell."""
        cell = np.floor((xy - self.corner) / self.side).astype(np.int64)
        within = ((cell >= 0) & (cell < self.near.shape)).all(axis=-1)
        cell[~within] = 0
        return np.asarray(within & self.near[cell[..., 0], cell[..., 1]])


def reach_of(places: Floats, side: float) -> Reach:
    """Spread cells over places, with a margin of one."""
    extent = float(np.ptp(places, axis=0).max())
    side = max(side, extent / _MOST_CELLS_A_SIDE)
    corner = places.min(axis=0) - side
    cell = ((places - corner) / side).astype(np.int64)
    near = np.zeros(cell.max(axis=0) + 2, dtype=np.bool_)
    for east in (-1, 0, 1):
        for north in (-1, 0, 1):
            near[cell[:, 0] + east, cell[:, 1] + north] = True
    return Reach(near, corner, side)


def rows_of(xy: Floats, table: Floats) -> Ints:
    """Return the row of each point in a table of distinct points in the order of `np.unique`."""
    both, where = np.unique(np.concatenate([table, xy]), axis=0, return_inverse=True)
    if len(both) != len(table):
        raise ValueError("A report lies at a place that is not among the known ones.")
    return where.reshape(-1)[len(table) :].astype(np.int64)


def crowd_of(xy: Floats, mass: Floats, eps: float) -> kernel.Crowd:
    """Sort listed places into square cells."""
    if not len(xy):
        xy, mass = np.zeros((1, 2)), np.zeros(1)
    (west, east), (south, north) = ((float(c.min()), float(c.max())) for c in xy.T)
    side = max(eps, max(east - west, north - south) / _MOST_CELLS_A_SIDE)
    columns, rows = int((east - west) / side) + 1, int((north - south) / side) + 1
    cell = ((xy[:, 1] - south) / side).astype(np.int64) * columns
    cell += ((xy[:, 0] - west) / side).astype(np.int64)
    order = np.argsort(cell, kind="stable")
    start = np.searchsorted(cell[order], np.arange(columns * rows + 1)).astype(np.int64)
    x, y = (np.ascontiguousarray(column[order]) for column in xy.T)
    return kernel.Crowd(x, y, mass[order], start, west, south, side, columns, rows)
