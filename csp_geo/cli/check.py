"""The command `check`: what of some files can be used; with `--map`, which column is what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from csp_geo.cli.shared import PATH, command_text, finish, make_context, settings_of
from csp_geo.cli.terminal import say
from csp_geo.core.errors import SettingsError
from csp_geo.core.wording import count, join
from csp_geo.runs.project import boundaries_at, only_boundaries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.cli.shared import Surroundings
    from csp_geo.runs.check import CheckOptions
    from csp_geo.runs.context import Context

_REPORTS: Final = Path("data", "reports")


@click.command()
@click.argument("files", type=PATH, nargs=-1, required=True, metavar="FILE...")
@click.option("--source", metavar="NAME", help="Read the files as this source, or kind.")
@click.option("--boundaries", type=PATH, metavar="FILE", help="Wards to check locations against.")
@click.option(
    "--out",
    type=PATH,
    metavar="DIR",
    help="Write quality.html, quality.csv and quarantine.csv here.",
)
@click.option("--fix", type=PATH, metavar="OUT.csv", help="Write the accepted rows, cleaned, here.")
@click.option("--map", "mapping", is_flag=True, help="Say what each column is, and keep it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def check(surroundings: Surroundings, /, files: tuple[Path, ...], **given: Any) -> int:
    """Say what of these files can be used, and why the rest cannot.

    Each may hold reports, boundaries, zones, a list of premises or the register of havens. With
    --map: asks what each column is, shows the first ten rows as understood, and writes it down for
    this file and those to come: in the source's source.toml, or a columns.toml beside the file.
    """
    options, context = _asked(surroundings, files, given)
    if given["mapping"]:
        from csp_geo.cli.check_columns import map_fields
        from csp_geo.cli.check_map import map_columns
        from csp_geo.inputs.own_columns import TABLES

        if len(files) > 1 or given["as_json"] or given["fix"] or given["out"]:
            raise SettingsError("--map takes one file, and none of --out, --fix and --json.")
        kind = _kind(options, context)
        if kind in TABLES:
            return map_fields(kind, options, context, at_terminal=surroundings.at_terminal())
        return map_columns(options, context, at_terminal=surroundings.at_terminal())
    return _check(options, context, fix=given["fix"], as_json=given["as_json"])


def _kind(options: CheckOptions, context: Context) -> str:
    from csp_geo.runs.check import kind_asked

    return kind_asked(options.files[0], options, context.settings.limits).kind


def _asked(
    surroundings: Surroundings, files: tuple[Path, ...], given: dict[str, Any]
) -> tuple[CheckOptions, Context]:
    from csp_geo.core.tables import SOURCES
    from csp_geo.inputs.areas.zones_and_places import context_files
    from csp_geo.inputs.own_columns import TABLES
    from csp_geo.runs.check import CheckOptions

    source, boundaries, fix = given["source"], given["boundaries"], given["fix"]
    if source is not None and source not in {*SOURCES, *TABLES}:
        raise SettingsError(
            f"'{source}' is not a source. Choose from {', '.join(SOURCES)}; for files that hold no "
            f"reports from {', '.join(TABLES)}."
        )
    if fix is not None and fix.suffix.lower() != ".csv":
        raise SettingsError(f"--fix writes a CSV: name a file that ends in .csv, not {fix.name}.")
    if fix is not None and any(fix.resolve() == file.resolve() for file in files):
        raise SettingsError(f"--fix would write over {fix.name}, which it reads. Name another.")
    if boundaries is None and boundaries_at(Path()):
        boundaries = only_boundaries(Path())
    options = CheckOptions(
        files=files,
        source=source,
        boundaries=boundaries,
        context=context_files(Path("data", "context")),
        project=_REPORTS if _REPORTS.is_dir() else None,
        fixing=fix is not None,
        out=given["out"],
    )
    command = command_text("check", {"files": files, **given})
    quiet = bool(given["as_json"])
    context = make_context(surroundings.today(), command, quiet=quiet, settings=settings_of())
    return options, context


def _check(options: CheckOptions, context: Context, *, fix: Path | None, as_json: bool) -> int:
    from csp_geo.runs.check import run_check
    from csp_geo.runs.pack import write_pack

    pack = run_check(options, context)
    written = write_pack(pack, context)
    n_accepted = written.record["counts"]["accepted"]
    if fix is not None and n_accepted:
        _write_fixed(fix, pack.accepted)
    code = finish(pack, written, as_json=as_json)
    if fix is not None and not as_json:
        for line in _said_of_fix(fix, n_accepted, written.record["files"]):
            say(line)
    return code


def _said_of_fix(path: Path, n_accepted: int, files: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what was written, and which files hold no reports: these are not for `--fix`."""
    others = [f"{file['path']} ({file['kind']})" for file in files if file["kind"] != "reports"]
    lines = [f"--fix writes reports alone: nothing of {join(others)}."] if others else []
    if n_accepted:
        return [f"Written: {path} ({count(n_accepted, 'row')})", *lines]
    why = "" if len(others) == len(files) else ": no row could be used"
    return [f"{path.name} was not written{why}.", *lines]


def _write_fixed(path: Path, data: bytes) -> None:
    """Write the accepted rows, unless something else lies there: somebody may have worked in it."""
    from csp_geo.core.storage import make_folder, write_bytes

    if path.exists() and (not path.is_file() or path.read_bytes() != data):
        raise SettingsError(
            f"{path.name} is there already, with other content, and was left as it is. Move it "
            "away, or name another file with --fix."
        )
    make_folder(path.parent)
    write_bytes(path, data)
