"""When a report was written down is not when it happened."""

from __future__ import annotations

from datetime import date

import pytest

from csp_geo.incidents.clean import clean
from csp_geo.inputs.fields import is_of_the_record
from csp_geo.inputs.read import read_reports
from csp_geo.inputs.source import known_columns, packaged_sources

FORM = ("ID", "Start time", "Completion time", "Email", "Name")


@pytest.mark.parametrize(
    "column",
    [
        "Completion time",
        "_submission_time",
        "Timestamp",
        "Created",
        "created_at",
        "CreationDate",
        "Last modified",
        "Date reported",
        "Reported at",
        "Date of contribution",
        "requested_datetime",
        "Date of report",
        "Log date",
        "Submitted on",
        "Recorded date",
        "SUBMISSIONDATE",
        "createddate",
        "DATE_CREATED",
    ],
)
def test_columns_of_the_record(column: str) -> None:
    assert is_of_the_record(column, [column], asked=False)


@pytest.mark.parametrize(
    "column",
    [
        "Date",
        "Time",
        "Date of incident",
        "Committed from",
        "Occurred at",
        "Call date",
        "Month",
        "Start time",
        "End date",
        "When did it happen?",
        "Committed on date",
    ],
)
def test_columns_of_the_event(column: str) -> None:
    assert not is_of_the_record(column, [column, "Offence"], asked=False)


@pytest.mark.parametrize("column", ["Start time", "End time", "start", "end"])
def test_start_and_end_are_those_of_a_form_beside_its_other_columns(column: str) -> None:
    assert is_of_the_record(column, FORM, asked=False)
    assert is_of_the_record(column, [column], asked=True)


@pytest.mark.parametrize("other", ["Response ID", "ResponseId", "RESPONSE_ID", "Respondent Id"])
@pytest.mark.parametrize("column", ["Start Date", "StartDate", "STARTDATE", "start_date"])
def test_signs_and_spaces_of_a_form_do_not_matter(column: str, other: str) -> None:
    assert is_of_the_record(column, [column, other, "Offence"], asked=False)


def test_a_date_of_the_event_comes_first() -> None:
    survey = packaged_sources()["survey"]
    both = known_columns(["Submission date", "Date of incident", "Start time", "Category"], survey)
    assert both == {"Date of incident": "date", "Category": "category"}
    assert known_columns(["Submission date", "Category"], survey)["Submission date"] == "recorded"


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Date reported", "03/11/2021 23:40"),
        ("Created", "2021-11-03T23:40:00Z"),
        ("Timestamp", "03/11/2021 19:05:10"),
    ],
)
def test_the_day_is_used_and_the_hour_never(tmp_path, write, town_area, header, cell) -> None:
    columns = ("Ref", header, "Time", "easting", "northing", "category")
    rows = [(f"A{n}", cell, "14:20", 544421 + n, 184321, "Robbery") for n in range(3)]
    write.csv(tmp_path / "offence" / "a.csv", columns, rows)
    result = clean(read_reports(tmp_path), town_area, today=date(2023, 2, 1))
    incidents = result.incidents
    assert set(incidents["occurred_at"].dt.strftime("%Y-%m-%d %H:%M")) == {"2021-11-03 00:00"}
    assert set(incidents["time_precision"]) == {"day"}
    assert set(incidents["flags"]) == {"date-of-report"}


def test_a_row_without_a_date_is_not_dated_by_its_report(tmp_path, write, town_area) -> None:
    columns = ("Ref", "Date of incident", "Date reported", "easting", "northing", "category")
    rows = [
        ("A1", "03/11/2021", "04/11/2021", 544421, 184321, "Robbery"),
        ("A2", "", "04/11/2021", 544421, 184321, "Robbery"),
    ]
    write.csv(tmp_path / "offence" / "a.csv", columns, rows)
    result = clean(read_reports(tmp_path), town_area, today=date(2023, 2, 1))
    assert result.rows["reasons"].tolist() == ["", "missing-date"]
    assert result.incidents["flags"].tolist() == [""]
