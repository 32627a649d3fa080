"""Lists of premises: what is read, what is a candidate, what is left out and why."""

from __future__ import annotations

import json
import time
from datetime import date
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pytest
import shapely

from csp_geo.core.errors import NoReportsError, SettingsError, SourceError
from csp_geo.core.tables import PREMISES, check_table
from csp_geo.decisions.havens.licensing import ask_licensing
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.venues.ask_first import HOME, PERSON
from csp_geo.inputs.venues.list_findings import day_of_list, hours_in_doubt, say_reason
from csp_geo.inputs.venues.listing import name_key, read_answer, read_people
from csp_geo.inputs.venues.premises import FSA_LICENCE, OSM_LICENCE, read_premises
from csp_geo.inputs.venues.venue_types import GROUPS, read_venue_types
from csp_geo.inputs.venues.works_addresses import STREET

TYPES = read_venue_types()
HEADER = ("Name", "Type", "Address", "Postcode", "Easting", "Northing", "Opening hours")
SHOP = ("Corner Stores", "shop", "1 East Street", "IG11 8AA", 544421, 184321, "Mo-Su 07:00-23:00")
RATINGS = (
    ("1", "Aroma Cafe Ltd", "Restaurant/Cafe/Canteen", "IG11 8AA", "0.080000", "51.539000"),
    ("2", "Toy Infants", "School/college/university", "IG11 8AA", "0.080000", "51.539000"),
    ("3", "Wheels of Tea", "Mobile caterer", "", "", ""),
    ("4", "The Anchor", "Pub/bar/nightclub", "IG11 8AB", "0.081000", "51.539500"),
    ("5", "Toytown Pharmacy", "Retailers - other", "IG11 8AC", "0.082000", "51.540000"),
    ("6", "Far Foods", "Retailers - other", "EH1 1AA", "-3.190000", "55.950000"),
)


def rating(row):
    number, name, kind, postcode, longitude, latitude = row
    point = {"Longitude": longitude, "Latitude": latitude} if longitude else None
    return {
        "FHRSID": number,
        "BusinessName": name,
        "BusinessType": kind,
        "AddressLine2": "12 East Street",
        "AddressLine4": "Barking",
        "PostCode": postcode,
        "Scores": {"Hygiene": "5"},
        "Geocode": point,
    }


def as_xml(value):
    if isinstance(value, dict):
        return "".join(
            "".join(f"<{key}>{as_xml(one)}</{key}>" for one in inner)
            if isinstance(inner, list)
            else f"<{key}>{as_xml(inner)}</{key}>"
            for key, inner in value.items()
        )
    return escape(value or "")


def write_ratings(path, rows=RATINGS):
    """Write food hygiene ratings in the form that the file's name says."""
    records = [rating(row) for row in rows]
    if path.suffix == ".csv":
        flat = [
            {key: value for key, value in record.items() if key not in {"Scores", "Geocode"}}
            | (record["Geocode"] or {})
            for record in records
        ]
        pd.DataFrame(flat).to_csv(path, index=False)
        return path
    whole = {
        "FHRSEstablishment": {
            "Header": {"ItemCount": str(len(records)), "ReturnCode": "Success"},
            "EstablishmentCollection": {"EstablishmentDetail": records},
        }
    }
    if path.suffix == ".xml":
        path.write_text(f'<?xml version="1.0" encoding="utf-8"?>{as_xml(whole)}', "utf-8")
    elif path.stem == "api":
        listed = [record | {"geocode": record.pop("Geocode")} for record in records]
        answer = {"establishments": listed, "meta": {"n": 1}, "links": [{"rel": "self"}]}
        path.write_text(json.dumps(answer), "utf-8")
    else:
        path.write_text(json.dumps(whole), "utf-8-sig")
    return path


def feature(lon, lat, size=0.0, **tags):
    """One feature of a map extract: a point, or a square of `size` degrees around it."""
    shape = shapely.Point(lon, lat)
    shape = shapely.box(lon - size, lat - size, lon + size, lat + size) if size else shape
    return {"type": "Feature", "properties": tags, "geometry": shapely.geometry.mapping(shape)}


def write_extract(path, *features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), "utf-8")
    return path


def reasons(premises):
    return dict(zip(premises.left_out["source_row"], premises.left_out["reason"], strict=True))


class TestRatings:
    @pytest.mark.parametrize("name", ["r.csv", "r.json", "r.xml", "api.json"])
    def test_every_form_says_the_same(self, town_area, tmp_path, name):
        made = read_premises([write_ratings(tmp_path / name)], town_area, TYPES)
        check_table(made.table, PREMISES)
        assert made.table["premises_id"].tolist() == ["fhrs-1", "fhrs-5"]
        assert made.table["venue_type"].tolist() == ["cafe or restaurant", "pharmacy"]
        assert made.table["address"].tolist() == ["12 East Street, Barking"] * 2
        assert made.counts == {"read": 6, "candidates": 2, "ask_first": 0, "left_out": 4}
        first = 2 if name.endswith("csv") else 1
        assert reasons(made) == {
            first + 1: "unsuitable-type",
            first + 2: "unsuitable-type",
            first + 3: "alcohol-led",
            first + 5: "outside-study-area",
        }
        assert made.licences == (FSA_LICENCE,)

    def test_points_of_postcodes_are_said(self, town_area, tmp_path):
        """The school shares the cafe's point, and is counted there although it is left out."""
        made = read_premises([write_ratings(tmp_path / "r.csv")], town_area, TYPES)
        assert made.table["n_at_point"].tolist() == [2, 1]
        assert set(made.table["location_method"]) == {"postcode"}
        assert (made.table["location_accuracy_m"] == 100).all()
        said = " ".join(made.cautions)
        assert "Food hygiene ratings are the only list" in said
        assert "5 places on 4 points (to the metre); 2 share theirs" in said

    def test_another_list_beside_them_is_no_caution(self, town_area, tmp_path, write):
        ratings = write_ratings(tmp_path / "r.csv")
        shops = write.csv(tmp_path / "own.csv", HEADER, [SHOP])
        made = read_premises([ratings, shops], town_area, TYPES)
        assert "only list" not in " ".join(made.cautions)

    def test_alcohol_and_gambling_when_asked_for(self, town_area, tmp_path):
        path = write_ratings(tmp_path / "r.csv")
        made = read_premises([path], town_area, TYPES, alcohol_and_gambling=True)
        assert "pub or bar" in set(made.table["venue_type"])
        assert "alcohol-led" not in made.reasons


