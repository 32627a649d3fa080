"""Files to one table of reports: which source each is, which column is what, nothing judged yet."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.errors import NoReportsError, SourceError
from csp_geo.intake.formats import BROKEN, ROW, RawTable, read_file
from csp_geo.intake.locate import DEGREES, METRES, axes_by_range
from csp_geo.intake.source import (
    Source,
    match_columns,
    packaged_sources,
    plain,
    recognise,
    source_from_file,
)
from csp_geo.storage import sha256_of
from csp_geo.tables import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

SYNTHETIC: Final = "synthetic sample"
"""The words that label a row of the sample borough."""

TEXT_FIELDS: Final = (
    "reference",
    "person",
    "date",
    "time",
    "date_to",
    "time_to",
    "month",
    "x",
    "y",
    "category",
    "place",
)
_NOT_DATA: Final = re.compile(r"^(readme|template_|\.|~\$)", re.IGNORECASE)
_SIDE_FILES: Final = frozenset({".toml", ".cpg", ".prj", ".shx", ".dbf"})


@dataclass(frozen=True)
class ReportFile:
    """What is known of one file after reading.

    `error` is the sentence that says why it could not be read, or `None`. `matched` maps column
    name to field. `axes` says whether its coordinates are degrees or metres.
    """

    path: str
    source: str | None
    feed: str | None
    sha256: str
    rows: int = 0
    matched: Mapping[str, str] = field(default_factory=dict)
    axes: str = DEGREES
    synthetic: bool = False
    error: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reports:
    """Every row that was read, in one table of texts, with what is known of each file.

    `table` has `file` (position in `files`), `source_row`, `content` (a digest of all columns of
    the row), `broken`, and one text column per field; "" means empty.
    """

    table: pd.DataFrame
    files: tuple[ReportFile, ...]
    sources: Mapping[str, Source]

    def __len__(self) -> int:
        return len(self.table)

    def by_file(self) -> list[tuple[ReportFile, Source, NDArray[np.int64]]]:
        """Return each file that was read, its source, and the positions of its rows."""
        position = self.table["file"].to_numpy()
        return [
            (file, self.sources[file.feed], np.flatnonzero(position == number))
            for number, file in enumerate(self.files)
            if file.feed is not None and file.error is None
        ]

    def per_row(self, attribute: str) -> NDArray[np.object_]:
        """Repeat an attribute of its source for each row."""
        values = np.empty(len(self.table), dtype=object)
        for _, source, where in self.by_file():
            values[where] = getattr(source, attribute)
        return values


def read_reports(
    reports: str | Path | Iterable[str | Path], *, source: str | None = None
) -> Reports:
    """Read every report file of a folder, or the files given.

    Parameters
    ----------
    reports
        A folder with one sub-folder per source (survey, streetsafe, eva, offence, graffiti, asb,
        fire, other), or one or more files.
    source
        Read every file as this source, whatever its folder says.

    Raises
    ------
    NoReportsError
        If there is no file, or no file that can be read; the sentence says why.
    """
    read = collect_reports(reports, source=source)
    if not len(read):
        why = " ".join(file.error for file in read.files if file.error)
        raise NoReportsError(f"No file could be used. {why}")
    return read


def collect_reports(
    reports: str | Path | Iterable[str | Path], *, source: str | None = None
) -> Reports:
    """Read files like `read_reports`, but do not mind when none can be used."""
    root, paths = _find_files(reports)
    if not paths:
        folders = ", ".join(f"{name}/" for name in SOURCES)
        raise NoReportsError(
            f"No report file was found in {root.name or 'this folder'}. Put CSV, XLSX, GeoJSON or "
            f"GeoPackage files into a folder per source below it: {folders}."
        )
    sources = _project_sources(root)
    files: list[ReportFile] = []
    tables = [_no_rows()]
    for path in paths:
        file, table = _read_one(path, root, source, sources)
        if table is not None:
            table.insert(0, "file", len(files))
            tables.append(table)
        files.append(file)
    return Reports(pd.concat(tables, ignore_index=True), tuple(files), sources)


def _no_rows() -> pd.DataFrame:
    columns = {"file": "int64", "source_row": "int64", "broken": "bool", "content": "str"}
    columns |= dict.fromkeys(TEXT_FIELDS, "str")
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})


def refuse_mixture(reports: Reports) -> None:
    """Raise `NoReportsError` when files of the synthetic sample lie among others."""
    read = [file for file in reports.files if file.error is None]
    sample = [file.path for file in read if file.synthetic]
    others = [file.path for file in read if not file.synthetic]
    if sample and others:
        raise NoReportsError(
            f"The reports mix the synthetic sample ({sample[0]}) with others ({others[0]}). Move "
            "one of them away: a map of both would be a map of neither."
        )


def _find_files(reports: str | Path | Iterable[str | Path]) -> tuple[Path, list[Path]]:
    given = [Path(reports)] if isinstance(reports, str | Path) else [Path(path) for path in reports]
    if len(given) == 1 and given[0].is_dir():
        root = given[0]
        found = (path for path in root.rglob("*") if path.is_file())
        return root, sorted(path for path in found if _is_data(path.relative_to(root)))
    for path in given:
        if not path.exists():
            raise NoReportsError(
                f"{path.name} is not there. Check the name, or the folder you are in."
            )
    roots = {path.parent for path in given}
    return (roots.pop() if len(roots) == 1 else Path()), given


def _is_data(path: Path) -> bool:
    hidden = any(_NOT_DATA.match(part) for part in path.parts)
    return not hidden and path.suffix.lower() not in _SIDE_FILES


def _project_sources(root: Path) -> Mapping[str, Source]:
    sources = dict(packaged_sources())
    for name in SOURCES:
        own = root / name / "source.toml"
        if own.is_file():
            sources[name] = source_from_file(own, name)
    return sources


def _folder_source(path: Path, root: Path) -> str | None:
    parts = path.relative_to(root).parts[:-1] if path.is_relative_to(root) else ()
    for part in (*parts, path.parent.name):
        if part.lower() in SOURCES:
            return part.lower()
    return None


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _read_one(
    path: Path, root: Path, given: str | None, sources: Mapping[str, Source]
) -> tuple[ReportFile, pd.DataFrame | None]:
    name = given or _folder_source(path, root)
    where = _relative(path, root)
    known = sources[name] if name else None
    digest = sha256_of(path)
    try:
        raw = read_file(path, where)
        known = _choose(raw, known, sources, where)
        matched = match_columns(raw.header, known, where)
    except SourceError as error:
        feed = known.feed if known else None
        return ReportFile(where, name, feed, digest, error=str(error)), None
    table, axes, synthetic = _mapped(raw, matched)
    units = "degrees" if axes == DEGREES else "eastings and northings"
    file = ReportFile(
        path=where,
        source=known.source,
        feed=known.feed,
        sha256=digest,
        rows=len(table),
        matched=matched,
        axes=axes,
        synthetic=synthetic,
        notes=(*raw.notes, f"locations are {units}", *_unread_columns(raw, matched)),
    )
    return file, table


def _unread_columns(raw: RawTable, matched: Mapping[str, str]) -> tuple[str, ...]:
    """Say how many columns were dropped at the door; their names may be anything."""
    dropped = len(raw.header) - len(matched)
    return (f"{dropped} other columns were not read",) if dropped else ()


def _choose(
    raw: RawTable, known: Source | None, sources: Mapping[str, Source], where: str
) -> Source:
    """Choose the source: a header that only one system writes decides, then the folder."""
    exact = recognise(raw.header, sources)
    if exact is not None:
        return exact
    if known is None:
        raise SourceError(
            f"{where} lies in no source's folder and its header is not one that is known. Move it "
            f"into one of {', '.join(f'{s}/' for s in SOURCES)}, or check it with --source NAME."
        )
    return known


def _mapped(raw: RawTable, matched: Mapping[str, str]) -> tuple[pd.DataFrame, str, bool]:
    """Keep the columns that are known, by field name; everything else is dropped at the door."""
    by_field = {name: column for column, name in matched.items()}
    cells = raw.cells
    if "x" in by_field:
        axes = axes_by_range(cells[by_field["x"]], cells[by_field["y"]])
    else:
        axes = DEGREES if "longitude" in by_field else METRES
        east, north = ("longitude", "latitude") if axes == DEGREES else ("easting", "northing")
        by_field["x"], by_field["y"] = by_field[east], by_field[north]
    table = pd.DataFrame({"source_row": cells[ROW], "broken": cells[BROKEN].astype(bool)})
    table["content"] = _digests(cells, raw.header)
    # what could not be read of a damaged row is unknown, so it equals no other
    broken = table["broken"]
    table.loc[broken, "content"] += "-" + table.loc[broken, "source_row"].astype("str")
    for name in TEXT_FIELDS:
        values = cells[by_field[name]].str.strip() if name in by_field else ""
        table[name] = pd.Series(values, index=cells.index, dtype="str")
    synthetic = bool((cells[list(raw.header)] == SYNTHETIC).any(axis=None))
    return table, axes, synthetic


def _digests(cells: pd.DataFrame, header: tuple[str, ...]) -> pd.Series:
    """Digest all columns of each row, whatever the order of the columns."""
    ordered = sorted(header, key=plain)
    rows = zip(*(cells[name] for name in ordered), strict=True)
    return pd.Series(
        [
            hashlib.blake2b(
                "\x1f".join(row).encode("utf-8", "surrogatepass"), digest_size=16
            ).hexdigest()
            for row in rows
        ],
        index=cells.index,
        dtype="str",
    )
