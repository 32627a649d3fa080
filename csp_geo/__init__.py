"""csp_geo: reports come in, become incidents, incidents make hotspots, hotspots make a map.

The public names are loaded on first use, so that ``csp-geo --help`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from csp_geo._version import __version__

if TYPE_CHECKING:
    from csp_geo.decisions.siting.models import maximal_coverage, p_center, p_median, set_coverage
    from csp_geo.hotspots.chance.judge import confirm_clusters
    from csp_geo.hotspots.dbscan import dbscan
    from csp_geo.hotspots.find import find_clusters
    from csp_geo.incidents.clean import clean
    from csp_geo.inputs.areas.study_area import read_study_area
    from csp_geo.inputs.read import read_reports
    from csp_geo.products.weekly.map_page import make_map

_HOMES = {
    "clean": "csp_geo.incidents.clean",
    "confirm_clusters": "csp_geo.hotspots.chance.judge",
    "dbscan": "csp_geo.hotspots.dbscan",
    "find_clusters": "csp_geo.hotspots.find",
    "make_map": "csp_geo.products.weekly.map_page",
    "maximal_coverage": "csp_geo.decisions.siting.models",
    "p_center": "csp_geo.decisions.siting.models",
    "p_median": "csp_geo.decisions.siting.models",
    "read_reports": "csp_geo.inputs.read",
    "read_study_area": "csp_geo.inputs.areas.study_area",
    "set_coverage": "csp_geo.decisions.siting.models",
}

__all__ = [
    "__version__",
    "clean",
    "confirm_clusters",
    "dbscan",
    "find_clusters",
    "make_map",
    "maximal_coverage",
    "p_center",
    "p_median",
    "read_reports",
    "read_study_area",
    "set_coverage",
]


if not TYPE_CHECKING:  # else every misspelt name would pass for a public one

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'csp_geo' has no attribute '{name}'")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
