"""Dates and times: texts to instants, and never a guess at the order of day and month."""

from __future__ import annotations

import pandas as pd
import pytest

from csp_geo.inputs.when.dates import put_on_clock, read_dates, read_times
from csp_geo.inputs.when.times import read_time_spans


def read(*texts, **options):
    return read_dates(pd.Series(texts, dtype="str"), **options)


class TestInputs:
    @pytest.mark.parametrize(
        "text",
        [
            "31/02/2021",
            "2021-02-29",
            "13/13/2021",
            "32/01/2021",
            "1/1/1",
            "44503",
            "yesterday",
            "2021",
            "11/25/2021",
            "2021-11-03T",
            "2021113",
            "12.10 11.2021",
            "03/11 2021",
            "3 Nov 21 0540",
            "14:20 31/02/2021",
            "0",
        ],
    )
    def test_unreadable(self, text):
        dated = read(text)
        assert dated.unreadable.all()
        assert dated.at.isna().all()
        assert not dated.missing.any()

    @pytest.mark.parametrize("text", ["", "   "])
    def test_missing_is_not_unreadable(self, text):
        dated = read(text)
        assert dated.missing.all()
        assert not dated.unreadable.any()

    def test_none_counts_as_missing(self):
        assert read_dates(pd.Series([None, "03/11/2021"], dtype="str")).missing.tolist() == [
            True,
            False,
        ]

    @pytest.mark.parametrize("text", ["25:10", "14:60", "evening", "unknown", "0.597"])
    def test_no_time_of_day(self, text):
        since, unreadable = read_times(pd.Series([text], dtype="str"))
        assert unreadable.all()
        assert since.isna().all()

    def test_bad_time_beside_a_date_keeps_the_day(self):
        dated = read("03/11/2021 25:00")
        assert dated.at.loc[0] == pd.Timestamp("2021-11-03")
        assert dated.precision[0] == "day"
        assert dated.unreadable_time[0]


class TestOutputs:
    @pytest.mark.parametrize(
        ("text", "at", "precision"),
        [
            ("2021-11-03", "2021-11-03", "day"),
            ("03/11/2021", "2021-11-03", "day"),
            ("3/11/2021", "2021-11-03", "day"),
            ("03-11-2021", "2021-11-03", "day"),
            ("03.11.2021", "2021-11-03", "day"),
            ("2021/11/03", "2021-11-03", "day"),
            ("20211103", "2021-11-03", "day"),
            ("03/11/21", "2021-11-03", "day"),
            ("3 November 2021", "2021-11-03", "day"),
            ("3 Nov 2021", "2021-11-03", "day"),
            ("03-Nov-2021", "2021-11-03", "day"),
            ("03-Nov-21", "2021-11-03", "day"),
            ("Wednesday 3 November 2021", "2021-11-03", "day"),
            ("Wed 3 Nov 2021", "2021-11-03", "day"),
            ("  03/11/2021  ", "2021-11-03", "day"),
            ("3  Nov  2021", "2021-11-03", "day"),
            ("03/11/2021 14:20", "2021-11-03 14:20", "minute"),
            ("03/11/2021 14:20:31", "2021-11-03 14:20:31", "minute"),
            ("2021-11-03T14:20", "2021-11-03 14:20", "minute"),
            ("2021-11-03 14:20:00", "2021-11-03 14:20", "minute"),
            ("2021-11-03T14:20:00Z", "2021-11-03 14:20", "minute"),
            ("2021-07-03T14:20:00Z", "2021-07-03 15:20", "minute"),
            ("2021-07-03T14:20:00.000+00:00", "2021-07-03 15:20", "minute"),
            ("2021-07-03T00:30:00+02:00", "2021-07-02 23:30", "minute"),
            ("31OCT2022:21:45:00", "2022-10-31 21:45", "minute"),
            ("31OCT22:21:45:00", "2022-10-31 21:45", "minute"),
            ("15-MAY-22 01.20.00.000000 PM", "2022-05-15 13:20", "minute"),
            ("2021-11", "2021-11-01", "month"),
            ("2021/11", "2021-11-01", "month"),
            ("November 2021", "2021-11-01", "month"),
            ("Nov 2021", "2021-11-01", "month"),
            ("11/2021", "2021-11-01", "month"),
        ],
    )
    def test_texts_to_instants(self, text, at, precision):
        dated = read(text)
        assert dated.at.loc[0] == pd.Timestamp(at)
        assert dated.precision[0] == precision
        assert not dated.unreadable[0]

    @pytest.mark.parametrize(
        ("text", "hours"),
        [
            ("14:20", 14 + 20 / 60),
            ("14:20:30", 14 + 20 / 60 + 30 / 3600),
            ("14.20", 14 + 20 / 60),
            ("1420", 14 + 20 / 60),
            ("2:20 PM", 14 + 20 / 60),
            ("2:20pm", 14 + 20 / 60),
            ("12:05 AM", 5 / 60),
            ("00:00", 0),
            ("1899-12-31 14:20:00", 14 + 20 / 60),
            ("17:15:00.000+01:00", 17.25),
            ("17:15:00Z", 17.25),
            ("05.15.00 PM", 17.25),
        ],
    )
    def test_times(self, text, hours):
        since, unreadable = read_times(pd.Series([text], dtype="str"))
        assert since[0] == pd.Timedelta(hours=hours).round("s")
        assert not unreadable[0]

    def test_no_time_is_neither_read_nor_unreadable(self):
        since, unreadable = read_times(pd.Series([""], dtype="str"))
        assert since.isna().all()
        assert not unreadable.any()

    def test_index_is_kept(self):
        series = pd.Series(["03/11/2021", "x", "03/11/2021"], index=[7, 3, 5], dtype="str")
        dated = read_dates(series)
        assert list(dated.at.index) == [7, 3, 5]
        assert dated.unreadable.tolist() == [False, True, False]


