"""Zones with dates and status, named places, and the files in which they lie."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from csp_geo.errors import BoundaryError
from csp_geo.intake.context import context_files, read_places, read_zones
from csp_geo.projection import british_grid
from csp_geo.tables import PLACES, ZONES, check_table

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
