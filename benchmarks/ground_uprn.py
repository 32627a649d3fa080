"""How long, and how much memory, OS Open UPRN's list takes to be laid into the ground.

    python benchmarks/ground_uprn.py [MILLIONS_OF_ROWS]

41 is the real size (2.1 GB on disk while it runs). Rows lie evenly over Great Britain in no order,
with 200,000 of them in a borough. Reads it in a process of its own, as `ground add` does, and
deletes it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HEADER = b"UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE\r\n"
CHUNK = 500_000
BOROUGH = (544_000.0, 180_000.0, 552_000.0, 191_000.0)
IN_BOROUGH = 200_000
READ = "--read"


def make(path: Path, n: int) -> None:
    """Write a list of n rows."""
    rng = np.random.default_rng(1)
    line = "%d,%.2f,%.2f,%.7f,%.7f"
    with path.open("wb") as stream:
        stream.write(HEADER)
        for first in range(0, n, CHUNK):
            size = min(CHUNK, n - first)
            x, y = rng.uniform(80_000, 655_000, size), rng.uniform(5_000, 1_200_000, size)
            own = round(IN_BOROUGH * size / n)
            x[:own] = rng.uniform(BOROUGH[0], BOROUGH[2], own)
            y[:own] = rng.uniform(BOROUGH[1], BOROUGH[3], own)
            rows = np.column_stack([first + np.arange(size), x, y, 50 + y / 1.2e5, x / 1e5 - 8])
            rng.shuffle(rows)
            text = "\r\n".join([line] * size) % tuple(rows.ravel().tolist())
            stream.write(text.encode() + b"\r\n")


def read(path: Path) -> None:
    """Read it as `ground add` does, with its checksum, and say what that took."""
    import geopandas as gpd
    import shapely

    from csp_geo.core.storage import sha256_of
    from csp_geo.inputs.areas.study_area import study_area_of
    from csp_geo.inputs.ground.cutting import GroundFrame
    from csp_geo.inputs.ground.given_file import read_given
    from csp_geo.inputs.ground.limits import GROUND_LIMITS

    wards = gpd.GeoDataFrame(
        {"ward_code": ["W1"], "ward_name": ["Borough"]},
        geometry=[shapely.box(*BOROUGH)],
        crs="EPSG:27700",
    )
    frame = GroundFrame(study_area_of(wards, "made.gpkg"))
    began = time.perf_counter()
    found = read_given(path, frame, path.parent, limits=GROUND_LIMITS, progress=lambda _: None)
    read_s = time.perf_counter() - began
    sha256_of(path)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"  {len(found.layers['addresses']):,} addresses in {read_s:.1f} s,")
    print(f"  {time.perf_counter() - began:.1f} s with the checksum, {most:.0f} MB at most")


def main() -> None:
    """Make, read in a process of its own, and delete."""
    if READ in sys.argv:
        read(Path(sys.argv[sys.argv.index(READ) + 1]))
        return
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "osopenuprn_202605.csv"
        began = time.perf_counter()
        make(path, int(millions * 1e6))
        size = path.stat().st_size / 1e6
        took = time.perf_counter() - began
        print(f"{millions:g} million rows: {size:,.0f} MB, made in {took:.0f} s", flush=True)
        subprocess.run([sys.executable, __file__, READ, str(path)], check=True)


if __name__ == "__main__":
    main()
