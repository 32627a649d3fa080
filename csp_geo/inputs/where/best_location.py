"""Where each report of a file is, by the best of what its columns say.

Coordinates first, in two columns (in two others of another system where a file has them) or in
one, then a grid reference, WKT or GeoJSON, a postcode, and last the name of a place in a gazetteer.
A row that lacks the better one falls through to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.core.projection import BRITISH_CRS, british_grid
from csp_geo.inputs.anonymised import SNAPPED, WITHIN_M
from csp_geo.inputs.where.coordinates import read_gridrefs, read_numbers
from csp_geo.inputs.where.locate import (
    DEGREES,
    METRES,
    Extent,
    System,
    axes_by_range,
    locate,
    locate_points,
    refine,
)
from csp_geo.inputs.where.pairs import read_geometries
from csp_geo.inputs.where.pointers import POINTERS, kind_of_pointer
from csp_geo.inputs.where.postcode import ACCURACY_M, read_postcodes
from csp_geo.inputs.where.units import in_web_mercator, utm_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from csp_geo.core.projection import Projection
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.read import ReportFile
    from csp_geo.inputs.source import Source
    from csp_geo.inputs.where.gazetteer import Gazetteer

_MARKS: Final = (
    "outward-postcode",
    "unknown-postcode",
    "postcode-not-looked-up",
    "unknown-place",
    "postcode-location",
    "gazetteer-location",
    "not-a-point",
    *POINTERS,
    "utm",
)
"""Reasons, flags and notes that only this module gives."""
NOTES: Final = {
    "swapped-columns": "latitude and longitude (or easting and northing) are in each other's "
    "columns throughout, and were swapped",
    "missing-minus": "longitudes without their minus sign were given one",
    "web-mercator": "coordinates are metres of a web map (Web Mercator, EPSG:3857), as their size "
    "says, and were read as such",
    "utm": "eastings and northings were read as those of the UTM zone in which they lie in the "
    "study area",
    "kilometres": "eastings and northings are in kilometres, and were read as such",
    "thousands-commas": "eastings and northings are written with thousands commas",
    "postcode-location": "places were looked up by postcode",
    "gazetteer-location": "places were looked up in the gazetteer",
}
"""What is said of a file in which a flag occurs."""


@dataclass(frozen=True)
class Bearings:
    """Where reports should lie, and what is known of places."""

    area: StudyArea | None
    border_m: float
    gazetteer: Gazetteer | None = None

    @property
    def projection(self) -> Projection:
        """The study area's projection."""
        return british_grid() if self.area is None else self.area.projection

    @property
    def reach(self) -> Extent | None:
        """The study area and its border."""
        return None if self.area is None else Extent(self.area, self.border_m)

    @property
    def national_grid(self) -> System:
        """Eastings and northings of the British National Grid."""
        return System(METRES, self.projection, BRITISH_CRS)


def best_locations(
    file: ReportFile | None, source: Source | None, rows: pd.DataFrame, ground: Bearings
) -> pd.DataFrame:
    """Locate one file's rows.

    Returns
    -------
    located
        As `locate` gives it, with `method` and `accuracy_m`, and a column for each slug of here.
    """
    located = _by_coordinates(file, source, rows, ground)
    by_geometry = partial(_by_geometry, file=file, source=source)
    by_other = partial(_by_other_pair, y=rows["other_y"], file=file, source=source)
    steps: tuple[tuple[str, Callable[[pd.Series, Bearings], pd.DataFrame]], ...] = (
        ("other_x", by_other),
        ("point", by_geometry),
        ("gridref", _by_gridref),
        ("wkt", by_geometry),
        ("postcode", _by_postcode),
        ("place", _by_name),
    )
    for column, read in steps:
        if column == "place" and ground.gazetteer is None:
            continue
        if column == "other_x" and _is_of_unknown_crs(file, source, ground):
            continue
        lacks = ["missing-coordinates", "zero-coordinates", *_MARKS[:3], *POINTERS]
        lacking = located[lacks].any(axis=1) & (rows[column] != "")
        if lacking.any():
            found = read(rows.loc[lacking, column], ground)
            located = _replaced(located, found, column)
    if source is not None:
        own, moved = located["method"] == "", file is not None and file.anonymised
        method = SNAPPED if moved else source.location_method
        least = max(source.location_accuracy_m, WITHIN_M if moved else 0.0)
        located["method"] = located["method"].mask(own, method)
        located["accuracy_m"] = np.maximum(located["accuracy_m"], least)
    return located


def _replaced(located: pd.DataFrame, found: pd.DataFrame, column: str) -> pd.DataFrame:
    """Put in what was found; of a place that no gazetteer knows the reasons before are kept."""
    found = _whole(found)
    if column == "place":
        nowhere = found.index[found["unknown-place"]]
        located.loc[nowhere, "unknown-place"] = True
        found = found.drop(nowhere)
    rest = located.drop(found.index)
    return pd.concat([rest, found[located.columns]]).reindex(located.index)


def _whole(located: pd.DataFrame, method: str = "") -> pd.DataFrame:
    """Add the columns of this module that are not there yet."""
    for slug in _MARKS:
        if slug not in located:
            located[slug] = False
    if "method" not in located:
        located["method"] = pd.Series(method, index=located.index, dtype="object")
        located["accuracy_m"] = 0.0
    return located


