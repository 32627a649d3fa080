"""The command line: thin, one function per command. The only place with a clock."""

from __future__ import annotations

import sys
import time
import warnings
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

import click

from csp_geo._version import __version__
from csp_geo.cli import terminal
from csp_geo.cli.boundaries import boundaries
from csp_geo.cli.check import check
from csp_geo.cli.demo import demo
from csp_geo.cli.directory import directory
from csp_geo.cli.ground import ground
from csp_geo.cli.havens import havens
from csp_geo.cli.init import init
from csp_geo.cli.shared import DATA, STOPPED, USAGE, Surroundings
from csp_geo.cli.weekly import weekly
from csp_geo.core.disk import say as say_error
from csp_geo.core.errors import CspGeoError, SettingsError, SeveralError
from csp_geo.core.offline import keep_offline

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    context.obj = Surroundings(_today, time.monotonic, time.sleep, terminal.at_terminal)
    del debug  # read from the command line in main(), which also catches what click itself raises


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    keep_offline()
    given = sys.argv[1:] if arguments is None else list(arguments)
    terminal.open_terminal()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = terminal.say_warning
            code = cli.main(args=given, prog_name="csp-geo", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        terminal.say("Stopped before it was done.", bad=True)
        code = STOPPED
    except click.ClickException as error:
        terminal.say_usage(error)
        code = USAGE
    except Exception as error:  # the last door: people are shown a sentence, not a traceback
        if "--debug" in given:
            sys.excepthook = terminal.say_uncaught
            raise
        code = _said(error, as_json="--json" in given)
    sys.exit(code if isinstance(code, int) else 0)


def _said(error: Exception, *, as_json: bool) -> int:
    """Say in a sentence what went wrong; return the exit code."""
    errors = error.errors if isinstance(error, SeveralError) else (error,)
    sentences = [_sentence(one) for one in errors]
    for sentence in sentences:
        terminal.say(sentence, bad=True)
    if as_json:
        with suppress(OSError):  # what cannot be printed has been said on stderr
            terminal.print_json({"error": " ".join(sentences)})
    return USAGE if all(isinstance(one, SettingsError) for one in errors) else DATA


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
            "This computer does not have enough memory for that. Close other programs, or use "
            "fewer or smaller files."
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


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()


for command in (demo, init, weekly, check, havens, directory, boundaries, ground):
    cli.add_command(command)
