"""The register of Safe Havens: which count, and what is wrong or old in it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from csp_geo.core.errors import SourceError
from csp_geo.core.tables import HAVENS, check_table
from csp_geo.decisions.havens.criteria import judge, read_profile
from csp_geo.inputs.venues.register import read_havens, say_counts, say_stages

TODAY = date(2026, 11, 22)
GOOD = {
    "haven_id": "SH-1",
    "name": "Toy Library",
    "type": "Library",
    "address": "2 Town Square",
    "postcode": "IG11 7NB",
    "easting": "544421",
    "northing": "184321",
    "opening_hours": "Mo-Fr 09:00-17:30; PH off",
    "staff_min": "2",
    "trained_count": "4",
    "training_expiry": "2027-02-01",
    "accessible_toilet": "yes",
    "contact": "Jane Bloggs 07700 900123",
    "last_checked": "03/09/2026",
    "status": "Active",
    "consent_to_publish": "Y",
}


def write(tmp_path, *changes, name="havens.csv"):
    """Write a register: each row is the good one with changes."""
    path = tmp_path / name
    pd.DataFrame([GOOD | change for change in changes]).to_csv(path, index=False)
    return path


def read(tmp_path, *changes, area=None, today=TODAY):
    return read_havens(write(tmp_path, *changes), area, today=today)


def slugs(register):
    return set(register.findings["finding"])


class TestCounts:
    @pytest.mark.parametrize(("beyond", "counts"), [(1999, True), (2000, True), (2001, False)])
    def test_up_to_two_kilometres_across_the_border(self, tmp_path, town_area, beyond, counts):
        made = read(tmp_path, {"easting": f"{544010 - beyond}"}, area=town_area)
        assert made.table["counts_now"].tolist() == [counts]
        assert ("outside-study-area" in slugs(made)) != counts

    @pytest.mark.parametrize(
        ("until", "finding"),
        [
            ("2026-11-21", {"training-lapsed"}),
            ("2026-11-22", {"training-ends-soon"}),
            ("2027-01-21", {"training-ends-soon"}),
            ("2027-01-22", set()),
        ],
    )
    def test_the_last_day_of_training_and_sixty_days_before(self, tmp_path, until, finding):
        assert slugs(read(tmp_path, {"training_expiry": until})) == finding

    @pytest.mark.parametrize(
        ("on", "finding"),
        [
            ("2023-11-21", "training-old"),
            ("2023-11-22", "no-training-expiry"),
            ("2026-11-22", "no-training-expiry"),
            ("2026-11-23", "training-soon"),
            ("2027-01-21", "training-soon"),
            ("2027-01-22", "not-trained-yet"),
        ],
    )
    def test_training_without_an_end_is_good_for_three_years(self, tmp_path, on, finding):
        changes = {"training_expiry": "", "training_date": on}
        assert slugs(read(tmp_path, changes)) == {finding}

    @pytest.mark.parametrize(
        ("last", "finding"),
        [
            ("2025-11-21", {"not-confirmed"}),
            ("2025-11-22", {"confirm-soon"}),
            ("2026-01-20", {"confirm-soon"}),
            ("2026-01-21", set()),
        ],
    )
    def test_confirmed_within_a_year(self, tmp_path, last, finding):
        assert slugs(read(tmp_path, {"last_checked": last})) == finding

    def test_a_good_one_counts_and_has_no_findings(self, tmp_path, town_area):
        made = read(tmp_path, {}, area=town_area)
        check_table(made.table, HAVENS)
        row = made.table.iloc[0]
        assert bool(row["counts_now"])
        assert row["why_not"] == ""
        assert (row["ward_name"], row["venue_type"], row["status"]) == (
            "Abbey",
            "library",
            "active",
        )
        assert (row["training"], row["toilet"], row["last_checked"]) == ("yes", "yes", "2026-09-03")
        assert made.findings.empty
        assert made.counts == {"havens": 1, "counts_now": 1, "findings": 0}
        assert say_counts(made) == "1 of 1 Safe Haven count now"

    @pytest.mark.parametrize(
        ("change", "slug", "why"),
        [
            ({"status": "lapsed"}, "not-active", "It has lapsed."),
            ({"status": "withdrawn"}, "withdrawn", "It has withdrawn."),
            ({"status": ""}, "unknown-status", "Its status is not known."),
            ({"status": "maybe"}, "unknown-status", "Its status is not known."),
            ({"consent_to_publish": "no"}, "no-consent", "does not agree"),
            ({"consent_to_publish": ""}, "no-consent", "not known to agree"),
            ({"last_checked": "2025-11-21"}, "not-confirmed", "21 November 2025"),
            ({"last_checked": ""}, "never-confirmed", "not known"),
            ({"last_checked": "2027-01-01"}, "future-date", "is in the future"),
            ({"training_expiry": "2026-11-21"}, "training-lapsed", "21 November 2026"),
            ({"training_expiry": "", "trained_count": ""}, "training-unknown", "not known"),
            ({"training_expiry": "", "trained_count": "0"}, "not-trained", "No staff"),
            ({"trained_count": "0"}, "not-trained", "No staff"),
            (
                {"training_expiry": "", "training_date": "2023-11-21"},
                *("training-old", "21 November 2023, more than 3 years ago"),
            ),
            ({"name": "Toy Library, ring Jane 07700 900123"}, "contact-in-name", "not listed"),
            (
                {"training_expiry": "", "training_date": "2027-01-01"},
                *("training-soon", "1 January 2027"),
            ),
            ({"easting": "", "northing": "", "postcode": ""}, "no-location", "place is not known"),
            ({"easting": "344421"}, "outside-study-area", "outside the study area"),
            ({"name": ""}, "no-name", "no name"),
        ],
    )
    def test_what_keeps_one_from_counting(self, tmp_path, town_area, change, slug, why):
        made = read(tmp_path, change, area=town_area)
        check_table(made.table, HAVENS)
        assert not made.counts_now.any()
        assert made.findings.loc[made.findings["stops"], "finding"].tolist() == [slug]
        assert why in made.table["why_not"].iloc[0]
        assert made.findings["do"].str.len().gt(5).all()

    @pytest.mark.parametrize(
        ("change", "slug"),
        [
            ({"opening_hours": ""}, "no-hours"),
            ({"opening_hours": "9-5"}, "unreadable-hours"),
            ({"opening_hours": "Sun 11:00-05:00"}, "unreadable-hours"),
            ({"opening_hours": "Fri 9am-8pm; Mon-Fri 9am-5pm"}, "doubtful-hours"),
            ({"opening_hours": "Mo-Fr 09:00-17:00"}, "no-bank-holidays"),
            ({"last_checked": "2025-12-01"}, "confirm-soon"),
            ({"training_expiry": "2026-12-01"}, "training-ends-soon"),
            ({"training_expiry": "", "training_date": "2023-11-22"}, "no-training-expiry"),
            ({"training_expiry": ""}, "no-training-expiry"),
            ({"address": "1 High Road, ring Jane 07700 900123"}, "contact-in-text"),
            ({"address": "13 High Road (tel 8215 3000 ext 12)"}, "contact-in-text"),
            ({"address": "11 Longbridge Rd - contact Mr J Smith"}, "contact-in-text"),
            ({"sign_up_date": "long ago"}, "unreadable-date"),
            ({"haven_id": ""}, "no-id"),
            ({"sticker_displayed": "no"}, "no-sticker"),
            ({"ice_cards": "no"}, "no-cards"),
        ],
    )
    def test_findings_that_do_not_stop_a_haven_from_counting(self, tmp_path, change, slug):
        made = read(tmp_path, change)
        assert made.counts_now.all()
        assert slugs(made) == {slug}

    @pytest.mark.parametrize(
        "change", [{"last_checked": "2025-11-22"}, {"training_expiry": "2026-11-22"}]
    )
    def test_the_last_day_still_counts(self, tmp_path, change):
        assert read(tmp_path, change).counts_now.all()

    @pytest.mark.parametrize(("last", "counts"), [("2023-02-28", True), ("2023-02-27", False)])
    def test_a_year_before_29_february(self, tmp_path, last, counts):
        change = {"last_checked": last, "training_expiry": "2030-01-01"}
        made = read(tmp_path, change, today=date(2024, 2, 29))
        assert made.counts_now.tolist() == [counts]

    def test_trained_by_date_or_number_where_no_expiry_is_given(self, tmp_path):
        made = read(
            tmp_path,
            {"training_expiry": "", "trained_count": "", "training_date": "2025-01-01"},
            {"haven_id": "SH-2", "training_expiry": ""},
        )
        assert made.table["training"].tolist() == ["yes", "yes"]

    def test_across_the_border_counts_without_a_ward(self, tmp_path, town_area):
        made = read(tmp_path, {"easting": "543000"}, area=town_area)
        assert made.counts_now.all()
        assert made.table["ward_code"].isna().all()

    def test_a_number_twice(self, tmp_path):
        made = read(tmp_path, {}, {"name": "Other"}, {"name": "Third"})
        assert made.table["haven_id"].tolist() == ["SH-1", "SH-1-2", "SH-1-3"]
        assert made.findings["source_row"].tolist() == [3, 4]
        assert slugs(made) == {"duplicate-id"}

    def test_a_venue_on_two_rows_counts_once(self, tmp_path):
        """The row that was confirmed last is kept; a row that does not count takes no other's."""
        made = read(
            tmp_path,
            {},
            {"haven_id": "SH-2", "name": "toy  library", "last_checked": "01/10/2026"},
            {"haven_id": "SH-3", "last_checked": "01/11/2026", "status": "lapsed"},
            {"haven_id": "SH-4", "address": "9 Town Square"},
        )
        assert made.counts_now.tolist() == [False, True, False, True]
        assert made.table["why_not"].iloc[0] == "It stands on row 3 as well."
        assert made.findings["finding"].tolist() == ["repeated-row", "not-active"]

    def test_a_venue_on_two_rows_without_an_address(self, tmp_path):
        bare = {"address": "", "postcode": ""}
        made = read(tmp_path, bare, bare, bare | {"easting": "544500"}, {"name": "\u0645"} | bare)
        assert made.counts_now.tolist() == [True, False, True, True]

    def test_a_postcode_alone(self, tmp_path):
        made = read(tmp_path, {"easting": "", "northing": "", "postcode": "IG11"})
        assert not made.counts_now.any()
        assert made.findings["do"].iloc[0].endswith("Latitude and longitude will do as well.")

    def test_two_venues_at_one_address(self, tmp_path):
        assert read(tmp_path, {}, {"haven_id": "SH-2", "name": "Cafe"}).counts_now.all()


