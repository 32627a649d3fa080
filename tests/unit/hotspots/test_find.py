"""Incidents to hotspots: what makes one, its kind, weight, rank, shape, name and surroundings."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csp_geo.core.errors import CRSError, SettingsError
from csp_geo.core.tables import CLUSTERS, check_table
from csp_geo.hotspots.find import find_clusters

X, Y = 544421, 184321
STACK = [(X, Y)] * 5


def spots(*offsets):
    return [(X + dx, Y + dy) for dx, dy in offsets]


def named_places(*rows):
    names, xs, ys = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"name": names, "kind": "station"}, geometry=gpd.points_from_xy(xs, ys), crs=27700
    )


class TestInputs:
    @pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", None])
    def test_other_crs(self, make_incidents, town_area, crs):
        table = make_incidents(STACK).set_crs(crs, allow_override=True)
        with pytest.raises(CRSError, match="clean them with this study area"):
            find_clusters(table, town_area)

    @pytest.mark.parametrize("options", [{"eps": 0}, {"eps": -1}, {"min_samples": 0}])
    def test_parameters(self, make_incidents, town_area, options):
        with pytest.raises(SettingsError):
            find_clusters(make_incidents(STACK), town_area, **options)

    @pytest.mark.parametrize("xy", [[], spots((0, 0), (0, 0), (0, 0), (0, 0)), spots((0, 0))])
    def test_no_cluster_is_an_empty_table(self, make_incidents, town_area, xy):
        hotspots = find_clusters(make_incidents(xy), town_area)
        assert len(hotspots) == 0
        check_table(hotspots, CLUSTERS)
        assert hotspots.crs == "EPSG:27700"

    def test_input_is_not_changed(self, make_incidents, town_area, input_unchanged):
        find_clusters(input_unchanged(make_incidents(STACK)), town_area)


class TestNumbers:
    @pytest.fixture
    def first(self, make_incidents, town_area):
        """Seven offences at three places: four at one, two 40 m east, one 30 m north."""
        table = make_incidents(
            spots(*[(0, 0)] * 4, (40, 0), (40, 0), (0, 30)),
            source=["offence"] * 5 + ["asb"] * 2,
            theme=["robbery"] * 3 + ["theft"] * 2 + ["anti-social behaviour"] * 2,
            person_key=["a", "a", "b", None, None, None, None],
            occurred_at=[pd.Timestamp(f"2023-01-{d}", tz="Europe/London") for d in range(10, 17)],
        )
        hotspots = find_clusters(table, town_area, as_of=date(2023, 2, 1))
        assert len(hotspots) == 1
        check_table(hotspots, CLUSTERS)
        return hotspots.iloc[0]

    def test_counts(self, first):
        assert (first["n"], first["n_places"]) == (7, 3)
        assert first["top_place_share"] == pytest.approx(4 / 7)
        assert (first["n_people"], first["n_anonymous"]) == (2, 0)
        assert (first["n_sources"], first["sources"]) == (2, {"offence": 5, "asb": 2})
        assert list(first["themes"].items()) == [
            ("robbery", 3),
            ("anti-social behaviour", 2),
            ("theft", 2),
        ]

    def test_where_and_when(self, first):
        assert first["easting"] == pytest.approx(X + 80 / 7)
        assert first["northing"] == pytest.approx(Y + 30 / 7)
        assert (first["latitude"], first["longitude"]) == pytest.approx(
            (51.53936, 0.08125), abs=1e-4
        )
        assert (first["ward_code"], first["ward_name"]) == ("E05014053", "Abbey")
        assert (first["date_from"], first["date_to"]) == ("2023-01-10", "2023-01-16")
        assert first["hotspot_id"] == "2023-02-01-recorded-1"

    def test_months_are_never_said_as_days(self, make_incidents, town_area):
        table = make_incidents(
            STACK,
            time_precision="month",
            occurred_at=pd.Timestamp("2023-01-01", tz="Europe/London"),
        )
        (hotspot,) = find_clusters(table, town_area).itertuples()
        assert (hotspot.date_from, hotspot.date_to) == ("2023-01", "2023-01")

    def test_ward_with_most_of_them(self, make_incidents, town_area):
        """Four in Abbey, six in Alibon: Alibon, though the first is Abbey's."""
        table = make_incidents([(545005, 184321)] * 4 + [(545015, 184321)] * 6)
        assert find_clusters(table, town_area)["ward_name"].tolist() == ["Alibon"]

    def test_of_equal_wards_the_lower_code(self, make_incidents, town_area):
        table = make_incidents([(545015, 184321)] * 3 + [(545005, 184321)] * 3)
        assert find_clusters(table, town_area)["ward_name"].tolist() == ["Abbey"]


