"""How a family was tested: what was drawn again, on which places, and what to be careful about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from csp_geo.core.caution import Caution
from csp_geo.core.wording import count, join
from csp_geo.hotspots.chance.known_places import ROOM
from csp_geo.hotspots.verdict import LEAST

if TYPE_CHECKING:
    from csp_geo.hotspots.chance.family import FamilyTest

_ANONYMOUS: Final = 1 / 3
_OFF_LIST: Final = 0.05
_SIZES: Final = (1, 5, 15)


def if_by_chance(test: FamilyTest, area_name: str) -> str:
    """Return the condition that the sentence of each hotspot begins with."""
    places = f"the {join(_lists(test))} of {area_name}"
    if test.map.counts_people:
        return f"if each person's pins, kept together, fell anywhere on {places}"
    return f"if reports fell evenly over {places}"


def _lists(test: FamilyTest) -> list[str]:
    lists = (f"{len(one.places):,} {one.places.what}" for one in test.map.strata)
    return list(dict.fromkeys(lists))


def sentences(test: FamilyTest, area_name: str) -> list[str]:
    """Say on what places a family was drawn again, and how large a cluster must be to be seen."""
    noun = "people" if test.map.counts_people else "reports"
    drawn = f"{test.simulation.maps:,} maps of {test.map.total:,.0f} {noun} were drawn again"
    said = [
        (
            f"{test.family.capitalize()} reports: {drawn} (seed {test.simulation.seed}), as "
            f"{if_by_chance(test, area_name)}."
        )
    ]
    for one in test.map.strata:
        if one.places.snapped:
            months = f" ({one.places.months})" if one.places.months else ""
            said.append(
                f"Known points of the source {one.source}: {len(one.places):,}, from all its files "
                f"on disk{months}; {_occupied(test, one.source):,} have reports in this period."
            )
        elif one.places.moved_m:
            said.append(
                f"The source {one.source} has no list of places of its own: its reports were drawn "
                f"within {one.places.moved_m:g} metres of {count(len(one.places), 'known point')}."
            )
    needed = [test.needed(size, test.usual_variance(size)) for size in _SIZES]
    if all(needed):
        said.append(
            f"To stand out where {join([str(size) for size in _SIZES])} {noun} are expected, a "
            f"cluster would have had to hold at least {join([f'{n:,}' for n in needed])}; below "
            f"{LEAST} there is no test."
        )
    return said


def _occupied(test: FamilyTest, source: str) -> int:
    snapped = test.known.snapped_rows(test.members)
    rows = (test.members["source"] == source).to_numpy() & snapped
    return len(np.unique(test.map.xy[rows], axis=0))


def cautions(test: FamilyTest) -> list[Caution]:
    """Say what makes the answer of the test weak."""
    found = []
    for one in test.map.strata:
        occupied = _occupied(test, one.source)
        if one.places.snapped and len(one.places) < ROOM * occupied:
            said = (
                f"Only {len(one.places):,} points are known of the source {one.source} and "
                f"{occupied:,} of them have reports: on so short a list hardly anything can stand "
                f"out. Put more months of it into data/reports/{one.source}."
            )
            found.append(Caution("few-known-points", said))
    if standing_in := [one.source for one in test.map.strata if one.places.moved_m]:
        said = (
            f"{test.family.capitalize()}: no list of addresses or streets was given, so reports of "
            f"{join(standing_in)} were compared with places near known street points. Where many "
            "people live near few such points a hotspot can stand out for that alone. Put "
            "addresses.csv or streets.geojson into data/context."
        )
        found.append(Caution("stand-in-places", said))
    for source in test.stacked_sources:
        said = (
            f"Reports of the source {source} repeat at the same points, so they were treated as "
            "moved to anonymised points although the source says that they are exact."
        )
        found.append(Caution("repeated-points", said))
    if off := int(test.off_list.sum()):
        share = off / len(test.members)
        if share > _OFF_LIST:
            said = (
                f"{off:,} of {count(len(test.members), f'{test.family} report')} lie far from "
                "every place on the list: it does not cover the area, and what stands "
                "out there may not."
            )
            found.append(Caution("places-off-list", said))
    if test.map.counts_people:
        unknown = int(test.members["person_key"].isna().sum())
        if unknown > _ANONYMOUS * len(test.members):
            said = (
                f"{unknown:,} of {count(len(test.members), 'pin')} carry no person. Each was "
                "counted as a person of its own: a few people with many pins would "
                "stand out wrongly."
            )
            found.append(Caution("pins-without-person", said))
    return found


def record(test: FamilyTest) -> dict[str, Any]:
    """Return what stands in run.json."""
    return {
        "unit": "people" if test.map.counts_people else "reports",
        "units": round(test.map.total, 3),
        "simulations": test.simulation.maps,
        "places": [
            {
                "source": one.source,
                "snapped": one.places.snapped,
                "known": len(one.places),
                "occupied": _occupied(test, one.source) if one.places.snapped else None,
                "months": one.places.months or None,
                "moved_m": one.places.moved_m,
            }
            for one in test.map.strata
        ],
    }
