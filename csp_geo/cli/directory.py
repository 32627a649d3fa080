"""The command `directory`: checks the register of Safe Havens and writes its public version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from csp_geo.cli.shared import CONFIG, DATA, PATH
from csp_geo.cli.terminal import print_json, say, tell
from csp_geo.core.errors import SourceError

if TYPE_CHECKING:
    from csp_geo.cli.shared import Surroundings
    from csp_geo.runs.weekly import DirectoryResult


@click.command()
@click.option("--havens", type=PATH, metavar="FILE", help="The register; default data/havens.csv.")
@click.option(
    "--out", type=PATH, default="directory", show_default=True, metavar="DIR", help="Where to."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def directory(surroundings: Surroundings, /, havens: Path | None, out: Path, as_json: bool) -> int:
    """Check the register of Safe Havens, and write the list that the public may see.

    Listed are havens that are active, confirmed within a year, trained and consenting. Only the
    folder named public is to be published: what is wrong or old goes into a file beside it, for the
    coordinator.
    """
    from csp_geo.core.settings import read_settings
    from csp_geo.inputs.areas.zones_and_places import context_files
    from csp_geo.products.directory import PAGE, PUBLIC_FOLDER
    from csp_geo.runs.options import DirectoryOptions, silent
    from csp_geo.runs.project import boundaries_at, register_of
    from csp_geo.runs.weekly import run_directory, write_directory

    havens = havens or register_of(Path())
    if havens is None:
        raise SourceError(
            "There is no Safe Haven in data/havens.csv of this folder. Fill in a row for each "
            "('csp-geo init' makes the file with its columns), or name your register with "
            "--havens FILE."
        )
    options = DirectoryOptions(
        havens=havens,
        today=surroundings.today(),
        boundaries=boundaries_at(Path()),
        context=context_files(Path("data", "context")),
        settings=read_settings(CONFIG if CONFIG.is_file() else None),
        progress=silent if as_json else tell,
    )
    result = run_directory(options)
    for name in write_directory(result, out, options.progress):
        said = f"{out / name} lay in the folder to publish, and csp-geo did not put it there."
        say(said, bad=True)
    if as_json:
        print_json(result.record)
    else:
        _tell(result, out)
    if result.error:
        say(result.error, bad=True)
        page = out / PUBLIC_FOLDER / PAGE
        if page.exists():
            say(f"{page} is of an earlier day: take it down.", bad=True)
        return DATA
    return 0


def _tell(result: DirectoryResult, out: Path) -> None:
    from csp_geo.inputs.venues.register import say_counts
    from csp_geo.products.directory import COORDINATOR, PAGE, PUBLIC_FOLDER, finding_lines

    say(f"{say_counts(result.register)}.")
    for line in finding_lines(result.register):
        say(line)
    for caution in result.cautions:
        say(f"Caution: {caution}")
    if not result.register.findings.empty:
        say(f"For the coordinator, not to be published: {out / COORDINATOR}")
    if not result.error:
        say(f"To publish: the folder {out / PUBLIC_FOLDER}, and nothing else.")
        say(f"Open {out / PUBLIC_FOLDER / PAGE}")
