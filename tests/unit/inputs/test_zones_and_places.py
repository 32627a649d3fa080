"""Zones with dates and status, named places, and the files in which they lie."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from csp_geo.core.errors import BoundaryError
from csp_geo.core.projection import british_grid
from csp_geo.core.tables import PLACES, ZONES, check_table
from csp_geo.inputs.areas.zones_and_places import (
    context_files,
    read_listed,
    read_places,
    read_zones,
)

GRID = british_grid()
BOX = shapely.box(544300, 184200, 544600, 184500)


def zones_of(tmp_path, write, table, *, as_of=date(2023, 2, 1), shapes=None):
    write.gpkg(tmp_path / "zones.gpkg", table, shapes or [BOX] * len(next(iter(table.values()))))
    return read_zones([tmp_path / "zones.gpkg"], GRID, as_of)


class TestInputs:
    def test_no_polygons(self, tmp_path, write):
        write.gpkg(tmp_path / "z.gpkg", {"name": ["a"]}, [shapely.Point(1, 2)])
        with pytest.raises(BoundaryError, match=r"z\.gpkg holds no zones"):
            read_zones([tmp_path / "z.gpkg"], GRID, date(2023, 2, 1))

    def test_no_name(self, tmp_path, write):
        with pytest.raises(BoundaryError, match="no column for the name of the zone"):
            zones_of(tmp_path, write, {"colour": ["red"]})

    def test_not_there(self, tmp_path):
        with pytest.raises(BoundaryError, match="is not there"):
            read_zones([tmp_path / "none.gpkg"], GRID, date(2023, 2, 1))

    def test_dates_that_cannot_be_read_are_a_caution(self, tmp_path, write):
        zones, cautions = zones_of(
            tmp_path, write, {"name": ["Town"], "expires": ["three years later"]}
        )
        assert zones["status"].tolist() == ["dates unknown"]
        (said,) = cautions
        assert said.startswith("zones.gpkg: the dates of Town cannot be read")

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("a.csv", "title,x,y\na,1,2\n", "no column 'name'"),
            ("a.csv", "name,where\na,here\n", "no columns for latitude and longitude"),
            ("a.csv", "", "is empty"),
        ],
    )
    def test_context_that_cannot_be_used_is_left_and_said(
        self, tmp_path, town_area, name, text, said
    ):
        """Context is a help, never needed: the run goes on."""
        (tmp_path / name).write_text(text, encoding="utf-8")
        places, cautions = read_places([tmp_path / name], town_area)
        assert len(places) == 0
        assert said in cautions[0]


class TestZones:
    def test_none(self):
        zones, cautions = read_zones([], GRID, date(2023, 2, 1))
        check_table(zones, ZONES)
        assert (len(zones), cautions, zones.crs) == (0, (), "EPSG:27700")

    @pytest.mark.parametrize(
        ("start", "end", "status"),
        [
            ("2022-09-03", "2025-09-02", "in force"),
            ("2023-02-01", "2025-09-02", "in force"),
            ("2022-09-03", "2023-02-01", "in force"),
            ("2022-09-03", "2023-01-31", "expired"),
            ("2023-02-02", "2025-09-02", "not yet in force"),
            (None, "2023-01-31", "expired"),
            (None, "2025-09-02", "dates unknown"),
            ("2022-09-03", None, "dates unknown"),
            (None, None, "dates unknown"),
        ],
    )
    def test_status_on_the_day(self, tmp_path, write, start, end, status):
        """Both the first and the last day are days in force."""
        table = {"Name": ["Town"], "Power": ["PSPO"], "In force": [start], "Expires": [end]}
        zones, cautions = zones_of(tmp_path, write, table)
        check_table(zones, ZONES)
        assert zones["status"].tolist() == [status]
        assert cautions == ()

    def test_columns_and_shape(self, tmp_path, write):
        table = {
            "Order name": ["Town"],
            "Type": ["PSPO"],
            "Start date": ["03/09/2022"],
            "Valid to": ["02/09/2025"],
        }
        zones, _ = zones_of(tmp_path, write, table)
        (zone,) = zones.itertuples()
        assert (zone.name, zone.power) == ("Town", "PSPO")
        assert (zone.in_force, zone.expires) == ("2022-09-03", "2025-09-02")
        assert zone.geometry.area == pytest.approx(90_000)

    def test_degrees_and_repair(self, tmp_path, write):
        """A bow tie in degrees comes out valid, in metres."""
        bow = shapely.Polygon(
            [(544300, 184200), (544600, 184500), (544600, 184200), (544300, 184500)]
        )
        degrees = shapely.transform(bow, GRID.to_lonlat)
        path = write.gpkg(tmp_path / "z.gpkg", {"name": ["a"]}, [degrees], crs="EPSG:4326")
        zones, _ = read_zones([path], GRID, date(2023, 2, 1))
        assert zones.geometry.is_valid.all()
        assert zones.geometry.area[0] == pytest.approx(45_000, rel=1e-3)

    def test_several_files(self, tmp_path, write):
        paths = [
            write.gpkg(tmp_path / f"{name}.gpkg", {"name": [name]}, [BOX]) for name in ("b", "a")
        ]
        zones, _ = read_zones(paths, GRID, date(2023, 2, 1))
        assert zones["name"].tolist() == ["b", "a"]


class TestPlaces:
    def test_table_and_layer(self, tmp_path, write, town_area):
        """A CSV in metres and a layer in degrees; the kind from a column or the file's name."""
        table = [("Halt", 544421, 184321), ("Far away", 554421, 184321), ("", 544421, 184321)]
        stops = write.csv(tmp_path / "stops.csv", ("CommonName", "Easting", "Northing"), table)
        degrees = GRID.to_lonlat([[544521, 184421]])[0]
        named = {"name": "Station", "kind": "Railway"}
        stations = write.geojson(tmp_path / "stations.geojson", [(list(degrees), named)])
        places, cautions = read_places([stops, stations], town_area)
        check_table(places, PLACES)
        assert cautions == ()
        assert places["name"].tolist() == ["Halt", "Station"]
        assert places["kind"].tolist() == ["stop", "railway"]
        assert places.geometry.x.tolist() == pytest.approx([544421, 544521], abs=0.01)

    def test_two_kilometres_around_the_town(self, tmp_path, write, town_area):
        table = [("in", 542011, 184321), ("out", 542009, 184321)]
        path = write.csv(tmp_path / "p.csv", ("name", "easting", "northing"), table)
        assert read_places([path], town_area)[0]["name"].tolist() == ["in"]

    def test_a_refuge_is_on_no_map(self, tmp_path, write, town_area):
        names = ["Women's Aid", "Axe Street SARC", "Girls' School", "Town Station", "Infant School"]
        table = [(name, "place", 544421, 184321) for name in names]
        table += [("Axe House", "Hostel", 544421, 184321)]
        path = write.csv(tmp_path / "p.csv", ("name", "kind", "easting", "northing"), table)
        places, cautions = read_places([path], town_area)
        assert places["name"].tolist() == ["Town Station", "Infant School"]
        assert len(cautions) == 1
        assert cautions[0].startswith("p.csv: 4 places that no map may show")
        assert not any(name in cautions[0] for name in names)

    def test_none(self, town_area):
        places, cautions = read_places([], town_area)
        check_table(places, PLACES)
        assert (len(places), cautions) == (0, ())


