"""When venues are open: the hours of a week, one moment, and the table that a page needs.

*Open* means open on arrival and for 30 minutes after. What cannot be read is *unknown*, never open.

A page in a browser cannot read opening hours, and need not: every day of the coming year is worked
out here, bank holidays and nights past midnight included.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.calendar import HOURS_OF_WEEK, LONDON, bank_holidays, monday_of, sun_times
from csp_geo.core.caution import Caution
from csp_geo.core.errors import SettingsError
from csp_geo.core.toml import TABLE, ValueKind, check_values, read_toml, shown
from csp_geo.core.wording import count
from csp_geo.inputs.venues.opening_rules import (
    CLOSED,
    NO_PLACE,
    OPEN,
    UNKNOWN,
    Rules,
    read_rules,
    spans_of_day,
)
from csp_geo.inputs.venues.opening_times import DAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

    from csp_geo.core.arrays import Flags
    from csp_geo.inputs.venues.opening_rules import Rules

_SATURDAY: Final = 5
_CHRISTMAS: Final = (12, 25)
STAY_MINUTES: Final = 30
"""How long a venue must still be open after somebody arrives."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What opening hours need to know of the place that they are kept at.

    `latitude` and `longitude` in degrees; without them hours that depend on the sun are unknown.
    `more_holidays` are bank holidays beyond those that the rules give, such as one proclaimed.
    `clock` is the one that hangs there.
    """

    latitude: float | None = None
    longitude: float | None = None
    more_holidays: Collection[date] = field(default_factory=frozenset)
    clock: ZoneInfo = LONDON

    def is_holiday(self, day: date) -> bool:
        """Tell whether a day is a bank holiday in England."""
        return day in bank_holidays(day.year) or day in self.more_holidays

    def is_doubtful(self, day: date) -> bool:
        """Tell whether hours for bank holidays may not hold on a day that is one.

        On Christmas Day hardly anybody keeps them; of a holiday that falls on a weekend most mean
        the working day that is given instead.
        """
        weekend = day.weekday() >= _SATURDAY
        return self.is_holiday(day) and (weekend or (day.month, day.day) == _CHRISTMAS)

    def sun(self, day: date) -> Mapping[str, int]:
        """Return dawn, sunrise, sunset and dusk of a day, those that are known."""
        if self.latitude is None or self.longitude is None:
            return {}
        return sun_times(day, self.latitude, self.longitude, self.clock)


NOWHERE: Final = Place()


@dataclass(frozen=True, eq=False)
class OpenHours:
    """When venues are open in one week.

    `table` is ``(venues, 168)`` int8 of CLOSED, UNKNOWN and OPEN, Monday 00:00 to 01:00 first.
    `assumed`, ``(venues,)`` bool, marks hours that nobody gave. `reasons` say for each venue why
    its hours are unknown, empty where they were read; they never quote what was written.
    """

    table: NDArray[np.int8]
    monday: date
    assumed: Flags
    reasons: tuple[str, ...]
    cautions: tuple[Caution, ...]

    @property
    def open(self) -> Flags:
        """``(venues, 168)``: surely open, on arrival at any minute of the hour and for 30 more."""
        return np.asarray(self.table == OPEN)


def hours_of_week(
    texts: Sequence[str | None],
    week_of: date,
    *,
    assumed: Sequence[bool] | None = None,
    place: Place = NOWHERE,
) -> OpenHours:
    """Work out which hours of a week venues are open.

    An hour counts as open when arriving at any minute of it finds the venue open, and open for the
    30 minutes that follow: until 17:30 means open in the hour from 16:00, and not from 17:00.

    Parameters
    ----------
    texts
        Opening hours of each venue, in OpenStreetMap's syntax or as people write them; `None` or
        empty where nobody gave any.
    week_of
        Any day of the week meant, from Monday to Sunday. Choose one without bank holidays for a
        normal week.
    assumed
        ``(venues,)``: which hours were put in by `assume_hours`.
    place
        For hours that depend on the sun, and for bank holidays that were proclaimed.

    Returns
    -------
    hours
        The table, and what to say of it.

    Notes
    -----
    The clock of London as it hangs on the wall: in the week in which clocks change, hours are those
    that the clock shows. Each distinct text is worked out once.
    """
    monday = monday_of(week_of)
    rules = [read_rules(text or "") for text in texts]
    known = {rule: _week(rule, monday, place) for rule in dict.fromkeys(rules)}
    table = np.full((len(rules), HOURS_OF_WEEK), UNKNOWN, dtype=np.int8)
    for row, rule in enumerate(rules):
        table[row] = known[rule]
    marks = np.zeros(len(rules), dtype=np.bool_) if assumed is None else np.array(assumed, bool)
    reasons = tuple(_reason(rule, place) for rule in rules)
    holidays = [day for day in _days(monday, 7) if place.is_holiday(day)]
    read = np.array([not reason for reason in reasons], dtype=np.bool_)
    vague = int((read & ~(table == OPEN).any(axis=1)).sum())
    cautions = _cautions(rules, reasons, marks, holidays, vague)
    return OpenHours(table, monday, marks, reasons, cautions)


def open_at(
    texts: Sequence[str | None], at: datetime, *, place: Place = NOWHERE
) -> NDArray[np.int8]:
    """Tell which venues are open at one moment and for 30 minutes after.

    Parameters
    ----------
    texts
        As in `hours_of_week`.
    at
        With a time zone, or on the clock of London: a time in the doubled hour of October is then
        summer time, one in the missing hour of March is moved forward.
    place
        As in `hours_of_week`.

    Returns
    -------
    states
        ``(venues,)`` int8 of CLOSED, UNKNOWN and OPEN. The 30 minutes are real ones when clocks
        change within them.
    """
    aware = at.replace(tzinfo=LONDON) if at.tzinfo is None else at
    start = aware.astimezone(UTC).replace(second=0, microsecond=0)
    stay = [
        (start + timedelta(minutes=k)).astimezone(LONDON).replace(tzinfo=None)
        for k in range(STAY_MINUTES)
    ]
    first = stay[0].date() - timedelta(days=1)
    midnight = datetime.combine(first, time())
    minutes = [int((moment - midnight).total_seconds()) // 60 for moment in stay]
    rules = [read_rules(text or "") for text in texts]
    known = {rule: _states(rule, first, 3, place)[minutes].min() for rule in dict.fromkeys(rules)}
    return np.array([known[rule] for rule in rules], dtype=np.int8)


def assume_hours(
    texts: Sequence[str | None], types: Sequence[str | None], assumed: Mapping[str, str]
) -> tuple[list[str], Flags]:
    """Put in the hours assumed for a venue's type where nobody gave any.

    Hours that were given and cannot be read stay as they are, and so unknown.

    Returns
    -------
    texts, assumed
        The texts, and ``(venues,)`` bool: which of them are assumed.
    """
    filled, marks = [], []
    for text, kind in zip(texts, types, strict=True):
        given = (text or "").strip()
        default = "" if given else assumed.get((kind or "").strip().casefold(), "")
        filled.append(given or default)
        marks.append(bool(default))
    return filled, np.array(marks, dtype=np.bool_)


_ASSUMED: Final = "assumed_hours"
_LONGEST_HOURS: Final = 500
_HOURS: Final = ValueKind(
    'hours such as "Mo-Fr 09:00-17:30; Sa 10:00-16:00; PH off"',
    lambda value: None if _are_hours(value) else shown(value),
)


def _are_hours(value: object) -> bool:
    is_text = isinstance(value, str) and len(value) <= _LONGEST_HOURS
    return is_text and bool(read_rules(str(value)).osm)


def read_assumed(path: Path, known: Collection[str]) -> dict[str, str]:
    """Read the hours to assume for each venue type from a TOML file.

    The file has one table, ``[assumed_hours]``, with lines such as ``pharmacy = "Mo-Fr 09:00-17:30;
    PH off"``.

    Parameters
    ----------
    known
        The venue types that there are, as in `VenueTypes.groups`.

    Raises
    ------
    SettingsError
        If the file cannot be read, or hours in it, or if it names a venue type that is not known.
    """
    types = {kind.strip().casefold() for kind in known}
    values = read_toml(path)
    if not values.get(_ASSUMED):
        raise SettingsError(
            f"{path.name} needs a table [{_ASSUMED}] with a line for each venue type, such as "
            'pharmacy = "Mo-Fr 09:00-17:30; PH off".'
        )
    check_values(values, {_ASSUMED: TABLE}, path.name, what="table")
    table = {kind.strip().casefold(): text for kind, text in values[_ASSUMED].items()}
    hours = dict.fromkeys(sorted(types), _HOURS)
    check_values(table, hours, f"{path.name}, [{_ASSUMED}]", what="venue type")
    return table


def shown_hours(text: object) -> str | None:
    """Return hours that may be shown: those that were read, in OpenStreetMap's syntax.

    `None` for all else: free text may name anybody.

    Examples
    --------
    >>> shown_hours("Mon-Fri 9am to 5pm; bank holidays closed")
    'Mo-Fr 09:00-17:00; PH off'
    >>> shown_hours("ask Jane") is None
    True
    """
    osm = read_rules(text).osm if isinstance(text, str) else ""
    return osm if osm and '"' not in osm else None


def say_given_hours(text: object) -> str:
    """Return hours that may be shown, or that hours are given and cannot be read; "" for none."""
    given = isinstance(text, str) and bool(text)
    return shown_hours(text) or ("given, but cannot be read" if given else "")


def usual_week(day: date) -> date:
    """Return the Monday of the last week up to a day's own that has no bank holiday."""
    monday = monday_of(day)
    while any(NOWHERE.is_holiday(one) for one in _days(monday, 7)):
        monday -= timedelta(days=7)
    return monday


