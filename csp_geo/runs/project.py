"""A project folder: where the inputs of a run lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from csp_geo.core.errors import BoundaryError, NoReportsError, SettingsError

BOUNDARIES: Final = Path("data", "boundaries")
"""Where a project keeps its boundary files."""
GROUND: Final = Path("data", "ground")
"""Where a project keeps streets, addresses and names."""


@dataclass(frozen=True)
class Project:
    """Where the inputs of a run lie; `boundaries` may be a folder, see `boundary_file`."""

    reports: Path
    boundaries: Path
    key_folder: Path
    zones: tuple[Path, ...] = ()
    context: tuple[Path, ...] = ()
    havens: Path | None = None
    config: Path | None = None
    ground: Path | None = None
    is_folder: bool = False
    """Whether it is a project's own folder, and not files that were named one by one."""


def find_project(
    reports: Path | None,
    boundaries: Path | None,
    zones: Path | None,
    config: Path | None,
    out: Path,
) -> Project:
    """Find the inputs: the project folder, or only what was named when `--reports` is given."""
    if reports is None:
        if not Path("data", "reports").is_dir():
            raise NoReportsError(
                "There is no data/reports in this folder. Make a project with 'csp-geo init', try "
                "'csp-geo demo', or name a folder with --reports and the wards with --boundaries."
            )
        return project_at(Path(), boundaries, zones, config)
    if boundaries is None:
        raise SettingsError("With --reports, say which wards: --boundaries FILE.")
    named = (zones,) if zones else ()
    return Project(reports, boundaries, zones=named, config=config, key_folder=out)


def project_at(
    folder: Path,
    boundaries: Path | None = None,
    zones: Path | None = None,
    config: Path | None = None,
) -> Project:
    """Return where the inputs of a project folder lie, but for those that are named."""
    from csp_geo.inputs.areas.zones_and_places import context_files

    data, own = folder / "data", folder / "csp_geo.toml"
    return Project(
        reports=data / "reports",
        boundaries=boundaries or folder / BOUNDARIES,
        zones=(zones,) if zones else tuple(context_files(data / "zones", tables=False)),
        context=tuple(context_files(data / "context")),
        havens=register_of(folder),
        ground=ground_of(folder),
        config=config or (own if own.is_file() else None),
        key_folder=folder,
        is_folder=True,
    )


def register_of(folder: Path) -> Path | None:
    """Return the register of Safe Havens of a project, if there is one with a haven in it."""
    from csp_geo.core.storage import has_rows

    path = folder / "data" / "havens.csv"
    return path if path.is_file() and has_rows(path) else None


def ground_of(folder: Path) -> Path | None:
    """Return the folder of the ground of a project, if it has one."""
    path = folder / GROUND
    return path if path.is_dir() else None


def boundaries_at(folder: Path) -> list[Path]:
    """List the boundary files of a project."""
    return _boundaries_in(folder / BOUNDARIES)


def _boundaries_in(folder: Path) -> list[Path]:
    from csp_geo.inputs.files.gis_layer import VECTOR_SUFFIXES

    return sorted(path for path in folder.glob("*") if path.suffix.lower() in VECTOR_SUFFIXES)


def only_boundaries(folder: Path) -> Path:
    """Return the one boundary file of a project; `BoundaryError` if there is none, or a choice."""
    return boundary_file(folder / BOUNDARIES)


def boundary_file(path: Path) -> Path:
    """Return a boundary file: the path itself, or the only one in the project's folder of them."""
    if path.parts[-2:] != BOUNDARIES.parts:
        return path
    found = _boundaries_in(path)
    if len(found) == 1:
        return found[0]
    if not found:
        raise BoundaryError(
            "There are no wards in data/boundaries. Get official ones with 'csp-geo boundaries "
            "fetch CODE', put a GeoJSON, GeoPackage or Shapefile there, or name one with "
            "--boundaries."
        )
    names = ", ".join(path.name for path in found)
    raise BoundaryError(f"data/boundaries holds {names}: say which with --boundaries FILE.")


def keep_feed(path: Path, source: str, feed: str) -> None:
    """Write into a csp_geo.toml which feed of a source counts; what else stands in it stays."""
    from csp_geo.core.storage import write_bytes
    from csp_geo.core.toml import toml_document, toml_table, toml_text

    document = toml_document(toml_text(path, path.name) if path.exists() else "", path.name)
    toml_table(document, "feeds")[source] = feed
    write_bytes(path, document.as_string().encode())
