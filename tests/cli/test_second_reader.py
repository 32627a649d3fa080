"""fiona, which carries a GDAL of its own, is loaded only where a layer is damaged."""

from __future__ import annotations

import struct
import subprocess
import sys

import pytest
import shapely
from conftest import PLAIN_HEADER, town_offences

RUN = """
import sys
from csp_geo.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    print("ENDED", stop.code, "fiona" in sys.modules)
"""


def ended(folder, *arguments):
    """Run a command in a fresh process; return its exit code and whether fiona was loaded."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=300,
    )
    last = ran.stdout.splitlines()[-1:]
    assert last, ran.stderr
    assert last[0].startswith("ENDED"), ran.stdout + ran.stderr
    return last[0].split()[1:]


@pytest.fixture
def weekly(shared_town, tmp_path):
    """Run `weekly` on a folder of reports, with the wards of the toy town as a GeoPackage."""

    (tmp_path / "few.toml").write_text("simulations = 19\n", encoding="utf-8")

    def run(reports):
        return ended(
            tmp_path,
            *("weekly", "--reports", reports, "--boundaries", shared_town.boundaries),
            *("--as-of", shared_town.as_of, "--out", "out", "--config", "few.toml", "--quiet"),
        )

    return run


def test_not_for_a_csv(weekly, tmp_path, write):
    write.csv(tmp_path / "reports" / "offence" / "a.csv", PLAIN_HEADER, town_offences())
    assert weekly(tmp_path / "reports") == ["0", "False"]


def test_not_for_healthy_layers(weekly, shared_town):
    """GeoPackage and GeoJSON among the reports, and the wards as a GeoPackage."""
    assert weekly(shared_town.reports) == ["0", "False"]


def test_only_for_a_damaged_layer(tmp_path, write):
    """One whose ring ends elsewhere than it began: pyogrio loses all of it, fiona nothing."""
    rows = {"date": ["2023-01-13"] * 2, "category": ["Robbery"] * 2}
    shapes = [shapely.box(x, 184_321, x + 10, 184_331) for x in (544_421, 544_521)]
    path = write.gpkg(tmp_path / "areas.gpkg", rows, shapes)
    first, last = (struct.pack("<dd", 544_531, y) for y in (184_321, 184_322))
    before, after = path.read_bytes().rsplit(first, 1)
    path.write_bytes(before + last + after)
    assert ended(tmp_path, "check", path, "--source", "offence") == ["0", "True"]
