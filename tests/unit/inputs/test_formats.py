"""A file as it comes to a table of texts: row numbers, damage, what was decided on the way."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time

import pytest
import shapely

from csp_geo.core.errors import SourceError
from csp_geo.core.projection import between
from csp_geo.inputs.files.reading import read_file, read_tables
from csp_geo.inputs.files.table import BROKEN, ROW, SIZE, unique_names


def csv_of(tmp_path, data, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_file(path, name)


def values(table, *columns):
    return table.cells[list(columns)].to_numpy().tolist()


def test_row_over_several_lines_is_wider_than_any(tmp_path):
    """A quotation mark that opens late joins lines: the cells of all of them are one row's."""
    (tmp_path / "a.csv").write_text('a,b,c\n1,2,"x\ny",4,5\n1,2,3\n')
    table = read_file(tmp_path / "a.csv", "a.csv")
    assert list(table.cells[BROKEN]) == [True, False]


class TestInputs:
    @pytest.mark.parametrize(
        ("name", "data", "said"),
        [
            ("a.csv", b"", "is empty"),
            ("a.csv", b" \r\n\t ", "is empty"),
            ("a.csv", b"a,b\n", "a header and no rows"),
            ("a.csv", b"a,b\n\n,\n", "a header and no rows"),
            ("a.csv", b"PK\x03\x04rest", "not a CSV file"),
            ("a.csv", b"%PDF-1.7", "not a CSV file"),
            ("a.csv", b"\xd0\xcf\x11\xe0old", "not a CSV file"),
            ("a.csv", b"SQLite format 3\x00", "not a CSV file"),
            ("a.csv", "a,b\n1,2\n".encode("utf-16-le"), "not a CSV file"),
            ("a.csv", b"version https://git-lfs.github.com/spec/v1\noid x", "Git LFS"),
            ("a.csv", b'a,b\n"1,2\n3,4\n', "quotation mark is opened and never closed"),
            ("a.xlsx", b"a,b\n1,2\n", "not an Excel workbook"),
            ("a.xlsx", b"PK\x03\x04rest", "could not be read as an Excel workbook"),
            ("a.geojson", b"a,b\n1,2\n", "it is not what its name says"),
            ("a.geojson", b'{"type": "FeatureCollection", "features": [{', "it is damaged"),
            ("a.gpkg", b"SQLite format 3\x00", "damaged"),
            ("a.doc", b"a,b\n1,2\n", "files ending in '.doc' cannot be read"),
        ],
    )
    def test_refused(self, tmp_path, name, data, said):
        with pytest.raises(SourceError, match=said) as caught:
            csv_of(tmp_path, data, name)
        assert name in str(caught.value)
        assert str(tmp_path) not in str(caught.value)

    def test_not_there(self, tmp_path):
        with pytest.raises(SourceError, match=r"a\.csv could not be opened"):
            read_file(tmp_path / "a.csv", "a.csv")

    def test_layer_without_shapes(self, tmp_path):
        import pandas as pd
        import pyogrio

        pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), tmp_path / "t.gpkg", driver="GPKG")
        with pytest.raises(SourceError, match="no locations"):
            read_file(tmp_path / "t.gpkg", "t.gpkg")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(("row", "found"), [(60, True), (61, False)])
def test_the_header_stands_in_the_first_60_rows(tmp_path, write, suffix, row, found):
    names = ["reference", "date", "easting"]
    above = [(f"Title {n}", "", "") for n in range(1, row)]
    make = write.csv if suffix == ".csv" else write.xlsx
    path = make(tmp_path / f"a{suffix}", above[0], [*above[1:], names, ("A1", "1", "2")])
    (table,) = read_tables(path, path.name, frozenset(names))
    assert (list(table.header) == names) == found


@pytest.mark.parametrize(("nuls", "is_text"), [(200, True), (201, False)])
def test_a_text_has_one_nul_in_twenty_bytes_at_most(tmp_path, nuls, is_text):
    text = b"a,b\n" + b"\0" * nuls + b"1,2\n"
    text += b"3" * (4000 - len(text))
    if is_text:
        assert len(csv_of(tmp_path, text).cells) == 2
    else:
        with pytest.raises(SourceError, match="is not a CSV file"):
            csv_of(tmp_path, text)


