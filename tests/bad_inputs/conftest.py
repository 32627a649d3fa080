"""The bad inputs that are not text: made for every session, one defect each, named after it."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from contextlib import closing
from datetime import date

import pytest
import shapely
from odd_files import GOOD, HEADER, NO_DATE, archives, odd_maps, odd_texts, odd_workbooks
from spoilt_files import spoilt_files

LONE_POINT_LINE = struct.pack("<BII", 1, 2, 1) + struct.pack("<dd", 1.0, 2.0)
"""WKB of a line with one point: GDAL passes it on, shapely refuses it."""


@pytest.fixture(scope="session")
def built(tmp_path_factory, write):
    """Folder with every binary bad input."""
    return build(tmp_path_factory.mktemp("built"), write)


def build(folder, write):
    """Make every binary bad input in a folder."""
    _workbooks(folder, write)
    _packages(folder, write)
    _wards(folder, write)
    odd_workbooks(folder)
    odd_maps(folder, write)
    odd_texts(folder)
    archives(folder)
    spoilt_files(folder)
    rows = [
        (f"P{i}", "2023-01-13", "loud", 544421 + i % 50, 184321 + i // 50, "Poor lighting")
        for i in range(2000)
    ]
    header = ("contribution id", "date of contribution", "screen name", *HEADER[3:])
    write.csv(folder / "2000_pins_by_one_person" / "survey" / "pins.csv", header, rows)
    return folder


def _workbooks(folder, write):
    write.xlsx(folder / "xlsx_named_csv.xlsx", HEADER, GOOD)
    (folder / "xlsx_named_csv.xlsx").rename(folder / "xlsx_named_csv.csv")
    write.xlsx(folder / "header_only.xlsx", HEADER, ())
    write.xlsx(folder / "empty_workbook.xlsx", (), ())
    write.xlsx(folder / "empty_rows_in_the_middle.xlsx", HEADER, (*GOOD, (), (), NO_DATE))
    write.xlsx(
        folder / "empty_rows_above_the_header.xlsx", HEADER, (*GOOD, NO_DATE), before=[(), ()]
    )
    write.xlsx(folder / "no_date_column.xlsx", ("reference", "Daet", *HEADER[2:]), GOOD)
    with zipfile.ZipFile(folder / "zip_named_xlsx.xlsx", "w") as archive:
        archive.writestr("letter.txt", "not a workbook")


def _package(path, write, **options):
    rows = (*GOOD, ("A6", date(2023, 1, 18), None, 544431, 184331, "Robbery"))
    records = [
        {"reference": ref, "date": str(day), "category": category}
        for ref, day, _, _, _, category in rows
    ]
    write.gpkg(path, records, [shapely.Point(row[3], row[4]) for row in rows], **options)


def _packages(folder, write):
    for name in ("one_broken_feature", "broken_feature_after_a_deleted_one"):
        _package(folder / f"{name}.gpkg", write, kind="Unknown")
        break_shape(folder / f"{name}.gpkg", "reports", 4, lambda blob: blob[:8] + LONE_POINT_LINE)
    delete_feature(folder / "broken_feature_after_a_deleted_one.gpkg", "reports", 2)
    _package(folder / "corrupt_shape.gpkg", write)
    break_shape(folder / "corrupt_shape.gpkg", "reports", 4, lambda blob: blob[:20])
    _package(folder / "two_layers.gpkg", write)
    _package(folder / "two_layers.gpkg", write, layer="more")
    _package(folder / "without_geometry.gpkg", write)
    with closing(sqlite3.connect(folder / "without_geometry.gpkg")) as base, base:
        base.execute("delete from gpkg_geometry_columns")
        base.execute("update gpkg_contents set data_type = 'attributes'")
    _package(folder / "cut_in_half.gpkg", write)
    whole = (folder / "cut_in_half.gpkg").read_bytes()
    (folder / "cut_in_half.gpkg").write_bytes(whole[: len(whole) // 2])


def _wards(folder, write):
    shapes = [shapely.box(x, 184020, x + 1000, 186020) for x in (544010, 545010)]
    table = {"WD22CD": ["E05014053", "E05014054"], "WD22NM": ["Abbey", "Alibon"]}
    write.gpkg(folder / "wards_with_a_ring_that_is_not_closed.gpkg", table, shapes, layer="wards")
    break_shape(
        folder / "wards_with_a_ring_that_is_not_closed.gpkg",
        "wards",
        2,
        lambda blob: blob[:-16] + struct.pack("<dd", 545100.0, 184100.0),
    )
    write.gpkg(folder / "wards_with_a_corrupt_shape.gpkg", table, shapes, layer="wards")
    break_shape(folder / "wards_with_a_corrupt_shape.gpkg", "wards", 2, lambda blob: blob[:60])
    write.gpkg(folder / "two_ward_layers.gpkg", table, shapes, layer="wards")
    write.gpkg(folder / "two_ward_layers.gpkg", table, shapes, layer="older wards")


def break_shape(path, layer, fid, change):
    """Change the geometry blob of one feature of a GeoPackage."""
    with closing(sqlite3.connect(path)) as base, base:
        _drop_triggers(base)
        query = f'select geom from "{layer}" where fid = ?'  # noqa: S608 - our own layer names
        (blob,) = base.execute(query, (fid,)).fetchone()
        update = f'update "{layer}" set geom = ? where fid = ?'  # noqa: S608
        base.execute(update, (change(bytes(blob)), fid))


def delete_feature(path, layer, fid):
    """Delete one feature, so that the feature ids have a gap, as QGIS leaves it."""
    with closing(sqlite3.connect(path)) as base, base:
        _drop_triggers(base)
        base.execute(f'delete from "{layer}" where fid = ?', (fid,))  # noqa: S608
        base.execute("update gpkg_ogr_contents set feature_count = feature_count - 1")


def _drop_triggers(base):
    """Drop the triggers, which need functions that plain SQLite does not have."""
    names = base.execute("select name from sqlite_master where type = 'trigger'").fetchall()
    for (name,) in names:
        base.execute(f'drop trigger "{name}"')
