"""Help and version: every command has them, and they answer without the heavy libraries."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from csp_geo._version import __version__
from csp_geo.cli.main import cli

COMMANDS = tuple(sorted(cli.commands))
HEAVY = ("geopandas", "folium", "sklearn", "pandas", "shapely", "pyogrio", "fiona", "numpy")


def run_python(code, *arguments, cwd):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=300,
    )


def test_the_commands_of_the_design_are_there():
    assert {"demo", "init", "check", "weekly", "boundaries"} <= set(COMMANDS)


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command(command, flag, csp, tmp_path):
    """Every command says what it does, what it takes, and explains each option."""
    ran = csp(command, flag, cwd=tmp_path)
    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.startswith(f"Usage: csp-geo {command}")
    assert len(cli.commands[command].help.split()) >= 4
    for option in cli.commands[command].params:
        if option.param_type_name == "option":
            assert option.opts[0] in ran.out


def test_help_of_all(csp, tmp_path):
    ran = csp("--help", cwd=tmp_path)
    assert ran.code == 0
    assert all(re.search(rf"^  {command} ", ran.out, re.MULTILINE) for command in COMMANDS)


def test_version(csp, tmp_path):
    ran = csp("--version", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert __version__ in ran.out


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), *((command, "--help") for command in COMMANDS)]
)
def test_help_does_not_load_heavy_libraries(arguments, tmp_path):
    """`--help` in a fresh interpreter leaves geopandas, folium, scikit-learn and pandas alone."""
    code = (
        "import sys\n"
        "from csp_geo.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as stop:\n    code = stop.code\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print('LOADED', code, loaded)\n"
    )
    ran = run_python(code, *arguments, cwd=tmp_path)
    assert ran.stdout.splitlines()[-1] == "LOADED 0 []", ran.stderr


def test_package_itself_loads_nothing_heavy(tmp_path):
    """`import csp_geo` is light; a public name loads its own room."""
    code = (
        "import sys, csp_geo\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "print(sorted(csp_geo.__all__) == dir(csp_geo), callable(csp_geo.dbscan))\n"
    )
    ran = run_python(code, cwd=tmp_path)
    assert ran.stdout.splitlines() == ["[]", "True True"], ran.stderr


def test_module_runs_as_the_command(tmp_path):
    """`python -m csp_geo` is the same command."""
    ran = subprocess.run(
        [sys.executable, "-m", "csp_geo", "--version"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=300,
    )
    assert ran.returncode == 0
    assert __version__ in ran.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("weekly", "--nonsense"),
        ("weekly", "--as-of", "31/01/2023"),
        ("weekly", "--eps", "wide"),
        ("check",),
        ("check", "file.csv", "--source", "gossip"),
        ("check", ""),
        ("init", " "),
        ("demo", "--out", ""),
        ("directory", "--havens", ""),
        *(("weekly", option, "") for option in ("--reports", "--zones", "--boundaries", "--out")),
        *(
            ("havens", "--run", "maps", "--premises", "a.csv", option, "")
            for option in ("--premises", "--existing", "--network", "--avoid")
        ),
    ],
)
def test_wrong_usage_is_exit_2(arguments, csp, tmp_path):
    ran = csp(*arguments, cwd=tmp_path)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.strip()
    assert "Traceback" not in ran.err
    assert list(tmp_path.iterdir()) == []
