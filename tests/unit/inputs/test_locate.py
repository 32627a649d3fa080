"""Coordinate texts to metres, wards, reasons and flags."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csp_geo.core.projection import british_grid
from csp_geo.inputs.where.locate import (
    DEGREES,
    METRES,
    System,
    axes_by_range,
    certain,
    in_kilometres,
    locate,
    locate_points,
    refine,
)

REASONS = (
    "missing-coordinates",
    "unreadable-coordinates",
    "zero-coordinates",
    "swapped-coordinates",
    "wrong-crs",
    "outside-study-area",
    "location-too-coarse",
)
FLAGS = (
    "outside-boundary",
    "coarse-coordinates",
    "ward-centroid",
    "swapped-columns",
    "missing-minus",
    "kilometres",
    "thousands-commas",
)


def texts(*values):
    return pd.Series(values, dtype="str")


def place(area, x, y, axes=METRES, **options):
    """Locate one point."""
    return locate(texts(x), texts(y), axes, british_grid(), area, **options).iloc[0]


def marks(row):
    return [slug for slug in (*REASONS, *FLAGS) if row[slug]]


class TestInputs:
    @pytest.mark.parametrize(
        ("x", "y", "marked"),
        [
            ("", "", ["missing-coordinates"]),
            ("544421", "", ["missing-coordinates"]),
            ("", "184321", ["missing-coordinates"]),
            (" ", "-", ["missing-coordinates"]),
            ("No location", "No location", ["missing-coordinates"]),
            ("N/A", "184321", ["missing-coordinates"]),
            ("544,421", "184321", ["thousands-commas"]),
            ("5,444,21", "184321", ["unreadable-coordinates"]),
            ("TQ 444 843", "184321", ["unreadable-coordinates"]),
            ("nan", "184321", ["unreadable-coordinates"]),
            ("inf", "184321", ["unreadable-coordinates"]),
            ("0", "0", ["zero-coordinates"]),
            ("0.000", "-0.0", ["zero-coordinates"]),
            ("184321", "544421", ["swapped-coordinates"]),
            ("0.081053", "51.539319", ["wrong-crs"]),
            ("51.539319", "0.081053", ["wrong-crs"]),
            ("549421", "184321", ["outside-study-area"]),
            ("5444210", "1843210", ["outside-study-area"]),
            ("544421", "-184321", ["outside-study-area"]),
            ("545000", "185000", ["location-too-coarse"]),
        ],
    )
    def test_metres(self, town_area, x, y, marked):
        assert marks(place(town_area, x, y)) == marked

    @pytest.mark.parametrize(
        ("x", "y", "marked"),
        [
            ("51.539319", "0.081053", ["swapped-coordinates"]),
            ("544421", "184321", ["wrong-crs"]),
            ("0.081053", "0", ["outside-study-area"]),
            ("-0.081053", "51.539319", ["outside-study-area"]),
            ("0.09", "51.54", ["location-too-coarse"]),
            ("0.090000", "51.540000", ["location-too-coarse"]),
            ("0", "0", ["zero-coordinates"]),
            ("181.5123", "51.5393", ["outside-study-area"]),
        ],
    )
    def test_degrees(self, town_area, x, y, marked):
        assert marks(place(town_area, x, y, DEGREES)) == marked

    def test_none_counts_as_missing(self, town_area):
        located = locate(
            pd.Series([None], dtype="str"), texts("1"), METRES, british_grid(), town_area
        )
        assert located["missing-coordinates"].all()


class TestOutputs:
    def test_metres_are_kept_as_they_are(self, town_area):
        row = place(town_area, "544421.25", "184321.5")
        assert (row["x_m"], row["y_m"], row["ward"]) == (544421.25, 184321.5, 0)
        assert marks(row) == []

    def test_degrees_go_through_ostn15(self, town_area):
        row = place(town_area, "0.081080", "51.539321", DEGREES)
        expected = british_grid().to_metres([[0.081080, 51.539321]])[0]
        assert (row["x_m"], row["y_m"]) == pytest.approx(tuple(expected), abs=1e-6)
        assert (row["x_m"], row["y_m"]) == pytest.approx((544421, 184321), abs=0.5)
        assert marks(row) == []

    @pytest.mark.parametrize(
        ("west_of", "marked", "ward"),
        [
            (0, [], 0),
            (0.5, ["outside-boundary"], -1),
            (250, ["outside-boundary"], -1),
            (250.5, ["outside-study-area"], -1),
        ],
    )
    def test_border(self, town_area, west_of, marked, ward):
        """Up to 250 m outside, the limit included, is kept and flagged."""
        row = place(town_area, f"{544010 - west_of}", "184321.5")
        assert (marks(row), row["ward"]) == (marked, ward)

    def test_border_can_be_set(self, town_area):
        assert marks(place(town_area, "543909", "184321", border_m=100)) == ["outside-study-area"]
        assert marks(place(town_area, "543911", "184321", border_m=100)) == ["outside-boundary"]

    @pytest.mark.parametrize(
        ("x", "y", "axes", "doubt"),
        [
            ("544421", "184321", METRES, 0),
            ("544400", "184300", METRES, 100),
            ("544400", "184321", METRES, 0),
            ("545000", "185000", METRES, 1000),
            ("0.0811", "51.5393", DEGREES, 0),
            ("0.081", "51.539", DEGREES, 100),
            ("0.08", "51.539", DEGREES, 100),
            ("0.08", "51.54", DEGREES, 1000),
            ("0.1", "51.5", DEGREES, 1000),
        ],
    )
    def test_doubt_of_rounding(self, town_area, x, y, axes, doubt):
        row = place(town_area, x, y, axes)
        assert row["coarse_m"] == doubt
        assert row["coarse-coordinates"] == (doubt == 100)
        assert row["location-too-coarse"] == (doubt == 1000)

    @pytest.mark.parametrize(("off", "flagged"), [(0, True), (0.995, True), (1.005, False)])
    def test_ward_centroid(self, town_area, off, flagged):
        """Abbey's middle is 544510, 184520: within a metre of it a report is doubtful."""
        assert place(town_area, f"{544510 + off}", "184520")["ward-centroid"] == flagged

    def test_without_area_nothing_is_outside(self):
        located = locate(texts("430011"), texts("433511"), METRES, british_grid(), None)
        assert marks(located.iloc[0]) == []
        assert located["ward"].tolist() == [-1]

    def test_rows_do_not_disturb_each_other(self, town_area):
        """Each row alone gives what it gives among the others; the index is kept."""
        x = texts("544421", "", "0", "184321", "543911", "abc")
        y = texts("184321", "1", "0", "544421", "184321", "5")
        x.index = y.index = [5, 3, 9, 1, 0, 7]
        together = locate(x, y, METRES, british_grid(), town_area)
        assert list(together.index) == list(x.index)
        for key in x.index:
            alone = locate(x[[key]], y[[key]], METRES, british_grid(), town_area)
            pd.testing.assert_series_equal(alone.iloc[0], together.loc[key])

    def test_other_crs_of_a_source(self, town_area):
        """Web Mercator named in the source's TOML, moved by PROJ: 5 m from the place at most."""
        from csp_geo.core.projection import between

        ((x, y),) = between("EPSG:4326", "EPSG:3857", [[0.081080, 51.539321]])
        row = place(town_area, f"{x:.3f}", f"{y:.3f}", crs="EPSG:3857")
        assert np.hypot(row["x_m"] - 544421, row["y_m"] - 184321) < 5

    @pytest.mark.parametrize(
        ("x", "y", "axes"),
        [
            (["0.08", "0.09"], ["51.5", "51.6"], DEGREES),
            (["544421", "544521"], ["184321", "184421"], METRES),
            (["0.08", "544421", "544521"], ["51.5", "184321", "184421"], METRES),
            (["", "x"], ["", ""], METRES),
        ],
    )
    def test_unnamed_axes_by_what_most_rows_fit(self, x, y, axes):
        assert axes_by_range(texts(*x), texts(*y)) == axes


