"""The period that a run is about: whole days, both ends included."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from csp_geo.core.errors import SettingsError

_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
SHORT_MONTHS: Final = tuple(name[:3].lower() for name in _NAMES)
"""jan to dec."""
_MONTHS: Final = re.compile(r"(\d{4})-(\d\d)(?:\.\.(\d{4})-(\d\d))?")
_DATES: Final = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
_LAST_DAYS: Final = re.compile(r"([1-9]\d{0,3})d")


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def months_before(day: date, months: int) -> date:
    """Return the day `months` calendar months before `day`, or the month's last day."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return min(date(year, month + 1, 1) + timedelta(day.day - 1), month_end(year, month + 1))


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included, as days on the London clock."""

    first: date
    last: date

    @property
    def whole_months(self) -> bool:
        """Whether it is made of whole calendar months."""
        return self.first.day == 1 and (self.last + timedelta(1)).day == 1

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def window_start(self, look_back_months: int) -> date:
        """Return the first day that counts for a source that looks back some months."""
        if not look_back_months:
            return self.first
        return min(self.first, months_before(self.last, look_back_months) + timedelta(1))


def parse_period(text: str, as_of: date) -> Period:
    """Read `28d`, a month `2023-01`, months `2022-02..2023-01` or dates `2021-11-08..2021-12-05`.

    Days such as `28d` are the whole days before `as_of`.

    Raises
    ------
    SettingsError
        If the text is none of these, runs backwards, or ends after the day before `as_of`.
    """
    period = _parse(text.strip(), as_of)
    if period.first > period.last:
        raise SettingsError(f"The period {text} ends before it begins.")
    if period.last >= as_of:
        day_after = "" if period.last == date.max else f"{period.last + timedelta(1)}"
        later = f", or --as-of {day_after}" if day_after else ""
        raise SettingsError(
            f"The period {text} is not over on {as_of.isoformat()}: its last day is "
            f"{period.last.isoformat()}. Give an earlier period{later}."
        )
    return period


def _parse(text: str, as_of: date) -> Period:
    try:
        if found := _LAST_DAYS.fullmatch(text):
            return Period(as_of - timedelta(int(found[1])), as_of - timedelta(1))
        if found := _MONTHS.fullmatch(text):
            year, month = int(found[1]), int(found[2])
            last_year, last_month = int(found[3] or year), int(found[4] or month)
            return Period(date(year, month, 1), month_end(last_year, last_month))
        if found := _DATES.fullmatch(text):
            return Period(date.fromisoformat(found[1]), date.fromisoformat(found[2]))
    except (ValueError, OverflowError):
        pass
    raise SettingsError(
        f"'{text}' is not a period. Write 28d, 2023-01, 2022-02..2023-01 or 2021-11-08..2021-12-05."
    )


def say_day(when: date) -> str:
    """Write a day as people do: 3 September 2021, whatever the computer's language."""
    return f"{when.day} {_NAMES[when.month - 1]} {when.year}"


def say_month(when: date) -> str:
    """Write a month: January 2023."""
    return f"{_NAMES[when.month - 1]} {when.year}"


def say_in_force(first: date, last: date | None) -> str:
    """Write from when to when something holds: "1 May 2002 to 4 May 2018", "since 5 May 2022"."""
    return f"{say_day(first)} to {say_day(last)}" if last else f"since {say_day(first)}"


def say_span(first: date, last: date, *, months: bool | None = None) -> str:
    """Write an inclusive period as shortly as English allows.

    Parameters
    ----------
    months
        Write months only; by default when the period is made of whole months.

    Examples
    --------
    >>> say_span(date(2021, 11, 1), date(2021, 11, 28))
    '1 to 28 November 2021'
    >>> say_span(date(2022, 2, 1), date(2023, 1, 31))
    'February 2022 to January 2023'
    """
    if Period(first, last).whole_months if months is None else months:
        if (first.year, first.month) == (last.year, last.month):
            return say_month(first)
        start = _NAMES[first.month - 1] if first.year == last.year else say_month(first)
        return f"{start} to {say_month(last)}"
    if first == last:
        return say_day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {say_day(last)}"
    if first.year == last.year:
        return f"{first.day} {_NAMES[first.month - 1]} to {say_day(last)}"
    return f"{say_day(first)} to {say_day(last)}"
