"""Rows of reports to instants and intervals on the clock of their place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.wording import count
from csp_geo.inputs.reasons import DATE_OF_REPORT
from csp_geo.inputs.when.dates import Dated, read_dates
from csp_geo.inputs.when.forms import say_forms
from csp_geo.inputs.when.times import (
    END_OF_DAY,
    TIME_ZONE,
    are_whole_hours,
    put_on_clock,
    read_time_spans,
    with_intervals,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csp_geo.inputs.read import ReportFile, Reports

DATE_NOTES: Final = {
    "excel-serial": "dates are stored as Excel's serial numbers, and were read as such",
    "since-1970": "dates are stored as seconds or milliseconds since 1970, and were read as such",
}
"""What is said of a file in which a mark occurs."""
_RUN_TOGETHER: Final = re.compile(r"^((?:19|20)\d\d)(0[1-9]|1[0-2])$")
FIRSTS: Final = 10
"""Dates from which a column that holds only firsts of several months holds months."""
_SECONDS: Final = 3_600
_HOUR: Final = pd.Timedelta(hours=1)
_AN_HOUR: Final = (pd.Timedelta(minutes=59), _HOUR)
"""How long a band such as 14:00-14:59 lasts."""
NOONS: Final = 5
"""Dates from which a column that says noon alone holds days."""
_NOON: Final = pd.Timedelta(hours=12)
_DAY: Final = pd.Timedelta(days=1)
_WEEK: Final = pd.Timedelta(days=7)


def times_occurred(
    reports: Reports, zone: str = TIME_ZONE
) -> tuple[pd.DataFrame, tuple[Caution, ...], Mapping[int, tuple[str, ...]]]:
    """Work out when each row happened.

    Parameters
    ----------
    zone
        The time zone of the study area.

    Returns
    -------
    dated, cautions, forms
        `day`, `occurred_at`, `occurred_to`, `precision`, and a bool column for each reason, flag
        and note; what was left out; by the number of a file how the dates are written that could
        not be read.
    """
    parts, cautions, forms = [], [], {}
    for file, source, where in reports.by_file():
        rows = with_intervals(reports.table.iloc[where])
        recorded = "recorded" in file.matched.values()
        if recorded:
            rows = rows.assign(time="", date_to="", time_to="")
        date_text = rows["date"].astype("str")
        first = date_text.where(date_text != "", _months(rows["month"].astype("str")))
        start = read_dates(
            first,
            source.date_formats,
            beside=rows["date_to"],
            heading=_heading(file),
            zone=zone,
        )
        end = read_dates(rows["date_to"], source.date_formats, beside=first, zone=zone)
        start = _days_of(start) if recorded or _is_noon(start) else start
        if (date_text == "").all() or _may_be_months(start, rows):
            start = _months_of(start)
        if start.n_orders[0]:
            cautions.append(Caution("month-first-dates", _month_first(file, rows, start, end)))
        dated = _interval(rows, start, end, zone)
        if dated["unreadable"].any():
            unread, read = first[dated["unreadable"]], first[dated["day"].notna()].unique()
            if said := say_forms(unread, read, f"{source.source}/source.toml"):
                forms[int(rows["file"].iloc[0])] = said
        parts.append(dated.assign(**{DATE_OF_REPORT: dated["day"].notna() & recorded}))
    if not parts:
        nothing = reports.table.iloc[:0]
        none = read_dates(nothing["date"], zone=zone)
        parts = [_interval(nothing, none, none, zone).assign(**{DATE_OF_REPORT: False})]
    return pd.concat(parts).sort_index(), tuple(cautions), forms


def _days_of(dates: Dated) -> Dated:
    """Forget the hours of dates that say when a report was made."""
    return replace(
        dates,
        at=dates.at.dt.normalize(),
        precision=dates.precision.mask(dates.precision == "minute", "day"),
        instant=dates.instant.mask(dates.instant.notna()),
        unreadable_time=dates.unreadable_time & False,
        midnight=dates.midnight & False,
    )


def _is_noon(dates: Dated) -> bool:
    """Tell dates of several days that all say noon: forms write a day without a time so."""
    known = dates.at.where(dates.precision == "minute").dropna()
    noon = known.dt.normalize() + _NOON == known
    return len(known) >= NOONS and bool(noon.all()) and bool((known != known.iloc[0]).any())


def _months_of(dates: Dated) -> Dated:
    """Take the first of each month, as Excel and pandas write a month, for the month alone."""
    known = dates.at.dropna()
    if not len(known) or not (known == known.dt.normalize().dt.to_period("M").dt.start_time).all():
        return dates
    return replace(dates, precision=dates.precision.mask(dates.at.notna(), "month"))


def _may_be_months(dates: Dated, rows: pd.DataFrame) -> bool:
    """Tell a column of dates so long, over several months, that no list of days is all firsts."""
    known = dates.at.dropna()
    alone = all((rows[name] == "").all() for name in ("time", "date_to", "time_to"))
    return len(known) >= FIRSTS and alone and bool((known != known.iloc[0]).any())


def _months(text: pd.Series) -> pd.Series:
    """Write 202301 as 2023-01: below "month" it can be nothing else."""
    return text.map({cell: _RUN_TOGETHER.sub(r"\1-\2", cell) for cell in text.unique()})


def _heading(file: ReportFile) -> str:
    """Return what stands above the dates of a file."""
    return next(
        (column for column, name in file.matched.items() if name in {"date", "recorded"}), ""
    )


def _month_first(file: ReportFile, rows: pd.DataFrame, start: Dated, end: Dated) -> str:
    """Say what shows that dates are month-first, and what was done about it."""
    why = "a day over 12 comes second"
    if evidence := start.evidence or end.evidence:
        position, number = evidence
        why = f"row {int(rows['source_row'].iloc[position])}: {number} cannot be a month"
    month, day = start.n_orders
    if start.read_month_first:
        return (
            f"{file.path}: its dates were read month-first, as Americans write them: {month:,} fit "
            f"only so ({why}), none only day-first."
        )
    if not start.month_first:
        return (
            f"{file.path}: {count(month, 'date')} could not be read, because the day cannot come "
            f"first ({why}); {count(day, 'other date')} can only be day-first, so the column was "
            "read day-first."
        )
    both = f"; {month:,} fit only month-first and {day:,} only day-first" if day else ""
    return (
        f"{file.path}: its dates look month-first ({why}{both}), so only dates that must be "
        "day-first were used. Give the format in its source.toml."
    )


def _interval(rows: pd.DataFrame, start: Dated, end: Dated, zone: str) -> pd.DataFrame:
    """Join dates and times to an instant or an interval on the clock of the place."""
    at, precision, bad_time, midnight, span = _with_time(start, rows["time"])
    midnight |= (precision == "minute") & (at == at.dt.normalize())
    precision = precision.mask(midnight, "day")
    until, until_precision, *_ = _with_time(end, rows["time_to"])
    next_month = until + pd.offsets.MonthBegin(1)
    whole = (until + _DAY).mask(until_precision == "month", next_month)
    whole = whole.mask(end.week, until + _WEEK)
    until = until.where(_has_clock(until_precision), whole)
    same_day, _, no_time = read_time_spans(rows["time_to"])
    same_day = same_day.where(end.missing & ~no_time)
    until = until.fillna(_later(at, same_day).where(_has_clock(precision)))
    until = until.fillna(span)
    reversed_interval = until.notna() & (until < at)
    until = until.mask(reversed_interval)
    until = until.fillna((at + _HOUR).where(precision == "hour"))
    until = until.fillna((at.dt.normalize() + _DAY).where(precision == "day"))
    until = until.mask(start.week, at + _WEEK)
    until = until.mask(precision == "month", at + pd.offsets.MonthBegin(1))
    aware, doubtful = put_on_clock(at, zone)
    return pd.DataFrame(
        {
            "day": at,
            "occurred_at": start.instant.fillna(aware),
            "occurred_to": put_on_clock(until.astype(at.dtype), zone)[0],
            "precision": precision,
            "missing": start.missing,
            "unreadable": start.unreadable & ~start.open_order & ~start.coarse,
            "date-too-coarse": start.coarse,
            "open-order": start.open_order,
            "unreadable-time": bad_time,
            "midnight": midnight,
            "clock-change": doubtful & _has_clock(precision) & start.instant.isna(),
            "reversed-interval": reversed_interval,
            "weekday-differs": start.other_weekday,
            "week-only": start.week & at.notna(),
            "excel-serial": start.serial,
            "since-1970": start.epoch,
        },
        index=rows.index,
    )


def _has_clock(precision: pd.Series) -> pd.Series:
    return precision.isin(["minute", "hour"])


def _later(at: pd.Series, since: pd.Series) -> pd.Series:
    """Return the first time of day `since` that follows `at`: past midnight where it must be."""
    until: pd.Series = at.dt.normalize() + since
    return until.mask(until < at, until + _DAY)


def _with_time(
    dates: Dated, text: pd.Series
) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series, pd.Series]:
    """Add a time of day from its own column to dates that have none, or 00:00 as databases write.

    Returns
    -------
    at, precision, bad_time, midnight, span
        Naive London times, how well they are known, where a time could not be read, where it was
        24:00, and the end where two times stood in one cell.
    """
    since, until, unreadable = read_time_spans(text)
    nought = (dates.precision == "minute") & (dates.at == dates.at.dt.normalize())
    bare = (dates.precision == "day") | (nought & dates.instant.isna())
    open_day = bare & ~dates.week & ~dates.midnight
    midnight = dates.midnight | (open_day & (since == END_OF_DAY))
    timed = open_day & since.notna() & ~midnight
    at = dates.at.mask(timed, dates.at + since.fillna(pd.Timedelta(0)))
    on_the_hour = since.dt.total_seconds() % _SECONDS == 0
    whole = are_whole_hours(text) | (on_the_hour & (until - since).between(*_AN_HOUR))
    precision = dates.precision.mask(timed, "minute").mask(timed & whole, "hour")
    bad_time = (unreadable & bare) | dates.unreadable_time
    span = (dates.at.dt.normalize() + until).where(timed)
    return at, precision, bad_time, midnight, span
