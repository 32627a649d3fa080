"""One event is one incident, however many rows tell of it.

Partners list a row for each victim, suspect or offence of a crime, and the same published month may
come in two wrappings. Counted by rows, one fight in the street would be a hotspot.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from csp_geo.core.tables import THEMES_BY_HARM
from csp_geo.core.wording import count
from csp_geo.inputs.anonymised import SNAPPED
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from csp_geo.inputs.read import Reports

    Marks = NDArray[np.bool_]

_BETWEEN: Final = "\x1f"
_DIGIT: Final = re.compile("[1-9]")
"""What a reference has, and "unknown" and "000" have not."""
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
"""A long number that a spreadsheet has rounded: many crimes share it."""
_SHARED: Final = 0.5
"""Share of the smaller file's published reports that must stand in the other."""
_FEWEST: Final = 5
_ONE_POINT_M: Final = 5.0
"""Points as near as this are one published point. In degrees and in whole metres it differs by a
metre, by some more where an older transformation was used; two of a list lie further apart."""


@dataclass(frozen=True)
class Events:
    """Which event each row tells of, one entry a row.

    `name` is the event's: source reference, time and place; "" where a row cannot share one.
    `further` are the rows that another one stands for, `n_rows` how many rows tell of the event.
    `notes` say by the number of a file what was counted once.
    """

    name: pd.Series
    further: Marks
    n_rows: NDArray[np.int64]
    notes: Mapping[int, tuple[str, ...]]


def events_of(
    reports: Reports,
    located: pd.DataFrame,
    dated: pd.DataFrame,
    theme: pd.Series,
    usable: Marks,
    merged: Marks,
) -> Events:
    """Find the rows that tell of one event.

    Rows of one feed with the same reference, time and place are one event; the row of the gravest
    theme stands for it, whatever the order of the rows. A reference has a digit ("unknown" is
    none). The findings of an audit are several things, and what two people say of a place is two.
    A published report without a reference is known by month, point and category: where two files
    hold the same month of the same place, those of one file are kept.

    Parameters
    ----------
    located
        `x_m`, `y_m` (metres) and `method` of each row.
    dated
        `occurred_at`, `occurred_to` and `precision` of each row.
    theme
        Of each row.
    usable, merged
        Which rows have no reason against them, and which repeat another in every column.
    """
    table = reports.table
    rows = pd.DataFrame({"feed": reports.per_row("feed"), "file": table["file"]}, index=table.index)
    rows["event"] = _names(reports, located, dated, usable)
    named = (rows["event"] != "").to_numpy()
    several = named & rows.duplicated(["feed", "event"], keep=False).to_numpy()
    further, n_rows = np.zeros(len(rows), dtype=np.bool_), np.ones(len(rows), dtype=np.int64)
    told = rows[several]
    further[several & ~merged] = _not_the_gravest(told, table, theme, ~merged[several])
    per_file = told.groupby(["feed", "event", "file"])["file"].transform("size")
    most = per_file.groupby([told["feed"], told["event"]]).transform("max")
    n_rows[several] = most.to_numpy()
    monthly = usable & ~merged & ((dated["precision"] == "month").to_numpy())
    monthly &= (located["method"] == SNAPPED).to_numpy()
    published = _published(rows[monthly], table, located, dated)
    published["bare"] = (table["reference"] == "")[monthly]
    again = np.zeros(len(rows), dtype=np.bool_)
    again[monthly] = _in_two_wrappings(told, published)
    notes = _notes(rows, further, again)
    return Events(rows["event"], further | again, n_rows, notes)


def _names(
    reports: Reports, located: pd.DataFrame, dated: pd.DataFrame, usable: Marks
) -> pd.Series:
    """Name the event of each row by reference, time and place, "" where a row cannot share one."""
    table = reports.table
    reference = table["reference"].astype("str")
    family = reports.per_row("family")
    tells = (reference.str.contains(_DIGIT) & ~reference.str.fullmatch(_ROUNDED)).to_numpy(bool)
    can = np.flatnonzero(usable & tells & (family != "observation"))
    asked = family[can] == "perception"
    names = np.full(len(table), "", dtype=object)
    names[can] = _joined_cells(
        reference.iloc[can],
        _seconds(dated["occurred_at"].iloc[can]),
        *(np.round(located[name].iloc[can]).astype("int64") for name in ("x_m", "y_m")),
        np.where(asked, table["person"].iloc[can].astype("str"), ""),
    )
    return pd.Series(names, index=table.index)


def _joined_cells(*columns: pd.Series | NDArray[Any]) -> list[str]:
    """Join the cells of each row to one text."""
    texts = (map(str, column.tolist()) for column in columns)
    return list(map(_BETWEEN.join, zip(*texts, strict=True)))


def _seconds(at: pd.Series) -> NDArray[np.int64]:
    utc = at.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(utc.to_numpy(dtype="datetime64[s]").astype(np.int64))


