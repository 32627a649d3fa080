"""Spreadsheets, GIS files, texts and archives as people make them, and as they should not be."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, time

import openpyxl
import pyogrio
import shapely

HEADER = ("reference", "date", "time", "easting", "northing", "category")
GOOD = tuple(
    (f"A{i}", date(2023, 1, 12 + i), time(14, 20), x, y, "Robbery")
    for i, (x, y) in enumerate(
        [(544421, 184321), (544521, 184411), (545312, 184713), (545562, 185612), (544213, 185713)],
        start=1,
    )
)
NO_DATE = ("A6", None, None, 544431, 184331, "Robbery")
LINES = [
    ",".join(HEADER),
    *(f"{ref},{day:%d/%m/%Y},14:20,{x},{y},{what}" for ref, day, _, x, y, what in GOOD),
]
CSV = "\n".join(LINES) + "\n"
FEBRUARY = CSV.replace("/01/", "/02/").replace("\nA", "\nB")
TEXTS = [line.split(",") for line in LINES]
STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)
STOPS = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing\n"
)
LONLAT = [
    (0.0810801, 51.5393205),
    (0.0825579, 51.5401036),
    (0.0940801, 51.5426144),
    (0.0980, 51.5506),
    (0.0786, 51.5519),
]


def save_book(path, sheets, hidden=(), merge=()):
    """Write a workbook of several sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in merge:
            sheet.merge_cells(cells)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    if len(hidden) < len(sheets):
        book.active = next(n for n, name in enumerate(sheets) if name not in hidden)
    book.save(path)


