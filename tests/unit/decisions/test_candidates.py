"""Which premises of a list are a haven that is known already."""

from __future__ import annotations

import pytest

from csp_geo.decisions.havens.candidates import _begins


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
