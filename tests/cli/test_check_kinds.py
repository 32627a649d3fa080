"""`check` of files that hold no reports, and `check --map` of them: columns.toml."""

from __future__ import annotations

import json
import tomllib

import pytest
import shapely

from tests.cli.test_check_map import talk

BOXES = [shapely.box(x, 184020, x + 1000, 185020) for x in (544010, 545010)]
LIST = ("Where", "Sort", "East", "North", "When open")
ROWS = [
    ("Zq Library", "Local authority run library", 544421, 184321, "Mo-Fr 09:00-17:00"),
    ("Zq Hub", "Community hub", 544821, 184321, ""),
]
FILES = {
    "wards.gpkg": "boundaries",
    "orders.gpkg": "zones",
    "libraries.csv": "list of premises",
    "a.csv": "reports",
}


@pytest.fixture
def project(tmp_path, write, shared_town):
    """A folder of files of every kind."""
    write.gpkg(tmp_path / "wards.gpkg", {"Kenn": ["a-1", "b-2"], "Hood": ["One", "Two"]}, BOXES)
    table = {
        "PSPO": ["Town", "Park"],
        "Commenced": ["2022-09-03", "2022-09-03"],
        "Lapses on": ["2099-09-02", "2020-01-01"],
    }
    write.gpkg(tmp_path / "orders.gpkg", table, BOXES)
    header = ("Library name", "Type", "Easting", "Northing")
    write.csv(tmp_path / "libraries.csv", header, [row[:4] for row in ROWS])
    header = ("reference", "date", "easting", "northing", "category")
    write.csv(tmp_path / "a.csv", header, [("X1", "13/01/2023", 544421, 184321, "Robbery")])
    return tmp_path


