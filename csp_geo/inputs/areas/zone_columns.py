"""Which column of a layer of zones is what: the name, the power behind it, its first and last day.

Headings that are known go first, then headings with a word that tells, where the cells bear it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from csp_geo.core.wording import join, shortened
from csp_geo.inputs.areas.ward_cells import heading_words
from csp_geo.inputs.source import plain
from csp_geo.inputs.when.dates import read_dates

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

FIELDS: Final[Mapping[str, str]] = {
    "name": "the name of the zone or order",
    "power": "the power behind it: PSPO, dispersal, ...",
    "in_force": "the first day in force",
    "expires": "the last day in force",
}
"""What is read of a layer of zones."""
_SHORT: Final = {
    "name": "the name",
    "power": "the power",
    "in_force": "the first day",
    "expires": "the last day",
}
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "zonename", "title", "order", "ordername"),
    "power": ("power", "type", "zonetype", "legislation"),
    "in_force": ("inforce", "start", "startdate", "from", "validfrom", "madeon", "live"),
    "expires": ("expires", "expiry", "expirydate", "end", "enddate", "to", "validto", "until"),
}
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "name": frozenset(("name", "nm", "title", "order", "label", "pspo", "zone")),
    "power": frozenset(("power", "type", "legislation", "act", "kind", "category")),
    "in_force": frozenset(
        (
            *("start", "starts", "from", "commence", "commences", "commenced", "commencement"),
            *("made", "effective", "begins", "begin", "live", "introduced", "force", "since"),
        )
    ),
    "expires": frozenset(
        (
            *("end", "ends", "ending", "to", "until", "till", "expiry", "expires", "expire"),
            *("expiration", "expired", "exp", "lapses"),
        )
    ),
}
_DATES: Final = frozenset(("in_force", "expires"))
_NO_NAMES: Final = frozenset(("id", "no", "number", "code", "ref", "status", "link", "url", "by"))
_LETTER: Final = re.compile(r"[^\W\d_]")
_MOSTLY: Final = 0.8


@dataclass(frozen=True)
class ZoneColumns:
    """Field to column; `notes` say which were taken by a word of their heading."""

    fields: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def matched(self) -> dict[str, str]:
        """Column to what it was read as."""
        return {column: name.replace("_", " ") for name, column in self.fields.items()}


def zone_columns(
    cells: pd.DataFrame, file_name: str, own: Mapping[str, tuple[str, ...]] | None = None
) -> ZoneColumns:
    """Find the columns of a layer of zones.

    Parameters
    ----------
    cells
        The columns of the layer but its shapes, as texts, "" for empty.
    own
        Field to the headings that somebody said; an empty tuple means that no column holds it.
    """
    own = own or {}
    fields: dict[str, str] = {}
    guessed: list[str] = []
    for words in (own, _KNOWN):
        for name in FIELDS:
            if name not in fields and not (words is _KNOWN and own.get(name) == ()):
                column = _headed(cells, words.get(name, ()), fields)
                fields |= {name: column} if column else {}
    for name in FIELDS:
        if name not in fields and own.get(name) != ():
            column = _by_word(cells, name, fields)
            if column:
                fields[name] = column
                guessed.append(f"{_SHORT[name]} in '{shortened(column)}'")
    note = (
        f"{file_name}: by its heading, {join(guessed)} was read. If that is wrong: csp-geo check "
        f"{file_name} --map."
    )
    return ZoneColumns(
        {name: fields[name] for name in FIELDS if name in fields}, (note,) * bool(guessed)
    )


def _headed(cells: pd.DataFrame, words: tuple[str, ...], taken: Mapping[str, str]) -> str | None:
    by_plain = {plain(name): str(name) for name in cells.columns if name not in taken.values()}
    return next((by_plain[plain(word)] for word in words if plain(word) in by_plain), None)


def _by_word(cells: pd.DataFrame, name: str, taken: Mapping[str, str]) -> str | None:
    """Return the column whose heading has a word of the field; of several the one of most words."""
    found = {
        str(column): len(words & _WORDS[name])
        for column in cells.columns
        if column not in taken.values()
        and (words := frozenset(heading_words(str(column)))) & _WORDS[name]
        and _bears_out(cells[column], words, name)
    }
    return max(found, key=found.__getitem__, default=None)


def _bears_out(cells: pd.Series, words: frozenset[str], name: str) -> bool:
    """Tell whether the cells can be what the heading says."""
    filled = cells[cells != ""]
    if filled.empty:
        return False
    if name in _DATES:
        other = _WORDS["expires" if name == "in_force" else "in_force"]
        return not words & other and bool(read_dates(filled).at.notna().mean() >= _MOSTLY)
    if name == "name" and words & _NO_NAMES:
        return False
    return bool(filled.str.contains(_LETTER).mean() >= _MOSTLY)
