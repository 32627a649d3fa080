"""Get the official boundaries of a borough, check them, and keep them with where they came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.core.errors import BoundaryError, FetchError, SettingsError
from csp_geo.core.settings import ONS_OPEN_GEOGRAPHY
from csp_geo.core.shelf import note_bytes, note_path
from csp_geo.core.storage import sha256_of, write_bytes, write_layer
from csp_geo.core.visible import clean
from csp_geo.inputs.areas.catalogue import (
    KINDS,
    check_code,
    choose_services,
    count,
    crs_for,
    describe,
    features,
    service_names,
)
from csp_geo.inputs.areas.study_area import StudyArea, read_vintages, study_area_of
from csp_geo.inputs.areas.transport import Server, Wire
from csp_geo.inputs.files.gis_layer import crs_by_range

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from csp_geo.inputs.areas.catalogue import Layer, ServiceName

_POLYGONS: Final = (3, 6)
_AREA_SLACK: Final = 0.01
"""A shape may differ by this share from the area that the service states."""
_COVER_SLACK: Final = 0.1
"""LSOAs may differ by this share from their borough: one may reach to mid-river, the other not."""
_AGAIN: Final = "Nothing was written. Try again; if that does not help, try another --year."


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
            f"{service} gave {', '.join(odd[:5])}, which is not a code of a {kind.one}. {_AGAIN}"
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
        raise FetchError(f"The shape of {lost} is missing, or is not a polygon. {_AGAIN}")
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


_MOST_TRIED: Final = 4
"""So many services of one year are looked at for one that can pick out a borough."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is asked for: the boundaries of a local authority, and where they go.

    `out` is a file (.gpkg) or a folder. `today` stands in the note beside the file.
    """

    code: str
    today: date
    out: Path
    layer: str = "wards"
    year: int = 2022
    replace: bool = False
    service: str = ONS_OPEN_GEOGRAPHY


@dataclass(frozen=True)
class Fetched:
    """What came and was written: the file, its note, and what was checked."""

    path: Path
    note: dict[str, Any]
    checked: Checked
    said: str


@dataclass(frozen=True)
class _Choice:
    """A layer, and the condition that picks the borough out of it.

    `instead` says what is asked for where the layer has no column for the borough; of LSOAs picked
    out by name `borough` is the outline that they must cover.
    """

    layer: Layer
    where: str
    instead: str = ""
    borough: Checked | None = None


def fetch_boundaries(order: Order, wire: Wire, tell: Callable[[str], None]) -> Fetched:
    """Fetch, check and write the boundaries of one local authority.

    Parameters
    ----------
    tell
        Is told, before anything is asked, which host will be asked and what is sent.

    Raises
    ------
    SettingsError
        If the order makes no sense.
    FetchError
        If the service cannot be asked or its answer cannot be trusted; nothing is written.
    BoundaryError
        If there are no such boundaries, or the file is there already; nothing is written.
    """
    code, kind = check_code(order.code), KINDS[order.layer]
    if not kind.by_census:
        _refuse_existing(_target(order, code, order.year), replace=order.replace)
    server = Server(order.service, wire, tell)
    tell(
        f"Asking {server.host} for the {kind.one if kind.layer == 'borough' else kind.many} of "
        f"{code} ({order.year}). Only this code is sent, nothing of your reports"
    )
    names = service_names(server)
    choices = choose_services(names, order.layer, code, order.year)
    path = _target(order, code, choices[0].year)
    _refuse_existing(path, replace=order.replace)
    chosen = _choice(server, names, choices, order, code)
    instead = f", which does not know boroughs: {chosen.instead}" if chosen.instead else ""
    tell(f"Fetching from {chosen.layer.service.name}{instead}")
    checked = _fetch(server, chosen, code, path.name)
    if chosen.borough is not None:
        check_cover(checked, chosen.borough.km2 * 1e6, _first_name(chosen.borough))
    note = _write(path, order, server, chosen, checked, code)
    return Fetched(path, note, checked, chosen.layer.service.said)


def _target(order: Order, code: str, year: int) -> Path:
    suffix = order.out.suffix.lower()
    if suffix == ".gpkg" and not order.out.is_dir():
        return order.out
    if suffix and not order.out.is_dir():
        raise SettingsError(
            f"{order.out.name}: boundaries are written as GeoPackage. Give a name that ends in "
            ".gpkg, or a folder."
        )
    return order.out / f"{code}_{order.layer}_{year}.gpkg"


def _refuse_existing(path: Path, *, replace: bool) -> None:
    there = next((p for p in (path, note_path(path)) if p.exists()), None)
    if there is not None and (not replace or there.is_dir()):
        raise BoundaryError(
            f"{there.name} is there already and was left as it is. Use --replace to fetch it "
            "again, or give another name with --out."
        )


def _choice(server: Server, names: list[str], choices: Any, order: Order, code: str) -> _Choice:
    """Return the best service that can pick out the borough."""
    looked: list[Layer] = []
    for service in choices[:_MOST_TRIED]:
        layer = describe(server, service)
        if layer.columns.borough:
            return _Choice(layer, f"{layer.columns.borough}='{code}'")
        looked.append(layer)
    layer = looked[0]
    if order.layer == "lsoa":
        return _by_name(server, names, layer, code, order.year)
    for vintage in read_vintages():
        if vintage.borough == code and vintage.covers(_december(layer.service)):
            where = f"{layer.columns.code} BETWEEN '{vintage.first}' AND '{vintage.last}'"
            return _Choice(layer, where, f"asking for {vintage.first} to {vintage.last}")
    raise BoundaryError(
        f"{layer.service.name} has no column for the borough (columns: "
        f"{', '.join(layer.columns.kept)}), so the wards of {code} cannot be picked out. Try "
        "another --year (from 2022 on there is one), or ask your GIS colleagues for these wards."
    )


def _december(service: ServiceName) -> date:
    from datetime import date

    return date(service.year, service.month or 12, 28)


def _by_name(server: Server, names: list[str], layer: Layer, code: str, year: int) -> _Choice:
    """Pick out LSOAs, which have no column for the borough, by its name: they are called after it.

    The borough's own shape is fetched too: they must cover it.
    """
    service = choose_services(names, "borough", code, year)[0]
    own = describe(server, service)
    where = f"{own.columns.code}='{code}'"
    borough = _fetch(server, _Choice(own, where), code, service.name)
    name = _first_name(borough)
    where = "{} LIKE '{} ____'".format(layer.columns.name, name.replace("'", "''"))
    return _Choice(layer, where, f"asking for those named after {name}", borough)


def _first_name(borough: Checked) -> str:
    return str(borough.area.wards["ward_name"].iloc[0])


def _fetch(server: Server, chosen: _Choice, code: str, file_name: str) -> Checked:
    layer, where = chosen.layer, chosen.where
    kind = KINDS[layer.service.layer]
    n = count(server, layer, where)
    if n == 0:
        raise BoundaryError(
            f"{layer.service.name} has no {kind.many} of {code}. Is the code right, and was the "
            f"authority there in {layer.service.year}? Try another --year."
        )
    found = features(server, layer, where, n, crs_for(code))
    return check_features(found, layer, code, n, file_name)


def _write(
    path: Path, order: Order, server: Server, chosen: _Choice, checked: Checked, code: str
) -> dict[str, Any]:
    layer = chosen.layer
    write_layer(path, order.layer, checked.table)
    vintage = checked.area.vintage
    note = {
        "file": path.name,
        "sha256": sha256_of(path),
        "fetched": order.today,
        "address": server.address(layer.path),
        "service": layer.service.name,
        "query": chosen.where,
        "layer": order.layer,
        "code": code,
        "year": layer.service.year,
        "features": len(checked.table),
        "vintage": vintage.title if vintage else "",
        "licence": _licence_lines(layer.service.year),
        "cautions": list(checked.area.cautions),
    }
    write_bytes(note_path(path), note_bytes(note, "csp-geo boundaries fetch"))
    return note


def _licence_lines(year: int) -> list[str]:
    """Return the lines that must be printed with these boundaries."""
    return [
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0",
        f"Contains OS data © Crown copyright and database right {year}",
    ]
