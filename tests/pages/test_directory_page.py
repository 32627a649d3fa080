"""The public directory of Safe Havens: what it says, what it never says, and in a browser."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from csp_geo.core.errors import SchemaError
from csp_geo.core.tables import DIRECTORY
from csp_geo.decisions.opening import open_at
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.venues.languages import read_languages
from csp_geo.inputs.venues.opening_rules import OPEN
from csp_geo.inputs.venues.register import TEMPLATE, read_havens
from csp_geo.products import directory_page as directory_module
from csp_geo.products.directory_page import (
    DirectoryFacts,
    coordinator_table,
    directory_files,
    directory_page,
    finding_lines,
    nothing_to_list,
    public_table,
    say_access,
)
from csp_geo.products.exports import csv_bytes
from csp_geo.products.html import asset
from csp_geo.products.map.builders import incident_layers, outline_layers, zone_layer

from .conftest import (
    HOSTILE,
    make_hotspots,
    make_incidents,
    make_places,
    make_rows,
    make_zones,
)

TODAY = date(2026, 11, 22)
GOOD = {
    "haven_id": "SH-1",
    "name": "Toy Library",
    "type": "library",
    "address": "2 Town Square",
    "postcode": "IG11 7NB",
    "easting": "544421",
    "northing": "184321",
    "opening_hours": "Mo-Fr 09:00-17:30; Sa 10:00-16:00; PH off",
    "staff_min": "7",
    "trained_count": "4",
    "training_expiry": "2028-02-01",
    "step_free": "yes",
    "toilet": "no",
    "contact": "Jane Bloggs 07700 900123",
    "languages": "Klingon",
    "last_checked": "2026-09-03",
    "status": "active",
    "consent_to_publish": "yes",
}
ROWS = (
    GOOD,
    GOOD | {"haven_id": "SH-2", "name": "Night Store", "easting": "545400", "toilet": "yes"}
    | {"opening_hours": "Fr-Sa 18:00-02:00; PH off", "step_free": "no"},
    GOOD | {"haven_id": "SH-3", "name": "All Day Garage", "northing": "185400"}
    | {"opening_hours": "24/7", "step_free": ""},
    GOOD | {"haven_id": "SH-4", "name": "Silent Shop", "easting": "544900"}
    | {"opening_hours": "Mo-Su 08:00-20:00"},
    GOOD | {"haven_id": "SH-5", "name": "Vague Venue", "easting": "545900"}
    | {"opening_hours": "ask Jane on 07700 900123", "address": "1 Ash Road, Jane 07700 900123"},
    GOOD | {"haven_id": "SH-6", "name": "Gone Shop", "status": "withdrawn"},
    GOOD | {"haven_id": "SH-7", "name": "Lapsed Lounge", "training_expiry": "2026-01-01"},
    GOOD | {"haven_id": "SH-8", "name": "Shy Shop", "consent_to_publish": "no"},
    GOOD | {"haven_id": "SH-9", "name": "Chatty Chemist, ring Jane 07700 900123"},
)  # fmt: skip
LISTED = ("All Day Garage", "Night Store", "Silent Shop", "Toy Library", "Vague Venue")


@pytest.fixture(scope="session")
def register_of(tmp_path_factory, town_area):
    def read(rows=ROWS):
        path = tmp_path_factory.mktemp("register") / "havens.csv"
        pd.DataFrame(rows).to_csv(path, index=False)
        return read_havens(path, town_area, today=TODAY)

    return read


@pytest.fixture(scope="session")
def register(register_of):
    return register_of()


@pytest.fixture(scope="session")
def page(register, town_area):
    return directory_page(register, town_area, facts())


def facts(**changes):
    return DirectoryFacts(
        **{"made_on": TODAY, "version": "1.0", "licences": ("By nobody.",)} | changes
    )


class TestFiles:
    def test_only_what_is_public(self, register, town_area):
        files = directory_files(register, town_area, facts())
        assert set(files) == {"directory.html", "directory.geojson", "directory.jsonld"}
        table = public_table(register)
        assert tuple(table.columns) == DIRECTORY.names
        assert tuple(table["name"]) == LISTED
        features = json.loads(files["directory.geojson"])["features"]
        assert len(features) == len(LISTED)
        for feature in features:
            assert set(feature["properties"]) == set(DIRECTORY.names) - {"latitude", "longitude"}
            lon, lat = feature["geometry"]["coordinates"]
            assert 0.0 < lon < 0.2
            assert 51.4 < lat < 51.7

    def test_nothing_restricted_in_any_public_file(self, register, town_area):
        """No contact, staff, number, training, strange word, and no haven that is not listed."""
        files = directory_files(register, town_area, facts())
        files |= {"directory.csv": csv_bytes(public_table(register))}
        for name, data in files.items():
            text = data.decode("utf-8")
            assert "07700" not in text, name
            assert "Bloggs" not in text, name
            for word in ("Jane", "Klingon", "SH-1", "Gone Shop", "Lapsed", "Shy Shop", "Chatty"):
                assert word not in text, (name, word)
            for word in ("staff_min", "trained_count", "contact", "licensing", "2028-02-01"):
                assert word not in text, (name, word)

    @pytest.mark.parametrize(
        "layers",
        [
            lambda _: [zone_layer(make_zones())],
            lambda _: outline_layers(make_hotspots(make_rows())),
            lambda _: incident_layers(make_incidents()),
        ],
    )
    def test_no_layer_but_wards_places_and_havens_is_drawn(
        self, register, town_area, monkeypatch, layers
    ):
        """Were one handed to the public page by mistake, there would be no page."""
        monkeypatch.setattr(directory_module, "place_layers", layers)
        with pytest.raises(SchemaError, match="is not for the public"):
            directory_page(register, town_area, facts(places=make_places()))

    def test_words_that_are_never_said(self, page):
        body = re.sub(r"<(script|style).*?</\1>|<meta[^>]*>", "", page, flags=re.DOTALL)
        assert not re.search(r"\bsafe(?:st|r|ty)?\b(?! havens?)", body, re.IGNORECASE)
        assert "unsafe" not in body
        assert "In an emergency call 999." in body
        assert "List of 22 November 2026." in body
        assert "Hours last confirmed 3 September 2026" in body

    def test_no_marking_unless_the_partnership_wants_one(self, register, town_area, page):
        assert "OFFICIAL" not in page
        assert 'class="marking"' not in page
        marked = directory_page(register, town_area, facts(marking="OFFICIAL"))
        assert marked.count('class="marking"') == 2

    def test_the_same_page_for_the_same_day(self, register, town_area, page):
        assert directory_page(register, town_area, facts()) == page

    def test_hours_stand_in_words_without_a_script(self, page):
        assert "<dt>Monday to Friday</dt><dd>9am to 5:30pm</dd>" in page
        assert "<dt>Opening hours</dt><dd>not known</dd>" in page

    def test_nothing_to_list(self, register_of, town_area):
        bare = register_of(ROWS[5:])
        assert "None of 4 Safe Havens in havens.csv counts now" in nothing_to_list(bare)

    def test_what_the_coordinator_gets(self, register_of):
        """What is wrong haven by haven, first of those that are not listed."""
        good = GOOD | {"languages": "Polish"}
        both = good | {"haven_id": "SH-2", "name": "Both", "status": "", "opening_hours": ""}
        made = register_of((good | {"opening_hours": "9-5"}, both))
        first, second = finding_lines(made)
        assert first.startswith("Row 3, SH-2 Both: not listed. Its status is not known. Write ")
        assert "No opening hours are given" in first
        assert second.startswith("Row 2, SH-1 Toy Library: It never counts as open, because ")
        lines = csv_bytes(coordinator_table(made)).decode("utf-8-sig").splitlines()
        assert lines[0] == "row,haven_id,name,listed,group,what,what_to_do,finding"
        assert [line.split(",")[:4] for line in lines[1:]] == [
            *(["3", "SH-2", "Both", "no"],) * 2,
            ["2", "SH-1", "Toy Library", "yes"],
        ]
        assert coordinator_table(register_of((good,))).empty

    def test_only_rows_that_are_no_havens(self, tmp_path):
        path = tmp_path / "havens.csv"
        path.write_text(
            f"{','.join(TEMPLATE)}\n,Still to come{',' * (len(TEMPLATE) - 2)}\n", "utf-8"
        )
        empty = read_havens(path, today=TODAY)
        assert "holds no row that is a Safe Haven" in nothing_to_list(empty)
        assert finding_lines(empty) == []

    def test_access(self):
        there = {"step_free": "yes", "toilet": "yes", "accessible_toilet": "no"}
        assert say_access(there | {"quiet_space": "unknown"}) == (
            "Step-free entrance and toilet; no accessible toilet; not known: quiet space"
        )

    def test_languages_and_quiet_space_of_those_who_consent(self, register_of, town_area):
        rows = (
            GOOD | {"languages": "Polish, BSL; Zqish", "quiet_space": "yes"},
            GOOD | {"haven_id": "SH-2", "name": "Other", "easting": "545400", "languages": ""},
        )
        made = register_of(rows)
        table = public_table(made).set_index("name")
        assert table.loc["Toy Library", "languages"] == "Polish and British Sign Language"
        assert table.loc["Toy Library", "quiet_space"] == "yes"
        assert table.loc["Other", "quiet_space"] == "unknown"
        page = directory_page(made, town_area, facts())
        assert "<span>Languages:</span> Polish and British Sign Language<" in page
        assert "<span>Languages:</span> not known<" in page
        assert "Zqish" not in page


def linked(html):
    """Return what stands in the page's block of schema.org."""
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(block[1])


