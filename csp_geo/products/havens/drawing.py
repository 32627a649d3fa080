"""The map of a Safe Haven plan: venues, hotspots, and which reports stay uncovered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from csp_geo.products.map import geometry, leaflet
from csp_geo.products.map.drawing import Box, Drawing

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

_SOME: Final = 1e-6
"""A share that differs from 0 or 1 by more than rounding."""
_NOT: Final = {"shape": "dot", "line": "#1b1b1b", "fill": "#1b1b1b", "over": "2"}
_IN_PART: Final = {"shape": "ring", "line": "#505a5f", "fill": "#505a5f", "over": "1"}
_ALL: Final = {"shape": "dot", "line": "#b1b4b6", "fill": "#b1b4b6", "over": "1"}


class PlanDrawing(Drawing):
    """The map under construction, with the layers that only a plan has."""

    def add_sites(self, havens: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, keys: list[str]) -> None:
        """Add Safe Havens that are there and, numbered, venues to approach, in one layer.

        The page needs assets/havens.js before assets/map.js.
        """
        self.havens = [  # the first keep their number where there is no room for all
            *geometry.haven_points(sites, self.projection, keys),
            *geometry.haven_points(havens, self.projection),
        ]
        label = f"To approach ({len(sites)})"
        note = f"numbered; without a number: {len(havens)} there already" if len(havens) else ""
        self.boxes.append(Box(id="havens", label=label, note=note, symbol="haven"))
        self.layers.append({"name": leaflet.HAVENS_NAME, "box": "havens"})

    def add_outlines(self, hotspots: gpd.GeoDataFrame) -> None:
        """Add hotspots of both families as outlines with their names, without lists or cards."""
        firm = hotspots["confirmed"].astype(bool).to_numpy()
        for look, label, rows in (
            ("hot-firm", "Hotspots that stand out", hotspots[firm]),
            ("hot-open", "Other hotspots and busy points", hotspots[~firm]),
        ):
            if not len(rows):
                continue
            box = f"outlines-{look}"
            name = self.leaflet_map.add_shapes(
                box.replace("-", "_"),
                geometry.shape_layer(
                    rows,
                    [str(number) for number in range(len(rows))],
                    self.projection,
                    tolerance=geometry.HOTSPOT_TOLERANCE_M,
                ),
                partial(_as_look, look=look),
                pane="hotspots",
                about=[{"name": name} for name in rows["name"].astype("str")],
            )
            self.layers.append({"name": name, "box": box})
            self.boxes.append(Box(id=box, label=f"{label} ({len(rows)})", symbol=f"line-{look}"))

    def add_demand(self, xy: NDArray[np.float64], covered: NDArray[np.float64]) -> None:
        """Add the places of reports by how much of their demand is covered.

        Parameters
        ----------
        xy
            ``(n, 2)`` metres.
        covered
            ``(n,)``: the share covered; NaN for places without demand, which are not drawn.
        """
        for label, look, which in (
            ("not covered", _NOT, covered < _SOME),
            ("covered in some hours", _IN_PART, (covered >= _SOME) & (covered <= 1 - _SOME)),
            ("covered", _ALL, covered > 1 - _SOME),
        ):
            if which.any():
                self.add_points(
                    geometry.pack_points(xy[which], self.projection),
                    look,
                    label=f"Places of reports, {label}",
                    nouns=("place", "places"),
                )


def _as_look(_: Any, look: str) -> dict[str, Any]:
    return leaflet.hotspot_style("recorded", look)