class TestExtracts:
    def test_tags_say_type_hours_and_access(self, town_area, tmp_path):
        path = write_extract(
            tmp_path / "osm.geojson",
            feature(
                0.0805,
                51.5390,
                **{"@id": "node/7", "name": "Toy Library", "amenity": "library"},
                opening_hours="Mo-Fr 09:00-17:00",
                wheelchair="yes",
                toilets="yes",
                phone="+44 20 7946 0000",
            ),
            feature(0.0815, 51.5395, size=0.0002, name="Big Shop", shop="supermarket"),
            feature(0.0820, 51.5395, name="Odd", shop="anvils", wheelchair="limited"),
            feature(0.0825, 51.5395, highway="bus_stop", name="Stop A", amenity=""),
            feature(0.0830, 51.5395, shop="books", name=""),
            feature(0.0835, 51.5395, shop="gift;erotic", name="Both"),
        )
        made = read_premises([path], town_area, TYPES)
        check_table(made.table, PREMISES)
        library, big, odd = made.table.to_dict("records")
        assert library["premises_id"] == "osm-node-7"
        assert library["business_type"] == "amenity=library"
        assert (library["venue_type"], library["opening_hours"]) == ("library", "Mo-Fr 09:00-17:00")
        assert (library["step_free"], library["toilet"], library["phone"]) == (
            *("yes", "yes"),
            "unknown",  # a number is nobody's criterion, and is not kept
        )
        assert big["location_accuracy_m"] > library["location_accuracy_m"]
        assert (odd["venue_type"], odd["step_free"]) == ("shop", "unknown")
        assert reasons(made) == {4: "no-venue", 5: "no-name", 6: "unsuitable-type"}
        assert made.licences == (OSM_LICENCE,)
        assert "7946" not in made.table.to_csv()

    def test_packed_tags_of_a_geopackage(self, town_area, tmp_path, write):
        packed = '"amenity"=>"pharmacy","opening_hours"=>"24/7","addr:street"=>"East \\"End\\""'
        path = write.gpkg(
            tmp_path / "osm.gpkg",
            {"osm_id": ["5"], "name": ["Night Chemist"], "other_tags": [packed]},
            [shapely.Point(544421, 184321)],
        )
        row = read_premises([path], town_area, TYPES).table.iloc[0]
        assert (row["venue_type"], row["opening_hours"]) == ("pharmacy", "24/7")
        assert row["premises_id"] == "osm-5"


