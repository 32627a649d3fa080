"""Reports to incidents: every row is accepted, merged or quarantined, and it is known why.

Rows read = accepted + merged + quarantined, for every file.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.errors import NoReportsError, SourceError
from csp_geo.intake.incidents import build_incidents, build_quarantine
from csp_geo.intake.locate import METRES, locate
from csp_geo.intake.rules import ACCEPTED, FATES, FLAG, MERGED, QUARANTINED, REASON, REASONS
from csp_geo.intake.when import Dated, in_london, read_dates, read_times
from csp_geo.projection import british_grid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd

    from csp_geo.intake.read import Reports
    from csp_geo.study_area import StudyArea

EARLIEST: Final = pd.Timestamp("1990-01-01")
TOO_LARGE_M: Final = 1000.0
"""A street or park whose half diagonal is this long or longer says too little of where."""
_DAY: Final = pd.Timedelta(days=1)


@dataclass(frozen=True)
class CleanResult:
    """What became of the reports.

    `incidents` and `quarantine` keep their contracts in `csp_geo.tables`. `counts` has read,
    accepted, merged and quarantined. `rows` has one line for every row: file, source_row, fate,
    reasons, flags, theme, category. `cautions` are sentences for the map.
    """

    incidents: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    counts: Mapping[str, int]
    rows: pd.DataFrame
    cautions: tuple[str, ...] = ()


def clean(
    reports: Reports,
    area: StudyArea | None = None,
    *,
    today: date | None = None,
    key: bytes | None = None,
    border_m: float = 250.0,
) -> CleanResult:
    """Judge every report: accept, merge or quarantine it.

    Parameters
    ----------
    reports
        From `read_reports`; not changed.
    area
        Where reports should lie. Without it nothing is outside and no ward is given.
    today
        Dates after this day are `future-date`. Without it only dates before 1990 are.
    key
        The project's own key, with which incident numbers and people are coded. Without it a key of
        this process is used: numbers then differ from one session to the next.
    border_m
        Reports up to this many metres outside the boundary are kept and flagged.

    Returns
    -------
    result
        The same rows give the same incidents in any order.
    """
    table = reports.table
    key = _session_key() if key is None else key
    located = _located(reports, area, border_m)
    dated, cautions = _dated(reports)
    merged = _merged(reports)
    reasons = _reasons(table, located, dated, today)
    bad = reasons.any(axis=1) & ~merged
    fate = np.where(merged, MERGED, np.where(bad, QUARANTINED, ACCEPTED))
    theme, unknown = _themes(reports)
    flags = _flags(table, located, dated, _repeated_references(reports, merged), unknown)
    rows = pd.DataFrame(
        {
            "file": table["file"],
            "source_row": table["source_row"],
            "fate": fate,
            "reasons": _joined(reasons).where(bad, ""),
            "flags": _joined(flags).where(fate == ACCEPTED, ""),
            "theme": theme,
            "category": table["category"].astype("str"),
        }
    )
    accepted = np.flatnonzero(fate == ACCEPTED)
    incidents = build_incidents(
        reports, area, key, located.iloc[accepted], dated.iloc[accepted], rows
    )
    counts = {"read": len(table)} | {name: int((fate == name).sum()) for name in FATES}
    quarantine = build_quarantine(reports, rows)
    return CleanResult(incidents, quarantine, counts, rows, cautions)


@lru_cache(maxsize=1)
def _session_key() -> bytes:
    return secrets.token_bytes(32)


# --- where and when ----------------------------------------------------------------------------


def _located(reports: Reports, area: StudyArea | None, border_m: float) -> pd.DataFrame:
    projection = area.projection if area is not None else british_grid()
    parts = []
    for file, source, where in reports.by_file():
        rows = reports.table.iloc[where]
        if file.axes == METRES and source.crs is None and not projection.is_british:
            raise SourceError(
                f"{file.path} gives eastings and northings, and the study area lies outside Great "
                "Britain: name their coordinate system in the source's source.toml, such as "
                'crs = "EPSG:32615".'
            )
        found = locate(
            rows["x"], rows["y"], file.axes, projection, area, crs=source.crs, border_m=border_m
        )
        parts.append(_with_sizes(found, rows["size_m"]))
    nothing = reports.table.iloc[:0]
    if not parts:
        found = locate(nothing["x"], nothing["y"], METRES, projection, area)
        parts = [_with_sizes(found, nothing["size_m"])]
    return pd.concat(parts).sort_index()


def _with_sizes(located: pd.DataFrame, size_m: pd.Series) -> pd.DataFrame:
    """Take the size of a shape that is no point for its radius of doubt."""
    usable = ~located["missing-coordinates"]
    return located.assign(
        **{
            "coarse_m": np.maximum(located["coarse_m"], size_m.astype("float64")),
            "not-a-point": (size_m > 0) & usable,
            "location-too-coarse": located["location-too-coarse"] | (size_m >= TOO_LARGE_M),
        }
    )


def _dated(reports: Reports) -> tuple[pd.DataFrame, tuple[str, ...]]:
    parts, cautions = [], []
    for file, source, where in reports.by_file():
        rows = reports.table.iloc[where]
        date_text, month_text = (rows[name].astype("str") for name in ("date", "month"))
        first = date_text.where(date_text != "", month_text)
        start = read_dates(first, source.date_formats)
        if start.month_first:
            cautions.append(
                f"{file.path}: its dates look month-first (a day over 12 comes second), so those "
                "that could be read both ways were left out. Say the format in its source.toml."
            )
        end = read_dates(rows["date_to"], source.date_formats)
        parts.append(
            _interval(rows, start, end).assign(missing=start.missing, unreadable=start.unreadable)
        )
    if not parts:
        nothing = reports.table.iloc[:0]
        none = read_dates(nothing["date"])
        parts = [_interval(nothing, none, none).assign(missing=False, unreadable=False)]
    return pd.concat(parts).sort_index(), tuple(cautions)


def _interval(rows: pd.DataFrame, start: Dated, end: Dated) -> pd.DataFrame:
    """Join dates and times to an instant or an interval on the London clock."""
    at, precision, bad_time = _with_time(start, rows["time"])
    midnight = (precision == "minute") & (at == at.dt.normalize())
    precision = precision.mask(midnight, "day")
    until, until_precision, _ = _with_time(end, rows["time_to"])
    until = until.where(until_precision == "minute", until + _DAY)
    reversed_interval = until.notna() & (until < at)
    until = until.mask(reversed_interval)
    until = until.fillna((at.dt.normalize() + _DAY).where(precision == "day"))
    next_month = at + pd.offsets.MonthBegin(1)
    until = until.mask(precision == "month", next_month)
    aware, doubtful = in_london(at)
    return pd.DataFrame(
        {
            "day": at,
            "occurred_at": start.instant.fillna(aware),
            "occurred_to": in_london(until.astype(at.dtype))[0],
            "precision": precision,
            "unreadable-time": bad_time,
            "midnight": midnight,
            "clock-change": doubtful & (precision == "minute") & start.instant.isna(),
            "reversed-interval": reversed_interval,
        },
        index=rows.index,
    )


def _with_time(dates: Dated, text: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Add a time of day from its own column to dates that have none.

    Returns
    -------
    at, precision, bad_time
        Naive London times, how well they are known, and where a time could not be read.
    """
    since, unreadable = read_times(text)
    timed = since.notna() & (dates.precision == "day")
    at = dates.at.mask(timed, dates.at + since.fillna(pd.Timedelta(0)))
    precision = dates.precision.mask(timed, "minute")
    return at, precision, (unreadable & (precision == "day")) | dates.unreadable_time


