"""`check --map`: a dialogue at a terminal, else a proposal; both end in a source.toml."""

from __future__ import annotations

import tomllib

import pytest
from conversation import CTRL_D, TYPED, talk

HEADER = ("Crime No.", "Dat of incidnt", "Grid East.", "Grid North.", "What", "Officer")
ROWS = [
    (f"BX{i}", f"{13 + i}/01/2023", 544421 + 10 * i, 184321, word, "PC Jones")
    for i, word in enumerate(("Robbery", "Dipsquad", "Robbery", "Dipsquad", "Burglary", "Burglary"))
]


@pytest.fixture
def project(tmp_path, shared_town, write):
    """A project folder with one file whose columns nobody knows."""
    write.csv(tmp_path / "data" / "reports" / "offence" / "a.csv", HEADER, ROWS)
    wards = tmp_path / "data" / "boundaries"
    wards.mkdir()
    (wards / shared_town.boundaries.name).write_bytes(shared_town.boundaries.read_bytes())
    return tmp_path


FILE = "data/reports/offence/a.csv"


class TestProposal:
    def test_is_toml_that_works(self, csp, project):
        assert csp("check", FILE, cwd=project).code == 1
        ran = csp("check", FILE, "--map", cwd=project)
        assert ran.code == 0, ran.err
        assert "PC Jones" not in ran.out
        assert "# Dat of incidnt: dates such as 13/01/2023; date by a similar name" in ran.out
        (project / "data/reports/offence/source.toml").write_text(ran.out, encoding="utf-8")
        checked = csp("check", FILE, "--json", cwd=project)
        assert checked.code == 0, checked.err
        assert checked.json["counts"]["accepted"] == len(ROWS)

    def test_names_that_steer_a_terminal(self, csp, project, write):
        """A bell, a colour or a line break in a name reaches neither the screen nor the TOML."""
        header = (*HEADER[:4], "\x1b[31mWh\nat\x07", "Off\x9bicer")
        write.csv(project / FILE, header, ROWS)
        ran = csp("check", FILE, "--map", cwd=project)
        assert ran.code == 0, ran.err
        assert all(line.isprintable() for line in ran.out.splitlines())
        assert tomllib.loads(ran.out)["columns"]["category"] == ["[31mWh at"]

    def test_writes_nothing(self, csp, project):
        before = sorted(project.rglob("*"))
        csp("check", FILE, "--map", cwd=project)
        assert sorted(project.rglob("*")) == before

    def test_source_must_be_known(self, csp, tmp_path, write):
        path = write.csv(tmp_path / "a.csv", HEADER, ROWS)
        ran = csp("check", path, "--map", cwd=tmp_path)
        assert ran.code == 2
        assert "Say which source it is with --source" in ran.err
        assert csp("check", path, "--map", "--source", "asb", cwd=tmp_path).code == 0

    @pytest.mark.parametrize("more", [("--json",), ("--out", "o"), ("--fix", "f.csv"), (FILE,)])
    def test_with_other_options_is_usage(self, csp, project, more):
        ran = csp("check", FILE, "--map", *more, cwd=project)
        assert ran.code == 2
        assert "--map takes one file" in ran.err

    def test_a_file_that_is_no_table(self, csp, project):
        (project / FILE).write_bytes(b"")
        ran = csp("check", FILE, "--map", cwd=project)
        assert ran.code == 1
        assert "is empty" in ran.err


class TestDialogue:
    def test_enter_takes_the_guesses(self, csp, project):
        answers = ["", "?", "", "", "", "", "person", "y", "robbery", "y"]
        shown, code = talk(project, answers, "check", FILE, "--map")
        assert code == 0, shown
        assert "2 of 6  Dat of incidnt: dates such as 13/01/2023" in shown
        assert "the source's own number of the report" in shown  # the list of fields
        assert "544421, 184321 (Abbey)" in shown  # as understood
        assert "6 rows read = 6 accepted" in shown
        toml = (project / "data/reports/offence/source.toml").read_text("utf-8")
        assert 'person = ["Officer"]' in toml
        assert 'robbery = ["Dipsquad"]' in toml
        checked = csp("check", FILE, "--json", cwd=project)
        assert checked.json["counts"]["accepted"] == len(ROWS)
        assert checked.json["files"][0]["matched"]["Officer"] == "person"

    def test_what_is_missing_is_said_and_asked_again(self, project):
        answers = ["-", "-", "-", "-", "-", "-", "n"]
        shown, code = talk(project, answers, "check", FILE, "--map")
        assert code == 0
        assert "no column was found for the location" in " ".join(shown.split())
        assert "Nothing was written." in shown
        assert not (project / "data/reports/offence/source.toml").exists()

    def test_month_first_is_asked(self, csp, project, write):
        rows = [(f"B{i}", f"01/{13 + i}/2023", *ROWS[0][2:]) for i in range(6)]
        write.csv(project / FILE, HEADER, rows)
        answers = ["", "", "", "", "", "", "y", "y"]
        shown, code = talk(project, answers, "check", FILE, "--map")
        assert code == 0, shown
        assert "only with the month first" in shown
        assert csp("check", FILE, "--json", cwd=project).json["counts"]["accepted"] == 6

    def test_a_field_is_given_once(self, project):
        answers = ["", "", "", "", "", "date", "-", "n", "n", "n"]
        shown, _ = talk(project, answers, "check", FILE, "--map")
        assert "Another column is already read as date" in shown

    def test_a_wrong_answer_is_said_before_the_list(self, project):
        shown, _ = talk(project, ["bananas", "?", CTRL_D], "check", FILE, "--map")
        assert shown.count("is not a field.") == 1
        assert shown.index("'bananas' is not a field.") < shown.index("the source's own number")

    @pytest.mark.parametrize("key", TYPED, ids=["ctrl-c", "ctrl-d"])
    def test_leaving_writes_nothing_and_says_so(self, project, key):
        shown, code = talk(project, ["", "", key], "check", FILE, "--map")
        assert code == 130
        assert shown.rstrip().endswith("\nNothing was written.")
        assert not (project / "data/reports/offence/source.toml").exists()

    def test_leaving_before_the_source_is_said(self, tmp_path, write):
        path = write.csv(tmp_path / "a.csv", HEADER, ROWS)
        shown, code = talk(tmp_path, [CTRL_D], "check", path.name, "--map")
        assert (code, shown.count("Nothing was written.")) == (130, 1)


def test_a_source_toml_that_was_changed_meanwhile_is_kept(tmp_path):
    """Answering takes minutes: somebody may have saved the file in an editor."""
    from csp_geo.cli.check_map import _Dialogue
    from csp_geo.core.errors import SettingsError
    from csp_geo.runs.check import CheckOptions

    target = tmp_path / "source.toml"
    target.write_text("# mine\n", encoding="utf-8")
    options = CheckOptions(files=[tmp_path / "a.csv"])
    dialogue = _Dialogue("asb", target, "# as it was read\n", None, options, None)
    with pytest.raises(SettingsError, match="was changed while you answered"):
        dialogue._write(None)
    assert target.read_text("utf-8") == "# mine\n"
