"""Names and short forms of offences as forces and cities write them, with the theme of each.

From the published lists of the Home Office and the Metropolitan Police, and of the open data of New
York, Vancouver, Toronto and Chicago; what is sensitive stands in `category_words.csv`.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from csp_geo.core.errors import SettingsError
from csp_geo.core.tables import THEMES
from csp_geo.inputs.source import packaged_sources, source_from_text

_TABLE = Path(__file__).with_name("theme_words.csv")
ROWS = list(csv.DictReader(io.StringIO(_TABLE.read_text(encoding="utf-8"), newline="")))
SORT = packaged_sources()["offence"].sort


def test_every_theme_is_one() -> None:
    assert len(ROWS) > 180
    assert {row["theme"] for row in ROWS} <= set(THEMES)


@pytest.mark.parametrize("row", ROWS, ids=[row["word"] for row in ROWS])
def test_theme(row: dict[str, str]) -> None:
    assert (SORT(row["word"])[0] or "other") == row["theme"]


class TestPlurals:
    @pytest.mark.parametrize(
        ("word", "theme"),
        [
            ("Thefts from vehicles", "vehicle crime"),
            ("Burglaries in dwellings", "burglary"),
            ("Bike thefts", "theft"),
            ("Common assaults", "violence"),
        ],
    )
    def test_they_are_the_same(self, word: str, theme: str) -> None:
        assert SORT(word)[0] == theme

    def test_what_is_sensitive_stays_so(self) -> None:
        assert SORT("Sexual assaults of women")[1] == "sexual"
        assert SORT("Rapes")[1] == "sexual"


class TestStems:
    """A beginning of a word tells the theme, and never that the word is harmless."""

    def test_packaged(self) -> None:
        assert SORT("Zqburgle") == (None, "unknown")
        assert SORT("Burglarious entry") == ("burglary", "unknown")

    def test_a_project_may_add_some(self) -> None:
        own = source_from_text('[themes]\nburglary = ["einbr*"]', "offence", "source.toml")
        assert own.sort("Einbruch in Wohnung") == ("burglary", "unknown")
        assert own.sort("Wohnung") == (None, "unknown")

    def test_a_star_alone_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="neither a letter nor a digit"):
            source_from_text('[themes]\nburglary = ["*"]', "offence", "source.toml")

    def test_a_phrase_goes_before(self) -> None:
        own = source_from_text('[themes]\nfire = ["zqfoo bar"]\ntheft = ["zqfoo*"]', "offence", "s")
        assert own.sort("Zqfoo bar")[0] == "fire"
        assert own.sort("Zqfoos")[0] == "theft"
