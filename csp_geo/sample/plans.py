"""What each sample file is to hold, and the single draws that make it: seeded and repeatable.

Where reports may lie is data: spots where they gather and invented streets in `plans/`, and the
bus stops that the sample puts into `data/context/`; in whole metres of the British National Grid.

A plan is data: the header, where and when how many reports lie (`draws`), what they are about
(`mixes`), and the dirt on top. Whoever wants another sample changes a plan, not the code.

Only `random.Random` is used, and only additions and multiplications are done to what it gives, so
that the same seed gives the same bytes on every machine.
"""

from __future__ import annotations

import csv
import io
import math
import random
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.projection import british_grid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


Position = tuple[int, int]
"""Easting and northing, metres."""

METRES_PER_HOUSE: Final = 6
Row = dict[str, str]
"""One row of a report file: text by column."""
REPORT_PLANS: Final = ("survey", "streetsafe", "eva", "offence", "graffiti", "asb", "fire")
"""One plan a source, named after it; `police_uk` is one more, for the offence folder."""
HOUR_WEIGHTS: Final = {
    "any": (2, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 5, 4, 4, 5, 5, 6, 6, 6, 5, 5, 4, 3),
    "day": (0, 0, 0, 0, 0, 0, 1, 2, 3, 6, 8, 9, 10, 10, 9, 10, 10, 9, 7, 4, 2, 1, 0, 0),
    "evening": (2, 1, 1, 0, 0, 0, 1, 2, 2, 2, 2, 3, 3, 4, 4, 7, 9, 10, 10, 10, 9, 8, 6, 4),
    "night": (8, 7, 5, 4, 2, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 10, 9),
}
"""How likely each hour from midnight is, by the name that a mix gives."""
DAY_WEIGHTS: Final = (4, 4, 4, 4, 6, 6, 5)
"""How likely each weekday is, Monday first."""


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


@dataclass(frozen=True)
class Batch:
    """So many reports of one mix at one place within a span of days, both included.

    `place` is the name of a spot, or "streets" or "stops" for any one of them.
    """

    mix: str
    place: str
    first: date
    last: date
    n: int


@dataclass(frozen=True)
class Plan:
    """One sample file.

    `columns` names, for each role (reference, date, time, category, x, y, ...), the file's column.
    `dirt` are values by role that spoil a copy of a report, so that it comes on top and cannot be
    used; `changes` are values by role that make a report doubtful where it stands. `extra` is what
    only one source needs.
    """

    source: str
    file: str
    header: list[str]
    label: str
    line_end: str
    crs: str
    reference: str
    date_format: str
    columns: Mapping[str, str]
    draws: list[Batch]
    byte_order_mark: bool = False
    pins: bool = False
    mixes: Mapping[str, Any] = field(default_factory=dict)
    dirt: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    repeats: Mapping[str, int] = field(default_factory=lambda: {"duplicates": 0, "references": 0})
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the file lies in a project folder."""
        return f"data/reports/{self.source}/{self.file}"

    @property
    def labelled_header(self) -> list[str]:
        """The header with the column that says "synthetic sample"."""
        return self.header if self.label in self.header else [*self.header, self.label]


@lru_cache
def read_plan(name: str) -> Plan:
    """Read the plan of that name."""
    path = files("csp_geo.sample").joinpath("plans", f"{name}.toml")
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    values["draws"] = [Batch(*line) for line in values["draws"]]
    known = set(Plan.__dataclass_fields__)
    extra = {key: values.pop(key) for key in list(values) if key not in known}
    return Plan(**values, extra=extra)


@dataclass(frozen=True, order=True)
class Address:
    """A position, the name of its place ("" on a residential street), and how a log writes it."""

    place: str
    position: Position
    text: str


@dataclass(frozen=True, order=True)
class Draw:
    """One report before it becomes a row."""

    when: datetime
    address: Address
    category: str


def spot_addresses(spot: SampleSpot, seed: int) -> list[Address]:
    """Return the doors of a spot: the same ones for every source of a sample."""
    rng = random.Random(f"{seed} {spot.name}")
    doors = [spot.random_position(rng) for _ in range(spot.n_places)]
    return [
        Address(spot.name, door, f"{number} {spot.street}")
        for number, door in enumerate(doors, start=1)
    ]


def _address_at_spot(spot: SampleSpot, seed: int, rng: random.Random) -> Address:
    addresses = spot_addresses(spot, seed)
    busier_first = [1 / (rank + 2) for rank in range(len(addresses))]
    address = rng.choices(addresses, weights=busier_first)[0]
    text = rng.choice((address.text, spot.street, f"On or near {spot.street}"))
    return Address(spot.name, address.position, text)


def _address(batch: Batch, seed: int, rng: random.Random, *, pins: bool) -> Address:
    gazetteer = read_sample_streets()
    if batch.place == "streets":
        street = rng.choice(gazetteer.streets)
        number = rng.randint(1, street.n_houses)
        text = rng.choice((f"{number} {street.name}", f"On or near {street.name}"))
        return Address("", street.house(number), text)
    if batch.place == "stops":
        name, position = rng.choice(gazetteer.stops)
        return Address(name, position, f"Bus stop, {name}")
    spot = gazetteer.spots[batch.place]
    if pins:
        return Address(spot.name, spot.random_position(rng), spot.street)
    return _address_at_spot(spot, seed, rng)


def _times(batch: Batch, hours: str, rng: random.Random) -> list[datetime]:
    """Return a time for every report of the batch, local and without a zone as a log has it."""
    span = (batch.last - batch.first).days + 1
    days = [batch.first + timedelta(days=offset) for offset in range(span)]
    day_weights = [DAY_WEIGHTS[day.weekday()] for day in days]
    chosen_days = rng.choices(days, weights=day_weights, k=batch.n)
    chosen_hours = rng.choices(range(24), weights=HOUR_WEIGHTS[hours], k=batch.n)
    return [
        datetime.combine(day, time(hour, rng.randint(0, 59)))
        for day, hour in zip(chosen_days, chosen_hours, strict=True)
    ]


def make_draws(plan: Plan, seed: int, rng: random.Random) -> list[Draw]:
    """Draw every report of a plan, in order of time."""
    draws: list[Draw] = []
    for batch in plan.draws:
        mix = plan.mixes[batch.mix]
        weights = mix["categories"]
        categories = rng.choices(list(weights), weights=list(weights.values()), k=batch.n)
        times = _times(batch, mix["hours"], rng)
        addresses = [_address(batch, seed, rng, pins=plan.pins) for _ in range(batch.n)]
        draws += map(Draw, times, addresses, categories)
    return sorted(draws)
