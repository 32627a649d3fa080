"""Clusters of many maps drawn again: what a Monte Carlo test needs, on all cores.

Where reports fall on known places, the neighbours of the places are found once and a map is a row
of counts (`SnappedRedraws`). Where they fall anywhere, each map is a set of points (`label_maps`).
Labels are those that `dbscan.label_points` gives to each map alone.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.hotspots import dbscan
from csp_geo.hotspots.chance import redraw_kernel as kernel
from csp_geo.hotspots.chance.strength_kernel import strongest_of_each_map
from csp_geo.hotspots.compiled import announce

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Counts, Flags, Floats, Ints


_PLANE: Final = 2
_MAPS: Final = 3


@dataclass(frozen=True, eq=False)
class SnappedRedraws:
    """Known places, on which reports fall, and the parameters of DBSCAN.

    A map is a row of counts: how many reports lie at each place. Its labels are those of the
    reports written out in the order of the places.

    Parameters
    ----------
    places
        ``(m, 2)`` metres.
    eps, min_samples
        As of `dbscan`.
    """

    places: Floats
    eps: float
    min_samples: int

    def __post_init__(self) -> None:
        """Check what was given."""
        places = np.array(self.places, dtype=np.float64)
        if places.ndim != _PLANE or places.shape[1] != _PLANE or not np.isfinite(places).all():
            raise ValueError(f"places must be (m, 2) finite numbers, not {places.shape}.")
        dbscan.check_parameters(self.eps, self.min_samples)
        object.__setattr__(self, "places", places)

    @cached_property
    def neighbours(self) -> tuple[Ints, Counts]:
        """Where the neighbours of each place begin, with the end of the last; the neighbours."""
        from scipy.spatial import cKDTree

        wide = self.eps * (1 + 1e-9)  # the tree rounds in its own way: the rule is applied below
        pairs = cKDTree(self.places).query_pairs(wide, output_type="ndarray")
        apart = self.places[pairs[:, 0]] - self.places[pairs[:, 1]]
        near = apart[:, 0] * apart[:, 0] + apart[:, 1] * apart[:, 1] <= self.eps * self.eps
        both = np.concatenate([pairs[near], pairs[near][:, ::-1]])
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        start = np.searchsorted(both[:, 0], np.arange(len(self.places) + 1))
        return start.astype(np.int64), both[:, 1].astype(np.int32)

    def labels(self, counts: ArrayLike) -> Counts:
        """Return the label of each place in each map, -1 for noise and where no report lies.

        Parameters
        ----------
        counts
            ``(r, m)`` whole numbers: the reports of each map at each place.

        Returns
        -------
        labels
            ``(r, m)`` int32.
        """
        table = self._checked(counts)
        labels = np.empty_like(table)
        start, near = self.neighbours
        announce(kernel.label_each_map)
        on_all_cores(
            lambda part: kernel.label_each_map(
                table[part], start, near, self.min_samples, labels[part]
            ),
            len(table),
        )
        return labels

    def strongest(
        self,
        counts: ArrayLike,
        expected: ArrayLike | None = None,
        least: int = 1,
        dispersion: ArrayLike | None = None,
    ) -> Floats:
        """Return how strong the strongest cluster of each map is, 0 where none is.

        The strength of a cluster is the log-likelihood ratio of its n reports about an expectation
        E with variance W: n log(n/E) - (n + r) log((n + r)/(E + r)) with r = E^2/W if n > E, else
        0; without variance n log(n/E) - (n - E). The places of a cluster are those with reports.

        Parameters
        ----------
        counts
            ``(r, m)`` whole numbers: the reports of each map at each place.
        expected
            ``(sources, m)``: the reports expected at each place; by default one source, everywhere
            alike.
        least
            Reports that a cluster needs to be looked at.
        dispersion
            ``(r, sources)``: the variance of the factor by which what is expected at a place may be
            wrong, on each map; by default 0.

        Returns
        -------
        strength
            ``(r,)`` float64.
        """
        table = self._checked(counts)
        n = len(self.places)
        even = np.full((1, n), table[0].sum() / n if len(table) else 0.0)
        mean = even if expected is None else np.array(expected, dtype=np.float64)
        if mean.ndim != _PLANE or mean.shape[1] != n:
            raise ValueError(f"expected must have shape (sources, {n}), not {mean.shape}.")
        each = (len(table), len(mean))
        wrong = np.zeros(each) if dispersion is None else np.array(dispersion, dtype=np.float64)
        if wrong.shape != each:
            raise ValueError(f"dispersion must have shape {each}, not {wrong.shape}.")
        strength = np.empty(len(table))
        known = kernel.Known(*self.neighbours, self.min_samples, least)
        announce(strongest_of_each_map)
        on_all_cores(
            lambda part: strongest_of_each_map(
                table[part], known, mean, wrong[part], strength[part]
            ),
            len(table),
        )
        return strength

    def _checked(self, counts: ArrayLike) -> Counts:
        table = np.asarray(counts)
        if table.ndim != _PLANE or table.shape[1] != len(self.places):
            raise ValueError(f"counts must have shape (r, {len(self.places)}), not {table.shape}.")
        if table.size and (table.min() < 0 or not np.issubdtype(table.dtype, np.integer)):
            raise ValueError("counts must be whole numbers from 0.")
        return np.require(table, np.int32, ["C", "A", "W"])


def throw_evenly(n: int, places: int, maps: int, seed: int) -> Counts:
    """Throw n reports on places, each alike, for each of many maps: ``(maps, places)`` counts."""
    rng = np.random.default_rng(seed)
    fallen = rng.integers(0, places, (maps, n))
    fallen += np.arange(maps)[:, None] * places
    counts = np.bincount(fallen.ravel(), minlength=maps * places)
    return counts.reshape(maps, places).astype(np.int32)


def label_maps(
    xy: ArrayLike, eps: float, min_samples: int, sample_weight: ArrayLike | None = None
) -> tuple[Ints, Flags]:
    """Cluster each of many maps by itself, always with the compiled grid.

    Parameters
    ----------
    xy
        ``(r, n, 2)`` metres: r maps of n points.
    eps, min_samples, sample_weight
        As of `dbscan`; the weights, ``(n,)``, are the same on every map.

    Returns
    -------
    labels, is_core
        ``(r, n)`` int64 and bool: of each map those that `dbscan.label_points` gives.
    """
    maps = np.require(xy, np.float64, ["C", "A", "W"])
    if maps.ndim != _MAPS or maps.shape[2] != _PLANE:
        raise ValueError(f"xy must have shape (r, n, 2), not {maps.shape}.")
    dbscan.check_parameters(eps, min_samples)
    labels, is_core = np.empty(maps.shape[:2], np.int64), np.empty(maps.shape[:2], np.bool_)
    if maps.size == 0:
        return labels, is_core
    weight = dbscan.checked_weight(sample_weight, maps.shape[1])
    fits = dbscan.fits_grid(maps.reshape(-1, 2), eps)

    def label_some(part: slice) -> None:
        label = dbscan.label_on_grid if fits else dbscan.label_by_scikit_learn
        for one in range(len(maps))[part]:
            labels[one], is_core[one] = label(maps[one], float(eps), int(min_samples), weight)

    label_some(slice(1))  # compiles, where that is still to do, once
    on_all_cores(label_some, len(maps))
    return labels, is_core


def on_all_cores(work: Callable[[slice], object], n: int) -> None:
    """Share n maps out; compiled code does not hold the lock that keeps threads waiting."""
    cores = max(1, min(os.cpu_count() or 1, n))
    parts = [slice(n * core // cores, n * (core + 1) // cores) for core in range(cores)]
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(work, parts))
