"""Get the official boundaries of a borough, check them, and keep them with where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csp_geo.boundaries.check import Checked, check_cover, check_features
from csp_geo.boundaries.names import KINDS, check_code, choose_services
from csp_geo.boundaries.note import licence_lines, note_bytes, note_path
from csp_geo.boundaries.service import count, crs_for, describe, features, service_names
from csp_geo.boundaries.transport import Server, Wire
from csp_geo.errors import BoundaryError, SettingsError
from csp_geo.settings import ONS_OPEN_GEOGRAPHY
from csp_geo.storage import sha256_of, write_bytes, write_layer
from csp_geo.study_area import read_vintages

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from csp_geo.boundaries.names import ServiceName
    from csp_geo.boundaries.service import Layer

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
            f"{there.name} is there already and was left as it is. Say --replace to fetch it "
            "again, or another name with --out."
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
        "licence": licence_lines(layer.service.year),
        "cautions": list(checked.area.cautions),
    }
    write_bytes(note_path(path), note_bytes(note))
    return note
