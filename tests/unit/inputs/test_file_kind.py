"""What kind of file a file is: by the folder it lies in, else by what is in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import shapely

from csp_geo.inputs.file_kind import BOUNDARIES, HAVENS, PREMISES, REPORTS, ZONES, kind_of_file
from csp_geo.inputs.venues.register import TEMPLATE

BOXES = [shapely.box(x, 184020, x + 1000, 185020) for x in (544010, 545010)]

TABLES = {
    "premises by their hours": (
        ("Name", "Opening hours", "Easting", "Northing"), ("Zq", "Mo-Fr 9-5", 544421, 184321),
        PREMISES,
    ),
    "premises by their type": (
        ("name", "type", "lat", "lon"), ("Zq", "Local authority run library", 51.53, 0.08),
        PREMISES,
    ),
    "premises by their address": (
        ("Site Name", "Address", "Postcode"), ("Zq", "1 Zq Road", "IG11 8TU"), PREMISES,
    ),
    "food hygiene ratings": (
        ("FHRSID", "BusinessName", "BusinessType", "RatingDate", "Longitude", "Latitude"),
        ("1", "Zq", "Pub/bar/nightclub", "2020-01-01", 0.08, 51.53), PREMISES,
    ),
    "the register": (TEMPLATE, ["Zq"] * len(TEMPLATE), HAVENS),
    "reports with a date": (
        ("reference", "date", "easting", "northing", "category"),
        ("1", "13/01/2023", 544421, 184321, "Robbery"), REPORTS,
    ),
    "reports with a name and an address": (
        ("name", "date", "address", "postcode", "category"),
        ("Zq", "13/01/2023", "1 Zq Road", "IG11 8TU", "Noise"), REPORTS,
    ),
    "pins with a category that is no type of venue": (
        ("name", "category", "lat", "lon"), ("Zq", "Feels unsafe", 51.53, 0.08), REPORTS,
    ),
    "pins with a category and an address": (
        ("name", "category", "address", "lat", "lon"), ("Zq", "Feels unsafe", "Zq", 51.53, 0.08),
        REPORTS,
    ),
    "police.uk": (
        ("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
         "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"),
        ("", "2023-01", "Met", "Met", 0.08, 51.53, "On or near X", "", "", "Robbery", "", ""),
        REPORTS,
    ),
    "anything else": (("a", "b"), ("1", "2"), REPORTS),
}  # fmt: skip

LAYERS = {
    "wards": ({"WD22CD": ["E05014053", "E05014054"], "WD22NM": ["A", "B"]}, BOUNDARIES),
    "names only": ({"Hood": ["A b", "C d"]}, BOUNDARIES),
    "outlines without anything": ({"objectid": [1, 2]}, BOUNDARIES),
    "wards in force since": (
        {"ward_code": ["A1", "A2"], "name": ["A", "B"], "valid_from": ["2022-05-05"] * 2},
        BOUNDARIES,
    ),
    "orders by their words": ({"name": ["PSPO Town", "PSPO Park"], "no": [1, 2]}, ZONES),
    "orders by their power": ({"title": ["Town", "Park"], "type": ["Dispersal"] * 2}, ZONES),
    "orders by their dates": (
        {"name": ["Town", "Park"], "start": ["2022-01-01"] * 2, "end": ["2025-01-01"] * 2}, ZONES,
    ),
    "libraries drawn as buildings": (
        {"name": ["Zq", "Zr"], "type": ["Library", "Council-run library"]},
        PREMISES,
    ),
    "places of OpenStreetMap drawn as buildings": (
        {"name": ["Zq", "Zr"], "amenity": ["library", "pharmacy"]},
        PREMISES,
    ),
    "wards with a type": (
        {"name": ["Zq", "Zr"], "type": ["Urban ward", "Rural ward"]},
        BOUNDARIES,
    ),
    "reports drawn as areas": (
        {"date": ["2023-01-13"] * 2, "category": ["Graffiti"] * 2, "name": ["a", "b"]}, REPORTS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables(tmp_path, write, name):
    header, row, kind = TABLES[name]
    found = kind_of_file(write.csv(tmp_path / "a.csv", header, [row]))
    assert found.kind == kind
    assert found.why


@pytest.mark.parametrize("name", LAYERS)
def test_layers(tmp_path, write, name):
    table, kind = LAYERS[name]
    assert kind_of_file(write.gpkg(tmp_path / "a.gpkg", table, BOXES)).kind == kind


@pytest.mark.parametrize("points", [1, 2, 3])
def test_areas_are_most_of_a_layer_of_areas(tmp_path, write, points):
    """Two areas among one point are boundaries, among two or three points they are not."""
    shapes = [*BOXES, *[shapely.Point(544421, 184321)] * points]
    table = {"name": [f"Zq {n}" for n in range(len(shapes))]}
    found = kind_of_file(write.gpkg(tmp_path / "a.gpkg", table, shapes))
    assert (found.kind == BOUNDARIES) == (points < len(BOXES))


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("boundaries", BOUNDARIES),
        ("zones", ZONES),
        ("premises", PREMISES),
        ("offence", REPORTS),
        ("context", "context"),
        ("Boundaries", BOUNDARIES),
    ],
)
def test_the_folder_goes_first(tmp_path, write, folder, kind):
    path = write.csv(tmp_path / folder / "a.csv", ("a", "b"), [("1", "2")])
    assert kind_of_file(path).kind == kind


def test_the_register_by_its_name(tmp_path, write):
    assert kind_of_file(write.csv(tmp_path / "havens.csv", ("a",), [("1",)])).kind == HAVENS


@pytest.mark.parametrize("name", ["none.csv", "none.geojson"])
def test_what_is_not_there_is_left_to_those_who_read_reports(tmp_path, name):
    assert kind_of_file(tmp_path / name).kind == REPORTS


def test_damaged_files(tmp_path):
    for name in ("a.gpkg", "a.geojson", "a.xlsx", "a.zip"):
        (tmp_path / name).write_bytes(b"\x00\x01 nothing")
        assert kind_of_file(tmp_path / name).kind == REPORTS


CASES = Path(os.environ.get("CSP_GEO_SHARED", "../shared")) / "cases" / "files"


@pytest.mark.skipif(not CASES.is_dir(), reason="no case files beside the repository")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("wards_area_code_area_name.geojson", BOUNDARIES),
        ("wards_name_only.geojson", BOUNDARIES),
        ("wards_with_one_empty_shape.geojson", BOUNDARIES),
        ("council_libraries.geojson", PREMISES),
        ("opening_hours_with_commas.csv", PREMISES),
        ("fixmystreet_dashboard.csv", REPORTS),
        ("google_forms.csv", REPORTS),
        ("istv_emergency_department.csv", REPORTS),
        ("kobo_geopoint_columns.csv", REPORTS),
        ("police_uk_service_by_ward.json", REPORTS),
        ("microsoft_forms.xlsx", REPORTS),
        ("socrata_location_column.csv", REPORTS),
    ],
)
def test_cases(name, kind):
    assert kind_of_file(CASES / name).kind == kind
