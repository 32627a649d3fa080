"""A file that somebody gives to the ground: what it is, and what of it lies in the frame.

What is packed is unpacked, a member at a time, into a folder that is removed afterwards: a
GeoPackage can only be read as a file, and GDAL never sees a ZIP of which it might read another list
of members than we looked at. Each file then passes the door for GIS files
(docs/decisions/0014-one-door.md).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.core.errors import GroundError, SourceError
from csp_geo.core.origin import Origin, list_members, say_bytes
from csp_geo.core.projection import BRITISH_CRS, points_of
from csp_geo.core.tables import GROUND
from csp_geo.core.wording import count, join, shortened
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, GIS_SUFFIXES, OSM_SUFFIXES, recognise
from csp_geo.inputs.files.gis_layer import crs_by_range
from csp_geo.inputs.files.refusals import lies_elsewhere, system_elsewhere, unlike_its_name
from csp_geo.inputs.ground.gml_features import read_gml
from csp_geo.inputs.ground.ground_part import GroundPart
from csp_geo.inputs.ground.layer_rules import (
    LICENCE_OS,
    OWN_FILE,
    PRODUCTS,
    fits,
    own_rule,
    rule_of,
)
from csp_geo.inputs.ground.map_layers import ground_rows
from csp_geo.inputs.ground.osm_extract import KIND as OSM
from csp_geo.inputs.ground.osm_extract import LICENCE as LICENCE_OSM
from csp_geo.inputs.ground.osm_extract import read_osm
from csp_geo.inputs.ground.police_points import KIND as POLICE
from csp_geo.inputs.ground.police_points import LICENCE as LICENCE_POLICE
from csp_geo.inputs.ground.police_points import (
    another_force,
    known_points,
    named_by,
    read_police,
)
from csp_geo.inputs.ground.uprn_list import is_uprn, read_uprn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.files.gis_file import GisFile
    from csp_geo.inputs.ground.cutting import GroundFrame
    from csp_geo.inputs.ground.layer_rules import LayerRule

_ZIP, _GML, _CSV = ".zip", ".gml", ".csv"
SUFFIXES: Final = (*GIS_SUFFIXES, *OSM_SUFFIXES, _GML, _CSV, _ZIP)
_PARTS: Final = (".shx", ".dbf", ".prj", ".cpg")
_NOT_PLAIN: Final = re.compile(r"[^\w.-]")
_MONTH: Final = re.compile(r"(20\d\d)[-_]?(0[1-9]|1[0-2])(?!\d)")
_WINDOWS: Final = "cp1252"
_BLOCK: Final = 1 << 22
_LINE: Final = 1 << 16
_SHOWN: Final = 12
_GB_SYSTEM: Final = 27700
_LARGE: Final = 20_000_000
NEEDED: Final = (
    "Needed are an OpenStreetMap extract, OS OpenMap Local, Open Roads, Open Zoomstack, Open "
    "Greenspace, Open Names or Open UPRN, an archive of police.uk, or a layer called streets, "
    "railways, water, green, buildings, addresses or places"
)


@dataclass
class _Gathered:
    """What was read so far of one file, its members and layers."""

    frame: GroundFrame
    folder: Path
    progress: Callable[[str], None]
    layer: str | None
    parts: dict[str, list[gpd.GeoDataFrame]] = field(default_factory=dict)
    points: list[pd.DataFrame] = field(default_factory=list)
    forces: set[str] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dated: str = ""
    box: tuple[float, float, float, float] | None = None

    def take(self, found: GroundPart) -> None:
        """Take what was read of a part."""
        self.kinds.append(found.kind)
        self.dated = max(self.dated, found.dated)
        self.box = found.box or self.box
        for name, rows in found.layers.items():
            self.parts.setdefault(name, []).append(rows)


def read_given(
    path: Path,
    frame: GroundFrame,
    folder: Path,
    *,
    limits: Limits,
    progress: Callable[[str], None],
    layer: str | None = None,
) -> GroundPart:
    """Read what a file gives to the ground.

    Parameters
    ----------
    folder
        Where members may be unpacked; whoever calls removes it.
    layer
        Which layer of the ground its shapes are, where its names do not say.

    Raises
    ------
    SourceError
        If it is damaged, or larger than the limits.
    GroundError
        If the ground has no use for it, or it lies elsewhere.
    """
    if not path.exists():
        raise GroundError(f"{path.name} is not there. Name a file that you have downloaded.")
    given = _Gathered(frame, folder, progress, layer)
    origin = Origin(path, path.name, limits=limits)
    origin.check_file()
    if origin.suffix == _ZIP:
        origin.first_bytes()
        for member in _members(origin):
            _read_one(member, given)
    elif origin.suffix in SUFFIXES:
        _read_one(origin, given)
    else:
        raise GroundError(
            f"{path.name}: files ending in '{origin.suffix}' are no ground. {NEEDED}."
        )
    return _whole(given, origin)


def _members(origin: Origin) -> Iterator[Origin]:
    """Yield the members that may be ground, by path."""
    names = sorted(member.filename for member in list_members(origin) if not member.is_dir())
    known = [name for name in names if PurePosixPath(name).suffix.lower() in SUFFIXES]
    if not known:
        raise GroundError(f"{origin.where} holds no file that is ground. {NEEDED}.")
    for name in known:
        if not name.lower().endswith(_ZIP):
            where = f"{origin.where}{shortened(f'/{name}', 60)}"
            yield replace(origin, where=where, member=name)


def _read_one(origin: Origin, given: _Gathered) -> None:
    if origin.suffix == _CSV:
        _read_list(origin, given)
        return
    if origin.suffix == _GML:
        given.progress(f"Reading {origin.where}")
        _read_gml(origin, given)
        return
    file = _unpacked(origin, given.folder) if origin.member else origin
    try:
        if origin.suffix in OSM_SUFFIXES:
            given.take(read_osm(file, given.frame, given.folder, given.progress))
        else:
            _read_map(recognise(file), given)
    finally:
        if origin.member:
            for part in file.path.parent.glob(f"{file.path.stem}.*"):
                part.unlink()


def _unpacked(member: Origin, folder: Path) -> Origin:
    """Unpack a member, with the parts of a Shapefile, under a plain name."""
    stem = _NOT_PLAIN.sub("_", PurePosixPath(member.member).stem)[-60:]
    for part in (member, *(side for suffix in _PARTS for side in member.beside(suffix))):
        if part is member or member.suffix == ".shp":
            to = folder / f"{stem}{part.suffix}"
            with part.reading(), part.open() as packed, to.open("wb") as plain_file:
                while block := packed.read(_BLOCK):
                    member.check_time()
                    plain_file.write(block)
    return replace(member, path=folder / f"{stem}{member.suffix}", member="")


# --- map files -----------------------------------------------------------------------------------


def _read_map(file: GisFile, given: _Gathered) -> None:
    layers, origin = file.layers(), file.origin
    for name, geometry in layers:
        info = file.info(name)
        columns = [str(column) for column in info["fields"]]
        own = origin.path.stem if len(layers) == 1 else name
        rule = _rule(own, columns, geometry, given) or _rule(name, columns, geometry, given)
        if rule is None:
            given.left.append(name)
            continue
        given.progress(f"Reading {origin.where}: {shortened(name)}")
        origin.check_time()
        crs = _system(info, origin)
        table = _layer(file, name, given.frame.box(crs))
        _take_rows(table, rule, crs, name, given)
        bounds = info.get("total_bounds")
        if bounds is not None and np.isfinite(bounds).all():
            given.box = given.box or _degrees(bounds, crs, given.frame)


def _rule(
    name: str, columns: list[str], geometry: str | None, given: _Gathered
) -> LayerRule | None:
    rule = rule_of(name, columns, geometry)
    if given.layer and (rule is None or rule.product == OWN_FILE):
        return own_rule(given.layer, name) if fits(given.layer, geometry) else None
    return rule


def _take_rows(
    table: gpd.GeoDataFrame, rule: LayerRule, crs: str, name: str, given: _Gathered
) -> None:
    rows, n_unknown = ground_rows(table, rule, given.frame, crs)
    given.kinds.append(rule.product)
    given.parts.setdefault(rule.layer, []).append(rows)
    if n_unknown and rule.layer == "streets":
        of = count(n_unknown, "street")
        given.notes.append(f"{shortened(name)}: {of} of an unknown class, taken as local")


def _layer(file: GisFile, name: str, box: tuple[float, float, float, float]) -> Any:
    """Read the part of a layer that meets a box, with the letters that its bytes allow."""
    try:
        try:
            return file.read(name, bbox=box, on_invalid="ignore")
        except UnicodeDecodeError:
            return file.read(name, bbox=box, on_invalid="ignore", encoding=_WINDOWS)
    except SourceError:
        raise  # a ValueError itself, and already says what is wrong
    except DAMAGED_LAYER as error:
        raise unlike_its_name(file.origin) from error


def _system(info: dict[str, Any], origin: Origin) -> str:
    """Return the coordinate system of a layer; by its range where it says none."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    said = info.get("crs")
    if said:
        if lies_elsewhere(said):
            raise system_elsewhere(origin)
        try:
            code = CRS.from_user_input(said).to_epsg(min_confidence=60)
        except CRSError:
            code = None
        return f"EPSG:{code}" if code else str(said)
    bounds = info.get("total_bounds")
    by_range = None
    if bounds is not None and np.isfinite(bounds).all():
        west, south, east, north = (float(side) for side in bounds)
        by_range = crs_by_range((west, south, east, north))
    if by_range is None:
        raise GroundError(
            f"{origin.where} does not say which coordinate system it is in, and its coordinates "
            "fit neither degrees nor the British National Grid. Save it again with its coordinate "
            "system."
        )
    return by_range


