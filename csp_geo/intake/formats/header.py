"""Find the header of a table that people laid out: below titles, in one row or in two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from csp_geo.intake.formats.table import one_line, unique_names
from csp_geo.intake.source import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

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
    scores = [_n_known(row, known) for row in rows]
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
    others.
    """
    width = max(len(above), len(below))
    upper = [*above] + [""] * (width - len(above))
    lower = [*below] + [""] * (width - len(below))
    names, group = [], ""
    for over, own in zip(upper, lower, strict=True):
        group = over or group
        both = f"{group} {own}".strip()
        if not own:
            names.append(over)
        elif plain(both) in known:
            names.append(both)
        elif lower.count(own) == 1 and plain(own) in known:
            names.append(own)
        elif over and plain(over) in known:
            names.append(over)
        else:
            names.append(both if lower.count(own) > 1 else own)
    return names