class TestKind:
    @pytest.mark.parametrize(
        ("places", "snapped", "kind"),
        [
            (1, 10, "busy point"),
            (2, 10, "busy point"),
            (3, 10, "hotspot"),
            (1, 0, "hotspot"),
            (2, 5, "hotspot"),  # exactly half is not more than half
            (2, 6, "busy point"),
        ],
    )
    def test_places_and_snapping(self, make_incidents, town_area, places, snapped, kind):
        """Of ten reports so many snapped, at so many places."""
        table = make_incidents(
            spots(*[(10 * (i % places), 0) for i in range(10)]),
            location_method=["snapped"] * snapped + ["exact"] * (10 - snapped),
        )
        (hotspot,) = find_clusters(table, town_area).itertuples()
        assert (hotspot.kind, hotspot.n_places, hotspot.n) == (kind, places, 10)

    def test_a_place_is_a_coordinate_rounded_to_a_metre(self, make_incidents, town_area):
        table = make_incidents(spots((0, 0), (0.4, 0), (-0.4, 0.4), (0.6, 0), (0, -0.6)))
        assert find_clusters(table, town_area)["n_places"].tolist() == [3]


class TestPeople:
    def test_pins_of_one_person_are_one(self, make_incidents, town_area):
        table = make_incidents([(X, Y)] * 50, source="survey", person_key="a", weight=1 / 50)
        assert len(find_clusters(table, town_area)) == 0

    @pytest.mark.parametrize(("people", "found"), [(4, 0), (5, 1)])
    def test_it_takes_five_people(self, make_incidents, town_area, people, found):
        """Three pins each at one spot: thirds add up to whole people."""
        keys = [f"p{i % people}" for i in range(3 * people)]
        table = make_incidents(
            [(X, Y)] * (3 * people), source="survey", person_key=keys, weight=1 / 3
        )
        assert len(find_clusters(table, town_area)) == found

    def test_reports_without_a_person_count_one_each(self, make_incidents, town_area):
        table = make_incidents(STACK, source="streetsafe")
        (hotspot,) = find_clusters(table, town_area).itertuples()
        assert (hotspot.n_people, hotspot.n_anonymous) == (0, 5)

    def test_few_people_with_pins_far_apart_are_no_hotspot(self, make_incidents, town_area):
        """Pins over 100 m apart weigh one each, and still they are one person's."""
        line = spots(*[(60 * i, 0) for i in range(12)])
        table = make_incidents(line, source="survey", person_key="a", weight=1.0)
        assert len(find_clusters(table, town_area)) == 0

    def test_recorded_families_need_no_people(self, make_incidents, town_area):
        assert len(find_clusters(make_incidents(STACK, person_key="a"), town_area)) == 1


