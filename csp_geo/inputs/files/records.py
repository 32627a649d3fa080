"""Lists of records to a table: JSON and XML as Open311 and the police.uk service give them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.core.origin import say_bytes
from csp_geo.inputs.files.gis_checks import GIS
from csp_geo.inputs.files.markup import Levels, parse, xml_parser
from csp_geo.inputs.files.table import BROKEN, ROW, RawTable, unique_names
from csp_geo.inputs.files.workbook import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from csp_geo.core.origin import Origin

_SURROGATE: Final = b"\\ud"
_RECORD_LEVEL: Final = 2
_COLLECTION: Final = "EstablishmentCollection"
"""Of food hygiene ratings, where the list of records lies a level deeper, below a header."""
_NO_DATA: Final = frozenset({"links"})


# --- JSON --------------------------------------------------------------------------------------


def read_json(origin: Origin, start: bytes) -> RawTable | None:
    """Read a JSON list of records; `None` if it is GIS data, which GDAL reads.

    Raises
    ------
    SourceError
        If the list is larger than the limit.
    """
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"[", b"{"}:
        return None
    with origin.reading(), origin.open() as stream:
        text = stream.read(origin.limits.record_bytes + 1)
    if GIS.search(text):
        return None
    if len(text) > origin.limits.record_bytes:
        raise _too_long(origin)
    try:
        found = _list_of(_parsed(text))
    except (ValueError, RecursionError):
        return None
    records = [_flat(record) for record in found]
    if _SURROGATE in text.lower():
        records = [{_printable(k): _printable(v) for k, v in cells.items()} for cells in records]
    return _table(records, origin) if found else None


def _parsed(text: bytes) -> Any:
    """Parse a document, or a record on each line."""
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _too_long(origin: Origin) -> SourceError:
    return SourceError(
        f"{origin.where} is a list of more than {say_bytes(origin.limits.record_bytes)}, the most "
        "that is read in one piece. Ask for fewer months at a time, or save it as CSV."
    )


def _list_of(found: Any) -> list[dict[str, Any]]:
    """Return the list of records: the whole, or the lists in it of records alike, however deep.

    A script that asks for one ward after the other keeps a list for each.
    """
    lists = list(_lists_in(found))
    alike = len({frozenset(records[0]) for records in lists}) == 1
    return [record for records in lists for record in records] if alike else []


def _lists_in(found: Any) -> Iterator[list[dict[str, Any]]]:
    if _is_records(found):
        yield found
    elif isinstance(found, dict):
        for key, value in found.items():
            if key not in _NO_DATA:
                yield from _lists_in(value)


def _is_records(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(item, dict) for item in found)


def _flat(record: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Write nested values side by side: ``location.latitude``."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            cells |= _flat(value, f"{name}.")
        elif isinstance(value, list):
            cells[name] = "; ".join(text_of(item) for item in value if not _nested(item))
        else:
            cells[name] = text_of(value)
    return cells


def _printable(text: str) -> str:
    """Return a text without lone surrogates, which JSON may hold and no file can."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list)


# --- XML ---------------------------------------------------------------------------------------


class _Records(Levels):
    """Collects the children of the root element, or of its collection, as records of texts."""

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin)
        self.at = _RECORD_LEVEL
        self.records: list[dict[str, str]] = []
        self.names: list[str] = []
        self.text: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        super().start(name, attributes)
        self.text = []
        if self.level == _RECORD_LEVEL and name.rpartition(":")[2] == _COLLECTION:
            self.at, self.records = _RECORD_LEVEL + 1, []
        elif self.level == self.at:
            self.records.append({})
        elif self.level > self.at:
            self.names.append(name.rpartition(":")[2])

    def data(self, text: str) -> None:
        self.text.append(text)

    def end(self, name: str) -> None:
        if self.level > self.at:
            text = "".join(self.text).strip()
            if text:
                self.records[-1].setdefault(".".join(self.names), text)
            self.names.pop()
        self.text = []
        super().end(name)


def read_xml(origin: Origin) -> RawTable:
    """Read an XML list of records, such as Open311's service_requests.

    Raises
    ------
    SourceError
        If it is not XML, is not a list, or is larger than the limits.
    """
    with origin.reading(), origin.open() as stream:
        if len(stream.read(origin.limits.record_bytes + 1)) > origin.limits.record_bytes:
            raise _too_long(origin)
    found, parser = _Records(origin), xml_parser(origin)
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.data
    with origin.reading(), origin.open() as stream:
        parse(parser, stream, origin)
    if not any(found.records):
        raise SourceError(
            f"{origin.where} holds no list of reports. Ask for it as CSV, or as the JSON or XML of "
            "Open311."
        )
    return _table(found.records, origin)


# --- both --------------------------------------------------------------------------------------


def _table(found: Sequence[Mapping[str, str]], origin: Origin) -> RawTable:
    names = list(dict.fromkeys(name for record in found for name in record))
    if len(names) > origin.limits.columns:
        raise SourceError(
            f"{origin.where} has {len(names):,} different fields, more than the "
            f"{origin.limits.columns:,} that are read: it is not a list of reports."
        )
    header = unique_names(names)
    columns = {
        column: [record.get(name, "") for record in found]
        for column, name in zip(header, names, strict=True)
    }
    cells = pd.DataFrame(columns, dtype="str", index=range(len(found)))
    cells[ROW] = np.arange(1, len(found) + 1, dtype=np.int64)
    cells[BROKEN] = False
    return RawTable(header, (cells,))
