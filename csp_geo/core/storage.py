"""Files, out: layers, and packs that are written whole or not at all.

Everything is written for the owner alone (files 0600, folders 0700). Folders of several files that
belong together are written by `csp_geo.core.output_folder`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import pyogrio
from pandas.api.types import is_object_dtype, is_string_dtype

from csp_geo.core.disk import from_gdal
from csp_geo.core.errors import SettingsError
from csp_geo.core.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

_BEGINNING: Final = 65_536
KEY_FILE: Final = ".csp_geo.key"
POINT_LAYERS: Final = frozenset({"incidents", "demand", "havens"})


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file for the owner alone, whole or not at all; of a link, the file it leads to."""
    path = Path(os.path.realpath(path))
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


def make_below(folder: Path, name: str) -> None:
    """Make the folders between `folder` and a path in it; `folder` itself must be there."""
    for above in reversed(PurePosixPath(name).parents[:-1]):
        (folder / above).mkdir(mode=0o700, exist_ok=True)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write several files, by path relative to `folder`, which must be there."""
    for name, data in files.items():
        make_below(folder, name)
        write_bytes(folder / name, data)


def write_layers(
    path: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    kinds: Mapping[str, str] | None = None,
) -> None:
    """Write points and polygons, a layer each, into one GeoPackage.

    Parameters
    ----------
    kinds
        What other layers hold, in GDAL's words: LineString, Polygon, Unknown for a mixture.

    Raises
    ------
    OSError
        If it cannot be written whole: GDAL may say nothing of a disk that is full.
    """
    try:
        for name, layer in layers.items():
            points = name in POINT_LAYERS  # an empty layer does not say what it holds
            kind = (kinds or {}).get(name) or ("Point" if points else "MultiPolygon")
            pyogrio.write_dataframe(
                _visible_texts(layer),
                path,
                layer=name,
                driver="GPKG",
                geometry_type=kind,
                promote_to_multi=kind == "MultiPolygon",
                append=path.exists(),
            )
        path.chmod(0o600)
        for name, layer in layers.items():
            if pyogrio.read_info(path, layer=name)["features"] != len(layer):
                raise OSError(errno.EIO, "not all was written", str(path))
    except (RuntimeError, RuntimeWarning) as error:  # those of pyogrio among them
        raise from_gdal(error, path) from error


def _seen(value: object) -> object:
    return visible(value) if isinstance(value, str) else value


def _visible_texts(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    texts = [n for n in layer if is_string_dtype(layer[n]) or is_object_dtype(layer[n])]
    seen = {str(n): layer[n].map(_seen).astype(layer[n].dtype) for n in texts}
    return layer.assign(**seen).rename(columns=visible)


def write_layer(path: Path, name: str, layer: gpd.GeoDataFrame) -> None:
    """Write one layer of polygons as a GeoPackage of its own, whole or not at all."""
    path = Path(os.path.realpath(path))
    make_folder(path.parent)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        built = Path(folder) / path.name
        write_layers(built, {name: layer})
        built.replace(path)


def project_key(folder: Path) -> bytes:
    """Return the project's own key: the one kept in `folder`, else a new one, not yet kept.

    Incident numbers are keyed with it, so that they cannot be turned back into crime references.

    Raises
    ------
    SettingsError
        If the key file is empty (an empty key would protect nothing), is not a file, or is a link
        that leads nowhere.
    """
    path = folder / KEY_FILE
    if not path.is_file() and os.path.lexists(path):
        is_lost = path.is_symlink() and not path.exists()
        what = "a link that leads nowhere. Is a drive not connected?" if is_lost else "not a file."
        raise SettingsError(
            f"{KEY_FILE}, the key from which this project's incident numbers are made, is {what} "
            "Put back the file from your backup; or move away what lies there, and a new key is "
            "made (the numbers of all incidents then change)."
        )
    if not path.exists():
        return secrets.token_hex(32).encode("ascii")
    key = path.read_bytes().strip()
    if not key:
        raise SettingsError(
            f"{KEY_FILE} is empty. Put back the file from your backup; or delete it, and a new key "
            "is made (the numbers of all incidents then change)."
        )
    return key


def keep_key(folder: Path, key: bytes) -> bytes:
    """Keep a key in `folder`, unless one is kept there; return the one that is.

    Of two runs at once on a new project one keeps its key, and the other is told that key.
    """
    path = make_folder(folder) / KEY_FILE
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=folder, prefix=f"{KEY_FILE}.") as beside:
            made = Path(beside) / KEY_FILE
            write_bytes(made, key + b"\n")
            with suppress(FileExistsError):
                _put_if_free(made, path)
    return project_key(folder)


def _put_if_free(made: Path, path: Path) -> None:
    """Give a finished file its name, unless the name is taken: `FileExistsError`."""
    try:
        path.hardlink_to(made)
    except FileExistsError:
        raise
    except OSError:  # a drive without links
        with path.open("xb") as stream:
            path.chmod(0o600)
            stream.write(made.read_bytes())


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
