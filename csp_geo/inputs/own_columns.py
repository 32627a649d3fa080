"""columns.toml: which column of the map files and lists in one folder is what, said by a person.

It lies beside the files, as source.toml does beside reports, and has a table for each kind of file:
boundaries, zones, premises, havens. A field's list holds the headings that its column may have; an
empty list says that no column holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp_geo.core.toml import (
    TABLE,
    check_values,
    parse_toml,
    texts,
    toml_document,
    toml_table,
    toml_text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

FILE: Final = "columns.toml"
TABLES: Final = ("boundaries", "zones", "premises", "havens")


def own_columns_path(path: Path) -> Path:
    """Return where the columns.toml of a file is."""
    return path.parent / FILE


def read_own_columns(path: Path, table: str, fields: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return what is said of the files of one kind beside `path`: field to headings.

    Parameters
    ----------
    table
        One of `TABLES`.
    fields
        What may be named in it.

    Raises
    ------
    SettingsError
        If the columns.toml is not valid, or names what is none of the fields.
    """
    home = own_columns_path(path)
    text = toml_text(home, FILE) if home.is_file() else ""
    values = parse_toml(text, FILE)
    check_values(values, dict.fromkeys(TABLES, TABLE), FILE, what="table")
    own = values.get(table, {})
    check_values(own, dict.fromkeys(fields, texts("headings")), f"{FILE}, [{table}]", what="field")
    return {name: tuple(words) for name, words in own.items()}


def own_columns_text(
    existing: str, table: str, columns: Mapping[str, str | None], comments: Collection[str] = ()
) -> str:
    """Write columns into the text of a columns.toml; what else stands in it stays.

    Parameters
    ----------
    existing
        The text that is there, "" for none.
    columns
        Field to its heading, which goes before those that are there; `None` for no column.
    comments
        Lines to begin a new file with.
    """
    document = toml_document(existing, FILE, comments)
    own = toml_table(document, table)
    for name, heading in columns.items():
        known = [str(word) for word in own.get(name, [])]
        own[name] = [] if heading is None else list(dict.fromkeys([heading, *known]))
    return document.as_string()
