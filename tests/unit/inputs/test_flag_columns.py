"""Flags beside a category: read for what makes a report sensitive, and nothing of them kept."""

from __future__ import annotations

import pytest

from csp_geo.incidents.clean import clean
from csp_geo.inputs.flag_columns import heading_of, kind_of_cell
from csp_geo.inputs.read import read_reports
from csp_geo.inputs.source import packaged_sources

WORDS = packaged_sources()["offence"].vocabulary
YES = ["Y", "yes", "TRUE", "1", "x", "\u2713", "DA", "High"]
NO = ["", "N", "no", "FALSE", "0", "None", "N/A", "Not applicable", "Non-domestic", "No flag"]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Domestic abuse flag", "domestic"),
        ("DA", "domestic"),
        ("DV?", "domestic"),
        ("DomesticViolenceMarker", "domestic"),
        ("Hate crime (Y/N)", "hate"),
        ("hate_strand", "hate"),
        ("CSE", "child"),
        ("Child abuse flag", "child"),
        ("Honour based abuse", "honour"),
        ("Modern Slavery marker", "slavery"),
        ("Sexual offence flag", "sexual"),
        ("Sensitive case flag", "unknown"),
    ],
)
def test_a_yes_means_what_the_heading_says(heading: str, kind: str) -> None:
    column = heading_of(heading, WORDS)
    assert {kind_of_cell(cell, column, WORDS) or "none" for cell in YES if cell != "DA"} == {kind}
    assert {kind_of_cell(cell, column, WORDS) for cell in NO} == {""}


@pytest.mark.parametrize(
    ("heading", "cell", "kind"),
    [
        ("Flags", "Alcohol; Domestic abuse", "domestic"),
        ("Markers", "DA|Knife", "domestic"),
        ("Keywords", "CHILD", "child"),
        ("Offence description", "RAPE OF A FEMALE AGED 16", "sexual"),
        ("HO class", "Sexual assault", "sexual"),
        ("Crime sub type", "Stalking", "domestic"),
        ("MO", "suspect (ex-partner) punched victim", "domestic"),
        ("Modus operandi", "racially abused on the bus", "hate"),
        ("Notes", "victim disclosed FGM", "honour"),
        ("Anything", "Domestic violence", "domestic"),
        ("MO", "punched his wife in kitchen", "domestic"),
        ("MO", "grabs her bottom", "sexual"),
        ("MO", "pulled off hijab", "hate"),
        ("Anything else", "I was raped here", "sexual"),
        ("Relationship", "Partner", "domestic"),
        ("Rel to offender", "Ex", "domestic"),
        ("Investigating team", "Safeguarding", "domestic"),
        ("Sex offence", "Y", "sexual"),
        ("D.A.", "\u221a", "domestic"),
        ("Child victim", "1", "child"),
        ("Under 18", "x", "child"),
        ("Faith", "Yes", "hate"),
        ("Merlin", "*", "child"),
        ("Domestic?", "-", ""),
        ("MO", "bag taken on a street race day", ""),
        ("Victim sex", "F", ""),
        ("Sexual orientation", "Heterosexual", ""),
        ("Religion", "Muslim", ""),
        ("Location type", "Children's centre", ""),
        ("Flags", "Knife; alcohol", ""),
    ],
)
def test_cells_tell(heading: str, cell: str, kind: str) -> None:
    assert kind_of_cell(cell, heading_of(heading, WORDS), WORDS) == kind


def test_a_flag_makes_an_assault_sensitive_and_is_not_kept(tmp_path, write) -> None:
    header = ("Ref", "date", "easting", "northing", "category", "Domestic abuse flag", "MO")
    rows = [
        (f"A{n}", "03/11/2021", 544421 + n, 184321, "Assault with injury", flag, "Zqsecret words")
        for n, flag in enumerate(["Y", "N", "", "Y"])
    ]
    write.csv(tmp_path / "offence" / "a.csv", header, rows)
    reports = read_reports(tmp_path)
    incidents = clean(reports).incidents
    assert incidents["sensitive"].tolist() == ["domestic", "", "", "domestic"]
    assert set(incidents["theme"]) == {"violence"}  # the count of violence does not fall
    assert "Zqsecret" not in reports.table.to_string()


