"""Dates in the spellings of browsers, mail, databases and people."""

from __future__ import annotations

import pandas as pd
import pytest

from csp_geo.inputs.when.dates import read_dates
from csp_geo.inputs.when.forms import say_form, say_forms
from csp_geo.inputs.when.parts import date_of_parts, time_of_parts
from csp_geo.inputs.when.times import read_time_spans, with_intervals


def read(*cells):
    return read_dates(pd.Series(cells, dtype="str"))


def at(*cells):
    return read(*cells).at.dt.strftime("%Y-%m-%d %H:%M").fillna("").tolist()


class TestZones:
    @pytest.mark.parametrize(
        "cell",
        [
            "Wed Nov 03 2021 19:05:00 GMT+0000 (Greenwich Mean Time)",
            "Wed, 03 Nov 2021 19:05:00 +0000",
            "Wed Nov 03 19:05:00 UTC 2021",
            "Weds 3 Nov 2021 at 19:05 GMT",
            "2021/11/03 19:05:00+00",
            "2021-11-03 19:05:00.000+00",
            "2021-11-03T14:05:00-05",
            "03/11/2021 19:05 BST",
        ],
    )
    def test_one_moment(self, cell):
        dated = read(cell)
        assert dated.at.iloc[0] == pd.Timestamp("2021-11-03 19:05")
        assert dated.precision[0] == "minute"

    def test_summer_is_an_hour_ahead_of_utc(self):
        assert at("Thu Jun 03 2021 19:05:00 GMT+0000 (UTC)") == ["2021-06-03 20:05"]
        assert at("Thu Jun 03 2021 19:05:00 GMT+0100 (British Summer Time)") == ["2021-06-03 19:05"]
        assert at("Thu, 03 Jun 2021 19:05 BST") == ["2021-06-03 19:05"]

    def test_an_unknown_zone_is_not_read(self):
        assert at("Wed, 03 Nov 2021 19:05 XYZ") == [""]

    def test_midnight_in_utc_throughout_is_a_day(self):
        days = read(*[f"2021-06-0{n}T00:00:00Z" for n in (3, 4, 5)])
        assert days.precision.tolist() == ["day"] * 3
        assert days.at.iloc[0] == pd.Timestamp("2021-06-03")
        one = read("2021-06-03T00:00:00Z", "2021-06-04T00:00:00Z", "2021-06-05T10:00:00Z")
        assert one.precision.tolist() == ["minute"] * 3

    def test_the_order_after_a_weekday_is_still_open(self):
        assert read("Wed 11/13/2021", "Thu 11/03/2021").month_first


class TestWordsOfADate:
    @pytest.mark.parametrize(
        ("cell", "day"),
        [
            ("5 Aug. 2022", "2022-08-05 00:00"),
            ("Aug. 5, 2022", "2022-08-05 00:00"),
            ("5 Sept. 2022 14:20", "2022-09-05 14:20"),
            ("Fri. 5 Aug. 2022", "2022-08-05 00:00"),
            ("Aug. 2022", "2022-08-01 00:00"),
            ("5 Augu. 2022", ""),
            ("5 Aug.. 2022", ""),
            ("16 March 2022 noon", "2022-03-16 12:00"),
            ("16/03/2022, 12 noon", "2022-03-16 12:00"),
            ("16/03/2022 at midday", "2022-03-16 12:00"),
            ("16/03/2022 13 noon", ""),
            ("noon", ""),
        ],
    )
    def test_stops_and_noon(self, cell, day):
        assert at(cell) == [day]

    def test_a_format_with_a_stop_is_tried_as_it_stands(self):
        dated = read_dates(pd.Series(["Aug. 5 22"]), ("%b. %d %y",))
        assert dated.at.iloc[0] == pd.Timestamp("2022-08-05")

    @pytest.mark.parametrize(
        ("cell", "differs"),
        [
            ("Monday 15 March 2022", True),
            ("Mon, 15/03/2022 21:00", True),
            ("w/c Monday 15 March 2022", True),
            ("Tuesday 15 March 2022", False),
            ("TUES 15/03/2022", False),
            ("Wed, 01 Jun 2022 23:30:00 +0000", False),
            ("Monday 45 March 2022", False),
            ("Fri", False),
            ("15 March 2022", False),
            ("", False),
        ],
    )
    def test_a_weekday_that_is_not_that_of_the_date(self, cell, differs):
        assert read("14 March 2022", cell).other_weekday.tolist() == [False, differs]


