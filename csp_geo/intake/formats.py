"""A file as it comes (CSV, XLSX, GeoJSON, GeoPackage) to a table of texts with its row numbers."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, TextIO

import numpy as np
import pandas as pd
import shapely

from csp_geo.errors import SourceError
from csp_geo.projection import BRITISH_CRS, WGS84, between
from csp_geo.storage import choose_layer, crs_by_range, without_gdal_warnings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import geopandas as gpd

SUFFIXES: Final = (".csv", ".xlsx", ".geojson", ".json", ".gpkg", ".shp")
ROW: Final = "csp_geo:row"
BROKEN: Final = "csp_geo:broken"
_CHUNK: Final = 20_000
_BLOCK: Final = 1 << 20
_ZIP: Final = b"PK\x03\x04"
_BINARY: Final = (
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"SQLite format 3",
    b"\x89PNG",
    b"\xff\xd8\xff",
    _ZIP,
)
_LFS: Final = b"version https://git-lfs"


@dataclass(frozen=True)
class RawTable:
    """One file as texts, a stretch of rows at a time, so that a large file need not lie in memory.

    Each of `chunks` has the file's own columns, all strings with "" for empty, and two of ours: the
    1-based row of the file (`ROW`) and whether the record is damaged (`BROKEN`). `notes` say what
    was decided while reading. A CSV is read while the chunks are gone through: `SourceError` may
    come then.
    """

    header: tuple[str, ...]
    chunks: Iterable[pd.DataFrame]
    notes: tuple[str, ...] = ()

    @property
    def cells(self) -> pd.DataFrame:
        """All rows in one table."""
        return pd.concat(list(self.chunks), ignore_index=True)


def read_file(path: Path, where: str) -> RawTable:
    """Read one file; `where` is how messages name it.

    Raises
    ------
    SourceError
        If the file is empty, is not what its name says, or has no table.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise SourceError(
            f"{where}: files ending in '{path.suffix}' cannot be read. Save it as CSV, XLSX, "
            "GeoJSON or GeoPackage."
        )
    start = _first_bytes(path, where)
    readers = {".csv": _read_csv, ".xlsx": _read_xlsx}
    reader = readers.get(path.suffix.lower(), _read_features)
    table = reader(path, where, start)
    if not any(len(chunk) for chunk in table.chunks):
        raise SourceError(f"{where} has a header and no rows below it.")
    return table


def _first_bytes(path: Path, where: str) -> bytes:
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise SourceError(f"{where} could not be opened: {error.strerror}.") from error
    if not start.strip():
        raise SourceError(f"{where} is empty. Ask for it again.")
    if start.startswith(_LFS):
        raise SourceError(
            f"{where} is a pointer to a file kept elsewhere (Git LFS). Fetch the data itself."
        )
    return start


# --- CSV --------------------------------------------------------------------------------------


def _read_csv(path: Path, where: str, start: bytes) -> RawTable:
    if start.startswith(_BINARY) or b"\x00" in start:
        raise SourceError(
            f"{where} is not a CSV file, whatever its name says. Open it in the program it comes "
            "from and save it as CSV or XLSX."
        )
    encoding, note = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        first = next((line for line in stream if line.strip()), "")
        delimiter = max(",;\t", key=first.count)
        stream.seek(0)
        reader = csv.reader(stream, delimiter=delimiter)
        above, header = next(
            ((n, row) for n, row in enumerate(reader) if any(cell.strip() for cell in row)), (0, [])
        )
        names = _unique_names(header)
        stream.seek(0)
        widest = _widest(stream, delimiter, len(names), where)
    chunks = _CsvChunks(path, where, encoding, delimiter, names, above + 1, widest)
    return RawTable(names, chunks, note)


def _widest(stream: TextIO, delimiter: str, columns: int, where: str) -> int:
    """Return how many cells the longest row has, at least as many as there are columns."""
    bound = 1 + max(line.count(delimiter) for line in stream)
    if bound <= columns:
        return columns
    stream.seek(0)  # delimiters within quotation marks are no cells
    try:
        return max(columns, *(len(row) for row in csv.reader(stream, delimiter=delimiter)))
    except csv.Error as error:
        raise SourceError(f"{where} is not a readable CSV table: {error}.") from error


