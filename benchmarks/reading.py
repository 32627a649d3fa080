"""Read a made-up file of reports in a process of its own; print CPU seconds and peak memory.

python benchmarks/reading.py xlsx --rows 300000
python benchmarks/reading.py csv --rows 1000000
python benchmarks/reading.py libraries               what the process holds before it reads
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import synthetic

from csp_geo.core.projection import british_grid

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = (
    *("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location"),
    *("LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"),
)
TYPES = ("Robbery", "Burglary", "Drugs", "Vehicle crime", "Other theft", "Public order")
FORCE = "Metropolitan Police Service"
MB = 1_000_000


def rows(n: int) -> Iterator[list[object]]:
    """Make reports as police.uk writes them, the coordinates as numbers."""
    lonlat = british_grid().to_lonlat(synthetic.reports(synthetic.LONDON, n)).round(6)
    for i, (x, y) in enumerate(lonlat.tolist()):
        where = f"On or near Street {i % 9973}"
        area = (f"E010{i % 4835:05}", f"Borough {i % 33} {i % 4835:04}A")
        what = (TYPES[i % len(TYPES)], "Investigation complete; no suspect identified", "")
        yield [f"{i:064x}", "2023-01", FORCE, FORCE, x, y, where, *area, *what]


def write(path: Path, n: int) -> None:
    """Write a table of n rows, as CSV or as XLSX."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            writer.writerows(rows(n))
        return
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Reports")
    sheet.append(HEADER)
    for row in rows(n):
        sheet.append(row)
    book.save(path)


def read(path: Path | None) -> None:
    """Read a file in this process and print what that took."""
    from csp_geo.incidents.clean import clean  # noqa: F401 - with all that a run needs for reading
    from csp_geo.inputs.read import read_reports

    began = time.process_time()
    n = len(read_reports([path])) if path else 0
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{n:,} rows read: {seconds:.1f} CPU seconds, {peak / MB:.0f} MB in all")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("csv", "xlsx", "libraries"))
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.file or options.kind == "libraries":
        read(options.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "offence" / f"reports.{options.kind}"
        path.parent.mkdir()
        write(path, options.rows)
        print(f"{path.name}: {len(HEADER)} columns, {path.stat().st_size / MB:.0f} MB", flush=True)
        subprocess.run([sys.executable, __file__, options.kind, "--file", path], check=True)


if __name__ == "__main__":
    main()
