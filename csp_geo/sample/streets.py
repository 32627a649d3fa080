"""Where the sample's reports may lie: spots where they gather, bus stops, invented streets.

Everything is in whole metres of the British National Grid. The positions are data: the tables of
spots and streets in `plans/`, and the stops that the sample puts into `data/context/`.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from csp_geo.core.projection import british_grid

if TYPE_CHECKING:
    import random

Position = tuple[int, int]
"""Easting and northing, metres."""

METRES_PER_HOUSE: Final = 6


@dataclass(frozen=True)
class SampleSpot:
    """A named place where reports gather, with the street that addresses there carry."""

    name: str
    street: str
    centre: Position
    radius_m: int
    n_places: int

    def random_position(self, rng: random.Random) -> Position:
        """Return a position anywhere in the spot, as a pin dropped by eye."""
        while True:
            dx = rng.randint(-self.radius_m, self.radius_m)
            dy = rng.randint(-self.radius_m, self.radius_m)
            if dx * dx + dy * dy <= self.radius_m * self.radius_m:
                return self.centre[0] + dx, self.centre[1] + dy


@dataclass(frozen=True)
class Street:
    """A straight residential street; its houses stand along it."""

    name: str
    start: Position
    end: Position

    @property
    def n_houses(self) -> int:
        """How many houses fit along it."""
        dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
        return math.isqrt(dx * dx + dy * dy) // METRES_PER_HOUSE

    def house(self, number: int) -> Position:
        """Return the position of a house, numbered from 1 at the start of the street."""
        share = number / self.n_houses
        return (
            round(self.start[0] + share * (self.end[0] - self.start[0])),
            round(self.start[1] + share * (self.end[1] - self.start[1])),
        )


@dataclass(frozen=True)
class SampleStreets:
    """All places of the sample."""

    spots: dict[str, SampleSpot]
    streets: tuple[Street, ...]
    stops: tuple[tuple[str, Position], ...]


def _rows(*path: str) -> list[dict[str, str]]:
    text = files("csp_geo.sample").joinpath(*path).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def _read_spots() -> dict[str, SampleSpot]:
    return {
        row["name"]: SampleSpot(
            name=row["name"],
            street=row["street"],
            centre=(int(row["easting"]), int(row["northing"])),
            radius_m=int(row["radius_m"]),
            n_places=int(row["places"]),
        )
        for row in _rows("plans", "spots.csv")
    }


def _read_streets() -> tuple[Street, ...]:
    return tuple(
        Street(
            name=row["name"],
            start=(int(row["easting_from"]), int(row["northing_from"])),
            end=(int(row["easting_to"]), int(row["northing_to"])),
        )
        for row in _rows("plans", "streets.csv")
    )


def _read_stops() -> tuple[tuple[str, Position], ...]:
    rows = _rows("files", "sample", "data", "context", "stops.csv")
    metres = british_grid().to_metres(
        [[float(row["longitude"]), float(row["latitude"])] for row in rows]
    )
    return tuple(
        (row["name"], (round(x), round(y))) for row, (x, y) in zip(rows, metres, strict=True)
    )


@lru_cache(maxsize=1)
def read_sample_streets() -> SampleStreets:
    """Read the places of the sample from the package's data."""
    return SampleStreets(_read_spots(), _read_streets(), _read_stops())
