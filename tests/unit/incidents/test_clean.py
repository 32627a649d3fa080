"""Every row is accepted, merged or quarantined; all its reasons are kept; nothing is lost."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from csp_geo.core.errors import NoReportsError, SeveralError
from csp_geo.core.tables import INCIDENTS, QUARANTINE, check_table
from csp_geo.incidents.clean import clean, require_incidents
from csp_geo.inputs.read import collect_reports, read_reports

HEADER = ("reference", "date", "time", "easting", "northing", "category")
TODAY = date(2023, 2, 1)
KEY = b"key of the test"


@pytest.fixture
def cleaned(tmp_path, write, town_area):
    """Clean files given as {path: rows}."""

    def run(files, header=HEADER, **options):
        for name, rows in files.items():
            write.csv(tmp_path / name, header, rows)
        options = {"area": town_area, "today": TODAY, "key": KEY} | options
        return clean(read_reports(tmp_path), **options)

    return run


def row(reference="A1", day="13/01/2023", clock="14:20", x=544421, y=184321, what="Robbery"):
    return (reference, day, clock, x, y, what)


def fates(result):
    return result.rows["fate"].tolist()


def assert_conserved(result):
    counts = result.counts
    assert counts["read"] == counts["accepted"] + counts["merged"] + counts["quarantined"]
    assert counts["accepted"] == len(result.incidents)
    assert counts["quarantined"] == len(result.quarantine)
    assert counts["read"] == len(result.rows)


class TestInputs:
    def test_a_row_gets_all_its_reasons(self, cleaned):
        result = cleaned({"offence/a.csv": [row(day="", x=0, y=0), row("A2")]})
        assert result.quarantine["reasons"].tolist() == ["zero-coordinates;missing-date"]
        assert_conserved(result)

    @pytest.mark.parametrize(
        ("day", "reasons"),
        [
            ("01/02/2023", ""),
            ("02/02/2023", "future-date"),
            ("31/12/1989", "future-date"),
            ("01/01/1990", ""),
            ("31/02/2023", "unreadable-date"),
            ("", "missing-date"),
        ],
    )
    def test_dates(self, cleaned, day, reasons):
        """`future-date` is for dates after the day of the run, or before 1990."""
        assert cleaned({"offence/a.csv": [row(day=day)]}).rows["reasons"].tolist() == [reasons]

    @pytest.mark.parametrize(
        ("day", "clock", "reasons"),
        [
            ("01/02/2023", "23:59", ""),
            ("02/02/2023", "00:00", "future-date"),
            ("02/02/2023", "", "future-date"),
            ("31/12/1989", "23:59", "future-date"),
            ("01/01/1990", "00:00", ""),
            ("01/01/1990", "", ""),
        ],
    )
    def test_a_day_ends_at_midnight(self, cleaned, day, clock, reasons):
        """The day of the run counts to its last minute; the next begins with its first."""
        result = cleaned({"offence/a.csv": [row(day=day, clock=clock)]})
        assert result.rows["reasons"].tolist() == [reasons]

    def test_without_a_day_of_the_run_nothing_is_in_the_future(self, cleaned):
        assert fates(cleaned({"offence/a.csv": [row(day="01/01/2099")]}, today=None)) == [
            "accepted"
        ]

    def test_a_broken_record_has_no_other_reason(self, cleaned):
        """Nothing else in such a row can be trusted."""
        result = cleaned({"offence/a.csv": [row(), (*row("A2", day=""), "one", "more")]})
        assert result.rows["reasons"].tolist() == ["", "broken-record"]

    def test_no_file_that_can_be_read(self, tmp_path, town_area):
        """Nothing read is nothing accepted, not a crash: `check` shows the files' sentences."""
        (tmp_path / "offence").mkdir()
        (tmp_path / "offence" / "a.csv").write_bytes(b"")
        result = clean(collect_reports(tmp_path), town_area, today=TODAY, key=KEY)
        assert result.counts == {"read": 0, "accepted": 0, "merged": 0, "quarantined": 0}
        assert len(result.quarantine) == 0
        check_table(result.incidents, INCIDENTS)

    def test_nothing_left_says_why(self, cleaned, tmp_path):
        result = cleaned({"offence/a.csv": [row(day=""), row("A2", day=""), row("A3", x="")]})
        with pytest.raises(NoReportsError, match=r"None of the 3 rows.* 2 of them: no date"):
            require_incidents(result, read_reports(tmp_path))


