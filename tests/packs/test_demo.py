"""The sample project: what the first command of the README makes."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

Run = Callable[..., int]
ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "version", "command", "as_of", "period", "seed", "edition", "inputs", "counts", "study_area",
    "params", "hotspots", "cautions", "versions", "seconds",
}  # fmt: skip


def tool_of(name: str) -> ModuleType:
    """Return a module of tools/."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def record(demo: Path) -> dict:
    return json.loads((demo / "maps" / "2021-11-29" / "run.json").read_text("utf-8"))


def test_run_json_has_the_fixed_keys(record: dict) -> None:
    assert set(record) >= KEYS
    assert set(record["period"]) == {"from", "to"}
    assert set(record["counts"]) == {"read", "accepted", "merged", "quarantined", "in_period"}
    area = {"name", "wards", "valid_from", "crs", "transform", "transform_accuracy_m"}
    assert set(record["study_area"]) >= area
    for line in record["inputs"]:
        assert set(line) >= {
            "path",
            "source",
            "sha256",
            "rows",
            "accepted",
            "merged",
            "quarantined",
        }
        assert line["rows"] == line["accepted"] + line["merged"] + line["quarantined"]
        assert not Path(line["path"]).is_absolute()


def test_the_survey_is_the_partnerships(demo: Path, record: dict) -> None:
    survey = next(line for line in record["inputs"] if line["source"] == "survey")
    assert survey["accepted"] == 408


def test_forty_pins_of_one_person_make_no_hotspot(demo: Path) -> None:
    table = pd.read_csv(demo / "maps" / "2021-11-29" / "hotspots.csv", encoding="utf-8-sig")
    perception = table[table["family"] == "perception"]
    assert len(perception) > 3
    assert (perception["n_people"] + perception["n_anonymous"] >= 5).all()
    assert not table["name"].str.contains("Plover Green").any()


def test_the_month_only_feed_is_context(record: dict) -> None:
    assert any("drawn as context" in caution for caution in record["cautions"])


def test_its_tables_are_those_of_the_commit_before(demo: Path) -> None:
    """They do not depend on the project's key; `make golden` writes the hashes anew."""
    tool = tool_of("write_demo_hashes")
    assert tool.hashes_of(demo) == json.loads(tool.HASHES.read_text("utf-8"))


def test_a_second_demo_gives_the_same_tables(run: Run, demo: Path, tmp_path: Path) -> None:
    assert run("demo", "--out", tmp_path / "again") == 0
    for name in ("hotspots.csv", "hotspots.geojson", "quality.csv", "quarantine.csv"):
        first = (demo / "maps" / "2021-11-29" / name).read_bytes()
        assert first == (tmp_path / "again" / "maps" / "2021-11-29" / name).read_bytes(), name
    for name in ("call-list.xlsx", "havens.csv", "havens.history.csv"):
        first = (demo / "after-the-calls" / name).read_bytes()
        assert first == (tmp_path / "again" / "after-the-calls" / name).read_bytes(), name
    assert run("demo", "--out", tmp_path / "again") == 0  # nothing of it counts as changed by hand


def test_weekly_in_the_sample_folder_makes_the_same(
    run: Run, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(demo)
    assert run("weekly", "--as-of", "2021-11-29", "--out", tmp_path, "--quiet") == 0
    made = demo / "maps" / "2021-11-29" / "hotspots.csv"
    assert (tmp_path / "2021-11-29" / "hotspots.csv").read_bytes() == made.read_bytes()


def test_a_whole_month_would_count_twice_without_the_setting(
    run: Run, demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "weekly", "--reports", demo / "data" / "reports", "--boundaries",
        demo / "data" / "boundaries" / "sample_wards_schematic.geojson", "--period", "2021-10",
        "--as-of", "2021-11-29", "--out", tmp_path / "out", "--quiet",
    ]  # fmt: skip
    assert run(*arguments) == 1
    message = capsys.readouterr().err
    assert "2021-10-sample-street.csv" in message
    assert "offences_2020-10_2021-11.csv" in message
    assert not (tmp_path / "out").exists()
    settings = tmp_path / "csp_geo.toml"
    own = (demo / "csp_geo.toml").read_text("utf-8")
    settings.write_text(f"simulations = 19\n{own}", "utf-8")
    assert run(*arguments, "--config", settings) == 0


def test_it_shows_what_calls_do_to_plan_and_register(demo: Path) -> None:
    """One says no and the venue below it takes its place; the others stay, with their answers."""
    before, after = (
        json.loads((demo / folder / "2021-11-29" / "havens.json").read_text("utf-8"))
        for folder in ("havens", "after-the-calls")
    )
    first, *others = (site["name"] for site in before["sites"])
    assert before["sites"][0]["fallbacks"][0]["name"] == after["sites"][0]["name"]
    assert first not in {site["name"] for site in after["sites"]}
    assert others == [site["name"] for site in after["sites"][1:]]
    gained = {name: n - before["stages"][name] for name, n in after["stages"].items()}
    assert gained == {"asked": 3, "willing": 2, "trained": 0, "with_sticker": 0, "listed": 0}
    register = pd.read_csv(demo / "after-the-calls" / "havens.csv", encoding="utf-8-sig")
    assert (register["Data status"] == "synthetic sample").all()
    assert register["status"].value_counts()["to ask"] == 1
    told = pd.read_csv(demo / "directory" / "for-the-coordinator.csv", encoding="utf-8-sig")
    assert {"said-no", "to-ask", "candidate-not-trained"} <= set(told["finding"])
    page = (demo / "after-the-calls" / "2021-11-29" / "havens.html").read_text("utf-8")
    assert "On your register: It said yes on 29 November 2021" in page


def test_its_filled_list_can_be_read_by_hand(run: Run, demo: Path, tmp_path: Path) -> None:
    """As the README beside it says; the register of the demo itself is read from a copy."""
    copy = tmp_path / "havens.csv"
    copy.write_bytes((demo / "data" / "havens.csv").read_bytes())
    filled = demo / "after-the-calls" / "call-list.xlsx"
    arguments = ("--answers", filled, "--existing", copy, "--out", demo / "havens")
    assert run("havens", *arguments) == 0
    assert copy.read_bytes() == (demo / "after-the-calls" / "havens.csv").read_bytes()


def test_a_folder_with_other_things_is_left_alone(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert run("demo", "--out", tmp_path) == 2
    assert "Choose another --out" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
