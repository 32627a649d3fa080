"""What in an output folder is as csp_geo wrote it, and what is somebody's.

A small file in every output folder, `RECORD`, holds the SHA-256 of each file that was written with
it. It is a file of its own so that run.json and the like stay the same for the same inputs.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from csp_geo.core.storage import make_below, sha256_of
from csp_geo.core.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

RECORD: Final = ".csp_geo.json"
_EARLIER: Final = ("run.json", "havens.json")
"""What a pack of an earlier version has instead, without hashes; it was written last."""
_OTHER: Final = ""
"""The hash of a file of which is known that it is no longer as it was written."""
_LATER_NS: Final = 2_000_000_000
"""A file of an earlier version that is so much newer than its record was worked in."""
_OPEN: Final = ("~${}", ".~lock.{}#", "{}-wal", "{}-shm", "{}-journal")
"""What lies beside a file while Excel, LibreOffice or a GIS program has it open."""


def record_of(command: str, written: Mapping[str, str]) -> bytes:
    """Return the record of a folder."""
    return json_text({"command": command, "written": dict(written)}, indent=2).encode()


def written_in(folder: Path, names: Iterable[str] = ()) -> dict[str, str]:
    """Return the hashes of what csp_geo wrote into a folder, by name.

    Parameters
    ----------
    names
        What is being written now; these names are ours too. If the record does not list a file of
        such a name, csp_geo did not write it. A pack of an earlier version has no record: there
        the file is ours unless it was saved after the rest.
    """
    names = {RECORD, *names}
    try:
        if not _is_regular(folder / RECORD):
            return dict.fromkeys(names, _OTHER)
        said = json.loads((folder / RECORD).read_bytes())["written"]
        known = {str(name): str(digest) for name, digest in said.items()}
        known[RECORD] = sha256_of(folder / RECORD)
    except FileNotFoundError:
        known = _written_earlier(folder, names)
    except (ValueError, KeyError, TypeError, AttributeError):
        known = {}  # somebody worked in the record itself
    return {**dict.fromkeys(names, _OTHER), **known}


_SIGN_OF_HASHES: Final = b'"caution_codes"'
"""Stands in the record of every version that also keeps hashes."""


def _written_earlier(folder: Path, names: Iterable[str]) -> dict[str, str]:
    last = next((folder / name for name in _EARLIER if (folder / name).is_file()), None)
    if last is None or _SIGN_OF_HASHES in last.read_bytes():
        return {}  # of a version that keeps hashes, but without them: it was copied, or changed
    latest = last.stat().st_mtime_ns + _LATER_NS
    paths = {name: folder / name for name in names}
    return {
        name: sha256_of(path)
        for name, path in paths.items()
        if path.is_file() and path.stat().st_mtime_ns <= latest
    }


def worked_in(folder: Path, written: Mapping[str, str], new: Path | None = None) -> str | None:
    """Return the first of our files in a folder that somebody changed, or has open.

    A file that is the same in the folder `new`, which is to take the place, is nobody's work.
    """
    for name in sorted(written):
        path = folder / name
        if (above := _no_folder_above(folder, name)) is not None:
            return above
        if is_open(path):
            return name
        if not os.path.lexists(path) or (new is not None and same(path, new / name)):
            continue
        if not _is_as_written(path, written[name]):
            return name
    return None


def is_whole(folder: Path, written: Mapping[str, str]) -> bool:
    """Tell whether all files are there as they were written."""
    return all(
        (folder / name).is_file() and sha256_of(folder / name) == digest
        for name, digest in written.items()
    )


def _no_folder_above(folder: Path, name: str) -> str | None:
    """Return what lies as a link or a file where a folder of ours was."""
    for above in PurePosixPath(name).parents[:-1]:
        path = folder / above
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            return str(above)
    return None


def is_open(path: Path) -> bool:
    """Tell whether another program has a file open, by what it leaves beside it."""
    return any(path.with_name(mark.format(path.name)).exists() for mark in _OPEN)


def edited(folder: Path, written: Mapping[str, str], new: Path) -> list[str]:
    """List what lies in a folder where a file or folder of ours was, and is not as written.

    What is the same in the folder `new`, which has taken the place, is nobody's work.
    """
    folders = {str(above) for name in written for above in PurePosixPath(name).parents}
    return [
        name
        for name, path in _walk(folder)
        if (name in folders and not (path.is_dir() and not path.is_symlink()))
        or (name in written and not _is_as_written(path, written[name]))
        if not same(path, new / name)
    ]


def below(names: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Return both mappings as one; any of `others` inside one of `names` moves with it."""
    moved = dict(names)
    for name, other in others.items():
        above = next((str(p) for p in PurePosixPath(name).parents if str(p) in names), "")
        moved[name] = f"{names[above]}{name.removeprefix(above)}" if above else other
    return moved


def _is_regular(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _is_as_written(path: Path, digest: str) -> bool:
    try:
        return _is_regular(path) and sha256_of(path) == digest
    except FileNotFoundError:
        return True  # it was deleted, which is for others to decide
    except PermissionError:
        return False  # on Windows: open in another program


def same(path: Path, other: Path) -> bool:
    """Tell whether two paths are one file, or files of the same bytes."""
    try:
        if path.is_symlink() or other.is_symlink():
            return path.is_symlink() and other.is_symlink() and path.readlink() == other.readlink()
        if path.is_dir() or other.is_dir():
            return path.is_dir() and other.is_dir()
        if path.samefile(other):
            return True
        alike = path.is_file() and path.stat().st_size == other.stat().st_size
        return alike and sha256_of(path) == sha256_of(other)
    except FileNotFoundError:
        return False


def _walk(folder: Path, above: str = "") -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.iterdir()):
        name = f"{above}{path.name}"
        yield name, path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, f"{name}/")


def strangers(folder: Path, written: Iterable[str]) -> list[str]:
    """List what in a folder is not ours, by path: files, links, and folders before their content.

    A folder that holds files of ours is ours.
    """
    ours = set(written)
    ours |= {str(above) for name in ours for above in PurePosixPath(name).parents}
    return [name for name, _ in _walk(folder) if name not in ours]


def bring(names: Mapping[str, str], folder: Path, into: Path) -> None:
    """Bring what is not ours into another folder, in place of what is there; nothing is moved.

    Files are linked, so that they are the same files in both; where a drive has no links they are
    copied.

    Parameters
    ----------
    names
        Paths in `folder` and where they are to lie in the other, folders before their content.
    """
    folders = []
    for name, other in names.items():
        path, place = folder / name, into / other
        if same(path, place):
            continue
        make_below(into, other)
        if path.is_dir() and not path.is_symlink():
            place.mkdir(mode=0o700, exist_ok=True)
            folders.append((path, place))
        elif os.path.lexists(place):
            beside = place.with_name(f".{place.name}.csp_geo-new")
            _link(path, beside)
            beside.replace(place)
        else:
            _link(path, place)
    for path, place in reversed(folders):
        shutil.copystat(path, place)


def _link(path: Path, place: Path) -> None:
    if path.is_symlink():
        place.symlink_to(path.readlink(), target_is_directory=path.is_dir())
        return
    try:
        place.hardlink_to(path)
    except OSError:
        shutil.copy2(path, place)