class TestSheets:
    def test_a_workbook_with_a_title_and_a_note(self, town_area, tmp_path, write):
        rows = [SHOP, ("No Place", "library", "", "", "", "", ""), ("Total", "", "", "", "", "", 2)]
        path = write.xlsx(tmp_path / "own.xlsx", HEADER, rows, before=[("Businesses",)])
        made = read_premises([path], town_area, TYPES)
        assert made.counts == {"read": 2, "candidates": 1, "ask_first": 0, "left_out": 1}
        assert made.reasons == {"no-location": 1}
        assert "row 5 is not a report" in " ".join(made.cautions)
        assert made.table.iloc[0]["opening_hours"] == "Mo-Su 07:00-23:00"
        assert made.table.iloc[0]["ward_name"] == "Abbey"
        assert say_reason("no-location").startswith("No coordinates.")

    def test_a_sheet_that_is_no_list_is_said(self, town_area, tmp_path):
        path = tmp_path / "own.xlsx"
        with pd.ExcelWriter(path) as book:
            pd.DataFrame([SHOP], columns=HEADER).to_excel(book, sheet_name="List", index=False)
            notes = pd.DataFrame({"Who": ["A", "B"], "Said": ["x", "y"]})
            notes.to_excel(book, sheet_name="Minutes", index=False)
        made = read_premises([path], town_area, TYPES)
        assert made.counts["candidates"] == 1
        assert "own.xlsx#Minutes is not a list of premises" in " ".join(made.cautions)

    def test_unknown_type_is_left_out_and_said(self, town_area, tmp_path, write):
        rows = [SHOP, ("Z", "zeppelin hangar", "", "", 544500, 184500, "")]
        made = read_premises([write.csv(tmp_path / "a.csv", HEADER, rows)], town_area, TYPES)
        assert made.reasons == {"unknown-type": 1}
        assert "'zeppelin hangar' (1)" in " ".join(made.cautions)

    def test_a_list_without_types_takes_that_of_its_name(self, town_area, tmp_path, write):
        header = ("Station", "OS X", "OS Y", "Latitude", "Longitude")
        path = write.csv(tmp_path / "stations.csv", header, [("Toy", 1, 2, 51.539, 0.08)])
        assert read_premises([path], town_area, TYPES).table["venue_type"].tolist() == ["station"]
        path = path.rename(tmp_path / "places.csv")
        assert read_premises([path], town_area, TYPES).table["venue_type"].tolist() == ["other"]

    def test_contacts_are_neither_shown_nor_kept(self, town_area, tmp_path, write):
        rows = [
            ("Corner Stores, ring Jane 07700 900123", *SHOP[1:]),
            ("Oak", "shop", "2 Ash Road jane@example.org", *("", 544521, 184321, "")),
            ("Elm", "shop", "3 Ash Road", "020 8227 3000", *(544621, 184321, "")),
            ("Yew", "shop", "4 Ash Road", "", *(544721, 184321, "")),
            ("Mrs Miggins", "shop", "5 Ash Road - contact Mr J Smith", "", *(544821, 184321, "")),
        ]
        made = read_premises([write.csv(tmp_path / "own.csv", HEADER, rows)], town_area, TYPES)
        assert made.table["name"].tolist() == ["Corner Stores", "Oak", "Elm", "Yew"]
        assert made.table["address"].fillna("").tolist() == [
            *("1 East Street", "", "3 Ash Road", "4 Ash Road")
        ]
        assert made.ask_first["name"].tolist() == ["Mrs Miggins"]
        assert made.ask_first["address"].isna().all()
        held = made.table.to_csv() + made.ask_first.to_csv()
        assert not any(word in held for word in ("07700", "jane@", "Jane", "8227", "Smith"))
        (said,) = [one for one in made.cautions if one.code == "contacts-in-lists"]
        assert said.startswith("own.csv: a telephone number, ")
        assert "4 rows and is not shown (rows " in said

    @pytest.mark.parametrize(
        ("postcode", "shown", "said"),
        [
            ("ig11 7nb", "IG11 7NB", ""),
            ("IG11 7NB Priya", "IG11 7NB", "words in the postcode of 1 row are not shown"),
            ("IG11 7NB ask for Priya", "IG11 7NB", "a person to ask for stands in"),
            ("Priya", "", "words in the postcode"),
            ("O77OO 9OO123", "", "a telephone number stands in"),
        ],
    )
    def test_of_a_postcode_nothing_else_is_shown(
        self, town_area, tmp_path, write, postcode, shown, said
    ):
        rows = [("Oak", "shop", "2 Ash Road", postcode, 544521, 184321, "")]
        made = read_premises([write.csv(tmp_path / "own.csv", HEADER, rows)], town_area, TYPES)
        assert made.table["postcode"].fillna("").tolist() == [shown]
        told = " ".join(one for one in made.cautions if one.code == "contacts-in-lists")
        assert told.startswith(f"own.csv: {said}" * bool(said))
        assert bool(told) == bool(said)
        assert ("(row 2)" in told) == bool(said)

    def test_one_outside_the_area_is_said_by_its_row(self, town_area, tmp_path, write):
        rows = [
            ("Oak", "shop", "", "", 544521, 184321, ""),
            ("Elm", "shop", "", "", 644521, 184321, ""),
            ("Yew", "pub", "", "", 644521, 184321, ""),  # left out for its type
        ]
        made = read_premises([write.csv(tmp_path / "own.csv", HEADER, rows)], town_area, TYPES)
        (said,) = [one for one in made.cautions if one.code == "listed-places-outside"]
        assert said.startswith(
            "own.csv: outside the study area, so left out: 1 place (row 3). Check "
        )

    def test_hours_in_doubt_of_a_list(self):
        hours = ["Mo-Fr 09:00-17:00", "ask Jane", "Fri-Sat 11am-1am", None, "ask Bob"]
        rows = pd.DataFrame({"opening_hours": hours, "source_row": range(2, 7)})
        unread, slip = hours_in_doubt(rows)
        assert (unread[0], unread[3]) == ("unreadable-hours", [3, 6])
        assert (slip[0], slip[3]) == ("unreadable-hours", [4])
        assert "Probably 23:00-01:00 is meant." in slip[2]
        assert not any(word in str(unread) for word in ("Jane", "Bob"))

    def test_hostile_names_come_through_as_text(self, town_area, tmp_path, write):
        names = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{{7*7}}", "W" * 400]
        rows = [(name, "shop", "", "", 544100 + 90 * i, 184500, "") for i, name in enumerate(names)]
        made = read_premises([write.csv(tmp_path / "a.csv", HEADER, rows)], town_area, TYPES)
        assert made.table["name"].tolist() == names

    @pytest.mark.parametrize(
        ("header", "rows", "said"),
        [
            (("Type", "Easting", "Northing"), [("shop", 1, 2)], "found for the name"),
            (("Name", "Type"), [("A", "shop")], "found for the location"),
            (("Name", "Longitude"), [("A", "0.1")], "found for the location"),
            (("Name", "Easting", "Northing"), [], "no rows below"),
        ],
    )
    def test_no_list_of_premises(self, town_area, tmp_path, write, header, rows, said):
        path = write.csv(tmp_path / "a.csv", header, rows)
        with pytest.raises(SourceError, match=said):
            read_premises([path], town_area, TYPES)

    def test_a_file_that_is_not_there(self, town_area, tmp_path):
        with pytest.raises(SourceError, match=r"nothing\.csv is not there"):
            read_premises([tmp_path / "nothing.csv"], town_area, TYPES)

    def test_no_candidate_left(self, town_area, tmp_path, write):
        rows = [("A", "school", "", "", 544421, 184321, ""), ("B", "shop", "", "", 1, 1, "")]
        path = write.csv(tmp_path / "a.csv", HEADER, rows)
        with pytest.raises(NoReportsError, match=r"None of 2 rows is a candidate. 1: .* 1: "):
            read_premises([path], town_area, TYPES)

    def test_no_list_at_all(self, town_area):
        with pytest.raises(NoReportsError, match="no list of premises"):
            read_premises([], town_area, TYPES)


