"""The study area: wards of one vintage, their boundary, one CRS in metres, point in ward.

The boundary rule: a point belongs to the ward that covers it, edges included; a point on an edge
that wards share belongs to the ward with the lower code. So no point is counted twice or lost.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from csp_geo.core.calendar import LONDON, clock_at
from csp_geo.core.caution import Caution
from csp_geo.core.errors import BoundaryError
from csp_geo.core.polygons import Locator
from csp_geo.core.projection import BRITISH_CRS, WGS84, Projection, between, projection_at
from csp_geo.core.storage import sha256_of
from csp_geo.core.visible import clean
from csp_geo.inputs.areas.ward_columns import FIELDS
from csp_geo.inputs.areas.wards import wards_of
from csp_geo.inputs.files.gis_layer import read_vector
from csp_geo.inputs.own_columns import read_own_columns
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray


_DISTRICT: Final = tuple(
    map(re.compile, (r"lad\d\dnm", "ladnm", "district", "boroughname", "borough"))
)
_GB_CODE = re.compile(r"[EWS]\d{8}")
_SLIVER_M2: Final = 100.0
_FEWEST_CORNERS_PER_KM: Final = 10.0
"""Corners for each kilometre that a ward is wide (the root of its area). Measured on one borough:
136 in full resolution, 20 to 23 generalised to 20 m, 6.5 in a file that puts 5 % of postcodes into
the wrong ward."""
_FEWEST_JUDGED: Final = 4
"""Of fewer outlines it cannot be told whether they are simplified or were drawn so."""


@dataclass(frozen=True)
class Vintage:
    """A set of ward codes that were in force together; `valid_to` is `None` while they are.

    `borough` is the code of the local authority they make up, where it is known.
    """

    area: str
    title: str
    first: str
    last: str
    valid_from: date
    valid_to: date | None = None
    borough: str = ""

    @property
    def year(self) -> int:
        """A year in whose December these wards were in force."""
        return self.valid_to.year - 1 if self.valid_to else self.valid_from.year

    def covers(self, day: date) -> bool:
        """Tell whether these wards were in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, eq=False)
