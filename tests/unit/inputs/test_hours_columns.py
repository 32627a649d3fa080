"""Opening hours in several columns: which columns they are, and what a row of them says."""

from __future__ import annotations

from datetime import date, time

import pandas as pd
import pytest

from csp_geo.decisions.opening import OPEN, UNKNOWN, hours_of_week
from csp_geo.inputs.guessed_columns import guessed_columns
from csp_geo.inputs.venues.hours_columns import (
    HoursHeading,
    hours_columns,
    hours_heading,
    joined_hours,
)
from csp_geo.inputs.venues.opening_rules import read_rules
from csp_geo.inputs.venues.premises import read_premises
from csp_geo.inputs.venues.register import read_havens
from csp_geo.inputs.venues.venue_types import read_venue_types

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PLACE = ("544421", "184321")
ENDS = tuple(f"{day} {end}" for day in DAYS for end in ("Open", "Close"))


def join(**cells):
    """Join one row, whose columns are given by heading."""
    texts, notes = joined_hours(pd.DataFrame([cells], dtype="str"))
    return texts[0], notes


def week(*cells):
    return dict(zip(DAYS, cells, strict=True))


class TestHeadings:
    @pytest.mark.parametrize(
        ("heading", "days", "end"),
        [
            ("Mon", "Mo", ""), ("Monday hours", "Mo", ""), ("Sat opening times", "Sa", ""),
            ("Opening Hours (Mon-Fri)", "Mo-Fr", ""), ("Opening Hours (Sat)", "Sa", ""),
            ("Weekend hours", "Sa-Su", ""), ("Weekday Opening Hours", "Mo-Fr", ""),
            ("Sat & Sun hours", "Sa-Su", ""), ("opening_hours_mon", "Mo", ""),
            ("Bank holiday hours", "PH", ""),
            ("Mon Open", "Mo", "opens"), ("Mon Close", "Mo", "closes"),
            ("mon_opens", "Mo", "opens"), ("mon_closes", "Mo", "closes"),
            ("MonOpen", "Mo", "opens"), ("Monday Closing Time", "Mo", "closes"),
            ("Opens", "Mo-Su", "opens"), ("Closes", "Mo-Su", "closes"),
            ("Opening time", "Mo-Su", "opens"), ("Open until", "Mo-Su", "closes"),
            ("Fri from", "Fr", "opens"), ("Fri to", "Fr", "closes"),
        ],
    )  # fmt: skip
    def test_days_and_ends(self, heading, days, end):
        meant = hours_heading(heading)
        assert meant is not None
        assert (meant.days, meant.end) == (days, end)

    @pytest.mark.parametrize(
        "heading",
        [
            "Opening hours",
            "Hours",
            "Name",
            "Status",
            "Open after dark",
            "Mon Fri",
            "",
            "Sunday so",
            "From",
            "To",
        ],
    )
    def test_all_others(self, heading):
        assert hours_heading(heading) is None

    def test_a_lone_day_may_be_anything(self):
        assert hours_columns(["Name", "Sat"], {}) == (
            (),
            ("not read, although it may be about opening hours: 'Sat'",),
        )
        assert hours_columns(["Name", "Sat", "Sun"], {})[0] == ("Sat", "Sun")
        assert hours_columns(["Name", "Sat hours"], {})[0] == ("Sat hours",)

    def test_what_opens_and_never_closes_is_named(self):
        taken, notes = hours_columns(["Opens", "Sat Open", "Sat Close", "Term hours"], {})
        assert taken == ("Sat Open", "Sat Close")
        assert notes == (
            "opening hours are put together from 'Sat Open' and 'Sat Close'",
            "not read, although it may be about opening hours: 'Opens' and 'Term hours'",
        )

    def test_the_second_of_two_is_named(self):
        taken, notes = hours_columns([*DAYS, "Monday"], {})
        assert taken == DAYS
        assert notes[1].endswith("'Monday'")

    def test_columns_of_other_fields_are_left_alone(self):
        header = ["Opening hours", "Open after dark", "opening_hours:kitchen", "Status"]
        assert hours_columns(header, {"Opening hours": "opening_hours"}) == ((), ())
        assert hours_columns(["Opens", "Closes"], {"Opens": "name"})[0] == ()

    def test_says_hours_is_no_matter_for_which_it_is(self):
        assert hours_heading("Mon hours") == HoursHeading("Mo", "", says_hours=True)


