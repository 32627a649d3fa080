"""Place texts to names that may be shown: streets yes, house numbers and people no."""

from __future__ import annotations

import pandas as pd
import pytest

from csp_geo.inputs.where.gazetteer import place_name, place_names


class TestInputs:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "On or near ",
            "On or near",
            "No location",
            "Flat 3",
            "12",
            "IG11 8EB",
            "07700 900123",
            "jo@example.org",
            "<script>alert(1)</script>",
            "{{ 7*7 }}",
            "=1+2",
            "On or near Supermarket",
            "On or near Parking Area",
            "Ab",
            "x" * 80,
        ],
    )
    def test_no_name(self, text):
        assert place_name(text, published=True) is None

    def test_missing_stays_missing(self):
        assert place_names(pd.Series([None, ""], dtype="str"), pd.Series([True, True])).isna().all()


class TestOutputs:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("On or near East Street", "East Street"),
            ("on or near EAST STREET", "EAST STREET"),
            ("12 East Street", "East Street"),
            ("12a East Street", "East Street"),
            ("12-14 East Street", "East Street"),
            ("No. 12 East Street", "East Street"),
            ("Flat 3, 12 East Street, IG11 8EB", "East Street"),
            ("East Street, Barking, IG11 8EB", "East Street"),
            ("Outside Barking Station", "Barking Station"),
            ("Junction of East Street", "East Street"),
            ("On or near King'S Avenue", "King's Avenue"),
            ("On or near King\u2019S Avenue", "King\u2019s Avenue"),
            ("St. Ann's", "St. Ann's"),
            ("A13 Alfreds Way", "A13 Alfreds Way"),
            ("  East   Street  ", "East Street"),
            ("Ripple Road (Barking)", "Ripple Road (Barking)"),
            ("Café Row", "Café Row"),
        ],
    )
    def test_name(self, text, name):
        assert place_name(text, published=True) == name

    def test_column_keeps_its_index(self):
        series = pd.Series(["12 East Street", "", "12 East Street"], index=[4, 2, 9], dtype="str")
        named = place_names(series, pd.Series(True, index=series.index))
        assert list(named.index) == [4, 2, 9]
        assert named[4] == named[9] == "East Street"
        assert pd.isna(named[2])


class TestNamesOfPeople:
    """Partners write people into location cells: those name no hotspot."""

    @pytest.mark.parametrize(
        "text",
        [
            "Mrs Jane Smith",
            "Jane Smith's house",
            "Jane Smith",
            "Mr Park",
            "outside Jane's",
            "Dr Lane",
        ],
    )
    def test_a_person_is_no_place(self, text):
        assert place_name(text, published=False) is None

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Jane Smith, 12 East Street", "East Street"),
            ("Heathway", "Heathway"),
            ("Barking Station", "Barking Station"),
            ("Martins Corner", "Martins Corner"),
            ("Marks Gate", "Marks Gate"),
            ("Station Parade", "Station Parade"),
            ("London Road car park", "London Road car park"),
        ],
    )
    def test_a_street_or_place_is(self, text, name):
        assert place_name(text, published=False) == name