class TestSince1970:
    @pytest.mark.parametrize("cell", ["1635966300", "1635966300000", "1635966300000.0"])
    def test_seconds_and_milliseconds(self, cell):
        dated = read(*[cell] * 3)
        assert dated.epoch.all()
        assert dated.at.iloc[0] == pd.Timestamp("2021-11-03 19:05")

    @pytest.mark.parametrize(
        "cells",
        [
            ["1635966300000"] * 2,  # too few to tell
            ["2021110319"] * 3,  # 2021-11-03 19 in one
            ["07700900123"] * 3,
            ["1635966300000"] * 3 + ["03/11/2021"] * 3,
        ],
    )
    def test_other_numbers_are_none(self, cells):
        assert not read(*cells).epoch.any()


class TestMonths:
    @pytest.mark.parametrize(
        "cell", ["Nov 21", "Nov '21", "November 2021", "Nov-21", "November 21"]
    )
    def test_month(self, cell):
        dated = read(cell)
        assert (dated.at.iloc[0], dated.precision[0]) == (pd.Timestamp("2021-11-01"), "month")

    def test_days_without_a_year_are_no_months(self):
        assert at("Nov 21", "Nov 22", "Nov 23") == ["", "", ""]
        assert at("Nov 03") == [""]
        assert at("Nov 21", "Dec 21", "Jan 22")[2] == "2022-01-01 00:00"

    @pytest.mark.parametrize(
        "cell",
        ["Q4 2021", "2021 Q4", "2021-Q4", "Oct-Dec 2021", "Oct to Dec 2021", "4th quarter 2021",
         "Autumn 2021", "Winter 2021/22", "H2 2021", "2021", "2021/22"],
    )  # fmt: skip
    def test_a_quarter_is_no_month(self, cell):
        dated = read(cell)
        assert dated.coarse[0]
        assert dated.unreadable[0]

    @pytest.mark.parametrize("cell", ["2021-11", "Nov 2021", "03/11/2021", "soon", ""])
    def test_what_is_finer_or_nothing_is_not_coarse(self, cell):
        assert not read(cell).coarse[0]


class TestSpans:
    @pytest.mark.parametrize("cell", ["between 10pm and 2am", "from 22:00 to 02:00", "10pm to 2am"])
    def test_two_times(self, cell):
        since, until, bad = read_time_spans(pd.Series([cell]))
        assert (since[0], until[0], bad[0]) == (pd.Timedelta("22h"), pd.Timedelta("26h"), False)

    @pytest.mark.parametrize(
        "cell", ["3 Nov 2021 between 10pm and 2am", "3 Nov 2021, from 10pm to 2am"]
    )
    def test_a_day_and_two_times_of_it(self, cell):
        rows = pd.DataFrame({"date": [cell], "date_to": "", "time": "", "time_to": ""})
        found = with_intervals(rows).iloc[0]
        assert (found["date"], found["time_to"]) == ("3 Nov 2021 10pm", "2am")

    @pytest.mark.parametrize(
        "cell",
        ["between 18:30 and 19:15 on 25/08/2022", "18:30-19:15 25 Aug 2022",
         "From 6.30pm to 7.15pm on Thursday 25th August 2022"],
    )  # fmt: skip
    def test_two_times_before_their_day(self, cell):
        rows = pd.DataFrame({"date": [cell], "date_to": "", "time_to": ""}, dtype="str")
        split = with_intervals(rows).iloc[0]
        assert read_dates(pd.Series([split["date"]])).at.iloc[0] == pd.Timestamp("2022-08-25 18:30")
        since, _, unreadable = read_time_spans(pd.Series([split["time_to"]]))
        assert since[0] == pd.Timedelta(hours=19.25)
        assert not unreadable[0]


