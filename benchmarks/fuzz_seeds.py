"""Sound files of every format that is read: what the fuzz begins with."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "bad_inputs" / "files"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")
MAPINFO = (".tab", ".dat", ".map", ".id")
LARGEST = 200_000
"""Bytes from which a file of the corpus is too slow to fuzz."""

sys.path.insert(0, str(ROOT / "tests"))

import lures  # noqa: E402 - the builders of the tests make the files of the fuzz too
import odd_files  # noqa: E402


@dataclass(frozen=True)
class Seed:
    """One sound file with those that lie beside it: bytes by name, of which `main` is read."""

    reader: str
    main: str
    files: Mapping[str, bytes]


def seeds(folder: Path, url: str) -> list[Seed]:
    """Make every seed, working in a folder; those of one reader stand together.

    `url` is a server that nobody may ask: the lures lead to it.
    """
    made = [*_texts(), *_workbooks(folder), *_maps(folder), *_archives(folder), *_corpus()]
    made += _polyglots(made, url)
    return sorted(made, key=lambda seed: (seed.reader, seed.main))


def _one(reader: str, path: Path) -> Seed:
    return Seed(reader, path.name, {path.name: path.read_bytes()})


def _texts() -> Iterator[Seed]:
    for encoding in ENCODINGS:
        name = f"reports_{encoding.replace('-', '_')}.csv"
        text = odd_files.CSV.replace("Robbery", "Caf\u00e9", 1)
        yield Seed("csv", name, {name: text.encode(encoding)})
    for suffix, separator in ((".tsv", "\t"), (".txt", ";"), (".txt", "|")):
        name = f"reports_{ord(separator)}{suffix}"
        text = odd_files.CSV.replace(",", separator)
        yield Seed(suffix[1:], name, {name: text.encode()})


def _workbooks(folder: Path) -> Iterator[Seed]:
    good = [odd_files.HEADER, *odd_files.GOOD]
    book = folder / "reports.xlsx"
    odd_files.save_book(book, {"Data": [("Offences",), (), *good], "Notes": [("About",)]})
    yield _one("xlsx", book)
    odd_files.save_ods(folder / "reports.ods", odd_files.TEXTS)
    yield _one("ods", folder / "reports.ods")


def _write_gpkg(path: Path, table: Mapping[str, object], shapes: Iterable[object]) -> Path:
    frame = gpd.GeoDataFrame(pd.DataFrame(table), geometry=list(shapes), crs="EPSG:27700")
    pyogrio.write_dataframe(frame, path, layer="reports", driver="GPKG")
    return path


def _maps(folder: Path) -> Iterator[Seed]:
    odd_files.odd_maps(folder, SimpleNamespace(gpkg=_write_gpkg))
    layer = pyogrio.read_dataframe(folder / "good.gpkg")
    pyogrio.write_dataframe(layer.to_crs("EPSG:4326"), folder / "good.geojson", driver="GeoJSON")
    pyogrio.write_dataframe(layer, folder / "with_prj.shp", driver="ESRI Shapefile")
    parts = {path.name: path.read_bytes() for path in folder.glob("with_prj.*")}
    odd_files.save_zip(folder / "with_prj.zip", parts)
    for reader, name in (
        ("gpkg", "good.gpkg"),
        ("geojson", "good.geojson"),
        ("flatgeobuf", "flatgeobuf.fgb"),
        ("shapefile", "with_prj.zip"),
        ("shapefile", "shapefile_without_prj.zip"),
        ("kml", "kml_with_two_folders.kml"),
        ("kmz", "pins.kmz"),
    ):
        yield _one(reader, folder / name)
    table = {f"mapinfo_table{end}": folder / f"mapinfo_table{end}" for end in MAPINFO}
    yield Seed("mapinfo", "mapinfo_table.tab", {n: path.read_bytes() for n, path in table.items()})
    pair = {f"mapinfo.{end}": folder / f"mapinfo.{end}" for end in ("mif", "mid")}
    yield Seed("mapinfo", "mapinfo.mif", {n: path.read_bytes() for n, path in pair.items()})


def _archives(folder: Path) -> Iterator[Seed]:
    month = [
        f"a{n},2023-01,Met,Met,{x},{y},On or near X,,,Robbery,,\n"
        for n, (x, y) in enumerate(odd_files.LONLAT)
    ]
    stops = [
        f"Person search,2023-01-1{n}T10:00:00+00:00,,,{y},{x},,,,,,Controlled drugs,,,\n"
        for n, (x, y) in enumerate(odd_files.LONLAT)
    ]
    odd_files.save_zip(
        folder / "police.zip",
        {
            "2023-01/2023-01-town-street.csv": odd_files.STREET + "".join(month),
            "2023-01/2023-01-town-stop-and-search.csv": odd_files.STOPS + "".join(stops),
        },
    )
    yield _one("police.uk zip", folder / "police.zip")
    book = (folder / "reports.xlsx").read_bytes()
    kinds = ("good.gpkg", "good.geojson", "flatgeobuf.fgb", "pins.kmz", "reports.ods")
    files = {"a.xlsx": book} | {name: (folder / name).read_bytes() for name in kinds}
    odd_files.save_zip(folder / "mixed.zip", files)
    yield _one("mixed zip", folder / "mixed.zip")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", odd_files.CSV)
    odd_files.save_zip(folder / "nested.zip", {"in.zip": inner.getvalue(), "b.csv": odd_files.CSV})
    yield _one("mixed zip", folder / "nested.zip")


def _polyglots(made: Iterable[Seed], url: str) -> Iterator[Seed]:
    """Give the content of one format under the name of another, and every lure under each."""
    found = lures.documents(url, Path("/nowhere")) | {
        f"crs_{name}": text for name, text in lures.systems(url, Path("/nowhere")).items()
    }
    contents = {name: text.encode() for name, text in found.items() if len(text) < LARGEST}
    contents |= {seed.main.replace(".", "_"): seed.files[seed.main] for seed in made}
    for suffix in (*lures.SUFFIXES, ".csv", ".xlsx", ".xls", ".ods", ".xml", ".zip", ".txt"):
        for name, data in contents.items():
            main = f"{name}_as{suffix}"
            yield Seed("polyglot", main, {main: data})
            if suffix != ".zip":
                packed = lures.packed({main: data})
                yield Seed("polyglot zip", f"{main}.zip", {f"{main}.zip": packed})


def _corpus() -> Iterator[Seed]:
    """Give the small files of the bad inputs: odd forms that a sound file does not have."""
    readers = {".csv": "csv odd", ".json": "json", ".geojson": "geojson odd"}
    for path in sorted(CORPUS.iterdir()):
        unread = path.suffix == ".docx" or path.name.startswith("git_lfs_pointer")
        if 0 < path.stat().st_size < LARGEST and not unread:
            yield _one(readers.get(path.suffix, path.suffix[1:]), path)
