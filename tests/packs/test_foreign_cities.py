"""Whole cities abroad, rebuilt small in the form in which they publish.

All rows are invented; wards, headings, words, dates and coordinate systems are those of the cities'
open data. Each needs at most one source.toml, as `check --map` writes it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from csp_geo.core.projection import between

Run = Callable[..., int]
WGS84 = "EPSG:4326"
N = 240
AS_OF = datetime(2023, 6, 1)  # noqa: DTZ001 - the clock on the wall there


@dataclass(frozen=True)
class City:
    """How a city publishes: `row` makes the cells of a place (degrees, metres) and a moment."""

    centre: tuple[float, float]
    metres: str
    header: tuple[str, ...]
    row: Callable[..., Sequence[object]]
    words: tuple[str, ...]
    wards: Callable[[int], dict[str, object]]
    separator: str = ","
    toml: str = ""
    themes: frozenset[str] = field(default_factory=frozenset)


def vancouver(n: int, word: str, at: datetime, lonlat: np.ndarray, xy: np.ndarray):
    return (word, at.year, at.month, at.day, at.hour, at.minute, f"{n}XX ZQ ST", "Zq End",
            f"{xy[0]:.4f}", f"{xy[1]:.4f}")  # fmt: skip


def st_louis(n: int, word: str, at: datetime, lonlat: np.ndarray, xy: np.ndarray):
    return (f"23-{n:06}", f"{at:%m/%d/%Y}", f"{at:%H:%M}", word, "Zq Heights", f"{lonlat[1]:.6f}",
            f"{lonlat[0]:.6f}")  # fmt: skip


def new_york(n: int, word: str, at: datetime, lonlat: np.ndarray, xy: np.ndarray):
    return (f"{260000000 + n}", f"{at:%m/%d/%Y}", f"{at:%H:%M:%S}", "", "", f"{at:%m/%d/%Y}", word,
            "COMPLETED", "ZQ BORO", f"{lonlat[1]:.6f}", f"{lonlat[0]:.6f}")  # fmt: skip


def leipzig(n: int, word: str, at: datetime, lonlat: np.ndarray, xy: np.ndarray):
    return (f"L{n:05}", f"{at:%d.%m.%Y}", f"{at:%H:%M} Uhr", word, f"{xy[0]:.1f}".replace(".", ","),
            f"{xy[1]:.1f}".replace(".", ","))  # fmt: skip


def toronto(n: int, word: str, at: datetime, lonlat: np.ndarray, xy: np.ndarray):
    return (n, f"GO-2023{n:06}", f"{at:%Y/%m/%d %H:%M:%S}+00", at.year, at.hour, word, "Zq Village",
            f"{lonlat[0]:.6f}", f"{lonlat[1]:.6f}")  # fmt: skip


CITIES = {
    "vancouver": City(
        (-123.11, 49.26), "EPSG:32610",
        ("TYPE", "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "HUNDRED_BLOCK", "NEIGHBOURHOOD",
         "X", "Y"),
        vancouver,
        ("Theft from Vehicle", "Break and Enter Commercial", "Mischief", "Theft of Bicycle"),
        lambda n: {"MAPID": f"Z{n}", "NAME": f"Zq {n}"},
        themes=frozenset({"vehicle crime", "burglary", "criminal damage", "theft"}),
    ),
    "st_louis": City(
        (-90.22, 38.63), "EPSG:32615",
        ("IncidentNum", "IncidentDate", "OccurredFromTime", "Offense", "Neighborhood",
         "Latitude", "Longitude"),
        st_louis,
        ("Aggravated Assault", "Motor Vehicle Theft", "Larceny", "Simple Assault"),
        lambda n: {"NHD_NUM": float(n), "NHD_NAME": f"Zq {n}"},
        toml='date_formats = ["%m/%d/%Y"]\n',
        themes=frozenset({"violence", "vehicle crime", "theft"}),
    ),
    "new_york": City(
        (-73.95, 40.66), "EPSG:32618",
        ("CMPLNT_NUM", "CMPLNT_FR_DT", "CMPLNT_FR_TM", "CMPLNT_TO_DT", "CMPLNT_TO_TM", "RPT_DT",
         "OFNS_DESC", "CRM_ATPT_CPTD_CD", "BORO_NM", "Latitude", "Longitude"),
        new_york,
        ("GRAND LARCENY", "ROBBERY", "FELONY ASSAULT", "CRIMINAL MISCHIEF"),
        lambda n: {"BoroCD": 100 + n, "Shape_Leng": 1000.5 + n, "Shape_Area": 2.5e6 + n},
        toml='date_formats = ["%m/%d/%Y"]\n',
        themes=frozenset({"theft", "robbery", "violence", "criminal damage"}),
    ),
    "leipzig": City(
        (12.37, 51.34), "EPSG:25833",
        ("Vorgang", "Datum", "Uhrzeit", "Delikt", "Rechtswert", "Hochwert"),
        leipzig,
        ("Einbruchdiebstahl", "Raub", "Sachbeschädigung", "Fahrraddiebstahl"),
        lambda n: {"OT": n, "Name": f"Zq-{n}"},
        separator=";",
        toml='[columns]\nreference = ["Vorgang"]\ndate = ["Datum"]\ntime = ["Uhrzeit"]\n'
        'category = ["Delikt"]\neasting = ["Rechtswert"]\nnorthing = ["Hochwert"]\n'
        '[themes]\nburglary = ["Einbruchdiebstahl"]\nrobbery = ["Raub"]\n'
        '"criminal damage" = ["Sachbeschädigung"]\ntheft = ["Fahrraddiebstahl"]\n',
        themes=frozenset({"burglary", "robbery", "criminal damage", "theft"}),
    ),
    "toronto": City(
        (-79.38, 43.65), "EPSG:32617",
        ("OBJECTID", "EVENT_UNIQUE_ID", "OCC_DATE", "OCC_YEAR", "OCC_HOUR", "OFFENCE",
         "NEIGHBOURHOOD_158", "LONG_WGS84", "LAT_WGS84"),
        toronto,
        ("Robbery - Mugging", "Theft Of Motor Vehicle", "B&E", "Assault"),
        lambda n: {"AREA_SHORT_CODE": f"{n:03}", "AREA_NAME": f"Zq-{n} ({n})"},
        themes=frozenset({"robbery", "vehicle crime", "burglary", "violence"}),
    ),
}  # fmt: skip


def build(folder: Path, city: City) -> None:
    """Write wards and reports: half spread over four wards, half round one corner."""
    rng = np.random.default_rng(7)
    middle = between(WGS84, city.metres, np.array([city.centre]))[0]
    even = rng.uniform(-1000, 1000, (N // 2, 2))
    xy = np.vstack([even, rng.normal(300, 25, (N - N // 2, 2))]) + middle
    lonlat = between(city.metres, WGS84, xy)
    moments = [
        AS_OF - timedelta(days=1 + n % 27, hours=n % 24, minutes=-(n % 60)) for n in range(N)
    ]
    home = folder / "data" / "reports" / "offence"
    home.mkdir(parents=True)
    with (home / "crime.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = (
            city.row(n, city.words[n % len(city.words)], moments[n], lonlat[n], xy[n])
            for n in range(N)
        )
        csv.writer(stream, delimiter=city.separator).writerows([city.header, *rows])
    if city.toml:
        (home / "source.toml").write_text(city.toml, encoding="utf-8")
    boxes = [shapely.box(x, y, x + 1100, y + 1100) for x in (-1100, 0) for y in (-1100, 0)]
    shapes = [shapely.affinity.translate(box, *middle) for box in boxes]
    named = [city.wards(n) for n in range(1, 5)]
    table = {key: [row[key] for row in named] for key in named[0]}
    wards = gpd.GeoDataFrame(table, geometry=shapes, crs=city.metres).to_crs(WGS84)
    (folder / "data" / "boundaries").mkdir()
    pyogrio.write_dataframe(
        wards, folder / "data" / "boundaries" / "wards.geojson", driver="GeoJSON"
    )


@pytest.mark.parametrize("name", CITIES)
def test_end_to_end(run: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    city = CITIES[name]
    build(tmp_path, city)
    monkeypatch.chdir(tmp_path)
    assert run("weekly", "--as-of", f"{AS_OF:%Y-%m-%d}", "--quiet") == 0
    pack = tmp_path / "maps" / f"{AS_OF:%Y-%m-%d}"
    record = json.loads((pack / "run.json").read_text(encoding="utf-8"))
    assert record["counts"]["accepted"] == N
    assert record["counts"]["in_period"] >= N - N // 27 * 2
    hotspots = json.loads((pack / "hotspots.geojson").read_text(encoding="utf-8"))["features"]
    assert hotspots[0]["properties"]["n"] > N // 3
    assert set(hotspots[0]["properties"]["themes"]) == city.themes


def test_clocks(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Toronto gives instants in UTC: half past two in the morning there is the evening before here.

    Its layer says hours of Toronto.
    """
    city = CITIES["toronto"]
    build(tmp_path, city)
    monkeypatch.chdir(tmp_path)
    assert run("weekly", "--as-of", f"{AS_OF:%Y-%m-%d}", "--quiet") == 0
    path = tmp_path / "maps" / f"{AS_OF:%Y-%m-%d}" / "layers.gpkg"
    occurred = set(pyogrio.read_dataframe(path, layer="incidents")["occurred"])
    with (tmp_path / "data" / "reports" / "offence" / "crime.csv").open(encoding="utf-8") as stream:
        utc = [row["OCC_DATE"].removesuffix("+00") for row in csv.DictReader(stream)]
    toronto = ZoneInfo("America/Toronto")
    there = {
        datetime.strptime(text, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC).astimezone(toronto)
        for text in utc
    }
    assert occurred <= {f"{at:%Y-%m-%dT%H:%M}" for at in there}
