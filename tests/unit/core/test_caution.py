"""Cautions: their kinds, order, audience, and what is inherited; every kind is raised somewhere."""

from __future__ import annotations

import ast
import copy
import json
from pathlib import Path

import pytest

import csp_geo
from csp_geo.core.caution import KINDS, MAKER, READER, Caution, for_audience, in_order, inherited

PACKAGE = Path(csp_geo.__file__).parent
OURS = PACKAGE / "core" / "caution.py"
READ = PACKAGE / "runs" / "pack.py"
"""Makes cautions of the codes that stand in a record."""

WEEKLY = (
    "wards-schematic",
    "wards-unknown-set",
    "wards-other-dates",
    "wards-left-out",
    "wards-as-read",
    "wards-repaired",
    "wards-overlap",
    "wards-coarse",
    "many-rows-unused",
    "many-rows-outside",
    "clusters-withheld",
    "listed-places-outside",
    "not-tested",
    "cannot-confirm",
    "few-known-points",
    "stand-in-places",
    "repeated-points",
    "places-off-list",
    "pins-without-person",
    "zones-as-read",
    "zone-dates-unread",
    "context-file-left-out",
    "places-protected",
    "gazetteer-rows-left-out",
    "gazetteer-names-unclear",
    "place-list-left-out",
    "havens-not-on-map",
    "narrowed",
    "feed-not-counted",
    "repeated-references",
    "months-as-context",
    "source-absent",
    "file-not-used",
    "month-first-dates",
    "postcodes-not-installed",
    "many-other",
    "unsorted-words",
    "few-reports",
    "outside-boundary",
    "rows-not-used",
)
HAVENS = (
    "few-candidates",
    "fewer-sites",
    "hours-left-aside",
    "no-existing-havens",
    "standing-out-only",
    "no-hours",
    "few-hours",
    "network-without-bridges",
    "network-empty",
    "network-in-pieces",
    "network-far-places",
    "network-unknown-places",
    "network-as-read",
    "venues-never-open",
    "hours-assumed",
    "bank-holiday-week",
    "area-without-venue",
    "venues-not-sure",
    "venues-by-day-only",
    "not-vetted",
    "residents-not-asked",
    "out-of-reach",
    "straight-unknown-places",
    "straight-lines",
    "ways-cut",
    "dark-not-avoided",
    "barriers-as-read",
    "only-food-businesses",
    "list-of-venues-old",
    "shared-points",
    "contacts-in-lists",
    "business-types-unknown",
    "venues-listed-twice",
    "many-thefts",
    "list-left-out",
    "list-as-read",
    "licensing-not-comparable",
)
ELSEWHERE = (
    *("several-boundaries", "columns-not-read", "no-wards", "cleaned-shared-points"),
    *("ground-half", "ground-list-short", "ground-old", "ground-changed"),
)
"""Of `directory`, `check` and `ground`."""


class TestCaution:
    def test_it_is_its_sentence(self):
        caution = Caution("few-reports", "Only 3 reports.")
        assert caution == "Only 3 reports."
        assert f"- {caution}" == "- Only 3 reports."
        assert json.dumps([caution]) == '["Only 3 reports."]'

    def test_it_knows_its_kind(self):
        caution = Caution("few-reports", "Only 3 reports.")
        assert caution.code == "few-reports"
        assert caution.kind is KINDS["few-reports"]

    def test_an_unknown_code_is_refused(self):
        with pytest.raises(KeyError, match="fewish"):
            Caution("fewish", "Only 3 reports.")

    @pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
    def test_a_copy_keeps_the_code(self, again):
        made = again(Caution("few-reports", "Only 3 reports."))
        assert (type(made), made, made.code) == (Caution, "Only 3 reports.", "few-reports")


