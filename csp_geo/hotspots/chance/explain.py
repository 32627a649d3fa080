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
    from csp_geo.hotspots.chance.stratum import Stratum

_ANONYMOUS: Final = 1 / 3
_WORTH_SAYING: Final = 0.005
_OFF_LIST: Final = 0.05
_SIZES: Final = (1, 5, 15)


def if_by_chance(test: FamilyTest, area_name: str) -> str:
    """Return the condition that the sentence of each hotspot begins with."""
    places = f"the {join(_lists(test))} of {area_name}"
    if test.map.counts_people:
        return f"if each person's pins, kept together, fell anywhere on {places}"
    weighed = any(one.places.weights is not None for one in test.map.strata)
    how = "by the addresses nearest to each, on" if weighed else "evenly over"
    return f"if reports fell {how} {places}"


def _lists(test: FamilyTest) -> list[str]:
    places = [one.places for one in test.map.strata]
    lists = (f"{one.n_listed or len(one):,} {one.what}" for one in places)
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
        said += _of_list(test, one)
    for one, dispersion in zip(test.map.strata, test.map.dispersion, strict=True):
        if dispersion >= _WORTH_SAYING:
            said.append(
                f"Reports of the source {one.source} lie more unevenly than that (V = "
                f"{dispersion:.2f}), for a list never says all: the maps were drawn as uneven, and "
                "a cluster must be the stronger for it."
            )
    needed = [test.needed(size, test.usual_variance(size)) for size in _SIZES]
    if all(needed):
        said.append(
            f"To stand out where {join([str(size) for size in _SIZES])} {noun} are expected, a "
            f"cluster would have had to hold at least {join([f'{n:,}' for n in needed])}; below "
            f"{LEAST} there is no test."
        )
    return said


def _of_list(test: FamilyTest, one: Stratum) -> list[str]:
    """Say where the list of places of a stratum comes from."""
    places = one.places
    if places.moved_m:
        said = (
            f"The source {one.source} has no list of places of its own: its reports were drawn "
            f"within {places.moved_m:g} metres of {count(len(places), 'known point')}."
        )
        return [said]
    if not places.snapped:
        return []
    whose = "those of its reports alone" if places.own else "as given"
    joined = f", with {places.n_joined:,} that only its reports name" if places.n_joined else ""
    said = (
        f"Known points of the source {one.source}: {len(places):,}, {whose}{joined}; "
        f"{_occupied(test, one.source):,} have reports in this period."
    )
    if places.weights is not None:
        nearest = "Each weighs as many addresses as are nearest to it"
        few = f"; {places.n_empty:,} that no address is nearest to weigh as the smallest do"
        said += f" {nearest}{few if places.n_empty else ''}."
    return [said]


def _occupied(test: FamilyTest, source: str) -> int:
    snapped = test.known.snapped_rows(test.members)
    rows = (test.members["source"] == source).to_numpy() & snapped
    return len(np.unique(test.map.xy[rows], axis=0))


def cautions(test: FamilyTest) -> list[Caution]:
    """Say what makes the answer of the test weak."""
    found = []
    for one in test.map.strata:
        occupied = _occupied(test, one.source)
        few = one.places.snapped and len(one.places) < ROOM * occupied
        if few and not one.places.own:
            said = (
                f"Only {len(one.places):,} points are known of the source {one.source} and "
                f"{occupied:,} of them have reports: on so short a list hardly anything can stand "
                "out. Give the ground an archive of police.uk with more months (csp-geo ground "
                "add)."
            )
            found.append(Caution("few-known-points", said))
    for doubt, sources in _doubted(test).items():
        said = (
            f"Nothing with reports of {join(sources)} can be confirmed: {doubt} What the ground "
            "has, and where the rest is to be had, says csp-geo ground list."
        )
        found.append(Caution("cannot-confirm", said))
    if standing_in := [one.source for one in test.map.strata if one.places.moved_m]:
        said = (
            f"{test.family.capitalize()}: no list of addresses or streets was given, so reports of "
            f"{join(standing_in)} were compared with places near known street points. Where many "
            "people live near few such points a hotspot can stand out for that alone. Give the "
            "ground addresses (csp-geo ground add)."
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


def _doubted(test: FamilyTest) -> dict[str, list[str]]:
    """Return the sources that each doubt is about."""
    found: dict[str, list[str]] = {}
    for one, doubt in zip(test.map.strata, test.doubts, strict=True):
        if doubt and not one.places.moved_m:
            found.setdefault(doubt, []).append(one.source)
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
                "known": one.places.n_listed or len(one.places),
                "occupied": _occupied(test, one.source) if one.places.snapped else None,
                "joined": one.places.n_joined,
                "without_address": one.places.n_empty,
                "moved_m": one.places.moved_m,
                "dispersion": round(float(dispersion), 4),
                "doubt": doubt,
            }
            for one, dispersion, doubt in zip(
                test.map.strata, test.map.dispersion, test.doubts, strict=True
            )
        ],
    }
