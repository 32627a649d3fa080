"""What every command keeps of an output folder, and what it says where it cannot write."""

from __future__ import annotations

import errno
import json
import os
import shutil
from datetime import date

import openpyxl
import pandas as pd
import pytest

import csp_geo.runs.pack
import csp_geo.runs.weekly
from csp_geo.core import lock
from csp_geo.products.directory_page import COORDINATOR

WITHIN_S = 120
"""So long two runs may take, on a machine that has much else to do."""
HAVEN = {
    "haven_id": "SH-1",
    "name": "Toy Library",
    "easting": 544421,
    "northing": 184321,
    "opening_hours": "Mo-Fr 09:00-17:30; PH off",
    "training_expiry": "2099-02-01",
    "last_checked": date.today().isoformat(),  # noqa: DTZ011 - the command goes by today as well
    "status": "active",
    "consent_to_publish": "yes",
}
COMMANDS = {
    "weekly": ("maps/2023-02-01", "hotspots.csv", [
        *("weekly", "--reports", "reports", "--boundaries", "wards.gpkg", "--as-of", "2023-02-01"),
        *("--config", "few.toml", "--out", "maps", "--quiet"),
    ]),
    "havens": ("havens/2023-02-01", "call-list.xlsx", [
        *("havens", "--run", "maps/2023-02-01", "--premises", "venues.csv", "--sites", "1"),
    ]),
    "directory": ("directory", "public/directory.csv", [
        *("directory", "--havens", "register.csv"),
    ]),
    "check": ("tables", "quality.csv", [
        *("check", "reports/offence/offences.csv", "--out", "tables"),
    ]),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(shared_town, csp):
    """The toy town with the output of every command."""
    home = shared_town.folder
    (home / "few.toml").write_text("simulations = 19\n", encoding="utf-8")
    pd.DataFrame([HAVEN]).to_csv(home / "register.csv", index=False)
    venues = [
        {
            "name": f"Shop {n}",
            "type": "supermarket",
            "easting": 544421 + 40 * n,
            "northing": 184321,
            "opening_hours": "Mo-Su 07:00-23:00",
        }
        for n in range(3)
    ]
    pd.DataFrame(venues).to_csv(home / "venues.csv", index=False)
    for _, _, command in COMMANDS.values():
        ran = csp(*command, cwd=home)
        assert ran.code == 0, ran.err
    return home


@pytest.fixture
def home(made, tmp_path):
    return shutil.copytree(made, tmp_path / "home")


@pytest.fixture(params=COMMANDS)
def command(request, home):
    """Return the folder of a command, one of its files, and its arguments."""
    out, name, arguments = COMMANDS[request.param]
    return home / out, name, arguments


def state(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_not_ours_is_there_afterwards(csp, home, command):
    out, name, arguments = command
    (out / "my notes.txt").write_text("mine", encoding="utf-8")
    (out / "photos").mkdir()
    (out / "photos" / "door.jpg").write_bytes(b"\xff")
    shutil.copy(out / name, out / "copy of mine")
    for _ in range(2):
        ran = csp(*arguments, cwd=home)
        assert ran.code == 0, ran.err
        assert (out / "my notes.txt").read_text("utf-8") == "mine"
        assert (out / "photos" / "door.jpg").read_bytes() == b"\xff"
        assert (out / "copy of mine").exists()
    assert not list(home.rglob(".*csp_geo-*"))


def test_what_somebody_worked_in_makes_it_refuse(csp, home, command):
    out, name, arguments = command
    (out / name).write_bytes((out / name).read_bytes() + b"\r\nmine")
    before = state(home)
    ran = csp(*arguments, cwd=home)
    assert ran.code == 2
    assert "has been filled in" in ran.err
    assert "--out DIR" in ran.err
    assert str(home) not in ran.err
    assert state(home) == before
    (out / name).rename(out / "mine")
    assert csp(*arguments, cwd=home).code == 0
    assert (out / "mine").read_bytes().endswith(b"\r\nmine")


def test_filled_in_during_the_run(csp, home, monkeypatch):
    """A call list that is filled in between the first look and the writing."""
    import csp_geo.runs.havens

    real = csp_geo.runs.havens.plan_havens
    path = home / "havens" / "2023-02-01" / "call-list.xlsx"

    def meanwhile(*given):
        book = openpyxl.load_workbook(path)
        book.active["K5"] = "They said yes"
        book.save(path)
        return real(*given)

    monkeypatch.setattr(csp_geo.runs.havens, "plan_havens", meanwhile)
    ran = csp(*COMMANDS["havens"][2], cwd=home)
    assert ran.code == 2
    assert "call-list.xlsx is not as csp-geo wrote it" in ran.err
    assert openpyxl.load_workbook(path).active["K5"].value == "They said yes"


def as_of_an_earlier_version(pack):
    """Take from a plan what earlier versions did not write: hashes, and codes of cautions."""
    (pack / ".csp_geo.json").unlink()
    record = json.loads((pack / "havens.json").read_text("utf-8"))
    del record["caution_codes"]
    (pack / "havens.json").write_text(json.dumps(record), "utf-8")


def test_call_list_of_an_earlier_version(csp, home):
    """Its pack has no hashes: the digest in the workbook says that somebody worked in it."""
    pack = home / "havens" / "2023-02-01"
    as_of_an_earlier_version(pack)
    assert csp(*COMMANDS["havens"][2], cwd=home).code == 0
    as_of_an_earlier_version(pack)
    book = openpyxl.load_workbook(pack / "call-list.xlsx")
    book.active["K5"] = "They said yes"
    book.save(pack / "call-list.xlsx")
    assert csp(*COMMANDS["havens"][2], cwd=home).code == 2
    assert openpyxl.load_workbook(pack / "call-list.xlsx").active["K5"].value == "They said yes"


def test_link_to_a_folder_elsewhere(csp, home, command):
    out, name, arguments = command
    out.rename(home / "share")
    out.symlink_to(home / "share")
    for _ in range(2):
        assert csp(*arguments, cwd=home).code == 0
        assert out.is_symlink()
        assert (home / "share" / name).is_file()
    shutil.rmtree(home / "share")
    ran = csp(*arguments, cwd=home)
    assert ran.code == 1
    assert "is a link that leads nowhere" in ran.err
    assert not (home / "share").exists()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EACCES, "permission was refused"),
        (errno.EROFS, "can be read but not written"),
    ],
)
def test_disk_that_does_not_take_it(csp, home, command, monkeypatch, code, says):
    """One sentence, exit code 1, the last folder as it was."""
    out, _, arguments = command
    before = state(home)

    def fails(descriptor):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("csp_geo.core.storage.os.fsync", fails)
    ran = csp(*arguments, cwd=home)
    assert ran.code == 1
    assert says in ran.err.splitlines()[-1]
    assert out.name in ran.err.splitlines()[-1]
    assert "fault in csp_geo" not in ran.err
    assert state(home) == before


