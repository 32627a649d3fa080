"""A file as it comes to tables of texts, by what its name and its first bytes say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from csp_geo.errors import SourceError
from csp_geo.intake.formats import features, records, workbook
from csp_geo.intake.formats.archive import read_archive
from csp_geo.intake.formats.table import PART_LENGTH, RawTable, Unread
from csp_geo.intake.formats.text import read_text
from csp_geo.origin import LIMITS, Origin
from csp_geo.vector.json_text import GIS, check_depth
from csp_geo.wording import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    import pandas as pd

    from csp_geo.settings import Limits

TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
SUFFIXES: Final = (
    *TEXT_SUFFIXES,
    *workbook.SUFFIXES,
    *features.SUFFIXES,
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
    if suffix in {".json", ".geojson"} and not GIS.search(start):
        check_depth(origin)
        if (table := records.read_json(origin, start)) is not None:
            return [table]
    return features.read_features(origin)


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
