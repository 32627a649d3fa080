"""The command `directory`: checks the register of Safe Havens and writes its public version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from csp_geo.cli.shared import PATH, command_text, finish, make_context, settings_of
from csp_geo.cli.terminal import say
from csp_geo.core.errors import SourceError

if TYPE_CHECKING:
    from csp_geo.cli.shared import Surroundings


@click.command()
@click.option("--havens", type=PATH, metavar="FILE", help="The register; default data/havens.csv.")
@click.option(
    "--out",
    type=PATH,
    default="directory",
    show_default=True,
    metavar="DIR",
    help="Where to write the list.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def directory(surroundings: Surroundings, /, havens: Path | None, out: Path, as_json: bool) -> int:
    """Check the register of Safe Havens, and write the list that the public may see.

    Listed are havens that are active, confirmed within a year, trained and consenting. Only the
    folder named public is to be published: what is wrong or old goes into a file beside it, for the
    coordinator.
    """
    from csp_geo.inputs.areas.zones_and_places import context_files
    from csp_geo.products.directory_page import COORDINATOR, PAGE, PUBLIC_FOLDER
    from csp_geo.runs.directory import DirectoryOptions, run_directory
    from csp_geo.runs.pack import write_pack
    from csp_geo.runs.project import boundaries_at, ground_of, register_of

    command = command_text("directory", {"havens": havens})
    havens = havens or register_of(Path())
    if havens is None:
        raise SourceError(
            "There is no Safe Haven in data/havens.csv in this folder. Fill in a row for each "
            "('csp-geo init' makes the file with its columns), or name your register with "
            "--havens FILE."
        )
    options = DirectoryOptions(
        havens=havens,
        out=out,
        boundaries=boundaries_at(Path()),
        context=context_files(Path("data", "context")),
        ground=ground_of(Path()),
    )
    context = make_context(surroundings.today(), command, quiet=as_json, settings=settings_of())
    pack = run_directory(options, context)
    written = write_pack(pack, context)
    for name in written.moved:
        said = f"{out / name} was moved out of the folder to publish: csp-geo did not put it there."
        say(said, bad=True)
    code = finish(pack, written, as_json=as_json)
    if not as_json:
        if len(pack.tables[COORDINATOR]):
            say(f"For the coordinator, not to be published: {out / COORDINATOR}")
        if not pack.error:
            say(f"To publish: the folder {out / PUBLIC_FOLDER}, and nothing else.")
    page = out / PUBLIC_FOLDER / PAGE
    if pack.error and page.exists():
        say(f"{page} is from an earlier day: take it down.", bad=True)
    return code
