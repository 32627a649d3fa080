"""Reports to incidents: every row is accepted, merged or quarantined, and it is known why.

Rows read = accepted + merged + quarantined, for every file.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.calendar import LONDON
from csp_geo.core.caution import Caution
from csp_geo.core.disclosure import may_be_written
from csp_geo.core.errors import NoReportsError, refuse
from csp_geo.core.tables import SENSITIVITIES, UNKNOWN
from csp_geo.core.wording import count, join
from csp_geo.incidents.build import build_incidents, build_quarantine
from csp_geo.incidents.duplicates import merged_rows, repeated_references
from csp_geo.incidents.events import events_of
from csp_geo.inputs.anonymised import SNAPPED, WITHIN_M, at_recurring_points
from csp_geo.inputs.reasons import ACCEPTED, FATES, FLAG, MERGED, QUARANTINED, REASON, REASONS
from csp_geo.inputs.side_tables import ANY
from csp_geo.inputs.source import plain
from csp_geo.inputs.vocabulary import strictest
from csp_geo.inputs.when.occurred import DATE_NOTES, times_occurred
from csp_geo.inputs.where.best_location import NOTES, Bearings, best_locations
from csp_geo.inputs.where.postcode import INSTALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.read import ReportFile, Reports
    from csp_geo.inputs.source import Source
    from csp_geo.inputs.where.gazetteer import Gazetteer

EARLIEST: Final = pd.Timestamp("1990-01-01")
_DAY: Final = pd.Timedelta(days=1)
MOST_OTHER: Final = 0.05
"""Share of the accepted rows that may fall to the theme `other` before it is a caution."""
_MOST_WORDS: Final = 8
_TELLING: Final = 5
"""Letters and digits from which a reference is one in every source."""


@dataclass(frozen=True)
class CleanResult:
    """What became of the reports.

    `incidents` and `quarantine` keep their contracts in `csp_geo.core.tables`. `counts` has read,
    accepted, merged and quarantined. `rows` has one line for every row: file, source_row, fate,
    reasons, flags, theme, sensitive, category. `cautions` are for the map, `notes` say
    by the number of a file what was decided about its columns.
    """

    incidents: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    counts: Mapping[str, int]
    rows: pd.DataFrame
    cautions: tuple[Caution, ...] = ()
    notes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def clean(
    reports: Reports,
    area: StudyArea | None = None,
    *,
    today: date | None = None,
    key: bytes | None = None,
    border_m: float = 250.0,
    gazetteer: Gazetteer | None = None,
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
    gazetteer
        Where named places are, for reports that say no more than a name.

    Returns
    -------
    result
        The same rows give the same incidents in any order.
    """
    table = reports.table
    key = _session_key() if key is None else key
    located = _located(reports, Bearings(area, border_m, gazetteer))
    dated, cautions, forms = times_occurred(reports, area.time_zone if area else LONDON.key)
    moved, of_points = at_recurring_points(reports, located, dated)
    located = _moved(located, moved)
    repeats = merged_rows(reports)
    reasons = _reasons(table, located, dated, today)
    kinds = _sorted(reports)
    usable = ~reasons.any(axis=1).to_numpy()
    events = events_of(reports, located, dated, kinds["theme"], usable, repeats)
    merged = repeats | events.further
    bad = pd.Series(~usable & ~merged, index=table.index)
    fate = np.where(merged, MERGED, np.where(bad, QUARANTINED, ACCEPTED))
    flags = _flags(table, located, dated, repeated_references(reports, merged), kinds["unknown"])
    rows = pd.DataFrame(
        {
            "file": table["file"],
            "source_row": table["source_row"],
            "fate": fate,
            "reasons": _joined(reasons).where(bad, ""),
            "flags": _joined(flags).where((fate == ACCEPTED) | events.further, ""),
            "event": events.name,
            "n_rows": events.n_rows,
            "theme": kinds["theme"],
            "sensitive": kinds["sensitive"],
            "category": table["category"].astype("str"),
        }
    )
    accepted = np.flatnonzero(fate == ACCEPTED)
    incidents = build_incidents(
        reports, area, key, located.iloc[accepted], dated.iloc[accepted], rows
    )
    counts = {"read": len(table)} | {name: int((fate == name).sum()) for name in FATES}
    quarantine = build_quarantine(reports, rows, area)
    fell = kinds["fell"].to_numpy(dtype=bool) & (fate == ACCEPTED)
    cautions += (*_postcode_cautions(reports, located), *_unsorted(reports, rows))
    cautions += _fell_to_other(rows, fell)
    notes = _notes(reports, located, dated, fell, (of_points, events.notes, forms))
    return CleanResult(incidents, quarantine, counts, rows, cautions, notes)


