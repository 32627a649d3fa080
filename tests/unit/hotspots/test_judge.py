"""Which hotspots stand out: the rules, the ranks, and hostile or empty input."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import csp_geo as cg
from csp_geo.core.errors import CautionWarning, CRSError, SettingsError
from csp_geo.core.settings import ClusterParams
from csp_geo.core.tables import HOTSPOTS, check_table
from csp_geo.hotspots.chance import judge
from csp_geo.hotspots.chance.family import Measured
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.judge import judge_clusters
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.find import find_hotspots
from csp_geo.hotspots.verdict import Judgement

WEST, SOUTH = 544010, 184020
LIST = np.stack(np.meshgrid(np.arange(20, 2000, 50.0), np.arange(20, 2000, 50.0)), -1)
LIST = LIST.reshape(-1, 2) + np.array([WEST, SOUTH])  # 1,600 places, 50 m apart
SPOT, OTHER = np.array([544435.0, 184435.0]), np.array([545535.0, 185535.0])
FAR = LIST[(np.hypot(*(LIST - SPOT).T) > 300) & (np.hypot(*(LIST - OTHER).T) > 300)]
ALONE = FAR[np.random.default_rng(8).choice(len(FAR), 60, replace=False)]
MAPS = 39


def around(n, at=SPOT, step=5.0):
    """Reports within 60 m of a spot, each at a place of its own."""
    return at + np.stack([np.arange(n) % 7, np.arange(n) // 7], axis=1) * step


@pytest.fixture
def confirm(town_area):
    """Find clusters and test them; a caution that is not expected is an error."""

    def confirm(table, places=LIST, simulations=MAPS, **options):
        clusters = cg.find_clusters(table, town_area)
        found = cg.confirm_clusters(clusters, table, town_area, places, simulations, **options)
        check_table(found, HOTSPOTS)
        assert (found["confirmed"] == (found["verdict"] == "stands out")).all()
        return found

    return confirm


def largest(hotspots):
    return hotspots.loc[hotspots["n"].idxmax()]


class TestInterface:
    def test_as_in_the_notebook(self, make_incidents, town_area, input_unchanged):
        table = input_unchanged(make_incidents([*around(25), *ALONE], source="asb"))
        clusters = input_unchanged(cg.find_clusters(table, town_area, eps=100, min_samples=5))
        hotspots = cg.confirm_clusters(
            clusters, table, town_area, places=LIST, simulations=19, seed=0
        )
        assert tuple(hotspots.columns) == HOTSPOTS.names
        first = hotspots.iloc[0]
        assert (first["confirmed"], first["p_chance"], first["survives"]) == (True, 0.05, 9)
        assert first["hotspot_id"] == "recorded-1"
        assert first["sentence"].startswith("Stands out: 25 reports at 25 places; if reports fell")

    def test_what_the_test_did_is_said_of_each_family(self, make_incidents, town_area):
        xy = [*around(25), *ALONE, *around(12, OTHER)]
        source = ["asb"] * (25 + len(ALONE)) + ["survey"] * 12
        table = make_incidents(xy, source=source)
        clusters = cg.find_clusters(table, town_area)
        known = KnownPlaces(table, town_area, supplied=LIST)
        params = ClusterParams()
        tested = judge_clusters(clusters, table, town_area, params, known, Simulation(19))
        begin = [said.split(":")[0] for said in tested.sentences if "were drawn again" in said]
        assert begin == ["Recorded reports", "Perception reports"]
        assert list(tested.record) == ["recorded", "perception"]

    def test_expected_is_the_share_of_places_within_reach(self, make_incidents, confirm):
        """85 reports, 1,600 places; those within 100 m of one of the 25."""
        table = make_incidents([*around(25), *ALONE], source="asb")
        near = np.hypot(*(LIST[:, None] - around(25)[None]).transpose(2, 0, 1)).min(axis=1) <= 100
        assert confirm(table)["n_expected"].iloc[0] == pytest.approx(85 * near.sum() / 1600)

    def test_places_by_source(self, make_incidents, confirm):
        table = make_incidents([*around(25), *ALONE], source="asb")
        pd.testing.assert_frame_equal(
            pd.DataFrame(confirm(table, {"asb": LIST})), pd.DataFrame(confirm(table))
        )

    def test_the_same_in_any_order_with_any_names(self, make_incidents, town_area, confirm):
        xy = [*around(25), *around(18, OTHER), *ALONE]
        source = ["asb", "fire", "offence"] * 15 + ["asb"] * 58
        table = make_incidents(xy, source=source, person_key=["a"] * 3 + [None] * 100)
        mixed = table.sample(frac=1, random_state=2).set_axis([f"x{i}" for i in range(103)])
        mixed["person_key"] = mixed["person_key"].replace("a", "someone else")
        clusters = cg.find_clusters(mixed, town_area).iloc[::-1]
        again = cg.confirm_clusters(clusters, mixed, town_area, LIST, MAPS)
        pd.testing.assert_frame_equal(
            pd.DataFrame(confirm(table)).drop(columns="geometry"),
            pd.DataFrame(again).drop(columns="geometry"),
            check_exact=False,
        )

    def test_another_seed_another_p_close_by(self, make_incidents, confirm):
        rng = np.random.default_rng(6)
        table = make_incidents([*around(10, step=20), *LIST[rng.integers(0, 1600, 400)]])
        p = [confirm(table, simulations=99, seed=s)["p_chance"].dropna() for s in (0, 1, 2**70)]
        assert not p[0].equals(p[1])
        assert max(abs(p[0].median() - q.median()) for q in p) < 0.1


class TestLimits:
    """What one cluster is told, on both sides of each number; the test itself is stood in for."""

    def judged(self, off=0, doubt="", p=0.05, n=100):
        """Return what is told of a hundred reports, so many of them far from every place."""
        test = SimpleNamespace(
            measure=lambda inside, is_core: Measured(n, 3.0, 1.5),
            strength=lambda n, expected, variance: 7.0,
            p_of=lambda strength: p,
            as_strong=lambda strength: 0,
            off_list=np.arange(100) < off,
            is_core=np.ones(100, dtype=bool),
            simulation=Simulation(19),
            needed=lambda expected, variance: 10,
            doubt_about=lambda inside: doubt,
            map=SimpleNamespace(total=100),
        )
        sizes = {"width_m": 50.0, "length_m": 50.0, "area_m2": 2500.0}
        counts = {"n": n, "n_places": 9, "n_people": 0, "n_anonymous": 0}
        known = Judgement(people=False, busy=False, **counts, **sizes)
        return judge._judge(test, known, np.ones(100, dtype=bool), "")[1]

    @pytest.mark.parametrize(("off", "is_tested"), [(0, True), (20, True), (21, False)])
    def test_a_fifth_may_lie_far_from_every_listed_place(self, off, is_tested):
        found = self.judged(off=off, n=9)  # too few to go on
        assert bool(found.untested) is not is_tested

    @pytest.mark.parametrize(
        ("p", "n", "verdict"),
        [
            (0.05, 100, "could be where people live"),
            (0.1, 100, "could be chance"),
            (0.05, 9, "too few to test"),
        ],
    )
    def test_what_is_doubted_is_tested_and_not_confirmed(self, p, n, verdict):
        found = self.judged(doubt="the list is short.", p=p, n=n)
        assert found.verdict == verdict
        if verdict == "could be where people live":
            assert found.sentence.endswith("But the list is short.")

    @pytest.mark.parametrize(("off", "is_one"), [(9.9, True), (10.0, True), (10.1, False)])
    def test_reports_within_ten_metres_are_at_one_address(self, off, is_one):
        xy = np.array([[0.0, 0.0], [0.0, 0.0], [off, 0.0], [500.0, 0.0]])
        test = SimpleNamespace(map=SimpleNamespace(xy=xy, counts_people=False))
        found = judge._busiest_place(test, np.array([True, True, True, False]))
        assert found.tolist() == [True, True, is_one, False]


class TestRules:
    def test_one_place_is_no_hotspot(self, make_incidents, confirm):
        for xy in ([SPOT] * 30, [*[SPOT] * 30, *around(4) + 20]):
            first = largest(confirm(make_incidents([*xy, *ALONE], source="asb")))
            assert (first["verdict"], first["p_chance"]) == ("rests on one part", 1 / (MAPS + 1))
            assert first["depends_on"] == f"the place with 30 of {len(xy)} reports"

    def test_a_busy_point_says_only_that_more_are_filed_there(self, make_incidents, confirm):
        table = make_incidents([*[SPOT] * 30, *ALONE], location_method="snapped")
        first = largest(confirm(table))
        assert (first["kind"], first["confirmed"]) == ("busy point", True)
        assert first["sentence"].startswith("More than chance: 30 reports filed at 1 point;")
        assert "true addresses behind this point are unknown" in first["sentence"]

    @pytest.mark.parametrize("source", ["asb", "survey"])
    @pytest.mark.parametrize("n", [30, 2000])
    @pytest.mark.filterwarnings("ignore:Nothing with reports of asb can be confirmed")
    def test_many_of_one_person_never_stand_out(self, make_incidents, confirm, source, n):
        """All with the person's name: around a spot where four others were.

        2,000 recorded ones make their neighbourhood so full that nothing can be confirmed.
        """
        xy = np.vstack([SPOT + np.random.default_rng(6).uniform(-45, 45, (n, 2)), around(4), ALONE])
        who = ["loud"] * n + [f"p{i}" for i in range(64)]
        weight = [1 / n] * n + [1.0] * 64 if source == "survey" else 1.0
        table = make_incidents(xy, source=source, person_key=who, weight=weight)
        first = largest(confirm(table, simulations=19))
        assert not first["confirmed"]
        if source == "asb" and n == 30:
            assert first["depends_on"] == "one person with 30 of 34 reports"
        elif source == "asb":
            assert first["verdict"] == "could be where people live"
        else:
            assert (first["verdict"], first["n_people"]) == ("too few to test", 5)

    def test_the_largest_source_is_left_out_once(self, make_incidents, confirm):
        xy = [*around(20), *around(12) + 2, *ALONE]
        for second, verdict in ((12, "stands out"), (2, "rests on one part")):
            source = ["asb"] * 20 + ["fire"] * second + ["asb"] * (72 - second)
            first = largest(confirm(make_incidents(xy, source=source)))
            assert first["verdict"] == verdict
            if verdict != "stands out":
                assert first["depends_on"] == "the source anti-social behaviour"

    def test_ten_reports_are_tested_and_nine_are_not(self, make_incidents, confirm):
        found = confirm(make_incidents([*around(10), *around(9, OTHER), *ALONE], source="asb"))
        ten, nine = (found[found["n"] == n].iloc[0] for n in (10, 9))
        assert ten["p_chance"] == 1 / (MAPS + 1)
        assert (nine["verdict"], nine["confirmed"]) == ("too few to test", False)
        assert np.isnan(nine["p_chance"])
        assert nine["sentence"].startswith(
            "Too few to test: 9 reports at 9 places; a test takes 10"
        )
        assert (
            "To stand out it would have taken at least 10 reports at 9 places." in nine["sentence"]
        )

    def test_too_large_to_task_names_the_split(self, make_incidents, confirm):
        """A net with meshes of 90 m, two reports at each knot, 22 at its corner."""
        knots = np.stack(np.meshgrid(np.arange(6) * 90.0, np.arange(6) * 90.0), -1).reshape(-1, 2)
        away = ALONE[np.hypot(*(ALONE - SPOT).T) > 900]
        first = largest(
            confirm(make_incidents([*[SPOT] * 20, *(knots + SPOT), *(knots + SPOT), *away]))
        )
        assert (first["verdict"], first["confirmed"]) == ("too large to task", False)
        assert first["width_m"] > 350
        assert first["p_chance"] == 1 / (MAPS + 1)
        assert first["sentence"].startswith(
            "Too large to task: 92 reports at 36 places, 550 by 550"
        )
        assert first["sentence"].endswith("With eps 75 metres it becomes 1 part, with 22 reports.")

    def test_ranks(self, make_incidents, confirm):
        """The smaller that stands out comes before the larger that rests on one place."""
        xy = [*[SPOT] * 40, *around(20, OTHER), *ALONE]
        found = confirm(make_incidents(xy, source="asb"))
        assert found["n"].tolist()[:2] == [20, 40]
        assert found["confirmed"].tolist()[:2] == [True, False]
        assert found["rank"].tolist() == list(range(1, len(found) + 1))
        assert found["hotspot_id"].tolist() == [f"recorded-{i + 1}" for i in range(len(found))]
        rest = found[~found["confirmed"]]
        assert (rest["n"] - rest["n_expected"]).is_monotonic_decreasing

    def test_families_are_tested_apart(self, make_incidents, confirm):
        """The source 'other' has a family of its own."""
        xy = [*around(15), *around(15, OTHER), *ALONE]
        source = ["asb"] * 15 + ["other"] * 15 + ["asb"] * 60
        found = confirm(make_incidents(xy, source=source))
        firsts = found[found["rank"] == 1]
        assert firsts["family"].tolist() == ["recorded", "other"]
        assert firsts["hotspot_id"].tolist() == ["recorded-1", "other-1"]
        assert firsts["p_chance"].tolist() == [1 / (MAPS + 1)] * 2
        assert firsts["n_expected"].iloc[1] < firsts["n_expected"].iloc[0]


class TestFinding:
    """Clusters are found again among the incidents."""

    def ring(self, *inner):
        turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        ring = SPOT + 350 + 250 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        rng = np.random.default_rng(6)
        spots = (SPOT + 350 + at + rng.normal(0, 3, (n, 2)) for at, n in inner)
        return np.vstack([ring, *spots])

    @pytest.mark.parametrize(
        "inner", [[((0, 0), 60)], [((-75, 0), 90), ((75, 0), 100)], [((0, 0), 200)]]
    )
    @pytest.mark.filterwarnings("ignore:Nothing with reports of asb can be confirmed")
    def test_a_cluster_within_a_ring_of_another(self, make_incidents, confirm, inner):
        """The holes of a shape are closed: the ring's covers those inside."""
        found = confirm(make_incidents(self.ring(*inner), source="asb"), simulations=19)
        assert sorted(found["n"]) == sorted([60, *(n for _, n in inner)])
        wide = found["verdict"] == "too large to task"
        assert found.loc[wide, "n_places"].tolist() == [60]

    @pytest.mark.parametrize("show_doors", [False, True])
    def test_private_reports_in_the_middle(self, make_incidents, town_area, show_doors):
        """The only core report shapes no outline."""
        offsets = [(0, 0), (-90, 0), (-80, 40), (-80, -40), (85, 30), (85, -30)]
        table = make_incidents(
            [SPOT + at for at in offsets], theme=["sexual"] + ["theft"] * 5, source="asb"
        )
        params = ClusterParams()
        clusters, _ = find_hotspots(table, town_area, params, show_doors=show_doors)
        known = KnownPlaces(table, town_area, LIST)
        tested = judge_clusters(clusters, table, town_area, params, known, Simulation(19))
        assert tested.hotspots["n"].tolist() == [6]

    @pytest.mark.parametrize("change", ["eps", "min_samples", "incidents"])
    def test_clusters_of_something_else_are_refused(self, make_incidents, town_area, change):
        table = make_incidents([*around(25), *ALONE], source="asb")
        clusters = cg.find_clusters(table, town_area)
        options = {"eps": {"eps": 90}, "min_samples": {"min_samples": 26}}.get(change, {})
        if change == "incidents":
            table = table.iloc[1:]
        with pytest.raises(ValueError, match="give confirm_clusters the incidents, eps and min_s"):
            cg.confirm_clusters(clusters, table, town_area, LIST, 19, **options)


