"""What may be shown of a report: points, words, cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csp_geo.core.disclosure import (
    FEWEST_ROWS,
    HIDDEN,
    cell_as_shown,
    heading_as_shown,
    is_protected_place,
    may_be_drawn,
    may_be_in_public,
    may_be_written,
    may_name_a_hotspot,
)
from csp_geo.core.errors import SchemaError
from csp_geo.core.tables import SENSITIVITIES, SOURCES
from csp_geo.inputs.where.gazetteer import place_name


def _rows(source: str, kinds) -> pd.DataFrame:
    return pd.DataFrame({"source": source, "theme": "hate", "sensitive": list(kinds)})


class TestPoints:
    @pytest.mark.parametrize("source", SOURCES)
    def test_only_what_is_not_sensitive_is_drawn(self, source: str) -> None:
        drawn = may_be_drawn(_rows(source, SENSITIVITIES))
        expected = {""} | ({"hate"} if source == "graffiti" else set())
        assert {k for k, d in zip(SENSITIVITIES, drawn, strict=True) if d} == expected

    @pytest.mark.parametrize("theme", ["violence", "fire", "harassment", "public order"])
    def test_hate_on_a_wall_is_no_deed(self, theme: str) -> None:
        assert not may_be_drawn(_rows("graffiti", ["hate"]).assign(theme=theme)).any()

    def test_what_is_not_known_is_sensitive(self) -> None:
        assert not may_be_drawn(_rows("offence", [None, np.nan, "anything"])).any()
        with pytest.raises(SchemaError, match="no column 'sensitive'"):
            may_be_drawn(pd.DataFrame({"source": ["offence"]}))

    def test_a_setting_shows_all(self) -> None:
        assert may_be_drawn(_rows("offence", SENSITIVITIES), show_sensitive=True).all()

    def test_homes_are_no_public_places(self) -> None:
        public = may_be_in_public(_rows("offence", SENSITIVITIES))
        assert {k for k, p in zip(SENSITIVITIES, public, strict=True) if p} == {
            "",
            "sexual",
            "hate",
        }


class TestWords:
    def test_from_three_rows_on(self) -> None:
        assert FEWEST_ROWS == 3
        assert not may_be_written("Steaming", 2)
        assert may_be_written("Steaming", 3)

    @pytest.mark.parametrize("word", ["Burglary 28A", "s.5 Public Order", "Assault s47"])
    def test_codes_of_offences_are_no_numbers(self, word: str) -> None:
        assert may_be_written(word, 3)

    @pytest.mark.parametrize(
        "word",
        [
            "q.zebedee@mail.test",
            "07700900123",
            "CRIS7712345",
            "IG11 7LU",
            "Flat 3 12 Axe Street",
            "AB12CDE",
            "zebedee dob 01/01/1990",
            "victim Zebedee",
            "Mr Quartermain",
            "x" * 41,
            "five words of a sentence",
        ],
    )
    def test_nobody_is_named(self, word: str) -> None:
        assert not may_be_written(word, 1_000)

    @pytest.mark.parametrize(
        ("word", "may"),
        [
            ("x" * 40, True),
            ("x" * 41, False),
            ("one of four words", True),
            ("one of the five words", False),
        ],
    )
    def test_a_category_has_forty_characters_and_four_words(self, word: str, may: bool) -> None:
        assert may_be_written(word, 3) is may

    def test_a_heading_that_is_a_cell_is_hidden(self) -> None:
        assert heading_as_shown("Committed From (24h)") == "Committed From (24h)"
        for cell in ("07700 900123", "zq@x.test", "485 777 3456", "544421"):
            assert heading_as_shown(cell) == HIDDEN


SHOWN = {
    "x": ["544421", "51.5393", "-0.12", "544,421", "544 421", "0", "51\u00b032'21\"N", "544.421"],
    "y": ["184321", "1043210"],
    "point": ["51.5393, 0.0811", "544421 184321", "(51.5,0.1)"],
    "gridref": ["TQ 4442 8432", "TQ444843"],
    "wkt": ["POINT(0.1 51.5)", "SRID=4326;POINT Z (1 2 3)"],
    "date": [
        "03/11/2021",
        "31/02/2021",
        "2021-13-45",
        "3rd of November 2021",
        "w/c 1/11/2021",
        "2021-11-03T14:20:00Z",
        "03/11/2021 14:20",
        "03/11/2021 - 05/11/2021",
        "44503",
        "20211103",
    ],
    "month": ["2021-13", "Nov 2021", "202113"],
}
HIDDEN_CELLS = {
    "x": [
        "07700900123",
        "07700 900123",
        "485 777 3456",
        "4857773456",
        "23/07/1985",
        "12 Axe",
        "51.5 0.1 07700900124",
        "AB12 CDE",
        "QQ123456C",
        "Zebedee",
        "54442100",
    ],
    "y": ["IG11 7LU", "BD51 SMR", "7LU"],
    "point": ["51.5 0.1 07700900124", "07700 900123", "12, Axe"],
    "gridref": ["BD51 SMR", "QQ123456C", "SW1A 1AA", "Zebedee"],
    "wkt": ["POINT(07700900123 1)", "POLYGON((Zebedee))"],
    "date": [
        "07700 900123",
        "QQ123456C",
        "+44 7700 900123",
        "03/11/2021 Zebedee May",
        "May June",
        "August",
        "23/07/1985",
        "23/07/85",
        "23 July 1985",
        "zq@x.test",
        "4857773456",
        "J Doe 1980",
    ],
    "month": ["May", "June August", "077009"],
}


@pytest.mark.parametrize(("field", "cell"), [(f, c) for f, cells in SHOWN.items() for c in cells])
def test_a_cell_of_the_right_shape_is_shown(field: str, cell: str) -> None:
    assert cell_as_shown(field, cell) == cell


@pytest.mark.parametrize(("decimals", "is_shown"), [(14, True), (15, False)])
def test_a_cell_of_sixty_characters_is_shown(decimals: int, is_shown: bool) -> None:
    cell = f"POINT (0.{'1' * 15} 1.{'1' * 15} 2.{'1' * decimals})"
    assert len(cell) == 60 + (decimals - 14)
    assert cell_as_shown("wkt", cell) == (cell if is_shown else HIDDEN)


@pytest.mark.parametrize(
    ("field", "cell"), [(f, c) for f, cells in HIDDEN_CELLS.items() for c in cells]
)
def test_any_other_cell_is_not(field: str, cell: str) -> None:
    assert cell_as_shown(field, cell) == HIDDEN


@pytest.mark.parametrize(
    "name",
    [
        *("Women's Refuge", "Axe Street Hostel", "Barking Sexual Health Clinic", "The Haven"),
        *("Rape Crisis Centre", "Care Home", "Children's Home", "Probation Office, High Road"),
        *("Al-Noor School for Girls", "Jewish Primary School", "Girls' School", "Special School"),
        *(
            "LGBT Centre",
            "Victim Support",
            "Axe St Women & Children Accommodation",
            "Mosque",
            "Madrasah Road Centre",
            "Solace",
            "Marie Stopes",
            "Mental Health Unit",
            "Bail Hostel",
        ),
        "Women\u2019s Aid, Station Road",
    ],
)
def test_nothing_is_named_after_a_protected_place(name: str) -> None:
    assert is_protected_place(name)
    assert not may_name_a_hotspot(name)
    assert place_name(name, published=True) is None
    assert place_name(f"{name}, Axe Street", published=False) is None


@pytest.mark.parametrize("name", ["Flat 3 Axe House", "12 Axe Street", "Room 4, Lodge", "No. 7"])
def test_nothing_is_named_after_a_door(name: str) -> None:
    assert not may_name_a_hotspot(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Station Parade",
            "Heathway",
            "East Street",
            "Bus Shelter",
            "Barking Station",
            "Haven Road",
        ),
        *("Eastbury School", "Barking Abbey", "Church Street", "High Road", "A13"),
    ],
)
def test_other_places_may_give_their_name(name: str) -> None:
    assert may_name_a_hotspot(name)