def odd_workbooks(folder):
    """Workbooks as people lay them out, and as they should not be."""
    good = [HEADER, *GOOD]
    save_book(
        folder / "title_rows.xlsx",
        {"Data": [("Offences of January",), (), *good, NO_DATE]},
    )
    save_book(
        folder / "two_header_rows_with_merged_cells.xlsx",
        {
            "Data": [
                ("Offences",),
                ("Reference", "Committed", None, "Location", None, "Category"),
                (None, "Date", "Time", "Easting", "Northing", None),
                *GOOD,
            ]
        },
        merge=("A1:F1", "B2:C2", "D2:E2", "A2:A3", "F2:F3"),
    )
    ends = [("Total", None, None, None, None, 5), (), ("Figures may change later.",)]
    save_book(folder / "totals_and_notes.xlsx", {"Data": [*good, *ends]})
    save_book(folder / "hidden_sheet.xlsx", {"Workings": good, "Data": good}, hidden=("Workings",))
    save_book(folder / "cover_sheet_and_data.xlsx", {"Read me": [("About this",)], "Data": good})
    lookup = [("Code", "Meaning", "Used"), ("R", "Robbery", "yes"), ("B", "Burglary", "no")]
    months = {
        "January": TEXTS,
        "February": [line.split(",") for line in FEBRUARY.splitlines()],
    }
    save_book(folder / "several_sheets.xlsx", months | {"Lookup": lookup})
    save_book(
        folder / "dates_as_serial_numbers.xlsx",
        {"Data": [HEADER, *((ref, 44938 + n, *rest) for n, (ref, _, *rest) in enumerate(GOOD))]},
    )
    save_book(folder / "only_hidden_sheets.xlsx", {"Data": good, "Cover": [("About",)]})
    change_member(
        folder / "only_hidden_sheets.xlsx",
        folder / "only_hidden_sheets.xlsx",
        "xl/workbook.xml",
        lambda xml: xml.replace(b'state="visible"', b'state="hidden"'),
    )
    save_book(folder / "plain.xlsx", {"Data": good})
    sheet = "xl/worksheets/sheet1.xml"
    styled = b"".join(
        b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(10, 1_000_000)
    )
    for name, more in (
        ("million_styled_empty_rows", styled),
        ("cell_in_the_last_corner", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        ("workbook_that_unpacks_to_too_much", b" " * 12_000_000),
    ):
        change_member(
            folder / "plain.xlsx",
            folder / f"{name}.xlsx",
            sheet,
            lambda xml, more=more: xml.replace(b"</sheetData>", more + b"</sheetData>"),
        )
    save_ods(
        folder / "opendocument.ods", [*TEXTS, ["A6", "", "10:00", "544431", "184331", "Drugs"]]
    )
    save_ods(folder / "opendocument_repeated_to_the_last_corner.ods", TEXTS, far=True)


def change_member(source, target, member, change):
    """Copy a ZIP, one member changed."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts[member])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def save_ods(path, rows, *, far=False):
    """Write an OpenDocument spreadsheet of texts, with the empty rest of the sheet below it."""
    string = '<table:table-cell office:value-type="string">'
    lines = [
        "<table:table-row>"
        + "".join(
            f"{string}<text:p>{cell}</text:p></table:table-cell>" if cell else "<table:table-cell/>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    ]
    rest = f'<table:table-row table:number-rows-repeated="{1048576 - len(rows) - far}">'
    lines.append(
        rest + '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    if far:
        lines.append(
            '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
            f"{string}<text:p>x</text:p></table:table-cell>"
            "</table:table-row>"
        )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body>'
        f'<office:spreadsheet><table:table table:name="Data">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", listed)


def odd_maps(folder, write):
    """The five good reports in other GIS formats."""
    records = {
        "reference": [row[0] for row in GOOD],
        "date": [str(row[1]) for row in GOOD],
        "category": ["Robbery"] * len(GOOD),
    }
    points = [shapely.Point(row[3], row[4]) for row in GOOD]
    write.gpkg(folder / "good.gpkg", records, points)
    layer = pyogrio.read_dataframe(folder / "good.gpkg")
    pyogrio.write_dataframe(layer, folder / "flatgeobuf.fgb", driver="FlatGeobuf")
    pyogrio.write_dataframe(layer, folder / "mapinfo.mif", driver="MapInfo File", FORMAT="MIF")
    pyogrio.write_dataframe(layer, folder / "mapinfo_table.tab", driver="MapInfo File")
    pyogrio.write_dataframe(layer, folder / "shapefile_without_prj.shp", driver="ESRI Shapefile")
    (folder / "shapefile_without_prj.prj").unlink()
    with zipfile.ZipFile(folder / "shapefile_without_prj.zip", "w") as archive:
        for suffix in ("shp", "shx", "dbf"):
            data = (folder / f"shapefile_without_prj.{suffix}").read_bytes()
            archive.writestr(f"layers/pins.{suffix}", data)
    pins = [
        f"<Placemark><TimeStamp><when>2023-01-1{n}T10:00:00Z</when></TimeStamp><ExtendedData>"
        "<Data name='category'><value>Robbery</value></Data></ExtendedData>"
        f"<Point><coordinates>{x},{y}</coordinates></Point></Placemark>"
        for n, (x, y) in enumerate(LONLAT, start=3)
    ]
    top = "<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'><Document>"
    end = "</Document></kml>"
    with zipfile.ZipFile(folder / "pins.kmz", "w") as archive:
        archive.writestr("doc.kml", "".join([top, *pins, end]))
    folders = [
        "<Folder><name>East</name>",
        *pins[:2],
        "</Folder><Folder><name>West</name>",
        *pins[2:],
        "</Folder>",
    ]
    (folder / "kml_with_two_folders.kml").write_text("".join([top, *folders, end]))


def odd_texts(folder):
    """Texts that are better not kept as text."""
    (folder / "utf16_with_bom.csv").write_bytes(CSV.encode("utf-16"))
    (folder / "utf16_without_bom.csv").write_bytes(CSV.encode("utf-16-le"))
    (folder / "nul_bytes.csv").write_bytes(CSV.replace("Robbery", "Rob\0bery", 3).encode())
    bent = CSV.replace("Robbery", '"Rob\0bery, at a shop"', 1) + "A6,13/01/2023,,,,Robbery,,x\n"
    (folder / "nul_byte_beside_commas_in_quotes.csv").write_bytes(bent.encode())
    (folder / "line_breaks_in_quoted_cells_below_a_title.csv").write_text(
        "\n".join(["January", LINES[0], LINES[1].replace("Robbery", '"Robbery"'), *LINES[2:]])
        + '\nA6,,10:00,544431,184331,"Rob\nbery"\n'
    )
    red = CSV.replace("category", "\x1b[31mWhat\x07\x9b1m")
    (folder / "column_name_that_steers_a_terminal.csv").write_text(red, encoding="utf-8")
    deep = '{"type":"FeatureCollection","features":' + "[" * 10_000 + "]" * 10_000 + "}"
    (folder / "nested_10000_deep.geojson").write_text(deep)
    features = [
        {
            "type": "Feature",
            "properties": {"date": "2023-01-13", "category": "Theft", "text": "[" * 100},
            "geometry": {"type": "Point", "coordinates": xy},
        }
        for xy in LONLAT
    ]
    (folder / "brackets_in_texts_do_not_nest.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features})
    )


def save_zip(path, files):
    """Write a ZIP of texts or bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def archives(folder):
    """ZIPs with data in them, and ZIPs that should not be opened."""

    def months(first, month):
        rows = [
            f"{first}{n},{month},Met,Met,{x},{y},On or near X,,,Robbery,,\n"
            for n, (x, y) in enumerate(LONLAT)
        ]
        return STREET + "".join(rows)

    stops = [
        f"Person search,2023-01-1{n}T10:00:00+00:00,,,{y},{x},,,,,,Controlled drugs,,,\n"
        for n, (x, y) in enumerate(LONLAT)
    ]
    outcomes = STREET.split(",Crime type", maxsplit=1)[0] + ",Outcome type\n1,,,,,,,,,\n"
    save_zip(
        folder / "archive_of_months.zip",
        {
            "2023-01/2023-01-town-street.csv": months("a", "2023-01"),
            "2023-01/2023-01-town-outcomes.csv": outcomes,
            "2023-01/2023-01-town-stop-and-search.csv": STOPS + "".join(stops),
            "2023-02/2023-02-town-street.csv": months("b", "2023-02"),
            "README.txt": "about",
            "__MACOSX/2023-01/._x.csv": "x",
        },
    )
    save_zip(folder / "same_file_twice.zip", {"a/offences.csv": CSV, "b/offences.csv": CSV})
    book = (folder / "several_sheets.xlsx").read_bytes()
    save_zip(folder / "workbook_and_list.zip", {"a.xlsx": book, "b.csv": CSV})
    inner = io.BytesIO()
    save_zip(inner, {"a.csv": CSV})
    save_zip(folder / "zip_within_a_zip.zip", {"inner.zip": inner.getvalue(), "offences.csv": CSV})
    save_zip(folder / "zip_bomb.zip", {"a.csv": LINES[0] + "\n" + "0" * 20_000_000})
    save_zip(folder / "path_that_leads_out.zip", {"../../a.csv": CSV})
    save_zip(folder / "only_a_letter.zip", {"letter.pdf": "x", "README.txt": "x"})
    looked_at = ("a.pdf", "May/B.PDF", "c.doc", "d.png", "e.JPEG", "f.heic", "__MACOSX/g.pdf")
    save_zip(folder / "letters_and_pictures.zip", dict.fromkeys(looked_at, "x"))
    save_zip(folder / "only_a_page.zip", {"page.html": "x"})
    save_zip(folder / "too_many_members.zip", {f"{n}.csv": "" for n in range(5_001)})
    (folder / "csv_named_zip.zip").write_text(CSV)
    whole = (folder / "same_file_twice.zip").read_bytes()
    (folder / "cut_in_half.zip").write_bytes(whole[: len(whole) // 2])
    flag = 6  # byte of a local header where its flags are; 8 in the list of members
    locked = bytearray(whole)
    locked[flag] |= 1
    locked[whole.index(b"PK\x01\x02") + flag + 2] |= 1
    (folder / "with_a_password.zip").write_bytes(locked)
    with zipfile.ZipFile(folder / "one_damaged_member.zip", "w") as archive:
        archive.writestr("bad.csv", CSV)
        archive.writestr("good.csv", FEBRUARY)
    data = bytearray((folder / "one_damaged_member.zip").read_bytes())
    data[data.index(b"Robbery")] ^= 1  # stored, so its checksum no longer fits
    (folder / "one_damaged_member.zip").write_bytes(data)
