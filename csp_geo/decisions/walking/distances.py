"""How far people walk: along a network of streets and paths, else in a straight line x 1.3."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.caution import Caution
from csp_geo.core.errors import SettingsError
from csp_geo.core.wording import count, number
from csp_geo.decisions.walking.network import WalkingNetwork, along_graph, split_at
from csp_geo.decisions.walking.obstacles import NO_OBSTACLES, Obstacles

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Flags, Floats, Ints
    from csp_geo.decisions.walking.network import Graph


_DUST: Final = 6
"""Decimals of a metre that are kept: 400 metres are 400, whatever the sums leave over."""
_PAIRS: Final = 200_000
"""Straight ways tested against barriers at a time."""


@dataclass(frozen=True, kw_only=True)
class WalkParams:
    """How people walk.

    `straight_factor` turns a straight line into a way on foot; 1.3 is an ESTIMATE, usual where no
    network is to be had. `metres_per_minute` is the walking speed (80 is Transport for London's).
    Points further than `furthest_snap_m` from the network are unreachable. Ways longer than
    `limit_m` are not looked for; `None` looks for all.
    """

    straight_factor: float = 1.3
    metres_per_minute: float = 80.0
    furthest_snap_m: float = 100.0
    limit_m: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.straight_factor) and self.straight_factor >= 1):
            raise SettingsError(
                f"straight_factor must be 1 or more, not {self.straight_factor}: no way on foot is "
                "shorter than the straight line."
            )
        for name in ("metres_per_minute", "furthest_snap_m"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                option = " (--speed)" if name == "metres_per_minute" else ""
                raise SettingsError(f"{name}{option} must be more than 0, not {value}.")
        if self.limit_m is not None and not self.limit_m > 0:
            raise SettingsError(f"limit_m must be more than 0 metres, not {self.limit_m}.")


@dataclass(frozen=True, eq=False)
class Walk:
    """How far it is on foot from each origin to each site.

    `metres` is ``(m, n)`` float64, inf where a site cannot be reached or lies beyond the limit.
    `method` says for the page how it was measured, `notes` what was left out or walked round on
    the way there; `cautions` are what a reader must know.
    """

    metres: Floats
    params: WalkParams
    method: str
    cautions: tuple[Caution, ...]
    notes: tuple[str, ...] = ()

    def within(self, metres: float) -> Flags:
        """Tell which sites are in reach of which origins, ``(m, n)``; exactly `metres` counts."""
        return np.asarray(self.metres <= metres)


def walking_distances(
    origins: ArrayLike,
    sites: ArrayLike,
    *,
    network: WalkingNetwork | None = None,
    obstacles: Obstacles = NO_OBSTACLES,
    after_dark: bool = False,
    params: WalkParams | None = None,
) -> Walk:
    """Measure how far it is on foot from origins to sites.

    Parameters
    ----------
    origins, sites
        ``(m, 2)`` and ``(n, 2)`` float64, metres in the study area's CRS; a row with NaN is a place
        that is not known, and unreachable.
    network
        Streets and paths in the same CRS; without one distances are straight lines x 1.3.
    obstacles
        Barriers with their crossings, and what routes keep out of after dark.
    after_dark
        Whether to keep out of what is to be avoided after dark.
    params
        Speed, reach and limits.

    Returns
    -------
    walk
        Distances, and how they were measured, in words.

    Notes
    -----
    Along the network a way runs from the point straight to the nearest place on a stretch, along
    stretches, and straight to the other point (Dijkstra 1959). Stretches that touch a closed
    barrier are left out unless tagged as bridge, tunnel or crossing. In a straight line a way that
    touches a closed barrier goes by the one crossing that makes it shortest; without any it is
    unreachable.
    A point and a site at the same place are 0 apart.
    """
    params = params or WalkParams()
    start, end = _points(origins, "origins"), _points(sites, "sites")
    if network is None:
        metres, method, cautions, notes = _straight(start, end, obstacles, params)
        if after_dark and obstacles.dark is not None:
            said = "Parks and alleys are not avoided after dark: that needs a walking network."
            cautions.append(Caution("dark-not-avoided", said))
        cautions += [Caution("barriers-as-read", note) for note in obstacles.notes]
    else:
        along = _along(start, end, network, obstacles, after_dark, params)
        metres, method, cautions, notes = along
        read = (*network.notes, *obstacles.notes)
        cautions += [Caution("network-as-read", note) for note in read]
    metres = metres.round(_DUST)
    if params.limit_m is not None:
        metres[metres > params.limit_m] = np.inf
    return Walk(metres, params, method, tuple(cautions), tuple(notes))


def _points(values: ArrayLike, name: str) -> Floats:
    points = np.asarray(values, dtype=np.float64)
    if not points.size:
        return np.empty((0, 2))
    if points.ndim != 2 or points.shape[1] != 2:  # noqa: PLR2004 - x and y
        raise SettingsError(
            f"{name} must be (n, 2) metres, x before y, not of shape {points.shape}."
        )
    return points


def _direct(start: Floats, end: Floats) -> Floats:
    """Return the straight line between all pairs, metres; inf where a place is not known."""
    metres: Floats = np.hypot(*(start[:, None, axis] - end[None, :, axis] for axis in (0, 1)))
    return np.where(np.isfinite(metres), metres, np.inf)


# --- in a straight line -------------------------------------------------------------------------


def _straight(
    start: Floats, end: Floats, obstacles: Obstacles, params: WalkParams
) -> tuple[Floats, str, list[Caution], list[str]]:
    metres = _direct(start, end) * params.straight_factor
    method = f"in a straight line x {params.straight_factor:g} (an estimate: no walking network)"
    unknown = _unknown_places(start, end)
    cautions = [Caution("straight-unknown-places", said) for said in unknown]
    if obstacles.closed is None:
        said = "Straight lines cross railways, main roads and rivers as if there were none."
        cautions.append(Caution("straight-lines", said))
        return metres, method, cautions, []
    n_round, n_cut = _round_barriers(metres, start, end, obstacles, params)
    if n_cut:
        said = (
            f"{count(n_cut, 'route')} blocked by a barrier with no crossing that leads there: "
            "unreachable."
        )
        cautions.append(Caution("ways-cut", said))
    notes = [f"{count(n_round, 'route')} led round a barrier by a crossing."] * bool(n_round)
    return metres, method, cautions, notes


def _round_barriers(
    metres: Floats, start: Floats, end: Floats, obstacles: Obstacles, params: WalkParams
) -> tuple[int, int]:
    """Send ways that touch a barrier round by a crossing, in place; count those, and the rest."""
    to, away = (_to_crossings(points, obstacles, params) for points in (start, end))
    n_round = n_cut = 0
    for row in range(len(start)):
        reach = params.limit_m or np.inf
        near = np.flatnonzero(np.isfinite(metres[row]) & (metres[row].round(_DUST) <= reach))
        barred = near[obstacles.bar(np.broadcast_to(start[row], (len(near), 2)), end[near])]
        if len(barred):
            ways = to[row][None, :] + away[barred]
            metres[row, barred] = ways.min(axis=1, initial=np.inf)
            n_round += int(np.isfinite(metres[row, barred]).sum())
            n_cut += int(np.isinf(metres[row, barred]).sum())
    return n_round, n_cut


def _to_crossings(points: Floats, obstacles: Obstacles, params: WalkParams) -> Floats:
    """Return the way from points to crossings that no barrier bars, ``(n, k)``, else inf."""
    crossings = obstacles.crossings
    metres = _direct(points, crossings) * params.straight_factor
    reach = params.limit_m or np.inf
    row, column = np.nonzero(np.isfinite(metres) & (metres <= reach))
    for first in range(0, len(row), _PAIRS):
        i, j = row[first : first + _PAIRS], column[first : first + _PAIRS]
        barred = obstacles.bar(points[i], crossings[j])
        metres[i[barred], j[barred]] = np.inf
    return metres


def _unknown_places(start: Floats, end: Floats) -> list[str]:
    n = sum(int((~np.isfinite(points).all(axis=1)).sum()) for points in (start, end))
    return [f"{count(n, 'place')} without a location: unreachable."] * bool(n)


# --- along a network ----------------------------------------------------------------------------


def _along(
    start: Floats,
    end: Floats,
    network: WalkingNetwork,
    obstacles: Obstacles,
    after_dark: bool,
    params: WalkParams,
) -> tuple[Floats, str, list[Caution], list[str]]:
    used, cautions, notes = _usable(network, obstacles, after_dark)
    points = np.concatenate([start, end])
    snapped = used.snap(points, params.furthest_snap_m, obstacles)
    graph = split_at(used, snapped)
    node, offset = (np.split(part, [len(start)]) for part in (graph.at, snapped.offset_m))
    on = [np.flatnonzero(part >= 0) for part in node]
    sources, source = np.unique(graph.at[: len(start)][on[0]], return_inverse=True)
    targets, target = np.unique(graph.at[len(start) :][on[1]], return_inverse=True)
    limit = np.inf if params.limit_m is None else params.limit_m + 1e-3
    if len(sources) <= len(targets):
        ways = along_graph(graph, sources, targets, limit)
    else:
        ways = along_graph(graph, targets, sources, limit).T
    metres = np.full((len(start), len(end)), np.inf)
    metres[np.ix_(*on)] = ways[np.ix_(source, target)]
    metres += offset[0][:, None] + offset[1][None, :]
    same = (start[:, None, 0] == end[None, :, 0]) & (start[:, None, 1] == end[None, :, 1])
    metres[same] = 0.0
    cautions += _pieces(used, graph)
    cautions += _far_places(points, graph.at, params)
    unknown = _unknown_places(start, end)
    cautions += [Caution("network-unknown-places", said) for said in unknown]
    km = used.length_m.sum() / 1000
    method = f"along the walking network ({km:,.1f} km in {_stretches(len(used.ends))})"
    return metres, method, cautions, notes


def _usable(
    network: WalkingNetwork, obstacles: Obstacles, after_dark: bool
) -> tuple[WalkingNetwork, list[Caution], list[str]]:
    """Leave out what touches a barrier and, after dark, what is to be avoided.

    Returns the rest, cautions, and notes on what was left out.
    """
    cautions, notes = [], []
    touching = obstacles.bar(*(network.xy[network.ends[:, side]] for side in (0, 1)))
    cut = touching & ~network.bridged
    if touching.any():
        kept = int(touching.sum() - cut.sum())
        notes.append(
            f"Barriers: {_stretches(cut.sum())} left out, {number(kept)} kept as "
            "bridge, tunnel or crossing."
        )
        if not network.tells_bridges and not len(obstacles.crossings):
            said = (
                "The network has no column bridge or tunnel, and no crossings were given: every "
                "way across a barrier is taken as closed."
            )
            cautions.append(Caution("network-without-bridges", said))
    used = network.only(~cut)
    if after_dark:
        ends = (used.xy[used.ends[:, side]] for side in (0, 1))
        dark = used.closed_at_night | obstacles.avoids(*ends)
        notes.append(
            f"After dark: {_stretches(dark.sum())} in parks, alleys or closed at "
            f"night left out ({used.length_m[dark].sum() / 1000:,.1f} km)."
        )
        used = used.only(~dark)
    if not len(used.ends):
        said = "Nothing is left of the walking network: every place is unreachable."
        cautions.append(Caution("network-empty", said))
    return used, cautions, notes


def _stretches(n: float) -> str:
    return count(n, "stretch", "stretches")


def _far_places(points: Floats, at: Ints, params: WalkParams) -> list[Caution]:
    known = np.isfinite(points).all(axis=1)
    n = int((known & (at < 0)).sum())
    said = (
        f"{number(n)} of {count(known.sum(), 'place')} cannot be reached: more than "
        f"{params.furthest_snap_m:g} metres from the walking network, or behind a barrier."
    )
    return [Caution("network-far-places", said)] * bool(n)


def _pieces(used: WalkingNetwork, graph: Graph) -> list[Caution]:
    """Say when the network is in pieces, and which share of places lies off the largest."""
    if not len(used.ends):
        return []
    length = np.bincount(graph.piece[used.ends[:, 0]], weights=used.length_m)
    n_pieces = int((length > 0).sum())
    on = graph.at[graph.at >= 0]
    if n_pieces == 1 or not len(on):
        return []
    off = int((graph.piece[on] != length.argmax()).sum())
    said = (
        f"The walking network is in {number(n_pieces)} pieces with no way between them; "
        f"{number(off)} of {count(len(on), 'place')} ({100 * off / len(on):.1f} %) are not on the "
        "largest."
    )
    return [Caution("network-in-pieces", said)]