class TestBadInput:
    def test_nothing_at_all(self, make_incidents, confirm):
        assert confirm(make_incidents([])).empty
        assert confirm(make_incidents(ALONE[:3])).empty

    def test_incidents_or_clusters_in_another_crs(self, make_incidents, town_area):
        table = make_incidents(around(25), source="asb")
        clusters = cg.find_clusters(table, town_area)
        with pytest.raises(CRSError, match="clean them with this study area"):
            cg.confirm_clusters(clusters, table.to_crs(4326), town_area, LIST)
        with pytest.raises(CRSError, match="The clusters are in EPSG:4326"):
            cg.confirm_clusters(clusters.to_crs(4326), table, town_area, LIST)

    @pytest.mark.parametrize("options", [{"simulations": 18}, {"seed": -1}, {"simulations": 99.5}])
    def test_simulations_and_seed(self, make_incidents, confirm, options):
        with pytest.raises(SettingsError, match="must be a whole number"):
            confirm(make_incidents(around(25)), **options)

    def test_no_list_of_places(self, make_incidents, confirm):
        with pytest.warns(CautionWarning, match="Recorded reports were not tested: there is no"):
            (first,) = confirm(make_incidents(around(25)), places=None).itertuples()
        assert (first.verdict, first.confirmed) == ("not tested", False)
        assert np.isnan(first.p_chance)
        assert np.isnan(first.n_expected)
        assert first.sentence.startswith("Not tested: there is no list of places")

    def test_places_elsewhere_are_said_and_nothing_is_tested(self, make_incidents, confirm):
        with (
            pytest.warns(CautionWarning, match="1,600 of 1,600 places .* outside the study area"),
            pytest.warns(CautionWarning, match="0 listed places are too few"),
        ):
            found = confirm(make_incidents(around(25)), places=LIST + 9000)
        assert found["verdict"].tolist() == ["not tested"]

    def test_a_list_that_does_not_reach_the_hotspot(self, make_incidents, confirm):
        table = make_incidents([*around(25, OTHER), *ALONE[ALONE[:, 0] < 545000]], source="asb")
        with pytest.warns(CautionWarning, match="does not cover the area"):
            found = confirm(table, places=LIST[LIST[:, 0] < 545000])
        first = largest(found)
        assert (first["verdict"], first["confirmed"]) == ("not tested", False)
        assert first["sentence"] == "Not tested: much of it lies far from every place on the list."

    def test_all_reports_at_one_place(self, make_incidents, confirm):
        (first,) = confirm(make_incidents([SPOT] * 50, source="asb")).itertuples()
        assert first.verdict == "rests on one part"
        with pytest.warns(CautionWarning, match="not tested: there is no list of places"):
            (first,) = confirm(make_incidents([SPOT] * 500, source="asb"), places=None).itertuples()
        assert first.verdict == "not tested"

    def test_all_reports_on_every_listed_place(self, make_incidents, confirm):
        """As many as expected everywhere: nothing stands out."""
        found = confirm(make_incidents(LIST, source="asb"), simulations=19)
        assert found["p_chance"].tolist() == [1.0]
        assert not found["confirmed"].any()

    def test_all_pins_of_one_person(self, make_incidents, confirm):
        xy = SPOT + np.random.default_rng(6).uniform(-900, 900, (60, 2)).clip(-400)
        table = make_incidents(xy, source="survey", person_key="loud")
        assert confirm(table).empty

    def test_the_points_of_the_reports_alone_are_a_caution_and_confirm_nothing(
        self, make_incidents, confirm
    ):
        table = make_incidents([*[SPOT] * 30, *ALONE], location_method="snapped")
        with pytest.warns(CautionWarning) as said:
            first = largest(confirm(table, places=None))
        assert any("confirmed: which other points" in str(one.message) for one in said)
        assert (first["verdict"], first["confirmed"]) == ("could be where people live", False)
        assert first["p_chance"] == 1 / (MAPS + 1)

    def test_an_anonymised_source_without_addresses_confirms_nothing(self, make_incidents, confirm):
        table = make_incidents([*[SPOT] * 30, *ALONE], location_method="snapped")
        with pytest.warns(CautionWarning, match="offence can be confirmed: how many addresses"):
            first = largest(confirm(table, places={"offence": LIST}))
        assert first["verdict"] == "could be where people live"

    def test_pins_without_a_person_are_a_caution(self, make_incidents, confirm):
        table = make_incidents([*around(25), *ALONE], source="survey")
        with pytest.warns(CautionWarning, match="85 of 85 pins carry no person"):
            confirm(table)

    def test_clusters_with_repeated_row_labels(self, make_incidents, town_area):
        table = make_incidents([*around(25), *around(15, OTHER), *ALONE], source="asb")
        clusters = cg.find_clusters(table, town_area)
        clusters.index = [0] * len(clusters)
        assert len(cg.confirm_clusters(clusters, table, town_area, LIST, 19)) == len(clusters)
