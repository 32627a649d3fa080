"""The command `directory`: checks the register of Safe Havens and writes its public version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from csp_geo.cli_common import CONFIG, DATA, PATH, print_json, tell
from csp_geo.errors import SourceError

if TYPE_CHECKING:
    from csp_geo.cli_common import Surroundings
    from csp_geo.pipeline import DirectoryResult

_HAVENS: Final = Path("data", "havens.csv")


@click.command()
@click.option("--havens", type=PATH, metavar="FILE", help="The register; default data/havens.csv.")
@click.option(
    "--out", type=PATH, default="directory", show_default=True, metavar="DIR", help="Where to."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def directory(surroundings: Surroundings, /, havens: Path | None, out: Path, as_json: bool) -> int:
    """Check the register of Safe Havens, and write the list that the public may see.

    Listed are havens that are active, confirmed within a year, trained and consenting. What is
    wrong or old goes into a file for the coordinator, which is not public.
    """
    from csp_geo.intake.context import context_files
    from csp_geo.options import DirectoryOptions, silent
    from csp_geo.pipeline import run_directory
    from csp_geo.products.directory import PAGE
    from csp_geo.project import boundaries_at
    from csp_geo.settings import read_settings
    from csp_geo.storage import make_folder, write_files

    if havens is None and not _HAVENS.is_file():
        raise SourceError(
            "There is no data/havens.csv in this folder. Put the register of Safe Havens there, or "
            "name it with --havens FILE."
        )
    result = run_directory(
        DirectoryOptions(
            havens=havens or _HAVENS,
            today=surroundings.today(),
            boundaries=boundaries_at(Path()),
            context=context_files(Path("data", "context")),
            settings=read_settings(CONFIG if CONFIG.is_file() else None),
            progress=silent if as_json else tell,
        )
    )
    write_files(make_folder(out), result.files)
    if as_json:
        print_json(result.record)
    else:
        _tell(result, out)
    if result.error:
        click.secho(result.error, fg="red", err=True)
        if (out / PAGE).exists():
            click.secho(f"{out / PAGE} is of an earlier day: take it down.", fg="red", err=True)
        return DATA
    return 0


def _tell(result: DirectoryResult, out: Path) -> None:
    from csp_geo.products.directory import COORDINATOR, PAGE, finding_lines
    from csp_geo.response.register import say_counts

    click.echo(f"{say_counts(result.register)}.")
    for line in finding_lines(result.register):
        click.echo(line)
    for caution in result.cautions:
        click.echo(f"Caution: {caution}")
    if not result.register.findings.empty:
        click.echo(f"For the coordinator, not to be published: {out / COORDINATOR}")
    if not result.error:
        click.echo(f"Open {out / PAGE}")
