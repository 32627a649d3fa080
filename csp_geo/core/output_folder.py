"""An output folder: written whole or not at all, by one run at a time; what is not ours is kept.

The new folder is built beside the old one under a lock, everything in the old one that is not ours
is brought into it, and the two change places. While it is built it is `.NAME.csp_geo-new`; whole,
but out of place, `.NAME.csp_geo-last`. docs/decisions/0012-output-folders.md says why.

Where two folders cannot change places at once (Windows, some network drives) there are two steps.
A run that is killed between them leaves the old folder beside its place, and `heal` moves it back.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core import kept
from csp_geo.core.disk import say
from csp_geo.core.errors import CspGeoError, OutputError, SettingsError
from csp_geo.core.lock import hold
from csp_geo.core.storage import make_below, make_folder, sha256_of, write_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

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


def place_of(path: Path) -> Path:
    """Return the real place of an output folder, whatever links lead to it.

    Raises
    ------
    OutputError
        If no folder can be made there, or the one there is cannot be replaced.
    """
    for part in (path, *path.parents):
        if part.is_symlink() and not part.exists():
            raise OutputError(
                f"{shown(part)} is a link that leads nowhere: the folder it names is not there. Is "
                "a drive not connected? Make the folder, remove the link, or write elsewhere with "
                "--out DIR."
            )
    place = Path(os.path.realpath(path))
    there = next(part for part in (place, *place.parents) if part.exists())
    if not there.is_dir():
        raise OutputError(
            f"{shown(path)} cannot be made: {there.name} is a file, and a folder is needed there. "
            "Move the file away, or write elsewhere with --out DIR."
        )
    if os.path.ismount(place):
        raise OutputError(
            f"{shown(path)} is the root of a drive, and a folder there could not be replaced as a "
            "whole. Name a folder on the drive with --out DIR."
        )
    here = Path.cwd()
    if place in (here, *here.parents):
        raise OutputError(
            f"{shown(path) or 'The folder'} is the folder you work in, or one above it, and cannot "
            "be replaced while you do. Name a folder of its own, such as --out made."
        )
    return place


def shown(path: Path) -> str:
    """Write a folder as people named it, but never where in the computer it lies."""
    if path.is_absolute() or ".." in path.parts or not path.name:
        return Path(os.path.realpath(path)).name
    return path.as_posix()


_NEW: Final = ".csp_geo-new"
_LAST: Final = ".csp_geo-last"
_LOCK: Final = ".csp_geo-lock"
_JUNCTION: Final = 0xA0000003
"""What Windows says of a folder that is another name of one elsewhere."""


@dataclass(frozen=True)
class OutputFolder:
    """Where a command writes its files.

    `path` is the folder as the user named it, which may be a link to another. `command` ("csp-geo
    weekly") is what others are told who wait for it; `progress` is told if this run waits.
    `public` is a folder in it in which nothing but ours may lie.
    """

    path: Path
    command: str
    progress: Callable[[str], None]
    public: str = ""

    def check(self) -> None:
        """Refuse a folder that could not be written, or in which somebody has worked.

        Called before the work begins: nobody likes to wait for a refusal. `write` looks again.
        """
        with _in_words(self.path):
            place = place_of(self.path)
            heal(place)
            if place.exists():
                with self._alone(place):
                    self._refuse_worked_in(place, kept.written_in(place))

    def write(
        self, files: Mapping[str, bytes | Callable[[Path], None]], *, stays: str = ""
    ) -> list[str]:
        """Write all files, or none.

        Parameters
        ----------
        files
            By path in the folder (posix): the bytes, or what writes them to the path it is given.
        stays
            How the paths begin of those files of an earlier run that stay as they are.

        Returns
        -------
        moved
            Where now lies what somebody had put into the public folder.

        Raises
        ------
        SettingsError
            If somebody has worked in a file of the folder; nothing is then changed.
        OutputError
            If the folder cannot be written, or another run does not stop writing it.
        """
        with _in_words(self.path):
            place = place_of(self.path)
            make_folder(place.parent)
            for last in place.parent.glob(f".*{_LAST}"):
                name = last.name.removesuffix(_LAST)[1:]
                if name.strip(".") and _is_folder(last):
                    heal(place.with_name(name))
            with self._alone(place):
                before = kept.written_in(place)
                self._refuse_worked_in(place, before)
                left = {
                    name: digest
                    for name, digest in before.items()
                    if stays and name.startswith(stays) and (place / name).is_file()
                }
                new = _beside(place, _NEW)
                new.mkdir(mode=0o700)
                try:
                    written = self._build(new, files, left)
                    foreign = self._install(new, place, written, left)
                except BaseException:
                    with suppress(OSError):
                        self._put_right(place)
                    raise
        return [other for name, other in foreign.items() if other != name]

    @contextmanager
    def _alone(self, place: Path) -> Iterator[None]:
        """Hold the folder's lock, after what a run that was killed left behind is put right."""
        with hold(_beside(place, _LOCK), shown(self.path), self.command, self.progress):
            self._put_right(place)
            yield

    def _build(
        self,
        new: Path,
        files: Mapping[str, bytes | Callable[[Path], None]],
        left: Mapping[str, str],
    ) -> dict[str, str]:
        """Write everything into a new folder; return the hashes of all files that are to be there.

        `left` are those of the old one that stay.
        """
        written = dict(left)
        for name, data in files.items():
            make_below(new, name)
            if isinstance(data, bytes):
                write_bytes(new / name, data)
                written[name] = sha256(data).hexdigest()
            else:
                data(new / name)
                written[name] = sha256_of(new / name)
        record = kept.record_of(self.command, written)
        write_bytes(new / kept.RECORD, record)
        return {**written, kept.RECORD: sha256(record).hexdigest()}

    def _install(
        self, new: Path, place: Path, written: Mapping[str, str], left: Collection[str]
    ) -> dict[str, str]:
        """Let a finished folder take the place of the one that is there, if there is one.

        Returns what of the old one was not ours, and where it lies now.
        """
        ours: dict[str, str] = {}
        foreign: dict[str, str] = {}
        if place.exists():
            ours = kept.written_in(place, written)
            self._refuse_worked_in(place, ours, new)
            ours = {name: ours[name] for name in ours if name not in left}
            foreign = self._foreign(place, ours, left)
            for name in foreign.values():
                if os.path.lexists(new / name):  # a drive on which Map.html and map.html are one
                    raise self._refusal(name)
            kept.bring(foreign, place, new)
        if not kept.is_whole(new, written):
            raise OutputError(
                f"{shown(self.path)} was not written: another program changed or deleted files in "
                "the new folder while it was being made. Run csp-geo again."
            )
        if not place.exists():
            new.rename(place)
            return {}
        aside = _beside(place, _LAST)
        swap(new, place, aside)
        try:
            self._refuse_worked_in(aside, ours, place)  # since the last look
        except SettingsError:
            swap_back(place, aside, new)
            raise
        with suppress(OSError):  # the new one is in place: the rest can be done by the next run
            kept.bring(self._foreign(aside, ours, left), aside, place)  # what came since
            _discard(aside, new)
        return foreign

    def _put_right(self, place: Path) -> None:
        """Clear what a run that failed left beside a folder; nobody else can be at work there.

        A folder that was moved aside is put back. Nothing that is not ours is lost, nor what
        somebody changed in the old one before it could be looked at.
        """
        new, last = _beside(place, _NEW), _beside(place, _LAST)
        if _ours_at(new, self.path):
            _remove(new)
            if new.exists():
                raise OutputError(
                    f"{new.name}, beside {shown(self.path)}, is left from an earlier run and "
                    "cannot be removed: it is in use, or belongs to somebody else. Remove it by "
                    "hand and run this again, or write elsewhere with --out DIR."
                )
        if not _ours_at(last, self.path):
            return
        if not place.exists():
            last.rename(place)
            return
        written = kept.written_in(last, kept.written_in(place))
        edited = self._aside(kept.edited(last, written, place), place)
        foreign = kept.strangers(last, written)
        names = {name: name for name in foreign if not os.path.lexists(place / name)}
        kept.bring(kept.below(edited, names), last, place)
        for name, other in edited.items():
            self.progress(f"Somebody changed {shown(self.path)}/{name}: kept as {other}")
        _discard(last, new)

    def _aside(self, names: Iterable[str], place: Path) -> dict[str, str]:
        """Return where files of ours that somebody changed are to lie beside the new ones."""
        found = {}
        for name in names:
            public = bool(self.public) and name.startswith(f"{self.public}/")
            path = PurePosixPath(f"not-{name}" if public else name)
            other, n = path.with_stem(f"{path.stem} (edited)"), 1
            while os.path.lexists(place / other):
                n += 1
                other = path.with_stem(f"{path.stem} (edited {n})")
            found[name] = str(other)
        return found

    def _foreign(
        self, folder: Path, ours: Collection[str], left: Collection[str]
    ) -> dict[str, str]:
        """Return what is not ours, and where it is to lie: never in the public folder."""
        found = {}
        for name in kept.strangers(folder, ours):
            other, n = name, 1
            if self.public and name.startswith(f"{self.public}/") and name not in left:
                path = PurePosixPath(f"not-{name}")
                other = str(path)
                while os.path.lexists(folder / other) and not kept.same(
                    folder / name, folder / other
                ):
                    n += 1
                    other = str(path.with_stem(f"{path.stem} ({n})"))
            found[name] = other
        return found

    def _refuse_worked_in(
        self, place: Path, written: Mapping[str, str], new: Path | None = None
    ) -> None:
        """Refuse to replace what somebody has worked in, or has open."""
        if (name := kept.worked_in(place, written, new)) is None:
            return
        if kept.is_open(place / name):
            raise SettingsError(
                f"{shown(self.path)}/{name} is open in another program. Close it there and run "
                "this again, or write to another folder with --out DIR."
            )
        raise self._refusal(name)

    def _refusal(self, name: str) -> SettingsError:
        return SettingsError(
            f"{shown(self.path)}/{name} is not as csp-geo wrote it: it has been filled in, changed "
            "or put there by hand, and a new one would replace it. Move or rename it, or write to "
            "another folder with --out DIR."
        )


def heal(path: Path) -> None:
    """Put a folder back that a killed run moved aside: whoever reads a folder looks here first."""
    place = Path(os.path.realpath(path))
    last = _beside(place, _LAST)
    if place.exists() or not _ours_at(last, path):
        return
    with _in_words(path), hold(_beside(place, _LOCK), shown(path), "csp-geo", lambda _: None):
        if not place.exists() and _ours_at(last, path):
            last.rename(place)


def _is_folder(path: Path) -> bool:
    """Tell whether a folder lies at a path: no link, and no other name of a folder elsewhere."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    is_junction = getattr(found, "st_reparse_tag", 0) == _JUNCTION
    return stat.S_ISDIR(found.st_mode) and not is_junction


def _ours_at(path: Path, folder: Path) -> bool:
    """Tell whether a folder of ours lies beside another; what else lies there is not touched.

    Raises
    ------
    OutputError
        If there is a link or a file: what it leads to is somebody's.
    """
    if _is_folder(path):
        return True
    if os.path.lexists(path):
        what = "a file" if path.is_file() and not path.is_symlink() else "a link"
        raise OutputError(
            f"{path.name}, beside {shown(folder)}, is {what}, and csp-geo needs this name for a "
            "folder of its own. It was left as it is: move it away and run this again."
        )
    return False


def _discard(last: Path, new: Path) -> None:
    """Remove a folder of which nothing is needed any more; from now on it is not whole."""
    last.rename(new)
    _remove(new)


def _remove(folder: Path) -> None:
    """Remove a folder of ours; what cannot be removed now is by the next run."""
    for above, _, _ in os.walk(folder):
        with suppress(OSError):  # of another user, on a drive that several share
            Path(above).chmod(0o700)  # what we brought into it may bar us
    shutil.rmtree(folder, ignore_errors=True)


def _beside(place: Path, ending: str) -> Path:
    return place.with_name(f".{place.name}{ending}")


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Say in a sentence what the system has against writing a folder."""
    try:
        yield
    except CspGeoError:
        raise
    except OSError as error:
        raise OutputError(say(error, shown(path))) from error
