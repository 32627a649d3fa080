"""`csp-geo check`: what a person reads, and the object that `--json` prints."""

from __future__ import annotations

import pytest

FILE_KEYS = {"path", "source", "counts", "reasons", "matched", "error"}
COUNTS = {"read", "accepted", "merged", "quarantined"}


@pytest.fixture(scope="module")
def dirty(shared_town):
    """The toy town's offences with two rows that cannot be used."""
    text = (shared_town.reports / "offence" / "offences.csv").read_text("utf-8")
    path = shared_town.folder / "offence" / "dirty.csv"
    path.parent.mkdir(exist_ok=True)
    bad = "X1,,,544421,184321,Robbery,\nX2,18/01/2023,,0,0,Robbery,\n"
    path.write_text(text + bad, encoding="utf-8")
    return path


def test_json_has_the_shape_of_the_design(csp, dirty, shared_town, tmp_path):
    ran = csp("check", dirty, "--boundaries", shared_town.boundaries, "--json", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert set(ran.json) >= {"files", "counts"}
    (file,) = ran.json["files"]
    assert set(file) >= FILE_KEYS
    assert set(file["counts"]) == set(ran.json["counts"]) == COUNTS
    assert file["path"] == "dirty.csv"
    assert file["source"] == "offence"  # the folder says so
    assert file["counts"] == {"read": 24, "accepted": 22, "merged": 0, "quarantined": 2}
    assert file["reasons"] == {"missing-date": 1, "zero-coordinates": 1}
    assert file["matched"] == {
        "reference": "reference",
        "date": "date",
        "time": "time",
        "easting": "easting",
        "northing": "northing",
        "category": "category",
        "location": "place",
    }
    assert file["error"] is None
    assert list(tmp_path.iterdir()) == []  # nothing is written unless asked


def test_several_files(csp, dirty, shared_town, tmp_path):
    """Counts of the files add up to those of all; each keeps its own source."""
    files = sorted(path for path in shared_town.reports.rglob("*.*") if path.is_file())
    ran = csp("check", *files, "--boundaries", shared_town.boundaries, "--json", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert [file["source"] for file in ran.json["files"]] == ["asb", "eva", "offence", "survey"]
    assert ran.json["counts"]["read"] == sum(f["counts"]["read"] for f in ran.json["files"]) == 40
    assert not any(str(shared_town.folder) in file["path"] for file in ran.json["files"])


def test_one_bad_file_among_good_ones_is_no_failure(csp, dirty, shared_town, tmp_path):
    """Exit 1 only when no file has a usable row; the bad one has its sentence."""
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    ran = csp("check", dirty, empty, "--boundaries", shared_town.boundaries, "--json", cwd=tmp_path)
    assert ran.code == 0
    assert [file["error"] is None for file in ran.json["files"]] == [True, False]
    assert "is empty" in ran.json["files"][1]["error"]


def test_text(csp, dirty, shared_town, tmp_path):
    """What people read: conservation, what was matched to what, each reason with a hint."""
    ran = csp("check", dirty, "--boundaries", shared_town.boundaries, cwd=tmp_path)
    assert ran.code == 0
    assert "dirty.csv (reports of source offence)" in ran.out
    assert "24 rows read = 22 accepted + 0 merged + 2 quarantined" in ran.out
    assert "location = place" in ran.out
    assert "1 x No date. Fill in the date." in ran.out
    assert str(shared_town.folder) not in ran.out + ran.err
    assert "No wards were given" not in ran.out


def test_text_of_a_file_that_cannot_be_used(csp, tmp_path):
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    ran = csp("check", "empty.csv", "--source", "offence", cwd=tmp_path)
    assert ran.code == 1
    assert "Not usable. empty.csv is empty" in ran.out
    assert "fault in csp_geo" not in ran.err


def test_without_wards_nothing_is_outside(csp, tmp_path, write):
    """A point in Leeds is accepted when no wards are at hand, and this is said."""
    rows = [("A1", "13/01/2023", 430011, 433511, "Robbery")]
    path = write.csv(
        tmp_path / "a.csv", ("reference", "date", "easting", "northing", "category"), rows
    )
    ran = csp("check", path, "--source", "offence", cwd=tmp_path)
    assert ran.code == 0
    assert "1 rows read = 1 accepted" in ran.out
    assert "No wards were given" in ran.out


def test_out_writes_the_two_tables(csp, dirty, shared_town, tmp_path, rows_of):
    ran = csp(
        *("check", dirty, "--boundaries", shared_town.boundaries, "--out", "tables", "--json"),
        cwd=tmp_path,
    )
    assert ran.code == 0
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {
        "quality.html",
        "quality.csv",
        "quarantine.csv",
        "check.json",
        ".csp_geo.json",
    }
    lines = rows_of(tmp_path / "tables" / "quarantine.csv")
    assert [line["source_row"] for line in lines] == ["24", "25"]
    assert [line["reasons"] for line in lines] == ["missing-date", "zero-coordinates"]


def test_source_option_decides(csp, dirty, shared_town, tmp_path):
    """`--source` goes before the folder's name."""
    ran = csp("check", dirty, "--source", "asb", "--json", cwd=tmp_path)
    assert ran.json["files"][0]["source"] == "asb"


def test_file_in_no_known_folder(csp, tmp_path, write):
    path = write.csv(tmp_path / "a.csv", ("reference", "date"), [("1", "2")])
    ran = csp("check", path, "--json", cwd=tmp_path)
    assert ran.code == 1
    (file,) = ran.json["files"]
    assert file["source"] is None
    assert "not in the folder of a source" in file["error"]


def test_file_that_is_not_there(csp, tmp_path):
    ran = csp("check", "none.csv", "--source", "offence", cwd=tmp_path)
    assert ran.code == 1
    assert "none.csv is not there" in ran.err


def test_check_and_weekly_agree(csp, dirty, shared_town, tmp_path):
    """They share one intake: the same counts and reasons for the same file."""
    checked = csp("check", dirty, "--boundaries", shared_town.boundaries, "--json", cwd=tmp_path)
    ran = csp(
        *("weekly", "--reports", dirty.parent, "--boundaries", shared_town.boundaries),
        *("--as-of", "2023-02-01", "--out", "out", "--json"),
        cwd=tmp_path,
    )
    (line,) = ran.json["inputs"]
    counts = checked.json["files"][0]["counts"]
    assert {name: line[name] for name in ("accepted", "merged", "quarantined")} == {
        name: counts[name] for name in ("accepted", "merged", "quarantined")
    }


def test_too_many_quarantined_is_3(csp, shared_town, tmp_path, write):
    rows = [("A1", "", 544421, 184321, "Robbery"), ("A2", "13/01/2023", 544421, 184321, "Robbery")]
    path = write.csv(
        tmp_path / "offence" / "a.csv",
        ("reference", "date", "easting", "northing", "category"),
        rows,
    )
    ran = csp("check", path, "--boundaries", shared_town.boundaries, "--json", cwd=tmp_path)
    assert ran.code == 3
    assert "1 of the 2 offence rows" in ran.err
