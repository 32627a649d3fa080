"""A weekly pack as it lies on disk: what its hotspots were made of, to work on from there."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo.core.errors import NoReportsError
from csp_geo.core.origin import Origin
from csp_geo.core.output_folder import heal
from csp_geo.inputs.areas.study_area import study_area_of
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, recognise

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from csp_geo.inputs.areas.study_area import StudyArea

_LAYERS: Final = ("incidents", "demand", "hotspots", "wards")


@dataclass(frozen=True)
class Pack:
    """A weekly pack.

    `record` is its run.json, `area` the wards that it was made with. `incidents` are those of the
    period that are drawn as points, `demand` what a plan counts in people: `occurred_at` and
    `occurred_to` are on the clock of London, without a zone, NaT where not known. All in the area's
    CRS, metres.
    """

    record: Mapping[str, Any]
    area: StudyArea
    incidents: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    hotspots: gpd.GeoDataFrame


def read_pack(folder: Path) -> Pack:
    """Read the folder that a weekly run wrote, such as maps/2021-11-29.

    Raises
    ------
    NoReportsError
        If it is no such folder, or one of an earlier version of csp_geo.
    """
    where = folder.name or "this folder"
    heal(folder)
    record, layers, area = _consistent(folder, where)
    incidents, demand = (_with_moments(layers[name], where) for name in ("incidents", "demand"))
    return Pack(record, area, incidents, demand, layers["hotspots"])


def _with_moments(layer: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    """Read the times of a layer of points."""
    if missing := {"occurred", "occurred_to", "time_precision"} - set(layer.columns):
        raise NoReportsError(
            f"{where} was made by an earlier version of csp_geo: its reports have no "
            f"{min(missing)}. Make it again with 'csp-geo weekly'."
        )
    moments = {name: _moments(layer[name]) for name in ("occurred", "occurred_to")}
    return layer.assign(**moments).rename(columns={"occurred": "occurred_at"})


def _consistent(
    folder: Path, where: str
) -> tuple[dict[str, Any], dict[str, gpd.GeoDataFrame], StudyArea]:
    """Read the record and the layers of one run: another may take their place meanwhile."""
    while True:
        before = _number(folder)
        try:
            record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            file = recognise(Origin(folder / "layers.gpkg", "layers.gpkg"))
            layers = {name: file.read(name) for name in _LAYERS}
            area = study_area_of(layers["wards"], "layers.gpkg")
            area = replace(area, name=str(record["study_area"]["name"]))
        except (OSError, KeyError, TypeError, *DAMAGED_LAYER) as error:
            if _number(folder) == before:
                raise NoReportsError(
                    f"{where} is no weekly pack of this version: its run.json and layers.gpkg are "
                    "needed. Make one with 'csp-geo weekly', and name its folder, such as "
                    "maps/2021-11-29."
                ) from error
        else:
            if _number(folder) == before:
                return record, layers, area


def _number(folder: Path) -> int | None:
    """Return what tells a folder from one that takes its place."""
    return folder.stat().st_ino if folder.exists() else None


def _moments(text: pd.Series) -> pd.Series:
    read: pd.Series = pd.to_datetime(text.astype("str"), format="ISO8601", errors="coerce")
    return read.astype("datetime64[us]")
