"""Files above the limits are refused in one sentence."""

from __future__ import annotations

import zipfile

import pytest

from csp_geo.errors import SettingsError, SourceError
from csp_geo.intake.formats import LIMITS, Limits, Unread, read_tables
from csp_geo.settings import settings_from

CSV = "a,b\n" + "1,2\n" * 50


def read(path, **limits):
    """Go through every table of a file."""
    tables = list(read_tables(path, path.name, limits=Limits(**limits)))
    if isinstance(tables[0], Unread):
        raise SourceError(tables[0].error)
    return [len(table.cells) for table in tables]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"file_bytes": 100}, r"a\.csv has 0 MB, more than the 0 MB"),
        ({"rows": 49}, "more than 49 rows"),
        ({"columns": 1}, "has 2 columns, more than the 1"),
    ],
)
def test_csv(tmp_path, limits, said):
    (tmp_path / "a.csv").write_text(CSV)
    assert read(tmp_path / "a.csv") == [50]
    with pytest.raises(SourceError, match=said):
        read(tmp_path / "a.csv", **limits)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"file_bytes": 100}, "holds a file of 0 MB"),
        ({"unpacked_bytes": 399}, "would unpack to 0 MB"),
        ({"members": 1}, "holds 2 files, more than the 1"),
    ],
)
def test_zip(tmp_path, limits, said):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    assert read(tmp_path / "a.zip") == [50, 50]
    with pytest.raises(SourceError, match=said):
        read(tmp_path / "a.zip", **limits)


def test_sheet(tmp_path, write):
    path = write.xlsx(tmp_path / "a.xlsx", ("a", "b"), [(1, 2)] * 50)
    with pytest.raises(SourceError, match="spans 102 cells, more than the 100"):
        read(path, cells=100)
    with pytest.raises(SourceError, match="51 rows and 2 columns"):
        read(path, columns=1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"a": {"b": {"c": [1]}}}]'),
        ("a.xml", "<list><a><b><c>1</c></b></a></list>"),
        ("a.kml", "<kml><a><b><c>1</c></b></a></kml>"),
    ],
)
def test_records(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match="nested more than 3 levels deep"):
        read(tmp_path / name, depth=3)
    if not name.endswith("kml"):
        assert read(tmp_path / name) == [1]
        with pytest.raises(SourceError, match="is a list of more than 0 MB"):
            read(tmp_path / name, record_bytes=10)


def test_features(tmp_path, write):
    path = write.geojson(tmp_path / "a.geojson", [((0.1, 51.5), {"a": 1})] * 3)
    with pytest.raises(SourceError, match="holds 3 features, more than the 2"):
        read(path, rows=2)


def test_settings():
    assert settings_from({}).limits == LIMITS
    assert settings_from({"limits": {"rows": 5}}).limits.rows == 5
    for values, said in (
        ({"rows": 0}, "from 1"),
        ({"rows": "5"}, "whole number"),
        ({"row": 5}, "'row'"),
    ):
        with pytest.raises(SettingsError, match=said):
            settings_from({"limits": values})
