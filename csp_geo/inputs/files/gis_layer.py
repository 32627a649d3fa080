"""Layers of GIS files: as tables of reports, or as shapes in a coordinate system that fits."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from shapely.errors import ShapelyError

from csp_geo.core.errors import BoundaryError, SourceError
from csp_geo.core.origin import Origin, list_members
from csp_geo.core.projection import BRITISH_CRS, GB_METRES, WGS84, between, in_box
from csp_geo.core.wording import shortened
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, GIS_SUFFIXES, GisFile, recognise
from csp_geo.inputs.files.refusals import UnlikeItsNameError, unlike_its_name
from csp_geo.inputs.files.table import BROKEN, ROW, SIZE, RawTable, Unread, unique_names
from csp_geo.inputs.files.workbook import text_of
from csp_geo.inputs.where.pairs import half_diagonal, is_shape, points_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray


VECTOR_SUFFIXES: Final = (".geojson", ".json", ".gpkg", ".shp")
_COARSE: Final = re.compile(
    rb"<(?:\w+:)?(?:when|begin|end)>\s*(\d{4}(?:-\d\d(?:-\d\d)?)?)\s*</", re.IGNORECASE
)
_WINDOWS: Final = "cp1252"
_MIDNIGHT: Final = "T00:00:00"
_COLUMNS: Final = ("timestamp", "begin", "end")
SUFFIXES: Final = GIS_SUFFIXES
_WHEN: Final = {
    ".gpx": {"time": "datetime"},  # the day and the time
    ".kml": {"timestamp": "when"},  # as KML calls it: elsewhere a timestamp is that of a form
    ".kmz": {"timestamp": "when"},
}
_TRACES: Final = ("routes", "tracks", "route_points", "track_points")
"""Layers of a GPX that say where somebody went, not where something was."""


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
    try:
        file = recognise(_packed_layer(Origin(path, path.name)))
        name, others = _choose_layer(file, wanted)
        layer, letters = _whole_or_by_record(file, name) if name else (None, ())
    except (SourceError, ShapelyError, *DAMAGED_LAYER) as error:
        if isinstance(error, SourceError) and not isinstance(error, UnlikeItsNameError):
            raise BoundaryError(str(error)) from error
        raise BoundaryError(
            f"{path.name} could not be read as a map layer: it is not what its name says, or it is "
            "damaged. A GeoJSON, GeoPackage or Shapefile (with its .shx and .dbf) is needed."
        ) from error
    if layer is None:
        raise BoundaryError(f"{path.name} has no layer with shapes.")
    if (layer.geometry.isna() | layer.geometry.is_empty).all():
        raise BoundaryError(f"{path.name} has no shapes in it.")
    layer, notes = _with_fitting_crs(layer, path.name)
    return layer, (*others, *letters, *notes)


def _whole_or_by_record(file: GisFile, name: str) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a layer; a shape that is broken is missing in it, and does not cost the others.

    Nothing is mended here: a ring that is not closed would be closed by a guess.

    Returns
    -------
    layer, notes
        How letters were read, where they are not as the format has them.
    """
    from pyogrio.errors import FeatureError, GeometryError

    try:
        return _with_letters(file, name)
    except (ShapelyError, FeatureError, GeometryError):
        return _record_by_record(file, name)[0], ()


