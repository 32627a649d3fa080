"""What one file gives to the ground."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd


@dataclass(frozen=True, eq=False)
class GroundPart:
    """Layers by name, cut to the frame, and what is known of the file.

    `kind` is what it is in words ("OS Open Roads"), `licence` the line to print, `dated` the day or
    month that its data are of, "" where it says none. `box` is where it lies (west, south, east,
    north, degrees), where that is known. `left` are layers of it that the ground has no use for;
    `notes` say how it was read.
    """

    kind: str
    licence: str
    layers: Mapping[str, gpd.GeoDataFrame]
    dated: str = ""
    box: tuple[float, float, float, float] | None = None
    left: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def n_rows(self) -> int:
        """How many rows all its layers have together."""
        return sum(len(table) for table in self.layers.values())
