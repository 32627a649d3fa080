"""From which number on the map says something, and up to which distance."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from csp_geo.products.facts import hotspot
from csp_geo.products.weekly import story


@pytest.mark.parametrize(("metres", "n"), [(499.9, 1), (500.0, 1), (500.1, 0)])
def test_stations_up_to_500_metres_are_named(metres, n):
    row = SimpleNamespace(easting=0.0, northing=0.0)
    context = SimpleNamespace(stations=[("Station", metres, 0.0)])
    assert len(hotspot._stations(row, context)) == n


@pytest.mark.parametrize(
    ("n", "says"), [(0, "no reports"), (1, "too few"), (49, "too few"), (50, "nowhere 5 reports")]
)
def test_below_fifty_reports_are_too_few_to_map(n, says):
    facts = SimpleNamespace(min_samples=5, eps=100.0)
    assert says in story.empty_of("recorded", n, facts)


@pytest.mark.parametrize(
    ("share", "n_places", "is_said"), [(0.39, 5, False), (0.4, 5, True), (0.4, 1, False)]
)
def test_from_two_fifths_on_one_place_leads(share, n_places, is_said):
    counts = {"n": 100, "n_places": n_places, "n_people": 0, "n_anonymous": 0}
    row = SimpleNamespace(
        kind="hotspot", family="recorded", top_place_share=share, sources={"offence": 100}, **counts
    )
    context = SimpleNamespace(snapped=frozenset(), months_only=True)
    said = hotspot._unknown(row, context, None).points
    assert any("one place leads" in sentence for sentence in said) is is_said


@pytest.mark.parametrize(
    ("n", "n_rows", "said"),
    [
        (7, 7, "7 reports, 3 places"),
        (7, 12, "7 incidents (12 rows), 3 places"),
        (1, 6, "one incident, 6 rows, 3 places"),
        (1, 1, "1 report, 3 places"),
    ],
)
def test_rows_are_said_only_where_they_are_more_than_incidents(n, n_rows, said):
    row = SimpleNamespace(n=n, n_rows=n_rows, n_places=3, family="recorded")
    assert hotspot._figures(row) == said
