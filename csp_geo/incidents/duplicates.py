"""The same row twice: repeated rows are merged, likely doubles of two sources only suggested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from pandas.util import hash_pandas_object
from scipy.spatial import cKDTree

from csp_geo.inputs.files.columns import TEXT_FIELDS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.inputs.read import Reports

_HOUR_S: Final = 3600.0
_SHOWN: Final = 5


def merged_rows(reports: Reports) -> NDArray[np.bool_]:
    """Tell which rows repeat another.

    Rows equal in every column and with a reference are one report. Across files rows with the same
    reference are one as well when they agree in every column that is read: next week's export says
    the same event again with another status. Rows without a reference are never merged within one
    file; across files the largest count in any one file is kept. The same bytes twice are all
    merged, of a workbook or GIS file sheet by sheet and layer by layer.
    """
    table = reports.table
    digest = pd.Series(
        {
            n: (file.sha256, file.part.rpartition("#")[2] if "#" in file.part else "")
            for n, file in enumerate(reports.files)
            if not file.error
        },
        dtype="object",
    )
    copies = digest.duplicated().reindex(table["file"]).to_numpy(dtype=bool)
    rows = pd.DataFrame(
        {
            "feed": reports.per_row("feed"),
            "reference": table["reference"],
            "content": table["content"],
            "file": table["file"],
        },
        index=table.index,
    )
    repeats = pd.Series(copies, index=table.index)
    referenced = (table["reference"] != "") & ~copies
    repeats[referenced] = rows[referenced].duplicated(["feed", "content"])
    shared = referenced & ~repeats & ~table["broken"]
    shared &= _in_several_files(rows[shared]).reindex(table.index, fill_value=False)
    if shared.any():
        said = rows[shared].assign(content=_said(table[shared]))
        repeats[shared] = _beyond_the_largest(said, ["feed", "reference", "content"])
    bare = rows[(table["reference"] == "") & ~copies]
    repeats[bare.index] = _beyond_the_largest(bare, ["feed", "content"])
    return repeats.to_numpy()


def _in_several_files(rows: pd.DataFrame) -> pd.Series:
    """Tell which references stand in more than one file of a feed."""
    again = rows[rows.duplicated(["feed", "reference"], keep=False)]
    n_files = again.groupby(["feed", "reference"])["file"].transform("nunique")
    return n_files > 1


def _said(table: pd.DataFrame) -> NDArray[np.uint64]:
    """Digest what is read of each row, whatever stands in its other columns."""
    cells = pd.DataFrame({name: table[name].astype("str") for name in TEXT_FIELDS})
    return np.asarray(hash_pandas_object(cells, index=False), dtype=np.uint64)


def _beyond_the_largest(rows: pd.DataFrame, same: list[str]) -> pd.Series:
    """Tell which rows lie outside the file that has the most of them; of equals the first."""
    if len(set(rows["file"])) <= 1:
        return pd.Series(False, index=rows.index)
    per_file = rows.groupby([*same, "file"], sort=True)["file"].transform("size")
    order = rows.assign(count=per_file).sort_values(["count", "file"], ascending=[False, True])
    kept_file = order.drop_duplicates(same).set_index(same)["file"]
    best = kept_file.loc[pd.MultiIndex.from_frame(rows[same])].to_numpy()
    return pd.Series(rows["file"].to_numpy() != best, index=rows.index)


def repeated_references(reports: Reports, merged: NDArray[np.bool_]) -> pd.Series:
    """Tell which rows have a reference that another row of the same feed has as well."""
    table = reports.table
    usable = ((table["reference"] != "") & ~merged).to_numpy()
    rows = pd.DataFrame({"feed": reports.per_row("feed"), "reference": table["reference"]})[usable]
    return rows.duplicated(keep=False).reindex(table.index, fill_value=False)


# --- doubles of two sources ----------------------------------------------------------------------


def possible_doubles(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Suggest which incidents two sources may both report. Nothing is merged.

    Two incidents of different sources are a possible double when their theme is the same, both
    times are known to the minute and less than an hour apart, and they are no further apart than
    the larger of their accuracies. Observations of auditors are not looked at.

    Returns
    -------
    doubles
        One line for each pair of files: source_file, source, other_file, `n` rows of the first
        that have a likely double in the other, and the first `rows` and `other_rows` of them.
    """
    known = (incidents["time_precision"] == "minute") & (incidents["family"] != "observation")
    known &= incidents["theme"] != "other"
    rows = pd.DataFrame(
        {
            "x": incidents.geometry.x.to_numpy(),
            "y": incidents.geometry.y.to_numpy(),
            "hour": _hours(incidents["occurred_at"]),
            "accuracy": incidents["location_accuracy_m"].to_numpy(),
            "source": incidents["source"].astype("str").to_numpy(),
            "theme": incidents["theme"].astype("str").to_numpy(),
            "file": incidents["source_file"].astype("str").to_numpy(),
            "row": incidents["source_row"].to_numpy(),
        }
    )[known.to_numpy()]
    pairs = [_pairs(same) for _, same in rows.groupby("theme", sort=True)]
    found = pd.concat([_no_pairs(rows), *pairs])
    lines = [
        _line(names, same)
        for names, same in found.groupby(["file", "source", "file_other"], sort=True)
    ]
    return pd.DataFrame(lines, columns=list(_LINE))


_LINE: Final = ("source_file", "source", "other_file", "n", "rows", "other_rows")


def _hours(at: pd.Series) -> NDArray[np.float64]:
    utc = at.dt.tz_convert("UTC").dt.tz_localize(None)
    seconds = (utc - pd.Timestamp("1990-01-01")).dt.total_seconds()
    return np.asarray(seconds / _HOUR_S, dtype=np.float64)


def _no_pairs(rows: pd.DataFrame) -> pd.DataFrame:
    return _beside(rows.iloc[:0], rows.iloc[:0])


def _beside(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    others = second.add_suffix("_other").reset_index(drop=True)
    return pd.concat([first.reset_index(drop=True), others], axis=1)


def _pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """Pair the rows of one theme, each pair in both directions."""
    if rows["source"].nunique() < 2:  # noqa: PLR2004 - a double takes two
        return _no_pairs(rows)
    radius = max(float(rows["accuracy"].max()), 1.0)
    scaled = np.column_stack([rows["x"] / radius, rows["y"] / radius, rows["hour"]])
    parts = [_no_pairs(rows)]
    for source in sorted(rows["source"].unique()):
        own = np.flatnonzero((rows["source"] == source).to_numpy())
        others = np.flatnonzero((rows["source"] != source).to_numpy())
        near = cKDTree(scaled[others]).query_ball_point(scaled[own], 1.0, p=np.inf)
        first = np.repeat(own, [len(hits) for hits in near])
        second = others[np.concatenate([*near, []]).astype(np.int64)]
        pair = _beside(rows.iloc[first], rows.iloc[second])
        apart = np.hypot(pair["x"] - pair["x_other"], pair["y"] - pair["y_other"])
        near_enough = apart <= np.maximum(pair["accuracy"], pair["accuracy_other"])
        same_hour = (pair["hour"] - pair["hour_other"]).abs() < 1
        parts.append(pair[near_enough & same_hour])
    return pd.concat(parts)


def _line(names: Any, pairs: pd.DataFrame) -> dict[str, Any]:
    first = pairs.sort_values(["row", "row_other"]).drop_duplicates("row")
    shown = first.head(_SHOWN)
    file, source, other = names
    return dict(
        zip(
            _LINE,
            (file, source, other, len(first), list(shown["row"]), list(shown["row_other"])),
            strict=True,
        )
    )
