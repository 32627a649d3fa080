"""What may be shown of a report: points, words, cells."""

from __future__ import annotations

from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csp_geo.core.disclosure import (
    FEWEST_ROWS,
    HIDDEN,
    LAYERS,
    Audience,
    cell_as_shown,
    heading_as_shown,
    is_protected_place,
    let_through,
    may_be_drawn,
    may_be_in_public,
    may_be_written,
    may_name_a_hotspot,
    pair_as_shown,
    point_as_shown,
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


def _layer(**columns) -> gpd.GeoDataFrame:
    columns = {"source": ["offence"], "theme": ["theft"], "sensitive": [""]} | columns
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([1], [2]))


class TestLayers:
    AUDIENCES: ClassVar = {
        "wards": {*Audience},
        "places": {*Audience},
        "havens": {*Audience},
        **{name: {*Audience} for name in ("streets", "railways", "water", "green", "buildings")},
        "directory": {*Audience},
        "ward counts": {Audience.OFFICER, Audience.COORDINATOR},
        "zones": {Audience.OFFICER, Audience.COORDINATOR},
        "hotspots": {Audience.OFFICER, Audience.COORDINATOR},
        "reports": {Audience.OFFICER},
        "demand": {Audience.OFFICER},
        "covered hotspots": {Audience.COORDINATOR},
        "coverage": {Audience.COORDINATOR},
        "venues": {Audience.COORDINATOR},
    }

    def test_each_kind_of_layer_is_thought_of(self) -> None:
        assert set(LAYERS) == set(self.AUDIENCES)

    @pytest.mark.parametrize("audience", Audience)
    @pytest.mark.parametrize("contents", LAYERS)
    def test_who_may_see_what(self, contents: str, audience: Audience) -> None:
        table = _layer(counts_now=[True])
        if audience in self.AUDIENCES[contents]:
            assert len(let_through("x", table, contents, audience)) == 1
        else:
            with pytest.raises(SchemaError, match=f"'x' .* not for the {audience}"):
                let_through("x", table, contents, audience)

    @pytest.mark.parametrize("contents", ["reports", "demand"])
    @pytest.mark.parametrize("kind", SENSITIVITIES)
    def test_sensitive_reports_leave_only_where_the_settings_say_so(
        self, contents: str, kind: str
    ) -> None:
        table = _layer(sensitive=[kind])
        if kind:
            with pytest.raises(SchemaError, match="'pins' holds sensitive reports"):
                let_through("pins", table, contents, Audience.OFFICER)
        else:
            assert len(let_through("pins", table, contents, Audience.OFFICER)) == 1
        assert len(let_through("pins", table, contents, Audience.OFFICER, show_sensitive=True)) == 1

    def test_hate_on_a_wall_may_leave(self) -> None:
        table = _layer(source=["graffiti"], theme=["hate"], sensitive=["hate"])
        assert len(let_through("pins", table, "reports", Audience.OFFICER)) == 1

    def test_one_of_many_is_enough(self) -> None:
        table = pd.concat([_layer(), _layer(sensitive=["child"]), _layer()])
        with pytest.raises(SchemaError, match="sensitive"):
            let_through("pins", table, "reports", Audience.OFFICER)

    @pytest.mark.parametrize("contents", ["reports", "demand"])
    def test_reports_that_do_not_say_whether_they_are_sensitive_stay(self, contents: str) -> None:
        with pytest.raises(SchemaError, match="no column 'sensitive'"):
            let_through("pins", _layer().drop(columns="sensitive"), contents, Audience.OFFICER)

    @pytest.mark.parametrize("audience", Audience)
    @pytest.mark.parametrize(
        "table",
        [_layer(), *(_layer(counts_now=[value]) for value in (False, None, np.nan, "no"))],
    )
    def test_only_havens_that_count_leave(self, table, audience: Audience) -> None:
        with pytest.raises(SchemaError, match="'doors' holds havens that are not 'counts_now'"):
            let_through("doors", table, "havens", audience)

    def test_only_allow_listed_columns_leave_in_their_order(self) -> None:
        secret = {
            "person_key": ["p"],
            "place": ["12 Axe Street"],
            "weight": [0.5],
            "ward_code": "E",
        }
        table = _layer(**secret, incident_id=["i"], key=["h0"])
        left = let_through("pins", table, "reports", Audience.OFFICER)
        assert list(left.columns) == [
            *("key", "incident_id", "source", "theme", "sensitive", "ward_code", "geometry")
        ]

    def test_the_geometry_may_have_any_name(self) -> None:
        table = _layer(ward_name=["Abbey"]).rename_geometry("shape")
        left = let_through("wards", table, "wards", Audience.PUBLIC)
        assert list(left.columns) == ["ward_name", "shape"]
        assert left.geometry.name == "shape"

    def test_what_nobody_has_sorted_is_for_nobody(self) -> None:
        for audience in Audience:
            with pytest.raises(SchemaError, match="'x'"):
                let_through("x", _layer(), "thoughts", audience)


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
            "zelda\uff20quimby\uff0eorg",
            "\uff10\uff17\uff17\uff10\uff10",
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
        for cell in (
            "07700 900123",
            "zq@x.test",
            "485 777 3456",
            "544421",
            "q\uff20x",
            "\uff10" * 6,
        ):
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
        *("R e f u g e", "R\u00e9fuge", "WomensAid", "Women-s Aid", "Havens", "Care-home"),
        *("SEND unit", "PRU", "Girls' Grammar", "Girls\u2019 Grammar", "Special Needs School"),
        *("DV service", "Homeless persons unit", "Frauenhaus", "Maison des femmes", "Llety"),
        *("Change Grow Live", "Change, Grow, Live", "Terrence Higgins Trust", "CAMHS", "S.A.R.C."),
        *("Southall Black Sisters", "Ashiana", "St Mungos", "St. Mungo's", "56 Dean Street"),
        *("Probation office", "\uff32efuge", "REFUGE"),
        *("The Whitechapel Haven", "Youth Offending Service", "Food Bank", "Gurudwara"),
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
        *("Becontree", "Goodmayes Road", "Manor Junior School", "St Joseph's Primary", "Dean Road"),
    ],
)
def test_other_places_may_give_their_name(name: str) -> None:
    assert may_name_a_hotspot(name)


@pytest.mark.parametrize(
    ("x", "y"),
    [("(not shown)", "900123"), ("7700", "900123"), ("485777", "3456"), ("999999", "1")],
)
def test_halves_of_a_number_are_not_shown(x: str, y: str) -> None:
    assert pair_as_shown(x, y) == (HIDDEN, HIDDEN)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        *(("544421", "184321"), ("184321", "544421"), ("0.08", "51.53"), ("51.53", "0.08")),
        *(("544.421", "184.321"), ("551,911", "181,111"), ("0", "0"), ("", "900123")),
        *(("51\u00b032'21\"N", "0\u00b04'52\"E"), ("80000", "5000"), ("440000", "1140000")),
    ],
)
def test_halves_of_a_place_are(x: str, y: str) -> None:
    assert pair_as_shown(x, y) == (x, y)


def test_near_the_study_area_is_a_place_wherever_it_is() -> None:
    assert pair_as_shown("-93.2", "44.9") == (HIDDEN, HIDDEN)
    assert pair_as_shown("-93.2", "44.9", [(-95.0, 43.0, -91.0, 46.0)]) == ("-93.2", "44.9")
    assert point_as_shown("44.9, -93.2") == HIDDEN
    assert point_as_shown("51.5, 0.1") == "51.5, 0.1"