# --- the fate of each row ----------------------------------------------------------------------


def _merged(reports: Reports) -> np.ndarray:
    """Tell which rows repeat another.

    Rows equal in every column and with a reference are one report. Rows without a reference are
    never merged within one file; across files the largest count in any one file is kept. The same
    bytes twice are all merged.
    """
    table = reports.table
    digest = pd.Series(
        {
            n: (file.sha256, file.part.rpartition("#")[2] if "#" in file.part else "")
            for n, file in enumerate(reports.files)
            if not file.error
        },
        dtype="object",
    )
    copies = digest.duplicated().reindex(table["file"]).to_numpy(dtype=bool)
    rows = pd.DataFrame(
        {"feed": reports.per_row("feed"), "content": table["content"], "file": table["file"]},
        index=table.index,
    )
    rows = rows[~copies]
    referenced = table["reference"][~copies] != ""
    same = ["feed", "content"]
    repeats = pd.Series(False, index=table.index)
    repeats[copies] = True
    repeats.loc[rows.index[referenced]] = rows[referenced].duplicated(same)
    bare = rows[~referenced]
    if len(set(bare["file"])) > 1:
        per_file = bare.groupby([*same, "file"], sort=True)["file"].transform("size")
        order = bare.assign(count=per_file).sort_values(["count", "file"], ascending=[False, True])
        kept_file = order.drop_duplicates(same).set_index(same)["file"]
        best = kept_file.loc[pd.MultiIndex.from_frame(bare[same])].to_numpy()
        repeats.loc[bare.index] = bare["file"].to_numpy() != best
    return repeats.to_numpy()


