"""A sample month in the form of data.police.uk: crimes moved to anonymised points.

Only the month is given; many crimes share a point; some points stand on no named street;
anti-social behaviour has no Crime ID.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from csp_geo.sample.plans import Plan, Row, read_plan
from csp_geo.sample.reports import SYNTHETIC, add_dirt, as_csv, coordinates, random_reference
from csp_geo.sample.streets import Position, read_sample_streets

POINTS_PER_AREA = 5
"""Snap points in one invented statistical area."""


@dataclass(frozen=True)
class SnapPoint:
    """An anonymised point with what the file writes about it."""

    position: Position
    location: str
    area_code: str
    area_name: str


def _snap_point(index: int, position: Position, street: str) -> SnapPoint:
    area = index // POINTS_PER_AREA
    group, letter = divmod(area, 5)
    return SnapPoint(
        position,
        f"On or near {street}",
        f"SYN{area + 1:04d}",
        f"Synthetic {group + 1:03d}{'ABCDE'[letter]}",
    )


def street_points(plan: Plan) -> list[SnapPoint]:
    """Return the points along the residential streets; every so many have no street name."""
    per_street = plan.extra["points_per_street"]
    points: list[SnapPoint] = []
    for street in read_sample_streets().streets:
        for part in range(per_street):
            number = round(street.n_houses * (2 * part + 1) / (2 * per_street))
            index = len(points)
            nameless = index % plan.extra["nameless_every"] == 0
            name = "" if nameless else street.name
            points.append(_snap_point(index, street.house(number), name))
    return points


def crime_points(plan: Plan, n: int, rng: random.Random) -> list[SnapPoint]:
    """Return a point for each of `n` crimes: the stacks, and the streets unevenly."""
    streets = street_points(plan)
    spots = read_sample_streets().spots
    chosen: list[SnapPoint] = []
    for rank, (name, height) in enumerate(plan.extra["stacks"].items()):
        street = "" if name in plan.extra["nameless_stacks"] else spots[name].street
        chosen += [_snap_point(len(streets) + rank, spots[name].centre, street)] * height
    rng.shuffle(streets)
    uneven = [1 / (rank + 100) for rank in range(len(streets))]
    chosen += rng.choices(streets, weights=uneven, k=n - len(chosen))
    rng.shuffle(chosen)
    return chosen


def police_uk_file(seed: int) -> bytes:
    """Make the sample month."""
    plan = read_plan("police_uk")
    rng = random.Random(f"{seed} {plan.path}")
    crimes = [name for name, n in plan.extra["crimes"].items() for _ in range(n)]
    points = crime_points(plan, len(crimes), rng)
    places = coordinates(plan, [point.position for point in points])
    month = plan.extra["month"].strftime(plan.date_format)
    rows: list[Row] = []
    for crime, point, (x, y) in zip(crimes, points, places, strict=True):
        anonymous = crime == plan.extra["without_reference"]
        rows.append(
            {
                "Crime ID": "" if anonymous else random_reference(rng),
                "Month": month,
                "Reported by": SYNTHETIC.capitalize(),
                "Falls within": SYNTHETIC.capitalize(),
                "Longitude": x,
                "Latitude": y,
                "Location": point.location,
                "LSOA code": point.area_code,
                "LSOA name": point.area_name,
                "Crime type": crime,
                "Last outcome category": "" if anonymous else rng.choice(plan.extra["outcomes"]),
            }
        )
    rows.sort(key=lambda row: (row["LSOA name"], row["Crime type"], row["Crime ID"]))
    return as_csv(plan, add_dirt(plan, rows, rng))
