"""MapInfo's files before GDAL reads them: a table may be a list of other tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from csp_geo.vector.refusals import FOREIGN, asks_elsewhere, leads_elsewhere, unlike_its_name

if TYPE_CHECKING:
    from csp_geo.origin import Origin

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
    """Refuse what is no MapInfo interchange file.

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
