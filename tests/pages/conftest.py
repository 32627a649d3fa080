"""Small tables made by hand, and hostile text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csp_geo.core.projection import british_grid
from csp_geo.core.tables import (
    CLUSTERS,
    FAMILIES,
    HOTSPOTS,
    INCIDENTS,
    KINDS,
    PLACES,
    VERDICTS,
    ZONES,
    Contract,
    check_table,
)
from csp_geo.inputs.areas.study_area import StudyArea
from csp_geo.products.facts.page import Facts, SourceFacts

CRS = "EPSG:27700"
CENTRE = (548_000.0, 185_000.0)
STANDS_OUT = (
    "Stands out: 35 reports at 4 places; if reports fell evenly over the borough's 1,937 known "
    "street points, none of 999 maps showed a cluster this strong. This does not say that it is "
    "worse than usual here, nor that a patrol will help."
)
HOSTILE = (
    "<img src=x onerror=window.__pwned=1>",
    "${window.__pwned=2}",
    "`+(window.__pwned=3)+`",
    "</script><script>window.__pwned=4</script>",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "50{% discount",
    "a {# lost #} b",
    "{{7*7}}",
    "\"'onmouseover=window.__pwned=5 x='",
    "</textarea></title></style><svg onload=window.__pwned=6>",
    "--><!--<script>window.__pwned=7</script>",
    "emoji \U0001f6a8 \u0645\u0631\u062d\u0628\u0627 \u202egnp.exe",
    "W" * 500,
    "&lt;b&gt; &amp; \\u003cscript\\u003e \\",
)


def make_area(names: tuple[str, ...] = ("North Ward", "South Ward"), name: str = "Toytown"):
    """Two square wards, one above the other, 2 km by 1 km each."""
    x, y = CENTRE
    half = 1000.0
    shapes = [
        shapely.box(x - half, y, x + half, y + half),
        shapely.box(x - half, y - half, x + half, y),
    ]
    codes = [f"E0500000{i}" for i in range(len(shapes))]
    wards = gpd.GeoDataFrame(
        {"ward_code": codes, "ward_name": list(names)}, geometry=shapes, crs=CRS
    )
    return StudyArea(name, wards, british_grid(), schematic=True)


def hotspot_row(rank: int, family: str, kind: str, name: str, **changes):
    x, y = CENTRE[0] + 300 * rank - 700, CENTRE[1] + (200 if family == "recorded" else -400)
    lonlat = british_grid().to_lonlat([[x, y]])[0]
    busy = kind == "busy point"
    row = {
        "hotspot_id": f"2023-02-01-{family}-{rank}",
        "kind": kind,
        "family": family,
        "rank": rank,
        "name": name,
        "n": 40 - 5 * rank,
        "n_rows": 40 - 5 * rank,
        "n_places": 1 if busy else 4,
        "top_place_share": 1.0 if busy else 0.5,
        "n_people": 9 if family == "perception" else 0,
        "n_anonymous": 2 if family == "perception" else 40 - 5 * rank,
        "n_sources": 1,
        "sources": {"survey" if family == "perception" else "offence": 40 - 5 * rank},
        "themes": {"theft": 30 - 5 * rank, "violence": 10},
        "n_outside": 3 if rank == 2 else 0,
        "n_observations": 2 if rank == 1 else 0,
        "observations": {"lighting": 2} if rank == 1 else {},
        "zones": "Old Town PSPO (in force)" if rank == 1 else None,
        "date_from": "2023-01",
        "date_to": "2023-01",
        "area_m2": 12_345.6,
        "width_m": 141.2,
        "length_m": 160.4,
        "ward_code": "E05000000",
        "ward_name": "North Ward",
        "easting": x,
        "northing": y,
        "latitude": lonlat[1],
        "longitude": lonlat[0],
        "geometry": shapely.Point(x, y).buffer(60),
    }
    return row | outcome(rank == 1) | changes


def outcome(confirmed: bool, verdict: str = "could be chance", **changes) -> dict:
    """The columns of the test: one that stands out, or one that does not."""
    said = {
        "n_expected": 12.4,
        "p_chance": 0.001 if confirmed else 0.42,
        "verdict": "stands out" if confirmed else verdict,
        "confirmed": confirmed,
        "survives": 9 if confirmed else 4,
        "depends_on": None if confirmed else "the place with 15 of 30 reports",
        "sentence": f"{STANDS_OUT if confirmed else verdict.capitalize() + '.'}",
    }
    if verdict in {"too few to test", "not tested"} and not confirmed:
        said |= {"n_expected": np.nan, "p_chance": np.nan, "survives": 1, "depends_on": None}
    return said | changes


def make_hotspots(rows: list[dict], contract: Contract = HOTSPOTS) -> gpd.GeoDataFrame:
    """The tested table; with `CLUSTERS` one that is not tested."""
    table = gpd.GeoDataFrame(rows, columns=list(contract.names), geometry="geometry", crs=CRS)
    allowed = {"kind": KINDS, "family": FAMILIES, "verdict": VERDICTS}
    for name in set(allowed) & set(table.columns):
        table[name] = table[name].astype(pd.CategoricalDtype(list(allowed[name])))
    if rows:
        check_table(table, contract)
    return table


def make_rows() -> list[dict]:
    return [
        hotspot_row(1, "recorded", "hotspot", "Station Parade"),
        hotspot_row(2, "recorded", "busy point", "East Street"),
        hotspot_row(3, "recorded", "hotspot", "near The Green"),
        hotspot_row(1, "perception", "hotspot", "The Underpass"),
    ]


def every_verdict() -> list[dict]:
    """One of each verdict as a hotspot and as a busy point, and a family that is not tested."""
    rows = []
    for kind in KINDS:
        for verdict in VERDICTS:
            confirmed = verdict == "stands out"
            rank = len(rows) + 1
            rows.append(
                hotspot_row(
                    rank,
                    "recorded",
                    kind,
                    f"{kind} {verdict}".title(),
                    n=60 - rank,
                    **outcome(confirmed, verdict),
                )
            )
    rows.append(
        hotspot_row(1, "perception", "hotspot", "The Underpass", **outcome(False, "not tested"))
    )
    return rows


def make_incidents(n: int = 60, **changes) -> gpd.GeoDataFrame:
    """Recorded, perception and audit incidents around the centre; two of a sensitive theme."""
    rng = np.random.default_rng(7)
    source = np.resize(["offence", "offence", "survey", "eva"], n)
    family = pd.Series(source).map(
        {"offence": "recorded", "survey": "perception", "eva": "observation"}
    )
    theme = np.resize(["theft", "violence", "lighting", "upkeep"], n).astype(object)
    theme[:2] = ["sexual", "domestic"]
    columns = {
        "source": pd.Categorical(source),
        "feed": "table",
        "source_ref": [f"SECRET-REF-{i}" for i in range(n)],
        "source_file": "offence/secret-file.csv",
        "source_row": np.arange(2, n + 2),
        "n_rows": 1,
        "person_key": [f"secret-person-{i}" for i in range(n)],
        "occurred_at": pd.Timestamp("2023-01-01", tz="Europe/London"),
        "occurred_to": pd.Series(pd.NaT, index=range(n)).dt.tz_localize("Europe/London"),
        "time_precision": pd.Categorical(["month"] * n),
        "category": pd.Categorical(["secret category words"] * n),
        "theme": pd.Categorical(theme),
        "sensitive": pd.Categorical(np.where(np.isin(theme, ["sexual", "domestic"]), theme, "")),
        "family": pd.Categorical(family),
        "weight": 1.0,
        "location_method": pd.Categorical(["snapped"] * n),
        "location_accuracy_m": 50.0,
        "place": "secret place text",
        "ward_code": "E05000000",
        "ward_name": "North Ward",
        "flags": "",
    } | changes
    xy = np.array(CENTRE) + rng.normal(0, 300, (n, 2))
    table = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*xy.T), crs=CRS)
    table.index = pd.Index([f"secretid{i}" for i in range(n)], name="incident_id")
    if not changes:
        check_table(table, INCIDENTS)
    return table


def make_zones(name: str = "Old Town PSPO", power: str = "PSPO") -> gpd.GeoDataFrame:
    x, y = CENTRE
    zones = gpd.GeoDataFrame(
        {
            "name": [name, "Past order"],
            "power": [power, None],
            "in_force": ["2022-01-01", "2020-01-01"],
            "expires": ["2024-12-31", "2020-12-31"],
            "status": ["in force", "expired"],
        },
        geometry=[shapely.Point(x, y).buffer(300), shapely.box(x + 400, y, x + 800, y + 300)],
        crs=CRS,
    )
    check_table(zones, ZONES)
    return zones


def make_places(names: tuple[str, ...] = ("Toytown", "Market Square", "Stop A")):
    x, y = CENTRE
    places = gpd.GeoDataFrame(
        {"name": list(names), "kind": ["station", "place", "stop"]},
        geometry=gpd.points_from_xy([x + 500, x - 500, x], [y + 500, y - 500, y + 100]),
        crs=CRS,
    )
    check_table(places, PLACES)
    return places


def make_facts(**changes) -> Facts:
    values = {
        "as_of": date(2023, 2, 1),
        "period": (date(2023, 1, 1), date(2023, 1, 31)),
        "period_is_months": True,
        "synthetic": True,
        "cautions": ("First caution.", "Second caution.", "Third caution.", "Fourth caution."),
        "sources": (
            SourceFacts(
                source="offence",
                title="Partner offences",
                read=70,
                accepted=60,
                merged=6,
                quarantined=4,
                in_period=58,
                date_from="2023-01",
                date_to="2023-01",
            ),
        ),
        "licences": ("Contains public sector information (OGL 3.0).",),
        "method": ("Distances are in metres.",),
        "testing": ("Partner offences: 1,937 known places, from 2019-01 to 2023-01.",),
        "params": {"eps": 100, "min_samples": 5},
        "seed": 42,
        "version": "0.1.0",
        "seconds": 1.5,
        "ward_counts": (("E05000000", "North Ward", 30, 5), ("E05000001", "South Ward", 28, 4)),
    }
    return Facts(**(values | changes))


@dataclass
class Inputs:
    """Everything that `make_map` takes."""

    hotspots: gpd.GeoDataFrame = field(default_factory=lambda: make_hotspots(make_rows()))
    incidents: gpd.GeoDataFrame = field(default_factory=make_incidents)
    area: SimpleNamespace = field(default_factory=make_area)
    zones: gpd.GeoDataFrame | None = field(default_factory=make_zones)
    context: gpd.GeoDataFrame | None = None
    places: gpd.GeoDataFrame | None = field(default_factory=make_places)
    facts: Facts | None = field(default_factory=make_facts)
    ground: dict[str, gpd.GeoDataFrame] | None = None

    def page(self) -> str:
        from csp_geo.products.weekly.map_page import make_map

        return make_map(
            self.hotspots,
            self.incidents,
            self.area,
            zones=self.zones,
            context=self.context,
            places=self.places,
            facts=self.facts,
            ground=self.ground,
        ).html


@pytest.fixture
def inputs() -> Inputs:
    return Inputs()


@pytest.fixture
def untested() -> Inputs:
    return Inputs(hotspots=make_hotspots(make_rows(), CLUSTERS))
