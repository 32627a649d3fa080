"""Opening hours as people write them, put into the syntax of OpenStreetMap where that is safe.

"Mon - Fri: 9am - 5.30pm, Sat 10am-4pm, closed Sundays" becomes "Mo-Fr 09:00-17:30; Sa 10:00-16:00;
Su off". What could be read in two ways is not read: "9-5" says neither morning nor evening.

A text becomes tokens, tokens become items (days, times, "closed"), and items are paired into
statements, all with the days first or all with the times first. Each day then takes what its
statements agree upon; a day of which two disagree is unknown.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from csp_geo.inputs.venues.opening_times import (
    AMBIGUOUS,
    DAY,
    UNREADABLE,
    UnreadError,
    are_office_hours,
    clock,
    read_span,
    read_start,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_TEXT: Final = 500
DISAGREE: Final = "Two parts of them disagree on a day, which then is not known."
_WEEK: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_PH: Final = "PH"
_ALL: Final = frozenset(_WEEK)
_FEW: Final = 3
_WORKING: Final = frozenset(_WEEK[:5])

_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-") | {
    ord("\u2018"): "'",
    ord("\u2019"): "'",
}
_SPACES: Final = re.compile(r"[^\S\n]+")
_NAMES: Final = {
    "Mo": re.compile(r"mon?(?:days?)?s?", re.IGNORECASE),
    "Tu": re.compile(r"tu(?:es?)?(?:days?)?s?", re.IGNORECASE),
    "We": re.compile(r"we(?:ds?)?(?:nesdays?)?s?", re.IGNORECASE),
    "Th": re.compile(r"th(?:u(?:rs?)?)?(?:days?)?s?", re.IGNORECASE),
    "Fr": re.compile(r"fri?(?:days?)?s?", re.IGNORECASE),
    "Sa": re.compile(r"sat?(?:urdays?)?s?", re.IGNORECASE),
    "Su": re.compile(r"sun?(?:days?)?s?", re.IGNORECASE),
    "Mo-Fr": re.compile(r"week\s?days?|m\s?-\s?f", re.IGNORECASE),
    "Sa-Su": re.compile(r"week\s?ends?", re.IGNORECASE),
    "Mo-Su": re.compile(
        r"daily|every\s?day|all\s+week|(?:7|seven)\s+days(?:\s+(?:a|per)\s+week)?", re.IGNORECASE
    ),
    _PH: re.compile(r"(?:(?:public|bank)\s+(?:holidays?|hols?)|ph|b/?hs?)", re.IGNORECASE),
}
_TIME: Final = (
    r"(?:12(?:[:.]00)?\s?)?(?:noon|mid-?day|mid-?night)|\d{4}(?:\s?[ap]\.?m\b\.?)?"
    r"|\d{1,2}(?:[:.]\d\d)?(?:\s?[ap]\.?m\b\.?)?"
)
_ANY_NAME: Final = "|".join(names.pattern for names in _NAMES.values())
_DOT: Final = r"(?:\.(?=\s?(?:[-,&:/\d]|to\b|and\b)))?"
"""The full stop of "Tues.", as far as it does not end a sentence."""
_LAST_ORDERS: Final = r"last\s(?:food\s)?orders?(?:\sat|\sis)?:?\s"
_FILLER: Final = (
    r"(?P<filler>:|(?:open(?:ing)?(?:\s+(?:hours|times))?|hours|hrs?|from|on|at)\b"
    r"|(?:every|each|inclusive|only)\b)"
)
_TOKENS: Final = re.compile(
    "|".join(
        (
            r"(?P<allday>24\s?/\s?7|24\s?-?\s?(?:hours|hour|hrs|hr|h)\b(?:\s+a\s+day)?)",
            rf"(?P<day>(?:{_ANY_NAME})(?![a-z])){_DOT}",
            rf"(?P<aside>{_LAST_ORDERS}(?:{_TIME})(?![\d:]))",
            rf"(?P<time>(?:{_TIME})(?![\d:]))",
            r"(?P<closed>(?:closed|shut|off)(?:\s+(?:on|all\s+day|for\s+lunch))?\b)",
            r"(?P<except>(?:except(?:\s+(?:for|on))?|excluding|excl|not)\b\.?)",
            r"(?P<to>-|(?:to|till|until|'?til|thru|through)\b)",
            r"(?P<late>(?:late|close)\b)",
            r"(?P<plus>\+(?!\s?\w)|onwards?\b)",
            r"(?P<comma>[,&+]|(?:and|plus)\b)",
            r"(?P<also>(?:including|incl|inc)\b\.?)",
            r"(?P<slash>/)",
            r"(?P<stop>[;|.])",
            r"(?P<line>\n)",
            r"(?P<bracket>[()\[\]])",
            _FILLER,
            r"(?P<space>\s+)",
        )
    ),
    re.IGNORECASE,
)
_JOIN: Final = frozenset({"comma", "slash", "also"})
_SEPARATE: Final = _JOIN | {"stop", "line", "bracket"}
_FIRM: Final = frozenset({"stop", "line", "bracket"})

_Days = frozenset[str]
_Times = tuple[str, str, bool]
"""The two ends of a span as written, the last "" where there is none, and whether "+" follows."""
_Span = tuple[int, int, bool]
"""Start and end in minutes, up to 48 hours, and whether it may go on after the end."""
_Spans = tuple[_Span, ...]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


@dataclass
class _Item:
    """Days, times or "closed", and which separators stand before it."""

    kind: str
    before: frozenset[str]
    days: _Days = frozenset()
    times: list[_Times] = field(default_factory=list)


@dataclass
class _Statement:
    """What holds on some days: times, or closed where there are none."""

    days: _Days
    times: list[_Times] = field(default_factory=list)

    @property
    def office_days(self) -> _Days:
        """The days of which it says something like "9-5", where Sunday is not among them."""
        said = any(are_office_hours(first, last) for first, last, _ in self.times)
        return self.days if said and "Su" not in self.days else frozenset()


_END: Final = _Item("", frozenset())


def tidy(text: str) -> str:
    """Even out what does not change the meaning: dashes, spaces, full-width letters."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    lines = (_SPACES.sub(" ", line).strip() for line in plain.strip().splitlines())
    return "\n".join(line for line in lines if line).strip("; \n")


