"""Opening hours as people write them, put into the syntax of OpenStreetMap where that is safe.

"Mon - Fri: 9am - 5.30pm, Sat 10am-4pm, closed Sundays" becomes "Mo-Fr 09:00-17:30; Sa 10:00-16:00;
Su off". What could be read in two ways is not read: "9-5" says neither morning nor evening.

`opening_words` takes a text apart, `opening_pairs` tells which times belong to which days. Each day
then takes what its statements say together. It is unknown where two of them disagree or readings
do, and where its times cannot be relied upon; the other days keep theirs.
"""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from csp_geo.inputs.venues.opening_pairs import readings
from csp_geo.inputs.venues.opening_times import (
    AMBIGUOUS,
    DAY,
    SLIP,
    UnreadError,
    are_half_day,
    clock,
    read_gap,
    read_span,
    read_start,
    say_in_part,
)
from csp_geo.inputs.venues.opening_words import ALL, PH, WEEK, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from csp_geo.inputs.venues.opening_pairs import Statement
    from csp_geo.inputs.venues.opening_words import Times

LONGEST_TEXT: Final = 500
DISAGREE: Final = "Two parts of them disagree on a day, which then is not known."
TWO_WAYS: Final = "They can be read in two ways on a day, which then is not known."
NOT_SAID: Final = "They do not say all of a day, which then is not known."
_WORKING: Final = frozenset(WEEK[:5])
_MOST_WORKING: Final = 4
_BY_DAY: Final = range(6 * 60, 19 * 60 + 1)
_UNSURE: Final = "unknown"

_Span = tuple[int, int, bool]
"""Start and end in minutes, up to 48 hours, and whether it may go on after the end."""
_Spans = tuple[_Span, ...]


def translate(text: str, *, in_parts: bool = True) -> tuple[str, str]:
    """Put opening hours as people write them into OpenStreetMap's syntax.

    Parameters
    ----------
    text
        Tidied. Days by name, "weekdays", "weekends", "daily", "bank holidays"; times with am and pm
        or on the 24-hour clock; "24 hours"; "closed"; "except"; "till late".
    in_parts
        Whether it is prose: a second span of a day adds to the first, and a day whose times cannot
        be relied upon is unknown by itself. Else spans of different days that share one disagree,
        and nothing is read where anything cannot be.

    Returns
    -------
    osm, doubt
        The translation, in which each day stands once, and what to tell the person who keeps the
        list, "" for nothing.

    Raises
    ------
    UnreadError
        If it could be read in two ways, or not at all.
    """
    found = readings(items_of(text))
    doubts: list[str] = []
    weeks = [_Week(statements, doubts, in_parts=in_parts) for statements in found]
    said = {day: of for day in (*WEEK, PH) if (of := weeks[0].of_day(day))}
    if len(weeks) > 1:
        for day in (*WEEK, PH):
            if len({week.of_day(day) for week in weeks}) > 1:
                said[day] = _UNSURE
                doubts.append(TWO_WAYS)
    refused = weeks[0].refused
    if refused and not any(of not in {_UNSURE, "off"} for of in said.values()):
        raise refused
    if len(found[0]) == 1 and not found[0][0].days:
        return said["Mo"], ""
    if _UNSURE in said.values() and not doubts:
        doubts.append(NOT_SAID)
    return _say_week(said), " ".join(dict.fromkeys(doubts))


