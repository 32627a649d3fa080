"""Signs and words in a filled call list: a tick is a yes, a cross is nobody knows what."""

from __future__ import annotations

import pytest

from csp_geo.inputs.venues.call_words import is_closed_for_good, read_choice


@pytest.mark.parametrize("text", ["✓", "✔", "✔️", "☑", "√", "✅", " ✓ ", "✓ yes", "TRUE", "y"])
def test_a_tick_is_a_yes(text):
    assert read_choice(text) == ("yes", "")


@pytest.mark.parametrize("text", ["☑ no", "✓ - not known", "No.", "false"])
def test_a_tick_beside_another_answer_gives_way_to_it(text):
    assert read_choice(text)[0] == ("yes" if text.startswith("✓ -") else "no")


@pytest.mark.parametrize(
    "text", ["x", "X", "[x]", "✗", "✘", "☒", "❌", "\u00d7", "☐", "☐ yes ☑ no"]
)
def test_a_cross_may_mean_either(text):
    answer, why = read_choice(text)
    assert answer == ""
    assert "may mean yes or no" in why
    assert "Write which" in why


@pytest.mark.parametrize("text", ["n/a", "N/A", "N / A", "n.a.", "NA", "-", "—", "--"])
def test_no_answer_is_said_to_be_none(text):
    answer, why = read_choice(text)
    assert answer == ""
    assert why.startswith("says that there is no answer")


@pytest.mark.parametrize("text", ["1", "0", "designated", "customers", "perhaps", "/"])
def test_what_a_list_of_places_says_is_no_word_of_a_person(text):
    """A "1" under "Two staff" is one member of staff."""
    answer, why = read_choice(text)
    assert answer == ""
    assert why.startswith("is none of yes, no, not known")


@pytest.mark.parametrize("text", ["?", "not known", "Don't know", "unsure"])
def test_a_question_that_stays_open(text):
    assert read_choice(text) == ("not known", "")


@pytest.mark.parametrize(
    ("text", "is_closed"),
    [
        ("Closed down", True),
        ("shop permanently closed since May", True),
        ("has ceased trading", True),
        ("nobody there. Boarded up", True),
        ("closed on Mondays", False),
        ("not closed down", False),
        ("it isn't permanently closed", False),
        ("the shop next door closed down", False),
        ("may be closed down soon", False),
        ("", False),
    ],
)
def test_closed_for_good(text, is_closed):
    assert is_closed_for_good(text) is is_closed
