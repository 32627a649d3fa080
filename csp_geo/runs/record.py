"""The record of a run: what it was asked, from which files it was made, and what it warns of.

The head is the same for every command; each adds a body of its own. With it anybody can make the
same pack again, and say which pack a plan was made from.
"""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from csp_geo._version import __version__
from csp_geo.core.storage import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from csp_geo.core.caution import Caution
    from csp_geo.core.settings import Settings
    from csp_geo.runs.context import Context

_LIBRARIES: Final = (
    "convertbng",
    "fiona",
    "folium",
    "geopandas",
    "numba",
    "numpy",
    "pandas",
    "pyogrio",
    "pyproj",
    "scikit-learn",
    "scipy",
    "shapely",
)


@dataclass(frozen=True)
class Upstream:
    """A pack that another was made from: its kind, the name of its folder, its record's hash."""

    kind: str
    folder: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class RecordHead:
    """What every record says.

    `inputs` are the files that the command is about, `also_read` those around them, each with
    `path` (never absolute) and `sha256`. `cautions` stand in it once, the weightiest first.
    """

    command: str
    as_of: date
    inputs: Sequence[Mapping[str, Any]]
    settings: Settings
    cautions: tuple[Caution, ...]
    also_read: Sequence[Mapping[str, Any]] = ()
    upstream: Sequence[Upstream] = ()
    licences: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the head as it stands in a record."""
        return {
            "version": __version__,
            "command": self.command,
            "as_of": self.as_of.isoformat(),
            "inputs": list(self.inputs),
            "also_read": list(self.also_read),
            "upstream": [asdict(pack) for pack in self.upstream],
            "settings": asdict(self.settings),
            "cautions": [str(caution) for caution in self.cautions],
            "caution_codes": [caution.code for caution in self.cautions],
            "licences": list(dict.fromkeys(self.licences)),
            "versions": {"python": platform.python_version()}
            | {name: version(name) for name in _LIBRARIES},
        }


def make_head(context: Context, *, cautions: Sequence[Caution], **rest: Any) -> RecordHead:
    """Make the head of a run's record; each caution stands in it once."""
    return RecordHead(
        command=context.command,
        settings=context.settings,
        cautions=tuple(dict.fromkeys(cautions)),
        **rest,
    )


def files_read(**files: Path | Sequence[Path] | None) -> list[dict[str, Any]]:
    """Return name, role (the keyword) and hash of files; what is not a file is left out."""
    found = []
    for role, given in files.items():
        paths = [given] if isinstance(given, Path) else given or ()
        found += [
            {"path": path.name, "role": role, "sha256": sha256_of(path)}
            for path in paths
            if path.is_file()
        ]
    return found
