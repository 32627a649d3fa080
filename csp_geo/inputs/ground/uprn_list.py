"""Addresses of OS Open UPRN's list: 41 million rows, of which a borough has a few hundred thousand.

It is read in chunks by the two columns that say where, and only what lies in the frame is kept.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from csp_geo.core.errors import SourceError
from csp_geo.core.projection import BRITISH_CRS, in_box
from csp_geo.core.wording import shortened
from csp_geo.inputs.ground.ground_part import GroundPart
from csp_geo.inputs.ground.layer_rules import LICENCE_OS
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from csp_geo.core.origin import Origin
    from csp_geo.inputs.ground.cutting import GroundFrame

KIND: Final = "OS Open UPRN"
_EAST, _NORTH = "xcoordinate", "ycoordinate"
_CHUNK: Final = 500_000
_TOLD_EVERY: Final = 10_000_000
_SHOWN: Final = 12


def is_uprn(header: Sequence[str]) -> bool:
    """Tell whether a list is one of UPRNs, by its header."""
    return any(plain(name) == "uprn" for name in header)


def read_uprn(
    origin: Origin, header: Sequence[str], frame: GroundFrame, progress: Callable[[str], None]
) -> GroundPart:
    """Read the addresses in the frame.

    Raises
    ------
    SourceError
        If it has no columns X_COORDINATE and Y_COORDINATE, or other things than numbers in them.
    """
    by_plain = {plain(name): position for position, name in enumerate(header)}
    if not {_EAST, _NORTH} <= set(by_plain):
        listed = ", ".join(shortened(name) for name in header[:_SHOWN])
        raise SourceError(
            f"{origin.where} looks like OS Open UPRN, but has no columns X_COORDINATE and "
            f"Y_COORDINATE (columns: {listed}). Has the product changed? Take the GeoPackage, or "
            "rename the columns of easting and northing."
        )
    wanted = [by_plain[_EAST], by_plain[_NORTH]]
    progress(f"Reading {origin.where}")
    with origin.reading(), origin.open() as stream:
        xy = _within(stream, wanted, frame, origin, progress)
    rows = frame.layer("addresses", {}, shapely.points(xy), BRITISH_CRS)
    return GroundPart(KIND, LICENCE_OS, {"addresses": rows})


def _within(
    stream: IO[bytes],
    wanted: list[int],
    frame: GroundFrame,
    origin: Origin,
    progress: Callable[[str], None],
) -> NDArray[np.float64]:
    box, kept, n_rows = frame.box(BRITISH_CRS), [np.empty((0, 2))], 0
    try:
        chunks = pd.read_csv(
            stream,
            header=None,
            skiprows=1,
            usecols=wanted,
            dtype=np.float64,
            chunksize=_CHUNK,
            encoding="latin-1",
            engine="c",
        )
        for chunk in chunks:
            origin.check_time()
            xy = chunk[wanted].to_numpy()
            kept.append(xy[in_box(xy[:, 0], xy[:, 1], box)])
            if n_rows // _TOLD_EVERY < (n_rows + len(xy)) // _TOLD_EVERY:
                progress(f"Reading {origin.where}: {(n_rows + len(xy)) // 1_000_000} million rows")
            n_rows += len(xy)
    except SourceError:
        raise  # a ValueError itself, and already says what is wrong
    except (ValueError, pd.errors.ParserError) as error:
        raise SourceError(
            f"{origin.where} has something else than numbers in the columns of easting and "
            f"northing after some {n_rows:,} rows: it is damaged, or has been changed. Download it "
            "again."
        ) from error
    return np.concatenate(kept)
