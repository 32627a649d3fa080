"""Both coordinates in one cell, however they are written, and which of them comes first."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from csp_geo.core.errors import SourceError
from csp_geo.core.projection import projection_at
from csp_geo.incidents.clean import clean
from csp_geo.inputs.areas.study_area import StudyArea
from csp_geo.inputs.read import read_reports
from csp_geo.inputs.where.pairs import holds_points, read_geometries, says_where

EAST, NORTH = 544421, 184321
LON, LAT = 0.081080, 51.539320
FORMS = (
    f"{LAT}, {LON}",
    f"{LAT} {LON}",
    f"({LAT}, {LON})",
    f"[{LAT},{LON}]",
    f"{LAT}; {LON}",
    f"{LAT} / {LON}",
    f"Lat: {LAT} Long: {LON}",
    f"{LAT} N, {LON} E",
    f"N{LAT} E{LON}",
    f"N {LAT} E {LON}",
    "51\u00b032'21.55\"N 0\u00b04'51.89\"E",
    "51 32 21.55 N 0 4 51.89 E",
    f"{LAT} {LON}".replace(".", ","),
    f"{EAST}, {NORTH}",
    f"{EAST} {NORTH}",
    f"({EAST},{NORTH})",
    f"Easting {EAST} Northing {NORTH}",
    f"{EAST}.0/{NORTH}.0",
    f"E{EAST} N{NORTH}",
    f"N {NORTH}, E {EAST}",
)


def located(area, write, folder, cells, header="location"):
    rows = [(f"R{n}", "13/01/2023", cell, "theft") for n, cell in enumerate(cells)]
    path = folder / "offence" / "a.csv"
    write.csv(path, ("reference", "date", header, "category"), rows)
    return clean(read_reports(folder), area, key=b"key of the test")


class TestInputs:
    @pytest.mark.parametrize(
        "cell", ["", "51.5", "East Street", "12-14 East Street", "51.5, 0.08, 12", "a, b", ", ,"]
    )
    def test_no_pair(self, cell):
        assert not says_where(cell)

    def test_names_of_places_with_a_few_pairs_stay_names(self):
        assert not holds_points(pd.Series([f"{LAT}, {LON}", "Station", "Park"], dtype="str"))
        assert not holds_points(pd.Series([], dtype="str"))

    def test_metres_abroad_need_a_named_system(self, write, tmp_path):
        wards = shapely.box(760_000, 3_880_000, 780_000, 3_900_000)
        projection = projection_at(-90.0, 35.1)
        table = {"ward_code": ["M1"], "ward_name": ["M"]}
        frame = pd.DataFrame(table).assign(geometry=[wards])
        import geopandas as gpd

        area = StudyArea("M", gpd.GeoDataFrame(frame, crs=projection.crs), projection)
        with pytest.raises(SourceError, match="Name their coordinate system"):
            located(area, write, tmp_path, ["2768000, 13890000"] * 6)
        result = located(area, write, tmp_path, ["768123, 3890457"] * 6)
        assert result.counts["accepted"] == 6


class TestOutputs:
    @pytest.mark.parametrize("cell", FORMS)
    def test_every_form_is_the_same_place(self, cell, town_area, write, tmp_path):
        result = located(town_area, write, tmp_path, [cell], header="coordinates")
        assert result.counts["accepted"] == 1, result.rows["reasons"].tolist()
        point = result.incidents.geometry.iloc[0]
        assert point.distance(shapely.Point(EAST, NORTH)) < 1.5

    def test_longitude_first_is_decided_for_the_column(self):
        """The pair of small numbers could be either; those beside it tell."""
        cells = pd.Series([f"{LON}, {LAT}", "0.09, 51.54", "1, 50"], dtype="str")
        read = read_geometries(cells)
        assert read["x"].tolist() == [str(LON), "0.09", "1"]

    def test_letters_settle_the_order_where_numbers_do_not(self):
        read = read_geometries(pd.Series(["3.4 E, 6.5 N", "6.5, 3.4"], dtype="str"))
        assert read["y"].tolist() == ["6.5 N", "3.4"]
        alone = read_geometries(pd.Series(["6.5, 3.4"], dtype="str"))
        assert alone["y"].tolist() == ["6.5"]

    def test_a_longitude_over_90_is_no_latitude(self):
        read = read_geometries(pd.Series(["-90.04, 35.1"], dtype="str"))
        assert read[["x", "y"]].iloc[0].tolist() == ["-90.04", "35.1"]

    def test_a_pair_beside_a_shape(self):
        read = read_geometries(pd.Series(["POINT (0.08 51.5)", "51.6, 0.09"], dtype="str"))
        assert read["x"].tolist() == ["0.08", "0.09"]
        assert read["y"].tolist() == ["51.5", "51.6"]

    def test_a_column_of_shapes_headed_location(self, town_area, write, tmp_path):
        result = located(town_area, write, tmp_path, [f"POINT ({LON} {LAT})"] * 2)
        assert result.counts["accepted"] == 2

    def test_a_pair_fills_in_for_missing_columns(self, town_area, write, tmp_path):
        rows = [("13/01/2023", "", "", f"{EAST}, {NORTH}", "theft")] * 2
        rows += [("13/01/2023", 544521, 184411, "", "theft")]
        header = ("date", "easting", "northing", "location", "category")
        write.csv(tmp_path / "offence" / "a.csv", header, rows)
        result = clean(read_reports(tmp_path), town_area)
        assert sorted(result.incidents.geometry.x) == [EAST, EAST, 544521]
