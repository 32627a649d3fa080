"""What stands in the way of a first run is said at once, each with its remedy."""

from __future__ import annotations

import json
import os
import tomllib

import pytest
from conversation import talk

from csp_geo.core.settings import read_settings
from csp_geo.runs.project import keep_feed

LONLAT = [
    (0.0811, 51.5393),
    (0.0815, 51.5391),
    (0.0809, 51.5395),
    (0.0813, 51.539),
    (0.08, 51.5392),
]
POLICE_UK = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
PLAIN = ("reference", "date", "easting", "northing", "category")


def write_feeds(folder, write):
    """A month of police.uk and a partner's list of the same month, in the folder of a source."""
    home = folder / "data" / "reports" / "offence"
    home.mkdir(parents=True)
    rows = [
        f"{i:064x},2023-01,Zq,Zq,{x},{y},On or near Zq Street,E01000001,Zq 001A,Robbery,,"
        for i, (x, y) in enumerate(LONLAT, 1)
    ]
    (home / "2023-01-street.csv").write_text("\n".join([POLICE_UK, *rows]) + "\n")
    write.csv(
        home / "partner.csv",
        PLAIN,
        [(f"P{i}", f"{10 + i}/01/2023", 544421 + i, 184321, "Robbery") for i in range(6)],
    )


@pytest.fixture
def project(tmp_path, shared_town, write):
    """A project with two feeds that overlap, and wards."""
    write_feeds(tmp_path, write)
    wards = tmp_path / "data" / "boundaries"
    wards.mkdir()
    (wards / shared_town.boundaries.name).write_bytes(shared_town.boundaries.read_bytes())
    return tmp_path


ASKED = ("weekly", "--period", "2023-01", "--as-of", "2023-02-01")


class TestAllAtOnce:
    def test_wards_and_feeds(self, csp, tmp_path, write):
        write_feeds(tmp_path, write)
        ran = csp(*ASKED, "--quiet", cwd=tmp_path)
        assert ran.code == 1
        lines = ran.err.strip().splitlines()
        assert len(lines) == 2
        assert lines[0].startswith("There are no wards in data/boundaries.")
        assert "both hold offence reports of 2023-01" in lines[1]
        assert "--feed offence=offence" in lines[1]
        assert not (tmp_path / "maps").exists()

    def test_as_json(self, csp, tmp_path, write):
        write_feeds(tmp_path, write)
        ran = csp(*ASKED, "--json", cwd=tmp_path)
        said = json.loads(ran.out)["error"]
        assert "There are no wards" in said
        assert "both hold" in said
        assert "\n" not in said

    def test_wards_zones_and_the_period(self, csp, tmp_path, write):
        write_feeds(tmp_path, write)
        (tmp_path / "data" / "zones").mkdir()
        (tmp_path / "data" / "zones" / "pspo.geojson").write_text("{")
        ran = csp("weekly", "--as-of", "2026-02-01", "--quiet", cwd=tmp_path)
        lines = ran.err.strip().splitlines()
        assert ran.code == 1
        assert len(lines) == 3
        assert ["wards" in lines[0], "pspo.geojson" in lines[1]] == [True, True]
        assert "No report lies in" in lines[2]

    def test_one_alone_is_one_line(self, csp, project):
        ran = csp(*ASKED, "--quiet", cwd=project)
        assert ran.code == 1
        assert len(ran.err.strip().splitlines()) == 1

    def test_two_files_of_wards_beside_no_report_that_can_be_used(self, csp, project):
        wards = project / "data" / "boundaries"
        (first,) = wards.iterdir()
        (wards / "other.gpkg").write_bytes(first.read_bytes())
        for path in (project / "data" / "reports" / "offence").iterdir():
            path.write_text("nothing\nof\nthis\n")
        lines = csp(*ASKED, "--quiet", cwd=project).err.strip().splitlines()
        assert len(lines) == 2
        assert "say which with --boundaries FILE" in lines[0]
        assert lines[1].startswith("No file could be used.")


class TestFeed:
    @pytest.mark.parametrize(("feed", "n"), [("police_uk", 5), ("offence", 6)])
    def test_the_option_says_which_counts(self, csp, project, feed, n):
        ran = csp(*ASKED, "--feed", f"offence={feed}", "--json", cwd=project)
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)["counts"]["in_period"] == n
        assert f"--feed offence={feed}" in json.loads(ran.out)["command"]

    @pytest.mark.parametrize("given", ["offence", "=offence", "offence=", "zq=offence"])
    def test_what_it_cannot_be(self, csp, project, given):
        ran = csp(*ASKED, "--feed", given, "--quiet", cwd=project)
        assert ran.code == 2
        assert len(ran.err.strip().splitlines()) == 1

    def test_it_goes_before_the_settings(self, csp, project):
        (project / "csp_geo.toml").write_text('[feeds]\noffence = "offence"\n')
        ran = csp(*ASKED, "--feed", "offence=police_uk", "--json", cwd=project)
        assert json.loads(ran.out)["counts"]["in_period"] == 5


@pytest.mark.skipif(os.name == "nt", reason="a terminal can be made up only on Unix")
class TestAskedOnce:
    def test_the_answer_is_kept(self, csp, project):
        config = project / "csp_geo.toml"
        config.write_text('# ours\nmarking = "OFFICIAL"\n')
        shown, code = talk(project, ["bananas", "police_uk"], *ASKED)
        assert code == 0, shown
        assert "Kept in csp_geo.toml, under [feeds]." in shown
        assert config.read_text().startswith('# ours\nmarking = "OFFICIAL"\n')
        assert tomllib.loads(config.read_text())["feeds"] == {"offence": "police_uk"}
        ran = csp(*ASKED, "--json", cwd=project)
        assert json.loads(ran.out)["counts"]["in_period"] == 5

    def test_nobody_is_asked_when_quiet(self, project):
        shown, code = talk(project, [], *ASKED, "--quiet")
        assert code == 1
        assert "Which counts" not in shown


def test_an_answer_is_kept_in_a_file_that_notepad_saved(tmp_path):
    """With a mark before the first letter, and a person's own lines."""
    path = tmp_path / "csp_geo.toml"
    path.write_text('# ours\n[feeds]\nasb = "asb"\n', encoding="utf-8-sig")
    keep_feed(path, "offence", "police_uk")
    assert read_settings(path).feeds == {"asb": "asb", "offence": "police_uk"}
    assert path.read_text("utf-8").startswith("# ours")
