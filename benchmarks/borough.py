"""The real borough on which the test is measured: its outline, its known points, its residents.

The data are open (police.uk, ONS) and lie beside the repository, or where CSP_GEO_SHARED says.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import csp_geo as cg
from csp_geo.core.projection import points_of
from csp_geo.core.tables import FAMILY_OF_SOURCE, INCIDENTS, as_agreed
from csp_geo.hotspots.chance.known_places import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHARED = Path(os.environ.get("CSP_GEO_SHARED", Path(__file__).resolve().parents[2] / "shared"))
MONTH = "2023-01-metropolitan-street.csv"
BURGLARY = "lbbd_burglary_2019-2023.csv"
ADDRESSES = 20_000
HOMES = 80_000
STREET_M = 90.0
"""Mean half length of a made-up street."""
PLOT_M = 8.0
"""From the middle of a street to an address, and the rounding of where along it."""


@dataclass(frozen=True, eq=False)
class Borough:
    """Barking and Dagenham: incidents of January 2023, and of the burglary series too."""

    area: cg.StudyArea
    month: gpd.GeoDataFrame
    everything: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    """LSOAs with their `people`."""
    station: Floats
    """Where Barking Station is."""

    @classmethod
    def read(cls, home: Path = SHARED / "data") -> Self:
        """Read the files."""
        if not home.is_dir():
            raise SystemExit("No real data here: set CSP_GEO_SHARED to the folder that holds data/")
        area = cg.read_study_area(home / "wards" / "lbbd_wards_2022_generalised.geojson")
        return cls(
            area,
            _incidents(area, home / "crime", MONTH),
            _incidents(area, home / "crime", MONTH, BURGLARY),
            _homes(home, area),
            _station(home),
        )

    @cached_property
    def month_places(self) -> Floats:
        """Points with reports in January 2023."""
        return distinct(points_of(self.month))

    @cached_property
    def known_places(self) -> Floats:
        """Points of the month and of the burglary series, in wards."""
        return distinct(points_of(self.everything[self.everything["ward_code"].notna()]))

    @cached_property
    def addresses(self) -> Floats:
        """A made-up list of addresses: along short straight streets through the known points."""
        rng = np.random.default_rng(2026)
        middles = self.known_places
        length = rng.gamma(2, STREET_M / 2, len(middles))
        angle = rng.uniform(0, np.pi, len(middles))
        street = rng.choice(len(middles), 2 * ADDRESSES, p=length / length.sum())
        along = np.round(rng.uniform(-1, 1, len(street)) * length[street] / PLOT_M) * PLOT_M
        aside = rng.choice([-PLOT_M, PLOT_M], len(street))
        cosine, sine = np.cos(angle[street]), np.sin(angle[street])
        xy = middles[street] + np.column_stack(
            [along * cosine - aside * sine, along * sine + aside * cosine]
        )
        xy = distinct(xy[shapely.contains_xy(self.area.boundary, xy)])
        return rng.permutation(xy)[:ADDRESSES]

    @cached_property
    def homes_of_residents(self) -> Floats:
        """As many homes as there are in the borough, where residents live."""
        return distinct(self.residents(HOMES, np.random.default_rng(2028)))

    @cached_property
    def even_spread(self) -> Floats:
        """As many points spread evenly over the outline, parks and water too."""
        rng = np.random.default_rng(2027)
        return within(self.area.boundary, ADDRESSES, rng)

    def residents(self, n: int, rng: np.random.Generator) -> Floats:
        """Throw points that follow residents: LSOAs by population, evenly within each."""
        share = self.homes["people"].to_numpy(dtype=float)
        counts = rng.multinomial(n, share / share.sum())
        shapes = self.homes.geometry.to_numpy()
        return np.concatenate([within(s, k, rng) for s, k in zip(shapes, counts, strict=True) if k])

    def table(self, xy: Floats, **columns: object) -> gpd.GeoDataFrame:
        """Return an incidents table for points; columns are values or one value for all."""
        rows = self.area.ward_of(xy)
        wards = self.area.wards
        source = columns.get("source", "offence")
        sources = [source] * len(xy) if isinstance(source, str) else source
        at = pd.Timestamp("2023-01-10", tz="Europe/London")
        values = {
            "source": source,
            "feed": source,
            "source_ref": None,
            "source_file": "made up",
            "source_row": np.arange(len(xy), dtype=np.int64),
            "n_rows": 1,
            "person_key": None,
            "occurred_at": at,
            "occurred_to": at + pd.Timedelta(days=1),
            "time_precision": "day",
            "category": "Robbery",
            "theme": "robbery",
            "sensitive": "",
            "family": [FAMILY_OF_SOURCE[name] for name in sources],
            "weight": 1.0,
            "location_method": "exact",
            "location_accuracy_m": 20.0,
            "place": None,
            "ward_code": np.append(wards["ward_code"].to_numpy(dtype=object), None)[rows],
            "ward_name": np.append(wards["ward_name"].to_numpy(dtype=object), None)[rows],
            "flags": "",
        } | columns
        index = pd.RangeIndex(len(xy)).astype(str).rename("incident_id")
        points = gpd.points_from_xy(*xy.T, crs=self.area.projection.crs)
        return as_agreed(gpd.GeoDataFrame(values, index=index, geometry=points), INCIDENTS)


def within(shape: shapely.Geometry, n: int, rng: np.random.Generator) -> Floats:
    """Throw n points evenly into a shape."""
    west, south, east, north = shapely.bounds(shape)
    shapely.prepare(shape)
    found = np.empty((0, 2))
    while len(found) < n:
        more = rng.uniform((west, south), (east, north), (3 * n + 20, 2))
        found = np.concatenate([found, more[shapely.contains_xy(shape, more)]])
    return found[:n]


def _incidents(area: cg.StudyArea, crime: Path, *names: str) -> gpd.GeoDataFrame:
    with tempfile.TemporaryDirectory() as folder:
        offences = Path(folder) / "offence"
        offences.mkdir()
        for name in names:
            shutil.copy(crime / name, offences)
        return cg.clean(cg.read_reports(Path(folder)), area).incidents


def _homes(home: Path, area: cg.StudyArea) -> gpd.GeoDataFrame:
    """LSOAs without the Thames, which the outline of the wards leaves out."""
    shapes = gpd.read_file(home / "wards" / "lbbd_lsoa_2021_fullres.shp")
    table = pd.read_csv(home / "population" / "lbbd_lsoa2021_population_2011_2022.csv")
    people = table.set_index("LSOA 2021 Code")["Mid-2022: Population"]
    shapes = shapes.to_crs(area.projection.crs).clip(area.boundary)
    return shapes.assign(people=people.loc[shapes["lsoa21cd"]].to_numpy())


def _station(home: Path) -> Floats:
    table = pd.read_csv(home / "premises" / "lbbd_stations_doogal.csv").set_index("Station")
    return table.loc["Barking", ["OS X", "OS Y"]].to_numpy(dtype=float)
