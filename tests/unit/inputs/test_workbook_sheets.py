"""Merged cells say the same in each of their cells; many sheets cost no more than their rows."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from csp_geo.incidents.clean import clean
from csp_geo.inputs import read as reading
from csp_geo.inputs.read import read_reports

HEADER = ("Ref", "date", "easting", "northing", "category", "Flags")
MANY = 120


def _book(path: Path, sheets: dict[str, list[tuple]], *merged: str) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def _rows(n: int, **first: str) -> list[tuple]:
    """Rows of which only the first has a category and a flag, as merged cells are stored."""
    return [
        (f"A{i}", "03/11/2021", 544421 + i, 184321)
        + ((first.get("category"), first.get("flag")) if i == 0 else (None, None))
        for i in range(n)
    ]


def test_a_merged_flag_and_category_are_those_of_every_row(tmp_path: Path) -> None:
    rows = [("", None), HEADER, *_rows(3, category="Assault", flag="DA")]
    rows += [("A9", "03/11/2021", 544490, 184321, "Robbery", None)]
    _book(tmp_path / "offence" / "a.xlsx", {"S": rows}, "E3:E5", "F3:F5")
    incidents = clean(read_reports(tmp_path)).incidents.sort_values("source_row")
    assert incidents["category"].tolist() == ["Assault"] * 3 + ["Robbery"]
    assert incidents["sensitive"].tolist() == ["domestic"] * 3 + [""]


def test_a_table_that_does_not_begin_in_the_first_column(tmp_path: Path) -> None:
    rows = [("", *HEADER)] + [("", *row) for row in _rows(3, category="Assault", flag="DA")]
    rows = [tuple(cell or None for cell in row) for row in rows]
    _book(tmp_path / "offence" / "a.xlsx", {"S": rows}, "F2:F4", "G2:G4")
    assert clean(read_reports(tmp_path)).incidents["sensitive"].tolist() == ["domestic"] * 3


def test_a_merged_heading_is_that_of_each_column(tmp_path: Path) -> None:
    rows = [(*HEADER[:5], "Domestic abuse", None)]
    rows += [
        (f"A{i}", "03/11/2021", 544421 + i, 184321, "Assault", *flags)
        for i, flags in enumerate([(None, "Y"), ("Y", None), (None, None)])
    ]
    _book(tmp_path / "offence" / "a.xlsx", {"S": rows}, "F1:G1")
    kinds = clean(read_reports(tmp_path)).incidents["sensitive"]
    assert kinds.tolist() == ["domestic", "domestic", ""]


def _rename(path: Path, old: bytes, new: bytes) -> None:
    """Replace bytes in the first sheet of a workbook."""
    with zipfile.ZipFile(path) as book:
        members = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in members[sheet]
    members[sheet] = members[sheet].replace(old, new)
    with zipfile.ZipFile(path, "w") as book:
        for name, content in members.items():
            book.writestr(name, content)


def test_a_range_to_the_last_row_is_clipped(tmp_path: Path) -> None:
    rows = [HEADER, *_rows(3, category="Assault", flag="DA")]
    path = _book(tmp_path / "offence" / "a.xlsx", {"S": rows}, "E2:E4", "F2:F3")
    _rename(path, b'ref="F2:F3"', b'ref="F2:XFD1048576"')
    assert clean(read_reports(tmp_path)).incidents["sensitive"].tolist() == ["domestic"] * 3


@pytest.fixture
def n_tables(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """How often the columns of a table are read."""
    calls: Counter = Counter()
    read = reading.map_columns

    def counted(*arguments, **more):
        calls["map_columns"] += 1
        return read(*arguments, **more)

    monkeypatch.setattr(reading, "map_columns", counted)
    return calls


def _sheets(names: list[str]) -> dict[str, list[tuple]]:
    return {
        name: [HEADER, (f"A{n}", "03/11/2021", 544421 + n, 184321, "Robbery", None)]
        for n, name in enumerate(names)
    }


def test_very_many_sheets_are_read_as_one_table(tmp_path: Path, n_tables: Counter) -> None:
    names = [f"S{n}" for n in range(MANY)]
    path = _book(tmp_path / "offence" / "a.xlsx", _sheets(names))
    reports = read_reports(path, source="offence")
    assert n_tables["map_columns"] == 1
    assert clean(reports).counts["accepted"] == MANY
    assert reports.table["source_row"].is_unique
    assert any(f"{MANY} sheets with the same columns" in note for note in reports.files[0].notes)


def test_a_sheet_whose_name_tells_stands_by_itself(tmp_path: Path, n_tables: Counter) -> None:
    names = [*(f"S{n}" for n in range(MANY)), "DV"]
    reports = read_reports(_book(tmp_path / "offence" / "a.xlsx", _sheets(names)), source="offence")
    assert n_tables["map_columns"] == 2
    kinds = clean(reports).incidents["sensitive"]
    assert Counter(kinds.astype(str)) == {"": MANY, "domestic": 1}


def test_the_weeks_of_a_year_stay_sheets(tmp_path: Path) -> None:
    names = [f"W{n}" for n in range(53)]
    reports = read_reports(_book(tmp_path / "offence" / "a.xlsx", _sheets(names)), source="offence")
    assert len(reports.files) == 53


@pytest.mark.parametrize(("n", "n_read"), [(60, 60), (61, 1)])
def test_more_than_60_sheets_are_read_as_one_table(tmp_path: Path, n: int, n_read: int) -> None:
    path = _book(tmp_path / "offence" / "a.xlsx", _sheets([f"S{i}" for i in range(n)]))
    assert len(read_reports(path, source="offence").files) == n_read


@pytest.mark.parametrize(("others", "n_read"), [(60, 61), (61, 2)])
def test_sheets_alike_are_counted_by_themselves(tmp_path: Path, others: int, n_read: int) -> None:
    """Of many sheets in all, 60 with the same columns still stay sheets."""
    sheets = _sheets([f"S{i}" for i in range(others)])
    sheets["Other"] = [(*HEADER, "more"), ("B1", "03/11/2021", 544421, 184321, "Robbery", "", "1")]
    path = _book(tmp_path / "offence" / "a.xlsx", sheets)
    assert len(read_reports(path, source="offence").files) == n_read
