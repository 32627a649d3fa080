"""The note beside a boundary file: where it came from, when, under which licence, and its checksum.

TOML, so that people can read it and a GeoJSON reader does not take it for a layer.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from csp_geo.errors import SettingsError
from csp_geo.toml import Kind, check_values, read_toml, shown, text
from csp_geo.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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
