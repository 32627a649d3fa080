"""The fields that a column of a report file can be read as; everything else is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: Final[Mapping[str, str]] = {
    "reference": "the source's own number of the report; tells repeats",
    "person": "who reported; coded at once, to count people and not pins",
    "date": "when, or the first day of an interval; a time may stand beside it",
    "time": "time of day, or two times",
    "date_to": "last day of an interval",
    "time_to": "time of day at the end of an interval",
    "month": "the month, where no day is known",
    "recorded": "when it was reported or filled in: gives the day, where nothing says when it was",
    "latitude": "degrees north",
    "longitude": "degrees east, negative in the west",
    "easting": "metres east in the grid",
    "northing": "metres north in the grid",
    "x": "longitude or easting, told by its numbers",
    "y": "latitude or northing, told by its numbers",
    "point": "both coordinates in one cell, such as 51.5393, 0.0811",
    "gridref": "a grid reference such as TQ 444 843",
    "wkt": "a shape as WKT or GeoJSON",
    "postcode": "a full postcode; needs the postcode list",
    "category": "what was reported",
    "major": "the class above the category; tells the theme where the category does not",
    "place": "a street or place in words",
}
"""Field name to what it holds, in a few words for people."""
