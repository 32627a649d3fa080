"""Measure the test of which hotspots stand out, on maps whose truth is known; print tables.

    python benchmarks/calibration.py false-alarms [--maps N]    maps on which nothing stands out
    python benchmarks/calibration.py power [--maps N]           maps with a planted hotspot
    python benchmarks/calibration.py real-month                 January 2023 of police.uk
    python benchmarks/calibration.py speed                      seconds, beside scikit-learn

What is measured is the code that `csp-geo weekly` runs. Same seed, same table. The real data lie
in ../shared/data beside the repository, or where CSP_GEO_SHARED says.
"""

from __future__ import annotations

import argparse
import platform
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import null_maps as worlds
import numpy as np
import planted
import real_month
from borough import Borough
from scipy.stats import binomtest

from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.verdict import LEVEL

if TYPE_CHECKING:
    from collections.abc import Callable

    World = worlds.World

SEED: Final = 20230101
REDRAWS: Final = 39
"""Of each map on which nothing stands out: p <= 0.05 is rank 2 of 40, so the level is exact."""
POWER_REDRAWS: Final = 99
CORNER: Final = (8, 10, 15, 20)
STATION: Final = (20, 40, 60)
TOO_LARGE: Final = "too large to task"
SIZES: Final = (500, 1_000, 2_000, 10_000)
CERTAIN: Final = 0.99

CELLS: Final[dict[str, Callable[[Borough], World]]] = {
    "i a: exact, on the 20,000 addresses supplied": worlds.on_addresses,
    "i b: exact, on 80,000 homes": lambda b: worlds.on_homes(b, 1),
    "i c: exact, on homes, one in 4 known": lambda b: worlds.on_homes(b, 4),
    "i d: exact, on homes, one in 10 known": lambda b: worlds.on_homes(b, 10),
    "ii: moved evenly to the month's 709 points": lambda b: worlds.on_known_points(
        b, month_only=True
    ),
    "iii: moved evenly to all 1,937 points": lambda b: worlds.on_known_points(b, month_only=False),
    "iv a: moved, catchments known": worlds.moved,
    "iv b: moved, catchments with an error of 35 %": lambda b: worlds.moved(b, error=0.35),
    "iv c: moved, one home in 4 known": lambda b: worlds.moved(b, share=4),
    "iv d: moved, one home in 10 known": lambda b: worlds.moved(b, share=10),
    "iv e: moved, error of 35 % and one in 4": lambda b: worlds.moved(b, share=4, error=0.35),
    "iv f: moved, no addresses known": lambda b: worlds.moved(b, addresses=False),
    "iv g: moved, 1 point in 20 without a home": worlds.moved_with_busy_points,
    "v a: pins of people, anywhere": lambda b: worlds.of_people(b, near_home=False),
    "v b: pins of people, near one place each": lambda b: worlds.of_people(b, near_home=True),
    "vi: half moved, half exact": worlds.mixed,
    "vii: moved, whole LSOAs with an error of 35 %": worlds.moved_by_neighbourhood,
    "residents, on points near the 1,937": worlds.with_residents,
    "v b, as if each pin were a person": lambda b: worlds.of_people(b, near_home=True, naive=True),
}


def false_alarms(borough: Borough, maps: int, only: str = "") -> None:
    """Print how often the test finds something on maps on which there is nothing."""
    print("| maps of | n | some p <= 0.05 | 99 % interval | confirmed | with a cluster to test |")
    print("|---|---:|---:|---|---:|---:|")
    for name, make in CELLS.items():
        if not name.startswith(only):
            continue
        world = make(borough)
        for n in SIZES:
            answers = []
            for one in range(maps):
                rng = np.random.default_rng([SEED, n, one])
                simulation = Simulation(REDRAWS, SEED + one)
                answers.append(worlds.ask(world.make(n, rng), world, simulation))
            print(f"| {name} | {n:,} | {_shares(answers)} |", flush=True)


def _shares(answers: list[worlds.Answer]) -> str:
    alarms = sum(answer.p <= LEVEL for answer in answers)
    ends = binomtest(alarms, len(answers)).proportion_ci(CERTAIN)
    confirmed = np.mean([answer.confirmed for answer in answers])
    testable = np.mean([answer.testable for answer in answers])
    return (
        f"{alarms / len(answers):.1%} of {len(answers):,} | {ends.low:.1%} to {ends.high:.1%} | "
        f"{confirmed:.1%} | {testable:.0%}"
    )


def power(borough: Borough, maps: int) -> None:
    """Print how often a planted hotspot is found, and how much of it."""
    addresses = worlds.on_addresses(borough)
    points = worlds.on_known_points(borough, month_only=False)
    cells = [("exact, within 75 m", planted.at_a_corner, addresses, extra) for extra in CORNER]
    cells += [("snapped, Barking Station", planted.at_the_station, points, n) for n in STATION]
    print("| planted | extra | confirmed | p <= 0.05 | held | overlap | by size | too large |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, make, world, extra in cells:
        found = []
        for one in range(maps):
            table = make(borough, extra, np.random.default_rng([SEED, extra, one]))
            found.append(planted.look_for(table, world, Simulation(POWER_REDRAWS, SEED + one)))
        print(f"| {name} | {extra} | {_found(found)} |", flush=True)


def _found(found: list[planted.Found]) -> str:
    shares = (
        [one.stands_out for one in found],
        [one.low for one in found],
        [one.inside for one in found if one.low],
        [one.overlap for one in found if one.low],
        [one.by_size <= LEVEL for one in found],
        [one.low and one.verdict == TOO_LARGE for one in found],
    )
    return " | ".join(f"{np.mean(share):.0%}" if share else "" for share in shares)


COMMANDS: Final[dict[str, tuple[Callable[..., None], int]]] = {
    "false-alarms": (false_alarms, 1000),
    "power": (power, 200),
    "real-month": (real_month.real_month, 0),
    "speed": (real_month.speed, 0),
}
"""And how many maps each command takes where it is not told."""


def main() -> None:
    """Print the tables of one command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--maps", type=int, help="maps in each cell")
    parser.add_argument("--only", default="", help="false-alarms: cells that begin so")
    chosen = parser.parse_args()
    print(f"{datetime.now(UTC):%d %B %Y}, seed {SEED}, {platform.machine()}")
    print()
    start = time.perf_counter()
    measure, maps = COMMANDS[chosen.command]
    options = {"maps": chosen.maps or maps} if maps else {}
    if chosen.only:
        options["only"] = chosen.only
    measure(Borough.read(), **options)
    print(f"\n{time.perf_counter() - start:.0f} seconds")


if __name__ == "__main__":
    main()
