"""What the words of a heading and its cells say a column is, and what they never say."""

from __future__ import annotations

import pandas as pd
import pytest

from csp_geo.core.errors import SourceError
from csp_geo.inputs.files.guesses import columns_of, find_columns
from csp_geo.inputs.files.headings import speaks_for, words_of
from csp_geo.inputs.files.looks import Looks, look_at
from csp_geo.inputs.files.table import RawTable
from csp_geo.inputs.source import known_columns, packaged_sources

DATES = ["13/01/2023", "14/01/2023", "15/01/2023", "16/01/2023"]
TIMES = ["22:00", "23:15", "09:00", "10:30"]
WORDS = ["Robbery", "Robbery", "Burglary", "Drugs"]
NORTH = ["51.5393", "51.5401", "51.5411", "51.5421"]
EAST = ["0.0811", "0.0821", "0.0831", "0.0841"]
KNOWN = {"date": DATES, "category": WORDS, "latitude": NORTH, "longitude": EAST}


def found(source="offence", by_place=False, **columns):
    cells = pd.DataFrame(columns, dtype="str")
    looks = Looks(cells, tuple(columns))
    fields = find_columns(looks, packaged_sources()[source], by_place=by_place).guesses
    return {column: field for column, (field, _) in fields.items()}


def read(source="offence", by_place=False, **columns):
    cells = pd.DataFrame(columns, dtype="str")
    raw = RawTable(tuple(columns), [cells])
    return columns_of(raw, packaged_sources()[source], "a.csv", by_place=by_place)


