"""Opening hours as people write them, put into the syntax of OpenStreetMap where that is safe.

"Mon - Fri: 9am - 5.30pm, Sat 10am-4pm, closed Sundays" becomes "Mo-Fr 09:00-17:30; Sa 10:00-16:00;
Su off". What could be read in two ways is not read: "9-5" says neither morning nor evening.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

LONGEST_TEXT: Final = 500
AMBIGUOUS: Final = "the hours do not say which times are in the morning and which in the evening"
UNREADABLE: Final = "the hours cannot be read"

DAY: Final = 1440
_NOON: Final = 720
_LAST_HOUR: Final = 24
_AFTERNOON: Final = 13
_TWELVE: Final = 12
_LONG_NIGHT: Final = 18 * 60
_LATE: Final = 3 * 60

_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_SPACES: Final = re.compile(r"[^\S\n]+")
_PADDED: Final = re.compile(r"\d\d[:.]?\d\d")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.]?(\d\d))?")
_NAMES: Final = {
    "Mo": re.compile(r"mon?(?:days?)?s?", re.IGNORECASE),
    "Tu": re.compile(r"tu(?:es?)?(?:days?)?s?", re.IGNORECASE),
    "We": re.compile(r"we(?:ds?)?(?:nesdays?)?s?", re.IGNORECASE),
    "Th": re.compile(r"th(?:u(?:rs?)?)?(?:days?)?s?", re.IGNORECASE),
    "Fr": re.compile(r"fri?(?:days?)?s?", re.IGNORECASE),
    "Sa": re.compile(r"sat?(?:urdays?)?s?", re.IGNORECASE),
    "Su": re.compile(r"sun?(?:days?)?s?", re.IGNORECASE),
    "Mo-Fr": re.compile(r"(?:on\s+)?week\s?days?", re.IGNORECASE),
    "Sa-Su": re.compile(r"(?:at\s+)?week\s?ends?", re.IGNORECASE),
    "Mo-Su": re.compile(r"daily|every\s?day|(?:7|seven)\s+days(?:\s+a\s+week)?", re.IGNORECASE),
    "PH": re.compile(r"(?:(?:public|bank)\s+(?:holidays?|hols?)|ph)", re.IGNORECASE),
}
_TIME: Final = (
    r"(?:12 )?(?:noon|mid-?day|mid-?night)|\d{4}|\d{1,2}(?:[:.]\d\d)?(?:\s?[ap]\.?m\b\.?)?"
)
_TOKENS: Final = re.compile(
    "|".join(
        (
            r"(?P<allday>24\s?/\s?7|24\s?-?\s?(?:hours|hour|hrs|hr|h)\b(?:\s+a\s+day)?)",
            r"(?P<day>(?:"
            + "|".join(names.pattern for names in _NAMES.values())
            + r")(?![a-z]))\.?",
            rf"(?P<time>(?:{_TIME})(?![\d:]))",
            r"(?P<closed>(?:closed|shut|off)(?:\s+(?:on|all\s+day))?\b)",
            r"(?P<to>-|(?:to|till|until|til|through)\b)",
            r"(?P<and>,|&|\+?and\b)",
            r"(?P<stop>[;|/\n])",
            r"(?P<filler>:|(?:open(?:ing)?(?:\s+(?:hours|times))?|hours|from)\b)",
            r"(?P<space>\s+)",
        )
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


class _UnreadError(Exception):
    """The text is not of the kind that is read here; says why."""


def tidy(text: str) -> str:
    """Even out what does not change the meaning: dashes, spaces, full-width letters."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    lines = (_SPACES.sub(" ", line).strip() for line in plain.strip().splitlines())
    return "\n".join(line for line in lines if line).strip("; \n")


def is_slip(start: int, end: int) -> bool:
    """Tell a span, in minutes since midnight, that looks like a slip of the twelve-hour clock.

    It opens and closes at the same minute, or goes on past midnight for more than 18 hours and ends
    at three or later: "12:00-10:00".
    """
    if start == end:
        return True
    until = end if end > start else end + DAY
    return until - DAY >= _LATE and until - start > _LONG_NIGHT


def translate(text: str) -> tuple[str, str]:
    """Put opening hours as people write them into OpenStreetMap's syntax.

    Parameters
    ----------
    text
        Tidied. Days by name, "weekdays", "weekends", "daily", "bank holidays"; times with am and pm
        or on the 24-hour clock; "24 hours"; "closed".

    Returns
    -------
    osm, reason
        The translation and nothing, or nothing and why not.
    """
    try:
        return "; ".join(_Reader(_tokens(text)).groups()), ""
    except _UnreadError as error:
        return "", str(error)


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if not found or found.end() == at:
            raise _UnreadError(UNREADABLE)
        at = found.end()
        kind = str(found.lastgroup)
        if kind != "space":
            tokens.append(_Token(kind, found.group(kind).lower()))
    return tokens


