"""What a column looks like, from its cells alone."""

from __future__ import annotations

import pandas as pd
import pytest

from csp_geo.inputs.files.looks import look_at


def look(*cells):
    return look_at(pd.Series(cells, dtype="str"))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("", " ", "N/A", "-"), "empty"),
        (("03/11/2021", "2021-11-04 14:20", ""), "date"),
        (("12/25/2021", "11/13/2021"), "date"),
        (("w/c 01/11/2021", "w/c 08/11/2021"), "date"),
        (("14:20", "9:05", "11pm"), "time"),
        (("51.5393", "51.5401"), "latitude"),
        (("0.0811", "-0.1201"), "longitude"),
        (("51°32'22\"N", "51°33'01\"N"), "latitude"),
        (("544421", "545010"), "metres"),
        (("1", "2", "3"), "number"),
        (("5", "40", "1405"), "number"),
        (("UNKNOWN", "unknown"), "words"),
        (("UNKNOWN",), "words"),
        (("12h15", "8h00"), "time"),
        (("19900101", "21001231", "20210519"), "date"),
        (("19891231", "21010101", "20211340"), "number"),
        (("20210519", "20210520", "20210521", "20210522", "10000000"), "date"),
        (("20210519", "20210520", "20210521", "10000001", "10000000"), "number"),
        (("07700900123", "07700900124"), "number"),
        (("51.5393, 0.0811", "51.5401, 0.0822"), "point"),
        (("TQ 444 843", "TQ4483"), "gridref"),
        (("IG11 8EB", "RM10 9AA"), "postcode"),
        (("POINT (0.08 51.5)", "POINT (0.09 51.5)"), "shape"),
        (("0101000020E61000007B14AE47E17AB43F85EB51B81EC54940",) * 3, "shape"),
        (('{"type": "Point", "coordinates": [0.1, 51.5]}',) * 3, "shape"),
        (("AB/1", "AB/2", "AB/3"), "codes"),
        (("Robbery", "Theft", "Robbery", "Theft"), "words"),
        (("He shouted", "She ran away", "It was dark"), "text"),
    ],
)
def test_kind(cells, kind):
    assert look(*cells).kind == kind


def test_one_odd_cell_does_not_matter():
    assert look(*["03/11/2021"] * 9, "soon").kind == "date"


def test_words_show_no_name():
    """A column of few different words may be the officers' names: they are counted, not shown."""
    assert look("PC Jones", "PC Jones", "PC Smith", "PC Smith").words == "2 different texts"
    assert look("Mrs Hall called", "Mr Lee called").words == "2 different texts"
    assert look("07700900123", "07700900124").words == "long numbers"
