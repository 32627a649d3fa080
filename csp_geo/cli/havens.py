"""The command `havens`: which venues to approach for the next Safe Havens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from csp_geo.cli.shared import PATH, command_text, finish, make_context, settings_of
from csp_geo.cli.terminal import print_json, say
from csp_geo.core.errors import SettingsError

if TYPE_CHECKING:
    from csp_geo.cli.shared import Surroundings

_TYPES: Final = Path("data", "premises", "venue_types.toml")
_AS_GIVEN: Final = (
    *("run", "premises", "out", "network", "barriers", "crossings", "avoid", "profile", "each"),
    *("any_hour", "standing_out", "alcohol"),
)
"""Options that a run takes by the names that they have here."""
_REGISTER: Final = Path("data", "havens.csv")


@click.command()
@click.option("--run", type=PATH, metavar="DIR", help="A weekly pack.")
@click.option(
    "--premises",
    type=PATH,
    multiple=True,
    metavar="FILE|DIR",
    help="Lists of venues.",
)
@click.option("--existing", type=PATH, metavar="FILE", help="Existing havens [data/havens.csv].")
@click.option(
    "--answers",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="Filled call lists, to be read into the register; makes no plan.",
)
@click.option("--sites", type=click.IntRange(min=0), default=3, show_default=True, metavar="N")
@click.option("--within", type=float, default=400.0, show_default=True, metavar="METRES")
@click.option("--hours", default="all", show_default=True, metavar="all|after-dark|after-school")
@click.option("--at", metavar='"Fri 22:00"', help="Choose for this hour of the week alone.")
@click.option("--network", type=PATH, metavar="FILE", help="Streets and paths, as lines.")
@click.option("--barriers", type=PATH, metavar="FILE", help="Railways, trunk roads, rivers.")
@click.option("--crossings", type=PATH, metavar="FILE", help="Points where barriers are crossed.")
@click.option("--avoid", type=PATH, metavar="FILE", help="Parks, alleys to avoid after dark.")
@click.option("--speed", type=float, default=80.0, show_default=True, metavar="METRES/MINUTE")
@click.option("--profile", default="lbbd", show_default=True, metavar="lbbd|light|strict|FILE")
@click.option("--assume-hours", type=PATH, metavar="FILE", help="Hours for each type of venue.")
@click.option("--any-hour", is_flag=True, help="Ignore opening hours.")
@click.option("--evidence", default="both", show_default=True, metavar="both|recorded|perception")
@click.option("--count", "counted", default="people", show_default=True, metavar="people|reports")
@click.option("--pin-weight", type=float, default=1.0, show_default=True, metavar="W")
@click.option("--standing-out", is_flag=True, help="Count only near hotspots that stand out.")
@click.option(
    "--each", metavar="ward|FILE", help="At least one haven in each ward, or area of FILE."
)
@click.option("--alcohol", is_flag=True, help="Also pubs, off-licences and the like.")
@click.option("--time-limit", type=float, default=60.0, show_default=True, metavar="SECONDS")
@click.option("--out", type=PATH, default="havens", show_default=True, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
@click.pass_obj
def havens(surroundings: Surroundings, /, as_json: bool, **given: Any) -> int:
    """Say which venues to approach for the next Safe Havens, and why.

    A report counts as covered in an hour only where a venue near it is open then. Nobody on the
    lists is vetted: these are businesses to ask, never places that are safe.
    """
    from csp_geo.decisions.havens.demand import DemandParams
    from csp_geo.decisions.havens.plan import PlanParams, hour_of_week
    from csp_geo.decisions.walking.distances import WalkParams
    from csp_geo.runs.havens import HavenOptions, run_havens
    from csp_geo.runs.pack import write_pack
    from csp_geo.runs.project import ground_of, register_of

    if given["answers"]:
        return _read_answers(surroundings, given, as_json=as_json)
    if not given["run"] or not given["premises"]:
        raise SettingsError(
            "Say which map and which venues: csp-geo havens --run maps/DAY --premises FILE. To "
            "read a filled call list: csp-geo havens --answers FILE."
        )
    ours = given["run"].resolve().is_relative_to(Path.cwd())  # a pack of this project
    existing = given["existing"] or (register_of(Path()) if ours else None)
    options = HavenOptions(
        **{name: given[name] for name in _AS_GIVEN},
        existing=existing,
        ground=ground_of(Path()) if ours else None,
        venue_types=_TYPES if ours and _TYPES.is_file() else None,
        assumed_hours=given["assume_hours"],
        demand=DemandParams(
            evidence=given["evidence"],
            counted=given["counted"],
            perception_weight=given["pin_weight"],
        ),
        plan=PlanParams(
            sites=given["sites"],
            within_m=given["within"],
            hours=given["hours"],
            at=hour_of_week(given["at"]) if given["at"] else None,
            time_limit_s=given["time_limit"],
        ),
        walk=WalkParams(metres_per_minute=given["speed"]),
    )
    context = make_context(
        surroundings.today(), command_text("havens", given), quiet=as_json, settings=settings_of()
    )
    pack = run_havens(options, context)
    return finish(pack, write_pack(pack, context), as_json=as_json)


def _read_answers(surroundings: Surroundings, given: dict[str, Any], *, as_json: bool) -> int:
    """Read filled call lists into the register, and say what was read into which row."""
    from csp_geo.runs.haven_answers import AnswerOptions, run_answers

    if given["run"] or given["premises"]:
        raise SettingsError(
            "--answers reads a filled call list and makes no plan. Run it alone, then make the "
            "plan with --run and --premises."
        )
    asked = {name: given[name] for name in ("answers", "existing")}
    context = make_context(
        surroundings.today(), command_text("havens", asked), quiet=as_json, settings=settings_of()
    )
    register = given["existing"] or _REGISTER
    read = run_answers(
        AnswerOptions(answers=given["answers"], register=register, out=given["out"]), context
    )
    if as_json:
        print_json(read.record)
    else:
        for line in read.lines:
            say(line)
    return 0
