"""Every bad input gets its outcome: a row lost and not the file, a sentence and not a fault."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from csp_geo.inputs.reasons import FLAG, REASON
from csp_geo.inputs.where import postcode

HERE = Path(__file__).resolve().parent
FILES = HERE / "files"
CASES = tomllib.loads((HERE / "expectations.toml").read_text(encoding="utf-8"))
COUNTS = ("read", "accepted", "merged", "quarantined")
PACK = {
    "map.html",
    "hotspots.geojson",
    "hotspots.csv",
    "layers.gpkg",
    "quality.csv",
    "quality.html",
    "quarantine.csv",
    ".csp_geo.json",
    "run.json",
}


def name_of(case):
    return case.get("name") or case.get("file") or case.get("folder")


def tree(folder):
    """Relative paths of everything below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def assert_no_machine(ran, *folders):
    """No absolute path, no home folder and no traceback is shown."""
    shown = ran.out + ran.err
    for folder in (*folders, HERE, Path.home()):
        assert str(folder) not in shown
    assert "Traceback" not in shown
    assert "fault in csp_geo" not in shown
    assert "Warning" not in shown


def assert_one_sentence(text):
    """One line that reads like a sentence."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, lines
    assert re.fullmatch(r"\S.*\S", lines[0])
    assert len(lines[0].split()) >= 4
    assert len(lines[0]) < 700
    assert lines[0].isprintable()


# --- csp-geo check -----------------------------------------------------------------------------


def put_lists(case, folder, monkeypatch):
    """Have a list of postcodes and a gazetteer, as far as a case says so."""
    known = {"IG117LU": (544430.0, 184330.0)} if case.get("postcodes", True) else None
    monkeypatch.setattr(postcode, "directory", lambda _: known)
    if "gazetteer" in case:
        context = folder / "data" / "context"
        context.mkdir(parents=True)
        (context / "gazetteer.csv").write_text(case["gazetteer"], encoding="utf-8")


@pytest.mark.parametrize("case", CASES["check"], ids=name_of)
def test_check(case, csp, built, town_boundaries, tmp_path, rows_of, monkeypatch):  # noqa: PLR0917
    put_lists(case, tmp_path, monkeypatch)
    wards = HERE / "boundaries" / case["boundaries"] if "boundaries" in case else town_boundaries
    path = Path(case["file"].replace("{built}", str(built)))
    ran = csp(
        *("check", path if path.is_absolute() else FILES / path),
        *("--source", case.get("source", "offence")),
        *(() if case.get("boundaries") == "none" else ("--boundaries", wards)),
        *("--out", "out", "--json"),
        cwd=tmp_path,
    )
    assert_no_machine(ran, tmp_path, built, town_boundaries.parent)
    code = case.get("exit", 0)
    assert ran.code == code, ran.out + ran.err
    (file,) = ran.json["files"]
    assert file["path"] == path.name
    assert ran.json["counts"] == file["counts"]
    assert file["counts"] == dict(zip(COUNTS, case.get("counts", [0] * 4), strict=True))
    assert file["reasons"] == case.get("reasons", {})
    said = " ".join([file["error"] or "", *file["notes"]])
    assert case.get("says", "") in said
    if "nearest" in case:
        assert re.search(rf"losest: '{case['nearest']}'", file["error"])
    if code == 1:
        assert_one_sentence(file["error"])
    else:
        assert file["error"] is None
        assert file["matched"] == case.get("matched", file["matched"])
    if code == 3:
        assert_one_sentence(ran.err)
    else:
        assert ran.err == ""
    check_tables(case, tmp_path / "out", rows_of)
    for text in case.get("never", ()):
        written = [(tmp_path / "out" / name).read_text("utf-8") for name in tree(tmp_path / "out")]
        assert text not in " ".join([ran.out, ran.err, *written])


def check_tables(case, out, rows_of):
    """The tables that `--out` asks for say the same."""
    quality, quarantine = rows_of(out / "quality.csv"), rows_of(out / "quarantine.csv")
    flags = {line["item"]: int(line["n"]) for line in quality if line["about"] == "flag"}
    assert flags == case.get("flags", {})
    assert len(quarantine) == case.get("counts", [0] * 4)[3]
    if "rows" in case:
        assert [int(line["source_row"]) for line in quarantine] == case["rows"]
    if "lists" in case:
        words = [line["item"] for line in quality if line["about"] == "unknown-category"]
        assert words == [case["lists"]]
    tally = {}
    for line in quarantine:
        for slug in line["reasons"].split(";"):
            tally[slug] = tally.get(slug, 0) + 1
    assert tally == case.get("reasons", {})


@pytest.mark.parametrize("case", CASES["tables"], ids=name_of)
def test_tables_of_a_file(case, csp, built, town_boundaries, tmp_path):
    """Every sheet, layer and member of a ZIP is a file of its own."""
    path = Path(case["file"].replace("{built}", str(built)))
    asked = ("check", path, "--source", "offence", "--boundaries", town_boundaries, "--json")
    ran = csp(*asked, cwd=tmp_path)
    assert_no_machine(ran, tmp_path, built, town_boundaries.parent)
    assert ran.code == case.get("exit", 0), ran.out + ran.err
    files = {file["path"].removeprefix(path.name): file for file in ran.json["files"]}
    assert set(files) == set(case["files"])
    for part, expected in case["files"].items():
        if isinstance(expected, str):
            assert expected in files[part]["error"]
            assert_one_sentence(files[part]["error"])
        else:
            assert files[part]["error"] is None
            assert files[part]["counts"] == dict(zip(COUNTS, expected, strict=True))
    assert tree(tmp_path) == []


def test_every_rule_has_a_bad_input():
    """A reason or flag that no file brings about would be untested."""
    reasons = {slug for case in CASES["check"] for slug in case.get("reasons", {})}
    flags = {slug for case in CASES["check"] for slug in case.get("flags", {})}
    assert reasons == set(REASON)
    assert flags == set(FLAG)


def test_every_committed_file_is_expected():
    """A file that no expectation names would be there for nothing."""
    named = {case["file"] for case in CASES["check"] if "{built}" not in case["file"]}
    assert named == {path.name for path in FILES.iterdir()}
    folders = {case.get("folder", "good") for case in CASES["weekly"]}
    assert folders - {"{built}/2000_pins_by_one_person"} == {
        path.name for path in (HERE / "folders").iterdir()
    }


def test_there_are_enough():
    assert len(CASES["check"]) + len(CASES["weekly"]) >= 36


# --- csp-geo weekly ----------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["weekly"], ids=name_of)
def test_weekly(case, csp, built, town_boundaries, tmp_path):
    def placed(text):
        return text.replace("{here}", str(HERE)).replace("{built}", str(built))

    folder = Path(placed(case.get("folder", "good")))
    ran = csp(
        *("weekly", "--reports", folder if folder.is_absolute() else HERE / "folders" / folder),
        *("--boundaries", placed(case.get("boundaries", str(town_boundaries)))),
        *("--as-of", "2023-02-01", "--out", "out", "--quiet"),
        *map(placed, case.get("args", ())),
        cwd=tmp_path,
    )
    assert_no_machine(ran, tmp_path, built, town_boundaries.parent)
    code = case.get("exit", 0)
    assert ran.code == code, ran.err
    assert ran.out == ""
    if code:
        assert_one_sentence(ran.err)
        for phrase in case["says"]:
            assert phrase in ran.err
    else:
        unused = [f"Caution: {text}" for text in case.get("unused", ())]
        for line, text in zip(ran.err.splitlines(), unused, strict=True):
            assert line.startswith(text)
    if code in {1, 2}:
        assert tree(tmp_path) == []
        return
    check_pack(case, tmp_path / "out" / "2023-02-01", tmp_path)


def check_pack(case, pack, folder):
    """The pack is whole and its record says what was expected."""
    assert {path.name for path in pack.iterdir()} == PACK
    text = (pack / "run.json").read_text(encoding="utf-8")
    assert str(folder) not in text
    record = json.loads(text)
    counts = record["counts"]
    assert counts["read"] == counts["accepted"] + counts["merged"] + counts["quarantined"]
    if "counts" in case:
        assert [counts[name] for name in COUNTS] == case["counts"]
    assert counts["in_period"] == case.get("in_period", counts["in_period"])
    assert record["hotspots"] == case.get("hotspots", record["hotspots"])
    if not case.get("exit"):
        for phrase in case.get("says", ()):
            assert phrase in text


@pytest.mark.parametrize("files", [(), ("README.md", ".hidden.csv", "TEMPLATE_offence.csv")])
def test_folder_without_reports(files, csp, town_boundaries, tmp_path):
    """An empty folder, and one with nothing that counts as data."""
    home = tmp_path / "reports" / "offence"
    home.mkdir(parents=True)
    for name in files:
        (home / name).write_text("reference,date\n", encoding="utf-8")
    ran = csp(
        *("weekly", "--reports", "reports", "--boundaries", town_boundaries, "--quiet"),
        cwd=tmp_path,
    )
    assert ran.code == 1
    assert_one_sentence(ran.err)
    assert "No report file was found in reports" in ran.err
    assert not (tmp_path / "maps").exists()


def test_reports_folder_that_is_not_there(csp, town_boundaries, tmp_path):
    ran = csp(
        *("weekly", "--reports", tmp_path / "none", "--boundaries", town_boundaries, "--quiet"),
        cwd=tmp_path,
    )
    assert ran.code == 1
    assert_one_sentence(ran.err)
    assert_no_machine(ran, tmp_path)


def test_boundaries_are_needed_beside_reports(csp, tmp_path):
    ran = csp("weekly", "--reports", HERE / "folders" / "good", "--quiet", cwd=tmp_path)
    assert ran.code == 2
    assert_one_sentence(ran.err)
    assert "--boundaries" in ran.err


def test_failure_leaves_the_last_pack_as_it_was(csp, town_boundaries, tmp_path):
    """A run that cannot use its data does not touch the pack of the same day."""
    reports = tmp_path / "reports"
    shutil.copytree(HERE / "folders" / "good", reports)
    asked = (
        *("weekly", "--reports", "reports", "--boundaries", town_boundaries),
        *("--as-of", "2023-02-01", "--out", "out", "--quiet"),
    )
    assert csp(*asked, cwd=tmp_path).code == 0
    pack = tmp_path / "out" / "2023-02-01"
    before = {name: (pack / name).read_bytes() for name in PACK}
    (reports / "offence" / "january.csv").write_text("", encoding="utf-8")
    assert csp(*asked, cwd=tmp_path).code == 1
    assert {name: (pack / name).read_bytes() for name in PACK} == before
    assert tree(tmp_path / "out")[1:] == sorted(["2023-02-01", *(f"2023-02-01/{n}" for n in PACK)])


def test_overlap_is_measured(csp, tmp_path):
    """100 m by 1,000 m of Abbey lie over its eastern neighbour, and nothing is a gap."""
    ran = csp(
        *("weekly", "--reports", HERE / "folders" / "good"),
        *("--boundaries", HERE / "boundaries" / "two_overlapping_wards.geojson"),
        *("--as-of", "2023-02-01", "--out", "out", "--json"),
        cwd=tmp_path,
    )
    assert ran.json["study_area"]["overlap_m2"] == pytest.approx(100_000, rel=1e-3)
    assert ran.json["study_area"]["gap_m2"] == pytest.approx(0, abs=1)


def test_repaired_ward_is_named(csp, tmp_path):
    ran = csp(
        *("weekly", "--reports", HERE / "folders" / "good"),
        *("--boundaries", HERE / "boundaries" / "self_intersecting_ward.geojson"),
        *("--as-of", "2023-02-01", "--out", "out", "--json"),
        cwd=tmp_path,
    )
    (said,) = [text for text in ran.json["cautions"] if "repaired" in text]
    assert "Abbey" in said
    assert "Alibon" not in said
