"""What the computer says of files and folders, in sentences that an officer can act on."""

from __future__ import annotations

import errno
import os
import tempfile
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
        "{name} could not be written: the file is larger than this disk or account allows. Ask "
        f"your IT support about the limit, {_ELSEWHERE}"
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
        "{name} is not there, or disappeared while csp-geo was running. Check whether the folder "
        "was moved or deleted, and run csp-geo again."
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
    errno.EINVAL: "{name} is a name that this disk does not accept. Choose another.",
    errno.EIO: (
        "The disk reported an error at {name}. Save your work elsewhere, ask your IT support to "
        f"look at it, {_ELSEWHERE}"
    ),
    errno.ENOLCK: (
        "The drive that {name} is on does not support file locks, so two runs could write there "
        "at once. Write to another drive with --out DIR."
    ),
}
_SAME: Final = {
    errno.EPERM: errno.EACCES,
    errno.ETXTBSY: errno.EBUSY,
    errno.EOPNOTSUPP: errno.ENOLCK,
    errno.ESTALE: errno.ENOENT,
}
_ROOM: Final = 1 << 24
"""So many bytes are tried where GDAL could not write a layer."""


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
        "{name} could not be read or written: {why}. Check whether it is open "
        "in another program, and run it again.",
    ).format(name=name or named or "a file", why=why)
    return said.replace("a file", "A file", 1) if said.startswith("a file ") else said


def from_gdal(error: Exception, path: Path) -> OSError:
    """Return why GDAL could not write a layer as an error of the system.

    GDAL knows no error numbers, and of a full disk it may say that a table is missing. So the
    system itself is asked, by writing beside the layer.
    """
    try:
        with tempfile.TemporaryFile(dir=path.parent) as stream:
            stream.write(bytes(_ROOM))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as found:
        return OSError(found.errno, found.strerror, str(path))
    return OSError(errno.EIO, str(error), str(path))
