"""What boundaries lie on disk, with the note beside each: where it came from, and its checksum.

TOML, so that people can read it and a GeoJSON reader does not take it for a layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.errors import BoundaryError, SettingsError
from csp_geo.core.storage import sha256_of
from csp_geo.core.toml import Kind, check_values, read_toml, shown, text
from csp_geo.core.visible import json_text
from csp_geo.inputs.areas.catalogue import LAYERS
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.files.gis_layer import VECTOR_SUFFIXES, read_vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from csp_geo.inputs.areas.study_area import StudyArea

_HEAD = "# Where {file} came from. Written by csp-geo boundaries fetch; keep it beside the file.\n"
_SHOWN: Final[Mapping[str, Kind]] = {
    "service": text(),
    "sha256": text(),
    "fetched": Kind("a date", lambda value: None if isinstance(value, date) else shown(value)),
}
"""What is used of a note."""


def note_path(path: Path) -> Path:
    """Return where the note of a file is."""
    return path.with_name(f"{path.name}.toml")


def note_bytes(note: Mapping[str, Any]) -> bytes:
    """Write a note; its values are texts, whole numbers, dates and lists of texts."""
    lines = [f"{key} = {_value(value)}\n" for key, value in note.items()]
    return (_HEAD.format(file=note["file"]) + "".join(lines)).encode("utf-8")


def read_note(path: Path) -> dict[str, Any] | None:
    """Read the note of a file; `None` if there is none that can be read."""
    try:
        note = read_toml(note_path(path))
        check_values({key: note[key] for key in _SHOWN if key in note}, _SHOWN)
    except SettingsError:
        return None
    return note


def licence_lines(year: int) -> list[str]:
    """Return the lines that must be printed with these boundaries."""
    return [
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0",
        f"Contains OS data © Crown copyright and database right {year}",
    ]


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    return json_text(value)


MATCHES: Final = "matches"
DIFFERS: Final = "differs"
NO_NOTE: Final = "no note"


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
    checksum = NO_NOTE
    if note is not None:
        checksum = MATCHES if note.get("sha256") == sha256_of(path) else DIFFERS
    area, n, error = None, 0, None
    try:
        if layer == "wards":
            area = read_study_area(path)
            n = len(area.wards)
        else:
            n = len(read_vector(path)[0])
    except BoundaryError as problem:
        error = str(problem)
    return Shelved(name, layer, n, area, note, checksum, error)
