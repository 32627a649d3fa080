"""Opening hours: cases by hand, the 30 minutes, bank holidays, the sun, assumed hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from csp_geo.core.calendar import after_dark, bank_holidays, sun_times
from csp_geo.core.errors import SettingsError
from csp_geo.decisions.opening import Place, assume_hours, hours_of_week, open_at, read_assumed
from csp_geo.inputs.venues.opening_rules import (
    CLOSED,
    NO_HOURS,
    NO_PLACE,
    OPEN,
    SCHOOL_HOLIDAYS,
    UNKNOWN,
    read_rules,
)
from csp_geo.inputs.venues.opening_times import AMBIGUOUS, SLIP, UNREADABLE

WEEK = date(2022, 1, 12)
"""A Wednesday; no bank holiday in that week, the second of 2022."""
NEW_YEAR = date(2022, 1, 5)
"""Monday 3 January 2022 stands in for New Year's Day, a Saturday."""
LONDON = Place(latitude=51.5074, longitude=-0.1278)
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALL_DAY = range(24)
NAMES = {CLOSED: "closed", UNKNOWN: "unknown", OPEN: "open"}


def hours(text, week=WEEK, state=OPEN, place=LONDON):
    """Hours of the week in a state, by day: {"Mo": [9, 10]}; days without any are left out."""
    table = hours_of_week([text], week, place=place).table[0].reshape(7, 24)
    found = {day: list(np.flatnonzero(row == state)) for day, row in zip(DAYS, table, strict=True)}
    return {day: got for day, got in found.items() if got}


def at(text):
    """A moment on the clock of London."""
    return datetime.fromisoformat(text)


def every(days, *spans):
    """What `hours` gives for the same hours on several days."""
    got = [hour for first, last in spans for hour in range(first, last + 1)]
    return dict.fromkeys(days, got)


WORKDAYS = DAYS[:5]

