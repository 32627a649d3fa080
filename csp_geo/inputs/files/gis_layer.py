"""A layer of a GIS file, in a coordinate system that fits: boundaries, zones, context, networks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import numpy as np
from shapely.errors import ShapelyError

from csp_geo.core.errors import BoundaryError, SourceError
from csp_geo.core.origin import Origin, list_members
from csp_geo.core.projection import BRITISH_CRS, GB_METRES, WGS84, in_box
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, GIS_SUFFIXES, GisFile, recognise
from csp_geo.inputs.files.refusals import UnlikeItsNameError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

VECTOR_SUFFIXES: Final = (".geojson", ".json", ".gpkg", ".shp")


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
        layer = file.read(name) if name else None
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
    return layer, (*others, *notes)


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
            "and give the layer itself."
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
