"""GeoJSON and GeoPackage before GDAL reads them: depth, links, names, and what computes.

GDAL's reader takes more than JSON (single quotation marks, remarks, names in any case or written as
escapes) and fetches a coordinate system that is given as a link, wherever it stands. So what is
looked for is the name itself, in every way it can be written, and what follows it.

A GeoPackage is an SQLite database. A view in it may never end; a virtual table may read any file;
a computed column may call any function that GDAL lends to SQLite, among them some that ask a
server. Only the list of what is in it is read here.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from csp_geo.core.errors import SourceError
from csp_geo.inputs.files.refusals import (
    FOREIGN,
    asks_elsewhere,
    lies_elsewhere,
    system_elsewhere,
    too_many_names,
    unlike_its_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csp_geo.core.origin import Origin

GEOMETRIES: Final = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
GIS: Final = re.compile(
    rb'"type"\s*+:\s*+"(?:Feature(?:Collection)?|Topology|' + "|".join(GEOMETRIES).encode() + rb')"'
)
"""What is in every GeoJSON and TopoJSON."""
_ESRI: Final = re.compile(rb'"(?:geometryType|esriGeometry\w{1,20}|esriFieldType\w{1,20})"')
_ESRI_TYPE: Final = re.compile(rb"esri(?:Geometry|FieldType)")
_WKT: Final = re.compile(
    rb"""["'](?:w|\\u00[57]7)(?:k|\\u00[46]b)(?:t|\\u00[57]4)""", re.IGNORECASE
)
"""In ESRI's JSON a coordinate system may be written out, and name files."""
_CRS: Final = re.compile(
    rb"""["'](?:c|\\u00[46]3)(?:r|\\u00[57]2)(?:s|\\u00[57]3)(?:["']|\\u0000)""", re.IGNORECASE
)
_COLON: Final = re.compile(rb"\s*+:\s*+")
_NO_NAME: Final = re.compile(rb"\s*+[,}\]]")
_REGISTERED: Final = re.compile(
    r"(?:https?://(?:www\.)?opengis\.net/(?:def/crs|gml/srs)/[\w./#-]*+|(?!vsi)\w[\w:. +()-]*+)",
    re.IGNORECASE,
)
"""The name of a coordinate system: no address and no path, but those of its register."""
_NAME: Final = re.compile(rb'(?:"([^"\\]{0,200}+))?"\s*+:')
"""The name of a property; nothing for one that is longer or has an escape in it."""
_SPACED: Final = re.compile(rb'"\s++:')
_TOKEN: Final = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"(\s*+:)?|\\?\Z)', re.DOTALL)
_QUOTE: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BEGINNINGS: Final = (b"{", b"[", b"\x1e")
_BLOCK: Final = 1 << 20
_OVERLAP: Final = 1 << 13
_OPEN: Final = (0x5B, 0x7B)
_CLOSE: Final = (0x5D, 0x7D)


def check_depth(origin: Origin) -> None:
    """Refuse JSON that is nested deeper than any data is.

    Raises
    ------
    SourceError
        If brackets are nested deeper than the limit.
    """
    limit = origin.limits.depth
    with origin.reading():
        with origin.open() as stream:
            shallow = _depth(iter(lambda: stream.read(_BLOCK), b"")) <= limit
        if shallow:
            return
        with origin.open() as stream:  # brackets within texts do not nest
            text = stream.read(origin.limits.record_bytes)
    if _depth(iter([_QUOTE.sub(b"", text)])) > limit:
        raise SourceError(
            f"{origin.where} is nested more than {limit:,} levels deep: that is not data. Ask for "
            "it again."
        )


def _depth(blocks: Iterator[bytes]) -> int:
    level = deepest = 0
    for block in blocks:
        codes = np.frombuffer(block, dtype=np.uint8)
        steps = np.isin(codes, _OPEN).astype(np.int8) - np.isin(codes, _CLOSE).astype(np.int8)
        levels = np.cumsum(steps[steps != 0], dtype=np.int64) + level
        if len(levels):
            deepest, level = max(deepest, int(levels.max())), int(levels[-1])
    return deepest


