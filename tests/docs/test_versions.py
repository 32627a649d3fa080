"""The oldest versions and Pythons that pyproject.toml allows can be tried (`make oldest`)."""

from __future__ import annotations

import importlib.util
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

TOOL = Path(__file__).parents[2] / "tools" / "other_versions.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("other_versions", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_dependency_is_pinned_to_its_lower_bound(tool):
    pinned = dict(line.split("==") for line in tool.pins().splitlines())
    assert len(pinned) == len(tool.PROJECT["dependencies"])
    assert all(Version(version(name)) >= Version(lowest) for name, lowest in pinned.items())


def test_the_oldest_python_of_the_classifiers_is_the_oldest_allowed(tool):
    assert tool.PROJECT["requires-python"] == f">={tool.pythons()[0]}"


def test_a_python_that_is_not_there_is_not_found(tool):
    assert tool.interpreter("3.99") is None
