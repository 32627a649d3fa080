"""Files to one table of reports: which source each is, what is kept, what is dropped."""

from __future__ import annotations

import pytest

from csp_geo.core.errors import NoReportsError, SettingsError
from csp_geo.inputs.read import (
    SYNTHETIC,
    TEXT_FIELDS,
    collect_reports,
    read_reports,
    refuse_mixture,
)

HEADER = ("reference", "date", "time", "easting", "northing", "category")
ROW = ("A1", "13/01/2023", "14:20", 544421, 184321, "Robbery")
POLICE_HEADER = [
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
]
POLICE_ROW = ("1f", "2023-01", "Met", "Met", 0.08, 51.53, "On or near X", "", "", "Drugs", "", "")


def sources_of(reports):
    return {file.path: file.source for file in reports.files}


class TestInputs:
    def test_empty_folder(self, tmp_path):
        with pytest.raises(NoReportsError, match=r"No report file was found.*survey/, streetsafe/"):
            read_reports(tmp_path)

    def test_not_there(self, tmp_path):
        with pytest.raises(NoReportsError, match="none is not there"):
            read_reports(tmp_path / "none")

    def test_nothing_that_can_be_read(self, tmp_path):
        """`read_reports` says why; `collect_reports` leaves it to the caller."""
        (tmp_path / "offence").mkdir()
        (tmp_path / "offence" / "a.csv").write_bytes(b"")
        with pytest.raises(NoReportsError, match=r"a\.csv is empty"):
            read_reports(tmp_path)
        collected = collect_reports(tmp_path)
        assert len(collected) == 0
        assert "is empty" in collected.files[0].error

    def test_mixture_of_sample_and_others(self, tmp_path, write):
        write.csv(tmp_path / "offence" / "real.csv", HEADER, [ROW])
        write.csv(tmp_path / "asb" / "sample.csv", (*HEADER, "status"), [(*ROW, SYNTHETIC)])
        reports = read_reports(tmp_path)
        assert [file.synthetic for file in reports.files] == [True, False]
        with pytest.raises(NoReportsError, match=r"asb/sample.csv.*offence/real.csv"):
            refuse_mixture(reports)

    def test_a_file_that_cannot_be_read_is_no_part_of_a_mixture(self, tmp_path, write):
        write.csv(tmp_path / "asb" / "sample.csv", (*HEADER, "status"), [(*ROW, SYNTHETIC)])
        (tmp_path / "asb" / "empty.csv").write_bytes(b"")
        refuse_mixture(read_reports(tmp_path))

    def test_broken_source_toml(self, tmp_path, write):
        write.csv(tmp_path / "offence" / "a.csv", HEADER, [ROW])
        (tmp_path / "offence" / "source.toml").write_text("look_bak = 1", encoding="utf-8")
        with pytest.raises(SettingsError, match="look_bak"):
            read_reports(tmp_path)


