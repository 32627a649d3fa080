"""Count what each way of reading a damaged map layer keeps: as a whole, by feature, by fiona.

The layers are those of tests/bad_inputs and of the real cases beside the repository, and sound
ones that were spoilt as the fuzz spoils files. Only layers that our door lets through are counted,
and of these only the ones that pyogrio, as it is used everywhere else, does not read as a whole.

    python benchmarks/damaged_layers.py --spoilt 3000 --seed 1
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import sqlite3
import struct
import sys
import tempfile
import warnings
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fuzz_mutations
import fuzz_seeds
import geopandas as gpd
import pyogrio
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

ROOT = fuzz_seeds.ROOT

from csp_geo.core.errors import SourceError  # noqa: E402 - the path is set by fuzz_seeds
from csp_geo.core.origin import Origin  # noqa: E402
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, GisFile, fenced, recognise  # noqa: E402
from csp_geo.inputs.files.gis_layer import SUFFIXES, _record_by_record  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARED = ROOT.parent / "shared" / "cases" / "files"


def corpus(folder: Path) -> Iterator[Path]:
    """Make the damaged files of the tests in a folder; yield them with those that are kept."""
    import conftest

    where = ROOT / "tests" / "bad_inputs" / "conftest.py"
    spec = importlib.util.spec_from_file_location("bad_inputs_conftest", where)
    assert spec is not None and spec.loader is not None  # noqa: PT018, S101 - for the types
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    made.build(folder, conftest.WRITERS)
    for home in (ROOT / "tests" / "bad_inputs", folder, SHARED):
        if home.is_dir():
            yield from (p for p in sorted(home.rglob("*")) if p.suffix.lower() in SUFFIXES)


RINGS = {
    "ring_left_open": [(0, 0), (20, 0), (20, 20), (0, 20), (0, 1)],
    "ring_of_two_points": [(0, 0), (20, 0), (0, 0)],
    "ring_of_one_point": [(0, 0)],
    "ring_of_no_number": [(0, 0), (20, float("nan")), (20, 20), (0, 0)],
}


def bad_shapes(folder: Path) -> Iterator[Path]:
    """Write layers of twenty areas of which the third has a bad ring."""
    folder.mkdir()
    sound = [(0, 0), (20, 0), (20, 20), (0, 20), (0, 0)]
    for name, bad in RINGS.items():
        rings = [
            [(0.08 + (x + 40 * n) / 1e5, 51.54 + y / 1e5) for x, y in ring]
            for n, ring in enumerate([sound, sound, bad, *[sound] * 17])
        ]
        features = [
            {
                "type": "Feature",
                "properties": {"date": "2023-01-13"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
            for ring in rings
        ]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / f"{name}.geojson").write_text(text.replace("NaN", "null"))
        marks = "".join(
            "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>"
            f"{' '.join(f'{x},{y}' for x, y in ring)}"
            "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
            for ring in rings
        )
        top = "<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'><Document>"
        (folder / f"{name}.kml").write_text(f"{top}{marks}</Document></kml>")
        regions = "".join(
            f"REGION 1\n{len(ring)}\n" + "".join(f"{x} {y}\n" for x, y in ring) for ring in rings
        )
        (folder / f"{name}.mif").write_text(
            "VERSION 300\nCOORDSYS Earth Projection 1, 104\nCOLUMNS 1\n  a Char(10)\nDATA\n"
            + regions
        )
        (folder / f"{name}.mid").write_text('"a"\n' * 20)
        blobs = [_blob(ring) for ring in rings]
        yield from (folder / f"{name}{end}" for end in (".geojson", ".kml", ".mif"))
        yield _package(folder / f"{name}.gpkg", rings[0], blobs)


def _blob(ring: list[tuple[float, float]]) -> bytes:
    """Write an area as a GeoPackage keeps it, whatever is wrong with its ring."""
    points = b"".join(struct.pack("<dd", *xy) for xy in ring)
    head = struct.pack("<2sBBi", b"GP", 0, 1, 4326)
    return head + struct.pack("<BIII", 1, 3, 1, len(ring)) + points


def _package(path: Path, ring: list[tuple[float, float]], blobs: list[bytes]) -> Path:
    """Write a GeoPackage, and then other shapes into it."""
    table = gpd.GeoDataFrame(
        {"date": ["2023-01-13"] * len(blobs)},
        geometry=[shapely.Polygon(ring)] * len(blobs),
        crs="EPSG:4326",
    )
    pyogrio.write_dataframe(table, path, layer="areas", SPATIAL_INDEX="NO")
    with closing(sqlite3.connect(path)) as base, base:
        for (name,) in base.execute(
            "select name from sqlite_master where type='trigger'"
        ).fetchall():
            base.execute(f'drop trigger "{name}"')
        for fid, blob in enumerate(blobs, start=1):
            base.execute("update areas set geom = ? where fid = ?", (blob, fid))
    return path


def spoilt(folder: Path, n: int, seed: int) -> Iterator[Path]:
    """Spoil sound layers of every format; the same `seed` spoils the same."""
    rng = random.Random(seed)  # noqa: S311 - a seeded sample
    (folder / "seeds").mkdir(parents=True)
    every = fuzz_seeds.seeds(folder / "seeds", "http://127.0.0.1:1")
    layers = [
        one
        for one in every
        if Path(one.main).suffix in SUFFIXES and not one.reader.startswith("polyglot")
    ]
    parts = sorted((folder / "seeds").glob("with_prj.*"))
    shapefile = {path.name: path.read_bytes() for path in parts if path.suffix != ".zip"}
    layers.append(fuzz_seeds.Seed("shapefile", "with_prj.shp", shapefile))
    kinds = sorted({one.reader for one in layers})
    for number in range(n):
        kind = kinds[number % len(kinds)]
        one = rng.choice([layer for layer in layers if layer.reader == kind])
        home = folder / str(number)
        home.mkdir()
        for name, data in fuzz_mutations.spoil(one.files, one.main, rng).items():
            (home / name).write_bytes(data)
        yield home / one.main


# --- the ways of reading -------------------------------------------------------------------------


def whole(file: GisFile, layer: str) -> int:
    """Count the shapes that pyogrio reads, as everywhere else."""
    return _shapes(file.read(layer, datetime_as_string=True))


def leniently(file: GisFile, layer: str) -> int:
    """Count the shapes that pyogrio reads when shapely is told to pass over bad ones."""
    return _shapes(file.read(layer, datetime_as_string=True, on_invalid="ignore"))


def mending(file: GisFile, layer: str) -> int:
    """Count the shapes that pyogrio reads when shapely is told to mend bad ones."""
    return _shapes(file.read(layer, datetime_as_string=True, on_invalid="fix"))


def by_position(file: GisFile, layer: str) -> int:
    """Count the shapes that pyogrio reads when it is asked for the first, the second and so on."""
    kept = 0
    for position in range(file.n_features(layer)):
        try:
            kept += _shapes(file.read(layer, skip_features=position, max_features=1))
        except Exception:  # noqa: BLE001, S112 - whatever is wrong costs this feature
            continue
    return kept


def by_feature(file: GisFile, layer: str) -> int:
    """Count the shapes that pyogrio reads when it is asked for one feature at a time."""
    table = file.read(layer, read_geometry=False, fid_as_index=True, datetime_as_string=True)
    kept = 0
    for fid in table.index:
        try:
            kept += _shapes(file.read(layer, fids=[fid]))
        except Exception:  # noqa: BLE001, S112 - whatever is wrong costs this feature
            continue
    return kept


def second_reading(file: GisFile, layer: str) -> int:
    """Count the shapes that the program's second reading keeps."""
    return _shapes(_record_by_record(file, layer)[0])


