"""A GIS file that was looked at before GDAL sees it, by a driver that we choose.

pyogrio has no argument for the drivers that may open a file, so the bytes are recognised first
(docs/decisions/0014-one-door.md). What follows is a second and a third fence: the driver that
opened it must be ours, and while GDAL reads it can reach no server.
"""

from __future__ import annotations

import os
import re
import struct
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import check_one_reading, list_members
from csp_geo.inputs.files.gis_checks import check_database, check_json
from csp_geo.inputs.files.markup import check_markup, check_packed_markup
from csp_geo.inputs.files.osm_pbf import check_osm_pbf
from csp_geo.inputs.files.refusals import (
    FOREIGN,
    asks_elsewhere,
    leads_elsewhere,
    lies_elsewhere,
    system_elsewhere,
    too_many_names,
    unlike_its_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import geopandas as gpd

    from csp_geo.core.origin import Origin

_LONGEST: Final = 1_000_000
_TABLE: Final = b"!table"
_NATIVE: Final = re.compile(rb"^[ \t]*+type[ \t]++native\b", re.IGNORECASE | re.MULTILINE)
_OTHERS: Final = re.compile(
    rb"open\s++table|create\s++view|seamless|^[ \t]*+file\b|^[ \t]*+type[ \t]++(?!native\b)[a-z]",
    re.IGNORECASE | re.MULTILINE,
)
_INTERCHANGE: Final = re.compile(rb"\s*+version\s", re.IGNORECASE)


def check_table(origin: Origin, start: bytes) -> None:
    """Refuse a MapInfo table whose rows lie in files of other names.

    Raises
    ------
    SourceError
        If it is none, or is a view, a seamless table, or linked to something.
    """
    if not start.lower().startswith(_TABLE):
        raise unlike_its_name(origin)
    with origin.reading(), origin.open() as stream:
        text = stream.read(_LONGEST + 1)
    if FOREIGN.search(text.lower()):
        raise asks_elsewhere(origin)
    if _OTHERS.search(text):
        raise leads_elsewhere(origin, "is a table that is made of others")
    if len(text) > _LONGEST or not _NATIVE.search(text):
        raise unlike_its_name(origin)


def check_interchange(origin: Origin, start: bytes) -> None:
    """Refuse what is not a MapInfo interchange file.

    Raises
    ------
    SourceError
        If it does not begin like one, or holds what GDAL takes for something else.
    """
    if not _INTERCHANGE.match(start):
        raise unlike_its_name(origin)
    with origin.reading(), origin.open() as stream:
        if FOREIGN.search(stream.read(_LONGEST).lower()):
            raise asks_elsewhere(origin)


_JSON: Final = ("GeoJSON", "GeoJSONSeq", "TopoJSON", "ESRIJSON")
_OF_SEVERAL: Final = "TopoJSON"
"""The only kind of JSON in which one file may hold several layers."""
_DRIVERS: Final = {
    ".geojson": _JSON,
    ".json": _JSON,
    ".gpkg": ("GPKG",),
    ".shp": ("ESRI Shapefile",),
    ".kml": ("LIBKML", "KML"),
    ".kmz": ("LIBKML",),
    ".gpx": ("GPX",),
    ".tab": ("MapInfo File",),
    ".mif": ("MapInfo File",),
    ".fgb": ("FlatGeobuf",),
    ".pbf": ("OSM",),
    ".osm": ("OSM",),
}
OSM_SUFFIXES: Final = (".pbf", ".osm")
"""Extracts of OpenStreetMap: ground to stand on, never reports."""
GIS_SUFFIXES: Final = tuple(suffix for suffix in _DRIVERS if suffix not in OSM_SUFFIXES)
_OFFLINE: Final = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_HTTP_PROXY": "none://",
    "GDAL_HTTPS_PROXY": "none://",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "LIBKML_RESOLVE_STYLE": "NO",
}
"""What keeps GDAL from every server: no remote file by any name, and no way through a proxy."""
_SHAPEFILE: Final = b"\x00\x00\x27\x0a"
_FLATGEOBUF: Final = re.compile(rb"fgb[\x00-\xff]fgb")
_HEADER_LENGTH_AT, _HEADER_AT = 8, 12
_LONGEST_HEADER: Final = 10_000_000
_READ_OTHERWISE: Final = re.compile(r"[!;]")
"""In the name of a file these are not part of it to pyogrio."""
_PLAIN_MEMBER: Final = re.compile(r"\w[\w-]{0,50}\.\w{3}")
DAMAGED_LAYER: Final = (RuntimeError, ValueError)
"""What pyogrio raises of a file or layer that cannot be read: its errors are these."""


