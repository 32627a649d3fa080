"""Columns that say when a report was written down, which is not when it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp_geo.intake.vocabulary import spelt

if TYPE_CHECKING:
    from collections.abc import Iterable

WHEN: Final = frozenset({"date", "time", "date_to", "time_to"})
"""Fields that say when something happened."""
_WRITTEN: Final = frozenset(
    """completion completed complete submission submitted submit timestamp created creation create
    modified modification updated update edited contribution contributed reported recorded logged
    entered entry received opened requested registered answered response saved synced uploaded
    acknowledged confirmed publication published import imported export exported""".split()  # noqa: SIM905
)
_OF_A_REPORT: Final = frozenset({"report", "log"})
_CLOCK: Final = frozenset({"date", "time", "datetime", "day", "at", "on", "of", "dt", "utc", "gmt"})
_OPENED: Final = frozenset({"start", "started", "begin", "begun", "end", "ended", "finish"})
_BY_A_FORM: Final = frozenset(
    {"completion", "submission", "submitted", "uuid", "instanceid", "duration", "progress"}
    | {"finished", "respondent", "responseid", "respondentid"}
)


def is_of_the_record(column: str, header: Iterable[str], *, asked: bool) -> bool:
    """Tell whether a column of dates or times says when the report was made, filled in or changed.

    "Start time" is when a form was opened where the other columns are those of a form, or where
    people are `asked` (a survey): elsewhere it begins an interval in which something happened.
    """
    words = set(spelt(column).split())
    if words & _WRITTEN or (words & _OF_A_REPORT and words & _CLOCK):
        return True
    if not words & _OPENED or words - _OPENED - _CLOCK:
        return False
    return asked or any(_BY_A_FORM & set(spelt(name).split()) for name in header)
