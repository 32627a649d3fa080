"""Files, in and out: vector layers as they come, and files that are written whole or not at all.

Everything is written for the owner alone (files 0600, folders 0700). Folders of several files that
belong together are written by `csp_geo.output`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import tempfile
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import numpy as np
import pyogrio
from pandas.api.types import is_object_dtype, is_string_dtype
from shapely.errors import ShapelyError

from csp_geo.disk import from_gdal
from csp_geo.errors import BoundaryError, SettingsError
from csp_geo.projection import BRITISH_CRS, GB_METRES, WGS84, in_box
from csp_geo.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

_BEGINNING: Final = 65_536
_OF_GDAL: Final = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
)
KEY_FILE: Final = ".csp_geo.key"
POINT_LAYERS: Final = frozenset({"incidents", "demand", "havens"})
VECTOR_SUFFIXES: Final = (".geojson", ".json", ".gpkg", ".shp")


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


def write_layers(path: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write points and polygons, a layer each, into one GeoPackage.

    Raises
    ------
    OSError
        If it cannot be written whole: GDAL may say nothing of a disk that is full.
    """
    try:
        for name, layer in layers.items():
            points = name in POINT_LAYERS  # an empty layer does not say what it holds
            pyogrio.write_dataframe(
                _visible_texts(layer),
                path,
                layer=name,
                driver="GPKG",
                geometry_type="Point" if points else "MultiPolygon",
                promote_to_multi=not points,
                append=path.exists(),
            )
        path.chmod(0o600)
        for name, layer in layers.items():
            if pyogrio.read_info(path, layer=name)["features"] != len(layer):
                raise OSError(errno.EIO, "not all was written", str(path))
    except (*_OF_GDAL, RuntimeError, RuntimeWarning) as error:
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
        If the key file is there and empty: a known key would be none.
    """
    path = folder / KEY_FILE
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


def crs_by_range(bounds: tuple[float, float, float, float]) -> str | None:
    """Tell a CRS from the range of coordinates (west, south, east, north).

    Degrees are taken as WGS84, metres within Great Britain's grid as British National Grid;
    anything else cannot be told and gives `None`.
    """
    corners = np.array(bounds).reshape(2, 2)
    if in_box(corners[:, 0], corners[:, 1], (-180.0, -90.0, 180.0, 90.0)).all():
        return WGS84
    if in_box(corners[:, 0], corners[:, 1], GB_METRES).all():
        return BRITISH_CRS
    return None


@contextmanager
def without_gdal_warnings() -> Iterator[None]:
    """Keep GDAL's asides from people's screens: what is wrong with a file is said by our rules."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)  # pyogrio, of texts that are no JSON
        yield


def choose_layer(path: Path, wanted: str) -> tuple[str | None, tuple[str, ...]]:
    """Choose the first layer of the `wanted` kind (Polygon, Point), else the first with shapes.

    Returns
    -------
    name, notes
        `None` if no layer has shapes; which others of the kind are left, in words.
    """
    layers = [(str(name), kind) for name, kind in pyogrio.list_layers(path) if kind is not None]
    fitting = [name for name, kind in layers if wanted in kind]
    chosen = next(iter((*fitting, *(name for name, _ in layers))), None)
    others = [name for name in fitting if name != chosen]
    return chosen, tuple(f"{path.name}: layer '{name}' was not read" for name in others)


def read_vector(path: Path, wanted: str = "Polygon") -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read the first layer of the `wanted` kind, else with shapes, of a GeoJSON or GIS file.

    Returns
    -------
    layer, notes
        The layer with a CRS that fits its coordinates, and what was decided on the way, in words.

    Raises
    ------
    BoundaryError
        If the file cannot be read, is empty, or its CRS cannot be told.
    """
    if not path.exists():
        raise BoundaryError(f"{path.name} is not there. Give a GeoJSON, GeoPackage or Shapefile.")
    if path.stat().st_size == 0:
        raise BoundaryError(f"{path.name} is empty. Ask for it again.")
    try:
        with without_gdal_warnings():
            name, others = choose_layer(path, wanted)
            layer = pyogrio.read_dataframe(path, layer=name, use_arrow=False) if name else None
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ShapelyError) as error:
        raise BoundaryError(
            f"{path.name} could not be read as a map layer: it is not what its name says, or it is "
            "damaged. A GeoJSON, GeoPackage or Shapefile (with its .shx and .dbf) is needed."
        ) from error
    if layer is None:
        raise BoundaryError(f"{path.name} has no layer with shapes.")
    if (layer.geometry.isna() | layer.geometry.is_empty).all():
        raise BoundaryError(f"{path.name} has no shapes in it.")
    layer, notes = _with_fitting_crs(layer, path.name)
    return layer, (*others, *notes)


def _with_fitting_crs(
    layer: gpd.GeoDataFrame, name: str
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    west, south, east, north = (float(value) for value in layer.total_bounds)
    by_range = crs_by_range((west, south, east, north))
    if layer.crs is not None and not (layer.crs.is_geographic and by_range != WGS84):
        return layer, ()
    if by_range is None:
        raise BoundaryError(
            f"{name} does not say which coordinate system it is in, and coordinates from "
            f"({west:.0f}, {south:.0f}) to ({east:.0f}, {north:.0f}) fit neither degrees nor the "
            "British National Grid. Save it again with its coordinate system."
        )
    words = "degrees (WGS84)" if by_range == WGS84 else "British National Grid metres"
    said = "names no coordinate system" if layer.crs is None else "is marked as degrees but is not"
    note = f"{name} {said}; read as {words} by the range of its coordinates."
    return layer.set_crs(by_range, allow_override=True), (note,)
