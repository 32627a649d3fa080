"""The command `demo`: the sample project, its weekly pack, plans, answers and a directory."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from csp_geo.cli.shared import PATH, finish, make_context, settings_of
from csp_geo.cli.terminal import say
from csp_geo.cli.weekly import options_of
from csp_geo.core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csp_geo.runs.context import Context
    from csp_geo.runs.pack import Pack


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
    _refuse_changed(out, files)
    write_files(make_folder(out), {wards: files[wards], **files})
    context = make_context(
        SAMPLE_AS_OF, "csp-geo demo", settings=settings_of(out / "csp_geo.toml"), key_folder=out
    )
    _lay_ground(out, context)
    pack = run_weekly(options_of(project_at(out), SAMPLE_AS_OF, out=out / "maps"), context)
    finish(pack, write_pack(pack, context))
    if pack.folder is not None:
        _make_rest(out, pack.folder, context)
    say(f"The sample project is in {out}. To run it again: cd {out} and")
    say(f"  csp-geo weekly --as-of {SAMPLE_AS_OF}")


def _refuse_changed(out: Path, files: Mapping[str, bytes]) -> None:
    """Refuse to replace a file of the sample that somebody has changed."""
    for name, data in files.items():
        if (out / name).exists() and (out / name).read_bytes() != data:
            raise SettingsError(
                f"{out.name}/{name} differs from what this demo makes: somebody has changed it, or "
                "it was made with another --seed. Choose another --out."
            )


def _lay_ground(out: Path, context: Context) -> None:
    """Lay what the sample's officer has downloaded into its ground."""
    from csp_geo.runs.ground import GroundOptions, run_ground_add
    from csp_geo.runs.project import only_boundaries
    from csp_geo.sample.sample_ground import FOLDER

    files = tuple(sorted((out / FOLDER).glob("sample_*")))
    run_ground_add(
        GroundOptions(files=files, boundaries=only_boundaries(out), out=out / "data" / "ground"),
        context,
    )


def _make_rest(out: Path, run: Path, context: Context) -> None:
    """Make the plan for Safe Havens, make the calls, and make plan and public list with them."""
    from csp_geo.runs.directory import DirectoryOptions, run_directory
    from csp_geo.runs.pack import write_pack
    from csp_geo.runs.project import only_boundaries
    from csp_geo.sample.calls import CALLS

    plan = _make_plan(out, run, out / "data" / "havens.csv", out / "havens", context)
    say(plan.lines[0])  # what the new venues would change
    _say_where(plan)
    said = _make_calls(out, plan, context)
    register = out / CALLS / "havens.csv"
    again = _make_plan(out, run, register, out / CALLS, context)
    say(f"A filled call list was read into the register: see {out / CALLS / 'README.txt'}")
    say(said)
    _say_where(again)
    listed = run_directory(
        DirectoryOptions(havens=register, boundaries=[only_boundaries(out)], out=out / "directory"),
        context,
    )
    write_pack(listed, context)
    _say_where(listed)


def _make_plan(out: Path, run: Path, register: Path, into: Path, context: Context) -> Pack:
    """Make and write a plan for Safe Havens of the sample."""
    from csp_geo.runs.havens import HavenOptions, run_havens
    from csp_geo.runs.pack import write_pack

    data = out / "data"
    plan = run_havens(
        HavenOptions(
            run=run,
            premises=[data / "premises" / "businesses.csv"],
            existing=register,
            network=data / "network" / "streets.geojson",
            barriers=data / "network" / "barriers.geojson",
            avoid=data / "network" / "parks.geojson",
            out=into,
        ),
        context,
    )
    write_pack(plan, context)
    return plan


def _make_calls(out: Path, plan: Pack, context: Context) -> str:
    """Fill in the plan's call list, read it into a copy of the register, and say the stages."""
    from openpyxl import load_workbook

    from csp_geo.core.storage import make_folder, write_files
    from csp_geo.products.havens.call_list import CALL_LIST, workbook_bytes
    from csp_geo.runs.haven_answers import AnswerOptions, run_answers
    from csp_geo.sample.calls import CALLS, calls_story, fill_in

    book = load_workbook(io.BytesIO(plan.pages[CALL_LIST]))
    fill_in(book, context.today)
    files = {
        CALL_LIST: workbook_bytes(book, context.today),
        "README.txt": calls_story(context.today),
    }
    with TemporaryDirectory(dir=out, prefix=".calls.") as folder:  # to compare before it is written
        home = Path(folder)
        register = (out / "data" / "havens.csv").read_bytes()
        write_files(home, {"havens.csv": register, CALL_LIST: files[CALL_LIST]})
        options = AnswerOptions(
            answers=[home / CALL_LIST], register=home / "havens.csv", out=out / "havens"
        )
        read = run_answers(options, context)
        files |= {path.name: path.read_bytes() for path in sorted(home.glob("*.csv"))}
    _refuse_changed(out, {f"{CALLS}/{name}": data for name, data in files.items()})
    write_files(make_folder(out / CALLS), files)
    return str(read.lines[-1])


def _say_where(pack: Pack) -> None:
    for name in pack.opens:
        say(f"Open {Path(str(pack.folder)) / name}")
