"""Whatever is written, what cannot be read never counts as open, and open means for 30 minutes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from csp_geo.decisions.opening import Place, hours_of_week, open_at
from csp_geo.inputs.venues.opening_rules import (
    CLOSED,
    HOLIDAY_RULE,
    NO_HOURS,
    OPEN,
    SCHOOL_HOLIDAYS,
    UNKNOWN,
    read_rules,
    spans_of_day,
)
from csp_geo.inputs.venues.opening_times import AMBIGUOUS, SLIP, UNREADABLE

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WEEKS = st.dates(date(2018, 1, 1), date(2030, 12, 31))
LONDON = Place(latitude=51.5, longitude=0.1)
REASONS = {AMBIGUOUS, HOLIDAY_RULE, NO_HOURS, SCHOOL_HOLIDAYS, SLIP, UNREADABLE}
VALID = (
    "Mo-Fr 09:00-17:30; Sa 10:00-16:00; Su off",
    "Fr-Sa 18:00-02:00; PH off",
    "24/7",
    "week 2-53/2 Mo,We[1] 10:00-12:00,13:00-17:00",
    "Apr-Oct 10:00-sunset; Dec 25 off",
    'Mo-Fr 09:00-17:00 "by appointment" || unknown',
    "Mon-Fri 9am-5.30pm, Sat 10am-4pm",
    "Su 22:00-26:00, Mo 18:00+",
)
PARTS = st.sampled_from(
    [*';,-+:|/"[]() 0123456789', "Mo", "Su", "PH", "SH", "off", "am", "\u2013", "week"]
)


@st.composite
def mutated(draw):
    text = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 3))
        text = text[:at] + draw(st.one_of(PARTS, st.just(""))) + text[at + cut :]
    return text


@st.composite
def written(draw):
    """Rules of days and one span, and what they mean by hand: (day, start, end) in minutes."""
    spans = []
    rules = []
    for day in draw(st.lists(st.integers(0, 6), unique=True, min_size=1, max_size=7)):
        start = draw(st.integers(0, 1439))
        length = draw(st.integers(1, 959))
        if start < 780 and 60 <= start + length - 1440 < 420:
            length = 1440 - start  # what looks like a slip is not read
        if 30 < start < 300:
            length = min(length, 720 - start)
        if start >= 1200:
            length = min(length, 719)
        end = (start + length) % 1440
        rules.append(f"{DAYS[day]} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}")
        spans.append((day * 1440 + start, day * 1440 + start + length))
    return "; ".join(rules), spans


NAMED = {
    "Mon": "Mo",
    "Tuesdays": "Tu",
    "Weds.": "We",
    "Mon-Fri": "Mo Tu We Th Fr",
    "sat": "Sa",
    "Fri to Sun": "Fr Sa Su",
    "weekends": "Sa Su",
    "Mon/Wed": "Mo We",
    "bank holidays": "",
    "Thurs until 8pm": "Th",
    "open Sat & Sun": "Sa Su",
}
SHUT = {
    "closed Mon": "Mo",
    "except Sundays": "Su",
    "not weekends": "Sa Su",
    "closed PH": "",
    "(exc. Weds)": "We",
}
TIMES = ("9am-5pm", "10-6pm", "9-5", "6pm-2am", "09:00-12:00", "5pm till late", "24 hours")
PIECES = st.sampled_from([*NAMED, *NAMED, *SHUT, *TIMES])
CLOSING = st.sampled_from(
    [f"closed 3.10pm-3.40pm{of}" for of in ("", " for lunch", " Tue", " Sat & Sun")]
)
BETWEEN = st.sampled_from(
    [" ", ", ", "; ", "\n", ": ", " (", ") ", " and ", " / ", ". ", " incl. "]
)


@given(st.lists(st.tuples(PIECES, BETWEEN), min_size=1, max_size=7))
def test_prose_opens_no_day_that_it_does_not_name(parts):
    """Times without any day are for every day, but those that are closed."""
    text = "".join(piece + between for piece, between in parts)
    rules = read_rules(text)
    pieces = [piece for piece, _ in parts]
    named = {day for piece in pieces for day in {**NAMED, **SHUT}.get(piece, "").split()}
    shut = {day for piece in pieces for day in SHUT.get(piece, "").split()}
    first = next((piece for piece in pieces if piece not in TIMES), "")
    no_day = first in {"", "bank holidays", *SHUT}
    may = set(DAYS) - shut if pieces[0] in TIMES and no_day else named
    for number, day in enumerate(DAYS if rules.osm else ()):
        spans = spans_of_day(rules, date(2022, 1, 10 + number), holiday=False, sun={})
        assert day in may or all(state != OPEN for *_, state in spans), text


@given(st.lists(st.tuples(PIECES | CLOSING, BETWEEN), min_size=1, max_size=7))
def test_a_time_of_closing_opens_nothing(parts):
    text = "".join(piece + between for piece, between in parts)
    rules = read_rules(text)
    for day in range(7 if rules.osm else 0):
        spans = spans_of_day(rules, date(2022, 1, 10 + day), holiday=False, sun={})
        assert all(start != 15 * 60 + 10 for start, *_ in spans), text


@given(st.text(max_size=60), WEEKS)
def test_any_text_is_taken_and_never_open_unless_read(text, week):
    result = hours_of_week([text], week, place=LONDON)
    assert result.table.shape == (1, 168)
    if not read_rules(text).osm:
        assert (result.table == UNKNOWN).all()
        assert result.reasons[0]
        assert result.reasons[0] in REASONS  # a fixed sentence, which quotes nothing


@given(mutated(), WEEKS)
def test_mutated_hours(text, week):
    rules = read_rules(text)
    table = hours_of_week([text], week, place=LONDON).table[0]
    assert set(np.unique(table)) <= {CLOSED, UNKNOWN, OPEN}
    if not rules.osm:
        assert (table == UNKNOWN).all()


@given(st.sampled_from(VALID), WEEKS)
def test_what_comes_with_any_condition_is_never_open(text, week):
    rules = [f'{rule} "if the door is open"' for rule in text.split("; ") if '"' not in rule]
    assert not hours_of_week(["; ".join(rules)], week, place=LONDON).open.any()


@given(written(), WEEKS)
def test_equals_minutes_counted_one_by_one(rules, week):
    """Open in an hour: in each of its minutes and for thirty more, all within the week's spans."""
    text, spans = rules
    minutes = np.zeros(7 * 1440, dtype=bool)
    for start, end in spans:
        minutes[np.arange(start, end) % len(minutes)] = True
    around = np.concatenate([minutes, minutes[:120]])
    expected = [around[hour * 60 : hour * 60 + 89].all() for hour in range(168)]
    assert hours_of_week([text], week).open[0].tolist() == expected


