"""Does it stand out? Hotspots tested against maps that chance makes, over the whole map at once.

The statistic is Kulldorff's Poisson log-likelihood ratio of a cluster; p is the share of maps whose
strongest cluster is at least as strong. Size is not the statistic: a long thin chain of weak points
is large and means nothing. Testing each cluster by itself is not done either: the strongest of a
hundred clusters looks strong on any map.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from csp_geo.core.caution import Caution
from csp_geo.core.disclosure import may_be_drawn
from csp_geo.core.errors import CautionWarning, CRSError, NoPlacesError
from csp_geo.core.projection import points_of
from csp_geo.core.settings import ClusterParams
from csp_geo.core.tables import FAMILIES, HOTSPOTS, TESTED_COLUMNS, as_agreed
from csp_geo.hotspots.chance import explain
from csp_geo.hotspots.chance.family import FamilyTest
from csp_geo.hotspots.chance.family_map import Simulation
from csp_geo.hotspots.chance.known_places import KnownPlaces
from csp_geo.hotspots.find import label_family, shape_of
from csp_geo.hotspots.verdict import LEAST, STANDS_OUT, Judgement, split_of, times_survived

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import ArrayLike

    from csp_geo.core.arrays import Flags, Floats
    from csp_geo.inputs.areas.study_area import StudyArea


_COLUMNS: Final = list(TESTED_COLUMNS)


def confirm_clusters(  # noqa: PLR0913 - the fixed signature and the parameters of the clusters
    clusters: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    area: StudyArea,
    places: ArrayLike | Mapping[str, ArrayLike] | None = None,
    simulations: int = 999,
    seed: int = 0,
    *,
    eps: float = 100.0,
    min_samples: int = 5,
) -> gpd.GeoDataFrame:
    """Tell which clusters stand out from what chance makes.

    Parameters
    ----------
    clusters
        From `find_clusters`, with the same incidents, `eps` and `min_samples`.
    incidents
        Per `tables.INCIDENTS`.
    places
        ``(m, 2)`` metres: where reports can be, or such a list for each source. A snapped source
        falls on these and on its own points. Without it a snapped source is tested on the points
        in `incidents`, others on places near those points, or not at all.
    simulations
        Maps that are drawn again for each family, at least 19.
    seed
        Same seed, same p, in any order of the rows.

    Returns
    -------
    hotspots
        Per `tables.HOTSPOTS`, ranked anew within the family: those that stand out first, then by
        how far above what chance would put there, then people, then name.

    Raises
    ------
    ValueError
        If the clusters are not those of these incidents, or there are too few simulations.
    CRSError
        If the incidents are not in the study area's CRS.

    Warns
    -----
    CautionWarning
        For what a reader must know before leaning on the answer.

    Notes
    -----
    p = (1 + maps with a cluster at least as strong) / (simulations + 1). For the second and later
    hotspots this is conservative: each is compared with the strongest of a map.

    References
    ----------
    Kulldorff (1997). A spatial scan statistic. Communications in Statistics 26, 1481-1496.
    Xie and Shekhar (2019). Significant DBSCAN towards statistically robust clustering. SSTD.
    """
    if incidents.crs != area.projection.crs:
        raise CRSError(
            f"Incidents are in {incidents.crs}, the study area in {area.projection.crs}: clean "
            "them with this study area."
        )
    if clusters.crs != incidents.crs:
        raise CRSError(f"The clusters are in {clusters.crs}, the incidents in {incidents.crs}.")
    known = KnownPlaces(incidents, area, supplied=places)
    params = ClusterParams(eps=eps, min_samples=min_samples)
    tested = judge_clusters(clusters, incidents, area, params, known, Simulation(simulations, seed))
    for caution in tested.cautions:
        warnings.warn(caution, CautionWarning, stacklevel=2)
    return tested.hotspots


MOST_OFF_LIST: Final = 0.2
"""Share of a hotspot far from every listed place above which the list says nothing about it."""
ONE_ADDRESS_M: Final = 10.0
SOURCE_WORDS: Final = {"asb": "anti-social behaviour", "eva": "audit", "streetsafe": "StreetSafe"}
MOST_PERSONS: Final = 100
"""People with most reports at a hotspot who are left out one by one; no other matters as much."""


@dataclass(frozen=True)
class Tested:
    """Tested hotspots, cautions, and what the test did: sentences and the record for run.json."""

    hotspots: gpd.GeoDataFrame
    cautions: tuple[Caution, ...]
    sentences: tuple[str, ...]
    record: Mapping[str, Any]


def judge_clusters(
    clusters: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    area: StudyArea,
    params: ClusterParams,
    known: KnownPlaces,
    simulation: Simulation,
) -> Tested:
    """Do the work of `confirm_clusters`, and tell how it was done."""
    found, cautions, sentences, record = [], list(known.cautions), [], {}
    clusters = clusters.reset_index(drop=True)
    for family in FAMILIES:
        table = clusters[(clusters["family"] == family).to_numpy()]
        if table.empty:
            continue
        members = incidents[(incidents["family"] == family).to_numpy()]
        drawn = _Drawn(table, members, params)
        try:
            test = FamilyTest(members, params, known, simulation)
        except NoPlacesError as error:
            said = f"{family.capitalize()} reports were not tested: {error}"
            cautions.append(Caution("not-tested", said))
            judged = [(np.nan, replace(finding, untested=str(error))) for finding in drawn.findings]
        else:
            chance = explain.if_by_chance(test, area.name)
            judged = [
                _judge(test, finding, test.of_members(inside), chance)
                for finding, inside in zip(drawn.findings, drawn.inside, strict=True)
            ]
            cautions += explain.cautions(test)
            sentences += explain.sentences(test, area.name)
            record[family] = explain.record(test)
        found.append(_as_columns(table, judged, drawn.times_survived()))
    columns = pd.concat(found) if found else pd.DataFrame(columns=_COLUMNS)
    hotspots = clusters.assign(**{name: columns[name].reindex(clusters.index) for name in _COLUMNS})
    return Tested(_ranked(as_agreed(hotspots, HOTSPOTS)), tuple(cautions), tuple(sentences), record)


def _as_columns(
    clusters: gpd.GeoDataFrame, judged: list[tuple[float, Judgement]], survived: list[int]
) -> pd.DataFrame:
    rows = [
        (
            expected,
            finding.p,
            finding.verdict,
            finding.verdict == STANDS_OUT,
            survives,
            "; ".join(finding.depends_on) or None,
            finding.sentence,
        )
        for (expected, finding), survives in zip(judged, survived, strict=True)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS, index=clusters.index)


def _ranked(hotspots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rank within the family: those that stand out first, then by the excess over chance."""
    people = hotspots["n_people"] + hotspots["n_anonymous"]
    units = hotspots["n"].where(hotspots["family"] != "perception", people)
    excess = (units - hotspots["n_expected"]).astype("float64")
    order = hotspots.assign(
        place_in_list=[FAMILIES.index(f) for f in hotspots["family"]],
        unknown=excess.isna(),
        excess=excess.fillna(units.astype("float64")),
    ).sort_values(
        ["place_in_list", "confirmed", "unknown", "excess", "n_people", "name", "hotspot_id"],
        ascending=[True, False, True, False, False, True, True],
        ignore_index=True,
    )
    ids = zip(order["hotspot_id"], order["family"], order["rank"], strict=True)
    prefixes = [str(key).removesuffix(f"{family}-{rank}") for key, family, rank in ids]
    order["rank"] = order.groupby("family", observed=True).cumcount() + 1
    parts = zip(prefixes, order["family"], order["rank"], strict=True)
    order["hotspot_id"] = [f"{prefix}{family}-{rank}" for prefix, family, rank in parts]
    return order.drop(columns=["place_in_list", "unknown", "excess"])


