"""What lies around: zones with legal force and dates, and named places to find one's way by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.core.caution import Caution
from csp_geo.core.disclosure import is_protected_place
from csp_geo.core.errors import BoundaryError, CspGeoError, SourceError
from csp_geo.core.projection import move_shapes
from csp_geo.core.tables import PLACES, ZONES
from csp_geo.core.visible import clean
from csp_geo.core.wording import count, join, shortened
from csp_geo.inputs.areas.zone_columns import FIELDS, ZoneColumns, zone_columns
from csp_geo.inputs.files.gis_layer import VECTOR_SUFFIXES, read_vector
from csp_geo.inputs.files.reading import read_file
from csp_geo.inputs.own_columns import read_own_columns
from csp_geo.inputs.source import packaged_sources, plain
from csp_geo.inputs.when.dates import read_dates
from csp_geo.inputs.where.gazetteer import is_gazetteer
from csp_geo.inputs.where.locate import DEGREES, METRES, locate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from csp_geo.core.projection import Projection
    from csp_geo.inputs.areas.study_area import StudyArea

_AREAL: Final = ("Polygon", "MultiPolygon")
_SHOWN: Final = 12
_LISTED: Final = ("addresses", "streets")
"""How the names of files begin that list where reports can be."""
_STEP_M: Final = 25.0
BORDER_M: Final = 250.0
_PLACE_NAMES: Final = ("name", "commonname", "station", "stopname", "placename")
_KINDS: Final = ("kind", "type", "stoptype")


def read_zones(
    paths: Sequence[Path], projection: Projection, as_of: date
) -> tuple[gpd.GeoDataFrame, tuple[Caution, ...]]:
    """Read zones (PSPO and others) and work out their status on `as_of`.

    The last day is taken as the file gives it, never worked out from the first.

    Returns
    -------
    zones, cautions
        `tables.ZONES`; what could not be read.

    Raises
    ------
    BoundaryError
        If a file cannot be read or has no polygons or no names.
    """
    parts: list[gpd.GeoDataFrame] = []
    cautions: list[Caution] = []
    for path in paths:
        rows, said = _zones_of(path, projection)
        parts.append(rows)
        cautions += said
    if not parts:
        empty = {column.name: pd.Series(dtype="str") for column in ZONES.columns[:-1]}
        return gpd.GeoDataFrame(empty, geometry=[], crs=projection.crs), ()
    zones = pd.concat(parts, ignore_index=True)
    zones["status"] = [
        _status(start, end, as_of)
        for start, end in zip(zones.pop("start"), zones.pop("end"), strict=True)
    ]
    return zones[list(ZONES.names)], tuple(cautions)


def zone_layer(path: Path) -> tuple[gpd.GeoDataFrame, ZoneColumns, tuple[Caution, ...]]:
    """Read a file of zones as it is: the layer, what its columns are, what is said of them.

    Raises
    ------
    BoundaryError
        If it cannot be read or has no polygons.
    """
    layer, notes = read_vector(path)
    if not layer.geom_type.isin(_AREAL).any():
        raise BoundaryError(f"{path.name} holds no zones: polygons are needed.")
    columns = zone_columns(cells_of(layer), path.name, read_own_columns(path, "zones", FIELDS))
    said = tuple(Caution("zones-as-read", note) for note in (*notes, *columns.notes))
    return layer, columns, said


def cells_of(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the columns of a layer but its shapes, as texts, "" for empty."""
    names = [name for name in layer.columns if name != layer.geometry.name]
    texts = {str(name): layer[name].map(_as_text).fillna("").astype("str") for name in names}
    return pd.DataFrame(texts, index=layer.index, dtype="str")


def _zones_of(path: Path, projection: Projection) -> tuple[gpd.GeoDataFrame, list[Caution]]:
    """Read the zones of a file, and what is to be said of it."""
    layer, columns, said = zone_layer(path)
    if "name" not in columns.fields:
        names = [shortened(name) for name in layer.columns if name != layer.geometry.name]
        raise BoundaryError(
            f"{path.name}: no column for the name of the zone was found (columns: "
            f"{', '.join(names[:_SHOWN]) or 'none'}). Rename it 'name', or say which it is: "
            f"csp-geo check {path.name} --source zones --map."
        )
    is_area = (layer.geom_type.isin(_AREAL) & ~layer.geometry.is_empty).to_numpy(dtype=bool)
    rows = _zone_rows(layer[is_area], columns.fields, projection)
    left = layer.loc[~is_area, columns.fields["name"]].map(_as_text).fillna("a zone without a name")
    lost = Caution(
        "zones-as-read",
        f"{path.name}: {join([shortened(name) for name in left])} "
        f"{'has' if len(left) == 1 else 'have'} no shape with an area that can be read, and "
        f"{'was' if len(left) == 1 else 'were'} left out.",
    )
    return rows, [*said, *((lost,) * bool(len(left))), *_unreadable_dates(rows, path.name)]


