"""Premises, hours and demand of a made-up borough of 6 x 6 km, from a seed, at any size.

Premises stand in parades and many share a point; demand stands in clumps around some of them and
falls by night at some places and by day at others. Opening hours are drawn from 40 patterns; those
of every fifth place are unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE_M = 6_000
REACH_M = 400
HOURS = 168
PATTERNS = 40
UNKNOWN_SHARE = 0.2


@dataclass(frozen=True)
class MadeUp:
    """Where premises and demand are (metres), when premises are open, when demand arises."""

    sites: NDArray[np.float64]
    places: NDArray[np.float64]
    open_hours: NDArray[np.int8]
    demand: NDArray[np.float64]

    def reach(self, within: float = REACH_M) -> csr_array:
        """Return which sites are within reach of which places in a straight line."""
        near = cKDTree(self.sites).query_ball_point(self.places, within)
        sizes = np.array([len(one) for one in near])
        indptr = np.r_[0, np.cumsum(sizes)]
        indices = np.concatenate([np.sort(one) for one in near]).astype(np.int64)
        shape = (len(self.places), len(self.sites))
        return csr_array((np.ones(len(indices), dtype=bool), indices, indptr), shape=shape)


def scatter(rng: np.random.Generator, n: int, middles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put two of three points around the middles, the others anywhere."""
    anywhere = rng.uniform(0, SIDE_M, (n, 2))
    near = middles[rng.integers(0, len(middles), n)] + rng.normal(0, 120, (n, 2))
    return np.clip(np.where(rng.random((n, 1)) < 2 / 3, near, anywhere), 0, SIDE_M)


def opening_patterns(rng: np.random.Generator) -> NDArray[np.int8]:
    """Make 40 patterns of a week: an hour to open, one to close (past midnight too), days off."""
    week = np.zeros((PATTERNS, 7, 24), dtype=np.int8)
    for pattern in week:
        opens, length = rng.integers(6, 13), rng.integers(7, 15)
        hours = (opens + np.arange(length)) % 24
        pattern[:, hours] = 1
        pattern[rng.choice(7, rng.integers(0, 3), replace=False)] = 0
    return week.reshape(PATTERNS, HOURS)


def make(n_sites: int, n_places: int, *, reports: int | None, seed: int) -> MadeUp:
    """Make a borough; `reports` single reports, or with None some demand in every hour."""
    rng = np.random.default_rng(seed)
    middles = rng.uniform(300, SIDE_M - 300, (60, 2))
    points = scatter(rng, max(n_sites * 6 // 10, 1), middles)
    sites = points[rng.integers(0, len(points), n_sites)]
    places = scatter(rng, n_places, middles)
    open_hours = opening_patterns(rng)[rng.integers(0, PATTERNS, n_sites)]
    open_hours[rng.random(n_sites) < UNKNOWN_SHARE] = -1
    size = rng.pareto(1.5, n_places) + 0.1
    clock = np.arange(HOURS) % 24
    peaks = rng.choice([23, 17, 13, 20], n_places)
    away = np.abs((clock[None, :] - peaks[:, None] + 12) % 24 - 12)
    profile = size[:, None] * np.exp(-((away / 3.0) ** 2)) + 0.02 * size[:, None]
    if reports is None:
        return MadeUp(sites, places, open_hours, profile)
    drawn = rng.multinomial(reports, (profile / profile.sum()).ravel())
    return MadeUp(sites, places, open_hours, drawn.reshape(profile.shape).astype(np.float64))
