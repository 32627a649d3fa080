"""One run at a time for each output folder, by a lock of the operating system.

The lock is on a file beside the folder. The system lets go of it when a process ends, however it
ends, so a lock file that a killed run left behind holds nobody up. What stands in the file tells
those who wait who is at work: process and command, never a user. Whatever else lies at its name
(a link, a file with other content) is somebody's: it is refused, and never written or removed.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from csp_geo.core.errors import OutputError
from csp_geo.core.period import say_day
from csp_geo.core.visible import json_text
from csp_geo.core.wording import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT_S = 30.0
"""How long to wait for another run that writes the same folder; writing takes a few seconds."""
_PAUSE_S: Final = 0.1
_TAKEN: Final = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})
_MOST_READ: Final = 2_000
_OURS: Final = {"process", "command"}
_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""A link is not followed; Windows has no such flag, and there the look before has to do."""

if sys.platform == "win32":  # pragma: no cover - the same promise with another call
    import msvcrt

    _FAR: Final = 1 << 30  # beyond what stands in the file: Windows bars others from a locked byte

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def hold(path: Path, folder: str, command: str, progress: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock at `path` while the block runs.

    Parameters
    ----------
    folder
        What is locked, in words, for the sentences.
    command
        What the holder is doing, for those who wait.
    progress
        Is told, once, if another run is in the way.

    Raises
    ------
    OutputError
        If another run still holds it after `WAIT_S` seconds, or what lies there is not ours.
    """
    descriptor = _taken(path, folder, progress)
    try:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json_text({"process": os.getpid(), "command": command}).encode())
        yield
    finally:
        _let_go(path, descriptor)


def _taken(path: Path, folder: str, progress: Callable[[str], None]) -> int:
    """Wait for the lock; return the descriptor that holds it."""
    waited = 0.0
    while (descriptor := _try(path, folder)) is None:
        if not waited:
            progress(f"Waiting for another run that is writing {folder} ({_holder(path)})")
        if waited >= WAIT_S:
            raise OutputError(
                f"Another run is writing {folder}: {_holder(path)}. Wait until it has ended, or "
                "end it, and run this again; or write elsewhere with --out DIR."
            )
        time.sleep(_PAUSE_S)
        waited += _PAUSE_S
    return descriptor


def _try(path: Path, folder: str) -> int | None:
    """Return a descriptor that holds the lock, `None` if another has it or just let go of it."""
    with suppress(FileNotFoundError):
        if (other := _other_kind(path.lstat())) is not None:
            raise _not_ours(path, folder, other)
    descriptor = os.open(path, _FLAGS, 0o600)
    try:
        _lock(descriptor)
        found = os.fstat(descriptor)
        if os.path.samestat(path.lstat(), found):
            if (other := _other_kind(found) or _other_content(descriptor)) is not None:
                raise _not_ours(path, folder, other)
            return descriptor
    except FileNotFoundError:
        pass  # the file that we locked was just removed by the run before
    except OSError as error:
        if error.errno not in _TAKEN:
            os.close(descriptor)
            raise
    os.close(descriptor)
    return None


def _other_kind(found: os.stat_result) -> str | None:
    """Say what lies at the lock's name if it is not a file, or one that lies elsewhere as well."""
    if stat.S_ISLNK(found.st_mode):
        return "a link"
    if stat.S_ISDIR(found.st_mode):
        return "a folder"
    if not stat.S_ISREG(found.st_mode):
        return "no file"
    return "a file that has another name as well (a hard link)" if found.st_nlink > 1 else None


def _other_content(descriptor: int) -> str | None:
    """Say so if a file holds anything but what `hold` writes; a power cut may leave zeros."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    data = os.read(descriptor, _MOST_READ).strip(b"\0")
    try:
        is_ours = not data or set(json.loads(data)) == _OURS
    except (ValueError, TypeError, RecursionError):
        is_ours = False
    return None if is_ours else "a file with something else in it"


def _not_ours(path: Path, folder: str, what: str) -> OutputError:
    return OutputError(
        f"{path.name}, beside {folder}, is {what}: csp-geo needs this name for its lock, and left "
        "it as it is. Move it away and run this again, or write elsewhere with --out DIR."
    )


def _let_go(path: Path, descriptor: int) -> None:
    """Remove the lock file and release the lock; those who wait for the removed file look again."""
    with suppress(OSError):
        is_ours = os.path.samestat(path.lstat(), os.fstat(descriptor))
        if is_ours and sys.platform != "win32":
            path.unlink()
    os.close(descriptor)
    if sys.platform == "win32":  # pragma: no cover - there, no open file can be removed
        with suppress(OSError):
            path.unlink()


def _holder(path: Path) -> str:
    """Say who holds a lock: process, command, and since when."""
    try:
        with path.open("rb") as stream:
            text = stream.read(_MOST_READ)
        since = datetime.fromtimestamp(path.stat().st_mtime, ZoneInfo("Europe/London"))
        held = json.loads(text)
        return (
            f"process {int(held['process'])}, {shortened(str(held['command']))}, "
            f"since {since:%H:%M} on {say_day(since.date())}"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "it is not known which"
