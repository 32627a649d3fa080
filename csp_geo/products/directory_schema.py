"""The public directory in the words of schema.org, for the website of a council to take (JSON-LD).

It holds what the public table holds and no more. What is not known is left out and never written as
closed. A search engine takes a day that nobody names for an ordinary one, so days that differ and
are not known stand in the description.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.period import say_day
from csp_geo.core.visible import clean
from csp_geo.core.wording import DAYS as WEEKDAYS
from csp_geo.core.wording import join
from csp_geo.inputs.venues.opening_rules import OPEN
from csp_geo.inputs.venues.opening_times import DAY, clock
from csp_geo.products.html import json_for_script

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.decisions.opening import Spans, Timetable

_MOST_OTHER_DAYS: Final = 60
"""Hours that differ on more days of the year than these, as those by the sun do, are left out."""
_NEVER: Final = "00:00"
_END_OF_DAY: Final = "23:59"
"""How a day that is open until midnight ends in schema.org."""


def directory_jsonld(
    rows: Sequence[Mapping[str, Any]],
    tables: Sequence[Timetable],
    title: str,
    features: Sequence[tuple[str, str]],
) -> str:
    """Write the directory as a list of places in JSON-LD, which may stand within a script element.

    Parameters
    ----------
    rows
        Those of the public table, per `tables.DIRECTORY`.
    tables
        When each is open.
    title
        What the list is called.
    features
        Columns that answer yes, no or unknown, with what they are called.
    """
    items = [
        {"@type": "ListItem", "position": place, "item": _place(row, table, features)}
        for place, (row, table) in enumerate(zip(rows, tables, strict=True), start=1)
    ]
    return json_for_script(
        {
            "@context": "https://schema.org",
            "@type": "ItemList",
            "name": clean(title),
            "numberOfItems": len(items),
            "itemListElement": items,
        }
    )


def _place(
    row: Mapping[str, Any], table: Timetable, features: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    address = {"streetAddress": row["address"], "postalCode": row["postcode"]}
    known = {name: clean(text) for name, text in address.items() if isinstance(text, str)}
    there = [(label, row[name] == "yes") for name, label in features if row[name] != "unknown"]
    spoken = [("languages", clean(row["languages"]))] if isinstance(row["languages"], str) else []
    amenities = [
        {"@type": "LocationFeatureSpecification", "name": label, "value": value}
        for label, value in (*there, *spoken)
    ]
    place: dict[str, Any] = {
        "@type": "Place",
        "name": clean(row["name"]),
        "geo": {
            "@type": "GeoCoordinates",
            "latitude": row["latitude"],
            "longitude": row["longitude"],
        },
    }
    if known:
        place["address"] = {"@type": "PostalAddress", **known}
    if amenities:
        place["amenityFeature"] = amenities
    return place | _hours(table) | _unknown_days(table)


def _hours(table: Timetable) -> dict[str, Any]:
    """Return the usual week and the days that differ; nothing where hours are not known."""
    if table.reason or len(table.other_days) > _MOST_OTHER_DAYS:
        return {}
    week = [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": names, **ends}
        for spans, days in groupby(range(len(WEEKDAYS)), key=lambda day: table.week[day])
        if (names := [WEEKDAYS[day] for day in days]) and not _is_unknown(spans)
        for ends in _ends(spans)
    ]
    others = [
        {
            "@type": "OpeningHoursSpecification",
            "validFrom": day.isoformat(),
            "validThrough": day.isoformat(),
            **ends,
        }
        for day, spans in sorted(table.other_days.items())
        if not _is_unknown(spans)
        for ends in _ends(spans)
    ]
    found = {"openingHoursSpecification": week, "specialOpeningHoursSpecification": others}
    return {name: specified for name, specified in found.items() if specified}


def _sure(spans: Spans) -> list[tuple[int, int]]:
    return [(start, end) for start, end, state in spans if state == OPEN]


def _is_unknown(spans: Spans) -> bool:
    """Tell a day of which it is not known when it is open: neither hours nor closed all day."""
    return bool(spans) and not _sure(spans)


def _unknown_days(table: Timetable) -> dict[str, str]:
    """Return a note of the days that differ and are not known, if the hours are written at all."""
    if table.reason or len(table.other_days) > _MOST_OTHER_DAYS:
        return {}
    days = [day for day, spans in sorted(table.other_days.items()) if _is_unknown(spans)]
    said = f"Opening hours are not known on {join(map(say_day, days))}."
    return {"description": said} if days else {}


def _ends(spans: Spans) -> list[dict[str, str]]:
    """Return when a day opens and closes; one that is closed does both at midnight."""
    return [
        {"opens": clock(start), "closes": _END_OF_DAY if end == DAY else clock(end % DAY)}
        for start, end in _sure(spans)
    ] or [{"opens": _NEVER, "closes": _NEVER}]
