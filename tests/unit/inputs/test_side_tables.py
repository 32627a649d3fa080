"""Tables without reports: what they say of a reference counts, and nothing of them is kept."""

from __future__ import annotations

import json

import openpyxl
import pytest

from csp_geo.incidents.clean import clean
from csp_geo.inputs.read import read_reports

HEADER = ("Crime Ref", "date", "easting", "northing", "category")
ROWS = [
    (f"CR{n:05}/21", "03/11/2021", 544421 + n, 184321, "Assault with injury") for n in range(1, 5)
]
SAID = [("cr 00001/21", "DA"), ("CR00003/21", "")]


def _kinds(folder) -> list[str]:
    result = clean(read_reports(folder))
    assert set(result.incidents["theme"]) == {"violence"}  # counts do not change
    assert len(result.incidents) == len(ROWS)
    return result.incidents.sort_values("source_row")["sensitive"].tolist()


@pytest.mark.parametrize(
    ("name", "header", "rows"),
    [
        ("offence/flags.csv", ("Crime Ref", "Flag"), SAID),
        ("flags.csv", ("Crime Ref", "Flag"), SAID),
        ("asb/flags.csv", ("Crime Ref", "Flag"), SAID),
        ("survey/flags.csv", ("Crime Ref", "Flag"), SAID),
        (
            "offence/dated.csv",
            ("Crime Ref", "date", "Flag"),
            [(r, "03/11/2021", f) for r, f in SAID],
        ),
        ("offence/classes.csv", ("Crime Ref", "Offence"), [(SAID[0][0], "Rape")]),
        ("offence/unnamed.csv", ("CRIS No.", "DA"), [(SAID[0][0], "Y"), (SAID[1][0], "N")]),
        ("offence/DV list.csv", ("Crime Ref", "Officer"), [(SAID[0][0], "Zqname")]),
        (
            "offence/victims.csv",
            ("Crime Ref", "Victim age"),
            [(SAID[0][0], "9"), (SAID[1][0], "40")],
        ),
        (
            "offence/mo.csv",
            ("Crime Ref", "MO"),
            [(SAID[0][0], "ex partner"), (SAID[1][0], "knife")],
        ),
    ],
)
def test_a_table_of_references_counts(tmp_path, write, name, header, rows) -> None:
    write.csv(tmp_path / "offence" / "a.csv", HEADER, ROWS)
    write.csv(tmp_path / name, header, rows)
    first, *others = _kinds(tmp_path)
    assert first
    assert others == ["", "", ""]


def test_a_second_sheet_counts(tmp_path) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, *ROWS):
        book.active.append(row)
    sheet = book.create_sheet("Flags")
    for row in (("Crime Ref", "Flag"), *SAID):
        sheet.append(row)
    (tmp_path / "offence").mkdir()
    book.save(tmp_path / "offence" / "a.xlsx")
    assert _kinds(tmp_path) == ["domestic", "", "", ""]


def test_a_list_of_records_counts(tmp_path, write) -> None:
    write.csv(tmp_path / "offence" / "a.csv", HEADER, ROWS)
    found = [{"crime_ref": ref, "flags": [flag]} for ref, flag in SAID]
    (tmp_path / "offence" / "flags.json").write_text(json.dumps(found), encoding="utf-8")
    assert _kinds(tmp_path) == ["domestic", "", "", ""]


def test_a_short_reference_is_one_of_its_own_source(tmp_path, write) -> None:
    rows = [(str(n), *row[1:]) for n, row in enumerate(ROWS)]
    write.csv(tmp_path / "offence" / "a.csv", HEADER, rows)
    write.csv(tmp_path / "asb" / "flags.csv", ("Ref", "Flag"), [("2", "DA")])
    assert _kinds(tmp_path) == ["", "", "", ""]
    write.csv(tmp_path / "offence" / "flags.csv", ("Ref", "Flag"), [("02", "DA")])
    assert _kinds(tmp_path) == ["", "", "domestic", ""]


@pytest.mark.parametrize("folder", ["survey", "streetsafe"])
def test_an_answer_of_a_survey_is_a_flag_only_of_a_crime(tmp_path, write, folder) -> None:
    """Who answers may be disabled; beside the reference of a crime the same cell is a flag."""
    pins = [(f"PIN{n:05}", *row[1:4], "Poor lighting") for n, row in enumerate(ROWS)]
    write.csv(tmp_path / "offence" / "a.csv", HEADER, ROWS)
    write.csv(tmp_path / folder / "a.csv", HEADER, pins)
    answers = [(ROWS[1][0], "Yes"), (pins[2][0], "Yes")]
    write.csv(tmp_path / folder / "people.csv", ("Ref", "Disability"), answers)
    found = clean(read_reports(tmp_path)).incidents.set_index("source_ref")["sensitive"]
    assert found[found != ""].to_dict() == {ROWS[1][0]: "hate"}


def test_it_is_said_and_nothing_else_is_kept(tmp_path, write) -> None:
    write.csv(tmp_path / "offence" / "a.csv", HEADER, ROWS)
    write.csv(tmp_path / "offence" / "b.csv", ("Crime Ref", "Flag", "Who"), [(*SAID[0], "Zqname")])
    reports = read_reports(tmp_path)
    assert "1 reference in it help" in str(reports.files[1].error)
    assert "Zqname" not in f"{reports.said.to_string()}{reports.files}"
