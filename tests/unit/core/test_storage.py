"""Files: written whole or not at all, for the owner alone."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from csp_geo.core import storage
from csp_geo.core.errors import SettingsError
from csp_geo.core.storage import (
    keep_key,
    make_folder,
    project_key,
    sha256_of,
    write_bytes,
    write_files,
    write_layers,
)

LIMITED = """
import resource, sys
from pathlib import Path
import geopandas as gpd, shapely
from csp_geo.core.storage import write_layers
points = [shapely.Point(n, n) for n in range(5_000)]
layer = gpd.GeoDataFrame({"a": range(5_000)}, geometry=points, crs=27700)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
try:
    write_layers(Path(sys.argv[1]), {"incidents": layer})
except OSError as error:
    print(error.errno)
"""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


class TestWholeOrNotAtAll:
    def test_file_is_whole_or_not_at_all(self, tmp_path, monkeypatch):
        write_bytes(tmp_path / "a", b"old")

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(storage.os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_bytes(tmp_path / "a", b"new")
        assert (tmp_path / "a").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["a"]  # noqa: PTH208

    def test_a_link_stays_one(self, tmp_path):
        """What it leads to is written, the link is not replaced."""
        (tmp_path / "real").write_bytes(b"old")
        (tmp_path / "link").symlink_to("real")
        write_bytes(tmp_path / "link", b"new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_bytes() == b"new"

    def test_no_folder_is_made_again_that_vanished(self, tmp_path):
        for name in ("map.html", "deep/er/a.csv"):
            with pytest.raises(FileNotFoundError):
                write_files(tmp_path / "gone", {name: b""})
        assert os.listdir(tmp_path) == []  # noqa: PTH208


class TestOwnerAlone:
    @pytest.fixture(autouse=True)
    def open_umask(self):
        """As on a machine where everything is readable by default."""
        before = os.umask(0)
        yield
        os.umask(before)

    def test_files_and_folders(self, tmp_path):
        make_folder(tmp_path / "maps" / "2021-11-29")
        write_files(tmp_path / "maps" / "2021-11-29", {"map.html": b"", "deep/er/a.csv": b"x"})
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
        assert keep_key(tmp_path, first) == first
        assert keep_key(tmp_path, second) == first
        assert project_key(tmp_path) == first
        assert mode(tmp_path / ".csp_geo.key") == 0o600

    @pytest.mark.parametrize("links", [True, False])
    def test_two_first_runs_at_once(self, tmp_path, monkeypatch, links):
        """The other keeps its key between our look and our writing: ours gives way, whole."""
        first, second = project_key(tmp_path), project_key(tmp_path)
        real = storage.write_bytes

        def meanwhile(path, data):
            real(tmp_path / ".csp_geo.key", first)
            real(path, data)

        def no_links(path, other):
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(storage, "write_bytes", meanwhile)
        if not links:
            monkeypatch.setattr(Path, "hardlink_to", no_links)
        assert keep_key(tmp_path, second) == first
        assert os.listdir(tmp_path) == [".csp_geo.key"]  # noqa: PTH208

    def test_on_a_drive_without_links(self, tmp_path, monkeypatch):
        def no_links(path, other):
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(Path, "hardlink_to", no_links)
        assert keep_key(tmp_path, b"a" * 64) == b"a" * 64
        assert mode(tmp_path / ".csp_geo.key") == 0o600

    def test_an_empty_key_is_none(self, tmp_path):
        """Incident numbers under a known key could be turned back."""
        (tmp_path / ".csp_geo.key").write_bytes(b"\n")
        with pytest.raises(SettingsError, match="is empty"):
            project_key(tmp_path)

    @pytest.mark.parametrize("kind", ["nowhere", "ring", "pipe", "link to a pipe", "folder"])
    def test_a_key_that_is_not_a_file_is_refused(self, tmp_path, kind):
        """A pipe would be waited for, and behind a link that leads nowhere no key can be kept."""
        path = tmp_path / "project" / ".csp_geo.key"
        path.parent.mkdir()
        if "pipe" in kind:
            os.mkfifo(tmp_path / "pipe")
        if kind == "folder":
            path.mkdir()
        elif kind == "ring":
            path.symlink_to(path)
        elif kind == "pipe":
            (tmp_path / "pipe").rename(path)
        else:
            path.symlink_to(tmp_path / kind.removeprefix("link to a "))
        said = "a link that leads nowhere" if kind in {"nowhere", "ring"} else "not a file"
        for go in (lambda: project_key(path.parent), lambda: keep_key(path.parent, b"k")):
            with pytest.raises(SettingsError, match=rf"^\.csp_geo\.key, the key .* is {said}\."):
                go()
        assert os.listdir(path.parent) == [path.name]  # noqa: PTH208

    def test_a_link_to_a_key(self, tmp_path):
        (tmp_path / "kept").write_bytes(b"k\n")
        (tmp_path / ".csp_geo.key").symlink_to("kept")
        assert project_key(tmp_path) == keep_key(tmp_path, b"other") == b"k"

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

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EFBIG, None])
    @pytest.mark.parametrize("kind", [pyogrio.errors.DataSourceError, RuntimeError])
    def test_the_system_says_why_gdal_could_not_write(self, tmp_path, monkeypatch, kind, code):
        """GDAL says "no such table" of a disk that is full."""

        def write(*arguments, **options):
            raise kind("no such table: gpkg_contents")

        def fails(descriptor):
            if code:
                raise OSError(code, os.strerror(code))

        monkeypatch.setattr(pyogrio, "write_dataframe", write)
        monkeypatch.setattr(os, "fsync", fails)
        layer = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=27700)
        with pytest.raises(OSError, match="Errno") as caught:
            write_layers(tmp_path / "layers.gpkg", {"incidents": layer})
        assert caught.value.errno == (code or errno.EIO)
        assert caught.value.filename == str(tmp_path / "layers.gpkg")

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for a small limit")
    def test_a_file_that_may_not_grow(self, tmp_path):
        """A limit of the system in the midst of a layer: its own error, not one of GDAL's."""
        ran = subprocess.run(
            [sys.executable, "-c", LIMITED, tmp_path / "layers.gpkg"],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            cwd=Path(__file__).parents[3],
        )
        assert ran.stdout == f"{errno.EFBIG}\n", ran.stderr

    def test_a_layer_that_came_out_short(self, tmp_path, monkeypatch):
        """GDAL may say nothing of a disk that is full: the rows are counted again."""
        layer = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=27700)
        real = pyogrio.write_dataframe
        monkeypatch.setattr(
            pyogrio, "write_dataframe", lambda table, *a, **o: real(table.iloc[:0], *a, **o)
        )
        with pytest.raises(OSError, match="not all was written"):
            write_layers(tmp_path / "layers.gpkg", {"incidents": layer})


def test_a_layer_is_written_without_what_cannot_be_seen(tmp_path):
    """In names of columns as well; a text column of which nothing is known stays one of texts."""
    table = {
        "na\x1bme": ["High\u202e Street\x9b", None],
        "postcode": pd.Series([None, None], dtype="str"),
        "n": [1, 2],
    }
    layer = gpd.GeoDataFrame(table, geometry=[shapely.Point(0, 0)] * 2, crs="EPSG:27700")
    write_layers(tmp_path / "a.gpkg", {"havens": layer})
    read = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="havens")
    assert read["name"].tolist()[0] == "High Street"
    assert read["name"].isna().tolist() == [False, True]
    types = pyogrio.read_info(tmp_path / "a.gpkg", layer="havens")["ogr_types"]
    assert types == ["OFTString", "OFTString", "OFTInteger64"]
