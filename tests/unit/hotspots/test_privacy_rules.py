"""What must not be recoverable from a map: who a victim is, and where the door is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

import csp_geo as cg
from csp_geo.core.settings import ClusterParams
from csp_geo.hotspots.find import find_hotspots
from csp_geo.inputs.source import packaged_sources

WORDINGS = {
    "sexual": ["Rape of a female", "Sexual assault on a female", "Upskirting", "Indecent exposure"],
    "domestic": ["Domestic abuse - non crime", "ABH (DV flag)", "VAWG", "Stalking"],
    "honour": ["Honour based violence", "FGM", "Forced marriage"],
    "slavery": ["Modern slavery", "Human trafficking", "Cuckooing"],
    "child": ["CSE", "Child abuse", "Cruelty to children"],
    "hate": ["Racially aggravated harassment", "Homophobic abuse", "Hate crime: faith"],
    "unknown": ["Goblins", "Assault of the quartermain", "Sexul assalt", "", "Misc 99", "\u6b66"],
}


@pytest.mark.parametrize("kind", WORDINGS)
@pytest.mark.parametrize("source", ["offence", "asb", "graffiti", "streetsafe", "other"])
def test_sensitive_wordings_are_known_in_every_source(source: str, kind: str) -> None:
    for wording in WORDINGS[kind]:
        found = packaged_sources()[source].sort(wording)[1]
        deed = source == "graffiti" and kind == "hate"  # it may be what was done to somebody
        assert found == kind or (deed and found == "unknown"), wording


def _town(make_incidents, xy: list, themes: list[str]):
    made = make_incidents(np.array(xy, dtype=float))
    kinds = ["domestic" if theme == "domestic" else "" for theme in themes]
    return made.assign(
        theme=pd.Categorical(themes, categories=made["theme"].cat.categories),
        sensitive=pd.Categorical(kinds, categories=made["sensitive"].cat.categories),
    )


def test_a_cluster_that_sensitive_reports_make_is_withheld(town_area, make_incidents) -> None:
    xy = [[544500 + 10 * i, 184500] for i in range(5)]
    incidents = _town(make_incidents, xy, ["domestic"] * 5)
    hotspots, n_withheld = find_hotspots(incidents, town_area, ClusterParams())
    assert (len(hotspots), n_withheld) == (0, 1)
    assert cg.find_clusters(incidents, town_area).empty
    shown, n_withheld = find_hotspots(incidents, town_area, ClusterParams(), show_doors=True)
    assert (len(shown), n_withheld) == (1, 0)


@pytest.mark.parametrize(("others", "shown"), [(0, 0), (1, 0), (4, 0), (5, 1)])
def test_an_outline_needs_five_reports_that_may_be_shown(
    town_area, make_incidents, others, shown
) -> None:
    """Five domestic reports make a cluster of any noise report beside them: no outline of that."""
    xy = [[544500 + 10 * i, 184500] for i in range(5 + others)]
    incidents = _town(make_incidents, xy, ["domestic"] * 5 + ["robbery"] * others)
    hotspots, n_withheld = find_hotspots(incidents, town_area, ClusterParams(min_samples=5))
    assert (len(hotspots), n_withheld) == (shown, 1 - shown)


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        (["a", "b", "c", "d"], 0),
        (["a", "b", "c", "d", "d"], 0),  # two pins of one person
        (["a", "b", "c", "d", "e"], 1),
        (["a", "b", "c", "d", None], 1),  # nobody's pin counts as a person
    ],
)
def test_an_outline_of_pins_needs_five_people_who_may_be_shown(
    town_area, make_incidents, people, shown
) -> None:
    """Two people who tell of hate are in the cluster, and do not count towards its outline."""
    n = len(people)
    incidents = make_incidents(
        [[544500 + 10 * i, 184500] for i in range(n + 2)],
        source="survey",
        person_key=[*people, "x", "y"],
        sensitive=[""] * n + ["hate"] * 2,
    )
    hotspots, n_withheld = find_hotspots(incidents, town_area, ClusterParams(min_samples=5))
    assert (len(hotspots), n_withheld) == (shown, 1 - shown)


@pytest.mark.parametrize("door", [(544500, 184500), (544520, 184530), (544480, 184470)])
def test_no_outline_has_its_centre_at_a_door(town_area, make_incidents, door) -> None:
    """Six robberies make the shape; one domestic report among them moves nothing but the count."""
    robberies = [[544500 + 5 * i, 184520] for i in range(6)]
    without = _town(make_incidents, robberies, ["robbery"] * 6)
    with_door = _town(make_incidents, [*robberies, door], ["robbery"] * 6 + ["domestic"])
    (before,) = cg.find_clusters(without, town_area).itertuples()
    (after,) = cg.find_clusters(with_door, town_area).itertuples()
    assert shapely.equals(before.geometry, after.geometry)
    assert (before.easting, before.northing) == (after.easting, after.northing)
    assert (before.n, after.n) == (6, 7)
    assert after.themes == {"robbery": 6, "domestic": 1}


def test_a_small_cluster_without_sensitive_reports_is_shown(town_area, make_incidents) -> None:
    """A cluster may have fewer members than min_samples: neighbours went to a lower one."""
    west = [[544500 + 10 * i, 184500] for i in range(5)]
    shared = [[544640, 184500]]
    east = [[544740, 184500], [544745, 184500], [544745, 184505], [544740, 184505]]
    incidents = _town(make_incidents, [*west, *shared, *east], ["robbery"] * 10)
    hotspots, n_withheld = find_hotspots(incidents, town_area, ClusterParams())
    assert (sorted(hotspots["n"]), n_withheld) == ([4, 6], 0)
