"""Walking distances: a grid with known distances, pieces, barriers, after dark, files."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from csp_geo.core.errors import BoundaryError, CRSError, NetworkError, SettingsError
from csp_geo.core.projection import BRITISH_CRS, british_grid
from csp_geo.decisions.walking.distances import WalkParams, walking_distances
from csp_geo.decisions.walking.network import make_network, read_network
from csp_geo.decisions.walking.obstacles import Obstacles, read_obstacles

WEST, SOUTH = 544000.0, 184000.0
GRID = british_grid()


def at(*points):
    """Points in metres from the corner of the map."""
    return np.array(points, dtype=float).reshape(-1, 2) + np.array([WEST, SOUTH])


def lines(*ways, **columns):
    """A table of lines in metres from the corner of the map."""
    shapes = [shapely.LineString(at(*way)) for way in ways]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=BRITISH_CRS)


def streets(n=4, side=100):
    """A grid of n x n crossings, `side` metres apart, as lines with a vertex at each crossing."""
    rows = [[(x * side, y * side) for x in range(n)] for y in range(n)]
    columns = [[(x * side, y * side) for y in range(n)] for x in range(n)]
    return lines(*rows, *columns)


TOWN = make_network(streets())


class TestStraightLine:
    def test_is_1_3_times_as_the_crow_flies(self):
        walk = walking_distances(at((0, 0), (30, 40)), at((300, 400)))
        assert walk.metres == pytest.approx(np.array([[650.0], [585.0]]))
        assert walk.params.metres_per_minute == 80
        assert walk.method == "in a straight line x 1.3 (an estimate: no walking network)"
        assert "as if there were none" in walk.cautions[0]

    def test_the_limit_is_inclusive(self):
        params = WalkParams(straight_factor=1.0, limit_m=400)
        walk = walking_distances(at((0, 0)), at((400, 0), (240, 320), (400.01, 0)), params=params)
        assert walk.metres.tolist() == [[400.0, 400.0, np.inf]]
        assert walk.within(400).tolist() == [[True, True, False]]

    def test_distances_are_kept_to_a_millionth_of_a_metre(self):
        """400 metres are 400, whatever the sums leave over."""
        params = WalkParams(straight_factor=1.0, limit_m=400)
        walk = walking_distances([[0, 0]], [[400.0000004, 0], [400.0000006, 0]], params=params)
        assert walk.metres.tolist() == [[400.0, np.inf]]

    def test_across_a_barrier_only_by_a_crossing(self):
        """A railway along x = 100 with a footbridge at y = 300: 2 x hypot(100, 300) x 1.3."""
        railway = shapely.LineString(at((100, -1000), (100, 1000)))
        shut = Obstacles(barriers=railway)
        walk = walking_distances(at((0, 0)), at((200, 0), (50, 0)), obstacles=shut)
        assert walk.metres.tolist() == [[np.inf, 65.0]]
        assert walk.cautions == (
            "1 route blocked by a barrier with no crossing that leads there: unreachable.",
        )
        bridge = Obstacles(barriers=railway, crossings=at((100, 300)))
        walk = walking_distances(at((0, 0)), at((200, 0), (50, 0)), obstacles=bridge)
        assert walk.metres[0] == pytest.approx([2 * np.hypot(100, 300) * 1.3, 65.0])
        assert walk.cautions == ()
        assert walk.notes == ("1 route led round a barrier by a crossing.",)

    def test_a_crossing_beyond_the_limit_leads_nowhere(self):
        railway = shapely.LineString(at((100, -1000), (100, 1000)))
        bridge = Obstacles(barriers=railway, crossings=at((100, 300)))
        params = WalkParams(limit_m=500)
        walk = walking_distances(at((0, 0)), at((200, 0)), obstacles=bridge, params=params)
        assert walk.metres.tolist() == [[np.inf]]

    def test_cannot_avoid_parks(self):
        park = Obstacles(avoid=shapely.box(WEST, SOUTH, WEST + 50, SOUTH + 50))
        walk = walking_distances(at((0, 0)), at((9, 9)), obstacles=park, after_dark=True)
        assert "not avoided after dark" in walk.cautions[-1]

    def test_unknown_places(self):
        walk = walking_distances([[np.nan, np.nan]], at((0, 0)))
        assert walk.metres.tolist() == [[np.inf]]
        assert "1 place without a location: unreachable." in walk.cautions


class TestAlongStreets:
    @pytest.mark.parametrize(
        ("origin", "site", "metres"),
        [
            ((0, 0), (300, 300), 600),
            ((0, 0), (300, 0), 300),
            ((50, 0), (50, 100), 200),  # half a side each way and one across
            ((20, 0), (70, 0), 50),  # on one stretch
            ((20, 10), (70, -10), 70),  # ten metres off on both sides
            ((50, 40), (150, 40), 180),  # 40 to a street, 100 along it, 40 from it
            ((-30, 0), (0, 0), 30),
            ((10, 10), (10, 10), 0),
        ],
    )
    def test_known_distances(self, origin, site, metres):
        walk = walking_distances(at(origin), at(site), network=TOWN)
        assert walk.metres == pytest.approx(np.array([[metres]]))

    def test_says_how_it_was_measured(self):
        walk = walking_distances(at((0, 0)), at((300, 300)), network=TOWN)
        assert walk.method == "along the walking network (2.4 km in 24 stretches)"
        assert walk.cautions == ()

    def test_the_limit_is_inclusive(self):
        walk = walking_distances(
            at((0, 0)), at((200, 200), (200, 201)), network=TOWN, params=WalkParams(limit_m=400)
        )
        assert walk.metres.tolist() == [[400.0, np.inf]]

    def test_more_origins_than_sites_is_the_same(self):
        rng = np.random.default_rng(3)
        a, b = at(*rng.uniform(0, 300, (5, 2))), at(*rng.uniform(0, 300, (9, 2)))
        one = walking_distances(a, b, network=TOWN).metres
        assert one == pytest.approx(walking_distances(b, a, network=TOWN).metres.T)

    def test_crossing_lines_that_share_no_vertex_do_not_meet(self):
        cross = make_network(lines([(0, 50), (100, 50)], [(50, 0), (50, 100)]))
        walk = walking_distances(at((0, 50)), at((50, 0), (100, 50)), network=cross)
        assert walk.metres.tolist() == [[np.inf, 100.0]]
        assert "in 2 pieces" in walk.cautions[0]

    @pytest.mark.parametrize(("gap", "metres"), [(0.004, 100.0), (0.006, np.inf)])
    def test_ends_in_the_same_centimetre_meet(self, gap, metres):
        network = make_network(lines([(0, 0), (50, 0)], [(50 + gap, 0), (100, 0)]))
        walk = walking_distances(at((0, 0)), at((100, 0)), network=network)
        assert walk.metres.tolist() == [[metres]]

    def test_a_street_drawn_twice_is_one(self):
        twice = make_network(lines([(0, 0), (100, 0)], [(100, 0), (0, 0)]))
        assert len(twice.ends) == 1
        walk = walking_distances(at((0, 0)), at((100, 0)), network=twice)
        assert walk.metres.tolist() == [[100.0]]

    def test_far_from_the_network(self):
        walk = walking_distances(at((0, 0), (-101, 0)), at((100, 0), (-100, 0)), network=TOWN)
        assert walk.metres.tolist() == [[100.0, 100.0], [np.inf, np.inf]]
        said = "1 of 4 places cannot be reached: more than 100 metres from the walking network"
        assert walk.cautions == (f"{said}, or behind a barrier.",)

    def test_unknown_places(self):
        walk = walking_distances([[np.nan, 1.0]], at((0, 0)), network=TOWN)
        assert walk.metres.tolist() == [[np.inf]]
        assert walk.cautions == ("1 place without a location: unreachable.",)

    def test_pieces_are_kept_and_said(self):
        two = make_network(lines([(0, 0), (300, 0)], [(0, 200), (100, 200)]))
        origins = at((0, 0), (10, 0), (0, 200))
        walk = walking_distances(origins, at((100, 200)), network=two)
        assert walk.metres.tolist() == [[np.inf], [np.inf], [100.0]]
        said = "The walking network is in 2 pieces with no way between them"
        share = "2 of 4 places (50.0 %) are not on the largest."
        assert walk.cautions == (f"{said}; {share}",)

    @pytest.mark.parametrize(("m", "n"), [(0, 0), (0, 2), (2, 0)])
    def test_nothing_to_measure(self, m, n):
        for network in (TOWN, None):
            walk = walking_distances(np.zeros((m, 2)), np.zeros((n, 2)), network=network)
            assert walk.metres.shape == (m, n)


class TestBarriers:
    RAILWAY = shapely.LineString(at((150, -500), (150, 500)))

    def test_streets_across_are_cut(self):
        walk = walking_distances(
            at((100, 0)),
            at((200, 0), (0, 0)),
            network=TOWN,
            obstacles=Obstacles(barriers=self.RAILWAY),
        )
        assert walk.metres.tolist() == [[np.inf, 100.0]]
        assert walk.notes[0].startswith("Barriers: 4 stretches left out, 0 kept")
        assert "no column bridge or tunnel" in walk.cautions[0]

    @pytest.mark.parametrize(
        "tag",
        [{"bridge": "yes"}, {"tunnel": "culvert"}, {"other_tags": '"lit"=>"yes","bridge"=>"yes"'}],
    )
    def test_a_bridge_is_kept(self, tag):
        table = streets()
        (column, value), empty = next(iter(tag.items())), [None] * len(table)
        table[column] = [value, *empty[1:]]  # the first row of streets, y = 0
        walk = walking_distances(
            at((100, 100)),
            at((200, 100)),
            network=make_network(table),
            obstacles=Obstacles(barriers=self.RAILWAY),
        )
        assert walk.metres.tolist() == [[300.0]]
        assert walk.notes[0] == (
            "Barriers: 3 stretches left out, 1 kept as bridge, tunnel or crossing."
        )

    @pytest.mark.parametrize("value", ["no", "No", "", "false", None])
    def test_tagged_as_no_bridge(self, value):
        table = streets().assign(bridge=value)
        walk = walking_distances(
            at((100, 0)),
            at((200, 0)),
            network=make_network(table),
            obstacles=Obstacles(barriers=self.RAILWAY),
        )
        assert walk.metres.tolist() == [[np.inf]]

    def test_a_crossing_opens_the_street_at_it(self):
        open_at = Obstacles(barriers=self.RAILWAY, crossings=at((150, 300)))
        walk = walking_distances(at((100, 0)), at((200, 0)), network=TOWN, obstacles=open_at)
        assert walk.metres.tolist() == [[700.0]]

    @pytest.mark.parametrize(("north", "metres"), [(314.9, 700.0), (315.1, np.inf)])
    def test_a_crossing_opens_a_street_within_15_metres(self, north, metres):
        open_at = Obstacles(barriers=self.RAILWAY, crossings=at((150, north)))
        walk = walking_distances(at((100, 0)), at((200, 0)), network=TOWN, obstacles=open_at)
        assert walk.metres.tolist() == [[metres]]

    def test_a_river_is_an_area(self):
        river = shapely.box(WEST + 120, SOUTH - 500, WEST + 180, SOUTH + 500)
        walk = walking_distances(
            at((100, 0)), at((200, 0)), network=TOWN, obstacles=Obstacles(barriers=river)
        )
        assert walk.metres.tolist() == [[np.inf]]

    def test_nobody_snaps_across_a_barrier(self):
        """The nearest street is 20 m away behind the fence, the next 80 m away on this side."""
        fence = shapely.LineString(at((10, 90), (90, 90)))
        fenced = Obstacles(barriers=fence)
        walk = walking_distances(at((50, 80)), at((50, 0)), network=TOWN, obstacles=fenced)
        # 50 metres to the street on either hand, 80 down and 50 along
        assert walk.metres.tolist() == [[180.0]]


class TestAfterDark:
    PARK = Obstacles(avoid=shapely.box(WEST + 90, SOUTH - 10, WEST + 210, SOUTH + 50))

    def test_routes_go_round_the_park(self):
        ends = at((100, 0)), at((200, 0))
        by_day = walking_distances(*ends, network=TOWN, obstacles=self.PARK)
        by_night = walking_distances(*ends, network=TOWN, obstacles=self.PARK, after_dark=True)
        assert by_day.metres.tolist() == [[100.0]]
        assert by_night.metres.tolist() == [[300.0]]
        assert by_night.notes == (
            "After dark: 1 stretch in parks, alleys or closed at night left out (0.1 km).",
        )

    def test_an_alley_is_a_line(self):
        alley = Obstacles(avoid=shapely.LineString(at((100, 0), (200, 0))))
        walk = walking_distances(
            at((100, 0)), at((200, 0)), network=TOWN, obstacles=alley, after_dark=True
        )
        assert walk.metres.tolist() == [[300.0]]

    @pytest.mark.parametrize(("beside", "metres"), [(0.995, 300.0), (1.005, 100.0)])
    def test_a_street_within_a_metre_of_an_alley_is_the_alley(self, beside, metres):
        alley = Obstacles(avoid=shapely.LineString(at((100, beside), (200, beside))))
        walk = walking_distances(
            at((100, 0)), at((200, 0)), network=TOWN, obstacles=alley, after_dark=True
        )
        assert walk.metres.tolist() == [[metres]]

    def test_a_column_says_so(self):
        table = streets().assign(after_dark=["No", *[None] * 7])
        walk = walking_distances(
            at((0, 0)), at((100, 0)), network=make_network(table), after_dark=True
        )
        assert walk.metres.tolist() == [[300.0]]

    def test_nothing_left(self):
        everything = Obstacles(avoid=shapely.box(WEST - 9, SOUTH - 9, WEST + 999, SOUTH + 999))
        walk = walking_distances(
            at((0, 0)), at((100, 0)), network=TOWN, obstacles=everything, after_dark=True
        )
        assert walk.metres.tolist() == [[np.inf]]
        assert (
            "Nothing is left of the walking network: every place is unreachable." in walk.cautions
        )


class TestFiles:
    def write(self, path, shapes, crs=BRITISH_CRS, **columns):
        table = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)
        pyogrio.write_dataframe(table, path)
        return path

    def test_in_degrees(self, tmp_path):
        town = streets()
        degrees = shapely.transform(town.geometry.to_numpy(), GRID.to_lonlat)
        path = self.write(tmp_path / "paths.geojson", degrees, "EPSG:4326")
        network = read_network(path, GRID)
        walk = walking_distances(at((0, 0)), at((300, 300)), network=network)
        assert walk.metres == pytest.approx(np.array([[600.0]]), abs=0.05)

    def test_lines_among_other_shapes(self, tmp_path):
        path = tmp_path / "paths.geojson"
        shapes = [*streets().geometry, shapely.Point(at((0, 0))[0])]
        degrees = shapely.transform(np.array(shapes, dtype=object), GRID.to_lonlat)
        self.write(path, degrees, "EPSG:4326")
        network = read_network(path, GRID)
        assert len(network.ends) == 24
        assert network.notes == ("paths.geojson: 1 shape that is not a line was left out.",)

    def test_the_layer_of_lines_is_taken(self, tmp_path):
        path = tmp_path / "map.gpkg"
        table = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 9, 9)], crs=BRITISH_CRS)
        pyogrio.write_dataframe(table, path, layer="areas")
        pyogrio.write_dataframe(streets(), path, layer="paths", append=True)
        assert len(read_network(path, GRID).ends) == 24

    def test_areas_are_no_network(self, tmp_path):
        path = self.write(tmp_path / "wards.gpkg", [shapely.box(544000, 184000, 545000, 185000)])
        with pytest.raises(NetworkError, match=r"wards\.gpkg needs lines, and holds areas"):
            read_network(path, GRID)

    def test_points_are_no_barrier(self, tmp_path):
        path = self.write(tmp_path / "stops.gpkg", [shapely.Point(544000, 184000)])
        with pytest.raises(
            NetworkError, match=r"stops\.gpkg needs lines or areas, and holds points"
        ):
            read_obstacles(GRID, barriers=path)

    def test_nothing_in_it(self, tmp_path):
        (tmp_path / "paths.geojson").write_text('{"type": "FeatureCollection", "features": []}')
        with pytest.raises(BoundaryError, match="has no"):
            read_network(tmp_path / "paths.geojson", GRID)

    def test_not_there(self, tmp_path):
        with pytest.raises(BoundaryError, match="is not there"):
            read_network(tmp_path / "paths.geojson", GRID)

    def test_elsewhere_on_earth(self, tmp_path):
        path = self.write(
            tmp_path / "p.geojson", [shapely.LineString([(2, 48), (3, 48)])], "EPSG:4326"
        )
        with pytest.raises(NetworkError, match="nothing near the study area"):
            read_network(path, GRID)

    def test_obstacles(self, tmp_path):
        barriers = self.write(tmp_path / "b.gpkg", [TestBarriers.RAILWAY])
        crossings = self.write(tmp_path / "c.gpkg", [shapely.Point(at((150, 300))[0])])
        avoid = self.write(tmp_path / "a.gpkg", [shapely.box(WEST, SOUTH, WEST + 1, SOUTH + 1)])
        read = read_obstacles(GRID, barriers=barriers, crossings=crossings, avoid=avoid)
        assert read.crossings.tolist() == at((150, 300)).tolist()
        assert shapely.length(read.closed) == pytest.approx(1000 - 30, abs=0.5)
        assert shapely.area(read.dark.geometries).sum() == pytest.approx(1)


class TestBadInput:
    def test_degrees(self):
        with pytest.raises(CRSError, match="must be in metres"):
            make_network(streets().to_crs("EPSG:4326"))

    def test_no_lines(self):
        with pytest.raises(NetworkError, match="has no lines"):
            make_network(streets().iloc[:0])

    def test_shape(self):
        with pytest.raises(SettingsError, match=r"origins must be \(n, 2\) metres"):
            walking_distances([[1, 2, 3]], at((0, 0)))

    @pytest.mark.parametrize(
        "params",
        [
            {"straight_factor": 0.9},
            {"metres_per_minute": 0},
            {"furthest_snap_m": float("nan")},
            {"limit_m": -1},
        ],
    )
    def test_params(self, params):
        with pytest.raises(SettingsError, match=next(iter(params))):
            WalkParams(**params)
