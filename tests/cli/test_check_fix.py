"""`check --fix`: the accepted rows in one format, read again as they are."""

from __future__ import annotations

import pytest

HEADER = ("Ref", "When", "Until", "easting", "northing", "category", "Officer", "Notes")
ROWS = [
    ("A1", "13/01/2023 14:20", "", 544421, 184321, "Robbery", "PC Jones", "she hid at no 4"),
    ("A2", "14/01/2023", "", 544431.25, 184321, "=cmd|' /C calc'!A0", "PC Jones", ""),
    ("A3", "15/01/2023 22:00", "16/01/2023 07:30", 544441, 184321, "Theft", "PC Lee", ""),
    ("A4", "w/c 09/01/2023", "", 544451, 184321, "Burglary", "PC Lee", ""),
    ("A5", "Jan 2023", "", 544461, 184321, "he pushed me outside number 12", "PC Lee", ""),
    ("A6", "never", "", 544461, 184321, "Robbery", "PC Lee", ""),
    ("A1", "13/01/2023 14:20", "", 544421, 184321, "Robbery", "PC Jones", "she hid at no 4"),
]


@pytest.fixture
def extract(tmp_path, write):
    toml = tmp_path / "offence" / "source.toml"
    path = write.csv(tmp_path / "offence" / "a.csv", HEADER, ROWS)
    toml.write_text('[columns]\ndate_to = ["Until"]\n', encoding="utf-8")
    return path


def test_rows_columns_and_rights(csp, extract, shared_town, tmp_path, rows_of):
    ran = csp(
        *("check", extract, "--boundaries", shared_town.boundaries, "--fix", "out/clean.csv"),
        cwd=tmp_path,
    )
    assert ran.code == 0, ran.err
    assert f"Written: {'out/clean.csv'} (5 rows)" in ran.out
    path = tmp_path / "out" / "clean.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    rows = rows_of(path)
    assert [row["source_row"] for row in rows] == ["2", "3", "4", "5", "6"]
    assert [row["occurred_at"] for row in rows] == [
        "2023-01-13 14:20",
        "2023-01-14",
        "2023-01-15 22:00",
        "2023-01-09",
        "2023-01",
    ]
    assert [row["occurred_to"] for row in rows] == [
        *("", "", "2023-01-16 07:30", "2023-01-16 00:00", "")
    ]
    assert rows[1]["category"] == "other"  # a category that reads like no category is not copied
    assert (rows[1]["easting"], rows[1]["ward_name"]) == ("544431.2", "Abbey")
    text = path.read_text("utf-8-sig")
    assert not [word for word in ("PC ", "Jones", "hid", "pushed", "number 12") if word in text]


def test_read_again_it_is_the_same(csp, extract, shared_town, tmp_path):
    """The clean file needs no mapping, loses no row, and gives the same times and places."""
    wards = ("--boundaries", shared_town.boundaries)
    csp("check", extract, *wards, "--fix", "offence2/clean.csv", cwd=tmp_path)
    again = tmp_path / "offence2" / "clean.csv"
    ran = csp("check", again, *wards, "--source", "offence", "--fix", "twice.csv", cwd=tmp_path)
    assert ran.code == 0, ran.err
    first, second = (
        [line.split(",") for line in path.read_text("utf-8-sig").splitlines()]
        for path in (again, tmp_path / "twice.csv")
    )
    apart = [first[0].index(name) for name in ("source_file", "source_row", "flags", "category")]
    keep = [i for i in range(len(first[0])) if i not in apart]
    assert [[row[i] for i in keep] for row in first] == [[row[i] for i in keep] for row in second]


@pytest.mark.parametrize(
    ("target", "says"), [("clean.xlsx", "ends in .csv"), ("offence/a.csv", "write over a.csv")]
)
def test_wrong_target_is_usage(csp, extract, tmp_path, target, says):
    before = extract.read_bytes()
    ran = csp("check", extract, "--fix", target, cwd=tmp_path)
    assert ran.code == 2
    assert says in ran.err
    assert extract.read_bytes() == before


def test_nothing_accepted_writes_nothing(csp, tmp_path, write):
    path = write.csv(tmp_path / "asb" / "a.csv", HEADER, [ROWS[5]])
    ran = csp("check", path, "--fix", "clean.csv", cwd=tmp_path)
    assert ran.code == 1
    assert "clean.csv was not written: no row could be used" in ran.out
    assert not (tmp_path / "clean.csv").exists()


def test_anonymised_points_are_not_to_be_read_again(csp, tmp_path, write):
    """Read again they would count as exact: that is said."""
    header = (
        *("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude"),
        *("Location", "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"),
    )
    row = ("", "2023-01", "Met", "Met", 0.08, 51.5393, "On or near X", "", "", "Drugs", "", "")
    path = write.csv(tmp_path / "offence" / "street.csv", header, [row])
    ran = csp("check", path, "--fix", "clean.csv", cwd=tmp_path)
    assert "1 row of the cleaned file stand" in ran.out
    assert "cleaned file" not in csp("check", path, cwd=tmp_path).out


@pytest.mark.parametrize("beside", [False, True])
def test_a_list_of_premises_is_not_called_unusable(csp, extract, tmp_path, write, beside):
    """Its hours are said by row; that --fix writes reports alone is said, and no more."""
    rows = [
        ("Oak Cafe", "cafe", 51.533612, 0.08123, "Mo-Fr 09:00-17:00; PH off"),
        ("Elm Cafe", "cafe", 51.543612, 0.08123, "ask Jane"),
        ("Yew Cafe", "cafe", 51.553612, 0.08123, "Fri-Sat 11am-1am"),
    ]
    header = ("Business name", "Type", "Latitude", "Longitude", "Opening hours")
    path = write.csv(tmp_path / "hrs.csv", header, rows)
    files, source = ((path, extract), ()) if beside else ((path,), ("--source", "premises"))
    ran = csp("check", *files, *source, "--fix", "out.csv", "--out", "o", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert "3 rows read = 3 accepted + 0 merged + 0 quarantined" in ran.out
    assert "because the hours cannot be read" in ran.out
    assert "Probably 23:00-01:00 is meant." in ran.out
    assert "(row 3)" in ran.out
    assert "(row 4)" in ran.out
    assert "Jane" not in ran.out
    assert "no row could be used" not in ran.out
    assert "--fix writes reports alone: nothing of hrs.csv (list of premises)." in ran.out
    assert ("out.csv was not written." in ran.out) != beside
    assert (tmp_path / "out.csv").exists() == beside
    page = (tmp_path / "o" / "quality.html").read_text("utf-8")
    assert "Nothing could be read" not in page
    assert "3 of 3 rows can be used." in page or beside
