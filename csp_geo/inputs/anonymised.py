"""Points that a publisher moved before we got them, told by what stands in a file.

police.uk replaces each true point by the nearest of a fixed list and writes "On or near East
Street" beside it; only the month is given. Whoever sends its data on may rename, drop and add
columns: the words stay, and the points recur. What is found makes a file's points `snapped`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from csp_geo.core.disclosure import heading_as_shown
from csp_geo.core.wording import number, shortened
from csp_geo.inputs.files.table import is_empty
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from csp_geo.inputs.files.table import RawTable
    from csp_geo.inputs.read import Reports

    Floats = NDArray[np.float64]

SNAPPED: Final = "snapped"
WITHIN_M: Final = 100.0
"""How far a true address may lie from the published point, as a rule."""
AWAY: Final = f"its points are anonymised, and the true place is some {WITHIN_M:.0f} metres away"
MARK: Final = "cells: on or near"
"""How a source's marks name what `street_words` finds."""
_PREFIX: Final = "on or near"
_HOUSE: Final = re.compile(r"on or near \d+[a-z]?\b")
"""A number of a house, which a published name never has."""
_IN_A_RECORD: Final = re.compile(
    r"\bname['\"]: ?(?:'(on or near\b[^']{0,200})'|\"(on or near\b[^\"]{0,200})\")", re.IGNORECASE
)
"""The name in a record that pandas has written into one cell, as Python or JSON writes it."""
_LOOKED_AT: Final = 1_000
_MOST: Final = 0.5
_FEWEST_CELLS: Final = 3
_TELLING: Final = frozenset(
    """violenceandsexualoffences criminaldamageandarson theftfromtheperson possessionofweapons
    othertheft othercrime violentcrime criminaldamagearson""".split()  # noqa: SIM905
)
"""Categories that police.uk made, as its files and its service write them."""
_CATEGORIES: Final = _TELLING | frozenset(
    """antisocialbehaviour bicycletheft burglary drugs publicorder robbery shoplifting vehiclecrime
    publicdisorderandweapons violence""".split()  # noqa: SIM905
)
_FEWEST_TELLING: Final = 2


@dataclass(frozen=True)
class StreetWords:
    """A column of published street names: `n` of `filled` cells say "On or near".

    `is_place` tells that a cell is such a name alone, and not a record that holds one; `place` is
    the column of the names alone, which `with_street_names` takes out of records.
    """

    column: str
    n: int
    filled: int
    is_place: bool

    @property
    def place(self) -> str:
        """The column that holds the names alone."""
        return self.column if self.is_place else f"{self.column}.name"

    @property
    def note(self) -> str:
        """What was decided, and why."""
        shown = shortened(heading_as_shown(self.column))
        return (
            f'{number(self.n)} of the first {number(self.filled)} cells of "{shown}" say "On or '
            f'near", as police.uk does: {AWAY}'
        )


def street_words(raw: RawTable) -> StreetWords | None:
    """Find the column whose cells say "On or near" a street, `None` if there is none.

    Half of the filled cells among the first thousand rows must, and three at least: an officer may
    write so now and then.
    """
    for chunk in islice(raw.chunks, 1):
        first = chunk.head(_LOOKED_AT)
        for column in raw.header:
            cells = first[column].astype("str").str.strip().str.casefold()
            alone = cells.str.startswith(_PREFIX) & ~cells.str.match(_HOUSE)
            told = alone | cells.map(_name_in_record).ne("")
            n = int(told.sum())
            filled = len(cells) - int(cells.map(is_empty).sum()) if n else 0
            if n >= max(_FEWEST_CELLS, _MOST * filled):
                return StreetWords(column, n, filled, is_place=bool(alone.sum() == n))
    return None


def with_street_names(raw: RawTable, streets: StreetWords | None) -> RawTable:
    """Return the table with the street names of its records in a column of their own."""
    if streets is None or streets.place in raw.header:
        return raw
    chunks = _Named(raw.chunks, streets.column, streets.place)
    return replace(raw, header=(*raw.header, streets.place), chunks=chunks)


@dataclass(frozen=True)
class _Named:
    """Chunks of a table, with the names that stand in the records of one column."""

    chunks: Iterable[pd.DataFrame]
    column: str
    name: str

    def __iter__(self) -> Iterator[pd.DataFrame]:
        for chunk in self.chunks:
            yield chunk.assign(**{self.name: chunk[self.column].map(_name_in_record)})


def _name_in_record(cell: str) -> str:
    found = _IN_A_RECORD.search(cell)
    return found[1] or found[2] if found else ""


# --- points that recur ---------------------------------------------------------------------------

