"""Opening hours in OpenStreetMap's syntax, a day at a time.

The grammar (weekdays, weeks, months, years, Easter, rules that override or add to each other) is
that of the opening-hours library. Around it stand rules of our own, each so that nothing counts as
open that may not be. What a day's rules open belongs to that day, past midnight as well: "Fr
18:00-02:00; Sa off" is open on Saturday until two. To get that from the library, each distinct time
of a text is replaced by its rank, so that no span reaches midnight; ranks are turned back after.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from csp_geo.inputs.venues.opening_spelling import LONGEST_TEXT, translate
from csp_geo.inputs.venues.opening_times import (
    AMBIGUOUS,
    DAY,
    SLIP,
    UNREADABLE,
    UnreadError,
    clock,
    is_slip,
    on_24_hour_clock,
    refuse_slip,
    say_in_part,
)
from csp_geo.inputs.venues.opening_words import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opening_hours import OpeningHours

CLOSED: Final = 0
UNKNOWN: Final = 1
OPEN: Final = 2
"""In this order the least of several is what holds of all of them, the largest of either."""

NO_HOURS: Final = "no hours are given"
SCHOOL_HOLIDAYS: Final = "the hours depend on school holidays, of which there is no list here"
HOLIDAY_RULE: Final = "the rule for bank holidays cannot be read"
HOLIDAYS_ADDED: Final = (
    "Hours of bank holidays stand after a comma, which adds them to the usual ones: then they are "
    'not known. Write ";" if they are meant instead.'
)
WITHIN: Final = (
    "Hours after a comma lie within those before it on a day, which then is not known. Write "
    '";" if they are meant instead.'
)
NO_PLACE: Final = "the hours depend on the sun, and the place is not known"

_WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_EVENING: Final = ("sunset", "dusk")
_MORNING: Final = 30 * 60
"""Six in the morning after: by then a night without an end is over."""
_SOME_DAY: Final = date(2024, 1, 3)
_SOME_SUN: Final = {"dawn": 6 * 60, "sunrise": 7 * 60, "sunset": 17 * 60, "dusk": 18 * 60}
_COMMENT: Final = re.compile(r'"[^"]*"')
_SOME_COMMENT: Final = '"c"'
"""Stands for any comment: whichever it is, it may be a condition."""
_EVENT: Final = re.compile(r"(?:dawn|sunrise|sunset|dusk)")
_POINT: Final = rf"(?:\d{{1,2}}:\d\d|{_EVENT.pattern}|\({_EVENT.pattern}[+-]\d\d:\d\d\))"
_SPAN: Final = re.compile(rf"({_POINT})\s*-\s*({_POINT})")
_TIMES: Final = re.compile(rf"{_POINT}(?:\s*-\s*{_POINT})?\+?")
_ANY_DAY: Final = "|".join(_WEEKDAYS)
_ODD_HOLIDAY: Final = re.compile(
    rf"(?:{_ANY_DAY})(?:\[[^\[\]]*\])?\s+PH\b|\bPH\s*(?:[+-]|\s(?:{_ANY_DAY})\b)"
)
_SHUT: Final = re.compile(r"\b(?:off|closed)\b")
_HOLIDAY: Final = re.compile(r"\bPH\b")
_SCHOOL_HOLIDAY: Final = re.compile(r"\bSH\b")
_BETWEEN: Final = re.compile(r"(;|\|\|)")
_ALWAYS: Final = re.compile(r"\b24/7\b")
_UNTIMED: Final = re.compile(r"[A-Z\d]|\bweek\b|\beaster\b")
_NEXT_DAYS: Final = re.compile(r",\s*(?:[A-Z]|\d{4}|week\b|easter\b)")
"""The days, year or weeks with which a second rule begins after a comma."""
_ADDS: Final = re.compile(r"^,\s*(?=[A-Z])")
"""The days of a rule that adds to those before it."""
_UNSURE: Final = re.compile(rf"\b(?:open|unknown)\b|{_SOME_COMMENT}")
_TIME_LEFT: Final = re.compile(r"\d:\d|\+|dawn|dusk|sun")
_DIGITS: Final = re.compile(r"([+-]?)(\d{1,2}):(\d\d)")


@dataclass(frozen=True)
class Point:
    """An end of a span: minutes since midnight, or from an event of the sun."""

    minutes: int
    event: str = ""

    def on(self, sun: Mapping[str, int]) -> int | None:
        """Return the minutes since midnight; `None` where the sun does not say."""
        if not self.event:
            return self.minutes
        return sun[self.event] + self.minutes if self.event in sun else None


@dataclass(frozen=True)
class Rules:
    """Opening hours that have been read, or why they could not be.

    `osm` is the text in OpenStreetMap's syntax, empty when not read; `reason` never quotes it.
    `doubt` is what the person who keeps the list should know. With `holidays_in_doubt` nothing is
    open on bank holidays for sure.
    """

    osm: str
    reason: str = ""
    pieces: tuple[str, ...] = ()
    spans: tuple[tuple[Point, Point], ...] = ()
    doubt: str = ""
    holidays_in_doubt: bool = False

    @property
    def names_bank_holidays(self) -> bool:
        """Whether the text says what holds on bank holidays; "24/7" holds on every day."""
        return self.osm in {"24/7", "00:00-24:00"} or any(
            _HOLIDAY.search(_COMMENT.sub("", piece)) for piece in self.pieces
        )

    @property
    def has_slip(self) -> bool:
        """Whether times look like a slip of the clock, on all days or on some."""
        return SLIP in f"{self.reason} {self.doubt}"

    @property
    def needs_the_sun(self) -> bool:
        """Whether opening or closing depends on the sun."""
        return any(point.event for span in self.spans for point in span)


@lru_cache(maxsize=16_384)
def read_rules(text: str) -> Rules:
    """Read opening hours, in OpenStreetMap's syntax or as people write them.

    Any text at all is taken; one that cannot be read has a `reason`.
    """
    if len(text) > LONGEST_TEXT:
        return Rules("", UNREADABLE)
    plain = tidy(text)
    if not plain:
        return Rules("", NO_HOURS)
    try:
        if _parsed(plain) is not None:
            osm, doubt = _without_slips(plain)
            rules = _prepared(osm)
            return replace(rules, doubt=f"{doubt} {rules.doubt}".strip())
        osm, doubt = translate(plain)
        return replace(_prepared(osm), doubt=doubt)
    except UnreadError as error:
        meant = f"Probably {error.meant} is meant." if error.meant else ""
        return Rules("", str(error), doubt=meant)


@lru_cache(maxsize=65_536)
def _parsed(osm: str) -> OpeningHours | None:
    """Parse a text by the library; `None` if it is not valid or only nearly so."""
    from opening_hours import OpeningHours, validate

    hours = OpeningHours(osm) if validate(osm) else None
    return hours if hours is not None and not hours.warnings else None


def _without_slips(osm: str) -> tuple[str, str]:
    """Make the days unknown whose times cannot be relied upon, where other days have times.

    Rules with comments, with others to fall back to or with several in one are left as they are.
    """
    rules, doubts = osm.split(";"), []
    for at, rule in enumerate(rules):
        error = _refused(rule)
        if error is None:
            continue
        first = next(_TIMES.finditer(rule)).start()
        if '"' in osm or "||" in osm or _NEXT_DAYS.search(rule[first:]):
            return osm, ""
        rules[at] = f"{rule[:first].strip()} unknown".strip()
        doubts.append(say_in_part(error))
    others = any((_TIMES.search(rule) or _ALWAYS.search(rule)) for rule in rules)
    if not doubts or not others:
        return osm, ""
    return "; ".join(rule.strip() for rule in rules), " ".join(dict.fromkeys(doubts))


def _refused(rule: str) -> UnreadError | None:
    try:
        for found in _SPAN.finditer(rule):
            _check_span(found[1], found[2])
    except UnreadError as error:
        return error
    return None


def _prepared(osm: str) -> Rules:
    """Take valid hours apart into spans of time and what stands between them."""
    if _parsed(osm) is None:
        raise UnreadError(UNREADABLE)
    bare = _COMMENT.sub(_SOME_COMMENT, osm)
    if _SCHOOL_HOLIDAY.search(bare):
        raise UnreadError(SCHOOL_HOLIDAYS)
    if _ODD_HOLIDAY.search(bare):
        raise UnreadError(HOLIDAY_RULE)
    parts = _BETWEEN.split(bare)
    for found in _SPAN.finditer(bare):
        _check_span(found[1], found[2])
    doubtful = any(map(_adds_holidays, parts[::2]))
    parts[::2] = [_plain_rule(part.strip()) for part in parts[::2]]
    if osm not in {"off", "closed"} and all(map(_only_shuts, parts[::2])):
        parts = ["00:00-24:00 unknown", ";", *parts]  # "Su off" says nothing of the other days
    pieces, spans = _taken_apart(" ".join(parts))
    doubt = HOLIDAYS_ADDED if doubtful else WITHIN if any(map(_ADDS.match, pieces)) else ""
    rules = Rules(osm, "", pieces, spans, doubt, doubtful)
    if doubt == WITHIN and not _has_a_day_in_doubt(rules):
        rules = replace(rules, doubt="")
    for holiday in (False, True):  # a text that cannot be put together again is refused now
        spans_of_day(rules, _SOME_DAY, holiday=holiday, sun=_SOME_SUN)
    return rules


def _only_shuts(rule: str) -> bool:
    return bool(_SHUT.search(rule)) and not _TIMES.search(rule)


def _plain_rule(rule: str) -> str:
    """Give a rule its times; one with days alone, or without an end, is unknown all day."""
    rule = _ALWAYS.sub("00:00-24:00", rule)
    times = list(_TIMES.finditer(rule))
    tail = rule[times[-1].end() :] if times else rule
    untimed = not times or bool(_UNTIMED.search(tail))
    open_ended = any(time.group().endswith("+") for time in times)
    if not open_ended and not (untimed and not _SHUT.search(tail)):
        return rule
    if times and _NEXT_DAYS.search(rule[times[0].end() :]):
        raise UnreadError(UNREADABLE)  # several rules in one: which of them is meant?
    days = rule[: times[0].start()] if times else rule
    if open_ended and not tail and not _EVENT.search(rule):
        return _known_until(days, times)
    days = _UNSURE.sub("", days).strip()
    return f"{days} 00:00-24:00 unknown".strip()


def _known_until(days: str, times: list[re.Match[str]]) -> str:
    """Give the times of a rule with ends left open: known until these, unknown until six."""
    known, after = [], []
    for found in times:
        first, *last = (_point(text).minutes for text in found.group().rstrip("+").split("-"))
        end = last[0] + (DAY if last[0] <= first else 0) if last else first
        if last:
            known.append(f"{clock(first)}-{clock(end)}")
        if found.group().endswith("+"):
            after.append(f"{clock(end)}-{clock(_MORNING if end < _MORNING else 2 * DAY)}")
    days = days.strip() or "Mo-Su"
    rules = [f"{days} {','.join(known)}"] if known else []
    return ", ".join([*rules, f"{days} {','.join(after)} unknown"])


def _adds_holidays(rule: str) -> bool:
    """Tell a rule that adds hours of bank holidays to those of weekdays: "Mo-Fr 9, Sa,PH 10"."""
    times = list(_TIMES.finditer(rule))
    between = [rule[a.end() : b.start()] for a, b in pairwise(times)]
    return any(_HOLIDAY.search(part) and not _SHUT.search(part) for part in between)


def _taken_apart(
    osm: str,
) -> tuple[tuple[str, ...], tuple[tuple[Point, Point], ...]]:
    pieces, spans, at = [], [], 0
    for found in _SPAN.finditer(osm):
        pieces.append(osm[at : found.start()])
        spans.append((_point(found[1]), _point(found[2])))
        at = found.end()
    pieces.append(osm[at:])
    if any(_TIME_LEFT.search(piece) for piece in pieces):
        raise UnreadError(UNREADABLE)
    return tuple(pieces), tuple(spans)


def _check_span(first: str, last: str) -> None:
    start, end = _point(first), _point(last)
    if start.event or end.event:
        return
    if not on_24_hour_clock(first, last):
        raise UnreadError(AMBIGUOUS)
    refuse_slip(start.minutes, end.minutes)


def _point(text: str) -> Point:
    event = _EVENT.search(text)
    digits = _DIGITS.search(text)
    minutes = int(digits[2]) * 60 + int(digits[3]) if digits else 0
    sign = -1 if digits and digits[1] == "-" else 1
    return Point(sign * minutes, event.group() if event else "")


def spans_of_day(
    rules: Rules, day: date, *, holiday: bool, sun: Mapping[str, int]
) -> list[tuple[int, int, int]]:
    """Return what the rules open on a day, its night included.

    Parameters
    ----------
    rules
        That have been read (`osm` is not empty).
    day
        The day on which opening begins.
    holiday
        Whether it is a bank holiday.
    sun
        Minutes since midnight of dawn, sunrise, sunset and dusk, those that are known.

    Returns
    -------
    spans
        Start and end in minutes since the day's midnight (up to 48 hours), OPEN or UNKNOWN.
    """
    from opening_hours import State

    ends = [_on_day(span, sun) for span in rules.spans]
    if None in ends:
        return [(0, DAY, UNKNOWN)]
    times = sorted({minutes for span in ends if span for minutes in span})
    code = {minutes: clock(place) for place, minutes in enumerate(times, start=1)}
    written = [f"{code[span[0]]}-{code[span[1]]}" for span in ends if span]
    text = _of_pieces(rules.pieces, written)
    if holiday:
        text = _HOLIDAY.sub(_WEEKDAYS[day.weekday()], text)
    found = []
    stretches = _stretches(text, day)
    if any(map(_ADDS.match, rules.pieces)):
        instead = _stretches(_of_pieces(_overriding(rules.pieces), written), day)
        if not {(one[0], one[1]) for one in instead if one[2] == State.OPEN} <= {
            (one[0], one[1]) for one in stretches
        }:
            return [(0, DAY, UNKNOWN)]  # "Mo-Su 07:00-23:00, Su 10:00-16:00": which is meant?
    for start, end, state, comment in stretches:
        if state != State.CLOSED:
            first, last = (at.hour * 60 + at.minute - 1 for at in (start, end))
            sure = state == State.OPEN and not comment and not (holiday and rules.holidays_in_doubt)
            found.append((times[first], times[last], OPEN if sure else UNKNOWN))
    return found


def _of_pieces(pieces: Sequence[str], written: Sequence[str]) -> str:
    return "".join(a + b for a, b in zip(pieces, [*written, ""], strict=True))


def _overriding(pieces: Sequence[str]) -> list[str]:
    """Return what stands between the spans as if a rule after a comma replaced those before."""
    return [_ADDS.sub("; ", piece) for piece in pieces]


def _stretches(text: str, day: date) -> list[Any]:
    hours = _parsed(text)
    if hours is None:
        raise UnreadError(UNREADABLE)
    midnight = datetime.combine(day, time())
    return list(hours.intervals(midnight, midnight + timedelta(days=1)))


def _has_a_day_in_doubt(rules: Rules) -> bool:
    """Tell whether hours after a comma lie within others on a day of a usual week."""
    week = (_SOME_DAY + timedelta(days=n) for n in range(7))
    return any(
        spans_of_day(rules, day, holiday=False, sun=_SOME_SUN) == [(0, DAY, UNKNOWN)]
        for day in week
    )


def _on_day(span: tuple[Point, Point], sun: Mapping[str, int]) -> tuple[int, int] | None:
    """Return start and end of a span in minutes; `None` where the sun makes no sense of it."""
    start, end = (point.on(sun) for point in span)
    if start is None or end is None:
        return None
    with_the_sun = any(point.event for point in span)
    if with_the_sun and ((end <= start and span[1].event in _EVENING) or is_slip(start, end)):
        return None  # "20:00-sunset" in December
    end += DAY if end <= start else 0
    return (start, end) if 0 <= start <= end <= 2 * DAY else None
