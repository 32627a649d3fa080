"""What the computer says of files and folders, in sentences that an officer can act on."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

_ELSEWHERE: Final = "or write elsewhere with --out DIR."
_SENTENCES: Final = {
    errno.ENOSPC: (
        f"The disk is full: {{name}} could not be written. Free some space, {_ELSEWHERE}"
    ),
    errno.EDQUOT: (
        "Your space on this disk is used up: {name} could not be written. Delete what you no "
        f"longer need, {_ELSEWHERE}"
    ),
    errno.EFBIG: (
        "{name} is larger than a file may be here, so it could not be written. Ask your IT support "
        f"about the limit, {_ELSEWHERE}"
    ),
    errno.EROFS: (
        f"{{name}} lies on a disk that can be read but not written to. Unlock it, {_ELSEWHERE}"
    ),
    errno.EACCES: (
        "{name} could not be read or written: permission was refused. Is it open in another "
        "program, or does the folder belong to somebody else? Close it, ask whoever looks after "
        f"the folder, {_ELSEWHERE}"
    ),
    errno.EBUSY: (
        "{name} is in use by another program or is the root of a drive. Close what uses it, "
        f"{_ELSEWHERE}"
    ),
    errno.ENOENT: (
        "{name} is not there, or vanished while csp-geo was at work. Look whether the folder was "
        "moved or deleted, and run it again."
    ),
    errno.EISDIR: (
        "{name} is a folder, and a file is needed there. Move it away, or name another."
    ),
    errno.ENOTDIR: (
        "{name} cannot be reached: a file lies where a folder is needed. Move that file away, or "
        "name another folder."
    ),
    errno.EEXIST: (
        "{name} is there already, and something else is needed in its place. Move it away, "
        f"{_ELSEWHERE}"
    ),
    errno.ENOTEMPTY: (
        "Something was put into {name} while csp-geo was at work, so it was left as it is. Run it "
        "again."
    ),
    errno.ENAMETOOLONG: ("The name of {name} is too long for this disk. Choose a shorter one."),
    errno.ELOOP: (
        "{name} is a link that leads back to itself. Remove the link, or name another folder."
    ),
    errno.EINVAL: "{name} is a name that this disk does not take. Choose another.",
    errno.EIO: (
        "The disk reported an error at {name}. Save your work elsewhere, ask your IT support to "
        f"look at it, {_ELSEWHERE}"
    ),
    errno.ENOLCK: (
        "The drive that {name} lies on cannot keep two runs apart (it knows no locks). Write to "
        "another drive with --out DIR."
    ),
}
_SAME: Final = {
    errno.EPERM: errno.EACCES,
    errno.ETXTBSY: errno.EBUSY,
    errno.EOPNOTSUPP: errno.ENOLCK,
    errno.ESTALE: errno.ENOENT,
}
_OF_GDAL: Final = (
    ("full", errno.ENOSPC),
    ("no space", errno.ENOSPC),
    ("too large", errno.EFBIG),
    ("readonly", errno.EROFS),
    ("read-only", errno.EROFS),
    ("permission", errno.EACCES),
    ("no such file", errno.ENOENT),
    ("locked", errno.EBUSY),
    ("unable to open", errno.EACCES),
    ("i/o", errno.EIO),
)
"""Words of GDAL and SQLite, which know no error numbers, in the order in which they are tried."""


def say(error: OSError, name: str = "") -> str:
    """Say what went wrong with a file or folder, and what to try.

    Parameters
    ----------
    name
        What the sentence is about; by default the last part of the path that the error names, never
        the whole path.
    """
    code = _SAME.get(error.errno or 0, error.errno or 0)
    named = Path(str(error.filename)).name if error.filename else ""
    why = error.strerror or "no reason was given"
    said = _SENTENCES.get(
        code,
        "{name} could not be read or written: {why}. Look whether it is open "
        "in another program, and run it again.",
    ).format(name=name or named or "a file", why=why)
    return said.replace("a file", "A file", 1) if said.startswith("a file ") else said


def from_gdal(error: Exception, path: Path) -> OSError:
    """Return what GDAL said of a layer that it could not write as an error of the system."""
    words = str(error).casefold()
    code = next((code for word, code in _OF_GDAL if word in words), errno.EIO)
    return OSError(code, str(error), str(path))
