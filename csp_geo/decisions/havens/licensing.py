"""About which premises the coordinator should ask the licensing team first.

This is for the coordinator alone: a mark in a list that is passed on would be a rumour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.stats import false_discovery_control, poisson

from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from csp_geo.core.arrays import Flags, Ints

AT_M: Final = 20.0
"""An incident up to this far from the point of a premises, inclusive, is at it."""
EXACT: Final = ("exact", "address")
"""Ways of locating that say which building: no pin, street, postcode, name or snapped point."""
LARGEST_DOUBT_M: Final = 25.0
THEMES_ASKED: Final = "violence, harassment, drugs or alcohol"
_THEMES: Final = frozenset({"violence", "sexual", "harassment"})
_DRUGS: Final = "drug"
FALSE_SHARE: Final = 0.05
"""Of the premises told to be above chance, the share expected to be there by chance."""


def ask_licensing(premises: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> Ints:
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
    known = can_be_compared(premises)
    told = incidents[_is_exact(incidents) & _is_asked_about(incidents)]
    if known.any() and len(told):
        points = premises.geometry.to_numpy()[known]
        tree = shapely.STRtree(told.geometry.to_numpy())
        near, _ = tree.query(points, predicate="dwithin", distance=AT_M)
        found[known] = np.bincount(near, minlength=len(points))
    return found


def comparable(premises: pd.DataFrame, incidents: pd.DataFrame) -> tuple[int, int]:
    """Count the premises and the incidents that are located well enough to be compared."""
    return int(can_be_compared(premises).sum()), int(_is_exact(incidents).sum())


def marks_of(premises: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return premises with `reports`, of `ask_licensing`, and `above_chance`."""
    n = ask_licensing(premises, incidents)
    return premises.assign(reports=n, above_chance=above_chance(n, can_be_compared(premises)))


def above_chance(n_reports: Ints, compared: Flags) -> Flags:
    """Tell at which premises more is reported than chance would put at one of them.

    Parameters
    ----------
    n_reports
        ``(n,)``: of `ask_licensing`.
    compared
        ``(n,)``: of `can_be_compared`; no other is tested.

    Notes
    -----
    Each count is tested against a Poisson distribution whose mean is what a premises that can be
    compared has on average, the tested one among them; the probabilities are corrected for how many
    are tested, so that of those told apart one in twenty is expected to be there by chance
    (Benjamini and Hochberg 1995). Where many people are there is more of everything: above chance
    is a question to licensing, never an answer.
    """
    told = np.zeros(len(n_reports), dtype=np.bool_)
    if compared.any() and (counts := n_reports[compared]).any():
        chance = poisson.sf(counts - 1, counts.mean())
        told[compared] = false_discovery_control(chance) <= FALSE_SHARE
    return told


def can_be_compared(premises: pd.DataFrame) -> Flags:
    """Tell which premises are located exactly, with a point of their own."""
    alone = np.asarray(premises["n_at_point"] == 1, dtype=np.bool_)
    return _is_exact(premises) & alone


def _is_exact(table: pd.DataFrame) -> Flags:
    method = table["location_method"].astype("object").isin(EXACT)
    doubt = table["location_accuracy_m"] <= LARGEST_DOUBT_M
    return np.asarray(method & doubt, dtype=np.bool_)


def _is_asked_about(incidents: pd.DataFrame) -> Flags:
    """Tell recorded incidents of the themes; of "drugs and alcohol" those that say drugs."""
    recorded = incidents["family"].astype("object") == "recorded"
    theme = incidents["theme"].astype("object")
    category = incidents["category"].astype("object")
    says_drugs = {word: _DRUGS in plain(word) for word in set(category)}
    drugs = category.map(says_drugs).astype(bool)
    asked = theme.isin(_THEMES) | ((theme == "drugs and alcohol") & drugs)
    return np.asarray(recorded & asked, dtype=np.bool_)