def _reasons(
    table: pd.DataFrame, located: pd.DataFrame, dated: pd.DataFrame, today: date | None
) -> pd.DataFrame:
    day = dated["day"]
    late = day < EARLIEST
    if today is not None:
        late |= day >= pd.Timestamp(today) + _DAY
    reasons = {rule.slug: located[rule.slug] for rule in REASONS if rule.slug in located}
    reasons |= {
        "broken-record": table["broken"],
        "missing-date": dated["missing"],
        "unreadable-date": dated["unreadable"],
        "future-date": late,
    }
    ordered = {rule.slug: reasons[rule.slug].to_numpy(dtype=bool) for rule in REASONS}
    frame = pd.DataFrame(ordered, index=table.index)
    others = [slug for slug in frame.columns if slug != "broken-record"]
    frame.loc[frame["broken-record"], others] = False  # nothing else in such a row can be trusted
    return frame


def _flags(
    table: pd.DataFrame,
    located: pd.DataFrame,
    dated: pd.DataFrame,
    repeated: pd.Series,
    unknown: np.ndarray,
) -> pd.DataFrame:
    flags = {slug: located[slug] for slug in FLAG if slug in located}
    flags |= {slug: dated[slug] for slug in FLAG if slug in dated}
    flags["unknown-category"] = pd.Series(unknown, index=table.index)
    flags["repeated-reference"] = repeated
    return pd.DataFrame(
        {slug: flags[slug].to_numpy(dtype=bool) for slug in FLAG}, index=table.index
    )


def _repeated_references(reports: Reports, merged: np.ndarray) -> pd.Series:
    """Tell which rows have a reference that another row of the same feed has as well."""
    table = reports.table
    usable = ((table["reference"] != "") & ~merged).to_numpy()
    rows = pd.DataFrame({"feed": reports.per_row("feed"), "reference": table["reference"]})[usable]
    return rows.duplicated(keep=False).reindex(table.index, fill_value=False)


def _themes(reports: Reports) -> tuple[pd.Series, np.ndarray]:
    """Return each row's theme, and which rows have a category that is in no list."""
    table = reports.table
    theme = pd.Series("other", index=table.index, dtype="object")
    unknown = np.zeros(len(table), dtype=bool)
    for _, source, where in reports.by_file():
        words = table["category"].iloc[where].astype("str")
        known = {word: source.theme_of(word) for word in words.unique()}
        found = words.map(known)
        empty = (words == "").to_numpy()
        unknown[where] = found.isna().to_numpy() & ~(empty & (source.default_theme is not None))
        theme.iloc[where] = found.fillna(source.default_theme or "other").astype("object")
    return theme, unknown


def _joined(marks: pd.DataFrame) -> pd.Series:
    """Join the names of the true columns of each row with semicolons."""
    joined = np.full(len(marks), "", dtype=object)
    for slug in marks.columns:
        where = marks[slug].to_numpy()
        joined[where] = [f"{before};{slug}" if before else slug for before in joined[where]]
    return pd.Series(joined, index=marks.index, dtype="str")


def require_incidents(result: CleanResult, reports: Reports) -> None:
    """Raise `NoReportsError` when no row is left, saying what was wrong with most of them."""
    if len(result.incidents):
        return
    slugs = result.rows["reasons"].str.split(";").explode()
    common = slugs[slugs != ""].value_counts()
    why = ""
    if len(common):
        rule = REASON[str(common.index[0])]
        why = f" {int(common.iloc[0]):,} of them: {rule.title.lower()}. {rule.hint}"
    raise NoReportsError(
        f"None of the {len(reports):,} rows could be used.{why} See them with csp-geo check."
    )
