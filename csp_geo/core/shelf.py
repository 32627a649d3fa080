"""A file that a command put into `data/`, and the note beside it: where it came from, its checksum.

What every shelf shares (official boundaries, the ground; templates to come). The note is TOML, so
that people can read it and a GeoJSON reader does not take it for a layer.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.errors import SettingsError
from csp_geo.core.storage import sha256_of
from csp_geo.core.toml import ValueKind, check_values, read_toml, shown, text
from csp_geo.core.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HEAD: Final = "# Where {file} came from. Written by {command}; keep it beside the file.\n"
_READ: Final[Mapping[str, ValueKind]] = {
    "service": text(),
    "sha256": text(),
    "fetched": ValueKind("a date", lambda value: None if isinstance(value, date) else shown(value)),
}
"""What is used of a note."""
MATCHES: Final = "matches"
DIFFERS: Final = "differs"
NO_NOTE: Final = "no note"


def note_path(path: Path) -> Path:
    """Return where the note of a file is."""
    return path.with_name(f"{path.name}.toml")


def note_bytes(note: Mapping[str, Any], command: str) -> bytes:
    """Write a note.

    Its values are texts, whole numbers, dates, lists and tables of them; a list of tables becomes a
    section for each, after the rest.
    """
    sections = {key: value for key, value in note.items() if _is_tables(value)}
    lines = [f"{key} = {_value(note[key])}\n" for key in note if key not in sections]
    for key, tables in sections.items():
        for table in tables:
            lines += [f"\n[[{key}]]\n", *(f"{k} = {_value(v)}\n" for k, v in table.items())]
    return (_HEAD.format(file=note["file"], command=command) + "".join(lines)).encode("utf-8")


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def read_note(path: Path) -> dict[str, Any] | None:
    """Read the note of a file; `None` if there is none that can be read."""
    try:
        note = read_toml(note_path(path))
        check_values({key: note[key] for key in _READ if key in note}, _READ)
    except SettingsError:
        return None
    return note


def checksum_of(path: Path, note: Mapping[str, Any] | None) -> str:
    """Say whether a file is as its note has it: "matches", "differs" or "no note"."""
    if note is None:
        return NO_NOTE
    return MATCHES if note.get("sha256") == sha256_of(path) else DIFFERS


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    return json_text(value)
