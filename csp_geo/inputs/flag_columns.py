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

from csp_geo.core.tables import SENSITIVITIES, UNKNOWN
from csp_geo.inputs.vocabulary import packaged_words, spelt, strictest, whole_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.inputs.source import Source
    from csp_geo.inputs.vocabulary import Vocabulary

_FLAG, _CLASS, _ABOUT, _KIN = (
    whole_words(packaged_words()["headings"][key]) for key in ("flag", "class", "about", "kin")
)
_OF_KIND: Final = frozenset({"category", "major", "place"})
"""Fields whose columns are looked over although they are kept."""
_OWN: Final = "sensitive"
"""How the column of a cleaned file is headed."""
_NO: Final = frozenset(
    ("n", "no", "none", "nil", "false", "f", "0", "0 0", "na", "n a", "null", "not applicable")
)
_YES: Final = frozenset(("y", "yes", "true", "t", "1", "x"))
_BLANK: Final = frozenset("-\u2013\u2014._? ")
_DENIED: Final = re.compile(r"(?:no|non|not) (?!known|recorded|stated|sure)")


@dataclass(frozen=True)
class Heading:
    """What the heading of a column says of its cells.

    `kind` is what a yes in it means; `kind_of_yes` the same, more freely, where the cells are such
    as yes and no; `flags` that its cells are flags or classes.
    """

    kind: str
    kind_of_yes: str
    flags: bool


def heading_of(name: str, words: Vocabulary, *, asked: bool = False) -> Heading:
    """Say what the heading of a column tells.

    Where people are `asked` (a survey) a column may be about them: "Disability" is not a flag.
    """
    text = spelt(name)
    flag = bool(_FLAG.search(text))
    classes = bool(_CLASS.search(text) and not _ABOUT.search(text)) or bool(_KIN.search(text))
    kind = words.kind_of(text, strong=not flag or asked)
    if not kind and (text == _OWN or (flag and _OWN in text)):
        kind = UNKNOWN
    loose = kind if asked else words.kind_of(text)
    return Heading(kind, loose, (flag or classes) and not asked)


def kind_of_cell(cell: str, column: Heading, words: Vocabulary) -> str:
    """Return what a cell says of its report; "" for nothing."""
    text = spelt(cell)
    kind = column.kind or (column.kind_of_yes if text in _YES or _is_tick(text, cell) else "")
    left = words.harmless.sub(" ", text).strip() if kind else text
    if left in _NO or (not left and not _is_tick(text, cell)):
        return ""
    if kind == UNKNOWN and left and left in SENSITIVITIES:
        return left
    found = words.kind_of(text, strong=not (column.flags or kind))
    return found if found or _DENIED.match(text) else kind


def _is_tick(text: str, cell: str) -> bool:
    """Tell a sign that stands for yes from a cell that says nothing."""
    return not text and not set(cell) <= _BLANK


class FlagColumns:
    """The columns of a table that are looked over, and what they say row by row."""

    def __init__(self, header: Sequence[str], columns: Mapping[str, str], source: Source) -> None:
        kept = {column for field, column in columns.items() if field not in _OF_KIND}
        asked = source.family == "perception"
        self._words = source.vocabulary
        self._headings = {
            name: heading_of(name, self._words, asked=asked) for name in header if name not in kept
        }

    def kinds(self, chunk: pd.DataFrame) -> pd.Categorical[Any]:
        """Return what each row's columns say, one of `tables.SENSITIVITIES`."""
        found = [np.full(len(chunk), "", dtype=object)]
        for name, heading in self._headings.items():
            codes, cells = pd.factorize(chunk[name])
            kinds = [kind_of_cell(str(cell), heading, self._words) for cell in cells]
            if any(kinds):
                found.append(np.array(kinds, dtype=object)[codes])
        return pd.Categorical(strictest(found), categories=list(SENSITIVITIES))
