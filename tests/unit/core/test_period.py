"""Periods: what may be asked for, and which days it means."""

from __future__ import annotations

from datetime import date

import pytest

from csp_geo.core.errors import SettingsError
from csp_geo.core.period import Period, month_end, months_before, parse_period, say_span

MONDAY = date(2021, 12, 6)


class TestInputs:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "28",
            "28 d",
            "-7d",
            "0d",
            "2021",
            "2021-1",
            "2021-13",
            "2021-00",
            "2021-11-08",
            "2021-02-01..2021-02-30",
            "2021-11-08..",
            "2021-10..2021-11-08",
            "last month",
        ],
    )
    def test_refused(self, text):
        with pytest.raises(SettingsError, match=r"is not a period. Write 28d, 2023-01"):
            parse_period(text, MONDAY)

    def test_backwards(self):
        with pytest.raises(SettingsError, match="ends before it begins"):
            parse_period("2021-11..2021-10", MONDAY)

    @pytest.mark.parametrize("text", ["2021-12", "2021-11-29..2021-12-06", "2021-11..2022-01"])
    def test_not_over_on_the_day(self, text):
        """The last day must be before `as_of`; the message says what to change."""
        with pytest.raises(SettingsError, match=r"is not over on 2021-12-06.*--as-of"):
            parse_period(text, MONDAY)

    def test_the_last_month_of_the_calendar_is_refused(self):
        with pytest.raises(SettingsError):
            parse_period("9999-12", MONDAY)


class TestOutputs:
    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("28d", date(2021, 11, 8), date(2021, 12, 5)),
            ("7d", date(2021, 11, 29), date(2021, 12, 5)),
            ("1d", date(2021, 12, 5), date(2021, 12, 5)),
            ("2021-11", date(2021, 11, 1), date(2021, 11, 30)),
            ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
            ("2020-12..2021-11", date(2020, 12, 1), date(2021, 11, 30)),
            ("2021-11-08..2021-12-05", date(2021, 11, 8), date(2021, 12, 5)),
            ("  28d ", date(2021, 11, 8), date(2021, 12, 5)),
        ],
    )
    def test_days(self, text, first, last):
        assert parse_period(text, MONDAY) == Period(first, last)

    @pytest.mark.parametrize(
        ("first", "last", "whole"),
        [
            (date(2021, 11, 1), date(2021, 11, 30), True),
            (date(2020, 12, 1), date(2021, 11, 30), True),
            (date(2021, 2, 1), date(2021, 2, 28), True),
            (date(2020, 2, 1), date(2020, 2, 28), False),
            (date(2021, 11, 2), date(2021, 11, 30), False),
            (date(2021, 11, 1), date(2021, 11, 29), False),
        ],
    )
    def test_whole_months(self, first, last, whole):
        assert Period(first, last).whole_months is whole

    def test_28_days_of_february_are_a_whole_month(self):
        assert parse_period("28d", date(2021, 3, 1)).whole_months

    def test_days_count_both_ends(self):
        assert Period(date(2021, 11, 8), date(2021, 12, 5)).days == 28
        assert Period(date(2021, 11, 8), date(2021, 11, 8)).days == 1

    @pytest.mark.parametrize(
        ("day", "months", "before"),
        [
            (date(2021, 12, 5), 12, date(2020, 12, 5)),
            (date(2021, 3, 31), 1, date(2021, 2, 28)),
            (date(2020, 3, 31), 1, date(2020, 2, 29)),
            (date(2021, 1, 15), 1, date(2020, 12, 15)),
            (date(2021, 1, 31), 24, date(2019, 1, 31)),
            (date(2020, 2, 29), 12, date(2019, 2, 28)),
        ],
    )
    def test_months_before(self, day, months, before):
        assert months_before(day, months) == before

    def test_month_end(self):
        assert month_end(2020, 2) == date(2020, 2, 29)
        assert month_end(2021, 12) == date(2021, 12, 31)

    def test_look_back_counts_from_the_last_day(self):
        """24 months up to 5 December 2021 begin on 6 December 2019; April 2021 is among them."""
        period = parse_period("28d", MONDAY)
        assert period.window_start(24) == date(2019, 12, 6)
        assert period.window_start(0) == period.first

    def test_look_back_never_shortens_the_period(self):
        assert parse_period("2019-01..2021-11", MONDAY).window_start(12) == date(2019, 1, 1)

    @pytest.mark.parametrize(
        ("first", "last", "words"),
        [
            (date(2023, 1, 1), date(2023, 1, 31), "January 2023"),
            (date(2022, 2, 1), date(2023, 1, 31), "February 2022 to January 2023"),
            (date(2021, 11, 1), date(2021, 11, 28), "1 to 28 November 2021"),
            (date(2021, 11, 8), date(2021, 12, 5), "8 November to 5 December 2021"),
            (date(2021, 12, 30), date(2022, 1, 2), "30 December 2021 to 2 January 2022"),
            (date(2021, 9, 3), date(2021, 9, 3), "3 September 2021"),
        ],
    )
    def test_words(self, first, last, words):
        assert say_span(first, last) == words
