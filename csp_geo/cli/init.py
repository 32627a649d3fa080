"""The command `init`: an empty project folder."""

from __future__ import annotations

from pathlib import Path

import click

from csp_geo.cli.shared import PATH
from csp_geo.cli.terminal import say


@click.command()
@click.argument("folder", type=PATH, default=Path(), metavar="[DIR]")
def init(folder: Path) -> None:
    """Make an empty project folder, with a template of every table."""
    from csp_geo.core.storage import keep_key, make_folder, project_key, write_files
    from csp_geo.sample import template_files

    make_folder(folder)
    files = template_files()
    new = {name: data for name, data in files.items() if not (folder / name).exists()}
    write_files(folder, new)
    keep_key(folder, project_key(folder))
    kept = len(files) - len(new)
    say(f"Made {len(new)} files in {folder}" + (f"; kept {kept} existing." if kept else "."))
    say("Put reports into data/reports/<source>, wards into data/boundaries, then run:")
    say("  csp-geo weekly")
    say("List the Safe Havens you have in data/havens.csv; data/README.txt says how.")