# --- one family --------------------------------------------------------------------------------


class _Drawn:
    """The clusters of a family as they were drawn: which incidents each has, and what is known."""

    def __init__(
        self, clusters: gpd.GeoDataFrame, members: gpd.GeoDataFrame, params: ClusterParams
    ) -> None:
        self._members, self._params = members, params
        self._xy = points_of(members)
        self._labels, self._is_core = label_family(members, params)
        self._private = ~may_be_drawn(members)
        self._areas = clusters["area_m2"].tolist()
        rows = list(clusters.itertuples(index=False))
        self.inside = [self._find(row) for row in rows]
        pairs = zip(rows, self.inside, strict=True)
        self.findings = [self._finding(row, inside) for row, inside in pairs]

    def _find(self, row: Any) -> Flags:
        """Find the incidents of a cluster: those of the label that gives its number and shape."""
        sizes = np.bincount(self._labels[self._labels >= 0])
        for label in np.flatnonzero(sizes == row.n):
            inside: Flags = self._labels == label
            if self._makes(inside, row.geometry):
                return inside
        raise ValueError(
            f"The cluster {row.name} with {row.n} reports is not one of these incidents with eps "
            f"{self._params.eps:g} and min_samples {self._params.min_samples}: give "
            "confirm_clusters the incidents, eps and min_samples that find_clusters had."
        )

    def _makes(self, inside: Flags, shape: shapely.Geometry) -> bool:
        """Tell whether reports make a shape, with or without those that shape no outline."""
        shown = inside & ~self._private
        drawn = (shown & self._is_core, inside & self._is_core, shown)
        drawn_in = shapely.bounds(shape)
        extents = (self._extent(self._xy[rows]) for rows in drawn if rows.any())
        return any(np.allclose(extent, drawn_in, rtol=0, atol=0.01) for extent in extents)

    def _extent(self, core: Floats) -> Floats:
        reach = shapely.bounds(shape_of(np.zeros((1, 2)), self._params.eps))[2]
        return np.concatenate([core.min(axis=0) - reach, core.max(axis=0) + reach])

    def _finding(self, row: Any, inside: Flags) -> Judgement:
        finding = Judgement(
            people=str(row.family) == "perception",
            busy=str(row.kind) == "busy point",
            n=int(row.n),
            n_places=int(row.n_places),
            n_people=int(row.n_people),
            n_anonymous=int(row.n_anonymous),
            width_m=float(row.width_m),
            length_m=float(row.length_m),
            area_m2=float(row.area_m2),
        )
        if not finding.is_too_large:
            return finding
        return replace(finding, split=split_of(self._members[inside], self._params))

    def times_survived(self) -> list[int]:
        """Count the settings in which each is still one."""
        return times_survived(self._members, self.inside, self._areas, self._params)