class TestOtherForms:
    @pytest.mark.parametrize(
        ("text", "at", "precision"),
        [
            ("3rd November 2021", "2021-11-03", "day"),
            ("1st of November 2021", "2021-11-01", "day"),
            ("November 3, 2021", "2021-11-03", "day"),
            ("3 Sept 2021", "2021-09-03", "day"),
            ("3 Nov 21", "2021-11-03", "day"),
            ("03.11.21", "2021-11-03", "day"),
            ("03-11-21", "2021-11-03", "day"),
            ("03/11/2021 2pm", "2021-11-03 14:00", "minute"),
            ("03/11/2021 2:20 PM", "2021-11-03 14:20", "minute"),
            ("03/11/2021 14.20", "2021-11-03 14:20", "minute"),
            ("03/11/2021 1420", "2021-11-03 14:20", "minute"),
            ("03/11/2021 at 14:20 hrs", "2021-11-03 14:20", "minute"),
            ("3 Nov 2021, 14:20", "2021-11-03 14:20", "minute"),
            ("Nov-21", "2021-11-01", "month"),
            ("14:20 03/11/2021", "2021-11-03 14:20", "minute"),
            ("Wed 03 Nov 21 @ 0540hrs", "2021-11-03 05:40", "minute"),
            ("03/11/2021 @ 0540 hrs", "2021-11-03 05:40", "minute"),
            ("3rd November 2021 at 5.40pm", "2021-11-03 17:40", "minute"),
            ("03/11/21 05:40hrs", "2021-11-03 05:40", "minute"),
            ("03/11/2021 0540", "2021-11-03 05:40", "minute"),
            ("03/11/21 0540", "2021-11-03 05:40", "minute"),
            ("2021-11-03 0540", "2021-11-03 05:40", "minute"),
            ("03.11.2021 05h40", "2021-11-03 05:40", "minute"),
            ("3 Nov 21 at 0540", "2021-11-03 05:40", "minute"),
            ("0540hrs on 3 Nov 21", "2021-11-03 05:40", "minute"),
            ("Nov 21 2021", "2021-11-21", "day"),  # a year is no time
            ("3 Nov 2021", "2021-11-03", "day"),
            ("2.20pm on Wed 3rd November 2021", "2021-11-03 14:20", "minute"),
            ("noon, 2021-11-03", "2021-11-03 12:00", "minute"),
            ("1.30 3.11.2021", "2021-11-03 01:30", "minute"),
        ],
    )
    def test_dates(self, text, at, precision):
        dated = read(text)
        assert dated.at.loc[0] == pd.Timestamp(at)
        assert dated.precision[0] == precision
        assert not dated.unreadable_time[0]

    @pytest.mark.parametrize(
        "text",
        ["w/c 1 November 2021", "W/C 01/11/2021", "w/c: 2021-11-01", "week commencing 1st Nov 2021",
         "wc 1 Nov 2021", "wk beginning 01/11/21", "w/e 7 November 2021", "week ending 07/11/2021"],
    )  # fmt: skip
    def test_weeks(self, text):
        dated = read(text)
        assert dated.at.loc[0] == pd.Timestamp("2021-11-01")
        assert dated.week[0]

    @pytest.mark.parametrize("text", ["Wed 3 Nov 2021", "3 Nov 2021"])
    def test_a_day_is_no_week(self, text):
        assert not read(text).week[0]

    def test_excel_serials_where_the_column_is_mostly_so(self):
        dated = read("44503", "44503.597222222", "44504", "05/11/2021", "")
        assert dated.at.iloc[:4].tolist() == [
            pd.Timestamp(text)
            for text in ("2021-11-03", "2021-11-03 14:20", "2021-11-04", "2021-11-05")
        ]
        assert dated.precision.tolist()[:3] == ["day", "minute", "day"]
        assert dated.serial.tolist() == [True, True, True, False, False]

    @pytest.mark.parametrize(
        "column",
        [
            ("44503", "44504", "03/11/2021", "04/11/2021", "05/11/2021"),
            ("44503", "44504"),
            ("19999", "60001", "19998"),
        ],
    )
    def test_numbers_that_are_no_serials(self, column):
        dated = read(*column)
        numbers = [not text.count("/") for text in column]
        assert dated.unreadable.tolist() == numbers

    def test_the_end_of_a_day(self):
        dated = read("03/11/2021 24:00")
        assert dated.at.loc[0] == pd.Timestamp("2021-11-03")
        assert dated.midnight[0]
        assert not dated.unreadable_time[0]

    @pytest.mark.parametrize(
        ("text", "clock"),
        [
            ("2pm", "14:00"),
            ("2 p.m.", "14:00"),
            ("2.30pm", "14:30"),
            ("12am", "00:00"),
            ("14.20", "14:20"),
            ("1420", "14:20"),
            ("1420hrs", "14:20"),
            ("14h20", "14:20"),
        ],
    )
    def test_times_as_text(self, text, clock):
        since, unreadable = read_times(pd.Series([text], dtype="str"))
        assert since[0] == pd.Timedelta(f"{clock}:00")
        assert not unreadable[0]

    @pytest.mark.parametrize(
        ("text", "since", "until"),
        [
            ("22:00 - 23:00", 22, 23),
            ("2200-2300", 22, 23),
            ("22:00 to 02:00", 22, 26),
            ("2 - 4pm", 14, 16),
            ("22:00 \u2013 24:00", 22, 24),
        ],
    )
    def test_two_times_in_a_cell_are_an_interval(self, text, since, until):
        start, end, unreadable = read_time_spans(pd.Series([text], dtype="str"))
        assert (start[0], end[0]) == (pd.Timedelta(hours=since), pd.Timedelta(hours=until))
        assert not unreadable[0]

    def test_excel_fractions_where_the_column_is_so(self):
        since, _ = read_times(pd.Series(["0.597222222", "0.5", "0.385416667", ""], dtype="str"))
        assert since.tolist()[:3] == [
            pd.Timedelta(text) for text in ("14:20:00", "12:00:00", "09:15:00")
        ]

    @pytest.mark.parametrize(
        ("column", "clocks"),
        [
            (("5", "40", "905", "1405", ""), ["00:05", "00:40", "09:05", "14:05", None]),
            (("0.0", "40.0", "2359.0"), ["00:00", "00:40", "23:59"]),
            (("5", "100"), ["00:05", "01:00"]),
            (("5", "2400"), ["00:05", "24:00"]),
            (("5", "99"), [None, None]),  # no number has an hour of its own
            (("5", "1460"), [None, None]),
            (("5", "2401"), [None, None]),
            (("5", "14:05"), [None, "14:05"]),
            (("14", "22"), [None, None]),
            (("130",), ["01:30"]),
            (("4500", "85900", "181000"), ["00:45", "08:59", "18:10"]),
            (("4500", "240000"), ["00:45", "24:00"]),
            (("4500", "240001"), ["00:45", None]),
            (("4560", "181000"), [None, "18:10"]),
        ],
    )
    def test_times_that_lost_their_first_noughts(self, column, clocks):
        since, unreadable = read_times(pd.Series(column, dtype="str"))
        said = [None if clock is None else pd.Timedelta(f"{clock}:00") for clock in clocks]
        assert [None if pd.isna(one) else one for one in since] == said
        assert unreadable.tolist() == [
            bool(cell) and clock is None for cell, clock in zip(column, clocks, strict=True)
        ]

    @pytest.mark.parametrize("text", ["noon", "Midday", "12 noon", "mid-day"])
    def test_noon_in_words(self, text):
        since, unreadable = read_times(pd.Series([text], dtype="str"))
        assert since.tolist() == [pd.Timedelta(hours=12)]
        assert not unreadable[0]


