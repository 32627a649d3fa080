"""Exact DBSCAN in metres, with scikit-learn's labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def dbscan(
    xy: ArrayLike, eps: float, min_samples: int, sample_weight: ArrayLike | None = None
) -> NDArray[np.int64]:
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
        ``(n,)``; 1 each by default.

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
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Do the work of `dbscan`, and tell as well which points are core.

    Returns
    -------
    labels, is_core
        ``(n,)`` int64 and ``(n,)`` bool.
    """
    points = np.asarray(xy, dtype=np.float64)
    if points.size == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
    if points.ndim != 2 or points.shape[1] != 2:  # noqa: PLR2004
        raise ValueError(f"xy must have shape (n, 2), not {points.shape}.")
    if not np.isfinite(points).all():
        raise ValueError("xy has coordinates that are not finite numbers.")
    if not (np.isfinite(eps) and eps > 0):
        raise ValueError(f"eps must be more than 0 metres, not {eps}.")
    if min_samples != int(min_samples) or min_samples < 1:
        raise ValueError(f"min_samples must be a whole number from 1, not {min_samples}.")
    weight = None
    if sample_weight is not None:
        weight = np.asarray(sample_weight, dtype=np.float64)
        if weight.shape != (len(points),) or not np.isfinite(weight).all():
            raise ValueError(f"sample_weight must be {len(points)} finite numbers.")

    from sklearn.cluster import DBSCAN

    model = DBSCAN(eps=eps, min_samples=int(min_samples), algorithm="ball_tree")
    labels = model.fit_predict(points, sample_weight=weight).astype(np.int64)
    is_core = np.zeros(len(points), dtype=np.bool_)
    is_core[model.core_sample_indices_] = True
    return labels, is_core
