"""The year of one venue: the week as it is, the days that differ, and both in words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from csp_geo.decisions.opening import Place, open_at, timetable
from csp_geo.inputs.venues.opening_rules import CLOSED, OPEN, UNKNOWN
from csp_geo.products.hours_words import page_hours, say_spans, say_time, usual_hours

FIRST, LAST = date(2026, 11, 20), date(2027, 11, 30)
BARKING = Place(latitude=51.54, longitude=0.08)


def year(text, **options):
    return timetable(text, FIRST, LAST, **options)


class TestTimetable:
    def test_a_plain_week_and_bank_holidays_off(self):
        table = year("Mo-Fr 09:00-17:30; Sa 10:00-16:00; PH off")
        assert table.week[0] == ((540, 1050, OPEN),)
        assert table.week[6] == ()
        assert table.on(date(2026, 12, 25)) == ()  # a Friday
        assert table.on(date(2026, 12, 28)) == ()  # the Monday for Boxing Day, a Saturday
        assert table.on(date(2026, 12, 29)) == table.week[1]
        assert set(table.other_days) <= set(table.holidays)

    def test_silent_on_bank_holidays_is_unknown_then_and_never_open(self):
        table = year("Mo-Sa 08:00-20:00")
        assert table.on(date(2026, 12, 25)) == ((480, 1200, UNKNOWN),)
        assert year("24/7").on(date(2026, 12, 25)) == ((0, 1440, OPEN),)

    def test_past_midnight(self):
        assert year("Fr-Sa 18:00-02:00").week[4] == ((1080, 1560, OPEN),)

    @pytest.mark.parametrize("text", ["", None, "9-5", "nonsense", "sunrise-22:00"])
    def test_not_known(self, text):
        table = year(text)
        assert table.reason
        assert not any(table.week)
        assert page_hours(table) == {}
        assert usual_hours(table) == [("Opening hours", "not known")]

    def test_by_the_sun_where_the_place_is_known(self):
        table = year("08:00-sunset; PH off", place=BARKING)
        assert not table.reason
        assert len(table.other_days) > 300

    def test_the_week_is_that_of_now(self):
        table = year("Apr-Sep 09:00-20:00; Oct-Mar 09:00-17:00; PH off")
        assert table.week[0] == ((540, 1020, OPEN),)
        assert table.on(date(2027, 6, 1)) == ((540, 1200, OPEN),)
        assert usual_hours(table)[-1] == ("Other times of the year", "hours may differ")

    @pytest.mark.parametrize("text", ["Mo[1] 10:00-12:00", "Mo[3] 10:00-12:00"])
    def test_one_monday_of_a_month_is_neither_closed_nor_every_week(self, text):
        assert usual_hours(year(text))[0] == ("Monday", "hours vary")

    def test_one_dated_closure_leaves_the_week_as_it_is(self):
        lines = usual_hours(year("Mo-Su 09:00-17:00; Dec 23 off; PH off"))
        assert lines[0] == ("Every day", "9am to 5pm")

    def test_too_short_a_time_has_no_usual_week(self):
        table = timetable("Mo-Su 09:00-17:00; PH off", FIRST, FIRST)
        assert table.week == ((),) * 7
        assert table.on(FIRST) == ((540, 1020, OPEN),)

    @pytest.mark.parametrize(
        "text", ["Mo-Fr 09:00-17:30; PH off", "Fr-Sa 18:00-02:00; PH off", "24/7"]
    )
    def test_agrees_with_the_hours_that_siting_uses(self, text):
        """At every hour of the days around Christmas: open for 30 more minutes, or not."""
        table, day = year(text), date(2026, 12, 18)
        for number in range(24 * 14):
            at = datetime.combine(day, time(0, 10)) + timedelta(hours=number)
            state = open_at([text], at, place=BARKING)[0]
            spans = [
                (start - 1440 * back, end - 1440 * back)
                for back in range(3)
                for start, end, _ in table.on(at.date() - timedelta(days=back))
            ]
            minutes = np.arange(30) + at.hour * 60 + at.minute
            held = np.any([(s <= minutes) & (minutes < e) for s, e in spans], axis=0)
            assert (state == OPEN) == bool(spans and held.all())
            assert state in {OPEN, CLOSED}


class TestWords:
    @pytest.mark.parametrize(
        ("minutes", "said"),
        [
            *((0, "midnight"), (720, "midday"), (540, "9am"), (1050, "5:30pm"), (745, "12:25pm")),
            *((1440, "midnight"), (1560, "2am"), (5, "12:05am")),
        ],
    )
    def test_times(self, minutes, said):
        assert say_time(minutes) == said

    def test_spans(self):
        assert say_spans(()) == "closed"
        assert say_spans(((540, 780, OPEN), (840, 1020, OPEN))) == "9am to 1pm and 2pm to 5pm"
        assert say_spans(((0, 1440, OPEN),)) == "day and night"
        assert say_spans(((0, 1440, UNKNOWN),)) == "not known"
        assert say_spans(((540, 780, UNKNOWN),)) == "9am to 1pm (not certain)"

    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("24/7", [("Every day", "day and night")]),
            (
                "Mo-Fr 09:00-17:30; Sa 10:00-16:00; PH off",
                [
                    *(("Monday to Friday", "9am to 5:30pm"), ("Saturday", "10am to 4pm")),
                    *(("Sunday", "closed"), ("Bank holidays", "closed")),
                ],
            ),
            (
                "Mo-Su 08:00-23:00",
                [("Every day", "8am to 11pm"), ("Bank holidays", "not known")],
            ),
            (
                "Sa-Su 11:00-15:00; PH 12:00-14:00; Dec 25 off",
                [
                    *(("Monday to Friday", "closed"), ("Saturday and Sunday", "11am to 3pm")),
                    ("Bank holidays", "hours vary"),
                ],
            ),
        ],
    )
    def test_the_week_in_words(self, text, lines):
        assert usual_hours(year(text)) == lines


@pytest.mark.parametrize(
    ("text", "day", "states"),
    [
        ("Mo-Fr 08:00-20:00; Sa,Su off; PH 10:00-16:00", date(2027, 12, 25), {UNKNOWN}),  # Saturday
        ("Mo-Fr 08:00-20:00; Sa,Su off; PH 10:00-16:00", date(2027, 12, 27), {OPEN}),  # instead
        ("Mo-Fr 08:00-20:00; Sa,Su off; PH 10:00-16:00", date(2026, 12, 25), {UNKNOWN}),  # a Friday
        ("Mo-Fr 08:00-20:00; PH 08:00-20:00", date(2026, 12, 25), {OPEN}),  # as on any Friday
        ("Mo-Fr 08:00-20:00; PH off", date(2026, 12, 25), set()),
        ("24/7", date(2027, 12, 25), {OPEN}),
    ],
)
def test_hours_of_bank_holidays_on_a_weekend_and_at_christmas_are_not_certain(text, day, states):
    assert {state for *_, state in timetable(text, FIRST, date(2027, 12, 31)).on(day)} == states
