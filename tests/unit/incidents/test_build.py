"""Numbers that lead nowhere, people as codes, weights, and what quarantine may show."""

from __future__ import annotations

from datetime import date

import pytest

from csp_geo.incidents.build import person_weights
from csp_geo.incidents.clean import clean
from csp_geo.inputs.read import read_reports

HEADER = ("reference", "date", "time", "easting", "northing", "category")
SURVEY_HEADER = ("contribution id", "date", "screen name", "easting", "northing", "category")
KEY = b"key of the test"


def row(reference="A1", day="13/01/2023", clock="14:20", x=544421, y=184321, what="Robbery"):
    return (reference, day, clock, x, y, what)


@pytest.fixture
def cleaned(tmp_path, write, town_area):
    def run(rows, name="offence/a.csv", header=HEADER, key=KEY):
        write.csv(tmp_path / name, header, rows)
        return clean(read_reports(tmp_path), town_area, today=date(2023, 2, 1), key=key)

    return run


class TestInputs:
    @pytest.mark.parametrize(
        ("day", "shown"),
        [
            ("31/02/2023", "31/02/2023"),
            ("31st Feb 2023", "31st Feb 2023"),
            ("Jane Doe", "(not shown)"),
            ("J Doe 1980", "(not shown)"),
            ("Called Jane on Monday", "(not shown)"),
        ],
    )
    def test_quarantine_shows_dates_and_never_people(self, cleaned, day, shown):
        (line,) = cleaned([row(day=day), row("A2")]).quarantine.itertuples()
        assert (line.column, line.value) == ("date", shown)

    def test_quarantine_shows_coordinates(self, cleaned):
        result = cleaned([row(x="544 421"), row("A2", x=549421), row("A3")])
        assert result.quarantine["value"].tolist() == ["544 421; 184321", "549421; 184321"]
        assert result.quarantine["column"].tolist() == ["easting;northing"] * 2

    def test_quarantine_names_the_columns_of_the_file(self, cleaned):
        header = ("Crime Ref", "Committed From", "LAT", "Lng", "Offence")
        rows = [("A1", "never", 51.5, "", "Theft"), ("A2", "13/01/2023", 51.539, 0.081, "Theft")]
        (line,) = cleaned(rows, header=header).quarantine.itertuples()
        assert set(line.column.split(";")) == {"LAT", "Lng", "Committed From"}
        assert line.reasons == "missing-coordinates;unreadable-date"
        assert "A1" not in f"{line.value} {line.hint}"

    def test_long_cells_are_cut(self, cleaned):
        (line,) = cleaned([row(day="1" * 500), row("A2")]).quarantine.itertuples()
        assert len(line.value) <= 30

    @pytest.mark.parametrize("who", ["", "Anonymous", "anon", "N/A", "guest", " Unknown "])
    def test_an_anonymous_reporter_has_no_person_key(self, cleaned, who):
        rows = [("P1", "13/01/2023", who, 544421, 184321, "Poor lighting")]
        result = cleaned(rows, "survey/a.csv", SURVEY_HEADER)
        assert result.incidents["person_key"].isna().all()


