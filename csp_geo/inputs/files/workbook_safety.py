"""A workbook before and while it is opened: what a damaged one does.

An XLS is a file system of its own (Compound File Binary): every stream in it is a chain of sectors,
and a table says for each sector which one follows. A reader that follows a ring fills the memory.

References
----------
Microsoft (2024). [MS-CFB]: Compound File Binary File Format, sections 2.2 to 2.5.
"""

from __future__ import annotations

import os
import struct
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from csp_geo.core.origin import Origin

_HEADER: Final = 512
_SHIFTS: Final = (9, 12)
"""Sectors have 512 or 4,096 bytes."""
_SECTOR_SHIFT: Final = 30
_MINI_CHAIN, _LIST_CHAIN = 60, 68
"""Where in the header the first sectors of the table of small sectors and of more tables stand."""
_TABLES: Final = slice(76, 512)


def check_chains(origin: Origin) -> None:
    """Refuse an old workbook in which a chain of sectors does not end.

    Raises
    ------
    SourceError
        If so, or if it is cut off before its first sector.
    """
    with origin.reading(), origin.open() as stream:
        data = stream.read(origin.limits.file_bytes)
    shift = struct.unpack_from("<H", data, _SECTOR_SHIFT)[0] if len(data) >= _HEADER else 0
    if shift not in _SHIFTS:
        raise _damaged(origin)
    sectors = _Sectors(data, 1 << shift)
    follows = sectors.table()
    if follows is None or _has_ring(follows):
        raise _damaged(origin)
    small = sectors.joined(_chain(follows, struct.unpack_from("<I", data, _MINI_CHAIN)[0]))
    if _has_ring(small):
        raise _damaged(origin)


def _damaged(origin: Origin) -> SourceError:
    return SourceError(
        f"{origin.where} could not be read as an Excel workbook: it is damaged. Ask for it again, "
        "as XLSX or CSV."
    )


class _Sectors:
    """The sectors of a file, each as a row of numbers."""

    def __init__(self, data: bytes, size: int) -> None:
        sectors = data[size:]  # the header takes the place of one
        whole = sectors + b"\xff" * (-len(sectors) % size)  # the last may be cut off
        self._rows = np.frombuffer(whole, dtype="<u4").reshape(-1, size // 4)
        self._header = data

    def joined(self, numbers: list[int]) -> NDArray[np.int64]:
        """Join sectors, those beyond the end of the file left out."""
        kept = [number for number in numbers if number < len(self._rows)]
        return self._rows[kept].ravel().astype(np.int64)

    def table(self) -> NDArray[np.int64] | None:
        """Return which sector follows each; `None` if the list of tables itself has no end."""
        listed = list(np.frombuffer(self._header[_TABLES], dtype="<u4"))
        seen: set[int] = set()
        more = struct.unpack_from("<I", self._header, _LIST_CHAIN)[0]
        while more < len(self._rows):
            if more in seen:
                return None
            seen.add(more)
            *tables, more = self._rows[more].tolist()
            listed += tables
        return self.joined([int(number) for number in listed])


def _has_ring(follows: NDArray[np.int64]) -> bool:
    """Tell whether a chain still goes on after as many steps as there are sectors."""
    end = len(follows)
    ahead = np.append(np.where(follows < end, follows, end), end)
    for _ in range(end.bit_length()):
        ahead = ahead[ahead]  # twice as many steps
    return bool((ahead != end).any())


def _chain(follows: NDArray[np.int64], first: int) -> list[int]:
    """Return the sectors of a chain that is known to end; at its end stands no sector's number."""
    chain = []
    while first < len(follows):
        chain.append(first)
        first = int(follows[first])
    return chain


_STDERR: Final = 2


@contextmanager
def opening_workbook(origin: Origin) -> Iterator[None]:
    """Turn what goes wrong with a workbook into a `SourceError`.

    A panic of the library is no `Exception`, and tells itself on stderr, which is not for people.
    """
    from python_calamine import CalamineError

    try:
        with _silent_stderr():
            yield
    except SourceError:
        raise
    except BaseException as error:
        panic = type(error).__name__ == "PanicException"
        if not panic and not isinstance(error, CalamineError | ValueError | OSError):
            raise
        raise SourceError(
            f"{origin.where} could not be read as an Excel workbook; it may be damaged or have a "
            "password."
        ) from error


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Send what is written to stderr, by any library, nowhere; where there is one."""
    try:
        kept = os.dup(_STDERR)
    except OSError:
        yield
        return
    try:
        with suppress(OSError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no path
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
