"""The command `check`: what of some files can be used; with `--map`, which column is what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from csp_geo.cli.shared import CONFIG, DATA, LIMIT, PATH
from csp_geo.cli.terminal import print_json, say, tell
from csp_geo.core.errors import SettingsError
from csp_geo.core.wording import count
from csp_geo.runs.project import boundaries_at, only_boundaries

if TYPE_CHECKING:
    from csp_geo.cli.shared import Surroundings
    from csp_geo.runs.options import CheckOptions

_REPORTS: Final = Path("data", "reports")


@click.command()
@click.argument("files", type=PATH, nargs=-1, required=True, metavar="FILE...")
@click.option("--source", metavar="NAME", help="Read the files as this source.")
@click.option("--boundaries", type=PATH, metavar="FILE", help="Wards to check locations against.")
@click.option(
    "--out",
    type=PATH,
    metavar="DIR",
    help="Write quality.html, quality.csv and quarantine.csv here.",
)
@click.option("--fix", type=PATH, metavar="OUT.csv", help="Write the accepted rows, cleaned, here.")
@click.option("--map", "mapping", is_flag=True, help="Say which column is what, and keep it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def check(surroundings: Surroundings, /, files: tuple[Path, ...], **given: Any) -> int:
    """Say what of these files can be used, and why the rest cannot.

    With --map: asks column by column what each is, shows the first ten rows as understood, and
    writes it down in the source's source.toml, for this file and those to come.
    """
    options = _options(surroundings, files, given)
    if given["mapping"]:
        from csp_geo.cli.check_map import map_columns

        if len(files) > 1 or given["as_json"] or given["fix"] or given["out"]:
            raise SettingsError("--map takes one file, and none of --out, --fix and --json.")
        return map_columns(files[0], options, at_terminal=surroundings.at_terminal())
    return _check(files, options, given)


def _options(
    surroundings: Surroundings, files: tuple[Path, ...], given: dict[str, Any]
) -> CheckOptions:
    from csp_geo.core.settings import read_settings
    from csp_geo.core.tables import SOURCES
    from csp_geo.inputs.areas.zones_and_places import context_files
    from csp_geo.runs.options import CheckOptions, silent

    source, boundaries, fix = given["source"], given["boundaries"], given["fix"]
    if source is not None and source not in SOURCES:
        raise SettingsError(f"'{source}' is no source. Choose from {', '.join(SOURCES)}.")
    if fix is not None and fix.suffix.lower() != ".csv":
        raise SettingsError(f"--fix writes a CSV: name a file that ends in .csv, not {fix.name}.")
    if fix is not None and any(fix.resolve() == file.resolve() for file in files):
        raise SettingsError(f"--fix would write over {fix.name}, which it reads. Name another.")
    if boundaries is None and boundaries_at(Path()):
        boundaries = only_boundaries(Path())
    return CheckOptions(
        today=surroundings.today(),
        source=source,
        boundaries=boundaries,
        context=context_files(Path("data", "context")),
        project=_REPORTS if _REPORTS.is_dir() else None,
        settings=read_settings(CONFIG if CONFIG.is_file() else None),
        fixing=fix is not None,
        progress=silent if given["as_json"] else tell,
    )


def _check(files: tuple[Path, ...], options: CheckOptions, given: dict[str, Any]) -> int:
    from csp_geo.core.output_folder import OutputFolder
    from csp_geo.products.check import NO_WARDS, text_lines
    from csp_geo.runs.weekly import run_check

    out, fix = given["out"], given["fix"]
    home = OutputFolder(out, "csp-geo check", options.progress) if out is not None else None
    if home is not None:
        home.check()
    result = run_check(files, options)
    if home is not None:
        home.write(result.tables)
    n_accepted = result.record["counts"]["accepted"]
    if fix is not None and n_accepted:
        _write_fixed(fix, result.accepted)
    if given["as_json"]:
        print_json(result.record)
    else:
        lines = text_lines(result.files)
        lines += [NO_WARDS] if options.boundaries is None else []
        lines += [f"Caution: {caution}" for caution in result.cautions]
        lines += _written(fix, n_accepted, out)
        for line in lines:
            say(line)
    if all(file.error for file in result.files):
        return DATA
    for sentence in result.over_limit:
        say(sentence, bad=True)
    return LIMIT if result.over_limit else 0


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


def _written(fix: Path | None, n_accepted: int, out: Path | None) -> list[str]:
    lines = []
    if fix is not None and n_accepted:
        lines.append(f"Written: {fix} ({count(n_accepted, 'row')})")
    elif fix is not None:
        lines.append(f"{fix.name} was not written: no row could be used.")
    return [*lines, f"Open {out / 'quality.html'}"] if out is not None else lines
