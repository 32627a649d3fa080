"""What is said of a GIS file that is not what it should be, or that names a system elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from csp_geo.core.errors import SourceError

if TYPE_CHECKING:
    from csp_geo.core.origin import Origin

FOREIGN: Final = re.compile(
    rb"<ogr\w{1,20}datasource|wfs_capabilities|<gdal_w|<vrtdataset|<gdaltileindex|gdal_streamed_alg"
)
"""Words, in small letters, by which GDAL knows documents that have it open others."""


class UnlikeItsNameError(SourceError):
    """A file is damaged, or is not what its name says."""


def unlike_its_name(origin: Origin) -> UnlikeItsNameError:
    """Return what is said of a file that is damaged, or something else."""
    return UnlikeItsNameError(
        f"{origin.where} could not be read: it is not what its name says, or it is damaged. Save "
        "it again as GeoJSON, GeoPackage, CSV or XLSX."
    )


def leads_elsewhere(origin: Origin, what: str) -> SourceError:
    """Return what is said of a file that would have others opened or fetched."""
    return SourceError(
        f"{origin.where} {what}: data are never fetched from elsewhere, so it was not read. Save "
        "it again as GeoJSON or GeoPackage."
    )


def asks_elsewhere(origin: Origin) -> SourceError:
    """Return what is said of a document that has GDAL open others."""
    return leads_elsewhere(origin, "asks for data from another place")


def system_elsewhere(origin: Origin) -> SourceError:
    """Return what is said of a coordinate system that is a link, or lies in other files."""
    return leads_elsewhere(origin, "has a coordinate system that is kept in another place")


def too_many_names(origin: Origin) -> SourceError:
    """Return what is said of a layer with too many columns."""
    return SourceError(
        f"{origin.where} has more than {origin.limits.properties:,} different column names, the "
        "most that are read in a layer. Save only the columns that are needed, or set more "
        "properties under [limits] in csp_geo.toml."
    )


_FILE: Final = re.compile(r"PARAMETERFILE", re.IGNORECASE)
_PLAIN_FILE: Final = re.compile(
    r'PARAMETERFILE\s*+[\[(]\s*+"[^"]*+"\s*+,\s*+"[^"/\\]*+"\s*+[,\])]', re.IGNORECASE
)
_GRIDS: Final = re.compile(r'(?:grids"?\s*+[=,]|\bfile=|\binit=)([^+\[\]]*+)', re.IGNORECASE)
_ROAD: Final = re.compile(r"[/\\]")


def lies_elsewhere(text: str) -> bool:
    """Tell whether a coordinate system names a file by more than its plain name."""
    if len(_FILE.findall(text)) != len(_PLAIN_FILE.findall(text)):
        return True
    return any(_ROAD.search(grids) for grids in _GRIDS.findall(text))
