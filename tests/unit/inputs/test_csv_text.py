"""A CSV that is added to: what is not touched stays, whoever wrote it and however."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csp_geo.core.errors import SourceError
from csp_geo.inputs.files.csv_text import CsvText

NAMES = ("name", "status", "contact")


def opened(tmp_path, data):
    path = tmp_path / "register.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return CsvText(path, NAMES)


ODD = (
    '\ufeffname,status,contact\r\n"Toy ""Library""",active, Jane \r\n\r\n"two\r\nlines",,"x,y"\r\n',
    "name;status\nA;b\nB",
    "name\tstatus\r\nA\t\r\n",
    'Our havens,,\nname,status\nA,"b" c\nB,d,e,f\n',
    "sep=;\nname;status\nA;b\n",
)


@pytest.mark.parametrize("text", ODD)
def test_untouched_it_is_the_same_bytes(tmp_path, text):
    assert opened(tmp_path, text).as_bytes() == text.encode()


@given(st.lists(st.lists(st.text("ab\"',; \n\r\u00e9", max_size=5), min_size=2, max_size=4)))
def test_whatever_csv_writes(tmp_path_factory, rows):
    """Cells as csv reads them, rows as csv counts them, and the same bytes again."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([("name", "status", "contact"), *rows])
    table = opened(tmp_path_factory.mktemp("csv"), stream.getvalue())
    assert table.as_bytes() == stream.getvalue().encode()
    read = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    for at, row in enumerate(read):
        assert [table.value(at, column) for column in range(len(row))] == row


def test_one_cell_changes_and_no_other(tmp_path):
    table = opened(tmp_path, 'name,status\r\n"A",active\r\n"B" ,  lapsed\r\n')
    table.put(2, 1, "candidate")
    assert table.as_bytes() == b'name,status\r\n"A",active\r\n"B" ,candidate\r\n'


def test_a_cell_with_signs_of_its_own(tmp_path):
    table = opened(tmp_path, "name,status\nA,\n")
    for text in ('say "yes", now', " spaces ", "two\nlines", "plain"):
        table.put(1, 1, text)
        assert table.value(1, 1) == text


def test_a_column_stands_behind_all_others(tmp_path):
    table = opened(tmp_path, "name,status\nA,b\nB,c,stray\n")
    column = table.add_column("willing")
    assert column == 3
    table.put(1, column, "yes")
    assert table.as_bytes() == b"name,status,,willing\nA,b,,yes\nB,c,stray\n"
    assert table.value(2, column) == ""


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_row_stands_at_the_end(tmp_path, end):
    table = opened(tmp_path, f"name,status,contact\nA,b,c{end}")
    assert table.add_row({0: "New", 2: "x,y"}) == 2
    assert table.as_bytes() == b'name,status,contact\nA,b,c\nNew,,"x,y"\n'


def test_letters_of_windows(tmp_path):
    table = opened(tmp_path, "name,status\nCaf\u00e9,a\n".encode("cp1252"))
    assert table.value(1, 0) == "Caf\u00e9"
    table.put(1, 1, "\u00a3")
    assert table.as_bytes() == "name,status\nCaf\u00e9,\u00a3\n".encode("cp1252")
    table.put(1, 1, "\u0142")
    with pytest.raises(SourceError, match="Save it as 'CSV UTF-8', and run this again"):
        table.as_bytes()


BIG_ENDIAN = b"\xfe\xff" + "name,status\nA,b\n".encode("utf-16-be")


@pytest.mark.parametrize(
    "data", [BIG_ENDIAN, b"name,status\nA\x00,b\n", b"", b"sep=^\nname^status\n"]
)
def test_one_that_could_not_be_written_again(tmp_path, data):
    with pytest.raises(SourceError, match="Save it as 'CSV UTF-8'"):
        opened(tmp_path, data)
