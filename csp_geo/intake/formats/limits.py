"""How much of a file is read at most: see `csp_geo.settings.Limits`."""

from __future__ import annotations

from typing import Final

from csp_geo.settings import Limits

_MB: Final = 1_000_000
LIMITS: Final = Limits()

__all__ = ["LIMITS", "Limits", "say_bytes"]


def say_bytes(size: int) -> str:
    """Say a size in megabytes."""
    return f"{size / _MB:,.0f} MB"
