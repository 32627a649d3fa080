"""Where reports can be: lists of places by source, and what is wrong with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csp_geo.core.errors import NoPlacesError
from csp_geo.hotspots.chance.known_places import MOVED_M, KnownPlaces, stacked_sources

WEST, SOUTH = 544010, 184020
GRID = np.stack(np.meshgrid(np.arange(20, 2000, 200), np.arange(20, 2000, 200)), -1)
LIST = GRID.reshape(-1, 2) + np.array([WEST, SOUTH])  # a hundred places
NONE = np.empty((0, 2))


def exact(known):
    return known.of("asb", snapped=False, used=NONE)


class TestSnapped:
    def test_known_points_are_those_of_every_month_and_of_this_source_alone(
        self, make_incidents, town_area
    ):
        table = make_incidents(
            [*LIST[:40], *LIST[:30], *LIST[50:60]],
            source=["offence"] * 70 + ["asb"] * 10,
            location_method="snapped",
            occurred_at=[pd.Timestamp("2022-11-05", tz="Europe/London")] * 40
            + [pd.Timestamp("2023-01-05", tz="Europe/London")] * 40,
        )
        found = KnownPlaces(table, town_area).of("offence", snapped=True, used=LIST[:30])
        assert (len(found), found.snapped, found.what) == (40, True, "known street points")
        assert found.months == "2 months, 2022-11 to 2023-01"

    def test_a_list_that_is_supplied_is_added_to_its_own_points(self, make_incidents, town_area):
        table = make_incidents(LIST[:30], location_method="snapped")
        for supplied in (LIST[20:60], {"offence": LIST[20:60]}):
            known = KnownPlaces(table, town_area, supplied=supplied)
            found = known.of("offence", snapped=True, used=LIST[:30])
            assert (len(found), found.months) == (60, "")

    def test_too_few_points(self, make_incidents, town_area):
        known = KnownPlaces(make_incidents(LIST[:19], location_method="snapped"), town_area)
        with pytest.raises(NoPlacesError, match="19 known street points are too few"):
            known.of("offence", snapped=True, used=LIST[:19])


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

    def test_what_shows_on_disk_holds_in_a_period_with_few_reports(self, make_incidents, town_area):
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