class TestParts:
    @pytest.mark.parametrize(
        ("year", "month", "day", "date"),
        [
            ("2021", "11", "3", "2021-11-03"),
            ("2021.0", "11.0", "3.0", "2021-11-03"),
            ("2021", "Nov", "", "2021-11"),
            ("2021", "Nov.", "3", "2021-11-03"),
            ("2021", "N.", "3", "N."),
            ("2021", "November", "Wednesday", "2021-11"),
            ("21", "11", "3", "2021-11-03"),
            ("2021", "2021-11", "3", "2021-11"),
            ("2021", "", "3", "2021  3"),
            ("", "11", "3", "11 3"),
            ("", "", "", ""),
        ],
    )
    def test_date(self, year, month, day, date):
        cells = {"year": [year], "month": [month], "day": [day]}
        cells = {name: pd.Series(cell, dtype="str") for name, cell in cells.items()}
        found = date_of_parts(cells)[0]
        assert (found if date.startswith("2021-") else found.split()) == (
            date if date.startswith("2021-") else date.split()
        )

    def test_what_the_calendar_lacks_is_refused(self):
        parts = {"year": ["2021"], "month": ["2"], "day": ["30"]}
        joined = date_of_parts({name: pd.Series(cell) for name, cell in parts.items()})
        assert read_dates(joined).unreadable[0]

    @pytest.mark.parametrize(
        ("hour", "minute", "time"),
        [("19", "5", "19:05"), ("19", "", "19h"), ("23", "", "23h"), ("0", "", "00h"),
         ("14:00", "", "14h"), ("14:00:00", "", "14h"), ("14:35", "", "14:35"),
         ("", "5", ""), ("24", "", "24"), ("late", "", "late")],
    )  # fmt: skip
    def test_time(self, hour, minute, time):
        parts = {"hour": pd.Series([hour]), "minute": pd.Series([minute])}
        assert time_of_parts(parts)[0] == time

    def test_a_minute_alone_is_no_time(self):
        assert time_of_parts({"minute": pd.Series(["5"])}).tolist() == [""]

    def test_no_hour_is_no_time(self):
        assert time_of_parts({"year": pd.Series(["2021"])}).tolist() == [""]


class TestForms:
    def test_the_setting_that_reads_it(self):
        said = say_form(["13012023", "14012023"], [], "offence/source.toml")
        assert "2 dates written like '99999999'" in said
        assert 'offence/source.toml, as date_formats = ["%d%m%Y"]' in said

    def test_either_order(self):
        said = say_form(["03_11_2021 0405"] * 3, [], "x")
        assert "'99_99_9999 9999'" in said
        assert "%d_%m_%Y" in said

    def test_no_cell_is_shown(self):
        said = say_form(["Ann born 1987"] * 3, [], "x")
        assert "Ann" not in said
        assert "1987" not in said

    @pytest.mark.parametrize("cells", [[], ["soon", "later"]])
    def test_nothing_in_common(self, cells):
        assert not say_form(cells, [], "x")

    def test_serials_among_dates(self):
        """44623 is the 3rd of March 2022 in Excel."""
        (said,) = say_forms(["44623", "44625.5"], ["05/03/2022"], "x")
        assert "2 dates" in said
        assert "3 March 2022 to 5 March 2022" in said
        (said,) = say_forms(["44623"], ["05/03/2022"], "x")
        assert "it would be 3 March 2022." in said

    @pytest.mark.parametrize(
        ("cell", "read"), [("44623", []), ("20522", ["05/03/2022"]), ("446230", ["05/03/2022"])]
    )
    def test_other_numbers_are_no_serials(self, cell, read):
        assert "Excel" not in "".join(say_forms([cell], read, "x"))

    @pytest.mark.parametrize(
        "cell", ["Approx 12 March 2022", "c. 12/03/2022", "~12/03/2022", "overnight 5/6 March 2022"]
    )
    def test_what_is_unsure(self, cell):
        (said,) = say_forms([cell], ["05/03/2022"], "x")
        assert "about, before or overnight" in said
        assert "date_formats" not in said

    @pytest.mark.parametrize("cell", ["about noon", "Callum 12", "03_11_2021"])
    def test_what_is_not_unsure(self, cell):
        assert "overnight" not in "".join(say_forms([cell], [], "x"))

    def test_each_kind_is_told(self):
        said = say_forms(["44623", "about 3 May 2022", "03_11_2021"], ["05/03/2022"], "x")
        assert len(said) == 3

    def test_a_day_that_is_none_is_no_other_form(self):
        assert not say_form(["2023-02-30"], ["2023-02-27"], "x")

    def test_a_month_alone_needs_its_year(self):
        assert "needs its year" in say_form(["11", "12", "3"], [], "x")
