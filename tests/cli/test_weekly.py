"""`csp-geo weekly` on the toy town: the pack, its record, its exit codes, the same bytes again."""

from __future__ import annotations

import json
import random
import shutil
import stat
import subprocess
import sys

import geopandas as gpd
import pytest

from csp_geo.cli.main import main
from csp_geo.core.errors import SettingsError

# design.md section 5 [fixed]: at least these keys
RECORD_KEYS = {
    "version",
    "command",
    "as_of",
    "period",
    "seed",
    "edition",
    "inputs",
    "counts",
    "study_area",
    "params",
    "hotspots",
    "cautions",
    "versions",
    "seconds",
}
INPUT_KEYS = {"path", "source", "sha256", "rows", "accepted", "merged", "quarantined"}
AREA_KEYS = {"name", "wards", "valid_from", "crs", "transform", "transform_accuracy_m"}
COUNT_KEYS = {"read", "accepted", "merged", "quarantined", "in_period"}
PACK = {
    "map.html",
    "hotspots.geojson",
    "hotspots.csv",
    "layers.gpkg",
    "quality.csv",
    "quality.html",
    "quarantine.csv",
    "run.json",
    ".csp_geo.json",
}
SAME_BYTES = ("hotspots.csv", "hotspots.geojson", "quality.csv", "quarantine.csv")


@pytest.fixture(scope="module")
def ran(shared_town):
    """One run with everything said."""
    return shared_town.weekly(out="out")


@pytest.fixture(scope="module")
def pack(shared_town, ran):
    assert ran.code == 0, ran.err
    return shared_town.pack()


