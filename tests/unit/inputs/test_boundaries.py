"""Official boundaries: which service, what it says, what came, and every fault on the way."""

from __future__ import annotations

import json
import tomllib
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from boundary_service import (
    BOROUGH,
    CODE,
    HOME,
    NEW_WARDS,
    OLD_WARDS,
    SIDE,
    SOUTH,
    WEST,
    Answer,
    Service,
    square,
    wards,
)

from csp_geo.core.errors import BoundaryError, CspGeoError, SettingsError
from csp_geo.core.projection import british_grid
from csp_geo.core.shelf import note_bytes, note_path, read_note
from csp_geo.inputs.areas.catalogue import check_code, choose_services, understood
from csp_geo.inputs.areas.fetch import Order, fetch_boundaries
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.areas.transport import Server, Wire
from csp_geo.runs.boundaries import shelved

TODAY = date(2025, 9, 3)
WARDS_2022 = "Wards_December_2022_Boundaries_UK_BGC"
QUERY = r"FeatureServer/0/query\?$"


@pytest.fixture
def fetch(ons, tmp_path):
    """Fetch from the stub; what was told and how long it would have slept are remembered."""
    said, slept = [], []

    def run(code=CODE, **given):
        wire = {"attempts": 4, "timeout_s": 60.0, **given.pop("wire", {})}
        order = {"today": TODAY, "out": tmp_path, "service": ons.base, **given}
        return fetch_boundaries(
            Order(code=code, **order),
            Wire(**{"sleep": slept.append, "clock": lambda: 0.0, **wire}),
            said.append,
        )

    run.said, run.slept, run.folder = said, slept, tmp_path
    return run


def refused(fetch, **given):
    """Fetch what cannot be had: the sentence, and nothing written."""
    before = sorted(fetch.folder.iterdir())
    with pytest.raises(CspGeoError) as caught:
        fetch(**given)
    assert sorted(fetch.folder.iterdir()) == before
    said = str(caught.value)
    assert said.endswith((".", "?"))
    assert "Traceback" not in said
    return said


