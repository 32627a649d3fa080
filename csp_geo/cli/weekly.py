"""The command `weekly`: the weekly pack of map, tables and layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from csp_geo.cli.shared import CONFIG, PATH, command_text, finish, make_context, settings_of
from csp_geo.cli.terminal import ask, say
from csp_geo.core.errors import OverlapError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from csp_geo.cli.shared import Surroundings
    from csp_geo.runs.project import Project
    from csp_geo.runs.weekly import WeeklyOptions

_DATE: Final = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
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
@click.option(
    "--feed", multiple=True, metavar="SOURCE=FEED", help="Which of two feeds of a source counts."
)
@click.option("--eps", type=float, metavar="METRES", help="How near reports must be to join [100].")
@click.option("--min-samples", type=int, metavar="N", help="Fewest reports in a hotspot [5].")
@click.option("--config", type=PATH, metavar="FILE", help="Settings instead of csp_geo.toml.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N")
@click.option("--out", type=PATH, default="maps", show_default=True, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print the record of the run as JSON.")
@click.option("--quiet", is_flag=True, help="Print only what is wrong, such as unused files.")
@click.pass_obj
def weekly(surroundings: Surroundings, /, **given: Any) -> int:
    """Make the weekly pack: map, tables, layers, and what was not used."""
    from csp_geo.runs.pack import write_pack
    from csp_geo.runs.project import find_project
    from csp_geo.runs.weekly import run_weekly

    if given["edition"] != "officer":
        raise SettingsError(
            f"There is only the edition 'officer' so far, not '{given['edition']}'."
        )
    out, quiet, as_json = given["out"], given["quiet"], given["as_json"]
    project = find_project(
        given["reports"], given["boundaries"], given["zones"], given["config"], out
    )
    today = surroundings.today()
    as_of = given["as_of"].date() if given["as_of"] else today
    context = make_context(
        today,
        command_text("weekly", {**given, "as_of": as_of}),
        quiet=quiet or as_json,
        settings=settings_of(
            project.config,
            eps=given["eps"],
            min_samples=given["min_samples"],
            feeds=_feeds(given["feed"]),
        ),
        key_folder=project.key_folder,
    )
    options = options_of(
        project,
        as_of,
        out=out,
        period=given["period"],
        themes=_names(given["theme"]),
        sources=_names(given["source"]),
        seed=given["seed"],
    )
    try:
        pack = run_weekly(options, context)
    except OverlapError as overlap:
        if quiet or as_json or not surroundings.at_terminal():
            raise
        feed = _ask_once(overlap, project)
        feeds = {**context.settings.feeds, overlap.source: feed}
        context = replace(context, settings=replace(context.settings, feeds=feeds))
        pack = run_weekly(options, context)
    return finish(pack, write_pack(pack, context), as_json=as_json, quiet=quiet)


def options_of(project: Project, as_of: date, **rest: Any) -> WeeklyOptions:
    """Return what a weekly run of a project is asked for."""
    from csp_geo.runs.weekly import WeeklyOptions

    return WeeklyOptions(
        reports=project.reports,
        boundaries=project.boundaries,
        zones=project.zones,
        context=project.context,
        havens=project.havens,
        ground=project.ground,
        as_of=as_of,
        **rest,
    )


def _feeds(given: Sequence[str]) -> dict[str, str]:
    """Return which feed counts of each source, as `--feed offence=police_uk` says it."""
    pairs = [text.partition("=") for text in given]
    if odd := [source for source, sign, feed in pairs if not (sign and source and feed)]:
        raise SettingsError(f"--feed needs SOURCE=FEED, such as offence=police_uk, not '{odd[0]}'.")
    return {source.strip(): feed.strip() for source, _, feed in pairs}


def _ask_once(overlap: OverlapError, project: Project) -> str:
    """Ask a person which feed counts, and keep the answer in csp_geo.toml, so that it is once."""
    from csp_geo.runs.project import keep_feed

    say(str(overlap))
    feed = ask(f"Which counts for {overlap.source}?", type=click.Choice(overlap.feeds))
    if project.is_folder:
        path = project.config or CONFIG
        keep_feed(path, overlap.source, feed)
        say(f"Kept in {path.name}, under [feeds].")
    return feed


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()
