"""Layers as data: what the builders make of tables, and how they are drawn."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csp_geo.core.disclosure import LAYERS, Audience
from csp_geo.core.errors import SchemaError
from csp_geo.core.projection import british_grid
from csp_geo.products.map.builders import (
    area_layers,
    demand_layers,
    haven_layer,
    incident_layers,
    outline_layers,
    place_layers,
    venue_layer,
    zone_layer,
)
from csp_geo.products.map.layers import LayerSpec, Style, let_layers_through
from csp_geo.products.map.leaflet import draw

CRS = "EPSG:27700"
GRID = british_grid()
X, Y = 548_000.0, 185_000.0
OFFICER, COORDINATOR, PUBLIC = Audience


def table(n: int, **columns) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(X + np.arange(n) * 10, np.full(n, Y))
    return gpd.GeoDataFrame(columns, geometry=points, crs=CRS)


def areas(n: int, **columns) -> gpd.GeoDataFrame:
    shapes = [shapely.box(X + 100 * i, Y, X + 100 * i + 100, Y + 100) for i in range(n)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def incidents() -> gpd.GeoDataFrame:
    return table(
        6,
        theme=pd.Categorical(["theft", "sexual", "domestic", "hate", "violence", "lighting"]),
        sensitive=pd.Categorical(["", "sexual", "domestic", "hate", "", ""]),
        source=pd.Categorical(["offence", "offence", "offence", "asb", "asb", "survey"]),
        family=pd.Categorical(["recorded"] * 5 + ["perception"]),
        person_key="somebody",
    )


def area() -> SimpleNamespace:
    return SimpleNamespace(wards=areas(2, ward_code=["E1", "E2"], ward_name=["West", "East"]))


def zones(*statuses: str) -> gpd.GeoDataFrame:
    n = len(statuses)
    return areas(
        n, name=["Z"] * n, power=[None] * n, in_force=None, expires=None, status=list(statuses)
    )


def hotspots(*confirmed: bool) -> gpd.GeoDataFrame:
    n = len(confirmed)
    return areas(n, name=[f"H{i}" for i in range(n)], confirmed=list(confirmed))


def havens(*counts: bool) -> gpd.GeoDataFrame:
    return table(len(counts), name=[f"S{i}" for i in range(len(counts))], counts_now=list(counts))


class TestReports:
    def test_sensitive_ones_are_left_out(self) -> None:
        layers = incident_layers(incidents())
        assert [(layer.label, len(layer.source)) for layer in layers] == [
            ("Anti-social behaviour reports", 1),
            ("Recorded offences", 1),
            ("Survey pins", 1),
        ]

    def test_a_setting_draws_them(self) -> None:
        layers = incident_layers(incidents(), show_sensitive=True)
        assert sum(len(layer.source) for layer in layers) == 6
        assert draw(layers, GRID, OFFICER, show_sensitive=True).key[0].title.endswith("(2)")
        with pytest.raises(SchemaError, match="Anti-social behaviour reports"):
            draw(layers, GRID, OFFICER)

    def test_no_incidents_no_layers(self) -> None:
        assert incident_layers(incidents().iloc[:0]) == []

    def test_a_tab_ticks_its_family_but_not_the_context(self) -> None:
        assert [layer.follows for layer in incident_layers(incidents(), tabs=["perception"])] == [
            *("", "", "perception")
        ]
        context = incident_layers(incidents(), tabs=["perception"], is_context=True)
        assert {layer.follows for layer in context} == {""}
        assert not any(layer.style.is_above for layer in context)

    @pytest.mark.parametrize(
        ("covered", "label"),
        [
            (0.0, "not covered"),
            (9e-7, "not covered"),
            (2e-6, "covered in some hours"),
            (1 - 2e-6, "covered in some hours"),
            (1.0, "covered"),
        ],
    )
    def test_places_of_demand_by_what_is_covered(self, covered, label) -> None:
        layers = demand_layers(table(2, covered=[covered, np.nan]))
        assert [(own.label, len(own.source)) for own in layers] == [
            (f"Places of reports, {label}", 1)
        ]


class TestGround:
    def test_zones_are_hatched_while_in_force(self) -> None:
        both = zone_layer(zones("in force", "expired"))
        assert [style.hatched for style in both.row_styles] == [True, False]
        assert both.style.hatched
        assert both.note == "hatched: in force; outline only: not in force"
        none = zone_layer(zones("expired"))
        assert not none.style.hatched
        assert none.note == "none in force"

    def test_places_are_stations_names_and_stops(self) -> None:
        places = table(3, name=["Upney", "Green", "A"], kind=["station", "place", "stop"])
        stations, names, stops = place_layers(places)
        assert stations.source["name"].tolist() == ["Upney"]
        assert names.source["name"].tolist() == ["Green"]
        assert stops.source["name"].tolist() == ["A"]
        assert (stations.is_on, names.is_on, stops.is_on) == (True, False, False)

    def test_only_havens_that_count_are_drawn(self) -> None:
        assert haven_layer(havens(True, False)).source["name"].tolist() == ["S0"]

    def test_those_to_approach_have_numbers(self) -> None:
        venues = table(3, name=["New", "Newer", "There"], key=["site-1", "site-2", ""])
        layer = venue_layer(venues, n_existing=1)
        assert layer.title == "Venues of this plan (2)"
        drawn = draw([layer], GRID, COORDINATOR).data["havens"]
        assert [haven.get("number") for haven in drawn] == [1, 2, None]


class TestTheGate:
    def test_the_public_sees_wards_places_and_havens(self) -> None:
        places = table(1, name=["Upney"], kind=["station"])
        layers = [*area_layers(area()), haven_layer(havens(True)), *place_layers(places)]
        assert {layer.key for layer in draw(layers, GRID, PUBLIC).key} == {
            *("wards", "havens", "stations")
        }

    @pytest.mark.parametrize(
        ("layer", "name"),
        [
            (zone_layer(zones("in force")), "zones"),
            (outline_layers(hotspots(True))[0], "outlines-hot-firm"),
            (incident_layers(incidents())[0], "Anti-social behaviour reports"),
            (demand_layers(table(1, covered=[1.0]))[0], "Places of reports, covered"),
            (venue_layer(table(1, name=["New"], key=["site-1"]), 0), "havens"),
        ],
    )
    def test_and_no_other_layer(self, layer, name) -> None:
        assert PUBLIC not in LAYERS[layer.contents].audience
        with pytest.raises(SchemaError, match=f"'{name}'.* is not for the public"):
            draw([*area_layers(area()), layer], GRID, PUBLIC)

    def test_an_empty_layer_is_refused_all_the_same(self) -> None:
        with pytest.raises(SchemaError, match="zones"):
            draw([*area_layers(area()), zone_layer(zones())], GRID, PUBLIC)

    def test_a_plan_has_no_reports_and_a_weekly_map_no_venues(self) -> None:
        with pytest.raises(SchemaError, match="is not for the coordinator"):
            draw(incident_layers(incidents()), GRID, COORDINATOR)
        with pytest.raises(SchemaError, match="is not for the officer"):
            draw([venue_layer(table(1, name=["N"], key=["s"]), 0)], GRID, OFFICER)

    def test_only_allow_listed_columns_reach_a_renderer(self) -> None:
        layer = incident_layers(incidents())[0]
        leaked = LayerSpec(
            key="leak",
            contents="reports",
            source=incidents().iloc[[0]],
            style=Style(shape="dot"),
        )
        for own in let_layers_through([layer, leaked], OFFICER):
            assert "person_key" not in own.source.columns
            assert set(own.source.columns) <= {
                *("source", "theme", "sensitive", "family", "geometry")
            }


class TestDrawing:
    def test_points_are_numbered_and_layers_without_rows_left_out(self) -> None:
        places = table(1, name=["A"], kind=["stop"])
        layers = [*incident_layers(incidents()), zone_layer(zones()), *place_layers(places)]
        made = let_layers_through(layers, OFFICER)
        assert [layer.key for layer in made] == ["p0", "p1", "p2", "p3"]

    def test_wards_are_drawn_first_and_stand_last_in_the_key(self) -> None:
        drawn = draw([*area_layers(area()), zone_layer(zones("in force"))], GRID, OFFICER)
        assert [layer["box"] for layer in drawn.data["layers"]] == ["wards", "wards", "zones"]
        assert [layer.key for layer in drawn.key] == ["zones", "wards"]
        assert drawn.data["ward_layer"] == "geo_json_wards"

    def test_without_wards_the_map_shows_500_metres_around(self) -> None:
        (south, west), (north, east) = draw([haven_layer(havens(True))], GRID, PUBLIC).data[
            "bounds"
        ]
        corners = GRID.to_metres(np.array([[west, south], [east, north]]))
        assert np.ptp(corners, axis=0) == pytest.approx([1000, 1000], abs=70)

    def test_neutral_styles_become_options_of_leaflet(self) -> None:
        script = draw(
            [*area_layers(area()), zone_layer(zones("in force", "expired"))], GRID, OFFICER
        ).script
        for options in (
            '"color": "#6f777b", "fill": true, "fillColor": "#ffffff", "fillOpacity": 0.75',
            '"color": "#6f777b", "fill": false, "weight": 2',
            '"dashArray": "10 4 2 4", "fill": true, "fillColor": "url(#hatch)", "fillOpacity": 1,',
            '"fillOpacity": 0, "opacity": 0.65, "weight": 2',
        ):
            assert options in script

    def test_outlines_are_simplified_alone_and_wards_together(self) -> None:
        circle = shapely.Point(X, Y).buffer(300, quad_segs=200)
        rows = hotspots(True).set_geometry([circle], crs=CRS)
        drawn = draw(outline_layers(rows), GRID, COORDINATOR).script
        assert len(drawn) < len(str(shapely.get_coordinates(circle).tolist())) / 2
