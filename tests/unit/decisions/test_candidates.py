"""Which premises are a haven that is known already, and which are in the crime data themselves."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from scipy.stats import poisson

from csp_geo.core.tables import CRITERIA
from csp_geo.decisions.havens.candidates import VenueNames, _begins, _without_havens
from csp_geo.decisions.havens.licensing import FALSE_SHARE, above_chance


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("oxfam", "oxfamhighroad", True),
        ("oxfa", "oxfamhighroad", True),
        ("oxf", "oxfamhighroad", False),  # three letters begin many names
        ("oxf", "oxf", True),
        ("oxfamhighroad", "oxfa", True),
        ("oxfb", "oxfamhighroad", False),
    ],
)
def test_a_name_of_four_letters_may_begin_a_longer_one(name, other, same):
    assert _begins(name, other) is same


def venues(*rows):
    """Name and metres along a street, all in one postcode."""
    names, metres = zip(*rows, strict=True)
    table = {"name": names, "postcode": "RM9 6SJ", "address": "Crescent"}
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(metres, [0.0] * len(rows)))


def test_a_name_that_is_the_same_is_surer_than_one_that_is_alike():
    listed = VenueNames.of(venues(("Asda", 0), ("Asda Cafe", 10), ("Asdb", 0)))
    table = venues(("Asda", 0), ("Asda Cafe", 10), ("Elsewhere", 0))
    found = [listed.likeness(row).tolist() for _, row in table.iterrows()]
    assert found == [[3, 1, 0], [1, 3, 0], [0, 0, 0]]


def test_who_has_a_row_of_its_own_is_not_what_another_row_says():
    """Asda said no; its cafe said yes, and is still a candidate."""
    table = venues(("Asda", 0), ("Asda Cafe", 10), ("Asda Express", 20))
    register = table.iloc[:2].assign(
        status=["withdrawn", "candidate"], willing=["no", "yes"], why_not="", counts_now=False,
        consent_to_publish="unknown", staff_min=np.nan, hours_confirmed="unknown",
        opening_hours=None, **dict.fromkeys(CRITERIA, "unknown"),
    )  # fmt: skip
    told, out = _without_havens(table.assign(**dict.fromkeys(CRITERIA, "unknown")), register)
    assert out[1] == ""
    assert told["said_yes"].tolist() == [False, True, False]
    assert all("withdrawn" in out[n] for n in (0, 2))


class TestAboveChance:
    """Counts of reports at premises, against a Poisson of what a premises has on average."""

    def told(self, *counts, n_quiet=0):
        n = np.array([*counts, *[0] * n_quiet])
        return above_chance(n, np.ones(len(n), dtype=bool)).tolist()

    def test_one_of_many_with_many_reports(self):
        assert self.told(9, 1, n_quiet=98) == [True] + [False] * 99

    def test_none_reported_and_all_alike(self):
        assert self.told(n_quiet=5) == [False] * 5
        assert self.told(7, 7, 7, 7) == [False] * 4
        assert self.told(9) == [False]  # alone it is its own average

    @pytest.mark.parametrize(("n_quiet", "above"), [(7, False), (8, True)])
    def test_both_sides_of_one_in_twenty(self, n_quiet, above):
        """Three reports at one of so many: its chance, times how many are tested."""
        n = n_quiet + 1
        corrected = poisson.sf(2, 3 / n) * n
        assert (corrected <= FALSE_SHARE) == above
        assert self.told(3, n_quiet=n_quiet)[0] == above

    def test_only_those_that_can_be_compared_are_tested(self):
        n = np.array([9, 9, *[0] * 98])
        compared = np.arange(100) != 1
        assert np.flatnonzero(above_chance(n, compared)).tolist() == [0]
        assert not above_chance(n, np.zeros(100, dtype=bool)).any()

    def test_no_premises(self):
        assert above_chance(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)).tolist() == []