def check_json(origin: Origin) -> None:
    """Refuse JSON that is not a GIS layer, leads elsewhere, or has too many names.

    Raises
    ------
    SourceError
        If so.
    """
    check_depth(origin)
    known = esri = written_out = False
    names: set[bytes] = set()
    n_odd = 0
    for number, (text, last) in enumerate(_stretches(origin)):
        origin.check_time()
        if not number and not text.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_BEGINNINGS):
            raise unlike_its_name(origin)
        known = known or bool(GIS.search(text) or _ESRI.search(text))
        esri = esri or bool(_ESRI_TYPE.search(text))
        small = text.lower()
        if FOREIGN.search(small):
            raise asks_elsewhere(origin)
        escaped = b"\\u00" in small
        written_out = written_out or ((escaped or b"wkt" in small) and bool(_WKT.search(text)))
        if escaped or b"crs" in small:
            _check_systems(text, origin, last=last)
        found, n = _names_in(text)
        names |= found
        n_odd += n
        if len(names) > origin.limits.properties:
            raise too_many_names(origin)
    if not known:
        raise unlike_its_name(origin)
    if esri and written_out:
        raise system_elsewhere(origin)
    if n_odd > origin.limits.properties:
        _check_odd_names(origin)


def _names_in(text: bytes) -> tuple[set[bytes], int]:
    """Return the names in a stretch, and how many more are too odd to be told apart quickly."""
    if b'\\"' in text or _SPACED.search(text):
        found = _NAME.findall(text)
        return set(found), found.count(b"")
    before = text.split(b'":')[:-1]
    if before and b'"' not in before[0]:
        del before[0]  # the stretch begins within this name, and the one before it has it whole
    return {piece[piece.rfind(b'"') + 1 :] for piece in before}, 0


def _stretches(origin: Origin) -> Iterator[tuple[bytes, bool]]:
    """Yield the text in stretches that overlap, and whether it is the last."""
    rest = b""
    with origin.reading(), origin.open() as stream:
        block = stream.read(_BLOCK)
        while block:
            following = stream.read(_BLOCK)
            text = rest + block
            yield text, not following
            rest, block = text[-_OVERLAP:], following