class TestSameVenue:
    def read(self, tmp_path, town_area, write, *lists):
        paths = [
            write.csv(tmp_path / f"{number}.csv", (*HEADER, "step free"), rows)
            for number, rows in enumerate(lists)
        ]
        return read_premises(paths, town_area, TYPES)

    def test_one_venue_in_two_lists_keeps_what_either_says(self, tmp_path, town_area, write):
        bare = ("Corner Stores Ltd", "shop", "", "IG11 8AA", 544421, 184321, "", "")
        full = ("CORNER STORES", "supermarket", "", "", 544461, 184351, "24/7", "yes")  # 50 m
        made = self.read(tmp_path, town_area, write, [bare], [full])
        assert made.counts == {"read": 2, "candidates": 1, "ask_first": 0, "left_out": 1}
        row = made.table.iloc[0]
        assert (row["name"], row["opening_hours"], row["step_free"]) == (bare[0], "24/7", "yes")
        assert row["venue_type"] == "supermarket"  # says more than "shop"
        assert "Left out as the same venue as another row" in " ".join(made.cautions)

    def test_a_company_trading_as_a_venue_is_that_venue(self, tmp_path, town_area, write):
        one = ("Toy Limited T/A Oak Pharmacy", "shop", "", "", 544421, 184321, "", "")
        other = ("Oak Pharmacy", "shop", "", "", 544421, 184321, "", "")
        assert self.read(tmp_path, town_area, write, [one, other]).counts["candidates"] == 1

    @pytest.mark.parametrize(("apart", "venues"), [(49.9, 1), (50, 1), (50.1, 2)])
    def test_one_venue_up_to_50_metres_apart(self, tmp_path, town_area, write, apart, venues):
        one = ("Corner", "shop", "", "", 544421, 184321, "", "")
        other = ("Corner", "shop", "", "", 544421 + apart, 184321, "", "")
        made = self.read(tmp_path, town_area, write, [one], [other])
        assert made.counts["candidates"] == venues

    def test_further_apart_are_two(self, tmp_path, town_area, write):
        one = ("Corner", "shop", "", "", 544421, 184321, "", "")
        other = ("Corner", "shop", "", "", 544462, 184351, "", "")  # 50.8 m
        made = self.read(tmp_path, town_area, write, [one], [other])
        assert made.counts["candidates"] == 2
        assert made.table["premises_id"].is_unique

    def test_same_postcode_without_a_place(self, tmp_path, town_area, write):
        one = ("Corner", "shop", "", "IG118AA", "", "", "Mo 09:00-17:00", "")
        other = ("Corner", "shop", "", "ig11 8aa", 544461, 184351, "", "")
        made = self.read(tmp_path, town_area, write, [one], [other])
        assert made.counts["candidates"] == 1
        assert made.table.iloc[0]["opening_hours"] == "Mo 09:00-17:00"
        assert made.table.iloc[0].geometry.x == 544461

    def test_the_strictest_list_decides(self, tmp_path, town_area, write):
        """What one list calls a shop and another an off-licence is an off-licence."""
        one = ("Booze Barn", "shop", "", "", 544421, 184321, "", "")
        other = ("Booze Barn", "off licence", "", "", 544421, 184321, "", "")
        keep = ("Corner", "shop", "", "", 544461, 184351, "", "")
        made = self.read(tmp_path, town_area, write, [one, keep], [other])
        assert made.table["name"].tolist() == ["Corner"]
        assert made.reasons == {"alcohol-led": 1, "same-venue": 1}

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            *(("Aroma Café Ltd.", "aromacafé"), ("Limited", "limited"), ("***", "***")),
            *(("Toy Limited T/A Oak Pharmacy", "oakpharmacy"), ("Toy t/a Oak", "oak")),
            *(("Toy Ltd (Trading as Oak Local)", "oaklocal"), ("Oak (Toy Ltd T/A)", "oaktoyta")),
            ("Art/Atelier", "artatelier"),
        ],
    )
    def test_names_compared(self, name, key):
        assert name_key(name) == key