def _days(first: date, n: int) -> Iterable[date]:
    return (first + timedelta(days=k) for k in range(n))


def _week(rules: Rules, monday: date, place: Place) -> NDArray[np.int8]:
    states = _states(rules, monday, 8, place)
    window = 60 + STAY_MINUTES - 1
    hours = np.lib.stride_tricks.sliding_window_view(states, window)[::60][:HOURS_OF_WEEK]
    return np.asarray(hours.min(axis=1))


def _states(rules: Rules, first: date, n_days: int, place: Place) -> NDArray[np.int8]:
    """Return the state in every minute of some days; what began the day before is included."""
    if not rules.osm:
        return np.full(n_days * DAY, UNKNOWN, dtype=np.int8)
    states = np.full((n_days + 2) * DAY, CLOSED, dtype=np.int8)
    sun_matters = rules.needs_the_sun
    for number, day in enumerate(_days(first - timedelta(days=1), n_days + 1)):
        sun = place.sun(day) if sun_matters else {}
        for start, end, state in _on(rules, day, place, sun):
            minutes = slice(number * DAY + start, number * DAY + end)
            np.maximum(states[minutes], np.int8(state), out=states[minutes])
    return states[DAY : (n_days + 1) * DAY]


def _on(
    rules: Rules, day: date, place: Place, sun: Mapping[str, int]
) -> list[tuple[int, int, int]]:
    """Return what the rules open on a day; where its own hours are doubtful, as not known."""
    found = spans_of_day(rules, day, holiday=place.is_holiday(day), sun=sun)
    if place.is_doubtful(day) and found != spans_of_day(rules, day, holiday=False, sun=sun):
        return [(start, end, UNKNOWN) for start, end, _ in found]
    return found


