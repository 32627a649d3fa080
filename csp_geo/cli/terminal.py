"""The one door to the terminal: every line, question and JSON goes through it; nothing else prints.

Names come from files that anybody may have made, so characters that control a terminal are taken
out of each line. A character that the encoding lacks is replaced by a legible one. A run goes on
when whatever reads its output has closed the pipe (``| head -1``).
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
import sys
import traceback
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import click

from csp_geo.core.visible import clean, json_text

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO

_LEGIBLE: Final = "csp_geo.legible"
_LATIN: Final = re.compile(r"LATIN (CAPITAL|SMALL) LETTER ([A-Z]{1,2})(?: WITH .+)?")
_PLAIN: Final = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "..."}
_DASHES: Final = "Pd"
_GONE: Final = frozenset({errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN})
"""What the system says of a pipe that nobody reads any more; EINVAL is Windows' word."""
_BAR: Final = 30
"""Signs in a progress bar."""


def open_terminal() -> None:
    """Make the streams of this process take every character."""
    codecs.register_error(_LEGIBLE, _legible)
    for stream, errors in ((sys.stdout, _LEGIBLE), (sys.stderr, _LEGIBLE), (sys.stdin, "replace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _legible(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_nearest, error.object[error.start : error.end])), error.end


def _nearest(character: str) -> str:
    """Write a character in ASCII: the letter below its accents, else its code."""
    if character in _PLAIN:
        return _PLAIN[character]
    if unicodedata.category(character) == _DASHES:
        return "-"
    letter = _LATIN.fullmatch(unicodedata.name(character, ""))
    if letter:
        return letter[2] if letter[1] == "CAPITAL" else letter[2].lower()
    return character.encode("ascii", "backslashreplace").decode("ascii")


# --- what is said --------------------------------------------------------------------------------


def say(line: str, *, err: bool = False, bad: bool = False) -> None:
    """Print a line, on stderr with `err`; `bad` prints it there in red."""
    text = clean(line)
    _write(click.style(text, fg="red") if bad else text, err=err or bad)


def tell(message: str) -> None:
    """Say on stderr what is being done."""
    say(f"{message} ...", err=True)


def print_json(value: Any) -> None:
    """Print one JSON object on stdout, in ASCII where that is not a Unicode stream."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    is_unicode = codecs.lookup(encoding).name.startswith("utf")
    _write(json_text(value, indent=2, ensure_ascii=not is_unicode))


def show_progress(done: int, of: int) -> None:
    """Show on a terminal how many maps have been drawn."""
    filled = _BAR * done // of
    bar = "#" * filled + "-" * (_BAR - filled)
    _write(f"\r  [{bar}] {done:,} of {of:,} maps", err=True, end=done == of)


def say_usage(error: click.ClickException) -> None:
    """Say what was wrong with how a command was called."""
    context = getattr(error, "ctx", None)
    if context is not None:
        for line in context.get_usage().splitlines():
            say(line, err=True)
        say(f"Try '{context.command_path} --help' for help.", err=True)
        say("", err=True)
    say(f"Error: {error.format_message()}", err=True)


def say_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Say a library's warning; takes the place of `warnings.showwarning`."""
    del filename, lineno, file, line
    say(f"{category.__name__}: {message}", err=True)


def say_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say the traceback of ``--debug``; takes the place of `sys.excepthook`."""
    for line in "".join(traceback.format_exception(kind, error, trace)).splitlines():
        say(line, err=True)


def _write(text: str, *, err: bool = False, end: bool = True) -> None:
    stream = sys.stderr if err else sys.stdout
    if stream is None:
        return
    try:
        click.echo(text, file=stream, nl=end)
    except OSError as error:
        _leave(stream)
        if not err and error.errno not in _GONE:
            raise


def _leave(stream: Any) -> None:
    """Let all that is yet to be printed go nowhere, also what Python itself flushes at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


# --- who is there --------------------------------------------------------------------------------


def at_terminal() -> bool:
    """Tell whether a person can be asked."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stdout)


def sees_progress() -> bool:
    """Tell whether a progress bar would be seen."""
    return _is_terminal(sys.stderr)


def _is_terminal(stream: Any) -> bool:
    return stream is not None and not stream.closed and bool(stream.isatty())


def ask(question: str, **how: Any) -> str:
    """Ask a person; `how` is for `click.prompt`."""
    return str(click.prompt(clean(question), **how))


def agreed(question: str, **how: Any) -> bool:
    """Ask a person for yes or no; `how` is for `click.confirm`."""
    return click.confirm(clean(question), **how)