class TestWords:
    @pytest.mark.parametrize(
        ("heading", "words"),
        [
            ("Occurred Date", {"occurred", "date"}),
            ("OCC_DATE", {"occ", "date"}),
            ("occdate", {"occ", "date"}),
            ("cdatetime", {"datetime"}),
            ("dateOfOccurrence", {"date", "of", "occurrence"}),
            ("DATEOFBIRTH", {"date", "of", "birth"}),
            ("_Where was it?_latitude", {"where", "was", "it", "latitude"}),
            ("latitude2", {"latitude"}),
            ("update", {"update"}),
            ("candidate", {"candidate"}),
            ("sometimes", {"sometimes"}),
        ],
    )
    def test_a_heading_is_split(self, heading, words):
        assert words_of(heading) == words

    @pytest.mark.parametrize(
        "heading",
        ["Date of Birth", "DOB", "Victim birth date", "Arrest Date", "Date closed", "Review date",
         "Report Date", "Date reported", "Created_Date", "Arrival Date", "Occurred to date",
         "Last date", "Date of next hearing", "When were you born?", "When did you move here?",
         "Latest date", "Date discovered", "Extract run date"],
    )  # fmt: skip
    def test_what_is_no_date_of_an_event(self, heading):
        assert not speaks_for(heading, "date", [heading], asked=False)
        assert "date" not in found(**{heading: DATES}).values()

    @pytest.mark.parametrize(
        "heading",
        ["OCC_DATE", "Date_of_Occurrence", "Date of the incident", "When did this happen?",
         "Time of the attack", "Offence started", "cdatetime", "Crime Dt", "Occurrence timestamp"],
    )  # fmt: skip
    def test_what_is_one(self, heading):
        assert found(**{heading: DATES})[heading] == "date"
        assert "date" not in found(**{heading: WORDS}).values()  # the cells must bear it out

    @pytest.mark.parametrize(
        "heading", ["date_fait", "Tatzeit von", "Pleegdatum", "Datum van het feit", "fecha_hecho"]
    )
    def test_what_is_one_abroad(self, heading):
        assert found(**{heading: DATES})[heading] == "date"

    @pytest.mark.parametrize(
        "heading", ["Anzeigedatum", "date_enregistrement", "Registratiedatum", "Geburtsdatum"]
    )
    def test_what_is_none_abroad(self, heading):
        assert "date" not in found(**{heading: DATES}).values()

    def test_the_end_of_one_abroad(self):
        columns = {"Tatzeit bis": DATES, "Tatzeit von": DATES}
        assert found(**columns) == {"Tatzeit bis": "date_to", "Tatzeit von": "date"}

    def test_a_pair_abroad(self):
        pair = {"Breitengrad": NORTH, "Längengrad": EAST}
        assert found(**pair) == {"Breitengrad": "latitude", "Längengrad": "longitude"}

    @pytest.mark.parametrize(
        ("heading", "field"), [("Month of Month", "month"), ("crime_month", "date")]
    )
    def test_whole_months_below_a_heading_of_a_month(self, heading, field):
        assert found(**{heading: ["October 2022", "November 2022"]}) == {heading: field}
        assert field not in found(**{heading: ["10", "11"]}).values()

    def test_words_run_together_by_an_old_machine(self):
        columns = {"OFFDTE": ["20210321", "20221014", "20230115"],
                   "OFFTIM": ["181000", "85900", "4500"],
                   "RPTDTE": ["20210324", "20221018", "20230117"],
                   "OFFDSC": ["Robbery", "Robbery", "Burglary"],
                   "EASTNG": ["545802", "546512", "545900"],
                   "NORTNG": ["185272", "182346", "184000"]}  # fmt: skip
        assert found(**columns) == {
            "OFFDTE": "date", "OFFTIM": "time", "OFFDSC": "category", "EASTNG": "easting",
            "NORTNG": "northing",
        }  # fmt: skip

    def test_hours_of_the_french(self):
        hours = ["12h15", "20h09", "8h00", "9h30"]
        assert found(date=DATES, heure_fait=hours)["heure_fait"] == "time"

    @pytest.mark.parametrize(
        "cells", [["1650475200000", "1670847600000", "1650715140000"],
                  ["20220420", "20221212", "20220423"]],
    )  # fmt: skip
    def test_numbers_are_dates_where_the_heading_says_when(self, cells):
        assert found(occurred_on=cells) == {"occurred_on": "date"}
        assert found(Committed=cells) == {"Committed": "date"}
        assert "date" not in found(Occurrence=cells).values()

    def test_a_call_time_with_a_day_is_the_date(self):
        assert found(**{"Call Time": [f"{day} 22:10" for day in DATES]}) == {"Call Time": "date"}
        assert found(**{"Call Time": TIMES, "Call Date": DATES})["Call Time"] == "time"

    def test_when_somebody_last_saw_it(self):
        asked = {"When did you last experience this? (date)": DATES, "Completion time": DATES}
        assert found("survey", **asked)["When did you last experience this? (date)"] == "date"
        assert not found("survey", **{"Date of last visit": DATES})

    def test_fractions_of_a_day_below_a_time(self):
        columns = {"Date Witnessed": ["45220", "44482"], "Time Witnessed": ["0.8819", "0.0729"]}
        assert found(**columns) == {"Date Witnessed": "date", "Time Witnessed": "time"}
        columns["Time Witnessed"] = ["0.8819", "1.0729"]
        assert "time" not in found(**columns).values()

    def test_the_clock_of_a_form(self):
        form = {"Start time": DATES, "Completion time": DATES, "Date of incident": DATES}
        assert found("survey", **form)["Date of incident"] == "date"


