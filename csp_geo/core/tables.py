"""The tables that are passed along or lie in a pack, as data: columns, dtypes, units, meanings.

The columns stand in `contracts.toml`; the checks (`check_table`) and docs/data-dictionary.md come
from them. Tables are plain DataFrames and GeoDataFrames; a step adds columns and never changes its
input.

A pack is read by the contracts that it was written by. The contract of one of its tables or layers
is an allow-list too: no other column leaves in a layer or table of that name.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeVar

from csp_geo.core.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    Frame = TypeVar("Frame", bound=pd.DataFrame)


SOURCES: Final = ("survey", "streetsafe", "eva", "offence", "graffiti", "asb", "fire", "other")
SYSTEMS: Final = (
    *("police_uk", "police_uk_stops", "open311", "engagementhq", "social_pinpoint", "commonplace"),
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
    *("anti-social behaviour", "burglary", "criminal damage", "design and visibility", "domestic"),
    *("drugs and alcohol", "feels unsafe", "fire", "graffiti", "harassment", "hate", "lighting"),
    *("people hanging around", "public order", "robbery", "sexual", "theft", "traffic", "upkeep"),
    *("vehicle crime", "violence", "weapons", "other"),
)
THEMES_BY_HARM: Final = (
    *("sexual", "violence", "domestic", "robbery", "weapons", "burglary", "fire", "hate"),
    *("harassment", "public order", "vehicle crime", "drugs and alcohol", "criminal damage"),
    *("theft", "anti-social behaviour", "traffic", "graffiti", "people hanging around"),
    *("feels unsafe", "lighting", "design and visibility", "upkeep", "other"),
)
"""The gravest first: of the rows of one event the first of these counts.

