"""How much of a file is read at most, so that no file can fill the memory or the disk."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from csp_geo.errors import SettingsError

_MB: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a single file may be at most; what is larger is refused in one sentence.

    `file_bytes` is the size of a file or of one member of a ZIP, `unpacked_bytes` of all its
    members together, `ratio` how many times smaller packing may have made them (asked of members
    over ten megabytes). `cells` is what a sheet spans, from its first to its last filled cell.
    `record_bytes` is the size of a JSON or XML list that is read whole; `depth` how far brackets or
    elements may be nested in it.
    """

    file_bytes: int = 1_000 * _MB
    unpacked_bytes: int = 4_000 * _MB
    ratio: int = 500
    members: int = 5_000
    rows: int = 3_000_000
    columns: int = 2_000
    cells: int = 20_000_000
    record_bytes: int = 200 * _MB
    depth: int = 200

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise SettingsError(f"{limit.name} must be a whole number from 1, not {value!r}.")


LIMITS: Final = Limits()


def say_bytes(size: int) -> str:
    """Say a size in megabytes."""
    return f"{size / _MB:,.0f} MB"
