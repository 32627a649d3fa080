"""One family against chance: p, what would have been needed, what is left without one part."""

from __future__ import annotations

import numpy as np
import pytest

from csp_geo.core.errors import NoPlacesError
from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.known_places import KnownPlaces

WEST, SOUTH = 544010, 184020
LIST = np.stack(np.meshgrid(np.arange(20, 2000, 50.0), np.arange(20, 2000, 50.0)), -1)
LIST = LIST.reshape(-1, 2) + np.array([WEST, SOUTH])  # 1,600 places, 50 m apart
SPOT = np.array([545035.0, 185045.0])
FAR = LIST[np.hypot(*(LIST - SPOT).T) > 300]
ALONE = FAR[np.random.default_rng(3).integers(0, len(FAR), 150)]


def family_of(table, area, *, places=LIST, maps=99, seed=0):
    known = KnownPlaces(table, area, supplied=places)
    return FamilyTest(table, ClusterParams(), known, Simulation(maps, seed))


def around(n, step=3.0):
    """Reports within 30 m of the spot, each at a place of its own."""
    return SPOT + np.stack([np.arange(n) % 7, np.arange(n) // 7], axis=1) * step


class TestP:
    @pytest.fixture
    def found(self, make_incidents, town_area):
        """150 reports at places of the list."""
        return family_of(make_incidents(ALONE, source="asb"), town_area)

    def test_is_one_more_than_the_maps_as_strong_over_one_more_than_the_maps(self, found):
        found.strongest = np.sort(np.r_[np.zeros(90), 2.0, 3.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
        ways = [(10.0, 0.01), (9.0, 0.02), (3.0, 0.09), (0.1, 0.1), (0.0, 1.0)]
        for strength, p in ways:
            assert found.p_of(strength) == pytest.approx(p)

    def test_sums_that_differ_by_rounding_are_ties(self, found):
        found.strongest = np.array([2.0, 3.0, 3.0 - 1e-12])
        assert found.as_strong(3.0 + 1e-12) == 2

    def test_an_infinite_strength_is_no_stronger_than_another(self, found):
        found.strongest = np.array([0.0, np.inf])
        assert found.as_strong(np.inf) == 1

    @pytest.mark.parametrize("uneven", [0.0, 0.5])
    @pytest.mark.parametrize("expected", [0.1, 1.0, 4.0, 9.5, 30.0])
    def test_needed_is_the_smallest_number_that_stands_out(self, found, expected, uneven):
        variance = uneven * expected**2
        by_hand = [
            n
            for n in range(10, 151)
            if n > expected and found.p_of(found.strength(n, expected, variance)) <= 0.05
        ]
        assert found.needed(expected, variance) == (by_hand[0] if by_hand else 0)
        assert by_hand or uneven

    def test_more_is_needed_where_what_is_expected_is_less_certain(self, found):
        needed = [found.needed(4.0, variance) for variance in (0.0, 2.0, 8.0)]
        assert needed == sorted(set(needed)), needed

    def test_one_map_in_twenty_as_strong_still_stands_out(self, found):
        """Four of 99 maps are stronger than anything, the others as strong as twelve reports."""
        found.strongest = np.array([found.strength(12, 1.0, 0.5)] * 95 + [1000.0] * 4)
        assert found.needed(1.0, 0.5) == 13
        found.strongest[94] = 1000.0
        assert found.needed(1.0, 0.5) == 0

    def test_nothing_would_be_enough_where_all_are_expected(self, found):
        assert found.needed(150.0, 0.0) == 0

    def test_usual_variance(self, found):
        """150 reports over cells of 100 m, in each of which as many are expected."""
        (one,) = found.map.strata
        usual = 150 / len(np.unique(one.cell))
        found.map.__dict__["dispersion"] = np.array([0.4])
        assert found.usual_variance(10 * usual) == pytest.approx(0.4 * 10 * usual**2)
        half = usual / 2  # less than one cell
        assert found.usual_variance(half) == pytest.approx(0.4 * half**2)

    def test_strength_on_a_smaller_map(self, found):
        """The same of half as many reports: half is expected, with a quarter of the variance."""
        assert found.strength(9, 4.0, 8.0, share=0.5) == found.strength(9, 2.0, 2.0)


class TestSeed:
    def test_same_seed_same_maps_in_any_order_of_rows(self, make_incidents, town_area):
        table = make_incidents(ALONE, source="asb")
        first = family_of(table, town_area, seed=4).strongest
        mixed = table.sample(frac=1, random_state=9).set_axis([f"other{i}" for i in range(150)])
        assert np.array_equal(first, family_of(mixed, town_area, seed=4).strongest)
        assert not np.array_equal(first, family_of(table, town_area, seed=5).strongest)

    def test_another_seed_gives_a_p_that_is_close(self, make_incidents, town_area):
        table = make_incidents(ALONE, source="asb")
        p = []
        for seed in range(4):
            test = family_of(table, town_area, maps=499, seed=seed)
            p.append(test.p_of(test.strength(10.0, 2.5, 0.0)))
        assert np.ptp(p) < 0.12, p
        assert 0.001 < np.mean(p) < 0.999


class TestWithout:
    def stands(self, test, dropped):
        spot = np.hypot(*(test.map.xy - SPOT).T) < 60
        inside = test.labels == np.bincount(test.labels[spot & (test.labels >= 0)]).argmax()
        return test.stands_without(inside, test.near(inside), dropped(test))

    def test_what_remains_is_clustered_again(self, make_incidents, town_area):
        """Thirty at one place hold two groups of fourteen together, and make them strong."""
        west, east = around(14, 2.0) - [80, 0], around(14, 2.0) + np.array([70, 0])
        table = make_incidents([*[SPOT] * 30, *west, *east, *ALONE], source="asb")
        test = family_of(table, town_area)
        assert self.stands(test, lambda t: (t.map.xy == SPOT).all(axis=1))
        fewer = make_incidents([*[SPOT] * 30, *west[:2], *east[:2], *ALONE], source="asb")
        assert not self.stands(
            family_of(fewer, town_area), lambda t: (t.map.xy == SPOT).all(axis=1)
        )

    def test_nothing_that_remains_does_not_stand(self, make_incidents, town_area):
        test = family_of(make_incidents([SPOT] * 30, source="asb"), town_area)
        assert not self.stands(test, lambda t: np.ones(len(t.map.xy), dtype=bool))

    def test_a_large_part_left_out_is_drawn_again_by_itself(self, make_incidents, town_area):
        """4,000 reports on 500 points leave nothing lumpy: no measure for the 1,000 others."""
        rng = np.random.default_rng(3)
        points = np.vstack([[SPOT], LIST[rng.choice(1600, 500, replace=False)]])
        others = points[rng.integers(0, 501, 1000)]
        table = make_incidents([*[SPOT] * 3000, *others], location_method="snapped")
        without = make_incidents(others, location_method="snapped")
        test = family_of(table, town_area, places=points, maps=39)
        alone = family_of(without, town_area, places=points, maps=39)
        assert np.median(alone.strongest) > 2 * np.median(test.strongest)
        self.stands(test, lambda t: (t.map.xy == SPOT).all(axis=1))
        (rest,) = test._rests.values()
        assert rest.map.total == pytest.approx(1000, abs=9)  # some of the others lie at the spot

    @pytest.mark.parametrize(("n", "is_drawn_again"), [(10, False), (11, True)])
    def test_a_twentieth_left_out_is_little(self, make_incidents, town_area, n, is_drawn_again):
        """Of 200 reports; the rest is then compared with the same maps."""
        test = family_of(make_incidents([*around(50), *ALONE], source="asb"), town_area, maps=19)
        dropped = np.zeros(200, dtype=bool)
        dropped[:n] = True
        self.stands(test, lambda _: dropped)
        assert len(test._rests) == is_drawn_again

    def test_other_sources_are_clustered_and_drawn_by_themselves(self, make_incidents, town_area):
        xy = [*around(14), *around(14) + 1, *ALONE]
        source = ["asb"] * 14 + ["fire"] * 14 + ["fire"] * 150
        table = make_incidents(xy, source=source).set_axis(["same id"] * 178)
        test = family_of(table, town_area)
        inside = np.hypot(*(test.map.xy - SPOT).T) < 60
        assert inside.sum() == 28
        assert test.stands_without_source(inside, "asb")
        assert test.stands_without_source(inside, "fire")


def test_a_report_far_from_every_listed_place_is_off_the_list(make_incidents, town_area):
    table = make_incidents([LIST[0], LIST[0] - [20, 0], LIST[-1]], source="asb")
    test = family_of(table, town_area, places=LIST[:800])
    assert test.off_list[test.of_members(np.array([False, False, True]))].all()
    assert test.off_list.sum() == 1


@pytest.mark.parametrize(("metres", "is_off"), [(100, False), (100.1, True)])
def test_off_the_list_is_further_than_the_distance_of_a_hotspot(
    make_incidents, town_area, metres, is_off
):
    table = make_incidents([LIST[0] - [metres, 0], LIST[0]], source="asb")
    assert family_of(table, town_area).off_list.any() == is_off


def test_too_few_places(make_incidents, town_area):
    """However many they become when they are spread."""
    with pytest.raises(NoPlacesError, match="10 listed places are too few"):
        family_of(make_incidents(ALONE, source="asb"), town_area, places=LIST[:10])