class TestWhen:
    def test_the_one_with_dates_in_it(self):
        assert found(date=[""] * 4, Incident_Day_Date=DATES)["Incident_Day_Date"] == "date"
        kept = found(date=[*DATES[:3], "soon"], Incident_Day_Date=DATES)
        assert kept == {"date": "date"}

    def test_an_interval_and_its_times(self):
        columns = {"Offence To Dt": DATES, "Offence To Tm": TIMES}
        columns |= {"Offence From Dt": DATES, "Offence From Tm": TIMES}
        assert found(**columns) == {
            "Offence To Dt": "date_to",
            "Offence To Tm": "time_to",
            "Offence From Dt": "date",
            "Offence From Tm": "time",
        }

    @pytest.mark.parametrize("heading", ["Committed", "When"])
    @pytest.mark.parametrize(
        "cell",
        [
            "Between 02:05 05/03/2023 and 11:05 05/03/2023",
            "from 22:00 on 04/03/2023 to 06:30 on 05/03/2023",
            "05/03/2023 02:05 - 05/03/2023 11:05",
            "05/03/2023 between 02:05 and 11:05",
            "05/03/2023 0205-1105",
        ],
    )
    def test_intervals_under_a_heading(self, heading, cell):
        assert found(**{heading: [cell] * 4}) == {heading: "date"}

    def test_numbers_that_are_dates_and_times(self):
        days = ["20210519", "20210520", "20210521"]
        columns = {"OFF_DATE": days, "Occ clock": ["5", "40", "1405"]}
        assert found(**columns) == {"OFF_DATE": "date", "Occ clock": "time"}
        assert not found(OFF_NO=days)
        assert found(**columns | {"Occ clock": ["5", "40", "1460"]}) == {"OFF_DATE": "date"}

    @pytest.mark.parametrize("heading", ["Hour", "Offence Hour", "Hour of day", "OCC_HR"])
    @pytest.mark.parametrize("cells", [["0", "9", "14", "23"], ["14:00", "14:00", "9:00", "22:00"]])
    def test_an_hour_beside_a_date_without_a_time(self, heading, cells):
        assert found(date=DATES, **{heading: cells}) == {"date": "date", heading: "hour"}

    @pytest.mark.parametrize(
        "others",
        [
            {"Hour": ["0", "9", "14", "25"]},
            {"Hour": ["Zqa", "Zqb", "Zqc", "Zqd"]},
            {"Hour": ["14"] * 4, "time": TIMES},
            {"Hour": ["14"] * 4, "Incident clock": TIMES},
            {"Report hour": ["14"] * 4},
            {"Response hour": ["14"] * 4},
            {"Hour": ["14"] * 4, "date": ["13/01/2023 14:20", *DATES[1:]]},
        ],
    )
    def test_an_hour_that_is_not_read(self, others):
        assert "hour" not in found(**{"date": DATES} | others).values()

    def test_an_hour_beside_dates_at_midnight_and_its_minute(self):
        columns = {"date": ["2023-01-13 00:00:00"] * 3, "Occ hour": ["14"] * 3}
        columns |= {"Occ minute": ["5"] * 3, "Arrest minute": ["7"] * 3}
        assert found(**columns) == {"date": "date", "Occ hour": "hour", "Occ minute": "minute"}

    def test_an_hour_is_said(self):
        matched, notes = read(**KNOWN, Hour=["0", "9", "14", "23"])
        assert matched["Hour"] == "hour"
        assert "'Hour' was read as the hour: 4 of 4 cells are numbers in its range" in notes

    def test_parts_of_one_date(self):
        parts = {"OCC_YEAR": ["2023"] * 4, "OCC_MONTH": ["1"] * 4, "OCC_DAY": ["13", "1", "2", "3"]}
        others = {"REPORT_YEAR": ["2024"] * 4, "BIRTH_YEAR": ["1987"] * 4}
        assert set(found(**parts, **others)) == set(parts)
        assert found(**parts, When=DATES) == {"When": "date"}

    def test_parts_of_which_the_month_is_a_name(self):
        months = ["January", "January", "May", "May"]
        parts = {"OCC_YEAR": ["2023"] * 4, "OCC_MONTH": months, "OCC_DAY": ["13", "1", "2", "3"]}
        assert set(found(REPORT_DATE=DATES, REPORT_MONTH=months, **parts)) >= set(parts)
        parts["OCC_MONTH"] = ["North", "North", "South", "South"]
        assert "month" not in found(**parts).values()

    def test_numbers_of_weekdays_are_no_days(self):
        def days(cells):
            n = len(cells)
            return found(year=["2023"] * n, month=["1"] * n, day=cells)

        assert "day" in days([str(1 + n % 28) for n in range(60)]).values()
        assert "day" not in days([str(1 + n % 7) for n in range(60)]).values()

    def test_times_with_a_day_are_dates(self):
        assert look_at(pd.Series(["2023-01-13T19:05:00.000"] * 3)).kind == "date"
        assert look_at(pd.Series(["1899-12-30T19:05:00"] * 3)).kind == "time"

    @pytest.mark.parametrize(
        ("heading", "cells", "taken"),
        [
            ("Date/time of incident", ["overnight 5/6 March 2022", "Approx 12 March 2022"], True),
            ("Date/time of incident", ["some time ago", "I forget"], False),
            ("Date of birth", ["overnight 5/6 March 2022", "Approx 12 March 2022"], False),
            ("What happened", ["overnight 5/6 March 2022", "Approx 12 March 2022"], False),
        ],
    )
    def test_a_heading_that_says_date_above_cells_that_are_none(self, heading, cells, taken):
        assert (heading in found(**{heading: cells * 3})) == taken

    def test_a_column_with_dates_comes_before_it(self):
        read_as = found(**{"Incident date text": ["about 5/6 March"] * 4, "Offence dates": DATES})
        assert read_as == {"Offence dates": "date"}

    def test_a_date_of_the_report_is_enough(self):
        read_as = found(**{"Date of incident text": ["about 5/6"] * 4, "Date recorded": DATES})
        assert read_as == {"Date recorded": "recorded"}


