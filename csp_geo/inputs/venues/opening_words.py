"""Opening hours as people write them, taken apart into days, times and "closed".

A text becomes tokens, tokens become items, and an item keeps what stands before it: a comma, a
bracket, the end of a sentence. What the items mean together is for `opening_pairs`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from csp_geo.inputs.venues.opening_times import UNREADABLE, UnreadError

WEEK: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
PH: Final = "PH"
ALL: Final = frozenset(WEEK)

_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-") | {
    ord("\u2018"): "'",
    ord("\u2019"): "'",
    **dict.fromkeys(map(ord, "\u2022\u00b7\u25cf"), ";"),
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
        r"daily|every\s?day|all\s+week|(?:7|seven)\s+days(?:\s+(?:a|per)\s+week)?"
        r"|365\s+days(?:\s+(?:a|per)\s+year)?",
        re.IGNORECASE,
    ),
    PH: re.compile(r"(?:(?:public|bank)\s+(?:holidays?|hols?)|ph|b/?hs?)", re.IGNORECASE),
}
_HALF: Final = r"(?:\s?[ap](?:\.m\b\.?|m\b(?:\.(?=\s?(?:-|to\b)))?))?"
"""Morning or evening; the full stop after "pm" ends a sentence, unless the span goes on."""
_TIME: Final = (
    r"(?:12(?:[:.]00)?\s?)?(?:noon|mid-?day|mid-?night)"
    rf"|\d{{4}}{_HALF}|\d{{1,2}}(?:[:.]\d\d)?{_HALF}"
)
_ANY_NAME: Final = "|".join(names.pattern for names in _NAMES.values())
_DOT: Final = r"(?:\.(?=\s?(?:[-,&:/\d]|to\b|and\b)))?"
"""The full stop of "Tues.", as far as it does not end a sentence."""
_LAST_ORDERS: Final = (
    r"(?:last\s(?:food\s)?orders?|last\sfood|kitchen\s(?:closes|shuts))(?:\sat|\sis)?:?\s"
)
_FILLER: Final = (
    r"(?P<filler>:|(?:(?:store|shop|trading|business)\s+)?"
    r"(?:open(?:s|ing)?(?:\s+(?:hours|times))?|hours|times(?=:)|hrs?)\b"
    r"|(?:from|on|at|our|are|is)\b"
    r"|(?:every|each|inclusive|only)\b|for\s+lunch\b)"
)
_ALL_DAY: Final = (
    r"(?P<allday>24\s?/\s?7(?:\s?/\s?365)?|always\s+open\b"
    r"|24\s?-?\s?(?:hours|hour|hrs|hr|h)\b(?:\s+a\s+day)?)"
)
_EXCEPT: Final = (
    r"(?P<except>(?:except(?:\s+(?:for|on))?|excepting|excluding|excl|exc|ex"
    r"|(?:but\s+)?not|apart\s+from|other\s+than)\b\.?)"
)
_TO: Final = (
    r"(?P<to>-|(?:to|till|until|'?til|thru|through)\b"
    r"|(?:,|and\b)?\s?(?:closes|closing)\b(?:\sat\b)?)"
)
_TOKENS: Final = re.compile(
    "|".join(
        (
            _ALL_DAY,
            r"(?P<we>we(?:\s+are|'re)\b)",
            rf"(?P<day>(?:{_ANY_NAME})(?![a-z])){_DOT}",
            rf"(?P<aside>{_LAST_ORDERS}(?:{_TIME})(?![\d:]))",
            rf"(?P<time>(?:{_TIME})(?![\d:]))",
            r"(?P<closed>(?:but\s+)?(?:closed|shut|off)(?:\s+(?:on|all\s+day|for\s+lunch))?\b)",
            _EXCEPT,
            _TO,
            r"(?P<late>(?:late|close)\b)",
            r"(?P<plus>\+(?!\s?\w)|onwards?\b)",
            r"(?P<comma>,)",
            r"(?P<and>[&+]|(?:and|plus)\b)",
            r"(?P<also>(?:including|incl|inc)\b\.?)",
            r"(?P<slash>/)",
            r"(?P<stop>[;|.])",
            r"(?P<line>\n)",
            r"(?P<bracket>[()\[\]])",
            r"(?P<vary>(?:may|might|can)\s(?:vary|differ|change)\b)",
            r"(?P<open>open\b(?!\s+(?:hours|times)))",
            _FILLER,
            r"(?P<space>\s+)",
        )
    ),
    re.IGNORECASE,
)
_SILENT: Final = frozenset({"space", "filler", "aside", "we"})
JOIN: Final = frozenset({"comma", "and", "slash", "also"})
_SEPARATE: Final = JOIN | {"stop", "line", "bracket", "open"}
_BETWEEN_TIMES: Final = frozenset({"comma", "and", "slash", "line"})

Days = frozenset[str]
Times = tuple[str, str, bool]
"""The two ends of a span as written, the last "" where there is none, and whether "+" follows."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