def translate(text: str) -> tuple[str, str]:
    """Put opening hours as people write them into OpenStreetMap's syntax.

    Parameters
    ----------
    text
        Tidied. Days by name, "weekdays", "weekends", "daily", "bank holidays"; times with am and pm
        or on the 24-hour clock; "24 hours"; "closed"; "except"; "till late".

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
    pairs = _Pairs(_items(_tokens(text)))
    statements = pairs.found
    shut = frozenset[str]().union(*(one.days for one in statements if not one.times))
    if len(shut & _ALL) > _FEW and any(one.times and not one.days for one in statements):
        raise UnreadError(UNREADABLE)  # "9am-5pm, Mon-Fri closed"
    office = frozenset[str]().union(*(one.office_days for one in statements)) >= _WORKING
    spans = [_read_times(one.times, office=office) for one in statements]
    if pairs.lunch:
        gap = _read_times(pairs.lunch, office=office)
        spans = [_without(one, gap) for one in spans]
    said = {day: of for day in (*_WEEK, _PH) if (of := _of_day(day, statements, spans))}
    if len(statements) == 1 and not statements[0].days:
        return said["Mo"], ""
    return _say_week(said), DISAGREE if "unknown" in said.values() else ""


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if not found or found.end() == at:
            raise UnreadError(UNREADABLE)
        at = found.end()
        kind = str(found.lastgroup)
        if kind not in {"space", "filler", "aside"}:
            tokens.append(_Token(kind, found.group(kind).lower()))
    return [*tokens, _Token("end", ""), _Token("end", "")]


def _items(tokens: list[_Token]) -> list[_Item]:
    items: list[_Item] = []
    before: set[str] = set()
    at = 0
    while (token := tokens[at]).kind != "end":
        at += 1
        if token.kind in _SEPARATE or token.text == "-":
            before.add("dash" if token.text == "-" else token.kind)
            continue
        item = _Item(token.kind, frozenset(before))
        if token.kind == "day":
            last = None
            if tokens[at].kind == "to" and tokens[at + 1].kind == "day":
                last = tokens[at + 1].text
                at += 2
            item.days = _day_range(token.text, last)
        elif token.kind == "allday":
            item.kind = "time"
            item.times = [("00:00", "24:00", False)]
        elif token.kind == "time":
            times, at = _times(token.text, tokens, at)
            item.times = [times]
        elif token.kind not in {"closed", "except"}:
            raise UnreadError(UNREADABLE)
        _add(items, item)
        before = set()
    return items


def _times(first: str, tokens: list[_Token], at: int) -> tuple[_Times, int]:
    """Read on from the first time of a span; its last is "" where it has no end."""
    if tokens[at].kind == "plus":
        return (first, "", True), at + 1
    if tokens[at].kind != "to":
        raise UnreadError(UNREADABLE)
    end = tokens[at + 1]
    if end.kind == "late":
        return (first, "", True), at + 2
    if end.kind != "time":
        raise UnreadError(UNREADABLE)
    later = tokens[at + 2].kind == "plus"
    return (first, end.text, later), at + 2 + later


def _add(items: list[_Item], item: _Item) -> None:
    """Add an item, joined to the one before where both are days or both are times."""
    last = items[-1] if items else None
    if last and last.kind == item.kind == "day" and item.before <= _JOIN:
        if not item.before or last.days & item.days:
            raise UnreadError(UNREADABLE)
        last.days |= item.days
    elif last and last.kind == item.kind == "time" and item.before <= {"comma", "slash", "line"}:
        last.times += item.times
    else:
        items.append(item)


class _Pairs:
    """Pairs days with what holds on them; `lunch` is when it closes for a while."""

    def __init__(self, items: list[_Item]) -> None:
        self.found = _exceptions(items)
        self.lunch: list[_Times] = []
        self._items = items
        self._first = ""
        """Which comes first, "day" or "time"; "alone" where the times have no day."""
        at = 0
        reads = {"closed": self._closed, "day": self._days, "time": self._times}
        while at < len(items):
            at += reads[items[at].kind](at)
        if not self.found:
            raise UnreadError(UNREADABLE)

    def _item(self, at: int) -> _Item:
        return self._items[at] if at < len(self._items) else _END

    def _closed(self, at: int) -> int:
        one, two = self._item(at + 1), self._item(at + 2)
        loose = two.kind in {"closed", "time"} and not (two.kind == "time" and two.before & _FIRM)
        timed = sum(bool(statement.times) for statement in self.found)
        if one.kind == "day" and not loose:
            self.found.append(_Statement(one.days))
        elif one.kind == "time" and two is _END and timed == 1:
            self.lunch = one.times
        elif len(self._items) == 1:
            self.found.append(_Statement(frozenset()))
        else:
            raise UnreadError(UNREADABLE)
        return 2

    def _days(self, at: int) -> int:
        item, one, two = (self._item(at + k) for k in range(3))
        lines = one.before == two.before == {"line"}
        if one.kind == "closed" and (not one.before - {"dash"} or two.kind != "day" or lines):
            self.found.append(_Statement(item.days))
        elif one.kind == "time" and "stop" not in one.before and self._first in {"", "day"}:
            self._first = "day"
            self.found.append(_Statement(item.days, one.times))
        elif "also" in item.before and self.found and self.found[-1].times:
            self.found[-1].days = (self.found[-1].days or _ALL) | item.days
            return 1
        else:
            raise UnreadError(UNREADABLE)
        return 2

    def _times(self, at: int) -> int:
        item, one, two = (self._item(at + k) for k in range(3))
        mine = one.kind == "day" and "stop" not in one.before
        if one.before and not two.before and two.kind == "closed":
            mine = mine and self._item(at + 3).kind == "day"  # "8am-10pm, Mondays closed"
        also = "also" in one.before
        if mine and not also and self._first in {"", "time"}:
            self._first = "time"
            self.found.append(_Statement(one.days, item.times))
            return 2
        if at or (also and one.days != {_PH}):
            raise UnreadError(UNREADABLE)
        self._first = "alone"  # "9am-5pm, including bank holidays" goes on in _days
        self.found.append(_Statement(frozenset(), item.times))
        return 1


def _exceptions(items: list[_Item]) -> list[_Statement]:
    """Take "except Sundays" off the days before it; elsewhere "except" is "closed"."""
    found = []
    at = 0
    while at < len(items):
        if items[at].kind == "except":
            items[at].kind = "closed"
            around = [
                items[k].kind if 0 <= k < len(items) else "" for k in (at - 2, at - 1, at + 1)
            ]
            if around[1:] == ["day", "day"]:
                left = items[at - 1].days - items[at + 1].days
                if around[0] == "closed" or not left:
                    raise UnreadError(UNREADABLE)
                items[at - 1].days = left
                found.append(_Statement(items[at + 1].days))
                del items[at : at + 2]
                continue
        at += 1
    return found


def _read_times(times: list[_Times], *, office: bool) -> _Spans:
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


def _without(spans: _Spans, gap: _Spans) -> _Spans:
    """Take a time of closing out of the one span around it."""
    if not spans:
        return spans
    if len(spans) > 1 or len(gap) > 1:
        raise UnreadError(AMBIGUOUS)
    start, end, later = spans[0]
    shuts, opens, unsure = gap[0]
    if unsure or not start < shuts < opens < end:
        raise UnreadError(AMBIGUOUS)
    return (start, shuts, False), (opens, end, later)


def _of_day(day: str, statements: list[_Statement], spans: list[_Spans]) -> str:
    """Say what holds on a day: "" where no statement names it, "unknown" where two disagree."""
    mine = [
        (one.days or _ALL, own)
        for one, own in zip(statements, spans, strict=True)
        if day in (one.days or _ALL)
    ]
    shut = [days for days, own in mine if not own]
    timed = [(days, own) for days, own in mine if own]
    if not mine:
        return ""
    if shut:
        narrower = all(off - {_PH} < days for off in shut for days, _ in timed)
        return "off" if narrower else "unknown"
    each = {own for _, own in timed}
    if len(each) > 1 and len({days for days, _ in timed}) > 1:
        return "unknown"
    try:
        return ",".join(_say_span(*span) for span in _apart(chain.from_iterable(each)))
    except UnreadError:
        return "unknown"


def _say_span(start: int, end: int, later: bool) -> str:
    until = end if end <= DAY else end - DAY
    return clock(start) + (f"-{clock(until)}" if end > start else "") + ("+" if later else "")


def _say_week(said: Mapping[str, str]) -> str:
    """Write what holds on each day, days of the same hours together."""
    rules = []
    for hours in dict.fromkeys(said.values()):
        days = [day for day in _WEEK if said.get(day) == hours]
        if days:
            rules.append(f"{_say_days(days)} {hours}")
    if _PH in said:
        rules.append(f"{_PH} {said[_PH]}")
    return "; ".join(rules)


def _say_days(days: list[str]) -> str:
    runs: list[list[str]] = []
    for day in days:
        if runs and _WEEK.index(runs[-1][-1]) + 1 == _WEEK.index(day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _day_range(first: str, last: str | None) -> _Days:
    """Return the days of "Mon" or of "Mon to Fri"; a range may go over Sunday."""
    days = _day(first)
    if last is None:
        return frozenset({_PH}) if days == _PH else _between(days)
    until = _day(last)
    if _PH in (days, until) or "-" in days + until:
        raise UnreadError(UNREADABLE)
    return _between(f"{days}-{until}")


def _between(days: str) -> _Days:
    first, _, last = days.partition("-")
    start, end = _WEEK.index(first), _WEEK.index(last or first)
    return frozenset(_WEEK[k % 7] for k in range(start, (end if end >= start else end + 7) + 1))


def _day(text: str) -> str:
    return next(day for day, names in _NAMES.items() if names.fullmatch(text))
