"""The fewest sites that cover everything there is to cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from csp_geo.response.solver.choose import Choice, first_of_equals
from csp_geo.response.solver.greedy import add_greedily
from csp_geo.response.solver.programme import cover_all

if TYPE_CHECKING:
    from csp_geo.response.solver.cover import Cover, Ints


@dataclass(frozen=True, eq=False)
class Fewest:
    """Sites that together cover every row.

    Attributes
    ----------
    sites
        Names of the sites, ascending.
    least
        How many it takes at least.
    is_first
        Whether it is certain that no set of as many that covers all comes before it.
    """

    sites: Ints
    least: int
    is_first: bool

    @property
    def is_optimal(self) -> bool:
        """Whether it is proved that fewer do not cover all."""
        return len(self.sites) <= self.least


def fewest(cover: Cover, time_limit: float) -> Fewest:
    """Choose the fewest sites that cover every row and serve every group that needs a site."""
    names, least = any_fewest(cover, time_limit)
    if len(names) > least:
        return Fewest(names, least, is_first=False)
    best = Choice(names, cover.total, cover.total, is_first=False)
    first = first_of_equals(cover, len(names), best)
    return Fewest(first.sites, least, first.is_first)


def any_fewest(cover: Cover, time_limit: float) -> tuple[Ints, int]:
    """Choose as `fewest` does, whichever of equal sets comes; and say how many it takes at least.

    When the time ends first, choosing greedily covers all with somewhat more sites.
    """
    quick = np.sort(add_greedily(cover, cover.n_sites, until_covered=True)[0])
    small = cover.without_dominated()
    found, least = cover_all(small, time_limit)
    if found is None or len(found) >= len(quick):
        return cover.names[quick], min(least, len(quick))
    return small.names[found], least
