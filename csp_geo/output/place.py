"""Where an output folder really lies, and why it sometimes cannot lie there."""

from __future__ import annotations

import os
from pathlib import Path

from csp_geo.errors import OutputError


def place_of(path: Path) -> Path:
    """Return the real place of an output folder, whatever links lead to it.

    Raises
    ------
    OutputError
        If no folder can be made there, or the one there is cannot be replaced.
    """
    for part in (path, *path.parents):
        if part.is_symlink() and not part.exists():
            raise OutputError(
                f"{shown(part)} is a link that leads nowhere: the folder it names is not there. Is "
                "a drive not connected? Make the folder, remove the link, or write elsewhere with "
                "--out DIR."
            )
    place = Path(os.path.realpath(path))
    there = next(part for part in (place, *place.parents) if part.exists())
    if not there.is_dir():
        raise OutputError(
            f"{shown(path)} cannot be made: {there.name} is a file, and a folder is needed there. "
            "Move the file away, or write elsewhere with --out DIR."
        )
    if os.path.ismount(place):
        raise OutputError(
            f"{shown(path)} is the root of a drive, and a folder there could not be replaced as a "
            "whole. Name a folder on the drive with --out DIR."
        )
    here = Path.cwd()
    if place in (here, *here.parents):
        raise OutputError(
            f"{shown(path) or 'The folder'} is the folder you work in, or one above it, and cannot "
            "be replaced while you do. Name a folder of its own, such as --out made."
        )
    return place


def shown(path: Path) -> str:
    """Write a folder as people named it, but never where in the computer it lies."""
    if path.is_absolute() or ".." in path.parts or not path.name:
        return Path(os.path.realpath(path)).name
    return path.as_posix()