class TestMerging:
    def test_equal_rows_with_a_reference_are_merged(self, cleaned):
        result = cleaned({"offence/a.csv": [row(), row(), row("A2"), row()]})
        assert fates(result) == ["accepted", "merged", "accepted", "merged"]
        assert_conserved(result)

    def test_the_same_reference_with_other_content_is_kept_and_flagged(self, cleaned):
        result = cleaned({"offence/a.csv": [row(), row(clock="15:20"), row("A2")]})
        assert fates(result) == ["accepted"] * 3
        assert result.rows["flags"].tolist() == ["repeated-reference", "repeated-reference", ""]

    def test_equal_rows_without_a_reference_are_never_merged_in_one_file(self, cleaned):
        result = cleaned({"asb/a.csv": [row("")] * 3})
        assert fates(result) == ["accepted"] * 3
        assert len(set(result.incidents.index)) == 3

    def test_across_files_the_largest_count_in_one_file_is_kept(self, cleaned):
        """Twice in the first and three times in the second: three; once each: one."""
        one, two = row(""), row("", clock="15:20")
        result = cleaned({"asb/a.csv": [one, one, two], "asb/b.csv": [one, one, one, two]})
        assert result.counts == {"read": 7, "accepted": 4, "merged": 3, "quarantined": 0}
        assert result.rows.query("fate == 'merged'")["file"].tolist() == [0, 0, 1]

    def test_referenced_rows_are_merged_across_files(self, cleaned):
        result = cleaned({"offence/a.csv": [row(), row("A2")], "offence/b.csv": [row("A3"), row()]})
        assert fates(result) == ["accepted", "accepted", "accepted", "merged"]

    @pytest.mark.parametrize(
        ("reference", "others", "shared"),
        [
            ("AB123", "ab 123", True),
            ("AB12", "AB12", False),
            ("0AB12", "AB12", False),
        ],
    )
    def test_a_reference_of_five_signs_is_the_same_in_every_source(
        self, cleaned, reference, others, shared
    ):
        """What one source says of it makes the row of the other sensitive too."""
        rows = {"offence/a.csv": [row(reference, what="Rape")], "asb/a.csv": [row(others)]}
        sensitive = cleaned(rows).rows["sensitive"]
        assert (sensitive != "").tolist() == ([True, True] if shared else [False, True])

    def test_not_across_sources(self, cleaned):
        """The same row as an offence and as anti-social behaviour is two reports."""
        result = cleaned({"offence/a.csv": [row()], "asb/a.csv": [row(), row("A2")]})
        assert result.counts["accepted"] == 3
        assert len(set(result.incidents.index)) == 3

    def test_the_same_bytes_twice_are_all_merged(self, cleaned):
        """Even rows without a reference, even those that could not be used."""
        rows = [row(""), row(""), row("A2"), row(day="")]
        result = cleaned({"asb/a.csv": rows, "asb/copy of a.csv": rows})
        assert result.counts == {"read": 8, "accepted": 3, "merged": 4, "quarantined": 1}

    def test_a_ragged_row_is_not_merged_with_a_sound_one(self, cleaned):
        """Equal in every column is not equal when one has cells too many."""
        result = cleaned({"offence/a.csv": [row(), (*row(), "one", "more")]})
        assert fates(result) == ["accepted", "quarantined"]