class _Week:
    """What the statements of one reading say of each day; doubts are added to those there are."""

    def __init__(self, statements: list[Statement], doubts: list[str], *, in_parts: bool) -> None:
        self._doubts = doubts
        self._in_parts = in_parts
        self.refused: UnreadError | None = None
        office = _is_office(statements)
        self._said = [(one.days or ALL, self._spans(one, office=office)) for one in statements]

    def _spans(self, one: Statement, *, office: bool) -> _Spans | None:
        """Return the spans of a statement, none where it is closed; `None` for not known."""
        if one.is_unsure:
            return None
        try:
            return _without(_read_times(one.times, office=office), one.gap)
        except UnreadError as error:
            if not self._in_parts or str(error) not in {AMBIGUOUS, SLIP}:
                raise
            self.refused = self.refused or error
            self._doubts.append(say_in_part(error))
            return None

    def of_day(self, day: str) -> str:
        """Say what holds on a day: "" where nothing names it, "unknown" where two disagree."""
        mine = [(days, spans) for days, spans in self._said if day in days]
        if not mine:
            return ""
        shut = [days for days, spans in mine if spans == ()]
        timed = {(days, spans) for days, spans in mine if spans != ()}
        if shut:
            narrower = all(off - {PH} < days for off in shut for days, _ in timed)
            return "off" if narrower else self._disagree()
        known = {spans for _, spans in timed if spans is not None}
        if any(spans is None for _, spans in timed):
            return _UNSURE
        try:
            spans = _apart(chain.from_iterable(known))
        except UnreadError:
            return self._disagree()
        several = len(known) > 1 and len({days for days, _ in timed}) > 1
        if several and not self._in_parts:
            return self._disagree()
        return ",".join(_say_span(*span) for span in spans)

    def _disagree(self) -> str:
        self._doubts.append(DISAGREE)
        return _UNSURE


def _is_office(statements: Iterable[Statement]) -> bool:
    """Tell a working week by day, beside which "9-5" can only be meant by day.

    Each day has "9-5" or the like, or times with am and pm from six to seven; one from Tuesday on
    may have a half day or be closed.
    """
    by_day: set[str] = set()
    spared: set[str] = set()
    for one in statements:
        if one.office_days or _is_by_day(one.times):
            by_day |= one.office_days or one.days
        elif one.is_closed or all(are_half_day(first, last) for first, last, _ in one.times):
            spared |= one.days
    by_day &= _WORKING
    return "Mo" in by_day and len(by_day) >= _MOST_WORKING and by_day | spared >= _WORKING


def _is_by_day(times: Iterable[Times]) -> bool:
    try:
        spans = _read_times(times, office=False)
    except UnreadError:
        return False
    return bool(spans) and all(
        start in _BY_DAY and end in _BY_DAY and not later for start, end, later in spans
    )


def _read_times(times: Iterable[Times], *, office: bool) -> _Spans:
    spans = []
    for first, last, later in times:
        if last:
            start, end = read_span(first, last, office=office)
            spans.append((start, end if end > start else end + DAY, later))
        else:
            start = read_start(first)
            spans.append((start, start, True))
    return _apart(spans)


def _apart(spans: Iterable[_Span]) -> _Spans:
    """Sort the spans of a day; refuse those that run into each other, or into the day after."""
    found = tuple(sorted(spans))
    for (_, end, later), (start, _, _) in pairwise(found):
        if later or start < end:
            raise UnreadError(AMBIGUOUS)
    if len(found) > 1 and found[-1][1] - DAY > found[0][0]:
        raise UnreadError(AMBIGUOUS)
    return found


def _without(spans: _Spans, gap: list[Times]) -> _Spans:
    """Take a time of closing out of the span around it; one beside them all is closed anyway."""
    if not gap:
        return spans
    if len(gap) > 1 or gap[0][2] or not gap[0][1]:
        raise UnreadError(AMBIGUOUS)
    cut = [
        (at, shuts, opens)
        for shuts, opens in read_gap(*gap[0][:2])
        for at, (start, end, _) in enumerate(spans)
        if start < shuts < opens < end
    ]
    if len(cut) != 1:
        raise UnreadError(AMBIGUOUS)
    at, shuts, opens = cut[0]
    start, end, later = spans[at]
    return (*spans[:at], (start, shuts, False), (opens, end, later), *spans[at + 1 :])


def _say_span(start: int, end: int, later: bool) -> str:
    until = end if end <= DAY else end - DAY
    return clock(start) + (f"-{clock(until)}" if end > start else "") + ("+" if later else "")


def _say_week(said: Mapping[str, str]) -> str:
    """Write what holds on each day, days of the same hours together."""
    rules = []
    for hours in dict.fromkeys(said.values()):
        days = [day for day in WEEK if said.get(day) == hours]
        if days:
            rules.append(f"{_say_days(days)} {hours}")
    if PH in said:
        rules.append(f"{PH} {said[PH]}")
    return "; ".join(rules)


def _say_days(days: list[str]) -> str:
    runs: list[list[str]] = []
    for day in days:
        if runs and WEEK.index(runs[-1][-1]) + 1 == WEEK.index(day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