class TestAskFirst:
    """Of each reason one that is asked about, and one that is like it and is not."""

    FHRS = ("FHRSID", "BusinessName", "BusinessType", "AddressLine2", "PostCode", "RatingValue",
            "Easting", "Northing")  # fmt: skip
    SHOP, CAFE = "Retailers - other", "Restaurant/Cafe/Canteen"
    TAKEAWAY = "Takeaway/sandwich shop"

    def asked(self, town_area, tmp_path, write, *rows, types=TYPES):
        """Return why each row is asked about first, by name; a far shop is always a candidate."""
        lines = [
            (n, name, kind, address, "", rating, x, 184321)
            for n, (name, kind, address, rating, x) in enumerate(
                [*rows, ("Far Stores", self.SHOP, "9 Far Street", "5", 545400)], start=1
            )
        ]
        path = write.csv(tmp_path / "r.csv", self.FHRS, lines)
        made = read_premises([path], town_area, types)
        assert made.counts["read"] == len(lines) == made.counts["candidates"] + len(made.ask_first)
        check_table(made.ask_first.drop(columns="why"), PREMISES)
        return dict(zip(made.ask_first["name"], made.ask_first["why"], strict=True))

    @pytest.mark.parametrize(
        ("name", "kind", "address", "asked"),
        [
            ("Toy Canteen", CAFE, "1 East Street", True),
            ("Toy Training Ground", CAFE, "1 East Street", True),
            ("Toy Trainers", SHOP, "1 East Street", False),
            ("Dagenham Fire Station", CAFE, "1 East Street", True),
            ("Fire Grill", CAFE, "1 East Street", False),
            ("The Grub", CAFE, "Barking College, Dagenham Road", True),
            ("The Grub", CAFE, "3 College Road", False),
            ("The Grub", CAFE, "120 School Road, Dagenham", False),
            ("The Grub", CAFE, "Barking Hospital (Friends of), Upney Lane", True),
            ("The Grub", CAFE, "Unit 6, Toy Industrial Estate, River Road", True),
            ("The Grub", CAFE, "Unit 6, Toy Shopping Centre", False),
            ("Toy Pharmacy", SHOP, "Unit 6, Toy Industrial Estate", False),  # has a door of its own
            ("Jackets", CAFE, "Pitch G27, River Road", True),
            ("Jackets", CAFE, "Pitchford Lane", False),
            ("The Grub", CAFE, "Gate 9, Thames Avenue", True),
            ("The Grub", CAFE, "Rose Lane, Marks Gate", False),
            ("Toy Home Bakery", SHOP, "1 East Street", True),
            ("Toy Bakery", SHOP, "1 East Street", False),
            ("Mrs Miggins", SHOP, "1 East Street", True),
            ("Mr. John Smith", SHOP, "1 East Street", True),
            ("Smith, Anthea", SHOP, "1 East Street", True),
            ("Mr Price Stores", SHOP, "1 East Street", False),
            ("Sarah Jones", SHOP, "1 East Street", True),
            ("SARAH ANN JONES", CAFE, "1 East Street", True),
            ("Olu Adeyemi", "Takeaway/sandwich shop", "1 East Street", True),
            ("Sarah Jones", "Retailers - supermarkets/hypermarkets", "1 East Street", False),
            ("Sarah's", CAFE, "1 East Street", False),
            ("Sarah Jones Cakes", CAFE, "1 East Street", False),
            ("Rosa Bakery", CAFE, "1 East Street", False),
            ("Toni Guy", CAFE, "1 East Street", False),  # no common forename
            ("Mr Wong", CAFE, "1 East Street", False),
            ("Coral, 3 High Street Shop", CAFE, "1 East Street", False),
        ],
    )
    def test_names_and_addresses(  # noqa: PLR0917 - what is told of one row
        self, town_area, tmp_path, write, name, kind, address, asked
    ):
        beside = ("Corner Cafe", self.CAFE, "2 East Street", "5", 544421)
        own = (name, kind, address, "5", 544421)
        assert (name in self.asked(town_area, tmp_path, write, own, beside)) == asked

    @pytest.mark.parametrize(
        ("name", "kind", "address", "apart", "asked"),
        [
            ("Magic Churros", SHOP, "181 Gorseway", 75.1, True),
            ("Magic Churros", SHOP, "181 Gorseway", 75, False),  # a shop in a parade
            ("Magic Churros", "Other catering premises", "1e Powell Close", 300, True),
            ("Magic Churros", CAFE, "181 Gorseway", 300, False),  # registered as a cafe
            ("Anthea Stores", SHOP, "181 Gorseway", 300, False),
            ("Magic Churros", SHOP, "The Gorse Arcade", 300, False),  # no number in a street
        ],
    )
    def test_homes(  # noqa: PLR0917 - what is told of one row
        self, town_area, tmp_path, write, name, kind, address, apart, asked
    ):
        beside = ("Corner Cafe", self.CAFE, "2 East Street", "5", 544421 + apart)
        own = (name, kind, address, "5", 544421)
        why = self.asked(town_area, tmp_path, write, own, beside).get(name, "")
        assert ("a private home" in why) == asked

    def test_a_list_without_types(self, town_area, tmp_path, write):
        """A person is told by the name, and that nothing tells a house from a shop is said."""
        header = ["name", "address", "easting", "northing"]
        rows = [
            ("Bob Smith", "12 Acacia Avenue", 544421, 184321),
            ("Corner Stores", "14 Acacia Avenue", 544431, 184321),
        ]
        made = read_premises([write.csv(tmp_path / "a.csv", header, rows)], town_area, TYPES)
        assert made.table["name"].tolist() == ["Corner Stores"]
        assert made.ask_first["why"].tolist() == [PERSON]
        assert any(
            "a.csv: no column says what kind of place a row is" in caution
            and "a betting shop, a pub or an off-licence is told from a shop by the name" in caution
            and "read every one of 2 rows" in caution
            for caution in made.cautions
        )
        typed = [("Corner Stores", "shop", "14 Acacia Avenue", "", 544431, 184321, "")]
        made = read_premises([write.csv(tmp_path / "b.csv", HEADER, typed)], town_area, TYPES)
        assert not any("what kind of place" in caution for caution in made.cautions)

    def test_an_older_table_of_ones_own_knows_people_too(self, town_area, tmp_path, write):
        path = tmp_path / "venue_types.toml"
        row = ("Bob Smith", "shop", "12 Acacia Avenue", "", 544421, 184321, "")
        rows = [row, ("Zed Shop", "shop", "14 Acacia Avenue", "", 544431, 184321, "")]
        file = write.csv(tmp_path / "a.csv", HEADER, rows)
        base = '[suitable]\nshop = ["shop"]\n'
        for homes, asked in (
            ('[ask_first.homes]\ntitles = ["mr"]', ["Bob Smith"]),
            ('[ask_first.homes]\ntitles = ["mr"]\nforenames = []', []),
            ("[ask_first]", []),
        ):
            path.write_text(base + homes, "utf-8")
            made = read_premises([file], town_area, read_venue_types(path))
            assert made.ask_first["name"].tolist() == asked

    @pytest.mark.parametrize(
        ("name", "listed", "address", "asked"),
        [
            ("Grab A Bite", TAKEAWAY, "Platform 2 - 4 Toy Station, Station Parade", True),
            ("Grab A Bite", TAKEAWAY, "Station Parade", False),
            ("Jerk Pit", TAKEAWAY, "Rear of 246 Oxlow Lane", True),
            ("Vilau Dragos", TAKEAWAY, "Market Square, East Street", True),
            ("Corner Grill", TAKEAWAY, "Market Square, East Street", True),
            ("Ho Lee", TAKEAWAY, "465 Porters Avenue", False),
            ("J Smith", SHOP, "24 Acacia Avenue", True),
            ("A. Khan", CAFE, "9 Harrold Road", True),
            ("Mrs A. Begum", CAFE, "26 Acacia Avenue", True),
            ("B&M Stores", SHOP, "24 Acacia Avenue", False),
            ("The Red Lion", CAFE, "24 Acacia Avenue", True),
            ("Elm Hostel", CAFE, "24 Acacia Avenue", True),
            ("Island Soul", TAKEAWAY, "The Bull, Rainham Road South", True),
            ("Island Soul", TAKEAWAY, "3 Bull Lane", False),
            ("Selenas", CAFE, "Unit 1f, Selinas Lane", True),
            ("Selenas", CAFE, "Unit 1f, 58 Selinas Lane", False),
            ("Selenas", CAFE, "Unit 1f, Vicarage Field Shopping Centre", False),
            ("Asda Cafe", CAFE, "Unit 1f, Selinas Lane", False),
            ("Costa", CAFE, "Unit 1, Toy Business Park", False),
            ("Toy Cup", CAFE, "Unit 1, Toy Business Park", True),
            ("Orange Restaurant & Bar", CAFE, "4 New Road", True),
            ("Toy Snack Bar", CAFE, "4 New Road", False),
        ],
    )
    def test_doors_that_are_not_to_the_street(  # noqa: PLR0917 - what is told of one row
        self, town_area, tmp_path, write, name, listed, address, asked
    ):
        row = (name, listed, address, "5", 544421)
        assert (name in self.asked(town_area, tmp_path, write, row)) == asked

    def test_a_street_of_works(self, town_area, tmp_path, write):
        works = [
            ("Toy Cup", self.CAFE, "Ferry Works, River Road, Barking", "5", 544421),
            ("Toy Foods", self.CAFE, "Unit 1, Creek Works, River Road, Barking", "5", 544421),
        ]
        cafe = ("Royal Dhaba", self.CAFE, "6a River Road, Barking", "5", 544421)
        shops = [
            (f"Toy {n}", self.CAFE, f"{n} Ripple Road, Barking", "5", 544421) for n in range(12)
        ]
        found = self.asked(town_area, tmp_path, write, *works, cafe, *shops)
        assert found["Royal Dhaba"] == STREET
        assert set(found) == {"Royal Dhaba", "Toy Foods", "Toy Cup"}
        found = self.asked(town_area, tmp_path, write, works[0], cafe, *shops)
        assert set(found) == {"Toy Cup"}

    def test_a_home_is_called_one_before_its_rating(self, town_area, tmp_path, write):
        row = ("Juraica Silva", self.SHOP, "3b Bridge House, London Road", "AwaitingInspection")
        assert self.asked(town_area, tmp_path, write, (*row, 544421))["Juraica Silva"] == HOME
        parade = ("Agouma", self.SHOP, "3 Cinema Parade, Whalebone Lane", "5", 544421)
        assert self.asked(town_area, tmp_path, write, parade) == {}

    def test_another_home_near_is_no_parade(self, town_area, tmp_path, write):
        rows = [(name, self.SHOP, "1 Jarvis Close", "5", 544421) for name in ("Ann Lee", "Bo Ray")]
        assert set(self.asked(town_area, tmp_path, write, *rows)) == {"Ann Lee", "Bo Ray"}

    def test_a_list_of_ones_own_says_that_a_shop_is_one(self, town_area, tmp_path, write):
        rows = [("Magic Churros", "shop", "181 Gorseway", "", 544421, 184321, "")]
        made = read_premises([write.csv(tmp_path / "a.csv", HEADER, rows)], town_area, TYPES)
        assert made.table["name"].tolist() == ["Magic Churros"]

    @pytest.mark.parametrize(
        ("rating", "second", "asked"),
        [
            ("AwaitingInspection", False, True),
            ("Awaiting Inspection", False, True),
            ("AwaitingInspection", True, False),
            ("5", False, False),
            ("Exempt", False, False),
        ],
    )
    def test_awaiting_inspection(self, town_area, tmp_path, write, rating, second, asked):
        row = (1, "Toy Stores", self.SHOP, "1 East Street", "", rating, 544421, 184321)
        far = (2, "Far Stores", self.SHOP, "9 Far Street", "", "5", 545400, 184321)
        paths = [write.csv(tmp_path / "r.csv", self.FHRS, [row, far])]
        if second:
            own = ("TOY STORES", "shop", "", "", 544431, 184321, "")
            paths.append(write.csv(tmp_path / "own.csv", HEADER, [own]))
        made = read_premises(paths, town_area, TYPES)
        assert (made.ask_first["name"].tolist() == ["Toy Stores"]) == asked

    def test_the_table_says_who(self, town_area, tmp_path, write):
        own = ("Zed Kiosk", self.SHOP, "1 East Street", "5", 544421)
        path = tmp_path / "venue_types.toml"
        base = '[suitable]\nshop = ["Retailers - other"]\n'
        for text, why in (
            (base, {}),
            (f"{base}[ask_first]\n", {}),
            (f'{base}[ask_first.names]\n"Ask Ann." = ["kiosk"]\n', {"Zed Kiosk": "Ask Ann."}),
            (f'{base}[ask_first.types]\n"Ask Bo." = ["shop"]\n',
             {"Zed Kiosk": "Ask Bo.", "Corner": "Ask Bo.", "Far Stores": "Ask Bo."}),
        ):  # fmt: skip
            path.write_text(text, "utf-8")
            beside = ("Corner", self.SHOP, "2 East Street", "5", 544421)
            types = read_venue_types(path)
            if len(why) == 3:
                with pytest.raises(NoReportsError, match="Somebody is to be asked about it first"):
                    self.asked(town_area, tmp_path, write, own, beside, types=types)
            elif text == base:  # an older table: the packaged one says who
                packaged = self.asked(town_area, tmp_path, write, own, beside, types=types)
                assert set(packaged) == {"Zed Kiosk", "Corner"}
            else:
                assert self.asked(town_area, tmp_path, write, own, beside, types=types) == why


