"""Every caution that a step raises reaches the page, the record and the terminal, each once."""

from __future__ import annotations

import html
import json
import re
from collections import Counter

import pytest
from loud_runs import STEPS, of_every_kind, said_by

from csp_geo.cli.shared import finish
from csp_geo.core.caution import KINDS, MAKER, READER, for_audience

COMMANDS = ("weekly", "plan", "directory", "check")
FROM = "From the map of 1 February 2023: "


@pytest.fixture(params=COMMANDS)
def every(request):
    """Each of the packs in turn."""
    return request.getfixturevalue(f"{request.param}_made")


FOLDED = '<section id="cautions"'


def warned(page: str, part: str = "") -> list[str]:
    """Return the sentences of a page's notice, in their order, with those folded below."""
    notice = page[page.index('<div class="notice') : page.index("<main")]
    if FOLDED in page:
        folded = page[page.index(FOLDED) :]
        notice += folded[: folded.index("</section>")]
    if part:
        notice = notice[notice.index(part) :]
    found = re.findall(r"<li>(?:<bdi>)?(.*?)(?:</bdi>)?</li>", notice, re.DOTALL)
    return [html.unescape(sentence) for sentence in found]


class TestEveryKind:
    """A step of each run says one of every kind; see `STEPS`."""

    @pytest.mark.parametrize("code", KINDS)
    def test_weekly(self, weekly_made, code):
        caution = said_by("weekly", code)
        audiences = KINDS[code].audiences
        assert caution in weekly_made.pack.cautions
        shown = warned(weekly_made.page("map.html"), "all-cautions").count(caution)
        assert shown == (READER in audiences)
        listed = warned(weekly_made.page("quality.html")).count(caution)
        assert listed == (MAKER in audiences)

    @pytest.mark.parametrize("code", KINDS)
    def test_plan(self, plan_made, code):
        """Whoever asks the venues keeps the lists as well: the page is for reader and maker."""
        assert warned(plan_made.page("havens.html")).count(said_by("havens", code)) == 1

    @pytest.mark.parametrize("code", KINDS)
    def test_plan_inherits_what_its_map_warns_of(self, plan_made, code):
        said = f"{FROM}{said_by('weekly', code)}"
        times = int(KINDS[code].is_inherited)
        assert warned(plan_made.page("havens.html")).count(said) == times
        assert plan_made.written.record["cautions"].count(said) == times

    @pytest.mark.parametrize("code", KINDS)
    def test_check(self, check_made, code):
        assert warned(check_made.page("quality.html")).count(said_by("check", code)) == 1

    @pytest.mark.parametrize("command", COMMANDS)
    def test_record(self, request, command):
        pack = request.getfixturevalue(f"{command}_made").pack
        own = of_every_kind("havens" if command == "plan" else command)
        assert Counter(pack.cautions) & Counter(own) == Counter(own)


class TestEveryStep:
    @pytest.mark.parametrize(
        ("command", "step"), [(name, step) for name, steps in STEPS.items() for step in steps]
    )
    def test_what_a_step_says_is_not_lost(self, request, command, step):
        name = {"havens": "plan"}.get(command, command)
        cautions = request.getfixturevalue(f"{name}_made").pack.cautions
        assert cautions.count(said_by(step)) == 1

    def test_a_plan_says_its_own_before_those_of_its_map(self, plan_made):
        is_own = [not caution.startswith(FROM) for caution in plan_made.pack.cautions]
        assert is_own == sorted(is_own, reverse=True)


class TestEveryPack:
    def test_each_stands_once_in_the_record_with_its_code(self, every):
        record = json.loads(every.page(every.pack.kind.record))
        assert record["cautions"] == list(every.pack.cautions)
        assert record["caution_codes"] == [caution.code for caution in every.pack.cautions]
        assert max(Counter(record["cautions"]).values()) == 1

    def test_each_is_said_once_on_the_terminal(self, every, capsys):
        finish(every.pack, every.written)
        shown = capsys.readouterr()
        lines = Counter([*shown.out.splitlines(), *shown.err.splitlines()])
        for caution in every.pack.cautions:
            assert lines[f"Caution: {caution}"] + lines[str(caution)] == 1, caution

    def test_with_json_each_stands_once_in_what_is_printed(self, every, capsys):
        finish(every.pack, every.written, as_json=True)
        printed = json.loads(capsys.readouterr().out)
        assert printed["cautions"] == list(every.pack.cautions)


class TestPages:
    """Nothing is added to what the pack warns of, and nothing is in another order."""

    def test_map(self, weekly_made):
        expected = list(for_audience(weekly_made.pack.cautions, READER))
        assert warned(weekly_made.page("map.html"), "all-cautions") == expected

    def test_quality_page_of_a_weekly_pack(self, weekly_made):
        expected = list(for_audience(weekly_made.pack.cautions, MAKER))
        assert warned(weekly_made.page("quality.html")) == expected

    def test_plan(self, plan_made):
        _, *shown = warned(plan_made.page("havens.html"))  # that nobody was vetted comes first
        assert shown == list(plan_made.pack.cautions)

    def test_check(self, check_made):
        assert warned(check_made.page("quality.html")) == list(check_made.pack.cautions)

    def test_what_is_public_warns_of_nothing(self, directory_made):
        """Its cautions are about lists and columns: for the coordinator, in record and terminal."""
        page = directory_made.page("public/directory.html")
        assert not any(caution in page for caution in directory_made.pack.cautions)