def _check_shapefile(origin: Origin, start: bytes) -> None:
    if not start.startswith(_SHAPEFILE):
        raise unlike_its_name(origin)
    for system in origin.beside(".prj"):
        with system.reading(), system.open() as stream:
            text = stream.read(_LONGEST_HEADER)
        if lies_elsewhere(text.decode("latin-1")):
            raise system_elsewhere(origin)


def _check_flatgeobuf(origin: Origin, start: bytes) -> None:
    if not _FLATGEOBUF.match(start) or len(start) < _HEADER_AT:
        raise unlike_its_name(origin)
    (length,) = struct.unpack_from("<L", start, _HEADER_LENGTH_AT)
    with origin.reading(), origin.open() as stream:
        header = stream.read(min(_HEADER_AT + length, _LONGEST_HEADER))
    if lies_elsewhere(header.decode("latin-1")):
        raise system_elsewhere(origin)


_CHECKS: Final[dict[str, Callable[[Origin, bytes], None]]] = {
    ".geojson": lambda origin, _: check_json(origin),
    ".json": lambda origin, _: check_json(origin),
    ".gpkg": check_database,
    ".shp": _check_shapefile,
    ".kml": lambda origin, _: check_markup(origin, "kml"),
    ".kmz": lambda origin, _: check_packed_markup(origin, "kml"),
    ".gpx": lambda origin, _: check_markup(origin, "gpx"),
    ".tab": check_table,
    ".mif": check_interchange,
    ".fgb": _check_flatgeobuf,
    ".pbf": check_osm_pbf,
    ".osm": lambda origin, _: check_markup(origin, "osm"),
}


@contextmanager
def fenced(more: Mapping[str, str] | None = None) -> Iterator[None]:
    """Keep the GDAL of pyogrio offline, and its asides from people's screens.

    What is wrong with a file is said by our rules. The options, `more` among them, are put back
    afterwards: in a notebook they are the owner's.
    """
    import pyogrio

    options = {**(more or {}), **_OFFLINE}
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)  # pyogrio, of texts that are not JSON
            yield
    finally:
        pyogrio.set_gdal_config_options(before)