def _degrees(bounds: Any, crs: str, frame: GroundFrame) -> tuple[float, float, float, float]:
    from csp_geo.core.projection import WGS84, between

    corners = np.asarray(bounds, dtype=np.float64).reshape(2, 2)
    if crs == frame.projection.crs:
        corners = frame.projection.to_lonlat(corners)
    elif crs != WGS84:
        corners = between(crs, WGS84, corners)
    (west, south), (east, north) = corners.tolist()
    return west, south, east, north


def _read_gml(origin: Origin, given: _Gathered) -> None:
    found, n_features = read_gml(origin, given.frame.box(BRITISH_CRS))
    if not n_features:
        raise GroundError(f"{origin.where} has no features in it. Download it again.")
    for kind, features in found.items():
        table = gpd.GeoDataFrame(
            pd.DataFrame(features.rows), geometry=features.shapes, crs=BRITISH_CRS
        )
        rule = rule_of(kind, list(table.columns), "Unknown")
        if rule is None:
            given.left.append(kind)
        else:
            _take_rows(table, rule, BRITISH_CRS, kind, given)
    if not found:  # a whole tile of another place is still of its product
        given.kinds.append(OWN_FILE)


# --- lists ---------------------------------------------------------------------------------------


def _header(origin: Origin) -> list[str]:
    """Return the first row of a list."""
    origin.first_bytes()
    with origin.reading(), origin.open() as stream:
        line = stream.read(_LINE).split(b"\n", 1)[0]
    text = line.decode("utf-8-sig", errors="replace").strip()
    return [name.strip() for name in next(csv.reader(io.StringIO(text)), [])]


