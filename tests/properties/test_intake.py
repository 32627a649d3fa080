"""Whatever a file holds, every row is accounted for, whatever the order of the rows."""

from __future__ import annotations

import csv
import random
import tempfile
from datetime import date
from pathlib import Path

import geopandas as gpd
from hypothesis import given, settings
from hypothesis import strategies as st

import csp_geo as cg
from csp_geo.core.errors import NoReportsError
from csp_geo.inputs.areas.study_area import StudyArea
from csp_geo.inputs.read import Reports

HEADER = ("reference", "date", "time", "easting", "northing", "category", "location", "person")
KEY = b"a key for tests"
TODAY = date(2021, 11, 29)

# Good cells are as likely as bad ones; pools are small so that rows often repeat.
references = st.sampled_from(["", "A1", "A2", "A3"])
dates = st.sampled_from(
    ["03/11/2021", "2021-11-04", "31/02/2021", "", "soon", "2091-01-01", "2021-11", "12/25/2021"]
)
times = st.sampled_from(["", "14:20", "00:00", "noon", "25:00"])
eastings = st.one_of(
    st.sampled_from(["", "0", "544500.5", "184500.5", "nan", "1e400", "none", "0.08", "545000"]),
    st.floats(543000, 547000).map(lambda value: f"{value:.1f}"),
)
northings = st.one_of(
    st.sampled_from(["", "0", "184500.5", "544500.5", "51.54", "inf", "184000"]),
    st.floats(183000, 186000).map(lambda value: f"{value:.1f}"),
)
words = st.one_of(st.sampled_from(["robbery", "Theft", "", "=1+1"]), st.text(max_size=12))
rows = st.tuples(references, dates, times, eastings, northings, words, words, words)
tables = st.lists(rows, min_size=1, max_size=25) | st.lists(rows, min_size=15, max_size=40)
# A table costs the same whatever its length, so fewer of them and longer ones try as many rows.
fewer = settings(max_examples=settings.default.max_examples // 2)


def _read(*files: list[tuple[str, ...]], source: str = "offence") -> Reports | None:
    """Write files of rows, read them again; `None` when no row is left (all cells blank)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / source
        folder.mkdir()
        for number, table in enumerate(files):
            with (folder / f"{number}.csv").open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([HEADER, *table])
        try:
            return cg.read_reports(name)
        except NoReportsError:
            return None


def _printable(table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Drop what no CSV can carry: lone surrogates and NUL."""
    clean = [
        tuple(cell.encode("utf-8", "ignore").decode().replace("\x00", "") for cell in row)
        for row in table
    ]
    return [row for row in clean if any(cell.strip() for cell in row)] or [("A1", *[""] * 7)]


def _accepted(reports: Reports, area: StudyArea) -> set[tuple[str, str, str]]:
    return _incidents(cg.clean(reports, area, today=TODAY, key=KEY).incidents)


def _incidents(incidents: gpd.GeoDataFrame) -> set[tuple[str, str, str]]:
    return set(
        zip(incidents.index, incidents["flags"], incidents["theme"].astype(str), strict=True)
    )


@fewer
@given(first=tables, second=tables)
def test_rows_read_are_accepted_merged_or_quarantined(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]], square: StudyArea
) -> None:
    first, second = _printable(first), _printable(second)
    reports = _read(first, second)
    assert reports is not None
    result = cg.clean(reports, square, today=TODAY, key=KEY)
    counts = result.counts
    assert counts["read"] == len(reports)
    assert counts["read"] == counts["accepted"] + counts["merged"] + counts["quarantined"]
    assert counts["accepted"] == len(result.incidents)
    assert counts["quarantined"] == len(result.quarantine)
    for number, file in enumerate(reports.files):
        fates = result.rows.loc[result.rows["file"] == number, "fate"]
        assert len(fates) == file.rows
        assert set(fates) <= {"accepted", "merged", "quarantined"}
    assert (result.quarantine["reasons"] != "").all()