def by_fiona_alone(file: GisFile, layer: str) -> int:
    """Count the shapes that fiona reads, one after the other, until it can read no further."""
    kept = 0
    with file.records(layer) as records:
        following = iter(records)
        while True:
            try:
                kept += shape(next(following).geometry) is not None
            except StopIteration:
                return kept
            except (ShapelyError, AttributeError, ValueError):
                continue  # this shape is bad, or there is none
            except Exception:  # noqa: BLE001 - a record that stops GDAL ends the layer here
                return kept


def _shapes(table: Any) -> int:
    return int(table.geometry.notna().sum()) if "geometry" in table.columns else 0


WAYS: dict[str, Callable[[GisFile, str], int]] = {
    "pyogrio, whole": whole,
    "pyogrio, on_invalid='ignore'": leniently,
    "pyogrio, on_invalid='fix'": mending,
    "pyogrio, one feature at a time": by_feature,
    "pyogrio, one position at a time": by_position,
    "csp_geo: fiona for the shapes, pyogrio for the rest": second_reading,
    "fiona alone, one record after the other": by_fiona_alone,
}


def kept_by(way: Callable[[GisFile, str], int], file: GisFile, layer: str) -> int | None:
    """Count what one way keeps of a layer, `None` where it loses the layer."""
    try:
        with fenced():
            return way(file, layer)
    except Exception:  # noqa: BLE001 - a way that fails has lost the layer
        return None


def measure(paths: Iterator[Path]) -> Iterator[tuple[Path, str, int, dict[str, int | None]]]:
    """Read each layer that pyogrio does not read as a whole in every way."""
    seen: Counter[str] = Counter()
    for path in paths:
        seen["files"] += 1
        try:
            file = recognise(Origin(path, path.name))
            layers = [(name, file.n_features(name)) for name, kind in file.layers() if kind]
        except (SourceError, OSError, *DAMAGED_LAYER):
            seen["refused at the door"] += 1
            continue
        for layer, rows in layers:
            seen["layers"] += 1
            if kept_by(whole, file, layer) is None:
                yield path, layer, rows, {n: kept_by(way, file, layer) for n, way in WAYS.items()}
    print(json.dumps(seen))


def main() -> int:
    """Measure, print a line for each layer of the corpus, and two tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--spoilt", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as home:
        for heading, paths in (
            ("damaged files of the tests", corpus(Path(home) / "built")),
            ("layers of twenty areas, one of them bad", bad_shapes(Path(home) / "bad")),
            ("spoilt layers", spoilt(Path(home) / "spoilt", options.spoilt, options.seed)),
        ):
            print(f"\n## {heading}\n")
            lost = list(measure(paths))
            for path, layer, rows, kept in lost[:40]:
                print(f"{path.name} {layer!r} ({rows}): {list(kept.values())}")
            print(f"\n{len(lost)} layers with {sum(rows for *_, rows, _ in lost):,} rows\n")
            print("| way | layers kept | rows kept |\n|---|---:|---:|")
            for way in WAYS:
                found = [kept[way] for *_, kept in lost]
                n_layers = sum(count is not None for count in found)
                print(f"| {way} | {n_layers} | {sum(filter(None, found)):,} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
