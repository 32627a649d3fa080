"""Which incidents a run uses: the period, each source's look-back, feeds that overlap."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.errors import NoReportsError, OverlapError, SettingsError, refuse
from csp_geo.core.period import Period, month_end, months_before, say_month, say_span
from csp_geo.core.tables import SOURCES, THEMES
from csp_geo.incidents.build import person_weights
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.inputs.source import Source


LONG_MONTHS: Final = 12
"""Months from which a feed of few themes is a series: what was usual, not what happened."""
SHORT_MONTHS: Final = 3
"""Months up to which the feed beside it is the list of what happened."""


@dataclass(frozen=True)
class Selection:
    """`used` goes into the run, `context` is only drawn; `cautions` say what was left out."""

    used: gpd.GeoDataFrame
    context: gpd.GeoDataFrame
    cautions: tuple[Caution, ...] = ()


def narrow(
    incidents: gpd.GeoDataFrame, themes: Sequence[str], sources: Sequence[str]
) -> tuple[gpd.GeoDataFrame, str]:
    """Keep only some themes and sources ("where are the robberies?").

    Returns
    -------
    incidents, narrowed
        The rows that are left, and in words what they were narrowed to ("" for nothing).

    Raises
    ------
    SettingsError
        If a theme or source is not known.
    """
    said = []
    for column, wanted, known in (("theme", themes, THEMES), ("source", sources, SOURCES)):
        if wanted:
            by_plain = {plain(name): name for name in known}
            if unknown := [name for name in wanted if plain(name) not in by_plain]:
                raise SettingsError(
                    f"'{unknown[0]}' is not a {column}. Choose from {', '.join(known)}."
                )
            names = [by_plain[plain(name)] for name in wanted]
            incidents = incidents[incidents[column].isin(names)]
            said.append(f"{column} {', '.join(names)}")
    return incidents, " and ".join(said)


def select(
    incidents: gpd.GeoDataFrame,
    period: Period,
    sources: Mapping[str, Source],
    *,
    feeds: Mapping[str, str] | None = None,
    narrowed: str = "",
) -> Selection:
    """Select the incidents of a period.

    A source that looks back (a survey) takes part with its last months; one that knows only the
    month takes part when the period is made of whole months, and is context otherwise.

    Parameters
    ----------
    incidents
        Accepted incidents, `tables.INCIDENTS`.
    feeds
        For a source that comes in two formats over the same time: the one that counts.
    narrowed
        How the incidents were narrowed before, in words, for the message when nothing is left.

    Raises
    ------
    NoReportsError
        If nothing lies in the period, or two feeds would count the same events twice.
    """
    start, end = _windows(incidents, period, sources)
    monthly = (incidents["time_precision"] == "month").to_numpy()
    within = ((incidents["occurred_at"] >= start) & (incidents["occurred_at"] < end)).to_numpy()
    whole_month = (
        (incidents["occurred_at"] >= start) & (incidents["occurred_to"] <= end)
    ).to_numpy()
    looks_back = (start < _moment(period.first, incidents)).to_numpy()
    usable_months = monthly & whole_month & (period.whole_months | looks_back)
    chosen = (within & ~monthly) | usable_months
    shown = _context_rows(incidents, monthly & ~chosen & ~looks_back, period)
    twice = _two_of_a_month(incidents[chosen], sources)
    losing, cautions, overlaps = _losing_feeds(incidents, chosen, feeds or {}, sources)
    refuse([*twice, *overlaps])
    cautions += _revised_cautions(incidents[chosen], sources)
    used = incidents[chosen]
    used = used[~losing]
    context = incidents[shown] if not period.whole_months else incidents.iloc[:0]
    if not (used["family"] != "observation").any():
        raise NoReportsError(_nothing_left(incidents, context, period, narrowed))
    cautions += _context_cautions(context, sources) + _empty_sources(
        incidents, used, context, sources
    )
    used = used.assign(weight=person_weights(used))
    return Selection(used, context, tuple(cautions))


def _moment(day: date, incidents: gpd.GeoDataFrame) -> pd.Timestamp:
    """Return the midnight that a day begins with, on the clock of the incidents."""
    return pd.Timestamp(day).tz_localize(incidents["occurred_at"].dt.tz)


def _windows(
    incidents: gpd.GeoDataFrame, period: Period, sources: Mapping[str, Source]
) -> tuple[pd.Series, pd.Timestamp]:
    """First moment that counts for each incident, by its source's look-back, and the common end."""
    first = {
        feed: _moment(period.window_start(source.look_back_months), incidents)
        for feed, source in sources.items()
    }
    start = incidents["feed"].map(first).astype(incidents["occurred_at"].dtype)
    return start, _moment(period.last + timedelta(1), incidents)


