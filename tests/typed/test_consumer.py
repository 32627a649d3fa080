"""The file that is type-checked against the wheel (tools/try_wheel.sh) uses every public name."""

from __future__ import annotations

from pathlib import Path

import pytest

import csp_geo as cg

CONSUMER = Path(__file__).with_name("consumer.py")


@pytest.mark.parametrize("name", cg.__all__)
def test_every_public_name_is_used(name):
    assert f"cg.{name}" in CONSUMER.read_text("utf-8")


def test_the_package_says_that_it_is_typed():
    assert (Path(cg.__file__).with_name("py.typed")).is_file()
