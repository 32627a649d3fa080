"""The p-median as a covering problem: a demand point's sites in rings around it.

With sites at costs ``c1 < c2 < ... < cm``, a demand point pays ``cm`` less ``c(k+1) - c(k)`` for
each k for which a chosen site is within ``c(k)``. So each ring is a row to cover, and what the
covered rings save is to be as large as can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array

from csp_geo.errors import SettingsError
from csp_geo.wording import count, number

if TYPE_CHECKING:
    from csp_geo.response.solver.cover import Floats, Ints, Table

MOST_ENTRIES: Final = 50_000_000
"""What the table may hold: about a gigabyte."""


def rings(cost: Floats, weight: Floats) -> tuple[Table, Floats]:
    """Return the rings and what being inside each saves.

    Where a demand point has no way to some sites, the outermost ring saves more than all others
    together: being reached at all comes first.

    Parameters
    ----------
    cost, weight
        ``(demand, sites)``, >= 0 or infinite, and ``(demand,)``, > 0.

    Returns
    -------
    rows, saved
        ``(rings, sites)`` and ``(rings,)``.
    """
    order = np.argsort(cost, axis=1, kind="stable")
    ascending = np.take_along_axis(cost, order, axis=1)
    following = np.column_stack([ascending[:, 1:], np.full(len(cost), np.inf)])
    ends = np.isfinite(ascending) & (ascending < following)
    point, last = np.nonzero(ends)
    _refuse_too_large(cost.shape, int((last + 1).sum()))
    step = following[point, last] - ascending[point, last]
    outermost = np.isinf(step)
    saved = np.where(outermost, 0.0, weight[point] * np.where(outermost, 0.0, step))
    saved[outermost] = np.where(np.isinf(cost).any(axis=1), 2 * saved.sum() + 1, 0.0)[
        point[outermost]
    ]
    indices = np.concatenate(
        [order[p, : n + 1] for p, n in zip(point, last, strict=True)] or [point]
    )
    indptr = np.concatenate([[0], np.cumsum(last + 1)])
    shape = (len(point), cost.shape[1])
    return csr_array((np.ones(len(indices)), indices.astype(np.int64), indptr), shape=shape), saved


def mean_cost(cost: Floats, weight: Floats, sites: Ints) -> float:
    """Add up demand x cost to the nearest of the sites."""
    if not len(cost):
        return 0.0
    return float(weight @ cost[:, sites].min(axis=1, initial=np.inf))


def _refuse_too_large(shape: tuple[int, ...], entries: int) -> None:
    """Raise SettingsError if the table of rings would not fit into memory."""
    if entries > MOST_ENTRIES:
        raise SettingsError(
            f"The p-median of {count(shape[0], 'demand point')} and {count(shape[1], 'site')} "
            f"needs a table of {number(entries)} entries, and {number(MOST_ENTRIES)} is the most: "
            "merge demand points that are close to each other, or leave out candidates."
        )