class TestOrderOfDayAndMonth:
    def test_iso_is_never_month_first(self):
        dated = read("2021-11-03", "11/25/2021", "2021-03-11T10:00")
        assert dated.at.dt.month.tolist()[::2] == [11, 3]

    def test_the_evidence_is_the_row_and_the_number(self):
        dated = read("03/04/2021", "2021-11-03", "11/25/2021", "12/26/2021")
        assert dated.evidence == (2, "25")
        assert read("03/04/2021").evidence is None

    def test_the_end_of_an_interval_has_the_order_of_its_start(self):
        start, end = (pd.Series([text], dtype="str") for text in ("11/25/2021", "03/04/2021"))
        assert read_dates(end, beside=start).unreadable.all()
        assert not read_dates(end).unreadable.any()

    def test_without_evidence_british_order(self):
        dated = read("03/04/2021", "05/06/2021")
        assert not dated.month_first
        assert dated.at.dt.month.tolist() == [4, 6]

    def test_month_first_column_quarantines_what_fits_both(self):
        """One value fits only month-first, none only day-first: nothing ambiguous is read."""
        dated = read("03/04/2021", "11/25/2021", "2021-11-03", "3 Nov 2021")
        assert dated.month_first
        assert dated.unreadable.tolist() == [True, True, False, False]

    def test_mixed_orders_leave_only_what_fits_day_first_alone(self):
        dated = read("13/01/2023", "01/13/2023", "05/01/2023", "06/01/2023", "x")
        assert dated.month_first
        assert dated.n_orders == (1, 1)
        assert dated.unreadable.tolist() == [False, True, True, True, True]
        assert dated.open_order.tolist() == [False, True, True, True, False]

    @pytest.mark.parametrize(("n", "is_open"), [(18, True), (19, False)])
    def test_a_slip_costs_only_itself(self, n, is_open):
        """1 in 20 is a slip, more is not; the same date counts as often as it stands there."""
        dated = read("03/04/2021", "11/25/2021", *["25/11/2021"] * n)
        assert dated.month_first == is_open
        assert dated.unreadable.tolist()[:3] == [is_open, True, False]
        assert dated.evidence == (1, "25")

    @pytest.mark.parametrize(("slips", "month_first"), [(100, False), (101, True)])
    def test_slips_are_a_twentieth_at_most(self, slips, month_first):
        dated = read(*["11/25/2021"] * slips, *["25/11/2021"] * (2000 - slips))
        assert dated.month_first == month_first

    @pytest.mark.parametrize(("n", "proven"), [(4, False), (5, True)])
    def test_five_dates_prove_a_column_month_first(self, n, proven):
        dated = read(*["04/13/2021"] * n, "03/04/2021", "unknown", "")
        assert (dated.read_month_first, dated.month_first) == (proven, not proven)
        assert dated.n_orders == (n, 0)
        march = pd.Timestamp("2021-03-04") if proven else pd.NaT
        assert dated.at.iloc[n] is march or dated.at.iloc[n] == march
        assert dated.unreadable.tolist() == [*[not proven] * (n + 1), True, False]

    @pytest.mark.parametrize(("n", "proven"), [(10, True), (11, False)])
    def test_a_third_of_the_dates_proves_it(self, n, proven):
        dated = read(*["04/13/2021"] * 5, *["03/04/2021"] * n)
        assert dated.read_month_first == proven
        assert dated.unreadable.all() != proven

    def test_one_contrary_date_leaves_it_open(self):
        dated = read(*["04/13/2021"] * 10, "13/04/2021", "03/04/2021")
        assert dated.month_first
        assert not dated.read_month_first
        assert dated.unreadable.tolist() == [*[True] * 10, False, True]

    @pytest.mark.parametrize(
        "other",
        ["2021-03-04", "3 Nov 2021", "March 2021", "44503", "03-04-2021", "20210304", "2021/03/04",
         "2021-03-04T10:00:00Z", "approx 03/04/2021"],
    )  # fmt: skip
    def test_one_date_of_another_form_leaves_it_open(self, other):
        """A spreadsheet may have turned that one round."""
        dated = read(*["04/13/2021"] * 10, "03/04/2021", other)
        assert dated.month_first
        assert dated.unreadable.tolist()[:11] == [True] * 11

    def test_both_ends_of_an_interval_prove_it_together(self):
        start = pd.Series(["04/13/2021", "03/04/2021", "03/04/2021"], dtype="str")
        end = pd.Series(["04/14/2021"] * 4, dtype="str")
        assert read_dates(start, beside=end).at.dt.month.tolist() == [4, 3, 3]
        assert read_dates(end, beside=start).read_month_first
        assert not read_dates(start, beside=end.iloc[:3]).read_month_first
        contrary = pd.Series(["14/04/2021", *end], dtype="str")
        assert not read_dates(start, beside=contrary).read_month_first

    @pytest.mark.parametrize(
        ("cell", "at"),
        [
            ("3/4/21", "2021-03-04"),
            ("03/04/2021 2:20 PM", "2021-03-04 14:20"),
            ("Thu 03/04/2021", "2021-03-04"),
            ("14:20 03/04/2021", "2021-03-04 14:20"),
            ("03/04/2021 14:20 GMT", "2021-03-04 14:20"),
        ],
    )
    def test_forms_of_a_month_first_column(self, cell, at):
        dated = read(*["04/13/2021"] * 5, cell)
        assert dated.at.iloc[5] == pd.Timestamp(at)
        assert not dated.other_weekday.any()

    def test_month_first_with_times_and_short_years(self):
        dated = read("03/04/21 14:20", "11/25/21 10:00")
        assert dated.month_first
        assert dated.unreadable.all()

    def test_a_format_of_the_source_settles_it(self):
        dated = read("03/04/2021", "11/25/2021", formats=("%m/%d/%Y",))
        assert not dated.month_first
        assert dated.at.tolist() == [pd.Timestamp("2021-03-04"), pd.Timestamp("2021-11-25")]

    def test_a_format_with_hours_is_to_the_minute(self):
        dated = read("Nov 3 2021 02:20PM", formats=("%b %d %Y %I:%M%p",))
        assert dated.at.loc[0] == pd.Timestamp("2021-11-03 14:20")


