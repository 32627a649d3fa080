"""Which times of a text belong to which days: items paired into statements.

All have the days first or all the times first; "9am-5pm Mon-Fri, Sat 10am-2pm" turns around once.
Where a turn can stand in several places, each of them is a reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from csp_geo.inputs.venues.opening_times import UNREADABLE, UnreadError, are_office_hours
from csp_geo.inputs.venues.opening_words import ALL, END, JOIN, PH, Days, Item, Times

_FEW: Final = 3
_FIRM: Final = frozenset({"stop", "line", "bracket"})
_SENTENCE: Final = _FIRM | {"open"}
_PART: Final = _FIRM | {"comma"}
_WORKING: Final = frozenset({"Mo", "Tu", "We", "Th", "Fr"})
_WEEKEND: Final = ALL - _WORKING
_APART: Final = frozenset({"stop", "and", "slash"})
"""Days and times with one of these between them do not belong together."""
_SHUT: Final = frozenset({"closed", "except"})


@dataclass
class Statement:
    """What holds on some days, on all where it names none: times, or closed where it has none.

    `gap` is when it closes for a while; `is_unsure` is of days of which nothing is known.
    """

    days: Days
    times: list[Times] = field(default_factory=list)
    gap: list[Times] = field(default_factory=list)
    is_unsure: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether it is closed on its days."""
        return not self.times and not self.is_unsure

    @property
    def office_days(self) -> Days:
        """The days of which it says something like "9-5", where Sunday is not among them."""
        said = any(are_office_hours(first, last) for first, last, _ in self.times)
        return self.days if said and "Su" not in self.days else Days()


def readings(items: list[Item]) -> list[list[Statement]]:
    """Return what a text may say, each time all its statements: more than one where it is open.

    Raises
    ------
    UnreadError
        If it cannot be read at all.
    """
    try:
        found = _Pairs(items).found
    except UnreadError:
        others = _with_the_rest(items) or _turned_around(items)
        if not others:
            raise
        return others
    shut = Days().union(*(one.days for one in found if one.is_closed))
    if len(shut & ALL) > _FEW and any(one.times and not one.days for one in found):
        raise UnreadError(UNREADABLE)  # "9am-5pm, Mon-Fri closed"
    return [found]


def _with_the_rest(items: list[Item]) -> list[list[Statement]]:
    """Read "8am-10pm, Sun 10am-4pm": all days, and then a few on which other times hold."""
    first, one = (*items, END, END)[:2]
    if first.kind != "time" or one.kind != "day" or not one.before & (_PART | {"open"}):
        return []
    try:
        pairs = _Pairs(items[1:])
    except UnreadError:
        return []
    named = Days().union(*(one.days for one in pairs.found)) & ALL
    if pairs.first != "day" or len(named) > _FEW:
        return []
    doubtful = _perhaps_shut(named)
    rest = Statement(ALL - named - doubtful, first.times)
    return [[rest, *pairs.found, *_unsure(doubtful)]]


def _perhaps_shut(named: Days) -> Days:
    """Return the days of which "9am-5pm" says nothing beside "Sat 10am-2pm": perhaps all weekend.

    Who names some days, and Sunday not among them, may be closed on it.
    """
    return _WEEKEND - named if named and "Su" not in named else Days()


def _unsure(days: Days) -> list[Statement]:
    return [Statement(days, is_unsure=True)] if days else []


def _turned_around(items: list[Item]) -> list[list[Statement]]:
    """Read a text in which two days stand together, of which each goes another way.

    In "9am-5pm Mon-Fri, Sat 10am-2pm" Friday goes with what is before it and Saturday with what
    follows; so do the days of "closed Mon & Tue, Wed-Sun 9am-5pm".
    """
    whole = Days().union(*(item.days for item in items)) >= ALL
    found = []
    for at, item in enumerate(items):
        if at and items[at - 1].kind in {"time", *_SHUT} and item.kind == "day":
            shut = items[at - 1].kind in _SHUT
            for one, two in _places_to_turn(items, at, is_shut=shut):
                between = two[0].before
                sure = whole or between & _SENTENCE
                runs = [two[0].parts[-1][1]] if shut else [days for _, days in item.parts]
                if sure or any(len(days) >= _FEW + shut for days in runs):
                    found += _both([*items[:at], *one], two)
    return found


