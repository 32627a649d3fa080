"""Profiles of criteria: read, refused, and judged; unknown is never met."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csp_geo.core.errors import SettingsError
from csp_geo.core.tables import ANSWERS, CRITERIA
from csp_geo.decisions.havens.criteria import DEFAULT, LABELS, PACKAGED, judge, read_profile


def venues(**columns):
    """Premises of which nothing is known but what is given."""
    n = max((len(values) for values in columns.values()), default=1)
    table = {name: ["unknown"] * n for name in CRITERIA}
    table |= {"staff_min": [np.nan] * n, "venue_type": ["shop"] * n}
    return pd.DataFrame(table | columns, index=[f"v{i}" for i in range(n)])


def own(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    return read_profile(path)


class TestProfiles:
    @pytest.mark.parametrize("name", PACKAGED)
    def test_packaged_ones_never_say_whom_residents_would_approach(self, name):
        profile = read_profile(name)
        assert profile.approach == {}
        assert "from your own consultation" in profile.cautions[1]
        assert "not vetted" in profile.cautions[0]
        assert {*profile.must, *profile.must_after_dark, *profile.weights} <= set(LABELS)
        assert "staff" in profile.musts(after_dark=True)
        assert profile.staff(after_dark=True) == 2

    def test_strict_asks_for_more(self):
        light, strict = map(read_profile, ("light", "strict"))
        assert set(light.musts(after_dark=False)) < set(strict.musts(after_dark=False))

    def test_the_default_is_the_rule_of_the_borough(self):
        """Two members of staff at all times: one by day is not enough, as it is for the light."""
        table = venues(staff_min=[1.0, 2.0, np.nan], phone=["yes"] * 3)
        for is_dark in (False, True):
            judged = judge(table, read_profile(DEFAULT), after_dark=is_dark)
            assert judged["meets"].tolist() == ["no", "yes", "unknown"]
        assert read_profile(DEFAULT).needs(after_dark=False) == ("at least 2 members of staff",)

    def test_types_in_their_order(self, tmp_path):
        packaged = read_profile(DEFAULT)
        assert packaged.place_of("Pharmacy") < packaged.place_of("shop") < packaged.place_of("zoo")
        for name in PACKAGED:
            assert read_profile(name).types_in_order == packaged.types_in_order
        assert own(tmp_path, "must = []").types_in_order == packaged.types_in_order
        ours = own(tmp_path, "types_in_order = ['Zoo', 'shop']")
        assert [ours.place_of(kind) for kind in ("zoo", "Shop", "pharmacy")] == [0, 1, 2]

    def test_second_choice_unless_it_is_known_to_meet_the_profile(self, tmp_path):
        rows = pd.DataFrame(
            {"venue_type": ["Shop", "shop", "library"], "meets": ["unknown", "yes", "unknown"]}
        )
        packaged = read_profile(DEFAULT)
        assert packaged.is_second_choice(rows).tolist() == [True, False, False]
        assert packaged.give_up == own(tmp_path, "must = []").give_up == 0.05
        assert not read_profile("light").is_second_choice(rows).any()
        nobody = own(tmp_path, "second_choice = []\ngive_up = 0")
        assert not nobody.is_second_choice(rows).any()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("give_up = 1.5", "from 0 to 1"),
            ("types_in_order = 'shop'", "a list of venue types"),
            ("must = [", "not valid TOML"),
            ("must = ['magic']", "must must be a list of criteria .*, not 'magic'"),
            ("must = 'phone'", "a list of criteria"),
            ("colour = 'red'", "unknown setting 'colour'"),
            ("[weights]\nphone = -1", "from 0 to"),
            ("[weights]\nphone = 'much'", "from 0 to"),
            ("[weights]\nphone = inf", "from 0 to"),
            ("staff_min = true", "a whole number"),
            ("approach_weight = 'x'", "a number"),
            ("staff_min = -2", "from 0 to"),
            ("[approach]\nwomen = 'library'", "a list of venue types such as"),
        ],
    )
    def test_what_cannot_be_used_is_said(self, tmp_path, text, said):
        with pytest.raises(SettingsError, match=said):
            own(tmp_path, text)

    def test_no_such_profile(self, tmp_path):
        with pytest.raises(
            SettingsError, match="Choose lbbd, light or strict, or name a TOML file"
        ):
            read_profile(tmp_path / "medium")

    def test_one_that_cannot_be_read(self, tmp_path):
        path = tmp_path / "own.toml"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(SettingsError, match="not valid TOML"):
            read_profile(path)


class TestJudge:
    def test_no_beats_unknown_and_unknown_beats_yes(self, tmp_path):
        profile = own(tmp_path, "must = ['phone', 'cctv']")
        table = venues(phone=["yes", "yes", "no", "yes"], cctv=["yes", "unknown", "unknown", "no"])
        judged = judge(table, profile)
        assert judged["meets"].tolist() == ["yes", "unknown", "no", "no"]
        assert judged["unmet"].tolist() == ["", "", "phone", "CCTV"]
        assert judged["unknown"].tolist() == ["", "CCTV", "CCTV", ""]
        assert judged.index.tolist() == table.index.tolist()

    def test_two_staff_after_dark_only(self):
        table = venues(staff_min=[1.0, 2.0, np.nan], phone=["yes"] * 3)
        light = read_profile("light")
        assert judge(table, light, after_dark=False)["meets"].tolist() == ["yes"] * 3
        dark = judge(table, light)
        assert dark["meets"].tolist() == ["no", "yes", "unknown"]
        assert "at least 2 members of staff" in dark["unmet"].iloc[0]

    def test_score_is_the_share_of_the_weights_that_is_known_to_be_met(self, tmp_path):
        profile = own(tmp_path, "[weights]\nphone = 3\ncctv = 1")
        table = venues(phone=["yes", "unknown", "no"], cctv=["unknown", "yes", "yes"])
        assert judge(table, profile)["score"].tolist() == [0.75, 0.25, 0.25]

    def test_whom_residents_would_approach(self, tmp_path):
        text = "[weights]\nphone = 1\n[approach]\nwomen = ['Library']\nyoung_people = ['shop']\n"
        profile = own(tmp_path, f"approach_weight = 2\n{text}")
        table = venues(venue_type=["library", "shop", "hotel"], phone=["yes"] * 3)
        judged = judge(table, profile)
        assert judged["approached_by"].tolist() == ["women", "young people", ""]
        assert judged["score"].tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3])
        assert len(profile.cautions) == 1

    def test_a_profile_that_weighs_nothing(self, tmp_path):
        assert judge(venues(), own(tmp_path, "title = 'None'"))["score"].tolist() == [0.0]

    def test_no_rows_and_input_unchanged(self, input_unchanged):
        table = input_unchanged(venues(phone=["yes"]))
        judge(table, read_profile("strict"))
        empty = judge(table.iloc[:0], read_profile("strict"))
        assert empty.empty
        assert list(empty.columns) == ["meets", "unmet", "unknown", "approached_by", "score"]


@given(st.lists(st.sampled_from(ANSWERS), min_size=7, max_size=7), st.sampled_from(PACKAGED))
def test_unknown_is_never_better_than_yes(answers, name):
    """To learn that something is there never lowers the score; unknown musts are never met."""
    names = (*CRITERIA, "quiet_space")
    profile = read_profile(name)
    table = venues(**{key: [answer] for key, answer in zip(names, answers, strict=True)})
    table["staff_min"] = 2.0
    known = table.replace("unknown", "yes")
    before, after = judge(table, profile).iloc[0], judge(known, profile).iloc[0]
    assert before["score"] <= after["score"]
    if any(table[must].iloc[0] == "unknown" for must in profile.must if must != "staff"):
        assert before["meets"] != "yes"
