"""The map page as text: what stands in it, what must never, and that it asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from csp_geo.core.visible import clean
from csp_geo.products.html import css_string, json_for_script, refuse_external
from csp_geo.products.weekly.map_page import MapPage, make_map

from .conftest import (
    CENTRE,
    HOSTILE,
    STANDS_OUT,
    Inputs,
    hotspot_row,
    make_area,
    make_facts,
    make_hotspots,
    make_incidents,
)


class Reader(HTMLParser):
    """Tags with their attributes, scripts, and the visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.scripts: list[tuple[dict, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag in {"script", "style"}:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data):
        if self._open and self._open[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif not self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def page(inputs: Inputs) -> Reader:
    return Reader(inputs.page())


def test_it_is_one_english_page_with_one_heading(page):
    assert page.all("html") == [{"lang": "en-GB"}]
    assert len(page.all("h1")) == 1
    assert "Toytown: hotspots, January 2023" in page.text


def test_headings_do_not_jump(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_table_header_has_a_scope(page):
    headers = page.all("th")
    assert headers
    assert all(header.get("scope") in {"col", "row"} for header in headers)
    assert len(page.all("table")) == len(page.all("caption")) == 4


def test_ids_are_unique_and_labels_point_somewhere(page):
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "aria-controls"):
            assert attributes.get(name, ids[0]) in ids


def test_nothing_is_fetched_and_no_handler_is_inline(page):
    for _tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"src", "href", "action", "data", "srcset"}:
                assert value.startswith(("#", "data:"))
    assert "url(http" not in page.text


def test_the_policy_names_every_script_and_nothing_else(inputs):
    reader = Reader(inputs.page())
    policy = next(
        meta["content"]
        for meta in reader.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    named = set(re.findall(r"'sha256-([^']+)'", policy))
    made = {
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for attributes, text in reader.scripts
        if attributes.get("type") != "application/json"
    }
    assert named == made
    assert "unsafe-eval" not in policy
    assert "script-src 'sha256" in policy
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy


def test_marking_stands_at_top_bottom_title_and_metadata(inputs):
    inputs.facts = make_facts(marking="OFFICIAL")
    text = inputs.page()
    assert text.count('class="marking"><bdi>OFFICIAL</bdi></') == 2
    assert "<title>OFFICIAL: " in text
    assert '<meta name="protective-marking" content="OFFICIAL">' in text


def test_untested_lead_counts_both_kinds_and_says_that_nothing_is_tested(untested):
    page = Reader(untested.page())
    assert (
        "2 hotspots and 1 busy point in recorded reports; the largest is Station Parade "
        "(35 reports at 4 places). 1 hotspot in perception reports; the largest is "
        "The Underpass (9 people, 35 pins). None has yet been tested for chance."
    ) in page.text


def test_banners_cautions_and_what_is_not_drawn(page):
    assert "Every report here is made up" in page.text
    assert "The ward outlines are schematic" in page.text
    assert "All cautions (4)" in page.text
    assert (
        "2 reports are counted but not drawn: sexual, domestic, hate and other sensitive"
        in page.text
    )


def test_cautions_take_three_lines_and_the_rest_waits(inputs):
    inputs.facts = make_facts(cautions=("Long " * 45, "Second.", "Third."))
    text = inputs.page()
    assert text.count("Second.") == 2
    assert text.count("Third.") == 1
    inputs.facts = make_facts(cautions=("Long " * 120, "Second.", "Third."))
    text = inputs.page()
    assert text.count("Second.") == 1
    assert "All cautions (3)" in text


def test_a_longer_look_back_stands_beside_the_list(inputs):
    survey = replace(
        make_facts().sources[0], source="survey", title="Survey pins", look_back="24 months"
    )
    inputs.facts = make_facts(sources=(survey,))
    text = Reader(inputs.page()).text
    assert "Reaches back further than the period: Survey pins 24 months." in text


def test_sensitive_points_are_drawn_only_when_told(inputs):
    page = make_map(inputs.hotspots, inputs.incidents, inputs.area, draw_sensitive=True)
    assert "counted but not drawn" not in page.html
    assert "Recorded offences (30)" in page.html
    assert "Recorded offences (28)" in inputs.page()


def test_nothing_personal_and_no_free_text(inputs):
    text = inputs.page().lower()
    for secret in ("secret", "person_key", "source_ref", "source_file"):
        assert secret not in text


def test_words_that_the_page_does_not_say(page, untested):
    for text in (page.text.replace(STANDS_OUT, ""), Reader(untested.page()).text):
        for word in ("dangerous", "unsafe area", "significant", "cluster", " heat "):
            assert word not in text.lower()


def test_month_only_data_are_never_finer_than_a_month(inputs):
    rows = [
        hotspot_row(1, "recorded", "hotspot", "A", date_from="2023-01-05", date_to="2023-01-09")
    ]
    inputs.hotspots = make_hotspots(rows)
    reader = Reader(inputs.page())
    assert "5 to 9 January" not in reader.text
    assert "Days and hours: the source gives only the month." in reader.text


def test_same_input_same_bytes(inputs):
    assert inputs.page() == Inputs().page()


def test_input_is_not_changed(inputs):
    before = [
        table.copy(deep=True)
        for table in (inputs.hotspots, inputs.incidents, inputs.zones, inputs.places)
    ]
    inputs.page()
    after = (inputs.hotspots, inputs.incidents, inputs.zones, inputs.places)
    for old, new in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(old), pd.DataFrame(new))


def test_empty_state_speaks_and_names_a_command(inputs):
    inputs.hotspots = make_hotspots([])
    inputs.incidents = make_incidents(14)
    inputs.facts = make_facts(
        period=(date(2021, 11, 1), date(2021, 11, 28)), period_is_months=False
    )
    text = Reader(inputs.page()).text
    assert "No hotspots: 8 reports in this period are too few to map. Try 12 weeks:" in text
    assert "csp-geo weekly --period 2021-09-06..2021-11-28" in text


def test_nothing_at_all_still_makes_a_page():
    nothing = make_incidents(4).iloc[:0]
    page = make_map(make_hotspots([]), nothing, make_area())
    assert "No hotspots: there are no reports in this period." in page.html


def test_context_is_its_own_layer_and_said_so(inputs):
    inputs.context = make_incidents(8)
    assert "context only, not in the hotspots" in inputs.page()


def test_without_facts_the_period_is_that_of_the_incidents(inputs):
    inputs.facts = None
    assert "Toytown: hotspots, January 2023" in Reader(inputs.page()).text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_is_shown_literally(text):
    reader = Reader(hostile_inputs(text).page())
    assert [tag for tag, _ in reader.tags if tag in {"img", "iframe", "object"}] == []
    assert len(reader.scripts) == 6
    shown = re.sub(r"\s+", " ", clean(text))
    assert reader.text.count(shown) >= 15
    assert "\u202e" not in reader.text


def test_template_text_in_data_never_runs_on_this_computer():
    page = hostile_inputs("{{ cycler.__init__.__globals__.os.getpid() }}{{7*7}}").page()
    script = next(text for attributes, text in Reader(page).scripts if "L.map(" in text[:400])
    assert "49" not in re.findall(r"name\": \"([^\"]*)\"", script)
    assert "cycler" in script


def hostile_inputs(text: str) -> Inputs:
    """The same text in every field of every table that holds text."""
    from .conftest import make_places, make_zones

    def row(rank, family, kind):
        return hotspot_row(
            rank,
            family,
            kind,
            text,
            sources={text: 12},
            themes={text: 8, "theft": 4},
            observations={text: 2},
            n_observations=2,
            zones=text,
            ward_name=text,
            ward_code=text,
            hotspot_id=text,
            sentence=text,
            depends_on=text,
        )

    area = make_area((text, "South " + text), text)
    source = replace(make_facts().sources[0], source=text, title=text, look_back=text, role=text)
    facts = make_facts(
        marking=text,
        cautions=(text,) * 5,
        sources=(source,),
        licences=(text,),
        method=(text,),
        testing=(text,),
        version=text,
        ward_counts=((text, text, 1, 2),),
    )
    incidents = make_incidents(
        40, source=text, theme=text, place=text, ward_name=text, category=text, flags=text
    )
    return Inputs(
        hotspots=make_hotspots(
            [
                row(1, "recorded", "hotspot"),
                row(2, "recorded", "busy point"),
                row(1, "perception", "hotspot"),
            ]
        ),
        incidents=incidents,
        area=area,
        zones=make_zones(text, text),
        context=incidents,
        places=make_places((text, text, text)),
        facts=facts,
    )


def test_it_saves_itself_as_the_same_bytes(inputs, tmp_path):
    page = MapPage(inputs.page())
    page.save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_bytes() == page.html.encode()


def test_control_characters_do_not_reach_the_page(inputs):
    inputs.facts = make_facts(cautions=("a\x00b\x1bc\ud800d",))
    text = inputs.page()
    assert "abcd" in text
    text.encode()


def test_a_notebook_gets_a_sandboxed_frame(inputs):
    frame = MapPage(inputs.page())._repr_html_()
    attributes = Reader(frame).all("iframe")[0]
    assert attributes["sandbox"] == "allow-scripts"
    assert attributes["srcdoc"] == inputs.page()
    assert html.unescape(frame).count("<!DOCTYPE html>") == 1


@pytest.mark.parametrize(
    "bad",
    [
        '<script src="https://example.org/x.js"></script>',
        '<link rel="stylesheet" href="//example.org/x.css">',
        "<style>a { background: url(http://example.org/x.png) }</style>",
        "<style>@import 'https://example.org/x.css';</style>",
        '<p style="background:url(x.png)">',
        '<img src="x.png">',
    ],
)
def test_external_addresses_are_refused_loudly(bad):
    with pytest.raises(RuntimeError, match="would fetch"):
        refuse_external(f"<html><body>{bad}</body></html>")


def test_css_and_json_texts_cannot_leave_their_place():
    assert css_string('a"</style>') == '"a\\22 \\3c \\2f style\\3e "'
    assert "<" not in json_for_script({"name": "</script>"})
    assert json.loads(json_for_script({"n": "</script>&"})) == {"n": "</script>&"}


def test_a_hundred_thousand_incidents_stay_small():
    inputs = Inputs()
    rng = np.random.default_rng(1)
    n = 100_000
    table = make_incidents(n, source="offence", family="recorded", theme="theft")
    places = np.rint(np.array(CENTRE) + rng.normal(0, 600, (3000, 2)))
    table.index = pd.RangeIndex(n)
    xy = places[rng.integers(0, 3000, n)]
    table = table.set_geometry(type(table.geometry).from_xy(*xy.T, crs=table.crs))
    inputs.incidents = table
    assert len(inputs.page().encode()) < 1_000_000
