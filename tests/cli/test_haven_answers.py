"""A call list that somebody filled in, read back into the register with `havens --answers`."""

from __future__ import annotations

import csv
import io
import re
import shutil
from datetime import date

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from csp_geo.core.history import history_path
from csp_geo.inputs.venues.register import TEMPLATE

PLAN = ("havens", "--run", "maps/2023-02-01", "--premises", "venues.csv", "--sites", "3")
LIST = "havens/2023-02-01/call-list.xlsx"
PLACES = {
    "telephone": "I", "spoken": "J", "staff": "K", "hours": "L", "step_free": "M", "willing": "N",
    "date": "O", "note": "P",
}  # fmt: skip
YES = {"willing": "yes", "date": "2023-02-03"}
"""A venue that says yes, two days after the map."""


@pytest.fixture(scope="module")
def made(shared_town, csp, tmp_path_factory):
    """The toy town with a plan of three venues, and an empty register as `init` makes it."""
    home = shutil.copytree(shared_town.folder, tmp_path_factory.mktemp("answers") / "home")
    (home / "few.toml").write_text("simulations = 19\n", encoding="utf-8")
    venues = [
        {
            "name": f"{name} Shop",
            "type": "supermarket",
            "address": f"{n} High Road",
            "easting": 544421 + 400 * n,
            "northing": 184321 + 100 * n,
            "opening_hours": "Mo-Su 07:00-23:00",
        }
        for n, name in enumerate(("Ash", "Beech", "Cedar"))
    ]
    pd.DataFrame(venues).to_csv(home / "venues.csv", index=False)
    weekly = ("weekly", "--reports", "reports", "--boundaries", "wards.gpkg", "--as-of")
    more = ("2023-02-01", "--config", "few.toml", "--out", "maps", "--quiet")
    for command in ((*weekly, *more), PLAN):
        ran = csp(*command, cwd=home)
        assert ran.code == 0, ran.err
    (home / "data").mkdir()
    (home / "data" / "havens.csv").write_bytes(f"{','.join(TEMPLATE)}\r\n".encode("utf-8-sig"))
    return home


@pytest.fixture
def home(made, tmp_path):
    return shutil.copytree(made, tmp_path / "home")


def fill(home, *rows, name=LIST, add=()):
    """Fill in rows of the list, the first venue's first; `add` are cells to write as well."""
    path = home / name
    if not path.exists():
        shutil.copy(home / LIST, path)
    book = openpyxl.load_workbook(path)
    sheet = book["Call list"]
    for at, row in enumerate(rows, start=5):
        for field, text in row.items():
            sheet[f"{PLACES[field]}{at}"] = text
    for place, text in add:
        sheet[place] = text
    book.save(path)
    return path


def venue(home, at):
    return openpyxl.load_workbook(home / LIST)["Call list"][f"C{5 + at}"].value