def test_file_where_the_folder_should_be(csp, home, command):
    out, _, arguments = command
    shutil.rmtree(out)
    out.write_bytes(b"mine")
    ran = csp(*arguments, cwd=home)
    assert ran.code == 1
    assert "is a file, and a folder is needed there" in ran.err
    assert out.read_bytes() == b"mine"


def test_another_run_is_writing(csp, home, command, monkeypatch):
    """The second waits, says so, and gives up in a sentence."""
    out, _, arguments = command
    monkeypatch.setattr(lock, "WAIT_S", 0.0)
    before = state(out)
    with lock.hold(out.with_name(f".{out.name}.csp_geo-lock"), "", "csp-geo other", print):
        ran = csp(*arguments, cwd=home)
    assert ran.code == 1
    assert f"process {os.getpid()}, csp-geo other, since " in ran.err
    if "--quiet" not in arguments:
        assert "Waiting for another run" in ran.err
    assert state(out) == before


def test_two_runs_at_once_are_both_whole(csp, home, monkeypatch):
    """The second comes while the first has written its layers: it waits, and is the last."""
    import threading

    real = csp_geo.runs.pack.write_layers
    out, _, arguments = COMMANDS["weekly"]
    second = threading.Thread(target=lambda: codes.append(lock_waits()))
    codes = []

    def lock_waits():
        try:
            with lock.hold(
                home / "maps" / ".2023-02-01.csp_geo-lock", "", "csp-geo", lambda _: waits.set()
            ):
                return "held afterwards"
        except OSError as error:
            return str(error)

    waits = threading.Event()

    def slow(*given):
        real(*given)
        second.start()
        assert waits.wait(WITHIN_S)

    monkeypatch.setattr(lock, "WAIT_S", WITHIN_S)
    monkeypatch.setattr(csp_geo.runs.pack, "write_layers", slow)
    assert csp(*arguments, cwd=home).code == 0
    second.join(WITHIN_S)
    assert codes == ["held afterwards"]
    assert (home / out / "layers.gpkg").is_file()


