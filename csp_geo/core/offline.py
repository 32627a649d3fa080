"""Keeps GDAL and PROJ off the network when csp_geo runs as a command.

GDAL drops drivers while it is being loaded, so this must run first. A notebook keeps its own GDAL
settings: there the check of each file's bytes (`csp_geo.inputs.files.gis_file`) is the only one.
"""

from __future__ import annotations

import logging
import os
from typing import Final

_REACHING_OUT: Final = (
    *("ADBC", "AmigoCloud", "Carto", "CSW", "EEDA", "Elasticsearch", "GDALG", "GML"),
    *("GPSBabel", "HTTP", "NGW", "OAPIF", "OGCAPI", "OGR_VRT", "PLSCENES", "WFS"),
)
"""Drivers that ask a server, open other files or start a program, by what a document tells them."""


def keep_offline() -> None:
    """Have GDAL load none of those drivers, and PROJ fetch no grids."""
    os.environ["OGR_SKIP"] = ",".join(_REACHING_OUT)
    os.environ["CPL_LOG"] = os.devnull  # where it would say which of them it does not know
    os.environ["PROJ_NETWORK"] = "OFF"
    logging.getLogger("fiona").setLevel(logging.CRITICAL)  # the same, said once more