class TestRows:
    @pytest.mark.parametrize(
        ("cells", "osm"),
        [
            (week(*["9-5"] * 5, "10-2", "closed"), "Mo-Fr 09:00-17:00; Sa 10:00-14:00; Su off"),
            (week(*["9-5"] * 5, "ask", ""), "Mo-Fr 09:00-17:00; Sa,Su unknown"),
            (week("9-5", "9am-5pm", *[""] * 5), "Tu 09:00-17:00; Mo,We,Th,Fr,Sa,Su unknown"),
            (week(*["09:00-12:00, 13:00-17:00"] * 7), "Mo-Su 09:00-12:00,13:00-17:00"),
            (week(*["09:00-12:00\n13:00-17:00"] * 7), "Mo-Su 09:00-12:00,13:00-17:00"),
            (week(*["09:00-12:00; 13:00-17:00"] * 7), "Mo-Su 09:00-12:00,13:00-17:00"),
            (week(*["24 hours"] * 7), "Mo-Su 00:00-24:00"),
            (week(*["6pm-2am"] * 6, ""), "Mo-Sa 18:00-02:00; Su unknown"),
            (week("", "", "", "", "9am-5pm", "", ""), "Fr 09:00-17:00; Mo,Tu,We,Th,Sa,Su unknown"),
            (week(*["9am-5pm"] * 6, "by appointment"), "Mo-Sa 09:00-17:00; Su unknown"),
            (week(*["9am-5pm"] * 6, "Closed") | {"Bank holidays": "closed"},
             "Mo-Sa 09:00-17:00; Su off; PH off"),
            (week(*["9am-5pm"] * 6, "") | {"Bank holidays": "varies"},
             "Mo-Sa 09:00-17:00; Su unknown; PH unknown"),
            ({"Opening Hours (Mon-Fri)": "9-5", "Opening Hours (Sat)": "9am-1pm"},
             "Mo-Fr 09:00-17:00; Sa 09:00-13:00; Su unknown"),
            ({"Weekday hours": "9am-5pm", "Weekend hours": "closed"},
             "Mo-Fr 09:00-17:00; Sa-Su off"),
            ({"Opens": "09:00:00", "Closes": "17:30:00"}, "Mo-Su 09:00-17:30"),
            ({"Opens": "900", "Closes": "1730"}, "Mo-Su 09:00-17:30"),
            ({"Opens": "0.375", "Closes": "0.7291666666666666"}, "Mo-Su 09:00-17:30"),
            ({"Opens": "1899-12-31T09:00:00", "Closes": "1900-01-00 17:30:00"},
             "Mo-Su 09:00-17:30"),
            ({"Opens": "9am", "Closes": "late"}, "Mo-Su 09:00+"),
            ({"Opens": "24 hours", "Closes": "24 hours"}, "Mo-Su 00:00-24:00"),
            (dict.fromkeys(ENDS, "closed") | {"Mon Open": "9", "Mon Close": "17"},
             "Mo 09:00-17:00; Tu-Su off"),
        ],
    )  # fmt: skip
    def test_what_a_row_says(self, cells, osm):
        text, _ = join(**cells)
        assert text == osm
        assert read_rules(text).osm == osm

    @pytest.mark.parametrize(
        "cells",
        [
            {"Opens": "09:00", "Closes": "09:00"},
            {"Opens": "09:00", "Closes": ""},
            {"Opens": "closed", "Closes": "17:00"},
            {"Opens": "00:00", "Closes": "00:00"},
            {"Opens": "9", "Closes": "5"},
            {"Opens": "11:00", "Closes": "05:00"},
            week(*["call us"] * 7),
            week("9-5", "", "", "", "", "", ""),
            week("9am-5pm Tue-Fri 10am-4pm", "", "", "", "", "", ""),
        ],
    )
    def test_what_cannot_be_read_is_never_open(self, cells):
        text, notes = join(**cells)
        rules = read_rules(text)
        assert not rules.osm
        assert rules.reason != "no hours are given"
        assert any("cannot be read" in note for note in notes)

    def test_nothing_given(self):
        assert join(**week(*[""] * 7)) == ("", ())

    @pytest.mark.parametrize(
        ("whole", "sat", "osm"),
        [
            ("Mo-Fr 09:00-17:00", "", "Mo-Fr 09:00-17:00"),
            ("Mo-Fr 09:00-17:00", "10am-2pm", "Mo-Fr 09:00-17:00; Sa 10:00-14:00"),
            ("Mo-Sa 09:00-17:00", "9am-5pm", "Mo-Sa 09:00-17:00"),
            ("Mo-Sa 09:00-17:00", "10am-2pm", "Mo-Fr 09:00-17:00; Sa unknown"),
            ("Mo-Sa 09:00-17:00", "closed", "Mo-Fr 09:00-17:00; Sa off"),
            ("Mo[1] 09:00-17:00", "10am-2pm", "Mo[1] 09:00-17:00; Sa unknown"),
            ("ask inside", "10am-2pm", "ask inside"),
            ("", "10am-2pm", "Sa 10:00-14:00; Mo,Tu,We,Th,Fr,Su unknown"),
        ],
    )  # fmt: skip
    def test_beside_a_column_of_all_hours(self, whole, sat, osm):
        assert join(**{"Opening hours": whole, "Sat hours": sat})[0] == osm

    def test_the_notes_count_rows(self):
        rows = [week(*["9am-5pm"] * 7), week(*["9am-5pm"] * 6, ""), week(*["9am-5pm"] * 6, "ask")]
        _, notes = joined_hours(pd.DataFrame(rows))
        assert notes == (
            "1 row without hours of some days, which then are not known",
            "1 row with hours of days that cannot be read or disagree, which then are not known",
        )

    def test_a_day_without_hours_is_unknown_and_one_closed_is_closed(self):
        text, _ = join(**week(*["9am-5pm"] * 5, "closed", ""))
        table = hours_of_week([text], date(2026, 11, 23)).table[0].reshape(7, 24)
        assert (table[0] == OPEN).sum() == 7
        assert not table[5].any()
        assert (table[6, :23] == UNKNOWN).all()  # at 23:00 the stay reaches into Monday