ASKED = {"status": "candidate", "willing": "yes", "asked_on": "2026-11-01"}
BARE = {"trained_count": "", "training_expiry": "", "consent_to_publish": ""}
EQUIPPED = {"sticker_displayed": "yes", "ice_cards": "yes"}


class TestAnswers:
    """What a haven said when it was asked holds, whatever was written before."""

    @pytest.mark.parametrize(
        ("said", "before", "staff"),
        [("yes", "", 2), ("yes", "1", 2), ("yes", "4", 4), ("no", "4", 1), ("", "4", 4)],
    )
    def test_staff_at_all_hours(self, tmp_path, said, before, staff):
        change = {"staff_at_all_hours": said, "staff_min": before}
        register = read(tmp_path, change)
        assert register.table["staff_min"].tolist() == [staff]
        assert register.counts_now.tolist() == [said != "no"]
        assert ("staff-denied" in slugs(register)) == (said == "no")

    @pytest.mark.parametrize("said", ["yes", "no", ""])
    def test_hours_that_are_not_right_are_not_known(self, tmp_path, said):
        register = read(tmp_path, {"hours_confirmed": said})
        (hours,) = register.table["opening_hours"]
        assert (hours == GOOD["opening_hours"]) == (said != "no")
        assert ("hours-denied" in slugs(register)) == (said == "no")
        assert register.counts_now.all()


