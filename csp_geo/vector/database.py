"""A GeoPackage before GDAL reads it: tables of data alone, and nothing that computes or leads away.

A GeoPackage is an SQLite database. A view in it may never end; a virtual table may read any file;
a computed column may call any function that GDAL lends to SQLite, among them some that ask a
server. Only the list of what is in it is read here.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from csp_geo.errors import SourceError
from csp_geo.vector.refusals import system_elsewhere, unlike_its_name
from csp_geo.vector.systems import lies_elsewhere

if TYPE_CHECKING:
    from csp_geo.origin import Origin

_HEADER: Final = b"SQLite format 3\x00"
_APPLICATIONS: Final = (b"GPKG", b"GP10", b"GP11", b"GP12")
_APPLICATION: Final = slice(68, 72)
_NAME: Final = r"(?:\w++|\"[^\"]++\"|\[[^\]]++\]|`[^`]++`|'[^']++')"
_TABLE: Final = re.compile(rf"CREATE TABLE {_NAME}\s*+\(", re.IGNORECASE)
_INERT: Final = re.compile(r"CREATE (?:UNIQUE )?INDEX |CREATE TRIGGER ", re.IGNORECASE)
"""What is of no effect while a database is only read."""
_RTREE: Final = re.compile(
    rf"CREATE VIRTUAL TABLE {_NAME} USING rtree\s*+\((?:\s*+{_NAME}\s*+,?)++\)\s*+", re.IGNORECASE
)
_PLAIN_COLUMN: Final = 0
_MOST: Final = 20_000
_STEPS: Final = 100_000


def check_database(origin: Origin, start: bytes) -> None:
    """Refuse a GeoPackage that holds more than tables.

    Raises
    ------
    SourceError
        If it is no GeoPackage, or a view, a virtual table or a computed column is in it.
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
