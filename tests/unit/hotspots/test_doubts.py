"""Why a test cannot confirm: each reason, on both sides of its limit."""

from __future__ import annotations

import numpy as np
import pytest

from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.chance import doubts
from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.inputs.ground.ground_uses import GroundPlaces

WEST, SOUTH = 544010, 184020
LIST = np.stack(np.meshgrid(np.arange(20, 2000, 100.0), np.arange(20, 2000, 100.0)), -1)
LIST = LIST.reshape(-1, 2) + np.array([WEST, SOUTH])  # 400 places, 100 m apart
HOMES = np.concatenate([LIST + np.array([dx, 0]) for dx in (-20, 0, 20)])
EVEN = LIST[np.random.default_rng(1).permutation(400)]


@pytest.fixture
def family_of(make_incidents, town_area):
    def family_of(xy, ground=None, supplied=None, listed=None, **columns):
        table = make_incidents(xy, **columns)
        known = KnownPlaces(table, town_area, supplied, listed, ground)
        return FamilyTest(table, ClusterParams(), known, Simulation(19))

    return family_of


def snapped_doubt(family_of, **known):
    return family_of(EVEN[:60], location_method="snapped", **known).doubts


class TestKnownPoints:
    def test_own_points(self, family_of):
        assert snapped_doubt(family_of) == (doubts.OWN_POINTS,)
        assert snapped_doubt(family_of, ground=GroundPlaces(addresses=HOMES)) == (
            doubts.OWN_POINTS,
        )

    def test_without_addresses(self, family_of):
        for known in (
            {"ground": GroundPlaces(known_points=LIST)},
            {"supplied": {"offence": LIST}},
        ):
            assert snapped_doubt(family_of, **known) == (doubts.NO_ADDRESSES,)

    def test_with_both_there_is_none(self, family_of):
        for known in (
            {"ground": GroundPlaces(known_points=LIST, addresses=HOMES)},
            {"ground": GroundPlaces(known_points=LIST), "listed": HOMES},
            {"supplied": LIST},
        ):
            assert snapped_doubt(family_of, **known) == ("",)


class TestThinList:
    @pytest.mark.parametrize(("metres", "doubt"), [(0, ""), (24.9, ""), (25.1, doubts.THIN)])
    def test_half_of_the_reports_beside_it(self, family_of, metres, doubt):
        beside = EVEN[:60] + np.where(np.arange(60) < 31, metres, 0.0)[:, None] * np.array([1, 0])
        found = family_of(beside, listed=LIST, source="asb", location_method="exact")
        assert found.doubts == (doubt,)


class TestStandIn:
    GROUND = GroundPlaces(known_points=LIST)

    @pytest.mark.parametrize(
        ("n", "doubt"), [(500, ""), (501, doubts.STAND_IN), (900, doubts.STAND_IN)]
    )
    def test_above_500_reports_points_that_stand_in_confirm_nothing(self, family_of, n, doubt):
        xy = EVEN[np.arange(n) % 400] + np.random.default_rng(2).uniform(-30, 30, (n, 2))
        assert family_of(xy, self.GROUND, source="asb").doubts == (doubt,)

    def test_addresses_confirm_however_many_there_are(self, family_of):
        xy = np.concatenate([EVEN, EVEN])
        assert family_of(xy, GroundPlaces(addresses=LIST), source="asb").doubts == ("",)


class TestNeighbourhoods:
    def uneven(self, more):
        """Two reports at each place, in the west so many more."""
        west = LIST[LIST[:, 0] < WEST + 1000]
        return np.concatenate([LIST, LIST, *[west] * more])

    @pytest.mark.parametrize(("more", "doubt"), [(0, ""), (2, doubts.NEIGHBOURHOODS)])
    @pytest.mark.parametrize("method", ["exact", "snapped"])
    def test_that_the_addresses_do_not_explain(self, family_of, more, doubt, method):
        ground = GroundPlaces(known_points=LIST, addresses=LIST)
        source = "asb" if method == "exact" else "offence"
        xy = self.uneven(more)
        if method == "exact":  # at the same points they would be taken for moved ones
            xy = xy + np.random.default_rng(3).uniform(-20, 20, xy.shape)
        test = family_of(xy, ground, source=source, location_method=method)
        assert test.doubts == (doubt,)

    @pytest.mark.parametrize(("p", "is_doubted"), [(0.005, True), (0.01, True), (0.015, False)])
    def test_on_both_sides_of_the_limit(self, family_of, monkeypatch, p, is_doubted):
        test = family_of(EVEN[:60], GroundPlaces(addresses=LIST), source="asb")
        monkeypatch.setattr(type(test.map.strata[0]), "unlike_its_weights", lambda *_: p)
        assert test.doubts == (doubts.NEIGHBOURHOODS if is_doubted else "",)

    def test_the_same_seed_the_same_answer(self, family_of, monkeypatch):
        seen = []
        test = family_of(EVEN[:60], GroundPlaces(addresses=LIST), source="asb")
        stratum = type(test.map.strata[0])
        monkeypatch.setattr(
            stratum, "unlike_its_weights", lambda *a: float(seen.append(a[-1].random()) or 1)
        )
        for seed in (0, 0, 1):
            doubts.doubts(test.map, Simulation(19, seed))
        assert seen[0] == seen[1] != seen[2]


class TestOfAHotspot:
    """Snapped reports without addresses beside exact ones with a list."""

    @pytest.fixture
    def test(self, family_of):
        xy = np.concatenate([EVEN[:60], EVEN[60:120]])
        return family_of(
            xy,
            supplied={"offence": LIST, "asb": LIST},
            source=["offence"] * 60 + ["asb"] * 60,
            location_method=["snapped"] * 60 + ["exact"] * 60,
        )

    def test_each_source_has_its_own(self, test):
        assert [one.source for one in test.map.strata] == ["asb", "offence"]
        assert test.doubts == ("", doubts.NO_ADDRESSES)

    def test_one_report_that_is_doubted_is_enough(self, test):
        exact, snapped = (np.flatnonzero(test.map.stratum == number) for number in (0, 1))
        for rows, doubt in (
            (exact[:9], ""),
            (snapped[:9], doubts.NO_ADDRESSES),
            (np.r_[exact[:9], snapped[:1]], doubts.NO_ADDRESSES),
        ):
            inside = np.zeros(120, dtype=bool)
            inside[rows] = True
            assert test.doubt_about(inside) == doubt


@pytest.mark.parametrize(
    "doubt", [doubts.OWN_POINTS, doubts.NO_ADDRESSES, doubts.STAND_IN, doubts.NEIGHBOURHOODS]
)
def test_a_doubt_ends_a_sentence(doubt):
    """It stands behind "But" and behind a colon."""
    assert doubt[0].islower()
    assert doubt.endswith(".")
