"""A whole run with words and flags of forces: nothing sensitive is drawn, and it is said."""

from __future__ import annotations

import csv
import html
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyogrio
import pytest

HEADER = ("reference", "date", "time", "easting", "northing", "category", "Domestic abuse flag")
TERMS = (
    *("DV", "DA Non-crime", "Sex offence", "Assault by penetration", "Incest", "FGM", "HBV"),
    *("Breach of non-molestation order", "Intimate partner violence", "ABH (DV flag)", "Spiking"),
    *("Child abuse", "Modern slavery", "Exposure", "Stalking", "Goblin matters", "", "Misc 99"),
)
WARDS = "sample_wards_schematic.geojson"


def _write(path: Path, header, rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])


@pytest.fixture(scope="module")
def wards(demo: Path) -> Path:
    return demo / "data" / "boundaries" / WARDS


def _weekly(run, folder: Path, wards: Path, *more: str) -> Path:
    code = run(
        "weekly", "--reports", folder / "R", "--boundaries", wards, "--as-of", "2021-11-29",
        "--out", folder / "out", *more,
    )  # fmt: skip
    assert code in {0, 3}
    return folder / "out" / "2021-11-29"


@pytest.fixture(scope="module")
def pack(run, wards: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each term by itself, a flagged assault, five flagged at one door, and ordinary robberies."""
    folder = tmp_path_factory.mktemp("sensitive")
    rows = [
        (f"R{n}", "03/11/2021", "10:00", 544421 + n * 303, 184321 + n * 107, term, "")
        for n, term in enumerate(TERMS)
    ]
    rows += [("R97", "03/11/2021", "10:00", 548003, 186001, "Assault with injury", "Y")]
    rows += [
        (f"D{n}", f"0{n + 1}/11/2021", "10:00", 549001 + n, 184701, "Assault with injury", "Y")
        for n in range(5)
    ]
    rows += [
        (f"B{n}", "05/11/2021", "10:00", 547001 + 3 * n, 185001, "Robbery", "N") for n in range(6)
    ]
    _write(folder / "R" / "offence" / "a.csv", HEADER, rows)
    return _weekly(run, folder, wards)


def test_only_what_is_harmless_is_in_a_layer(pack: Path) -> None:
    for name in ("incidents", "demand"):
        layer = pyogrio.read_dataframe(pack / "layers.gpkg", layer=name)
        assert len(layer) == 6
        assert set(layer["theme"]) == {"robbery"}
        assert set(np.round(layer.geometry.y)) == {185001}


def test_no_outline_is_made_of_them(pack: Path) -> None:
    features = json.loads((pack / "hotspots.geojson").read_text("utf-8"))["features"]
    assert [feature["properties"]["themes"] for feature in features] == [{"robbery": 6}]


def test_they_are_counted(pack: Path) -> None:
    counts = json.loads((pack / "run.json").read_text("utf-8"))["counts"]
    assert counts["in_period"] == counts["read"] == len(TERMS) + 12


def test_what_waits_to_be_sorted_is_said_on_page_and_record(pack: Path) -> None:
    said = "3 reports (3 offence) have a category that nobody has sorted and that may be sensitive"
    page = html.unescape((pack / "map.html").read_text("utf-8"))
    record = json.loads((pack / "run.json").read_text("utf-8"))
    assert [caution for caution in record["cautions"] if said in caution]
    assert said in page
    assert "data/reports/offence/source.toml" in page


def test_a_line_of_source_toml_sorts_a_word(run, wards: Path, tmp_path: Path) -> None:
    row = ("R1", "03/11/2021", "10:00", 544421, 184321, "Goblin matters", "")
    _write(tmp_path / "R" / "offence" / "a.csv", HEADER, [row])
    (tmp_path / "R" / "offence" / "source.toml").write_text(
        '[themes]\n"public order" = ["goblin matters"]\n', encoding="utf-8"
    )
    layer = pyogrio.read_dataframe(
        _weekly(run, tmp_path, wards, "--quiet") / "layers.gpkg", layer="incidents"
    )
    assert layer["theme"].tolist() == ["public order"]


def test_a_harmless_word_can_be_said_to_be_so(run, wards: Path, tmp_path: Path) -> None:
    row = ("R1", "03/11/2021", "10:00", 544421, 184321, "Family robbery", "")
    _write(tmp_path / "R" / "offence" / "a.csv", HEADER, [row])
    toml = tmp_path / "R" / "offence" / "source.toml"
    for text, drawn in (("", 0), ('[sensitive]\nnone = ["family"]\n', 1)):
        toml.write_text(text, encoding="utf-8")
        pack = _weekly(run, tmp_path, wards, "--quiet")
        assert len(pyogrio.read_dataframe(pack / "layers.gpkg", layer="incidents")) == drawn


# --- nobody's pins can be put together ------------------------------------------------------------


@pytest.fixture(scope="module")
def people(run, wards: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """Forty people with six pins each, listed person by person, each in a minute of its own."""
    folder = tmp_path_factory.mktemp("people")
    rng = np.random.default_rng(11)
    rows, who = [], {}
    for person in range(40):
        x, y = 547000 + rng.integers(0, 2500), 184500 + rng.integers(0, 1500)
        for pin in range(6):
            east, north = int(x + rng.integers(0, 60)), int(y + rng.integers(0, 60))
            who[east, north] = person
            when = f"{1 + person % 20:02}/11/2021"
            rows.append((f"P{person}-{pin}", when, f"{person % 24:02}:{person:02}", east, north))
    header = ("Contribution ID", "Date of incident", "Time", "easting", "northing")
    lines = [(*row, "Poor lighting", f"user{who[row[3], row[4]]}") for row in rows]
    lines = [("P0", *line[1:]) if line[0].startswith("P0-") else line for line in lines]
    _write(folder / "R" / "survey" / "a.csv", (*header, "Category", "Screen name"), lines)
    return _weekly(run, folder, wards, "--quiet"), who


def test_no_column_is_finer_than_source_theme_and_date(people) -> None:
    """But for what says where: one row's number, and the ward of the point."""
    pack, _ = people
    layer = pyogrio.read_dataframe(pack / "layers.gpkg", layer="incidents")
    layer["day"] = layer["occurred"].astype("str").str[:10]
    groups = layer.groupby(["source", "theme", "day"])
    where = {"incident_id", "geometry", "ward_code", "ward_name"}
    for column in set(layer.columns) - where - {"source", "theme", "day"}:
        most = groups[column].nunique(dropna=False).max()
        assert most == 1, f"{column} tells {most} kinds of one day apart"


def test_flags_and_accuracy_of_a_pin_are_not_given(people) -> None:
    """A person's pins may alone be repeated, coarse or on the middle of a ward."""
    pack, _ = people
    for name, _ in pyogrio.list_layers(pack / "layers.gpkg"):
        layer = pyogrio.read_dataframe(pack / "layers.gpkg", layer=name)
        if "family" in layer.columns and "flags" in layer.columns:
            pins = layer[layer["family"] == "perception"]
            assert len(pins) > 100
            assert set(pins["flags"].fillna("")) == {""}
            assert pins["location_accuracy_m"].isna().all()


def test_neighbours_in_a_layer_are_strangers(people) -> None:
    pack, who = people
    layer = pyogrio.read_dataframe(pack / "layers.gpkg", layer="incidents")
    person = [who[round(p.x), round(p.y)] for p in layer.geometry]
    together = sum(a == b for a, b in pairwise(person))
    expected = len(person) * 5 / (len(person) - 1)
    assert together < expected + 4 * np.sqrt(expected)


def test_a_person_is_one_row_of_demand(people) -> None:
    pack, who = people
    layer = pyogrio.read_dataframe(pack / "layers.gpkg", layer="demand")
    assert len(layer) == len(set(who.values()))
    assert not {"weight", "person_key", "incident_id", "flags"} & set(layer.columns)


def test_no_file_of_a_pack_has_a_weight(people) -> None:
    pack, _ = people
    for name, _ in pyogrio.list_layers(pack / "layers.gpkg"):
        assert "weight" not in pyogrio.read_info(pack / "layers.gpkg", layer=name)["fields"]
    for table in pack.glob("*.csv"):
        assert "weight" not in table.read_text("utf-8-sig").splitlines()[0].split(",")