@dataclass
class Item:
    """Days, times or a word such as "closed", and which separators stand before it.

    `parts` has the days that are joined to one another, each with what stands before them.
    """

    kind: str
    before: frozenset[str] = frozenset()
    parts: list[tuple[frozenset[str], Days]] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)

    @property
    def days(self) -> Days:
        """All its days."""
        return Days().union(*(days for _, days in self.parts))

    def without(self, days: Days) -> Item:
        """Return the same item without some of its days."""
        left = [(before, own - days) for before, own in self.parts]
        return Item(self.kind, self.before, [part for part in left if part[1]])


END: Final = Item("")


def tidy(text: str) -> str:
    """Even out what does not change the meaning: dashes, spaces, full-width letters."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    lines = (_SPACES.sub(" ", line).strip() for line in plain.strip().splitlines())
    return "\n".join(line for line in lines if line).strip("; \n")


def items_of(text: str) -> list[Item]:
    """Take a tidied text apart.

    Raises
    ------
    UnreadError
        If it has a word that is not known, or a time that is no end of a span.
    """
    tokens = _tokens(text)
    items: list[Item] = []
    before: set[str] = set()
    at = 0
    while (token := tokens[at]).kind != "end":
        at += 1
        if token.kind in _SEPARATE or token.text == "-":
            before.add("dash" if token.text == "-" else token.kind)
            continue
        item = Item(token.kind, frozenset(before - {"open"}))
        if token.kind == "day":
            item.before = frozenset(before)
            last = None
            if tokens[at].kind == "to" and tokens[at + 1].kind == "day":
                last = tokens[at + 1].text
                at += 2
            item.parts = [(item.before, _day_range(token.text, last))]
        elif token.kind == "allday":
            item.kind = "time"
            item.times = [("00:00", "24:00", False)]
        elif token.kind == "time":
            times, at = _times(token.text, tokens, at)
            item.times = [times]
        elif token.kind == "to" and items and items[-1].kind == "day" and not before:
            times, at = _times("", tokens, at - 1)
            item.kind, item.times = "until", [times]
        elif token.kind not in {"closed", "except", "vary"}:
            raise UnreadError(UNREADABLE)
        _add(items, item)
        before = set()
    return items


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if not found or found.end() == at:
            raise UnreadError(UNREADABLE)
        at = found.end()
        kind = str(found.lastgroup)
        if kind not in _SILENT:
            tokens.append(_Token(kind, found.group(kind).lower()))
    return [*tokens, _Token("end", ""), _Token("end", "")]


def _times(first: str, tokens: list[_Token], at: int) -> tuple[Times, int]:
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


def _add(items: list[Item], item: Item) -> None:
    """Add an item, joined to the one before where both are days or both are times."""
    last = items[-1] if items else None
    between = item.before - ({"bracket"} if "also" in item.before else set())
    if last and last.kind == item.kind == "day" and "dash" in between:
        raise UnreadError(UNREADABLE)  # "Mon-Wed-Fri"
    if last and last.kind == item.kind == "day" and between <= JOIN:
        if not item.before or last.days & item.days:
            raise UnreadError(UNREADABLE)
        last.parts += item.parts
    elif last and last.kind == item.kind == "time" and item.before <= _BETWEEN_TIMES:
        last.times += item.times
    else:
        items.append(item)


def _day_range(first: str, last: str | None) -> Days:
    """Return the days of "Mon" or of "Mon to Fri"; a range may go over Sunday."""
    days = _day(first)
    if last is None:
        return frozenset({PH}) if days == PH else _between(days)
    until = _day(last)
    if PH in (days, until) or "-" in days + until:
        raise UnreadError(UNREADABLE)
    return _between(f"{days}-{until}")


def _between(days: str) -> Days:
    first, _, last = days.partition("-")
    start, end = WEEK.index(first), WEEK.index(last or first)
    return frozenset(WEEK[k % 7] for k in range(start, (end if end >= start else end + 7) + 1))


def _day(text: str) -> str:
    return next(day for day, names in _NAMES.items() if names.fullmatch(text))