FEWEST_ROWS: Final = 20
FEWEST_POINTS: Final = 5
MOSTLY_RECURRING: Final = 0.5
"""Share of a file's rows at points that recur. police.uk: 0.85 of one month of a borough, 0.92 of
five years of its burglaries; of homes, one burglary in five is a repeat."""
MOSTLY: Final = 0.8
"""Share of a file's rows that must know only the month; of its points, that must be known ones."""
FEWEST_KNOWN: Final = 10
_SAME_M: Final = 1.5
"""Points as near as this are one: the same point as degrees and as rounded metres."""
_BY_ADDRESS: Final = ("exact", "pin")


def at_recurring_points(
    reports: Reports, located: pd.DataFrame, dated: pd.DataFrame
) -> tuple[pd.Series, Mapping[int, tuple[str, ...]]]:
    """Tell which rows lie at anonymised points, although no word says so.

    Of a file that knows only months the points are anonymised when they are those of a file whose
    points are, when most of its reports lie at points that recur, or when all of its categories are
    those of police.uk, some of which nobody else uses. Where days are known, reports that recur are
    at a bus station or a supermarket: they stay exact, as does a file whose project says in
    source.toml how it is located.

    Parameters
    ----------
    located
        `x_m`, `y_m` (metres, NaN where unknown) and `method` of each row.
    dated
        `precision` of each row.

    Returns
    -------
    moved, notes
        One bool for each row; by the number of a file, what was decided and why.
    """
    xy = located[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    method = located["method"].to_numpy()
    monthly = np.isfinite(xy).all(axis=1) & (dated["precision"] == "month").to_numpy()
    known = np.unique(np.round(xy[monthly & (method == SNAPPED)]), axis=0)
    rows = pd.DataFrame(np.round(xy), columns=["x", "y"], index=located.index).assign(
        file=reports.table["file"], feed=reports.per_row("feed"), month=dated["occurred_at"]
    )
    size = rows["file"].value_counts()
    rows = rows[monthly & np.isin(method, _BY_ADDRESS)]
    rows = rows.assign(
        recurs=_recurs(rows), category=reports.table["category"].loc[rows.index].astype("str")
    )
    moved = pd.Series(False, index=located.index)
    notes: dict[int, tuple[str, ...]] = {}
    for n in sorted(set(rows["file"])):
        own = rows[rows["file"] == n]
        if len(own) < MOSTLY * size[n] or reports.sources[own["feed"].iloc[0]].own_method:
            continue
        if why := _known_points(own, known) or _recurring(own) or _published_words(own):
            moved[own.index] = True
            notes[n] = (f"{why}: {AWAY}. If not, say location_method in source.toml",)
    return moved, notes


def _recurs(rows: pd.DataFrame) -> pd.Series:
    """Tell which rows lie at a point of several rows of a file, or of several months of a feed."""
    in_a_file = rows.groupby(["file", "x", "y"])["x"].transform("size")
    months = rows.groupby(["feed", "x", "y"])["month"].transform("nunique")
    return (in_a_file > 1) | (months > 1)


def _known_points(own: pd.DataFrame, known: Floats) -> str:
    """Say that a file's points are those of files known to be anonymised, "" if they are not."""
    points = np.unique(own[["x", "y"]].to_numpy(), axis=0)
    if len(points) < FEWEST_KNOWN or not len(known):
        return ""
    distance, _ = cKDTree(known).query(points, distance_upper_bound=_SAME_M)
    n = int(np.isfinite(distance).sum())
    if n < MOSTLY * len(points):
        return ""
    return (
        f"{number(n)} of its {number(len(points))} points are those of files with anonymised "
        "points, and only the month is known"
    )


def _recurring(own: pd.DataFrame) -> str:
    """Say that a file's points recur, "" if most of its reports lie where no other does."""
    again = own[own["recurs"]]
    n_points = len(again.drop_duplicates(["x", "y"]))
    if len(own) < FEWEST_ROWS or n_points < FEWEST_POINTS:
        return ""
    if len(again) < MOSTLY_RECURRING * len(own):
        return ""
    return (
        f"only the month is known, and {number(len(again))} of {number(len(own))} reports lie at "
        f"{number(n_points)} points that recur"
    )


def _published_words(own: pd.DataFrame) -> str:
    """Say that a file's categories are those of police.uk, "" if they may be a partner's own."""
    words = {plain(word) for word in own["category"].astype("str").unique()}
    if not words <= _CATEGORIES or len(words & _TELLING) < _FEWEST_TELLING:
        return ""
    return "only the month is known, and all its categories are those of police.uk"
