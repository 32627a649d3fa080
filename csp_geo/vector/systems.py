"""Coordinate systems as texts: PROJ opens the files that they name, so none may lie elsewhere."""

from __future__ import annotations

import re
from typing import Final

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
