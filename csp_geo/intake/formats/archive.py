"""A ZIP of files to tables, read inside the ZIP: nothing is unpacked to the disk."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from csp_geo.errors import SourceError
from csp_geo.intake.formats.origin import DAMAGED, Origin
from csp_geo.intake.formats.packed import check_members
from csp_geo.intake.formats.table import PART_LENGTH, RawTable, Unread
from csp_geo.wording import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_BLOCK: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
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
    members = _members(origin)
    if not members:
        raise SourceError(
            f"{origin.where} holds no file with data. CSV, XLSX, GeoJSON, GeoPackage and "
            "Shapefiles in a ZIP are read."
        )
    tables = (table for name in members for table in _read_member(origin, name, read))
    if len(members) == 1:
        for table in tables:
            if isinstance(table, Unread) and not table.part.count("#"):
                raise SourceError(table.error)
            yield table
        return
    yield from tables


def _members(origin: Origin) -> list[str]:
    try:
        with zipfile.ZipFile(origin.path) as archive:
            every = archive.infolist()
    except (*DAMAGED, ValueError) as error:
        raise SourceError(
            f"{origin.where} could not be read as a ZIP file: it is damaged. Ask for it again."
        ) from error
    check_members(every, origin.where, origin.limits)
    for member in every:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", member.filename):
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
    return sorted(member.filename for member in every if _is_data(member))


def _is_data(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    suffix = PurePosixPath(name).suffix.lower()
    aside = suffix in SIDE_FILES or name.lower().endswith(".shp.xml")
    return bool(name) and not (member.is_dir() or aside or _NOT_DATA.search(name))


def _read_member(
    origin: Origin, name: str, read: Callable[[Origin], Iterator[RawTable | Unread]]
) -> Iterator[RawTable | Unread]:
    part = f"/{name}"
    where = f"{origin.where}{shortened(part, PART_LENGTH)}"
    member = Origin(origin.path, where, name, origin.limits)
    if member.suffix == ".zip":
        yield Unread(part, f"{member.where} is a ZIP within a ZIP. Unpack it first.")
        return
    try:
        digest = _sha256(member)
        for table in read(member):
            if isinstance(table, Unread):
                yield Unread(f"{part}{table.part}", table.error)
            else:
                yield replace(table, part=f"{part}{table.part}", sha256=digest)
    except SourceError as error:
        yield Unread(part, str(error))


def _sha256(member: Origin) -> str:
    with member.reading(), member.open() as stream:
        digest = hashlib.sha256()
        while block := stream.read(_BLOCK):
            digest.update(block)
        return digest.hexdigest()