def _with_letters(file: GisFile, name: str) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a layer with the letters that its bytes allow.

    A Shapefile that does not say how its letters are written is UTF-8 where its bytes are; what
    should be UTF-8 and is not was written by Windows.
    """
    origin = file.origin
    says_nothing = origin.suffix == ".shp" and not origin.beside(".cpg")
    first: dict[str, Any]
    then: dict[str, Any]
    first, then = ({"encoding": "utf-8"}, {}) if says_nothing else ({}, {"encoding": _WINDOWS})
    try:
        return file.read(name, on_invalid="ignore", **first), ()
    except UnicodeDecodeError:
        layer = file.read(name, on_invalid="ignore", **then)
    note = f"{origin.where} is not written in UTF-8; its letters were read as those of Windows."
    return layer, (note,) * bool(then)


def _packed_layer(origin: Origin) -> Origin:
    """Return the one GIS file of a ZIP; any other file as it is."""
    if origin.suffix != ".zip":
        return origin
    found = [
        member.filename
        for member in list_members(origin)
        if PurePosixPath(member.filename).suffix.lower() in GIS_SUFFIXES
    ]
    if len(found) != 1:
        raise SourceError(
            f"{origin.where} holds {len(found) or 'no'} map layers, and one is needed. Unpack it, "
            "and name the layer itself."
        )
    return replace(origin, member=found[0])


def _choose_layer(file: GisFile, wanted: str) -> tuple[str | None, tuple[str, ...]]:
    """Choose the first layer of the `wanted` kind (Polygon, Point), else the first with shapes.

    Returns
    -------
    name, notes
        `None` if no layer has shapes; which others of the kind are left, in words.
    """
    layers = [(name, kind) for name, kind in file.layers() if kind is not None]
    fitting = [name for name, kind in layers if wanted in kind]
    chosen = next(iter((*fitting, *(name for name, _ in layers))), None)
    others = [name for name in fitting if name != chosen]
    return chosen, tuple(f"{file.origin.where}: layer '{name}' was not read" for name in others)


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


def as_written(layer: gpd.GeoDataFrame, origin: Origin) -> gpd.GeoDataFrame:
    """Return a KML's layer with its days and months as such, not as midnight of the first day.

    Where a file holds both the day and its midnight, the day is taken: no more is known of either.
    """
    columns = [name for name in _COLUMNS if name in layer.columns]
    if origin.suffix != ".kml" or not columns:
        return layer
    with origin.reading(), origin.open() as stream:
        written = sorted({found.decode("ascii") for found in _COARSE.findall(stream.read())})
    coarse = {f"{text}{'-01-01'[len(text) - 4 :]}{_MIDNIGHT}": text for text in reversed(written)}
    return layer.assign(**{name: layer[name].replace(coarse) for name in columns})


def read_features(origin: Origin) -> Iterator[RawTable | Unread]:
    """Read the layers of a GIS file that hold features with locations.

    Raises
    ------
    SourceError
        If it cannot be read, or no layer holds locations.
    """
    file = recognise(origin)
    layers, notes = _layers(file)
    several = len(layers) > 1
    for name in layers:
        part = f"#{name}" if several else ""
        try:
            origin.check_time()
            yield _read_layer(file, name, notes, part)
        except SourceError as error:
            if not several:
                raise
            yield Unread(part, str(error))
        notes = ()


def _layers(file: GisFile) -> tuple[list[str], tuple[str, ...]]:
    """Return the layers with locations, and what is said of those that are left."""
    origin, every = file.origin, file.layers()
    rows = {name: file.n_features(name) for name, _ in every}
    if origin.suffix == ".gpx":
        traces = [name for name, _ in every if name in _TRACES and rows[name]]
        notes = (f"{' and '.join(traces)} were not read",) if traces else ()
        return [name for name, _ in every if name not in _TRACES], notes
    located = [name for name, kind in every if kind is not None]
    if not located:
        raise SourceError(f"{origin.where} has no locations in it.")
    if sum(rows.values()) > origin.limits.rows:
        raise SourceError(
            f"{origin.where} holds {sum(rows.values()):,} features, more than the "
            f"{origin.limits.rows:,} that are read. Split it."
        )
    bare = [name for name, kind in every if kind is None]
    filled = [name for name in located if rows[name]] or located[:1]
    return filled, tuple(
        f"layer '{shortened(name)}' has no locations and was not read" for name in bare
    )


def _read_layer(file: GisFile, name: str, notes: tuple[str, ...], part: str) -> RawTable:
    from pyogrio.errors import FeatureError, GeometryError
    from shapely.errors import ShapelyError

    origin = file.origin
    try:
        layer = file.read(name, datetime_as_string=True)
        broken = np.zeros(len(layer), dtype=bool)
    except (ShapelyError, FeatureError, GeometryError):
        layer, broken = _record_by_record(file, name)
        notes = (*notes, f"read record by record: {int(broken.sum())} damaged")
    except SourceError:
        raise  # a ValueError itself, and already says what is wrong
    except DAMAGED_LAYER as error:
        raise unlike_its_name(origin) from error
    if "geometry" not in layer.columns:
        raise SourceError(f"{origin.where} has no locations in it.")
    layer = as_written(layer, origin).rename(columns=_WHEN.get(origin.suffix, {}))
    table = _table(layer, broken, notes, origin.where, part)
    return replace(table, title=name)


def _record_by_record(file: GisFile, name: str) -> tuple[gpd.GeoDataFrame, NDArray[Any]]:
    """Read each shape by itself with fiona, so that a broken one costs a row and not the file."""
    import fiona
    import geopandas as gpd
    from shapely.geometry import shape

    try:
        attributes = file.read(
            name, read_geometry=False, fid_as_index=True, datetime_as_string=True
        )
        shapes: list[Any] = []
        broken = np.zeros(len(attributes), dtype=bool)
        with file.records(name) as records:
            crs = records.crs_wkt or None
            for position, fid in enumerate(attributes.index):
                try:
                    geometry = records[fid].geometry
                    shapes.append(shape(geometry) if geometry else None)
                except Exception:  # noqa: BLE001 - whatever is wrong is wrong with this record
                    shapes.append(None)
                    broken[position] = True
    except SourceError:
        raise  # a ValueError itself, and already says what is wrong
    except (fiona.errors.FionaError, *DAMAGED_LAYER):
        return _without_bad_shapes(file, name)
    layer = gpd.GeoDataFrame(attributes.reset_index(drop=True), geometry=shapes, crs=crs)
    file.check_system(layer)
    return layer, broken


def _without_bad_shapes(file: GisFile, name: str) -> tuple[gpd.GeoDataFrame, NDArray[Any]]:
    """Read a layer that fiona does not open, such as a KML: pyogrio leaves bad shapes out."""
    try:
        layer = file.read(name, datetime_as_string=True, on_invalid="fix")
    except SourceError:
        raise  # a ValueError itself, and already says what is wrong
    except DAMAGED_LAYER as error:
        raise SourceError(f"{file.origin.where} could not be read: it is damaged.") from error
    return layer, layer.geometry.isna().to_numpy()


def _table(
    layer: gpd.GeoDataFrame, broken: NDArray[Any], notes: tuple[str, ...], where: str, part: str
) -> RawTable:
    attributes = layer.drop(columns="geometry")
    header = unique_names([str(name) for name in attributes.columns])
    cells = pd.DataFrame(
        {
            name: [text_of(value) for value in attributes.iloc[:, position].astype("object")]
            for position, name in enumerate(header)
        },
        dtype="str",
    )
    shapes = np.asarray(layer.geometry.array, dtype=object)
    points = points_on(shapes)
    known = ~(shapely.is_missing(points) | shapely.is_empty(points))
    xy = np.full((len(layer), 2), np.nan)
    xy[known] = shapely.get_coordinates(points[known])
    corners = shapely.bounds(shapes)
    crs, crs_note = _crs(xy, layer, where)
    try:
        (east, north), xy, moved = _axes(crs, xy)
        size = np.where(is_shape(shapes), _half_diagonal(corners, crs), 0.0)
    except RuntimeError as error:  # PROJ knows the system, and no way from it to another
        raise SourceError(
            f"{where} is in a coordinate system that cannot be turned into degrees. Save it in "
            "WGS 84 (EPSG:4326)."
        ) from error
    for name, values in ((east, xy[:, 0]), (north, xy[:, 1])):
        cells[name] = ["" if np.isnan(value) else repr(float(value)) for value in values]
    cells[ROW] = np.arange(1, len(cells) + 1, dtype=np.int64)
    cells[BROKEN] = broken
    cells[SIZE] = np.nan_to_num(size)
    n_shapes = int((cells[SIZE] > 0).sum())
    some = f"{n_shapes:,} shapes are not points: a point on each stands for it"
    shaped = ("1 shape is not a point: a point on it stands for it" if n_shapes == 1 else some,)
    said = (*notes, *crs_note, *moved, *(shaped if n_shapes else ()))
    kept_header = tuple(name for name in header if name not in {east, north})
    return RawTable((*kept_header, east, north), (cells,), said, part)


def _half_diagonal(corners: NDArray[Any], crs: str | None) -> NDArray[np.float64]:
    """Return half the diagonal of each box (west, south, east, north) in metres."""
    if crs is not None and crs not in {WGS84, BRITISH_CRS}:
        corners = np.column_stack([_degrees(crs, corners[:, :2]), _degrees(crs, corners[:, 2:])])
    return half_diagonal(corners, degrees=crs != BRITISH_CRS)


def _crs(
    xy: NDArray[Any], layer: gpd.GeoDataFrame, where: str
) -> tuple[str | None, tuple[str, ...]]:
    """Return the CRS of a layer, by the range of its coordinates where it says none that fits."""
    known = xy[np.isfinite(xy).all(axis=1)]
    if not len(known):
        return WGS84, ()
    middle = np.median(known, axis=0)
    by_range = crs_by_range((*middle, *middle))
    own = layer.crs
    if (
        own is None
        or not (own.is_geographic or own.is_projected)
        or (own.is_geographic and by_range == BRITISH_CRS)
    ):
        if by_range is None:
            raise SourceError(
                f"{where} does not say which coordinate system it is in, and its coordinates fit "
                "neither degrees nor the British National Grid. Save it with its coordinate system."
            )
        words = "degrees" if by_range == WGS84 else "British National Grid"
        return by_range, (f"coordinates taken as {words}",)
    return (BRITISH_CRS if own == BRITISH_CRS else str(own.to_string())), ()


def _axes(
    crs: str | None, xy: NDArray[Any]
) -> tuple[tuple[str, str], NDArray[Any], tuple[str, ...]]:
    """Name the coordinate columns of a layer by its CRS; other systems go to degrees."""
    if crs == BRITISH_CRS:
        return ("easting", "northing"), xy, ()
    if crs is None or crs == WGS84:
        return ("longitude", "latitude"), xy, ()
    words = crs if len(crs) < len("EPSG:") * 4 else "its own coordinate system"
    return ("longitude", "latitude"), _degrees(crs, xy), (f"moved from {words} to degrees",)


def _degrees(crs: str, xy: NDArray[Any]) -> NDArray[Any]:
    moved = np.full_like(xy, np.nan)
    usable = np.isfinite(xy).all(axis=1)
    moved[usable] = between(crs, WGS84, xy[usable])
    return moved