class TestNames:
    @pytest.mark.parametrize(
        ("name", "layer", "year", "month", "fineness", "version"),
        [
            ("Wards_December_2022_Boundaries_UK_BGC", "wards", 2022, 12, 0, 1),
            ("WD_DEC_2025_UK_BFC", "wards", 2025, 12, 1, 1),
            ("Wards_May_2022_UK_BFC_V2", "wards", 2022, 5, 1, 2),
            ("Wards_December_2019_Boundaries_UK_BGC_2022", "wards", 2019, 12, 0, 1),
            ("Administrative/Wards_(December_2018)_GB_BFE", "wards", 2018, 12, 2, 1),
            ("Lower_layer_Super_Output_Areas_2021_EW_BGC_V3", "lsoa", 2021, 0, 0, 3),
            (
                "LSOA_Dec_2011_Boundaries_Generalised_Clipped_BGC_EW_V3_2022",
                *("lsoa", 2011, 12, 0, 3),
            ),
            ("Local_Authority_Districts_December_2022_UK_BGC_V2", "borough", 2022, 12, 0, 2),
            ("LAD_MAY_2024_UK_BGC", "borough", 2024, 5, 0, 1),
            ("Local_Authority_Districts_December_2019_GCB_UK_2022", "borough", 2019, 12, 0, 1),
        ],
    )
    def test_dialects(self, name, layer, year, month, fineness, version):
        found = understood(name)
        assert (found.layer, found.year, found.month) == (layer, year, month)
        assert (found.fineness, found.version) == (fineness, version)

    @pytest.mark.parametrize(
        "name",
        [
            "Wards_December_2022_Boundaries_UK_BSC",
            "WD_DEC_2025_UK_BUC",
            "WD22_LAD22_CTY22_OTH_UK_LU",
            "Wards_December_2022_Names_and_Codes_in_the_UK",
            "Census_Merged_Wards_December_2011_Boundaries_EW_BGC",
            "Westminster_Parliamentary_Constituencies_July_2024_Boundaries_UK_BGC",
            "LSOA_PopCentroids_EW_2021_V4",
            "Wards_UK_BGC",
            "",
        ],
    )
    def test_other_names_are_not_taken_for_boundaries(self, name):
        assert understood(name) is None

    def test_order_of_preference(self):
        """Newest month, then BGC, BFC, BFE, then UK before GB before EW, then newest version."""
        best_first = [
            "Wards_December_2022_Boundaries_UK_BGC_V2",
            "Wards_December_2022_Boundaries_UK_BGC",
            "WD_DEC_2022_GB_BGC",
            "WD_DEC_2022_EW_BGC",
            "Wards_December_2022_UK_BFC",
            "Wards_December_2022_UK_BFE",
            "Wards_May_2022_Boundaries_UK_BGC_V3",
        ]
        others = ["Wards_December_2021_UK_BGC", "LAD_DEC_2022_UK_BGC", "WD_DEC_2022_UK_BSC"]
        found = choose_services([*others, *reversed(best_first)], "wards", CODE, 2022)
        assert [service.name for service in found] == best_first

    def test_country_must_be_covered(self):
        names = ["WD_DEC_2022_EW_BGC", "WD_DEC_2022_GB_BFC", "WD_MAY_2022_UK_BFE"]
        for code, expected in [("W06000015", 3), ("S12000036", 2), ("N09000003", 1)]:
            assert len(choose_services(names, "wards", code, 2022)) == expected

    def test_lsoas_of_the_last_census(self):
        names = ["LSOA_2021_EW_BGC", "LSOA_2011_EW_BGC", "LSOA_2031_EW_BGC"]
        assert [choose_services(names, "lsoa", CODE, y)[0].year for y in (2022, 2020)] == [
            2021,
            2011,
        ]

    def test_no_such_year_says_which_there_are(self):
        names = ["WD_DEC_2023_UK_BGC", "WD_DEC_2022_UK_BSC", "WD_MAY_2024_UK_BFC"]
        with pytest.raises(BoundaryError, match=r"too coarse.*wards of 2023, 2024: choose"):
            choose_services(names, "wards", CODE, 2022)
        with pytest.raises(BoundaryError, match="Only England and Wales"):
            choose_services(["LSOA_2021_EW_BGC"], "lsoa", "S12000036", 2022)

    @pytest.mark.parametrize(
        "code", ["E0900002", "Barking", "E09000002' OR 1=1 --", "", "E99999999", "\x1b[31mE09"]
    )
    def test_no_code(self, code):
        with pytest.raises(SettingsError, match="not the code of a borough") as caught:
            check_code(code)
        assert "\x1b" not in str(caught.value)

    def test_code_of_a_ward_and_small_letters(self):
        with pytest.raises(SettingsError, match="is the code of a ward"):
            check_code("E05014053")
        assert check_code(" e09000002 ") == CODE