def _context_rows(
    incidents: gpd.GeoDataFrame, rows: NDArray[np.bool_], period: Period
) -> NDArray[np.bool_]:
    """Month-only incidents to draw as context: the last month on file that began in or before."""
    at = incidents["occurred_at"]
    recent = (at < _moment(period.last + timedelta(1), incidents)) & (
        at >= _moment(months_before(period.first, 3), incidents)
    )
    shown: NDArray[np.bool_] = rows & recent.to_numpy()
    return np.asarray(shown & (at == at[shown].max()).to_numpy())


def _losing_feeds(
    incidents: gpd.GeoDataFrame,
    chosen: NDArray[np.bool_],
    feeds: Mapping[str, str],
    sources: Mapping[str, Source],
) -> tuple[pd.Series, list[Caution], list[OverlapError]]:
    """Tell which incidents another feed of the same source already counts, and what to choose."""
    used = incidents[chosen]
    losing = pd.Series(False, index=used.index)
    cautions: list[Caution] = []
    overlaps: list[OverlapError] = []
    month = used["occurred_at"].dt.strftime("%Y-%m")
    for source, rows in used.groupby("source", observed=True):
        names = sorted(rows["feed"].unique())
        if len(names) < 2:  # noqa: PLR2004
            continue
        months = {name: set(month[rows.index[rows["feed"] == name]]) for name in names}
        counted = Counter(chain.from_iterable(months.values()))
        shared = sorted(text for text, n in counted.items() if n > 1)
        if not shared:
            continue
        counts = feeds.get(str(source))
        series = None if counts else _series_of(incidents[incidents["source"] == source], names)
        if series:
            counts = next(name for name in names if name != series)
        if counts is None:
            overlaps.append(_overlap(rows, str(source), names, shared))
            continue
        if counts not in names:
            raise SettingsError(
                f"[feeds] {source} = '{counts}' is not one that overlaps: {', '.join(names)}."
            )
        twice = (rows["feed"] != counts) & month[rows.index].isin(months.get(counts, set()))
        losing[rows.index[twice]] = True
        if twice.any():
            other = ", ".join(sorted(sources[name].title for name in names if name != counts))
            why = (
                "a long series of few themes beside it is history, and no second list of the month"
                if series
                else "the settings say to count those"
            )
            said = (
                f"{int(twice.sum()):,} reports of {other} were not counted, because "
                f"{sources[counts].title} cover the same months: {why}."
            )
            cautions.append(Caution("feed-not-counted", said))
    return losing, cautions, overlaps


def _series_of(rows: pd.DataFrame, names: Sequence[str]) -> str | None:
    """Return the feed that is a long series of some themes beside a short list of all of them.

    Five years of burglaries tell what is usual; the month beside them tells what happened.
    """
    if len(names) != 2:  # noqa: PLR2004
        return None
    months, themes = {}, {}
    for name in names:
        own = rows[rows["feed"] == name]
        months[name] = own["occurred_at"].dt.strftime("%Y-%m").nunique()
        themes[name] = set(own["theme"].astype(str))
    short, long = sorted(names, key=lambda name: months[name])
    is_series = months[long] >= LONG_MONTHS and months[short] <= SHORT_MONTHS
    return long if is_series and themes[long] < themes[short] else None


