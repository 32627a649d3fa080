"""Two times of a span of opening: which half of the day is meant, and what is probably a slip."""

from __future__ import annotations

import re
from typing import Final

AMBIGUOUS: Final = "the hours do not say which times are in the morning and which in the evening"
UNREADABLE: Final = "the hours cannot be read"
SLIP: Final = "a span into the night looks like a slip of the twelve-hour clock"

DAY: Final = 1440
_NOON: Final = 720
_HOUR: Final = 60
_LAST_HOUR: Final = 24
_EVENING, _MORNING, _HALF_PAST_MIDNIGHT = 20, 5, 30
_AFTERNOON: Final = 13
_LATE_MORNING: Final = 11 * 60
"""Nobody opens from here to noon alone: "11am-12am" is until midnight."""
_TWELVE: Final = 12
_LONG_NIGHT: Final = 16 * 60
_SHORTEST: Final = 3 * 60
_DEEP_NIGHT: Final = range(60, 7 * 60)
_OFFICE_OPENS: Final = range(7 * 60, 11 * 60)
_OFFICE_SHUTS: Final = range(2 * 60, 7 * 60)
_OFFICE_ENDS: Final = range(7 * 60)
_NOON_SHUTS: Final = range(_NOON, _NOON + _HOUR)
_LONGEST_GAP: Final = 4 * 60
_PADDED: Final = re.compile(r"\d\d[:.]?\d\d")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.]?(\d\d))?")


class UnreadError(Exception):
    """Hours that cannot be relied upon: why not, and what was probably meant."""

    def __init__(self, reason: str, meant: str = "") -> None:
        super().__init__(reason)
        self.meant = meant


