"""What in an output folder is as csp_geo wrote it, and what is somebody's.

The record of a folder (run.json and the like) holds the SHA-256 of every file that was written with
it under `written`, and its own under `seal`: that of the record with zeros in this place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from csp_geo.storage import make_below, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ZEROS: Final = "0" * 64
_OTHER: Final = ""
"""The hash of a file of which is known that it is no longer as it was written."""
_LATER_NS: Final = 2_000_000_000
"""A file of an earlier version that is so much newer than its record was worked in."""
_OPEN: Final = ("~${}", ".~lock.{}#", "{}-wal", "{}-shm", "{}-journal")
"""What lies beside a file while Excel, LibreOffice or a GIS program has it open."""


def sealed(record: Mapping[str, Any], written: Mapping[str, str]) -> tuple[dict[str, Any], bytes]:
    """Return a record with the hashes of what was written, and the bytes of its file."""
    full = {**record, "written": dict(sorted(written.items())), "seal": _ZEROS}
    blank = json.dumps(full, indent=2, ensure_ascii=False).encode("utf-8")
    full["seal"] = hashlib.sha256(blank).hexdigest()
    return full, json.dumps(full, indent=2, ensure_ascii=False).encode("utf-8")


def written_in(folder: Path, record: str, names: Iterable[str] = ()) -> dict[str, str]:
    """Return the hashes of what csp_geo wrote into a folder, by name, from its record.

    Parameters
    ----------
    names
        Are ours as well: what is written now. A file of such a name that the record does not know
        is nothing that csp_geo wrote; only in a pack of an earlier version, whose record has no
        hashes, it is, unless it was saved after the record.
    """
    path = folder / record
    known: dict[str, str] = {}
    try:
        data = path.read_bytes()
        said = json.loads(data)
        if "written" in said:
            known = {str(name): str(value) for name, value in said["written"].items()}
            known[record] = _hash_if_whole(data, str(said["seal"]))
        elif "version" in said:
            known = _written_earlier(folder, path, names)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        known[record] = _OTHER
    return {**dict.fromkeys(names, _OTHER), **known}


def _hash_if_whole(record: bytes, seal: str) -> str:
    blank = record.replace(seal.encode(), _ZEROS.encode())
    whole = hashlib.sha256(blank).hexdigest() == seal
    return hashlib.sha256(record).hexdigest() if whole else _OTHER


def _written_earlier(folder: Path, record: Path, names: Iterable[str]) -> dict[str, str]:
    latest = record.stat().st_mtime_ns + _LATER_NS
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in (folder / name for name in {*names, record.name})
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
        if not os.path.lexists(path) or (new is not None and _same(path, new / name)):
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


def _is_as_written(path: Path, digest: str) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode) and sha256_of(path) == digest
    except FileNotFoundError:
        return True  # it was deleted, which is for others to decide
    except PermissionError:
        return False  # on Windows: open in another program


def _same(path: Path, other: Path) -> bool:
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


def differing(folder: Path, other: Path, names: Iterable[str]) -> list[str]:
    """Return those names under which two folders do not hold the same."""
    return [name for name in names if not _same(folder / name, other / name)]


def bring(names: Iterable[str], folder: Path, into: Path) -> None:
    """Bring what is not ours into another folder, in place of what is there; nothing is moved.

    Files are linked, so that they are the same files in both; where a drive has no links they are
    copied.
    """
    folders = []
    for name in names:
        path, place = folder / name, into / name
        make_below(into, name)
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
