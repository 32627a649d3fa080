"""Where the bytes of a table lie: a file on disk, or a member of a ZIP that is never unpacked."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from csp_geo.errors import SourceError
from csp_geo.intake.formats.limits import LIMITS, Limits, say_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_START: Final = 4096
_LFS: Final = b"version https://git-lfs"
_PAGE: Final = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_BOM: Final = b"\xef\xbb\xbf"
DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
)
"""What reading a file or a member raises when its bytes are not what they should be."""


@dataclass(frozen=True)
class Origin:
    """The bytes of one file; `member` is its name within the ZIP at `path`, "" without one.

    `where` is how messages name it.
    """

    path: Path
    where: str
    member: str = ""
    limits: Limits = LIMITS

    @property
    def suffix(self) -> str:
        """How its name ends, in lower case."""
        return PurePosixPath(self.member or self.path.name).suffix.lower()

    @property
    def gdal(self) -> str:
        """The name by which GDAL opens it."""
        return f"/vsizip/{{{self.path}}}/{self.member}" if self.member else str(self.path)

    def open(self) -> IO[bytes]:
        """Open it for reading bytes from the start."""
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
        with self.reading():
            size = 0 if self.member else self.path.stat().st_size
            limits = self.limits
            most = limits.unpacked_bytes if self.suffix == ".zip" else limits.file_bytes
            if size > most:
                raise SourceError(
                    f"{self.where} has {say_bytes(size)}, more than the {say_bytes(most)} that are "
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