def _read_list(origin: Origin, given: _Gathered) -> None:
    header = _header(origin)
    what = named_by(header)
    if what is not None:
        points, forces = read_police(origin, header, what, given.frame)
        given.points.append(points)
        given.forces |= forces
        given.kinds.append(POLICE)
    elif is_uprn(header):
        given.take(read_uprn(origin, header, given.frame, given.progress))
    elif origin.member:
        given.left.append(PurePosixPath(origin.member).name)
    else:
        _read_points(origin, header, given)


def _read_points(origin: Origin, header: list[str], given: _Gathered) -> None:
    """Read a table of points of somebody's own: addresses or places."""
    from csp_geo.inputs.areas.zones_and_places import place_axes
    from csp_geo.inputs.files.reading import read_file
    from csp_geo.inputs.where.locate import locate

    rule = _rule(origin.path.stem, header, "Point", given)
    if rule is None:
        listed = ", ".join(shortened(name) for name in header[:_SHOWN])
        raise GroundError(
            f"{origin.where} is no list that the ground knows (columns: {listed or 'none'}). "
            f"{NEEDED}. Of a list of points of your own say what it is: --layer addresses or "
            "--layer places."
        )
    raw = read_file(origin.path, origin.where)
    x, y, axes = place_axes(list(raw.header), origin.where)
    area, cells = given.frame.area, raw.cells
    located = locate(cells[x], cells[y], axes, area.projection, area, border_m=2000.0)
    xy = located[["x_m", "y_m"]].to_numpy()
    usable = np.isfinite(xy).all(axis=1)
    table = gpd.GeoDataFrame(
        cells.loc[usable, list(raw.header)], geometry=shapely.points(xy[usable])
    )
    _take_rows(table, rule, area.projection.crs, origin.path.stem, given)


