"""`boundaries fetch` and `boundaries list`, as people call them, against the stub service."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
from boundary_service import CODE, OLD_WARDS, Answer, Service, square, wards

from csp_geo.core.storage import write_files
from csp_geo.sample import sample_files

FILE = "data/boundaries/E09000002_wards_2022.gpkg"


@pytest.fixture
def project(csp, tmp_path):
    """An empty project folder."""
    assert csp("init", cwd=tmp_path).code == 0
    return tmp_path


@pytest.fixture
def fetch(csp, ons, project):
    """Run `boundaries fetch` in the project, against the stub."""

    def run(*more, code=CODE):
        given = () if "--service" in more else ("--service", ons.base)
        return csp("boundaries", "fetch", code, *given, *more, cwd=project)

    return run


def offences(project, write, days):
    """Write one offence a day into the project."""
    rows = [(f"R{i}", day, "12:00", 544500 + i, 184500, "Robbery") for i, day in enumerate(days)]
    header = ("reference", "date", "time", "easting", "northing", "category")
    write.csv(project / "data" / "reports" / "offence" / "o.csv", header, rows)


class TestFetch:
    def test_says_what_it_did(self, fetch, project):
        ran = fetch()
        assert ran.code == 0
        assert ran.err.startswith("Asking 127.0.0.1 for the wards of E09000002 (2022). Only this ")
        assert ran.out.splitlines()[0] == "19 wards (Barking and Dagenham), December 2022."
        assert "In force: since 5 May 2022." in ran.out
        assert "all 19 that the service counts are here, each code once; none overlap" in ran.out
        assert f"Written: {FILE} and E09000002_wards_2022.gpkg.toml" in ran.out
        assert "Contains OS data © Crown copyright and database right 2022." in ran.out
        assert ran.out.splitlines()[-1] == "Next: csp-geo weekly"
        assert (project / FILE).is_file()

    def test_json(self, fetch):
        ran = fetch("--json")
        assert ran.code == 0
        assert ran.json["path"] == FILE
        assert ran.json["features"] == 19
        assert ran.json["layer"] == "wards"
        assert ran.json["licence"][0].startswith("Source: Office for National Statistics")

    def test_json_error(self, fetch, ons):
        ons.fault("services", Answer(status=404))
        ran = fetch("--json")
        assert ran.code == 1
        assert ran.json["error"] == ran.err.splitlines()[-1]

    def test_never_overwrites_in_silence(self, fetch, project):
        assert fetch().code == 0
        before = (project / FILE).read_bytes()
        ran = fetch()
        assert ran.code == 1
        assert ran.err == (
            "E09000002_wards_2022.gpkg is there already and was left as it is. Use --replace to "
            "fetch it again, or give another name with --out.\n"
        )
        assert (project / FILE).read_bytes() == before
        assert fetch("--replace").code == 0

    def test_another_file_beside_it(self, fetch, ons):
        rows = wards(OLD_WARDS, "21", borough=None)
        ons.services["Wards_December_2021_UK_BGC"] = Service(rows)
        assert fetch("--year", "2021").code == 0
        last = fetch().out.splitlines()[-1]
        assert last.startswith("Next: data/boundaries also holds E09000002_wards_2021.gpkg.")
        assert last.endswith(f"csp-geo weekly --boundaries {FILE}")

    def test_other_layers_do_not_get_in_the_way_of_weekly(self, fetch, ons, project):
        row = {"LAD22CD": CODE, "LAD22NM": "Barking and Dagenham", "Shape__Area": 1e6}
        ons.services["LAD_DEC_2022_UK_BGC"] = Service([(row, square(0))])
        ran = fetch("--layer", "borough")
        assert ran.out.startswith("1 borough (E09000002), December 2022.")
        assert (project / "data/boundaries/borough/E09000002_borough_2022.gpkg").is_file()
        assert "Next" not in ran.out

    def test_setting_and_outside_a_project(self, csp, ons, tmp_path):
        (tmp_path / "csp_geo.toml").write_text(f'boundary_service = "{ons.base}"\n')
        ran = csp("boundaries", "fetch", CODE, cwd=tmp_path)
        assert ran.code == 0
        assert "Next: csp-geo weekly --boundaries E09000002_wards_2022.gpkg" in ran.out
        assert (tmp_path / "E09000002_wards_2022.gpkg").is_file()

    def test_cautions_are_said(self, fetch, ons):
        rows = wards(["E05011217", "E05011218"], borough="E09000003")
        rows[1] = (rows[1][0] | {"Shape__Area": None}, square(0))
        ons.services = {"WD_DEC_2022_UK_BGC": Service(rows)}
        ran = fetch(code="E09000003")
        assert ran.code == 0
        assert "does not know from when to when these codes were in force" in ran.out
        assert "1,000,000 square metres overlap, 0 lie in gaps" in ran.out
        assert "  Caution: The wards in E09000003_wards_2022.gpkg do not fit together" in ran.out

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("E05014053",), "is the code of a ward"),
            (("Barking",), "not the code of a borough"),
            ((CODE, "--layer", "parish"), "'parish' is not one of"),
            ((CODE, "--year", "1850"), "1850 is not in the range"),
            (
                (CODE, "--service", "http://elsewhere.example/"),
                "not the address of a boundary service",
            ),
            ((CODE, "--out", "wards.shp"), "ends in .gpkg"),
            ((), "Missing argument 'CODE'"),
        ],
    )
    def test_wrong_usage(self, csp, arguments, said, tmp_path):
        ran = csp("boundaries", "fetch", *arguments, cwd=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
        assert list(tmp_path.iterdir()) == []

    def test_weekly_runs_on_it(self, csp, fetch, project, write):
        offences(project, write, [f"2023-01-{day:02}" for day in range(4, 30)])
        assert fetch().code == 0
        ran = csp("weekly", "--as-of", "2023-02-01", cwd=project)
        assert ran.code == 0
        record = json.loads((project / "maps/2023-02-01/run.json").read_text("utf-8"))
        assert record["study_area"]["wards"] == 19
        assert record["study_area"]["name"] == "Barking and Dagenham"


class TestList:
    def test_which_reports_fit(self, csp, fetch, project, write):
        offences(project, write, ["2022-05-03", "2022-05-04", "2022-05-05", "2022-06-30"])
        assert fetch().code == 0
        ran = csp("boundaries", "list", cwd=project)
        assert ran.code == 0
        lines = ran.out.splitlines()
        assert lines[0] == "E09000002_wards_2022.gpkg: 19 wards of Barking and Dagenham"
        assert lines[1].startswith("  Fetched on ")
        assert lines[1].endswith("from Wards_December_2022_Boundaries_UK_BGC; unchanged since.")
        assert lines[2] == "  In force: since 5 May 2022."
        assert lines[3] == (
            "  Fits 2 of 4 reports (3 May to 30 June 2022); 2 are from another time, when other "
            "wards were in force."
        )

    def test_all_fit(self, csp, fetch, project, write):
        offences(project, write, ["2023-01-10", "2023-01-11"])
        assert fetch().code == 0
        ran = csp("boundaries", "list", cwd=project)
        assert "  Fits 2 of 2 reports (10 to 11 January 2023)." in ran.out

    def test_months(self, csp, fetch, project, write):
        """police.uk gives months only: they are said as months."""
        names = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code"
        names += ",LSOA name,Crime type,Last outcome category,Context"
        header = names.split(",")
        street = "On or near East Street"
        rows = [("a", "2023-01", "", "", 0.08123, 51.54321, street, "", "", "Robbery", "", "")]
        write.csv(project / "data" / "reports" / "offence" / "2023-01-x-street.csv", header, rows)
        assert fetch().code == 0
        ran = csp("boundaries", "list", cwd=project)
        assert "  Fits 1 of 1 reports (January 2023)." in ran.out

    def test_json(self, csp, fetch, project, write):
        offences(project, write, ["2022-05-04", "2022-05-05"])
        assert fetch().code == 0
        (found,) = csp("boundaries", "list", "--json", cwd=project).json["files"]
        assert found["path"] == "E09000002_wards_2022.gpkg"
        assert found["vintage"] == {
            "title": "wards from May 2022",
            "valid_from": "2022-05-05",
            "valid_to": None,
        }
        assert found["checksum"] == "matches"
        assert found["reports"] == {"fit": 1, "of": 2, "from": "2022-05-04", "to": "2022-05-05"}
        assert (found["error"], found["cautions"]) == (None, [])

    def test_changed_and_unknown_files(self, csp, fetch, project):
        assert fetch().code == 0
        home = project / "data" / "boundaries"
        layer = gpd.read_file(home / "E09000002_wards_2022.gpkg")
        layer.iloc[:5].to_file(home / "E09000002_wards_2022.gpkg", layer="wards")
        layer[["geometry"]].to_file(home / "other.geojson")
        (home / "sample.geojson").write_text(layer.assign(status="schematic").to_json())
        ran = csp("boundaries", "list", cwd=project)
        assert (ran.code, ran.err) == (0, "")
        out = ran.out
        assert "CHANGED since" in out
        assert "other.geojson\n  Not usable. other.geojson: no column for the ward code" in out
        assert "Not fetched by csp-geo: no note of where it came from." in out
        assert "Caution: a schematic drawing for the sample borough" in out
        assert "No reports with a date in data/reports to compare with." in out

    def test_empty_and_no_project(self, csp, project, tmp_path_factory):
        ran = csp("boundaries", "list", cwd=project)
        assert (
            ran.out == "data/boundaries is empty. Get wards with: csp-geo boundaries fetch CODE\n"
        )
        ran = csp("boundaries", "list", cwd=tmp_path_factory.mktemp("nothing"))
        assert ran.code == 1
        assert "csp-geo init" in ran.err

    def test_sample_project(self, csp, tmp_path):
        """The sample's own wards: schematic, not coarse, and of another time than its reports."""
        write_files(tmp_path, sample_files(2021))
        ran = csp("boundaries", "list", cwd=tmp_path)
        assert "19 wards of Barking and Dagenham" in ran.out
        assert "too coarse" not in ran.out
        assert ran.out.count("Caution") == 1


@pytest.mark.parametrize("command", ["fetch", "list"])
def test_help(csp, command, tmp_path):
    ran = csp("boundaries", command, "--help", cwd=tmp_path)
    assert ran.code == 0
    assert f"Usage: csp-geo boundaries {command}" in ran.out
