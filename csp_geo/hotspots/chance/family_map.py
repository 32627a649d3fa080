"""What chance would do: the map of a family, and maps of it drawn again.

A snapped report falls on one of the known places of its source, by its weight. Any other falls on a
list of places where people are. How much more unevenly reports lie than that is estimated from the
map, and maps are drawn as uneven. The pins of one person move together, keeping their distances as
long as they stay among the places.
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
from csp_geo.hotspots.chance import strength_kernel as kernel
from csp_geo.hotspots.chance.cells import Cells, Reach
from csp_geo.hotspots.chance.known_places import MOVED_M
from csp_geo.hotspots.chance.redraw import SnappedRedraws, label_maps, on_all_cores
from csp_geo.hotspots.chance.stratum import NEIGHBOURHOOD_M, Stratum, counts_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from csp_geo.core.arrays import Counts, Floats, Ints
    from csp_geo.core.settings import ClusterParams
    from csp_geo.hotspots.chance.known_places import KnownPlaces


_AT_ONCE: Final = 400_000
"""Points, or counts, that are held in memory at one time."""
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
    cells: Cells
    """Over the places of the strata that are not on points."""
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

    @cached_property
    def is_snapped(self) -> bool:
        """Whether every report lies at a known place and counts for itself."""
        return all(self.on_points(one) for one in self.strata)

    @cached_property
    def cell(self) -> Ints:
        """The cell of its stratum in which each report lies, -1 in none."""
        cell = self.cells.of(self.xy)
        for number, one in enumerate(self.strata):
            if self.on_points(one):
                rows = self.stratum == number
                cell[rows] = rows_of(self.xy[rows], one.places.xy)
        return cell

    @cached_property
    def dispersion(self) -> Floats:
        """How much more unevenly than by chance the reports of each stratum lie (V)."""
        own = [self.cell[self.stratum == number][None] for number in range(len(self.strata))]
        pairs = zip(self.strata, own, strict=True)
        return np.array([one.dispersion_of(cells)[0] for one, cells in pairs])

    @cached_property
    def chance(self) -> kernel.Chance:
        """What chance would do."""
        at_place, one_place = np.zeros((len(self.strata), len(self.known))), 0.0
        for number, one in enumerate(self.strata):
            if self.on_points(one):
                at_place[number, self._known_rows[number]] = one.expected
            else:
                one_place += float(one.expected.mean())
        return kernel.Chance(self.unit, at_place, self._crowd(), self.params.eps**2, one_place)

    def _crowd(self) -> kernel.Crowd:
        """Sort the listed places of strata into their cells."""
        cells = self.cells
        listed = [(n, one) for n, one in enumerate(self.strata) if not self.on_points(one)]
        xy = np.concatenate([np.empty((0, 2)), *(one.places.xy for _, one in listed)])
        mass = np.concatenate([np.empty(0), *(one.expected for _, one in listed)])
        sources = [np.full(len(one.places), n, dtype=np.int32) for n, one in listed]
        source = np.concatenate([np.empty(0, dtype=np.int32), *sources])
        cell = cells.of(xy)
        order = np.argsort(cell, kind="stable")
        start = np.searchsorted(cell[order], np.arange(len(cells) + 1)).astype(np.int64)
        x, y = (np.ascontiguousarray(column[order]) for column in xy.T)
        grid = (cells.west, cells.south, cells.side, cells.columns, cells.rows)
        return kernel.Crowd(x, y, mass[order], source[order], start, *grid)

    @cached_property
    def _known_rows(self) -> list[Ints]:
        """For each stratum on points, the known place that each of its places is."""
        empty = np.empty(0, dtype=np.int64)
        return [
            rows_of(one.places.xy, self.known) if self.on_points(one) else empty
            for one in self.strata
        ]

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
        size = max(len(self.xy), len(self.known))
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
        table = np.zeros((maps, len(self.known)), dtype=np.int32)
        dispersion = np.empty((maps, len(self.strata)))
        for number, one in enumerate(self.strata):
            fallen = one.fall(maps, round(one.total), self.dispersion[number], rng)
            dispersion[:, number] = one.dispersion_of(fallen)
            table += counts_in(self._known_rows[number][fallen], len(self.known))
        sizes, at_place = (self.least_tested, self.least), self.chance.at_place
        found = [self._redraws.strongest(table, at_place, n, dispersion) for n in sizes]
        return np.column_stack(found)

    def _strengths(self, maps: int, rng: np.random.Generator) -> Floats:
        xy, place, dispersion = self._drawn(maps, rng)
        labels, is_core = label_maps(xy, self.params.eps, self.params.min_samples, self.weight)
        least = np.array([self.least_tested, self.least], dtype=np.int64)
        strength = np.empty((maps, 2))

        def measure(part: slice) -> None:
            some = kernel.Maps(labels[part], is_core[part], xy[part], place[part], dispersion[part])
            kernel.strongest_of_maps(some, self.chance, least, strength[part])

        measure(slice(1))  # compiles, where that is still to do, once
        on_all_cores(measure, maps)
        return strength

    def _drawn(self, maps: int, rng: np.random.Generator) -> tuple[Floats, Counts, Floats]:
        """Move each unit so that one of its reports, any, falls on a place.

        Pins that thereby leave the places behind are moved again, together; in the end one by one.
        Without that, maps of chance would be emptier than the true one.

        Returns
        -------
        xy, place, dispersion
            Of each map its points, the known place of each or -1, and how uneven each stratum is.
        """
        first, size = self._units
        goal, place, dispersion = self._goals(np.arange(len(first)), maps, rng)
        anchor = first + (rng.random((maps, len(first))) * size).astype(np.int64)
        xy = self.xy + (goal - self.xy[anchor])[:, self.unit]
        if self.counts_people:
            for together in (True, True, True, False):
                self._move_lost(xy, rng, together=together)
        return xy, np.ascontiguousarray(place[:, self.unit]), dispersion

    def _goals(
        self, units: Ints, maps: int, rng: np.random.Generator
    ) -> tuple[Floats, Counts, Floats]:
        """Draw points for units to fall on, the known place of each or -1, and how uneven it is."""
        of_unit = self.stratum[self._units[0]][units]
        goal = np.empty((maps, len(units), 2))
        place = np.full((maps, len(units)), -1, dtype=np.int32)
        dispersion = np.zeros((maps, len(self.strata)))
        for number, one in enumerate(self.strata):
            own = np.flatnonzero(of_unit == number)
            fallen = one.fall(maps, len(own), self.dispersion[number], rng)
            at = one.places.xy[fallen]
            if moved := one.places.moved_m:
                turn = rng.random(fallen.shape) * 2 * np.pi
                far = np.sqrt(rng.random(fallen.shape)) * moved
                at = at + np.stack([far * np.cos(turn), far * np.sin(turn)], axis=-1)
            goal[:, own] = at
            if self.on_points(one):
                place[:, own] = self._known_rows[number][fallen]
            dispersion[:, number] = one.dispersion_of(one.cell[fallen])
        return goal, place, dispersion

    def _move_lost(self, xy: Floats, rng: np.random.Generator, *, together: bool) -> None:
        """Move pins that lie near no place, those of a person on a map together or one by one."""
        one, pin = np.nonzero(~self._reach.holds(xy))
        if not len(one):
            return
        group = one * len(self.unit) + (self.unit[pin] if together else pin)
        order = np.lexsort((rng.random(len(one)), group))
        _, leader, member = np.unique(group[order], return_index=True, return_inverse=True)
        leader = order[leader]
        goal = self._goals(self.unit[pin[leader]].astype(np.int64), 1, rng)[0][0]
        shift = goal - xy[one[leader], pin[leader]]
        xy[one[order], pin[order]] += shift[member.reshape(-1)]

    @cached_property
    def _reach(self) -> Reach:
        lists = [one.places.xy for one in self.strata]
        return Reach.around(np.concatenate(lists), max(self.params.eps, MOVED_M))

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
    lists, stratum = [], np.zeros(len(members), dtype=np.int32)
    for number, (name, is_snapped) in enumerate(kinds):
        rows = (source == name) & (snapped == is_snapped)
        places = known.of(name, snapped=is_snapped, used=xy[rows])
        xy[rows] = places.listed(xy[rows])
        lists.append(places)
        stratum[rows] = number
    on_points = [one.snapped and not people for one in lists]
    spread = [one.xy for one, at in zip(lists, on_points, strict=True) if not at]
    cells = Cells.over(np.concatenate([np.empty((0, 2)), *spread]), params.eps)
    around = Cells.over(np.concatenate([one.xy for one in lists]), NEIGHBOURHOOD_M)
    totals = np.bincount(stratum, weight, len(lists))
    strata = [
        Stratum(
            source=name,
            places=places,
            total=float(total),
            cell=np.arange(len(places)) if at else cells.of(places.xy),
            square=around.of(places.xy if at else cells.middles),
            disperses=not people,
        )
        for (name, _), places, total, at in zip(kinds, lists, totals, on_points, strict=True)
    ]
    unit, order = _order(xy, stratum, members["person_key"] if people else None)
    found = FamilyMap(
        xy=np.ascontiguousarray(xy[order]),
        weight=weight[order] * ROUNDING,
        unit=unit,
        stratum=stratum[order],
        strata=tuple(strata),
        cells=cells,
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


def rows_of(xy: Floats, table: Floats) -> Ints:
    """Return the row of each point in a table of distinct points in the order of `np.unique`."""
    both, where = np.unique(np.concatenate([table, xy]), axis=0, return_inverse=True)
    if len(both) != len(table):
        raise ValueError("A report lies at a place that is not among the known ones.")
    return where.reshape(-1)[len(table) :].astype(np.int64)