@dataclass(frozen=True)
class GisFile:
    """A GIS file that is what its name says; made by `recognise` alone."""

    origin: Origin
    drivers: tuple[str, ...]
    name: str
    _known: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)

    def layers(self) -> list[tuple[str, str | None]]:
        """List the layers and their kinds of geometry, `None` for a table without."""
        import pyogrio

        if self.drivers == _JSON:  # read whole each time that it is opened: so once here
            first = self.info(None)
            if first["driver"] != _OF_SEVERAL:
                return [(first["layer_name"], first["geometry_type"])]
        with self._opening():
            found = pyogrio.list_layers(self.name)
        layers = [(str(name), kind) for name, kind in found]
        limit = self.origin.limits.tables
        if len(layers) > limit:
            raise SourceError(
                f"{self.origin.where} has {len(layers):,} layers, more than the {limit:,} that "
                "are read. Save the layer that is needed by itself."
            )
        return layers

    def n_features(self, layer: str) -> int:
        """Count the features of a layer."""
        return int(self.info(layer)["features"])

    def info(self, layer: str | None) -> dict[str, Any]:
        """Tell what GDAL says of a layer, if it was opened by a driver that may.

        Of an extract of OpenStreetMap the features are -1: to count them it would be read whole.
        """
        import pyogrio

        if layer in self._known:
            return self._known[layer]
        self.origin.check_time()
        with self._opening():
            info: dict[str, Any] = pyogrio.read_info(
                self.name,
                layer=layer,
                force_feature_count=self.origin.suffix not in OSM_SUFFIXES,
            )
        if info["driver"] not in self.drivers:
            raise unlike_its_name(self.origin)
        if len(info["fields"]) > self.origin.limits.properties:
            raise too_many_names(self.origin)
        self._known[layer or info["layer_name"]] = info
        return info

    def read(self, layer: str, *, gdal: Mapping[str, str] | None = None, **options: Any) -> Any:
        """Read a layer as pyogrio does; its errors of single records come through.

        `gdal` are settings of GDAL that hold only meanwhile.

        Raises
        ------
        SourceError
            If its coordinate system is defined by a file that lies elsewhere.
        """
        import pyogrio

        self.info(layer)
        with fenced(gdal):
            found = pyogrio.read_dataframe(self.name, layer=layer, use_arrow=False, **options)
        self.check_system(found)
        return found

    @contextmanager
    def records(self, layer: str) -> Iterator[Any]:
        """Open a layer with fiona, to be read one record after the other.

        fiona brings a GDAL of its own, with options of its own: it is fenced here, and imported
        nowhere else but for its errors.
        """
        import fiona

        with (
            fenced(),
            fiona.Env(**_OFFLINE),
            fiona.open(self.name, layer=layer, enabled_drivers=self.drivers) as records,
        ):
            yield records

    def check_system(self, layer: gpd.GeoDataFrame) -> None:
        """Refuse a coordinate system that has PROJ open a file elsewhere."""
        crs = getattr(layer, "crs", None)
        if crs is None:
            return
        if lies_elsewhere(crs.srs) or lies_elsewhere(crs.to_wkt()):
            raise system_elsewhere(self.origin)

    @contextmanager
    def _opening(self) -> Iterator[None]:
        try:
            with fenced():
                yield
        except DAMAGED_LAYER as error:
            raise unlike_its_name(self.origin) from error


def recognise(origin: Origin) -> GisFile:
    """Look at the bytes of a GIS file, and at its name.

    Raises
    ------
    SourceError
        If it is not what its name says, would have other files opened, or is too large.
    """
    check = _CHECKS.get(origin.suffix)
    start = origin.first_bytes()
    if check is None:
        raise SourceError(
            f"{origin.where}: files ending in '{origin.suffix}' cannot be read as a map layer. "
            "Save it as GeoJSON or GeoPackage."
        )
    name = _gdal_name(origin)
    check(origin, start)
    if origin.suffix == ".kmz" and not origin.member:
        name = _document_of(origin, name)
    return GisFile(origin, _DRIVERS[origin.suffix], name)


def _gdal_name(origin: Origin) -> str:
    """Return the name by which GDAL opens a file: always a whole path, so no order to it."""
    path = os.path.abspath(origin.path)  # noqa: PTH100 - a link keeps its name, and its side files
    if origin.member:
        with origin.reading(), origin.path.open("rb") as stream:
            check_one_reading(stream, origin.where)
        odd = bool({"{", "}"} & {*path, *origin.member})
        name = f"/vsizip/{{{path}}}/{origin.member}"
    else:
        odd, name = bool(_READ_OTHERWISE.search(path)) or path.startswith("/vsi"), path
    if odd:
        raise SourceError(
            f"{origin.where} cannot be opened under this name: ! ; {{ and }} mean something "
            "else to the program that reads map layers. Give it, and the folders it lies in, plain "
            "names."
        )
    return name


def _document_of(origin: Origin, name: str) -> str:
    """Return the name of the only document in a KMZ: of a whole one GDAL may leave out columns."""
    documents = [
        member.filename
        for member in list_members(origin)
        if member.filename.lower().endswith(".kml")
    ]
    plain = len(documents) == 1 and _PLAIN_MEMBER.fullmatch(documents[0]) and "{" not in name
    return f"/vsizip/{{{name}}}/{documents[0]}" if plain else name
