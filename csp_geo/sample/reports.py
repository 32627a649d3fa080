"""The sample's report files, one a source: draws become rows, with a little dirt, rows bytes.

What cannot be used, and what is merged, comes on top of a plan's reports, so that the counts that a
plan promises hold; what is only doubtful changes reports where they stand.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.projection import british_grid
from csp_geo.sample.plans import make_draws, read_plan, read_sample_streets

if TYPE_CHECKING:
    from collections.abc import Callable

    from csp_geo.sample.plans import Draw, Plan, Position, Row

SYNTHETIC: Final = "synthetic sample"
"""Stands in every row of every sample file."""
POINTS_PER_AREA = 5
"""Snap points in one invented statistical area."""


def random_reference(rng: random.Random) -> str:
    """Return 64 hexadecimal digits, as data.police.uk has them."""
    return f"{rng.getrandbits(256):064x}"


def _with_values(plan: Plan, row: Row, values: dict[str, Any]) -> Row:
    """Return the row with other values, given by role."""
    return {**row, **{plan.columns[r]: v for r, v in values.items() if r in plan.columns}}


def _doubtful(plan: Plan, rows: list[Row], rng: random.Random) -> list[Row]:
    """Change times as the plan says, and file some reports under the one before's reference."""
    rows = list(rows)
    n_changed = sum(change.get("n", 1) for change in plan.changes)
    chosen = iter(rng.sample(range(len(rows)), n_changed))
    for change in plan.changes:
        for _ in range(change.get("n", 1)):
            index = next(chosen)
            rows[index] = _with_values(plan, rows[index], change)
    reference = plan.columns["reference"]
    referenced = [index for index, row in enumerate(rows) if row[reference]]
    every_second = range(1, len(referenced), 2)  # so that no two of them are neighbours
    for at in rng.sample(every_second, plan.repeats["references"]):
        one_before, this = referenced[at - 1], referenced[at]
        rows[this] = {**rows[this], reference: rows[one_before][reference]}
    return rows


def _unusable(plan: Plan, rows: list[Row], rng: random.Random) -> list[Row]:
    """Copy reports under new references and spoil each copy in one way."""
    number = len(rows)
    spoiled = []
    for dirt in plan.dirt:
        for _ in range(dirt.get("n", 1)):
            number += 1
            reference = plan.reference.format(number=number) or random_reference(rng)
            copy = _with_values(plan, rng.choice(rows), dirt)
            spoiled.append({**copy, plan.columns["reference"]: reference})
    return spoiled


def add_dirt(plan: Plan, rows: list[Row], rng: random.Random) -> list[Row]:
    """Return the rows with the plan's dirt strewn among them; the input is not changed."""
    rows = _doubtful(plan, rows, rng)
    reference = plan.columns["reference"]
    referenced = [row for row in rows if row[reference]]
    on_top = _unusable(plan, referenced, rng)
    on_top += rng.sample(referenced, plan.repeats["duplicates"])
    for row in on_top:
        rows.insert(rng.randint(0, len(rows)), row)
    return rows


def coordinates(plan: Plan, positions: list[Position]) -> list[tuple[str, str]]:
    """Return x and y as the file writes them: whole metres, or degrees with six decimals."""
    if plan.crs == "metres":
        return [(str(easting), str(northing)) for easting, northing in positions]
    return [(f"{lon:.6f}", f"{lat:.6f}") for lon, lat in british_grid().to_lonlat(positions)]


def plain_rows(plan: Plan, draws: list[Draw]) -> list[Row]:
    """Turn draws into rows with the columns that every source has."""
    points = coordinates(plan, [draw.address.position for draw in draws])
    rows = []
    for number, (draw, (x, y)) in enumerate(zip(draws, points, strict=True), start=1):
        values = {
            "reference": plan.reference.format(number=number),
            "date": draw.when.strftime(plan.date_format),
            "time": draw.when.strftime("%H:%M"),
            "category": draw.category,
            "x": x,
            "y": y,
            "location": draw.address.text,
            "area": draw.address.place,
        }
        rows.append({column: values[role] for role, column in plan.columns.items()})
    return rows


