"""Layers of several files as one: the later replaces or adds, and nothing lies there twice.

The result depends on the files, not on their order: tiles may be named in any. Of two that show one
thing the product first in `PRODUCTS` counts, of equal ones the one with a name, then the lower id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.core.disclosure import is_protected_place
from csp_geo.core.tables import GROUND, as_agreed
from csp_geo.inputs.ground.layer_rules import PRODUCTS
from csp_geo.inputs.ground.police_points import same_points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_NEAR_M: Final = 12.0
"""A street drawn by two makers lies within some metres of itself."""
_MOST: Final = 0.8
_ONE_PLACE_M: Final = 50.0
_RANK, _NAMED, _KEY = "_rank", "_named", "_key"


def merged(layer: str, parts: Sequence[gpd.GeoDataFrame], kinds: Mapping[str, str]) -> Any:
    """Return the rows of one layer of several files, each thing once.

    Parameters
    ----------
    parts
        Rows with `source`; `kinds` are the products by it.
    """
    table = pd.concat(list(parts), ignore_index=True)
    table = _in_order(table, kinds)
    if layer == "addresses":
        table = _most_at_each(table)
    elif layer == "known_points":
        table = _one_point(table)
    else:
        table = table.drop_duplicates(_KEY)
        table = table[~_shown_better(layer, table)]
    if layer == "places":
        table = table[~table["name"].map(is_protected_place).to_numpy(dtype=bool)]
    return as_agreed(table.reset_index(drop=True), GROUND[layer])


def n_protected(layer: str, parts: Sequence[gpd.GeoDataFrame]) -> int:
    """Count the places of a file that no map may show: refuges, clinics and the like."""
    if layer != "places":
        return 0
    return sum(int(part["name"].map(is_protected_place).sum()) for part in parts)


def _in_order(table: Any, kinds: Mapping[str, str]) -> Any:
    """Sort rows so that of each thing the one that counts comes first."""
    shapes = shapely.normalize(np.asarray(table.geometry, dtype=object))
    named = table["name"] == "" if "name" in table.columns else False
    rank = [PRODUCTS.index(kinds[source]) for source in table["source"]]
    table = table.assign(
        **{_RANK: rank, _NAMED: named, _KEY: shapely.to_wkb(shapes, include_srid=False)}
    )
    return table.sort_values([_RANK, _NAMED, "source", _KEY], ignore_index=True)


def _most_at_each(table: Any) -> Any:
    """Keep, of each point, the rows of the file that has most: flats of a house share a point."""
    sizes = table.groupby([_KEY, "source"], sort=False)[_RANK].transform("size")
    table = table.assign(_n=-sizes).sort_values([_KEY, "_n", _RANK, "source"])
    first = table.groupby(_KEY)["source"].transform("first")
    return table[table["source"] == first].sort_values([_RANK, "source", _KEY])


def _one_point(table: Any) -> Any:
    """Make one of points within 5 m of each other; it lies where the newest month has it."""
    xy = shapely.get_coordinates(np.asarray(table.geometry, dtype=object))
    table = table.assign(_one=same_points(xy))
    table = table.sort_values(["last_month", _KEY, "source"], ascending=[False, True, True])
    rows = []
    for _, group in table.groupby("_one"):
        row = group.iloc[0].copy()
        if len(group) > 1:
            row["named_by"] = ";".join(sorted({w for t in group["named_by"] for w in t.split(";")}))
            row["n_months"] = _months_together(group)
            row["first_month"] = group["first_month"].min()
        rows.append(row)
    made = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=table.crs)
    return made.sort_values([_KEY])


def _months_together(group: Any) -> int:
    """Count months of several files: those of files that do not overlap in time add up."""
    spans = group.sort_values("first_month")
    apart = bool(
        (spans["first_month"].iloc[1:].to_numpy() > spans["last_month"].iloc[:-1].to_numpy()).all()
    )
    return int(group["n_months"].sum() if apart else group["n_months"].max())


def _shown_better(layer: str, table: Any) -> NDArray[np.bool_]:
    """Tell which rows show what a row of a better product shows already."""
    worse = np.zeros(len(table), dtype=bool)
    if table[_RANK].nunique() < 2:  # noqa: PLR2004 - one product does not draw a thing twice
        return worse
    for rank in sorted(table[_RANK].unique())[1:]:
        of_rank = (table[_RANK] == rank).to_numpy()
        better = (table[_RANK] < rank).to_numpy() & ~worse
        rows = np.flatnonzero(of_rank)
        worse[rows] = _COMPARED[layer](table[of_rank], table[better])
    return worse


def _shapes(table: Any) -> NDArray[Any]:
    return np.asarray(table.geometry, dtype=object)


def _along(lower: Any, higher: Any) -> NDArray[np.bool_]:
    """Tell which lines lie for the most part along lines of the same name."""
    mine, theirs = _shapes(lower), _shapes(higher)
    names = [table["name"].str.casefold().to_numpy(dtype=object) for table in (lower, higher)]
    wide = shapely.buffer(theirs, _NEAR_M, quad_segs=2)
    row, other = shapely.STRtree(wide).query(mine, predicate="intersects")
    same = names[0][row] == names[1][other]
    row, other = row[same], other[same]
    found = np.zeros(len(mine), dtype=bool)
    for at, candidates in pd.Series(other).groupby(row):
        cover = shapely.union_all(wide[candidates.to_numpy()])
        inside = shapely.length(shapely.intersection(mine[int(at)], cover))
        found[int(at)] = inside >= _MOST * shapely.length(mine[int(at)])
    return found


def _inside(lower: Any, higher: Any) -> NDArray[np.bool_]:
    """Tell which outlines have their middle within another."""
    middles = shapely.point_on_surface(_shapes(lower))
    row, _ = shapely.STRtree(_shapes(higher)).query(middles, predicate="intersects")
    return np.isin(np.arange(len(lower)), row)


def _same_place(lower: Any, higher: Any) -> NDArray[np.bool_]:
    """Tell which places have one of the same name and kind close by."""
    pairs = shapely.STRtree(_shapes(higher)).query(
        _shapes(lower), predicate="dwithin", distance=_ONE_PLACE_M
    )
    keys = [
        (table["name"].str.casefold() + "/" + table["kind"].astype(str)).to_numpy(dtype=object)
        for table in (lower, higher)
    ]
    same = keys[0][pairs[0]] == keys[1][pairs[1]]
    return np.isin(np.arange(len(lower)), pairs[0][same])


def _never(lower: Any, higher: Any) -> NDArray[np.bool_]:
    """Say that nothing is shown twice: to draw water or a park over itself changes no map."""
    del higher
    return np.zeros(len(lower), dtype=bool)


_COMPARED: Final = {
    "streets": _along,
    "railways": _along,
    "water": _never,
    "green": _never,
    "buildings": _inside,
    "places": _same_place,
}
