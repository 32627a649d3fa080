"""The commands `boundaries fetch` and `boundaries list`: a part of the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from csp_geo.cli.shared import CONFIG, PATH
from csp_geo.cli.terminal import print_json, say, tell
from csp_geo.core.period import say_day, say_in_force, say_span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csp_geo.cli.shared import Surroundings
    from csp_geo.inputs.areas.fetch import Fetched

_LAYERS: Final = ("wards", "lsoa", "borough")
_HOME: Final = Path("data", "boundaries")
_SLIVER_M2: Final = 1.0


@click.group()
def boundaries() -> None:
    """Get official wards, and see which you have and which reports they fit."""


@boundaries.command()
@click.argument("code")
@click.option("--year", type=click.IntRange(2001, 2100), default=2022, show_default=True)
@click.option("--layer", type=click.Choice(_LAYERS), default="wards", show_default=True)
@click.option("--out", type=PATH, metavar="FILE|DIR", help="Output; default data/boundaries.")
@click.option("--replace", is_flag=True, help="Fetch again, replacing an existing file.")
@click.option("--service", metavar="URL", help="Another address of the same service.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.01),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for an answer.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def fetch(surroundings: Surroundings, /, code: str, as_json: bool, **given: Any) -> None:
    """Get the boundaries of the borough with this CODE, such as E09000002, and check them.

    Asks the Office for National Statistics' Open Geography service and sends it this code and
    nothing else. Writes a GeoPackage, and beside it a note of where it came from.
    """
    from csp_geo.core.settings import read_settings
    from csp_geo.inputs.areas.fetch import Order, fetch_boundaries
    from csp_geo.inputs.areas.transport import Wire

    settings = read_settings(CONFIG if CONFIG.is_file() else None)
    order = Order(
        code=code,
        today=surroundings.today(),
        out=given["out"] or _folder_of(given["layer"]),
        layer=given["layer"],
        year=given["year"],
        replace=given["replace"],
        service=given["service"] or settings.boundary_service,
    )
    wire = Wire(sleep=surroundings.sleep, clock=surroundings.clock, timeout_s=given["timeout"])
    fetched = fetch_boundaries(order, wire, tell)
    if as_json:
        note = {**fetched.note, "fetched": fetched.note["fetched"].isoformat()}
        print_json({"path": fetched.path.as_posix(), **note})
        return
    for line in _fetched_lines(fetched):
        say(line)


def _folder_of(layer: str) -> Path:
    """Return where a layer goes; only wards into the folder in which `weekly` looks for wards."""
    home = _HOME if _HOME.is_dir() else Path()
    return home / layer if layer != "wards" and _HOME.is_dir() else home


def _fetched_lines(fetched: Fetched) -> list[str]:
    from csp_geo.core.shelf import note_path
    from csp_geo.inputs.areas.catalogue import KINDS

    note, checked = fetched.note, fetched.checked
    area, n = checked.area, note["features"]
    kind = KINDS[note["layer"]]
    name = area.name if kind.layer == "wards" else note["code"]
    lines = [f"{n:,} {kind.one if n == 1 else kind.many} ({name}), {fetched.said}."]
    if area.vintage is not None:
        in_force = say_in_force(area.vintage.valid_from, area.vintage.valid_to)
        lines.append(f"  In force: {in_force}.")
    elif kind.layer == "wards":
        lines.append(
            "  csp_geo does not know from when to when these codes were in force, so it cannot "
            "check that they fit the dates of your reports."
        )
    fit = "none overlap, no gaps between them"
    if max(area.overlap_m2, area.gap_m2) > _SLIVER_M2:
        fit = f"{area.overlap_m2:,.0f} square metres overlap, {area.gap_m2:,.0f} lie in gaps"
    fit = f"; {fit}" if n > 1 else ""
    came = f"all {n:,} that the service counts are here, each code once" if n > 1 else "complete"
    lines.append(f"  Checked: {came}{fit}; {checked.km2:,.1f} square kilometres.")
    lines += [f"  Caution: {caution}" for caution in area.cautions]
    lines.append(f"Written: {fetched.path} and {note_path(fetched.path).name}")
    lines += [f"Print with it: {line}." for line in note["licence"]]
    return lines + _next_lines(fetched.path, kind.layer)


def _next_lines(path: Path, layer: str) -> list[str]:
    """Say how to use the wards, where `weekly` would otherwise have to ask which."""
    from csp_geo.inputs.files.gis_layer import VECTOR_SUFFIXES

    if layer != "wards":
        return []
    there = [p for p in path.parent.glob("*") if p.suffix.lower() in VECTOR_SUFFIXES]
    if path.parent == _HOME and len(there) == 1:
        return ["Next: csp-geo weekly"]
    if path.parent == _HOME:
        others = ", ".join(sorted(p.name for p in there if p != path))
        which = f"csp-geo weekly --boundaries {path}"
        return [f"Next: data/boundaries also holds {others}. Move it away, or say which: {which}"]
    return [f"Next: csp-geo weekly --boundaries {path}"]


@boundaries.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def list_files(surroundings: Surroundings, /, as_json: bool) -> None:
    """Say which boundaries are in data/boundaries, and which reports they fit.

    For each file: its wards, when they were in force, and whether it has changed since the fetch.
    """
    from csp_geo.runs.boundaries import run_boundaries

    found = run_boundaries(_HOME, Path("data", "reports"), today=surroundings.today())
    if as_json:
        print_json({"folder": _HOME.as_posix(), "files": found})
        return
    if not found:
        say("data/boundaries is empty. Get wards with: csp-geo boundaries fetch CODE")
    for entry in found:
        for line in _listed_lines(entry):
            say(line)


def _listed_lines(entry: Mapping[str, Any]) -> list[str]:
    from csp_geo.inputs.areas.catalogue import KINDS

    if entry["error"]:
        return [entry["path"], f"  Not usable. {entry['error']}"]
    kind, n = KINDS[entry["layer"]], entry["features"]
    what = f"{n:,} {kind.one if n == 1 else kind.many}"
    if entry["name"]:
        what += f" of {entry['name']}"
    lines = [f"{entry['path']}: {what}", f"  {_origin(entry)}"]
    if kind.layer == "wards":
        vintage = entry["vintage"]
        lines.append(f"  In force: {_span(vintage) if vintage else 'not known for these codes'}.")
        if vintage:
            lines.append(f"  {_reports_line(entry['reports'])}")
    if entry["schematic"]:
        lines.append("  Caution: a schematic drawing for the sample borough, not the real wards.")
    return lines + [f"  Caution: {caution}" for caution in entry["cautions"]]


def _origin(entry: Mapping[str, Any]) -> str:
    if entry["checksum"] == "no note":
        return "Not fetched by csp-geo: no note of where it came from."
    since = {
        "matches": "unchanged since",
        "differs": "CHANGED since: its checksum is not the one in its note. Fetch it again with "
        "--replace, unless you changed it on purpose",
    }[entry["checksum"]]
    try:
        day = say_day(date.fromisoformat(str(entry["fetched"])))
    except ValueError:
        day = "a day that its note does not say"
    return f"Fetched on {day} from {entry['service'] or 'an unnamed service'}; {since}."


def _span(vintage: Mapping[str, Any]) -> str:
    first, last = vintage["valid_from"], vintage["valid_to"]
    return say_in_force(date.fromisoformat(first), date.fromisoformat(last) if last else None)


def _reports_line(reports: Mapping[str, Any] | None) -> str:
    if reports is None:
        return "No reports with a date in data/reports to compare with."
    first, last = (date.fromisoformat(reports[end]) for end in ("from", "to"))
    span, fit, of = say_span(first, last), reports["fit"], reports["of"]
    line = f"Fits {fit:,} of {of:,} reports ({span})"
    if fit == of:
        return f"{line}."
    return f"{line}; {of - fit:,} are from another time, when other wards were in force."
