"""A made-up terminal at which a command asks and a person answers."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time

import pytest

pty = pytest.importorskip("pty", reason="a terminal can be made up only on Unix")


CTRL_C, CTRL_D = "\x03", "\x04"
TYPED = {CTRL_C: b"\x03\n", CTRL_D: b"\x04"}
"""The bytes of a key. A Ctrl-C that comes in the instant before Python waits for the line is minded
only when the line ends, so Enter is pressed after it."""


WITHIN_S = 240
"""So long a dialogue may take in all, on a machine that has much else to do."""
PROMPT = re.compile(rb"(?:\]|\)|Which is it): $")
SWITCHES = re.compile(rb"\x1b\[\?2004[hl]")
"""What a terminal is told when a line is to be typed: no part of what is shown."""
AT_A_TERMINAL = (
    "import os, runpy; os.close(os.open(os.ttyname(0), os.O_RDWR)); "  # its keys are signals now
    "runpy.run_module('csp_geo', run_name='__main__', alter_sys=True)"
)


def talk(folder, answers, *arguments):
    """Run the command at a made-up terminal and answer each question; what was shown, the code.

    A question ends with a space that is written when the line is ready to be typed: an answer
    before it could be lost.
    """
    until = time.monotonic() + WITHIN_S
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        try:
            shown, left = conversation(ours, list(answers), until)
            code = process.wait(max(0, until - time.monotonic()))
        finally:
            process.kill()  # nothing, if it has ended
            os.close(ours)
    assert not left, shown
    return shown, code


def conversation(terminal, waiting, until):
    """Answer what is asked until the other side is gone; what was shown, the answers left over."""
    shown = b""
    while select.select([terminal], [], [], max(0, until - time.monotonic()))[0]:
        try:
            read = os.read(terminal, 4096)
        except OSError:  # what Linux says when the other side is gone
            read = b""
        if not read:
            return shown.decode().replace("\r\n", "\n"), waiting
        shown = SWITCHES.sub(b"", shown + read)
        if waiting and PROMPT.search(shown):
            said = waiting.pop(0)
            os.write(terminal, TYPED.get(said, f"{said}\n".encode()))
            shown += b"\n"
    pytest.fail(f"no end after {WITHIN_S} seconds: {shown.decode()}")
