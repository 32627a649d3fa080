"""Points in links, dictionaries, addresses and pins of an app; what cannot be read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csp_geo.core.projection import between, british_grid
from csp_geo.inputs.where.coordinates import DEGREES, METRES, stands_for_none
from csp_geo.inputs.where.pairs import holds_points, read_geometries
from csp_geo.inputs.where.pointers import kind_of_pointer, pointed_at
from csp_geo.inputs.where.postcode import postcode_in
from csp_geo.inputs.where.units import in_web_mercator

WHERE = ("0.0828", "51.5400")
GOOGLE = "https://www.google.com/maps"


@pytest.mark.parametrize(
    "cell",
    [
        "51.5400 0.0828 0 4.9",
        "51.5400 0.0828 12.5 0.0",
        "{'latitude': '51.5400', 'longitude': '0.0828', 'needs_recoding': False}",
        '{"lng": 0.0828, "lat": 51.5400}',
        "{'type': 'Point', 'coordinates': [0.0828, 51.5400]}",
        "1 Zq Street\nZqtown\n(51.5400, 0.0828)",
        "1 Zq Street, Zqtown, 51.5400, 0.0828",
        "Zq Street,51.5400,0.0828",
        f"{GOOGLE}/place/Zq/@51.5400,0.0828,17z",
        f"{GOOGLE}/place/Zq/@51.1,0.1,17z/data=!3m1!4b1!8m2!3d51.5400!4d0.0828",
        f"{GOOGLE}?q=51.5400%2C0.0828",
        f"{GOOGLE}/search/?api=1&query=51.5400,0.0828",
        "https://www.openstreetmap.org/?mlat=51.5400&mlon=0.0828#map=17/51.1/0.1",
        "https://www.openstreetmap.org/#map=17/51.5400/0.0828",
        "https://maps.apple.com/?ll=51.5400,0.0828&q=Zq",
        "https://www.bing.com/maps?cp=51.5400~0.0828&lvl=17",
        "geo:51.5400,0.0828?z=17",
    ],
)
def test_a_cell_that_says_which_is_which(cell):
    assert pointed_at(cell) == WHERE
    read = read_geometries(pd.Series([cell])).iloc[0]
    assert (read["x"], read["y"]) == WHERE
    assert holds_points(pd.Series([cell]))


@pytest.mark.parametrize(
    "cell",
    ["", "East Street", "(51.5400, 0.0828)", "51.5400, 0.0828", "1, 51.5400, 0.0828",
     "Zq Street 51.5400, 0.0828", "Zq Street, 51.5400", "Zq Street, 544421, 184321",
     f"{GOOGLE}/place/Barking", "51 32 24 0",
     "{'human_address': 'Zq'}", "544421 184321 0 4.9"],
)  # fmt: skip
def test_any_other_cell(cell):
    assert pointed_at(cell) is None


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("https://maps.app.goo.gl/Zq12", "short-link"),
        ("https://goo.gl/maps/Zq12", "short-link"),
        ("///zqa.zqb.zqc", "three-words"),
        ("https://what3words.com/zqa.zqb.zqc", "three-words"),
        ("zqa.zqb.zqc", "three-words"),
        ("G4M2+6P", "short-plus-code"),
        ("G4M2+6P, Barking", "short-plus-code"),
        ("9F32G4M2+6P", ""),
        (f"{GOOGLE}/@51.5400,0.0828,17z", ""),
        ("zqa.zqb", ""),
        ("12.11.2021", ""),
        ("", ""),
    ],
)
def test_what_cannot_be_read(cell, kind):
    assert kind_of_pointer(cell) == kind


class TestUnknown:
    @pytest.mark.parametrize(
        ("x", "y", "axes", "unknown"),
        [
            (0, 0, DEGREES, True),
            (0, 51.5, DEGREES, False),  # Greenwich
            (-1, 50.8, DEGREES, False),
            (-1, -1, DEGREES, True),
            (0, 184_321, METRES, True),
            (-1, -1, METRES, True),
            (999_999, 999_999, METRES, True),
            (544_421, 999_999, METRES, True),
            (544_421, 184_321, METRES, False),
        ],
    )
    def test_pair(self, x, y, axes, unknown):
        assert stands_for_none(np.array([x]), np.array([y]), axes)[0] == unknown


class TestWebMercator:
    HERE = np.array([(544_421.0 + 10 * n, 184_321.0) for n in range(6)])

    def within(self, metres):
        return (np.abs(metres - self.HERE[0]) < 1000).all(axis=1)

    def test_by_size(self):
        on_web = between("EPSG:27700", "EPSG:3857", self.HERE)
        for within in (self.within, None):
            assert in_web_mercator(on_web, british_grid(), within, None)
            assert not in_web_mercator(self.HERE, british_grid(), within, None)
        assert not in_web_mercator(on_web[:4], british_grid(), self.within, None)  # too few
        assert not in_web_mercator(on_web, british_grid(), self.within, "EPSG:32631")

    def test_somewhere_else(self):
        far = np.array([(-13_000_000.0 - n, 6_300_000.0) for n in range(6)])
        assert not in_web_mercator(far, british_grid(), self.within, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zq Road, IG11 7LU", "IG117LU"),
        ("outside ig117lu, near the park", "IG117LU"),
        ("from IG11 7LU to RM10 9AA", ""),
        ("IG11 somewhere", ""),
        ("Zq Road", ""),
    ],
)
def test_a_postcode_in_a_text(text, found):
    assert postcode_in(text) == found


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"),
    [  # the middles of cells that Open Location Code gives with its corners
        ("7FG49QCJ+2VX", 2.782234375, 20.3701125),
        ("4VCPPQGP+Q9", 174.7859375, -41.2730625),
        ("62G20000+", None, None),
        ("8FVC2222+22", 8.0000625, 47.0000625),
        ("8fvc2222+22", 8.0000625, 47.0000625),
    ],
)
def test_plus_codes(code, longitude, latitude):
    found = pointed_at(code)
    if longitude is None:
        assert found is None
    else:
        assert found is not None
        assert [float(half) for half in found] == pytest.approx([longitude, latitude], abs=1e-7)
