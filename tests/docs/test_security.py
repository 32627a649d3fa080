"""docs/security.md names a test for each promise: they are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+)`", DOCUMENT)))
THERE = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^ *def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_is_there(name: str) -> None:
    assert name in THERE


def test_every_promise_names_one() -> None:
    rows = [
        line for line in DOCUMENT.splitlines() if line.startswith("| ") and "promise" not in line
    ]
    bare = [row for row in rows if "test" not in row.rsplit("|", 2)[-2] and "layers" not in row]
    assert len(rows) > 15
    assert bare == []
