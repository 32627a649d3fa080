"""A ZIP of files to tables, read inside the ZIP: nothing is unpacked to the disk."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from csp_geo.errors import SourceError
from csp_geo.intake.formats.table import PART_LENGTH, RawTable, Unread
from csp_geo.packed import list_members
from csp_geo.wording import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from csp_geo.origin import Origin

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_BLOCK: Final = 1 << 20
_HELD: Final = 16 << 20
"""Bytes below which a member is unpacked once, in memory."""
_NOT_DATA: Final = re.compile(r"(?:^|/)(?:__MACOSX/|readme|license|licence|\.|~\$)", re.IGNORECASE)
SIDE_FILES: Final = frozenset(
    [
        ".toml",
        ".cpg",
        ".prj",
        ".shx",
        ".dbf",
        ".qpj",
        ".qix",
        ".sbn",
        ".sbx",
        ".qmd",
        ".qml",
        ".sld",
        ".lyr",
        ".cst",
        ".dat",
        ".map",
        ".id",
        ".ind",
        ".mid",
        ".pdf",
        ".html",
        ".htm",
        ".md",
        ".docx",
        ".png",
        ".jpg",
    ]
)
"""Endings of files that stand beside data and are none themselves."""


def read_archive(
    origin: Origin, start: bytes, read: Callable[[Origin], Iterator[RawTable | Unread]]
) -> Iterator[RawTable | Unread]:
    """Read every file with data in a ZIP, by path.

    Raises
    ------
    SourceError
        If it is no ZIP, is larger than the limits, could write outside its folder if it were
        unpacked, or holds no data.
    """
    if not start.startswith(_ZIP):
        raise SourceError(f"{origin.where} is not a ZIP file, whatever its name says.")
    members = _data_members(origin)
    if not members:
        raise SourceError(
            f"{origin.where} holds no file with data. CSV, XLSX, GeoJSON, GeoPackage and "
            "Shapefiles in a ZIP are read."
        )
    with zipfile.ZipFile(origin.path) as archive:
        for member in members:
            if origin.is_late:
                yield Unread("", str(origin.late()))
                return
            for table in _read_member(member, archive, read):
                if len(members) == 1 and isinstance(table, Unread) and not table.part.count("#"):
                    raise SourceError(table.error)
                yield table


def _data_members(origin: Origin) -> list[Origin]:
    """Return the files with data, by path."""
    found = [member for member in list_members(origin) if _is_data(member)]
    if len(found) > origin.limits.tables:
        raise SourceError(
            f"{origin.where} holds {len(found):,} files with data, more than the "
            f"{origin.limits.tables:,} that are read from one ZIP. Split it, or set more tables "
            "under [limits] in csp_geo.toml."
        )
    names = sorted(member.filename for member in found)
    return [replace(origin, where=_shown(origin, name), member=name) for name in names]


def _is_data(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    suffix = PurePosixPath(name).suffix.lower()
    aside = suffix in SIDE_FILES or name.lower().endswith(".shp.xml")
    return bool(name) and not (member.is_dir() or aside or _NOT_DATA.search(name))


def _shown(origin: Origin, name: str) -> str:
    return f"{origin.where}{shortened(f'/{name}', PART_LENGTH)}"


def _read_member(
    member: Origin,
    archive: zipfile.ZipFile,
    read: Callable[[Origin], Iterator[RawTable | Unread]],
) -> Iterator[RawTable | Unread]:
    part = f"/{member.member}"
    if member.suffix == ".zip":
        yield Unread(part, f"{member.where} is a ZIP within a ZIP. Unpack it first.")
        return
    try:
        member, digest = _held(member, archive)
        for table in read(member):
            if isinstance(table, Unread):
                yield Unread(f"{part}{table.part}", table.error)
            else:
                yield replace(table, part=f"{part}{table.part}", sha256=digest)
    except SourceError as error:
        yield Unread(part, str(error))


def _held(member: Origin, archive: zipfile.ZipFile) -> tuple[Origin, str]:
    """Return a member with its bytes where they are few, and their SHA-256."""
    with member.reading(), archive.open(member.member) as stream:
        start = stream.read(_HELD)
        digest = hashlib.sha256(start)
        if len(start) < _HELD:
            return replace(member, held=start), digest.hexdigest()
        while block := stream.read(_BLOCK):
            digest.update(block)
    return member, digest.hexdigest()
