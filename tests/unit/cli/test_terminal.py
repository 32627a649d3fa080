"""The door to the terminal: nothing else prints, and no encoding stops a line."""

from __future__ import annotations

import ast
import io
import json
import sys
from pathlib import Path

import pytest

from csp_geo.cli import terminal

PACKAGE = Path(terminal.__file__).parents[1]
PRINTING = {
    *("click.echo", "click.secho", "click.prompt", "click.confirm", "click.pause", "click.getchar"),
    *("click.progressbar", "click.echo_via_pager", "click.get_text_stream", "click.edit"),
    *("sys.stdout", "sys.stderr", "sys.stdin", "sys.__stdout__", "sys.__stderr__", "traceback"),
    *("print", "input", "getpass", "os.write", "traceback.print_exc", "warnings.showwarning"),
}
WRITING_JSON = {"json.dumps", "json.dump"}


def used(path, names):
    """Return which of some names a module uses, with the lines."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in names:
            found.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
        if isinstance(node, ast.ImportFrom) and node.module in {"click", "sys", "json"}:
            found += [
                f"{path.name}:{node.lineno} {node.module}.{alias.name}"
                for alias in node.names
                if f"{node.module}.{alias.name}" in names
            ]
    return found


def test_nothing_else_prints():
    allowed = {"terminal.py", "lock.py"}  # the latter into the file that it holds
    modules = [path for path in PACKAGE.rglob("*.py") if path.name not in allowed]
    found = [line for path in modules for line in used(path, PRINTING)]
    assert [line for line in found if "main.py" not in line or "showwarning" not in line] == []


def test_json_is_written_by_one_function():
    """Else a name would go into a file as it came; the two others write numbers of our own."""
    allowed = {"visible.py", "around.py", "fetch.py"}
    modules = [path for path in PACKAGE.rglob("*.py") if path.name not in allowed]
    assert [line for path in modules for line in used(path, WRITING_JSON)] == []


def stream(encoding, errors="strict"):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors)


@pytest.fixture
def streams(monkeypatch):
    """Put streams of an encoding into the place of this process's own."""

    def put(encoding):
        monkeypatch.setattr(sys, "stdout", stream(encoding))
        monkeypatch.setattr(sys, "stderr", stream(encoding))
        terminal.open_terminal()
        return lambda name: getattr(sys, name).buffer.getvalue()

    return put


@pytest.mark.parametrize(
    ("encoding", "line", "printed"),
    [
        ("cp1252", "Ştefan Żabka \u2013 é", b"Stefan Zabka \x96 \xe9\n"),
        ("ascii", "Ştefan \u2013 \u2018Żabka\u2019… Łódź", b"Stefan - 'Zabka'... Lodz\n"),
        ("ascii", "£5 北 🙂 Ææ ß", b"\\xa35 \\u5317 \\U0001f642 AEae \\xdf\n"),
        ("utf-8", "Ştefan 北", "Ştefan 北\n".encode()),
        ("cp437", "Ştefan é", b"Stefan \x82\n"),
    ],
)
def test_every_encoding_takes_every_line(streams, encoding, line, printed):
    read = streams(encoding)
    terminal.say(line)
    terminal.say(line, bad=True)
    assert read("stdout") == printed
    assert read("stderr") == printed


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8", "utf-16", "latin-1"])
def test_json_stays_true_in_every_encoding(streams, encoding):
    read = streams(encoding)
    value = {"path": "ünï \u2013 北 🙂.csv"}
    terminal.print_json(value)
    reader = "ascii" if encoding in {"cp1252", "latin-1"} else encoding
    assert json.loads(read("stdout").decode(reader)) == value


def test_a_line_is_one_line_without_what_steers(streams):
    read = streams("utf-8")
    terminal.say("\x1b]0;PWN\x07a\x9b31m\u202e\u2066b\nWritten: evil\r\x08\ud800")
    assert read("stdout") == b"]0;PWNa31mb Written: evil \n"


def test_a_process_without_streams(monkeypatch):
    """As with pythonw, or after >&-: nothing is said and nothing fails."""
    for name in ("stdout", "stderr", "stdin"):
        monkeypatch.setattr(sys, name, None)
    terminal.open_terminal()
    terminal.say("a")
    terminal.say("a", bad=True)
    terminal.print_json({})
    assert not terminal.at_terminal()
    assert not terminal.sees_progress()


class Broken(io.TextIOBase):
    """A stream that fails as a pipe or a disk does."""

    def __init__(self, error):
        self.error = error

    def write(self, text):
        raise self.error


def test_a_reader_that_has_gone_stops_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken(BrokenPipeError(32, "Broken pipe")))
    terminal.say("a")
    terminal.print_json({})


def test_a_full_disk_is_an_error_on_stdout_but_not_on_stderr(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        terminal.say("a")
    monkeypatch.setattr(sys, "stderr", Broken(OSError(28, "No space left on device")))
    terminal.say("there is nobody left to be told", bad=True)


def test_progress(streams):
    read = streams("ascii")
    terminal.show_progress(1, 2)
    terminal.show_progress(2, 2)
    assert read("stderr").decode() == (
        f"\r  [{'#' * 15}{'-' * 15}] 1 of 2 maps\r  [{'#' * 30}] 2 of 2 maps\n"
    )


def test_a_warning_of_a_library(streams):
    read = streams("ascii")
    terminal.say_warning("\x1b[31mhm", UserWarning, "a.py", 1)
    assert read("stderr") == b"UserWarning: [31mhm\n"