def _judge(
    test: FamilyTest, known: Judgement, inside: Flags, chance: str
) -> tuple[float, Judgement]:
    """Return the expected units and what the test says of one cluster."""
    n, expected, variance = test.measure(inside, test.is_core)
    if test.off_list[inside].mean() > MOST_OFF_LIST:
        return np.nan, replace(known, untested="much of it lies far from every place on the list.")
    finding = replace(
        known,
        chance=chance,
        simulations=test.simulation.maps,
        needed=test.needed(expected, variance),
        doubt=test.doubt_about(inside),
    )
    if n < LEAST:
        return expected, finding
    strength = test.strength(n, expected, variance)
    finding = replace(finding, p=test.p_of(strength), as_strong=test.as_strong(strength))
    if finding.verdict == STANDS_OUT:
        finding = replace(finding, depends_on=_weak_parts(test, inside, busy=known.busy))
    return expected, finding


def _busiest_place(test: FamilyTest, inside: Flags) -> Flags:
    """Tell which reports lie at the busiest place of a hotspot.

    Recorded reports of one address are written down a little apart: those within 10 metres of one
    of them are one place. Pins of people are not: each is its own.
    """
    xy = test.map.xy
    if test.map.counts_people:
        at, counts = np.unique(np.round(xy[inside]), axis=0, return_counts=True)
        return np.asarray((np.round(xy) == at[counts.argmax()]).all(axis=1))
    own = xy[inside]
    near = cKDTree(own).query_ball_point(own, ONE_ADDRESS_M, return_length=True)
    middle = own[np.lexsort((own[:, 1], own[:, 0], -near))[0]]
    return np.asarray(np.hypot(*(xy - middle).T) <= ONE_ADDRESS_M)


def _weak_parts(test: FamilyTest, inside: Flags, *, busy: bool) -> tuple[str, ...]:
    """Name the one place, source or person without which a hotspot would not stand out."""
    noun = "pins" if test.map.counts_people else "reports"
    near, weak = test.near(inside), []
    top = _busiest_place(test, inside)
    if not busy and not test.stands_without(inside, near, top):
        weak.append(f"the place with {(top & inside).sum():,} of {inside.sum():,} {noun}")
    sources = test.members["source"].astype(str)[inside].value_counts()
    if len(sources) > 1:
        largest = min(sources.index[sources == sources.iloc[0]])
        if not test.stands_without_source(inside, largest):
            weak.append(f"the source {SOURCE_WORDS.get(largest, largest)}")
    persons = test.persons
    for person, n in persons[inside].value_counts()[:MOST_PERSONS].items():
        if not test.stands_without(inside, near, (persons == person).to_numpy()):
            weak.append(f"one person with {n:,} of {inside.sum():,} {noun}")
            break
    return tuple(weak)
