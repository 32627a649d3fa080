"""One place under several names and addresses, and places that only look like one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csp_geo.decisions.havens.same_place import door_of, places_of

CODE = "IG11 9PG"


def is_one(first, second, metres=0.0):
    table = pd.DataFrame([first, second], columns=["name", "address", "postcode"])
    one, other = places_of(table, np.array([(0.0, 0.0), (metres, 0.0)]))
    assert (one == "") == (other == "")
    return one != "" and one == other


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Boots the Chemist", "68 East St", CODE), ("Boots UK Ltd", "68 East Street", CODE)),
        (("Shell", "514 Ripple Road, Barking", CODE), ("Express", "514 - 515 Ripple Rd.", CODE)),
        (("A", "62-82 Ripple Road", CODE), ("B", "Unit 2, 70 Ripple Road", CODE)),
        (("A", "4-5 Tudor Parade, High Road", CODE), ("B", "5 TUDOR PARADE", CODE)),
        (("A", "34 To 36 Faircross Parade", CODE), ("B", "No. 36 Faircross Parade", CODE)),
        (("A", "Unit 8, Davenport Centre", CODE), ("B", "8 Davenport Centre", CODE)),
        (("Asda", "Merrielands Crescent", CODE), ("Asda Cafe", "Merrielands Crescent", CODE)),
        (("Asda", None, CODE), ("The Asda Pharmacy", "2 Long Lane", CODE)),
        (("Ibis", "Ibis Hotel, Highbridge Road", CODE), ("Ibis Two", "Highbridge Road", CODE)),
        (("A", "9 High Road", None), ("B", "9 High Road", CODE)),
    ],
)
def test_one_place(first, second):
    assert is_one(first, second)
    assert is_one(second, first)


@pytest.mark.parametrize(
    ("first", "second", "metres"),
    [
        (("Boots", "68 East Street", CODE), ("Boots", "10 East Street", CODE), 0),
        (("A", "Unit 1, 68 East Street", CODE), ("B", "Unit 2, 68 East Street", CODE), 0),
        (("A", "200a Ripple Road", CODE), ("B", "200 Ripple Road", CODE), 0),
        (("A", "1 High Road", "RM6 6PR"), ("B", "1 High Road", CODE), 51),
        (("A", "1 High Road", None), ("B", "1 High Road", CODE), 251),
        (("Asda", "Crescent", CODE), ("Asda Cafe", "Crescent", CODE), 51),
        (("Asda", "Crescent", None), ("Asda Cafe", "Crescent", None), 0),
        (("Cafe Roma", "Crescent", CODE), ("Cafe Luna", "Crescent", CODE), 0),
        (("Barking Cafe", "East Street, Barking", CODE), ("Barking Gym", "Quay, Barking", CODE), 0),
        (("A", "High Road", CODE), ("B", "High Road", CODE), 0),  # a street is long
    ],
)
def test_two_places(first, second, metres):
    """Also a word that many have, a street of each town, and a street without a number."""
    assert not is_one(first, second, metres)


def test_what_is_no_span_of_numbers():
    assert door_of("1-900 High Road").numbers == {("1", "highroad")}
    assert door_of("9-3 High Road").numbers == {("9", "highroad")}
    assert door_of("High Road").numbers == frozenset()