def _encoding(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return UTF-8 when the whole file is, else the encoding of Windows."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252", ("read as Windows text (cp1252)",)
    return "utf-8-sig", ()


def _unique_names(header: list[str]) -> tuple[str, ...]:
    """Name blank and repeated columns, so that each can be told apart."""
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = str(cell).strip() or f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return tuple(names)


@dataclass(frozen=True)
class _CsvChunks:
    """The rows of a CSV below its header, read anew each time they are gone through."""

    path: Path
    where: str
    encoding: str
    delimiter: str
    names: tuple[str, ...]
    skip: int
    widest: int

    def __iter__(self) -> Iterator[pd.DataFrame]:
        names = list(self.names)
        extra = [f"{BROKEN}:{i}" for i in range(self.widest - len(names))]
        row = self.skip + 1
        try:
            with pd.read_csv(
                self.path,
                encoding=self.encoding,
                encoding_errors="replace",
                sep=self.delimiter,
                header=None,
                names=[*names, *extra],
                skiprows=self.skip,
                dtype="str",
                keep_default_na=False,
                skip_blank_lines=False,
                index_col=False,
                chunksize=_CHUNK,
            ) as chunks:
                for chunk in chunks:
                    cells = chunk.fillna("")
                    broken = (cells[extra] != "").any(axis=1)
                    cells = cells[names]
                    cells[ROW] = np.arange(row, row + len(cells), dtype=np.int64)
                    cells[BROKEN] = broken
                    row += len(cells)
                    yield cells[(cells[names] != "").any(axis=1) | broken].reset_index(drop=True)
        except pd.errors.EmptyDataError:
            return
        except pd.errors.ParserError as error:
            raise SourceError(
                f"{self.where} is not a readable CSV table: a quotation mark is opened and never "
                "closed. Open it in a spreadsheet, mend the row, and save it again."
            ) from error


# --- XLSX -------------------------------------------------------------------------------------


def _read_xlsx(path: Path, where: str, start: bytes) -> RawTable:
    from python_calamine import CalamineError, load_workbook

    if not start.startswith(_ZIP):
        raise SourceError(
            f"{where} is not an Excel workbook, whatever its name says. Save it as XLSX."
        )
    try:
        book = load_workbook(str(path))
        sheets = [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    except (CalamineError, ValueError, OSError) as error:
        raise SourceError(
            f"{where} could not be read as an Excel workbook; it may be damaged or have a password."
        ) from error
    filled = [(name, rows) for name, rows in sheets if any(any(_text(c) for c in r) for r in rows)]
    if not filled:
        raise SourceError(f"{where} has no sheet with a table.")
    name, rows = filled[0]
    # calamine leaves out empty rows above the first filled one, so rows are numbered from there
    first = (book.get_sheet_by_name(name).start or (0, 0))[0] + 1
    header = _unique_names([_text(cell) for cell in rows[0]])
    table = [[_text(cell) for cell in row] for row in rows[1:]]
    cells = pd.DataFrame(table, columns=list(header), dtype="str")
    cells[ROW] = np.arange(first + 1, first + 1 + len(cells), dtype=np.int64)
    cells[BROKEN] = False
    kept = cells[(cells[list(header)] != "").any(axis=1)].reset_index(drop=True)
    others = tuple(f"sheet '{other}' was not read" for other, _ in filled[1:])
    return RawTable(header, (kept,), (f"sheet '{name}'", *others) if others else ())


def _text(cell: Any) -> str:
    """Write one cell as text; dates become ISO, because a typed date has no order to guess."""
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


# --- GeoJSON, GeoPackage ----------------------------------------------------------------------


def _read_features(path: Path, where: str, start: bytes) -> RawTable:
    import pyogrio
    from shapely.errors import ShapelyError

    del start
    try:
        with without_gdal_warnings():
            name, notes = choose_layer(path, "Point")
            layer = pyogrio.read_dataframe(
                path, layer=name, use_arrow=False, datetime_as_string=True
            )
        broken = np.zeros(len(layer), dtype=bool)
    except (ShapelyError, pyogrio.errors.FeatureError, pyogrio.errors.GeometryError):
        layer, broken = _record_by_record(path, name, where)
        notes = (*notes, f"read record by record: {int(broken.sum())} damaged")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise SourceError(
            f"{where} could not be read: it is not what its name says, or it is damaged. Save it "
            "again as GeoJSON, GeoPackage, CSV or XLSX."
        ) from error
    if "geometry" not in layer.columns:
        raise SourceError(f"{where} has no locations in it.")
    return _features_table(layer, broken, notes, where)


def _record_by_record(
    path: Path, name: str | None, where: str
) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Read each shape by itself with fiona, so that a broken one costs a row and not the file."""
    import fiona
    import geopandas as gpd
    import pyogrio
    from shapely.geometry import shape

    try:
        with without_gdal_warnings():
            attributes = pyogrio.read_dataframe(
                path,
                layer=name,
                read_geometry=False,
                fid_as_index=True,
                datetime_as_string=True,
            )
        shapes: list[Any] = []
        broken = np.zeros(len(attributes), dtype=bool)
        with fiona.open(path, layer=name) as records:
            crs = records.crs_wkt or None
            for position, fid in enumerate(attributes.index):
                try:
                    geometry = records[fid].geometry
                    shapes.append(shape(geometry) if geometry else None)
                except Exception:  # noqa: BLE001 - whatever is wrong is wrong with this record
                    shapes.append(None)
                    broken[position] = True
    except (fiona.errors.FionaError, pyogrio.errors.DataSourceError) as error:
        raise SourceError(f"{where} could not be read: it is damaged.") from error
    return gpd.GeoDataFrame(attributes.reset_index(drop=True), geometry=shapes, crs=crs), broken


def _features_table(
    layer: gpd.GeoDataFrame, broken: np.ndarray, notes: tuple[str, ...], where: str
) -> RawTable:
    attributes = layer.drop(columns="geometry")
    header = _unique_names([str(name) for name in attributes.columns])
    cells = pd.DataFrame(
        {
            name: [_text(value) for value in attributes.iloc[:, position].astype("object")]
            for position, name in enumerate(header)
        },
        dtype="str",
    )
    shapes = _single_points(layer.geometry)
    point = (shapes.geom_type == "Point") & ~shapes.is_empty
    broken = broken | (shapes.notna() & ~shapes.is_empty & ~point).to_numpy()
    xy = np.full((len(layer), 2), np.nan)
    xy[point.to_numpy()] = shapely.get_coordinates(shapes[point])
    (east, north), xy, crs_note = _axes(xy, layer, where)
    for name, values in ((east, xy[:, 0]), (north, xy[:, 1])):
        cells[name] = ["" if np.isnan(value) else repr(float(value)) for value in values]
    cells[ROW] = np.arange(1, len(cells) + 1, dtype=np.int64)
    cells[BROKEN] = broken
    kept_header = tuple(name for name in header if name not in {east, north})
    return RawTable((*kept_header, east, north), (cells,), (*notes, *crs_note))


def _single_points(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Take a MultiPoint of one point, as QGIS exports them, for the point."""
    single = (shapes.geom_type == "MultiPoint") & (shapes.count_geometries() == 1)
    return shapes.where(~single, shapes.representative_point())


def _axes(
    xy: np.ndarray, layer: gpd.GeoDataFrame, where: str
) -> tuple[tuple[str, str], np.ndarray, tuple[str, ...]]:
    """Name the coordinate columns of a layer by its CRS; other systems go to degrees."""
    known = xy[np.isfinite(xy).all(axis=1)]
    if not len(known):
        return ("longitude", "latitude"), xy, ()
    middle = np.median(known, axis=0)
    by_range = crs_by_range((*middle, *middle))
    note: tuple[str, ...] = ()
    crs = layer.crs.to_string() if layer.crs is not None else None
    if layer.crs is None or (layer.crs.is_geographic and by_range == BRITISH_CRS):
        if by_range is None:
            raise SourceError(
                f"{where} does not say which coordinate system it is in, and its coordinates fit "
                "neither degrees nor the British National Grid. Save it with its coordinate system."
            )
        crs = by_range
        note = (f"coordinates taken as {'degrees' if crs == WGS84 else 'British National Grid'}",)
    if BRITISH_CRS in {crs, layer.crs}:
        return ("easting", "northing"), xy, note
    if crs is None or crs == WGS84:
        return ("longitude", "latitude"), xy, note
    moved = np.full_like(xy, np.nan)
    usable = np.isfinite(xy).all(axis=1)
    moved[usable] = between(crs, WGS84, xy[usable])
    return ("longitude", "latitude"), moved, (f"moved from {crs} to degrees",)
