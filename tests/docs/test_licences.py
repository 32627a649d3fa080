"""The list of licences has every package that is installed, and none that cannot be used."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTICES = (ROOT / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
FREE = re.compile(r"\b(BSD|MIT|Apache|MPL|Mozilla|BlueOak|0BSD|PSF|ISC|Zlib|CC0|Unlicense)")
"""Licences that a tool under MIT may be installed with; MPL is that of unchanged files."""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tool", ROOT / "tools" / "write_licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listed(tool: ModuleType) -> dict[str, str]:
    table = NOTICES.partition(tool.BEGINS)[2].partition(tool.ENDS)[0]
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", table, re.MULTILINE)
    return dict(rows[1:])  # below the heading


def test_every_package_is_listed(tool: ModuleType) -> None:
    """By name: a newer version of what is listed changes nothing here."""
    assert set(tool.licences()) <= set(listed(tool)), "run `make golden` and look at the licence"
    assert set(tool.direct()) <= set(listed(tool))


def test_every_licence_is_a_free_one(tool: ModuleType) -> None:
    for licences in (listed(tool), tool.licences()):
        assert [name for name, stated in licences.items() if not FREE.search(stated)] == []


def test_writing_it_again_changes_nothing_else(tool: ModuleType) -> None:
    again = tool.with_table(NOTICES)
    assert again.partition(tool.BEGINS)[0] == NOTICES.partition(tool.BEGINS)[0]
    assert again.partition(tool.ENDS)[2] == NOTICES.partition(tool.ENDS)[2]
