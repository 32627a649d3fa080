"""What a file of the ground may be at most: national files are larger than any month of reports."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from csp_geo.core.settings import Limits

_GIGABYTE: Final = 1_000_000_000
GROUND_LIMITS: Final = Limits(
    file_bytes=30 * _GIGABYTE,  # OS Open Zoomstack unpacked has some 12
    unpacked_bytes=60 * _GIGABYTE,
    members=50_000,  # three years of all forces of police.uk are 5,000
    rows=60_000_000,
    seconds=3600,
)


def ground_limits(own: Limits) -> Limits:
    """Return the limits for files of the ground, never lower than those for reports."""
    names = [limit.name for limit in fields(Limits)]
    return Limits(**{name: max(getattr(own, name), getattr(GROUND_LIMITS, name)) for name in names})
