"""`csp-geo directory`: what it prints, writes and how it ends."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from csp_geo.core.tables import DIRECTORY
from csp_geo.inputs.venues.register import TEMPLATE

GOOD = {
    "haven_id": "SH-1",
    "name": "Toy Library",
    "easting": 544421,
    "northing": 184321,
    "opening_hours": "Mo-Fr 09:00-17:30; PH off",
    "training_expiry": "2099-02-01",
    "contact": "Jane Bloggs 07700 900123",
    "last_checked": date.today().isoformat(),  # noqa: DTZ011 - the command goes by today as well
    "status": "active",
    "consent_to_publish": "yes",
}
LAPSED = GOOD | {"haven_id": "SH-2", "name": "Old \x1b[31mCafe", "training_expiry": "2020-02-01"}
COORDINATOR = "for-the-coordinator.csv"
RESTRICTED = {
    "haven_id": "ZZREFERENCEZZ",
    "staff_min": 4711,
    "trained_count": 4712,
    "training_date": "2021-12-13",
    "training_expiry": "2099-12-13",
    "sign_up_date": "2019-08-17",
    "languages": "ZZLANGUAGEZZ",
    "contact": "ZZCONTACTZZ zz.contact@venue.example 07700 900123",
    "phone": "020 7946 0123",
    "cctv": "ZZCCTVZZ",
    "quiet_space": "ZZQUIETZZ",
    "notes": "ZZNOTEZZ owner lives upstairs",
    "Owner's mobile": "07700900456",
    "licensing": "ZZLICENSINGZZ",
}
"""What the public may not see of a haven that is listed, in words that stand nowhere else."""


@pytest.fixture
def project(tmp_path, town_boundaries):
    home = tmp_path / "data" / "boundaries"
    home.mkdir(parents=True)
    (home / "town.gpkg").write_bytes(town_boundaries.read_bytes())
    return tmp_path


def register(folder, *rows, name="data/havens.csv"):
    path = folder / name
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def page(folder):
    return folder / "directory" / "public" / "directory.html"


def test_the_directory_of_a_project(csp, project):
    register(project, GOOD, LAPSED)
    ran = csp("directory", cwd=project)
    assert ran.code == 0
    assert "1 of 2 Safe Havens count now." in ran.out
    assert "Row 3, SH-2 Old [31mCafe: not listed. Its training ended on 1 February 2020." in ran.out
    assert "For the coordinator, not to be published" in ran.out
    out = project / "directory"
    assert {path.name for path in out.iterdir()} == {
        *("public", COORDINATOR, "directory.json", ".csp_geo.json")
    }
    assert {path.name for path in (out / "public").iterdir()} == {
        *("directory.html", "directory.csv", "directory.geojson", "directory.jsonld")
    }
    assert f"To publish: the folder {Path('directory', 'public')}, and nothing else." in ran.out
    for path in (*(out / "public").iterdir(), out / COORDINATOR):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"07700" not in path.read_bytes()
    assert "Bloggs" not in ran.out + ran.err
    assert "Toy Library" in page(project).read_text("utf-8")


def test_nothing_restricted_lies_in_the_public_folder(csp, project):
    """Byte by byte, in every file: no contact, note or restricted field, and no unlisted haven."""
    hidden = LAPSED | RESTRICTED | {"name": "ZZUNLISTEDZZ"} | {"training_expiry": "2020-02-01"}
    register(project, GOOD | RESTRICTED, hidden)
    (project / "directory" / "public").mkdir(parents=True)
    (project / "directory" / "public" / "old list.csv").write_text("ZZNOTEZZ", "utf-8")
    assert csp("directory", cwd=project).code == 0
    public = [path for path in (project / "directory").rglob("*") if path.parent.name == "public"]
    assert len(public) == 4
    assert (project / "directory" / "not-public" / "old list.csv").read_text("utf-8") == "ZZNOTEZZ"
    words = [*map(str, RESTRICTED.values()), "13 December 2099", "17 August 2019", "ZZUNLISTEDZZ"]
    words += ["zz.contact", "07700", "900123", "900456", "7946", "ZZCONTACTZZ", "upstairs", "Owner"]
    columns = set(TEMPLATE) - {"haven_id", "name", "type", "address", "postcode", "contact"}
    columns -= {
        *DIRECTORY.names,
        "phone",
        "status",
        "charging",
    }  # words that the page has in other meanings
    for path in public:
        data = path.read_bytes().lower()
        for word in (*words, *columns):
            assert word.lower().encode() not in data, (path.name, word)
    table = pd.read_csv(project / "directory" / "public" / "directory.csv")
    assert tuple(table.columns) == DIRECTORY.names
    assert len(table) == 1


@pytest.mark.parametrize(
    ("languages", "said"), [("Polish, Zqish", True), ("Polish and BSL", False), ("", False)]
)
def test_a_word_that_is_no_language_is_said(csp, project, languages, said):
    register(project, GOOD | {"languages": languages})
    ran = csp("directory", cwd=project)
    about = "Row 2, SH-1 Toy Library: Words in its languages are not published"
    assert (about in ran.out) is said
    assert "Zqish" not in page(project).read_text("utf-8")


def test_json(csp, project):
    path = register(project, GOOD, LAPSED, name="own.csv")
    ran = csp("directory", "--havens", path, "--out", project / "o", "--json", cwd=project)
    assert ran.code == 0
    assert ran.json["counts"] == {"havens": 2, "counts_now": 1, "findings": 1}
    assert ran.json["findings"] == {"training-lapsed": 1}
    assert ran.json["error"] is None
    assert ran.json["files"] == [
        COORDINATOR,
        *(f"public/directory.{kind}" for kind in ("csv", "geojson", "html", "jsonld")),
    ]
    assert ran.err == ""


def test_nothing_to_list(csp, project):
    """Exit 1 and why; the coordinator's file is written, and an old page is pointed at."""
    register(project, GOOD)
    assert csp("directory", cwd=project).code == 0
    register(project, LAPSED)
    ran = csp("directory", cwd=project)
    assert ran.code == 1
    assert "None of 1 Safe Haven in havens.csv counts now" in ran.err
    assert "training lapsed (1)" in ran.err
    assert "is from an earlier day: take it down" in ran.err
    assert (project / "directory" / COORDINATOR).is_file()
    ran = csp("directory", "--json", cwd=project)
    assert ran.code == 1
    assert "counts now" in ran.json["error"]


def test_no_register(csp, tmp_path):
    ran = csp("directory", cwd=tmp_path)
    assert ran.code == 1
    assert "There is no Safe Haven in data/havens.csv in this folder" in ran.err
    ran = csp("directory", "--havens", "x.csv", cwd=tmp_path)
    assert ran.code == 1
    assert "x.csv is not there" in ran.err
    assert not (tmp_path / "directory").exists()


def test_marking_of_the_partnership(csp, project):
    register(project, GOOD)
    (project / "csp_geo.toml").write_text('public_marking = "OFFICIAL"\n', "utf-8")
    csp("directory", cwd=project)
    assert "OFFICIAL: Safe Havens" in page(project).read_text("utf-8")


def test_several_ward_files(csp, project):
    register(project, GOOD)
    home = project / "data" / "boundaries"
    (home / "other.gpkg").write_bytes((home / "town.gpkg").read_bytes())
    ran = csp("directory", cwd=project)
    assert ran.code == 0
    assert "Caution: data/boundaries holds several files, so the map has no wards." in ran.out
