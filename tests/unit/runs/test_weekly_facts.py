"""What a run says about itself: cautions, counts, licences; only what is true."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from csp_geo.core.caution import Caution
from csp_geo.core.period import Period
from csp_geo.core.settings import ClusterParams, Settings
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.judge import judge_clusters
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.find import find_clusters
from csp_geo.incidents.clean import clean
from csp_geo.incidents.select import select
from csp_geo.inputs.areas.study_area import read_study_area, read_vintages
from csp_geo.inputs.read import read_reports
from csp_geo.runs import weekly_facts as facts
from csp_geo.runs.weekly import WeeklyOptions
from csp_geo.runs.weekly_facts import cautions_of, withheld

JANUARY = Period(date(2023, 1, 4), date(2023, 1, 31))


@pytest.fixture(scope="module")
def run(shared_town, town_area):
    """Everything of a weekly run on the toy town, in hand."""
    reports = read_reports(shared_town.reports)
    result = clean(reports, town_area, today=date(2023, 2, 1), key=b"k")
    chosen = select(result.incidents, JANUARY, reports.sources)
    options = WeeklyOptions(
        reports=shared_town.reports,
        boundaries=shared_town.boundaries,
        as_of=date(2023, 2, 1),
        out=shared_town.folder,
        seed=7,
    )
    clusters = find_clusters(chosen.used, town_area, as_of=date(2023, 2, 1))
    known = KnownPlaces(result.incidents, town_area)
    tested = judge_clusters(
        clusters, chosen.used, town_area, ClusterParams(), known, Simulation(19)
    )
    return facts.WeeklyRun(
        options=options,
        settings=Settings(),
        period=JANUARY,
        area=town_area,
        reports=reports,
        result=result,
        chosen=chosen,
        tested=tested,
        ground=None,
        cautions=(Caution("few-reports", "One."),),
    )


def cautions(run, *, area=None, result=None, chosen=None, narrowed="", others=()):
    return cautions_of(
        area or run.area, run.reports, result or run.result, chosen or run.chosen, narrowed, others
    )


class TestCautions:
    def test_of_a_sound_run(self, run):
        """Only that one report lies just outside."""
        (said,) = cautions(run)
        assert "ust outside the boundary" in said
        assert "1 report" in said

    def test_files_that_were_not_used(self, run):
        files = [replace(run.reports.files[0], error="It is empty."), *run.reports.files[1:]]
        said = cautions(replace(run, reports=replace(run.reports, files=tuple(files))))
        path = files[0].path
        assert [text for text in said if "not used" in text] == [
            f"{path} was not used. It is empty."
        ]

    def test_few_reports(self, run):
        few = replace(run.chosen, used=run.chosen.used.iloc[:29])
        assert any(
            "Only 29 reports" in said or "Only 26" in said for said in cautions(run, chosen=few)
        )

    @pytest.mark.parametrize(("n", "is_few"), [(29, True), (30, False)])
    def test_below_thirty_reports_are_few(self, run, n, is_few):
        """Audit findings are not reports: one more row changes nothing."""
        used = run.chosen.used
        reports, audits = (
            used[used["family"] != "observation"],
            used[used["family"] == "observation"],
        )
        few = pd.concat([reports.iloc[:n], audits.iloc[:1]])
        said = cautions(run, chosen=replace(run.chosen, used=few))
        assert any(text.startswith(f"Only {n} reports") for text in said) == is_few

    @pytest.mark.parametrize(
        ("day", "fits"),
        [("2022-05-04", False), ("2022-05-05", True), ("2023-01-10", True)],
    )
    def test_wards_hold_from_their_first_day(self, run, day, fits):
        used = run.chosen.used.assign(occurred_at=pd.Timestamp(day, tz="Europe/London"))
        said = cautions(run, chosen=replace(run.chosen, used=used))
        assert any("do not fit the dates" in text for text in said) != fits

    @pytest.mark.parametrize(("day", "fits"), [("2022-05-04", True), ("2022-05-05", False)])
    def test_wards_hold_to_their_last_day(self, run, day, fits):
        old = replace(run.area, vintage=read_vintages()[0])
        used = run.chosen.used.assign(occurred_at=pd.Timestamp(f"{day} 23:30", tz="Europe/London"))
        said = cautions(run, area=old, chosen=replace(run.chosen, used=used))
        assert any("do not fit the dates" in text for text in said) != fits

    @pytest.mark.parametrize("n", [0, 1])
    def test_what_is_counted_is_said_from_one_on(self, run, n):
        """Rows that could not be used, and clusters that are not shown."""
        result = replace(run.result, counts={**run.result.counts, "quarantined": n})
        said = cautions(run, result=result)
        assert any("could not be used" in text for text in said) == bool(n)
        assert len(withheld(n)) == n

    def test_wards_of_another_time(self, run):
        """Reports of 2023 on the wards of 2002: all 40 are outside their time."""
        old = replace(run.area, vintage=read_vintages()[0])
        (said,) = [text for text in cautions(run, area=old) if "do not fit the dates" in text]
        assert "4 May 2022" in said
        assert "40" in said

    def test_unknown_wards(self, run):
        unknown = replace(run.area, vintage=None, file_name="w.geojson")
        assert any("w.geojson are not a set" in text for text in cautions(run, area=unknown))

    def test_schematic_wards_under_real_reports(self, run):
        schematic = replace(run.area, schematic=True)
        assert any("schematic drawing" in text for text in cautions(run, area=schematic))

    def test_what_the_area_and_the_reader_said_is_passed_on(self, run):
        area = replace(
            run.area, cautions=(Caution("wards-repaired", "The shape of Abbey was repaired."),)
        )
        found = cautions(
            run,
            area=area,
            narrowed="theme robbery",
            others=(Caution("many-rows-unused", "Limit."),) * 2,
        )
        assert "The shape of Abbey was repaired." in found
        assert "This map shows only part of the reports: theme robbery." in found
        assert found.count("Limit.") == 1

    def test_rows_that_could_not_be_used(self, run):
        result = replace(run.result, counts={**run.result.counts, "quarantined": 1200})
        assert any("1,200 rows could not be used" in text for text in cautions(run, result=result))


class TestFacts:
    def test_body_of_run_json(self, run):
        made = facts.body(run)
        assert (made["seed"], made["hotspots"]) == (7, 3)
        assert made["counts"]["in_period"] == 40
        assert made["synthetic"] is False

    def test_the_wards_are_named_with_the_hash_of_their_file(self, run, shared_town):
        made = facts.body(replace(run, area=read_study_area(shared_town.boundaries)))
        assert made["study_area"]["file"] == shared_town.boundaries.name
        data = shared_town.boundaries.read_bytes()
        assert made["study_area"]["sha256"] == hashlib.sha256(data).hexdigest()

    def test_facts_of_each_source(self, run):
        """Dates, look-back and role as the page says them."""
        lines = {line.source: line for line in facts.page_facts(run).sources}
        assert set(lines) == {"asb", "eva", "offence", "survey"}
        assert (lines["offence"].read, lines["offence"].in_period) == (22, 22)
        assert (lines["offence"].date_from, lines["offence"].date_to) == (
            "2023-01-04",
            "2023-01-25",
        )
        assert lines["survey"].look_back == "24 months"
        assert lines["eva"].role == "attached as evidence"
        assert lines["offence"].role == "in the hotspots"

    def test_ward_counts_are_by_geometry(self, run):
        """10 + 2 offences and 6 pins in Abbey; 3 + 3 and 2 alone in Beam; the border in none."""
        assert facts.page_facts(run).ward_counts == (
            ("E05014053", "Abbey", 12, 6),
            ("E05014054", "Alibon", 2, 6),
            ("E05014055", "Barking Riverside", 2, 0),
            ("E05014056", "Beam", 8, 0),
        )

    def test_licences_of_what_was_used(self, run):
        (line,) = facts.licences(run)
        assert "Crown copyright and database right 2022" in line

    def test_method_says_the_parameters(self, run):
        text = " ".join(facts.page_facts(run).method)
        assert "100 metres" in text
        assert "OSTN15" in text
        assert "lower code" in text

    def test_months_are_said_as_months(self, run):
        used = run.chosen.used.assign(time_precision=pd.Categorical(["month"] * 40), feed="offence")
        result = replace(run.result, incidents=used)
        made = replace(run, result=result, chosen=replace(run.chosen, used=used))
        (line,) = [fact for fact in facts.page_facts(made).sources if fact.source == "offence"]
        assert (line.date_from, line.date_to) == ("2022-06", "2023-01")
