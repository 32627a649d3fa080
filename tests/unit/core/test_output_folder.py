"""Output folders: one run at a time, whole or not at all, nothing lost, faults in sentences."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from csp_geo.core import kept, lock
from csp_geo.core import output_folder as folders
from csp_geo.core.disk import say
from csp_geo.core.errors import OutputError, SettingsError
from csp_geo.core.output_folder import OutputFolder, heal

FILES = {"map.html": b"map", "call-list.xlsx": b"empty", "deep/a.csv": b"table"}
ROOT = Path(__file__).parents[3]
WITHIN_S = 120
"""So long another process may take to end, on a machine that has much else to do."""
HOLDER = """
import sys
from pathlib import Path
from csp_geo.core.lock import hold
with hold(Path(sys.argv[1]), "maps/p", "csp-geo weekly", print):
    print("held", flush=True)
    sys.stdin.read()
"""


def nobody(said):
    raise AssertionError(said)


def folder_at(path, progress=nobody, **more):
    return OutputFolder(path, "csp-geo weekly", progress, **more)


def write(path, files=FILES, **more):
    return folder_at(path, **more).write(files)


def content(path):
    """Return all files of a folder, but for the record, by name."""
    found = (p for p in path.rglob("*") if p.is_file() and p.name != kept.RECORD)
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in found}


def beside(path):
    return sorted(other.name for other in path.parent.iterdir())


@pytest.fixture(params=["one step", "two steps", "no links"])
def drive(request, monkeypatch):
    """A drive that knows the exchange, one that does not, and one that has no links either."""
    if request.param != "one step":
        monkeypatch.setattr(folders, "exchange", lambda one, other: False)
    if request.param == "no links":

        def no_links(path, other):
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(Path, "hardlink_to", no_links)
    return request.param


class TestWhole:
    def test_new(self, tmp_path):
        seen = []
        target = tmp_path / "maps" / "2021-11-29"
        write(target, {**FILES, "layers.gpkg": lambda path: seen.append(path.write_bytes(b"gis"))})
        assert seen
        assert content(target) == {**FILES, "layers.gpkg": b"gis"}
        assert beside(target) == ["2021-11-29"]

    def test_record_names_every_file(self, tmp_path):
        """The published digest of "abc" (FIPS 180-2)."""
        write(tmp_path / "p", {"a": b"abc"})
        record = json.loads((tmp_path / "p" / kept.RECORD).read_text("utf-8"))
        assert record == {
            "command": "csp-geo weekly",
            "written": {"a": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        }

    def test_for_the_owner_alone(self, tmp_path):
        before = os.umask(0)
        try:
            write(tmp_path / "maps" / "p")
        finally:
            os.umask(before)
        for path in (tmp_path / "maps", *(tmp_path / "maps").rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    def test_again(self, tmp_path, drive):
        """What the new run no longer makes and nobody changed may go."""
        write(tmp_path / "p")
        write(tmp_path / "p", {"map.html": b"new"})
        assert content(tmp_path / "p") == {"map.html": b"new"}
        assert beside(tmp_path / "p") == ["p"]

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
    def test_error_inside_leaves_the_last_as_it_was(self, tmp_path, drive, error):
        write(tmp_path / "p")

        def broken(path):
            path.write_bytes(b"half")
            raise error

        with pytest.raises(OutputError if error is OSError else error):
            write(tmp_path / "p", {"map.html": broken})
        assert content(tmp_path / "p") == FILES
        assert beside(tmp_path / "p") == ["p"]

    @pytest.mark.parametrize("failing", [0, 1, 2, 3])
    def test_a_move_fails(self, tmp_path, monkeypatch, failing):
        """The new folder cannot be moved into place (a lock): the old one is put back."""
        monkeypatch.setattr(folders, "exchange", lambda one, other: False)
        write(tmp_path / "p")
        real, moves = Path.rename, []

        def rename(path, place):
            moves.append(path)
            if len(moves) == failing + 1:
                raise PermissionError(13, "locked", str(place))
            return real(path, place)

        monkeypatch.setattr(Path, "rename", rename)
        with pytest.raises(OutputError, match="open in another program"):
            write(tmp_path / "p", {"map.html": b"new"})
        assert content(tmp_path / "p") == FILES
        assert beside(tmp_path / "p") == ["p"]

    @pytest.mark.parametrize("how", ["deleted", "changed", "folder"])
    def test_something_else_took_a_file_away(self, tmp_path, how):
        """The list of files is checked before the exchange; no folder is made again."""
        write(tmp_path / "p")

        def meddle(path):
            path.write_bytes(b"last")
            if how == "deleted":
                path.with_name("map.html").unlink()
            elif how == "changed":
                path.with_name("map.html").write_bytes(b"short")
            else:
                shutil.rmtree(path.parent)

        with pytest.raises(OutputError, match=r"[Rr]un (?:it|csp-geo) again"):
            write(tmp_path / "p", {"map.html": b"new", "last": meddle})
        assert content(tmp_path / "p") == FILES
        assert beside(tmp_path / "p") == ["p"]

    def test_remains_of_a_killed_run_are_cleared(self, tmp_path, drive):
        write(tmp_path / "p")
        (tmp_path / ".p.csp_geo-new").mkdir()
        (tmp_path / ".p.csp_geo-new" / "map.html").write_bytes(b"half")
        (tmp_path / ".p.csp_geo-lock").write_text('{"process": 1, "command": "csp-geo weekly"}')
        write(tmp_path / "p")
        assert beside(tmp_path / "p") == ["p"]

    def test_others_that_lie_beside_are_left(self, tmp_path):
        """Only what has our own ending is swept."""
        for name in (".p.notes", ".p.last", ".q.csp_geo-new"):
            (tmp_path / name).mkdir()
        write(tmp_path / "p")
        assert beside(tmp_path / "p") == [".p.last", ".p.notes", ".q.csp_geo-new", "p"]


class TestHeal:
    @pytest.fixture
    def aside(self, tmp_path):
        """As after a kill between two moves."""
        write(tmp_path / "p")
        (tmp_path / "p" / "notes.txt").write_bytes(b"mine")
        (tmp_path / "p").rename(tmp_path / ".p.csp_geo-last")
        return tmp_path / "p"

    def test_by_a_reader(self, aside):
        heal(aside)
        assert content(aside) == {**FILES, "notes.txt": b"mine"}
        assert beside(aside) == ["p"]

    def test_by_the_next_run(self, aside):
        write(aside, {"map.html": b"new"})
        assert content(aside) == {"map.html": b"new", "notes.txt": b"mine"}

    def test_by_the_look_before_a_run(self, aside):
        folder_at(aside).check()
        assert content(aside) == {**FILES, "notes.txt": b"mine"}

    def test_by_a_run_for_another_day(self, aside):
        write(aside.with_name("q"))
        assert beside(aside) == ["p", "q"]

    def test_nothing_to_heal(self, tmp_path):
        heal(tmp_path / "p")
        assert list(tmp_path.iterdir()) == []

    def test_killed_after_the_exchange(self, aside):
        """The old one lies aside, the new one in place: what is not ours has come along."""
        write(aside.with_name("q"))  # any other run moves it back
        shutil.copytree(aside, aside.with_name(".p.csp_geo-last"))
        (aside.with_name(".p.csp_geo-last") / "late.txt").write_bytes(b"late")
        (aside / "notes.txt").write_bytes(b"newer")
        folder_at(aside).check()
        assert content(aside) == {**FILES, "notes.txt": b"newer", "late.txt": b"late"}
        assert beside(aside) == ["p", "q"]

    @pytest.fixture
    def after_exchange(self, tmp_path):
        """As after a kill just after the exchange: the last look at the old one did not come."""
        write(tmp_path / "p", {**FILES, "public/list.csv": b"listed"})
        shutil.copytree(tmp_path / "p", tmp_path / ".p.csp_geo-last")
        return tmp_path / "p"

    def test_what_was_changed_just_before_the_exchange(self, after_exchange):
        """It is kept beside the new one, outside the public folder, and said."""
        last, said = after_exchange.with_name(".p.csp_geo-last"), []
        (after_exchange / "call-list (edited).xlsx").write_bytes(b"of earlier")
        (last / "call-list.xlsx").write_bytes(b"They said yes")
        (last / "public" / "list.csv").write_bytes(b"also me")
        shutil.rmtree(last / "deep")
        (last / "deep").write_bytes(b"no folder")
        (last / "map.html").unlink()
        (last / "map.html").mkdir()
        (last / "map.html" / "inside").write_bytes(b"in it")
        folder_at(after_exchange, said.append, public="public").check()
        assert content(after_exchange) == {
            **FILES,
            "public/list.csv": b"listed",
            "call-list (edited).xlsx": b"of earlier",
            "call-list (edited 2).xlsx": b"They said yes",
            "not-public/list (edited).csv": b"also me",
            "deep (edited)": b"no folder",
            "map (edited).html/inside": b"in it",
        }
        assert any("p/call-list.xlsx: kept as call-list (edited 2).xlsx" in line for line in said)
        assert beside(after_exchange) == ["p"]

    def test_a_record_that_names_files_elsewhere(self, after_exchange):
        """It may come from another office: nothing outside the folder is brought in."""
        (after_exchange.parent / "precious.txt").write_bytes(b"mine")
        record = after_exchange.with_name(".p.csp_geo-last") / kept.RECORD
        data = json.loads(record.read_text("utf-8"))
        elsewhere = str(after_exchange.parent / "precious.txt")
        data["written"] |= {"../precious.txt": "0", elsewhere: "0"}
        record.write_text(json.dumps(data), encoding="utf-8")
        folder_at(after_exchange).check()
        assert content(after_exchange) == {**FILES, "public/list.csv": b"listed"}

    def test_a_record_that_is_no_file(self, tmp_path):
        """A pipe would be waited for, for ever."""
        write(tmp_path / "p")
        (tmp_path / "p" / kept.RECORD).unlink()
        os.mkfifo(tmp_path / "p" / kept.RECORD)
        with pytest.raises(SettingsError, match="is not as csp-geo wrote it"):
            write(tmp_path / "p")


def snapshot(folder):
    """Return modes and bytes of everything in a folder."""
    return {
        path: (stat.S_IMODE(path.lstat().st_mode), path.read_bytes() if path.is_file() else b"")
        for path in [folder, *folder.rglob("*")]
    }


KINDS = {
    "link": lambda path, precious: path.symlink_to(precious),
    "link to a file": lambda path, precious: path.symlink_to(precious / "letter.txt"),
    "dangling link": lambda path, precious: path.symlink_to(precious / "none"),
    "file": lambda path, precious: path.write_bytes(b"mine"),
    "pipe": lambda path, precious: os.mkfifo(path),
}


class TestNamesBeside:
    """What lies at a name that csp_geo uses beside a folder may be somebody's."""

    @pytest.fixture
    def precious(self, tmp_path):
        folder = tmp_path / "elsewhere" / "precious"
        folder.mkdir(parents=True, mode=0o750)
        (folder / "deep").mkdir(mode=0o550)
        (folder / "letter.txt").write_bytes(b"mine")
        (folder / "letter.txt").chmod(0o640)
        return folder

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("ending", ["new", "last"])
    @pytest.mark.parametrize("there", [True, False])
    def test_of_folders(self, tmp_path, precious, kind, ending, there):
        home = tmp_path / "maps"
        home.mkdir()
        if there:
            write(home / "p")
        KINDS[kind](home / f".p.csp_geo-{ending}", precious)
        before = snapshot(tmp_path / "elsewhere")
        names = beside(home / "p")
        goes = [lambda: write(home / "p")]
        if there or ending == "last":
            goes.append(folder_at(home / "p").check)
        for go in goes:
            with pytest.raises(OutputError, match=rf"^\.p\.csp_geo-{ending}, beside p, is a"):
                go()
            assert beside(home / "p") == names
        assert snapshot(tmp_path / "elsewhere") == before
        if there:
            assert content(home / "p") == FILES
        write(home / "q")  # nobody's business there
        assert beside(home / "p") == sorted([*names, "q"])

    @pytest.mark.parametrize("kind", [*KINDS, "hard link", "folder", "almost ours", "no JSON"])
    def test_of_the_lock(self, tmp_path, precious, kind):
        """Neither emptied nor removed, whatever it is; a file that is not there is not made."""
        home, ours = tmp_path / "maps", '{"process": 1, "command": "csp-geo weekly"}'
        write(home / "p")
        path = home / ".p.csp_geo-lock"
        if kind in KINDS:
            KINDS[kind](path, precious)
        elif kind == "hard link":
            (precious / "letter.txt").write_text(ours)
            path.hardlink_to(precious / "letter.txt")
        elif kind == "folder":
            path.mkdir()
        else:
            path.write_text(ours[:-1] + (', "more": 1}' if kind == "almost ours" else ""))
        before, said = snapshot(tmp_path), r"^\.p\.csp_geo-lock, beside p, is .* Move it away"
        for go in (lambda: write(home / "p"), folder_at(home / "p").check):
            with pytest.raises(OutputError, match=said):
                go()
        assert snapshot(tmp_path) == before

    @pytest.mark.parametrize("data", [b"", bytes(40), b'{"process": 7, "command": "csp-geo"}'])
    def test_lock_of_a_run_that_was_killed(self, tmp_path, data):
        """A power cut may leave zeros."""
        (tmp_path / ".p.csp_geo-lock").write_bytes(data)
        write(tmp_path / "p")
        assert beside(tmp_path / "p") == ["p"]

    def test_lock_that_was_replaced_meanwhile(self, tmp_path):
        """What lies there at the end is not the file that was locked."""
        path = tmp_path / "lock"
        with lock.hold(path, "p", "csp-geo", nobody):
            path.unlink()
            path.write_bytes(b"mine")
        assert path.read_bytes() == b"mine"

    @pytest.mark.parametrize("name", ["..csp_geo-last", "...csp_geo-last", "....csp_geo-last"])
    def test_names_that_are_nobodys(self, tmp_path, name):
        (tmp_path / name).mkdir()
        write(tmp_path / "p")
        assert beside(tmp_path / "p") == sorted([name, "p"])

    def test_an_old_folder_that_cannot_be_removed(self, tmp_path, monkeypatch):
        """A folder of another user on a shared drive: the new one is in place all the same."""
        write(tmp_path / "p")

        def refused(*given, **more):
            raise PermissionError(errno.EPERM, "not yours")

        monkeypatch.setattr(Path, "chmod", refused)
        monkeypatch.setattr(folders.shutil, "rmtree", lambda *given, **more: None)
        write(tmp_path / "p", {"map.html": b"new"})
        assert content(tmp_path / "p") == {"map.html": b"new"}
        with pytest.raises(OutputError, match=r"^\.p\.csp_geo-new, beside p, is left from"):
            write(tmp_path / "p")
        assert content(tmp_path / "p") == {"map.html": b"new"}
        monkeypatch.undo()
        write(tmp_path / "p")
        assert beside(tmp_path / "p") == ["p"]


