"""One rule for what cannot be seen: nothing that steers, turns around or hides is left."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csp_geo.core.visible import clean, cleaned, json_text, visible
from csp_geo.core.wording import shortened
from csp_geo.inputs.files.table import tidy
from csp_geo.products.escape import neutralise

EVERY = [chr(code) for code in range(0x110000)]
UNSEEN = {"Cc", "Cf", "Cs"}


def unseen(text, allowed=""):
    return {c for c in text if unicodedata.category(c) in UNSEEN and c not in allowed}


@pytest.mark.parametrize("door", [clean, tidy, shortened, visible, neutralise])
def test_no_function_lets_control_or_format_characters_through(door):
    """Every control, bidirectional mark, invisible format and lone surrogate that Unicode has."""
    odd = [c for c in EVERY if unicodedata.category(c) in UNSEEN]
    assert len(odd) > 2000
    allowed = "" if door in {clean, shortened} else "\t\n\r"
    assert not [c for c in odd if unseen(door(f"a{c}b"), allowed)]


@pytest.mark.parametrize(
    "text", ["High Street", "Ştefan Żabka, 5 £ \u2013 \u2018é\u2019 北京 🙂", "a\u00a0b", ""]
)
def test_what_can_be_seen_stays(text):
    assert clean(text) == visible(text) == text


def test_lines():
    assert clean("a\nb\tc\u2028d\x85e") == "a b c d e"
    assert visible("a\nb\tc\u2028d\x0be") == "a\nb\tc\nd\ne"


def test_a_name_whose_bytes_the_system_could_not_read():
    """In the locale C a name in UTF-8 comes as surrogates; it is the same name as elsewhere."""
    name = "ünï \u2013 北.csv"
    assert clean(name.encode().decode("ascii", "surrogateescape")) == name
    assert clean("caf\udce9.csv\ud800") == "caf.csv"
    assert clean(b"\xc2\x9b31m".decode("ascii", "surrogateescape")) == "31m"


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert visible(visible(text)) == visible(text)
    assert clean(clean(text)) == clean(text)
    assert not unseen(clean(text))


def test_json_is_clean_in_every_depth():
    value = {"na\x1bme": ["\u202ea", {"b": ("\x9bc", 1, None, True, 0.5)}]}
    assert cleaned(value) == {"name": ["a", {"b": ["c", 1, None, True, 0.5]}]}
    assert json.loads(json_text(value)) == cleaned(value)


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\x1b", "\u00ad", "\ufeff"])
def test_what_is_hidden_before_a_formula_does_not_hide_it(hidden):
    assert neutralise(f"{hidden}=1+1") == "'=1+1"


@pytest.mark.parametrize("sign", ["\u0a00", "\ue000", "\ud7ff", "\u0378", "\U000f0000"])
def test_unassigned_and_private_use_characters_are_left_out(sign):
    """Of private use or not assigned, as a UTF-16 file gives that has lost a byte."""
    assert visible(f"Hi{sign}gh Street") == "High Street"
    assert shortened(f"a{sign}b") == "ab"


def test_spaces_and_lines_of_other_kinds_stay():
    assert visible("A\u00a0\u3000B\nC\tD") == "A\u00a0\u3000B\nC\tD"
