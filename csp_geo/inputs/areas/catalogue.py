"""What an ArcGIS REST service holds: which layer is which, its columns, features in pages.

The same layer has been called ``Wards_December_2022_Boundaries_UK_BGC``, ``WD_DEC_2025_UK_BGC``,
``Wards_May_2022_UK_BFC_V2`` and ``Wards_December_2019_Boundaries_UK_BGC_2022`` (the last year is
that of a new edition). So a name is taken apart into words: kind, month, year, resolution,
country, version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.errors import BoundaryError, FetchError, SettingsError
from csp_geo.core.period import SHORT_MONTHS, say_month
from csp_geo.core.projection import BRITISH_CRS, WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from csp_geo.inputs.areas.transport import Server

_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_YEAR: Final = re.compile(r"(19|20)\d\d")
_VERSION: Final = re.compile(r"v\d{1,3}")
_CODE: Final = re.compile(r"E0[6-9]\d{6}|W06\d{6}|S12\d{6}|N09\d{6}")


@dataclass(frozen=True)
class LayerKind:
    """A kind of layer: how its services, its columns and its codes begin, and what to call it."""

    layer: str
    names: tuple[tuple[str, ...], ...]
    stem: str
    codes: re.Pattern[str]
    one: str
    many: str
    by_census: bool = False


KINDS: Final = {
    kind.layer: kind
    for kind in (
        LayerKind(
            "wards",
            (("wards",), ("wd",)),
            "wd",
            re.compile(r"(E05|W05|S13|N08)\d{6}"),
            "ward",
            "wards",
        ),
        LayerKind(
            "lsoa",
            (("lower", "layer", "super", "output", "areas"), ("lsoa",)),
            "lsoa",
            re.compile(r"[EW]01\d{6}"),
            "LSOA",
            "LSOAs",
            by_census=True,
        ),
        LayerKind(
            "borough",
            (("local", "authority", "districts"), ("lad",)),
            "lad",
            _CODE,
            "borough",
            "boroughs",
        ),
    )
}
LAYERS: Final = tuple(KINDS)

_FINENESS: Final = {"bgc": 0, "gcb": 0, "bfc": 1, "fcb": 1, "bfe": 2, "feb": 2, "bge": 3, "geb": 3}
"""Best first: to 20 m and full, clipped to the coast; then the same to the extent of the realm."""
_COARSE: Final = frozenset({"bsc", "buc", "sgcb", "ugcb"})
_COUNTRIES: Final = {"uk": "EWSN", "gb": "EWS", "ew": "EW", "en": "E", "england": "E"}
"""Which countries a service covers, by the first letters of their codes; the widest first."""
_NOT_SHAPES: Final = frozenset(
    {"lu", "lookup", "nc", "names", "codes", "pwc", "centroids", "popcentroids", "population"}
)


@dataclass(frozen=True)
class ServiceName:
    """A service of boundaries as its name describes it."""

    name: str
    layer: str
    year: int
    month: int
    fineness: int
    coverage: str
    version: int
    words: int

    @property
    def said(self) -> str:
        """The time of the boundaries in words: December 2022."""
        from datetime import date

        return say_month(date(self.year, self.month, 1)) if self.month else str(self.year)

    @property
    def rank(self) -> tuple[int, ...]:
        """The smaller, the better: newest month, resolution, widest country, newest version."""
        country = list(_COUNTRIES.values()).index(self.coverage)
        return (-self.month, self.fineness, country, -self.version, self.words)


def check_code(code: str) -> str:
    """Return the code of a local authority as it is written; it is all that is sent.

    Raises
    ------
    SettingsError
        If it is none.
    """
    tidy = code.strip().upper()
    if _CODE.fullmatch(tidy):
        return tidy
    shown = "".join(sign for sign in code if sign.isprintable())[:40]
    is_ward = KINDS["wards"].codes.fullmatch(tidy)
    what = "the code of a ward" if is_ward else "not the code of a borough or district"
    raise SettingsError(
        f"'{shown}' is {what}. Give the code of the local authority: E06, E07, E08, E09, W06, S12 "
        "or N09 and six more figures, such as E09000002 for Barking and Dagenham."
    )


def understood(name: str) -> ServiceName | None:
    """Take a service's name apart; `None` if it holds no usable boundaries of a known kind."""
    words = [word for word in _NO_WORD.split(name.rpartition("/")[2].lower()) if word]
    kind = next(
        (k for k in KINDS.values() for start in k.names if tuple(words[: len(start)]) == start),
        None,
    )
    years = [int(word) for word in words if _YEAR.fullmatch(word)]
    finest = [_FINENESS[word] for word in words if word in _FINENESS]
    if kind is None or not years or not finest or not _NOT_SHAPES.isdisjoint(words):
        return None
    months = [SHORT_MONTHS.index(word[:3]) + 1 for word in words if _is_month(word)]
    versions = [int(word[1:]) for word in words if _VERSION.fullmatch(word)]
    coverage = next((_COUNTRIES[word] for word in words if word in _COUNTRIES), "EW")
    return ServiceName(
        name=name,
        layer=kind.layer,
        year=years[0],
        month=months[0] if months else 0,
        fineness=finest[0],
        coverage=coverage,
        version=max(versions, default=1),
        words=len(words),
    )


def _is_month(word: str) -> bool:
    full = ("january", "february", "march", "april", "june", "july", "august", "september")
    return word in SHORT_MONTHS or word in {*full, "sept", "october", "november", "december"}


def choose_services(
    names: Iterable[str], layer: str, code: str, year: int
) -> Sequence[ServiceName]:
    """Return the services that hold a layer for a year, the best first.

    LSOAs are drawn for a census: of these the newest up to `year` is taken.

    Raises
    ------
    BoundaryError
        If there is none; says which years there are.
    """
    kind, everything = KINDS[layer], list(names)
    known = [found for name in everything if (found := understood(name)) and found.layer == layer]
    known = [found for found in known if code[0] in found.coverage]
    years = sorted({found.year for found in known})
    wanted = max((y for y in years if y <= year), default=year) if kind.by_census else year
    fitting = sorted((found for found in known if found.year == wanted), key=lambda f: f.rank)
    if fitting:
        return fitting
    if years:
        there = f"There are {kind.many} of {', '.join(map(str, years))}: choose one with --year."
    elif kind.by_census and code[0] in "SN":
        there = "Only England and Wales have LSOAs."
    else:
        there = "There are none of any year: is it the right address (--service)?"
    coarse = any(
        str(year) in name and not _COARSE.isdisjoint(_NO_WORD.split(name.lower()))
        for name in everything
        if any(name.lower().startswith(start[0]) for start in kind.names)
    )
    why = ", only ones too coarse to tell wards apart (BSC, BUC)" if coarse else ""
    raise BoundaryError(
        f"The service lists no boundaries of {kind.many} for {year} that cover {code}{why}. {there}"
    )


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
