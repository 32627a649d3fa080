"""The command `demo`: the sample project, its weekly pack, a plan and a directory, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from csp_geo.cli.shared import PATH, finish, make_context, settings_of
from csp_geo.cli.terminal import say
from csp_geo.cli.weekly import options_of
from csp_geo.core.errors import SettingsError

if TYPE_CHECKING:
    from csp_geo.runs.context import Context


@click.command()
@click.option("--out", type=PATH, default="csp-geo-demo", show_default=True, metavar="DIR")
@click.option("--seed", type=click.IntRange(min=0), default=2021, show_default=True, metavar="N")
def demo(out: Path, seed: int) -> None:
    """Make a sample project and its weekly pack, offline.

    The sample borough is invented: its wards are schematic and its reports synthetic.
    """
    from csp_geo.core.storage import make_folder, write_files
    from csp_geo.runs.pack import write_pack
    from csp_geo.runs.project import project_at
    from csp_geo.runs.weekly import run_weekly
    from csp_geo.sample import SAMPLE_AS_OF, sample_files

    files = sample_files(seed)
    wards = "data/boundaries/sample_wards_schematic.geojson"  # tell that a folder is a sample's
    if out.exists() and any(out.iterdir()) and not (out / wards).exists():
        raise SettingsError(f"{out} is not empty and holds no sample. Choose another --out.")
    for name, data in files.items():
        if (out / name).exists() and (out / name).read_bytes() != data:
            raise SettingsError(
                f"{out.name}/{name} differs from what this demo makes: somebody has changed it, or "
                "it was made with another --seed. Choose another --out."
            )
    write_files(make_folder(out), {wards: files[wards], **files})
    context = make_context(
        SAMPLE_AS_OF, "csp-geo demo", settings=settings_of(out / "csp_geo.toml"), key_folder=out
    )
    pack = run_weekly(
        options_of(project_at(out), SAMPLE_AS_OF, out=out / "maps", seed=seed), context
    )
    finish(pack, write_pack(pack, context))
    if pack.folder is not None:
        _make_rest(out, pack.folder, context)
    say(f"The sample project is in {out}. To run it again: cd {out} and")
    say(f"  csp-geo weekly --as-of {SAMPLE_AS_OF}")


def _make_rest(out: Path, run: Path, context: Context) -> None:
    """Make the plan for Safe Havens of the sample, and their public list."""
    from csp_geo.runs.directory import DirectoryOptions, run_directory
    from csp_geo.runs.havens import HavenOptions, run_havens
    from csp_geo.runs.pack import write_pack
    from csp_geo.runs.project import only_boundaries

    data = out / "data"
    plan = run_havens(
        HavenOptions(
            run=run,
            premises=[data / "premises" / "businesses.csv"],
            existing=data / "havens.csv",
            network=data / "network" / "streets.geojson",
            barriers=data / "network" / "barriers.geojson",
            avoid=data / "network" / "parks.geojson",
            out=out / "havens",
        ),
        context,
    )
    write_pack(plan, context)
    listed = run_directory(
        DirectoryOptions(
            havens=data / "havens.csv", boundaries=[only_boundaries(out)], out=out / "directory"
        ),
        context,
    )
    write_pack(listed, context)
    for line in plan.lines[:2]:  # what the new venues would change, and how far the others are
        say(line)
    for pack in (plan, listed):
        for name in pack.opens:
            say(f"Open {Path(str(pack.folder)) / name}")
