"""Which incidents a run uses: period, look-back, months, feeds that overlap, narrowing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from csp_geo.core.errors import NoReportsError, OverlapError, SettingsError
from csp_geo.core.period import Period
from csp_geo.incidents.select import narrow, select
from csp_geo.inputs.source import packaged_sources

SOURCES = packaged_sources()
JANUARY = Period(date(2023, 1, 1), date(2023, 1, 31))
FOUR_WEEKS = Period(date(2023, 1, 4), date(2023, 1, 31))
SPOT = (544421, 184321)


def london(text):
    return pd.Timestamp(text, tz="Europe/London")


@pytest.fixture
def dated(make_incidents):
    """Incidents of one source on these days."""

    def make(*days, source="offence", **columns):
        at = [london(day) for day in days]
        columns = {
            "occurred_at": at,
            "occurred_to": [moment + pd.Timedelta(days=1) for moment in at],
        } | columns
        return make_incidents([SPOT] * len(days), source=source, **columns)

    return make


@pytest.fixture
def monthly(make_incidents):
    """police.uk incidents of these months."""

    def make(*months):
        at = [london(f"{month}-01") for month in months]
        return make_incidents(
            [SPOT] * len(months),
            feed="police_uk",
            source_file="offence/street.csv",
            location_method="snapped",
            occurred_at=at,
            occurred_to=[moment + pd.offsets.MonthBegin(1) for moment in at],
            time_precision="month",
        )

    return make


def together(*tables):
    joined = pd.concat(tables)
    joined.index = pd.Index([f"id{i}" for i in range(len(joined))], name="incident_id")
    for column in ("source", "family", "theme"):
        joined[column] = joined[column].astype("category")
    return joined


class TestInputs:
    def test_nothing_in_the_period_says_what_there_is(self, dated):
        with pytest.raises(NoReportsError) as caught:
            select(dated("2022-11-03", "2022-11-09"), FOUR_WEEKS, SOURCES)
        said = str(caught.value)
        assert "No report lies in 4 to 31 January 2023" in said
        assert "3 to 9 November 2022" in said
        assert "csp-geo weekly --as-of 2022-11-10" in said

    def test_month_only_source_asked_for_days(self, monthly):
        with pytest.raises(NoReportsError) as caught:
            select(monthly("2023-01", "2023-01"), FOUR_WEEKS, SOURCES)
        assert "--period 2023-01 --as-of 2023-02-01" in str(caught.value)

    def test_month_only_source_of_another_month(self, monthly):
        with pytest.raises(NoReportsError, match="--period 2022-10 --as-of 2022-11-01"):
            select(monthly("2022-10"), JANUARY, SOURCES)

    def test_findings_alone_are_no_hotspots(self, dated):
        with pytest.raises(NoReportsError, match="evidence"):
            select(dated("2023-01-10", source="eva"), FOUR_WEEKS, SOURCES)

    def test_narrowed_to_nothing_says_to_what(self, dated):
        with pytest.raises(NoReportsError, match="with theme hate"):
            select(dated("2023-01-10").iloc[:0], FOUR_WEEKS, SOURCES, narrowed="theme hate")

    def test_two_feeds_of_one_month(self, dated, monthly):
        both = together(monthly("2023-01"), dated("2023-01-10"))
        with pytest.raises(NoReportsError) as caught:
            select(both, JANUARY, SOURCES)
        said = str(caught.value)
        assert "offence/street.csv (read as police_uk)" in said
        assert "offence/a.csv (read as offence)" in said
        assert "2023-01" in said
        assert "[feeds] offence" in said

    def test_feed_that_is_no_format(self, dated, monthly):
        both = together(monthly("2023-01"), dated("2023-01-10"))
        with pytest.raises(SettingsError, match="'police' is not one that overlaps"):
            select(both, JANUARY, SOURCES, feeds={"offence": "police"})

    @pytest.mark.parametrize(("themes", "sources"), [(["goblins"], []), ([], ["gossip"])])
    def test_narrowed_to_what_does_not_exist(self, dated, themes, sources):
        with pytest.raises(SettingsError, match="Choose from"):
            narrow(dated("2023-01-10"), themes, sources)


class TestPeriod:
    def test_both_ends_belong_to_it(self, dated):
        table = dated("2023-01-03 23:59", "2023-01-04", "2023-01-31 23:59", "2023-02-01")
        assert list(select(table, FOUR_WEEKS, SOURCES).used.index) == ["id0001", "id0002"]

    def test_days_are_london_days(self, dated):
        """In July the day begins at 23:00 UTC of the day before."""
        table = dated("2022-07-04", "2022-07-05").assign(
            occurred_at=[
                pd.Timestamp("2022-07-03 22:59", tz="UTC").tz_convert("Europe/London"),
                pd.Timestamp("2022-07-03 23:00", tz="UTC").tz_convert("Europe/London"),
            ]
        )
        period = Period(date(2022, 7, 4), date(2022, 7, 31))
        assert list(select(table, period, SOURCES).used.index) == ["id0001"]

    def test_looking_back(self, dated):
        """24 months for surveys and audits, 12 for StreetSafe, none for offences."""
        table = together(
            dated("2021-02-01", "2021-01-31", source="survey"),
            dated("2022-02-01", "2022-01-31", source="streetsafe"),
            dated("2021-02-01", "2021-01-31", source="eva"),
            dated("2023-01-04", "2023-01-03"),
        )
        used = select(table, FOUR_WEEKS, SOURCES).used
        assert list(used.index) == ["id0", "id2", "id4", "id6"]

    def test_the_input_is_not_changed(self, dated, input_unchanged):
        table = input_unchanged(dated("2023-01-10", "2022-11-03"))
        select(table, FOUR_WEEKS, SOURCES)

    def test_weights_are_worked_out_anew(self, make_incidents):
        """A pin outside the period does not make the one within lighter."""
        table = make_incidents(
            [SPOT] * 2,
            source="survey",
            person_key="a",
            weight=0.5,
            occurred_at=[london("2023-01-10"), london("2015-01-10")],
        )
        assert select(table, FOUR_WEEKS, SOURCES).used["weight"].tolist() == [1.0]


class TestMonths:
    def test_whole_months_take_part(self, monthly):
        chosen = select(monthly("2022-12", "2023-01"), JANUARY, SOURCES)
        assert list(chosen.used.index) == ["id0001"]
        assert chosen.context.empty
        assert chosen.cautions == ()

    def test_beside_days_a_month_is_context(self, dated, monthly):
        """Drawn and said, in no hotspot; only the last month on file, not every one."""
        table = together(dated("2023-01-10"), monthly("2022-11", "2023-01", "2023-01"))
        chosen = select(table, FOUR_WEEKS, SOURCES)
        assert list(chosen.used.index) == ["id0"]
        assert list(chosen.context.index) == ["id2", "id3"]
        (said,) = chosen.cautions
        assert "only the month is known" in said
        assert "--period 2023-01" in said

    def test_a_source_with_nothing_in_the_period_is_said(self, dated):
        table = together(dated("2023-01-10"), dated("2022-03-04", source="asb"))
        (said,) = select(table, FOUR_WEEKS, SOURCES).cautions
        assert "none in this period (on file: 4 March 2022)" in said

    def test_months_of_a_survey_take_part_in_days(self, make_incidents):
        """A source that looks back may know only the month: April 2021 is within 24 months."""
        table = make_incidents(
            [SPOT],
            source="survey",
            time_precision="month",
            occurred_at=london("2021-04-01"),
            occurred_to=london("2021-05-01"),
        )
        assert len(select(table, FOUR_WEEKS, SOURCES).used) == 1


class TestFeeds:
    @pytest.mark.parametrize(
        ("counts", "used"), [("police_uk", ["id0"]), ("offence", ["id1", "id2"])]
    )
    def test_only_the_chosen_one_counts(self, dated, monthly, counts, used):
        table = together(monthly("2023-01"), dated("2023-01-10", "2023-01-11"))
        chosen = select(table, JANUARY, SOURCES, feeds={"offence": counts})
        assert list(chosen.used.index) == used
        assert any("were not counted" in said for said in chosen.cautions)

    def test_months_that_only_one_covers_count_all_the_same(self, dated, monthly):
        """The extract holds December too, which police.uk does not cover here."""
        period = Period(date(2022, 12, 1), date(2023, 1, 31))
        table = together(monthly("2023-01"), dated("2022-12-10", "2023-01-11"))
        chosen = select(table, period, SOURCES, feeds={"offence": "police_uk"})
        assert list(chosen.used.index) == ["id0", "id1"]

    def test_months_apart_do_not_overlap(self, dated, monthly):
        period = Period(date(2022, 12, 1), date(2023, 1, 31))
        table = together(monthly("2022-12"), dated("2023-01-11"))
        assert len(select(table, period, SOURCES).used) == 2


class TestSeries:
    """A long series of few themes beside a short list of all of them is history."""

    @staticmethod
    def series(dated, months, theme="burglary"):
        days = [f"{2023 - i // 12}-{12 - i % 12:02}-10" for i in range(11, 11 + months)]
        return dated(*days, theme=theme)

    @staticmethod
    def month(monthly, themes=("burglary", "robbery"), months=1):
        table = pd.concat([monthly(f"{2023 - i}-01") for i in range(months) for _ in themes])
        return table.assign(theme=list(themes) * months)

    @pytest.mark.parametrize(("months", "stops"), [(11, True), (12, False)])
    def test_from_twelve_months(self, dated, monthly, months, stops):
        table = together(self.series(dated, months), self.month(monthly))
        if stops:
            with pytest.raises(OverlapError, match="--feed offence="):
                select(table, JANUARY, SOURCES)
            return
        chosen = select(table, JANUARY, SOURCES)
        assert set(chosen.used["feed"]) == {"police_uk"}
        assert any("a long series of few themes" in said for said in chosen.cautions)

    @pytest.mark.parametrize(("months", "stops"), [(3, False), (4, True)])
    def test_beside_three_months_at_most(self, dated, monthly, months, stops):
        table = together(self.series(dated, 48), self.month(monthly, months=months))
        if stops:
            with pytest.raises(OverlapError):
                select(table, JANUARY, SOURCES)
        else:
            assert set(select(table, JANUARY, SOURCES).used["feed"]) == {"police_uk"}

    @pytest.mark.parametrize("themes", [("burglary", "burglary"), ("robbery", "theft")])
    def test_of_themes_that_the_other_has_as_well_and_more(self, dated, monthly, themes):
        table = together(self.series(dated, 24), self.month(monthly, themes=themes))
        with pytest.raises(OverlapError):
            select(table, JANUARY, SOURCES)

    def test_what_the_settings_say_goes_before(self, dated, monthly):
        table = together(self.series(dated, 24), self.month(monthly))
        chosen = select(table, JANUARY, SOURCES, feeds={"offence": "offence"})
        assert set(chosen.used["feed"]) == {"offence"}


class TestNarrow:
    def test_themes_and_sources(self, make_incidents):
        table = make_incidents(
            [SPOT] * 3,
            source=["offence", "offence", "asb"],
            theme=["robbery", "theft", "anti-social behaviour"],
        )
        kept, said = narrow(table, ["Robbery", "THEFT"], [])
        assert (list(kept.index), said) == (["id0000", "id0001"], "theme robbery, theft")
        kept, said = narrow(table, ["anti social behaviour"], ["ASB"])
        assert (list(kept.index), said) == (
            ["id0002"],
            "theme anti-social behaviour and source asb",
        )
        kept, said = narrow(table, [], [])
        assert (len(kept), said) == (3, "")

    def test_sources_look_back_by_their_own_toml(self, dated):
        sources = {**SOURCES, "offence": replace(SOURCES["offence"], look_back_months=3)}
        table = dated("2022-11-01", "2022-10-31")
        assert list(select(table, FOUR_WEEKS, sources).used.index) == ["id0000"]