def _check_systems(text: bytes, origin: Origin, *, last: bool) -> None:
    """Refuse a coordinate system that is not named after its register."""
    end = len(text) if last else len(text) - _OVERLAP // 2
    for found in _CRS.finditer(text, 0):
        if found.start() >= end:
            return  # it is in the next stretch too, and whole
        if not _is_named(text[found.start() : found.start() + _OVERLAP // 2]):
            raise system_elsewhere(origin)


def _is_named(text: bytes) -> bool:
    """Tell whether what follows "crs" is nothing that GDAL would look for elsewhere."""
    at = _CRS.match(text)
    if at is None or at[0].endswith(b"\\u0000"):
        return False
    if _NO_NAME.match(text, at.end()):
        return True  # the word as somebody's value
    colon = _COLON.match(text, at.end())
    if colon is None:
        return False
    value = text[colon.end() :]
    if not value.startswith(b"{"):
        return bool(value) and not value.startswith(b"/")
    try:
        system, _ = json.JSONDecoder(object_pairs_hook=_strict).raw_decode(
            value.decode("utf-8", "replace")
        )
    except (ValueError, RecursionError):
        return False
    return _is_registered(system)


def _strict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len({key.casefold() for key in found}) != len(pairs):
        raise ValueError("A name stands twice.")
    return found


def _is_registered(system: dict[str, Any]) -> bool:
    if set(system) != {"type", "properties"} or not isinstance(system["properties"], dict):
        return False
    kind, values = str(system["type"]).casefold(), system["properties"]
    if kind == "epsg":
        return set(values) == {"code"} and str(values["code"]).isdigit()
    name = values.get("name")
    return (
        kind == "name"
        and set(values) == {"name"}
        and isinstance(name, str)
        and bool(_REGISTERED.fullmatch(name))
    )


def _check_odd_names(origin: Origin) -> None:
    """Count the names that are long or have an escape in them, one text after the other."""
    with origin.reading(), origin.open() as stream:
        text = stream.read(origin.limits.record_bytes + 1)
    if len(text) > origin.limits.record_bytes:
        raise too_many_names(origin)
    names = set()
    for token in _TOKEN.finditer(text):
        if token[2]:
            names.add(token[1])
            if len(names) > origin.limits.properties:
                raise too_many_names(origin)


_HEADER: Final = b"SQLite format 3\x00"
_APPLICATIONS: Final = (b"GPKG", b"GP10", b"GP11", b"GP12")
_APPLICATION: Final = slice(68, 72)
_TABLE_NAME: Final = r"(?:\w++|\"[^\"]++\"|\[[^\]]++\]|`[^`]++`|'[^']++')"
_TABLE: Final = re.compile(rf"CREATE TABLE {_TABLE_NAME}\s*+\(", re.IGNORECASE)
_INERT: Final = re.compile(r"CREATE (?:UNIQUE )?INDEX |CREATE TRIGGER ", re.IGNORECASE)
"""What is of no effect while a database is only read."""
_RTREE: Final = re.compile(
    rf"CREATE VIRTUAL TABLE {_TABLE_NAME} USING rtree\s*+\((?:\s*+{_TABLE_NAME}\s*+,?)++\)\s*+",
    re.IGNORECASE,
)
_PLAIN_COLUMN: Final = 0
_MOST: Final = 20_000
_STEPS: Final = 100_000


def check_database(origin: Origin, start: bytes) -> None:
    """Refuse a GeoPackage that holds more than tables.

    Raises
    ------
    SourceError
        If it is not a GeoPackage, or a view, a virtual table or a computed column is in it.
    """
    if not start.startswith(_HEADER) or start[_APPLICATION] not in _APPLICATIONS:
        raise unlike_its_name(origin)
    try:
        with origin.reading(), closing(_opened(origin)) as base:
            base.set_progress_handler(lambda: origin.is_late, _STEPS)
            base.text_factory = lambda text: text.decode("utf-8", "replace")
            found = base.execute("select sql from sqlite_master limit ?", (_MOST,)).fetchall()
            plain = [_is_plain(sql) for (sql,) in found]
            computed = any(_is_computed(base, sql) for (sql,) in found if sql)
            elsewhere = any(
                lies_elsewhere(str(cell))
                for row in base.execute("select * from gpkg_spatial_ref_sys")
                for cell in row
            )
    except (sqlite3.Error, UnicodeError) as error:  # its own words may be damaged too
        raise unlike_its_name(origin) from error
    if not all(plain) or computed or len(found) == _MOST:
        raise SourceError(
            f"{origin.where} has a view, a virtual table or a computed column in it, which can run "
            "without end or open other files: it was not read. Save its layer again, as a new "
            "GeoPackage or as GeoJSON."
        )
    if elsewhere:
        raise system_elsewhere(origin)


def _opened(origin: Origin) -> sqlite3.Connection:
    """Open a database only to read it, and in memory where it is packed."""
    if origin.member:
        base = sqlite3.connect(":memory:")
        with origin.open() as stream:
            base.deserialize(stream.read())
        return base
    path = origin.path.absolute()
    pending = path.with_name(f"{path.name}-wal")  # what another program has not yet put into it
    mode = "mode=ro" if pending.exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True)


def _is_plain(sql: Any) -> bool:
    """Tell whether an entry is a table of data, its index, or a trigger of writing."""
    if sql is None:
        return True  # an index that a table has of itself
    text = str(sql)
    return bool(_TABLE.match(text) or _INERT.match(text) or _RTREE.fullmatch(text))


def _is_computed(base: sqlite3.Connection, sql: str) -> bool:
    """Tell whether a table has a column that is worked out when it is read."""
    table = _TABLE.match(sql)
    if table is None:
        return False
    name = table[0][len("CREATE TABLE ") : -1].rstrip()
    name = name[1:-1] if name[0] in "\"[`'" else name
    columns = base.execute("select hidden from pragma_table_xinfo(?)", (name,)).fetchall()
    return not columns or any(hidden != _PLAIN_COLUMN for (hidden,) in columns)
