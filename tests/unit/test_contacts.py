"""Contacts in free text: what is one, and what stands before it."""

from __future__ import annotations

import pytest

from csp_geo.response.contacts import before_contact, holds_contact


@pytest.mark.parametrize(
    "contact",
    [
        *("07700 900123", "0 7 7 0 0 900123", "07700\u2013900123", "07700 / 900 123"),
        *("+44 (0)7700 900123", "+447700900123", "0044 7700 900123", "7700900123"),
        *("(020) 8227-3000", "020.8227.3000", "01204 52112", "jane.b@example.org.uk"),
    ],
)
@pytest.mark.parametrize("lead", ["", ", ring Jane ", " - Tel: ", " ("])
def test_a_contact(contact, lead):
    text = f"Toy Cafe{lead or ' '}{contact}, thanks"
    assert holds_contact(text)
    assert before_contact(text) == "Toy Cafe"


@pytest.mark.parametrize(
    "text",
    [
        *("", "12-14 High Road, IG11 7NB", "100023336956", "Unit 0-10, 100-112 High Road"),
        *("Mo-Fr 09:00-17:30; Sa 10:00-16:00", "0900-1730 1000-1600", "544421 184321"),
        *("Cafe @ 45", "Call Centre Cafe", "Ringway, ring road"),
    ],
)
def test_none(text):
    assert not holds_contact(text)
    assert before_contact(text) == text


def test_an_empty_cell():
    assert not holds_contact(None)
    assert not holds_contact(float("nan"))