def clock(minutes: int) -> str:
    """Write minutes since midnight as a time."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def is_slip(start: int, end: int) -> bool:
    """Tell a span, in minutes since midnight, that looks like a slip of the twelve-hour clock.

    It opens and closes at the same minute; or goes on past midnight for 16 hours or more, or until
    noon; or begins before 13:00 and ends from 01:00 to 06:59: "12:00-10:00", "11:00-05:00". So does
    one that begins from 00:31 to 04:59 and goes on past noon ("1am-5pm"), and one that begins from
    20:00 on and lasts twelve hours or more ("10pm-10am").
    """
    until = end if end > start else end + DAY
    by_night = until - DAY in _DEEP_NIGHT and start < _AFTERNOON * _HOUR
    at_noon = until - DAY == _NOON
    long = by_night or at_noon or until - start >= _LONG_NIGHT
    all_night = start >= _EVENING * _HOUR and until - start >= _NOON
    from_night = _HALF_PAST_MIDNIGHT < start < _MORNING * _HOUR and until > _NOON
    return start == end or (until > DAY and (long or all_night)) or from_night


def refuse_slip(start: int, end: int) -> None:
    """Raise `UnreadError` for a slip, with what was probably meant."""
    if is_slip(start, end):
        if _HALF_PAST_MIDNIGHT < start < _MORNING * _HOUR < end <= DAY:
            raise UnreadError(SLIP, f"{clock(start + _NOON)}-{clock(end)}" * (start + _NOON < end))
        if start >= _EVENING * _HOUR and start - _NOON < end + _NOON <= DAY:
            raise UnreadError(SLIP, f"{clock(start - _NOON)}-{clock(end + _NOON)}")
        closes = end % DAY + _NOON
        by_day = start + _SHORTEST <= closes <= DAY
        opens = start if by_day else start + _NOON
        likely = by_day or (opens < DAY and end % DAY in _DEEP_NIGHT)  # "11am-1am"
        raise UnreadError(SLIP, f"{clock(opens)}-{clock(closes if by_day else end % DAY)}" * likely)


def on_24_hour_clock(*times: str) -> bool:
    """Tell whether times without am and pm can only be meant on the 24-hour clock.

    One of them is from 13:00 on, or all are written with four digits: "09:00-12:00".
    """
    padded = all(_PADDED.fullmatch(text) for text in times)
    return padded or any(int(text[:2].rstrip(":.")) >= _AFTERNOON for text in times)


def read_start(text: str) -> int:
    """Read a time that stands alone: with am or pm, or on the 24-hour clock."""
    start, half = _one_time(text)
    if not half and not on_24_hour_clock(text):
        raise UnreadError(AMBIGUOUS)
    return start


def read_span(first: str, last: str, *, office: bool) -> tuple[int, int]:
    """Read the two ends of a span, in minutes since midnight.

    "10-6pm" and "6-11pm" are read: the bare time is in the same half of the day if it can be. Two
    bare times as in "9-5" are read only beside office hours of the working week (`office`).
    """
    start, half = _one_time(first)
    end, last_half = _one_time(last)
    if half and last_half:
        if half == "am" and start < _HOUR:
            raise UnreadError(SLIP)  # "12am-5pm", "12.30am-11pm", "12am-12am": noon is likelier
        if last_half == "am" and end < _HOUR and half == "am" and start < _LATE_MORNING:
            raise UnreadError(SLIP, f"{clock(start)}-{clock(end + _NOON)}")  # "9am-12am"
        end = end or DAY
    elif last_half and start < _AFTERNOON * _HOUR:
        start = _bare_start(first, start, end, last_half)
    elif half and end < _AFTERNOON * _HOUR:
        end = _bare_end(last, start, end, half)
    elif not (half or last_half or on_24_hour_clock(first, last)):
        shuts = end if end in _NOON_SHUTS else end + _NOON
        if not office or start not in _OFFICE_OPENS or shuts - _NOON not in _OFFICE_ENDS:
            raise UnreadError(AMBIGUOUS)
        end = shuts
    refuse_slip(start, end)
    return start, end


def read_gap(first: str, last: str) -> list[tuple[int, int]]:
    """Return what a time of closing may mean, in minutes: "1-2" in either half of the day."""
    try:
        each = [read_span(first, last, office=False)]
    except UnreadError as error:
        (start, half), (end, last_half) = _one_time(first), _one_time(last)
        if str(error) != AMBIGUOUS or half or last_half:
            raise
        halves = (0, _NOON)
        each = [(start + k, end + m) for k in halves for m in halves if start < _NOON or not k]
    return [(shuts, opens) for shuts, opens in each if 0 < opens - shuts <= _LONGEST_GAP]


def say_in_part(error: UnreadError) -> str:
    """Say of days by themselves why they cannot be relied upon, and what was probably meant."""
    meant = f" Probably {error.meant} is meant." if error.meant else ""
    return f"On some days {error}, and these are not known.{meant}"


def are_half_day(first: str, last: str) -> bool:
    """Tell a span of two bare times that has the shape of "9-1"."""
    (start, half), (end, last_half) = _one_time(first), _one_time(last or "0")
    bare = not (half or last_half or on_24_hour_clock(first, last or "0"))
    return bare and start in _OFFICE_OPENS and (end % _NOON in _OFFICE_ENDS)


def are_office_hours(first: str, last: str) -> bool:
    """Tell a span of two bare times that has the shape of "9-5"."""
    (start, half), (end, last_half) = _one_time(first), _one_time(last or "0")
    bare = not (half or last_half or on_24_hour_clock(first, last or "0"))
    return bare and start in _OFFICE_OPENS and end in _OFFICE_SHUTS


def _bare_start(text: str, start: int, end: int, half: str) -> int:
    """Read the first time of "10-6pm"."""
    hour = start % _NOON
    same = hour + _NOON if half == "pm" else hour
    if half == "noon" and start < _NOON:
        return start
    if half in {"noon", "midnight"} or end % _NOON < _HOUR or (half == "am" and start >= _NOON):
        raise UnreadError(AMBIGUOUS)
    if same < end and not text.startswith("0"):
        return same
    if same >= end and half == "pm" and start < _NOON:
        return start
    raise UnreadError(AMBIGUOUS)


def _bare_end(text: str, start: int, end: int, half: str) -> int:
    """Read the last time of "9am-5"."""
    if end >= _NOON or text.startswith("0") or half == "midnight" or (half == "am" and end > start):
        raise UnreadError(AMBIGUOUS)
    if end + _NOON <= start:
        raise UnreadError(AMBIGUOUS)
    return end + _NOON


def _one_time(text: str) -> tuple[int, str]:
    """Read a time: minutes since midnight, and "am", "pm", "noon", "midnight" or nothing."""
    if text.endswith("night"):
        return 0, "midnight"
    if text.endswith(("noon", "day")):
        return _NOON, "noon"
    digits = _CLOCK.match(text)
    if digits is None:
        raise UnreadError(UNREADABLE)
    hour, minute = int(digits[1]), int(digits[2] or 0)
    letter = text[digits.end() :].strip()[:1]
    most = _TWELVE if letter else _LAST_HOUR
    if minute >= _HOUR or hour > most or (letter and hour == 0) or (hour == _LAST_HOUR and minute):
        raise UnreadError(UNREADABLE)
    if letter:
        hour = hour % _TWELVE + (_TWELVE if letter == "p" else 0)
    return hour * _HOUR + minute, f"{letter}m" if letter else ""
