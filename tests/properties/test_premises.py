"""Lists of premises: no row is lost, whatever they hold."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from csp_geo.core.errors import NoReportsError
from csp_geo.core.tables import PREMISES, check_table
from csp_geo.inputs.venues.premises import read_premises
from csp_geo.inputs.venues.venue_types import read_venue_types

TYPES = read_venue_types()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "A Ltd", "", "Boots", "Mrs B", "Works Canteen"]),
            st.sampled_from(["shop", "pub", "school", "casino", "zeppelin", "", "library"]),
            st.sampled_from(["IG11 8AA", "ig118aa", "", "nonsense"]),
            st.sampled_from(["544421", "544460", "600000", "", "x"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.booleans(),
)
def test_every_row_is_a_candidate_or_left_out_once(town_area, tmp_path_factory, rows, alcohol):
    path = tmp_path_factory.mktemp("p") / "list.csv"
    table = [
        {"name": name, "type": kind, "postcode": code, "easting": east, "northing": "184321"}
        for name, kind, code, east in rows
    ]
    pd.DataFrame(table).to_csv(path, index=False)
    try:
        made = read_premises([path], town_area, TYPES, alcohol_and_gambling=alcohol)
    except NoReportsError:
        return
    used = [
        *made.table["source_row"], *made.left_out["source_row"], *made.ask_first["source_row"]
    ]  # fmt: skip
    assert sorted(used) == list(range(2, len(rows) + 2))
    assert made.counts.pop("read") == sum(made.counts.values()) == len(rows)
    assert made.left_out["words"].str.len().gt(10).all()
    assert made.table["premises_id"].is_unique
    assert made.ask_first["why"].str.len().gt(10).all()
    check_table(made.table, PREMISES)
