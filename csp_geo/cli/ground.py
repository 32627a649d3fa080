"""The commands `ground add` and `ground list`: a part of the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from csp_geo.cli.shared import PATH, make_context, settings_of
from csp_geo.cli.terminal import print_json, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csp_geo.cli.shared import Surroundings
    from csp_geo.inputs.ground.ground_store import GivenFile

_BOUNDARIES: Final = Path("data", "boundaries")
_HOME: Final = Path("data", "ground")
_LAYERS: Final = ("streets", "railways", "water", "green", "buildings", "addresses", "places")
_DAY: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?")


@click.group()
def ground() -> None:
    """Lay streets, addresses, names and known points under the map; see what is there."""


def _dated(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    del context, parameter
    if value is not None and not _DAY.fullmatch(value):
        raise click.BadParameter("write a month or day, such as 2026-05 or 2026-05-14.")
    return value or ""


@ground.command()
@click.argument("files", type=PATH, nargs=-1, required=True, metavar="FILE...")
@click.option("--also", is_flag=True, help="Add to what is there instead of replacing its layers.")
@click.option("--dated", callback=_dated, metavar="DATE", help="From when the data are: 2026-05.")
@click.option("--layer", type=click.Choice(_LAYERS), help="What a file of your own holds.")
@click.option("--boundaries", type=PATH, default=_BOUNDARIES, metavar="FILE", help="The wards.")
@click.option("--out", type=PATH, default=_HOME, metavar="DIR", help="Output; default data/ground.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--quiet", is_flag=True, help="Do not say the steps.")
@click.pass_obj
def add(surroundings: Surroundings, /, *, as_json: bool, quiet: bool, **given: Any) -> None:
    """Read map files and lists as they were downloaded, and keep what lies in the study area.

    OpenStreetMap extracts (.osm.pbf), OS OpenMap Local, Open Roads, Open Zoomstack, Open
    Greenspace, Open Names and Open UPRN, archives of police.uk, and layers of your own; ZIPs as
    they are. A layer that is there already is replaced. Nothing is fetched.
    """
    from csp_geo.runs.ground import GroundOptions, ground_json, run_ground_add

    context = make_context(
        surroundings.today(), "csp-geo ground add", quiet=quiet, settings=settings_of()
    )
    laid = run_ground_add(GroundOptions(**given), context)
    if as_json:
        print_json(ground_json(laid))
        return
    for one in laid.added:
        for line in _file_lines(one):
            say(line)
    for note in laid.notes:
        say(f"  {note}")
    for caution in laid.cautions:
        say(f"Caution: {caution}")
    say(f"Written: {laid.ground.path} and {laid.ground.path.name}.toml")
    for licence in laid.ground.licences:
        say(f"Print with it: {licence}.")
    say("Next: csp-geo ground list")


def _file_lines(one: GivenFile) -> list[str]:
    from csp_geo.inputs.ground.ground_uses import dated_words

    counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in one.counts.items())
    return [f"{one.name}: {one.kind}, {dated_words(one)}", f"  {counts}"]


@ground.command("list")
@click.option("--boundaries", type=PATH, default=_BOUNDARIES, metavar="FILE", help="The wards.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def list_ground(surroundings: Surroundings, /, *, boundaries: Path, as_json: bool) -> None:
    """Say what the ground holds, which product uses it for what, and where to get the rest."""
    from csp_geo.runs.ground import run_ground_list

    context = make_context(surroundings.today(), "csp-geo ground list", quiet=True)
    found = run_ground_list(boundaries, _HOME, context)
    if as_json:
        print_json(found)
        return
    for line in _listed(found):
        say(line)


def _listed(found: Mapping[str, Any]) -> list[str]:
    lines = []
    if not found["files"]:
        lines.append(f"{found['folder']} holds no ground for {found['area']}.")
    for one in found["files"]:
        of = one["dated"] or "a day that it does not say"
        lines.append(f"{one['name']}: {one['kind']}, of {of}, added {one['added']}")
        counts = one["counts"].items()
        lines.append("  " + ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in counts))
    for use in found["uses"]:
        lines += _use_lines(use)
    by_place: dict[str, list[str]] = {}
    for name, where in found["get"].items():
        by_place.setdefault(where, []).append(name.replace("_", " "))
    lines += [f"Get {', '.join(names)}: {where}" for where, names in by_place.items()]
    if found["get"]:
        lines.append("Then: csp-geo ground add FILE...")
    lines += [f"Print with it: {licence}." for licence in found["licences"]]
    return lines + [f"Caution: {caution}" for caution in found["cautions"]]


def _use_lines(use: Mapping[str, Any]) -> list[str]:
    has, lacks = (
        ", ".join(name.replace("_", " ") for name in use[key]) for key in ("has", "missing")
    )
    product = use["product"].capitalize()
    if not has:
        return [f"{product}: nothing of it is here ({lacks}); {use['without']}."]
    rest = f"; missing: {lacks}" if lacks else ""
    return [f"{product}: {has} are here, {use['use']}{rest}."]