def test_first_runs_at_once_have_one_key(csp, home, monkeypatch):
    """The run that finds another key kept begins again with it: the numbers are those of one."""
    (home / "maps" / ".csp_geo.key").unlink()
    shutil.rmtree(home / "maps" / "2023-02-01")
    real, asked = csp_geo.runs.weekly.keep_key, []

    def late(folder, key):
        asked.append(key)
        if len(asked) == 1:
            real(folder, b"f" * 64)
        return real(folder, key)

    monkeypatch.setattr(csp_geo.runs.weekly, "keep_key", late)
    assert csp(*COMMANDS["weekly"][2], cwd=home).code == 0
    assert len(asked) == 2
    assert asked[1] == b"f" * 64 == (home / "maps" / ".csp_geo.key").read_bytes().strip()


def test_a_key_that_keeps_changing_is_refused(csp, home, monkeypatch):
    """A run begins again once, never for ever."""
    asked = []
    monkeypatch.setattr(
        csp_geo.runs.weekly, "keep_key", lambda _, key: asked.append(key) or key + b"x"
    )
    ran = csp(*COMMANDS["weekly"][2], cwd=home)
    assert ran.code == 2
    assert ".csp_geo.key keeps changing" in ran.err
    assert len(asked) == 2


def test_a_key_that_leads_nowhere(csp, home):
    (home / "maps" / ".csp_geo.key").unlink()
    (home / "maps" / ".csp_geo.key").symlink_to("nowhere")
    ran = csp(*COMMANDS["weekly"][2], cwd=home)
    assert ran.code == 2
    assert "is a link that leads nowhere" in ran.err


@pytest.mark.parametrize("more", [(), ("--min-samples", "1")])
def test_the_smallest_distance(csp, home, more):
    command = [*COMMANDS["weekly"][2], *more, "--eps"]
    ran = csp(*command, "1", cwd=home)
    assert ran.code == 0, ran.err
    ran = csp(*command, "1e-10", cwd=home)
    assert ran.code == 2
    assert "eps must be a number of metres from 1 to 5,000, not 1e-10" in ran.err


def test_a_link_at_the_name_of_the_lock(csp, home, command):
    """What it leads to is not emptied."""
    out, _, arguments = command
    (home / "precious.txt").write_text("mine", encoding="utf-8")
    out.with_name(f".{out.name}.csp_geo-lock").symlink_to(home / "precious.txt")
    before = state(home)
    ran = csp(*arguments, cwd=home)
    assert ran.code == 1
    assert f".{out.name}.csp_geo-lock, beside " in ran.err
    assert state(home) == before


