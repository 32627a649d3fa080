"""Which column is guessed as what, and how it is written down."""

from __future__ import annotations

import tomllib

import pandas as pd
import pytest

from csp_geo.core.errors import SettingsError, SourceError
from csp_geo.inputs.files.looks import look_at
from csp_geo.inputs.files.mapper import (
    Mapping,
    guess_columns,
    month_first,
    proposed,
    sample_file,
    write_toml,
)
from csp_geo.inputs.source import packaged_sources, source_from_text


def guessed(**columns):
    looks = {name: look_at(pd.Series(cells, dtype="str")) for name, cells in columns.items()}
    guesses = guess_columns(looks, packaged_sources()["offence"])
    return {guess.column: guess.field for guess in guesses if guess.field}


DATES = ["03/11/2021", "14/11/2021", "15/11/2021", "16/11/2021"]
WORDS = ["Robbery", "Robbery", "Burglary", "Burglary"]


class TestGuess:
    def test_by_name(self):
        assert guessed(Lat=["51.5"] * 4, Long=["0.1"] * 4) == {
            "Lat": "latitude",
            "Long": "longitude",
        }

    def test_by_a_similar_name_only_where_the_cells_fit(self):
        assert guessed(Dat_of_incidnt=DATES) == {"Dat_of_incidnt": "date"}
        assert "date" not in guessed(Dat_of_incidnt=["Mrs Hall", "Mr Lee"]).values()

    def test_the_end_of_an_interval_is_never_its_beginning(self):
        times = ["06:30", "07:15"] * 2
        for end in ("Committd To", "Committd until", "Latest", "End of", "Finish", "committed_TO_"):
            found = guessed(**{f"{end} Date": DATES, f"{end} Time": times})
            assert not {"date", "time", "month"} & set(found.values()), found
        for start in ("Committd From", "Start of the", "Earliest known"):
            found = guessed(**{f"{start} Date": DATES, f"{start} Time": times})
            assert not {"date_to", "time_to"} & set(found.values()), found

    def test_a_night_in_four_columns(self):
        times = ["22:00", "23:15"] * 2
        for start, end in (("Committd From", "Committd To"), ("Offnce Start", "Offnce End")):
            found = guessed(
                **{f"{end} Date": DATES, f"{end} Time": times},
                **{f"{start} Date": DATES, f"{start} Time": times},
            )
            assert (found[f"{start} Date"], found[f"{start} Time"]) == ("date", "time")
            assert (found[f"{end} Date"], found[f"{end} Time"]) == ("date_to", "time_to")

    def test_by_cells(self):
        found = guessed(P=DATES, Q=["51.5393", "51.5401"] * 2, R=["0.0811", "0.0911"] * 2, S=WORDS)
        assert found == {"P": "date", "Q": "latitude", "R": "longitude", "S": "category"}

    def test_two_columns_of_metres_are_easting_and_northing(self):
        found = guessed(A=["544421", "545010"] * 2, B=["184321", "185020"] * 2)
        assert found == {"A": "easting", "B": "northing"}

    def test_category_is_the_column_with_known_words(self):
        officers = ["PC Jones", "PC Jones", "PC Smith", "PC Smith"]
        assert guessed(Officer_in_case=officers, What_it_was=WORDS) == {"What_it_was": "category"}

    def test_names_are_never_guessed_by_their_cells(self):
        assert guessed(Zzz=["a1", "b2", "c3", "d4"], Yyy=["PC Jones", "PC Lee"] * 2) == {}

    def test_each_field_once(self):
        found = guessed(Date=DATES, When_it_was=DATES, Third=DATES)
        assert list(found.values()).count("date") == 1

    def test_columns_that_a_source_drops_stay_dropped(self):
        source = source_from_text('never = ["Officer"]', "offence", "t")
        looks = {"Officer": look_at(pd.Series(WORDS))}
        (guess,) = guess_columns(looks, source)
        assert (guess.field, guess.why) == (None, "dropped")


def kind(*cells):
    return look_at(pd.Series(cells, dtype="str")).kind