class TestRecorded:
    @pytest.mark.parametrize("heading", ["Raised On", "DATERECD", "dateContributed"])
    def test_a_date_of_the_report_where_there_is_no_other(self, heading):
        assert found(**{heading: DATES}) == {heading: "recorded"}
        assert found(**{heading: DATES, "OCC_DATE": DATES}) == {"OCC_DATE": "date"}

    @pytest.mark.parametrize(
        "heading", ["Last updated on", "Date edited", "EditDate", "Status changed on"]
    )
    def test_a_date_of_a_change_is_none(self, heading):
        assert not found(**{heading: DATES})

    def test_of_a_call_it_is_the_time(self):
        assert found(Created=DATES) == {"Created": "recorded"}
        assert found(Created=DATES, **{"First Despatch": DATES}) == {"Created": "date"}
        assert found(Raised=DATES, Dispatched=DATES) == {"Raised": "recorded"}
        assert found(Incident_Created=DATES, Callsign=WORDS)["Incident_Created"] == "date"

    @pytest.mark.parametrize("heading", ["Enquiry Time", "requested_datetime", "Job Date"])
    def test_when_somebody_asked_is_a_date_of_the_report(self, heading):
        assert "date" not in found(**{heading: DATES}).values()
        assert "recorded" in found(**{heading: DATES}).values()

    @pytest.mark.parametrize(
        "heading", ["Status Date", "expected_datetime", "Follow Up Date", "load_dt"]
    )
    def test_what_happens_later_is_no_date(self, heading):
        assert not found(**{heading: DATES})

    def test_the_time_of_a_call_beside_its_day(self):
        times = {"CAD Date": DATES, "Call Received": TIMES}
        assert found(**times) == {"CAD Date": "date", "Call Received": "time"}


class TestReference:
    @pytest.mark.parametrize("heading", ["Request Ref", "Enq No", "REFVAL", "Log reference no"])
    def test_by_its_heading(self, heading):
        assert found(**{heading: ["SR-766477", "SR-766477", "SR-766478"]}) == {heading: "reference"}

    @pytest.mark.parametrize(
        "heading", ["Victim ID", "Officer No", "Collector ID", "Number", "Crime", "Beat No"]
    )
    def test_of_nobody_else(self, heading):
        assert not found(**{heading: ["SR766477a", "SR766477b", "SR766478c"]})

    def test_a_known_name_stays(self):
        assert found(Reference=["1", "2"], **{"Request Ref": ["3", "4"]}) == {
            "Reference": "reference"
        }