HEADER = ("name", "type", "easting", "northing")
VENUE = ("Zq Library", "library", *PLACE)


class TestLists:
    def test_of_premises(self, tmp_path, write, town_area):
        cells = ("9-5", "9-5", "9-5", "9-5", "9-5", "", "closed")
        path = write.csv(
            tmp_path / "l.csv", (*HEADER, *DAYS, "Holiday hours"), [(*VENUE, *cells, "x")]
        )
        found = read_premises([path], town_area, read_venue_types())
        assert found.table["opening_hours"].tolist() == ["Mo-Fr 09:00-17:00; Su off; Sa unknown"]
        assert [day for day in DAYS if found.matched[day] == "opening_hours"] == list(DAYS)
        said = " ".join(map(str, found.cautions))
        assert "opening hours are put together from 'Mon', 'Tue'" in said
        assert "1 row without hours of some days" in said
        assert "may be about opening hours: 'Holiday hours'" in said

    def test_a_register_with_times_of_a_spreadsheet(self, tmp_path, town_area):
        path = tmp_path / "havens.xlsx"
        row = dict(zip(HEADER, VENUE, strict=True)) | {
            end: time(9) if end.endswith("Open") else time(17, 30) for end in ENDS[:10]
        }
        pd.DataFrame([row | dict.fromkeys(ENDS[10:], "Closed")]).to_excel(path, index=False)
        found = read_havens(path, town_area, today=date(2026, 11, 22))
        assert found.table["opening_hours"].tolist() == ["Mo-Fr 09:00-17:30; Sa-Su off"]
        assert not set(ENDS) & set(found.unread)

    def test_a_contact_in_a_cell_is_not_shown(self, tmp_path, town_area, write):
        cells = ("ring Jane 07700 900123", *["9am-5pm"] * 6)
        path = write.csv(tmp_path / "havens.csv", (*HEADER, *DAYS), [(*VENUE, *cells)])
        found = read_havens(path, town_area, today=date(2026, 11, 22))
        assert found.table["opening_hours"].tolist() == ["Tu-Su 09:00-17:00; Mo unknown"]

    @pytest.mark.parametrize(
        ("told", "hours"),
        [
            ('opening_hours = ["Notes"]', ["24/7"]),
            ('opening_hours = ["Mon"]', ["Mo-Su 09:00-17:00"]),
            ("opening_hours = []", [""]),
        ],
    )
    def test_what_somebody_said_goes_first(self, tmp_path, write, town_area, told, hours):
        """One column of all hours is that alone; one of a day stands for all of them."""
        cells = ["9am-5pm"] * 7
        path = write.csv(tmp_path / "l.csv", (*HEADER, *DAYS, "Notes"), [(*VENUE, *cells, "24/7")])
        (tmp_path / "columns.toml").write_text(f"[premises]\n{told}\n", encoding="utf-8")
        found = read_premises([path], town_area, read_venue_types())
        assert found.table["opening_hours"].fillna("").tolist() == hours

    def test_the_first_column_is_proposed(self, tmp_path, write):
        folder = tmp_path / "premises"
        folder.mkdir()
        path = write.csv(folder / "l.csv", (*HEADER, *DAYS), [(*VENUE, *["9am-5pm"] * 7)])
        assert guessed_columns(path, "premises").guesses["opening_hours"] == "Mon"
