"""Two dates in one cell, and weeks by the name of their column."""

from __future__ import annotations

import pandas as pd
import pytest

from csp_geo.incidents.clean import clean
from csp_geo.inputs.read import read_reports
from csp_geo.inputs.when.times import with_intervals


def dated(write, folder, cells, header="date", **more):
    """The incidents of rows with these dates, in the order of the file."""
    names = ("reference", header, "easting", "northing", "category", *more)
    rows = [
        (f"R{n}", cell, 544421 + n, 184321, "theft", *more.values()) for n, cell in enumerate(cells)
    ]
    write.csv(folder / "offence" / "a.csv", names, rows)
    return clean(read_reports(folder), key=b"key of the test")


def moment(text):
    return pd.Timestamp(text, tz="Europe/London")


class TestIntervals:
    @pytest.mark.parametrize(
        "cell",
        [
            "2021-11-03",
            "03-11-2021",
            "03/11/2021 14:20",
            "2021-11-03T14:20:00-01:00",
            "2021-11-03 14:20:00-0100",
            "2021-11-03T1420-0100",
            "3 November 2021-2022",
            "22:00 on 3 November 2021",
            "01 - 11 - 2021",
            "Nov 2021 - Dec 2021",
            "3-11 2021",
            "3-4 Nov",
            "3-4 Novel 2021 Close",
            "3/4 November 2021",
            "Oct - 3 November 2021",
            "01/11/2021 and 03/11/2021",
            "w/c 01/11/2021",
            "",
        ],
    )
    def test_what_is_no_interval_is_left(self, cell):
        rows = pd.DataFrame({"date": [cell], "date_to": "", "time_to": ""}, dtype="str")
        assert with_intervals(rows) is rows

    @pytest.mark.parametrize(
        ("cell", "start", "end", "precision"),
        [
            ("01/11/2021 - 03/11/2021", "2021-11-01", "2021-11-04", "day"),
            ("01/11/2021 to 03/11/2021", "2021-11-01", "2021-11-04", "day"),
            ("01/11/2021-03/11/2021", "2021-11-01", "2021-11-04", "day"),
            ("01/11/2021\u201303/11/2021", "2021-11-01", "2021-11-04", "day"),
            ("01-11-2021 - 03-11-2021", "2021-11-01", "2021-11-04", "day"),
            ("2021-11-01/2021-11-03", "2021-11-01", "2021-11-04", "day"),
            ("between 1st November 2021 and 3rd Nov 2021", "2021-11-01", "2021-11-04", "day"),
            ("From Mon 1 Nov 2021 until Wed 3 Nov 2021", "2021-11-01", "2021-11-04", "day"),
            ("1 - 3 November 2021", "2021-11-01", "2021-11-04", "day"),
            ("1-3 November 2021", "2021-11-01", "2021-11-04", "day"),
            ("1st-3rd Nov 2021", "2021-11-01", "2021-11-04", "day"),
            ("1 to 3 Nov. 2021", "2021-11-01", "2021-11-04", "day"),
            ("28 Feb - 2 Mar 2021", "2021-02-28", "2021-03-03", "day"),
            ("28 Feb\u20132 Mar 2021", "2021-02-28", "2021-03-03", "day"),
            ("30 Dec - 2 January 2022", "2021-12-30", "2022-01-03", "day"),
            ("1/11/21 22:00 - 2/11/21 06:30", "2021-11-01 22:00", "2021-11-02 06:30", "minute"),
            ("01/11/2021 22:00 to 06:30", "2021-11-01 22:00", "2021-11-02 06:30", "minute"),
            ("01/11/2021 22:00-23:30", "2021-11-01 22:00", "2021-11-01 23:30", "minute"),
            ("2021-11-01T10:00/2021-11-01T12:00", "2021-11-01 10:00", "2021-11-01 12:00", "minute"),
            ("1 Nov 2021 2pm till 4pm", "2021-11-01 14:00", "2021-11-01 16:00", "minute"),
        ],
    )  # fmt: skip
    def test_two_dates(self, cell, start, end, precision, write, tmp_path):
        row = dated(write, tmp_path, [cell]).incidents.iloc[0]
        assert row["occurred_at"] == moment(start)
        assert row["occurred_to"] == moment(end)
        assert row["time_precision"] == precision
        assert row["flags"] == ""

    @pytest.mark.parametrize(
        ("cell", "start", "end"),
        [
            ("Between 02:05 01/11/2021 and 11:05 02/11/2021", "11-01 02:05", "11-02 11:05"),
            ("from 22:00 on 01/11/2021 to 06:30 on 02/11/2021", "11-01 22:00", "11-02 06:30"),
            ("10pm, Mon 1st Nov 2021 - 2am 2 Nov 2021", "11-01 22:00", "11-02 02:00"),
            ("01/11/2021 02:05 - 01/11/2021 11:05", "11-01 02:05", "11-01 11:05"),
            ("01/11/2021 between 02:05 and 11:05", "11-01 02:05", "11-01 11:05"),
            ("01/11/2021 0205-1105", "11-01 02:05", "11-01 11:05"),
            ("01/11/2021 2205-0630", "11-01 22:05", "11-02 06:30"),
        ],
    )
    def test_times_first_or_without_a_colon(self, cell, start, end, write, tmp_path):
        row = dated(write, tmp_path, [cell]).incidents.iloc[0]
        assert row["occurred_at"] == moment(f"2021-{start}")
        assert row["occurred_to"] == moment(f"2021-{end}")
        assert (row["time_precision"], row["flags"]) == ("minute", "")

    @pytest.mark.parametrize(
        "cell", ["13th Aug 23 - 1:30 PM", "13/08/2023 - 13:30", "At 13:30 on 13/08/2023"]
    )
    def test_a_day_and_its_time_after_a_dash(self, cell, write, tmp_path):
        row = dated(write, tmp_path, [cell]).incidents.iloc[0]
        assert row["occurred_at"] == moment("2023-08-13 13:30")
        assert (row["time_precision"], row["flags"]) == ("minute", "")

    def test_reversed(self, write, tmp_path):
        row = dated(write, tmp_path, ["03/11/2021 - 01/11/2021"]).incidents.iloc[0]
        assert row["flags"] == "reversed-interval"
        assert row["occurred_to"] == moment("2021-11-04")

    def test_a_column_for_the_end_comes_first(self, write, tmp_path):
        result = dated(write, tmp_path, ["01/11/2021 - 03/11/2021"], **{"end date": "05/11/2021"})
        assert result.rows["reasons"].tolist() == ["unreadable-date"]

    def test_the_order_of_day_and_month_is_still_one_decision(self, write, tmp_path):
        """A month of 25 in the second half of a cell settles the column, and is named."""
        result = dated(write, tmp_path, ["01/02/2021 - 01/25/2021", "03/04/2021"])
        assert result.counts["quarantined"] == 2
        assert "25 cannot be a month" in result.cautions[0]


