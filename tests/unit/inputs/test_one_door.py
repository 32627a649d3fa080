"""Every lure through every door: no request, no file that nobody gave, one sentence each."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import town_shapes
from lures import ELSEWHERE, put_lures

LURED = Path(__file__).resolve().parents[2] / "lured.py"
ROOT = LURED.parents[1]


@pytest.fixture(scope="module")
def server():
    """A server on this machine that remembers what it was asked."""
    asked = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815 - the names are the library's

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_address[1]}", asked
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture(scope="module")
def lures(tmp_path_factory, server):
    """Every lure in a folder, with the wards of the toy town."""
    folder = tmp_path_factory.mktemp("lures")
    paths, readable = put_lures(folder / "given", server[0], folder / ELSEWHERE)
    (folder / "lures.txt").write_text("\n".join(map(str, paths)))
    town_shapes().to_file(folder / "wards.gpkg", driver="GPKG", layer="wards")
    return folder, {path.name for path in readable}


def send(folder, how, *before):
    """Run the doors in a process of their own, where no proxy stands between it and the server."""
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if "proxy" not in name.lower() and name not in {"OGR_SKIP", "CPL_LOG", "PROJ_NETWORK"}
    }
    given = {**surroundings, "PYTHONPATH": str(ROOT), "GDAL_HTTP_TIMEOUT": "5"}
    if how != "fence":
        given["no_proxy"] = "*"  # the look at the bytes stands alone
    ran = subprocess.run(
        [*before, sys.executable, str(LURED), str(folder), how],
        capture_output=True,
        text=True,
        env=given,
        timeout=500,
        cwd=folder,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout.splitlines()[-1]), ran


def test_the_lures_work_without_our_checks(lures, server):
    """Opened without our door they ask the server, by many ways, and read the other file."""
    server[1].clear()
    send(lures[0], "trap")
    assert {"/crs", "/vrt.json", "/g.json"} <= {path.partition("?")[0] for path in server[1]}
    assert any(path.startswith("/wfs") for path in server[1])


def test_gdal_makes_no_request_even_without_our_checks(lures, server):
    """If a file came through unrecognised, GDAL could still ask nobody."""
    server[1].clear()
    send(lures[0], "fence")
    assert not server[1]


@pytest.mark.parametrize("how", ["early", pytest.param("late", marks=pytest.mark.slow)])
def test_no_lure_makes_a_request_or_opens_another_file(lures, server, how):
    """No request is made, and each refusal is one sentence that shows nothing of the machine."""
    folder, readable = lures
    server[1].clear()
    fates, ran = send(folder, how)
    assert not server[1]
    assert ELSEWHERE not in ran.stdout
    assert ran.stderr == ""
    for door, by_name in fates.items():
        for name, said in by_name.items():
            if said is None:
                assert name in readable, f"{name} was read as {door}"
                continue
            assert not said.startswith("FAULT"), (door, name, said)
            assert said.endswith("."), (door, name, said)
            assert len(said.splitlines()) == 1
            assert str(folder) not in said


@pytest.mark.skipif(not shutil.which("strace"), reason="strace, which shows every file, is absent")
def test_nothing_else_is_opened(lures, tmp_path):
    """No system call opens the folder that nobody gave, or connects to anything."""
    trace = tmp_path / "trace.txt"
    watch = ("strace", "-f", "-qq", "-e", "trace=%file,connect", "-o", str(trace))
    send(lures[0], "late", *watch)
    calls = trace.read_text(errors="replace").splitlines()
    assert not [call for call in calls if f"/{ELSEWHERE}/" in call or "AF_INET" in call]
    assert any("wards.gpkg" in call for call in calls)


class TestCommands:
    """The same by the command line: exit codes as designed, one sentence, no request."""

    @pytest.mark.parametrize(
        "name", ["wfs.geojson", "vrt_local.gpkg", "crs_link.json", "gpkg_endless.gpkg"]
    )
    def test_check(self, csp, lures, name):
        ran = csp("check", lures[0] / "given" / name, "--source", "offence")
        assert ran.code == 1
        assert ELSEWHERE not in ran.out + ran.err

    @pytest.mark.parametrize("role", ["--boundaries", "--zones"])
    @pytest.mark.parametrize("name", ["wfs.geojson", "crs_link.geojson", "gpkg_endless.gpkg"])
    def test_weekly(self, csp, lures, role, name, tmp_path, write):
        write.csv(
            tmp_path / "r" / "offence" / "a.csv",
            ("reference", "date", "time", "easting", "northing", "category"),
            [(f"A{n}", "13/01/2023", "10:00", 544421 + n, 184321, "Robbery") for n in range(5)],
        )
        given = {"--boundaries": lures[0] / "wards.gpkg", role: lures[0] / "given" / name}
        options = [part for option in given.items() for part in option]
        ran = csp("weekly", "--reports", tmp_path / "r", *options, "--as-of", "2023-02-01",
                  "--out", tmp_path / "out", "--quiet")  # fmt: skip
        assert ran.code == 1
        assert len(ran.err.strip().splitlines()) == 1
        assert name in ran.err
