"""Where the bytes of a file lie: on disk, or in a ZIP that is never unpacked; and its time limit.

The stopwatch that starts with a file is the only clock outside the command line: it ends a reading
that would go on and on, and never enters what is read (docs/decisions/0014-one-door.md).
"""

from __future__ import annotations

import glob
import io
import lzma
import re
import struct
import time
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from csp_geo.core.errors import SourceError
from csp_geo.core.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_SMALL: Final = 10_000_000
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_WIDE_MARK: Final = b"PK\x06\x07"
_WIDE_SIZE: Final = 20
_LONGEST_REMARK: Final = 65_535


def list_members(origin: Origin) -> list[zipfile.ZipInfo]:
    """List all members of a ZIP, if it can be read.

    Raises
    ------
    SourceError
        If it is damaged, larger than the limits, has a password, or could write outside its folder
        if it were unpacked.
    """
    try:
        with origin.open() as stream, zipfile.ZipFile(stream) as archive:
            every = archive.infolist()
    except (*DAMAGED, ValueError) as error:
        raise SourceError(
            f"{origin.where} could not be read as a ZIP file: it is damaged. Ask for it again."
        ) from error
    check_members(every, origin.where, origin.limits)
    for member in every:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or _DRIVE.match(member.filename):
            raise SourceError(
                f"{origin.where} holds a file whose name leads out of the ZIP: it was not read. "
                "Ask the sender for it again."
            )
        if member.flag_bits & _ENCRYPTED:
            raise SourceError(
                f"{origin.where} has a password. Unpack it yourself, and use the files in it."
            )
        if member.compress_type not in _METHODS:
            raise SourceError(
                f"{origin.where} is packed in a way that cannot be read. Unpack it yourself, and "
                "use the files in it."
            )
    return every


