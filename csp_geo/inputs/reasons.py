"""Why a report cannot be used (reasons) and why one is doubtful (flags): slug, title, hint.

A row gets all its reasons, never only the first. The slugs are what quarantine.csv, quality.csv and
`check --json` name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ACCEPTED: Final = "accepted"
MERGED: Final = "merged"
QUARANTINED: Final = "quarantined"
FATES: Final = (ACCEPTED, MERGED, QUARANTINED)
"""What becomes of a row: one of these."""


@dataclass(frozen=True)
class Rule:
    """One rule: `slug` in files, `title` for people, `hint` says what to try."""

    slug: str
    title: str
    hint: str
    fields: tuple[str, ...] = ()


DATE_OF_REPORT: Final = "date-of-report"
_PLACE: Final = ("x", "y", "point", "gridref", "wkt")
_WHEN: Final = ("date", "month")

REASONS: Final = (
    Rule(
        "broken-record",
        "The record is damaged",
        "Open the file, mend or retype this row (too many cells, or a shape that cannot be read).",
    ),
    Rule(
        "missing-coordinates",
        "No coordinates",
        "Fill in both coordinates, or ask the sender for the rows without a location.",
        _PLACE,
    ),
    Rule(
        "unreadable-coordinates",
        "Coordinates are not numbers",
        "Write coordinates as plain numbers such as 51.5393 and 0.0811, or 544421 and 184321; a "
        "grid reference as TQ 4442 8432.",
        _PLACE,
    ),
    Rule(
        "zero-coordinates",
        "Coordinates are zero",
        "0, 0 stands for 'not known'. Fill in the place or leave the cells empty.",
        _PLACE,
    ),
    Rule(
        "swapped-coordinates",
        "Coordinates are in each other's column",
        "Latitude and longitude (or easting and northing) look exchanged. Swap the two cells.",
        _PLACE,
    ),
    Rule(
        "wrong-crs",
        "Coordinates of another system",
        "Metres stand in a column for degrees or the other way round. Use one system in a column.",
        _PLACE,
    ),
    Rule(
        "outside-study-area",
        "Outside the study area",
        "The point is more than the border distance outside the wards. Check it, or leave it to "
        "the neighbouring borough.",
        _PLACE,
    ),
    Rule(
        "location-too-coarse",
        "Location is too coarse",
        "The coordinates are rounded to a kilometre or so, or a shape is as large. Ask for them to "
        "at least 100 metres.",
        _PLACE,
    ),
    Rule(
        "outward-postcode",
        "Only the first half of a postcode",
        "IG11 alone covers square kilometres. Ask for full postcodes or coordinates.",
        ("postcode",),
    ),
    Rule(
        "unknown-postcode",
        "Postcode is not in the list",
        "Check its spelling. The list holds live and closed postcodes of Great Britain.",
        ("postcode",),
    ),
    Rule(
        "postcode-not-looked-up",
        "Only a postcode, and no list of postcodes",
        'Install the postcode list: pip install "csp-geo[postcodes]".',
        ("postcode",),
    ),
    Rule(
        "unknown-place",
        "Place is not in the gazetteer",
        "Add its name and coordinates to data/context/gazetteer.csv, spelt as in the report.",
        ("place",),
    ),
    Rule("missing-date", "No date", "Fill in the date.", _WHEN),
    Rule(
        "unreadable-date",
        "Date cannot be read",
        "Write dates as 03/11/2021 (day first) or 2021-11-03. Month-first dates are never guessed.",
        _WHEN,
    ),
    Rule(
        "month-first-date",
        "Day and month cannot be told apart",
        "The column has dates that fit only with the month first. Say the order in source.toml, "
        'date_formats = ["%m/%d/%Y"] or ["%d/%m/%Y"].',
        _WHEN,
    ),
    Rule(
        "future-date",
        "Date is in the future or before 1990",
        "Check the year.",
        _WHEN,
    ),
)

FLAGS: Final = (
    Rule(
        "outside-boundary",
        "Just outside the study area",
        "Used to find hotspots near the border, not counted in wards or the borough.",
    ),
    Rule(
        "repeated-reference",
        "Reference used again with other content",
        "All are kept: one crime can have several victims. Check if it should be unique.",
    ),
    Rule(
        "unknown-category",
        "Category is not in the list",
        "Counted, and kept off the map until somebody has sorted it: it may be sensitive. Add the "
        "word to the source's source.toml under [themes], or run csp-geo check FILE --map.",
    ),
    Rule(
        DATE_OF_REPORT,
        "Dates are those of the report",
        "The day puts the report in a period. The hour is not used: it is when a form was filled "
        "in, not when it happened.",
    ),
    Rule("unreadable-time", "Time cannot be read", "The day is used. Write times as 14:20."),
    Rule(
        "week-only",
        "Only the week is known",
        "Counted from its first day; the whole week is the interval.",
    ),
    Rule(
        "midnight",
        "Time is exactly 00:00 or 24:00",
        "Often means 'not known': only the day is used.",
    ),
    Rule(
        "clock-change",
        "Time falls in the hour of a clock change",
        "Read as summer time where the hour occurs twice, moved forward where it does not exist.",
    ),
    Rule(
        "reversed-interval",
        "The end comes before the start",
        "Only the start is used. Check the two dates.",
    ),
    Rule(
        "coarse-coordinates",
        "Coordinates are rounded to about 100 metres",
        "Used, with 100 metres of doubt.",
    ),
    Rule(
        "not-a-point",
        "A line or an area, not a point",
        "A point on it stands for it, with half its size as doubt. Ask for a pin where it matters.",
    ),
    Rule(
        "swapped-columns",
        "Latitude and longitude stand in each other's column in the whole file",
        "Exchanged, because nearly all lie in the study area so and hardly any as they are.",
    ),
    Rule(
        "missing-minus",
        "Longitude without its minus sign",
        "Given one, because the study area lies west of Greenwich. Check the column.",
    ),
    Rule(
        "kilometres",
        "Eastings and northings in kilometres",
        "Read so, because nearly all lie in the study area so. Ask for metres.",
    ),
    Rule(
        "thousands-commas",
        "Eastings and northings with thousands commas",
        "Read without them, because most of the column is written so.",
    ),
    Rule(
        "postcode-location",
        "Placed at the middle of its postcode",
        "Used, with 100 metres of doubt. Ask for coordinates.",
    ),
    Rule(
        "gazetteer-location",
        "Placed by its name in the gazetteer",
        "Used, with the doubt that the gazetteer gives. Ask for coordinates.",
    ),
    Rule(
        "ward-centroid",
        "Exactly at the middle of a ward",
        "Often means that only the ward was known. Check the place.",
    ),
)

REASON: Final = {rule.slug: rule for rule in REASONS}
FLAG: Final = {rule.slug: rule for rule in FLAGS}
