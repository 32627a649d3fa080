"""Extracts of other places: another city, another CRS, another country, a national file."""

from __future__ import annotations

import csv
import json
import resource
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from csp_geo.core.projection import between, british_grid

Run = Callable[..., int]
MANCHESTER = (383_500.0, 397_500.0)
"""South-west corner of four wards of a kilometre each, in British National Grid."""
PORTO = (-8.63, 41.145)
UTM_29 = "EPSG:32629"
CATEGORIES = ("Burglary", "Robbery", "Vehicle crime", "Drugs")


def _wards(path: Path, corner: tuple[float, float], side: float, crs: str, names: str) -> Path:
    """Four square wards, two by two."""
    west, south = corner
    boxes = [
        shapely.box(
            west + x * side, south + y * side, west + (x + 1) * side, south + (y + 1) * side
        )
        for y in (0, 1)
        for x in (0, 1)
    ]
    table = {"WD23CD": [f"{names}{n:02}" for n in range(1, 5)], "WD23NM": list("ABCD")}
    pyogrio.write_dataframe(gpd.GeoDataFrame(table, geometry=boxes, crs=crs), path, driver="GPKG")
    return path


def _write(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], **options: Any
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, **options).writerows([header, *rows])


def _places(corner: tuple[float, float], side: float, n: int, seed: int) -> np.ndarray:
    """Half of them spread evenly over the wards, half round one corner of a street."""
    rng = np.random.default_rng(seed)
    even = rng.uniform(0, 2 * side, (n // 2, 2))
    corner_of_streets = rng.normal(0.6 * side, 0.03 * side, (n - n // 2, 2))
    return np.vstack([even, corner_of_streets]) + corner


def _record(run: Run, folder: Path, wards: Path, *more: str, code: int = 0) -> dict[str, Any]:
    """Run a week, and return run.json."""
    asked = ("weekly", "--reports", folder / "reports", "--boundaries", wards, "--quiet")
    assert run(*asked, "--as-of", "2023-06-01", "--out", folder / "out", *more) == code
    return json.loads((folder / "out" / "2023-06-01" / "run.json").read_text(encoding="utf-8"))


# --- another city ------------------------------------------------------------------------------


def test_another_city(run: Run, tmp_path: Path) -> None:
    """Headers in capitals, dates and times apart, some beside the town, coordinates in degrees."""
    wards = _wards(tmp_path / "wards.gpkg", MANCHESTER, 1000, "EPSG:27700", "E050006")
    places = british_grid().to_lonlat(_places(MANCHESTER, 1000, 300, 1))
    rows = [
        (f"MC/{n}", f"{1 + n % 28:02}.05.2023", f"{n % 24:02}.{n % 60:02} hrs", f"{y:.6f}",
         f"{x:.6f}", CATEGORIES[n % 4].upper())
        for n, (x, y) in enumerate(places)
    ]  # fmt: skip
    header = ("CRIME REF", "DATE OF OFFENCE", "TIME OF OFFENCE", "LAT", "LONG", "OFFENCE TYPE")
    _write(tmp_path / "reports" / "offence" / "may.csv", header, rows, delimiter=";")
    record = _record(run, tmp_path, wards)
    assert record["counts"] == {
        "read": 300, "accepted": 300, "merged": 0, "quarantined": 0,
        "in_period": sum(1 for n in range(300) if n % 28 >= 3),
    }  # fmt: skip
    assert record["study_area"]["crs"] == "EPSG:27700"
    hotspots = pd.read_csv(tmp_path / "out" / "2023-06-01" / "hotspots.csv")
    assert hotspots.loc[0, "ward_name"] == "A"
    assert abs(hotspots.loc[0, "easting"] - MANCHESTER[0] - 600) < 60
    assert abs(hotspots.loc[0, "longitude"] - -2.24) < 0.05


# --- another CRS -------------------------------------------------------------------------------


@pytest.fixture
def porto(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """Wards of a city abroad, in degrees, and places in them in metres of its UTM zone."""
    wards = _wards(tmp_path / "wards.gpkg", PORTO, 0.01, "EPSG:4326", "PT")
    places = between("EPSG:4326", UTM_29, _places(PORTO, 0.01, 200, 2))
    return wards, places


def test_metres_of_a_city_abroad_by_its_source_toml(
    run: Run, porto: tuple[Path, np.ndarray], tmp_path: Path
) -> None:
    """Also where both stand in one cell."""
    wards, places = porto
    home = tmp_path / "reports" / "offence"
    two = [
        (f"P{n}", "2023-05-20", f"{x:.1f}", f"{y:.1f}", "Robbery")
        for n, (x, y) in enumerate(places[:100])
    ]
    one = [
        (f"Q{n}", "2023-05-21", f"{x:.1f}, {y:.1f}", "Robbery")
        for n, (x, y) in enumerate(places[100:])
    ]
    _write(home / "two.csv", ("reference", "date", "Easting", "Northing", "category"), two)
    _write(home / "one.csv", ("reference", "date", "Coordinates", "category"), one)
    asked = ("weekly", "--reports", tmp_path / "reports", "--boundaries", wards, "--quiet")
    assert run(*asked, "--as-of", "2023-06-01", "--out", tmp_path / "guessed") == 0
    (home / "source.toml").write_text(f'crs = "{UTM_29}"\n', encoding="utf-8")
    record = _record(run, tmp_path, wards)
    assert record["counts"]["accepted"] == 200
    assert record["study_area"]["crs"] == UTM_29
    hotspots = pd.read_csv(tmp_path / "out" / "2023-06-01" / "hotspots.csv")
    assert abs(hotspots.loc[0, "longitude"] - PORTO[0] - 0.006) < 0.001
    assert abs(hotspots.loc[0, "latitude"] - PORTO[1] - 0.006) < 0.001


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:3763", "EPSG:4258"])
def test_a_layer_says_its_own_system(
    crs: str, run: Run, porto: tuple[Path, np.ndarray], tmp_path: Path
) -> None:
    """Web Mercator, the grid of Portugal, European degrees: no source.toml needed."""
    wards, places = porto
    frame = gpd.GeoDataFrame(
        {"date": "2023-05-20", "category": "Robbery", "ref": [f"R{n}" for n in range(200)]},
        geometry=gpd.points_from_xy(*places.T),
        crs=UTM_29,
    )
    home = tmp_path / "reports" / "offence"
    home.mkdir(parents=True)
    pyogrio.write_dataframe(frame.to_crs(crs), home / "layer.gpkg", driver="GPKG")
    record = _record(run, tmp_path, wards)
    assert record["counts"]["accepted"] == 200
    layer = pyogrio.read_dataframe(
        tmp_path / "out" / "2023-06-01" / "layers.gpkg", layer="incidents"
    )
    found = np.sort(shapely.get_coordinates(layer.to_crs(UTM_29).geometry), axis=0)
    assert np.abs(found - np.sort(places, axis=0)).max() < 0.2


# --- another country ---------------------------------------------------------------------------


def test_points_in_another_country_than_the_wards(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """None can be used: exit code 1, nothing is written, and the sentence says why."""
    wards = _wards(tmp_path / "wards.gpkg", MANCHESTER, 1000, "EPSG:27700", "E050006")
    places = _places(PORTO, 0.01, 60, 3)
    rows = [(f"P{n}", "2023-05-20", y, x, "Robbery") for n, (x, y) in enumerate(places)]
    header = ("reference", "date", "latitude", "longitude", "category")
    _write(tmp_path / "reports" / "offence" / "a.csv", header, rows)
    asked = ("weekly", "--reports", tmp_path / "reports", "--boundaries", wards, "--quiet")
    assert run(*asked, "--as-of", "2023-06-01", "--out", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert "None of the 60 rows could be used. 60 of them: outside the study area." in said
    assert not (tmp_path / "out").exists()
    checked = ("check", tmp_path / "reports" / "offence" / "a.csv", "--source", "offence")
    assert run(*checked, "--boundaries", wards, "--json") == 1
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["reasons"] == {"outside-study-area": 60}


# --- a national file ---------------------------------------------------------------------------

STREET = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
    "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context",
)  # fmt: skip
NATIONAL, INSIDE = 60_000, 200


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A month of England and Wales as police.uk writes it, of which a few rows are inside."""
    rng = np.random.default_rng(4)
    lonlat = np.column_stack([rng.uniform(-5, 1.7, NATIONAL), rng.uniform(50.2, 53.3, NATIONAL)])
    lonlat[:INSIDE] = british_grid().to_lonlat(_places(MANCHESTER, 1000, INSIDE, 5))
    table = pd.DataFrame(dict.fromkeys(STREET, ""), index=range(NATIONAL))
    table["Crime ID"] = [f"{n:064x}" for n in range(NATIONAL)]
    table["Month"], table["Location"] = "2023-05", "On or near Station Road"
    table[["Longitude", "Latitude"]] = lonlat.round(6)
    table["Crime type"] = rng.choice(CATEGORIES, NATIONAL)
    text: str = table.sample(frac=1, random_state=6).to_csv(index=False)
    return text.encode("utf-8")


@pytest.mark.parametrize("packed", [False, True], ids=["csv", "archive"])
def test_a_national_file(
    packed: bool, national: bytes, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3, the pack is written, the sentence says what it means; memory stays bounded."""
    wards = _wards(tmp_path / "wards.gpkg", MANCHESTER, 1000, "EPSG:27700", "E050006")
    home = tmp_path / "reports" / "offence"
    home.mkdir(parents=True)
    name = "2023-05/2023-05-everywhere-street.csv"
    if packed:
        with zipfile.ZipFile(home / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, national)
    else:
        (home / "everywhere.csv").write_bytes(national)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    record = _record(run, tmp_path, wards, "--period", "2023-05", code=3)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 300
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1
    assert "of the 60,000 offence rows (99.7%) lie outside the study area" in said
    assert "such as a whole police force" in said
    assert "quarantine_limit" in said
    counts = record["counts"]
    assert counts["read"] == NATIONAL
    assert INSIDE <= counts["accepted"] <= INSIDE + 20
    assert counts["read"] == counts["accepted"] + counts["merged"] + counts["quarantined"]
    assert any("lie outside the study area" in caution for caution in record["cautions"])
    hotspots = pd.read_csv(tmp_path / "out" / "2023-06-01" / "hotspots.csv")
    assert hotspots.loc[0, "n"] > INSIDE / 4
