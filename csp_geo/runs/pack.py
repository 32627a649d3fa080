"""A pack: tables, layers and pages in a folder, with the record of the run; written and read here.

Every command that makes something makes one of these, and `write_pack` writes it, whole or not at
all. What is written is checked by the contracts of its kind (`core.tables`), and so is what
`read_pack` reads: no run works on anything that another only happened to export.

The record says what a run was asked, from which files it was made, and what it warns of. Its head
is the same for every command; each adds a body of its own. With it anybody can make the same pack
again, and say which pack a plan was made from.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo._version import __version__
from csp_geo.core.caution import KINDS, Caution
from csp_geo.core.errors import NoReportsError, SchemaError
from csp_geo.core.origin import Origin
from csp_geo.core.output_folder import OutputFolder, heal
from csp_geo.core.storage import sha256_of, write_bytes, write_layers
from csp_geo.core.tables import WEEKLY, PackKind, check_table
from csp_geo.core.visible import json_text
from csp_geo.inputs.areas.study_area import study_area_of
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, recognise
from csp_geo.products.exports import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd

    from csp_geo.core.settings import Settings
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.runs.context import Context, Stopwatch


_LIBRARIES: Final = (
    *("convertbng", "fiona", "folium", "geopandas", "numba", "numpy", "pandas", "pyogrio"),
    *("pyproj", "scikit-learn", "scipy", "shapely"),
)
LAYERS: Final = "layers.gpkg"


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


@dataclass(frozen=True, kw_only=True)
class Pack:
    """What a run made, before it is written.

    Attributes
    ----------
    kind
        Which tables and layers there may be, and what each holds.
    folder
        Where it is to be written; `None` if it is only looked at.
    tables, layers, pages
        By name in the folder (posix): frames, frames of layers.gpkg, and whole files.
    head, body
        What stands in the record; the cautions of the run are in the head.
    watch
        How long each step took; writing is the last.
    public
        A folder in it that may be published: nothing but ours may lie there.
    lines
        What the terminal shows of it, without the cautions.
    opens
        The pages to open first, by name in the folder.
    limits
        A sentence for each limit that was passed: exit code 3.
    error
        Why there is nothing to show, "" where there is: exit code 1.
    is_unusable
        Whether nothing that was read can be used, as its lines say: exit code 1.
    """

    kind: PackKind
    folder: Path | None
    tables: Mapping[str, pd.DataFrame]
    pages: Mapping[str, bytes]
    head: RecordHead
    body: Mapping[str, Any]
    watch: Stopwatch
    layers: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    public: str = ""
    lines: Sequence[str] = ()
    opens: Sequence[str] = ()
    limits: Sequence[str] = ()
    error: str = ""
    is_unusable: bool = False

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What somebody must know of it, the weightiest first."""
        return self.head.cautions

    def record(self) -> dict[str, Any]:
        """Return the record as it stands now."""
        self.watch.stop()
        return self.head.as_json() | dict(self.body) | {"seconds": dict(self.watch.seconds)}


@dataclass(frozen=True)
class Written:
    """A pack that was written: its record, and where now lies what others had put into `public`."""

    record: Mapping[str, Any]
    moved: Sequence[str] = ()


def output_folder(path: Path, kind: PackKind, context: Context, public: str = "") -> OutputFolder:
    """Return the folder of a pack, to look at before the work begins and to write at its end."""
    return OutputFolder(path, f"csp-geo {kind.name}", context.progress, public=public)


def write_pack(pack: Pack, context: Context) -> Written:
    """Write a pack, whole or not at all; without a folder only its record is made.

    If nothing can be shown (`error`), the public files of an earlier day stay: the command says so.

    Raises
    ------
    SchemaError
        If a table or layer is not as its kind agrees: a bug, never the data.
    OutputError, SettingsError
        As `OutputFolder.write`.
    """
    _check(pack)
    if pack.folder is None:
        return Written(pack.record())
    made: dict[str, Any] = {}

    def write_record(path: Path) -> None:
        made.update(pack.record())
        write_bytes(path, json_text(made, indent=2).encode("utf-8"))

    files: dict[str, bytes | Callable[[Path], None]] = {}
    if pack.layers:
        files[LAYERS] = lambda path: write_layers(path, pack.layers)
    files |= pack.pages
    files |= {name: csv_bytes(table) for name, table in pack.tables.items()}
    files[pack.kind.record] = write_record
    folder = output_folder(pack.folder, pack.kind, context, pack.public)
    moved = folder.write(files, stays=f"{pack.public}/" if pack.public and pack.error else "")
    return Written(made, moved)


