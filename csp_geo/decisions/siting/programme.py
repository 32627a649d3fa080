"""Covering models as mixed-integer programmes, solved by HiGHS through scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

if TYPE_CHECKING:
    from csp_geo.core.arrays import Floats, Ints
    from csp_geo.decisions.siting.cover import Cover

_SCALE: Final = 1e4
"""What all weights add up to in the programme: the solver's own tolerances are 1e-6 and below."""
_NO_GAP: Final = 0.0
_CHOSEN: Final = 0.5


def cover_most(
    cover: Cover, k: int, time_limit: float, *, but_not: Ints | None = None
) -> tuple[Ints | None, float]:
    """Choose at most `k` sites that cover most weight (maximal covering; Church and ReVelle 1974).

    With `but_not` that set of `k` sites is not to be the answer.

    Returns
    -------
    chosen, highest
        The best set found, or None; and what no set covers more than.
    """
    n, scale = cover.n_sites, _SCALE / cover.total
    alone = np.diff(cover.rows.indptr) == 1
    own = scale * cover.sums(np.where(alone, cover.weight, 0.0))
    shared = cover.rows[np.flatnonzero(~alone)]
    m = shared.shape[0]
    # A row that one site alone covers is part of that site's worth; the others have a variable
    # each that is at most the number of chosen sites that cover it.
    cost = -np.concatenate([own, scale * cover.weight[~alone]])
    link = LinearConstraint(hstack([-shared, eye_array(m)], format="csr"), -np.inf, 0)
    size = LinearConstraint(csr_array(np.r_[np.ones(n), np.zeros(m)][None, :]), 0, k)
    rules = [link, size, *_group_rules(cover, n + m)]
    if but_not is not None:
        barred = np.zeros((1, n + m))
        barred[0, but_not] = 1
        rules.append(LinearConstraint(csr_array(barred), 0, k - 1))
    solved = _solve(cost, rules, n, time_limit)
    bound = solved.mip_dual_bound
    highest = cover.total if bound is None else min(-bound / scale, cover.total)
    return _chosen(solved, n), highest


def cover_all(cover: Cover, time_limit: float) -> tuple[Ints | None, int]:
    """Choose the fewest sites that cover every row (set covering; Toregas and others 1971).

    Returns
    -------
    chosen, fewest
        The smallest set found, or None; and how many sites it takes at least.
    """
    n = cover.n_sites
    every = [LinearConstraint(cover.rows, 1, np.inf)] if len(cover.weight) else []
    rules = [*every, *_group_rules(cover, n)]
    if not rules:
        return np.zeros(0, dtype=np.int64), 0
    solved = _solve(np.ones(n), rules, n, time_limit)
    bound = solved.mip_dual_bound
    return _chosen(solved, n), 0 if bound is None else int(np.ceil(bound - 1e-6))


def _group_rules(cover: Cover, columns: int) -> list[LinearConstraint]:
    """Return the rule that each group that needs a site gets one."""
    if not len(cover.needy):
        return []
    member = csr_array((cover.group[None, :] == cover.needy[:, None]).astype(np.float64))
    blank = csr_array((len(cover.needy), columns - cover.n_sites))
    return [LinearConstraint(hstack([member, blank], format="csr"), 1, np.inf)]


def _solve(cost: Floats, rules: list[LinearConstraint], n: int, time_limit: float) -> Any:
    """Minimise; the first `n` variables are 0 or 1, the others between."""
    whole = np.zeros(len(cost), dtype=np.int64)
    whole[:n] = 1
    options: Any = {"time_limit": time_limit, "mip_rel_gap": _NO_GAP}
    return milp(cost, integrality=whole, bounds=Bounds(0, 1), constraints=rules, options=options)


def _chosen(solved: Any, n: int) -> Ints | None:
    """Return the sites of a solution."""
    return None if solved.x is None else np.flatnonzero(solved.x[:n] > _CHOSEN)
