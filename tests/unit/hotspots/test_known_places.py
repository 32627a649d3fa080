"""Where reports can be: lists of places by source, and what is wrong with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from csp_geo.core.errors import NoPlacesError
from csp_geo.hotspots.chance import known_places
from csp_geo.hotspots.chance.known_places import (
    MOVED_M,
    KnownPlaces,
    PlaceList,
    catchments,
    distinct,
    smoothed,
    stacked_sources,
)
from csp_geo.inputs.ground.ground_uses import GroundPlaces

WEST, SOUTH = 544010, 184020
GRID = np.stack(np.meshgrid(np.arange(20, 2000, 200), np.arange(20, 2000, 200)), -1)
LIST = GRID.reshape(-1, 2) + np.array([WEST, SOUTH])  # a hundred places
NONE = np.empty((0, 2))


def exact(known):
    return known.of("asb", snapped=False, used=NONE)


def moved(make_incidents, area, used, *, method="snapped", ground=None, **given):
    """Return what is known of the points that reports were moved to."""
    table = make_incidents(used, location_method=method)
    ground = GroundPlaces(**ground) if ground else None
    known = KnownPlaces(table, area, ground=ground, **given)
    return known.of("offence", snapped=True, used=np.asarray(used, dtype=float))


class TestSnapped:
    def test_without_a_list_they_are_the_points_of_the_tested_reports(
        self, make_incidents, town_area
    ):
        found = moved(make_incidents, town_area, [*LIST[:30], *LIST[:9]])
        assert (len(found), found.snapped, found.own) == (30, True, True)
        assert (found.what, found.weights) == ("known street points", None)

    def test_of_this_source_alone(self, make_incidents, town_area):
        table = make_incidents(
            [*LIST[:30], *LIST[50:75]],
            source=["offence"] * 30 + ["asb"] * 25,
            location_method="snapped",
        )
        found = KnownPlaces(table, town_area).of("offence", snapped=True, used=LIST[:30])
        assert len(found) == 30

    def test_own_points_join_a_list_that_is_supplied(self, make_incidents, town_area):
        """However many are off it: whoever supplies a list vouches for it."""
        for supplied in (LIST[20:60], {"offence": LIST[20:60]}):
            found = moved(make_incidents, town_area, LIST[:30], supplied=supplied)
            assert (len(found), found.own, found.n_joined) == (60, False, 20)

    def test_what_is_supplied_comes_before_the_ground(self, make_incidents, town_area):
        ground = {"known_points": LIST}
        given = {"supplied": {"offence": LIST[:40]}}
        found = moved(make_incidents, town_area, LIST[:30], ground=ground, **given)
        assert len(found) == 40

    def test_the_known_points_of_the_ground(self, make_incidents, town_area):
        found = moved(make_incidents, town_area, LIST[:30], ground={"known_points": LIST})
        assert (len(found), found.own, found.n_joined, found.weights) == (100, False, 0, None)

    @pytest.mark.parametrize("method", ["postcode", "gazetteer"])
    def test_points_of_another_kind_are_not_those_of_the_ground(
        self, make_incidents, town_area, method
    ):
        ground = {"known_points": LIST + 90}
        found = moved(make_incidents, town_area, LIST[:30], method=method, ground=ground)
        assert (len(found), found.own, found.what) == (30, True, "known points")

    @pytest.mark.parametrize("off", [0, 2, 3])
    def test_a_twentieth_may_lie_off_the_list_of_the_ground(self, make_incidents, town_area, off):
        """Of 40 reports, at 20 points on the list and one beside it."""
        used = np.concatenate([LIST[np.arange(40 - off) % 20], np.repeat(LIST[30:31], off, axis=0)])
        ground = {"known_points": LIST[:30]}
        if off <= 2:
            found = moved(make_incidents, town_area, used, ground=ground)
            assert (len(found), found.n_joined) == (30 + bool(off), bool(off))
            return
        with pytest.raises(NoPlacesError, match=r"8% of the reports .* none of the 30 known po"):
            moved(make_incidents, town_area, used, ground=ground)

    @pytest.mark.parametrize(("metres", "joined"), [(4.9, 0), (5.2, 1)])
    def test_points_within_five_metres_are_one(self, make_incidents, town_area, metres, joined):
        """Police.uk moves some of its points a little from year to year."""
        used = np.array([*LIST[:30], LIST[40] + [metres, 0]])
        ground = {"known_points": LIST}
        found = moved(make_incidents, town_area, used, ground=ground)
        assert (len(found), found.n_joined) == (100 + joined, joined)
        there = found.listed(used)
        assert np.array_equal(there[:30], LIST[:30])
        assert there[30].tolist() == (used[30] if joined else LIST[40]).tolist()
        assert used[30].tolist() == (LIST[40] + [metres, 0]).tolist()  # as it was

    def test_the_list_is_rounded_before_it_is_compared(self, make_incidents, town_area):
        """To the decimetre, as reports are; else a report at 4.96 metres would lie nowhere."""
        listed = LIST + np.array([0.04, 0.0])
        used = np.array([*LIST[:30], LIST[40] + [5.0, 0]])
        found = moved(make_incidents, town_area, used, ground={"known_points": listed})
        places = {tuple(xy) for xy in found.xy.tolist()}
        assert {tuple(xy) for xy in found.listed(used).tolist()} <= places

    def test_exact_reports_stay_where_they_are(self):
        used = LIST[:3] + 0.4
        assert PlaceList(LIST, "addresses").listed(used) is used

    def test_too_few_points(self, make_incidents, town_area):
        with pytest.raises(NoPlacesError, match="19 known street points are too few"):
            moved(make_incidents, town_area, LIST[:19])


class TestCatchments:
    def test_a_point_weighs_the_addresses_nearest_to_it(self):
        points = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 300.0]])
        addresses = [[1, 1], [-40, 0], [49, 0], [51, 0], [0, 149], [0, 151], [0, 900], [5, 400]]
        weight, n_empty = catchments(points, np.array(addresses, dtype=float))
        assert (weight.tolist(), n_empty) == ([4, 1, 3], 0)

    def test_a_point_without_any_weighs_as_the_smallest(self):
        """Twenty points with 1, 2 ... 20 addresses, and a station: the 5 % quantile is 1.95."""
        points = np.column_stack([np.arange(21) * 100.0, np.zeros(21)])
        addresses = np.repeat(points[:20], np.arange(1, 21), axis=0) - 10
        weight, n_empty = catchments(points, addresses)
        assert weight[:20].tolist() == list(range(1, 21))
        assert (weight[20], n_empty) == (pytest.approx(1.95), 1)

    def test_addresses_of_the_ground_weigh_known_points(self, make_incidents, town_area):
        points = distinct(LIST)
        homes = np.repeat(points, np.arange(100) % 5 + 1, axis=0) + 30
        ground = {"known_points": LIST, "addresses": homes}
        found = moved(make_incidents, town_area, LIST[:30], ground=ground)
        assert np.array_equal(found.xy, points)
        assert found.weight == pytest.approx((np.arange(100) % 5 + 1) / 300)
        assert found.weight.sum() == pytest.approx(1)
        assert found.n_empty == 0

    @pytest.mark.parametrize("given", ["listed", "supplied"])
    def test_a_list_that_is_given_weighs_them_where_the_ground_has_none(
        self, make_incidents, town_area, given
    ):
        ground = {"known_points": LIST}
        beside = LIST[:50] + 30
        found = moved(make_incidents, town_area, LIST[:30], ground=ground, **{given: beside})
        assert found.weights is not None
        if given == "listed":  # supplied points are themselves the points that weigh
            assert (len(found), found.n_empty) == (100, 50)

    def test_points_that_only_reports_name_are_weighed_too(self, make_incidents, town_area):
        ground = {"known_points": LIST[:60], "addresses": np.repeat(LIST[:61], 4, axis=0) + 10}
        used = [*LIST[:30], LIST[60]]
        found = moved(make_incidents, town_area, used, ground=ground)
        assert (len(found), found.n_joined, found.n_empty) == (61, 1, 0)
        assert found.weight == pytest.approx(np.full(61, 1 / 61))

    def test_own_points_can_be_weighed_and_are_still_only_own(self, make_incidents, town_area):
        found = moved(make_incidents, town_area, LIST[:30], listed=LIST)
        assert (found.own, found.weights is None) == (True, False)


class TestSmoothing:
    RNG = np.random.default_rng(5)
    HOMES = np.array([WEST, SOUTH]) + RNG.uniform(100, 1900, (2000, 2))

    def test_a_list_on_which_reports_lie_is_as_it_was(self):
        assert smoothed(self.HOMES, self.HOMES[:300]) is self.HOMES
        assert smoothed(self.HOMES, self.HOMES[:300] + 0.6) is self.HOMES  # 0.85 m
        assert smoothed(self.HOMES, NONE) is self.HOMES

    @pytest.mark.parametrize(("off", "is_spread"), [(4, False), (6, True)])
    def test_a_twentieth_may_lie_beside_it(self, off, is_spread):
        used = np.concatenate([LIST, LIST[:off] + np.array([15, 0])])[off:]  # a hundred
        assert (smoothed(LIST, used) is not LIST) is is_spread

    def test_a_thin_list_is_spread_as_far_as_reports_lie_from_it(self):
        """One home in ten is listed; reports are at all homes."""
        listed = self.HOMES[::10]
        used = self.HOMES[self.RNG.integers(0, 2000, 500)]
        found = smoothed(listed, used)
        assert len(found) == 8 * len(listed)
        lie = cKDTree(listed).query(used)[0]
        lie = lie[lie <= 100]
        moved = np.hypot(*(found - np.repeat(listed, 8, axis=0)).T)
        for share in (0.25, 0.5, 0.75):
            assert np.quantile(moved, share) == pytest.approx(np.quantile(lie, share), abs=5)
        turn = np.arctan2(*(found - np.repeat(listed, 8, axis=0)).T)
        assert np.abs(np.exp(1j * turn[moved > 1]).mean()) < 0.08  # in no direction rather
        assert np.array_equal(found, smoothed(listed, used))  # nothing is left to luck

    def test_a_report_far_from_all_says_nothing(self):
        """Further than 100 metres: the list does not reach there."""
        used = np.concatenate([LIST, LIST[:50] - 71])
        assert smoothed(LIST, used) is LIST
        near = np.concatenate([LIST, LIST[:50] - 70])
        assert len(smoothed(LIST, near)) == 800

    def test_a_long_list_is_not_made_longer_than_can_be_held(self, monkeypatch):
        monkeypatch.setattr(known_places, "_MOST_PLACES", 250)
        used = LIST + 20
        assert len(smoothed(LIST, used)) == 200
        monkeypatch.setattr(known_places, "_MOST_PLACES", 99)
        assert len(smoothed(LIST, used)) == 100

    def test_the_list_is_said_as_long_as_it_is(self, make_incidents, town_area):
        known = KnownPlaces(make_incidents([]), town_area, supplied=LIST)
        found = known.of("asb", snapped=False, used=LIST + 20)
        assert (len(found), found.n_listed) == (800, 100)


class TestStacked:
    @pytest.mark.parametrize(
        ("n", "places", "stacked"),
        [
            (100, 33, ("asb",)),
            (100, 34, ()),
            (99, 20, ()),
            (99, 33, ()),
            (300, 20, ("asb",)),
            (300, 19, ()),
        ],
    )
    def test_a_hundred_reports_with_three_at_each_place(self, make_incidents, n, places, stacked):
        table = make_incidents(LIST[np.arange(n) % places], source="asb")
        assert stacked_sources(table) == stacked

    def test_what_shows_of_a_source_holds_for_any_part_of_it(self, make_incidents, town_area):
        table = make_incidents(LIST[np.arange(150) % 30], source="asb")
        known = KnownPlaces(table, town_area)
        assert known.stacked == ("asb",)
        assert known.snapped_rows(table.iloc[:5]).all()

    def test_another_source_beside_it_stays_exact(self, make_incidents, town_area):
        table = make_incidents(
            [*LIST[np.arange(150) % 30], *LIST[:9]], source=["asb"] * 150 + ["fire"] * 9
        )
        assert KnownPlaces(table, town_area).snapped_rows(table).sum() == 150


class TestExact:
    def test_without_any_list_it_says_what_to_do(self, make_incidents, town_area):
        with pytest.raises(NoPlacesError, match=r"no list of places.*addresses\.csv"):
            exact(KnownPlaces(make_incidents(LIST, source="asb"), town_area))

    def test_published_points_of_any_source_stand_in(self, make_incidents, town_area):
        table = make_incidents(LIST[:30], location_method="snapped")
        found = exact(KnownPlaces(table, town_area))
        assert (len(found), found.snapped, found.moved_m) == (30, False, MOVED_M)

    def test_listed_places_come_before_published_points(self, make_incidents, town_area):
        table = make_incidents(LIST[:30], location_method="snapped")
        found = exact(KnownPlaces(table, town_area, listed=LIST))
        assert (len(found), found.what, found.moved_m) == (100, "listed places", 0)

    def test_a_place_listed_twice_counts_once(self, make_incidents, town_area):
        known = KnownPlaces(make_incidents([]), town_area, supplied=[*LIST, *LIST])
        assert len(exact(known)) == 100

    def test_a_list_by_source_holds_for_that_source_alone(self, make_incidents, town_area):
        known = KnownPlaces(make_incidents([]), town_area, supplied={"asb": LIST})
        assert len(exact(known)) == 100
        with pytest.raises(NoPlacesError, match="no list of places"):
            known.of("fire", snapped=False, used=NONE)

    GROUND = GroundPlaces(addresses=LIST, along_streets=LIST[:50], known_points=LIST[:25])

    @pytest.mark.parametrize(
        ("ground", "source", "n", "what"),
        [
            (GROUND, "asb", 100, "addresses"),
            (GROUND, "streetsafe", 50, "places along the streets"),
            (replace(GROUND, along_streets=None), "streetsafe", 100, "addresses"),
            (replace(GROUND, addresses=None), "streetsafe", 50, "places along the streets"),
            (replace(GROUND, addresses=None), "asb", 25, "places near known street points"),
        ],
    )
    def test_the_ground_has_addresses_and_streets(
        self, make_incidents, town_area, ground, source, n, what
    ):
        known = KnownPlaces(
            make_incidents([]), town_area, ground=ground, on_streets=("streetsafe", "eva")
        )
        found = known.of(source, snapped=False, used=NONE)
        assert (len(found), found.what, found.moved_m > 0) == (n, what, n == 25)

    def test_a_list_that_is_given_comes_before_the_ground(self, make_incidents, town_area):
        known = KnownPlaces(make_incidents([]), town_area, listed=LIST[:30], ground=self.GROUND)
        assert (len(exact(known)), exact(known).what) == (30, "listed places")


class TestBadLists:
    @pytest.mark.parametrize(
        ("places", "said"),
        [
            ([], r"not \(0,\)"),
            (np.zeros((30, 3)), r"not \(30, 3\)"),
            (np.zeros(30), r"not \(30,\)"),
            (np.full((30, 2), np.nan), "missing ones"),
            (np.full((30, 2), np.inf), "infinite"),
            ([["a", "b"]], "could not convert"),
            (pd.Series([object()]), "float"),
            ({"asb": [[1, 2, 3]]}, r"not \(1, 3\)"),
            ({"asbo": LIST}, "unknown sources: asbo. Sources are survey"),
        ],
    )
    def test_what_is_no_list_is_refused(self, make_incidents, town_area, places, said):
        with pytest.raises(ValueError, match=said):
            KnownPlaces(make_incidents([]), town_area, supplied=places)

    @pytest.mark.parametrize("places", [NONE, [[0.1, 51.5]], LIST[:19], LIST + 9000])
    def test_empty_short_or_elsewhere_is_too_few(self, make_incidents, town_area, places):
        known = KnownPlaces(make_incidents([]), town_area, supplied=places)
        with pytest.raises(NoPlacesError, match=r"listed places are too few .* takes 20"):
            exact(known)

    def test_places_outside_are_left_out_and_said(self, make_incidents, town_area):
        outside = [[WEST - 251, SOUTH], [WEST - 249, SOUTH]]
        known = KnownPlaces(make_incidents([]), town_area, supplied={"asb": [*LIST, *outside]})
        assert len(exact(known)) == 101
        (said,) = known.cautions
        assert said.startswith("1 of 102 places of the list of places for asb lie outside")
