"""`csp-geo havens` on the sample's pack and, where they are, on real premises and a real month."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest

Run = Callable[..., int]
FILES = {
    *("havens.html", "havens.csv", "coverage.csv", "call-list.xlsx", "layers.gpkg"),
    *("for-the-coordinator.csv", "havens.json", "uncovered.csv", "left-out.csv", "ask-first.csv"),
}
OPTIONS = ("--network", "streets", "--barriers", "barriers", "--avoid", "parks")


@pytest.fixture(scope="module")
def made(demo: Path) -> Path:
    """What the demo made."""
    return demo / "havens" / "2021-11-29"


@pytest.fixture(scope="module")
def record(made: Path) -> dict:
    return json.loads((made / "havens.json").read_text("utf-8"))


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def text_of(path: Path) -> str:
    """All of a file that somebody could read."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return " ".join(book.read(name).decode() for name in book.namelist())
    if path.suffix == ".gpkg":
        layers = [name for name, _ in pyogrio.list_layers(path)]
        tables = [pyogrio.read_dataframe(path, layer=name, read_geometry=False) for name in layers]
        return " ".join(table.to_csv() for table in tables)
    return path.read_text("utf-8-sig")


class TestSample:
    def test_files_and_rights(self, made: Path) -> None:
        assert {path.name for path in made.iterdir()} == FILES | {".csp_geo.json"}
        assert {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {0o600}

    def test_it_makes_sense(self, record: dict) -> None:
        """Existing havens stay; each new venue adds; the curve never falls."""
        assert record["existing"] == 4
        assert sum(record["existing_closed"].values()) == 3
        assert len(record["sites"]) == 3
        views = {view["title"]: view for view in record["views"]}
        for view in views.values():
            assert 0 < view["before"] < view["after"] < view["demand"]
            assert view["step_free"] <= view["after"]
            assert view["immediate"] <= view["after"]
        curve = record["curve"]
        assert curve == sorted(curve)
        assert curve[3] == pytest.approx(views["All hours"]["after"], abs=0.01)
        assert record["optimal"]
        assert record["listed"] == sum(
            (record["candidates"], record["ask_first"], *record["left_out"].values())
        )

    def test_fewer_than_there_are_reports_is_explained(self, made: Path) -> None:
        html = (made / "havens.html").read_text("utf-8")
        assert "reports count as 787: one person&#39;s pins near one another count once." in html

    def test_coverage_adds_up(self, made: Path, record: dict) -> None:
        rows = rows_of(made / "coverage.csv")
        assert len(rows) == 168
        views = {view["title"]: view for view in record["views"]}
        for column, name in (("reports", "demand"), ("covered_with_new", "after")):
            total = sum(float(row[column]) for row in rows)
            assert total == pytest.approx(views["All hours"][name], abs=0.05)

    def test_call_list_is_to_be_filled_in(self, made: Path, record: dict) -> None:
        sheet = openpyxl.load_workbook(made / "call-list.xlsx")["Call list"]
        lines = list(sheet.iter_rows(values_only=True))
        assert lines[0][0] == "OFFICIAL-SENSITIVE"
        assert "None of them has been vetted" in lines[1][0]
        assert "--answers call-list.xlsx" in lines[2][0]
        fallbacks = [other["name"] for site in record["sites"] for other in site["fallbacks"]]
        listed = [site["name"] for site in record["sites"]] + fallbacks
        assert sorted(line[2] for line in lines[4:]) == sorted(listed)
        assert fallbacks
        assert lines[3][8:] == (
            *("Telephone", "Spoken to", "Two staff at all hours", "Hours confirmed"),
            *("Step-free", "Willing", "Date", "Note"),
        )
        assert {line[8:] for line in lines[4:]} == {(None,) * 8}

    def test_marks_and_contacts_stay_where_they_belong(self, made: Path, demo: Path) -> None:
        """Who is to be asked about at licensing stands in one file; the contact in none."""
        marked = rows_of(made / "for-the-coordinator.csv")
        assert marked
        in_plan = {row["to_approach"] for row in marked} - {""}
        html = (made / "havens.html").read_text("utf-8")
        assert html.count("Before you approach it: see for-the-coordinator.csv.") == len(in_plan)
        for name in FILES - {"for-the-coordinator.csv"}:
            text = text_of(made / name)
            assert "licensing first" not in text, name
            assert "held by the council" not in text, name
        assert "held by the council" in (demo / "data" / "havens.csv").read_text("utf-8-sig")

    def test_nobody_is_called_safe(self, made: Path) -> None:
        text = (made / "havens.html").read_text("utf-8").lower()
        assert "None of them has been vetted".lower() in text
        assert "safe place" not in text

    def test_layers(self, made: Path) -> None:
        havens = pyogrio.read_dataframe(made / "layers.gpkg", layer="havens")
        assert havens["role"].value_counts().to_dict() == {"existing haven": 4, "to approach": 3}
        assert set(havens.geom_type) == {"Point"}

    def test_the_same_run_again(self, run: Run, demo: Path, made: Path, tmp_path: Path) -> None:
        assert run("havens", *given(demo), "--out", tmp_path) == 0
        for name in FILES - {"layers.gpkg", "havens.json"}:
            assert (tmp_path / "2021-11-29" / name).read_bytes() == (made / name).read_bytes()


def given(demo: Path, premises: Path | None = None) -> list[str | Path]:
    data = demo / "data"
    ways = [
        data / "network" / f"{word}.geojson" if not word.startswith("--") else word
        for word in OPTIONS
    ]
    return [
        *("--run", demo / "maps" / "2021-11-29"),
        *("--premises", premises or data / "premises" / "businesses.csv"),
        *("--existing", data / "havens.csv"),
        *ways,
    ]


def register_with(demo: Path, folder: Path, *lines: str) -> Path:
    """The sample's register with more havens: name, point, hours, status, consent, expiry."""
    head = "haven_id,name,easting,northing,opening_hours,status,consent_to_publish,"
    head += "last_checked,training_expiry,area_status\n"
    path = folder / "register.csv"
    own = [f"X-{n},{line},synthetic sample\n" for n, line in enumerate(lines)]
    path.write_text(head + "".join(own), encoding="utf-8")
    return path


class TestWhoIsAsked:
    """The marked and the doubtful: each in its own table, and in no public part."""

    @pytest.fixture
    def asked(self, run: Run, demo: Path, tmp_path: Path) -> Path:
        """The sample's plan with a fire station in a second list, which is old."""
        folder = tmp_path
        head = "name,type,address,easting,northing,opening_hours,status\n"
        rows = "Fire Station Cafe,cafe,1 Ash Road,548123,185456,24/7,synthetic sample\n"
        (folder / "list_2019-05-01.csv").write_text(head + rows, encoding="utf-8")
        own = folder / "list_2019-05-01.csv"
        assert run("havens", *given(demo), "--premises", own, "--out", folder) == 0
        return folder / "2021-11-29"

    def test_the_doubtful_stand_in_a_table_of_their_own(self, asked: Path) -> None:
        (row,) = rows_of(asked / "ask-first.csv")
        assert row["name"] == "Fire Station Cafe"
        assert "ask its service" in row["why"]
        assert (row["file"], row["row"]) == ("list_2019-05-01.csv", "2")
        record = json.loads((asked / "havens.json").read_text("utf-8"))
        marked = [
            row
            for row in rows_of(asked / "for-the-coordinator.csv")
            if row["above_chance"] == "true"
        ]
        assert record["ask_first"] == 1 + len(marked)
        for name in FILES - {"ask-first.csv"}:
            assert "Fire Station Cafe" not in text_of(asked / name), name

    def test_a_list_from_long_before_the_map_is_said(self, asked: Path, record: dict) -> None:
        again = json.loads((asked / "havens.json").read_text("utf-8"))
        said = "list_2019-05-01.csv is of 1 May 2019, more than a year before the map"
        assert any(said in caution for caution in again["cautions"])
        assert not any("more than a year before" in caution for caution in record["cautions"])

    def test_those_above_chance_are_not_in_the_plan(self, made: Path, record: dict) -> None:
        rows = rows_of(made / "for-the-coordinator.csv")
        assert {row["above_chance"] for row in rows} <= {"true", "false"}
        above = [row for row in rows if row["above_chance"] == "true"]
        assert not any(row["to_approach"] for row in above)
        assert all("Not in the plan" in row["note"] for row in above)
        for name in FILES - {"for-the-coordinator.csv"}:
            text = text_of(made / name)
            assert not any(f"{row['name']}," in text for row in above), name

    def test_hours_that_look_like_a_slip_stand_there_with_what_was_meant(
        self, run: Run, demo: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A slip on all days, one on some, one in a comment's company; "9-5" cannot be read."""
        head = "name,type,address,easting,northing,opening_hours,status\n"
        hours = {
            "Slip Cafe": "Mon-Sat 1000-0400",
            "Half Slip Cafe": '"Mon-Thu 11am-11pm, Fri & Sat 11am-1am"',
            "Comment Cafe": '"Mo-Sa 10:00-04:00 ""ask Zqjane"""',
            "Vague Cafe": "9-5",
        }
        rows = [
            f"{name},cafe,{n} Ash Road,{548123 + 90 * n},185456,{text},synthetic sample\n"
            for n, (name, text) in enumerate(hours.items(), start=1)
        ]
        own = tmp_path / "more.csv"
        own.write_text(head + "".join(rows), encoding="utf-8")
        assert run("havens", *given(demo), "--premises", own, "--out", tmp_path) == 0
        out = tmp_path / "2021-11-29"
        asked = {
            row["name"]: row
            for row in rows_of(out / "for-the-coordinator.csv")
            if row["about"] == "opening hours"
        }
        assert set(asked) == set(hours)
        assert asked["Vague Cafe"]["note"].startswith("It never counts as open")
        assert "Probably 10:00-16:00 is meant." in asked["Slip Cafe"]["note"]
        assert asked["Slip Cafe"]["opening_hours"] == "Mon-Sat 1000-0400"
        assert "On some days a span into the night looks like" in asked["Half Slip Cafe"]["note"]
        assert asked["Comment Cafe"]["opening_hours"] == ""
        assert not any("Zqjane" in text_of(out / name) for name in FILES)
        assert "look wrong as written, at 4 venues" in capsys.readouterr().out

    def test_every_site_has_whom_to_ask_next(self, made: Path, record: dict) -> None:
        """Of the sample's three two stand alone, which is said."""
        chosen = {site["name"] for site in record["sites"]}
        for site, row in zip(record["sites"], rows_of(made / "havens.csv"), strict=True):
            others = site["fallbacks"]
            if not others:
                assert row["fallback_1"] == row["fallback_1_covers"] == ""
                continue
            assert not chosen & {other["name"] for other in others}
            covers = [other["covers"] for other in others]
            assert covers == sorted(covers, reverse=True)
            assert 0 < covers[0] <= float(row["covers_alone"]) + 0.001
            assert row["fallback_1"].startswith(others[0]["name"])
            assert float(row["fallback_2_covers"]) == others[1]["covers"]
        alone = sum(not site["fallbacks"] for site in record["sites"])
        html = (made / "havens.html").read_text("utf-8")
        assert html.count("No other listed venue covers any of these reports") == alone == 2


class TestRegister:
    def point_of(self, made: Path, name: str) -> str:
        rows = {row["name"]: row for row in rows_of(made / "havens.csv")}
        return f"{rows[name]['easting']},{rows[name]['northing']}"

    def test_havens_of_the_register_are_not_asked_again(
        self, run: Run, demo: Path, made: Path, record: dict, tmp_path: Path
    ) -> None:
        """Active: not asked, whatever its hours. Withdrawn: not asked. Lapsed: asked, and said."""
        names = [site["name"] for site in record["sites"]]
        points = [self.point_of(made, name) for name in names]
        register = register_with(
            demo,
            tmp_path,
            f"{names[0]},{points[0]},9-5,active,yes,2021-10-01,2022-10-01",
            f"{names[1]},{points[1]},24/7,withdrawn,no,2021-10-01,2022-10-01",
            f"{names[2]},{points[2]},24/7,active,yes,2021-10-01,2021-03-01",
        )
        ask = [part if part != demo / "data" / "havens.csv" else register for part in given(demo)]
        assert run("havens", *ask, "--out", tmp_path, "--sites", "6") == 0
        again = json.loads((tmp_path / made.name / "havens.json").read_text("utf-8"))
        chosen = {site["name"] for site in again["sites"]}
        assert not chosen & set(names[:2])
        assert again["left_out"]["Safe Havens already, on your list."] == 1
        assert sum("not asked again" in why for why in again["left_out"]) == 1
        assert names[2] in chosen
        html = (tmp_path / made.name / "havens.html").read_text("utf-8")
        assert "On your register: Its training ended on 1 March 2021." in html

    def test_a_haven_on_two_rows_is_not_asked_again(
        self, run: Run, demo: Path, made: Path, record: dict, tmp_path: Path
    ) -> None:
        """The row that does not count, being a repeat or old, does not let the venue back in."""
        name = record["sites"][0]["name"]
        row = f"{name},{self.point_of(made, name)},24/7,active,yes"
        register = register_with(
            demo, tmp_path, f"{row},2021-10-01,2022-10-01", f"{row},2021-06-01,2021-07-01"
        )
        ask = [part if part != demo / "data" / "havens.csv" else register for part in given(demo)]
        assert run("havens", *ask, "--out", tmp_path) == 0
        again = json.loads((tmp_path / made.name / "havens.json").read_text("utf-8"))
        assert name not in {site["name"] for site in again["sites"]}
        assert again["left_out"]["Safe Havens already, on your list."] == 1

    def test_a_name_that_differs_a_little_and_a_haven_without_a_place(
        self, run: Run, demo: Path, made: Path, record: dict, tmp_path: Path
    ) -> None:
        names = [site["name"] for site in record["sites"]]
        at = self.point_of(made, names[0])
        register = register_with(
            demo,
            tmp_path,
            f"The {names[0]} (High Road),{at},24/7,withdrawn,no,2021-10-01,2022-10-01",
            f"{names[1]},,,24/7,active,yes,2021-10-01,2022-10-01",
            f"Other Place,{self.point_of(made, names[2])},24/7,withdrawn,no,2021-10-01,2022-10-01",
        )
        ask = [part if part != demo / "data" / "havens.csv" else register for part in given(demo)]
        assert run("havens", *ask, "--out", tmp_path, "--sites", "6") == 0
        again = json.loads((tmp_path / made.name / "havens.json").read_text("utf-8"))
        chosen = {site["name"] for site in again["sites"]}
        assert not chosen & set(names[:2])
        assert names[2] in chosen  # another name at the same point is another venue

    def test_a_call_list_that_was_filled_in_is_kept(
        self, run: Run, demo: Path, made: Path, tmp_path: Path, capsys
    ) -> None:
        assert run("havens", *given(demo), "--out", tmp_path) == 0
        path = tmp_path / made.name / "call-list.xlsx"
        assert run("havens", *given(demo), "--out", tmp_path) == 0  # nobody wrote into it
        book = openpyxl.load_workbook(path)
        book.active.cell(row=4, column=book.active.max_column).value = "They said yes"
        book.save(path)
        assert run("havens", *given(demo), "--out", tmp_path) == 2
        assert "has been filled in" in capsys.readouterr().err
        kept = openpyxl.load_workbook(path)
        sheet = kept.active
        assert sheet.cell(row=4, column=sheet.max_column).value == "They said yes"
        sheet.cell(row=4, column=sheet.max_column).value = None
        kept.create_sheet("Notes")["A1"] = "Ring on Monday"
        kept.save(path)
        assert run("havens", *given(demo), "--out", tmp_path) == 2

    def test_what_stays_uncovered_and_who_was_left_out_are_tables(
        self, made: Path, record: dict
    ) -> None:
        spots = rows_of(made / "uncovered.csv")
        left = [float(row["not_covered"]) for row in spots]
        assert left == sorted(left, reverse=True)
        assert {"venue", "metres", "would_cover"} <= set(spots[0])
        assert {row["why_not_more"] for row in spots} >= {"", "hours not known", "too far"}
        rows = rows_of(made / "left-out.csv")
        assert len(rows) == sum(record["left_out"].values())
        assert all(row["why"] and row["row"] for row in rows)


@pytest.mark.browser
def test_ten_venues_print_on_five_pages_and_the_map_on_the_first(
    run: Run, demo: Path, tmp_path: Path, open_page: Any
) -> None:
    assert run("havens", *given(demo), "--sites", "10", "--out", tmp_path) == 0
    tab = open_page((tmp_path / "2021-11-29" / "havens.html").read_text("utf-8"))
    pdf = tab.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type ?/Page\b", pdf)) <= 5
    tab.page.set_viewport_size({"width": 688, "height": 900})
    tab.page.emulate_media(media="print")
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    box = tab.page.locator(".plan-map").bounding_box()
    assert box["y"] + box["height"] <= 980  # what an A4 sheet holds between its margins
    assert tab.page.locator("#sites").bounding_box()["y"] > box["y"]


def test_the_map_counts_no_report_that_the_pack_does_not_draw(demo: Path, record: dict) -> None:
    """Else an hour with more of them than the plan has would tell when a restricted one was."""
    html = (demo / "maps" / "2021-11-29" / "map.html").read_text("utf-8")
    data = json.loads(html.split('id="csp-data">')[1].split("</script>")[0])
    total = record["views"][0]["demand"]
    assert sum(data["haven_hours"]["demand"]) == pytest.approx(total, abs=0.5)


class TestOptions:
    @pytest.fixture
    def json_of(self, run: Run, demo: Path, tmp_path: Path, capsys) -> Callable[..., dict]:
        def ask(*options: str | Path) -> dict:
            capsys.readouterr()
            code = run("havens", *given(demo), "--out", tmp_path, "--json", *options)
            printed = json.loads(capsys.readouterr().out)
            return printed | {"code": code}

        return ask

    def test_at_one_hour(self, json_of) -> None:
        made = json_of("--at", "Fri 22:00")
        assert made["params"]["at"] == "Friday 10pm to 11pm"
        (view,) = (own for own in made["views"] if own["title"] == "The hour asked for")
        assert view["demand"] < made["views"][0]["demand"]

    def test_evidence_apart(self, json_of, record: dict) -> None:
        apart = [
            json_of("--evidence", kind)["views"][0]["demand"] for kind in ("recorded", "perception")
        ]
        assert sum(apart) == pytest.approx(record["views"][0]["demand"])

    def test_only_what_stands_out(self, json_of, record: dict) -> None:
        made = json_of("--standing-out")
        assert 0 < made["views"][0]["demand"] < record["views"][0]["demand"]
        assert any("stand out are counted" in caution for caution in made["cautions"])

    def test_one_in_each_area(self, json_of, demo: Path) -> None:
        zones = demo / "data" / "zones" / "sample_pspo_zones.geojson"
        made = json_of("--each", zones)
        assert made["code"] == 0
        assert made["params"]["each"] == zones.name

    def test_pubs_only_when_asked_for(self, json_of, record: dict) -> None:
        assert json_of("--alcohol")["candidates"] > record["candidates"]

    def test_why_says_what_is_needed_and_no_more(self, json_of, record: dict) -> None:
        """By the default profile staff alone keeps a venue out, however few toilets there are."""
        why = [said for said in record["left_out"] if said.startswith("Known to lack")]
        assert len(why) == 1
        assert why[0].endswith("asks for: at least 2 members of staff (38).")
        light = json_of("--profile", "light")["left_out"]
        assert any(re.search(r"asks for: phone \(\d+\)\.$", said) for said in light)

    def test_strict_profile_leaves_fewer(self, json_of, record: dict) -> None:
        assert json_of("--profile", "strict")["candidates"] < record["candidates"]

    def test_more_sites_than_there_are(self, json_of) -> None:
        made = json_of("--sites", "500")
        assert made["code"] == 0
        assert any("500 new sites asked for" in caution for caution in made["cautions"])

    def test_any_hour_is_said_first(self, json_of) -> None:
        made = json_of("--any-hour")
        assert made["cautions"][0].startswith("Opening hours were ignored")

    @pytest.mark.parametrize(
        ("options", "code", "says"),
        [
            (("--within", "0"), 2, "more than 0 metres"),
            (("--at", "Friday night"), 2, "not an hour of the week"),
            (("--evidence", "all"), 2, "must be one of"),
            (("--count", "heads"), 2, "--count must be one of"),
            (("--pin-weight", "-1"), 2, "--pin-weight must be 0 or more"),
            (("--pin-weight", "1e308"), 2, "--pin-weight must be 0 or more"),
            (("--speed", "0"), 2, "(--speed) must be more than 0"),
            (("--time-limit", "0"), 2, "--time-limit must be more than 0"),
            (("--profile", "nice"), 2, "is not a profile"),
            (("--run", "."), 1, "not a weekly pack"),
            (("--premises", "none.csv"), 1, "is not there"),
            (("--network", "none.geojson"), 1, "is not there"),
            (("--each", "ward", "--sites", "1"), 1, "At least one haven in each area takes"),
            (("--each", "none.geojson"), 1, "is not there"),
        ],
    )
    def test_one_sentence_for_what_is_wrong(self, json_of, options, code, says) -> None:
        made = json_of(*options)
        assert made["code"] == code
        assert says in made["error"]


def test_no_hours_at_all(run: Run, demo: Path, tmp_path: Path, capsys) -> None:
    text = "name,type,easting,northing,status\nA,pharmacy,548123,185456,synthetic sample\n"
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    code = run("havens", *given(demo, tmp_path / "list.csv"), "--out", tmp_path)
    assert code == 1
    said = capsys.readouterr().err
    assert "None of the 1 candidate has opening hours that can be read" in said
    assert "--assume-hours" in said


def test_the_sample_and_the_real_are_not_mixed(
    run: Run, demo: Path, tmp_path: Path, capsys
) -> None:
    text = "name,type,easting,northing,opening_hours\nA,pharmacy,548123,185456,24/7\n"
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    assert run("havens", *given(demo, tmp_path / "list.csv"), "--out", tmp_path) == 1
    said = "list.csv holds real venues, but the pack 2021-11-29 holds the sample's"
    assert said in capsys.readouterr().err


def test_real_premises_and_a_real_month(
    run: Run, shared_data: Path, real_pack: Path, tmp_path: Path, capsys
) -> None:
    """Food hygiene ratings have no hours: refused, then answered with hours that are assumed."""
    fhrs = shared_data / "premises" / "lbbd_fhrs_2020-06-16.csv"
    ask = ("havens", "--run", real_pack, "--premises", fhrs, "--out", tmp_path, "--json")
    assert run(*ask) == 1
    assert "has opening hours that can be read" in capsys.readouterr().err
    (tmp_path / "hours.toml").write_text(
        '[assumed_hours]\nshop = "Mo-Su 07:00-22:00"\nsupermarket = "Mo-Sa 08:00-21:00"\n'
    )
    assert run(*ask, "--assume-hours", tmp_path / "hours.toml") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["listed"] == 1191
    assert made["listed"] == sum(
        (made["candidates"], made["ask_first"], *made["left_out"].values())
    )
    assert len(made["sites"]) == 3
    assert made["optimal"]
    assert 120 <= made["ask_first"] <= 150
    assert all(len(site["fallbacks"]) >= 2 for site in made["sites"])
    asked = {row["name"] for row in rows_of(tmp_path / "2023-02-01" / "ask-first.csv")}
    assert {"DAGENHAM FIRE STATION", "West Ham Training Ground", "Anthea Scott"} <= asked
    cautions = " ".join(made["cautions"])
    assert "2020-06-16.csv is of 16 June 2020, more than a year before the map" in cautions
    assert "No report gives its hour" in cautions
    assert "are thefts, which include shoplifting" in cautions
    assert "most pharmacies are missing" in cautions
    assert "straight line" in " ".join(made["method"])
    shutil.rmtree(tmp_path / "2023-02-01")
