"""Whether what came is what was asked for; nothing is kept that has not passed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.boundaries.names import KINDS
from csp_geo.errors import BoundaryError, FetchError
from csp_geo.study_area import StudyArea, study_area_of
from csp_geo.vector import crs_by_range
from csp_geo.visible import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.boundaries.service import Layer

_POLYGONS: Final = (3, 6)
_AREA_SLACK: Final = 0.01
"""A shape may differ by this share from the area that the service states."""
_COVER_SLACK: Final = 0.1
"""LSOAs may differ by this share from their borough: one may reach to mid-river, the other not."""
_AGAIN: Final = "Nothing was written. Try again; if it stays so, try another --year."


@dataclass(frozen=True)
class Checked:
    """Boundaries that passed: `table` as the service names its columns, shapes in metres, by code.

    `area` is the same as a study area, with what was repaired or is doubtful in its cautions.
    """

    table: gpd.GeoDataFrame
    area: StudyArea

    @property
    def km2(self) -> float:
        """The whole area, square kilometres."""
        return float(self.table.area.sum()) / 1e6


def check_features(
    found: Sequence[Mapping[str, Any]], layer: Layer, code: str, expected: int, file_name: str
) -> Checked:
    """Check the features of a borough against what was asked and what the service says of them.

    Raises
    ------
    FetchError
        If features are missing, repeated, of another kind or borough, or their shapes damaged.
    BoundaryError
        If they cannot make a study area.
    """
    if len(found) != expected:
        raise FetchError(
            f"{layer.service.name} counts {expected} {_many(layer, expected)} for {code}, but "
            f"{len(found)} came. {_AGAIN}"
        )
    table = _attributes(found, layer)
    _check_codes(table, layer, code)
    shapes = _shapes(found, list(table[layer.columns.name]))
    table = gpd.GeoDataFrame(table, geometry=shapes)
    west, south, east, north = (float(value) for value in table.total_bounds)
    crs = crs_by_range((west, south, east, north))
    if crs is None:
        raise FetchError(
            f"The shapes of {layer.service.name} lie neither in degrees nor in British National "
            f"Grid metres. {_AGAIN}"
        )
    table = table.set_crs(crs).sort_values(layer.columns.code, ignore_index=True)
    names = {layer.columns.code: "ward_code", layer.columns.name: "ward_name"}
    area = study_area_of(table.rename(columns=names), file_name)
    kept = table[[*layer.columns.kept]].set_geometry(area.wards.geometry)
    if layer.columns.area and layer.in_metres:
        _check_areas(kept, table, layer)
    return Checked(kept, area)


def check_cover(checked: Checked, borough_m2: float, name: str) -> None:
    """Check that LSOAs that were chosen by their name cover their borough.

    Raises
    ------
    BoundaryError
        If they do not: the borough has changed since they were named.
    """
    if abs(checked.km2 * 1e6 - borough_m2) > _COVER_SLACK * borough_m2:
        raise BoundaryError(
            f"The {len(checked.table)} LSOAs named after {name} cover {checked.km2:,.1f} of its "
            f"{borough_m2 / 1e6:,.1f} square kilometres, so some bear another name. The service "
            "has no column for the borough; nothing was written. Ask your GIS colleagues for them."
        )


def _many(layer: Layer, n: int) -> str:
    kind = KINDS[layer.service.layer]
    return kind.one if n == 1 else kind.many


def _attributes(found: Sequence[Mapping[str, Any]], layer: Layer) -> pd.DataFrame:
    rows = [entry.get("properties") for entry in found]
    wanted = [column for column in (*layer.columns.kept, layer.columns.area) if column]
    if not all(isinstance(row, dict) and set(wanted) <= set(row) for row in rows):
        raise FetchError(
            f"{layer.service.name} did not give the columns that it says it has "
            f"({', '.join(wanted)}). {_AGAIN}"
        )
    table = pd.DataFrame(rows, columns=wanted)
    for column in layer.columns.kept:
        table[column] = table[column].astype(object).fillna("").map(_tidy)
    for column in (layer.columns.code, layer.columns.name):
        if (table[column] == "").any():
            raise FetchError(
                f"{layer.service.name} gave a {KINDS[layer.service.layer].one} without {column}. "
                f"{_AGAIN}"
            )
    return table


def _tidy(value: object) -> str:
    return clean(value).strip()[:200]


def _check_codes(table: pd.DataFrame, layer: Layer, code: str) -> None:
    kind, columns, service = KINDS[layer.service.layer], layer.columns, layer.service.name
    codes = table[columns.code]
    twice = sorted(set(codes[codes.duplicated()]))
    if twice:
        raise FetchError(f"{service} gave {', '.join(twice[:5])} more than once. {_AGAIN}")
    odd = [c for c in codes if not kind.codes.fullmatch(c)]
    if odd:
        raise FetchError(
            f"{service} gave {', '.join(odd[:5])}, which is no code of a {kind.one}. {_AGAIN}"
        )
    other = sorted(set(table[columns.borough]) - {code}) if columns.borough else []
    if other:
        raise FetchError(
            f"{service} gave {kind.many} of {', '.join(other[:5])} when asked for {code}. {_AGAIN}"
        )


def _shapes(found: Sequence[Mapping[str, Any]], names: list[str]) -> gpd.GeoSeries:
    texts = [json.dumps(entry.get("geometry")) for entry in found]
    shapes = shapely.from_geojson(texts, on_invalid="ignore")
    usable = np.isin(shapely.get_type_id(shapes), _POLYGONS) & ~shapely.is_empty(shapes)
    usable &= np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if not usable.all():
        lost = ", ".join(name for name, good in zip(names, usable, strict=True) if not good)
        raise FetchError(f"The shape of {lost} did not come, or is no polygon. {_AGAIN}")
    return gpd.GeoSeries(shapes)


def _check_areas(kept: gpd.GeoDataFrame, raw: gpd.GeoDataFrame, layer: Layer) -> None:
    """Compare with the areas stated; a shape that crossed itself has no area to compare."""
    stated = pd.to_numeric(raw[layer.columns.area], errors="coerce").to_numpy(dtype=np.float64)
    measured = kept.area.to_numpy()
    known = np.isfinite(stated) & (stated > 0) & raw.is_valid.to_numpy()
    wrong = np.flatnonzero(known & (np.abs(measured - stated) > _AREA_SLACK * stated))
    if len(wrong):
        at = wrong[0]
        raise FetchError(
            f"{kept[layer.columns.name].iloc[at]} came with {measured[at] / 1e6:,.2f} square "
            f"kilometres where {layer.service.name} states {stated[at] / 1e6:,.2f}: its shape was "
            f"damaged on the way. {_AGAIN}"
        )
