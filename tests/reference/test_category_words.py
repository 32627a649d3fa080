"""320 categories as exports have them: what each is, and what makes it sensitive.

Written by somebody who had not seen the vocabulary: official names of the Home Office and of the
Metropolitan Police, short forms, codes, slang, slips. 170 of them are sensitive, and a careful
colleague would ask about 40: none of those may be drawn. Three themes were changed since: what is
taken of or from a vehicle is vehicle crime, as the Home Office counts it, and the breach of a PSPO
is anti-social behaviour, whatever was drunk.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from csp_geo.core.tables import SENSITIVITIES, THEMES
from csp_geo.inputs.source import packaged_sources

_TABLE = Path(__file__).with_name("category_words.csv")
ROWS = list(csv.DictReader(io.StringIO(_TABLE.read_text(encoding="utf-8"), newline="")))


def test_the_table_is_what_it_says() -> None:
    assert len(ROWS) == 320
    assert {row["sensitive"] for row in ROWS} == set(SENSITIVITIES)
    assert {row["theme"] for row in ROWS} <= set(THEMES)
    assert sum(row["sensitive"] != "" for row in ROWS) == 214


@pytest.mark.parametrize("row", ROWS, ids=[row["word"] for row in ROWS])
def test_theme_and_sensitivity(row: dict[str, str]) -> None:
    theme, kind = packaged_sources()["offence"].sort(row["word"])
    assert (theme or "other", kind) == (row["theme"], row["sensitive"])


@pytest.mark.parametrize("source", ["offence", "asb", "other", "streetsafe", "eva", "fire"])
def test_what_is_sensitive_is_so_in_every_source(source: str) -> None:
    sort = packaged_sources()[source].sort
    drawn = [row["word"] for row in ROWS if row["sensitive"] and not sort(row["word"])[1]]
    assert drawn == []


@pytest.mark.parametrize("source", ["offence", "asb", "other"])
def test_case_and_punctuation_do_not_matter(source: str) -> None:
    sort = packaged_sources()[source].sort
    for row in ROWS:
        for word in (row["word"].upper(), row["word"].replace(" ", "_"), f"  {row['word']}. "):
            assert bool(sort(word)[1]) >= bool(row["sensitive"]), word
