"""What the tables and layers of each kind of pack hold, as data: what is written is read by it.

A contract here is an allow-list too: no other column leaves in a layer or table of that name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from csp_geo.core.tables import HOTSPOTS, QUALITY, QUARANTINE, ZONES, Contract, contract

if TYPE_CHECKING:
    from collections.abc import Mapping


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
LICENSING: Final = contract("licensing")
LEFT_OUT: Final = contract("left_out")
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
