"""Names that steer a terminal: wherever they come from, they steer nothing where they go."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from csp_geo.cli.main import main

STEERS = "\x1b]0;PWN\x07\x1b[31mRED\x1b[2J\u202eX\x9b31m\x08\u2066\u200b"
LEFT = "]0;PWN[31mRED[2JX31m"
"""What is left of it when nothing of it steers any more."""
FILE = "off\x1b]0;PWN\x07\u202e.csv"
MAP = "\x1b[31m\u202e\x9b"
"""The same for files that GDAL opens: it knows no semicolon in a name."""
RING = [[0.078, 51.537], [0.084, 51.537], [0.084, 51.541], [0.078, 51.541], [0.078, 51.537]]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no file names that steer")


def odd(text: str, allowed: str = "") -> set[str]:
    return {hex(ord(c)) for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {
        hex(ord(c)) for c in allowed
    }


def texts(path: Path) -> Iterator[str]:
    """Yield every text that a written file holds, as a program that reads it gets it."""
    if path.suffix == ".gpkg":
        with contextlib.closing(sqlite3.connect(path)) as base:
            tables = [
                n for (n,) in base.execute("select name from sqlite_master where type = 'table'")
            ]
            for table in tables:
                yield table
                for row in base.execute(f'select * from "{table}"'):  # noqa: S608
                    yield from (cell for cell in row if isinstance(cell, str))
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name).decode() for name in book.namelist())
    else:
        whole = path.read_bytes().decode("utf-8-sig")
        yield whole
        if path.suffix in {".json", ".geojson"}:
            yield from within(json.loads(whole))


def within(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from within(inner)
        elif isinstance(inner, str):
            yield inner


@pytest.fixture(scope="module")
def project(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which every name steers: of files, wards, zones, places, columns, havens."""
    root = tmp_path_factory.mktemp("steers")
    data = root / "data"
    for name in ("reports/offence", "reports/survey", "boundaries", "zones", "context", "premises"):
        (data / name).mkdir(parents=True)
    wards = json.loads(next((demo / "data" / "boundaries").glob("*.geojson")).read_text("utf-8"))
    for number, feature in enumerate(wards["features"]):
        feature["properties"] |= {"WD22NM": f"{STEERS} {number}", "LAD22NM": STEERS}
    (data / "boundaries" / f"w{MAP}.geojson").write_text(json.dumps(wards), encoding="utf-8")
    reports(data / "reports" / "offence" / FILE, 544421, 184321)
    reports(data / "reports" / "survey" / f"s{FILE}", 549023, 184712)
    (data / "reports" / "offence" / f"broken{STEERS}.xlsx").write_text("nope", encoding="utf-8")
    nowhere = data / "reports" / f"unknown{STEERS}"
    nowhere.mkdir()
    (nowhere / FILE).write_text(f"a{STEERS},b\n1,2\n3,4\n", encoding="utf-8")
    zones(data / "zones" / f"z{MAP}.geojson")
    stations = [(f"{STEERS}St{n}", "station", 51.5393 + n / 1e4, 0.081) for n in range(3)]
    stations += [(STEERS, STEERS, "x", "y"), (f"{STEERS}k", STEERS, 51.54, 0.081)]
    table = pd.DataFrame(stations, columns=["name", "kind", "latitude", "longitude"])
    table.to_csv(data / "context" / "stations.csv", index=False)
    havens_and_venues(demo / "data", data)
    quoted = json.dumps(STEERS)
    (data / "reports" / "survey" / "source.toml").write_text(f"title = {quoted}\n", "utf-8")
    (root / "csp_geo.toml").write_text(f"marking = {quoted}\npublic_marking = {quoted}\n", "utf-8")
    return root


