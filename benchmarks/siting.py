"""Site Safe Havens in a made-up borough; print time, peak memory and gap, and those of a peer.

    python benchmarks/siting.py

Hour-aware: 2,000 candidates, 5,000 places, 168 hours, 400 metres, three havens locked in. The peer,
spopt with HiGHS through pulp, knows no hours: both solve the demand of one hour, Friday 22:00, with
the candidates open then. Every row is measured in a process of its own in which the data are there
before the clock starts.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from made_siting import REACH_M, MadeUp, make
from scipy.sparse import csr_array

from csp_geo.decisions.havens.demand import Demand
from csp_geo.decisions.havens.plan import PlanParams, plan_havens
from csp_geo.decisions.havens.venues import Venues, WaysOnFoot
from csp_geo.decisions.siting.models import coverage_problem
from csp_geo.decisions.siting.open_cover import open_cover, siting_problem
from csp_geo.decisions.walking.distances import WalkParams, walking_distances

if TYPE_CHECKING:
    from collections.abc import Callable

SITES, PLACES = 2_000, 5_000
DEMAND = {"every hour": None, "20,000 reports": 20_000, "5,000 reports": 5_000}
NEW = (5, 10, 20)
FIXED = (1, 2, 3)
FRIDAY_22 = 4 * 24 + 22
HOUR_SITES, HOUR_PLACES, HOUR_NEW = 400, 1_000, 10
SPOTS = 100
DARK = (np.arange(168) % 24 >= 18) | (np.arange(168) % 24 < 6)  # noqa: PLR2004 - six to six
MB = 1024


def borough(reports: int | None) -> MadeUp:
    """Make the borough of full size."""
    return make(SITES, PLACES, reports=reports, seed=1)


def one_hour() -> tuple[Any, Any]:
    """Return straight distances and demand of one hour, for candidates that are open then."""
    town = make(HOUR_SITES * 3, HOUR_PLACES, reports=None, seed=2)
    sites = town.sites[town.open_hours[:, FRIDAY_22] == 1][:HOUR_SITES]
    cost = np.hypot(*(town.places[:, None, :] - sites[None, :, :]).transpose(2, 0, 1))
    return cost, town.demand[:, FRIDAY_22]


def by_hours(demand: str, new: int, what: str) -> Callable[[], dict[str, Any]]:
    """Return the hour-aware run."""
    town = borough(DEMAND[demand])
    reach = town.reach(REACH_M)

    def run() -> dict[str, Any]:
        given = open_cover(reach, town.open_hours, town.demand)
        problem = siting_problem(given, new, fixed=FIXED)
        best = problem.solve()
        found = {"objective": best.objective, "gap": best.gap, "first": best.is_first}
        if what == "alternatives":
            others = problem.alternatives(best)
            found["others"] = len(others.sitings)
            found["complete"] = others.is_complete
        return found

    return run


def whole_plan(demand: str, new: int) -> Callable[[], dict[str, Any]]:
    """Return all that `csp-geo havens` works out: ways, choice, curve, alternatives, hotspots."""
    town = borough(DEMAND[demand])
    flat = np.zeros(PLACES, dtype=np.int64)
    by_hour = csr_array(town.demand)
    given = Demand(town.places, by_hour, by_hour * 0.5, flat, flat, ())
    names = [f"Venue {i}" for i in range(SITES)]
    table = pd.DataFrame({"name": names, "address": [f"{i} High Road" for i in range(SITES)]})
    nobody = np.full(SITES, -1, dtype=np.int8)
    is_open, no = town.open_hours == 1, np.zeros(SITES, bool)
    shops = np.arange(SITES) % 2 == 1  # every other venue is of second choice
    venues = Venues(table, town.sites, is_open, nobody, no, shops, 0.05, len(FIXED))
    middles = town.places[np.random.default_rng(3).choice(PLACES, SPOTS, replace=False)]
    spots = gpd.GeoDataFrame(
        {"family": ["recorded", "perception"] * (SPOTS // 2)},
        geometry=shapely.buffer(shapely.points(middles), 150),
    )

    def run() -> dict[str, Any]:
        walk = walking_distances(town.places, town.sites, params=WalkParams(limit_m=1_600))
        ways = WaysOnFoot(walk.metres, walk.metres, DARK)
        plan = plan_havens(given, venues, ways, spots, PlanParams(sites=new))
        best = plan.siting
        found = {"objective": best.objective, "gap": best.gap, "first": best.is_first}
        return found | {"others": len(plan.others.sitings), "curve": len(plan.curve) - 1}

    return run


def ours() -> Callable[[], dict[str, Any]]:
    """Return our run of one hour."""
    cost, demand = one_hour()

    def run() -> dict[str, Any]:
        best = coverage_problem(cost, demand, REACH_M, HOUR_NEW).solve()
        return {"objective": best.objective, "gap": best.gap, "first": best.is_first}

    return run


def peer() -> Callable[[], dict[str, Any]]:
    """Return spopt's run of one hour."""
    import pulp
    from spopt.locate import MCLP

    cost, demand = one_hour()

    def run() -> dict[str, Any]:
        model = MCLP.from_cost_matrix(cost, demand, REACH_M, p_facilities=HOUR_NEW)
        model.solve(pulp.HiGHS(msg=False, threads=1))
        return {"objective": float(pulp.value(model.problem.objective)), "gap": 0.0, "first": False}

    return run


