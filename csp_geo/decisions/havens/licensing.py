"""Premises that the coordinator should ask the licensing team about before approaching them.

For the coordinator alone: the mark never leaves in a call list, a public file or a map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

AT_M: Final = 20.0
"""An incident up to this far from the point of a premises, inclusive, is at it."""
EXACT: Final = ("exact", "address")
"""Ways of locating that say which building: no pin, street, postcode, name or snapped point."""
LARGEST_DOUBT_M: Final = 25.0
THEMES_ASKED: Final = "violence, harassment, drugs or alcohol"
_THEMES: Final = frozenset({"violence", "sexual", "harassment"})
_DRUGS: Final = "drug"


def ask_licensing(premises: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Count reports of violence, sexual offences, harassment or drugs at premises.

    Theft is never asked about: shops are its victims. Only recorded incidents and premises that
    are located exactly count, because a shared point says nothing of one address on it.

    Parameters
    ----------
    premises
        Per `tables.PREMISES`.
    incidents
        Per `tables.INCIDENTS`, in the same CRS.

    Returns
    -------
    n
        ``(n,)`` int64, in the order of the premises: licensing is asked first about those above 0.
        0 also where it cannot be said.

    Notes
    -----
    At a premises is within 20 metres of its point, inclusive; a report counts for all neighbours
    that close. Cost: one search tree of the incidents.
    """
    found = np.zeros(len(premises), dtype=np.int64)
    known = _is_exact(premises) & (premises["n_at_point"].to_numpy() == 1)
    told = incidents[_is_exact(incidents) & _is_asked_about(incidents)]
    if known.any() and len(told):
        points = premises.geometry.to_numpy()[known]
        tree = shapely.STRtree(told.geometry.to_numpy())
        near, _ = tree.query(points, predicate="dwithin", distance=AT_M)
        found[known] = np.bincount(near, minlength=len(points))
    return found


def comparable(premises: pd.DataFrame, incidents: pd.DataFrame) -> tuple[int, int]:
    """Count the premises and the incidents that are located well enough to be compared."""
    alone = premises["n_at_point"].to_numpy() == 1
    return int((_is_exact(premises) & alone).sum()), int(_is_exact(incidents).sum())


def _is_exact(table: pd.DataFrame) -> NDArray[np.bool_]:
    method = table["location_method"].astype("object").isin(EXACT)
    doubt = table["location_accuracy_m"] <= LARGEST_DOUBT_M
    return np.asarray(method & doubt, dtype=np.bool_)


def _is_asked_about(incidents: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell recorded incidents of the themes; of "drugs and alcohol" those that say drugs."""
    recorded = incidents["family"].astype("object") == "recorded"
    theme = incidents["theme"].astype("object")
    category = incidents["category"].astype("object")
    says_drugs = {word: _DRUGS in plain(word) for word in set(category)}
    drugs = category.map(says_drugs).astype(bool)
    asked = theme.isin(_THEMES) | ((theme == "drugs and alcohol") & drugs)
    return np.asarray(recorded & asked, dtype=np.bool_)
