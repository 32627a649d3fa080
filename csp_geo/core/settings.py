"""Parameters in frozen classes that validate themselves; read from `csp_geo.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core import toml
from csp_geo.core.errors import SettingsError
from csp_geo.core.tables import SOURCES, SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DEFAULT_MARKING: Final = "OFFICIAL-SENSITIVE"
FEWEST_SIMULATIONS: Final = 19
"""With fewer maps no p can be as low as 0.05."""
_MEGABYTE: Final = 1_000_000
SHORTEST_EPS_M: Final = 1.0
"""Places are given to the metre: what is closer is one place, and has no outline."""
LONGEST_EPS_M: Final = 5000.0
_LONGEST_ADDRESS: Final = 500
ONS_OPEN_GEOGRAPHY: Final = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
"""Where official boundaries come from: the Office for National Statistics' own service."""
_ADDRESS: Final = re.compile(
    r"https://[^\s/?#@]+(/[^\s?#@]*)?|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#@]*)?",
    re.IGNORECASE,
)

_CLUSTERS: Final[Mapping[str, toml.ValueKind]] = {
    "eps": toml.number(SHORTEST_EPS_M, LONGEST_EPS_M, " of metres"),
    "min_samples": toml.whole(1, 100_000),
}
_VALUES: Final[Mapping[str, toml.ValueKind]] = {
    "marking": toml.text(),
    "public_marking": toml.text(),
    "quarantine_limit": toml.number(0, 1, " (a share of the rows)"),
    "border_m": toml.number(0, 100_000, " of metres"),
    "draw_sensitive_points": toml.SWITCH,
    "simulations": toml.whole(FEWEST_SIMULATIONS, 99_999),
    "on_streets": toml.ValueKind(
        f"a list of sources ({', '.join(SOURCES)})",
        lambda value: _odd_source(value) if isinstance(value, list | tuple) else toml.shown(value),
    ),
    "boundary_service": toml.ValueKind(
        "an address that begins with https://, without a user name or a question mark",
        lambda value: None if _is_address(value) else toml.shown(value),
    ),
}
_TABLES: Final = ("clusters", "feeds", "limits")
_FEEDS: Final[Mapping[str, toml.ValueKind]] = dict.fromkeys(
    SOURCES, toml.one_of((*SOURCES, *SYSTEMS))
)


def _odd_source(value: Sequence[object]) -> str | None:
    known = toml.one_of(SOURCES)
    return next((found for entry in value if (found := known.fault(entry))), None)


def _is_address(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST_ADDRESS
        and bool(_ADDRESS.fullmatch(value))
    )


@dataclass(frozen=True, kw_only=True)
class ClusterParams:
    """Parameters of DBSCAN.

    `eps` in metres, from 1, inclusive: points exactly `eps` apart are neighbours. `min_samples` is
    the weight that a point and its neighbours need together, counting the point itself.
    """

    eps: float = 100.0
    min_samples: int = 5

    def __post_init__(self) -> None:
        toml.check_values(vars(self), _CLUSTERS)


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
    is as good as unreadable. `characters` is what all cells of a workbook hold together, a text
    that stands in several counted in each. `seconds` is how long the reading of a file may take.
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
    characters: int = 200_000_000
    seconds: int = 300

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise SettingsError(f"{limit.name} must be a whole number from 1, not {value!r}.")


_LIMITS: Final[Mapping[str, toml.ValueKind]] = {
    limit.name: toml.whole(1, 10**12) if isinstance(limit.default, int) else toml.above(0, 10**6)
    for limit in fields(Limits)
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a partnership may set in `csp_geo.toml`.

    `public_marking` stands on what is made for the public: nothing, unless the partnership wants
    it. `feeds` says, for a source that arrives in two formats covering the same time, which one
    counts. `quarantine_limit` is the share of a source's rows above which a run ends with exit code
    3. `simulations` maps are drawn to tell which hotspots stand out; on them exact reports of the
    sources `on_streets` fall on streets, those of others on addresses. `boundary_service` is asked
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
    on_streets: Sequence[str] = ("survey", "streetsafe", "eva", "graffiti")
    boundary_service: str = ONS_OPEN_GEOGRAPHY

    def __post_init__(self) -> None:
        toml.check_values({name: getattr(self, name) for name in _VALUES}, _VALUES)
        toml.check_values(self.feeds, _FEEDS, "[feeds]", what="source")


def settings_from(values: Mapping[str, Any], where: str = "csp_geo.toml") -> Settings:
    """Make `Settings` from parsed TOML; unknown keys and wrong values raise `SettingsError`."""
    toml.check_values(values, {**_VALUES, **dict.fromkeys(_TABLES, toml.TABLE)}, where)
    clusters, limits = values.get("clusters", {}), values.get("limits", {})
    toml.check_values(clusters, _CLUSTERS, f"{where}, [clusters]")
    toml.check_values(limits, _LIMITS, f"{where}, [limits]")
    toml.check_values(values.get("feeds", {}), _FEEDS, f"{where}, [feeds]", what="source")
    rest: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in values.items()
        if key not in {"clusters", "limits"}
    }
    return Settings(clusters=ClusterParams(**clusters), limits=Limits(**limits), **rest)


def read_settings(path: Path | None) -> Settings:
    """Read settings from a TOML file; `None` gives the defaults."""
    return Settings() if path is None else settings_from(toml.read_toml(path), path.name)