def _places_to_turn(
    items: list[Item], at: int, *, is_shut: bool
) -> list[tuple[list[Item], list[Item]]]:
    """Return what may be before and after the turn: in the days at a place, or right after them.

    The "and" of "Mon, Tue and Wed" is one more comma, or the end of a list that a comma follows;
    that of "Mon and Tue, Wed" is none, nor is that of "Sat and Sun". Days that are joined by "and"
    alone are all closed, where "closed" stands beside them.
    """
    item, after = items[at], items[at + 1 :]
    following = after[0] if after else END
    if following.kind == "day":
        return [([item], after)]
    closes = following.kind == "closed"
    if following.before & _FIRM or (closes and item.before) or following.kind == "except":
        return []
    places = [k for k in range(1, len(item.parts)) if "also" not in item.parts[k][0]]
    commas = [k for k in places if "comma" in item.parts[k][0]]
    ands = [k for k in places if k not in commas and not _is_weekend(item, k)]
    if ands and commas and commas[0] < ands[0] < commas[-1]:
        commas, ands = [k for k in commas if k > ands[0]], ands[1:]
    if commas:
        ands = [k for k in ands if commas[0] < k]
    elif is_shut or closes:
        ands = []
    return [
        (
            [Item("day", item.before, item.parts[:k])],
            [Item("day", item.parts[k][0], item.parts[k:]), *after],
        )
        for k in sorted((*commas, *ands))
    ]


def _is_weekend(item: Item, at: int) -> bool:
    one, two = item.parts[at - 1][1], item.parts[at][1]
    return one == {"Sa"} and two == {"Su"}


def _both(before: list[Item], after: list[Item]) -> list[list[Statement]]:
    try:
        one, two = _Pairs(before), _Pairs(after)
    except UnreadError:
        return []
    return [one.found + two.found] if one.first != "day" and two.first in {"", "day"} else []


