"""How a command ends: what is said where, and with `--quiet` what is said all the same."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from csp_geo.cli.shared import LIMIT, finish
from csp_geo.core.caution import KINDS, LEFT_OUT, Caution


def pack(*cautions, limits=()):
    return SimpleNamespace(
        cautions=cautions, lines=["A line"], opens=(), folder=None, limits=limits, error="",
        is_unusable=False,
    )  # fmt: skip


@pytest.mark.parametrize("code", KINDS)
def test_quiet_says_only_which_files_could_not_be_used(code, capsys):
    assert finish(pack(Caution(code, "So it is.")), None, quiet=True) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Caution: So it is.\n" if code in LEFT_OUT else "")


def test_every_code_of_a_file_left_out_is_one():
    assert set(KINDS) > LEFT_OUT


def test_quiet_says_a_limit_that_was_passed(capsys):
    limit = Caution("many-rows-unused", "Too many.")
    assert finish(pack(limit, limits=(limit,)), None, quiet=True) == LIMIT
    assert "Too many." in capsys.readouterr().err
