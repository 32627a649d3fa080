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
SIZES: Final = (100, 400, 2_000)
CERTAIN: Final = 0.99
SLOW_MAPS: Final = 200
"""Where nearly every map gives an alarm each is judged in full, and fewer maps say enough."""

SOUND: Final[dict[str, Callable[[Borough], World]]] = {
    "i: exact, on the 20,000 addresses supplied": worlds.on_addresses,
    "ii: snapped to the month's 709 points": lambda b: worlds.on_known_points(b, month_only=True),
    "iii: snapped to all 1,937 points": lambda b: worlds.on_known_points(b, month_only=False),
    "v a: pins of people, anywhere": lambda b: worlds.of_people(b, near_home=False),
    "v b: pins of people, near one place each": lambda b: worlds.of_people(b, near_home=True),
    "vi: half snapped, half exact": worlds.mixed,
    "iv b: residents, tested on 80,000 homes": worlds.with_residents_on_homes,
}
UNSOUND: Final[dict[str, Callable[[Borough], World]]] = {
    "iv: residents, tested on points near the 1,937": worlds.with_residents,
    "iv c: residents, tested on one home in four": lambda b: worlds.with_residents_on_homes(
        b, worlds.HOMES // 4
    ),
    "vii: residents, moved to the nearest of the 1,937": lambda b: worlds.with_residents_moved(
        b, busy_points=True
    ),
    "vii b: the same, without busy points": lambda b: worlds.with_residents_moved(
        b, busy_points=False
    ),
    "residents, tested on an even spread": lambda b: worlds.with_residents(b, b.even_spread),
    "v a, as if each pin were a person": lambda b: worlds.of_people(b, near_home=False, naive=True),
    "v b, as if each pin were a person": lambda b: worlds.of_people(b, near_home=True, naive=True),
}


def false_alarms(borough: Borough, maps: int, only: str = "") -> None:
    """Print how often the test finds something on maps on which there is nothing."""
    print("| maps of | n | some p <= 0.05 | 99 % interval | confirmed | with a cluster to test |")
    print("|---|---:|---:|---|---:|---:|")
    cells = [(name, make, maps) for name, make in SOUND.items()]
    cells += [(name, make, min(maps, SLOW_MAPS)) for name, make in UNSOUND.items()]
    for name, make, times in cells:
        if not name.startswith(only):
            continue
        world = make(borough)
        for n in SIZES:
            answers = []
            for one in range(times):
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
