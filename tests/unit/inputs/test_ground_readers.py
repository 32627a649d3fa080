"""The parts of the ground's readers whose answers can be worked out by hand."""

from __future__ import annotations

import tomllib
import zlib
from datetime import date
from pathlib import Path

import ground_files as made
import numpy as np
import pytest
import shapely

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import Origin
from csp_geo.core.projection import BRITISH_CRS
from csp_geo.core.settings import Limits
from csp_geo.core.shelf import note_bytes
from csp_geo.inputs.files.osm_pbf import OsmFrame, check_osm_pbf, osm_frame
from csp_geo.inputs.ground.cutting import GroundFrame, names_of
from csp_geo.inputs.ground.gml_features import read_gml
from csp_geo.inputs.ground.highways import crosses_freely, lighting, street_classes, walkable
from csp_geo.inputs.ground.layer_rules import rule_of
from csp_geo.inputs.ground.limits import GROUND_LIMITS, ground_limits
from csp_geo.inputs.ground.police_points import n_unseen, named_by, same_points


def words(*some):
    return np.array(some, dtype=object)


# --- the frame of an extract -------------------------------------------------------------------


def pbf(path, head=b"", *, blocks=1, kind=b"OSMData"):
    """An extract with a header of our own, and some blocks of data."""

    def block(name, data):
        zipped = zlib.compress(data)
        body = bytes([0x1A, len(zipped)]) + zipped
        heading = bytes([0x0A, len(name)]) + name + bytes([0x18, len(body)])
        return len(heading).to_bytes(4, "big") + heading + body

    path.write_bytes(block(b"OSMHeader", head) + block(kind, b"x") * blocks)
    return Origin(path, path.name)


def test_the_day_and_box_of_an_extract(tmp_path):
    seconds = bytes([0x80, 0x82, 0x95, 0xCB, 0x06])  # 1,768,243,456 seconds
    sides = bytes([0x08, 0x01, 0x10, 0x02, 0x18, 0x04, 0x20, 0x03])  # west -1, east 1, 2, -2
    origin = pbf(
        tmp_path / "a.osm.pbf", b"\x0a" + bytes([len(sides)]) + sides + b"\x80\x02" + seconds
    )
    check_osm_pbf(origin, origin.first_bytes())
    found = osm_frame(origin)
    assert found.made_on == date(2026, 1, 12)
    assert found.box == pytest.approx((-1e-9, -2e-9, 1e-9, 2e-9))


def test_an_extract_that_says_nothing_of_itself(tmp_path):
    assert osm_frame(pbf(tmp_path / "a.osm.pbf")) == OsmFrame()


@pytest.mark.parametrize("lost", [1, 5, 20])
def test_an_extract_that_was_cut_off(tmp_path, lost):
    origin = pbf(tmp_path / "a.osm.pbf", blocks=2)
    whole = origin.path.read_bytes()
    origin.path.write_bytes(whole[:-lost])
    with pytest.raises(SourceError, match="is cut off"):
        check_osm_pbf(origin, origin.first_bytes())


def test_what_is_no_extract(tmp_path):
    for data in (b"\0\0\0\x11\x0a\x09OSMHeader\x18\xff\xff\xff\xff\x7f", b"PK\x03\x04OSM" * 20):
        path = tmp_path / "a.osm.pbf"
        path.write_bytes(data)
        with pytest.raises(SourceError, match="not what its name says"):
            check_osm_pbf(Origin(path, path.name), data)


# --- words -------------------------------------------------------------------------------------


def test_classes_of_streets():
    said = words("primary", "a road, collapsed dual carriageway", "b road", "steps", "odd", "")
    classes, known = street_classes(said)
    assert classes.tolist() == ["main", "main", "secondary", "path", "local", "local"]
    assert known.tolist() == [True, True, True, True, False, False]


def test_what_is_said_of_walkers_goes_before_what_is_said_of_all():
    ways = words("residential", "residential", "motorway", "trunk", "motorway")
    access = words("", "private", "", "no", "")
    foot = words("", "", "", "yes", "yes")
    assert walkable(ways, access, foot).tolist() == [True, False, False, True, True]


def test_lighting_and_bridges():
    assert lighting(words("24/7", "disused", "", "x")).tolist() == ["yes", "no", *["unknown"] * 2]
    bridges, tunnels = words("viaduct", "no", "", ""), words("", "", "building_passage", "yes")
    assert crosses_freely(bridges, tunnels).tolist() == [True, False, False, True]