class _Pairs:
    """Pairs days with what holds on them."""

    def __init__(self, items: list[Item]) -> None:
        self._items, self.found = _exceptions(items)
        self.first = ""
        """Which comes first, "day" or "time"; "alone" where the times have no day."""
        at = 0
        reads = {"closed": self._closed, "day": self._days, "time": self._times}
        while at < len(self._items):
            read = reads.get(self._items[at].kind)
            if read is None:
                raise UnreadError(UNREADABLE)
            at += read(at)
        if not self.found:
            raise UnreadError(UNREADABLE)

    def _item(self, at: int) -> Item:
        return self._items[at] if at < len(self._items) else END

    def _closed(self, at: int) -> int:
        one, two = self._item(at + 1), self._item(at + 2)
        loose = two.kind in {"closed", "time", "until", "vary"}
        ends = two.before and self.first == "time" and self._item(at + 3).kind == "day"
        loose = loose and not (two.kind == "time" and (ends or two.before & _FIRM))
        if at and self._item(at - 1).kind == "day" and not self._items[at].before:
            loose = loose or bool(one.before - {"dash"})  # "9am-5pm Mon-Sat closed, Sun"
        if one.kind == "day" and not loose:
            self.found.append(Statement(one.days))
        elif one.kind == "time" and (two is END or (two.kind == "day" and two.before & _PART)):
            self._close_for_a_while(self._items[at].before, one.times, is_last=two is END)
        elif len(self._items) == 1:
            self.found.append(Statement(Days()))
        else:
            raise UnreadError(UNREADABLE)
        return 2

    def _close_for_a_while(
        self, before: frozenset[str], times: list[Times], *, is_last: bool
    ) -> None:
        """Note a time of closing; at the end of a text it is of all days, unless in brackets."""
        timed = [one for one in self.found if one.times]
        own = timed[-1:]
        if len(timed) > 1 and not any(one.gap for one in timed):
            if not is_last or "bracket" in before:
                raise UnreadError(UNREADABLE)
            own = timed
        if not own or own[-1].gap or self.found[-1] is not own[-1]:
            raise UnreadError(UNREADABLE)
        for one in own:
            one.gap = times

    def _days(self, at: int) -> int:
        item, one, two = (self._item(at + k) for k in range(3))
        lines = one.before == two.before == {"line"}
        timed = bool(self.found) and bool(self.found[-1].times)
        loose = two.kind in {"time", "until"} and not two.before  # "Mon (closed 1pm-2pm), Tue ..."
        mine = not one.before - {"dash"} or two.kind != "day" or lines
        mine = mine and "open" not in item.before  # "open Sundays closed Thurs"
        if one.kind == "closed" and mine and not loose:
            self.found.append(Statement(item.days))
        elif one.kind == "time" and not one.before & _APART and self.first in {"", "day"}:
            self.first = "day"
            self.found.append(Statement(item.days, one.times))
        elif one.kind == "until" and self.found:
            self.found.append(self._until(item.days, one.times[0]))
        elif one.kind == "vary" and item.days == {PH}:
            self.found.append(Statement(item.days, is_unsure=True))
        elif "also" in item.before and timed:
            self.found[-1].days = (self.found[-1].days or ALL) | item.days
            return 1
        elif (timed or "open" in item.before) and item.days == {PH} and one is END and self.found:
            self.found.append(Statement(item.days, is_unsure=True))  # "..., open bank holidays"
            return 1
        else:
            raise UnreadError(UNREADABLE)
        return 2

    def _until(self, days: Days, times: Times) -> Statement:
        """Return "Thu until 8pm" after what is said of Thursday: as it opens then."""
        of = [one for one in self.found if one.times and days <= (one.days or ALL)]
        if not of:
            return Statement(days, is_unsure=True)
        base, (_, last, later) = of[-1], times
        left = (base.days or ALL) - days
        if len(of) > 1 or len(base.times) > 1 or base.gap or not left:
            raise UnreadError(UNREADABLE)
        if not base.days:
            left -= (doubtful := _perhaps_shut(days))
            self.found += _unsure(doubtful)
        base.days = left
        first, usual, _ = base.times[0]
        return Statement(days, [(first, last or usual, later)])

    def _times(self, at: int) -> int:
        item, one, two = (self._item(at + k) for k in range(3))
        mine = one.kind == "day" and not one.before & _APART
        if one.before and not two.before and two.kind == "closed":
            after = self._item(at + 3)  # "8am-10pm, Mondays closed"
            mine = mine and after.kind == "day" and not after.before
        if two.kind in {"until", "vary"}:
            mine = False  # "9am-5pm, Thu until 8pm"
        also = "also" in one.before
        if mine and not also and self.first in {"", "time"}:
            self.first = "time"
            self.found.append(Statement(one.days, item.times))
            return 2
        if at or (also and one.days != {PH}):
            raise UnreadError(UNREADABLE)
        self.first = "alone"  # "9am-5pm, including bank holidays" goes on in _days
        self.found.append(Statement(Days(), item.times))
        return 1


def _exceptions(items: list[Item]) -> tuple[list[Item], list[Statement]]:
    """Take what follows "except" off what stands before it; elsewhere "except" is "closed"."""
    items, found = list(items), []
    at = 0
    while at < len(items):
        if items[at].kind == "except":
            before, after = items[max(at - 2, 0) : at], (*items[at + 1 : at + 3], END, END)
            kinds = [item.kind for item in before]
            days = after[0].days
            if "closed" in kinds and kinds != ["closed", "time"]:
                if not days or after[1].kind in {"time", "until", "vary"}:
                    raise UnreadError(UNREADABLE)
                found.append(Statement(days, is_unsure=True))  # "closed, except bank holidays"
                del items[at : at + 2]
                continue
            if kinds[-1:] == ["day"] and days:
                left = before[-1].without(days)
                if not left.parts:
                    raise UnreadError(UNREADABLE)
                items[at - 1] = left
                found.append(Statement(days))
                del items[at : at + 2]
                continue
            if kinds == ["day", "time"] and items[0].kind == "day" and after[1].kind == "time":
                items[at - 2] = _apart(before[0], after[0])
                found.append(Statement(days, after[1].times))
                del items[at : at + 3]
                continue
            items[at] = Item("closed", items[at].before)
        at += 1
    return items, found


def _apart(usual: Item, other: Item) -> Item:
    """Return usual days without those of "except Wed 9am-1pm", which must be among them."""
    left = usual.without(other.days)
    one = all(before <= JOIN - {"comma"} for before, _ in other.parts[1:])
    if not left.parts or not one or not (other.days <= usual.days or other.days == {PH}):
        raise UnreadError(UNREADABLE)
    return left
