"""Damaged workbooks: chains without an end, panics of the library that reads them."""

from __future__ import annotations

import os
import struct

import numpy as np
import pytest

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import Origin
from csp_geo.inputs.files.workbook_safety import _has_ring, check_chains, opening_workbook

END = 0xFFFFFFFE


class PanicException(BaseException):
    """Named as the one that comes from a library below."""


def origin(folder, data=b"x"):
    path = folder / "old.xls"
    path.write_bytes(data)
    return Origin(path, "old.xls")


def compound(follows, small_first=END):
    """A file of sectors: the first holds the table `follows`, the rest hold zeros."""
    head = bytearray(512)
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<III", head, 60, small_first, 0, END)
    struct.pack_into("<I", head, 76, 0)
    head[80:] = b"\xff" * (512 - 80)
    table = np.full(128, 0xFFFFFFFF, dtype="<u4")
    table[: len(follows)] = follows
    return bytes(head) + table.tobytes() + bytes(512 * (len(follows) - 1))


class TestChains:
    @pytest.mark.parametrize("follows", [[], [5], [1, 2, END], [END, 0, 1, 0], [2, END, 9]])
    def test_chains_that_end(self, follows):
        assert not _has_ring(np.array(follows, dtype=np.int64))

    @pytest.mark.parametrize("follows", [[0], [1, 0], [1, 2, 3, 1, END], [END, 2, 3, 4, 2]])
    def test_rings(self, follows):
        assert _has_ring(np.array(follows, dtype=np.int64))

    def test_a_long_chain_is_no_ring(self):
        follows = np.append(np.arange(1, 4097), END)
        assert not _has_ring(follows)
        assert _has_ring(np.append(follows[:-1], 0))

    def test_sound(self, tmp_path):
        check_chains(origin(tmp_path, compound([END, 2, END])))

    @pytest.mark.parametrize(
        "data",
        [
            b"\xd0\xcf\x11\xe0",
            bytes(600),
            compound([END, 2, 1]),
            compound([END] * 3, small_first=2),
        ],
        ids=["cut off", "no sectors", "ring", "ring of small sectors"],
    )
    def test_damaged(self, data, tmp_path):
        """Zeros as the table of small sectors say that the first of them follows itself."""
        with pytest.raises(SourceError, match="it is damaged"):
            check_chains(origin(tmp_path, data))


class TestPanics:
    @pytest.mark.parametrize("error", [PanicException("x"), OSError("x"), ValueError("x")])
    def test_are_said_in_a_sentence(self, error, tmp_path):
        with pytest.raises(SourceError, match="may be damaged"), opening_workbook(origin(tmp_path)):
            raise error

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), SourceError("own"), RuntimeError()])
    def test_others_go_on(self, error, tmp_path):
        with pytest.raises(type(error)) as raised, opening_workbook(origin(tmp_path)):
            raise error
        assert raised.value is error

    def test_nothing_reaches_the_screen(self, tmp_path, capfd):
        with opening_workbook(origin(tmp_path)):
            os.write(2, b"thread panicked")
        os.write(2, b"after")
        assert capfd.readouterr().err == "after"
