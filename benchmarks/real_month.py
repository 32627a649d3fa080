"""What stands out in January 2023 of police.uk, and how long the test takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import null_maps as worlds
import numpy as np
from null_maps import PARAMS
from planted import largest
from sklearn.cluster import DBSCAN

from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.judge import judge_clusters
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.find import find_hotspots
from csp_geo.hotspots.verdict import LEAST
from csp_geo.inputs.ground.ground_uses import GroundPlaces

if TYPE_CHECKING:
    import geopandas as gpd
    from borough import Borough
    from null_maps import World

SIMULATION: Final = Simulation(999, 0)
ENOUGH: Final = 50
"""Reports of a theme, below which it is left out."""
BY_SCIKIT_LEARN: Final = 20
"""Maps that scikit-learn clusters; the rest is reckoned from them."""


def real_month(borough: Borough) -> None:
    """Print what stands out, for all themes together and for each."""
    month = borough.month
    ground = GroundPlaces(borough.homes_of_residents, known_points=borough.known_places)
    print("| reports of | kind | name | n | places | expected | p | verdict |")
    print("|---|---|---|---:|---:|---:|---:|---|")
    _print_rows("all themes", _judged(month, borough, ground))
    themes = month["theme"].value_counts()
    for theme in themes.index[themes >= ENOUGH]:
        judged = _judged(month[(month["theme"] == theme).to_numpy()], borough, ground)
        _print_rows(f"{theme} ({themes[theme]:,})", judged)
    test = FamilyTest(month, PARAMS, _known(month, borough, ground), SIMULATION)
    sizes = np.bincount(test.labels[test.labels >= 0])
    print("\n| cluster with | p by size |")
    print("|---|---:|")
    drawn = largest(test)
    for size in sorted(sizes, reverse=True)[:5]:
        p = (1 + (drawn >= size).sum()) / (SIMULATION.maps + 1)
        print(f"| {size} reports | {p:.3f} |")


def _known(table: gpd.GeoDataFrame, borough: Borough, ground: GroundPlaces) -> KnownPlaces:
    return KnownPlaces(table, borough.area, ground=ground)


def _judged(table: gpd.GeoDataFrame, borough: Borough, ground: GroundPlaces) -> gpd.GeoDataFrame:
    clusters, _ = find_hotspots(table, borough.area, PARAMS)
    known = _known(table, borough, ground)
    return judge_clusters(clusters, table, borough.area, PARAMS, known, SIMULATION).hotspots


def _print_rows(what: str, hotspots: gpd.GeoDataFrame) -> None:
    tested = hotspots[hotspots["n"] >= LEAST]
    low = tested[tested["verdict"] != "could be chance"]
    for row in low.itertuples():
        rests = f": {row.depends_on}" if isinstance(row.depends_on, str) else ""
        print(
            f"| {what} | {row.kind} | {row.name} | {row.n} | {row.n_places} | "
            f"{row.n_expected:.1f} | {row.p_chance:.3f} | {row.verdict}{rests} |"
        )
    print(f"| {what} | | {len(tested) - len(low)} more of {LEAST} or more | | | | | |", flush=True)


def speed(borough: Borough) -> None:
    """Print how long 999 redraws take with all that the test does, and in scikit-learn."""
    exact = worlds.on_addresses(borough)
    snapped = worlds.on_known_points(borough, month_only=False)
    cases = (("exact", exact, 10_000), ("snapped", snapped, 10_000), ("snapped", snapped, 2_002))
    print("| reports | seconds | scikit-learn, seconds | ratio |")
    print("|---|---:|---:|---:|")
    for name, world, n in cases:
        ours, theirs = _seconds(world, n)
        print(f"| {n:,} {name} | {ours:.1f} | {theirs:.0f} | {theirs / ours:.0f} |", flush=True)


def _seconds(world: World, n: int) -> tuple[float, float]:
    rng = np.random.default_rng(n)
    table = world.make(n, rng)
    known = world.known(table)
    FamilyTest(table, PARAMS, known, Simulation(19, 0))  # compiles
    start = time.perf_counter()
    test = FamilyTest(table, PARAMS, known, SIMULATION)
    ours = time.perf_counter() - start
    maps = test.map._drawn(BY_SCIKIT_LEARN, rng)[0]  # noqa: SLF001 - the maps of the test itself
    model = DBSCAN(eps=PARAMS.eps, min_samples=PARAMS.min_samples)
    start = time.perf_counter()
    for xy in maps:
        model.fit(xy)
    return ours, (time.perf_counter() - start) * SIMULATION.maps / BY_SCIKIT_LEARN
