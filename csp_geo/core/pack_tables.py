"""What the tables and layers of each kind of pack hold, as data: what is written is read by it.

A contract here is an allow-list too: no other column leaves in a layer or table of that name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from csp_geo.core.tables import (
    ANSWERS,
    FAMILIES,
    HOTSPOTS,
    LOCATION_METHODS,
    QUALITY,
    QUARANTINE,
    SENSITIVITIES,
    SOURCES,
    THEMES,
    TIME_PRECISIONS,
    ZONES,
    Column,
    Contract,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_POINT: Final = Column("geometry", "geometry", "study-area CRS, metres", "where (Point)")
_FAMILY: Final = Column("family", "string", "", "clustered and ranked apart", FAMILIES)
_WHEN: Final = (
    Column(
        "occurred", "string", "Europe/London", "ISO text, as well as it is known", nullable=True
    ),
    Column("occurred_to", "string", "Europe/London", "end of the interval", nullable=True),
    Column("time_precision", "string", "", "how well it is known", TIME_PRECISIONS),
)
_SOURCE: Final = Column("source", "string", "", "who says so", SOURCES)
_THEME: Final = Column("theme", "string", "", "what, as a group", THEMES)


def as_layer(contract: Contract) -> Contract:
    """Return a contract as a GeoPackage keeps it: categories and counts by name are texts."""
    columns = tuple(
        replace(column, dtype="string", nullable=True)
        if column.dtype in {"category", "object"}
        else column
        for column in contract.columns
    )
    return replace(contract, columns=columns)


INCIDENT_LAYER: Final = Contract(
    "incidents layer",
    "one incident of the period that may be drawn as a point",
    (
        Column("incident_id", "string", "", "as in the incidents table"),
        _SOURCE,
        _THEME,
        Column("sensitive", "string", "", "what makes it sensitive", SENSITIVITIES, nullable=True),
        _FAMILY,
        *_WHEN,
        Column("location_method", "string", "", "how it was located", LOCATION_METHODS),
        Column(
            "location_accuracy_m",
            "float64",
            "metres",
            "radius of doubt; none of pins",
            nullable=True,
        ),
        Column("ward_code", "string", "", "GSS code, by geometry", nullable=True),
        Column("ward_name", "string", "", "by geometry", nullable=True),
        Column("flags", "string", "", "slugs joined by ;", nullable=True),
        _POINT,
    ),
)
"""No reference, person, file, place text or category words; no weight, which leads to the pins of
one person."""
DEMAND_LAYER: Final = Contract(
    "demand layer",
    "what a plan for Safe Havens counts: a report, or one person's pins near one another",
    (_SOURCE, _FAMILY, _THEME, *_WHEN, _POINT),
)
WARD_LAYER: Final = Contract(
    "wards layer",
    "one ward of the study area, with the reports in it",
    (
        Column("ward_code", "string", "", "GSS code"),
        Column("ward_name", "string", "", "as the boundary file has it"),
        Column("geometry", "geometry", "study-area CRS, metres", "the ward"),
        *(Column(name, "int64", "reports", "in this period") for name in FAMILIES),
    ),
)
HAVEN_LAYER: Final = Contract(
    "havens layer",
    "one Safe Haven that counts now",
    (
        Column("name", "string", "", "as the register has it"),
        Column("venue_type", "string", "", "by the table of venue types"),
        Column("address", "string", "", "without the postcode", nullable=True),
        Column("postcode", "string", "", "", nullable=True),
        Column("step_free", "string", "", "can be entered without a step", ANSWERS),
        Column("last_checked", "string", "ISO date", "last confirmed", nullable=True),
        _POINT,
    ),
)
"""What is public of a Safe Haven, but for its hours: they may be a sentence."""

_NAMED: Final = (
    Column("name", "string", "", "as the list has it"),
    Column("venue_type", "string", "", "by the table of venue types"),
    Column("address", "string", "", "as given, without the postcode", nullable=True),
)
SITES: Final = Contract(
    "havens.csv",
    "one venue to approach, in the order in which to ask; none is vetted",
    (
        Column("rank", "int64", "", "the order"),
        *_NAMED,
        Column("postcode", "string", "", "as given", nullable=True),
        Column("ward_code", "string", "", "GSS code, by geometry", nullable=True),
        Column("ward_name", "string", "", "by geometry", nullable=True),
        Column("opening_hours", "string", "", "as they were read", nullable=True),
        Column("step_free", "string", "", "can be entered without a step", nullable=True),
        Column("n_at_point", "object", "premises", "how many of its list share its point"),
        Column("ask", "string", "", "what the profile wants and the list does not say"),
        Column("approached_by", "string", "", "whether residents would approach it"),
        Column("was", "string", "", "why it does not count, if it is on the register"),
        Column("hours_assumed", "bool", "", "whether its hours are those of its type"),
        Column("covers_alone", "float64", "reports", "what nothing open covers now"),
        Column("adds", "float64", "reports", "more than those before it cover"),
        Column("easting", "float64", "metres", ""),
        Column("northing", "float64", "metres", ""),
        Column("vetted", "bool", "", "always false: nobody has visited it"),
    ),
)
COVERAGE: Final = Contract(
    "coverage.csv",
    "one hour of the week",
    (
        Column("day", "string", "", "Monday first"),
        Column("hour", "int64", "hour of the day", "0 to 23"),
        Column("reports", "float64", "reports", "demand in this hour"),
        Column("covered_now", "float64", "reports", "by havens that there are"),
        Column("covered_with_new", "float64", "reports", "with the new venues"),
        Column("covered_by_two", "float64", "reports", "by two or more of them"),
    ),
)
UNCOVERED: Final = Contract(
    "uncovered.csv",
    "one venue near a hotspot that stays uncovered, or the hotspot alone where none is near",
    (
        Column("place", "int64", "", "hotspots that overlap are one place"),
        Column("hotspots", "string", "", "their names"),
        Column("hotspot_ids", "string", "", "their numbers"),
        Column("reports", "float64", "reports", "demand there"),
        Column("not_covered", "float64", "reports", "what stays uncovered"),
        Column("venue", "string", "", "a venue near it", nullable=True),
        Column("metres", "Int64", "metres", "on foot", nullable=True),
        Column("would_cover", "float64", "reports", "how much of it", nullable=True),
        Column("why_not_more", "string", "", "in words", nullable=True),
    ),
)
LICENSING: Final = Contract(
    "for-the-coordinator.csv",
    "one venue about which licensing is to be asked before anybody approaches it",
    (
        Column("premises_id", "string", "", "as in the premises table"),
        Column("name", "string", "", "as the list has it"),
        Column("address", "string", "", "as given", nullable=True),
        Column("postcode", "string", "", "as given", nullable=True),
        Column("to_approach", "Int64", "", "its place in the plan", nullable=True),
        Column("reports", "int64", "reports", "at its point"),
        Column("note", "string", "", "what to do"),
    ),
)
LEFT_OUT: Final = Contract(
    "left-out.csv",
    "one row of a list that is not a candidate",
    (
        Column("file", "string", "", "the list's file name"),
        Column("row", "int64", "1-based", "row of the file, the header being row 1"),
        Column("why", "string", "", "why it is left out"),
    ),
)
PLAN_HAVENS: Final = Contract(
    "havens layer of a plan",
    "one Safe Haven that there is, or one venue to approach",
    (
        *_NAMED[:2],
        _NAMED[2],
        Column("opening_hours", "string", "", "as they were read", nullable=True),
        Column("role", "string", "", "existing haven, or to approach"),
        Column("order", "int64", "", "in which to ask; 0 for those that there are"),
        _POINT,
    ),
)
PLAN_HOTSPOTS: Final = Contract(
    "hotspots layer of a plan",
    "one hotspot, with how much of it is covered",
    (
        Column("hotspot_id", "string", "", "as in the hotspots table"),
        Column("name", "string", "", ""),
        _FAMILY,
        Column("rank", "int64", "", ""),
        Column("geometry", "geometry", "study-area CRS, metres", "outline"),
        Column("demand", "float64", "reports", "what people want there", nullable=True),
        Column("before", "float64", "reports", "what havens cover now", nullable=True),
        Column("after", "float64", "reports", "with the new venues", nullable=True),
    ),
)
PLAN_WARDS: Final = Contract(
    "wards layer of a plan", "one ward of the study area", WARD_LAYER.columns[:3]
)
DIRECTORY: Final = Contract(
    "directory.csv",
    "one Safe Haven that counts now: all that is public of it",
    (
        Column("name", "string", "", "as the register has it"),
        Column("type", "string", "", "by the table of venue types"),
        Column("address", "string", "", "without a contact", nullable=True),
        Column("postcode", "string", "", "", nullable=True),
        Column("opening_hours", "string", "", "as they were read", nullable=True),
        Column("hours_last_confirmed", "string", "ISO date", "", nullable=True),
        Column("step_free", "string", "", "", ANSWERS),
        Column("toilet", "string", "", "", ANSWERS),
        Column("accessible_toilet", "string", "", "", ANSWERS),
        Column("latitude", "float64", "degrees", "WGS84"),
        Column("longitude", "float64", "degrees", "WGS84"),
    ),
)
FINDINGS: Final = Contract(
    "for-the-coordinator.csv",
    "one thing that is wrong or old in the register: not to be published",
    (
        Column("row", "int64", "1-based", "row of the register"),
        Column("haven_id", "string", "", "the register's own number", nullable=True),
        Column("name", "string", "", "as the register has it", nullable=True),
        Column("listed", "string", "", "yes or no"),
        Column("what", "string", "", "what is wrong or old"),
        Column("what_to_do", "string", "", ""),
        Column("finding", "string", "", "its slug"),
    ),
)


@dataclass(frozen=True)
class PackKind:
    """A kind of pack: its record, what may lie in it, and the layers that are always there."""

    name: str
    record: str
    tables: Mapping[str, Contract]
    layers: Mapping[str, Contract]
    always: tuple[str, ...] = ()


WEEKLY: Final = PackKind(
    "weekly",
    "run.json",
    {"hotspots.csv": HOTSPOTS, "quality.csv": QUALITY, "quarantine.csv": QUARANTINE},
    {
        "incidents": INCIDENT_LAYER,
        "demand": DEMAND_LAYER,
        "hotspots": as_layer(HOTSPOTS),
        "wards": WARD_LAYER,
        "zones": ZONES,
        "havens": HAVEN_LAYER,
    },
    ("incidents", "demand", "hotspots", "wards"),
)
HAVENS_PLAN: Final = PackKind(
    "havens",
    "havens.json",
    {
        "havens.csv": SITES,
        "coverage.csv": COVERAGE,
        "uncovered.csv": UNCOVERED,
        "for-the-coordinator.csv": LICENSING,
        "left-out.csv": LEFT_OUT,
    },
    {"havens": PLAN_HAVENS, "hotspots": PLAN_HOTSPOTS, "wards": PLAN_WARDS},
    ("havens", "hotspots", "wards"),
)
PUBLIC_DIRECTORY: Final = PackKind(
    "directory",
    "directory.json",
    {"for-the-coordinator.csv": FINDINGS, "public/directory.csv": DIRECTORY},
    {},
)
CHECK: Final = PackKind(
    "check", "check.json", {"quality.csv": QUALITY, "quarantine.csv": QUARANTINE}, {}
)
PACK_KINDS: Final = {kind.name: kind for kind in (WEEKLY, HAVENS_PLAN, PUBLIC_DIRECTORY, CHECK)}