@fewer
@given(table=tables, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(
    table: list[tuple[str, ...]], seed: int, square: StudyArea
) -> None:
    table = _printable(table)
    shuffled = random.Random(seed).sample(table, len(table))
    before, after = _read(table), _read(shuffled)
    assert before is not None
    assert after is not None
    assert _accepted(before, square) == _accepted(after, square)


@fewer
@given(table=tables)
def test_the_same_file_again_changes_nothing(
    table: list[tuple[str, ...]], square: StudyArea
) -> None:
    table = _printable(table)
    once, twice = _read(table), _read(table, table)
    assert once is not None
    assert twice is not None
    result = cg.clean(twice, square, today=TODAY, key=KEY)
    assert _accepted(once, square) == _incidents(result.incidents)
    assert result.counts["merged"] >= len(once)


@fewer
@given(table=tables)
def test_cleaning_what_was_accepted_accepts_it_all(
    table: list[tuple[str, ...]], square: StudyArea
) -> None:
    table = _printable(table)
    reports = _read(table)
    assert reports is not None
    result = cg.clean(reports, square, today=TODAY, key=KEY)
    if not len(result.incidents) or result.rows["flags"].str.contains("swapped-columns").any():
        return  # a whole column decided that, and what was accepted of it may be too few to
    kept = [table[row - 2] for row in result.incidents["source_row"]]
    again = _read(kept)
    assert again is not None
    second = cg.clean(again, square, today=TODAY, key=KEY)
    assert second.counts == {
        "read": len(kept), "accepted": len(kept), "merged": 0, "quarantined": 0
    }  # fmt: skip
    assert set(second.incidents.index) == set(result.incidents.index)


events = st.tuples(
    st.sampled_from(["", "none given", "A1", "A2"]),
    st.just("03/11/2021"),
    st.sampled_from(["14:20", "14:21"]),
    st.sampled_from(["545000", "545000.3", "545002"]),
    st.just("184500"),
    st.sampled_from(["Robbery", "Theft", "Rape", "Litter", "Zorbing"]),
    st.just("East Street"),
    st.sampled_from(["victim", "suspect"]),
)


@fewer
@given(table=st.lists(events, min_size=1, max_size=20), seed=st.integers(0, 99))
def test_rows_of_one_event_are_one_incident_in_any_order(
    table: list[tuple[str, ...]], seed: int, square: StudyArea
) -> None:
    """As many incidents as references with a number have times and places, and all other rows."""
    shuffled = random.Random(seed).sample(table, len(table))
    results = [
        cg.clean(reports, square, today=TODAY, key=KEY)
        for reports in (_read(table), _read(shuffled))
        if reports is not None
    ]
    named = [row for row in table if row[0].startswith("A")]
    told = {(row[0], row[2], round(float(row[3]))) for row in named}
    without = [row for row in table if not row[0]]
    repeated = {row for row in table if row[0] == "none given"}
    columns = ["theme", "category", "sensitive", "n_rows", "flags"]
    before, after = (result.incidents[columns].astype(str).sort_index() for result in results)
    assert before.equals(after)
    assert len(before) == len(told) + len(without) + len(repeated)
    assert results[0].incidents["n_rows"].sum() == len(named) + len(without) + len(repeated)


@fewer
@given(table=tables)
def test_nothing_that_comes_in_is_changed(table: list[tuple[str, ...]], square: StudyArea) -> None:
    reports = _read(_printable(table))
    assert reports is not None
    before = reports.table.copy(deep=True)
    wards = square.wards.copy(deep=True)
    cg.clean(reports, square, today=TODAY, key=KEY)
    assert reports.table.equals(before)
    assert square.wards.equals(wards)


@fewer
@given(table=tables)
def test_a_copy_in_a_wrong_place_loses_nothing(
    table: list[tuple[str, ...]], square: StudyArea
) -> None:
    """A file that gives no rows, such as a copy in no source's folder, merges with none."""
    table = _printable(table)
    with tempfile.TemporaryDirectory() as name:
        for folder in ("2025", "offence"):
            (Path(name) / folder).mkdir()
            with (Path(name) / folder / "a.csv").open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([HEADER, *table])
        reports = cg.read_reports(name)
    once = _read(table)
    assert once is not None
    assert _accepted(reports, square) == _accepted(once, square)
    assert any(file.error for file in reports.files)


# --- tables as people lay them out ---------------------------------------------------------------

titles = st.lists(st.sampled_from(["", "Offences", "Printed 01/02/2023", ",,"]), max_size=3)
ends = st.lists(st.sampled_from(["", "Total", "Notes: none", "Source: system"]), max_size=3)


@fewer
@given(
    table=tables,
    above=titles,
    below=ends,
    order=st.permutations(range(len(HEADER))),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_no_row_is_lost_however_the_table_is_laid_out(
    *,
    table: list[tuple[str, ...]],
    above: list[str],
    below: list[str],
    order: list[int],
    separator: str,
    encoding: str,
    square: StudyArea,
) -> None:
    """Titles, totals, shuffled columns, separators and encodings change no count and no fate."""
    table = [
        tuple(cell.encode(encoding, "ignore").decode(encoding) for cell in row)
        for row in _printable(table)
    ]
    table = [("A9", "03/11/2021", "", "544500.5", "184500.5", "theft", "", ""), *table]
    table = [row for row in table if any(cell.strip() for cell in row)]
    plain_read = _read(table)
    assert plain_read is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "offence"
        folder.mkdir()
        with (folder / "a.csv").open("w", encoding=encoding, newline="") as stream:
            writer = csv.writer(stream, delimiter=separator)
            writer.writerows([title] for title in above)
            writer.writerows([row[n] for n in order] for row in [HEADER, *table])
            writer.writerows([end] for end in below)
        reports = cg.read_reports(name)
    assert len(reports) == len(plain_read)
    before = cg.clean(plain_read, square, today=TODAY, key=KEY).rows
    after = cg.clean(reports, square, today=TODAY, key=KEY).rows
    assert after["fate"].tolist() == before["fate"].tolist()
    assert after["reasons"].tolist() == before["reasons"].tolist()
