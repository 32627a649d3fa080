"""Days and months of a KML as they were written: GDAL makes times of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import geopandas as gpd

    from csp_geo.origin import Origin

_COARSE: Final = re.compile(
    rb"<(?:\w+:)?(?:when|begin|end)>\s*(\d{4}(?:-\d\d(?:-\d\d)?)?)\s*</", re.IGNORECASE
)
_MIDNIGHT: Final = "T00:00:00"
_COLUMNS: Final = ("timestamp", "begin", "end")


def as_written(layer: gpd.GeoDataFrame, origin: Origin) -> gpd.GeoDataFrame:
    """Return a KML's layer with its days and months as such, not as midnight of the first day.

    Where a file holds both the day and its midnight, the day is taken: no more is known of either.
    """
    columns = [name for name in _COLUMNS if name in layer.columns]
    if origin.suffix != ".kml" or not columns:
        return layer
    with origin.reading(), origin.open() as stream:
        written = sorted({found.decode("ascii") for found in _COARSE.findall(stream.read())})
    coarse = {f"{text}{'-01-01'[len(text) - 4 :]}{_MIDNIGHT}": text for text in reversed(written)}
    return layer.assign(**{name: layer[name].replace(coarse) for name in columns})
