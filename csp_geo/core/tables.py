"""The tables that are passed along, as data: columns, dtypes, units, meanings.

From these contracts come the checks (`check_table`) and the data dictionary in the docs. Tables are
plain DataFrames and GeoDataFrames; a step adds columns and never changes its input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from csp_geo.core.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Frame = TypeVar("Frame", bound=pd.DataFrame)

SOURCES: Final = ("survey", "streetsafe", "eva", "offence", "graffiti", "asb", "fire", "other")
SYSTEMS: Final = (
    "police_uk",
    "police_uk_stops",
    "open311",
    "engagementhq",
    "social_pinpoint",
    "commonplace",
)
"""Systems whose files are recognised by their columns; each is a feed of one of the sources."""
FAMILIES: Final = ("recorded", "perception", "observation", "other")
"""Clustered and ranked apart; observations are never clustered, only attached as evidence."""

FAMILY_OF_SOURCE: Final = {
    "survey": "perception",
    "streetsafe": "perception",
    "eva": "observation",
    "offence": "recorded",
    "graffiti": "recorded",
    "asb": "recorded",
    "fire": "recorded",
    "other": "other",
}

THEMES: Final = (
    "anti-social behaviour",
    "burglary",
    "criminal damage",
    "design and visibility",
    "domestic",
    "drugs and alcohol",
    "fire",
    "graffiti",
    "harassment",
    "hate",
    "lighting",
    "people hanging around",
    "public order",
    "robbery",
    "sexual",
    "theft",
    "traffic",
    "upkeep",
    "vehicle crime",
    "violence",
    "weapons",
    "other",
)
SENSITIVE_THEMES: Final = frozenset({"sexual", "domestic", "hate"})
"""Themes that are sensitive whatever else is known of a report."""
UNKNOWN: Final = "unknown"
SENSITIVITIES: Final = ("", "child", "honour", "sexual", "slavery", "domestic", "hate", UNKNOWN)
"""What makes a report sensitive, "" for nothing; of several the first counts. `unknown` is a
category that nobody has sorted: it may be any of them."""

TIME_PRECISIONS: Final = ("minute", "hour", "day", "month")
LOCATION_METHODS: Final = (
    "exact",
    "pin",
    "address",
    "postcode",
    "street",
    "snapped",
    "gridref",
    "gazetteer",
)
SHARED_POINTS: Final = ("snapped", "postcode", "gazetteer")
"""Ways of locating that put reports of many addresses on one point."""
KINDS: Final = ("hotspot", "busy point")
ANSWERS: Final = ("yes", "no", "unknown")
"""What is known of a criterion; unknown never counts as met."""
HAVEN_STATUSES: Final = ("active", "lapsed", "withdrawn", "unknown")
ZONE_STATUSES: Final = ("in force", "expired", "not yet in force", "dates unknown")


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    `dtype` is one of string, int64, Int64 (where cells may be empty), float64, bool, category,
    datetime, object, geometry.
    """

    name: str
    dtype: str
    unit: str
    meaning: str
    allowed: tuple[str, ...] = ()
    nullable: bool = False


