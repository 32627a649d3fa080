"""Maps that chance makes: what is drawn again, and what is expected of a cluster."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.stats import nbinom, poisson

from csp_geo.core.errors import SettingsError
from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.chance import known_places
from csp_geo.hotspots.chance import strength_kernel as kernel
from csp_geo.hotspots.chance.family_map import Simulation, family_map, rows_of
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.dbscan import label_points

WEST, SOUTH = 544010, 184020
LIST = np.stack(np.meshgrid(np.arange(20, 2000, 200.0), np.arange(20, 2000, 200.0)), -1)
LIST = LIST.reshape(-1, 2) + np.array([WEST, SOUTH])  # a hundred places, 200 m apart
PARAMS = ClusterParams()


@pytest.fixture(autouse=True)
def lists_as_they_are(monkeypatch):
    """What is known stays where it is, however far reports lie from it: see test_known_places."""
    monkeypatch.setattr(known_places, "smoothed", lambda places, used: places)


def map_of(table, area, supplied=None, listed=None, params=PARAMS):
    known = KnownPlaces(table, area, supplied, listed)
    return family_map(table, params, known, 10)[0]


def slow_count(found, labels, is_core, label, dispersion):
    """Return units of a cluster, those expected and their variance, in plain words."""
    inside = labels == label
    units = len(set(found.unit[inside].tolist()))
    reach = shapely.union_all(
        shapely.buffer(shapely.points(found.xy[inside & is_core]), 100, quad_segs=256)
    )
    expected, variance = 0.0, 0.0
    for one, uneven in zip(found.strata, dispersion, strict=True):
        if found.on_points(one):
            used = {tuple(xy) for xy in found.xy[inside & (found.place >= 0)].tolist()}
            own = np.array([tuple(xy) in used for xy in one.places.xy.tolist()])
        else:
            own = shapely.contains_xy(reach, one.places.xy)
        in_cells = np.bincount(one.cell[own], one.expected[own])
        expected += in_cells.sum()
        variance += uneven * (in_cells**2).sum()
    return units, expected, variance


class TestSimulation:
    @pytest.mark.parametrize("maps", [18, 0, -1, 99.0, 99.5, "99", None, float("nan")])
    def test_too_few_maps_or_no_number(self, maps):
        with pytest.raises(SettingsError, match="whole number from 19"):
            Simulation(maps)

    @pytest.mark.parametrize("seed", [-1, 0.5, "a", None])
    def test_a_seed_is_a_whole_number_from_nought(self, seed):
        with pytest.raises(SettingsError, match="seed must be"):
            Simulation(19, seed)

    def test_any_other_seed_will_do(self, make_incidents, town_area):
        found = map_of(make_incidents(LIST, source="asb"), town_area, LIST)
        for seed in (0, 2**31, 2**80, np.int64(7)):
            assert found.strongest_by_chance(Simulation(19, seed), 0).shape == (19, 2)


class TestExpected:
    def test_snapped_reports_fall_on_each_known_place_alike(self, make_incidents, town_area):
        """200 reports on 100 places: 2 at each."""
        table = make_incidents([*LIST, *LIST], location_method="snapped")
        found = map_of(table, town_area)
        assert found.chance.at_place == pytest.approx(np.full((1, 100), 2.0))
        assert (found.total, found.is_snapped) == (200, True)

    def test_exact_reports_fall_within_reach_of_core_reports(self, make_incidents, town_area):
        """Ten reports, 100 places: 0.1 each; within 100 m of the core reports lie two."""
        xy = [*[LIST[0]] * 5, *[LIST[0] + [100, 0]] * 3, *[LIST[0] + [160, 0]] * 2]
        found = map_of(make_incidents(xy, source="asb"), town_area, LIST)
        labels, is_core = label_points(found.xy, 100, 5)
        two = (10, pytest.approx(0.2), pytest.approx(0.5 * 0.1**2 * 2))  # a cell of its own each
        assert slow_count(found, labels, is_core, 0, [0.5]) == two
        assert count(found, labels, is_core, [0.5]) == [two]

    def test_listed_places_of_one_cell_vary_together(self, make_incidents, town_area):
        """Twice as many places, two in each cell of 100 m: 0.05 each, and the same variance."""
        xy = [*[LIST[0]] * 5, *[LIST[0] + [100, 0]] * 3, *[LIST[0] + [160, 0]] * 2]
        found = map_of(make_incidents(xy, source="asb"), town_area, [*LIST, *LIST + 1])
        labels, is_core = label_points(found.xy, 100, 5)
        assert count(found, labels, is_core, [0.5]) == [
            (10, pytest.approx(0.2), pytest.approx(0.5 * 0.1**2 * 2))
        ]

    def test_where_reports_lie_there_is_at_least_one_place(self, make_incidents, town_area):
        """140 m from every listed place: never nothing expected, never infinitely strong.

        20 reports on 100 places: 0.2 at each.
        """
        found = map_of(make_incidents([LIST[0] + 100] * 20, source="asb"), town_area, LIST)
        labels, is_core = label_points(found.xy, 100, 5)
        assert count(found, labels, is_core, [0.5]) == [
            (20, pytest.approx(0.2), pytest.approx(0.5 * 0.2**2))
        ]

    def test_mixed_sources_add_up(self, make_incidents, town_area):
        """12 snapped on 60 points, 8 exact on 100 places: 0.2 + 0.08 for each place of both."""
        xy = [*[LIST[0]] * 12, *[LIST[0]] * 8]
        table = make_incidents(
            xy,
            source=["offence"] * 12 + ["asb"] * 8,
            location_method=["snapped"] * 12 + ["exact"] * 8,
        )
        found = map_of(table, town_area, {"offence": LIST[:60], "asb": LIST})
        labels, is_core = label_points(found.xy, 100, 5)
        both = (20, pytest.approx(0.28), pytest.approx(0.5 * 0.08**2 + 0.1 * 0.2**2))
        assert [one.source for one in found.strata] == ["asb", "offence"]
        assert count(found, labels, is_core, [0.5, 0.1]) == [both]
        assert slow_count(found, labels, is_core, 0, [0.5, 0.1]) == both

    def test_people_are_counted_once(self, make_incidents, town_area):
        xy = np.tile(LIST[0], (8, 1)) + np.arange(8)[:, None]
        table = make_incidents(
            xy,
            source="survey",
            person_key=["a", "a", "b", "c", "d", "e", None, None],
            weight=[0.5, 0.5, *[1.0] * 6],
        )
        found = map_of(table, town_area, LIST)
        labels, is_core = label_points(found.xy, 100, 5, found.weight)
        assert found.total == 7
        assert found.dispersion.tolist() == [0.0]  # of people none is estimated
        assert count(found, labels, is_core, [0.0]) == [(7, pytest.approx(0.07), 0.0)]

    @pytest.mark.parametrize("kind", ["exact", "mixed", "people"])
    def test_as_a_slow_count_in_plain_words(self, make_incidents, town_area, kind):
        rng = np.random.default_rng(5)
        n = 150
        xy = LIST[rng.integers(0, 100, n)] + (rng.uniform(-90, 90, (n, 2)) * (kind != "mixed"))
        own = {"source": "survey" if kind == "people" else "asb"}
        if kind == "mixed":
            own = {
                "source": ["offence"] * 75 + ["asb"] * 75,
                "location_method": ["snapped"] * 75 + ["exact"] * 75,
            }
            xy[75:] += rng.uniform(-90, 90, (75, 2))
        if kind == "people":
            own["person_key"] = [f"p{i % 40}" for i in range(n)]
        found = map_of(make_incidents(xy, **own), town_area, LIST)
        labels, is_core = label_points(found.xy, 100, 4)
        assert labels.max() > 3
        uneven = [0.7, 0.2][: len(found.strata)]
        slow = [slow_count(found, labels, is_core, k, uneven) for k in range(labels.max() + 1)]
        assert count(found, labels, is_core, uneven) == [
            (n, pytest.approx(expected), pytest.approx(variance)) for n, expected, variance in slow
        ]


def count(found, labels, is_core, dispersion):
    table = np.zeros((len(labels), 3))
    own = (labels[None], is_core[None], found.xy[None], found.place[None])
    maps = kernel.Maps(*own, np.array([dispersion]))
    n = kernel.count_clusters(maps, 0, found.chance, table)
    return [tuple(row) for row in table[:n].tolist()]


class TestStrongest:
    """600 reports on 100 places 200 m apart: each cluster is one place, and six are expected."""

    def by_hand(self, place, dispersion):
        """Of those with ten reports, which are tested, and of all."""
        times = np.bincount(place, minlength=100)
        ratios = [(n, ratio_of(n, 6.0, dispersion * 36.0)) for n in times]
        return [max([ratio for n, ratio in ratios if n >= least], default=0) for least in (10, 5)]

    def test_of_exact_reports(self, make_incidents, town_area):
        xy = np.concatenate([LIST + np.array([n, 0]) for n in range(6)])
        found = map_of(make_incidents(xy, source="asb"), town_area, LIST)
        assert not found.is_snapped
        found.__dict__["dispersion"] = np.array([0.3])
        strongest = found.strongest_by_chance(Simulation(19, 4), 7)
        drawn, _, dispersion = found._drawn(19, np.random.default_rng([4, 7]))
        assert dispersion.shape == (19, 1)
        assert 0.1 < dispersion.mean() < 0.5  # estimated anew on each
        at = ((drawn - LIST[0]) / 200).round().astype(int)
        pairs = zip(at[..., 0] + 10 * at[..., 1], dispersion[:, 0], strict=True)
        assert strongest == pytest.approx(np.array([self.by_hand(*pair) for pair in pairs]))

    def test_of_snapped_reports(self, make_incidents, town_area):
        table = make_incidents(np.tile(LIST, (6, 1)), location_method="snapped")
        found = map_of(table, town_area)
        assert found.is_snapped
        found.__dict__["dispersion"] = np.array([0.3])
        strongest = found.strongest_by_chance(Simulation(19, 4), 7)
        (one,) = found.strata
        fallen = one.fall(19, 600, 0.3, np.random.default_rng([4, 7]))
        pairs = zip(fallen, one.dispersion_of(fallen), strict=True)
        assert strongest == pytest.approx(np.array([self.by_hand(*pair) for pair in pairs]))


class TestRedraws:
    def test_snapped_reports_of_a_mixed_map_fall_on_known_places_alike(
        self, make_incidents, town_area
    ):
        table = make_incidents(
            [*LIST[:40], *LIST[:20] + 7],
            source=["offence"] * 40 + ["asb"] * 20,
            location_method=["snapped"] * 40 + ["exact"] * 20,
        )
        found = map_of(table, town_area)
        xy, place, dispersion = found._drawn(500, np.random.default_rng(3))
        assert dispersion.shape == (500, 2)
        snapped = found.place >= 0
        assert np.array_equal(xy[:, snapped], found.known[place[:, snapped]])
        assert (place[:, ~snapped] == -1).all()
        times = np.bincount(place[:, snapped].ravel(), minlength=40)
        assert chi_square(times) < 73  # 0.999 of 39 degrees of freedom
        near, _ = shapely.STRtree(shapely.points(found.known)).query_nearest(
            shapely.points(xy[:, ~snapped].reshape(-1, 2)), return_distance=True, all_matches=False
        )
        apart = np.hypot(*(xy[:, ~snapped].reshape(-1, 2) - found.known[near[1]]).T)
        assert apart.max() <= 60
        assert (apart**2).mean() == pytest.approx(60**2 / 2, rel=0.05)  # even over the disc

    def test_pins_of_a_person_keep_their_distances_and_one_falls_on_a_place(
        self, make_incidents, town_area
    ):
        xy = LIST[55] + np.array([[0, 0], [13, 5], [-40, 22], [60, 60], [9, 9]])
        table = make_incidents(xy, source="survey", person_key=["a", "a", "b", "a", None])
        found = map_of(table, town_area, LIST)
        drawn, place, dispersion = found._drawn(300, np.random.default_rng(1))
        assert (place == -1).all()
        assert not dispersion.any()
        for unit, n in enumerate(np.bincount(found.unit)):
            own = np.flatnonzero(found.unit == unit)
            moved = drawn[:, own] - found.xy[own]
            assert np.ptp(moved, axis=1).max() < 1e-6
            at = np.isin(np.round(drawn[:, own], 3).view("c16")[..., 0], LIST.view("c16"))
            assert at.any(axis=1).all(), n

    def test_pins_that_would_leave_the_places_fall_on_others(self, make_incidents, town_area):
        """Two kilometres of town, people with three pins up to 2.4 km apart: none is lost."""
        rng = np.random.default_rng(4)
        xy = LIST[rng.integers(0, 100, 120)]
        who = [f"p{i // 3}" for i in range(120)]
        found = map_of(make_incidents(xy, source="survey", person_key=who), town_area, LIST)
        drawn, *_ = found._drawn(200, rng)
        assert found._reach.holds(drawn).all()
        bands = (drawn[..., 0] - LIST[:, 0].min() + 100) // 400
        share = [(bands == band).mean() for band in range(5)]
        assert share == pytest.approx([0.2] * 5, abs=0.03)  # the rim is as full as the middle

    def test_the_order_of_rows_and_the_codes_of_people_do_not_matter(
        self, make_incidents, town_area
    ):
        rng = np.random.default_rng(2)
        who = np.array([f"p{i}" for i in rng.integers(0, 30, 80)], dtype=object)
        table = make_incidents(LIST[rng.integers(0, 100, 80)], source="survey", person_key=who)
        mixed = table.sample(frac=1, random_state=1)
        mixed["person_key"] = mixed["person_key"].map(lambda code: code[::-1] + "z")
        first, second = map_of(table, town_area, LIST), map_of(mixed, town_area, LIST)
        assert np.array_equal(first.xy, second.xy)
        assert np.array_equal(first.unit, second.unit)


def chi_square(times):
    return float(((times - times.mean()) ** 2).sum() / times.mean())


def test_a_point_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="not among the known"):
        rows_of(np.array([[1.0, 1.0]]), np.array([[0.0, 0.0]]))


@pytest.mark.parametrize(
    ("n", "expected", "variance", "ratio"),
    [
        (10, 3, 0, 5.039728),  # 10 ln(10/3) - 7
        (10, 3, 4.5, 1.534103),  # r = 2: 10 ln(10/3) - 12 ln(12/5)
        (20, 5, 0, 12.725887),  # 20 ln 4 - 15
        (20, 5, 25, 1.417865),  # r = 1: 20 ln 4 - 21 ln(21/6)
        (5, 5, 0, 0.0),
        (4, 5, 2, 0.0),
        (4, 0, 0, np.inf),
    ],
)
def test_likelihood_ratio_on_paper(n, expected, variance, ratio):
    found = kernel.likelihood_ratio(float(n), float(expected), float(variance))
    assert found == pytest.approx(ratio, abs=1e-6)
    if n > expected > 0:
        assert ratio_of(n, expected, variance) == pytest.approx(ratio, abs=1e-6)


def test_little_variance_is_as_none():
    """The one formula goes over into the other."""
    for n, expected in ((12, 0.3), (40, 25.0), (2000, 1800.0)):
        none = kernel.likelihood_ratio(n, expected, 0.0)
        for share in (1e-12, 1.1e-9, 1e-7):
            little = kernel.likelihood_ratio(float(n), expected, share * expected**2)
            assert little == pytest.approx(none, rel=1e-3)
            assert little <= none * (1 + 1e-6)


def ratio_of(n, expected, variance):
    """The best mean against that by chance, from the distributions of scipy."""
    if n <= expected:
        return 0.0
    if not variance:
        return poisson.logpmf(n, n) - poisson.logpmf(n, expected)
    size = expected**2 / variance
    best, by_chance = (nbinom.logpmf(n, size, size / (size + mean)) for mean in (n, expected))
    return best - by_chance
