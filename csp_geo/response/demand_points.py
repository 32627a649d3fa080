"""The reports that demand for a Safe Haven is counted from: nothing in it leads to one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from csp_geo.disclosure import may_be_in_public
from csp_geo.intake.incidents import SAME_SPOT_M
from csp_geo.intake.rules import DATE_OF_REPORT

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIN_GRID_M: Final = 50.0
"""To what the middle of one person's pins is rounded."""
_KEPT: Final = ("source", "family", "theme", "occurred_at", "occurred_to", "time_precision")


def demand_points(incidents: gpd.GeoDataFrame, *, people: bool = True) -> gpd.GeoDataFrame:
    """Return what demand is counted from.

    Parameters
    ----------
    incidents
        Those that may be shown, with the columns of `tables.INCIDENTS`; times on any clock.
    people
        Make one row of a person's pins within 100 metres, at their middle; else keep each pin.

    Returns
    -------
    points
        source, family, theme, occurred_at, occurred_to, time_precision, geometry, sorted by place.
        Where `people`, pins stand on a grid of 50 metres. Times are NaT where only the day of the
        report is known, and where people are told apart or asked in a survey: pins that share an
        hour would be those of one.
    """
    rows = incidents[may_be_in_public(incidents)]
    told = ~rows["flags"].str.contains(DATE_OF_REPORT, regex=False).to_numpy(dtype=bool)
    if people:
        source = rows["source"].astype("object")
        asked = source.isin({"survey", *source[rows["person_key"].notna()]})
        told &= ~(asked & (rows["family"] == "perception")).to_numpy()
    times = {name: rows[name].where(told) for name in ("occurred_at", "occurred_to")}
    table = pd.DataFrame(rows[list(_KEPT)].assign(**times)).reset_index(drop=True)
    xy = np.column_stack([rows.geometry.x, rows.geometry.y]).reshape(-1, 2)
    if people:
        pins = np.flatnonzero(table["family"] == "perception")
        group = one_person(xy[pins], rows["person_key"].to_numpy(dtype=object)[pins])
        table, xy = _joined(table, xy, pins, group)
    texts = [table[name].astype("str").fillna("").to_numpy(dtype=object) for name in _KEPT]
    order = np.lexsort((*reversed(texts), xy[:, 1], xy[:, 0]))
    return gpd.GeoDataFrame(
        table.iloc[order].reset_index(drop=True),
        geometry=gpd.points_from_xy(*xy[order].T),
        crs=incidents.crs,
    )


def one_person(xy: NDArray[np.float64], people: NDArray[Any]) -> NDArray[np.int64]:
    """Return for each pin, ``(n,)``, the first of the pins that are one person's within 100 metres.

    Of those that are left the westernmost takes in what lies around it, so the order of the rows
    does not matter. A pin without a person is its own.
    """
    first = np.arange(len(xy))
    known = np.flatnonzero(pd.notna(people))
    for own in pd.Series(known).groupby(people[known]).agg(list):
        rows = np.array(own)[np.lexsort((xy[own, 1], xy[own, 0]))]
        near = cKDTree(xy[rows])
        free = np.ones(len(rows), dtype=bool)
        for at, row in enumerate(rows):
            if free[at]:
                around = np.array(near.query_ball_point(xy[row], SAME_SPOT_M))
                first[rows[around[free[around]]]] = row
                free[around] = False
    return first


def _joined(
    table: pd.DataFrame, xy: NDArray[np.float64], pins: NDArray[np.int64], group: NDArray[np.int64]
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Put the pins of each group into its first row, at their middle, and take the others away."""
    table, xy = table.copy(), xy.copy()
    n_pins = np.bincount(group, minlength=len(pins))
    middle = [
        np.bincount(group, xy[pins, axis], len(pins)) / np.maximum(n_pins, 1) for axis in (0, 1)
    ]
    xy[pins] = np.round(np.column_stack(middle) / PIN_GRID_M) * PIN_GRID_M
    for first in np.flatnonzero(n_pins > 1):
        themes = table.loc[pins[group == first], "theme"].astype("object")
        table.loc[pins[first], "theme"] = themes.mode().iloc[0]
    gone = pins[n_pins == 0]
    return table.drop(index=gone), np.delete(xy, gone, axis=0)
