"""Two folders change places, in one step where the system can: no moment without a whole folder.

Where it cannot (Windows, some network drives) there are two steps. A run that is killed between
them leaves the old folder beside its place, and `heal` moves it back.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2
_NOT_HERE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def swap(new: Path, place: Path, aside: Path) -> None:
    """Put the folder `new` in the place of another, which then lies at `aside`.

    At every moment a whole folder lies at `place` or at `aside`, and what lies there is whole.
    """
    new.rename(aside)
    if not exchange(aside, place):
        aside.rename(new)
        place.rename(aside)
        new.rename(place)


def swap_back(place: Path, aside: Path, new: Path) -> None:
    """Undo a `swap`; the folder that was new then lies at `aside` or at `new`."""
    if not exchange(aside, place):
        place.rename(new)
        aside.rename(place)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; `False` where the system has no such step."""
    sys.audit("csp_geo.exchange", str(one), str(other))
    library: Any = None if sys.platform == "win32" else ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):
        done = library.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE)
    elif hasattr(library, "renamex_np"):  # pragma: no cover - macOS
        done = library.renamex_np(*paths, _RENAME_SWAP)
    else:  # pragma: no cover - Windows
        return False
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), str(other))
