"""Opening hours as a page needs them: the usual week, and the days that differ from it.

A page in a browser cannot read opening hours, and need not: every day of the coming year is worked
out here, bank holidays and nights past midnight included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from csp_geo.response.hours import NOWHERE, UNKNOWN, read_rules
from csp_geo.response.rules import NO_PLACE, spans_of_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csp_geo.response.hours import Place
    from csp_geo.response.rules import Rules

DAYS: Final = 7
Span = tuple[int, int, int]
"""Start and end in minutes since the day's midnight (end up to 48 hours), OPEN or UNKNOWN."""
Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Timetable:
    """When one venue is open, on each day from `first` to `last`, both inclusive.

    `week` has the spans of a Monday to Sunday without a bank holiday, `other_days` those of the
    days that differ; `holidays` are the bank holidays in between. `reason` says why hours are not
    known, "" where they are: otherwise there is nothing in `week`.
    """

    week: tuple[Spans, ...]
    other_days: Mapping[date, Spans]
    holidays: tuple[date, ...]
    first: date
    last: date
    reason: str = ""

    def on(self, day: date) -> Spans:
        """Return the spans that begin on a day."""
        return self.other_days.get(day, self.week[day.weekday()])


def timetable(text: str | None, first: date, last: date, *, place: Place = NOWHERE) -> Timetable:
    """Work out when a venue is open.

    Parameters
    ----------
    text
        Opening hours, in OpenStreetMap's syntax or as people write them.
    first, last
        The days to work out.
    place
        For hours that depend on the sun, and for bank holidays that were proclaimed.

    Returns
    -------
    table
        Hours that say nothing of bank holidays are unknown on these, never open.
    """
    rules = read_rules(text or "")
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    holidays = tuple(day for day in days if place.is_holiday(day))
    reason = rules.reason
    if rules.osm and rules.needs_the_sun and place.latitude is None:
        reason = NO_PLACE
    if reason:
        return Timetable(((),) * DAYS, {}, holidays, first, last, reason)
    spans = {day: _spans(rules, day, place) for day in days}
    week = _usual(spans, frozenset(holidays))
    others = {day: own for day, own in spans.items() if own != week[day.weekday()]}
    return Timetable(week, others, holidays, first, last)


def _spans(rules: Rules, day: date, place: Place) -> Spans:
    is_holiday = place.is_holiday(day)
    sun = place.sun(day) if rules.needs_the_sun else {}
    found = sorted(spans_of_day(rules, day, holiday=is_holiday, sun=sun))
    if is_holiday and not rules.names_bank_holidays:
        return tuple((start, end, UNKNOWN) for start, end, _ in found)
    return tuple(found)


def _usual(spans: Mapping[date, Spans], holidays: frozenset[date]) -> tuple[Spans, ...]:
    """Return the first whole week without a bank holiday: the week as it is now."""
    for monday in (day for day in spans if day.weekday() == 0):
        week = [monday + timedelta(days=k) for k in range(DAYS)]
        if not holidays.intersection(week) and week[-1] in spans:
            return tuple(spans[day] for day in week)
    return ((),) * DAYS