class TestOrder:
    @pytest.mark.parametrize("codes", [WEEKLY, HAVENS], ids=["weekly", "havens"])
    def test_a_list_in_the_order_of_its_steps_stays_so(self, codes):
        found = [Caution(code, f"{code}.") for code in codes]
        assert in_order(found) == tuple(found)

    @pytest.mark.parametrize("codes", [WEEKLY, HAVENS], ids=["weekly", "havens"])
    def test_the_weightiest_comes_first(self, codes):
        weights = [caution.kind.weight for caution in in_order(Caution(c, c) for c in codes[::-1])]
        assert weights == sorted(weights, reverse=True)
        assert weights[0] > weights[-1]

    def test_of_equal_weight_they_stay_as_they_came(self):
        """Of two families the test speaks one after the other, not kind by kind."""
        codes = ("stand-in-places", "pins-without-person", "few-known-points", "stand-in-places")
        found = [Caution(code, f"{n}.") for n, code in enumerate(codes)]
        assert in_order(found) == ("0.", "1.", "2.", "3.")

    def test_each_is_said_once(self):
        same = [Caution("many-rows-unused", "Limit.")] * 2
        assert in_order([*same, Caution("rows-not-used", "Rows.")]) == ("Limit.", "Rows.")

    def test_a_sentence_said_twice_keeps_its_greater_weight(self):
        found = [Caution("rows-not-used", "Same."), Caution("many-rows-unused", "Same.")]
        assert [caution.code for caution in in_order(found)] == ["many-rows-unused"]

    def test_every_kind_stands_in_one_of_the_lists(self):
        assert sorted([*WEEKLY, *HAVENS, *ELSEWHERE]) == sorted(KINDS)


class TestAudience:
    FOUND = (
        Caution("few-reports", "For the reader."),
        Caution("rows-not-used", "For both."),
        Caution("context-file-left-out", "For the maker."),
    )

    def test_the_reader(self):
        assert for_audience(self.FOUND, READER) == ("For the reader.", "For both.")

    def test_the_maker(self):
        assert for_audience(self.FOUND, MAKER) == ("For both.", "For the maker.")

    def test_every_kind_has_one(self):
        known = {(READER,), (MAKER,), (READER, MAKER)}
        assert {kind.audiences for kind in KINDS.values()} == known

    @pytest.mark.parametrize(
        "code",
        [
            *("unsorted-words", "rows-not-used", "file-not-used"),
            *("many-rows-unused", "many-rows-outside", "month-first-dates"),
        ],
    )
    def test_what_is_wrong_with_reports_is_for_both(self, code):
        assert KINDS[code].audiences == (READER, MAKER)


class TestInherited:
    def test_it_says_where_it_comes_from(self):
        (said,) = inherited([Caution("few-reports", "Only 3 reports.")], "The map of 1 May")
        assert (said, said.code) == ("The map of 1 May: Only 3 reports.", "few-reports")

    def test_what_is_for_the_maker_alone_is_not(self):
        for kind in KINDS.values():
            assert bool(inherited([Caution(kind.code, "Said.")], "From")) == (
                READER in kind.audiences
            )


def calls(path: Path) -> list[ast.Call]:
    """Return the calls of `Caution` in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Caution"
    ]


class TestCodes:
    RAISED = tuple(
        (f"{path.relative_to(PACKAGE)}:{call.lineno}", call)
        for path in sorted(PACKAGE.rglob("*.py"))
        if path not in {OURS, READ}
        for call in calls(path)
    )

    def test_every_caution_is_made_with_a_code_that_is_known(self):
        for where, call in self.RAISED:
            code = call.args[0]
            assert isinstance(code, ast.Constant), where
            assert code.value in KINDS, where

    def test_every_code_is_raised(self):
        assert {call.args[0].value for _, call in self.RAISED} == set(KINDS)

    def test_no_code_stands_twice(self):
        tree = ast.parse(OURS.read_text("utf-8"))
        codes = [
            node.args[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"Kind", "_both", "_maker"}
            and isinstance(node.args[0], ast.Constant)
        ]
        assert sorted(codes) == sorted(KINDS)

    @pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
    def test_a_kind_reads_like_the_others(self, kind):
        assert kind.code.replace("-", "").isalpha()
        assert kind.code == kind.code.lower()
        assert kind.about
        assert not kind.about.endswith(".")
