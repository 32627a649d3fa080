"""Parameters in frozen classes that validate themselves; read from `csp_geo.toml`."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from csp_geo.errors import SettingsError
from csp_geo.tables import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_MARKING: Final = "OFFICIAL-SENSITIVE"
FEWEST_SIMULATIONS: Final = 19
_MEGABYTE: Final = 1_000_000
LONGEST_EPS_M: Final = 5000.0
ONS_OPEN_GEOGRAPHY: Final = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
"""Where official boundaries come from: the Office for National Statistics' own service."""


@dataclass(frozen=True, kw_only=True)
class ClusterParams:
    """Parameters of DBSCAN.

    `eps` in metres, > 0, inclusive: points exactly `eps` apart are neighbours. `min_samples` is the
    weight that a point and its neighbours need together, counting the point itself.
    """

    eps: float = 100.0
    min_samples: int = 5

    def __post_init__(self) -> None:
        if not (math.isfinite(self.eps) and 0 < self.eps <= LONGEST_EPS_M):
            raise SettingsError(
                f"eps must be more than 0 and at most {LONGEST_EPS_M:g} metres, not {self.eps}."
            )
        if self.min_samples != int(self.min_samples) or self.min_samples < 1:
            raise SettingsError(
                f"min_samples must be a whole number from 1, not {self.min_samples}."
            )


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a single file may be at most; what is larger is refused in one sentence.

    `file_bytes` is the size of a file or of one member of a ZIP, `unpacked_bytes` of all its
    members together, `ratio` how many times smaller packing may have made them (asked of members
    over ten megabytes). `cells` is what a sheet spans, from its first to its last filled cell.
    `record_bytes` is the size of a JSON or XML list that is read whole; `depth` how far brackets or
    elements may be nested in it. `members` are all the files of a ZIP, `tables` those of them with
    data, and the sheets or layers of one file. `properties` are the different names of the columns
    of a layer, `cell_characters` the length of a cell that says when, where or what: a longer one
    is as good as unreadable. `seconds` is how long the reading of a file may take.
    """

    file_bytes: int = 1_000 * _MEGABYTE
    unpacked_bytes: int = 4_000 * _MEGABYTE
    ratio: int = 500
    members: int = 5_000
    rows: int = 3_000_000
    columns: int = 2_000
    cells: int = 20_000_000
    record_bytes: int = 200 * _MEGABYTE
    depth: int = 200
    tables: int = 1_000
    properties: int = 500
    cell_characters: int = 10_000
    seconds: int = 300

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise SettingsError(f"{limit.name} must be a whole number from 1, not {value!r}.")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a partnership may set in `csp_geo.toml`.

    `public_marking` stands on what is made for the public: nothing, unless the partnership wants
    it. `feeds` says, for a source that arrives in two formats covering the same time, which one
    counts. `quarantine_limit` is the share of a source's rows above which a run ends with exit code
    3. `simulations` maps are drawn to tell which hotspots stand out. `boundary_service` is asked
    for official boundaries, only by ``csp-geo boundaries fetch``. `limits` are the sizes above
    which a file is refused.
    """

    marking: str = DEFAULT_MARKING
    public_marking: str = ""
    clusters: ClusterParams = field(default_factory=ClusterParams)
    limits: Limits = field(default_factory=Limits)
    feeds: Mapping[str, str] = field(default_factory=dict)
    quarantine_limit: float = 0.2
    border_m: float = 250.0
    draw_sensitive_points: bool = False
    simulations: int = 999
    boundary_service: str = ONS_OPEN_GEOGRAPHY

    def __post_init__(self) -> None:
        if not 0 <= self.quarantine_limit <= 1:
            raise SettingsError(
                f"quarantine_limit is a share from 0 to 1, not {self.quarantine_limit}."
            )
        if not (math.isfinite(self.border_m) and self.border_m >= 0):
            raise SettingsError(f"border_m must be 0 or more metres, not {self.border_m}.")
        if self.simulations < FEWEST_SIMULATIONS:
            raise SettingsError(
                f"simulations must be at least {FEWEST_SIMULATIONS}, not {self.simulations}: with "
                "fewer no p can be as low as 0.05."
            )
        if unknown := set(self.feeds) - set(SOURCES):
            raise SettingsError(
                f"[feeds] names no such source: {', '.join(sorted(unknown))}. "
                f"Sources are {', '.join(SOURCES)}."
            )


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "marking": (str,),
    "public_marking": (str,),
    "clusters": (dict,),
    "feeds": (dict,),
    "quarantine_limit": (int, float),
    "border_m": (int, float),
    "draw_sensitive_points": (bool,),
    "simulations": (int,),
    "boundary_service": (str,),
    "eps": (int, float),
    "min_samples": (int,),
    "limits": (dict,),
    **{limit.name: (int,) for limit in fields(Limits)},
}


def _check_keys(values: Mapping[str, Any], cls: type, where: str) -> None:
    known = [f.name for f in fields(cls)]
    for key, value in values.items():
        if key not in known:
            raise SettingsError(f"{where}: unknown setting '{key}'. Known: {', '.join(known)}.")
        wrong_bool = isinstance(value, bool) and bool not in _TYPES[key]
        if wrong_bool or not isinstance(value, _TYPES[key]):
            needed = _TYPES[key][-1].__name__
            raise SettingsError(f"{where}: '{key}' must be a {needed}, found {value!r}.")


def settings_from(values: Mapping[str, Any], where: str = "csp_geo.toml") -> Settings:
    """Make `Settings` from parsed TOML; unknown keys and wrong types raise `SettingsError`."""
    _check_keys(values, Settings, where)
    clusters = dict(values.get("clusters", {}))
    _check_keys(clusters, ClusterParams, f"{where}, [clusters]")
    for source, feed in values.get("feeds", {}).items():
        if not isinstance(feed, str):
            raise SettingsError(f"{where}, [feeds]: '{source}' must be a name, found {feed!r}.")
    limits = dict(values.get("limits", {}))
    _check_keys(limits, Limits, f"{where}, [limits]")
    rest = {key: value for key, value in values.items() if key not in {"clusters", "limits"}}
    return replace(Settings(), clusters=ClusterParams(**clusters), limits=Limits(**limits), **rest)


def read_toml(path: Path, where: str = "") -> dict[str, Any]:
    """Read a TOML file that a person wrote; `where` is how messages name it.

    Raises
    ------
    SettingsError
        If it cannot be read, or is not valid TOML.
    """
    where = where or path.name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{where} could not be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{where} is not valid TOML: {error}.") from error


def read_settings(path: Path | None) -> Settings:
    """Read settings from a TOML file; `None` gives the defaults."""
    return Settings() if path is None else settings_from(read_toml(path), path.name)
