"""Columns that are not kept: read only for what makes a report sensitive.

A flag, a marker, a keyword or how a thing was done may say that an assault was domestic. Nothing of
such a cell is kept but that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.intake.vocabulary import packaged_words, spelt, strictest, whole_words
from csp_geo.tables import SENSITIVITIES, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.intake.source import Source
    from csp_geo.intake.vocabulary import Vocabulary

_FLAG, _CLASS, _ABOUT, _TOLD = (
    whole_words(packaged_words()["headings"][key]) for key in ("flag", "class", "about", "told")
)
_OF_KIND: Final = frozenset({"category", "major"})
"""Fields that say what was reported: their columns are flags and classes as well."""
_FEW_CELLS: Final = 200
"""Different cells in one stretch of rows, up to which any column is looked over."""
_OWN: Final = "sensitive"
"""How the column of a cleaned file is headed."""
_NO: Final = frozenset(
    ("", "n", "no", "none", "nil", "false", "f", "0", "0 0", "na", "n a", "null", "not applicable")
)
_TICKS: Final = frozenset("\u2611\u2713\u2714\u2705\u25cf\u25a0\u2612")
_DENIED: Final = re.compile(r"(?:no|non|not) (?!known|recorded|stated|sure)")


@dataclass(frozen=True)
class Heading:
    """What the heading of a column says of its cells.

    `kind` is what a yes in it means, `flags` that its cells are flags or classes, `told` that every
    cell of it is looked over, however many different ones there are.
    """

    kind: str
    flags: bool
    told: bool


def heading_of(name: str, words: Vocabulary) -> Heading:
    """Say what the heading of a column tells."""
    text = spelt(name)
    flag = bool(_FLAG.search(text))
    flags = flag or bool(_CLASS.search(text) and not _ABOUT.search(text))
    kind = words.kind_of(text, strong=not flag)
    if not kind and (text == _OWN or (flag and _OWN in text)):
        kind = UNKNOWN
    return Heading(kind, flags, flags or bool(kind) or bool(_TOLD.search(text)))


def kind_of_cell(cell: str, column: Heading, words: Vocabulary) -> str:
    """Return what a cell says of its report; "" for nothing."""
    text = spelt(cell)
    left = words.harmless.sub(" ", text).strip() if column.kind else text
    if left in _NO:
        return column.kind if _TICKS & set(cell) else ""
    if column.kind == UNKNOWN and left in SENSITIVITIES:
        return left
    found = words.kind_of(text, strong=not (column.flags or column.kind))
    if found or not column.kind or _DENIED.match(text):
        return found
    return column.kind


class FlagColumns:
    """The columns of a table that are looked over, and what they say row by row.

    A column is looked over where it has few different cells, as flags and classes have, or where
    its heading says that it tells of the event.
    """

    def __init__(self, header: Sequence[str], columns: Mapping[str, str], source: Source) -> None:
        kept = {column for field, column in columns.items() if field not in _OF_KIND}
        self._words = source.vocabulary
        self._headings = {
            name: heading_of(name, self._words) for name in header if name not in kept
        }

    def kinds(self, chunk: pd.DataFrame) -> pd.Categorical[Any]:
        """Return what each row's columns say, one of `tables.SENSITIVITIES`."""
        found = [np.full(len(chunk), "", dtype=object)]
        for name, heading in self._headings.items():
            codes, cells = pd.factorize(chunk[name])
            if heading.told or len(cells) <= _FEW_CELLS:
                kinds = [kind_of_cell(str(cell), heading, self._words) for cell in cells]
                if any(kinds):
                    found.append(np.array(kinds, dtype=object)[codes])
        return pd.Categorical(strictest(found), categories=list(SENSITIVITIES))
