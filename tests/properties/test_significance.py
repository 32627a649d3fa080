"""Whatever the reports: p is a share of maps, and only what was tested is confirmed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csp_geo as cg
from csp_geo.core.tables import HOTSPOTS, VERDICTS, check_table
from csp_geo.hotspots.verdict import LARGEST_M2, LEAST, LEVEL, WIDEST_M
from csp_geo.inputs.areas.study_area import StudyArea

MAPS = 19
PLACES = np.stack(np.meshgrid(np.arange(40), np.arange(20)), -1).reshape(-1, 2) * 50.0
PLACES += np.array([544020.0, 184020.0])
spots = st.lists(st.tuples(st.integers(0, 799), st.integers(1, 25)), min_size=1, max_size=12)
sources = st.sampled_from(["offence", "asb", "survey", "other"])


def _incidents(spots, own, make_incidents, area) -> gpd.GeoDataFrame:
    xy = np.repeat(PLACES[[row for row, _ in spots]], [n for _, n in spots], axis=0)
    rng = np.random.default_rng(len(xy))
    kinds = own if len(own) == 1 else rng.choice(own, len(xy))
    who = [f"p{i}" if i % 4 else None for i in rng.integers(0, 40, len(xy))]
    source = list(np.broadcast_to(kinds, len(xy)))
    snapped = ["snapped" if name == "offence" else "exact" for name in source]
    xy = xy + rng.uniform(-30, 30, xy.shape) * (np.array(snapped) == "exact")[:, None]
    return make_incidents(xy, area=area, source=source, person_key=who, location_method=snapped)


@pytest.mark.filterwarnings("ignore::csp_geo.core.errors.CautionWarning")
@settings(max_examples=12)
@given(spots=spots, own=st.lists(sources, min_size=1, max_size=3, unique=True))
def test_what_is_confirmed_was_tested(spots, own, make_incidents, square: StudyArea) -> None:
    table = _incidents(spots, own, make_incidents, square)
    clusters = cg.find_clusters(table, square)
    hotspots = cg.confirm_clusters(clusters, table, square, PLACES, MAPS)
    check_table(hotspots, HOTSPOTS)
    assert sorted(hotspots["n"]) == sorted(clusters["n"])
    p = hotspots["p_chance"].dropna()
    assert ((p >= 1 / (MAPS + 1)) & (p <= 1)).all()
    assert np.allclose(p * (MAPS + 1), (p * (MAPS + 1)).round())
    assert hotspots["survives"].between(0, 9).all()
    assert hotspots["verdict"].isin(VERDICTS).all()
    assert (hotspots["n_expected"].dropna() > 0).all()
    people = hotspots["n_people"] + hotspots["n_anonymous"]
    units = hotspots["n"].where(hotspots["family"] != "perception", people)
    sure = hotspots["confirmed"]
    assert (p[sure] <= LEVEL).all()
    assert (units[sure] >= LEAST).all()
    assert (units[sure] > hotspots["n_expected"][sure]).all()
    assert hotspots["depends_on"][sure].isna().all()
    assert (hotspots["width_m"][sure] <= WIDEST_M).all()
    assert (hotspots["area_m2"][sure] <= LARGEST_M2).all()
    for _, rows in hotspots.groupby("family", observed=True):
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        assert rows["confirmed"].is_monotonic_decreasing


@pytest.mark.filterwarnings("ignore::csp_geo.core.errors.CautionWarning")
@settings(max_examples=6)
@given(spots=spots, seed=st.integers(0, 2**70))
def test_the_same_again_in_any_order(spots, seed, make_incidents, square: StudyArea) -> None:
    table = _incidents(spots, ["asb"], make_incidents, square)
    mixed = table.sample(frac=1, random_state=1)
    first, second = (
        cg.confirm_clusters(cg.find_clusters(rows, square), rows, square, PLACES, MAPS, seed)
        for rows in (table, mixed)
    )
    for column in ("n", "p_chance", "verdict", "sentence"):
        pd.testing.assert_series_equal(first[column], second[column])