class TestCheck:
    def test_each_file_has_its_kind(self, csp, project):
        ran = csp("check", *FILES, "--json", cwd=project)
        assert ran.code == 0, ran.err
        files = {file["path"]: file for file in ran.json["files"]}
        assert {name: file["kind"] for name, file in files.items()} == FILES
        for file in files.values():
            counts = file["counts"]
            parts = counts["accepted"] + counts["merged"] + counts["quarantined"]
            assert counts["read"] == parts
        assert files["wards.gpkg"]["counts"]["accepted"] == 2
        assert files["wards.gpkg"]["matched"] == {"Kenn": "ward code", "Hood": "ward name"}
        assert files["orders.gpkg"]["matched"] == {
            "PSPO": "name", "Commenced": "in force", "Lapses on": "expires",
        }  # fmt: skip
        assert files["libraries.csv"]["matched"]["Library name"] == "name"
        assert [file["source"] for file in ran.json["files"] if file["source"]] == []

    def test_counts_are_those_of_the_reports(self, csp, project):
        ran = csp("check", "wards.gpkg", "libraries.csv", "--json", cwd=project)
        assert ran.json["counts"] == {"read": 0, "accepted": 0, "merged": 0, "quarantined": 0}
        assert ran.code == 0

    def test_text(self, csp, project):
        ran = csp("check", "wards.gpkg", "orders.gpkg", "libraries.csv", cwd=project)
        assert "wards.gpkg (boundaries)\n  2 rows read = 2 accepted" in ran.out
        assert "Note: taken for zones: its words are those of orders with areas" in ran.out
        assert "1 in force, 1 expired" in ran.out
        assert "candidates: 1 library, 1 community hub" in ran.out
        assert "No wards were given" not in ran.out

    def test_page_and_tables(self, csp, project):
        ran = csp("check", *FILES, "--out", "out", cwd=project)
        assert ran.code == 0, ran.err
        page = (project / "out" / "quality.html").read_text("utf-8")
        assert "list of premises" in page
        assert "taken for boundaries" in (project / "out" / "quality.csv").read_text("utf-8-sig")

    def test_premises_outside_the_wards_are_said(self, csp, project, write):
        rows = [*ROWS, ("Far Library", "library", 600000, 184321, "")]
        header = ("Library name", "Type", "Easting", "Northing", "Opening hours")
        write.csv(project / "libraries.csv", header, rows)
        ran = csp("check", "libraries.csv", "--boundaries", "wards.gpkg", "--json", cwd=project)
        (file,) = ran.json["files"]
        assert file["reasons"] == {"outside-study-area": 1}
        assert file["counts"] == {"read": 3, "accepted": 2, "merged": 0, "quarantined": 1}

    def test_a_file_that_cannot_be_used_as_its_kind(self, csp, project, write):
        write.gpkg(project / "bare.gpkg", {"objectid": [1, 2]}, BOXES)
        ran = csp("check", "bare.gpkg", "--json", cwd=project)
        assert ran.code == 1
        (file,) = ran.json["files"]
        assert file["kind"] == "boundaries"
        assert "csp-geo check bare.gpkg --map" in file["error"]

    def test_the_register(self, csp, project, write):
        header = ("haven_id", "name", "easting", "northing", "status", "last_checked",
                  "trained_count", "consent_to_publish")  # fmt: skip
        row = ("H1", "Zq", 544421, 184321, "active", "2026-01-01", 2, "yes")
        write.csv(project / "register.csv", header, [row])
        ran = csp("check", "register.csv", "--json", cwd=project)
        (file,) = ran.json["files"]
        assert (file["kind"], file["error"]) == ("register of Safe Havens", None)

    def test_places_around(self, csp, project, write):
        write.csv(project / "context" / "s.csv", ("name", "easting", "northing"),
                  [("Zq Station", 544421, 184321)])  # fmt: skip
        for more in ((), ("--boundaries", "wards.gpkg")):
            ran = csp("check", "context/s.csv", "--json", *more, cwd=project)
            assert ran.json["files"][0]["counts"]["accepted"] == 1

    def test_settings_are_no_data(self, csp, project):
        """Alone they are named as what they are; beside data, as a shell lists them, left."""
        (project / "source.TOML").write_text('date_formats = ["%d.%m.%Y"]\n', encoding="utf-8")
        ran = csp("check", "source.TOML", "--json", cwd=project)
        (file,) = ran.json["files"]
        assert (ran.code, file["kind"]) == (1, "settings")
        assert file["error"].startswith("source.TOML holds settings, which are checked with")
        ran = csp("check", "source.TOML", "wards.gpkg", "--json", cwd=project)
        assert [file["path"] for file in ran.json["files"]] == ["wards.gpkg"]

    def test_the_kind_can_be_said(self, csp, project):
        ran = csp("check", "a.csv", "--source", "premises", "--json", cwd=project)
        assert ran.code == 1
        assert "is not a list of premises" in ran.json["files"][0]["error"]
        ran = csp("check", "wards.gpkg", "--source", "offence", "--json", cwd=project)
        assert ran.json["files"][0]["kind"] == "reports"

    def test_no_such_kind(self, csp, project):
        ran = csp("check", "a.csv", "--source", "gossip", cwd=project)
        assert ran.code == 2
        assert "'gossip' is not a source. Choose from survey" in ran.err
        assert "for files that hold no reports from boundaries, zones" in ran.err