class TestOutputs:
    def test_contracts(self, cleaned):
        result = cleaned({"offence/a.csv": [row(), row("A2", day="")]})
        check_table(result.incidents, INCIDENTS)
        check_table(result.quarantine, QUARANTINE)
        assert_conserved(result)

    def test_day_and_time_become_an_instant(self, cleaned):
        (incident,) = cleaned({"offence/a.csv": [row()]}).incidents.itertuples()
        assert incident.occurred_at == pd.Timestamp("2023-01-13 14:20", tz="Europe/London")
        assert pd.isna(incident.occurred_to)
        assert incident.time_precision == "minute"

    @pytest.mark.parametrize(
        ("clock", "flag"), [("", ""), ("00:00", "midnight"), ("after tea", "unreadable-time")]
    )
    def test_day_alone_is_an_interval(self, cleaned, clock, flag):
        (incident,) = cleaned({"offence/a.csv": [row(clock=clock)]}).incidents.itertuples()
        assert incident.occurred_at == pd.Timestamp("2023-01-13", tz="Europe/London")
        assert incident.occurred_to == pd.Timestamp("2023-01-14", tz="Europe/London")
        assert (incident.time_precision, incident.flags) == ("day", flag)

    @pytest.mark.parametrize(
        ("clock", "start", "end"),
        [
            ("14h", "2023-01-13 14:00", "2023-01-13 15:00"),
            ("0h", "2023-01-13 00:00", "2023-01-13 01:00"),  # of an hour alone no sign of unknown
            ("23H", "2023-01-13 23:00", "2023-01-14 00:00"),
        ],
    )
    def test_an_hour_alone_is_an_interval(self, cleaned, clock, start, end):
        (incident,) = cleaned({"offence/a.csv": [row(clock=clock)]}).incidents.itertuples()
        assert incident.occurred_at == pd.Timestamp(start, tz="Europe/London")
        assert incident.occurred_to == pd.Timestamp(end, tz="Europe/London")
        assert (incident.time_precision, incident.flags) == ("hour", "")

    @pytest.mark.parametrize(
        ("day", "hour", "start", "precision", "flags"),
        [
            ("13/01/2023", "15", "2023-01-13 15:00", "hour", ""),
            ("2023-01-13 00:00:00", "15", "2023-01-13 15:00", "hour", ""),
            ("13/01/2023", "", "2023-01-13 00:00", "day", ""),
        ],
    )
    def test_an_hour_beside_a_date(self, cleaned, day, hour, start, precision, flags):
        header = ("reference", "Date", "Offence Hour", "easting", "northing", "category")
        cells = [("A1", day, hour, 544421, 184321, "Robbery")]
        cells.append(("A2", "14/01/2023", "9", 544421, 184321, "Robbery"))
        incidents = cleaned({"offence/a.csv": cells}, header=header).incidents
        (incident,) = incidents[incidents["source_ref"] == "A1"].itertuples()
        assert incident.occurred_at == pd.Timestamp(start, tz="Europe/London")
        assert (incident.time_precision, incident.flags) == (precision, flags)

    @pytest.mark.parametrize(
        ("clock", "start", "precision", "flag"),
        [
            ("14:20", "2023-01-13 14:20", "minute", ""),
            ("00:00", "2023-01-13 00:00", "day", "midnight"),
            ("", "2023-01-13 00:00", "day", "midnight"),
            ("late", "2023-01-13 00:00", "day", "unreadable-time;midnight"),
        ],
    )
    def test_a_date_at_midnight_has_the_time_beside_it(
        self, cleaned, clock, start, precision, flag
    ):  # fmt: skip
        rows = [row(day="2023-01-13 00:00:00", clock=clock)]
        (incident,) = cleaned({"offence/a.csv": rows}).incidents.itertuples()
        assert incident.occurred_at == pd.Timestamp(start, tz="Europe/London")
        assert (incident.time_precision, incident.flags) == (precision, flag)

    @pytest.mark.parametrize(("days", "hour"), [(5, 14), (4, 12)])
    def test_dates_that_all_say_noon_have_the_time_beside_them(self, cleaned, days, hour):
        rows = [row(f"A{n}", f"2023-01-{n} 12:00:00", "14:20") for n in range(11, 11 + days)]
        incidents = cleaned({"offence/a.csv": rows}).incidents
        assert set(incidents["occurred_at"].dt.hour) == {hour}

    def test_one_day_of_noons_may_be_a_market(self, cleaned):
        rows = [row(f"A{n}", "2023-01-13 12:00:00", "") for n in range(6)]
        assert set(cleaned({"offence/a.csv": rows}).incidents["time_precision"]) == {"minute"}

    @pytest.mark.parametrize(
        ("clock", "precision"),
        [("14:00-14:59", "hour"), ("14:00 - 15:00", "hour"), ("14:00-14:58", "minute"),
         ("14:05-15:05", "minute")],
    )  # fmt: skip
    def test_a_band_of_one_whole_hour_is_an_hour(self, cleaned, clock, precision):
        (incident,) = cleaned({"offence/a.csv": [row(clock=clock)]}).incidents.itertuples()
        assert incident.time_precision == precision

    def test_24h_is_no_hour_of_its_own(self, cleaned):
        (incident,) = cleaned({"offence/a.csv": [row(clock="24h")]}).incidents.itertuples()
        assert (incident.time_precision, incident.flags) == ("day", "midnight")

    def test_year_month_day_and_hour_are_known_to_the_hour(self, cleaned):
        header = ("reference", "Year", "Month", "Day", "Hour", "easting", "northing", "category")
        cells = [("A1", 2023, 1, 13, 15, 544421, 184321, "Robbery")]
        (incident,) = cleaned({"offence/a.csv": cells}, header=header).incidents.itertuples()
        assert incident.occurred_at == pd.Timestamp("2023-01-13 15:00", tz="Europe/London")
        assert incident.occurred_to == pd.Timestamp("2023-01-13 16:00", tz="Europe/London")
        assert incident.time_precision == "hour"

    def test_a_day_of_the_clock_change_has_25_hours(self, cleaned):
        result = cleaned({"offence/a.csv": [row(day="31/10/2021", clock="")]})
        length = result.incidents["occurred_to"] - result.incidents["occurred_at"]
        assert length.tolist() == [pd.Timedelta(hours=25)]

    def test_month_alone_is_an_interval(self, cleaned):
        result = cleaned(
            {"offence/a.csv": [("A1", "2022-12", 544421, 184321, "Robbery")]},
            header=("reference", "month", "easting", "northing", "category"),
        )
        (incident,) = result.incidents.itertuples()
        assert incident.occurred_at == pd.Timestamp("2022-12-01", tz="Europe/London")
        assert incident.occurred_to == pd.Timestamp("2023-01-01", tz="Europe/London")
        assert incident.time_precision == "month"

    @pytest.mark.parametrize(
        ("end", "clock", "until", "flag"),
        [
            ("14/01/2023", "09:00", "2023-01-14 09:00", ""),
            ("14/01/2023", "", "2023-01-15", ""),
            ("", "", None, ""),
            ("12/01/2023", "09:00", None, "reversed-interval"),
        ],
    )
    def test_intervals(self, cleaned, end, clock, until, flag):
        """The end is exclusive: a day that is named as the end is counted whole."""
        result = cleaned(
            {"offence/a.csv": [("A1", "13/01/2023", "14:20", end, clock, 544421, 184321, "Theft")]},
            header=("reference", "date", "time", "date to", "time to", *HEADER[3:]),
        )
        (incident,) = result.incidents.itertuples()
        if until is None:
            assert pd.isna(incident.occurred_to)
        else:
            assert incident.occurred_to == pd.Timestamp(until, tz="Europe/London")
        assert incident.flags == flag

    def test_month_first_column_is_a_caution(self, cleaned):
        rows = [row(day="01/25/2023"), row("A2", day="2023-01-03")]
        result = cleaned({"offence/a.csv": rows})
        assert fates(result) == ["quarantined", "accepted"]
        (said,) = result.cautions
        assert said.startswith("offence/a.csv: its dates look month-first")
        assert result.rows["reasons"].tolist() == ["month-first-date", ""]

    @pytest.mark.parametrize(("cell", "fate"), [("202301", "accepted"), ("202313", "quarantined")])
    def test_months_run_together_below_month(self, cleaned, cell, fate):
        header = ("reference", "month", *HEADER[2:])
        result = cleaned({"offence/a.csv": [row(day=cell, clock="")]}, header=header)
        assert fates(result) == [fate]
        assert result.incidents["time_precision"].tolist() == ["month"] * (fate == "accepted")

    def test_months_run_together_are_no_dates(self, cleaned):
        assert fates(cleaned({"offence/a.csv": [row(day="202301")]})) == ["quarantined"]

    def test_a_column_that_proves_month_first_is_read_and_said(self, cleaned):
        rows = [row("A0", day="03/04/2021"), *(row(f"A{n}", day="04/23/2021") for n in range(1, 6))]
        result = cleaned({"offence/a.csv": rows})
        assert result.counts["accepted"] == 6
        assert set(result.incidents["occurred_at"].dt.month) == {3, 4}
        (said,) = result.cautions
        assert said == (
            "offence/a.csv: its dates were read month-first, as Americans write them: 5 fit only "
            "so (row 3: 23 cannot be a month), none only day-first."
        )

    def test_a_month_first_slip_is_a_caution(self, cleaned):
        rows = [row(f"A{n}", day=f"{n}/01/2023") for n in range(13, 32)]
        result = cleaned({"offence/a.csv": [row(day="01/25/2023"), *rows]})
        assert result.counts["quarantined"] == 1
        (said,) = result.cautions
        assert "1 date could not be read, because the day cannot come first" in said
        assert "row 2: 25 cannot be a month" in said

    def test_what_was_decided_of_columns_is_noted_of_each_file(self, cleaned):
        """Dates and places alike."""
        serials = [row(f"A{n}", day=str(44_930 + n), clock="") for n in range(5)]
        kilometres = [row(f"B{n}", x=544.421 + n / 100, y=184.321) for n in range(5)]
        notes = cleaned({"asb/a.csv": serials, "asb/b.csv": kilometres}).notes
        assert [len(notes[file]) for file in (0, 1)] == [1, 1]
        assert "Excel" in notes[0][0]
        assert "kilometres" in notes[1][0]

    def test_unknown_category_is_kept_as_other(self, cleaned):
        (incident,) = cleaned({"offence/a.csv": [row(what="Goblins")]}).incidents.itertuples()
        assert (incident.theme, incident.flags) == ("other", "unknown-category")
        assert incident.category == "Goblins"

    @pytest.mark.parametrize(
        ("major", "minor", "theme"),
        [
            ("Robbery", "Personal", "robbery"),
            ("Theft", "Bicycle theft", "theft"),
            ("Arson and Criminal Damage", "Arson", "fire"),
            ("Robbery", "Other", "robbery"),
            ("Goblins", "Robbery", "robbery"),
            ("Sexual offences", "Assault", "sexual"),
            ("Public order", "Racially aggravated", "public order"),
            ("Goblins", "Pixies", "other"),
        ],
    )
    def test_the_class_above_a_category(self, cleaned, major, minor, theme):
        header = (*HEADER[:-1], "major", "minor")
        rows = [(*row()[:-1], major, minor)]
        (incident,) = cleaned({"offence/a.csv": rows}, header=header).incidents.itertuples()
        assert (incident.theme, incident.category) == (theme, minor)

    @pytest.mark.parametrize(
        ("cell", "theme"),
        [
            ("Street robbery", "robbery"),
            ("Street lighting", "lighting"),
            ('["Poor lighting","Drugs"]', "lighting"),
            ("Goblins; Drugs; Poor lighting", "drugs and alcohol"),
            ("Poor lighting; Sexual assault", "sexual"),
            ("Poor lighting, Drugs", "lighting"),
        ],
    )
    def test_the_first_known_of_several_categories(self, cleaned, cell, theme):
        (incident,) = cleaned({"offence/a.csv": [row(what=cell)]}).incidents.itertuples()
        assert incident.theme == theme

    def test_default_theme_of_a_source(self, cleaned):
        """Graffiti without a type is graffiti; an unknown type is too, and is flagged."""
        rows = [row(what=""), row("A2", what="Stencil"), row("A3", what="Tag")]
        result = cleaned({"graffiti/a.csv": rows})
        assert result.incidents["theme"].tolist() == ["graffiti"] * 3
        assert result.rows["flags"].tolist() == ["", "unknown-category", ""]

    def test_ward_by_geometry(self, cleaned):
        rows = [row(), row("A2", x=545562, y=185612), row("A3", x=543911)]
        incidents = cleaned({"offence/a.csv": rows}).incidents
        assert incidents["ward_name"].tolist()[:2] == ["Abbey", "Beam"]
        assert incidents["ward_code"].isna().tolist() == [False, False, True]
        assert incidents["flags"].tolist() == ["", "", "outside-boundary"]

    def test_idempotent(self, cleaned, tmp_path, town_area, input_unchanged):
        """Cleaning again gives the same; the reports are not changed."""
        rows = [row(), row(), row("A2", day=""), row("", clock="00:00")]
        first = cleaned({"offence/a.csv": rows})
        reports = read_reports(tmp_path)
        input_unchanged(reports.table)
        second = clean(reports, town_area, today=TODAY, key=KEY)
        pd.testing.assert_frame_equal(pd.DataFrame(first.incidents), pd.DataFrame(second.incidents))
        pd.testing.assert_frame_equal(first.quarantine, second.quarantine)
        assert first.counts == second.counts

    def test_without_area(self, cleaned):
        """`check` without wards: nothing is outside, no ward is given."""
        result = cleaned({"offence/a.csv": [row(x=430011, y=433511)]}, area=None)
        assert fates(result) == ["accepted"]
        assert result.incidents["ward_code"].isna().all()
        assert result.incidents.crs == "EPSG:27700"


