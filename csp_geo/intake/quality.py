"""What came in, what was kept, and why the rest was not: one table for people and machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo.intake.repeats import possible_doubles
from csp_geo.intake.rules import ACCEPTED, FATES, FLAG, MERGED, QUARANTINED, REASON
from csp_geo.tables import QUALITY

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from csp_geo.intake.clean import CleanResult
    from csp_geo.intake.read import Reports

_MEANING: Final = {
    "read": "rows in the file, without the header and blank lines",
    ACCEPTED: "rows that became incidents",
    MERGED: "rows that repeat another report, counted once",
    QUARANTINED: "rows that could not be used; see quarantine.csv",
}
_OUTSIDE: Final = "outside-study-area"
_WORD_LENGTH: Final = 40
_WORDS: Final = 4


def file_counts(reports: Reports, result: CleanResult) -> list[dict[str, int]]:
    """Return read, accepted, merged and quarantined for each file, in the order of the files."""
    rows = result.rows
    table = pd.crosstab(rows["file"], rows["fate"])
    table = table.reindex(index=range(len(reports.files)), columns=FATES, fill_value=0)
    return [
        {"read": int(line.sum()), **{fate: int(line[fate]) for fate in FATES}}
        for _, line in table.iterrows()
    ]


def file_reasons(reports: Reports, result: CleanResult) -> list[dict[str, int]]:
    """Return for each file how often each reason was given."""
    return [
        {
            slug: count
            for slug, (count, _) in _tally(
                result.rows[result.rows["file"] == number], "reasons"
            ).items()
        }
        for number in range(len(reports.files))
    ]


def over_limit(reports: Reports, result: CleanResult, limit: float) -> list[str]:
    """Return a sentence for every source of which more than `limit` of the rows is quarantined."""
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


def _too_many(name: str, bad: int, away: int, size: int, limit: float) -> str:
    """Say that too many rows were left out, or that the file covers more than the study area."""
    if bad - away > limit * (size - away):
        return (
            f"{bad:,} of the {size:,} {name} rows could not be used "
            f"(the limit is {limit:.0%}): look at quarantine.csv before trusting this map."
        )
    return (
        f"{away:,} of the {size:,} {name} rows ({_share(away, size)}) lie outside the study area "
        f"(the limit is {limit:.0%}): if the file covers more than your area, such as a whole "
        "police force, that is as it should be and the map can be used; raise quarantine_limit in "
        "csp_geo.toml to be told no more. If not, check the coordinates and the wards."
    )


def _share(part: int, of: int) -> str:
    """Write a share that is not whole so that it does not look whole."""
    share = f"{part / of:.1%}"
    return "over 99.9%" if share == "100.0%" and part < of else share.replace(".0%", "%")


def quality_table(reports: Reports, result: CleanResult) -> pd.DataFrame:
    """Return counts by file: rows, matched columns, reasons, flags, unknown categories, errors.

    Returns
    -------
    quality
        `tables.QUALITY`.
    """
    lines: list[dict[str, Any]] = []
    doubles = possible_doubles(result.incidents)
    for number, (file, counts) in enumerate(
        zip(reports.files, file_counts(reports, result), strict=True)
    ):
        about = {"source_file": file.path, "source": file.source}
        if file.error:
            lines.append(about | _line("error", "not read", 0, 0, file.error))
            continue
        rows = result.rows[result.rows["file"] == number]
        lines += [about | _line("rows", key, n, 0, _MEANING[key]) for key, n in counts.items()]
        notes = (*file.notes, *result.notes.get(number, ()))
        lines += [about | _line("note", "reading", 0, 0, note) for note in notes]
        lines += [
            about | _line("column", _short(column), 0, 0, f"read as {name}")
            for column, name in file.matched.items()
        ]
        for column, rules in (("reasons", REASON), ("flags", FLAG)):
            lines += [
                about
                | _line(column[:-1], slug, n, first, f"{rules[slug].title}. {rules[slug].hint}")
                for slug, (n, first) in _tally(rows, column).items()
            ]
        lines += [about | line for line in _unknown_words(rows)]
        mine = doubles[doubles["source_file"] == file.path]
        lines += [about | _double(line) for line in mine.to_dict("records")]
    table = pd.DataFrame(lines, columns=list(QUALITY.names))
    return table.astype({"n": "int64", "first_row": "int64"})


def _line(about: str, item: str, n: int, first_row: int, meaning: str) -> dict[str, Any]:
    return {"about": about, "item": item, "n": n, "first_row": first_row, "meaning": meaning}


def _double(line: Mapping[Hashable, Any]) -> dict[str, Any]:
    other = line["other_file"]
    rows, others = (", ".join(str(n) for n in line[key]) for key in ("rows", "other_rows"))
    meaning = (
        f"rows {rows} may be the events of rows {others} of {other}: same theme, within an hour, "
        "no further apart than their accuracy. All are counted; check, and take one away"
    )
    return _line("possible-double", other, line["n"], line["rows"][0], meaning)


def _short(word: str) -> str:
    return word if len(word) <= _WORD_LENGTH else word[:_WORD_LENGTH] + "..."


def _category(word: str) -> str:
    """Show a word that reads like a category, not a sentence that somebody wrote."""
    is_category = len(word.split()) <= _WORDS and not any(c.isdigit() for c in word)
    return (word or "(empty)") if is_category and len(word) <= _WORD_LENGTH else "(text)"


def _tally(rows: pd.DataFrame, column: str) -> Mapping[str, tuple[int, int]]:
    """Count each slug of a column and give the first row that has it."""
    slugs = rows.assign(slug=rows[column].str.split(";")).explode("slug")
    slugs = slugs[slugs["slug"] != ""]
    tally = slugs.groupby("slug")["source_row"].agg(["size", "min"])
    return {str(slug): (int(line["size"]), int(line["min"])) for slug, line in tally.iterrows()}


def _unknown_words(rows: pd.DataFrame) -> list[dict[str, Any]]:
    unknown = rows[rows["flags"].str.contains("unknown-category", regex=False)]
    shown = unknown["category"].map(_category)
    words = shown.value_counts()
    first = unknown.groupby(shown)["source_row"].min()
    return [
        _line(
            "unknown-category",
            word,
            int(words[word]),
            int(first[word]),
            "counted under 'other'; add the word to the source's TOML under [themes]",
        )
        for word in sorted(words.index)
    ]
