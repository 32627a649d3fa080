"""Times of a KML keep the precision that they were written with."""

from __future__ import annotations

import pytest

from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.files.table import BROKEN


def pin(when):
    return (
        f"<Placemark><name>p</name>{when}"
        "<Point><coordinates>0.08,51.54</coordinates></Point></Placemark>"
    )


@pytest.mark.parametrize(
    ("when", "name", "read"),
    [
        ("<TimeStamp><when>2023-01-03</when></TimeStamp>", "when", "2023-01-03"),
        ("<TimeStamp><when> 2023-01 </when></TimeStamp>", "when", "2023-01"),
        ("<TimeStamp><when>2023-01-03T10:00:00Z</when></TimeStamp>", "when", None),
        ("<TimeStamp><when>2023-01-03T00:00:00Z</when></TimeStamp>", "when", None),
        ("<TimeSpan><begin>2023-01-03</begin></TimeSpan>", "begin", "2023-01-03"),
    ],
)
def test_days_and_months_are_read_as_written(tmp_path, when, name, read):
    path = tmp_path / "pins.kml"
    head = "<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'><Document>"
    path.write_text(f"{head}{pin(when)}{pin('')}</Document></kml>", encoding="utf-8")
    (table,) = read_tables(path, path.name, frozenset())
    (cells,) = table.chunks
    first, second = cells[name]
    assert second == ""
    assert first == read if read else first.startswith(when.split("when>")[1][:19])


def area(*ring):
    corners = " ".join(f"{0.08 + x},{51.54 + y}" for x, y in ring)
    return (
        "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


def test_a_bad_shape_costs_its_row_alone(tmp_path):
    """A ring that is left open is closed; of one corner nothing can be made."""
    side = 0.0001
    corners = [(0, 0), (side, 0), (side, side), (0, side)]
    shapes = area(*corners, (0, 0)) + area(*corners) + area((0, 0))
    path = tmp_path / "areas.kml"
    head = "<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'><Document>"
    path.write_text(f"{head}{shapes}</Document></kml>", encoding="utf-8")
    (table,) = read_tables(path, path.name, frozenset())
    (cells,) = table.chunks
    assert cells[BROKEN].tolist() == [False, False, True]
    assert (cells["latitude"] != "").tolist() == [True, True, False]
    assert table.notes[0] == "read record by record: 1 damaged"