def test_names_are_one_line_without_what_cannot_be_seen():
    odd = words("High\u202e Street\n1", None, float("nan"), "<b>x</b>", "a" * 500)
    assert names_of(odd).tolist() == ["High Street 1", "", "", "<b>x</b>", "a" * 100]


@pytest.mark.parametrize(
    ("name", "geometry", "layer"),
    [
        ("TQ_Road", "LineString", "streets"),
        ("ROAD_LINK", "LineString", "streets"),
        ("surfaceWater_Area", "MultiPolygon", "water"),
        ("gis_osm_roads_free_1", "LineString", "streets"),
        ("Council footpaths 2025", "MultiLineString", "streets"),
        ("roads", "Point", None),
        ("roads_national", "MultiLineString", None),
        ("national_parks", "MultiPolygon", None),
        ("district_buildings", "MultiPolygon", None),
        ("contours", "LineString", None),
    ],
)
def test_layers_by_their_names(name, geometry, layer):
    rule = rule_of(name, [], geometry)
    assert (rule.layer if rule else None) == layer


# --- points, limits, notes ---------------------------------------------------------------------


def test_points_within_five_metres_are_one():
    xy = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 0.0], [20.0, 0.0], [25.1, 0.0]])
    numbers = same_points(xy)
    assert numbers[0] == numbers[1] == numbers[2]
    assert len(set(numbers)) == 3
    assert len(same_points(np.empty((0, 2)))) == 0


def test_points_that_no_month_has_named_yet():
    """Ten named once and four twice: 10 x 9 / (2 x 5) = 9 more."""
    assert n_unseen(np.array([1] * 10 + [2] * 4 + [7] * 30)) == 9.0


def test_files_of_police_uk_by_their_header():
    assert named_by(made._STREET.split(",")) == "offence"
    assert named_by(made._STOP.split(",")) == "stop"
    assert named_by(["Longitude", "Latitude", "Month"]) is None


def test_limits_are_never_lower_than_those_for_reports():
    found = ground_limits(Limits(seconds=99_999, depth=300))
    assert (found.seconds, found.depth) == (99_999, 300)
    assert found.file_bytes == GROUND_LIMITS.file_bytes


def test_a_note_with_sections():
    note = {"file": "a", "box": [1, -2], "given": [{"id": 'x"y', "counts": {"streets": 2}}]}
    read = tomllib.loads(note_bytes(note, "csp-geo x").decode())
    assert read == note


# --- shapes ------------------------------------------------------------------------------------


def test_shapes_are_cut_a_kilometre_outside(town_area):
    frame = GroundFrame(town_area)
    line = shapely.LineString([(made.X - 5000, made.Y + 500), (made.X + 5000, made.Y + 500)])
    rows = frame.layer("railways", {"name": ["a"], "bridge": [False]}, [line], BRITISH_CRS)
    assert rows.total_bounds.round(2).tolist() == [
        *(made.X - 1000, made.Y + 500, made.X + 3000, made.Y + 500),
    ]
    house = shapely.box(made.X - 1010, made.Y, made.X - 990, made.Y + 10)
    assert frame.layer("buildings", {}, [house], BRITISH_CRS).area.tolist() == [200.0]
    nothing = frame.layer("streets", dict.fromkeys(("name", "class", "lit"), "") | {
        "walkable": True, "steps": False, "bridge": False}, [], BRITISH_CRS)  # fmt: skip
    assert len(nothing) == 0


def test_gml_nested_names_and_heights(tmp_path):
    path = made.gml(tmp_path / "a.gml")
    text = path.read_text()
    nested = "<g:name xmlns:g='x'><g:spelling><g:language>eng</g:language><g:text>Ash</g:text>"
    text = text.replace(
        "<oml:distinctiveName>East Street</oml:distinctiveName>",
        f"{nested}</g:spelling></g:name>",
    )
    path.write_text(text)
    found, n = read_gml(Origin(path, "a.gml"), (0, 0, 700_000, 1_300_000))
    assert (n, found["Road"].rows[0]["name"]) == (3, "Ash")
    path.write_text(text.replace("<gml:posList>", '<gml:posList srsDimension="3">'))
    with pytest.raises(SourceError, match="heights"):
        read_gml(Origin(path, "a.gml"), (0, 0, 1, 1))


def test_the_list_of_tags_is_in_the_package():
    assert (Path(made.__file__).parents[1] / "csp_geo/inputs/ground/osm.ini").is_file()