class _Reader:
    """Reads groups of days and times, all with the days first or all with the times first."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def groups(self) -> list[str]:
        found: list[str] = []
        times_first = False
        while self._skip("stop", "and", "filler"):
            closed = self._take("closed") is not None
            days = self._days()
            if closed:
                if not days and (found or self._peek()):
                    raise _UnreadError(UNREADABLE)
                found.append(f"{days} off".strip())
                continue
            if times_first and days and self._peek() != "closed":
                raise _UnreadError(UNREADABLE)
            self._skip("filler")
            what = self._what()
            if not days:
                times_first = self._peek() == "day"
                days = self._days()
                if found and not days:
                    raise _UnreadError(UNREADABLE)
                if times_first and self._peek() not in {"", "stop", "and", "closed"}:
                    raise _UnreadError(UNREADABLE)
            found.append(f"{days} {what}".strip())
        if not found:
            raise _UnreadError(UNREADABLE)
        return found

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at].kind if at < len(self._tokens) else ""

    def _take(self, kind: str) -> str | None:
        if self._peek() != kind:
            return None
        self._at += 1
        return self._tokens[self._at - 1].text

    def _skip(self, *kinds: str) -> bool:
        while self._peek() in kinds:
            self._at += 1
        return bool(self._peek())

    def _days(self) -> str:
        """Read days and ranges of days: "Mon-Thu & Sat" is "Mo-Th,Sa"."""
        days: list[str] = []
        while (text := self._take("day")) is not None:
            day = _day(text)
            if self._peek() == "to" and self._peek(1) == "day":
                self._take("to")
                last = _day(self._take("day") or "")
                if "-" in day + last or "PH" in (day, last):
                    raise _UnreadError(UNREADABLE)
                day = f"{day}-{last}"
            days.append(day)
            if self._peek() == "and" and self._peek(1) == "day":
                self._take("and")
        return ",".join(days)

    def _what(self) -> str:
        if self._take("closed") is not None:
            return "off"
        if self._take("allday") is not None:
            if all(token.kind in {"filler", "allday"} for token in self._tokens[: self._at]):
                self._take("and")  # "24 hours, 7 days a week"
            return "00:00-24:00"
        ranges = [self._range()]
        while self._peek() == "time" or (self._peek() == "and" and self._peek(1) == "time"):
            self._take("and")
            ranges.append(self._range())
        return ",".join(ranges)

    def _range(self) -> str:
        first = self._take("time")
        if first is None or self._take("to") is None or (last := self._take("time")) is None:
            raise _UnreadError(UNREADABLE)
        start, end = _minutes(first, last)
        if is_slip(start, end):
            raise _UnreadError(AMBIGUOUS)
        return f"{clock(start)}-{clock(end)}"


def clock(minutes: int) -> str:
    """Write minutes since midnight as a time."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _day(text: str) -> str:
    return next(day for day, names in _NAMES.items() if names.fullmatch(text))


def _minutes(first: str, last: str) -> tuple[int, int]:
    """Read the two ends of a span; both with am and pm, or both on the 24-hour clock."""
    start, start_is_sure = _one_time(first)
    end, end_is_sure = _one_time(last)
    if last.endswith("night"):
        end = DAY
    if start_is_sure and end_is_sure:
        return start, end
    if start_is_sure or end_is_sure or not on_24_hour_clock(first, last):
        raise _UnreadError(AMBIGUOUS)
    return start, end


def on_24_hour_clock(first: str, last: str) -> bool:
    """Tell whether two times without am and pm can only be meant on the 24-hour clock.

    One of them is from 13:00 on, or both are written with four digits: "09:00-12:00".
    """
    padded = all(_PADDED.fullmatch(text) for text in (first, last))
    return padded or any(int(text[:2].rstrip(":.")) >= _AFTERNOON for text in (first, last))


def _one_time(text: str) -> tuple[int, bool]:
    """Read a time: minutes since midnight, and whether it says which half of the day."""
    if text.endswith(("noon", "day", "night")):
        return (0 if text.endswith("night") else _NOON), True
    digits = _CLOCK.match(text)
    if digits is None:
        raise _UnreadError(UNREADABLE)
    hour, minute = int(digits[1]), int(digits[2] or 0)
    half = text[digits.end() :].strip()[:1]
    most = _TWELVE if half else _LAST_HOUR
    if minute >= 60 or hour > most or (half and hour == 0) or (hour == _LAST_HOUR and minute):  # noqa: PLR2004 - minutes of an hour
        raise _UnreadError(UNREADABLE)
    if half:
        hour = hour % _TWELVE + (_TWELVE if half == "p" else 0)
    return hour * 60 + minute, bool(half)
