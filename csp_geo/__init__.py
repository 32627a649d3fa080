"""csp_geo: reports come in, become incidents, incidents make hotspots, hotspots make a map.

The public names are loaded on first use, so that ``csp-geo --help`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from csp_geo._version import __version__

if TYPE_CHECKING:
    from csp_geo.hotspots.cluster import find_clusters
    from csp_geo.hotspots.dbscan import dbscan
    from csp_geo.hotspots.significance import confirm_clusters
    from csp_geo.intake.clean import clean
    from csp_geo.intake.read import read_reports
    from csp_geo.products.page import make_map
    from csp_geo.response.havens import maximal_coverage, p_center, p_median, set_coverage
    from csp_geo.study_area import read_study_area

_HOMES = {
    "clean": "csp_geo.intake.clean",
    "confirm_clusters": "csp_geo.hotspots.significance",
    "dbscan": "csp_geo.hotspots.dbscan",
    "find_clusters": "csp_geo.hotspots.cluster",
    "make_map": "csp_geo.products.page",
    "maximal_coverage": "csp_geo.response.havens",
    "p_center": "csp_geo.response.havens",
    "p_median": "csp_geo.response.havens",
    "read_reports": "csp_geo.intake.read",
    "read_study_area": "csp_geo.study_area",
    "set_coverage": "csp_geo.response.havens",
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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'csp_geo' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