class TestOutputs:
    def test_folder_says_which_source(self, tmp_path, write):
        """By folder at any depth, whatever the case of its name; in alphabetical order."""
        for name in ("offence/a", "ASB/old/b", "survey/c"):
            write.csv(tmp_path / f"{name}.csv", HEADER, [ROW])
        reports = read_reports(tmp_path)
        assert sources_of(reports) == {
            "ASB/old/b.csv": "asb",
            "offence/a.csv": "offence",
            "survey/c.csv": "survey",
        }

    def test_exact_header_goes_before_the_folder(self, tmp_path, write):
        write.csv(tmp_path / "survey" / "street.csv", POLICE_HEADER, [POLICE_ROW])
        (file,) = read_reports(tmp_path).files
        assert (file.source, file.feed) == ("offence", "police_uk")

    def test_unknown_folder_is_named_and_left(self, tmp_path, write):
        write.csv(tmp_path / "misc" / "a.csv", HEADER, [ROW])
        write.csv(tmp_path / "offence" / "a.csv", HEADER, [ROW])
        reports = read_reports(tmp_path)
        assert len(reports) == 1
        assert "misc/a.csv is not in the folder of a source" in reports.files[0].error

    def test_unknown_folder_with_an_exact_header_is_taken(self, tmp_path, write):
        write.csv(tmp_path / "2023-01" / "street.csv", POLICE_HEADER, [POLICE_ROW])
        assert read_reports(tmp_path).files[0].feed == "police_uk"

    def test_export_of_a_survey_is_taken_in_any_folder_but_that_of_another_source(
        self, tmp_path, write
    ):
        header = ("Pin ID", "Submission date", "Login", "Latitude", "Longitude", "Category")
        row = ("7", "13/01/2023", "ash", "51.5393", "0.0811", "Poor lighting")
        for folder in ("from the council", "asb"):
            write.csv(tmp_path / folder / "pins.csv", header, [row])
        reports = read_reports(tmp_path)
        assert [(file.source, file.feed) for file in reports.files] == [
            ("asb", "asb"),
            ("survey", "engagementhq"),
        ]
        assert reports.table["reference"].tolist()[-1] == "7"

    def test_what_is_no_data_is_passed_over(self, tmp_path, write):
        write.csv(tmp_path / "offence" / "a.csv", HEADER, [ROW])
        for name in ("README.md", "TEMPLATE_offence.csv", "~$a.xlsx", ".DS_Store", "a.prj"):
            (tmp_path / "offence" / name).write_text("x", encoding="utf-8")
        (tmp_path / ".git").mkdir()
        write.csv(tmp_path / ".git" / "offence" / "b.csv", HEADER, [ROW])
        assert list(sources_of(read_reports(tmp_path))) == ["offence/a.csv"]

    def test_only_known_columns_are_kept(self, tmp_path, write):
        """Free text and names are dropped at the door: the table has no place for them."""
        header = (*HEADER, "Victim name", "Comment")
        write.csv(tmp_path / "offence" / "a.csv", header, [(*ROW, "Jane Doe", "secret")])
        reports = read_reports(tmp_path)
        assert set(reports.table.columns) == {
            "file",
            "source_row",
            "broken",
            "size_m",
            "content",
            "sensitive",
            *TEXT_FIELDS,
        }
        assert "Jane Doe" not in reports.table.to_string()
        assert "Victim name" not in reports.files[0].matched
        assert reports.table["reference"].tolist() == ["A1"]
        assert reports.table["x"].tolist() == ["544421"]

    def test_content_covers_every_column_but_not_their_order(self, tmp_path, write):
        """Rows that differ in a dropped column differ; columns in another order do not matter."""
        header = (*HEADER, "Comment")
        write.csv(tmp_path / "offence" / "a.csv", header, [(*ROW, "one"), (*ROW, "two")])
        write.csv(tmp_path / "offence" / "b.csv", header[::-1], [(*ROW, "one")[::-1]])
        one, two, again = read_reports(tmp_path).table["content"]
        assert one != two
        assert one == again

    def test_files_one_by_one(self, tmp_path, write):
        """Single files: named by file name, source by their folder or as told."""
        path = write.csv(tmp_path / "offence" / "a.csv", HEADER, [ROW])
        assert sources_of(read_reports(path)) == {"a.csv": "offence"}
        assert sources_of(read_reports([path], source="asb")) == {"a.csv": "asb"}

    def test_axes_of_unnamed_columns(self, tmp_path, write):
        header = ("date", "x", "y", "category")
        write.csv(tmp_path / "asb" / "m.csv", header, [("13/01/2023", 544421, 184321, "Noise")])
        write.csv(tmp_path / "asb" / "d.csv", header, [("13/01/2023", 0.0811, 51.5393, "Noise")])
        axes = {file.path: file.axes for file in read_reports(tmp_path).files}
        assert axes == {"asb/d.csv": "degrees", "asb/m.csv": "metres"}

    def test_row_numbers_and_positions(self, tmp_path, write):
        write.csv(tmp_path / "asb" / "a.csv", HEADER, [ROW, ROW])
        write.csv(tmp_path / "offence" / "b.csv", HEADER, [ROW])
        reports = read_reports(tmp_path)
        assert reports.table["file"].tolist() == [0, 0, 1]
        assert reports.table["source_row"].tolist() == [2, 3, 2]
        assert [where.tolist() for _, _, where in reports.by_file()] == [[0, 1], [2]]
        assert reports.per_row("feed").tolist() == ["asb", "asb", "offence"]
        assert [file.rows for file in reports.files] == [2, 1]


class TestColumnsThatAreNotKept:
    """An officer must see that a column was not used: by its name, as far as the line has room."""

    @staticmethod
    def note(tmp_path, write, *more):
        write.csv(tmp_path / "offence" / "a.csv", (*HEADER, *more), [(*ROW, *more)])
        (file,) = read_reports(tmp_path).files
        return [note for note in file.notes if "not kept" in note]

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            (["Offence hour"], "1 other column was not kept, {}: 'Offence hour'"),
            (["Offence hour", "B"], "2 other columns were not kept, {}: 'Offence hour' and 'B'"),
            (["07700 900123", "Beat"], "2 other columns were not kept, {}: 'Beat' and 1 more"),
            (["zq@example.org"], "1 other column was not kept, {}"),
        ],
    )
    def test_names(self, tmp_path, write, more, said):
        why = "and looked at only for what makes a report sensitive"
        assert self.note(tmp_path, write, *more) == [said.format(why)]

    @pytest.mark.parametrize(("length", "end"), [(6, "'{}'"), (7, "'{}' and 1 more")])
    def test_as_many_as_fit(self, tmp_path, write, length, end):
        """160 characters with their quotes: four of 38, and a last one of 8 or 9."""
        names = [*(letter * 36 for letter in "bcdf"), "q" * length]
        (note,) = self.note(tmp_path, write, *names)
        assert note.endswith(end.format(names[-1] if length == 6 else names[-2]))

    def test_a_question_is_cut(self, tmp_path, write):
        (note,) = self.note(tmp_path, write, "Why do you feel so? " * 9)
        assert note.endswith(": 'Why do you feel so? Why do you feel so? ...'")

    def test_none(self, tmp_path, write):
        assert self.note(tmp_path, write) == []