class TestWhere:
    def test_a_reference_with_a_stroke_is_no_point(self):
        assert not found(Zq=["2022/21599", "2022/16334", "2021/06015"])
        assert found(Zq=["544421/184321", "544521/184421"]) == {"Zq": "point"}

    def test_a_pair_has_one_heading(self):
        home = {"Home lat": NORTH, "Home long": EAST}
        place = {"Crime scene lat": NORTH, "Crime scene long": EAST}
        assert set(found(**home, **place)) == set(place)
        assert not found(**home)
        assert not found(**{"Scene lat": NORTH, "Pub long": EAST})

    def test_degrees_must_be_some(self):
        assert not found(**{"Scene lat": ["151.5", "251.5"], "Scene long": ["0.1", "0.2"]})

    def test_points_need_no_word_unless_they_are_of_a_home(self):
        points = [f"{y}, {x}" for y, x in zip(NORTH, EAST, strict=True)]
        assert found(Zq=points) == {"Zq": "point"}
        assert not found(**{"Victim home": points})

    def test_a_known_place_stays_one_where_a_gazetteer_knows_it(self):
        answers = ["Zq Road, IG11 7LU"] * 4
        assert found(Location=answers) == {"Location": "postcode"}
        assert found(Location=answers, by_place=True) == {"Location": "place"}
        assert found(**{"Where was it?": WORDS}, by_place=True) == {"Where was it?": "place"}

    def test_a_postcode_of_the_respondent_is_none_of_the_place(self):
        codes = ["IG11 7LU", "RM10 9AA"] * 2
        assert not found("survey", **{"Your postcode": codes, "Home postcode": codes})


class TestWhat:
    def test_most_cells_are_known_or_the_word_is_of_an_event(self):
        half = ["Robbery", "Burglary", "Zqa", "Zqb"]
        few = ["Robbery", "Zqa", "Zqb", "Zqc"]
        assert found(**{"Sub class": half}) == {"Sub class": "category"}
        assert not found(**{"Sub class": few})
        assert found(**{"Offence class": few}) == {"Offence class": "category"}
        assert not found(**{"Offence class": ["Zqa", "Zqb", "Zqc", "Zqd"]})

    @pytest.mark.parametrize("heading", ["Weapon type", "Victim class", "Location type"])
    def test_what_is_of_something_else(self, heading):
        assert not found(**{heading: WORDS})

    @pytest.mark.parametrize("heading", ["How does this place make you feel?", "Zqfoo"])
    def test_known_words_tell_alone_where_nearly_all_are(self, heading):
        five = ["Robbery"] * 4 + ["Zqa"]
        assert found(**{heading: five}) == {heading: "category"}
        assert not found(**{heading: ["Robbery"] * 3 + ["Zqa", "Zqb"]})
        assert not found(**{"Weapon used": ["Knife"] * 5})

    def test_words_of_a_foreign_city_need_the_word_of_an_event(self):
        words = ["Zqa", "Zqa", "Zqb", "Zqb"]
        assert found(nature_infraction=words) == {"nature_infraction": "category"}
        assert found(Delikt=words) == {"Delikt": "category"}
        assert not found(nature=words)
        assert not found(nature_infraction=["Zqa", "Zqb", "Zqc", "Zqd"])

    @pytest.mark.parametrize(
        ("early", "late"),
        [("Initial Type", "Final Type"), ("Opening Code", "Closing Code"),
         ("First call type", "Call type confirmed")],
    )  # fmt: skip
    def test_what_a_call_turned_out_to_be(self, early, late):
        assert found(**{early: WORDS, late: WORDS}) == {late: "category"}
        assert found(**{late: WORDS, early: WORDS}) == {late: "category"}
        assert found(**{early: WORDS}) == {early: "category"}

    def test_what_a_code_stands_for(self):
        assert found(**{"Crm Cd Desc": WORDS}) == {"Crm Cd Desc": "category"}
        assert not found(**{"Weapon Cd Desc": WORDS})
        assert found(OFFENSE_TYPE_ID=["robbery", "robbery", "burglary"])["OFFENSE_TYPE_ID"]

    @pytest.mark.parametrize(("known", "taken"), [(2, "Subject Name"), (1, "Service Name")])
    def test_a_department_gives_way_to_known_words(self, known, taken):
        subjects = [*["Graffiti"] * known, *["Zqa"] * (4 - known)]
        columns = {"Service Name": ["Zq"] * 4, "Subject Name": subjects}
        assert found(**columns) == {taken: "category"}

    def test_numbers_of_a_code_are_no_category(self):
        assert not found(**{"Closing Code": ["30C", "28A", "30C", "28A"]})

    def test_a_bare_name_gives_way_to_known_words(self):
        by_phone = ["Email", "Phone", "Email", "Phone"]
        assert found(Type=by_phone, Issue=WORDS)["Issue"] == "category"
        assert found(Type=WORDS, Issue=by_phone)["Type"] == "category"