class TestCandidates:
    @pytest.mark.parametrize(
        ("change", "slug", "group", "why"),
        [
            ({"willing": ""} | BARE, "candidate-open", "to do", "asked on 1 November 2026 and has"),
            ({"willing": "no"} | BARE, "candidate-said-no", "to do", "and said no."),
            (BARE, "candidate-not-trained", "promised", "said yes on 1 November 2026, and"),
            (
                BARE | {"training_date": "2026-11-21", "trained_count": "0"},
                *("candidate-not-trained", "promised", "were to be trained on 21 November 2026"),
            ),
            (
                BARE | {"training_date": "2027-01-21"},
                *("training-soon", "due soon", "are to be trained on 21 January 2027"),
            ),
            (
                BARE | {"training_date": "2027-01-22"},
                *("candidate-not-trained", "promised", "are to be trained on 22 January 2027"),
            ),
            (
                {"consent_to_publish": ""},
                *("candidate-not-equipped", "promised", "has the cards and agrees to be listed"),
            ),
            (EQUIPPED, "candidate-ready", "to do", "ready to be listed"),
        ],
    )
    def test_one_never_counts_and_has_a_next_step(self, tmp_path, change, slug, group, why):
        made = read(tmp_path, ASKED | change)
        check_table(made.table, HAVENS)
        assert not made.counts_now.any()
        assert made.findings["finding"].tolist() == [slug]
        assert made.findings["group"].tolist() == [group]
        assert why in made.findings["what"].iloc[0]
        assert made.counts == {"havens": 0, "counts_now": 0, "findings": 1}
        assert say_counts(made) == "0 of 0 Safe Havens count now"

    def test_stages(self, tmp_path):
        made = read(
            tmp_path,
            {"haven_id": "1", "name": "A"} | EQUIPPED,
            {"haven_id": "2", "name": "B"},  # nothing is known of a sticker
            ASKED | BARE | {"haven_id": "3", "name": "C", "willing": ""},
            ASKED | BARE | {"haven_id": "4", "name": "D"},
            ASKED | EQUIPPED | {"haven_id": "5", "name": "E", "consent_to_publish": "no"},
            {"haven_id": "6", "name": "F", "status": "withdrawn", "willing": "no"},
            {"haven_id": "7", "name": "G", "status": "withdrawn"},  # a haven that left
            {"haven_id": "8", "name": "H", "status": "lapsed"},
            {"haven_id": "9", "name": "I", "status": "To ask"},  # nobody was reached
        )
        assert made.stages == {
            "asked": 6, "willing": 4, "trained": 3, "with_sticker": 1, "listed": 2,
        }  # fmt: skip
        assert say_stages(made) == (
            "On your register on 22 November 2026: 6 asked, 4 said yes, 3 trained, 1 with a "
            "sticker, 2 listed."
        )
        assert made.are_havens.tolist() == [True, True, *[False] * 4, True, True, False]

    def test_one_under_two_names(self, tmp_path):
        """Said where the building is known, for a candidate; never of two havens."""
        made = read(tmp_path, {}, ASKED | BARE | {"haven_id": "2", "name": "Ali's Coffee"})
        found = made.findings[made.findings["finding"] == "two-names"]
        assert found["source_row"].tolist() == [3]
        assert "where Toy Library does (row 2)" in found["what"].iloc[0]
        for change in (
            {"address": "Town Square", "easting": "544499"},
            {"address": "4 Town Square", "easting": "544499"},
            {"status": "withdrawn"},
        ):
            other = ASKED | BARE | {"haven_id": "2", "name": "Ali's Coffee"} | change
            assert "two-names" not in slugs(read(tmp_path, {}, other))

    def test_one_outside_the_area(self, tmp_path, town_area):
        made = read(tmp_path, ASKED | {"easting": "344421"}, area=town_area)
        assert "outside-study-area" in slugs(made)