def read(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def rows(home):
    return read(home / "data" / "havens.csv")


def test_it_comes_back_without_loss(csp, home):
    full = {
        "telephone": "020 8227 0000", "spoken": "Jane Bloggs", "staff": "yes", "hours": "yes",
        "step_free": "no", "note": "ring at the side, not before ten",
    }  # fmt: skip
    fill(home, YES | full, {"willing": "no", "date": "2023-02-04"}, {"willing": "not known"})
    names = [venue(home, n) for n in range(3)]
    ran = csp("havens", "--answers", LIST, cwd=home)
    assert ran.code == 0, ran.err
    first, second, third = rows(home)
    assert first["name"] == names[0]
    assert first | {
        "haven_id": "C01", "type": "supermarket", "postcode": "", "step_free": "no",
        "opening_hours": "Mo-Su 07:00-23:00", "contact": "Jane Bloggs; tel 020 8227 0000",
        "status": "candidate", "asked_on": "2023-02-03", "willing": "yes",
        "staff_at_all_hours": "yes", "hours_confirmed": "yes",
        "answer_note": "ring at the side, not before ten",
    } == first  # fmt: skip
    assert first["latitude"].startswith("51.5")
    assert first["address"].endswith(" High Road")
    assert (second["status"], second["willing"], second["haven_id"]) == ("withdrawn", "no", "C02")
    assert (third["status"], third["willing"]) == ("candidate", "")
    assert f"Row 2, {names[0]} (from call-list.xlsx row 5): new: " in ran.out
    said = "3 asked, 1 said yes, 0 trained, 0 with a sticker, 0 listed."
    assert re.search(rf"On your register on \d+ \w+ \d{{4}}: {re.escape(said)}", ran.out)


def test_nobody_is_named_but_in_the_register(csp, home):
    fill(home, YES | {"telephone": "07700 900123", "spoken": "Jane Bloggs", "note": "Jane owns it"})
    fill(home, add=(("K6", "ask Jane 07700 900123"), ("O6", "07700 900123")))
    said = csp("havens", "--answers", LIST, cwd=home)
    printed = csp("havens", "--answers", LIST, "--json", cwd=home)
    assert "Two staff at all hours (K6) is none of yes, no, not known" in said.out
    assert "Date (O6) is no day" in said.out
    assert "contact given" in said.out
    again = csp(*PLAN, "--existing", "data/havens.csv", "--out", "other", cwd=home)
    assert again.code == 0, again.err
    history = history_path(home / "data" / "havens.csv").read_text("utf-8-sig")
    for text in (said.out, said.err, printed.out, again.out, history):
        assert "07700" not in text
        assert "Jane" not in text
    for path in (home / "other").rglob("*"):
        if path.is_file():
            assert b"Jane" not in path.read_bytes(), path.name
    assert "Jane Bloggs; tel 07700 900123" in (home / "data" / "havens.csv").read_text("utf-8-sig")


def test_twice_changes_nothing_and_undoes_nothing(csp, home):
    fill(home, YES | {"step_free": "yes", "telephone": "0208"}, {"willing": "no"})
    assert csp("havens", "--answers", LIST, cwd=home).code == 0
    register, past = home / "data" / "havens.csv", home / "data" / "havens.history.csv"
    before = register.read_bytes(), past.read_bytes()
    ran = csp("havens", "--answers", LIST, cwd=home)
    assert "Nothing is new: the register stays as it is." in ran.out
    assert (register.read_bytes(), past.read_bytes()) == before
    # somebody goes on in a spreadsheet, which writes days as people do
    text = register.read_text("utf-8-sig").replace("candidate", "active")
    register.write_text(text.replace("2023-02-03", "03/02/2023"), "utf-8-sig")
    before = register.read_bytes()
    ran = csp("havens", "--answers", LIST, cwd=home)
    assert ran.code == 0, ran.err
    assert register.read_bytes() == before


def test_what_is_there_stays_byte_for_byte(csp, home):
    """Odd quotation marks, a column of one's own, no last line end: only what is new is written."""
    header = "Ref;Venue Name;Easting;Northing;Notes;Status"
    others = [
        '"H1"; "Old ""Caf\u00e9""";544000;184000;"a;b";active',
        "",
        "H3;Far;144000;84000;x;no",
    ]
    register = home / "mine.csv"
    lines = [header, *others, "H2;the cedar shop ltd;545225;184525;;lapsed"]
    register.write_bytes("\n".join(lines).encode("cp1252"))
    assert venue(home, 0) == "Cedar Shop"
    fill(home, YES, YES)
    ran = csp("havens", "--answers", LIST, "--existing", "mine.csv", cwd=home)
    assert ran.code == 0, ran.err
    now = register.read_bytes().decode("cp1252").split("\n")
    assert now[0] == f"{header};willing;asked_on;type;address"
    assert now[1:4] == others
    assert now[4] == "H2;the cedar shop ltd;545225;184525;;candidate;yes;2023-02-03"
    assert now[5:] == [
        "C01;Beech Shop;544821;184421;;candidate;yes;2023-02-03;supermarket;1 High Road",
        "",
    ]


def test_a_register_without_a_type(csp, home):
    register = home / "mine.csv"
    register.write_text("name,latitude,longitude\nOld,51.54,0.08\n", "utf-8")
    fill(home, YES)
    ran = csp("havens", "--answers", LIST, "--existing", "mine.csv", cwd=home)
    assert ran.code == 0, ran.err
    header, old, new = register.read_text("utf-8").splitlines()
    assert header == "name,latitude,longitude,type,address,willing,asked_on,status"
    assert old == "Old,51.54,0.08"
    assert new.startswith("Cedar Shop,51.5")
    assert new.endswith(",supermarket,2 High Road,yes,2023-02-03,candidate")


def test_two_people_who_disagree(csp, home):
    """Both are said and no is kept; what they agree on is taken."""
    fill(home, YES | {"step_free": "yes", "spoken": "Ann"}, name="ann.xlsx")
    fill(home, YES | {"step_free": "no", "spoken": "Bob"}, name="bob.xlsx")
    ran = csp("havens", "--answers", "ann.xlsx", "--answers", "bob.xlsx", cwd=home)
    assert ran.code == 0, ran.err
    said = (
        "Step-free is 'yes' in ann.xlsx row 5 and 'no' in bob.xlsx row 5, and both are of one day"
    )
    assert f"{venue(home, 0)}: {said}" in ran.out
    left = openpyxl.load_workbook(home / LIST)["As listed"].max_row - 2  # a heading, one answered
    assert f"; {left} row{'s have' if left != 1 else ' has'} none yet." in ran.out
    (row,) = rows(home)
    assert (row["step_free"], row["willing"], row["asked_on"]) == ("no", "yes", "2023-02-03")
    assert row["contact"] == "Ann; Bob"
    assert row["answer_note"] == "to settle: Step-free yes or no"
    before = (home / "data" / "havens.csv").read_bytes()
    csp("havens", "--answers", "ann.xlsx", "--answers", "bob.xlsx", cwd=home)
    assert (home / "data" / "havens.csv").read_bytes() == before
    again = csp(*PLAN, "--existing", "data/havens.csv", "--out", "other", cwd=home)
    assert "Answers that contradict one another, of 1 venue" in again.out
    line, *_ = read(home / "other" / "2023-02-01" / "for-the-coordinator.csv")
    assert (line["about"], line["name"]) == ("answers to settle", venue(home, 0))
    assert "Step-free was answered yes and no" in line["note"]


def test_where_nobody_was_reached_is_kept_and_still_to_be_asked(csp, home):
    """A note alone is no answer; the answer that comes later makes it a candidate."""
    fill(home, {"note": "closed, ring after 5"}, YES)
    ran = csp("havens", "--answers", LIST, cwd=home)
    assert "status to ask" in ran.out
    assert ": 1 asked, 1 said yes," in ran.out
    first, second = rows(home)
    assert (first["status"], first["answer_note"]) == ("to ask", "closed, ring after 5")
    assert second["status"] == "candidate"
    again = csp(*PLAN, "--existing", "data/havens.csv", "--out", "other", "--json", cwd=home)
    assert again.code == 0, again.err
    assert first["name"] in {site["name"] for site in again.json["sites"]}
    assert (again.json["existing"], again.json["stages"]["asked"]) == (0, 1)
    fill(home, {"willing": "yes", "date": "2023-02-09"})
    csp("havens", "--answers", LIST, cwd=home)
    first, _ = rows(home)
    assert (first["status"], first["answer_note"]) == ("candidate", "closed, ring after 5")


def test_a_list_as_untidy_people_leave_it(csp, home):
    """Everything is read, or said in a sentence; reading it again changes nothing."""
    path = fill(
        home,
        {"telephone": 2082270000, "willing": "Yes - spoke to Priya", "date": "3.2.23"},
        {"willing": "maybe", "note": "=ring first", "date": date(2099, 3, 12)},
        add=(("C9", "Corner Cafe"), ("N9", "y"), ("Q4", "Who"), ("Q5", "Sam")),
    )
    book = openpyxl.load_workbook(path)
    sheet = book["Call list"]
    sheet["C5"].comment = Comment("blue door", "Sam")
    sheet["N5"].fill = PatternFill("solid", fgColor="FF0000")
    sheet["E6"].fill = PatternFill("solid", fgColor="FF0000")
    sheet.delete_rows(7)
    book.create_sheet("Mine", 0)["A1"] = "to do"
    book.save(path)
    ran = csp("havens", "--answers", LIST, cwd=home)
    assert ran.code == 0, ran.err
    first, second, third = rows(home)
    assert (first["willing"], first["contact"]) == ("yes", "tel 02082270000")
    assert first["answer_note"] == "Willing: Yes - spoke to Priya; Comment: blue door; Who: Sam"
    assert (first["asked_on"], second["asked_on"]) == ("2023-02-03", "")
    assert second["answer_note"] == "'=ring first; Willing: maybe; Date: 2099-03-12"
    assert (third["name"], third["willing"]) == ("Corner Cafe", "yes")
    for said in ("Willing (N6) is none of", "Date (O6) is 12 March 2099, after", "sheet 1 of"):
        assert said in ran.out
    assert "Priya" not in ran.out
    before = (home / "data" / "havens.csv").read_bytes()
    assert "Nothing is new" in csp("havens", "--answers", LIST, cwd=home).out
    assert (home / "data" / "havens.csv").read_bytes() == before
    fill(home, {"spoken": "Ann"}, {"willing": "yes", "date": "2023-02-06", "note": "no"})
    assert csp("havens", "--answers", LIST, cwd=home).code == 0
    _, second, _ = rows(home)
    assert (second["willing"], second["asked_on"]) == ("yes", "2023-02-06")
    assert second["answer_note"] == "'=ring first; Willing: maybe; Date: 2099-03-12; no"


def test_not_known_contradicts_nothing(csp, home):
    fill(home, YES, name="ann.xlsx")
    fill(home, {"willing": "not known"}, name="bob.xlsx")
    ran = csp("havens", "--answers", "ann.xlsx", "--answers", "bob.xlsx", cwd=home)
    assert "neither" not in ran.out
    assert rows(home)[0]["willing"] == "yes"


def test_files_of_one_name_are_told_apart(csp, home):
    for folder, answer in (("ann", "yes"), ("bob", "no")):
        (home / folder).mkdir()
        fill(home, {"willing": answer}, name=f"{folder}/call-list.xlsx")
    both = ("--answers", "ann/call-list.xlsx", "--answers", "bob/call-list.xlsx")
    ran = csp("havens", *both, "--answers", "ann/../ann/call-list.xlsx", cwd=home)
    assert "'yes' in ann/call-list.xlsx row 5 and 'no' in bob/call-list.xlsx row 5" in ran.out
    assert [row["status"] for row in rows(home)] == ["withdrawn"]


def test_one_site_on_two_rows(csp, home):
    """Copied below the list, its number with it."""
    name = venue(home, 0)
    number = openpyxl.load_workbook(home / LIST)["Call list"]["B5"].value
    fill(home, YES, add=(("B9", number), ("C9", name), ("N9", "no")))
    ran = csp("havens", "--answers", LIST, cwd=home)
    said = "Willing is 'no' in call-list.xlsx row 9 and 'yes' in call-list.xlsx row 5"
    assert f"{name}: {said}, and not both have a day" in ran.out
    assert [row["willing"] for row in rows(home)] == ["no"]


def test_a_venue_that_somebody_added_by_hand(csp, home):
    fill(home, add=(("C9", "Corner Cafe"), ("D9", "cafe"), ("E9", "9 Side Street"), ("N9", "y")))
    fill(home, add=(("N11", "yes"),))
    ran = csp("havens", "--answers", LIST, cwd=home)
    (row,) = rows(home)
    assert (row["name"], row["type"], row["address"]) == ("Corner Cafe", "cafe", "9 Side Street")
    assert row["willing"] == "yes"
    assert "call-list.xlsx row 11: it has text and no venue" in ran.out
    before = (home / "data" / "havens.csv").read_bytes()
    assert csp("havens", "--answers", LIST, cwd=home).code == 0
    assert (home / "data" / "havens.csv").read_bytes() == before


def test_a_later_answer_counts_and_an_earlier_one_is_said(csp, home):
    fill(home, YES | {"step_free": "yes"}, name="one.xlsx")
    fill(home, {"willing": "no", "step_free": "no", "date": "2023-02-20"}, name="two.xlsx")
    for name in ("one.xlsx", "two.xlsx"):
        assert csp("havens", "--answers", name, cwd=home).code == 0
    (row,) = rows(home)
    assert (row["status"], row["willing"], row["step_free"]) == ("withdrawn", "no", "no")
    before = (home / "data" / "havens.csv").read_bytes()
    ran = csp("havens", "--answers", "one.xlsx", cwd=home)
    assert "step_free stays 'no'; the answer is 'yes'" in ran.out
    assert (home / "data" / "havens.csv").read_bytes() == before
    history = read(home / "data" / "havens.history.csv")
    assert ("status", "candidate", "withdrawn") in [
        (line["column"], line["was"], line["now"]) for line in history
    ]


def test_two_lists_of_one_day_read_one_after_the_other(csp, home):
    """Neither answer is the later: no counts, as if they were read together."""
    fill(home, YES, name="one.xlsx")
    fill(home, YES | {"willing": "no"}, name="two.xlsx")
    for name in ("one.xlsx", "two.xlsx"):
        ran = csp("havens", "--answers", name, cwd=home)
    assert "Willing is 'yes' in havens.csv and 'no' in two.xlsx row 5" in ran.out
    (row,) = rows(home)
    assert (row["status"], row["willing"]) == ("withdrawn", "no")


def test_the_next_plan_knows_what_was_answered(csp, home):
    """Without two staff it is no candidate of `lbbd`; what is confirmed is not asked again."""
    first, second = (venue(home, n) for n in range(2))
    no, yes = YES | {"staff": "no"}, YES | {"staff": "yes", "step_free": "yes"}
    fill(home, no, yes)
    csp("havens", "--answers", LIST, cwd=home)
    ran = csp(*PLAN, "--existing", "data/havens.csv", "--out", "other", "--json", cwd=home)
    assert ran.code == 0, ran.err
    assert first not in {site["name"] for site in ran.json["sites"]}
    assert second in {site["name"] for site in ran.json["sites"]}
    left = (home / "other" / "2023-02-01" / "left-out.csv").read_text("utf-8-sig")
    assert left.startswith("name,address,postcode,file,row,why")
    assert f"{first},2 High Road,,venues.csv," in left
    assert "Known to lack what the profile" in left
    sheet = openpyxl.load_workbook(home / "other" / "2023-02-01" / "call-list.xlsx")["Call list"]
    (line,) = (row for row in sheet.iter_rows(min_row=5, values_only=True) if row[2] == second)
    assert "members of staff" not in line[7]
    assert "step-free" not in line[7]


def test_who_said_no_is_not_asked_again_and_a_candidate_is_no_haven(csp, home):
    fill(home, {"willing": "no"}, YES)
    names = [venue(home, n) for n in range(3)]
    csp("havens", "--answers", LIST, cwd=home)
    ran = csp(*PLAN, "--out", "other", "--json", cwd=home)
    assert ran.code == 0, ran.err
    assert {site["name"] for site in ran.json["sites"]} <= set(names[1:])
    assert ran.json["stages"] == {
        "asked": 2, "willing": 1, "trained": 0, "with_sticker": 0, "listed": 0,
    }  # fmt: skip
    assert (ran.json["existing"], ran.json["existing_closed"]) == (0, {})


class TestRefused:
    def test_a_list_of_another_plan(self, csp, home):
        """Both are named, and the register stays as it is."""
        fill(home, YES, name="mine.xlsx")
        before = (home / "data" / "havens.csv").read_bytes()
        fewer = [*PLAN[:-1], "1"]
        assert csp(*fewer, cwd=home).code == 0
        ran = csp("havens", "--answers", "mine.xlsx", cwd=home)
        assert ran.code == 1
        assert "mine.xlsx is of the plan of 1 February 2023, number " in ran.err
        assert "but the plan in havens/2023-02-01 is another: number " in ran.err
        assert (home / "data" / "havens.csv").read_bytes() == before

    def test_a_plan_that_is_not_there(self, csp, home):
        fill(home, YES, name="mine.xlsx")
        (home / "havens" / "2023-02-01").rename(home / "havens" / "2023-01-01")
        ran = csp("havens", "--answers", "mine.xlsx", cwd=home)
        assert ran.code == 1
        assert "of the plan of 1 February 2023" in ran.err
        assert "havens holds 2023-01-01." in ran.err
        shutil.rmtree(home / "havens")
        assert "havens holds no plan." in csp("havens", "--answers", "mine.xlsx", cwd=home).err

    def test_the_sample_and_what_is_real(self, csp, home):
        """Neither way round: the register says of itself that it is the sample's."""
        fill(home, YES)
        register = home / "data" / "havens.csv"
        register.write_text("name,latitude,longitude,status\nOld,51.5,0.1,synthetic sample\n")
        ran = csp("havens", "--answers", LIST, cwd=home)
        assert ran.code == 1
        assert "is of real venues, but havens.csv is a register of the sample's ones" in ran.err
        assert "--existing FILE" in ran.err
        assert len(rows(home)) == 1
        register.write_text("name,latitude,longitude,status\nOld,51.5,0.1,active\n")
        record = home / "havens" / "2023-02-01" / "havens.json"
        record.write_text(
            record.read_text("utf-8").replace('"synthetic": false', '"synthetic": true')
        )
        ran = csp("havens", "--answers", LIST, cwd=home)
        assert ran.code == 1
        assert "is of the sample's venues, but havens.csv is a register of real ones" in ran.err
        assert len(rows(home)) == 1

    def test_what_is_no_call_list(self, csp, home, write):
        write.xlsx(home / "other.xlsx", ("name", "willing"), [("A", "yes")])
        assert (
            "does not say of which plan" in csp("havens", "--answers", "other.xlsx", cwd=home).err
        )
        assert "none.xlsx is not there" in csp("havens", "--answers", "none.xlsx", cwd=home).err
        ran = csp("havens", "--answers", "venues.csv", cwd=home)
        assert ran.code == 1
        assert "venues.csv is a text file" in ran.err
        assert "Give the XLSX from which it was saved" in ran.err
        path = fill(home, YES, add=(("N4", "Would they?"),))
        ran = csp("havens", "--answers", path.relative_to(home), cwd=home)
        assert "has no column 'Willing'" in ran.err

    def test_a_register_that_cannot_be_added_to(self, csp, home):
        fill(home, YES)
        ask = ("havens", "--answers", LIST, "--existing")
        assert "There is no none.csv" in csp(*ask, "none.csv", cwd=home).err
        pd.DataFrame([{"name": "A", "latitude": 51.5, "longitude": 0.1}]).to_excel(
            home / "mine.xlsx", index=False
        )
        ran = csp(*ask, "mine.xlsx", cwd=home)
        assert ran.code == 1
        assert "Save it as 'CSV UTF-8'" in ran.err

    def test_one_that_is_open_elsewhere(self, csp, home):
        fill(home, YES)
        (home / "data" / ".~lock.havens.csv#").touch()
        ran = csp("havens", "--answers", LIST, cwd=home)
        assert ran.code == 1
        assert "havens.csv is open in another program" in ran.err
        assert rows(home) == []

    def test_options_that_do_not_go_together(self, csp, home):
        fill(home, YES)
        ran = csp("havens", "--answers", LIST, *PLAN[1:], cwd=home)
        assert (ran.code, rows(home)) == (2, [])
        assert "Run it alone" in ran.err
        ran = csp("havens", "--run", "maps/2023-02-01", cwd=home)
        assert ran.code == 2
        assert "--premises FILE" in ran.err


def test_written_whole_or_not_at_all(csp, home, monkeypatch):
    """A run that is killed between history and register: the next one ends it, nothing twice."""
    from csp_geo.core import history

    fill(home, YES)
    real, before = history.write_bytes, (home / "data" / "havens.csv").read_bytes()

    def fails(path, data):
        if path.name == "havens.csv":
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(history, "write_bytes", fails)
    assert csp("havens", "--answers", LIST, cwd=home).code == 1
    assert (home / "data" / "havens.csv").read_bytes() == before
    monkeypatch.setattr(history, "write_bytes", real)
    past = (home / "data" / "havens.history.csv").read_bytes()
    assert csp("havens", "--answers", LIST, cwd=home).code == 0
    assert len(rows(home)) == 1
    assert (home / "data" / "havens.history.csv").read_bytes() == past
    assert {path.name for path in (home / "data").iterdir()} == {
        "havens.csv", "havens.history.csv",
    }  # fmt: skip
