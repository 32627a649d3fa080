"""`csp-geo init`: an empty project folder that a weekly run understands; `demo` keeps away."""

from __future__ import annotations

import csv
import stat
from dataclasses import replace

from csp_geo.core.tables import SOURCES
from csp_geo.decisions.havens.criteria import DEFAULT, read_profile
from csp_geo.inputs.source import known_columns
from csp_geo.inputs.venues.register import TEMPLATE, WANTED
from csp_geo.inputs.venues.venue_types import read_venue_types
from csp_geo.runs.project import register_of


def test_makes_a_folder_per_source_with_a_template(csp, tmp_path):
    ran = csp("init", "borough", cwd=tmp_path)
    home = tmp_path / "borough"
    assert (ran.code, ran.err) == (0, "")
    for source in SOURCES:
        (template,) = (home / "data" / "reports" / source).glob("TEMPLATE_*.csv")
        with template.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
        assert len(rows) == 1
        assert len(rows[0]) >= 5
    for name in ("boundaries", "zones", "context"):
        assert (home / "data" / name).is_dir()
    assert (home / "csp_geo.toml").is_file()


def test_keeps_private_things_out_of_git(csp, tmp_path):
    csp("init", cwd=tmp_path)
    ignored = (tmp_path / ".gitignore").read_text(encoding="utf-8").split()
    assert "data/reports/" in ignored
    assert "maps/" in ignored
    assert ".csp_geo.key" in ignored
    assert stat.S_IMODE((tmp_path / ".csp_geo.key").stat().st_mode) == 0o600


def test_keeps_what_is_there(csp, tmp_path):
    """A second `init` leaves the key, the settings and the user's own changes alone."""
    csp("init", cwd=tmp_path)
    key = (tmp_path / ".csp_geo.key").read_bytes()
    (tmp_path / "csp_geo.toml").write_text('marking = "OFFICIAL"\n', encoding="utf-8")
    ran = csp("init", cwd=tmp_path)
    assert ran.code == 0
    assert "existing" in ran.out
    assert (tmp_path / ".csp_geo.key").read_bytes() == key
    assert (tmp_path / "csp_geo.toml").read_text(encoding="utf-8") == 'marking = "OFFICIAL"\n'


def test_two_projects_have_two_keys(csp, tmp_path):
    csp("init", "one", cwd=tmp_path)
    csp("init", "two", cwd=tmp_path)
    assert (tmp_path / "one" / ".csp_geo.key").read_bytes() != (
        tmp_path / "two" / ".csp_geo.key"
    ).read_bytes()


def test_weekly_in_an_empty_project_says_what_to_do(csp, tmp_path):
    """Templates are not reports: wards and reports are asked for at once, nothing written."""
    csp("init", cwd=tmp_path)
    ran = csp("weekly", "--quiet", cwd=tmp_path)
    assert ran.code == 1
    wards, reports = ran.err.strip().splitlines()
    assert "data/boundaries" in wards
    assert "No report file was found" in reports
    assert not (tmp_path / "maps").exists()


def test_check_of_a_template_says_it_has_no_rows(csp, tmp_path):
    csp("init", cwd=tmp_path)
    template = next((tmp_path / "data" / "reports" / "offence").glob("TEMPLATE_*.csv"))
    ran = csp("check", template.relative_to(tmp_path), "--json", cwd=tmp_path)
    assert ran.code == 1
    assert "a header and no rows" in ran.json["files"][0]["error"]


def test_makes_a_register_of_safe_havens_that_is_read_as_it_is(csp, tmp_path):
    """Every column is known, and all that the register reads has a column."""
    csp("init", cwd=tmp_path)
    path = tmp_path / "data" / "havens.csv"
    assert path.read_text("utf-8-sig").strip().split(",") == list(TEMPLATE)
    known = known_columns(TEMPLATE, WANTED.source({}))
    assert len(known) == len(TEMPLATE)
    assert set(known.values()) >= set(WANTED.fields)
    filled = {"name": "Toy Library", "type": "library", "address": "2 Town Square"}
    with path.open("a", encoding="utf-8") as stream:
        stream.write(",".join(filled.get(name, "") for name in TEMPLATE))
    ran = csp("directory", cwd=tmp_path)
    assert "None of 1 Safe Haven in havens.csv counts now" in ran.err


def test_an_empty_register_is_no_register(csp, tmp_path):
    csp("init", cwd=tmp_path)
    assert register_of(tmp_path) is None
    ran = csp("directory", cwd=tmp_path)
    assert ran.code == 1
    assert "There is no Safe Haven in data/havens.csv in this folder" in ran.err
    assert not (tmp_path / "directory").exists()
    path = tmp_path / "data" / "havens.csv"
    path.write_bytes(path.read_bytes() + b",,,,\r\n\r\n;;;\r\n")  # as a spreadsheet may leave it
    assert register_of(tmp_path) is None
    path.write_bytes(path.read_bytes() + b",Toy Library,,\r\n")
    assert register_of(tmp_path) == path


def test_whom_residents_would_approach_is_theirs_to_say(csp, tmp_path):
    csp("init", cwd=tmp_path)
    path = tmp_path / "data" / "premises" / "profile.toml"
    ours, packaged = read_profile(path), read_profile(DEFAULT)
    assert ours.approach == {}
    assert replace(ours, name="", title="") == replace(packaged, name="", title="")
    path.write_text(path.read_text("utf-8") + 'women = ["library"]\n', "utf-8")
    assert read_profile(path).approach == {"women": ("library",)}


def test_demo_refuses_a_folder_with_other_things(csp, tmp_path):
    """Somebody's own folder is not filled with an invented borough."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear all", encoding="utf-8")
    ran = csp("demo", "--out", "mine", cwd=tmp_path)
    assert ran.code == 2
    assert "is not empty" in ran.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_the_table_of_venue_types_lies_there_to_be_changed(csp, tmp_path):
    csp("init", cwd=tmp_path)
    path = tmp_path / "data" / "premises" / "venue_types.toml"
    ours, packaged = read_venue_types(path), read_venue_types()
    assert (ours.words, ours.groups) == (packaged.words, packaged.groups)
    assert path.read_text("utf-8").startswith("# Which venue type a business is")
    path.write_text(path.read_text("utf-8").replace('"shop=tattoo", ', ""), "utf-8")
    assert read_venue_types(path).of("shop=tattoo") == "shop"
