"""The command line: thin, one function a command. The only place with a clock."""

from __future__ import annotations

import shlex
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn
from zoneinfo import ZoneInfo

import click

from csp_geo._version import __version__
from csp_geo.cli.boundaries import boundaries
from csp_geo.cli.check import check
from csp_geo.cli.directory import directory
from csp_geo.cli.havens import havens
from csp_geo.cli.shared import DATA, LIMIT, PATH, STOPPED, USAGE, Surroundings
from csp_geo.cli.terminal import (
    at_terminal,
    open_terminal,
    print_json,
    say,
    say_uncaught,
    say_usage,
    say_warning,
    sees_progress,
    show_progress,
    tell,
)
from csp_geo.core.disk import say as say_error
from csp_geo.core.errors import CspGeoError, SettingsError
from csp_geo.core.offline import keep_offline
from csp_geo.runs.project import Project, demo_project, find_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from csp_geo.core.settings import Settings

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
    context.obj = Surroundings(_today, time.monotonic, time.sleep, at_terminal)
    del debug  # read from the command line in main(), which also catches what click itself raises


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    keep_offline()
    given = sys.argv[1:] if arguments is None else list(arguments)
    open_terminal()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = say_warning
            code = cli.main(args=given, prog_name="csp-geo", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("Stopped before it was done.", bad=True)
        code = STOPPED
    except click.ClickException as error:
        say_usage(error)
        code = USAGE
    except Exception as error:  # the last door: people are shown a sentence, not a traceback
        if "--debug" in given:
            sys.excepthook = say_uncaught
            raise
        code = _said(error, as_json="--json" in given)
    sys.exit(code if isinstance(code, int) else 0)


def _said(error: Exception, *, as_json: bool) -> int:
    """Say in a sentence what went wrong; the exit code."""
    message = _sentence(error)
    say(message, bad=True)
    if as_json:
        with suppress(OSError):  # what cannot be printed has been said on stderr
            print_json({"error": message})
    return USAGE if isinstance(error, SettingsError) else DATA


def _sentence(error: Exception) -> str:
    if isinstance(error, CspGeoError):
        return str(error)
    if isinstance(error, OSError):
        return say_error(error)
    if isinstance(error, UnicodeEncodeError):  # of a path: every text that is written is UTF-8
        return (
            f"{Path(error.object).name} has a name that this computer cannot read. Rename it with "
            "plain letters."
        )
    if isinstance(error, MemoryError):
        return (
            "This computer has not enough memory for that. Close other programs, or take fewer or "
            "smaller files."
        )
    if isinstance(error, RecursionError):
        return (
            "Something in a file is nested deeper than csp_geo can follow. Take the files away "
            "one at a time to find which, and ask for it in another format."
        )
    return (
        f"This is a fault in csp_geo, not in your data ({type(error).__name__}). Run it again as "
        "'csp-geo --debug ...' to see where."
    )


# --- what the commands share -------------------------------------------------------------------


def _settings(
    config: Path | None, eps: float | None = None, min_samples: int | None = None
) -> Settings:
    from csp_geo.core.settings import read_settings

    settings = read_settings(config)
    clusters = settings.clusters
    if eps is not None:
        clusters = replace(clusters, eps=eps)
    if min_samples is not None:
        clusters = replace(clusters, min_samples=min_samples)
    return replace(settings, clusters=clusters)


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()


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
    from csp_geo.core.storage import make_folder, write_files
    from csp_geo.runs.weekly import run_weekly
    from csp_geo.sample import SAMPLE_AS_OF, sample_files

    files = sample_files(seed)
    wards = "data/boundaries/sample_wards_schematic.geojson"  # tell that a folder is a sample's
    if out.exists() and any(out.iterdir()) and not (out / wards).exists():
        raise SettingsError(f"{out} is not empty and holds no sample. Choose another --out.")
    for name, data in files.items():
        if (out / name).exists() and (out / name).read_bytes() != data:
            raise SettingsError(
                f"{out.name}/{name} is not as this demo makes it: somebody has worked in it, or it "
                "is of another --seed. Choose another --out."
            )
    write_files(make_folder(out), {wards: files[wards], **files})
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
    say(f"The sample project is in {out}. To run it again: cd {out} and")
    say(f"  csp-geo weekly --as-of {SAMPLE_AS_OF}")


def _demo_havens(out: Path, run: Path) -> None:
    """Make the plan for Safe Havens of the sample, and their public list."""
    from csp_geo.runs.havens import run_havens
    from csp_geo.runs.options import DirectoryOptions, HavenOptions
    from csp_geo.runs.project import only_boundaries
    from csp_geo.runs.weekly import run_directory, write_directory
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
    say(result.lines[0])
    say(f"Open {result.folder / 'havens.html'}")
    wards = [only_boundaries(out)]
    listed = run_directory(
        DirectoryOptions(havens=data / "havens.csv", today=SAMPLE_AS_OF, boundaries=wards)
    )
    write_directory(listed, out / "directory", tell)
    say(f"Open {out / 'directory' / 'public' / 'directory.html'}")


def _weekly_options(project: Project, *, quiet: bool, **rest: Any) -> Any:
    from csp_geo.runs.options import WeeklyOptions, silent

    if sees_progress() and not quiet:
        rest["tick"] = show_progress
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
    from csp_geo.core.storage import keep_key, make_folder, project_key, write_files
    from csp_geo.sample import template_files

    make_folder(folder)
    files = template_files()
    new = {name: data for name, data in files.items() if not (folder / name).exists()}
    write_files(folder, new)
    keep_key(folder, project_key(folder))
    kept = len(files) - len(new)
    say(f"Made {len(new)} files in {folder}" + (f"; {kept} were there and stay." if kept else "."))
    say("Put reports into data/reports/<source>, wards into data/boundaries, then run:")
    say("  csp-geo weekly")
    say("Safe Havens there are go into data/havens.csv; data/README.txt says how.")


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
    from csp_geo.runs.weekly import run_weekly

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
        say(sentence, bad=True)
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
    from csp_geo.core.tables import KINDS
    from csp_geo.core.wording import count
    from csp_geo.products.check import conservation
    from csp_geo.products.facts.hotspot import hotspot_facts

    counts = result.record["counts"]
    say(f"{conservation(counts)}; {counts['in_period']:,} in this period.")
    for file in result.record["inputs"]:
        if file["error"]:
            say(f"Not used: {file['path']}. {file['error']}")
    for family, rows in result.hotspots.groupby("family", observed=True, sort=False):
        kinds = rows["kind"].value_counts()
        clear = rows.loc[rows["confirmed"], "kind"].value_counts()
        said = [f"{clear[k]} of {count(kinds[k], k)}" for k in KINDS if kinds[k]]
        first = hotspot_facts(rows.head(1))[0]
        say(
            f"{str(family).capitalize()}: {' and '.join(said)} stand out from chance; first "
            f"{first.name_within} ({first.figures})."
        )
    if result.hotspots.empty:
        say("No hotspots: too few reports lie close together.")
    n = len(result.record["cautions"])
    if n:
        say(f"{count(n, 'caution')}, the first: {result.record['cautions'][0]}")
    say(f"Open {result.folder / 'map.html'}")


cli.add_command(check)
cli.add_command(havens)
cli.add_command(boundaries)
cli.add_command(directory)