class TestFamilies:
    def test_apart(self, make_incidents, town_area):
        """Three offences and three pins at one spot are not a cluster of six."""
        table = make_incidents([(X, Y)] * 6, source=["offence"] * 3 + ["survey"] * 3)
        assert len(find_clusters(table, town_area)) == 0

    def test_ranked_apart(self, make_incidents, town_area):
        table = make_incidents(
            [(X, Y)] * 6 + [(X + 900, Y)] * 5 + [(X, Y)] * 7 + [(X, Y)] * 9,
            source=["offence"] * 11 + ["survey"] * 7 + ["other"] * 9,
        )
        hotspots = find_clusters(table, town_area)
        assert hotspots["hotspot_id"].tolist() == [
            "recorded-1",
            "recorded-2",
            "perception-1",
            "other-1",
        ]
        assert hotspots["n"].tolist() == [6, 5, 7, 9]

    def test_observations_are_attached_and_never_clustered(self, make_incidents, town_area):
        """Nine findings: five within 50 m of the spot (the edge included), four outside."""
        findings = [
            (0, 0),
            (49, 0),
            (0, 49),
            (35, 35),
            (-50, 0),
            (60, 0),
            (0, 60),
            (400, 0),
            (0, 400),
        ]
        table = make_incidents(
            STACK + spots(*findings),
            source=["offence"] * 5 + ["eva"] * 9,
            theme=["robbery"] * 5 + ["lighting"] * 3 + ["upkeep"] * 6,
        )
        (hotspot,) = find_clusters(table, town_area).itertuples()
        assert (hotspot.n, hotspot.n_observations) == (5, 5)
        assert hotspot.observations == {"lighting": 3, "upkeep": 2}
        alone = table[table["source"] == "eva"]
        assert len(find_clusters(alone, town_area)) == 0

    def test_without_findings_an_empty_count(self, make_incidents, town_area):
        (hotspot,) = find_clusters(make_incidents(STACK), town_area).itertuples()
        assert (hotspot.n_observations, hotspot.observations) == (0, {})


class TestRank:
    def test_by_n_then_people_then_name(self, make_incidents, town_area):
        """Sizes 6, 5, 5, 5: of the equal ones first that with more people, then by name."""
        centres = [(X, Y), (X + 400, Y), (X, Y + 400), (X + 400, Y + 400)]
        table = make_incidents(
            [centres[0]] * 5 + [centres[1]] * 5 + [centres[2]] * 5 + [centres[3]] * 6,
            place=["Zoo Lane"] * 5 + ["Acorn Road"] * 5 + ["Mill Road"] * 5 + ["East Street"] * 6,
            person_key=[None] * 10 + ["a", "b"] + [None] * 9,
        )
        hotspots = find_clusters(table, town_area)
        assert hotspots["name"].tolist() == ["East Street", "Mill Road", "Acorn Road", "Zoo Lane"]
        assert hotspots["rank"].tolist() == [1, 2, 3, 4]

    def test_row_order_does_not_matter(self, make_incidents, town_area):
        rng = np.random.default_rng(4)
        table = make_incidents(rng.uniform((X, Y), (X + 900, Y + 900), size=(90, 2)).round())
        first = find_clusters(table, town_area)
        again = find_clusters(table.sample(frac=1, random_state=1), town_area)
        assert len(first) > 1
        plain = ["name", "n", "n_places", "rank", "ward_code", "sources", "themes"]
        pd.testing.assert_frame_equal(
            pd.DataFrame(first[plain]), pd.DataFrame(again[plain]), check_like=True
        )


class TestShape:
    def test_one_place_is_a_circle_of_half_eps(self, make_incidents, town_area):
        """Radius 50 m: 7,854 square metres, 100 m across; drawn a little wide, never narrower."""
        (hotspot,) = find_clusters(make_incidents(STACK), town_area).itertuples()
        assert hotspot.area_m2 == pytest.approx(np.pi * 50**2, rel=0.01)
        assert hotspot.width_m == pytest.approx(100, rel=0.005)
        assert hotspot.geometry.covers(shapely.Point(X + 49.9, Y))

    def test_places_exactly_eps_apart_are_one_shape(self, make_incidents, town_area):
        """Two circles that touch: one polygon, 200 m long and 100 m wide."""
        table = make_incidents(spots(*[(0, 0)] * 5, *[(100, 0)] * 5))
        (hotspot,) = find_clusters(table, town_area).itertuples()
        assert hotspot.geometry.geom_type == "Polygon"
        assert hotspot.length_m == pytest.approx(200, rel=0.005)
        assert hotspot.width_m == pytest.approx(100, rel=0.005)
        assert hotspot.area_m2 == pytest.approx(2 * np.pi * 50**2, rel=0.01)

    def test_two_overlapping_circles_by_hand(self, make_incidents, town_area):
        """Centres 50 m apart, radius 50: two circles less the lens, r²(2π/3 - √3/2)."""
        table = make_incidents(spots(*[(0, 0)] * 5, *[(50, 0)] * 5))
        (hotspot,) = find_clusters(table, town_area).itertuples()
        lens = 50**2 * (2 * np.pi / 3 - np.sqrt(3) / 2)
        assert hotspot.area_m2 == pytest.approx(2 * np.pi * 50**2 - lens, rel=0.01)

    def test_border_points_do_not_widen_it(self, make_incidents, town_area):
        """Three at the middle see five, the two ends see four: in the cluster, not in its shape."""
        table = make_incidents(spots(*[(0, 0)] * 3, (95, 0), (-95, 0)))
        (hotspot,) = find_clusters(table, town_area).itertuples()
        assert hotspot.n == 5
        assert hotspot.width_m == pytest.approx(100, rel=0.005)

    def test_holes_are_closed(self, make_incidents, town_area):
        """A ring of twelve places of radius 180 m: a disc of radius 230 m without a hole."""
        turns = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        ring = [(X + 180 * np.cos(t), Y + 180 * np.sin(t)) for t in turns for _ in range(5)]
        (hotspot,) = find_clusters(make_incidents(ring), town_area).itertuples()
        assert len(hotspot.geometry.interiors) == 0
        assert hotspot.geometry.covers(shapely.Point(X, Y))
        assert hotspot.width_m == pytest.approx(2 * 230, rel=0.03)


