"""The sample keeps the promises of its README; the drawings it rests on can be made again."""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from sklearn.cluster import DBSCAN

from csp_geo.core.projection import BRITISH_CRS, british_grid
from csp_geo.core.settings import settings_from
from csp_geo.core.tables import SOURCES
from csp_geo.sample import SAMPLE_AS_OF, SYNTHETIC, sample_files, template_files
from csp_geo.sample.plans import REPORT_PLANS, read_plan

ROOT = Path(__file__).resolve().parents[3]
PLANS = (*REPORT_PLANS, "police_uk")
BLOCK_BEFORE = (date(2021, 8, 23), date(2021, 9, 19))
BLOCK = (date(2021, 9, 20), date(2021, 10, 17))


@pytest.fixture(scope="module")
def sample():
    return sample_files()


@pytest.fixture(scope="module")
def wards(sample):
    text = sample["data/boundaries/sample_wards_schematic.geojson"].decode()
    return gpd.GeoDataFrame.from_features(json.loads(text)["features"], crs="EPSG:4326")


def read_rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def is_usable(plan, row):
    """Whether a row lies in the borough, finely located, in 2020 or 2021."""
    x, y = row[plan.columns["x"]], row[plan.columns["y"]]
    if not x or not y:
        return False
    if plan.crs == "metres":
        inside = 543_000 < float(x) < 552_000 and 181_000 < float(y) < 192_000
        coarse = x.endswith("000") and y.endswith("000")
    else:
        inside = 0.06 < float(x) < 0.2 and 51.5 < float(y) < 51.61
        coarse = len(x.partition(".")[2]) < 4
    try:
        year = datetime.strptime(row[plan.columns["date"]], plan.date_format).year  # noqa: DTZ007
    except ValueError:
        return False
    return inside and not coarse and year in (2020, 2021)


def usable_rows(sample, name):
    """Rows that can be used, exact repeats with a reference counted once."""
    plan = read_plan(name)
    kept, seen = [], set()
    for row in read_rows(sample[plan.path]):
        key = tuple(row.values())
        if not is_usable(plan, row) or (row[plan.columns["reference"]] and key in seen):
            continue
        seen.add(key)
        kept.append(row)
    return kept


def offences(sample, category, days, place=""):
    """Offences of a category within days, both included, whose location names a place."""
    return [
        row
        for row in usable_rows(sample, "offence")
        if row["category"].startswith(category)
        and days[0] <= datetime.strptime(row["date"], "%d/%m/%Y").date() <= days[1]  # noqa: DTZ007
        and place.lower() in row["location"].lower()
    ]


class TestBytes:
    def test_same_seed_same_bytes(self, sample):
        assert sample_files(2021) == sample

    def test_another_seed_changes_every_report_file_and_nothing_else(self, sample):
        other = sample_files(7)
        changed = {path for path in sample if sample[path] != other[path]}
        assert changed == {read_plan(name).path for name in PLANS}

    def test_another_seed_keeps_the_counts(self):
        assert len(usable_rows(sample_files(7), "survey")) == 408

    def test_paths_are_relative_and_sorted(self, sample):
        assert list(sample) == sorted(sample)
        assert not any(path.startswith("/") or "\\" in path for path in sample)

    def test_line_ends_are_of_one_kind_in_each_table(self, sample):
        for name in PLANS:
            plan = read_plan(name)
            content = sample[plan.path]
            crlf = content.count(b"\r\n")
            assert content.count(b"\r") == crlf
            assert crlf == (content.count(b"\n") if plan.line_end == "\r\n" else 0)


class TestLabel:
    def test_every_row_of_every_table_says_synthetic(self, sample):
        for path in (path for path in sample if path.endswith(".csv")):
            label = "Context" if path.endswith("-street.csv") else "Data status"
            rows = read_rows(sample[path])
            assert rows, path
            assert list(rows[0])[-1] == label
            assert {row[label] for row in rows} == {SYNTHETIC}

    def test_every_feature_and_every_geojson_file_says_so(self, sample):
        for path in (path for path in sample if path.endswith(".geojson")):
            collection = json.loads(sample[path])
            assert "schematic" in collection["description"].lower()
            assert "synthetic sample" in collection["description"]
            assert {f["properties"]["data_status"] for f in collection["features"]} == {SYNTHETIC}

    def test_gang_names_never_appear(self, sample):
        text = b"\n".join(sample.values()).lower()
        assert b"academy way" not in text
        assert b"harts lane" not in text


