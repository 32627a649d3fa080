"""Every file of ../shared/cases/files has its right outcome: what went wrong once on real files."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest

import csp_geo as cg

CASES = tomllib.loads(Path(__file__).with_name("shared_cases.toml").read_text("utf-8"))
COUNTS = ("read", "accepted", "merged", "quarantined")
NOT_A_CASE = {"README.md"}


def name_of(case: dict[str, Any]) -> str:
    return str(case["file"])


REPORTS = [case for case in CASES["case"] if "incidents" in case or "reasons" in case]


@pytest.fixture(scope="module")
def wards(shared_data: Path) -> Path:
    return shared_data / "wards" / "lbbd_wards_2002-2022_generalised.geojson"


def test_every_file_has_its_outcome(shared_cases: Path) -> None:
    files = Counter(path.name for path in shared_cases.iterdir() if path.name not in NOT_A_CASE)
    assert Counter(map(name_of, CASES["case"])) == files


# --- what `check` says ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["case"], ids=name_of)
def test_check(case: dict[str, Any], csp, shared_cases: Path, wards: Path, tmp_path: Path) -> None:
    if "needs" in case:
        pytest.importorskip(case["needs"], reason="the extra 'postcodes' is not installed")
    source = ("--source", case["source"]) if "source" in case else ()
    boundaries = ("--boundaries", wards) if case.get("wards", True) else ()
    file = shared_cases / case["file"]
    ran = csp("check", file, *source, *boundaries, "--json", cwd=tmp_path)
    (said,) = ran.json["files"]
    assert said["kind"] == case.get("kind", "reports")
    assert said["source"] == case.get("source")
    assert said["counts"] == dict(zip(COUNTS, case["counts"], strict=True))
    assert said["reasons"] == case.get("reasons", {})
    assert (ran.code, said["error"] is None) == ((0, True) if case["counts"][1] else (1, False))
    assert case.get("columns", {}).items() <= said["matched"].items()
    assert not set(case.get("never", ())) & set(said["matched"])
    assert ran.json["caution_codes"] == case.get("cautions", [])
    words = " ".join([said["error"] or "", *said["notes"]])
    for phrase in case.get("says", ()):
        assert phrase in words


@pytest.mark.parametrize("case", REPORTS, ids=name_of)
def test_incidents(case: dict[str, Any], shared_cases: Path, wards: Path) -> None:
    if "needs" in case:
        pytest.importorskip(case["needs"], reason="the extra 'postcodes' is not installed")
    reports = cg.read_reports([shared_cases / case["file"]], source=case["source"])
    area = cg.read_study_area(wards) if case.get("wards", True) else None
    result = cg.clean(reports, area, today=date(2023, 6, 1), key=b"key of the test")
    assert tuple(result.counts[name] for name in COUNTS) == tuple(case["counts"])
    flags = Counter(slug for text in result.incidents["flags"] for slug in text.split(";") if slug)
    assert flags == case.get("flags", {})
    incidents = result.incidents.sort_values("source_row")
    for column, value in case.get("incidents", {}).items():
        assert incidents[column].unique().tolist() == [value], column
    if "first" in case:
        at, x, y = case["first"]
        first = incidents.iloc[0]
        assert first["occurred_at"].isoformat() == at
        assert (round(first.geometry.x), round(first.geometry.y)) == (x, y)
        assert first["place"] == case["place"] if "place" in case else pd.isna(first["place"])


# --- what a week makes of them -------------------------------------------------------------------


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))[1:]


@pytest.fixture
def week(csp, shared_cases: Path, wards: Path, tmp_path: Path):
    """Make the weekly pack of one file; gives its folder."""

    def make(name: str, source: str, period: str) -> Path:
        home = tmp_path / "reports" / source
        home.mkdir(parents=True)
        shutil.copy(shared_cases / name, home)
        ran = csp(
            *("weekly", "--reports", "reports", "--boundaries", wards, "--period", period),
            *("--as-of", "2023-06-01", "--out", "out"),
            cwd=tmp_path,
        )
        assert ran.code == 0, ran.err
        return tmp_path / "out" / "2023-06-01"

    return make


def test_clusters_of_anonymised_points_are_busy_points(week) -> None:
    pack = week("police_uk_service_by_ward.json", "offence", "2023-01")
    hotspots = pd.read_csv(pack / "hotspots.csv")
    few = hotspots[hotspots["n_places"] <= 2]
    assert set(few["kind"]) == {"busy point"}
    assert "Zq Street 0" in " ".join(few["name"])


def test_no_hotspot_is_made_of_one_event(week) -> None:
    pack = week("one_incident_six_victims.csv", "offence", "2021-11")
    assert pd.read_csv(pack / "hotspots.csv").empty


def test_words_of_forces_are_not_drawn(week, shared_cases: Path) -> None:
    pack = week("sensitive_words_of_forces.csv", "offence", "2021-11")
    assert json.loads((pack / "run.json").read_text("utf-8"))["counts"]["in_period"] == 12
    assert pyogrio.read_dataframe(pack / "layers.gpkg", layer="incidents").empty
    assert json.loads((pack / "hotspots.geojson").read_text("utf-8"))["features"] == []
    page = (pack / "map.html").read_text("utf-8")
    for _, _, north, east in _rows(shared_cases / "sensitive_words_of_forces.csv"):
        lat, lon = re.escape(north[:7]), re.escape(east[:6])
        assert not re.search(rf"{lat}\d*,\s*{lon}|{lon}\d*,\s*{lat}", page)


def test_nobody_who_reported_is_named(week) -> None:
    pack = week("fixmystreet_dashboard.csv", "survey", "2021-11")
    assert json.loads((pack / "run.json").read_text("utf-8"))["counts"]["in_period"] == 12
    for path in pack.iterdir():
        written = path.read_bytes().lower()
        for private in (b"zqname", b"zqdetail", b"zq@", b"07700", b"lamp out"):
            assert private not in written, path.name


@pytest.mark.parametrize("name", ["twice", "unix"])
def test_settings_that_cannot_be_are_refused(
    name: str, csp, shared_cases: Path, tmp_path: Path
) -> None:
    (tmp_path / "offence").mkdir()
    settings = shared_cases / f"source_with_date_format_{name}.toml"
    shutil.copy(settings, tmp_path / "offence" / "source.toml")
    shutil.copy(shared_cases / "month_name_columns.csv", tmp_path / "offence" / "a.csv")
    ran = csp("check", "offence/a.csv", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    (said,) = [line for line in ran.err.splitlines() if not line.endswith("...")]
    assert said.startswith("offence/source.toml: date_formats must be a list of formats")


# --- opening hours -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["hours"], ids=name_of)
def test_hours_of_a_directory(
    case: dict[str, Any], csp, shared_cases: Path, tmp_path: Path
) -> None:
    """The list as a register of havens that all count: what is published, and what is asked."""
    havens = pd.read_csv(shared_cases / case["file"], dtype="str")
    today = date.today().isoformat()  # noqa: DTZ011 - the command goes by today as well
    havens = havens.assign(
        haven_id=[f"H{n}" for n in range(len(havens))], status="active", consent_to_publish="yes",
        trained_count=2, training_expiry="2099-01-01", last_checked=today,
    )  # fmt: skip
    havens.to_csv(tmp_path / "havens.csv", index=False)
    assert csp("directory", "--havens", "havens.csv", cwd=tmp_path).code == 0
    out = tmp_path / "directory"
    shown = pd.read_csv(out / "public" / "directory.csv", keep_default_na=False)
    shown = shown.set_index("name")["opening_hours"].to_dict()
    asked = pd.read_csv(out / "for-the-coordinator.csv", keep_default_na=False)
    assert len(shown) == len(case["of"])
    for name, (hours, doubt) in zip(havens["name"], case["of"], strict=True):
        assert shown[name] == hours, name
        own = asked[(asked["name"] == name) & asked["finding"].str.endswith("-hours")]
        text = " ".join([*own["what"], *own["what_to_do"]])
        assert (doubt in text) if doubt else own.empty, name
