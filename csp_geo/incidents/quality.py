"""What came in, what was kept, and why the rest was not: one account for people and machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.disclosure import HIDDEN, heading_as_shown, may_be_written
from csp_geo.core.tables import QUALITY
from csp_geo.incidents.duplicates import possible_doubles
from csp_geo.inputs.reasons import ACCEPTED, FATES, FLAG, MERGED, QUARANTINED, REASON

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from csp_geo.incidents.clean import CleanResult
    from csp_geo.inputs.read import ReportFile, Reports

NOT_USED: Final = "reason"
DOUBTFUL: Final = "flag"
UNKNOWN_WORD: Final = "unknown-category"
POSSIBLE_DOUBLE: Final = "possible-double"

_MEANING: Final = {
    "read": "rows in the file, without the header and blank lines",
    ACCEPTED: "rows that became incidents",
    MERGED: "rows that repeat another report or tell of the same event, counted once",
    QUARANTINED: "rows that could not be used; see quarantine.csv",
}
_MEANING_OF_OTHERS: Final = {
    "read": "features or rows in the file",
    ACCEPTED: "that can be used",
    MERGED: "that are part of another, or repeat it",
    QUARANTINED: "that were left out",
}
_OUTSIDE: Final = "outside-study-area"
NOT_DRAWN: Final = "Counted, and kept off the map until it is sorted"
_WORD_LENGTH: Final = 40
_FIRST_ROWS: Final = 5


@dataclass(frozen=True)
class Finding:
    """One thing found in a file: `about` is one of the kinds above, `n` the rows concerned.

    `rows` are the first of them. `title` says what it is, `hint` what to do about it.
    """

    about: str
    item: str
    n: int
    rows: tuple[int, ...]
    title: str
    hint: str


@dataclass(frozen=True)
class FileQuality:
    """What is said of one file.

    `error` is the sentence that says why nothing of it can be used. `kind` says in words what kind
    of file it was taken for; of others than reports `counts` are about features, or rows of a list.
    """

    path: str
    source: str | None
    feed: str
    counts: Mapping[str, int]
    error: str | None
    notes: tuple[str, ...]
    matched: Mapping[str, str]
    findings: tuple[Finding, ...]
    kind: str = "reports"

    def about(self, *kinds: str) -> list[Finding]:
        """Return the findings of these kinds."""
        return [finding for finding in self.findings if finding.about in kinds]


def file_counts(reports: Reports, result: CleanResult) -> list[dict[str, int]]:
    """Return read, accepted, merged and quarantined for each file, in the order of the files."""
    rows = result.rows
    table = pd.crosstab(rows["file"], rows["fate"])
    table = table.reindex(index=range(len(reports.files)), columns=FATES, fill_value=0)
    return [
        {"read": int(line.sum()), **{fate: int(line[fate]) for fate in FATES}}
        for _, line in table.iterrows()
    ]


def over_limit(reports: Reports, result: CleanResult, limit: float) -> list[Caution]:
    """Return a caution for every source of which more than `limit` of the rows is quarantined."""
    names = [file.source or "" for file in reports.files]
    source = result.rows["file"].map(dict(enumerate(names)))
    marks = pd.DataFrame({"bad": result.rows["fate"] == QUARANTINED})
    marks["away"] = marks["bad"] & (result.rows["reasons"] == _OUTSIDE)
    shares = marks.assign(size=1).groupby(source).sum()
    return [
        _too_many(str(name), int(line["bad"]), int(line["away"]), int(line["size"]), limit)
        for name, line in shares.iterrows()
        if line["bad"] > limit * line["size"]
    ]


def _too_many(name: str, bad: int, away: int, size: int, limit: float) -> Caution:
    """Say that too many rows were left out, or that the file covers more than the study area."""
    if bad - away > limit * (size - away) or away <= limit * size:
        return Caution(
            "many-rows-unused",
            f"{bad:,} of the {size:,} {name} rows could not be used "
            f"(the limit is {limit:.0%}): look at quarantine.csv before trusting this map.",
        )
    return Caution(
        "many-rows-outside",
        f"{away:,} of the {size:,} {name} rows ({_share(away, size)}) lie outside the study area "
        f"(the limit is {limit:.0%}): if the file covers more than your area, such as a whole "
        "police force, that is to be expected and the map can be used; raise quarantine_limit in "
        "csp_geo.toml to stop this message. If not, check the coordinates and the wards.",
    )


def _share(part: int, of: int) -> str:
    """Write a share that is not whole so that it does not look whole."""
    share = f"{part / of:.1%}"
    return "over 99.9%" if share == "100.0%" and part < of else share.replace(".0%", "%")


def file_qualities(reports: Reports, result: CleanResult) -> list[FileQuality]:
    """Return what is to be said of each file, in the order of the files.

    Holds counts, row numbers, the names of columns, and words that read like a category; no other
    cell of a report.
    """
    doubles = possible_doubles(result.incidents)
    per_file = dict(iter(result.rows.groupby("file", sort=False)))
    nothing = result.rows.iloc[:0]
    return [
        _quality(
            file,
            reports,
            counts,
            per_file.get(number, nothing),
            (*file.notes, *result.notes.get(number, ())),
            doubles[doubles["source_file"] == file.path],
        )
        for number, (file, counts) in enumerate(
            zip(reports.files, file_counts(reports, result), strict=True)
        )
    ]


def _quality(
    file: ReportFile,
    reports: Reports,
    counts: Mapping[str, int],
    rows: pd.DataFrame,
    notes: tuple[str, ...],
    doubles: pd.DataFrame,
) -> FileQuality:
    findings = [
        Finding(about, slug, n, first, rules[slug].title, rules[slug].hint)
        for column, about, rules in (("reasons", NOT_USED, REASON), ("flags", DOUBTFUL, FLAG))
        for slug, (n, first) in _tally(rows, column).items()
    ]
    findings += _unknown_words(rows)
    findings += [_double(line) for line in doubles.to_dict("records")]
    return FileQuality(
        path=file.path,
        source=file.source,
        feed=reports.sources[file.feed].title if file.feed else "",
        counts=counts,
        error=file.error or _unusable(counts),
        notes=notes,
        matched=file.matched,
        findings=tuple(findings),
    )


def _unusable(counts: Mapping[str, int]) -> str | None:
    if counts[ACCEPTED] or counts[MERGED]:
        return None
    return f"None of the {counts['read']:,} rows could be used; the reasons say why."


def _tally(rows: pd.DataFrame, column: str) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Count each slug of a column and give the first rows that have it."""
    slugs = rows.assign(slug=rows[column].str.split(";")).explode("slug")
    groups = slugs[slugs["slug"] != ""].groupby("slug")["source_row"]
    return {str(slug): (len(numbers), _first(numbers)) for slug, numbers in groups}


