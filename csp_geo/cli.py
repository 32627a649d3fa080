"""The command line: thin, one function a command. The only place with a clock."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn
from zoneinfo import ZoneInfo

import click

from csp_geo._version import __version__
from csp_geo.cli_boundaries import boundaries
from csp_geo.cli_check import check
from csp_geo.cli_common import DATA, LIMIT, PATH, USAGE, Surroundings, print_json, tell
from csp_geo.cli_directory import directory
from csp_geo.cli_havens import havens
from csp_geo.errors import CspGeoError, SettingsError
from csp_geo.offline import keep_offline
from csp_geo.project import Project, demo_project, find_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from csp_geo.settings import Settings

_BAR: Final = 30
"""Signs in a progress bar."""
_DATE: Final = click.DateTime(formats=["%Y-%m-%d"])


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: csp-geo demo",
)
@click.version_option(__version__, prog_name="csp-geo")
@click.option("--debug", is_flag=True, help="Show a traceback when something goes wrong.")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Turn a Community Safety Partnership's reports into a weekly hotspot map.

    Everything happens on this computer: no report is sent anywhere. Only 'boundaries fetch' asks
    another computer, for official wards, and says so first.
    """
    context.obj = Surroundings(_today, time.monotonic, time.sleep, _at_terminal)
    del debug  # read from the command line in main(), which also catches what click itself raises


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    keep_offline()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = cli.main(args=given, prog_name="csp-geo", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = USAGE
    except (CspGeoError, OSError) as error:
        if "--debug" in given:
            raise
        message = str(error) if isinstance(error, CspGeoError) else _of_system(error)
        click.secho(message, fg="red", err=True)
        if "--json" in given:
            print_json({"error": message})
        code = USAGE if isinstance(error, SettingsError) else DATA
    except Exception as error:  # the last door: people are shown a sentence, not a traceback
        if "--debug" in given:
            raise
        fault = f"This is a fault in csp_geo, not in your data ({type(error).__name__})."
        click.secho(
            f"{fault} Run it again as 'csp-geo --debug ...' to see where.", fg="red", err=True
        )
        code = DATA
    sys.exit(code if isinstance(code, int) else 0)


def _of_system(error: OSError) -> str:
    name = Path(error.filename).name if error.filename else "a file"
    return f"{name} could not be read or written: {error.strerror}. Is it open in another program?"


# --- what the commands share -------------------------------------------------------------------


def _settings(
    config: Path | None, eps: float | None = None, min_samples: int | None = None
) -> Settings:
    from csp_geo.settings import read_settings

    settings = read_settings(config)
    clusters = settings.clusters
    if eps is not None:
        clusters = replace(clusters, eps=eps)
    if min_samples is not None:
        clusters = replace(clusters, min_samples=min_samples)
    return replace(settings, clusters=clusters)


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _bar(done: int, of: int) -> None:
    """Show on a terminal how many maps have been drawn."""
    filled = _BAR * done // of
    bar = "#" * filled + "-" * (_BAR - filled)
    click.echo(f"\r  [{bar}] {done:,} of {of:,} maps", nl=done == of, err=True)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()


# --- the commands ------------------------------------------------------------------------------


@cli.command()
@click.option("--out", type=PATH, default="csp-geo-demo", show_default=True, metavar="DIR")
@click.option("--seed", type=click.IntRange(min=0), default=2021, show_default=True, metavar="N")
def demo(out: Path, seed: int) -> None:
    """Make a sample project and its weekly pack, offline.

    The sample borough is invented: its wards are schematic and its reports synthetic.
    """
    from csp_geo.pipeline import run_weekly
    from csp_geo.sample import SAMPLE_AS_OF, sample_files
    from csp_geo.storage import make_folder, write_files

    files = sample_files(seed)
    sample_wards = out / "data" / "boundaries" / "sample_wards_schematic.geojson"
    if out.exists() and any(out.iterdir()) and not sample_wards.exists():
        raise SettingsError(f"{out} is not empty and holds no sample. Choose another --out.")
    make_folder(out)
    write_files(out, files)
    options = _weekly_options(
        demo_project(out),
        as_of=SAMPLE_AS_OF,
        today=SAMPLE_AS_OF,
        out=out / "maps",
        settings=_settings(out / "csp_geo.toml"),
        seed=seed,
        command="csp-geo demo",
        quiet=False,
    )
    result = run_weekly(options)
    _summarise(result)
    _demo_havens(out, result.folder)
    click.echo(f"The sample project is in {out}. To run it again: cd {out} and")
    click.echo(f"  csp-geo weekly --as-of {SAMPLE_AS_OF}")


def _demo_havens(out: Path, run: Path) -> None:
    """Make the plan for Safe Havens of the sample, and their public list."""
    from csp_geo.haven_options import HavenOptions
    from csp_geo.haven_pipeline import run_havens
    from csp_geo.options import DirectoryOptions
    from csp_geo.pipeline import run_directory, write_directory
    from csp_geo.project import only_boundaries
    from csp_geo.sample import SAMPLE_AS_OF

    data = out / "data"
    result = run_havens(
        HavenOptions(
            run=run,
            premises=[data / "premises" / "businesses.csv"],
            existing=data / "havens.csv",
            network=data / "network" / "streets.geojson",
            barriers=data / "network" / "barriers.geojson",
            avoid=data / "network" / "parks.geojson",
            out=out / "havens",
            progress=tell,
        )
    )
    click.echo(result.lines[0])
    click.echo(f"Open {result.folder / 'havens.html'}")
    wards = [only_boundaries(out)]
    listed = run_directory(
        DirectoryOptions(havens=data / "havens.csv", today=SAMPLE_AS_OF, boundaries=wards)
    )
    write_directory(listed, out / "directory")
    click.echo(f"Open {out / 'directory' / 'public' / 'directory.html'}")


def _weekly_options(project: Project, *, quiet: bool, **rest: Any) -> Any:
    from csp_geo.options import WeeklyOptions, silent

    if sys.stderr.isatty() and not quiet:
        rest["tick"] = _bar
    return WeeklyOptions(
        reports=project.reports,
        boundaries=project.boundaries,
        zones=project.zones,
        context=project.context,
        havens=project.havens,
        key_folder=project.key_folder,
        clock=time.perf_counter,
        progress=silent if quiet else tell,
        **rest,
    )


@cli.command()
@click.argument("folder", type=PATH, default=Path(), metavar="[DIR]")
def init(folder: Path) -> None:
    """Make an empty project folder, with a template of every table."""
    from csp_geo.sample import template_files
    from csp_geo.storage import keep_key, make_folder, project_key, write_files

    make_folder(folder)
    files = template_files()
    new = {name: data for name, data in files.items() if not (folder / name).exists()}
    write_files(folder, new)
    keep_key(folder, project_key(folder))
    kept = len(files) - len(new)
    click.echo(
        f"Made {len(new)} files in {folder}" + (f"; {kept} were there and stay." if kept else ".")
    )
    click.echo("Put reports into data/reports/<source>, wards into data/boundaries, then run:")
    click.echo("  csp-geo weekly")
    click.echo("Safe Havens there are go into data/havens.csv; data/README.txt says how.")


@cli.command()
@click.option("--reports", type=PATH, metavar="DIR", help="Reports, one folder per source.")
@click.option("--boundaries", type=PATH, metavar="FILE", help="Wards of the study area.")
@click.option("--zones", type=PATH, metavar="FILE", help="PSPO and other zones.")
@click.option("--as-of", type=_DATE, metavar="DATE", help="The day of the map; default today.")
@click.option(
    "--period",
    default="28d",
    show_default=True,
    metavar="P",
    help="28d, 7d, 2023-01, 2022-02..2023-01 or 2021-11-08..2021-12-05.",
)
@click.option("--edition", default="officer", show_default=True, metavar="E")
@click.option("--theme", metavar="NAME,...", help="Only these themes.")
@click.option("--source", metavar="NAME,...", help="Only these sources.")
@click.option("--eps", type=float, metavar="METRES", help="Distance that joins reports [100].")
@click.option("--min-samples", type=int, metavar="N", help="Reports that it takes [5].")
@click.option("--config", type=PATH, metavar="FILE", help="Settings instead of csp_geo.toml.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N")
@click.option("--out", type=PATH, default="maps", show_default=True, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print the record of the run as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing unless something is wrong.")
def weekly(**given: Any) -> int:
    """Make the weekly pack: map, tables, layers, and what was not used."""
    from csp_geo.pipeline import run_weekly

    if given["edition"] != "officer":
        raise SettingsError(
            f"There is only the edition 'officer' so far, not '{given['edition']}'."
        )
    out, quiet, as_json = given["out"], given["quiet"], given["as_json"]
    project = find_project(
        given["reports"], given["boundaries"], given["zones"], given["config"], out
    )
    today = _today()
    as_of = given["as_of"].date() if given["as_of"] else today
    options = _weekly_options(
        project,
        as_of=as_of,
        today=today,
        out=out,
        period=given["period"],
        themes=_names(given["theme"]),
        sources=_names(given["source"]),
        settings=_settings(project.config, given["eps"], given["min_samples"]),
        seed=given["seed"],
        command=_command({**given, "as_of": as_of}),
        quiet=quiet or as_json,
    )
    result = run_weekly(options)
    if as_json:
        print_json(result.record)
    elif not quiet:
        _summarise(result)
    for sentence in result.over_limit:
        click.secho(sentence, fg="red", err=True)
    return LIMIT if result.over_limit else 0


def _command(given: dict[str, Any]) -> str:
    """Write the command again, with file names instead of paths."""
    parts = ["csp-geo weekly"]
    for name, value in given.items():
        if value is None or name in {"out", "as_json", "quiet"}:
            continue
        shown = value.name if isinstance(value, Path) else value
        parts.append(f"--{name.replace('_', '-')} {shlex.quote(str(shown))}")
    return " ".join(parts)


def _summarise(result: Any) -> None:
    from csp_geo.products.cards import figures
    from csp_geo.products.check_words import conservation
    from csp_geo.products.words import count
    from csp_geo.tables import KINDS

    counts = result.record["counts"]
    click.echo(f"{conservation(counts)}; {counts['in_period']:,} in this period.")
    for file in result.record["inputs"]:
        if file["error"]:
            click.echo(f"Not used: {file['path']}. {file['error']}")
    for family, rows in result.hotspots.groupby("family", observed=True, sort=False):
        kinds = rows["kind"].value_counts()
        clear = rows.loc[rows["confirmed"], "kind"].value_counts()
        said = [f"{clear[k]} of {count(kinds[k], k)}" for k in KINDS if kinds[k]]
        first = rows.iloc[0]
        click.echo(
            f"{str(family).capitalize()}: {' and '.join(said)} stand out from chance; first "
            f"{first['name']} ({figures(first)})."
        )
    if result.hotspots.empty:
        click.echo("No hotspots: too few reports lie close together.")
    n = len(result.record["cautions"])
    if n:
        click.echo(f"{count(n, 'caution')}, the first: {result.record['cautions'][0]}")
    click.echo(f"Open {result.folder / 'map.html'}")


cli.add_command(check)
cli.add_command(havens)
cli.add_command(boundaries)
cli.add_command(directory)