def _column(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    by_plain = {plain(name): name for name in names}
    return next((by_plain[word] for word in wanted if word in by_plain), None)


def _zone_rows(
    shapes: gpd.GeoDataFrame, columns: Mapping[str, str], projection: Projection
) -> gpd.GeoDataFrame:
    texts = {
        key: shapes[columns[key]].map(_as_text)
        if key in columns
        else pd.Series(None, shapes.index, dtype="str")
        for key in FIELDS
    }
    start, end = (read_dates(texts[key].fillna("")).at for key in ("in_force", "expires"))
    polygons = shapely.make_valid(shapes.geometry.force_2d().to_numpy(), method="structure")
    polygons = move_shapes(polygons, str(shapes.crs), projection)
    return gpd.GeoDataFrame(
        {
            "name": texts["name"].astype("str"),
            "power": texts["power"].astype("str"),
            "in_force": start.dt.strftime("%Y-%m-%d").astype("str"),
            "expires": end.dt.strftime("%Y-%m-%d").astype("str"),
            "start": start,
            "end": end,
            "given": (texts["in_force"].fillna("") + texts["expires"].fillna("")) != "",
        },
        geometry=polygons,
        crs=projection.crs,
    ).reset_index(drop=True)


def _as_text(value: object) -> str | None:
    if value is None or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN is not itself
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else clean(value).strip()


def _unreadable_dates(zones: gpd.GeoDataFrame, name: str) -> list[Caution]:
    unread = zones[zones.pop("given") & zones["start"].isna() & zones["end"].isna()]
    said = f"{name}: the dates of {', '.join(unread['name'])} cannot be read; write 2021-09-03."
    return [Caution("zone-dates-unread", said)] * bool(len(unread))


def _status(start: Any, end: Any, as_of: date) -> str:
    day = pd.Timestamp(as_of)
    if pd.notna(end) and day > end:
        return "expired"
    if pd.notna(start) and day < start:
        return "not yet in force"
    return "dates unknown" if pd.isna(start) or pd.isna(end) else "in force"


def read_places(
    paths: Sequence[Path], area: StudyArea
) -> tuple[gpd.GeoDataFrame, tuple[Caution, ...]]:
    """Read named points (stations, stops, places) from tables or layers.

    A file that has no names or no locations is left, and said: context is a help, never needed. So
    are refuges, clinics and the like, which no map may show.

    Returns
    -------
    places, cautions
        `tables.PLACES`, those within 2 km of the study area.
    """
    parts, cautions = [], []
    for path in paths:
        if _lists_places(path) or is_gazetteer(path):
            continue
        try:
            places, n_protected = _place_rows(path, area)
        except CspGeoError as error:
            said = f"Context layer left out. {error}"
            cautions.append(Caution("context-file-left-out", said))
            continue
        parts.append(places)
        if n_protected:
            said = (
                f"{path.name}: {count(n_protected, 'place')} that no map may show (refuges, "
                f"clinics, hostels and the like) {'was' if n_protected == 1 else 'were'} left out."
            )
            cautions.append(Caution("places-protected", said))
    columns = {"name": pd.Series(dtype="str"), "kind": pd.Series(dtype="str")}
    if not parts:
        return gpd.GeoDataFrame(columns, geometry=[], crs=area.projection.crs), tuple(cautions)
    return pd.concat(parts, ignore_index=True)[list(PLACES.names)], tuple(cautions)


def _place_rows(path: Path, area: StudyArea) -> tuple[gpd.GeoDataFrame, int]:
    """Read the places of a file that may be shown; how many may not."""
    raw = read_file(path, path.name)
    name, kind = _column(raw.header, _PLACE_NAMES), _column(raw.header, _KINDS)
    if name is None:
        raise SourceError(f"{path.name} has no column 'name'.")
    x, y, axes = place_axes(list(raw.header), path.name)
    cells = raw.cells
    names = cells[name].map(clean).str.strip()
    located = locate(cells[x], cells[y], axes, area.projection, area, border_m=2000.0)
    xy = located[["x_m", "y_m"]].to_numpy()
    usable = np.isfinite(xy).all(axis=1) & ~located["outside-study-area"].to_numpy()
    usable &= (names != "").to_numpy()
    kinds = cells[kind] if kind else pd.Series(path.stem.rstrip("s"), cells.index, dtype="str")
    kinds = kinds.map(clean).astype("str")
    protected = names.map(is_protected_place) | kinds.map(is_protected_place)
    shown = usable & ~protected.to_numpy(dtype=bool)
    places = gpd.GeoDataFrame(
        {"name": names[shown], "kind": kinds[shown].str.casefold()},
        geometry=gpd.points_from_xy(xy[shown, 0], xy[shown, 1]),
        crs=area.projection.crs,
    )
    return places, int((usable & ~shown).sum())


def _lists_places(path: Path) -> bool:
    return path.stem.casefold().startswith(_LISTED)


def read_listed(
    paths: Sequence[Path], area: StudyArea
) -> tuple[NDArray[np.float64] | None, tuple[Caution, ...]]:
    """Read where exactly located reports can be: files named addresses... or streets....

    Returns
    -------
    xy, cautions
        ``(m, 2)`` metres, those at most 250 m outside the study area; `None` without any. Lines
        are taken every 25 metres, areas in their middle.
    """
    parts, cautions = [], []
    for path in filter(_lists_places, paths):
        try:
            xy = _listed_points(path, area)
        except CspGeoError as error:
            cautions.append(Caution("place-list-left-out", f"List of places left out. {error}"))
            continue
        near = area.distance_outside(xy) <= BORDER_M
        if not near.any():
            said = f"List of places left out. {path.name} holds none in the study area."
            cautions.append(Caution("place-list-left-out", said))
            continue
        parts.append(xy[near])
    return (np.concatenate(parts) if parts else None), tuple(cautions)


def _listed_points(path: Path, area: StudyArea) -> NDArray[np.float64]:
    if path.suffix.lower() not in VECTOR_SUFFIXES:
        raw = read_file(path, path.name)
        x, y, axes = place_axes(list(raw.header), path.name)
        located = locate(raw.cells[x], raw.cells[y], axes, area.projection, area, border_m=BORDER_M)
        xy: NDArray[np.float64] = located[["x_m", "y_m"]].to_numpy(dtype=np.float64)
        return xy[np.isfinite(xy).all(axis=1)]
    layer, _ = read_vector(path)
    shapes = shapely.force_2d(np.array(layer.geometry, dtype=object))
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    parts = shapely.get_parts(move_shapes(shapes, str(layer.crs), area.projection))
    is_line = shapely.get_dimensions(parts) == 1
    along = [_along(line) for line in parts[is_line]]
    return np.concatenate([shapely.get_coordinates(shapely.centroid(parts[~is_line])), *along])


def _along(line: Any) -> NDArray[np.float64]:
    """Return points of a line: in the middle of equal steps, however many corners it has."""
    steps = max(1, round(float(shapely.length(line)) / _STEP_M))
    middles = (np.arange(steps) + 0.5) / steps
    points = shapely.line_interpolate_point(line, middles, normalized=True)
    return shapely.get_coordinates(points)


def place_axes(header: list[str], where: str) -> tuple[str, str, str]:
    """Return the columns of x and y of a table of points, and what axes they are.

    Raises
    ------
    SourceError
        If it has none.
    """
    words = packaged_sources()["other"].columns
    for east, north, axes in (("longitude", "latitude", DEGREES), ("easting", "northing", METRES)):
        x, y = _column(header, words[east]), _column(header, words[north])
        if x is not None and y is not None:
            return x, y, axes
    raise SourceError(
        f"{where} has no columns for latitude and longitude, or easting and northing."
    )


def context_files(folder: Path | None, *, tables: bool = True) -> list[Path]:
    """List the layers of a folder that hold zones or places; for places, `tables` as well."""
    if folder is None or not folder.is_dir():
        return []
    suffixes = {*VECTOR_SUFFIXES, *((".csv", ".xlsx") if tables else ())}
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes)
