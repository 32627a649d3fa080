"""How much more unevenly reports lie than is expected: the over-dispersion V of a map.

What is expected at a place is never known exactly: lists of addresses have gaps, and people differ.
So a place receives a Poisson number of reports whose mean is its expectation times a gamma of mean
1 and variance V: a negative binomial number. V is estimated from all cells of a map at once. True
hotspots must not be taken for it: a count above the Poisson 90 % quantile of its expectation enters
the likelihood only as "above", and the scale of all expectations is estimated beside V, for the
reports of hotspots are missing from the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.hotspots.chance.redraw import on_all_cores
from csp_geo.hotspots.compiled import announce, compiled

if TYPE_CHECKING:
    from csp_geo.core.arrays import Counts, Floats, Ints


QUANTILE: Final = 0.9
"""Of a Poisson count, above which it is only known to be above."""
MOST: Final = 10.0
"""Dispersion above which it makes no difference."""
_STEP: Final = 0.03
"""Cells whose expectations differ by less, in logarithm, are counted together."""
_STEPS: Final = 60
_HALVES: Final = 12
_CLOSE: Final = 1e-7


class Dispersion:
    """The estimator of V for cells with known expectations, by maximum likelihood.

    Parameters
    ----------
    expected
        ``(c,)`` reports expected in each cell; cells where none are expected say nothing.
    """

    def __init__(self, expected: Floats) -> None:
        from scipy.stats import poisson

        some = expected > 0
        steps = np.round(np.log(expected[some]) / _STEP)
        _, group = np.unique(steps, return_inverse=True)
        self._group = np.full(len(expected), -1, dtype=np.int32)
        self._group[some] = group.reshape(-1)
        self._mean = np.bincount(group.reshape(-1), expected[some]) / np.bincount(group.reshape(-1))
        self._most = np.asarray(poisson.ppf(QUANTILE, self._mean)).astype(np.int64)

    def of_maps(self, counts: Counts) -> Floats:
        """Return V of each of many maps; 0 where nothing says that it is more.

        Parameters
        ----------
        counts
            ``(r, c)`` reports in each cell.
        """
        table = np.require(counts, np.int32, ["C", "A"])
        found = np.zeros(len(table))
        if not len(self._mean) or not len(table):
            return found
        announce(estimate_each)
        on_all_cores(
            lambda part: estimate_each(
                table[part], self._group, self._mean, self._most, found[part]
            ),
            len(table),
        )
        return found


@compiled
def tally(counts: Counts, group: Counts, start: Ints, most: Ints, times: Ints) -> None:
    """Count, for each group of cells, those with 0, 1, 2 ... reports, and last those above."""
    times[:] = 0
    for cell in range(len(counts)):
        g = group[cell]
        if g >= 0:
            times[start[g] + min(counts[cell], most[g] + 1)] += 1


@compiled
def likelihood(  # noqa: PLR0913, PLR0917 - compiled: arrays one by one
    v: float, scale: float, mean: Floats, start: Ints, times: Ints, slope: Floats, fisher: Floats
) -> float:
    """Return the censored log-likelihood of V and the scale, its slope and Fisher information.

    Slope and information are those for V and for the logarithm of the scale.
    """
    total = 0.0
    slope[:] = 0
    fisher[:] = 0
    for g in range(len(mean)):
        first, above = start[g], start[g + 1] - 1
        n_cells = times[first : above + 1].sum()
        if n_cells == 0:
            continue
        mu = mean[g] * scale
        more = 1 + v * mu
        if v * mu > _CLOSE:
            log_p = -np.log(more) / v
            by_v = np.log(more) / v**2 - mu / (v * more)
        else:
            log_p, by_v = -mu + v * mu * mu / 2, mu * mu / 2
        below, below_v, below_s = 0.0, 0.0, 0.0
        for k in range(above - first):
            p = np.exp(log_p)
            by_scale = (k - mu) / more
            below += p
            below_v += p * by_v
            below_s += p * by_scale
            fisher[0] += n_cells * p * by_v * by_v
            fisher[1] += n_cells * p * by_v * by_scale
            fisher[2] += n_cells * p * by_scale * by_scale
            if times[first + k]:
                total += times[first + k] * log_p
                slope[0] += times[first + k] * by_v
                slope[1] += times[first + k] * by_scale
            log_p += np.log((1 + k * v) * mu / ((k + 1) * more))
            by_v += k / (1 + k * v) - mu / more
        rest = max(1 - below, 1e-12)
        by_v, by_scale = -below_v / rest, -below_s / rest
        fisher[0] += n_cells * rest * by_v * by_v
        fisher[1] += n_cells * rest * by_v * by_scale
        fisher[2] += n_cells * rest * by_scale * by_scale
        if times[above]:
            total += times[above] * np.log(rest)
            slope[0] += times[above] * by_v
            slope[1] += times[above] * by_scale
    return total


@compiled
def estimate(mean: Floats, start: Ints, times: Ints) -> float:
    """Maximise the likelihood over V, from 0 to `MOST`, and the scale, by Fisher scoring."""
    slope, fisher = np.empty(2), np.empty(3)
    v, scale = 0.05, 1.0
    best = likelihood(v, scale, mean, start, times, slope, fisher)
    for _ in range(_STEPS):
        determinant = fisher[0] * fisher[2] - fisher[1] * fisher[1]
        at_end = (v <= 0 and slope[0] <= 0) or (v >= MOST and slope[0] >= 0)
        if at_end or determinant <= 1e-12 * fisher[0] * fisher[2]:
            step_v, step_s = 0.0, slope[1] / max(fisher[2], 1e-12)
        else:
            step_v = (fisher[2] * slope[0] - fisher[1] * slope[1]) / determinant
            step_s = (fisher[0] * slope[1] - fisher[1] * slope[0]) / determinant
            if v <= 0 and step_v < 0:
                step_v, step_s = 0.0, slope[1] / max(fisher[2], 1e-12)
        step_s = min(max(step_s, -1.0), 1.0)
        moved, share = False, 1.0
        for _half in range(_HALVES):
            new_v = min(max(v + share * step_v, 0.0), MOST)
            new_scale = scale * np.exp(share * step_s)
            found = likelihood(new_v, new_scale, mean, start, times, slope, fisher)
            if found >= best:
                moved = True
                break
            share /= 2
        if not moved:
            break
        near = abs(new_v - v) < _CLOSE * (1 + v) and abs(new_scale - scale) < _CLOSE * scale
        v, scale, best = new_v, new_scale, found
        if near:
            break
    return v


@compiled
def estimate_each(counts: Counts, group: Counts, mean: Floats, most: Ints, found: Floats) -> None:
    """Put down V of each map."""
    start = np.zeros(len(mean) + 1, dtype=np.int64)
    for g in range(len(mean)):
        start[g + 1] = start[g] + most[g] + 2
    times = np.empty(start[-1], dtype=np.int64)
    for one in range(len(counts)):
        tally(counts[one], group, start, most, times)
        found[one] = estimate(mean, start, times)
