"""Times of a KML keep the precision that they were written with."""

from __future__ import annotations

import pytest

from csp_geo.inputs.files.reading import read_tables


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