class TestBorder:
    def test_across_the_border(self, make_incidents, town_area):
        """Two of five lie outside: they help, and are said."""
        table = make_incidents([(544012, 184321)] * 3 + [(544000, 184321)] * 2)
        (hotspot,) = find_clusters(table, town_area).itertuples()
        assert (hotspot.n, hotspot.n_outside, hotspot.ward_name) == (5, 2, "Abbey")

    def test_wholly_outside_is_dropped(self, make_incidents, town_area):
        table = make_incidents([(543950, 184321)] * 9 + STACK)
        (hotspot,) = find_clusters(table, town_area).itertuples()
        assert (hotspot.rank, hotspot.n, hotspot.easting) == (1, 5, X)


class TestName:
    def test_street_then_near_then_ward(self, make_incidents, town_area):
        places = named_places(("Station", X + 150, Y))
        street = make_incidents(STACK, place=["East Street"] * 3 + [None] * 2)
        few = make_incidents(STACK, place=["East Street"] * 2 + [None] * 3)
        names = [
            find_clusters(street, town_area, places=places)["name"][0],
            find_clusters(few, town_area, places=places)["name"][0],
            find_clusters(few, town_area)["name"][0],
        ]
        assert names == ["East Street", "near Station", "Abbey TQ 444 843"]

    def test_equal_names_get_a_compass_word(self, make_incidents, town_area):
        table = make_incidents(STACK + spots(*[(600, 0)] * 6), place="East Street")
        names = find_clusters(table, town_area)["name"].tolist()
        assert names == ["East Street (east)", "East Street (west)"]


class TestZones:
    def test_each_hotspot_says_which_it_touches(self, make_incidents, town_area):
        """Two zones over the first (one expired), none over the second; touching is enough."""
        zones = gpd.GeoDataFrame(
            {"name": ["Town", "Old", "Far"], "status": ["in force", "expired", "in force"]},
            geometry=[
                shapely.box(X + 45, Y - 10, X + 400, Y + 10),
                shapely.box(X - 10, Y - 10, X + 10, Y + 10),
                shapely.box(X, Y + 400, X + 10, Y + 410),
            ],
            crs=27700,
        )
        table = make_incidents([(X, Y)] * 6 + spots(*[(800, 0)] * 5))
        hotspots = find_clusters(table, town_area, zones=zones)
        assert hotspots["zones"][0] == "Old (expired); Town (in force)"
        assert pd.isna(hotspots["zones"][1])


def test_reports_located_by_postcode_share_points_and_make_no_hotspot(make_incidents, town_area):
    """Six reports at the middle of one postcode are a busy point, like those of police.uk."""
    (found,) = find_clusters(
        make_incidents(STACK, location_method="postcode"), town_area
    ).itertuples()
    assert found.kind == "busy point"