@pytest.mark.parametrize("text", ["mr " * 20_000, "a-" * 30_000, "Pitch " * 20_000, "1" * 60_000])
def test_long_names_and_addresses_take_no_time(text):
    ask_first, start = TYPES.ask_first, time.perf_counter()
    for pattern in (*ask_first.names.values(), *ask_first.addresses.values(), ask_first.titles):
        pattern.search(text)
    assert time.perf_counter() - start < 2


class TestDays:
    @pytest.mark.parametrize(
        ("name", "rated", "header", "day"),
        [
            ("fhrs_2020-06-16.csv", (), "", date(2020, 6, 16)),
            ("fhrs 202006.csv", (), "", date(2020, 6, 1)),
            ("premises.csv", (), "", None),
            ("list_123456789.csv", (), "", None),
            ("list_2020-13-40.csv", (), "", None),
            ("premises.csv", ("2019-02-03", "2021-05-06T00:00:00", ""), "", date(2021, 5, 6)),
            ("premises.json", ("2019-02-03",), '{"ExtractDate":"2020-06-16"}', date(2020, 6, 16)),
            ("p.xml", (), "<ExtractDate>2020-06-16</ExtractDate>", date(2020, 6, 16)),
        ],
    )
    def test_the_latest_that_is_known(self, tmp_path, name, rated, header, day):
        path = tmp_path / name
        path.write_text(header, "utf-8")
        assert day_of_list(path, rated) == day

    def test_of_ratings(self, town_area, tmp_path):
        path = write_ratings(tmp_path / "r.json")
        assert read_premises([path], town_area, TYPES).days == {}
        header = '"ExtractDate": "2020-06-16", "ItemCount"'
        text = path.read_text("utf-8-sig").replace('"ItemCount"', header)
        path.write_text(text, "utf-8")
        assert read_premises([path], town_area, TYPES).days == {"r.json": date(2020, 6, 16)}


