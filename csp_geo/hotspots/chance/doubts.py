"""Why a test cannot confirm: what is known of where reports can be is not enough for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from csp_geo.hotspots.chance.family_map import FamilyMap, Simulation
    from csp_geo.hotspots.chance.stratum import Stratum

MOST_ON_STAND_IN: Final = 500
"""Reports above which points that stand in for addresses confirm nothing: see docs/calibration.md.
"""
UNLIKELY: Final = 0.01
"""Neighbourhoods that differ as much by chance on so few maps differ by what is not known."""
OWN_POINTS: Final = "which other points there are is not known; archives of police.uk would tell."
NO_ADDRESSES: Final = (
    "how many addresses each point stands for is not known; a list of addresses would tell."
)
STAND_IN: Final = (
    "published points do not say how many people live around them; a list of addresses would."
)
NEIGHBOURHOODS: Final = (
    "whole neighbourhoods have more reports, or fewer, than their addresses explain: the list of "
    "addresses may be older, or be short there."
)
THIN_M: Final = 25.0
"""Half of the reports further than this from a list of addresses: it has gaps (calibration.md)."""
THIN: Final = (
    "half of its reports lie further than 25 metres from every place on the list, so it has gaps; "
    "one with all addresses would tell."
)
_PART: Final = 101
"""Tells the random numbers of this apart from those of the test."""


def doubts(found: FamilyMap, simulation: Simulation) -> tuple[str, ...]:
    """Return for each stratum why no hotspot with its reports can be confirmed, "" where one can.

    `simulation` gives the seed.
    """
    rng = np.random.default_rng([simulation.seed, _PART])
    return tuple(_doubt(found, number, one, rng) for number, one in enumerate(found.strata))


def _doubt(found: FamilyMap, number: int, one: Stratum, rng: np.random.Generator) -> str:
    places = one.places
    if places.own:
        return OWN_POINTS
    if places.moved_m:
        return STAND_IN if found.total > MOST_ON_STAND_IN else ""
    if places.apart_m > THIN_M:
        return THIN
    if places.snapped and places.weights is None:
        return NO_ADDRESSES
    cells = found.cell[found.stratum == number]
    p = one.unlike_its_weights(cells, float(found.dispersion[number]), rng)
    return NEIGHBOURHOODS if p <= UNLIKELY else ""