def _reason(rules: Rules, place: Place) -> str:
    if rules.osm and rules.needs_the_sun and place.latitude is None:
        return NO_PLACE
    return rules.reason


def _cautions(
    rules: Sequence[Rules],
    reasons: Sequence[str],
    assumed: Flags,
    holidays: Sequence[date],
    vague: int,
) -> tuple[Caution, ...]:
    """Say what a reader of the table must know, in counts."""
    found = []
    for reason, n in Counter(filter(None, reasons)).most_common():
        said = f"{count(n, 'venue')} never counted as open: {reason}."
        found.append(Caution("venues-never-open", said))
    if vague:
        why = "no hour is certain in what was given"
        said = f"{count(vague, 'venue')} never counted as open: {why}."
        found.append(Caution("venues-never-open", said))
    if n_assumed := int(assumed.sum()):
        said = f"Assumed, because nobody gave them: the hours of {count(n_assumed, 'venue')}."
        found.append(Caution("hours-assumed", said))
    silent = sum(bool(rule.osm) and not rule.names_bank_holidays for rule in rules)
    if holidays and silent:
        days = ", ".join(f"{day.day} {day:%B %Y}" for day in holidays)
        said = (
            f"This week has a bank holiday ({days}), and the hours of {count(silent, 'venue')} do "
            "not say what holds on one: their usual hours are shown."
        )
        found.append(Caution("bank-holiday-week", said))
    return tuple(found)


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
    days = list(_days(first, (last - first).days + 1))
    holidays = tuple(day for day in days if place.is_holiday(day))
    if reason := _reason(rules, place):
        return Timetable(((),) * DAYS, {}, holidays, first, last, reason)
    spans = {day: _spans(rules, day, place) for day in days}
    week = _usual(spans, frozenset(holidays))
    others = {day: own for day, own in spans.items() if own != week[day.weekday()]}
    return Timetable(week, others, holidays, first, last)


def _spans(rules: Rules, day: date, place: Place) -> Spans:
    sun = place.sun(day) if rules.needs_the_sun else {}
    found = sorted(_on(rules, day, place, sun))
    if place.is_holiday(day) and not rules.names_bank_holidays:
        return tuple((start, end, UNKNOWN) for start, end, _ in found)
    return tuple(found)


def _usual(spans: Mapping[date, Spans], holidays: frozenset[date]) -> tuple[Spans, ...]:
    """Return the first whole week without a bank holiday: the week as it is now."""
    for monday in (day for day in spans if day.weekday() == 0):
        week = list(_days(monday, DAYS))
        if not holidays.intersection(week) and week[-1] in spans:
            return tuple(spans[day] for day in week)
    return ((),) * DAYS