class TestVenueTypes:
    @pytest.mark.parametrize(
        ("listed", "name", "kind"),
        [
            ("Other catering premises", "Indian Kitchen On Wheels", "mobile caterer"),
            ("Retailers - other", "MSK Catering Services", "mobile caterer"),
            ("Other catering premises", "Oscars Catering Ltd", "mobile caterer"),
            ("Retailers - other", "Dadinho Distributions", "distributor or transporter"),
            ("Retailers - other", "Toy Children\u2019s Home", "hospital, childcare or care"),
            ("Restaurant/Cafe/Canteen", "Toy Point Catering", "mobile caterer"),
            ("Restaurant/Cafe/Canteen", "Eurest Toy Works", "staff canteen"),
            ("Restaurant/Cafe/Canteen", "Toy Hookah Lounge", "shisha, tobacco or vape"),
            ("Retailers - other", "Toy Cash & Carry", "wholesaler"),
            ("Retailers - other", "Toy Wine & Spirits", "off-licence"),
            ("Retailers - other", "Toy Supermarket & Off License", "off-licence"),
            ("Retailers - other", "Toy Food & Wine", "off-licence"),
            ("Retailers - other", "Toy Food and Wine Ltd", "off-licence"),
            ("Restaurant/Cafe/Canteen", "Toy Food & Wine", "cafe or restaurant"),
            ("Restaurant/Cafe/Canteen", "Toy School - Cafe", "school, college or university"),
            ("Restaurant/Cafe/Canteen", "Schoolhouse Cafe", "cafe or restaurant"),
            ("Restaurant/Cafe/Canteen", "Chemist Cafe", "cafe or restaurant"),
            ("library", "Toy School Library", "library"),
            ("", "Toy Nursery", "hospital, childcare or care"),
            ("", "Toy Betting", "gambling venue"),
            ("", "William Hill", "gambling venue"),
            ("", "Ritz Casino", "gambling venue"),
            ("", "Toy Food & Wine", "off-licence"),
            ("", "Green Man Pub", "pub or bar"),
            ("", "Public Library", "library"),
            ("Retailers - other", "Liquid Express", "off-licence"),
            ("shop", "Costcutter Beer Wine Spirits", "off-licence"),
            ("shop", "Massage & Sauna", "adult shop or club"),
            ("", "Amusement Arcade Palace", "gambling venue"),
            ("", "Cash Converters", "pawnbroker or lender"),
            ("Other catering premises", "Toy Betting", "other catering"),
            ("Retailers - other", "Viper Fitness", "gym"),
            ("Retailers - other", "Toy Betting", "gambling venue"),
            ("Retailers - other", "BP Toy Road", "petrol station"),
            ("Retailers - other", "Toy Shellfish", "shop"),
            ("Restaurant/Cafe/Canteen", "Toy Leisure Centre", "leisure centre"),
            ("Restaurant/Cafe/Canteen", "Vue Cinema", "cinema"),
            ("Restaurant/Cafe/Canteen", "Brewers & Premier Inn", "hotel"),
            ("Restaurant/Cafe/Canteen", "Asda Cafe", "supermarket"),
            ("Takeaway/sandwich shop", "Toy Community Centre", "community hub"),
            ("Takeaway/sandwich shop", "Toy Wine & Spirits", "takeaway"),
            ("Restaurant/Cafe/Canteen", "Toy Fire Station", "fire station"),
        ],
    )
    def test_names_that_tell_of_an_unsuitable_type(self, listed, name, kind):
        assert TYPES.of(listed, name) == kind

    @pytest.mark.parametrize(
        "value",
        [
            *("erotic", "funeral_directors", "e-cigarette", "tattoo", "pawnbroker", "vacant"),
            *("money_lender", "wholesale", "storage_rental", "car_repair", "trade"),
        ],
    )
    def test_shops_of_a_map_that_are_never_candidates(self, value):
        assert TYPES.groups[TYPES.of(f"shop={value}", "Toy")] == "unsuitable"

    def test_a_project_has_its_own(self, tmp_path):
        path = tmp_path / "venue_types.toml"
        path.write_text('[suitable]\n"sweet shop" = ["Sweets"]\n[alcohol]\npub = []\n', "utf-8")
        types = read_venue_types(path)
        assert types.of("SWEETS!") == types.of("sweet shop") == "sweet shop"
        assert types.of("library") is None
        assert types.groups["pub"] == "alcohol"
        assert types.of("") == "other"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[suitable", "not valid TOML"),
            ("[silly]\na = []", "unknown table 'silly'"),
            ("[suitable]\na = 'b'", "a list of words"),
            ("suitable = 3", "suitable must be a table, not 3"),
            ("[alcohol]\na = ['b']", r"needs a table \[suitable\]"),
            ("[suitable]\na = ['b']\n[names]\nc = ['d']", "'c' is not a venue type"),
            ("[suitable]\na = ['b']\n[places]\nc = ['d']", r"\[places\]: 'c' is not a venue"),
            ("[suitable]\na = ['b']\n[ask_first]\nc = ['d']", "unknown table 'c'"),
            ("[suitable]\na = ['b']\n[ask_first.names]\nc = 'd'", "a list of words"),
            ("[suitable]\na = ['b']\n[ask_first.homes]\nc = ['d']", "unknown setting 'c'"),
        ],
    )
    def test_what_cannot_be_used_is_said(self, tmp_path, text, said):
        path = tmp_path / "venue_types.toml"
        path.write_text(text, "utf-8")
        with pytest.raises(SettingsError, match=said):
            read_venue_types(path)

    def test_not_there(self, tmp_path):
        with pytest.raises(SettingsError, match="could not be read"):
            read_venue_types(tmp_path / "venue_types.toml")

    def test_the_packaged_table_knows_the_types_of_food_hygiene_ratings(self):
        assert TYPES.groups[TYPES.of("Mobile caterer")] == "unsuitable"
        assert TYPES.groups[TYPES.of("Farmers/growers")] == "unsuitable"
        assert TYPES.of("Retailers - other", "Coral, 3 High Street") == "gambling venue"
        assert TYPES.of("Retailers - other", "Coralie's") == "shop"
        assert TYPES.of("shop=anything") == "shop"
        assert set(TYPES.groups.values()) == set(GROUPS)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *(("Yes", "yes"), ("Y", "yes"), ("1", "yes"), ("FALSE", "no"), ("No.", "no")),
        *((text, "unknown") for text in ("", "limited", "0207 946 0000", "see notes")),
    ],
)
def test_answers(text, answer):
    assert read_answer(text) == answer