class TestLondon:
    def test_summer_and_winter(self):
        aware, changed = put_on_clock(
            pd.Series(pd.to_datetime(["2021-07-01 12:00", "2021-12-01 12:00"]))
        )
        assert [moment.utcoffset().total_seconds() for moment in aware] == [3600, 0]
        assert not changed.any()

    def test_missing_hour_moves_forward(self):
        """01:30 on 28 March 2021 does not exist: 02:00 summer time, and said."""
        aware, changed = put_on_clock(pd.Series(pd.to_datetime(["2021-03-28 01:30"])))
        assert aware[0].isoformat() == "2021-03-28T02:00:00+01:00"
        assert changed[0]

    def test_doubled_hour_is_summer_time(self):
        """01:30 on 31 October 2021 occurs twice: the first, and said; 02:30 occurs once."""
        times = pd.Series(pd.to_datetime(["2021-10-31 01:30", "2021-10-31 02:30"]))
        aware, changed = put_on_clock(times)
        assert aware[0].isoformat() == "2021-10-31T01:30:00+01:00"
        assert aware[1].isoformat() == "2021-10-31T02:30:00+00:00"
        assert changed.tolist() == [True, False]

    def test_not_a_time_stays_one(self):
        aware, changed = put_on_clock(pd.Series([pd.NaT], dtype="datetime64[us]"))
        assert aware.isna().all()
        assert not changed.any()

    def test_a_time_with_offset_keeps_its_instant(self):
        """01:30 UTC on 31 October 2021 is the second 01:30, known exactly by its offset."""
        dated = read("2021-10-31T01:30:00Z", "2021-10-31T00:30:00Z")
        assert [moment.tz_convert("UTC").hour for moment in dated.instant] == [1, 0]


class TestElsewhere:
    """Outside Great Britain an instant with an offset is put on the clock of the place."""

    def test_an_instant_of_vancouver(self):
        dated = read_dates(pd.Series(["2023-07-01T02:30:00Z"]), zone="America/Vancouver")
        assert str(dated.at.iloc[0]) == "2023-06-30 19:30:00"
        assert str(dated.instant.dt.tz) == "America/Vancouver"

    def test_a_time_on_the_wall_stays(self):
        dated = read_dates(pd.Series(["01/07/2023 02:30"]), zone="America/Vancouver")
        assert str(dated.at.iloc[0]) == "2023-07-01 02:30:00"
