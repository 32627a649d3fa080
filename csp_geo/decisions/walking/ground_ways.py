"""The streets of the ground as ways on foot, and what bars them: railways, water, motorways.

Where a street on which people walk crosses a railway or a river on the map, they can cross it: by
a bridge, a subway or a level crossing. Everywhere else they cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from csp_geo.core.wording import count
from csp_geo.decisions.walking.network import make_network
from csp_geo.decisions.walking.obstacles import Obstacles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from csp_geo.core.arrays import Flags, Floats
    from csp_geo.decisions.walking.network import WalkingNetwork

_MOTORWAY: Final = "motorway"


def ways_of_ground(
    tables: Mapping[str, gpd.GeoDataFrame],
) -> tuple[WalkingNetwork, Obstacles]:
    """Make a walking network and its obstacles.

    Parameters
    ----------
    tables
        `streets` (class, walkable, lit, bridge), and as far as there are `railways` (bridge),
        `water` and `green`, in metres of the study area.

    Returns
    -------
    network
        The streets on which people walk, closed after dark where they are known to be unlit paths.
    obstacles
        Barriers are railways and motorways, but where they are carried over or under the rest, and
        water; crossings are where a street of the network meets one. Parks, woods and the like are
        avoided after dark.

    Raises
    ------
    NetworkError
        If no street is for people on foot.
    """
    streets = tables["streets"]
    walked = streets[streets["walkable"].astype(bool)]
    unlit = ((walked["class"] == "path") & (walked["lit"] == "no")).to_numpy()
    lines = gpd.GeoDataFrame(
        {
            "bridge": walked["bridge"].astype(bool).to_numpy(),
            "after_dark": np.where(unlit, "no", "yes"),
        },
        geometry=walked.geometry.to_numpy(),
        crs=streets.crs,
    )
    barriers = _barriers(tables, (streets["class"] == _MOTORWAY).to_numpy())
    crossings = _crossings(walked.geometry.to_numpy(), barriers)
    green = tables.get("green")
    met = f"{count(len(crossings), 'place')} found where a street crosses a railway, water or a"
    return make_network(lines), Obstacles(
        barriers=shapely.union_all(barriers) if len(barriers) else None,
        crossings=crossings,
        avoid=None if green is None or green.empty else shapely.union_all(_valid(green)),
        notes=(f"{met} motorway.",) if len(barriers) else (),
    )


def _barriers(tables: Mapping[str, gpd.GeoDataFrame], motorway: Flags) -> NDArray[Any]:
    """Return what nobody crosses but on a street; tracks and motorways on bridges let people by."""
    streets, railways = tables["streets"], tables.get("railways")
    shapes = [streets.geometry.to_numpy()[motorway & ~streets["bridge"].to_numpy(dtype=bool)]]
    if railways is not None:
        over = railways["bridge"].to_numpy(dtype=bool)
        shapes.append(railways.geometry.to_numpy()[~over])
    if (water := tables.get("water")) is not None:
        shapes.append(_valid(water))
    return np.concatenate(shapes)


def _valid(table: gpd.GeoDataFrame) -> NDArray[Any]:
    return np.asarray(shapely.make_valid(table.geometry.to_numpy()))


def _crossings(streets: NDArray[Any], barriers: NDArray[Any]) -> Floats:
    """Return where streets meet barriers, ``(k, 2)``: over an area at its two banks."""
    edges = np.where(
        shapely.get_dimensions(barriers) == 2,  # noqa: PLR2004 - an area
        shapely.boundary(barriers),
        barriers,
    )
    barrier, street = shapely.STRtree(streets).query(edges, predicate="intersects")
    met = shapely.intersection(edges[barrier], streets[street])
    points = shapely.get_parts(met)
    return np.unique(shapely.get_coordinates(shapely.centroid(points)).round(1), axis=0)