@dataclass(frozen=True)
class Contract:
    """A named table: what one row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


INCIDENTS: Final = Contract(
    "incidents",
    "one accepted report; index incident_id",
    (
        Column("source", "category", "", "who says so", SOURCES),
        Column("feed", "string", "", "the format that the file was read as: a name in sources/"),
        Column("source_ref", "string", "", "the source's own reference", nullable=True),
        Column("source_file", "string", "", "path relative to the reports folder"),
        Column("source_row", "int64", "1-based", "row of the file, the header being row 1"),
        Column(
            "person_key", "string", "", "who contributed: a code of this run only", nullable=True
        ),
        Column("occurred_at", "datetime", "Europe/London", "when, or the start of the interval"),
        Column(
            "occurred_to",
            "datetime",
            "Europe/London",
            "end of the interval (exclusive) where only an interval is known",
            nullable=True,
        ),
        Column("time_precision", "category", "", "how well the time is known", TIME_PRECISIONS),
        Column("category", "category", "", "what, in the source's words"),
        Column("theme", "category", "", "the group that the category belongs to", THEMES),
        Column(
            "sensitive",
            "category",
            "",
            "what makes it sensitive, empty for nothing; every rule of privacy asks this column",
            SENSITIVITIES,
        ),
        Column("family", "category", "", "clustered and ranked apart", FAMILIES),
        Column(
            "weight",
            "float64",
            "",
            "1; in perception sources 1/k for a person with k incidents within 100 m",
        ),
        Column("location_method", "category", "", "how it was located", LOCATION_METHODS),
        Column("location_accuracy_m", "float64", "metres", "radius of doubt"),
        Column("place", "string", "", "street or place name, house number stripped", nullable=True),
        Column("ward_code", "string", "", "GSS code, by geometry", nullable=True),
        Column("ward_name", "string", "", "by geometry", nullable=True),
        Column("flags", "string", "", "slugs joined by ;, usable but doubtful"),
        Column("geometry", "geometry", "study-area CRS, metres", "where (Point)"),
    ),
)

VERDICTS: Final = (
    "stands out",
    "rests on one part",
    "could be chance",
    "could be where people live",
    "too large to task",
    "too few to test",
    "not tested",
)
"""What the test says of a hotspot; only the first is `confirmed`."""

CLUSTERS: Final = Contract(
    "clusters",
    "one named cluster that is drawn and not yet tested",
    (
        Column("hotspot_id", "string", "", "<as_of>-<family>-<rank>"),
        Column("kind", "category", "", "hotspot, or busy point: true addresses unknown", KINDS),
        Column("family", "category", "", "clustered and ranked apart", FAMILIES),
        Column("rank", "int64", "", "1 is first, within its family"),
        Column("name", "string", "", "the name that people use"),
        Column("n", "int64", "reports", "incidents in the cluster"),
        Column("n_places", "int64", "places", "distinct coordinates, rounded to 1 m"),
        Column("top_place_share", "float64", "0 to 1", "share of n at the busiest place"),
        Column("n_people", "int64", "people", "people who can be told apart; 0 where unknown"),
        Column("n_anonymous", "int64", "reports", "perception reports without a person"),
        Column("n_sources", "int64", "sources", "how many sources contribute"),
        Column("sources", "object", "reports", "counts by source"),
        Column("themes", "object", "reports", "counts by theme"),
        Column("n_outside", "int64", "reports", "incidents just outside the study area"),
        Column("n_observations", "int64", "findings", "audit findings within the shape"),
        Column("observations", "object", "findings", "counts of those findings by theme"),
        Column("zones", "string", "", "zones that it touches, with their status", nullable=True),
        Column("date_from", "string", "ISO date", "first day (or month) of its incidents"),
        Column("date_to", "string", "ISO date", "last day (or month) of its incidents"),
        Column("area_m2", "float64", "square metres", "area of the shape"),
        Column("width_m", "float64", "metres", "shorter side of the smallest rectangle around it"),
        Column("length_m", "float64", "metres", "longer side of that rectangle"),
        Column("ward_code", "string", "", "ward with most of its incidents", nullable=True),
        Column("ward_name", "string", "", "name of that ward", nullable=True),
        Column("easting", "float64", "metres", "centre of its incidents, study-area CRS"),
        Column("northing", "float64", "metres", "centre of its incidents, study-area CRS"),
        Column("latitude", "float64", "degrees WGS84", "centre of its incidents"),
        Column("longitude", "float64", "degrees WGS84", "centre of its incidents"),
        Column("geometry", "geometry", "study-area CRS, metres", "the shape"),
    ),
)

_TESTED: Final = (
    Column("n_expected", "float64", "reports or people", "expected there by chance", nullable=True),
    Column(
        "p_chance",
        "float64",
        "0 to 1",
        "share of maps made by chance that show a cluster this strong; missing where not tested",
        nullable=True,
    ),
    Column("verdict", "category", "", "what the test says", VERDICTS),
    Column("confirmed", "bool", "", "stands out, also without any one part of it"),
    Column("survives", "int64", "0 to 9", "settings of nine in which it is still one hotspot"),
    Column(
        "depends_on",
        "string",
        "",
        "the one place, source or person without which it falls",
        nullable=True,
    ),
    Column("sentence", "string", "", "what the test says, in words"),
)

TESTED_COLUMNS: Final = tuple(column.name for column in _TESTED)

HOTSPOTS: Final = Contract(
    "hotspots",
    "one named cluster that people are shown, tested for chance",
    (*CLUSTERS.columns[:-1], *_TESTED, CLUSTERS.columns[-1]),
)

QUARANTINE: Final = Contract(
    "quarantine",
    "one report that could not be used",
    (
        Column("source_file", "string", "", "path relative to the reports folder"),
        Column("source_row", "int64", "1-based", "row of the file, the header being row 1"),
        Column("reasons", "string", "", "slugs joined by ;"),
        Column("column", "string", "", "the columns concerned, joined by ;", nullable=True),
        Column(
            "value", "string", "", "what stood there: coordinates and dates only", nullable=True
        ),
        Column("hint", "string", "", "what to try"),
    ),
)

QUALITY: Final = Contract(
    "quality",
    "one count about one file",
    (
        Column("source_file", "string", "", "path relative to the reports folder"),
        Column("source", "string", "", "the source it was read as", nullable=True),
        Column(
            "about",
            "string",
            "",
            "rows, note, column, reason, flag, unknown-category, possible-double or error",
        ),
        Column("item", "string", "", "which of them"),
        Column("n", "int64", "rows", "how many"),
        Column("first_row", "int64", "1-based", "first row concerned; 0 where none", nullable=True),
        Column("meaning", "string", "", "in words, with what to try"),
    ),
)

ZONES: Final = Contract(
    "zones",
    "one area with legal force and dates",
    (
        Column("name", "string", "", "as the order calls it"),
        Column("power", "string", "", "PSPO, dispersal, Section 60, ...", nullable=True),
        Column("in_force", "string", "ISO date", "first day", nullable=True),
        Column("expires", "string", "ISO date", "last day as the order says", nullable=True),
        Column("status", "string", "", "on the as-of date", ZONE_STATUSES),
        Column("geometry", "geometry", "study-area CRS, metres", "an aid; the text governs"),
    ),
)

PLACES: Final = Contract(
    "places",
    "a named point of the context layers, to name hotspots and to find one's way on the map",
    (
        Column("name", "string", "", "as people call it"),
        Column("kind", "string", "", "station, stop, place, ..."),
        Column("geometry", "geometry", "study-area CRS, metres", "where (Point)"),
    ),
)

_VENUE: Final = (
    Column("name", "string", "", "as the list has it"),
    Column("venue_type", "category", "", "by the table of venue types"),
)
_AT: Final = (
    Column("address", "string", "", "as given, without the postcode", nullable=True),
    Column("postcode", "string", "", "as given", nullable=True),
    Column("opening_hours", "string", "", "as given", nullable=True),
    Column("staff_min", "float64", "people", "fewest staff at a time", nullable=True),
)
CRITERIA: Final = {
    "cctv": "has working CCTV",
    "toilet": "has a toilet that visitors may use",
    "step_free": "can be entered without a step",
    "first_aid": "has a first aid kit",
    "phone": "has a phone that can be used",
    "training": "has trained staff; for a haven, training that has not expired",
}
"""What is known of a venue besides the number of its staff, yes, no or unknown."""
_CRITERIA: Final = tuple(
    Column(name, "category", "", meaning, ANSWERS) for name, meaning in CRITERIA.items()
)
_WHERE: Final = (
    Column("location_method", "category", "", "how it was located", LOCATION_METHODS),
    Column("location_accuracy_m", "float64", "metres", "radius of doubt"),
    Column("ward_code", "string", "", "GSS code, by geometry", nullable=True),
    Column("ward_name", "string", "", "by geometry", nullable=True),
)

PREMISES: Final = Contract(
    "premises",
    "one business that could be approached to become a Safe Haven; none is vetted",
    (
        Column("premises_id", "string", "", "unique, the same from run to run"),
        *_VENUE,
        Column("business_type", "string", "", "the type in the list's words", nullable=True),
        *_AT,
        *_CRITERIA,
        Column("listed_in", "string", "", "the list's file name"),
        Column("source_row", "int64", "1-based", "row of the file, the header being row 1"),
        Column("n_at_point", "int64", "premises", "how many of its list share its point"),
        *_WHERE,
        Column("geometry", "geometry", "study-area CRS, metres", "where (Point)"),
    ),
)

OFFERED: Final = {
    "open_after_dark": "is open after dark",
    "accessible_toilet": "has a toilet for wheelchair users",
    "wifi": "has Wi-Fi that visitors may use",
    "charging": "can charge a phone",
    "quiet_space": "has a quiet place to sit",
    "ice_cards": "has the scheme's cards",
    "sticker_displayed": "shows the scheme's sticker",
    "consent_to_publish": "agrees to be listed in public",
}
"""What the register says of a haven besides, yes, no or unknown."""

HAVENS: Final = Contract(
    "havens",
    "one Safe Haven of the register",
    (
        Column("haven_id", "string", "", "the register's own number"),
        *_VENUE,
        *_AT,
        *_CRITERIA,
        *(Column(name, "category", "", meaning, ANSWERS) for name, meaning in OFFERED.items()),
        Column("languages", "string", "", "spoken there", nullable=True),
        Column("trained_count", "float64", "people", "trained staff", nullable=True),
        Column("training_date", "string", "ISO date", "last trained", nullable=True),
        Column("training_expiry", "string", "ISO date", "training is good until", nullable=True),
        Column("sign_up_date", "string", "ISO date", "when it joined", nullable=True),
        Column("last_checked", "string", "ISO date", "last confirmed", nullable=True),
        Column("status", "category", "", "as the register says", HAVEN_STATUSES),
        Column("contact_given", "bool", "", "whether the register names a contact, never whom"),
        Column("counts_now", "bool", "", "active, confirmed, trained, consenting, located"),
        Column("why_not", "string", "", "why it does not count, in words; empty if it does"),
        Column("source_row", "int64", "1-based", "row of the file, the header being row 1"),
        *_WHERE,
        Column("geometry", "geometry", "study-area CRS, metres", "where (Point)", nullable=True),
    ),
)

CONTRACTS: Final = (
    *(INCIDENTS, HOTSPOTS, QUARANTINE, QUALITY, ZONES, PLACES),
    *(PREMISES, HAVENS),
)


def _is_dtype(column: pd.Series, dtype: str) -> bool:
    import pandas as pd

    checks: dict[str, Callable[[pd.Series], Any]] = {
        "string": lambda c: pd.api.types.is_string_dtype(c.dtype) or c.isna().all(),
        "int64": lambda c: str(c.dtype) == "int64",
        "Int64": lambda c: str(c.dtype) == "Int64",
        "float64": lambda c: str(c.dtype) == "float64",
        "bool": lambda c: str(c.dtype) == "bool",
        "category": lambda c: isinstance(c.dtype, pd.CategoricalDtype),
        "datetime": lambda c: str(c.dtype).startswith("datetime64["),
        "object": lambda c: str(c.dtype) == "object",
        "geometry": lambda c: str(c.dtype) == "geometry",
    }
    return bool(checks[dtype](column))


def as_agreed(table: Frame, contract: Contract) -> Frame:
    """Return the contract's columns of `table` in order, with the contract's dtypes."""
    import pandas as pd

    plain = {name: name for name in ("int64", "Int64", "float64", "bool", "object")}
    plain["string"] = "str"
    dtypes = {
        column.name: pd.CategoricalDtype(list(column.allowed) or None)
        if column.dtype == "category"
        else plain[column.dtype]
        for column in contract.columns
        if column.dtype in plain or column.dtype == "category"
    }
    return table[list(contract.names)].astype(dtypes)


def check_table(table: pd.DataFrame, contract: Contract) -> None:
    """Raise `SchemaError` with every way in which `table` breaks `contract`.

    Columns beyond the contract are allowed: later steps add them.
    """
    complaints = []
    for column in contract.columns:
        if column.name not in table.columns:
            complaints.append(f"column '{column.name}' is missing")
            continue
        values = table[column.name]
        if not _is_dtype(values, column.dtype):
            complaints.append(f"'{column.name}' is {values.dtype}, not {column.dtype}")
        elif not column.nullable and values.isna().any():
            complaints.append(f"'{column.name}' has {int(values.isna().sum())} empty cells")
        elif column.allowed and (odd := set(values.dropna().unique()) - set(column.allowed)):
            complaints.append(f"'{column.name}' has unknown values {sorted(odd)[:3]}")
    if complaints:
        raise SchemaError(f"The {contract.name} table is not as agreed: {'; '.join(complaints)}.")
