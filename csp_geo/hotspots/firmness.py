"""How firm a hotspot is: whether it is still one when the settings are a little different."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from csp_geo.hotspots.cluster import label_family, shape_of, size_of
from csp_geo.hotspots.places import points_of
from csp_geo.hotspots.verdict import LARGEST_M2, WIDEST_M
from csp_geo.settings import LONGEST_EPS_M, ClusterParams
from csp_geo.wording import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SETTINGS: Final = tuple((share, more) for share in (0.75, 1.0, 1.25) for more in (-1, 0, 1))
"""Of eps and added to min_samples."""
_PIECES: Final = (0.75, 0.5, 0.35, 0.25)
_NAMED: Final = 5


def times_survived(
    members: gpd.GeoDataFrame,
    hotspots: Sequence[Flags],
    areas: Sequence[float],
    params: ClusterParams,
) -> list[int]:
    """Count the settings of nine in which each hotspot is still one.

    It is where at least half of its incidents lie in one cluster of at most twice its area, drawn
    with the circles of the hotspot itself.

    Parameters
    ----------
    members
        The incidents of one family.
    hotspots
        Which of them belong to each hotspot.
    areas
        Square metres of each.
    """
    xy = points_of(members)
    survived = [0] * len(hotspots)
    for share, more in SETTINGS:
        eps = min(params.eps * share, LONGEST_EPS_M)
        other = ClusterParams(eps=eps, min_samples=max(1, params.min_samples + more))
        labels, is_core = label_family(members, other)
        sizes: dict[int, float] = {}
        for i, (inside, area) in enumerate(zip(hotspots, areas, strict=True)):
            held = labels[inside][labels[inside] >= 0]
            label = int(np.bincount(held).argmax()) if len(held) else -1
            if label < 0 or 2 * (held == label).sum() < inside.sum():
                continue
            core = (labels == label) & is_core
            if not (core & ~inside).any():  # it has not grown, so its outline has not either
                survived[i] += 1
                continue
            if label not in sizes:
                sizes[label] = float(
                    shapely.area(shape_of(xy[(labels == label) & is_core], params.eps))
                )
            survived[i] += sizes[label] <= 2 * area
    return survived


def split_of(hotspot: gpd.GeoDataFrame, params: ClusterParams) -> str:
    """Say into which parts a hotspot that is too large falls when reports must lie closer."""
    xy = points_of(hotspot)
    noun = "pins" if str(hotspot["family"].iloc[0]) == "perception" else "reports"
    for share in _PIECES:
        closer = ClusterParams(eps=params.eps * share, min_samples=params.min_samples)
        labels, is_core = label_family(hotspot, closer)
        sizes = sorted(np.bincount(labels[labels >= 0]).tolist(), reverse=True)
        shapes = [
            shape_of(xy[(labels == label) & is_core], closer.eps) for label in range(len(sizes))
        ]
        if sizes and all(
            size_of(s)[0] <= WIDEST_M and shapely.area(s) <= LARGEST_M2 for s in shapes
        ):
            first = sizes[:_NAMED]
            largest = "the largest with" if len(sizes) > len(first) else "with"
            parts = "1 part" if len(sizes) == 1 else f"{len(sizes)} parts"
            numbers = join([f"{size:,}" for size in first])
            return f"With eps {closer.eps:g} metres it becomes {parts}, {largest} {numbers} {noun}."
    return "No smaller eps splits it into parts that people can be sent to."
