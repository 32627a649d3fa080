"""A table that people laid out by hand: where its header is, and which rows are not reports.

Such a row has neither date nor place. It is said with its row number, and not counted as read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.inputs.files.table import BROKEN, ROW, is_empty, one_line, unique_names
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

PREVIEW: Final = 60
_SURE: Final = 3
_ENOUGH: Final = 2
_WIDE: Final = 0.6
_DATA_LIKE: Final = re.compile(r"[-+]?\d[\d\s.,:/TZ+-]*")


@dataclass(frozen=True)
class Header:
    """Names of the columns, and the rows (from 0) in which they were found.

    `n_known` of them are words that some source knows; `unnamed` are the positions without a name,
    `above` is what stands in the rows above.
    """

    names: tuple[str, ...]
    rows: tuple[int, ...]
    n_known: int
    unnamed: tuple[int, ...] = ()
    above: str = ""

    @property
    def below(self) -> int:
        """The first row (from 0) below the header."""
        return self.rows[-1] + 1

    @property
    def notes(self) -> tuple[str, ...]:
        """Where it was found."""
        first, last = self.rows[0] + 1, self.rows[-1] + 1
        many = f"rows {first} and {last}" if first != last else f"row {first}"
        return (f"header found in {many}",)


def find_header(rows: Sequence[Sequence[str]], known: Collection[str]) -> Header | None:
    """Find the header among the first rows of a table; `None` if no row holds anything.

    The row with the most names that some source knows is taken (at least two); without any, the
    first row that is as wide as the rows below it and holds no numbers or dates.

    Parameters
    ----------
    rows
        The first rows, as texts.
    known
        Names of columns, as `plain` gives them.
    """
    rows = [[one_line(cell) for cell in row] for row in rows]
    first = next((n for n, row in enumerate(rows) if any(row)), None)
    if first is None:
        return None
    scores = [_score(row, known) for row in rows]
    at = first
    if scores[first] < _SURE:
        best = max(scores)
        if best >= _ENOUGH:
            at = scores.index(best)
        elif _is_title(rows, first):
            at = _first_wide(rows, first)
    return _joined(rows, at, known)


def _n_known(row: Iterable[str], known: Collection[str]) -> int:
    return len({plain(cell) for cell in row if cell} & set(known))


def _score(row: Sequence[str], known: Collection[str]) -> int:
    """Count the names of columns in a row; of one with numbers or dates in it only the long ones.

    Y, N and E in the row of a report are answers, and names of columns elsewhere.
    """
    if not _has_data(row):
        return _n_known(row, known)
    n = _n_known((cell for cell in row if len(cell) > 1), known)
    return n if n >= _SURE else 0


def _filled(row: Iterable[str]) -> int:
    return sum(map(bool, row))


def _has_data(row: Iterable[str]) -> bool:
    return any(_DATA_LIKE.fullmatch(cell) for cell in row)


def _typical_width(rows: Sequence[Sequence[str]], first: int) -> float:
    return median([_filled(row) for row in rows[first:] if _filled(row)])


def _is_title(rows: Sequence[Sequence[str]], first: int) -> bool:
    return _filled(rows[first]) < max(_ENOUGH, _WIDE * _typical_width(rows, first))


def _first_wide(rows: Sequence[Sequence[str]], first: int) -> int:
    wide = max(_ENOUGH, _WIDE * _typical_width(rows, first))
    fitting = (n for n, row in enumerate(rows) if _filled(row) >= wide and not _has_data(row))
    return next(fitting, first)


def _joined(rows: Sequence[Sequence[str]], at: int, known: Collection[str]) -> Header:
    """Join the header with a second header row above or below it, if there is one."""
    found: tuple[int, ...] = (at,)
    cells = list(rows[at])
    if at + 1 < len(rows) and _is_second(rows[at + 1], cells, known):
        found = (at, at + 1)
        cells = _combined(cells, rows[at + 1], known)
    elif at and _is_group(rows[at - 1], cells):
        joined = _combined(rows[at - 1], cells, known)
        if joined != cells:
            found, cells = (at - 1, at), joined
    unnamed = tuple(position for position, cell in enumerate(cells) if not cell)
    above = " ".join(cell for row in rows[: found[0]] for cell in row if cell)
    return Header(unique_names(cells), found, _n_known(cells, known), unnamed, above)


def _is_second(below: Sequence[str], cells: Sequence[str], known: Collection[str]) -> bool:
    """Tell whether the row below a header goes on with it: names, no data, and gaps."""
    gaps = any(name and not under for name, under in zip(cells, below, strict=False))
    return gaps and not _has_data(below) and _n_known(below, known) >= _ENOUGH


def _is_group(above: Sequence[str], cells: Sequence[str]) -> bool:
    return _filled(above) >= _ENOUGH and not _has_data(above) and list(above) != list(cells)


def _combined(above: Sequence[str], below: Sequence[str], known: Collection[str]) -> list[str]:
    """Name each column by both rows, where one alone does not tell it apart.

    A merged cell of the upper row stands in the first of its columns: it is carried on to the
    others. What stands right below a question does not replace it.
    """
    width = max(len(above), len(below))
    upper = [*above] + [""] * (width - len(above))
    lower = [*below] + [""] * (width - len(below))
    names, group = [], ""
    for over, own in zip(upper, lower, strict=True):
        group = over or group
        both = f"{group} {own}".strip()
        if not own or (over and own.casefold() in _ANSWERS):
            names.append(over)
        elif plain(both) in known:
            names.append(both)
        elif lower.count(own) == 1 and plain(own) in known:
            names.append(own)
        elif over and plain(over) in known:
            names.append(over)
        else:
            names.append(both if over.endswith("?") or lower.count(own) > 1 else own)
    return names


_ANSWERS: Final = frozenset({"response", "open-ended response"})
"""What SurveyMonkey writes below a question."""
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
_YEAR: Final = ("year",)
"""What tells when as well, and is no count."""
_PLACES: Final = ("x", "y", "point", "gridref", "wkt", "postcode")
_MOST_SHOWN: Final = 5


class StrayRows:
    """Sorts such rows out of a table, a stretch at a time, and remembers where they were.

    `columns` are the table's own column names by field.
    """

    def __init__(self, header: Sequence[str], columns: Mapping[str, str]) -> None:
        self._header = list(header)
        self._dates = frozenset(columns[name] for name in _DATES if name in columns)
        telling = (*_DATES, *_YEAR, *_PLACES)
        self._telling = [columns[name] for name in telling if name in columns]
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
            return (f"row {shown} is not a report (a total, note or header) and was not counted",)
        said = "are not reports (totals, notes, headers) and were not counted"
        return (f"rows {shown}{more} {said}",)


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