class TestKept:
    def test_what_is_not_ours_comes_along(self, tmp_path, drive):
        """Files, folders, empty ones, links, read-only ones: as they were, and only once."""
        write(tmp_path / "p")
        place = tmp_path / "p"
        (place / "call-list (my notes).xlsx").write_bytes(b"mine")
        (place / "~$call-list (my notes).xlsx").write_bytes(b"")
        (place / "deep" / "own.txt").write_bytes(b"own")
        (place / "photos" / "empty").mkdir(parents=True)
        (place / "photos" / "door.jpg").write_bytes(b"\xff")
        (place / "photos").chmod(0o555)
        (place / "link").symlink_to("photos/door.jpg")
        (place / "dangling").symlink_to("nowhere")
        (place / "folder").symlink_to("photos")
        for _ in range(2):
            write(place, {"map.html": b"new"})
            assert {n: d for n, d in content(place).items() if not n.startswith("folder/")} == {
                "map.html": b"new",
                "call-list (my notes).xlsx": b"mine",
                "~$call-list (my notes).xlsx": b"",
                "deep/own.txt": b"own",
                "photos/door.jpg": b"\xff",
                "link": b"\xff",
            }
            assert (place / "photos" / "empty").is_dir()
            assert stat.S_IMODE((place / "photos").stat().st_mode) == 0o555
            assert (place / "link").readlink() == Path("photos/door.jpg")
            assert (place / "dangling").is_symlink()
            assert (place / "folder").is_symlink()
        assert (place / "deep" / "own.txt").stat().st_nlink == 1
        assert beside(place) == ["p"]

    @pytest.mark.parametrize(
        "work",
        [
            lambda place: (place / "call-list.xlsx").write_bytes(b"They said yes"),
            lambda place: (place / "call-list.xlsx").write_bytes(b"EMPTY"),
            lambda place: (place / "deep" / "a.csv").write_bytes(b""),
            lambda place: (place / kept.RECORD).write_bytes(b"{}"),
            lambda place: [(place / "map.html").unlink(), (place / "map.html").mkdir()],
            lambda place: [
                (place / "map.html").rename(place / "m"),
                (place / "map.html").symlink_to("m"),
            ],
            lambda place: [(place / "deep").rename(place / "d"), (place / "deep").symlink_to("d")],
            lambda place: [shutil.rmtree(place / "deep"), (place / "deep").write_bytes(b"")],
        ],
    )
    def test_what_somebody_worked_in_is_not_replaced(self, tmp_path, work):
        write(tmp_path / "p")
        work(tmp_path / "p")
        before = content(tmp_path / "p")
        for go in (lambda: folder_at(tmp_path / "p").check(), lambda: write(tmp_path / "p")):
            with pytest.raises(SettingsError, match=r"has been filled in, changed .* --out DIR"):
                go()
            assert content(tmp_path / "p") == before
            assert beside(tmp_path / "p") == ["p"]

    @pytest.mark.parametrize(
        "mark", ["~$call-list.xlsx", ".~lock.call-list.xlsx#", "map.html-wal", "map.html-journal"]
    )
    def test_what_is_open_is_not_replaced(self, tmp_path, mark):
        """The log of an open GeoPackage would spoil the new one of the same name."""
        write(tmp_path / "p")
        (tmp_path / "p" / mark).write_bytes(b"")
        with pytest.raises(SettingsError, match=r"is open in another program\. Close it"):
            write(tmp_path / "p")

    def test_renamed_it_is_kept(self, tmp_path):
        """The way out that the sentence names."""
        write(tmp_path / "p")
        (tmp_path / "p" / "call-list.xlsx").write_bytes(b"yes")
        (tmp_path / "p" / "call-list.xlsx").rename(tmp_path / "p" / "call-list (done).xlsx")
        write(tmp_path / "p")
        assert content(tmp_path / "p") == {**FILES, "call-list (done).xlsx": b"yes"}

    def test_a_deleted_file_is_made_again(self, tmp_path):
        write(tmp_path / "p")
        (tmp_path / "p" / "map.html").unlink()
        write(tmp_path / "p")
        assert content(tmp_path / "p") == FILES

    def test_a_file_of_our_name_that_was_there_before(self, tmp_path):
        """Without a record it is somebody's; the same bytes are nobody's work."""
        (tmp_path / "p").mkdir()
        (tmp_path / "p" / "map.html").write_bytes(b"map")
        write(tmp_path / "p")
        (tmp_path / "q").mkdir()
        (tmp_path / "q" / "map.html").write_bytes(b"own")
        with pytest.raises(SettingsError, match=r"map\.html is not as csp-geo wrote it"):
            write(tmp_path / "q")
        assert content(tmp_path / "q") == {"map.html": b"own"}

    @pytest.mark.parametrize("record", ["run.json", "havens.json"])
    @pytest.mark.parametrize("later", [False, True])
    def test_pack_of_an_earlier_version(self, tmp_path, record, later):
        """It has no hashes: it is replaced unless a file was saved after its record."""
        place = tmp_path / "p"
        place.mkdir()
        for name in ("map.html", record):
            (place / name).write_bytes(b"old")
        (place / "notes.txt").write_bytes(b"mine")
        if later:
            past = time.time_ns() - 3_600 * 10**9
            os.utime(place / record, ns=(past, past))
        new = {"map.html": b"new", record: b"new"}
        if later:
            with pytest.raises(SettingsError, match=r"map\.html is not as"):
                write(place, new)
            assert (place / "map.html").read_bytes() == b"old"
        else:
            write(place, new)
            assert content(place) == {**new, "notes.txt": b"mine"}

    def test_pack_that_was_copied_without_its_hashes(self, tmp_path):
        """Somebody may have worked in it: the times of a copy say nothing."""
        place = tmp_path / "p"
        place.mkdir()
        (place / "map.html").write_bytes(b"worked in")
        (place / "run.json").write_bytes(b'{"caution_codes": []}')
        with pytest.raises(SettingsError, match="is not as csp-geo wrote it"):
            write(place, {"map.html": b"new", "run.json": b"new"})
        assert (place / "map.html").read_bytes() == b"worked in"

    @pytest.mark.parametrize("step", ["before", "after"])
    def test_filled_in_while_the_run_goes_on(self, tmp_path, monkeypatch, drive, step):
        """Even between the last look and the exchange: the old folder comes back."""
        write(tmp_path / "p")
        real = folders.swap
        calls = []

        def swap(new, place, aside):
            if not calls and step == "before":
                (place / "call-list.xlsx").write_bytes(b"yes")
            real(new, place, aside)
            if not calls and step == "after":
                (aside / "call-list.xlsx").write_bytes(b"yes")
            calls.append(place)

        monkeypatch.setattr(folders, "swap", swap)
        with pytest.raises(SettingsError, match="has been filled in"):
            write(tmp_path / "p", {"map.html": b"new"})
        assert content(tmp_path / "p") == {**FILES, "call-list.xlsx": b"yes"}
        assert beside(tmp_path / "p") == ["p"]

    def test_notes_that_come_while_the_run_goes_on(self, tmp_path, monkeypatch, drive):
        write(tmp_path / "p")
        (tmp_path / "p" / "notes.txt").write_bytes(b"mine")
        real = folders.swap

        def swap(new, place, aside):
            (place / "new.txt").write_bytes(b"late")
            (place / "saved").write_bytes(b"mine, and more")
            (place / "saved").replace(place / "notes.txt")
            real(new, place, aside)

        monkeypatch.setattr(folders, "swap", swap)
        write(tmp_path / "p", {"map.html": b"new"})
        assert content(tmp_path / "p") == {
            "map.html": b"new",
            "notes.txt": b"mine, and more",
            "new.txt": b"late",
        }

    def test_public_folder_holds_only_ours(self, tmp_path):
        """What somebody put there is kept, beside it, and two of one name are both kept."""
        place, files = tmp_path / "d", {"public/list.csv": b"1", "own.csv": b"2"}
        folder = folder_at(place, public="public")
        folder.write(files)
        for data in (b"first", b"second"):
            (place / "public" / "old.csv").write_bytes(data)
            (moved,) = folder.write(files)
            assert (place / moved).read_bytes() == data
        assert folder.write(files) == []
        assert content(place) == {
            **files,
            "not-public/old.csv": b"first",
            "not-public/old (2).csv": b"second",
        }

    def test_what_stays(self, tmp_path):
        """The public list of an earlier day stays ours: the next run replaces it."""
        place = tmp_path / "d"
        folder = folder_at(place, public="public")
        folder.write({"public/list.csv": b"1", "public/page.html": b"1", "own.csv": b"1"})
        (place / "public" / "page.html").unlink()
        folder.write({"own.csv": b"2"}, stays="public/")
        assert content(place) == {"public/list.csv": b"1", "own.csv": b"2"}
        folder.write({"public/list.csv": b"3", "own.csv": b"3"})
        assert content(place) == {"public/list.csv": b"3", "own.csv": b"3"}


