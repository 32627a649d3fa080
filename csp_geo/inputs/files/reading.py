"""A file as it comes, or a ZIP of them, to tables of texts, by its name and its first bytes."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import LIMITS, Origin, list_members
from csp_geo.core.wording import count, join, shortened
from csp_geo.inputs.files import gis_layer, records, workbook
from csp_geo.inputs.files.gis_checks import GIS, check_depth
from csp_geo.inputs.files.table import PART_LENGTH, RawTable, Unread
from csp_geo.inputs.files.text import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    import pandas as pd

    from csp_geo.core.settings import Limits

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
"""Endings of files that come with data but are not data themselves."""

_FOR_EYES: Final = {
    ".pdf": "PDF file",
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf"), "Word file"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".heic", ".tif", ".tiff"), "picture"),
}
"""Endings of files in which people send a list that only eyes can read, and what those are."""


def read_archive(
    origin: Origin, start: bytes, read: Callable[[Origin], Iterator[RawTable | Unread]]
) -> Iterator[RawTable | Unread]:
    """Read every file with data in a ZIP, by path.

    Raises
    ------
    SourceError
        If it is not a ZIP, is larger than the limits, could write outside its folder if it were
        unpacked, or holds no data.
    """
    if not start.startswith(_ZIP):
        raise SourceError(f"{origin.where} is not a ZIP file, whatever its name says.")
    members = _data_members(origin)
    if all(member.suffix in _FOR_EYES for member in members):
        raise _without_data(origin)
    with zipfile.ZipFile(origin.path) as archive:
        for member in members:
            if origin.is_late:
                yield Unread("", str(origin.late()))
                return
            for table in _read_member(member, archive, read):
                if len(members) == 1 and isinstance(table, Unread) and not table.part.count("#"):
                    raise SourceError(table.error)
                yield table


def _without_data(origin: Origin) -> SourceError:
    """Return what is said of a ZIP without data: what it holds instead, and what to ask for."""
    names = (member.filename for member in list_members(origin) if not member.is_dir())
    suffixes = (PurePosixPath(name).suffix.lower() for name in names if not _NOT_DATA.search(name))
    kinds = Counter(_FOR_EYES[suffix] for suffix in suffixes if suffix in _FOR_EYES)
    if not kinds:
        return SourceError(
            f"{origin.where} holds no file with data. CSV, XLSX, GeoJSON, GeoPackage and "
            "Shapefiles in a ZIP are read."
        )
    what = join(count(n, kind) for kind, n in sorted(kinds.items()))
    fate = "which cannot be read" if kinds.total() == 1 else "of which none can be read"
    return SourceError(f"{origin.where} holds {what}, {fate}: ask for the list as a spreadsheet.")


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


_LINES: Final = (".jsonl", ".ndjson")
TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
SUFFIXES: Final = (
    *TEXT_SUFFIXES,
    *workbook.SUFFIXES,
    *gis_layer.SUFFIXES,
    *_LINES,
    ".xml",
    ".zip",
)
_MAPINFO: Final = b"!table"


def read_file(path: Path, where: str) -> RawTable:
    """Read the first table of a file; `where` is how messages name it.

    Raises
    ------
    SourceError
        If the file is empty, is not what its name says, or has no table.
    """
    first = next(read_tables(path, where))
    if isinstance(first, Unread):
        raise SourceError(first.error)
    return first


def read_tables(
    path: Path, where: str, known: Collection[str] = (), limits: Limits = LIMITS
) -> Iterator[RawTable | Unread]:
    """Read every table of a file: sheets, layers, members of a ZIP.

    Parameters
    ----------
    where
        How messages name the file.
    known
        Names that columns may have, as `plain` gives them: the header is found by them.
    limits
        What is larger is refused.

    Raises
    ------
    SourceError
        If nothing in the file can be read. What is wrong with one table among others is given as
        `Unread`.
    """
    origin = Origin(path, where, limits=limits)
    if origin.suffix == ".zip":
        start = origin.first_bytes()
        yield from read_archive(origin, start, lambda member: _tables(member, known))
    else:
        yield from _tables(origin, known)


def _tables(origin: Origin, known: Collection[str]) -> Iterator[RawTable | Unread]:
    origin.check_file()
    if origin.suffix not in SUFFIXES:
        raise SourceError(
            f"{origin.where}: files ending in '{origin.suffix}' cannot be read. Save it as CSV, "
            "XLSX, GeoJSON or GeoPackage."
        )
    start = origin.first_bytes()
    empty: list[Unread] = []
    n_read = 0
    for table in _read(origin, start, known):
        if isinstance(table, Unread):
            yield table
        elif any(len(chunk) for chunk in table.chunks):
            n_read += 1
            yield replace(table, chunks=_Counted(table.chunks, origin))
        else:
            where = f"{origin.where}{shortened(table.part, PART_LENGTH)}"
            empty.append(Unread(table.part, f"{where} has a header and no rows below it."))
    if empty and not n_read:
        raise SourceError(empty[0].error)
    yield from empty


def _read(origin: Origin, start: bytes, known: Collection[str]) -> Iterable[RawTable | Unread]:
    suffix = origin.suffix
    if suffix in workbook.SUFFIXES:
        return workbook.read_workbook(origin, start, known)
    is_text_tab = suffix == ".tab" and not start.lower().startswith(_MAPINFO)
    if suffix in TEXT_SUFFIXES or is_text_tab:
        return [read_text(origin, start, known)]
    if suffix == ".xml":
        return [records.read_xml(origin)]
    if suffix in {".json", ".geojson", *_LINES} and not GIS.search(start):
        check_depth(origin)
        if (table := records.read_json(origin, start)) is not None:
            return [table]
    return gis_layer.read_features(origin)


@dataclass(frozen=True)
class _Counted:
    """Chunks of a table, as long as they stay within the limit of rows."""

    chunks: Iterable[pd.DataFrame]
    origin: Origin

    def __iter__(self) -> Iterator[pd.DataFrame]:
        n_rows = 0
        for chunk in self.chunks:
            self.origin.check_time()
            n_rows += len(chunk)
            if n_rows > self.origin.limits.rows:
                raise SourceError(
                    f"{self.origin.where} has more than {self.origin.limits.rows:,} rows. Split "
                    "it, or save only the rows that are needed."
                )
            yield chunk
