"""Exact DBSCAN in metres, with scikit-learn's labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.hotspots.compiled import announce, is_kept

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Counts, Flags, Floats, Ints

_KERNEL: Final = Path(__file__).with_name("kernel.py")
_LAST_COMPILED: Final = "spread_labels"
_MOST_CELLS: Final = 2**29
"""The longest extent in eps on which a place in the grid is still exact enough."""
_ALWAYS_PAYS: Final = 20_000
"""Points from which compiling always pays."""
_PAIRS_TO_PAY: Final = 1e7
"""Pairs of neighbours from which it does: there scikit-learn would hold 80 MB of them."""
_FINE: Final = 2.0**20
_EXACT: Final = 2.0**52
_LEAF: Final = 30
"""The leaf size that scikit-learn's DBSCAN asks for; the order of neighbours depends on it."""
_AT_ONCE: Final = 1000


def dbscan(
    xy: ArrayLike, eps: float, min_samples: int, sample_weight: ArrayLike | None = None
) -> Ints:
    """Cluster points by density: DBSCAN of Ester and others.

    Parameters
    ----------
    xy
        ``(n, 2)`` float64, metres; degrees would measure nothing.
    eps
        Metres, > 0. Points exactly `eps` apart are neighbours.
    min_samples
        A point is core when it and its neighbours together weigh at least this much.
    sample_weight
        ``(n,)``; 1 each by default. A sum that comes within rounding of `min_samples` is added up
        in the order in which scikit-learn adds, so that the last bit is the same.

    Returns
    -------
    labels
        ``(n,)`` int64: the cluster of each point, -1 for noise. Clusters are numbered by their
        lowest-index core point; a border point goes to the lowest-numbered cluster that has a core
        point within `eps`.

    Raises
    ------
    ValueError
        If coordinates are not finite, shapes do not fit, or a parameter is out of range.

    References
    ----------
    Ester, Kriegel, Sander and Xu (1996). A density-based algorithm for discovering clusters in
    large spatial databases with noise. KDD-96.

    Examples
    --------
    >>> dbscan([[0, 0], [0, 60], [0, 120], [900, 900]], eps=60, min_samples=2).tolist()
    [0, 0, 0, -1]
    """
    return label_points(xy, eps, min_samples, sample_weight)[0]


def label_points(
    xy: ArrayLike, eps: float, min_samples: int, sample_weight: ArrayLike | None = None
) -> tuple[Ints, Flags]:
    """Do the work of `dbscan`, and tell as well which points are core.

    Returns
    -------
    labels, is_core
        ``(n,)`` int64 and ``(n,)`` bool.

    Notes
    -----
    The compiled grid of `kernel` does the work, in one thread, in time and memory that follow the
    number of points. scikit-learn itself does it where its neighbour lists are short and nothing
    is compiled yet on this computer, and on maps of more than a thousand million cells a side.
    """
    # What compiled code takes without a second version: one block, aligned, not read-only.
    points = np.require(xy, np.float64, ["C", "A", "W"])
    check_parameters(eps, min_samples)
    if points.size == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
    if points.ndim != 2 or points.shape[1] != 2:  # noqa: PLR2004
        raise ValueError(f"xy must have shape (n, 2), not {points.shape}.")
    weight = checked_weight(sample_weight, len(points))
    use_grid = fits_grid(points, eps) and _pays_the_compiler(points, eps)
    label = label_on_grid if use_grid else label_by_scikit_learn
    return label(points, float(eps), int(min_samples), weight)


def check_parameters(eps: float, min_samples: int) -> None:
    """Raise ValueError unless eps > 0 and min_samples is a whole number from 1."""
    if not (np.isfinite(eps) and eps > 0):
        raise ValueError(f"eps must be more than 0 metres, not {eps}.")
    if min_samples != int(min_samples) or min_samples < 1:
        raise ValueError(f"min_samples must be a whole number from 1, not {min_samples}.")


