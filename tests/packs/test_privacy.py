"""Nothing personal leaves: every file of a pack is searched for it."""

from __future__ import annotations

import csv
import getpass
import io
import json
import os
import re
import stat
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

PACK = (
    "map.html",
    "hotspots.geojson",
    "hotspots.csv",
    "layers.gpkg",
    "quality.csv",
    "quality.html",
    "quarantine.csv",
    "run.json",
    ".csp_geo.json",
)
PERSONAL = {
    "Screen name",
    "Comment",
    "Recommendation",
    "Contribution ID",
    "Finding ref",
    "Crime ID",
}
PERSONAL |= {"reference", "Ref", "Report ID"}


def _rows(project: Path) -> list[dict[str, str]]:
    rows = []
    for path in sorted((project / "data" / "reports").rglob("*.csv")):
        text = path.read_text(encoding="utf-8-sig")
        rows += list(csv.DictReader(io.StringIO(text, newline="")))
    return rows


@pytest.fixture(scope="module")
def pack(demo: Path) -> Path:
    return demo / "maps" / "2021-11-29"


@pytest.fixture(scope="module")
def contents(pack: Path) -> dict[str, str]:
    """Every file as text; the GeoPackage as the text of all its cells, and its bytes besides."""
    found = {name: (pack / name).read_bytes().decode("utf-8", "replace") for name in PACK}
    cells = [
        pyogrio.read_dataframe(pack / "layers.gpkg", layer=layer, read_geometry=False).to_csv()
        for layer, _ in pyogrio.list_layers(pack / "layers.gpkg")
    ]
    found["layers.gpkg"] += "\n".join(cells)
    return found


def test_the_pack_has_these_files_and_no_other(pack: Path) -> None:
    assert sorted(path.name for path in pack.iterdir()) == sorted(PACK)


def test_no_text_name_or_reference_is_in_any_file(demo: Path, contents: dict[str, str]) -> None:
    secrets = {
        value.strip()
        for row in _rows(demo)
        for column, value in row.items()
        if column in PERSONAL and value and len(value.strip()) >= 5
    }
    assert len(secrets) > 1000
    for name, text in contents.items():
        words = set(re.findall(r"[\w\-/.@]+", text))
        found = {s for s in secrets if s in words or (" " in s and s in text)}
        assert not found, f"{name} holds {sorted(found)[:3]}"


def test_no_house_number_is_in_any_file(demo: Path, contents: dict[str, str]) -> None:
    texts = {row.get("location") or row.get("Location") or "" for row in _rows(demo)}
    houses = {text for text in texts if re.match(r"\d+[a-z]? [A-Z]", text)}
    assert houses
    for name, text in contents.items():
        assert not [house for house in houses if house in text], name


def test_no_path_or_user_name_is_in_any_file(demo: Path, contents: dict[str, str]) -> None:
    home, user = str(Path.home()), getpass.getuser()
    for name, text in contents.items():
        assert str(demo) not in text, name
        assert str(demo.parent) not in text, name
        assert f"{home}{os.sep}" not in text, name
        if user not in {"root", "user"}:
            assert not re.search(rf"\b{re.escape(user)}\b", text), name


def test_sensitive_themes_are_counted_but_not_drawn(pack: Path, demo: Path) -> None:
    layer = pyogrio.read_dataframe(pack / "layers.gpkg", layer="incidents")
    assert not set(layer["theme"]) & {"sexual", "domestic"}
    assert set(layer.loc[layer["theme"] == "hate", "source"]) == {"graffiti"}  # a wall, no victim
    assert set(layer.loc[layer["source"] != "graffiti", "sensitive"].fillna("")) == {""}
    features = json.loads((pack / "hotspots.geojson").read_text("utf-8"))["features"]
    themes = {theme for feature in features for theme in feature["properties"]["themes"]}
    assert themes & {"sexual", "domestic", "hate"}


def test_quarantine_shows_coordinates_and_dates_only(pack: Path) -> None:
    table = pd.read_csv(pack / "quarantine.csv", encoding="utf-8-sig", dtype="str")
    assert len(table) > 20
    shown = table["value"].dropna()
    allowed = re.compile(r"\(not shown\)|[\d\s.,;:/'+\-TZ]*(?:[A-Z][a-z]{2,8})?[\d\s.,;:/'+\-TZ]*")
    odd = [value for value in shown for part in value.split("; ") if not allowed.fullmatch(part)]
    assert not odd


def test_only_the_owner_can_read_it(pack: Path) -> None:
    assert stat.S_IMODE(pack.stat().st_mode) == 0o700
    for path in pack.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_the_marking_stands_everywhere(pack: Path) -> None:
    page = (pack / "map.html").read_text("utf-8")
    title = page[page.index("<title>") : page.index("</title>")]
    assert "OFFICIAL-SENSITIVE" in title
    assert json.loads((pack / "run.json").read_text("utf-8"))["marking"] == "OFFICIAL-SENSITIVE"
    assert len(re.findall("OFFICIAL-SENSITIVE", page)) >= 3


def test_the_map_says_that_all_is_invented(pack: Path) -> None:
    page = (pack / "map.html").read_text("utf-8").lower()
    assert "synthetic" in page
    assert "schematic" in page