def _shared_references(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose reference stands, with other content, in another file of the feed."""
    again = rows[rows["flags"].str.contains("repeated-reference", regex=False)]
    n_files = again.groupby(["feed", "source_ref"])["source_file"].transform("nunique")
    return again[n_files > 1]


def _two_of_a_month(used: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> list[NoReportsError]:
    """Say of a published month beside an extract of the same month: both hold the same events."""
    monthly = used[used["time_precision"] == "month"]
    shared = _shared_references(monthly)
    if shared.empty:
        return []
    first = shared.iloc[0]
    files = sorted(shared.loc[shared["source_ref"] == first["source_ref"], "source_file"].unique())
    said = (
        f"{' and '.join(files[:2])} both hold {sources[str(first['feed'])].title} of "
        f"{say_month(first['occurred_at'])}: the same events would count twice. Take one away."
    )
    return [NoReportsError(said)]


def _revised_cautions(used: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> list[Caution]:
    """Say where files of one dated feed share references: a later extract may repeat an earlier."""
    return [
        Caution(
            "repeated-references",
            f"{sources[str(feed)].title}: {rows['source_ref'].nunique():,} references stand in "
            "more than one file with different content, and all are counted. If a later list "
            "replaces an earlier one, move the earlier one away.",
        )
        for feed, rows in _shared_references(used).groupby("feed")
    ]


def _overlap(
    rows: pd.DataFrame, source: str, names: Sequence[str], shared: Sequence[str]
) -> OverlapError:
    by_feed = [
        f"{min(rows.loc[rows['feed'] == name, 'source_file'])} (read as {name})" for name in names
    ]
    said = (
        f"{' and '.join(by_feed)} both hold {source} reports of {shared[0]}"
        f"{f' to {shared[-1]}' if len(shared) > 1 else ''}: the same events would count twice. "
        f"Take one away, or say which counts: --feed {source}={names[0]}, or in csp_geo.toml "
        f'[feeds] {source} = "{names[0]}".'
    )
    return OverlapError(said, source, tuple(names))


def _context_cautions(context: gpd.GeoDataFrame, sources: Mapping[str, Source]) -> list[Caution]:
    found = []
    for feed, rows in context.groupby("feed", observed=True):
        month = rows["occurred_at"].min()
        said = (
            f"{sources[str(feed)].title}: only the month is known, so {len(rows):,} reports of "
            f"{say_month(month)} are drawn as context, in no hotspot. They take part in a period "
            f"of whole months, such as --period {month:%Y-%m}."
        )
        found.append(Caution("months-as-context", said))
    return found


def _empty_sources(
    incidents: gpd.GeoDataFrame,
    used: gpd.GeoDataFrame,
    context: gpd.GeoDataFrame,
    sources: Mapping[str, Source],
) -> list[Caution]:
    present = set(used["feed"]) | set(context["feed"])
    return [
        Caution(
            "source-absent",
            f"{sources[str(feed)].title}: none in this period (on file: {_range(rows)}).",
        )
        for feed, rows in incidents.groupby("feed", observed=True)
        if feed not in present
    ]


def _range(rows: pd.DataFrame) -> str:
    first, last = rows["occurred_at"].min().date(), rows["occurred_at"].max().date()
    if (rows["time_precision"] == "month").all():
        return say_span(first.replace(day=1), month_end(last.year, last.month))
    return say_span(first, last)


def _next_month(day: date) -> date:
    return month_end(day.year, day.month) + timedelta(1)


def _nothing_left(
    incidents: gpd.GeoDataFrame, context: gpd.GeoDataFrame, period: Period, narrowed: str
) -> str:
    """Say which range was found and which command to run."""
    said = say_span(period.first, period.last)
    of_what = f" with {narrowed}" if narrowed else ""
    clustered = incidents[incidents["family"] != "observation"]
    if incidents.empty:
        return f"No report{of_what} was found in any file."
    if clustered.empty:
        return (
            f"None of the {len(incidents):,} usable reports{of_what} can be mapped as hotspots: "
            "audit findings alone are evidence, not reports."
        )
    last = clustered["occurred_at"].max()
    monthly = bool((clustered["time_precision"] == "month").all())
    if monthly and (len(context) or not period.whole_months):
        return (
            f"These reports give only the month, so they cannot show {said}. Ask for whole months: "
            f"csp-geo weekly --period {last:%Y-%m} --as-of {_next_month(last.date())}"
        )
    then = f"--as-of {last.date() + timedelta(1)}"
    if monthly:
        then = f"--period {last:%Y-%m} --as-of {_next_month(last.date())}"
    return (
        f"No report{of_what} lies in {said}. Those on file run from {_range(clustered)}. "
        f"Try: csp-geo weekly {then}"
    )