@lru_cache(maxsize=1)
def _session_key() -> bytes:
    return secrets.token_bytes(32)


# --- where and when ----------------------------------------------------------------------------


def _located(reports: Reports, ground: Bearings) -> pd.DataFrame:
    parts = [
        best_locations(file, source, reports.table.iloc[where], ground)
        for file, source, where in reports.by_file()
    ]
    parts = parts or [best_locations(None, None, reports.table.iloc[:0], ground)]
    return pd.concat(parts).sort_index()


def _moved(located: pd.DataFrame, moved: pd.Series) -> pd.DataFrame:
    """Have rows at anonymised points located as such."""
    accuracy = np.maximum(located["accuracy_m"], WITHIN_M)
    return located.assign(
        method=located["method"].mask(moved, SNAPPED),
        accuracy_m=located["accuracy_m"].mask(moved, accuracy),
    )


def _notes(
    reports: Reports,
    located: pd.DataFrame,
    dated: pd.DataFrame,
    fell: NDArray[np.bool_],
    others: Iterable[Mapping[int, tuple[str, ...]]],
) -> Mapping[int, tuple[str, ...]]:
    """Say of each file what was decided, how many rows have no theme, and what `others` say."""
    said = [(slug, located[slug], text) for slug, text in NOTES.items()]
    said += [(slug, dated[slug], text) for slug, text in DATE_NOTES.items()]
    number = reports.table["file"]
    seen = {slug: set(number[marks.to_numpy(dtype=bool)]) for slug, marks, _ in said}
    n_fell = np.bincount(number[fell], minlength=len(reports.files))
    other = "that no list has: their theme is 'other'"
    return {
        n: (
            *(text for slug, _, text in said if n in seen[slug]),
            *([f"{count(int(n_fell[n]), 'row')} with a category {other}"] if n_fell[n] else ()),
            *(text for notes in others for text in notes.get(n, ())),
        )
        for n in range(len(reports.files))
    }


def _postcode_cautions(reports: Reports, located: pd.DataFrame) -> tuple[Caution, ...]:
    """Say how many rows wait for a list of postcodes, and what to install."""
    waiting = located["postcode-not-looked-up"]
    if not waiting.any():
        return ()
    first = int(waiting.to_numpy().argmax())
    where = reports.files[int(reports.table["file"].iloc[first])].path
    row = int(reports.table["source_row"].iloc[first])
    said = (
        f"{int(waiting.sum()):,} rows give only a postcode as their place (first: {where}, row "
        f"{row}), and no list of postcodes is installed. {INSTALL}"
    )
    return (Caution("postcodes-not-installed", said),)


