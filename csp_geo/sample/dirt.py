"""A little dirt of every kind that real exports have.

What cannot be used, and what is merged, comes on top of a plan's reports, so that the counts that a
plan promises hold; what is only doubtful changes reports where they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from csp_geo.sample.plans import Plan, Row


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