# Until 17:30 is open in the hour from 16:00: whoever arrives at 16:59 has 31 minutes. Until 17:00
# is open in the hour from 15:00 only: whoever arrives at 16:31 has less than 30.
BY_HAND = {
    "24/7": every(DAYS, (0, 23)),
    "00:00-24:00": every(DAYS, (0, 23)),
    "Mo-Su 00:00-24:00": every(DAYS, (0, 23)),
    "Mo-Fr 09:00-17:30; Sa 10:00-16:00; Su off": every(WORKDAYS, (9, 16))
    | {"Sa": [*range(10, 15)]},
    "Mo-Fr 09:00-17:00": every(WORKDAYS, (9, 15)),
    "Mo-Fr 09:15-17:29": every(WORKDAYS, (10, 16)),
    "Mo-Fr 09:15-17:28": every(WORKDAYS, (10, 15)),
    "Mo-Sa 08:00-20:00; We off": every(("Mo", "Tu", "Th", "Fr", "Sa"), (8, 18)),
    "Mo-Fr 09:00-12:30,13:30-17:30": every(WORKDAYS, (9, 11), (14, 16)),
    "Mo-Fr 12:00-14:00,13:00-18:00": every(WORKDAYS, (12, 16)),
    "Mo-Fr 09:00-13:00,13:00-17:00": every(WORKDAYS, (9, 15)),
    "10:00-10:29": {},
    "10:00-11:28": {},
    "10:00-11:29": every(DAYS, (10, 10)),
    # past midnight
    "Fr-Sa 18:00-02:00": {"Fr": [*range(18, 24)], "Sa": [0, *range(18, 24)], "Su": [0]},
    "Fr-Sa 18:00-26:00": {"Fr": [*range(18, 24)], "Sa": [0, *range(18, 24)], "Su": [0]},
    "Fr 18:00-02:30; Sa off": {"Fr": [*range(18, 24)], "Sa": [0, 1]},
    "Mo-Th 12:00-23:00; Fr-Sa 13:00-02:00; Su off": every(DAYS[:4], (12, 21))
    | {"Fr": [*range(13, 24)], "Sa": [0, *range(13, 24)], "Su": [0]},
    "Su 22:00-03:00": {"Mo": [0, 1], "Su": [22, 23]},
    "Sa 22:00-00:00": {"Sa": [22]},
    "Mo 20:00-24:00; Tu 00:00-03:00": {"Mo": [20, 21, 22, 23], "Tu": [0, 1]},
    # overriding and adding
    "Mo-Su 09:00-18:00; Tu 12:00-14:00": every(DAYS, (9, 16)) | {"Tu": [12]},
    "Mo-Fr 09:00-12:00, We 14:00-18:00": every(WORKDAYS, (9, 10)) | {"We": [9, 10, 14, 15, 16]},
    "Mo-Fr 09:00-17:00, We off": every(("Mo", "Tu", "Th", "Fr"), (9, 15)),
    "Su-Tu 10:00-14:00": every(("Mo", "Tu", "Su"), (10, 12)),
    "Mo,We,Fr 10:00-14:00": every(("Mo", "We", "Fr"), (10, 12)),
    # seasons, weeks, months
    "Jan-Mar 10:00-14:00": every(DAYS, (10, 12)),
    "Apr-Oct 10:00-14:00": {},
    "week 2 Mo 10:00-14:00": {"Mo": [10, 11, 12]},
    "week 53 10:00-14:00": {},
    "week 1-53/2 Mo 10:00-14:00": {},
    "We[2] 10:00-14:00": {"We": [10, 11, 12]},
    "We[1] 10:00-14:00": {},
    "2022 Jan 12 10:00-14:00": {"We": [10, 11, 12]},
    "10:00-14:00; Jan 12 off": every(("Mo", "Tu", "Th", "Fr", "Sa", "Su"), (10, 12)),
    "2019 10:00-14:00": {},
    "off": {},
    "closed": {},
    # the sun: London, 10 to 16 January 2022, sets from 16:13 to 16:22, rises from 08:03 to 08:00
    "10:00-sunset": every(DAYS, (10, 14)),
    "sunset-22:00": every(DAYS, (17, 20)),
    "(sunrise+00:30)-12:00": every(DAYS, (9, 10)),
    "(sunset-01:00)-22:00": every(DAYS, (16, 20)),
    # as people write it
    "9am-5pm": every(DAYS, (9, 15)),
    "Mon - Fri: 09:00 - 17:30, Sat 10:00-16:00": every(WORKDAYS, (9, 16))
    | {"Sa": [*range(10, 15)]},
    "Mon\u2013Fri 9am\u20135.30pm; closed weekends": every(WORKDAYS, (9, 16)),
    "24 hours": every(DAYS, (0, 23)),
    "Open 24 hours, 7 days a week": every(DAYS, (0, 23)),
    "Fri & Sat 6pm-2am": {"Fr": [*range(18, 24)], "Sa": [0, *range(18, 24)], "Su": [0]},
    "Daily 7:30am - midnight": every(DAYS, (8, 22)),
    "9am-5pm Mon-Fri, 10am-2pm Sat": every(WORKDAYS, (9, 15)) | {"Sa": [10, 11, 12]},
    "MONDAY TO FRIDAY 9AM TO 12 NOON AND 1PM TO 5PM": every(WORKDAYS, (9, 10), (13, 15)),
    "Mon-Fri: 9am-5pm\nSat: Closed\nSun: Closed": every(WORKDAYS, (9, 15)),
    "Weekdays 0900-1700": every(WORKDAYS, (9, 15)),
    "mo-fr 09:00-17:00": every(WORKDAYS, (9, 15)),
    "9:00-17:30": every(DAYS, (9, 16)),
    "Mon-Fri 9-5": every(WORKDAYS, (9, 15)),
    "9-5pm": every(DAYS, (9, 15)),
    "Mon 9am-17:00": {"Mo": [*range(9, 16)]},
}


@pytest.mark.parametrize("text", BY_HAND)
def test_worked_out_by_hand(text):
    assert hours(text) == BY_HAND[text]
    assert hours(text, state=UNKNOWN) == {}