def _unsorted(reports: Reports, rows: pd.DataFrame) -> tuple[Caution, ...]:
    """Say how many reports wait to be sorted, and the line of source.toml that sorts them."""
    unknown = rows[rows["flags"].str.contains("unknown-category", regex=False)]
    if unknown.empty:
        return ()
    source = unknown["file"].map(pd.Series([file.source for file in reports.files]))
    n_by_source = source.value_counts()
    most = min(n_by_source.index, key=lambda name: (-n_by_source[name], name))
    words = unknown.loc[source == most, "category"].value_counts()
    feed = next(file.feed for file in reports.files if file.source == most and file.feed)
    knows = reports.sources[feed].vocabulary.knows_a_word_of
    shown = {
        str(word): int(n)
        for word, n in words.items()
        if may_be_written(str(word), int(n)) and knows(str(word))
    }
    word = min(shown, key=lambda word: (-shown[word], word), default="the word")
    each = join(f"{n_by_source[name]:,} {name}" for name in sorted(n_by_source.index))
    who = f"{count(len(unknown), 'report')} ({each}) {'has' if len(unknown) == 1 else 'have'}"
    said = (
        f"{who} a category that nobody has sorted and that may be sensitive: counted, and kept "
        f"off the map until it is. In data/reports/{most}/source.toml, under [themes], write "
        f'other = ["{word}"] or the theme that it is, or run csp-geo check FILE --map.'
    )
    return (Caution("unsorted-words", said),)


def _fell_to_other(rows: pd.DataFrame, fell: NDArray[np.bool_]) -> tuple[Caution, ...]:
    """Say when so many accepted rows fell to the theme `other` that themes tell too little."""
    n, of = int(fell.sum()), int((rows["fate"] == ACCEPTED).sum())
    if n <= MOST_OTHER * of:
        return ()
    words = rows.loc[fell, "category"].value_counts()
    shown = [f"{word} ({k:,})" for word, k in words.items() if may_be_written(str(word), int(k))]
    named = f": {'; '.join(shown[:_MOST_WORDS])}" if shown else ", in words too rare to be named"
    said = (
        f"{n:,} of {count(of, 'report')} ({n / of:.0%}) fell to the theme 'other', because no list "
        f"has their category{named}. Sort them with csp-geo check FILE --map, or under [themes] in "
        "data/reports/SOURCE/source.toml."
    )
    return (Caution("many-other", said),)


# --- the fate of each row ----------------------------------------------------------------------


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
        "date-too-coarse": dated["date-too-coarse"],
        "month-first-date": dated["open-order"],
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
    unknown: pd.Series,
) -> pd.DataFrame:
    flags = {slug: located[slug] for slug in FLAG if slug in located}
    flags |= {slug: dated[slug] for slug in FLAG if slug in dated}
    flags["unknown-category"] = unknown
    flags["repeated-reference"] = repeated
    return pd.DataFrame(
        {slug: flags[slug].to_numpy(dtype=bool) for slug in FLAG}, index=table.index
    )


def _sorted(reports: Reports) -> pd.DataFrame:
    """Return each row's `theme`, what makes it `sensitive`, and if its category is `unknown`.

    `fell` tells which are `other` because no list knows them.
    """
    table = reports.table
    parts = [
        _sorted_by(
            source,
            table.iloc[where][["category", "major"]].astype("str"),
            _theme_without_category(file, source),
        )
        for file, source, where in reports.by_file()
    ]
    if not parts:
        return pd.DataFrame(columns=["theme", "sensitive", "unknown", "fell"], dtype="object")
    found = pd.concat(parts).sort_index()
    kinds = [found["kind"].to_numpy(dtype=object), table["sensitive"].to_numpy(dtype=object)]
    found["sensitive"] = _shared(reports, strictest(kinds))
    return found


def _theme_without_category(file: ReportFile, source: Source) -> str | None:
    """Return the theme of rows of which nothing says what they are about."""
    if {"category", "major"} & set(file.matched.values()):
        return source.default_theme
    return source.default_theme or source.theme_without_category


def _sorted_by(source: Source, words: pd.DataFrame, default: str | None) -> pd.DataFrame:
    pairs = words.drop_duplicates()
    told = [_sort(source, default, *pair) for pair in pairs.itertuples(index=False, name=None)]
    known = pairs.assign(
        theme=[theme or "other" for theme, _ in told],
        kind=[kind for _, kind in told],
        fell=[theme is None for theme, _ in told],
    )
    found = words.merge(known, how="left").set_axis(words.index)
    found["unknown"] = found["kind"] == UNKNOWN
    return found[["theme", "kind", "unknown", "fell"]]