def reports(path: Path, east: int, north: int) -> None:
    header = ["reference", "date", "time", "easting", "northing", "category", "location", STEERS]
    rows = [
        [
            f"{STEERS}{n}", "03/11/2021", "10:00", east + n % 9 + 0.5, north + n % 7 + 0.5,
            ("Robbery", f"{STEERS}Robbery", STEERS)[n % 3], f"{STEERS} High Street", STEERS,
        ]
        for n in range(40)
    ]  # fmt: skip
    rows += [[f"q{n}", STEERS, "", f"bad{STEERS}", STEERS, STEERS, STEERS, ""] for n in range(5)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([[*header, "Screen name"], *([*row, STEERS] for row in rows)])


def zones(path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {
                "name": f"{STEERS}{n}",
                "power": STEERS,
                "in_force": "2021-01-01" if n else STEERS,
                "expires": "2024-01-01" if n else STEERS,
            },
            "geometry": {"type": "Polygon", "coordinates": [RING]},
        }
        for n in range(3)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def havens_and_venues(from_: Path, to: Path) -> None:
    """Copy the sample's havens and venues, with every name of them steering."""
    for name in ("havens.csv", "premises/businesses.csv"):
        table = pd.read_csv(from_ / name, dtype="str", encoding="utf-8-sig", keep_default_na=False)
        for column in ("name", "address"):
            table[column] = STEERS + table[column]
        if "last_checked" in table:
            table[["last_checked", "training_expiry"]] = ["2021-10-01", "2031-01-01"]
        table = table.drop(columns="Data status")  # the sample's label: it is not mixed with others
        table.assign(**{f"note{STEERS}": STEERS}).to_csv(to / name, index=False)
    shutil.copytree(from_ / "network", to / "network")


@pytest.fixture(scope="module")
def said(project: Path) -> Callable[..., tuple[int, str, str]]:
    """Run a command in the project; gives code, stdout and stderr, which never steer."""

    def call(*arguments: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(project),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as stop,
        ):
            main(list(arguments))
        assert odd(out.getvalue(), "\n") == odd(err.getvalue(), "\n") == set(), arguments
        if "--json" in arguments:
            record = json.loads(out.getvalue())
            assert not [text for text in within(record) if odd(text)]
        return int(stop.value.code or 0), out.getvalue(), err.getvalue()

    return call


@pytest.fixture(scope="module")
def pack(project: Path, said: Callable[..., tuple[int, str, str]]) -> Path:
    code, out, err = said("weekly", "--as-of", "2021-11-29")
    assert code == 0, err
    assert LEFT in out
    return project / "maps" / "2021-11-29"


def test_weekly(pack: Path, said: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = said("weekly", "--as-of", "2021-11-29", "--json")
    assert code == 0, err
    paths = [file["path"] for file in json.loads(out)["inputs"]]
    quality = pd.read_csv(pack / "quality.csv", encoding="utf-8-sig", dtype="str")
    assert "offence/off]0;PWN.csv" in paths
    assert set(quality.iloc[:, 0].dropna()) <= set(paths), "one name for a file everywhere"


@pytest.mark.parametrize(
    "arguments",
    [
        ("boundaries", "list"),
        ("check", "{files}", "--out", "checked", "--fix", "fixed.csv"),
        ("check", "{unknown}", "--map", "--source", "offence"),
        ("directory", "--out", "directory"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]) if "{" not in arguments[1] else arguments[-1],
)
def test_commands(
    project: Path,
    pack: Path,
    said: Callable[..., tuple[int, str, str]],
    arguments: tuple[str, ...],
) -> None:
    found = sorted(str(p.relative_to(project)) for p in (project / "data/reports").rglob("*.[cx]*"))
    unknown = [path for path in found if "unknown" in path]
    put = {"{files}": found, "{unknown}": unknown}
    given = [path for part in arguments for path in put.get(part, [part])]
    assert said(*given)[0] in {0, 1, 3}
    if "--map" not in arguments:
        assert said(*given, "--json")[0] in {0, 1, 3}


def test_havens(pack: Path, said: Callable[..., tuple[int, str, str]]) -> None:
    arguments = ("havens", "--run", str(pack), "--premises", "data/premises/businesses.csv")
    code, out, err = said(*arguments, "--out", "plan")
    assert code == 0, err
    assert LEFT in out
    assert said(*arguments, "--out", "plan", "--json")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("weekly", "--theme", STEERS),
        ("weekly", "--source", STEERS),
        ("weekly", "--seed", STEERS),
        ("weekly", f"--{STEERS}"),
        ("weekly", "--config", STEERS),
        (STEERS,),
        ("check", STEERS),
        ("check", "--source", STEERS, "a.csv"),
        ("havens", "--run", STEERS, "--premises", STEERS),
        ("directory", "--havens", STEERS),
        ("boundaries", "fetch", STEERS),
        ("boundaries", "fetch", "E09000002", "--service", STEERS),
    ],
    ids=lambda arguments: " ".join(arguments).encode("ascii", "backslashreplace").decode()[:40],
)
def test_what_a_person_types(
    said: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...]
) -> None:
    code, _, err = said(*arguments)
    assert code in {1, 2}
    assert err


def test_every_written_file(
    project: Path, pack: Path, said: Callable[..., tuple[int, str, str]]
) -> None:
    """Over all that the commands wrote, whichever of them ran before."""
    files = sorted(str(p.relative_to(project)) for p in (project / "data/reports").rglob("*.[cx]*"))
    said("check", *files, "--out", "checked", "--fix", "fixed.csv")
    said("directory", "--out", "directory")
    said(
        "havens", "--run", str(pack), "--premises", "data/premises/businesses.csv", "--out", "plan"
    )
    written = [
        path
        for path in project.rglob("*")
        if path.is_file() and (project / "data") not in path.parents and path.name != "csp_geo.toml"
    ]
    names = {path.name for path in written}
    assert {"hotspots.csv", "layers.gpkg", "run.json", "quality.csv", "havens.json"} <= names
    assert {"left-out.csv", "quarantine.csv", "fixed.csv", "hotspots.geojson"} <= names
    for path in written:
        found = {sign for text in texts(path) for sign in odd(text, "\n\t\r")}
        assert found == set(), path.name