class TestSpecificNames:
    @pytest.mark.parametrize(
        ("bare", "specific"),
        [("Date", "Incident Date"), ("Date", "Date of offence"), ("Time", "Incident time")],
    )
    def test_go_before_bare_ones(self, bare, specific):
        known = known_columns([bare, specific], packaged_sources()["offence"])
        assert specific in known
        assert bare not in known

    @pytest.mark.parametrize("heading", ["Rec Dt", "Recd", "Rptd Dt"])
    def test_short_forms_of_reports(self, heading):
        cells = {heading: DATES, "Cmtd From Dt": DATES}
        assert found(**cells)["Cmtd From Dt"] == "date"

    def test_today_is_no_end_of_anything(self):
        assert "today" not in found(today=DATES, incident_date=DATES)


class TestReading:
    def test_names_that_are_known_are_not_looked_at(self):
        class Never(list):
            def __iter__(self):
                raise AssertionError

        raw = RawTable(tuple(KNOWN), Never())
        matched, notes = columns_of(raw, packaged_sources()["offence"], "a.csv")
        assert set(matched.values()) == {"date", "category", "latitude", "longitude"}
        assert notes == ()

    def test_what_was_guessed_is_said_without_its_cells(self):
        columns = {"OCC_DATE": DATES, "Kind": WORDS, "LAT_WGS84": NORTH, "LON_WGS84": EAST}
        _, notes = read(**columns)
        assert "'OCC_DATE' was read as the date: 4 of 4 cells are dates" in notes
        assert "'Kind' was read as the category: 4 of 4 cells are known words" in notes
        assert not any(cell in note for cell in [*NORTH, *EAST, *WORDS] for note in notes)

    def test_a_date_of_the_event_before_one_of_the_report(self):
        columns = {**KNOWN, "Report Date": DATES, "OCC_DATE": DATES}
        del columns["date"]
        matched, _ = read(**columns)
        assert matched["OCC_DATE"] == "date"
        assert "recorded" not in matched.values()

    def test_no_date_of_something_else_is_called_the_closest(self):
        columns = {"category": WORDS, "latitude": NORTH, "longitude": EAST}
        with pytest.raises(SourceError, match=r"the date\. Columns"):
            read(**columns, Dispatch_Date=WORDS)
        with pytest.raises(SourceError, match=r"the date \(closest: 'Datte'\)"):
            read(**columns, Datte=WORDS)

    def test_a_place_in_words_is_said(self):
        columns = {"date": DATES, "category": WORDS, "Assault Location": ["Zq bar, Zq road"] * 4}
        with pytest.raises(SourceError, match=r"'Assault Location' says where in words.*gazetteer"):
            read(**columns)
        matched, _ = read(by_place=True, **columns)
        assert matched["Assault Location"] == "place"
