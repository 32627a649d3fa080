"""Files as they come (spreadsheets, GIS, lists of records, ZIPs) to tables of texts."""

from __future__ import annotations

from csp_geo.intake.formats.archive import SIDE_FILES
from csp_geo.intake.formats.reading import SUFFIXES, read_file, read_tables
from csp_geo.intake.formats.table import BROKEN, PART_LENGTH, ROW, SIZE, RawTable, Unread
from csp_geo.origin import LIMITS
from csp_geo.settings import Limits

__all__ = [
    "BROKEN",
    "LIMITS",
    "PART_LENGTH",
    "ROW",
    "SIDE_FILES",
    "SIZE",
    "SUFFIXES",
    "Limits",
    "RawTable",
    "Unread",
    "read_file",
    "read_tables",
]