@pytest.mark.parametrize(("n", "is_whole"), [(120, True), (121, False)])
def test_the_name_of_a_part_is_said_to_120_letters(tmp_path, n, is_whole):
    part = "/" + "x" * (n - 5) + ".csv"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(part[1:], "")
    with pytest.raises(SourceError) as caught:
        read_file(tmp_path / "a.zip", "a.zip")
    shown = part if is_whole else f"{part[:120]}..."
    assert str(caught.value).startswith(f"a.zip{shown} is empty")


class TestCsv:
    def test_texts_stay_texts(self, tmp_path):
        """Leading zeros, long numbers, NA and nan are what was written."""
        table = csv_of(tmp_path, "ref,code\n007,NA\n12345678901234567890,nan\n1e5,None\n")
        assert values(table, "ref", "code") == [
            ["007", "NA"],
            ["12345678901234567890", "nan"],
            ["1e5", "None"],
        ]
        assert values(table, ROW, BROKEN) == [[2, False], [3, False], [4, False]]

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_line_ends_and_delimiters(self, tmp_path, newline, delimiter):
        text = newline.join(["a,b", "1,2", "", "3,4", ""]).replace(",", delimiter)
        table = csv_of(tmp_path, text)
        assert table.header == ("a", "b")
        assert values(table, "a", "b", ROW) == [["1", "2", 2], ["3", "4", 4]]

    def test_cells_with_delimiters_quotes_and_line_breaks(self, tmp_path):
        """A cell with a line break is one row; rows are counted as a spreadsheet does."""
        table = csv_of(tmp_path, 'a,b\n"1, 2","say ""x"""\n"line\nbreak",4\n5,6\n')
        assert values(table, "a", "b", ROW) == [
            ["1, 2", 'say "x"', 2],
            ["line\nbreak", "4", 3],
            ["5", "6", 4],
        ]

    @pytest.mark.parametrize(
        "lines",
        [
            ["1,2,3", "1,2", "1,2"],
            ["1,2", "1,2,3", "1,2"],
            ["1,2", "1,2", "1,2,3,4,5,6,7,8,9"],
            ["1,2,3,4,5,6,7,8,9", "1,2", "1,2"],
        ],
    )
    def test_too_many_cells_break_that_row_alone(self, tmp_path, lines):
        table = csv_of(tmp_path, "\n".join(["a,b", *lines]) + "\n")
        assert table.cells[BROKEN].tolist() == [line.count(",") > 1 for line in lines]
        assert table.cells[ROW].tolist() == [2, 3, 4]

    def test_extra_empty_cells_do_not_damage_a_row(self, tmp_path):
        table = csv_of(tmp_path, "a,b\n1,2,,,\n3,4,,,,,,,\n")
        assert not table.cells[BROKEN].any()

    def test_short_rows_are_filled(self, tmp_path):
        table = csv_of(tmp_path, "a,b,c\n1\n1,2\n1,2,3\n")
        assert values(table, "a", "b", "c") == [["1", "", ""], ["1", "2", ""], ["1", "2", "3"]]

    def test_repeated_and_empty_column_names(self, tmp_path):
        table = csv_of(tmp_path, "a,a,,b, \n1,2,3,4,5\n")
        assert table.header == ("a", "a (2)", "column 3", "b", "column 5")

    def test_utf8_bom_and_windows_text(self, tmp_path):
        assert csv_of(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n").header == ("a", "b")
        table = csv_of(tmp_path, "a,b\ncafé \u2013 £5,2\n".encode("cp1252"))
        assert values(table, "a") == [["café \u2013 £5"]]
        assert table.notes == ("read as Windows text (cp1252)", "header found in row 1")

    def test_header_in_the_second_line(self, tmp_path):
        """An empty first line is not a header."""
        table = csv_of(tmp_path, "\na,b\n1,2\n")
        assert table.header == ("a", "b")
        assert table.cells[ROW].tolist() == [3]

    def test_header_with_a_line_break(self, tmp_path):
        table = csv_of(tmp_path, '"a\nb",c\n1,2\n')
        assert values(table, "a b", "c", ROW) == [["1", "2", 2]]

    def test_names_lose_what_cannot_be_seen(self, tmp_path):
        """A name that is the same without it is a repeated one; one of nothing else is blank."""
        table = csv_of(tmp_path, "What,Wh\x07at,\x1b\u200b,b\n1,2,3,4\n")
        assert table.header == ("What", "What (2)", "column 3", "b")
        table = csv_of(tmp_path, '[{"\\u001b[1mx": 1, "\\u0007": 2, "a": 3}]', "a.json")
        assert table.header == ("[1mx", "column 2", "a")

    def test_names_given_to_repeated_columns_are_their_own(self, tmp_path):
        table = csv_of(tmp_path, "a (3),a,a\n1,2,3\n")
        assert table.header == ("a (3)", "a", "a (3) (3)")
        assert table.cells[list(table.header)].to_numpy().tolist() == [["1", "2", "3"]]


class TestXlsx:
    def test_typed_cells_become_plain_texts(self, tmp_path, write):
        """Typed dates have no order to guess; whole numbers lose their point."""
        rows = [
            (date(2021, 11, 3), time(14, 20), 544421, 544421.5, "x "),
            (datetime(2021, 4, 3, 14, 20), None, 7.0, -0.25, True),  # noqa: DTZ001
        ]
        path = write.xlsx(tmp_path / "a.xlsx", ("d", "t", "n", "f", "s"), rows)
        table = read_file(path, "a.xlsx")
        assert values(table, "d", "t", "n", "f", "s") == [
            ["2021-11-03", "14:20:00", "544421", "544421.5", "x"],
            ["2021-04-03T14:20:00", "", "7", "-0.25", "True"],
        ]
        assert table.cells[ROW].tolist() == [2, 3]

    def test_rows_are_numbered_as_in_the_sheet(self, tmp_path, write):
        path = write.xlsx(
            tmp_path / "a.xlsx", ("a", "b"), [(1, 2), (), (), (3, 4)], before=[(), ()]
        )
        assert read_file(path, "a.xlsx").cells[ROW].tolist() == [4, 7]

    def test_other_sheets_are_said(self, tmp_path, write):
        import openpyxl

        path = write.xlsx(tmp_path / "a.xlsx", ("a", "b"), [(1, 2)], sheet="Data")
        book = openpyxl.load_workbook(path)
        book.create_sheet("Empty")
        book.create_sheet("Notes").append(["hello"])
        book.save(path)
        assert read_file(path, "a.xlsx").notes == (
            "header found in row 1",
            "sheet 'Empty' has no table and was not read",
            "sheet 'Notes' has no table and was not read",
        )


class TestFeatures:
    def test_geojson(self, tmp_path, write):
        """Degrees; missing shapes and empty values are empty cells; rows count from 1."""
        path = write.geojson(
            tmp_path / "a.geojson",
            [((0.081053, 51.539319), {"ref": "a", "n": 1}), (None, {"ref": None, "n": None})],
        )
        table = read_file(path, "a.geojson")
        assert table.header == ("ref", "n", "longitude", "latitude")
        assert values(table, "ref", "n", "longitude", "latitude", ROW, BROKEN) == [
            ["a", "1", "0.081053", "51.539319", 1, False],
            ["", "", "", "", 2, False],
        ]

    def test_dates_and_times_survive(self, tmp_path, write):
        path = write.geojson(
            tmp_path / "a.geojson",
            [
                (
                    (0.081, 51.539),
                    {"date": "2021-11-03", "time": "14:20:00", "at": "2021-11-03T14:20:00"},
                )
            ],
        )
        assert values(read_file(path, "a"), "date", "time", "at") == [
            ["2021-11-03", "14:20:00", "2021-11-03T14:20:00"]
        ]

    @pytest.mark.parametrize(
        ("crs", "point", "axes"),
        [
            ("EPSG:27700", (544421, 184321), ("easting", "northing")),
            ("EPSG:4326", (0.081053, 51.539319), ("longitude", "latitude")),
        ],
    )
    def test_axes_by_crs(self, tmp_path, write, crs, point, axes):
        path = write.gpkg(tmp_path / "a.gpkg", {"a": ["x"]}, [shapely.Point(point)], crs=crs)
        table = read_file(path, "a.gpkg")
        assert table.header == ("a", *axes)
        assert [float(v) for v in values(table, *axes)[0]] == list(point)
        assert table.notes == ()

    def test_other_crs_goes_to_degrees_and_is_said(self, tmp_path, write):
        point = shapely.Point(between("EPSG:4326", "EPSG:3857", [[0.081053, 51.539319]])[0])
        path = write.gpkg(tmp_path / "a.gpkg", {"a": ["x"]}, [point], crs="EPSG:3857")
        table = read_file(path, "a.gpkg")
        assert table.notes == ("moved from EPSG:3857 to degrees",)
        (pair,) = values(table, "longitude", "latitude")
        assert [float(v) for v in pair] == pytest.approx([0.081053, 51.539319], abs=1e-9)

    def test_metres_in_a_geojson(self, tmp_path, write):
        path = write.geojson(tmp_path / "a.geojson", [((544421, 184321), {"a": "x"})])
        table = read_file(path, "a.geojson")
        assert table.header == ("a", "easting", "northing")
        assert table.notes == ("coordinates taken as British National Grid",)

    @pytest.mark.parametrize("crs", ["EPSG:27700", "EPSG:4326", "EPSG:3857"])
    def test_shapes_that_are_no_points(self, tmp_path, write, crs):
        """A point on each, with half the diagonal of its box (30 by 40 metres) as its size."""
        import geopandas as gpd

        line = shapely.LineString([(544400, 184300), (544430, 184340)])
        shapes = gpd.GeoSeries(
            [
                shapely.Point(544421, 184321),
                line,
                shapely.box(544400, 184300, 544430, 184340),
                shapely.MultiPoint([(544421, 184321)]),
                None,
            ],
            crs="EPSG:27700",
        ).to_crs(crs)
        path = write.gpkg(tmp_path / "a.gpkg", {"a": [*"xyzuv"]}, shapes, crs=crs, kind="Unknown")
        table = read_file(path, "a.gpkg")
        assert not table.cells[BROKEN].any()
        assert table.cells[SIZE].tolist() == pytest.approx([0, 25, 25, 0, 0], rel=0.05)
        assert "2 shapes are not points: a point on each stands for it" in table.notes
        if crs == "EPSG:27700":
            middle = [float(value) for value in values(table, "easting", "northing")[1]]
            assert middle == pytest.approx([544415, 184320])

    def test_attribute_that_is_named_like_a_coordinate(self, tmp_path, write):
        """The shape is where a report is, whatever its attributes say."""
        path = write.gpkg(
            tmp_path / "a.gpkg", {"easting": [1.0], "a": ["x"]}, [shapely.Point(544421, 184321)]
        )
        table = read_file(path, "a.gpkg")
        assert values(table, "easting", "northing") == [["544421.0", "184321.0"]]
        assert sorted(table.header) == ["a", "easting", "northing"]

    def test_each_layer_is_a_table_and_nothing_warns(self, tmp_path, write):
        for layer in ("first", "second"):
            write.gpkg(
                tmp_path / "a.gpkg", {"a": [layer]}, [shapely.Point(544421, 184321)], layer=layer
            )
        table = read_file(tmp_path / "a.gpkg", "a.gpkg")
        assert values(table, "a") == [["first"]]
        parts = [table.part for table in read_tables(tmp_path / "a.gpkg", "a.gpkg")]
        assert parts == ["#first", "#second"]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (
            ["crime[Month]", "'street crime'[Type]", "[Count]"],
            ["Month", "Type", "Count"],
        ),
        (["Month", "Size [m]", "Crime type"], ["Month", "Size [m]", "Crime type"]),
        (["crime[Month]", "crime[Month]"], ["Month", "Month (2)"]),
    ],
)
def test_the_headings_of_power_bi(header, names):
    assert list(unique_names(header)) == names
