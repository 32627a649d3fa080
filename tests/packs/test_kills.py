"""A command that is killed at any step leaves the old folder or the new one, whole.

And everything in it that is not ours, and the next run goes on as if nothing had been. How the
kills are placed stands in tests/killed.py. A few are in every run; `make slow` does 200, 48 of
them at the moves of whole folders.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import ground_files
import pandas as pd
import pytest

KILLER = Path(__file__).parents[1] / "killed.py"
HAVEN = {
    "haven_id": "SH-1",
    "name": "Toy Library",
    "easting": 544421,
    "northing": 184321,
    "opening_hours": "Mo-Fr 09:00-17:30; PH off",
    "training_expiry": "2099-02-01",
    "last_checked": date.today().isoformat(),  # noqa: DTZ011 - the command goes by today as well
    "status": "active",
    "consent_to_publish": "yes",
}
VENUES = [
    {
        "name": f"Shop {n}",
        "type": "supermarket",
        "easting": 544421 + 40 * n,
        "northing": 184321,
        "opening_hours": "Mo-Su 07:00-23:00",
    }
    for n in range(5)
]
COMMANDS = {
    "weekly": ("maps/2023-02-01", [
        *("weekly", "--reports", "reports", "--boundaries", "wards.gpkg", "--as-of", "2023-02-01"),
        *("--config", "few.toml", "--out", "maps", "--quiet"),
    ]),
    "havens": ("havens/2023-02-01", [
        *("havens", "--run", "maps/2023-02-01", "--premises", "venues.csv", "--sites", "1"),
    ]),
    "directory": ("directory", ["directory", "--havens", "register.csv"]),
    "check": ("tables", ["check", "reports/offence/offences.csv", "--out", "tables"]),
    "ground": ("ground", [
        *("ground", "add", "town.osm", "--boundaries", "wards.gpkg", "--out", "ground", "--quiet"),
    ]),
}  # fmt: skip


@pytest.fixture(scope="module")
def project(shared_town, csp):
    """The toy town with the output of every command, and something of somebody's in each."""
    home = shared_town.folder
    (home / "few.toml").write_text("simulations = 19\n", encoding="utf-8")
    pd.DataFrame([HAVEN]).to_csv(home / "register.csv", index=False)
    ground_files.osm(home / "town.osm")
    pd.DataFrame(VENUES).to_csv(home / "venues.csv", index=False)
    for out, command in COMMANDS.values():
        ran = csp(*command, cwd=home)
        assert ran.code == 0, ran.err
        (home / out / "notes.txt").write_text("mine", encoding="utf-8")
        (home / out / "photos" / "empty").mkdir(parents=True)
        (home / out / "photos" / "door.jpg").write_bytes(b"\xff")
    return home


def struck(project, name, steps, *, kills, aimed, seed):
    """Kill a command in a process of its own; gives what it printed."""
    out, command = COMMANDS[name]
    given = [project, out, kills, aimed, seed, steps, "--", *command]
    ran = subprocess.run(
        [sys.executable, KILLER, *map(str, given)],
        capture_output=True,
        text=True,
        check=False,
        timeout=90 * (kills + 1),
        env={**os.environ, "PYTHONPATH": str(KILLER.parents[1])},
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    ("name", "steps"),
    [("weekly", "one"), ("havens", "two")],
)
def test_a_few_kills(project, name, steps):
    found = struck(project, name, steps, kills=3, aimed=1, seed=22)
    assert found["wrong"] == []
    assert found["killed"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("steps", ["one", "two"])
@pytest.mark.parametrize("name", COMMANDS)
def test_two_hundred_kills(project, name, steps):
    found = struck(project, name, steps, kills=25, aimed=6, seed=len(name))
    assert found["wrong"] == []
    assert found["killed"] == 25