class TestLinkedData:
    """The list in the words of schema.org, for the website of a council."""

    def test_page_and_file_say_the_same(self, register, town_area, page):
        data = directory_files(register, town_area, facts())["directory.jsonld"]
        assert json.loads(data) == linked(page)
        assert linked(page)["@context"] == "https://schema.org"
        assert linked(page)["numberOfItems"] == len(LISTED)
        assert [one["item"]["name"] for one in linked(page)["itemListElement"]] == list(LISTED)

    def test_hours(self, page):
        places = {one["item"]["name"]: one["item"] for one in linked(page)["itemListElement"]}
        week = places["Toy Library"]["openingHoursSpecification"]
        assert [(one["dayOfWeek"][0], one["opens"], one["closes"]) for one in week] == [
            ("Monday", "09:00", "17:30"),
            ("Saturday", "10:00", "16:00"),
            ("Sunday", "00:00", "00:00"),
        ]
        night = places["Night Store"]["openingHoursSpecification"][1]
        assert (night["dayOfWeek"], night["closes"]) == (["Friday", "Saturday"], "02:00")
        garage = places["All Day Garage"]["openingHoursSpecification"]
        assert [(one["opens"], one["closes"]) for one in garage] == [("00:00", "23:59")]

    def test_what_is_not_known_is_never_open(self, page):
        places = {one["item"]["name"]: one["item"] for one in linked(page)["itemListElement"]}
        assert not any("Hours" in name for name in places["Vague Venue"])
        silent = places["Silent Shop"]
        assert "specialOpeningHoursSpecification" not in silent
        assert "not known on 25 December 2026, " in silent["description"]
        closed = places["Toy Library"]["specialOpeningHoursSpecification"]
        assert {(one["opens"], one["closes"]) for one in closed} == {("00:00", "00:00")}
        assert "description" not in places["Toy Library"]
        assert places["All Day Garage"]["amenityFeature"] == [
            {"@type": "LocationFeatureSpecification", "name": "toilet", "value": False}
        ]

    def test_hours_by_the_sun_are_left_out(self, register_of, town_area):
        made = register_of((GOOD | {"opening_hours": "sunrise-sunset"},))
        place = linked(directory_page(made, town_area, facts()))["itemListElement"][0]["item"]
        assert "openingHoursSpecification" not in place

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_text_stays_in_its_block(self, register_of, town_area, text):
        made = register_of((GOOD | {"name": text, "address": text},))
        data = directory_files(made, town_area, facts())["directory.jsonld"].decode("ascii")
        assert not re.search(r"[<>&]", data)
        assert json.loads(data)["numberOfItems"] == 1