class TestLimits:
    """What a column is taken for, on both sides of each limit."""

    @pytest.mark.parametrize(
        ("dates", "of", "found"), [(4, 5, "date"), (80, 100, "date"), (79, 99, "text")]
    )
    def test_four_cells_in_five(self, dates, of, found):
        assert kind(*DATES[:1] * dates, *[f"seen by {n}" for n in range(of - dates)]) == found

    @pytest.mark.parametrize(("n", "found"), [(60, "words"), (61, "text")])
    def test_sixty_different_words(self, n, found):
        words = [f"Robbery {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(n)]
        assert kind(*words, *words) == found

    @pytest.mark.parametrize(
        ("number", "said"), [(9_999_999, "numbers from "), (10_000_000, "long numbers")]
    )
    def test_long_numbers(self, number, said):
        assert look_at(pd.Series(["1", str(number)])).words.startswith(said)

    @pytest.mark.parametrize(
        ("number", "found"),
        [
            ("9999", "number"),
            ("10000", "metres"),
            ("1300000", "metres"),
            ("1300001", "number"),
            ("34.999", "longitude"),
            ("35.001", "latitude"),
            ("71.999", "latitude"),
            ("72.001", "number"),
            ("-31.999", "longitude"),
            ("-32.001", "number"),
        ],
    )
    def test_where_numbers_lie(self, number, found):
        assert kind(number, number) == found

    @pytest.mark.parametrize(("east", "found"), [("44.999", "longitude"), ("45.001", "number")])
    def test_the_east_of_europe(self, east, found):
        """Where too few lie north of 35 to be latitudes."""
        assert kind(east, east, "1.5", "1.5", "80.5") == found

    @pytest.mark.parametrize(
        ("column", "is_similar"),
        [
            ("abcdefxx", True),  # 12 letters of 16 are the same
            ("abcdexxx", False),
            ("ghijklmnopqrsxxxxx", False),  # 26 of 35
            ("ghijklmnopqrstxxxx", True),
        ],
    )
    def test_a_similar_name_shares_three_letters_in_four(self, column, is_similar):
        source = source_from_text(
            '[columns]\nreference = ["abcdefgh", "ghijklmnopqrstuvw"]', "offence", "t"
        )
        looks = {column: look_at(pd.Series(["a1", "b2", "c3", "d4"]))}
        (guess,) = guess_columns(looks, source)
        assert (guess.field == "reference") == is_similar


class TestFile:
    def test_title_rows_and_part(self, tmp_path, write):
        path = write.xlsx(
            tmp_path / "a.xlsx",
            ("Dat of incidnt", "Grid East.", "Grid North.", "Offence Desc"),
            [(date, 544421, 184321, word) for date, word in zip(DATES, WORDS, strict=True)],
            before=[("Extract", "", "", ""), ("", "", "", "")],
        )
        sample = sample_file(path, "offence", "")
        assert proposed(sample).fields == {
            "Dat of incidnt": "date",
            "Grid East.": "easting",
            "Grid North.": "northing",
            "Offence Desc": "category",
        }

    def test_no_table(self, tmp_path):
        (tmp_path / "a.csv").write_bytes(b"")
        with pytest.raises(SourceError, match="is empty"):
            sample_file(tmp_path / "a.csv", "offence", "")

    def test_month_first_is_told_and_never_assumed(self, tmp_path, write):
        path = write.csv(tmp_path / "a.csv", ("When", "b"), [("12/25/2021 14:20", "x")] * 2)
        sample = sample_file(path, "offence", "")
        assert proposed(sample).date_formats == ()
        assert month_first(sample, {"When": "date"}) == ("%m/%d/%Y %H:%M",)
        path = write.csv(tmp_path / "b.csv", ("When", "b"), [("25/12/2021", "x")] * 2)
        assert month_first(sample_file(path, "offence", ""), {"When": "date"}) == ()


class TestToml:
    def test_is_read_as_it_was_meant(self):
        mapping = Mapping(
            {"Dat of incidnt": "date", 'A "quoted" \\ name': "category"},
            dropped=("Place",),
            date_formats=("%m/%d/%Y",),
            themes={"Snatch": "robbery"},
        )
        text = write_toml("", mapping, ["About"])
        source = source_from_text(text, "offence", "t")
        assert text.startswith("# About\n")
        assert source.columns["date"][0] == "datofincidnt"
        assert source.columns["category"][0] == "aquotedname"
        assert source.date_formats == ("%m/%d/%Y",)
        assert source.sort("Snatch") == ("robbery", "")
        assert "place" in source.never

    def test_what_the_file_already_says_is_kept(self):
        mine = '# ours\nlook_back_months = 3\n\n[columns]\ndate = ["Day"] # theirs\n'
        text = write_toml(mine, Mapping({"When it was": "date", "Kind": "category"}))
        assert "# ours" in text
        assert "# theirs" in text
        assert tomllib.loads(text) == {
            "look_back_months": 3,
            "columns": {"date": ["When it was", "Day"], "category": ["Kind"]},
        }

    def test_twice_is_once(self):
        mapping = Mapping({"Day": "date"}, themes={"Snatch": "robbery"})
        once = write_toml("", mapping)
        assert tomllib.loads(write_toml(once, mapping)) == tomllib.loads(once)

    def test_broken_file(self):
        with pytest.raises(SettingsError, match="not valid TOML"):
            write_toml("[columns", Mapping({}))