def measure(job: list[str]) -> None:
    """Run once; print seconds, megabytes over the data and what was found."""
    if len(job) == 1:
        run = {"ours": ours, "peer": peer}[job[0]]()
    elif job[2] == "plan":
        run = whole_plan(job[0], int(job[1]))
    else:
        run = by_hours(job[0], int(job[1]), job[2])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    found = run()
    found |= {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(found | {"over": (whole - before) / MB, "whole": whole / MB}))


def in_fresh_process(*job: str) -> dict[str, Any]:
    """Measure a job in a process of its own."""
    here = Path(__file__).resolve()
    path = os.pathsep.join([str(here.parents[1]), str(here.parent)])
    done = subprocess.run(
        [sys.executable, str(here), "--measure", *job],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def line(name: str, row: dict[str, Any], more: str) -> None:
    """Print a row of the table."""
    figures = f"{row['wall']:.3g} | {row['cpu']:.3g} | {row['over']:.0f} | {row['whole']:.0f}"
    print(f"| {name} | {figures} | {100 * row['gap']:.2f} % | {more} |", flush=True)


def main() -> None:
    """Print the table."""
    print("| case | wall s | CPU s | MB over data | MB in all | gap | |")
    print("|---|---:|---:|---:|---:|---:|---|")
    for demand in DEMAND:
        for new in NEW:
            row = in_fresh_process(demand, str(new), "solve")
            line(f"{demand}, {new} new", row, f"ties settled: {row['first']}")
        row = in_fresh_process(demand, str(NEW[1]), "alternatives")
        listed = f"{row['others']} alternatives, complete: {row['complete']}"
        line(f"{demand}, {NEW[1]} new, with alternatives", row, listed)
        row = in_fresh_process(demand, str(NEW[1]), "plan")
        listed = f"a curve to {row['curve']}, {row['others']} alternatives, {SPOTS} hotspots"
        line(f"{demand}, {NEW[1]} new, the whole plan", row, listed)
    own = in_fresh_process("ours")
    case = f"one hour, {HOUR_SITES} x {HOUR_PLACES}, {HOUR_NEW} new"
    line(f"{case}: csp_geo", own, f"objective {own['objective']:.6f}")
    if find_spec("spopt") is None or find_spec("pulp") is None:
        print("spopt and pulp are not installed: no peer.")
        return
    row = in_fresh_process("peer")
    ratio = row["cpu"] / own["cpu"]
    line(f"{case}: spopt", row, f"objective {row['objective']:.6f}, CPU ratio {ratio:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2:])
    else:
        main()
