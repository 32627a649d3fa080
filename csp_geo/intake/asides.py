"""Rows that are no reports: totals, repeated headers, and notes below a table laid out by hand.

Such a row has neither date nor place. It is said with its row number, and not counted as read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.intake.formats import BROKEN, ROW
from csp_geo.intake.tidy import is_empty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COUNTED: Final = r"(?:rows?|records?|results?|incidents?|reports?|crimes?|offences?)"
_SAYS: Final = re.compile(
    r"(?:[^\W\d_][\w'-]* ){0,4}(?:(?:grand|overall|sub)[ -]?)?totals?(?: \w+){0,3} ?[:.]?"
    r"|(?:sum|count|average|mean) ?[:.]?"
    rf"|(?:number|no\.?|count|sum) of {_COUNTED} ?[:.]?(?: ?\d[\d,]*)?"
    r"|(?:notes?|source|key|contact)(?: ?:.*)?|end of (?:report|data|table|list).*|\*.*|©.*"
    rf"|(?:\d[\d,]* )?{_COUNTED} (?:selected|returned|found|exported).*|\d[\d,]* {_COUNTED}\.?"
    r"|official(?:\W+sensitive)?(?: ?[-:\[(].*)?",
    re.IGNORECASE | re.DOTALL,
)
_PHRASE: Final = re.compile(r"[^\W\d_]{2}\W.*[^\W\d_]{2}", re.DOTALL)
_NUMBER: Final = re.compile(r"\d+(?:\.0+)?|\d{1,3}(?:,\d{3})+")
_FIRST_SERIAL: Final = 20_000
"""From here a number below a date may be Excel's; a smaller one is a count."""
_DATES: Final = ("date", "month", "date_to")
_PLACES: Final = ("x", "y", "point", "gridref", "wkt", "postcode")
_MOST_SHOWN: Final = 5


class Asides:
    """Sorts such rows out of a table, a stretch at a time, and remembers where they were.

    `columns` are the table's own column names by field.
    """

    def __init__(self, header: Sequence[str], columns: Mapping[str, str]) -> None:
        self._header = list(header)
        self._dates = frozenset(columns[name] for name in _DATES if name in columns)
        self._telling = [columns[name] for name in (*_DATES, *_PLACES) if name in columns]
        self._unreferenced = [name for name in header if name != columns.get("reference")]
        self._rows: list[int] = []
        self._last: list[int] = []

    def sift(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that are reports, and notes that are none if the table ends there."""
        headers = (chunk[self._telling] == self._telling).all(axis=1)
        whole = ~chunk[BROKEN].astype(bool)
        bare = whole.copy()
        for name in self._telling:
            codes, unique = pd.factorize(chunk[name])
            nothing = _no_date if name in self._dates else _tells_nothing
            bare &= np.array([nothing(text) for text in unique], dtype=bool)[codes]
        lone = whole & ((chunk[self._header] != "").sum(axis=1) == 1)
        named = chunk.loc[bare, self._unreferenced]  # a reference alone is still a report's own
        counts = set(named.index[(named != "").any(axis=1)])
        said, phrases = [], []
        for index, cells in chunk.loc[bare | lone, self._header].iterrows():
            filled = [cell.strip() for cell in cells if cell.strip()]
            if filled and _SAYS.fullmatch(filled[0]):
                said.append(index)
            elif len(filled) == 1 and (
                _PHRASE.search(filled[0]) or (index in counts and _NUMBER.fullmatch(filled[0]))
            ):
                phrases.append(index)
        dropped = headers | chunk.index.isin(said)
        self._rows += chunk.loc[dropped, ROW].tolist()
        kept = chunk[~dropped]
        reports = kept.index[~kept.index.isin(phrases)]
        if len(reports):
            self._last = []
        ends = kept.index.isin(phrases) & (kept.index > (reports.max() if len(reports) else -1))
        self._last += kept.loc[ends, ROW].tolist()
        return kept

    @property
    def at_the_end(self) -> frozenset[int]:
        """Rows that were kept and turned out to be notes below the table."""
        return frozenset(self._last)

    @property
    def notes(self) -> tuple[str, ...]:
        """Which rows they are, in words."""
        rows = sorted({*self._rows, *self._last})
        if not rows:
            return ()
        shown = ", ".join(str(row) for row in rows[:_MOST_SHOWN])
        more = f" and {len(rows) - _MOST_SHOWN:,} more" if len(rows) > _MOST_SHOWN else ""
        if len(rows) == 1:
            return (f"row {shown} is no report (a total, a note or a header) and was not counted",)
        return (f"rows {shown}{more} are no reports (totals, notes, headers) and were not counted",)


def _tells_nothing(text: str) -> bool:
    """Tell whether the cell of a date or place is empty, or where a row of totals begins."""
    return is_empty(text) or bool(_SAYS.fullmatch(text.strip()))


def _no_date(text: str) -> bool:
    """Tell the same of a date, where a number may be the count beside the word "Total"."""
    if _tells_nothing(text):
        return True
    count = text.strip()
    is_number = _NUMBER.fullmatch(count) is not None
    return is_number and ("," in count or float(count) < _FIRST_SERIAL)