class TestFetch:
    def test_wards(self, ons, fetch):
        got = fetch()
        assert got.path == fetch.folder / "E09000002_wards_2022.gpkg"
        area = read_study_area(got.path)
        assert list(area.wards["ward_code"]) == NEW_WARDS
        assert area.name == BOROUGH
        assert area.cautions == ()
        assert area.wards.geometry.area.tolist() == pytest.approx([1e6] * 19)
        assert area.vintage.title == "wards from May 2022"
        table = gpd.read_file(got.path)
        assert list(table) == ["WD22CD", "WD22NM", "LAD22CD", "LAD22NM", "geometry"]
        assert got.path.stat().st_mode & 0o777 == 0o600
        assert sorted(p.name for p in fetch.folder.iterdir()) == [
            "E09000002_wards_2022.gpkg",
            "E09000002_wards_2022.gpkg.toml",
        ]

    def test_note(self, ons, fetch):
        got = fetch()
        note = read_note(got.path)
        assert note == got.note
        assert note["sha256"] == read_study_area(got.path).sha256
        assert note["fetched"] == TODAY
        assert note["service"] == WARDS_2022
        assert note["address"] == f"{ons.base}/{WARDS_2022}/FeatureServer/0"
        assert (note["layer"], note["code"], note["year"]) == ("wards", CODE, 2022)
        assert note["licence"][0].startswith("Source: Office for National Statistics")
        assert note["licence"][1].endswith("database right 2022")

    def test_host_is_said_before_anything_is_asked_and_only_the_code_is_sent(self, ons, fetch):
        refused(fetch, service="http://127.0.0.1:9/rest/services", wire={"attempts": 1})
        assert fetch.said[0].startswith("Asking 127.0.0.1")
        fetch.said.clear()
        fetch()
        assert fetch.said[0].startswith(
            "Asking 127.0.0.1 for the wards of E09000002 (2022). Only this"
        )
        asked = [value for _, query in ons.asked for value in query.values()]
        assert {value for value in asked if "E0" in value} == {"LAD22CD='E09000002'"}

    def test_nothing_is_asked_when_the_file_is_there(self, ons, fetch):
        fetch()
        ons.asked.clear()
        assert "is there already" in refused(fetch)
        assert ons.asked == []
        fetch(replace=True)
        note_path(fetch.folder / "E09000002_wards_2022.gpkg").unlink()
        assert "is there already" in refused(fetch)

    def test_out(self, fetch):
        assert fetch(out=fetch.folder / "mine.gpkg").path.name == "mine.gpkg"
        made = fetch(out=fetch.folder / "new").path
        assert made.relative_to(fetch.folder).as_posix() == "new/E09000002_wards_2022.gpkg"
        assert "written as GeoPackage" in refused(fetch, out=fetch.folder / "mine.geojson")

    def test_two_pages_and_more(self, ons, fetch):
        for page in (10, 19, 1):
            ons.services[WARDS_2022].page = page
            assert len(fetch(replace=True).checked.table) == 19

    def test_flag_at_the_top_of_the_answer(self, ons, fetch):
        """Older servers say exceededTransferLimit beside the features."""
        ons.services[WARDS_2022].page = 10
        query = ons.services[WARDS_2022].query
        service = ons.services[WARDS_2022]

        class Old(Service):
            def query(self, asked):
                answer = query(asked)
                if answer.pop("properties", None):
                    answer["exceededTransferLimit"] = True
                return answer

        ons.services[WARDS_2022] = Old(service.rows, page=10)
        assert len(fetch().checked.table) == 19

    @pytest.mark.parametrize("name", ["WD_DEC_2022_UK_BFC", "Wards_(December_2022)_GB_BGC_V2"])
    def test_renamed_service_with_another_layer_number(self, ons, fetch, name):
        ons.services = {name: Service(wards(NEW_WARDS), number=3)}
        assert fetch().note["address"].endswith("/FeatureServer/3")

    def test_answer_in_degrees(self, ons, fetch):
        """A server that takes no notice of outSR gives degrees: they are moved by OSTN15."""
        grid = british_grid()
        rows = [(row, shapely.transform(shape, grid.to_lonlat)) for row, shape in wards(NEW_WARDS)]
        ons.services[WARDS_2022] = Service(rows)
        area = fetch().checked.area
        assert area.projection.crs == "EPSG:27700"
        moved = area.wards.geometry.iloc[0].bounds
        assert moved == pytest.approx((WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), abs=0.01)

    def test_columns_in_small_letters(self, ons, fetch):
        ons.services[WARDS_2022] = Service(wards(NEW_WARDS, upper=False))
        assert list(fetch().checked.table)[:2] == ["wd22cd", "wd22nm"]

    def test_wards_of_a_known_vintage_without_a_column_for_the_borough(self, ons, fetch):
        """The codes themselves tell: those of neighbours are left out."""
        rows = wards([*OLD_WARDS, "E05000043", "E05000025"], "21", borough=None)
        ons.services["Wards_December_2021_UK_BGC"] = Service(rows)
        got = fetch(year=2021)
        assert list(got.checked.area.wards["ward_code"]) == OLD_WARDS
        assert fetch.said[-1].endswith("asking for E05000026 to E05000042")
        assert got.checked.area.vintage.title == "wards of 2002 to May 2022"

    def test_service_with_the_column_is_preferred(self, ons, fetch):
        ons.services[WARDS_2022] = Service(wards(NEW_WARDS, borough=None))
        ons.services["WD_DEC_2022_UK_BFC"] = Service(wards(NEW_WARDS))
        assert fetch().note["service"] == "WD_DEC_2022_UK_BFC"

    def test_no_column_for_the_borough(self, ons, fetch):
        ons.services[WARDS_2022] = Service(wards(NEW_WARDS, borough=None))
        said = refused(fetch, code="E09000003")
        assert "has no column for the borough (columns: WD22CD, WD22NM)" in said
        assert "Try another --year" in said

    def test_borough(self, ons, fetch):
        row = {"LAD22CD": CODE, "LAD22NM": BOROUGH, "Shape__Area": 1e6}
        other = {"LAD22CD": "E09000003", "LAD22NM": "Barnet", "Shape__Area": 1e6}
        ons.services["LAD_DEC_2022_UK_BGC"] = Service([(row, square(0)), (other, square(1))])
        got = fetch(layer="borough")
        assert got.path.name == "E09000002_borough_2022.gpkg"
        assert got.checked.table["LAD22CD"].tolist() == [CODE]

    def lsoas(self, ons, n=6, name=BOROUGH, borough=BOROUGH):
        outline = shapely.union_all([square(i) for i in range(6)])
        ons.services["LAD_DEC_2022_UK_BGC"] = Service(
            [({"LAD22CD": CODE, "LAD22NM": borough}, outline)]
        )
        rows = [
            ({"LSOA21CD": f"E0100000{i}", "LSOA21NM": f"{name} 00{i}A"}, square(i))
            for i in range(n)
        ]
        rows.append(({"LSOA21CD": "E01000099", "LSOA21NM": "Barking 001A"}, square(9)))
        ons.services["Lower_layer_Super_Output_Areas_2021_EW_BGC_V3"] = Service(rows)

    @pytest.mark.parametrize("name", [BOROUGH, "King's Lynn and West Norfolk"])
    def test_lsoas_by_the_name_of_the_borough(self, ons, fetch, name):
        self.lsoas(ons, name=name, borough=name)
        got = fetch(layer="lsoa")
        assert got.path.name == "E09000002_lsoa_2021.gpkg"
        assert len(got.checked.table) == 6
        assert fetch.said[-1].endswith(f"asking for those named after {name}")
        assert "is there already" in refused(fetch, layer="lsoa")

    def test_lsoas_that_do_not_cover_the_borough(self, ons, fetch):
        self.lsoas(ons, n=5)
        assert "cover 5.0 of its 6.0 square kilometres" in refused(fetch, layer="lsoa")

    @pytest.mark.parametrize(("share", "is_refused"), [(1.0995, False), (1.1005, True)])
    @pytest.mark.parametrize("sign", [1, -1])
    def test_lsoas_may_differ_from_the_borough_by_a_tenth(
        self, ons, fetch, share, is_refused, sign
    ):
        self.lsoas(ons)
        x, y = WEST, SOUTH
        wide = 6000 / (1 + sign * (share - 1))
        outline = shapely.box(x, y, x + wide, y + 1000)
        ons.services["LAD_DEC_2022_UK_BGC"] = Service(
            [({"LAD22CD": CODE, "LAD22NM": BOROUGH}, outline)]
        )
        if is_refused:
            assert "square kilometres, so some bear another name" in refused(fetch, layer="lsoa")
        else:
            assert len(fetch(layer="lsoa").checked.table) == 6

    @pytest.mark.parametrize(("n", "looked_at"), [(4, True), (5, False)])
    def test_four_services_of_a_year_are_looked_at(self, ons, fetch, n, looked_at):
        """The fifth is not, even if it alone has a column for the borough."""
        names = [WARDS_2022, "WD_DEC_2022_GB_BGC", "WD_DEC_2022_EW_BGC", "WD_DEC_2022_UK_BFC"]
        names = [*names, "WD_DEC_2022_UK_BFE"][:n]
        for name in names:
            borough = CODE if name == names[-1] else None
            ons.services[name] = Service(wards(NEW_WARDS, borough=borough))
        assert fetch().note["service"] == (names[-1] if looked_at else WARDS_2022)

    def test_codes_of_no_known_vintage(self, ons, fetch):
        ons.services[WARDS_2022] = Service(wards(["E05011217", "E05011218"], borough="E09000003"))
        assert fetch(code="E09000003").checked.area.vintage is None

    def test_northern_ireland_is_asked_in_degrees(self, ons, fetch):
        rows = wards(["N08000301"], borough="N09000003")
        belfast = shapely.box(-5.95, 54.59, -5.93, 54.61)
        ons.services[WARDS_2022] = Service([(rows[0][0] | {"Shape__Area": 1}, belfast)], wkid=4326)
        assert fetch(code="N09000003").note["features"] == 1
        assert {query.get("outSR") for _, query in ons.asked} == {None, "4326"}