class TestLock:
    @pytest.fixture
    def holder(self, tmp_path):
        """Another process that holds the lock of tmp_path/p until its stdin ends."""
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, tmp_path / ".p.csp_geo-lock"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()
        process.wait(WITHIN_S)
        process.stdout.close()
        process.stdin.close()

    def test_waits_for_the_other_run(self, tmp_path, holder):
        said = []

        def waiting(message):
            said.append(message)
            holder.stdin.close()
            assert holder.wait(WITHIN_S) == 0

        folder_at(tmp_path / "p", waiting).write(FILES)
        assert len(said) == 1
        assert f"process {holder.pid}, csp-geo weekly, since " in said[0]
        assert content(tmp_path / "p") == FILES
        assert beside(tmp_path / "p") == ["p"]

    def test_gives_up_in_a_sentence(self, tmp_path, holder, monkeypatch):
        """Process, command and start; never a user or where it lies."""
        monkeypatch.setattr(lock, "WAIT_S", 0.0)
        with pytest.raises(OutputError) as caught:
            folder_at(tmp_path / "p", lambda said: None).write(FILES)
        said = str(caught.value)
        assert f"process {holder.pid}, csp-geo weekly, since " in said
        assert "--out DIR" in said
        assert str(tmp_path) not in said
        assert holder.poll() is None
        assert beside(tmp_path / "p") == [".p.csp_geo-lock"]

    def test_let_go_when_the_holder_is_killed(self, tmp_path, holder):
        holder.kill()
        holder.wait(WITHIN_S)
        assert beside(tmp_path / "p") == [".p.csp_geo-lock"]
        write(tmp_path / "p")
        assert beside(tmp_path / "p") == ["p"]

    @pytest.mark.parametrize("text", [b"", b"\xff", b"[]", b'{"process": "x", "command": 1}'])
    def test_lock_file_that_says_nothing(self, tmp_path, holder, monkeypatch, text):
        monkeypatch.setattr(lock, "WAIT_S", 0.0)
        (tmp_path / ".p.csp_geo-lock").write_bytes(text)
        with pytest.raises(OutputError, match="is not known which"):
            folder_at(tmp_path / "p", lambda said: None).write(FILES)

    def test_two_names_of_one_folder(self, tmp_path, holder, monkeypatch):
        """A link to the folder has the folder's lock."""
        monkeypatch.setattr(lock, "WAIT_S", 0.0)
        (tmp_path / "p").mkdir()
        (tmp_path / "link").symlink_to("p")
        with pytest.raises(OutputError, match="Another run is writing"):
            folder_at(tmp_path / "link", lambda said: None).write(FILES)

    def test_drive_without_locks(self, tmp_path, monkeypatch):
        def none(descriptor):
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr(lock, "_lock", none)
        with pytest.raises(OutputError, match="does not support file locks"):
            write(tmp_path / "p")


