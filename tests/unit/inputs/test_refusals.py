"""Coordinate systems that name files: plain names of grids are known to PROJ, roads lead away."""

from __future__ import annotations

import pyproj
import pytest

from csp_geo.inputs.files.refusals import lies_elsewhere

PARAMETER = 'PARAMETERFILE["Latitude and longitude difference file","{}"]'


@pytest.mark.parametrize(
    "text",
    [
        PARAMETER.format("/home/a/grid.gsb"),
        PARAMETER.format(r"\\host\share\grid.gsb"),
        PARAMETER.format("http://host/grid.tif"),
        'PARAMETERFILE["a, ""b"" , c","/x"]',
        'PARAMETERFILE("a","/x")',
        'EXTENSION["PROJ4_GRIDS","/x/grid.gsb"]',
        'EXTENSION["PROJ4","+proj=longlat +nadgrids=@/x/grid.gsb +no_defs"]',
        "+proj=longlat +geoidgrids=a.gtx,/x/b.gtx",
        "+init=/x/y:1",
        "+proj=defmodel +model=a +file=../b.json",
    ],
)
def test_a_system_that_names_a_file_or_link_lies_elsewhere(text):
    assert lies_elsewhere(text)


@pytest.mark.parametrize("code", [4326, 27700, 3857, 4277, 7405, 32631, 2157, 29902])
def test_known_systems_do_not_lie_elsewhere(code):
    """As they are written by GDAL and by PROJ, old and new."""
    system = pyproj.CRS.from_epsg(code)
    for version in ("WKT2_2019", "WKT1_GDAL", "WKT1_ESRI"):
        try:
            text = system.to_wkt(version)
        except pyproj.exceptions.CRSError:
            continue
        assert not lies_elsewhere(text or "")


def test_plain_names_of_grids_do_not():
    assert not lies_elsewhere(PARAMETER.format("OSTN15_NTv2_OSGBtoETRS.gsb"))
    assert not lies_elsewhere("+proj=merc +a=6378137 +nadgrids=@null +wktext +no_defs")
