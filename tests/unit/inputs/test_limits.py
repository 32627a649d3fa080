"""Files above the limits are refused in one sentence."""

from __future__ import annotations

import itertools
import json
import zipfile

import openpyxl
import pytest
import shapely

from csp_geo.core.errors import SettingsError, SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.core.settings import Limits, settings_from
from csp_geo.inputs.files.columns import TOO_LONG
from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.files.table import Unread
from csp_geo.inputs.read import read_reports

CSV = "a,b\n" + "1,2\n" * 50


def read(path, **limits):
    """Go through every table of a file."""
    tables = list(read_tables(path, path.name, limits=Limits(**limits)))
    if isinstance(tables[0], Unread):
        raise SourceError(tables[0].error)
    return [len(table.cells) for table in tables]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"file_bytes": 100}, r"a\.csv is 0 MB, more than the 0 MB"),
        ({"rows": 49}, "more than 49 rows"),
        ({"columns": 1}, "has 2 columns, more than the 1"),
    ],
)
def test_csv(tmp_path, limits, said):
    (tmp_path / "a.csv").write_text(CSV)
    assert read(tmp_path / "a.csv") == [50]
    with pytest.raises(SourceError, match=said):
        read(tmp_path / "a.csv", **limits)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"file_bytes": 100}, "holds a file of 0 MB"),
        ({"unpacked_bytes": 399}, "would unpack to 0 MB"),
        ({"members": 1}, "holds 2 files, more than the 1"),
    ],
)
def test_zip(tmp_path, limits, said):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    assert read(tmp_path / "a.zip") == [50, 50]
    with pytest.raises(SourceError, match=said):
        read(tmp_path / "a.zip", **limits)


def test_sheet(tmp_path, write):
    path = write.xlsx(tmp_path / "a.xlsx", ("a", "b"), [(1, 2)] * 50)
    with pytest.raises(SourceError, match="spans 102 cells, more than the 100"):
        read(path, cells=100)
    with pytest.raises(SourceError, match="51 rows and 2 columns"):
        read(path, columns=1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"a": {"b": {"c": [1]}}}]'),
        ("a.xml", "<list><a><b><c>1</c></b></a></list>"),
        ("a.kml", "<kml><a><b><c>1</c></b></a></kml>"),
    ],
)
def test_records(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match="nested more than 3 levels deep"):
        read(tmp_path / name, depth=3)
    if not name.endswith("kml"):
        assert read(tmp_path / name) == [1]
        with pytest.raises(SourceError, match="is a list of more than 0 MB"):
            read(tmp_path / name, record_bytes=10)


def test_features(tmp_path, write):
    path = write.geojson(tmp_path / "a.geojson", [((0.1, 51.5), {"a": 1})] * 3)
    with pytest.raises(SourceError, match="holds 3 features, more than the 2"):
        read(path, rows=2)


def test_settings():
    assert settings_from({}).limits == LIMITS
    assert settings_from({"limits": {"rows": 5}}).limits.rows == 5
    for values, said in (
        ({"rows": 0}, "from 1"),
        ({"rows": "5"}, "whole number"),
        ({"row": 5}, "'row'"),
    ):
        with pytest.raises(SettingsError, match=said):
            settings_from({"limits": values})


