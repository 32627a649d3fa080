"""Where people can be in the sample borough: the list that its hotspots are tested on."""

from __future__ import annotations

from typing import Final

from csp_geo.sample.draws import spot_addresses
from csp_geo.sample.gazetteer import read_gazetteer
from csp_geo.sample.reports import SYNTHETIC

PATH: Final = "data/context/addresses.csv"
_EVERY: Final = 3
_SEED: Final = 2021
"""The same houses whatever the seed of the reports."""


def addresses_file() -> bytes:
    """Make the list: every third house of each street, and the doors of each spot."""
    gazetteer = read_gazetteer()
    houses = [
        street.house(number)
        for street in gazetteer.streets
        for number in range(1, street.n_houses + 1, _EVERY)
    ]
    doors = [
        door.position for spot in gazetteer.spots.values() for door in spot_addresses(spot, _SEED)
    ]
    lines = [f"{x},{y},{SYNTHETIC}" for x, y in sorted({*houses, *doors})]
    return "\r\n".join(["easting,northing,Data status", *lines, ""]).encode()