def _first(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(int(number) for number in numbers)[:_FIRST_ROWS])


def _unknown_words(rows: pd.DataFrame) -> list[Finding]:
    """Name the words that may be written; count the rows of all others together."""
    unknown = rows[rows["flags"].str.contains("unknown-category", regex=False)]
    n_rows = unknown["category"].map(unknown["category"].value_counts()).to_numpy()
    shown = [_word(word, n) for word, n in zip(unknown["category"], n_rows.tolist(), strict=True)]
    groups = unknown["source_row"].groupby(np.array(shown, dtype=object))
    hint = "Sort it into a theme: csp-geo check FILE --map."
    return [
        Finding(UNKNOWN_WORD, str(word), len(numbers), _first(numbers), NOT_DRAWN, hint)
        for word, numbers in groups
    ]


def unsorted_words(rows: pd.DataFrame) -> dict[str, int]:
    """Return every category word that is in no list, with its rows: not for a file."""
    unknown = rows.loc[rows["flags"].str.contains("unknown-category", regex=False), "category"]
    counts = unknown[unknown != ""].value_counts()
    return {word: int(counts[word]) for word in sorted(counts.index, key=lambda w: (-counts[w], w))}


def _word(word: str, n_rows: int) -> str:
    if not word:
        return "(empty)"
    return word if may_be_written(word, n_rows) else HIDDEN


def _rows(numbers: Iterable[int]) -> str:
    shown = [str(number) for number in numbers]
    return f"{'Row' if len(shown) == 1 else 'Rows'} {', '.join(shown)}"


def _double(line: Mapping[Hashable, Any]) -> Finding:
    other = line["other_file"]
    title = (
        f"{_rows(line['rows'])} may be the events of {_rows(line['other_rows']).lower()} of "
        f"{other}: same theme, within an hour, no further apart than their accuracy"
    )
    hint = "All are counted. Check, and take one away."
    return Finding(POSSIBLE_DOUBLE, other, line["n"], tuple(line["rows"]), title, hint)


# --- quality.csv ---------------------------------------------------------------------------------


def quality_table(qualities: Iterable[FileQuality]) -> pd.DataFrame:
    """Return counts by file: rows, matched columns, reasons, flags, unknown categories, errors.

    Returns
    -------
    quality
        `tables.QUALITY`.
    """
    lines = [
        {"source_file": file.path, "source": file.source} | line
        for file in qualities
        for line in _lines(file)
    ]
    table = pd.DataFrame(lines, columns=list(QUALITY.names))
    return table.astype({"n": "int64", "first_row": "int64"})


def _lines(file: FileQuality) -> list[dict[str, Any]]:
    if file.error and not file.counts["read"]:
        return [_line("error", "not read", 0, 0, file.error)]
    meaning = _MEANING if file.kind == "reports" else _MEANING_OF_OTHERS
    lines = [_line("rows", key, n, 0, meaning[key]) for key, n in file.counts.items()]
    lines += [_line("note", "reading", 0, 0, note) for note in file.notes]
    lines += [
        _line("column", short(column), 0, 0, f"read as {name}")
        for column, name in file.matched.items()
    ]
    lines += [
        _line(found.about, found.item, found.n, found.rows[0], f"{found.title}. {found.hint}")
        for found in file.findings
    ]
    return lines


def _line(about: str, item: str, n: int, first_row: int, meaning: str) -> dict[str, Any]:
    return {"about": about, "item": item, "n": n, "first_row": first_row, "meaning": meaning}


def short(word: str) -> str:
    """Cut the name of a column where somebody wrote a whole question."""
    shown = heading_as_shown(word)
    return shown if len(shown) <= _WORD_LENGTH else shown[:_WORD_LENGTH] + "..."