def _check(pack: Pack) -> None:
    """Check each table and layer by its contract, which is an allow-list of columns too."""
    for frames, contracts in ((pack.tables, pack.kind.tables), (pack.layers, pack.kind.layers)):
        for name, frame in frames.items():
            if name not in contracts:
                raise SchemaError(f"A {pack.kind.name} pack has no {name}.")
            check_table(frame, contracts[name])
            if extra := set(frame.columns) - set(contracts[name].names):
                raise SchemaError(f"{name} holds columns not in its contract: {sorted(extra)}.")


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WeeklyPack:
    """A weekly pack as it lies on disk.

    `record` is its run.json, `upstream` what the record of a run made from it says of it, `area`
    the wards that it was made with. `incidents` are those of the period that are drawn as points,
    `demand` what a plan counts in people: `occurred_at` and `occurred_to` are on the clock of
    London, without a zone, NaT where not known. All in the area's CRS, metres.
    """

    record: Mapping[str, Any]
    upstream: Upstream
    cautions: tuple[Caution, ...]
    area: StudyArea
    incidents: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    hotspots: gpd.GeoDataFrame

    @property
    def as_of(self) -> date:
        """The day of the map: what counts on it, so that the same inputs give the same plan."""
        return date.fromisoformat(str(self.record["as_of"]))


def read_pack(folder: Path) -> WeeklyPack:
    """Read the folder that a weekly run wrote, such as maps/2021-11-29.

    Raises
    ------
    NoReportsError
        If it is not such a folder, or one of an earlier version of csp_geo.
    """
    heal(folder)
    where = folder.resolve().name or "This folder"
    upstream, record, layers, area = _consistent(folder, where)
    cautions = tuple(
        Caution(code, sentence)
        for code, sentence in zip(record["caution_codes"], record["cautions"], strict=True)
        if code in KINDS
    )
    incidents, demand = (_with_times(layers[name]) for name in ("incidents", "demand"))
    return WeeklyPack(record, upstream, cautions, area, incidents, demand, layers["hotspots"])


def read_packs(folders: Sequence[Path]) -> list[WeeklyPack]:
    """Read several weekly packs, the earliest first."""
    return sorted(map(read_pack, folders), key=lambda pack: str(pack.record["as_of"]))


def _consistent(
    folder: Path, where: str
) -> tuple[Upstream, dict[str, Any], dict[str, gpd.GeoDataFrame], StudyArea]:
    """Read the record and the layers of one run: another may take their place meanwhile."""
    while True:
        before = _number(folder)
        try:
            path = folder / WEEKLY.record
            record = json.loads(path.read_text(encoding="utf-8"))
            upstream = Upstream(WEEKLY.name, where, sha256_of(path))
            file = recognise(Origin(folder / LAYERS, LAYERS))
            layers = {name: file.read(name) for name in WEEKLY.always}
            about = record["study_area"]
            area = study_area_of(layers["wards"], LAYERS)
            area = replace(area, name=str(about["name"]), schematic=bool(about["schematic"]))
            len(record["caution_codes"])
        except (OSError, KeyError, TypeError, *DAMAGED_LAYER) as error:
            if _number(folder) == before:
                raise NoReportsError(
                    f"{where} is not a weekly pack of this version: its run.json and layers.gpkg "
                    "are needed. Make one with 'csp-geo weekly', and name its folder, such as "
                    "maps/2021-11-29."
                ) from error
        else:
            if _number(folder) == before:
                for name in WEEKLY.always:
                    _check_layer(layers[name], name, where)
                return upstream, record, layers, area


def _check_layer(layer: gpd.GeoDataFrame, name: str, where: str) -> None:
    """Refuse a layer that is not as this version writes it."""
    try:
        check_table(layer, WEEKLY.layers[name])
    except SchemaError as error:
        raise NoReportsError(
            f"{where} was made by another version of csp_geo, or changed since: {error} Make it "
            "again with 'csp-geo weekly'."
        ) from error


def _number(folder: Path) -> int | None:
    """Return what tells a folder from one that takes its place."""
    return folder.stat().st_ino if folder.exists() else None


def _with_times(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read the times of a layer of points."""
    times = {name: _times(layer[name]) for name in ("occurred", "occurred_to")}
    return layer.assign(**times).rename(columns={"occurred": "occurred_at"})


def _times(text: pd.Series) -> pd.Series:
    read: pd.Series = pd.to_datetime(text.astype("str"), format="ISO8601", errors="coerce")
    return read.astype("datetime64[us]")
