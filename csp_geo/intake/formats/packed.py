"""What a ZIP may hold: measured by its list of members, before any of it is unpacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp_geo.errors import SourceError
from csp_geo.intake.formats.limits import Limits, say_bytes

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Sequence

_SMALL: Final = 10_000_000


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