class StudyArea:
    """Wards of one vintage in one CRS in metres.

    `wards` has ward_code, ward_name and geometry, in the order of the codes. `cautions` say what
    was repaired or decided; `overlap_m2` and `gap_m2` measure how cleanly the wards fit together.
    `matched` are the columns that hold codes and names; of the file's `n_read` features
    `n_left_out` had no shape, and further ones were parts of a ward.
    """

    name: str
    wards: gpd.GeoDataFrame
    projection: Projection
    vintage: Vintage | None = None
    schematic: bool = False
    cautions: tuple[Caution, ...] = ()
    overlap_m2: float = 0.0
    gap_m2: float = 0.0
    file_name: str = ""
    sha256: str = ""
    matched: Mapping[str, str] = field(default_factory=dict)
    n_read: int = 0
    n_left_out: int = 0

    @cached_property
    def boundary(self) -> shapely.Geometry:
        """The union of the wards."""
        return shapely.union_all(self.wards.geometry.to_numpy())

    @cached_property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of the box around the wards."""
        west, south, east, north = self.wards.total_bounds
        middle = self.projection.to_lonlat([[(west + east) / 2, (south + north) / 2]])[0]
        return float(middle[0]), float(middle[1])

    @cached_property
    def time_zone(self) -> str:
        """The time zone on whose clock its reports are read."""
        return LONDON.key if self.projection.is_british else clock_at(*self.middle)

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self.wards.geometry.to_numpy())

    def ward_of(self, xy: ArrayLike) -> NDArray[np.int64]:
        """Return the row in `wards` of each point, -1 outside.

        Parameters
        ----------
        xy
            ``(n, 2)`` float64, metres in the study area's CRS. NaN lies outside.
        """
        return self._locator.rows_of(np.asarray(xy, dtype=np.float64).reshape(-1, 2))

    def distance_outside(self, xy: ArrayLike) -> NDArray[np.float64]:
        """Return how far each point lies outside the boundary, metres; 0 within, NaN for NaN."""
        points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        distance = np.full(len(points), np.nan)
        known = np.isfinite(points).all(axis=1)
        distance[known] = shapely.distance(self.boundary, shapely.points(points[known]))
        return distance


def read_vintages() -> tuple[Vintage, ...]:
    """Return the ward vintages that csp_geo knows (vintages.toml)."""
    text = (files("csp_geo.inputs.areas") / "vintages.toml").read_text(encoding="utf-8")
    return tuple(Vintage(**entry) for entry in tomllib.loads(text)["vintage"])


def vintage_of(codes: list[str]) -> Vintage | None:
    """Return the vintage that all ward codes belong to, or `None`."""
    for vintage in read_vintages():
        if all(vintage.first <= code <= vintage.last for code in codes):
            return vintage
    return None


def read_study_area(path: str | Path) -> StudyArea:
    """Read wards from a GeoJSON, GeoPackage or Shapefile.

    Columns for code and name are recognised across dialects (WD22CD/WD22NM, GSS_CODE/NAME, ...) and
    by their cells; a `columns.toml` beside the file goes first. The CRS is read; a missing one is
    decided by the range of the coordinates, and said. Invalid polygons are repaired, what has no
    shape is left out, and both are said; overlaps and gaps are measured.

    Raises
    ------
    BoundaryError
        If the file cannot be read, has no polygons, or nothing tells its wards apart.
    """
    from pathlib import Path

    path = Path(path)
    layer, notes = read_vector(path)
    own = read_own_columns(path, "boundaries", FIELDS)
    return study_area_of(layer, path.name, notes=notes, sha256=sha256_of(path), own=own)


def study_area_of(
    layer: gpd.GeoDataFrame,
    file_name: str,
    *,
    notes: tuple[str, ...] = (),
    sha256: str = "",
    own: Mapping[str, tuple[str, ...]] | None = None,
) -> StudyArea:
    """Make a study area of a layer of wards that has a CRS; `notes` say how it was read.

    `own` are the columns that somebody named, as `own_columns` reads them.

    Raises
    ------
    BoundaryError
        If the layer has no polygons, or nothing tells its wards apart.
    """
    rows = wards_of(layer, file_name, own)
    cautions = [*(Caution("wards-as-read", note) for note in notes), *rows.cautions]
    projection = _projection_of(rows.table)
    wards = _in_metres(rows.table, projection, file_name)
    overlap, gap = _fit(wards)
    if overlap > _SLIVER_M2 or gap > _SLIVER_M2:
        said = (
            f"The wards in {file_name} do not fit together: {overlap:,.0f} square metres are in "
            f"two wards (counted in the one with the lower code), {gap:,.0f} in none."
        )
        cautions.append(Caution("wards-overlap", said))
    vintage, schematic = vintage_of(list(wards["ward_code"])), _is_schematic(layer)
    if not schematic:  # those are not to be relied on at all, which is said elsewhere
        cautions += _coarse(wards, vintage, file_name)
    return StudyArea(
        name=_area_name(
            layer, rows.columns.matched, vintage, file_name.rpartition(".")[0] or file_name
        ),
        wards=wards,
        projection=projection,
        vintage=vintage,
        schematic=schematic,
        cautions=tuple(cautions),
        overlap_m2=overlap,
        gap_m2=gap,
        file_name=file_name,
        sha256=sha256,
        matched=rows.columns.matched,
        n_read=rows.n_read,
        n_left_out=rows.n_left_out,
    )


def _projection_of(wards: gpd.GeoDataFrame) -> Projection:
    codes = wards["ward_code"]
    british = True if codes.str.fullmatch(_GB_CODE).all() else None
    west, south, east, north = wards.total_bounds
    centre = np.array([[(west + east) / 2, (south + north) / 2]])
    if wards.crs == BRITISH_CRS:
        british = True
    elif wards.crs != WGS84:
        centre = between(str(wards.crs), WGS84, centre)
    return projection_at(centre[0, 0], centre[0, 1], british=british)


def _in_metres(wards: gpd.GeoDataFrame, projection: Projection, file_name: str) -> gpd.GeoDataFrame:
    if wards.crs == projection.crs:
        return wards
    source = str(wards.crs)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        degrees = xy if wards.crs == WGS84 else between(source, WGS84, xy)
        return projection.to_metres(degrees)

    shapes = wards.geometry.to_numpy()
    moved = move(shapely.get_coordinates(shapes))
    if not np.isfinite(moved).all():
        raise BoundaryError(
            f"The wards in {file_name} do not lie where their codes say, in Great Britain. Have "
            "latitude and longitude been swapped? Get the file again."
        )
    shapes = shapely.set_coordinates(shapes.copy(), moved)
    return wards.set_geometry(gpd.GeoSeries(shapes), crs=projection.crs)


def _fit(wards: gpd.GeoDataFrame) -> tuple[float, float]:
    """Measure overlaps between wards and the gaps that they enclose, in square metres."""
    shapes = wards.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    overlap = shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]])).sum()
    union = shapely.union_all(shapes)
    holes = sum(
        shapely.area(shapely.polygons(ring))
        for part in shapely.get_parts(union)
        for ring in part.interiors
    )
    return float(overlap), float(holes)


def _coarse(wards: gpd.GeoDataFrame, vintage: Vintage | None, file_name: str) -> list[Caution]:
    """Tell wards that were simplified too much, by the corners and the area of a typical one.

    Rectangles are left out: they have been drawn so, and have nothing to be simplified.
    """
    shapes = wards.geometry.to_numpy()
    area = shapely.area(shapes)
    square = np.isclose(area, shapely.area(shapely.envelope(shapes)), rtol=1e-3)
    corners = shapely.get_num_coordinates(shapes) - shapely.get_num_geometries(shapes)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_km = (corners / np.sqrt(area / 1e6))[~square & (area > 0)]
    if len(per_km) < _FEWEST_JUDGED or float(np.median(per_km)) >= _FEWEST_CORNERS_PER_KM:
        return []
    how = "CODE --year YEAR, with the code of your borough"
    if vintage and vintage.borough:
        how = f"{vintage.borough} --year {vintage.year}"
    said = (
        f"The ward outlines in {file_name} are too coarse: {corners.sum():,} corners for "
        f"{len(wards)} wards of {area.sum() / 1e6:,.0f} square kilometres together, so reports "
        f"near an edge fall into the wrong ward. Get the BGC wards: csp-geo boundaries fetch {how}."
    )
    return [Caution("wards-coarse", said)]


def _area_name(
    layer: gpd.GeoDataFrame, matched: Mapping[str, str], vintage: Vintage | None, stem: str
) -> str:
    """Return the name of the whole: a district that all wards share, unless it is the ward's."""
    others = [str(name) for name in layer.columns if name not in matched]
    column = next(
        (name for word in _DISTRICT for name in others if word.fullmatch(plain(name))), None
    )
    names = sorted(set(layer[column].dropna().astype("str").map(clean))) if column else []
    if len(names) == 1:
        return names[0]
    return vintage.area if vintage else stem.replace("_", " ")


def _is_schematic(layer: gpd.GeoDataFrame) -> bool:
    return "status" in layer.columns and bool((layer["status"] == "schematic").any())


def ward_licence(area: StudyArea) -> str:
    """Return the licence and attribution line of the wards."""
    if area.vintage is None:
        return f"Ward boundaries: {area.file_name}, as supplied, under its own licence."
    wards = "Schematic wards drawn from figures:" if area.schematic else "Ward boundaries:"
    return (
        f"{wards} Source: Office for National Statistics licensed under the Open Government "
        "Licence v.3.0. Contains OS data © Crown copyright and database right "
        f"{area.vintage.valid_from.year}."
    )
