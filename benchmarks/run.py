"""Measure csp_geo against scikit-learn, the `dbscan` package and geopandas; print a table.

Every row is measured in a process of its own, in which the data are there before the clock starts.
CPU seconds are the ones to compare: others may be at work on the machine. Memory is the most that
the process held beyond what it held when the data were there.

    python benchmarks/run.py              every row
    python benchmarks/run.py london-1M    rows of one case
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 5
LIMIT_S = 1800
MB = 2**20
LIBRARIES = ("numpy", "numba", "scikit-learn", "dbscan", "shapely", "geopandas")

DBSCAN_CASES = {
    "borough-10k": ("borough", 10_000),
    "borough-100k": ("borough", 100_000),
    "london-100k": ("london", 100_000),
    "london-1M": ("london", 1_000_000),
    "london-4M": ("london", 4_000_000),
    "england-20M": ("england", 20_000_000),
}
EPS, MIN_SAMPLES = 100.0, 10
STRIPS = "strips-100k"
WARD_CASES = {"wards-19-100k": ("borough", 19, 100_000), "wards-706-1M": ("london", 706, 1_000_000)}
REDRAW_CASES = {"redraws-2002": 2_002, "redraws-10k": 10_000}
TOO_LARGE = {(case, "scikit-learn") for case in ("london-4M", "england-20M", STRIPS)}
"""Cases in which scikit-learn asks for more memory than most machines have."""


# --- what is measured --------------------------------------------------------------------------


def dbscan_work(case: str, tool: str) -> Callable[[], object]:
    """Return what to run for a case of DBSCAN; the data are made and the tool is loaded."""
    import numpy as np
    import synthetic

    if case == STRIPS:
        xy = synthetic.strips(100_000, EPS)
    else:
        place, n = DBSCAN_CASES[case]
        xy = synthetic.reports(synthetic.MAPS[place], n)
    few = np.array([[0.0, 0.0], [1.0, 1.0]])
    if tool == "csp_geo":
        from csp_geo.hotspots.dbscan import dbscan, label_on_grid

        label_on_grid(few, EPS, MIN_SAMPLES, None)
        return lambda: dbscan(xy, EPS, MIN_SAMPLES)
    if tool == "scikit-learn":
        from sklearn.cluster import DBSCAN

        model = DBSCAN(eps=EPS, min_samples=MIN_SAMPLES, algorithm="ball_tree")
        return lambda: model.fit_predict(xy)
    import dbscan as other

    return lambda: other.DBSCAN(xy, eps=EPS, min_samples=MIN_SAMPLES)


def ward_work(case: str, tool: str) -> Callable[[], object]:
    """Return what to run for points in wards, with building any index."""
    import geopandas as gpd
    import synthetic

    from csp_geo.core.projection import british_grid
    from csp_geo.inputs.areas.study_area import StudyArea

    name, n_wards, n = WARD_CASES[case]
    shapes = synthetic.wards(synthetic.MAPS[name], n_wards)
    xy = synthetic.reports(synthetic.MAPS[name], n)
    codes = [f"E{row:08d}" for row in range(len(shapes))]
    wards = gpd.GeoDataFrame({"ward_code": codes}, geometry=shapes, crs="EPSG:27700")
    if tool == "csp_geo":
        import scipy.ndimage  # noqa: F401 - loading is not measured

        return lambda: StudyArea("", wards.copy(deep=True), british_grid()).ward_of(xy)
    return lambda: gpd.sjoin(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=wards.crs),
        wards,
        how="left",
        predicate="within",
    )


def redraw_work(case: str, tool: str) -> Callable[[], object]:
    """Return what to run for 999 maps of reports thrown on known places, each alike."""
    import numpy as np
    import synthetic

    from csp_geo.hotspots.chance.redraw import SnappedRedraws, throw_evenly

    n = REDRAW_CASES[case]
    places = synthetic.BOROUGH.spread(2_000, np.random.default_rng(42)).round()
    redraws = SnappedRedraws(places, EPS, 5)
    redraws.strongest(throw_evenly(n, len(places), 1, 0))
    if tool == "csp_geo":
        return lambda: redraws.strongest(throw_evenly(n, len(places), 999, 0))
    from sklearn.cluster import DBSCAN

    model = DBSCAN(eps=EPS, min_samples=5, algorithm="ball_tree")
    return lambda: [
        model.fit_predict(np.repeat(places, counts, axis=0))
        for counts in throw_evenly(n, len(places), 999, 0)
    ]


def work_of(case: str, tool: str) -> Callable[[], object]:
    """Return what to run for a row of the table."""
    kinds = ((WARD_CASES, ward_work), (REDRAW_CASES, redraw_work))
    for cases, make in kinds:
        if case in cases:
            return make(case, tool)
    return dbscan_work(case, tool)


# --- measuring ---------------------------------------------------------------------------------


class Peak:
    """Watch the memory of this process while something runs."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self.before = self.most = self._process.memory_info().rss
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._stop.wait(0.005):
            self.most = max(self.most, self._process.memory_info().rss)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def measure(case: str, tool: str) -> None:
    """Run one row in this process and print its figures as JSON."""
    work = work_of(case, tool)
    with Peak() as peak:
        work()
    cpu, wall = [], []
    for _ in range(REPEATS):
        start = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start[0])
        cpu.append(time.process_time() - start[1])
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    figures = {
        "cpu": statistics.median(cpu),
        "wall": statistics.median(wall),
        "over": (peak.most - peak.before) / MB,
        "whole": whole / MB,
    }
    print(json.dumps(figures))


def in_fresh_process(case: str, tool: str) -> dict[str, float] | None:
    """Measure one row elsewhere; `None` if it did not come to an end."""
    root = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(
            [sys.executable, __file__, "--measure", case, tool],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(root)},
            text=True,
            timeout=LIMIT_S,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- the table ---------------------------------------------------------------------------------


def tools_of(case: str) -> tuple[str, ...]:
    """Return what is measured in a case, csp_geo first."""
    if case in WARD_CASES:
        return ("csp_geo", "geopandas.sjoin")
    if case in REDRAW_CASES:
        return ("csp_geo", "scikit-learn")
    tools = ("csp_geo", "scikit-learn", "dbscan")
    return tuple(tool for tool in tools if (case, tool) not in TOO_LARGE)


def machine() -> str:
    """Describe the machine and the versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    cores = f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}"
    return f"{cores}; Python {platform.python_version()}, {versions}"


def main(chosen: list[str]) -> None:
    """Print the table."""
    print(machine())
    print()
    print("| case | tool | CPU s | wall s | MB over data | MB in all | CPU ratio |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for case in chosen or [*DBSCAN_CASES, STRIPS, *WARD_CASES, *REDRAW_CASES]:
        ours = None
        for tool in tools_of(case):
            row = in_fresh_process(case, tool)
            if row is None:
                print(f"| {case} | {tool} | no result | | | | |")
                continue
            ours = ours or row["cpu"]
            figures = (
                f"{row['cpu']:.4g} | {row['wall']:.4g} | {row['over']:.0f} | {row['whole']:.0f}"
            )
            print(f"| {case} | {tool} | {figures} | {row['cpu'] / ours:.1f} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:4])
    else:
        main(sys.argv[1:])