def _not_the_gravest(
    told: pd.DataFrame, table: pd.DataFrame, theme: pd.Series, open_rows: Marks
) -> Marks:
    """Tell which of the open rows another of the same event stands for."""
    ours = told[open_rows]
    order = ours.assign(
        harm=theme.loc[ours.index].map(THEMES_BY_HARM.index),
        category=table.loc[ours.index, "category"].astype("str"),
        content=table.loc[ours.index, "content"],
    ).sort_values(["harm", "category", "content", "file"], kind="stable")
    again = order.duplicated(["feed", "event"])
    return again.loc[ours.index].to_numpy()


# --- one month in two wrappings ------------------------------------------------------------------


def _published(
    rows: pd.DataFrame, table: pd.DataFrame, located: pd.DataFrame, dated: pd.DataFrame
) -> pd.DataFrame:
    """Name published reports without a reference by month, point and category.

    Points within `_ONE_POINT_M` are one, as are those that such points join.
    """
    words = table.loc[rows.index, "category"].astype("str")
    plain_words = words.map({word: plain(word) for word in words.unique()})
    return rows.assign(
        event=_joined_cells(
            _seconds(dated.loc[rows.index, "occurred_at"]),
            _points(located.loc[rows.index, ["x_m", "y_m"]].to_numpy(dtype=np.float64)),
            plain_words,
        )
    )


def _points(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the number of each row's point, ``(n,)``, from metres; whole ones keep pairs few."""
    each, at = np.unique(np.round(xy), axis=0, return_inverse=True)
    if not len(each):
        return np.zeros(0, dtype=np.int64)
    near = cKDTree(each).query_pairs(_ONE_POINT_M, output_type="ndarray")
    joined = coo_array((np.ones(len(near), dtype=np.bool_), near.T), shape=(len(each), len(each)))
    _, number = connected_components(joined, directed=False)
    return np.asarray(number[at.ravel()], dtype=np.int64)


def _in_two_wrappings(told: pd.DataFrame, published: pd.DataFrame) -> Marks:
    """Tell which published reports without a reference another file holds as well.

    Of each month, point and category that several such files have, those of one file are kept: of
    the one with most references, then with most reports. Reports with a reference all stay.
    """
    group = _groups_of_files(told, published)
    rows = published.assign(group=published["file"].map(group))
    same = ["group", "event"]
    sizes = rows.groupby([*same, "file"])["bare"]
    each = pd.DataFrame({"size": sizes.size(), "bare": sizes.sum()}).reset_index()
    each["named"] = each["size"] - each["bare"]
    order = each.sort_values(["named", "size", "file"], ascending=[False, False, True])
    best = order.drop_duplicates(same).set_index(same)["file"]
    kept = best.reindex(pd.MultiIndex.from_frame(rows[same])).to_numpy()
    outside: Marks = (rows["file"].to_numpy() != kept) & rows["bare"].to_numpy(dtype=bool)
    return outside


def _groups_of_files(told: pd.DataFrame, published: pd.DataFrame) -> dict[int, int]:
    """Give files that hold the same month of the same place one number.

    They do when they share references; and where one has no references at all, when most of what
    the smaller one says stands in the other. Two police forces at one station share no reference.
    """
    files = sorted(set(published["file"].tolist()))
    without = set(files) - set(published["file"][~published["bare"]].tolist())
    sizes = published.drop_duplicates(["file", "event"])["file"].value_counts()
    pairs = set(_pairs_of_files(told)) | {
        pair
        for pair, n in _pairs_of_files(published).items()
        if without & set(pair) and n >= max(_FEWEST, _SHARED * min(sizes[file] for file in pair))
    }
    group = {file: file for file in files}
    for one, other in sorted(pairs):
        if one in group and other in group:
            old, new = group[other], group[one]
            group |= {file: new for file, of in group.items() if of == old}
    return group


def _pairs_of_files(rows: pd.DataFrame) -> dict[tuple[int, int], int]:
    """Count the events that two files of a feed both tell of, by the numbers of the files."""
    each = rows[["feed", "event", "file"]].drop_duplicates()
    each = each[each.duplicated(["feed", "event"], keep=False)]
    both = each.merge(each, on=["feed", "event"], suffixes=("", "_other"))
    both = both[both["file"] < both["file_other"]]
    pairs = zip(both["file"].tolist(), both["file_other"].tolist(), strict=True)
    return dict(Counter(pairs))


def _notes(rows: pd.DataFrame, further: Marks, again: Marks) -> Mapping[int, tuple[str, ...]]:
    """Say of each file how many of its rows are counted with another."""
    notes: dict[int, tuple[str, ...]] = {}
    for n in sorted(set(rows["file"][further])):
        own = rows["event"][further & (rows["file"] == n).to_numpy()]
        what = f"{count(len(own), 'row')} {'tells' if len(own) == 1 else 'tell'} of"
        of = count(own.nunique(), "incident")
        said = (
            f"{what} {of} that another row stands for (same reference, time and place: one "
            "event, whatever the number of its rows and files), counted once by the gravest theme"
        )
        notes[n] = (said,)
    for n, size in sorted(Counter(rows["file"][again].tolist()).items()):
        what = f"{count(size, 'row')} without a reference {'is' if size == 1 else 'are'}"
        said = f"{what} in another file of the same month as well, counted once"
        notes[n] = (*notes.get(n, ()), said)
    return notes
