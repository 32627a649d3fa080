"""What an ArcGIS REST service says: its catalogue, its columns, a count, features in pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csp_geo.boundaries.names import KINDS
from csp_geo.errors import BoundaryError, FetchError
from csp_geo.projection import BRITISH_CRS, WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csp_geo.boundaries.names import ServiceName
    from csp_geo.boundaries.transport import Server

MOST_FEATURES: Final = 2000
"""No borough has as many wards or LSOAs; more means that the service did not look at the code."""
_BRITISH_WKID: Final = 27700


@dataclass(frozen=True)
class Columns:
    """The columns of a layer, as the service itself describes them; "" where there is none."""

    code: str
    name: str
    borough: str
    borough_name: str
    area: str

    @property
    def asked(self) -> str:
        """The columns to ask for."""
        return ",".join(dict.fromkeys(c for c in (*self.kept, self.area) if c))

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that are kept in the file."""
        found = (self.code, self.name, self.borough, self.borough_name)
        return tuple(dict.fromkeys(column for column in found if column))


@dataclass(frozen=True)
class Layer:
    """A layer of a service: where it is, its columns, how many features it gives at a time.

    `in_metres` tells whether the areas that it states are square metres on the ground.
    """

    service: ServiceName
    path: str
    columns: Columns
    page: int
    in_metres: bool


def service_names(server: Server) -> list[str]:
    """Return the names of the feature services in the catalogue."""
    listed = server.ask(f="json").get("services")
    if not isinstance(listed, list):
        raise FetchError(
            f"{server.host} gave no list of services. Is it the right address (--service)? It ends "
            "in /rest/services."
        )
    return [
        str(entry.get("name"))
        for entry in listed
        if isinstance(entry, dict) and entry.get("type") == "FeatureServer" and entry.get("name")
    ]


def describe(server: Server, service: ServiceName) -> Layer:
    """Return the first layer of a service that has polygons with a code and a name.

    Raises
    ------
    BoundaryError
        If the service has none.
    """
    root = f"{service.name}/FeatureServer"
    layers = server.ask(root, f="json").get("layers")
    numbers = [entry.get("id") for entry in layers or () if isinstance(entry, dict)]
    seen: list[str] = []
    for number in (n for n in numbers if isinstance(n, int)):
        path = f"{root}/{number}"
        said = server.ask(path, f="json")
        fields = [str(f.get("name")) for f in said.get("fields") or () if isinstance(f, dict)]
        columns = _columns(fields, KINDS[service.layer].stem)
        if said.get("geometryType") == "esriGeometryPolygon" and columns.code and columns.name:
            page = said.get("maxRecordCount")
            page = page if isinstance(page, int) and page > 0 else 1000
            return Layer(service, path, columns, page, _is_british(said))
        seen += fields
    raise BoundaryError(
        f"{service.name} has no polygons with a column for code and name (columns: "
        f"{', '.join(seen[:12]) or 'none'}). Try another --year."
    )


def count(server: Server, layer: Layer, where: str) -> int:
    """Return how many features the service itself counts.

    Raises
    ------
    FetchError
        If it gives no number, or more than a borough can have.
    """
    n = server.ask(f"{layer.path}/query", where=where, returnCountOnly="true", f="json").get(
        "count"
    )
    if not isinstance(n, int) or isinstance(n, bool) or n < 0:
        raise FetchError(f"{server.host} gave no count, so nothing could be checked. Try again.")
    if n > MOST_FEATURES:
        raise FetchError(
            f"{layer.service.name} counts {n:,} {KINDS[layer.service.layer].many}, more than any "
            "borough has: it did not look at the code. Try another --year."
        )
    return n


def features(
    server: Server, layer: Layer, where: str, expected: int, crs: str
) -> list[Mapping[str, Any]]:
    """Return the features as GeoJSON, page after page until the service says that it is all.

    Asked for in `crs`: metres of the British grid, in which the shapes were drawn, spare a
    transform by the server, which is metres off.
    """
    found: list[Mapping[str, Any]] = []
    more = True
    while more and len(found) <= expected:
        answer = server.ask(
            f"{layer.path}/query",
            where=where,
            outFields=layer.columns.asked,
            outSR=crs.removeprefix("EPSG:"),
            orderByFields=layer.columns.code,
            resultOffset=len(found),
            resultRecordCount=layer.page,
            returnGeometry="true",
            f="geojson",
        )
        page = answer.get("features")
        if not isinstance(page, list) or not all(isinstance(entry, dict) for entry in page):
            raise FetchError(
                f"{server.host} gave no features where they were asked for. Try again."
            )
        found += page
        more = bool(page) and (_cut_short(answer) or len(found) < expected)
    return found


def crs_for(code: str) -> str:
    """Return the CRS to ask for: the British grid, in Northern Ireland degrees."""
    return WGS84 if code.startswith("N") else BRITISH_CRS


def _cut_short(answer: Mapping[str, Any]) -> bool:
    properties = answer.get("properties")
    nested = properties.get("exceededTransferLimit") if isinstance(properties, dict) else False
    return answer.get("exceededTransferLimit") is True or nested is True


def _columns(fields: list[str], stem: str) -> Columns:
    def first(pattern: str) -> str:
        form = re.compile(pattern, re.IGNORECASE)
        return next((f for f in fields if form.fullmatch(f)), "")

    return Columns(
        code=first(rf"{stem}\d\dcd"),
        name=first(rf"{stem}\d\dnm"),
        borough=first(r"lad\d\dcd"),
        borough_name=first(r"lad\d\dnm"),
        area=first(r"shape_*area"),
    )


def _is_british(said: Mapping[str, Any]) -> bool:
    """Tell whether the layer is stored in British National Grid metres."""
    extent = said.get("extent")
    reference = extent.get("spatialReference") if isinstance(extent, dict) else None
    if not isinstance(reference, dict):
        return False
    return _BRITISH_WKID in {reference.get("wkid"), reference.get("latestWkid")}