class TestTables:
    """How many tables one file may hold: members, sheets and layers alike."""

    def test_members(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for number in range(3):
                archive.writestr(f"{number}.csv", CSV)
            archive.writestr("readme.txt", "no data")
        assert read(tmp_path / "a.zip", tables=3) == [50, 50, 50]
        with pytest.raises(SourceError, match="holds 3 files with data, more than the 2"):
            read(tmp_path / "a.zip", tables=2)

    def test_sheets(self, tmp_path):
        book = openpyxl.Workbook()
        for _ in range(2):
            book.create_sheet().append(["a", "b"])
        book.save(tmp_path / "a.xlsx")
        with pytest.raises(SourceError, match="has 3 sheets, more than the 2"):
            read(tmp_path / "a.xlsx", tables=2)

    def test_layers(self, tmp_path, write):
        for name in ("one", "two", "three"):
            write.gpkg(tmp_path / "a.gpkg", {"a": [1]}, [shapely.Point(1, 2)], layer=name)
        assert read(tmp_path / "a.gpkg", tables=3) == [1, 1, 1]
        with pytest.raises(SourceError, match="has 3 layers, more than the 2"):
            read(tmp_path / "a.gpkg", tables=2)

    def test_thousands_of_members_are_refused_at_once(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for number in range(3_000):
                archive.writestr(f"{number}.csv", "a,b\n1,2\n")
        with pytest.raises(SourceError, match="holds 3,000 files with data"):
            read(tmp_path / "a.zip")


def layer_of(names, odd=""):
    """Return features of which each has a property of its own."""
    features = [
        {
            "type": "Feature",
            "properties": {f"{odd}{name}": 1, "date": "2021-11-03"},
            "geometry": {"type": "Point", "coordinates": [0.08, 51.54]},
        }
        for name in names
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


class TestProperties:
    """Names of columns that differ from feature to feature make a table of their square."""

    @pytest.mark.parametrize("odd", ["", '"', "x" * 300, "\u00e9", '"\\'])
    def test_geojson(self, tmp_path, odd):
        path = tmp_path / "a.geojson"
        path.write_text(layer_of(range(10), odd))
        assert read(path, properties=20) == [10]
        with pytest.raises(SourceError, match="more than 9 different column names"):
            read(path, properties=9)

    def test_spaced(self, tmp_path):
        path = tmp_path / "a.geojson"
        path.write_text(layer_of(range(10)).replace('":', '"\n :'))
        with pytest.raises(SourceError, match="more than 9 different column names"):
            read(path, properties=9)

    def test_a_geojson_with_too_many_columns_is_refused(self, tmp_path):
        (tmp_path / "a.geojson").write_text(layer_of(range(8_000)))
        with pytest.raises(SourceError, match="more than 500 different column names"):
            read(tmp_path / "a.geojson")

    def test_kml(self, tmp_path):
        mark = (
            '<Placemark><ExtendedData><Data name="n{}"><value>1</value></Data></ExtendedData>'
            "<Point><coordinates>0.08,51.54</coordinates></Point></Placemark>"
        )
        marks = "".join(map(mark.format, range(600)))
        text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'
        (tmp_path / "a.kml").write_text(text)
        with pytest.raises(SourceError, match="more than 500 different column names"):
            read(tmp_path / "a.kml")

    def test_gpkg(self, tmp_path, write):
        table = {f"c{number}": [1] for number in range(5)}
        path = write.gpkg(tmp_path / "a.gpkg", table, [shapely.Point(1, 2)])
        assert read(path, properties=5) == [1]
        with pytest.raises(SourceError, match="more than 4 different column names"):
            read(path, properties=4)


class TestCells:
    """A cell that says when, where or what is looked into up to a length, and never beyond."""

    HEADER = ("reference", "date", "time", "easting", "northing", "category")

    def rows(self, tmp_path, write, **cells):
        row = {"reference": "A1", "date": "03/11/2021", "time": "10:00", "easting": 544421}
        row |= {"northing": 184321, "category": "Robbery"} | cells
        path = write.csv(
            tmp_path / "offence" / "a.csv",
            self.HEADER,
            [[row[name] for name in self.HEADER], ["A2", *list(row.values())[1:]]],
        )
        return read_reports([path], source="offence", limits=Limits(cell_characters=50))

    @pytest.mark.parametrize("name", ["date", "time", "easting", "northing"])
    def test_too_long(self, tmp_path, write, name):
        reports = self.rows(tmp_path, write, **{name: "1" * 51})
        assert TOO_LONG in set(reports.table["x" if name == "easting" else
                               "y" if name == "northing" else name].astype(str))  # fmt: skip
        assert "2 cells of more than 50 characters were not read" in reports.files[0].notes

    def test_long_enough(self, tmp_path, write):
        reports = self.rows(tmp_path, write, time="10:00" + " " * 45, reference="R" * 500)
        assert set(reports.table["time"].astype(str)) == {"10:00"}
        assert not [note for note in reports.files[0].notes if "characters" in note]

    def test_is_unreadable(self, tmp_path, write, csp):
        path = write.csv(
            tmp_path / "a.csv",
            self.HEADER,
            [
                (f"A{n}", "03/11/2021", "1:" * 20_000 if n == 4 else "10:00", 544421, 184321, "a")
                for n in range(5)
            ],
        )
        ran = csp("check", path, "--source", "offence", "--json")
        assert ran.code == 0
        assert ran.json["counts"]["read"] == 5
        long = write.csv(
            tmp_path / "b.csv",
            self.HEADER,
            [(f"A{n}", "03/11/2021" * 2_000 if n else "03/11/2021", "", 544421, 184321, "a")
             for n in range(3)],
        )  # fmt: skip
        ran = csp("check", long, "--source", "offence", "--json")
        assert ran.json["files"][0]["reasons"] == {"unreadable-date": 2}


class TestSeconds:
    """The reading of one file ends when it has taken too long, wherever it is then."""

    @pytest.fixture
    def stopwatch(self, monkeypatch):
        """A stopwatch that goes five seconds at each look."""
        ticks = itertools.count(step=5)
        monkeypatch.setattr("csp_geo.core.origin.time.monotonic", lambda: next(ticks))

    @pytest.mark.usefixtures("stopwatch")
    def test_chunks(self, tmp_path):
        (tmp_path / "a.csv").write_text(CSV)
        assert read(tmp_path / "a.csv") == [50]
        with pytest.raises(SourceError, match="takes longer to read than the 1 seconds"):
            read(tmp_path / "a.csv", seconds=1)

    @pytest.mark.usefixtures("stopwatch")
    @pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".kml", ".xml"])
    def test_layers(self, tmp_path, suffix, write):
        path = tmp_path / f"a{suffix}"
        if suffix == ".gpkg":
            write.gpkg(path, {"a": [1]}, [shapely.Point(1, 2)])
        elif suffix == ".geojson":
            path.write_text(layer_of([1]))
        else:
            path.write_text("<kml><Document><a><b>1</b></a></Document></kml>")
        with pytest.raises(SourceError, match="set more seconds under"):
            read(path, seconds=1)

    @pytest.mark.usefixtures("stopwatch")
    def test_members(self, tmp_path):
        """What was read before stays, and one sentence says that the rest was not."""
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for number in range(50):
                archive.writestr(f"{number:02}.csv", CSV)
        tables = list(read_tables(tmp_path / "a.zip", "a.zip", limits=Limits(seconds=50)))
        assert 1 < len(tables) < 20
        assert "the rest of it was not read" in tables[-1].error
        assert len([table for table in tables if isinstance(table, Unread)]) <= 2


def test_names_are_counted_once_in_a_large_file(tmp_path, monkeypatch):
    """A file is looked through in stretches: a name that one of them cuts is not another name."""
    monkeypatch.setattr("csp_geo.inputs.files.gis_checks._BLOCK", 1000)
    monkeypatch.setattr("csp_geo.inputs.files.gis_checks._OVERLAP", 200)
    path = tmp_path / "a.geojson"
    path.write_text(layer_of(["same"] * 500))
    assert read(path, properties=9) == [500]
