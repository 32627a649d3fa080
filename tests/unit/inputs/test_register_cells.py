"""What of a register's cells is shown: a lure in every column, and what is said of it."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from csp_geo.core.tables import DIRECTORY
from csp_geo.inputs.venues.register import read_havens
from csp_geo.inputs.where.postcode import public_postcode
from csp_geo.products.directory_page import (
    DirectoryFacts,
    coordinator_table,
    directory_files,
    finding_lines,
    public_table,
)
from csp_geo.products.exports import csv_bytes

TODAY = date(2026, 11, 22)
GOOD = {
    "haven_id": "SH-1",
    "name": "Toy Library",
    "type": "library",
    "address": "2 Town Square",
    "postcode": "IG11 7NB",
    "latitude": "51.5364",
    "longitude": "0.0790",
    "opening_hours": "Mo-Fr 09:00-17:30; PH off",
    "trained_count": "4",
    "training_expiry": "2028-02-01",
    "languages": "Polish",
    "last_checked": "2026-09-03",
    "status": "active",
    "consent_to_publish": "yes",
} | dict.fromkeys(("step_free", "toilet", "accessible_toilet", "quiet_space"), "yes")
LURES = (
    *("Priya", "ask for Priya", "(Priya, ext 214)", "O77OO 9OO123", "key from Dave"),
    *("ring 07700 900123", "priya@x.org", "@priya_ig", "priya [at] x dot org"),
)
LURED = re.compile(r"priya|dave|\b214|O77OO|9OO123|07700|900123|x\.org|dot org", re.IGNORECASE)
PUBLISHED = (
    *("name", "type", "address", "postcode", "opening_hours", "languages", "last_checked"),
    *("step_free", "toilet", "accessible_toilet", "quiet_space"),
)
"""Every column of the register that the directory is made of, beside the coordinates."""


def read(tmp_path, rows):
    path = tmp_path / "havens.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return read_havens(path, None, today=TODAY)


def lured_rows():
    """Return a row for each column and lure; a name alone cannot be told from a venue's."""
    pairs = [(column, lure) for column in PUBLISHED for lure in LURES]
    pairs.remove(("name", "Priya"))
    return [
        GOOD
        | {"haven_id": f"SH-{at}", "name": f"Toy {at}", "latitude": f"51.5{at:03}"}
        | {column: f"{GOOD[column]} {lure}"}
        for at, (column, lure) in enumerate(pairs)
    ]


def test_the_columns_are_all_that_are_published():
    renamed = {"hours_last_confirmed": "last_checked"}
    made_of = {renamed.get(name, name) for name in DIRECTORY.names}
    assert made_of == {*PUBLISHED, "latitude", "longitude"}


def test_a_lure_in_any_column_leaves_in_no_product_and_is_said(tmp_path):
    rows = lured_rows()
    register = read(tmp_path, rows)
    files = directory_files(register, None, DirectoryFacts(made_on=TODAY, version="1", licences=()))
    files |= {
        "directory.csv": csv_bytes(public_table(register)),
        "coordinator": csv_bytes(coordinator_table(register)),
        "terminal": "\n".join(finding_lines(register)).encode(),
    }
    for name, data in files.items():
        text = re.sub(r"<style.*?</style>|<script>.*?</script>", "", data.decode(), flags=re.DOTALL)
        assert not (found := LURED.search(text)), (name, text[found.start() - 80 : found.end()])
    told = set(register.findings["source_row"])
    assert told == {at + 2 for at in range(len(rows))}, "a row of which nothing is said"


@pytest.mark.parametrize(
    ("change", "slug", "said"),
    [
        ({"postcode": "IG11 7NB Priya"}, "words-left-out", "Words in its postcode are not"),
        ({"languages": "Polish (Priya)"}, "words-left-out", "Words in its languages are"),
        ({"type": "library by Priya"}, "words-left-out", "Words in its type are not"),
        ({"type": "shop=Priya"}, "", ""),
        ({"opening_hours": 'Mo-Fr 09:00-17:00 "Priya"; PH off'}, "words-left-out", "opening hours"),
        ({"toilet": "key from Dave"}, "contact-in-text", "a person to ask for in its toilet"),
        ({"opening_hours": "Mo 9-5, ring 07700 900123"}, "contact-in-text", "in its opening hours"),
        ({"quiet_space": "back office"}, "not-yes-or-no", "Its quiet space says neither yes nor"),
        ({"quiet_space": "a", "toilet": "b"}, "not-yes-or-no", "Its toilet and quiet space say"),
        ({"quiet_space": "not known", "toilet": "?"}, "", ""),
        ({"trained_count": "4 (Priya)"}, "unreadable-number", "Its number trained cannot be"),
        ({"name": "Cafe (ask for Priya)"}, "contact-in-name", "Its name holds a person to ask"),
    ],
)
def test_what_is_left_out_is_said_by_its_column(tmp_path, change, slug, said):
    found = read(tmp_path, [GOOD | change]).findings.set_index("finding")["what"]
    extra = set(found.index) - {"unreadable-hours", "no-training-expiry"}
    assert extra == ({slug} if slug else set())
    assert said in found.get(slug, "")


def test_known_values_stay_where_a_contact_stood_beside_them(tmp_path):
    lured = {"postcode": "ig117nb ring Priya", "languages": "Polish; ask Priya, BSL"}
    row = read(tmp_path, [GOOD | lured | {"type": "shop=Priya"}]).table.iloc[0]
    assert row["postcode"] == "IG11 7NB"
    assert row["languages"] == "Polish and British Sign Language"
    assert row["venue_type"] == "shop"


@pytest.mark.parametrize(
    ("cell", "shown", "is_more"),
    [
        *(("IG11 7NB", "IG11 7NB", False), ("ig117nb", "IG11 7NB", False), ("", "", False)),
        *(("W1A-1AA.", "W1A 1AA", False), ("IG11", "IG11", False), ("IG11 7", "IG11", False)),
        *(("IG11 7NB Priya", "IG11 7NB", True), ("IG11 Priya", "IG11", True), ("n/a", "", False)),
        *(("O7 7OO 9OO123", "", True), ("O77OO 9OO123", "", True), ("Priya", "", True)),
        ("IG11 7NB, RM8 1AA", "", True),
    ],
)
def test_only_the_postcode_of_a_cell(cell, shown, is_more):
    assert public_postcode(cell) == (shown, is_more)
