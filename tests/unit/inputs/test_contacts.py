"""Contacts in free text: what is one, and what stands before it."""

from __future__ import annotations

import pytest

from csp_geo.core.wording import join
from csp_geo.inputs.venues.contacts import (
    address_holds_contact,
    before_contact,
    holds_contact,
    kinds_of_contact,
    public_address,
)


@pytest.mark.parametrize(
    "contact",
    [
        *("07700 900123", "0 7 7 0 0 900123", "07700\u2013900123", "07700 / 900 123"),
        *("+44 (0)7700 900123", "+447700900123", "0044 7700 900123", "7700900123"),
        *("(020) 8227-3000", "020.8227.3000", "01204 52112", "jane.b@example.org.uk"),
        *("8215 3000", "82153000", "8215-3000", "020-8215", "0208 215"),
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
        *("Cafe @ 45", "Call Centre Cafe", "Ringway, ring road", "1-3 Ring Road", "St Mary's"),
        *("Unit 12, 345-347 High Road", "Unit 12, 1001-1004 High Road", "IG11 8EB", "Eurest c/o X"),
        *("Call Centre House", "The Ring, Dagenham", "Tel Aviv Grill", "Barking Contact Centre"),
        *("Contact Lens Shop", "Telephone Exchange", "Phones 4 U", "The Phone Shop", "Hotel 21"),
        "Ask for Angela",
    ],
)
def test_none(text):
    assert not holds_contact(text)
    assert not address_holds_contact(text)
    assert before_contact(text) == text


@pytest.mark.parametrize(
    "text",
    ["Dr Martens", "Mobile Bitz", "Mrs Miggins Pie Shop", "Mr Chippy", "Eye Contact Opticians"],
)
def test_none_in_a_name(text):
    assert not holds_contact(text)
    assert before_contact(text) == text


@pytest.mark.parametrize(
    "led",
    [
        *("(tel 8215 3000 ext 12)", "tel 8215 3000", "Tel. 8215", "tel Jane", "mob no. 821 53"),
        *("- contact Mr J Smith", "CALL MRS SMITH", "ask for Jane", "Ask for the owner"),
        *(", ring Jane", "phone Jane", "Contact: Jane", "| email Jane", "Phone: ext 12"),
    ],
)
def test_what_leads_to_a_contact(led):
    assert holds_contact(f"13 High Road {led}")
    assert address_holds_contact(f"13 High Road {led}")
    assert before_contact(f"Toy Cafe {led}") == "Toy Cafe"


@pytest.mark.parametrize(
    "address",
    [
        *("Mr J Smith, 13 High Road", "13 High Road, Miss Toy", "Dr Jones, 13 High Road"),
        *(
            "FAO Jane, 13 High Road",
            "13 High Road (manager Jane Smith)",
            "speak to Jane, 1 Toy Road",
        ),
        *("13 High Road, Phone Jane", "13 High Road CONTACT JANE", "13 High Road (ring bell)"),
    ],
)
def test_an_address_is_looked_at_more_strictly(address):
    assert not holds_contact(address)
    assert address_holds_contact(address)


def test_dr_in_a_street_name_is_not_a_title():
    assert not address_holds_contact("13 Oak Dr Barking")


def test_an_empty_cell():
    assert not holds_contact(None)
    assert not holds_contact(float("nan"))


def test_a_name_is_cut_before_the_bracket_that_holds_the_contact():
    assert before_contact("Vicarage Library (Mr Smith 020 8215 3000)") == "Vicarage Library"


@pytest.mark.parametrize(
    "contact",
    [
        *("O7700 9OO123", "\uff10\uff17\uff17\uff10\uff10900123", "07700\u00b7900\u00b7123"),
        *("0.7.7.0.0.9.0.0.1.2.3", "07700*900*123", "077\u200b00 900123", "+33 6 12 34 56 78"),
        *("@bobq.barking", "www.toy.example", "toycafe.co.uk", "https://toy.test", "Insta: bobq"),
        *(
            "bob (at) mail.test",
            "bob [at] mail dot test",
            "bob at mail dot test",
            "oh double seven",
        ),
        *("c/o Bob Quartermain", "facebook.com/bob"),
    ],
)
def test_a_contact_in_another_form(contact):
    assert holds_contact(f"13 High Road {contact}")
    assert address_holds_contact(f"13 High Road, {contact}")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("2 Town Square Priya", "2 Town Square"),
        ("2 Town Square (Priya, ext 214)", "2 Town Square"),
        ("2 Town Square Barking IG11 7NB", "2 Town Square Barking IG11 7NB"),
        ("2 Town Square, Barking", "2 Town Square, Barking"),
        ("Station Parade West", "Station Parade West"),
        ("12 Priya", ""),
        ("Ripple Road, Barking IG11 7NB", "Ripple Road, Barking IG11 7NB"),
        ("Ripple Road, Priya IG11 7NB", "Ripple Road"),
        ("St Ann's", "St Ann's"),
        ("3 St Ann's Priya", "3 St Ann's"),
        ("3 High St Priya", "3 High St"),
        ("12-14 High Road, IG11 7NB", "12-14 High Road, IG11 7NB"),
        ("Unit 4 Heathway Shopping Centre, Heathway", "Unit 4 Heathway Shopping Centre, Heathway"),
        ("Bob Quartermain, Ripple Road", "Ripple Road"),
        ("Ripple Road, Quartermain", "Ripple Road"),
        ("Mrs Hall Road", ""),
        ("Chadwell Heath", "Chadwell Heath"),
        ("", ""),
    ],
)
def test_only_what_has_the_shape_of_an_address_is_shown(address, shown):
    assert public_address(address, frozenset({"barking"})) == (shown, shown != address)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Cafe (ask for Priya)", "a person to ask for"),
        ("Cafe - key from Dave", "a person to ask for"),
        ("Cafe (Priya, ext 214)", "a telephone number"),
        ("Cafe O77OO 9OO123", "a telephone number"),
        ("Cafe O7 7OO 9OO123", "a telephone number"),
        ("Cafe, priya@x.org", "an e-mail address"),
        ("Cafe priya [at] x dot org", "an e-mail address"),
        ("Cafe @priya_ig", "a web address or a name on a network"),
        ("Cafe, ring Priya 07700 900123", "a telephone number and a person to ask for"),
        ("Ext 4 You", ""),
        ("Keys & Locks", ""),
        ("O2 Shop", ""),
    ],
)
def test_a_contact_is_called_what_it_is(text, kinds):
    assert join(kinds_of_contact(text)) == kinds
    assert before_contact(text) == ("Cafe" if kinds else text)


def test_what_stands_before_a_contact_is_as_it_was_written():
    assert before_contact("O2 Shop, ring Jane") == "O2 Shop"
