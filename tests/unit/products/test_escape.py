"""The only door for text to folium and to spreadsheets."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csp_geo.products.escape import clean, escape, escape_properties, neutralise, neutralise_table

SAFE = re.compile(r"[\w \-.,:;()+?!@%£€&#]*")


@given(st.text())
def test_escaped_text_is_inert_and_a_browser_reads_it_back(text):
    escaped = escape(text)
    assert SAFE.fullmatch(escaped)
    assert html.unescape(escaped) == clean(text)


@given(st.text())
def test_no_sign_of_template_or_markup_survives(text):
    assert not set("{}<>\"'`$\\=[]|^~*/") & set(escape(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kebab & Co.", "Kebab &#38; Co."),
        ("{{7*7}}", "&#123;&#123;7&#42;7&#125;&#125;"),
        ("50{% x", "50&#123;% x"),
        ("Café £5", "Café £5"),
        ("two\nlines\tand\x00nul", "two lines andnul"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("", ""),
        (7, "7"),
    ],
)
def test_escape(text, expected):
    assert escape(text) == expected


def test_escape_properties_covers_keys_and_leaves_numbers():
    assert escape_properties({"<a>": "<b>", "n": 3, "share": 0.5, "none": None, "yes": True}) == {
        "&#60;a&#62;": "&#60;b&#62;",
        "n": 3,
        "share": 0.5,
        "none": None,
        "yes": True,
    }


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "  @", "\uff1d"])
def test_text_that_would_start_a_formula_is_guarded(sign):
    assert neutralise(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("cell", [-1, -0.5, None, np.float64(-2), True, "High Street", "", "a=b"])
def test_other_cells_stay_as_they_are(cell):
    assert neutralise(cell) is cell


def test_neutralise_table_guards_names_too_and_leaves_its_input():
    table = pd.DataFrame({"=name": ["=x", "y", None], "n": [-1, 2, 3]})
    before = table.copy(deep=True)
    guarded = neutralise_table(table)
    assert list(guarded.columns) == ["'=name", "n"]
    assert guarded["'=name"].tolist()[:2] == ["'=x", "y"]
    assert guarded["n"].tolist() == [-1, 2, 3]
    pd.testing.assert_frame_equal(table, before)
