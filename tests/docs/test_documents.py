"""What the documents say exists, and what exists stands in the documents."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click
import pytest

import csp_geo
from csp_geo.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
METHODS = (ROOT / "docs" / "methods.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "written_by"), [("data-dictionary.md", "dictionary"), ("cautions.md", "cautions")]
)
def test_what_is_written_from_the_code_is_up_to_date(name: str, written_by: str) -> None:
    spec = importlib.util.spec_from_file_location(
        "tool", ROOT / "tools" / "write_data_dictionary.py"
    )
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (ROOT / "docs" / name).read_text("utf-8")
    assert written == getattr(tool, written_by)(), "run `make golden`"


def test_every_command_is_in_the_readme() -> None:
    for name in cli.commands:
        assert f"csp-geo {name}" in README or f"csp_geo {name}" in README, name


def test_every_option_named_in_the_readme_exists() -> None:
    commands = [
        inner
        for command in cli.commands.values()
        for inner in (command, *getattr(command, "commands", {}).values())
    ]
    known = {
        option
        for command in commands
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    } | {"--help"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    assert named <= known


@pytest.mark.parametrize("name", [n for n in csp_geo.__all__ if n != "__version__"])
def test_every_public_name_loads_and_is_documented(name: str) -> None:
    assert callable(getattr(csp_geo, name))
    assert getattr(csp_geo, name).__doc__
    assert f"cg.{name}" in README + METHODS


def test_every_file_that_a_document_links_to_is_there() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_dependency_has_its_decision() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    decision = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text("utf-8")
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=]", requirement)[0]
        assert name in decision, name