def checked_weight(sample_weight: ArrayLike | None, n: int) -> Floats | None:
    """Return the weights as an array; raise ValueError unless there is a finite one per point."""
    if sample_weight is None:
        return None
    weight = np.require(sample_weight, np.float64, ["C", "A", "W"])
    if weight.shape != (n,) or not np.isfinite(weight).all():
        raise ValueError(f"sample_weight must be {n} finite numbers.")
    if not weight.any():
        raise ValueError("sample_weight must hold a number other than 0.")
    return weight


def fits_grid(points: Floats, eps: float) -> bool:
    """Tell whether rounding leaves places in a grid exact enough; points must be finite."""
    ends = [(float(column.min()), float(column.max())) for column in points.T]
    if not np.isfinite(ends).all():
        raise ValueError("xy has coordinates that are not finite numbers.")
    return max(high - low for low, high in ends) <= eps * _MOST_CELLS


def _pays_the_compiler(points: Floats, eps: float) -> bool:
    """Tell whether compiling, where it is still to do, is quicker than doing without."""
    if len(points) > _ALWAYS_PAYS or is_kept(_KERNEL, _LAST_COMPILED):
        return True
    _, counts = np.unique(np.floor(points / eps), axis=0, return_counts=True)
    return bool((counts.astype(np.float64) ** 2).sum() * np.pi > _PAIRS_TO_PAY)


def label_by_scikit_learn(
    points: Floats, eps: float, min_samples: int, weight: Floats | None
) -> tuple[Ints, Flags]:
    """Label points that were checked; its k-d tree never loses a tie, its ball tree may."""
    from sklearn.cluster import DBSCAN

    model = DBSCAN(eps=eps, min_samples=min_samples, algorithm="kd_tree")
    labels = model.fit_predict(points, sample_weight=weight).astype(np.int64)
    is_core = np.zeros(len(points), dtype=np.bool_)
    is_core[model.core_sample_indices_] = True
    return labels, is_core


def label_on_grid(
    points: Floats, eps: float, min_samples: int, weight: Floats | None
) -> tuple[Ints, Flags]:
    """Label points that were checked, with the compiled grid."""
    from csp_geo.hotspots import kernel
    from csp_geo.hotspots.grid import sort_into_cells

    announce(kernel.spread_labels)
    eps2 = eps * eps
    grid = sort_into_cells(points, eps)
    state = np.zeros(len(points), dtype=np.uint8)
    if weight is None:
        kernel.find_core(grid, eps2, min_samples, state)
    else:
        rounding = unit_of_rounding(weight)
        kernel.find_core_by_weight(grid, weight, eps2, float(min_samples), rounding, state)
        doubtful = np.flatnonzero(state == kernel.DOUBTFUL)
        state[doubtful] = _settle(points, eps, min_samples, weight, grid.order[doubtful])
    return kernel.label_cells(grid, state, eps2)


def unit_of_rounding(weight: Floats) -> float:
    """Return 0 where sums of the weights are exact in any order, else twice the unit of float64."""
    fine = weight * _FINE
    if np.abs(fine).sum() < _EXACT and (fine == np.floor(fine)).all():
        return 0.0
    return 2 * float(np.finfo(np.float64).eps)


def _settle(
    points: Floats, eps: float, min_samples: int, weight: Floats, doubtful: Counts
) -> Flags:
    """Tell which of the doubtful points are core by adding as scikit-learn does, in its order."""
    is_core = np.zeros(len(doubtful), dtype=np.bool_)
    if len(doubtful):
        from sklearn.neighbors import KDTree

        tree = KDTree(points, leaf_size=_LEAF)
        for begin in range(0, len(doubtful), _AT_ONCE):
            some = slice(begin, begin + _AT_ONCE)
            near = tree.query_radius(points[doubtful[some]], eps)
            is_core[some] = [np.sum(weight[places]) >= min_samples for places in near]
    return is_core