class TestProposal:
    @pytest.mark.parametrize(
        ("file", "table", "says"),
        [
            ("wards.gpkg", "boundaries", {"code": ["Kenn"], "name": ["Hood"]}),
            (
                "orders.gpkg",
                "zones",
                {"name": ["PSPO"], "in_force": ["Commenced"], "expires": ["Lapses on"]},
            ),
            (
                "libraries.csv",
                "premises",
                {
                    "name": ["Library name"],
                    "business_type": ["Type"],
                    "easting": ["Easting"],
                    "northing": ["Northing"],
                },
            ),
        ],
    )
    def test_is_toml_that_works(self, csp, project, file, table, says):
        before = sorted(project.iterdir())
        ran = csp("check", file, "--map", cwd=project)
        assert ran.code == 0, ran.err
        assert tomllib.loads(ran.out) == {table: says}
        assert "Zq" not in ran.out  # cells are not shown where nobody sits at a terminal
        assert sorted(project.iterdir()) == before
        (project / "columns.toml").write_text(ran.out, encoding="utf-8")
        assert csp("check", file, cwd=project).code == 0

    def test_what_stands_there_stays(self, csp, project):
        (project / "columns.toml").write_text('[zones]\nname = ["PSPO"] # ours\n')
        ran = csp("check", "wards.gpkg", "--map", cwd=project)
        assert '[zones]\nname = ["PSPO"] # ours\n' in ran.out
        assert tomllib.loads(ran.out)["boundaries"]["code"] == ["Kenn"]

    def test_shapes_that_nothing_tells_apart(self, csp, project, write):
        write.gpkg(project / "bare.gpkg", {"objectid": [1, 2], "zahl": [17, 5]}, BOXES)
        ran = csp("check", "bare.gpkg", "--map", cwd=project)
        assert ran.code == 0, ran.err
        assert "# zahl: numbers from 5 to 17; not read" in ran.out

    def test_a_list_whose_headings_nobody_knows(self, csp, project, write):
        write.csv(project / "strange.csv", LIST, ROWS)
        ran = csp("check", "strange.csv", "--source", "premises", cwd=project)
        assert "csp-geo check strange.csv --source premises --map" in ran.out
        ran = csp("check", "strange.csv", "--source", "premises", "--map", cwd=project)
        assert ran.code == 0, ran.err
        assert "# Fields: name, business_type, address" in ran.out


class TestDialogue:
    def test_boundaries(self, csp, project, write):
        write.gpkg(project / "bare.gpkg", {"objectid": [1, 2], "zahl": [17, 5]}, BOXES)
        shown, code = talk(
            project, ["?", "nope", "zahl", "zahl", "-", "y"], "check", "bare.gpkg", "--map"
        )
        assert code == 0
        assert "  2  zahl" in shown
        assert "'nope' is no column of this file." in shown
        assert "This column is already read as another field" in shown
        assert "2 rows read = 2 accepted" in shown
        written = tomllib.loads((project / "columns.toml").read_text("utf-8"))
        assert written == {"boundaries": {"code": ["zahl"]}}
        area = csp("check", "bare.gpkg", "--json", cwd=project).json["files"][0]
        assert area["matched"] == {"zahl": "ward code"}

    def test_premises_are_then_read(self, csp, project, write):
        write.csv(project / "strange.csv", LIST, ROWS)
        answers = ["Where", "2", "", "", "", "", "east", "north", "When open", "y"]
        shown, code = talk(
            project, answers, "check", "strange.csv", "--source", "premises", "--map"
        )
        assert code == 0, shown
        assert "Zq Library" in shown
        file = csp("check", "strange.csv", "--source", "premises", "--json", cwd=project).json[
            "files"
        ][0]
        assert file["counts"]["accepted"] == 2
        assert file["matched"]["When open"] == "opening_hours"

    def test_a_guess_that_is_refused(self, csp, project):
        shown, _ = talk(project, ["-", "", "y"], "check", "wards.gpkg", "--map")
        written = tomllib.loads((project / "columns.toml").read_text("utf-8"))
        assert written == {"boundaries": {"code": [], "name": ["Hood"]}}
        assert "made from the names in 'Hood'" in shown

    def test_nothing_is_written_unless_agreed(self, project):
        shown, code = talk(project, ["", "", "n", "n"], "check", "wards.gpkg", "--map")
        assert (code, "Nothing was written." in shown) == (0, True)
        assert not (project / "columns.toml").exists()

    def test_ctrl_c(self, project):
        shown, code = talk(project, ["", "\x03"], "check", "wards.gpkg", "--map")
        assert (code, "Nothing was written." in shown) == (130, True)


def test_a_geojson_of_libraries_is_a_list(csp, tmp_path, write):
    path = write.geojson(
        tmp_path / "l.geojson", [((0.0811, 51.5393), {"name": "Zq", "type": "Library"})]
    )
    (file,) = csp("check", path, "--json", cwd=tmp_path).json["files"]
    assert (file["kind"], file["counts"]["accepted"]) == ("list of premises", 1)
    assert json.dumps(file)
