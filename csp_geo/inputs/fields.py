"""The fields that a column of reports can be read as, and the clocks of forms among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from csp_geo.inputs.vocabulary import spelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIELDS: Final[Mapping[str, str]] = {
    "reference": "the source's own number of the report; tells repeats",
    "person": "who reported; coded at once, to count people and not pins",
    "date": "when, or the first day of an interval; a time may stand beside it",
    "time": "time of day, or two times",
    "date_to": "last day of an interval",
    "time_to": "time of day at the end of an interval",
    "month": "the month, where no day is known, or the month of a date in several columns",
    "year": "the year of a date in several columns; needs a month",
    "day": "the day of a date in several columns",
    "hour": "the hour of a date in several columns",
    "minute": "the minute of a date in several columns",
    "recorded": "when it was reported or filled in: gives the day, where nothing says when it was",
    "latitude": "degrees north",
    "longitude": "degrees east, negative in the west",
    "easting": "metres east in the grid",
    "northing": "metres north in the grid",
    "x": "longitude or easting, told by its numbers",
    "y": "latitude or northing, told by its numbers",
    "point": "both coordinates in one cell, such as 51.5393, 0.0811",
    "gridref": "a grid reference such as TQ 444 843",
    "wkt": "a shape as WKT, WKB in hex or GeoJSON",
    "postcode": "a full postcode; needs the postcode list",
    "category": "what was reported",
    "major": "the class above the category; tells the theme where the category does not",
    "place": "a street or place in words",
}
"""Field name to what it holds, in a few words for people."""


WHEN: Final = frozenset({"date", "time", "date_to", "time_to"})
"""Fields that say when something happened."""
_WRITTEN: Final = frozenset(
    """completion completed complete submission submitted submit timestamp created creation create
    modified modification updated update edited edit contribution contributed reported recorded
    logged entered entry received opened requested registered answered response saved synced
    uploaded acknowledged confirmed publication published import imported export exported rec
    recd rcvd recvd rptd rpt crtd upd updt lodged notified raised contributed""".split()  # noqa: SIM905
)
_LATER: Final = frozenset(
    """completion completed complete modified modification updated update edited edit saved synced
    acknowledged confirmed publication published import imported export exported upd
    updt""".split()  # noqa: SIM905
)
"""What is written long after a report was made."""
_OF_A_CALL: Final = frozenset(
    """dispatch dispatched despatch despatched callsign opening closing onscene storm
    cad""".split()  # noqa: SIM905
)
_CALLED: Final = frozenset(
    {"created", "opened", "received", "recd", "logged", "call", "incident", "event", "log"}
)
_OF_A_REPORT: Final = frozenset({"report", "log", "enquiry", "request", "ticket", "job"})
_CLOCK: Final = frozenset({"date", "time", "datetime", "day", "at", "on", "of", "dt", "utc", "gmt"})
_OPENED: Final = frozenset({"start", "started", "begin", "begun", "end", "ended", "finish"})
_BY_A_FORM: Final = frozenset(
    {"completion", "submission", "submitted", "uuid", "instanceid", "duration", "progress"}
    | {"finished", "respondent", "responseid", "respondentid", "submissionid"}
)
_AT: Final = "|".join(sorted(_CLOCK - {"datetime"}))
_WRITTEN_AT: Final = re.compile(
    rf"(?:{_AT})*(?:{'|'.join(sorted(_WRITTEN, reverse=True))})(?:{_AT})*"
)
_OPENED_AT: Final = re.compile(
    rf"(?:{_AT})*(?:{'|'.join(sorted(_OPENED, reverse=True))})(?:{_AT})*"
)
"""The same headings without spaces: STARTDATE."""


def is_of_the_record(column: str, header: Iterable[str], *, asked: bool) -> bool:
    """Tell whether a column of dates or times says when the report was made, filled in or changed.

    "Start time" is when a form was opened where the other columns are those of a form, or where
    people are `asked` (a survey): elsewhere it begins an interval in which something happened.
    """
    text = spelt(column)
    words, joined = set(text.split()), text.replace(" ", "")
    if words & _WRITTEN or (words & _OF_A_REPORT and words & _CLOCK):
        return True
    if _WRITTEN_AT.fullmatch(joined):
        return True
    if not _OPENED_AT.fullmatch(joined):
        return False
    return asked or any(_is_of_a_form(spelt(name)) for name in header)


def _is_of_a_form(heading: str) -> bool:
    return not _BY_A_FORM.isdisjoint((*heading.split(), heading.replace(" ", "")))


def is_first_record(column: str, header: Iterable[str], *, asked: bool) -> bool:
    """Tell whether a column says when a report was made, and not when it was changed or closed."""
    words = set(spelt(column).split())
    return is_of_the_record(column, header, asked=asked) and not words & _LATER


def is_of_a_call(column: str, header: Iterable[str]) -> bool:
    """Tell whether "Created" is when somebody called for help: other columns tell what was sent."""
    words = set(spelt(column).split())
    return words <= _CALLED | _CLOCK and any(
        _OF_A_CALL.intersection(spelt(name).split()) for name in header
    )
