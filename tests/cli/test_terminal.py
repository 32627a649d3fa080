"""The command as another program starts it: any encoding, closed streams, a reader that leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NAMES = ("Ştefan Parade", "Żabka Sklep \u2013 北")
HEADER = (
    *("haven_id", "name", "type", "address", "lat", "lon", "opening_hours", "last_checked"),
    *("status", "consent_to_publish", "trained_count", "training_expiry"),
)
C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="module")
def project(tmp_path_factory, write):
    """A register of Safe Havens whose names few encodings know."""
    root = tmp_path_factory.mktemp("encodings")
    rows = [
        (f"H{i}", name, "library", "1 Road", 51.54, 0.08, "Mo-Fr 09:00-17:00; PH off", "2019-01-01",
         "active", "yes", "2", "2019-01-01")
        for i, name in enumerate(NAMES)
    ]  # fmt: skip
    write.csv(root / "data" / "havens.csv", HEADER, rows)
    offences = ("date", "easting", "northing", "category")
    write.csv(
        root / "offence" / "ünï \u2013 北.csv", offences, [("03/11/2021", 544421, 184321, "ASB")]
    )
    return root


def start(project, *arguments, **how):
    """Start the command; gives its code, stdout and stderr as bytes."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", **how.pop("env", {})}
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    command = [sys.executable, "-m", "csp_geo", *arguments]
    ran = subprocess.run(command, cwd=project, env=environment, check=False, timeout=300, **how)
    return ran.returncode, ran.stdout or b"", ran.stderr or b""


@pytest.mark.parametrize(
    ("env", "encoding", "shown"),
    [
        ({"PYTHONIOENCODING": "cp1252"}, "cp1252", ["Stefan Parade", "Zabka Sklep \u2013"]),
        ({"PYTHONIOENCODING": "ascii"}, "ascii", ["Stefan Parade", "Zabka Sklep - \\u5317"]),
        (C_LOCALE, "ascii", ["Stefan Parade", "Zabka Sklep - \\u5317"]),
        ({"PYTHONIOENCODING": "utf-8"}, "utf-8", NAMES),
    ],
    ids=["cp1252", "ascii", "C", "utf-8"],
)
def test_encodings(project, env, encoding, shown):
    code, out, err = start(project, "directory", env=env)
    assert code == 1  # nobody has confirmed these havens for years
    text = out.decode(encoding)
    assert all(name in text for name in shown)
    assert b"Traceback" not in err
    assert b"fault in csp_geo" not in err
    code, out, err = start(project, "check", "offence", "--json", env=env)
    assert code in {0, 1}
    json.loads(out.decode("ascii" if encoding == "cp1252" else encoding))
    code, out, err = start(
        project, "check", str(Path("offence", "ünï \u2013 北.csv")), "--json", env=env
    )
    assert code == 0, err
    record = json.loads(out.decode("ascii" if encoding == "cp1252" else encoding))
    assert record["files"][0]["path"] == "ünï \u2013 北.csv", "one name under every encoding"
    code, out, _ = start(project, "--help", env=env)
    assert code == 0


@pytest.mark.parametrize("option", ["--json", "--quiet", None])
def test_a_reader_that_leaves(project, option):
    """`csp-geo ... | head -1`: no traceback, and the work is done to its end."""
    reading, writing = os.pipe()
    os.close(reading)
    name = "check" if option != "--quiet" else "directory"
    arguments = [name, *(["offence/ünï \u2013 北.csv"] if name == "check" else [])]
    arguments += [option] if option == "--json" else []
    code, _, err = start(project, *arguments, stdout=writing)
    os.close(writing)
    assert code == (0 if name == "check" else 1)
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err


def test_both_streams_gone(project):
    reading, writing = os.pipe()
    os.close(reading)
    code, _, _ = start(
        project, "check", "offence/ünï \u2013 北.csv", stdout=writing, stderr=writing
    )
    os.close(writing)
    assert code == 0


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams(project, closed):
    shell = f'exec "$0" -m csp_geo check "offence/ünï \u2013 北.csv" {closed}'
    ran = subprocess.run(
        ["/bin/sh", "-c", shell, sys.executable],
        cwd=project, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0
    assert b"Traceback" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_below_the_output(project):
    with Path("/dev/full").open("wb") as full:
        code, _, err = start(project, "check", "offence/ünï \u2013 北.csv", stdout=full)
        assert code == 1
        assert b"The disk is full" in err
        assert b"Traceback" not in err
        assert b"Exception ignored" not in err
        assert start(project, "check", "offence", "--json", stdout=full, stderr=full)[0] == 1


def test_a_traceback_steers_nothing_either(project):
    code, _, err = start(project, "--debug", "check", "a.csv", "--source", "\x1b[31m\x9b\u202e")
    assert code == 1
    assert b"SettingsError" in err
    assert b"\x1b" not in err
    assert "\u202e" not in err.decode()


@pytest.mark.parametrize(
    ("error", "said", "code"),
    [
        (MemoryError(), "not have enough memory", 1),
        (RecursionError(), "nested deeper", 1),
        (KeyboardInterrupt(), "Stopped before it was done", 130),
        (UnicodeEncodeError("utf-8", "data/w\udce9.gpkg", 6, 7, "no"), "w.gpkg has a name", 1),
    ],
    ids=["memory", "recursion", "ctrl-c", "name"],
)
def test_any_error_is_one_sentence_or_json_object(csp, project, monkeypatch, error, said, code):
    """What can happen anywhere is a sentence, and one JSON object where that was asked for."""

    def fail(*_):
        raise error

    monkeypatch.setattr("csp_geo.runs.check.run_check", fail)
    ran = csp("check", "offence", "--json", cwd=project)
    assert ran.code == code
    assert said in ran.err
    assert "fault" not in ran.err
    if code != 130:
        assert said in ran.json["error"]