def test_rows_of_one_reference_share_the_strictest(tmp_path, write) -> None:
    """A later export, or another row of the same crime, may lack the flag."""
    header = ("Ref", "date", "easting", "northing", "category", "Flags")
    row = ("A1", "03/11/2021", 544421, 184321, "Assault with injury")
    write.csv(tmp_path / "offence" / "a.csv", header, [(*row, ""), ("A2", *row[1:], "")])
    write.csv(tmp_path / "offence" / "b.csv", header, [(*row, "DA")])
    result = clean(read_reports(tmp_path))
    assert result.counts["merged"] == 1
    assert dict(
        zip(result.incidents["source_ref"], result.incidents["sensitive"], strict=True)
    ) == {
        "A1": "domestic",
        "A2": "",
    }


def test_a_cleaned_copy_keeps_what_is_sensitive(tmp_path, write) -> None:
    header = ("Ref", "date", "easting", "northing", "category", "sensitive")
    rows = [
        (f"A{n}", "03/11/2021", 544421 + n, 184321, "Assault", kind)
        for n, kind in enumerate(["", "domestic", "unknown", "hate"])
    ]
    write.csv(tmp_path / "offence" / "a.csv", header, rows)
    incidents = clean(read_reports(tmp_path)).incidents
    assert incidents["sensitive"].tolist() == ["", "domestic", "unknown", "hate"]


@pytest.mark.parametrize("heading", ["Disability", "Faith", "Under 18", "LGBT", "Relationship"])
def test_what_people_say_of_themselves_is_no_flag(heading: str) -> None:
    """In a survey; what they say of what was done to them is."""
    asked = heading_of(heading, WORDS, asked=True)
    assert kind_of_cell("Yes", asked, WORDS) == ""
    assert kind_of_cell("I was raped", heading_of("Anything", WORDS, asked=True), WORDS) == "sexual"


@pytest.mark.parametrize(
    ("folder", "name", "above"),
    [
        ("offence", "DA offences Nov 21.csv", ""),
        ("offence", "RASSO_extract.csv", ""),
        ("offence/hate crimes", "nov.csv", ""),
        ("offence", "a.csv", "Domestic Abuse Offences November 2021\n\n"),
    ],
)
def test_a_title_speaks_for_every_row(tmp_path, folder: str, name: str, above: str) -> None:
    path = tmp_path / folder / name
    path.parent.mkdir(parents=True)
    rows = [f"A{n},03/11/2021,54442{n},184321,Assault" for n in range(3)]
    table = "\n".join(["Ref,date,easting,northing,category", *rows])
    path.write_text(above + table, encoding="utf-8")
    kinds = clean(read_reports(tmp_path)).incidents["sensitive"]
    assert (kinds != "").all()
    assert len(kinds) == 3


@pytest.mark.parametrize("other", ["x9/21", "X9-21", "00X921", " x 9 21 "])
def test_a_reference_written_otherwise_is_the_same(tmp_path, write, other: str) -> None:
    header = ("Ref", "date", "easting", "northing", "category", "DA flag")
    row = ("03/11/2021", 544421, 184321, "Assault")
    write.csv(tmp_path / "offence" / "a.csv", header, [("X9/21AB", *row, "")])
    write.csv(tmp_path / "asb" / "b.csv", header, [(f"{other}AB", *row, "Y")])
    kinds = clean(read_reports(tmp_path)).incidents["sensitive"]
    assert kinds.tolist() == ["domestic", "domestic"]


def test_where_a_sensitive_row_is_wrong_is_not_shown(tmp_path, write, town_area) -> None:
    header = ("Ref", "date", "easting", "northing", "category")
    rows = [
        ("A1", "03/11/2021", 551911, 181111, "Rape"),
        ("A2", "03/11/2021", 551911, 181111, "Robbery"),
    ]
    write.csv(tmp_path / "offence" / "a.csv", header, rows)
    quarantine = clean(read_reports(tmp_path), town_area).quarantine
    assert quarantine["value"].tolist() == ["(not shown)", "551911; 181111"]