@pytest.mark.parametrize(
    ("text", "named", "others"),
    [
        ("Polish, Bengali / BSL and urdu", "Polish,Bengali,British Sign Language,Urdu", 0),
        ("Panjabi & Punjabi", "Punjabi", 0),
        ("Klingon", "", 1),
        ("Polish (ask Jane 07700 900123)", "Polish", 1),
        ("", "", 0),
        (None, "", 0),
    ],
)
def test_only_languages_that_are_known_by_name(text, named, others):
    assert read_languages(text) == (tuple(filter(None, named.split(","))), others)


def pages_of(tab):
    """Return on how many pages of A4 a page is printed."""
    pdf = tab.page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type ?/Page\b", pdf))


@pytest.mark.browser
class TestBrowser:
    MOMENTS = (
        "2026-11-24T09:10:00Z",  # a Tuesday morning
        "2026-11-28T00:10:00Z",  # Friday night, past midnight
        "2026-11-28T02:10:00Z",
        "2026-11-29T12:10:00Z",  # a Sunday
        "2026-12-24T16:10:00Z",
        "2026-12-25T12:10:00Z",  # a Friday and a bank holiday
        "2026-12-26T00:10:00Z",
        "2026-12-28T12:10:00Z",  # the Monday in place of Boxing Day
        "2027-03-28T00:10:00Z",  # the night in which clocks go forward
        "2027-06-15T08:10:00Z",  # summer time: 9:10 in London
        "2027-06-15T16:40:00Z",
        "2027-10-30T23:10:00Z",  # 0:10 on Sunday in London
        "2027-10-31T01:10:00Z",  # the doubled hour, the second time
    )

    @pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/New_York"])
    def test_open_now_is_that_of_london_wherever_the_reader_is(self, open_page, page, zone):
        """The page agrees with the hours that siting uses."""
        tab = open_page(page, timezone_id=zone)
        texts = {
            "haven-1": "24/7",
            "haven-2": "Fr-Sa 18:00-02:00; PH off",
            "haven-4": "Mo-Fr 09:00-17:30; Sa 10:00-16:00; PH off",
        }
        for moment in self.MOMENTS:
            tab.page.clock.set_fixed_time(moment)
            told = tab.page.evaluate(
                """(keys) => keys.map(key => cspOpening.stateOf(
                     cspMap.data.hours[key], cspOpening.now(cspMap.data.first, cspMap.data.last)))
                """,
                list(texts),
            )
            at = datetime.fromisoformat(moment).astimezone(ZoneInfo("Europe/London"))
            for (key, text), (state, said) in zip(texts.items(), told, strict=True):
                assert (state == "open") == (open_at([text], at)[0] == OPEN), (moment, key, said)
        tab.assert_quiet()

    @pytest.mark.parametrize(
        ("moment", "told"),
        [
            (
                "2026-11-27T17:10:00Z",
                {
                    "Toy Library": ("soon", "Open now, closes soon: at 5:30pm"),
                    "Night Store": ("closed", "Closed now, opens at 6pm"),
                    "All Day Garage": ("open", "Open now, day and night"),
                    "Silent Shop": ("open", "Open now until 8pm"),
                    "Vague Venue": ("unknown", "Opening hours not known"),
                },
            ),
            (
                "2026-12-25T12:00:00Z",
                {
                    "Toy Library": ("closed", "Closed now, opens on Tuesday at 9am"),
                    "Night Store": ("closed", "Closed now, opens on Saturday 2 January at 6pm"),
                    "Silent Shop": ("unknown", "Not known whether open now"),
                },
            ),
            (
                "2026-12-24T21:00:00Z",
                {
                    "Toy Library": ("closed", "Closed now, opens on Tuesday at 9am"),
                    "Silent Shop": ("closed", "Closed now, not known when it opens next"),
                },
            ),
            (
                "2026-11-29T01:30:00Z",
                {
                    "Toy Library": ("closed", "Closed now, opens tomorrow at 9am"),
                    "Night Store": ("soon", "Open now, closes soon: at 2am"),
                },
            ),
        ],
    )
    def test_what_the_list_says_of_now(self, open_page, page, moment, told):
        tab = open_page(page)
        tab.page.clock.set_fixed_time(moment)
        tab.page.reload()
        for name, (state, said) in told.items():
            line = tab.page.locator(".venue", has_text=name).locator(".now")
            assert line.inner_text() == said
            assert line.get_attribute("data-state") == state
            sign = tab.page.locator(".venue", has_text=name).locator(".sign .haven")
            assert sign.get_attribute("data-state") == state
        assert tab.page.locator("#out-of-date").is_hidden()
        assert re.fullmatch(
            r"\d of 5 open now, at \S+ on \w+; not known of \d",
            tab.page.locator("#open-now").inner_text(),
        )
        tab.assert_quiet()

    @pytest.mark.parametrize(
        ("moment", "is_old"),
        [
            ("2026-11-20T23:59:00Z", True),
            ("2026-11-21T00:00:00Z", False),
            ("2027-11-23T23:59:00Z", False),
            ("2027-11-24T00:00:00Z", True),
        ],
    )
    def test_a_page_is_good_for_366_days(self, open_page, page, moment, is_old):
        """And on the day before, where a clock may be wrong."""
        tab = open_page(page)
        tab.page.clock.set_fixed_time(moment)
        tab.page.reload()
        assert tab.page.locator("#out-of-date").is_visible() == is_old

    @pytest.mark.parametrize("moment", ["2028-01-03T12:00:00Z", "2026-11-01T12:00:00Z"])
    def test_an_old_page_never_says_that_anything_is_open(self, open_page, page, moment):
        tab = open_page(page)
        tab.page.clock.set_fixed_time(moment)
        tab.page.reload()
        assert tab.page.locator("#out-of-date").is_visible()
        for name in LISTED:
            venue = tab.page.locator(".venue", has_text=name)
            unread = name == "Vague Venue"
            told = "Opening hours not known" if unread else "Not known whether open now"
            assert venue.locator(".now").inner_text() == told
            assert (venue.locator("dd").first.inner_text() == "not known") is unread
        assert tab.page.get_by_label("Open now", exact=True).is_hidden()
        assert tab.page.locator("#open-now").inner_text() == ""
        tab.assert_quiet()

    @pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844), (320, 640)])
    def test_fits_the_window(self, open_page, page, width, height):
        tab = open_page(page, width=width, height=height)
        wide = tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0
        assert tab.page.locator("h1").count() == 1
        assert tab.page.locator(".venue").count() == len(LISTED)
        assert tab.page.locator(".spot .haven").count() == len(LISTED)
        first = tab.page.locator(".venue").first.bounding_box()
        last = tab.page.locator("#map_area").bounding_box()
        if width < 760:
            assert first["y"] < last["y"]  # the list comes first
        assert last["height"] > 200
        tab.assert_quiet()

    def test_by_keyboard(self, open_page, page):
        """Skip link, the four boxes, then each venue's button; the map comes after the list."""
        tab = open_page(page)
        tab.page.clock.set_fixed_time("2026-11-24T12:00:00Z")
        tab.page.reload()
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.className") == "skip"
        for only in ("open", "stepFree", "toilet", "quiet"):
            tab.page.keyboard.press("Tab")
            assert tab.page.evaluate("document.activeElement.dataset.only") == only
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.dataset.show") == "haven-1"
        tab.page.keyboard.press("Enter")
        assert tab.page.locator(".venue.chosen").get_attribute("id") == "haven-1"
        assert tab.page.locator(".haven.chosen").count() == 1
        assert tab.page.evaluate("cspMap.leaflet.getZoom()") == 15
        tab.assert_quiet()

    def test_show_only(self, open_page, page):
        tab = open_page(page)
        tab.page.clock.set_fixed_time("2026-11-24T12:00:00Z")
        tab.page.reload()
        tab.page.get_by_label("Step-free entrance").check()
        names = tab.page.locator(".venue:visible h3").all_inner_texts()
        assert names == ["Silent Shop", "Toy Library", "Vague Venue"]
        tab.page.get_by_label("Open now", exact=True).check()
        assert tab.page.locator("#n-shown").inner_text() == "2 of 5 shown"
        assert tab.page.locator(".spot .haven").count() == 2
        tab.page.get_by_label("Toilet", exact=True).check()
        assert tab.page.locator("#none-shown").is_visible()
        tab.assert_quiet()

    def test_a_symbol_leads_to_its_venue(self, open_page, page):
        tab = open_page(page)
        tab.page.locator(".spot").nth(1).click()
        chosen = tab.page.locator(".venue.chosen")
        assert chosen.count() == 1
        assert tab.page.evaluate("document.activeElement.tagName") == "H3"
        tab.assert_quiet()

    def test_on_a_phone_there_is_a_way_back_from_the_map(self, open_page, page):
        tab = open_page(page, width=390, height=844)
        tab.page.locator("[data-show]").nth(2).click()
        back = tab.page.locator("#picked a")
        assert back.inner_text() == "Back to Silent Shop in the list"
        back.click()
        tab.page.wait_for_function(
            "Math.abs(document.getElementById('haven-3').getBoundingClientRect().top) < 60"
        )
        tab.assert_quiet()

    def test_without_a_script_everything_is_there(self, open_page, page):
        tab = open_page(page, java_script_enabled=False)
        assert tab.page.locator(".venue:visible").count() == len(LISTED)
        assert tab.page.locator(".asked").is_hidden()
        assert tab.page.locator(".venue button:visible").count() == 0
        assert tab.page.locator(".now:visible").count() == 0
        assert "9am to 5:30pm" in tab.page.locator("#list").inner_text()
        assert tab.page.locator(".no-map").is_visible()
        assert tab.page.locator("#key").is_hidden()
        assert tab.page.locator("#map").bounding_box()["height"] < 120

    def test_printed(self, open_page, page):
        """On paper the hours stand, and nothing that holds only now; all venues, also hidden."""
        tab = open_page(page)
        tab.page.clock.set_fixed_time("2026-11-24T12:00:00Z")
        tab.page.reload()
        tab.page.get_by_label("Toilet", exact=True).check()
        tab.page.emulate_media(media="print")
        assert tab.page.locator(".venue:visible").count() == len(LISTED)
        assert tab.page.locator(".now:visible").count() == 0
        assert tab.page.locator(".asked").is_hidden()
        assert tab.page.locator(".emergency").is_visible()
        assert pages_of(tab) == 2

    @pytest.mark.parametrize(("n", "pages"), [(1, 2), (15, 2), (40, 4)])
    def test_cards_and_map_take_two_pages(self, open_page, register_of, town_area, n, pages):
        rows = [
            GOOD | {"haven_id": f"S{i}", "name": f"Toy Library {i}"}
            | {"easting": str(544100 + 90 * (i % 20)), "northing": str(184100 + 400 * (i // 20))}
            for i in range(n)
        ]  # fmt: skip
        assert pages_of(open_page(directory_page(register_of(rows), town_area, facts()))) <= pages

    def test_hostile_names_are_text(self, open_page, register_of, town_area):
        rows = [
            GOOD | {"haven_id": f"S{i}", "name": text, "type": text, "address": text}
            | {"easting": str(544100 + 130 * i)}
            for i, text in enumerate(HOSTILE)
        ]  # fmt: skip
        tab = open_page(directory_page(register_of(rows), town_area, facts(licences=HOSTILE)))
        assert tab.page.locator(".venue").count() == len(HOSTILE)
        wide = tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0
        for at in range(len(HOSTILE)):
            tab.page.locator(".spot .haven").nth(at).dispatch_event("mouseover")
        tab.assert_quiet()

    def test_two_at_one_address_both_show_their_number(self, open_page, register_of, town_area):
        rows = (GOOD, GOOD | {"haven_id": "SH-2", "name": "Cafe in the Library"})
        tab = open_page(directory_page(register_of(rows), town_area, facts()))
        first, second = (tab.page.locator(".spot .haven").nth(at).bounding_box() for at in (0, 1))
        assert tab.page.locator(".spot .haven.small").count() == 0
        assert second["y"] >= first["y"] + first["height"]
        assert second["x"] == pytest.approx(first["x"])
        tab.assert_quiet()

    def test_near_one_another_each_number_can_be_read(self, open_page, register_of, town_area):
        """None lies on another, and a line leads from each that was moved to its place."""
        near = ((0, 0), (25, 10), (70, -15), (90, 20), (40, 60))
        rows = [
            GOOD | {"haven_id": f"SH-{at}", "name": f"Toy {at}"}
            | {"easting": str(544421 + east), "northing": str(184321 + north)}
            for at, (east, north) in enumerate(near)
        ]  # fmt: skip
        far = GOOD | {"haven_id": "SH-9", "name": "Yard", "easting": "546400", "northing": "186400"}
        tab = open_page(directory_page(register_of([*rows, far]), town_area, facts()))
        assert tab.page.locator(".spot .haven.small").count() == 0
        symbols = tab.page.locator(".spot .haven")
        boxes = [symbols.nth(at).bounding_box() for at in range(len(near) + 1)]
        for at, one in enumerate(boxes):
            for other in boxes[:at]:
                beside = abs(one["x"] - other["x"]) >= min(one["width"], other["width"]) - 0.5
                assert beside or abs(one["y"] - other["y"]) >= one["height"] - 0.5
        moved = [at for at in range(len(boxes)) if symbols.nth(at).get_attribute("style")]
        assert len(moved) > 1
        assert tab.page.locator(".haven > i:not([hidden])").count() == len(moved)
        tab.assert_quiet()

    def test_without_wards(self, open_page, register):
        tab = open_page(directory_page(register, None, facts()))
        assert tab.page.title() == "Safe Havens"
        assert tab.page.locator(".spot .haven").count() == len(LISTED)
        tab.assert_quiet()


@pytest.mark.browser
def test_abroad_the_clock_is_that_of_the_place(open_page, tmp_path):
    """Nine in the morning of Vancouver is five in the afternoon of London."""
    box = shapely.box(-123.2, 49.2, -123.0, 49.3)
    wards = {"ward_code": ["V1"], "ward_name": ["West End"]}
    path = tmp_path / "wards.geojson"
    gpd.GeoDataFrame(wards, geometry=[box], crs=4326).to_file(path)
    (tmp_path / "havens.csv").write_text(
        "name,latitude,longitude,opening_hours,training_expiry,last_checked,status,"
        "consent_to_publish\n"
        "Toy,49.25012,-123.10012,Mo-Su 09:00-17:00,2028-02-01,2026-09-03,active,yes\n",
        encoding="utf-8",
    )
    area = read_study_area(path)
    made = read_havens(tmp_path / "havens.csv", area, today=TODAY)
    tab = open_page(directory_page(made, area, facts()), timezone_id="Europe/London")
    for moment, said in (
        ("2026-11-24T17:30:00Z", "Open now until 5pm"),
        ("2026-11-24T12:00:00Z", "Closed now, opens at 9am"),
    ):
        tab.page.clock.set_fixed_time(moment)
        tab.page.reload()
        assert tab.page.locator(".now").inner_text() == said


def test_scripts_use_no_clock_but_that_of_the_place():
    """Nothing in the page reads hours or days off the reader's own time zone."""
    for name in ("opening.js", "directory.js", "havens.js"):
        assert not re.search(r"\.get(?:Hours|Minutes|Day|Date|Month|FullYear)\(", asset(name))
