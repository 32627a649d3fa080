"""`csp-geo weekly` tells which hotspots stand out: in every table and in the record."""

from __future__ import annotations

import json
import shutil

import geopandas as gpd
import numpy as np
import pytest

COLUMNS = {
    "n_expected",
    "p_chance",
    "verdict",
    "confirmed",
    "survives",
    "depends_on",
    "sentence",
}


@pytest.fixture(scope="module")
def town(shared_town, write):
    """The toy town with streets to test on, and twenty thefts at twenty places of East Street."""
    folder = shared_town.folder
    east, north = 544421, 184321
    rows = [
        (f"T{i}", "2023-01-20", "12:00", east + 6 * (i % 5), north + 6 * (i // 5), "Theft")
        for i in range(20)
    ]
    header = ("reference", "date", "time", "easting", "northing", "category")
    write.csv(folder / "data" / "reports" / "offence" / "thefts.csv", header, rows)
    for file in shared_town.reports.rglob("*.*"):
        target = folder / "data" / "reports" / file.relative_to(shared_town.reports)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    (folder / "data" / "boundaries").mkdir()
    (folder / "data" / "boundaries" / "wards.gpkg").write_bytes(shared_town.boundaries.read_bytes())
    places = np.stack(np.meshgrid(np.arange(544050, 546000, 50), np.arange(184050, 186000, 50)))
    write.csv(
        folder / "data" / "context" / "addresses.csv",
        ("easting", "northing"),
        places.reshape(2, -1).T.tolist(),
    )
    (folder / "csp_geo.toml").write_text("simulations = 39\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(town, csp):
    def run(out, *more):
        return csp("weekly", "--as-of", "2023-02-01", "--out", out, *more, cwd=town)

    return run


@pytest.fixture(scope="module")
def ran(run):
    made = run("out", "--json", "--seed", "5")
    assert made.code == 0, made.err
    return made


@pytest.fixture(scope="module")
def pack(town, ran):
    return town / "out" / "2023-02-01"


def test_standard_output_is_one_object(ran, pack):
    assert ran.json == json.loads((pack / "run.json").read_text(encoding="utf-8"))


def test_the_record_says_what_was_tested(ran):
    assert (ran.json["seed"], ran.json["params"]["simulations"]) == (5, 39)
    assert ran.json["confirmed"] == 1
    recorded = ran.json["test"]["recorded"]
    assert (recorded["unit"], recorded["units"], recorded["simulations"]) == ("reports", 45, 39)
    assert {one["source"]: one["known"] for one in recorded["places"]} == {
        "asb": 1521,
        "offence": 1521,
    }
    assert ran.json["test"]["perception"]["unit"] == "people"


def test_tables_carry_the_columns(pack, rows_of):
    rows = rows_of(pack / "hotspots.csv")
    assert set(rows[0]) >= COLUMNS
    first = rows[0]
    assert (first["name"], first["verdict"], first["confirmed"]) == (
        "East Street",
        "stands out",
        "true",
    )
    assert first["p_chance"] == "0.025"
    assert first["sentence"].startswith("Stands out: 30 reports at ")
    made = json.loads((pack / "hotspots.geojson").read_text(encoding="utf-8"))
    for feature, row in zip(made["features"], rows, strict=True):
        properties = feature["properties"]
        assert set(properties) >= COLUMNS
        assert properties["sentence"] == row["sentence"]
        assert properties["confirmed"] is (row["confirmed"] == "true")
    layer = gpd.read_file(pack / "layers.gpkg", layer="hotspots")
    assert set(layer.columns) >= COLUMNS
    assert layer["verdict"].tolist() == [row["verdict"] for row in rows]


def test_the_same_seed_gives_the_same_bytes(run, town, pack):
    assert run("again", "--seed", "5", "--quiet").code == 0
    for name in ("hotspots.csv", "hotspots.geojson"):
        again = (town / "again" / "2023-02-01" / name).read_bytes()
        assert again == (pack / name).read_bytes()


def test_an_unrelated_file_beside_changes_no_verdict(town, ran, pack, csp, write, tmp_path):
    """Of another year, at points that repeat: as if the source were moved to such points."""
    shutil.copytree(town / "data", tmp_path / "data")
    shutil.copy(town / "csp_geo.toml", tmp_path)
    rows = [
        (f"U{i}", "2021-05-20", "12:00", 544100 + 55 * (i % 30), 185500 + 3 * (i % 30), "Theft")
        for i in range(300)
    ]
    header = ("reference", "date", "time", "easting", "northing", "category")
    write.csv(tmp_path / "data" / "reports" / "offence" / "unrelated.csv", header, rows)
    options = ("--as-of", "2023-02-01", "--out", "out", "--seed", "5", "--json")
    made = csp("weekly", *options, cwd=tmp_path)
    assert made.code == 0, made.err
    accepted = {one["path"]: one["accepted"] for one in made.json["inputs"]}
    assert accepted["offence/unrelated.csv"] == 300
    assert made.json["test"] == ran.json["test"]
    for name in ("hotspots.csv", "hotspots.geojson"):
        again = (tmp_path / "out" / "2023-02-01" / name).read_bytes()
        assert again == (pack / name).read_bytes()


@pytest.mark.parametrize("simulations", ["5", "18", "0", "-1", '"many"', "true", "99.5"])
def test_simulations_that_say_nothing_are_refused(run, town, simulations):
    config = town / "other.toml"
    config.write_text(f"simulations = {simulations}\n", encoding="utf-8")
    refused = run("refused", "--config", config)
    assert refused.code == 2
    assert "simulations" in refused.err
    assert not (town / "refused").exists()


def test_a_negative_seed_is_refused(run, town):
    refused = run("refused", "--seed", "-1")
    assert refused.code == 2
    assert "--seed" in refused.err
    assert not (town / "refused").exists()
