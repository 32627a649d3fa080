"""What is said of one hotspot: what the test for chance says, and how firm it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from csp_geo.core.projection import points_of
from csp_geo.core.settings import LONGEST_EPS_M, SHORTEST_EPS_M, ClusterParams
from csp_geo.core.wording import count, join, sides
from csp_geo.hotspots.find import label_family, shape_of, size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csp_geo.core.arrays import Flags


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
        eps = min(max(params.eps * share, SHORTEST_EPS_M), LONGEST_EPS_M)
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
        if params.eps * share < SHORTEST_EPS_M:
            break
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


LEVEL: Final = 0.05
"""A hotspot stands out when chance makes one as strong on at most this share of maps."""
LEAST: Final = 10
"""Reports, or people, below which there is no test."""
WIDEST_M: Final = 350.0
LARGEST_M2: Final = 100_000.0
STANDS_OUT: Final = "stands out"
_SAYS_NOT: Final = (
    "This does not say that it is worse than usual here, nor that a patrol will help."
)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is known of one hotspot when it is judged.

    `units` are people in the perception family, else reports. `chance` says what was drawn again:
    "if reports fell evenly over the 1,937 known street points of Toytown". `as_strong` of
    `simulations` maps showed a cluster at least this strong. `needed` units would have stood out.
    """

    people: bool
    busy: bool
    n: int
    n_places: int
    n_people: int
    n_anonymous: int
    width_m: float
    length_m: float
    area_m2: float
    p: float = np.nan
    as_strong: int = 0
    simulations: int = 0
    needed: int = 0
    chance: str = ""
    depends_on: tuple[str, ...] = ()
    split: str = ""
    untested: str = ""
    doubt: str = ""
    """Why it cannot be confirmed however strong it is: where reports can be is not known enough."""

    @property
    def units(self) -> int:
        """What the test counts."""
        return self.n_people + self.n_anonymous if self.people else self.n

    @property
    def verdict(self) -> str:
        """One of `tables.VERDICTS`; what cannot be tested comes before what was."""
        verdicts = (
            ("too large to task", self.is_too_large),
            ("not tested", bool(self.untested)),
            ("too few to test", self.units < LEAST),
            ("could be chance", not self.p <= LEVEL),
            ("could be where people live", bool(self.doubt)),
            ("rests on one part", bool(self.depends_on)),
        )
        return next((verdict for verdict, holds in verdicts if holds), STANDS_OUT)

    @property
    def is_too_large(self) -> bool:
        """Whether nobody could be sent to it as a whole."""
        return self.width_m > WIDEST_M or self.area_m2 > LARGEST_M2

    @property
    def sentence(self) -> str:
        """What the test says, in words."""
        return _sentences(self)[self.verdict]


def _figures(f: Judgement) -> str:
    if f.people:
        who = [count(f.n_people, "person", "people")] if f.n_people else []
        if f.n_anonymous:
            who.append(count(f.n_anonymous, "pin without a person", "pins without a person"))
        return f"{join(who)}, {count(f.n, 'pin')} in all"
    verb = "filed at" if f.busy else "at"
    return f"{count(f.n, 'report')} {verb} {count(f.n_places, 'point' if f.busy else 'place')}"


def _result(f: Judgement) -> str:
    if not f.as_strong:
        return f"none of {f.simulations:,} maps showed a cluster this strong"
    verb = f"{f.as_strong:,} of {f.simulations:,} maps showed"
    return f"{verb} a cluster at least this strong"


def _needed(f: Judgement) -> str:
    if not f.needed:
        return ""
    it = "people here" if f.people else f"reports at {count(f.n_places, 'place')}"
    return f" To stand out it would have taken at least {f.needed:,} {it}."


def _stands_out(f: Judgement, result: str) -> str:
    if f.busy:
        points = "this point are" if f.n_places == 1 else "these points are"
        return (
            f"More than chance: {result}. The true addresses behind {points} unknown. {_SAYS_NOT}"
        )
    return f"Stands out: {result}. {_SAYS_NOT}"


def _sentences(f: Judgement) -> dict[str, str]:
    """Return what would be said of a hotspot by each verdict."""
    figures = _figures(f)
    result = f"{figures}; {f.chance}, {_result(f)}"
    size = f"{sides(f.width_m, f.length_m)}, {f.area_m2 / 10_000:.1f} hectares"
    parts = ", or without ".join(f.depends_on)
    return {
        "too large to task": f"Too large to task: {figures}, {size}. {f.split}".strip(),
        "not tested": f"Not tested: {f.untested}",
        "too few to test": f"Too few to test: {figures}; a test takes {LEAST}.{_needed(f)}",
        "could be chance": f"Could be chance: {result}.{_needed(f)}",
        "could be where people live": (f"Could be where people live: {result}. But {f.doubt}"),
        "rests on one part": (
            f"Rests on one part: without {parts}, it would not stand out. With it: {result}."
        ),
        STANDS_OUT: _stands_out(f, result),
    }