def test_havens_reads_one_pack(csp, home, monkeypatch):
    """A new pack takes the place of the one that is being read: it is read again, whole."""
    from csp_geo.runs import pack as packs

    real, read = packs.recognise, []
    here = home / "maps" / "2023-02-01"

    def meanwhile(origin):
        if not read:
            here.rename(home / "maps" / "old")
            shutil.copytree(home / "maps" / "old", here)
        read.append(origin.where)
        return real(origin)

    monkeypatch.setattr(packs, "recognise", meanwhile)
    assert csp(*COMMANDS["havens"][2], cwd=home).code == 0
    assert len(read) == 2


def test_nothing_to_list_leaves_the_public_files(csp, home):
    pd.DataFrame([HAVEN | {"status": "withdrawn"}]).to_csv(home / "register.csv", index=False)
    before = state(home / "directory" / "public")
    ran = csp(*COMMANDS["directory"][2], cwd=home)
    assert ran.code == 1
    assert "take it down" in ran.err
    assert state(home / "directory" / "public") == before
    assert "withdrawn" in (home / "directory" / COORDINATOR).read_text("utf-8-sig").lower()
    pd.DataFrame([HAVEN]).to_csv(home / "register.csv", index=False)
    assert csp(*COMMANDS["directory"][2], cwd=home).code == 0


def test_what_lay_in_the_public_folder_is_named(csp, home):
    (home / "directory" / "public" / "list.csv").write_text("mine", encoding="utf-8")
    ran = csp(*COMMANDS["directory"][2], cwd=home)
    assert ran.code == 0
    assert "directory/not-public/list.csv was moved out of the folder to publish" in ran.err
    assert (home / "directory" / "not-public" / "list.csv").read_text("utf-8") == "mine"


def test_folder_one_works_in(csp, home):
    ran = csp("check", "offences.csv", "--out", ".", cwd=home / "reports" / "offence")
    assert ran.code == 1
    assert "is the folder you work in" in ran.err


@pytest.mark.parametrize("kind", ["folder", "pipe"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "venues.csv", "--boundaries"),
        ("directory", "--havens"),
        ("havens", "--run", "maps/2023-02-01", "--premises"),
        ("havens", "--run", "maps/2023-02-01", "--premises", "venues.csv", "--existing"),
        ("havens", "--run", "maps/2023-02-01", "--premises", "venues.csv", "--network"),
        ("havens", "--run", "maps/2023-02-01", "--premises", "venues.csv", "--profile"),
    ],
)
def test_what_is_no_file(csp, home, kind, arguments):
    """It is said what it is; nobody waits for a pipe."""
    path = home / "odd.csv"
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    ran = csp(*arguments, path.relative_to(home), cwd=home)
    assert "is not there" not in ran.err + ran.out
    assert kind in ran.err + ran.out
    assert ran.code in {1, 2}


def test_fix_keeps_what_is_there(csp, home):
    """The same rows again are not news; other content may be somebody's work."""
    fix = ("check", "reports/offence/offences.csv", "--fix", "clean.csv")
    assert csp(*fix, cwd=home).code == 0
    assert csp(*fix, cwd=home).code == 0
    (home / "clean.csv").write_text("mine", encoding="utf-8")
    ran = csp(*fix, cwd=home)
    assert ran.code == 2
    assert "clean.csv is there already, with other content" in ran.err
    assert (home / "clean.csv").read_text("utf-8") == "mine"


def test_demo_keeps_what_somebody_changed(csp, tmp_path):
    """Before anything is made: the sample's own file, with a row of somebody's."""
    from csp_geo.core.storage import write_files
    from csp_geo.sample import sample_files

    write_files(tmp_path, sample_files(2021))
    path = tmp_path / "data" / "havens.csv"
    path.write_bytes(path.read_bytes() + b"mine\r\n")
    ran = csp("demo", "--out", tmp_path)
    assert ran.code == 2
    assert "data/havens.csv differs from what this demo makes" in ran.err
    assert path.read_bytes().endswith(b"mine\r\n")