def test_a_weekday_that_contradicts_its_date_is_flagged(write, tmp_path):
    incidents = dated(write, tmp_path, ["Monday 15 March 2022", "Tues 15 March 2022"]).incidents
    assert set(incidents["occurred_at"]) == {moment("2022-03-15")}
    assert sorted(incidents["flags"]) == ["", "weekday-differs"]


class TestWeeksByTheirColumn:
    @pytest.mark.parametrize(
        "header",
        ["Week commencing", "w/c", "W/C date", "week beginning", "Week of", "wk commencing"],
    )
    def test_beginning(self, header, write, tmp_path):
        cells = ["01/11/2021", "w/e 07/11/2021", "2021-11-01"]
        incidents = dated(write, tmp_path, cells, header).incidents
        assert set(incidents["occurred_at"]) == {moment("2021-11-01")}
        assert set(incidents["occurred_to"]) == {moment("2021-11-08")}
        assert set(incidents["flags"]) == {"week-only"}
        assert set(incidents["time_precision"]) == {"day"}

    @pytest.mark.parametrize("header", ["Week ending", "W/E", "week ending date"])
    def test_ending(self, header, write, tmp_path):
        incidents = dated(write, tmp_path, ["07/11/2021", "w/c 01/11/2021"], header).incidents
        assert set(incidents["occurred_at"]) == {moment("2021-11-01")}
        assert set(incidents["flags"]) == {"week-only"}

    def test_excel_serials_below_it(self, write, tmp_path):
        incidents = dated(write, tmp_path, ["44501"] * 3, "w/c").incidents
        assert set(incidents["occurred_to"]) == {moment("2021-11-08")}

    def test_a_month_is_no_week(self, write, tmp_path):
        row = dated(write, tmp_path, ["November 2021"], "w/c").incidents.iloc[0]
        assert row["time_precision"] == "month"
        assert row["flags"] == ""
