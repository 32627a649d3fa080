"""What a ZIP may hold: measured by its list of members, before any of it is unpacked."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from csp_geo.errors import SourceError
from csp_geo.origin import DAMAGED, say_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from csp_geo.origin import Origin
    from csp_geo.settings import Limits

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
                f"{origin.where} has a password. Unpack it with its password, and give the files."
            )
        if member.compress_type not in _METHODS:
            raise SourceError(
                f"{origin.where} is packed in a way that cannot be read. Unpack it, and give the "
                "files."
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
                "that is no data, and it was not unpacked. Ask for it again."
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
            "it. Unpack it, and give the files."
        )


def _plain_name(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/"))).casefold()
