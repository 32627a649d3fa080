"""What a family's test says of itself: conditions, cautions, the record for run.json."""

from __future__ import annotations

import numpy as np
import pytest

from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.chance import explain
from csp_geo.hotspots.chance.doubts import NO_ADDRESSES, OWN_POINTS
from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.inputs.ground.ground_uses import GroundPlaces

WEST, SOUTH = 544010, 184020
LIST = np.stack(np.meshgrid(np.arange(20, 2000, 200.0), np.arange(20, 2000, 200.0)), -1)
LIST = LIST.reshape(-1, 2) + np.array([WEST, SOUTH])  # a hundred places


@pytest.fixture
def family_of(make_incidents, town_area):
    def family_of(xy, supplied=None, ground=None, **columns):
        table = make_incidents(xy, **columns)
        known = KnownPlaces(table, town_area, supplied, ground=ground)
        return FamilyTest(table, ClusterParams(), known, Simulation(19, 3))

    return family_of


def test_snapped_reports(family_of):
    ground = GroundPlaces(known_points=LIST)
    test = family_of(LIST[:40], ground=ground, location_method="snapped")
    assert explain.if_by_chance(test, "Toy town") == (
        "if reports fell evenly over the 100 known street points of Toy town"
    )
    first, second, *_ = explain.sentences(test, "Toy town")
    assert first == (
        "Recorded reports: 19 maps of 40 reports were drawn again (seed 3), as if reports fell "
        "evenly over the 100 known street points of Toy town."
    )
    assert second == (
        "Known points of the source offence: 100, as given; 40 have reports in this period."
    )
    assert explain.record(test) == {
        "unit": "reports",
        "units": 40,
        "simulations": 19,
        "places": [
            {
                "source": "offence",
                "snapped": True,
                "known": 100,
                "occupied": 40,
                "joined": 0,
                "without_address": 0,
                "moved_m": 0.0,
                "dispersion": 0.0,
                "doubt": NO_ADDRESSES,
            }
        ],
    }
    (caution,) = explain.cautions(test)
    assert caution.code == "cannot-confirm"
    assert caution.startswith(f"Nothing with reports of offence can be confirmed: {NO_ADDRESSES}")


def test_known_points_that_are_weighed_by_addresses(family_of):
    ground = GroundPlaces(addresses=LIST[:60] + 30, known_points=LIST[:99])
    used = LIST[[*range(40), *[98] * 59, 99]]
    test = family_of(used, ground=ground, location_method="snapped")
    assert explain.if_by_chance(test, "Toy town") == (
        "if reports fell by the addresses nearest to each, on the 100 known street points of "
        "Toy town"
    )
    assert explain.sentences(test, "Toy town")[1] == (
        "Known points of the source offence: 100, as given, with 1 that only its reports "
        "name; 42 have reports in this period. Each weighs as many addresses as are nearest to it; "
        "40 that no address is nearest to weigh as the smallest do."
    )
    (place,) = explain.record(test)["places"]
    assert (place["joined"], place["without_address"], place["occupied"]) == (1, 40, 42)


def test_points_of_the_tested_reports_alone(family_of):
    test = family_of(LIST[:40], location_method="snapped")
    assert explain.sentences(test, "Toy town")[1] == (
        "Known points of the source offence: 40, those of its reports alone; 40 have reports in "
        "this period."
    )
    (said,) = [one for one in explain.cautions(test) if one.code == "cannot-confirm"]
    assert said.startswith(f"Nothing with reports of offence can be confirmed: {OWN_POINTS}")


def test_sources_with_one_doubt_are_named_together(family_of):
    test = family_of(
        [*LIST[:40], *LIST[:40]],
        {"offence": LIST, "asb": LIST},
        source=["offence"] * 40 + ["asb"] * 40,
        location_method="snapped",
    )
    (said,) = [one for one in explain.cautions(test) if one.code == "cannot-confirm"]
    assert said.startswith(
        f"Nothing with reports of asb and offence can be confirmed: {NO_ADDRESSES}"
    )