def check_members(members: Sequence[zipfile.ZipInfo], where: str, limits: Limits) -> None:
    """Refuse a ZIP that would unpack to too much.

    Raises
    ------
    SourceError
        If it has too many members, or they are too large or packed too tightly to be data.
    """
    if len(members) > limits.members:
        raise SourceError(
            f"{where} holds {len(members):,} files, more than the {limits.members:,} that are "
            "read. Split it."
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise SourceError(
            f"{where} would unpack to {say_bytes(unpacked)}, more than the "
            f"{say_bytes(limits.unpacked_bytes)} that are read. Split it."
        )
    for member in members:
        if member.file_size > limits.file_bytes:
            raise SourceError(
                f"{where} holds a file of {say_bytes(member.file_size)}, more than the "
                f"{say_bytes(limits.file_bytes)} that are read from one file. Split it."
            )
        if member.file_size > max(_SMALL, limits.ratio * member.compress_size):
            raise SourceError(
                f"{where} holds a file that unpacks to more than {limits.ratio:,} times its size: "
                "that is not data, and it was not unpacked. Ask for it again."
            )


def check_one_reading(stream: IO[bytes], where: str) -> None:
    """Refuse a ZIP that two programs may read as two different lists of files.

    What is looked at here must be what GDAL reads: so there is one list, it stands at the end and
    says itself where it begins, and no name stands in it twice.

    Raises
    ------
    SourceError
        If it is otherwise.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _END.size - _LONGEST_REMARK - _WIDE_SIZE))
    tail = stream.read()
    at = tail.rfind(_END_MARK)
    n_members = -1
    if at >= 0 and tail.count(_END_MARK) == 1 and len(tail) - at >= _END.size:
        _, *disks, here, n, length, start, remark = _END.unpack_from(tail, at)
        whole = at + _END.size + remark == len(tail) and start + length == size - len(tail) + at
        wide = tail[max(0, at - _WIDE_SIZE) : at].startswith(_WIDE_MARK)
        if whole and not wide and disks == [0, 0] and here == n:
            n_members = n
    with zipfile.ZipFile(stream) as archive:
        names = [_plain_name(member.filename) for member in archive.infolist()]
    if not len(names) == n_members == len(set(names)):
        raise SourceError(
            f"{where} is packed in an unusual way: different programs may find different files in "
            "it. Unpack it yourself, and use those files."
        )


def _plain_name(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/"))).casefold()


LIMITS: Final = Limits()
_MB: Final = 1_000_000
_START: Final = 4096
_LFS: Final = b"version https://git-lfs"
_PAGE: Final = re.compile(
    rb"\s*+(?:(?><!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_BOM: Final = b"\xef\xbb\xbf"
DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, NotImplementedError),
)
"""What reading a file or a member raises when its bytes are not what they should be."""


def say_bytes(size: int) -> str:
    """Say a size in megabytes."""
    return f"{size / _MB:,.0f} MB"


def _stopwatch() -> float:
    return time.monotonic()


@dataclass(frozen=True)
class Origin:
    """The bytes of one file; `member` is its name within the ZIP at `path`, "" without one.

    `where` is how messages name it, `started` when its reading began, on a stopwatch in seconds.
    `held` are the bytes of a small member: its ZIP need not be opened for each look at it.
    """

    path: Path
    where: str
    member: str = ""
    limits: Limits = LIMITS
    started: float = field(default_factory=_stopwatch, compare=False)
    held: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def suffix(self) -> str:
        """How its name ends, in lower case."""
        return PurePosixPath(self.member or self.path.name).suffix.lower()

    @property
    def is_late(self) -> bool:
        """Whether its reading has taken longer than the limit."""
        return _stopwatch() - self.started > self.limits.seconds

    def late(self) -> SourceError:
        """Return what is said when its reading takes too long."""
        return SourceError(
            f"{self.where} takes longer to read than the {self.limits.seconds:,} seconds that one "
            "file may take: the rest of it was not read. Split it, or set more seconds under "
            "[limits] in csp_geo.toml."
        )

    def check_time(self) -> None:
        """Stop a reading that takes too long.

        Raises
        ------
        SourceError
            If it has taken longer than the limit.
        """
        if self.is_late:
            raise self.late()

    def check_file(self) -> None:
        """Refuse what is there and is not a file: from a pipe one would wait for ever.

        Raises
        ------
        SourceError
            If so.
        """
        if not self.member and self.path.exists() and not self.path.is_file():
            what = "a folder" if self.path.is_dir() else "a pipe or a device"
            raise SourceError(
                f"{self.where} is {what}, and a file is needed there. Name the file itself."
            )

    def beside(self, suffix: str) -> list[Origin]:
        """Return the files of the same name with another suffix, in capitals or not."""
        if not self.member:
            every = self.path.parent.glob(f"{glob.escape(self.path.stem)}.*")
            paths = sorted(path for path in every if path.suffix.lower() == suffix)
            return [replace(self, path=path, held=None) for path in paths]
        wanted = f"{self.member.removesuffix(PurePosixPath(self.member).suffix)}{suffix}".lower()
        with zipfile.ZipFile(self.path) as archive:
            names = sorted(name for name in archive.namelist() if name.lower() == wanted)
        return [replace(self, member=name, held=None) for name in names]

    def open(self) -> IO[bytes]:
        """Open it for reading bytes from the start."""
        if self.held is not None:
            return io.BytesIO(self.held)
        if not self.member:
            return self.path.open("rb")
        with zipfile.ZipFile(self.path) as archive:
            return archive.open(self.member)

    def first_bytes(self) -> bytes:
        """Return its beginning.

        Raises
        ------
        SourceError
            If it cannot be opened, is empty or too large, or is plainly something else.
        """
        self.check_file()
        with self.reading():
            size = 0 if self.member else self.path.stat().st_size
            limits = self.limits
            most = limits.unpacked_bytes if self.suffix == ".zip" else limits.file_bytes
            if size > most:
                raise SourceError(
                    f"{self.where} is {say_bytes(size)}, more than the {say_bytes(most)} that are "
                    "read from one file. Split it, or save only the rows and columns that are "
                    "needed."
                )
            with self.open() as stream:
                start = stream.read(_START)
        if not start.strip(b"\x00 \t\r\n"):
            raise SourceError(f"{self.where} is empty. Ask for it again.")
        if start.startswith(_LFS):
            raise SourceError(
                f"{self.where} is a pointer to a file kept elsewhere (Git LFS). Fetch the data "
                "itself."
            )
        if _PAGE.match(start.removeprefix(_BOM)):
            raise SourceError(
                f"{self.where} is a web page, not data: perhaps a login or an error page was saved "
                "in its place. Download it again, or open it in a spreadsheet and save it as XLSX."
            )
        return start

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what goes wrong while reading bytes into a `SourceError`."""
        try:
            yield
        except DAMAGED as error:
            if isinstance(error, OSError) and error.strerror:
                raise SourceError(f"{self.where} could not be opened: {error.strerror}.") from error
            raise SourceError(
                f"{self.where} could not be read to its end: it is damaged. Ask for it again."
            ) from error
