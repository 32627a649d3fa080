"""Files to one table of reports: which source each is, which column is what, nothing judged yet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals
from pandas.util import hash_pandas_object

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
    from collections.abc import Iterable, Mapping, Sequence

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
    "gridref",
    "wkt",
    "postcode",
    "category",
    "place",
)
_COORDINATES: Final = frozenset({"longitude", "easting", "x"})
_MOSTLY_DIFFERENT: Final = frozenset({"reference"})
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
    the row), `broken`, and one text column per field (most of them categorical); "" means empty.
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
    reports: str | Path | Iterable[str | Path],
    *,
    source: str | None = None,
    by_place: bool = False,
) -> Reports:
    """Read every report file of a folder, or the files given.

    Parameters
    ----------
    reports
        A folder with one sub-folder per source (survey, streetsafe, eva, offence, graffiti, asb,
        fire, other), or one or more files.
    source
        Read every file as this source, whatever its folder says.
    by_place
        Take files that say where only by the name of a place: a gazetteer must know them.

    Raises
    ------
    NoReportsError
        If there is no file, or no file that can be read; the sentence says why.
    """
    read = collect_reports(reports, source=source, by_place=by_place)
    if not len(read):
        why = " ".join(file.error for file in read.files if file.error)
        raise NoReportsError(f"No file could be used. {why}")
    return read


def collect_reports(
    reports: str | Path | Iterable[str | Path],
    *,
    source: str | None = None,
    by_place: bool = False,
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
    tables: list[pd.DataFrame] = []
    for path in paths:
        file, table = _read_one(path, root, source, sources, by_place=by_place)
        if table is not None:
            tables.append(table.assign(file=len(files)))
        files.append(file)
    return Reports(_joined(tables or [_no_rows()]), tuple(files), sources)


def _no_rows() -> pd.DataFrame:
    columns = {"source_row": "int64", "broken": "bool", "content": "uint64"}
    columns |= {name: "str" if name in _MOSTLY_DIFFERENT else "category" for name in TEXT_FIELDS}
    columns["file"] = "int64"
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
    if not any(path.exists() for path in given):
        raise NoReportsError(f"{given[0].name} is not there. Check the name, or where you are.")
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
    path: Path, root: Path, given: str | None, sources: Mapping[str, Source], *, by_place: bool
) -> tuple[ReportFile, pd.DataFrame | None]:
    name = given or _folder_source(path, root)
    where = _relative(path, root)
    known = sources[name] if name else None
    try:
        digest = sha256_of(path) if path.is_file() else ""
        raw = read_file(path, where)
        known = _choose(raw, known, sources, where)
        matched = match_columns(raw.header, known, where, by_place=by_place)
        table, axes, synthetic = _mapped(raw, matched)
    except SourceError as error:
        feed = known.feed if known else None
        return ReportFile(where, name, feed, digest, error=str(error)), None
    file = ReportFile(
        path=where,
        source=known.source,
        feed=known.feed,
        sha256=digest,
        rows=len(table),
        matched=matched,
        axes=axes,
        synthetic=synthetic,
        notes=(*raw.notes, *_units(matched, axes), *_unread_columns(raw, matched)),
    )
    return file, table


def _units(matched: Mapping[str, str], axes: str) -> tuple[str, ...]:
    """Say what the coordinates are, where there are any."""
    if not _COORDINATES & set(matched.values()):
        return ()
    return (f"locations are {'degrees' if axes == DEGREES else 'eastings and northings'}",)


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
    columns = {name: column for column, name in matched.items()}
    axes = ""
    for east, north, words in (("longitude", "latitude", DEGREES), ("easting", "northing", METRES)):
        if east in columns:
            columns["x"], columns["y"], axes = columns[east], columns[north], words
    parts, synthetic = [], False
    for chunk in raw.chunks:
        parts.append(_narrow(chunk, raw.header, columns))
        synthetic |= bool((chunk[list(raw.header)] == SYNTHETIC).any(axis=None))
    table = _joined(parts)
    return table, axes or axes_by_range(table["x"], table["y"]), synthetic


def _narrow(
    chunk: pd.DataFrame, header: tuple[str, ...], columns: Mapping[str, str]
) -> pd.DataFrame:
    table = pd.DataFrame({"source_row": chunk[ROW], "broken": chunk[BROKEN].astype(bool)})
    table["content"] = _digests(chunk, header)
    for name in TEXT_FIELDS:
        values = (
            chunk[columns[name]] if name in columns else pd.Series("", chunk.index, dtype="str")
        )
        table[name] = values.str.strip() if name in _MOSTLY_DIFFERENT else _compact(values)
    return table


def _compact(values: pd.Series) -> pd.Categorical[Any]:
    """Strip texts and hold each different one once: most columns say the same few things."""
    codes, unique = pd.factorize(values)
    words = pd.Categorical([text.strip() for text in unique])
    return pd.Categorical.from_codes(words.codes[codes], dtype=words.dtype)


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables below each other, compact columns staying compact."""
    joined = {
        name: union_categoricals([part[name] for part in parts])
        if isinstance(parts[0][name].dtype, pd.CategoricalDtype)
        else pd.concat([part[name] for part in parts], ignore_index=True)
        for name in parts[0].columns
    }
    return pd.DataFrame(joined)


def _digests(cells: pd.DataFrame, header: tuple[str, ...]) -> NDArray[np.uint64]:
    """Digest all columns of each row to 64 bits, whatever the order of the columns.

    Two different rows of a million have the same digest with a chance of 3 in 100 million. What
    could not be read of a damaged row is unknown, so it equals no other.
    """
    ordered = sorted(header, key=plain)
    digests = hash_pandas_object(cells[ordered], index=False).to_numpy()
    own = hash_pandas_object(cells[ROW], index=False).to_numpy()
    return np.where(cells[BROKEN].astype(bool), digests ^ own, digests)
