"""Known points: where police.uk puts its reports, by archives of its months.

Every true place is moved to the nearest of a fixed list of points, which is not published. What
any month and any category names belongs to it. Points within 5 m of each other are one: of the real
ones 173 pairs moved a little between years.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from csp_geo.core.errors import SourceError
from csp_geo.core.projection import WGS84, in_box
from csp_geo.core.wording import join, shortened
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csp_geo.core.origin import Origin
    from csp_geo.inputs.ground.cutting import GroundFrame

KIND: Final = "police.uk archive"
LICENCE: Final = "Crime data: data.police.uk, Open Government Licence v3.0"
SAME_M: Final = 5.0
_CHUNK: Final = 200_000
_WHERE: Final = ("longitude", "latitude")
_MONTH: Final = re.compile(r"20\d\d-[01]\d")
_COLUMNS: Final = ("lon", "lat", "month", "named_by")
_LONGEST: Final = 60


def named_by(header: Sequence[str]) -> str | None:
    """Return what a file of police.uk tells of (offence, outcome, stop), `None` for other files."""
    known = {plain(name) for name in header}
    if not set(_WHERE) <= known:
        return None
    if {"crimetype", "month", "fallswithin"} <= known:
        return "offence"
    if {"outcometype", "month", "fallswithin"} <= known:
        return "outcome"
    return "stop" if {"objectofsearch", "legislation", "date"} <= known else None


def read_police(
    origin: Origin, header: Sequence[str], what: str, frame: GroundFrame
) -> tuple[pd.DataFrame, set[str]]:
    """Read the points that one file names in the frame's box, and which forces it is of.

    Returns
    -------
    points, forces
        Columns lon, lat, month and named_by, each point once a month.

    Raises
    ------
    SourceError
        If it is damaged.
    """
    by_plain = {plain(name): position for position, name in enumerate(header)}
    when = by_plain["date" if what == "stop" else "month"]
    columns = [by_plain[name] for name in _WHERE] + [when]
    force = by_plain.get("fallswithin")
    west, south, east, north = frame.box(WGS84)
    parts, forces = [], set()
    try:
        with origin.reading(), origin.open() as stream:
            for chunk in pd.read_csv(
                stream,
                header=None,
                skiprows=1,
                usecols=[*columns, *([force] if force is not None else [])],
                dtype="str",
                chunksize=_CHUNK,
                encoding="utf-8",
                encoding_errors="replace",
            ):
                origin.check_time()
                if force is not None:
                    forces |= {shortened(name) for name in chunk[force].dropna().unique()}
                lon, lat = (pd.to_numeric(chunk[at], errors="coerce") for at in columns[:2])
                near = in_box(lon, lat, (west, south, east, north))
                month = chunk.loc[near, when].fillna("").str.slice(0, 7)
                rows = pd.DataFrame({"lon": lon[near], "lat": lat[near], "month": month})
                rows = rows[rows["month"].str.fullmatch(_MONTH)]
                parts.append(rows.assign(named_by=what).drop_duplicates())
    except SourceError:
        raise
    except (ValueError, pd.errors.ParserError) as error:
        raise SourceError(
            f"{origin.where} could not be read to its end: it is damaged. Download it again."
        ) from error
    return pd.concat(parts) if parts else pd.DataFrame(columns=list(_COLUMNS)), forces


def known_points(found: Sequence[pd.DataFrame], frame: GroundFrame) -> gpd.GeoDataFrame:
    """Return the known points of all files of one or more archives, cut to the frame."""
    table = pd.concat([pd.DataFrame(columns=list(_COLUMNS)), *found]).drop_duplicates()
    xy = frame.projection.to_metres(table[["lon", "lat"]].to_numpy(dtype=np.float64))
    inside = frame.points(xy)
    table, xy = table[inside], np.round(xy[inside], 2)
    rows = pd.DataFrame(
        {
            "x": xy[:, 0],
            "y": xy[:, 1],
            "month": table["month"].to_numpy(dtype=object),
            "named_by": table["named_by"].to_numpy(dtype=object),
        }
    )
    rows["one"] = same_points(xy)
    groups = rows.sort_values(["month", "x", "y"], ascending=[False, True, True]).groupby("one")
    last = groups.first()  # where the newest month has it
    made = {
        "named_by": groups["named_by"].agg(lambda some: ";".join(sorted(set(some)))),
        "first_month": groups["month"].min(),
        "last_month": groups["month"].max(),
        "n_months": groups["month"].nunique(),
    }
    columns = {name: values.to_numpy(dtype=object) for name, values in made.items()}
    points = shapely.points(last[["x", "y"]].to_numpy(dtype=np.float64))
    return frame.layer("known_points", columns, points, frame.projection.crs)


def same_points(xy: np.ndarray) -> np.ndarray:
    """Give points numbers; those within 5 m of each other have one."""
    if not len(xy):
        return np.empty(0, dtype=np.int64)
    different, back = np.unique(xy, axis=0, return_inverse=True)
    pairs = cKDTree(different).query_pairs(SAME_M, output_type="ndarray")
    n = len(different)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1][back.ravel()])


def n_unseen(n_months: np.ndarray) -> float:
    """Estimate how many known points no month has named yet (Chao's lower bound, 1984).

    Points that one month alone names tell of those that none has: f1 (f1 - 1) / (2 (f2 + 1)), f1
    and f2 being how many points are named in just one and in just two months.
    """
    once, twice = int((n_months == 1).sum()), int((n_months == 2).sum())  # noqa: PLR2004
    return once * (once - 1) / (2 * (twice + 1))


def another_force(where: str, forces: set[str], area: str) -> str:
    """Say that an archive names no point of the study area."""
    of = f" It is of {join(sorted(forces)[:4])}." if forces else ""
    return (
        f"{where} names no point in {area}.{of} Choose the force of this area, and as many months "
        "as the page offers, and download it again."
    )
