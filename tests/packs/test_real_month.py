"""The real January 2023 of police.uk, end to end."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import csp_geo as cg

MONTH = re.compile(r"2023-01(?!-)")

Run = Callable[..., int]


@pytest.fixture(scope="module")
def hotspots(real_pack: Path) -> pd.DataFrame:
    return pd.read_csv(real_pack / "hotspots.csv", encoding="utf-8-sig")


@pytest.fixture(scope="module")
def record(real_pack: Path) -> dict:
    return json.loads((real_pack / "run.json").read_text(encoding="utf-8"))


def test_every_row_is_accounted_for(record: dict) -> None:
    counts = record["counts"]
    assert counts["read"] == 2002
    assert counts["merged"] == 68 + 38  # equal rows, and further rows of one event
    assert counts["quarantined"] <= 3
    assert counts["read"] == counts["accepted"] + counts["merged"] + counts["quarantined"]
    assert counts["in_period"] == counts["accepted"]


def test_hotspots_and_busy_points_are_told_apart(hotspots: pd.DataFrame) -> None:
    named = hotspots[hotspots["kind"] == "hotspot"]
    busy = hotspots[hotspots["kind"] == "busy point"]
    assert len(named) == 35
    assert (named["n_places"] >= 3).all()
    assert (len(busy), busy["n"].sum()) == (75, 679)
    assert (busy["n_places"] < 3).all()


def test_first_is_barking_station_then_east_street(hotspots: pd.DataFrame) -> None:
    named = hotspots[hotspots["kind"] == "hotspot"].sort_values("rank")
    first, second = named.iloc[0], named.iloc[1]
    assert (first["n"], first["n_rows"], first["n_places"]) == (87, 91, 17)
    station = np.array([544405, 184343])
    assert np.hypot(*(first[["easting", "northing"]].to_numpy(float) - station)) < 250
    assert (second["n"], second["n_places"], second["name"]) == (42, 7, "East Street")


def test_heathway_station_is_a_busy_point(hotspots: pd.DataFrame) -> None:
    station = np.array([549035, 184665])
    apart = np.hypot(hotspots["easting"] - station[0], hotspots["northing"] - station[1])
    nearest = hotspots.loc[apart.idxmin()]
    assert apart.min() < 200
    assert (nearest["kind"], nearest["n"]) == ("busy point", 27)


def test_ward_totals_equal_brute_force(
    real_pack: Path, real_reports: Path, shared_data: Path
) -> None:
    path = shared_data / "wards" / "lbbd_wards_2022_generalised.geojson"
    incidents = cg.clean(cg.read_reports(real_reports), cg.read_study_area(path)).incidents
    raw = gpd.read_file(path).sort_values("WD22CD")
    lonlat = cg.read_study_area(path).projection.to_lonlat(
        shapely.get_coordinates(incidents.geometry)
    )
    inside = np.array(
        [[polygon.covers(shapely.Point(p)) for polygon in raw.geometry] for p in lonlat]
    )
    expected = {
        code: int(count)
        for code, count in zip(raw["WD22CD"], np.bincount(
            inside.argmax(axis=1)[inside.any(axis=1)], minlength=len(raw)), strict=True)
    }  # fmt: skip
    layer = pyogrio.read_dataframe(real_pack / "layers.gpkg", layer="wards")
    assert dict(zip(layer["ward_code"], layer["recorded"], strict=True)) == expected
    assert (~inside.any(axis=1)).sum() == 1
    assert incidents["flags"].str.contains("outside-boundary").sum() == 1


def test_no_claim_is_finer_than_a_month(real_pack: Path, hotspots: pd.DataFrame) -> None:
    assert set(hotspots["date_from"]) == set(hotspots["date_to"]) == {"2023-01"}
    layer = pyogrio.read_dataframe(real_pack / "layers.gpkg", layer="incidents")
    assert set(layer["occurred"]) == {"2023-01"}
    page = (real_pack / "map.html").read_text(encoding="utf-8")
    body = page[page.index("<body") :]
    assert "January 2023" in body
    assert not re.search(r"\b\d{1,2} (?:to \d{1,2} )?January 2023", body)
    assert not re.search(r"\b\d{1,2}(?:am|pm)\b", body)


def test_the_wards_of_2002_do_not_fit(
    run: Run, real_reports: Path, shared_data: Path, tmp_path: Path
) -> None:
    wards = shared_data / "wards" / "lbbd_wards_2002-2022_generalised.geojson"
    code = run(
        "weekly", "--reports", real_reports, "--boundaries", wards, "--period", "2023-01",
        "--as-of", "2023-02-01", "--out", tmp_path, "--quiet",
    )  # fmt: skip
    assert code == 0
    cautions = json.loads((tmp_path / "2023-02-01" / "run.json").read_text("utf-8"))["cautions"]
    assert "wards do not fit the dates" in cautions[0]
    page = (tmp_path / "2023-02-01" / "map.html").read_text(encoding="utf-8")
    assert "wards do not fit the dates" in page


def test_28_days_of_a_month_only_source_are_refused(
    run: Run,
    real_reports: Path,
    shared_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wards = shared_data / "wards" / "lbbd_wards_2022_generalised.geojson"
    out = tmp_path / "out"
    code = run(
        "weekly", "--reports", real_reports, "--boundaries", wards, "--as-of", "2023-02-01",
        "--out", out, "--quiet",
    )  # fmt: skip
    assert code == 1
    assert "csp-geo weekly --period 2023-01 --as-of 2023-02-01" in capsys.readouterr().err
    assert not out.exists()


def test_a_month_beside_an_extract_of_it_counts_once(
    run: Run, shared_data: Path, tmp_path: Path
) -> None:
    """The burglary series holds January 2023 again, with other outcomes, and 10 over the border."""
    (tmp_path / "R" / "offence").mkdir(parents=True)
    for name in ("2023-01-metropolitan-street.csv", "lbbd_burglary_2019-2023.csv"):
        shutil.copy(shared_data / "crime" / name, tmp_path / "R" / "offence")
    code = run(
        "weekly", "--reports", tmp_path / "R", "--boundaries",
        shared_data / "wards" / "lbbd_wards_2022_generalised.geojson", "--period", "2023-01",
        "--as-of", "2023-02-01", "--out", tmp_path / "out", "--quiet",
    )  # fmt: skip
    assert code in {0, 3}  # the series reaches far over the border
    record = json.loads((tmp_path / "out" / "2023-02-01" / "run.json").read_text("utf-8"))
    assert record["counts"]["in_period"] == 1896 + 10


def test_plain_dbscan_finds_as_many_as_the_papers_say(
    real_reports: Path, shared_data: Path
) -> None:
    area = cg.read_study_area(shared_data / "wards" / "lbbd_wards_2022_generalised.geojson")
    incidents = cg.clean(cg.read_reports(real_reports), area).incidents
    xy = shapely.get_coordinates(incidents.geometry)
    assert cg.dbscan(xy, 100, 5).max() + 1 == 110  # one event is one incident
    rows = pd.read_csv(next(real_reports.rglob("*.csv")))
    rows = rows[~(rows.duplicated() & rows["Crime ID"].notna())]
    by_row = area.projection.to_metres(rows[["Longitude", "Latitude"]].to_numpy())
    assert cg.dbscan(by_row, 100, 5).max() + 1 == 115


def test_which_hotspots_stand_out_when_all_points_are_known(shared_data: Path) -> None:
    """The month with the burglary series beside it: 1,937 known points within the wards."""
    files = sorted((shared_data / "crime").glob("*.csv"))
    area = cg.read_study_area(shared_data / "wards" / "lbbd_wards_2022_generalised.geojson")
    everything = cg.clean(cg.read_reports(files, source="offence"), area).incidents
    of_month = everything["source_file"].astype(str).str.contains("2023-01-metropolitan")
    month = everything[of_month]
    known = np.column_stack([everything.geometry.x, everything.geometry.y])
    inside = everything["ward_code"].notna().to_numpy()
    assert len(np.unique(known[inside].round(1), axis=0)) == 1937
    clusters = cg.find_clusters(month, area)
    hotspots = cg.confirm_clusters(clusters, month, area, places=known[inside])
    named = hotspots[hotspots["kind"] == "hotspot"].set_index("name")
    assert set(named.index[named["p_chance"] <= 0.05]) == {"Station Parade"}
    busy = hotspots[(hotspots["kind"] == "busy point") & (hotspots["p_chance"] <= 0.05)]
    assert set(busy["name"]) == {"Barking Riverside TQ 488 835", "Upney Lane", "Ripple Road"}
    expected = pytest.approx(len(month) * 17 / 1938, rel=0.01)
    assert named.loc["Station Parade", "n_expected"] == expected
