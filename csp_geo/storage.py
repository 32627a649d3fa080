"""Files, out: layers, and packs that are written whole or not at all.

Everything is written for the owner alone (files 0600, folders 0700). A run that is killed leaves
the last good pack as it was: a new pack is built beside it and moved into place at the end.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyogrio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

_BEGINNING: Final = 65_536
KEY_FILE: Final = ".csp_geo.key"
POINT_LAYERS: Final = frozenset({"incidents", "havens"})


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file for the owner alone, whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def make_folder(path: Path) -> Path:
    """Make a folder, and those above it, for the owner alone; an existing one stays as it is."""
    if not path.exists():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `target` when the block ends without error."""
    make_folder(target.parent)
    last = target.with_name(f".{target.name}.last")
    if last.exists() and not target.exists():
        last.rename(target)  # an earlier run was stopped between the two moves below
    for remains in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(remains, ignore_errors=True)  # of a run that was killed
    built = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        yield built
        if target.exists():
            target.rename(last)
        built.rename(target)
        shutil.rmtree(last, ignore_errors=True)
    except BaseException:
        shutil.rmtree(built, ignore_errors=True)
        if last.exists() and not target.exists():
            last.rename(target)
        raise


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write several files, by path relative to `folder`."""
    for name, data in files.items():
        path = folder / name
        make_folder(path.parent)
        write_bytes(path, data)


def write_layers(path: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write points and polygons, a layer each, into one GeoPackage."""
    for name, layer in layers.items():
        points = name in POINT_LAYERS  # an empty layer does not say what it holds
        pyogrio.write_dataframe(
            layer,
            path,
            layer=name,
            driver="GPKG",
            geometry_type="Point" if points else "MultiPolygon",
            promote_to_multi=not points,
            append=path.exists(),
        )
    path.chmod(0o600)


def write_layer(path: Path, name: str, layer: gpd.GeoDataFrame) -> None:
    """Write one layer of polygons as a GeoPackage of its own, whole or not at all."""
    make_folder(path.parent)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        built = Path(folder) / path.name
        write_layers(built, {name: layer})
        built.replace(path)


def project_key(folder: Path) -> bytes:
    """Return the project's own key: the one kept in `folder`, else a new one, not yet kept.

    Incident numbers are keyed with it, so that they cannot be turned back into crime references.
    """
    path = folder / KEY_FILE
    return path.read_bytes().strip() if path.exists() else secrets.token_hex(32).encode("ascii")


def keep_key(folder: Path, key: bytes) -> None:
    """Keep a key in `folder`, unless one is kept there."""
    path = make_folder(folder) / KEY_FILE
    if not path.exists():
        write_bytes(path, key + b"\n")


def has_rows(path: Path) -> bool:
    """Tell whether a text table has anything below its first line: a template has not."""
    filled = [line for line in path.read_bytes().splitlines() if line.strip(b' ,;\t"\0')]
    return len(filled) > 1


def is_labelled(path: Path, label: str) -> bool:
    """Tell whether a file's first bytes hold some words, as those of the sample do."""
    with path.open("rb") as stream:
        return label.encode() in stream.read(_BEGINNING)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