The order is that of the Cambridge Crime Harm Index (days of the starting sentence, medians of
2026): rape 2,555, other sexual 182; homicide 5,475, injury 365; robbery 365; weapons 274; burglary
184 to 274; arson 185; harassment 10; public order 7.5; vehicles 5; drugs 3 to 5; damage and theft
2; anti-social behaviour 1. Domestic and hate stand by the crimes that they mostly are. What has no
sentence comes after, and "other" last: any theme says more.
"""
SENSITIVE_THEMES: Final = frozenset({"sexual", "domestic", "hate"})
"""Themes that are sensitive whatever else is known of a report."""
UNKNOWN: Final = "unknown"
SENSITIVITIES: Final = ("", "child", "honour", "sexual", "slavery", "domestic", "hate", UNKNOWN)
"""What makes a report sensitive, "" for nothing; of several the first counts. `unknown` is a
category that nobody has sorted: it may be any of them."""

TIME_PRECISIONS: Final = ("minute", "hour", "day", "month")
LOCATION_METHODS: Final = (
    *("exact", "pin", "address", "postcode", "street", "snapped", "gridref", "gazetteer"),
)
SHARED_POINTS: Final = ("snapped", "postcode", "gazetteer")
"""Ways of locating that put reports of many addresses on one point."""
KINDS: Final = ("hotspot", "busy point")
ANSWERS: Final = ("yes", "no", "unknown")
"""What is known of a criterion; unknown never counts as met."""
HAVEN_STATUSES: Final = ("active", "candidate", "to ask", "lapsed", "withdrawn", "unknown")
FINDING_GROUPS: Final = ("lapsed", "withdrawn", "due soon", "promised", "to do")
"""What a finding of the register is: over, given up or refused, over soon, agreed and not done yet,
or anything else."""
ZONE_STATUSES: Final = ("in force", "expired", "not yet in force", "dates unknown")

STREET_CLASSES: Final = ("motorway", "main", "secondary", "local", "service", "path")
GREEN_KINDS: Final = ("park", "wood", "cemetery", "pitch", "other")


VERDICTS: Final = (
    *("stands out", "rests on one part", "could be chance", "could be where people live"),
    *("too large to task", "too few to test", "not tested"),
)
"""What the test says of a hotspot; only the first is `confirmed`."""


@dataclass(frozen=True)
class Column:
    """One column of a contract; contracts.toml says what a dtype may be."""

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


_ALLOWED: Final = {
    "SOURCES": SOURCES,
    "THEMES": THEMES,
    "SENSITIVITIES": SENSITIVITIES,
    "FAMILIES": FAMILIES,
    "TIME_PRECISIONS": TIME_PRECISIONS,
    "LOCATION_METHODS": LOCATION_METHODS,
    "KINDS": KINDS,
    "ANSWERS": ANSWERS,
    "HAVEN_STATUSES": HAVEN_STATUSES,
    "FINDING_GROUPS": FINDING_GROUPS,
    "ZONE_STATUSES": ZONE_STATUSES,
    "VERDICTS": VERDICTS,
    "STREET_CLASSES": STREET_CLASSES,
    "GREEN_KINDS": GREEN_KINDS,
}
_WRITTEN: Final = tomllib.loads(
    files("csp_geo.core").joinpath("contracts.toml").read_text(encoding="utf-8")
)


def columns_of(key: str) -> tuple[Column, ...]:
    """Return the columns of one entry of contracts.toml, those of its groups in their places."""
    columns: list[Column] = []
    for text in _WRITTEN[key]["columns"]:
        if text.startswith("*"):
            columns += columns_of(text[1:])
            continue
        name, dtype, unit, meaning, *allowed = (part.strip() for part in text.split("|"))
        values = _ALLOWED[allowed[0]] if allowed else ()
        columns.append(
            Column(name, dtype.rstrip("?"), unit, meaning, values, nullable=dtype.endswith("?"))
        )
    return tuple(columns)


def contract(key: str) -> Contract:
    """Return the contract that contracts.toml keeps under `key`."""
    entry = _WRITTEN[key]
    return Contract(entry.get("name", key), entry["row"], columns_of(key))


INCIDENTS: Final = contract("incidents")
CLUSTERS: Final = contract("clusters")
_TESTED: Final = columns_of("tested")
TESTED_COLUMNS: Final = tuple(column.name for column in _TESTED)
HOTSPOTS: Final = Contract(
    "hotspots",
    "one named cluster that people are shown, tested for chance",
    (*CLUSTERS.columns[:-1], *_TESTED, CLUSTERS.columns[-1]),
)
QUARANTINE: Final = contract("quarantine")
QUALITY: Final = contract("quality")
ZONES: Final = contract("zones")
PLACES: Final = contract("places")
CRITERIA: Final = {column.name: column.meaning for column in columns_of("criteria")}
"""What is known of a venue besides the number of its staff, yes, no or unknown."""
PREMISES: Final = contract("premises")
OFFERED: Final = {column.name: column.meaning for column in columns_of("offered")}
"""What the register says of a haven besides, yes, no or unknown."""
HAVENS: Final = contract("havens")

GROUND: Final[Mapping[str, Contract]] = {
    name: contract(f"ground_{name}")
    for name in (
        *("streets", "railways", "water", "green", "buildings", "addresses", "places"),
        "known_points",
    )
}
"""The layers of data/ground/ground.gpkg."""

CONTRACTS: Final = (
    *(INCIDENTS, HOTSPOTS, QUARANTINE, QUALITY, ZONES, PLACES, PREMISES, HAVENS),
    *GROUND.values(),
)


def _is_dtype(column: pd.Series, dtype: str) -> bool:
    import pandas as pd

    if dtype == "string":
        return pd.api.types.is_string_dtype(column.dtype) or bool(column.isna().all())
    if dtype == "category":
        return isinstance(column.dtype, pd.CategoricalDtype)
    name = str(column.dtype)
    return name.startswith("datetime64[") if dtype == "datetime" else name == dtype


def as_agreed(table: Frame, contract: Contract) -> Frame:
    """Return the contract's columns of `table` in order, with the contract's dtypes."""
    import pandas as pd

    dtypes: dict[str, Any] = {
        column.name: "str" if column.dtype == "string" else column.dtype
        for column in contract.columns
        if column.dtype not in {"datetime", "geometry"}
    }
    for column in contract.columns:
        if column.dtype == "category":
            dtypes[column.name] = pd.CategoricalDtype(list(column.allowed) or None)
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
        said = "; ".join(complaints)
        raise SchemaError(f"The {contract.name} table does not keep its contract: {said}.")


def as_layer(contract: Contract) -> Contract:
    """Return a contract as a GeoPackage keeps it: categories and counts by name are texts."""
    columns = tuple(
        replace(column, dtype="string", nullable=True)
        if column.dtype in {"category", "object"}
        else column
        for column in contract.columns
    )
    return replace(contract, columns=columns)


INCIDENT_LAYER: Final = contract("incident_layer")
"""No reference, person, file, place text or category words; no weight, which leads to the pins of
one person."""
DEMAND_LAYER: Final = contract("demand_layer")
WARD_LAYER: Final = contract("ward_layer")
HAVEN_LAYER: Final = contract("haven_layer")
"""What is public of a Safe Haven, but for its hours: they may be a sentence."""
SITES: Final = contract("sites")
COVERAGE: Final = contract("coverage")
UNCOVERED: Final = contract("uncovered")
TO_ASK: Final = contract("to_ask")
LEFT_OUT: Final = contract("left_out")
ASK_FIRST: Final = contract("ask_first")
PLAN_HAVENS: Final = contract("plan_havens")
PLAN_HOTSPOTS: Final = contract("plan_hotspots")
PLAN_WARDS: Final = Contract(
    "wards layer of a plan", "one ward of the study area", WARD_LAYER.columns[:3]
)
DIRECTORY: Final = contract("directory")
FINDINGS: Final = contract("findings")


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
        "for-the-coordinator.csv": TO_ASK,
        "ask-first.csv": ASK_FIRST,
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