@pytest.mark.parametrize(("v", "is_said"), [(0.004, False), (0.005, True), (1.25, True)])
def test_how_uneven_reports_are_is_said(family_of, v, is_said):
    test = family_of(LIST[:40], LIST, location_method="snapped")
    test.map.__dict__["dispersion"] = np.array([v])
    said = [s for s in explain.sentences(test, "Toy town") if "more unevenly" in s]
    assert bool(said) is is_said
    if said:
        assert said[0].startswith(
            f"Reports of the source offence lie more unevenly than that (V = {v:.2f}), for"
        )
    assert explain.record(test)["places"][0]["dispersion"] == v


def test_how_large_a_cluster_must_be_to_be_seen(family_of):
    test = family_of(np.tile(LIST, (3, 1)), LIST, location_method="snapped")
    test.map.__dict__["dispersion"] = np.array([0.2])
    said = explain.sentences(test, "Toy town")[-1]
    needed = [test.needed(size, variance) for size, variance in ((1, 0.2), (5, 3.0), (15, 9.0))]
    assert f"had to hold at least {needed[0]}, {needed[1]} and {needed[2]};" in said
    assert said.endswith("below 10 there is no test.")


def test_people(family_of):
    test = family_of(LIST[:30], LIST, source="survey", person_key=[f"p{i}" for i in range(30)])
    assert explain.if_by_chance(test, "Toy town") == (
        "if each person's pins, kept together, fell anywhere on the 100 listed places of Toy town"
    )
    assert explain.record(test)["unit"] == "people"
    assert explain.cautions(test) == []


def test_places_that_stand_in_are_said(family_of):
    test = family_of(
        [*LIST[:30], *LIST[:9]],
        source=["offence"] * 30 + ["asb"] * 9,
        location_method=["snapped"] * 30 + ["exact"] * 9,
    )
    assert "30 places near known street points and 30 known street points" in (
        explain.if_by_chance(test, "Toy town")
    )
    (said,) = [s for s in explain.sentences(test, "Toy town") if "source asb" in s]
    assert said.endswith("its reports were drawn within 60 metres of 30 known points.")
    (caution,) = [one for one in explain.cautions(test) if one.code == "stand-in-places"]
    assert "reports of asb were compared with places near known street points" in caution


@pytest.mark.parametrize(("occupied", "short"), [(40, False), (41, True)])
def test_a_list_of_less_than_one_and_a_half_times_the_occupied_is_a_caution(
    family_of, occupied, short
):
    test = family_of(LIST[:occupied], LIST[:60], location_method="snapped")
    said = explain.cautions(test)
    assert bool(said) is short
    if short:
        assert said[0].startswith("Only 60 points are known of the source offence and 41 of them")
        assert said[0].endswith("an archive of police.uk with more months (csp-geo ground add).")


@pytest.mark.parametrize(("unknown", "many"), [(10, False), (11, True)])
def test_over_a_third_of_pins_without_a_person_is_a_caution(family_of, unknown, many):
    who = [None] * unknown + [f"p{i}" for i in range(30 - unknown)]
    test = family_of(LIST[:30], LIST, source="survey", person_key=who)
    said = explain.cautions(test)
    assert bool(said) is many
    if many:
        assert said[0].startswith("11 of 30 pins carry no person.")


def test_a_source_that_repeats_at_the_same_points_is_a_caution(family_of):
    test = family_of(LIST[np.arange(150) % 30], LIST, source="asb")
    assert test.stacked_sources == ["asb"]
    (said,) = [one for one in explain.cautions(test) if one.code == "repeated-points"]
    assert said.startswith("Reports of the source asb repeat at the same")


def test_a_list_that_does_not_cover_the_area_is_a_caution(family_of):
    """Said above a twentieth."""
    test = family_of([*LIST[:50], *LIST[:45], *LIST[90:95]], LIST[:50], source="asb")
    assert explain.cautions(test) == []  # five of a hundred
    test = family_of([*LIST[:50], *LIST[:44], *LIST[90:96]], LIST[:50], source="asb")
    (said,) = explain.cautions(test)
    assert said.startswith("6 of 100 recorded reports lie far from every place on the list")
