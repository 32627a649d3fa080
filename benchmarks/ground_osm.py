"""How long, and how much memory, an OpenStreetMap extract of a county takes.

    python benchmarks/ground_osm.py [MILLIONS_OF_NODES]

Makes an extract of that many nodes (27 are some 100 MB, the size of Greater London's), of a town of
streets and houses; reads it for a study area of 36 square kilometres in its middle, in a process of
its own, as `ground add` does; prints seconds, megabytes and what was found, and deletes it.
"""

from __future__ import annotations

import resource
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np

WEST, SOUTH = -0.5, 51.3
PER_BLOCK = 8000
STEP = 700  # in units of 1e-7 degrees: some 8 metres
READ = "--read"


FEW = 64


def varints(values: Any) -> bytes:
    """Write whole numbers from 0 as the format does, seven bits in a byte."""
    if len(values) < FEW:
        return b"".join(map(varint, values))
    numbers = np.asarray(values, dtype=np.uint64)
    shifted = numbers[:, None] >> (np.arange(10, dtype=np.uint64) * np.uint64(7))
    size = np.maximum(1, (shifted > 0).sum(axis=1))
    parts = (shifted & np.uint64(0x7F)).astype(np.uint8)
    place = np.arange(10)
    parts[place < (size - 1)[:, None]] |= 0x80
    return parts[place < size[:, None]].tobytes()


def varint(value: int) -> bytes:
    """Write one whole number."""
    value, parts = int(value), []
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def zigzag(values: Any) -> Any:
    """Write numbers with a sign so that small ones stay small."""
    signed = np.asarray(values, dtype=np.int64)
    return ((signed << 1) ^ (signed >> 63)).astype(np.uint64)


def message(number: int, data: bytes) -> bytes:
    """Write a field of bytes."""
    return varints([number << 3 | 2]) + varints([len(data)]) + data


def block(kind: bytes, data: bytes) -> bytes:
    """Write a block with its heading."""
    body = varints([2 << 3, len(data)]) + message(3, zlib.compress(data, 6))
    heading = message(1, kind) + varints([3 << 3, len(body)])
    return struct.pack(">I", len(heading)) + heading + body


def table(texts: list[str]) -> bytes:
    """Write the texts of a block."""
    return message(1, b"".join(message(1, text.encode()) for text in ["", *texts]))


def node_blocks(n: int, width: int) -> Any:
    """Yield the nodes of a grid, from west to east and south to north, a little off it."""
    rng = np.random.default_rng(1)
    for first in range(0, n, PER_BLOCK):
        ids = np.arange(first, min(first + PER_BLOCK, n))
        lon = int(WEST * 1e7) + ids % width * STEP + rng.integers(-300, 300, len(ids))
        lat = int(SOUTH * 1e7) + ids // width * STEP + rng.integers(-300, 300, len(ids))
        dense = b"".join(
            message(field, varints(zigzag(np.diff(values, prepend=0))))
            for field, values in ((1, ids + 1), (8, lat), (9, lon))
        )
        yield block(b"OSMData", table([]) + message(2, message(2, dense)))


def way_blocks(n: int, width: int) -> Any:
    """Yield streets along the rows of the grid, and a house between every few of its nodes."""
    streets = [f"Street {i}" for i in range(500)]
    texts = ["highway", "residential", "footway", "name", "building", "yes", *streets]
    way, rows = 1, n // width
    for row in range(0, rows - 1, 2):
        ways = []
        for at in range(0, width - 9, 8):
            refs = list(range(row * width + at + 1, row * width + at + 10))
            name = 7 + (row * 7 + at // 80) % 500
            ways.append(one_way(way, [1, 4], [2, name], refs))
            house = [row * width + at + 1 + step for step in (0, 1, width + 1, width, 0)]
            ways.append(one_way(way + 1, [5], [6], house))
            way += 2
        yield block(b"OSMData", table(texts) + message(2, b"".join(ways)))


def step(number: int) -> int:
    """Write one number with a sign."""
    return number << 1 if number >= 0 else (-number << 1) - 1


def one_way(number: int, keys: list[int], values: list[int], refs: list[int]) -> bytes:
    """Write a way."""
    return message(
        3,
        varints([1 << 3, number])
        + message(2, varints(keys))
        + message(3, varints(values))
        + message(8, varints([step(b - a) for a, b in zip([0, *refs], refs, strict=False)])),
    )


def make(path: Path, millions: float) -> tuple[float, float, float, float]:
    """Write an extract; returns its box in degrees."""
    n = int(millions * 1e6)
    width = int(n**0.5)
    with path.open("wb") as stream:
        head = message(4, b"OsmSchema-V0.6") + message(4, b"DenseNodes")
        stream.write(block(b"OSMHeader", head + varints([32 << 3, 1_767_225_600])))
        for part in node_blocks(n, width):
            stream.write(part)
        for part in way_blocks(n, width):
            stream.write(part)
    side = width * STEP / 1e7
    return WEST, SOUTH, WEST + side, SOUTH + side


def read(path: Path, middle: tuple[float, float]) -> None:
    """Read the extract as `ground add` does, and say what that took."""
    import geopandas as gpd
    import shapely

    from csp_geo.core.origin import Origin
    from csp_geo.core.projection import british_grid
    from csp_geo.core.settings import Limits
    from csp_geo.inputs.areas.study_area import study_area_of
    from csp_geo.inputs.ground.cutting import GroundFrame
    from csp_geo.inputs.ground.osm_extract import read_osm

    x, y = british_grid().to_metres([middle])[0]
    wards = gpd.GeoDataFrame(
        {"ward_code": ["W1"], "ward_name": ["Middle"]},
        geometry=[shapely.box(x - 3000, y - 3000, x + 3000, y + 3000)],
        crs="EPSG:27700",
    )
    frame = GroundFrame(study_area_of(wards, "made.gpkg"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        origin = Origin(path, path.name, limits=Limits(seconds=3600))
        found = read_osm(origin, frame, Path(folder), lambda said: print(f"  {said}"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    counts = {name: len(rows) for name, rows in found.layers.items()}
    print(f"  {time.perf_counter() - began:.1f} s, {most:.0f} MB at most ({before:.0f} before)")
    print(f"  {counts}, {found.dated}")


def main() -> None:
    """Make, read in a process of its own, and delete."""
    if READ in sys.argv:
        at = sys.argv.index(READ)
        read(Path(sys.argv[at + 1]), (float(sys.argv[at + 2]), float(sys.argv[at + 3])))
        return
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.osm.pbf"
        began = time.perf_counter()
        west, south, east, north = make(path, millions)
        size = path.stat().st_size / 1e6
        took = time.perf_counter() - began
        print(f"{millions:g} million nodes: {size:.0f} MB, made in {took:.0f} s", flush=True)
        middle = (str((west + east) / 2), str((south + north) / 2))
        subprocess.run([sys.executable, __file__, READ, str(path), *middle], check=True)


if __name__ == "__main__":
    main()
