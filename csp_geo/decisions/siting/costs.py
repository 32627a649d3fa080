"""What the models are given: costs, demand, sites that are there already; and who reaches whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from csp_geo.core.errors import SchemaError, SettingsError
from csp_geo.decisions.siting.cover import EQUAL

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Floats, Ints
    from csp_geo.decisions.siting.cover import Table


def within_reach(cost: ArrayLike, within: float) -> Table:
    """Tell which sites are within reach of which demand: ``cost <= within``, inclusive.

    A cost that exceeds the limit by no more than rounding (one part in a thousand million, less
    than a thousandth of a millimetre at 400 metres) counts as on the limit.

    Parameters
    ----------
    cost
        ``(demand, sites)``, metres or any other unit; ``inf`` where there is no way.
    within
        In the same unit, >= 0.

    Returns
    -------
    reach
        ``(demand, sites)`` bool, sparse.

    Raises
    ------
    SchemaError, SettingsError
        If a cost is missing or negative; if the limit is not a number from 0.
    """
    return csr_array(checked_cost(cost) <= checked_limit(within) * (1 + EQUAL))


def checked_cost(cost: ArrayLike) -> Floats:
    """Return costs as a table; raise SchemaError unless each is a number from 0, or infinite."""
    costs = np.asarray(cost, dtype=np.float64)
    if costs.ndim != 2:  # noqa: PLR2004
        raise SchemaError(
            f"cost must have shape (demand, sites), not {costs.shape}: one row for each demand "
            "point, one column for each site."
        )
    wrong = np.argwhere(~(costs >= 0))
    if len(wrong):
        row, column = wrong[0]
        raise SchemaError(
            f"cost must hold numbers from 0, or infinity where there is no way; demand point {row} "
            f"to site {column} is {costs[row, column]}."
        )
    return costs


def checked_limit(within: float) -> float:
    """Return a limit; raise SettingsError unless it is a number from 0."""
    if not (np.isfinite(within) and within >= 0):
        raise SettingsError(f"within must be a number from 0, such as 400 metres, not {within}.")
    return float(within)


def checked_demand(demand: ArrayLike, n: int) -> Floats:
    """Return demand; raise SchemaError unless there is a finite number from 0 for each point."""
    weights = np.asarray(demand, dtype=np.float64)
    if weights.shape != (n,):
        raise SchemaError(
            f"demand must be {n} numbers, one for each row of cost; its shape is {weights.shape}."
        )
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise SchemaError(
            f"demand must be finite and not below 0; at demand point {wrong[0]} it is "
            f"{weights[wrong[0]]}."
        )
    return weights


def checked_fixed(fixed: ArrayLike, n_sites: int, what: str = "fixed") -> Ints:
    """Return positions of sites, ascending; raise unless they are whole, in range, each once."""
    given = np.asarray(fixed)
    if given.size == 0:
        return np.zeros(0, dtype=np.int64)
    if given.ndim != 1 or not np.issubdtype(given.dtype, np.integer):
        raise SchemaError(f"{what} must be a list of positions of sites, such as [0, 3].")
    wrong = given[(given < 0) | (given >= n_sites)]
    if len(wrong):
        raise SchemaError(
            f"{what} names site {wrong[0]}, but there are {n_sites} sites: 0 to {n_sites - 1}."
        )
    ascending, times = np.unique(given, return_counts=True)
    if (times > 1).any():
        raise SchemaError(f"{what} names site {ascending[times > 1][0]} more than once.")
    return ascending.astype(np.int64)


def checked_number(sites: int, fixed: Ints) -> int:
    """Return how many sites there may be in all; raise SettingsError if that cannot be."""
    if isinstance(sites, bool) or sites != int(sites) or sites < 0:
        raise SettingsError(f"sites must be a whole number from 0, not {sites}.")
    if sites < len(fixed):
        raise SettingsError(
            f"sites is how many in all: {sites} asked for, but {len(fixed)} are fixed. Ask for "
            f"at least {len(fixed)}."
        )
    return int(sites)


def checked_groups(group: ArrayLike | None, n_sites: int) -> Ints | None:
    """Return the group of each site; raise SchemaError unless there is a whole number for each."""
    if group is None:
        return None
    groups = np.asarray(group)
    if groups.shape != (n_sites,) or not np.issubdtype(groups.dtype, np.integer):
        raise SchemaError(
            f"group must be {n_sites} whole numbers, one for each site: its group, or -1 for none."
        )
    return groups.astype(np.int64)