@given(written(), st.integers(0, 7 * 1440 - 1))
def test_open_means_for_thirty_minutes(rules, minute):
    text, spans = rules
    arrival = datetime.combine(date(2022, 1, 10), time()) + timedelta(minutes=minute)
    stays = all(_within(minute + k, spans) for k in range(30))
    assert (open_at([text], arrival)[0] == OPEN) == stays


def _within(minute, spans):
    return any(start <= minute % 10080 + week < end for start, end in spans for week in (0, 10080))


@given(st.sampled_from(VALID), WEEKS, st.integers(0, 167))
def test_an_hour_that_is_open_is_open_at_every_minute_of_it(text, week, hour):
    result = hours_of_week([text], week, place=LONDON)
    start = datetime.combine(result.monday, time()) + timedelta(hours=hour)
    clocks_change = start.month in {3, 10} and hour >= 144
    if result.table[0, hour] == OPEN and not clocks_change:
        for minute in (0, 15, 30, 45, 59):
            assert open_at([text], start + timedelta(minutes=minute), place=LONDON)[0] == OPEN


@given(st.sampled_from(VALID), WEEKS, st.sampled_from(range(7)))
def test_a_day_that_a_later_rule_closes_opens_nothing(text, week, day):
    """Only what began the evening before may still be open on it."""
    shut = f"{text.split(' || ')[0]}; {DAYS[day]} off"
    table = hours_of_week([shut], week, place=LONDON).table[0].reshape(7, 24)
    if read_rules(shut).osm:
        assert (table[day, 3:23] != OPEN).all()  # parts that disagree leave it unknown
