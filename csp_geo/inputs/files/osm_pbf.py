"""The frame of an OpenStreetMap extract (.osm.pbf): whole or cut off, from when, and of where.

The format is a row of blocks, each behind a short heading that says how long it is. GDAL reads a
file that was cut off to where it ends and says nothing; so the headings are gone through first.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, TYPE_CHECKING, Final

from csp_geo.core.errors import SourceError
from csp_geo.inputs.files.refusals import unlike_its_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csp_geo.core.origin import Origin

_LENGTH: Final = struct.Struct(">I")
_LONGEST_HEADING: Final = 64 * 1024
_LONGEST_BLOCK: Final = 32 * 1024 * 1024
"""The most that the format allows."""
_FIRST, _DATA = b"OSMHeader", b"OSMData"
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_MOST_SHIFT: Final = 63
_TYPE, _SIZE = 1, 3
_RAW, _ZLIB = 1, 3
_BOX, _MADE_AT = 1, 32
_NANO: Final = 1e-9
_SIDES: Final = (1, 2, 4, 3)
"""Left, right, bottom and top are numbered so; here in the order west, east, south, north."""


@dataclass(frozen=True)
class OsmFrame:
    """What the first block says: from which day the data are, and (west, south, east, north)."""

    made_on: date | None = None
    box: tuple[float, float, float, float] | None = None


def check_osm_pbf(origin: Origin, start: bytes) -> None:
    """Refuse what is no extract of OpenStreetMap, or not a whole one.

    Raises
    ------
    SourceError
        If so.
    """
    if _FIRST not in start[:64]:
        raise unlike_its_name(origin)
    with origin.reading(), origin.open() as stream:
        size = stream.seek(0, 2)
        stream.seek(0)
        at, n = 0, 0
        while at < size:
            origin.check_time()
            kind, length = _heading(stream, origin)
            if kind != (_DATA if n else _FIRST) and kind in {_DATA, _FIRST}:
                raise unlike_its_name(origin)
            at = stream.tell() + length
            if at > size:
                raise _cut_off(origin)
            stream.seek(at)
            n += 1


def osm_frame(origin: Origin) -> OsmFrame:
    """Read the first block of an extract that was checked; what it does not say is `None`."""
    with origin.reading(), origin.open() as stream:
        _, length = _heading(stream, origin)
        block = dict(_fields(stream.read(length)))
    data, zipped = block.get(_RAW), block.get(_ZLIB)
    if data is None and isinstance(zipped, bytes):
        with origin.reading():
            data = zlib.decompressobj().decompress(zipped, _LONGEST_BLOCK)
    if not isinstance(data, bytes):
        return OsmFrame()
    said = dict(_fields(data))
    return OsmFrame(_day(said.get(_MADE_AT)), _box(said.get(_BOX)))


def _heading(stream: IO[bytes], origin: Origin) -> tuple[bytes, int]:
    """Read the heading of a block: its kind, and how long it is."""
    raw = stream.read(_LENGTH.size)
    if len(raw) < _LENGTH.size:
        raise _cut_off(origin)
    (length,) = _LENGTH.unpack(raw)
    if length > _LONGEST_HEADING:
        raise unlike_its_name(origin)
    text = stream.read(length)
    if len(text) < length:
        raise _cut_off(origin)
    said = dict(_fields(text))
    kind, block = said.get(_TYPE), said.get(_SIZE)
    if not isinstance(kind, bytes) or not isinstance(block, int) or block > _LONGEST_BLOCK:
        raise unlike_its_name(origin)
    return kind, block


def _cut_off(origin: Origin) -> SourceError:
    return SourceError(
        f"{origin.where} is cut off: it ends in the middle of a block of data, so a part of the "
        "map would be missing. Download it again."
    )


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Go through the numbered values of a message; at what is none it ends."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
        elif kind == _BYTES:
            length, at = _varint(data, at)
            yield key >> 3, data[at : at + length]
            at += length
        elif kind in {_EIGHT, _FOUR}:
            at += 8 if kind == _EIGHT else 4
        else:
            return


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a whole number of as many bytes as it needs; where it begins, and where it ends."""
    value = shift = 0
    while at < len(data) and shift <= _MOST_SHIFT:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number has no eighth bit
            return value, at
        shift += 7
    return value, len(data)


def _day(seconds: int | bytes | None) -> date | None:
    if not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _box(data: int | bytes | None) -> tuple[float, float, float, float] | None:
    if not isinstance(data, bytes):
        return None
    said = dict(_fields(data))
    sides = [said.get(number) for number in _SIDES]
    west, east, south, north = (
        (side >> 1) ^ -(side & 1) if isinstance(side, int) else None for side in sides
    )
    if west is None or east is None or south is None or north is None:
        return None
    return west * _NANO, south * _NANO, east * _NANO, north * _NANO