# Never open: state UNKNOWN where it might be.
NEVER_OPEN = {
    "": NO_HOURS,
    None: NO_HOURS,
    "9-5": AMBIGUOUS,
    "9:00-5:00": AMBIGUOUS,
    "Mo-Fr 9:00-12:00": AMBIGUOUS,
    "12:00-10:00": SLIP,
    "00:00-00:00": SLIP,
    "Mo-Fr 09:00-09:00": SLIP,
    "By appointment only": UNREADABLE,
    "9 till late": AMBIGUOUS,
    "Fr-Sa 12:00-02:00": SLIP,
    "21:00-13:00": SLIP,
    "9pm-12pm": SLIP,
    "Mon-Sat 10-4am": AMBIGUOUS,
    "Bank holiday Mondays 10am-4pm": UNREADABLE,
    "ring the bell": UNREADABLE,
    "Mo-Fr 25:00-26:00": UNREADABLE,
    "Mo-Fr 10:00-16:00/01:30": UNREADABLE,
    "Mo-Fr 09:00-17:00, Sa": UNREADABLE,
    "Mo-Su 06:15-11:30, week 48 Tu-We 10:30-19:15+": UNREADABLE,  # two rules in one
    "Tu 06:30-11:15, 2026 PH 10:45+": UNREADABLE,
    "Mo 06:30-11:15, easter 10:45+": UNREADABLE,
    "9am-5pm Sat 10am-4pm": UNREADABLE,
    "13pm-15pm": UNREADABLE,
    "closed, Mon 9am-5pm": UNREADABLE,
    "9am-5pm; 6pm-8pm": UNREADABLE,
    "weekdays to Sunday 9am-5pm": UNREADABLE,
    "9am-5pm Mon, Tue 10am-4pm": UNREADABLE,
    "Mon 9am": UNREADABLE,
    "Mon 10.75am-11am": UNREADABLE,
    "opening hours:": UNREADABLE,
    "Mon-Fri": UNREADABLE,
    "9am-4am": SLIP,
    "Mo-Fr 09:00-17:00; SH off": SCHOOL_HOLIDAYS,
    "x" * 501: UNREADABLE,
}


@pytest.mark.parametrize("text", NEVER_OPEN)
def test_what_cannot_be_read_is_unknown_at_all_hours(text):
    result = hours_of_week([text], WEEK)
    assert (result.table == UNKNOWN).all()
    assert result.reasons == (NEVER_OPEN[text],)
    assert result.cautions == (f"1 venue never counted as open: {NEVER_OPEN[text]}.",)


UNKNOWN_AT_TIMES = {
    "Mo-Su": (every(DAYS, (0, 23)), {}),
    "Mo-Su open": (every(DAYS, (0, 23)), {}),
    "18:00+": (every(DAYS, (0, 4), (18, 23)), {}),
    "Mo 18:00-02:00+": ({"Tu": [1, 2, 3, 4]}, {"Mo": [*range(18, 24)], "Tu": [0]}),
    "Fri 6pm till late": ({"Fr": [*range(18, 24)], "Sa": [*range(5)]}, {}),
    "Fri 9am-8pm; Mon-Fri 9am-5pm": ({"Fr": [*range(23)]}, every(WORKDAYS[:4], (9, 15))),
    "unknown": (every(DAYS, (0, 23)), {}),
    '"by appointment"': (every(DAYS, (0, 23)), {}),
    "Mo-Fr 09:00-17:00; Sa": (
        {"Sa": [*range(23)]},
        every(WORKDAYS, (9, 15)),
    ),
    'Mo 09:00-17:00 "by appointment"; Tu 10:00-14:00': (
        {"Mo": [*range(9, 16)]},
        {"Tu": [10, 11, 12]},
    ),
    'Mo 09:00-17:00 open "members only"': ({"Mo": [*range(9, 16)]}, {}),
    "Mo 09:00-17:00 unknown": ({"Mo": [*range(9, 16)]}, {}),
    "Mo 09:00-12:00; Tu 18:00-22:00+": (
        {"Tu": [21, 22, 23], "We": [0, 1, 2, 3, 4]},
        {"Mo": [9, 10], "Tu": [18, 19, 20]},
    ),
    "Closed Sundays": (every(DAYS[:5], (0, 23)) | {"Sa": [*range(23)]}, {}),
    "Su off": (every(DAYS[:5], (0, 23)) | {"Sa": [*range(23)]}, {}),
    "20:00-sunset": (every(DAYS, (0, 23)), {}),
}