class TestIncidentId:
    def test_stable_and_keyed(self, cleaned):
        """The same key gives the same number, another key another, and none shows the reference."""
        first = cleaned([row("SECRET-1")]).incidents.index
        assert cleaned([row("SECRET-1")]).incidents.index.tolist() == first.tolist()
        assert cleaned([row("SECRET-1")], key=b"other").incidents.index[0] != first[0]
        assert "SECRET" not in first[0]
        assert len(first[0]) >= 16

    def test_without_a_key_numbers_are_of_this_session(self, tmp_path, write, town_area):
        write.csv(tmp_path / "offence" / "a.csv", HEADER, [row()])
        reports = read_reports(tmp_path)
        one, two = (clean(reports, town_area).incidents.index for _ in range(2))
        assert one.tolist() == two.tolist()

    def test_order_of_rows_and_columns_does_not_matter(self, cleaned, tmp_path):
        rows = [row(f"A{i}", x=544421 + i) for i in range(5)]
        ids = set(cleaned(rows).incidents.index)
        assert set(cleaned(rows[::-1]).incidents.index) == ids
        turned = [values[::-1] for values in rows]
        assert set(cleaned(turned, header=HEADER[::-1]).incidents.index) == ids
        (tmp_path / "offence" / "a.csv").unlink()
        assert set(cleaned(rows, "offence/other name.csv").incidents.index) == ids

    def test_reference_time_and_place_change_it(self, cleaned):
        base = cleaned([row()]).incidents.index[0]
        for other in (row("A2"), row(clock="14:21"), row(x=544422)):
            assert cleaned([other]).incidents.index[0] != base

    def test_another_category_of_the_same_event_does_not(self, cleaned):
        """Next month's file says the same event again, sorted anew."""
        base, again = (cleaned([row(what=what)]).incidents.index[0] for what in ("Fire", "Theft"))
        assert again == base

    def test_any_cell_changes_it_where_there_is_no_reference(self, cleaned):
        base = cleaned([row("")]).incidents.index[0]
        for other in (row("", clock="14:21"), row("", x=544422), row("", what="Theft")):
            assert cleaned([other]).incidents.index[0] != base

    def test_equal_rows_that_are_kept_are_numbered(self, cleaned):
        ids = cleaned([row("")] * 3).incidents.index.tolist()
        assert ids[1:] == [f"{ids[0]}-2", f"{ids[0]}-3"]


class TestPeople:
    def test_codes_and_not_names(self, cleaned):
        rows = [
            (f"P{i}", "13/01/2023", who, 544421, 184321, "Poor lighting")
            for i, who in enumerate(["birch_94", "BIRCH_94 ", "cedar", ""])
        ]
        incidents = cleaned(rows, "survey/a.csv", SURVEY_HEADER).incidents
        first, again, other, nobody = incidents["person_key"].tolist()
        assert first == again != other
        assert nobody != nobody or nobody is None  # noqa: PLR0124 - NaN is not itself
        assert not any(name in incidents.to_string().casefold() for name in ("birch", "cedar"))

    def test_one_name_in_two_sources_is_two_people(self, cleaned):
        """A code says something within its source only."""
        pins = [("P1", "13/01/2023", "birch", 544421, 184321, "Poor lighting")]
        cleaned(pins, "survey/a.csv", SURVEY_HEADER)
        header = ("reference", "date", "person", *HEADER[3:])
        incidents = cleaned(pins, "streetsafe/a.csv", header).incidents
        keys = incidents["person_key"].dropna()
        assert len(set(keys)) == len(keys)


class TestWeights:
    def test_one_over_the_pins_within_100_metres(self, make_incidents):
        """Pins of one person at 0, 100, 200 and 700 m along a line, one of another at 50 m.

        100 m is within: the ends see two of their own, the middle three, the far one itself.
        """
        xy = [(544100 + d, 184200) for d in (0, 100, 200, 700, 50)]
        table = make_incidents(xy, source="survey", person_key=["a", "a", "a", "a", "b"])
        assert person_weights(table).tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 2, 1, 1])

    @pytest.mark.parametrize(("apart", "weight"), [(99.9, 1 / 2), (100, 1 / 2), (100.1, 1)])
    def test_the_limit_is_100_metres_and_included(self, make_incidents, apart, weight):
        xy = [(544100, 184200), (544100 + apart, 184200)]
        table = make_incidents(xy, source="survey", person_key="a")
        assert person_weights(table).tolist() == [weight] * 2

    def test_all_weights_of_one_spot_sum_to_one_person(self, make_incidents):
        table = make_incidents([(544421, 184321)] * 7, source="survey", person_key="a")
        assert person_weights(table).sum() == pytest.approx(1)

    def test_people_who_are_not_known_weigh_one_each(self, make_incidents):
        table = make_incidents([(544421, 184321)] * 3, source="survey")
        assert person_weights(table).tolist() == [1, 1, 1]

    def test_recorded_sources_weigh_one(self, make_incidents):
        table = make_incidents([(544421, 184321)] * 3, source="offence", person_key="a")
        assert person_weights(table).tolist() == [1, 1, 1]

    def test_no_rows(self, make_incidents):
        assert person_weights(make_incidents([])).tolist() == []
