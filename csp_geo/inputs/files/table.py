"""One table of a file, as texts, with its row numbers; cells without what cannot be seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPACES: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_EMPTY: Final = frozenset(
    {
        *("-", "--", "---", "\u2013", "\u2014", ".", "n/a", "na", "n.a.", "n/k", "#n/a", "#value!"),
        *("#ref!", "null", "<null>", "(null)", "none", "nil", "nan", "nat", "(blank)", "blank"),
    }
)
"""Words that stand for an empty cell; the long dashes are those that Word and Excel make."""
_LONGEST: Final = max(map(len, _EMPTY))
_OF_A_TABLE: Final = re.compile(r"[^\[\]]{0,80}\[([^\[\]]{1,80})\]")


def tidy(text: str) -> str:
    """Return a text without invisible characters, with plain spaces, stripped."""
    return text.strip() if text.isascii() and text.isprintable() else _cleared(text)


def _cleared(text: str) -> str:
    return _SPACES.sub(" ", visible(text)).strip()


def is_empty(text: str) -> bool:
    """Tell whether a cell says nothing: it is blank, or says "N/A" or "-"."""
    return not said(text)


def said(text: str) -> str:
    """Return what a cell says, "" where that is nothing."""
    clear = tidy(text)
    return "" if len(clear) <= _LONGEST and clear.casefold() in _EMPTY else clear


ROW: Final = "csp_geo:row"
BROKEN: Final = "csp_geo:broken"
SIZE: Final = "csp_geo:size_m"
CHUNK: Final = 20_000
PART_LENGTH: Final = 120
"""What is shown at most of the name of a sheet, a layer or a member."""


@dataclass(frozen=True)
class RawTable:
    """One table as texts, a stretch of rows at a time, so that it need not all lie in memory.

    Each of `chunks` has the table's own columns, all strings with "" for empty, and two of ours:
    the 1-based row of the file (`ROW`) and whether the record is damaged (`BROKEN`); a third where
    shapes are not points: their size in metres (`SIZE`). `notes` say what was decided.
    A table is read while the chunks are gone through: `SourceError` may come then.

    `part` names the table where a file holds several: ``#sheet``, ``/member``, "" otherwise.
    `sha256` is that of a member's own bytes. `by_hand` tells that people lay such tables out:
    totals and notes may stand among the rows. `title` is what stands above the header, and the name
    of a sheet or layer.
    """

    header: tuple[str, ...]
    chunks: Iterable[pd.DataFrame]
    notes: tuple[str, ...] = ()
    part: str = ""
    sha256: str = ""
    by_hand: bool = False
    title: str = ""

    @property
    def cells(self) -> pd.DataFrame:
        """All rows in one table."""
        return pd.concat(list(self.chunks), ignore_index=True)


@dataclass(frozen=True)
class Unread:
    """A table of a file that could not be read, and the sentence that says why."""

    part: str
    error: str


def one_line(cell: str) -> str:
    """Write a cell of a header in one line, without what cannot be seen.

    Names of columns are shown on a terminal and stand in a source.toml: what steers the one or
    breaks the other goes here, before anybody has them.
    """
    return " ".join(tidy(cell).split())


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Name blank and repeated columns, so that each can be told apart.

    Of "street_crime[Month]", as Power BI heads most columns of an export, the column is kept.
    """
    names: dict[str, None] = {}
    inner = [_OF_A_TABLE.fullmatch(cell) for cell in header]
    is_model = sum(map(bool, inner)) * 2 > len(header)
    for position, (cell, of) in enumerate(zip(header, inner, strict=True), start=1):
        name = one_line(of[1] if of and is_model else cell) or f"column {position}"
        while name in names:
            name = f"{name} ({position})"
        names[name] = None
    return tuple(names)