@pytest.mark.parametrize("text", UNKNOWN_AT_TIMES)
def test_conditions_and_gaps_are_unknown_where_they_hold(text):
    unknown, surely = UNKNOWN_AT_TIMES[text]
    assert hours(text, state=UNKNOWN) == unknown
    assert hours(text) == surely


class TestBankHolidays:
    @pytest.mark.parametrize(
        ("year", "days"),
        [
            (2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-26 12-28"),
            (2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28"),
            (2022, "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27"),
            (2023, "01-01 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
            (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28"),
        ],
    )
    def test_of_england(self, year, days):
        assert sorted(f"{day:%m-%d}" for day in bank_holidays(year)) == days.split()

    @pytest.mark.parametrize(
        ("text", "monday"),
        [
            ("Mo-Fr 09:00-17:00; PH off", []),
            ("Mo-Fr 09:00-17:00; PH 10:00-14:00", [10, 11, 12]),
            ("Mo-Fr 09:00-17:00, PH 10:00-14:00", []),
            ("Mo-Fr 09:00-17:00, PH off", []),
            ("Mon-Fri 9am-5pm, Sat & bank holidays 10am-2pm", [10, 11, 12]),
            ("Mo-Sa,PH 10:00-14:00", [10, 11, 12]),
            ("Tu-Fr 09:00-17:00; Su,PH 10:00-14:00", [10, 11, 12]),
            ("Mon-Fri 9am-5pm, closed bank holidays", []),
            ("Mo-Fr 09:00-17:00", [*range(9, 16)]),
            ("24/7; PH off", []),
            ('Mo-Fr 09:00-17:00 "PH by appointment"', []),
        ],
    )
    def test_a_substitute_day(self, text, monday):
        assert hours(text, NEW_YEAR).get("Mo", []) == monday

    def test_the_night_belongs_to_the_day_on_which_it_began(self):
        assert hours("PH 18:00-02:00", NEW_YEAR) == {"Mo": [*range(18, 24)], "Tu": [0]}
        assert hours("Su 20:00-03:00; PH off", NEW_YEAR)["Mo"] == [0, 1]

    def test_a_proclaimed_one_can_be_given(self):
        place = Place(more_holidays={date(2022, 1, 12)})
        assert "We" not in hours("Mo-Fr 09:00-17:00; PH off", place=place)

    @pytest.mark.parametrize("text", ["PH Mo-Fr 10:00-12:00", "Mo PH 10:00-12:00", "PH +1 day off"])
    def test_an_odd_rule_is_unknown(self, text):
        assert hours(text, NEW_YEAR) == {}
        assert not read_rules(text).osm

    def test_venues_that_say_nothing_of_them_are_counted(self):
        texts = ["Mo-Fr 09:00-17:00", "24/7", "Mo-Fr 09:00-17:00; PH off", ""]
        said = hours_of_week(texts, NEW_YEAR).cautions[-1]
        assert said == (
            "This week has a bank holiday (3 January 2022), and the hours of 1 venue do not say "
            "what holds on one: their usual hours are shown."
        )
        assert len(hours_of_week(texts, WEEK).cautions) == 1


def test_week_53():
    """2020 had a week 53: Monday 28 December, a bank holiday as well, to Sunday 3 January."""
    assert hours("week 53 Tu 10:00-14:00", date(2021, 1, 1)) == {"Tu": [10, 11, 12]}
    assert hours("week 01 Tu 10:00-14:00", date(2021, 1, 1)) == {}


class TestOneMoment:
    @pytest.mark.parametrize(
        ("moment", "state"),
        [
            (at("2022-01-14 17:59"), CLOSED),
            (at("2022-01-14 18:00"), OPEN),
            (at("2022-01-15 01:30"), OPEN),
            (at("2022-01-15 01:31"), CLOSED),
            (at("2022-01-15 01:30:59"), OPEN),
            (datetime(2022, 1, 15, 1, 30, tzinfo=UTC), OPEN),
        ],
    )
    def test_thirty_minutes(self, moment, state):
        assert open_at(["Fr 18:00-02:00"], moment).tolist() == [state]

    def test_several_venues(self):
        moment = at("2022-01-12 10:00")
        texts = ["24/7", "nonsense", None, "off", "9am-5pm", "Mo-Fr 09:00-10:30"]
        assert open_at(texts, moment).tolist() == [OPEN, UNKNOWN, UNKNOWN, CLOSED, OPEN, OPEN]

    def test_clocks_go_forward(self):
        """27 March 2022: 00:45 is followed after 15 minutes by 02:00, 30 minutes later by 02:15."""
        assert open_at(["Su 00:00-01:00,02:00-02:15"], at("2022-03-27 00:45")) == [OPEN]
        assert open_at(["Su 00:00-01:00,02:00-02:14"], at("2022-03-27 00:45")) == [CLOSED]
        summer = datetime(2022, 6, 1, 8, 0, tzinfo=UTC)
        assert open_at(["09:00-09:30"], summer) == [OPEN]

    def test_clocks_go_back(self):
        """30 October 2022: after 01:59 in summer time the clock shows 01:00 again."""
        late = datetime(2022, 10, 30, 0, 45, tzinfo=UTC)
        assert open_at(["Su 01:45-02:15"], late) == [CLOSED]
        assert open_at(["Su 01:00-02:00"], late) == [OPEN]
        assert open_at(["Su 01:45-02:15"], late + timedelta(hours=1)) == [OPEN]


class TestTheSun:
    @pytest.mark.parametrize(
        ("day", "sunset"),
        [
            (date(2021, 12, 12), (15, 51)),
            (date(2021, 6, 24), (21, 21)),
            (date(2022, 3, 20), (18, 13)),
            (date(2022, 9, 23), (18, 57)),
        ],
    )
    def test_london_sunset(self, day, sunset):
        """Published times for London, to two minutes."""
        minutes = sun_times(day, 51.5074, -0.1278)["sunset"]
        assert abs(minutes - (sunset[0] * 60 + sunset[1])) <= 2

    def test_on_the_clock_of_the_place(self):
        """Sunset in Vancouver is in the afternoon there, and past midnight in London."""
        vancouver = (date(2026, 11, 24), 49.25, -123.1)
        assert sun_times(*vancouver, ZoneInfo("America/Vancouver"))["sunset"] // 60 == 16
        assert "sunset" not in sun_times(*vancouver)

    def test_after_dark_in_december_and_june(self):
        december = after_dark(range(168), date(2021, 12, 15), 51.5, 0.1).reshape(7, 24)
        assert [list(np.flatnonzero(~row)) for row in december] == [[*range(8, 16)]] * 7
        june = after_dark(range(168), date(2021, 6, 23), 51.5, 0.1).reshape(7, 24)
        assert [list(np.flatnonzero(~row)) for row in june] == [[*range(5, 21)]] * 7

    def test_the_week_in_which_clocks_change(self):
        """Sunset moves from 18:2x on Saturday to 19:2x on Sunday: the hour from 18:00 is light."""
        dark = after_dark([5 * 24 + 18, 6 * 24 + 18], date(2022, 3, 27), 51.5, 0.1)
        assert dark.tolist() == [True, False]

    def test_where_it_does_not_rise_or_set(self):
        assert not after_dark(range(24), date(2022, 6, 21), 69.6, 18.9).any()
        assert after_dark(range(24), date(2022, 12, 21), 69.6, 18.9).all()
        assert sun_times(date(2022, 6, 21), 69.6, 18.9) == {}
        assert (
            hours("10:00-dusk", date(2022, 6, 21), place=Place(latitude=69.6, longitude=18.9)) == {}
        )

    def test_without_a_place_it_is_unknown(self):
        result = hours_of_week(["10:00-sunset"], WEEK)
        assert (result.table == UNKNOWN).all()
        assert result.reasons == (NO_PLACE,)

    @pytest.mark.parametrize("hours_asked", [[168], [-1], [1.5]])
    def test_hours_outside_the_week(self, hours_asked):
        with pytest.raises(SettingsError, match=r"0 \(Monday 00:00\) to 167"):
            after_dark(hours_asked, WEEK, 51.5, 0.1)

    def test_nowhere_on_earth(self):
        with pytest.raises(SettingsError, match="not a place on earth"):
            after_dark([1], WEEK, 544000.0, 184000.0)


class TestAssumedHours:
    def test_only_where_nobody_gave_any(self):
        texts, marks = assume_hours(
            ["", None, "by appointment", "24/7", ""],
            ["Pharmacy", "cafe", "pharmacy", "pharmacy", None],
            {"pharmacy": "Mo-Fr 09:00-17:30"},
        )
        assert texts == ["Mo-Fr 09:00-17:30", "", "by appointment", "24/7", ""]
        assert marks.tolist() == [True, False, False, False, False]
        result = hours_of_week(texts, WEEK, assumed=marks)
        assert result.assumed.tolist() == marks.tolist()
        assert "Assumed, because nobody gave them: the hours of 1 venue." in result.cautions
        assert result.open[2].sum() == 0

    def test_a_table(self, tmp_path):
        path = tmp_path / "hours.toml"
        path.write_text('[assumed_hours]\nPharmacy = "Mo-Fr 09:00-17:30; PH off"\n', "utf-8")
        assert read_assumed(path, {"pharmacy", "pub"}) == {"pharmacy": "Mo-Fr 09:00-17:30; PH off"}

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[assumed_hours]\npub = 'till late'", "pub must be hours such as .*, not 'till late'"),
            ("[assumed_hours]\npub = 9", "pub must be hours such as .*, not 9"),
            ("[assumed_hours]\ncafe = '24/7'", "unknown venue type 'cafe'.*: pharmacy, pub\\."),
            ("[hours]\npub = '24/7'", "needs a table"),
            ("assumed_hours = ", "is not valid TOML"),
        ],
    )
    def test_a_bad_table(self, tmp_path, text, said):
        path = tmp_path / "hours.toml"
        path.write_text(text, "utf-8")
        with pytest.raises(SettingsError, match=rf"hours\.toml.*{said}"):
            read_assumed(path, {"pharmacy", "pub"})

    @pytest.mark.parametrize(("n", "is_read"), [(500, True), (501, False)])
    def test_the_longest_hours(self, tmp_path, n, is_read):
        path = tmp_path / "hours.toml"
        path.write_text(f'[assumed_hours]\npub = "{"24/7".ljust(n)}"\n', "utf-8")
        if is_read:
            assert read_assumed(path, {"pub"})["pub"].strip() == "24/7"
        else:
            with pytest.raises(SettingsError, match="pub must be hours such as"):
                read_assumed(path, {"pub"})

    def test_no_table(self, tmp_path):
        with pytest.raises(SettingsError, match="could not be read"):
            read_assumed(tmp_path / "none.toml", {"pub"})


def test_hours_of_which_none_is_certain_are_counted():
    texts = ["10:00+", "PH off", "open by appointment", "Mo 10:00-10:40", "Mo 10:00-14:00", None]
    result = hours_of_week(texts, WEEK)
    never = sum(not any(row) for row in result.open)
    counted = [said for said in result.cautions if "never counted as open" in said]
    assert never == sum(int(said.partition(" ")[0]) for said in counted) == 5
    assert any("no hour is certain" in said for said in counted)


def test_no_venues():
    result = hours_of_week([], WEEK)
    assert result.table.shape == (0, 168)
    assert result.cautions == ()
    assert open_at([], at("2022-01-12")).shape == (0,)


def test_the_week_runs_from_monday():
    result = hours_of_week(["Mo 10:00-14:00"], date(2022, 1, 16))
    assert result.monday == date(2022, 1, 10)
    assert list(np.flatnonzero(result.open[0])) == [10, 11, 12]
