"""What boundaries lie in a project: which wards, of when, and whether they are as fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from csp_geo.core.errors import BoundaryError
from csp_geo.core.shelf import checksum_of, read_note
from csp_geo.inputs.areas.catalogue import LAYERS
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.files.gis_layer import VECTOR_SUFFIXES, read_vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from csp_geo.inputs.areas.study_area import StudyArea


@dataclass(frozen=True)
class Shelved:
    """One boundary file.

    `area` is there for wards that can be used; `error` says why others cannot. `checksum` is
    "matches", "differs" or "no note". `path` is relative to the folder that was looked at.
    """

    path: str
    layer: str
    n: int
    area: StudyArea | None
    note: Mapping[str, Any] | None
    checksum: str
    error: str | None = None


def shelved(folder: Path) -> Iterator[Shelved]:
    """Look at the ward files in a folder, and at other layers in folders named after them.

    Only ward files lie in the folder itself, since a weekly run looks there for its wards.
    """
    for layer in ("", *LAYERS):
        for path in sorted((folder / layer).glob("*")):
            if path.is_file() and path.suffix.lower() in VECTOR_SUFFIXES:
                yield _one(path, path.relative_to(folder).as_posix(), layer or "wards")


def _one(path: Path, name: str, layer: str) -> Shelved:
    note = read_note(path)
    area, n, error = None, 0, None
    try:
        if layer == "wards":
            area = read_study_area(path)
            n = len(area.wards)
        else:
            n = len(read_vector(path)[0])
    except BoundaryError as problem:
        error = str(problem)
    return Shelved(name, layer, n, area, note, checksum_of(path, note), error)
