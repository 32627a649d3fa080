"""Degrees to metres: published pairs, both ways, and what lies outside."""

from __future__ import annotations

import numpy as np
import pytest

from csp_geo.core.projection import british_grid, in_box, projection_at


class TestInputs:
    def test_nan_and_places_outside_give_nan(self):
        points = [[np.nan, 51.5], [2.35, 48.85], [0.1, np.inf], [51.5, 0.1]]
        assert np.isnan(british_grid().to_metres(points)).all()

    def test_metres_outside_the_grid_give_nan(self):
        assert np.isnan(british_grid().to_lonlat([[-1, 5], [800_000, 5], [np.nan, 5]])).all()

    @pytest.mark.parametrize("shape", [(0, 2), (1, 2)])
    def test_shapes(self, shape):
        assert british_grid().to_metres(np.full(shape, 1.0)).shape == shape
        assert british_grid().to_lonlat(np.full(shape, np.nan)).shape == shape

    def test_a_bad_point_does_not_spoil_its_neighbours(self):
        metres = british_grid().to_metres([[np.nan, np.nan], [0.1579097, 51.54489]])
        assert np.isnan(metres[0]).all()
        assert metres[1] == pytest.approx((549730.381, 185094.667), abs=0.01)


class TestOutputs:
    def test_ordnance_survey_worked_example(self):
        """Caister water tower: Transformations and OSGM15 user guide, Annexe A (cases.json)."""
        grid = british_grid()
        (metres,) = grid.to_metres([[1.716073973, 52.658007833]])
        assert metres == pytest.approx((651409.804, 313177.450), abs=0.01)
        (back,) = grid.to_lonlat([[651409.804, 313177.450]])
        assert back == pytest.approx((1.716073973, 52.658007833), abs=1e-7)

    def test_printed_pair_of_rm10(self):
        """Centroid of postcode district RM10 (ONS Postcode Directory; cases.json)."""
        grid = british_grid()
        (metres,) = grid.to_metres([[0.1579097, 51.54489]])
        assert metres == pytest.approx((549730, 185095), abs=2)
        assert metres == pytest.approx((549730.381, 185094.667), abs=0.01)  # with OSTN15
        (back,) = grid.to_lonlat([[549730, 185095]])
        assert back == pytest.approx((0.157904, 51.544893), abs=1e-5)

    def test_it_is_ostn15_and_not_the_seven_parameters(self):
        """Without the grid the worked example would be 3.5 m out: (651411.222, 313180.597)."""
        (metres,) = british_grid().to_metres([[1.716073973, 52.658007833]])
        assert np.hypot(*(metres - (651411.222, 313180.597))) > 3

    def test_says_what_was_used(self):
        grid = british_grid()
        assert grid.is_british
        assert grid.crs == "EPSG:27700"
        assert "OSTN15" in grid.transform
        assert grid.accuracy_m == 0.1

    def test_there_and_back_over_the_borough(self):
        rng = np.random.default_rng(1)
        metres = rng.uniform((543_000, 181_000), (552_000, 192_000), size=(500, 2))
        grid = british_grid()
        assert np.abs(grid.to_metres(grid.to_lonlat(metres)) - metres).max() < 0.01

    @pytest.mark.parametrize(
        ("longitude", "latitude", "crs"),
        [
            (0.13, 51.55, "EPSG:27700"),
            (-4.25, 55.86, "EPSG:27700"),
            (-90.05, 35.15, "EPSG:32615"),
            (2.35, 48.85, "EPSG:32631"),
            (151.2, -33.87, "EPSG:32756"),
            (-180.0, 10.0, "EPSG:32601"),
            (180.0, 10.0, "EPSG:32660"),
        ],
    )
    def test_choice_by_the_centre(self, longitude, latitude, crs):
        assert projection_at(longitude, latitude).crs == crs

    def test_codes_decide_where_they_are_known(self):
        assert projection_at(0.13, 51.55, british=False).crs == "EPSG:32631"
        assert projection_at(-90.0, 35.0, british=True).crs == "EPSG:27700"

    def test_utm_of_a_published_point(self):
        """First row of the Memphis robberies (sfhotspot): degrees to 3 decimals, UTM 15 north."""
        memphis = projection_at(-90.05, 35.15)  # the middle of the city
        (metres,) = memphis.to_metres([[-89.942, 35.149]])
        assert metres == pytest.approx((778585.728, 3893849.196), abs=0.01)
        assert memphis.to_lonlat([metres])[0] == pytest.approx((-89.942, 35.149), abs=1e-9)
        assert np.isnan(memphis.to_metres([[200.0, 95.0]])).all()

    def test_box_includes_its_edges(self):
        inside = in_box([0, 1, 2, np.nan], [0, 1, 1, 0], (0, 0, 1, 1))
        assert inside.tolist() == [True, True, False, False]