class TestReading:
    def test_the_contact_never_leaves_the_file(self, tmp_path):
        made = read(tmp_path, {"phone": "07700 900999", "address": "1 East Street"})
        held = made.table.to_csv() + made.findings.to_csv()
        assert "07700" not in held
        assert "Bloggs" not in held
        assert made.table["contact_given"].tolist() == [True]
        assert made.table["phone"].tolist() == ["unknown"]

    @pytest.mark.parametrize("field", ["name", "address", "postcode", "type", "languages"])
    @pytest.mark.parametrize("contact", ["07700 900123", "jane@example.org"])
    def test_a_contact_in_free_text_neither(self, tmp_path, field, contact):
        made = read(tmp_path, {field: f"Toy, ring Jane {contact}"})
        held = made.table.to_csv() + made.findings.to_csv()
        assert contact not in held
        assert "Jane" not in held
        assert made.findings["do"].str.contains("column for the contact").tolist() == [True]
        assert made.counts_now.tolist() == [field != "name"]

    def test_few_columns_are_enough_to_read(self, tmp_path):
        path = tmp_path / "havens.csv"
        path.write_text("Venue Name,Lat,Long\nToy,51.539,0.08\n", "utf-8")
        made = read_havens(path, today=TODAY)
        check_table(made.table, HAVENS)
        assert not made.counts_now.any()
        assert made.table["haven_id"].tolist() == ["row-2"]
        assert {"unknown-status", "no-consent", "training-unknown"} < slugs(made)

    def test_columns_that_are_not_read_are_named(self, tmp_path):
        made = read(tmp_path, {"Notes": "key under the mat", "Owner's mobile": "x"})
        assert made.unread == ("Notes", "Owner's mobile")

    def test_the_names_that_councils_use(self, tmp_path):
        ours = {
            "type": "Type of venue",
            "staff_min": "Min no. of staff",
            "trained_count": "No. of staff trained",
            "training_expiry": "Training valid until",
            "accessible_toilet": "Disabled toilet",
            "opening_hours": "Opening Times",
            "consent_to_publish": "Consent to publish?",
        }
        path = tmp_path / "havens.csv"
        pd.DataFrame([GOOD]).rename(columns=ours).to_csv(path, index=False, encoding="cp1252")
        made = read_havens(path, today=TODAY)
        assert made.unread == ()
        row = made.table.iloc[0]
        assert (row["venue_type"], row["staff_min"], row["trained_count"]) == ("library", 2, 4)

    def test_a_workbook(self, tmp_path):
        path = tmp_path / "havens.xlsx"
        pd.DataFrame([GOOD]).to_excel(path, index=False)
        assert read_havens(path, today=TODAY).counts_now.all()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "empty"),
            ("haven_id,name\n1,A\n", "no column was found for the location"),
            ("haven_id,lat,lon\n1,51.5,0.1\n", "no column was found for the name"),
            ("name,lat,lon\n", "no rows below"),
        ],
    )
    def test_no_register(self, tmp_path, text, said):
        path = tmp_path / "havens.csv"
        path.write_text(text, "utf-8")
        with pytest.raises(SourceError, match=said):
            read_havens(path, today=TODAY)

    def test_not_there(self, tmp_path):
        with pytest.raises(SourceError, match=r"havens\.csv is not there"):
            read_havens(tmp_path / "havens.csv", today=TODAY)

    def test_a_profile_judges_havens_too(self, tmp_path):
        table = read(tmp_path, {"phone": "yes"}, {"haven_id": "2", "staff_min": "1"}).table
        judged = judge(table, read_profile("light"))
        assert judged["meets"].tolist() == ["yes", "no"]
        assert np.isfinite(judged["score"]).all()