class TestFiles:
    def test_layers_and_tables_in_order(self, tmp_path):
        for name in ("b.csv", "a.geojson", "README.md", "c.GPKG", "c.dbf"):
            (tmp_path / name).write_text("x", encoding="utf-8")
        assert [path.name for path in context_files(tmp_path)] == ["a.geojson", "b.csv", "c.GPKG"]

    @pytest.mark.parametrize("folder", [None, "none"])
    def test_no_folder(self, tmp_path, folder):
        assert context_files(folder and tmp_path / folder) == []


class TestListed:
    """Where exactly located reports can be."""

    def listed(self, path, area):
        xy, cautions = read_listed([path], area)
        return [] if xy is None else xy.tolist(), cautions

    def test_a_table_of_addresses(self, tmp_path, write, town_area):
        rows = [(544100, 184100), ("", ""), ("here", "there"), (544200, 184200), (999, 999)]
        path = write.csv(tmp_path / "addresses.csv", ("easting", "northing"), rows)
        assert self.listed(path, town_area) == ([[544100, 184100], [544200, 184200]], ())

    @pytest.mark.parametrize(("beyond", "n"), [(249, 1), (250, 1), (251, 0)])
    @pytest.mark.parametrize("suffix", ["csv", "gpkg"])
    def test_places_up_to_250_metres_outside_count(
        self, tmp_path, write, town_area, suffix, beyond, n
    ):
        x, y = 544010 - beyond, 184500
        if suffix == "csv":
            path = write.csv(tmp_path / "addresses.csv", ("easting", "northing"), [(x, y)])
        else:
            path = write.gpkg(tmp_path / "addresses.gpkg", {"a": [1]}, [shapely.Point(x, y)])
        found, cautions = self.listed(path, town_area)
        assert (len(found), len(cautions)) == (n, 1 - n)

    def test_points_in_degrees(self, tmp_path, write, town_area):
        where = GRID.to_lonlat([[544100, 184100]])[0]
        path = write.geojson(tmp_path / "Addresses_of_2021.geojson", [(where, {}), (None, {})])
        ((point,), cautions) = self.listed(path, town_area)
        assert point == pytest.approx([544100, 184100], abs=0.01)
        assert cautions == ()

    def test_lines_every_25_metres_however_many_corners_they_have(self, tmp_path, write, town_area):
        straight = shapely.LineString([(544100, 184100), (544200, 184100)])
        shapes = [straight, shapely.segmentize(straight, 1), None, shapely.LineString()]
        path = write.gpkg(tmp_path / "streets.gpkg", {"name": list("abcd")}, shapes)
        points, cautions = self.listed(path, town_area)
        once = [[544100 + east, 184100] for east in (12.5, 37.5, 62.5, 87.5)]
        assert np.allclose(points, once * 2)
        assert cautions == ()

    def test_short_lines_and_areas_count_once(self, tmp_path, write, town_area):
        shapes = [
            shapely.LineString([(544100, 184100), (544104, 184100)]),
            shapely.LineString([(544100, 184100), (544100, 184100)]),
            shapely.box(544200, 184200, 544210, 184210),
            shapely.Point(544300, 184300, 12),
        ]
        path = write.gpkg(tmp_path / "streets.gpkg", {"name": list("abcd")}, shapes)
        points, _ = self.listed(path, town_area)
        assert sorted(points) == [
            [544100, 184100],
            [544102, 184100],
            [544205, 184205],
            [544300, 184300],
        ]

    def test_those_just_outside_are_kept(self, tmp_path, write, town_area):
        rows = [(543761, 184100), (543759, 184100)]
        path = write.csv(tmp_path / "addresses.csv", ("easting", "northing"), rows)
        assert self.listed(path, town_area)[0] == [[543761, 184100]]

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("addresses.csv", "easting,northing\n1,2\n", "holds none in the study area"),
            ("addresses.csv", "street,town\na,b\n", "no columns for latitude and longitude"),
            ("addresses.csv", "", "is empty"),
            ("addresses.xlsx", "no workbook", "not an Excel workbook"),
            ("streets.geojson", "no json", "could not be read as a map layer"),
            ("streets.gpkg", "", "is empty"),
        ],
    )
    def test_what_cannot_be_used_is_left_and_said(self, tmp_path, town_area, name, text, said):
        (tmp_path / name).write_text(text, encoding="utf-8")
        points, (caution,) = self.listed(tmp_path / name, town_area)
        assert points == []
        assert caution.startswith("List of places left out. ")
        assert said in caution

    def test_several_files_are_one_list_and_other_files_are_none(self, tmp_path, write, town_area):
        for name, east in (("addresses", 544100), ("streets", 544200), ("stations", 544300)):
            rows = [(east, 184100, name)]
            write.csv(tmp_path / f"{name}.csv", ("easting", "northing", "name"), rows)
        xy, cautions = read_listed(context_files(tmp_path), town_area)
        assert (xy.tolist(), cautions) == ([[544100, 184100], [544200, 184100]], ())
        assert read_listed([], town_area) == (None, ())