class TestPlace:
    def test_link_to_a_folder(self, tmp_path):
        """It is written where the link leads, twice, and the link stays."""
        (tmp_path / "share").mkdir()
        (tmp_path / "maps").mkdir()
        (tmp_path / "maps" / "p").symlink_to(tmp_path / "share")
        for data in (b"1", b"2"):
            write(tmp_path / "maps" / "p", {"a": data})
            assert (tmp_path / "maps" / "p").is_symlink()
            assert content(tmp_path / "share") == {"a": data}
        assert beside(tmp_path / "share") == ["maps", "share"]

    @pytest.mark.parametrize("at", ["p", "maps"])
    @pytest.mark.parametrize("to", ["nowhere", "p", "maps"])
    def test_link_that_leads_nowhere(self, tmp_path, at, to):
        """Nothing is made where it points: a drive may only be missing for now."""
        (tmp_path / at).symlink_to(tmp_path / to)
        with pytest.raises(OutputError, match="is a link that leads nowhere"):
            write(tmp_path / at / "q" if at == "maps" else tmp_path / at)
        assert len(list(tmp_path.iterdir())) == 1

    @pytest.mark.parametrize("name", ["p", "p/q", "p/q/r"])
    def test_file_in_its_place(self, tmp_path, name):
        (tmp_path / "p").write_bytes(b"mine")
        with pytest.raises(OutputError, match="p is a file, and a folder is needed there"):
            write(tmp_path / name)
        assert (tmp_path / "p").read_bytes() == b"mine"

    def test_root_of_a_drive(self, tmp_path, monkeypatch):
        (tmp_path / "p").mkdir()
        monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == tmp_path / "p")
        with pytest.raises(OutputError, match="is the root of a drive"):
            write(tmp_path / "p")

    @pytest.mark.parametrize("given", [".", "..", "../../p"])
    def test_folder_one_works_in(self, tmp_path, monkeypatch, given):
        (tmp_path / "p" / "q").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "p" / "q")
        with pytest.raises(OutputError, match="is the folder you work in") as caught:
            write(Path(given))
        assert str(tmp_path) not in str(caught.value)


