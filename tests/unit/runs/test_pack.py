"""What is written is read again as it was, and nothing that was not agreed on is written."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from csp_geo.core.errors import NoReportsError, SchemaError
from csp_geo.runs.pack import Upstream, read_pack, read_packs, write_pack


@pytest.fixture
def folder(weekly_made, tmp_path):
    """A copy of a weekly pack."""
    return shutil.copytree(weekly_made.folder, tmp_path / weekly_made.folder.name)


def change(folder, **changes):
    """Change the record of a pack; `None` takes a key away."""
    path = folder / "run.json"
    record = json.loads(path.read_text("utf-8")) | changes
    record = {key: value for key, value in record.items() if value is not None}
    path.write_text(json.dumps(record), encoding="utf-8")
    return record


class TestReading:
    @pytest.mark.parametrize(("name", "schematic"), [("Long Borough", True), ("Toy", False)])
    def test_the_area_has_its_name_again_and_is_as_schematic_as_it_was(
        self, folder, weekly_made, name, schematic
    ):
        about = {**weekly_made.written.record["study_area"], "name": name, "schematic": schematic}
        change(folder, study_area=about)
        area = read_pack(folder).area
        assert (area.name, area.schematic) == (name, schematic)

    def test_the_cautions_are_those_of_the_run(self, weekly_made):
        read, own = read_pack(weekly_made.folder).cautions, weekly_made.pack.cautions
        assert [(said, said.code) for said in read] == [(said, said.code) for said in own]

    def test_a_kind_that_a_later_version_knows_is_left_out(self, folder):
        change(folder, cautions=["New.", "Few."], caution_codes=["not-known-yet", "few-reports"])
        assert read_pack(folder).cautions == ("Few.",)

    def test_upstream_names_kind_folder_and_record(self, weekly_made):
        data = (weekly_made.folder / "run.json").read_bytes()
        expected = Upstream("weekly", "2023-02-01", hashlib.sha256(data).hexdigest())
        assert read_pack(weekly_made.folder).upstream == expected

    def test_a_plan_names_the_pack_that_it_was_made_from(self, weekly_made, plan_made):
        data = (weekly_made.folder / "run.json").read_bytes()
        (upstream,) = plan_made.written.record["upstream"]
        assert upstream["sha256"] == hashlib.sha256(data).hexdigest()
        assert (upstream["kind"], upstream["folder"]) == ("weekly", "2023-02-01")

    @pytest.mark.parametrize("key", ["caution_codes", "study_area"])
    def test_the_pack_of_an_earlier_version_is_refused(self, folder, key):
        change(folder, **{key: None})
        with pytest.raises(NoReportsError, match="is not a weekly pack of this version"):
            read_pack(folder)

    def test_several_come_in_the_order_of_their_days(self, folder, weekly_made, tmp_path):
        early = shutil.copytree(weekly_made.folder, tmp_path / "z")
        change(early, as_of="2023-01-25")
        days = [pack.record["as_of"] for pack in read_packs([folder, early])]
        assert days == ["2023-01-25", "2023-02-01"]


class TestWriting:
    def test_a_column_that_nobody_agreed_on_is_refused(self, weekly_made, context, tmp_path):
        tables = dict(weekly_made.pack.tables)
        tables["hotspots.csv"] = tables["hotspots.csv"].assign(person_key="ash")
        pack = replace(weekly_made.pack, tables=tables, folder=tmp_path / "out")
        with pytest.raises(SchemaError, match="person_key"):
            write_pack(pack, context)
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("part", ["tables", "layers"])
    def test_a_table_that_nobody_agreed_on_is_refused(self, weekly_made, context, tmp_path, part):
        frames = {**getattr(weekly_made.pack, part), "more": pd.DataFrame({"a": [1]})}
        pack = replace(weekly_made.pack, **{part: frames}, folder=tmp_path / "out")
        with pytest.raises(SchemaError, match="has no more"):
            write_pack(pack, context)

    def test_without_a_folder_nothing_is_written_and_the_record_is_made(self, weekly_made, context):
        written = write_pack(replace(weekly_made.pack, folder=None), context)
        assert written.record["cautions"] == list(weekly_made.pack.cautions)
