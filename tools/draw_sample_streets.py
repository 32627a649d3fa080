"""Lay invented residential streets over the schematic sample wards.

The streets carry the thin background of the sample: they keep well apart from one another and from
the spots where the sample's reports gather. Their names are invented. Run it from anywhere:

    python tools/draw_sample_streets.py [OUTPUT]

Without OUTPUT it writes the file that the package carries.
"""

from __future__ import annotations

import csv
import itertools
import math
import random
import sys
from pathlib import Path
from typing import Final

import shapely
from draw_sample_wards import draw_wards, read_rows

PLANS: Final = Path(__file__).resolve().parent.parent / "csp_geo" / "sample" / "plans"
OUTPUT: Final = PLANS / "streets.csv"
SEED: Final = 2021

N_STREETS: Final = 190
HALF_LENGTHS_M: Final = (60, 80, 100, 120)
DIRECTIONS: Final = ((1.0, 0.0), (0.8, 0.6), (0.6, 0.8), (0.0, 1.0), (-0.6, 0.8), (-0.8, 0.6))
BETWEEN_STREETS_M: Final = 240.0
TO_BORDER_M: Final = 160.0
TO_SPOTS_M: Final = 300.0

# fmt: off
FIRST_WORDS: Final = (
    "Alder", "Bramble", "Clover", "Damson", "Elder", "Fennel", "Gorse", "Hawthorn", "Juniper",
    "Larch", "Medlar", "Nettle", "Quince", "Rowan", "Sorrel", "Tansy", "Walnut", "Yarrow", "Avocet",
    "Bittern", "Curlew", "Dunlin", "Fieldfare", "Goldcrest", "Lapwing",
)
SECOND_WORDS: Final = (
    "Avenue", "Close", "Crescent", "Drive", "Gardens", "Grove", "Lane", "Road", "Street",
)
# fmt: on

Point = tuple[float, float]


def street_ends(rng: random.Random, middle: Point) -> tuple[Point, Point]:
    """Return the two ends, in whole metres, of a street through `middle`."""
    half = rng.choice(HALF_LENGTHS_M)
    dx, dy = rng.choice(DIRECTIONS)
    x, y = middle
    return (round(x - half * dx), round(y - half * dy)), (
        round(x + half * dx),
        round(y + half * dy),
    )


def draw_streets() -> list[dict[str, str | float]]:
    """Throw darts at the borough and keep those that stand far enough from everything else."""
    rng = random.Random(SEED)  # noqa: S311 - a drawing, not a secret
    inner = shapely.union_all(list(draw_wards().values())).buffer(-TO_BORDER_M)
    spots = [(float(r["easting"]), float(r["northing"])) for r in read_rows(PLANS / "spots.csv")]
    names = [f"{a} {b}" for a, b in itertools.product(FIRST_WORDS, SECOND_WORDS)]
    rng.shuffle(names)
    west, south, east, north = (int(edge) for edge in inner.bounds)
    middles: list[Point] = []
    streets: list[dict[str, str | float]] = []
    while len(streets) < N_STREETS:
        middle = (float(rng.randint(west, east)), float(rng.randint(south, north)))
        if (
            not inner.contains(shapely.Point(middle))
            or any(math.dist(middle, spot) < TO_SPOTS_M for spot in spots)
            or any(math.dist(middle, other) < BETWEEN_STREETS_M for other in middles)
        ):
            continue
        start, end = street_ends(rng, middle)
        middles.append(middle)
        streets.append(
            {
                "name": names[len(streets)],
                "easting_from": start[0],
                "northing_from": start[1],
                "easting_to": end[0],
                "northing_to": end[1],
            }
        )
    return sorted(streets, key=lambda street: str(street["name"]))


if __name__ == "__main__":
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    streets = draw_streets()
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(streets[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(streets)
    print(f"Wrote {len(streets)} streets to {output.name}")