class TestWhatCame:
    """Nothing is written of what cannot be trusted."""

    def serve(self, ons, rows, **given):
        ons.services[WARDS_2022] = Service(rows, **given)

    def test_unknown_code(self, fetch):
        said = refused(fetch, code="E09000033")
        assert "has no wards of E09000033" in said
        assert "Try another --year" in said

    def test_duplicate_codes(self, ons, fetch):
        self.serve(ons, [*wards(NEW_WARDS), *wards(NEW_WARDS[:1])])
        assert "gave E05014053 more than once" in refused(fetch)

    def test_codes_of_another_kind(self, ons, fetch):
        self.serve(ons, wards([*NEW_WARDS, "E01000001"]))
        assert "E01000001, which is not a code of a ward" in refused(fetch)

    def test_wards_of_another_borough(self, ons, fetch):
        rows = wards(NEW_WARDS)
        rows[3][0]["LAD22CD"] = "E09000009"

        class Careless(Service):
            def chosen(self, where):
                return self.rows

        ons.services[WARDS_2022] = Careless(rows)
        assert "gave wards of E09000009 when asked for E09000002" in refused(fetch)

    def test_fewer_and_more_than_counted(self, ons, fetch):
        for n, came in ((20, 19), (18, 19)):
            ons.fault("count$", Answer(json.dumps({"count": n}).encode()))
            assert f"counts {n} wards for E09000002, but {came} came" in refused(fetch)

    @pytest.mark.parametrize("count", [None, "19", True, -1])
    def test_no_count(self, ons, fetch, count):
        ons.fault("count$", Answer(json.dumps({"count": count}).encode()))
        assert "gave no count" in refused(fetch)

    def test_the_whole_country(self, ons, fetch):
        ons.fault("count$", Answer(b'{"count": 8483}'))
        assert "counts 8,483 wards" in refused(fetch)

    def test_invalid_polygon_is_repaired_and_said(self, ons, fetch):
        rows = wards(NEW_WARDS)
        x, y = WEST, SOUTH
        bow = [(x, y), (x + 1000, y + 1000), (x + 1000, y), (x, y + 1000)]
        rows[0] = (rows[0][0], shapely.Polygon(bow))
        self.serve(ons, rows)
        got = fetch()
        assert any("Ward 1" in said and "repaired" in said for said in got.note["cautions"])
        kept = read_study_area(got.path)
        assert kept.wards.geometry.is_valid.all()

    def test_overlap_is_said(self, ons, fetch):
        rows = wards(NEW_WARDS)
        row = rows[1][0] | {"Shape__Area": None}
        rows[1] = (row, shapely.box(WEST + 900, SOUTH, WEST + 2000, SOUTH + 1000))
        self.serve(ons, rows)
        assert "100,000 square metres are in two wards" in fetch().note["cautions"][0]

    @pytest.mark.parametrize(
        "shape", [None, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon"}]
    )
    def test_no_shape(self, ons, fetch, shape):
        rows = wards(NEW_WARDS)
        rows[2] = (rows[2][0], shape)
        self.serve(ons, rows)
        assert "The shape of Ward 3 is missing" in refused(fetch)

    def test_area_that_is_not_as_stated(self, ons, fetch):
        rows = wards(NEW_WARDS)
        rows[4][0]["Shape__Area"] = 2e6
        self.serve(ons, rows)
        said = refused(fetch)
        assert "Ward 5 came with 1.00 square kilometres" in said
        assert "states 2.00" in said

    @pytest.mark.parametrize(
        ("stated", "is_refused"),
        [
            (1e6 / 1.00995, False),
            (1e6 / 1.01005, True),
            (1e6 / 0.99005, False),
            (1e6 / 0.98995, True),
        ],
    )
    def test_areas_may_differ_by_a_hundredth(self, ons, fetch, stated, is_refused):
        rows = wards(NEW_WARDS)
        rows[4][0]["Shape__Area"] = stated
        self.serve(ons, rows)
        if is_refused:
            assert "Ward 5 came with 1.00 square kilometres" in refused(fetch)
        else:
            assert fetch().note["features"] == 19

    def test_area_in_other_units_is_not_compared(self, ons, fetch):
        rows = wards(NEW_WARDS)
        rows[4][0]["Shape__Area"] = 2.6e6
        self.serve(ons, rows, wkid=3857)
        assert fetch().note["features"] == 19

    def test_elsewhere_in_no_known_units(self, ons, fetch):
        rows = [
            (row | {"Shape__Area": None}, shapely.transform(shape, lambda xy: xy * 100))
            for row, shape in wards(NEW_WARDS)
        ]
        self.serve(ons, rows)
        assert "neither in degrees nor in British" in refused(fetch)

    def test_no_name(self, ons, fetch):
        rows = wards(NEW_WARDS)
        rows[0][0]["WD22NM"] = None
        self.serve(ons, rows)
        assert "gave a ward without WD22NM" in refused(fetch)

    def test_columns_that_were_promised(self, ons, fetch):
        rows = wards(NEW_WARDS)
        del rows[0][0]["LAD22NM"]
        self.serve(ons, rows, fields=list(rows[1][0]))
        assert "did not give the columns" in refused(fetch)

    @pytest.mark.parametrize("given", [{"kind": "esriGeometryPoint"}, {"fields": ["FID", "NAME"]}])
    def test_no_polygons_or_no_code(self, ons, fetch, given):
        self.serve(ons, wards(NEW_WARDS), **given)
        assert "has no polygons with a column for code and name" in refused(fetch)

    def test_borough_without_wards_in_this_year(self, ons, fetch):
        ons.services = {"LAD_DEC_2022_UK_BGC": ons.services[WARDS_2022]}
        assert "lists no boundaries of wards for 2022" in refused(fetch)


class TestFaults:
    def test_busy_and_then_well(self, ons, fetch):
        ons.fault(QUERY, Answer(status=500), times=2)
        assert fetch().note["features"] == 19
        assert fetch.slept == [1, 2]
        assert any("HTTP 500" in said and "again in 1 seconds" in said for said in fetch.said)

    def test_too_many_requests(self, ons, fetch):
        ons.fault("services", Answer(status=429, headers={"Retry-After": "7"}))
        assert fetch().note["features"] == 19
        assert fetch.slept == [7]

    def test_told_to_wait_too_long(self, ons, fetch):
        ons.fault("services", Answer(status=429, headers={"Retry-After": "3600"}))
        assert "left alone for 60 minutes" in refused(fetch)
        assert fetch.slept == []

    def test_busy_for_good(self, ons, fetch):
        ons.fault("services", Answer(status=503), times=9)
        assert "It was asked 4 times. Try again later" in refused(fetch)
        assert fetch.slept == [1, 2, 4]

    def test_error_with_http_200(self, ons, fetch):
        error = {"error": {"code": 400, "message": "Cannot \x1b[31mperform query", "details": []}}
        ons.fault(QUERY, Answer(json.dumps(error).encode()))
        said = refused(fetch)
        assert "400: Cannot [31mperform query" in said
        assert fetch.slept == []

    @pytest.mark.parametrize("error", [{"code": 500, "message": "Unable"}, {"code": 504}])
    def test_error_with_http_200_that_passes(self, ons, fetch, error):
        ons.fault(QUERY, Answer(json.dumps({"error": error}).encode()))
        assert fetch().note["features"] == 19
        assert fetch.slept == [1]

    def test_error_that_is_a_text(self, ons, fetch):
        ons.fault(QUERY, Answer(b'{"error": "no"}'))
        assert "None: no" in refused(fetch)

    def test_truncated_answer(self, ons, fetch):
        ons.fault(QUERY, Answer(b'{"features": [', length=5000))
        ons.fault(QUERY, Answer(b'{"features": ['))
        assert fetch().note["features"] == 19
        assert fetch.slept == [1, 2]

    def test_truncated_for_good(self, ons, fetch):
        ons.fault("services", Answer(b'{"services": ['), times=4)
        assert "cut off or is damaged" in refused(fetch)

    @pytest.mark.parametrize(
        "page",
        [
            Answer(b"<html>Sign in</html>", content_type="text/html; charset=utf-8"),
            Answer(b"\n<!doctype html>", content_type="application/json"),
        ],
    )
    def test_web_page(self, ons, fetch, page):
        ons.fault("services", page)
        assert "answered with a web page instead of data" in refused(fetch)

    def test_plain_text_is_json_too(self, ons, fetch):
        """Older servers say text/plain for f=json."""
        listed = json.dumps(ons.data(HOME, {})).encode()
        ons.fault("services", Answer(listed, content_type="text/plain"))
        assert fetch().note["features"] == 19

    @pytest.mark.parametrize("length", [None, 10**9])
    def test_too_large(self, ons, fetch, length):
        ons.fault(QUERY, Answer(b" " * 200_000, length=length))
        said = refused(fetch, wire={"max_bytes": 100_000})
        assert "larger than 0.1 MB" in said

    def test_no_answer_in_time(self, ons, fetch):
        ons.fault("services", Answer(silent=True), times=2)
        said = refused(fetch, wire={"timeout_s": 0.05, "attempts": 2})
        assert "did not answer in 0.05 seconds. It was asked 2 times" in said

    def test_an_answer_that_trickles_in_is_given_up(self, ons, fetch):
        seconds = iter(range(0, 10**6, 100))
        said = refused(fetch, wire={"clock": lambda: next(seconds), "answer_s": 50})
        assert "took longer than 50 seconds" in said

    @pytest.mark.parametrize("to", ["https://elsewhere.example/x", "http://127.0.0.1:1/x"])
    def test_redirect_elsewhere(self, ons, fetch, to):
        ons.fault("services", Answer(status=302, headers={"Location": to}))
        assert "which was not followed" in refused(fetch)
        assert len(ons.asked) == 1

    def test_redirect_on_the_same_host(self, ons, fetch):
        ons.fault("services", Answer(status=301, headers={"Location": f"{HOME}/?f=json"}))
        assert fetch().note["features"] == 19

    @pytest.mark.parametrize(("status", "said"), [(403, "let this computer in"), (404, "moved")])
    def test_refused(self, ons, fetch, status, said):
        ons.fault("services", Answer(status=status))
        assert said in refused(fetch)
        assert fetch.slept == []

    @pytest.mark.parametrize("body", [b"[]", b"7", b"null", b'"x"'])
    def test_no_object(self, ons, fetch, body):
        ons.fault("services", Answer(body))
        assert "not the object that was asked for" in refused(fetch)

    def test_nested_too_deep(self, ons, fetch):
        ons.fault("services", Answer(b"[" * 200_000), times=4)
        assert refused(fetch)

    @pytest.mark.parametrize("services", [None, {}, "x"])
    def test_no_catalogue(self, ons, fetch, services):
        ons.fault("services", Answer(json.dumps({"services": services}).encode()))
        assert "gave no list of services" in refused(fetch)

    @pytest.mark.parametrize("found", [None, [1], {}])
    def test_no_features(self, ons, fetch, found):
        ons.fault(QUERY, Answer(json.dumps({"features": found}).encode()))
        assert "gave no features" in refused(fetch)

    def test_a_service_that_cannot_be_reached_is_named(self, fetch):
        said = refused(fetch, service="http://127.0.0.1:9/rest/services", wire={"attempts": 1})
        assert "127.0.0.1" in said

    @pytest.mark.parametrize(
        "address",
        [
            "http://elsewhere.example/rest/services",
            "ftp://127.0.0.1/",
            "https://user:secret@elsewhere.example/",
            "https://elsewhere.example/?token=1",
            "file:///etc/passwd",
            "https://[::1",
            "",
        ],
    )
    def test_address_that_is_none(self, fetch, address):
        assert "is not the address of a boundary service" in refused(fetch, service=address)

    def test_certificate(self, ons):
        """Said as what it is; asking again would not help."""
        import ssl

        server = Server(ons.base, Wire(sleep=print, clock=lambda: 0.0), print)
        problem = ssl.SSLCertVerificationError()
        problem.verify_message = "self-signed certificate"
        said = str(server._unreached(problem))
        assert "The certificate of 127.0.0.1 was not accepted (self-signed certificate)" in said


class TestShelf:
    def test_note_survives_odd_texts(self):
        note = {"file": "a.gpkg", "name": 'Q"uo\\te & Bär', "fetched": TODAY, "n": 3, "all": ["a"]}
        assert tomllib.loads(note_bytes(note, "csp-geo boundaries fetch").decode()) == note

    def test_what_is_there(self, fetch):
        path = fetch().path
        (fetch.folder / "README.md").write_text("not a layer")
        (fetch.folder / "empty.geojson").write_text("")
        first, second = sorted(shelved(fetch.folder), key=lambda entry: entry.path)
        assert (first.path, first.checksum, first.n, first.error) == (
            path.name,
            "matches",
            19,
            None,
        )
        assert "is empty" in second.error
        note = note_path(path)
        note.write_text(note.read_text().replace("sha256 = ", 'sha256 = "0"\nold = '))
        assert next(shelved(fetch.folder)).checksum == "differs"
        note.write_text("= not toml")
        assert next(shelved(fetch.folder)).checksum == "no note"

    def test_other_layers_lie_in_their_own_folder(self, ons, fetch):
        TestFetch().lsoas(ons)
        fetch(layer="lsoa", out=fetch.folder / "lsoa")
        (found,) = shelved(fetch.folder)
        assert (found.path, found.layer, found.n) == ("lsoa/E09000002_lsoa_2021.gpkg", "lsoa", 6)
        assert found.area is None


class TestCoarse:
    """Outlines that were simplified too much are recognised by corners and area."""

    def layer(self, path, corners, n=6, **columns):
        """Write regular polygons with so many corners, each about 2 square kilometres."""
        shapes = [
            shapely.Point(WEST + 2000 * i, SOUTH).buffer(800, quad_segs=corners // 4)
            for i in range(n)
        ]
        table = {"WD22CD": NEW_WARDS[:n], "WD22NM": [f"Ward {i}" for i in range(n)], **columns}
        gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:27700").to_file(path)
        return read_study_area(path)

    def test_coarse(self, tmp_path):
        (said,) = self.layer(tmp_path / "w.gpkg", 8).cautions
        assert "w.gpkg are too coarse: 48 corners for 6 wards of" in said
        assert said.endswith("csp-geo boundaries fetch E09000002 --year 2022.")

    def test_fine_enough(self, tmp_path):
        assert self.layer(tmp_path / "w.gpkg", 20).cautions == ()

    @pytest.mark.parametrize(("per_km", "is_said"), [(9.95, True), (10.05, False)])
    def test_ten_corners_a_kilometre_are_enough(self, tmp_path, per_km, is_said):
        """Of outlines with 20 corners each."""
        shape = shapely.Point(WEST, SOUTH).buffer(1, quad_segs=5)
        radius = 20 / per_km * 1000 / np.sqrt(shape.area)
        shapes = [
            shapely.Point(WEST + 6000 * i, SOUTH).buffer(radius, quad_segs=5) for i in range(4)
        ]
        table = {"WD22CD": NEW_WARDS[:4], "WD22NM": NEW_WARDS[:4]}
        path = tmp_path / "w.gpkg"
        gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:27700").to_file(path)
        assert any("too coarse" in said for said in read_study_area(path).cautions) == is_said

    @pytest.mark.parametrize(("n", "is_said"), [(3, False), (4, True)])
    def test_four_outlines_are_enough_to_tell(self, tmp_path, n, is_said):
        said = self.layer(tmp_path / "w.gpkg", 8, n=n).cautions
        assert len(said) == is_said

    def test_codes_of_no_known_vintage(self, tmp_path):
        codes = [f"E0501121{i}" for i in range(6)]
        (said,) = self.layer(tmp_path / "w.gpkg", 8, WD22CD=codes).cautions
        assert said.endswith("boundaries fetch CODE --year YEAR, with the code of your borough.")

    def test_schematic_wards_have_one_caution_elsewhere(self, tmp_path):
        area = self.layer(tmp_path / "w.gpkg", 8, status="schematic")
        assert (area.schematic, area.cautions) == (True, ())

    def test_rectangles_and_few_outlines_are_left(self, tmp_path):
        assert self.layer(tmp_path / "few.gpkg", 8, n=3).cautions == ()
        table = {"WD22CD": NEW_WARDS[:6], "WD22NM": NEW_WARDS[:6]}
        squares = gpd.GeoDataFrame(table, geometry=[square(i) for i in range(6)], crs="EPSG:27700")
        squares.to_file(tmp_path / "squares.gpkg")
        assert read_study_area(tmp_path / "squares.gpkg").cautions == ()

    @pytest.mark.parametrize(
        ("name", "coarse"),
        [
            ("lbbd_wards_2022_oversimplified.geojson", True),
            ("lbbd_wards_2022_generalised.geojson", False),
            ("lbbd_wards_2002-2022_generalised.geojson", False),
            ("lbbd_wards_2002-2022_full.gpkg", False),
        ],
    )
    def test_real_files(self, shared_data, name, coarse):
        area = read_study_area(shared_data / "wards" / name)
        assert any("too coarse" in said for said in area.cautions) == coarse