class TestSaid:
    @pytest.mark.parametrize(
        ("code", "says"),
        [
            (errno.ENOSPC, "The disk is full"),
            (errno.EDQUOT, "Your space on this disk is used up"),
            (errno.EFBIG, "larger than this disk or account allows"),
            (errno.EROFS, "can be read but not written"),
            (errno.EACCES, "permission was refused"),
            (errno.EPERM, "permission was refused"),
            (errno.ENAMETOOLONG, "too long"),
            (errno.EIO, "The disk reported an error"),
            (errno.EXDEV, "could not be read or written"),
        ],
    )
    @pytest.mark.parametrize("at", ["mkdir", "write", "rename", "lock"])
    def test_each_fault_has_a_sentence(self, tmp_path, monkeypatch, code, says, at):
        """The last pack stays as it was, and nothing is left beside it."""
        write(tmp_path / "p")

        def fails(*given, **more):
            raise OSError(code, os.strerror(code), "/home/jsmith/.p.csp_geo-new")

        if at == "write":
            monkeypatch.setattr(folders, "write_bytes", fails)
        elif at == "lock":
            monkeypatch.setattr(lock.os, "open", fails)
        else:
            monkeypatch.setattr(Path, at, fails)
        with pytest.raises(OutputError) as caught:
            write(tmp_path / "p", {"map.html": b"new"})
        monkeypatch.undo()
        assert says in str(caught.value)
        assert "jsmith" not in str(caught.value)
        assert content(tmp_path / "p") == FILES
        assert beside(tmp_path / "p") == ["p"]

    @pytest.mark.parametrize("code", sorted(errno.errorcode))
    def test_every_sentence_says_what_to_try(self, code):
        """It names the file, never the path; one without a name is said as well."""
        said = say(OSError(code, os.strerror(code), "/home/jsmith/a.csv"))
        assert "a.csv" in said
        assert "jsmith" not in said
        assert said.endswith(".")
        assert len(said) < 250
        assert say(OSError(code, os.strerror(code)))[0].isupper()

    def test_name_too_long(self, tmp_path):
        with pytest.raises(OutputError, match="too long"):
            write(tmp_path / ("n" * 250))
        assert list(tmp_path.iterdir()) == []