class TestFellToOther:
    """What no list knows is `other`: a line of the file, and above 1 in 20 a caution."""

    @staticmethod
    def of(cleaned, n_unknown, n=40, word="Zqfoo zqbar"):
        words = [word] * n_unknown + ["Robbery"] * (n - n_unknown)
        rows = [
            row(f"A{i}", x=544400 + 30 * (i % 7), y=184300 + 30 * (i // 7), what=what)
            for i, what in enumerate(words)
        ]
        return cleaned({"offence/a.csv": rows})

    @staticmethod
    def codes(result):
        return [caution.code for caution in result.cautions]

    def test_a_line_says_how_many(self, cleaned):
        result = self.of(cleaned, 1)
        assert any(
            note.startswith("1 row with a category that no list has") for note in result.notes[0]
        )
        assert self.of(cleaned, 0).notes[0] == ()

    @pytest.mark.parametrize(("n", "said"), [(2, False), (3, True)])
    def test_more_than_one_in_twenty_is_a_caution(self, cleaned, n, said):
        assert ("many-other" in self.codes(self.of(cleaned, n))) == said

    def test_the_words_are_named_where_they_may_be(self, cleaned):
        (caution,) = [
            c for c in self.of(cleaned, 5, word="Zebra trouble").cautions if c.code == "many-other"
        ]
        assert caution.startswith("5 of 40 reports (12%) fell to the theme 'other'")
        assert "Zebra trouble (5)" in caution

    def test_a_word_of_few_rows_may_be_a_name(self, cleaned):
        (caution,) = [
            c
            for c in self.of(cleaned, 2, n=20, word="Zebra trouble").cautions
            if c.code == "many-other"
        ]
        assert "Zebra" not in caution

    def test_a_listed_other_did_not_fall(self, cleaned):
        result = self.of(cleaned, 20, word="Other crime")
        assert "many-other" not in self.codes(result)


class TestNothingLeft:
    def test_each_file_has_its_sentence(self, cleaned, tmp_path):
        result = cleaned({"offence/a.csv": [row(day="")], "offence/b.csv": [row(x=0, y=0)]})
        with pytest.raises(SeveralError) as caught:
            require_incidents(result, read_reports(tmp_path))
        first, second = map(str, caught.value.errors)
        assert first.startswith("offence/a.csv: none of the 1 rows could be used. 1 of them: no d")
        assert "offence/b.csv" in second
        assert "'not known'" in second

    def test_a_file_that_could_not_be_read_is_named_as_well(self, tmp_path, write, town_area):
        write.csv(tmp_path / "offence" / "a.csv", HEADER, [row(day="")])
        (tmp_path / "offence" / "letter.pdf").write_bytes(b"%PDF-1.7 zq")
        reports = collect_reports(tmp_path)
        result = clean(reports, town_area, today=TODAY, key=KEY)
        with pytest.raises(SeveralError, match=r"letter\.pdf"):
            require_incidents(result, reports)


class TestMonthsUnderADate:
    """A column headed "Date" that holds nothing but firsts of months holds months."""

    @staticmethod
    def precisions(cleaned, days):
        rows = [row(f"A{i}", day, "", x=544400 + 30 * i) for i, day in enumerate(days)]
        result = cleaned({"offence/a.csv": rows})
        return set(result.incidents["time_precision"].astype(str))

    @pytest.mark.parametrize(("n", "precision"), [(9, "day"), (10, "month")])
    def test_from_ten_dates(self, cleaned, n, precision):
        days = [f"01/{1 + i % 2:02}/2022" for i in range(n)]
        assert self.precisions(cleaned, days) == {precision}

    def test_of_several_months(self, cleaned):
        """New Year's night is one day."""
        assert self.precisions(cleaned, ["01/01/2023"] * 12) == {"day"}

    def test_one_other_day_and_all_are_days(self, cleaned):
        days = [f"01/{1 + i % 9:02}/2022" for i in range(12)] + ["02/01/2022"]
        assert self.precisions(cleaned, days) == {"day"}
