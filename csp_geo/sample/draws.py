"""From a plan's batches to single draws: when, where, what, each seeded and repeatable.

Only `random.Random` is used, and only additions and multiplications are done to what it gives, so
that the same seed gives the same bytes on every machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from csp_geo.sample.gazetteer import read_gazetteer

if TYPE_CHECKING:
    from csp_geo.sample.gazetteer import Position, Spot
    from csp_geo.sample.plans import Batch, Plan

HOUR_WEIGHTS: Final = {
    "any": (2, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 5, 4, 4, 5, 5, 6, 6, 6, 5, 5, 4, 3),
    "day": (0, 0, 0, 0, 0, 0, 1, 2, 3, 6, 8, 9, 10, 10, 9, 10, 10, 9, 7, 4, 2, 1, 0, 0),
    "evening": (2, 1, 1, 0, 0, 0, 1, 2, 2, 2, 2, 3, 3, 4, 4, 7, 9, 10, 10, 10, 9, 8, 6, 4),
    "night": (8, 7, 5, 4, 2, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 10, 9),
}
"""How likely each hour from midnight is, by the name that a mix gives."""

DAY_WEIGHTS: Final = (4, 4, 4, 4, 6, 6, 5)
"""How likely each weekday is, Monday first."""


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


def spot_addresses(spot: Spot, seed: int) -> list[Address]:
    """Return the doors of a spot: the same ones for every source of a sample."""
    rng = random.Random(f"{seed} {spot.name}")
    doors = [spot.random_position(rng) for _ in range(spot.n_places)]
    return [
        Address(spot.name, door, f"{number} {spot.street}")
        for number, door in enumerate(doors, start=1)
    ]


def _address_at_spot(spot: Spot, seed: int, rng: random.Random) -> Address:
    addresses = spot_addresses(spot, seed)
    busier_first = [1 / (rank + 2) for rank in range(len(addresses))]
    address = rng.choices(addresses, weights=busier_first)[0]
    text = rng.choice((address.text, spot.street, f"On or near {spot.street}"))
    return Address(spot.name, address.position, text)


def _address(batch: Batch, seed: int, rng: random.Random, *, pins: bool) -> Address:
    gazetteer = read_gazetteer()
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