def _sort(source: Source, default: str | None, category: str, major: str) -> tuple[str | None, str]:
    """Return theme and sensitivity; where there is a `default` theme no category is needed."""
    if default is not None and not category and not major:
        return default, ""
    theme, kind = source.sort(category, major)
    return theme or default, kind


def _same(reference: str) -> str:
    """Return a reference without case, spaces, signs and leading zeros, for comparing."""
    return plain(reference).lstrip("0")


def _shared(reports: Reports, kinds: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give all rows of one reference the strictest of their kinds: one may lack the flag.

    A reference of some length is the same in the lists of two partners.
    """
    ref = reports.table["reference"]
    rows = ref.map({text: _same(text) for text in ref.unique()}).astype("str")
    rows = rows.where(rows.str.len() >= _TELLING, reports.per_row("feed") + " " + rows)
    said = _said_elsewhere(reports, rows)
    keys = pd.concat([rows, said["key"].astype("str")], ignore_index=True)
    named = keys.duplicated(keep=False).to_numpy(copy=True)
    named[: len(rows)] &= (ref != "").to_numpy()
    if not named.any():
        return kinds
    together = pd.factorize(keys[named])[0]
    out = np.concatenate([kinds, said["sensitive"].to_numpy(dtype=object)])
    has_kind = out[named]
    for kind in reversed(SENSITIVITIES[1:]):
        has = np.unique(together[has_kind == kind])
        out[np.flatnonzero(named)[np.isin(together, has)]] = kind
    return np.asarray(out[: len(rows)])


def _said_elsewhere(reports: Reports, rows: pd.Series) -> pd.DataFrame:
    """Return what tables without reports say of references, by the `key` of their rows."""
    said = reports.said
    same = said["reference"].astype("str").map(_same)
    told = said.assign(key=same)[(same.str.len() >= _TELLING).to_numpy(dtype=bool)]
    parts = [told[["key", "sensitive", "family"]]]
    for file in {file.feed: file for file in reports.files if file.feed}.values():
        own = said["source"].isin([ANY, file.source]) & (same != "") & (same.str.len() < _TELLING)
        short = said[own].assign(key=f"{file.feed} " + same[own])
        parts.append(short[["key", "sensitive", "family"]])
    keyed = pd.concat(parts, ignore_index=True)
    family = pd.Series(reports.per_row("family"), index=rows.index, dtype="object")
    for name in set(keyed["family"]) - {ANY}:
        of_family = keyed["key"].isin(rows[family == name])
        keyed = keyed[(keyed["family"] != name) | of_family]
    return keyed


def _joined(marks: pd.DataFrame) -> pd.Series:
    """Join the names of the true columns of each row with semicolons."""
    joined = np.full(len(marks), "", dtype=object)
    for slug in marks.columns:
        where = marks[slug].to_numpy()
        joined[where] = [f"{before};{slug}" if before else slug for before in joined[where]]
    return pd.Series(joined, index=marks.index, dtype="str")


def require_incidents(result: CleanResult, reports: Reports) -> None:
    """Raise what was wrong with each file when no row is left: with most of its rows, or all of it.

    Raises
    ------
    NoReportsError
        Of one file; of several a `SeveralError` with a sentence for each.
    """
    if len(result.incidents):
        return
    errors = [NoReportsError(file.error) for file in reports.files if file.error]
    for number, file in enumerate(reports.files):
        rows = result.rows[result.rows["file"] == number]
        slugs = rows["reasons"].str.split(";").explode()
        common = slugs[slugs != ""].value_counts()
        if len(common):
            rule = REASON[str(common.index[0])]
            none = f"{file.path}: none" if len(reports.files) > 1 else "None"
            why = f"{int(common.iloc[0]):,} of them: {rule.title.lower()}. {rule.hint}"
            said = f"{none} of the {len(rows):,} rows could be used. {why}"
            errors.append(NoReportsError(f"{said} See them with csp-geo check."))
    refuse(errors)