class TestFigures:
    @pytest.mark.parametrize(
        ("name", "n"),
        [
            ("survey", 408),
            ("streetsafe", 150),
            ("eva", 45),
            ("offence", 2415),
            ("police_uk", 900),
            ("graffiti", 90),
            ("asb", 120),
            ("fire", 25),
        ],
    )
    def test_counts_of_the_readme_hold_after_the_dirt(self, sample, name, n):
        assert len(usable_rows(sample, name)) == n
        assert f"| {n:,} |" in sample["data/reports/README.md"].decode()

    def test_408_pins_by_282_people_84_of_them_anonymous(self, sample):
        names = [row["Screen name"] for row in usable_rows(sample, "survey")]
        assert len(names) == 408
        assert names.count("") == 84
        assert len(set(names) - {""}) == 198 == 282 - 84

    def test_one_person_dropped_40_pins_at_one_spot(self, sample):
        rows = usable_rows(sample, "survey")
        by_person = {}
        for row in rows:
            by_person.setdefault(row["Screen name"], []).append(row)
        by_person.pop("")
        most = max(by_person.values(), key=len)
        points = [(float(row["Longitude"]), float(row["Latitude"])) for row in most]
        assert len(most) == 40
        assert shapely.MultiPoint(british_grid().to_metres(points)).envelope.length < 100

    def test_82_pins_round_barking_station_by_20_april(self, sample):
        batch = read_plan("survey").draws[0]
        assert (batch.place, batch.last, batch.n) == ("Barking Station", date(2021, 4, 20), 82)
        station = shapely.Point(544405, 184330)
        rows = [
            row
            for row in usable_rows(sample, "survey")
            if datetime.strptime(row["Date of contribution"], "%d/%m/%Y %H:%M")  # noqa: DTZ007
            < datetime(2021, 4, 21)  # noqa: DTZ001
        ]
        points = british_grid().to_metres(
            [(float(row["Longitude"]), float(row["Latitude"])) for row in rows]
        )
        assert sum(station.distance(shapely.Point(point)) <= 46 for point in points) >= 82

    def test_robbery_19_after_14_and_8_at_bus_stops(self, sample):
        assert len(offences(sample, "Robbery", BLOCK_BEFORE)) == 14
        assert len(offences(sample, "Robbery", BLOCK)) == 19
        assert len(offences(sample, "Robbery", BLOCK, "Bus stop")) == 8

    def test_violence_45_after_77_and_7_in_barking_town_centre(self, sample):
        assert len(offences(sample, "Violence", BLOCK_BEFORE)) == 77
        assert len(offences(sample, "Violence", BLOCK)) == 45
        town_centre = ("Station Parade", "East Street")
        assert sum(len(offences(sample, "Violence", BLOCK, p)) for p in town_centre) == 7

    def test_11_sexual_offences_in_barking_town_centre(self, sample):
        days = (date(2021, 8, 1), date(2021, 10, 31))
        town_centre = ("Station Parade", "East Street")
        assert sum(len(offences(sample, "Sexual", days, p)) for p in town_centre) == 11

    def test_offences_cover_60_weeks_up_to_the_day_before_the_as_of_date(self, sample):
        days = [
            datetime.strptime(row["date"], "%d/%m/%Y").date()  # noqa: DTZ007
            for row in usable_rows(sample, "offence")
        ]
        assert min(days) >= date(2020, 10, 5)
        assert max(days) < SAMPLE_AS_OF
        assert (SAMPLE_AS_OF - date(2020, 10, 5)).days == 60 * 7

    def test_careless_casing_is_among_the_locations(self, sample):
        assert b"King'S Avenue" in sample[read_plan("offence").path]