def test_people():
    read = read_people(pd.Series(["2", "3+", "", "two", "-1", "nan", "1e9"]))
    np.testing.assert_array_equal(read, [2, 3, np.nan, np.nan, np.nan, np.nan, np.nan])


@pytest.mark.parametrize(
    ("text", "people"), [("0", 0), ("-0.1", np.nan), ("10000", 10_000), ("10001", np.nan)]
)
def test_fewest_and_most_people(text, people):
    np.testing.assert_array_equal(read_people(pd.Series([text])), [people])


class TestLicensing:
    AT = (544421, 184321)

    def premises(self, town_area, tmp_path, write, *points):
        rows = [(f"N{i}", "shop", "", "", x, y, "") for i, (x, y) in enumerate(points)]
        path = write.csv(tmp_path / "a.csv", HEADER, rows)
        return read_premises([path], town_area, TYPES).table

    def test_only_what_is_recorded_exactly_at_it(
        self, town_area, tmp_path, write, make_incidents, input_unchanged
    ):
        table = input_unchanged(
            self.premises(town_area, tmp_path, write, self.AT, (544442, 184321), (544700, 184321))
        )
        at = [(544441, 184321)]  # 20 m from the first, 1 m from the second
        incidents = input_unchanged(make_incidents(at, theme="violence"))
        assert ask_licensing(table, incidents).tolist() == [True, True, False]

    @pytest.mark.parametrize(
        ("columns", "asked"),
        [
            ({"theme": "sexual"}, True),
            ({"theme": "harassment", "location_method": "address"}, True),
            ({"theme": "drugs and alcohol", "category": "Drug dealing"}, True),
            ({"theme": "drugs and alcohol", "category": "Street drinking"}, False),
            ({"theme": "theft", "category": "Shoplifting"}, False),
            ({"theme": "robbery"}, False),
            *(
                ({"theme": "violence", "location_method": method}, False)
                for method in ("snapped", "postcode", "gazetteer", "pin", "street", "gridref")
            ),
            ({"theme": "violence", "location_accuracy_m": 25.0}, True),
            ({"theme": "violence", "location_accuracy_m": 25.1}, False),
            ({"theme": "harassment", "source": "survey"}, False),
        ],
    )
    def test_which_incidents(self, town_area, tmp_path, write, make_incidents, columns, asked):
        table = self.premises(town_area, tmp_path, write, self.AT)
        assert ask_licensing(table, make_incidents([self.AT], **columns)).tolist() == [asked]

    def test_a_shared_point_says_nothing(self, town_area, tmp_path, write, make_incidents):
        table = self.premises(town_area, tmp_path, write, self.AT, self.AT)
        incidents = make_incidents([self.AT], theme="violence")
        assert not ask_licensing(table, incidents).any()

    def test_premises_placed_by_postcode_are_not_marked(self, town_area, tmp_path, make_incidents):
        table = read_premises([write_ratings(tmp_path / "r.csv")], town_area, TYPES).table
        at = [(point.x, point.y) for point in table.geometry]
        assert not ask_licensing(table, make_incidents(at, theme="violence")).any()

    def test_nothing_recorded(self, town_area, tmp_path, write, make_incidents):
        table = self.premises(town_area, tmp_path, write, self.AT)
        assert not ask_licensing(table, make_incidents(np.empty((0, 2)))).any()


def test_the_real_ratings_of_the_borough(shared_data):
    """1,191 rows: counted by hand in the register, 255 are of types that are never approached.

    The names of 29 others say so."""
    area = read_study_area(shared_data / "wards" / "lbbd_wards_2022_generalised.geojson")
    for suffix in ("csv", "json"):
        path = shared_data / "premises" / f"lbbd_fhrs_2020-06-16.{suffix}"
        made = read_premises([path], area, TYPES)
        assert made.counts["read"] == 1191
        by_name = 15 + 6 + 3 + 2 + 1 + 1 + 1  # caterers, canteens, cash and carries, distributors,
        # a hookah lounge, a school, a home
        assert made.reasons["alcohol-led"] == 48 + 14  # "Food & Wine" and the like
        assert made.reasons["unsuitable-type"] == 88 + 77 + 56 + 38 + 1 - 3 + by_name  # 3 twice
        assert made.counts["candidates"] + made.counts["ask_first"] == 765
        assert 120 <= made.counts["ask_first"] <= 150
        asked = dict(zip(made.ask_first["name"], made.ask_first["why"], strict=True))
        for name in ("Magic Churros", "DAGENHAM FIRE STATION", "West Ham Training Ground"):
            assert name in asked
        candidates = set(made.table["name"])
        assert {"97p Knockout", "Boots UK Ltd", "Morrisons", "Abbey Leisure Centre"} <= candidates
        assert made.days == {path.name: date(2020, 6, 16)}
        assert 15 <= (made.table["venue_type"] == "pharmacy").sum() <= 19
        assert "1,062 places on 556 points (to the metre)" in " ".join(made.cautions)
        check_table(made.table, PREMISES)