# --- the whole -----------------------------------------------------------------------------------


def _whole(given: _Gathered, origin: Origin) -> GroundPart:
    """Put together what was read of a file, and refuse it if the ground has no use for it."""
    area = given.frame.area.name
    if not given.kinds:
        listed = join([f"'{shortened(name)}'" for name in given.left[:_SHOWN]])
        raise GroundError(
            f"{origin.where} has no layer that the ground knows (layers: {listed or 'none'}). "
            f"{NEEDED}. If a layer has another name, say what it is with --layer."
        )
    layers = {name: pd.concat(parts, ignore_index=True) for name, parts in given.parts.items()}
    kind = min(given.kinds, key=PRODUCTS.index)
    if given.points:
        layers["known_points"] = known_points(given.points, given.frame)
        kind = POLICE if kind == OWN_FILE else kind
        months = [str(month) for table in given.points for month in table["month"]]
        given.dated = max([given.dated, *months])
        if not (given.frame.area.ward_of(points_of(layers["known_points"])) >= 0).any():
            raise GroundError(another_force(origin.where, given.forces, area))
    layers = {name: layers[name] for name in GROUND if name in layers and len(layers[name])}
    if not layers:
        where = _said(given.box)
        raise GroundError(
            f"{origin.where} holds nothing in {area}, nor within 1 km of it{where}. Is it the file "
            "of another town or square? Choose the one that covers the area."
        )
    named = _MONTH.search(origin.path.name)
    dated = given.dated or (f"{named[1]}-{named[2]}" if named else "")
    left = tuple(dict.fromkeys(given.left))
    return GroundPart(
        kind, _licence(kind, origin), layers, dated, given.box, left, tuple(given.notes)
    )


def _said(box: tuple[float, float, float, float] | None) -> str:
    if box is None:
        return ""
    west, south, east, north = box
    return f": it lies between {south:.2f}, {west:.2f} and {north:.2f}, {east:.2f}"


def _licence(kind: str, origin: Origin) -> str:
    if kind == OSM:
        return LICENCE_OSM
    if kind == POLICE:
        return LICENCE_POLICE
    if kind == OWN_FILE:
        return f"{origin.path.name}, as supplied, under its own licence"
    return LICENCE_OS


def say_size(path: Path) -> str:
    """Say how large a file is, where that explains a wait."""
    size = path.stat().st_size
    return f" ({say_bytes(size)})" if size > _LARGE else ""