class TestPoliceUk:
    HEADER = (
        b"Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
        b"LSOA name,Crime type,Last outcome category,Context\n"
    )

    def test_exact_header(self, sample):
        assert sample[read_plan("police_uk").path].startswith(self.HEADER)

    def test_ids_are_64_hexadecimal_digits_and_missing_for_asb_alone(self, sample):
        for row in usable_rows(sample, "police_uk"):
            assert (row["Crime ID"] == "") == (row["Crime type"] == "Anti-social behaviour")
            assert row["Crime ID"] == "" or (
                len(row["Crime ID"]) == 64 and int(row["Crime ID"], 16)
            )

    def test_points_are_stacked_and_a_fifth_has_no_street(self, sample):
        rows = usable_rows(sample, "police_uk")
        points = [(row["Longitude"], row["Latitude"]) for row in rows]
        assert 400 <= len(set(points)) <= 500
        assert max(map(points.count, set(points))) >= 25
        nameless = [row["Location"] for row in rows].count("On or near ")
        assert 0.15 <= nameless / len(rows) <= 0.25


class TestDirt:
    REASONS = frozenset(
        {
            "missing-coordinates",
            "zero-coordinates",
            "swapped-coordinates",
            "wrong-crs",
            "outside-study-area",
            "location-too-coarse",
            "missing-date",
            "unreadable-date",
            "future-date",
        }
    )

    def test_every_reason_is_somewhere(self):
        assert {dirt["reason"] for name in PLANS for dirt in read_plan(name).dirt} == self.REASONS

    @pytest.mark.parametrize("name", PLANS)
    def test_dirt_of_a_plan_is_in_its_file(self, sample, name):
        plan = read_plan(name)
        rows = read_rows(sample[plan.path])
        for values in [*plan.dirt, *plan.changes]:
            wanted = {plan.columns[r]: v for r, v in values.items() if r in plan.columns}
            found = [row for row in rows if wanted.items() <= row.items()]
            assert len(found) >= values.get("n", 1)

    @pytest.mark.parametrize("name", PLANS)
    def test_unusable_rows_stay_well_below_the_limit(self, sample, name):
        plan = read_plan(name)
        rows = read_rows(sample[plan.path])
        unusable = sum(not is_usable(plan, row) for row in rows)
        assert unusable == sum(dirt.get("n", 1) for dirt in plan.dirt)
        assert 0 < unusable / len(rows) <= 0.05

    @pytest.mark.parametrize("name", ["survey", "offence", "police_uk", "asb"])
    def test_repeated_references(self, sample, name):
        plan = read_plan(name)
        rows = [row for row in read_rows(sample[plan.path]) if row[plan.columns["reference"]]]
        contents = {tuple(row.values()) for row in rows}
        references = {row[plan.columns["reference"]] for row in rows}
        assert len(rows) - len(contents) == plan.repeats["duplicates"]
        assert len(contents) - len(references) == plan.repeats["references"]

    def test_free_text_has_what_must_never_get_out(self, sample):
        text = sample[read_plan("survey").path].decode("utf-8-sig")
        for tricky in ("<b>", "{{ 7*7 }}", "Ms Sample", "07700 900123", '""lights out""', "=SUM("):
            assert tricky in text

    def test_some_reports_lie_just_outside_the_border(self, sample, wards):
        borough = wards.to_crs(BRITISH_CRS).union_all()
        points = [
            shapely.Point(int(row["easting"]), int(row["northing"]))
            for row in usable_rows(sample, "offence")
        ]
        outside = [point for point in points if not borough.covers(point)]
        assert len(outside) == 8
        assert all(borough.distance(point) <= 250 for point in outside)


class TestZonesAndContext:
    def test_zones_carry_the_dates_of_the_papers(self, sample):
        features = json.loads(sample["data/zones/sample_pspo_zones.geojson"])["features"]
        zones = {f["properties"]["name"]: f["properties"] for f in features}
        assert {zone["power"] for zone in zones.values()} == {"PSPO"}
        assert zones["Barking Town Centre PSPO"]["in_force"] == "2018-03-19"
        assert zones["Broad Street PSPO"]["expires"].startswith("2024-03")
        assert date.fromisoformat(zones["Heathway PSPO"]["expires"]) < SAMPLE_AS_OF
        assert all(shapely.geometry.shape(f["geometry"]).is_valid for f in features)

    @pytest.mark.parametrize(
        ("name", "kind", "n"), [("stations", "station", 7), ("stops", "stop", 25)]
    )
    def test_context_tables(self, sample, name, kind, n):
        rows = read_rows(sample[f"data/context/{name}.csv"])
        assert len(rows) == len({row["name"] for row in rows}) == n
        assert {row["kind"] for row in rows} == {kind}

    def test_context_lies_in_the_borough_or_at_its_edge(self, sample, wards):
        borough = wards.to_crs(BRITISH_CRS).union_all().buffer(100)
        for name in ("stations", "stops", "places"):
            rows = read_rows(sample[f"data/context/{name}.csv"])
            points = [(float(row["longitude"]), float(row["latitude"])) for row in rows]
            for point in british_grid().to_metres(points):
                assert borough.contains(shapely.Point(point))