@pytest.fixture(scope="module")
def record(pack):
    return json.loads((pack / "run.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def hotspots(pack, rows_of):
    return rows_of(pack / "hotspots.csv")


def add_dirt(town):
    """Two rows without a date and one exact repeat, in a file of their own."""
    lines = [
        "reference,date,time,easting,northing,category,location",
        "X1,,,544421,184321,Robbery,",
        "X2,,,544421,184321,Robbery,",
        "X3,18/01/2023,,545213,184455,Robbery,",
        "X3,18/01/2023,,545213,184455,Robbery,",
    ]
    (town.reports / "offence" / "dirt.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


class TestPack:
    def test_is_whole(self, pack, shared_town):
        """Every file of the design and nothing else: no half-written folder beside it."""
        assert {path.name for path in pack.iterdir()} == PACK
        beside = {path.name for path in pack.parent.iterdir()}
        assert beside - {".csp_geo.key"} == {shared_town.as_of}

    def test_is_for_the_owner_alone(self, pack):
        assert stat.S_IMODE(pack.stat().st_mode) == 0o700
        for path in (*pack.iterdir(), pack.parent / ".csp_geo.key"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name

    def test_tables_open_in_excel(self, pack):
        """UTF-8 with BOM; GeoJSON and JSON without, as their standards say."""
        for path in pack.glob("*.csv"):
            assert path.read_bytes().startswith(b"\xef\xbb\xbf"), path.name
        for name in ("hotspots.geojson", "run.json"):
            assert (pack / name).read_bytes().startswith(b"{")

    def test_hotspots_are_the_planted_ones(self, hotspots):
        """Ten at East Street, six in Beam, six pins by four people and one nobody; no seventh."""
        first, second, third = hotspots
        assert (first["family"], first["rank"], first["name"]) == ("recorded", "1", "East Street")
        assert (first["n"], first["n_places"], first["top_place_share"]) == ("10", "5", "0.4")
        assert (first["easting"], first["northing"]) == ("544421", "184321")
        assert first["themes"] == "robbery: 6; burglary: 4"
        assert (first["ward_code"], first["ward_name"]) == ("E05014053", "Abbey")
        assert (first["n_observations"], first["n_outside"]) == ("2", "0")
        assert (second["n"], second["n_places"], second["ward_name"]) == ("6", "3", "Beam")
        assert second["sources"] == "asb: 3; offence: 3"
        assert (third["family"], third["rank"]) == ("perception", "1")
        assert (third["n"], third["n_people"], third["n_anonymous"]) == ("6", "4", "1")
        assert all(line["kind"] == "hotspot" for line in hotspots)

    def test_identifiers(self, hotspots):
        assert [line["hotspot_id"] for line in hotspots] == [
            "2023-02-01-recorded-1",
            "2023-02-01-recorded-2",
            "2023-02-01-perception-1",
        ]

    def test_geojson_is_rfc_7946(self, pack, hotspots):
        """Degrees, no crs member, counts as objects, the same hotspots."""
        made = json.loads((pack / "hotspots.geojson").read_text(encoding="utf-8"))
        assert "crs" not in made
        assert [f["properties"]["name"] for f in made["features"]] == [h["name"] for h in hotspots]
        assert made["features"][0]["properties"]["sources"] == {"offence": 10}
        assert made["features"][0]["properties"]["themes"] == {"robbery": 6, "burglary": 4}
        for feature in made["features"]:
            for east, north in feature["geometry"]["coordinates"][0]:
                assert 0.06 < east < 0.12
                assert 51.53 < north < 51.56

    def test_layers(self, pack):
        """The period's incidents, three hotspots, four wards; whole counts by ward and family."""
        names = set(gpd.list_layers(pack / "layers.gpkg")["name"])
        assert {"incidents", "hotspots", "wards"} <= names
        assert len(gpd.read_file(pack / "layers.gpkg", layer="incidents")) == 40
        assert len(gpd.read_file(pack / "layers.gpkg", layer="hotspots")) == 3
        wards = gpd.read_file(pack / "layers.gpkg", layer="wards").set_index("ward_code")
        assert list(wards.index) == [f"E050140{n}" for n in (53, 54, 55, 56)]
        assert wards["recorded"].sum() == 24  # 25, and one of them outside the boundary
        assert wards.loc["E05014053", "recorded"] == 10 + 2
        assert wards["perception"].sum() == 12
        assert wards["observation"].sum() == 3

    def test_nothing_personal(self, pack, shared_town):
        """No reference, person, house number, key or path in any file of the pack."""
        key = (pack.parent / ".csp_geo.key").read_bytes().strip()
        for path in pack.iterdir():
            data = path.read_bytes()
            for secret in (b"OFF-0", b"ASB-1", b"PIN-0", b"EVA-1", b"birch", b"4 East Street", key):
                assert secret not in data, (path.name, secret)
            assert str(shared_town.folder).encode() not in data, path.name


class TestRecord:
    def test_has_the_keys_of_the_design(self, record):
        assert set(record) >= RECORD_KEYS
        assert set(record["counts"]) >= COUNT_KEYS
        assert set(record["study_area"]) >= AREA_KEYS
        assert set(record["period"]) == {"from", "to"}
        assert all(set(line) >= INPUT_KEYS for line in record["inputs"])

    def test_rows_are_conserved(self, record):
        """Read = accepted + merged + quarantined, for every file and for all."""
        for line in (*record["inputs"], {"rows": record["counts"]["read"], **record["counts"]}):
            assert line["rows"] == line["accepted"] + line["merged"] + line["quarantined"]
        assert sum(line["rows"] for line in record["inputs"]) == record["counts"]["read"] == 40

    def test_values(self, record):
        assert record["as_of"] == "2023-02-01"
        assert record["period"] == {"from": "2023-01-04", "to": "2023-01-31"}
        assert (record["seed"], record["edition"], record["hotspots"]) == (0, "officer", 3)
        assert record["counts"]["in_period"] == 40
        assert record["study_area"]["wards"] == 4
        assert record["study_area"]["crs"] == "EPSG:27700"
        assert "OSTN15" in record["study_area"]["transform"]
        assert record["study_area"]["transform_accuracy_m"] == 0.1
        assert record["study_area"]["valid_from"] == "2022-05-05"
        assert (record["params"]["eps"], record["params"]["min_samples"]) == (100, 5)
        assert record["marking"] == "OFFICIAL-SENSITIVE"

    def test_paths_are_relative(self, record):
        assert [line["path"] for line in record["inputs"]] == [
            "asb/asb.xlsx",
            "eva/findings.gpkg",
            "offence/offences.csv",
            "survey/pins.geojson",
        ]

    def test_seconds_of_every_step(self, record):
        assert {"read", "clean", "cluster", "map"} <= set(record["seconds"])
        assert all(seconds >= 0 for seconds in record["seconds"].values())


class TestSaid:
    def test_conservation_is_printed(self, ran):
        expected = "40 rows read = 40 accepted + 0 merged + 0 quarantined; 40 in this period."
        assert ran.out.splitlines()[0] == expected

    def test_progress_goes_to_stderr(self, ran):
        assert "Reading" in ran.err
        assert "Reading" not in ran.out

    def test_summary_names_the_first_hotspot_and_the_map(self, ran):
        assert "first East Street (10 reports" in ran.out
        assert "map.html" in ran.out
        assert "stand out from chance" in ran.out

    def test_json_is_one_object_and_nothing_else(self, shared_town, record):
        ran = shared_town.weekly("--json", out="out-json")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.count("\n}") == 1
        said = ran.json
        assert {**said, "seconds": 0} == {**record, "seconds": 0}
        written = json.loads((shared_town.pack("out-json") / "run.json").read_text("utf-8"))
        assert said == written

    def test_quiet_says_nothing(self, shared_town):
        ran = shared_town.weekly("--quiet", out="out-quiet")
        assert (ran.code, ran.out, ran.err) == (0, "", "")

    def test_quiet_still_names_what_could_not_be_used(self, toy_town):
        """Whatever else is left out; --json has it in its cautions."""
        (toy_town.folder / "reports" / "offence" / "scan.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
        ran = toy_town.weekly("--quiet", out="out-unused")
        assert (ran.code, ran.out) == (0, "")
        (said,) = ran.err.splitlines()
        assert said.startswith("Caution: offence/scan.csv was not used. offence/scan.csv ")

    def test_progress_in_a_real_process(self, toy_town):
        """A process of its own: exit code 0, no warning on stderr, JSON alone on stdout."""
        arguments = ("--reports", "reports", "--boundaries", "wards.gpkg", "--as-of", "2023-02-01")
        ran = subprocess.run(
            [sys.executable, "-m", "csp_geo", "weekly", *arguments, "--out", "o", "--json"],
            capture_output=True,
            text=True,
            check=False,
            cwd=toy_town.folder,
            timeout=300,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert json.loads(ran.stdout)["counts"]["read"] == 40


class TestSameAgain:
    def test_same_bytes_on_a_second_run(self, toy_town):
        """The second run writes over the first, byte for byte the same tables."""
        add_dirt(toy_town)
        assert toy_town.weekly("--quiet", out="out").code == 0
        before = {name: (toy_town.pack() / name).read_bytes() for name in SAME_BYTES}
        ids = incident_ids(toy_town.pack())
        assert toy_town.weekly("--quiet", out="out").code == 0
        assert {name: (toy_town.pack() / name).read_bytes() for name in SAME_BYTES} == before
        assert incident_ids(toy_town.pack()) == ids
        assert len({path.name for path in (toy_town.folder / "out").iterdir()}) == 2

    def test_row_order_does_not_matter(self, toy_town, rows_of):
        """Rows of the files shuffled: the same hotspots, the same counts, only row numbers move."""
        add_dirt(toy_town)
        toy_town.weekly("--quiet", out="out")
        before = toy_town.pack().rename(toy_town.folder / "before")
        ids = incident_ids(before)
        for path in (toy_town.reports / "offence").glob("*.csv"):
            header, *lines = path.read_text(encoding="utf-8").splitlines()
            random.Random(11).shuffle(lines)
            path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        toy_town.weekly("--quiet", out="out")
        pack = toy_town.pack()
        for name in ("hotspots.csv", "hotspots.geojson"):
            assert (pack / name).read_bytes() == (before / name).read_bytes()
        for name, row in (("quality.csv", "first_row"), ("quarantine.csv", "source_row")):
            assert without(rows_of(pack / name), row) == without(rows_of(before / name), row)
        assert sorted(incident_ids(pack)) == sorted(ids)

    def test_file_name_does_not_matter_for_incident_ids(self, toy_town):
        toy_town.weekly("--quiet", out="out")
        ids = incident_ids(toy_town.pack())
        offences = toy_town.reports / "offence" / "offences.csv"
        offences.rename(offences.with_name("renamed.csv"))
        toy_town.weekly("--quiet", out="out")
        assert sorted(incident_ids(toy_town.pack())) == sorted(ids)

    def test_another_key_gives_other_incident_ids(self, toy_town):
        """Numbers are keyed: without the project's key they cannot be made again."""
        toy_town.weekly("--quiet", out="one")
        toy_town.weekly("--quiet", out="two")
        one, two = (incident_ids(toy_town.pack(out)) for out in ("one", "two"))
        assert len(set(one)) == len(set(two)) == 40
        assert not set(one) & set(two)
        shutil.copy(toy_town.folder / "one" / ".csp_geo.key", toy_town.folder / "two")
        toy_town.weekly("--quiet", out="two")
        assert incident_ids(toy_town.pack("two")) == one


def incident_ids(pack):
    return list(gpd.read_file(pack / "layers.gpkg", layer="incidents")["incident_id"])


def without(rows, column):
    """Rows without a column, in an order of their own."""
    kept = [{name: value for name, value in row.items() if name != column} for row in rows]
    return sorted(kept, key=lambda row: sorted(row.items()))


class TestNarrowing:
    def test_theme(self, shared_town):
        """Only the six robberies at four of the places of East Street are left."""
        ran = shared_town.weekly("--theme", "Robbery", "--json", out="narrow-theme")
        record = ran.json
        assert record["counts"] == {
            "read": 40,
            "accepted": 40,
            "merged": 0,
            "quarantined": 0,
            "in_period": 6,
        }
        assert record["hotspots"] == 1
        assert record["params"]["themes"] == ["Robbery"]
        assert any("only part of the reports: theme robbery" in c for c in record["cautions"])

    def test_several_themes(self, shared_town):
        ran = shared_town.weekly("--theme", "robbery, burglary", "--json", out="narrow-themes")
        assert ran.json["counts"]["in_period"] == 10

    def test_source(self, shared_town, rows_of):
        ran = shared_town.weekly("--source", "survey", "--json", out="narrow-source")
        assert ran.json["counts"]["in_period"] == 12
        families = [
            h["family"] for h in rows_of(shared_town.pack("narrow-source") / "hotspots.csv")
        ]
        assert families == ["perception"]

    def test_theme_that_nothing_has(self, shared_town):
        """A known theme without reports is the data's fault (1), not the user's (2)."""
        ran = shared_town.weekly("--theme", "hate", "--quiet", out="narrow-nothing")
        assert ran.code == 1
        assert "theme hate" in ran.err
        assert not (shared_town.folder / "narrow-nothing").exists()


class TestOptions:
    def test_min_samples_and_eps(self, shared_town):
        """With seven needed only East Street is left; within 20 m no five lie together."""
        ran = shared_town.weekly("--min-samples", "7", "--json", out="seven")
        assert (ran.json["hotspots"], ran.json["params"]["min_samples"]) == (1, 7)
        ran = shared_town.weekly("--eps", "20", "--source", "offence", "--json", out="near")
        assert (ran.json["hotspots"], ran.json["params"]["eps"]) == (0, 20)

    def test_settings_file(self, shared_town):
        config = shared_town.folder / "own.toml"
        config.write_text('marking = "OFFICIAL"\n[clusters]\nmin_samples = 7\n', encoding="utf-8")
        ran = shared_town.weekly("--config", config, "--json", out="own")
        assert (ran.json["marking"], ran.json["hotspots"]) == ("OFFICIAL", 1)
        ran = shared_town.weekly("--config", config, "--min-samples", "5", "--json", out="own")
        assert ran.json["hotspots"] == 3  # the option goes before the file
        assert str(shared_town.folder) not in ran.out

    def test_month_as_period(self, shared_town):
        ran = shared_town.weekly("--period", "2023-01", "--json", out="month")
        assert ran.json["period"] == {"from": "2023-01-01", "to": "2023-01-31"}

    def test_wards_of_another_time_are_a_caution(self, shared_town, csp):
        """Wards of May 2022 do not fit reports of 2021; the run goes on and says so."""
        town = shared_town
        old = town.folder / "old" / "offence"
        old.mkdir(parents=True, exist_ok=True)
        text = (town.reports / "offence" / "offences.csv").read_text("utf-8")
        (old / "o.csv").write_text(text.replace("/2023", "/2021"), encoding="utf-8")
        ran = csp(
            *("weekly", "--reports", old.parent, "--boundaries", town.boundaries),
            *("--as-of", "2021-02-01", "--out", "vintage", "--json"),
            cwd=town.folder,
        )
        assert ran.json["counts"]["in_period"] == 22
        (said,) = [text for text in ran.json["cautions"] if "do not fit the dates" in text]
        assert "22 of 22 reports" in said

    def test_zones_that_a_hotspot_touches(self, shared_town, rows_of):
        """A zone over East Street, in force; one far away touches nothing."""
        wards = gpd.read_file(shared_town.boundaries).to_crs(27700)
        zones = gpd.GeoDataFrame(
            {
                "name": ["Town centre", "Far"],
                "power": ["PSPO", "PSPO"],
                "in_force": ["2022-01-01", "2022-01-01"],
                "expires": ["2024-12-31", "2022-12-31"],
            },
            geometry=[
                wards.geometry[0].centroid.buffer(300),
                wards.geometry[2].centroid.buffer(10),
            ],
            crs=27700,
        )
        path = shared_town.folder / "zones.gpkg"
        zones.to_file(path, driver="GPKG")
        ran = shared_town.weekly("--zones", path, "--json", out="zoned")
        assert ran.code == 0
        lines = rows_of(shared_town.pack("zoned") / "hotspots.csv")
        assert lines[0]["zones"] == "Town centre (in force)"
        assert lines[1]["zones"] == ""
        assert "zones" in set(gpd.list_layers(shared_town.pack("zoned") / "layers.gpkg")["name"])


class TestExitCodes:
    def test_nothing_usable_is_1(self, toy_town):
        for path in toy_town.reports.rglob("*.*"):
            path.unlink()
        ran = toy_town.weekly("--quiet", out="out")
        assert ran.code == 1
        assert len(ran.err.strip().splitlines()) == 1
        assert not (toy_town.folder / "out").exists()

    def test_too_many_quarantined_is_3_and_the_pack_is_written(self, toy_town):
        lines = ["reference,date,time,easting,northing,category"]
        lines += [f"B{i},,,544421,184321,Robbery" for i in range(9)]
        (toy_town.reports / "offence" / "bad.csv").write_text("\n".join(lines), encoding="utf-8")
        ran = toy_town.weekly("--quiet", out="out")
        assert ran.code == 3
        assert "9 of the 31 offence rows" in ran.err
        assert {path.name for path in toy_town.pack().iterdir()} == PACK

    def test_exactly_the_limit_is_allowed(self, toy_town):
        """The limit itself is allowed: 6 of 30 is 20 %."""
        lines = ["reference,date,time,easting,northing,category"]
        lines += [f"B{i},,,544421,184321,Robbery" for i in range(6)]
        lines += [f"C{i},05/01/2023,,54481{i},184933,Robbery" for i in range(2)]
        (toy_town.reports / "offence" / "bad.csv").write_text("\n".join(lines), encoding="utf-8")
        assert toy_town.weekly("--quiet", out="out").code == 0

    def test_debug_shows_the_traceback(self, toy_town):
        arguments = ["--debug", "weekly", "--reports", str(toy_town.reports), "--period", "never"]
        arguments += ["--boundaries", str(toy_town.boundaries), "--out", str(toy_town.folder / "o")]
        with pytest.raises(SettingsError, match="is not a period"):
            main(arguments)

    def test_a_fault_of_ours_is_a_sentence(self, toy_town, monkeypatch):
        """What nobody foresaw is shown as a sentence too, and called what it is."""

        def break_down(*args, **kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr("csp_geo.runs.weekly.find_hotspots", break_down)
        ran = toy_town.weekly("--quiet", out="out")
        assert ran.code == 1
        assert "fault in csp_geo" in ran.err
        assert "--debug" in ran.err
        assert not (toy_town.folder / "out" / toy_town.as_of).exists()

    def test_file_that_cannot_be_written(self, toy_town):
        """A file stands where the folder should be: one sentence, no traceback."""
        (toy_town.folder / "out").write_text("in the way", encoding="utf-8")
        ran = toy_town.weekly("--quiet", out="out")
        assert ran.code == 1
        assert len(ran.err.strip().splitlines()) == 1
        assert "fault in csp_geo" not in ran.err
        assert (toy_town.folder / "out").read_text(encoding="utf-8") == "in the way"


class TestProjectFolder:
    def test_without_options_the_project_folder_is_read(self, toy_town, csp, rows_of):
        """`data/reports`, the only boundary file, zones, context and csp_geo.toml of the folder."""
        home = toy_town.folder / "project"
        (home / "data").mkdir(parents=True)
        toy_town.reports.rename(home / "data" / "reports")
        for name in ("boundaries", "context"):
            (home / "data" / name).mkdir()
        toy_town.boundaries.rename(home / "data" / "boundaries" / "wards.gpkg")
        stations = "name,kind,easting,northing\nBeam Halt,station,545612,185662\n"
        (home / "data" / "context" / "stations.csv").write_text(stations, encoding="utf-8")
        (home / "csp_geo.toml").write_text('marking = "OFFICIAL"\n', encoding="utf-8")
        ran = csp("weekly", "--as-of", "2023-02-01", "--json", cwd=home)
        assert ran.code == 0, ran.err
        assert ran.json["marking"] == "OFFICIAL"
        lines = rows_of(home / "maps" / "2023-02-01" / "hotspots.csv")
        assert lines[1]["name"] == "near Beam Halt"
        assert (home / ".csp_geo.key").exists()

    def test_two_boundary_files_need_a_choice(self, toy_town, csp):
        home = toy_town.folder / "project"
        (home / "data" / "boundaries").mkdir(parents=True)
        toy_town.reports.rename(home / "data" / "reports")
        for name in ("a.gpkg", "b.gpkg"):
            shutil.copy(toy_town.boundaries, home / "data" / "boundaries" / name)
        ran = csp("weekly", "--as-of", "2023-02-01", "--quiet", cwd=home)
        assert ran.code in {1, 2}
        assert "a.gpkg, b.gpkg" in ran.err
        assert "--boundaries" in ran.err

    def test_folder_without_a_project(self, tmp_path, csp):
        ran = csp("weekly", "--quiet", cwd=tmp_path)
        assert ran.code == 1
        assert "csp-geo init" in ran.err
        assert list(tmp_path.iterdir()) == []

    def test_own_source_toml_takes_a_column_name(self, toy_town):
        """`reports/offence/source.toml` adds a column name and a category word."""
        path = toy_town.reports / "offence" / "offences.csv"
        text = path.read_text("utf-8")
        path.write_text(text.replace("category", "what", 1).replace("Drugs", "Spice", 1), "utf-8")
        assert toy_town.weekly("--quiet", out="out").code == 0  # the file is named and left
        own = '[columns]\ncategory = ["What"]\n[themes]\n"drugs and alcohol" = ["spice"]\n'
        (toy_town.reports / "offence" / "source.toml").write_text(own, encoding="utf-8")
        ran = toy_town.weekly("--json", out="out")
        assert [line["accepted"] for line in ran.json["inputs"]] == [3, 3, 22, 12]
        quality = (toy_town.pack() / "quality.csv").read_text("utf-8-sig")
        assert "unknown-category" not in quality
