"""Files that benchmarks/fuzz_readers.py found to be read badly once: one defect each."""

from __future__ import annotations

import json
import math
import struct
import zipfile
from pathlib import Path

from odd_files import CSV, LONLAT, save_zip

OLD = Path(__file__).parent / "bad_inputs" / "files" / "title_row_in_an_old_workbook.xls"
SECTOR = 512
LONG = "north" + "ern" * 100


def spoilt_files(folder):
    """Spoil what `odd_files` made in the same folder."""
    _old_workbooks(folder)
    _archives(folder)
    mif, mid = ((folder / f"mapinfo.{end}").read_text("utf-8") for end in ("mif", "mid"))
    lines = mif.splitlines()
    earth = next(line for line in lines if line.startswith("CoordSys"))
    for name, text in (
        ("mapinfo_with_a_broken_symbol", mif.replace("Symbol (35,0,12)", "Symbol ( (", 1)),
        ("mapinfo_not_on_earth", mif.replace(earth, 'CoordSys NonEarth Units "m"')),
    ):
        (folder / f"{name}.mif").write_text(text, encoding="utf-8")
        (folder / f"{name}.mid").write_text(mid, encoding="utf-8")
    whole = (folder / "flatgeobuf.fgb").read_bytes()
    (folder / "flatgeobuf_cut_in_a_record.fgb").write_bytes(whole[:-20])
    records = [
        {"date": "2023-01-13", "category": "Theft \ud800", "lat": y, "lon\ud800": x, "lon": x}
        for x, y in LONLAT
    ]
    (folder / "lone_surrogates.json").write_text(json.dumps(records), encoding="ascii")
    features = [
        {
            "type": "Feature",
            "properties": {"date": "2023-01-13", "category": ["Theft", "["][n % 2], "x": [n]},
            "geometry": {"type": "Point", "coordinates": xy},
        }
        for n, xy in enumerate(LONLAT)
    ]
    features[0]["properties"]["category"] = ["Theft"]
    (folder / "lists_and_texts_in_one_property.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8"
    )
    (folder / "very_long_column_name.csv").write_text(CSV.replace("northing", LONG), "utf-8")

    shapes = bytearray((folder / "shapefile_without_prj.shp").read_bytes())
    for n, value in enumerate((math.inf, math.nan)):
        struct.pack_into("<d", shapes, 100 + n * 28 + 12, value)
    parts = {"pins.shp": bytes(shapes)}
    for end in ("shx", "dbf"):
        parts[f"pins.{end}"] = (folder / f"shapefile_without_prj.{end}").read_bytes()
    save_zip(folder / "shapefile_of_points_that_are_no_numbers.zip", parts)


def _old_workbooks(folder):
    whole = OLD.read_bytes()
    (folder / "old_workbook_cut_off.xls").write_bytes(whole[:5054])
    (first,) = struct.unpack_from("<I", whole, 76)  # the sector that holds the table of sectors
    table = (first + 1) * SECTOR
    ring = bytearray(whole)
    struct.pack_into("<I", ring, table + 4 * 3, 2)  # after the fourth comes the third again
    struct.pack_into("<I", ring, table + 4 * 2, 3)
    (folder / "old_workbook_whose_sectors_go_round.xls").write_bytes(ring)
    at = table + 4 * 4  # a ring in a sector of which only the beginning is left
    (folder / "old_workbook_cut_off_in_its_table.xls").write_bytes(ring[:at])
    listed = bytearray(whole)
    struct.pack_into("<I", listed, 68, 1)  # a list of tables that goes on in a sector of itself
    struct.pack_into("<I", listed, SECTOR * 3 - 4, 1)
    (folder / "old_workbook_whose_tables_go_round.xls").write_bytes(listed)


def _archives(folder):
    with zipfile.ZipFile(folder / "member_without_a_name.zip", "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr(zipfile.ZipInfo(""), CSV)
    with zipfile.ZipFile(folder / "member_that_is_a_patch.zip", "w") as archive:
        archive.writestr("a.csv", CSV)
    data = bytearray((folder / "member_that_is_a_patch.zip").read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 0x20  # a flag of its entry in the list of members
    (folder / "member_that_is_a_patch.zip").write_bytes(data)
    newer = bytearray((folder / "same_file_twice.zip").read_bytes())
    newer[newer.index(b"PK\x01\x02") + 6] = 84
    (folder / "made_for_a_newer_zip.zip").write_bytes(newer)
    unnamed = bytearray((folder / "same_file_twice.zip").read_bytes())
    begin = unnamed.index(b"PK\x01\x02")
    unnamed[begin + 9] |= 0x08  # its name is UTF-8, it says
    unnamed[begin + 46] = 0xFF
    (folder / "name_that_is_no_utf8.zip").write_bytes(unnamed)
    with zipfile.ZipFile(folder / "plain.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    damaged = folder / "workbook_with_a_damaged_sheet.xlsx"
    with zipfile.ZipFile(damaged, "w", zipfile.ZIP_BZIP2) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        at = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(damaged.read_bytes())
    begin = at.header_offset + 30 + len(at.filename)
    data[begin + 8 : begin + 40] = bytes(32)
    damaged.write_bytes(data)
