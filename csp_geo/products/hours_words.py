"""Opening hours in words, and as the numbers that the page's script reads."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.wording import DAYS as WEEKDAYS
from csp_geo.core.wording import join
from csp_geo.decisions.opening import DAYS, timetable
from csp_geo.inputs.venues.opening_rules import OPEN
from csp_geo.inputs.venues.opening_times import DAY

if TYPE_CHECKING:
    from csp_geo.decisions.opening import Span, Spans, Timetable

_HOUR: Final = 60
_NOON: Final = 12
_A_YEAR: Final = timedelta(days=365)
_WEEKS: Final = 8
_VARY: Final = "hours vary"
_ALWAYS: Final = "day and night"
NOT_KNOWN: Final = "not known"


def say_time(minutes: int) -> str:
    """Say a time of day: "9am", "5:30pm", "midday", "midnight".

    Examples
    --------
    >>> say_time(540), say_time(1050), say_time(720), say_time(1440)
    ('9am', '5:30pm', 'midday', 'midnight')
    """
    hour, minute = divmod(minutes % DAY, _HOUR)
    if minute == 0 and hour in {0, _NOON}:
        return "midday" if hour else "midnight"
    half = "pm" if hour >= _NOON else "am"
    shown = hour % _NOON or _NOON
    return f"{shown}:{minute:02}{half}" if minute else f"{shown}{half}"


def say_spans(spans: Spans) -> str:
    """Say when a day is open: "9am to 1pm and 2pm to 5pm", "closed", "day and night"."""
    if not spans:
        return "closed"
    return join(_say_span(span) for span in spans)


def _say_span(span: Span) -> str:
    start, end, state = span
    doubt = "" if state == OPEN else " (not certain)"
    if (start, end) == (0, DAY):
        return _ALWAYS if state == OPEN else NOT_KNOWN
    return f"{say_time(start)} to {say_time(end)}{doubt}"


def usual_hours(table: Timetable) -> list[tuple[str, str]]:
    """Say the usual week and bank holidays: ``[("Monday to Friday", "9am to 5:30pm"), ...]``.

    One line where they are not known: ``[("Opening hours", "not known")]``.
    """
    if table.reason:
        return [("Opening hours", NOT_KNOWN)]
    each = [_VARY if _varies(table, day) else say_spans(table.week[day]) for day in range(DAYS)]
    lines = [
        (_say_days(list(days)), spans)
        for spans, days in groupby(range(DAYS), key=lambda day: each[day])
    ]
    holiday = {table.on(day) for day in table.holidays}
    if len(set(table.week)) == 1 and holiday <= set(table.week):
        return lines
    if holiday:
        uncertain = all(state != OPEN for spans in holiday for *_, state in spans)
        silent = uncertain and any(holiday)
        said = say_spans(holiday.pop()) if len(holiday) == 1 else _VARY
        lines.append(("Bank holidays", NOT_KNOWN if silent else said))
    if set(table.other_days) - set(table.holidays):
        lines.append(("Other times of the year", "hours may differ"))
    return lines


def _varies(table: Timetable, weekday: int) -> bool:
    """Tell a weekday that is not the same from week to week: open on the first of a month alone."""
    first = table.first + timedelta(days=(weekday - table.first.weekday()) % DAYS)
    days = (first + timedelta(weeks=week) for week in range(_WEEKS))
    usual = table.week[weekday]
    others = [table.on(day) != usual for day in days if day not in table.holidays]
    return any(others) and (not usual or sum(others) > _WEEKS // 2)


def say_hours(text: str, on: date) -> str:
    """Say opening hours in words, for the year from a day on; unreadable text is returned as it is.

    Bank holidays are left out where nobody gave them.

    Examples
    --------
    >>> say_hours("Mo-Fr 09:00-17:30; Sa 10:00-13:00", date(2023, 1, 9))
    'Monday to Friday 9am to 5:30pm; Saturday 10am to 1pm; Sunday closed'
    """
    lines = usual_hours(timetable(text, on, on + _A_YEAR)) if text else []
    if lines == [("Every day", _ALWAYS)]:
        return f"{_ALWAYS}, every day"
    said = [f"{days} {spans}" for days, spans in lines if spans != NOT_KNOWN]
    return "; ".join(said) or text


def _say_days(days: list[int]) -> str:
    if len(days) == DAYS:
        return "Every day"
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    if len(days) == 1:
        return first
    return f"{first} {'and' if len(days) == 2 else 'to'} {last}"  # noqa: PLR2004


def page_hours(table: Timetable) -> dict[str, Any]:
    """Return the numbers that assets/opening.js reads; nothing where hours are not known."""
    if table.reason:
        return {}
    return {
        "week": [[list(span) for span in spans] for spans in table.week],
        "days": {
            day.isoformat(): [list(span) for span in spans]
            for day, spans in sorted(table.other_days.items())
        },
    }
