"""Files: written whole or not at all, for the owner alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from csp_geo import storage
from csp_geo.storage import (
    keep_key,
    make_folder,
    new_folder,
    project_key,
    sha256_of,
    write_bytes,
    write_files,
    write_layers,
)

KILLED = """
import os, sys
from pathlib import Path
from csp_geo.storage import new_folder

target = Path(sys.argv[1])

def rename(path, place):
    if Path(place) == target:
        os._exit(9)
    os.replace(path, place)

Path.rename = rename
with new_folder(target) as built:
    (built / "map.html").write_bytes(b"new")
"""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def pack(folder, text):
    """Write a pack with one file."""
    with new_folder(folder) as built:
        write_bytes(built / "map.html", text)


class TestWholeOrNotAtAll:
    def test_new(self, tmp_path):
        with new_folder(tmp_path / "maps" / "2021-11-29") as built:
            write_files(built, {"map.html": b"map", "a/b.csv": b"table"})
            assert not (tmp_path / "maps" / "2021-11-29").exists()
        assert (tmp_path / "maps" / "2021-11-29" / "a" / "b.csv").read_bytes() == b"table"
        assert os.listdir(tmp_path / "maps") == ["2021-11-29"]  # noqa: PTH208

    def test_takes_the_place_of_the_last(self, tmp_path):
        """Nothing of the old pack is left among the new."""
        pack(tmp_path / "p", b"old")
        (tmp_path / "p" / "briefing.pdf").write_bytes(b"old")
        pack(tmp_path / "p", b"new")
        assert [path.name for path in (tmp_path / "p").iterdir()] == ["map.html"]
        assert (tmp_path / "p" / "map.html").read_bytes() == b"new"
        assert os.listdir(tmp_path) == ["p"]  # noqa: PTH208

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
    def test_error_inside_leaves_the_last_as_it_was(self, tmp_path, error):
        pack(tmp_path / "p", b"old")

        def broken():
            with new_folder(tmp_path / "p") as built:
                write_bytes(built / "map.html", b"half")
                raise error

        with pytest.raises(error):
            broken()
        assert (tmp_path / "p" / "map.html").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["p"]  # noqa: PTH208

    def test_error_inside_leaves_nothing_where_nothing_was(self, tmp_path):
        def broken():
            with new_folder(tmp_path / "p"):
                raise RuntimeError

        with pytest.raises(RuntimeError):
            broken()
        assert os.listdir(tmp_path) == []  # noqa: PTH208

    def kill_between_the_moves(self, folder):
        """Let another process write a pack and die after it moved the old one aside."""
        ran = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False, timeout=120)
        assert ran.returncode == 9

    def test_killed_between_the_two_moves(self, tmp_path):
        """The old pack is aside, the new one not yet in place: the next run finds the old one."""
        pack(tmp_path / "p", b"old")
        self.kill_between_the_moves(tmp_path / "p")

        def broken():
            with new_folder(tmp_path / "p"):
                assert (tmp_path / "p" / "map.html").read_bytes() == b"old"
                raise RuntimeError

        with pytest.raises(RuntimeError):
            broken()
        assert (tmp_path / "p" / "map.html").read_bytes() == b"old"
        pack(tmp_path / "p", b"new")
        assert (tmp_path / "p" / "map.html").read_bytes() == b"new"

    def test_remains_of_a_killed_run_are_cleared(self, tmp_path):
        """A half-built pack holds what a whole one holds: it does not lie about for ever."""
        pack(tmp_path / "p", b"old")
        self.kill_between_the_moves(tmp_path / "p")
        pack(tmp_path / "p", b"new")
        assert os.listdir(tmp_path) == ["p"]  # noqa: PTH208

    def test_second_move_fails(self, tmp_path, monkeypatch):
        """The new pack cannot be moved into place (a lock): the old one is put back."""
        pack(tmp_path / "p", b"old")
        real = Path.rename

        def rename(path, target):
            if Path(target) == tmp_path / "p" and "last" not in path.name:
                raise PermissionError(13, "locked", str(target))
            return real(path, target)

        monkeypatch.setattr(Path, "rename", rename)
        with pytest.raises(PermissionError):
            pack(tmp_path / "p", b"new")
        assert (tmp_path / "p" / "map.html").read_bytes() == b"old"

    def test_file_is_whole_or_not_at_all(self, tmp_path, monkeypatch):
        write_bytes(tmp_path / "a", b"old")

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(storage.os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_bytes(tmp_path / "a", b"new")
        assert (tmp_path / "a").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["a"]  # noqa: PTH208


class TestOwnerAlone:
    @pytest.fixture(autouse=True)
    def open_umask(self):
        """As on a machine where everything is readable by default."""
        before = os.umask(0)
        yield
        os.umask(before)

    def test_files_and_folders(self, tmp_path):
        pack(tmp_path / "maps" / "2021-11-29", b"map")
        write_files(tmp_path / "maps" / "2021-11-29", {"deep/er/a.csv": b"x"})
        for folder in (
            "maps",
            "maps/2021-11-29",
            "maps/2021-11-29/deep",
            "maps/2021-11-29/deep/er",
        ):
            assert mode(tmp_path / folder) == 0o700, folder
        for path in (p for p in tmp_path.rglob("*") if p.is_file()):
            assert mode(path) == 0o600, path.name

    def test_geopackage(self, tmp_path):
        layer = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=27700)
        write_layers(tmp_path / "layers.gpkg", {"incidents": layer})
        assert mode(tmp_path / "layers.gpkg") == 0o600

    def test_existing_folder_keeps_its_mode(self, tmp_path):
        (tmp_path / "mine").mkdir(mode=0o755)
        make_folder(tmp_path / "mine" / "new")
        assert mode(tmp_path / "mine") == 0o755
        assert mode(tmp_path / "mine" / "new") == 0o700


class TestKey:
    def test_new_until_kept(self, tmp_path):
        first, second = project_key(tmp_path), project_key(tmp_path)
        assert first != second
        assert len(first) == 64
        assert os.listdir(tmp_path) == []  # noqa: PTH208
        keep_key(tmp_path, first)
        keep_key(tmp_path, second)
        assert project_key(tmp_path) == first
        assert mode(tmp_path / ".csp_geo.key") == 0o600

    def test_sha256(self, tmp_path):
        """The published digest of "abc" (FIPS 180-2)."""
        (tmp_path / "a").write_bytes(b"abc")
        assert sha256_of(tmp_path / "a") == (
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )


class TestLayers:
    def test_every_layer_in_one_file(self, tmp_path):
        """Points stay points, polygons become multi-polygons, an empty layer keeps its columns."""
        points = gpd.GeoDataFrame({"a": ["x"]}, geometry=[shapely.Point(1, 2)], crs=27700)
        areas = gpd.GeoDataFrame({"b": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=27700)
        path = tmp_path / "layers.gpkg"
        write_layers(path, {"incidents": points, "wards": areas, "hotspots": areas.iloc[:0]})
        assert dict(pyogrio.list_layers(path)) == {
            "incidents": "Point",
            "wards": "MultiPolygon",
            "hotspots": "MultiPolygon",
        }
        empty = pyogrio.read_dataframe(path, layer="hotspots")
        assert len(empty) == 0
        assert "b" in empty.columns
        assert gpd.read_file(path, layer="wards").geometry[0].area == 1