def as_csv(plan: Plan, rows: list[Row]) -> bytes:
    """Write rows as the plan's CSV, each row labelled synthetic."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, plan.labelled_header, lineterminator=plan.line_end)
    writer.writeheader()
    writer.writerows({**row, plan.label: SYNTHETIC} for row in rows)
    return buffer.getvalue().encode("utf-8-sig" if plan.byte_order_mark else "utf-8")


def _survey(plan: Plan, draws: list[Draw], rng: random.Random) -> list[Row]:
    people, texts = plan.extra["people"], plan.extra["texts"]
    names = [f"{rng.choice(texts['names'])}_{n:03d}" for n in range(1, people["named"] + 1)]
    persistent, others = names[0], names[1:]
    places = [draw.address.place for draw in draws]
    n_shared = len(places) - places.count(people["persistent_at"])
    owners = [""] * people["anonymous"] + others
    owners += rng.choices(others, k=n_shared - len(owners))
    rng.shuffle(owners)
    remaining = iter(owners)
    rows = []
    for place in places:
        by_persistent = place == people["persistent_at"]
        rows.append(
            {
                "Screen name": persistent if by_persistent else next(remaining),
                "Address": place if rng.randint(1, 3) == 1 and not by_persistent else "",
                "Comment": rng.choice(texts["comments"]),
            }
        )
    return rows


def _streetsafe(_: Plan, draws: list[Draw], __: random.Random) -> list[Row]:
    starts = ((6, "Morning"), (12, "Afternoon"), (17, "Evening"), (22, "Night"))
    rows = []
    for draw in draws:
        begun = [name for hour, name in starts if draw.when.hour >= hour]
        rows.append({"Time of day": begun[-1] if begun else "Night"})
    return rows


def _eva(plan: Plan, draws: list[Draw], rng: random.Random) -> list[Row]:
    rows = []
    for draw in draws:
        recommendation, owner = plan.extra["recommendations"][draw.category]
        grade = rng.choice(plan.extra["texts"]["grades"])
        rows.append({"Grade": grade, "Recommendation": recommendation, "Owner": owner})
    return rows


def _graffiti(plan: Plan, draws: list[Draw], rng: random.Random) -> list[Row]:
    longest = plan.extra["removal_days"]
    rows = []
    for draw in draws:
        days = rng.randint(1, longest.get(draw.category, longest["other"]))
        removed = draw.when + timedelta(days=days)
        still_there = rng.randint(1, 7) == 1
        rows.append({"Removed": "" if still_there else removed.strftime(plan.date_format)})
    return rows


def _offence(_: Plan, draws: list[Draw], rng: random.Random) -> list[Row]:
    """Write some locations as a careless system does: "King'S Avenue"."""
    locations = [draw.address.text for draw in draws]
    return [
        {"location": location.title() if rng.randint(1, 4) == 1 else location}
        for location in locations
    ]


_OWN_COLUMNS: Final[dict[str, Callable[[Plan, list[Draw], random.Random], list[Row]]]] = {
    "survey": _survey,
    "streetsafe": _streetsafe,
    "eva": _eva,
    "graffiti": _graffiti,
    "offence": _offence,
}


def report_file(name: str, seed: int) -> bytes:
    """Make the sample file of the plan `name`."""
    plan = read_plan(name)
    rng = random.Random(f"{seed} {plan.path}")
    draws = make_draws(plan, seed, rng)
    rows = plain_rows(plan, draws)
    if plan.source in _OWN_COLUMNS:
        own = _OWN_COLUMNS[plan.source](plan, draws, rng)
        rows = [{**row, **columns} for row, columns in zip(rows, own, strict=True)]
    return as_csv(plan, add_dirt(plan, rows, rng))


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


def crime_stacks(plan: Plan) -> list[SnapPoint]:
    """Return the points on which many crimes are filed."""
    n, spots = len(street_points(plan)), read_sample_streets().spots
    found = []
    for rank, name in enumerate(plan.extra["stacks"]):
        street = "" if name in plan.extra["nameless_stacks"] else spots[name].street
        found.append(_snap_point(n + rank, spots[name].centre, street))
    return found


def crime_points(plan: Plan, n: int, rng: random.Random) -> list[SnapPoint]:
    """Return a point for each of `n` crimes: the stacks, and the streets unevenly."""
    streets = street_points(plan)
    chosen: list[SnapPoint] = []
    for point, height in zip(crime_stacks(plan), plan.extra["stacks"].values(), strict=True):
        chosen += [point] * height
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