class TestTemplates:
    def test_every_source_has_a_template_without_rows(self):
        templates = template_files()
        for source in SOURCES:
            lines = templates[f"data/reports/{source}/TEMPLATE_{source}.csv"].decode("utf-8-sig")
            assert lines.count("\n") == 1
            assert "Data status" not in lines

    def test_sample_tables_have_the_header_of_their_template(self, sample):
        templates = template_files()
        for source in REPORT_PLANS:
            header = templates[f"data/reports/{source}/TEMPLATE_{source}.csv"].decode("utf-8-sig")
            content = sample[read_plan(source).path].decode("utf-8-sig")
            assert content.startswith(f"{header.strip()},Data status")

    def test_settings_are_valid_and_the_sample_says_which_feed_counts(self, sample):
        settings = settings_from(tomllib.loads(sample["csp_geo.toml"].decode()))
        assert settings.feeds == {"offence": "offence"}
        assert settings_from(tomllib.loads(template_files()["csp_geo.toml"].decode()))

    def test_settings_of_the_empty_project_show_every_key_with_its_default(self):
        lines = template_files()["csp_geo.toml"].decode().splitlines()
        shown = [line[2:] for line in lines if re.match(r"# (\[\w+\]|\w+ = )", line)]
        settings = settings_from(tomllib.loads("\n".join(shown)))
        assert settings == settings_from({"feeds": {"offence": "offence"}})

    def test_what_is_private_is_ignored_by_git(self, sample):
        ignored = template_files()[".gitignore"].decode().splitlines()
        assert {"maps/", "data/reports/", ".csp_geo.key"} <= set(ignored)
        assert sample[".gitignore"] == template_files()[".gitignore"]


class TestDrawings:
    def test_wards_fit_together_and_have_the_codes_of_2022(self, wards):
        assert list(wards["WD22CD"]) == [f"E050140{number}" for number in range(53, 72)]
        assert set(wards["status"]) == {"schematic"}
        assert shapely.coverage_is_valid(wards.geometry.to_numpy())

    def test_interior_points_lie_in_their_ward(self, wards):
        shapes = wards.to_crs(BRITISH_CRS).set_index("WD22CD").geometry
        with (ROOT / "tools/figures/ward_interior_points_2022.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                point = shapely.Point(float(row["easting"]), float(row["northing"]))
                assert shapes[row["ward_code"]].contains(point)

    def test_wards_can_be_drawn_again(self, wards, monkeypatch):
        monkeypatch.syspath_prepend(str(ROOT / "tools"))
        again = importlib.import_module("draw_sample_wards").collection()["features"]
        assert [feature["properties"]["WD22CD"] for feature in again] == list(wards["WD22CD"])
        drawn = [shapely.geometry.shape(feature["geometry"]) for feature in again]
        one_metre = 1e-5
        assert max(shapely.hausdorff_distance(drawn, wards.geometry.to_numpy())) < one_metre

    def test_streets_can_be_drawn_again(self, monkeypatch):
        monkeypatch.syspath_prepend(str(ROOT / "tools"))
        again = importlib.import_module("draw_sample_streets").draw_streets()
        with (ROOT / "csp_geo/sample/plans/streets.csv").open(encoding="utf-8") as file:
            carried = list(csv.DictReader(file))
        assert [{key: str(value) for key, value in street.items()} for street in again] == carried


@pytest.mark.parametrize("block", range(15))
def test_offences_of_any_four_weeks_gather_at_a_few_places(sample, block):
    first = date(2020, 10, 5) + timedelta(days=28 * block)
    rows = offences(sample, "", (first, first + timedelta(days=27)))
    points = [(int(row["easting"]), int(row["northing"])) for row in rows]
    labels = DBSCAN(eps=100, min_samples=5).fit_predict(points)
    assert 4 <= max(labels) + 1 <= 12
    assert sum(labels == -1) > len(rows) / 4
