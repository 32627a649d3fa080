"""`ground add` and `ground list`, as people call them, with files as they are downloaded."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tomllib
from datetime import date

import geopandas as gpd
import ground_files as made
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import PLAIN_HEADER, town_offences, write_csv, write_wards
from hypothesis import given, settings
from hypothesis import strategies as st

from csp_geo.core.errors import GroundError
from csp_geo.core.storage import write_bytes
from csp_geo.core.tables import GROUND, check_table
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.ground.ground_store import read_ground
from csp_geo.inputs.ground.ground_uses import ground_cautions
from csp_geo.products.map.ground_lines import pack_ground

TODAY = date(2026, 6, 1)


@pytest.fixture
def project(csp, tmp_path):
    """A project with the wards of the toy town."""
    assert csp("init", cwd=tmp_path).code == 0
    write_wards(tmp_path / "data" / "boundaries" / "town.gpkg")
    return tmp_path


@pytest.fixture
def add(csp, project):
    def run(*given_to_it):
        return csp("ground", "add", *given_to_it, cwd=project)

    return run


@pytest.fixture
def ground(project):
    """Read the ground of the project."""

    def read():
        area = read_study_area(project / "data" / "boundaries" / "town.gpkg")
        found = read_ground(project / "data" / "ground", area)
        if found is not None:
            for name in GROUND:
                check_table(found.layer(name), GROUND[name])
        return found

    return read


def contents(found):
    """What a ground holds, for comparing."""
    return {
        name: sorted(
            zip(
                *(found.layer(name)[column].astype(str) for column in GROUND[name].names[:-1]),
                found.layer(name).geometry.to_wkt(),
                strict=True,
            )
        )
        for name in GROUND
    }


# --- each format -------------------------------------------------------------------------------


def test_open_street_map(add, ground, tmp_path):
    ran = add(made.osm(tmp_path / "town.osm"))
    assert (ran.code, ran.out.splitlines()[0]) == (
        0,
        "town.osm: OpenStreetMap, of a day that it does not say",
    )
    found = ground()
    streets = found.streets.set_index(found.streets["class"].astype(str))
    assert streets.loc["main", ["name", "lit", "walkable"]].tolist() == ["East Street", "yes", True]
    assert sorted(streets.loc["path", "steps"]) == [False, True]
    assert streets.loc["path"].set_index("steps")["bridge"].to_dict() == {False: True, True: False}
    assert not streets.loc["motorway", "walkable"]
    assert found.green["name"].tolist() == ["Toy Park"]
    assert found.water["name"].tolist() == ["The Brook"]
    assert len(found.railways) == len(found.buildings) == 1
    assert found.licences == ("© OpenStreetMap contributors, Open Database Licence (ODbL)",)
    assert dict(zip(found.places["name"], found.places["kind"], strict=True)) == {
        "Toytown": "station",
        "Toytown Primary School": "school",
    }
    assert "1 place that no map may show" in ran.out


def test_open_roads(add, ground, tmp_path):
    ran = add(made.open_roads(tmp_path / "oproad_gb_202604.gpkg"))
    assert ran.code == 0, ran.err
    assert "oproad_gb_202604.gpkg: the ground has no use for road_node." in ran.out
    streets = ground().streets.set_index("name")
    assert streets["class"].astype(str).to_dict() == {
        "M1": "motorway", "East Street": "main", "Back Lane": "local", "": "service",
    }  # fmt: skip
    assert streets["bridge"].to_dict()["Back Lane"]
    assert not streets["walkable"]["M1"]
    assert set(streets["lit"].astype(str)) == {"unknown"}
    assert ground().licences == ("Contains OS data © Crown copyright and database right 2026",)
    assert ground().files[0].dated == "2026-04"


@pytest.mark.parametrize("is_packed", [True, False])
def test_open_map_local_by_square(add, ground, tmp_path, is_packed):
    home = made.map_local(tmp_path)
    given_files = [made.packed(home, tmp_path / "opmplc_essh_tq.zip")]
    if not is_packed:
        given_files = sorted(home.glob("*.shp"))
        given_files = [path for path in given_files if "Glasshouse" not in path.name]
    ran = add(*given_files)
    assert ran.code == 0, ran.err
    found = ground()
    assert found.counts == {
        "streets": 3, "railways": 1, "water": 2, "green": 1, "buildings": 1, "addresses": 0,
        "places": 3, "known_points": 0,
    }  # fmt: skip
    assert set(found.places["kind"]) == {"station", "school", "place"}
    assert found.green["kind"].astype(str).tolist() == ["wood"]
    tunnel = found.streets[found.streets["bridge"]]
    assert tunnel["walkable"].tolist() == [False]


def test_zoomstack_in_a_zip_takes_the_finest_of_each(add, ground, tmp_path):
    folder = tmp_path / "z" / "data"
    folder.mkdir(parents=True)
    made.zoomstack(folder / "OS_Open_Zoomstack.gpkg")
    ran = add(made.packed(folder, tmp_path / "zoom.zip"))
    assert ran.code == 0, ran.err
    found = ground()
    assert found.counts | {"streets": 4} == {
        "streets": 4, "railways": 2, "water": 2, "green": 2, "buildings": 1, "addresses": 0,
        "places": 2, "known_points": 0,
    }  # fmt: skip
    assert sorted(found.streets["name"])[-2:] == ["Back Lane", "East Street"]
    assert found.railways["bridge"].tolist().count(True) == 1
    for name in ("roads_national", "district_buildings", "contours"):
        assert name in ran.out


def test_greenspace_names_and_gml(add, ground, tmp_path):
    given_files = (
        made.greenspace(tmp_path / "opgrsp_gb.gpkg"),
        made.open_names(tmp_path / "opname_gb.gpkg"),
        made.gml(tmp_path / "OSOpenMapLocal_TQ.gml"),
    )
    assert add(*given_files).code == 0
    found = ground()
    kinds = found.green["kind"].astype(str)
    assert sorted(kinds) == ["cemetery", "park", "pitch", "wood"]
    assert len(found.green.geometry[kinds == "wood"].iloc[0].interiors) == 1
    assert set(found.places["kind"]) == {"place", "street", "station", "school"}
    assert found.streets["class"].astype(str).tolist() == ["secondary"]


def test_capitals_do_not_matter(add, ground, tmp_path):
    made.layer(
        tmp_path / "x.gpkg", "ROAD_LINK", {"NAME_1": ["East Street"], "ROAD_FUNCTION": ["B Road"]},
        [made.EAST_STREET],
    )  # fmt: skip
    assert add(tmp_path / "x.gpkg").code == 0
    assert ground().streets[["name", "class"]].astype(str).to_numpy().tolist() == [
        ["East Street", "secondary"]
    ]


def test_uprn(add, ground, tmp_path):
    points = [(made.X + 10 * i, made.Y + 10 * i) for i in range(150)] + [(430000, 434000)] * 5
    flats = [(made.X + 500, made.Y + 500)] * 4
    ran = add(made.uprn_csv(tmp_path / "osopenuprn_202605.csv", points + flats))
    assert ran.code == 0, ran.err
    assert ran.out.startswith("osopenuprn_202605.csv: OS Open UPRN, of 2026-05\n  154 addresses\n")
    assert "none in Alibon and Barking Riverside." in ran.out
    assert len(ground().addresses) == 154


def test_known_points_of_any_month_and_category(add, ground, tmp_path):
    one, two, three = ([made.X + n, made.Y + n] for n in (100, 500, 900))
    moved = [one[0] + 3, one[1]]
    far = [430000, 434000]
    archive = made.police(
        tmp_path / "police.zip",
        [("2023-01", [one, two]), ("2024-01", [moved, far])],
        stops=[("2024-02", [three])],
    )
    ran = add(archive)
    assert ran.code == 0, ran.err
    points = ground().known_points.sort_values("n_months")
    assert points["n_months"].tolist() == [1, 1, 2]
    last = points.iloc[-1]
    assert (last["first_month"], last["last_month"]) == ("2023-01", "2024-01")
    assert last.geometry.x == pytest.approx(moved[0], abs=0.2)
    assert sorted(points["named_by"]) == ["offence", "offence", "stop"]
    assert ground().files[0].dated == "2024-02"


def test_own_layers_by_name_geometry_or_said(add, ground, tmp_path):
    made.layer(
        tmp_path / "council.gpkg", "Footpaths",
        {"street_name": ["Ash Path"], "type": ["footpath"], "lit": ["Yes"]}, [made.ALLEY],
    )  # fmt: skip
    assert add(tmp_path / "council.gpkg").code == 0
    street = ground().streets.iloc[0]
    assert street[["name", "class", "lit"]].tolist() == ["Ash Path", "path", "yes"]
    made.layer(tmp_path / "odd.gpkg", "lyr1", {"a": [1]}, [made.EAST_STREET])
    assert add(tmp_path / "odd.gpkg").code == 1
    assert add(tmp_path / "odd.gpkg", "--layer", "streets", "--also").code == 0
    assert len(ground().streets) == 2


# --- several files -----------------------------------------------------------------------------


def test_the_later_replaces_and_also_adds_nothing_twice(add, ground, tmp_path):
    roads = made.open_roads(tmp_path / "roads.gpkg")
    local = made.packed(made.map_local(tmp_path), tmp_path / "local.zip")
    add(roads)
    ran = add(local)
    assert "Streets: 4 of roads.gpkg were replaced. To keep both, add the file with --also." in (
        ran.out
    )
    assert {one.name for one in ground().files} == {"local.zip"}
    add(roads, "--also")
    both = ground().streets
    assert both["name"].value_counts()["East Street"] == 1
    assert len(both) == 4  # the tunnel of the one is the alley of the other


def test_a_street_drawn_a_little_elsewhere_is_one(add, ground, tmp_path):
    shifted = shapely.transform(made.EAST_STREET, lambda xy: xy + 4)
    made.layer(
        tmp_path / "a.gpkg", "road_link", {"name_1": ["East Street"], "road_function": ["A Road"]},
        [made.EAST_STREET],
    )  # fmt: skip
    made.layer(
        tmp_path / "b.gpkg", "road", {"DISTNAME": ["EAST STREET"], "classification": ["A Road"]},
        [shifted],
    )  # fmt: skip
    assert add(tmp_path / "b.gpkg", tmp_path / "a.gpkg").code == 0
    assert ground().streets["name"].tolist() == ["East Street"]


@settings(max_examples=6)
@given(order=st.permutations(range(3)), again=st.booleans())
def test_order_of_tiles_and_adding_again_change_nothing(tmp_path_factory, csp, order, again):
    home = tmp_path_factory.mktemp("tiles")
    write_wards(home / "data" / "boundaries" / "town.gpkg")
    tiles = []
    for number, shapes in enumerate(
        ([made.EAST_STREET, made.LANE], [made.LANE, made.MOTORWAY], [made.ALLEY, made.LANE])
    ):
        path = home / f"tile{number}.gpkg"
        names = [f"Street {shape.length:.0f}" for shape in shapes]
        made.layer(path, "road", {"name": names, "classification": ["Local Road"] * 2}, shapes)
        tiles.append(path)
    points = [[(made.X + 50 * n, made.Y + 9)] * (n + 1) for n in range(3)]
    lists = [made.uprn_csv(home / f"u{n}.csv", points[n] + points[(n + 1) % 3]) for n in range(3)]
    given_files = [tiles[n] for n in order] + [lists[n] for n in order]
    assert csp("ground", "add", *given_files, cwd=home).code == 0
    area = read_study_area(home / "data" / "boundaries" / "town.gpkg")
    first = read_ground(home / "data" / "ground", area)
    assert (first.counts["streets"], first.counts["addresses"]) == (4, 6)
    before = contents(first)
    assert {row[0] for row in before["streets"]} == {
        f"Street {shape.length:.0f}"
        for shape in (made.EAST_STREET, made.LANE, made.MOTORWAY, made.ALLEY)
    }
    more = ["--also"] if again else []
    assert csp("ground", "add", *reversed(given_files), *more, cwd=home).code == 0
    assert contents(read_ground(home / "data" / "ground", area)) == before
    shutil.rmtree(home)


# --- bad input ---------------------------------------------------------------------------------


def refused(ran, *words):
    """The command failed with one sentence that has all the words."""
    assert ran.code == 1
    said = ran.err.splitlines()[-1]
    for word in words:
        assert word in said, said
    return said


def test_bad_files_are_refused_in_a_sentence_and_nothing_is_written(add, project, tmp_path):
    assert add(made.osm(tmp_path / "town.osm")).code == 0
    home = project / "data" / "ground"
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    far = made.open_roads(tmp_path / "far.gpkg", far=True)
    refused(add(far), "holds nothing in Barking and Dagenham", "53.8")
    made.layer(tmp_path / "none.gpkg", "contours", {"height": [1]}, [made.BROOK])
    refused(add(tmp_path / "none.gpkg"), "no layer that the ground knows (layers: 'contours')")
    header = "UPRN,EAST,NORTH,LATITUDE,LONGITUDE"
    refused(
        add(made.uprn_csv(tmp_path / "u.csv", [(made.X, made.Y)], header)),
        "no columns X_COORDINATE and Y_COORDINATE (columns: UPRN, EAST, NORTH",
    )
    broken = tmp_path / "broken.csv"
    broken.write_text("UPRN,X_COORDINATE,Y_COORDINATE\n1,544100,184100\n2,none,184100\n")
    refused(add(broken), "something else than numbers")
    refused(
        add(made.police(tmp_path / "p.zip", [("2024-01", [[430000, 434000]])], force="West Yorks")),
        "names no point in Barking and Dagenham", "West Yorks",
    )  # fmt: skip
    refused(add(tmp_path / "gone.gpkg"), "is not there")
    (tmp_path / "x.doc").write_text("x")
    refused(add(tmp_path / "x.doc"), "files ending in '.doc' are no ground")
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    refused(add(tmp_path / "list.csv"), "no list that the ground knows (columns: a, b)")
    refused(add(made.gml(tmp_path / "d.gml", "urn:ogc:def:crs:EPSG::4258")), "British National")
    cut = made.gml(tmp_path / "cut.gml")
    cut.write_bytes(cut.read_bytes()[:1500])
    refused(add(cut), "it is not what its name says, or it is damaged")
    (tmp_path / "fake.osm.pbf").write_bytes(b"\0\0\0\x0enothing of it" * 9)
    refused(add(tmp_path / "fake.osm.pbf"), "not what its name says")
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


def test_a_pbf_that_was_cut_off(add, project, shared_data, tmp_path):
    extract = shared_data / "ground" / "leeds_its.osm.pbf"
    if not extract.is_file():
        pytest.skip("no leeds_its.osm.pbf in ../shared/data/ground")
    whole = extract.read_bytes()
    for length in (len(whole) - 1, len(whole) // 2, 100):
        path = tmp_path / "cut.osm.pbf"
        path.write_bytes(whole[:length])
        refused(add(path), "cut.osm.pbf is cut off: it ends in the middle")
    assert not (project / "data" / "ground" / "ground.gpkg").exists()


def test_all_that_is_wrong_is_said_at_once(add, tmp_path):
    made.layer(tmp_path / "none.gpkg", "contours", {"height": [1]}, [made.BROOK])
    ran = add(tmp_path / "none.gpkg", tmp_path / "gone.gpkg", made.osm(tmp_path / "good.osm"))
    assert ran.code == 1
    assert len([line for line in ran.err.splitlines() if "ground knows" in line]) == 1
    assert len([line for line in ran.err.splitlines() if "is not there" in line]) == 1


def test_a_ground_that_cannot_be_used(add, ground, project, tmp_path):
    assert ground() is None
    add(made.osm(tmp_path / "town.osm"))
    home = project / "data" / "ground"
    note = home / "ground.gpkg.toml"
    whole = note.read_bytes()
    for old, new, said in (
        (b"version = 1", b"version = 9", "is of version 9, and this csp-geo reads version 1"),
        (b"box = [544010", b"box = [504010", "Dagenham, which has other borders"),
        (b"[[given]]", b"[[given", "the note beside it cannot be read"),
        (b'kind = "OpenStreetMap"', b"kind = 7", "does not say which files"),
        (b"streets = 4", b"streets = 5", "its layer streets is not as the note"),
    ):
        write_bytes(note, whole.replace(old, new))
        with pytest.raises(GroundError, match=said.replace("[", "\\[")):
            ground()
    note.unlink()
    with pytest.raises(GroundError, match="is missing beside it"):
        ground()
    write_bytes(note, whole)
    (home / "ground.gpkg").write_bytes(b"SQLite format 3\0" + bytes(200))
    with pytest.raises(GroundError, match="damaged, or no GeoPackage"):
        ground()


def test_a_ground_that_another_program_changed(add, ground, project, csp, tmp_path):
    add(made.osm(tmp_path / "town.osm"))
    path = project / "data" / "ground" / "ground.gpkg"
    with sqlite3.connect(path) as base:
        base.execute("create table notes (a text)")
    base.close()
    area = read_study_area(project / "data" / "boundaries" / "town.gpkg")
    found = read_ground(path, area)
    codes = [caution.code for caution in ground_cautions(found, area, TODAY)]
    assert codes == ["ground-changed", "ground-half"]  # its streets touch three wards


# --- list --------------------------------------------------------------------------------------


def test_list_says_what_is_there_used_and_missing(add, csp, project, tmp_path):
    ran = csp("ground", "list", cwd=project)
    assert ran.code == 0
    assert ran.out.startswith("data/ground holds no ground for Barking and Dagenham.\nMap: nothing")
    assert "Get addresses: OS Open UPRN" in ran.out
    add(made.osm(tmp_path / "town.osm"), "--dated", "2019-02")
    ran = csp("ground", "list", cwd=project)
    assert "Names: places, streets, green are here, what hotspots are called after." in ran.out
    assert "town.osm is of 2019-02, more than 5 years old" in ran.out
    assert "Get known points: an archive of your force" in ran.out
    told = csp("ground", "list", "--json", cwd=project).json
    assert told["layers"]["streets"] == 4
    assert [use["product"] for use in told["uses"]] == [
        *("map", "names", "test for chance", "walking"),
    ]
    assert told["files"][0]["dated"] == "2019-02"


def test_older_than_the_wards_and_a_short_list(add, project, tmp_path):
    area = read_study_area(project / "data" / "boundaries" / "town.gpkg")
    rng = np.random.default_rng(1)
    spots = rng.uniform([made.X, made.Y], [made.X + 2000, made.Y + 2000], (200, 2)).tolist()
    add(made.police(tmp_path / "p.zip", [("2022-01", spots[:150]), ("2022-02", spots[100:])]))
    found = read_ground(project / "data" / "ground", area)
    said = {caution.code: caution for caution in ground_cautions(found, area, TODAY)}
    assert set(said) == {"ground-old", "ground-list-short"}
    assert "older than the wards, in force since 5 May 2022" in said["ground-old"]
    assert "150 points of 200 stand in one month alone" in said["ground-list-short"]


def test_json_and_the_note(add, project, tmp_path):
    told = json.loads(add(made.osm(tmp_path / "town.osm"), "--json", "--quiet").out)
    assert told["layers"]["streets"] == 4
    note = tomllib.loads((project / "data/ground/ground.gpkg.toml").read_text("utf-8"))
    entry = note["given"][0]
    digest = hashlib.sha256((tmp_path / "town.osm").read_bytes()).hexdigest()
    assert (entry["sha256"], entry["id"]) == (digest, digest[:8])
    assert entry["counts"] == {name: n for name, n in told["layers"].items() if n}


def test_a_wrong_date_is_a_usage_error(add, tmp_path):
    assert add(made.osm(tmp_path / "town.osm"), "--dated", "last year").code == 2


def test_notes_of_others_stay_in_the_folder(add, project, tmp_path):
    home = project / "data" / "ground"
    home.mkdir(exist_ok=True)
    (home / "mine.txt").write_text("mine")
    assert add(made.osm(tmp_path / "town.osm")).code == 0
    assert (home / "mine.txt").read_text() == "mine"


class TestProducts:
    """What stands on the ground: names, maps, ways."""

    @pytest.fixture
    def streetless(self, project):
        """Offences that say no street."""
        rows = [(*row[:-1], "") for row in town_offences()]
        write_csv(project / "data" / "reports" / "offence" / "o.csv", PLAIN_HEADER, rows)
        return project

    def weekly(self, csp, project):
        ran = csp("weekly", "--as-of", "2023-02-01", "--quiet", cwd=project)
        assert ran.code == 0, ran.err
        pack = project / "maps" / "2023-02-01"
        hotspots = pd.read_csv(pack / "hotspots.csv")
        return pack, hotspots, (pack / "map.html").read_text("utf-8")

    def test_weekly(self, add, csp, streetless, tmp_path):
        _, before, page = self.weekly(csp, streetless)
        assert "TQ" in before["name"].iloc[0]
        assert "lay them once with csp-geo ground add FILE" in page
        assert "OpenStreetMap contributors" not in page
        assert add(made.osm(tmp_path / "town.osm")).code == 0
        pack, after, page = self.weekly(csp, streetless)
        assert after["name"].iloc[0] == "East Street"
        assert after["n"].tolist() == before["n"].tolist()
        assert "ground add" not in page
        assert '"names":["' in page.split('"ground":')[1][:60]
        assert "OpenStreetMap contributors" in page
        record = json.loads((pack / "run.json").read_text("utf-8"))
        assert "ground.gpkg" in json.dumps(record)
        assert any("OpenStreetMap" in line for line in record["licences"])

    def test_reports_are_tested_against_its_addresses(self, add, csp, streetless, tmp_path):
        x, y = made.X, made.Y
        lines = [f"{n},{x + 20 * (n % 90)},{y + 20 * (n // 90)},51,0" for n in range(4_500)]
        header = "UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE"
        (tmp_path / "osopenuprn.csv").write_text("\n".join([header, *lines, ""]))
        _, before, _ = self.weekly(csp, streetless)
        assert set(before["verdict"]) == {"not tested"}
        ran = add(tmp_path / "osopenuprn.csv")
        assert ran.code == 0, ran.err
        pack, after, _ = self.weekly(csp, streetless)
        assert "not tested" not in set(after["verdict"])
        assert "4,500 addresses" in (pack / "run.json").read_text("utf-8")

    def test_what_concerns_the_maker_is_not_on_the_readers_page(
        self, add, csp, streetless, tmp_path
    ):
        assert add(made.osm(tmp_path / "town.osm"), "--dated", "2012-05").code == 0
        pack, _, page = self.weekly(csp, streetless)
        assert "years old" not in page
        assert "more than 5 years old" in (pack / "quality.html").read_text("utf-8")

    def test_havens_walk_on_it_and_the_directory_draws_it(self, add, csp, streetless, tmp_path):
        assert add(made.osm(tmp_path / "town.osm")).code == 0
        self.weekly(csp, streetless)
        x, y = made.X, made.Y
        header = ["name", "type", "easting", "northing", "opening_hours", "staff_min"]
        rows = [("Toy Pharmacy", "pharmacy", x + 150, y + 305, "24/7", 3)]
        write_csv(streetless / "list.csv", header, rows)
        asked = ("havens", "--run", "maps/2023-02-01", "--premises", "list.csv", "--sites", "1")
        ran = csp(*asked, cwd=streetless)
        assert ran.code == 0, ran.err
        plan = streetless / "havens" / "2023-02-01"
        record = json.loads((plan / "havens.json").read_text("utf-8"))
        assert any("along the walking network" in line for line in record["method"])
        page = (plan / "havens.html").read_text("utf-8")
        assert '"names":["' in page.split('"ground":')[1][:60]
        assert "OpenStreetMap contributors" in page
        lines = csp(*asked, "--barriers", "rail.geojson", cwd=streetless)
        assert lines.code != 0  # what is named counts, and it is not there


# --- real extracts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "box", "least"),
    [
        ("leeds_its", (-1.5612, 53.806, -1.55, 53.8093), {"streets": 150, "buildings": 70}),
        ("porto_alegre", (-51.24, -30.08, -51.18, -30.02), {"streets": 9000, "places": 150}),
    ],
)
def test_real_extracts(csp, shared_data, tmp_path, name, box, least):
    extract = shared_data / "ground" / f"{name}.osm.pbf"
    if not extract.is_file():
        pytest.skip(f"no {extract.name} in ../shared/data/ground")
    west, south, east, north = box
    wards = gpd.GeoDataFrame(
        {"ward_code": ["A1", "A2"], "ward_name": ["West", "East"]},
        geometry=[
            shapely.box(west, south, (west + east) / 2, north),
            shapely.box((west + east) / 2, south, east, north),
        ],
        crs="EPSG:4326",
    )
    (tmp_path / "data" / "boundaries").mkdir(parents=True)
    wards.to_file(tmp_path / "data" / "boundaries" / "wards.geojson")
    ran = csp("ground", "add", extract, cwd=tmp_path)
    assert ran.code == 0, ran.err
    area = read_study_area(tmp_path / "data" / "boundaries" / "wards.geojson")
    found = read_ground(tmp_path / "data" / "ground", area)
    for layer, n in least.items():
        assert found.counts[layer] >= n
    assert found.streets.geom_type.unique().tolist() == ["LineString"]
    outside = area.distance_outside(shapely.get_coordinates(found.streets.geometry.to_numpy()))
    assert outside.max() <= 1001
    packed = pack_ground(found.drawn(), area.projection)
    assert packed.size <= 150_000
    assert packed.said == ()
