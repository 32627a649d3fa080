"""Contracts of the tables: complete, consistent, and every breach is named at once."""

from __future__ import annotations

import pandas as pd
import pytest

from csp_geo.core.errors import SchemaError
from csp_geo.core.tables import (
    CONTRACTS,
    FAMILIES,
    FAMILY_OF_SOURCE,
    HOTSPOTS,
    INCIDENTS,
    SENSITIVE_THEMES,
    SOURCES,
    THEMES,
    as_agreed,
    check_table,
)


class TestInputs:
    def test_every_complaint_at_once(self, make_incidents):
        """Four things are wrong, four are said."""
        table = pd.DataFrame(make_incidents([[544421, 184321]])).drop(columns=["theme"])
        table["weight"] = "heavy"
        table["family"] = pd.Categorical(["gossip"])
        table["flags"] = pd.Series([None], dtype="str", index=table.index)
        with pytest.raises(SchemaError) as caught:
            check_table(table, INCIDENTS)
        said = str(caught.value)
        assert "column 'theme' is missing" in said
        assert "'weight' is str" in said or "'weight' is object" in said
        assert "'family' has unknown values ['gossip']" in said
        assert "'flags' has 1 empty cells" in said

    def test_plain_dataframe_has_no_geometry(self, make_incidents):
        table = pd.DataFrame(make_incidents([[544421, 184321]]).drop(columns="geometry"))
        with pytest.raises(SchemaError, match="column 'geometry' is missing"):
            check_table(table, INCIDENTS)

    def test_as_agreed_needs_every_column(self, make_incidents):
        table = make_incidents([[544421, 184321]]).drop(columns="theme")
        with pytest.raises(KeyError, match="theme"):
            as_agreed(table, INCIDENTS)


class TestOutputs:
    @pytest.mark.parametrize("xy", [[[544421, 184321]], []])
    def test_agreed_table_passes(self, make_incidents, xy):
        check_table(make_incidents(xy), INCIDENTS)

    def test_columns_beyond_the_contract_are_allowed(self, make_incidents):
        check_table(make_incidents([[544421, 184321]]).assign(more=1), INCIDENTS)

    def test_as_agreed_orders_and_types(self, make_incidents):
        made = make_incidents([[544421, 184321]])
        mixed = made[made.columns[::-1]].astype({"weight": "object", "family": "str"})
        agreed = as_agreed(mixed, INCIDENTS)
        assert list(agreed.columns) == list(INCIDENTS.names)
        assert agreed["weight"].dtype == "float64"
        assert list(agreed["family"].cat.categories) == list(FAMILIES)

    @pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
    def test_every_column_is_explained(self, contract):
        assert len(set(contract.names)) == len(contract.names)
        assert contract.row
        for column in contract.columns:
            assert len(column.meaning) > 3, column.name
            assert column.dtype in {
                *("string", "int64", "float64", "bool", "category"),
                *("datetime", "object", "geometry"),
            }

    def test_lists_fit_together(self):
        assert set(FAMILY_OF_SOURCE) == set(SOURCES)
        assert set(FAMILY_OF_SOURCE.values()) <= set(FAMILIES)
        assert set(THEMES) > SENSITIVE_THEMES

    def test_no_personal_column_in_what_people_are_shown(self):
        assert not {"person_key", "source_ref", "source_file", "place"} & set(HOTSPOTS.names)