class TestSlips:
    """The town lies in the square 500000, 100000; nothing is mended."""

    @pytest.mark.parametrize(
        ("x", "y", "slug"),
        [
            ("44421", "84321", "missing-digit"),
            ("44421", "184321", "missing-digit"),
            ("54442", "18432", "tens-of-metres"),
            ("94421", "84321", "outside-study-area"),
            ("444421", "184321", "outside-study-area"),
            ("644421", "84321", "outside-study-area"),
        ],
    )
    @pytest.mark.parametrize("n_good", [0, 9])
    def test_each_row_tells_for_itself(self, town_area, x, y, slug, n_good):
        located = locate(
            texts(*["544421"] * n_good, x), texts(*["184321"] * n_good, y), METRES,
            british_grid(), town_area,
        )  # fmt: skip
        why = located[["missing-digit", "tens-of-metres", "outside-study-area"]]
        assert [name for name in why if why[name].iloc[-1]] == [slug]
        assert not why.iloc[:-1].any(axis=None)

    def test_degrees_lose_no_square(self, town_area):
        assert place(town_area, "0.9", "51.5", DEGREES)["outside-study-area"]


class TestLimits:
    @pytest.mark.parametrize(
        ("as_they_are", "changed", "of", "is_certain"),
        [
            (0, 5, 5, True),
            (0, 4, 4, False),
            (0, 1900, 2000, True),
            (0, 1899, 2000, False),
            (100, 1900, 2000, True),
            (101, 1900, 2000, False),
        ],
    )
    def test_what_is_certain_of_a_column(self, as_they_are, changed, of, is_certain):
        """Five points at least, 95 in 100 of them when changed, 5 in 100 as they are."""
        assert certain(as_they_are, changed, of) == is_certain

    @pytest.mark.parametrize(
        ("x", "y", "small"),
        [
            (70, 5, True),
            (5, 70, True),
            (69.7, 5, False),
            (70, 4.97, False),
            (700, 1300, True),
            (1300, 700, True),
            (700.1, 1300, False),
            (700, 1300.1, False),
        ],
    )
    def test_kilometres_of_great_britain(self, x, y, small):
        assert in_kilometres(np.array([[x, y]] * 5, dtype=float), None) == small

    @pytest.mark.parametrize(
        ("doubt", "marked"),
        [
            (99.9, []),
            (100, ["coarse-coordinates"]),
            (499.9, ["coarse-coordinates"]),
            (500, ["location-too-coarse"]),
        ],
    )
    def test_doubt(self, doubt, marked):
        point, system = np.array([[544421.0, 184321.0]]), System(METRES, british_grid())
        row = locate_points(point, np.array([doubt]), pd.RangeIndex(1), system, None).iloc[0]
        assert marks(row) == marked

    @pytest.mark.parametrize(("size", "too_coarse"), [(499.9, False), (500, True)])
    def test_size_of_a_shape(self, size, too_coarse):
        point = locate(texts("544421"), texts("184321"), METRES, british_grid(), None)
        shape = refine(point, np.array([size])).iloc[0]
        assert (shape["coarse_m"], shape["location-too-coarse"]) == (size, too_coarse)