def _by_coordinates(
    file: ReportFile | None, source: Source | None, rows: pd.DataFrame, ground: Bearings
) -> pd.DataFrame:
    axes = METRES if file is None else file.axes
    x, y = rows["x"], rows["y"]
    crs = _named_crs(file, source, axes, ground, x, y) if (x != "").any() else None
    located = locate(
        rows["x"],
        rows["y"],
        axes,
        ground.projection,
        ground.area,
        crs=crs,
        border_m=ground.border_m,
    )
    located = _whole(refine(located, rows["size_m"].to_numpy(dtype=np.float64)))
    return located.assign(utm=crs is not None and (source is None or source.crs is None))


def _by_other_pair(
    text: pd.Series,
    ground: Bearings,
    *,
    y: pd.Series,
    file: ReportFile | None,
    source: Source | None,
) -> pd.DataFrame:
    """Locate rows by their second pair, which is in the other system than the file's first."""
    axes = DEGREES if file is not None and file.axes == METRES else METRES
    y = y.loc[text.index]
    crs = _named_crs(file, source, axes, ground, text, y)
    return _whole(
        locate(text, y, axes, ground.projection, ground.area, crs=crs, border_m=ground.border_m)
    )


def _is_of_unknown_crs(file: ReportFile | None, source: Source | None, ground: Bearings) -> bool:
    """Tell whether a second pair is metres of nobody knows where: its rows stay without a place."""
    metres = file is None or file.axes == DEGREES
    return metres and not ground.projection.is_british and (source is None or source.crs is None)


def _named_crs(
    file: ReportFile | None,
    source: Source | None,
    axes: str,
    ground: Bearings,
    x: pd.Series,
    y: pd.Series,
) -> str | None:
    """Return the CRS that the source names, or that metres say by where they then lie."""
    crs = None if source is None else source.crs
    projection, reach = ground.projection, ground.reach
    if file is None or reach is None or axes != METRES or crs:
        return crs
    points = np.column_stack([read_numbers(text, METRES).value for text in (x, y)])
    found = utm_of(points, projection, reach.has)
    if found or projection.is_british or in_web_mercator(points, projection, reach.has, None):
        return found or None
    raise SourceError(
        f"{file.path} gives eastings and northings, and the study area lies outside Great Britain: "
        "in no UTM zone there, nor as metres of a web map, do nearly all of them lie in it. Name "
        "their coordinate system in the source's source.toml, such as "
        f'crs = "{projection.crs}".'
    )


def _by_gridref(text: pd.Series, ground: Bearings) -> pd.DataFrame:
    points, side_m = read_gridrefs(text)
    located = locate_points(points, side_m, text.index, ground.national_grid, ground.reach)
    located["unreadable-coordinates"] = located["missing-coordinates"]
    located["missing-coordinates"] = False
    return _whole(located, "gridref")


def _by_geometry(
    text: pd.Series, ground: Bearings, *, file: ReportFile | None, source: Source | None
) -> pd.DataFrame:
    read = read_geometries(text)
    axes = axes_by_range(read["x"], read["y"])
    located = locate(
        read["x"],
        read["y"],
        axes,
        ground.projection,
        ground.area,
        crs=_named_crs(file, source, axes, ground, read["x"], read["y"]),
        border_m=ground.border_m,
    )
    _mark_pointers(located, text, "unreadable-coordinates")
    return _whole(refine(located, read["size_m"].to_numpy()))


def _mark_pointers(located: pd.DataFrame, text: pd.Series, instead_of: str) -> None:
    """Say of links and words that stand for a point what they are, in place of another reason."""
    pointer = text.astype("str").map(kind_of_pointer)
    for kind in POINTERS:
        located[kind] = pointer == kind
        located[instead_of] &= ~located[kind]


def _by_postcode(text: pd.Series, ground: Bearings) -> pd.DataFrame:
    read = read_postcodes(text)
    doubt = np.zeros(len(text))
    located = locate_points(read.points, doubt, text.index, ground.national_grid, ground.reach)
    located["postcode-location"] = ~located["missing-coordinates"]
    located["missing-coordinates"] = read.missing
    located["outward-postcode"] = read.outward
    located["unknown-postcode"] = read.unknown
    located["postcode-not-looked-up"] = read.not_looked_up
    _mark_pointers(located, text, "unknown-postcode")
    located["method"], located["accuracy_m"] = "postcode", ACCURACY_M
    return _whole(located)


def _by_name(text: pd.Series, ground: Bearings) -> pd.DataFrame:
    assert ground.gazetteer is not None  # noqa: S101 - the caller looks
    found = ground.gazetteer.find(text)
    own = System(METRES, ground.projection, ground.projection.crs)
    located = locate_points(found[:, :2], np.zeros(len(text)), text.index, own, ground.reach)
    located["unknown-place"] = located["missing-coordinates"]
    located["gazetteer-location"] = ~located["missing-coordinates"]
    located["method"], located["accuracy_m"] = "gazetteer", found[:, 2]
    return _whole(located)
